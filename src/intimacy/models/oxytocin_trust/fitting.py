"""Fit the trust-game investor to choices: learning rate α, betrayal aversion b and choice sharpness β.

The rules are those of ``trust_game``; the belief before round one and the risk aversion are held at given values. Three
numbers from twenty choices are little, so a weak prior is stated, and the uncertainty comes with every answer::

    logit α ~ normal(logit 0.2, 1.2)      log b ~ normal(log 0.5, 1)      log β ~ normal(log 1, 1)

:func:`fit` finds the most probable values for all players at once, by Levenberg–Marquardt on the analytic gradient
and the Fisher information of the choices. :func:`grid_posterior` gives one player's whole posterior on a grid, with
no approximation but the grid. :func:`recovery` fits simulated players with known values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import LARGEST, MOST, Between, OpenShare, Seed, Share, checked
from intimacy.models.oxytocin_trust.trust_game import INVESTMENTS, choice_probabilities
from intimacy.parameters import shown

FITTED = ("learning_rate", "betrayal_aversion", "choice_sharpness")
PRIOR_BELIEF = 0.7
RISK_AVERSION = 0.0237
PRIOR_MEAN = np.array([np.log(0.2 / 0.8), np.log(0.5), np.log(1.0)])
PRIOR_SD = np.array([1.2, 1.0, 1.0])

_OPTIONS = np.asarray(INVESTMENTS, dtype=np.float64)
_OPTIONS_SQUARED = _OPTIONS**2
_POWERS = np.stack([_OPTIONS**power for power in range(5)])
_ITERATIONS = 60
_GRADIENT_TOLERANCE = 1e-5
_FISHER_ITERATIONS = 10
_LONGEST_STEP = 2.0  # on the transformed scale
_DIFFERENCE = 1e-5
_SMALLEST_CURVATURE = 1e-2
_CELLS_PER_BLOCK, _PLAYERS_PER_BLOCK = 24_000, 256  # small enough for the cache, but never few players

Floats = NDArray[np.float64]
Stay = Annotated[int, Between(1, LARGEST)]

_SMALLEST = math.nextafter(1e-40, 1)  # its logarithm is still one that the fit can come from
Natural = Annotated[ArrayLike, Between(_SMALLEST, LARGEST, "above 0, and α below 1", axes=1)]


def _require_triples(name: str, values: Floats) -> None:
    if values.shape[-1] != 3:
        raise ValueError(f"{name} must have a last axis of 3, got shape {values.shape}")


@checked
def to_natural(transformed: Annotated[ArrayLike, Between(-100, 100, axes=1)]) -> Floats:
    """Return (α, b, β) from (logit α, log b, log β); the last axis has length 3."""
    z = np.asarray(transformed, dtype=np.float64)
    _require_triples("transformed", z)
    natural = np.exp(z)
    natural[..., 0] = 1 / (1 + np.exp(-z[..., 0]))
    return natural


@checked
def to_transformed(natural: Natural) -> Floats:
    """Return (logit α, log b, log β) from (α, b, β); the last axis has length 3."""
    values = np.asarray(natural, dtype=np.float64)
    _require_triples("natural", values)
    if not (values[..., 0] < 1).all():
        raise ValueError(f"natural must be above 0, and α below 1, got {shown(values)}")
    transformed = np.log(values)
    transformed[..., 0] -= np.log1p(-values[..., 0])
    return transformed


@dataclass(frozen=True)
class Fit:
    """Most probable parameters per player, arrays (players,).

    ``log_posterior`` is the log likelihood plus the log prior density of the transformed parameters (without its
    constant) at that point; ``transformed`` (players, 3) the point itself; ``covariance`` (players, 3, 3) the inverse
    of the posterior's curvature there; ``converged`` says whether the gradient vanished.
    """

    learning_rate: Floats
    betrayal_aversion: Floats
    choice_sharpness: Floats
    log_posterior: Floats
    transformed: Floats
    covariance: Floats
    converged: NDArray[np.bool_]

    @checked
    def intervals(self, level: OpenShare = 0.9) -> Floats:
        """Return normal-approximation intervals, shape (players, 3, 2), in natural units.

        They are symmetric for logit α, log b and log β. With 20 rounds the posterior is not normal, and these 90 %
        intervals hold the truth in only about 80–84 % of simulated players (:func:`recovery`; 86–89 % with 500 rounds).
        For one player use :func:`grid_posterior`.

        Raises:
            ValueError: ``level`` is not between 0 and 1.
        """
        from scipy.special import ndtri  # here, because the fit itself does not need scipy

        half_width = ndtri((1 + level) / 2) * np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2))
        return np.stack([to_natural(self.transformed - half_width), to_natural(self.transformed + half_width)], axis=-1)

    def to_frame(self) -> pd.DataFrame:
        """One row per player."""
        columns = {name: getattr(self, name) for name in (*FITTED, "log_posterior", "converged")}
        return pd.DataFrame(columns).rename_axis("player")


def _observations(investments: ArrayLike, kept: ArrayLike) -> tuple[Floats, Floats]:
    """Check the data and return both as (rounds, players)."""
    x, y = np.asarray(investments, dtype=np.float64), np.asarray(kept, dtype=np.float64)
    if x.ndim == 1:
        x, y = x[:, None], y[:, None] if y.ndim == 1 else y
    if x.shape != y.shape or x.ndim != 2 or x.shape[0] == 0:
        raise ValueError(f"investments and kept must have one shape, (rounds, players), got {x.shape} and {y.shape}")
    if not np.isin(x, _OPTIONS).all():
        raise ValueError(f"investments must be one of {', '.join(map(str, INVESTMENTS))}, got {np.unique(x).tolist()}")
    if not np.isin(y, (0, 1)).all():
        raise ValueError(f"kept must be 0 or 1, got {np.unique(y).tolist()}")
    return x, y


def _restarts(rounds: int, rounds_per_partner: int | None) -> NDArray[np.bool_]:
    """Rounds at which a new partner brings the belief back to the prior."""
    return np.asarray(np.arange(rounds) % (rounds_per_partner or rounds) == 0)


def _beliefs(
    learning_rate: Floats, kept: Floats, restarts: NDArray[np.bool_], prior_belief: float
) -> tuple[Floats, Floats]:
    """Beliefs p and their derivative s = dp/dα, both (rounds, players): s ← (1 − α)s + (y − p)."""
    belief, slope = np.empty_like(kept), np.empty_like(kept)
    for t, (outcome, restart) in enumerate(zip(np.vstack([kept[:1], kept[:-1]]), restarts, strict=True)):
        if restart:
            belief[t], slope[t] = prior_belief, 0.0
            continue
        error = outcome - belief[t - 1]
        belief[t] = belief[t - 1] + learning_rate * error
        slope[t] = slope[t - 1] * (1 - learning_rate) + error
    return belief, slope


@dataclass(frozen=True)
class _Problem:
    """One block of players: data (rounds, players) and what is held fixed."""

    investments: Floats
    kept: Floats
    restarts: NDArray[np.bool_]
    prior_belief: float
    risk_aversion: float

    def of(self, players: NDArray[np.intp]) -> _Problem:
        return _Problem(
            self.investments[:, players], self.kept[:, players], self.restarts, self.prior_belief, self.risk_aversion
        )

    def derivatives(self, z: Floats) -> tuple[Floats, Floats, Floats]:
        """Log posterior (players,), its gradient (players, 3) and its Fisher curvature (players, 3, 3) at ``z``.

        A choice has the exponential form P(x) ∝ exp(θ₁x + θ₂x²), θ₁ = β[(2 + b)p − (1 + b)], θ₂ = −4βφp(1 − p). So the
        gradient is Jᵀ(observed − expected (x, x²)) and the information JᵀCJ, with C the covariance of (x, x²) and J the
        derivatives of θ in the transformed parameters.
        """
        alpha, b, beta = to_natural(z).T
        p, slope = _beliefs(alpha, self.kept, self.restarts, self.prior_belief)
        linear = beta * ((2 + b) * p - (1 + b))
        quadratic = -4 * self.risk_aversion * beta * p * (1 - p)
        exponents = _OPTIONS[:, None, None] * linear + _OPTIONS_SQUARED[:, None, None] * quadratic
        largest = exponents.max(axis=0)
        exponents -= largest
        weights = np.exp(exponents, out=exponents)
        moments = (_POWERS @ weights.reshape(len(_OPTIONS), -1)).reshape(len(_POWERS), *p.shape)
        total = moments[0].copy()
        moments /= total
        x = self.investments
        x_squared = x * x
        log_likelihood = (x * linear + x_squared * quadratic - largest - np.log(total)).sum(axis=0)
        surprise = np.stack([x - moments[1], x_squared - moments[2]])
        covariance = moments[3] - moments[1] * moments[2]
        variance, variance_of_squares = moments[2] - moments[1] ** 2, moments[4] - moments[2] ** 2
        by_alpha = beta * alpha * (1 - alpha) * slope
        jacobian = np.empty((3, 2, *p.shape))  # parameter, θ₁ | θ₂, round, player
        jacobian[0] = by_alpha * (2 + b), -4 * self.risk_aversion * by_alpha * (1 - 2 * p)
        jacobian[1] = beta * b * (p - 1), np.zeros_like(p)
        jacobian[2] = linear, quadratic
        weighted = np.empty_like(jacobian)
        weighted[:, 0] = jacobian[:, 0] * variance + jacobian[:, 1] * covariance
        weighted[:, 1] = jacobian[:, 0] * covariance + jacobian[:, 1] * variance_of_squares
        gradient = np.einsum("iktn,ktn->ni", jacobian, surprise)
        curvature = np.einsum("iktn,jktn->nij", jacobian, weighted)
        from_prior = (z - PRIOR_MEAN) / PRIOR_SD**2
        gradient -= from_prior
        curvature += np.diag(1 / PRIOR_SD**2)
        return log_likelihood - 0.5 * (from_prior * (z - PRIOR_MEAN)).sum(axis=1), gradient, curvature

    def observed_curvature(self, z: Floats, gradient: Floats, fisher: Floats) -> Floats:
        """Minus the Hessian of the log posterior, by differences of the gradient; Fisher's where it is not positive."""
        columns = [(gradient - self.derivatives(z + shift)[1]) / _DIFFERENCE for shift in _DIFFERENCE * np.eye(3)]
        observed = np.stack(columns, axis=-1)
        observed = (observed + observed.swapaxes(1, 2)) / 2
        positive = np.linalg.eigvalsh(observed)[:, 0] > _SMALLEST_CURVATURE
        return np.where(positive[:, None, None], observed, fisher)


def _fit_block(problem: _Problem) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Levenberg–Marquardt for a block of players; those who have converged drop out.

    The first steps use the Fisher information, which is always safe; stragglers go on with the observed curvature, near
    which steps converge quadratically.
    """
    players = problem.kept.shape[1]
    z = np.tile(PRIOR_MEAN, (players, 1))
    value, gradient, curvature = problem.derivatives(z)
    damping = np.full(players, 1e-2)
    who = np.arange(players)
    for iteration in range(_ITERATIONS):
        who = who[np.abs(gradient[who]).max(axis=1) > _GRADIENT_TOLERANCE]
        if not who.size:
            break
        block = problem.of(who)
        if iteration >= _FISHER_ITERATIONS:
            curvature[who] = block.observed_curvature(z[who], gradient[who], curvature[who])
        damped = curvature[who]
        damped[:, range(3), range(3)] *= 1 + damping[who, None]
        step = np.linalg.solve(damped, gradient[who][..., None])[..., 0]
        trial = z[who] + np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
        new_value, new_gradient, new_curvature = block.derivatives(trial)
        better = new_value >= value[who]
        damping[who] *= np.where(better, 0.2, 8.0)
        accepted = who[better]
        z[accepted], value[accepted] = trial[better], new_value[better]
        gradient[accepted], curvature[accepted] = new_gradient[better], new_curvature[better]
    covariance = np.asarray(np.linalg.inv(problem.observed_curvature(z, gradient, curvature)), dtype=np.float64)
    return z, value, covariance, np.abs(gradient).max(axis=1) <= _GRADIENT_TOLERANCE


@checked
def fit(
    investments: ArrayLike,
    kept: ArrayLike,
    *,
    rounds_per_partner: Stay | None = None,
    prior_belief: Share = PRIOR_BELIEF,
    risk_aversion: Share = RISK_AVERSION,
) -> Fit:
    """Find each player's most probable α, b and β under the stated prior.

    ``investments`` (MU) and ``kept`` (0 or 1) have the shape (rounds, players), or (rounds,) for one player. With
    ``rounds_per_partner`` the belief returns to ``prior_belief`` whenever a new partner comes.

    Raises:
        ValueError: shapes differ, an investment or an outcome is not a possible one, or a setting is out of range.
    """
    x, y = _observations(investments, kept)
    problem = _problem(x, y, rounds_per_partner, prior_belief, risk_aversion)
    players = np.arange(x.shape[1])
    width = max(_PLAYERS_PER_BLOCK, _CELLS_PER_BLOCK // x.shape[0])
    blocks = [_fit_block(problem.of(players[first : first + width])) for first in range(0, players.size, width)]
    z, value, covariance, converged = (np.concatenate(each) for each in zip(*blocks, strict=True))
    alpha, b, beta = to_natural(z).T
    return Fit(alpha, b, beta, value, z, covariance, converged)


def _problem(
    x: Floats, y: Floats, rounds_per_partner: int | None, prior_belief: float, risk_aversion: float
) -> _Problem:
    return _Problem(x, y, _restarts(x.shape[0], rounds_per_partner), prior_belief, risk_aversion)


@checked
def log_posterior(
    natural: Natural,
    investments: ArrayLike,
    kept: ArrayLike,
    *,
    rounds_per_partner: Stay | None = None,
    prior_belief: Share = PRIOR_BELIEF,
    risk_aversion: Share = RISK_AVERSION,
) -> Floats:
    """Return each player's log posterior (as in :class:`Fit`) at (α, b, β), shape (players, 3), or (3,) for all."""
    x, y = _observations(investments, kept)
    problem = _problem(x, y, rounds_per_partner, prior_belief, risk_aversion)
    point = to_transformed(natural)
    if point.shape not in ((3,), (x.shape[1], 3)):
        raise ValueError(f"natural must be of shape (3,) or ({x.shape[1]}, 3), got {point.shape}")
    z = np.broadcast_to(point, (x.shape[1], 3))
    return problem.derivatives(z)[0]


@dataclass(frozen=True)
class Posterior:
    """One player's posterior on a grid.

    The parameters hold their grid values, shape (points,); ``probability`` (points, points, points) sums to 1.
    """

    learning_rate: Floats
    betrayal_aversion: Floats
    choice_sharpness: Floats
    probability: Floats

    @checked
    def marginal(self, name: str) -> Floats:
        """Return the probability of each grid value of one parameter.

        Raises:
            ValueError: the name is not one of the fitted parameters.
        """
        if name not in FITTED:
            raise ValueError(f"name must be one of {', '.join(FITTED)}, got {name!r}")
        kept_axis = FITTED.index(name)
        return np.asarray(self.probability.sum(axis=tuple(axis for axis in range(3) if axis != kept_axis)))

    @checked
    def mean(self, name: str) -> float:
        """Return the posterior mean of one parameter."""
        return float(self.marginal(name) @ getattr(self, name))

    @checked
    def interval(self, name: str, level: OpenShare = 0.9) -> tuple[float, float]:
        """Return the central interval that holds ``level`` of the posterior.

        Raises:
            ValueError: the name is not a fitted parameter, or ``level`` is not between 0 and 1.
        """
        marginal, values = self.marginal(name), getattr(self, name)
        middle = np.cumsum(marginal) - marginal / 2
        low, high = np.interp([(1 - level) / 2, (1 + level) / 2], middle, values)
        return float(low), float(high)

    def to_frame(self) -> pd.DataFrame:
        """One row per parameter: posterior mean and 90 % interval."""
        rows = {name: (self.mean(name), *self.interval(name)) for name in FITTED}
        return pd.DataFrame.from_dict(rows, orient="index", columns=["mean", "low_90", "high_90"]).rename_axis(
            "parameter"
        )


@checked
def prior_on_grid(points: Annotated[int, Between(3, 101)] = 31) -> Posterior:
    """Return the stated prior, what is believed before any choice, on ±3 standard deviations of each parameter.

    Raises:
        ValueError: ``points`` is below 3.
    """
    standard = np.linspace(-3, 3, points)
    alpha, b, beta = to_natural(PRIOR_MEAN + PRIOR_SD * standard[:, None]).T
    weights = np.exp(-0.5 * np.add.outer(np.add.outer(standard**2, standard**2), standard**2))
    return Posterior(alpha, b, beta, weights / weights.sum())


@checked
def grid_posterior(
    investments: ArrayLike,
    kept: ArrayLike,
    *,
    rounds_per_partner: Stay | None = None,
    prior_belief: Share = PRIOR_BELIEF,
    risk_aversion: Share = RISK_AVERSION,
    points: Annotated[int, Between(3, 101)] = 31,
) -> Posterior:
    """Return one player's posterior on a grid that spans ±3 prior standard deviations of each transformed parameter.

    Raises:
        ValueError: there is more than one player, ``points`` is below 3, or the data are refused as in :func:`fit`.
    """
    x, y = _observations(investments, kept)
    if x.shape[1] != 1:
        raise ValueError(f"investments must be one player's, got {x.shape[1]} players")
    problem = _problem(x, y, rounds_per_partner, prior_belief, risk_aversion)
    before = prior_on_grid(points)
    alpha, b, beta = before.learning_rate, before.betrayal_aversion, before.choice_sharpness
    p, _ = _beliefs(alpha, np.repeat(y, points, axis=1), problem.restarts, prior_belief)
    # Utilities do not depend on β: (choice, round, α, b) first, then one β after the other.
    advantage = (2 + b) * p[..., None] - (1 + b)
    risk = (4 * risk_aversion * p * (1 - p))[..., None]
    utilities = _OPTIONS[:, None, None, None] * advantage - _OPTIONS_SQUARED[:, None, None, None] * risk
    chosen = x[:, :, None] * advantage - (x**2)[:, :, None] * risk
    best = utilities.max(axis=0)
    below_best, chosen_below_best = utilities - best, chosen - best
    log_likelihood = np.stack(
        [
            (sharpness * chosen_below_best - np.log(np.exp(sharpness * below_best).sum(axis=0))).sum(axis=0)
            for sharpness in beta
        ],
        axis=-1,
    )
    weights = before.probability * np.exp(log_likelihood - log_likelihood.max())
    return Posterior(alpha, b, beta, weights / weights.sum())


@dataclass(frozen=True)
class Recovery:
    """Known and fitted parameters of simulated players, each (players, 3) in the order of ``FITTED``.

    ``correlation`` (3,) is between the transformed values; ``coverage`` (3,) the share of players whose 90 % interval
    holds the true value.
    """

    rounds: int
    true: Floats
    fitted: Floats
    correlation: Floats
    coverage: Floats

    def to_frame(self) -> pd.DataFrame:
        """One row per parameter."""
        return pd.DataFrame(
            {"rounds": self.rounds, "correlation": self.correlation, "coverage_90": self.coverage},
            index=pd.Index(FITTED, name="parameter"),
        )


@checked
def simulated_players(
    rounds: Annotated[int, Between(1, 1_000)],
    players: Annotated[int, Between(1, MOST)],
    seed: Seed = 7,
    *,
    rounds_per_partner: Stay | None = 10,
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return parameters (players, 3) drawn from the prior, and the investments and outcomes (rounds, players).

    Partners keep 9 promises in 10 for the first half of their stay and 1 in 10 afterwards, so that beliefs have to
    move.

    Raises:
        ValueError: ``rounds`` or ``players`` is below 1.
    """
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    true = to_natural(PRIOR_MEAN + PRIOR_SD * generator.standard_normal((players, 3)))
    uniform = generator.random((rounds, 2, players))
    stay = rounds_per_partner or rounds
    reliable = np.arange(rounds) % stay < stay / 2
    kept = uniform[:, 0] < np.where(reliable, 0.9, 0.1)[:, None]
    belief, _ = _beliefs(true[:, 0], kept.astype(np.float64), _restarts(rounds, rounds_per_partner), PRIOR_BELIEF)
    probabilities = choice_probabilities(
        belief, betrayal_aversion=true[:, 1], risk_aversion=RISK_AVERSION, choice_sharpness=true[:, 2]
    )
    steps = (uniform[:, 1, :, None] > probabilities.cumsum(axis=-1)[..., :-1]).sum(axis=-1)
    return true, _OPTIONS[steps], kept


@checked
def recovery(
    rounds: Annotated[int, Between(2, 1_000)] = 20,
    players: Annotated[int, Between(2, MOST)] = 1_000,
    seed: Seed = 7,
    *,
    rounds_per_partner: Stay | None = 10,
) -> Recovery:
    """Fit simulated players and compare with what they were: how much can so many rounds tell?

    Raises:
        ValueError: ``rounds`` is below 1, or ``players`` below 2.
    """
    true, investments, kept = simulated_players(rounds, players, seed, rounds_per_partner=rounds_per_partner)
    found = fit(investments, kept, rounds_per_partner=rounds_per_partner)
    low, high = np.moveaxis(found.intervals(0.9), -1, 0)
    known = to_transformed(true)
    correlation = np.array([np.corrcoef(known[:, i], found.transformed[:, i])[0, 1] for i in range(3)])
    coverage = ((low <= true) & (true <= high)).mean(axis=0)
    return Recovery(rounds, true, to_natural(found.transformed), correlation, coverage)
