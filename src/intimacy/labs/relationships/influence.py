"""The labs on influence: where two who answer each other end, and where a circle ends after one has a bad day."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from intimacy.arguments import checked
from intimacy.labs.relationships.shared import (
    CORNER,
    HIDDEN,
    NOTHING,
    add_people,
    listed,
    pairs_of,
    percent,
    ribbons,
    safe,
)
from intimacy.models import relationships as model
from intimacy.models.mirror_systems import positions
from intimacy.models.relationships import Circle, Influence
from intimacy.parameters import MINUS, format_value, signed
from intimacy.widgets import Frame, Lab, Play, Preset, theme

Array = NDArray[np.float64]

FULL_COLOUR = 1.5
"""Mean affect from which on the map has its full colour."""

_REACH = model.REACH
_LINE = 2  # half the height of a line of words on the map, in cells
_LETTER = 0.8  # half the width of a letter on the map, in cells
_CROSSED = 8.0  # cost of a cell with a line in it, against that of a cell of another region
_AWAY = model.BOUND - 1  # affect from which on a start runs away
_LEAST_NAMED = 0.03  # share of the map from which on a region is named
_AFFECT = np.linspace(-_REACH, _REACH, 601)
# What does nothing where the influence has two slopes.
_OF_STEPS = (
    "repair",
    "repair_trigger",
    "positive_push",
    "negative_push",
    "positive_threshold",
    "negative_threshold",
    "damping",
    "damping_trigger",
    "j_threshold",
)


# Two people


def where_it_ends() -> Lab:
    """Two who answer each other: the map of all starts, one conversation on it, and the influence of each."""
    return safe(
        Lab(
            "The same two people, another first word. Where do they end?",
            Influence(),
            model.simulate_influence,
            _pair_figure,
            draw_pair,
            _describe_pair,
            [
                Preset(
                    "Three ways to end",
                    "Person i starts warm, person j has had a bad day. Press Play. Then move the start of j: the same "
                    "two people can end in three places.",
                ),
                Preset(
                    "Almost enough repair",
                    "Each answers the other's low with a repair attempt, a bit too small. How large is the trap now?",
                    {"repair": 0.45},
                ),
                Preset(
                    "Enough repair",
                    "A little more of it. What has become of the trap, and what of the warm region?",
                    {"repair": 0.55},
                ),
                Preset(
                    "Repair that comes late",
                    "Much repair, but it begins only far down. Where is the trap, and where would repair begin?",
                    {"repair": 0.9, "repair_trigger": 1.5},
                ),
                Preset(
                    "Sensitive to negatives",
                    "A preset of ours: a little negative affect is enough, and it weighs more.",
                    {"negative_threshold": 0.2, "negative_push": 1.2},
                ),
                Preset(
                    "Slow to react",
                    "A preset of ours: much of a mood lasts to the next turn. All three ends move outwards.",
                    {"inertia": 0.75},
                ),
                Preset(
                    "Mismatched",
                    "A preset of ours: j answers warmth less than i does, and negatives more. Is the warm end gone? "
                    "In this model a mismatch alone did not remove it.",
                    {"j_positive": 0.75, "j_negative": 1.5, "j_threshold": 0.5},
                ),
                Preset(
                    "Never fight",
                    "Nobody lets the other's negatives come near. The trap is gone. But warmth is held off as well: "
                    "what else is gone?",
                    {"positive_push": 0.15, "negative_push": 0.35},
                ),
                Preset(
                    "Joy is damped",
                    "Both begin warm, and above a limit each cools the other down. There is no warm state left, and "
                    "yet they stay warm.",
                    {"damping": 0.5, "damping_trigger": 1.0, "start_j": 1.0},
                ),
                Preset(
                    "Two slopes",
                    "No steps: more of the one, more of the other, and negatives pull harder. The diamond repels.",
                    {"shape": "bilinear", "starting_mood": 0.2},
                ),
            ],
            controls=[
                "start_i",
                "start_j",
                "repair",
                "repair_trigger",
                "positive_push",
                "negative_push",
                "positive_threshold",
                "negative_threshold",
                "starting_mood",
                "inertia",
                "damping",
                "damping_trigger",
                "j_positive",
                "j_negative",
                "j_threshold",
                "shape",
                "positive_slope",
                "negative_slope",
            ],
            advanced=[
                "damping",
                "damping_trigger",
                "j_positive",
                "j_negative",
                "j_threshold",
                "shape",
                "positive_slope",
                "negative_slope",
            ],
            only_with={
                **dict.fromkeys(_OF_STEPS, ("shape", ("ojive",))),
                **dict.fromkeys(("positive_slope", "negative_slope"), ("shape", ("bilinear",))),
            },
            pinned=["null cline i", "null cline j"],
            play=Play("Turn", ["i in time", "j in time"], 0, model.TURNS, seconds=8, films=["path", "now"]),
        )
    )


def _pair_figure() -> go.Figure:
    figure = theme.new_figure(780, margin={"l": 82, "r": 20, "t": 72, "b": 48})
    figure.add_heatmap(
        meta="map",
        x=[],
        y=[],
        z=[],
        zmin=-1,
        zmax=1,
        colorscale=theme.WARMTH_MAP,
        opacity=0.45,
        showscale=False,
        hoverinfo="skip",
    )
    names = (("i", theme.PERSON_I), ("j", theme.PERSON_J))
    for name, color in names:
        line = {"color": color, "dash": theme.DASHES[color], "width": 2.5}
        figure.add_scatter(meta=f"null cline {name}", x=[], y=[], mode="lines", line=line, hoverinfo="skip")
    walked = {"color": theme.INK, "width": 1.5}
    dots = {"size": 5, "color": theme.INK}
    figure.add_scatter(meta="path", x=[], y=[], mode="lines+markers", line=walked, marker=dots, hoverinfo="skip")
    ring = {"symbol": "circle-open", "size": 15, "color": theme.INK, "line": {"width": 2.5}}
    figure.add_scatter(meta="now", x=[], y=[], mode="markers", marker=ring, hoverinfo="skip")
    for key, symbol, width in (("stays", "circle", 1), ("repels", "diamond-open", 2.5)):
        marker = {"symbol": symbol, "size": 13, "color": theme.INK, "line": {"width": width, "color": theme.INK}}
        figure.add_scatter(meta=key, x=[], y=[], mode="markers", marker=marker, cliponaxis=False, hoverinfo="skip")
    figure.add_scatter(
        meta="names",
        x=[],
        y=[],
        mode="text",
        text=[],
        textfont={"size": 15, "color": theme.INK, "weight": 700},
        cliponaxis=False,
        hoverinfo="skip",
    )
    for name, color in names:
        line = {"color": color, "dash": theme.DASHES[color]}
        figure.add_scatter(meta=f"influence on {name}", x=[], y=[], mode="lines", line=line, xaxis="x2", yaxis="y2")
        figure.add_scatter(meta=f"{name} in time", x=[], y=[], mode="lines", line=line, xaxis="x3", yaxis="y3")
    bounds = [-_REACH - 0.05, _REACH + 0.05]
    square: dict[str, Any] = {"range": bounds, "dtick": 1, "constrain": "domain", "showgrid": False}
    figure.update_layout(
        xaxis={"title": {"text": "Affect of person i", "standoff": 2}, **square, "anchor": "y"},
        yaxis={
            "title": {"text": "Affect of person j", "standoff": 2},
            **square,
            "domain": [0.43, 1],
            "anchor": "x",
            "scaleanchor": "x",
        },
        xaxis2={
            "title": "The other's affect",
            "domain": [0, 0.43],
            "range": [-_REACH, _REACH],
            "dtick": _REACH,
            "anchor": "y2",
        },
        yaxis2={"title": "Added per turn", "domain": [0, 0.26], "anchor": "x2", "nticks": 5},
        xaxis3={"title": "Turn", "domain": [0.6, 1], "range": [0, model.TURNS], "dtick": 20, "anchor": "y3"},
        yaxis3={"title": {"text": "Affect", "standoff": 2}, "domain": [0, 0.26], "anchor": "x3", "nticks": 5},
    )
    figure.add_annotation(theme.label("solid: i stays put here", theme.PERSON_I, x=0, y=1, yshift=42, **CORNER))
    figure.add_annotation(theme.label("dashed: j stays put here", theme.PERSON_J, x=0, y=1, yshift=23, **CORNER))
    words = "● a state that holds, ◇ one that repels"
    figure.add_annotation(theme.label(words, theme.INK, x=0, y=1, yshift=4, **CORNER))
    figure.add_annotation(theme.label("", theme.INK, x=0, y=0.26, yshift=2, **CORNER))
    at_right = {**CORNER, "xanchor": "right", "align": "right"}
    figure.add_annotation(theme.label("solid: i, dashed: j", theme.INK, x=1, y=0.26, yshift=2, **at_right))
    return figure


@checked
def draw_pair(parameters: Influence, run: model.InfluenceRun) -> Frame:
    """Return what a conversation and its map change in the picture."""
    stops = np.arange(model.TURNS + 1)
    walked = np.minimum(stops[:, np.newaxis], stops)  # row by row: the turns up to this stop, and then no further
    path = np.clip(run.affect, -_REACH, _REACH)
    shown = [(state, _inside(state)) for state in run.steady]
    answers = [model.influence_on(parameters, person, _AFFECT) for person in (0, 1)]
    height = theme.ceiling(1.05 * float(max(np.abs(each).max() for each in answers)), 1)
    furthest = theme.ceiling(1.02 * float(np.abs(run.affect).max()), 2)
    level = np.clip(run.level / FULL_COLOUR, -1, 1)
    cline_i, cline_j = (_clipped(model.null_cline(parameters, person, _AFFECT)) for person in (0, 1))
    marks = np.array([place for _, place in shown]).reshape(-1, 2)
    clines = (_joined(np.column_stack(each)) for each in ((cline_i, _AFFECT), (_AFFECT, cline_j)))
    lines = [*clines, (marks[:, 0], marks[:, 1]), _joined(path)]
    traces: dict[str, dict[str, Any]] = {
        "map": {"x": run.axis, "y": run.axis, "z": level},
        "null cline i": {"x": cline_i, "y": _AFFECT},
        "null cline j": {"x": _AFFECT, "y": cline_j},
        "path": {"x": path[walked, 0], "y": path[walked, 1]},
        "now": {"x": path[:, :1], "y": path[:, 1:]},
        "stays": _points([place for state, place in shown if state.stable]),
        "repels": _points([place for state, place in shown if not state.stable]),
        "names": _names(run, lines),
    }
    for person, name in enumerate("ij"):
        traces[f"influence on {name}"] = {"x": _AFFECT, "y": answers[person]}
        traces[f"{name} in time"] = {"x": run.turns, "y": run.affect[:, person]}
    least = model.least_repair(parameters)
    return Frame(
        traces,
        {
            "yaxis2.range": [-height, height],
            "yaxis3.range": [-furthest, furthest],
            "annotations[3].text": _least_in_short(least),
        },
    )


def _joined(corners: Array) -> tuple[Array, Array]:
    """Return points along the line through these corners, at least one in each cell of the map that it crosses."""
    cells = np.abs(np.diff(corners, axis=0)).max(axis=1) / (2 * _REACH) * (model.GRID - 1)
    place = np.concatenate([[0], np.cumsum(np.ceil(2 * cells).clip(1))])
    points = np.arange(place[-1] + 1)
    return np.interp(points, place, corners[:, 0]), np.interp(points, place, corners[:, 1])


def _least_in_short(least: float | None) -> str:
    if least is None:
        return ""
    return "no repair is enough" if math.isinf(least) else f"least repair: {least:.3g}"


def _clipped(values: Array) -> Array:
    """Keep what lies outside the map at its edge."""
    return np.clip(values, -_REACH - 0.05, _REACH + 0.05)


def _inside(state: model.SteadyState) -> tuple[float, float]:
    """Return where a state is drawn: outside the map it stands at the edge."""
    return (float(np.clip(state.i, -_REACH, _REACH)), float(np.clip(state.j, -_REACH, _REACH)))


def _points(places: list[tuple[float, float]]) -> dict[str, Array]:
    if not places:
        return NOTHING
    both = np.array(places)
    return {"x": both[:, 0], "y": both[:, 1]}


def _names(run: model.InfluenceRun, lines: list[tuple[Array, Array]]) -> dict[str, Any]:
    """Return the end that each region leads to, written in the region where no line is in the way."""
    taken = np.zeros(run.level.shape, dtype=np.bool_)
    for across, up in lines:
        taken[_cell(up), _cell(across)] = True
    x, y, text = [], [], []
    for index in range(-1, len(run.steady)):
        region = run.leads_to == index
        if region.mean() < _LEAST_NAMED:
            continue
        high, wide = _half_of(_end_in_short(run, index, float(run.level[region][0])))
        row, column = _free_place(region, taken, high, wide)
        x.append(run.axis[column])
        y.append(run.axis[row])
        text.append(_end_in_short(run, index, float(run.level[row, column])))
        taken[max(row - high, 0) : row + high + 1, max(column - wide, 0) : column + wide + 1] = True
    return {"x": x, "y": y, "text": text} if x else {**NOTHING, "text": []}


def _cell(affect: Array) -> NDArray[np.int64]:
    """Return in which row or column of the map an affect lies."""
    return np.clip(np.rint((affect + _REACH) / (2 * _REACH) * (model.GRID - 1)), 0, model.GRID - 1).astype(np.int64)


def _half_of(words: str) -> tuple[int, int]:
    """Return half the height and half the width of words on the map, with a little room around them, in cells."""
    lines = words.split("<br>")
    return _LINE * len(lines) + 1, math.ceil(_LETTER * max(map(len, lines))) + 1


def _free_place(region: NDArray[np.bool_], taken: NDArray[np.bool_], high: int, wide: int) -> tuple[int, int]:
    """Return the cell around which words have most of the region and fewest lines, nearest to the region's middle."""
    plain = region.copy()
    plain[model.GRID // 2], plain[:, model.GRID // 2] = False, False  # the lines at zero
    cost = np.pad(np.where(taken, _CROSSED, ~plain), ((high, high), (wide, wide)), constant_values=1)
    summed = np.pad(cost, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    rows, columns = 2 * high + 1, 2 * wide + 1
    around = summed[rows:, columns:] - summed[:-rows, columns:] - summed[rows:, :-columns] + summed[:-rows, :-columns]
    cells = np.argwhere(region)
    away = np.abs(cells - cells.mean(axis=0)).sum(axis=1) / 1000
    row, column = cells[(around[cells[:, 0], cells[:, 1]] + away).argmin()]
    return int(row), int(column)


def _end_in_short(run: model.InfluenceRun, index: int, level: float) -> str:
    if index >= 0:
        state = run.steady[index]
        alike = abs(state.i - state.j) < 0.005
        return f"→ {signed(state.i)}" if alike else f"→ i {signed(state.i)}<br>j {signed(state.j)}"
    return "runs away" if abs(level) >= _AWAY else f"swings<br>around {signed(level)}"


def _describe_pair(parameters: Influence, run: model.InfluenceRun) -> str:
    end = run.end
    began = f"From {signed(parameters.start_i)} and {signed(parameters.start_j)}, i speaking first,"
    if end >= 0:
        state = run.steady[end]
        there = f"they end with {_both(np.array([state.i, state.j]))}."
    elif np.abs(run.affect[-1]).max() >= _AWAY:
        there = f"they run away, beyond {_bound(run.affect[-1].sum())}, where the model stops."
    elif parameters.shape == "bilinear":  # slopes below zero would swing, and there are none
        there = f"they run away: after {model.TURNS} turns {_both(run.affect[-1])}."
    else:
        there = f"they settle nowhere and swing on: after {model.TURNS} turns {_both(run.affect[-1])}."
    return f"{began} {there} {_ends(run)} {_about_repair(parameters)}".rstrip()


def _both(affect: Array) -> str:
    i, j = signed(affect[0]), signed(affect[1])
    return f"both at {i}" if i == j else f"i at {i} and j at {j}"


def _ends(run: model.InfluenceRun) -> str:
    """Name every steady state with the share of starts that lead there."""
    words = [
        f"{_both(np.array([state.i, state.j]))} ({percent(run.share(index))} of all starts)"
        if state.stable
        else f"{_both(np.array([state.i, state.j]))} (which repels)"
        for index, state in enumerate(run.steady)
    ]
    count = len(words)
    text = (
        f"There {'is one steady state' if count == 1 else f'are {count} steady states'}: {listed(words)}."
        if words
        else "There is no steady state."
    )
    away = np.abs(run.level) >= _AWAY
    swinging = (run.leads_to == -1) & ~away
    for starts, do in ((away, "run away"), (swinging, "settle nowhere")):
        if starts.any():
            text += f" From {percent(float(starts.mean()))} of all starts they {do}."
    return text


def _bound(towards: float) -> str:
    """Write the bound of the model on the side of a runaway."""
    return f"{'+' if towards > 0 else MINUS}{model.BOUND:g}"


def _about_repair(parameters: Influence) -> str:
    least = model.least_repair(parameters)
    if parameters.shape == "bilinear":
        return "Repair and damping belong to the steps, and do nothing here."
    if least is None:
        return "The two differ, and repair begins further down than negatives count for one of them: no formula here."
    if least == 0:
        return "No repair is needed: there is no trap without it."
    if math.isinf(least):
        return f"Repair begins only below {signed(-parameters.repair_trigger)}, and the trap is not that deep."
    most = parameters.specifications()["repair"].high
    beyond = ", more than this lab offers" if most is not None and least >= most else ""
    return f"The trap goes with any repair above {least:.4g}{beyond}; now it is {parameters.repair:.4g}."


# More than two


def one_bad_day() -> Lab:
    """A circle in which each answers all with whom there is a tie: everyone's affect over time."""
    return safe(
        Lab(
            "One of them has a bad day. Where do all of them end?",
            Circle(),
            model.simulate_circle,
            _circle_figure,
            draw_circle,
            _describe_circle,
            [
                Preset("A triad", "Two start warm, the last to speak low. Press Play, and then compare with a pair."),
                Preset(
                    "A pair",
                    "One starts warm, the last to speak low, with the same answers as in the triad. What is different?",
                    {"constellation": "pair"},
                ),
                Preset(
                    "A chosen family of four",
                    "Everyone has a tie with everyone. The same bad day.",
                    {"constellation": "everyone"},
                ),
                Preset(
                    "Four in a ring",
                    "The same four, each with two ties only, and the last to speak is low. In 16 of 24 orders of "
                    "speaking they would end warm.",
                    {"constellation": "ring"},
                ),
                Preset(
                    "The one in the middle",
                    "A star of five, and the one with all the ties has the bad day.",
                    {"constellation": "star", "people": 5, "who_is_low": "centre"},
                ),
                Preset(
                    "One at the edge",
                    "The same star. Now the bad day is at the edge.",
                    {"constellation": "star", "people": 5},
                ),
                Preset("All had a bad day", "A triad in which nobody starts warm.", {"who_is_low": "everyone"}),
                Preset(
                    "One of three repairs",
                    "All had a bad day, and one tries, with much effort. Does that lift the others?",
                    {"who_is_low": "everyone", "repair": 1.1, "who_repairs": "centre"},
                ),
                Preset(
                    "All three repair",
                    "Half as much effort, but by everyone.",
                    {"who_is_low": "everyone", "repair": 0.55},
                ),
            ],
            controls=[
                "constellation",
                "people",
                "who_is_low",
                "low",
                "warm",
                "who_repairs",
                "repair",
                "repair_trigger",
                "positive_push",
                "negative_push",
                "positive_threshold",
                "negative_threshold",
                "starting_mood",
                "inertia",
            ],
            advanced=[
                "repair_trigger",
                "positive_push",
                "negative_push",
                "positive_threshold",
                "negative_threshold",
                "starting_mood",
                "inertia",
            ],
            only_with={"people": ("constellation", ("everyone", "ring", "star", "chain"))},
            pinned=["mean"],
            play=Play("Round", ["highest", "mean", "lowest"], 0, model.TURNS, seconds=8, films=["people"]),
        )
    )


def _circle_figure() -> go.Figure:
    figure = theme.new_figure(640, margin={"l": 82, "r": 20, "t": 44, "b": 48})
    add_people(figure, {"xaxis": "x2", "yaxis": "y2"}, color=[], colorscale=theme.COLD_TO_WARM, cmin=-1, cmax=1)
    for key in ("warm level", "neutral level", "negative level"):
        quiet = {"color": theme.MUTED, "dash": "dot", "width": 1.5}
        figure.add_scatter(meta=key, x=[], y=[], mode="lines", line=quiet, hoverinfo="skip")
    for key in ("highest", "lowest"):
        figure.add_scatter(
            meta=key, x=[], y=[], mode="lines", line={"color": theme.INK, "dash": "longdash", "width": 1.5}
        )
    figure.add_scatter(meta="mean", x=[], y=[], mode="lines", line={"color": theme.INK, "width": 3})
    figure.update_layout(
        xaxis={"title": "Round", "range": [0, model.TURNS], "anchor": "y"},
        yaxis={"title": "Affect", "domain": [0, 0.42], "anchor": "x", "nticks": 6},
        xaxis2={**HIDDEN, "domain": [0, 1], "anchor": "y2"},
        yaxis2={**HIDDEN, "domain": [0.53, 1], "anchor": "x2", "scaleanchor": "x2"},
    )
    figure.add_annotation(theme.label("", theme.INK, x=0, y=1, yshift=4, **CORNER))
    figure.add_annotation(
        theme.label(
            "bold: mean, dashed: highest and lowest<br>dotted: steady states without repair",
            theme.INK,
            x=0,
            y=0.42,
            **CORNER,
        )
    )
    return figure


@checked
def draw_circle(parameters: Circle, run: model.CircleRun) -> Frame:
    """Return what a circle over time changes in the picture."""
    count = len(run.starts_low)
    places = positions(parameters.constellation, parameters.people)
    furthest = theme.ceiling(1.05 * float(np.abs(run.affect).max()), 2.5)
    lines = {"highest": run.affect.max(axis=1), "lowest": run.affect.min(axis=1), "mean": run.affect.mean(axis=1)}
    return Frame(
        {
            "ties": ribbons(places, pairs_of(run.ties), 0.02),
            "people": {
                "x": places[:, 0],
                "y": places[:, 1],
                "text": [_face(parameters, run, person) for person in range(count)],
                "marker.color": np.clip(run.affect / FULL_COLOUR, -1, 1),
                "marker.size": 32 + 12 * np.clip(run.affect / FULL_COLOUR, -1, 1),
                "marker.line.width": np.where(run.starts_low, 4, 1),
            },
            **{key: {"x": run.turns, "y": values} for key, values in lines.items()},
            **_levels(parameters),
        },
        {
            "yaxis.range": [-furthest, furthest],
            "annotations[0].text": "large, blue: warm; small, orange: cold<br>thick ring: had a bad day, R: repairs",
        },
    )


def _face(parameters: Circle, run: model.CircleRun, person: int) -> str:
    return f"{person + 1}{' R' if run.repairs[person] and parameters.repair > 0 else ''}"


def _levels(parameters: Circle) -> dict[str, dict[str, Any]]:
    """Return a dotted line at each state that a circle of people who are alike can keep, without repair."""
    alike = Influence(**{name: getattr(parameters, name) for name in _SHARED})
    levels: dict[str, dict[str, Any]] = {f"{name} level": NOTHING for name in ("warm", "neutral", "negative")}
    for state in model.steady_states(alike):
        name = (
            "warm"
            if state.i > parameters.positive_threshold
            else "negative"
            if state.i < -parameters.negative_threshold
            else "neutral"
        )
        levels[f"{name} level"] = {"x": [0, model.TURNS], "y": [state.i, state.i]}
    return levels


_SHARED = (
    "starting_mood",
    "inertia",
    "positive_push",
    "positive_threshold",
    "negative_push",
    "negative_threshold",
)


def _describe_circle(parameters: Circle, run: model.CircleRun) -> str:
    count = len(run.starts_low)
    low = int(run.starts_low.sum())
    repairing = int(run.repairs.sum()) if parameters.repair > 0 else 0
    end = run.affect[-1]
    who = {0: "nobody has", count: "all have"}.get(low, f"{_speaker(int(run.starts_low.argmax()), count)} has")
    said = {0: "nobody repairs", count: "all repair"}.get(
        repairing, f"{repairing} of them {'repairs' if repairing == 1 else 'repair'}"
    )
    between = count - run.warm - run.negative
    still = "" if run.settled else " It has not settled yet."
    mean, lowest, highest = (signed(each) for each in (end.mean(), end.min(), end.max()))
    affect = f"{mean} for all" if lowest == highest else f"{mean} on average, from {lowest} to {highest}"
    return (
        f"{count} people, {format_value(len(pairs_of(run.ties)), 'ties')}; {who} a bad day, and {said}. After "
        f"{model.TURNS} rounds {run.warm} are warm, {between} in between and {run.negative} negative; affect is "
        f"{affect}.{still}"
    )


def _speaker(person: int, count: int) -> str:
    """Name a person by number and by turn: people speak in the order of their numbers, and ends may depend on it."""
    turn = {0: "first", count - 1: "last"}.get(person, f"after person {person}")
    return f"person {person + 1}, who speaks {turn},"
