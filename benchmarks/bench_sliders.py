"""One evaluation of the model behind each lab, at the start and in its slowest state.

The states are the start, each preset, and each control at each of its ends. In each a slider moves by a hair, or a step
where it counts, so that nothing is timed that a lab could have kept from the evaluation before: it is the control that
stands at its end, elsewhere the first one that moves without steps. A control of few whole numbers comes back to each
of them, as a hand does, and finds there what the model has kept; the first time may take longer.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from itertools import count, cycle
from pathlib import Path
from typing import Any

from figures import made
from intimacy.parameters import Specification
from intimacy.widgets import Lab
from look import labs_of, states
from timing import Row, amount, processor_times, row

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
BUDGET = 0.002
HAIR = 1e-9
SCREENED, REPEATS = 3, 21


def nearby(value: float, specification: Specification) -> Iterator[float]:
    """Yield values beside one, away from the nearer end: each a hair further, or all steps of a whole number."""
    low, high = float(specification.low or 0), float(specification.high or 0)
    inward = 1 if value < (low + high) / 2 else -1
    if specification.kind == "number":
        yield from (value + inward * HAIR * (high - low) * index for index in count(1))
    step = inward * int(specification.step or 1)
    yield from cycle(range(int(value), int(high if inward > 0 else low) + inward, step))


def evaluation(lab: Lab, moved: str) -> Callable[[], Any]:
    """Return what a slider makes the kernel do: the model of the lab, each time with the control moved a little."""
    drawn = {} if lab.seed is None else {"seed": lab.seed}
    specification = lab.parameters.specifications().get(moved)
    start = lab.parameters
    if specification is None:
        return lambda: lab._simulate(start, **drawn)
    values = nearby(start.values()[moved], specification)
    return lambda: lab._simulate(start.replace(**{moved: next(values)}), **drawn)


def slider(lab: Lab, state: str) -> str:
    """Return the control that moves in a state; "" where the lab has none that is a slider."""
    kinds = {each["name"]: each["kind"] for each in lab.controls}
    stands = state.partition(" ")[0]
    if kinds.get(stands) in ("number", "integer"):
        return stands
    return next((name for kind in ("number", "integer") for name in kinds if kinds[name] == kind), "")


def slowest(lab: Lab) -> tuple[list[float], str, list[float], int]:
    """Return the times at the start, the name of the slowest state, its times, and how many states were tried."""
    works = {state: evaluation(each, slider(each, state)) for state, each in states(lab)}
    screened = {state: statistics.median(processor_times(work, SCREENED, calls=1)) for state, work in works.items()}
    *_, third, second, first = sorted(screened, key=screened.__getitem__)
    times = {state: processor_times(works[state], REPEATS, calls=1) for state in ("rest", third, second, first)}
    worst = max(times, key=lambda state: statistics.median(times[state]))
    return times["rest"], worst, times[worst], len(works)


def rows() -> list[Row]:
    """Measure, and return the lines of the table."""
    found = []
    for notebook in NOTEBOOKS:
        number, _, stem = notebook.stem.partition("_")
        for name, make in labs_of(stem, ("Lab",)).items():
            start, worst, times, tried = slowest(made(make))
            at_start = amount(statistics.median(start), "s")
            what = f"{number} {name}: {at_start} at the start; slowest of {tried} states, {worst}"
            found.append(row(what, times, most=BUDGET))
    return found
