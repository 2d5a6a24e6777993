"""Two people, a move each, and what a misunderstanding does to them."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from intimacy.arguments import checked
from intimacy.labs.communication_repair.marks import CORNER, TALL, add_events, add_moves, moves, per_cent
from intimacy.models.communication_repair import LABELS, REACH_OUT, Match, MatchRun, simulate_match
from intimacy.parameters import format_value
from intimacy.widgets import Frame, Lab, Play, Preset, theme

ROUNDS = 60
"""Rounds that the lab shows."""

_ROWS = (1.15, 0.0)  # where the moves of persons i and j stand
_BOTH = {"first": "generous", "second": "generous"}


def one_misunderstanding() -> Lab:
    """Two strategies, round by round: what they do, what is misheard, and how often they reach out."""
    return Lab(
        "One misunderstanding: where does it lead?",
        Match(rounds=ROUNDS),
        simulate_match,
        _figure,
        draw_match,
        _describe,
        [
            Preset(
                "Tit for tat mishears",
                "Both answer in kind. In round 10 person j hears what was not meant. Press Play: where does it end?",
            ),
            Preset(
                "Both generous",
                "The same misunderstanding. Both answer in kind, but let one held-back move in three pass.",
                _BOTH,
            ),
            Preset(
                "Win-stay, lose-shift",
                "Keep a move after a good round, change it after a bad one. Count the rounds until it is over.",
                {"first": "pavlov", "second": "pavlov"},
            ),
            Preset(
                "Always reaching out",
                "Nothing echoes at all. Before you call that the answer, look at the lab on the price of generosity.",
                {"first": "always_reaches_out", "second": "always_reaches_out"},
            ),
            Preset(
                "Never forgives",
                "One misunderstanding in round 10, and a memory that never lets go.",
                {"first": "grudger", "second": "grudger"},
            ),
            Preset(
                "Noise all along",
                "Nothing is planted, but one move in twenty is misheard. Press Draw again: the dashes stay.",
                {"misheard_round": 0, "mishearing": 0.05},
            ),
            Preset(
                "With talk",
                "The same noise, and talk that undoes four of five. What does the one that gets through do?",
                {"misheard_round": 0, "mishearing": 0.05, "repair": 0.8},
            ),
            Preset(
                "Talk and generosity",
                "The same noise, the same talk, and both let one held-back move in three pass.",
                {**_BOTH, "misheard_round": 0, "mishearing": 0.05, "repair": 0.8},
            ),
            Preset(
                "Making up for it",
                "Hands slip, and whoever slipped takes the answer and goes on reaching out. That mends slips.",
                {"first": "contrite", "second": "contrite", "misheard_round": 0, "slip": 0.05},
            ),
            Preset(
                "Nothing to make up for",
                "The same two, but now moves are misheard. Nobody did anything wrong, so nobody makes up for it.",
                {"first": "contrite", "second": "contrite", "misheard_round": 0, "mishearing": 0.05},
            ),
        ],
        controls=[
            "first",
            "second",
            "misheard_round",
            "mishearing",
            "repair",
            "slip",
            "generosity",
            "temptation",
        ],
        advanced=["temptation"],
        pinned=["so far"],
        play=Play("Round", ["moves i", "moves j", "misheard", "slipped", "repaired", "so far"], 1, ROUNDS, seconds=15),
        seed=48,
    )


def _figure() -> go.Figure:
    figure = theme.new_figure(600, margin={"l": 72, "r": 16, "t": 62, "b": 48}, barmode="overlay")
    upper = {"xaxis": "x2", "yaxis": "y2"}
    add_moves(figure, "moves i", theme.PERSON_I, **upper)
    add_moves(figure, "moves j", theme.PERSON_J, **upper)
    add_events(figure, "misheard", "x-thin", **upper)
    add_events(figure, "slipped", "diamond-open", **upper)
    add_events(figure, "repaired", "circle-open", **upper)
    grey = {"color": theme.MUTED, "width": 1.5}
    figure.add_scatter(meta="long run", x=[], y=[], mode="lines", line={**grey, "dash": "dot"})
    figure.add_scatter(meta="expected", x=[], y=[], mode="lines", line={**grey, "dash": "dash"})
    figure.add_scatter(meta="so far", x=[], y=[], mode="lines", line={"color": theme.INK, "width": 2.5})
    whole = [0.3, ROUNDS + 0.7]
    figure.update_layout(
        xaxis={"title": "Round", "range": whole, "anchor": "y", "dtick": 10, "zeroline": False},
        yaxis={
            "title": "Moves that reach<br>out, so far",
            "domain": [0, 0.42],
            "range": [-0.02, 1.05],
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "tickformat": ".0%",
        },
        xaxis2={"range": whole, "anchor": "y2", "showticklabels": False, "ticks": "", "dtick": 10, "zeroline": False},
        yaxis2={
            "domain": [0.55, 1],
            "range": [-0.05, 2.25],
            "tickvals": [row + TALL / 2 for row in _ROWS],
            "ticktext": ["person i", "person j"],
            "ticks": "",
            "showgrid": False,
            "zeroline": False,
        },
    )
    at: dict[str, Any] = {**CORNER, "x": 0, "y": 1}
    figure.add_annotation(theme.label("tall: reaches out, low: holds back", theme.INK, yshift=24, **at))
    figure.add_annotation(theme.label("", theme.INK, yshift=4, **at))
    words = "─ this match, ‒ ‒ on average<br>··· in the long run"
    figure.add_annotation(theme.label(words, theme.INK, **CORNER, x=0, y=0.42, yshift=2))
    return figure


@checked
def draw_match(parameters: Match, run: MatchRun) -> Frame:
    """Return what a match changes in the picture."""
    rounds = run.rounds.astype(np.float64)
    traces: dict[str, dict[str, Any]] = {
        f"moves {name}": moves(rounds, run.moves[:, person], row)
        for person, (name, row) in enumerate(zip("ij", _ROWS, strict=True))
    }
    seen = {}
    # Each mark stands on the move that went wrong; a mishearing is known by the ear, which is the other person's.
    for key, happened, lift in (
        ("misheard", run.misheard[:, ::-1], 0.2),
        ("slipped", run.slipped, 0.2),
        ("repaired", run.repaired > 0, 0.2),
    ):
        when, whose = np.nonzero(happened)
        seen[key] = len(when)
        traces[key] = {"x": rounds[when], "y": np.array(_ROWS)[whose] + TALL + lift}
    end = float(run.long_run.reaching_out.mean())
    traces["so far"] = {"x": rounds, "y": run.reaching_out}
    traces["expected"] = {"x": rounds, "y": run.expected_reaching_out}
    traces["long run"] = {"x": [1, ROUNDS], "y": [end, end]}
    words = {"misheard": "× misheard", "slipped": "◇ slipped", "repaired": "○ undone by talk"}
    legend = ", ".join(text for key, text in words.items() if seen[key])
    return Frame(traces, {"annotations[1].text": legend or "nothing went wrong"})


def _describe(parameters: Match, run: MatchRun) -> str:
    reached = (run.moves == REACH_OUT).sum(axis=0)
    points = run.points.mean(axis=0)
    counts = (
        (int(run.misheard.sum()), "moves", " misheard"),
        (int(run.slipped.sum()), "slips", ""),
        (int(run.repaired.sum()), "errors", " undone by talk"),
    )
    went_wrong = [f"{format_value(count, nouns)}{what}" for count, nouns, what in counts if count]
    return (
        f"Person i ({LABELS[parameters.first].lower()}) reaches out in {reached[0]} of {ROUNDS} rounds, person j "
        f"({LABELS[parameters.second].lower()}) in {reached[1]}; {', '.join(went_wrong) or 'nothing goes wrong'}. "
        f"{_planted(parameters, run)}Together they reach out in {per_cent(run.reaching_out[-1])} of their moves; on "
        f"average it would be {per_cent(run.expected_reaching_out[-1])}, and "
        f"{per_cent(float(run.long_run.reaching_out.mean()))} in the long run. Points per round: {points[0]:.2f} and "
        f"{points[1]:.2f}."
    )


def _planted(parameters: Match, run: MatchRun) -> str:
    """Say what became of a planted misunderstanding."""
    planted = parameters.misheard_round
    if not planted:
        return ""
    if not run.misheard[planted - 1, 1]:
        return f"The misunderstanding planted in round {planted} was undone by talk. "
    held_back = run.moves[planted:].sum(axis=1) > 0
    if not held_back.any():
        return f"After the misunderstanding in round {planted} nobody holds back. "
    text = f"After the misunderstanding in round {planted} somebody holds back in"
    last = planted + int(np.flatnonzero(held_back)[-1]) + 1
    count = int(held_back.sum())
    if count == 1:
        return f"{text} round {last} and in no other. "
    until = "to the last one" if held_back[-1] else f"for the last time in round {last}"
    return f"{text} {format_value(count, 'rounds')}, {until}. "
