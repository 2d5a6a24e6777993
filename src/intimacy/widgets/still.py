"""A finished picture, shown like a lab: with its sentence, its table, and in the colours of the page."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from intimacy.widgets import theme
from intimacy.widgets.lab import Frame, Lab, NoControls

NOTE = "Results as published, or computed from published counts. Nothing is pooled."

# Published results are drawn in black; the front end turns ink, not black, when the page is dark.
_BLACK = ("#000000", "#000", "black")


class Still(Lab):
    """A picture that does not change, with the sentence and the table that say what it shows.

    Args:
        title: the question that the picture answers.
        figure: the finished picture; it is copied and put in the look of the collection.
        sentence: its text alternative.
        table: the numbers behind it.
        note: what stands below it.
    """

    def __init__(self, title: str, figure: go.Figure, sentence: str, table: pd.DataFrame, *, note: str = NOTE) -> None:
        empty, frame = _taken_apart(figure)
        super().__init__(
            title,
            NoControls(),
            lambda _: table,
            lambda: empty,
            lambda _, __: frame,
            lambda _, __: sentence,
            table=lambda rows: rows,
            code=lambda _: _as_code(table),
            pinned=[],
        )
        self.note = note


def _taken_apart(figure: go.Figure) -> tuple[go.Figure, Frame]:
    """Return the picture in the look of the collection without its points, and the points by the keys of the traces."""
    whole = _with_ink(figure.to_plotly_json())
    points = {}
    for number, trace in enumerate(whole["data"]):
        trace["meta"] = f"{number}: {trace.get('name', trace['type'])}"
        points[trace["meta"]] = {axis: list(trace[axis]) for axis in ("x", "y") if trace.get(axis) is not None}
        trace.update({axis: [] for axis in points[trace["meta"]]})
    return go.Figure(whole).update_layout(template=theme.template()), Frame(points)


def _with_ink(value: Any) -> Any:
    """Return the parts of a figure with ink in the place of black, copied all the way down."""
    if isinstance(value, dict):
        return {key: _with_ink(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_ink(each) for each in value]
    return theme.INK if isinstance(value, str) and value in _BLACK else value


def _as_code(table: pd.DataFrame) -> str:
    columns = "".join(f"    {name!r}: {values!r},\n" for name, values in table.to_dict("list").items())
    return f"import pandas as pd\n\ntable = pd.DataFrame({{\n{columns}}})"
