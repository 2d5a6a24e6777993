"""Nasal spray, injection and pulse train: against an integrator, mass balance, closed forms and published numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import simpson, solve_ivp
from scipy.optimize import brentq

from intimacy.models.oxytocin_trust import kinetics
from intimacy.models.oxytocin_trust.kinetics import (
    RAT,
    IntranasalDose,
    PlasmaInjection,
    PulseTrain,
    assay_reading,
    duration_above,
    half_lives,
    mean_level,
    one_compartment_clearance,
    one_compartment_half_life,
    peak_to_trough,
    simulate_injection,
    simulate_kinetics,
    simulate_pulse_train,
    steady_peak,
)

OTHER = IntranasalDose(
    dose=40,
    bioavailability=0.06,
    absorption_half_life=11,
    clearance=0.9,
    direct_fraction=3e-4,
    basal_plasma=5,
    plasma_volume=4,
    extravascular_volume=11,
    exchange=0.4,
    cerebrospinal_half_life=45,
    basal_cerebrospinal=8,
    cerebrospinal_volume=0.1,
    lumbar_half_life=15,
    duration=240,
)
EQUAL_RATES = IntranasalDose(
    absorption_half_life=28, cerebrospinal_half_life=28, lumbar_half_life=28, direct_fraction=2e-4
)


def equations(parameters: IntranasalDose):
    """The right-hand side as the equations are printed, in nanograms, litres and minutes."""
    p = parameters
    k_a, k_c, k_l = (
        math.log(2) / each for each in (p.absorption_half_life, p.cerebrospinal_half_life, p.lumbar_half_life)
    )

    def slope(_, state):
        depot, plasma, outside, brain, lumbar = state
        crossing = p.exchange * (plasma - outside)
        gain = p.bioavailability * k_a * depot + p.clearance * p.basal_plasma
        return (
            -k_a * depot,
            (gain - p.clearance * plasma - crossing) / p.plasma_volume,
            crossing / p.extravascular_volume,
            (p.direct_fraction * k_a * depot) / p.cerebrospinal_volume + k_c * (p.basal_cerebrospinal - brain),
            k_l * (brain - lumbar),
        )

    return slope


@pytest.mark.parametrize("parameters", [IntranasalDose(), OTHER, EQUAL_RATES], ids=["default", "other", "equal rates"])
def test_a_spray_follows_the_printed_equations_as_an_integrator_does(parameters):
    run = simulate_kinetics(parameters)
    nanograms, plasma, brain = parameters.dose * 1670, parameters.basal_plasma, parameters.basal_cerebrospinal
    solved = solve_ivp(
        equations(parameters),
        (0, parameters.duration),
        [nanograms, plasma, plasma, brain, brain],
        t_eval=run.minutes,
        method="LSODA",
        rtol=1e-10,
        atol=1e-9,
    )
    found = np.array([run.depot * 1000, run.plasma, run.extravascular, run.cerebrospinal, run.lumbar])
    np.testing.assert_allclose(found, solved.y, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("parameters", [IntranasalDose(), OTHER], ids=["default", "other"])
def test_what_left_the_nose_for_the_blood_is_there_or_was_cleared(parameters):
    run = simulate_kinetics(parameters)
    excess = run.plasma - parameters.basal_plasma
    present = parameters.plasma_volume * excess + parameters.extravascular_volume * (
        run.extravascular - parameters.basal_plasma
    )
    cleared = parameters.clearance * simpson(excess, x=run.minutes)
    absorbed = parameters.bioavailability * (run.depot[0] - run.depot[-1]) * 1000
    assert present[-1] + cleared == pytest.approx(absorbed, rel=1e-5)


def test_the_default_spray_peaks_near_12_minutes_and_has_almost_gone_at_90():  # 3.B4
    run = simulate_kinetics(IntranasalDose())
    assert run.peak == pytest.approx(18.6, abs=0.1)
    assert run.peak_minute == pytest.approx(12, abs=0.5)
    assert run.plasma[run.minutes == 90] == pytest.approx([3.6], abs=0.05)


def test_without_a_direct_route_no_oxytocin_reaches_the_brain():  # 3.B5
    run = simulate_kinetics(IntranasalDose(dose=48, direct_fraction=0))
    np.testing.assert_allclose(run.cerebrospinal, 15, rtol=1e-12)
    np.testing.assert_allclose(run.lumbar, 15, rtol=1e-12)


def test_fourteen_thousandths_of_a_percent_raise_the_lumbar_fluid_by_64_percent_at_75_minutes():  # 3.B5
    run = simulate_kinetics(IntranasalDose(direct_fraction=1.4e-4))
    assert run.lumbar[run.minutes == 75] / 15 == pytest.approx([1.64], abs=0.005)


def test_doubling_the_dose_does_not_double_the_time_above_10():
    once, twice = (simulate_kinetics(IntranasalDose(dose=dose)) for dose in (24, 48))
    assert duration_above(once, 10) == pytest.approx(42, abs=0.5)
    assert duration_above(twice, 10) == pytest.approx(63.5, abs=0.5)
    assert duration_above(twice, 10) - duration_above(once, 10) == pytest.approx(20, abs=2), "one half-life in the nose"


@pytest.mark.parametrize(("threshold", "parameters"), [(10, IntranasalDose()), (7.5, OTHER)])
def test_duration_above_is_the_time_between_the_two_crossings(threshold, parameters):
    run = simulate_kinetics(parameters)
    start = [run.depot[0] * 1000, run.plasma[0], run.plasma[0], run.lumbar[0], run.lumbar[0]]
    curve = solve_ivp(equations(parameters), (0, 240), start, rtol=1e-9, atol=1e-9, dense_output=True).sol

    def excess(minute):
        return curve(minute)[1] - threshold

    rise, fall = brentq(excess, 0, run.peak_minute), brentq(excess, run.peak_minute, parameters.duration)
    assert duration_above(run, threshold) == pytest.approx(fall - rise, abs=0.01)


def test_duration_above_covers_the_whole_run_or_nothing():
    run = simulate_kinetics(IntranasalDose())
    assert duration_above(run, 0) == 180
    assert duration_above(run, 100) == 0
    assert duration_above(run, 14, "cerebrospinal") == 180


def test_exchange_gives_half_lives_of_half_a_minute_and_six_and_a_half():  # 3.B3
    assert half_lives(IntranasalDose()) == pytest.approx((0.51, 6.53), abs=0.006)
    assert half_lives(PlasmaInjection()) == half_lives(IntranasalDose())


def test_the_rat_has_half_lives_of_24_and_188_seconds():  # 3.B3
    assert [60 * each for each in half_lives(RAT)] == pytest.approx([24, 188], abs=0.5)


def test_one_volume_of_10_litres_cleared_at_a_litre_and_a_half_halves_in_4_62_minutes():  # 3.B3, exercise 3.D(1)
    assert one_compartment_half_life(1.5, 10) == pytest.approx(4.62, abs=0.005)
    assert one_compartment_clearance(one_compartment_half_life(0.8, 12), 12) == pytest.approx(0.8)


def test_plasma_after_an_injection_is_a_sum_of_the_two_exponentials():
    parameters = PlasmaInjection(
        dose=1.5, clearance=1.1, exchange=0.7, extravascular_volume=9, basal_plasma=0, duration=45
    )
    run = simulate_injection(parameters)
    rates = np.log(2) / np.array(half_lives(parameters))
    design = np.exp(-np.outer(run.minutes, rates))
    weights, *_ = np.linalg.lstsq(design, run.plasma, rcond=None)
    np.testing.assert_allclose(design @ weights, run.plasma, rtol=1e-9)
    assert run.plasma[0] == pytest.approx(1.5 * 1670 / 3)


@pytest.mark.parametrize("parameters", [PlasmaInjection(duration=240), RAT.replace(duration=120)], ids=["human", "rat"])
def test_the_area_under_an_injection_is_dose_over_clearance(parameters):
    run = simulate_injection(parameters)
    fine = np.trapezoid(run.plasma - parameters.basal_plasma, run.minutes)
    assert fine == pytest.approx(parameters.dose * 1670 / parameters.clearance, rel=0.03)


@pytest.mark.parametrize("first_minute", [0, 0.5, 1])
def test_two_units_fall_to_half_within_the_limits_that_fabian_reports(first_minute):  # 3.B3
    """Fabian et al. 1969: 3.2 min (95 % limits 2.0 to 5.7) after 2 units. The window, to minute 10, is ours."""
    run = simulate_injection(PlasmaInjection(dose=2, basal_plasma=0))
    window = (run.minutes >= first_minute) & (run.minutes <= 10)
    slope = np.polyfit(run.minutes[window], np.log(run.plasma[window]), 1)[0]
    assert 2.0 < -math.log(2) / slope < 5.7


def test_one_volume_lies_within_the_limits_that_fabian_reports_for_an_infusion():  # 3.B3
    assert 4.4 < one_compartment_half_life(1.5, 10) < 6.1


def test_unextracted_plasma_reads_more_than_100_times_higher_and_hides_the_differences():
    true = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(assay_reading(true, "extracted"), true)
    raw = assay_reading(true, "unextracted")
    assert raw[1] / true[1] > 100
    assert raw.max() / raw.min() < 1.01
    assert assay_reading(4.0, "unextracted", background=50) == 54


@pytest.mark.parametrize(
    "parameters", [PulseTrain(), PulseTrain(pulse=120, interval=3.5, half_life=7.3, volume=6)], ids=["default", "other"]
)
def test_mean_level_of_a_pulse_train_is_dose_over_interval_clearance(parameters):  # 3.B6
    parameters = parameters.replace(duration=240)
    run = simulate_pulse_train(parameters)
    period = run.minutes < int(240 // parameters.interval) * parameters.interval
    assert run.level[period].mean() == pytest.approx(mean_level(parameters), rel=0.03)
    rate = math.log(2) / parameters.half_life
    by_hand = parameters.pulse / (parameters.interval * rate * parameters.volume)
    assert mean_level(parameters) == pytest.approx(by_hand)


def test_pulses_every_10_minutes_swing_more_than_fourfold():  # 3.B6, misconception (b)
    assert peak_to_trough(PulseTrain()) == pytest.approx(4.2, abs=0.05)
    assert peak_to_trough(PulseTrain(pulse=7, volume=3)) == peak_to_trough(PulseTrain())


@pytest.mark.parametrize(("half_life", "interval"), [(4.8, 10), (2, 7.5), (20, 3)])
def test_pulses_from_empty_blood_build_up_to_the_steady_state_of_a_plain_loop(half_life, interval):
    parameters = PulseTrain(half_life=half_life, interval=interval, from_rest=True, duration=240)
    run = simulate_pulse_train(parameters)
    level, levels, upcoming = 0.0, [], 0
    keep = 0.5 ** (0.25 / half_life)
    for minute in run.minutes:
        level *= keep
        if minute == upcoming * interval:
            level += parameters.pulse / parameters.volume
            upcoming += 1
        levels.append(level)
    np.testing.assert_allclose(run.level, levels, rtol=1e-9)
    assert run.level[run.minutes >= 180].max() == pytest.approx(steady_peak(parameters), rel=0.01)
    assert run.level[-1] == pytest.approx(simulate_pulse_train(parameters.replace(from_rest=False)).level[-1], rel=0.01)


def test_tables_hold_one_row_per_sampled_minute():
    for run in (simulate_kinetics(IntranasalDose()), simulate_injection(RAT), simulate_pulse_train(PulseTrain())):
        assert len(run.to_frame()) == len(run.minutes)
        assert run.to_frame().notna().all().all()


def in_range(parameters, name):
    declared = parameters.specifications()[name]
    return st.floats(declared.low, declared.high)


any_dose = st.builds(
    IntranasalDose,
    **{name: in_range(IntranasalDose, name) for name in IntranasalDose.specifications() if name != "duration"},
    duration=st.integers(30, 480),
)


@settings(max_examples=50)
@given(any_dose)
def test_no_concentration_ever_falls_below_its_resting_level(parameters):
    run = simulate_kinetics(parameters)
    tolerance = 1e-9 * (1 + run.peak)
    assert run.depot.min() >= 0
    assert run.plasma.min() >= parameters.basal_plasma - tolerance
    assert run.extravascular.min() >= parameters.basal_plasma - tolerance
    assert min(run.cerebrospinal.min(), run.lumbar.min()) >= parameters.basal_cerebrospinal - 1e-9 * run.lumbar.max()
    assert np.all(np.diff(run.depot) <= 0)


@settings(max_examples=50)
@given(any_dose, st.floats(0, 1))
def test_the_response_is_proportional_to_the_dose(parameters, share):
    full, part = (
        simulate_kinetics(parameters.replace(dose=dose)) for dose in (parameters.dose, share * parameters.dose)
    )
    np.testing.assert_allclose(
        part.plasma - parameters.basal_plasma, share * (full.plasma - parameters.basal_plasma), rtol=1e-6, atol=1e-9
    )


@settings(max_examples=50)
@given(any_dose, st.floats(0, 30))
def test_more_dose_is_never_shorter_above_a_threshold(parameters, threshold):
    low, high = (simulate_kinetics(parameters.replace(dose=dose)) for dose in (parameters.dose / 2, parameters.dose))
    assert duration_above(low, threshold) <= duration_above(high, threshold) + 1e-9


@settings(max_examples=50)
@given(any_dose)
def test_the_half_lives_bracket_the_volume_that_is_cleared(parameters):
    fast, slow = half_lives(parameters)
    assert 0 < fast < slow
    assert fast < one_compartment_half_life(parameters.clearance, parameters.plasma_volume) < slow


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: IntranasalDose(dose=60), "dose must be between 0 and 48, got 60"),
        (lambda: PulseTrain(interval=0), "interval must be between 1 and 30, got 0"),
        (lambda: one_compartment_half_life(0, 10), r"clearance must be above 0 \(from 1e-9\), got 0"),
        (lambda: one_compartment_half_life(1, math.nan), r"volume must be above 0 \(from 1e-9\), got nan"),
        (
            lambda: duration_above(simulate_kinetics(IntranasalDose()), 1, "depot"),
            "compartment must be one of 'plasma', 'extravascular', 'cerebrospinal', 'lumbar'",
        ),
        (lambda: assay_reading(1, "spit"), "assay must be one of 'extracted', 'unextracted', got 'spit'"),
        (lambda: assay_reading(1, "unextracted", -1), "background must be at least 0"),
    ],
)
def test_bad_input_is_named_with_what_is_allowed(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_the_sampling_interval_does_not_change_the_values(monkeypatch):
    coarse = simulate_kinetics(OTHER)
    monkeypatch.setattr(kinetics, "MINUTES_PER_SAMPLE", 0.05)
    fine = simulate_kinetics(OTHER)
    np.testing.assert_allclose(fine.plasma[::5], coarse.plasma, rtol=1e-9)
