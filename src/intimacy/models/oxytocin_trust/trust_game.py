"""A repeated trust game with a learning, betrayal-averse investor.

Both players hold 12 money units (MU). The investor sends x ∈ {0, 4, 8, 12}; it is tripled. A partner who keeps the
promise returns 2x, so that both end with 12 + x; one who breaks it returns nothing (Berg, Dickhaut & McCabe 1995,
10.1006/game.1995.1027, in the form of Kosfeld et al. 2005, 10.1038/nature03701)::

    utility     U(x) = (2p − 1) x − φ 4p(1 − p) x² − b (1 − p) x
    choice      P(x) ∝ exp(β U(x))
    learning    p ← p + α (1 − ω_L) (y − p)            y = 1 promise kept, 0 broken

Oxytocin can act in three ways, each a hypothesis: b → b (1 − ω_B); α → α (1 − ω_L); and social salience, a gain g on
the belief cue, p → ½ + ½ tanh(g · artanh(2p − 1)), which makes safe partners look safer and doubtful ones worse.

Status: the rules are standard, the parameter values are *calibrated* (see :func:`calibrate`), and the investor learns
what the partner decided also when nothing was sent (full feedback). The three oxytocin actions are assumptions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import LARGEST, Between, Count, Seed, Share, Shares, checked, require_together
from intimacy.parameters import Parameters, integer, number

ENDOWMENT = 12
INVESTMENTS = (0, 4, 8, 12)
_STEP = 4
_BLOCK = 32_768  # agent-rounds whose buffers fit a second-level cache together

CALIBRATION_CAVEAT = (
    "This is a calibration, not evidence. A change in betrayal aversion multiplies each choice probability by an "
    "exponential in x (an exponential tilt). So any sharpness and risk aversion that fit the placebo group give the "
    "same shares. And the published 45 % and 21 % are shares of people who each chose once, not of repeated choices."
)


@dataclass(frozen=True)
class TrustGame(Parameters):
    """Parameters of the repeated trust game. ``switch_round`` is the last round before the partner turns."""

    reliability: float = number(
        0.8, 0, 1, step=0.05, symbol="p_good", label="Promises kept before the switch", help="Share the partner keeps."
    )
    switch_round: int = integer(
        10, 1, 100, unit="rounds", label="Partner turns after round", help="The betrayal begins in the next round."
    )
    reliability_after: float = number(
        0.2, 0, 1, step=0.05, symbol="p_bad", label="Promises kept after the switch", help="Share kept once turned."
    )
    betrayal_aversion: float = number(
        0.25,
        0,
        2,
        step=0.05,
        symbol="b",
        label="Betrayal aversion",
        help="How much worse a broken promise feels than bad luck.",
    )
    oxytocin_on_betrayal_aversion: float = number(
        0,
        0,
        1,
        step=0.1,
        symbol="ω_B",
        label="Oxytocin lowers betrayal aversion by",
        help="An assumption: 0 none, 1 all of it.",
    )
    learning_rate: float = number(
        0.1, 0, 0.6, step=0.01, symbol="α", label="Learning rate", help="How far one round moves the belief."
    )
    oxytocin_on_learning: float = number(
        0, 0, 1, step=0.1, symbol="ω_L", label="Oxytocin slows learning by", help="An assumption: 0 none, 1 all of it."
    )
    oxytocin_salience: float = number(
        1,
        0.5,
        2,
        step=0.1,
        symbol="g",
        label="Oxytocin's gain on the social cue",
        help="An assumption: 1 leaves the cue as it is.",
    )
    prior_belief: float = number(
        0.7,
        0,
        1,
        step=0.05,
        symbol="p₀",
        label="Belief before round one",
        help="Expected chance that the promise is kept.",
    )
    choice_sharpness: float = number(
        1.2,
        0.1,
        10,
        step=0.1,
        symbol="β",
        unit="/MU",
        label="Choice sharpness",
        help="Low: near chance. High: always the best.",
    )
    risk_aversion: float = number(
        0.0237,
        0,
        0.1,
        step=0.0001,
        symbol="φ",
        unit="/MU",
        label="Risk aversion",
        help="Dislike of an uncertain outcome.",
    )
    rounds: int = integer(20, 1, 100, unit="rounds", label="Rounds", help="Length of the game.")

    def reliabilities(self) -> NDArray[np.float64]:
        """Chance that the promise is kept, by round, shape (rounds,)."""
        return np.where(np.arange(1, self.rounds + 1) > self.switch_round, self.reliability_after, self.reliability)


@dataclass(frozen=True)
class TrustGameRun:
    """What the agents did. All arrays but ``rounds`` have the shape (rounds, agents).

    ``belief`` is held before the choice of the round; ``investment`` is in MU; ``kept`` says whether the promise was
    kept.
    """

    parameters: TrustGame
    rounds: NDArray[np.int64]
    belief: NDArray[np.float32]
    investment: NDArray[np.int8]
    kept: NDArray[np.bool_]

    @property
    def earnings(self) -> NDArray[np.int64]:
        """MU held after each round: 12 + x if the promise was kept, else 12 − x."""
        return ENDOWMENT + self.investment.astype(np.int64) * np.where(self.kept, 1, -1)

    @property
    def mean_investment(self) -> NDArray[np.float64]:
        """Mean over agents by round, in MU."""
        return np.asarray(self.investment.mean(axis=1, dtype=np.float64))

    @property
    def mean_belief(self) -> NDArray[np.float64]:
        """Mean over agents by round."""
        return np.asarray(self.belief.mean(axis=1, dtype=np.float64))

    @property
    def maximal_share(self) -> NDArray[np.float64]:
        """Share of agents who sent everything, by round."""
        return np.asarray((self.investment == ENDOWMENT).mean(axis=1))

    def to_frame(self) -> pd.DataFrame:
        """One row per round: means over agents."""
        return pd.DataFrame(
            {
                "round": self.rounds,
                "belief": self.mean_belief,
                "investment_mu": self.mean_investment,
                "share_maximal": self.maximal_share,
                "share_kept": self.kept.mean(axis=1),
                "earnings_mu": self.earnings.mean(axis=1),
            }
        ).set_index("round")


@checked
def utility(
    investment: Annotated[ArrayLike, Between(0, 1000)],
    belief: ArrayLike,
    *,
    betrayal_aversion: ArrayLike,
    risk_aversion: ArrayLike,
) -> NDArray[np.float64]:
    """Return U(x) = (2p − 1)x − φ 4p(1 − p)x² − b(1 − p)x in MU; the arguments broadcast."""
    require_together(
        investment=investment, belief=belief, betrayal_aversion=betrayal_aversion, risk_aversion=risk_aversion
    )
    x, p, b = (np.asarray(each, dtype=np.float64) for each in (investment, belief, betrayal_aversion))
    return np.asarray((2 * p - 1) * x - np.asarray(risk_aversion) * 4 * p * (1 - p) * x**2 - b * (1 - p) * x)


@checked
def salient_belief(belief: Shares, salience: Annotated[ArrayLike, Between(0, 100)]) -> NDArray[np.float64]:
    """Return the belief as it looks through a gain g on the cue: ½ + ½ tanh(g artanh(2p − 1)) = pᵍ / (pᵍ + (1 − p)ᵍ).

    Sign-preserving: ½ stays ½, and no belief crosses it (after the social-salience hypothesis, Shamay-Tsoory & Abu-Akel
    2016, 10.1016/j.biopsych.2015.07.020; the form is a toy).
    """
    require_together(belief=belief, salience=salience)
    p, gain = np.asarray(belief), np.asarray(salience)
    kept, broken = p**gain, (1 - p) ** gain
    return np.asarray(kept / (kept + broken))


@checked
def choice_probabilities(
    belief: Shares,
    *,
    betrayal_aversion: ArrayLike,
    risk_aversion: ArrayLike,
    choice_sharpness: ArrayLike,
    salience: Annotated[ArrayLike, Between(0, 100)] = 1.0,
) -> NDArray[np.float64]:
    """Return P(x) ∝ exp(β U(x)) for each of the four investments, shape (..., 4); the arguments broadcast to (...).

    Raises:
        ValueError: a belief is not between 0 and 1.
    """
    require_together(
        belief=belief,
        betrayal_aversion=betrayal_aversion,
        risk_aversion=risk_aversion,
        choice_sharpness=choice_sharpness,
        salience=salience,
    )
    seen = salient_belief(np.asarray(belief, dtype=np.float64), salience)[..., None]
    b, phi, beta = (np.asarray(each)[..., None] for each in (betrayal_aversion, risk_aversion, choice_sharpness))
    exponent = beta * utility(INVESTMENTS, seen, betrayal_aversion=b, risk_aversion=phi)
    weights = np.exp(exponent - exponent.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


@checked
def indifference_belief(betrayal_aversion: ArrayLike) -> NDArray[np.float64]:
    """Return p* = (1 + b)/(2 + b), the belief at which a risk-neutral investor is indifferent between all investments.

    With φ = 0, U(x) = x [(2 + b)p − (1 + b)], which is 0 for every x at p*.
    """
    b = np.asarray(betrayal_aversion, dtype=np.float64)
    return np.asarray((1 + b) / (2 + b))


@checked
def expected_belief(
    outcomes: Annotated[ArrayLike, Between(0, LARGEST)],
    *,
    reliability: Share,
    prior_belief: Share,
    learning_rate: Share,
) -> NDArray[np.float64]:
    """Return E[p] = q + (p₀ − q)(1 − α)ᵗ after t outcomes of a partner who keeps a share q of the promises.

    Each outcome gives E[p'] = (1 − α)E[p] + αq; the distance to q shrinks by 1 − α.
    """
    return np.asarray(reliability + (prior_belief - reliability) * (1 - learning_rate) ** np.asarray(outcomes))


@lru_cache(maxsize=2)
def _uniforms(seed: int, rounds: int, agents: int) -> NDArray[np.float32]:
    """Common random numbers in float32, layout (round, partner | investor, agent), kept between slider steps."""
    draws = np.random.default_rng(np.random.SeedSequence(seed)).random((rounds, 2, agents), dtype=np.float32)
    draws.flags.writeable = False
    return draws


@checked
def beliefs_from_outcomes(
    prior_belief: Share, learning_rate: Share, kept: Annotated[NDArray[np.bool_], Between(axes=2)]
) -> NDArray[np.float32]:
    """Belief before each round. p + α(y − p) in this order never leaves [0, 1], whatever the rounding."""
    if not len(kept):
        raise ValueError(f"kept must hold at least one round, got shape {kept.shape}")
    belief = np.empty(kept.shape, dtype=np.float32)
    belief[0] = prior_belief
    rate = np.float32(learning_rate)
    for now, outcome, following in zip(belief, kept, belief[1:], strict=False):
        np.subtract(outcome, now, out=following)
        following *= rate
        following += now
    return belief


def sample_steps(
    odds: NDArray[np.float32],
    shrink: NDArray[np.float32],
    first: NDArray[np.float32],
    uniform: NDArray[np.float32],
    *,
    out: NDArray[np.int8],
) -> None:
    """Write how many steps of 4 MU each draw gives, by inverting the cumulative choice probabilities; uses up ``odds``.

    ``odds`` is P(4)/P(0); each further pair of neighbours has the odds before it times ``shrink``; ``first`` is the
    weight of sending nothing, exp(−6β): it keeps all weights inside float32 for every allowed β.
    """
    weight = odds * first
    up_to_4 = weight + first
    odds *= shrink
    weight *= odds
    up_to_8 = up_to_4 + weight
    odds *= shrink
    weight *= odds
    weight += up_to_8
    weight *= uniform
    np.greater(weight, first, out=out.view(np.bool_))
    out += (weight > up_to_4).view(np.int8)
    out += (weight > up_to_8).view(np.int8)


def _sampled_investments(
    belief: NDArray[np.float32],
    uniform: NDArray[np.float32],
    betrayal_aversion: float,
    risk_aversion: float,
    beta: float,
) -> NDArray[np.int8]:
    """Draw each investment.

    Steps of 4 MU make neighbouring odds P(4k + 4)/P(4k) = exp(lean − (2k + 1) bend) with lean = 4β[(2 + b)p − (1 + b)]
    and bend = 64βφp(1 − p), so two exponentials serve four options.
    """
    slope, offset = 4 * beta * (2 + betrayal_aversion), 4 * beta * (1 + betrayal_aversion)
    curvature = 64 * beta * risk_aversion
    first = np.asarray(np.exp(-6 * beta), dtype=np.float32)
    chosen = np.empty(belief.shape, dtype=np.int8)
    for tile in _tiles(belief.shape):
        p, level = belief[tile], chosen[tile]
        odds = p * np.float32(curvature)
        odds += slope - curvature
        odds *= p
        odds -= offset
        np.exp(odds, out=odds)
        shrink = p - np.float32(1)
        shrink *= p
        shrink *= 2 * curvature
        np.exp(shrink, out=shrink)
        sample_steps(odds, shrink, first, uniform[tile], out=level)
    chosen *= _STEP
    return chosen


def _tiles(shape: tuple[int, ...]) -> Iterator[tuple[slice, slice]]:
    """Cut (rounds, agents) into tiles of at most ``_BLOCK`` cells."""
    rounds, agents = shape
    height = max(1, _BLOCK // agents)
    for top in range(0, rounds, height):
        for left in range(0, agents, _BLOCK):
            yield slice(top, top + height), slice(left, left + _BLOCK)


@checked
def simulate_trust_game(parameters: TrustGame, agents: Count = 1_000, seed: Seed = 7) -> TrustGameRun:
    """Play the game with ``agents`` independent pairs at once.

    Common random numbers: all draws are made up front, so that a changed parameter moves the curve and not the noise,
    and the first rounds of a longer game equal those of a shorter one. Computed in float32.

    Raises:
        ValueError: ``agents`` is not a whole number of at least 1.
    """
    uniform = _uniforms(seed, parameters.rounds, agents)
    kept = uniform[:, 0] < parameters.reliabilities().astype(np.float32)[:, None]
    belief = beliefs_from_outcomes(
        parameters.prior_belief, parameters.learning_rate * (1 - parameters.oxytocin_on_learning), kept
    )
    gain = parameters.oxytocin_salience
    seen = belief if gain == 1 else salient_belief(belief, np.float32(gain)).astype(np.float32, copy=False)
    investment = _sampled_investments(
        seen,
        uniform[:, 1],
        parameters.betrayal_aversion * (1 - parameters.oxytocin_on_betrayal_aversion),
        parameters.risk_aversion,
        parameters.choice_sharpness,
    )
    return TrustGameRun(parameters, np.arange(1, parameters.rounds + 1), belief, investment, kept)


@checked
def drop_after_betrayal(run: TrustGameRun, window: int = 5) -> float:
    """Return the mean investment in the last ``window`` rounds before the switch minus that in the last ones, in MU.

    Raises:
        ValueError: the game has fewer than ``window`` rounds before or after the switch.
    """
    switch, rounds = run.parameters.switch_round, run.parameters.rounds
    if not 1 <= window <= min(switch, rounds - switch):
        raise ValueError(
            f"window must be between 1 and the rounds on each side of the switch, {switch} and {rounds - switch}, "
            f"got {window!r}"
        )
    mean = run.mean_investment
    return float(mean[switch - window : switch].mean() - mean[-window:].mean())


@dataclass(frozen=True)
class Calibration:
    """Parameters fitted to a placebo group, and what follows when betrayal aversion alone is lowered.

    ``placebo`` and ``treated`` are the probabilities of sending 0, 4, 8 and 12 MU.
    """

    choice_sharpness: float
    risk_aversion: float
    betrayal_aversion: float
    treated_betrayal_aversion: float
    placebo: NDArray[np.float64]
    treated: NDArray[np.float64]
    caveat: str = CALIBRATION_CAVEAT

    def to_frame(self) -> pd.DataFrame:
        """One row per investment, one column per group."""
        return pd.DataFrame(
            {"placebo": self.placebo, "treated": self.treated}, index=pd.Index(INVESTMENTS, name="investment_mu")
        )


def _tilted(linear: float, quadratic: float) -> NDArray[np.float64]:
    """P(x) ∝ exp(linear·x + quadratic·x²) over the four investments."""
    x = np.asarray(INVESTMENTS)
    exponent = linear * x + quadratic * x**2
    weights = np.exp(exponent - exponent.max())
    return np.asarray(weights / weights.sum())


def _tilt_to_mean(mean: float, quadratic: float) -> float:
    """The linear coefficient that gives the mean; by bisection, because the mean rises with it."""
    low, high = -40.0, 40.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if _tilted(middle, quadratic) @ INVESTMENTS < mean else (low, middle)
    return (low + high) / 2


@checked
def calibrate(
    *,
    placebo_mean: float = 8.1,
    placebo_maximal: float = 0.21,
    treated_mean: float = 9.6,
    betrayal_aversion: float = 0.25,
    prior_belief: float = 0.7,
) -> Calibration:
    """Choose β and φ so that one-shot choices fit a placebo group; then lower only b until the treated mean is reached.

    Choices are P(x) ∝ exp(θ₁x + θ₂x²) with θ₁ = β[(2p − 1) − b(1 − p)] and θ₂ = −4βφp(1 − p). Mean and maximal share
    fix θ₁ and θ₂; a third quantity must be given, and here that is b. The share that then sends everything under the
    lowered b is a consequence of the exponential tilt alone (see ``CALIBRATION_CAVEAT``). The default group means are
    from memory of Kosfeld et al. 2005 and unverified; the shares of maximal investments there are 21 % (placebo) and
    45 %.

    Raises:
        ValueError: no β > 0 and φ ≥ 0 give this placebo group, or no lower b ≥ 0 the treated mean.
    """
    advantage = (2 * prior_belief - 1) - betrayal_aversion * (1 - prior_belief)
    low, high = -1.0, 0.0  # θ₂; at a given mean, more curvature leaves less at the maximum
    if not 0 < placebo_mean < ENDOWMENT or not (
        _tilted(_tilt_to_mean(placebo_mean, low), low)[-1]
        <= placebo_maximal
        <= _tilted(_tilt_to_mean(placebo_mean, high), high)[-1]
    ):
        raise ValueError(
            f"placebo_mean and placebo_maximal must be reachable by a risk-averse group, "
            f"got {placebo_mean!r} and {placebo_maximal!r}"
        )
    for _ in range(60):
        middle = (low + high) / 2
        too_curved = _tilted(_tilt_to_mean(placebo_mean, middle), middle)[-1] < placebo_maximal
        low, high = (middle, high) if too_curved else (low, middle)
    quadratic = (low + high) / 2
    linear = _tilt_to_mean(placebo_mean, quadratic)
    if linear * advantage <= 0:
        raise ValueError(
            f"prior_belief and betrayal_aversion must make trust {'pay' if linear > 0 else 'not pay'} "
            f"for a group that sends {placebo_mean!r} MU on average, got {prior_belief!r} and {betrayal_aversion!r}"
        )
    sharpness = linear / advantage
    fearless_mean = float(_tilted(sharpness * (2 * prior_belief - 1), quadratic) @ INVESTMENTS)
    if not placebo_mean <= treated_mean <= fearless_mean:
        raise ValueError(
            f"treated_mean must be between placebo_mean, {placebo_mean:g}, and {fearless_mean:.3g}, the mean without "
            f"any betrayal aversion, got {treated_mean!r}"
        )
    treated_linear = _tilt_to_mean(treated_mean, quadratic)
    return Calibration(
        choice_sharpness=sharpness,
        risk_aversion=-quadratic / (4 * sharpness * prior_belief * (1 - prior_belief)),
        betrayal_aversion=betrayal_aversion,
        treated_betrayal_aversion=((2 * prior_belief - 1) - treated_linear / sharpness) / (1 - prior_belief),
        placebo=_tilted(linear, quadratic),
        treated=_tilted(treated_linear, quadratic),
    )
