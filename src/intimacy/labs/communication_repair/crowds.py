"""Everyone meets everyone: a tournament in a crowd, and a crowd over generations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from intimacy.arguments import checked
from intimacy.labs.communication_repair.marks import CORNER, LOOKS, NOTHING, Array, per_cent
from intimacy.models.communication_repair import (
    GENERATIONS,
    LABELS,
    SEVEN,
    STRATEGIES,
    Crowd,
    CrowdRun,
    Tournament,
    TournamentRun,
    simulate_crowd,
    simulate_tournament,
)
from intimacy.parameters import format_value
from intimacy.widgets import Frame, Lab, Play, Preset, theme

_LESS_OFTEN = ("two_chances", "contrite", "firm_but_fair", "answers_twice", "suspicious")
_ROWS = {name: float(len(LOOKS) - number) for number, name in enumerate(LOOKS)}
_NOBODY = dict.fromkeys(STRATEGIES, 0)
_LEFT = 150  # room for the names of the strategies


def _crowd(**copies: int) -> dict[str, int]:
    """Return a crowd of those named and nobody else."""
    return _NOBODY | copies


# A tournament


def the_tournament() -> Lab:
    """A crowd of strategies in which everyone meets everyone, with noise: who gets how many points per round."""
    return Lab(
        "Everyone meets everyone. Who gets the most?",
        Tournament(),
        simulate_tournament,
        _tournament_figure,
        draw_tournament,
        _describe_tournament,
        [
            Preset("Seven, with slips", "One of each of seven. One move in twenty slips. Who comes first?"),
            Preset("Seven, no noise", "The same seven, and nothing ever goes wrong. It is another order.", {"slip": 0}),
            Preset(
                "All twelve",
                "Five more join, most of them forgiving in their own way. Nothing else has changed.",
                dict.fromkeys(_LESS_OFTEN, 1),
            ),
            Preset(
                "A forgiving crowd",
                "Many who let things pass, and one who never reaches out. Who lives well here?",
                _crowd(generous=8, tit_for_tat=8, two_chances=4, always_holds_back=1),
            ),
            Preset(
                "A trusting crowd",
                "Nearly everybody reaches out, whatever happens. Look who comes first.",
                _crowd(always_reaches_out=15, generous=2, tit_for_tat=2, always_holds_back=1),
            ),
            Preset(
                "A hard crowd",
                "Nearly everybody holds back, whatever happens. What is generosity worth here?",
                _crowd(always_holds_back=15, generous=2, tit_for_tat=2, grudger=1),
            ),
            Preset(
                "Misheard, not slipped",
                "The seven again. Nobody slips, but one move in twenty is misheard.",
                {"slip": 0, "mishearing": 0.05},
            ),
            Preset("Talk undoes four of five", "The seven, as many slips, and talk that repairs.", {"repair": 0.8}),
        ],
        controls=[
            "slip",
            "mishearing",
            "repair",
            *SEVEN,
            *_LESS_OFTEN,
            "generosity",
            "temptation",
        ],
        advanced=[*_LESS_OFTEN, "generosity", "temptation"],
        pinned=[],
        seed=3,
    )


def _tournament_figure() -> go.Figure:
    figure = theme.new_figure(560, margin={"l": _LEFT, "r": 20, "t": 50, "b": 48}, barmode="overlay")
    for name, (color, shape, size) in LOOKS.items():
        figure.add_bar(
            meta=name,
            x=[],
            y=[],
            orientation="h",
            width=0.62,
            marker={
                "color": color,
                "line": {"color": theme.INK, "width": 1},
                "pattern": {
                    "shape": shape,
                    "size": size,
                    "solidity": 0.25,
                    "fillmode": "overlay",
                    "fgcolor": theme.INK,
                },
            },
            hoverinfo="skip",
        )
    figure.add_scatter(
        meta="places",
        x=[],
        y=[],
        mode="text",
        text=[],
        textposition="middle left",
        textfont={"size": 14, "color": theme.INK},
        hoverinfo="skip",
    )
    figure.add_scatter(
        meta="played",
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": "diamond-open", "size": 10, "color": theme.INK, "line": {"width": 2}},
        hoverinfo="skip",
    )
    figure.update_layout(
        xaxis={"title": "Points per round", "range": [0, 4], "zeroline": True},
        yaxis={
            "range": [0.4, len(LOOKS) + 0.6],
            "tickvals": list(_ROWS.values()),
            "ticktext": [LABELS[name] for name in _ROWS],
            "ticks": "",
            "showgrid": False,
            "zeroline": False,
        },
    )
    at: dict[str, Any] = {**CORNER, "x": 0, "y": 1, "xshift": 8 - _LEFT}
    figure.add_annotation(theme.label("bar: exact mean, ◇ one by chance", theme.INK, yshift=22, **at))
    figure.add_annotation(theme.label("at the right: copies, and the exact place", theme.INK, yshift=2, **at))
    return figure


@checked
def draw_tournament(_: Tournament, run: TournamentRun) -> Frame:
    """Return what changes in the picture."""
    place = {name: number for number, name in enumerate(run.order, start=1)}
    rows = [_ROWS[name] for name in run.names]
    traces: dict[str, dict[str, Any]] = {name: dict(NOTHING) for name in LOOKS}
    for name, score, row in zip(run.names, run.expected_score, rows, strict=True):
        traces[name] = {"x": [score], "y": [row]}
    traces["played"] = {"x": run.score, "y": rows}
    most = max(float(run.expected_score.max()), float(run.score.max()))
    end = theme.ceiling(1.2 * most, 4)
    copies = [f"×{count:.0f}, " if count > 1 else "" for count in run.copies]
    traces["places"] = {
        "x": [end] * len(rows),
        "y": rows,
        "text": [f"{many}{place[name]}." for many, name in zip(copies, run.names, strict=True)],
    }
    return Frame(traces, {"xaxis.range": [0, end]})


def _describe_tournament(parameters: Tournament, run: TournamentRun) -> str:
    people = int(run.copies.sum())
    if people == 1:
        return "There is nobody to meet, so nobody gets any points. Put somebody into the crowd."
    order = [(LABELS[name], run.expected_score[run.names.index(name)]) for name in run.order]
    first, last = order[0], order[-1]
    text = (
        f"{people} people of {format_value(len(order), 'kinds')} meet, and reach out in "
        f"{per_cent(run.reaching_out)} of their moves. First on average: {first[0].lower()}, with {first[1]:.2f} "
        "points per round"
    )
    if len(order) > 1:
        middle = "; ".join(f"{label.lower()} {score:.2f}" for label, score in order[1:-1])
        text += f"; {middle}" if middle else ""
        text += f"; last: {last[0].lower()}, {last[1]:.2f}"
    winner = run.names[int(run.score.round(9).argmax())]
    return f"{text}. In the one tournament of the picture {LABELS[winner].lower()} came first."


# A crowd over generations


def evolve_a_crowd() -> Lab:
    """A crowd in which what gets more points is taken up more: shares over generations, and moves that reach out."""
    return Lab(
        "Evolve a crowd: what is left in the end?",
        Crowd(),
        simulate_crowd,
        _crowd_figure,
        draw_crowd,
        _describe_crowd,
        [
            Preset("Five kinds, in noise", "Five kinds in equal parts. One move in twenty is misheard. Press Play."),
            Preset(
                "Two more kinds",
                "The same noise. Some who never forgive and some who flip coins join. Watch who is left now.",
                dict.fromkeys(SEVEN, 4),
            ),
            Preset(
                "Five kinds, with talk",
                "The five again, and talk that undoes four of five mishearings. Another kind is left.",
                {"repair": 0.8},
            ),
            Preset(
                "No noise",
                "The five, and nothing ever goes wrong. Nobody can tell the friendly kinds apart any more.",
                {"mishearing": 0},
            ),
            Preset(
                "All twelve",
                "All twelve in equal parts, in the same noise.",
                dict.fromkeys(STRATEGIES, 4),
            ),
            Preset(
                "A hard crowd, a few in kind",
                "Nine in ten never reach out. The rest: half answer in kind, half are generous. Errors are rare.",
                _crowd(always_holds_back=18, tit_for_tat=1, generous=1) | {"mishearing": 0.01},
            ),
            Preset(
                "A hard crowd, a few generous",
                "The same, without those who answer in kind. Watch the few generous.",
                _crowd(always_holds_back=18, generous=2) | {"mishearing": 0.01},
            ),
            Preset(
                "Somebody always tries",
                "The five, and two in a hundred of each generation try any of them. Nothing is gone for good.",
                {"newcomers": 0.02},
            ),
        ],
        controls=[
            "mishearing",
            "repair",
            "slip",
            *SEVEN,
            "newcomers",
            "selection",
            *_LESS_OFTEN,
            "generosity",
            "temptation",
        ],
        advanced=["selection", *_LESS_OFTEN, "generosity", "temptation"],
        pinned=["reaching out"],
        play=Play("Generation", [*LOOKS, "reaching out"], 0, GENERATIONS, seconds=12),
    )


def _crowd_figure() -> go.Figure:
    figure = theme.new_figure(640, margin={"l": 72, "r": 20, "t": 16, "b": 48})
    for name, (color, shape, size) in reversed(LOOKS.items()):
        figure.add_scatter(
            meta=name,
            x=[],
            y=[],
            mode="lines",
            stackgroup="shares",
            line={"color": theme.INK, "width": 0.5},
            fillcolor=color,
            fillpattern={"shape": shape, "bgcolor": color, "fgcolor": theme.INK, "size": size, "solidity": 0.25},
            hoverinfo="skip",
            yaxis="y2",
            xaxis="x2",
        )
    figure.add_scatter(meta="reaching out", x=[], y=[], mode="lines", line={"color": theme.INK, "width": 2.5})
    share = {"range": [0, 1], "tickformat": ".0%", "zeroline": False}
    whole = [0, GENERATIONS]
    figure.update_layout(
        xaxis={"title": "Generation", "range": whole, "anchor": "y", "dtick": 50},
        yaxis={**share, "range": [0, 1.05], "title": "Moves that<br>reach out", "domain": [0, 0.24], "dtick": 0.5},
        xaxis2={"range": whole, "anchor": "y2", "showticklabels": False, "dtick": 50},
        yaxis2={**share, "title": "Share of the crowd", "domain": [0.32, 1], "dtick": 0.25},
    )
    for _ in LOOKS:
        figure.add_annotation(
            theme.label("", theme.INK, x=0, y=0, xref="x2", yref="y2", bgcolor=theme.GRID, borderpad=2)
        )
    return figure


@checked
def draw_crowd(_: Crowd, run: CrowdRun) -> Frame:
    """Return what changes in the picture: the shares, each labelled where it is wide."""
    # A kind that is not there has an area without height: one that comes and goes would not be drawn quite the same.
    traces: dict[str, dict[str, Any]] = {name: {"x": run.generations, "y": run.share(name)} for name in LOOKS}
    stacked = [name for name in reversed(LOOKS) if name in run.names]
    shares = np.array([run.share(name) for name in stacked])
    traces["reaching out"] = {"x": run.generations, "y": run.reaching_out}
    layout: dict[str, Any] = {}
    middles = np.cumsum(shares, axis=0) - shares / 2
    places = dict(zip(stacked, _label_places(shares, middles), strict=True))
    for number, name in enumerate(LOOKS):
        place = places.get(name)
        layout |= {
            f"annotations[{number}].text": LABELS[name] if place else "",
            f"annotations[{number}].x": place[0] if place else 0,
            f"annotations[{number}].y": place[1] if place else 0,
            f"annotations[{number}].xanchor": "left" if place and place[0] == _COLUMNS[0] else "center",
        }
    return Frame(traces, layout)


_ROOM = 0.06
"""Share of the crowd that a label is high."""

_COLUMNS = [round(GENERATIONS * share) for share in (0.02, 0.2, 0.35, 0.5, 0.65, 0.8)]
"""Generations at which a label can stand. At the first, where kinds that die out have most room, it begins."""

_LONG = 0.65 * GENERATIONS
"""Generations between labels that have room for both on a narrow page, whatever their heights."""


def _label_places(shares: Array, middles: Array) -> Sequence[tuple[float, float] | None]:
    """Return where each kind can be labelled inside its own area, or None; those with the fewest places come first."""
    taken: list[tuple[int, float]] = []
    places: list[tuple[float, float] | None] = [None] * len(shares)
    wide = shares[:, _COLUMNS] > _ROOM
    for kind in np.lexsort((-shares[:, _COLUMNS].max(axis=1), wide.sum(axis=1))).tolist():
        for column in sorted(_COLUMNS, key=lambda each: -shares[kind, each]):
            middle = float(middles[kind, column])
            near = any(abs(middle - other) < _ROOM and abs(column - there) < _LONG for there, other in taken)
            if shares[kind, column] > _ROOM and not near:
                taken.append((column, middle))
                places[kind] = (float(column), middle)
                break
    return places


def _describe_crowd(parameters: Crowd, run: CrowdRun) -> str:
    start, end = run.shares[0], run.shares[-1]
    order = np.argsort(-end.round(9), kind="stable")
    left = [f"{LABELS[run.names[each]].lower()} {per_cent(end[each])}" for each in order if end[each] >= 0.005]
    begin = ", ".join(f"{LABELS[name].lower()} {per_cent(share)}" for name, share in zip(run.names, start, strict=True))
    return (
        f"At the start: {begin}. After {GENERATIONS} generations: {', '.join(left)}. The crowd reaches out in "
        f"{per_cent(run.reaching_out[0])} of its moves at the start and in {per_cent(run.reaching_out[-1])} at the "
        f"end, and gets {run.mean_points[0]:.2f} and then {run.mean_points[-1]:.2f} points per round."
    )
