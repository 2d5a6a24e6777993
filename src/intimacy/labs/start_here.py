"""The first lab of all: one slider, one surprise."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from intimacy.arguments import checked
from intimacy.models.start_here import HELP_SHARE, PEOPLE, BadDays, Week, expected_rise, simulate_bad_days
from intimacy.parameters import decimal
from intimacy.widgets import Frame, Lab, Preset, theme


def a_bad_day() -> Lab:
    """People who came for help on a bad day, and the same people a week later."""
    return Lab(
        "Forty people come for help on a bad day, and nobody helps. How are they a week later?",
        BadDays(),
        simulate_bad_days,
        _week_figure,
        draw_week,
        _describe_week,
        [
            Preset("Half of it passes", "Half of what makes a day good or bad lasts, and half is gone next week."),
            Preset("Nothing passes", "People always feel as they feel today.", {"passing_share": 0}),
            Preset("All of it passes", "Every day is drawn anew, for everybody.", {"passing_share": 1}),
        ],
        pinned=[],
        seed=24,
    )


COVER = a_bad_day


def _week_figure() -> go.Figure:
    figure = theme.new_figure(440, margin={"l": 64, "r": 16, "t": 36, "b": 40})
    figure.add_scatter(
        meta="others",
        x=[],
        y=[],
        mode="markers",
        marker={"color": theme.MUTED, "symbol": "circle-open", "size": 6},
        hoverinfo="skip",
    )
    figure.add_scatter(
        meta="ways",
        x=[],
        y=[],
        mode="lines",
        line={"color": theme.PERSON_I, "width": 0.75},
        hoverinfo="skip",
    )
    figure.add_scatter(
        meta="came", x=[], y=[], mode="markers", marker={"color": theme.PERSON_I, "size": 7}, hoverinfo="skip"
    )
    figure.add_scatter(
        meta="mean",
        x=[],
        y=[],
        mode="lines+markers",
        line={"color": theme.INK, "width": 4},
        marker={"color": theme.INK, "symbol": "diamond", "size": 13},
    )
    figure.update_layout(
        xaxis={
            "range": [-0.45, 1.45],
            "tickvals": [0, 1],
            "ticktext": ["first day", "a week later"],
            "showgrid": False,
        },
        yaxis={"title": "Mood (standard deviations)", "range": [-3.4, 3.4], "dtick": 1, "zeroline": True},
    )
    corner: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "y": 1}
    figure.add_annotation(theme.label("● came for help, ◆ their mean", theme.PERSON_I, x=0, yshift=14, **corner))
    figure.add_annotation(theme.label("○ all others", theme.MUTED, x=0, yshift=-4, **corner))
    return figure


@checked
def draw_week(_: BadDays, week: Week) -> Frame:
    """Return what a week changes in the picture."""
    # A fixed small step aside for each person, so that dots do not cover each other.
    aside = 0.14 * np.sin(2.4 * np.arange(PEOPLE))
    came, others = week.came, ~week.came
    both = np.concatenate([week.first_day[others], week.a_week_later[others]])
    # One line draws all ways: to the second day and back, then on to the next person.
    order = np.argsort(week.first_day)[: came.sum()]
    there = np.stack([week.first_day[order], week.a_week_later[order], week.first_day[order]], axis=1)
    means = [week.first_day[came].mean(), week.a_week_later[came].mean()]
    return Frame(
        {
            "others": {"x": np.concatenate([aside[others] - 0.2, aside[others] + 1.2]), "y": both},
            "came": {
                "x": np.concatenate([aside[came] * 0.3, 1 + aside[came] * 0.3]),
                "y": np.concatenate([week.first_day[came], week.a_week_later[came]]),
            },
            "mean": {"x": [0, 1], "y": means},
            "ways": {"x": np.tile([0.0, 1.0, 0.0], len(order)), "y": there.ravel()},
        }
    )


def _describe_week(parameters: BadDays, week: Week) -> str:
    came = round(HELP_SHARE * PEOPLE)
    before = (
        f"{came} of {PEOPLE} people, those who felt worst, came for help. Their mean mood was "
        f"{decimal(week.first_day[week.came].mean())} standard deviations"
    )
    if parameters.passing_share == 0:
        return f"{before}. A week later it is the same: nothing passes, and nobody did anything."
    expected = expected_rise(parameters.passing_share)
    return (
        f"{before}. A week later it is {decimal(week.a_week_later[week.came].mean())}: a rise of {decimal(week.rise)} "
        f"({expected:.2f} on average over endless groups), although nobody did anything. Whoever asked only these "
        f"{came}, before and after, would call it the effect of the help."
    )
