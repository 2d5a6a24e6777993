"""The gene-test fallacy against scipy: densities, chances for one person, power, and what studies find."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad
from scipy.optimize import brentq

from intimacy.models.replication import power as equal_arms_power
from intimacy.models.vasopressin_bonding.gene_test import (
    ALPHA,
    GeneTest,
    detectable_difference,
    overlap,
    simulate_gene_test,
    study_power,
    superiority,
)

quick = settings(max_examples=60)
seeds = st.integers(0, 2**32 - 1)
populations = st.builds(
    GeneTest,
    difference=st.floats(0, 1),
    carrier_frequency=st.floats(0.02, 0.98),
    base_rate=st.floats(0.01, 0.5),
    people=st.integers(20, 5000),
)


def test_groups_that_differ_by_28_hundredths_look_almost_the_same():  # 4.B7
    assert overlap(0.28) == pytest.approx(0.889, abs=5e-4)
    assert superiority(0.28) == pytest.approx(0.578, abs=5e-4)


@pytest.mark.parametrize("d", [0, 0.1, 0.28, 0.7, 1.0, 2.5])
def test_overlap_and_superiority_are_the_integrals_they_stand_for(d: float):
    shared, _ = quad(lambda x: min(stats.norm.pdf(x), stats.norm.pdf(x, d)), -10, 12, points=[d / 2], limit=200)
    above, _ = quad(lambda x: stats.norm.pdf(x, d) * stats.norm.cdf(x), -10, 12)
    assert overlap(d) == pytest.approx(shared, abs=1e-7)
    assert superiority(d) == pytest.approx(above, abs=1e-7)
    assert overlap(-d) == overlap(d)
    assert superiority(-d) == pytest.approx(1 - superiority(d))


def test_overlap_and_superiority_take_arrays():
    d = np.linspace(0, 2, 9)
    assert overlap(d).shape == superiority(d).shape == (9,)
    assert (np.diff(overlap(d)) < 0).all()
    assert (np.diff(superiority(d)) > 0).all()
    assert isinstance(overlap(0.3), float)


@quick
@given(populations)
def test_what_the_test_tells_one_person(parameters: GeneTest):
    run = simulate_gene_test(parameters)
    d, f, b = parameters.difference, parameters.carrier_frequency, parameters.base_rate
    carriers, others = stats.norm(-(1 - f) * d), stats.norm(f * d)
    cutoff = brentq(lambda x: f * carriers.cdf(x) + (1 - f) * others.cdf(x) - b, -9, 9, xtol=1e-13)
    assert run.cutoff == pytest.approx(cutoff, abs=1e-9)
    assert run.carrier_risk == pytest.approx(carriers.cdf(cutoff))
    assert run.other_risk == pytest.approx(others.cdf(cutoff))
    assert f * run.carrier_risk + (1 - f) * run.other_risk == pytest.approx(b)
    assert run.carrier_risk >= b - 1e-12 >= run.other_risk - 2e-12
    assert run.false_alarms == 1 - run.carrier_risk
    assert run.caught == pytest.approx(f * run.carrier_risk / b)
    np.testing.assert_allclose(run.carrier_density, carriers.pdf(run.score))
    np.testing.assert_allclose(run.other_density, others.pdf(run.score))
    odds = f / (1 - f) * carriers.pdf(run.score) / others.pdf(run.score)
    np.testing.assert_allclose(run.carrier_probability, odds / (1 + odds))
    assert (np.diff(run.carrier_probability) <= 1e-12).all()


def test_a_positive_test_moves_the_chance_of_a_low_score_by_a_few_points():
    run = simulate_gene_test(GeneTest())
    assert run.carrier_risk == pytest.approx(0.190, abs=5e-4)
    assert run.other_risk == pytest.approx(0.123, abs=5e-4)
    assert run.caught == pytest.approx(0.506, abs=5e-4)
    assert run.overlap == overlap(0.28)
    assert run.superiority == superiority(0.28)


def test_without_a_difference_the_test_tells_nothing():
    run = simulate_gene_test(GeneTest(difference=0, base_rate=0.3, carrier_frequency=0.2))
    assert run.carrier_risk == pytest.approx(0.3)
    assert run.other_risk == pytest.approx(0.3)
    assert run.caught == pytest.approx(0.2)
    np.testing.assert_allclose(run.carrier_probability, 0.2)
    assert run.overlap == 1
    assert run.superiority == 0.5
    assert run.power == pytest.approx(ALPHA)


def test_chances_are_those_of_many_people():
    parameters = GeneTest(difference=0.8, carrier_frequency=0.3, base_rate=0.2, people=5000)
    runs = [simulate_gene_test(parameters, seed) for seed in range(40)]
    carrier = np.concatenate([run.carrier for run in runs])
    low = np.concatenate([run.scores for run in runs]) < runs[0].cutoff
    assert carrier.mean() == pytest.approx(0.3, abs=0.005)
    assert low.mean() == pytest.approx(0.2, abs=0.005)
    assert low[carrier].mean() == pytest.approx(runs[0].carrier_risk, abs=0.01)
    assert low[~carrier].mean() == pytest.approx(runs[0].other_risk, abs=0.01)
    assert carrier[low].mean() == pytest.approx(runs[0].caught, abs=0.01)


@quick
@given(populations, seeds)
def test_a_study_is_the_t_test_of_scipy(parameters: GeneTest, seed: int):
    run = simulate_gene_test(parameters, seed)
    assert run.scores.shape == run.carrier.shape == (parameters.people,)
    assert 2 <= run.carrier.sum() <= parameters.people - 2
    expected = stats.ttest_ind(run.scores[~run.carrier], run.scores[run.carrier])
    interval = expected.confidence_interval(0.95)
    assert run.p_value == pytest.approx(expected.pvalue)
    assert (run.low, run.high) == pytest.approx((interval.low, interval.high))
    assert run.estimate == pytest.approx((run.low + run.high) / 2)
    assert run.significant == (run.low > 0 or run.high < 0)


@quick
@given(populations, seeds, st.floats(0, 1))
def test_a_slider_moves_people_and_does_not_redraw_them(parameters: GeneTest, seed: int, other: float):
    run = simulate_gene_test(parameters, seed)
    moved = simulate_gene_test(parameters.replace(difference=other), seed)
    np.testing.assert_array_equal(run.carrier, moved.carrier)
    assert moved.estimate - run.estimate == pytest.approx(other - parameters.difference, abs=1e-9)
    more = simulate_gene_test(parameters.replace(people=5000), seed)
    same = run.carrier == more.carrier[: parameters.people]
    np.testing.assert_array_equal(run.scores[same], more.scores[: parameters.people][same])
    assert same.all() or parameters.people * min(parameters.carrier_frequency, 1 - parameters.carrier_frequency) < 30


def test_the_same_seed_gives_the_same_study_and_another_one_a_replication():
    runs = {seed: simulate_gene_test(GeneTest(), seed) for seed in (3, 1, 2)}
    for seed in (1, 2, 3):
        np.testing.assert_array_equal(simulate_gene_test(GeneTest(), seed).scores, runs[seed].scores)
    assert len({run.estimate for run in runs.values()}) == 3


@pytest.mark.parametrize(
    "parameters", [GeneTest(), GeneTest(difference=0, people=60), GeneTest(difference=0.6, people=80)]
)
def test_power_is_the_share_of_studies_that_find_something(parameters: GeneTest):
    runs = [simulate_gene_test(parameters, seed) for seed in range(1500)]
    assert np.mean([run.significant for run in runs]) == pytest.approx(runs[0].power, abs=0.03)
    assert np.mean([run.estimate for run in runs]) == pytest.approx(parameters.difference, abs=0.03)
    held = np.mean([run.low <= parameters.difference <= run.high for run in runs])
    assert held == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize(
    ("d", "n", "f", "alpha"),
    [(0.28, 552, 0.4, 0.05), (0.5, 100, 0.1, 0.01), (0.02, 20, 0.5, 0.05), (1, 5000, 0.3, 0.05)],
)
def test_power_is_that_of_the_noncentral_t_of_scipy(d: float, n: int, f: float, alpha: float):
    critical = stats.t(n - 2).isf(alpha / 2)
    shifted = stats.nct(n - 2, d * math.sqrt(n * f * (1 - f)))
    assert study_power(d, n, f, alpha) == pytest.approx(shifted.sf(critical) + shifted.cdf(-critical), abs=1e-9)
    assert study_power(-d, n, f, alpha) == study_power(d, n, f, alpha)


def test_with_halves_it_is_the_power_of_two_equal_arms():
    assert study_power(0.3, 200, 0.5) == pytest.approx(equal_arms_power(0.3, 100))


def test_what_552_people_can_detect():
    smallest = detectable_difference(552, 0.4)
    assert smallest == pytest.approx(0.244, abs=5e-4)
    assert smallest == pytest.approx((1.96 + 0.8416) / math.sqrt(552 * 0.4 * 0.6), abs=2e-3)
    assert study_power(0.28, 552, 0.4) > 0.8 > study_power(0.2, 552, 0.4)
    assert detectable_difference(552, 0.07) > 1.8 * smallest


@quick
@given(st.integers(20, 5000), st.floats(0.02, 0.98), st.floats(0.06, 0.99))
def test_the_detectable_difference_has_that_power(people: int, frequency: float, wanted: float):
    d = detectable_difference(people, frequency, wanted)
    assert study_power(d, people, frequency) >= wanted
    assert study_power(max(d - 2e-6, 0), people, frequency) < wanted


def test_tables():
    run = simulate_gene_test(GeneTest(people=40))
    frame = run.to_frame()
    assert list(frame.columns) == ["person", "carrier", "score"]
    assert frame["person"].tolist() == list(range(1, 41))
    assert list(run.curves().columns) == ["score", "carrier_density", "other_density", "carrier_probability"]
    assert run.curves().shape == (161, 4)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"difference": 1.1}, "difference must be between 0 and 1, got 1.1"),
        ({"carrier_frequency": 0}, "carrier_frequency must be between 0.02 and 0.98, got 0"),
        ({"base_rate": 0.6}, "base_rate must be between 0.01 and 0.5, got 0.6"),
        ({"people": 10}, "people must be a whole number between 20 and 5000, got 10"),
    ],
)
def test_populations_that_cannot_be_are_refused(changes: dict, message: str):
    with pytest.raises(ValueError, match=message):
        GeneTest(**changes)


def test_studies_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="people must be a whole number of at least 20, got 19"):
        study_power(0.3, 19, 0.4)
    with pytest.raises(ValueError, match=r"carrier_frequency must be between 0\.0001 and 0\.9999, got 1"):
        detectable_difference(100, 1)
    with pytest.raises(ValueError, match="alpha must be above 0 and below 1, by at least 1e-9, got 0"):
        study_power(0.3, 100, 0.4, alpha=0)
    with pytest.raises(ValueError, match=r"power must be between alpha \(0.05\) and 1, got 0\.04"):
        detectable_difference(100, 0.4, power=0.04)
