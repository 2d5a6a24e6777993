"""The labs on the need itself: a time alone and the reunion, and what different times alone come to."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from intimacy.arguments import checked
from intimacy.models import need_to_connect as model
from intimacy.models.need_to_connect import MovingSetPoint
from intimacy.widgets import Frame, Lab, Preset, theme

Array = NDArray[np.float64]

SETTLED = 48.0
"""Hours after the reunion at which the sentence looks at company that is fixed."""

NOTHING = 0.005
"""What is below rounds to nothing in a sentence."""

HARDLY = 0.05
"""Share of the need: a set-point that has lost less has hardly moved, and has little to win back."""

_CORNER: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "align": "left"}
_FILLED: dict[str, Any] = {"fill": "tonexty", "fillcolor": "rgba(0,114,178,0.2)"}
_HATCHED: dict[str, Any] = {
    "fill": "tonexty",
    "fillcolor": "rgba(0,0,0,0)",
    "fillpattern": {"shape": "/", "fgcolor": theme.PERSON_I, "size": 7, "solidity": 0.4},
}
_NO_LINE: dict[str, Any] = {"width": 0}
_SET_POINT: dict[str, Any] = {"color": theme.INK, "dash": "dash"}
_DOTTED: dict[str, Any] = {"color": theme.MUTED, "dash": "dot", "width": 1.5}


def _stretched(low: float, high: float, hours: dict[float, str]) -> dict[str, Any]:
    """Return an axis of time on which each ten times as long is one step on."""
    return {
        "type": "log",
        "range": [math.log10(low), math.log10(high)],
        "tickvals": list(hours),
        "ticktext": list(hours.values()),
        "showgrid": True,
        "zeroline": False,
    }


def _long(hours: float) -> str:
    """Write a time as a person would, with days where there are many hours."""
    return f"{hours:,.0f} h ({hours / 24:,.0f} days)" if hours >= 72 else f"{hours:.3g} h"


# A time alone


def time_alone() -> Lab:
    """A time alone and the year after: felt connection, the set-point that follows it, and contact."""
    return Lab(
        "Alone, then together again. What is missing, and what is too much?",
        MovingSetPoint(),
        model.simulate_moving_set_point,
        _alone_figure,
        draw_alone,
        _describe_alone,
        [
            Preset("Ten hours", "As long as in a laboratory study. The filled area is what is missing."),
            Preset("An hour", "Hardly anything is missing. Look right: is more contact sought?", {"hours_alone": 1}),
            Preset(
                "A day",
                "More is missing than after ten hours. Is so much more sought?",
                {"hours_alone": 24},
            ),
            Preset(
                "A month",
                "The dashed line has come down, so less is missing than after a day. And afterwards?",
                {"hours_alone": 720},
            ),
            Preset(
                "A season",
                "Little is missing by now. Then there is company again: look for the hatched area.",
                {"hours_alone": 2160},
            ),
            Preset(
                "A season, then the old amount",
                "As much company at once as there used to be, and nobody asks how much is wanted.",
                {"hours_alone": 2160, "reunion": "fixed"},
            ),
            Preset(
                "Nobody's set-point moves",
                "A season alone with a need that stays as it was. What becomes of the hatched area?",
                {"hours_alone": 2160, "set_point_moves": False},
            ),
            Preset(
                "Small need, same company",
                "Someone who needs 0.4 comes back to company that suits a need of 1.",
                {"need": 0.4, "reunion": "fixed"},
            ),
            Preset(
                "Large need, same company",
                "Someone who needs 1.6 comes back to the very same company.",
                {"need": 1.6, "reunion": "fixed"},
            ),
        ],
        advanced=["gain", "adaptation_time", "decay_time", "availability"],
        only_with={
            "company": ("reunion", ("fixed",)),
            "gain": ("reunion", ("sought",)),
            "adaptation_time": ("set_point_moves", (True,)),
            "availability": ("reunion", ("sought",)),
        },
        pinned=["connection alone", "set-point alone", "connection", "set-point", "contact"],
    )


def _alone_figure() -> go.Figure:
    figure = theme.new_figure(600, margin={"l": 72, "r": 20, "t": 56, "b": 52})
    for phase, axes in ((" alone", {}), ("", {"xaxis": "x2", "yaxis": "y2"})):
        for area, fill in (("missing", _FILLED), ("too much", _HATCHED)):
            for edge, more in (("low", {}), ("high", fill)):
                figure.add_scatter(
                    meta=f"{area}{phase} {edge}",
                    x=[],
                    y=[],
                    mode="lines",
                    line=_NO_LINE,
                    hoverinfo="skip",
                    **more,
                    **axes,
                )
        figure.add_scatter(meta=f"set-point{phase}", x=[], y=[], mode="lines", line=_SET_POINT, **axes)
        figure.add_scatter(meta=f"connection{phase}", x=[], y=[], mode="lines", line_color=theme.PERSON_I, **axes)
    for phase, axes in ((" alone", {"xaxis": "x3", "yaxis": "y3"}), ("", {"xaxis": "x4", "yaxis": "y4"})):
        figure.add_scatter(meta=f"usual{phase}", x=[], y=[], mode="lines", line=_DOTTED, hoverinfo="skip", **axes)
        figure.add_scatter(meta=f"contact{phase}", x=[], y=[], mode="lines", line_color=theme.PERSON_I, **axes)
    left, right, upper, lower = [0, 0.44], [0.5, 1], [0.36, 1], [0, 0.24]
    alone = _stretched(model.SOONEST, model.LONGEST_ALONE, {1: "1 h", 24: "1 d", 720: "30 d"})
    after = _stretched(model.SOONEST, model.YEAR, {1: "1 h", 24: "1 d", 720: "30 d"})
    unlabelled = {"showticklabels": False, "nticks": 4}
    figure.update_layout(
        xaxis={**alone, "domain": left, "anchor": "y"},
        yaxis={"title": "Felt connection", "domain": upper, "anchor": "x", "nticks": 4},
        xaxis2={**after, "domain": right, "anchor": "y2"},
        yaxis2={**unlabelled, "domain": upper, "anchor": "x2"},
        xaxis3={**alone, "title": "Time alone", "domain": left, "anchor": "y3"},
        yaxis3={"title": "Contact<br>(× usual)", "domain": lower, "anchor": "x3", "nticks": 4},
        xaxis4={**after, "title": "Together, a year", "domain": right, "anchor": "y4"},
        yaxis4={**unlabelled, "domain": lower, "anchor": "x4"},
    )
    words = "line: connection<br>filled: missing"
    figure.add_annotation(theme.label(words, theme.PERSON_I, x=0, y=1, **_CORNER))
    figure.add_annotation(theme.label("dashed: set-point", theme.INK, x=0.5, y=1, yshift=20, **_CORNER))
    figure.add_annotation(theme.label("hatched: too much", theme.PERSON_I, x=0.5, y=1, **_CORNER))
    usual = {"xref": "x3 domain", "yref": "y3", "xanchor": "left", "yanchor": "bottom"}
    figure.add_annotation(theme.label("usual", theme.MUTED, x=0.02, y=1, **usual))
    return figure


@checked
def draw_alone(parameters: MovingSetPoint, run: model.MovingSetPointRun) -> Frame:
    """Return what a time alone and the year after change in the picture."""
    traces: dict[str, dict[str, Array]] = {}
    highest = parameters.need
    for name, phase in ((" alone", run.alone), ("", run.together)):
        shown = phase.hours >= model.SOONEST  # the hour 0 has no place on a stretched axis
        hours, x, s = phase.hours[shown], phase.connection[shown], phase.set_point[shown]
        edges = {
            "missing": (np.minimum(x, s), s),
            "too much": (s, np.maximum(x, s)),
        }
        for area, (low, high) in edges.items():
            traces[f"{area}{name} low"] = {"x": hours, "y": low}
            traces[f"{area}{name} high"] = {"x": hours, "y": high}
        traces[f"set-point{name}"] = {"x": hours, "y": s}
        traces[f"connection{name}"] = {"x": hours, "y": x}
        traces[f"usual{name}"] = {"x": np.array([model.SOONEST, model.YEAR]), "y": np.ones(2)}
        traces[f"contact{name}"] = {"x": hours, "y": phase.contact[shown]}
        highest = max(highest, float(x.max(initial=0)))
    connection = [0, 1.08 * theme.ceiling(round(highest, 2), 1)]  # a hair more than 1 must not double the axis
    most = theme.ceiling(round(float(run.together.contact.max()), 2), 2)
    contact = [-0.06 * most, 1.06 * most]
    return Frame(
        traces,
        {"yaxis.range": connection, "yaxis2.range": connection, "yaxis3.range": contact, "yaxis4.range": contact},
    )


def _describe_alone(parameters: MovingSetPoint, run: model.MovingSetPointRun) -> str:
    x, s = (round(float(line[-1]), 3) for line in (run.alone.connection, run.alone.set_point))
    text = (
        f"After {_long(parameters.hours_alone)} alone felt connection is {x:.3f} and the set-point {s:.3f}, so "
        f"{s - x:.3f} is missing. "
        if parameters.hours_alone
        else f"There is no time alone; felt connection and set-point are {x:g}. "
    )
    reunited = _fixed(parameters, run) if parameters.reunion == "fixed" else _sought(run)
    return f"{text}{reunited} {_set_point_after(parameters, run)}"


def _sought(run: model.MovingSetPointRun) -> str:
    """Say what comes of company that can be sought."""
    contact = run.together.contact
    text = f"On reunion contact is {contact[0]:.2f} times the usual."
    overload = run.together.overload
    if overload.max() < NOTHING:
        return f"{text} It never becomes too much."
    when = run.together.hours[overload.argmax()]
    return (
        f"{text} But at most {overload.max():.2f} is too much, {_long(when)} later, when contact is "
        f"{contact[overload.argmax()]:.2f} times the usual."
    )


def _fixed(parameters: MovingSetPoint, run: model.MovingSetPointRun) -> str:
    """Say what comes of company that is fixed."""
    after = run.together
    left = float(np.interp(SETTLED, after.hours, after.set_point - after.connection))
    text = f"On reunion others give what keeps felt connection at {parameters.company:g}. Two days later "
    if abs(left) < NOTHING:
        return f"{text}nothing is missing and nothing too much."
    return f"{text}{abs(left):.2f} is {'missing' if left > 0 else 'too much'}."


def _set_point_after(parameters: MovingSetPoint, run: model.MovingSetPointRun) -> str:
    if not parameters.set_point_moves:
        return f"The set-point stays at {parameters.need:g}."
    end = run.together.set_point[-1]
    if parameters.reunion == "fixed":
        return f"A year later the set-point has drifted to {end:.2f}."
    if not parameters.hours_alone:
        return f"A year later the set-point is at {end:.2f}."
    if parameters.need - run.alone.set_point[-1] < HARDLY * parameters.need:
        return f"Alone the set-point has hardly moved; a year later it is at {end:.2f}."
    back = run.hours_to_regain_half
    if back is None:
        return f"A year later the set-point is at {end:.2f}: not even half of what it lost is back."
    return f"Half of what the set-point lost is back after {_long(back)}; a year later it is at {end:.2f}."


# Different times alone


def how_long() -> Lab:
    """What different times alone come to: what is missing, what is sought at once, and what would be too much."""
    return Lab(
        "The longer alone, the more is missing?",
        MovingSetPoint(),
        model.simulate_times_alone,
        _lengths_figure,
        draw_lengths,
        _describe_lengths,
        [
            Preset("Ten hours", "The ring marks the time alone. Move it along and watch the three curves."),
            Preset("At the peak", "Two days, less a few hours. From here on less is missing.", {"hours_alone": 43}),
            Preset("A season", "Hardly anything is missing. What would the old amount be now?", {"hours_alone": 2160}),
            Preset(
                "A set-point that never moves",
                "Now the longer, the more, up to all there is. Which curve has gone?",
                {"set_point_moves": False},
            ),
            Preset(
                "A quick set-point",
                "It follows in three days instead of thirty. Where is the peak now?",
                {"adaptation_time": 72},
            ),
            Preset("A steep seeker", "A small lack is enough to seek a lot. Look at the bars.", {"gain": 20}),
        ],
        controls=["hours_alone", "set_point_moves", "adaptation_time", "decay_time", "need", "gain", "availability"],
        advanced=["need", "gain", "availability"],
        only_with={"adaptation_time": ("set_point_moves", (True,))},
        pinned=["craving", "contact", "surplus"],
    )


_LENGTH_PANELS = {
    "craving": ("Missing", 0.79, 0.96),
    "contact": ("Contact<br>(× usual)", 0.55, 0.72),
    "surplus": ("Too much", 0.31, 0.48),
}


def _lengths_figure() -> go.Figure:
    figure = theme.new_figure(680, margin={"l": 76, "r": 20, "t": 12, "b": 48})
    ring = {"symbol": "circle-open", "size": 11, "color": theme.INK, "line": {"width": 2}}
    for place, key in enumerate(_LENGTH_PANELS):
        number = str(place + 1) if place else ""
        axes = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
        if key == "contact":
            figure.add_scatter(meta="usual", x=[], y=[], mode="lines", line=_DOTTED, hoverinfo="skip", **axes)
        look: dict[str, Any] = {"line_color": theme.PERSON_I}
        if key == "craving":
            look |= _FILLED | {"fill": "tozeroy"}
        elif key == "surplus":
            look |= _HATCHED | {"fill": "tozeroy"}
        figure.add_scatter(meta=key, x=[], y=[], mode="lines", **look, **axes)
        if key == "craving":
            figure.add_scatter(
                meta="peak",
                x=[],
                y=[],
                mode="markers",
                marker={"symbol": "diamond", "size": 11, "color": theme.INK},
                hoverinfo="skip",
                **axes,
            )
        figure.add_scatter(
            meta=f"{key} here",
            x=[],
            y=[],
            mode="markers",
            marker=ring,
            cliponaxis=False,
            hoverinfo="skip",
            **axes,
        )
    figure.add_bar(
        meta="time constants",
        x=[],
        y=[],
        orientation="h",
        width=0.6,
        marker={"color": theme.INK, "pattern": {"shape": ["", "/"], "solidity": 0.35}},
        xaxis="x4",
        yaxis="y4",
    )
    times = _stretched(0.7, model.LONGEST_ALONE, {1: "1 h", 10: "10 h", 48: "2 d", 168: "7 d", 720: "30 d"})
    layout: dict[str, Any] = {}
    for place, (title, low, high) in enumerate(_LENGTH_PANELS.values()):
        number = str(place + 1) if place else ""
        last = place == len(_LENGTH_PANELS) - 1
        layout[f"xaxis{number}"] = {
            **times,
            "title": "Time alone" if last else None,
            "showticklabels": last,
            "anchor": f"y{number}",
        }
        layout[f"yaxis{number}"] = {"title": title, "domain": [low, high], "anchor": f"x{number}", "nticks": 4}
    figure.update_layout(
        **layout,
        xaxis4={"title": "Time (days)", "anchor": "y4", "rangemode": "tozero"},
        yaxis4={
            "domain": [0, 0.12],
            "anchor": "x4",
            "range": [-0.6, 1.6],
            "tickvals": [0, 1],
            "ticktext": ["back", "lost"],
            "showgrid": False,
            "ticks": "",
            "ticklabelstandoff": 4,
        },
    )
    for text, y in (
        ("missing at the reunion; ◆ most", 0.96),
        ("sought and found at once", 0.72),
        ("too much, if the old amount were back", 0.48),
        ("set-point: time constants", 0.12),
    ):
        color = theme.INK if y < 0.2 else theme.PERSON_I
        figure.add_annotation(theme.label(text, color, x=0, y=y, **_CORNER))
    return figure


@checked
def draw_lengths(parameters: MovingSetPoint, run: model.TimesAloneRun) -> Frame:
    """Return what the read-outs change in the picture."""
    curves = {"craving": run.craving, "contact": run.contact, "surplus": run.surplus}
    here = np.array([parameters.hours_alone])
    shown = here >= model.SOONEST
    peak = np.array([model.hours_of_most_craving(parameters.decay_time, model.adaptation_time(parameters))])
    peak = peak[peak <= model.LONGEST_ALONE]
    traces: dict[str, dict[str, Any]] = {
        "usual": {"x": [run.hours[0], run.hours[-1]], "y": [1, 1]},
        "peak": {"x": peak, "y": _at(run, run.craving, peak)},
    }
    for key, values in curves.items():
        traces[key] = {"x": run.hours, "y": values}
        traces[f"{key} here"] = {"x": here[shown], "y": _at(run, values, here[shown])}
    back = model.recovery_time(parameters) if parameters.availability else 0  # without company nothing comes back
    days = np.array([back, model.adaptation_time(parameters)]) / 24
    days = np.where(np.isfinite(days), days, 0)
    traces["time constants"] = {"x": days, "y": [0, 1]}
    need = 1.08 * theme.ceiling(parameters.need, 1)
    return Frame(
        traces,
        {
            "yaxis.range": [0, need],
            "yaxis2.range": [0, 2.1],
            "yaxis3.range": [0, need],
            "xaxis4.range": [0, theme.ceiling(float(days.max()), 170)],
        },
    )


def _at(run: model.TimesAloneRun, values: Array, hours: Array) -> Array:
    return np.interp(np.log(hours), np.log(run.hours), values)


def _describe_lengths(parameters: MovingSetPoint, run: model.TimesAloneRun) -> str:
    slow = model.adaptation_time(parameters)
    peak = model.hours_of_most_craving(parameters.decay_time, slow)
    here, highest = (
        float(model.craving_alone(hours, parameters.need, parameters.decay_time, slow))
        for hours in (parameters.hours_alone, min(peak, model.LONGEST_ALONE))
    )
    left = parameters.need * math.exp(-parameters.hours_alone / parameters.decay_time)
    most = (
        f"The longer alone, the more is missing, up to {parameters.need:g}."
        if math.isinf(peak)
        else f"Most is missing after {peak:.1f} h alone: {highest:.2f}. From then on it becomes less."
    )
    contact = model.contact_on_reunion(here, parameters.gain, parameters.availability)
    found = (
        f"contact is then {contact:.2f} times the usual at once"
        if parameters.availability
        else "no company is to be had then, so contact stays at 0"
    )
    return (
        f"{most} After {parameters.hours_alone:g} h it is {here:.2f}; {found}, and "
        f"{max(0.0, parameters.need - left - here):.2f} would be too much if the old amount were back at once. "
        f"{_lost_and_back(parameters)}"
    )


def _lost_and_back(parameters: MovingSetPoint) -> str:
    """Say how fast the set-point is lost alone, and how fast and how far it comes back."""
    slow = model.adaptation_time(parameters)
    if math.isinf(slow):
        return "The set-point does not move, so nothing has to come back."
    lost = f"Alone the set-point is lost with a time constant of {_long(slow)}"
    if not parameters.availability:
        return f"{lost}; without company it does not come back."
    back = f"with one of about {_long(model.recovery_time(parameters))}"
    if parameters.availability < 1:
        # From above or from below, by how much was lost alone.
        return f"{lost}; in company that is sought it goes to {parameters.availability * parameters.need:.2f}, {back}."
    return f"{lost}; in company that is sought it comes back {back}."
