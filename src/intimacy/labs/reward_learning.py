"""The labs of "Reward learning and the desire for connection"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from intimacy.arguments import Seed, checked
from intimacy.models.reward_learning import (
    CUE_STEP,
    ClassicTraces,
    Intermittent,
    IntermittentRun,
    SocialHomeostasis,
    SocialHomeostasisRun,
    TemporalDifference,
    TemporalDifferenceRun,
    Wanting,
    WantingRun,
    change_point_misses,
    classic_traces,
    filtering_misses,
    final_cue_error,
    playable,
    rescorla_wagner_misses,
    simulate_intermittent,
    simulate_social_homeostasis,
    simulate_temporal_difference,
    trials_until_half,
    wanting_and_liking,
)
from intimacy.models.reward_learning.intermittent import EVEN
from intimacy.parameters import format_value, integer, signed
from intimacy.widgets import Frame, Game, Lab, Move, NoControls, Play, Preset, Scene, theme

Array = NDArray[np.float64]

TRIALS = TemporalDifference().trials
"""Trials in a course; the play control has one stop for each."""

LONG = TemporalDifference(trials=300)
"""A course long enough for means over its second half."""

LATE = slice(LONG.trials // 2, None)


@dataclass(frozen=True)
class Course(TemporalDifference):
    """A course of temporal-difference learning whose special trials are among those that the picture shows."""

    omitted_trial: int = integer(
        0, 0, TRIALS, label="Trial on which the hug fails", help="Counted from 1; 0 for no such trial."
    )
    uncued_trial: int = integer(
        0, 0, TRIALS, label="Trial with a hug but no ringtone", help="Counted from 1; 0 for no such trial."
    )


@checked
def simulate_course(parameters: Course, seed: Seed = 7) -> TemporalDifferenceRun:
    """Run :func:`~intimacy.models.reward_learning.simulate_temporal_difference` for a course of the lab."""
    return simulate_temporal_difference(parameters, seed)


def the_ringtone() -> Lab:
    """Prediction error over trials and time in the trial: how it moves from a hug to the ringtone before it."""
    return Lab(
        "A hug is announced by a ringtone. Where does the surprise go?",
        Course(),
        simulate_course,
        _ringtone_figure,
        draw_ringtone,
        _describe_ringtone,
        [
            Preset("Learn the ringtone", "Press Play. Which way does the surprise travel, and does it slide or jump?"),
            Preset(
                "A hug that fails",
                "On trial 100 the ringtone sounds and no hug comes. Play up to trial 100 and look at the bars.",
                {"omitted_trial": 100},
            ),
            Preset(
                "Out of the blue",
                "On trial 100 a hug comes with no ringtone before it. Is the expert surprised?",
                {"uncued_trial": 100},
            ),
            Preset(
                "Every second time",
                "Half of the ringtones lead to a hug, at random. Does the colour at the hug ever fade?",
                {"reward_probability": 0.5},
            ),
            Preset(
                "A wait that costs",
                "Each step of waiting takes a tenth of the value away. What is left at the ringtone?",
                {"discount": 0.9},
            ),
        ],
        controls=[
            "learning_rate",
            "omitted_trial",
            "discount",
            "delay",
            "reward_probability",
            "uncued_trial",
            "reward",
            "negative_ratio",
        ],
        advanced=["uncued_trial", "reward", "negative_ratio"],
        pinned=[],
        play=Play("Trial", ["errors"], 1, TRIALS, seconds=20, films=["bars", "value"]),
        seed=7,
    )


def the_memory() -> Lab:
    """The same picture with a memory of what came before: does the surprise slide back to the ringtone or jump?"""
    return Lab(
        "Does the surprise slide back to the ringtone, or jump?",
        Course(),
        simulate_course,
        _ringtone_figure,
        draw_ringtone,
        _describe_ringtone,
        [
            Preset("No memory", "Each error teaches its own step alone (λ = 0). Play, and follow the orange."),
            Preset(
                "Half a memory",
                "An error reaches back a few steps (λ = 0.5). What becomes of the slope?",
                {"trace": 0.5},
            ),
            Preset(
                "A long memory",
                "Each error reaches all the way back to the ringtone (λ = 1). Look at the steps in between.",
                {"trace": 1},
            ),
        ],
        controls=["trace", "learning_rate", "delay"],
        pinned=[],
        play=Play("Trial", ["errors"], 1, TRIALS, seconds=20, films=["bars", "value"]),
    )


_TOP: dict[str, Any] = {"y": 1, "yref": "paper", "yanchor": "bottom"}
_CORNER: dict[str, Any] = {"xref": "paper", "yref": "paper", "x": 0, "xanchor": "left", "yanchor": "bottom"}
_DOTTED: dict[str, Any] = {"color": theme.INK, "dash": "dot", "width": 1.5}
_EXPECTATION: dict[str, Any] = {"mode": "lines", "line": {"color": theme.INK, "width": 1.5, "shape": "hvh"}}

Panels = Sequence[tuple[float, float]]
_RINGTONE_PANELS: Panels = ((0.4, 1.0), (0.0, 0.3))
_KIND_PANELS: Panels = ((0.79, 0.96), (0.53, 0.70), (0.27, 0.44), (0.01, 0.18))


def _mark_moments(figure: go.Figure, panels: Panels) -> None:
    """Add what comes first of all shapes and annotations: in each panel a line where the ringtone begins and one where
    the hug is due, and the labels of both at the top, one to either side so that a short wait leaves room for them."""
    for text, side in (("ringtone", "right"), ("hug due", "left")):
        for low, high in panels:
            figure.add_shape(type="line", x0=0, x1=0, y0=low, y1=high, yref="paper", line=_DOTTED)
        figure.add_annotation(theme.label(text, theme.INK, x=0, xanchor=side, **_TOP))


def _moments(run: TemporalDifferenceRun, panels: Panels) -> dict[str, Any]:
    """Return where these lines stand: an error is known at the end of the step that it is drawn at."""
    moved: dict[str, Any] = {"xaxis.range": [-0.6, float(run.steps[-1]) + 0.6]}
    for moment, at in enumerate((CUE_STEP - 0.5, run.reward_step + 0.5)):
        moved[f"annotations[{moment}].x"] = at
        for panel in range(len(panels)):
            line = f"shapes[{moment * len(panels) + panel}]"
            moved |= {f"{line}.x0": at, f"{line}.x1": at}
    return moved


def _ringtone_figure() -> go.Figure:
    figure = theme.new_figure(660, margin={"l": 76, "r": 16, "t": 116, "b": 56}, bargap=0.25)
    figure.add_heatmap(meta="errors", x=[], y=[], z=[], coloraxis="coloraxis", hoverinfo="skip")
    figure.add_bar(meta="bars", x=[], y=[], marker=theme.edged(theme.DOPAMINE), yaxis="y2")
    figure.add_scatter(meta="value", x=[], y=[], yaxis="y2", **_EXPECTATION)
    above, below = _RINGTONE_PANELS
    figure.update_layout(
        xaxis={"title": "Step in the trial", "anchor": "free", "position": 0, "zeroline": False},
        yaxis={
            "title": "Trial",
            "domain": above,
            "range": [TRIALS + 0.5, 0.5],
            "tickvals": [*range(50, TRIALS + 1, 50)],
            "showgrid": False,
            "zeroline": False,
        },
        yaxis2={"title": "The trial shown", "domain": below, "range": [-1.15, 1.15], "anchor": "x"},
        coloraxis={
            "colorscale": theme.ERROR_MAP,
            "cmin": -1,
            "cmax": 1,
            "colorbar": {
                "orientation": "h",
                "x": 0.5,
                "xanchor": "center",
                "xpad": 0,
                "y": 1.05,
                "yanchor": "bottom",
                "ypad": 0,
                "len": 0.84,
                "thickness": 12,
                "title": {"text": "worse ← prediction error → better", "side": "top", "font": {"size": 14}},
                "tickvals": [-1, -0.5, 0, 0.5, 1],
                "tickangle": 0,
                "ticks": "outside",
                "tickfont": {"size": 14},
                "outlinewidth": 0,
            },
        },
    )
    _mark_moments(figure, _RINGTONE_PANELS)
    figure.add_annotation(theme.label("bars: error, line: expectation V", theme.DOPAMINE, **_CORNER | {"y": below[1]}))
    return figure


@checked
def draw_ringtone(parameters: Course, run: TemporalDifferenceRun) -> Frame:
    """Return what a course changes in the picture. Colours grow with the root of an error, so that small ones show."""
    bound = theme.ceiling(parameters.reward, 1)
    error = run.prediction_error
    return Frame(
        {
            "errors": {
                "x": run.steps,
                "y": np.arange(1, parameters.trials + 1),
                "z": np.sign(error) * np.sqrt(np.abs(error) / bound),
            },
            "bars": {"x": run.steps, "y": error},
            "value": {"x": run.steps, "y": run.value},
        },
        {
            **_moments(run, _RINGTONE_PANELS),
            "yaxis2.range": [-1.15 * bound, 1.15 * bound],
            "coloraxis.colorbar.ticktext": [
                f"−{bound:g}",
                f"−{bound / 4:g}",
                "0",
                f"+{bound / 4:g}",
                f"+{bound:g}",
            ],
        },
    )


def _describe_ringtone(parameters: Course, run: TemporalDifferenceRun) -> str:
    parts = [_trial_in_words(run, 1), _trial_in_words(run, parameters.trials)]
    special = {parameters.omitted_trial, parameters.uncued_trial} - {0, 1, parameters.trials}
    parts += [_trial_in_words(run, number) for number in sorted(special)]
    if not (parameters.reward and (run.rewarded & run.cued).any()):
        return " ".join([*parts, "Nothing is learned, because there is never a reward to expect."])
    different = format_value(len(peak_steps(run)), "different steps")
    parts.append(f"Over all {parameters.trials} trials the largest error stands at {different}.")
    if parameters.negative_ratio == 1 and final_cue_error(parameters) > 0:
        needed = trials_until_half(run)
        half = f"half of its long-run error of {signed(final_cue_error(parameters))}"
        parts.append(
            f"The ringtone does not reach {half} here."
            if needed is None
            else f"The ringtone first exceeds {half} after {format_value(needed, 'trials')}."
        )
    return " ".join(parts)


@checked
def peak_steps(run: TemporalDifferenceRun) -> set[int]:
    """Return the steps at which the largest error of a trial stands, over all trials that have any above zero."""
    error = run.prediction_error
    return {int(step) for step in error.argmax(axis=1)[error.max(axis=1) > 1e-9]}


def _trial_in_words(run: TemporalDifferenceRun, number: int) -> str:
    hug, cue = run.reward_error[number - 1], run.cue_error[number - 1]
    came, rang = run.rewarded[number - 1], run.cued[number - 1]
    if not rang:
        return f"In trial {number} there is no ringtone, and the error at the {'hug' if came else 'usual time'} is " + (
            f"{signed(hug)}."
        )
    event = "comes" if came else "fails"
    return (
        f"In trial {number} the hug {event} at step {run.reward_step}, with an error of {signed(hug)}; the error at "
        f"the ringtone is {signed(cue)}."
    )


@dataclass(frozen=True)
class KindsOfTrial:
    """What the second half of a course expects, and what its error says when a hug comes and when it fails.

    Attributes:
        run: the whole course.
        value: mean V of the second half, shape (steps,).
        traces: δ of a first hug, and, with that V, of a hug that comes and of one that fails.
        average: mean δ of the second half, shape (steps,).
    """

    run: TemporalDifferenceRun
    value: Array
    traces: ClassicTraces
    average: Array

    def to_frame(self) -> pd.DataFrame:
        """Return one row per step."""
        return self.traces.to_frame().assign(average=self.average, value=self.value)


@checked
def simulate_kinds(parameters: TemporalDifference, seed: Seed = 7) -> KindsOfTrial:
    """Run a course and sum up its second half: what is expected, and the error of each kind of trial."""
    run = simulate_temporal_difference(parameters, seed)
    value = run.value[LATE].mean(axis=0)
    traces = classic_traces(replace(run, learned_value=value))
    return KindsOfTrial(run, value, traces, run.prediction_error[LATE].mean(axis=0))


def the_three_traces() -> Lab:
    """Before learning, after learning, omitted: the classic three traces, and the mean over many trials."""
    return Lab(
        "What does the signal say when a hug comes, and when it fails?",
        LONG,
        simulate_kinds,
        _kinds_figure,
        _draw_kinds,
        _describe_kinds,
        [
            Preset("A friend you can count on", "Every ringtone leads to a hug. Compare the bar at the hug with V."),
            Preset(
                "Half of the time",
                "Surprise and disappointment are now about the same size. Look at the mean in the lowest panel.",
                {"reward_probability": 0.5},
            ),
            Preset(
                "Now and then",
                "One ringtone in four. Big surprises, small disappointments. What is their mean?",
                {"reward_probability": 0.25},
            ),
            Preset(
                "Disappointment weighs more",
                "A disappointment teaches three times as much. Now the mean at the hug moves away from zero.",
                {"reward_probability": 0.5, "negative_ratio": 3},
            ),
        ],
        controls=["reward_probability", "discount", "delay", "learning_rate", "reward", "trace", "negative_ratio"],
        advanced=["reward", "trace", "negative_ratio"],
        pinned=["value"],
        seed=7,
    )


_KINDS = {
    "before_learning": "1 · the very first hug",
    "after_learning": "2 · later, a hug comes",
    "omission": "3 · later, no hug comes",
    "average": f"4 · mean of the last {LONG.trials - LATE.start} trials",
}


def _kinds_figure() -> go.Figure:
    figure = theme.new_figure(630, margin={"l": 76, "r": 16, "t": 26, "b": 56}, bargap=0.25)
    _mark_moments(figure, _KIND_PANELS)
    for index, ((key, title), panel) in enumerate(zip(_KINDS.items(), _KIND_PANELS, strict=True), start=1):
        axis = "" if index == 1 else str(index)
        figure.add_bar(meta=key, x=[], y=[], marker=theme.edged(theme.DOPAMINE), yaxis=f"y{axis}")
        figure.update_layout(
            {f"yaxis{axis}": {"domain": panel, "range": [-1.15, 1.15], "anchor": "x", "tickvals": [-1, 0, 1]}}
        )
        figure.add_annotation(theme.label(title, theme.DOPAMINE, **_CORNER | {"y": panel[1]}))
    for key, axis in (("value", "y2"), ("value again", "y3")):
        figure.add_scatter(meta=key, x=[], y=[], yaxis=axis, **_EXPECTATION)
    figure.update_layout(xaxis={"title": "Step in the trial", "anchor": "free", "position": 0, "zeroline": False})
    side: dict[str, Any] = {"xref": "paper", "x": 0, "xshift": -58, "yref": "paper", "y": 0.5, "textangle": -90}
    figure.add_annotation(theme.label("Error (bars), expectation V (line), in a.u.", **side))
    return figure


def _draw_kinds(parameters: TemporalDifference, kinds: KindsOfTrial) -> Frame:
    bound = theme.ceiling(parameters.reward, 1)
    errors = {**vars(kinds.traces), "average": kinds.average}
    layout = _moments(kinds.run, _KIND_PANELS)
    for index in range(1, len(_KINDS) + 1):
        axis = f"yaxis{'' if index == 1 else index}"
        layout |= {f"{axis}.range": [-1.15 * bound, 1.15 * bound], f"{axis}.tickvals": [-bound, 0, bound]}
    value = {"x": kinds.run.steps, "y": kinds.value}
    return Frame(
        {
            **{key: {"x": kinds.run.steps, "y": errors[key]} for key in _KINDS},
            "value": value,
            "value again": value,
        },
        layout,
    )


def _describe_kinds(parameters: TemporalDifference, kinds: KindsOfTrial) -> str:
    run, hug = kinds.run, kinds.run.reward_step
    late = run.reward_error[LATE]
    return (
        f"A first hug brings an error of {signed(kinds.traces.before_learning[hug])}. In the last {late.size} trials, "
        f"{run.rewarded[LATE].sum()} of them with a hug, the expectation at the hug is {kinds.value[hug]:.2f} on "
        f"average. Against it, a hug that comes brings {signed(kinds.traces.after_learning[hug])}, and one that fails "
        f"{signed(kinds.traces.omission[hug])}. In these trials the errors at the hug have a mean of "
        f"{signed(late.mean())} and a standard deviation of {late.std():.2f}; the ringtone brings "
        f"{signed(run.cue_error[LATE].mean())} on average."
    )


def the_silence() -> Lab:
    """Answers that came always, or sometimes, and then stop: two ways to notice, and how long each takes."""
    return Lab(
        "The answers stop. Who goes on writing longer?",
        Intermittent(),
        simulate_intermittent,
        _silence_figure,
        _draw_silence,
        _describe_silence,
        [
            Preset("Every second message", "Half of the messages were answered. Play, and see who gives up first."),
            Preset(
                "Every message",
                "All messages were answered. Who changed more: the one who averages, or the one who asks?",
                {"reply_probability": 1},
            ),
            Preset(
                "One in four",
                "Silence was normal here, so a new silence says little. Look where the dashed line crosses the middle.",
                {"reply_probability": 0.25},
            ),
            Preset(
                "A quick average",
                "A learner who averages faster gives up sooner. Does that put the lowest panel right?",
                {"learning_rate": 0.3},
            ),
            Preset(
                "Expecting an end",
                "Here people often stop for good, so the same silence is worth more as a sign.",
                {"hazard": 0.2},
            ),
        ],
        controls=["reply_probability", "learning_rate", "hazard"],
        pinned=["average", "asking", "average stops", "asking stops"],
        play=Play("Message", ["answered", "unanswered", "average", "asking"], 80, 140, seconds=15),
        seed=7,
    )


_CHANCES = np.round(np.arange(0.25, 1.001, 0.05), 2)
_SILENCE_PANELS: Panels = ((0.8, 1.0), (0.53, 0.72), (0.0, 0.3))


def _silence_figure() -> go.Figure:
    figure = theme.new_figure(680, margin={"l": 88, "r": 22, "t": 44, "b": 56})
    one, two, three = theme.PERSON_I, theme.PERSON_J, theme.FURTHER_PERSONS[0]
    rug = {"color": one, "size": 6}
    figure.add_scatter(meta="answered", x=[], y=[], mode="markers", marker=rug)
    figure.add_scatter(
        meta="unanswered",
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": "x-thin", "size": 6, "line": {"width": 1.5, "color": theme.MUTED}},
    )
    figure.add_scatter(meta="average", x=[], y=[], mode="lines", line_color=one)
    dotted = {"color": theme.MUTED, "dash": "dot", "width": 1.5}
    figure.add_scatter(meta="threshold", x=[], y=[], mode="lines", line=dotted)
    figure.add_scatter(
        meta="asking", x=[], y=[], mode="lines", line={"color": two, "dash": "longdash", "width": 2}, yaxis="y2"
    )
    figure.add_scatter(meta="even", x=[], y=[], mode="lines", line=dotted, yaxis="y2")
    stop = {"size": 11, "symbol": "diamond-open", "line": {"width": 2}}
    figure.add_scatter(meta="average stop", x=[], y=[], mode="markers", marker={**stop, "color": one})
    figure.add_scatter(
        meta="asking stop",
        x=[],
        y=[],
        mode="markers",
        marker={**stop, "color": two, "symbol": "square-open"},
        yaxis="y2",
    )
    below: dict[str, Any] = {"xaxis": "x2", "yaxis": "y3"}
    figure.add_scatter(meta="average stops", x=[], y=[], mode="lines", line_color=one, **below)
    figure.add_scatter(
        meta="asking stops", x=[], y=[], mode="lines", line={"color": two, "dash": "longdash", "width": 2}, **below
    )
    figure.add_scatter(
        meta="filter stops", x=[], y=[], mode="lines", line={"color": three, "dash": "dot", "width": 2}, **below
    )
    for meta, color, symbol in (("average here", one, "diamond-open"), ("asking here", two, "square-open")):
        marker = {**stop, "color": color, "symbol": symbol}
        figure.add_scatter(meta=meta, x=[], y=[], mode="markers", marker=marker, **below)
    upper, middle, lower = _SILENCE_PANELS
    figure.update_layout(
        xaxis={
            "title": "Message",
            "range": [79, 141],
            "tickvals": [80, 100, 120, 140],
            "anchor": "y2",
            "zeroline": False,
        },
        yaxis={"title": "Predicted<br>answer", "domain": upper, "range": [-0.05, 1.22], "tickvals": [0, 0.5, 1]},
        yaxis2={
            "title": '"They have<br>stopped"',
            "domain": middle,
            "range": [-0.06, 1.06],
            "anchor": "x",
            "tickvals": [0, 0.5, 1],
        },
        xaxis2={"title": "Chance of an answer in training", "range": [0.22, 1.03], "anchor": "y3"},
        yaxis3={"title": "Gives up after<br>(messages)", "domain": lower, "range": [0, 30], "anchor": "x2"},
    )
    for low, high in (upper, middle):
        figure.add_shape(type="line", x0=100.5, x1=100.5, y0=low, y1=high, yref="paper", line=_DOTTED)
    figure.add_annotation(theme.label("answers stop", theme.INK, x=101, xanchor="left", **_TOP, yshift=18))
    for text, color, y in (
        ("one averages; ◇ gives up", one, upper[1]),
        ("one asks: any change? □ gives up", two, middle[1]),
        ("solid: averages, dashed: asks,<br>dotted: asks each time.<br>In rats the number falls.", theme.INK, lower[1]),
    ):
        figure.add_annotation(theme.label(text, color, align="left", **_CORNER | {"y": y}))
    return figure


def _stopping(parameters: Intermittent) -> dict[str, Array]:
    """Return, for each chance of an answer, the unanswered messages after which each way of waiting ends."""
    return {
        "average": np.array(
            [rescorla_wagner_misses(parameters.replace(reply_probability=float(chance))) for chance in _CHANCES]
        ),
        "asking": np.array([change_point_misses(float(chance), parameters.hazard) for chance in _CHANCES]),
        "filter": np.array([filtering_misses(float(chance), parameters.hazard) for chance in _CHANCES]),
    }


def _draw_silence(parameters: Intermittent, run: IntermittentRun) -> Frame:
    shown = slice(79, None)
    trials, answered = run.trials[shown], run.answered[shown]
    mark = 1.12
    last = parameters.training_trials
    traces: dict[str, Mapping[str, Any]] = {
        "answered": {"x": trials[answered], "y": np.full(int(answered.sum()), mark)},
        "unanswered": {"x": trials[~answered], "y": np.full(int((~answered).sum()), mark)},
        "average": {"x": trials, "y": run.rescorla_wagner[shown]},
        # Lines that stay travel too: plotly puts traces that are left out of a move behind those that move.
        "threshold": {"x": [79, 141], "y": [parameters.threshold] * 2},
        "even": {"x": [79, 141], "y": [0.5, 0.5]},
        "asking": {"x": trials, "y": run.stopped_probability[shown]},
    }
    for name, stop, curve in (
        ("average stop", run.rescorla_wagner_stop, run.rescorla_wagner),
        ("asking stop", run.change_point_stop, run.stopped_probability),
    ):
        at = [] if stop is None else [last + stop]
        traces[name] = {"x": np.array(at, dtype=float), "y": np.array([curve[index - 1] for index in at])}
    stops = _stopping(parameters)
    for name, counts in stops.items():
        traces[f"{name} stops"] = {"x": _CHANCES, "y": counts}
    here = [parameters.reply_probability]
    traces["average here"] = {"x": here, "y": [rescorla_wagner_misses(parameters)]}
    traces["asking here"] = {"x": here, "y": [change_point_misses(here[0], parameters.hazard)]}
    highest = float(max(counts.max() for counts in stops.values()))
    return Frame(traces, {"yaxis3.range": [0, theme.ceiling(highest, 30)]})


def _describe_silence(parameters: Intermittent, run: IntermittentRun) -> str:
    chance = parameters.reply_probability
    other = 0.5 if chance == 1 else 1.0
    averages = [rescorla_wagner_misses(parameters.replace(reply_probability=each)) for each in (chance, other)]
    asks = [change_point_misses(each, parameters.hazard) for each in (chance, other)]
    silent = parameters.extinction_trials
    answers = int(run.answered.sum())
    text = (
        f"{answers} of {parameters.training_trials} messages are answered, and then none. Here the one who averages "
        f"gives up after {_after(run.rescorla_wagner_stop, silent)}, the one who asks after "
        f"{_after(run.change_point_stop, silent)}, counting from the first message of the silence. After long training "
        f"the one who averages needs {format_value(averages[0], 'unanswered messages')} in a row at a chance of "
        f"{chance:g} and {averages[1]} at a chance of {other:g}; the one who asks needs {asks[0]} and {asks[1]}."
    )
    early = int((run.log_odds[: parameters.training_trials] >= EVEN).sum())
    if early:
        alarms = "a false alarm" if early == 1 else "false alarms"
        text += (
            f" While answers still came, the one who asks thought at {early} of the {parameters.training_trials} "
            f"messages that they had stopped: {alarms}."
        )
    return text


def _after(stop: int | None, silent: int) -> str:
    return f"more than {silent} messages" if stop is None else format_value(stop, "messages")


def wanting_or_liking() -> Lab:
    """A state of the body changes the pull of a cue at once, and not the pleasure: and the other way round."""
    return Lab(
        "Can you want something more without liking it more?",
        Wanting(),
        wanting_and_liking,
        _wanting_figure,
        _draw_wanting,
        _describe_wanting,
        [
            Preset("As learned", "The state of learning. The pull of a cue is what was learned, and no more."),
            Preset(
                "Wanting without liking",
                "The pull of the last cue is four times as strong, the pleasure half as large. Nothing was learned.",
                {"motivation": 4, "hedonic_gain": 0.5},
            ),
            Preset(
                "Liking without wanting",
                "It would feel better than ever, and the last cue hardly pulls. The first one still does: it has "
                "learned, and not yet met the new state.",
                {"motivation": 0.2, "hedonic_gain": 1.8},
            ),
            Preset(
                "A dislike becomes a wish",
                "Something learned as bad. Here the state is added, so a strong one can turn the pull round.",
                {"reward": -1, "motivation": 5, "form": "additive"},
            ),
            Preset(
                "A dislike stays one",
                "The same state, but it multiplies. Compare the sign with the preset before.",
                {"reward": -1, "motivation": 5},
            ),
        ],
        controls=["motivation", "hedonic_gain", "reward", "form", "cues", "discount"],
        advanced=["cues", "discount"],
        pinned=[],
    )


def _wanting_figure() -> go.Figure:
    figure = theme.new_figure(400, margin={"l": 72, "r": 16, "t": 46, "b": 56}, bargap=0.4)
    figure.add_bar(meta="wanting", x=[], y=[], marker=theme.edged(theme.DOPAMINE))
    figure.add_bar(
        meta="liking",
        x=[],
        y=[],
        marker={"color": theme.PERSON_I, "pattern": {"shape": "/", "solidity": 0.35}},
        xaxis="x2",
        yaxis="y2",
    )
    diamond = {"symbol": "diamond-open", "size": 11, "color": theme.INK, "line": {"width": 2}}
    figure.add_scatter(meta="learned", x=[], y=[], mode="markers", marker=diamond)
    figure.add_scatter(meta="as learned", x=[], y=[], mode="markers", marker=diamond, xaxis="x2", yaxis="y2")
    figure.update_layout(
        xaxis={"title": "Cue, first to last", "domain": [0, 0.64], "range": [0.4, 2.6], "dtick": 1, "zeroline": False},
        yaxis={"title": "Value (a.u.)", "range": [-1.5, 5]},
        xaxis2={"domain": [0.74, 1], "range": [0.4, 1.6], "tickvals": [1], "ticktext": ["contact"], "zeroline": False},
        yaxis2={"range": [-1.5, 5], "anchor": "x2", "showticklabels": False},
    )
    for text, color, x in (("wanting: pull of a cue", theme.DOPAMINE, 0.0), ("liking", theme.PERSON_I, 0.74)):
        figure.add_annotation(theme.label(text, color, **_CORNER | {"x": x, "y": 1}))
    figure.add_annotation(theme.label("◇ as learned", theme.INK, **_CORNER | {"y": 1}, yshift=20))
    return figure


def _draw_wanting(parameters: Wanting, run: WantingRun) -> Frame:
    cue = np.arange(1, parameters.cues + 1, dtype=float)
    shown = [*run.wanting, *run.learned_value, run.liking, parameters.reward, 0]
    # A bar that ends at the edge of the picture would look cut.
    bounds = [-theme.ceiling(-1.05 * min(shown), 1.5), theme.ceiling(1.05 * max(shown), 5)]
    return Frame(
        {
            "wanting": {"x": cue, "y": run.wanting},
            "learned": {"x": cue, "y": run.learned_value},
            "liking": {"x": [1], "y": [run.liking]},
            "as learned": {"x": [1], "y": [parameters.reward]},
        },
        {"xaxis.range": [0.4, parameters.cues + 0.6], "yaxis.range": bounds, "yaxis2.range": bounds},
    )


def _describe_wanting(parameters: Wanting, run: WantingRun) -> str:
    first = ""
    if parameters.cues > 1:
        first = f", and that of the first {signed(run.wanting[0])} where {signed(run.learned_value[0])} was learned"
    return (
        f"The pull of the last cue is {signed(run.wanting[-1])} where {signed(run.learned_value[-1])} was "
        f"learned{first}. The liking of the contact is {signed(run.liking)} where it was {signed(parameters.reward)} "
        "in the state of learning. Nothing has been learned in between."
    )


def the_need() -> Lab:
    """A level of contact that fades alone and is refilled: the same contact is worth more, less, or too much."""
    return Lab(
        "After time alone, what is one more contact worth?",
        SocialHomeostasis(),
        simulate_social_homeostasis,
        _need_figure,
        _draw_need,
        _describe_need,
        [
            Preset("Ten hours alone", "Then five contacts, an hour apart. Which of them is worth most?"),
            Preset("Two days alone", "The same five contacts. Compare their height.", {"hours_alone": 48}),
            Preset("Straight away", "No time alone at all. What is the first contact worth?", {"hours_alone": 0}),
            Preset(
                "Solitude, chosen",
                "Someone who is content with little contact. The same ten hours: is much missing?",
                {"set_point": 20},
            ),
            Preset(
                "A straight drive",
                "A drive without a bend. Below the set-point, is the first contact still worth more than the second?",
                {"steepness": 3},
            ),
        ],
        controls=["hours_alone", "contact", "contacts", "set_point", "hours_between", "time_constant", "steepness"],
        advanced=["hours_between", "time_constant", "steepness"],
        pinned=["level"],
    )


def _need_figure() -> go.Figure:
    figure = theme.new_figure(520, margin={"l": 88, "r": 22, "t": 26, "b": 56}, barmode="overlay", bargap=0.3)
    blue = theme.PERSON_I
    figure.add_scatter(meta="level", x=[], y=[], mode="lines", line_color=blue)
    figure.add_scatter(
        meta="set-point", x=[], y=[], mode="lines", line={"color": theme.MUTED, "dash": "dot", "width": 1.5}
    )
    figure.add_scatter(
        meta="contacts",
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": "triangle-up", "size": 9, "color": theme.PERSON_J},
    )
    below: dict[str, Any] = {"xaxis": "x2", "yaxis": "y2"}
    figure.add_bar(meta="welcome", x=[], y=[], marker={"color": blue}, **below)
    figure.add_bar(
        meta="too much", x=[], y=[], marker={"color": blue, "pattern": {"shape": "/", "solidity": 0.35}}, **below
    )
    figure.update_layout(
        xaxis={"title": "Time (hours)", "anchor": "y"},
        yaxis={"title": "Level (a.u.)", "domain": [0.6, 1], "range": [0, 125]},
        xaxis2={"title": "Contact number", "anchor": "y2", "range": [0.3, 5.7], "dtick": 1, "zeroline": False},
        yaxis2={"title": "Worth (a.u.)", "domain": [0, 0.38], "range": [-40, 40], "anchor": "x2"},
    )
    figure.add_annotation(theme.label("dotted: set-point, ▲ contact", blue, **_CORNER | {"y": 1}))
    figure.add_annotation(theme.label("contacts; hatched: too much", blue, **_CORNER | {"y": 0.38}))
    return figure


def _draw_need(parameters: SocialHomeostasis, run: SocialHomeostasisRun) -> Frame:
    number = np.arange(1, parameters.contacts + 1, dtype=float)
    worth = theme.ceiling(float(np.abs(run.reward).max(initial=0)), 40)
    end = float(run.hours[-1])
    return Frame(
        {
            "level": {"x": run.hours, "y": run.level},
            "set-point": {"x": [0, end], "y": [parameters.set_point] * 2},
            "contacts": {"x": run.contact_hours, "y": run.level_before},
            "welcome": {"x": number, "y": np.maximum(run.reward, 0)},
            "too much": {"x": number, "y": np.minimum(run.reward, 0)},
        },
        {
            "xaxis.range": [0, end],
            "yaxis.range": [0, theme.ceiling(max(float(run.level.max()), parameters.set_point), 125)],
            "xaxis2.range": [0.3, max(parameters.contacts, 1) + 0.7],
            "xaxis2.dtick": 1 if parameters.contacts <= 10 else 2,
            "yaxis2.range": [-worth, worth],
        },
    )


def _describe_need(parameters: SocialHomeostasis, run: SocialHomeostasisRun) -> str:
    alone = parameters.set_point * np.exp(-parameters.hours_alone / parameters.time_constant)
    below = "" if parameters.hours_alone == 0 else f"{parameters.set_point - alone:.1f} below "
    text = f"After {parameters.hours_alone:g} h alone the level is {alone:.1f}, {below or 'at '}the set-point."
    if parameters.contacts == 0:
        return f"{text} No contact follows."
    first = signed(run.reward[0])
    if parameters.contacts == 1:
        return f"{text} The one contact that follows is worth {first}."
    unwelcome = int((run.reward < 0).sum())
    few = {0: "none of them is", 1: "1 of them is", parameters.contacts: "all of them are"}
    return (
        f"{text} The first of {parameters.contacts} contacts is worth {first}, the last {signed(run.reward[-1])}; "
        f"{few.get(unwelcome, f'{unwelcome} of them are')} worth less than nothing."
    )


@checked
def unanswered_messages(seed: Seed = 8) -> Game:
    """Unanswered messages as a person plays it: three friends, one after the other, and when to stop waiting."""
    return Game(
        "When do you stop waiting for an answer?",
        playable.start,
        playable.play,
        playable.from_code,
        _scene,
        _game_figure,
        seed=seed,
    )


_MOVES = (Move("send", "Send one more", "1"), Move("stop", "Stop waiting", "2"))
_PEOPLE = len(playable.REPLY_PROBABILITIES)


def _game_figure() -> go.Figure:
    figure = theme.new_figure(300, margin={"l": 76, "r": 12, "t": 48, "b": 48})
    figure.add_scatter(meta="answered", x=[], y=[], mode="markers", marker={"color": theme.PERSON_J, "size": 7})
    figure.add_scatter(
        meta="unanswered",
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": "x-thin", "size": 6, "line": {"width": 1.5, "color": theme.PERSON_I}},
    )
    figure.add_scatter(
        meta="ended",
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": "line-ns", "size": 22, "line": {"width": 2.5, "color": theme.INK}},
    )
    before, own = playable.EARLIER_MESSAGES, playable.MESSAGES
    figure.update_layout(
        xaxis={
            "title": "Message (0 and below: earlier ones)",
            "range": [-before + 0.2, own + 0.8],
            "tickvals": [1 - before, -9, 0, 10, own],
            "zeroline": False,
        },
        yaxis={
            "range": [0.4, _PEOPLE + 0.6],
            "tickvals": [*range(1, _PEOPLE + 1)],
            "ticktext": [f"friend {_PEOPLE + 1 - number}" for number in range(1, _PEOPLE + 1)],
            "zeroline": False,
        },
    )
    figure.add_shape(
        type="line", x0=0.5, x1=0.5, y0=0, y1=1, yref="paper", line={"color": theme.MUTED, "dash": "dot", "width": 1.5}
    )
    figure.add_annotation(theme.label("● answered", theme.PERSON_J, **_CORNER | {"y": 1}, yshift=20))
    figure.add_annotation(theme.label("× not answered", theme.PERSON_I, **_CORNER | {"y": 1}))
    figure.add_annotation(theme.label("your messages →", theme.INK, x=0.8, xanchor="left", **_TOP))
    figure.add_annotation(theme.label("", theme.INK, x=0.8, xanchor="left", **_TOP, yshift=20))
    return figure


def _messages(state: playable.GameState) -> list[tuple[int, int, bool]]:
    """Return friend, number and answer of each message so far; the earlier ones of a friend count up to 0."""
    shown = []
    for friend in range(1, state.person + 1):
        before = [turn for turn in state.history if turn.person < friend]
        met = playable.GameState(state.seed, tuple(turn.move for turn in before))
        shown += [
            (friend, number, answered)
            for number, answered in enumerate(met.earlier, start=1 - playable.EARLIER_MESSAGES)
        ]
    sent = [turn for turn in state.history if turn.move == "send"]
    return shown + [(turn.person, turn.message, turn.answered) for turn in sent]


def _scene(state: playable.GameState) -> Scene:
    friend, number, answered = (np.array(each) for each in zip(*_messages(state), strict=True))
    row, yes = (_PEOPLE + 1 - friend).astype(float), answered.astype(bool)
    ended = [result for result in state.results if result.attended < playable.MESSAGES]
    frame = Frame(
        {
            "answered": {"x": number[yes], "y": row[yes]},
            "unanswered": {"x": number[~yes], "y": row[~yes]},
            "ended": {
                "x": np.array([result.attended + 0.5 for result in ended]),
                "y": np.array([_PEOPLE + 1.0 - result.person for result in ended]),
            },
        },
        {"annotations[3].text": "┃ answers ended" if ended else ""},
    )
    tally = {
        "Friend": f"{state.person} of {_PEOPLE}",
        "Answered before": f"{sum(state.earlier)} of {playable.EARLIER_MESSAGES}",
        "Unanswered in a row": str(state.misses),
    }
    return Scene(
        sentence=_what_happened(state),
        prompt=_what_now(state),
        moves=() if state.finished else _MOVES,
        frame=frame,
        tally=tally,
        log=[_in_words(turn) for turn in state.history],
        code=state.code,
    )


def _in_words(turn: playable.Turn) -> str:
    if turn.move == "stop":
        return f"You stop waiting for friend {turn.person} before message {turn.message}."
    if turn.answered:
        return f"Message {turn.message} to friend {turn.person}: answered."
    row = f" That makes {turn.misses} in a row." if turn.misses > 1 else ""
    return f"Message {turn.message} to friend {turn.person}: no answer.{row}"


def _what_happened(state: playable.GameState) -> str:
    if not state.history:
        return (
            f"You write to three friends, one after the other. Of each you see {playable.EARLIER_MESSAGES} earlier "
            f"messages. Before each new message there is a chance of {100 * playable.HAZARD:g} % that this friend has "
            "stopped answering for good. Nothing tells you so but the silence."
        )
    last = state.history[-1]
    text = _in_words(last)
    if state.finished:
        return " ".join([text, "The game is over.", *map(_result_in_words, state.results)])
    if last.person != state.person:
        reason = "" if last.move == "stop" else f" That was the last of {playable.MESSAGES} messages."
        text += f"{reason} Now you write to friend {state.person}."
    return text


def _result_in_words(result: playable.Result) -> str:
    if result.attended == playable.MESSAGES:
        ending = "was there to the end"
    elif result.attended == 0:
        ending = "had stopped answering before your first message"
    else:
        ending = f"stopped answering for good after message {result.attended}"
    return f"Friend {result.person} {ending}: you sent {result.learner.sent}, {_costs(result.learner)}."


def _costs(stop: playable.Stop) -> str:
    return f"{stop.wasted} into the silence, and missed {format_value(stop.missed, 'answers')}"


def _what_now(state: playable.GameState) -> str:
    if state.finished:
        return "Go on to the next cell: three models have read the same answers."
    return (
        f"Friend {state.person} answered {sum(state.earlier)} of {playable.EARLIER_MESSAGES} earlier messages. Do you "
        f"send message {state.message}, or stop waiting and go on?"
    )


WAYS = {"learner": "you", "change_point": "asks", "filtering": "asks each time", "rescorla_wagner": "averages"}
"""The ways of waiting that are compared after a game, top to bottom, by the name of their field in a result."""


@dataclass(frozen=True)
class Comparison:
    """A game, and where each way of waiting would have stopped on the same answers."""

    state: playable.GameState

    @property
    def stops(self) -> Sequence[tuple[int, str, playable.Stop]]:
        """Friend, way of waiting and stop; empty until the game is finished."""
        return [
            (result.person, name, getattr(result, field))
            for result in self.state.results
            for field, name in WAYS.items()
        ]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per friend and way of waiting, or one that says that the game is not finished."""
        if not self.state.finished:
            return pd.DataFrame({"game": ["not finished"]})
        return pd.DataFrame({"friend": friend, "way": name, **vars(stop)} for friend, name, stop in self.stops)


@checked
def the_comparison(game: Game) -> Lab:
    """Where three models would have stopped waiting on the answers of a game, beside the player."""

    def read(_: NoControls) -> Comparison:
        return Comparison(game.state)

    def code(_: NoControls) -> str:
        return (
            "from intimacy.labs.reward_learning import Comparison\n"
            "from intimacy.models.reward_learning.playable import from_code\n\n"
            f"run = Comparison(from_code({game.state.code!r}))"
        )

    lab = Lab(
        "Where would three models have stopped?",
        NoControls(),
        read,
        _comparison_figure,
        _draw_comparison,
        _describe_comparison,
        code=code,
        pinned=[],
    )
    game.observe(lambda _: lab.refresh(), "serial")
    return lab


_ROWS = np.arange(len(WAYS), 0, -1, dtype=float)


def _comparison_figure() -> go.Figure:
    figure = theme.new_figure(580, margin={"l": 112, "r": 16, "t": 66, "b": 48}, barmode="stack", bargap=0.35)
    for friend in range(1, _PEOPLE + 1):
        axis = "" if friend == 1 else str(friend)
        top = 1 - (friend - 1) * 0.35
        axes = {"orientation": "h", "yaxis": f"y{axis}"}
        figure.add_bar(meta=f"in time {friend}", x=[], y=[], marker={"color": theme.PERSON_I}, **axes)
        figure.add_bar(
            meta=f"late {friend}",
            x=[],
            y=[],
            marker={"color": theme.PERSON_I, "pattern": {"shape": "/", "solidity": 0.35}},
            **axes,
        )
        figure.add_scatter(
            meta=f"missed {friend}",
            x=[],
            y=[],
            mode="markers",
            marker={"symbol": "circle-open", "size": 9, "color": theme.PERSON_J, "line": {"width": 2}},
            yaxis=f"y{axis}",
        )
        figure.update_layout(
            {
                f"yaxis{axis}": {
                    "domain": [top - 0.27, top],
                    "range": [0.4, len(WAYS) + 0.6],
                    "tickvals": _ROWS.tolist(),
                    "ticktext": list(WAYS.values()),
                    "anchor": "x",
                    "showgrid": False,
                    "zeroline": False,
                }
            }
        )
        figure.add_annotation(theme.label(f"friend {friend}", theme.INK, **_CORNER | {"y": top}))
    figure.update_layout(
        xaxis={"title": "Messages", "range": [0, playable.MESSAGES + 0.6], "anchor": "free", "position": 0}
    )
    right: dict[str, Any] = {**_CORNER, "x": 1, "xanchor": "right", "y": 1}
    figure.add_annotation(theme.label("hatched: into the silence", theme.PERSON_I, **right, yshift=40))
    figure.add_annotation(theme.label("○ an answer missed", theme.PERSON_J, **right, yshift=20))
    return figure


def _draw_comparison(_: NoControls, comparison: Comparison) -> Frame:
    traces: dict[str, Mapping[str, Any]] = {}
    for friend in range(1, _PEOPLE + 1):
        stops = [stop for person, _, stop in comparison.stops if person == friend]
        sent, late, missed = (
            np.array([getattr(stop, name) for stop in stops], dtype=float) if stops else np.zeros(len(WAYS))
            for name in ("sent", "wasted", "missed")
        )
        traces[f"in time {friend}"] = {"x": sent - late, "y": _ROWS}
        traces[f"late {friend}"] = {"x": late, "y": _ROWS}
        # One ring for each answer missed, beyond the end of the bar.
        rings = [
            (end + 1 + count, row) for end, row, n in zip(sent, _ROWS, missed, strict=True) for count in range(int(n))
        ]
        traces[f"missed {friend}"] = {
            "x": np.array([x for x, _ in rings]),
            "y": np.array([y for _, y in rings]),
        }
    return Frame(traces)


def _describe_comparison(_: NoControls, comparison: Comparison) -> str:
    if not comparison.state.finished:
        return (
            "Your game is not finished yet, so there is nothing to compare. Play it to the end; this picture follows."
        )
    parts = []
    for result in comparison.state.results:
        told = "; ".join(
            f"the one who {name} {stop.sent}, {stop.wasted} and {stop.missed}"
            for person, name, stop in comparison.stops
            if person == result.person and name != WAYS["learner"]
        )
        you = f"you sent {format_value(result.learner.sent, 'messages')}, {_costs(result.learner)}"
        parts.append(f"Friend {result.person}, chance of an answer {result.reply_probability:g}: {you}; {told}.")
    return " ".join([*parts, "Patience has two costs, and how to weigh them is not for a model to say."])


COVER = the_ringtone
