"""Overlap and decoding: against raw scans, a fitted logistic decoder, integrals, and scipy's binomial interval."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, ndimage, optimize, stats

from intimacy.models.mirror_systems import (
    ACTIVE_ABOVE,
    CHANCE,
    MAP_SHAPE,
    STATES,
    Overlap,
    expected_accuracy,
    expected_dice,
    ideal_accuracy,
    simulate_overlap,
    voxels_needed,
    wilson_interval,
)

quick = settings(max_examples=40)
seeds = st.integers(0, 2**32 - 1)
overlaps = st.builds(
    Overlap,
    shared_code=st.floats(0, 1),
    activation=st.floats(0, 3),
    noise=st.floats(0.3, 3),
    pattern_strength=st.floats(0.05, 0.5),
    voxels=st.integers(20, 1200),
    training_scans=st.integers(10, 400),
    ideal=st.booleans(),
    people=st.integers(20, 200),
)
IDEAL = Overlap(ideal=True, people=200)
LEARNED = [
    Overlap(shared_code=0.5),
    Overlap(shared_code=1, noise=0.5, training_scans=10, voxels=100),
    Overlap(shared_code=0.7, pattern_strength=0.4, training_scans=20, voxels=60),
]


def pooled(parameters: Overlap, trained: str, tested: str, studies: int) -> float:
    """The share of right answers in several studies."""
    return float(
        np.mean([simulate_overlap(parameters, seed).accuracy(trained, tested).share for seed in range(studies)])
    )


@pytest.mark.parametrize(("shared_code", "accuracy"), [(0, 0.5), (0.1, 0.56), (0.25, 0.646), (0.5, 0.773), (1, 0.933)])
def test_a_perfect_decoder_transfers_as_far_as_the_code_is_shared(shared_code: float, accuracy: float):  # 6-T9
    p = IDEAL.replace(shared_code=shared_code)
    assert ideal_accuracy(shared_code, 0.15, 1, 200) == pytest.approx(
        stats.norm.cdf(shared_code * 0.15 * math.sqrt(200) / math.sqrt(2)), abs=1e-12
    )
    assert ideal_accuracy(shared_code, 0.15, 1, 200) == pytest.approx(accuracy, abs=1e-3)
    for trained, tested in (("self", "other"), ("other", "self")):
        assert pooled(p, trained, tested, studies=15) == pytest.approx(accuracy, abs=0.03)  # 3,000 people
        assert expected_accuracy(p, trained, tested) == pytest.approx(accuracy, abs=0.005)
    for state in STATES:
        assert pooled(p, state, state, studies=15) == pytest.approx(0.933, abs=0.015)


@pytest.mark.parametrize(("strength", "noise", "voxels", "code"), [(0.3, 2, 400, 0.6), (0.1, 0.5, 1000, 0.2)])
def test_other_perfect_decoders_too(strength: float, noise: float, voxels: int, code: float):
    p = IDEAL.replace(pattern_strength=strength, noise=noise, voxels=voxels, shared_code=code)
    expected = stats.norm.cdf(code * strength * math.sqrt(voxels) / (math.sqrt(2) * noise))
    assert ideal_accuracy(code, strength, noise, voxels) == pytest.approx(expected)
    assert pooled(p, "self", "other", studies=15) == pytest.approx(expected, abs=0.03)


def test_maps_overlap_wholly_while_the_decoder_is_at_chance():  # 6-T10
    run = simulate_overlap(Overlap())
    assert run.region_overlap == 1
    assert np.count_nonzero(run.active_self & run.active_other) >= 200
    assert run.dice > 0.98
    assert run.map_correlation > 0.99
    for trained, tested in (("self", "other"), ("other", "self")):
        assert run.accuracy(trained, tested).at_chance
        assert expected_accuracy(run.parameters, trained, tested) == CHANCE
    for state in STATES:
        assert run.accuracy(state, state).low > CHANCE


@pytest.mark.parametrize("code", [0, 1])
def test_at_chance_the_interval_misses_chance_in_one_study_of_twenty(code: int):
    studies = [simulate_overlap(Overlap(shared_code=code), seed) for seed in range(200)]
    away = np.mean([not study.accuracy("self", "other").at_chance for study in studies])
    assert away == (1.0 if code else pytest.approx(0.05, abs=0.035))


@quick
@given(overlaps, st.floats(0, 1), st.floats(0.05, 0.5), seeds)
def test_the_maps_know_nothing_of_the_code(p: Overlap, code: float, strength: float, seed: int):
    run = simulate_overlap(p, seed)
    other = simulate_overlap(p.replace(shared_code=code, pattern_strength=strength, ideal=not p.ideal), seed)
    np.testing.assert_array_equal(run.activation_self, other.activation_self)
    np.testing.assert_array_equal(run.activation_other, other.activation_other)
    assert run.dice == other.dice
    assert expected_dice(p) == expected_dice(p.replace(shared_code=code))
    quieter = simulate_overlap(p.replace(activation=0), seed)
    np.testing.assert_array_equal(run.correct, quieter.correct)  # and the code knows nothing of the activation


def test_twice_the_noise_leaves_the_overlap_and_takes_from_the_decoding():  # predict (2)
    calm, noisy = (simulate_overlap(Overlap(noise=noise)) for noise in (1, 2))
    assert calm.dice == noisy.dice
    assert calm.region_overlap == noisy.region_overlap == 1
    assert noisy.accuracy("self", "self").share < calm.accuracy("self", "self").share
    assert expected_accuracy(noisy.parameters, "self", "self") < 0.65


def test_the_region_is_one_patch_in_the_middle_that_grows_without_moving():
    before = np.zeros(MAP_SHAPE, dtype=bool)
    for voxels in (20, 200, 640, 1200):
        inside = np.isfinite(simulate_overlap(Overlap(voxels=voxels)).pattern_other)
        assert np.count_nonzero(inside) == voxels
        assert ndimage.label(inside)[1] == 1
        assert (inside >= before).all()
        np.testing.assert_allclose(np.argwhere(inside).mean(axis=0), (np.array(MAP_SHAPE) - 1) / 2, atol=0.6)
        before = inside


def test_maps_are_the_mean_of_all_scans():
    p = Overlap(noise=3, training_scans=10, people=20, activation=0.5)
    runs = [simulate_overlap(p, seed) for seed in range(40)]
    inside = np.isfinite(runs[0].pattern_self)
    for name in ("activation_self", "activation_other"):
        maps = np.array([getattr(run, name) for run in runs])
        np.testing.assert_allclose(maps[:, inside].mean(), 0.5, atol=0.01)
        np.testing.assert_allclose(maps[:, ~inside].mean(), 0, atol=0.01)
        np.testing.assert_allclose(maps.std(axis=0).mean(), 3 / math.sqrt(2 * 10 * 20), rtol=0.05)
    correlations = [np.corrcoef(run.activation_self[inside], run.activation_other[inside])[0, 1] for run in runs]
    assert np.mean(correlations) == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize(("activation", "voxels"), [(0.3, 200), (0.5, 600), (0.6, 40), (0, 400)])
def test_the_expected_overlap_is_the_mean_over_studies(activation: float, voxels: int):
    p = Overlap(activation=activation, voxels=voxels, noise=3, training_scans=10, people=20)
    studies = [simulate_overlap(p, seed) for seed in range(100)]
    counts = np.array(
        [
            (np.count_nonzero(each.active_self & each.active_other), each.active_self.sum() + each.active_other.sum())
            for each in studies
        ]
    )
    both, total = counts.sum(axis=0)
    assert expected_dice(p) == pytest.approx(2 * both / total, abs=0.015)
    by_hand = np.array([2 * b / t if t else 0 for b, t in counts])
    np.testing.assert_allclose([each.dice for each in studies], by_hand)


@pytest.mark.parametrize("p", [Overlap(activation=0), Overlap(activation=0.1, noise=3, training_scans=20, voxels=900)])
def test_the_expected_overlap_is_the_chance_of_being_active_twice_beside_once(p: Overlap):
    raised = np.repeat([p.activation, 0], [p.voxels, math.prod(MAP_SHAPE) - p.voxels])
    chance = stats.norm.sf(ACTIVE_ABOVE, loc=raised * math.sqrt(2 * p.training_scans * p.people) / p.noise)
    assert expected_dice(p) == pytest.approx((chance**2).sum() / chance.sum(), rel=1e-9)


@pytest.mark.parametrize(("ideal", "variance"), [(False, 0.3**2 + 2 * 2**2 / 50), (True, 0.3**2)])
def test_a_learned_pattern_has_the_noise_of_its_scans(ideal: bool, variance: float):
    p = Overlap(pattern_strength=0.3, noise=2, training_scans=50, ideal=ideal, shared_code=0.7)
    runs = [simulate_overlap(p, seed) for seed in range(40)]
    for name in ("pattern_self", "pattern_other"):
        assert np.nanvar([getattr(run, name) for run in runs]) == pytest.approx(variance, rel=0.05)


def test_without_an_active_voxel_there_is_no_overlap():
    empty = next(
        run
        for run in (simulate_overlap(Overlap(activation=0), seed) for seed in range(200))
        if not run.active_self.any() and not run.active_other.any()
    )
    assert empty.dice == empty.region_overlap == 0


def test_a_voxel_is_active_by_chance_once_in_a_thousand():
    assert stats.norm.sf(ACTIVE_ABOVE) == pytest.approx(0.001, abs=2e-6)


# Decoders that see every scan


def raw_study(p: Overlap, trained: int, tested: int, people: int, seed: int, decoder) -> float:
    """Scan by scan, voxel by voxel, and then by distance or by regression: no shortcut of the model is used."""
    generator = np.random.default_rng(seed)
    right = 0
    for _ in range(people):
        own = p.pattern_strength * generator.standard_normal(p.voxels)
        apart = p.pattern_strength * generator.standard_normal(p.voxels)
        patterns = [own, p.shared_code * own + math.sqrt(1 - p.shared_code**2) * apart]
        centre, spread = p.activation, p.noise

        def scans(pattern: np.ndarray, sign: int, count: int, centre=centre, spread=spread) -> np.ndarray:
            return centre + sign * pattern / 2 + spread * generator.standard_normal((count, p.voxels))

        strong, weak = (scans(patterns[trained], sign, p.training_scans) for sign in (1, -1))
        shown = scans(patterns[tested], 1, 1)[0], scans(patterns[tested], -1, 1)[0]
        right += decoder(strong, weak, *shown)
    return right / people


def nearest_mean(strong, weak, first, second) -> bool:
    """Name the scan as strong that is relatively nearer to the mean strong scan."""

    def strength(scan):
        return np.sum((scan - weak.mean(axis=0)) ** 2) - np.sum((scan - strong.mean(axis=0)) ** 2)

    return strength(first) > strength(second)


def logistic(strong, weak, first, second) -> bool:
    """Ridge-penalised logistic regression, fitted by scipy."""
    scans = np.concatenate([strong, weak])
    scans = scans - scans.mean(axis=0)
    signs = np.repeat([1.0, -1.0], [len(strong), len(weak)])

    def loss(weights):
        margin = signs * (scans @ weights)
        slope = -(signs * stats.logistic.sf(margin)) @ scans
        return np.logaddexp(0, -margin).sum() + 50 * weights @ weights, slope + 100 * weights

    weights = optimize.minimize(loss, np.zeros(scans.shape[1]), jac=True, method="L-BFGS-B").x
    return (first - second) @ weights > 0


@pytest.mark.parametrize("p", LEARNED)
@pytest.mark.parametrize(("trained", "tested"), [(0, 0), (0, 1), (1, 0)])
def test_decoding_scan_by_scan_is_as_good_as_the_model_says(p: Overlap, trained: int, tested: int):
    raw = raw_study(p, trained, tested, people=800, seed=3, decoder=nearest_mean)
    expected = expected_accuracy(p, STATES[trained], STATES[tested])
    assert raw == pytest.approx(expected, abs=0.05)
    assert pooled(p.replace(people=200), STATES[trained], STATES[tested], 15) == pytest.approx(expected, abs=0.025)


def test_a_logistic_decoder_agrees():
    p = Overlap(voxels=80, pattern_strength=0.3, training_scans=30, shared_code=0.5)
    for trained, tested in ((0, 0), (0, 1)):
        raw = raw_study(p, trained, tested, people=250, seed=5, decoder=logistic)
        assert raw == pytest.approx(expected_accuracy(p, STATES[trained], STATES[tested]), abs=0.07)
    apart = raw_study(p.replace(shared_code=0), 0, 1, people=250, seed=6, decoder=logistic)
    assert apart == pytest.approx(CHANCE, abs=0.07)


@pytest.mark.parametrize("p", [*LEARNED, IDEAL.replace(shared_code=0.4, voxels=20, pattern_strength=0.5, noise=0.3)])
@pytest.mark.parametrize("tested", STATES)
def test_the_expected_accuracy_is_an_integral_over_the_length_of_the_learned_pattern(p: Overlap, tested: str):
    signal = p.pattern_strength**2
    learned = signal + (0 if p.ideal else 2 * p.noise**2 / p.training_scans)
    relation = 1 if tested == "self" else p.shared_code
    slope = relation * signal / learned
    rest = math.sqrt(signal - slope**2 * learned + 2 * p.noise**2)
    length = stats.chi(p.voxels, scale=math.sqrt(learned))
    low, high = length.ppf([1e-12, 1 - 1e-12])
    solved = integrate.quad(lambda d: stats.norm.cdf(slope * d / rest) * length.pdf(d), low, high, epsabs=1e-12)[0]
    assert expected_accuracy(p, "self", tested) == pytest.approx(solved, abs=1e-8)


def test_more_training_scans_come_to_the_perfect_decoder_and_few_fall_short():
    few, many, ideal = (
        expected_accuracy(p, "self", "self") for p in (Overlap(training_scans=10), Overlap(training_scans=400), IDEAL)
    )
    assert 0.6 < few < many < ideal
    assert ideal == pytest.approx(0.933, abs=0.002)


def test_a_code_that_is_wholly_shared_decodes_as_well_across_as_within():
    p = Overlap(shared_code=1)
    assert expected_accuracy(p, "self", "other") == pytest.approx(expected_accuracy(p, "self", "self"))
    run = simulate_overlap(p.replace(ideal=True))
    np.testing.assert_array_equal(run.correct[0], run.correct[1])  # one pattern, so one decoder
    np.testing.assert_allclose(run.pattern_self, run.pattern_other, rtol=1e-5)
    np.testing.assert_allclose(run.code_correlations, 1, atol=1e-6)


@pytest.mark.parametrize("code", [0, 0.3, 0.8])
def test_true_patterns_correlate_as_the_code_is_shared(code: float):
    correlations = np.concatenate(
        [simulate_overlap(Overlap(shared_code=code, people=200), seed).code_correlations for seed in range(5)]
    )
    assert correlations.shape == (1000,)
    assert correlations.mean() == pytest.approx(code, abs=0.01)
    assert correlations.std() == pytest.approx((1 - code**2) / math.sqrt(200), rel=0.1)


def test_the_first_persons_correlation_is_that_of_the_drawn_patterns():
    run = simulate_overlap(Overlap(shared_code=0.6, ideal=True))
    inside = np.isfinite(run.pattern_self)
    drawn = np.corrcoef(run.pattern_self[inside], run.pattern_other[inside])[0, 1]
    assert run.code_correlations[0] == pytest.approx(drawn, abs=1e-6)


# Closed forms and invariants


def test_eighty_percent_across_needs_about_a_thousand_voxels():  # exercise 2
    needed = voxels_needed(0.8, 0.25, 0.15, 1)
    assert needed == pytest.approx(1007.4, abs=0.1)
    assert math.sqrt(needed) == pytest.approx(31.74, abs=0.005)
    p = IDEAL.replace(shared_code=0.25, voxels=1007)
    assert expected_accuracy(p, "self", "other") == pytest.approx(0.8, abs=0.005)
    assert pooled(p, "self", "other", studies=15) == pytest.approx(0.8, abs=0.03)


@quick
@given(st.floats(0.5, 0.999), st.floats(0.05, 1), st.floats(0.05, 0.5), st.floats(0.3, 3))
def test_the_voxels_that_are_needed_are_enough(accuracy: float, code: float, strength: float, noise: float):
    needed = voxels_needed(accuracy, code, strength, noise)
    if needed > 1e-9:
        assert ideal_accuracy(code, strength, noise, needed) == pytest.approx(accuracy)
    assert voxels_needed(accuracy, code, strength, 2 * noise) == pytest.approx(4 * needed)


@pytest.mark.parametrize(("correct", "tests"), [(0, 1), (28, 28), (14, 28), (53, 100), (199, 200), (0, 40), (1, 3)])
def test_the_interval_is_wilsons(correct: int, tests: int):
    found = wilson_interval(correct, tests)
    known = stats.binomtest(correct, tests).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=1e-12)
    assert (found.correct, found.tests, found.share) == (correct, tests, correct / tests)
    assert found.at_chance == (known.low <= 0.5 <= known.high)


@quick
@given(overlaps, seeds)
def test_any_study_is_finite_and_repeats_from_its_seed(p: Overlap, seed: int):
    run, again = simulate_overlap(p, seed), simulate_overlap(p, seed)
    np.testing.assert_array_equal(run.correct, again.correct)
    np.testing.assert_array_equal(run.pattern_self, again.pattern_self)
    assert run.correct.shape == (2, 2, p.people)
    assert run.activation_self.shape == run.pattern_other.shape == MAP_SHAPE
    assert np.isfinite(run.activation_self).all()
    assert np.count_nonzero(np.isfinite(run.pattern_other)) == p.voxels
    assert 0 <= run.dice <= 1
    assert (np.abs(run.code_correlations) <= 1).all()
    for trained in STATES:
        for tested in STATES:
            found = run.accuracy(trained, tested)
            assert 0 <= found.low <= found.share <= found.high <= 1
            assert CHANCE <= expected_accuracy(p, trained, tested) <= 1


@quick
@given(overlaps, st.floats(0, 1), seeds)
def test_more_people_or_voxels_keep_those_there_are(p: Overlap, code: float, seed: int):
    run = simulate_overlap(p, seed)
    more = simulate_overlap(p.replace(people=200), seed)
    np.testing.assert_array_equal(more.correct[:, :, : p.people], run.correct)
    wider = simulate_overlap(p.replace(voxels=1200, people=20), seed)
    inside = np.isfinite(run.pattern_self)
    np.testing.assert_allclose(wider.pattern_self[inside], run.pattern_self[inside], rtol=1e-5, atol=1e-6)
    recoded = simulate_overlap(p.replace(shared_code=code), seed)
    np.testing.assert_array_equal(recoded.correct[0, 0], run.correct[0, 0])
    low, high = sorted((code, p.shared_code))
    few, much = (expected_accuracy(p.replace(shared_code=each), "self", "other") for each in (low, high))
    assert few <= much + 1e-12


def test_the_table_of_a_study_has_a_row_per_decoder_and_test():
    run = simulate_overlap(Overlap(people=40))
    frame = run.to_frame()
    assert list(frame.columns) == ["trained", "tested", "correct", "tests", "share", "low", "high"]
    assert frame[["trained", "tested"]].to_numpy().tolist() == [
        ["self", "self"],
        ["self", "other"],
        ["other", "self"],
        ["other", "other"],
    ]
    assert frame.correct.tolist() == run.correct.sum(axis=2).ravel().tolist()
    assert (frame.tests == 40).all()


def test_a_run_cannot_spoil_the_draws_of_the_next():
    first = simulate_overlap(Overlap(shared_code=0.5))
    kept = first.pattern_other.copy()
    first.pattern_other[:] = 0
    first.activation_self[:] = 0
    np.testing.assert_array_equal(simulate_overlap(Overlap(shared_code=0.5)).pattern_other, kept)


# What is refused


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ideal_accuracy(1.2, 0.15, 1, 200), r"shared_code must be between 0 and 1, got 1\.2"),
        (lambda: ideal_accuracy(0.5, -1, 1, 200), "pattern_strength must be at least 0, got -1"),
        (lambda: ideal_accuracy(0.5, 0.15, 0, 200), r"noise must be above 0 \(from 1e-9\), got 0"),
        (lambda: ideal_accuracy(0.5, 0.15, 1, math.nan), r"voxels must be above 0 \(from 1e-9\), got nan"),
        (lambda: voxels_needed(1, 0.5, 0.15, 1), r"accuracy must be at least 0\.5 and below 1, got 1"),
        (lambda: voxels_needed(0.4, 0.5, 0.15, 1), r"accuracy must be at least 0\.5 and below 1, got 0\.4"),
        (lambda: voxels_needed(0.8, 0, 0.15, 1), r"shared_code must be above 0 \(from 1e-9\) and at most 1, got 0"),
        (lambda: voxels_needed(0.8, 0.5, 0, 1), r"pattern_strength must be above 0 \(from 1e-9\), got 0"),
        (lambda: wilson_interval(0, 0), "tests must be a whole number of at least 1, got 0"),
        (lambda: wilson_interval(5, 4), "correct must be between 0 and 4, got 5"),
        (lambda: wilson_interval(-1, 4), "correct must be between 0 and 4, got -1"),
        (lambda: expected_accuracy(Overlap(), "self", "mine"), "tested must be one of 'self', 'other', got 'mine'"),
        (lambda: simulate_overlap(Overlap()).accuracy("i", "self"), "trained must be one of 'self', 'other', got 'i'"),
        (lambda: Overlap(voxels=10), "voxels must be a whole number between 20 and 1200, got 10"),
        (lambda: Overlap(shared_code=-0.1), r"shared_code must be between 0 and 1, got -0\.1"),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, message: str):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_value_of_the_wrong_kind_is_a_type_error():
    with pytest.raises(TypeError, match="ideal must be True or False, got 1"):
        Overlap(ideal=1)
