"""Can one tell who will separate? Base rates, and the difference between a fit and a forecast.

Both models are toys: no couple was measured. The first is Bayes' rule for a test that flags couples. The second fits a
logistic rule to couples whose predictors are noise, and asks it about couples that it has seen and has not seen. That
accuracy drops under cross-validation is what Heyman and Slep (2001, doi 10.1111/j.1741-3737.2001.00473.x) report for
published predictions of divorce.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import (
    MOST,
    Between,
    NonzeroShare,
    Seed,
    Share,
    ShareBelowOne,
    Shares,
    checked,
    require_together,
)
from intimacy.parameters import Parameters, integer, number

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]

COUPLES = 1000
"""How many couples are screened, and how many new ones a fitted rule is tried on."""

_MOST_COUPLES, _MOST_PREDICTORS = 200, 30
_STEPS = 60
_SETTLED = 1e-6
_STEEPEST = 30.0
# Keeps a step finite where many planes fit equally well; the gradient has no such term, so no coefficient is shrunk.
_FLAT = 1e-9
_STUDIES_KEPT = 8


@dataclass(frozen=True)
class Screening(Parameters):
    """A test that says of each couple whether it will separate (toy, see :func:`screen`)."""

    base_rate: float = number(
        0.1, 0.01, 0.6, step=0.01, symbol="b", label="Base rate", help="Share of such couples who will separate."
    )
    sensitivity: float = number(
        0.9, 0, 1, step=0.01, label="Sensitivity", help="Share of those who will separate that the test flags."
    )
    specificity: float = number(
        0.9, 0, 1, step=0.01, label="Specificity", help="Share of those who will stay that the test leaves unflagged."
    )


@dataclass(frozen=True)
class ScreeningRun:
    """What to expect among 1,000 couples.

    Attributes:
        parameters: what was run.
        flagged_separate, flagged_stay: expected number of flagged couples who separate, and who stay.
        passed_separate, passed_stay: expected number of couples who were not flagged, and separate, or stay.
    """

    parameters: Screening
    flagged_separate: float
    flagged_stay: float
    passed_separate: float
    passed_stay: float

    @property
    def flagged(self) -> float:
        """Expected number of flagged couples."""
        return self.flagged_separate + self.flagged_stay

    @property
    def predictive_value(self) -> float:
        """Share of flagged couples who separate; nan if the test flags nobody."""
        return self.flagged_separate / self.flagged if self.flagged > 0 else math.nan

    @property
    def accuracy(self) -> float:
        """Share of couples of whom the test is right."""
        return (self.flagged_separate + self.passed_stay) / COUPLES

    @property
    def silent_accuracy(self) -> float:
        """Share of couples of whom one is right who says "stays" of all of them and measures nothing."""
        return 1 - self.parameters.base_rate

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row for each thing that the test may say and that may come."""
        return pd.DataFrame(
            {
                "test_says": ["separates", "separates", "stays", "stays"],
                "what_comes": ["separates", "stays", "separates", "stays"],
                "couples": [self.flagged_separate, self.flagged_stay, self.passed_separate, self.passed_stay],
            }
        )


@checked
def screen(parameters: Screening) -> ScreeningRun:
    """Count 1,000 couples by what the test says and by what comes, on average.

    Of the share b who separate the test flags the sensitivity, of the others 1 − specificity. No chance in it. A toy.
    """
    separate = COUPLES * parameters.base_rate
    stay = COUPLES - separate
    caught, left_alone = separate * parameters.sensitivity, stay * parameters.specificity
    return ScreeningRun(parameters, caught, stay - left_alone, separate - caught, left_alone)


@checked
def predictive_value(base_rate: Shares, sensitivity: Shares, specificity: Shares) -> Any:
    """Return the share of flagged couples who separate: a float, or an array as the inputs broadcast.

    The positive predictive value, by Bayes' rule, with the base rate b::

        PPV = sensitivity · b / (sensitivity · b + (1 − specificity) (1 − b))

    Raises:
        ValueError: an argument is not between 0 and 1, or the test flags nobody.
    """
    require_together(base_rate=base_rate, sensitivity=sensitivity, specificity=specificity)
    given = (np.asarray(each, dtype=np.float64) for each in (base_rate, sensitivity, specificity))
    rate, catches, spares = np.broadcast_arrays(*given)
    true_flags, false_flags = catches * rate, (1 - spares) * (1 - rate)
    if np.any(true_flags + false_flags == 0):
        raise ValueError("base_rate, sensitivity and specificity must allow at least one flag, got none")
    value = true_flags / (true_flags + false_flags)
    return float(value) if value.ndim == 0 else value


@checked
def base_rate_needed(predictive_value: ShareBelowOne, sensitivity: NonzeroShare, specificity: Share) -> float:
    """Return the base rate at which a share ``predictive_value`` of the flagged couples separate.

    Bayes' rule solved for b: odds(b) = odds(PPV) (1 − specificity) / sensitivity.

    Raises:
        ValueError: predictive_value is not between 0 and below 1, sensitivity is not above 0 and at most 1, or
            specificity is not between 0 and 1.
    """
    odds = predictive_value / (1 - predictive_value) * (1 - specificity) / sensitivity
    return odds / (1 + odds)


@dataclass(frozen=True)
class Overfitting(Parameters):
    """A study that looks for signs of a separation (toy, see :func:`simulate_overfitting`)."""

    couples: int = integer(60, 40, _MOST_COUPLES, step=10, symbol="n", label="Couples", help="How many are studied.")
    predictors: int = integer(
        20, 1, _MOST_PREDICTORS, symbol="p", label="Predictors", help="How many things are measured of each couple."
    )
    folds: int = integer(
        10, 2, 20, symbol="k", label="Folds", help="In so many parts, each is forecast by a fit to all the others."
    )
    one_in: int = integer(3, 2, 10, label="Separated: one in …", help="How rare it is that a couple has separated.")
    signal: float = number(
        0,
        0,
        2,
        step=0.1,
        unit="SD",
        symbol="d",
        label="True signal",
        help="How far the first predictor differs between those who separated and those who did not. 0: all is noise.",
    )


@dataclass(frozen=True)
class OverfittingRun:
    """What a study finds.

    Attributes:
        parameters: what was run.
        separated: who has separated, shape (couples,).
        fitted: chance of a separation by the rule that was fitted to all couples, shape (couples,).
        fold: the part that a couple is in, from 0, shape (couples,).
        forecast: chance by the rule that was fitted without the couple's own part, shape (couples,).
        perfect: whether a plane puts every couple of the study on its own side.
        new_couples: share of 1,000 new couples of whom the rule is right that was fitted to all couples.
    """

    parameters: Overfitting
    separated: Booleans
    fitted: Array
    fold: NDArray[np.int64]
    forecast: Array
    perfect: bool
    new_couples: float

    @property
    def apparent(self) -> float:
        """Share of the study's couples of whom the rule is right that was fitted to them."""
        return float(np.mean((self.fitted > 0.5) == self.separated))

    @property
    def cross_validated(self) -> float:
        """Share of the study's couples of whom a rule is right that has not seen them."""
        return float(np.mean((self.forecast > 0.5) == self.separated))

    @property
    def majority(self) -> float:
        """Share of the study's couples of whom one is right who says of all what most do, and measures nothing."""
        share = float(self.separated.mean())
        return max(share, 1 - share)

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per couple."""
        columns = {name: getattr(self, name) for name in ("separated", "fitted", "fold", "forecast")}
        return pd.DataFrame({"couple": np.arange(1, len(self.separated) + 1), **columns})


@checked
def simulate_overfitting(parameters: Overfitting, seed: Seed = 7) -> OverfittingRun:
    """Fit a rule to couples, and ask it about them, about couples left out, and about new ones.

    Every predictor is standard normal; the first is ``signal`` higher on average for couples who separated, half of it
    above and half below the middle. Every ``one_in``-th couple has separated. The rule is an unpenalised logistic
    regression, see :func:`fit_logistic`; it says "separates" where its chance is above one half. For the forecast the
    couples are dealt into k folds, those who separated and the others in turn, so that each fold has its share of both.
    Draws are made for the largest study, so that more couples or predictors add to what is there. A toy.
    """
    own, new = _draws(seed)
    separated, separated_later = (_every(parameters.one_in, count) for count in (parameters.couples, COUPLES))
    predictors = _with_signal(own[: parameters.couples, : parameters.predictors], separated, parameters.signal)
    fold = _dealt(separated, parameters.folds)
    left_in = fold != np.arange(parameters.folds)[:, np.newaxis]
    fit = fit_logistic(predictors, separated, np.vstack([np.ones_like(separated), left_in]))
    forecast = np.einsum("ij,ij->i", _with_one(predictors), fit.coefficients[1 + fold])
    later = _with_signal(new[:, : parameters.predictors], separated_later, parameters.signal)
    return OverfittingRun(
        parameters=parameters,
        separated=separated,
        fitted=_chance(_with_one(predictors) @ fit.coefficients[0]),
        fold=fold,
        forecast=_chance(forecast),
        perfect=bool(fit.perfect[0]),
        new_couples=float(np.mean((_with_one(later) @ fit.coefficients[0] > 0) == separated_later)),
    )


@checked
def many_studies(parameters: Overfitting, seeds: Sequence[Seed] = range(60)) -> pd.DataFrame:
    """Return the accuracies of one study per seed: apparent, cross_validated, new_couples, majority, and perfect."""
    names = ("apparent", "cross_validated", "new_couples", "majority", "perfect")
    runs = [simulate_overfitting(parameters, seed) for seed in seeds]
    return pd.DataFrame({name: [getattr(run, name) for run in runs] for name in names})


@checked
def chance_of_perfect(
    couples: Annotated[int, Between(1, 5_000)], predictors: Annotated[int, Between(0, MOST)]
) -> float:
    """Return the chance that some plane tells all couples apart though every outcome was a coin flip.

    Of the 2ⁿ ways to call n points in general position heads or tails, a plane with an intercept and p predictors can
    tell so many apart (Cover 1965, doi 10.1109/PGEC.1965.264137)::

        2 Σ_{j=0}^{p} C(n−1, j),   so the chance is   2^{1−n} Σ_{j=0}^{p} C(n−1, j)

    It is 1 for p ≥ n − 1 and one half about where there are half as many predictors as couples.

    Raises:
        ValueError: couples is below 1, or predictors is below 0.
    """
    ways = sum(math.comb(couples - 1, chosen) for chosen in range(min(predictors, couples - 1) + 1))
    return ways / (1 << (couples - 1))


@dataclass(frozen=True)
class LogisticFit:
    """One or more logistic regressions.

    Attributes:
        coefficients: intercept, then one coefficient per predictor, shape (fits, 1 + predictors).
        perfect: whether a plane puts every row of a fit on its own side, shape (fits,); then no coefficients are best.
    """

    coefficients: Array
    perfect: Booleans


@checked
def fit_logistic(
    predictors: ArrayLike, outcome: Annotated[ArrayLike, Between(axes=1)], used: ArrayLike | None = None
) -> LogisticFit:
    """Fit P(outcome) = 1/(1 + exp(−β₀ − Σ βⱼ xⱼ)) by maximum likelihood, unpenalised; several fits at a time.

    Newton's method from 0, halved where it would lower the likelihood. Where a plane tells all outcomes apart, the
    likelihood grows without end as the coefficients do, so there are no best ones: the steps stop at the first plane
    that does it, and ``perfect`` says so.

    Args:
        predictors: x, shape (rows, predictors).
        outcome: 0 or 1, False or True, shape (rows,).
        used: which rows each fit may see, shape (fits, rows); all rows, in one fit, if not given.

    Raises:
        ValueError: shapes do not fit, a predictor is not finite, an outcome is neither 0 nor 1, or a fit sees no row.
        ArithmeticError: the coefficients do not settle, as where a plane tells all rows apart but some that lie on it.
    """
    x = np.asarray(predictors, dtype=np.float64)
    y = np.asarray(outcome, dtype=np.float64)
    seen = np.ones((1, len(y))) if used is None else np.asarray(used, dtype=np.float64)
    _check_rows(x, y, seen)
    return _newton(_with_one(x), 2 * y - 1, seen)


def _newton(x: Array, sign: Array, seen: Array) -> LogisticFit:
    """Climb the likelihood of each fit; ``sign`` is +1 for an outcome and −1 for none."""
    rows, size = x.shape
    upper = np.triu_indices(size)
    place = np.zeros((size, size), dtype=np.intp)  # where each product of two columns stands, which counts twice
    place[upper] = place.T[upper] = np.arange(len(upper[0]))
    products = x[:, upper[0]] * x[:, upper[1]]
    coefficients, perfect = np.zeros((len(seen), size)), np.zeros(len(seen), dtype=bool)
    working = np.arange(len(seen))
    margin = np.zeros((len(seen), rows))  # how far each row is on its own side of the plane
    for _ in range(_STEPS):
        weight = seen[working]
        wrong = _chance(-margin)
        gradient = (weight * wrong * sign) @ x
        curvature = ((weight * wrong * (1 - wrong)) @ products)[:, place] + _FLAT * np.eye(size)
        step = np.asarray(np.linalg.solve(curvature, gradient[..., np.newaxis])[..., 0], dtype=np.float64)
        step, margin = _uphill(x, sign, weight, coefficients[working], step, margin)
        coefficients[working] += step
        told = ((margin > 0) | (weight == 0)).all(axis=1)
        perfect[working[told]] = True
        going = ~told & (np.abs(step).max(axis=1) > _SETTLED)
        working, margin = working[going], margin[going]
        if not working.size:
            return LogisticFit(coefficients, perfect)
    raise ArithmeticError(f"nothing settled in {_STEPS} steps: a plane tells all rows apart but some that lie on it")


def _uphill(x: Array, sign: Array, weight: Array, start: Array, step: Array, margin: Array) -> tuple[Array, Array]:
    """Return each step, halved until the likelihood does not fall, and the margins after it."""
    before = _loss(margin, weight)
    after: Array = sign * ((start + step) @ x.T)
    for _ in range(_STEPS):
        falls = _loss(after, weight) > before + _SETTLED
        if not falls.any():
            break
        step = np.where(falls[:, np.newaxis], step / 2, step)
        after = sign * ((start + step) @ x.T)
    return step, after


def _loss(margin: Array, weight: Array) -> Array:
    """Return minus the log-likelihood of each fit."""
    loss: Array = (weight * np.logaddexp(0, -margin)).sum(axis=1)
    return loss


def _chance(score: Array) -> Array:
    chance: Array = 1 / (1 + np.exp(-np.clip(score, -_STEEPEST, _STEEPEST)))
    return chance


def _with_one(x: Array) -> Array:
    """Return the predictors behind a column of ones."""
    return np.column_stack([np.ones(len(x)), x])


def _with_signal(predictors: Array, separated: Booleans, signal: float) -> Array:
    shifted = predictors.copy()
    shifted[:, 0] += signal * (separated - 0.5)
    return shifted


def _every(one_in: int, count: int) -> Booleans:
    """Return True for every ``one_in``-th of so many couples."""
    every: Booleans = (np.arange(count) + 1) % one_in == 0
    return every


def _dealt(separated: Booleans, folds: int) -> NDArray[np.int64]:
    """Deal those who separated, and then the others, into folds in turn."""
    fold = np.empty(len(separated), dtype=np.int64)
    for group in (separated, ~separated):
        fold[group] = np.arange(group.sum()) % folds
    return fold


@lru_cache(maxsize=_STUDIES_KEPT)
def _draws(seed: int) -> tuple[Array, Array]:
    """Return standard normal predictors of the largest study, and of new couples."""
    for_study, for_new = (np.random.default_rng(each) for each in np.random.SeedSequence(seed).spawn(2))
    return (
        for_study.standard_normal((_MOST_COUPLES, _MOST_PREDICTORS)),
        for_new.standard_normal((COUPLES, _MOST_PREDICTORS)),
    )


def _check_rows(x: Array, y: Array, seen: Array) -> None:
    if x.ndim != 2:
        raise ValueError(f"predictors must be a table, rows by predictors, got shape {x.shape}")
    if y.shape != x.shape[:1]:
        raise ValueError(f"outcome must have one value for each of {len(x)} rows, got shape {y.shape}")
    if seen.ndim != 2 or seen.shape[1:] != y.shape:
        raise ValueError(f"used must be a table, fits by {len(x)} rows, got shape {seen.shape}")
    if not np.isin(y, (0, 1)).all():
        raise ValueError(f"outcome must be 0 or 1 in each row, got {y[~np.isin(y, (0, 1))][0]}")
    if not seen.any(axis=1).all():
        raise ValueError("used must leave each fit at least one row, got a fit without any")
