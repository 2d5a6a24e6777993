"""The labs of "A theme"."""

from __future__ import annotations

import plotly.graph_objects as go

from intimacy.models.a_theme import MINUTES, Course, Fading, simulate_fading
from intimacy.widgets import Frame, Lab, Play, Preset, theme


def fading() -> Lab:
    """An hour in which something fades."""
    return Lab(
        "WRITE: the question that the lab answers. How much is left after an hour?",
        Fading(),
        simulate_fading,
        _figure,
        _draw,
        _describe,
        [
            Preset("A quarter of an hour", "WRITE: the story of the start, in one or two sentences."),
            Preset("Slow", "WRITE: what to look at when it takes an hour.", {"half_life": 60}),
        ],
        play=Play("Minute", ["left"], 0, MINUTES),
    )


COVER = fading


def _figure() -> go.Figure:
    figure = theme.new_figure(360)
    figure.add_scatter(meta="left", x=[], y=[], mode="lines", line={"color": theme.PERSON_I, "width": 3})
    figure.update_layout(
        xaxis={"title": "Time (min)", "range": [0, MINUTES]},
        yaxis={"title": "Left (% of the start)", "range": [0, 104]},
    )
    return figure


def _draw(_: Fading, run: Course) -> Frame:
    return Frame({"left": {"x": run.minutes, "y": 100 * run.left}})


def _describe(parameters: Fading, run: Course) -> str:
    return f"After {MINUTES} minutes {100 * run.left[-1]:.1f} % is left; half was left at {parameters.half_life:g}."
