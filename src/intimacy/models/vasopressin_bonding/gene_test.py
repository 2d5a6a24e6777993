"""The gene-test fallacy: two groups can differ for sure, and the test still says next to nothing about one person.

Scores of a bond are normal in both groups, with the same spread, which is the unit; carriers of a variant are lower by
d on average. The formulas are closed forms. The values are a toy: the study that started it is Walum et al. (2008, doi
10.1073/pnas.0803081105), 552 twins and their partners, whose findings hold for men and have no convincing replication.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import LARGEST, Between, InnerShare, OpenShare, Seed, checked
from intimacy.models.replication import t_test_power, two_sided_p
from intimacy.parameters import Parameters, integer, number

Array = NDArray[np.float64]

MOST_PEOPLE = 5000
FEWEST_PEOPLE = 20
People = Annotated[int, Between(FEWEST_PEOPLE, LARGEST)]

ALPHA = 0.05
"""Significance level, two-sided."""

_SCORES = np.linspace(-4, 4, 161)
_SCORES.flags.writeable = False


@dataclass(frozen=True)
class GeneTest(Parameters):
    """A variant, a trait, and a study that compares carriers with others (see :func:`simulate_gene_test`)."""

    difference: float = number(
        0.28,
        0,
        1,
        step=0.02,
        unit="SD",
        symbol="d",
        label="Difference of the groups",
        help="How much lower carriers score on average, in standard deviations within a group.",
    )
    carrier_frequency: float = number(
        0.4, 0.02, 0.98, step=0.02, symbol="f", label="Carriers", help="Share of people who carry the variant."
    )
    base_rate: float = number(
        0.15,
        0.01,
        0.5,
        step=0.01,
        symbol="b",
        label="Base rate of a low score",
        help="Share of all people whose score counts as low.",
    )
    people: int = integer(
        552, FEWEST_PEOPLE, MOST_PEOPLE, symbol="n", label="People in the study", help="Counted as independent."
    )


@dataclass(frozen=True)
class GeneTestRun:
    """What is true of the groups, what the test tells one person, and what one study of ``people`` finds.

    Scores count from the mean of all people, in standard deviations within a group.

    Attributes:
        parameters: what was run.
        score: a grid of scores, shape (scores,).
        carrier_density, other_density: density of the scores in each group, shape (scores,).
        carrier_probability: chance that someone with this score is a carrier, shape (scores,).
        cutoff: the score below which a person counts as low.
        carrier_risk, other_risk: chance of a low score for a carrier and for someone else.
        carrier, scores: who is a carrier in the study, and each one's score, shape (people,).
        estimate, low, high, p_value: the difference the study finds, with its 95 % t interval and the p of its t test.
    """

    parameters: GeneTest
    score: Array
    carrier_density: Array
    other_density: Array
    carrier_probability: Array
    cutoff: float
    carrier_risk: float
    other_risk: float
    carrier: NDArray[np.bool_]
    scores: Array
    estimate: float
    low: float
    high: float
    p_value: float

    @property
    def overlap(self) -> float:
        """Area that the two densities share."""
        return float(overlap(self.parameters.difference))

    @property
    def superiority(self) -> float:
        """Chance that a random non-carrier scores above a random carrier: the test's area under the ROC curve."""
        return float(superiority(self.parameters.difference))

    @property
    def caught(self) -> float:
        """Share of the people with a low score who are carriers: the sensitivity of the gene as a test."""
        frequency = self.parameters.carrier_frequency
        return frequency * self.carrier_risk / (frequency * self.carrier_risk + (1 - frequency) * self.other_risk)

    @property
    def false_alarms(self) -> float:
        """Share of carriers whose score is not low, 1 − PPV."""
        return 1 - self.carrier_risk

    @property
    def significant(self) -> bool:
        """Whether the study's p is below :data:`ALPHA`."""
        return self.p_value < ALPHA

    @property
    def power(self) -> float:
        """Chance that such a study finds a significant difference."""
        return study_power(self.parameters.difference, self.parameters.people, self.parameters.carrier_frequency)

    def to_frame(self) -> pd.DataFrame:
        """Return the study as a table, one row per person."""
        person = np.arange(1, len(self.scores) + 1)
        return pd.DataFrame({"person": person, "carrier": self.carrier, "score": self.scores})

    def curves(self) -> pd.DataFrame:
        """Return the curves as a table, one row per score."""
        names = ("score", "carrier_density", "other_density", "carrier_probability")
        return pd.DataFrame({name: getattr(self, name) for name in names})


@checked
def simulate_gene_test(parameters: GeneTest, seed: Seed = 7) -> GeneTestRun:
    """Compare carriers with others in one study, beside what holds for the population.

    With the mean of all people at 0, others score N(f d, 1) and carriers N(−(1 − f) d, 1). A score is low below the
    cutoff that a share b of all people is below. For one person::

        P(low | carrier) = Φ(cutoff + (1 − f) d)          what a positive test tells (its predictive value)
        P(low | other)   = Φ(cutoff − f d)                what a negative test tells
        P(carrier | x)   = f φ(x + (1 − f) d) / (f φ(x + (1 − f) d) + (1 − f) φ(x − f d))

    Each person has two numbers drawn up front: one that makes a carrier or not, one for the score. So a slider moves
    people and does not redraw them, and the first ones stay when more join. A study always has two of either kind. A
    new seed is a replication.
    """
    d, frequency = parameters.difference, parameters.carrier_frequency
    carrier_mean, other_mean = -(1 - frequency) * d, frequency * d
    cutoff = _cutoff(parameters)
    for_carrier, for_score = (drawn[: parameters.people] for drawn in _draws(seed))
    # Two of each kind at least, or there is nothing to compare.
    rarest, commonest = np.partition(for_carrier, (1, parameters.people - 3))[[1, parameters.people - 3]]
    carrier = for_carrier <= np.clip(frequency, rarest, commonest)
    scores = for_score + np.where(carrier, carrier_mean, other_mean)
    estimate, low, high, p_value = _compare(scores[~carrier], scores[carrier])
    carrier_density, other_density = _density(_SCORES - carrier_mean), _density(_SCORES - other_mean)
    carriers = frequency * carrier_density
    return GeneTestRun(
        parameters=parameters,
        score=_SCORES,
        carrier_density=carrier_density,
        other_density=other_density,
        carrier_probability=carriers / (carriers + (1 - frequency) * other_density),
        cutoff=cutoff,
        carrier_risk=_below(cutoff - carrier_mean),
        other_risk=_below(cutoff - other_mean),
        carrier=carrier,
        scores=scores,
        estimate=estimate,
        low=low,
        high=high,
        p_value=p_value,
    )


@checked
def overlap(difference: ArrayLike) -> Any:
    """Return 2Φ(−|d|/2), the area that two normal densities of equal spread share: a float, or an array of that shape.

    0.889 for d = 0.28: two groups that look almost the same.
    """
    from scipy.special import ndtr  # here because the import takes 0.2 s

    return _plain(2 * ndtr(-np.abs(np.asarray(difference, dtype=np.float64)) / 2))


@checked
def superiority(difference: ArrayLike) -> Any:
    """Return Φ(d/√2), the chance that a random member of the higher group is above one of the lower: float or array.

    It is the area under the ROC curve of the group as a test. 0.578 for d = 0.28, where a coin has 0.5.
    """
    from scipy.special import ndtr  # here because the import takes 0.2 s

    return _plain(ndtr(np.asarray(difference, dtype=np.float64) / math.sqrt(2)))


@checked
def study_power(
    difference: Annotated[float, Between(-100, 100)],
    people: People,
    carrier_frequency: OpenShare,
    alpha: InnerShare = ALPHA,
) -> float:
    """Return the chance that a study of n people finds a significant difference d, in either direction.

    A t test of n f carriers against n (1 − f) others: noncentral t with n − 2 degrees of freedom and noncentrality
    d √(n f (1 − f)). People count as independent; twins are not, and tell less than their number says.

    Raises:
        ValueError: fewer than 20 people, or the frequency or alpha is not between 0 and 1.
    """
    shift = abs(difference) * math.sqrt(people * carrier_frequency * (1 - carrier_frequency))
    return float(t_test_power(shift, people - 2, alpha))


@checked
def detectable_difference(
    people: People,
    carrier_frequency: Annotated[float, Between(1e-4, 1 - 1e-4, "between 0.0001 and 0.9999")],
    power: float = 0.8,
    alpha: InnerShare = ALPHA,
) -> float:
    """Return the smallest d that a study of n people finds with this power, to one millionth.

    Raises:
        ValueError: fewer than 20 people, the frequency or alpha is not between 0 and 1, or the power is not between
            alpha and 1.
    """
    if not alpha < power < 1:
        raise ValueError(f"power must be between alpha ({alpha!r}) and 1, got {power!r}")
    low, high = 0.0, 1.0
    while study_power(high, people, carrier_frequency, alpha) < power:
        high *= 2
    while high - low > 1e-6:
        middle = (low + high) / 2
        if study_power(middle, people, carrier_frequency, alpha) < power:
            low = middle
        else:
            high = middle
    return high


def _cutoff(parameters: GeneTest) -> float:
    """The score that a share b of the mixture of both groups is below, by bisection."""
    d, frequency, base_rate = parameters.difference, parameters.carrier_frequency, parameters.base_rate
    low, high = -8.0, 8.0
    for _ in range(60):
        middle = (low + high) / 2
        share = frequency * _below(middle + (1 - frequency) * d) + (1 - frequency) * _below(middle - frequency * d)
        low, high = (middle, high) if share < base_rate else (low, middle)
    return (low + high) / 2


def _compare(others: Array, carriers: Array) -> tuple[float, float, float, float]:
    """Mean of the others minus mean of the carriers, with 95 % interval and p of the two-sample t test."""
    from scipy.special import stdtrit  # here because the import takes 0.2 s, not needed before the first run

    freedom = others.size + carriers.size - 2
    squares = ((others - others.mean()) ** 2).sum() + ((carriers - carriers.mean()) ** 2).sum()
    error = math.sqrt(float(squares) / freedom * (1 / others.size + 1 / carriers.size))
    estimate = float(others.mean() - carriers.mean())
    reach = float(stdtrit(freedom, 1 - ALPHA / 2)) * error
    return estimate, estimate - reach, estimate + reach, float(two_sided_p(estimate / error, freedom))


def _density(x: Array) -> Array:
    return np.asarray(np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi))


def _below(x: float) -> float:
    """Φ(x) of one number."""
    return math.erfc(-x / math.sqrt(2)) / 2


def _plain(values: Array) -> Any:
    """A float for a single value, the array otherwise."""
    return float(values) if np.ndim(values) == 0 else values


@lru_cache(maxsize=4)
def _draws(seed: int) -> tuple[Array, Array]:
    """For each person a uniform number (carrier or not) and a standard normal one (score)."""
    first, second = np.random.SeedSequence(seed).spawn(2)
    drawn = (
        np.random.default_rng(first).random(MOST_PEOPLE),
        np.random.default_rng(second).standard_normal(MOST_PEOPLE),
    )
    for each in drawn:
        each.flags.writeable = False
    return drawn
