"""Reading studies together: pooling by fixed and random effects, what a filter does to it, and the winner's curse.

:func:`pool` is the closed form of DerSimonian and Laird (1986, doi 10.1016/0197-2456(86)90046-2), which PyMARE and
statsmodels give as well. The field of :func:`simulate_field` is a toy: its experiments differ in size and in their true
effect, and in nothing else. The twelve comparisons of :func:`brain_images` are data, of Michael et al. (2013, doi
10.3758/s13423-013-0391-6) and of the study that they replicated, as the package PyMARE ships them.

Only what asks the same question, of different people, on the same scale may be pooled. No function here can tell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import LARGEST, SMALLEST, Between, Seed, checked
from intimacy.models import replication
from intimacy.parameters import Parameters, choice, integer, number

Array = NDArray[np.float64]
Variances = Annotated[ArrayLike, Between(SMALLEST**2, LARGEST**2, "above 0 and finite")]
Booleans = NDArray[np.bool_]

METHODS = {"random": "Random effects", "fixed": "Fixed effect"}
"""Whether experiments may differ in their true effect, or all have one."""

INTERVALS = {"normal": "Normal", "knapp_hartung": "Knapp and Hartung"}
"""How the 95 % interval of a pooled effect is made."""

LEVEL = 0.95
"""Level of every interval here."""

_MOST_EXPERIMENTS = 60
_DRAWS_PER_EXPERIMENT = 4
_FIELDS_KEPT = 8
_SIZES = np.unique(np.rint(np.geomspace(5, 1000, 60)).astype(int))


# Pooling


@dataclass(frozen=True)
class Pooled:
    """What several experiments say together.

    Attributes:
        experiments: how many were pooled, k.
        estimate, standard_error: the pooled effect, on the scale of the effects, and its standard error.
        low, high: its 95 % interval.
        prediction_low, prediction_high: where the true effect of one more such experiment lies, with 95 %; nan below
            three experiments, and the interval itself for a fixed effect, which leaves no room for differences.
        tau_squared: variance of the true effects, τ²; 0 for a fixed effect.
        q, q_p: Cochran's Q and its p value, for the hypothesis that all have one true effect.
        i_squared: share of the variation between estimates that chance does not explain, I², from 0 to 1.
        p: two-sided p value of the pooled effect.
        weights: share of each experiment in the pooled effect, shape (k,).
    """

    experiments: int
    estimate: float
    standard_error: float
    low: float
    high: float
    prediction_low: float
    prediction_high: float
    tau_squared: float
    q: float
    q_p: float
    i_squared: float
    p: float
    weights: Array


@checked
def pool(
    estimates: ArrayLike,
    variances: Variances,
    method: str = "random",
    interval: str = "normal",
) -> Pooled:
    """Pool k effects with the sampling variances v::

        fixed:   w = 1/v                          random:  w = 1/(v + τ²)
        estimate = Σ w y / Σ w,   SE = 1/√Σ w,    estimate ± 1.96 SE
        τ² = max(0, (Q − (k − 1)) / (Σ 1/v − Σ 1/v² / Σ 1/v)),   Q = Σ (y − fixed)²/v,   I² = max(0, 1 − (k − 1)/Q)

    with τ² of DerSimonian and Laird (1986). The interval of Knapp and Hartung (2003, doi 10.1002/sim.1482) has
    SE² = Σ w (y − estimate)² / ((k − 1) Σ w) and the t distribution with k − 1 degrees of freedom. The prediction
    interval is estimate ± t √(τ² + SE²) with k − 2 degrees of freedom (Higgins, Thompson and Spiegelhalter 2009).

    Args:
        estimates: effects y on one scale, shape (k,).
        variances: sampling variances v, shape (k,).
        method: one of :data:`METHODS`.
        interval: one of :data:`INTERVALS`.

    Raises:
        ValueError: there are fewer than two effects, shapes differ, an effect is not finite, a variance is not above 0,
            or method or interval is unknown.
    """
    from scipy.special import chdtrc, ndtri, stdtr, stdtrit  # here because the import takes 0.2 s

    y, v = _checked_effects(estimates, variances)
    _check_choice("method", method, METHODS)
    _check_choice("interval", interval, INTERVALS)
    freedom = len(y) - 1
    fixed = 1 / v
    q = float(fixed @ (y - fixed @ y / fixed.sum()) ** 2)
    between = max(0.0, (q - freedom) / (fixed.sum() - (fixed @ fixed) / fixed.sum()))
    tau_squared = float(between) if method == "random" else 0.0
    weights = 1 / (v + tau_squared)
    estimate = float(weights @ y / weights.sum())
    error = math.sqrt(1 / weights.sum())
    if interval == "knapp_hartung":
        error = math.sqrt(weights @ (y - estimate) ** 2 / (freedom * weights.sum()))
        reach, p = stdtrit(freedom, (1 + LEVEL) / 2), 2 * stdtr(freedom, -_ratio(estimate, error))
    else:
        reach, p = ndtri((1 + LEVEL) / 2), math.erfc(_ratio(estimate, error) / math.sqrt(2))
    beyond = reach * error
    if method == "random":
        beyond = (
            stdtrit(freedom - 1, (1 + LEVEL) / 2) * math.hypot(math.sqrt(tau_squared), error)
            if freedom > 1
            else math.nan
        )
    return Pooled(
        experiments=len(y),
        estimate=estimate,
        standard_error=error,
        low=estimate - float(reach) * error,
        high=estimate + float(reach) * error,
        prediction_low=estimate - float(beyond),
        prediction_high=estimate + float(beyond),
        tau_squared=tau_squared,
        q=q,
        q_p=float(chdtrc(freedom, q)),
        i_squared=max(0.0, 1 - freedom / q) if q > 0 else 0.0,
        p=float(p),
        weights=weights / weights.sum(),
    )


@checked
def leave_one_out(
    estimates: ArrayLike,
    variances: Variances,
    method: str = "random",
    interval: str = "normal",
) -> list[Pooled]:
    """Pool all effects but one, for each one in turn.

    Raises:
        ValueError: as :func:`pool`, and if there are fewer than three effects.
    """
    y, v = _checked_effects(estimates, variances)
    if len(y) < 3:
        raise ValueError(f"estimates must hold at least 3 effects to leave one out, got {len(y)}")
    rest = ~np.eye(len(y), dtype=bool)
    return [pool(y[kept], v[kept], method, interval) for kept in rest]


@dataclass(frozen=True)
class Asymmetry:
    """Egger's regression: how far small experiments differ from large ones, in standard errors; and its p value."""

    intercept: float
    standard_error: float
    p: float


@checked
def funnel_asymmetry(
    estimates: ArrayLike,
    standard_errors: Annotated[ArrayLike, Between(SMALLEST, LARGEST, "above 0 (from 1e-9)")],
) -> Asymmetry:
    """Regress y/SE on 1/SE; the intercept is 0 on average where size has nothing to do with the effect.

    Egger et al. (1997). It notices small-study effects and does not tell what made them: a filter, or small experiments
    that really have larger effects.

    Raises:
        ValueError: there are fewer than three effects, shapes differ, an effect is not finite, a standard error is not
            above 0, or all standard errors are the same.
    """
    from scipy.special import stdtr  # here because the import takes 0.2 s

    y, v = _checked_effects(estimates, np.square(np.asarray(standard_errors, dtype=np.float64)))
    if len(y) < 3:
        raise ValueError(f"estimates must hold at least 3 effects, got {len(y)}")
    precision = 1 / np.sqrt(v)
    spread = precision - precision.mean()
    if not spread @ spread > 1e-12 * (precision @ precision):
        raise ValueError("standard_errors must differ, got the same for all")
    score = y * precision
    slope = spread @ score / (spread @ spread)
    intercept = float(score.mean() - slope * precision.mean())
    residual = score - intercept - slope * precision
    variance = residual @ residual / (len(y) - 2)
    error = math.sqrt(variance * (1 / len(y) + precision.mean() ** 2 / (spread @ spread)))
    return Asymmetry(intercept, error, float(2 * stdtr(len(y) - 2, -_ratio(intercept, error))))


# Twelve comparisons


LEFT_OUT = {
    "none": "None",
    "original_1": "The original, without critique",
    "original_2": "The original, with critique",
    **{f"replication_{number}": f"Replication {number}" for number in range(1, 11)},
    "originals": "Both originals",
}
"""Which of the twelve comparisons to leave out."""


@dataclass(frozen=True)
class BrainImages(Parameters):
    """One way to pool twelve comparisons (see :func:`read_brain_images`)."""

    method: str = choice(
        "random",
        METHODS,
        label="Model",
        help="Random: experiments may differ in their true effect. Fixed: they do not.",
    )
    interval: str = choice(
        "normal", INTERVALS, label="Interval", help="Knapp and Hartung's takes into account that τ² is estimated."
    )
    left_out: str = choice("none", LEFT_OUT, label="Leave out", help="One comparison, or both of the original study.")


@dataclass(frozen=True)
class BrainImagesRun:
    """Twelve comparisons, pooled.

    Attributes:
        parameters: what was run.
        studies: the comparisons, as :func:`brain_images` returns them.
        kept: which were pooled, shape (12,).
        pooled: what they say together.
        without: the pooled effect without each of those kept; the whole one for those that were left out, shape (12,).
    """

    parameters: BrainImages
    studies: pd.DataFrame
    kept: Booleans
    pooled: Pooled
    without: Array

    def to_frame(self) -> pd.DataFrame:
        """Return the comparisons as a table, with the weight of each and the pooled effect without it."""
        weight = np.zeros(len(self.kept))
        weight[self.kept] = self.pooled.weights
        return self.studies.assign(kept=self.kept, weight=weight, pooled_without=self.without)


def brain_images() -> pd.DataFrame:
    """Return twelve comparisons of a news text with and without a brain image, one row each.

    Columns: key (of :data:`LEFT_OUT`), name, critique (whether the text came with one), people, estimate (difference of
    mean agreement, points on a scale from 1 to 4; above 0: more with the image), variance, low, high (95 %).
    """
    return _brain_images().copy()


@checked
def read_brain_images(parameters: BrainImages) -> BrainImagesRun:
    """Pool the twelve comparisons, or those that are not left out, by :func:`pool`."""
    studies = _brain_images()
    gone = {"originals": ("original_1", "original_2")}.get(parameters.left_out, (parameters.left_out,))
    kept = ~studies["key"].isin(gone).to_numpy()
    y, v = (studies[name].to_numpy()[kept] for name in ("estimate", "variance"))
    pooled = pool(y, v, parameters.method, parameters.interval)
    without = np.full(len(kept), pooled.estimate)
    without[kept] = [each.estimate for each in leave_one_out(y, v, parameters.method, parameters.interval)]
    return BrainImagesRun(parameters, studies, kept, pooled, without)


# People, mean and standard deviation without the image, the same with it, and whether the text came with a critique.
_COMPARISONS = {
    "original_1": (28, 2.89, 0.79, 26, 3.12, 0.65, False),
    "replication_1": (99, 2.90, 0.58, 98, 2.86, 0.61, False),
    "replication_2": (42, 2.62, 0.54, 33, 2.85, 0.57, False),
    "replication_3": (24, 2.96, 0.36, 21, 3.07, 0.55, False),
    "replication_4": (184, 2.93, 0.60, 184, 2.89, 0.60, False),
    "replication_5": (274, 2.86, 0.59, 255, 2.91, 0.52, False),
    "original_2": (26, 2.69, 0.55, 28, 3.00, 0.54, True),
    "replication_6": (58, 2.50, 0.84, 55, 2.60, 0.83, True),
    "replication_7": (34, 2.41, 0.78, 34, 2.74, 0.51, True),
    "replication_8": (98, 2.73, 0.67, 93, 2.68, 0.69, True),
    "replication_9": (99, 2.54, 0.66, 95, 2.72, 0.68, True),
    "replication_10": (94, 2.66, 0.65, 97, 2.64, 0.71, True),
}


@lru_cache(maxsize=1)
def _brain_images() -> pd.DataFrame:
    people, mean, spread, people_image, mean_image, spread_image, critique = (
        np.array(column) for column in zip(*_COMPARISONS.values(), strict=True)
    )
    estimate, variance = mean_image - mean, spread**2 / people + spread_image**2 / people_image
    reach = 1.959963984540054 * np.sqrt(variance)
    return pd.DataFrame(
        {
            "key": list(_COMPARISONS),
            "name": [LEFT_OUT[key] for key in _COMPARISONS],
            "critique": critique,
            "people": people + people_image,
            "estimate": estimate,
            "variance": variance,
            "low": estimate - reach,
            "high": estimate + reach,
        }
    )


# A field


@dataclass(frozen=True)
class Field(Parameters):
    """A field of experiments on one question (toy, see :func:`simulate_field`)."""

    experiments: int = integer(
        30, 5, _MOST_EXPERIMENTS, symbol="k", label="Experiments run", help="How many there are, published or not."
    )
    effect: float = number(
        0.2,
        0,
        0.8,
        step=0.05,
        symbol="μ",
        unit="SD",
        label="Mean true effect",
        help="Over all experiments one could run.",
    )
    heterogeneity: float = number(
        0.1, 0, 0.5, step=0.05, symbol="τ", unit="SD", label="Heterogeneity", help="How much true effects differ."
    )
    publication: str = choice(
        "all",
        replication.PUBLICATION,
        label="What gets published",
        help="A finding is significant. As expected: and above 0. The rest stays in the file drawer.",
    )
    participants: int = integer(
        40, 10, 400, step=10, unit="per arm", symbol="n", label="Participants", help="Of a middling experiment."
    )
    size_spread: float = number(
        3, 1, 6, step=0.5, label="How much sizes differ", help="3: from a third of n to three times n."
    )
    leak: float = number(
        0, 0, 1, step=0.05, label="Leaks from the drawer", help="Share of all other results published all the same."
    )


@dataclass(frozen=True)
class FieldRun:
    """What a field has found; every array has one entry per experiment.

    Attributes:
        parameters: what was run.
        truth: true effects.
        estimate, standard_error: what was found.
        published: what can be read.
        pooled: random effects pooled from what can be read; ``None`` below two.
        everything: the same from all that was run.
        asymmetry: of the funnel of what can be read; ``None`` below three, or where all are of one size.
    """

    parameters: Field
    truth: Array
    estimate: Array
    standard_error: Array
    published: Booleans
    pooled: Pooled | None
    everything: Pooled
    asymmetry: Asymmetry | None

    def to_frame(self) -> pd.DataFrame:
        """Return the field as a table, one row per experiment."""
        return pd.DataFrame(
            {name: getattr(self, name) for name in ("truth", "estimate", "standard_error", "published")}
        )


@checked
def simulate_field(parameters: Field, seed: Seed = 7) -> FieldRun:
    """Run all experiments of a field, publish some, and pool what can be read::

        truth ~ N(μ, τ²),   estimate ~ N(truth, 2/n)

    A toy: the sampling variance 2/n of a standardised difference is taken as known, and an experiment is significant
    when its estimate is more than 1.96 standard errors from 0. Each experiment has draws of its own, so that a slider
    moves it and does not draw it anew.
    """
    for_truth, for_estimate, for_size, for_leak = _draws(seed)[:, : parameters.experiments]
    sizes = np.rint(parameters.participants * parameters.size_spread ** (2 * for_size - 1))
    truth = parameters.effect + parameters.heterogeneity * for_truth
    error = np.sqrt(2 / np.maximum(sizes, replication.SMALLEST_ARM))
    estimate = truth + error * for_estimate
    significant = np.abs(estimate) > 1.959963984540054 * error
    passes = {"all": np.ones_like(significant), "significant": significant, "positive": significant & (estimate > 0)}
    published = passes[parameters.publication] | (for_leak < parameters.leak)
    seen = (estimate[published], error[published])
    sized = parameters.size_spread > 1 and np.ptp(seen[1]) > 0 if published.sum() >= 3 else False
    return FieldRun(
        parameters=parameters,
        truth=truth,
        estimate=estimate,
        standard_error=error,
        published=published,
        pooled=pool(seen[0], seen[1] ** 2) if published.sum() >= 2 else None,
        everything=pool(estimate, error**2),
        asymmetry=funnel_asymmetry(*seen) if sized else None,
    )


@lru_cache(maxsize=_FIELDS_KEPT)
def _draws(seed: int) -> Array:
    """Return for each experiment two standard normal and two uniform numbers, shape (4, experiments)."""
    from scipy.special import ndtri  # here because the import takes 0.2 s

    draws = np.random.default_rng(np.random.SeedSequence(seed)).random((_MOST_EXPERIMENTS, _DRAWS_PER_EXPERIMENT)).T
    return np.concatenate([ndtri(draws[:2]), draws[2:]])


# The winner's curse


@dataclass(frozen=True)
class Curse(Parameters):
    """A kind of study, and how often its idea is true (see :func:`read_curse`)."""

    effect: float = number(
        0.28, 0.05, 1.5, step=0.01, symbol="d", unit="SD", label="True effect", help="Where the idea is true."
    )
    participants: int = integer(
        29, 5, 1000, unit="per arm", symbol="n", label="Participants", help="Half of a study's participants."
    )
    prior: float = number(
        0.25, 0.01, 1, step=0.01, symbol="π", label="Share of true ideas", help="How often such an idea is true at all."
    )
    bias: float = number(
        0, 0, 1, step=0.05, symbol="u", label="Bias", help="Share of other results that are claimed as findings too."
    )
    alpha: float = number(
        0.05, 0.001, 0.2, step=0.001, symbol="α", label="Significance level", help="Two-sided p below this counts."
    )


@dataclass(frozen=True)
class CurseRun:
    """Studies of many sizes and of the size asked about.

    Attributes:
        parameters: what was run.
        participants: per arm, shape (sizes,).
        power: chance to find a true effect, shape (sizes,).
        significant: mean of the significant estimates above 0, where the effect is true, shape (sizes,).
        true_share: share of the findings whose idea is true, shape (sizes,).
        here: the same three for the size asked about, and the share of significant results with the wrong sign.
    """

    parameters: Curse
    participants: NDArray[np.int64]
    power: Array
    significant: Array
    true_share: Array
    here: dict[str, float]

    def to_frame(self) -> pd.DataFrame:
        """Return the studies as a table, one row per size."""
        columns = ("participants", "power", "significant", "true_share")
        return pd.DataFrame({name: getattr(self, name) for name in columns})


@checked
def read_curse(parameters: Curse) -> CurseRun:
    """Ask the replication machine for power, mean significant estimate and share of true findings, for many sizes.

    All are closed forms of :mod:`intimacy.models.replication`. No chance in it.
    """
    sizes = np.append(_SIZES, parameters.participants)
    found = replication.power(parameters.effect, sizes, parameters.alpha)
    significant = replication.expected_significant_estimate(parameters.effect, sizes, parameters.alpha)
    true = replication.positive_predictive_value(found, parameters.prior, parameters.alpha, parameters.bias)
    wrong = replication.sign_error_rate(parameters.effect, parameters.participants, parameters.alpha)
    return CurseRun(
        parameters=parameters,
        participants=_SIZES,
        power=found[:-1],
        significant=significant[:-1],
        true_share=true[:-1],
        here={
            "power": float(found[-1]),
            "significant": float(significant[-1]),
            "true_share": float(true[-1]),
            "wrong_sign": float(wrong),
        },
    )


def _ratio(value: float, error: float) -> float:
    """Return the size of a value in standard errors."""
    if error > 0:
        return abs(value) / error
    return math.inf if value else 0.0


def _checked_effects(estimates: ArrayLike, variances: ArrayLike) -> tuple[Array, Array]:
    y, v = np.asarray(estimates, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if y.ndim != 1 or y.shape != v.shape:
        raise ValueError(f"estimates and variances must be two lists of one length, got shapes {y.shape} and {v.shape}")
    if len(y) < 2:
        raise ValueError(f"estimates must hold at least 2 effects, got {len(y)}")
    return y, v


def _check_choice(name: str, value: Any, options: dict[str, str]) -> None:
    if value not in options:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, options))}, got {value!r}")
