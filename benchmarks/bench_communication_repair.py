"""Speed of the models of communication and repair against the axelrod package, in the same run.

Run ``python benchmarks/bench_communication_repair.py``, or import :func:`rows`. Both play every pair of the same twelve
strategies, 200 rounds, 50 repeats, one move in twenty slipping. The first rows say how long that took and that the
points agree. Both are timed by processor time, so that what else the machine does counts for neither; ours is the best
of several, and axelrod runs once, since it takes seconds.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import partial

import axelrod
import numpy as np

from bench_models import compared, slider_row
from intimacy.models.communication_repair import (
    ROUNDS,
    STRATEGIES,
    Crowd,
    Generosity,
    Match,
    Tournament,
    expected_for_all,
    play_all,
    simulate_crowd,
    simulate_generosity,
    simulate_match,
    simulate_tournament,
    tournament,
)

SLIP, REPEATS = 0.05, 50
KINDS = list(STRATEGIES.values())
FARTHEST = 4.5
"""Standard errors within which the farthest of 144 pairs must be."""


def processor_seconds(work: Callable[[], object], repeats: int = 15) -> float:
    """Best processor time of one call, after one to warm up."""
    work()
    times = []
    for _ in range(repeats):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)


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


def agreement(what: str, points: np.ndarray, exact: np.ndarray, spread: np.ndarray) -> dict[str, object]:
    """A row that says how far the farthest pair is from its exact mean, in standard errors."""
    error = spread / math.sqrt(points.shape[-1]) + 1e-9
    farthest = float(np.abs((points.mean(axis=-1) - exact) / error).max())
    return {
        "what": f"{what}, farthest of {exact.size} pairs from its exact mean",
        "ours": f"{farthest:.2f} standard errors",
        "peer": None,
        "ratio": None,
        "budget": f"at most {FARTHEST:g}",
        "met": farthest <= FARTHEST,
    }


def tournament_rows() -> list[dict[str, object]]:
    """The whole tournament: simulated, and its exact means, against axelrod."""
    peer, theirs = axelrod_tournament()
    exact = partial(expected_for_all, KINDS, slip=SLIP, rounds=ROUNDS)
    means = exact().payoff()[..., 0]
    spread = play_all(KINDS, slip=SLIP, rounds=ROUNDS, repeats=500, seed=11).payoff().std(axis=-1)
    what = f"tournament of all pairs of {len(KINDS)}, {ROUNDS} rounds, {REPEATS} repeats, vs axelrod:"
    return [
        compared(f"{what} simulated", processor_seconds(played_afresh), peer, 400),
        compared(f"{what} exact means", processor_seconds(exact, 51), peer, 5_000),
        agreement("simulated", played_afresh(), means, spread),
        agreement("axelrod", theirs, means, spread),
    ]


def fresh_tournament(parameters: Tournament) -> None:
    """One evaluation of the tournament lab when noise has moved: nothing of it is known yet."""
    tournament.expected_for_twelve.cache_clear()
    tournament._played_by_twelve.cache_clear()
    simulate_tournament(parameters)


def fresh_crowd(parameters: Crowd) -> None:
    """One evaluation of the crowd lab when noise has moved."""
    tournament.expected_for_twelve.cache_clear()
    simulate_crowd(parameters)


def slider_rows() -> list[dict[str, object]]:
    """Everything a slider recomputes, at teaching size."""
    everybody = dict.fromkeys(STRATEGIES, 4)
    noise = {"slip": 0.02, "mishearing": 0.05, "repair": 0.3}
    two = Match(first="contrite", second="firm_but_fair", **noise)
    return [
        slider_row("two people, 60 rounds, with the exact means", lambda: simulate_match(two)),
        slider_row("tournament of twelve, noise moved", partial(fresh_tournament, Tournament(**everybody, **noise))),
        slider_row("crowd of twelve, 200 generations, noise moved", partial(fresh_crowd, Crowd(**everybody, **noise))),
        slider_row("price of generosity, 41 generosities", lambda: simulate_generosity(Generosity(**noise))),
    ]


def rows() -> list[dict[str, object]]:
    """All measurements, one row each: what, ours, peer, ratio, budget, met."""
    return tournament_rows() + slider_rows()


if __name__ == "__main__":
    from run import table

    print(table(rows()))
