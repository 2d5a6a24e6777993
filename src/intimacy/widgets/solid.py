"""A solid body whose parts take colours from values: what the front end draws in three dimensions, or flat."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["shell", "value", "still", "marker", "coarse"]

PER_UNIT = 100
"""How many steps of a travelling coordinate make one unit: with millimetres, a hundredth of one is kept."""

MOST_POINTS = 2**16
"""How many points two bytes can name."""


@dataclass(frozen=True)
class Piece:
    """A part of a body.

    Attributes:
        name: how a program calls it.
        label: its short name, which stands beside it.
        words: its whole name.
        kind: ``shell`` is drawn as glass around all else, ``value`` takes its colour from a value, ``still`` is grey
            and solid, and a ``marker`` is a grey sign that stands where a part is but has not its shape. ``coarse`` is
            a shell of fewer triangles, the last piece, which slow machines draw while the body turns.
        triangles: the corners of each triangle, as positions in the points of the body, shape (triangles, 3).
        anchors: where its label may point to, shape (anchors, 3); the one nearest to the viewer is taken.
    """

    name: str
    label: str
    words: str
    kind: Kind
    triangles: NDArray[np.integer[Any]]
    anchors: NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Solid:
    """A body, shown once in each panel from the same side.

    Attributes:
        panels: what stands above each panel.
        points: shape (points, 3): to the right, to the front, up. At most 65,536 of them.
        pieces: the parts. A frame's trace ``solid`` has ``shade`` (0 to 1) and ``value`` (the number beside the
            label) for each panel in turn and in it for each piece of kind ``value``, in this order.
        views: name of a side and the angles (turn, tilt) in degrees from which it is seen; the first is the start.
            Turn 0 looks from behind, 90 from the left, 180 from the front; tilt 90 looks from above.
        flat_view: the name of the side that the body shows when it is drawn flat.
        low, high: words at the ends of the colour scale.
        note: what a viewer must know about the picture.
    """

    panels: Sequence[str]
    points: NDArray[np.floating[Any]]
    pieces: Sequence[Piece]
    views: Mapping[str, tuple[float, float]]
    flat_view: str
    low: str
    high: str
    note: str = ""

    def __post_init__(self) -> None:
        if len(self.points) > MOST_POINTS:
            raise ValueError(f"points must be at most {MOST_POINTS}, got {len(self.points)}")
        if np.abs(self.points).max() * PER_UNIT >= 2**15:
            raise ValueError(f"points must lie within ±{2**15 / PER_UNIT:g}, got {np.abs(self.points).max():g}")

    @property
    def value_names(self) -> tuple[str, ...]:
        """The pieces that take a value, in order."""
        return tuple(piece.name for piece in self.pieces if piece.kind == "value")

    def packed(self) -> dict[str, Any]:
        """Return the body as it travels: coordinates and corners in steps, gzipped, the rest as plain values."""
        points = np.rint(self.points * PER_UNIT).astype(np.int16)
        corners = np.concatenate([piece.triangles for piece in self.pieces]).astype(np.uint16)
        pieces = [
            {
                "name": piece.name,
                "label": piece.label,
                "words": piece.words,
                "kind": piece.kind,
                "count": 3 * len(piece.triangles),
                "anchors": np.asarray(piece.anchors, dtype=float).round(1).tolist(),
            }
            for piece in self.pieces
        ]
        return {
            "panels": list(self.panels),
            "points": _in_steps(points),
            "corners": _in_steps(corners),
            "per_unit": PER_UNIT,
            "pieces": pieces,
            "views": {name: list(angles) for name, angles in self.views.items()},
            "flat_view": self.flat_view,
            "low": self.low,
            "high": self.high,
            "note": self.note,
        }


def _in_steps(rows: NDArray[np.integer[Any]]) -> bytes:
    """Return 16-bit numbers as few bytes: column by column the steps from row to row, low bytes first, gzipped."""
    steps = np.diff(rows, axis=0, prepend=np.zeros_like(rows[:1])).T.astype("<u2", order="C")
    return gzip.compress(steps.reshape(-1).view(np.uint8).reshape(-1, 2).T.tobytes(), mtime=0)
