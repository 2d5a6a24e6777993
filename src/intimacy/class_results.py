"""The class as the experiment: share games, ratings or bets, gather what was shared, see it beside model and study.

Three panels to share from, three to gather with, and three pictures that follow a gatherer::

    share_game(game)              gather_games()        the_class_game(gathered)
    share_ratings(game)           gather_ratings()      the_class_ratings(gathered)
    share_bets(12, bets)          gather_bets(12)       changed_minds(gathered, bets)

A class is not a study. Nobody was drawn by chance, all learn the same together, and whoever shares has chosen to.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from intimacy.arguments import checked
from intimacy.data import load
from intimacy.labs.need_to_connect import AfterGame
from intimacy.models import class_pool
from intimacy.models.class_pool import ANSWERS, SMALLEST, Pool
from intimacy.models.need_to_connect import playable as ball_game
from intimacy.models.need_to_connect.ball_game import PUBLISHED_EFFECT
from intimacy.models.oxytocin_trust.crowd import Crowd, crowd
from intimacy.models.oxytocin_trust.playable import ROUNDS, ROUNDS_PER_PARTNER
from intimacy.models.oxytocin_trust.trust_game import ENDOWMENT
from intimacy.models.result_code import (
    LEARNERS,
    MOST_BETS,
    BetsResult,
    RatingsResult,
    TrustResult,
    encode,
    read_csv,
    read_text,
)
from intimacy.widgets import Bet, Frame, Game, Lab, NoControls, theme
from intimacy.widgets.gather import Gather
from intimacy.widgets.share import Asked, Offer, Share

TRUST_STUDY, BALL_STUDY = "kosfeld2005", "hartgerink2015"
PLACEBO, SPRAY = 0.21, 0.45
"""Shares of investors who sent everything, in the study of 2005; each of them chose once."""

NOT_A_STUDY = (
    "This is a class and not a study, and no replication of one: nobody was drawn by chance, all have just heard the "
    "same lesson, and whoever shared has chosen to."
)

_ABOUT = (
    "Only if you want to. Nothing depends on it, and no page shows who shared. What goes is what stands below, "
    "with a number drawn by chance, so that you count once: no name, no words of yours, no time. Whoever runs the "
    "classroom can look at single results without names, and delete them. No picture shows the result of one person."
)
_NEEDS = ("belonging", "self-esteem", "control", "meaningful existence")
_PARTNERS = range(1, ROUNDS // ROUNDS_PER_PARTNER + 1)
_NOTHING: dict[str, Any] = {"x": np.empty(0), "y": np.empty(0)}


# To share


@checked
def share_game(game: Game) -> Share:
    """A panel to share a finished trust game."""

    def offer(number: int, _: Sequence[int]) -> Offer:
        state = game.state
        if not state.finished:
            return Offer(f"There is nothing to share yet: play all {ROUNDS} rounds first.")
        amounts = ", ".join(map(str, state.moves))
        words = f"The number of your game: {state.seed}. What you sent in each round, in MU: {amounts}."
        return Offer(words, encode(TrustResult(number % LEARNERS, state.seed, state.moves)))

    return Share("Share my game with the class", _ABOUT, "trust", offer, follows=[(game, "serial")])


@checked
def share_ratings(game: Game) -> Share:
    """A panel to share what was answered after a ball game."""

    def offer(number: int, _: Sequence[int]) -> Offer:
        parts = (ball_game.LEFT_OUT, ball_game.LAST)
        left_out, end = (tuple(game.state.ratings(part).get(need, 0) for need in ball_game.NEEDS) for part in parts)
        if not any(left_out + end):
            return Offer("There is nothing to share, and there need not be: no question has been answered.")
        words = f"After being left out: {_rated(left_out)}. At the end: {_rated(end)}. Your throws are not sent."
        return Offer(words, encode(RatingsResult(number % LEARNERS, left_out, end)))

    return Share("Share my answers with the class", _ABOUT, "ratings", offer, follows=[(game, "serial")])


@checked
def share_bets(lesson: int, bets: Sequence[Bet]) -> Share:
    """A panel to bet once more after the lesson, and to share both bets.

    Raises:
        ValueError: there are more bets than a code has room for.
    """
    _require_bets(bets)

    def offer(number: int, answers: Sequence[int]) -> Offer:
        before = tuple(_place(bet) for bet in bets)
        if not any(before + tuple(answers)):
            return Offer("There is nothing to share yet: no bet has been placed, before or now.")
        pairs = zip(bets, before, answers, strict=True)
        words = " ".join(
            f"Bet {count}: {_said(bet, first)} before, {_said(bet, then)} now."
            for count, (bet, first, then) in enumerate(pairs, start=1)
        )
        return Offer(words, encode(BetsResult(number % LEARNERS, lesson, before, tuple(answers))))

    return Share(
        "Have you changed your mind? Bet once more, and share both with the class",
        _ABOUT,
        f"bets {lesson}",
        offer,
        asked=[
            Asked(f"Bet {count}, once more: {bet.question}", [each["label"] for each in bet.options])
            for count, bet in enumerate(bets, start=1)
        ],
        follows=[(bet, "choice") for bet in bets],
    )


def _rated(ratings: Sequence[int]) -> str:
    pairs = zip(_NEEDS, ratings, strict=True)
    return ", ".join(f"{need} {points or 'no answer'}" for need, points in pairs)


def _place(bet: Bet) -> int:
    """Return the place of the option that was bet on, from 1; 0 without a bet."""
    keys = [each["key"] for each in bet.options]
    return 1 + keys.index(bet.choice) if bet.choice in keys else 0


def _said(bet: Bet, place: int) -> str:
    return f'"{bet.options[place - 1]["label"]}"' if place else "no answer"


def _require_bets(bets: Sequence[Bet]) -> None:
    if not 1 <= len(bets) <= MOST_BETS:
        raise ValueError(f"bets must be between 1 and {MOST_BETS}, got {len(bets)}")


# To gather


def gather_games() -> Gather:
    """Boxes for the trust games of a class."""
    return _gather("The trust games of the class", "trust")


def gather_ratings() -> Gather:
    """Boxes for the ball-game answers of a class."""
    return _gather("The ball-game answers of the class", "ratings")


@checked
def gather_bets(lesson: int) -> Gather:
    """Boxes for the bets of a class in one lesson."""
    return _gather(f"The bets of the class in lesson {lesson:02}", f"bets {lesson}")


def _gather(title: str, topic: str) -> Gather:
    return Gather(
        title,
        topic,
        read_text,
        read_csv,
        encode,
        key=lambda each: each.learner,
        pooled=partial(class_pool.pool, topic),
        checked=lambda plain: class_pool.from_plain(plain, topic),
    )


def _following(
    gathered: Gather,
    title: str,
    read: Callable[[Pool], Any],
    figure: Callable[[], go.Figure],
    draw: Callable[[Any], Frame],
    describe: Callable[[Any], str],
) -> Lab:
    """Return a picture without controls that is drawn again whenever more has been gathered."""
    lab = Lab(
        title,
        NoControls(),
        lambda _: read(gathered.pool),
        figure,
        lambda _, result: draw(result),
        lambda _, result: describe(result),
        code=lambda _: f"from intimacy.models.class_pool import Pool\n\npool = {gathered.pool!r}",
        pinned=[],
    )
    gathered.observe(lambda _: lab.refresh(), "serial")
    return lab


def _count(pool: Pool, what: str) -> str:
    """Say how many have shared, how many of them are in the picture, and why not all."""
    if not pool.shared:
        return "Nobody has shared yet."
    learners = "1 learner has" if pool.shared == 1 else f"{pool.shared} learners have"
    if not pool.counted:
        return (
            f"{learners} shared {what}. The class is drawn from {SMALLEST} on: in a smaller pool, people who know "
            "each other could tell who is who."
        )
    if pool.counted == pool.shared:
        return f"{learners} shared {what}."
    return (
        f"{learners} shared {what}; the picture holds {pool.counted}. While it fills it grows by fives, so that nobody "
        "can be read off the difference."
    )


@cache
def _status(key: str) -> str:
    """Return how the table of studies rates a study."""
    studies = load("evidence").set_index("key")
    return str(studies.loc[key, "status"])


# The trust game


@dataclass(frozen=True)
class ClassGame:
    """The trust games of a class, and the model's crowd at the same games."""

    pool: Pool
    model: Crowd

    @property
    def sent(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Mean MU that the class sent, by round; empty where there are too few games."""
        return np.array(self.pool.sums.get("sent", ()), dtype=float) / max(self.pool.counted, 1)

    @property
    def all_at_first(self) -> float | None:
        """Share of the class that sent everything in round 1."""
        return self.pool.sums["first"][-1] / self.pool.counted if self.pool.counted else None

    def to_frame(self) -> pd.DataFrame:
        """Return mean MU sent by round, of the class and of the model."""
        rounds = np.arange(1, ROUNDS + 1)
        sent = np.round(self.sent, 2) if self.pool.counted else [""] * ROUNDS
        return pd.DataFrame({"round": rounds, "class_mu": sent, "model_mu": self.model.sent.round(2)})


@checked
def the_class_game(gathered: Gather) -> Lab:
    """Mean money sent by the class, round by round, beside the model's crowd and the study of 2005."""

    def read(pool: Pool) -> ClassGame:
        seeds, games = pool.sums.get("seeds", (3,)), pool.sums.get("games", (1,))  # the lesson's game is number 3
        return ClassGame(pool, crowd(seeds, games))

    return _following(
        gathered,
        "Does the class trust as the model does?",
        read,
        _game_figure,
        _draw_game,
        _describe_game,
    )


def _game_figure() -> go.Figure:
    figure = theme.new_figure(580, margin={"l": 64, "r": 20, "t": 54, "b": 52})
    dashed = {"color": theme.MUTED, "dash": "dash", "width": 2}
    solid = {"color": theme.PERSON_I, "width": 3}
    for partner in _PARTNERS:
        figure.add_scatter(meta=f"model {partner}", x=[], y=[], mode="lines", line=dashed)
    for partner in _PARTNERS:
        figure.add_scatter(meta=f"class {partner}", x=[], y=[], mode="lines+markers", line=solid)
    first: dict[str, Any] = {"xaxis": "x2", "yaxis": "y2", "mode": "markers", "cliponaxis": False}
    figure.add_scatter(
        meta="published",
        x=[100 * PLACEBO, 100 * SPRAY],
        y=[1, 1],
        marker={"symbol": ["diamond", "diamond-open"], "size": 14, "color": theme.INK, "line": {"width": 2}},
        **first,
    )
    figure.add_scatter(meta="model first", x=[], y=[], marker={"size": 13, "color": theme.MUTED}, **first)
    figure.add_scatter(meta="class first", x=[], y=[], marker={"size": 13, "color": theme.PERSON_I}, **first)
    figure.update_layout(
        xaxis={"title": "Round", "range": [0.5, ROUNDS + 0.5], "tickvals": [1, 5, 10, 15, 20], "anchor": "y"},
        yaxis={"title": "MU sent (mean)", "range": [-0.4, 12.4], "dtick": 4, "domain": [0.46, 1], "zeroline": False},
        xaxis2={
            "title": "Sent everything in the first round (%)",
            "range": [-2, 102],
            "dtick": 20,
            "anchor": "y2",
            "zeroline": False,
        },
        yaxis2={
            "domain": [0, 0.25],
            "range": [0.4, 3.6],
            "tickvals": [1, 2, 3],
            "ticktext": ["study", "model", "class"],
            "showgrid": False,
            "zeroline": False,
            "ticks": "",
        },
    )
    turn = ROUNDS_PER_PARTNER + 0.5
    figure.add_shape(
        type="line", x0=turn, x1=turn, y0=0.46, y1=1, yref="paper", line={"color": theme.MUTED, "dash": "dot"}
    )
    top: dict[str, Any] = {"y": 1, "yref": "paper", "yanchor": "bottom"}
    figure.add_annotation(theme.label("partner 1", theme.INK, x=0.5, xanchor="left", **top))
    figure.add_annotation(theme.label("partner 2", theme.INK, x=turn, xanchor="left", **top))
    figure.add_annotation(theme.label("", theme.PERSON_I, x=0.5, xanchor="left", yshift=18, **top))
    figure.add_annotation(theme.label("dashed: model", theme.MUTED, x=ROUNDS + 0.5, xanchor="right", yshift=18, **top))
    below: dict[str, Any] = {"y": 1, "xref": "x2", "yref": "y2", "yanchor": "bottom", "yshift": 8}
    figure.add_annotation(theme.label("placebo", theme.INK, x=100 * PLACEBO, **below))
    figure.add_annotation(theme.label("spray", theme.INK, x=100 * SPRAY, **below))
    return figure


def _draw_game(found: ClassGame) -> Frame:
    share = found.all_at_first
    lines: dict[str, dict[str, Any]] = {}
    # A line of its own for each partner: nothing was sent between the last round with one and the first with the other.
    for partner, rounds in enumerate(np.arange(ROUNDS).reshape(-1, ROUNDS_PER_PARTNER), start=1):
        lines[f"model {partner}"] = {"x": rounds + 1.0, "y": found.model.sent[rounds]}
        lines[f"class {partner}"] = _NOTHING if share is None else {"x": rounds + 1.0, "y": found.sent[rounds]}
    return Frame(
        {
            **lines,
            "model first": {"x": np.array([100 * found.model.all_at_first]), "y": np.array([2.0])},
            "class first": _NOTHING if share is None else {"x": np.array([100 * share]), "y": np.array([3.0])},
        },
        {
            "annotations[2].text": "" if share is None else f"solid: class of {found.pool.counted}",
        },
    )


def _describe_game(found: ClassGame) -> str:
    study = (
        f"In the study of 2005, {100 * PLACEBO:.0f} % of the investors sent everything after placebo and "
        f"{100 * SPRAY:.0f} % after an oxytocin spray; each chose once [{TRUST_STUDY}, {_status(TRUST_STUDY)}]."
    )
    model = f"{100 * found.model.all_at_first:.0f} % of the model's crowd sent all {ENDOWMENT} MU in round 1."
    counted = _count(found.pool, "a game")
    share = found.all_at_first
    if share is None:
        return f"{counted} The dashed line is the model's crowd at its starting values. {model} {study}"
    first, second = found.sent.reshape(-1, ROUNDS_PER_PARTNER).mean(axis=1)
    theirs = found.model.sent.reshape(-1, ROUNDS_PER_PARTNER).mean(axis=1)
    apart = float(np.abs(found.sent - found.model.sent).mean())
    return (
        f"{counted} On average the class sent {first:.1f} of {ENDOWMENT} MU to partner 1 and {second:.1f} to partner "
        f"2; the model's crowd, at its starting values and in the same games, sent {theirs[0]:.1f} and "
        f"{theirs[1]:.1f}. The two lines are {apart:.1f} MU apart in an average round. In round 1, {100 * share:.0f} % "
        f"of the class sent everything. {model} {study} {NOT_A_STUDY} You had no spray, and whoever plays for points "
        "in a lesson may play otherwise than for money."
    )


# The ball game


@dataclass(frozen=True)
class ClassRatings:
    """The ball-game answers of a class, and the needs of the model in the same script."""

    pool: Pool
    model: tuple[float, float]

    @checked
    def means(self, moment: str) -> list[float | None]:
        """Return the mean points of each need at ``"left_out"`` or ``"end"``; ``None`` for too few answers."""
        sums, answers = (self.pool.sums.get(name, (0,) * len(_NEEDS)) for name in (moment, f"{moment}_answers"))
        return [total / count if count else None for total, count in zip(sums, answers, strict=True)]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per need, and one for the model."""
        moments = {name: [round(each, 2) if each else "" for each in self.means(name)] for name in ("left_out", "end")}
        table = pd.DataFrame({"row": _NEEDS, **moments})
        low, end = (round(each, 2) for each in self.model)
        return pd.concat([table, pd.DataFrame([{"row": "model", "left_out": low, "end": end}])], ignore_index=True)


@checked
def the_class_ratings(gathered: Gather) -> Lab:
    """The needs of the class after being left out and at the end, beside the model's."""
    return _following(
        gathered,
        "Did the needs of the class fall and come back?",
        lambda pool: ClassRatings(pool, _watched()),
        _ratings_figure,
        _draw_ratings,
        _describe_ratings,
    )


@cache
def _watched() -> tuple[float, float]:
    """Return the needs of the model in a whole game, watched: after being left out, and at the end."""
    state = ball_game.play(ball_game.start(5), "watch")
    while not state.finished:
        state = ball_game.play(state, state.legal[0])
    return AfterGame(state).model


def _ratings_figure() -> go.Figure:
    figure = theme.new_figure(400, margin={"l": 160, "r": 24, "t": 44, "b": 52})
    rows = ["model", *reversed(_NEEDS)]
    for row in range(1, len(rows) + 1):
        color = theme.MUTED if row == 1 else theme.PERSON_I
        figure.add_scatter(meta=f"change {row}", x=[], y=[], mode="lines", line={"color": color, "dash": "dot"})
    for moment, marker in (
        ("left_out", {"symbol": "triangle-down", "size": 11}),
        ("end", {"symbol": "circle-open", "size": 17, "line": {"width": 2}}),
    ):
        for who, color in (("class", theme.PERSON_I), ("model", theme.MUTED)):
            figure.add_scatter(meta=f"{who} {moment}", x=[], y=[], mode="markers", marker={**marker, "color": color})
    figure.update_layout(
        xaxis={"title": "Needs (mean points, 1 to 5)", "range": [0.8, 5.2], "dtick": 1, "zeroline": False},
        yaxis={
            "range": [0.4, len(rows) + 0.6],
            "tickvals": [*range(1, len(rows) + 1)],
            "ticktext": rows,
            "showgrid": False,
            "zeroline": False,
            "ticks": "",
        },
    )
    corner: dict[str, Any] = {"xref": "paper", "yref": "paper", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom"}
    figure.add_annotation(theme.label("▼ after being left out   ○ at the end", theme.INK, **corner))
    return figure


def _draw_ratings(found: ClassRatings) -> Frame:
    traces: dict[str, dict[str, Any]] = {}
    left_out, end = found.means("left_out"), found.means("end")
    heights = [float(len(_NEEDS) + 1 - index) for index in range(len(_NEEDS))]
    for height, low, high in zip(heights, left_out, end, strict=True):
        both = low is not None and high is not None
        traces[f"change {height:.0f}"] = (
            {"x": np.array([low, high], float), "y": np.full(2, height)} if both else _NOTHING
        )
    traces["change 1"] = {"x": np.array(found.model), "y": np.ones(2)}
    for index, (moment, means) in enumerate((("left_out", left_out), ("end", end))):
        points = [(mean, height) for mean, height in zip(means, heights, strict=True) if mean is not None]
        traces[f"class {moment}"] = {"x": np.array([x for x, _ in points]), "y": np.array([y for _, y in points])}
        traces[f"model {moment}"] = {"x": np.array(found.model[index : index + 1]), "y": np.ones(1)}
    return Frame(traces)


def _describe_ratings(found: ClassRatings) -> str:
    low, end = found.model
    counted = _count(found.pool, "answers")
    model = (
        f"The model has the needs of a player at {low:.1f} points after being left out, and at {end:.1f} at the end."
    )
    study = (
        f"Over 120 studies, people who were left out rated their needs more than {PUBLISHED_EFFECT} standard "
        f"deviations below those who were included [{BALL_STUDY}, {_status(BALL_STUDY)}]. That compares two groups. "
        "Here is one group twice, so there is nothing to put beside that number but the direction."
    )
    if not found.pool.counted:
        return f"{counted} {model} {study}"
    said = [
        f"{need} {_points(first)} and {_points(last)}"
        for need, first, last in zip(_NEEDS, found.means("left_out"), found.means("end"), strict=True)
    ]
    return (
        f"{counted} Mean points after being left out, and at the end: {'; '.join(said)}. {model} {study} {NOT_A_STUDY} "
        "Whoever disliked the game may well have shared nothing."
    )


def _points(mean: float | None) -> str:
    return "(too few answers)" if mean is None else f"{mean:.1f}"


# The bets


@dataclass(frozen=True)
class Minds:
    """The bets of a class before and after a lesson.

    Attributes:
        tables: for each bet, how many learners by answer before (rows) and after (columns); only who answered twice.
    """

    pool: Pool
    options: tuple[tuple[str, ...], ...]
    tables: tuple[np.ndarray[Any, np.dtype[np.int64]], ...]

    @checked
    def changed(self, bet: int) -> tuple[int, int]:
        """Return how many changed their answer to a bet (from 0), and how many answered it twice."""
        if not 0 <= bet < len(self.tables):
            raise ValueError(f"bet must be between 0 and {len(self.tables) - 1}, got {bet!r}")
        table = self.tables[bet]
        return int(table.sum() - np.trace(table)), int(table.sum())

    def to_frame(self) -> pd.DataFrame:
        """Return one row per bet and option: how many chose it before, after, and both times."""
        rows = [
            {
                "bet": bet + 1,
                "option": option,
                "before": int(table[place].sum()),
                "after": int(table[:, place].sum()),
                "stayed": int(table[place, place]),
            }
            for bet, (options, table) in enumerate(zip(self.options, self.tables, strict=True))
            for place, option in enumerate(options)
        ]
        return pd.DataFrame(rows)


@checked
def changed_minds(gathered: Gather, bets: Sequence[Bet]) -> Lab:
    """How the class bet before and after the lesson, option by option.

    Raises:
        ValueError: there are more bets than a code has room for.
    """
    _require_bets(bets)
    options = tuple(tuple(each["label"] for each in bet.options) for bet in bets)

    def read(pool: Pool) -> Minds:
        tables = []
        for number, labels in enumerate(options, start=1):
            cells = np.array(pool.sums.get(f"bet_{number}", (0,) * ANSWERS**2)).reshape(ANSWERS, ANSWERS)
            tables.append(cells[1 : len(labels) + 1, 1 : len(labels) + 1])
        return Minds(pool, options, tuple(tables))

    return _following(
        gathered,
        "Did we change our minds?",
        read,
        partial(_minds_figure, options),
        _draw_minds,
        _describe_minds,
    )


_MINDS_KEY = "○ before   ● after the lesson"


def _heights(options: Sequence[Sequence[str]]) -> list[list[float]]:
    """Return where each option of each bet stands, from above, with a free row above each bet."""
    heights, at = [], 0.0
    for labels in options:
        at -= 1
        heights.append([at - place for place in range(1, len(labels) + 1)])
        at -= len(labels)
    return heights


def _minds_figure(options: Sequence[Sequence[str]]) -> go.Figure:
    heights = _heights(options)
    rows = [height for each in heights for height in each]
    figure = theme.new_figure(110 + 46 * (len(rows) + len(options)), margin={"l": 210, "r": 24, "t": 36, "b": 52})
    for row in rows:
        figure.add_scatter(
            meta=f"change {row:g}", x=[], y=[], mode="lines", line={"color": theme.PERSON_I, "dash": "dot"}
        )
    figure.add_scatter(
        meta="before",
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": "circle-open", "size": 16, "color": theme.MUTED, "line": {"width": 2}},
        cliponaxis=False,
    )
    figure.add_scatter(
        meta="after", x=[], y=[], mode="markers", marker={"size": 10, "color": theme.PERSON_I}, cliponaxis=False
    )
    labels = [_wrapped(label) for each in options for label in each]
    figure.update_layout(
        xaxis={"title": "Of those who bet twice (%)", "range": [-2, 102], "dtick": 20, "zeroline": False},
        yaxis={
            "range": [rows[-1] - 0.7, -0.4],
            "tickvals": rows,
            "ticktext": labels,
            "showgrid": False,
            "zeroline": False,
            "ticks": "",
        },
    )
    for each in heights:
        figure.add_annotation(theme.label("", theme.INK, x=0, y=each[0] + 0.9, xref="paper", xanchor="left"))
    corner: dict[str, Any] = {"xref": "paper", "yref": "paper", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom"}
    figure.add_annotation(theme.label("", theme.INK, **corner))
    return figure


def _wrapped(label: str) -> str:
    return "<br>".join(textwrap.wrap(label, 28)[:2])


def _draw_minds(found: Minds) -> Frame:
    traces: dict[str, dict[str, Any]] = {}
    points: dict[str, list[tuple[float, float]]] = {"before": [], "after": []}
    few = "too few answers" if found.pool.shared else "no answers yet"
    layout = {f"annotations[{len(found.tables)}].text": _MINDS_KEY if found.pool.counted else few}
    for bet, (heights, table) in enumerate(zip(_heights(found.options), found.tables, strict=True)):
        changed, answered = found.changed(bet)
        layout[f"annotations[{bet}].text"] = f"<b>Bet {bet + 1}</b>" + (
            f": {changed} of {answered} changed" if answered else f": {few}" if found.pool.counted else ""
        )
        shares = [100 * table.sum(axis=axis) / max(answered, 1) for axis in (1, 0)]
        for height, before, after in zip(heights, *shares, strict=True):
            shown = bool(answered)
            traces[f"change {height:g}"] = (
                {"x": np.array([before, after]), "y": np.full(2, height)} if shown else _NOTHING
            )
            if shown:
                points["before"].append((before, height))
                points["after"].append((after, height))
    for name, found_points in points.items():
        traces[name] = {
            "x": np.array([x for x, _ in found_points]),
            "y": np.array([y for _, y in found_points]),
        }
    return Frame(traces, layout)


def _describe_minds(found: Minds) -> str:
    counted = _count(found.pool, "bets")
    if not found.pool.counted:
        return counted
    parts = []
    for bet, (labels, table) in enumerate(zip(found.options, found.tables, strict=True)):
        changed, answered = found.changed(bet)
        if not answered:
            parts.append(f"Bet {bet + 1}: fewer than {SMALLEST} answered twice.")
            continue
        before, after = (labels[int(table.sum(axis=axis).argmax())] for axis in (1, 0))
        most = (
            f'"{before}" was chosen most before and after'
            if before == after
            else (f'"{before}" was chosen most before, "{after}" after')
        )
        parts.append(f"Bet {bet + 1}: {changed} of {answered} changed their answer; {most}.")
    return (
        f"{counted} {' '.join(parts)} A change of mind may come from the lesson, from the neighbour, or from what one "
        f"thinks is wanted: there is no class without the lesson to compare with. {NOT_A_STUDY}"
    )
