"""Answers that come only sometimes, and then never: two ways to notice, and how long each takes.

One learner averages (Rescorla and Wagner, 1972), one averages with an attention that grows with surprise (Pearce–Hall),
and one asks how likely the silence would be if nothing had changed (change point). The first two get a well-known
finding wrong on purpose: animals keep on *longer* after training with partial reinforcement, and averages give up
*sooner*. All values are a toy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import Between, InnerShare, NonzeroShare, Seed, checked
from intimacy.parameters import Parameters, integer, number

Array = NDArray[np.float64]

EVEN = -1e-12
"""Log-odds that count as even: 0, less what rounding may take away."""


@dataclass(frozen=True)
class Intermittent(Parameters):
    """Messages answered with a fixed chance, then no more answers (see :func:`simulate_intermittent`)."""

    reply_probability: float = number(
        0.5,
        0.25,
        1,
        step=0.05,
        symbol="p",
        label="Chance of an answer in training",
        help="Share of messages that are answered, on average, before the answers stop.",
    )
    learning_rate: float = number(
        0.1,
        0.01,
        0.5,
        step=0.01,
        symbol="α",
        label="Learning rate",
        help="Share of each prediction error that goes into the next prediction.",
    )
    hazard: float = number(
        0.02,
        0.005,
        0.2,
        step=0.005,
        symbol="h",
        label="Assumed chance per message that they have stopped",
        help="How likely the change-point agent holds it, before a message, that answers have stopped for good.",
    )
    associability_rate: float = number(
        0.3,
        0.05,
        1,
        step=0.05,
        symbol="η",
        label="How fast attention follows surprise",
        help="For the Pearce–Hall learner only: share of the last surprise in the next learning rate.",
    )
    threshold: float = number(
        0.1,
        0.01,
        0.5,
        step=0.01,
        label="Prediction at which averaging gives up",
        help="Below this prediction, a learner who averages stops.",
    )
    training_trials: int = integer(
        100, 10, 500, step=10, label="Messages in training", help="Messages while answers still come."
    )
    extinction_trials: int = integer(
        40, 5, 100, step=5, label="Messages without answers", help="Messages after the answers have stopped."
    )


@dataclass(frozen=True)
class IntermittentRun:
    """What each learner holds *after* each message; every array has one entry per message.

    Attributes:
        parameters: what was run.
        answered: whether the message was answered.
        rescorla_wagner, pearce_hall: the predicted chance of an answer.
        associability: the Pearce–Hall learner's next learning rate.
        log_odds: the change-point agent's log-odds that the answers have stopped; infinite once they are certain.
    """

    parameters: Intermittent
    answered: NDArray[np.bool_]
    rescorla_wagner: Array
    pearce_hall: Array
    associability: Array
    log_odds: Array

    @property
    def trials(self) -> NDArray[np.int64]:
        """The number of each message, from 1."""
        return np.arange(1, len(self.answered) + 1, dtype=np.int64)

    @property
    def stopped_probability(self) -> Array:
        """The change-point agent's probability that the answers have stopped, 1 / (1 + exp(−log-odds))."""
        return 1 / (1 + np.exp(-self.log_odds))

    @property
    def rescorla_wagner_stop(self) -> int | None:
        """Unanswered messages of the silent phase after which Rescorla–Wagner is below the threshold; None if never."""
        return self._first_silent(self.rescorla_wagner < self.parameters.threshold)

    @property
    def pearce_hall_stop(self) -> int | None:
        """Unanswered messages of the silent phase after which Pearce–Hall is below the threshold; None if never."""
        return self._first_silent(self.pearce_hall < self.parameters.threshold)

    @property
    def change_point_stop(self) -> int | None:
        """Unanswered messages of the silent phase after which "they have stopped" is at least even; None if never.

        Misses at the end of training count as well, so it can be smaller than :func:`change_point_misses`.
        """
        return self._first_silent(self.log_odds >= EVEN)

    def _first_silent(self, reached: NDArray[np.bool_]) -> int | None:
        silent = reached[self.parameters.training_trials :]
        return int(silent.argmax()) + 1 if silent.any() else None

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per message."""
        columns = {name: values for name, values in vars(self).items() if name != "parameters"}
        return pd.DataFrame({"trial": self.trials, **columns})


@checked
def simulate_intermittent(parameters: Intermittent, seed: Seed = 7) -> IntermittentRun:
    """Let three learners watch the same answers: a training phase with chance p, then none.

    With r = 1 for an answer and 0 for none, n misses since the last answer, and every prediction starting at 0::

        Rescorla–Wagner   V ← V + α (r − V)
        Pearce–Hall       V ← V + a (r − V),  a ← η |r − V| + (1 − η) a,  a starts at α
        change point      log-odds = ln(h / (1 − h)) − n ln(1 − p)

    The Pearce–Hall form is the common simplification with one learning rate. The change-point agent knows p, and it
    weighs only whether the answers stopped at the first miss (see :func:`filtering_misses` for every miss).
    The draws of training are made up front, one per message, so a slider moves the curve and not the noise. A toy.
    """
    count = parameters.training_trials
    draws = np.random.default_rng(np.random.SeedSequence(seed)).random(count)
    answered = np.append(draws < parameters.reply_probability, np.zeros(parameters.extinction_trials, dtype=np.bool_))
    averaged, attentive, associability = _average(parameters, answered)
    return IntermittentRun(
        parameters=parameters,
        answered=answered,
        rescorla_wagner=averaged,
        pearce_hall=attentive,
        associability=associability,
        log_odds=stopped_log_odds(misses_in_a_row(answered), parameters.reply_probability, parameters.hazard),
    )


@checked
def misses_in_a_row(answered: Annotated[NDArray[np.bool_], Between(axes=1)]) -> NDArray[np.int64]:
    """Return, for each message, the misses since the last answer, this one included; same shape as ``answered``."""
    if answered.ndim > 1:
        raise ValueError(f"answered must be one row of messages, got shape {answered.shape}")
    position = np.arange(1, len(answered) + 1, dtype=np.int64)
    return position - np.maximum.accumulate(np.where(answered, position, 0))


@checked
def stopped_log_odds(misses: NDArray[np.int64], reply_probability: NonzeroShare, hazard: InnerShare) -> Array:
    """Return ln(h/(1−h)) − n ln(1−p), the log-odds that answers have stopped after n misses in a row, any shape.

    With p = 1 the first miss is proof: the log-odds are infinite from there on.

    Raises:
        ValueError: reply_probability or hazard is not a chance that can be used (above 0; hazard also below 1).
    """
    prior = math.log(hazard / (1 - hazard))
    if reply_probability == 1:
        return np.where(np.asarray(misses) > 0, np.inf, prior)
    return prior - np.asarray(misses, dtype=np.float64) * math.log1p(-reply_probability)


@checked
def change_point_misses(reply_probability: NonzeroShare, hazard: InnerShare) -> int:
    """Return n* = ⌈ln((1−h)/h) / −ln(1−p)⌉, the misses in a row after which "they have stopped" is at least even.

    At least 1, because without a miss there is nothing to explain.

    Raises:
        ValueError: reply_probability or hazard is not a chance that can be used (above 0; hazard also below 1).
    """
    if reply_probability == 1:
        return 1
    return max(1, math.ceil(math.log((1 - hazard) / hazard) / -math.log1p(-reply_probability) + EVEN))


@checked
def filtering_misses(reply_probability: NonzeroShare, hazard: InnerShare) -> int:
    """Return the misses after which an observer who lets them stop before *every* message holds it at least even.

    After each miss the odds follow O ← (O + h) / ((1 − h)(1 − p)), from O = 0 at the last answer. This is never more
    than :func:`change_point_misses`, which weighs only the first chance to stop.

    Raises:
        ValueError: reply_probability or hazard is not a chance that can be used (above 0; hazard also below 1).
    """
    if reply_probability == 1:
        return 1
    odds, misses = 0.0, 0
    while odds < 1 + EVEN:
        odds = (odds + hazard) / ((1 - hazard) * (1 - reply_probability))
        misses += 1
    return misses


@checked
def rescorla_wagner_misses(parameters: Intermittent) -> int:
    """Return the misses after which V = p (1 − α)ⁿ is below the threshold: the average course after long training.

    The more often they answered, the *longer* this takes: the wrong order, since V is all that is remembered.
    """
    value, misses = parameters.reply_probability, 0
    while value >= parameters.threshold:
        value *= 1 - parameters.learning_rate
        misses += 1
    return misses


@checked
def rescorla_wagner_variance(parameters: Intermittent) -> float:
    """Return α/(2−α) · p(1−p), the variance of V after long training: how far one prediction strays from p."""
    spread = parameters.reply_probability * (1 - parameters.reply_probability)
    return parameters.learning_rate / (2 - parameters.learning_rate) * spread


def _average(parameters: Intermittent, answered: NDArray[np.bool_]) -> tuple[Array, Array, Array]:
    """Return both averaging learners' predictions and the associability after each message, shape (messages,) each."""
    plain, attentive, associability = 0.0, 0.0, parameters.learning_rate
    rows = np.empty((len(answered), 3))
    for index, outcome in enumerate(answered.astype(np.float64).tolist()):
        plain += parameters.learning_rate * (outcome - plain)
        error = outcome - attentive
        attentive += associability * error
        associability += parameters.associability_rate * (abs(error) - associability)
        rows[index] = plain, attentive, associability
    return rows[:, 0], rows[:, 1], rows[:, 2]
