"""Unanswered messages, as a person plays it: a pure state machine, no widgets.

Three people, one after the other. Of each you first see twenty earlier messages and which were answered. Then you
*send*, and see whether an answer comes, or you *stop* waiting and go on to the next person. Before each message, with a
small chance (:data:`HAZARD`), the other has stopped answering for good. Nothing tells you so but the silence, and the
same silence says much about a person who used to answer nine messages in ten and little about one who answered one in
four.

At the end you see when each of them stopped, and where three models would have stopped on the very same answers: the
change-point agent, who asks how likely the silence is if nothing has changed; the full filter, who asks the same and
also counts that they may have stopped at any later message; and a learner who averages (Rescorla–Wagner). All three
know the person's chance of answering, and the first two the hazard. There is no score for patience: every stop has two
costs, messages *wasted* on someone who had stopped and answers *missed* from someone who had not, and how to weigh them
is not for a model to say.

All draws follow from the seed, and all else from the seed and the moves, so a state is just these two, and a short text
(``state.code``) rebuilds a game anywhere (:func:`from_code`). A toy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np

from intimacy.arguments import Seed, checked
from intimacy.models.game_code import rebuilt, require_game, sealed
from intimacy.models.reward_learning.intermittent import change_point_misses, filtering_misses
from intimacy.parameters import shown

Move = Literal["send", "stop"]
MOVES: tuple[Move, ...] = get_args(Move)

REPLY_PROBABILITIES = (0.25, 0.5, 0.9)
"""How often the three people answer while they still do; the seed decides the order."""

HAZARD = 0.05
"""Chance, before each message, that the other stops answering for good."""

EARLIER_MESSAGES = 20
"""Messages sent to each person before the game; the share of answers among them is the person's own, exactly."""

MESSAGES = 20
"""Messages you can send to one person; after the last, the game goes on to the next person by itself."""

LEARNING_RATE = 0.2
THRESHOLD = 0.1
"""The averaging learner starts from the share answered so far and stops once its prediction is below this."""

_VERSION = "wait1"


@dataclass(frozen=True)
class Turn:
    """One move. ``misses`` in a row are those after it; a stop names the ``message`` not sent. Numbers count from 1."""

    number: int
    person: int
    message: int
    move: Move
    answered: bool
    misses: int


@dataclass(frozen=True)
class Stop:
    """Where someone stopped: messages sent, those wasted after the answers had ended, answers missed by stopping."""

    sent: int
    wasted: int
    missed: int


@dataclass(frozen=True)
class Result:
    """What a finished game shows about one person, and about you, beside three models on the same answers.

    Attributes:
        person: from 1, in the order met.
        reply_probability: the chance of an answer while this person still answered.
        attended: messages, out of :data:`MESSAGES`, before this person stopped answering.
        misses: your misses in a row when you stopped (or sent your last message).
        waited_to_the_end: you sent all messages and never stopped.
        change_point_misses, filtering_misses: misses in a row at which the change-point agent and the filter stop.
        learner, change_point, filtering, rescorla_wagner: where each of you stopped.
    """

    person: int
    reply_probability: float
    attended: int
    misses: int
    waited_to_the_end: bool
    change_point_misses: int
    filtering_misses: int
    learner: Stop
    change_point: Stop
    filtering: Stop
    rescorla_wagner: Stop


@dataclass(frozen=True)
class _Person:
    """What the seed decides about one person before the first move."""

    reply_probability: float
    earlier: tuple[bool, ...]
    attended: int
    answers: tuple[bool, ...]


@lru_cache(maxsize=64)
def _cast(seed: int) -> tuple[_Person, ...]:
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    return tuple(_person(float(chance), generator) for chance in generator.permutation(REPLY_PROBABILITIES))


def _person(reply_probability: float, generator: np.random.Generator) -> _Person:
    answered = np.arange(EARLIER_MESSAGES - 1) < round(reply_probability * EARLIER_MESSAGES) - 1
    earlier = (*generator.permutation(answered).tolist(), True)  # ends with an answer, so that nobody starts in doubt
    attended = min(MESSAGES, math.floor(math.log1p(-generator.random()) / math.log1p(-HAZARD)))
    luck = generator.random(MESSAGES) < reply_probability
    return _Person(reply_probability, earlier, attended, tuple((luck & (np.arange(MESSAGES) < attended)).tolist()))


@lru_cache(maxsize=256)
def _history(seed: int, moves: tuple[Move, ...]) -> tuple[Turn, ...]:
    people, turns = _cast(seed), []
    person = message = misses = 0
    for number, move in enumerate(moves, start=1):
        if person == len(people):
            raise ValueError(f"moves must end with the game, got {len(moves)}: the game is finished after {number - 1}")
        answered = move == "send" and people[person].answers[message]
        misses = 0 if answered else misses + (move == "send")
        turns.append(Turn(number, person + 1, message + 1, move, answered, misses))
        message += 1
        if move == "stop" or message == MESSAGES:
            person, message, misses = person + 1, 0, 0
    return tuple(turns)


@dataclass(frozen=True)
class GameState:
    """A game at some point: its seed and the moves made. Make one with :func:`start`, go on with :func:`play`.

    Raises:
        ValueError: a seed outside 0 … 2³² − 1, a move that is neither "send" nor "stop", or moves after the end.
    """

    seed: int
    moves: tuple[Move, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "moves", require_game(self.seed, self.moves))
        for move in self.moves:
            if move not in MOVES:
                raise ValueError(f"move must be one of {', '.join(map(repr, MOVES))}, got {shown(move)}")
        _history(self.seed, self.moves)

    @property
    def people(self) -> int:
        """People in a whole game."""
        return len(REPLY_PROBABILITIES)

    @property
    def finished(self) -> bool:
        """Whether you are through with everyone."""
        return self._closed == self.people

    @property
    def person(self) -> int:
        """Number of the person you are writing to, from 1; the last one once finished."""
        return min(self._closed + 1, self.people)

    @property
    def message(self) -> int:
        """Number of the message you would send next, from 1; that of the last move once finished."""
        if self.finished:
            return self.history[-1].message
        return sum(turn.person == self.person for turn in self.history) + 1

    @property
    def misses(self) -> int:
        """Unanswered messages in a row to the current person."""
        turns = self.history
        return turns[-1].misses if turns and turns[-1].person == self.person else 0

    @property
    def earlier(self) -> tuple[bool, ...]:
        """Which of the current person's earlier messages were answered, oldest first."""
        return _cast(self.seed)[self.person - 1].earlier

    @property
    def history(self) -> tuple[Turn, ...]:
        """The moves made and what came of them."""
        return _history(self.seed, self.moves)

    @property
    def results(self) -> tuple[Result, ...]:
        """What became of each person, beside three models; empty until the game is finished."""
        if not self.finished:
            return ()
        return tuple(_result(number, person, self.history) for number, person in enumerate(_cast(self.seed), start=1))

    @property
    def code(self) -> str:
        """A short text from which :func:`from_code` rebuilds this game, with a checksum against slips of the pen."""
        return sealed(f"{_VERSION}.{self.seed}.{''.join(str(MOVES.index(each)) for each in self.moves)}")

    @property
    def _closed(self) -> int:
        """How many people you are through with."""
        if not self.moves:
            return 0
        last = self.history[-1]
        return last.person - (last.move == "send" and last.message < MESSAGES)


@checked
def start(seed: Seed) -> GameState:
    """Return a new game. The same seed casts the same people, who answer and stop alike.

    Raises:
        ValueError: the seed is not a whole number between 0 and 2³² − 1.
    """
    return GameState(seed)


@checked
def play(state: GameState, move: Move) -> GameState:
    """Return the game after you ``"send"`` one more message, or ``"stop"`` and go on. There is no undo.

    Raises:
        ValueError: the game is finished, or the move is neither of the two.
    """
    if state.finished:
        raise ValueError("the game is finished; start a new one")
    return GameState(state.seed, (*state.moves, move))


@checked
def from_code(code: str) -> GameState:
    """Rebuild a game from its :attr:`GameState.code`; blanks around it are ignored.

    Raises:
        ValueError: the text is not the code of any game (mistyped, shortened or changed).
    """
    return rebuilt(code, MOVES, GameState)


def _result(number: int, person: _Person, history: Sequence[Turn]) -> Result:
    turns = [turn for turn in history if turn.person == number]
    sent = sum(turn.move == "send" for turn in turns)
    change_point = change_point_misses(person.reply_probability, HAZARD)
    filtering = filtering_misses(person.reply_probability, HAZARD)
    return Result(
        person=number,
        reply_probability=person.reply_probability,
        attended=person.attended,
        misses=turns[-1].misses,
        waited_to_the_end=turns[-1].move == "send",
        change_point_misses=change_point,
        filtering_misses=filtering,
        learner=_stop(person, sent),
        change_point=_stop(person, _sends_until(person.answers, change_point)),
        filtering=_stop(person, _sends_until(person.answers, filtering)),
        rescorla_wagner=_stop(person, _rescorla_wagner_sends(person.answers, person.reply_probability)),
    )


def _stop(person: _Person, sent: int) -> Stop:
    return Stop(sent, max(0, sent - person.attended), sum(person.answers[sent:]))


def _sends_until(answers: Sequence[bool], limit: int) -> int:
    """Messages sent by someone who stops at ``limit`` misses in a row."""
    misses = 0
    for sent, answered in enumerate(answers, start=1):
        misses = 0 if answered else misses + 1
        if misses == limit:
            return sent
    return len(answers)


def _rescorla_wagner_sends(answers: Sequence[bool], value: float) -> int:
    """Messages sent by someone who averages, V ← V + α (r − V), and stops once V is below the threshold."""
    for sent, answered in enumerate(answers, start=1):
        value += LEARNING_RATE * (answered - value)
        if value < THRESHOLD:
            return sent
    return len(answers)
