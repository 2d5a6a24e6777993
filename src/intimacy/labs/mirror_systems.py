"""The labs of "Mirror systems and empathy": where mirror responses may come from, what overlap shows, and a group."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from intimacy.arguments import checked
from intimacy.models import mirror_systems as model
from intimacy.models.mirror_systems import Association, Contagion, Contingency, Overlap
from intimacy.models.mirror_systems.overlap import State
from intimacy.parameters import format_value, signed
from intimacy.widgets import Frame, Lab, Play, Preset, theme

Array = NDArray[np.float64]

CHILDHOOD_SHOWN = 400
"""How many trials before the training are drawn; a longer childhood has begun before the picture does."""

TRAINING_TRIALS = 500
"""How long the training lasts."""

TRIALS_PER_STOP = 2
"""Trials from one picture of the weights to the next."""

MEETINGS = 1000
"""Trials of the lab on contingency."""

MINUTES = 120
"""How long a group is followed."""

MINUTES_PER_STOP = 0.5

_ROWS = ("pair", "v", "chain")
_EDGE, _WIDE_EDGE = 1.18, 2.3
"""How far the picture of a group goes to each side of its middle; wider where people stand in a row."""

_CORNER: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "align": "left"}
_NOTHING: dict[str, Array] = {"x": np.empty(0), "y": np.empty(0)}


def _names(actions: int) -> list[str]:
    """Return what the actions are called: fingers where there are two, else numbers."""
    return ["index", "little"] if actions == 2 else [str(action + 1) for action in range(actions)]


# Where mirror responses come from


def where_from() -> Lab:
    """Childhood, then training: the weights from seeing to doing, trial by trial, and the mirror index."""
    low, high = -CHILDHOOD_SHOWN, TRAINING_TRIALS
    return Lab(
        "Where do mirror responses come from, and can they be turned round?",
        Association(training_trials=TRAINING_TRIALS),
        model.simulate_association,
        _learning_figure,
        draw_learning,
        _describe_learning,
        [
            Preset(
                "Counter-mirror training",
                "In childhood one sees what one does. Then the other finger moves. Press Play and watch the squares.",
            ),
            Preset(
                "Everyday childhood",
                "No training of any other kind: one goes on seeing what one does. Where does the line settle?",
                {"training": "mirror"},
            ),
            Preset(
                "Unrelated training",
                "What is seen has nothing to do with what is done. Does the line go below zero, or does it only fade?",
                {"training_contingency": 0.0},
            ),
            Preset(
                "Weak training",
                "The trained finger moves along in three of ten trials; else any finger. The same end, more slowly?",
                {"training_contingency": 0.3},
            ),
            Preset(
                "A long childhood",
                "Three thousand trials before the training instead of four hundred. Does a long habit protect?",
                {"childhood_trials": 3000},
            ),
            Preset(
                "Together is enough",
                "Plain Hebb, and nothing seen has ever to do with what is done. All weights grow. Does the line rise?",
                {"rule": "hebb", "childhood_contingency": 0.0, "training_contingency": 0.0},
            ),
            Preset(
                "One cell, kept in bounds",
                "Oja's rule: a single cell that cannot grow without end. It holds on for long, and then turns at once.",
                {"rule": "oja"},
            ),
            Preset(
                "Six actions",
                "Each action is now seen in one trial of six, so all takes longer. Which squares fade, which grow?",
                {"actions": 6},
            ),
        ],
        controls=[
            "rule",
            "childhood_contingency",
            "training_contingency",
            "training",
            "learning_rate",
            "actions",
            "gain",
            "childhood_trials",
            "decay",
        ],
        advanced=["gain", "childhood_trials", "decay"],
        only_with={"decay": ("rule", ("covariance",))},
        pinned=["index"],
        play=Play(
            "Trial of training",
            ["index"],
            low,
            high,
            step=TRIALS_PER_STOP,
            seconds=24,
            films=["weights", "last trial", "response"],
        ),
        seed=7,
    )


def _learning_figure() -> go.Figure:
    figure = theme.new_figure(658, margin={"l": 88, "r": 16, "t": 72, "b": 48}, barmode="overlay")
    figure.add_bar(
        meta="weights",
        x=[],
        y=[],
        base=[],
        width=0.88,
        marker={
            "color": [],
            "colorscale": theme.WARMTH_MAP,
            "cmin": -1,
            "cmax": 1,
            "line": {"color": theme.INK, "width": []},
        },
        hoverinfo="skip",
        xaxis="x2",
        yaxis="y2",
    )
    figure.add_scatter(
        meta="last trial",
        x=[],
        y=[],
        mode="markers",
        marker={"size": 11, "color": theme.GRID, "line": {"color": theme.INK, "width": 2}},
        hoverinfo="skip",
        xaxis="x2",
        yaxis="y2",
    )
    figure.add_bar(meta="response", x=[], y=[], width=0.5, marker_color=theme.PERSON_I, xaxis="x3", yaxis="y3")
    figure.add_scatter(
        meta="expected", x=[], y=[], mode="lines", line={"color": theme.MUTED, "dash": "dash", "width": 1.5}
    )
    figure.add_scatter(
        meta="crossing", x=[], y=[], mode="lines", line={"color": theme.MUTED, "dash": "dot", "width": 1.5}
    )
    figure.add_scatter(meta="index", x=[], y=[], mode="lines", line_color=theme.PERSON_I)
    square = {"constrain": "domain", "showgrid": False, "zeroline": False, "ticks": "", "showline": False}
    figure.update_layout(
        xaxis={
            "title": "Trial (below 0: childhood)",
            "range": [-CHILDHOOD_SHOWN, TRAINING_TRIALS],
            "dtick": 200,
            "zeroline": True,
            "zerolinewidth": 2,
            "anchor": "y",
        },
        yaxis={"title": "Mirror index<br>(below 0: counter-mirror)", "domain": [0, 0.45]},
        xaxis2={**square, "title": "seen", "domain": [0, 0.4], "constraintoward": "left", "anchor": "y2"},
        yaxis2={
            **square,
            "title": "done",
            "domain": [0.67, 1],
            "scaleanchor": "x2",
            "constraintoward": "top",
            "anchor": "x2",
        },
        xaxis3={"title": "done", "domain": [0.62, 1], "anchor": "y3", "showgrid": False},
        yaxis3={"domain": [0.67, 1], "anchor": "x3", "nticks": 4},
    )
    for x in (0.0, 0.62):
        figure.add_annotation(theme.label("", theme.INK, x=x, y=1, yshift=8, **_CORNER))
    above: dict[str, Any] = {"y": 1, "yref": "y domain", "yanchor": "bottom"}
    figure.add_annotation(theme.label("childhood", theme.INK, x=-CHILDHOOD_SHOWN / 2, **above))
    figure.add_annotation(theme.label("training", theme.INK, x=TRAINING_TRIALS / 2, **above))
    figure.add_annotation(theme.label("", theme.MUTED, x=0, y=0.81, yref="y domain", align="left"))
    return figure


@checked
def draw_learning(parameters: Association, run: model.AssociationRun) -> Frame:
    """Return what a run changes in the picture: the weights at each stop of the play control, and the index."""
    actions, childhood = parameters.actions, parameters.childhood_trials
    since = run.trials - childhood
    shown = since >= -CHILDHOOD_SHOWN
    lived = np.maximum(np.arange(-CHILDHOOD_SHOWN, TRAINING_TRIALS + 1, TRIALS_PER_STOP) + childhood, 0)
    weights = run.weights[lived]
    full = theme.ceiling(float(np.abs(weights).max()), 0.25)
    done, seen = (np.repeat(np.arange(actions), actions), np.tile(np.arange(actions), actions))
    response = parameters.gain * weights[:, :, 0]
    top = theme.ceiling(float(np.abs(response).max()), 1)
    bottom = -top if response.min() < -0.01 else 0.0
    index, expected = run.mirror_index[shown], run.expected_index[shown]
    known = bool(np.isfinite(expected).all())
    height = theme.ceiling(float(max(np.abs(index).max(), np.abs(expected).max() if known else 0)), 1)
    crossing = model.expected_crossing(parameters) or math.inf
    crosses = crossing <= TRAINING_TRIALS
    early = crossing < TRAINING_TRIALS / 2
    names = _names(actions)
    # Before the first trial there is no last one: its circle is put outside the axes.
    last = np.where(lived > 0, np.stack([run.seen, run.done])[:, np.maximum(lived - 1, 0)], -9)
    ticks = {"tickvals": list(range(actions)), "ticktext": names}
    edges = [-0.5, actions - 0.5]
    layout: dict[str, Any] = {
        "yaxis.range": [-1.08 * height, 1.08 * height],
        "xaxis2.range": edges,
        "yaxis2.range": edges[::-1],
        "xaxis3.range": edges,
        "yaxis3.range": [1.04 * bottom, 1.04 * top],
        "annotations[0].text": f"{_scale(full, negative=weights.min() < -0.01)}<br>□ same, ○ last trial",
        "annotations[1].text": f"Seeing {names[0]}<br>calls up …",
        "annotations[4].text": _beside_dashes(known, crossing if crosses else None),
        "annotations[4].x": crossing if crosses else TRAINING_TRIALS - 6,
        "annotations[4].xanchor": "left" if early else "right",
    }
    # Above the line where it has gone down, below it where it is still up.
    low = not early and bool(index[-1] >= 0 or crosses)
    layout |= {"annotations[4].y": 0.01 if low else 0.81, "annotations[4].yanchor": "bottom" if low else "middle"}
    for axis in ("xaxis2", "yaxis2", "xaxis3"):
        layout |= {f"{axis}.{key}": value for key, value in ticks.items()}
    return Frame(
        {
            "weights": {
                "x": seen,
                "y": np.full(actions**2, 0.88),
                "base": done - 0.44,
                "marker.color": (weights / full).reshape(len(lived), -1),
                "marker.line.width": np.where(done == seen, 3, 0),
            },
            "last trial": {"x": last[0][:, np.newaxis], "y": last[1][:, np.newaxis]},
            "response": {"x": np.arange(actions), "y": response},
            "expected": {"x": since[shown], "y": expected} if known else _NOTHING,
            "crossing": {"x": [crossing, crossing], "y": [-2 * height, 2 * height]} if crosses else _NOTHING,
            "index": {"x": since[shown], "y": index},
        },
        layout,
    )


def _scale(full: float, *, negative: bool) -> str:
    return f"Full colour: ±{full:g}<br>dark: below 0" if negative else f"Full colour: {full:g}"


def _beside_dashes(known: bool, crossing: float | None) -> str:
    if not known:
        return ""
    return "dashed: mean" if crossing is None else f"dashed: mean,<br>0 after {crossing:.0f}"


def _action(action: int, actions: int) -> str:
    """Return what an action is called inside a sentence."""
    name = _names(actions)[action]
    return f"the {name} finger" if actions == 2 else f"action {name}"


def _describe_learning(parameters: Association, run: model.AssociationRun) -> str:
    start, end = (run.mirror_index[at] for at in (parameters.childhood_trials, -1))
    means = (
        ""
        if parameters.rule == "oja"
        else f" (on average {signed(run.expected_index[parameters.childhood_trials])} and "
        f"{signed(run.expected_index[-1])})"
    )
    text = (
        f"The mirror index is {signed(start)} when the training begins and {signed(end)} after {TRAINING_TRIALS} "
        f"trials of it{means}. {_when_it_turns(parameters, run)} "
    )
    response = run.response[:, 0]
    other = 1 + int(response[1:].argmax())
    text += (
        f"At the end the sight of {_action(0, parameters.actions)} calls up the same action with "
        f"{signed(response[0])} and {_action(other, parameters.actions)} with {signed(response[other])}."
    )
    if parameters.rule == "hebb":
        text += f" The mean of all weights has grown to {run.weights[-1].mean():.2f}, and nothing stops it."
    return text


def _when_it_turns(parameters: Association, run: model.AssociationRun) -> str:
    """Say when the index of this run first goes below 0, and when the mean over endless runs does."""
    expected = model.expected_crossing(parameters)
    match run.crossing:
        case None:
            here = "In this run it does not go below 0 during the training"
        case 0:
            here = "In this run it is below 0 already when the training begins"
        case trials:
            here = f"In this run it first goes below 0 after {format_value(trials, 'trials')} of training"
    if expected is not None:
        late = "" if expected <= TRAINING_TRIALS else f", later than the {TRAINING_TRIALS} shown"
        return f"{here}; on average it goes below 0 after {expected:.1f} trials{late}."
    if parameters.rule == "oja":
        return f"{here}; for Oja's rule there is no formula for the mean."
    by_luck = run.crossing is not None
    if parameters.training == "counter_mirror" and parameters.training_contingency > 0:
        return f"{here}; on average there is nothing to turn round, and it falls from the first trial."
    why = "training fades it towards 0 and never turns it round" if _fades(parameters) else "it does not turn round"
    return f"{here}{', by chance' if by_luck else ''}; on average {why}."


def _fades(parameters: Association) -> bool:
    """Whether unrelated training takes the mean index towards 0."""
    forgets = parameters.rule == "delta" or (parameters.rule == "covariance" and parameters.decay > 0)
    learned = parameters.childhood_contingency > 0 and parameters.childhood_trials > 0
    return forgets and learned and parameters.training_contingency == 0


# Contingency


def told_or_together() -> Lab:
    """A cue that meets an outcome often, or announces it: what two learning rules make of the same trials."""
    return Lab(
        "You smile, and a friend smiles. Is it because you did?",
        Contingency(trials=MEETINGS),
        model.simulate_contingency,
        _contingency_figure,
        draw_contingency,
        _describe_contingency,
        [
            Preset("A friend who answers", "Eight of ten smiles are met; without yours, three of ten come anyway."),
            Preset(
                "Always smiling",
                "Eight of ten, whether you smile or not. You meet as often as before. Which line notices?",
                {"without_cue": 0.8},
            ),
            Preset(
                "Rare but telling",
                "Only three of ten smiles are met, but without yours there is none at all.",
                {"with_cue": 0.3, "without_cue": 0.0},
            ),
            Preset(
                "Serious in return",
                "The friend smiles mostly when you do not. Look at the sign.",
                {"with_cue": 0.2, "without_cue": 0.7},
            ),
        ],
        controls=["with_cue", "without_cue", "cue_share", "learning_rate"],
        advanced=["cue_share", "learning_rate"],
        pinned=["cue", "hebb"],
        play=Play("Trial", ["cue", "context", "hebb"], 0, MEETINGS, step=5, seconds=12),
        seed=7,
    )


def _contingency_figure() -> go.Figure:
    figure = theme.new_figure(518, margin={"l": 76, "r": 26, "t": 64, "b": 48})
    expected = {"color": theme.MUTED, "dash": "dot", "width": 1.5}
    for key in ("expected cue", "expected context"):
        figure.add_scatter(meta=key, x=[], y=[], mode="lines", line=expected)
    place = {"color": theme.INK, "dash": "dash"}
    figure.add_scatter(meta="context", x=[], y=[], mode="lines", line=place)
    figure.add_scatter(meta="cue", x=[], y=[], mode="lines", line_color=theme.PERSON_I)
    figure.add_scatter(meta="hebb", x=[], y=[], mode="lines", line_color=theme.PERSON_I, yaxis="y2")
    figure.update_layout(
        xaxis={"title": "Trial", "range": [0, MEETINGS], "anchor": "y2", "zeroline": False, "dtick": 250},
        yaxis={"title": "Weight,<br>delta rule", "domain": [0.46, 1], "range": [-1.05, 1.05], "dtick": 0.5},
        yaxis2={"title": "Weight,<br>plain Hebb", "domain": [0, 0.3], "anchor": "x", "nticks": 4},
    )
    figure.add_annotation(theme.label("solid: your smile", theme.PERSON_I, x=0, y=1, yshift=36, **_CORNER))
    figure.add_annotation(theme.label("dashed: the situation", theme.INK, x=0, y=1, yshift=18, **_CORNER))
    figure.add_annotation(theme.label("dotted: expected", theme.MUTED, x=0, y=1, **_CORNER))
    figure.add_annotation(theme.label("your smile: meetings counted", theme.PERSON_I, x=0, y=0.3, **_CORNER))
    return figure


@checked
def draw_contingency(_: Contingency, run: model.ContingencyRun) -> Frame:
    """Return what a run changes in the picture."""
    lines = {
        "expected cue": run.expected_cue_weight,
        "expected context": run.expected_context_weight,
        "context": run.context_weight,
        "cue": run.cue_weight,
        "hebb": run.hebb_weight,
    }
    return Frame(
        {key: {"x": run.trials, "y": values} for key, values in lines.items()},
        {"yaxis2.range": [0, 1.05 * theme.ceiling(float(run.hebb_weight[-1]), 10)]},
    )


def _describe_contingency(parameters: Contingency, run: model.ContingencyRun) -> str:
    met = int((run.cue & run.outcome).sum())
    return (
        f"Your smile is met in {met} of {int(run.cue.sum())} trials. The contingency is {parameters.with_cue:g} − "
        f"{parameters.without_cue:g} = {signed(parameters.contingency)}. The delta rule gives your smile a weight of "
        f"{signed(run.cue_weight[-1])} and the situation {signed(run.context_weight[-1])} at the end, where "
        f"{signed(run.expected_cue_weight[-1])} and {signed(run.expected_context_weight[-1])} are expected. Plain "
        f"Hebb has counted up to {run.hebb_weight[-1]:.2f}, {format_value(met, 'meetings')} of "
        f"{parameters.learning_rate:g} each."
    )


# Overlap


def same_map() -> Lab:
    """Two activation maps, the voxels behind them, and decoders that are tried on the other state."""
    return Lab(
        "The same area is active. Does it say the same thing?",
        Overlap(),
        model.simulate_overlap,
        _overlap_figure,
        draw_overlap,
        _describe_overlap,
        [
            Preset(
                "Same map, nothing shared",
                "Look at the two maps first. Then at the cloud of voxels. Then at the decoders, on the right.",
            ),
            Preset(
                "One shared code",
                "The fine patterns are the same in both states. What has changed in the maps?",
                {"shared_code": 1.0},
            ),
            Preset("A little in common", "A quarter. Would one study of 100 people notice?", {"shared_code": 0.25}),
            Preset(
                "A noisy scanner",
                "Twice the noise. The maps look as before. Who suffers?",
                {"noise": 2.0},
            ),
            Preset(
                "No blob at all",
                "Nothing rises on average, so the maps are empty. And yet the code is shared.",
                {"activation": 0.0, "shared_code": 1.0},
            ),
            Preset(
                "A perfect decoder",
                "It knows each person's true pattern, as no scan can tell. Does that help across?",
                {"ideal": True},
            ),
        ],
        controls=[
            "shared_code",
            "activation",
            "noise",
            "pattern_strength",
            "ideal",
            "voxels",
            "training_scans",
            "people",
        ],
        advanced=["voxels", "training_scans", "people"],
        pinned=[],
        seed=7,
    )


# By the state a decoder was trained on: words, colour, symbol, sign and how far aside it is drawn.
_TRAINED: dict[State, tuple[str, str, str, str, float]] = {
    "self": ("trained on own", theme.PERSON_I, "circle", "●", -0.13),
    "other": ("trained on seen", theme.PERSON_J, "diamond", "◆", 0.13),
}


def _overlap_figure() -> go.Figure:
    figure = theme.new_figure(600, margin={"l": 64, "r": 16, "t": 30, "b": 52})
    columns = ((0.0, 0.47), (0.53, 1.0))
    rows, across = (np.arange(size, dtype=np.float64) for size in model.MAP_SHAPE)
    hidden = {"visible": False, "constrain": "domain", "constraintoward": "top"}
    for number, (state, domain) in enumerate(zip(model.STATES, columns, strict=True), start=3):
        figure.add_heatmap(
            meta=f"map {state}",
            x=across,
            y=rows,
            z=[],
            zmin=0,
            zmax=1,
            colorscale=[[0, theme.GRID], [1 / 3, theme.MUTED], [1, theme.INK]],
            showscale=False,
            hoverinfo="skip",
            xaxis=f"x{number}",
            yaxis=f"y{number}",
        )
        figure.update_layout(
            {
                f"xaxis{number}": {"visible": False, "constrain": "domain", "domain": domain, "anchor": f"y{number}"},
                f"yaxis{number}": {**hidden, "domain": [0.72, 1], "anchor": f"x{number}", "scaleanchor": f"x{number}"},
            }
        )
        name = {"self": "own state", "other": "seen state"}[state]
        heading: dict[str, Any] = {
            "x": 0.5,
            "y": 1,
            "xref": f"x{number} domain",
            "yref": f"y{number} domain",
            "yanchor": "bottom",
        }
        figure.add_annotation(theme.label(name, theme.INK, **heading))
    figure.add_scatter(
        meta="one code", x=[], y=[], mode="lines", line={"color": theme.MUTED, "dash": "dash", "width": 1.5}
    )
    figure.add_scatter(
        meta="voxels",
        x=[],
        y=[],
        mode="markers",
        marker={"color": theme.INK, "size": 4, "opacity": 0.55},
        hoverinfo="skip",
    )
    on_right = {"xaxis": "x2", "yaxis": "y2"}
    for state, (_, color, symbol, _, _) in _TRAINED.items():
        error = {"type": "data", "symmetric": False, "array": [], "arrayminus": [], "color": color, "width": 5}
        figure.add_scatter(
            meta=f"trained {state}",
            x=[],
            y=[],
            mode="markers",
            marker={"color": color, "symbol": symbol, "size": 11},
            error_y={**error, "thickness": 2},
            **on_right,
        )
    wide = {"symbol": "line-ew", "size": 24, "color": theme.MUTED, "line": {"width": 2, "color": theme.MUTED}}
    figure.add_scatter(meta="expected", x=[], y=[], mode="markers", marker=wide, hoverinfo="skip", **on_right)
    figure.update_layout(
        xaxis={"title": "Own pattern", "domain": [0, 0.4], "anchor": "y", "nticks": 3},
        yaxis={"title": "Seen pattern", "domain": [0, 0.48], "anchor": "x", "nticks": 3},
        xaxis2={
            "title": "Tested on",
            "domain": [0.58, 1],
            "anchor": "y2",
            "range": [-0.5, 1.5],
            "tickvals": [0, 1],
            "ticktext": ["own", "seen"],
            "showgrid": False,
            "zeroline": False,
        },
        yaxis2={
            "domain": [0, 0.48],
            "anchor": "x2",
            "tickvals": [0.5, 0.75, 1],
            "tickformat": ".0%",
        },
    )
    chance = {"color": theme.MUTED, "dash": "dot", "width": 2}
    figure.add_shape(type="line", x0=-0.5, x1=1.5, y0=0.5, y1=0.5, xref="x2", yref="y2", line=chance)
    figure.add_annotation(theme.label("dot: a voxel<br>dashed: one code", theme.INK, x=0, y=0.49, **_CORNER))
    for line, (words, color, _, sign, _) in enumerate(_TRAINED.values()):
        place: dict[str, Any] = {"x": 0.5, "y": 0.49, "yshift": 18 * (1 - line), **_CORNER}
        figure.add_annotation(theme.label(f"{sign} {words}", color, **place))
    figure.add_annotation(theme.label("Share right, ─ expected", theme.INK, x=0.5, y=0.49, yshift=36, **_CORNER))
    between: dict[str, Any] = {"x": 0.5, "xref": "x2", "yref": "y2", "xanchor": "center", "yanchor": "top"}
    figure.add_annotation(theme.label("chance", theme.MUTED, y=0.5, **between))
    return figure


@checked
def draw_overlap(parameters: Overlap, run: model.OverlapRun) -> Frame:
    """Return what a study changes in the picture."""
    inside = np.isfinite(run.pattern_self)
    patterns = run.pattern_self[inside], run.pattern_other[inside]
    reach = theme.ceiling(float(np.abs(patterns).max()), 0.5)
    # One scale for all activations: a map that rises more is never paler.
    brightest = parameters.specifications()["activation"].high
    assert brightest is not None
    rows, across = (np.arange(size, dtype=np.float64) for size in model.MAP_SHAPE)
    expected: dict[str, list[float]] = {"x": [], "y": []}
    traces: dict[str, dict[str, Any]] = {
        "map self": {"x": across, "y": rows, "z": run.activation_self / brightest},
        "map other": {"x": across, "y": rows, "z": run.activation_other / brightest},
        "one code": {"x": [-reach, reach], "y": [-reach, reach]},
        "voxels": {"x": patterns[0], "y": patterns[1]},
    }
    lowest = 1.0
    for trained in model.STATES:
        aside = _TRAINED[trained][-1]
        found = [run.accuracy(trained, tested) for tested in model.STATES]
        lowest = min(lowest, *(each.low for each in found))
        traces[f"trained {trained}"] = {
            "x": [aside, 1 + aside],
            "y": [each.share for each in found],
            "error_y.array": [each.high - each.share for each in found],
            "error_y.arrayminus": [each.share - each.low for each in found],
        }
        expected["x"] += [aside, 1 + aside]
        expected["y"] += [model.expected_accuracy(parameters, trained, tested) for tested in model.STATES]
    bounds = [-reach, reach]
    return Frame(
        {**traces, "expected": expected},
        {"xaxis.range": bounds, "yaxis.range": bounds, "yaxis2.range": [min(0.28, lowest - 0.02), 1.02]},
    )


def _describe_overlap(parameters: Overlap, run: model.OverlapRun) -> str:
    active = round(100 * run.region_overlap)
    within, across = (run.accuracy("self", tested) for tested in model.STATES)
    back, other = (run.accuracy("other", tested) for tested in model.STATES)
    expected = [100 * model.expected_accuracy(parameters, "self", tested) for tested in model.STATES]
    return (
        f"Both states activate {active} % of the region's voxels (overlap of all active voxels of the slice: "
        f"{run.dice:.2f} of 1). Trained on one's own state, the decoder names the stronger of two scans for "
        f"{within.correct} of {within.tests} people on that state and for {across.correct} on the seen state, "
        f"{_beside_chance(across)}. Trained on the seen state, it is right for {other.correct} on that state and for "
        f"{back.correct} on one's own, {_beside_chance(back)}. In endless studies it would be right for "
        f"{expected[0]:.1f} % on the same state and {expected[1]:.1f} % on the other one."
    )


def _beside_chance(accuracy: model.Accuracy) -> str:
    low, high = round(100 * accuracy.low), round(100 * accuracy.high)
    where = "which chance can give" if accuracy.at_chance else "which chance hardly gives"
    return f"{where} (interval {low} to {high} %)"


# A group


def in_a_group() -> Lab:
    """A group in which arousal spreads: who is aroused when, and whether it settles."""
    return Lab(
        "One of them is stressed. Where does it end?",
        Contagion(duration=MINUTES),
        model.simulate_contagion,
        _group_figure,
        draw_group,
        _describe_group,
        [
            Preset("Three friends", "Each watches both others. One is stressed for as long as you look. Press Play."),
            Preset(
                "Five friends",
                "Everyone watches everyone, with more regulation than before. It settles.",
                {"constellation": "everyone", "regulation": 0.65},
            ),
            Preset(
                "A sixth friend",
                "One more, calm, and as well regulated as the others. Nothing else has changed. Look at the bar.",
                {"constellation": "everyone", "regulation": 0.65, "people": 6},
            ),
            Preset(
                "A bit more regulation",
                "The six again. Everyone takes back a little more of what is not their own.",
                {"constellation": "everyone", "regulation": 0.75, "people": 6},
            ),
            Preset(
                "A team and its lead",
                "All watch the lead, the lead watches all. The lead is stressed. Then choose one at the edge instead.",
                {"constellation": "star", "people": 6},
            ),
            Preset(
                "A family in a row",
                "Each watches two neighbours only. How far does it travel?",
                {"constellation": "chain", "people": 7},
            ),
            Preset(
                "It passes",
                "The stressor ends after 20 minutes. The group needs longer than one person alone would.",
                {"stress_lasts": 20},
            ),
            Preset(
                "No telling apart",
                "Nobody takes anything back. The ceiling of 10 is the model's: no feeling grows without end.",
                {"regulation": 0.0},
            ),
            Preset(
                "A club of 34",
                "Who met whom in a club, as printed in 1977. Nobody measured feelings there: those are the model's.",
                {"constellation": "community", "regulation": 0.8},
            ),
        ],
        controls=[
            "constellation",
            "people",
            "regulation",
            "gain",
            "stressed",
            "stress_lasts",
            "stressor",
            "time_constant",
        ],
        advanced=["stressor", "time_constant"],
        pinned=["mean"],
        only_with={"people": ("constellation", ("chain", "ring", "star", "everyone"))},
        play=Play("Minute", ["most", "mean", "least"], 0, MINUTES, step=MINUTES_PER_STOP, seconds=12, films=["people"]),
    )


def _group_figure() -> go.Figure:
    figure = theme.new_figure(716, margin={"l": 72, "r": 16, "t": 62, "b": 48})
    graph = {"xaxis": "x2", "yaxis": "y2"}
    figure.add_scatter(
        meta="ties", x=[], y=[], mode="lines", line={"color": theme.MUTED, "width": 1.5}, hoverinfo="skip", **graph
    )
    figure.add_scatter(
        meta="people",
        x=[],
        y=[],
        mode="markers+text",
        text=[],
        textfont={"size": 14, "color": theme.INK},
        marker={
            "color": [],
            "size": [],
            "colorscale": [[0, theme.GRID], [1, theme.COLD]],
            "cmin": 0,
            "cmax": 1,
            "opacity": 1,
            "line": {"color": theme.INK, "width": []},
        },
        cliponaxis=False,
        hoverinfo="skip",
        **graph,
    )
    quiet = {"color": theme.MUTED, "dash": "dot", "width": 1.5}
    figure.add_scatter(meta="rest", x=[], y=[], mode="lines", line=quiet)
    for key in ("most", "least"):
        figure.add_scatter(meta=key, x=[], y=[], mode="lines", line={"color": theme.STRESS, "dash": "longdash"})
    figure.add_scatter(meta="mean", x=[], y=[], mode="lines", line={"color": theme.INK, "width": 2.5})
    figure.add_bar(
        meta="loop gain",
        x=[],
        y=[0],
        orientation="h",
        width=0.6,
        marker={"color": theme.STRESS, "pattern": {"shape": "/", "solidity": 0.35}},
        xaxis="x3",
        yaxis="y3",
    )
    hidden = {"visible": False, "constrain": "domain"}
    figure.update_layout(
        xaxis={"title": {"text": "Time (minutes)", "standoff": 4}, "range": [0, MINUTES], "dtick": 30, "anchor": "y"},
        yaxis={"title": "Arousal<br>(toy units)", "domain": [0.23, 0.55], "anchor": "x", "nticks": 5},
        xaxis2={**hidden, "domain": [0, 1], "anchor": "y2"},
        yaxis2={**hidden, "domain": [0.63, 1], "anchor": "x2", "scaleanchor": "x2", "range": [-_EDGE, _EDGE]},
        xaxis3={"title": "Loop gain: from 1 on, a runaway", "anchor": "y3"},
        yaxis3={"visible": False, "domain": [0, 0.08], "range": [-0.5, 0.5], "anchor": "x3"},
    )
    figure.add_shape(type="rect", x0=0, x1=0, y0=0, y1=1, yref="y domain", **theme.SHADED)
    wall = {"color": theme.INK, "width": 2}
    figure.add_shape(type="line", x0=1, x1=1, y0=-0.5, y1=0.5, xref="x3", yref="y3", line=wall)
    ceiling = {"color": theme.MUTED, "dash": "dashdot", "width": 1.5}
    figure.add_shape(type="line", x0=0, x1=MINUTES, y0=model.CEILING, y1=model.CEILING, line=ceiling)
    # The highest circle stands out above its axis.
    figure.add_annotation(theme.label("", theme.INK, x=0, y=1, yshift=14, **_CORNER))
    figure.add_annotation(theme.label("", theme.INK, x=0, y=0.55, **_CORNER))
    figure.add_annotation(theme.label("stressor", theme.INK, x=2, y=1, yref="y domain", xanchor="left", yanchor="top"))
    at_end = {"xanchor": "right", "yanchor": "bottom"}
    figure.add_annotation(theme.label("ceiling", theme.MUTED, x=MINUTES - 1, y=model.CEILING, **at_end))
    return figure


def _walk(ties: Array) -> list[int]:
    """Return people in the order of a walk along every tie, once there and once back, so that one line draws all."""
    left = ties > 0
    walk, path = [0], [0]
    while path:
        person = path[-1]
        onward = np.flatnonzero(left[person])
        if onward.size:
            following = int(onward[0])
            left[person, following] = left[following, person] = False
            path.append(following)
            walk.append(following)
        else:
            path.pop()
            walk += path[-1:]
    return walk


@checked
def places_of(constellation: str, people: int = 5) -> Array:
    """Return where each person of a group is drawn, shape (n, 2).

    The picture is twice as wide as high, so a group in a row is drawn twice as wide. A chain goes up and down: of many
    people in one straight line, the circles would hide the ties.

    Raises:
        ValueError: constellation is none of the model's, or people is below 3 where n is free.
    """
    places = model.positions(constellation, people)
    if constellation in _ROWS:
        places[:, 0] *= 2
    if constellation == "chain":
        places[:, 1] = np.where(np.arange(len(places)) % 2, 0.45, -0.45)
    return places


@checked
def draw_group(parameters: Contagion, run: model.ContagionRun) -> Frame:
    """Return what a run changes in the picture: everyone's arousal at each stop, and the group's over time."""
    count = len(run.stressed)
    places = places_of(parameters.constellation, parameters.people)
    across = _WIDE_EDGE if parameters.constellation in _ROWS else _EDGE
    walk = _walk(run.adjacency)
    every = round(MINUTES_PER_STOP / model.MINUTES_PER_SAMPLE)
    resting = float(run.steady.mean()) if np.isfinite(run.steady).all() else None
    # With someone held at the ceiling, the mean rests lower than the equations say.
    shown_rest = resting is not None and not _is_held(run)
    highest = max(float(run.arousal.max()), resting if resting is not None and shown_rest else 0.0)
    top = min(theme.ceiling(highest, 2), 1.15 * model.CEILING)
    brightness = run.arousal[::every] / top
    smallest = 20 if count <= 12 else 9
    lasts = min(parameters.stress_lasts, MINUTES) if parameters.stressor > 0 else 0
    return Frame(
        {
            "ties": {"x": places[walk, 0], "y": places[walk, 1]},
            "people": {
                "x": places[:, 0],
                "y": places[:, 1],
                "text": [str(person + 1) if count <= 12 else "" for person in range(count)],
                "marker.color": brightness,
                "marker.size": smallest * (1 + np.sqrt(brightness)),
                "marker.line.width": np.where(run.stressed, 4, 1),
            },
            "rest": {"x": [0, MINUTES], "y": [resting, resting]} if shown_rest else _NOTHING,
            "most": {"x": run.minutes, "y": run.arousal.max(axis=1)},
            "least": {"x": run.minutes, "y": run.arousal.min(axis=1)},
            "mean": {"x": run.minutes, "y": run.arousal.mean(axis=1)},
            "loop gain": {"x": [run.loop_gain], "y": [0]},
        },
        {
            "xaxis2.range": [-across, across],
            "yaxis.range": [0, top],
            "xaxis3.range": [0, theme.ceiling(run.loop_gain, 2)],
            "shapes[0].x1": lasts,
            "annotations[0].text": f"{count} people, thick ring: stressed<br>larger, more orange: more aroused",
            "annotations[1].text": _beside_lines(parameters, shown_rest),
            "annotations[2].text": "stressor" if lasts else "",
            "annotations[3].text": "ceiling" if top > model.CEILING else "",
        },
    )


def _is_held(run: model.ContagionRun) -> bool:
    """Whether someone would rest above the model's ceiling."""
    return bool(run.steady.max() > model.CEILING)


def _beside_lines(parameters: Contagion, shown_rest: bool) -> str:
    lines = "bold: mean, dashed: most, least"
    if not shown_rest:
        return lines
    return f"{lines}<br>dotted: where the mean {'rests' if parameters.stress_lasts >= MINUTES else 'would rest'}"


def _describe_group(parameters: Contagion, run: model.ContagionRun) -> str:
    left = parameters.gain * (1 - parameters.regulation)
    radius = model.spectral_radius(parameters.constellation, parameters.people)
    ties = format_value(int(run.adjacency.sum()) // 2, "ties")
    times = "once" if f"{radius:.4g}" == "1" else f"{radius:.4g} times over"
    text = (
        f"{len(run.stressed)} people, {ties}. Of the mirroring {left:.3g} is left after regulation; the constellation "
        f"carries it {times}, so the loop gain is {run.loop_gain:.3f}"
    )
    if parameters.stressor == 0:
        return f"{text}. Nobody is stressed, so nobody is aroused. {_regulation_needed(parameters)}"
    return f"{text}: {_fate(parameters, run)} {_regulation_needed(parameters)}"


def _fate(parameters: Contagion, run: model.ContagionRun) -> str:
    end = run.arousal[-1]
    least, most = f"{end.min():.2f}", f"{end.max():.2f}"
    spread = "the same for all" if least == most else f"from {least} to {most} among them"
    there = f"After {MINUTES} minutes the mean arousal is {end.mean():.2f}, {spread}"
    if run.runs_away:
        held = "held by the model's ceiling of 10" if run.capped else "on the way to the model's ceiling of 10"
        if math.isclose(run.loop_gain, 1, abs_tol=1e-9):
            grows = "it sits on the threshold, where what comes back is as much as went out, and nothing fades."
        else:
            grows = f"arousal runs away, {held}."
        return f"{grows} {there}."
    rest = f"{run.steady.mean():.2f}"
    if _is_held(run):
        rest += f" without the model's ceiling of {model.CEILING:g}, and lower with it"
    if parameters.stress_lasts < MINUTES:
        after = format_value(MINUTES - parameters.stress_lasts, "minutes")
        there += f", {after} after the stressor ended"
        return f"arousal settles. {there}; had it stayed, the mean would rest at {rest}."
    rests = "the mean would rest" if _is_held(run) else "in the end the mean rests"
    return f"arousal settles. {there}; {rests} at {rest}."


def _regulation_needed(parameters: Contagion) -> str:
    if model.loop_gain(parameters.replace(regulation=0.0)) < 1:
        return "This group would settle without any regulation."
    return f"This group settles with any regulation above {model.least_regulation(parameters):.3f}."


COVER = where_from
