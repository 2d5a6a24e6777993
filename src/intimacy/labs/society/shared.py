"""What the pictures of networks share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy.models.society import Network
from intimacy.widgets import theme

Array = NDArray[np.float64]

CORNER: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "align": "left"}

SCALE = 1000
"""Networks are drawn in thousandths, so that the path of their ties is written in whole numbers."""

MOST_TIES = 1500
"""Most ties that are drawn; of more, evenly chosen ones are."""

AWAY = -5 * SCALE
"""Where points wait that are not to be seen: far outside the axes."""

HIDDEN: dict[str, Any] = {"visible": False, "constrain": "domain"}


def path_of_ties(network: Network, places: Array) -> str:
    """Return all ties as one path, for a shape in the axes of places of shape (people, 2)."""
    pairs = network.pairs()
    if len(pairs) > MOST_TIES:
        pairs = pairs[np.linspace(0, len(pairs) - 1, MOST_TIES).round().astype(np.int64)]
    ends = np.rint(places).astype(np.int64)[pairs].reshape(-1, 4).tolist()
    return "".join(f"M{x0},{y0}L{x1},{y1}" for x0, y0, x1, y1 in ends)


def ties(xref: str, yref: str) -> dict[str, Any]:
    """Return the shape that draws them; its path comes with each frame."""
    line = {"color": theme.MUTED, "width": 1}
    return {
        "type": "path",
        "path": "M0,0L0,0",
        "xref": xref,
        "yref": yref,
        "layer": "below",
        "line": line,
    }


def ring_places(people: int, levels: int = 5) -> Array:
    """Return places on a broad ring, neighbours beside each other on several levels, shape (people, 2)."""
    angle = 2 * np.pi * np.arange(people) / people - np.pi / 2
    radius = SCALE * (0.62 + 0.33 * (np.arange(people) % levels) / (levels - 1))
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
