"""Speed of the models of communication and repair against the axelrod package.

Both play every pair of the same twelve strategies, 200 rounds, 50 repeats, one move in twenty slipping. The rows say
how long that took and that the points agree. axelrod runs once, since it takes seconds.
"""

from __future__ import annotations

import math
import time
from functools import partial

import axelrod
import numpy as np

from intimacy.models.communication_repair import ROUNDS, STRATEGIES, expected_for_all, play_all, tournament
from timing import Row, processor_times, row

SLIP, REPEATS = 0.05, 50
KINDS = list(STRATEGIES.values())
FARTHEST = 4.5
"""Standard errors within which the farthest of 144 pairs must be."""


def played_afresh() -> np.ndarray:
    """Play all pairs with the random numbers drawn anew, as axelrod draws them."""
    tournament._draws.cache_clear()
    return play_all(KINDS, slip=SLIP, rounds=ROUNDS, repeats=REPEATS).payoff()


def axelrod_tournament() -> tuple[float, np.ndarray]:
    """Play the same in axelrod, serially; return seconds and points by row, column and repeat."""
    players = [getattr(axelrod, each.counterpart)() for each in KINDS]
    work = axelrod.Tournament(players, turns=ROUNDS, repetitions=REPEATS, noise=SLIP, seed=3)
    begin = time.process_time()
    results = work.play(progress_bar=False)
    return time.process_time() - begin, np.array(results.payoffs)


def farthest(points: np.ndarray, exact: np.ndarray, spread: np.ndarray) -> float:
    """Return how far the farthest pair is from its exact mean, in standard errors."""
    error = spread / math.sqrt(points.shape[-1]) + 1e-9
    return float(np.abs((points.mean(axis=-1) - exact) / error).max())


def tournament_rows() -> list[Row]:
    """The whole tournament: simulated, and its exact means, against axelrod."""
    peer, theirs = axelrod_tournament()
    work = partial(expected_for_all, KINDS, slip=SLIP, rounds=ROUNDS)
    exact = work().payoff()[..., 0]
    spread = play_all(KINDS, slip=SLIP, rounds=ROUNDS, repeats=500, seed=11).payoff().std(axis=-1)
    what = f"tournament of all pairs of {len(KINDS)}, {ROUNDS} rounds, {REPEATS} repeats:"
    off = [farthest(points, exact, spread) for points in (played_afresh(), theirs)]
    return [
        row(f"{what} simulated", processor_times(played_afresh, 15), peer, against="axelrod", least=400),
        row(f"{what} exact means", processor_times(work, 51), peer, against="axelrod", least=5_000),
        row(f"{what} farthest from its exact mean", *off, unit="standard errors", against="axelrod", most=FARTHEST),
    ]


def rows() -> list[Row]:
    """Measure, and return the lines of the table."""
    return tournament_rows()
