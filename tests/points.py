"""Functions that sweeps run in the tests; worker processes import them from here."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np


def draw(point: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Depend on the point and on every bit of the seed."""
    return {"value": point["x"] + float(np.random.default_rng(seed).random()), "seed": seed}


def other_draw(point: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Another function."""
    return draw(point, seed)


def watched_draw(point: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Take some time, and leave in a folder who is at work, and a mark for each call that came to its end."""
    folder = Path(point["folder"])
    busy = folder / f"busy-{os.getpid()}"
    for mark in (busy, folder / f"seen-{os.getpid()}"):
        mark.touch()
    time.sleep(point.get("seconds", 0.1))
    busy.unlink()
    with (folder / "calls").open("a") as calls:
        calls.write(f"{point['x']}\n")
    return draw(point, seed)


def process(point: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Tell which process is at work."""
    return {"pid": os.getpid()}


def arrays(point: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Return what numpy returns."""
    return {
        "mean": np.float32(0.5),
        "count": np.int64(point["x"]),
        "on": np.bool_(True),
        "row": np.arange(3),
        "pair": (1, 2),
    }


def fails_at_two(point: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Raise at one point."""
    if point["x"] == 2:
        raise ArithmeticError("two is too many")
    return draw(point, seed)


def no_mapping(point: Mapping[str, Any], seed: int) -> Any:
    """Return something that is no mapping."""
    return seed


def no_plain_value(point: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Return something that no store can hold."""
    return {"value": {1, 2}}
