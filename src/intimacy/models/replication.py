"""What many small studies of one question publish, and how much of it is true.

Each lab compares two arms of equal size by a t test. If only striking results are published, the published effects are
too large (the winner's curse), some have the wrong sign, and many are false. All expected values are closed forms of
the noncentral t distribution; the labs themselves are drawn from the exact sampling distribution of their estimates.

Effects are standardised mean differences d (Cohen's d, without small-sample correction).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import (
    LARGEST,
    SMALLEST,
    Between,
    InnerShare,
    OpenShare,
    Seed,
    Shares,
    checked,
    require_together,
)
from intimacy.parameters import Parameters, choice, integer, number

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]

SMALLEST_ARM = 4
Effects = Annotated[ArrayLike, Between(-100, 100)]
Arms = Annotated[ArrayLike, Between(SMALLEST_ARM, LARGEST)]
SMALLEST_EFFECT = 0.01
_DRAWS_PER_LAB = 5

PUBLICATION = {
    "all": "Every result",
    "significant": "Every finding",
    "positive": "Findings as expected",
}


@dataclass(frozen=True)
class ReplicationLab(Parameters):
    """A number of labs that study one question, each with its own participants (see :func:`simulate_labs`)."""

    participants: int = integer(
        29, 5, 2000, unit="per arm", symbol="n", label="Participants", help="Half of a lab's participants."
    )
    effect: float = number(
        0.1, 0, 1.5, step=0.01, symbol="d", label="True effect", help="Difference of the arms in standard deviations."
    )
    publication: str = choice(
        "positive",
        PUBLICATION,
        label="What gets published",
        help="A finding is significant, or claimed through bias. The rest stays in the file drawer.",
    )
    labs: int = integer(100, 10, 1000, step=10, label="Labs", help="How many labs run the study.")
    size_spread: float = number(
        1, 1, 6, step=0.5, label="How much lab sizes differ", help="3: sizes from a third of n to three times n."
    )
    alpha: float = number(
        0.05, 0.001, 0.2, step=0.001, symbol="α", label="Significance level", help="Two-sided p below this counts."
    )
    prior: float = number(
        1, 0, 1, step=0.05, symbol="π", label="Share of true hypotheses", help="In the others the effect is zero."
    )
    bias: float = number(
        0, 0, 1, step=0.05, symbol="u", label="Bias", help="Share of other results claimed as findings too."
    )


@dataclass(frozen=True)
class LabsRun:
    """What the labs found; every array has one entry per lab.

    Attributes:
        participants: participants per arm.
        hypothesis_true: whether this lab's hypothesis is true.
        estimate: estimated effect d.
        standard_error: large-sample standard error of the estimate, √(2/n + d̂²/4n).
        t, p: the t statistic and its two-sided p value.
        significant: p below alpha.
        claimed: claimed as a finding, because significant or through bias.
        published: passed the publication rule.
    """

    participants: NDArray[np.int64]
    hypothesis_true: Booleans
    estimate: Array
    standard_error: Array
    t: Array
    p: Array
    significant: Booleans
    claimed: Booleans
    published: Booleans

    @property
    def published_mean(self) -> float:
        """Mean published estimate; nan if nothing was published."""
        return float(self.estimate[self.published].mean()) if self.published.any() else math.nan

    @property
    def true_share(self) -> float:
        """Share of the claimed findings whose hypothesis is true; nan if there are none."""
        return float(self.hypothesis_true[self.claimed].mean()) if self.claimed.any() else math.nan

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per lab."""
        return pd.DataFrame(vars(self))


@checked
def simulate_labs(parameters: ReplicationLab, seed: Seed = 7) -> LabsRun:
    """Run all labs once.

    With n per arm, Z standard normal and X chi-square with 2n − 2 degrees of freedom, both drawn by inversion, the
    estimate is exactly that of a two-sample t test on normal data::

        d̂ = (d + Z √(2/n)) / √(X / (2n − 2)),   t = d̂ / √(2/n)

    A lab's effect is d with probability ``prior``, else 0. A non-significant result is claimed as a finding with
    probability ``bias`` (Ioannidis 2005, doi 10.1371/journal.pmed.0020124); its estimate stays what it was. Each lab
    has five uniform numbers of its own, so a slider moves the labs and does not redraw them. A toy: real labs differ in
    more than size, and real file drawers leak.
    """
    from scipy.special import gammaincinv, ndtri  # here because the import takes 0.2 s, not needed before the first run

    draws = np.random.default_rng(np.random.SeedSequence(seed)).random((parameters.labs, _DRAWS_PER_LAB))
    for_mean, for_spread, for_size, for_prior, for_bias = draws.T
    sizes = parameters.participants * parameters.size_spread ** (2 * for_size - 1)
    participants = np.maximum(np.rint(sizes).astype(np.int64), SMALLEST_ARM)
    freedom = 2.0 * participants - 2
    scale = np.sqrt(2 / participants)
    hypothesis_true = for_prior < parameters.prior
    pooled_variance = gammaincinv(freedom / 2, for_spread) * 2 / freedom
    estimate = (parameters.effect * hypothesis_true + ndtri(for_mean) * scale) / np.sqrt(pooled_variance)
    p = two_sided_p(estimate / scale, freedom)
    significant = p < parameters.alpha
    claimed = significant | (for_bias < parameters.bias)
    return LabsRun(
        participants=participants,
        hypothesis_true=hypothesis_true,
        estimate=estimate,
        standard_error=np.sqrt(2 / participants + estimate**2 / (4 * participants)),
        t=estimate / scale,
        p=p,
        significant=significant,
        claimed=claimed,
        published=_published(parameters.publication, claimed, estimate),
    )


def _published(rule: str, claimed: Booleans, estimate: Array) -> Booleans:
    rules = {"all": np.ones_like(claimed), "significant": claimed, "positive": claimed & (estimate > 0)}
    return rules[rule]


@checked
def power(effect: Effects, n_per_arm: Arms, alpha: OpenShare = 0.05, two_sided: bool = True) -> Any:
    """Return the probability of a significant result: a float, or an array as the inputs broadcast.

    The t statistic is noncentral t with 2n − 2 degrees of freedom and noncentrality d √(n/2). Two-sided power counts
    significant results of either sign; one-sided power only positive ones.

    Raises:
        ValueError: alpha is not between 0 and 1, or an arm has fewer than 4 participants.
    """
    above, below = _significant_tails(effect, n_per_arm, alpha, two_sided)
    return _plain(above + below)


@checked
def sample_size(
    effect: Annotated[float, Between(-100, 100)], power: float = 0.8, alpha: OpenShare = 0.05, two_sided: bool = True
) -> int:
    """Return the smallest n per arm whose :func:`power` is at least ``power``; at least 4.

    Raises:
        ValueError: the effect is smaller than 0.01 in size (negative for a one-sided test), or power is not between
            alpha and 1.
    """
    if (abs(effect) if two_sided else effect) < SMALLEST_EFFECT:
        raise ValueError(f"effect must be at least {SMALLEST_EFFECT} (in size, if two-sided), got {effect!r}")
    if not alpha < power < 1:
        raise ValueError(f"power must be between alpha ({alpha!r}) and 1, got {power!r}")

    def enough(n: int) -> bool:
        above, below = _significant_tails(effect, n, alpha, two_sided)
        return bool(above + below >= power)

    high = SMALLEST_ARM
    while not enough(high):
        high *= 2
    low = high // 2 if high > SMALLEST_ARM else SMALLEST_ARM - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


@checked
def positive_predictive_value(power: Shares, prior: Shares, alpha: Shares = 0.05, bias: Shares = 0.0) -> Any:
    """Return the probability that a claimed finding is true: a float, or an array as the inputs broadcast.

    With the share π of hypotheses that are true and the bias u (Ioannidis 2005, doi 10.1371/journal.pmed.0020124)::

        true claims  = π (power + u (1 − power))
        false claims = (1 − π) (α + u (1 − α))
        PPV          = true claims / (true claims + false claims)

    Raises:
        ValueError: an argument is not between 0 and 1, or no finding can ever be claimed.
    """
    shares = (np.asarray(each, dtype=np.float64) for each in (power, prior, alpha, bias))
    power_, prior_, alpha_, bias_ = np.broadcast_arrays(*shares)
    true_claims = prior_ * (power_ + bias_ * (1 - power_))
    false_claims = (1 - prior_) * (alpha_ + bias_ * (1 - alpha_))
    if np.any(true_claims + false_claims == 0):
        raise ValueError("power, prior, alpha and bias must allow at least one claimed finding, got none")
    return _plain(true_claims / (true_claims + false_claims))


@checked
def expected_significant_estimate(effect: Effects, n_per_arm: Arms, alpha: OpenShare = 0.05) -> Any:
    """Return the mean estimate of the significant *positive* results (the winner's curse).

    A float, or an array as the inputs broadcast. Closed form: see :func:`exaggeration_ratio`.

    Raises:
        ValueError: alpha is not between 0 and 1, or an arm has fewer than 4 participants.
    """
    effect, n = _design(effect, n_per_arm)
    above, _ = _significant_tails(effect, n, alpha, two_sided=True)
    return _plain(_sum_of_significant(effect, n, alpha) / above)


@checked
def sign_error_rate(effect: Effects, n_per_arm: Arms, alpha: OpenShare = 0.05) -> Any:
    """Return the share of significant results that have the wrong sign (type S error); one half when the effect is 0.

    Gelman and Carlin (2014, doi 10.1177/1745691614551642). A float, or an array as the inputs broadcast.

    Raises:
        ValueError: alpha is not between 0 and 1, or an arm has fewer than 4 participants.
    """
    above, below = _significant_tails(np.abs(np.asarray(effect, dtype=np.float64)), n_per_arm, alpha, two_sided=True)
    return _plain(below / (above + below))


@checked
def exaggeration_ratio(effect: Effects, n_per_arm: Arms, alpha: OpenShare = 0.05) -> Any:
    """Return how many times the true effect a significant estimate is on average, sign ignored (type M error).

    Gelman and Carlin (2014, doi 10.1177/1745691614551642). For T noncentral t with ν degrees of freedom and
    noncentrality δ, and the critical value c, the sum over significant positive results is::

        E[T; T > c] = √(ν/2) Γ((ν−1)/2)/Γ(ν/2) · { δ P(T_{ν−1} > c √((ν−1)/ν)) + f_{ν−2}(t)/m }
        t = c √((ν−2)/ν),   m = √(2/(ν−2)) Γ((ν−1)/2)/Γ((ν−2)/2),   f_{ν−2}(t) = (ν−2)/t · (F_ν(c) − F_{ν−2}(t))

    A float, or an array as the inputs broadcast.

    Raises:
        ValueError: the effect is 0, alpha is not between 0 and 1, or an arm has fewer than 4 participants.
    """
    effect, n = _design(effect, n_per_arm)
    if np.any(np.abs(effect) < SMALLEST):
        raise ValueError("effect must not be 0, because nothing can be compared with it, got 0")
    above, below = _significant_tails(effect, n, alpha, two_sided=True)
    sizes = _sum_of_significant(effect, n, alpha) + _sum_of_significant(-effect, n, alpha)
    return _plain(sizes / (above + below) / np.abs(effect))


@checked
def funnel_limits(centre: float, standard_errors: ArrayLike, alpha: InnerShare = 0.05) -> tuple[Array, Array]:
    """Return the two sides of the funnel, centre ± z · standard error, one entry per standard error.

    Around the true effect it holds a share 1 − alpha of all studies; around 0 it holds the non-significant ones.

    Raises:
        ValueError: alpha is not between 0 and 1.
    """
    from scipy.special import ndtri  # here because the import takes 0.2 s

    reach = ndtri(1 - alpha / 2) * np.asarray(standard_errors, dtype=np.float64)
    return centre - reach, centre + reach


@dataclass(frozen=True)
class ProportionComparison:
    """Two proportions compared: their difference, and Fisher's exact p, one-sided (first is higher) and two-sided."""

    difference: float
    one_sided_p: float
    two_sided_p: float


@checked
def compare_proportions(successes: tuple[int, int], totals: tuple[int, int]) -> ProportionComparison:
    """Compare two proportions by Fisher's exact test.

    Given all margins the first count is hypergeometric. The one-sided p is the probability of a count at least as high;
    the two-sided p adds up all counts that are no more probable than the one seen.

    Raises:
        ValueError: a total is below 1, or a count is not between 0 and its total.
    """
    for name, count, total in zip(("first", "second"), successes, totals, strict=True):
        if total < 1 or not 0 <= count <= total:
            raise ValueError(f"the {name} count must be between 0 and its total (1 or more), got {count} of {total}")
    hits = sum(successes)
    counts = range(max(0, hits - totals[1]), min(hits, totals[0]) + 1)
    weights = [math.comb(totals[0], count) * math.comb(totals[1], hits - count) for count in counts]
    seen = weights[successes[0] - counts.start]
    everything = sum(weights)
    return ProportionComparison(
        difference=successes[0] / totals[0] - successes[1] / totals[1],
        one_sided_p=sum(weights[successes[0] - counts.start :]) / everything,
        two_sided_p=sum(weight for weight in weights if weight <= seen) / everything,
    )


@checked
def effect_from_z(z: float, participants: int) -> tuple[float, float]:
    """Return the correlation r = z/√N and d = 2r/√(1 − r²) behind a z statistic from N participants in all.

    Raises:
        ValueError: z² is not below N.
    """
    if not z * z < participants:
        raise ValueError(f"z must be smaller in size than the root of {participants!r} participants, got {z!r}")
    r = z / math.sqrt(participants)
    return r, 2 * r / math.sqrt(1 - r * r)


@checked
def two_sided_p(t: ArrayLike, degrees_of_freedom: Annotated[ArrayLike, Between(SMALLEST, LARGEST, "above 0")]) -> Array:
    """Return the two-sided p value of Student's t; an array as the inputs broadcast."""
    from scipy.special import stdtr  # here because the import takes 0.2 s

    require_together(t=t, degrees_of_freedom=degrees_of_freedom)
    p: Array = 2 * stdtr(degrees_of_freedom, -np.abs(np.asarray(t, dtype=np.float64)))
    return p


@checked
def t_test_power(
    noncentrality: Annotated[ArrayLike, Between(-1e6, 1e6)],
    freedom: Annotated[ArrayLike, Between(SMALLEST, LARGEST, "above 0")],
    alpha: OpenShare = 0.05,
) -> Any:
    """Return the chance that a two-sided t test is significant, in either direction: a float, or as inputs broadcast.

    t is noncentral t; what the noncentrality is depends on the design: d √(n/2) for two arms of n, d √n for n pairs.

    Raises:
        ValueError: alpha is not between 0 and 1.
    """
    require_together(noncentrality=noncentrality, freedom=freedom)
    above, below = _tails(np.asarray(noncentrality, dtype=np.float64), np.asarray(freedom, dtype=np.float64), alpha / 2)
    return _plain(np.minimum(above + below, 1.0))


def _tails(shift: Array, freedom: Array, tail: float) -> tuple[Array, Array]:
    """Return the chances that t lies above the critical value, and below its negative."""
    critical = _critical_t(freedom, tail)
    # By symmetry the upper tail at shift is the lower tail at −shift, which keeps small probabilities exact.
    return _noncentral_t_below(-critical, freedom, -shift), _noncentral_t_below(-critical, freedom, shift)


def _significant_tails(effect: ArrayLike, n_per_arm: ArrayLike, alpha: float, two_sided: bool) -> tuple[Array, Array]:
    """Return the probabilities of a significant positive and of a significant negative result."""
    effect, n = _design(effect, n_per_arm)
    above, below = _tails(effect * np.sqrt(n / 2), 2 * n - 2, alpha / 2 if two_sided else alpha)
    return above, below if two_sided else np.zeros_like(above)


def _sum_of_significant(effect: Array, n: Array, alpha: float) -> Array:
    """Return E[d̂; significant and positive], by the closed form in :func:`exaggeration_ratio`."""
    from scipy.special import gammaln  # here because the import takes 0.2 s

    freedom, shift, scale = 2 * n - 2, effect * np.sqrt(n / 2), np.sqrt(2 / n)
    critical = _critical_t(freedom, alpha / 2)
    one_less = critical * np.sqrt((freedom - 1) / freedom)
    two_less = critical * np.sqrt((freedom - 2) / freedom)
    inverse_spread = np.sqrt(freedom / 2) * np.exp(gammaln((freedom - 1) / 2) - gammaln(freedom / 2))
    mean_spread = np.sqrt(2 / (freedom - 2)) * np.exp(gammaln((freedom - 1) / 2) - gammaln((freedom - 2) / 2))
    density = (_noncentral_t_below(critical, freedom, shift) - _noncentral_t_below(two_less, freedom - 2, shift)) * (
        (freedom - 2) / two_less
    )
    exceeds = _noncentral_t_below(-one_less, freedom - 1, -shift)
    total: Array = scale * inverse_spread * (shift * exceeds + density / mean_spread)
    return total


def _critical_t(freedom: Array, tail: float) -> Array:
    from scipy.special import stdtrit  # here because the import takes 0.2 s

    critical: Array = -stdtrit(freedom, tail)
    return critical


def _noncentral_t_below(t: Array, freedom: Array, shift: Array) -> Array:
    """Return P(T < t) of the noncentral t distribution; scipy gives nan for some values below 1e-13, which become 0."""
    from scipy.special import nctdtr  # here because the import takes 0.2 s

    probability: Array = np.clip(np.nan_to_num(nctdtr(freedom, shift, t), nan=0.0), 0.0, 1.0)
    return probability


def _design(effect: ArrayLike, n_per_arm: ArrayLike) -> tuple[Array, Array]:
    require_together(effect=effect, n_per_arm=n_per_arm)
    return np.asarray(effect, dtype=np.float64), np.asarray(n_per_arm, dtype=np.float64)


def _plain(values: Array) -> Any:
    """A float for a single value, the array otherwise."""
    return float(values) if np.ndim(values) == 0 else values
