"""Reward learning against plain loops, closed forms and an exact Bayesian; and the game of unanswered messages."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.signal import lfilter

from intimacy.models.reward_learning import (
    CUE_STEP,
    Intermittent,
    SocialHomeostasis,
    TemporalDifference,
    Wanting,
    change_point_misses,
    classic_traces,
    contact_reward,
    drive,
    filtering_misses,
    final_cue_error,
    final_value,
    misses_in_a_row,
    rescorla_wagner_misses,
    rescorla_wagner_variance,
    simulate_intermittent,
    simulate_social_homeostasis,
    simulate_temporal_difference,
    stopped_log_odds,
    trials_until_half,
    wanting_and_liking,
)
from intimacy.models.reward_learning.playable import (
    EARLIER_MESSAGES,
    HAZARD,
    LEARNING_RATE,
    MESSAGES,
    MOVES,
    REPLY_PROBABILITIES,
    THRESHOLD,
    GameState,
    from_code,
    play,
    start,
)

quick = settings(max_examples=50)
differences = st.builds(
    TemporalDifference,
    learning_rate=st.floats(0.01, 0.6),
    discount=st.floats(0.8, 1),
    trace=st.floats(0, 1),
    reward_probability=st.floats(0, 1),
    reward=st.floats(0, 3),
    delay=st.integers(2, 15),
    negative_ratio=st.just(1.0) | st.floats(0.2, 5),
    trials=st.just(30),
    omitted_trial=st.integers(0, 40),
    uncued_trial=st.integers(0, 40),
)
seeds = st.integers(0, 2**32 - 1)


# --- temporal differences


def loop_over_steps(p: TemporalDifference, rewarded: np.ndarray, cued: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rule as it is printed: online, one step after another, with an eligibility trace per weight."""
    last = CUE_STEP + p.delay + 5
    up = 2 * p.learning_rate / (1 + p.negative_ratio)
    weights = [0.0] * (last + 2)
    errors, values = [], []
    for reward_comes, cue_comes in zip(rewarded, cued, strict=True):
        seen = [cue_comes and step >= CUE_STEP for step in range(last + 2)]
        values.append([w * s for w, s in zip(weights[:-1], seen[:-1], strict=True)])
        eligibility = [0.0] * (last + 2)
        trial = []
        for step in range(last + 1):
            reward = p.reward if reward_comes and step == CUE_STEP + p.delay else 0.0
            error = reward + p.discount * weights[step + 1] * seen[step + 1] - weights[step] * seen[step]
            eligibility = [p.discount * p.trace * each for each in eligibility]
            if cue_comes and step >= CUE_STEP:
                eligibility[step] += 1
            rate = up if error > 0 else up * p.negative_ratio
            weights = [w + rate * error * e for w, e in zip(weights, eligibility, strict=True)]
            trial.append(error)
        errors.append(trial)
    return np.array(errors), np.array(values)


@quick
@given(differences, seeds)
def test_one_matrix_product_per_trial_equals_the_online_loop_over_steps(parameters: TemporalDifference, seed: int):
    run = simulate_temporal_difference(parameters, seed)
    errors, values = loop_over_steps(parameters, run.rewarded, run.cued)
    np.testing.assert_allclose(run.prediction_error, errors, atol=1e-10)
    np.testing.assert_allclose(run.value, values, atol=1e-10)


def test_the_error_moves_from_the_reward_to_the_cue():  # 2.B1
    run = simulate_temporal_difference(TemporalDifference())
    assert run.value.shape == run.prediction_error.shape == (200, 21)
    assert run.cue_error[0] == 0
    assert run.reward_error[0] == 1
    assert run.reward_error[199] == pytest.approx(0, abs=5e-4)
    assert run.cue_error[199] == pytest.approx(0.8007, abs=5e-5)
    assert final_cue_error(run.parameters) == pytest.approx(0.98**11)
    other = run.prediction_error[199].copy()
    other[CUE_STEP - 1] = 0
    np.testing.assert_allclose(other, 0, atol=5e-4)


@pytest.mark.parametrize(
    ("discount", "delay", "reward", "trace"), [(0.9, 10, 1, 0), (0.85, 3, 2.5, 0.7), (1, 15, 1, 1)]
)
def test_the_learned_course_is_the_discounted_reward(discount: float, delay: int, reward: float, trace: float):
    parameters = TemporalDifference(discount=discount, delay=delay, reward=reward, trace=trace, trials=500)
    run = simulate_temporal_difference(parameters)
    waiting = run.steps[CUE_STEP : run.reward_step + 1]
    np.testing.assert_allclose(run.learned_value[waiting], reward * discount ** (run.reward_step - waiting), rtol=1e-6)
    assert run.cue_error[-1] == pytest.approx(reward * discount ** (delay + 1))
    assert run.learned_value[:CUE_STEP].max() == run.learned_value[run.reward_step + 1 :].max() == 0


def test_with_a_discount_of_9_in_10_a_wait_of_ten_steps_leaves_314_thousandths():
    assert final_cue_error(TemporalDifference(discount=0.9)) == pytest.approx(0.314, abs=5e-4)


def test_an_omitted_reward_dips_by_the_whole_reward_at_the_expected_step():  # 2.B2
    run = simulate_temporal_difference(TemporalDifference(omitted_trial=150))
    assert run.prediction_error[149].argmin() == run.reward_step == 15
    assert run.reward_error[149] == pytest.approx(-1, abs=5e-4)
    assert not run.rewarded[149]
    assert run.rewarded.sum() == 199
    late = simulate_temporal_difference(TemporalDifference(reward=2, delay=4, omitted_trial=200))
    assert late.reward_error[199] == pytest.approx(-2)
    np.testing.assert_allclose(np.delete(late.prediction_error[199], [CUE_STEP - 1, late.reward_step]), 0, atol=1e-9)


def test_a_reward_without_a_cue_surprises_the_expert_as_it_did_the_novice():
    run = simulate_temporal_difference(TemporalDifference(uncued_trial=200, reward_probability=0.5, reward=2))
    assert run.reward_error[199] == 2
    assert np.count_nonzero(run.prediction_error[199]) == 1
    assert run.value[199].max() == 0
    np.testing.assert_array_equal(run.learned_value, simulate_temporal_difference(run.parameters).learned_value)
    without = simulate_temporal_difference(run.parameters.replace(uncued_trial=0))
    np.testing.assert_allclose(run.learned_value, without.value[199])


def test_the_three_classic_traces():
    run = simulate_temporal_difference(TemporalDifference())
    traces = classic_traces(run)
    np.testing.assert_array_equal(traces.before_learning, np.where(run.steps == 15, 1.0, 0.0))
    assert traces.after_learning.argmax() == CUE_STEP - 1
    assert traces.after_learning[15] == pytest.approx(0, abs=5e-4)
    assert traces.omission[15] == pytest.approx(-1, abs=5e-4)
    np.testing.assert_array_equal(traces.omission[:15], traces.after_learning[:15])
    assert list(traces.to_frame().columns) == ["steps", "before_learning", "after_learning", "omission"]


@pytest.mark.parametrize("p", [0.25, 0.5, 0.8])
def test_uncertain_rewards_split_the_error_into_surprise_and_disappointment(p: float):  # 2.B3
    parameters = TemporalDifference(reward_probability=p, learning_rate=0.05, trials=500)
    runs = [simulate_temporal_difference(parameters, seed) for seed in range(20)]
    late = slice(300, None)
    rewarded = np.concatenate([run.rewarded[late] for run in runs])
    errors = np.concatenate([run.reward_error[late] for run in runs])
    assert errors[rewarded].mean() == pytest.approx(1 - p, abs=0.02)
    assert errors[~rewarded].mean() == pytest.approx(-p, abs=0.02)
    assert errors.mean() == pytest.approx(0, abs=0.02)
    assert errors.var() == pytest.approx(p * (1 - p) * (1 + 0.05 / 1.95), abs=0.02)
    cue = np.mean([run.cue_error[late].mean() for run in runs])
    assert cue == pytest.approx(final_cue_error(parameters), abs=0.02)
    assert final_cue_error(parameters) == pytest.approx(p * 0.98**11)


@pytest.mark.parametrize(
    ("learning_rate", "trace", "trials"),
    [(0.05, 0, 214), (0.1, 0, 107), (0.2, 0, 54), (0.4, 0, 27), (0.2, 0.5, 28), (0.2, 0.9, 8), (0.2, 1, 4)],
)
def test_trials_until_the_cue_carries_half_of_its_final_error(learning_rate: float, trace: float, trials: int):  # 2.B4
    parameters = TemporalDifference(learning_rate=learning_rate, trace=trace, trials=300)
    assert trials_until_half(simulate_temporal_difference(parameters)) == trials


def test_too_few_trials_never_reach_half():
    assert trials_until_half(simulate_temporal_difference(TemporalDifference(learning_rate=0.01, trials=20))) is None


@pytest.mark.parametrize(("learning_rate", "delay", "trial"), [(0.2, 10, 60), (0.1, 4, 13), (0.35, 7, 5)])
def test_without_a_trace_values_are_the_chance_of_enough_successes(learning_rate: float, delay: int, trial: int):
    """w at k steps before the reward has needed k + 1 "successes" of chance α, so it follows a binomial tail."""
    parameters = TemporalDifference(learning_rate=learning_rate, delay=delay, discount=1)
    value = simulate_temporal_difference(parameters).value[trial]
    for before in range(delay + 1):
        tail = 1 - sum(
            math.comb(trial, j) * learning_rate**j * (1 - learning_rate) ** (trial - j) for j in range(before + 1)
        )
        assert value[CUE_STEP + delay - before] == pytest.approx(tail, abs=1e-12)


def test_without_a_trace_the_error_walks_back_and_with_a_full_one_it_jumps():  # 2.B5
    walking = simulate_temporal_difference(TemporalDifference()).prediction_error
    assert [int(walking[trial].argmax()) for trial in (0, 10, 20, 40, 60)] == [15, 13, 11, 7, 4]
    jumping = simulate_temporal_difference(TemporalDifference(trace=1)).prediction_error
    assert set(jumping.argmax(axis=1)) == {CUE_STEP - 1, 15}
    # at λ = 1 nothing ever shows between cue and reward, because w_s = γ^(15−s) w_15 from the first trial on
    np.testing.assert_allclose(jumping[:, CUE_STEP:15], 0, atol=1e-12)


@pytest.mark.parametrize(("ratio", "p"), [(0.2, 0.5), (1, 0.3), (3, 0.5), (5, 0.75)])
def test_an_asymmetric_learner_settles_where_gains_and_losses_balance(ratio: float, p: float):
    parameters = TemporalDifference(negative_ratio=ratio, reward_probability=p, learning_rate=0.03, trials=500)
    value = np.mean([simulate_temporal_difference(parameters, seed).value[350:, 15].mean() for seed in range(25)])
    assert final_value(parameters) == pytest.approx(p / (p + (1 - p) * ratio))
    assert value == pytest.approx(final_value(parameters), abs=0.02)


def test_final_value_at_the_ends_and_closed_forms_refuse_asymmetry():
    assert final_value(TemporalDifference(reward_probability=0)) == 0
    assert final_value(TemporalDifference(reward=3, negative_ratio=4)) == 3
    for closed_form in (final_cue_error, lambda each: trials_until_half(simulate_temporal_difference(each))):
        with pytest.raises(ValueError, match=r"negative_ratio must be 1 for this closed form, got 2\.0"):
            closed_form(TemporalDifference(negative_ratio=2))


@quick
@given(differences, seeds)
def test_values_stay_between_nothing_and_the_reward(parameters: TemporalDifference, seed: int):
    value = simulate_temporal_difference(parameters.replace(negative_ratio=1), seed).value
    assert value.min() >= -1e-12
    assert value.max() <= parameters.reward + 1e-12


@quick
@given(differences, seeds)
def test_same_seed_same_numbers_and_a_longer_course_begins_like_a_shorter_one(parameters, seed: int):
    run = simulate_temporal_difference(parameters, seed)
    longer = simulate_temporal_difference(parameters.replace(trials=90), seed)
    np.testing.assert_allclose(longer.prediction_error[:30], run.prediction_error, atol=1e-12)


@quick
@given(st.floats(0, 1), st.floats(0, 1), seeds)
def test_raising_the_chance_of_reward_takes_no_reward_away(one: float, other: float, seed: int):
    low, high = sorted((one, other))
    few = simulate_temporal_difference(TemporalDifference(reward_probability=low), seed).rewarded
    many = simulate_temporal_difference(TemporalDifference(reward_probability=high), seed).rewarded
    assert (few <= many).all()


def test_the_table_of_a_run_has_a_row_per_trial_and_step():
    run = simulate_temporal_difference(TemporalDifference(trials=20))
    frame = run.to_frame()
    assert len(frame) == 20 * 21
    assert frame.loc[(frame.trial == 3) & (frame.step == 15), "prediction_error"].item() == run.reward_error[2]


# --- intermittent answers


@quick
@given(
    st.builds(
        Intermittent,
        reply_probability=st.floats(0.25, 1),
        learning_rate=st.floats(0.01, 0.5),
        hazard=st.floats(0.005, 0.2),
    ),
    seeds,
)
def test_averages_are_the_linear_filter_of_the_answers(parameters: Intermittent, seed: int):
    run = simulate_intermittent(parameters, seed)
    rate = parameters.learning_rate
    expected = lfilter([rate], [1, rate - 1], run.answered.astype(float))
    np.testing.assert_allclose(run.rescorla_wagner, expected, atol=1e-12)
    assert not run.answered[parameters.training_trials :].any()
    for chance in (run.rescorla_wagner, run.pearce_hall, run.associability, run.stopped_probability):
        assert chance.min() >= 0
        assert chance.max() <= 1


def test_pearce_hall_follows_its_two_lines():
    parameters = Intermittent(reply_probability=0.6, associability_rate=0.4, learning_rate=0.25)
    run = simulate_intermittent(parameters, 3)
    value, rate = 0.0, 0.25
    for index, answered in enumerate(run.answered):
        error = answered - value
        value += rate * error
        rate = 0.4 * abs(error) + 0.6 * rate
        assert (run.pearce_hall[index], run.associability[index]) == pytest.approx((value, rate))


@pytest.mark.parametrize(("p", "rate"), [(0.5, 0.1), (0.25, 0.3), (0.9, 0.05)])
def test_stationary_variance_of_an_average(p: float, rate: float):  # 2.B6
    parameters = Intermittent(reply_probability=p, learning_rate=rate)
    answers = (np.random.default_rng(11).random(400_000) < p).astype(float)
    simulated = lfilter([rate], [1, rate - 1], answers)[1000:].var()
    assert rescorla_wagner_variance(parameters) == pytest.approx(rate / (2 - rate) * p * (1 - p))
    assert simulated == pytest.approx(rescorla_wagner_variance(parameters), rel=0.03)


def test_an_average_gives_up_sooner_after_partial_answers_which_is_wrong():  # 2.B7
    always, half = Intermittent(reply_probability=1), Intermittent(reply_probability=0.5)
    assert (rescorla_wagner_misses(always), rescorla_wagner_misses(half)) == (22, 16)
    assert simulate_intermittent(always).rescorla_wagner_stop == 22
    runs = [simulate_intermittent(half, seed) for seed in range(200)]
    assert np.median([run.rescorla_wagner_stop for run in runs]) == pytest.approx(16, abs=1)
    for run in runs:
        learned = run.rescorla_wagner[half.training_trials - 1]
        assert run.rescorla_wagner_stop == max(1, math.floor(math.log(0.1 / learned) / math.log(0.9)) + 1)
    attentive = [simulate_intermittent(half, seed).pearce_hall_stop for seed in range(50)]
    assert np.mean(attentive) < simulate_intermittent(always).pearce_hall_stop


@pytest.mark.parametrize(("p", "misses"), [(0.25, 14), (0.5, 6), (0.75, 3), (0.9, 2), (1, 1)])
def test_the_change_point_agent_waits_longer_for_whoever_answered_less(p: float, misses: int):  # 2.B7
    assert change_point_misses(p, 0.02) == misses
    run = simulate_intermittent(Intermittent(reply_probability=p), 7)
    at_the_end = misses_in_a_row(run.answered)[run.parameters.training_trials - 1]
    assert run.change_point_stop == max(1, misses - at_the_end)


@pytest.mark.parametrize(
    ("p", "rate", "threshold"), [(0.3, 0.2, 0.05), (0.75, 0.02, 0.2), (1, 0.5, 0.01), (0.25, 0.1, 0.5)]
)
def test_misses_of_an_average_in_closed_form(p: float, rate: float, threshold: float):
    parameters = Intermittent(reply_probability=p, learning_rate=rate, threshold=threshold)
    expected = max(0, math.floor(math.log(threshold / p) / math.log(1 - rate)) + 1)
    assert rescorla_wagner_misses(parameters) == expected


@quick
@given(st.floats(0.01, 0.99), st.floats(0.001, 0.6))
def test_the_misses_are_the_first_with_even_log_odds_and_a_full_filter_needs_no_more(p: float, hazard: float):
    misses = change_point_misses(p, hazard)
    log_odds = stopped_log_odds(np.arange(misses + 1), p, hazard)
    assert log_odds[misses] >= -1e-9
    assert misses == 1 or log_odds[misses - 1] < 1e-9
    assert 1 <= filtering_misses(p, hazard) <= misses


@pytest.mark.parametrize(("p", "hazard"), [(0.25, 0.02), (0.5, 0.05), (0.8, 0.1), (0.1, 0.005), (0.9, 0.3)])
def test_the_full_filter_is_bayes_over_every_message_at_which_they_may_have_stopped(p: float, hazard: float):
    def probability_stopped(misses: int) -> float:
        joint = [(1 - hazard) ** k * hazard * (1 - p) ** k for k in range(misses)]
        return sum(joint) / (sum(joint) + ((1 - hazard) * (1 - p)) ** misses)

    misses = filtering_misses(p, hazard)
    assert probability_stopped(misses) >= 0.5
    assert misses == 1 or probability_stopped(misses - 1) < 0.5


def test_exact_evens_count_as_giving_up_and_certain_answers_make_one_miss_proof():
    assert change_point_misses(0.5, 0.2) == 2  # odds 1/4 doubled twice
    assert change_point_misses(2 / 3, 0.1) == 2  # odds 1/9 trebled twice, where rounding lands above 2
    assert stopped_log_odds(np.array([0, 1, 5]), 1, 0.5).tolist() == [0, math.inf, math.inf]
    assert filtering_misses(1, 0.02) == 1
    assert simulate_intermittent(Intermittent(reply_probability=1)).stopped_probability[-1] == 1


@pytest.mark.parametrize(
    "misses", [change_point_misses, filtering_misses, lambda p, h: stopped_log_odds(np.arange(3), p, h)]
)
def test_chances_that_are_none_are_refused_by_name(misses):
    for chance in (0, -0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match=r"reply_probability must be above 0 \(from 1e-9\) and at most 1, got"):
            misses(chance, 0.02)
    for chance in (0, 1, math.nan):
        with pytest.raises(ValueError, match="hazard must be above 0 and below 1, by at least 1e-9, got"):
            misses(0.5, chance)


def test_a_silence_too_short_is_never_noticed_by_an_average_but_by_inference():
    run = simulate_intermittent(Intermittent(reply_probability=0.9, learning_rate=0.01, extinction_trials=5))
    assert run.rescorla_wagner_stop is None
    assert run.change_point_stop == 2
    assert list(run.to_frame().columns) == [
        "trial", "answered", "rescorla_wagner", "pearce_hall", "associability", "log_odds",
    ]  # fmt: skip


def test_misses_in_a_row_count_from_the_last_answer():
    answered = np.array([False, False, True, False, True, True, False, False, False])
    assert misses_in_a_row(answered).tolist() == [1, 2, 0, 1, 0, 0, 1, 2, 3]


# --- wanting and liking


@quick
@given(st.floats(0.1, 5), st.floats(0, 2), st.sampled_from(["multiplicative", "additive"]), st.integers(1, 5))
def test_the_state_moves_wanting_and_the_hedonic_gain_moves_liking(kappa: float, mu: float, form: str, cues: int):
    learned = wanting_and_liking(Wanting(form=form, cues=cues))
    np.testing.assert_allclose(learned.wanting, learned.learned_value)  # κ = 1 in either form
    moved = wanting_and_liking(Wanting(motivation=kappa, form=form, cues=cues))
    assert moved.liking == learned.liking == 1
    np.testing.assert_array_equal(moved.learned_value, learned.learned_value)
    assert np.sign(moved.wanting[-1] - learned.wanting[-1]) == np.sign(kappa - 1)
    softened = wanting_and_liking(Wanting(hedonic_gain=mu, form=form, cues=cues))
    np.testing.assert_array_equal(softened.wanting, learned.wanting)
    # What is too small to divide by counts as nothing.
    assert softened.liking == (mu if mu >= sys.float_info.min else 0)


def test_the_state_acts_on_the_reward_that_follows_at_once_or_on_every_cue():
    multiplied = wanting_and_liking(Wanting(motivation=3, reward=2, discount=0.9, cues=3))
    np.testing.assert_allclose(multiplied.learned_value, [1.62, 1.8, 2])
    np.testing.assert_allclose(multiplied.wanting, [1.62, 1.8, 6])
    added = wanting_and_liking(Wanting(motivation=3, reward=2, discount=0.9, cues=3, form="additive"))
    np.testing.assert_allclose(added.wanting - added.learned_value, math.log(3))
    disliked = Wanting(motivation=5, reward=-1, cues=1)
    assert wanting_and_liking(disliked).wanting == [-5]
    assert wanting_and_liking(disliked.replace(form="additive")).wanting[0] == pytest.approx(math.log(5) - 1)
    nothing = Wanting(motivation=3, reward=0)
    assert wanting_and_liking(nothing).wanting.max() == 0
    assert wanting_and_liking(nothing.replace(form="additive")).wanting.min() > 0  # only adding makes a wish of nothing
    assert wanting_and_liking(nothing).to_frame().cue.tolist() == [1, 2]


# --- the need for contact


def test_the_same_contact_is_worth_more_when_more_is_missing_and_hurts_at_the_set_point():  # 2.B8
    rewards = contact_reward([95, 80, 100], SocialHomeostasis())
    np.testing.assert_allclose(rewards, [8.55, 17.30, -8.55], atol=5e-3)
    np.testing.assert_allclose(rewards, [5 ** (4 / 3), 20 ** (4 / 3) - 15 ** (4 / 3), -(5 ** (4 / 3))])


def test_other_powers_in_closed_form():
    square = SocialHomeostasis(steepness=2, root=1, set_point=50, contact=10)
    assert contact_reward(20, square) == pytest.approx(30**2 - 20**2)
    flat = SocialHomeostasis(steepness=3, root=3)
    np.testing.assert_allclose(contact_reward([10, 60, 90], flat), 5)


@quick
@given(st.integers(2, 6), st.floats(1, 30), st.floats(0, 90), st.floats(0, 90))
def test_with_a_convex_drive_reward_falls_with_the_level(steepness: int, contact: float, one: float, other: float):
    parameters = SocialHomeostasis(steepness=steepness, root=1, contact=contact)
    low, high = sorted((one, other))
    assert contact_reward(low, parameters) >= contact_reward(high, parameters) - 1e-9 * 100**steepness


@pytest.mark.parametrize(
    "parameters",
    [
        SocialHomeostasis(),
        SocialHomeostasis(hours_alone=0, contacts=3, hours_between=7.5, time_constant=12, contact=20),
        SocialHomeostasis(hours_alone=120, contacts=12, hours_between=24, set_point=60, steepness=2, root=1),
    ],
)
def test_the_course_equals_an_integrator_with_jumps(parameters: SocialHomeostasis):
    run = simulate_social_homeostasis(parameters)
    assert len(run.contact_hours) == parameters.contacts
    level, now = parameters.set_point, 0.0

    def fade(level: float, duration: float) -> float:
        if duration == 0:
            return level
        solution = solve_ivp(
            lambda _, h: -h / parameters.time_constant, (0, duration), [level], rtol=1e-10, atol=1e-10, method="DOP853"
        )
        return float(solution.y[0, -1])

    for index, hour in enumerate(run.contact_hours):
        between = run.hours[(run.hours >= now) & (run.hours < hour)]
        if len(between):
            sampled = run.level[run.hours == between[-1]].item()
            assert sampled == pytest.approx(fade(level, between[-1] - now))
        level = fade(level, hour - now)
        assert run.level_before[index] == pytest.approx(level)
        assert run.reward[index] == pytest.approx(
            drive(level, parameters) - drive(level + parameters.contact, parameters)
        )
        level, now = level + parameters.contact, hour
    assert run.level[-1] == pytest.approx(fade(level, run.hours[-1] - now))
    latest = np.searchsorted(run.contact_hours, run.hours, side="right") - 1
    after = latest >= 0
    since = run.hours[after] - run.contact_hours[latest[after]]
    refilled = run.level_before[latest[after]] + parameters.contact
    np.testing.assert_allclose(run.level[after], refilled * np.exp(-since / parameters.time_constant))


def test_the_first_contact_after_ten_hours_alone_is_worth_more_than_the_fifth():
    run = simulate_social_homeostasis(SocialHomeostasis())
    assert run.level_before[0] == pytest.approx(100 * math.exp(-10 / 72))
    assert (np.diff(run.reward) < 0).all()
    assert run.reward[0] > 0 > run.reward[4]


@quick
@given(
    st.builds(
        SocialHomeostasis,
        contacts=st.integers(0, 20),
        hours_alone=st.floats(0, 240),
        hours_between=st.floats(0, 48),
        time_constant=st.floats(6, 240),
        contact=st.floats(1, 30),
        steepness=st.integers(1, 6),
        root=st.integers(1, 6),
    )
)
def test_levels_are_never_negative_and_rewards_add_up_to_the_drive_taken_away(parameters: SocialHomeostasis):
    run = simulate_social_homeostasis(parameters)
    assert run.level.min() >= 0
    assert np.isfinite(run.drive).all()
    assert run.reward.shape == (parameters.contacts,)
    at_once = simulate_social_homeostasis(parameters.replace(hours_between=0))
    if parameters.contacts:
        before = at_once.level_before[0]
        total = drive(before, parameters) - drive(before + parameters.contacts * parameters.contact, parameters)
        assert at_once.reward.sum() == pytest.approx(total, rel=1e-6, abs=1e-6)
    assert list(run.to_frame().columns) == ["hours", "level", "drive"]


# --- unanswered messages, as a person plays it

patience = st.lists(st.integers(0, MESSAGES), min_size=3, max_size=3)


def played(seed: int, misses: list[int]) -> GameState:
    """Play a whole game, stopping at each person once so many messages in a row are unanswered."""
    state = start(seed)
    while not state.finished:
        state = play(state, "stop" if state.misses >= misses[state.person - 1] else "send")
    return state


@quick
@given(seeds, patience)
def test_a_code_rebuilds_the_game_at_any_point_and_the_past_never_changes(seed: int, misses: list[int]):
    whole = played(seed, misses)
    for length in range(0, len(whole.moves) + 1, 5):
        part = GameState(seed, whole.moves[:length])
        assert from_code(f" {part.code}\n") == part
        assert part.history == whole.history[:length]
        assert (part.results == ()) == (not part.finished)
        assert 0 <= part.misses <= part.message <= MESSAGES


@quick
@given(seeds, patience)
def test_results_count_the_moves_and_what_they_cost(seed: int, misses: list[int]):
    state = played(seed, misses)
    assert sorted(result.reply_probability for result in state.results) == sorted(REPLY_PROBABILITIES)
    for result, limit in zip(state.results, misses, strict=True):
        turns = [turn for turn in state.history if turn.person == result.person]
        sends = [turn for turn in turns if turn.move == "send"]
        assert [turn.message for turn in turns] == list(range(1, len(turns) + 1))
        assert result.learner.sent == len(sends)
        assert result.learner.wasted == sum(turn.message > result.attended for turn in sends)
        assert not any(turn.answered for turn in turns if turn.message > result.attended or turn.move == "stop")
        assert result.waited_to_the_end == (turns[-1].move == "send")
        assert result.waited_to_the_end or result.misses == limit
        patient = GameState(seed, played(seed, [MESSAGES] * 3).moves)
        answers = [t.answered for t in patient.history if t.person == result.person and t.move == "send"]
        assert result.learner.missed == sum(answers[result.learner.sent :])


@quick
@given(seeds)
def test_the_three_models_stop_where_their_rules_say_on_the_same_answers(seed: int):
    limits = {p: change_point_misses(p, HAZARD) for p in REPLY_PROBABILITIES}
    assert limits == {0.25: 11, 0.5: 5, 0.9: 2}
    order = [result.reply_probability for result in played(seed, [0, 0, 0]).results]
    for result in played(seed, [limits[p] for p in order]).results:
        assert result.change_point_misses == limits[result.reply_probability]
        assert result.change_point == result.learner
    for result in played(seed, [{0.25: 6, 0.5: 4, 0.9: 2}[p] for p in order]).results:
        assert result.filtering_misses == filtering_misses(result.reply_probability, HAZARD)
        assert result.filtering == result.learner
    patient = played(seed, [MESSAGES] * 3)
    for result in patient.results:
        value, sent = result.reply_probability, 0
        for turn in [turn for turn in patient.history if turn.person == result.person and turn.move == "send"]:
            value, sent = (1 - LEARNING_RATE) * value + LEARNING_RATE * turn.answered, sent + 1
            if value < THRESHOLD:
                break
        assert result.rescorla_wagner.sent == sent


@quick
@given(seeds)
def test_earlier_messages_show_the_persons_share_exactly_and_end_with_an_answer(seed: int):
    state, shares = start(seed), []
    for _ in range(state.people):
        assert len(state.earlier) == EARLIER_MESSAGES
        assert state.earlier[-1]
        shares.append(sum(state.earlier) / EARLIER_MESSAGES)
        state = play(state, "stop")
    assert state.finished
    assert [result.reply_probability for result in state.results] == shares


def test_people_stop_and_answer_as_often_as_they_stand_for():
    results = [result for seed in range(200) for result in played(seed, [MESSAGES] * 3).results]
    still_there = np.mean([result.attended == MESSAGES for result in results])
    assert still_there == pytest.approx((1 - HAZARD) ** MESSAGES, abs=0.05)
    assert np.mean([result.attended == 0 for result in results]) == pytest.approx(HAZARD, abs=0.03)
    impatient = [result for seed in range(200) for result in played(seed, [0] * 3).results]
    for p in REPLY_PROBABILITIES:
        chosen = [result for result in impatient if result.reply_probability == p]
        share = sum(result.learner.missed for result in chosen) / sum(result.attended for result in chosen)
        assert share == pytest.approx(p, abs=0.03)
        assert all(result.learner.sent == result.learner.wasted == 0 for result in chosen)


@quick
@given(seeds, patience, st.data())
def test_a_changed_code_is_refused(seed: int, misses: list[int], data: st.DataObject):
    code = played(seed, misses).code
    place = data.draw(st.integers(0, len(code) - 1))
    letter = data.draw(st.sampled_from("0123456789abcdefAF.-xTt²٣").filter(lambda each: each != code[place]))
    for tampered in (code[:place] + letter + code[place + 1 :], code[:place] + code[place + 1 :], code + letter):
        with pytest.raises(ValueError, match="code must be the text a game gave you"):
            from_code(tampered)


@pytest.mark.parametrize("text", ["", "wait1", "wait1.7.01", "wait1.7.2.00000000", "wait1.-1..00000000", "a.b.c.d"])
def test_text_that_is_no_code_is_refused(text: str):
    with pytest.raises(ValueError, match="code must be"):
        from_code(text)


@pytest.mark.parametrize("move", ["wait", "", 0, True, None, ("send",)])
def test_a_move_that_is_none_is_refused(move: object):
    with pytest.raises((TypeError, ValueError), match="move must be one of 'send', 'stop', got"):
        play(start(1), move)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, True, "7"])
def test_a_seed_that_is_none_is_refused(seed: object):
    with pytest.raises((TypeError, ValueError), match="seed must be a whole number between 0 and"):
        start(seed)  # type: ignore[arg-type]


def test_a_finished_game_takes_no_move():
    state = GameState(3, ("stop",) * 3)
    assert state.finished
    assert (state.person, state.message, state.misses) == (3, 1, 0)
    with pytest.raises(ValueError, match="the game is finished"):
        play(state, "send")
    with pytest.raises(ValueError, match=r"moves must end with the game, got 4: the game is finished after 3"):
        GameState(3, ("stop",) * 4)
    assert GameState(3, ("send",) * 60).finished
    assert MOVES == ("send", "stop")
