"""What generosity is worth among the generous, and what it costs with somebody else."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from intimacy.arguments import checked
from intimacy.labs.communication_repair.marks import CORNER, NOTHING, per_cent
from intimacy.models.communication_repair import (
    GENEROSITIES,
    LABELS,
    Generosity,
    GenerosityRun,
    is_dilemma,
    payoffs_with,
    simulate_generosity,
)
from intimacy.widgets import Frame, Lab, Preset, theme

_CURVES = ("with own kind", "with other", "other gets")
_LEFT = 64


def price_of_generosity() -> Lab:
    """Points in the long run, by generosity: among the generous, with another strategy, and what that one gets."""
    return Lab(
        "What is generosity worth, and what does it cost?",
        Generosity(),
        simulate_generosity,
        _figure,
        draw_generosity,
        _describe,
        [
            Preset(
                "Somebody who never reaches out",
                "Errors are rare. Follow the dashes from left to right: that is the price. Who gets it?",
            ),
            Preset(
                "Somebody who answers in kind",
                "Tit for tat takes no advantage. What does generosity cost now, and who gains from it?",
                {"other": "tit_for_tat"},
            ),
            Preset(
                "Somebody who never forgives",
                "One error, and it is over. Generosity towards somebody who has closed the door.",
                {"other": "grudger"},
            ),
            Preset(
                "One error in ten",
                "More slips. Generosity gains less among the generous now, and more of it is needed. And the price?",
                {"slip": 0.1},
            ),
            Preset(
                "With talk",
                "As many errors, four of five undone by talk. Look at the line at a generosity of 0.05.",
                {"slip": 0.1, "repair": 0.8},
            ),
            Preset(
                "Little temptation",
                "Holding back gains less, so one can afford to be more generous. Look where g* has gone.",
                {"temptation": 3.5},
            ),
        ],
        controls=["other", "generosity", "slip", "mishearing", "repair", "temptation"],
        pinned=list(_CURVES),
    )


def _figure() -> go.Figure:
    figure = theme.new_figure(460, margin={"l": _LEFT, "r": 20, "t": 92, "b": 48})
    for key, color, dash, symbol in (
        (_CURVES[0], theme.PERSON_I, "solid", "circle"),
        (_CURVES[1], theme.PERSON_I, "dash", "square"),
        (_CURVES[2], theme.PERSON_J, "longdashdot", "diamond"),
    ):
        figure.add_scatter(meta=key, x=[], y=[], mode="lines", line={"color": color, "dash": dash, "width": 2.5})
        figure.add_scatter(
            meta=f"{key} here",
            x=[],
            y=[],
            mode="markers",
            marker={"color": color, "size": 10, "symbol": symbol},
            hoverinfo="skip",
        )
    figure.add_scatter(
        meta="optimal", x=[], y=[], mode="lines", line={"color": theme.MUTED, "dash": "dot", "width": 1.5}
    )
    figure.update_layout(
        xaxis={"title": "Generosity (0: none, 1: all is let pass)", "range": [-0.02, 1.02], "dtick": 0.2},
        yaxis={"title": "Points per round", "range": [0, 5.2], "dtick": 1, "zeroline": False},
    )
    at: dict[str, Any] = {**CORNER, "x": 0, "y": 1, "xshift": 8 - _LEFT}
    figure.add_annotation(theme.label("─── the generous, among themselves", theme.PERSON_I, yshift=66, **at))
    figure.add_annotation(theme.label("", theme.PERSON_I, yshift=46, **at))
    figure.add_annotation(theme.label("", theme.PERSON_J, yshift=26, **at))
    figure.add_annotation(theme.label("", theme.MUTED, x=0, y=1, yref="paper", yanchor="bottom", yshift=2))
    return figure


@checked
def draw_generosity(parameters: Generosity, run: GenerosityRun) -> Frame:
    """Return what changes in the picture."""
    curves = dict(zip(_CURVES, (run.with_own_kind, run.with_other, run.other_gets), strict=True))
    traces: dict[str, dict[str, Any]] = {key: {"x": GENEROSITIES, "y": values} for key, values in curves.items()}
    for key, value in zip(_CURVES, run.here, strict=True):
        traces[f"{key} here"] = {"x": [parameters.generosity], "y": [value]}
    at = run.optimal
    top = theme.ceiling(max(5.0, parameters.temptation), 5.2)
    traces["optimal"] = dict(NOTHING) if at is None else {"x": [at, at], "y": [0, top]}
    other = LABELS[parameters.other].lower()
    return Frame(
        traces,
        {
            "yaxis.range": [0, top],
            "annotations[1].text": f"‒ ‒ the generous, with: {other}",
            "annotations[2].text": f"‒ · ‒ what that one gets: {other}",
            "annotations[3].text": "" if at is None else f"g* = {at:.2f}",
            "annotations[3].x": 0 if at is None else at,
            "annotations[3].xanchor": "left" if at is None or at < 0.1 else "right" if at > 0.9 else "center",
        },
    )


def _describe(parameters: Generosity, run: GenerosityRun) -> str:
    own, met, gets = run.here
    none, full = run.with_other[0], run.with_other[-1]
    where = LABELS[parameters.other].lower()
    return (
        f"With a generosity of {parameters.generosity:g}, two of the generous reach out in "
        f"{per_cent(run.reaching_out)} of their moves and get {own:.3f} points per round each. With somebody else "
        f"({where}) the generous one gets {met:.3f} and the other {gets:.3f}; with no generosity the generous "
        f"one would get {none:.3f}, with full generosity {full:.3f}. {_limit(parameters, run)}"
    )


def _limit(parameters: Generosity, run: GenerosityRun) -> str:
    """Say how generous one can be."""
    if run.optimal is None:
        return "At this temptation holding back gains nothing, so there is no limit to compute."
    if not is_dilemma(payoffs_with(parameters.temptation)):
        return "At this temptation taking turns is worth as much as both reaching out, or more: g* is 0."
    return f"Up to a generosity of {run.optimal:.3g}, if errors are rare, nobody gains by holding back now and then."
