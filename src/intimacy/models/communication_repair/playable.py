"""Twenty rounds with a stranger, as a person plays them: a pure state machine, no widgets.

You meet one of the twelve strategies of :mod:`.strategies` and are not told which. In each round both *reach out* or
*hold back*, at the same time. One move in ten is misheard, in either direction, and you only know what you heard: so a
held-back move may have been none, and the other may answer to something that you never did. After a round you may
*talk* about it, for a point: then both learn what was done in that round, and the other goes on from that. There is no
slip of the hand.

At the end you see who it was, what was misheard, and what each of the twelve would have got in your place: with the
same luck and without talk, and exactly on average. Points are no measure of a person.

The strategies come in an order that is shuffled twelve seeds at a time, so that you meet each before any comes again.
All draws follow from the seed, and all else from the seed and the moves, so a state is just these two, and a short text
(``state.code``) rebuilds a game anywhere (:func:`from_code`). A toy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np

from intimacy.arguments import Seed, checked
from intimacy.models.communication_repair.chain import expected
from intimacy.models.communication_repair.strategies import (
    HOLD_BACK,
    PAYOFFS,
    REACH_OUT,
    STRATEGIES,
    Strategy,
)
from intimacy.models.game_code import rebuilt, require_game, sealed
from intimacy.parameters import shown

Move = Literal["reach_out", "hold_back", "talk"]
MOVES: tuple[Move, ...] = get_args(Move)

ROUNDS = 20
MISHEARING = 0.1
"""Chance that a move is heard as the other one, in each direction."""

TALK_COSTS = 1
"""Points for talking about the last round."""

_VERSION = "meet1"
_OWN = {"reach_out": REACH_OUT, "hold_back": HOLD_BACK}


@dataclass(frozen=True)
class Turn:
    """One round. Moves are 0 for reaching out and 1 for holding back.

    Attributes:
        round: from 1.
        own, other: what you and the other did.
        heard: what you heard the other do.
        they_heard: what the other heard you do.
        talked: you talked about this round afterwards, so that both went on from what was done.
    """

    round: int
    own: int
    other: int
    heard: int
    they_heard: int
    talked: bool = False

    @property
    def misheard(self) -> int:
        """How many of the two misheard."""
        return int(self.heard != self.other) + int(self.they_heard != self.own)


@dataclass(frozen=True)
class InYourPlace:
    """What a strategy would have got in your place, in points: with the same luck, and on average, exactly."""

    name: str
    points: float
    expected: float


@dataclass(frozen=True)
class Result:
    """What a finished game shows.

    Attributes:
        stranger: who it was.
        points, their_points: of twenty rounds, yours less what talking cost.
        reached_out, they_reached_out: rounds in which you, and the other, reached out.
        misheard: moves that were misheard.
        repaired: those of them that your talking undid.
        talks: how often you talked.
        in_your_place: each of the twelve against the same stranger, in their order.
    """

    stranger: Strategy
    points: float
    their_points: float
    reached_out: int
    they_reached_out: int
    misheard: int
    repaired: int
    talks: int
    in_your_place: tuple[InYourPlace, ...]


@dataclass(frozen=True)
class _Luck:
    """The draws of one round: the other's wish, your ear, the other's ear, and the wish of who is in your place."""

    their_wish: float
    your_ear: float
    their_ear: float
    your_wish: float


@checked
def stranger_of(seed: Seed) -> Strategy:
    """Return whom a seed makes you meet."""
    names = list(STRATEGIES)
    block, place = divmod(seed, len(names))
    order = np.random.default_rng(np.random.SeedSequence(block)).permutation(len(names))
    return STRATEGIES[names[int(order[place])]]


@lru_cache(maxsize=64)
def _luck(seed: int) -> tuple[_Luck, ...]:
    draws = np.random.default_rng(np.random.SeedSequence(seed)).random((ROUNDS, 4)).tolist()
    return tuple(_Luck(*each) for each in draws)


@lru_cache(maxsize=256)
def _history(seed: int, moves: tuple[Move, ...]) -> tuple[Turn, ...]:
    stranger, luck = stranger_of(seed), _luck(seed)
    turns: list[Turn] = []
    before = state = 0
    for move in moves:
        if move == "talk":
            if not turns or turns[-1].talked:
                raise ValueError("talk must follow a round that has not been talked about")
            last = turns[-1]
            turns[-1] = Turn(last.round, last.own, last.other, last.heard, last.they_heard, talked=True)
            state = stranger.next_state[before][last.other][last.own]
            continue
        if len(turns) == ROUNDS:
            raise ValueError(f"moves must end with the game: it is finished after {ROUNDS} rounds")
        turn = _turn(len(turns) + 1, _OWN[move], stranger.reach_out[state], luck[len(turns)])
        turns.append(turn)
        before, state = state, stranger.next_state[state][turn.other][turn.they_heard]
    return tuple(turns)


def _turn(number: int, own: int, chance: float, luck: _Luck) -> Turn:
    other = int(luck.their_wish >= chance)
    heard = other ^ (luck.your_ear < MISHEARING)
    return Turn(number, own, other, heard, own ^ (luck.their_ear < MISHEARING))


@dataclass(frozen=True)
class GameState:
    """A game at some point: its seed and the moves made. Make one with :func:`start`, go on with :func:`play`.

    Raises:
        ValueError: a seed outside 0 … 2³² − 1, a move that is none of the three, talk that follows no round or was had
            already, or moves after the end.
    """

    seed: int
    moves: tuple[Move, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "moves", require_game(self.seed, self.moves))
        for move in self.moves:
            if move not in MOVES:
                raise ValueError(f"move must be one of {', '.join(map(repr, MOVES))}, got {shown(move)}")
        _history(self.seed, self.moves)
        if self.finished and self.moves[-1] == "talk":
            raise ValueError("talk must come before the last round is over: afterwards there is nothing to repair")

    @property
    def history(self) -> tuple[Turn, ...]:
        """The rounds played."""
        return _history(self.seed, self.moves)

    @property
    def finished(self) -> bool:
        """Whether all rounds are played."""
        return len(self.history) == ROUNDS

    @property
    def round(self) -> int:
        """The round to be played next, from 1; the last one once finished."""
        return min(len(self.history) + 1, ROUNDS)

    @property
    def talks(self) -> int:
        """How often you have talked."""
        return self.moves.count("talk")

    @property
    def may_talk(self) -> bool:
        """Whether there is a round to talk about."""
        return bool(self.history) and not self.finished and self.moves[-1] != "talk"

    @property
    def result(self) -> Result | None:
        """Who it was and what came of it; None until the game is finished."""
        return _result(self) if self.finished else None

    @property
    def code(self) -> str:
        """A short text from which :func:`from_code` rebuilds this game, with a checksum against slips of the pen."""
        return sealed(f"{_VERSION}.{self.seed}.{''.join(str(MOVES.index(each)) for each in self.moves)}")


@checked
def start(seed: Seed) -> GameState:
    """Return a new game. The same seed makes you meet the same stranger, with the same luck.

    Raises:
        ValueError: the seed is not a whole number between 0 and 2³² − 1.
    """
    return GameState(seed)


@checked
def play(state: GameState, move: Move) -> GameState:
    """Return the game after you ``"reach_out"``, ``"hold_back"``, or ``"talk"`` about the last round.

    Raises:
        ValueError: the game is finished, the move is none of the three, or there is nothing to talk about.
    """
    if state.finished:
        raise ValueError(f"the game is finished after {ROUNDS} rounds; start a new one")
    return GameState(state.seed, (*state.moves, move))


@checked
def from_code(code: str) -> GameState:
    """Rebuild a game from its :attr:`GameState.code`; blanks around it are ignored.

    Raises:
        ValueError: the text is not the code of any game (mistyped, shortened or changed).
    """
    return rebuilt(code, MOVES, GameState)


def _result(state: GameState) -> Result:
    turns, stranger = state.history, stranger_of(state.seed)
    return Result(
        stranger=stranger,
        points=_points(turns) - TALK_COSTS * state.talks,
        their_points=sum(PAYOFFS[2 * turn.other + turn.own] for turn in turns),
        reached_out=sum(turn.own == REACH_OUT for turn in turns),
        they_reached_out=sum(turn.other == REACH_OUT for turn in turns),
        misheard=sum(turn.misheard for turn in turns),
        repaired=sum(turn.misheard for turn in turns if turn.talked),
        talks=state.talks,
        in_your_place=tuple(_in_your_place(each, stranger, _luck(state.seed)) for each in STRATEGIES.values()),
    )


def _points(turns: Sequence[Turn]) -> float:
    return sum(PAYOFFS[2 * turn.own + turn.other] for turn in turns)


def _in_your_place(you: Strategy, stranger: Strategy, luck: Sequence[_Luck]) -> InYourPlace:
    """Play the game again with somebody else in your place, with the same luck."""
    turns: list[Turn] = []
    mine = theirs = 0
    for number, each in enumerate(luck, start=1):
        own = int(each.your_wish >= you.reach_out[mine])
        turn = _turn(number, own, stranger.reach_out[theirs], each)
        turns.append(turn)
        mine = you.next_state[mine][turn.own][turn.heard]
        theirs = stranger.next_state[theirs][turn.other][turn.they_heard]
    mean = expected(you, stranger, mishearing=MISHEARING, rounds=ROUNDS).payoff()[0]
    return InYourPlace(you.name, _points(turns), ROUNDS * float(mean))
