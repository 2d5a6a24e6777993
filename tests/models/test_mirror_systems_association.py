"""Learning to mirror: against the printed loops, exact expectations, least squares, singular values, root finders."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from intimacy.models.mirror_systems import (
    START_LENGTH,
    Association,
    Contingency,
    OjaCell,
    crossing_exposures,
    expected_crossing,
    mirror_index,
    principal_component,
    reversed_index,
    settled_index,
    simulate_association,
    simulate_contingency,
    simulate_oja,
)

quick = settings(max_examples=40)
seeds = st.integers(0, 2**32 - 1)
LINEAR = ("delta", "covariance", "hebb")


def associations(**fixed):
    """Any short life within the ranges of the model."""
    free = {
        "rule": st.sampled_from(["delta", "covariance", "hebb", "oja"]),
        "childhood_contingency": st.floats(0, 1),
        "training_contingency": st.floats(0, 1),
        "training": st.sampled_from(["counter_mirror", "mirror"]),
        "learning_rate": st.floats(0.001, 0.2),
        "actions": st.integers(2, 8),
        "decay": st.floats(0, 2),
        "gain": st.floats(0, 2),
        "childhood_trials": st.integers(0, 120),
        "training_trials": st.integers(50, 120),
    }
    return st.builds(Association, **{**free, **fixed})


def joint_chances(actions: int, contingency: float, shift: int) -> np.ndarray:
    """The chance of each pair (done, seen), by listing all ways in which a trial can go."""
    chances = np.zeros((actions, actions))
    for done, other in itertools.product(range(actions), repeat=2):
        chances[done, (done + shift) % actions] += contingency / actions**2
        chances[done, other] += (1 - contingency) / actions**2
    return chances


def expected_trial(p: Association, weights: np.ndarray, chances: np.ndarray) -> np.ndarray:
    """The mean of the weights after one more trial: each possible trial, weighted by its chance."""
    total = np.zeros_like(weights)
    for done, seen in itertools.product(range(p.actions), repeat=2):
        motor, visual = np.eye(p.actions)[done], np.eye(p.actions)[seen]
        total += chances[done, seen] * printed_rule(p, weights, motor, visual)
    return total


def printed_rule(p: Association, weights: np.ndarray, motor: np.ndarray, visual: np.ndarray) -> np.ndarray:
    """The three linear rules as they are printed."""
    if p.rule == "hebb":
        return weights + p.learning_rate * np.outer(motor, visual)
    if p.rule == "delta":
        return weights + p.learning_rate * np.outer(motor - weights @ visual, visual)
    centred = np.outer(motor - 1 / p.actions, visual - 1 / p.actions)
    return weights + p.learning_rate * centred - p.learning_rate * p.decay * weights


# Four rules in one world


@quick
@given(associations(rule=st.sampled_from(LINEAR)), seeds)
def test_all_trials_at_once_are_the_printed_rule_trial_by_trial(p: Association, seed: int):
    run = simulate_association(p, seed)
    weights = np.zeros((p.actions, p.actions))
    for trial, (done, seen) in enumerate(zip(run.done, run.seen, strict=True), start=1):
        weights = printed_rule(p, weights, np.eye(p.actions)[done], np.eye(p.actions)[seen])
        np.testing.assert_allclose(run.weights[trial], weights, atol=1e-11)


@pytest.mark.parametrize("rule", LINEAR)
def test_long_lives_are_the_printed_rule_too(rule: str):
    p = Association(rule=rule, learning_rate=0.2, decay=2, actions=3, childhood_trials=1300, training_trials=900)
    run = simulate_association(p)
    weights = np.zeros((3, 3))
    for done, seen in zip(run.done, run.seen, strict=True):
        weights = printed_rule(p, weights, np.eye(3)[done], np.eye(3)[seen])
    np.testing.assert_allclose(run.weights[-1], weights, rtol=1e-9)


@quick
@given(associations(rule=st.just("oja")), seeds)
def test_ojas_cell_is_the_printed_rule_on_all_its_inputs(p: Association, seed: int):
    run = simulate_association(p, seed)
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    generator.random((2, 3000, 3))
    cell = generator.standard_normal((2, 8))[:, : p.actions]
    cell = np.concatenate(cell - cell.mean(axis=1, keepdims=True))
    cell *= START_LENGTH / np.linalg.norm(cell)
    for trial, (done, seen) in enumerate(zip(run.done, run.seen, strict=True), start=1):
        inputs = np.concatenate([np.eye(p.actions)[done], np.eye(p.actions)[seen]]) - 1 / p.actions
        output = cell @ inputs
        cell = cell + p.learning_rate * output * (inputs - output * cell)
        np.testing.assert_allclose(run.weights[trial], np.outer(cell[: p.actions], cell[p.actions :]), atol=1e-9)
        assert np.linalg.norm(cell) < 1.3


@pytest.mark.parametrize("contingency", [0, 0.5, 0.9])
def test_the_delta_rule_ends_at_the_contingency(contingency: float):  # 6-T1
    p = Association(
        learning_rate=0.01, childhood_contingency=contingency, training_contingency=contingency, training="mirror",
        childhood_trials=3000, training_trials=3000,
    )  # fmt: skip
    index = np.mean([simulate_association(p, seed).mirror_index[-1] for seed in range(40)])
    assert index == pytest.approx(contingency, abs=0.03)
    assert settled_index("delta", contingency) == contingency


@pytest.mark.parametrize(("actions", "contingency", "mirror"), [(3, 0.7, True), (4, 0.4, False), (8, 1, False)])
def test_the_delta_rule_ends_at_the_least_squares_solution(actions: int, contingency: float, mirror: bool):
    chances = joint_chances(actions, contingency, shift=0 if mirror else 1)
    done, seen = (each.ravel() for each in np.indices(chances.shape))
    root = np.sqrt(chances.ravel())[:, np.newaxis]
    solved = np.linalg.lstsq(root * np.eye(actions)[seen], root * np.eye(actions)[done], rcond=None)[0].T
    np.testing.assert_allclose(solved, chances / chances.sum(axis=0), atol=1e-12)  # P(done | seen)
    assert settled_index("delta", contingency, actions, mirror=mirror) == pytest.approx(float(mirror_index(solved)))
    p = Association(
        learning_rate=0.02, actions=actions, training="mirror" if mirror else "counter_mirror", childhood_trials=0,
        training_contingency=contingency, training_trials=3000,
    )  # fmt: skip
    learned = np.mean([simulate_association(p, seed).weights[2000:].mean(axis=0) for seed in range(20)], axis=0)
    np.testing.assert_allclose(learned, solved, atol=0.02)


@pytest.mark.parametrize(
    ("actions", "contingency", "decay", "target"), [(2, 0.5, 1, 0.25), (4, 0.9, 1, 0.225), (3, 0.6, 2, 0.1)]
)
def test_the_covariance_rule_ends_at_the_contingency_over_the_number_of_actions(
    actions: int, contingency: float, decay: float, target: float
):  # 6-T2
    p = Association(
        rule="covariance", actions=actions, childhood_contingency=contingency, decay=decay, learning_rate=0.01,
        childhood_trials=3000,
    )  # fmt: skip
    index = np.mean([simulate_association(p, seed).mirror_index[3000] for seed in range(40)])
    assert index == pytest.approx(target, abs=0.02)
    assert settled_index("covariance", contingency, actions, decay=decay) == pytest.approx(target)


@pytest.mark.parametrize("mirror", [True, False])
@pytest.mark.parametrize(("actions", "contingency", "decay"), [(2, 0.5, 1), (5, 0.8, 0.4)])
def test_the_covariance_rule_settles_at_the_covariance_over_the_decay(actions, contingency, decay, mirror):
    covariance = joint_chances(actions, contingency, 0 if mirror else 1) - 1 / actions**2
    settled = settled_index("covariance", contingency, actions, mirror=mirror, decay=decay)
    assert settled == pytest.approx(float(mirror_index(covariance / decay)))


@pytest.mark.parametrize("actions", [2, 4, 7])
def test_plain_hebb_grows_without_any_contingency_and_makes_no_mirror(actions: int):  # 6-T3
    p = Association(
        rule="hebb", actions=actions, childhood_contingency=0, training_contingency=0, childhood_trials=3000,
        training_trials=3000,
    )  # fmt: skip
    runs = [simulate_association(p, seed) for seed in range(10)]
    for run in runs:
        per_trial = run.weights.mean(axis=(1, 2))[1:] / run.trials[1:]
        np.testing.assert_allclose(per_trial, p.learning_rate / actions**2, rtol=0.01)
    index = np.mean([run.mirror_index[-1] for run in runs])
    assert abs(index) / (p.learning_rate * 6000) < 0.03
    grown = simulate_association(p.replace(childhood_contingency=0.5, training_contingency=0.5)).weights[-1].sum()
    assert grown == pytest.approx(runs[0].weights[-1].sum())  # contingency adds nothing to the total
    for rule in ("delta", "covariance"):
        assert abs(simulate_association(p.replace(rule=rule)).mirror_index[-1]) < 0.25


def test_counter_mirror_training_crosses_zero_after_34_exposures_per_cue():  # 6-T4
    theory = crossing_exposures(0.9, 0.9, 0.02)
    assert theory == pytest.approx(34.31, abs=0.005)
    p = Association(childhood_trials=3000)
    crossings = [simulate_association(p, seed).crossing for seed in range(300)]
    assert np.mean(crossings) / p.actions == pytest.approx(theory, abs=2)


@pytest.mark.parametrize(("childhood", "training", "rate", "actions"), [(0.9, 0.3, 0.05, 2), (0.6, 0.9, 0.02, 4)])
def test_other_reversals_cross_where_the_formula_says(childhood: float, training: float, rate: float, actions: int):
    p = Association(
        childhood_contingency=childhood, training_contingency=training, learning_rate=rate, actions=actions,
        childhood_trials=3000, training_trials=3000,
    )  # fmt: skip
    mean = np.mean([simulate_association(p, seed).mirror_index[3000:] for seed in range(80)], axis=0)
    exposures = int((mean < 0).argmax()) / actions
    assert exposures == pytest.approx(crossing_exposures(childhood, training, rate, actions), rel=0.1)


def test_after_200_exposures_per_cue_the_mirror_is_reversed():  # 6-T5
    theory = reversed_index(200, 0.9, 0.9, 0.02)
    assert theory == pytest.approx(-0.8683, abs=5e-5)
    p = Association(childhood_trials=3000)
    simulated = np.mean([simulate_association(p, seed).mirror_index[-1] for seed in range(200)])
    assert simulated == pytest.approx(theory, abs=0.01)


@pytest.mark.parametrize(("c0", "c1", "rate", "actions"), [(0.9, 0.9, 0.02, 2), (0.7, 0.2, 0.1, 5), (1, 1, 0.001, 8)])
def test_the_printed_course_of_a_reversal_is_its_recursion_and_crosses_at_its_root(c0, c1, rate, actions):
    start = mirror_index(joint_chances(actions, c0, 0) * actions)
    weights = joint_chances(actions, c0, 0) * actions
    target = joint_chances(actions, c1, 1) * actions
    assert reversed_index(0, c0, c1, rate, actions) == pytest.approx(float(start))
    for exposure in range(1, 60):
        weights = weights + rate * (target - weights)
        assert reversed_index(exposure, c0, c1, rate, actions) == pytest.approx(float(mirror_index(weights)))
    root = brentq(lambda k: reversed_index(k, c0, c1, rate, actions), 0, 1e5)
    assert crossing_exposures(c0, c1, rate, actions) == pytest.approx(root)


def test_weak_training_takes_twice_as_long():  # exercise 1
    assert crossing_exposures(0.9, 0.3, 0.02) == pytest.approx(68.6, abs=0.05)
    assert crossing_exposures(0.9, 0.3, 0.02) == pytest.approx(2 * crossing_exposures(0.9, 0.9, 0.02))
    assert crossing_exposures(0, 0.9, 0.02) == 0


@pytest.mark.parametrize("childhood", [0.5, 0.9])
def test_random_training_fades_the_mirror_and_never_reverses_it(childhood: float):  # 6-T6
    p = Association(childhood_contingency=childhood, training_contingency=0, childhood_trials=3000)
    run = simulate_association(p)
    expected = run.expected_index[3000:]
    assert (expected > 0).all()
    assert (np.diff(expected) < 0).all()
    assert expected_crossing(p) is None
    assert crossing_exposures(childhood, 0, 0.02) == math.inf
    for exposures in (0, 10, 500):
        assert reversed_index(exposures, childhood, 0, 0.02) == pytest.approx(childhood * 0.98**exposures)
    mean = np.mean([simulate_association(p, seed).mirror_index[3000:] for seed in range(300)], axis=0)
    np.testing.assert_allclose(mean, expected, atol=0.03)
    unrelated = [simulate_association(p.replace(training=kind)).seen for kind in ("mirror", "counter_mirror")]
    np.testing.assert_array_equal(*unrelated)


@pytest.mark.parametrize("training", ["mirror", "counter_mirror"])
@pytest.mark.parametrize(("rule", "actions", "decay"), [
    ("delta", 2, 1), ("delta", 5, 1), ("covariance", 2, 1), ("covariance", 3, 0), ("hebb", 2, 1), ("hebb", 4, 1),
])  # fmt: skip
def test_the_expected_index_follows_from_listing_every_possible_trial(rule, actions, decay, training):
    p = Association(
        rule=rule, actions=actions, decay=decay, training=training, learning_rate=0.05, childhood_contingency=0.8,
        training_contingency=0.6, childhood_trials=50, training_trials=150,
    )  # fmt: skip
    weights = np.zeros((actions, actions))
    expected = [0.0]
    phases = [(50, 0.8, 0), (150, 0.6, int(training == "counter_mirror"))]
    for trials, contingency, shift in phases:
        chances = joint_chances(actions, contingency, shift)
        for _ in range(trials):
            weights = expected_trial(p, weights, chances)
            expected.append(float(mirror_index(weights)))
    run = simulate_association(p)
    np.testing.assert_allclose(run.expected_index, expected, atol=1e-12)
    runs = np.array([simulate_association(p, seed).mirror_index for seed in range(400)])
    error = runs.std(axis=0) / math.sqrt(len(runs))
    assert np.all(np.abs(runs.mean(axis=0) - expected) < 4.5 * error + 1e-12)


@quick
@given(associations(rule=st.sampled_from(LINEAR)))
def test_the_expected_crossing_is_where_the_expected_index_changes_sign(p: Association):
    crossing = expected_crossing(p)
    index = simulate_association(p).expected_index[p.childhood_trials :]
    if crossing is None:
        assert index[0] <= 0 or (index > 0).all()
    elif crossing > p.training_trials:
        assert index[-1] >= 0
    else:
        before, after = math.floor(crossing), math.ceil(crossing)
        assert index[before] >= -1e-12
        assert index[min(after, p.training_trials)] <= 1e-12


def test_a_long_childhood_and_every_trial_counted_come_to_the_printed_crossing():
    p = Association(childhood_trials=3000, learning_rate=0.001 * 2, actions=2)
    assert expected_crossing(p) / 2 == pytest.approx(crossing_exposures(0.9, 0.9, 0.002), rel=0.06)
    fast = Association(childhood_trials=3000)
    assert expected_crossing(fast) == pytest.approx(math.log(2) / -math.log(0.99))
    hebb = Association(rule="hebb", childhood_contingency=0.6, training_contingency=0.2, childhood_trials=100)
    assert expected_crossing(hebb) == pytest.approx(300)
    assert expected_crossing(hebb.replace(actions=3)) == pytest.approx(600)


@pytest.mark.parametrize("p", [
    Association(rule="oja"), Association(training="mirror"), Association(childhood_trials=0),
    Association(childhood_contingency=0), Association(training_contingency=0),
    Association(training_contingency=5e-324), Association(rule="hebb", training_contingency=5e-324),
])  # fmt: skip
def test_without_a_mirror_to_lose_or_a_reason_to_lose_it_there_is_no_expected_crossing(p: Association):
    assert expected_crossing(p) is None


def test_a_run_that_never_crosses_says_so():
    assert simulate_association(Association(training="mirror")).crossing is None
    run = simulate_association(Association())
    index = run.mirror_index[400:]
    assert index[run.crossing] < 0
    assert (index[: run.crossing] >= 0).all()


@pytest.mark.parametrize(("actions", "training", "target"), [(2, "mirror", 0.5), (2, "counter_mirror", -0.5),
    (3, "counter_mirror", -0.125), (4, "mirror", 1 / 6), (8, "mirror", 1 / 14)])  # fmt: skip
def test_one_oja_cell_becomes_a_mirror_cell_or_a_counter_mirror_cell(actions: int, training: str, target: float):
    """Its halves lie along matching singular vectors of the covariance of what is done with what is seen."""
    shift = int(training == "counter_mirror")
    chances = joint_chances(actions, 0.9, shift) - 1 / actions**2
    own = (np.eye(actions) - 1 / actions) / actions
    values, vectors = np.linalg.eigh(np.block([[own, chances], [chances.T, own]]))
    leading = vectors[:, values > values[-1] - 1e-9]
    assert leading.shape[1] == actions - 1
    p = Association(
        rule="oja", actions=actions, training=training, childhood_trials=0, training_trials=3000, learning_rate=0.01
    )
    handed_on = [simulate_association(p.replace(training_contingency=0.9), seed).weights[-1] for seed in range(10)]
    assert np.mean([mirror_index(each) for each in handed_on]) == pytest.approx(target, abs=0.03)
    for each in handed_on:
        left, size, right = np.linalg.svd(each)
        assert size[0] == pytest.approx(0.5, abs=0.05)  # each half has length 1/√2
        cell = np.concatenate([left[:, 0], right[0]]) / math.sqrt(2)
        assert np.linalg.norm(leading.T @ cell) > 0.97


@quick
@given(associations(), seeds)
def test_any_life_is_finite_and_repeats_from_its_seed(p: Association, seed: int):
    run, again = simulate_association(p, seed), simulate_association(p, seed)
    np.testing.assert_array_equal(run.weights, again.weights)
    assert np.isfinite(run.weights).all()
    assert run.weights.shape == (p.childhood_trials + p.training_trials + 1, p.actions, p.actions)
    np.testing.assert_allclose(run.mirror_index, mirror_index(run.weights))
    np.testing.assert_allclose(run.response, p.gain * run.weights[-1])
    assert np.isnan(run.expected_index).all() == (p.rule == "oja")


@quick
@given(associations(rule=st.just("delta")), seeds)
def test_weights_of_the_delta_rule_stay_chances(p: Association, seed: int):
    weights = simulate_association(p, seed).weights
    assert weights.min() >= 0
    assert weights.sum(axis=1).max() <= 1 + 1e-12


@quick
@given(associations(), st.integers(0, 120), seeds)
def test_a_slider_moves_the_curve_and_not_the_draws(p: Association, childhood: int, seed: int):
    run = simulate_association(p, seed)
    longer = simulate_association(p.replace(training_trials=200), seed)
    np.testing.assert_allclose(longer.weights[: len(run.weights)], run.weights, atol=1e-12)
    other = simulate_association(p.replace(childhood_trials=childhood), seed)
    np.testing.assert_array_equal(other.seen[childhood:], run.seen[p.childhood_trials :])
    np.testing.assert_array_equal(other.done[childhood:], run.done[p.childhood_trials :])
    np.testing.assert_array_equal(simulate_association(p.replace(gain=0.3), seed).weights, run.weights)


@quick
@given(st.floats(0, 1), st.floats(0, 1), st.integers(2, 8), seeds)
def test_more_contingency_never_takes_a_match_away(one: float, other: float, actions: int, seed: int):
    low, high = sorted((one, other))
    few, many = (
        simulate_association(Association(rule="hebb", childhood_contingency=each, actions=actions), seed)
        for each in (low, high)
    )
    assert ((few.done == few.seen)[:400] <= (many.done == many.seen)[:400]).all()
    assert few.mirror_index[400] <= many.mirror_index[400] + 1e-12


@quick
@given(associations(actions=st.just(2), childhood_trials=st.just(0), rule=st.sampled_from(LINEAR)), seeds)
def test_with_two_actions_counter_mirror_training_is_a_mirror_with_the_sights_swapped(p: Association, seed: int):
    p = p.replace(training_contingency=1)
    mirror = simulate_association(p.replace(training="mirror"), seed)
    counter = simulate_association(p.replace(training="counter_mirror"), seed)
    np.testing.assert_allclose(counter.weights, mirror.weights[:, :, ::-1], atol=1e-12)
    np.testing.assert_allclose(counter.mirror_index, -mirror.mirror_index, atol=1e-12)


def test_mirror_index_by_hand():
    assert mirror_index([[1, 0], [0, 1]]) == 1
    assert mirror_index([[0.2, 0.5], [0.7, 0.4]]) == pytest.approx(-0.3)
    assert mirror_index(np.ones((5, 3, 3))).tolist() == [0] * 5
    assert mirror_index(np.arange(9).reshape(3, 3)) == pytest.approx(0)


def test_a_film_has_the_first_and_the_last_weights_and_even_steps():
    run = simulate_association(Association())
    trials, weights = run.film(101)
    assert trials[:3].tolist() == [0, 8, 16]
    assert trials[-1] == 800
    np.testing.assert_array_equal(weights, run.weights[::8])
    np.testing.assert_array_equal(run.film(2)[0], [0, 800])


def test_the_table_of_a_life_has_a_row_per_trial():
    run = simulate_association(Association(actions=3, childhood_trials=100))
    frame = run.to_frame()
    assert len(frame) == 500
    assert (frame.phase == "childhood").sum() == 100
    assert frame.loc[249, "weight_2_3"] == run.weights[250, 1, 2]
    assert set(frame.done) == set(frame.seen) == {1, 2, 3}


# Contiguity and contingency


@pytest.mark.parametrize(("with_cue", "without", "share"), [(0.8, 0.3, 0.5), (0.4, 0.4, 0.5), (0.1, 0.9, 0.3)])
def test_the_cue_ends_at_what_it_tells_and_the_context_at_the_rest(with_cue: float, without: float, share: float):
    # 6-T7 is the first row
    p = Contingency(with_cue=with_cue, without_cue=without, cue_share=share, trials=3000)
    runs = [simulate_contingency(p, seed) for seed in range(40)]
    assert np.mean([run.cue_weight[1500:] for run in runs]) == pytest.approx(with_cue - without, abs=0.02)
    assert np.mean([run.context_weight[1500:] for run in runs]) == pytest.approx(without, abs=0.02)
    assert p.contingency == pytest.approx(with_cue - without)
    cue = np.concatenate([run.cue for run in runs]).astype(float)
    outcome = np.concatenate([run.outcome for run in runs]).astype(float)
    solved = np.linalg.lstsq(np.column_stack([cue, np.ones_like(cue)]), outcome, rcond=None)[0]
    assert solved == pytest.approx([with_cue - without, without], abs=0.02)
    assert runs[0].expected_cue_weight[-1] == pytest.approx(with_cue - without, abs=1e-3)
    assert runs[0].expected_context_weight[-1] == pytest.approx(without, abs=1e-3)


def test_meetings_alone_make_hebb_grow_where_the_cue_tells_nothing():
    told, untold = Contingency(with_cue=0.8, without_cue=0), Contingency(with_cue=0.8, without_cue=0.8)
    runs = [simulate_contingency(each) for each in (told, untold)]
    np.testing.assert_array_equal(runs[0].hebb_weight, runs[1].hebb_weight)
    assert runs[1].hebb_weight[-1] == pytest.approx(0.02 * 1000 * 0.5 * 0.8, rel=0.1)
    assert runs[0].cue_weight[-1] > 0.6
    assert abs(runs[1].cue_weight[-500:].mean()) < 0.05


@quick
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.1, 0.9), st.floats(0.001, 0.2), seeds)
def test_two_weights_follow_the_printed_rule(with_cue: float, without: float, share: float, rate: float, seed: int):
    p = Contingency(with_cue=with_cue, without_cue=without, cue_share=share, learning_rate=rate, trials=100)
    run = simulate_contingency(p, seed)
    weights, hebb = np.zeros(2), 0.0
    for trial, (cue, outcome) in enumerate(zip(run.cue, run.outcome, strict=True), start=1):
        inputs = np.array([float(cue), 1.0])
        weights = weights + rate * (outcome - weights @ inputs) * inputs
        hebb += rate * cue * outcome
        assert (run.cue_weight[trial], run.context_weight[trial]) == pytest.approx(tuple(weights))
        assert run.hebb_weight[trial] == pytest.approx(hebb)
    moments = np.array([[share, share], [share, 1]])
    meetings = np.array([share * with_cue, share * with_cue + (1 - share) * without])
    expected = np.zeros(2)
    for trial in range(101):
        course = run.expected_cue_weight[trial], run.expected_context_weight[trial]
        np.testing.assert_allclose(course, expected, atol=1e-10)
        expected = expected + rate * (meetings - moments @ expected)


def test_a_longer_watch_begins_like_a_shorter_one():
    short, long = (simulate_contingency(Contingency(trials=trials)) for trials in (500, 900))
    np.testing.assert_array_equal(long.cue_weight[:501], short.cue_weight)
    frame = short.to_frame()
    assert len(frame) == 500
    assert frame.cue_weight.iloc[-1] == short.cue_weight[-1]
    assert list(frame.columns) == [
        "trial", "cue", "outcome", "cue_weight", "context_weight", "expected_cue_weight", "expected_context_weight",
        "hebb_weight",
    ]  # fmt: skip


# Oja's cell with two inputs


def test_ojas_cell_ends_at_the_diagonal_with_length_one():  # 6-T8
    p = OjaCell(trials=3000)
    np.testing.assert_allclose(p.covariance, [[1, 0.6], [0.6, 1]])
    ends = [simulate_oja(p, seed).weights[1500:].mean(axis=0) for seed in range(20)]
    np.testing.assert_allclose(np.abs(np.mean([end * np.sign(end[0]) for end in ends], axis=0)), 0.7071, atol=0.03)
    length = np.mean([simulate_oja(p, seed).length[1500:] for seed in range(20)])
    assert length == pytest.approx(1, abs=0.03)
    np.testing.assert_allclose(principal_component(p.covariance), [math.sqrt(0.5)] * 2)


@pytest.mark.parametrize(("correlation", "spread"), [(0.6, 1), (-0.8, 1.5), (0.3, 0.5), (0.9, 1.2)])
def test_ojas_cell_finds_the_first_singular_vector_of_its_inputs(correlation: float, spread: float):
    p = OjaCell(correlation=correlation, second_spread=spread, trials=3000, learning_rate=0.005)
    run = simulate_oja(p)
    first = np.linalg.svd(run.inputs, full_matrices=False)[2][0]
    np.testing.assert_allclose(np.abs(first @ principal_component(p.covariance)), 1, atol=0.01)
    late = run.weights[2000:].mean(axis=0)
    assert abs(late @ first) / np.linalg.norm(late) > 0.99
    assert run.alignment[-1] > 0.95
    np.testing.assert_allclose(np.cov(run.inputs.T), p.covariance, atol=0.15)


def test_ojas_cell_may_end_at_either_side_of_the_same_direction():
    sides = {np.sign(simulate_oja(OjaCell(start_angle=angle)).weights[-1, 0]) for angle in (45, -135)}
    assert sides == {-1, 1}
    opposite = [simulate_oja(OjaCell(start_angle=angle)).weights for angle in (60, -120)]
    np.testing.assert_allclose(opposite[0], -opposite[1], atol=1e-12)


@quick
@given(
    st.builds(
        OjaCell,
        correlation=st.floats(-0.95, 0.95),
        second_spread=st.floats(0.5, 1.5),
        learning_rate=st.floats(0.001, 0.02),
        start_angle=st.integers(-180, 180),
        trials=st.just(800),
    ),
    seeds,
)
def test_a_cell_of_two_inputs_is_the_printed_rule_and_never_runs_away(p: OjaCell, seed: int):
    run = simulate_oja(p, seed)
    angle = math.radians(p.start_angle)
    weights = START_LENGTH * np.array([math.cos(angle), math.sin(angle)])
    for inputs in run.inputs:
        output = weights @ inputs
        weights = weights + p.learning_rate * output * (inputs - output * weights)
    np.testing.assert_allclose(run.weights[-1], weights, atol=1e-10)
    assert run.length.max() < 1.5
    assert ((run.alignment >= 0) & (run.alignment <= 1 + 1e-12)).all()
    np.testing.assert_array_equal(simulate_oja(p, seed).weights, run.weights)


def test_the_table_of_a_cell_has_a_row_per_trial():
    run = simulate_oja(OjaCell(trials=100))
    frame = run.to_frame()
    assert len(frame) == 100
    assert frame.trial.tolist() == list(range(1, 101))
    assert frame.weight_2.iloc[41] == run.weights[42, 1]
    assert frame.input_1.iloc[41] == run.inputs[41, 0]


# What is refused


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mirror_index([1, 2]), r"weights must end in two equal axes of at least 2 actions, got shape \(2,\)"),
        (lambda: mirror_index(np.ones((3, 2))), r"weights must end in two equal axes .* got shape \(3, 2\)"),
        (lambda: mirror_index([[1]]), r"at least 2 actions, got shape \(1, 1\)"),
        (lambda: settled_index("hebb", 0.5), "rule must be one of 'delta', 'covariance', got 'hebb'"),
        (lambda: settled_index("delta", 1.5), r"contingency must be between 0 and 1, got 1\.5"),
        (lambda: settled_index("delta", 0.5, 1), "actions must be a whole number of at least 2, got 1"),
        (lambda: settled_index("covariance", 0.5, decay=0), "decay must be above 0, got 0"),
        (lambda: reversed_index(-1, 0.9, 0.9, 0.02), "exposures must be at least 0, got -1"),
        (lambda: reversed_index(1, -0.1, 0.9, 0.02), r"childhood_contingency must be between 0 and 1, got -0\.1"),
        (lambda: crossing_exposures(0.9, math.nan, 0.02), "training_contingency must be between 0 and 1, got nan"),
        (lambda: crossing_exposures(0.9, 0.9, 1), "learning_rate must be above 0 and below 1, got 1"),
        (lambda: crossing_exposures(0.9, 0.9, 0.02, 0), "actions must be a whole number of at least 2, got 0"),
        (
            lambda: simulate_association(Association()).film(1),
            "stops must be a whole number between 2 and 10000, got 1",
        ),
        (lambda: principal_component([[1, 2], [3, 4]]), "covariance must be a square, symmetric table of finite"),
        (lambda: principal_component([1, 2]), "covariance must be a square, symmetric table of finite"),
        (lambda: principal_component([[math.nan]]), "covariance must be finite, got nan"),
        (lambda: Association(rule="stdp"), "rule must be one of 'delta', 'covariance', 'hebb', 'oja', got 'stdp'"),
        (lambda: Association(actions=9), "actions must be a whole number between 2 and 8, got 9"),
        (lambda: Association(learning_rate=0), r"learning_rate must be between 0\.001 and 0\.2, got 0"),
        (lambda: Contingency(cue_share=1), r"cue_share must be between 0\.1 and 0\.9, got 1"),
        (lambda: OjaCell(learning_rate=0.05), r"learning_rate must be between 0\.001 and 0\.02, got 0\.05"),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, message: str):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_value_of_the_wrong_kind_is_a_type_error():
    with pytest.raises(TypeError, match="actions must be a number between 2 and 8, got 'two'"):
        Association(actions="two")
