"""What two strategies do to each other on average, exactly: a Markov chain over the states of both machines.

An own move *slips* with probability ε: the other move happens, and the one who made it knows. A move is *misheard*
with probability ε_m: it happened as it did, but the other hears the opposite; each of the two mishears on their own.
Talk that repairs notices and undoes each such flip with probability ρ, so what is left is ε (1 − ρ) and ε_m (1 − ρ).

A machine's next state depends on its own state, on its own move and on what it heard, and on nothing else. So the pair
of states (s, t) is a Markov chain, with mishearing too, in which the two may disagree about what happened::

    M[(s, t), (s', t')] = Σ_{a, b} P₁(a | s) Q₁(s' | s, a, b) P₂(b | t) Q₂(t' | t, b, a)
    P(a | s)            = (1 − ε) p_s + ε (1 − p_s) for reaching out, and the rest for holding back
    Q(s' | s, a, b)     = (1 − ε_m) [next(s, a, b) = s'] + ε_m [next(s, a, not b) = s']

For two strategies that remember one round, and without mishearing, this is the chain over the four outcomes of the
last round (Nowak 1990, Theoretical Population Biology), which :func:`four_by_four` writes out. Its size does not grow
with the number of rounds: powers of M are squared. A toy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import LARGEST, Between, Count, Share, checked
from intimacy.models.communication_repair.strategies import PAYOFFS, Strategy
from intimacy.parameters import shown

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Rounds = Annotated[int, Between(1, LARGEST)]

SWAPPED = [0, 2, 1, 3]
"""The outcomes of a round as the second person counts them."""

_MOST_DOUBLINGS = 40  # the long run is at most a mean over 2⁴⁰ rounds
_SETTLED = 1e-14


@dataclass(frozen=True)
class Expectation:
    """What happens on average.

    Attributes:
        outcomes: share of rounds with each of the four outcomes, shape (…, 4).
    """

    outcomes: Array

    @property
    def reaching_out(self) -> Array:
        """Share of rounds in which the first person, and the second, reaches out, shape (…, 2)."""
        both, first, second = (self.outcomes[..., column] for column in range(3))
        return np.stack([both + first, both + second], axis=-1)

    @checked
    def payoff(self, payoffs: tuple[float, float, float, float] = PAYOFFS) -> Array:
        """Return the mean points per round of the first person, and of the second, shape (…, 2)."""
        worth = np.array([payoffs, [payoffs[each] for each in SWAPPED]], dtype=np.float64)
        points: Array = self.outcomes @ worth.T
        return points


@checked
def left_after(error: Share, repair: Share) -> float:
    """Return ε (1 − ρ): the errors that talk does not undo.

    Raises:
        ValueError: error or repair is not between 0 and 1.
    """
    return error * (1 - repair)


@checked
def expected(
    first: Strategy, second: Strategy, *, slip: Share = 0.0, mishearing: Share = 0.0, rounds: Rounds | None = None
) -> Expectation:
    """Return the mean over some rounds from the beginning on, or over endless rounds where ``rounds`` is None.

    Raises:
        ValueError: slip or mishearing is not between 0 and 1, or rounds is below 1.
    """
    means = expected_pairs([first], [second], slip=slip, mishearing=mishearing, rounds=rounds)
    return Expectation(means.outcomes[0])


@checked
def expected_by_round(
    first: Strategy,
    second: Strategy,
    *,
    slip: Share = 0.0,
    mishearing: Share = 0.0,
    rounds: Count = 100,
    planted: int = 0,
    planted_chance: Share = 1.0,
) -> tuple[Expectation, Expectation]:
    """Return what happens on average in each round, outcomes of shape (rounds, 4), and in the long run, shape (4,).

    In round ``planted`` (0: in none) the second person mishears the first with probability ``planted_chance`` instead.

    Raises:
        ValueError: slip, mishearing or planted_chance is not between 0 and 1, rounds is below 1, or planted is not
            between 0 and rounds.
    """
    if not 0 <= planted <= rounds:
        raise ValueError(f"planted must be between 0 and {rounds}, got {planted!r}")
    chain, outcomes = _joint([first], [second], slip, mishearing)
    special = _joint([first], [second], slip, mishearing, planted_chance)[0][0] if planted else chain[0]
    now = np.zeros(chain.shape[-1])
    now[0] = 1
    held = np.empty((rounds, len(now)))
    for number in range(rounds):
        held[number] = now
        now = now @ (special if number + 1 == planted else chain[0])
    return Expectation(held @ outcomes[0]), Expectation(_mean(chain, outcomes, now[None, None], None)[0, 0])


@checked
def expected_pairs(
    first: Sequence[Strategy],
    second: Sequence[Strategy],
    *,
    slip: Share = 0.0,
    mishearing: Share = 0.0,
    rounds: Rounds | None = None,
) -> Expectation:
    """Return the means of many pairs at once, outcomes of shape (pairs, 4).

    Raises:
        ValueError: there is no pair, first and second differ in length, slip or mishearing is not between 0 and 1, or
            rounds is below 1.
    """
    if len(first) != len(second) or not len(first):
        raise ValueError(f"first and second must be equally long and not empty, got {len(first)} and {len(second)}")
    chain, outcomes = _joint(first, second, slip, mishearing)
    return Expectation(_mean_from_start(chain, outcomes, rounds))


@checked
def expected_for_all(
    strategies: Sequence[Strategy], *, slip: Share = 0.0, mishearing: Share = 0.0, rounds: Rounds | None = None
) -> Expectation:
    """Return the means of every pair of some strategies, outcomes of shape (strategies, strategies, 4): row, column.

    Raises:
        ValueError: there is no strategy, slip or mishearing is not between 0 and 1, or rounds is below 1.
    """
    if not len(strategies):
        raise ValueError("strategies must hold at least one strategy, got none")
    count = len(strategies)
    rows, columns = np.triu_indices(count)
    moves, answers = _answers(strategies, max(each.states for each in strategies), slip, mishearing)
    chain, outcomes = _joined(moves[rows], answers[rows], moves[columns], answers[columns])
    means = _mean_from_start(chain, outcomes, rounds)
    table = np.empty((count, count, 4))
    table[columns, rows] = means[:, SWAPPED]
    table[rows, columns] = means
    return Expectation(table)


@checked
def four_by_four(first: ArrayLike, second: ArrayLike, slip: Share = 0.0) -> Array:
    """Return the chain over the last round's outcome for two strategies that remember one round, shape (4, 4).

    ``first`` and ``second`` are p = (p_CC, p_CD, p_DC, p_DD), each from that person's own side. A row is the last
    round, a column the next.

    Raises:
        ValueError: first or second is not four probabilities, or slip is not between 0 and 1.
    """
    one, other = (_four(name, each) for name, each in (("first", first), ("second", second)))
    p, q = (1 - 2 * slip) * one + slip, ((1 - 2 * slip) * other + slip)[SWAPPED]
    return np.stack([p * q, p * (1 - q), (1 - p) * q, (1 - p) * (1 - q)], axis=1)


@checked
def stationary(chain: ArrayLike) -> Array:
    """Return v with v M = v and Σ v = 1, for a chain that forgets where it began.

    Raises:
        ValueError: the chain is not a square of rows that sum to 1, or has more than one such v.
    """
    matrix = np.asarray(chain, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not np.allclose(matrix.sum(axis=1), 1):
        raise ValueError(f"chain must be a square table whose rows sum to 1, got shape {matrix.shape}")
    size = len(matrix)
    system = np.vstack([matrix.T - np.eye(size), np.ones(size)])
    vector, _, rank, _ = np.linalg.lstsq(system, np.r_[np.zeros(size), 1], rcond=None)
    if rank < size:
        raise ValueError("chain must forget where it began, but it settles in more than one way: add some noise")
    settled: Array = vector
    return settled


@checked
def generous_reaching_out(generosity: Share, slip: Share = 0.0, mishearing: Share = 0.0) -> float:
    """Return how often two generous people reach out in the long run, in closed form.

    Of a share d of held-back moves h = (1 − ε_m) d + ε_m (1 − d) is heard, and is answered by holding back with
    probability 1 − g, before slips: d = ε + (1 − 2ε)(1 − g) h. With k = (1 − 2ε)(1 − g), and c = 1 − d::

        c = 1 − (ε + k ε_m) / (1 − k (1 − 2ε_m))
        with slips alone        c = (g + ε − 2εg) / (g + 2ε − 2εg)
        with mishearing alone   c = (g + ε_m − gε_m) / (g + 2ε_m − 2gε_m)

    Raises:
        ValueError: an argument is not between 0 and 1, or nothing is ever forgiven and nothing ever goes wrong.
    """
    carried = (1 - 2 * slip) * (1 - generosity)
    echo = 1 - carried * (1 - 2 * mishearing)
    if echo == 0:
        raise ValueError("generosity, slip or mishearing must be above 0: otherwise it depends on how they began")
    return 1 - (slip + carried * mishearing) / echo


@checked
def pavlov_reaching_out(error: Share) -> float:
    """Return how often two who win-stay, lose-shift reach out in the long run: (1 − ε)(1 − 2ε + 4ε²).

    The same holds for mishearing alone, with ε_m for ε.

    Raises:
        ValueError: error is not between 0 and 1.
    """
    return (1 - error) * (1 - 2 * error + 4 * error**2)


def _four(name: str, values: ArrayLike) -> Array:
    four = np.asarray(values, dtype=np.float64)
    if four.shape != (4,) or not ((four >= 0) & (four <= 1)).all():
        raise ValueError(f"{name} must be four probabilities, got {shown(values)}")
    return four


@lru_cache(maxsize=256)
def _leads_to(answers: tuple[object, ...], states: int) -> Array:
    """Return 1 where a state, an own move and a heard move lead to a next state, shape (states, 2, 2, states)."""
    table = np.zeros((states, 2, 2, states))
    table[..., 0] = 1  # states that this machine does not have are never reached
    table[: len(answers)] = np.eye(states)[np.array(answers)]
    return table


def _answers(strategies: Sequence[Strategy], states: int, slip: float, mishearing: float) -> tuple[Array, Array]:
    """Return each machine's P(a | s), shape (machines, states, 2), and P(a | s) Q(s' | s, a, b) as (…, s, s', a, b)."""
    different: dict[Strategy, int] = {}
    which = [different.setdefault(each, len(different)) for each in strategies]
    chance = np.zeros((len(different), states, 2))
    for strategy, number in different.items():
        chance[number, : strategy.states, 0] = strategy.reach_out
    chance[..., 0] = (1 - 2 * slip) * chance[..., 0] + slip
    chance[..., 1] = 1 - chance[..., 0]
    leads = np.stack([_leads_to(each.next_state, states) for each in different])
    heard = (1 - mishearing) * leads + mishearing * leads[:, :, :, ::-1]
    whole = (chance[..., None, None] * heard).transpose(0, 1, 4, 2, 3)
    return chance[which], whole[which]


def _joint(
    first: Sequence[Strategy],
    second: Sequence[Strategy],
    slip: float,
    mishearing: float,
    second_mishearing: float | None = None,
) -> tuple[Array, Array]:
    """Return the chain of each pair, shape (pairs, n, n), and P(outcome | states), shape (pairs, n, 4)."""
    one, other = (max(each.states for each in side) for side in (first, second))
    moves, answers = _answers(first, one, slip, mishearing)
    theirs, replies = _answers(second, other, slip, mishearing if second_mishearing is None else second_mishearing)
    return _joined(moves, answers, theirs, replies)


def _joined(moves: Array, answers: Array, theirs: Array, replies: Array) -> tuple[Array, Array]:
    """Return the same of what :func:`_answers` returns for the first and for the second of each pair."""
    pairs, one, other = len(moves), moves.shape[1], theirs.shape[1]
    size = one * other
    replies = replies.swapaxes(-1, -2)  # the second's own move is the first's heard one
    product = answers.reshape(pairs, one * one, 4) @ replies.reshape(pairs, other * other, 4).swapaxes(1, 2)
    chain = product.reshape(pairs, one, one, other, other).transpose(0, 1, 3, 2, 4).reshape(pairs, size, size)
    outcomes = moves[:, :, None, :, None] * theirs[:, None, :, None, :]
    return chain, outcomes.reshape(pairs, size, 4)


def _mean_from_start(chain: Array, outcomes: Array, rounds: int | None) -> Array:
    begin = np.zeros((len(chain), 1, chain.shape[-1]))
    begin[..., 0] = 1
    return _mean(chain, outcomes, begin, rounds)[:, 0]


def _mean(chain: Array, outcomes: Array, begin: Array, rounds: int | None) -> Array:
    """Return the mean outcomes over the rounds from ``begin`` on, shape (pairs, 1, 4), by squaring the chain."""
    if rounds is None:
        for _ in range(_MOST_DOUBLINGS):
            outcomes = (outcomes + chain @ outcomes) / 2
            before, chain = chain, chain @ chain
            chain /= chain.sum(axis=-1, keepdims=True)  # rounding would grow with the power
            if np.abs(chain - before).max() < _SETTLED:
                break
        return begin @ (chain @ outcomes)
    total = np.zeros((len(chain), 1, 4))
    left = rounds
    while True:
        if left & 1:
            total += begin @ outcomes
            begin = begin @ chain
        left >>= 1
        if not left:
            return total / rounds
        outcomes = outcomes + chain @ outcomes
        chain = chain @ chain
