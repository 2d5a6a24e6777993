"""Left out of a ball game: played or watched, what a model makes of it, and what was published."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from intimacy.arguments import Seed, checked
from intimacy.models.need_to_connect import playable
from intimacy.models.need_to_connect.ball_game import (
    BETWEEN_PERSON_SD,
    MINUTES,
    PUBLISHED_EFFECT,
    BallGame,
    BallGameRun,
    expected_effect,
    half_life,
    need_satisfaction,
    share_path,
    simulate_ball_game,
)
from intimacy.widgets import Advance, Form, Frame, Game, Lab, Motion, Move, NoControls, Preset, Scene, theme

Array = NDArray[np.float64]

_CORNER: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "align": "left"}
_NOTHING: dict[str, Array] = {"x": np.empty(0), "y": np.empty(0)}
_PUBLISHED = "[hartgerink2015]"


# The model


def need_threat() -> Lab:
    """Balls, the needs in a ball game and after it, and how far people who play it stand from those of a fair game."""
    return Lab(
        "The ball does not come. How fast do the needs fall, and do they come back?",
        BallGame(),
        simulate_ball_game,
        _threat_figure,
        draw_threat,
        _describe_threat,
        [
            Preset("Left out", "Not one throw comes to you. After how many throws are the needs halfway down?"),
            Preset(
                "Fair game",
                "Two scripted players, and half of their throws come to you. The needs still waver. Why?",
                {"inclusion_probability": 0.5},
            ),
            Preset(
                "Barely included",
                "One throw in ten. Is a little much better than nothing? Press Draw again a few times.",
                {"inclusion_probability": 0.1},
            ),
            Preset(
                "Six players",
                "A fair game of six: fewer balls for each. Do the needs fall because of it?",
                {"players": 6, "inclusion_probability": 0.2},
            ),
            Preset(
                "Theory says",
                "Left out, with support. During the game support does nothing; afterwards the gap closes fast.",
                {"support": 2},
            ),
            Preset(
                "Data say",
                "The same, as 120 studies found it: support can help from the first measure on, time predicts nothing.",
                {"support": 2, "account": "data"},
            ),
        ],
        controls=[
            "account",
            "inclusion_probability",
            "support",
            "players",
            "throws",
            "expectation_learning",
            "recovery_time",
            "curvature",
            "scale_low",
            "scale_high",
        ],
        advanced=["recovery_time", "curvature", "scale_low", "scale_high"],
        only_with={"recovery_time": ("account", ("theory",))},
        pinned=["balls", "effect", "need", "after"],
        seed=7,
    )


_LEFT, _RIGHT = (0.0, 0.56), (0.67, 1.0)
_LOW, _HIGH = (0.0, 0.38), (0.6, 1.0)
_EFFECT_TOP = 3.5


def _threat_figure() -> go.Figure:
    figure = theme.new_figure(620, margin={"l": 64, "r": 16, "t": 54, "b": 52})
    dashed: dict[str, Any] = {"mode": "lines", "line": {"color": theme.MUTED, "dash": "dash", "width": 2}}
    blue: dict[str, Any] = {"mode": "lines", "line": {"color": theme.PERSON_I}}
    figure.add_scatter(meta="fair", x=[], y=[], **dashed)
    figure.add_scatter(meta="balls", x=[], y=[], mode="lines", line={"color": theme.PERSON_I, "shape": "hv"})
    figure.add_scatter(
        meta="published",
        x=[0, 0],
        y=[PUBLISHED_EFFECT, _EFFECT_TOP],
        mode="lines",
        line_color=theme.INK,
        xaxis="x2",
        yaxis="y2",
    )
    figure.add_scatter(
        meta="published ends",
        x=[0, 0],
        y=[PUBLISHED_EFFECT, _EFFECT_TOP - 0.1],
        mode="markers",
        marker={"symbol": ["diamond", "triangle-up"], "size": [12, 10], "color": theme.INK},
        cliponaxis=False,
        xaxis="x2",
        yaxis="y2",
    )
    figure.add_scatter(meta="effect", x=[], y=[], **blue, xaxis="x2", yaxis="y2")
    figure.add_scatter(meta="need", x=[], y=[], **blue, xaxis="x3", yaxis="y3")
    figure.add_scatter(meta="after", x=[], y=[], **blue, xaxis="x4", yaxis="y4")
    end = float(MINUTES[-1])
    minutes: dict[str, Any] = {"domain": _RIGHT, "range": [-3, end + 1], "tickvals": [0, 30, 60], "zeroline": False}
    needs: dict[str, Any] = {"domain": _LOW, "range": [1, 5], "dtick": 1, "zeroline": False}
    figure.update_layout(
        xaxis={"domain": _LEFT, "anchor": "y", "zeroline": False, "showticklabels": False},
        yaxis={"title": "Balls to you", "domain": _HIGH, "anchor": "x", "zeroline": False},
        xaxis2={**minutes, "anchor": "y2", "showticklabels": False},
        yaxis2={"domain": _HIGH, "range": [-0.5, _EFFECT_TOP], "anchor": "x2", "dtick": 1},
        xaxis3={"title": "Throws", "domain": _LEFT, "anchor": "y3", "zeroline": False},
        yaxis3={"title": "Needs (points)", **needs, "anchor": "x3"},
        xaxis4={"title": "Time after (minutes)", **minutes, "anchor": "y4"},
        yaxis4={**needs, "anchor": "x4"},
    )
    figure.add_annotation(theme.label("your balls;<br>dashed: fair game", theme.PERSON_I, x=0, y=1, **_CORNER))
    figure.add_annotation(theme.label("below the fair<br>game, in SD", theme.PERSON_I, x=_RIGHT[0], y=1, **_CORNER))
    figure.add_annotation(
        theme.label(f"◆ published:<br>above {PUBLISHED_EFFECT}", theme.INK, x=end, y=_EFFECT_TOP, xref="x2", yref="y2")
        | {"xanchor": "right", "yanchor": "top", "align": "right"}
    )
    figure.add_annotation(theme.label("needs in the game", theme.PERSON_I, x=0, y=_LOW[1], yshift=4, **_CORNER))
    figure.add_annotation(theme.label("and after it", theme.PERSON_I, x=_RIGHT[0], y=_LOW[1], yshift=4, **_CORNER))
    return figure


@checked
def draw_threat(parameters: BallGame, run: BallGameRun) -> Frame:
    """Return what a game changes in the picture."""
    top = theme.ceiling(float(max(run.balls[-1], run.fair_balls[-1])), 10)
    return Frame(
        {
            "fair": {"x": run.throw, "y": run.fair_balls},
            "balls": {"x": run.throw, "y": run.balls},
            "effect": {"x": run.minutes, "y": run.effect},
            "need": {"x": run.throw, "y": run.need},
            "after": {"x": run.minutes, "y": run.need_after},
        },
        {
            "yaxis.range": [-0.02 * top, 1.04 * top],
            "xaxis.range": [0, parameters.throws],
            "xaxis3.range": [0, parameters.throws],
        },
    )


def _describe_threat(parameters: BallGame, run: BallGameRun) -> str:
    balls, scripted = int(run.balls[-1]), int(run.scripted.sum())
    came = {0: "none", 1: "one"}.get(balls, str(balls))
    text = (
        f"Of {scripted} throws by the others {came} came to you; in a fair game it would be {run.fair_balls[-1]:.1f} "
        f"of all {parameters.throws} throws, on average. The share that you expect goes from {run.share[0]:.2f} to "
        f"{run.share[-1]:.2f}, and the needs from {run.need[0]:.2f} to {run.need[-1]:.2f} points{_lowest(run)}. "
    )
    if parameters.inclusion_probability == 0:
        throws = half_life(parameters.expectation_learning)
        text += f"With no ball the share halves every {throws:.2f} throws of the others. "
    text += f"{_afterwards(parameters, run)} {_beside_published(run)}"
    return text


def _lowest(run: BallGameRun) -> str:
    """Say how low the needs were in the game, where neither its start nor its end tells."""
    lowest = f"{run.need.min():.2f}"
    return "" if lowest in (f"{run.need[0]:.2f}", f"{run.need[-1]:.2f}") else f" (lowest {lowest})"


def _afterwards(parameters: BallGame, run: BallGameRun) -> str:
    hour = f"{run.need_after[-1]:.2f} points an hour later"
    if parameters.account == "data":
        helps = "" if parameters.support == 0 else " How much of the gap support takes away is a teaching value."
        return f"Time since does not predict the effect here, so the needs are drawn level: {hour}.{helps}"
    if parameters.scale_high - run.need[-1] < 0.005:
        return f"In theory the needs then stay where they are: {hour}."
    return f"In theory they then recover, to {hour}."


def _beside_published(run: BallGameRun) -> str:
    return (
        f"People who play this game rate {_sd(run.effect[0])} people of a fair game at once, and "
        f"{_sd(run.effect[-1])} them after an hour. Published for people left out: more than {PUBLISHED_EFFECT} "
        f"{_PUBLISHED}; the spread between persons was tuned to that."
    )


def _sd(effect: float) -> str:
    """Say where a group stands; a level so near that it is written as 0.00 is the same level."""
    if abs(effect) < 0.005:
        return "level with"
    return f"{abs(effect):.2f} standard deviations {'below' if effect > 0 else 'above'}"


# The game


SCRIPTED = ("Kai", "Noor")
"""The scripted players; they are no people."""

WATCHED = "Sol"
"""Who is in your place when you watch: scripted, too."""

SECONDS_PER_THROW = 1.8
_SECONDS_IN_THE_AIR = 0.6

_STOP = Move("stop", "Stop", "s")
_LEAVE = Move("stop", "Leave it here", "s")
_MOVES = {
    "play": Move("play", "Play", "1"),
    "watch": Move("watch", "Watch only", "2"),
    "not_now": Move("not_now", "Not now", "3"),
    "throw_1": Move("throw_1", f"Throw to {SCRIPTED[0]}", "1"),
    "throw_2": Move("throw_2", f"Throw to {SCRIPTED[1]}", "2"),
    "next": Move("next", "Next throw", "n"),
    "skip": Move("skip", "Skip the questions", "k"),
}

QUESTIONS = {
    "belonging": "I was part of what went on.",
    "self_esteem": "I was content with myself.",
    "control": "I had a say in how the game went.",
    "meaningful_existence": "The others noticed that I was there.",
}
"""What is asked for each need, in words of our own."""

_FORM = Form(
    questions=list(QUESTIONS.values()),
    points=["1 not at all", "2", "3", "4", f"{playable.MOST_RATING} very much"],
    left_open="no answer",
    submit="Use these answers",
)

_PARTS = {1: "learn the game", playable.LEFT_OUT: "left out", playable.LAST: "included"}
_SEATS = ((0.0, -0.72), (-1.1, 0.62), (1.1, 0.62))
_HANDS = ((0.0, -0.34), (-0.8, 0.42), (0.8, 0.42))
"""Where the players sit, and where each holds the ball."""


@checked
def ball_game(seed: Seed = 5) -> Game:
    """A ball game with two scripted players: to play, to watch, or to leave, and always to stop."""
    return Game(
        "Three players, one ball. What is it like when it stops coming?",
        playable.start,
        playable.play,
        playable.from_code,
        _scene,
        _game_figure,
        seed=seed,
    )


def _game_figure() -> go.Figure:
    figure = theme.new_figure(330, margin={"l": 8, "r": 8, "t": 8, "b": 8})
    figure.add_scatter(meta="trail", x=[], y=[], mode="lines", line={"color": theme.MUTED, "dash": "dot", "width": 2})
    seats = {
        "you": (theme.PERSON_I, "circle"),
        "watched": (theme.FURTHER_PERSONS[2], "hexagon"),
        "first": (theme.PERSON_J, "square"),
        "second": (theme.FURTHER_PERSONS[0], "diamond"),
    }
    for key, (color, symbol) in seats.items():
        figure.add_scatter(meta=key, x=[], y=[], mode="markers", marker={"color": color, "symbol": symbol, "size": 44})
    figure.add_scatter(meta="ball", x=[], y=[], mode="markers", marker={"color": theme.INK, "size": 22})
    figure.update_traces(hoverinfo="skip")
    hidden: dict[str, Any] = {"visible": False}
    figure.update_layout(xaxis={**hidden, "range": [-1.6, 1.6]}, yaxis={**hidden, "range": [-1.12, 1.05]})
    for x, y in _SEATS:
        side: dict[str, Any] = {"yshift": -26, "yanchor": "top"} if y < 0 else {"yshift": 26, "yanchor": "bottom"}
        figure.add_annotation(theme.label("", theme.INK, x=x, y=y, **side))
    return figure


def _names(state: playable.GameState) -> tuple[str, str, str]:
    return (WATCHED if state.watching else "you", *SCRIPTED)


def _scene(state: playable.GameState) -> Scene:
    return Scene(
        sentence=_what_happened(state),
        prompt=_what_now(state),
        moves=[_move(state, each) for each in state.legal if each != "rate"],
        frame=_game_frame(state),
        tally=_tally(state),
        log=_log(state),
        code=state.code,
        always=() if state.stage in ("note", "over") else (_LEAVE if state.stage == "stopped" else _STOP,),
        form=_FORM if state.stage == "ratings" else None,
        motion=_motion(state),
        advance=Advance("next", SECONDS_PER_THROW) if state.legal == ("next",) else None,
    )


def _move(state: playable.GameState, name: str) -> Move:
    if name == "go_on":
        return Move("go_on", f"Begin part {state.part}", "1")
    if name == "include":
        whom = f"Watch a last part that includes {WATCHED}" if state.watching else "Play a last part that includes me"
        return Move("include", whom, "1")
    return _MOVES[name]


def _tally(state: playable.GameState) -> dict[str, str]:
    if not state.part:
        return {"Parts": str(len(_PARTS))}
    return {
        "Part": f"{state.part} of {len(_PARTS)}: {_PARTS[state.part]}",
        f"Balls to {_names(state)[0]}": str(sum(throw.catcher == 0 for throw in state.throws)),
    }


def _game_frame(state: playable.GameState) -> Frame:
    points = [{"x": np.array([x]), "y": np.array([y])} for x, y in _SEATS]
    ball_x, ball_y = _HANDS[state.holder]
    trail = _NOTHING
    if state.throws:
        last = state.throws[-1]
        x, y = _path(last)
        trail = {"x": x, "y": y}
    labels = {}
    for seat, name in enumerate(_names(state)):
        balls = sum(throw.catcher == seat for throw in state.throws)
        labels[f"annotations[{seat}].text"] = f"<b>{name[0].upper()}{name[1:]}</b>" + (
            f" · {balls}" if state.throws else ""
        )
    return Frame(
        {
            "trail": trail,
            "you": _NOTHING if state.watching else points[0],
            "watched": points[0] if state.watching else _NOTHING,
            "first": points[1],
            "second": points[2],
            "ball": {"x": np.array([ball_x]), "y": np.array([ball_y])},
        },
        labels,
    )


def _path(throw: playable.Throw) -> tuple[Array, Array]:
    """Return the curve of a throw from hand to hand, a little over the straight line."""
    part = np.linspace(0, 1, 13)
    (x0, y0), (x1, y1) = _HANDS[throw.thrower], _HANDS[throw.catcher]
    return x0 + part * (x1 - x0), y0 + part * (y1 - y0) + 0.8 * part * (1 - part)


def _motion(state: playable.GameState) -> Motion | None:
    """Return the flight of the ball where the last move was a throw, or the one that brings the ball after a stop."""
    if not state.throws or len(playable.GameState(state.seed, state.moves[:-1]).throws) == len(state.throws):
        return None
    x, y = _path(state.throws[-1])
    return Motion("ball", x.tolist(), y.tolist(), _SECONDS_IN_THE_AIR)


def _in_words(throw: playable.Throw, names: Sequence[str]) -> str:
    """Say who throws to whom: "You throw to Kai", "Noor throws to you"."""
    thrower, catcher = names[throw.thrower], names[throw.catcher]
    return f"{'You throw' if thrower == 'you' else f'{thrower} throws'} to {catcher}."


def _log(state: playable.GameState) -> list[str]:
    """Say each move in words; what was answered is not said."""
    said = {
        "play": "You choose to play.",
        "watch": f"You choose to watch {WATCHED}.",
        "not_now": "You choose to do neither now.",
        "skip": "You skip the questions.",
        "include": f"You go on with a last part that includes {_names(state)[0]}.",
        "go_on": "You go on with the next part.",
    }
    throws, lines, names = list(reversed(state.throws)), [], _names(state)
    for move in state.moves:
        if not isinstance(move, str):
            lines.append("You answer the questions.")
        elif move == "stop":
            comes_back = throws and throws[-1].part == 0
            lines.append(f"You stop. {_in_words(throws.pop(), names)}" if comes_back else "You stop.")
        else:
            lines.append(said.get(move) or _in_words(throws.pop(), names))
    return lines


def _what_happened(state: playable.GameState) -> str:
    names = _names(state)
    match state.stage:
        case "note":
            return _NOTE
        case "throws":
            return _opening(state) if state.moves[-1] in ("play", "watch", "go_on", "include") else _log(state)[-1]
        case "ready":
            coming = {
                playable.LEFT_OUT: f"In part 2 they leave {names[0]} out, as announced: none of their "
                f"{playable.SCRIPTED_THROWS[1]} throws comes to {names[0]}.",
                playable.LAST: f"In part 3 the script includes {names[0]} again.",
            }
            return f"{_end_of_part(state, state.part - 1)} {coming[state.part]}"
        case "ratings":
            return _end_of_part(state, state.part)
        case "stopped":
            return _log(state)[-1]
    return _ending(state, names)


_NOTE = (
    f"{SCRIPTED[0]}, {SCRIPTED[1]} and you throw a ball to each other. {SCRIPTED[0]} and {SCRIPTED[1]} are no people: "
    "they follow a script, and nobody sees what you do. In part 1 you learn the game. In part 2 they leave you out, on "
    f"purpose, for {playable.SCRIPTED_THROWS[1]} throws. In part 3 you are included again. Being left out can sting, "
    "even by a script, and even if you know it beforehand. You can stop at any moment, and the ball then comes to you. "
    f"You need not play: you can watch how {WATCHED}, who is scripted too, is left out, or go on without either. "
    "Nothing is stored."
)


def _opening(state: playable.GameState) -> str:
    return f"Part {state.part} begins. {_whose(state)}"


def _whose(state: playable.GameState) -> str:
    """Say who has the ball."""
    holder = _names(state)[state.holder]
    return f"{holder[0].upper()}{holder[1:]} {_has(holder)} the ball."


def _end_of_part(state: playable.GameState, part: int) -> str:
    """Say what came to seat 0 in a part, after the throw that ended it."""
    (came, of), names = state.received(part), _names(state)
    throw = f"{_in_words(state.throws[-1], names)} " if state.moves[-1] == "next" else ""
    return f"{throw}Part {part} is over: {came or 'none'} of {of} throws of the others came to {names[0]}."


def _has(name: str) -> str:
    return "have" if name == "you" else "has"


def _ending(state: playable.GameState, names: Sequence[str]) -> str:
    if not state.part:
        return "You have not played, and nothing depends on it."
    if state.moves[-1] == "stop":
        return f"{_log(state)[-1]} {_whose(state)} The game is over."
    return f"{_end_of_part(state, playable.LAST)} The game is over, and {names[0]} {_has(names[0])} the ball."


def _what_now(state: playable.GameState) -> str:
    match state.stage:
        case "note":
            return "Do you want to play, to watch, or neither?"
        case "ready":
            return "Go on when you like. You can also stop here."
        case "ratings":
            return (
                "How was that part? Answer what you like, or nothing. "
                "The answers stay on this page, unless you choose to share them further down."
            )
        case "stopped":
            return "You can leave it here, or see a last part in which the ball comes again."
        case "over":
            return "Go on to the next cell: what a model makes of this game." if state.part else "Go on below."
    if state.legal == ("next",):
        return _whose(state)
    return f"{_whose(state)} To whom do you throw it?"


# After the game


@dataclass(frozen=True)
class AfterGame:
    """A game, what was rated in it, and where the model has the needs.

    Attributes:
        state: the game.
    """

    state: playable.GameState

    @property
    def shown(self) -> bool:
        """Whether there is something to show: the game has been left, and someone was left out in it."""
        return self.state.stage in ("stopped", "over") and self.state.received(playable.LEFT_OUT)[1] > 0

    @property
    def model(self) -> tuple[float, float]:
        """Needs of the model in points, after the throws of part 2 and at the end."""
        game = BallGame(players=len(_SEATS))
        need = need_satisfaction(share_path(self.state.comes, game.expectation_learning, game.players), game)
        left_out = sum(self.state.received(part)[1] for part in (1, playable.LEFT_OUT))
        return float(need[left_out]), float(need[-1])

    @property
    def yours(self) -> tuple[dict[str, int], dict[str, int]]:
        """What was rated after part 2 and at the end, by need; empty where nothing was."""
        return self.state.ratings(playable.LEFT_OUT), self.state.ratings(playable.LAST)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per need and one for the model, or one that says that there is nothing to show."""
        if not self.shown:
            return pd.DataFrame({"game": ["not played"]})
        rows = [
            {"row": name, "left_out": left_out, "end": end}
            for name, left_out, end in (
                *((need, *(each.get(need, "") for each in self.yours)) for need in playable.NEEDS),
                ("model", *(round(need, 2) for need in self.model)),
            )
        ]
        return pd.DataFrame(rows)


class _NotPrinted(Lab):
    """A lab whose printed words leave out what was answered: what a cell prints is saved with its notebook."""

    def __repr__(self) -> str:
        return textwrap.fill(f"{self.title} {_model_in_words(self.result)}", 100)


@checked
def your_ratings(game: Game) -> Lab:
    """What was rated in a game, beside the model of the same game, and beside the published effect."""

    def read(_: NoControls) -> AfterGame:
        return AfterGame(game.state)

    def code(_: NoControls) -> str:
        return (
            "from intimacy.labs.need_to_connect import AfterGame\n"
            "from intimacy.models.need_to_connect.playable import from_code\n\n"
            f"run = AfterGame(from_code({game.state.code_with_ratings!r}))"
        )

    lab = _NotPrinted(
        "Your answers, the model and the published effect: what can be compared?",
        NoControls(),
        read,
        _after_figure,
        _draw_after,
        _describe_after,
        code=code,
        pinned=[],
    )
    game.observe(lambda _: lab.refresh(), "serial")
    return lab


_ROWS = {"belonging": 6, "self_esteem": 5, "control": 4, "meaningful_existence": 3, "mean": 2, "model": 1}
_ROW_NAMES = ["model", "your mean", "existence", "control", "self-esteem", "belonging"]


def _after_figure() -> go.Figure:
    figure = theme.new_figure(520, margin={"l": 96, "r": 16, "t": 50, "b": 52})
    for row in range(1, len(_ROWS) + 1):
        color = theme.MUTED if row == _ROWS["model"] else theme.PERSON_I
        figure.add_scatter(meta=f"change {row}", x=[], y=[], mode="lines", line={"color": color, "dash": "dot"})
    # The ring at the end is wide, so that a need that has not moved shows both.
    for moment, marker in (
        ("left out", {"symbol": "triangle-down", "size": 10}),
        ("end", {"symbol": "circle-open", "size": 17, "line": {"width": 2}}),
    ):
        for who, color in (("yours", theme.PERSON_I), ("model", theme.MUTED)):
            figure.add_scatter(
                meta=f"{who} {moment}",
                x=[],
                y=[],
                mode="markers",
                marker={**marker, "color": color},
                cliponaxis=False,
            )
    below: dict[str, Any] = {"xaxis": "x2", "yaxis": "y2"}
    figure.add_scatter(
        meta="model effect", x=[], y=[], mode="markers", marker={"size": 12, "color": theme.MUTED}, **below
    )
    figure.add_scatter(
        meta="published",
        x=[PUBLISHED_EFFECT, _EFFECT_TOP],
        y=[1, 1],
        mode="lines",
        line_color=theme.INK,
        **below,
    )
    figure.add_scatter(
        meta="published ends",
        x=[PUBLISHED_EFFECT, _EFFECT_TOP - 0.05],
        y=[1, 1],
        mode="markers",
        marker={"symbol": ["diamond", "triangle-right"], "size": [13, 11], "color": theme.INK},
        cliponaxis=False,
        **below,
    )
    rows: dict[str, Any] = {"showgrid": False, "zeroline": False, "ticks": ""}
    figure.update_layout(
        xaxis={"title": "Needs (points)", "range": [0.8, 5.2], "dtick": 1, "zeroline": False, "anchor": "y"},
        yaxis={
            "domain": [0.42, 1],
            "range": [0.4, len(_ROWS) + 0.6],
            "tickvals": [*range(1, len(_ROWS) + 1)],
            "ticktext": _ROW_NAMES,
            **rows,
        },
        xaxis2={"title": "Left out below included (SD)", "range": [0, _EFFECT_TOP], "dtick": 1, "anchor": "y2"},
        yaxis2={
            "domain": [0, 0.2],
            "range": [0.4, 2.6],
            "tickvals": [1, 2],
            "ticktext": ["published", "model"],
            **rows,
        },
    )
    figure.add_annotation(theme.label("▼ after being left out<br>○ at the end", theme.INK, x=0, y=1, **_CORNER))
    figure.add_annotation(theme.label("", theme.MUTED, x=3, y=4.5))
    figure.add_annotation(
        theme.label(
            f"more than {PUBLISHED_EFFECT}",
            theme.INK,
            x=PUBLISHED_EFFECT,
            y=1,
            xref="x2",
            yref="y2",
            xanchor="left",
            yshift=14,
        )
    )
    return figure


def _draw_after(_: NoControls, after: AfterGame) -> Frame:
    left_out, end = (_mean_and_all(each) for each in (after.yours if after.shown else ({}, {})))
    model = after.model if after.shown else ()
    traces: dict[str, dict[str, Array]] = {f"change {row}": _NOTHING for row in _ROWS.values()}
    for name in left_out.keys() & end.keys():
        traces[f"change {_ROWS[name]}"] = {"x": np.array([left_out[name], end[name]]), "y": np.full(2, _ROWS[name])}
    if model:
        traces[f"change {_ROWS['model']}"] = {"x": np.array(model), "y": np.full(2, _ROWS["model"])}
    for moment, ratings, need in (("left out", left_out, model[:1]), ("end", end, model[1:])):
        traces[f"yours {moment}"] = {
            "x": np.array([*ratings.values()], dtype=float),
            "y": np.array([_ROWS[name] for name in ratings], dtype=float),
        }
        traces[f"model {moment}"] = {"x": np.array(need, dtype=float), "y": np.full(len(need), _ROWS["model"])}
    traces["model effect"] = {"x": expected_effect(BallGame(), np.zeros(1)), "y": np.array([2.0])}
    return Frame(traces, {"annotations[1].text": "" if left_out or end else _why_empty(after)})


def _mean_and_all(ratings: dict[str, int]) -> dict[str, float]:
    """Return the ratings and their mean, where there are any."""
    if not ratings:
        return {}
    return {**ratings, "mean": float(np.mean([*ratings.values()]))}


def _why_empty(after: AfterGame) -> str:
    if not after.shown:
        return "no game yet"
    return f"you watched {WATCHED}" if after.state.watching else "no answers given"


def _describe_after(_: NoControls, after: AfterGame) -> str:
    return f"{_model_in_words(after)} {_own_in_words(after)}".strip()


def _model_in_words(after: AfterGame) -> str:
    effect = float(expected_effect(BallGame()))
    published = (
        f"Published, over 120 studies with 11,869 people: those left out rate more than {PUBLISHED_EFFECT} standard "
        f"deviations below those included {_PUBLISHED}. That is a difference between groups. The model's "
        f"{effect:.2f}, for a game of 30 throws, was tuned to it with a spread of {BETWEEN_PERSON_SD} points between "
        "persons, so it is no evidence."
    )
    if not after.shown:
        return f"There is no game to show here, and none is needed. {published}"
    low, end = after.model
    whose = f"{WATCHED}'s" if after.state.watching else "a player's"
    return (
        f"On the same throws the model has {whose} needs at {low:.1f} points after being left out, and at {end:.1f} at "
        f"the end. {published}"
    )


def _own_in_words(after: AfterGame) -> str:
    if not after.shown:
        return ""
    if after.state.watching:
        return "You watched, so nothing was asked."
    own = [_rated_in_words(*each) for each in zip(("After being left out", "At the end"), after.yours, strict=True)]
    told = " ".join(each for each in own if each)
    if not told:
        return "You gave no answers."
    return (
        f"{told} Compare the direction with the model's, not the size: the two scales were never matched, you "
        "knew the script, and one person has no standard deviation, so yours has no place beside the published effect. "
        "This is no test of you."
    )


def _rated_in_words(moment: str, ratings: dict[str, int]) -> str:
    if not ratings:
        return ""
    each = ", ".join(f"{name.replace('_', ' ')} {points}" for name, points in ratings.items())
    return f"{moment} you chose: {each}; mean {np.mean([*ratings.values()]):.1f}."
