"""Speed of the trust models against plain loops, a compiled loop, and a fit of one player at a time.

All contestants of a row do the same work. Before the compiled loop is timed, it must invest what ours invests.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from functools import partial

import numba
import numpy as np
from scipy.optimize import minimize

from intimacy.models.oxytocin_trust import fitting, trust_game
from intimacy.models.oxytocin_trust.trust_game import TrustGame, TrustGameRun, simulate_trust_game
from timing import Row, processor_times, require_agreement, row

ROUNDS, ROUNDS_PER_PARTNER = 20, 10


def plain_game(agents: int, choose: Callable[[list[float]], int]) -> None:
    """The trust game as a plain Python loop over agents and rounds."""
    parameters = TrustGame()
    b, phi, beta = parameters.betrayal_aversion, parameters.risk_aversion, parameters.choice_sharpness
    for _ in range(agents):
        p = parameters.prior_belief
        beliefs, investments = [], []
        for t in range(ROUNDS):
            beliefs.append(p)
            linear, quadratic = (2 * p - 1) - b * (1 - p), phi * 4 * p * (1 - p)
            weights = [math.exp(beta * (linear * x - quadratic * x * x)) for x in (0, 4, 8, 12)]
            investments.append(choose(weights))
            chance = parameters.reliability if t < parameters.switch_round else parameters.reliability_after
            p += parameters.learning_rate * ((random.random() < chance) - p)  # nosec B311 # a model's chance


def choose_with_random(weights: list[float]) -> int:
    goal, step = random.random() * sum(weights), 0  # nosec B311 # a model's chance
    while step < 3 and goal > weights[step]:
        goal -= weights[step]
        step += 1
    return 4 * step


def choose_with_numpy(weights: list[float]) -> int:
    probabilities = np.array(weights) / sum(weights)
    return int(np.random.choice((0, 4, 8, 12), p=probabilities))  # noqa: NPY002 (the habit that is measured)


def fresh_game(agents: int) -> TrustGameRun:
    """One run with its random numbers drawn anew, as the plain loop draws them."""
    trust_game._uniforms.cache_clear()
    return simulate_trust_game(TrustGame(), agents)


@numba.njit  # type: ignore[untyped-decorator]
def compiled_loop(
    agents: int,
    reliabilities: np.ndarray,
    prior: float,
    rate: float,
    aversion: float,
    risk: float,
    sharpness: float,
    generator: np.random.Generator,
) -> np.ndarray:
    """The trust game as one would write it for a compiler: agent after agent."""
    invested = np.zeros((len(reliabilities), agents), dtype=np.int8)
    weights = np.empty(4)
    for agent in range(agents):
        p = prior
        for t in range(len(reliabilities)):
            linear, quadratic = (2 * p - 1) - aversion * (1 - p), risk * 4 * p * (1 - p)
            for step in range(4):
                weights[step] = math.exp(sharpness * (linear * 4 * step - quadratic * 16 * step * step))
            goal = generator.random() * weights.sum()
            step = 0
            while step < 3 and goal > weights[step]:
                goal -= weights[step]
                step += 1
            invested[t, agent] = 4 * step
            p += rate * ((generator.random() < reliabilities[t]) - p)
    return invested


def compiled_game(agents: int) -> np.ndarray:
    """Run the compiled loop with the parameters of :func:`fresh_game`; returns what was invested."""
    game = TrustGame()
    return compiled_loop(  # type: ignore[no-any-return]
        agents,
        game.reliabilities(),
        game.prior_belief,
        game.learning_rate,
        game.betrayal_aversion,
        game.risk_aversion,
        game.choice_sharpness,
        np.random.default_rng(1),
    )


def game_rows() -> list[Row]:
    """The trust game, per agent-round; the plain loops are timed on fewer agents and scaled."""
    require_agreement(0.1, ours=fresh_game(20_000).investment.mean(), compiled=compiled_game(20_000).mean())
    peers = {
        "plain Python loop": (500, lambda: plain_game(500, choose_with_random), {1_000: 40, 100_000: 100}),
        "Python loop with np.random.choice": (20, lambda: plain_game(20, choose_with_numpy), {}),
    }
    times = {name: np.array(processor_times(work, 5)) / (few * ROUNDS) for name, (few, work, _) in peers.items()}
    found = []
    for agents in (1_000, 100_000):
        ours = np.array(processor_times(partial(fresh_game, agents))) / (agents * ROUNDS)
        loop = np.array(processor_times(partial(compiled_game, agents))) / (agents * ROUNDS)
        what = f"trust game, {agents:,} agents, per agent-round"
        found += [
            row(what, ours, times[name], against=name, least=least.get(agents)) for name, (*_, least) in peers.items()
        ]
        found.append(row(what, ours, loop, against="numba loop", least=0.5))
    return found


def one_by_one(investments: np.ndarray, kept: np.ndarray) -> list[float]:
    """Fit each player with scipy L-BFGS-B on our log posterior and gradient; returns the seconds of each player."""
    fixed = (ROUNDS_PER_PARTNER, fitting.PRIOR_BELIEF, fitting.RISK_AVERSION)
    times = []
    for x, y in zip(investments.T, kept.T, strict=True):
        problem = fitting._problem(x[:, None], y[:, None].astype(float), *fixed)

        def objective(z: np.ndarray, problem: fitting._Problem = problem) -> tuple[float, np.ndarray]:
            value, gradient, _ = problem.derivatives(z[None])
            return -float(value[0]), -gradient[0]

        times += processor_times(partial(minimize, objective, fitting.PRIOR_MEAN, jac=True, method="L-BFGS-B"), 1)
    return times


def plain_objective(z: np.ndarray, investments: list[float], kept: list[bool]) -> float:
    """Minus the log posterior of one player in plain Python, the fastest way for so few numbers."""
    alpha, b, beta = 1 / (1 + math.exp(-z[0])), math.exp(z[1]), math.exp(z[2])
    total, p = 0.0, fitting.PRIOR_BELIEF
    for t, (chosen, outcome) in enumerate(zip(investments, kept, strict=True)):
        if t % ROUNDS_PER_PARTNER == 0:
            p = fitting.PRIOR_BELIEF
        linear = beta * ((2 * p - 1) - b * (1 - p))
        quadratic = beta * fitting.RISK_AVERSION * 4 * p * (1 - p)
        exponents = [linear * x - quadratic * x * x for x in (0, 4, 8, 12)]
        best = max(exponents)
        total += exponents[int(chosen) // 4] - best - math.log(sum(math.exp(each - best) for each in exponents))
        p += alpha * (outcome - p)
    return -total + 0.5 * float((((z - fitting.PRIOR_MEAN) / fitting.PRIOR_SD) ** 2).sum())


def one_by_one_plain(investments: np.ndarray, kept: np.ndarray) -> list[float]:
    """Fit each player with scipy L-BFGS-B and its numerical gradient; returns the seconds of each player."""
    return [
        time
        for player in zip(investments.T.tolist(), kept.T.tolist(), strict=True)
        for time in processor_times(
            partial(minimize, plain_objective, fitting.PRIOR_MEAN, args=player, method="L-BFGS-B"), 1
        )
    ]


def fitting_rows(players: int = 1_000, peers: int = 50) -> list[Row]:
    """All players at once against one at a time; the peer is timed on fewer players and given per player."""
    _, investments, kept = fitting.simulated_players(ROUNDS, players)
    work = partial(fitting.fit, investments, kept, rounds_per_partner=ROUNDS_PER_PARTNER)
    ours = np.array(processor_times(work)) / players
    few = investments[:, :peers], kept[:, :peers]
    what = f"fit {players:,} players, per player"
    return [
        row(what, ours, one_by_one_plain(*few), against="scipy L-BFGS-B, plain Python", least=20),
        row(what, ours, one_by_one(*few), against="scipy L-BFGS-B, our gradient", least=20),
    ]


def rows() -> list[Row]:
    """Measure, and return the lines of the table."""
    return game_rows() + fitting_rows()
