"""Temporal-difference learning: how a prediction error moves from a reward to the cue that announces it.

The cue stands for a partner's ringtone, the reward for warm contact some steps later. The rule and the reading of its
error as phasic dopamine follow Montague, Dayan and Sejnowski (1996, doi 10.1523/JNEUROSCI.16-05-01936.1996) and
Schultz, Dayan and Montague (1997, doi 10.1126/science.275.5306.1593). The values of the parameters are a toy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import Seed, checked
from intimacy.parameters import Parameters, integer, number

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

CUE_STEP = 5
"""Step at which the cue comes, counted from 0; nothing announces the cue."""

STEPS_AFTER_REWARD = 5
"""Steps shown after the one at which the reward is due."""


@dataclass(frozen=True)
class TemporalDifference(Parameters):
    """A cue, a wait, a reward; over and over (see :func:`simulate_temporal_difference`)."""

    learning_rate: float = number(
        0.2,
        0.01,
        0.6,
        step=0.01,
        unit="/trial",
        symbol="α",
        label="Learning rate",
        help="Share of each prediction error that goes into the next prediction.",
    )
    discount: float = number(
        0.98,
        0.8,
        1,
        step=0.01,
        symbol="γ",
        label="Discount per step",
        help="What a reward one step away is worth beside the same reward now.",
    )
    trace: float = number(
        0,
        0,
        1,
        step=0.05,
        symbol="λ",
        label="Eligibility trace",
        help="How far back an error reaches within its trial: 0 one step, 1 all the way to the cue.",
    )
    reward_probability: float = number(
        1,
        0,
        1,
        step=0.05,
        symbol="p",
        label="Chance that the reward comes",
        help="Share of cues that the reward follows, on average.",
    )
    reward: float = number(
        1, 0, 3, step=0.1, unit="a.u.", symbol="r", label="Size of the reward", help="In arbitrary units."
    )
    delay: int = integer(
        10, 2, 15, unit="steps", label="Wait from cue to reward", help="Steps between the cue and the reward."
    )
    negative_ratio: float = number(
        1,
        0.2,
        5,
        step=0.1,
        symbol="α₋/α₊",
        label="Weight of disappointment beside surprise",
        help="Above 1, a disappointment teaches more than an equally large good surprise.",
    )
    trials: int = integer(200, 20, 500, step=10, label="Trials", help="How often the cue comes.")
    omitted_trial: int = integer(
        0, 0, 500, label="Trial without its reward", help="Counted from 1; 0, or past the last trial, for none."
    )
    uncued_trial: int = integer(
        0, 0, 500, label="Trial with a reward but no cue", help="Counted from 1; 0, or past the last trial, for none."
    )


@dataclass(frozen=True)
class TemporalDifferenceRun:
    """Predictions and errors, trial by trial and step by step.

    Attributes:
        parameters: what was run.
        prediction_error: δ, shape (trials, steps). ``prediction_error[k, t]`` compares step t with step t + 1.
        value: V with which each trial began, shape (trials, steps); 0 where no cue has been heard.
        learned_value: V of a cued trial after the last one, shape (steps,).
        rewarded, cued: whether the reward and the cue came, shape (trials,).
    """

    parameters: TemporalDifference
    prediction_error: Array
    value: Array
    learned_value: Array
    rewarded: Flags
    cued: Flags

    @property
    def steps(self) -> NDArray[np.int64]:
        """The step numbers, from 0; the cue comes at :data:`CUE_STEP`."""
        return np.arange(self.value.shape[1], dtype=np.int64)

    @property
    def reward_step(self) -> int:
        """The step at which the reward is due."""
        return CUE_STEP + self.parameters.delay

    @property
    def cue_error(self) -> Array:
        """δ that the cue brings, one per trial. It stands one step before the cue: the step that turns into it."""
        return self.prediction_error[:, CUE_STEP - 1]

    @property
    def reward_error(self) -> Array:
        """δ at the step at which the reward is due, one per trial."""
        return self.prediction_error[:, self.reward_step]

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per trial and step; trials count from 1."""
        trials, steps = self.value.shape
        return pd.DataFrame(
            {
                "trial": np.repeat(np.arange(1, trials + 1), steps),
                "step": np.tile(self.steps, trials),
                "value": self.value.ravel(),
                "prediction_error": self.prediction_error.ravel(),
            }
        )


@dataclass(frozen=True)
class ClassicTraces:
    """δ at every step of three trials, each of shape (steps,): a first reward, an expected one, and one that fails."""

    steps: NDArray[np.int64]
    before_learning: Array
    after_learning: Array
    omission: Array

    def to_frame(self) -> pd.DataFrame:
        """Return the three traces as a table, one row per step."""
        return pd.DataFrame(vars(self))


@checked
def simulate_temporal_difference(parameters: TemporalDifference, seed: Seed = 7) -> TemporalDifferenceRun:
    """Learn from cue and reward with one weight for each step since the cue (complete serial compound).

    V_t = w_t from the cue on, and 0 before it, because nothing announces the cue. Within a trial, step by step::

        δ_t = r_t + γ V_{t+1} − V_t
        e_s = (γλ)^{t−s} for every step s from the cue to t
        w_s ← w_s + α± δ_t e_s

    Steps are followed *online*, but each weight is looked at once per trial, before its first change in that trial.
    So all δ of a trial follow from the weights with which it began, for any λ, and one matrix product per trial gives
    exactly what the loop over steps gives (the tests hold the two against each other).

    α₊ = 2α/(1+ρ) holds for δ > 0 and α₋ = 2αρ/(1+ρ) for δ < 0, with ρ = ``negative_ratio``: their mean stays α.

    On the omitted trial the reward fails; on the un-cued trial it comes for sure, without any cue, and since no step
    since a cue is active, nothing is learned there. Whether a reward comes is drawn up front, one number per trial, so
    a slider moves the curve and not the noise. A toy in its values; see the module for the sources of the rule.
    """
    count = parameters.trials
    trial = np.arange(1, count + 1)
    draws = np.random.default_rng(np.random.SeedSequence(seed)).random(count)
    cued = trial != parameters.uncued_trial
    rewarded = ((draws < parameters.reward_probability) | ~cued) & (trial != parameters.omitted_trial)
    weights = _learn(parameters, parameters.reward * rewarded, cued)
    value = _in_time(weights)
    value[:-1][~cued] = 0.0
    return TemporalDifferenceRun(
        parameters=parameters,
        prediction_error=_errors(parameters, value[:-1], rewarded),
        value=value[:-1],
        learned_value=value[-1],
        rewarded=rewarded,
        cued=cued,
    )


@checked
def classic_traces(run: TemporalDifferenceRun) -> ClassicTraces:
    """Return δ of a first reward (V = 0), and with the run's learned V of a reward that comes and one that fails.

    These are the three rows of Schultz, Dayan and Montague (1997, doi 10.1126/science.275.5306.1593).
    """
    value = np.stack([np.zeros_like(run.learned_value), run.learned_value, run.learned_value])
    before, after, omission = _errors(run.parameters, value, np.array([True, True, False]))
    return ClassicTraces(run.steps, before, after, omission)


@checked
def final_cue_error(parameters: TemporalDifference) -> float:
    """Return the δ that the cue ends up with on average, p r γ^(delay + 1), when surprises of both signs count alike.

    Raises:
        ValueError: negative_ratio is not 1.
    """
    if parameters.negative_ratio != 1:
        raise ValueError(f"negative_ratio must be 1 for this closed form, got {parameters.negative_ratio!r}")
    return float(parameters.reward_probability * parameters.reward * parameters.discount ** (parameters.delay + 1))


@checked
def final_value(parameters: TemporalDifference) -> float:
    """Return the mean V at the reward's step in the long run, r p / (p + (1 − p) ρ), with ρ = ``negative_ratio``.

    There, gains p α₊ (r − V) and losses (1 − p) α₋ V balance. A ρ above 1 makes a pessimist of the same experience.
    With p = 0 it is 0.
    """
    p = parameters.reward_probability
    return parameters.reward * p / (p + (1 - p) * parameters.negative_ratio)


@checked
def trials_until_half(run: TemporalDifferenceRun) -> int | None:
    """Return how many trials it takes until the cue's δ is above half of :func:`final_cue_error`; None if it never is.

    Raises:
        ValueError: negative_ratio is not 1.
    """
    above = run.cue_error > final_cue_error(run.parameters) / 2
    return int(above.argmax()) if above.any() else None


def _learn(parameters: TemporalDifference, reward: Array, cued: Flags) -> Array:
    """Return the weights of the steps from cue to reward before each trial and after the last: (trials + 1, delay + 1).

    Later steps never see an error, so their weights stay 0. α± δ is split into α δ, which makes the whole trial one
    linear step, and half the difference of α₊ and α₋ times |δ|.
    """
    states = parameters.delay + 1
    step = np.arange(states)
    lag = step - step[:, np.newaxis]
    reach = np.where(lag >= 0, (parameters.discount * parameters.trace) ** np.maximum(lag, 0), 0.0)
    compare = parameters.discount * np.eye(states, k=1) - np.eye(states)
    update = parameters.learning_rate * reach
    advance = np.eye(states) + update @ compare
    pushes = np.outer(reward, update[:, -1])
    tilt = update * (1 - parameters.negative_ratio) / (1 + parameters.negative_ratio)
    due = np.outer(reward, step == parameters.delay)
    symmetric = parameters.negative_ratio == 1
    weights = np.zeros((len(reward) + 1, states))
    for trial, heard in enumerate(cued.tolist()):
        now = weights[trial]
        following = weights[trial + 1]
        if not heard:
            following[:] = now
            continue
        np.add(advance @ now, pushes[trial], out=following)
        if not symmetric:
            following += tilt @ np.abs(compare @ now + due[trial])
    return weights


def _in_time(weights: Array) -> Array:
    """Lay weights of the steps from cue to reward, shape (…, delay + 1), out over all steps of a trial."""
    return np.pad(weights, ((0, 0), (CUE_STEP, STEPS_AFTER_REWARD)))


def _errors(parameters: TemporalDifference, value: Array, rewarded: Flags) -> Array:
    """Return δ of trials with given V (trials, steps). After the last step nothing is expected."""
    following = np.pad(value[:, 1:], ((0, 0), (0, 1)))
    error: Array = parameters.discount * following - value
    error[:, CUE_STEP + parameters.delay] += parameters.reward * rewarded
    return error
