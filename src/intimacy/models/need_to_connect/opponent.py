"""An opponent process, with someone there and away, and a calm that is partly opioid.

That a strong feeling calls up an opposite one, which is slower, outlasts it and grows with use, is the theory of
Solomon and Corbit (1974, Psychological Review 81, 119–145). The linear equations are a minimal form of it. The curve
after a loss returns to zero by construction; grief need not, and it is no disorder. That contact calms by way of the
brain's own opioids is Panksepp's idea; the one-line form is ours. Every value is a toy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import AtLeastZero, Between, Positive, Share, checked
from intimacy.parameters import Parameters, choice, integer, number

Array = NDArray[np.float64]

DAYS_AFTER_LOSS = 120
"""Days that are followed after someone has gone for good."""

PUBLISHED_SHIFT, PUBLISHED_LOW, PUBLISHED_HIGH = -0.20, -0.32, -0.07
"""Hedges g of naltrexone, an opioid blocker, on felt connection, with its 95 % interval: Løseth et al. (2024, doi
10.1038/s41398-024-03088-3), 17 outcomes of 10 projects, 455 healthy adults."""

_SAMPLES_PER_PHASE = 61
_GRID = 41
_REFINEMENTS = 6


@dataclass(frozen=True)
class OpponentProcess(Parameters):
    """A bond and its opponent (toy, see :func:`simulate_opponent_process`)."""

    schedule: str = choice(
        "cycles",
        {"cycles": "Comes and goes", "loss": "Stays, then gone for good"},
        label="Presence",
        help="Whether the other person comes back.",
    )
    days_together: int = integer(
        20, 1, 120, unit="days", label="Days together", help="How long the other is there, each time."
    )
    days_apart: int = integer(
        40, 1, 60, unit="days", label="Days apart", help="How long the other is away, if they come back."
    )
    cycles: int = integer(8, 1, 8, label="Times together", help="How often the other is there, if they come back.")
    first_gain: float = number(
        0.2,
        0,
        1,
        step=0.05,
        symbol="g₀",
        label="Opponent at first",
        help="Strength of the opponent process when all is new, beside a pleasure of 1.",
    )
    most_gain: float = number(
        0.9, 0, 1, step=0.05, symbol="g₁", label="Opponent in the end", help="Where it grows to with presence."
    )
    growth_rate: float = number(
        0.0125, 0, 0.1, step=0.0025, unit="/day", symbol="ρ", label="Growth", help="How fast it grows with presence."
    )
    decay_rate: float = number(
        0, 0, 0.1, step=0.0025, unit="/day", symbol="δ", label="Fading", help="How fast it goes back in absence."
    )
    fast_time: float = number(
        1, 0.1, 5, step=0.1, unit="days", symbol="τₐ", label="Pleasure's time", help="How slowly pleasure follows."
    )
    slow_time: float = number(
        10, 2, 60, step=1, unit="days", symbol="τᵦ", label="Opponent's time", help="How slowly the opponent follows."
    )


@dataclass(frozen=True)
class OpponentProcessRun:
    """A bond over time. Where presence changes there are two samples at the same time, one for each side.

    Attributes:
        parameters: what was run.
        days: time since the first day together, shape (samples,).
        present: 1 while the other is there, else 0, shape (samples,).
        pleasure: the fast process a, shape (samples,).
        opponent: the slow process b, shape (samples,).
        gain: strength of the opponent, g, shape (samples,).
        plateaus: affect at the end of each time together, shape (cycles,).
        dips: lowest affect of each time apart, shape (cycles,).
        dip_days: days after each parting at which it is reached, shape (cycles,).
    """

    parameters: OpponentProcess
    days: Array
    present: Array
    pleasure: Array
    opponent: Array
    gain: Array
    plateaus: Array
    dips: Array
    dip_days: Array

    @property
    def affect(self) -> Array:
        """F = a − b, shape (samples,)."""
        return self.pleasure - self.opponent

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per sampled time."""
        lines = {name: getattr(self, name) for name in ("days", "present", "pleasure", "opponent", "gain", "affect")}
        return pd.DataFrame(lines)


@checked
def simulate_opponent_process(parameters: OpponentProcess) -> OpponentProcessRun:
    """Follow pleasure a, opponent b and its gain g, with the other there (S = 1) and away (S = 0)::

        τₐ da/dt = S − a
        τᵦ db/dt = g a − b
           dg/dt = ρ (g₁ − g) S − δ (g − g₀)(1 − S)
               F = a − b

    from a = b = 0, g = g₀ on (days; a, b, g and F without a unit). In each phase g a is a sum of exponentials, so b is
    one too, and every sample is exact; the lowest point of a phase is found on its curve, to 1e-6 days. No chance in
    it. A toy: F returns to zero after every loss, by construction. Grief need not.
    """
    state, start = np.array([0.0, 0.0, parameters.first_gain]), 0.0
    pieces: list[Array] = []
    partings: list[Array] = []
    phases = _phases(parameters)
    for there, length in phases:
        if not there:
            partings.append(state)
        days = length * np.linspace(0, 1, _SAMPLES_PER_PHASE) ** 2
        states = np.stack(_Phase(parameters, there, state).at(days))
        pieces.append(np.vstack([start + days, np.full_like(days, there), states]))
        state = states[:, -1]
        start += length
    days, present, pleasure, opponent, gain = np.hstack(pieces)
    a, b, _ = np.array(partings).T
    # All partings at once, in rows.
    dip_days, dips = _Phase(parameters, False, np.array(partings).T[:, :, np.newaxis]).lowest(phases[-1][1])
    return OpponentProcessRun(parameters, days, present, pleasure, opponent, gain, a - b, dips, dip_days)


@checked
def affect_after_loss(days: Array, gain: AtLeastZero, fast_time: Positive = 1.0, slow_time: Positive = 10.0) -> Array:
    """Return F(t) after a long presence, with a gain that stays, in the shape of ``days``::

        F(t) = (1 − g K) exp(−t/τₐ) − g (1 − K) exp(−t/τᵦ),   K = τₐ/(τₐ − τᵦ)

    Raises:
        ValueError: a time is not above 0, the two are equal, or gain is below 0.
    """
    k = _share(fast_time, slow_time)
    times = np.asarray(days, dtype=np.float64)
    affect: Array = (1 - gain * k) * np.exp(-times / fast_time) - gain * (1 - k) * np.exp(-times / slow_time)
    return affect


@checked
def lowest_after_loss(gain: Positive, fast_time: Positive = 1.0, slow_time: Positive = 10.0) -> tuple[float, float]:
    """Return day and depth of the lowest affect after a long presence, for a slower opponent with a gain that stays::

        t* = ln[((1 − g K)/τₐ) / (g (1 − K)/τᵦ)] / (1/τₐ − 1/τᵦ),   K = τₐ/(τₐ − τᵦ)

    Raises:
        ValueError: a time or the gain is not above 0, or slow_time is not above fast_time.
    """
    k = _share(fast_time, slow_time)
    if not slow_time > fast_time:
        raise ValueError(f"slow_time must be above fast_time, {fast_time!r}, got {slow_time!r}")
    ratio = (1 - gain * k) / fast_time / (gain * (1 - k) / slow_time)
    day = math.log(ratio) / (1 / fast_time - 1 / slow_time)
    return day, float(affect_after_loss(np.array(day), gain, fast_time, slow_time))


@dataclass(frozen=True)
class OpioidCalm(Parameters):
    """Calm from contact, and a blocker (toy, see :func:`simulate_opioid_calm`)."""

    blockade: float = number(
        1, 0, 1, step=0.05, symbol="B", label="Blockade", help="Share of the opioid receptors that a drug blocks."
    )
    opioid_share: float = number(
        1,
        0,
        1,
        step=0.05,
        symbol="ω",
        label="Opioid share of calm",
        help="How much of the calm that contact gives comes by way of opioids. 1: all, as the strong theory has it.",
    )
    contact: float = number(0.8, 0, 1, step=0.05, symbol="c", label="Contact", help="0: alone, 1: as close as can be.")
    calm: float = number(1, 0, 2, step=0.1, symbol="κ", label="Calm from contact", help="Calm at full contact.")
    distress_alone: float = number(
        1, 0, 2, step=0.1, symbol="d₀", label="Distress alone", help="Separation distress without any contact."
    )
    spread: float = number(
        1,
        0.2,
        3,
        step=0.1,
        symbol="σ",
        label="Spread between people",
        help="Standard deviation of felt connection. Free: no study gave it to this model.",
    )


@dataclass(frozen=True)
class OpioidCalmRun:
    """Calm and distress with and without a blocker.

    Attributes:
        parameters: what was run.
        contact: from none to full, shape (samples,).
        distress, blocked_distress: separation distress without and with the blocker, shape (samples,).
        shift: change of felt connection by the blocker at the contact chosen, in standard deviations.
    """

    parameters: OpioidCalm
    contact: Array
    distress: Array
    blocked_distress: Array
    shift: float

    @property
    def fits(self) -> bool:
        """Whether the shift lies in the published interval. A share that was chosen to fit is no evidence for it."""
        return PUBLISHED_LOW <= self.shift <= PUBLISHED_HIGH

    def to_frame(self) -> pd.DataFrame:
        """Return the curves as a table, one row per amount of contact."""
        lines = {name: getattr(self, name) for name in ("contact", "distress", "blocked_distress")}
        return pd.DataFrame(lines)


@checked
def simulate_opioid_calm(parameters: OpioidCalm) -> OpioidCalmRun:
    """Return separation distress for every amount of contact c, with and without a blocker (no units)::

        calm      o = κ c (1 − ω B)
        distress  d = max(0, d₀ (1 − c) − o)
        shift       = −κ c ω B / σ

    ω = 1 is the strong reading, in which all calm is opioid. The shift is that of felt connection, o, in standard
    deviations between people, which a study can be held against. A toy.
    """
    contact = np.linspace(0, 1, 101)
    lost = parameters.opioid_share * parameters.blockade
    return OpioidCalmRun(
        parameters=parameters,
        contact=contact,
        distress=separation_distress(contact, parameters, blocked=0.0),
        blocked_distress=separation_distress(contact, parameters, blocked=lost),
        shift=0.0 - parameters.calm * parameters.contact * lost / parameters.spread,
    )


@checked
def separation_distress(contact: Annotated[Array, Between(0, 1)], parameters: OpioidCalm, blocked: Share) -> Array:
    """Return max(0, d₀ (1 − c) − κ c (1 − blocked)), in the shape of ``contact``.

    Raises:
        ValueError: contact or blocked is not between 0 and 1.
    """
    amount = np.asarray(contact, dtype=np.float64)
    calm = parameters.calm * amount * (1 - blocked)
    return np.maximum(0, parameters.distress_alone * (1 - amount) - calm)


def _phases(parameters: OpponentProcess) -> list[tuple[bool, float]]:
    """Return whether the other is there, and for how many days, phase by phase."""
    if parameters.schedule == "loss":
        return [(True, parameters.days_together), (False, DAYS_AFTER_LOSS)]
    return [(True, parameters.days_together), (False, parameters.days_apart)] * parameters.cycles


class _Phase:
    """Times together or apart: a and g relax, and b answers each exponential of their product."""

    def __init__(self, parameters: OpponentProcess, there: bool, state: Array) -> None:
        a, self._b, g = state
        self._fast, self._slow = 1 / parameters.fast_time, 1 / parameters.slow_time
        self._a_end = float(there)
        self._g_end = parameters.most_gain if there else parameters.first_gain
        self._g_rate = parameters.growth_rate if there else parameters.decay_rate
        self._a_gap, self._g_gap = a - self._a_end, g - self._g_end

    def at(self, days: Array) -> tuple[Array, Array, Array]:
        """Return a, b and g some days after the phase began."""
        a = self._a_end + self._a_gap * np.exp(-self._fast * days)
        g = self._g_end + self._g_gap * np.exp(-self._g_rate * days)
        b = self._b * np.exp(-self._slow * days)
        for size, rate in (
            (self._g_end * self._a_end, 0.0),
            (self._g_end * self._a_gap, self._fast),
            (self._g_gap * self._a_end, self._g_rate),
            (self._g_gap * self._a_gap, self._fast + self._g_rate),
        ):
            b = b + self._slow * size * _answer(days, rate, self._slow)
        return a, b, g

    def lowest(self, length: float) -> tuple[Array, Array]:
        """Return day and value of the lowest affect in each row: the best of a grid, then of finer ones around it."""
        low, high = np.zeros_like(self._b), np.full_like(self._b, length)
        for _ in range(_REFINEMENTS):
            days = low + (high - low) * np.linspace(0, 1, _GRID)
            a, b, _g = self.at(days)
            best = (a - b).argmin(axis=1, keepdims=True)
            low = np.take_along_axis(days, np.maximum(best - 1, 0), axis=1)
            high = np.take_along_axis(days, np.minimum(best + 1, _GRID - 1), axis=1)
        return np.take_along_axis(days, best, axis=1)[:, 0], np.take_along_axis(a - b, best, axis=1)[:, 0]


def _answer(days: Array, rate: float, slow: float) -> Array:
    """Return ∫ exp(−rate u) exp(−slow (t − u)) du from 0 to t, which is t exp(−rate t) where the two are equal."""
    apart = abs(rate - slow) * days
    share = np.divide(-np.expm1(-apart), apart, out=np.ones_like(days), where=apart > 0)
    return days * np.exp(-min(rate, slow) * days) * share


def _share(fast_time: float, slow_time: float) -> float:
    if fast_time == slow_time:
        raise ValueError(f"slow_time must differ from fast_time, got {slow_time!r} for both")
    return fast_time / (fast_time - slow_time)
