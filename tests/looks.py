"""How pictures look: colours as everyone sees them, and the marks of a picture with all that tells them apart."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np

from intimacy.widgets import front_end, theme
from sweep import unpacked

PAGES = ("light", "dark")
PAPER = {"light": "#ffffff", "dark": "#111111"}
"""What is behind a picture: white, and the paper of JupyterLab's dark theme."""
TURNS = dict(
    re.findall(
        r'"(#[0-9a-f]{6})": "(#[0-9a-f]{6})"',
        files(front_end.__name__).joinpath("shared.js").read_text(encoding="utf-8"),
    )
)
"""The colours that the front end turns when the page is dark."""

# Machado, Oliveira & Fernandes (2009), https://doi.org/10.1109/TVCG.2009.113: full loss of one kind of cone, on linear
# RGB. For short waves the model is a rough one; the rest of this file only asks for the lightness that is left.
VISION: Mapping[str, np.ndarray] = {
    "all colours": np.eye(3),
    "no red cones": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green cones": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "no blue cones": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def parts(color: str) -> np.ndarray:
    """Return red, green, blue and opacity of ``#rrggbb`` or ``rgba(r,g,b,a)``, each from 0 to 1."""
    if color.startswith("#"):
        return np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)] + [1.0])
    numbers = [float(each) for each in re.findall(r"[\d.]+", color)]
    return np.array([*(each / 255 for each in numbers[:3]), *(numbers[3:] or [1.0])])


def linear(color: str) -> np.ndarray:
    """Return red, green and blue as amounts of light."""
    values = parts(color)[:3]
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def luminance(color: str, vision: str = "all colours") -> float:
    """Return the relative luminance of WCAG 2, of what is left of a colour in someone's eyes."""
    return float(np.clip(VISION[vision] @ linear(color), 0, 1) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str, vision: str = "all colours") -> float:
    """Return the contrast ratio of WCAG 2, from 1 to 21."""
    high, low = sorted((luminance(one, vision), luminance(other, vision)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def over(color: str, paper: str, opacity: float = 1.0) -> str:
    """Return the colour that is seen where a colour with some opacity lies on paper."""
    red, green, blue, alpha = parts(color)
    mixed = alpha * opacity * np.array([red, green, blue]) + (1 - alpha * opacity) * parts(paper)[:3]
    return "#" + "".join(f"{round(255 * each):02x}" for each in mixed)


def on_page(color: str, page: str) -> str:
    """Return a colour as the front end draws it on a light or a dark page."""
    return TURNS.get(color.lower(), color) if page == "dark" else color


def apart_without_hue(one: str, other: str) -> bool:
    """Tell whether lightness alone tells two colours apart, in grey and in everyone's eyes."""
    return all(contrast(one, other, vision) >= 3 for vision in VISION)


def drawn(figure: Any, frame: Mapping[str, Any]) -> dict[str, Any]:
    """Return a figure with a frame put in, as the front end does it; of a film, its last row."""
    whole = copy.deepcopy(dict(figure))
    for trace in whole["data"]:
        for path, value in frame["traces"].get(trace.get("meta"), {}).items():
            numbers = unpacked(value)
            film = getattr(numbers, "ndim", 1) == 2 and trace["type"] != "heatmap"
            _put(trace, path, numbers[-1] if film else numbers)
    for path, value in frame["layout"].items():
        _put(whole["layout"], path, value)
    return whole


def _put(target: Any, path: str, value: Any) -> None:
    *keys, last = re.findall(r"[^.\[\]]+", path)
    for key in keys:
        target = target[int(key)] if isinstance(target, list) else target.setdefault(key, {})
    target[last] = value


@dataclass(frozen=True)
class Mark:
    """Something in a picture that carries a meaning.

    Attributes:
        name: the key of its trace, or its place among the shapes.
        panel: its axes.
        kind: line, dot, area, bar or rect.
        color: as written for a light page.
        opacity: of the whole mark.
        cue: all that tells it apart from others of its kind but colour.
        edge: the colour of its outline; blank where it has none.
        x, y: where it is; of a bar, where it stands.
    """

    name: str
    panel: tuple[str, str]
    kind: str
    color: str
    opacity: float
    cue: tuple[Any, ...]
    edge: str
    x: Sequence[Any]
    y: Sequence[Any]

    def contrast(self, page: str) -> float:
        """Return the contrast with the page, of its face or of its outline if that stands out more."""
        seen = (over(on_page(each, page), PAPER[page], self.opacity) for each in (self.color, self.edge) if each)
        return max(contrast(each, PAPER[page]) for each in seen)


def marks(figure: Mapping[str, Any]) -> Iterator[Mark]:
    """Yield the marks of a drawn figure that have a colour of their own, one per look that a trace has."""
    for number, trace in enumerate(figure["data"]):
        x, y = ([*trace[axis]] if trace.get(axis) is not None else [] for axis in "xy")
        if trace["type"] not in ("scatter", "bar") or trace.get("visible") is False or not x:
            continue
        name, panel = str(trace.get("meta", number)), (trace.get("xaxis", "x"), trace.get("yaxis", "y"))
        opacity, line = trace.get("opacity", 1.0), {"dash": "solid", "width": 2, **trace.get("line", {})}
        if trace["type"] == "bar":
            base = trace.get("base")
            stands = y if trace.get("orientation") == "h" or base is None else [*base]
            paths = ("color", "pattern.shape", "pattern.size", "line.color", "line.width")
            for look, at in _looks(trace, x, paths).items():
                color, shape, size, edge, width = look
                if not isinstance(color, str):
                    continue
                edge = edge if edge and width != 0 else ""
                where = ([each[place] for place in at] for each in (x, stands))
                yield Mark(name, panel, "bar", color, opacity, (shape or "", size, edge), edge, *where)
            continue
        modes = trace.get("mode", "lines").split("+")
        if "lines" in modes and line["width"]:
            yield Mark(name, panel, "line", line["color"], opacity, (line["dash"], line["width"]), "", x, y)
        if trace.get("fill", "none") != "none" or "stackgroup" in trace:
            pattern = trace.get("fillpattern", {})
            edge = line["color"] if line["width"] else pattern.get("fgcolor", "")
            shape = (pattern.get("shape", ""), pattern.get("size"), edge)
            yield Mark(name, panel, "area", trace["fillcolor"], opacity, shape, edge, x, y)
        if "markers" in modes:
            for look, at in _looks(trace, x, ("symbol", "color", "size", "line.color", "line.width")).items():
                symbol, color, size, edge, width = look
                color = edge if "thin" in (symbol or "") else color
                if size != 0 and isinstance(color, str):
                    faint = opacity * trace["marker"].get("opacity", 1.0)
                    cue = (symbol or "circle", size, edge or "", width or 0)
                    where = ([each[place] for place in at] for each in (x, y))
                    yield Mark(name, panel, "dot", color, faint, cue, (edge if width else "") or "", *where)
    for number, shape in enumerate(figure["layout"].get("shapes", [])):
        if shape.get("visible") is False:
            continue
        panel = (shape.get("xref", "x").split()[0], shape.get("yref", "y").split()[0])
        line = {"color": theme.INK, "width": 2, "dash": "solid", **shape.get("line", {})}
        edge = line["color"] if line["width"] else ""
        opacity, places = (
            shape.get("opacity", 1.0),
            ([shape.get("x0"), shape.get("x1")], [shape.get("y0"), shape.get("y1")]),
        )
        if shape.get("fillcolor", "rgba(0,0,0,0)") != "rgba(0,0,0,0)":
            yield Mark(f"shape {number}", panel, "rect", shape["fillcolor"], opacity, (edge,), edge, *places)
        elif edge:
            yield Mark(f"shape {number}", panel, "rule", edge, opacity, (line["dash"], line["width"]), "", *places)


def _looks(trace: Mapping[str, Any], x: Sequence[Any], paths: Sequence[str]) -> dict[tuple[Any, ...], list[int]]:
    """Return each look that points of a trace have, by attributes of its marker, with the places of those points."""
    columns = []
    for path in paths:
        value = trace.get("marker", {})
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        columns.append([value] * len(x) if value is None or isinstance(value, str | int | float) else [*value])
    found: dict[tuple[Any, ...], list[int]] = {}
    for place, look in enumerate(zip(*columns, strict=False)):
        found.setdefault(look, []).append(place)
    return found
