"""The labs on trust in a network: how much repair keeps it alive, and where it lasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from intimacy.arguments import checked
from intimacy.labs.society.shared import CORNER, HIDDEN, SCALE, path_of_ties, ring_places, ties
from intimacy.models import society as model
from intimacy.models.society import TrustNetwork, TrustRun
from intimacy.widgets import Frame, Lab, Play, Preset, Still, theme

PEOPLE = 300
"""How many people the community has."""

STEPS = 300
"""How many times everyone turns to someone."""

STEPS_PER_STOP = 6

_SHADES = [[0, theme.GRID], [1, theme.PERSON_I]]
_APART = 0.05  # so far apart, run, mean field and its rest need a word each


def trust_in_a_network() -> Lab:
    """A community in which answers get lost: everyone's trust, the mean, and the repair that it needs."""
    return Lab(
        "Answers get lost. How much repair keeps trust alive?",
        TrustNetwork(gain=0.05, start=0.8, people=PEOPLE, steps=STEPS),
        model.simulate_trust,
        _trust_figure,
        draw_trust,
        _describe_trust,
        [
            Preset(
                "Seven of ten repaired",
                "One answer in ten is lost, and seven of ten hurts are talked over first. Press Play.",
            ),
            Preset(
                "Three of ten repaired", "The same losses, less repair. Look at the bar and its wall.", {"repair": 0.3}
            ),
            Preset("Just enough?", "A little above the wall. Does the run reach the dashed line?", {"repair": 0.6}),
            Preset(
                "More is lost",
                "Four answers of ten do not arrive. Where has the wall gone?",
                {"misunderstanding": 0.4},
            ),
            Preset(
                "Nothing is lost", "Every answer arrives. Why does trust still need repair?", {"misunderstanding": 0.0}
            ),
            Preset("A hurt weighs as much", "A hurt counts no more than an answer.", {"loss_ratio": 1.0}),
            Preset("A perfect ring", "Everyone knows eight neighbours and nobody else.", {"rewiring": 0.0}),
            Preset(
                "Ties all over",
                "Every tie leads anywhere. To compare, go to A perfect ring, press Pin this curve and come back.",
                {"rewiring": 1.0},
            ),
            Preset(
                "Anyone meets anyone", "No network at all. What has become of the mean?", {"meetings": "well_mixed"}
            ),
        ],
        controls=[
            "misunderstanding",
            "repair",
            "loss_ratio",
            "meetings",
            "rewiring",
            "neighbours_per_side",
            "start",
            "gain",
        ],
        advanced=["neighbours_per_side", "start", "gain"],
        only_with=dict.fromkeys(("rewiring", "neighbours_per_side"), ("meetings", ("small_world",))),
        pinned=["mean"],
        play=Play("Time step", ["mean", "mean field"], 0, STEPS, step=STEPS_PER_STOP, seconds=12, films=["people"]),
        seed=7,
    )


def _trust_figure() -> go.Figure:
    figure = theme.new_figure(740, margin={"l": 68, "r": 26, "t": 50, "b": 48})
    figure.add_scatter(
        meta="people",
        x=[],
        y=[],
        mode="markers",
        marker={
            "color": [],
            "size": [],
            "colorscale": _SHADES,
            "cmin": 0,
            "cmax": 1,
            "opacity": 1,
            "line": {"color": theme.INK, "width": 0.5},
        },
        hoverinfo="skip",
        xaxis="x2",
        yaxis="y2",
    )
    expected = {"color": theme.MUTED, "dash": "dash", "width": 1.5}
    figure.add_scatter(meta="mean field", x=[], y=[], mode="lines", line=expected)
    rest = {"color": theme.MUTED, "dash": "dot", "width": 1.5}
    figure.add_scatter(meta="rest", x=[], y=[], mode="lines", line=rest)
    figure.add_scatter(meta="mean", x=[], y=[], mode="lines", line_color=theme.PERSON_I)
    figure.add_bar(
        meta="repair",
        x=[],
        y=[0],
        orientation="h",
        width=0.6,
        marker={"color": theme.PERSON_I},
        xaxis="x3",
        yaxis="y3",
        hoverinfo="skip",
    )
    edges = [-1.02 * SCALE, 1.02 * SCALE]
    figure.update_layout(
        xaxis={"title": {"text": "Time step", "standoff": 4}, "range": [0, STEPS], "dtick": 100, "anchor": "y"},
        yaxis={"title": "Mean trust", "domain": [0.21, 0.45], "range": [0, 1.03], "anchor": "x", "dtick": 0.5},
        xaxis2={**HIDDEN, "domain": [0, 1], "range": edges, "anchor": "y2"},
        yaxis2={**HIDDEN, "domain": [0.54, 1], "range": edges, "anchor": "x2", "scaleanchor": "x2"},
        xaxis3={"title": "Repair: above the wall trust lasts", "range": [0, 1], "anchor": "y3", "tickformat": ".0%"},
        yaxis3={"visible": False, "domain": [0, 0.07], "range": [-0.5, 0.5], "anchor": "x3"},
        shapes=[ties("x2", "y2")],
    )
    wall = {"color": theme.INK, "width": 3}
    figure.add_shape(type="line", x0=0, x1=0, y0=-0.5, y1=0.5, xref="x3", yref="y3", line=wall)
    words = "large and blue: trust<br>small and grey: little"
    figure.add_annotation(theme.label(words, theme.INK, x=0, y=1, yshift=4, **CORNER))
    words = "solid: mean, dashed: mean field,<br>dotted: its rest"
    figure.add_annotation(theme.label(words, theme.INK, x=0, y=0.45, yshift=2, **CORNER))
    return figure


@checked
def draw_trust(parameters: TrustNetwork, run: TrustRun) -> Frame:
    """Return what a run changes in the picture: everyone's trust at each stop, the mean, and the wall."""
    places = ring_places(len(run.watched))
    film = run.watched_trust[::STEPS_PER_STOP]
    steps = np.arange(len(run.mean))
    mixed = parameters.meetings == "well_mixed"
    rest = _rest(parameters)
    wall = parameters.critical_repair
    return Frame(
        {
            "people": {
                "x": places[:, 0],
                "y": places[:, 1],
                "marker.color": film,
                "marker.size": 4 + 8 * film,
            },
            "mean field": {"x": steps, "y": run.mean_field},
            "rest": {"x": [0, STEPS], "y": [rest, rest]},
            "mean": {"x": steps, "y": run.mean},
            "repair": {"x": [parameters.repair], "y": [0]},
        },
        {
            "shapes[0].path": "M0,0L0,0" if mixed else path_of_ties(run.network, places),
            "shapes[1].x0": wall,
            "shapes[1].x1": wall,
        },
    )


def _rest(parameters: TrustNetwork) -> float:
    """Return where the mean field comes to rest: at 0 for ever where nobody trusts at the start."""
    return 0.0 if parameters.start == 0 else parameters.expected_trust


def _describe_trust(parameters: TrustNetwork, run: TrustRun) -> str:
    wall, rest = parameters.critical_repair, _rest(parameters)
    if parameters.start == 0:
        need = "it would last without any repair" if wall == 0 else f"the critical repair would be {100 * wall:.1f} %"
        return (
            "Nobody trusts at the start, so nobody turns to anybody: trust stays at 0, whatever is repaired. With some "
            f"trust at the start {need}."
        )
    need = (
        "Here trust lasts without any repair."
        if wall == 0
        else f"The critical repair is {100 * wall:.1f} %, and {100 * parameters.repair:.0f} % are repaired."
    )
    restless = abs(run.mean_field[-1] - rest) > _APART
    fate = f"the mean field comes to rest at {rest:.3f}" if rest > 0 else "in the mean field trust dies out"
    if restless:
        fate += f" and is at {run.mean_field[-1]:.3f} now"
    text = (
        f"{need} After {STEPS} steps the mean trust of {parameters.people} people is {run.mean[-1]:.3f}, with a "
        f"standard deviation of {run.spread:.3f}; {fate}."
    )
    if run.mean_field[-1] - run.mean[-1] > _APART:
        return f"{text} The run falls behind the mean field, which knows one average person: here people differ."
    if restless:
        slow = "everything is slow near the wall, with small steps, and where little trust is left"
        return f"{text} The mean field has not come to rest yet: {slow}."
    return text


@checked
def phase_diagram(points: Sequence[Mapping[str, Any]], results: Sequence[Mapping[str, float]]) -> Still:
    """Return the picture of a sweep: settled trust by misunderstanding and repair, and the line of critical repair.

    Args:
        points: what was run, each with ``misunderstanding`` and ``repair``, every combination once; all with the
            ``loss_ratio`` of the first.
        results: what came out, in the same order, each with ``trust``.

    Raises:
        ValueError: there are not as many results as points, or the points are not every combination once.
    """
    if len(points) != len(results):
        raise ValueError(f"results must be as many as points, got {len(results)} for {len(points)}")
    columns = {name: [float(point[name]) for point in points] for name in ("misunderstanding", "repair")}
    table = pd.DataFrame({**columns, "trust": [float(result["trust"]) for result in results]})
    grid = table.pivot_table(index="repair", columns="misunderstanding", values="trust", aggfunc="size")
    if not (grid == 1).all(axis=None):
        raise ValueError("points must hold every combination of misunderstanding and repair once")
    ratio = float(points[0].get("loss_ratio", TrustNetwork().loss_ratio))
    trust = table.pivot_table(index="repair", columns="misunderstanding", values="trust")
    lost = np.linspace(trust.columns[0], trust.columns[-1], 41)
    figure = theme.new_figure(460, margin={"l": 68, "r": 16, "t": 30, "b": 52})
    figure.add_heatmap(
        name="trust",
        x=trust.columns.to_list(),
        y=trust.index.to_list(),
        z=trust.to_numpy().tolist(),
        zmin=0,
        zmax=1,
        colorscale=_SHADES,
        colorbar={"title": {"text": "trust", "font": {"size": 14}}, "thickness": 14, "tickvals": [0, 0.5, 1]},
        hovertemplate="ε %{x:.2f}, ρ %{y:.2f}: %{z:.2f}<extra></extra>",
    )
    wall = [model.critical_repair(each, ratio) for each in lost]
    dashed = {"color": theme.INK, "width": 3, "dash": "dash"}
    figure.add_scatter(name="critical repair", x=lost.tolist(), y=wall, mode="lines", line=dashed)
    figure.update_layout(
        xaxis={"title": "Answers lost, ε", "showgrid": False},
        yaxis={"title": "Repair, ρ", "showgrid": False},
    )
    figure.add_annotation(theme.label("dashed: critical repair, by formula", theme.INK, x=0, y=1, yshift=4, **CORNER))
    by_formula = model.expected_trust(table["misunderstanding"], table["repair"], ratio)
    apart = (table["trust"] - by_formula).abs()
    widest = table.loc[apart.idxmax()]
    sentence = (
        f"Settled trust at {len(table)} points, each one run of agents, with the critical repair of the formula as a "
        f"dashed line: on and below it, the formula says, trust dies out. The runs lie {apart.mean():.3f} from the "
        f"formula on average, and at most {apart.max():.3f}, where ε = {widest['misunderstanding']:g} and ρ = "
        f"{widest['repair']:g}."
    )
    return Still(
        "Where does trust last?", figure, sentence, table, note="Runs of a teaching model. No one was measured."
    )
