"""What the labs on relationships share: how a value is written, the note on safety, and how ties are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from intimacy.widgets import Lab, theme
from intimacy.widgets.lab import NOTE

Array = NDArray[np.float64]

SAFE = (
    "The model assumes that all are safe and free to leave. It does not apply to violence, coercion or control, and "
    "repair is not advice to stay."
)
"""Said below every lab that speaks of what people do to each other."""

CORNER: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "align": "left"}
NOTHING: dict[str, Array] = {"x": np.empty(0), "y": np.empty(0)}

RIBBON = {"fill": "toself", "line": {"width": 0}, "mode": "lines", "hoverinfo": "skip"}
"""A trace that draws :func:`ribbons`."""


def safe(lab: Lab) -> Lab:
    """Return the lab with the note on safety below it."""
    lab.note = f"{NOTE} {SAFE}"
    return lab


def percent(share: float) -> str:
    """Write a share in whole per cent; a share above 0 is never written as 0."""
    return "below 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Join words as a sentence does: ``a``, ``a and b``, ``a, b and c``."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def ribbons(places: Array, pairs: Sequence[tuple[int, int]], width: float) -> dict[str, Array]:
    """Return the outline of a narrow band along each tie, as one path.

    The path goes from the middle of the picture to each band, round it and back the same way, which encloses nothing.
    """
    points: list[Array] = []
    hub = np.zeros(2)
    for one, other in pairs:
        along = places[other] - places[one]
        across = np.array([-along[1], along[0]]) * width / (2 * max(float(np.hypot(*along)), 1e-9))
        corners = [places[one] + across, places[other] + across, places[other] - across, places[one] - across]
        points += [hub, *corners, corners[0], hub]
    path = np.array(points)
    return {"x": path[:, 0], "y": path[:, 1]}


def pairs_of(ties: Array) -> list[tuple[int, int]]:
    """Return each tie once."""
    return [(int(one), int(other)) for one, other in np.argwhere(np.triu(ties) > 0)]


def add_people(figure: go.Figure, axes: dict[str, str], **marker: Any) -> None:
    """Add the ties and the people of a graph to a figure, on axes of their own."""
    figure.add_scatter(meta="ties", x=[], y=[], fillcolor=theme.MUTED, **RIBBON, **axes)
    figure.add_scatter(
        meta="people",
        x=[],
        y=[],
        mode="markers+text",
        text=[],
        textfont={"size": 14, "color": theme.INK},
        marker={"size": 30, "opacity": 1, "line": {"color": theme.INK, "width": 1}, **marker},
        cliponaxis=False,
        hoverinfo="skip",
        **axes,
    )


HIDDEN: dict[str, Any] = {"visible": False, "constrain": "domain", "range": [-1.25, 1.25]}
"""An axis of a graph of people."""
