"""The lab on co-regulation: arousal that goes to and fro between people, in step and calmer, or in step and louder."""

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
    pairs_of,
    ribbons,
    safe,
)
from intimacy.models import relationships as model
from intimacy.models.mirror_systems import positions
from intimacy.models.relationships import CoRegulation
from intimacy.parameters import format_value, short, signed
from intimacy.widgets import Frame, Lab, Play, Preset, theme

Array = NDArray[np.float64]

LOUDEST = 4.0
"""The axis of arousal ends a little above this at the latest; a line that goes on leaves the picture."""

MOST_PEOPLE = 8

_FASTEST = 0.1  # how far the bar of growth reaches, per second


def calmer_or_louder() -> Lab:
    """People whose arousal moves each other's: over time, how far in step, and whether it fades."""
    return safe(
        Lab(
            "They are in step. Do they calm each other?",
            CoRegulation(),
            model.simulate_co_regulation,
            _swing_figure,
            draw_swing,
            _describe_swing,
            [
                Preset(
                    "In unison and calmer",
                    "One is upset, the other goes along a little. Press Play. Then read both bars.",
                    {"velocity_coupling": 0.05},
                ),
                Preset(
                    "In unison and louder",
                    "They go along with each other more than each calms alone. Which bar has changed?",
                    {"velocity_coupling": 0.12},
                ),
                Preset(
                    "In turn and calmer",
                    "Each moves against what the other does. Which bar is on the other side now?",
                    {"velocity_coupling": -0.05},
                ),
                Preset(
                    "Soothed together",
                    "Both are upset, in step, and each moves against the other's change. Compare with the dots.",
                    {"velocity_coupling": -0.05, "start": "same"},
                ),
                Preset(
                    "Nothing passes",
                    "Nobody is moved by anybody. The swing that you see is that of one who is alone.",
                    {"velocity_coupling": 0.0},
                ),
                Preset(
                    "A V",
                    "Three friends, one of them in the middle, moved as strongly as in the first story.",
                    {"group": "v", "velocity_coupling": 0.05},
                ),
                Preset(
                    "A triad",
                    "One more tie, and nothing else has changed. Does it still fade?",
                    {"group": "triangle", "velocity_coupling": 0.05},
                ),
                Preset(
                    "Five, everyone with everyone",
                    "The same strength again. A team, or a chosen family.",
                    {"group": "everyone", "velocity_coupling": 0.05},
                ),
                Preset(
                    "Pulled to the same side",
                    "Moved by where the other is, and not by changes. Watch arousal pass to and fro.",
                    {"level_coupling": 0.02, "velocity_coupling": 0.0, "damping": 0.02},
                ),
            ],
            controls=[
                "group",
                "people",
                "velocity_coupling",
                "damping",
                "start",
                "level_coupling",
                "period",
            ],
            advanced=["level_coupling", "period"],
            only_with={"people": ("group", ("star", "everyone"))},
            pinned=["person 1", "person 2"],
            play=Play(
                "Second",
                ["alone", *(f"person {person + 1}" for person in range(MOST_PEOPLE))],
                0,
                model.SECONDS,
                step=1,
                seconds=12,
                films=["people"],
            ),
        )
    )


def _swing_figure() -> go.Figure:
    figure = theme.new_figure(780, margin={"l": 82, "r": 20, "t": 50, "b": 52})
    add_people(figure, {"xaxis": "x2", "yaxis": "y2"}, color=[], colorscale=theme.COLD_TO_WARM, cmin=-1, cmax=1)
    alone = {"color": theme.MUTED, "dash": "dot", "width": 2}
    figure.add_scatter(meta="alone", x=[], y=[], mode="lines", line=alone)
    for person in range(MOST_PEOPLE - 1, 1, -1):
        line = {"color": theme.MUTED, "width": 1.5}
        figure.add_scatter(meta=f"person {person + 1}", x=[], y=[], mode="lines", line=line)
    for person, color in enumerate((theme.PERSON_I, theme.PERSON_J)):
        line = {"color": color, "dash": theme.DASHES[color], "width": 2.5}
        figure.add_scatter(meta=f"person {person + 1}", x=[], y=[], mode="lines", line=line)
    figure.add_bar(
        meta="in step",
        x=[],
        y=[0],
        orientation="h",
        width=0.6,
        marker={"color": theme.MUTED},
        hoverinfo="skip",
        xaxis="x3",
        yaxis="y3",
    )
    figure.add_bar(
        meta="growth",
        x=[],
        y=[0],
        orientation="h",
        width=0.6,
        marker={"color": theme.STRESS, "pattern": {"shape": "/", "solidity": 0.35}},
        hoverinfo="skip",
        xaxis="x4",
        yaxis="y4",
    )
    mark = {"symbol": "diamond-open", "size": 12, "color": theme.INK, "line": {"width": 2}}
    figure.add_scatter(
        meta="growth alone",
        x=[],
        y=[],
        mode="markers",
        marker=mark,
        cliponaxis=False,
        hoverinfo="skip",
        xaxis="x4",
        yaxis="y4",
    )
    wall = {"zeroline": True, "zerolinewidth": 2, "zerolinecolor": theme.INK}
    flat: dict[str, Any] = {"visible": False, "range": [-0.5, 0.5]}
    figure.update_layout(
        xaxis={
            "title": {"text": "Time (seconds)", "standoff": 2},
            "range": [0, model.SECONDS],
            "dtick": 30,
            "anchor": "y",
        },
        yaxis={"title": "Arousal around<br>baseline (toy units)", "domain": [0.33, 0.62], "anchor": "x", "nticks": 5},
        xaxis2={**HIDDEN, "domain": [0, 1], "anchor": "y2"},
        yaxis2={**HIDDEN, "domain": [0.73, 0.97], "anchor": "x2", "scaleanchor": "x2"},
        xaxis3={
            "title": {"text": "In turn … in step", "standoff": 2},
            "range": [-1.05, 1.05],
            "dtick": 1,
            "anchor": "y3",
            **wall,
        },
        yaxis3={**flat, "domain": [0.16, 0.205], "anchor": "x3"},
        xaxis4={
            "title": {"text": "Calmer … louder (per second)", "standoff": 2},
            # A little room, as a mark that rounding puts outside is not drawn.
            "range": [-1.03 * _FASTEST, 1.03 * _FASTEST],
            "dtick": 0.05,
            "anchor": "y4",
            **wall,
        },
        yaxis4={**flat, "domain": [0, 0.045], "anchor": "x4"},
    )
    figure.add_annotation(theme.label("", theme.INK, x=0, y=1, yshift=2, **CORNER))
    figure.add_annotation(theme.label("solid: person 1", theme.PERSON_I, x=0, y=0.62, yshift=36, **CORNER))
    figure.add_annotation(theme.label("dashed: person 2", theme.PERSON_J, x=0, y=0.62, yshift=18, **CORNER))
    figure.add_annotation(theme.label("", theme.INK, x=0, y=0.62, **CORNER))
    figure.add_annotation(theme.label("◇ alone", theme.INK, x=0, y=0.045, yshift=2, **CORNER))
    right = {**CORNER, "xanchor": "right"}
    figure.add_annotation(theme.label("", theme.INK, x=1, y=0.62, yshift=18, **right))
    return figure


@checked
def draw_swing(parameters: CoRegulation, run: model.CoRegulationRun) -> Frame:
    """Return what a run changes in the picture."""
    places = positions(parameters.group, parameters.people)
    count = len(places)
    loudest = float(np.abs(run.arousal).max())
    top = theme.ceiling(min(loudest, LOUDEST) / 1.1, 1) * 1.1
    # Far enough outside that a line leaves the picture steeply, and small enough for 32-bit floats.
    drawn = np.clip(run.arousal, -1e3 * LOUDEST, 1e3 * LOUDEST)
    shown = np.clip(drawn / top, -1, 1)
    every = round(1 / model.SECONDS_PER_SAMPLE)
    traces: dict[str, dict[str, Any]] = {
        "ties": ribbons(places, pairs_of(run.adjacency), 0.02),
        "people": {
            "x": places[:, 0],
            "y": places[:, 1],
            "text": [str(person + 1) for person in range(count)],
            "marker.color": shown[::every],
            "marker.size": 20 + 26 * np.sqrt(np.abs(shown[::every])),
            "marker.line.width": np.where(shown[::every] < 0, 4, 1),
        },
        "alone": {"x": run.seconds, "y": _alone(parameters, run)},
        "in step": {"x": [run.in_step], "y": [0]},
        "growth": {"x": [np.clip(run.growth_here, -_FASTEST, _FASTEST)], "y": [0]},
        "growth alone": {"x": [np.clip(model.growth_alone(parameters), -_FASTEST, _FASTEST)], "y": [0]},
    }
    for person in range(MOST_PEOPLE):
        line = {"x": run.seconds, "y": drawn[:, person]} if person < count else NOTHING
        traces[f"person {person + 1}"] = line
    return Frame(
        traces,
        {
            "yaxis.range": [-top, top],
            "annotations[0].text": "blue, thin ring: above baseline; orange,<br>thick ring: below; larger: further",
            "annotations[3].text": f"dotted: 1 alone{', thin: all others' if count > 2 else ''}",
            "annotations[5].text": f"beyond {LOUDEST:g} not drawn" if loudest > LOUDEST else "",
        },
    )


def _alone(parameters: CoRegulation, run: model.CoRegulationRun) -> Array:
    """Return what person 1 would do from the same start if nobody moved anybody."""
    apart = parameters.replace(velocity_coupling=0.0, level_coupling=0.0)
    return np.asarray(model.simulate_co_regulation(apart).arousal[:, 0])


def _describe_swing(parameters: CoRegulation, run: model.CoRegulationRun) -> str:
    count = len(run.adjacency)
    coupled = parameters.velocity_coupling != 0 or parameters.level_coupling != 0
    who = f"{count} people, {format_value(len(pairs_of(run.adjacency)), 'ties')}."
    step = f"In the second minute they are {_step_in_words(run)}." if coupled else "Nobody is moved by anybody."
    return f"{who} {step} {_fading(parameters, run)} {_threshold(parameters, run)}".rstrip()


def _step_in_words(run: model.CoRegulationRun) -> str:
    value = run.in_step
    words = "in step" if value > 0.8 else "in turn" if value < -0.8 else "neither in step nor in turn"
    return f"{words} ({signed(value)} on a scale from −1 to 1)"


def _fading(parameters: CoRegulation, run: model.CoRegulationRun) -> str:
    here, alone = _pace(run.growth_here), _pace(model.growth_alone(parameters))
    text = f"In the end arousal {here}; alone it {alone}."
    if run.growth - run.growth_here > 1e-6:
        return f"{text} From another start it {_pace(run.growth)}."
    return text


def _pace(growth: float) -> str:
    halves = model.half_life(growth)
    if halves is not None:
        return f"halves every {halves:.1f} s"
    return f"doubles every {math.log(2) / growth:.1f} s" if growth > 1e-9 else "neither grows nor fades"


def _threshold(parameters: CoRegulation, run: model.CoRegulationRun) -> str:
    if parameters.level_coupling != 0:
        return ""
    if parameters.damping == 0:
        return "Here arousal grows for any γ but 0, from some start."
    high = model.critical_velocity_coupling(parameters)
    # To move against each other feeds neighbours in opposite moods: the smallest eigenvalue, which is below 0.
    low = parameters.damping / float(np.linalg.eigvalsh(run.adjacency)[0])
    return f"Here arousal grows for any γ above {short(high, 4)} /s or below {short(low, 4)} /s, from some start."
