"""The lab on love dynamics: a graph of people whose ties thicken and cool, and what becomes of a small disturbance."""

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
    RIBBON,
    listed,
    ribbons,
    safe,
)
from intimacy.models import relationships as model
from intimacy.models.mirror_systems import positions
from intimacy.models.relationships import Love
from intimacy.parameters import format_value, short, signed
from intimacy.widgets import Frame, Lab, Play, Preset, theme

Array = NDArray[np.float64]

MONTHS_PER_STOP = 0.5
"""Months from one picture of the ties to the next."""

BEADS = 4
"""Beads of each feeling along a tie, from the one who feels it to the middle."""

HIGHEST = 16.0
"""The axis of feelings ends here at the latest; a line that goes on leaves the picture."""

_LARGEST_BEAD = 26.0
_FEW = 3  # levels that a sentence names one by one
_STRIP = (-4.0, 3.0)  # how far the strip of eigenvalues reaches, per month


def ties_over_time() -> Lab:
    """Two to six people: what each feels for each over two years, and the eigenvalues that decide it."""
    return safe(
        Lab(
            "Feelings fade, and are answered. What becomes of the ties?",
            Love(),
            model.simulate_love,
            _love_figure,
            draw_love,
            _describe_love,
            [
                Preset("Two friends", "Each likes the other the more, the more the other likes back. Press Play."),
                Preset(
                    "A couple that catches fire",
                    "What is answered is more than what fades. What does a straight return lead to?",
                    {"return_rate": 1.2},
                ),
                Preset(
                    "The same, with bounds",
                    "The same strong return, but nobody can answer without end. Where does it settle?",
                    {"return_rate": 1.2, "return_shape": "bounded"},
                ),
                Preset(
                    "One comes, one goes",
                    "The more person 1 feels, the less person 2 does. It swings. Does it settle?",
                    {"return_rate": -1.0, "first_return": 2.0, "forgetting": 0.2, "pull": 0.2, "head_start": 1.9},
                ),
                Preset(
                    "Ties that support each other",
                    "A triad of partners. Warmth in one tie is good for the others.",
                    {"people": 3, "cross_tie": -0.2},
                ),
                Preset(
                    "Ties that compete",
                    "The same triad. What one feels for one is taken from what one feels for another.",
                    {"people": 3, "cross_tie": 0.4},
                ),
                Preset(
                    "Pairing off",
                    "Four people, strong returns, ties that compete. All begin alike but for one small head start.",
                    {
                        "people": 4,
                        "return_rate": 1.0,
                        "cross_tie": 0.5,
                        "pull": 0.3,
                        "return_shape": "bounded",
                        "scale": 2.0,
                    },
                ),
                Preset(
                    "A chosen family",
                    "Six people, everyone with everyone, and ties that support each other a little.",
                    {"people": 6, "return_rate": 0.3, "cross_tie": -0.1},
                ),
                Preset(
                    "One in the middle",
                    "A V: person 1 has two ties, the others one each. Ties compete. Who feels less for whom?",
                    {"people": 3, "constellation": "star", "cross_tie": 0.3},
                ),
                Preset(
                    "Caricature: one retreats",
                    "Person 1 draws back from too much. A caricature for teaching, no type of person: move the scale, "
                    "under More controls.",
                    {"first_shape": "retreat", "return_shape": "bounded", "return_rate": 0.9, "first_return": 0.6},
                ),
                Preset(
                    "Caricature: holding on",
                    "Feelings fade slowly and are answered strongly. A caricature for teaching, no type of person.",
                    {"forgetting": 0.6, "return_rate": 0.9, "return_shape": "bounded", "scale": 2.0},
                ),
            ],
            controls=[
                "people",
                "constellation",
                "return_rate",
                "forgetting",
                "cross_tie",
                "pull",
                "return_shape",
                "scale",
                "first_return",
                "first_shape",
                "head_start",
            ],
            advanced=["scale", "first_return", "first_shape", "head_start"],
            pinned=["one", "other", "mean"],
            play=Play(
                "Month",
                ["one", "other", "mean", "warmest", "coolest"],
                0,
                model.MONTHS,
                step=MONTHS_PER_STOP,
                seconds=10,
                films=["feelings"],
            ),
        )
    )


def _love_figure() -> go.Figure:
    figure = theme.new_figure(760, margin={"l": 82, "r": 20, "t": 44, "b": 48})
    graph = {"xaxis": "x2", "yaxis": "y2"}
    figure.add_scatter(meta="ties", x=[], y=[], fillcolor=theme.MUTED, **RIBBON, **graph)
    figure.add_scatter(
        meta="feelings",
        x=[],
        y=[],
        mode="markers",
        marker={
            "color": [],
            "size": [],
            "colorscale": theme.COLD_TO_WARM,
            "cmin": -1,
            "cmax": 1,
            "opacity": 1,
            "line": {"color": theme.INK, "width": []},
        },
        cliponaxis=False,
        hoverinfo="skip",
        **graph,
    )
    figure.add_scatter(
        meta="people",
        x=[],
        y=[],
        mode="markers+text",
        text=[],
        textfont={"size": 14, "color": theme.INK},
        marker={"size": 28, "color": theme.GRID, "opacity": 1, "line": {"color": theme.INK, "width": 1.5}},
        cliponaxis=False,
        hoverinfo="skip",
        **graph,
    )
    quiet = {"color": theme.MUTED, "dash": "dot", "width": 1.5}
    for key in ("warmest", "coolest"):
        figure.add_scatter(meta=key, x=[], y=[], mode="lines", line=quiet)
    figure.add_scatter(meta="mean", x=[], y=[], mode="lines", line={"color": theme.INK, "width": 3})
    for key, color in (("one", theme.PERSON_I), ("other", theme.PERSON_J)):
        line = {"color": color, "dash": theme.DASHES[color], "width": 2.5}
        figure.add_scatter(meta=key, x=[], y=[], mode="lines", line=line)
    for key, symbol in (("calm modes", "circle"), ("swinging modes", "diamond"), ("growing modes", "x")):
        marker = {"symbol": symbol, "size": 12, "color": theme.INK, "opacity": 0.75}
        strip = {"cliponaxis": False, "xaxis": "x3", "yaxis": "y3"}
        figure.add_scatter(meta=key, x=[], y=[], mode="markers", marker=marker, **strip)
    figure.update_layout(
        xaxis={
            "title": {"text": "Time (months)", "standoff": 2},
            "range": [0, model.MONTHS],
            "dtick": 6,
            "anchor": "y",
        },
        yaxis={"title": "Feeling<br>(toy units)", "domain": [0.3, 0.53], "anchor": "x", "nticks": 5},
        xaxis2={**HIDDEN, "domain": [0, 1], "anchor": "y2"},
        yaxis2={**HIDDEN, "domain": [0.6, 1], "anchor": "x2", "scaleanchor": "x2"},
        xaxis3={
            "title": "Disturbances grow (per month)",
            "range": _STRIP,
            "dtick": 1,
            "anchor": "y3",
            "zeroline": True,
            "zerolinewidth": 3,
            "zerolinecolor": theme.INK,
        },
        yaxis3={"title": "Turns<br>(rad/month)", "domain": [0, 0.14], "anchor": "x3", "nticks": 3},
    )
    figure.add_annotation(theme.label("", theme.INK, x=0, y=1, yshift=2, **CORNER))
    figure.add_annotation(theme.label("", theme.INK, x=0, y=0.53, yshift=18, **CORNER))
    figure.add_annotation(theme.label("solid: 1 for 2", theme.PERSON_I, x=0, y=0.53, **CORNER))
    right = {**CORNER, "xanchor": "right"}
    figure.add_annotation(theme.label("dashed: 2 for 1", theme.PERSON_J, x=1, y=0.53, **right))
    marks = "● settles, ◆ swings, ✕ runs away"
    figure.add_annotation(theme.label(marks, theme.INK, x=0, y=0.14, yshift=2, **CORNER))
    return figure


@checked
def draw_love(parameters: Love, run: model.LoveRun) -> Frame:
    """Return what the feelings over time change in the picture."""
    people = parameters.people
    places = positions("pair" if people == 2 else parameters.constellation, people)
    every = round(MONTHS_PER_STOP / model.MONTHS_PER_SAMPLE)
    # Far enough outside that a line leaves the picture steeply, and small enough for 32-bit floats.
    furthest = 1e3 * HIGHEST
    drawn = np.clip(run.feeling, -furthest, furthest)
    top = min(theme.ceiling(1.05 * float(np.abs(drawn).max()), 2), HIGHEST)
    each_way = [(int(one), int(other)) for one, other in run.ties if one < other]
    lines = {
        "one": drawn[:, _place(run, 0, 1)],
        "other": drawn[:, _place(run, 1, 0)],
        "mean": np.clip(run.feeling.mean(axis=1), -furthest, furthest),
    }
    if people > 2:
        lines |= {"warmest": drawn.max(axis=1), "coolest": drawn.min(axis=1)}
    colder = drawn.min() < -0.05
    cut = f"beyond {HIGHEST:g} not drawn<br>" if np.abs(run.feeling).max() > HIGHEST else ""
    return Frame(
        {
            "ties": ribbons(places, each_way, 0.012),
            "feelings": _beads(places, run, np.clip(drawn[::every] / top, -1, 1)),
            "people": {"x": places[:, 0], "y": places[:, 1], "text": [str(person + 1) for person in range(people)]},
            "warmest": NOTHING,  # of two feelings each is one of them
            "coolest": NOTHING,
            **{key: {"x": run.months, "y": values} for key, values in lines.items()},
            **_modes(run),
        },
        {
            "yaxis.range": [-top if colder else -0.03 * top, top],
            "yaxis3.range": [-_turning(run), _turning(run)],
            "annotations[0].text": "beads: what the nearer person feels<br>larger: stronger; orange, thick ring: cold",
            "annotations[1].text": f"{cut}bold: mean{', dotted: warmest, coolest' if people > 2 else ''}",
        },
    )


def _place(run: model.LoveRun, one: int, other: int) -> int:
    return int(np.flatnonzero((run.ties == (one, other)).all(axis=1))[0])


def _beads(places: Array, run: model.LoveRun, share: Array) -> dict[str, Array]:
    """Return the beads of all feelings, each a row of beads from the one who feels towards the middle of the tie."""
    along = (0.18 + 0.3 * np.arange(BEADS) / (BEADS - 1))[:, np.newaxis]
    start, end = places[run.ties[:, 0]], places[run.ties[:, 1]]
    points = start[:, np.newaxis] + along * (end - start)[:, np.newaxis]
    smaller = np.linspace(1, 0.6, BEADS)
    size = 2 + _LARGEST_BEAD * np.sqrt(np.abs(share))[:, :, np.newaxis] * smaller / (1 + 0.12 * (len(places) - 2))
    repeated = np.repeat(share, BEADS, axis=1)
    return {
        "x": points[:, :, 0].ravel(),
        "y": points[:, :, 1].ravel(),
        "marker.size": size.reshape(len(share), -1),
        "marker.color": np.sign(repeated) * np.sqrt(np.abs(repeated)),
        "marker.line.width": np.where(repeated < -0.005, 2.5, 0.5),
    }


def _turning(run: model.LoveRun) -> float:
    return theme.ceiling(1.15 * float(np.abs(run.eigenvalues.imag).max()), 1)


def _modes(run: model.LoveRun) -> dict[str, dict[str, Any]]:
    """Return the eigenvalues by what they do."""
    values = run.eigenvalues
    grows = values.real > 1e-9
    swings = ~grows & (np.abs(values.imag) > 1e-6)
    chosen = {"calm modes": ~grows & ~swings, "swinging modes": swings, "growing modes": grows}
    return {
        key: {"x": np.clip(values.real[these], *_STRIP), "y": values.imag[these]} if these.any() else NOTHING
        for key, these in chosen.items()
    }


def _describe_love(parameters: Love, run: model.LoveRun) -> str:
    people, feelings = parameters.people, len(run.ties)
    end = run.feeling[-1]
    largest = run.eigenvalues[0]
    one, other = end[_place(run, 0, 1)], end[_place(run, 1, 0)]
    ties = format_value(feelings // 2, "ties")
    text = (
        f"{people} people, {ties}. After {model.MONTHS} months person 1 feels {_felt(run, one)} for person 2, and 2 "
        f"feels {_felt(run, other)} for 1"
    )
    text += "." if people == 2 else f"; {_span(run, end)}."
    if not _straight(parameters) and not np.isfinite(run.steady).all():
        said = "That is not the end: nothing has come to rest yet."
    else:
        said = f"The equations say: it {model.FATES[run.fate]}. {_leading(largest)} {_resting(run)}".rstrip()
    return f"{text} {said} {_idle(parameters)}".rstrip()


def _felt(run: model.LoveRun, feeling: float) -> str:
    """Write a feeling; of a runaway only how far the picture shows it."""
    if run.fate.startswith("away") and abs(feeling) > HIGHEST:
        return f"{'more' if feeling > 0 else 'less'} than {signed(math.copysign(HIGHEST, feeling), 0)}"
    return signed(feeling)


def _span(run: model.LoveRun, end: Array) -> str:
    """Write what all feel, by the mean and the ends, and of a runaway by the ends alone."""
    lowest, highest = (_felt(run, float(each)) for each in (end.min(), end.max()))
    if lowest == highest:
        return f"over all ties it is {highest}"
    if np.abs(end).max() > HIGHEST and run.fate.startswith("away"):
        return f"over all ties the coolest is {lowest} and the warmest {highest}"
    return f"the mean over all ties is {signed(end.mean())}, from {lowest} to {highest}"


def _idle(parameters: Love) -> str:
    """Say which controls have been moved and do nothing here."""
    text, start = "", Love()
    if parameters.people == 2 and parameters.cross_tie != start.cross_tie:
        text += "With two people there is no other tie, so σ does nothing. "
    if parameters.people == 2 and parameters.constellation != start.constellation:
        text += "Two people have one tie in every constellation. "
    if _straight(parameters) and parameters.scale != start.scale:
        text += "All returns are straight, so their scale does nothing."
    return text.rstrip()


def _straight(parameters: Love) -> bool:
    """Whether everyone returns in proportion, so that the equations are linear."""
    return parameters.return_shape == "linear" and parameters.first_shape in ("same", "linear")


def _leading(largest: complex) -> str:
    rate = largest.real
    if abs(rate) < 1e-9:
        return "A small disturbance stays as large as it is."
    does = "doubles" if rate > 0 else "halves"
    return f"In the end a small disturbance {does} every {format_value(short(math.log(2) / abs(rate), 3), 'months')}."


def _resting(run: model.LoveRun) -> str:
    if not np.isfinite(run.steady).all():
        return "There is no single state to settle in."
    levels = sorted({round(float(value), 2) + 0.0 for value in run.steady})
    if run.fate.startswith("away"):
        return f"The only state at rest, at {_levels_said(levels)}, repels."
    if 1 < len(levels) <= _FEW:
        return f"At rest each feeling stays at {_levels_said(levels, 'or')}."
    return f"At rest all stay at {_levels_said(levels)}."


def _levels_said(levels: list[float], last: str = "and") -> str:
    if len(levels) > _FEW:
        return f"levels from {signed(levels[0])} to {signed(levels[-1])}"
    return listed([signed(level) for level in levels], last)
