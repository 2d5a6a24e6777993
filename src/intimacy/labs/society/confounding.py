"""The lab on what a survey can tell: many studies at once, most of them significant, and what they have measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from intimacy.arguments import checked
from intimacy.labs.society.shared import CORNER
from intimacy.models import society as model
from intimacy.models.society import Analysis, Confounding, ConfoundingRun
from intimacy.parameters import decimal, signed
from intimacy.widgets import Frame, Lab, Preset, theme

Array = NDArray[np.float64]

# How high each analysis stands in the picture, and what is written above its studies.
_ROWS: dict[Analysis, tuple[float, str]] = {
    "naive": (2, "As usual"),
    "hidden cause": (1, "Cause measured"),
    "both": (0, "Cause, setting measured"),
}
_GOLDEN = 0.618034  # steps of this share scatter points evenly and always alike
_SHOWN = 5.5  # how far out people are drawn, in units of loneliness, unless somebody is further out


def many_studies() -> Lab:
    """Many studies of pairs of friends: who finds contagion, by what was measured."""
    return Lab(
        "Friends are alike in loneliness. How many studies will call it contagion?",
        Confounding(),
        model.simulate_studies,
        _studies_figure,
        draw_studies,
        _describe_studies,
        [
            Preset(
                "Alike, nothing catching",
                "No contagion. People choose friends whose hidden cause is like theirs. Count the diamonds.",
            ),
            Preset("Run 200 studies", "The same, with twice as many studies.", {"studies": 200}),
            Preset(
                "Friends at random",
                "No homophily, no contagion: one study in twenty is significant, as it should be.",
                {"homophily": 0.0},
            ),
            Preset(
                "Very much alike",
                "Still no contagion. Now almost every study finds it, and none is true.",
                {"homophily": 3.0},
            ),
            Preset(
                "One place",
                "Friends at random, but both live in one place that makes people lonely. Does the second row help?",
                {"homophily": 0.0, "setting_effect": 0.6},
            ),
            Preset(
                "Real contagion",
                "Friends at random, and contagion of 0.2. All three rows find it, where it is.",
                {"homophily": 0.0, "contagion": 0.2},
            ),
            Preset(
                "Real, and alike",
                "Contagion of 0.2 among friends much alike. How much too large is the first row?",
                {"homophily": 3.0, "contagion": 0.2},
            ),
            Preset(
                "More people",
                "A thousand people per study, no contagion. Do larger studies protect?",
                {"pairs": 1000},
            ),
        ],
        controls=["homophily", "cause_effect", "setting_effect", "contagion", "pairs", "studies"],
        pinned=[],
        seed=14,  # what it gives is near to what is expected; "Draw again" shows others
    )


def _studies_figure() -> go.Figure:
    figure = theme.new_figure(700, margin={"l": 64, "r": 16, "t": 30, "b": 48})
    people = {"color": theme.INK, "size": 4, "opacity": 0.5}
    figure.add_scatter(meta="people", x=[], y=[], mode="markers", marker=people, hoverinfo="skip")
    figure.add_scatter(meta="fit", x=[], y=[], mode="lines", line_color=theme.STRESS, hoverinfo="skip")
    below: dict[str, Any] = {"xaxis": "x2", "yaxis": "y2"}
    for key, color, width in (("truth", theme.INK, 4), ("expected", theme.MUTED, 2)):
        upright = {"symbol": "line-ns", "size": 44, "color": color, "line": {"width": width, "color": color}}
        figure.add_scatter(meta=key, x=[], y=[], mode="markers", marker=upright, hoverinfo="skip", **below)
    for key, marker in (
        ("nothing found", {"symbol": "circle-open", "size": 7, "color": theme.INK}),
        ("found", {"symbol": "diamond", "size": 8, "color": theme.STRESS}),
    ):
        figure.add_scatter(meta=key, x=[], y=[], mode="markers", marker=marker, hoverinfo="skip", **below)
    shown = [-_SHOWN, _SHOWN]
    figure.update_layout(
        xaxis={"title": "Friend's loneliness before", "domain": [0, 1], "range": shown, "anchor": "y", "nticks": 7},
        yaxis={"title": "Own loneliness after", "domain": [0.66, 1], "range": shown, "anchor": "x", "nticks": 7},
        xaxis2={"title": '"Contagion" found (per unit)', "anchor": "y2"},
        yaxis2={"visible": False, "domain": [0, 0.49], "range": [-0.36, 2.86], "anchor": "x2"},
    )
    figure.add_annotation(theme.label("study 1", theme.INK, x=0, y=1, yshift=4, **CORNER))
    right: dict[str, Any] = {**CORNER, "xanchor": "right", "align": "right"}
    figure.add_annotation(theme.label("", theme.INK, x=1, y=1, yshift=4, **right))
    for height, _ in _ROWS.values():
        place: dict[str, Any] = {"xref": "x2 domain", "yref": "y2", "xanchor": "left", "yanchor": "bottom"}
        figure.add_annotation(theme.label("", theme.INK, x=0, y=height + 0.4, **place))
    words = "◆ significant  ○ not<br>┃ true  │ expected"
    figure.add_annotation(theme.label(words, theme.INK, x=0, y=0.49, yshift=4, **CORNER))
    return figure


@checked
def draw_studies(parameters: Confounding, run: ConfoundingRun) -> Frame:
    """Return what the studies change in the picture: the people of the first, and what all of them find."""
    asked = model.interviews(parameters, 1, run.seed)
    slope = float(asked["friend_before"].cov(asked["after"]) / asked["friend_before"].var())
    furthest = theme.ceiling(float(asked[["friend_before", "after"]].abs().to_numpy().max()), _SHOWN)
    ends = np.array([-furthest, furthest])
    middle = float(asked["after"].mean() - slope * asked["friend_before"].mean())
    aside = 0.5 * ((np.arange(parameters.studies) * _GOLDEN) % 1 - 0.5)
    estimates = np.concatenate([run.estimate[analysis] for analysis in _ROWS])
    heights = np.concatenate([height + aside for height, _ in _ROWS.values()])
    found = np.concatenate([run.significant(analysis) for analysis in _ROWS])
    rows = np.array([height for height, _ in _ROWS.values()])
    expected = np.array([model.expected_estimate(parameters, analysis) for analysis in _ROWS])
    reach = theme.ceiling(float(max(estimates.max(), -2 * estimates.min(), 1.02 * expected.max())), 0.4)
    layout: dict[str, Any] = {
        "xaxis.range": ends.tolist(),
        "yaxis.range": ends.tolist(),
        "xaxis2.range": [-reach / 2, 1.02 * reach],
        "annotations[1].text": f"friends, before: r = {decimal(run.likeness[0])}",
    }
    for place, (analysis, (_, name)) in enumerate(_ROWS.items(), start=2):
        count = int(run.significant(analysis).sum())
        layout[f"annotations[{place}].text"] = f"{name}: {count} of {parameters.studies} ◆"
    return Frame(
        {
            "people": {"x": asked["friend_before"].to_numpy(), "y": asked["after"].to_numpy()},
            "fit": {"x": ends, "y": middle + slope * ends},
            "truth": {"x": np.full(len(rows), parameters.contagion), "y": rows},
            "expected": {"x": expected, "y": rows},
            "nothing found": {"x": estimates[~found], "y": heights[~found]},
            "found": {"x": estimates[found], "y": heights[found]},
        },
        layout,
    )


def _describe_studies(parameters: Confounding, run: ConfoundingRun) -> str:
    counts = {analysis: int(run.significant(analysis).sum()) for analysis in _ROWS}
    means = {analysis: signed(float(run.estimate[analysis].mean()), 3) for analysis in _ROWS}
    truth = (
        "There is no contagion."
        if parameters.contagion == 0
        else f"True contagion is {parameters.contagion:g} per unit of the friend's loneliness."
    )
    endless = 100 * model.expected_share_significant(parameters)
    return (
        f"{truth} Analysed as usual, {counts['naive']} of {parameters.studies} studies come out significant, and the "
        f"mean over all {parameters.studies} is {means['naive']}; of endless studies {endless:.1f} % would be "
        f"significant. With the hidden cause measured too, it is {counts['hidden cause']} of {parameters.studies}, "
        f"with a mean over all of {means['hidden cause']}; with cause and setting measured, {counts['both']} of "
        f"{parameters.studies}, with a mean over all of {means['both']}."
    )
