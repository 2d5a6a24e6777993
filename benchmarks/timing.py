"""What every benchmark measures with, and the line of the table that tells it: repeats, their median, their spread."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

Row = dict[str, object]
COLUMNS = ("what", "ours", "spread", "n", "peer", "ratio", "budget", "met")
SHORTEST = 1e-3
"""Seconds that one sample takes at least, so that the clock's own grain is nothing beside it."""


def processor_times(work: Callable[[], object], repeats: int = 9, calls: int | None = None) -> list[float]:
    """Return the seconds of processor time of a call, in each of the repeats, after one call to warm up.

    The work of others on the same machine counts for little. A repeat is so many calls that it takes ``SHORTEST``.
    """
    work()
    if calls is None:
        begin = time.process_time()
        work()
        calls = max(1, math.ceil(SHORTEST / max(time.process_time() - begin, 1e-7)))
    found = []
    for _ in range(repeats):
        begin = time.process_time()
        for _ in range(calls):
            work()
        found.append((time.process_time() - begin) / calls)
    return found


def row(
    what: str,
    ours: ArrayLike,
    peer: ArrayLike | None = None,
    *,
    unit: str = "s",
    against: str = "",
    most: float | None = None,
    least: float | None = None,
) -> Row:
    """Return one line of the table.

    Args:
        what: what was measured.
        ours: our samples, in ``unit``; seconds are written as a person would write them.
        peer: the peer's samples, of the same work in the same run.
        unit: the unit of all numbers.
        against: who the peer is.
        most: the budget: what our median may be at most.
        least: the budget: how many times ours the peer's median must be at least.
    """
    mine = np.atleast_1d(np.asarray(ours, dtype=float))
    median = statistics.median(mine)
    low, high = np.quantile(mine, (0.05, 0.95))
    known: Row = dict.fromkeys(COLUMNS, "")
    known |= {"what": what, "ours": amount(median, unit), "n": str(mine.size)}
    if mine.size > 1:
        known["spread"] = f"{amount(low, unit)} to {amount(high, unit)}"
    ratio = math.inf
    if peer is not None:
        theirs = np.atleast_1d(np.asarray(peer, dtype=float))
        ratio = statistics.median(theirs) / median
        known |= {
            "peer": f"{amount(statistics.median(theirs), unit)}, {against}",
            "n": f"{mine.size} / {theirs.size}",
            "ratio": f"{digits(ratio)} x",
        }
    bounds = [] if most is None else [f"≤ {amount(most, unit)}"]
    bounds += [] if least is None else [f"≥ {digits(least)} x"]
    if bounds:
        met = (most is None or median <= most) and (least is None or ratio >= least)
        known |= {"budget": ", ".join(bounds), "met": "yes" if met else "NO"}
    return known


def require_agreement(within: float, **ends: float) -> None:
    """Hold that all contestants tell the same story before they are timed.

    Raises:
        ValueError: one does not.
    """
    if max(ends.values()) - min(ends.values()) > within:
        raise ValueError(f"contestants must end within {within} of each other, got {ends}")


def amount(value: float, unit: str) -> str:
    """Write a number with its unit; seconds in the unit that suits them."""
    if unit != "s":
        return f"{digits(value)} {unit}"
    for name, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if abs(value) >= scale:
            return f"{digits(value / scale)} {name}"
    return f"{digits(value / 1e-9)} ns"


def digits(value: float) -> str:
    """Write a number with three digits, or all that are before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
