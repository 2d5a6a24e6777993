"""The lab on loneliness in a town: what spreads, what grows where its causes are, and what helps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go

from intimacy.arguments import checked
from intimacy.labs.society.shared import AWAY, CORNER, HIDDEN, SCALE, path_of_ties, ring_places, ties
from intimacy.models import society as model
from intimacy.models.society import Loneliness, LonelinessRun
from intimacy.widgets import Frame, Lab, Play, Preset, theme

STOPS = model.YEARS + 1
"""Pictures of the town: one a year."""

_CAUSES_AT, _CAUSES_HIGH = 1.0, 0.2  # where the outer line begins, and how far out twice the mean would lie


def in_a_town() -> Lab:
    """A town in which people become lonely and connected again: who is lonely, and how many."""
    return Lab(
        "Loneliness clusters. Does it spread, or does it grow where its causes are?",
        Loneliness(),
        model.simulate_loneliness,
        _town_figure,
        draw_town,
        _describe_town,
        [
            Preset(
                "It spreads",
                "Each lonely contact adds a little to the rate at which you become lonely. Press Play and watch.",
            ),
            Preset(
                "Nothing spreads",
                "No contagion at all. The causes are uneven, and neighbours share them: see the outer line.",
                {"contagion": 0.0, "onset": 0.06, "unevenness": 1.0, "sharing": 1.0},
            ),
            Preset(
                "Causes anywhere",
                "The same causes, still no contagion, but now they fall on anyone in town.",
                {"contagion": 0.0, "onset": 0.06, "unevenness": 1.0},
            ),
            Preset(
                "Help each lonely person",
                "Everyone who is lonely finds a way out twice as fast. How far does the line fall?",
                {"recovery": 0.6},
            ),
            Preset(
                "Halve the causes",
                "Fewer moves, less illness and exclusion. Nobody's way out has changed.",
                {"onset": 0.02},
            ),
            Preset(
                "Halve causes and contagion",
                "The dashed line comes to rest where it does for twice the recovery. Only the pace is another.",
                {"onset": 0.02, "contagion": 0.01},
            ),
            Preset(
                "Twice as many contacts",
                "In this model a contact can only make you lonely, never comfort you. What is wrong with that?",
                {"contacts": 12},
            ),
            Preset(
                "Contacts all over town",
                "As many contacts, but they live anywhere in town. Does the clustering go away?",
                {"rewiring": 1.0},
            ),
            Preset(
                "The published rates",
                "2 % a year, half a point more per contact, 4 % back: fitted to obesity, not to loneliness [hill2010].",
                {"onset": 0.02, "contagion": 0.005, "recovery": 0.04, "contacts": 4},
            ),
            Preset("Five hundred people", "The same rates in a larger town. What becomes smoother?", {"people": 500}),
        ],
        controls=[
            "onset",
            "contagion",
            "recovery",
            "unevenness",
            "sharing",
            "contacts",
            "rewiring",
            "people",
            "start",
        ],
        advanced=["contacts", "rewiring", "people", "start"],
        pinned=["share"],
        play=Play("Year", ["share", "mean field"], 0, model.YEARS, seconds=15, films=["lonely"]),
        seed=56,  # a small town whose share is near to what is expected; "Draw again" shows others
    )


def _town_figure() -> go.Figure:
    figure = theme.new_figure(700, margin={"l": 68, "r": 16, "t": 30, "b": 48})
    graph = {"xaxis": "x2", "yaxis": "y2", "hoverinfo": "skip"}
    figure.add_scatter(meta="causes", x=[], y=[], mode="lines", line={"color": theme.MUTED, "width": 2}, **graph)
    figure.add_scatter(
        meta="people",
        x=[],
        y=[],
        mode="markers",
        marker={"size": 8, "color": theme.GRID, "line": {"color": theme.MUTED, "width": 1}},
        **graph,
    )
    figure.add_scatter(
        meta="lonely",
        x=[],
        y=[],
        mode="markers",
        marker={"size": 11, "symbol": "diamond", "color": theme.STRESS, "line": {"color": theme.INK, "width": 1}},
        **graph,
    )
    expected = {"color": theme.MUTED, "dash": "dash", "width": 1.5}
    figure.add_scatter(meta="mean field", x=[], y=[], mode="lines", line=expected)
    figure.add_scatter(meta="share", x=[], y=[], mode="lines", line_color=theme.STRESS)
    edges = [-1.22 * SCALE, 1.22 * SCALE]
    figure.update_layout(
        xaxis={"title": "Time (years)", "range": [0, model.YEARS], "dtick": 10, "anchor": "y"},
        yaxis={"title": "Lonely people", "domain": [0, 0.27], "anchor": "x", "tickformat": ".0%", "nticks": 5},
        xaxis2={**HIDDEN, "domain": [0, 1], "range": edges, "anchor": "y2"},
        yaxis2={**HIDDEN, "domain": [0.37, 1], "range": edges, "anchor": "x2", "scaleanchor": "x2"},
        shapes=[ties("x2", "y2")],
    )
    figure.add_annotation(theme.label("◆ lonely  ○ connected", theme.INK, x=0, y=1, yshift=4, **CORNER))
    figure.add_annotation(theme.label("", theme.INK, x=0, y=0.27, yshift=4, **CORNER))
    right: dict[str, Any] = {**CORNER, "xanchor": "right", "align": "right"}
    figure.add_annotation(theme.label("", theme.MUTED, x=1, y=1, yshift=4, **right))
    return figure


@checked
def draw_town(parameters: Loneliness, run: LonelinessRun) -> Frame:
    """Return what a run changes in the picture: who is lonely in each year, and the share over time."""
    places = ring_places(parameters.people)
    lonely = np.where(run.film(STOPS), places[:, 0], AWAY)
    even = parameters.unevenness == 0 or parameters.onset == 0
    twice = np.zeros(parameters.people) if even else run.causes / parameters.onset / 2
    angle = 2 * np.pi * np.arange(parameters.people + 1) / parameters.people - np.pi / 2
    out = SCALE * (_CAUSES_AT + _CAUSES_HIGH * np.append(twice, twice[0]))
    height = theme.ceiling(float(max(run.share.max(), run.mean_field.max())), 0.25)
    drawn = run.network.ties
    return Frame(
        {
            "causes": {"x": out * np.cos(angle), "y": out * np.sin(angle)},
            "people": {"x": places[:, 0], "y": places[:, 1]},
            "lonely": {"x": lonely, "y": places[:, 1]},
            "mean field": {"x": run.years, "y": run.mean_field},
            "share": {"x": run.years, "y": run.share},
        },
        {
            "yaxis.range": [0, 1.04 * height],
            "shapes[0].path": path_of_ties(run.network, places),
            "annotations[1].text": "dashed: if everyone met everyone",
            "annotations[2].text": f"{drawn:,} ties" if even else "outer line: causes",
        },
    )


def _describe_town(parameters: Loneliness, run: LonelinessRun) -> str:
    text = (
        f"{parameters.people} people, {run.network.ties:,} ties. Over the second 30 years "
        f"{100 * run.settled_share:.1f} % of people are lonely on average, and {100 * run.share[-1]:.1f} % at the end; "
        f"if everyone met everyone, it would come to rest at {100 * model.expected_share(parameters):.1f} %. "
    )
    if not math.isfinite(run.clustering):
        return f"{text}With so few lonely people, there are no groups of them to count."
    text += f"Two lonely people are tied {run.clustering:.2f} times as often as chance would have it. "
    if parameters.contagion == 0:
        return f"{text}Contagion has no part in that: there is none."
    if not math.isfinite(run.caught_share):
        return f"{text}Nobody is left to become lonely."
    return f"{text}Of 100 times that loneliness begins, {100 * run.caught_share:.0f} come from contacts."
