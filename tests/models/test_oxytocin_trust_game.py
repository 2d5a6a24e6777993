"""The trust game: dossier 3C, targets 3.B7 and 3.B8, and the game as a person plays it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize

from intimacy.models.oxytocin_trust.playable import (
    CHANGING_PARTNERS,
    ROUNDS,
    ROUNDS_PER_PARTNER,
    STEADY_PARTNERS,
    GameState,
    from_code,
    play,
    start,
)
from intimacy.models.oxytocin_trust.trust_game import (
    INVESTMENTS,
    TrustGame,
    calibrate,
    choice_probabilities,
    drop_after_betrayal,
    expected_belief,
    indifference_belief,
    salient_belief,
    simulate_trust_game,
    utility,
)

quick = settings(max_examples=50)
shares = st.floats(0, 1)
moves = st.lists(st.sampled_from(INVESTMENTS), max_size=ROUNDS)
seeds = st.integers(0, 2**32 - 1)


def plain_probabilities(p: float, b: float, phi: float, beta: float) -> list[float]:
    """The rule of dossier 3C in plain Python."""
    utilities = [(2 * p - 1) * x - phi * 4 * p * (1 - p) * x**2 - b * (1 - p) * x for x in (0, 4, 8, 12)]
    weights = [math.exp(beta * (each - max(utilities))) for each in utilities]
    return [each / sum(weights) for each in weights]


def plain_game(parameters: TrustGame, agents: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The whole game, one agent and one round at a time, from the documented draws."""
    draws = np.random.default_rng(np.random.SeedSequence(seed)).random((parameters.rounds, 2, agents), dtype=np.float32)
    belief, investment, kept = (np.zeros((parameters.rounds, agents)) for _ in range(3))
    rate = parameters.learning_rate * (1 - parameters.oxytocin_on_learning)
    aversion = parameters.betrayal_aversion * (1 - parameters.oxytocin_on_betrayal_aversion)
    for agent in range(agents):
        p = parameters.prior_belief
        for t in range(parameters.rounds):
            belief[t, agent] = p
            clipped = min(max(2 * p - 1, -1 + 1e-15), 1 - 1e-15)
            seen = 0.5 + 0.5 * math.tanh(parameters.oxytocin_salience * math.atanh(clipped))
            odds = plain_probabilities(seen, aversion, parameters.risk_aversion, parameters.choice_sharpness)
            cumulative, step = odds[0], 0
            while draws[t, 1, agent] > cumulative and step < 3:
                step += 1
                cumulative += odds[step]
            investment[t, agent] = 4 * step
            chance = parameters.reliability if t < parameters.switch_round else parameters.reliability_after
            kept[t, agent] = draws[t, 0, agent] < np.float32(chance)
            p += rate * (kept[t, agent] - p)
    return belief, investment, kept


@pytest.mark.parametrize(
    "parameters",
    [
        TrustGame(),
        TrustGame(betrayal_aversion=1.3, choice_sharpness=0.4, learning_rate=0.37, rounds=33, switch_round=7),
        TrustGame(oxytocin_on_learning=0.6, oxytocin_on_betrayal_aversion=0.4, oxytocin_salience=1.7, rounds=12),
        TrustGame(choice_sharpness=10, betrayal_aversion=2, risk_aversion=0.1, oxytocin_salience=0.5, prior_belief=0.9),
        TrustGame(choice_sharpness=10, betrayal_aversion=0, risk_aversion=0, reliability=1, learning_rate=0.6),
    ],
)
def test_vectorised_game_equals_a_plain_python_loop_on_the_same_draws(parameters: TrustGame) -> None:
    run = simulate_trust_game(parameters, agents=60, seed=3)
    belief, investment, kept = plain_game(parameters, agents=60, seed=3)
    np.testing.assert_array_equal(run.kept, kept)
    np.testing.assert_allclose(run.belief, belief, atol=3e-6)
    np.testing.assert_array_equal(run.investment, investment)


def test_many_agents_are_cut_into_tiles_without_a_seam() -> None:
    parameters = TrustGame(rounds=3)
    run = simulate_trust_game(parameters, agents=40_000, seed=5)
    belief, investment, _ = plain_game(parameters, agents=40_000, seed=5)
    assert (run.investment != investment).mean() < 1e-4  # float32 against float64 at a threshold
    np.testing.assert_allclose(run.belief, belief, atol=1e-6)


@quick
@given(shares, st.floats(0, 2), st.floats(0, 0.1), st.floats(0.1, 10))
def test_choice_probabilities_follow_the_rule_and_sum_to_one(p: float, b: float, phi: float, beta: float) -> None:
    found = choice_probabilities([p, p], betrayal_aversion=b, risk_aversion=phi, choice_sharpness=beta)
    assert found.shape == (2, 4)
    np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=1e-12)
    np.testing.assert_allclose(found[1], plain_probabilities(p, b, phi, beta), rtol=1e-9, atol=1e-300)


@quick
@given(st.floats(0, 1), st.floats(0, 0.6), st.floats(0, 1), st.floats(0, 1), st.integers(1, 100), st.integers(0, 2**31))
def test_beliefs_stay_between_0_and_1(p: float, rate: float, good: float, bad: float, rounds: int, seed: int) -> None:
    parameters = TrustGame(prior_belief=p, learning_rate=rate, reliability=good, reliability_after=bad, rounds=rounds)
    run = simulate_trust_game(parameters, agents=20, seed=seed)
    assert ((run.belief >= 0) & (run.belief <= 1)).all()
    assert np.isin(run.investment, INVESTMENTS).all()


@quick
@given(st.floats(0, 2), st.sampled_from(INVESTMENTS))
def test_a_risk_neutral_investor_is_indifferent_at_the_closed_form_belief(b: float, x: int) -> None:
    belief = indifference_belief(b)
    assert utility(x, belief, betrayal_aversion=b, risk_aversion=0) == pytest.approx(0, abs=1e-12)
    assert utility(12, belief + 0.01, betrayal_aversion=b, risk_aversion=0) > 0
    assert utility(12, belief - 0.01, betrayal_aversion=b, risk_aversion=0) < 0


@quick
@given(st.floats(0.001, 0.999), st.floats(0.5, 2))
def test_salience_is_the_tanh_of_the_dossier_and_keeps_the_sign(p: float, gain: float) -> None:
    seen = float(salient_belief(p, gain))
    assert seen == pytest.approx(0.5 + 0.5 * math.tanh(gain * math.atanh(2 * p - 1)), abs=1e-9)
    assert (seen - 0.5) * (p - 0.5) >= 0


@pytest.mark.parametrize(("q", "p0", "rate"), [(0.8, 0.7, 0.1), (0.35, 0.95, 0.4), (1.0, 0.1, 0.02)])
def test_expected_belief_about_a_fixed_partner(q: float, p0: float, rate: float) -> None:
    parameters = TrustGame(
        reliability=q, reliability_after=q, prior_belief=p0, learning_rate=rate, rounds=30, switch_round=100
    )
    run = simulate_trust_game(parameters, agents=40_000, seed=1)
    closed = expected_belief(np.arange(30), reliability=q, prior_belief=p0, learning_rate=rate)
    np.testing.assert_allclose(run.mean_belief, closed, atol=0.004)


def test_calibration_reaches_the_placebo_group_and_the_published_share_follows() -> None:
    # 3.B7
    found = calibrate()
    assert found.placebo @ INVESTMENTS == pytest.approx(8.1, abs=1e-9)
    assert found.placebo[-1] == pytest.approx(0.21, abs=1e-9)
    assert found.choice_sharpness == pytest.approx(3.63, abs=0.005)
    assert found.risk_aversion == pytest.approx(0.0237, abs=0.0001)
    assert found.treated @ INVESTMENTS == pytest.approx(9.6, abs=1e-9)
    assert found.treated[-1] == pytest.approx(0.455, abs=0.002)
    assert 0 < found.treated_betrayal_aversion < found.betrayal_aversion
    assert "not evidence" in found.caveat


@pytest.mark.parametrize(
    ("b", "p", "mean", "top", "treated"), [(0.25, 0.7, 8.1, 0.21, 9.6), (0.4, 0.8, 7.0, 0.12, 7.5)]
)
def test_calibration_agrees_with_scipy(b: float, p: float, mean: float, top: float, treated: float) -> None:
    x = np.asarray(INVESTMENTS)

    def miss(log_values: np.ndarray) -> float:
        odds = choice_probabilities(
            p, betrayal_aversion=b, risk_aversion=np.exp(log_values[1]), choice_sharpness=np.exp(log_values[0])
        )
        return float((odds @ x - mean) ** 2 + 100 * (odds[-1] - top) ** 2)

    best = minimize(
        miss, np.log([2, 0.02]), method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-18, "maxiter": 4000}
    )
    beta, phi = np.exp(best.x)
    lowered = brentq(
        lambda lower: float(
            choice_probabilities(p, betrayal_aversion=lower, risk_aversion=phi, choice_sharpness=beta) @ x - treated
        ),
        -3,
        b,
    )
    found = calibrate(placebo_mean=mean, placebo_maximal=top, treated_mean=treated, betrayal_aversion=b, prior_belief=p)
    assert found.choice_sharpness == pytest.approx(beta, rel=1e-4)
    assert found.risk_aversion == pytest.approx(phi, rel=1e-4)
    assert found.treated_betrayal_aversion == pytest.approx(lowered, abs=1e-4)


def test_the_calibrated_share_does_not_depend_on_the_assumed_betrayal_aversion() -> None:
    # the caveat of 3.B7: any β, φ, b that fit give the same tilt
    assert calibrate(betrayal_aversion=0.9).treated[-1] == pytest.approx(calibrate().treated[-1], abs=1e-9)


@pytest.mark.parametrize(("slowed", "drop"), [(0, 7.45), (0.5, 5.35), (0.9, 1.43)])
def test_slower_learning_hides_a_betrayal(slowed: float, drop: float) -> None:
    # 3.B8
    run = simulate_trust_game(TrustGame(oxytocin_on_learning=slowed), agents=20_000)
    assert drop_after_betrayal(run) == pytest.approx(drop, abs=0.08)


@pytest.mark.parametrize("softened", [0, 0.3, 0.5, 0.7])
def test_lower_betrayal_aversion_does_not_hide_a_betrayal(softened: float) -> None:
    # 3.B8: the drop stays at 7.3–7.5
    run = simulate_trust_game(TrustGame(oxytocin_on_betrayal_aversion=softened), agents=20_000)
    assert 7.3 <= drop_after_betrayal(run) <= 7.5


@quick
@given(st.floats(0, 1.9), st.floats(0.01, 0.1), st.floats(0.1, 10), st.floats(0.5, 2), st.integers(0, 1_000))
def test_raising_betrayal_aversion_never_raises_any_investment(
    b: float, more: float, beta: float, gain: float, seed: int
) -> None:
    parameters = TrustGame(betrayal_aversion=b, choice_sharpness=beta, oxytocin_salience=gain)
    before = simulate_trust_game(parameters, agents=200, seed=seed).investment
    after = simulate_trust_game(parameters.replace(betrayal_aversion=b + more), agents=200, seed=seed).investment
    assert (after <= before).all()


def test_a_sharper_slider_step_moves_no_mean_the_wrong_way() -> None:
    means = [
        simulate_trust_game(TrustGame(reliability=q), agents=200).belief.mean(dtype=np.float64)
        for q in np.linspace(0, 1, 61)
    ]
    assert (np.diff(means) >= 0).all()


def test_same_seed_same_numbers_and_a_longer_game_begins_like_a_shorter_one() -> None:
    short, again = (simulate_trust_game(TrustGame(), agents=50, seed=11) for _ in range(2))
    long = simulate_trust_game(TrustGame(rounds=40), agents=50, seed=11)
    np.testing.assert_array_equal(short.investment, again.investment)
    np.testing.assert_array_equal(short.investment, long.investment[:20])
    other = simulate_trust_game(TrustGame(), agents=50, seed=12)
    assert (other.investment != short.investment).any()


def test_earnings_and_table_follow_from_investments() -> None:
    run = simulate_trust_game(TrustGame(), agents=30)
    np.testing.assert_array_equal(run.earnings, 12 - run.investment + 2 * run.investment * run.kept)
    frame = run.to_frame()
    np.testing.assert_allclose(frame["earnings_mu"], run.earnings.mean(axis=1))
    np.testing.assert_allclose(frame["share_maximal"], (run.investment == 12).mean(axis=1))
    assert list(frame.index) == list(range(1, 21))


def test_bad_input_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"learning_rate must be between 0 and 0\.6, got 1\.7"):
        TrustGame(learning_rate=1.7)
    with pytest.raises(ValueError, match="agents must be a whole number between 1 and 100000, got 0"):
        simulate_trust_game(TrustGame(), agents=0)
    with pytest.raises(ValueError, match="belief must be between 0 and 1"):
        choice_probabilities([0.2, 1.2], betrayal_aversion=0, risk_aversion=0, choice_sharpness=1)
    with pytest.raises(ValueError, match="window must be between 1 and"):
        drop_after_betrayal(simulate_trust_game(TrustGame(switch_round=18), agents=5))
    with pytest.raises(ValueError, match="placebo_mean and placebo_maximal"):
        calibrate(placebo_maximal=0.9)
    with pytest.raises(ValueError, match=r"treated_mean must be between placebo_mean, 8\.1, and"):
        calibrate(treated_mean=11)
    with pytest.raises(ValueError, match="must make trust pay"):
        calibrate(betrayal_aversion=2)


# --- the game as a person plays it


@quick
@given(seeds, moves)
def test_wealth_is_what_was_kept_back_and_returned(seed: int, investments: list[int]) -> None:
    state = start(seed)
    for investment in investments:
        state = play(state, investment)
    turns = state.history
    assert [turn.investment for turn in turns] == investments
    assert all(turn.returned == (2 * turn.investment if turn.kept else 0) for turn in turns)
    assert state.wealth == sum(12 - turn.investment + turn.returned for turn in turns)
    assert [turn.partner for turn in turns] == [1 + index // ROUNDS_PER_PARTNER for index in range(len(turns))]
    assert state.finished == (len(investments) == ROUNDS)
    assert len(state.partners) == (2 if state.finished else 0)


@quick
@given(seeds, moves)
def test_a_code_rebuilds_the_game_and_the_past_never_changes(seed: int, investments: list[int]) -> None:
    state = start(seed)
    for investment in investments:
        following = play(state, investment)
        assert following.history[:-1] == state.history
        state = following
    assert from_code(state.code) == state
    assert from_code(f"  {state.code}\n").history == state.history


@quick
@given(seeds, moves, st.data())
def test_a_changed_code_is_refused(seed: int, investments: list[int], data: st.DataObject) -> None:
    code = GameState(seed, tuple(investments)).code
    place = data.draw(st.integers(0, len(code) - 1))
    letter = data.draw(st.sampled_from("0123456789abcdefABCDEF.-xTt²٣").filter(lambda each: each != code[place]))
    for tampered in (code[:place] + letter + code[place + 1 :], code[:place] + code[place + 1 :], code + letter):
        with pytest.raises(ValueError, match="code must be the text a game gave you"):
            from_code(tampered)


@pytest.mark.parametrize(
    "text", ["", "trust1", "trust1.7.0123", "trust1.7.4.00000000", "trust1.-1..00000000", "a.b.c.d"]
)
def test_text_that_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="code must be"):
        from_code(text)


@pytest.mark.parametrize("investment", [1, -4, 16, 4.5, True, "4", None])
def test_forbidden_investments_are_refused(investment: object) -> None:
    with pytest.raises((TypeError, ValueError), match="investment must be "):
        play(start(1), investment)  # type: ignore[arg-type]


def test_a_finished_game_takes_no_move_and_only_then_names_the_partners() -> None:
    state = GameState(3, (8,) * ROUNDS)
    assert state.finished
    assert {each in STEADY_PARTNERS for each in state.partners} == {True, False}
    assert GameState(3, (8,) * (ROUNDS - 1)).partners == ()
    with pytest.raises(ValueError, match="the game is finished after 20 rounds"):
        play(state, 4)
    with pytest.raises(ValueError, match="moves must be between 0 and 20"):
        GameState(3, (8,) * 21)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, True, "7"])
def test_a_seed_that_is_none_is_refused(seed: object) -> None:
    with pytest.raises((TypeError, ValueError), match="seed must be a whole number between 0 and"):
        start(seed)  # type: ignore[arg-type]


def test_each_kind_of_partner_keeps_the_share_of_promises_it_stands_for() -> None:
    """Over many games with full trust, and with none: only the reciprocator answers to it."""
    kept: dict[tuple[str, int, bool], list[bool]] = {}
    for investment in (0, 12):
        for seed in range(1_500):
            state = GameState(seed, (investment,) * ROUNDS)
            for turn in state.history:
                met = (turn.round - 1) % ROUNDS_PER_PARTNER
                if 1 <= met < 4 or met >= 6:
                    name = state.partners[turn.partner - 1].name
                    kept.setdefault((name, investment, met >= 6), []).append(turn.kept)
    expected = {
        "reliable": (0.9,) * 4,
        "coin_flip": (0.5,) * 4,
        "fair_weather": (0.9, 0.1) * 2,
        "reciprocator": (0.1, 0.1, 0.9, 0.9),
    }
    assert {each.name for each in STEADY_PARTNERS + CHANGING_PARTNERS} == set(expected)
    for name, chances in expected.items():
        found = [np.mean(kept[name, investment, late]) for investment in (0, 12) for late in (False, True)]
        np.testing.assert_allclose(found, chances, atol=0.04)


def test_every_cast_has_a_steady_and_a_changing_partner_in_either_order() -> None:
    casts = {tuple(each.name for each in GameState(seed, (0,) * ROUNDS).partners) for seed in range(200)}
    assert len(casts) == 8
