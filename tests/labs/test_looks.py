"""Every lab and game in every story: its marks stand out, and are told apart without colour."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pytest

import looks
from figures import made
from intimacy.widgets import Game, theme
from look import labs_of
from looks import PAGES, PAPER, Mark
from stems import STEMS

PICTURES = {f"{stem}: {name}": make for stem in STEMS for name, make in labs_of(stem, ("Lab", "Bench", "Game")).items()}
EVERY = pytest.mark.parametrize("name", PICTURES)
INSIDE = "middle center"
LEAST = {"marks": 3.0, "words": 4.5}


@cache
def stories(name: str) -> list[dict[str, Any]]:
    """Return the picture of a lab at its start and in each of its stories; of a game, at its start."""
    widget = made(PICTURES[name])
    pictures = [looks.drawn(widget.figure, widget.scene if isinstance(widget, Game) else widget.frame)]
    for preset in getattr(widget, "preset_names", []):
        widget.preset(preset)
        pictures.append(looks.drawn(widget.figure, widget.frame))
    return pictures


def faint_marks(figure: Mapping[str, Any]) -> Iterator[str]:
    """Yield the marks that do not stand out from the page."""
    marks = [*looks.marks(figure)]
    lines = {
        (mark.panel, *point)
        for mark in marks
        if mark.kind == "line" and all(mark.contrast(page) >= LEAST["marks"] for page in PAGES)
        for point in _points(mark)
    }
    for mark in marks:
        for page in PAGES:
            seen = mark.contrast(page)
            if seen < LEAST["marks"] and not (
                mark.kind == "area" and all((mark.panel, *point) in lines for point in _points(mark))
            ):
                yield f"{mark.kind} {mark.name!r} has a contrast of {seen:.2f} on a {page} page"


def _points(mark: Mark) -> list[tuple[float, float]]:
    return [(round(float(x), 4), round(float(y), 4)) for x, y in zip(mark.x, mark.y, strict=True)]


def alike_without_colour(figure: Mapping[str, Any]) -> Iterator[str]:
    """Yield pairs of marks that nothing but their hue tells apart."""
    marks = [mark for mark in looks.marks(figure) if isinstance(mark.color, str)]
    for one, other in itertools.combinations(marks, 2):
        if (one.panel, one.kind, one.cue) != (other.panel, other.kind, other.cue) or one.color == other.color:
            continue
        shades = [looks.over(mark.color, PAPER["light"], mark.opacity) for mark in (one, other)]
        if not looks.apart_without_hue(*shades) and not any(_named_places(figure, axis, one, other) for axis in "xy"):
            yield f"{one.kind} {one.name!r}, {one.color}, and {other.name!r}, {other.color}: the same {one.cue}"


def _named_places(figure: Mapping[str, Any], axis: str, one: Mark, other: Mark) -> bool:
    """Tell whether two marks lie in stretches of an axis that do not meet, each with a name in words."""
    places = [[float(each) for each in getattr(mark, axis)] for mark in (one, other)]
    (low, high), (next_low, next_high) = ((min(each), max(each)) for each in places)
    if not (high < next_low or next_high < low):
        return False
    reference = one.panel["xy".index(axis)]
    ticks = figure["layout"].get(reference.replace(axis, f"{axis}axis"), {})
    named = [float(at) for at, text in zip(ticks.get("tickvals", []), ticks.get("ticktext", []), strict=False) if text]
    for note in figure["layout"].get("annotations", []):
        if note.get(f"{axis}ref") == reference and note.get("text"):
            named.append(float(note[axis]))
    reach = 0.5 if one.kind == "bar" else 1.0
    return all(any(min(each) - reach <= name <= max(each) + reach for name in named) for each in places)


def faint_words(figure: Mapping[str, Any]) -> Iterator[str]:
    """Yield words that cannot be read on the page, on a pale stretch of the picture, or on the mark that bears them."""
    notes = [each for each in figure["layout"].get("annotations", []) if each.get("text")]
    texts = [(each["text"], each["font"]["color"], each.get("bgcolor")) for each in notes]
    pale = [mark for mark in looks.marks(figure) if mark.kind in ("area", "rect")]
    for page in PAGES:
        stretches = {looks.over(looks.on_page(each.color, page), PAPER[page], each.opacity) for each in pale}
        backs = {PAPER[page], *(each for each in stretches if looks.contrast(each, PAPER[page]) < 2)}
        for text, color, back in texts:
            for behind in [looks.on_page(back, page)] if back else backs:
                yield from _unread(text, color, behind, page)
        for trace in figure["data"]:
            if "text" in trace.get("mode", "") and trace.get("textfont"):
                for behind in _faces(trace, page) if trace.get("textposition", INSIDE) == INSIDE else backs:
                    yield from _unread(str(trace.get("meta")), trace["textfont"]["color"], behind, page)


def _faces(trace: Mapping[str, Any], page: str) -> set[str]:
    """Return the colours that the words of a trace may stand on."""
    marker = trace.get("marker", {})
    if "markers" not in trace["mode"]:
        return {PAPER[page]}
    scale = marker.get("colorscale")
    colors = [color for _, color in scale] if scale else [marker["color"]]
    return {looks.on_page(color, page) for color in colors if isinstance(color, str)}


def _unread(text: str, colors: str | Sequence[str], back: str, page: str) -> Iterator[str]:
    for color in {colors} if isinstance(colors, str) else set(colors):
        seen = looks.contrast(looks.on_page(color, page), back)
        if seen < LEAST["words"]:
            yield f"{text!r} in {color} on {back} has a contrast of {seen:.2f} on a {page} page"


def maps_of_hue(figure: Mapping[str, Any]) -> Iterator[str]:
    """Yield heat maps whose lightness does not rise or fall all the way along their scale."""
    for trace in figure["data"]:
        if trace["type"] != "heatmap":
            continue
        scale = (figure["layout"][trace["coloraxis"]] if "coloraxis" in trace else trace)["colorscale"]
        for page in PAGES:
            for vision in looks.VISION:
                steps = [looks.luminance(looks.on_page(color, page), vision) for _, color in scale]
                rises = [second - first for first, second in itertools.pairwise(steps)]
                if not (all(each > 0.05 for each in rises) or all(each < -0.05 for each in rises)):
                    yield f"{trace.get('meta')!r} with {vision}, {page}: {[round(each, 2) for each in steps]}"


def grey_twins(figure: Mapping[str, Any]) -> Iterator[str]:
    """Yield lines that look like the ghost of a pinned curve beside them."""
    ghosts = [trace for trace in figure["data"] if str(trace.get("meta")).startswith("pinned:")]
    for ghost, mark in itertools.product(ghosts, looks.marks(figure)):
        look = (ghost["line"]["color"], (ghost["line"]["dash"], ghost["line"]["width"]))
        beside = mark.kind == "line" and mark.panel == (ghost.get("xaxis", "x"), ghost.get("yaxis", "y"))
        if beside and (mark.color, mark.cue) == look:
            yield f"{mark.name!r} looks like {ghost['meta']!r}"


CHECKS = [faint_marks, alike_without_colour, faint_words, maps_of_hue, grey_twins]


@EVERY
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_picture(check: Callable[[Mapping[str, Any]], Iterator[str]], name: str) -> None:
    assert sorted({fault for figure in stories(name) for fault in check(figure)}) == []


def picture(*traces: dict[str, Any], **layout: Any) -> dict[str, Any]:
    """Return a small figure."""
    return {"data": [{"type": "scatter", "x": [0, 1], "y": [0, 1], **each} for each in traces], "layout": layout}


BLUE, ORANGE = {"line": {"color": theme.PERSON_I}}, {"line": {"color": theme.PERSON_J}}
DASHED = {"line": {"color": theme.PERSON_J, "dash": "dash"}}
GHOST = {"line": {"color": theme.MUTED, "dash": "dash", "width": 1}}
FAULTS = [
    (faint_marks, picture({"line": {"color": "#F0E442"}})),
    (faint_marks, picture({"line": {"color": theme.PERSON_I}, "opacity": 0.3})),
    (faint_marks, picture({"line": {"width": 0}, "fill": "toself", "fillcolor": "rgba(0,0,0,0.1)"})),
    (faint_marks, picture({"type": "bar", "marker": {"color": theme.DOPAMINE}})),
    (alike_without_colour, picture(BLUE, ORANGE)),
    (faint_words, picture(BLUE, annotations=[{"text": "no", "font": {"color": theme.MUTED}, "bgcolor": theme.GRID}])),
    (faint_words, picture({"mode": "markers+text", "marker": {"color": "#0072B2"}, "textfont": {"color": theme.INK}})),
    (maps_of_hue, picture({"type": "heatmap", "colorscale": [[0, "#0072B2"], [0.5, "#e2e2e2"], [1, "#E69F00"]]})),
    (grey_twins, picture({**GHOST, "meta": "pinned:one"}, {**GHOST, "meta": "expected"})),
]


@pytest.mark.parametrize(
    ("check", "figure"), FAULTS, ids=[f"{check.__name__}-{at}" for at, (check, _) in enumerate(FAULTS)]
)
def test_a_planted_fault_is_found(check: Callable[[Mapping[str, Any]], Iterator[str]], figure: dict[str, Any]) -> None:
    assert [*check(figure)]


def test_a_second_cue_is_enough() -> None:
    assert not [*alike_without_colour(picture(BLUE, DASHED))]
    assert not [*faint_marks(picture({"type": "bar", "marker": theme.edged(theme.DOPAMINE)}))]


def test_the_measure_of_contrast_is_that_of_wcag() -> None:
    assert looks.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert looks.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert looks.over("rgba(0,0,0,0.5)", "#ffffff") == "#808080"


def test_who_lacks_a_cone_sees_white_and_greys_as_they_are() -> None:
    for vision in looks.VISION:
        assert looks.luminance("#808080", vision) == pytest.approx(looks.luminance("#808080"), abs=1e-3)
    red, green = "#b00000", "#006000"
    assert math.isclose(looks.contrast(red, green), 1, abs_tol=0.6)
