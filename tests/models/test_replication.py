"""Power, winner's curse and the labs: against scipy.stats, integrals, Monte Carlo on raw data, published numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from intimacy.models.replication import (
    ReplicationLab,
    compare_proportions,
    effect_from_z,
    exaggeration_ratio,
    expected_significant_estimate,
    funnel_limits,
    positive_predictive_value,
    power,
    sample_size,
    sign_error_rate,
    simulate_labs,
    two_sided_p,
)

DESIGNS = [(0.1, 29, 0.05), (0.28, 29, 0.05), (0.6, 12, 0.01), (0, 40, 0.05), (0.35, 150, 0.1), (0.8, 4, 0.05)]


def test_a_small_effect_with_29_per_arm_has_18_percent_power():  # 3.B9
    assert power(0.28, 29) == pytest.approx(0.182, abs=0.0005)


def test_80_percent_power_needs_202_per_arm_and_95_percent_333():  # 3.B9, exercise 3.D(2)
    assert sample_size(0.28, 0.8) == 202
    assert sample_size(0.28, 0.95) == 333


def test_from_a_true_tenth_the_significant_estimates_average_065_and_15_percent_have_the_wrong_sign():  # 3.B9
    assert expected_significant_estimate(0.1, 29) == pytest.approx(0.646, abs=0.001)
    assert sign_error_rate(0.1, 29) == pytest.approx(0.15, abs=0.005)


def test_a_finding_in_a_field_with_12_percent_power_is_true_with_probability_044():  # 3.B9, quiz 3.D Q1
    assert positive_predictive_value(0.12, prior=0.25) == pytest.approx(0.44, abs=0.005)
    assert positive_predictive_value(0.122, prior=0.1, bias=0.2) == pytest.approx(0.12, abs=0.005)


def test_13_of_29_against_6_of_29_is_not_significant_two_sided():  # 3.B10
    found = compare_proportions((13, 6), (29, 29))
    assert found.two_sided_p == pytest.approx(0.092, abs=0.0005)
    assert found.one_sided_p == pytest.approx(0.046, abs=0.0005)
    assert found.difference == pytest.approx(7 / 29)


def test_a_z_of_1_897_from_58_people_is_a_correlation_of_a_quarter():  # 3.B10
    assert effect_from_z(1.897, 58) == pytest.approx((0.25, 0.51), abs=0.005)


@pytest.mark.parametrize(("effect", "n", "alpha"), DESIGNS)
def test_power_is_the_tail_of_scipys_noncentral_t(effect, n, alpha):
    t = stats.nct(2 * n - 2, effect * math.sqrt(n / 2))
    two_sided, one_sided = stats.t.isf([alpha / 2, alpha], 2 * n - 2)
    assert power(effect, n, alpha) == pytest.approx(t.sf(two_sided) + t.cdf(-two_sided), abs=1e-9)
    assert power(-effect, n, alpha) == pytest.approx(power(effect, n, alpha), abs=1e-12)
    assert power(effect, n, alpha, two_sided=False) == pytest.approx(t.sf(one_sided), abs=1e-9)


def over_all_spreads(function, freedom):
    """The mean of a function of the pooled standard deviation, by integration over its chi distribution."""
    spread = stats.chi(freedom, scale=1 / math.sqrt(freedom))
    width = 12 / math.sqrt(2 * freedom)
    low, high = max(0.0, 1 - width), 1 + width
    return integrate.quad(lambda s: function(s) * spread.pdf(s), low, high, limit=400, epsabs=1e-14)[0]


@pytest.mark.parametrize(
    ("effect", "n", "alpha"), [*DESIGNS, (1.5, 500, 0.05), (1.3, 100, 0.05), (1.45, 29, 0.001), (1.5, 5, 0.001)]
)
def test_closed_forms_are_the_integrals_over_the_significant_results(effect, n, alpha):
    freedom, scale = 2 * n - 2, math.sqrt(2 / n)
    critical, shift = stats.t.isf(alpha / 2, freedom), effect / scale

    def share(sign):
        return over_all_spreads(lambda s: stats.norm.sf(critical * s - sign * shift), freedom)

    def total(sign):
        mean = sign * shift
        return over_all_spreads(
            lambda s: (mean * stats.norm.sf(critical * s - mean) + stats.norm.pdf(critical * s - mean)) / s, freedom
        )

    above, below = share(1), share(-1)
    assert power(effect, n, alpha) == pytest.approx(above + below, abs=1e-9)
    assert expected_significant_estimate(effect, n, alpha) == pytest.approx(total(1) / above * scale, rel=1e-5)
    assert sign_error_rate(effect, n, alpha) == pytest.approx(below / (above + below), rel=1e-6, abs=1e-12)
    if effect:
        mean_size = (total(1) + total(-1)) * scale / (above + below)
        assert exaggeration_ratio(effect, n, alpha) == pytest.approx(mean_size / effect, rel=1e-5)


@pytest.mark.parametrize(("effect", "n"), [(0.1, 29), (0.5, 15)])
def test_closed_forms_are_what_t_tests_on_raw_data_give(effect, n):
    """A plain experiment: normal data, scipy's t test, only significant results kept."""
    generator = np.random.default_rng(5)
    treated, control = generator.normal(effect, 1, (60_000, n)), generator.normal(0, 1, (60_000, n))
    t, p = stats.ttest_ind(treated, control, axis=1)
    significant, estimate = p < 0.05, t * math.sqrt(2 / n)
    assert significant.mean() == pytest.approx(power(effect, n), abs=4 * math.sqrt(0.25 / 60_000))
    kept = estimate[significant & (estimate > 0)]
    margin = 4 * kept.std() / math.sqrt(len(kept))
    assert kept.mean() == pytest.approx(expected_significant_estimate(effect, n), abs=margin)
    wrong = (estimate[significant] < 0).mean()
    assert wrong == pytest.approx(sign_error_rate(effect, n), abs=4 * math.sqrt(0.25 / significant.sum()))
    ratio = np.abs(estimate[significant]) / effect
    assert ratio.mean() == pytest.approx(
        exaggeration_ratio(effect, n), abs=4 * ratio.std() / math.sqrt(significant.sum())
    )


@pytest.mark.parametrize(("effect", "wanted", "alpha", "two_sided"), [(0.5, 0.8, 0.05, True), (0.2, 0.9, 0.01, False)])
def test_sample_size_is_the_smallest_that_is_enough(effect, wanted, alpha, two_sided):
    n = sample_size(effect, wanted, alpha, two_sided)
    assert power(effect, n, alpha, two_sided) >= wanted > power(effect, n - 1, alpha, two_sided)


def test_a_large_effect_needs_the_smallest_arm_only():
    assert sample_size(20) == 4


def test_predictive_value_counts_claims_as_a_plain_field_of_hypotheses_does():
    """1,000 hypotheses, 200 true; power .5 finds 100, bias .1 adds 10; of 800 false ones 40 pass and bias adds 76."""
    assert positive_predictive_value(0.5, prior=0.2, bias=0.1) == pytest.approx(110 / (110 + 40 + 76))


@pytest.mark.parametrize(
    ("successes", "totals"),
    [
        ((13, 6), (29, 29)),
        ((2, 9), (12, 11)),
        ((0, 5), (8, 20)),
        ((7, 7), (7, 9)),
        ((0, 0), (3, 4)),
        ((40, 20), (90, 77)),
    ],
)
def test_fishers_test_is_scipys(successes, totals):
    table = [[hit, total - hit] for hit, total in zip(successes, totals, strict=True)]
    found = compare_proportions(successes, totals)
    assert found.two_sided_p == pytest.approx(stats.fisher_exact(table).pvalue, rel=1e-9)
    assert found.one_sided_p == pytest.approx(stats.fisher_exact(table, "greater").pvalue, rel=1e-9)


def test_p_values_are_students():
    t, freedom = np.array([-3.0, 0.0, 1.2, 8.0]), np.array([4.0, 10.0, 56.0, 998.0])
    np.testing.assert_allclose(two_sided_p(t, freedom), 2 * stats.t.sf(np.abs(t), freedom), rtol=1e-9)


def many(**changes):
    """The labs of twenty seeds, to average over."""
    return [simulate_labs(ReplicationLab(labs=1000, **changes), seed) for seed in range(20)]


def pooled(runs, name):
    return np.concatenate([getattr(run, name) for run in runs])


@pytest.mark.parametrize(("effect", "participants"), [(0.1, 29), (0.7, 8)])
def test_the_labs_t_statistics_are_noncentral_t(effect, participants):
    t = pooled(many(effect=effect, participants=participants), "t")
    expected = stats.nct(2 * participants - 2, effect * math.sqrt(participants / 2)).cdf
    assert stats.kstest(t, expected).pvalue > 0.001


def test_the_labs_publish_the_closed_form_mean():
    runs = many(effect=0.1, participants=29)
    published = pooled(runs, "estimate")[pooled(runs, "published")]
    expected = expected_significant_estimate(0.1, 29)
    assert published.mean() == pytest.approx(expected, abs=4 * published.std() / math.sqrt(len(published)))
    assert published.min() > 0.5, "no published estimate is anywhere near the true 0.1"


def test_without_a_file_drawer_the_published_mean_is_nearly_true():
    estimate = pooled(many(effect=0.1, publication="all"), "estimate")
    small_sample_bias = math.sqrt(28) * math.gamma(27.5) / math.gamma(28)
    assert estimate.mean() == pytest.approx(0.1 * small_sample_bias, abs=4 * estimate.std() / math.sqrt(len(estimate)))


@pytest.mark.parametrize(("prior", "bias", "effect"), [(0.25, 0, 0.28), (0.1, 0.2, 0.5), (0.5, 0.6, 0.3)])
def test_the_share_of_true_claims_is_ioannidis_predictive_value(prior, bias, effect):
    runs = many(prior=prior, bias=bias, effect=effect)
    true = pooled(runs, "hypothesis_true")[pooled(runs, "claimed")]
    expected = positive_predictive_value(power(effect, 29), prior, 0.05, bias)
    assert true.mean() == pytest.approx(expected, abs=4 * math.sqrt(0.25 / len(true)))
    assert runs[0].true_share == runs[0].hypothesis_true[runs[0].claimed].mean()


def test_each_publication_rule_lets_through_what_it_says():
    run = {
        rule: simulate_labs(ReplicationLab(publication=rule, effect=0.2)) for rule in ("all", "significant", "positive")
    }
    assert run["all"].published.all()
    np.testing.assert_array_equal(run["significant"].published, run["significant"].p < 0.05)
    np.testing.assert_array_equal(run["positive"].published, (run["all"].p < 0.05) & (run["all"].estimate > 0))


def test_labs_of_different_size_spread_around_n_and_give_a_funnel():
    run = simulate_labs(ReplicationLab(size_spread=4, labs=1000, publication="all", effect=0.3))
    assert 7 <= run.participants.min() <= 8
    assert 112 <= run.participants.max() <= 116
    assert np.median(run.participants) == pytest.approx(29, abs=3)
    low, high = funnel_limits(0.3, run.standard_error)
    assert ((low < run.estimate) & (run.estimate < high)).mean() == pytest.approx(0.95, abs=0.02)
    np.testing.assert_allclose(high - low, 2 * stats.norm.isf(0.025) * run.standard_error)


@pytest.mark.parametrize(("effect", "participants"), [(0.1, 29), (1.5, 40)])
def test_the_standard_error_is_how_much_the_estimates_differ(effect, participants):
    runs = many(effect=effect, participants=participants)
    assert pooled(runs, "standard_error").mean() == pytest.approx(pooled(runs, "estimate").std(), rel=0.03)


def test_an_empty_journal_has_no_mean():
    run = simulate_labs(ReplicationLab(effect=0, alpha=0.001, labs=10))
    assert not run.published.any()
    assert math.isnan(run.published_mean)
    assert math.isnan(run.true_share)


def test_a_slider_moves_the_labs_and_does_not_redraw_them():
    base = simulate_labs(ReplicationLab(effect=0.2))
    more = simulate_labs(ReplicationLab(effect=0.21))
    assert np.all(more.estimate > base.estimate)
    assert np.all(more.estimate - base.estimate < 0.02)
    larger = simulate_labs(ReplicationLab(effect=0.2, participants=30))
    assert np.corrcoef(base.estimate, larger.estimate)[0, 1] > 0.999
    fewer = simulate_labs(ReplicationLab(effect=0.2, labs=50))
    np.testing.assert_array_equal(fewer.estimate, base.estimate[:50])


def test_the_table_holds_one_row_per_lab():
    run = simulate_labs(ReplicationLab(labs=40))
    assert run.to_frame().shape == (40, 9)
    assert run.to_frame()["published"].sum() == run.published.sum()


def test_arrays_give_what_single_values_give():
    effects, sizes = np.array([0.1, 0.5]), np.array([[10], [60]])
    for function in (power, expected_significant_estimate, sign_error_rate, exaggeration_ratio):
        table = function(effects, sizes)
        assert table.shape == (2, 2)
        assert table[1, 0] == pytest.approx(function(0.1, 60))
        assert isinstance(function(0.1, 60), float)


effects, arms, alphas = st.floats(0, 1.5), st.integers(4, 500), st.sampled_from([0.001, 0.01, 0.05, 0.2])


@settings(max_examples=50)
@given(effects, arms, alphas)
def test_power_lies_between_alpha_and_one_and_grows_with_effect_and_size(effect, n, alpha):
    found = power(effect, n, alpha)
    assert alpha - 1e-9 <= found <= 1
    assert found <= power(effect + 0.05, n, alpha) + 1e-9
    assert found <= power(effect, n + 1, alpha) + 1e-9
    assert power(-effect, n, alpha) == pytest.approx(found, abs=1e-12)


@settings(max_examples=50)
@given(effects, arms, alphas)
def test_significant_estimates_lie_above_the_critical_value_and_the_truth(effect, n, alpha):
    critical = stats.t.isf(alpha / 2, 2 * n - 2) * math.sqrt(2 / n)
    found = expected_significant_estimate(effect, n, alpha)
    assert found > critical
    assert found >= effect
    assert 0 <= sign_error_rate(effect, n, alpha) <= 0.5 + 1e-9


@settings(max_examples=50)
@given(st.floats(0.01, 1), st.floats(0.01, 0.99), st.floats(0.001, 0.5), st.floats(0, 1))
def test_predictive_value_grows_with_the_prior_and_falls_with_bias(power_, prior, alpha, bias):
    found = positive_predictive_value(power_, prior, alpha, bias)
    assert 0 < found < 1
    assert found <= positive_predictive_value(power_, min(1, prior + 0.01), alpha, bias)
    if power_ > alpha:
        assert positive_predictive_value(power_, prior, alpha, min(1, bias + 0.01)) <= found + 1e-12
        assert found >= prior - 1e-12


any_lab = st.builds(
    ReplicationLab,
    participants=st.integers(5, 500),
    effect=effects,
    publication=st.sampled_from(["all", "significant", "positive"]),
    labs=st.integers(10, 200),
    size_spread=st.floats(1, 6),
    alpha=st.floats(0.001, 0.2),
    prior=st.floats(0, 1),
    bias=st.floats(0, 1),
)


@settings(max_examples=50)
@given(any_lab, st.integers(0, 2**32))
def test_same_seed_same_labs_and_nothing_is_ever_infinite(parameters, seed):
    run, again = simulate_labs(parameters, seed), simulate_labs(parameters, seed)
    assert run.to_frame().equals(again.to_frame())
    assert np.isfinite(run.to_frame().to_numpy(dtype=float)).all()
    assert np.all(run.claimed >= run.significant)
    assert np.all((run.p >= 0) & (run.p <= 1))  # 0 where t is so large that p underflows


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: ReplicationLab(participants=2), "participants must be a whole number between 5 and 2000, got 2"),
        (lambda: power(0.1, 3), "n_per_arm must be at least 4, got 3"),
        (lambda: power(0.1, 30, alpha=1.5), "alpha must be above 0 and below 1, got 1.5"),
        (lambda: sample_size(0.001), "effect must be at least 0.01"),
        (lambda: sample_size(-0.5, two_sided=False), "effect must be at least 0.01"),
        (lambda: sample_size(0.5, power=0.01), "power must be between alpha"),
        (lambda: positive_predictive_value(1.2, 0.5), "power must be between 0 and 1, got 1.2"),
        (lambda: positive_predictive_value(0.5, math.nan), "prior must be between 0 and 1, got nan"),
        (lambda: positive_predictive_value(0, 1), "must allow at least one claimed finding"),
        (lambda: exaggeration_ratio(0, 30), "effect must not be 0"),
        (lambda: compare_proportions((5, 1), (4, 4)), "the first count must be between 0 and its total"),
        (lambda: compare_proportions((1, 0), (4, 0)), "the second count must be between 0 and its total"),
        (lambda: effect_from_z(9, 58), "z must be smaller in size than the root of 58 participants, got 9"),
        (lambda: funnel_limits(0, [0.1], alpha=0), "alpha must be above 0 and below 1, by at least 1e-9, got 0"),
    ],
)
def test_bad_input_is_named_with_what_is_allowed(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
