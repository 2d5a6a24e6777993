"""The labs of "Oxytocin, trust and reward reinforcement"."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from intimacy.arguments import Seed, checked
from intimacy.models import replication
from intimacy.models.oxytocin_trust import fitting, kinetics, loop, playable
from intimacy.parameters import Parameters, choice, decimal, format_value, signed
from intimacy.widgets import Frame, Game, Lab, Move, NoControls, Play, Preset, Scene, theme

TRACE_LEVEL = 10.0
"""The plasma level, in pg/ml, whose duration the blood lab counts: a toy mark, not a threshold of anything."""


def the_loop() -> Lab:
    """Touch, oxytocin, trust and reward on one time axis, for one pair and for the mean of 200."""
    rounds = 60
    return Lab(
        "Does oxytocin close a loop between touch, trust and reward?",
        loop.Loop(),
        loop.simulate_loop,
        _loop_figure,
        draw_loop,
        _describe_loop,
        [
            Preset(
                "A betrayal and repair",
                "Twenty good rounds, ten bad ones, then the partner is reliable again. What comes back, and how fast?",
            ),
            Preset(
                "A reliable partner",
                "Nearly every promise is kept. Watch the surprise fade while the trust stays.",
                {"reliability": 0.95, "betrayal_rounds": 0},
            ),
            Preset(
                "Intermittent",
                "Half of the promises are kept, at random. Surprise never fades.",
                {"reliability": 0.5, "betrayal_rounds": 0},
            ),
            Preset(
                "No oxytocin effect at all",
                "Oxytocin rises and falls as before, and does nothing to choices. What in the picture changes?",
                {"hypothesis": "none"},
            ),
            Preset(
                "High dose",
                "A spray before every round, six times a touch. Look at what it does, and at what it cannot do.",
                {"outside_dose": 3.0},
            ),
            Preset(
                "Slow to unlearn",
                "Here oxytocin slows learning. The same betrayal hurts trust less, and the same repair heals it less.",
                {"hypothesis": "learning", "outside_dose": 5.0},
            ),
            Preset(
                "Left behind",
                "Salient cues and no learning at all: now the loop has two resting places, and a betrayal moves many "
                "pairs to the lower one. The partner is reliable again; they are not back.",
                {
                    "hypothesis": "salience",
                    "reliability": 0.95,
                    "betrayal_reliability": 0.0,
                    "pulse": 0.8,
                    "betrayal_aversion": 3.1,
                    "learning_rate": 0.0,
                    "choice_sharpness": 5.0,
                },
            ),
        ],
        controls=[
            "hypothesis",
            "reliability",
            "betrayal_rounds",
            "pulse",
            "outside_dose",
            "half_life",
            "betrayal_aversion",
            "learning_rate",
            "choice_sharpness",
            "interval",
            "betrayal_start",
            "betrayal_reliability",
        ],
        advanced=["choice_sharpness", "interval", "betrayal_start", "betrayal_reliability"],
        pinned=["level", "belief", "investment", "error"],
        play=Play("Round", [*_LOOP_KEYS], 1, rounds, seconds=20),
        seed=7,
    )


_LOOP_KEYS = ("level one", "level", "belief one", "belief", "kept", "broken", "investment", "error one", "error")
_LOOP_PANELS = {
    "yaxis": ("Oxytocin level<br>(half-effect units)", (0.80, 1.0), (0.0, 4.0)),
    "yaxis2": ("Belief that the<br>promise is kept", (0.54, 0.74), (0.0, 1.0)),
    "yaxis3": ("Trust: sent<br>(of 12 MU)", (0.28, 0.48), (-0.6, 13.0)),
    "yaxis4": ("Prediction<br>error", (0.0, 0.22), (-1.05, 1.05)),
}


def _loop_figure() -> go.Figure:
    figure = theme.new_figure(590, margin={"l": 84, "r": 16, "t": 46, "b": 48}, bargap=0.25)
    faint = {"width": 1}
    blue, purple, orange = theme.PERSON_I, theme.OXYTOCIN, theme.DOPAMINE
    figure.add_scatter(meta="level one", x=[], y=[], mode="lines", line={**faint, "color": purple})
    figure.add_scatter(
        meta="level", x=[], y=[], mode="lines", line_color=purple, fill="tozeroy", fillcolor="rgba(204,121,167,0.3)"
    )
    figure.add_scatter(meta="belief one", x=[], y=[], mode="lines", line={**faint, "color": blue}, yaxis="y2")
    figure.add_scatter(meta="belief", x=[], y=[], mode="lines", line_color=blue, yaxis="y2")
    figure.add_scatter(
        meta="indifference",
        x=[],
        y=[],
        mode="lines",
        line={"color": theme.MUTED, "dash": "dot", "width": 1.5},
        yaxis="y2",
    )
    marker = {"color": blue, "size": 6}
    figure.add_scatter(meta="kept", x=[], y=[], mode="markers", marker={**marker, "symbol": "circle"}, yaxis="y3")
    figure.add_scatter(
        meta="broken",
        x=[],
        y=[],
        mode="markers",
        marker={"color": theme.PERSON_J, "size": 7, "symbol": "x-thin", "line": {"width": 2, "color": theme.PERSON_J}},
        yaxis="y3",
    )
    figure.add_scatter(meta="investment", x=[], y=[], mode="lines", line_color=blue, yaxis="y3")
    figure.add_bar(meta="error one", x=[], y=[], marker=theme.edged(orange), yaxis="y4")
    figure.add_scatter(meta="error", x=[], y=[], mode="lines", line_color=theme.INK, yaxis="y4")
    for name, (title, domain, bounds) in _LOOP_PANELS.items():
        figure.update_layout({name: {"title": {"text": title}, "domain": domain, "range": bounds, "anchor": "x"}})
    figure.update_layout(yaxis3={"tickvals": [0, 4, 8, 12]}, yaxis4={"tickvals": [-1, 0, 1]})
    figure.update_xaxes(
        title="Round", range=[0.2, 60.8], anchor="free", position=0, tickvals=[1, 10, 20, 30, 40, 50, 60]
    )
    figure.add_shape(type="rect", x0=0, x1=0, y0=0, y1=1, yref="paper", **theme.SHADED)
    corner: dict[str, Any] = {"xref": "paper", "xanchor": "left", "yanchor": "bottom", "yref": "paper"}
    for text, color, y in (
        ("bold: mean, thin: one pair", purple, 1.0),
        ("dotted: where trust pays", theme.MUTED, 0.74),
        ("one pair: ● kept, × broken", blue, 0.48),
        ("bars: one pair, line: mean", orange, 0.22),
    ):
        figure.add_annotation(theme.label(text, color, x=0, y=y, **corner))
    figure.add_annotation(theme.label("betrayal", theme.INK, x=0, y=1.0, yref="paper", yanchor="bottom", yshift=20))
    return figure


@checked
def draw_loop(parameters: loop.Loop, run: loop.LoopRun) -> Frame:
    """Return what a run of the loop changes in the picture."""
    fine = run.fine_minutes / parameters.interval + 1
    kept = run.example.kept > 0
    mean, one = run.mean, run.example
    indifference = loop.effective_indifference_belief(parameters, mean.level)
    end = parameters.betrayal_start + parameters.betrayal_rounds
    betrayed = parameters.betrayal_rounds > 0
    return Frame(
        {
            "level one": {"x": fine, "y": run.fine_level},
            "level": {"x": fine, "y": run.fine_mean_level},
            "belief one": {"x": run.rounds, "y": one.belief},
            "belief": {"x": run.rounds, "y": mean.belief},
            "indifference": {"x": run.rounds, "y": indifference},
            "kept": {"x": run.rounds[kept], "y": one.investment[kept]},
            "broken": {"x": run.rounds[~kept], "y": one.investment[~kept]},
            "investment": {"x": run.rounds, "y": mean.investment},
            "error one": {"x": run.rounds, "y": one.prediction_error},
            "error": {"x": run.rounds, "y": mean.prediction_error},
        },
        {
            "yaxis.range": [0, theme.ceiling(max(run.fine_level.max(), run.fine_mean_level.max()), 2)],
            "shapes[0].x0": parameters.betrayal_start - 0.5,
            "shapes[0].x1": min(end, 61) - 0.5,
            "shapes[0].visible": betrayed,
            "annotations[4].x": min((parameters.betrayal_start + min(end, 61)) / 2 - 0.5, 57),
            "annotations[4].text": "betrayal" if betrayed else "",
        },
    )


def _describe_loop(parameters: loop.Loop, run: loop.LoopRun) -> str:
    sent, level = run.mean.investment, run.mean.level
    start, length = parameters.betrayal_start - 1, parameters.betrayal_rounds
    parts = [f"On average, 200 pairs send {sent[:start].mean() if length else sent[-10:].mean():.1f} of 12 MU"]
    if length:
        during, after = sent[start : start + length], sent[start + length :]
        parts[0] += " before the betrayal"
        parts.append(f"{during[-1]:.1f} at its end")
        if after.size:
            parts.append(f"{sent[-5:].mean():.1f} in the last five rounds")
    else:
        parts[0] += " in the last ten rounds"
    effect = loop.HYPOTHESES[parameters.hypothesis]
    return (
        f"{', '.join(parts)}. Oxytocin, which here {effect}, is at {level[-10:].mean():.2f} half-effect units for the "
        f"last ten choices. The prediction error of the pair shown lies between "
        f"{signed(run.example.prediction_error.min())} and {signed(run.example.prediction_error.max())}."
    )


def the_blood() -> Lab:
    """A nasal spray: what the blood and the brain's fluid see of it, minute by minute."""
    return Lab(
        "Ten minutes in the blood: how long does a spray last, and where does it go?",
        kinetics.IntranasalDose(),
        kinetics.simulate_kinetics,
        _blood_figure,
        _draw_blood,
        _describe_blood,
        [
            Preset("A study dose", "24 IU, the dose of most trust studies. Nothing goes straight to the brain."),
            Preset(
                "Twice the dose",
                "48 IU. The rise above the start doubles. Does the time above the mark double too?",
                {"dose": 48},
            ),
            Preset(
                "A path to the brain",
                "Let 14 of every 100,000 molecules go straight to the brain's fluid. Nobody knows whether any do.",
                {"direct_fraction": 1.4e-4},
            ),
            Preset(
                "A quick nose",
                "The nose is the slow step. Make it fast: higher, and sooner over.",
                {"absorption_half_life": 5},
            ),
        ],
        controls=[
            "dose",
            "absorption_half_life",
            "direct_fraction",
            "bioavailability",
            "clearance",
            "cerebrospinal_half_life",
            "lumbar_half_life",
            "basal_plasma",
        ],
        advanced=["bioavailability", "clearance", "cerebrospinal_half_life", "lumbar_half_life", "basal_plasma"],
        pinned=["plasma", "brain"],
        play=Play("Minute", ["plasma", "brain", "lumbar"], 0, 180, seconds=12),
    )


def _blood_figure() -> go.Figure:
    figure = theme.new_figure(520, margin={"l": 72, "r": 16, "t": 26, "b": 48})
    figure.add_scatter(
        meta="plasma",
        x=[],
        y=[],
        mode="lines",
        line_color=theme.OXYTOCIN,
        fill="tozeroy",
        fillcolor="rgba(204,121,167,0.3)",
    )
    figure.add_scatter(
        meta="mark",
        x=[0, 180],
        y=[TRACE_LEVEL] * 2,
        mode="lines",
        line={"color": theme.MUTED, "dash": "dot", "width": 1.5},
    )
    figure.add_scatter(meta="brain", x=[], y=[], mode="lines", line_color=theme.PERSON_I, yaxis="y2")
    figure.add_scatter(
        meta="lumbar", x=[], y=[], mode="lines", line={"color": theme.PERSON_J, "dash": "longdash"}, yaxis="y2"
    )
    figure.update_layout(
        yaxis={"title": "Blood plasma<br>(pg/ml)", "domain": [0.55, 1], "range": [0, 50]},
        yaxis2={"title": "Brain's fluid<br>(pg/ml)", "domain": [0, 0.42], "range": [0, 40], "anchor": "x"},
        xaxis={
            "title": "Time after the spray (minutes)",
            "range": [0, 180],
            "anchor": "free",
            "position": 0,
            "dtick": 30,
        },
    )
    corner: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "right", "yanchor": "top"}
    figure.add_annotation(theme.label("dotted: 10 pg/ml, to count by", theme.OXYTOCIN, x=1, y=1.0, **corner))
    figure.add_annotation(theme.label("solid: around the brain", theme.PERSON_I, x=1, y=0.42, **corner))
    figure.add_annotation(theme.label("dashed: lower back", theme.PERSON_J, x=1, y=0.36, **corner))
    return figure


def _draw_blood(_: kinetics.IntranasalDose, run: kinetics.KineticsRun) -> Frame:
    return Frame(
        {
            "plasma": {"x": run.minutes, "y": run.plasma},
            "brain": {"x": run.minutes, "y": run.cerebrospinal},
            "lumbar": {"x": run.minutes, "y": run.lumbar},
        },
        {
            "yaxis.range": [0, theme.ceiling(run.plasma.max(), 50)],
            "yaxis2.range": [0, theme.ceiling(run.cerebrospinal.max(), 40)],
        },
    )


def _describe_blood(parameters: kinetics.IntranasalDose, run: kinetics.KineticsRun) -> str:
    return f"{_plasma_in_words(parameters, run)} {_fluid_in_words(parameters, run)}"


def _plasma_in_words(parameters: kinetics.IntranasalDose, run: kinetics.KineticsRun) -> str:
    if parameters.dose == 0:
        return f"Plasma stays at {run.peak:.1f} pg/ml."
    above, mark = kinetics.duration_above(run, TRACE_LEVEL), format_value(TRACE_LEVEL, "pg/ml")
    long = f"spends {above:.1f} minutes above {mark}" if above > 0 else f"never exceeds {mark}"
    return (
        f"Plasma peaks at {run.peak:.1f} pg/ml after {format_value(round(run.peak_minute), 'minutes')}, {long} and is "
        f"at {np.interp(90, run.minutes, run.plasma):.1f} pg/ml after 90 minutes."
    )


def _fluid_in_words(parameters: kinetics.IntranasalDose, run: kinetics.KineticsRun) -> str:
    if parameters.direct_fraction == 0:
        return "Nothing goes straight to the brain, so both lines of the lower panel stay flat."
    at_75 = int(np.searchsorted(run.minutes, 75))
    rise = 100 * (run.lumbar[at_75] / run.lumbar[0] - 1)
    if parameters.dose == 0:
        changed = "not changed"
    elif rise < 0.05:
        changed = "changed by less than 0.1 %"
    else:
        changed = f"changed by {signed(rise, 1)} %"
    return f"The fluid at the lower back has {changed} after 75 minutes."


def run_100_labs() -> Lab:
    """Many labs study one effect: the funnel, the file drawer and the winner's curse."""
    return Lab(
        "A hundred labs study the same small effect. What do the journals show?",
        replication.ReplicationLab(size_spread=2),
        replication.simulate_labs,
        _funnel_figure,
        _draw_funnel,
        _describe_funnel,
        [
            Preset(
                "As it often was", "About 29 people per arm, a true effect of 0.1, and journals that like a clear yes."
            ),
            Preset(
                "Publish everything",
                "The same labs, the same people. Only the journals change.",
                {"publication": "all"},
            ),
            Preset(
                "Bigger labs",
                "333 people per arm, on average. Where does the published mean go?",
                {"participants": 333},
            ),
            Preset("Nothing there", "The true effect is zero, and still there are findings.", {"effect": 0.0}),
            Preset(
                "A typical field",
                "One true idea in four, some bias, labs of many sizes.",
                {"prior": 0.25, "bias": 0.1, "size_spread": 3, "effect": 0.28, "publication": "significant"},
            ),
        ],
        controls=["participants", "effect", "publication", "labs", "size_spread", "prior", "bias", "alpha"],
        advanced=["labs", "size_spread", "prior", "bias", "alpha"],
        pinned=[],
        seed=7,
    )


def _funnel_figure() -> go.Figure:
    figure = theme.new_figure(480, margin={"l": 72, "r": 16, "t": 70, "b": 52})
    wedge = {"color": theme.MUTED, "dash": "dot", "width": 1.5}
    figure.add_scatter(meta="wedge", x=[], y=[], mode="lines", line=wedge)
    figure.add_scatter(
        meta="drawer", x=[], y=[], mode="markers", marker={"symbol": "circle-open", "size": 8, "color": theme.MUTED}
    )
    figure.add_scatter(
        meta="published", x=[], y=[], mode="markers", marker={"symbol": "diamond", "size": 9, "color": theme.INK}
    )
    figure.add_scatter(meta="true", x=[], y=[], mode="lines", line={"color": theme.PERSON_I, "width": 2})
    figure.add_scatter(
        meta="mean", x=[], y=[], mode="lines", line={"color": theme.PERSON_J, "dash": "longdash", "width": 2}
    )
    figure.update_layout(
        xaxis={"title": "Estimated effect d (SD)", "range": [-1.6, 2.2]},
        yaxis={"title": "Standard error<br>(small labs at the bottom)", "range": [0.7, 0], "zeroline": False},
    )
    # Each label has a row of its own above the picture, so that none meets another or a lab.
    top: dict[str, Any] = {"y": 1, "yref": "paper", "yanchor": "bottom"}
    figure.add_annotation(theme.label("truth", theme.PERSON_I, x=0, **top))
    figure.add_annotation(theme.label("mean of ◆", theme.PERSON_J, x=0, yshift=18, **top))
    figure.add_annotation(
        theme.label("◆ published   ○ file drawer", theme.INK, x=0, xref="paper", xanchor="left", yshift=40, **top)
    )
    return figure


def _mean_truth(parameters: replication.ReplicationLab, run: replication.LabsRun) -> float:
    """Return the true effect that the labs have on average."""
    return parameters.effect * float(run.hypothesis_true.mean())


def _draw_funnel(parameters: replication.ReplicationLab, run: replication.LabsRun) -> Frame:
    depth = theme.ceiling(float(run.standard_error.max()), 0.4)
    mean, truth = run.published_mean, _mean_truth(parameters, run)
    drawer = ~run.published
    left, right = replication.funnel_limits(truth, np.array([depth, 1e-6]), parameters.alpha)
    known = np.isfinite(mean)
    lowest, highest = float(run.estimate.min()) - 0.1, float(run.estimate.max()) + 0.1
    return Frame(
        {
            "wedge": {"x": [left[0], left[1], right[0]], "y": [depth, 0, depth]},
            "drawer": {"x": run.estimate[drawer], "y": run.standard_error[drawer]},
            "published": {"x": run.estimate[run.published], "y": run.standard_error[run.published]},
            "true": {"x": [truth] * 2, "y": [0, depth]},
            "mean": {"x": [mean] * 2 if known else np.empty(0), "y": [0, depth] if known else np.empty(0)},
        },
        {
            "xaxis.range": [-theme.ceiling(-lowest, 1.6), theme.ceiling(highest, 2.2)],
            "yaxis.range": [depth, 0],
            "annotations[0].x": truth,
            "annotations[0].text": "truth" if truth in (0, parameters.effect) else "mean truth",
            "annotations[1].x": mean if known else 0,
            "annotations[1].text": "mean of ◆" if known else "",
        },
    )


def _describe_funnel(parameters: replication.ReplicationLab, run: replication.LabsRun) -> str:
    count, labs = int(run.published.sum()), run.published.size
    chance = _chance_in_words(parameters, run)
    if count == 0:
        return f"None of {labs} labs is published, so the journals are silent. {chance}"
    wrong = int((run.published & (run.estimate < 0)).sum())
    if wrong == 0:
        point = "none points"
    elif count == 1:
        point = "it points"
    else:
        point = f"{wrong} of them {'points' if wrong == 1 else 'point'}"
    return (
        f"{count} of {labs} labs {'is' if count == 1 else 'are'} published, with a mean effect of "
        f"{decimal(run.published_mean)}, while {_truth_in_words(parameters, run)}; {point} the wrong way. {chance}"
    )


def _truth_in_words(parameters: replication.ReplicationLab, run: replication.LabsRun) -> str:
    truth = _mean_truth(parameters, run)
    if truth == 0:
        return "the truth is 0 for all"
    if truth == parameters.effect:
        return f"the truth is {parameters.effect:g}"
    with_effect = int(run.hypothesis_true.sum())
    without = run.hypothesis_true.size - with_effect
    others = "the other" if without == 1 else f"the other {without}"
    return (
        f"the truth is {parameters.effect:g} for {format_value(with_effect, 'labs')} and 0 for {others}, "
        f"{decimal(truth)} on average"
    )


def _chance_in_words(parameters: replication.ReplicationLab, run: replication.LabsRun) -> str:
    if _mean_truth(parameters, run) == 0:
        finds, effect = "A lab finds something that is not there", 0.0
    else:
        finds, effect = f"A lab of {parameters.participants} per arm finds this effect", parameters.effect
    power = replication.power(effect, parameters.participants, parameters.alpha)
    chance = "above 0.999" if power >= 0.9995 else f"{power:.3f}"
    return f"{finds} with probability {chance}{', before bias' if parameters.bias else ''}."


@checked
def trust_game(seed: Seed = 3) -> Game:
    """The trust game as a person plays it: twenty rounds, two partners of hidden type."""
    return Game(
        "How much do you trust a partner whom you cannot see?",
        playable.start,
        playable.play,
        playable.from_code,
        _scene,
        _game_figure,
        seed=seed,
    )


_MOVES = tuple(
    Move(sent, label, str(key))
    for key, (sent, label) in enumerate(
        ((0, "Send nothing"), (4, "Send 4"), (8, "Send 8"), (12, "Send all 12")), start=1
    )
)


def _game_figure() -> go.Figure:
    figure = theme.new_figure(300, margin={"l": 72, "r": 12, "t": 28, "b": 44}, barmode="overlay", bargap=0.3)
    figure.add_bar(meta="sent", x=[], y=[], marker={"color": theme.PERSON_I})
    figure.add_bar(
        meta="back", x=[], y=[], marker={"color": theme.PERSON_J, "pattern": {"shape": "/", "solidity": 0.35}}
    )
    figure.add_scatter(
        meta="broken",
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": "x-thin", "size": 10, "line": {"width": 2.5, "color": theme.PERSON_J}},
    )
    figure.update_layout(
        xaxis={"title": "Round", "range": [0.3, 20.7], "tickvals": [1, 5, 10, 15, 20]},
        yaxis={
            "title": "MU: back (up),<br>sent (down)",
            "range": [-14, 27],
            "tickvals": [-12, 0, 12, 24],
            "ticktext": ["12", "0", "12", "24"],
        },
    )
    figure.add_shape(
        type="line", x0=10.5, x1=10.5, y0=0, y1=1, yref="paper", line={"color": theme.MUTED, "dash": "dot"}
    )
    top: dict[str, Any] = {"y": 1, "yref": "paper", "yanchor": "bottom"}
    figure.add_annotation(theme.label("partner 1", theme.INK, x=0.5, xanchor="left", **top))
    figure.add_annotation(theme.label("partner 2", theme.INK, x=10.7, xanchor="left", **top))
    figure.add_annotation(theme.label("× promise broken", theme.PERSON_J, x=20.7, xanchor="right", **top))
    return figure


def _scene(state: playable.GameState) -> Scene:
    history = state.history
    rounds = np.array([turn.round for turn in history], dtype=float)
    sent = np.array([turn.investment for turn in history], dtype=float)
    back = np.array([turn.returned for turn in history], dtype=float)
    broken = np.array([not turn.kept for turn in history], dtype=bool)
    frame = Frame(
        {
            "sent": {"x": rounds, "y": -sent},
            "back": {"x": rounds, "y": back},
            "broken": {"x": rounds[broken], "y": np.full(int(broken.sum()), 2.0)},
        }
    )
    return Scene(
        sentence=_what_happened(state),
        prompt=_what_now(state),
        moves=() if state.finished else _MOVES,
        frame=frame,
        tally={
            "Round": f"{state.round} of {state.rounds}",
            "Partner": f"{state.partner} of 2",
            "You have earned": f"{state.wealth} MU",
        },
        log=[_in_words(turn) for turn in history],
        code=state.code,
    )


def _in_words(turn: playable.Turn) -> str:
    promise = "kept the promise" if turn.kept else "broke the promise"
    if turn.investment == 0:
        would = "kept" if turn.kept else "broken"
        return f"You sent nothing and keep 12 MU. Partner {turn.partner} would have {would} the promise."
    return (
        f"You sent {turn.investment} MU, which became {3 * turn.investment}. Partner {turn.partner} {promise} and sent "
        f"back {turn.returned}. The round brought you {turn.earned} MU."
    )


def _what_happened(state: playable.GameState) -> str:
    if not state.history:
        return (
            "Each round you have 12 MU (money units). What you send is tripled. Your partner promises to send twice "
            "as much back, and may keep it all instead."
        )
    last = state.history[-1]
    text = f"Round {last.round}: {_in_words(last)}"
    if state.finished:
        text += f" The game is over: you earned {state.wealth} MU."
        for number, each in enumerate(state.partners, start=1):
            text += f" Partner {number} was {each.label.lower()}. {each.description}"
    elif last.round == playable.ROUNDS_PER_PARTNER:
        text += " Now a new partner takes the seat."
    return text


def _what_now(state: playable.GameState) -> str:
    if state.finished:
        return "Go on to the next cell: the model reads your game."
    return f"Round {state.round}: how much do you send to partner {state.partner}?"


_FITTED = {
    "learning_rate": ("Learning rate α", (0.0, 1.0), "linear"),
    "betrayal_aversion": ("Betrayal aversion b", (0.03, 9.0), "log"),
    "choice_sharpness": ("Choice sharpness β (/MU)", (0.05, 20.0), "log"),
}
_TICKS = {"linear": [0, 0.5, 1], "log": [0.1, 1, 10]}
_CORNER: dict[str, Any] = {"y": 1, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}


@dataclass(frozen=True)
class Reading:
    """A game and what the model makes of it: the posterior, and the prior that it started from."""

    state: playable.GameState
    prior: fitting.Posterior
    posterior: fitting.Posterior

    def to_frame(self) -> pd.DataFrame:
        """One row per parameter: posterior mean and 90 % interval."""
        return self.posterior.to_frame()


@checked
def the_reading(game: Game) -> Lab:
    """The model reads a game: learning rate, betrayal aversion and sharpness, and how sure it can be of each."""
    prior = fitting.prior_on_grid()

    def read(_: NoControls) -> Reading:
        turns = game.state.history
        if not turns:
            return Reading(game.state, prior, prior)
        sent, kept = [turn.investment for turn in turns], [turn.kept for turn in turns]
        return Reading(
            game.state,
            prior,
            fitting.grid_posterior(sent, kept, rounds_per_partner=playable.ROUNDS_PER_PARTNER),
        )

    def code(_: NoControls) -> str:
        return (
            "from intimacy.models.oxytocin_trust import from_code, grid_posterior\n\n"
            f"turns = from_code({game.state.code!r}).history\n"
            "sent, kept = [turn.investment for turn in turns], [turn.kept for turn in turns]\n"
            "grid_posterior(sent, kept, rounds_per_partner=10).to_frame()"
        )

    lab = Lab(
        "What can the model read from your game?",
        NoControls(),
        read,
        _reading_figure,
        _draw_reading,
        _describe_reading,
        code=code,
        pinned=["learning_rate", "betrayal_aversion", "choice_sharpness"],
    )
    game.observe(lambda _: lab.refresh(), "serial")
    return lab


def _three_panels(height: int, y_title: str) -> go.Figure:
    figure = theme.new_figure(height, margin={"l": 64, "r": 16, "t": 70, "b": 68})
    for index, (title, bounds, scale) in enumerate(_FITTED.values(), start=1):
        axis = "" if index == 1 else str(index)
        limits = list(bounds) if scale == "linear" else np.log10(bounds).tolist()
        figure.update_layout(
            {
                f"xaxis{axis}": {
                    "title": {"text": _stacked(title)},
                    "type": scale,
                    "range": limits,
                    "tickvals": _TICKS[scale],
                    "domain": [(index - 1) * 0.355, (index - 1) * 0.355 + 0.29],
                    "anchor": f"y{axis}",
                },
                f"yaxis{axis}": {"anchor": f"x{axis}", "title": {"text": y_title if index == 1 else ""}},
            }
        )
    return figure


def _reading_figure() -> go.Figure:
    figure = _three_panels(356, "Probability density<br>(highest = 1)").update_layout(margin_t=48, margin_b=86)
    for index, name in enumerate(_FITTED, start=1):
        axes = {} if index == 1 else {"xaxis": f"x{index}", "yaxis": f"y{index}"}
        figure.add_scatter(
            meta=name,
            x=[],
            y=[],
            mode="lines",
            line_color=theme.PERSON_I,
            fill="tozeroy",
            fillcolor="rgba(0,114,178,0.2)",
            **axes,
        )
        figure.add_scatter(
            meta=f"{name} prior",
            x=[],
            y=[],
            mode="lines",
            line={"color": theme.MUTED, "dash": "dot", "width": 1.5},
            **axes,
        )
        axis = "" if index == 1 else str(index)
        figure.update_layout({f"yaxis{axis}": {"range": [0, 1.08], "tickvals": [0, 1]}})
    corner: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    figure.add_annotation(theme.label("after your rounds", theme.PERSON_I, x=0, y=1, **corner))
    figure.add_annotation(theme.label("dotted: before any round", theme.MUTED, x=0, y=1, **corner, yshift=18))
    return figure


def _density(posterior: fitting.Posterior, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return values and density, scaled to a height of 1, per unit of the axis that the parameter is drawn on."""
    values = getattr(posterior, name)
    position = values if _FITTED[name][2] == "linear" else np.log(values)
    density = posterior.marginal(name) / np.gradient(position)
    return values, density / density.max()


def _draw_reading(_: NoControls, reading: Reading) -> Frame:
    traces = {}
    for name in _FITTED:
        for key, posterior in ((f"{name} prior", reading.prior), (name, reading.posterior)):
            values, density = _density(posterior, name)
            traces[key] = {"x": values, "y": density}
    return Frame(traces)


def _describe_reading(_: NoControls, reading: Reading) -> str:
    rounds = len(reading.state.moves)
    if rounds == 0:
        return "You have not played yet, so the model knows nothing about you: both curves are the same."
    parts = []
    for name, (title, _range, _scale) in _FITTED.items():
        low, high = reading.posterior.interval(name)
        parts.append(f"{_lower(title)} {reading.posterior.mean(name):.2f} ({low:.2f} to {high:.2f})")
    return (
        f"From your {rounds} round{'s' if rounds > 1 else ''} the model reads {', '.join(parts)}; the ranges hold 90 % "
        "of the probability. They are wide because twenty choices are few. This describes choices in one game, not a "
        "person."
    )


def _name_of(title: str) -> str:
    """Return an axis title without its unit."""
    return title.partition(" (")[0]


def _stacked(title: str) -> str:
    """Return an axis title in three lines, since three panels beside each other are narrow on a phone."""
    return "<br>".join(title.split(" ", 2))


def _lower(title: str) -> str:
    """Return an axis title as it stands inside a sentence, without its unit."""
    name = _name_of(title)
    return name[0].lower() + name[1:]


@dataclass(frozen=True)
class RecoveryStudy(Parameters):
    """How many rounds each simulated player plays before being fitted."""

    rounds: str = choice(
        "20",
        {"20": "20 rounds, as you played", "100": "100 rounds", "500": "500 rounds"},
        label="Rounds per player",
        help="Each of 150 simulated players has known values; then the model is fitted to the choices alone.",
    )


@checked
@lru_cache(maxsize=8)
def simulate_recovery(parameters: RecoveryStudy, seed: Seed = 7) -> fitting.Recovery:
    """Fit 150 simulated players and return true and fitted values; kept, since it takes up to half a second."""
    return fitting.recovery(int(parameters.rounds), 150, seed)


def the_recovery() -> Lab:
    """Parameter recovery: could the model find the truth if it were there?"""
    return Lab(
        "Could the model find the truth if it were there?",
        RecoveryStudy(),
        simulate_recovery,
        _recovery_figure,
        _draw_recovery,
        _describe_recovery,
        [
            Preset("Your game", "Twenty choices a player. Look at how far the dots lie from the line."),
            Preset("A long session", "A hundred choices a player.", {"rounds": "100"}),
            Preset("A marathon", "Five hundred choices, more than anyone would sit through.", {"rounds": "500"}),
        ],
        pinned=[],
        seed=7,
    )


def _recovery_figure() -> go.Figure:
    figure = _three_panels(378, "")
    for index, (name, (title, bounds, scale)) in enumerate(_FITTED.items(), start=1):
        axes = {} if index == 1 else {"xaxis": f"x{index}", "yaxis": f"y{index}"}
        axis = "" if index == 1 else str(index)
        ends = list(bounds)
        figure.add_scatter(
            meta=f"{name} line",
            x=ends,
            y=ends,
            mode="lines",
            line={"color": theme.MUTED, "dash": "dash", "width": 1.5},
            **axes,
        )
        figure.add_scatter(
            meta=name,
            x=[],
            y=[],
            mode="markers",
            marker={"color": theme.PERSON_I, "size": 6, "symbol": "circle-open"},
            **axes,
        )
        limits = ends if scale == "linear" else np.log10(bounds).tolist()
        title_y = {"title": {"text": "Value that the fit found<br>(dashed: found = true)"}} if index == 1 else {}
        figure.update_layout(
            {
                f"yaxis{axis}": {"type": scale, "range": limits, "tickvals": _TICKS[scale], **title_y},
                f"xaxis{axis}": {"title": {"text": f"True {title.split()[2]}"}},
            }
        )
        title_x = (index - 1) * 0.33
        figure.add_annotation(
            theme.label(_stacked(_name_of(title)), theme.PERSON_I, x=title_x, align="left", **_CORNER)
        )
    return figure


def _draw_recovery(_: RecoveryStudy, found: fitting.Recovery) -> Frame:
    return Frame({name: {"x": found.true[:, index], "y": found.fitted[:, index]} for index, name in enumerate(_FITTED)})


def _describe_recovery(_: RecoveryStudy, found: fitting.Recovery) -> str:
    parts = [
        f"{_lower(title)} {correlation:.2f}"
        for (title, _, _), correlation in zip(_FITTED.values(), found.correlation, strict=True)
    ]
    *most, last = (f"{100 * share:.0f} %" for share in found.coverage)
    return (
        f"With {found.rounds} rounds each, true and fitted values of 150 simulated players correlate: "
        f"{', '.join(parts)}. Intervals meant to hold the truth for 90 % of the players hold it for "
        f"{', '.join(most)} and {last} of them."
    )


COVER = the_loop
