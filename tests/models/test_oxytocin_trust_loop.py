"""The loop of touch, oxytocin, trust and reward: an independent loop, closed forms, steady states."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from intimacy.models.oxytocin_trust.loop import (
    BASE_TOUCH,
    FINE_STEPS,
    HYPOTHESES,
    LARGEST_EFFECT,
    Loop,
    effective_indifference_belief,
    mean_loop_level,
    oxytocin_effect,
    simulate_loop,
    steady_states,
    touch_map,
)
from intimacy.models.oxytocin_trust.trust_game import choice_probabilities, expected_belief

quick = settings(max_examples=50)
STEADY = Loop(betrayal_rounds=0)
# Two stable states, a watershed between them: beliefs never learn, choices are sharp, cues stand out.
TWO_STATES = Loop(
    hypothesis="salience",
    reliability=0.95,
    betrayal_rounds=0,
    pulse=0.8,
    betrayal_aversion=3.1,
    learning_rate=0,
    choice_sharpness=5,
)


def plain_loop(parameters: Loop, seed: int, rounds: int, pairs: int) -> dict[str, np.ndarray]:
    """The documented rules, one pair and one round at a time."""
    draws = np.random.default_rng(np.random.SeedSequence(seed)).random((rounds, 3, pairs), dtype=np.float32)
    names = ("level", "belief", "investment", "kept", "prediction_error", "touch")
    course = {name: np.zeros((rounds, pairs)) for name in names}
    rate = math.log(2) / parameters.half_life
    for pair in range(pairs):
        level, belief, touch = 0.0, 0.7, 0.5
        for t in range(rounds):
            level = level * math.exp(-rate * parameters.interval) + parameters.outside_dose
            if draws[t, 0, pair] < touch:
                level += parameters.pulse
            effect = 0.9 * level / (1 + level)
            aversion, learning, gain = parameters.betrayal_aversion, parameters.learning_rate, 1.0
            if parameters.hypothesis == "betrayal_aversion":
                aversion *= 1 - effect
            elif parameters.hypothesis == "learning":
                learning *= 1 - effect
            elif parameters.hypothesis == "salience":
                gain = 1 + 2 * effect
            seen = belief if gain == 1 else belief**gain / (belief**gain + (1 - belief) ** gain)
            utilities = [
                (2 * seen - 1) * x - 0.0237 * 4 * seen * (1 - seen) * x**2 - aversion * (1 - seen) * x
                for x in (0, 4, 8, 12)
            ]
            weights = [math.exp(parameters.choice_sharpness * (each - max(utilities))) for each in utilities]
            goal, step = draws[t, 1, pair] * sum(weights), 0
            while step < 3 and goal > sum(weights[: step + 1]):
                step += 1
            betrayed = parameters.betrayal_start <= t + 1 < parameters.betrayal_start + parameters.betrayal_rounds
            chance = parameters.betrayal_reliability if betrayed else parameters.reliability
            kept = float(draws[t, 2, pair] < np.float32(chance))
            for name, value in zip(names, (level, belief, 4 * step, kept, kept - belief, touch), strict=True):
                course[name][t, pair] = value
            belief += learning * (kept - belief)
            reward = kept * 4 * step / 12
            level += parameters.pulse * reward
            touch += 0.15 * (0.1 + 0.9 * reward - touch)
    return course


@pytest.mark.parametrize("hypothesis", HYPOTHESES)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"reliability": 0.55, "pulse": 2.3, "half_life": 17.0, "interval": 3.0, "betrayal_aversion": 1.4},
        {
            "outside_dose": 1.5,
            "learning_rate": 0.45,
            "choice_sharpness": 7.0,
            "betrayal_start": 5,
            "betrayal_rounds": 4,
        },
    ],
)
def test_vectorised_loop_equals_a_plain_python_loop_on_the_same_draws(
    hypothesis: str, changes: dict[str, float]
) -> None:
    parameters = Loop(hypothesis=hypothesis, **changes)
    run = simulate_loop(parameters, seed=4, rounds=45, pairs=25)
    for name, values in plain_loop(parameters, seed=4, rounds=45, pairs=25).items():
        np.testing.assert_allclose(getattr(run.pairs, name), values, atol=2e-5, rtol=2e-5, err_msg=name)


def test_the_fine_level_is_the_exact_decay_between_rounds() -> None:
    parameters = Loop(half_life=7, interval=4)
    run = simulate_loop(parameters, rounds=12)
    points = FINE_STEPS + 1
    rate = math.log(2) / 7
    for level, mean in ((run.fine_level, False), (run.fine_mean_level, True)):
        course = run.mean if mean else run.example
        for t in range(11):
            after = level[t * points + 1]
            times = run.fine_minutes[t * points + 1 : (t + 1) * points] - run.minutes[t]
            solved = solve_ivp(lambda _, y: -rate * y, (0, 4), [after], t_eval=times, rtol=1e-9, atol=1e-12).y[0]
            np.testing.assert_allclose(level[t * points + 1 : (t + 1) * points], solved, rtol=1e-6)
            assert level[(t + 1) * points] == pytest.approx(level[(t + 1) * points - 1])
            assert after >= course.level[t] - 1e-6
    assert (np.diff(run.fine_minutes) >= 0).all()


@pytest.mark.parametrize(
    "parameters",
    [
        STEADY,
        STEADY.replace(half_life=20, interval=3, pulse=1.4, reliability=0.6),
        STEADY.replace(outside_dose=2, hypothesis="salience", half_life=30),
    ],
)
def test_mean_level_is_what_is_given_per_round_over_what_is_cleared(parameters: Loop) -> None:
    run = simulate_loop(parameters, rounds=600)
    late = slice(200, 600)
    given_per_round = (run.pairs.touch[late] + run.pairs.kept[late] * run.pairs.investment[late] / 12).mean()
    points = FINE_STEPS + 1
    level, minutes = run.fine_mean_level[200 * points :], run.fine_minutes[200 * points :]
    average = np.trapezoid(level, minutes) / (minutes[-1] - minutes[0])
    assert average == pytest.approx(float(mean_loop_level(parameters, given_per_round)), rel=0.01)


@pytest.mark.parametrize("level", [0, 0.5, 3, 40])
def test_indifference_moves_towards_one_half_with_oxytocin_and_only_under_its_hypothesis(level: float) -> None:
    parameters = STEADY.replace(betrayal_aversion=1.5)
    belief = float(effective_indifference_belief(parameters, level))
    lowered = 1.5 * (1 - LARGEST_EFFECT * level / (1 + level))
    probabilities = choice_probabilities(belief, betrayal_aversion=lowered, risk_aversion=0, choice_sharpness=3)
    np.testing.assert_allclose(probabilities, 0.25, atol=1e-9)
    assert 0.5 < belief <= 2.5 / 3.5 + 1e-12
    for other in ("none", "learning", "salience"):
        assert effective_indifference_belief(parameters.replace(hypothesis=other), level) == pytest.approx(2.5 / 3.5)


def test_expected_belief_under_a_fixed_partner_and_recovery_after_repair() -> None:
    run = simulate_loop(Loop(reliability=0.6, learning_rate=0.2), rounds=60, pairs=10_000)
    rounds = np.arange(60)
    first = expected_belief(rounds, reliability=0.6, prior_belief=0.7, learning_rate=0.2)
    betrayed = expected_belief(np.maximum(rounds - 20, 0), reliability=0.1, prior_belief=first[20], learning_rate=0.2)
    repaired = expected_belief(
        np.maximum(rounds - 30, 0), reliability=0.6, prior_belief=betrayed[30], learning_rate=0.2
    )
    closed = np.select([rounds <= 20, rounds <= 30], [first, betrayed], repaired)
    np.testing.assert_allclose(run.mean.belief, closed, atol=0.012)


@pytest.mark.parametrize("hypothesis", ["none", "betrayal_aversion", "salience"])
@pytest.mark.parametrize(("learning_rate", "reliability"), [(0.02, 0.5), (0.1, 0.8), (0.3, 0.65), (0.1, 0.95)])
def test_steady_state_of_touch_is_where_simulated_pairs_settle(
    hypothesis: str, learning_rate: float, reliability: float
) -> None:
    parameters = STEADY.replace(hypothesis=hypothesis, learning_rate=learning_rate, reliability=reliability)
    states = steady_states(parameters)
    assert states.shape == (1,)
    np.testing.assert_allclose(touch_map(parameters, states), states, atol=1e-6)
    settled = simulate_loop(parameters, rounds=500, first_belief=reliability).mean.touch[150:].mean()
    assert settled == pytest.approx(states[0], abs=0.02)


def test_two_stable_states_hold_pairs_apart_and_one_does_not() -> None:
    states = steady_states(TWO_STATES)
    assert states.shape == (3,)
    np.testing.assert_allclose(touch_map(TWO_STATES, states), states, atol=1e-6)
    near = 1e-3
    slopes = (touch_map(TWO_STATES, states + near) - touch_map(TWO_STATES, states - near)) / (2 * near)
    assert (slopes[[0, 2]] < 1).all()
    assert slopes[1] > 1

    low, high = (simulate_loop(TWO_STATES, rounds=600, pairs=400, first_touch=touch) for touch in (BASE_TOUCH, 1))
    assert high.mean.touch[40] - low.mean.touch[40] > 0.3  # the past still shows after 40 rounds
    counts, _ = np.histogram(np.concatenate([low.pairs.touch[200:], high.pairs.touch[200:]]), bins=10, range=(0, 1))
    assert min(counts[1], counts[9]) > 4 * counts[4]  # two crowds, few in between

    learner = TWO_STATES.replace(learning_rate=0.1)
    assert steady_states(learner).shape == (1,)
    low, high = (simulate_loop(learner, rounds=60, first_touch=touch) for touch in (BASE_TOUCH, 1))
    assert high.mean.touch[40] == pytest.approx(low.mean.touch[40], abs=0.01)


def test_defaults_have_one_steady_state_under_every_hypothesis() -> None:
    assert all(steady_states(Loop(hypothesis=each)).shape == (1,) for each in HYPOTHESES)


@pytest.mark.parametrize(("reliability", "touch"), [(0, BASE_TOUCH), (1, 1)])
def test_touch_settles_at_its_ends_with_partners_who_never_or_always_keep_promises(
    reliability: float, touch: float
) -> None:
    states = steady_states(STEADY.replace(reliability=reliability, choice_sharpness=10))
    np.testing.assert_allclose(states, [touch], atol=1e-6)


@quick
@given(
    st.sampled_from(list(HYPOTHESES)),
    st.floats(0, 1),
    st.floats(0, 4),
    st.sampled_from([0, 0.01, 0.1, 0.6]),
    st.floats(0.1, 10),
    st.floats(0, 3),
)
def test_steady_states_are_odd_in_number_and_fixed(
    hypothesis: str, reliability: float, b: float, rate: float, beta: float, pulse: float
) -> None:
    parameters = STEADY.replace(
        hypothesis=hypothesis,
        reliability=reliability,
        betrayal_aversion=b,
        learning_rate=rate,
        choice_sharpness=beta,
        pulse=pulse,
    )
    states = steady_states(parameters)
    assert states.size % 2 == 1
    assert (np.diff(states) > 0).all()
    np.testing.assert_allclose(touch_map(parameters, states), states, atol=1e-5)


def test_without_an_effect_oxytocin_changes_no_choice() -> None:
    plain = simulate_loop(Loop(hypothesis="none"))
    dosed = simulate_loop(Loop(hypothesis="none", outside_dose=5))
    np.testing.assert_array_equal(plain.pairs.investment, dosed.pairs.investment)
    assert dosed.mean.level.min() > plain.mean.level.max()


def test_a_spray_softens_the_fall_only_if_oxytocin_slows_learning() -> None:
    def fall(hypothesis: str, dose: float) -> float:
        mean = simulate_loop(Loop(hypothesis=hypothesis, outside_dose=dose)).mean.investment
        return float(mean[15:20].mean() - mean[25:30].mean())

    assert fall("learning", 5) < 0.6 * fall("learning", 0)
    assert fall("betrayal_aversion", 5) > 0.8 * fall("betrayal_aversion", 0)


@quick
@given(
    st.sampled_from(["none", "betrayal_aversion"]),
    st.floats(0, 3.5),
    st.floats(0.01, 0.5),
    st.floats(0.1, 10),
    st.integers(0, 1_000),
)
def test_raising_betrayal_aversion_never_raises_investment_touch_or_level(
    hypothesis: str, b: float, more: float, beta: float, seed: int
) -> None:
    """Less sent is less reward, less touch and less oxytocin, which can only make the next choice more careful."""
    parameters = Loop(hypothesis=hypothesis, betrayal_aversion=b, choice_sharpness=beta)
    before = simulate_loop(parameters, seed=seed, pairs=30).pairs
    after = simulate_loop(parameters.replace(betrayal_aversion=b + more), seed=seed, pairs=30).pairs
    for name in ("investment", "touch", "level"):
        assert (getattr(after, name) <= getattr(before, name) + 1e-6).all(), name


@quick
@given(st.data())
def test_any_allowed_parameters_give_finite_legal_courses(data: st.DataObject) -> None:
    values = {}
    for name, each in Loop.specifications().items():
        if each.kind == "choice":
            values[name] = data.draw(st.sampled_from(list(each.options)))
        elif each.kind == "integer":
            values[name] = data.draw(st.integers(int(each.low), int(each.high)))
        else:
            values[name] = data.draw(st.floats(each.low, each.high) | st.sampled_from([each.low, each.high]))
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        run = simulate_loop(Loop(**values), rounds=40, pairs=10)
    assert np.isfinite(run.to_frame().to_numpy()).all()
    assert np.isfinite(run.fine_mean_level).all()
    assert np.isin(run.pairs.investment, (0, 4, 8, 12)).all()
    for name in ("belief", "touch"):
        course = getattr(run.pairs, name)
        assert ((course >= 0) & (course <= 1)).all(), name
    assert (run.pairs.level >= 0).all()


def test_same_seed_same_numbers_and_a_longer_run_begins_like_a_shorter_one() -> None:
    short, long = simulate_loop(Loop(), seed=9, rounds=30), simulate_loop(Loop(), seed=9, rounds=60)
    np.testing.assert_array_equal(short.pairs.touch, long.pairs.touch[:30])
    assert (simulate_loop(Loop(), seed=10, rounds=30).pairs.kept != short.pairs.kept).any()


def test_tables_hold_the_example_pair_and_the_mean() -> None:
    run = simulate_loop(Loop(), rounds=10, pairs=7)
    frame = run.to_frame()
    np.testing.assert_array_equal(frame["pair_1_investment"], run.pairs.investment[:, 0])
    np.testing.assert_allclose(frame["mean_belief"], run.pairs.belief.mean(axis=1))
    np.testing.assert_array_equal(frame["minutes"], 5.0 * np.arange(10))


def test_half_the_largest_effect_is_at_level_one() -> None:
    assert oxytocin_effect(1) == pytest.approx(LARGEST_EFFECT / 2)
    assert oxytocin_effect(0) == 0


def test_bad_input_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="pairs must be a whole number between 1 and 10000, got 0"):
        simulate_loop(Loop(), pairs=0)
    with pytest.raises(ValueError, match=r"rounds must be a whole number between 1 and 10000, got 2\.5"):
        simulate_loop(Loop(), rounds=2.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="first_touch must be between 0 and 1, got -1"):
        simulate_loop(Loop(), first_touch=-1)
    with pytest.raises(ValueError, match="hypothesis must be one of 'none'"):
        Loop(hypothesis="love")
