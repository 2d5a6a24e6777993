"""Left out of a ball game: balls received, the share one has come to expect, and what that does to four needs.

The game is Cyberball, the need-threat model is Williams' (a reflexive stage while it happens, a reflective one after).
The equations are a minimal form of ours and every value is a toy. What is known of the game comes from 120 studies with
11,869 people (Hartgerink, van Beest, Wicherts and Williams 2015, doi 10.1371/journal.pone.0127002): the effect is
large, about as large for any number of players; and against the theory, both the first measure and the last can be
moderated, and the time since does not predict the effect on the last. ``account`` switches between the two.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import (
    LARGEST,
    MOST,
    SMALLEST,
    AllAtLeastZero,
    Between,
    InnerShare,
    Seed,
    Share,
    Shares,
    checked,
    require_together,
)
from intimacy.parameters import Parameters, choice, integer, number

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Players = Annotated[int, Between(2, LARGEST)]
Spread = Annotated[float, Between(SMALLEST, 100, "above 0 and at most 100")]

MOST_THROWS = 60
LEAST_RATING, MOST_RATING = 1.0, 5.0
"""Ends of the scale on which needs are rated; what a person would rate beyond them is cut off."""

BETWEEN_PERSON_SD = 1.6
"""Spread of ratings between persons, in scale points. Tuned, so that the effect of :func:`expected_effect` comes out as
large as the published one; that it does is therefore no evidence for the model."""

PUBLISHED_EFFECT = 1.4
"""Hartgerink et al. (2015): the effect of being left out is larger than 1.4 standard deviations."""

MINUTES = np.arange(0, 61, 2, dtype=np.float64)
"""Minutes after the game at which :func:`simulate_ball_game` follows the needs."""

_GAMES, _ALIKE = 600, 10  # games over which the effect is averaged, and how many of them, in order, stand for one
_EFFECT_SEED = 15


@dataclass(frozen=True)
class BallGame(Parameters):
    """A ball game with scripted players, and someone's needs during it and after (see :func:`simulate_ball_game`)."""

    account: str = choice(
        "theory",
        {"theory": "What the theory says", "data": "What 120 studies found"},
        label="After being left out",
        help="Theory: support and time help after the game. Data: support can help at once, and time tells little.",
    )
    inclusion_probability: float = number(
        0.0,
        0,
        1,
        step=0.05,
        symbol="p",
        label="Chance that a throw goes to you",
        help="For each throw of a scripted player. Fair is one over the number of the others.",
    )
    players: int = integer(3, 3, 6, symbol="n", label="Players", help="You and the scripted ones.")
    throws: int = integer(30, 10, MOST_THROWS, symbol="K", label="Throws in the game", help="Yours among them.")
    expectation_learning: float = number(
        0.15,
        0.02,
        0.5,
        step=0.01,
        unit="/throw",
        symbol="α",
        label="Learning of what to expect",
        help="How much one scripted throw changes the share that you expect. A teaching value.",
    )
    support: float = number(
        0,
        0,
        4,
        step=0.1,
        symbol="σ",
        label="Support, or another view of it",
        help='A friend, or a thought such as "it is only a script". What it changes depends on the account.',
    )
    recovery_time: float = number(
        10,
        1,
        60,
        step=1,
        unit="min",
        symbol="τ₀",
        label="Recovery time",
        help="Theory only: minutes until about two thirds of the gap have closed. A teaching value.",
    )
    curvature: float = number(
        1,
        0.3,
        3,
        step=0.1,
        symbol="γ",
        label="Curvature",
        help="Below 1 the needs hold out at first and then fall; above 1 they fall at once.",
    )
    scale_low: float = number(
        1.6,
        1,
        3,
        step=0.1,
        unit="points",
        symbol="N min",
        label="Needs with no ball at all",
        help="On a scale from 1 to 5. A teaching value.",
    )
    scale_high: float = number(
        4.2,
        3,
        5,
        step=0.1,
        unit="points",
        symbol="N max",
        label="Needs with a fair share",
        help="On a scale from 1 to 5. A teaching value.",
    )


@dataclass(frozen=True)
class BallGameRun:
    """One game and the hour after it. Entry 0 of those that have throws + 1 entries is before the first throw.

    Attributes:
        parameters: what was run.
        scripted: whether a scripted player throws, shape (throws,); you throw first.
        received: whether the throw goes to you, shape (throws,).
        share: the share of scripted throws that you expect, shape (throws + 1,).
        need: satisfaction of the needs, in points from 1 to 5, shape (throws + 1,).
        minutes: minutes since the last throw, shape (samples,).
        need_after: satisfaction of the needs then, in points, shape (samples,).
        effect: those who played a fair game minus those who played this one, in standard deviations, on average over
            many games and endlessly many persons, shape (samples,).
    """

    parameters: BallGame
    scripted: Booleans
    received: Booleans
    share: Array
    need: Array
    minutes: Array
    need_after: Array
    effect: Array

    @property
    def throw(self) -> NDArray[np.int64]:
        """The number of throws so far: 0 to the last, shape (throws + 1,)."""
        return np.arange(len(self.received) + 1)

    @property
    def balls(self) -> NDArray[np.int64]:
        """Balls that you have received so far, shape (throws + 1,)."""
        return np.concatenate([[0], np.cumsum(self.received)])

    @property
    def fair_balls(self) -> Array:
        """Balls that you would have received by then in a fair game, on average, shape (throws + 1,)."""
        return expected_balls(fair_share(self.parameters.players), self.throw)

    def to_frame(self) -> pd.DataFrame:
        """Return the game as a table, one row per throw; share and need are those after it."""
        return pd.DataFrame(
            {
                "throw": self.throw[1:],
                "thrower": np.where(self.scripted, "scripted", "you"),
                "to_you": self.received,
                "balls": self.balls[1:],
                "fair_balls": self.fair_balls[1:],
                "share": self.share[1:],
                "need": self.need[1:],
            }
        )


@checked
def simulate_ball_game(parameters: BallGame, seed: Seed = 7) -> BallGameRun:
    """Play one game, follow the needs through it and for an hour after.

    You hold the ball and throw first. A scripted holder throws to you with probability p, else to another scripted
    player; you throw to any of them. After each scripted throw, with o = 1 if it comes to you and 0 if not::

        q ← q + α (o − q)                                    from q_f = 1/(n − 1), the fair share
        N = N_min + (N_max − N_min) · min(1, q/q_f)^γ         the reflexive stage, while it happens

    After the game, by account, with the gap G = N_max − N of its last moment::

        theory   N(t) = N_max − G · exp(−t/τ_r),  τ_r = τ₀/(1 + σ)    support acts on the later stage only
        data     N(t) = N_max − G/(1 + σ)                             support acts on both, and time on neither

    Under ``data`` the gap is divided by 1 + σ during the game as well. A level line is the plainest one for which the
    time since does not predict the effect; it does not say that hurt stays. There is one draw per scripted throw, made
    up front, so that a slider moves the curve and not the noise. A toy.
    """
    draws = np.random.default_rng(np.random.SeedSequence(seed)).random(MOST_THROWS)
    comes = draws < parameters.inclusion_probability
    turn = _turns(comes)[: parameters.throws]
    scripted, received = np.zeros(parameters.throws, np.bool_), np.zeros(parameters.throws, np.bool_)
    within = turn <= parameters.throws
    scripted[turn[within] - 1] = True
    received[turn[within] - 1] = comes[: parameters.throws][within]
    path = share_path(received[scripted], parameters.expectation_learning, parameters.players)
    share = path[np.concatenate([[0], np.cumsum(scripted)])]
    need = need_satisfaction(share, parameters)
    return BallGameRun(
        parameters=parameters,
        scripted=scripted,
        received=received,
        share=share,
        need=need,
        minutes=MINUTES,
        need_after=need_afterwards(MINUTES, need[-1], parameters),
        effect=expected_effect(parameters, MINUTES),
    )


@checked
def fair_share(players: Players) -> float:
    """Return q_f = 1/(n − 1), your share of the throws of the others in a fair game.

    Raises:
        ValueError: there are fewer than 2 players.
    """
    return 1 / (players - 1)


@checked
def expected_balls(inclusion_probability: Share, throws: AllAtLeastZero) -> Array:
    """Return how many of the first K throws come to you, on average, if you hold the ball at the start.

    After k throws you hold the ball with probability h_k = h + (1 − h)(−p)^k, where h = p/(1 + p); the sum over k is
    K h − (1 − h) h (1 − (−p)^K).

    Raises:
        ValueError: the probability is not between 0 and 1, or a number of throws is below 0.
    """
    p, count = inclusion_probability, np.asarray(throws, dtype=np.float64)
    held = p / (1 + p)
    alternating = np.where(count % 2, -1.0, 1.0) * p**count
    balls: Array = np.maximum(0, count * held - (1 - held) * held * (1 - alternating))  # 0, too, where it rounds below
    return balls


@checked
def expected_share(
    scripted_throws: AllAtLeastZero, inclusion_probability: Share, learning: InnerShare, players: Players
) -> Array:
    """Return the mean of the expected share after k scripted throws: q_k = p + (q_f − p)(1 − α)^k.

    Left out from the start, p = 0, it is q_f (1 − α)^k in every game, not only on average.

    Raises:
        ValueError: a number of throws is below 0, the probability is not between 0 and 1, learning is not above 0 and
            below 1, or there are fewer than 2 players.
    """
    k, p = np.asarray(scripted_throws, dtype=np.float64), inclusion_probability
    share: Array = p + (fair_share(players) - p) * (1 - learning) ** k
    return share


@checked
def half_life(learning: InnerShare) -> float:
    """Return ln 2/−ln(1 − α), the scripted throws in which the expected share of someone left out halves.

    Raises:
        ValueError: learning is not above 0 and below 1.
    """
    return math.log(2) / -math.log1p(-learning)


@checked
def share_path(comes: Annotated[ArrayLike, Between(0, 1, axes=1)], learning: InnerShare, players: Players) -> Array:
    """Return the expected share before the first and after each scripted throw, from the fair share on.

    Args:
        comes: whether each scripted throw comes to you, shape (…, throws).
        learning: α, per scripted throw.
        players: n, you among them.

    Returns:
        shape (…, throws + 1).

    Raises:
        ValueError: learning is not above 0 and below 1, or there are fewer than 2 players.
    """
    seen = np.asarray(comes, dtype=np.float64)
    path = np.empty((*seen.shape[:-1], seen.shape[-1] + 1))
    path[..., 0] = fair_share(players)
    for k in range(seen.shape[-1]):
        path[..., k + 1] = path[..., k] + learning * (seen[..., k] - path[..., k])
    return path


@checked
def need_satisfaction(share: Shares, parameters: BallGame) -> Array:
    """Return N = N_min + (N_max − N_min) · min(1, q/q_f)^γ while the game lasts, in points, of the shape of ``share``.

    Under the account ``data`` the gap to N_max is divided by 1 + σ.

    Raises:
        ValueError: a share is not between 0 and 1.
    """
    q = np.asarray(share, dtype=np.float64)
    part = np.minimum(1, q / fair_share(parameters.players)) ** parameters.curvature
    gap = (parameters.scale_high - parameters.scale_low) * (1 - part)
    need: Array = parameters.scale_high - gap / (1 + parameters.support if parameters.account == "data" else 1)
    return need


@checked
def need_afterwards(minutes: AllAtLeastZero, need_at_end: ArrayLike, parameters: BallGame) -> Array:
    """Return the needs some minutes after a game, in points: broadcast over both (see :func:`simulate_ball_game`).

    Raises:
        ValueError: a time is below 0.
    """
    require_together(minutes=minutes, need_at_end=need_at_end)
    time, end = np.asarray(minutes, dtype=np.float64), np.asarray(need_at_end, dtype=np.float64)
    if parameters.account == "data":
        level: Array = end + np.zeros_like(time)
        return level
    left = np.exp(-time * (1 + parameters.support) / parameters.recovery_time)
    after: Array = parameters.scale_high - (parameters.scale_high - end) * left
    return after


@checked
def expected_effect(
    parameters: BallGame, minutes: AllAtLeastZero = 0.0, between_person_sd: Spread = BETWEEN_PERSON_SD
) -> Array:
    """Return the mean rating after a fair game minus that after this game, over their pooled standard deviation.

    A person rates N + sd · z with z standard normal, cut off at 1 and 5 points; means and spreads are exact for
    endlessly many persons, and taken over 600 games of the same draws. :func:`simulate_experiment` draws such persons.

    Args:
        parameters: the game that is compared with a fair one of the same players, throws and learning.
        minutes: minutes since the game, shape (samples,) or a number.
        between_person_sd: spread between persons in points, tuned (see :data:`BETWEEN_PERSON_SD`).

    Returns:
        of the shape of ``minutes``.

    Raises:
        ValueError: a time is below 0, or the spread is not above 0.
    """
    time = np.asarray(minutes, dtype=np.float64)
    fair = parameters.replace(inclusion_probability=fair_share(parameters.players))
    fair_mean, fair_variance = _rated(fair, time, between_person_sd)
    mean, variance = _rated(parameters, time, between_person_sd)
    effect: Array = (fair_mean - mean) / np.sqrt((fair_variance + variance) / 2)
    return effect


@dataclass(frozen=True)
class Experiment:
    """Ratings of two groups of persons after their game, in points from 1 to 5, each of shape (people,)."""

    included: Array
    left_out: Array

    @property
    def effect(self) -> float:
        """Cohen's d: the difference of the means over the pooled standard deviation."""
        pooled = math.sqrt((self.included.var(ddof=1) + self.left_out.var(ddof=1)) / 2)
        return float((self.included.mean() - self.left_out.mean()) / pooled)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per person."""
        group = np.repeat(["included", "left out"], [len(self.included), len(self.left_out)])
        return pd.DataFrame({"group": group, "rating": np.concatenate([self.included, self.left_out])})


@checked
def simulate_experiment(
    parameters: BallGame,
    people: Annotated[int, Between(2, MOST)] = 50,
    between_person_sd: Spread = BETWEEN_PERSON_SD,
    seed: Seed = 7,
) -> Experiment:
    """Let people play a fair game and as many others the game of ``parameters``, and let each rate the needs at once.

    Toy: everyone learns alike, and persons differ only by a normal deviation of their rating, cut off at 1 and 5.

    Raises:
        ValueError: people is below 2, or the spread is not above 0.
    """
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    draws = generator.random((2, people, MOST_THROWS))
    deviation = generator.standard_normal((2, people))
    fair = parameters.replace(inclusion_probability=fair_share(parameters.players))
    groups = [
        np.clip(
            need_satisfaction(_final_shares(each, game), parameters) + between_person_sd * own,
            LEAST_RATING,
            MOST_RATING,
        )
        for each, game, own in zip(draws, (fair, parameters), deviation, strict=True)
    ]
    return Experiment(*groups)


def _turns(comes: Booleans) -> NDArray[np.int64]:
    """Return the number of each scripted throw among all throws, from 1: you throw first, and after each you get."""
    before: NDArray[np.int64] = np.cumsum(comes, axis=-1) - comes
    turns: NDArray[np.int64] = 2 + np.arange(comes.shape[-1]) + before
    return turns


def _final_shares(draws: Array, parameters: BallGame) -> Array:
    """Return the expected share after the last throw of each game, shape (games,), for draws (games, scripted)."""
    comes = draws[:, : parameters.throws] < parameters.inclusion_probability
    played = (_turns(comes) <= parameters.throws).sum(axis=1)
    path = share_path(comes, parameters.expectation_learning, parameters.players)
    shares: Array = path[np.arange(len(path)), played]
    return shares


@lru_cache(maxsize=1)
def _effect_draws() -> Array:
    return np.random.default_rng(np.random.SeedSequence(_EFFECT_SEED)).random((_GAMES, MOST_THROWS))


@lru_cache(maxsize=64)
def _mean_game(inclusion_probability: float, players: int, throws: int, learning: float) -> Array:
    """Return the shares at the end of many games, from low to high, each the mean of a few that are next to it.

    They are kept, since most sliders leave the games as they are.
    """
    game = BallGame(
        inclusion_probability=inclusion_probability,
        players=players,
        throws=throws,
        expectation_learning=learning,
    )
    ordered = np.sort(_final_shares(_effect_draws(), game))
    alike: Array = ordered.reshape(-1, _ALIKE).mean(axis=1)
    return alike


def _rated(parameters: BallGame, minutes: Array, spread: float) -> tuple[Array, Array]:
    """Return mean and variance of ratings at each time, over games and over persons, exact for the latter."""
    from scipy.special import ndtr  # here because the import takes time that a lab need not pay before its first run

    shares = _mean_game(
        parameters.inclusion_probability, parameters.players, parameters.throws, parameters.expectation_learning
    )
    need = need_afterwards(minutes, need_satisfaction(shares, parameters).reshape(-1, *[1] * minutes.ndim), parameters)
    low, high = (LEAST_RATING - need) / spread, (MOST_RATING - need) / spread
    below, above = ndtr(low), ndtr(-high)
    inside = 1 - below - above
    density_low, density_high = (np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) for z in (low, high))
    mean = LEAST_RATING * below + MOST_RATING * above + need * inside - spread * (density_high - density_low)
    square = (
        LEAST_RATING**2 * below
        + MOST_RATING**2 * above
        + (need**2 + spread**2) * inside
        - spread * ((need + MOST_RATING) * density_high - (need + LEAST_RATING) * density_low)
    )
    average: Array = mean.mean(axis=0)
    variance: Array = square.mean(axis=0) - average**2
    return average, variance
