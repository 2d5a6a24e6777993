"""A finished picture keeps its numbers, says its sentence, and is drawn in colours that turn with the page."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from intimacy.widgets import Still, theme
from sweep import check

TABLE = pd.DataFrame({"study": ["A", "B"], "effect": [0.5, -0.25]})
SENTENCE = "Study A is at 0.5, study B is at minus 0.25."


def figure() -> go.Figure:
    """Draw two points in black."""
    drawn = go.Figure()
    for position, (study, effect) in enumerate(TABLE.itertuples(index=False)):
        drawn.add_scatter(x=[effect], y=[position], name=study, marker_color="#000000", mode="markers")
    drawn.add_vline(x=0, line_color="black")
    return drawn.update_layout(height=180)


def still() -> Still:
    """Make a still."""
    return Still("How large is it?", figure(), SENTENCE, TABLE)


def numbers(packed: bytes) -> list[float]:
    """Read what travels."""
    return [float(each) for each in np.frombuffer(packed, dtype=np.float32)]


def test_the_picture_is_finite_and_has_its_words_and_no_controls() -> None:
    made = still()
    check(made)
    assert made.sentence == SENTENCE
    assert made.controls == []
    assert made.presets == []
    assert made.pinned is None


def test_the_points_travel_with_the_frame_and_each_trace_has_a_key_of_its_own() -> None:
    made = still()
    traces = made.frame["traces"]
    assert [trace["meta"] for trace in made.figure["data"]] == list(traces)
    assert [numbers(trace["x"]) for trace in traces.values()] == [[0.5], [-0.25]]
    assert [numbers(trace["y"]) for trace in traces.values()] == [[0], [1]]


def test_black_becomes_ink_and_the_look_is_that_of_the_collection() -> None:
    made = still()
    assert [trace["marker"]["color"] for trace in made.figure["data"]] == [theme.INK, theme.INK]
    assert made.figure["layout"]["shapes"][0]["line"]["color"] == theme.INK
    assert made.figure["layout"]["template"]["layout"]["font"]["color"] == theme.INK
    assert made.figure["layout"]["height"] == 180


def test_the_figure_that_was_handed_in_stays_as_it_was() -> None:
    drawn = figure()
    before = drawn.to_json()
    Still("How large is it?", drawn, SENTENCE, TABLE)
    assert drawn.to_json() == before


def test_two_traces_of_one_name_are_kept_apart() -> None:
    drawn = go.Figure([go.Scatter(x=[1], y=[1], name="same"), go.Scatter(x=[2], y=[2], name="same")])
    traces = Still("Which?", drawn, SENTENCE, TABLE).frame["traces"]
    assert [numbers(trace["x"]) for trace in traces.values()] == [[1], [2]]


def test_the_code_gives_the_table() -> None:
    made = still()
    names: dict[str, pd.DataFrame] = {}
    exec(made.code(), names)
    pd.testing.assert_frame_equal(names["table"], TABLE)
    pd.testing.assert_frame_equal(made.table(), TABLE)


def test_the_note_says_that_these_are_results_and_can_be_replaced() -> None:
    assert "Nothing is pooled" in still().note
    assert Still("How?", figure(), SENTENCE, TABLE, note="A sketch.").note == "A sketch."
