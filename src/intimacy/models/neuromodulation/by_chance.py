"""One true effect, two doses, seventeen people: how often "24 but not 48" appears by chance alone.

In each study everyone takes placebo, 24 IU and 48 IU on three occasions. Each dose is compared with placebo by a paired
t test, and sometimes one test is significant and the other is not. That looks like a finding about dose. The test that
would show one compares the two doses with each other.

The design is that of Cardoso et al. (2013, doi 10.1016/j.psyneuen.2012.07.013): 17 men; 24 IU against placebo
F(1, 16) = 4.496, p = .05; 48 IU against placebo no difference; 24 against 48 IU F(1, 16) = 3.054, p = .10. As √(F/n),
the first is an effect of 0.51 standard deviations of the differences, which is where the default of 0.5 comes from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import LARGEST, Between, OpenShare, Seed, checked
from intimacy.models.replication import t_test_power, two_sided_p
from intimacy.parameters import Parameters, integer, number

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]

MOST_PARTICIPANTS = 100
"""Highest number of participants that a study can have."""

MOST_STUDIES = 5000
"""Highest number of studies."""

_FEW_STUDIES = 1000  # up to so many, the draws for more are not made
_NODES = 32
_rule = lru_cache(maxsize=1)(np.polynomial.legendre.leggauss)  # takes as long as a third of what it is for
_REACH = 5.0
_SMALLEST_SHIFT = 1e-3


@dataclass(frozen=True)
class ByChance(Parameters):
    """Many studies of the same two doses (see :func:`simulate_by_chance`)."""

    participants: int = integer(
        17, 5, MOST_PARTICIPANTS, symbol="n", label="Participants", help="Everyone takes placebo and both doses."
    )
    effect_24: float = number(
        0.5,
        -1,
        1.5,
        step=0.05,
        symbol="d₂₄",
        label="True effect of 24 IU",
        help="Mean difference from placebo, in standard deviations of that difference.",
    )
    effect_48: float = number(
        0.5,
        -1,
        1.5,
        step=0.05,
        symbol="d₄₈",
        label="True effect of 48 IU",
        help="Mean difference from placebo, in standard deviations of that difference.",
    )
    correlation: float = number(
        0.5,
        0,
        0.95,
        step=0.05,
        symbol="ρ",
        label="Correlation of the two differences",
        help="½ when all three occasions vary alike, because both differences share the placebo occasion.",
    )
    alpha: float = number(
        0.05, 0.001, 0.2, step=0.001, symbol="α", label="Significance level", help="Two-sided p below this counts."
    )
    studies: int = integer(1000, 100, MOST_STUDIES, step=100, label="Studies", help="How many studies are run.")


@dataclass(frozen=True)
class ByChanceRun:
    """What the studies found; every array has one entry per study.

    Attributes:
        parameters: what was run.
        t_24, t_48: t of each dose against placebo, positive for an effect as expected.
        t_between: t of 24 against 48 IU, the test of a dose effect.
    """

    parameters: ByChance
    t_24: Array
    t_48: Array
    t_between: Array

    @property
    def p_24(self) -> Array:
        """Two-sided p of 24 IU against placebo."""
        return two_sided_p(self.t_24, self.parameters.participants - 1)

    @property
    def p_48(self) -> Array:
        """Two-sided p of 48 IU against placebo."""
        return two_sided_p(self.t_48, self.parameters.participants - 1)

    @property
    def p_between(self) -> Array:
        """Two-sided p of 24 against 48 IU."""
        return two_sided_p(self.t_between, self.parameters.participants - 1)

    @property
    def critical(self) -> float:
        """The t beyond which a difference is significant, which takes no p of every study."""
        from scipy.special import stdtrit  # here because the import takes 0.2 s

        return -float(stdtrit(self.parameters.participants - 1, self.parameters.alpha / 2))

    @property
    def significant_24(self) -> Booleans:
        """Whether 24 IU differs from placebo."""
        return np.abs(self.t_24) > self.critical

    @property
    def significant_48(self) -> Booleans:
        """Whether 48 IU differs from placebo."""
        return np.abs(self.t_48) > self.critical

    @property
    def significant_between(self) -> Booleans:
        """Whether 24 differs from 48 IU."""
        return np.abs(self.t_between) > self.critical

    @property
    def shares(self) -> Outcomes:
        """Share of the studies with each outcome; compare :func:`outcomes`."""
        first, second = self.significant_24, self.significant_48
        return Outcomes(
            neither=float((~first & ~second).mean()),
            only_24=float((first & ~second).mean()),
            only_48=float((second & ~first).mean()),
            both=float((first & second).mean()),
            between=float(self.significant_between.mean()),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per study."""
        names = ("t_24", "t_48", "p_24", "p_48", "p_between")
        return pd.DataFrame({name: getattr(self, name) for name in names})


@dataclass(frozen=True)
class Outcomes:
    """Chances, or shares, of the four patterns of significance, and of a significant difference between the doses."""

    neither: float
    only_24: float
    only_48: float
    both: float
    between: float

    @property
    def exactly_one(self) -> float:
        """One dose significant and the other one not."""
        return self.only_24 + self.only_48


@checked
def simulate_by_chance(parameters: ByChance, seed: Seed = 7) -> ByChanceRun:
    """Run all studies once. With independent standard normal z for each participant::

        difference from placebo, 24 IU = d₂₄ + √ρ z₀ + √(1 − ρ) z₁
        difference from placebo, 48 IU = d₄₈ + √ρ z₀ + √(1 − ρ) z₂
        t = mean √n / standard deviation

    z₀ is what the two share: the placebo occasion, above all. Every number is drawn up front, for up to 100
    participants a study, so a slider moves the studies and does not redraw them, and a larger study begins with the
    people of the smaller one. A toy: real cortisol is skewed, and real participants drop out.
    """
    mean, covariance = _moments(seed, parameters.studies, parameters.participants)
    shared, own = math.sqrt(parameters.correlation), math.sqrt(1 - parameters.correlation)
    mix = np.array([[shared, own, 0.0], [shared, 0.0, own], [0.0, own, -own]])
    effects = np.array([parameters.effect_24, parameters.effect_48, parameters.effect_24 - parameters.effect_48])
    variance = np.einsum("ti,tj->tij", mix, mix).reshape(3, 9) @ covariance.reshape(9, -1)
    t = (effects[:, None] + mix @ mean) * math.sqrt(parameters.participants) / np.sqrt(variance)
    return ByChanceRun(parameters, *t)


@checked
def outcomes(parameters: ByChance) -> Outcomes:
    """Return the exact chances of :func:`simulate_by_chance`, by numerical integration; five correct decimals.

    Each dose alone, and the difference between the doses, has the power of a paired t test (noncentral t). For both
    doses together: given the two standard deviations, the means are bivariate normal with correlation ρ. The root of
    the first sum of squares, w₁, is chi with ν = n − 1 degrees of freedom. Given w₁, that of the second is √(1 − ρ²)
    times a noncentral chi with the same ν and noncentrality w₁ ρ / √(1 − ρ²).
    """
    n, rho = parameters.participants, parameters.correlation
    power_24 = paired_power(parameters.effect_24, n, parameters.alpha)
    power_48 = paired_power(parameters.effect_48, n, parameters.alpha)
    difference = (parameters.effect_24 - parameters.effect_48) / math.sqrt(2 * (1 - rho))
    neither = _neither(parameters)
    return Outcomes(
        neither=neither,
        only_24=max(0.0, 1 - power_48 - neither),
        only_48=max(0.0, 1 - power_24 - neither),
        both=max(0.0, power_24 + power_48 + neither - 1),
        between=paired_power(difference, n, parameters.alpha),
    )


@checked
def paired_power(
    effect: Annotated[float, Between(-100, 100)],
    participants: Annotated[int, Between(2, LARGEST)],
    alpha: OpenShare = 0.05,
) -> float:
    """Return the chance that a two-sided paired t test is significant, in either direction.

    ``effect`` is the mean difference in standard deviations of the differences. t is noncentral t with n − 1 degrees of
    freedom and noncentrality effect · √n.

    Raises:
        ValueError: there are fewer than 2 participants, or alpha is not between 0 and 1.
    """
    return float(t_test_power(effect * math.sqrt(participants), participants - 1, alpha))


@lru_cache(maxsize=2)
def _draws(seed: int, studies: int) -> Array:
    """Common random numbers, drawn study by study, kept between slider steps, shape (3, participants, studies)."""
    draws = np.random.default_rng(np.random.SeedSequence(seed)).standard_normal((studies, MOST_PARTICIPANTS, 3))
    by_part = draws.T.copy()
    by_part.flags.writeable = False
    return by_part


@lru_cache(maxsize=8)
def _moments(seed: int, studies: int, participants: int) -> tuple[Array, Array]:
    """Mean and covariance of the three parts in each study, (3, studies) and (3, 3, studies): all that t depends on."""
    drawn = _draws(seed, _FEW_STUDIES if studies <= _FEW_STUDIES else MOST_STUDIES)
    parts = drawn[:, :participants, :studies]
    mean = parts.mean(axis=1)
    away = parts - mean[:, None]
    covariance = np.einsum("ips,jps->ijs", away, away) / (participants - 1)
    mean.flags.writeable = covariance.flags.writeable = False
    return mean, covariance


def _neither(parameters: ByChance) -> float:
    """Chance that neither dose is significant: a normal rectangle, averaged over the roots of both sums of squares."""
    from scipy.special import gammaln, ive, ndtr, stdtrit  # here because the import takes 0.2 s

    freedom, root_n = parameters.participants - 1, math.sqrt(parameters.participants)
    rho, rest = parameters.correlation, math.sqrt(1 - parameters.correlation**2)
    critical = -float(stdtrit(freedom, parameters.alpha / 2)) / math.sqrt(freedom)
    order = freedom / 2 - 1

    first, first_weight = _nodes(np.maximum(math.sqrt(freedom) - _REACH, 0.0), math.sqrt(freedom) + _REACH)
    chi = np.exp(2 * order * np.log(first) - first**2 / 2 - order * math.log(2) - gammaln(order + 1)) * first
    shift = np.maximum(first * rho / rest, _SMALLEST_SHIFT)
    middle = np.sqrt(freedom + shift**2)
    second, second_weight = _nodes(np.maximum(middle - _REACH, 0.0), middle + _REACH)
    along = shift[:, None]
    noncentral = second * (second / along) ** order * np.exp(-((second - along) ** 2) / 2) * ive(order, along * second)

    centre = parameters.effect_24 * root_n
    limit = critical * first
    low = np.clip(-limit, centre - _REACH, centre + _REACH)
    mean, mean_weight = _nodes(low, np.clip(limit, centre - _REACH, centre + _REACH))
    normal = np.exp(-((mean - centre) ** 2) / 2) / math.sqrt(2 * math.pi)
    expected = (parameters.effect_48 * root_n + rho * (mean - centre))[:, None, :] / rest
    other_limit = critical * second[:, :, None]
    inside = ndtr(other_limit - expected) - ndtr(-other_limit - expected)
    return float(
        np.einsum("u,uv,uvx,ux->", first_weight * chi, second_weight * noncentral, inside, mean_weight * normal)
    )


def _nodes(low: Any, high: Any) -> tuple[Array, Array]:
    """Gauss–Legendre nodes and weights between bounds of any shape, along a new last axis."""
    x, weight = _rule(_NODES)
    half = (np.asarray(high) - np.asarray(low))[..., None] / 2
    return np.asarray(low)[..., None] + half * (1 + x), half * weight
