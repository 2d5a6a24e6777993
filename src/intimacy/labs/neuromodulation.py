"""The labs of "Neuromodulation: stress, dose and gain": pulses, a dose, two buffers, a neuron, and seventeen people."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from intimacy.arguments import checked
from intimacy.models import neuromodulation as model
from intimacy.parameters import decimal, format_value, signed
from intimacy.widgets import Frame, Lab, Play, Preset, theme

Array = NDArray[np.float64]

AXIS_HOURS = 12
"""How long the stress axis is followed."""

LATE_HOURS = 4
"""The sentence on the stress axis tells what the last hours look like."""

CASCADE_MINUTES = 180
"""How long one stressful quarter of an hour is followed."""

DOSES = (24.0, 48.0)
"""The two doses that were compared, in IU."""

LARGEST_RATIO = 1000.0
"""Signal-to-noise ratios above this are drawn at it: their denominator is nothing but nearly 0."""

_FRIEND = theme.FURTHER_PERSONS[0]
_STRESS_FILL = "rgba(213,94,0,0.25)"
_OXYTOCIN_FILL = "rgba(204,121,167,0.3)"
_DOTTED: dict[str, Any] = {"color": theme.MUTED, "dash": "dot", "width": 1.5}
_CORNER: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
_EMPTY: dict[str, Any] = {"x": np.empty(0), "y": np.empty(0)}


def _times(share: float) -> str:
    """Return a share as per cent, without a fraction."""
    return f"{100 * share:.0f} %"


# The stress axis


def the_stress_axis() -> Lab:
    """A steady drive, a delay and two buffers: when does the hormone pulse?"""
    return Lab(
        "The drive is steady. Why does the stress hormone pulse?",
        model.StressAxis(hours=AXIS_HOURS),
        model.simulate_stress_axis,
        _axis_figure,
        draw_axis,
        _describe_axis,
        [
            Preset(
                "Resting pulses",
                "Nothing happens to this animal, and the drive never changes. Press Play, and stop the picture at "
                "random: what would a single sample have said?",
            ),
            Preset("No delay", "The adrenal gland answers at once. Where do the pulses go?", {"delay": 0}),
            Preset(
                "A longer delay", "Six minutes more. Compare how tall and how frequent the pulses are.", {"delay": 25}
            ),
            Preset(
                "A strong drive",
                "The drive is raised from 30 to 80. Look at the pulses from hour to hour, and at the dot below.",
                {"drive": 80},
            ),
            Preset(
                "Support brings them back",
                "The strong drive again, and a buffer that takes half of it away. The dot moves back into the field.",
                {"drive": 80, "social_support": 0.5},
            ),
            Preset(
                "A stressor starts pulses",
                "A drive just to the right of the field, and a quiet start. Half an hour of stress at minute 240. "
                "What is there long after it is over?",
                {"drive": 58, "start": 1.1, "stressor_size": 50},
            ),
            Preset(
                "A stressor stops pulses",
                "The same drive, with pulses from the start. An hour of stress at minute 240. Now move it "
                "to minute 280.",
                {"drive": 58, "stressor_size": 100, "stressor_length": 60},
            ),
        ],
        controls=[
            "drive",
            "delay",
            "social_support",
            "oxytocin",
            "stressor_size",
            "stressor_onset",
            "stressor_length",
            "start",
            "feedback",
            "acth_decay",
            "half_life",
        ],
        advanced=["start", "feedback", "acth_decay", "half_life"],
        pinned=["acth", "corticosteroid"],
        play=Play("Hour", ["acth", "corticosteroid"], 0, AXIS_HOURS, step=0.1, seconds=15),
    )


_HIGHEST_DELAY = 32.0
_APART = 1.5  # two samples are told as different when one is more than this many times the other
_DRIVES = np.geomspace(2, 120, 70)


@lru_cache(maxsize=64)
def _border(feedback: float, acth_decay: float) -> Array:
    """Return the delay in units of the model's time at which the steady level gives way, for each of ``_DRIVES``."""
    axis = model.StressAxis(feedback=feedback, acth_decay=acth_decay)
    border: Array = model.stability_border(axis, _DRIVES) / axis.unit_minutes
    border.flags.writeable = False
    return border


def _axis_figure() -> go.Figure:
    figure = theme.new_figure(690, margin={"l": 76, "r": 16, "t": 30, "b": 48})
    figure.add_scatter(meta="acth", x=[], y=[], mode="lines", line={"color": theme.INK, "width": 1.5}, yaxis="y2")
    figure.add_scatter(
        meta="corticosteroid",
        x=[],
        y=[],
        mode="lines",
        line_color=theme.STRESS,
        fill="tozeroy",
        fillcolor=_STRESS_FILL,
    )
    figure.add_scatter(meta="steady", x=[], y=[], mode="lines", line={**_DOTTED, "color": theme.INK})
    below = {"xaxis": "x3", "yaxis": "y3"}
    figure.add_scatter(
        meta="field",
        x=[],
        y=[],
        mode="lines",
        line={"color": theme.STRESS, "width": 1.5},
        fill="toself",
        fillcolor="rgba(213,94,0,0.13)",
        hoverinfo="skip",
        **below,
    )
    figure.add_scatter(meta="buffered", x=[], y=[], mode="lines", line={"color": theme.OXYTOCIN, "width": 4}, **below)
    figure.add_scatter(
        meta="before",
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": "circle-open", "size": 13, "color": theme.INK, "line": {"width": 2}},
        cliponaxis=False,
        **below,
    )
    figure.add_scatter(
        meta="now", x=[], y=[], mode="markers", marker={"size": 13, "color": theme.INK}, cliponaxis=False, **below
    )
    figure.update_layout(
        xaxis={"title": "Time (hours)", "range": [0, AXIS_HOURS], "dtick": 2, "anchor": "y"},
        yaxis2={"title": "ACTH<br>(model units)", "domain": [0.8, 1], "range": [0, 4], "anchor": "x"},
        yaxis={"title": "Corticosteroid<br>(model units)", "domain": [0.47, 0.72], "range": [0, 4]},
        xaxis3={"title": "Drive that gets through the buffers", "range": [0, 123], "dtick": 20, "anchor": "y3"},
        yaxis3={
            "title": "Delay (min)",
            "domain": [0, 0.29],
            "range": [-1, _HIGHEST_DELAY],
            "tickvals": [0, 10, 20, 30],
            "anchor": "x3",
        },
    )
    figure.add_shape(type="rect", x0=0, x1=0, y0=0.47, y1=1, yref="paper", **theme.SHADED)
    figure.add_annotation(theme.label("pituitary", theme.INK, x=0, y=1.0, **_CORNER))
    figure.add_annotation(theme.label("adrenal; dotted: steady level", theme.PERSON_J, x=0, y=0.72, **_CORNER))
    figure.add_annotation(theme.label("shaded: must pulse; dot: now", theme.PERSON_J, x=0, y=0.29, **_CORNER))
    figure.add_annotation(theme.label("stressor", theme.INK, x=0, y=1.0, yref="paper", yanchor="bottom"))
    return figure


@checked
def draw_axis(parameters: model.StressAxis, run: model.StressAxisRun) -> Frame:
    """Return what a run of the stress axis changes in the picture."""
    hours = run.minutes / 60
    border = _border(parameters.feedback, parameters.acth_decay) * parameters.unit_minutes
    border = np.minimum(border, _HIGHEST_DELAY)
    drive, buffered = parameters.drive, parameters.effective_drive
    stressor = parameters.stressor_minutes
    start, end = (minute / 60 for minute in stressor or (0.0, 0.0))
    return Frame(
        {
            "acth": {"x": hours, "y": run.acth},
            "corticosteroid": {"x": hours, "y": run.corticosteroid},
            "steady": {"x": [0, AXIS_HOURS], "y": [run.steady_level, run.steady_level]},
            "field": {
                "x": np.concatenate([_DRIVES, [_DRIVES[-1], _DRIVES[0]]]),
                "y": np.concatenate([border, [_HIGHEST_DELAY, _HIGHEST_DELAY]]),
            },
            "buffered": {"x": [drive, buffered], "y": [parameters.delay, parameters.delay]},
            "before": {"x": [drive], "y": [parameters.delay]},
            "now": {"x": [buffered], "y": [parameters.delay]},
        },
        {
            "yaxis2.range": [0, theme.ceiling(run.acth.max(), 4)],
            "yaxis.range": [0, theme.ceiling(run.corticosteroid.max(), 4)],
            "shapes[0].x0": start,
            "shapes[0].x1": min(end, AXIS_HOURS),
            "annotations[3].x": min(max(start, 5.0), 10.5),
            "annotations[3].text": "grey: stressor" if stressor else "",
        },
    )


def _describe_axis(parameters: model.StressAxis, run: model.StressAxisRun) -> str:
    needed = model.smallest_delay(parameters)
    holds = parameters.delay < needed
    gives = f"it gives way from {needed:.1f} minutes on" if np.isfinite(needed) else "no delay makes it give way"
    text = (
        f"A steady drive of {parameters.effective_drive:.1f} gets through the buffers. With a delay of "
        f"{format_value(parameters.delay, 'minutes')} its steady level of {run.steady_level:.2f} "
        f"{'can' if holds else 'cannot'} hold; at this drive {gives}. "
    )
    if parameters.stressor_size > 0:
        stressor = parameters.stressor_minutes
        text += (
            f"The stressor lasts from minute {stressor[0]:.0f} to minute {stressor[1]:.0f}. "
            if stressor
            else f"The stressor begins when the {AXIS_HOURS} hours shown are over. "
        )
    return text + _late_hours(run, holds)


def _late_hours(run: model.StressAxisRun, holds: bool) -> str:
    """Tell what the last hours look like: pulses, dying or growing pulses, or none."""
    since = 60 * (AXIS_HOURS - LATE_HOURS)
    level = run.corticosteroid[run.minutes >= since]
    pulses = model.find_pulses(run, since)
    low, high = float(level.min()), float(level.max())
    span = f"In the last {LATE_HOURS} hours shown the hormone"
    if high - low < model.SMALLEST_PULSE:
        stays = f"at {low:.2f}" if f"{low:.2f}" == f"{high:.2f}" else f"between {low:.2f} and {high:.2f}"
        return f"{span} stays {stays}, without a pulse."
    if len(pulses.minutes) < 2:
        return f"{span} moves between {low:.2f} and {high:.2f}, with no pulse followed by another."
    text = f"{span} pulses between {low:.2f} and {high:.2f}, with a peak every {pulses.period:.0f} minutes"
    if high > _APART * low:
        text += ": a single sample could be either"
    change = pulses.rise[-1] / pulses.rise[0]
    if change < 0.97:
        return f"{text}. Its pulses are getting smaller."
    if change > 1.03:
        return f"{text}. Its pulses are getting larger."
    undecided = " The steady level could hold, and yet it pulses: the past decides here, or the pulses die out later."
    return f"{text}.{undecided if holds else ''}"


# The dose


def the_dose() -> Lab:
    """A bell of dose and effect, with the two doses that were tried."""
    return Lab(
        "Is twice the dose twice the effect?",
        model.DoseResponse(),
        model.simulate_dose_response,
        _dose_figure,
        _draw_dose,
        _describe_dose,
        [
            Preset(
                "A bell",
                "A wanted effect that rises and a counter-effect that spares less and less of it. The peak was put at "
                "24 IU on purpose.",
            ),
            Preset(
                "More abrupt",
                "Both processes set in more abruptly. Does 48 IU lose its effect?",
                {"hill": 4},
            ),
            Preset(
                "An earlier fall",
                "The counter-effect sets in at 30 IU, and abruptly. Now 48 IU does much less. At which price?",
                {"half_fall": 30, "hill": 3},
            ),
            Preset(
                "A late fall",
                "The counter-effect needs 200 IU. From 24 to 48 IU more is more. Where does the fall begin?",
                {"half_fall": 200},
            ),
            Preset("A little is plenty", "Half of the wanted effect at 2 IU. Where is the peak now?", {"half_rise": 2}),
        ],
        pinned=["effect"],
    )


def _dose_figure() -> go.Figure:
    figure = theme.new_figure(490, margin={"l": 76, "r": 16, "t": 96, "b": 48})
    figure.add_scatter(
        meta="effect", x=[], y=[], mode="lines", line_color=theme.OXYTOCIN, fill="tozeroy", fillcolor=_OXYTOCIN_FILL
    )
    figure.add_scatter(meta="rise", x=[], y=[], mode="lines", line={"color": theme.INK, "dash": "dash", "width": 1.5})
    figure.add_scatter(meta="spared", x=[], y=[], mode="lines", line={"color": theme.INK, "dash": "dot", "width": 1.5})
    stem = {"color": theme.MUTED, "width": 1.5}
    for dose in DOSES:
        figure.add_scatter(meta=f"stem {dose:g}", x=[], y=[], mode="lines", line=stem)
    figure.add_scatter(meta="marked", x=[], y=[], mode="markers", marker={"color": theme.OXYTOCIN, "size": 12})
    figure.add_scatter(
        meta="dose",
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": "circle-open", "size": 16, "color": theme.INK, "line": {"width": 2.5}},
        cliponaxis=False,
    )
    figure.add_scatter(
        x=DOSES,
        y=[1.06, 1.06],
        mode="markers",
        marker={"symbol": ["diamond", "diamond-open"], "size": 13, "color": theme.INK, "line": {"width": 2}},
        hoverinfo="skip",
    )
    figure.update_layout(
        xaxis={"title": "Dose (IU)", "range": [0, 96], "dtick": 12},
        yaxis={
            "title": "Share of the largest<br>possible effect",
            "range": [0, 1.12],
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
        },
    )
    found = "Cardoso 2013: lower cortisol<br>after 24 IU (◆), not 48 (◇);<br>doses did not differ clearly"
    key = "dashes: wanted, dots: spared"
    figure.add_annotation(theme.label(found, theme.INK, x=0, y=1, yshift=20, align="left", **_CORNER))
    figure.add_annotation(theme.label(key, theme.INK, x=0, y=1, **_CORNER))
    return figure


def _draw_dose(parameters: model.DoseResponse, run: model.DoseRun) -> Frame:
    marked = model.dose_effect(DOSES, parameters)
    own = model.dose_effect([parameters.dose], parameters)
    stems = {
        f"stem {dose:g}": {"x": [dose, dose], "y": [effect, 1.06]} for dose, effect in zip(DOSES, marked, strict=True)
    }
    return Frame(
        {
            "effect": {"x": run.dose, "y": run.effect},
            "rise": {"x": run.dose, "y": run.rise},
            "spared": {"x": run.dose, "y": run.spared},
            **stems,
            "marked": {"x": DOSES, "y": marked},
            "dose": {"x": [parameters.dose], "y": own},
        }
    )


def _describe_dose(parameters: model.DoseResponse, _: model.DoseRun) -> str:
    own, low, high = model.dose_effect([parameters.dose, *DOSES], parameters)
    peak = model.peak_dose(parameters)
    beyond = " beyond the doses shown" if peak > 96 else ""
    return (
        f"The effect peaks at {peak:.1f} IU{beyond}, with {model.peak_effect(parameters):.3f} of the largest that is "
        f"possible. Your dose of {parameters.dose:g} IU has {own:.3f}. 24 IU has {low:.3f} and 48 IU has {high:.3f}, "
        f"which is {model.effect_ratio(48, 24, parameters):.3f} times as much as 24 IU. In a study of 17 men cortisol "
        "was lower after 24 IU and not after 48 IU, but the two doses did not differ significantly from each other."
    )


# Two buffers


def the_buffers() -> Lab:
    """One stressful quarter of an hour: what a friend, oxytocin and both take away."""
    return Lab(
        "A friend takes a share of the stress, oxytocin takes a share. What do both take?",
        model.StressCascade(social_support=0.3, oxytocin=0.3, duration=CASCADE_MINUTES),
        model.simulate_cascade,
        _buffers_figure,
        _draw_buffers,
        _describe_buffers,
        [
            Preset(
                "Two times 30 %",
                "Each buffer alone takes 30 %. Dotted and dashed lie on each other. Read off the black line what both "
                "take.",
            ),
            Preset(
                "Friend only",
                "Oxytocin takes nothing. The black line lies on the dotted one.",
                {"oxytocin": 0},
            ),
            Preset(
                "Two strong buffers",
                "Each takes 80 %. Added up that would be more than there is. Compare the two small pictures.",
                {"social_support": 0.8, "oxytocin": 0.8},
            ),
            Preset(
                "An hour of stress",
                "Four times as long. What happens to the height, to the minute of the peak, and to the shares?",
                {"stressor_length": 60},
            ),
            Preset(
                "ACTH that stays",
                "ACTH leaves the blood five times more slowly. The peak comes later and lower, and the shares stay.",
                {"acth_half_life": 30},
            ),
        ],
        controls=[
            "social_support",
            "oxytocin",
            "stressor",
            "stressor_length",
            "crh_half_life",
            "acth_half_life",
            "cortisol_half_life",
        ],
        advanced=["crh_half_life", "acth_half_life", "cortisol_half_life"],
        pinned=["both"],
        play=Play("Minute", ["crh", "acth", "neither", "support", "oxytocin", "both"], 0, CASCADE_MINUTES, seconds=12),
    )


def _buffers_figure() -> go.Figure:
    figure = theme.new_figure(690, margin={"l": 70, "r": 16, "t": 30, "b": 60})
    signal = {"color": theme.INK, "width": 1.5}
    figure.add_scatter(meta="crh", x=[], y=[], mode="lines", line={**signal, "dash": "dot"}, yaxis="y2")
    figure.add_scatter(meta="acth", x=[], y=[], mode="lines", line={**signal, "dash": "dash"}, yaxis="y2")
    figure.add_scatter(
        meta="neither", x=[], y=[], mode="lines", line_color=theme.STRESS, fill="tozeroy", fillcolor=_STRESS_FILL
    )
    figure.add_scatter(meta="support", x=[], y=[], mode="lines", line={"color": _FRIEND, "dash": "dot", "width": 3})
    figure.add_scatter(meta="oxytocin", x=[], y=[], mode="lines", line={"color": theme.OXYTOCIN, "dash": "dash"})
    figure.add_scatter(meta="both", x=[], y=[], mode="lines", line={"color": theme.INK, "width": 3})
    for number in (3, 4):
        for key, color, symbol in (("placebo", theme.INK, "circle-open"), ("spray", theme.OXYTOCIN, "square")):
            figure.add_scatter(
                meta=f"{key} {number}",
                x=[],
                y=[],
                mode="lines+markers",
                line={"color": color, "dash": "solid" if key == "placebo" else "dash"},
                marker={"color": color, "size": 10, "symbol": symbol, "line": {"width": 2, "color": color}},
                xaxis=f"x{number}",
                yaxis=f"y{number}",
            )
    choices = {"range": [-0.35, 1.35], "tickvals": [0, 1], "ticktext": ["alone", "with a<br>friend"], "zeroline": False}
    figure.update_layout(
        xaxis={
            "title": "Time since the stressor began (minutes)",
            "range": [0, CASCADE_MINUTES],
            "dtick": 30,
            "anchor": "y",
        },
        yaxis2={"title": "Signals<br>(a.u.)", "domain": [0.84, 1], "anchor": "x"},
        yaxis={"title": "Rise of cortisol (a.u.)", "domain": [0.44, 0.76]},
        xaxis3={**choices, "domain": [0, 0.42], "anchor": "y3"},
        xaxis4={**choices, "domain": [0.58, 1], "anchor": "y4"},
        yaxis3={"title": "Peak (a.u.)", "domain": [0, 0.25], "anchor": "x3"},
        # Ticks by name: plotly would write a half as a plain 5.
        yaxis4={"type": "log", "domain": [0, 0.25], "anchor": "x4", "tickvals": [0.03, 0.1, 0.3, 1, 3, 10, 30, 100]},
    )
    figure.add_shape(type="rect", x0=0, x1=0, y0=0.44, y1=1, yref="paper", **theme.SHADED)
    for text, color, x, y in (
        ("dotted: CRH, dashed: ACTH", theme.INK, 0, 1.0),
        ("area: no buffer; black: both", theme.PERSON_J, 0, 0.76),
        ("differences", theme.INK, 0, 0.25),
        ("ratios (log)", theme.INK, 0.58, 0.25),
    ):
        figure.add_annotation(theme.label(text, color, x=x, y=y, **_CORNER))
    for text, color, x in (("○ without oxytocin", theme.INK, 0), ("■ with oxytocin", theme.OXYTOCIN, 0.58)):
        figure.add_annotation(theme.label(text, color, x=x, y=0.25, yshift=20, **_CORNER))
    inside: dict[str, Any] = {"x": 1, "xref": "paper", "yref": "paper", "xanchor": "right", "yanchor": "top"}
    figure.add_annotation(theme.label("grey: stressor", theme.INK, y=0.99, **inside))
    figure.add_annotation(theme.label("dotted: friend alone", theme.VASOPRESSIN, y=0.755, **inside))
    figure.add_annotation(theme.label("dashed: oxytocin alone", theme.OXYTOCIN, y=0.715, **inside))
    return figure


def _four(parameters: model.StressCascade) -> dict[str, float]:
    """Return the share of the stressor that is left without a buffer, with either one, and with both."""
    return {
        "neither": 1.0,
        "support": model.share_left(parameters.social_support, 0),
        "oxytocin": model.share_left(0, parameters.oxytocin),
        "both": parameters.share_left,
    }


def _draw_buffers(parameters: model.StressCascade, run: model.CascadeRun) -> Frame:
    # The chain is linear, so that the other three courses are the same one at another size.
    unbuffered = run.cortisol / parameters.share_left
    shares = _four(parameters)
    highest = run.peak / parameters.share_left
    top, signals = theme.ceiling(highest, 8), theme.ceiling(max(run.crh.max(), run.acth.max()), 5)
    pairs = {
        "placebo": [highest * shares["neither"], highest * shares["support"]],
        "spray": [highest * shares["oxytocin"], highest * shares["both"]],
    }
    nothing = highest == 0  # which no log scale can show
    return Frame(
        {
            "crh": {"x": run.minutes, "y": run.crh},
            "acth": {"x": run.minutes, "y": run.acth},
            **{key: {"x": run.minutes, "y": share * unbuffered} for key, share in shares.items()},
            **{f"{key} 3": {"x": [0, 1], "y": peaks} for key, peaks in pairs.items()},
            **{f"{key} 4": _EMPTY if nothing else {"x": [0, 1], "y": peaks} for key, peaks in pairs.items()},
        },
        {
            "yaxis2.range": [0, signals],
            "yaxis.range": [0, 1.05 * top],
            "yaxis3.range": [0, 1.05 * top],
            "yaxis4.range": [float(np.log10(0.03 * max(highest, 0.1))), float(np.log10(1.6 * max(highest, 0.1)))],
            "shapes[0].x1": parameters.stressor_length,
        },
    )


def _describe_buffers(parameters: model.StressCascade, run: model.CascadeRun) -> str:
    if parameters.stressor == 0:
        return "There is no stressor, so nothing rises and the buffers have nothing to take."
    shares = _four(parameters)
    peaks = {key: share * run.peak / parameters.share_left for key, share in shares.items()}
    added = parameters.social_support + parameters.oxytocin
    found = model.interaction(**peaks)
    joined = (
        f"Both take {_times(1 - shares['both'])}, while the two shares add up to {_times(added)}. As a difference the "
        f"interaction is {signed(found.raw)} units; as a ratio there is none."
        if parameters.social_support and parameters.oxytocin
        else "With one buffer or none there is nothing to combine."
    )
    return (
        f"Cortisol peaks {run.peak_minute:.1f} minutes after the stressor began. It reaches {peaks['neither']:.2f} "
        f"without a buffer, {peaks['support']:.2f} with the friend alone, {peaks['oxytocin']:.2f} with oxytocin alone "
        f"and {peaks['both']:.2f} with both. {joined}"
    )


# Gain


def the_gain() -> Lab:
    """One neuron with and without a signal: three ways in which a modulator changes what gets through."""
    return Lab(
        "Can something that carries no message make a message clearer?",
        model.SignalGain(oxytocin=1),
        model.simulate_gain,
        _gain_figure,
        _draw_gain,
        _describe_gain,
        [
            Preset(
                "Quiet the background",
                "More steady inhibition, less inhibition of the signal, as in slices of rodent hippocampus. Compare "
                "the two pictures at the bottom.",
            ),
            Preset("Without oxytocin", "The same neuron before. The dots lie on the rings.", {"oxytocin": 0}),
            Preset(
                "A steeper curve",
                "Gain as steepness: above the threshold the rate goes up, below it goes down.",
                {"mechanism": "slope", "signal": 8},
            ),
            Preset(
                "At the threshold",
                "Steeper, with a background exactly at the threshold. Which of the two dots does not move?",
                {"mechanism": "slope", "background": 6, "signal": 4},
            ),
            Preset(
                "Louder",
                "Every rate is doubled. Look at the ratio.",
                {"mechanism": "volume"},
            ),
            Preset(
                "A weak signal",
                "The signal is half as strong. Oxytocin now lowers its rate too: the ratio nearly quadruples, and the "
                "signal is hardly told better.",
                {"signal": 6},
            ),
        ],
        controls=[
            "oxytocin",
            "mechanism",
            "signal",
            "background",
            "gain_change",
            "tonic_inhibition",
            "feedforward",
            "depression",
            "slope",
            "threshold",
            "max_rate",
        ],
        advanced=["tonic_inhibition", "feedforward", "depression", "slope", "threshold", "max_rate"],
        only_with={
            "gain_change": ("mechanism", ("slope", "volume")),
            "tonic_inhibition": ("mechanism", ("inhibition",)),
            "depression": ("mechanism", ("inhibition",)),
        },
        pinned=["curve", "evoked", "spontaneous", "ratio", "discriminability"],
    )


def _gain_figure() -> go.Figure:
    figure = theme.new_figure(720, margin={"l": 70, "r": 16, "t": 50, "b": 48})
    blue = theme.PERSON_I
    figure.add_scatter(meta="curve before", x=[], y=[], mode="lines", line=_DOTTED)
    figure.add_scatter(meta="curve", x=[], y=[], mode="lines", line_color=theme.INK)
    ring = {"symbol": ["circle-open", "square-open"], "size": 15, "color": theme.MUTED, "line": {"width": 2.5}}
    dots = {"symbol": ["circle", "square"], "size": 12, "color": [theme.MUTED, blue]}
    figure.add_scatter(meta="before", x=[], y=[], mode="markers", marker=ring, cliponaxis=False)
    figure.add_scatter(meta="now", x=[], y=[], mode="markers", marker=dots, cliponaxis=False)
    over: dict[str, Any] = {"xaxis": "x2", "yaxis": "y2"}
    figure.add_scatter(meta="spontaneous", x=[], y=[], mode="lines", line={"color": theme.INK, "dash": "dash"}, **over)
    figure.add_scatter(meta="evoked", x=[], y=[], mode="lines", line_color=blue, **over)
    figure.add_scatter(meta="rates now", x=[], y=[], mode="markers", marker=dots, cliponaxis=False, **over)
    marker = {"size": 12, "color": theme.OXYTOCIN}
    for number, key in ((3, "ratio"), (4, "discriminability")):
        axes = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
        figure.add_scatter(meta=key, x=[], y=[], mode="lines", line_color=theme.OXYTOCIN, **axes)
        figure.add_scatter(meta=f"{key} now", x=[], y=[], mode="markers", marker=marker, cliponaxis=False, **axes)
    levels = {"title": "Oxytocin", "range": [0, 1.02], "tickvals": [0, 0.5, 1]}
    figure.update_layout(
        xaxis={"title": "Input", "anchor": "y", "dtick": 6},
        yaxis={"title": "Rate (Hz)", "domain": [0.75, 1]},
        xaxis2={**levels, "anchor": "y2"},
        yaxis2={"title": "Rate (Hz)", "domain": [0.37, 0.6], "anchor": "x2"},
        xaxis3={**levels, "domain": [0, 0.42], "anchor": "y3"},
        xaxis4={**levels, "domain": [0.6, 1], "anchor": "y4"},
        yaxis3={"domain": [0, 0.2], "anchor": "x3"},
        yaxis4={"domain": [0, 0.2], "anchor": "x4"},
    )
    for text, color, x, y in (
        ("circle: background, square: signal<br>hollow: without oxytocin", theme.INK, 0, 1.0),
        ("solid: signal, dashed: background", blue, 0, 0.6),
        ("signal / noise", theme.OXYTOCIN, 0, 0.2),
        ("how well told", theme.OXYTOCIN, 0.6, 0.2),
    ):
        figure.add_annotation(theme.label(text, color, x=x, y=y, align="left", **_CORNER))
    return figure


def _draw_gain(parameters: model.SignalGain, run: model.GainRun) -> Frame:
    now, course = run.now, run.course
    before = parameters.replace(oxytocin=0)
    inputs = np.array([now.background_input, now.signal_input])
    first = np.array([course.background_input[0], course.signal_input[0]])
    low, high = min(-6.0, *inputs, *first), max(24.0, *inputs, *first)
    x = np.linspace(low, high, 121)
    curve, curve_before = model.firing_rate(x, parameters), model.firing_rate(x, before)
    top = theme.ceiling(max(curve.max(), curve_before.max(), course.evoked.max(), course.spontaneous.max()), 80)
    ratio = np.minimum(course.signal_to_noise, LARGEST_RATIO)
    told = course.discriminability
    cut = bool(course.signal_to_noise.max() > LARGEST_RATIO)
    level = [parameters.oxytocin]
    rates = [float(now.spontaneous), float(now.evoked)]
    return Frame(
        {
            "curve before": {"x": x, "y": curve_before},
            "curve": {"x": x, "y": curve},
            "before": {"x": first, "y": [course.spontaneous[0], course.evoked[0]]},
            "now": {"x": inputs, "y": rates},
            "spontaneous": {"x": course.oxytocin, "y": course.spontaneous},
            "evoked": {"x": course.oxytocin, "y": course.evoked},
            "rates now": {"x": level * 2, "y": rates},
            "ratio": {"x": course.oxytocin, "y": ratio},
            "ratio now": {"x": level, "y": [min(float(now.signal_to_noise), LARGEST_RATIO)]},
            "discriminability": {"x": course.oxytocin, "y": told},
            "discriminability now": {"x": level, "y": [float(now.discriminability)]},
        },
        {
            "xaxis.range": [low - 0.5, high + 0.5],
            "yaxis.range": [0, 1.05 * top],
            "yaxis2.range": [0, 1.05 * top],
            "yaxis3.range": [0, 1.05 * theme.ceiling(ratio.max(), 64)],
            "yaxis4.range": [-theme.ceiling(-told.min(), 4) if told.min() < 0 else 0, theme.ceiling(told.max(), 16)],
            "annotations[2].text": f"signal / noise (drawn to {LARGEST_RATIO:,.0f})" if cut else "signal / noise",
        },
    )


def _ratio(value: float | Array) -> str:
    return f"{value:.1f}" if value <= LARGEST_RATIO else f"more than {LARGEST_RATIO:,.0f}"


def _hertz(rate: float | Array) -> str:
    return f"{rate:.2f}" if rate >= 0.005 else "below 0.01"


def _describe_gain(_: model.SignalGain, run: model.GainRun) -> str:
    now, course = run.now, run.course
    return (
        f"From no oxytocin to this level, the background goes from {_hertz(course.spontaneous[0])} to "
        f"{_hertz(now.spontaneous)} Hz and the rate with the signal from {_hertz(course.evoked[0])} to "
        f"{_hertz(now.evoked)} Hz. "
        f"The signal-to-noise ratio goes from {_ratio(course.signal_to_noise[0])} to {_ratio(now.signal_to_noise)}. "
        f"How well one second of spikes tells the signal from none, in spreads of the count, goes from "
        f"{decimal(float(course.discriminability[0]), 1)} to {decimal(float(now.discriminability), 1)}."
    )


# Seventeen people


def seventeen_people() -> Lab:
    """Many studies of two doses: how often is one of them significant and the other one not?"""
    return Lab(
        "One true effect, two doses, seventeen people: what do a thousand studies find?",
        model.ByChance(),
        model.simulate_by_chance,
        _chance_figure,
        _draw_chance,
        _describe_chance,
        [
            Preset(
                "One true effect",
                "Both doses do exactly the same. Press Play and watch the four outcomes settle.",
            ),
            Preset(
                "More people",
                "Sixty people in each study. Both doses still do exactly the same.",
                {"participants": 60},
            ),
            Preset("Nothing there", "Neither dose does anything.", {"effect_24": 0, "effect_48": 0}),
            Preset(
                "A real difference",
                "Now 48 IU truly does nothing. How often does the direct comparison of the doses see it?",
                {"effect_48": 0},
            ),
            Preset(
                "Nothing shared",
                "The two comparisons have no placebo occasion in common. One true effect, and more mixed results.",
                {"correlation": 0},
            ),
        ],
        pinned=[],
        play=Play("Per cent of the studies", [], 2, 100, step=2, seconds=10, films=["found"]),
        seed=7,
    )


OUTCOMES = {"both": "both", "only_24": "only 24", "only_48": "only 48", "neither": "neither"}
"""The four outcomes of a study, each with its label in the picture."""

_OUTCOME_MARKS = {
    "both": (theme.INK, "circle"),
    "only_24": (theme.OXYTOCIN, "diamond"),
    "only_48": (theme.PERSON_I, "square"),
    "neither": (theme.MUTED, "x-thin"),
}


@checked
@lru_cache(maxsize=16)
def exact(parameters: model.ByChance) -> model.Outcomes:
    """Return the exact chances; kept, because each takes a few milliseconds."""
    return model.outcomes(parameters)


def _chance_figure() -> go.Figure:
    figure = theme.new_figure(660, margin={"l": 70, "r": 16, "t": 30, "b": 48})
    for key, (color, symbol) in _OUTCOME_MARKS.items():
        marker = {"color": color, "symbol": symbol, "size": 6, "line": {"width": 1, "color": color}}
        figure.add_scatter(meta=key, x=[], y=[], mode="markers", marker=marker, hoverinfo="skip")
    figure.add_scatter(meta="limit 24", x=[], y=[], mode="lines", line=_DOTTED)
    figure.add_scatter(meta="limit 48", x=[], y=[], mode="lines", line=_DOTTED)
    colors = [color for color, _ in _OUTCOME_MARKS.values()]
    figure.add_bar(meta="found", x=[], y=[], marker={"color": colors}, width=0.6, xaxis="x2", yaxis="y2")
    figure.add_scatter(
        meta="exact",
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": "line-ew-open", "size": 48, "color": theme.INK, "line": {"width": 3}},
        cliponaxis=False,
        xaxis="x2",
        yaxis="y2",
    )
    figure.update_layout(
        xaxis={"title": "t of 24 IU against placebo", "anchor": "y"},
        yaxis={"title": "t of 48 IU against placebo", "domain": [0.45, 1]},
        xaxis2={
            "title": "Which dose is significant?",
            "range": [-0.5, 3.5],
            "tickvals": [0, 1, 2, 3],
            "ticktext": list(OUTCOMES.values()),
            "anchor": "y2",
        },
        yaxis2={"title": "Share of studies (%)", "domain": [0, 0.29], "anchor": "x2"},
    )
    figure.add_annotation(theme.label("marks: studies; dotted: critical t", theme.INK, x=0, y=1.0, **_CORNER))
    figure.add_annotation(theme.label("bars: these studies; lines: in theory", theme.INK, x=0, y=0.29, **_CORNER))
    return figure


def _found(run: model.ByChanceRun) -> dict[str, NDArray[np.bool_]]:
    """Return, for each outcome, which studies have it."""
    first, second = run.significant_24, run.significant_48
    return {"both": first & second, "only_24": first & ~second, "only_48": ~first & second, "neither": ~first & ~second}


def _draw_chance(parameters: model.ByChance, run: model.ByChanceRun) -> Frame:
    found = _found(run)
    low = -theme.ceiling(-min(run.t_24.min(), run.t_48.min()), 4)
    high = theme.ceiling(max(run.t_24.max(), run.t_48.max()), 8)
    limit = run.critical
    # One broken line through both limits: there and back, outside the picture.
    far = 4 * max(high, -low)
    across = np.array([-limit, -limit, limit, limit]), np.array([-far, far, far, -far])
    counted = np.arange(2, 101, 2) * run.parameters.studies // 100
    running = [100 * np.cumsum(each)[counted - 1] / counted for each in found.values()]
    chances = exact(parameters.replace(studies=1000))
    return Frame(
        {
            **{key: {"x": run.t_24[each], "y": run.t_48[each]} for key, each in found.items()},
            "limit 24": {"x": across[0], "y": across[1]},
            "limit 48": {"x": across[1], "y": across[0]},
            "found": {"x": [0, 1, 2, 3], "y": np.stack(running, axis=1)},
            "exact": {"x": [0, 1, 2, 3], "y": [100 * getattr(chances, key) for key in OUTCOMES]},
        },
        {
            "xaxis.range": [low, high],
            "yaxis.range": [low, high],
            "yaxis2.range": [0, 1.05 * theme.ceiling(np.stack(running).max(), 50)],
        },
    )


def _in_theory(chance: float) -> str:
    """Write a chance in per cent; none of them is quite 0 or 1."""
    text = f"{100 * chance:.1f}"
    return {"0.0": "less than 0.1", "100.0": "more than 99.9"}.get(text, text)


def _counted(share: float) -> str:
    """Write a share of studies in per cent, where none or all of them can be meant."""
    return f"{100 * share:.1f}" if share in (0, 1) else _in_theory(share)


def _describe_chance(parameters: model.ByChance, run: model.ByChanceRun) -> str:
    chances, shares = exact(parameters.replace(studies=1000)), run.shares
    listed = ", ".join(
        f"{words} {_counted(getattr(shares, key))} % (in theory {_in_theory(getattr(chances, key))})"
        for key, words in {
            "both": "both doses",
            "only_24": "24 IU but not 48",
            "only_48": "48 IU but not 24",
            "neither": "neither",
        }.items()
    )
    split = _found(run)["only_24"]
    tested = "No study finds 24 but not 48 IU."
    if split.any():
        told = run.significant_between[split].mean()
        tested = f"Of those that find 24 but not 48 IU, {_counted(float(told))} % also find that the doses differ."
    truth = (
        "The two doses truly do the same, so every difference between them is chance."
        if parameters.effect_24 == parameters.effect_48
        else "The two doses truly differ."
    )
    return (
        f"In {parameters.studies:,} studies of {parameters.participants} people each, these are significant: {listed}. "
        f"Tested against each other, the doses differ in {_counted(shares.between)} % (in theory "
        f"{_in_theory(chances.between)}). {tested} {truth}"
    )


COVER = the_stress_axis
