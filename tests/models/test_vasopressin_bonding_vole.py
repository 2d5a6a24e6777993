"""The virtual vole against an integrator, closed forms, published outcomes and its own statistics."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from intimacy.models.vasopressin_bonding import vole
from intimacy.models.vasopressin_bonding.vole import (
    CHAMBERS,
    CRITERION,
    DRUG_TIMES,
    DRUGS,
    GENETICS,
    SPECIES,
    TEST_MINUTES,
    CohortRun,
    VoleExperiment,
    bond_after,
    bond_threshold,
    chamber_chances,
    days_to_dissolve,
    expression,
    gate,
    highest_bond,
    hours_to_bond,
    judge,
    learning_speed,
    preference,
    receptors,
    simulate_cohort,
    simulate_cohorts,
)

quick = settings(max_examples=60)
seeds = st.integers(0, 2**32 - 1)
NO_MATING = VoleExperiment(mating=False)
TWO_WEEKS = VoleExperiment(hours_together=336)
OXYTOCIN_NULL = VoleExperiment(genetics="oxytocin_receptor_knockout")
MEADOW = VoleExperiment(species="meadow")
MEADOW_VECTOR = MEADOW.replace(genetics="vasopressin_receptor_vector")


def any_value(name: str) -> st.SearchStrategy:
    """Any allowed value of a parameter, with at most four decimals (below 1e-300 scipy's integrator gives nan)."""
    declared = VoleExperiment.specifications()[name]
    match declared.kind:
        case "choice":
            return st.sampled_from(list(declared.options))
        case "switch":
            return st.booleans()
        case "integer":
            return st.integers(int(declared.low), int(declared.high))
    return st.floats(declared.low, declared.high).map(lambda value: round(value, 4))


designs = st.builds(VoleExperiment, **{name: any_value(name) for name in VoleExperiment.specifications()})


def typical(**changes: object) -> CohortRun:
    return simulate_cohort(VoleExperiment(**changes))


def integrated(p: VoleExperiment, factors: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> tuple[float, float]:
    """Bond and D1 at the test by scipy's integrator, from the equations as they are printed, in hours."""

    def dose(drug: str) -> float:
        return p.dose if p.drug == drug and p.drug_time == "together" else 0.0

    oxytocin, vasopressin = receptors(p)
    signal = oxytocin * factors[0] * (1 - dose("oxytocin_antagonist"))
    signal += vasopressin * factors[1] * (1 - dose("vasopressin_antagonist"))
    opening = signal**p.gate_steepness / (signal**p.gate_steepness + p.gate_middle**p.gate_steepness)
    dopamine = p.dopamine_mating if p.mating else p.dopamine_together

    def slopes(_: float, state: np.ndarray, together: bool) -> list[float]:
        w, d1 = state
        drive = dopamine * (1 - dose("d2_antagonist")) + dose("d2_agonist")
        drive -= dopamine * d1 * (1 - dose("d1_antagonist")) + dose("d1_agonist")
        growth = p.learning_rate * factors[2] * opening * max(drive, 0.0) * together
        return [
            growth * (1 - w) - w / (24 * p.forgetting_days),
            (p.d1_rest + (p.d1_full - p.d1_rest) * w - d1) / (24 * p.d1_days),
        ]

    state = np.array([0.0, p.d1_rest])
    for hours, together in ((p.hours_together, True), (24 * p.days_apart, False)):
        if hours:
            solved = solve_ivp(
                slopes, (0, hours), state, args=(together,), method="LSODA", rtol=1e-9, atol=1e-11, max_step=hours / 20
            )
            state = solved.y[:, -1]
    return float(state[0]), float(state[1])


# --- the bond in time


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"mating": False, "hours_together": 336},
        {"hours_together": 336, "days_apart": 28},
        {"hours_together": 60, "days_apart": 9, "forgetting_days": 4, "d1_days": 4},
        {"hours_together": 200, "days_apart": 3, "forgetting_days": 2, "d1_days": 11, "d1_rest": 0.4, "d1_full": 1.4},
        {"genetics": "oxytocin_receptor_knockout", "compensation": 0.3, "hours_together": 168},
        {"species": "meadow", "genetics": "vasopressin_receptor_vector", "hours_together": 48, "gate_steepness": 3},
        {"drug": "vasopressin_antagonist", "dose": 0.35, "gate_middle": 0.7},
        {"drug": "d2_antagonist", "dose": 0.5, "hours_together": 100},
        {"drug": "d2_agonist", "mating": False, "hours_together": 336, "days_apart": 1},
        {"drug": "d1_antagonist", "mating": False, "hours_together": 72},
        {"drug": "d1_agonist", "dose": 0.4, "hours_together": 336},
        {"drug": "d1_agonist", "dose": 0.4, "drug_time": "after", "hours_together": 48},
        {"learning_rate": 0.5, "dopamine_mating": 1.5, "hours_together": 336, "d1_full": 1.5},
    ],
)
def test_bond_and_d1_are_those_of_an_integrator_for_the_typical_and_for_single_animals(changes: dict):
    parameters = VoleExperiment(**changes, variation=0.3, animals=3)
    run = simulate_cohort(parameters, seed=11)
    assert (run.bond[-1], run.d1[-1]) == pytest.approx(integrated(parameters), abs=2e-4)
    for animal, traits in enumerate(vole._traits(11)[:3]):
        expected = integrated(parameters, tuple(np.exp(0.3 * traits)))
        assert (run.bond_at_test[animal], run.animal_d1[-1, animal]) == pytest.approx(expected, abs=2e-4)


@settings(max_examples=25)
@given(designs)
def test_no_design_is_far_from_the_integrator(parameters: VoleExperiment):
    run = simulate_cohort(parameters)
    assert (run.bond[-1], run.d1[-1]) == pytest.approx(integrated(parameters), abs=1e-3)


@pytest.mark.parametrize("mating", [True, False])
def test_the_course_between_is_that_of_the_integrator_too(mating: bool):
    run = typical(mating=mating, hours_together=240, days_apart=10)
    assert run.hours[0] == 0
    assert run.hours[-1] == 480
    assert (np.diff(run.hours) > 0).all()
    for point in (5, 20, 40, 60, 72):
        shorter = run.parameters.replace(hours_together=float(run.hours[point]), days_apart=0)
        assert (run.bond[point], run.d1[point]) == pytest.approx(integrated(shorter), abs=2e-4)
    middle = run.parameters.replace(days_apart=float((run.hours[90] - 240) / 24))
    assert (run.bond[90], run.d1[90]) == pytest.approx(integrated(middle), abs=2e-4)


def test_with_d1_held_the_course_is_the_closed_form():
    held = VoleExperiment(d1_rest=0.5, d1_full=0.5, hours_together=120, mating=False, forgetting_days=3)
    run = simulate_cohort(held)
    np.testing.assert_allclose(run.bond, bond_after(run.hours, held), atol=1e-12)
    assert bond_after(1e6, held) == pytest.approx(highest_bond(held))
    k = learning_speed(held)
    assert k == pytest.approx(0.155 * 0.2 * (1 - 0.5) * 1.2**6 / (1 + 1.2**6))
    assert highest_bond(held) == pytest.approx(k / (k + 1 / 72))


@pytest.mark.parametrize("changes", [{}, {"mating": False}, {"genetics": "oxytocin_receptor_knockout"}])
def test_in_the_first_day_the_closed_form_is_close_and_never_too_low(changes: dict):
    run = typical(**changes)
    closed = bond_after(run.hours, run.parameters)
    assert (closed >= run.bond - 1e-9).all()
    np.testing.assert_allclose(run.bond, closed, atol=0.02)


def test_apart_a_bond_falls_by_its_own_time_and_d1_follows():
    run = typical(hours_together=336, days_apart=36)
    together = run.hours <= 336
    assert run.bond[-1] == pytest.approx(run.bond[together][-1] * math.exp(-2))
    assert run.parameters.d1_rest < run.d1[-1] < run.d1[together][-1]
    forgetful = typical(hours_together=336, days_apart=36, forgetting_days=9)
    assert forgetful.bond[-1] == pytest.approx(forgetful.bond[forgetful.hours <= 336][-1] * math.exp(-4))


# --- closed forms


def test_the_threshold_is_where_partner_time_is_twice_stranger_time():
    assert bond_threshold(VoleExperiment()) == pytest.approx(0.2233, abs=5e-5)
    for parameters in (VoleExperiment(), VoleExperiment(choice_sharpness=7.5, stranger_pull=0.3)):
        needed = bond_threshold(parameters)
        assert preference(needed, parameters) == pytest.approx(CRITERION)
        partner, _, stranger = chamber_chances(needed, parameters)
        assert partner == pytest.approx(2 * stranger)
    blocked = VoleExperiment(drug="vasopressin_antagonist", drug_time="test", dose=0.3)
    assert preference(bond_threshold(blocked), blocked) == pytest.approx(CRITERION)
    assert bond_threshold(blocked) > bond_threshold(VoleExperiment())


def test_hours_to_bond_and_days_to_dissolve():
    assert hours_to_bond(VoleExperiment()) == pytest.approx(2.6, abs=0.05)
    assert hours_to_bond(NO_MATING) == pytest.approx(13.0, abs=0.05)
    assert days_to_dissolve(0.865, VoleExperiment()) == pytest.approx(24.4, abs=0.05)
    assert days_to_dissolve(0.2, VoleExperiment()) == 0
    for parameters in (VoleExperiment(learning_rate=0.03), NO_MATING.replace(forgetting_days=5, gate_steepness=2)):
        reached = brentq(lambda t, p=parameters: float(bond_after(t, p)) - bond_threshold(p), 0, 2000)
        assert hours_to_bond(parameters) == pytest.approx(reached)
        days = days_to_dissolve(0.9, parameters)
        assert 0.9 * math.exp(-days / parameters.forgetting_days) == pytest.approx(bond_threshold(parameters))


@pytest.mark.parametrize(
    "parameters",
    [
        MEADOW,
        VoleExperiment(drug="d2_antagonist"),
        VoleExperiment(drug="d1_agonist"),
        OXYTOCIN_NULL.replace(drug="vasopressin_antagonist", drug_time="test"),
        NO_MATING.replace(dopamine_together=0),
    ],
)
def test_some_pairs_never_bond(parameters: VoleExperiment):
    assert hours_to_bond(parameters) == math.inf
    assert typical(**parameters.values() | {"hours_together": 336}).typical_preference < CRITERION


def test_the_gate():
    assert gate(1) == 0.5
    assert gate(0) == 0
    assert gate(1.2) == pytest.approx(0.749, abs=5e-4)
    assert gate(0.6) == pytest.approx(0.0446, abs=5e-5)
    np.testing.assert_allclose(gate(np.array([0.5, 1.0]), steepness=2, middle=0.5), [0.5, 0.8])


def test_receptors_after_genetics():
    assert receptors(VoleExperiment()) == (0.6, 0.6)
    assert receptors(MEADOW) == (0.2, 0.2)
    assert receptors(MEADOW_VECTOR) == (0.2, 1)
    assert receptors(OXYTOCIN_NULL.replace(compensation=0.5)) == (0, pytest.approx(0.8))
    assert receptors(VoleExperiment(genetics="oxytocin_receptor_knockdown", compensation=0.5)) == (0, 0.6)
    removed = MEADOW.replace(genetics="vasopressin_receptor_knockout", compensation=0.25)
    assert receptors(removed) == (pytest.approx(0.4), 0)
    assert receptors(removed.replace(genetics="vasopressin_receptor_knockdown")) == (0.2, 0)


def test_the_chances_of_the_chambers():
    chances = chamber_chances(np.array([0.0, 0.35, 1.0]), VoleExperiment())
    weights = np.exp(4 * np.array([[0, 0.35, 0.05], [0.35, 0.35, 0.05], [1, 0.35, 0.05]]))
    np.testing.assert_allclose(chances, weights / weights.sum(axis=1, keepdims=True))
    assert chances[1, 0] == chances[1, 1]
    np.testing.assert_allclose(chamber_chances(0.8, VoleExperiment(), 0.0), [1 / 3] * 3)


# --- what was published


@pytest.mark.parametrize(
    ("mating", "hours", "share", "bonded"),
    [(True, 6, 0.83, True), (False, 6, 0.56, False), (False, 12, 0.65, False), (False, 24, 0.78, True)],
)
def test_mating_speeds_bonding_and_is_not_needed(mating: bool, hours: float, share: float, bonded: bool):  # 4.B1
    run = typical(mating=mating, hours_together=hours, animals=200)
    assert run.typical_preference == pytest.approx(share, abs=5e-3)
    assert (run.typical_preference > CRITERION) == bonded
    assert (run.says == "bonded") == bonded
    assert (hours_to_bond(run.parameters) < hours) == bonded


def test_d2_makes_the_bond_d1_forbids_it_and_then_guards_it():  # 4.B2
    assert typical(drug="d2_antagonist").says == "not bonded"
    assert typical(drug="d1_agonist").says == "not bonded"
    assert typical(drug="d2_agonist", mating=False, hours_together=6).says == "bonded"
    assert typical(mating=False, hours_together=6).says == "not bonded"
    run = simulate_cohort(TWO_WEEKS)
    assert run.d1[-1] == pytest.approx(0.88, abs=5e-3)
    assert run.d1[-1] / run.d1[0] == pytest.approx(5.9, abs=0.05)
    np.testing.assert_allclose(run.aggression, run.bond_at_test * run.animal_d1[-1])
    assert run.aggression.min() > 2 * typical().aggression.max() > 0
    half_blocked = TWO_WEEKS.replace(drug="d1_antagonist", drug_time="test", dose=0.5)
    np.testing.assert_allclose(simulate_cohort(half_blocked).aggression, run.aggression / 2)
    blocked = simulate_cohort(half_blocked.replace(dose=1))
    assert blocked.aggression.max() == 0
    np.testing.assert_array_equal(blocked.minutes, run.minutes)


@pytest.mark.parametrize("drug", ["oxytocin_antagonist", "vasopressin_antagonist"])
def test_either_antagonist_blocks_forming_and_showing_but_not_keeping_a_bond(drug: str):  # 4.B3
    while_together = typical(drug=drug)
    assert while_together.typical_preference == pytest.approx(0.58, abs=5e-3)
    assert while_together.says == "not bonded"
    at_test = typical(drug=drug, drug_time="test")
    assert at_test.says == "not bonded"
    assert at_test.bond[-1] == typical().bond[-1]
    assert expression(at_test.parameters) == pytest.approx(float(gate(0.6) / gate(1.2)))
    after = typical(drug=drug, drug_time="after")
    np.testing.assert_array_equal(after.minutes, typical().minutes)
    assert after.says == "bonded"


def test_without_oxytocin_receptors_bonds_are_late_and_compensation_brings_them_forward():  # 4.B4
    day, week = simulate_cohort(OXYTOCIN_NULL), simulate_cohort(OXYTOCIN_NULL.replace(hours_together=168))
    assert day.typical_preference == pytest.approx(0.58, abs=5e-3)
    assert week.typical_preference == pytest.approx(0.85, abs=5e-3)
    compensated = simulate_cohort(OXYTOCIN_NULL.replace(compensation=0.5))
    assert compensated.typical_preference == pytest.approx(0.84, abs=5e-3)
    assert [each.says for each in (day, week, compensated)] == ["not bonded", "bonded", "bonded"]
    closed = preference(bond_after(168, OXYTOCIN_NULL), OXYTOCIN_NULL)
    assert closed == pytest.approx(0.875, abs=5e-4)


def test_what_tells_compensation_from_a_slow_bond():
    """Removed in the adult, there is nothing to compensate: only a compensated animal loses by it."""
    adult = VoleExperiment(genetics="oxytocin_receptor_knockdown", hours_together=168)
    for compensation in (0.0, 0.5):
        from_birth = OXYTOCIN_NULL.replace(hours_together=168, compensation=compensation)
        removed = adult.replace(compensation=compensation)
        slower = hours_to_bond(removed) > hours_to_bond(from_birth)
        assert slower == (compensation > 0)
        assert simulate_cohort(removed).bond[-1] == simulate_cohort(adult).bond[-1]


def test_a_receptor_makes_the_meadow_vole_bond_unless_d2_is_blocked():  # 4.B5
    assert simulate_cohort(MEADOW).says == "not bonded"
    run = simulate_cohort(MEADOW_VECTOR)
    assert run.typical_preference == pytest.approx(0.96, abs=5e-3)
    assert run.says == "bonded"
    assert simulate_cohort(MEADOW_VECTOR.replace(drug="d2_antagonist")).says == "not bonded"


@pytest.mark.parametrize(("days", "share"), [(14, 0.80), (21, 0.71), (28, 0.63)])
def test_a_bond_of_two_weeks_survives_two_weeks_apart_but_not_four(days: float, share: float):  # 4.B6
    run = simulate_cohort(TWO_WEEKS.replace(days_apart=days, animals=200))
    assert run.typical_preference == pytest.approx(share, abs=5e-3)
    assert (run.typical_preference > CRITERION) == (days < days_to_dissolve(0.865, run.parameters))
    assert (run.says == "bonded") == (share > CRITERION)


def test_a_full_dose_on_the_other_receptor_leaves_a_null_with_nothing():
    run = simulate_cohort(OXYTOCIN_NULL.replace(drug="vasopressin_antagonist", hours_together=336))
    assert run.bond.max() == 0
    assert run.animal_bond.max() == 0


# --- the test and the cohort


@quick
@given(designs, seeds)
def test_whatever_is_designed_the_numbers_make_sense(parameters: VoleExperiment, seed: int):
    run = simulate_cohort(parameters, seed)
    animals = parameters.animals
    assert run.bond.shape == run.d1.shape == run.hours.shape
    assert run.animal_bond.shape == run.animal_d1.shape == (run.hours.size, animals)
    assert run.chamber.shape == (animals, TEST_MINUTES)
    assert run.minutes.shape == (animals, 3)
    assert (run.minutes.sum(axis=1) == TEST_MINUTES).all()
    assert run.minutes.min() >= 0
    assert run.chamber.min() >= 0
    assert run.chamber.max() <= 2
    for bond, d1 in ((run.bond, run.d1), (run.animal_bond, run.animal_d1)):
        assert bond.min() >= 0
        assert bond.max() <= 1
        assert d1.min() >= parameters.d1_rest - 1e-12
        assert d1.max() <= max(parameters.d1_full, parameters.d1_rest) + 1e-12
    assert run.hours[-1] == pytest.approx(parameters.hours_together + 24 * parameters.days_apart)
    assert (np.diff(run.hours) >= 0).all()
    assert ((run.preference >= 0) & (run.preference <= 1)).all()
    assert 0 <= run.verdict.low <= run.verdict.mean <= run.verdict.high <= 1
    assert 0 <= run.verdict.p_value <= 1
    low, high = run.share_preferring_interval
    assert 0 <= low <= run.share_preferring <= high <= 1
    assert (run.typical_preference > CRITERION) == (run.bond[-1] > bond_threshold(parameters))
    assert run.filling[:, -1] == pytest.approx(run.minutes.mean(axis=0))
    assert np.isfinite(run.to_frame().to_numpy(dtype=float)).all()


@quick
@given(designs, seeds, st.integers(3, 200))
def test_the_first_animals_stay_the_same_when_more_join(parameters: VoleExperiment, seed: int, fewer: int):
    many = simulate_cohort(parameters.replace(animals=200), seed)
    few = simulate_cohort(parameters.replace(animals=fewer), seed)
    np.testing.assert_array_equal(few.minutes, many.minutes[:fewer])
    np.testing.assert_array_equal(few.chamber, many.chamber[:fewer])
    np.testing.assert_array_equal(few.animal_bond, many.animal_bond[:, :fewer])
    np.testing.assert_array_equal(few.bond, many.bond)


@quick
@given(designs, seeds, st.floats(0, 56))
def test_more_days_apart_never_bring_an_animal_closer_to_its_partner(
    parameters: VoleExperiment, seed: int, longer: float
):
    sooner, later = sorted((parameters.days_apart, longer))
    before = simulate_cohort(parameters.replace(days_apart=sooner), seed)
    after = simulate_cohort(parameters.replace(days_apart=later), seed)
    assert (after.bond_at_test <= before.bond_at_test + 1e-12).all()
    assert (after.minutes[:, 0] <= before.minutes[:, 0]).all()
    assert (after.minutes[:, 2] >= before.minutes[:, 2]).all()
    assert (after.preference <= before.preference).all() or not before.minutes[:, [0, 2]].sum(axis=1).all()


@pytest.mark.parametrize("drug", ["oxytocin_antagonist", "vasopressin_antagonist", "d2_antagonist", "d1_agonist"])
@pytest.mark.parametrize("genetics", GENETICS)
def test_the_more_is_blocked_the_weaker_the_bond_of_every_animal(drug: str, genetics: str):
    fixed_d1 = VoleExperiment(drug=drug, genetics=genetics, d1_rest=0.5, d1_full=0.5, mating=False)
    runs = [simulate_cohort(fixed_d1.replace(dose=dose)) for dose in (0, 0.1, 0.4, 0.8, 1)]
    for less, more in pairwise(runs):
        assert (more.bond_at_test <= less.bond_at_test + 1e-12).all()
        assert (more.minutes[:, 0] <= less.minutes[:, 0]).all()


@pytest.mark.parametrize("name", ["dopamine_mating", "learning_rate", "forgetting_days"])
def test_more_of_what_makes_a_bond_never_weakens_it_in_a_day(name: str):
    declared = VoleExperiment.specifications()[name]
    bonds = [
        simulate_cohort(VoleExperiment(**{name: value})).bond_at_test
        for value in np.linspace(declared.low, declared.high, 8)
    ]
    assert (np.diff(bonds, axis=0) >= -1e-12).all()


def test_same_seed_same_numbers_in_any_order():
    first = [simulate_cohort(TWO_WEEKS, seed).to_frame() for seed in range(12)]
    again = [simulate_cohort(TWO_WEEKS, seed).to_frame() for seed in reversed(range(12))][::-1]
    for once, twice in zip(first, again, strict=True):
        assert once.equals(twice)
    assert not first[0].equals(first[1])


def test_without_variation_all_animals_have_the_typical_bond_and_differ_in_the_test_alone():
    run = typical(variation=0)
    np.testing.assert_array_equal(run.animal_bond, np.tile(run.bond[:, np.newaxis], 30))
    assert np.unique(run.minutes[:, 0]).size > 5


def test_animals_differ_as_the_spread_says():
    traits = np.vstack([vole._traits(seed) for seed in range(100)])
    assert traits.mean(axis=0) == pytest.approx([0, 0, 0], abs=0.025)
    np.testing.assert_allclose(np.cov(traits.T), np.eye(3), atol=0.03)
    narrow, wide = (typical(mating=False, animals=200, variation=each).bond_at_test.std() for each in (0.1, 0.3))
    assert 2 < wide / narrow < 4


@pytest.mark.parametrize(("hours", "bout"), [(0, 5), (6, 3), (24, 12)])
def test_time_in_the_chambers_is_what_the_chances_say_and_stays_last_as_told(hours: float, bout: float):
    parameters = VoleExperiment(hours_together=hours, bout_minutes=bout, variation=0, animals=200)
    runs = [simulate_cohort(parameters, seed) for seed in range(20)]
    minutes = np.vstack([run.minutes for run in runs])
    chances = chamber_chances(runs[0].bond[-1], parameters)
    assert minutes.mean(axis=0) / TEST_MINUTES == pytest.approx(chances, abs=0.01)
    with_partner = np.vstack([run.chamber == CHAMBERS.index("partner") for run in runs]) - chances[0]
    kept = (with_partner[:, 1:] * with_partner[:, :-1]).mean() / (with_partner**2).mean()
    assert kept == pytest.approx(1 - 1 / bout, abs=0.02)


def test_minutes_count_the_chambers():
    run = typical(mating=False, hours_together=10)
    for code in range(3):
        np.testing.assert_array_equal(run.minutes[:, code], (run.chamber == code).sum(axis=1))
    partner, _, stranger = run.minutes.T
    np.testing.assert_allclose(run.preference, partner / (partner + stranger))
    np.testing.assert_array_equal(run.prefers, run.preference > CRITERION)
    np.testing.assert_allclose(run.filling.sum(axis=0), np.arange(TEST_MINUTES + 1))


def test_an_animal_that_visits_neither_shows_no_preference():
    loners = VoleExperiment(neutral_pull=1, choice_sharpness=10, hours_together=0, bout_minutes=60)
    run = simulate_cohort(loners)
    alone = run.minutes[:, 1] == TEST_MINUTES
    assert alone.any()
    assert (run.preference[alone] == 0.5).all()
    assert not run.prefers[alone].any()


# --- the verdict


@pytest.mark.parametrize("parameters", [VoleExperiment(), NO_MATING, TWO_WEEKS.replace(days_apart=28, animals=5)])
def test_the_verdict_is_the_one_sample_t_test_of_scipy(parameters: VoleExperiment):
    run = simulate_cohort(parameters)
    expected = stats.ttest_1samp(run.preference, CRITERION)
    interval = expected.confidence_interval(0.95)
    assert run.verdict.p_value == pytest.approx(expected.pvalue)
    assert run.verdict.low == pytest.approx(max(interval.low, 0))
    assert run.verdict.high == pytest.approx(min(interval.high, 1))
    assert (run.verdict.outcome == "undecided") == (expected.pvalue >= 0.05)


@quick
@given(st.lists(st.floats(0, 1), min_size=2, max_size=40), st.floats(0.05, 0.95))
def test_interval_p_and_outcome_never_contradict_each_other(values: list[float], criterion: float):
    verdict = judge(values, criterion, highest=1)
    assert 0 <= verdict.low <= verdict.mean + 1e-12
    assert verdict.mean - 1e-12 <= verdict.high <= 1
    if abs(verdict.p_value - 0.05) > 1e-9:
        assert (verdict.outcome != "undecided") == (verdict.p_value < 0.05)
    if verdict.outcome == "above":
        assert verdict.mean > criterion
    if verdict.outcome == "below":
        assert verdict.mean < criterion


def test_animals_that_are_all_the_same_leave_no_doubt():
    same = judge([0.7, 0.7, 0.7], CRITERION)
    assert (same.low, same.mean, same.high, same.p_value, same.outcome) == (0.7, 0.7, 0.7, 0, "above")
    assert judge([0.5, 0.5], 0.5).p_value == 1
    assert judge([0.5, 0.5], 0.5).outcome == "undecided"


@pytest.mark.parametrize("parameters", [NO_MATING, NO_MATING.replace(hours_together=6, animals=12, variation=0.3)])
def test_the_interval_holds_the_mean_of_all_animals_in_95_of_100_cohorts(parameters: VoleExperiment):
    runs = [simulate_cohort(parameters.replace(animals=200), seed) for seed in range(400)]
    truth = np.mean([run.preference.mean() for run in runs])
    verdicts = [judge(run.preference[: parameters.animals], CRITERION, highest=1) for run in runs]
    held = np.mean([each.low <= truth <= each.high for each in verdicts])
    assert held == pytest.approx(0.95, abs=0.03)


# --- results as tables, and bad input


def test_a_row_of_the_log_tells_design_and_outcome():
    run = simulate_cohort(TWO_WEEKS.replace(days_apart=14))
    row = run.row()
    assert VoleExperiment(**{name: row[name] for name in VoleExperiment.specifications()}) == run.parameters
    minutes = row["partner_minutes"] + row["neutral_minutes"] + row["stranger_minutes"]
    assert minutes == pytest.approx(TEST_MINUTES)
    assert row["verdict"] == run.says
    assert (row["mean_preference"], row["low"], row["high"]) == (run.verdict.mean, run.verdict.low, run.verdict.high)
    assert row["aggression"] == pytest.approx(run.aggression.mean())


def test_tables():
    run = typical(days_apart=2)
    frame = run.to_frame()
    assert list(frame.columns) == [
        "animal",
        "bond",
        "d1",
        "partner_minutes",
        "neutral_minutes",
        "stranger_minutes",
        "preference",
        "prefers_partner",
        "aggression",
    ]
    assert frame["animal"].tolist() == list(range(1, 31))
    np.testing.assert_array_equal(frame["partner_minutes"], run.minutes[:, 0])
    course = run.course()
    assert list(course.columns) == ["hours", "bond", "d1"]
    assert course["hours"].iloc[-1] == 72


def test_cohorts_at_once_are_each_as_alone():
    cohorts = [
        VoleExperiment(hours_together=0, animals=7),
        TWO_WEEKS.replace(days_apart=28, animals=5, d1_days=2),
        VoleExperiment(drug="d2_antagonist", learning_rate=0.5, forgetting_days=3),
    ]
    for parameters, run in zip(cohorts, simulate_cohorts(cohorts, 3), strict=True):
        alone = simulate_cohort(parameters, 3)
        assert run.parameters == parameters
        assert run.verdict == alone.verdict
        for name in ("hours", "bond", "d1", "animal_bond", "animal_d1", "chamber", "minutes", "preference"):
            np.testing.assert_array_equal(getattr(run, name), getattr(alone, name), err_msg=name)
    with pytest.raises(ValueError, match="cohorts must hold at least one experiment, got none"):
        simulate_cohorts([])


def test_never_together_and_never_apart_are_single_points():
    run = typical(hours_together=0)
    np.testing.assert_array_equal(run.hours, [0])
    assert run.bond[0] == 0
    later = typical(hours_together=0, days_apart=3)
    assert later.hours[-1] == 72
    assert later.bond.max() == 0
    assert (later.d1 == later.parameters.d1_rest).all()


def test_every_choice_is_run():
    for species in SPECIES:
        for genetics in GENETICS:
            for drug in DRUGS:
                for time in DRUG_TIMES:
                    run = typical(species=species, genetics=genetics, drug=drug, drug_time=time)
                    assert run.says in ("bonded", "not bonded", "undecided")


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"species": "mouse"}, ValueError, "species must be one of 'prairie', 'meadow', got 'mouse'"),
        ({"genetics": 3}, TypeError, "genetics must be one of"),
        ({"dose": 1.2}, ValueError, "dose must be between 0 and 1, got 1.2"),
        ({"hours_together": -1}, ValueError, "hours_together must be between 0 and 336, got -1"),
        ({"days_apart": "long"}, TypeError, "days_apart must be a number between 0 and 56, got 'long'"),
        ({"animals": 2}, ValueError, "animals must be a whole number between 3 and 200, got 2"),
        ({"mating": 1}, TypeError, "mating must be True or False, got 1"),
    ],
)
def test_a_design_that_cannot_be_is_refused(changes: dict, error: type[Exception], message: str):
    with pytest.raises(error, match=message):
        VoleExperiment(**changes)


def test_functions_refuse_what_makes_no_sense():
    with pytest.raises(ValueError, match=r"signal must be at least 0, got -0\.1"):
        gate(-0.1)
    with pytest.raises(ValueError, match="steepness must be above 0, got 0"):
        gate(1, steepness=0)
    with pytest.raises(ValueError, match=r"bond must be between 0 and 1, got 1\.5"):
        days_to_dissolve(1.5, VoleExperiment())
    with pytest.raises(ValueError, match="values must hold at least two animals, got 1"):
        judge([0.4], 0.5)
    with pytest.raises(ValueError, match=r"values must be between 0 and 1, got 1\.5"):
        judge([0.4, 1.5], 0.5, highest=1)
    with pytest.raises(ValueError, match="values must be at least 0"):
        judge([0.4, math.nan], 0.5)
    with pytest.raises(ValueError, match="level must be above 0 and below 1, got 1"):
        judge([0.4, 0.5], 0.5, level=1)
