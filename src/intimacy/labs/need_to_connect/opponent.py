"""The labs on bond and loss: an opponent that grows with presence, and a calm that may be opioid."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from intimacy.arguments import checked
from intimacy.models import need_to_connect as model
from intimacy.models.need_to_connect import OpioidCalm, OpponentProcess
from intimacy.parameters import format_value, signed
from intimacy.widgets import Frame, Lab, Preset, theme

_CORNER: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "align": "left"}
_DASHED: dict[str, Any] = {"color": theme.MUTED, "dash": "dash", "width": 1.5}


# Someone comes and goes


def coming_and_going() -> Lab:
    """Affect while someone comes and goes, or goes for good: pleasure, and the opponent that grows against it."""
    return Lab(
        "Someone comes and goes. What grows with each time?",
        OpponentProcess(),
        model.simulate_opponent_process,
        _bond_figure,
        draw_bond,
        _describe_bond,
        [
            Preset("Comes and goes", "Twenty days together, forty apart, eight times. Compare first and last."),
            Preset("The first time", "All is new, and the opponent is weak. How deep is the dip?", {"cycles": 1}),
            Preset(
                "It fades in between",
                "The opponent goes back in absence. What is left of the growth after eight times?",
                {"decay_rate": 0.05},
            ),
            Preset(
                "No opponent",
                "Pleasure alone. This is a person with no dip at all, and also no getting used to it.",
                {"first_gain": 0.0, "most_gain": 0.0},
            ),
            Preset(
                "A week, then gone",
                "The opponent has hardly had time to grow. Dashed: the formula for a long presence with one as weak.",
                {"schedule": "loss", "days_together": 7},
            ),
            Preset(
                "Long there, then gone",
                "Four months, then gone for good. The curve comes back to zero because the equation has it so.",
                {"schedule": "loss", "days_together": 120},
            ),
            Preset(
                "A slow opponent",
                "It takes two months to follow. The time together feels better, and the time after?",
                {"schedule": "loss", "days_together": 120, "slow_time": 60},
            ),
        ],
        advanced=["first_gain", "most_gain", "fast_time"],
        only_with={"days_apart": ("schedule", ("cycles",)), "cycles": ("schedule", ("cycles",))},
        pinned=["affect", "gain"],
    )


def _bond_figure() -> go.Figure:
    figure = theme.new_figure(640, margin={"l": 76, "r": 20, "t": 28, "b": 48})
    figure.add_scatter(
        meta="present",
        x=[],
        y=[],
        mode="lines",
        line={"color": theme.MUTED, "width": 1},
        fill="tozeroy",
        fillcolor="rgba(118,118,118,0.25)",
        hoverinfo="skip",
        yaxis="y2",
    )
    figure.add_scatter(meta="formula", x=[], y=[], mode="lines", line=_DASHED, hoverinfo="skip")
    figure.add_scatter(meta="affect", x=[], y=[], mode="lines", line_color=theme.PERSON_I)
    marker = {"size": 9, "color": theme.PERSON_I}
    figure.add_scatter(
        meta="dips", x=[], y=[], mode="markers", marker={**marker, "symbol": "triangle-up"}, hoverinfo="skip"
    )
    figure.add_scatter(
        meta="formula dip",
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": "diamond-open", "size": 12, "color": theme.INK, "line": {"width": 2}},
        hoverinfo="skip",
    )
    ink = {"color": theme.INK, "width": 1.5}
    figure.add_scatter(meta="pleasure", x=[], y=[], mode="lines", line={**ink, "dash": "dot"}, yaxis="y3")
    figure.add_scatter(meta="opponent", x=[], y=[], mode="lines", line={**ink, "dash": "longdash"}, yaxis="y3")
    figure.add_scatter(meta="gain", x=[], y=[], mode="lines", line=ink, yaxis="y4")
    figure.update_layout(
        xaxis={"title": "Time (days)", "anchor": "y4", "zeroline": False},
        yaxis={"title": "Affect", "domain": [0.57, 0.91], "range": [-1.08, 1.08], "dtick": 0.5},
        yaxis2={"visible": False, "domain": [0.95, 1], "range": [0, 1]},
        yaxis3={"title": "Processes", "domain": [0.26, 0.46], "range": [0, 1.08], "dtick": 0.5},
        yaxis4={"title": "Opponent's<br>strength", "domain": [0, 0.15], "range": [0, 1.08], "dtick": 0.5},
    )
    for text, color, y in (
        ("grey: together", theme.INK, 1.0),
        ("affect; ▲ lowest of each parting", theme.PERSON_I, 0.905),
        ("dotted: pleasure, dashed: opponent", theme.INK, 0.46),
        ("grows together, fades apart", theme.INK, 0.15),
    ):
        figure.add_annotation(theme.label(text, color, x=0, y=y, **_CORNER))
    right: dict[str, Any] = {**_CORNER, "xanchor": "right"}
    figure.add_annotation(theme.label("", theme.MUTED, x=1, y=1.0, **right))
    return figure


@checked
def draw_bond(parameters: OpponentProcess, run: model.OpponentProcessRun) -> Frame:
    """Return what a bond changes in the picture."""
    days = run.days
    partings = days[np.flatnonzero(np.diff(run.present) < 0)]
    formula, lowest = _long_presence(parameters, run, float(partings[-1]))
    return Frame(
        {
            "present": {"x": days, "y": run.present},
            "formula": formula,
            "affect": {"x": days, "y": run.affect},
            "dips": {"x": partings + run.dip_days, "y": run.dips},
            "formula dip": lowest,
            "pleasure": {"x": days, "y": run.pleasure},
            "opponent": {"x": days, "y": run.opponent},
            "gain": {"x": days, "y": run.gain},
        },
        {
            "xaxis.range": [0, theme.ceiling(float(days[-1]), 65)],
            "annotations[4].text": "dashed: formula, ◇ its lowest" if len(formula["x"]) else "",
        },
    )


def _has_formula(parameters: OpponentProcess, run: model.OpponentProcessRun) -> bool:
    """Whether the closed form for a loss after long presence has a lowest point to show."""
    return parameters.schedule == "loss" and parameters.slow_time > parameters.fast_time and _last_gain(run) > 0


def _last_gain(run: model.OpponentProcessRun) -> float:
    """Return the strength of the opponent at the last parting."""
    return float(run.gain[run.present == 1][-1])


def _long_presence(
    parameters: OpponentProcess, run: model.OpponentProcessRun, parting: float
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the curve after a loss that follows a long presence, and its lowest point."""
    if not _has_formula(parameters, run):
        nothing: dict[str, Any] = {"x": np.empty(0), "y": np.empty(0)}
        return nothing, nothing
    gain, times = _last_gain(run), (parameters.fast_time, parameters.slow_time)
    after = run.days[run.present == 0] - parting
    day, depth = model.lowest_after_loss(gain, *times)
    curve = {"x": parting + after, "y": model.affect_after_loss(after, gain, *times)}
    return curve, {"x": [parting + day], "y": [depth]}


def _describe_bond(parameters: OpponentProcess, run: model.OpponentProcessRun) -> str:
    grown = (
        f"The opponent's strength is {run.gain[0]:.2f} at first and {_last_gain(run):.2f} at the last parting, beside "
        "a pleasure of 1."
    )
    if parameters.schedule == "loss":
        return f"{_after_loss(parameters, run)} {grown}{_by_formula(parameters, run)}"
    if parameters.cycles == 1:
        return (
            f"At the end of the time together affect is {signed(run.plateaus[0])}. After the parting {_dip(run, 0)}. "
            f"{grown}"
        )
    return (
        f"Over {parameters.cycles} times together affect at the end of each {_course(run)}. After the first parting "
        f"{_lowest(run, 0)}, and after the last one {_dip(run, -1)}. {grown}"
    )


def _course(run: model.OpponentProcessRun) -> str:
    """Say where affect at the end of the times together goes, from first to last."""
    first, last = (signed(run.plateaus[place]) for place in (0, -1))
    if first == last:
        return f"stays at {first}"
    return f"{'falls' if run.plateaus[-1] < run.plateaus[0] else 'rises'} from {first} to {last}"


def _lowest(run: model.OpponentProcessRun, which: int) -> str:
    depth, day = float(run.dips[which]), float(run.dip_days[which])
    if depth > -0.005:
        return "the curve does not fall below zero"
    return f"the curve falls to {signed(depth)} after {day:.1f} days"


def _dip(run: model.OpponentProcessRun, which: int) -> str:
    """Say how low the curve goes and that it returns, in one sentence with what that does not say of grief."""
    if run.dips[which] > -0.005:
        return "the curve does not fall below zero; the equation has no grief in it"
    back_before = run.parameters.schedule == "cycles" and run.dip_days[which] > run.parameters.days_apart - 1e-3
    returns = "would in the end return" if back_before else "returns"
    return f"{_lowest(run, which)} and {returns} towards zero by construction, which grief need not do"


def _after_loss(parameters: OpponentProcess, run: model.OpponentProcessRun) -> str:
    days = format_value(parameters.days_together, "days")
    return f"After {days} together the other has gone for good: {_dip(run, 0)}."


def _by_formula(parameters: OpponentProcess, run: model.OpponentProcessRun) -> str:
    """Say what the formula gives, which takes the strength at the parting as that of a long presence."""
    if not _has_formula(parameters, run):
        return ""
    gain = _last_gain(run)
    day, depth = model.lowest_after_loss(gain, parameters.fast_time, parameters.slow_time)
    return (
        f" With a strength of {gain:.2f} all through a long presence, the formula gives {signed(depth)} after "
        f"{day:.1f} days."
    )


# Calm and opioids


def opioid_calm() -> Lab:
    """Separation distress with and without an opioid blocker, and the shift of connection beside the published one."""
    return Lab(
        "If calm were all opioid, what would a blocker do?",
        OpioidCalm(),
        model.simulate_opioid_calm,
        _calm_figure,
        draw_calm,
        _describe_calm,
        [
            Preset("All of it opioid", "The strong theory: no opioids, no calm. Compare the ring with the diamond."),
            Preset("None of it", "Calm comes by some other way, so a blocker does nothing.", {"opioid_share": 0.0}),
            Preset("A quarter", "A share that fits. It was chosen to fit; is it a finding?", {"opioid_share": 0.25}),
            Preset("Half blocked", "All of it opioid, but half of the receptors stay free.", {"blockade": 0.5}),
            Preset(
                "People differ a lot",
                "The same shift, measured against a larger spread. All of it opioid, and the ring comes close.",
                {"spread": 3.0},
            ),
        ],
        controls=["opioid_share", "blockade", "contact", "spread", "calm", "distress_alone"],
        advanced=["calm", "distress_alone"],
        pinned=["distress", "blocked"],
    )


def _calm_figure() -> go.Figure:
    figure = theme.new_figure(480, margin={"l": 84, "r": 20, "t": 44, "b": 48})
    figure.add_scatter(meta="here", x=[], y=[], mode="lines", line={**_DASHED, "dash": "dot"}, hoverinfo="skip")
    figure.add_scatter(meta="distress", x=[], y=[], mode="lines", line_color=theme.PERSON_I)
    figure.add_scatter(meta="blocked", x=[], y=[], mode="lines", line={"color": theme.INK, "dash": "dash"})
    below = {"xaxis": "x2", "yaxis": "y2"}
    interval = {"type": "data", "symmetric": False, "array": [], "arrayminus": [], "color": theme.INK, "width": 6}
    figure.add_scatter(
        meta="published",
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": "diamond", "size": 12, "color": theme.INK},
        error_x={**interval, "thickness": 2},
        **below,
    )
    figure.add_scatter(
        meta="model",
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": "circle-open", "size": 13, "color": theme.PERSON_I, "line": {"width": 3}},
        cliponaxis=False,
        **below,
    )
    figure.update_layout(
        xaxis={"title": "Contact (0: none, 1: full)", "range": [0, 1], "dtick": 0.25, "zeroline": False},
        yaxis={"title": "Separation<br>distress", "domain": [0.5, 1], "anchor": "x", "nticks": 5},
        xaxis2={"title": "Shift of felt connection (SD)", "anchor": "y2", "zeroline": True},
        yaxis2={
            "domain": [0, 0.22],
            "anchor": "x2",
            "range": [-0.6, 1.6],
            "tickvals": [0, 1],
            "ticktext": ["model", "published"],
            "showgrid": False,
            "zeroline": False,
            "ticks": "",
        },
    )
    figure.add_annotation(theme.label("solid: as it is", theme.PERSON_I, x=0, y=1, yshift=20, **_CORNER))
    figure.add_annotation(theme.label("dashed: with the blocker", theme.INK, x=0, y=1, **_CORNER))
    right: dict[str, Any] = {**_CORNER, "xanchor": "right"}
    figure.add_annotation(theme.label("dotted: contact", theme.MUTED, x=1, y=1, yshift=20, **right))
    return figure


@checked
def draw_calm(parameters: OpioidCalm, run: model.OpioidCalmRun) -> Frame:
    """Return what a blocker changes in the picture."""
    top = 1.05 * theme.ceiling(parameters.distress_alone, 1)
    return Frame(
        {
            "here": {"x": [parameters.contact] * 2, "y": [0, top]},
            "distress": {"x": run.contact, "y": run.distress},
            "blocked": {"x": run.contact, "y": run.blocked_distress},
            "published": {
                "x": [model.PUBLISHED_SHIFT],
                "y": [1],
                "error_x.array": [model.PUBLISHED_HIGH - model.PUBLISHED_SHIFT],
                "error_x.arrayminus": [model.PUBLISHED_SHIFT - model.PUBLISHED_LOW],
            },
            "model": {"x": [run.shift], "y": [0]},
        },
        {"yaxis.range": [0, top], "xaxis2.range": [-1.05 * theme.ceiling(-run.shift, 1), 0.1]},
    )


def _describe_calm(parameters: OpioidCalm, run: model.OpioidCalmRun) -> str:
    contact = np.array([parameters.contact])
    lost = parameters.opioid_share * parameters.blockade
    before, after = (float(model.separation_distress(contact, parameters, each)[0]) for each in (0.0, lost))
    calm = parameters.calm * parameters.contact
    lowered = f"from {calm:.2f} to {calm * (1 - lost):.2f}"
    raised = f"goes from {before:.2f} to {after:.2f}" if after - before >= 0.005 else f"stays at {before:.2f}"
    return (
        f"At a contact of {parameters.contact:g} the blocker {'lowers' if calm * lost else 'leaves'} calm "
        f"{lowered if calm * lost else f'at {calm:.2f}'}, and separation distress {raised}. Felt connection shifts by "
        f"{signed(run.shift)} standard deviations. In 17 outcomes of trials [loseth2024] it was "
        f"{signed(model.PUBLISHED_SHIFT)} ({signed(model.PUBLISHED_LOW)} to {signed(model.PUBLISHED_HIGH)}), so the "
        "model's shift is "
        f"{'inside' if run.fits else 'outside'} the published interval. A share that is chosen to fit is no evidence."
    )
