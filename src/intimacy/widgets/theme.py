"""One colour, one meaning: the palette (Okabe and Ito) and the plotly template of the collection.

Every colour comes with a second cue (a dash, a marker, a filled area), so that no picture depends on colour alone.
The front end turns ``INK``, ``GRID``, ``MUTED`` and the text colours when the page is dark.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import plotly.graph_objects as go

INK = "#1a1a1a"
GRID = "#e2e2e2"
MUTED = "#767676"

PERSON_I = "#0072B2"
PERSON_J = "#D55E00"
FURTHER_PERSONS = ("#009E73", "#F0E442", "#56B4E9")
OXYTOCIN = "#CC79A7"
VASOPRESSIN = "#009E73"
DOPAMINE = "#E69F00"
STRESS = "#D55E00"

TEXT = {
    PERSON_I: "#005a8f",
    PERSON_J: "#9d3e00",
    VASOPRESSIN: "#006e50",
    OXYTOCIN: "#8a4470",
    DOPAMINE: "#7a5400",
    MUTED: "#595959",
    INK: INK,
}
"""A darker shade of each colour that is readable as text on white; the front end lightens it on black."""

COLD, WARM = "#f2a26b", "#7cc0ea"
"""Pale shades of the second and the first person's colour, on which ink can be read; the front end turns them too."""

COLD_TO_WARM = [[0, COLD], [0.5, GRID], [1, WARM]]
"""Below zero, zero, above zero, where a size or a ring says the same."""

ERROR_MAP = [[0, "#004a75"], [0.5, "#8c8c8c"], [1, "#ffc04d"]]
"""Worse than expected, as expected, better: told apart by lightness alone, also in grey."""

WARMTH_MAP = [[0, "#a84300"], [0.5, "#a3a3a3"], [1, "#c4e4f7"]]
"""Below zero, zero, above zero in a map, in shades of :data:`COLD_TO_WARM` that grey tells apart as well."""

SHADED: dict[str, Any] = {"fillcolor": "rgba(118,118,118,0.18)", "line": {"color": MUTED, "width": 1}}
"""A stretch of a picture, such as the rounds of a betrayal: pale, with an edge that stands out."""

BAND: dict[str, Any] = {**SHADED, "mode": "lines", "fill": "toself", "fillcolor": "rgba(118,118,118,0.28)"}
"""What lies between two lines of numbers, such as what chance does: darker than a stretch, as lines lie on it."""

DASHES = {
    PERSON_I: "solid",
    PERSON_J: "longdash",
    **dict(zip(FURTHER_PERSONS, ("dot", "dashdot", "dash"), strict=True)),
}

_AXIS: dict[str, Any] = {
    "gridcolor": GRID,
    "linecolor": MUTED,
    "zerolinecolor": MUTED,
    "zerolinewidth": 1,
    "tickcolor": MUTED,
    "ticks": "outside",
    "ticklen": 4,
    "automargin": True,
    "title": {"standoff": 8, "font": {"size": 14}},
    "fixedrange": True,
}

_LOOK: dict[str, Any] = {
    "layout": {
        "font": {"family": "system-ui, -apple-system, Segoe UI, DejaVu Sans, sans-serif", "size": 14, "color": INK},
        "colorway": [PERSON_I, PERSON_J, *FURTHER_PERSONS, OXYTOCIN, DOPAMINE],
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        # Room beside the last number would change which numbers there are, and so the room: plotly goes back and forth.
        "xaxis": {**_AXIS, "automargin": "height"},
        "yaxis": _AXIS,
        "margin": {"l": 64, "r": 24, "t": 16, "b": 48},
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {"font": {"size": 14}},
        "annotationdefaults": {"showarrow": False, "font": {"size": 14}},
        "dragmode": False,
    },
    "data": {
        "scatter": [{"line": {"width": 2}, "marker": {"size": 8}}],
        "bar": [{"marker": {"line": {"width": 0}}}],
    },
}


@cache
def template() -> go.layout.Template:
    """Return the look as plotly's template; plotly is slow to check it, so that waits for the first picture."""
    return go.layout.Template(_LOOK)


def new_figure(height: int = 420, **layout: Any) -> go.Figure:
    """Return an empty figure in the look of the collection."""
    return go.Figure(layout={"template": template(), "height": height, **layout})


def ceiling(value: float, smallest: float) -> float:
    """Return the first of ``smallest``, twice that, four times that … to hold ``value``, so that axes rarely move."""
    return float(smallest * 2.0 ** max(0, np.ceil(np.log2(max(value, smallest) / smallest))))


def edged(color: str) -> dict[str, Any]:
    """Return the marker of bars in a pale colour, with an edge that stands out on the page."""
    return {"color": color, "line": {"color": TEXT[color], "width": 1}}


def label(
    text: str, color: str = INK, *, x: float, y: float, xref: str = "x", yref: str = "y", **more: Any
) -> dict[str, Any]:
    """Return an annotation that labels a line directly, in a shade of the line's colour that can be read."""
    font = {"size": 14, "color": TEXT[color]}
    return {"text": text, "x": x, "y": y, "xref": xref, "yref": yref, "showarrow": False, "font": font, **more}
