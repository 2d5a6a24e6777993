"""The loop: touch releases oxytocin, which may sway trust; trust that is met is rewarding, and reward brings touch.

One round every T minutes, for a pair::

    touch      happens with propensity m and releases a pulse d; an outside dose o may be added each round
    level      L decays between rounds by exp(−kT), k = ln 2 / half-life          (in units of the half-effect level)
    effect     ω = ω_max L / (1 + L)                                              share of the largest effect
    choice     P(x) ∝ exp(βU(x)), x ∈ {0, 4, 8, 12}, the rule of ``trust_game``, with ω acting as the hypothesis says
    outcome    the partner keeps the promise (y = 1) or not (y = 0); prediction error δ = y − p; p ← p + αδ
    reward     a kept promise releases a pulse d·x/12, and m ← m + η [m₀ + (1 − m₀) y x/12 − m]

What oxytocin does to the investor is the learner's choice among hypotheses: nothing; betrayal aversion b → b(1 − ω);
learning α → α(1 − ω); social salience, a gain 1 + (g_max − 1)ω on the belief cue. None of them is established: the
registered replication of the trust effect found no effect (Declerck et al. 2020, 10.1038/s41562-020-0878-x).

Status: *toy*. The half-life starts at the one-compartment value of clearance 1.5 L/min and volume 10 L (after Fabian et
al. 1969, 10.1113/jphysiol.1969.sp008937); doses and effects have no empirical scale. Touch learning is an assumption.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import LARGEST, Between, Count, Seed, Share, checked
from intimacy.models.oxytocin_trust.trust_game import (
    ENDOWMENT,
    INVESTMENTS,
    beliefs_from_outcomes,
    choice_probabilities,
    indifference_belief,
    sample_steps,
)
from intimacy.parameters import Parameters, choice, integer, number

LARGEST_EFFECT = 0.9  # ω_max
LARGEST_GAIN = 3.0  # g_max, reached only in the limit ω = 1
TOUCH_LEARNING = 0.15  # η, per round
BASE_TOUCH = 0.1  # m₀
FIRST_BELIEF = 0.7
RISK_AVERSION = 0.0237  # φ, as calibrated in ``trust_game``
FINE_STEPS = 8  # points drawn between two rounds
BELIEF_NODES = 16  # values that stand for a distribution of beliefs

HYPOTHESES = {
    "none": "does nothing to choices",
    "betrayal_aversion": "softens the fear of betrayal",
    "learning": "slows learning about the partner",
    "salience": "makes social cues stand out",
}


@dataclass(frozen=True)
class _Action:
    """How much of the effect ω goes to each choice parameter."""

    on_betrayal_aversion: float = 0.0
    on_learning: float = 0.0
    on_salience: float = 0.0


_ACTIONS = {
    "none": _Action(),
    "betrayal_aversion": _Action(on_betrayal_aversion=1.0),
    "learning": _Action(on_learning=1.0),
    "salience": _Action(on_salience=1.0),
}


@dataclass(frozen=True)
class Loop(Parameters):
    """Parameters of the loop, in the order in which a learner would try them."""

    hypothesis: str = choice(
        "betrayal_aversion",
        HYPOTHESES,
        label="Oxytocin …",
        help="Pick what oxytocin is assumed to do. None is established.",
    )
    reliability: float = number(
        0.8,
        0,
        1,
        step=0.05,
        symbol="q",
        label="Promises the partner keeps",
        help="Share of promises kept in normal rounds.",
    )
    betrayal_rounds: int = integer(
        10,
        0,
        40,
        unit="rounds",
        label="Betrayal lasts",
        help="How long the partner lets you down. 0: it never happens.",
    )
    betrayal_start: int = integer(
        21,
        2,
        60,
        label="First round of the betrayal",
        help="The first round of the betrayal; repair follows after it.",
    )
    betrayal_reliability: float = number(
        0.1, 0, 1, step=0.05, label="Promises kept during betrayal", help="Share of promises kept while it lasts."
    )
    pulse: float = number(
        0.5,
        0,
        3,
        step=0.1,
        symbol="d",
        label="Oxytocin per touch",
        help="1 is the level that has half the largest effect.",
    )
    outside_dose: float = number(
        0,
        0,
        5,
        step=0.1,
        symbol="o",
        label="Outside dose per round",
        help="Oxytocin from a spray, whatever the partner does.",
    )
    half_life: float = number(
        4.6,
        1,
        60,
        step=0.1,
        unit="min",
        symbol="t½",
        label="Half-life",
        help="Minutes until half of the oxytocin is gone.",
    )
    interval: float = number(
        5,
        1,
        60,
        step=1,
        unit="min",
        symbol="T",
        label="Time between rounds",
        help="Minutes from one meeting to the next.",
    )
    betrayal_aversion: float = number(
        0.5,
        0,
        4,
        step=0.05,
        symbol="b",
        label="Betrayal aversion",
        help="How much worse a broken promise is than bad luck.",
    )
    learning_rate: float = number(
        0.1, 0, 0.6, step=0.01, symbol="α", label="Learning rate", help="How far one surprise moves the belief."
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

    @property
    def decay(self) -> float:
        """Share of the level that is left after one interval: exp(−kT) = 2^(−T/half-life)."""
        return float(2 ** (-self.interval / self.half_life))

    @checked
    def reliabilities(self, rounds: Count) -> NDArray[np.float64]:
        """Chance that the promise is kept, by round, shape (rounds,)."""
        since = np.arange(1, rounds + 1) - self.betrayal_start
        betrayed = (since >= 0) & (since < self.betrayal_rounds)
        return np.where(betrayed, self.betrayal_reliability, self.reliability)


@dataclass(frozen=True)
class Course:
    """How a run went, by round: shape (rounds,) for one pair or a mean, (rounds, pairs) for all.

    ``level`` is the oxytocin level at the moment of choice; ``belief`` is held before the choice; ``investment`` is
    in MU; ``kept`` is 1 for a kept promise; ``prediction_error`` is kept − belief; ``touch`` is the propensity to
    touch before the round.
    """

    level: NDArray[np.float32]
    belief: NDArray[np.float32]
    investment: NDArray[np.float32]
    kept: NDArray[np.float32]
    prediction_error: NDArray[np.float32]
    touch: NDArray[np.float32]


@dataclass(frozen=True)
class LoopRun:
    """The pairs' courses; ``example`` is the first pair, ``mean`` the mean over pairs.

    ``rounds`` counts from 1 and ``minutes`` is when each takes place. ``fine_minutes`` and the two fine levels, all
    of shape (rounds · 9,), follow the level between rounds, with both sides of each jump at the same minute.
    """

    parameters: Loop
    rounds: NDArray[np.int64]
    minutes: NDArray[np.float64]
    pairs: Course
    example: Course
    mean: Course
    fine_minutes: NDArray[np.float64]
    fine_level: NDArray[np.float64]
    fine_mean_level: NDArray[np.float64]

    def to_frame(self) -> pd.DataFrame:
        """One row per round: the example pair and the mean over pairs."""
        columns: dict[str, NDArray[np.float64]] = {"minutes": self.minutes}
        for prefix, course in (("pair_1", self.example), ("mean", self.mean)):
            columns |= {f"{prefix}_{name}": values for name, values in vars(course).items()}
        return pd.DataFrame(columns, index=pd.Index(self.rounds, name="round"))


@lru_cache(maxsize=4)
def _uniforms(seed: int, rounds: int, pairs: int) -> NDArray[np.float32]:
    """Common random numbers, layout (round, touch | choice | partner, pair), kept between slider steps."""
    draws = np.random.default_rng(np.random.SeedSequence(seed)).random((rounds, 3, pairs), dtype=np.float32)
    draws.flags.writeable = False
    return draws


@checked
def simulate_loop(
    parameters: Loop,
    seed: Seed = 7,
    *,
    rounds: Annotated[int, Between(1, 10_000)] = 60,
    pairs: Annotated[int, Between(1, 10_000)] = 200,
    first_touch: Share = 0.5,
    first_belief: Share = FIRST_BELIEF,
) -> LoopRun:
    """Run the loop for many independent pairs at once.

    Every pair starts without oxytocin, with belief ``first_belief`` and touch propensity ``first_touch``. Common
    random numbers: all draws are made up front, so that a changed parameter moves the curve and not the noise.

    Raises:
        ValueError: ``rounds`` or ``pairs`` is below 1, or ``first_touch`` or ``first_belief`` is not between 0 and 1.
    """
    draws = _uniforms(seed, rounds, pairs)
    course, level_after = _run_rounds(parameters, draws, first_touch, first_belief)
    example = Course(*(values[:, 0] for values in vars(course).values()))
    mean = Course(*(values.mean(axis=1) for values in vars(course).values()))
    minutes = parameters.interval * np.arange(rounds, dtype=np.float64)
    # A jump and the decay after it: level just before the round, then at each step of the interval that follows.
    step_minutes = np.concatenate(([0.0], np.linspace(0, parameters.interval, FINE_STEPS)))
    left = np.concatenate(([0.0], 2 ** (-step_minutes[1:] / parameters.half_life)))

    def followed(after: NDArray[np.float32]) -> NDArray[np.float64]:
        levels = np.outer(after.astype(np.float64), left)
        levels[1:, 0] = after[:-1] * parameters.decay
        return levels.ravel()

    return LoopRun(
        parameters=parameters,
        rounds=np.arange(1, rounds + 1),
        minutes=minutes,
        pairs=course,
        example=example,
        mean=mean,
        fine_minutes=np.add.outer(minutes, step_minutes).ravel(),
        fine_level=followed(level_after[:, 0]),
        fine_mean_level=followed(level_after.mean(axis=1)),
    )


def _run_rounds(
    parameters: Loop, draws: NDArray[np.float32], first_touch: float, first_belief: float
) -> tuple[Course, NDArray[np.float32]]:
    """Return the courses, and the level just after each round; all (rounds, pairs).

    The choice is that of ``trust_game``: with steps of 4 MU, neighbouring odds are P(4k + 4)/P(4k) = exp(lean − (2k +
    1) bend), lean = 4β[1 − (2 + b)(1 − p)] and bend = 64βφp(1 − p), and the cumulative probabilities are inverted.
    """
    rounds, _, pairs = draws.shape
    choice_terms = _ChoiceTerms.of(parameters)
    action = _ACTIONS[parameters.hypothesis]
    steepness = 4 * parameters.choice_sharpness
    aversion_slope = steepness * parameters.betrayal_aversion * action.on_betrayal_aversion * LARGEST_EFFECT
    one, learning_rate = _float32(1), _float32(parameters.learning_rate)
    rate_slope = _float32(-parameters.learning_rate * action.on_learning * LARGEST_EFFECT)
    gain_slope = _float32((LARGEST_GAIN - 1) * action.on_salience * LARGEST_EFFECT)

    was_kept = draws[:, 2] < parameters.reliabilities(rounds).astype(np.float32)[:, None]
    kept = was_kept.astype(np.float32)
    belief = beliefs_from_outcomes(first_belief, parameters.learning_rate, was_kept)
    # Right for every round unless oxytocin acts on learning or on the cue:
    exponents, shrinks = choice_terms(one - belief)
    pulls = (one - belief) * _float32(aversion_slope)  # what ω adds to the exponent by softening betrayal aversion
    log_odds_against = np.log((1 - belief) / np.maximum(belief, np.float32(1e-7)) + np.float32(1e-7))
    # Touch m = m₀ + (1 − m₀)h is followed as the habit h, and the draws are scaled to be compared with it.
    touch_draws = (draws[:, 0] - np.float32(BASE_TOUCH)) / np.float32(1 - BASE_TOUCH)
    habit = np.empty((rounds + 1, pairs), dtype=np.float32)
    habit[0] = (first_touch - BASE_TOUCH) / (1 - BASE_TOUCH)
    dose_per_step, habit_per_step = kept * (parameters.pulse / 3), kept * (TOUCH_LEARNING / 3)
    level, level_after = np.empty((2, rounds, pairs), dtype=np.float32)
    steps = np.empty((rounds, pairs), dtype=np.int8)
    before = np.full(pairs, parameters.outside_dose, dtype=np.float32)
    share, odds = np.empty((2, pairs), dtype=np.float32)
    pulse, outside_dose = _float32(parameters.pulse), _float32(parameters.outside_dose)
    decay, persistence = _float32(parameters.decay), _float32(1 - TOUCH_LEARNING)
    first_weight = _float32(np.exp(-1.5 * steepness))

    for t in range(rounds):
        now, after, step, following_habit = level[t], level_after[t], steps[t], habit[t + 1]
        np.multiply(touch_draws[t] < habit[t], pulse, out=now)
        now += before
        np.add(now, one, out=share)
        np.divide(now, share, out=share)
        exponent, shrink = exponents[t], shrinks[t]
        if gain_slope:
            exponent, shrink = choice_terms(_salient_doubt(log_odds_against[t], one + gain_slope * share))
        elif rate_slope:
            exponent, shrink = choice_terms(one - belief[t])
        elif aversion_slope:
            exponent += share * pulls[t]
        np.exp(exponent, out=odds)
        sample_steps(odds, shrink, first_weight, draws[t, 1], out=step)
        np.multiply(dose_per_step[t], step, out=after)
        after += now
        np.multiply(after, decay, out=before)
        before += outside_dose
        np.multiply(habit[t], persistence, out=following_habit)
        following_habit += habit_per_step[t] * step
        if rate_slope and t + 1 < rounds:
            share *= rate_slope
            share += learning_rate
            share *= kept[t] - belief[t]
            np.add(belief[t], share, out=belief[t + 1])
    touch = habit[:-1] * np.float32(1 - BASE_TOUCH) + np.float32(BASE_TOUCH)
    return Course(level, belief, steps * np.float32(4), kept, kept - belief, touch), level_after


def _float32(value: float) -> NDArray[np.float32]:
    """A scalar as an array without axes: numpy converts a Python number in each call, which doubles its cost here."""
    return np.asarray(value, dtype=np.float32)


@dataclass(frozen=True)
class _ChoiceTerms:
    """The two terms of the choice rule as a function of doubt 1 − p, at full betrayal aversion."""

    one: NDArray[np.float32]
    steepness: NDArray[np.float32]
    per_doubt: NDArray[np.float32]
    curvature: NDArray[np.float32]

    @classmethod
    def of(cls, parameters: Loop) -> _ChoiceTerms:
        steepness = 4 * parameters.choice_sharpness
        per_doubt = steepness * (2 + parameters.betrayal_aversion)
        return cls(*(_float32(each) for each in (1, steepness, per_doubt, 16 * RISK_AVERSION * steepness)))

    def __call__(self, doubt: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the exponent lean − bend, and exp(−2 bend)."""
        bend = self.one - doubt
        bend *= doubt
        bend *= self.curvature
        exponent = self.steepness - self.per_doubt * doubt
        exponent -= bend
        bend += bend
        np.negative(bend, out=bend)
        return exponent, np.exp(bend, out=bend)


def _salient_doubt(log_odds_against: NDArray[np.float32], gain: NDArray[np.float32]) -> NDArray[np.float32]:
    """1 − ``trust_game.salient_belief``: a gain on the cue multiplies the log-odds."""
    odds = np.exp(gain * log_odds_against)
    return np.asarray(odds / (odds + np.float32(1)))


@checked
def oxytocin_effect(level: Annotated[ArrayLike, Between(0, LARGEST)]) -> NDArray[np.float64]:
    """Return ω = ω_max L/(1 + L), the share of the largest effect at a level in units of the half-effect level."""
    levels = np.asarray(level, dtype=np.float64)
    return np.asarray(LARGEST_EFFECT * levels / (1 + levels))


@checked
def mean_loop_level(parameters: Loop, pulses_per_round: ArrayLike) -> NDArray[np.float64]:
    """Return the time average of the level when n pulses and the outside dose are given each round: (nd + o)/(kT).

    In a steady state what is given in an interval T is what is cleared in it, k∫L dt = kT·mean, whatever the shape of
    the train; n may be a mean number (touch counts 1, a kept promise x/12).
    """
    dose = np.asarray(pulses_per_round) * parameters.pulse + parameters.outside_dose
    return np.asarray(dose / (np.log(2) / parameters.half_life * parameters.interval))


@checked
def effective_indifference_belief(
    parameters: Loop, level: Annotated[ArrayLike, Between(0, LARGEST)]
) -> NDArray[np.float64]:
    """Return (1 + b')/(2 + b'), b' = b(1 − ω(L)) if oxytocin acts on betrayal aversion, else b.

    Above this belief a risk-neutral investor sends as much as possible; oxytocin can only lower it towards ½.
    """
    action = _ACTIONS[parameters.hypothesis].on_betrayal_aversion
    return indifference_belief(parameters.betrayal_aversion * (1 - action * oxytocin_effect(level)))


@lru_cache(maxsize=16)
def _steady_beliefs(reliability: float, learning_rate: float) -> NDArray[np.float64]:
    """Equally likely values of the belief about a partner who has long kept a share q of the promises.

    p ← p + α(y − p) has mean q and variance q(1 − q)α/(2 − α) in the long run; so has the beta distribution with q and
    2(1 − α)/α as mean and total count, whose quantiles are returned. Without learning the belief stays where it began.
    """
    if learning_rate == 0:
        return np.array([FIRST_BELIEF])
    if reliability in (0, 1):
        return np.array([reliability], dtype=np.float64)
    from scipy.special import betaincinv  # here, because only steady states need scipy and its import takes a while

    count = 2 * (1 - learning_rate) / learning_rate
    probabilities = (np.arange(BELIEF_NODES) + 0.5) / BELIEF_NODES
    return np.asarray(betaincinv(reliability * count, (1 - reliability) * count, probabilities))


@checked
def touch_map(parameters: Loop, touch: Annotated[ArrayLike, Between(BASE_TOUCH, 1)]) -> NDArray[np.float64]:
    """Return f(m), where the propensity to touch is drawn to if it now is m: the mean-field map of the loop.

    No betrayal; promises kept with money in them come at r = (m − m₀)/(1 − m₀) a round, the rate that upholds m. With
    the remaining share ε = exp(−kT) and the dose per round D = d(m + r) + o, the level at choice is L = εD/(1 − ε) +
    o, and d more in the share m of rounds that begin with touch. The choice rule, averaged over these two levels and
    over the spread of beliefs about such a partner, gives the mean investment X and f(m) = m₀ + (1 − m₀) q X/12.

    An approximation: level and belief fluctuate independently, carried-over oxytocin is replaced by its mean, and under
    the learning hypothesis the spread of beliefs is that without oxytocin.
    """
    m = np.asarray(touch, dtype=np.float64)
    rewarded = (m - BASE_TOUCH) / (1 - BASE_TOUCH)
    dose = parameters.pulse * (m + rewarded) + parameters.outside_dose
    carried_over = parameters.decay * dose / (1 - parameters.decay) + parameters.outside_dose
    levels = np.stack([carried_over, carried_over + parameters.pulse], axis=-1)
    effect, action = oxytocin_effect(levels)[..., None], _ACTIONS[parameters.hypothesis]
    probabilities = choice_probabilities(
        _steady_beliefs(parameters.reliability, parameters.learning_rate),
        betrayal_aversion=parameters.betrayal_aversion * (1 - action.on_betrayal_aversion * effect),
        risk_aversion=RISK_AVERSION,
        choice_sharpness=parameters.choice_sharpness,
        salience=1 + (LARGEST_GAIN - 1) * action.on_salience * effect,
    )
    untouched, touched = np.moveaxis((probabilities @ np.asarray(INVESTMENTS)).mean(axis=-1) / ENDOWMENT, -1, 0)
    share = untouched + m * (touched - untouched)
    return np.asarray(BASE_TOUCH + (1 - BASE_TOUCH) * parameters.reliability * share)


@checked
def steady_states(parameters: Loop) -> NDArray[np.float64]:
    """Return the fixed points m = f(m) of :func:`touch_map`, ascending.

    f lies above the diagonal at m₀ and below it at 1, so their number is odd: the first, third … attract, those in
    between are watersheds. One fixed point: where a pair ends up does not depend on its past. Three: for a while it
    does.

    One is the rule. Among random parameters (q 0.5–0.95, b 0–4, β 1–10, d 0.1–3, the others at their defaults), three
    turn up without learning (α = 0) in about 1 of 50 under the salience hypothesis and 1 of 900 under betrayal
    aversion, with strong betrayal aversion, sharp choices and a partner more reliable than believed; with α ≥ 0.01 in
    about 1 of 10,000 or fewer, because beliefs that fluctuate carry pairs across. Even at α = 0 simulated pairs hop
    between the two states within some hundred rounds.
    """
    points, inside = np.linspace(BASE_TOUCH, 1, 101)[None], np.linspace(0, 1, 33)
    for _ in range(5):
        above = touch_map(parameters, points) > points
        # Ends are known without rounding: the map crosses downwards and upwards in turn.
        above[:, 0] = np.arange(len(points)) % 2 == 0
        above[:, -1] = ~above[:, 0]
        row, column = np.nonzero(above[:, :-1] != above[:, 1:])
        low, high = points[row, column], points[row, column + 1]
        points = low[:, None] + (high - low)[:, None] * inside
    return np.asarray((low + high) / 2)
