"""Sweep a lab: every control to its ends, every preset, and random steps. Any exception of a callback comes through."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from intimacy.parameters import Specification, format_value
from intimacy.widgets import Game, Lab

RANDOM_STEPS = 200
COUNTED = "days|rounds|points|steps|minutes|hours|months|years|ties|groups|people|trials|throws|studies|players|turns"


def stops(specification: Specification) -> list[Any]:
    """Return the values of a control that a learner is sure to reach: its ends, or all its options."""
    match specification.kind:
        case "choice":
            return list(specification.options)
        case "switch":
            return [False, True]
        case _:
            return [specification.low, specification.high]


def states(lab: Lab, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Yield each control at each of its stops, then random states on the sliders' grids."""
    specifications = {each["name"]: lab.parameters.specifications()[each["name"]] for each in lab.controls}
    for name, specification in specifications.items():
        for value in stops(specification):
            yield {name: value}
    generator = random.Random(seed)
    for _ in range(RANDOM_STEPS if specifications else 0):
        name = generator.choice(list(specifications))
        yield {name: anywhere(specifications[name], generator)}


def anywhere(specification: Specification, generator: random.Random) -> Any:
    """Return a random stop of a control."""
    if specification.kind in ("choice", "switch"):
        return generator.choice(stops(specification))
    low, high, step = specification.low, specification.high, specification.step
    assert low is not None
    assert high is not None
    assert step is not None
    return min(high, round(low + step * generator.randint(0, math.floor((high - low) / step)), 9))


def check(lab: Lab) -> None:
    """Hold that the picture is finite and whole, that the words are true to the state, and that there is a table."""
    picture_is_whole(lab)
    table = lab.table()
    assert not table.empty
    # A spreadsheet would take such a cell of the download for a formula.
    words = [*table.columns, *table.select_dtypes(["object", "string"]).to_numpy().ravel()]
    assert not [cell for cell in words if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def picture_is_whole(lab: Lab) -> None:
    """Hold that the picture is finite and whole, and that the words are true to the state."""
    frame = lab.frame
    keys = [trace.get("meta") for trace in lab.figure["data"]]
    films = lab.play["films"] if lab.play else []
    for key, arrays in frame["traces"].items():
        assert key in keys or (key == "solid" and lab.solid), f"{key!r} is drawn but is not in the picture"
        rows = {path: unpacked(packed) for path, packed in arrays.items()}
        for path, numbers in rows.items():
            if isinstance(numbers, np.ndarray):
                assert np.isfinite(numbers).all(), f"{key} {path} is not finite"
        if "z" in rows:
            assert rows["z"].shape == (len(rows["y"]), len(rows["x"])), f"{key} has rows that do not fit its axes"
        elif "x" in rows:
            assert len({len(rows[axis].T) for axis in "xy"}) == 1, f"{key} has x and y of different length"
        if key in films:
            counts = {len(numbers) for numbers in rows.values() if getattr(numbers, "ndim", 0) == 2}
            assert counts == {round((lab.play["high"] - lab.play["low"]) / lab.play["step"]) + 1}, f"{key} misses stops"
    assert any(arrays.get("x") for arrays in frame["traces"].values()), "the picture is empty"
    for value in flat_numbers(frame["layout"]):
        assert math.isfinite(value), "a layout value is not finite"
    assert len(lab.sentence.split()) >= 5
    for text in (lab.sentence, frame["shown"], *written(frame)):
        assert not re.search(r"(?<![\w.)\]])-\.?\d", text), f"{text!r} has a hyphen for a minus"
        assert not re.search(r"[-−+]0\.?0*(?![\d.])", text), f"{text!r} has a zero with a sign"
        assert not re.search(r"\.\.(?!\.)|: :|… ?:", text), f"{text!r} has two stops"
        assert not re.search(rf"(?<![\w.,−–-])1 ({COUNTED})\b", text), f"{text!r} has one of many"
    for word in ("nan", "inf", "None"):
        assert word not in lab.sentence.split(), lab.sentence
    start = lab.start["values"]
    for control in lab.controls:
        value = lab.values[control["name"]]
        words = control["options"].get(value) or format_value(value, control["unit"])
        needs = control["only_with"]
        if needs and lab.values[needs["name"]] not in needs["at"]:
            continue
        if not control["advanced"] or value != start[control["name"]]:
            assert words in frame["shown"], f"{frame['shown']!r} does not name {words!r}"
        if value != start[control["name"]]:
            assert words in lab.sentence, f"{lab.sentence!r} does not name {words!r}"


def unpacked(packed: Any) -> Any:
    """Return the numbers that travel in a frame, rows as rows; text as it is."""
    if isinstance(packed, bytes):
        return np.frombuffer(packed, dtype=np.float32)
    if isinstance(packed, dict):
        return unpacked(packed["values"]).reshape(-1, packed["row"])
    return packed


def written(frame: dict[str, Any]) -> Iterator[str]:
    """Yield the words that a frame puts into the picture."""
    traces = {f"{key}.{path}": value for key, each in frame["traces"].items() for path, value in each.items()}
    for path, value in {**frame["layout"], **traces}.items():
        if path.endswith(("text", "texttemplate")):
            yield from [value] if isinstance(value, str) else value


def flat_numbers(layout: dict[str, Any]) -> Iterator[float]:
    """Yield the numbers of a layout."""
    for value in layout.values():
        for each in value if isinstance(value, list | tuple) else [value]:
            if isinstance(each, int | float) and not isinstance(each, bool):
                yield each


def ranges(lab: Lab, axis: str, presets: Iterable[str]) -> set[tuple[float, ...]]:
    """Return the ranges that an axis has as the figure is made and in each of these presets; one where all share it."""
    found = {tuple(lab.figure["layout"][axis]["range"])}
    for preset in presets:
        lab.preset(preset)
        found.add(tuple(lab.frame["layout"][f"{axis}.range"]))
    return found


def trace(shown: Lab | Game, key: str) -> dict[str, Any]:
    """Return the arrays of a trace of a lab or a game, rows as rows."""
    frame = shown.scene if isinstance(shown, Game) else shown.frame
    return {path: unpacked(packed) for path, packed in frame["traces"][key].items()}


def scattered(lab: Lab, count: int, seed: int = 3) -> Iterator[Lab]:
    """Yield a lab in states that lie anywhere on its controls."""
    generator = random.Random(seed)
    specifications = lab.parameters.specifications()
    for _ in range(count):
        lab.reset()
        lab.set(**{each["name"]: anywhere(specifications[each["name"]], generator) for each in lab.controls})
        yield lab


def at(make: Callable[[], Lab], preset: str | None = None, **values: Any) -> Lab:
    """Return a lab at a story, or at a state of its own."""
    lab = make()
    if preset is not None:
        lab.preset(preset)
    if values:
        lab.set(**values)
    return lab


def repeats_as_code(lab: Lab) -> bool:
    """Run the code that the lab shows and compare it with the run that the lab shows."""
    names: dict[str, Any] = {}
    exec(lab.code(), names)
    again = Lab(
        lab.title,
        lab.parameters,
        lambda *_, **__: names["run"],
        lambda: _figure(lab),
        lab._draw,
        lab._describe,
        seed=lab.seed,
    )
    return bool(again.frame["traces"] == lab.frame["traces"])


def _figure(lab: Lab) -> Any:
    import plotly.graph_objects as go

    return go.Figure([trace for trace in lab.figure["data"] if not str(trace.get("meta")).startswith("pinned:")])


def sweep(lab: Lab) -> int:
    """Sweep a lab and return how many states were checked."""
    count = 0
    for name in lab.preset_names:
        lab.preset(name)
        check(lab)
        count += 1
    lab.reset()
    for change in states(lab):
        lab.set(**change)
        check(lab)
        count += 1
    lab.reset()
    check(lab)
    return count + 1
