"""Speed of the trust models against what a notebook would otherwise use, measured side by side in one run.

Run ``python benchmarks/bench_models.py``, or import :func:`rows`. A ratio compares our time with a peer's for the same
work; a budget is the time one model evaluation behind a slider may take.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.optimize import minimize

from intimacy.models.oxytocin_trust import IntranasalDose, fitting, simulate_kinetics, trust_game
from intimacy.models.oxytocin_trust.loop import HYPOTHESES, Loop, simulate_loop, steady_states
from intimacy.models.oxytocin_trust.trust_game import TrustGame, simulate_trust_game
from intimacy.models.replication import ReplicationLab, simulate_labs

ROUNDS, ROUNDS_PER_PARTNER = 20, 10
BUDGET_MS = 2.0


def seconds(work: Callable[[], object], repeats: int = 9) -> float:
    """Best time of one call, after one to warm up: whatever else the machine does can only add to it."""
    work()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


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
            p += parameters.learning_rate * ((random.random() < chance) - p)


def choose_with_random(weights: list[float]) -> int:
    goal, step = random.random() * sum(weights), 0
    while step < 3 and goal > weights[step]:
        goal -= weights[step]
        step += 1
    return 4 * step


def choose_with_numpy(weights: list[float]) -> int:
    probabilities = np.array(weights) / sum(weights)
    return int(np.random.choice((0, 4, 8, 12), p=probabilities))  # noqa: NPY002 (the habit that is measured)


def fresh_game(agents: int) -> None:
    """One run with its random numbers drawn anew, as the plain loop draws them."""
    trust_game._uniforms.cache_clear()
    simulate_trust_game(TrustGame(), agents)


def compared(what: str, ours: float, peer: float, target: float | None) -> dict[str, object]:
    """A row that compares two times for the same unit of work."""
    ratio = peer / ours
    return {
        "what": what,
        "ours": duration(ours),
        "peer": duration(peer),
        "ratio": round(ratio, 1),
        "budget": None if target is None else f"at least {target} x",
        "met": None if target is None else ratio >= target,
    }


def slider_row(what: str, work: Callable[[], object]) -> dict[str, object]:
    """A row for one model evaluation at teaching size."""
    ours = seconds(work, 51)
    return {
        "what": what,
        "ours": duration(ours),
        "peer": None,
        "ratio": None,
        "budget": f"at most {BUDGET_MS:g} ms",
        "met": ours * 1e3 <= BUDGET_MS,
    }


def duration(value: float) -> str:
    """Seconds as a person would write them."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if value >= scale:
            return f"{value / scale:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"


def game_rows() -> list[dict[str, object]]:
    """The trust game, per agent-round; the plain loops are timed on fewer agents and scaled."""
    loop = seconds(lambda: plain_game(500, choose_with_random)) / (500 * ROUNDS)
    numpy_loop = seconds(lambda: plain_game(20, choose_with_numpy), 3) / (20 * ROUNDS)
    found = []
    for agents, target in ((1_000, 40), (100_000, 100)):
        ours = seconds(partial(fresh_game, agents)) / (agents * ROUNDS)
        what = f"trust game, {agents:,} agents, per agent-round, vs"
        found.append(compared(f"{what} plain Python loop", ours, loop, target))
        found.append(compared(f"{what} loop with np.random.choice", ours, numpy_loop, None))
    return found


def one_by_one(investments: np.ndarray, kept: np.ndarray) -> float:
    """Fit each player with scipy L-BFGS-B on our log posterior and gradient; returns seconds per player."""
    fixed = (ROUNDS_PER_PARTNER, fitting.PRIOR_BELIEF, fitting.RISK_AVERSION)
    times = []
    for x, y in zip(investments.T, kept.T, strict=True):
        problem = fitting._problem(x[:, None], y[:, None].astype(float), *fixed)

        def objective(z: np.ndarray, problem: fitting._Problem = problem) -> tuple[float, np.ndarray]:
            value, gradient, _ = problem.derivatives(z[None])
            return -float(value[0]), -gradient[0]

        times.append(seconds(partial(minimize, objective, fitting.PRIOR_MEAN, jac=True, method="L-BFGS-B"), 3))
    return sum(times) / len(times)


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


def one_by_one_plain(investments: np.ndarray, kept: np.ndarray) -> float:
    """Fit each player with scipy L-BFGS-B and its numerical gradient; returns seconds per player."""
    times = [
        seconds(partial(minimize, plain_objective, fitting.PRIOR_MEAN, args=player, method="L-BFGS-B"), 3)
        for player in zip(investments.T.tolist(), kept.T.tolist(), strict=True)
    ]
    return sum(times) / len(times)


def fitting_rows(players: int = 1_000, peers: int = 50) -> list[dict[str, object]]:
    """All players at once against one at a time; the peer is timed on fewer players and given per player."""
    _, investments, kept = fitting.simulated_players(ROUNDS, players)
    ours = seconds(lambda: fitting.fit(investments, kept, rounds_per_partner=ROUNDS_PER_PARTNER)) / players
    few = investments[:, :peers], kept[:, :peers]
    what = f"fit {players:,} players, per player, vs scipy L-BFGS-B,"
    return [
        compared(f"{what} plain Python", ours, one_by_one_plain(*few), 20),
        compared(f"{what} our gradient", ours, one_by_one(*few), 20),
    ]


def slider_rows() -> list[dict[str, object]]:
    """Everything a slider recomputes, at teaching size, with the common random numbers kept as in a lab."""
    salient = TrustGame(oxytocin_salience=1.5)
    found = [
        slider_row("trust game, 1,000 agents x 20 rounds", lambda: simulate_trust_game(TrustGame())),
        slider_row("trust game, 1,000 agents x 20 rounds, salience", lambda: simulate_trust_game(salient)),
    ]
    for hypothesis in HYPOTHESES:
        run = partial(simulate_loop, Loop(hypothesis=hypothesis))
        found.append(slider_row(f"loop, 200 pairs x 60 rounds, {hypothesis}", run))
    found.append(slider_row("loop, steady states", partial(steady_states, Loop())))
    found.append(slider_row("a spray in the blood, 180 minutes", partial(simulate_kinetics, IntranasalDose())))
    found.append(slider_row("a hundred labs", partial(simulate_labs, ReplicationLab())))
    return found


def rows() -> list[dict[str, object]]:
    """All measurements, one row each: what, ours, peer, ratio, budget, met."""
    return game_rows() + fitting_rows() + slider_rows()


if __name__ == "__main__":
    from run import table

    print(table(rows()))
