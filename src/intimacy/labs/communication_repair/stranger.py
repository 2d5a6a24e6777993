"""Meet a stranger: twenty rounds with a hidden strategy, and what others would have got in your place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from intimacy.arguments import Seed, checked
from intimacy.labs.communication_repair.marks import CORNER, NOTHING, TALL, add_events, add_moves, moves, times
from intimacy.models.communication_repair import LABELS, REACH_OUT, STRATEGIES, playable
from intimacy.parameters import format_value
from intimacy.widgets import Frame, Game, Lab, Move, NoControls, Scene, theme

_ROWS = {"you": 2.5, "heard": 1.25, "truth": 0.0}
_MOVES = (Move("reach_out", "Reach out", "1"), Move("hold_back", "Hold back", "2"))
_TALK = Move("talk", "Talk about the last round", "3")


@checked
def meet_a_stranger(seed: Seed = 1) -> Game:
    """Twenty rounds with one of the twelve, hidden until the end; a new game brings the next one."""
    return Game(
        "Twenty rounds with a stranger: who is it?",
        playable.start,
        playable.play,
        playable.from_code,
        _scene,
        _game_figure,
        seed=seed,
    )


def _game_figure() -> go.Figure:
    figure = theme.new_figure(340, margin={"l": 84, "r": 12, "t": 62, "b": 48}, barmode="overlay")
    add_moves(figure, "you", theme.PERSON_I)
    add_moves(figure, "heard", theme.PERSON_J)
    add_moves(figure, "truth", theme.PERSON_J)
    add_events(figure, "misheard", "x-thin")
    add_events(figure, "talked", "circle-open")
    figure.update_layout(
        xaxis={"title": "Round", "range": [0.3, playable.ROUNDS + 0.7], "dtick": 5, "zeroline": False},
        yaxis={
            "range": [-0.1, 3.6],
            "tickvals": [row + TALL / 2 for row in _ROWS.values()],
            "ticktext": ["you did", "you heard", "they did"],
            "ticks": "",
            "showgrid": False,
            "zeroline": False,
        },
    )
    at: dict[str, Any] = {**CORNER, "x": 0, "y": 1}
    figure.add_annotation(theme.label("tall: reached out, low: held back", theme.INK, yshift=24, **at))
    figure.add_annotation(theme.label("○ talked about, × misheard", theme.INK, yshift=4, **at))
    hidden: dict[str, Any] = {"x": 0.5, "xref": "paper", "xanchor": "center"}
    figure.add_annotation(theme.label("", theme.MUTED, y=_ROWS["truth"] + TALL / 2, **hidden))
    return figure


def _scene(state: playable.GameState) -> Scene:
    turns = state.history
    rounds = np.arange(1, len(turns) + 1, dtype=np.float64)
    # What was done is known where it was talked about, and everywhere at the end.
    known = np.array([turn.talked or state.finished for turn in turns], dtype=bool)
    other = np.array([turn.other for turn in turns], dtype=int)
    crosses = [
        (turn.round, _ROWS[row] + TALL + 0.2)
        for turn, seen in zip(turns, known, strict=True)
        for row, wrong in (("you", turn.they_heard != turn.own), ("heard", turn.heard != turn.other))
        if seen and wrong
    ]
    talked = np.array([turn.round for turn in turns if turn.talked], dtype=np.float64)
    frame = Frame(
        {
            "you": moves(rounds, [turn.own for turn in turns], _ROWS["you"]),
            "heard": moves(rounds, [turn.heard for turn in turns], _ROWS["heard"]),
            "truth": moves(rounds[known], other[known], _ROWS["truth"]),
            "misheard": {"x": np.array([x for x, _ in crosses]), "y": np.array([y for _, y in crosses])},
            "talked": {"x": talked, "y": np.full(len(talked), _ROWS["truth"] + TALL + 0.2)},
        },
        {"annotations[2].text": "" if known.any() else "shown at the end, or where you talk"},
    )
    heard = sum(turn.heard == REACH_OUT for turn in turns)
    tally = {
        "Round": f"{state.round} of {playable.ROUNDS}",
        "Heard them reach out": f"{heard} of {len(turns)}",
        "Talked": times(state.talks),
    }
    return Scene(
        sentence=_what_happened(state),
        prompt=_what_now(state),
        moves=() if state.finished else (*_MOVES, *([_TALK] if state.may_talk else [])),
        frame=frame,
        tally=tally,
        log=_log(state),
        code=state.code,
    )


def _did(move: int) -> str:
    return "reached out" if move == REACH_OUT else "held back"


def _round_in_words(turn: playable.Turn) -> str:
    heard = "reach out" if turn.heard == REACH_OUT else "hold back"
    return f"Round {turn.round}: you {_did(turn.own)}, and heard them {heard}."


def _talk_in_words(turn: playable.Turn) -> str:
    yours = f"you heard right, they {_did(turn.other)}"
    if turn.heard != turn.other:
        yours = f"you had misheard, they {_did(turn.other)}"
    theirs = "they heard you right" if turn.they_heard == turn.own else "they had misheard you, and now they know"
    return f"You talk about round {turn.round}: {yours}; {theirs}."


def _log(state: playable.GameState) -> list[str]:
    lines = []
    for turn in state.history:
        lines.append(_round_in_words(turn))
        if turn.talked:
            lines.append(_talk_in_words(turn))
    return lines


def _what_happened(state: playable.GameState) -> str:
    if not state.history:
        return (
            f"You meet a stranger for {playable.ROUNDS} rounds. In each, both reach out or hold back at the same time. "
            "Points per round, yours first: both reach out 3 and 3, only you 0 and 5, only they 5 and 0, neither 1 "
            "and 1. One move in ten is misheard, on either side, and you see only what you heard. They follow one of "
            "twelve rules, and never leave."
        )
    text = _log(state)[-1]
    result = state.result
    if result is None:
        return text
    undone = f", {result.repaired} of them put right by talking" if result.talks else ""
    misheard = f"{format_value(result.misheard, 'moves')} {'was' if result.misheard == 1 else 'were'} misheard"
    return (
        f"{text} The game is over. It was: {result.stranger.label.lower()}. {result.stranger.description} You reached "
        f"out {times(result.reached_out)}, they {times(result.they_reached_out)}. {misheard}{undone}. You have "
        f"{format_value(result.points, 'points')}, they {result.their_points:g}."
    )


def _what_now(state: playable.GameState) -> str:
    if state.finished:
        return "Go on to the next cell: it shows what others would have got in your place. Or meet the next stranger."
    text = f"Round {state.round}: do you reach out or hold back?"
    if state.may_talk:
        text += " Or talk about the last round first, for a point: then both know what was done."
    return text


@dataclass(frozen=True)
class InPlace:
    """A game, and what each of the twelve would have got in the player's place."""

    state: playable.GameState

    def to_frame(self) -> pd.DataFrame:
        """Return one row per strategy, or one that says that the game is not finished."""
        result = self.state.result
        if result is None:
            return pd.DataFrame({"game": ["not finished"]})
        rows: list[dict[str, Any]] = [{"in your place": "you", "points": result.points, "on average": ""}]
        rows += [
            {"in your place": LABELS[each.name], "points": each.points, "on average": round(each.expected, 2)}
            for each in result.in_your_place
        ]
        return pd.DataFrame(rows)


@checked
def in_your_place(game: Game) -> Lab:
    """What each of the twelve would have got in the player's place, with the same luck and on average."""

    def read(_: NoControls) -> InPlace:
        return InPlace(game.state)

    def code(_: NoControls) -> str:
        return (
            "from intimacy.labs.communication_repair import InPlace\n"
            "from intimacy.models.communication_repair.playable import from_code\n\n"
            f"run = InPlace(from_code({game.state.code!r}))"
        )

    lab = Lab(
        "What would others have got in your place?",
        NoControls(),
        read,
        _place_figure,
        _draw_place,
        _describe_place,
        code=code,
        pinned=[],
    )
    game.observe(lambda _: lab.refresh(), "serial")
    return lab


_PLACES = {name: float(len(STRATEGIES) - number) for number, name in enumerate(STRATEGIES)}


def _place_figure() -> go.Figure:
    figure = theme.new_figure(540, margin={"l": 150, "r": 20, "t": 66, "b": 48})
    figure.add_bar(
        meta="same luck", x=[], y=[], orientation="h", width=0.6, marker={"color": theme.PERSON_I}, hoverinfo="skip"
    )
    figure.add_scatter(
        meta="on average",
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": "line-ns", "size": 16, "line": {"width": 3, "color": theme.INK}},
        hoverinfo="skip",
    )
    figure.add_scatter(meta="you", x=[], y=[], mode="lines", line={"color": theme.INK, "dash": "dot", "width": 2})
    most = 5 * playable.ROUNDS
    figure.update_layout(
        xaxis={"title": f"Points after {playable.ROUNDS} rounds", "range": [0, most], "zeroline": False},
        yaxis={
            "range": [0.4, len(_PLACES) + 0.6],
            "tickvals": list(_PLACES.values()),
            "ticktext": [LABELS[name] for name in _PLACES],
            "ticks": "",
            "showgrid": False,
            "zeroline": False,
        },
    )
    at: dict[str, Any] = {**CORNER, "x": 0, "y": 1}
    figure.add_annotation(theme.label("bar: with the same luck", theme.PERSON_I, yshift=40, **at))
    figure.add_annotation(theme.label("┃ on average", theme.INK, yshift=20, **at))
    figure.add_annotation(theme.label("", theme.INK, x=0, y=1, yref="paper", yanchor="bottom"))
    middle: dict[str, Any] = {"x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper"}
    figure.add_annotation(theme.label("", theme.MUTED, **middle))
    return figure


def _draw_place(_: NoControls, place: InPlace) -> Frame:
    result = place.state.result
    traces: dict[str, Mapping[str, Any]] = {
        "same luck": {"x": np.zeros(len(_PLACES)), "y": np.array(list(_PLACES.values()))},
        "on average": NOTHING,
        "you": NOTHING,
    }
    if result is None:
        return Frame(traces, {"annotations[2].text": "", "annotations[3].text": "shown when your game is over"})
    rows = np.array([_PLACES[each.name] for each in result.in_your_place])
    traces["same luck"] = {"x": [each.points for each in result.in_your_place], "y": rows}
    traces["on average"] = {"x": [each.expected for each in result.in_your_place], "y": rows}
    traces["you"] = {"x": [result.points] * 2, "y": [0.4, len(_PLACES) + 0.6]}
    return Frame(
        traces,
        {
            "annotations[2].text": f"you: {result.points:g}",
            "annotations[2].x": result.points,
            "annotations[3].text": "",
        },
    )


def _describe_place(_: NoControls, place: InPlace) -> str:
    result = place.state.result
    if result is None:
        return (
            "Your game is not finished yet, so there is nothing to compare. Play it to the end; this picture follows."
        )
    told = "; ".join(
        f"{LABELS[each.name].lower()} {each.points:g} (on average {each.expected:.1f})" for each in result.in_your_place
    )
    return (
        f"Against {result.stranger.label.lower()} you got {format_value(result.points, 'points')}. In your place, "
        f"with the same luck and without talk: {told}. What does best against one stranger is not what does best in a "
        "crowd."
    )
