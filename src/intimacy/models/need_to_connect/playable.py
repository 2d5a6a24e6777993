"""The ball game as a person plays it or watches it: a pure state machine, no widgets.

Three throw a ball: you and two scripted players. It is opt-in: the first state is a note of what will come, and nothing
starts until you choose to play, to watch, or neither. Then come three parts, counted in throws of the scripted players
(:data:`SCRIPTED_THROWS`). In the first and the last the script gives you half of them, no fewer, because the draws are
shuffled and not tossed. In the second it gives you none. Before the second and the third part the game waits until you
go on. Whoever watches sees a third scripted player in your place.

*Stop* is a legal move in every state. However the game ends, it ends with the ball in your hands: the last throw of the
last part goes to you, and after a stop the ball is thrown to you. If you stop after you have been left out, one move
more is open, a last part that includes you.

After the second part, and again at the end, you may rate four needs, or some of them, or none. All draws follow from
the seed, and all else from the seed and the moves. :attr:`GameState.code` holds the moves and not what you rated;
:attr:`GameState.code_with_ratings` holds both. A toy, after Cyberball (Williams).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from intimacy.arguments import Seed, checked
from intimacy.models.game_code import require_game, sealed
from intimacy.parameters import shown

Stage = Literal["note", "ready", "throws", "ratings", "stopped", "over"]
Ratings = tuple[int, ...]
Move = str | Ratings

SCRIPTED_THROWS = (8, 14, 8)
"""Throws of the scripted players in each part: learn the game, be left out, be included."""

LEFT_OUT = 2
LAST = 3

NEEDS = ("belonging", "self_esteem", "control", "meaningful_existence")
MOST_RATING = 5
"""Needs are rated from 1 to this; 0 stands for one that was left open."""

OPEN: Ratings = (0,) * len(NEEDS)

_LETTERS = {
    "play": "p",
    "watch": "w",
    "not_now": "n",
    "go_on": "g",
    "next": "x",
    "throw_1": "1",
    "throw_2": "2",
    "skip": "k",
    "include": "i",
    "stop": "s",
}
_RATED = "r"
_MOVES = {letter: move for move, letter in _LETTERS.items()}
_VERSION = "ball1"


@dataclass(frozen=True)
class Throw:
    """One throw. Seat 0 is yours, or that of the player whom you watch. Numbers and parts count from 1.

    The throw that brings the ball to seat 0 after a stop belongs to no part: its ``part`` is 0.
    """

    number: int
    part: int
    thrower: int
    catcher: int


@dataclass(frozen=True)
class _Script:
    """What the seed decides: which scripted throws come to seat 0, by part, and to whom a watched player throws."""

    comes: tuple[tuple[bool, ...], ...]
    targets: tuple[int, ...]


@dataclass(frozen=True)
class _Course:
    """How far a game has come."""

    stage: Stage = "note"
    watching: bool = False
    part: int = 0
    holder: int = 0
    throws: tuple[Throw, ...] = ()
    ratings: Mapping[int, Ratings | None] = field(default_factory=dict)

    @property
    def scripted(self) -> int:
        """Scripted throws of this part so far."""
        return sum(throw.thrower > 0 and throw.part == self.part for throw in self.throws)

    def thrown_to(self, catcher: int, part: int | None = None) -> _Course:
        throw = Throw(len(self.throws) + 1, self.part if part is None else part, self.holder, catcher)
        return replace(self, holder=catcher, throws=(*self.throws, throw))


@lru_cache(maxsize=64)
def _script(seed: int) -> _Script:
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    first, none, last = SCRIPTED_THROWS
    included = _shuffled(first, generator)
    again = (*_shuffled(last - 1, generator), True)  # the last throw of all comes to you
    targets = 1 + generator.integers(2, size=1 + sum(SCRIPTED_THROWS))
    return _Script((included, (False,) * none, again), tuple(targets.tolist()))


def _shuffled(count: int, generator: np.random.Generator) -> tuple[bool, ...]:
    """Return half of ``count`` throws that come to you, rounded down, among those that do not."""
    comes = generator.permutation(np.arange(count) < count // 2).tolist()
    return tuple(comes)


def _legal(course: _Course) -> tuple[str, ...]:
    """Return the moves that are open besides "stop"; ``"rate"`` stands for any ratings."""
    match course.stage:
        case "note":
            return ("play", "watch", "not_now")
        case "ready":
            return ("go_on",)
        case "throws":
            return ("throw_1", "throw_2") if course.holder == 0 and not course.watching else ("next",)
        case "ratings":
            return ("rate", "skip")
        case "stopped":
            return ("include",)
        case _:
            return ()


@lru_cache(maxsize=1024)
def _course(seed: int, moves: tuple[Move, ...]) -> _Course:
    if not moves:
        return _Course()
    before = _course(seed, moves[:-1])
    if before.stage == "over":
        raise ValueError(f"moves must end with the game, got {len(moves)}: the game is over after {len(moves) - 1}")
    return _after(before, moves[-1], _script(seed))


def _after(course: _Course, move: Move, script: _Script) -> _Course:
    legal = (*_legal(course), "stop")
    if (move if isinstance(move, str) else "rate") not in legal or move == "rate":
        named = ", ".join("four ratings" if each == "rate" else repr(each) for each in legal)
        raise ValueError(f"move must be one of {named} now, got {shown(move)}")
    match move:
        case "stop":
            return _stopped(course)
        case "not_now":
            return replace(course, stage="over")
        case "play" | "watch":
            return replace(course, stage="throws", part=1, watching=move == "watch")
        case "go_on":
            return replace(course, stage="throws")
        case "include":
            return replace(course, stage="throws", part=LAST)
        case "throw_1" | "throw_2":
            return course.thrown_to(int(move[-1]))
        case "next":
            return _next(course, script)
        case _:
            rated = replace(course, ratings={**course.ratings, course.part: move if isinstance(move, tuple) else None})
            return _between(rated)


def _next(course: _Course, script: _Script) -> _Course:
    """Let the holder throw as the script says, and close the part when it was its last throw."""
    if course.holder == 0:
        return course.thrown_to(script.targets[sum(throw.thrower == 0 for throw in course.throws)])
    comes = script.comes[course.part - 1][course.scripted]
    course = course.thrown_to(0 if comes else 3 - course.holder)
    if course.scripted < SCRIPTED_THROWS[course.part - 1]:
        return course
    first = course.ratings.get(LEFT_OUT)
    asks = not course.watching and (course.part == LEFT_OUT or (course.part == LAST and first is not None))
    return replace(course, stage="ratings") if asks else _between(course)


def _between(course: _Course) -> _Course:
    if course.part == LAST:
        return replace(course, stage="over")
    return replace(course, stage="ready", part=course.part + 1)


def _stopped(course: _Course) -> _Course:
    """End the game with the ball in seat 0; offer the last part to whoever has been left out and has not begun it."""
    left_out = any(throw.part == LEFT_OUT for throw in course.throws)
    begun = course.part == LAST and course.stage != "ready"
    offer = left_out and not begun and course.stage != "stopped"
    if course.holder != 0:
        course = course.thrown_to(0, part=0)
    return replace(course, stage="stopped" if offer else "over")


@dataclass(frozen=True)
class GameState:
    """A game at some point: its seed and the moves made. Make one with :func:`start`, go on with :func:`play`.

    Raises:
        ValueError: a seed outside 0 … 2³² − 1, or a move that is not open where it stands.
    """

    seed: int
    moves: tuple[Move, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "moves", require_game(self.seed, self.moves))
        for move in self.moves:
            if isinstance(move, tuple):
                _require_ratings(move)
            elif not isinstance(move, str):
                raise ValueError(f"move must be a word or four ratings, got {shown(move)}")
        for end in range(1, len(self.moves) + 1):
            _course(self.seed, self.moves[:end])

    @property
    def stage(self) -> Stage:
        """What the game waits for: a choice at the note, the start of a part, a throw, ratings, or nothing more."""
        return self._reached.stage

    @property
    def legal(self) -> tuple[str, ...]:
        """The moves that are open besides "stop"; ``"rate"`` stands for four ratings."""
        return _legal(self._reached)

    @property
    def finished(self) -> bool:
        """Whether the game is over."""
        return self.stage == "over"

    @property
    def watching(self) -> bool:
        """Whether seat 0 is a scripted player whom you watch."""
        return self._reached.watching

    @property
    def part(self) -> int:
        """The part that is on, or that begins next, from 1; 0 before you have chosen."""
        return self._reached.part

    @property
    def holder(self) -> int:
        """The seat that holds the ball."""
        return self._reached.holder

    @property
    def throws(self) -> tuple[Throw, ...]:
        """The throws so far."""
        return self._reached.throws

    @property
    def comes(self) -> tuple[bool, ...]:
        """Whether each throw of a scripted player so far came to seat 0."""
        return tuple(throw.catcher == 0 for throw in self.throws if throw.thrower > 0)

    @checked
    def received(self, part: int) -> tuple[int, int]:
        """Return how many throws of the scripted players came to seat 0 in a part, and how many there were."""
        comes = [throw.catcher == 0 for throw in self.throws if throw.thrower > 0 and throw.part == part]
        return sum(comes), len(comes)

    @checked
    def ratings(self, part: int) -> dict[str, int]:
        """Return what was rated after a part, by need; needs that were left open are missing."""
        given = self._reached.ratings.get(part) or OPEN
        return {need: points for need, points in zip(NEEDS, given, strict=True) if points}

    @property
    def code(self) -> str:
        """A text from which :func:`from_code` rebuilds the moves, with a checksum; what you rated is not in it."""
        return sealed(f"{_VERSION}.{self.seed}.{self._letters}")

    @property
    def code_with_ratings(self) -> str:
        """The same text with what you rated, for whoever wants to keep it."""
        digits = "".join(str(points) for move in self.moves if isinstance(move, tuple) for points in move)
        return sealed(f"{_VERSION}.{self.seed}.{self._letters}.{digits}") if digits else self.code

    @property
    def _reached(self) -> _Course:
        return _course(self.seed, self.moves)

    @property
    def _letters(self) -> str:
        return "".join(_LETTERS[move] if isinstance(move, str) else _RATED for move in self.moves)


@checked
def start(seed: Seed) -> GameState:
    """Return a new game, at its note. The same seed makes the same script.

    Raises:
        ValueError: the seed is not a whole number between 0 and 2³² − 1.
    """
    return GameState(seed)


@checked
def play(state: GameState, move: str | Ratings | list[int]) -> GameState:
    """Return the game after a move. There is no undo. ``"stop"`` is open in every state; once over, it changes nothing.

    Raises:
        ValueError: the move is not open now, or ratings are not four whole numbers from 0 (left open) to 5, at least
            one of them above 0.
    """
    if state.finished:
        if move == "stop":
            return state
        raise ValueError("state must be a game that goes on, got one that is over; start a new one")
    if isinstance(move, list | tuple):
        move = tuple(move)
        if not any(move):
            raise ValueError("ratings must answer at least one question, got none; skip them if you would rather not")
    return GameState(state.seed, (*state.moves, move))


@checked
def from_code(code: str) -> GameState:
    """Rebuild a game from a code of it; blanks around it are ignored. Ratings that are not in the code stay open.

    Raises:
        ValueError: the text is not the code of any game (mistyped, shortened or changed).
    """
    text = code.strip()
    refused = f"code must be the text a game gave you, unchanged, got {shown(code)}"
    try:
        _, seed, letters, *digits, _ = text.split(".")
        given = iter(_rows("".join(digits)))
        state = GameState(
            int(seed), tuple(next(given, OPEN) if letter == _RATED else _MOVES[letter] for letter in letters)
        )
    except (ValueError, KeyError) as error:
        raise ValueError(refused) from error
    if text not in (state.code, state.code_with_ratings):
        raise ValueError(refused)
    return state


def _rows(digits: str) -> list[Ratings]:
    numbers = [int(digit) for digit in digits]
    return [tuple(numbers[at : at + len(NEEDS)]) for at in range(0, len(numbers), len(NEEDS))]


def _require_ratings(ratings: tuple[object, ...]) -> None:
    whole = all(isinstance(each, int) and not isinstance(each, bool) and 0 <= each <= MOST_RATING for each in ratings)
    if not whole or len(ratings) != len(NEEDS):
        raise ValueError(
            f"ratings must be {len(NEEDS)} whole numbers between 0 and {MOST_RATING}, got {shown(list(ratings))}"
        )
