"""Twelve ways to answer another person, each a small machine: a state, a move, and where it goes from there.

In each round two people each *reach out* or *hold back*; game theory says cooperate or defect. A strategy is a
finite-state machine: in each state it reaches out with a given probability, and what it did and what it heard the other
do lead to the next state. That holds every strategy which remembers one round (a vector of four probabilities) and many
that remember more, and it is what makes both the simulation and the chain of :mod:`.chain` general. Each of the twelve
has a counterpart of the same behaviour in the axelrod package, named in ``counterpart``; the tests compare them.

Sources: generosity, Molander 1985 (doi 10.1177/0022002785029004004) and Nowak and Sigmund 1992 (doi 10.1038/355250a0);
win-stay, lose-shift, Nowak and Sigmund 1993 (doi 10.1038/364056a0); contrition, Wu and Axelrod 1995 (doi
10.1177/0022002795039001008). A toy: no strategy was estimated from people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from intimacy.arguments import Between, Share, checked

REACH_OUT, HOLD_BACK = 0, 1
"""The two moves, as they index every table."""

PAYOFFS = (3.0, 0.0, 5.0, 1.0)
"""What a round is worth to the first person, in points: reward R if both reach out, sucker S if only that person does,
temptation T if only the other does, punishment P if neither does. A pair of moves (a, b) is number 2a + b."""

Answer = tuple[tuple[int, int], tuple[int, int]]


@checked
@dataclass(frozen=True)
class Strategy:
    """A way to answer, as a machine that starts in state 0.

    Attributes:
        name, label: in code, and in plain words.
        description: what it does, in one sentence.
        reach_out: probability of reaching out in each state, shape (states,).
        next_state: the state after a round, by state, own move and heard move, shape (states, 2, 2).
        counterpart: the class of the axelrod package that behaves alike, or "".

    Raises:
        ValueError: there is no state, a probability is not between 0 and 1, or a next state does not exist.
    """

    name: str
    label: str
    description: str
    reach_out: Annotated[tuple[float, ...], Between(0, 1)]
    next_state: tuple[Answer, ...]
    counterpart: str = ""

    def __post_init__(self) -> None:
        states = len(self.reach_out)
        if not states or len(self.next_state) != states:
            raise ValueError(
                f"next_state must have one entry per state of reach_out, at least one, got {len(self.next_state)} "
                f"for {states}"
            )
        for state in (state for answer in self.next_state for row in answer for state in row):
            if not 0 <= state < states:
                raise ValueError(f"next_state must be between 0 and {states - 1}, got {state}")

    @property
    def states(self) -> int:
        """How many states the machine has."""
        return len(self.reach_out)


@checked
def memory_one(
    after_both_reach: Share, after_own: Share, after_other: Share, after_both_hold: Share, name: str = "memory_one"
) -> Strategy:
    """Return the strategy that remembers one round, p = (p_CC, p_CD, p_DC, p_DD): its state is that round's outcome.

    Args:
        after_both_reach: probability of reaching out after both did; it begins as if both had.
        after_own: after only this person reached out.
        after_other: after only the other did.
        after_both_hold: after neither did.
        name: what to call it.

    Raises:
        ValueError: a probability is not between 0 and 1.
    """
    chances = (after_both_reach, after_own, after_other, after_both_hold)
    words = ", ".join(f"{chance:.3g}" for chance in chances)
    return Strategy(name, name.replace("_", " "), f"Remembers one round: {words}.", chances, (((0, 1), (2, 3)),) * 4)


@checked
def generous(generosity: Share = 1 / 3) -> Strategy:
    """Return generous tit for tat (1, g, 1, g): it answers in kind, but lets a held-back move pass with probability g.

    Raises:
        ValueError: generosity is not between 0 and 1.
    """
    return Strategy(
        "generous",
        "Generous",
        "Answers in kind, and now and then lets a held-back move pass.",
        (1.0, generosity),
        (_HEARD, _HEARD),
        "GTFT",
    )


@checked
def optimal_generosity(payoffs: tuple[float, float, float, float] = PAYOFFS) -> float:
    """Return g* = min{1 − (T−R)/(R−S), (R−P)/(T−P)}, at least 0 (Nowak and Sigmund; as the axelrod package has it).

    The most generosity at which, with rare errors, nobody gains by holding back from time to time.

    Raises:
        ValueError: the payoffs are not those of a dilemma, T > R > P > S.
    """
    reward, sucker, temptation, punishment = _require_dilemma(payoffs)
    return max(
        0.0, min(1 - (temptation - reward) / (reward - sucker), (reward - punishment) / (temptation - punishment))
    )


@checked
def strategy(name: str, generosity: Share = 1 / 3) -> Strategy:
    """Return one of :data:`STRATEGIES` by its name; ``generosity`` is that of the generous one.

    Raises:
        ValueError: there is no such strategy, or generosity is not between 0 and 1.
    """
    if name not in STRATEGIES:
        raise ValueError(f"name must be one of {', '.join(map(repr, STRATEGIES))}, got {name!r}")
    return generous(generosity) if name == "generous" else STRATEGIES[name]


@checked
def payoffs_with(temptation: float) -> tuple[float, float, float, float]:
    """Return :data:`PAYOFFS` with another temptation T: what holding back is worth to one whom the other reached."""
    reward, sucker, _, punishment = PAYOFFS
    return reward, sucker, float(temptation), punishment


@checked
def is_dilemma(payoffs: tuple[float, float, float, float]) -> bool:
    """Tell whether T > R > P > S and 2R > T + S: holding back tempts, and both do best by reaching out together."""
    reward, sucker, temptation, punishment = payoffs
    return temptation > reward > punishment > sucker and 2 * reward > temptation + sucker


def _require_dilemma(payoffs: Sequence[float]) -> tuple[float, float, float, float]:
    reward, sucker, temptation, punishment = map(float, payoffs)
    if not temptation > reward > punishment > sucker:
        raise ValueError(f"payoffs must be (R, S, T, P) with T > R > P > S, got {', '.join(map(str, payoffs))}")
    return reward, sucker, temptation, punishment


def _contrite_answers() -> tuple[Answer, ...]:
    """Return the next states of contrite tit for tat; a state is what it meant to do, + 2 while it is contrite.

    It turns contrite when its own hand slipped on someone who reached out, and is so until it has reached out.
    """

    def after(state: int, own: int, heard: int) -> int:
        contrite, meant = divmod(state, 2)
        if contrite and own == REACH_OUT:
            return REACH_OUT
        slipped = meant == REACH_OUT and own == HOLD_BACK
        return heard + 2 * max(contrite, int(slipped and heard == REACH_OUT))

    return tuple(
        ((after(state, 0, 0), after(state, 0, 1)), (after(state, 1, 0), after(state, 1, 1))) for state in range(4)
    )


_STAY: Answer = ((0, 0), (0, 0))
_HEARD: Answer = ((0, 1), (0, 1))  # state 0 after a heard reaching out, state 1 after a held-back move

_ALL = (
    Strategy(
        "always_reaches_out", "Always reaches out", "Reaches out, whatever happens.", (1.0,), (_STAY,), "Cooperator"
    ),
    Strategy("always_holds_back", "Always holds back", "Holds back, whatever happens.", (0.0,), (_STAY,), "Defector"),
    Strategy(
        "tit_for_tat",
        "Tit for tat",
        "Reaches out first, and then does what it heard the other do.",
        (1.0, 0.0),
        (_HEARD, _HEARD),
        "TitForTat",
    ),
    generous(),
    Strategy(
        "pavlov",
        "Win-stay, lose-shift",
        "Repeats its move after a good round and changes it after a bad one; good is when the other reached out.",
        (1.0, 0.0),
        (((0, 1), (1, 0)),) * 2,
        "WinStayLoseShift",
    ),
    Strategy(
        "grudger",
        "Never forgives",
        "Reaches out until it hears the other hold back once, and never again.",
        (1.0, 0.0),
        (_HEARD, ((1, 1), (1, 1))),
        "Grudger",
    ),
    Strategy(
        "two_chances",
        "Gives two chances",
        "Holds back only after it heard the other hold back twice in a row.",
        (1.0, 1.0, 0.0),
        (((0, 1), (0, 1)), ((0, 2), (0, 2)), ((0, 2), (0, 2))),
        "TitFor2Tats",
    ),
    Strategy(
        "answers_twice",
        "Answers twice",
        "Holds back twice for each time it heard the other hold back.",
        (1.0, 0.0, 0.0),
        (((0, 2), (0, 2)), ((0, 2), (0, 2)), ((1, 2), (1, 2))),
        "TwoTitsForTat",
    ),
    Strategy(
        "contrite",
        "Makes up for it",
        "Tit for tat, but after a slip of its own hand it takes the answer and goes on reaching out.",
        (1.0, 0.0, 1.0, 0.0),
        _contrite_answers(),
        "ContriteTitForTat",
    ),
    Strategy(
        "suspicious",
        "Starts with caution",
        "Tit for tat that holds back in the first round.",
        (0.0, 1.0),
        (((1, 0), (1, 0)),) * 2,
        "SuspiciousTitForTat",
    ),
    Strategy(
        "firm_but_fair",
        "Firm but fair",
        "Holds back after reaching out in vain; after both held back it tries again two times in three.",
        (1.0, 0.0, 2 / 3),
        (((0, 1), (0, 2)),) * 3,
        "FirmButFair",
    ),
    Strategy("coin", "Flips a coin", "Reaches out every other time, at random.", (0.5,), (_STAY,), "Random"),
)
STRATEGIES = {each.name: each for each in _ALL}
"""The twelve, by name."""

LABELS = {name: each.label for name, each in STRATEGIES.items()}
"""Their names in plain words."""
