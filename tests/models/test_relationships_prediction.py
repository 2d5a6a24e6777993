"""Base rates and overfitting: against counting, statsmodels, scikit-learn, linear programming and Cover's formula."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from statsmodels.discrete.discrete_model import Logit

from intimacy.models import replication
from intimacy.models.relationships.prediction import (
    COUPLES,
    Overfitting,
    Screening,
    base_rate_needed,
    chance_of_perfect,
    fit_logistic,
    many_studies,
    predictive_value,
    screen,
    simulate_overfitting,
)

quick = settings(max_examples=40)
shares = st.floats(0.01, 0.99)
seeds = st.integers(0, 2**32 - 1)
studies = st.builds(
    Overfitting,
    couples=st.integers(40, 200),
    predictors=st.integers(1, 30),
    folds=st.integers(2, 20),
    one_in=st.integers(2, 10),
    signal=st.floats(0, 2),
)


# Base rates


@pytest.mark.parametrize(("base_rate", "expected"), [(0.05, 0.321), (0.1, 0.5), (0.16, 0.632), (0.3, 0.794)])
def test_how_many_flags_are_right_depends_on_the_base_rate(base_rate: float, expected: float):  # 8-T20
    assert predictive_value(base_rate, 0.9, 0.9) == pytest.approx(expected, abs=1e-3)
    assert screen(Screening(base_rate=base_rate)).predictive_value == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("base_rate", "sensitivity", "specificity", "exact"),
    [
        (0.1, 0.9, 0.9, Fraction(1, 2)),
        (0.02, 0.8, 0.95, Fraction(16, 65)),
        (0.4, 0.75, 0.6, Fraction(5, 9)),
        (0.01, 1, 0.99, Fraction(100, 199)),
    ],
)
def test_other_tests_by_hand(base_rate: float, sensitivity: float, specificity: float, exact: Fraction):
    assert predictive_value(base_rate, sensitivity, specificity) == pytest.approx(float(exact), abs=1e-12)


def test_the_quiz_s_thousand_couples_are_ninety_true_and_ninety_false_flags():  # quiz 1
    run = screen(Screening())
    counts = (run.flagged_separate, run.flagged_stay, run.passed_separate, run.passed_stay)
    assert counts == pytest.approx((90, 90, 10, 810))
    assert run.accuracy == run.silent_accuracy == pytest.approx(0.9)


@pytest.mark.parametrize("parameters", [Screening(), Screening(base_rate=0.3, sensitivity=0.7, specificity=0.95)])
def test_drawing_couples_one_by_one_gives_the_same_shares(parameters: Screening):
    generator = np.random.default_rng(3)
    separates = generator.random(400_000) < parameters.base_rate
    flagged = generator.random(400_000) < np.where(separates, parameters.sensitivity, 1 - parameters.specificity)
    run = screen(parameters)
    assert separates[flagged].mean() == pytest.approx(run.predictive_value, abs=0.006)
    assert (flagged == separates).mean() == pytest.approx(run.accuracy, abs=0.003)
    assert flagged.mean() * COUPLES == pytest.approx(run.flagged, rel=0.02)


@quick
@given(shares, shares, shares)
def test_it_is_the_same_rule_as_for_significant_findings(base_rate: float, sensitivity: float, specificity: float):
    same = replication.positive_predictive_value(sensitivity, base_rate, 1 - specificity)
    assert predictive_value(base_rate, sensitivity, specificity) == pytest.approx(same)


@quick
@given(st.floats(0.01, 0.6), shares, shares)
def test_the_counts_are_whole_and_the_odds_multiply(base_rate: float, sensitivity: float, specificity: float):
    run = screen(Screening(base_rate=base_rate, sensitivity=sensitivity, specificity=specificity))
    assert run.to_frame()["couples"].sum() == pytest.approx(COUPLES)
    assert run.predictive_value == pytest.approx(predictive_value(base_rate, sensitivity, specificity))
    odds = base_rate / (1 - base_rate) * sensitivity / (1 - specificity)
    assert run.predictive_value == pytest.approx(odds / (1 + odds))
    assert base_rate_needed(run.predictive_value, sensitivity, specificity) == pytest.approx(base_rate)


@quick
@given(shares, shares, shares, shares)
def test_more_of_what_is_looked_for_makes_flags_better(rate: float, other: float, sensitivity: float, spare: float):
    low, high = sorted((rate, other))
    assert predictive_value(low, sensitivity, spare) <= predictive_value(high, sensitivity, spare) + 1e-12


def test_a_test_that_knows_nothing_gives_the_base_rate_back():
    rates = np.linspace(0.05, 0.6, 12)
    np.testing.assert_allclose(predictive_value(rates, 0.3, 0.7), rates)


def test_a_test_that_flags_nobody_has_no_such_value():
    assert math.isnan(screen(Screening(sensitivity=0, specificity=1)).predictive_value)
    with pytest.raises(ValueError, match="must allow at least one flag, got none"):
        predictive_value(0.1, 0, 1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Screening(base_rate=0.9), "base_rate must be between 0.01 and 0.6, got 0.9"),
        (lambda: predictive_value(1.2, 0.9, 0.9), "base_rate must be between 0 and 1, got 1.2"),
        (lambda: predictive_value(0.1, -0.1, 0.9), "sensitivity must be between 0 and 1, got -0.1"),
        (lambda: predictive_value(0.1, 0.9, math.nan), "specificity must be between 0 and 1, got nan"),
        (lambda: base_rate_needed(1, 0.9, 0.9), "predictive_value must be at least 0 and below 1, got 1"),
        (lambda: base_rate_needed(0.5, 0, 0.9), r"sensitivity must be above 0 \(from 1e-9\) and at most 1, got 0"),
        (lambda: base_rate_needed(0.5, 0.9, 2), "specificity must be between 0 and 1, got 2"),
        (lambda: Overfitting(couples=10), "couples must be a whole number between 40 and 200, got 10"),
        (lambda: chance_of_perfect(0, 1), "couples must be a whole number between 1 and 5000, got 0"),
        (lambda: chance_of_perfect(5, -1), "predictors must be a whole number between 0 and 100000, got -1"),
        (lambda: fit_logistic([1, 2], [0, 1]), r"predictors must be a table, rows by predictors, got shape \(2,\)"),
        (lambda: fit_logistic([[1], [2]], [0]), r"outcome must have one value for each of 2 rows, got shape \(1,\)"),
        (lambda: fit_logistic([[1], [2]], [0, 2]), "outcome must be 0 or 1 in each row, got .*2"),
        (
            lambda: fit_logistic([[1], [math.inf]], [0, 1]),
            r"predictors must be finite, got inf .* at position \(1, 0\)",
        ),
        (lambda: fit_logistic([[1], [2]], [0, 1], [[1]]), "used must be a table, fits by 2 rows"),
        (lambda: fit_logistic([[1], [2]], [0, 1], [[0, 0]]), "used must leave each fit at least one row"),
    ],
)
def test_bad_input_gets_a_sentence(call, words: str):
    with pytest.raises(ValueError, match=words):
        call()


# Fits


@pytest.mark.parametrize(("rows", "predictors", "seed"), [(60, 20, 0), (60, 1, 1), (200, 30, 2), (45, 5, 3)])
def test_coefficients_are_those_of_statsmodels(rows: int, predictors: int, seed: int):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(rows, predictors))
    y = generator.random(rows) < 1 / (1 + np.exp(-x[:, 0] + 0.5))
    fit = fit_logistic(x, y)
    assert not fit.perfect[0]
    reference = Logit(y.astype(float), np.column_stack([np.ones(rows), x])).fit(disp=False, tol=1e-12)
    np.testing.assert_allclose(fit.coefficients[0], reference.params, atol=1e-6)


def test_several_fits_at_once_are_the_same_as_one_by_one():
    generator = np.random.default_rng(4)
    x, y = generator.normal(size=(90, 6)), generator.random(90) < 0.4
    used = generator.random((5, 90)) < 0.8
    together = fit_logistic(x, y, used)
    for rows, coefficients in zip(used, together.coefficients, strict=True):
        np.testing.assert_allclose(fit_logistic(x[rows], y[rows]).coefficients[0], coefficients, atol=1e-7)


def separable(x: np.ndarray, y: np.ndarray) -> bool:
    """Ask a linear program for a plane with every row at least 1 on its own side."""
    sides = np.where(y, 1, -1)[:, None] * np.column_stack([np.ones(len(x)), x])
    return optimize.linprog(np.zeros(sides.shape[1]), A_ub=-sides, b_ub=-np.ones(len(x)), bounds=(None, None)).success


def test_a_perfect_plane_is_found_where_a_linear_program_finds_one():
    found = []
    for seed in range(80):
        generator = np.random.default_rng(seed)
        x, y = generator.normal(size=(40, 17)), generator.random(40) < 0.4
        fit = fit_logistic(x, y)
        told = (np.column_stack([np.ones(40), x]) @ fit.coefficients[0] > 0) == y
        assert fit.perfect[0] == told.all() == separable(x, y)
        found.append(bool(fit.perfect[0]))
    assert 10 < sum(found) < 70


@pytest.mark.parametrize(("couples", "predictors"), [(40, 20), (40, 16), (30, 10), (20, 12)])
def test_a_perfect_plane_is_as_likely_as_cover_s_formula_says(couples: int, predictors: int):
    """Cover 1965: outcomes by coin flip, points in general position."""
    generator = np.random.default_rng(5)
    trials = 600
    fits = [
        fit_logistic(generator.normal(size=(couples, predictors)), generator.random(couples) < 0.5).perfect[0]
        for _ in range(trials)
    ]
    expected = chance_of_perfect(couples, predictors)
    assert np.mean(fits) == pytest.approx(expected, abs=3.5 * math.sqrt(expected * (1 - expected) / trials))


@pytest.mark.parametrize(("couples", "predictors"), [(60, 30), (100, 20), (7, 3), (200, 99)])
def test_cover_s_formula_is_a_binomial_tail(couples: int, predictors: int):
    assert chance_of_perfect(couples, predictors) == pytest.approx(stats.binom.cdf(predictors, couples - 1, 0.5))


def test_as_many_predictors_as_couples_always_fit():
    assert chance_of_perfect(60, 59) == chance_of_perfect(60, 80) == chance_of_perfect(1, 0) == 1
    assert chance_of_perfect(61, 30) == pytest.approx(0.5, abs=0.06)
    fit = fit_logistic(np.random.default_rng(6).normal(size=(20, 30)), np.arange(20) % 3 == 0)
    assert fit.perfect[0]
    assert np.isfinite(fit.coefficients).all()


def test_rows_on_the_plane_leave_nothing_to_settle_on():
    with pytest.raises(ArithmeticError, match="a plane tells all rows apart but some that lie on it"):
        fit_logistic([[0], [1], [1], [2]], [0, 0, 1, 1])


# Fitting and forecasting


def test_twenty_noises_fit_sixty_couples_and_forecast_worse_than_silence():  # 8-T21
    mean = many_studies(Overfitting(), range(60)).mean()
    assert mean["apparent"] == pytest.approx(0.81, abs=0.03)
    assert mean["cross_validated"] == pytest.approx(0.54, abs=0.03)
    assert mean["majority"] == pytest.approx(2 / 3)
    assert mean["new_couples"] == pytest.approx(mean["cross_validated"], abs=0.03)


@pytest.mark.parametrize(
    "parameters",
    [
        Overfitting(),
        Overfitting(couples=100, predictors=10, folds=5),
        Overfitting(couples=80, predictors=6, folds=20, one_in=4, signal=1.0),
        Overfitting(couples=150, predictors=25, folds=3, one_in=2),
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_scikit_learn_finds_the_same_apparent_accuracy_and_a_like_one_across_its_own_folds(
    parameters: Overfitting, seed: int
):
    """Its folds are dealt otherwise: forecasts are compared over four shuffles, and fits couple by couple."""
    run = simulate_overfitting(parameters, seed)
    x, y = predictors_of(parameters, seed), run.separated
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(x, y)
    if not run.perfect:
        np.testing.assert_allclose(model.predict_proba(x)[:, 1], run.fitted, atol=1e-4)
    assert np.mean(model.predict(x) == y) == pytest.approx(run.apparent, abs=1e-9)
    quick_model = LogisticRegression(C=np.inf, max_iter=300)
    others = [
        np.mean(
            cross_val_predict(quick_model, x, y, cv=StratifiedKFold(parameters.folds, shuffle=True, random_state=k))
            == y
        )
        for k in range(4)
    ]
    assert run.cross_validated == pytest.approx(np.mean(others), abs=4 * np.std(others) + 0.03)


def predictors_of(parameters: Overfitting, seed: int) -> np.ndarray:
    """The noise as it is drawn, and the signal as the docstring has it."""
    for_study, _ = (np.random.default_rng(each) for each in np.random.SeedSequence(seed).spawn(2))
    x = for_study.standard_normal((200, 30))[: parameters.couples, : parameters.predictors]
    separated = (np.arange(parameters.couples) + 1) % parameters.one_in == 0
    x[:, 0] += parameters.signal * (separated - 0.5)
    return x


@quick
@given(studies, seeds)
def test_each_couple_is_forecast_by_the_others_alone(parameters: Overfitting, seed: int):
    run = simulate_overfitting(parameters, seed)
    x = predictors_of(parameters, seed)
    part = int(run.fold[seed % parameters.couples])
    seen = run.fold != part
    fit = fit_logistic(x[seen], run.separated[seen])
    score = np.column_stack([np.ones((~seen).sum()), x[~seen]]) @ fit.coefficients[0]
    np.testing.assert_allclose(run.forecast[~seen], 1 / (1 + np.exp(-np.clip(score, -30, 30))), atol=1e-5)


@quick
@given(studies, seeds)
def test_folds_are_even_and_accuracies_are_shares_of_couples(parameters: Overfitting, seed: int):
    run = simulate_overfitting(parameters, seed)
    for group in (run.separated, ~run.separated):
        sizes = np.bincount(run.fold[group], minlength=parameters.folds)
        assert sizes.max() - sizes.min() <= 1
    for share in (run.apparent, run.cross_validated, run.majority):
        assert share * parameters.couples == pytest.approx(round(share * parameters.couples))
    assert run.separated.sum() == parameters.couples // parameters.one_in
    assert (run.apparent == 1) >= run.perfect
    assert len(run.to_frame()) == parameters.couples


def test_more_couples_and_predictors_add_to_what_is_there():
    small, large = (simulate_overfitting(Overfitting(couples=n, predictors=p), 3) for n, p in ((60, 5), (200, 30)))
    np.testing.assert_array_equal(small.separated, large.separated[:60])
    fits = [simulate_overfitting(Overfitting(predictors=count), 3) for count in range(1, 31)]
    loss = [-np.log(np.where(run.separated, run.fitted, 1 - run.fitted)).sum() for run in fits if not run.perfect]
    assert (np.diff(loss) <= 1e-6).all()  # one more predictor never fits worse


def test_a_signal_is_found_by_a_large_study_and_buried_in_a_small_one():
    signal = Overfitting(couples=200, predictors=1, signal=1.5)
    alone = many_studies(signal, range(20)).mean()
    buried = many_studies(signal.replace(couples=40, predictors=25), range(20)).mean()
    # One normal predictor, separated one in three: the best rule cuts where both are as likely.
    cut = math.log(2) / 1.5
    best = 1 / 3 * stats.norm.sf(cut - 0.75) + 2 / 3 * stats.norm.cdf(cut + 0.75)
    assert alone["new_couples"] == pytest.approx(best, abs=0.02)
    assert alone["apparent"] == pytest.approx(alone["cross_validated"], abs=0.02)
    assert buried["apparent"] > 0.95 > 0.75 > buried["cross_validated"]


def test_noise_forecasts_new_couples_as_a_coin_with_the_same_bias_would():
    """A rule of noise says "separates" of a share q; of new couples it is right for q/3 + 2(1 − q)/3 on average."""
    runs = [simulate_overfitting(Overfitting(), seed) for seed in range(60)]
    said = np.mean([np.mean(run.forecast > 0.5) for run in runs])
    assert np.mean([run.new_couples for run in runs]) == pytest.approx(said / 3 + 2 * (1 - said) / 3, abs=0.02)


@quick
@given(studies, seeds)
def test_one_seed_one_study(parameters: Overfitting, seed: int):
    first, again = (simulate_overfitting(parameters, seed) for _ in range(2))
    np.testing.assert_array_equal(first.fitted, again.fitted)
    np.testing.assert_array_equal(first.forecast, again.forecast)
    assert first.new_couples == again.new_couples
