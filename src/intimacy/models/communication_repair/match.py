"""Two people, a move each per round, a slip or a mishearing now and then, and talk that repairs some of them.

The rules are those of :mod:`.chain`, whose means stand beside the run. A toy: strangers who can only reach out or hold
back, round after round, and never leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import Seed, checked
from intimacy.models.communication_repair.chain import Expectation, expected_by_round, left_after
from intimacy.models.communication_repair.strategies import (
    LABELS,
    REACH_OUT,
    Strategy,
    payoffs_with,
    strategy,
)
from intimacy.parameters import Parameters, choice, integer, number

Array = NDArray[np.float64]
Moves = NDArray[np.int64]
Booleans = NDArray[np.bool_]

MOST_ROUNDS = 200


@checked
def slip_of_the_hand(default: float = 0.0) -> Any:
    """Declare the chance that a move comes out as the other one."""
    return number(
        default,
        0,
        0.3,
        step=0.01,
        symbol="ε",
        label="Slip",
        help="Chance per move that the other move happens. Both see it.",
    )


@checked
def mishearing_of_a_move(default: float = 0.0) -> Any:
    """Declare the chance that a move is heard as the other one."""
    return number(
        default,
        0,
        0.3,
        step=0.01,
        symbol="εₘ",
        label="Mishearing",
        help="Chance per move that the other person hears the opposite of what was done.",
    )


@checked
def talk_that_repairs(default: float = 0.0) -> Any:
    """Declare the share of errors that talk undoes."""
    return number(
        default,
        0,
        1,
        step=0.05,
        symbol="ρ",
        label="Talk that repairs",
        help="Share of slips and mishearings that are noticed and undone before they have any effect.",
    )


@checked
def generosity_of_the_generous(default: float = 0.33) -> Any:
    """Declare how often the generous strategy lets a held-back move pass."""
    return number(
        default,
        0,
        1,
        step=0.01,
        symbol="g",
        label="Generosity",
        help="The generous strategy only: how often it lets a held-back move pass. At 0 it is tit for tat.",
    )


@checked
def temptation_to_hold_back(default: float = 5.0) -> Any:
    """Declare the points of the one who holds back while the other reaches out."""
    return number(
        default,
        3,
        8,
        step=0.5,
        unit="points",
        symbol="T",
        label="Temptation",
        help="For holding back while the other reaches out, who gets 0. Both reaching out: 3 each; neither: 1 each.",
    )


@dataclass(frozen=True)
class Match(Parameters):
    """Two people, their ways to answer, and what may go wrong (see :func:`simulate_match`)."""

    first: str = choice("tit_for_tat", LABELS, label="Person i", help="How person i answers what was heard.")
    second: str = choice("tit_for_tat", LABELS, label="Person j", help="How person j answers what was heard.")
    misheard_round: int = integer(
        10,
        0,
        50,
        label="Planted misunderstanding",
        help="In this round person j hears the opposite of what person i did. 0: in none.",
    )
    slip: float = slip_of_the_hand()
    mishearing: float = mishearing_of_a_move()
    repair: float = talk_that_repairs()
    generosity: float = generosity_of_the_generous()
    temptation: float = temptation_to_hold_back()
    rounds: int = integer(60, 50, MOST_ROUNDS, step=10, label="Rounds", help="How long they go on.")

    @property
    def strategies(self) -> tuple[Strategy, Strategy]:
        """The two machines."""
        return strategy(self.first, self.generosity), strategy(self.second, self.generosity)

    @property
    def payoffs(self) -> tuple[float, float, float, float]:
        """What a round is worth to the first person: both reach out, only the first does, only the second, neither."""
        return payoffs_with(self.temptation)


@dataclass(frozen=True)
class MatchRun:
    """One match, round by round, beside what happens on average. Columns are persons i and j; 0 is reaching out.

    Attributes:
        parameters: what was run.
        meant: the moves that were meant, shape (rounds, 2).
        moves: the moves that happened, shape (rounds, 2).
        heard: the moves that person i, and person j, heard the other make, shape (rounds, 2).
        repaired: errors that talk undid, by the one whose move it was, shape (rounds, 2).
        expected: what happens on average in each round, outcomes of shape (rounds, 4).
        long_run: what happens on average after many more rounds, outcomes of shape (4,).
    """

    parameters: Match
    meant: Moves
    moves: Moves
    heard: Moves
    repaired: Moves
    expected: Expectation
    long_run: Expectation

    @property
    def rounds(self) -> Moves:
        """The rounds, from 1."""
        return np.arange(1, len(self.moves) + 1)

    @property
    def slipped(self) -> Booleans:
        """Whose hand slipped, shape (rounds, 2)."""
        slipped: Booleans = self.meant != self.moves
        return slipped

    @property
    def misheard(self) -> Booleans:
        """Who heard the opposite of what the other did, shape (rounds, 2)."""
        misheard: Booleans = self.heard != self.moves[:, ::-1]
        return misheard

    @property
    def points(self) -> Array:
        """Points of each person in each round, shape (rounds, 2)."""
        own, other = self.moves[:, 0], self.moves[:, 1]
        worth = np.array(self.parameters.payoffs)
        return np.stack([worth[2 * own + other], worth[2 * other + own]], axis=1)

    @property
    def reaching_out(self) -> Array:
        """Share of both persons' moves that reached out so far, shape (rounds,)."""
        return _so_far((self.moves == REACH_OUT).mean(axis=1))

    @property
    def expected_reaching_out(self) -> Array:
        """The mean of ``reaching_out`` over endless matches, exactly, shape (rounds,)."""
        return _so_far(self.expected.reaching_out.mean(axis=1))

    def to_frame(self) -> pd.DataFrame:
        """Return the match as a table, one row per round."""
        words = np.array(["reaches out", "holds back"])
        columns: dict[str, Any] = {}
        for person, name in enumerate("ij"):
            columns |= {
                f"{name}_meant": words[self.meant[:, person]],
                f"{name}_did": words[self.moves[:, person]],
                f"{name}_heard": words[self.heard[:, person]],
                f"{name}_points": self.points[:, person],
            }
        return pd.DataFrame(
            {
                "round": self.rounds,
                **columns,
                "errors_repaired": self.repaired.sum(axis=1),
                "reaching_out_so_far": self.reaching_out,
                "expected_so_far": self.expected_reaching_out,
            }
        )


@checked
def simulate_match(parameters: Match, seed: Seed = 7) -> MatchRun:
    """Play one match.

    In each round both mean to reach out with the probability of their machine's state. A move slips with probability ε:
    the other move happens, and is seen by both. Then each hears what the other did, or with probability ε_m the
    opposite. Talk undoes each such error with probability ρ, before it counts. Both machines go on from what they did
    and heard. In the round of the planted misunderstanding person j mishears for sure, unless talk undoes it.

    All draws are made up front, six per round, so a slider moves the moves and not the luck. A toy.
    """
    machines = parameters.strategies
    slip, mishearing, repair = parameters.slip, parameters.mishearing, parameters.repair
    meant, moves, heard, repaired = np.empty((4, parameters.rounds, 2), dtype=np.int64)
    states = [0, 0]
    for each, (wishes, hands, ears) in enumerate(_draws(seed)[: parameters.rounds]):
        intended = [int(wishes[k] >= machines[k].reach_out[states[k]]) for k in (0, 1)]
        slips = [_error(hands[k], slip, repair) for k in (0, 1)]
        done = [intended[k] ^ slips[k].left for k in (0, 1)]
        planted = each + 1 == parameters.misheard_round
        mishearings = [_error(ears[0], mishearing, repair), _error(ears[1], 1 if planted else mishearing, repair)]
        hears = [done[1] ^ mishearings[0].left, done[0] ^ mishearings[1].left]
        states = [machines[k].next_state[states[k]][done[k]][hears[k]] for k in (0, 1)]
        meant[each], moves[each], heard[each] = intended, done, hears
        repaired[each] = [slips[k].undone + mishearings[1 - k].undone for k in (0, 1)]
    expected, long_run = expected_by_round(
        *machines,
        slip=left_after(slip, repair),
        mishearing=left_after(mishearing, repair),
        rounds=parameters.rounds,
        planted=parameters.misheard_round,
        planted_chance=1 - repair,
    )
    return MatchRun(parameters, meant, moves, heard, repaired, expected, long_run)


class _Error(NamedTuple):
    """Whether something went wrong and stayed so, and whether it went wrong and was undone."""

    left: bool
    undone: bool


def _error(draw: float, chance: float, repair: float) -> _Error:
    """Decide on an error and its repair by one draw: below the chance it happens, below what talk leaves it stays."""
    left = draw < chance * (1 - repair)
    return _Error(left, draw < chance and not left)


@lru_cache(maxsize=8)
def _draws(seed: int) -> list[list[list[float]]]:
    """Return uniform draws by round, kind (wish, hand, ear) and person, as plain numbers, which a loop reads faster."""
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    draws: list[list[list[float]]] = generator.random((MOST_ROUNDS, 3, 2)).tolist()
    return draws


def _so_far(values: Array) -> Array:
    means: Array = np.cumsum(values) / np.arange(1, len(values) + 1)
    return means
