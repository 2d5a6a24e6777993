"""Fitting the investor: the same optimum as scipy, honest intervals, known players recovered."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime, minimize
from scipy.stats import norm

from intimacy.models.oxytocin_trust.fitting import (
    FITTED,
    PRIOR_MEAN,
    PRIOR_SD,
    fit,
    grid_posterior,
    log_posterior,
    recovery,
    simulated_players,
    to_natural,
    to_transformed,
)
from intimacy.models.oxytocin_trust.playable import GameState


def plain_log_posterior(z: np.ndarray, investments: np.ndarray, kept: np.ndarray, per_partner: int) -> float:
    """The stated model in plain Python, for one player."""
    alpha, b, beta = 1 / (1 + math.exp(-z[0])), math.exp(z[1]), math.exp(z[2])
    total, p = 0.0, 0.7
    for t, (x, y) in enumerate(zip(investments, kept, strict=True)):
        if t % per_partner == 0:
            p = 0.7
        utilities = [
            (2 * p - 1) * each - 0.0237 * 4 * p * (1 - p) * each**2 - b * (1 - p) * each for each in (0, 4, 8, 12)
        ]
        best = max(utilities)
        total += beta * (utilities[int(x) // 4] - best) - math.log(sum(math.exp(beta * (u - best)) for u in utilities))
        p += alpha * (y - p)
    return total - 0.5 * sum(((z - PRIOR_MEAN) / PRIOR_SD) ** 2)


@pytest.mark.parametrize(("rounds", "per_partner"), [(20, 10), (60, 60), (35, 7)])
def test_log_posterior_equals_a_plain_python_loop(rounds: int, per_partner: int) -> None:
    true, investments, kept = simulated_players(rounds, 6, seed=2, rounds_per_partner=per_partner)
    found = log_posterior(true, investments, kept, rounds_per_partner=per_partner)
    z = to_transformed(true)
    plain = [plain_log_posterior(z[i], investments[:, i], kept[:, i], per_partner) for i in range(6)]
    np.testing.assert_allclose(found, plain, rtol=1e-10)


def test_every_player_reaches_the_optimum_of_scipy_from_five_starts() -> None:
    _, investments, kept = simulated_players(20, 15, seed=5)
    found = fit(investments, kept, rounds_per_partner=10)
    assert found.converged.all()
    for i in range(15):
        runs = [
            minimize(
                lambda z, i=i: -plain_log_posterior(z, investments[:, i], kept[:, i], 10),
                PRIOR_MEAN + PRIOR_SD * np.array(start),
                method="L-BFGS-B",
            )
            for start in ((0, 0, 0), (-1.5, 0, 0), (1.5, 0, 0), (0, 1, 1), (0, -1, 1))
        ]
        best = min(runs, key=lambda run: run.fun)
        assert found.log_posterior[i] >= -best.fun - 1e-7
        assert found.log_posterior[i] == pytest.approx(-best.fun, abs=1e-5)
        np.testing.assert_allclose(found.transformed[i], best.x, atol=0.01)


def test_the_gradient_vanishes_at_the_fit_and_the_covariance_is_the_inverse_curvature() -> None:
    _, investments, kept = simulated_players(50, 3, seed=8)
    found = fit(investments, kept, rounds_per_partner=10)

    def negative(z: np.ndarray, i: int) -> float:
        return -plain_log_posterior(z, investments[:, i], kept[:, i], 10)

    for i in range(3):
        z = found.transformed[i]
        np.testing.assert_allclose(approx_fprime(z, negative, 1e-6, i), 0, atol=1e-3)
        steps = 1e-3 * np.eye(3)
        hessian = [
            [
                (negative(z + a + c, i) - negative(z + a - c, i) - negative(z - a + c, i) + negative(z - a - c, i))
                / 4e-6
                for a in steps
            ]
            for c in steps
        ]
        np.testing.assert_allclose(np.linalg.inv(found.covariance[i]), hessian, rtol=2e-3, atol=2e-3)


def test_one_player_fits_alike_alone_and_in_company() -> None:
    _, investments, kept = simulated_players(20, 700, seed=3)
    together = fit(investments, kept, rounds_per_partner=10)
    for i in (0, 300, 699):
        alone = fit(investments[:, i], kept[:, i], rounds_per_partner=10)
        np.testing.assert_allclose(alone.transformed[0], together.transformed[i], atol=1e-5)


def test_intervals_are_normal_on_the_transformed_scale() -> None:
    _, investments, kept = simulated_players(40, 5, seed=1)
    found = fit(investments, kept, rounds_per_partner=10)
    deviation = np.sqrt(np.diagonal(found.covariance, axis1=1, axis2=2))
    low = to_natural(found.transformed - norm.ppf(0.9) * deviation)
    np.testing.assert_allclose(found.intervals(0.8)[..., 0], low)
    assert (np.diff(found.intervals(0.95), axis=-1) > np.diff(found.intervals(0.5), axis=-1)).all()


def test_without_choices_that_tell_the_grid_gives_back_the_prior() -> None:
    # p = 1 is never moved by kept promises: choices then tell about sharpness only, α and b keep their priors
    found = grid_posterior([12] * 5, [1] * 5, prior_belief=1.0, points=41)
    for name, index in (("learning_rate", 0), ("betrayal_aversion", 1)):
        low, high = found.interval(name, 0.8)
        expected = to_natural(PRIOR_MEAN + np.outer([-1, 1], PRIOR_SD * norm.ppf(0.9)))[:, index]
        np.testing.assert_allclose([low, high], expected, rtol=0.04)


def test_grid_posterior_agrees_with_the_plain_posterior() -> None:
    _, investments, kept = simulated_players(20, 1, seed=6)
    found = grid_posterior(investments, kept, rounds_per_partner=10, points=7)
    z = PRIOR_MEAN + PRIOR_SD * np.linspace(-3, 3, 7)[:, None]
    plain = np.array(
        [
            [
                [plain_log_posterior(np.array([a, b, c]), investments[:, 0], kept[:, 0], 10) for c in z[:, 2]]
                for b in z[:, 1]
            ]
            for a in z[:, 0]
        ]
    )
    weights = np.exp(plain - plain.max())
    np.testing.assert_allclose(found.probability, weights / weights.sum(), rtol=1e-8, atol=1e-14)
    assert found.probability.sum() == pytest.approx(1)
    for name in FITTED:
        assert found.marginal(name).sum() == pytest.approx(1)
        low, high = found.interval(name)
        assert low < found.mean(name) < high


def test_grid_intervals_hold_nine_true_values_in_ten() -> None:
    players = 100
    true, investments, kept = simulated_players(20, players, seed=13)
    held = np.zeros(3)
    for i in range(players):
        posterior = grid_posterior(investments[:, i], kept[:, i], rounds_per_partner=10)
        for j, name in enumerate(FITTED):
            low, high = posterior.interval(name, 0.9)
            held[j] += low <= true[i, j] <= high
    np.testing.assert_allclose(held / players, 0.9, atol=0.06)  # standard error 0.03


def test_more_rounds_recover_the_players_better() -> None:
    few, more, many = recovery(20, 300), recovery(100, 300), recovery(500, 150)
    assert (few.correlation > 0.7).all()
    assert (more.correlation > few.correlation).all()
    assert (many.correlation > 0.94).all()
    assert (few.coverage > 0.7).all()
    assert (many.coverage > 0.82).all()


def test_a_played_game_can_be_fitted() -> None:
    """A player who learns from the partner and stops sending is told from one who never looks."""
    careful, stubborn = GameState(4), GameState(4)
    for _ in range(20):
        last = careful.history[-1] if careful.moves else None
        careful = GameState(4, (*careful.moves, 12 if last is None or last.kept else 0))
        stubborn = GameState(4, (*stubborn.moves, 8))
    rates = []
    for state in (careful, stubborn):
        posterior = grid_posterior(
            [turn.investment for turn in state.history], [turn.kept for turn in state.history], rounds_per_partner=10
        )
        rates.append(posterior.mean("learning_rate"))
    assert rates[0] > rates[1] + 0.1


@settings(max_examples=50)
@given(st.floats(1e-6, 1 - 1e-6), st.floats(1e-6, 1e3), st.floats(1e-6, 1e3))
def test_transformations_are_inverse(alpha: float, b: float, beta: float) -> None:
    np.testing.assert_allclose(to_natural(to_transformed([alpha, b, beta])), [alpha, b, beta], rtol=1e-9)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from((0, 4, 8, 12)), st.booleans()), min_size=1, max_size=40))
def test_any_game_has_a_finite_fit(rounds: list[tuple[int, bool]]) -> None:
    investments, kept = zip(*rounds, strict=True)
    found = fit(investments, kept)
    assert np.isfinite(found.transformed).all()
    assert np.isfinite(found.intervals()).all()
    assert found.log_posterior[0] >= log_posterior(to_natural(PRIOR_MEAN), investments, kept)[0]


def test_bad_input_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="investments must be one of 0, 4, 8, 12"):
        fit([0, 5], [1, 1])
    with pytest.raises(ValueError, match="kept must be 0 or 1"):
        fit([0, 4], [1, 2])
    with pytest.raises(ValueError, match="must have one shape"):
        fit([0, 4], [1])
    with pytest.raises(ValueError, match="must have one shape"):
        fit([], [])
    with pytest.raises(ValueError, match=r"prior_belief must be between 0 and 1, got 1\.2"):
        fit([0], [1], prior_belief=1.2)
    with pytest.raises(ValueError, match="rounds_per_partner must be a whole number of at least 1, got 0"):
        fit([0], [1], rounds_per_partner=0)
    with pytest.raises(ValueError, match="level must be above 0 and below 1"):
        fit([0], [1]).intervals(1)
    with pytest.raises(ValueError, match="must be one player's, got 2 players"):
        grid_posterior([[0, 4]], [[1, 1]])
    with pytest.raises(ValueError, match="name must be one of"):
        grid_posterior([4], [1]).marginal("love")
    with pytest.raises(ValueError, match="players must be a whole number between 2 and"):
        recovery(20, 1)
