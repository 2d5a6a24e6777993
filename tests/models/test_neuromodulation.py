"""Buffers, dose, cascade, gain and findings by chance: closed forms, scipy's integrators and tests, and plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import simpson, solve_ivp
from scipy.optimize import minimize_scalar

from intimacy.models.neuromodulation import (
    ByChance,
    DoseResponse,
    SignalGain,
    StressCascade,
    dose_effect,
    effect_ratio,
    firing_rate,
    interaction,
    outcomes,
    paired_power,
    peak_dose,
    peak_effect,
    share_left,
    simulate_by_chance,
    simulate_cascade,
    simulate_dose_response,
    simulate_gain,
    smallest_hill,
    total_cortisol,
)

quick = settings(max_examples=50)
buffers = st.floats(0, 0.8)
seeds = st.integers(0, 2**32 - 1)


# --- buffers


@pytest.mark.parametrize(
    ("support", "oxytocin", "left"), [(0.3, 0.3, 0.49), (0, 0, 1), (0.5, 0.2, 0.4), (0.8, 0.8, 0.04), (1, 0.3, 0)]
)
def test_two_buffers_multiply(support: float, oxytocin: float, left: float):  # 5.B6
    assert share_left(support, oxytocin) == pytest.approx(left)
    assert share_left(oxytocin, support) == pytest.approx(left)


@quick
@given(st.floats(0.1, 100), buffers, buffers)
def test_buffers_that_multiply_interact_on_the_raw_scale_and_not_on_the_log_scale(
    response: float, support: float, oxytocin: float
):  # 5.B6
    cells = [response * share_left(*each) for each in ((0, 0), (support, 0), (0, oxytocin), (support, oxytocin))]
    found = interaction(*cells)
    assert found.logarithmic == pytest.approx(0, abs=1e-12)
    assert found.raw == pytest.approx(support * oxytocin * response, abs=1e-12 * response)


def test_buffers_that_add_interact_on_the_log_scale_and_not_on_the_raw_scale():
    found = interaction(neither=10, support=7, oxytocin=7, both=4)
    assert found.raw == 0
    assert found.logarithmic == pytest.approx(math.log(40 / 49))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: share_left(-0.1, 0), r"social_support must be between 0 and 1, got -0.1"),
        (lambda: share_left(0, 1.2), r"oxytocin must be between 0 and 1, got 1.2"),
        (lambda: share_left(math.nan, 0), "social_support must be between 0 and 1, got nan"),
        (lambda: interaction(1, 0, 1, 1), "support must be above 0, got 0"),
        (lambda: interaction(1, 1, 1, -2), "both must be above 0, got -2"),
    ],
)
def test_buffers_refuse_what_is_no_share(call, message: str):
    with pytest.raises(ValueError, match=message):
        call()


# --- dose

doses = st.builds(
    DoseResponse,
    dose=st.floats(0, 96),
    half_rise=st.floats(1, 96),
    half_fall=st.floats(1, 200),
    hill=st.floats(0.5, 8),
)


@quick
@given(doses)
def test_the_peak_is_where_scipy_finds_it(p: DoseResponse):  # 5.B3
    best = minimize_scalar(
        lambda x: -float(dose_effect(math.exp(x), p)), bounds=(-1, 6), method="bounded", options={"xatol": 1e-9}
    )
    assert peak_effect(p) == pytest.approx(-best.fun, rel=1e-9)
    assert float(dose_effect(peak_dose(p), p)) == pytest.approx(peak_effect(p))
    assert peak_dose(p) == pytest.approx(math.sqrt(p.half_rise * p.half_fall))
    for factor in (1.001, 1.3, 4):
        either_side = dose_effect([peak_dose(p) * factor, peak_dose(p) / factor], p)
        assert either_side[0] == pytest.approx(either_side[1])
        assert either_side.max() <= peak_effect(p) * (1 + 1e-12)


@pytest.mark.parametrize(
    ("half_rise", "half_fall", "dose", "effect"),
    [(12, 48, 24, 4 / 9), (6, 48, 16.97, 0.546), (20, 20, 20, 0.25), (12, 30, 18.97, 0.3752)],
)
def test_peaks_at_a_hill_exponent_of_1(half_rise: float, half_fall: float, dose: float, effect: float):  # 5.B3, 5.D1
    p = DoseResponse(half_rise=half_rise, half_fall=half_fall)
    assert peak_dose(p) == pytest.approx(dose, abs=0.005)
    assert peak_effect(p) == pytest.approx(effect, abs=5e-4)
    assert peak_effect(p) == pytest.approx(half_fall / (math.sqrt(half_rise) + math.sqrt(half_fall)) ** 2)


def test_24_and_48_units_with_the_default_constants():  # 5.B3
    np.testing.assert_allclose(dose_effect([24, 48], DoseResponse()), [0.444, 0.400], atol=5e-4)


@pytest.mark.parametrize(
    ("half_fall", "hill", "ratio"),
    [(48, 1, 0.90), (48, 2, 0.735), (48, 3, 0.62), (48, 4, 0.56), (48, 8, 0.504), (30, 3, 0.33)],
)
def test_how_much_of_the_effect_of_24_units_is_left_at_48(half_fall: float, hill: float, ratio: float):  # 5.B3
    assert effect_ratio(48, 24, DoseResponse(half_fall=half_fall, hill=hill)) == pytest.approx(ratio, abs=5e-3)


@quick
@given(st.floats(0.5, 8), st.floats(2, 48))
def test_twice_the_peak_dose_keeps_more_than_half_whatever_the_hill_exponent(hill: float, peak: float):  # 5.B3
    p = DoseResponse(half_rise=peak / 2, half_fall=2 * peak, hill=hill)
    ratio = effect_ratio(2 * peak, peak, p)
    assert ratio == pytest.approx((1 + 2**hill) ** 2 / (2 * (1 + 4**hill)), rel=1e-6)
    assert ratio > 0.5


def test_no_hill_exponent_makes_48_units_inert():  # 5.D2
    assert smallest_hill(0.5, 48, 24, DoseResponse()) is None
    assert smallest_hill(0.6, 48, 24, DoseResponse()) == pytest.approx(3.31, abs=0.01)


@quick
@given(
    st.floats(0.05, 0.95),
    st.floats(1, 96),
    st.floats(1, 96),
    st.floats(1, 96),
    st.floats(1, 200),
)
def test_the_smallest_hill_exponent_is_where_the_ratio_first_falls_below_the_share(
    share: float, dose: float, reference: float, half_rise: float, half_fall: float
):
    p = DoseResponse(half_rise=half_rise, half_fall=half_fall)
    exponent = smallest_hill(share, dose, reference, p)

    def ratio(m: float) -> float:
        def effect(d: float) -> float:
            up, down = (d / half_rise) ** m, (d / half_fall) ** m
            return up / (1 + up) / (1 + down)

        return effect(dose) / effect(reference)

    highest = 20.0 if exponent is None else min(exponent, 20.0) - 0.03
    if highest > 0.01:
        assert all(ratio(m) > share * (1 - 1e-9) for m in np.linspace(0.01, highest, 50))
    if exponent is not None and exponent < 20:
        assert ratio(exponent) == pytest.approx(share, rel=1e-6)


@quick
@given(doses)
def test_the_curve_starts_at_nothing_rises_to_its_peak_and_falls(p: DoseResponse):
    run = simulate_dose_response(p)
    assert run.dose[0] == run.effect[0] == 0
    assert run.dose[-1] == 96
    np.testing.assert_allclose(run.effect, dose_effect(run.dose, p), atol=1e-15)
    np.testing.assert_allclose(run.effect, run.rise * run.spared)
    change = np.diff(run.effect) / run.effect[1:]
    assert (change[run.dose[1:] <= peak_dose(p)] >= -1e-12).all()
    assert (change[run.dose[:-1] >= peak_dose(p)] <= 1e-12).all()
    assert list(run.to_frame().columns) == ["dose", "rise", "spared", "effect"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: DoseResponse(dose=97), "dose must be between 0 and 96, got 97"),
        (lambda: DoseResponse(hill=0), r"hill must be between 0.5 and 8, got 0"),
        (lambda: dose_effect([3, -4], DoseResponse()), "dose must be at least 0 IU, got -4"),
        (lambda: effect_ratio(48, 0, DoseResponse()), "reference must be a dose that has an effect, got 0"),
        (lambda: smallest_hill(1, 48, 24, DoseResponse()), "share must be above 0 and below 1, got 1"),
        (lambda: smallest_hill(0.5, 0, 24, DoseResponse()), r"dose must be above 0 \(from 1e-9\), got 0"),
        (lambda: smallest_hill(0.5, 48, -1, DoseResponse()), r"reference must be above 0 \(.*\), got -1"),
    ],
)
def test_doses_refuse_bad_input(call, message: str):
    with pytest.raises(ValueError, match=message):
        call()


# --- cascade

cascades = st.builds(
    StressCascade,
    stressor=st.floats(0.1, 3),
    stressor_length=st.integers(1, 60),
    social_support=buffers,
    oxytocin=buffers,
    crh_half_life=st.floats(0.5, 20),
    acth_half_life=st.floats(1, 30),
    cortisol_half_life=st.floats(10, 120),
    duration=st.sampled_from([60, 180, 480]),
)
EQUAL = StressCascade(crh_half_life=20, acth_half_life=20, cortisol_half_life=20, stressor_length=40)


def integrated(p: StressCascade, minutes: np.ndarray) -> np.ndarray:
    """The equations as they are printed, solved before and after the end of the stressor, shape (3, minutes)."""
    k_c, k_a, k_o = (math.log(2) / each for each in (p.crh_half_life, p.acth_half_life, p.cortisol_half_life))
    drive = p.stressor * (1 - p.social_support) * (1 - p.oxytocin)

    def equations(on: float):
        return lambda _, y: [on - k_c * y[0], k_c * y[0] - k_a * y[1], k_a * y[1] - k_o * y[2]]

    options = {"rtol": 1e-10, "atol": 1e-12, "method": "LSODA", "dense_output": True}
    during = solve_ivp(equations(drive), (0, p.stressor_length), [0, 0, 0], **options)
    after = solve_ivp(equations(0), (p.stressor_length, 500), during.y[:, -1], **options)
    return np.where(minutes <= p.stressor_length, during.sol(minutes), after.sol(minutes))


@pytest.mark.parametrize(
    "p",
    [StressCascade(), EQUAL, StressCascade(stressor_length=60, duration=60, oxytocin=0.4, stressor=2.5)],
    ids=["default", "equal half-lives", "stress to the end"],
)
def test_the_cascade_is_what_an_integrator_finds(p: StressCascade):
    run = simulate_cascade(p)
    assert run.minutes[-1] == p.duration
    expected = integrated(p, run.minutes)
    np.testing.assert_allclose([run.crh, run.acth, run.cortisol], expected, rtol=1e-6, atol=1e-8)


def test_a_quarter_of_an_hour_of_stress_peaks_34_minutes_after_it_began():  # 5.B4
    run = simulate_cascade(StressCascade())
    assert run.peak_minute == pytest.approx(34, abs=0.5)
    p = run.parameters
    best = minimize_scalar(
        lambda t: -integrated(p, np.array([t]))[2, 0], bounds=(20, 50), method="bounded", options={"xatol": 1e-6}
    )
    assert run.peak_minute == pytest.approx(best.x, abs=0.005)
    assert run.peak == pytest.approx(-best.fun, rel=1e-6)


@pytest.mark.parametrize(("length", "minute"), [(1, 26.2), (5, 28.3), (10, 31.2), (20, 37.7), (60, 69.9)])
def test_longer_stress_peaks_later_but_not_as_much_later(length: int, minute: float):
    run = simulate_cascade(StressCascade(stressor_length=length))
    assert run.peak_minute == pytest.approx(minute, abs=0.05)


@quick
@given(cascades)
def test_everything_is_proportional_to_the_share_that_the_buffers_leave(p: StressCascade):  # 5.B4
    buffered, plain = simulate_cascade(p), simulate_cascade(p.replace(social_support=0, oxytocin=0))
    left = (1 - p.social_support) * (1 - p.oxytocin)
    for name in ("crh", "acth", "cortisol"):
        np.testing.assert_allclose(getattr(buffered, name), left * getattr(plain, name), rtol=1e-9, atol=1e-15)
    assert buffered.peak == pytest.approx(left * plain.peak)
    assert buffered.peak_minute == pytest.approx(plain.peak_minute)
    assert buffered.crh.min() >= 0
    assert buffered.cortisol.min() >= -1e-15


@quick
@given(cascades)
def test_the_peak_is_no_lower_than_any_sample_and_its_minute_is_among_its_neighbours(p: StressCascade):
    run = simulate_cascade(p)
    assert run.peak >= run.cortisol.max() * (1 - 1e-9)
    assert abs(run.peak_minute - run.minutes[run.cortisol.argmax()]) <= 0.5
    assert run.peak_minute >= min(p.stressor_length, p.duration)


@pytest.mark.parametrize("p", [StressCascade(), EQUAL, StressCascade(social_support=0.3, oxytocin=0.3, stressor=2)])
def test_what_comes_in_goes_out(p: StressCascade):
    minutes = np.linspace(0, 500, 20_001)
    cortisol = integrated(p, minutes)[2]
    tail = cortisol[-1] / p.rates[2]
    assert simpson(cortisol, x=minutes) + tail == pytest.approx(total_cortisol(p), rel=1e-3)
    assert total_cortisol(StressCascade()) == pytest.approx(15 * 60 / math.log(2))


def test_two_buffers_of_30_percent_halve_the_peak():  # 5.B6
    plain = simulate_cascade(StressCascade())
    one = simulate_cascade(StressCascade(social_support=0.3))
    other = simulate_cascade(StressCascade(oxytocin=0.3))
    both = simulate_cascade(StressCascade(social_support=0.3, oxytocin=0.3))
    assert both.peak / plain.peak == pytest.approx(0.49)
    found = interaction(plain.peak, one.peak, other.peak, both.peak)
    assert found.logarithmic == pytest.approx(0, abs=1e-9)
    assert found.raw == pytest.approx(0.09 * plain.peak)


def test_no_stressor_no_peak_and_the_table():
    run = simulate_cascade(StressCascade(stressor=0))
    assert math.isnan(run.peak_minute)
    assert run.peak == 0
    rising = simulate_cascade(StressCascade(stressor_length=60, duration=60))
    assert rising.peak_minute == 60
    assert rising.peak == rising.cortisol[-1]
    assert list(rising.to_frame().columns) == ["minutes", "crh", "acth", "cortisol"]
    assert len(rising.to_frame()) == 121


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"stressor_length": 0}, "stressor_length must be a whole number between 1 and 60, got 0"),
        ({"cortisol_half_life": 5}, "cortisol_half_life must be between 10 and 120, got 5"),
        ({"oxytocin": 1}, r"oxytocin must be between 0 and 0.8, got 1"),
    ],
)
def test_the_cascade_refuses_bad_input(values: dict, message: str):
    with pytest.raises(ValueError, match=message):
        StressCascade(**values)


# --- gain


def logistic(x: float, highest: float = 60, slope: float = 0.8, threshold: float = 6) -> float:
    return highest / (1 + math.exp(-slope * (x - threshold)))


def test_oxytocin_quiets_the_background_and_keeps_the_signal():  # 5.B5
    course = simulate_gain(SignalGain()).course
    assert (course.oxytocin[0], course.oxytocin[-1]) == (0, 1)
    assert course.spontaneous[[0, -1]] == pytest.approx([4.99, 1.08], abs=5e-3)
    assert course.evoked[[0, -1]] == pytest.approx([59.5, 59.3], abs=0.05)
    assert course.signal_to_noise[[0, -1]] == pytest.approx([11.9, 54.9], abs=0.05)
    assert (np.diff(course.spontaneous) < 0).all()
    assert (np.diff(course.signal_to_noise) > 0).all()


@pytest.mark.parametrize(
    ("values", "background", "signal"),
    [
        ({"oxytocin": 0.5}, logistic(2), logistic(11.75)),
        ({"oxytocin": 1, "tonic_inhibition": 4, "depression": 0}, logistic(-1), logistic(8)),
        ({"oxytocin": 1, "tonic_inhibition": 0, "depression": 1}, logistic(3), logistic(15)),
        ({"oxytocin": 1, "mechanism": "slope"}, logistic(3, slope=1.6), logistic(12, slope=1.6)),
        ({"oxytocin": 0.3, "mechanism": "slope", "gain_change": 2}, logistic(3, slope=1.28), logistic(12, slope=1.28)),
        ({"oxytocin": 0.5, "mechanism": "volume"}, logistic(3, 90), logistic(12, 90)),
        ({"signal": 0, "feedforward": 0}, logistic(3), logistic(3)),
    ],
)
def test_rates_follow_the_printed_equations(values: dict, background: float, signal: float):
    now = simulate_gain(SignalGain(**values)).now
    assert float(now.spontaneous) == pytest.approx(background)
    assert float(now.evoked) == pytest.approx(signal)
    assert float(now.signal_to_noise) == pytest.approx(signal / background)


gains = st.builds(
    SignalGain,
    oxytocin=st.floats(0, 1),
    mechanism=st.sampled_from(["inhibition", "slope", "volume"]),
    slope=st.floats(0.1, 2),
    threshold=st.floats(0, 12),
    background=st.floats(0, 10),
    signal=st.floats(0, 20),
    tonic_inhibition=st.floats(0, 6),
    feedforward=st.floats(0, 10),
    depression=st.floats(0, 1),
    gain_change=st.floats(0, 3),
)


@quick
@given(gains)
def test_now_lies_on_the_course_and_rates_stay_below_the_highest(p: SignalGain):
    run = simulate_gain(p)
    for name in ("spontaneous", "evoked", "background_input", "signal_input"):
        between = np.interp(p.oxytocin, run.course.oxytocin, getattr(run.course, name))
        assert float(getattr(run.now, name)) == pytest.approx(between, rel=5e-3, abs=1e-3)
    highest = p.max_rate * (1 + p.gain_change * (p.mechanism == "volume"))
    for rates in (run.course.spontaneous, run.course.evoked):
        assert (rates > 0).all()
        assert (rates <= highest).all()
    assert np.isfinite(run.course.discriminability).all()
    assert float(run.now.spontaneous) == pytest.approx(float(firing_rate(run.now.background_input, p)))
    assert float(run.now.evoked) == pytest.approx(float(firing_rate(run.now.signal_input, p)))


@quick
@given(gains)
def test_a_steeper_curve_changes_nothing_at_the_threshold_and_volume_keeps_the_ratio(p: SignalGain):
    steeper = p.replace(mechanism="slope")
    assert float(firing_rate(p.threshold, steeper)) == pytest.approx(p.max_rate / 2)
    np.testing.assert_allclose(simulate_gain(steeper.replace(background=p.threshold / 1.2)).course.oxytocin[0], 0)
    ratio = simulate_gain(p.replace(mechanism="volume")).course.signal_to_noise
    np.testing.assert_allclose(ratio, ratio[0])


def test_the_ratio_grows_almost_fivefold_but_a_listener_gains_a_tenth():
    """The ratio explodes because its lower part goes to 0; counts of spikes tell a signal apart about as well."""
    course = simulate_gain(SignalGain()).course
    assert course.signal_to_noise[-1] / course.signal_to_noise[0] == pytest.approx(4.6, abs=0.05)
    assert course.discriminability[-1] / course.discriminability[0] == pytest.approx(1.10, abs=0.01)
    generator = np.random.default_rng(5)
    for k in (0, -1):
        quiet, loud = (generator.poisson(rate[k], 200_000) for rate in (course.spontaneous, course.evoked))
        simulated = (loud.mean() - quiet.mean()) / math.sqrt((loud.var() + quiet.var()) / 2)
        assert course.discriminability[k] == pytest.approx(simulated, rel=0.01)


def test_the_table_of_a_gain_run():
    frame = simulate_gain(SignalGain()).to_frame()
    assert list(frame.columns) == ["oxytocin", "spontaneous_hz", "evoked_hz", "signal_to_noise", "discriminability"]
    assert len(frame) == 101


def test_gain_refuses_bad_input():
    with pytest.raises(ValueError, match="mechanism must be one of 'inhibition', 'slope', 'volume', got 'magic'"):
        SignalGain(mechanism="magic")
    with pytest.raises(ValueError, match="oxytocin must be between 0 and 1, got 2"):
        SignalGain(oxytocin=2)


# --- by chance

chances = st.builds(
    ByChance,
    participants=st.integers(5, 100),
    effect_24=st.floats(-1, 1.5),
    effect_48=st.floats(-1, 1.5),
    correlation=st.floats(0, 0.95),
    alpha=st.floats(0.001, 0.2),
    studies=st.just(200),
)


def test_one_true_effect_gives_24_but_not_48_in_17_percent_of_studies():  # 5.B3
    """The default correlation of ½ comes from the shared placebo occasion; without any, it would be one half and ¼."""
    exact = outcomes(ByChance())
    assert exact.exactly_one == pytest.approx(0.34, abs=0.005)
    assert exact.only_24 == pytest.approx(0.17, abs=0.005)
    assert exact.only_24 == pytest.approx(exact.only_48)
    assert exact.between == pytest.approx(0.05)
    apart = outcomes(ByChance(correlation=0))
    assert apart.exactly_one == pytest.approx(0.50, abs=0.005)
    assert apart.only_24 == pytest.approx(0.25, abs=0.005)


@pytest.mark.parametrize(
    ("effect", "n", "alpha"), [(0.5, 17, 0.05), (0.2, 50, 0.01), (-0.7, 12, 0.1), (0, 30, 0.05), (1.5, 100, 0.001)]
)
def test_the_power_of_a_paired_test_is_that_of_its_square_which_is_noncentral_f(effect: float, n: int, alpha: float):
    critical = stats.f.isf(alpha, 1, n - 1)
    expected = stats.ncf.sf(critical, 1, n - 1, n * effect**2) if effect else alpha
    assert paired_power(effect, n, alpha) == pytest.approx(expected, rel=1e-6)


@quick
@given(chances)
def test_without_a_correlation_the_two_tests_are_independent(p: ByChance):
    exact = outcomes(p.replace(correlation=0))
    first, second = (paired_power(each, p.participants, p.alpha) for each in (p.effect_24, p.effect_48))
    tolerance = 1e-5
    assert exact.both == pytest.approx(first * second, abs=tolerance)
    assert exact.neither == pytest.approx((1 - first) * (1 - second), abs=tolerance)
    assert exact.only_24 == pytest.approx(first * (1 - second), abs=tolerance)
    assert exact.only_48 == pytest.approx(second * (1 - first), abs=tolerance)


@pytest.mark.parametrize(
    "p",
    [
        ByChance(),
        ByChance(participants=5, correlation=0.8, effect_24=1),
        ByChance(participants=40, correlation=0.95, effect_24=0.3, effect_48=0.4, alpha=0.01),
        ByChance(participants=10, correlation=0.3, effect_24=-0.5, effect_48=0.8, alpha=0.2),
    ],
    ids=["default", "five", "forty", "opposite"],
)
def test_the_exact_chances_are_those_of_people_drawn_one_by_one(p: ByChance):
    """Three occasions for each person, drawn and tested by scipy: 40,000 studies, a share is good to ±0.0025 (1 sd)."""
    generator = np.random.default_rng(11)
    covariance = [[1, p.correlation], [p.correlation, 1]]
    people = generator.multivariate_normal([p.effect_24, p.effect_48], covariance, (40_000, p.participants))
    first, second = (stats.ttest_1samp(people[..., k], 0, axis=1).pvalue < p.alpha for k in (0, 1))
    between = stats.ttest_rel(people[..., 0], people[..., 1], axis=1).pvalue < p.alpha
    exact = outcomes(p)
    found = [exact.neither, exact.only_24, exact.only_48, exact.both, exact.between]
    expected = [~first & ~second, first & ~second, second & ~first, first & second, between]
    np.testing.assert_allclose(found, [each.mean() for each in expected], atol=0.009)


def test_three_equally_noisy_occasions_correlate_their_differences_by_one_half():
    occasions = np.random.default_rng(3).standard_normal((200_000, 3)) + 5
    placebo, low, high = occasions.T
    assert np.corrcoef(placebo - low, placebo - high)[0, 1] == pytest.approx(0.5, abs=0.01)
    assert ByChance().correlation == 0.5


def test_each_t_is_that_of_the_people_drawn():
    p = ByChance(participants=23, effect_24=0.3, effect_48=-0.2, correlation=0.4, studies=100)
    run = simulate_by_chance(p, seed=19)
    draws = np.random.default_rng(np.random.SeedSequence(19)).standard_normal((100, 100, 3))[:, :23]
    shared, first, second = math.sqrt(0.4) * draws[..., 0], draws[..., 1], draws[..., 2]
    low = 0.3 + shared + math.sqrt(0.6) * first
    high = -0.2 + shared + math.sqrt(0.6) * second
    for differences, t, probability in (
        (low, run.t_24, run.p_24),
        (high, run.t_48, run.p_48),
        (low - high, None, run.p_between),
    ):
        expected = stats.ttest_1samp(differences, 0, axis=1)
        np.testing.assert_allclose(probability, expected.pvalue, rtol=1e-9)
        if t is not None:
            np.testing.assert_allclose(t, expected.statistic, rtol=1e-9)
    for significant, probability in (
        (run.significant_24, run.p_24),
        (run.significant_48, run.p_48),
        (run.significant_between, run.p_between),
    ):
        assert 0 < significant.sum() < len(significant)
        np.testing.assert_array_equal(significant, probability < p.alpha)


@pytest.mark.parametrize(
    "p",
    [ByChance(studies=5000), ByChance(participants=60, effect_24=0.2, effect_48=0.35, correlation=0.8, studies=5000)],
)
def test_simulated_shares_are_near_the_exact_chances(p: ByChance):
    exact = outcomes(p)
    for seed in (7, 8):
        shares = simulate_by_chance(p, seed).shares
        for name in ("neither", "only_24", "only_48", "both", "between"):
            chance = getattr(exact, name)
            spread = math.sqrt(chance * (1 - chance) / p.studies)
            assert abs(getattr(shares, name) - chance) < 4 * spread + 1e-9


@quick
@given(chances, seeds)
def test_outcomes_and_shares_are_probabilities_that_add_up(p: ByChance, seed: int):
    for each in (outcomes(p), simulate_by_chance(p, seed).shares):
        four = [each.neither, each.only_24, each.only_48, each.both]
        assert min(four) >= 0
        assert sum(four) == pytest.approx(1, abs=1e-5)
        assert 0 <= each.between <= 1
        assert each.exactly_one == each.only_24 + each.only_48


@quick
@given(chances)
def test_the_names_of_the_doses_do_not_matter(p: ByChance):
    there = outcomes(p)
    back = outcomes(p.replace(effect_24=p.effect_48, effect_48=p.effect_24))
    assert there.only_24 == pytest.approx(back.only_48, abs=1e-5)
    assert there.both == pytest.approx(back.both, abs=1e-5)
    assert there.between == pytest.approx(back.between)


@quick
@given(chances, seeds)
def test_a_slider_moves_the_studies_and_does_not_redraw_them(p: ByChance, seed: int):
    run = simulate_by_chance(p, seed)
    again = simulate_by_chance(p, seed)
    np.testing.assert_array_equal(run.p_24, again.p_24)
    stronger = simulate_by_chance(p.replace(effect_24=min(1.5, p.effect_24 + 0.1)), seed)
    assert (stronger.t_24 >= run.t_24 - 1e-9).all()
    np.testing.assert_array_equal(stronger.t_48, run.t_48)
    more = simulate_by_chance(p.replace(studies=300), seed)
    np.testing.assert_allclose(more.p_48[:200], run.p_48, rtol=1e-9)
    other = simulate_by_chance(p, (seed + 1) % 2**32)
    assert not np.array_equal(other.t_24, run.t_24)


@pytest.mark.parametrize(("effect", "chance"), [(0.2, 0.164), (0.5, 0.345), (0.8, 0.169), (1.2, 0.007)])
def test_one_but_not_the_other_is_most_frequent_at_middling_power(effect: float, chance: float):
    exact = outcomes(ByChance(effect_24=effect, effect_48=effect))
    assert exact.exactly_one == pytest.approx(chance, abs=5e-4)


def test_the_published_comparison_of_17_men():
    """F(1, 16) = 4.496 against placebo is significant by a hair; 24 against 48 IU, F = 3.054, is not."""
    against_placebo, between = (2 * stats.t.sf(math.sqrt(f), 16) for f in (4.496, 3.054))
    assert against_placebo == pytest.approx(0.05, abs=5e-5)
    assert between == pytest.approx(0.10, abs=5e-4)
    assert math.sqrt(4.496 / 17) == pytest.approx(0.51, abs=0.005)


def test_the_table_of_the_studies():
    frame = simulate_by_chance(ByChance(studies=100)).to_frame()
    assert list(frame.columns) == ["t_24", "t_48", "p_24", "p_48", "p_between"]
    assert len(frame) == 100


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ByChance(participants=4), "participants must be a whole number between 5 and 100, got 4"),
        (lambda: ByChance(correlation=1), r"correlation must be between 0 and 0.95, got 1"),
        (lambda: paired_power(0.5, 1), "participants must be a whole number of at least 2, got 1"),
        (lambda: paired_power(0.5, 17, 0), "alpha must be above 0 and below 1, got 0"),
    ],
)
def test_by_chance_refuses_bad_input(call, message: str):
    with pytest.raises(ValueError, match=message):
        call()
