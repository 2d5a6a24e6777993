"""What the pictures of this theme share: how moves, mishearings and strategies look, and small words."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from intimacy.widgets import theme

Array = NDArray[np.float64]

NOTHING: dict[str, Array] = {"x": np.empty(0), "y": np.empty(0)}

CORNER: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "align": "left"}

TALL, LOW = 0.72, 0.16
"""Height of a move that reaches out, and of one that holds back, in a row of height 1."""

_SKY, _GREEN, _YELLOW = theme.FURTHER_PERSONS[2], theme.FURTHER_PERSONS[0], theme.FURTHER_PERSONS[1]

LOOKS: dict[str, tuple[str, str, int]] = {
    "always_reaches_out": (_SKY, "", 8),
    "two_chances": (_SKY, "/", 8),
    "generous": (_GREEN, "-", 8),
    "contrite": (_GREEN, "x", 8),
    "tit_for_tat": (theme.PERSON_I, ".", 8),
    "suspicious": (theme.PERSON_I, "|", 8),
    "pavlov": (_YELLOW, "+", 8),
    "firm_but_fair": (_YELLOW, "\\", 8),
    "coin": (theme.MUTED, ".", 16),
    "answers_twice": (theme.MUTED, "/", 16),
    "grudger": (theme.PERSON_J, "x", 16),
    "always_holds_back": (theme.PERSON_J, "-", 16),
}
"""Colour, pattern and its size for each strategy, and their order in a picture: from those who reach out most."""


def add_moves(figure: go.Figure, meta: str, color: str, **axes: Any) -> None:
    """Add the moves of one person: tall where they reach out, low where they hold back."""
    figure.add_bar(
        meta=meta, x=[], y=[], base=[], width=0.86, marker={"color": color}, hoverinfo="skip", cliponaxis=False, **axes
    )


def moves(rounds: ArrayLike, held_back: ArrayLike, row: float) -> dict[str, Array]:
    """Return the moves of one person as bars that stand on a row."""
    x = np.asarray(rounds, dtype=np.float64)
    return {"x": x, "y": np.where(np.asarray(held_back), LOW, TALL), "base": np.full(len(x), row)}


def add_events(figure: go.Figure, meta: str, symbol: str, **axes: Any) -> None:
    """Add marks above the moves, such as a cross for each that was misheard."""
    figure.add_scatter(
        meta=meta,
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": symbol, "size": 9, "color": theme.INK, "line": {"width": 2, "color": theme.INK}},
        hoverinfo="skip",
        cliponaxis=False,
        **axes,
    )


def times(count: int) -> str:
    """Write how often, in words where it is short."""
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def per_cent(share: float) -> str:
    """Write a share as per cent."""
    return f"{100 * share:.1f} %"
