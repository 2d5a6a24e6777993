"""Everyone meets everyone: a crowd with so many copies of each strategy, and who gets how many points.

Two ways to the same table of points, strategy against strategy: :func:`play_all` plays every pair many times over, all
matches at once, round by round; :func:`~intimacy.models.communication_repair.chain.expected_for_all` gives the mean
exactly. What a strategy gets in a crowd depends on who else is there, and so does who comes first. A toy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import LARGEST, Between, Seed, Share, checked
from intimacy.models.communication_repair.chain import (
    SWAPPED,
    Expectation,
    expected_for_all,
    left_after,
)
from intimacy.models.communication_repair.match import (
    generosity_of_the_generous,
    mishearing_of_a_move,
    slip_of_the_hand,
    talk_that_repairs,
    temptation_to_hold_back,
)
from intimacy.models.communication_repair.strategies import (
    LABELS,
    PAYOFFS,
    STRATEGIES,
    Strategy,
    generous,
    payoffs_with,
)
from intimacy.parameters import Parameters, integer

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Singles = NDArray[np.float32]

ROUNDS = 200
"""Rounds of each match of a tournament."""

_MOST_COPIES = 20

SEVEN = ("always_reaches_out", "always_holds_back", "tit_for_tat", "generous", "pavlov", "grudger", "coin")
"""The crowd to start from."""


@dataclass(frozen=True)
class Played:
    """What happened in every match of :func:`play_all`.

    Attributes:
        counts: rounds with each outcome, by row and column strategy and repeat, shape (strategies, strategies, repeats,
            4), from the row's side.
        rounds: rounds of each match.
    """

    counts: Integers
    rounds: int

    @checked
    def payoff(self, payoffs: tuple[float, float, float, float] = PAYOFFS) -> Array:
        """Return the row's mean points per round against the column, shape of ``counts`` without its last axis."""
        points: Array = self.counts @ np.asarray(payoffs, dtype=np.float64) / self.rounds
        return points


@checked
def play_all(
    strategies: Sequence[Strategy],
    *,
    slip: Share = 0.0,
    mishearing: Share = 0.0,
    rounds: Annotated[int, Between(1, 10_000)] = ROUNDS,
    repeats: Annotated[int, Between(1, 1_000)] = 1,
    seed: Seed = 7,
) -> Played:
    """Play every pair of strategies, each with itself too, ``repeats`` times: all matches at once, round by round.

    The draws are made up front in one layout per seed, so that noise moves the moves and not the luck; a slip is part
    of the chance of a move. A match of a strategy with itself is one match, seen from the first one's side.

    Raises:
        ValueError: there is no strategy, slip or mishearing is not between 0 and 1, or rounds or repeats is below 1.
    """
    count = len(strategies)
    if not count:
        raise ValueError("strategies must hold at least one strategy, got none")
    rows, columns = np.triu_indices(count)
    chance, leads_to, first_state = _machines(strategies, slip)
    states = np.repeat(first_state[np.stack([rows, columns])], repeats, axis=1)
    wishes = _draws(seed, 0, rounds, states.shape[1])
    mishears = (_draws(seed, 1, rounds, states.shape[1]) < mishearing).view(np.int8) if mishearing else None
    moves = np.empty(wishes.shape, dtype=np.int8)
    for number, (wish, move, holds) in enumerate(zip(wishes, moves, moves.view(np.bool_), strict=True)):
        # States are stored four apart, so that a state plus 2 · own move + heard move is where its answer stands.
        np.greater_equal(wish, chance.take(states), out=holds)
        heard = move[::-1] if mishears is None else move[::-1] ^ mishears[number]
        states = leads_to.take(states + (move + move + heard))
    happened = 2 * moves[:, 0] + moves[:, 1]
    counts = np.stack([np.count_nonzero(happened == outcome, axis=0) for outcome in range(4)], axis=1)
    found = counts.reshape(len(rows), repeats, 4)
    table = np.empty((count, count, repeats, 4), dtype=np.int64)
    table[columns, rows] = found[..., SWAPPED]
    table[rows, columns] = found
    return Played(table, rounds)


@dataclass(frozen=True)
class Tournament(Parameters):
    """A crowd and its noise (see :func:`simulate_tournament`)."""

    always_reaches_out: int = integer(1, 0, _MOST_COPIES, label=LABELS["always_reaches_out"], help="Copies of it.")
    always_holds_back: int = integer(1, 0, _MOST_COPIES, label=LABELS["always_holds_back"], help="Copies of it.")
    tit_for_tat: int = integer(1, 0, _MOST_COPIES, label=LABELS["tit_for_tat"], help="Copies of it.")
    generous: int = integer(1, 0, _MOST_COPIES, label=LABELS["generous"], help="Copies of it.")
    pavlov: int = integer(1, 0, _MOST_COPIES, label=LABELS["pavlov"], help="Copies of it.")
    grudger: int = integer(1, 0, _MOST_COPIES, label=LABELS["grudger"], help="Copies of it.")
    coin: int = integer(1, 0, _MOST_COPIES, label=LABELS["coin"], help="Copies of it.")
    two_chances: int = integer(0, 0, _MOST_COPIES, label=LABELS["two_chances"], help="Copies of it.")
    contrite: int = integer(0, 0, _MOST_COPIES, label=LABELS["contrite"], help="Copies of it.")
    firm_but_fair: int = integer(0, 0, _MOST_COPIES, label=LABELS["firm_but_fair"], help="Copies of it.")
    answers_twice: int = integer(0, 0, _MOST_COPIES, label=LABELS["answers_twice"], help="Copies of it.")
    suspicious: int = integer(0, 0, _MOST_COPIES, label=LABELS["suspicious"], help="Copies of it.")
    slip: float = slip_of_the_hand(0.05)
    mishearing: float = mishearing_of_a_move()
    repair: float = talk_that_repairs()
    generosity: float = generosity_of_the_generous()
    temptation: float = temptation_to_hold_back()

    @property
    def copies(self) -> dict[str, int]:
        """How many of each strategy are there, of those that are."""
        values = self.values()
        return {name: values[name] for name in STRATEGIES if values[name]}


@dataclass(frozen=True)
class TournamentRun:
    """Points per round in a crowd.

    Attributes:
        parameters: what was run.
        names: the strategies that are there.
        copies: how many of each, shape (strategies,).
        played: row's mean points per round against column, in one tournament, shape (strategies, strategies).
        expected: the same over endless tournaments, exactly, shape (strategies, strategies).
        score: mean points per round of one copy in the crowd, as played, shape (strategies,).
        expected_score: the same, exactly, shape (strategies,). Both are 0 for somebody who meets nobody.
        reaching_out: share of moves that reach out in the whole crowd, exactly; 0 if nobody meets anybody.
    """

    parameters: Tournament
    names: tuple[str, ...]
    copies: Array
    played: Array
    expected: Array
    score: Array
    expected_score: Array
    reaching_out: float

    @property
    def order(self) -> list[str]:
        """The strategies from most to fewest points, exactly; equal ones in the order of the twelve."""
        return [self.names[each] for each in np.argsort(-self.expected_score.round(9), kind="stable")]

    def to_frame(self) -> pd.DataFrame:
        """Return the ranking as a table, one row per strategy, from most to fewest points."""
        rows = [self.names.index(name) for name in self.order]
        return pd.DataFrame(
            {
                "place": np.arange(1, len(rows) + 1),
                "strategy": [LABELS[self.names[row]] for row in rows],
                "copies": self.copies[rows].astype(int),
                "points_per_round": self.score[rows],
                "expected_points_per_round": self.expected_score[rows],
            }
        )


@checked
def simulate_tournament(parameters: Tournament, seed: Seed = 3) -> TournamentRun:
    """Let everyone in the crowd meet everyone else for :data:`ROUNDS` rounds, once by chance and once exactly.

    With n_k copies of strategy k in a crowd of N, a copy of i has the mean over the others, Σ_k (n_k − [k = i]) π_ik /
    (N − 1). Copies share the luck of one match per pair of strategies. An empty crowd is shown as one coin flipper who
    meets nobody.
    """
    copies = parameters.copies or {"coin": 1}
    names = tuple(copies)
    rows = [list(STRATEGIES).index(name) for name in names]
    number = np.array(list(copies.values()), dtype=np.float64)
    slip, mishearing = (left_after(each, parameters.repair) for each in (parameters.slip, parameters.mishearing))
    means = expected_for_twelve(slip, mishearing, parameters.generosity)
    one = _played_by_twelve(slip, mishearing, parameters.generosity, seed)
    among = np.ix_(rows, rows)
    payoffs = payoffs_with(parameters.temptation)
    expected, played = means.payoff(payoffs)[..., 0][among], one.payoff(payoffs)[among]
    reaching_out = number * in_a_crowd(means.reaching_out[..., 0][among], number)
    return TournamentRun(
        parameters=parameters,
        names=names,
        copies=number,
        played=played,
        expected=expected,
        score=in_a_crowd(played, number),
        expected_score=in_a_crowd(expected, number),
        reaching_out=float(reaching_out.sum() / number.sum()),
    )


@checked
@lru_cache(maxsize=16)
def expected_for_twelve(slip: Share, mishearing: Share, generosity: Share) -> Expectation:
    """Return the mean over :data:`ROUNDS` rounds of every pair of the twelve, in their order, shape (12, 12, 4).

    Raises:
        ValueError: an argument is not between 0 and 1.
    """
    return expected_for_all(_twelve(generosity), slip=slip, mishearing=mishearing, rounds=ROUNDS)


@lru_cache(maxsize=1)
def _twelve(generosity: float) -> tuple[Strategy, ...]:
    return tuple((STRATEGIES | {"generous": generous(generosity)}).values())


@lru_cache(maxsize=16)
def _played_by_twelve(slip: float, mishearing: float, generosity: float, seed: int) -> Played:
    """Play every pair of the twelve once: all, so that the luck of a pair does not depend on who else is there."""
    played = play_all(_twelve(generosity), slip=slip, mishearing=mishearing, rounds=ROUNDS, seed=seed)
    return Played(played.counts[:, :, 0], played.rounds)


@checked
def in_a_crowd(table: Array, copies: Annotated[Array, Between(0, LARGEST, axes=1)]) -> Array:
    """Return each row's mean over everybody else in a crowd: Σ_k (n_k − [k = i]) table_ik / (N − 1); 0 if N is 1.

    Raises:
        ValueError: table is not a square with a row per entry of copies, or copies holds a number below 0.
    """
    if table.shape != (len(copies), len(copies)):
        raise ValueError(f"table must be a square with {len(copies)} rows, got shape {table.shape}")
    others = copies.sum() - 1
    if others <= 0:
        return np.zeros(len(copies))
    mean: Array = (table @ copies - np.diag(table)) / others
    return mean


def _machines(strategies: Sequence[Strategy], slip: float) -> tuple[Singles, Integers, Integers]:
    """Return all machines in one table: chance of reaching out, next states, and where each machine starts.

    State s of the whole table stands at 4s, followed by the places of its four answers.
    """
    sizes = np.array([each.states for each in strategies])
    starts = 4 * (np.cumsum(sizes) - sizes)
    chances = np.concatenate([each.reach_out for each in strategies])
    answers = np.concatenate([np.array(each.next_state).reshape(-1, 4) for each in strategies])
    leads_to = 4 * answers + np.repeat(starts, sizes)[:, None]
    return np.repeat((1 - 2 * slip) * chances + slip, 4).astype(np.float32), leads_to.ravel(), starts


@lru_cache(maxsize=4)
def _draws(seed: int, kind: int, rounds: int, matches: int) -> Singles:
    """Return uniform draws for moves (kind 0) or ears (1), shape (rounds, 2, matches)."""
    source = np.random.SeedSequence(seed).spawn(2)[kind]
    return np.random.default_rng(source).random((rounds, 2, matches), dtype=np.float32)
