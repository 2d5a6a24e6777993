"""The labs of "Emotional resonance": two clocks, who follows whom, what chance looks like, and a crowd.

Angles are drawn as on a clock: 0 is at the top, and a growing phase turns to the right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from intimacy.arguments import checked
from intimacy.models import emotional_resonance as model
from intimacy.models.emotional_resonance import Crowd
from intimacy.parameters import decimal, format_value, signed
from intimacy.widgets import Frame, Lab, Play, Preset, theme

Array = NDArray[np.float64]
Arrows = NDArray[np.complex128]

CLOCK_SECONDS = 20
"""How long the two clocks run."""

DYAD_SECONDS = 60
"""How long the two people with four rhythms tap: about 120 taps at the middle tempo."""

DYAD_SEED = 222
"""A draw in which no bar of any story lies far from its mean over many draws: in one minute they jump."""

CROWD_SECONDS = 30
"""How long the crowd claps: from random phases, order takes its time."""

CLOCK_STEP = 0.04
"""Seconds from one picture of a clock to the next."""

SHARED_MUSIC = 0.35
"""The shared input that makes about as much phase locking as the strongest coupling on offer."""

LONG_EPOCH = 10.0
"""Seconds of an epoch in which chance has become small."""

EPOCHS = 50
"""Epochs per recording: so few that epochs of half a minute still follow the slider."""

_CROWD = theme.FURTHER_PERSONS[0]
_CROWD_STEP = round(model.crowd.SECONDS_PER_STEP * model.crowd.WATCH_EVERY, 6)
_CORNER: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}


# Dials


def _dial(
    figure: go.Figure, number: int, x: tuple[float, float], y: tuple[float, float], above: str, below: str
) -> None:
    """Add a round dial of radius 1 with four ticks, on the axes of a number, with words above and below."""
    axes = {"xref": f"x{number}", "yref": f"y{number}"}
    line = {"color": theme.MUTED, "width": 1}
    frame = {"visible": False, "range": [-1.12, 1.12], "constrain": "domain"}
    figure.update_layout(
        {
            f"xaxis{number}": {**frame, "domain": x, "anchor": f"y{number}"},
            f"yaxis{number}": {
                **frame,
                "domain": y,
                "anchor": f"x{number}",
                "scaleanchor": f"x{number}",
                "constraintoward": "top",
            },
        }
    )
    figure.add_shape(type="circle", x0=-1, x1=1, y0=-1, y1=1, line=line, **axes)
    for turn in np.arange(4) * math.pi / 2:
        to_x, to_y = math.sin(turn), math.cos(turn)
        figure.add_shape(type="line", x0=0.9 * to_x, y0=0.9 * to_y, x1=to_x, y1=to_y, line=line, **axes)
    # Fractions of the dial's own square, which a narrow picture makes smaller.
    words: dict[str, Any] = {"x": 0.5, "xref": f"x{number} domain", "yref": f"y{number} domain", "xanchor": "center"}
    figure.add_annotation(theme.label(above, theme.INK, y=1, yanchor="bottom", **words))
    figure.add_annotation(theme.label(below, theme.INK, y=0, yanchor="top", **words))


def _on_dial(number: int) -> dict[str, str]:
    return {"xaxis": f"x{number}", "yaxis": f"y{number}"}


def _add_hand(figure: go.Figure, key: str, color: str, dial: int, *, short: bool = False) -> None:
    # A hand is too short for the long dashes of person j's lines.
    dash = "solid" if theme.DASHES[color] == "solid" else "7px,4px"
    line = {"color": color, "width": 2 if short else 4, "dash": dash}
    marker = {"color": color, "size": [0, 9 if short else 0]}
    figure.add_scatter(meta=key, x=[], y=[], mode="lines+markers", line=line, marker=marker, **_on_dial(dial))


def _add_arrow(figure: go.Figure, key: str, dial: int) -> None:
    figure.add_scatter(meta=key, x=[], y=[], mode="lines", line={"color": theme.INK, "width": 3}, **_on_dial(dial))


def _add_dots(figure: go.Figure, key: str, color: str, dial: int, size: int = 8) -> None:
    marker = {"color": color, "size": size, "symbol": "circle-open", "line": {"width": 1.5}}
    figure.add_scatter(meta=key, x=[], y=[], mode="markers", marker=marker, **_on_dial(dial))


def _placed(points: Arrows) -> dict[str, Array]:
    """Return where complex numbers r exp(iθ) lie on a clock face: x = r sin θ, y = r cos θ."""
    return {"x": points.imag, "y": points.real}


def _hand(phase: Array, length: float = 0.95) -> dict[str, Array]:
    """Return a hand from the middle to each phase, one row per phase."""
    return _placed(np.stack([np.zeros(len(phase)), length * np.exp(1j * phase)], axis=1))


def _arrow(tip: Arrows) -> dict[str, Array]:
    """Return an arrow from the middle to each tip, one row per tip; its head is drawn as two short strokes."""
    length = np.abs(tip)
    head = np.minimum(0.2, 0.4 * length) * tip / np.maximum(length, 1e-9)
    strokes = [tip - head * np.exp(1j * angle) for angle in (0.5, -0.5)]
    return _placed(np.stack([0 * tip, tip, strokes[0], tip, strokes[1]], axis=1))


def _arc(start: Array, turn: Array) -> dict[str, Array]:
    """Return an arc from each start over each turn, one row per start."""
    return _placed(0.4 * np.exp(1j * (start[:, np.newaxis] + turn[:, np.newaxis] * np.linspace(0, 1, 7))))


def _wrapped(angle: Array) -> Array:
    return np.remainder(angle + math.pi, math.tau) - math.pi


def _gained(phase: Array, seconds: Array, tempo: float) -> Array:
    """Return how many turns a rhythm has gained on a metronome that beats the middle tempo."""
    return phase / math.tau - tempo * seconds


def _tempo(phase: Array, seconds: Array) -> float:
    """Return the mean tempo over the second half of a run (Hz)."""
    half = len(seconds) // 2
    return float((phase[-1] - phase[half]) / (math.tau * (seconds[-1] - seconds[half])))


def _natural_tempi(parameters: model.InStep | model.Dyad) -> tuple[float, float]:
    """Return the tempo of i and of j when each is alone (Hz)."""
    half = parameters.detuning / (2 * math.tau)
    return parameters.tempo + half, parameters.tempo - half


# Two clocks


def in_step() -> Lab:
    """Two clocks that nudge each other: do they lock, who is ahead, and whose tempo do they share?"""
    return Lab(
        "Two clocks nudge each other. Do they fall into step, and whose step is it?",
        model.InStep(duration=CLOCK_SECONDS),
        model.simulate_in_step,
        _clocks_figure,
        draw_clocks,
        _describe_clocks,
        [
            Preset(
                "Both adjust",
                "Each follows the other a little. They meet in the middle, and the quicker one stays a bit ahead.",
            ),
            Preset(
                "Only j follows",
                "Person i does not adjust at all; person j does all of it. Whose thin line do both lines follow?",
                {"i_follows_j": 0, "j_follows_i": 4},
            ),
            Preset(
                "Just too weak",
                "A little less coupling than needed, no noise: they nearly lock, and slip a turn, again and again.",
                {"i_follows_j": 0.9, "j_follows_i": 0.9, "noise": 0},
            ),
            Preset(
                "Nobody listens",
                "No coupling. Each goes its own way. Does the value in the sliding window stay at 0?",
                {"i_follows_j": 0, "j_follows_i": 0},
            ),
            Preset(
                "Equal but noisy",
                "Equal tempi, weak coupling, much noise. In step, or by chance? Press Draw again, a few times.",
                {"detuning": 0, "i_follows_j": 0.5, "j_follows_i": 0.5, "noise": 1},
            ),
        ],
        controls=["detuning", "i_follows_j", "j_follows_i", "noise", "tempo", "initial_difference", "window"],
        advanced=["tempo", "initial_difference", "window"],
        pinned=["gained i", "gained j", "sliding"],
        play=Play(
            "Second",
            ["gained i", "gained j", "sliding"],
            0,
            CLOCK_SECONDS,
            step=CLOCK_STEP,
            seconds=CLOCK_SECONDS,
            films=["hand i", "hand j", "arc", "differences", "mean"],
        ),
        seed=7,
    )


def _add_gained(figure: go.Figure) -> None:
    """Add the lines of two people against a metronome, with a thin one for where each would go alone."""
    for person, color, dash in (("i", theme.PERSON_I, "dot"), ("j", theme.PERSON_J, "dashdot")):
        alone = {"color": color, "dash": dash, "width": 1.5}
        figure.add_scatter(meta=f"alone {person}", x=[], y=[], mode="lines", line=alone)
        line = {"color": color, "dash": theme.DASHES[color]}
        figure.add_scatter(meta=f"gained {person}", x=[], y=[], mode="lines", line=line)


def _draw_gained(
    parameters: model.InStep | model.Dyad, seconds: Array, phases: tuple[Array, Array], every: int
) -> tuple[dict[str, dict[str, Array]], list[float]]:
    """Return the traces of :func:`_add_gained` and the range of their axis."""
    traces, height = {}, 4.0
    for person, phase, tempo in zip("ij", phases, _natural_tempi(parameters), strict=True):
        gained = _gained(phase, seconds, parameters.tempo)
        ends = seconds[[0, -1]]
        traces[f"alone {person}"] = {"x": ends, "y": gained[0] + (tempo - parameters.tempo) * ends}
        traces[f"gained {person}"] = {"x": seconds[::every], "y": gained[::every]}
        height = max(height, np.abs(gained).max(), np.abs(traces[f"alone {person}"]["y"]).max())
    top = theme.ceiling(height, 4)
    return traces, [-top, top]


def _clocks_figure() -> go.Figure:
    figure = theme.new_figure(690, margin={"l": 76, "r": 16, "t": 30, "b": 48})
    _dial(figure, 2, (0.0, 0.46), (0.71, 1.0), "the two clocks", "i solid,<br>j dashed")
    _dial(figure, 3, (0.54, 1.0), (0.71, 1.0), "their difference", "dots: in a window<br>arrow: mean, PLV")
    arc = {"color": theme.MUTED, "width": 3}
    figure.add_scatter(meta="arc", x=[], y=[], mode="lines", line=arc, **_on_dial(2))
    _add_hand(figure, "hand j", theme.PERSON_J, 2)
    _add_hand(figure, "hand i", theme.PERSON_I, 2)
    _add_dots(figure, "differences", theme.MUTED, 3)
    _add_arrow(figure, "mean", 3)
    _add_gained(figure)
    endless = {"color": theme.MUTED, "dash": "dot", "width": 1.5}
    figure.add_scatter(meta="endless", x=[], y=[], mode="lines", line=endless, yaxis="y4")
    figure.add_scatter(meta="sliding", x=[], y=[], mode="lines", line_color=theme.INK, yaxis="y4")
    figure.update_layout(
        xaxis={"title": "Time (seconds)", "range": [0, CLOCK_SECONDS], "anchor": "free", "position": 0},
        yaxis={"title": "Gained on a<br>metronome (turns)", "domain": [0.33, 0.59], "anchor": "x"},
        yaxis4={"title": "PLV in the<br>sliding window", "domain": [0, 0.24], "range": [0, 1.05], "anchor": "x"},
    )
    figure.update_layout(yaxis4={"tickvals": [0, 0.5, 1]})
    figure.add_annotation(theme.label("i alone: dotted, j alone: dash-dotted", theme.INK, x=0, y=0.59, **_CORNER))
    figure.add_annotation(theme.label("dotted: in an endless run", theme.MUTED, x=0, y=0.24, **_CORNER))
    return figure


@checked
def window_means(difference: Array, width: int, at: NDArray[np.intp]) -> Arrows:
    """Return the mean of exp(iφ) over the last ``width`` samples up to each index, fewer where the run has just begun.

    Its length is the phase-locking value of that stretch.
    """
    total = np.concatenate([[0], np.cumsum(np.exp(1j * difference))])
    start = np.maximum(at + 1 - width, 0)
    means: Arrows = (total[at + 1] - total[start]) / (at + 1 - start)
    return means


@checked
def draw_clocks(parameters: model.InStep, run: model.InStepRun) -> Frame:
    """Return what a run of the two clocks changes in the picture."""
    step = model.in_step.SECONDS_PER_STEP
    at = np.arange(round(CLOCK_SECONDS / CLOCK_STEP) + 1) * round(CLOCK_STEP / step)
    width = round(parameters.window / step)
    difference = run.difference
    last = np.maximum(at[:, np.newaxis] - np.linspace(width - 1, 0, 16).round().astype(np.intp), 0)
    gained, bounds = _draw_gained(parameters, run.seconds, (run.phase_i, run.phase_j), every=5)
    endless = model.stationary_plv(parameters)
    return Frame(
        {
            "arc": _arc(run.phase_j[at], _wrapped(difference[at])),
            "hand i": _hand(run.phase_i[at]),
            "hand j": _hand(run.phase_j[at]),
            "differences": _placed(np.exp(1j * difference[last])),
            "mean": _arrow(window_means(difference, width, at)),
            **gained,
            "endless": {"x": [0, CLOCK_SECONDS], "y": [endless, endless]},
            "sliding": {"x": run.window_end[::5], "y": run.sliding_plv[::5]},
        },
        {"yaxis.range": bounds},
    )


def _describe_clocks(parameters: model.InStep, run: model.InStepRun) -> str:
    fast, slow = _natural_tempi(parameters)
    tempi = [_tempo(phase, run.seconds) for phase in (run.phase_i, run.phase_j)]
    slips = f"one has gained {format_value(run.slips, 'whole turns')} on the other"
    if run.slips == 0:
        slips = "neither has gained a whole turn on the other"
    return (
        f"Alone, i beats {decimal(fast)} times a second and j {decimal(slow)}. {_what_the_equations_say(parameters)} "
        f"In this run they beat {decimal(tempi[0])} and {decimal(tempi[1])} times a second over the last "
        f"{CLOCK_SECONDS // 2} seconds, and {slips}. The phase-locking value is {run.plv:.2f} over the whole run, "
        f"{run.sliding_plv[-1]:.2f} in the last window and {model.stationary_plv(parameters):.2f} in an endless run."
    )


def _what_the_equations_say(parameters: model.InStep) -> str:
    coupling = model.total_coupling(parameters)
    if coupling == 0:
        return "Neither listens, so nothing pulls them together."
    if not model.locks(parameters):
        period = math.tau / model.beat_rate(parameters)
        return (
            f"The couplings add up to {coupling:.1f} rad/s, less than the difference of {parameters.detuning:.1f}, so "
            f"they do not lock: without noise i would gain a whole turn every {period:.1f} seconds."
        )
    shared = model.locked_tempo(parameters)
    return (
        f"The couplings add up to {coupling:.1f} rad/s, enough to lock: without noise both would beat "
        f"{decimal(shared)} times a second, with {_who_is_ahead(parameters, shared)}."
    )


def _who_is_ahead(parameters: model.InStep, shared: float) -> str:
    if parameters.detuning == 0:
        return "neither ahead"
    lag = math.degrees(model.locked_lag(parameters))
    delay = f" ({_rounded(model.locked_delay(parameters))} ms)" if shared > 0 else ""
    return f"i ahead by {_rounded(lag)}°{delay}"


def _rounded(value: float) -> str:
    """Write a lag as a whole number, or with a digit after the point where it is so small that this is all of it."""
    return decimal(value, 0 if value >= 1 else 1)


# Four rhythms


def who_follows() -> Lab:
    """Two people with a rhythm for perceiving and one for acting each: mutual, following, leading and leading."""
    start = model.MUTUAL.replace(duration=DYAD_SECONDS)

    def story(name: str, text: str, dyad: model.Dyad) -> Preset:
        values = start.values()
        return Preset(name, text, {key: value for key, value in dyad.values().items() if value != values[key]})

    minute = {"duration": DYAD_SECONDS}
    return Lab(
        "Who follows whom?",
        start,
        model.simulate_dyad,
        _dyad_figure,
        draw_dyad,
        _describe_dyad,
        [
            story(
                "Mutual",
                "More coupling between the two than within each. Both leave their thin lines and meet in the middle.",
                start,
            ),
            story(
                "Following",
                "Person j is loosely coupled within, and person i hardly listens. Which line moves to the other?",
                model.FOLLOWING.replace(**minute),
            ),
            story(
                "Leading and leading",
                "Both hold on to themselves. Each stays near its own thin line.",
                model.LEADING_LEADING.replace(**minute),
            ),
            story(
                "Loose within j",
                "Only the loose coupling of the follower; both listen equally. Who moves now? Look twice.",
                model.Dyad(within_i=10, within_j=1, **minute),
            ),
        ],
        controls=["within_i", "within_j", "i_hears_j", "j_hears_i", "detuning", "noise"],
        advanced=["noise"],
        pinned=["gained i", "gained j"],
        play=Play(
            "Second",
            ["gained i", "gained j"],
            0,
            DYAD_SECONDS,
            step=CLOCK_STEP,
            seconds=DYAD_SECONDS,
            films=["action i", "perception i", "action j", "perception j"],
        ),
        seed=DYAD_SEED,
    )


def _dyad_figure() -> go.Figure:
    figure = theme.new_figure(690, margin={"l": 76, "r": 16, "t": 30, "b": 32})
    _dial(figure, 2, (0.0, 0.46), (0.72, 1.0), "person i", "long hand: acts")
    _dial(figure, 3, (0.54, 1.0), (0.72, 1.0), "person j", "short: perceives")
    for person, color, dial in (("i", theme.PERSON_I, 2), ("j", theme.PERSON_J, 3)):
        _add_hand(figure, f"action {person}", color, dial)
        _add_hand(figure, f"perception {person}", color, dial, short=True)
    _add_gained(figure)
    figure.add_scatter(meta="band", x=[], y=[], xaxis="x4", yaxis="y4", **theme.BAND)
    colors = [theme.PERSON_J, theme.MUTED, theme.PERSON_I]
    figure.add_bar(
        meta="correlations",
        x=[0, 1, 2],
        y=[0, 0, 0],
        width=0.5,
        marker={"color": colors, "pattern": {"shape": ["/", "", ""], "solidity": 0.35}},
        xaxis="x4",
        yaxis="y4",
    )
    figure.update_layout(
        xaxis={"title": "Time (seconds)", "range": [0, DYAD_SECONDS], "anchor": "y"},
        yaxis={"title": "Gained on a<br>metronome (turns)", "domain": [0.36, 0.61], "anchor": "x"},
        xaxis4={
            "range": [-0.5, 2.5],
            "tickvals": [0, 1, 2],
            "ticktext": ["j after i", "together", "i after j"],
            "anchor": "y4",
            "showgrid": False,
        },
        yaxis4={
            "title": "Correlation of<br>tap intervals",
            "domain": [0, 0.21],
            "range": [-0.6, 1],
            "tickvals": [-0.5, 0, 0.5, 1],
            "anchor": "x4",
        },
    )
    figure.add_annotation(theme.label("i alone: dotted, j alone: dash-dotted", theme.INK, x=0, y=0.61, **_CORNER))
    figure.add_annotation(theme.label("", theme.MUTED, x=0, y=0.21, **_CORNER))
    return figure


@dataclass(frozen=True)
class _Taps:
    """Correlations of the intervals between taps, and the limit that unrelated ones seldom cross."""

    correlations: tuple[float, float, float]
    limit: float


def _taps(parameters: model.Dyad, run: model.DyadRun) -> _Taps | None:
    """Compare the taps of a run; ``None`` without noise, where every interval is the same in the end."""
    if parameters.noise == 0:
        return None
    # The first taps are still on their way into step.
    taps_i, taps_j = (model.tap_times(run.seconds, phase)[4:] for phase in (run.action_i, run.action_j))
    pairs = min(len(taps_i), len(taps_j)) - 2
    return _Taps(model.interval_correlations(taps_i, taps_j), 1.96 / math.sqrt(pairs))


@checked
def draw_dyad(parameters: model.Dyad, run: model.DyadRun) -> Frame:
    """Return what a run of the four rhythms changes in the picture."""
    at = np.arange(round(DYAD_SECONDS / CLOCK_STEP) + 1) * round(CLOCK_STEP / model.in_step.DYAD_SECONDS_PER_STEP)
    gained, bounds = _draw_gained(parameters, run.seconds, (run.action_i, run.action_j), every=10)
    taps = _taps(parameters, run)
    limit = taps.limit if taps else 0.0
    return Frame(
        {
            "action i": _hand(run.action_i[at]),
            "perception i": _hand(run.perception_i[at], 0.6),
            "action j": _hand(run.action_j[at]),
            "perception j": _hand(run.perception_j[at], 0.6),
            **gained,
            "band": {"x": [-0.5, 2.5, 2.5, -0.5, -0.5], "y": [-limit, -limit, limit, limit, -limit]},
            "correlations": {"x": [0, 1, 2], "y": taps.correlations if taps else (0, 0, 0)},
        },
        {
            "yaxis.range": bounds,
            "annotations[5].text": "grey: unrelated taps, 95 %" if taps else "no noise, nothing to compare",
        },
    )


def _describe_dyad(parameters: model.Dyad, run: model.DyadRun) -> str:
    fast, slow = _natural_tempi(parameters)
    tempo_i, tempo_j = run.tempi
    text = (
        f"Alone, i beats {decimal(fast)} times a second and j {decimal(slow)}. In the last half of this minute i acts "
        f"{decimal(tempo_i)} times a second and j {decimal(tempo_j)}; the phase-locking value of their actions is "
        f"{run.plv:.2f}. "
    )
    if min(parameters.within_i, parameters.within_j, parameters.i_hears_j, parameters.j_hears_i) == 0:
        text += "With a coupling of 0 the four rhythms need not share a tempo. "
    elif run.plv < 0.5:
        text += "They hardly lock, so the formula for a shared tempo says nothing. "
    else:
        text += (
            f"By the formula for small lags the tempo of i counts for {100 * model.dyad_influence(parameters):.0f} % "
            f"and that of j for the rest, which gives {decimal(model.dyad_tempo(parameters))} times a second. "
        )
    taps = _taps(parameters, run)
    if taps is None:
        return f"{text}Without noise there is nothing to correct from tap to tap."
    j_after_i, same, i_after_j = taps.correlations
    return (
        f"{text}The next interval of j goes with that of i by {signed(j_after_i)}, the next of i with that of j by "
        f"{signed(i_after_j)}, the same intervals by {signed(same)}; 95 of 100 unrelated values lie within "
        f"{taps.limit:.2f}."
    )


# Is that synchrony?


def is_that_synchrony() -> Lab:
    """Two noisy recordings: what the phase-locking value shows when nobody follows anybody."""
    return Lab(
        "Two recordings look locked. Is that synchrony?",
        model.NullModel(shared_input=0, epochs=EPOCHS),
        model.simulate_null_model,
        _recordings_figure,
        draw_recordings,
        _describe_recordings,
        [
            Preset(
                "Two strangers",
                "Nothing in common: no contact, no shared input, two rooms. And yet the value is far from 0.",
            ),
            Preset(
                "Longer epochs",
                "The same two strangers, cut into stretches ten times as long.",
                {"epoch": LONG_EPOCH},
            ),
            Preset(
                "Shared music",
                "Still no contact, but both hear the same music. What do the surrogates say now?",
                {"epoch": LONG_EPOCH, "shared_input": SHARED_MUSIC},
            ),
            Preset(
                "True coupling",
                "No music, but each really pulls the other. Can you tell this picture from the one before?",
                {"epoch": LONG_EPOCH, "coupling": 6},
            ),
            Preset(
                "A wider band",
                "The strangers again, in one-second epochs, but heard through a band four times as wide.",
                {"bandwidth": 16},
            ),
        ],
        controls=["shared_input", "coupling", "epoch", "surrogate", "bandwidth"],
        advanced=["bandwidth"],
        pinned=["epochs"],
        play=Play("Per cent of the first epoch", [], 0, 100, step=2, seconds=8, films=["differences", "mean"]),
        seed=7,
    )


_SIGNAL_SECONDS = 1.0


def _recordings_figure() -> go.Figure:
    figure = theme.new_figure(578, margin={"l": 76, "r": 16, "t": 48, "b": 48})
    _dial(figure, 2, (0.0, 0.42), (0.63, 1.0), "first epoch", "dots: differences<br>arrow: mean = PLV")
    _add_dots(figure, "differences", theme.MUTED, 2)
    _add_arrow(figure, "mean", 2)
    # Ten waves a second are too narrow for the long dashes of person j's lines.
    for key, color, dash in (("signal j", theme.PERSON_J, "3px,2px"), ("signal i", theme.PERSON_I, "solid")):
        line = {"color": color, "dash": dash}
        figure.add_scatter(meta=key, x=[], y=[], mode="lines", line=line, xaxis="x3", yaxis="y3")
    figure.add_scatter(
        meta="surrogates",
        x=[],
        y=[],
        mode="lines",
        line={"color": theme.MUTED, "width": 1, "shape": "hv"},
        fill="tozeroy",
        fillcolor="rgba(118,118,118,0.45)",
    )
    figure.add_scatter(meta="epochs", x=[], y=[], mode="lines", line={"color": theme.INK, "shape": "hv", "width": 1.5})
    limit = {"color": theme.MUTED, "dash": "dot"}
    figure.add_scatter(meta="limit", x=[], y=[], mode="lines", line=limit)
    figure.add_scatter(meta="mean value", x=[], y=[], mode="lines", line={"color": theme.INK, "width": 4})
    figure.add_scatter(
        meta="endless",
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": "circle-open", "size": 13, "color": theme.INK, "line": {"width": 2.5}},
        cliponaxis=False,
    )
    figure.update_layout(
        xaxis={"title": "Phase-locking value (PLV)", "range": [0, 1], "dtick": 0.2},
        yaxis={"title": "How many<br>(tallest = 1)", "domain": [0, 0.36], "range": [0, 1.08], "tickvals": [0, 1]},
        xaxis3={
            "title": "Time (seconds)",
            "domain": [0.5, 1],
            "range": [0, _SIGNAL_SECONDS],
            "tickvals": [0, 0.5, 1],
            "anchor": "y3",
        },
        yaxis3={"domain": [0.66, 1], "range": [-3.2, 3.2], "showticklabels": False, "ticks": "", "anchor": "x3"},
    )
    words = "its first second:<br>i solid, j dashed"
    figure.add_annotation(theme.label(words, theme.INK, x=0.5, y=1.0, align="left", **_CORNER))
    key = "outline: epochs; bold: mean<br>grey: surrogates; dotted: 95 %<br>circle: an endless epoch"
    figure.add_annotation(theme.label(key, theme.INK, x=0, y=0.36, align="left", **_CORNER))
    return figure


def _shares(values: Array, bins: int) -> dict[str, Array]:
    """Return a histogram from 0 to 1 as a line of steps, the tallest of height 1."""
    counts, edges = np.histogram(values, bins, (0, 1))
    return {"x": edges, "y": np.append(counts, 0) / counts.max()}


@checked
def draw_recordings(parameters: model.NullModel, run: model.NullModelRun) -> Frame:
    """Return what two recordings change in the picture."""
    samples = len(run.difference)
    reached = np.linspace(0, samples - 1, 51).round().astype(np.intp)
    dots = np.minimum(np.linspace(0, samples - 1, 48).round().astype(np.intp), reached[:, np.newaxis])
    shown = run.seconds < _SIGNAL_SECONDS
    # Signals of any band are drawn equally tall.
    size = math.sqrt((np.var(run.signal_i[shown]) + np.var(run.signal_j[shown])) / 2)
    level, nothing = run.surrogate_limit, {"x": np.empty(0), "y": np.empty(0)}
    return Frame(
        {
            "differences": _placed(np.exp(1j * run.difference[dots])),
            "mean": _arrow(window_means(run.difference, samples, reached)),
            "signal i": {"x": run.seconds[shown], "y": run.signal_i[shown] / size},
            "signal j": {"x": run.seconds[shown], "y": run.signal_j[shown] / size},
            "epochs": _shares(run.plv, 20),
            "surrogates": nothing if level is None else _shares(run.surrogate_means, 50),
            "limit": nothing if level is None else {"x": [level, level], "y": [0, 1.08]},
            "mean value": {"x": [run.mean_plv] * 2, "y": [0, 1.08]},
            "endless": {"x": [model.endless_plv(parameters)], "y": [0]},
        }
    )


def _describe_recordings(parameters: model.NullModel, run: model.NullModelRun) -> str:
    shared, coupled = parameters.shared_input > 0, parameters.coupling > 0
    cause = {
        (False, False): "nothing is shared and nobody follows",
        (True, False): "both have input in common, and nobody follows",
        (False, True): "each pulls the other",
        (True, True): "both have input in common and each pulls the other",
    }[shared, coupled]
    text = (
        f"The mean phase-locking value over {len(run.plv)} epochs of {parameters.epoch:g} s is {run.mean_plv:.3f}; "
        f"that of the first is {run.plv[0]:.3f}. "
    )
    if run.surrogate_limit is None:
        text += "You compare it with nothing, so it cannot be told from chance. "
    else:
        text += f"95 % of the surrogates, which are chance alone, stay below {run.surrogate_limit:.3f}: "
        if not run.beats_chance:
            text += "this may be chance. "
        elif shared or coupled:
            text += "this is more than chance, and surrogates cannot say whether it is shared input or coupling. "
        else:
            text += "this passes for more than chance. It is a false alarm, as about one in twenty is. "
    return f"{text}In an endless epoch it would be {model.endless_plv(parameters):.3f}, as in this model {cause}."


# A crowd


def the_crowd() -> Lab:
    """Many rhythms that all hear the mean of all: does a crowd slide into step, or does it tip?"""
    return Lab(
        "A crowd claps, and everyone hears the mean. Does it slide into step, or does it tip?",
        Crowd(duration=CROWD_SECONDS),
        model.simulate_crowd,
        _crowd_figure,
        draw_crowd,
        _describe_crowd,
        [
            Preset(
                "Above the point",
                "200 people with half as much coupling again as needed. Press Play and watch the arrow grow.",
            ),
            Preset("Below the point", "The same crowd with a little less coupling than needed.", {"coupling": 0.8}),
            Preset(
                "Falling apart",
                "Everyone starts in step, with too little coupling to stay there.",
                {"coupling": 0.8, "start_together": True},
            ),
            Preset(
                "Ten people",
                "No coupling at all, and only ten people. Why is the arrow so long? Press Draw again.",
                {"people": 10, "coupling": 0},
            ),
            Preset(
                "Ten thousand",
                "The coupling of the first story in a stadium. The line is smooth now, and ends where the theory says.",
                {"people": 10_000},
            ),
        ],
        controls=["coupling", "people", "spread", "start_together"],
        pinned=["order"],
        play=Play("Second", ["order"], 0, CROWD_SECONDS, step=_CROWD_STEP, seconds=15, films=["people", "mean"]),
        seed=7,
    )


def _crowd_figure() -> go.Figure:
    figure = theme.new_figure(578, margin={"l": 64, "r": 16, "t": 66, "b": 48})
    _dial(figure, 2, (0.0, 0.5), (0.58, 1.0), "the crowd", "dots: people<br>arrow: mean = order")
    _add_dots(figure, "people", _CROWD, 2, size=9)
    _add_arrow(figure, "mean", 2)
    endless = {"color": theme.MUTED, "dash": "dot"}
    figure.add_scatter(meta="theory", x=[], y=[], mode="lines", line=endless, xaxis="x3", yaxis="y3")
    figure.add_scatter(
        meta="settled",
        x=[],
        y=[],
        mode="markers",
        marker={"color": _CROWD, "size": 13, "line": {"color": theme.INK, "width": 2}},
        cliponaxis=False,
        xaxis="x3",
        yaxis="y3",
    )
    figure.add_scatter(meta="endless", x=[], y=[], mode="lines", line=endless)
    figure.add_scatter(meta="order", x=[], y=[], mode="lines", line_color=_CROWD)
    figure.update_layout(
        xaxis={"title": "Time (seconds)", "range": [0, CROWD_SECONDS]},
        yaxis={"title": "Order r", "domain": [0, 0.3], "range": [0, 1.05], "tickvals": [0, 0.5, 1]},
        xaxis3={
            "title": "Coupling K<br>(rad/s)",
            "domain": [0.64, 1],
            "range": [0, 6],
            "tickvals": [0, 2, 4, 6],
            "anchor": "y3",
        },
        yaxis3={"domain": [0.58, 1], "range": [0, 1.05], "tickvals": [0, 0.5, 1], "anchor": "x3"},
    )
    words = "order r<br>dot: this crowd<br>dotted: endless"
    figure.add_annotation(theme.label(words, x=0.64, y=1.0, align="left", **_CORNER))
    figure.add_annotation(theme.label("this crowd; dotted: an endless one", theme.VASOPRESSIN, x=0, y=0.3, **_CORNER))
    return figure


@checked
def draw_crowd(parameters: Crowd, run: model.CrowdRun) -> Frame:
    """Return what a crowd changes in the picture."""
    couplings = np.linspace(0, 6, 241)
    settled = float(model.endless_order(parameters.coupling, parameters.spread))
    endless = (
        model.endless_order_over_time(parameters, run.seconds)
        if parameters.start_together
        else np.full(len(run.seconds), settled)
    )
    return Frame(
        {
            "people": _placed(np.exp(1j * run.watched_phases)),
            "mean": _arrow(run.watched_mean),
            "theory": {"x": couplings, "y": model.endless_order(couplings, parameters.spread)},
            "settled": {"x": [parameters.coupling], "y": [run.settled_order]},
            "endless": {"x": run.seconds, "y": endless},
            "order": {"x": run.seconds, "y": run.order},
        }
    )


def _describe_crowd(parameters: Crowd, run: model.CrowdRun) -> str:
    critical = model.critical_coupling(parameters.spread)
    endless = float(model.endless_order(parameters.coupling, parameters.spread))
    drawn = len(run.watched)
    side = "above" if parameters.coupling > critical else "below" if parameters.coupling < critical else "at"
    dots = "Every one of them is drawn." if drawn == parameters.people else f"{drawn} of the people are drawn as dots."
    return (
        f"{parameters.people:,} people with a coupling of {parameters.coupling:g} rad/s are {side} the tipping point "
        f"of {critical:g} rad/s. Over the last {CROWD_SECONDS // 2} seconds their order is {run.settled_order:.2f} on "
        f"average; an endless crowd would settle at {endless:.2f}. "
        f"As many random phases have an order of {model.expected_plv(parameters.people):.2f} by chance alone. {dots}"
    )


COVER = in_step
