"""Homophily, setting or contagion: against the dossier, a survey drawn one by one, statsmodels, and integrals."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.stats import norm

from intimacy.models.society.confounding import (
    ANALYSES,
    Confounding,
    expected_estimate,
    expected_share_significant,
    friend_moments,
    interviews,
    simulate_studies,
)

quick = settings(max_examples=30)
worlds = st.builds(
    Confounding,
    homophily=st.floats(0, 4),
    cause_effect=st.floats(0, 1),
    setting_effect=st.floats(0, 1),
    contagion=st.floats(0, 0.4),
    pairs=st.integers(50, 300),
    studies=st.integers(20, 60),
)
REGRESSORS = {
    "naive": ["before", "friend_before"],
    "hidden cause": ["before", "friend_before", "cause"],
    "both": ["before", "friend_before", "cause", "setting"],
}
ALL = Confounding(studies=200)


def survey(p: Confounding, generator: np.random.Generator) -> dict[str, NDArray[np.float64]]:
    """Interview people who name one of the others: the dossier's rule, drawn person by person."""
    u = generator.normal(size=p.pairs)
    weights = np.exp(-p.homophily * np.abs(u[:, np.newaxis] - u))
    np.fill_diagonal(weights, 0)
    friend = np.array([generator.choice(p.pairs, p=row / row.sum()) for row in weights])
    before = 0.5 * u + generator.normal(size=p.pairs)
    after = 0.5 * before + p.cause_effect * u + p.contagion * before[friend] + 0.7 * generator.normal(size=p.pairs)
    return {"before": before, "friend_before": before[friend], "cause": u, "after": after}


# What the dossier gives


@pytest.mark.parametrize(
    ("homophily", "coefficient", "share"), [(0.0, 0.0, 0.05), (1.0, 0.090, 0.57), (3.0, 0.172, 1.0)]
)
def test_without_contagion_the_usual_analysis_finds_it_all_the_same(
    homophily: float, coefficient: float, share: float
):  # 9-T3
    p = ALL.replace(homophily=homophily)
    runs = [simulate_studies(p, seed) for seed in range(40)]
    for analysis in ("naive", "hidden cause"):
        estimates = [run.estimate[analysis].mean() for run in runs]
        assert np.mean(estimates) == pytest.approx(expected_estimate(p, analysis), abs=0.002)
        shares = [run.share_significant(analysis) for run in runs]
        assert np.mean(shares) == pytest.approx(expected_share_significant(p, analysis), abs=0.02)
    assert expected_estimate(p) == pytest.approx(coefficient, abs=0.005)
    assert expected_share_significant(p) == pytest.approx(share, abs=0.07)
    assert expected_estimate(p, "hidden cause") == pytest.approx(0, abs=1e-12)
    assert expected_share_significant(p, "hidden cause") == pytest.approx(0.05, abs=0.002)
    # The dossier's 57 % came from 200 studies, whose own error is 3.5 points; endless ones give 61.3 %.
    assert expected_share_significant(p) == pytest.approx({0: 0.049, 1: 0.613, 3: 0.988}[homophily], abs=5e-4)


@pytest.mark.parametrize(("homophily", "coefficient"), [(0.0, 0.2), (1.0, 0.290), (3.0, 0.372)])
def test_with_contagion_the_usual_analysis_adds_the_same_to_it(homophily: float, coefficient: float):  # 9-T4
    p = ALL.replace(homophily=homophily, contagion=0.2)
    run = simulate_studies(p)
    assert run.estimate["naive"].mean() == pytest.approx(coefficient, abs=0.01)
    assert run.estimate["hidden cause"].mean() == pytest.approx(0.2, abs=0.005)
    assert expected_estimate(p, "hidden cause") == pytest.approx(0.2, abs=1e-12)
    nothing = expected_estimate(p.replace(contagion=0))
    assert expected_estimate(p) == pytest.approx(0.2 + nothing, abs=1e-12)  # the bias does not ask for β


def test_a_shared_setting_alone_does_it_too_and_measuring_the_cause_is_no_cure():
    p = ALL.replace(homophily=0, setting_effect=0.6)
    run = simulate_studies(p)
    assert run.share_significant("naive") > 0.85
    assert run.share_significant("hidden cause") > 0.95
    assert run.share_significant("both") == pytest.approx(0.05, abs=0.05)
    assert expected_estimate(p, "both") == pytest.approx(0, abs=1e-12)
    assert expected_estimate(p, "hidden cause") > expected_estimate(p) > 0.1


def test_without_a_hidden_cause_of_change_homophily_does_no_harm():
    p = ALL.replace(homophily=3, cause_effect=0)
    assert expected_estimate(p) == pytest.approx(0, abs=1e-12)


# Against other routes


@pytest.mark.parametrize(
    "p",
    [
        Confounding(homophily=1, studies=40),
        Confounding(homophily=3, contagion=0.2, studies=40),
        Confounding(homophily=2, cause_effect=0.3, contagion=0.1, studies=40),
    ],
)
def test_a_survey_drawn_person_by_person_and_fitted_by_statsmodels_agrees(p: Confounding):
    generator = np.random.default_rng(5)
    found: dict[str, list[float]] = {"naive": [], "hidden cause": []}
    for _ in range(p.studies):
        people = survey(p, generator)
        for analysis, values in found.items():
            columns = np.column_stack([people[name] for name in REGRESSORS[analysis]])
            values.append(sm.OLS(people["after"], sm.add_constant(columns)).fit().params[2])
    for analysis, values in found.items():
        error = np.std(values) / math.sqrt(p.studies)
        assert np.mean(values) == pytest.approx(expected_estimate(p, analysis), abs=4 * error + 0.005)


@pytest.mark.parametrize(
    "p",
    [
        Confounding(),
        Confounding(homophily=2.3, setting_effect=0.4, contagion=0.1, pairs=150, studies=60),
        Confounding(homophily=0, cause_effect=0, pairs=50, studies=20),
    ],
)
def test_each_study_is_what_statsmodels_makes_of_its_interviews(p: Confounding):
    run = simulate_studies(p, seed=3)
    for study in (1, 2, p.studies):
        asked = interviews(p, study, seed=3)
        for analysis in ANALYSES:
            fit = sm.OLS(asked["after"], sm.add_constant(asked[REGRESSORS[analysis]])).fit()
            assert run.estimate[analysis][study - 1] == pytest.approx(fit.params["friend_before"], abs=1e-9)
            assert run.standard_error[analysis][study - 1] == pytest.approx(fit.bse["friend_before"], rel=1e-9)
            assert run.significant(analysis)[study - 1] == (fit.pvalues["friend_before"] < 0.05)
        assert run.likeness[study - 1] == pytest.approx(asked["before"].corr(asked["friend_before"]), abs=1e-9)


@pytest.mark.parametrize("homophily", [0.0, 0.4, 1.0, 2.5, 4.0])
def test_the_moments_of_friends_are_the_integrals(homophily: float):
    def mean_given(u: float, power: int) -> float:
        def density(x: float) -> float:
            return norm.pdf(x) * math.exp(-homophily * abs(u - x))

        whole = quad(density, -9, 9, points=[u], limit=200)[0]
        return quad(lambda x: x**power * density(x), -9, 9, points=[u], limit=200)[0] / whole

    alike = quad(lambda u: norm.pdf(u) * u * mean_given(u, 1), -7, 7, limit=100, epsabs=1e-7)[0]
    spread = quad(lambda u: norm.pdf(u) * mean_given(u, 2), -7, 7, limit=100, epsabs=1e-7)[0]
    assert friend_moments(homophily) == pytest.approx((alike, spread), abs=1e-5)


def test_friends_are_strangers_without_homophily_and_twins_with_endless():
    assert friend_moments(0) == pytest.approx((0, 1), abs=1e-9)
    alike, spread = friend_moments(8)
    assert alike == pytest.approx(1, abs=0.05)
    assert spread == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize("homophily", [0.0, 1.0, 3.0])
def test_the_friends_that_are_drawn_have_those_moments(homophily: float):
    p = Confounding(homophily=homophily, pairs=1000, studies=60)
    asked = [interviews(p, study) for study in range(1, 61)]
    cause, friend = (np.concatenate([each[name] for each in asked]) for name in ("cause", "friend_cause"))
    alike, spread = friend_moments(homophily)
    assert (cause * friend).mean() == pytest.approx(alike, abs=0.02)
    assert (friend**2).mean() == pytest.approx(spread, abs=0.03)


@pytest.mark.parametrize("homophily", [0.5, 2.0])
def test_the_law_of_a_friend_is_the_one_that_is_written_down(homophily: float):
    asked = interviews(Confounding(homophily=homophily, pairs=1000, studies=20), 1)
    # The share of the law below the friend, given the person, must be even.
    shares = []
    for u, friend in asked[["cause", "friend_cause"]].to_numpy():
        x = np.linspace(-8, 8, 3201)
        density = norm.pdf(x) * np.exp(-homophily * np.abs(x - u))
        shares.append(np.interp(friend, x, np.cumsum(density) / density.sum()))
    counts, _ = np.histogram(shares, bins=10, range=(0, 1))
    assert ((counts - 100) ** 2 / 100).sum() < 27.9  # χ² of 9, p = .001


# Invariants


@quick
@given(worlds)
def test_studies_are_finite_the_same_from_one_seed_and_tested_at_the_level(p: Confounding):
    run = simulate_studies(p, seed=11)
    again = simulate_studies(p, seed=11)
    for analysis in ANALYSES:
        np.testing.assert_array_equal(run.estimate[analysis], again.estimate[analysis])
        assert np.isfinite(run.estimate[analysis]).all()
        assert (run.standard_error[analysis] > 0).all()
        assert 1.96 < run.critical[analysis] < 2.02
        assert 0 <= run.share_significant(analysis) <= 1
    assert len(run.to_frame()) == p.studies
    assert (np.abs(run.likeness) < 1).all()


@quick
@given(worlds)
def test_what_measures_everything_is_right_on_average(p: Confounding):
    assert expected_estimate(p, "both") == pytest.approx(p.contagion, abs=1e-9)
    run = simulate_studies(p)
    error = run.estimate["both"].std() / math.sqrt(p.studies)
    assert run.estimate["both"].mean() == pytest.approx(p.contagion, abs=5 * error)


@quick
@given(worlds, st.floats(0, 0.4))
def test_more_contagion_adds_itself_to_every_estimate(p: Confounding, more: float):
    """Common random numbers: the fit is linear in the outcome, so β moves every study by the same."""
    one, other = simulate_studies(p), simulate_studies(p.replace(contagion=more))
    for analysis in ANALYSES:
        moved = other.estimate[analysis] - one.estimate[analysis]
        np.testing.assert_allclose(moved, more - p.contagion, atol=1e-9)


def test_a_smaller_design_asks_the_first_people_of_a_larger_one():
    small, large = interviews(Confounding(pairs=100, studies=20), 3), interviews(Confounding(pairs=400, studies=200), 3)
    np.testing.assert_allclose(small, large[:100])


@pytest.mark.parametrize("analysis", ANALYSES)
def test_the_expected_share_is_near_the_share_of_many_studies(analysis):
    p = ALL.replace(homophily=0.6, cause_effect=0.5, setting_effect=0.2, pairs=300)
    shares = [simulate_studies(p, seed).share_significant(analysis) for seed in range(20)]
    assert np.mean(shares) == pytest.approx(expected_share_significant(p, analysis), abs=0.025)


# What is refused


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"homophily": -0.1}, r"homophily must be between 0 and 4, got -0\.1"),
        ({"contagion": 0.5}, r"contagion must be between 0 and 0\.4, got 0\.5"),
        ({"studies": 201}, "studies must be a whole number between 20 and 200, got 201"),
        ({"pairs": 50.5}, r"pairs must be a whole number between 50 and 1000, got 50\.5"),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(values, message: str):
    with pytest.raises(ValueError, match=message):
        Confounding(**values)


def test_other_bad_input_is_refused_by_name():
    with pytest.raises(ValueError, match="study must be between 1 and 100, got 0"):
        interviews(Confounding(), 0)
    for function in (expected_estimate, expected_share_significant):
        with pytest.raises(ValueError, match="analysis must be one of 'naive', 'hidden cause', 'both', got 'all'"):
            function(Confounding(), "all")
    with pytest.raises(ValueError, match="homophily must be between 0 and 20, got nan"):
        friend_moments(math.nan)
