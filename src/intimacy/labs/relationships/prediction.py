"""The labs on prediction: who will separate, a fit that is no forecast, and a survey to be read with care."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from intimacy.arguments import checked
from intimacy.models.relationships import prediction, survey
from intimacy.models.relationships.prediction import COUPLES, Overfitting, Screening
from intimacy.models.relationships.survey import RATINGS, SurveyReading
from intimacy.parameters import format_value
from intimacy.widgets import Frame, Lab, Preset, theme

Array = NDArray[np.float64]

ROWS = 25
"""Couples in one column of the crowd."""

_APART = 2  # columns left free between the flagged and the others
_RATES = np.linspace(0.01, 0.6, 60)
_SEPARATE: dict[str, Any] = {"symbol": "diamond", "size": 6, "color": theme.INK}
_STAY: dict[str, Any] = {"symbol": "circle-open", "size": 6, "color": theme.MUTED}
_ABOVE: dict[str, Any] = {"yref": "paper", "yanchor": "bottom", "xref": "paper"}
_NOTHING: dict[str, Array] = {"x": np.empty(0), "y": np.empty(0)}
# Steps of the golden ratio spread any number of couples evenly over a lane.
_GOLDEN = 0.6180339887498949


def _count(couples: float) -> str:
    """Write an expected number of couples, with a decimal where there is one."""
    return f"{couples:,.1f}".removesuffix(".0")


def _percent(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


# Who will separate?


def who_will_separate() -> Lab:
    """A thousand couples, a test that flags some of them, and how many flags are right."""
    return Lab(
        "A test is right for nine of ten couples. It flags one: will they separate?",
        Screening(),
        prediction.screen,
        _crowd_figure,
        draw_crowd,
        _describe_crowd,
        [
            Preset("One in ten separates", "Count the filled diamonds in the grey field. How many flags are right?"),
            Preset("One in twenty", "The same test, for couples of whom fewer separate.", {"base_rate": 0.05}),
            Preset("Three in ten", "The same test again. Nothing about it has improved.", {"base_rate": 0.3}),
            Preset(
                "Sixteen in a hundred",
                "Between the two. The dot walks along the curve.",
                {"base_rate": 0.16},
            ),
            Preset(
                "Miss nobody",
                "It now flags everyone who will separate. Look at who else is in the grey field.",
                {"sensitivity": 1.0, "specificity": 0.7},
            ),
            Preset(
                "Flag hardly anyone",
                "Few flags, and most of them are right. Look at who is missed.",
                {"sensitivity": 0.3, "specificity": 0.99},
            ),
            Preset(
                "A coin",
                "It flags every second couple, whoever they are. What is a flag worth?",
                {"sensitivity": 0.5, "specificity": 0.5},
            ),
        ],
        pinned=["curve"],
    )


def _crowd_figure() -> go.Figure:
    figure = theme.new_figure(576, margin={"l": 76, "r": 20, "t": 44, "b": 52})
    crowd: dict[str, Any] = {"mode": "markers", "hoverinfo": "skip", "xaxis": "x2", "yaxis": "y2", "cliponaxis": False}
    figure.add_scatter(meta="stay", x=[], y=[], marker=_STAY, **crowd)
    figure.add_scatter(meta="separate", x=[], y=[], marker=_SEPARATE, **crowd)
    figure.add_scatter(meta="curve", x=[], y=[], mode="lines", line={"color": theme.INK, "width": 2})
    dot = {"symbol": "diamond", "size": 13, "color": theme.INK}
    figure.add_scatter(meta="here", x=[], y=[], mode="markers", marker=dot, cliponaxis=False)
    figure.update_layout(
        xaxis={"title": "Base rate: share who will separate", "range": [0, 0.62], "tickformat": ".0%", "dtick": 0.1},
        yaxis={"title": "Flags that<br>are right", "range": [0, 1.04], "tickformat": ".0%", "domain": [0, 0.37]},
        xaxis2={"visible": False, "anchor": "y2", "range": [-1, COUPLES / ROWS + _APART + 1]},
        yaxis2={"visible": False, "anchor": "x2", "range": [ROWS - 0.2, -0.8], "domain": [0.55, 1]},
    )
    shade = {**theme.SHADED, "xref": "x2", "yref": "y2", "layer": "below"}
    figure.add_shape(type="rect", x0=-0.8, x1=0, y0=-0.8, y1=ROWS - 0.2, **shade)
    dotted = {"color": theme.MUTED, "dash": "dot", "width": 1.5}
    figure.add_shape(type="line", x0=0, x1=0.6, y0=0, y1=0.6, line=dotted)
    figure.add_annotation(theme.label("", theme.INK, x=0, y=1, xanchor="left", **_ABOVE))
    figure.add_annotation(theme.label("", theme.INK, x=1, y=1, xanchor="right", **_ABOVE))
    figure.add_annotation(
        theme.label("◆ will separate   ○ will stay", theme.INK, x=0, y=0.47, xanchor="left", **_ABOVE)
    )
    corner: dict[str, Any] = {"xanchor": "right", "yanchor": "bottom"}
    figure.add_annotation(theme.label("dotted: a coin", theme.MUTED, x=0.62, y=0.02, **corner))
    return figure


def _places(count: int, first_column: int) -> tuple[Array, Array]:
    """Return the places of so many couples in columns of :data:`ROWS`."""
    couple = np.arange(count, dtype=np.float64)
    return first_column + couple // ROWS, couple % ROWS


@checked
def draw_crowd(parameters: Screening, run: prediction.ScreeningRun) -> Frame:
    """Return what a test changes in the picture: where each of the couples stands, and the curve."""
    separate_all = round(COUPLES * parameters.base_rate)
    groups = np.array([round(run.flagged_separate), round(run.flagged_stay)])
    groups = np.array([*groups, separate_all - groups[0], COUPLES - separate_all - groups[1]])
    flagged = int(groups[:2].sum())
    columns = -(-flagged // ROWS)
    others = columns + _APART if flagged else 0
    sides = [_places(flagged, 0), _places(COUPLES - flagged, others)]
    parts = [np.split(np.array(place), [count], axis=1) for place, count in zip(sides, groups[::2], strict=True)]
    separate, stay = (np.concatenate(each, axis=1) for each in zip(*parts, strict=True))
    silent = parameters.sensitivity == 0 and parameters.specificity == 1
    curve = (
        np.empty(0) if silent else prediction.predictive_value(_RATES, parameters.sensitivity, parameters.specificity)
    )
    return Frame(
        {
            "separate": {"x": separate[0], "y": separate[1]},
            "stay": {"x": stay[0], "y": stay[1]},
            "curve": {"x": _RATES[: curve.size], "y": curve},
            "here": _NOTHING if silent else {"x": [parameters.base_rate], "y": [run.predictive_value]},
        },
        {
            "shapes[0].x1": columns - 0.2 if flagged else -0.8,
            "annotations[0].text": f"flagged: {_count(run.flagged)}",
            "annotations[1].text": f"not flagged: {_count(COUPLES - run.flagged)}",
        },
    )


def _describe_crowd(parameters: Screening, run: prediction.ScreeningRun) -> str:
    separate = COUPLES * parameters.base_rate
    text = f"Of {COUPLES:,} such couples {_count(separate)} separate. "
    if run.flagged == 0:
        text += "The test flags nobody, so it has nothing to be right about. "
    else:
        text += (
            f"On average the test flags {_count(run.flagged)}: {_count(run.flagged_separate)} of those who separate "
            f"and {_count(run.flagged_stay)} of those who stay. So {_percent(run.predictive_value)} of its flags are "
            f"right, and it misses {_count(run.passed_separate)}. "
        )
    return text + (
        f'It is right about {_percent(run.accuracy)} of all couples; who says "they stay" of everyone, and measures '
        f"nothing, is right about {_percent(run.silent_accuracy)}."
    )


# Fits or forecasts?


def fits_or_forecasts() -> Lab:
    """A rule fitted to noise, asked about couples that it has seen, that were left out, and that are new."""
    return Lab(
        "The rule fits the couples of the study. Does it foretell anyone else?",
        Overfitting(),
        prediction.simulate_overfitting,
        _fits_figure,
        draw_fits,
        _describe_fits,
        [
            Preset("Sixty couples, twenty questions", "All answers are noise. Compare the two clouds, then the bars."),
            Preset("Thirty questions", "More noise. Which bar grows, and which does not?", {"predictors": 30}),
            Preset("One question", "A single noise. Is there still something to fit?", {"predictors": 1}),
            Preset("Two hundred couples", "The same twenty questions. The bars draw nearer.", {"couples": 200}),
            Preset(
                "A true signal",
                "One question, and it does tell something, in two hundred couples.",
                {"couples": 200, "predictors": 1, "signal": 1.5},
            ),
            Preset(
                "The signal, buried",
                "The same signal among thirty questions, asked of forty couples.",
                {"couples": 40, "predictors": 30, "signal": 1.5},
            ),
            Preset(
                "Separation is rare",
                "One couple in ten. All the bars are long, and what do they say?",
                {"one_in": 10, "couples": 100},
            ),
        ],
        controls=["couples", "predictors", "folds", "one_in", "signal"],
        pinned=[],
        seed=8,
    )


_PARTS = ("half", "third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_BARS = ("already seen", "left out", "new couples")


def _fits_figure() -> go.Figure:
    figure = theme.new_figure(640, margin={"l": 100, "r": 24, "t": 28, "b": 48})
    for strip, axis in (("fitted", "2"), ("forecast", "3")):
        place: dict[str, Any] = {"xaxis": f"x{axis}", "yaxis": f"y{axis}", "cliponaxis": False, "hoverinfo": "skip"}
        for who, marker in (("stayed", _STAY), ("separated", _SEPARATE)):
            figure.add_scatter(meta=f"{strip} {who}", x=[], y=[], mode="markers", marker={**marker, "size": 7}, **place)
    figure.add_bar(
        meta="accuracy",
        x=[],
        y=[],
        text=[],
        orientation="h",
        width=0.62,
        marker={"color": [theme.MUTED, theme.INK, theme.INK]},
        textposition="inside",
        insidetextanchor="start",
        hoverinfo="skip",
    )
    chances = {"range": [-0.02, 1.02], "tickformat": ".0%", "dtick": 0.25, "zeroline": False}
    lanes = {"range": [-0.06, 1.06], "tickvals": [0.22, 0.78], "ticktext": ["stayed", "separated"], "showgrid": False}
    figure.update_layout(
        xaxis={"title": "Couples about whom it is right", "range": [0, 1.02], "tickformat": ".0%", "dtick": 0.25},
        yaxis={
            "domain": [0, 0.2],
            "range": [2.5, -0.5],
            "tickvals": [0, 1, 2],
            "ticktext": list(_BARS),
            "ticks": "",
            "showgrid": False,
        },
        xaxis2={**chances, "anchor": "y2", "showticklabels": False},
        yaxis2={**lanes, "anchor": "x2", "domain": [0.73, 1], "zeroline": False},
        xaxis3={**chances, "anchor": "y3", "title": {"text": "Chance that the rule gives", "standoff": 4}},
        yaxis3={**lanes, "anchor": "x3", "domain": [0.4, 0.67], "zeroline": False},
    )
    wall = {"color": theme.INK, "width": 1.5, "dash": "dash"}
    for axis in ("2", "3"):
        figure.add_shape(type="line", x0=0.5, x1=0.5, y0=-0.06, y1=1.06, xref=f"x{axis}", yref=f"y{axis}", line=wall)
    figure.add_shape(type="line", x0=0, x1=0, y0=0, y1=1, yref="y domain", line={**wall, "dash": "dot", "width": 2})
    figure.add_annotation(theme.label("fitted to these very couples", theme.INK, x=0, y=1, xanchor="left", **_ABOVE))
    figure.add_annotation(theme.label("", theme.INK, x=0, y=0.67, xanchor="left", **_ABOVE))
    figure.add_annotation(theme.label("", theme.INK, x=0, y=1, yref="y domain", yanchor="bottom", xanchor="right"))
    return figure


@checked
def draw_fits(parameters: Overfitting, run: prediction.OverfittingRun) -> Frame:
    """Return what a study changes in the picture: where the rule puts each couple, and about whom it is right."""
    lane = (np.arange(parameters.couples) * _GOLDEN) % 1 * 0.44
    traces: dict[str, dict[str, Any]] = {}
    for strip, chances in (("fitted", run.fitted), ("forecast", run.forecast)):
        for who, chosen, floor in (("stayed", ~run.separated, 0.0), ("separated", run.separated, 0.56)):
            traces[f"{strip} {who}"] = {"x": chances[chosen], "y": floor + lane[chosen]}
    shares = [run.apparent, run.cross_validated, run.new_couples]
    traces["accuracy"] = {"x": shares, "y": np.arange(3), "text": [_percent(share) for share in shares]}
    return Frame(
        traces,
        {
            "shapes[2].x0": run.majority,
            "shapes[2].x1": run.majority,
            "annotations[1].text": f"forecast without their own {_part(parameters.folds)}",
            "annotations[2].x": run.majority,
            "annotations[2].text": f'"stays" of everyone: {_percent(run.majority)}',
        },
    )


def _part(folds: int) -> str:
    """Return what one of so many parts is called."""
    return _PARTS[folds - 2] if folds - 2 < len(_PARTS) else f"{folds}th"


def _describe_fits(parameters: Overfitting, run: prediction.OverfittingRun) -> str:
    few = format_value(parameters.predictors, "predictors")
    noise = "of nothing but noise" if parameters.signal == 0 else "of which the first carries a signal"
    if parameters.predictors == 1:
        noise = "which is noise" if parameters.signal == 0 else "which carries a signal"
    text = (
        f"{int(run.separated.sum())} of {parameters.couples} couples have separated. The rule has {few}, {noise}. It "
        f"is right about {_percent(run.apparent)} of the couples that it was fitted to, about "
        f"{_percent(run.cross_validated)} when each {_part(parameters.folds)} is forecast by a fit to the others, "
        f'and about {_percent(run.new_couples)} of {COUPLES:,} new couples. Who says "they stay" of everyone is right '
        f"about {_percent(run.majority)}"
    )
    gap = round((run.cross_validated - run.majority) * parameters.couples)
    luck = ", by luck" if parameters.signal == 0 else ""
    beside = "so here the forecast does worse than that" if gap < 0 else f"and here the forecast does better{luck}"
    text += ", and so is the forecast." if gap == 0 else f", {beside}."
    if run.perfect:
        text += (
            f" The rule tells all {parameters.couples} apart without a mistake, so no fit is the best: it stops at the "
            "first such rule."
        )
    return text


# A survey


def a_survey() -> Lab:
    """A real survey of 1974: the same table divided in two ways, in groups, and with a doubt about who answered."""
    return Lab(
        "What can 6,366 answers to a magazine tell?",
        SurveyReading(),
        survey.read_survey,
        _survey_figure,
        draw_survey,
        _describe_survey,
        [
            Preset("As a headline has it", "The worse the rating, the more report contact. What would a headline say?"),
            Preset(
                "The other way round",
                "The same table, divided by its other side. Most of those who report contact rate their marriage …",
                {"reading": "given_contact"},
            ),
            Preset(
                "Twice as likely to answer",
                "If those with contact liked to answer: the hatched bars are all who were asked. Where is 32 % now?",
                {"answering": 2.0},
            ),
            Preset(
                "Half as likely to answer",
                "If they would rather not say. Nobody knows which of the two it was.",
                {"answering": 0.5},
            ),
            Preset("Few years married", "The shares are lower, and the order stays.", {"years": "few"}),
            Preset("Many years married", "More time in which something could be reported.", {"years": "many"}),
        ],
        pinned=[],
    )


_CAVEAT = "<br>".join(
    (
        "Married women who read one magazine in",
        "1974 and chose to answer. All was asked",
        "at once: nothing tells what came first.",
        '"Contact" is a rate above 0, and the rate',
        "was built by researchers. Nobody asked",
        "what partners had agreed on.",
    )
)


def _survey_figure() -> go.Figure:
    figure = theme.new_figure(620, margin={"l": 76, "r": 12, "t": 54, "b": 226})
    figure.add_bar(
        meta="what if",
        x=[],
        y=[],
        width=0.62,
        marker={
            "color": theme.GRID,
            "pattern": {"shape": "/", "fgcolor": theme.MUTED, "solidity": 0.25},
            "line": {"color": theme.MUTED, "width": 1},
        },
        hoverinfo="skip",
    )
    figure.add_scatter(
        meta="share",
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": "diamond", "size": 11, "color": theme.INK},
        error_y={"type": "data", "symmetric": False, "array": [], "arrayminus": [], "color": theme.INK, "width": 6},
        hoverinfo="skip",
    )
    figure.update_layout(
        xaxis={
            "title": {"text": "", "standoff": 6},
            "range": [0.45, 5.55],
            "tickvals": list(RATINGS),
            "ticktext": [],
            "tickangle": 0,
            "showgrid": False,
            "zeroline": False,
        },
        yaxis={"title": "", "range": [0, 1], "tickformat": ".0%"},
    )
    place: dict[str, Any] = {"x": 0, "xanchor": "left", **_ABOVE}
    figure.add_annotation(theme.label("◆ who answered, 95 % interval", theme.INK, y=1, yshift=20, **place))
    figure.add_annotation(theme.label("", theme.INK, y=1, **place))
    below: dict[str, Any] = {"xref": "paper", "yref": "paper", "yanchor": "top", "xanchor": "left", "align": "left"}
    figure.add_annotation(theme.label(_CAVEAT, theme.INK, x=0, y=0, xshift=-66, yshift=-100, **below))
    return figure


@checked
def draw_survey(parameters: SurveyReading, run: survey.SurveyRun) -> Frame:
    """Return what a reading changes in the picture."""
    by_rating = parameters.reading == "given_rating"
    counted = run.readers if by_rating else run.reported
    of = "of how many readers" if by_rating else f"how many of the {run.reported.sum():,}"
    # Each in two lines, so that the counts stand in one.
    beneath = [
        f"{words.replace(' ', '<br>')}{'' if ' ' in words else '<br>'}<br>{count:,}"
        for words, count in zip(RATINGS.values(), counted, strict=True)
    ]
    return Frame(
        {
            "what if": {"x": run.ratings, "y": run.corrected},
            "share": {
                "x": run.ratings,
                "y": run.share,
                "error_y.array": run.high - run.share,
                "error_y.arrayminus": run.share - run.low,
            },
        },
        {
            "xaxis.ticktext": beneath,
            "xaxis.title.text": f"Own rating, and {of}",
            "yaxis.title.text": "Report contact,<br>of this rating"
            if by_rating
            else "Gave this rating,<br>of who reports",
            "annotations[1].text": f"▨ all who were asked, if k = {parameters.answering:g}",
        },
    )


def _describe_survey(parameters: SurveyReading, run: survey.SurveyRun) -> str:
    readers, reported = int(run.readers.sum()), int(run.reported.sum())
    text = f"{reported:,} of {readers:,} readers ({_percent(run.overall)}) report extramarital contact: "
    if parameters.reading == "given_rating":
        text += (
            f"{_percent(run.share[0])} of the {run.readers[0]:,} who rate their marriage very poor, and "
            f"{_percent(run.share[-1])} of the {run.readers[-1]:,} who rate it very good. "
        )
    else:
        text += (
            f"of these {_percent(run.share[-2:].sum())} rate their marriage good or very good, and "
            f"{_percent(run.share[:2].sum())} poor or very poor. "
        )
    if parameters.answering != 1:
        text += (
            f"If those with contact were {parameters.answering:g} times as likely to answer, it would be "
            f"{_percent(run.overall_corrected)} of all who were asked"
        )
        text += ", while the mix of ratings stays. " if parameters.reading == "given_contact" else ". "
    return text + (
        "They are married women who read one magazine in 1974 and chose to answer. All was asked at once, so nothing "
        "tells what came first; the rate of contact was built by researchers; and nobody asked what partners had "
        "agreed on. Nothing follows for anyone else, and nothing for you."
    )
