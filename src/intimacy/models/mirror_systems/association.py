"""Where mirror responses may come from: learning from what is done and seen together, and how training reverses it.

The idea is the associative account of mirror neurons (Cook, Bird, Catmur, Press and Heyes 2014, doi
10.1017/S0140525X13000903; Keysers and Gazzola 2014, doi 10.1098/rstb.2013.0175): a cell that drives an action comes to
answer the sight of it, because the two were often there together. The rules are textbook rules: Hebb; Rescorla and
Wagner (1972), which is the delta rule; Oja (1982). Their use here, and every value, is a toy. It does not show that
real mirror neurons are only learned, and there is no emotion in it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import LARGEST, AboveZero, AtLeastZero, Between, OpenShare, Seed, Share, checked
from intimacy.parameters import Parameters, choice, integer, number, shown

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Actions = Annotated[int, Between(2, LARGEST)]

MOST_ACTIONS = 8
MOST_TRIALS = 3000
"""Most trials of one phase of an association, and of each of the two smaller models."""

START_LENGTH = 0.2
"""Length of the weight vector with which Oja's rule starts; at zero it would stay there."""

_BLOCK = 512  # trials whose shares kept, multiplied together, stay far above the smallest floating-point number


@dataclass(frozen=True)
class Association(Parameters):
    """Childhood, then training: what is done and what is seen, trial by trial (see :func:`simulate_association`)."""

    rule: str = choice(
        "delta",
        {"delta": "Delta rule", "covariance": "Covariance", "hebb": "Plain Hebb", "oja": "Oja, one cell"},
        label="Learning rule",
        help="How a trial changes the weights.",
    )
    childhood_contingency: float = number(
        0.9,
        0,
        1,
        step=0.05,
        symbol="c₀",
        label="Contingency in childhood",
        help="Chance that one's own action is what one sees; otherwise any action is seen.",
    )
    training_contingency: float = number(
        0.9,
        0,
        1,
        step=0.05,
        symbol="c₁",
        label="Contingency in training",
        help="Chance that the trained action is what one sees; otherwise any action is seen. 0: unrelated.",
    )
    training: str = choice(
        "counter_mirror",
        {"counter_mirror": "Another action", "mirror": "The same action"},
        label="Seen in training",
        help="Whether training shows the action that is done, or the next one in the list.",
    )
    learning_rate: float = number(
        0.02,
        0.001,
        0.2,
        step=0.001,
        unit="/trial",
        symbol="η",
        label="Learning rate",
        help="How much one trial counts. A teaching value.",
    )
    actions: int = integer(
        2, 2, MOST_ACTIONS, symbol="n", label="Actions", help="With two: index finger and little finger."
    )
    decay: float = number(
        1, 0, 2, step=0.1, symbol="λ", label="Decay", help="Covariance rule only: how fast weights fade."
    )
    gain: float = number(
        1,
        0,
        2,
        step=0.1,
        symbol="g",
        label="Gain of the situation",
        help="How much of what was learned shows, given task, group and attention. Learning does not depend on it.",
    )
    childhood_trials: int = integer(
        400, 0, MOST_TRIALS, step=50, label="Trials in childhood", help="Trials before the training."
    )
    training_trials: int = integer(400, 50, MOST_TRIALS, step=50, label="Trials in training", help="Trials of it.")


@dataclass(frozen=True)
class AssociationRun:
    """Weights over trials. Entry 0 of those that have trials + 1 entries is before the first trial.

    Attributes:
        parameters: what was run.
        done, seen: the action done and the action seen, from 0, shape (trials,).
        weights: weight from seen action j (column) to done action i (row), shape (trials + 1, actions, actions). For
            Oja's cell, what it hands on: its weight from i's doing times its weight from j's sight.
        mirror_index: mean weight of same actions minus mean weight of different ones, shape (trials + 1,).
        expected_index: the mean of ``mirror_index`` over endless runs, in closed form, shape (trials + 1,); nan for
            Oja's rule, which has none.
    """

    parameters: Association
    done: Integers
    seen: Integers
    weights: Array
    mirror_index: Array
    expected_index: Array

    @property
    def trials(self) -> Integers:
        """The number of trials lived through: 0 to the last, shape (trials + 1,)."""
        return np.arange(len(self.weights), dtype=np.int64)

    @property
    def crossing(self) -> int | None:
        """Trials of training after which the mirror index is first below 0; None if it never is."""
        below = self.mirror_index[self.parameters.childhood_trials :] < 0
        return int(below.argmax()) if below.any() else None

    @property
    def response(self) -> Array:
        """Activity of each action (row) at the sight of each (column) at the end: g W, shape (actions, actions)."""
        response: Array = self.parameters.gain * self.weights[-1]
        return response

    @checked
    def film(self, stops: Annotated[int, Between(2, 10_000)]) -> tuple[Integers, Array]:
        """Return evenly spaced trials from none to all, shape (stops,), and the weights then.

        Raises:
            ValueError: stops is below 2.
        """
        trials = np.rint(np.linspace(0, len(self.done), stops)).astype(np.int64)
        return trials, self.weights[trials]

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per trial; actions count from 1, and weights are those after the trial."""
        actions = range(self.parameters.actions)
        columns = {f"weight_{i + 1}_{j + 1}": self.weights[1:, i, j] for i in actions for j in actions}
        return pd.DataFrame(
            {
                "trial": self.trials[1:],
                "phase": np.where(self.trials[1:] > self.parameters.childhood_trials, "training", "childhood"),
                "done": self.done + 1,
                "seen": self.seen + 1,
                "mirror_index": self.mirror_index[1:],
                "expected_index": self.expected_index[1:],
                **columns,
            }
        )


@checked
def simulate_association(parameters: Association, seed: Seed = 7) -> AssociationRun:
    """Learn from childhood and then from training, starting with no association.

    In each trial one of n actions is done, each as likely; ``m`` has 1 at that action and 0 elsewhere. What is seen,
    ``s``, is π(action) with probability c, else any action. In childhood π is the action itself; in counter-mirror
    training it is the next one (of two actions: the other)::

        plain Hebb     W ← W + η m sᵀ
        covariance     W ← W + η (m − 1/n)(s − 1/n)ᵀ − ηλW
        delta          W ← W + η (m − W s) sᵀ
        Oja, one cell  w ← w + η y (x − y w),  y = w·x,  x = (m − 1/n, s − 1/n)

    Oja's cell starts with a short random weight vector, the others with none. Per trial there are three numbers, drawn
    up front and apart for childhood and training, so a slider moves the curve and not the noise. The linear rules are
    solved for all trials at once; the tests hold them against the loop. A toy.
    """
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    draws = generator.random((2, MOST_TRIALS, 3))
    start = generator.standard_normal((2, MOST_ACTIONS))
    childhood = _live(draws[0, : parameters.childhood_trials], parameters.actions, parameters.childhood_contingency, 0)
    shift = int(parameters.training == "counter_mirror")
    training = _live(draws[1, : parameters.training_trials], parameters.actions, parameters.training_contingency, shift)
    done, seen = np.concatenate([childhood, training], axis=1)
    if parameters.rule == "oja":
        weights = _oja_weights(parameters, done, seen, start[:, : parameters.actions])
    else:
        weights = _linear_weights(parameters, done, seen)
    return AssociationRun(
        parameters=parameters,
        done=done,
        seen=seen,
        weights=weights,
        mirror_index=mirror_index(weights),
        expected_index=_expected_index(parameters),
    )


@checked
def mirror_index(weights: ArrayLike) -> Array:
    """Return the mean weight of same actions minus that of different ones, for weights of shape (…, n, n).

    Above 0, the sight of an action calls up the same action (mirror); below 0, another one (counter-mirror).

    Raises:
        ValueError: the last two axes are not a square of at least 2 actions.
    """
    values = np.asarray(weights, dtype=np.float64)
    if values.ndim < 2 or values.shape[-1] != values.shape[-2] or values.shape[-1] < 2:
        raise ValueError(f"weights must end in two equal axes of at least 2 actions, got shape {values.shape}")
    actions = values.shape[-1]
    same = np.trace(values, axis1=-2, axis2=-1)
    different = values.sum(axis=(-2, -1)) - same
    index: Array = same / actions - different / (actions * (actions - 1))
    return index


@checked
def settled_index(
    rule: str, contingency: Share, actions: Actions = 2, *, mirror: bool = True, decay: AboveZero = 1.0
) -> float:
    """Return the mirror index that endless experience of one kind ends at, on average.

    Delta rule: c for mirror experience, because W*ᵢⱼ = P(i done | j seen), and −c/(n−1) for counter-mirror experience.
    Covariance rule: the same, divided by nλ and thus c/(nλ) or −c/(n(n−1)λ), because W* is the covariance over λ.

    Raises:
        ValueError: the rule is another one, which settles at no index; contingency is not between 0 and 1; actions is
            below 2; or decay is not above 0.
    """
    if rule not in ("delta", "covariance"):
        raise ValueError(f"rule must be one of 'delta', 'covariance', got {rule!r}")
    index = contingency if mirror else -contingency / (actions - 1)
    return index if rule == "delta" else index / (actions * decay)


@checked
def reversed_index(
    exposures: AtLeastZero,
    childhood_contingency: Share,
    training_contingency: Share,
    learning_rate: OpenShare,
    actions: Actions = 2,
) -> float:
    """Return the delta rule's mean mirror index after k exposures per seen action of counter-mirror training.

    MI(k) = −c₁' + (c₀ + c₁')(1 − η)ᵏ with c₁' = c₁/(n−1), from a childhood long enough to have settled at c₀.

    Raises:
        ValueError: an argument is out of range (exposures from 0, contingencies 0 to 1, learning_rate above 0 and
            below 1, actions from 2).
    """
    limit = training_contingency / (actions - 1)
    index: float = -limit + (childhood_contingency + limit) * (1 - learning_rate) ** exposures
    return index


@checked
def crossing_exposures(
    childhood_contingency: Share, training_contingency: Share, learning_rate: OpenShare, actions: Actions = 2
) -> float:
    """Return k* = ln(1 + (n−1) c₀/c₁) / −ln(1 − η), the exposures per seen action at which :func:`reversed_index` is 0.

    Infinite if c₁ = 0: random training fades the index and never reverses it.

    Raises:
        ValueError: an argument is out of range (contingencies 0 to 1, learning_rate above 0 and below 1, actions from
            2).
    """
    if training_contingency == 0:
        return math.inf
    return math.log1p((actions - 1) * childhood_contingency / training_contingency) / -math.log1p(-learning_rate)


@checked
def expected_crossing(parameters: Association) -> float | None:
    """Return the trials of training at which ``expected_index`` is 0, or None if it never goes from above 0 below it.

    With q, the share of its weights that a rule keeps per trial (1 for Hebb, 1 − ηλ for covariance, 1 − η/n for delta),
    the index M at the end of childhood, and a, what training would settle at: ln(1 − M/a) / −ln q. With q = 1 the index
    falls in a straight line and M over its slope is the answer. Unlike :func:`crossing_exposures` this counts every
    trial, whatever is seen in it, and a childhood too short to settle. It can lie after the last trial. None for Oja.
    """
    if parameters.rule == "oja" or parameters.training == "mirror" or parameters.training_contingency == 0:
        return None
    keep, rise, fall = _index_rates(parameters)
    start = rise * float(_geometric(keep, parameters.childhood_trials))
    if start <= 0 or fall == 0:  # a contingency next to nothing may leave no fall that a number can hold
        return None
    if keep == 1:
        return start / -fall
    return math.log1p(-start * (1 - keep) / fall) / -math.log(keep)


@dataclass(frozen=True)
class Contingency(Parameters):
    """A cue that may announce something, and a place in which it may come anyway (see :func:`simulate_contingency`)."""

    with_cue: float = number(
        0.8,
        0,
        1,
        step=0.05,
        symbol="P(o|cue)",
        label="Outcome with the cue",
        help="Share of trials with the cue in which the outcome comes: how often the two meet.",
    )
    without_cue: float = number(
        0.3,
        0,
        1,
        step=0.05,
        symbol="P(o|no cue)",
        label="Outcome without the cue",
        help="Share of trials without the cue in which the outcome comes all the same.",
    )
    cue_share: float = number(
        0.5, 0.1, 0.9, step=0.05, label="Share of trials with the cue", help="How often the cue is there."
    )
    learning_rate: float = number(
        0.02,
        0.001,
        0.2,
        step=0.001,
        unit="/trial",
        symbol="η",
        label="Learning rate",
        help="How much one trial counts. A teaching value.",
    )
    trials: int = integer(1000, 100, MOST_TRIALS, step=100, label="Trials", help="Length of the run.")

    @property
    def contingency(self) -> float:
        """ΔP = P(o|cue) − P(o|no cue): what the cue tells."""
        return self.with_cue - self.without_cue


@dataclass(frozen=True)
class ContingencyRun:
    """Weights over trials; entry 0 is before the first one.

    Attributes:
        parameters: what was run.
        cue, outcome: whether each was there, shape (trials,).
        cue_weight, context_weight: the delta rule's weights, shape (trials + 1,).
        expected_cue_weight, expected_context_weight: their means over endless runs, shape (trials + 1,).
        hebb_weight: what plain Hebb gives the cue, η times the meetings of cue and outcome, shape (trials + 1,).
    """

    parameters: Contingency
    cue: Booleans
    outcome: Booleans
    cue_weight: Array
    context_weight: Array
    expected_cue_weight: Array
    expected_context_weight: Array
    hebb_weight: Array

    @property
    def trials(self) -> Integers:
        """The number of trials lived through: 0 to the last, shape (trials + 1,)."""
        return np.arange(len(self.cue_weight), dtype=np.int64)

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per trial, with the weights after it."""
        weights = {name: values[1:] for name, values in vars(self).items() if name.endswith("_weight")}
        return pd.DataFrame({"trial": self.trials[1:], "cue": self.cue, "outcome": self.outcome, **weights})


@checked
def simulate_contingency(parameters: Contingency, seed: Seed = 7) -> ContingencyRun:
    """Let the delta rule and plain Hebb watch the same cue and outcome: contingency is not contiguity.

    The cue u is 1 or 0; the context is always there; the outcome is o. From weights of 0::

        delta   e = o − (w_cue u + w_context),  w_cue ← w_cue + η e u,  w_context ← w_context + η e
        Hebb    h ← h + η o u

    On average w_cue ends at ΔP = P(o|cue) − P(o|no cue) and w_context at P(o|no cue) (Rescorla and Wagner 1972). Hebb's
    weight only counts meetings, so it grows also where the cue tells nothing. Two numbers per trial, drawn up front. A
    toy.
    """
    count = parameters.trials
    draws = np.random.default_rng(np.random.SeedSequence(seed)).random((MOST_TRIALS, 2))[:count]
    cue = draws[:, 0] < parameters.cue_share
    outcome = draws[:, 1] < np.where(cue, parameters.with_cue, parameters.without_cue)
    rows = np.zeros((count + 1, 2))
    with_cue = context = 0.0
    for trial, (present, came) in enumerate(zip(cue.tolist(), outcome.tolist(), strict=True), start=1):
        change = parameters.learning_rate * (came - context - (with_cue if present else 0.0))
        context += change
        if present:
            with_cue += change
        rows[trial] = with_cue, context
    expected = _expected_contingency(parameters)
    return ContingencyRun(
        parameters=parameters,
        cue=cue,
        outcome=outcome,
        cue_weight=rows[:, 0],
        context_weight=rows[:, 1],
        expected_cue_weight=expected[:, 0],
        expected_context_weight=expected[:, 1],
        hebb_weight=parameters.learning_rate * np.concatenate([[0.0], np.cumsum(cue & outcome)]),
    )


@dataclass(frozen=True)
class OjaCell(Parameters):
    """One cell, two inputs that go together more or less (see :func:`simulate_oja`)."""

    correlation: float = number(
        0.6,
        -0.95,
        0.95,
        step=0.05,
        symbol="r",
        label="Correlation of the inputs",
        help="How closely the two inputs go together.",
    )
    second_spread: float = number(
        1,
        0.5,
        1.5,
        step=0.05,
        label="Spread of input 2",
        help="Standard deviation of the second input; that of the first is 1.",
    )
    learning_rate: float = number(
        0.01,
        0.001,
        0.02,
        step=0.001,
        unit="/trial",
        symbol="η",
        label="Learning rate",
        help="How much one trial counts. A teaching value.",
    )
    start_angle: int = integer(
        150, -180, 180, step=5, unit="°", label="Direction at the start", help="0°: only input 1; 90°: only input 2."
    )
    trials: int = integer(1500, 100, MOST_TRIALS, step=100, label="Trials", help="Length of the run.")

    @property
    def covariance(self) -> Array:
        """Covariance of the two inputs, shape (2, 2)."""
        shared = self.correlation * self.second_spread
        return np.array([[1, shared], [shared, self.second_spread**2]])


@dataclass(frozen=True)
class OjaRun:
    """One cell over trials.

    Attributes:
        parameters: what was run.
        inputs: the two inputs of each trial, shape (trials, 2).
        weights: the two weights, shape (trials + 1, 2); row 0 is before the first trial.
    """

    parameters: OjaCell
    inputs: Array
    weights: Array

    @property
    def trials(self) -> Integers:
        """The number of trials lived through: 0 to the last, shape (trials + 1,)."""
        return np.arange(len(self.weights), dtype=np.int64)

    @property
    def length(self) -> Array:
        """Length of the weight vector, which goes to 1, shape (trials + 1,)."""
        length: Array = np.hypot(self.weights[:, 0], self.weights[:, 1])
        return length

    @property
    def alignment(self) -> Array:
        """Cosine between the weights and the principal component, shape (trials + 1,); both ends of it count alike."""
        return np.abs(self.weights @ principal_component(self.parameters.covariance)) / self.length

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per trial, with the weights after it."""
        columns = np.column_stack([self.trials[1:], self.inputs, self.weights[1:], self.length[1:]])
        frame = pd.DataFrame(columns, columns=["trial", "input_1", "input_2", "weight_1", "weight_2", "length"])
        return frame.astype({"trial": np.int64})


@checked
def simulate_oja(parameters: OjaCell, seed: Seed = 7) -> OjaRun:
    """Let one cell with Oja's rule find the direction in which its inputs vary most.

    w ← w + η y (x − y w) with y = w·x (Oja 1982). The first part is Hebb's; the second keeps the weights from growing
    without end. On average w ends at ± the leading eigenvector of the inputs' covariance, of length 1. The inputs are
    normal with mean 0; their draws are made up front, so a slider moves the curve and not the noise. A toy.
    """
    draws = np.random.default_rng(np.random.SeedSequence(seed)).standard_normal((MOST_TRIALS, 2))[: parameters.trials]
    own = math.sqrt(1 - parameters.correlation**2)
    second = parameters.second_spread * (parameters.correlation * draws[:, 0] + own * draws[:, 1])
    inputs = np.column_stack([draws[:, 0], second])
    angle = math.radians(parameters.start_angle)
    first, other = START_LENGTH * math.cos(angle), START_LENGTH * math.sin(angle)
    rows = [(first, other)]
    for x, z in inputs.tolist():
        output = first * x + other * z
        step = parameters.learning_rate * output
        first += step * (x - output * first)
        other += step * (z - output * other)
        rows.append((first, other))
    return OjaRun(parameters=parameters, inputs=inputs, weights=np.array(rows))


@checked
def principal_component(covariance: ArrayLike) -> Array:
    """Return the unit vector of the direction of largest variance, its largest entry above 0, shape (inputs,).

    Raises:
        ValueError: covariance is not a square, symmetric table of finite numbers.
    """
    values = np.asarray(covariance, dtype=np.float64)
    square = values.ndim == 2 and values.shape[0] == values.shape[1] > 0
    if not square or not np.isfinite(values).all() or not np.allclose(values, values.T):
        raise ValueError(f"covariance must be a square, symmetric table of finite numbers, got {shown(covariance)}")
    component: Array = np.linalg.eigh(values)[1][:, -1]
    if component[np.argmax(np.abs(component))] < 0:
        component = -component
    return component


def _live(draws: Array, actions: int, contingency: float, shift: int) -> Integers:
    """Return what is done and what is seen, shape (2, trials), from three uniform numbers per trial."""
    done = (draws[:, 0] * actions).astype(np.int64)
    any_action = (draws[:, 2] * actions).astype(np.int64)
    return np.stack([done, np.where(draws[:, 1] < contingency, (done + shift) % actions, any_action)])


def _linear_weights(parameters: Association, done: Integers, seen: Integers) -> Array:
    """Return the weights of the three linear rules: what is kept of them, times them, plus what the trial adds."""
    actions, rate = parameters.actions, parameters.learning_rate
    unit = np.eye(actions)
    centred = unit - 1 / actions if parameters.rule == "covariance" else unit
    # What is kept of the column of each action, by the action that is seen.
    keeps = {
        "hebb": np.ones((actions, actions)),
        "covariance": np.full((actions, actions), 1 - rate * parameters.decay),
        "delta": 1 - rate * unit,
    }[parameters.rule]
    weights = np.zeros((len(done) + 1, actions, actions))
    for first in range(0, len(done), _BLOCK):
        block = slice(first, first + _BLOCK)
        kept = np.cumprod(keeps[seen[block]], axis=0)[:, np.newaxis, :]
        adds = rate * centred[done[block]][:, :, np.newaxis] * (centred[seen[block]][:, np.newaxis, :] / kept)
        weights[1:][block] = kept * (weights[first] + np.cumsum(adds, axis=0))
    return weights


def _oja_weights(parameters: Association, done: Integers, seen: Integers, start: Array) -> Array:
    """Return what one cell hands on from sight to action: weight from doing i times weight from seeing j.

    Each half of the cell's weights sums to 0 at the start and, as its inputs do, ever after; so y needs two weights.
    """
    actions, rate = parameters.actions, parameters.learning_rate
    centred = start - start.mean(axis=1, keepdims=True)
    first = START_LENGTH * centred / np.linalg.norm(centred)
    motor, visual = first.tolist()
    rows = [motor + visual]
    for act, sight in zip(done.tolist(), seen.tolist(), strict=True):
        output = motor[act] + visual[sight]
        step = rate * output
        keep, mean = 1 - step * output, step / actions
        motor = [keep * weight - mean for weight in motor]
        visual = [keep * weight - mean for weight in visual]
        motor[act] += step
        visual[sight] += step
        rows.append(motor + visual)
    halves = np.array(rows)
    weights: Array = halves[:, :actions, np.newaxis] * halves[:, np.newaxis, actions:]
    return weights


def _index_rates(parameters: Association) -> tuple[float, float, float]:
    """Return the share of the mean index kept per trial, and what a trial of childhood and of training adds to it."""
    actions, rate = parameters.actions, parameters.learning_rate
    keep = {"hebb": 1.0, "covariance": 1 - rate * parameters.decay, "delta": 1 - rate / actions}[parameters.rule]
    rise = rate * parameters.childhood_contingency / actions
    direction = 1 if parameters.training == "mirror" else -1 / (actions - 1)
    return keep, rise, direction * rate * parameters.training_contingency / actions


def _expected_index(parameters: Association) -> Array:
    """Return the mean mirror index before the first and after each trial; nan for Oja's rule."""
    before, after = parameters.childhood_trials, parameters.training_trials
    if parameters.rule == "oja":
        return np.full(before + after + 1, np.nan)
    keep, rise, change = _index_rates(parameters)
    childhood = rise * _geometric(keep, np.arange(before + 1))
    trial = np.arange(1, after + 1)
    return np.concatenate([childhood, childhood[-1] * keep**trial + change * _geometric(keep, trial)])


def _geometric(keep: float, trials: ArrayLike) -> Array:
    """Return 1 + q + … + q^(t−1) for each number of trials t."""
    count = np.asarray(trials, dtype=np.float64)
    return count if keep == 1 else -np.expm1(count * math.log(keep)) / (1 - keep)


def _expected_contingency(parameters: Contingency) -> Array:
    """Return the mean weights of cue and context, w* − (1 − ηR)ᵗ w*, with R the moments of both; (trials + 1, 2)."""
    moments = np.array([[parameters.cue_share, parameters.cue_share], [parameters.cue_share, 1]])
    settled = np.array([parameters.contingency, parameters.without_cue])
    values, vectors = np.linalg.eigh(moments)
    left = (1 - parameters.learning_rate * values) ** np.arange(parameters.trials + 1)[:, np.newaxis]
    expected: Array = settled - (left * (settled @ vectors)) @ vectors.T
    return expected
