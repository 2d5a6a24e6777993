"""Stress hormones with a delay: a steady drive that gives pulses, and buffers that scale the drive.

The pituitary sends ACTH, the adrenal gland answers with a corticosteroid some minutes later, and the corticosteroid
holds the pituitary back through its receptors. The equations and p₂ to p₆ are those of Walker, Terry and Lightman
(2010, doi 10.1098/rspb.2009.2148), a model of the rat, taken from public code that cites the article. The default
delay is our own choice inside the range that pulses; buffers, stressor and the steady start are a toy.

Which drives pulse has two answers, because the model remembers where it came from. :func:`unstable_drives` gives the
drives at which the steady level cannot hold, from the equations linearised there. :func:`long_run` follows one start.
At long delays the two differ: past the upper border, a steady level and pulses are both stable for a while.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import LARGEST, AllAtLeastZero, Between, checked
from intimacy.models.neuromodulation.buffers import share_left
from intimacy.parameters import Parameters, integer, number, shown

Array = NDArray[np.float64]

MINUTES_PER_SAMPLE = 2.0
"""Length of a step, and spacing of the times in a run; see :func:`simulate_stress_axis` for the error."""

HALF_BINDING = 0.05
"""p₄: square of the bound receptor at which the making of new receptors is half of its most."""

RECEPTOR_SUPPLY = 0.11
"""p₅: receptors made whatever is bound."""

RECEPTOR_LOSS = 2.9
"""p₆: share of the receptors that is lost per unit of time."""

SMALLEST_PULSE = 0.05
"""A rise of the corticosteroid that is smaller than this does not count as a pulse."""

_NO_DRIVE = 1e-12
_FLAT = 0.02
_SAME_RISE = 0.002
_LONGEST_HOURS = 384.0
_RISES_COMPARED = 3


@dataclass(frozen=True)
class StressAxis(Parameters):
    """A constant drive, a stressor, two buffers and a delay (see :func:`simulate_stress_axis`)."""

    drive: float = number(
        30,
        0,
        120,
        step=0.5,
        symbol="p₁",
        label="Drive from the brain",
        help="How strongly the brain's CRH drives the pituitary all the time, without units.",
    )
    delay: float = number(
        19,
        0,
        30,
        step=0.5,
        unit="min",
        symbol="τ",
        label="Delay of the adrenal gland",
        help="Minutes from ACTH to the corticosteroid that it calls for.",
    )
    social_support: float = number(
        0, 0, 0.8, step=0.05, symbol="bₛ", label="Buffer: support", help="Share of the drive taken away. A toy."
    )
    oxytocin: float = number(
        0,
        0,
        0.8,
        step=0.05,
        symbol="bₒ",
        label="Buffer: oxytocin",
        help="Share taken away of the drive that support leaves. A toy.",
    )
    stressor_size: float = number(
        0, 0, 120, step=5, label="Size of the stressor", help="What a stressful time adds to the drive."
    )
    stressor_onset: int = integer(
        240, 0, 720, step=10, unit="min", label="Start of the stressor", help="Minute at which it begins."
    )
    stressor_length: int = integer(
        30, 2, 240, step=2, unit="min", label="Length of the stressor", help="Minutes that it lasts."
    )
    start: float = number(
        3,
        1.1,
        4,
        step=0.1,
        label="Hormones at the start",
        help="How many times their steady level both hormones are held at until minute 0.",
    )
    feedback: float = number(
        15, 1, 40, step=1, symbol="p₂", label="Feedback", help="How strongly bound receptors hold ACTH back."
    )
    acth_decay: float = number(
        7.2,
        2,
        15,
        step=0.1,
        symbol="p₃",
        label="Clearance of ACTH",
        help="How many times faster ACTH leaves the blood than the corticosteroid does.",
    )
    half_life: float = number(
        7.2,
        6,
        70,
        step=0.2,
        unit="min",
        symbol="t½",
        label="Half-life of the corticosteroid",
        help="7.2 minutes in the rat; about an hour in people. It sets the clock of the whole model.",
    )
    hours: int = integer(12, 4, 48, step=2, unit="h", label="Time shown", help="Length of the run.")

    @property
    def share_left(self) -> float:
        """Share of every drive that the two buffers leave, (1 − b_s)(1 − b_o)."""
        return share_left(self.social_support, self.oxytocin)

    @property
    def effective_drive(self) -> float:
        """The constant drive that gets through the buffers."""
        return self.drive * self.share_left

    @property
    def unit_minutes(self) -> float:
        """One unit of the model's time in minutes, half-life / ln 2: 10.4 in the rat."""
        return self.half_life / math.log(2)

    @property
    def stressor_minutes(self) -> tuple[float, float] | None:
        """First and last minute of the stressor; None if there is none in the time shown."""
        if self.stressor_size == 0 or self.stressor_onset >= 60 * self.hours:
            return None
        return float(self.stressor_onset), float(self.stressor_onset + self.stressor_length)


@dataclass(frozen=True)
class StressAxisRun:
    """Levels without units; every array has one entry per sampled minute.

    Attributes:
        parameters: what was run.
        minutes: sampled times, from 0.
        drive: what gets through the buffers, stressor included.
        acth, receptor, corticosteroid: a, r and o.
        steady_level: the o at which the constant drive could hold the axis for ever, stable or not.
    """

    parameters: StressAxis
    minutes: Array
    drive: Array
    acth: Array
    receptor: Array
    corticosteroid: Array
    steady_level: float

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per sampled minute."""
        names = ("minutes", "drive", "acth", "receptor", "corticosteroid")
        return pd.DataFrame({name: getattr(self, name) for name in names})


@dataclass(frozen=True)
class Pulses:
    """The pulses of a run, each a peak that comes after a trough; every array has one entry per pulse.

    Attributes:
        minutes: when the corticosteroid peaks.
        height: its level there.
        rise: how far it rose from the trough before, at least :data:`SMALLEST_PULSE`.
    """

    minutes: Array
    height: Array
    rise: Array

    @property
    def period(self) -> float:
        """Mean time from peak to peak in minutes; nan with fewer than two pulses."""
        return float(np.diff(self.minutes).mean()) if len(self.minutes) > 1 else math.nan

    def to_frame(self) -> pd.DataFrame:
        """Return the pulses as a table, one row each."""
        return pd.DataFrame(vars(self))


@dataclass(frozen=True)
class SteadyState:
    """Levels at which nothing changes under a constant drive; :func:`smallest_delay` says whether they can hold."""

    acth: float
    receptor: float
    corticosteroid: float


@dataclass(frozen=True)
class LongRun:
    """What one start ends in.

    Attributes:
        pulsing: whether pulses go on.
        low, high: lowest and highest corticosteroid of the last pulses; about equal if there are none.
        period: minutes from peak to peak; nan without pulses.
        hours: how long the axis was followed until this was clear.
    """

    pulsing: bool
    low: float
    high: float
    period: float
    hours: float


@dataclass(frozen=True)
class DriveSweep:
    """Lowest and highest corticosteroid of the last hours, and the steady level, one entry per drive."""

    drive: Array
    low: Array
    high: Array
    steady_level: Array

    def to_frame(self) -> pd.DataFrame:
        """Return the sweep as a table, one row per drive."""
        return pd.DataFrame(vars(self))


@checked
def simulate_stress_axis(
    parameters: StressAxis,
    minutes_per_sample: Annotated[float, Between(0.01, MINUTES_PER_SAMPLE)] = MINUTES_PER_SAMPLE,
) -> StressAxisRun:
    """Follow ACTH a, pituitary receptors r and the corticosteroid o under a drive p(t), time in units of t½ / ln 2::

        p(t)  = (p₁ + stressor) (1 − b_s)(1 − b_o)
        da/dt = p(t) / (1 + p₂ r o) − p₃ a
        dr/dt = (o r)² / (p₄ + (o r)²) + p₅ − p₆ r
        do/dt = a(t − τ) − o

    Until minute 0, a and o are held at ``start`` times the steady level of the constant drive, and r at its own.

    The delay is moved to where it is easy: with m(t) = o(t + τ), the corticosteroid that is on its way,
    dm/dt = a − m and o(t) = m(t − τ). A step longer than none of the delay then finds o ready over its whole length, by
    a cubic through stored values and slopes. Only r is left to step (Runge–Kutta of order 4); a and m are linear in
    p / (1 + p₂ r o), which is taken as a parabola over the step and integrated exactly. Within delays shorter than a
    step, the step is repeated with the m that it found. An end of the stressor inside a step is spread over that step.

    Against steps eight times finer, levels stay within 0.2 % of the highest without a stressor, and within 1.5 % with
    the largest one, at the rat's p₂ and p₃. With both at their highest, ACTH is off by up to 4 % as a stressor sets in.

    Raises:
        ValueError: minutes_per_sample is not between 0.01 and 2.
    """
    return _follow(parameters, float(parameters.hours), minutes_per_sample)


@checked
def find_pulses(run: StressAxisRun, since: float = 0.0) -> Pulses:
    """Return the pulses whose trough and peak both come at or after minute ``since``.

    Times and heights are those of the parabola through a turning point and its two neighbours.
    """
    first = int(np.searchsorted(run.minutes, since))
    level, spacing = run.corticosteroid[first:], run.minutes[1] - run.minutes[0]
    change = np.diff(level)
    moving = np.flatnonzero(change)
    rising = change[moving] > 0
    turns = moving[1:][rising[1:] != rising[:-1]]
    if len(turns) and change[turns[0]] < 0:
        turns = turns[1:]
    before, here, after = level[turns - 1], level[turns], level[turns + 1]
    bend = before - 2 * here + after
    offset = 0.5 * (before - after) / bend
    value = here - 0.25 * (before - after) * offset
    minutes = run.minutes[first + turns] + offset * spacing
    rise = value[1::2] - value[:-1:2]
    counts = rise >= SMALLEST_PULSE
    return Pulses(minutes[1::2][counts], value[1::2][counts], rise[counts])


@checked
def long_run(run: StressAxisRun) -> LongRun:
    """Tell what the axis of a run ends in, after its stressor; go on beyond the run for as long as that is open.

    It ends in a steady level once the last quarter is flat, and the level is one that holds; in pulses once three rises
    in a row are equal to within 0.2 %. Otherwise the time is doubled, up to 384 hours, which happens close to a border.
    """
    parameters = run.parameters
    stressor = parameters.stressor_minutes
    while True:
        end = float(run.minutes[-1])
        quiet = stressor[1] if stressor else 0.0
        late = max(quiet, 0.75 * end)
        level = run.corticosteroid[run.minutes >= late]
        pulses = find_pulses(run, quiet)
        rises = pulses.rise[-_RISES_COMPARED:]
        going_on = len(pulses.minutes) > 0 and pulses.minutes[-1] >= late
        same = len(rises) == _RISES_COMPARED and np.ptp(rises) <= _SAME_RISE * rises[-1]
        flat = len(level) > 0 and np.ptp(level) < _FLAT and quiet <= 0.75 * end
        if (going_on and same) or (flat and holds(parameters)) or end >= 60 * _LONGEST_HOURS:
            break
        run = _follow(parameters, min(end / 30, _LONGEST_HOURS), float(run.minutes[1]))
    if not going_on:
        return LongRun(False, float(level.min()), float(level.max()), math.nan, end / 60)
    last = slice(-_RISES_COMPARED, None)
    high = float(pulses.height[-1])
    period = float(np.diff(pulses.minutes[last]).mean()) if len(pulses.minutes) > 1 else math.nan
    return LongRun(True, high - float(pulses.rise[-1]), high, period, end / 60)


@checked
def steady_state(parameters: StressAxis) -> SteadyState:
    """Return the levels at which nothing changes under the constant drive, whatever the delay.

    With the bound receptor x = r o, r = (x²/(p₄ + x²) + p₅)/p₆ and o = x/r. Then p₃ o (1 + p₂ x) rises with x for every
    allowed p₂, so it is equal to the drive at a single x, which is found by bracketing.
    """
    return _steady(parameters.effective_drive, parameters.feedback, parameters.acth_decay)


@checked
def smallest_delay(parameters: StressAxis) -> float:
    """Return the delay in minutes from which on the steady level cannot hold; infinite if every delay lets it hold."""
    return float(stability_border(parameters, parameters.drive))


@checked
def holds(parameters: StressAxis) -> bool:
    """Tell whether the steady level is stable: whether a small push away from it dies out."""
    return parameters.delay < smallest_delay(parameters)


@checked
def stability_border(parameters: StressAxis, drives: AllAtLeastZero) -> Array:
    """Return :func:`smallest_delay` for each drive, in the shape of ``drives``; infinite where each delay holds.

    Linearised at the steady state, with A, B the derivatives of da/dt by r and o, and G, H those of dr/dt, a
    disturbance exp(λt) needs::

        (λ + p₃)(λ + 1)(λ − G) = (A H + B(λ − G)) exp(−λτ)

    At the border λ = iω. The squared sizes of both sides give a cubic in ω², and its positive root gives the smallest τ
    from the angle between them. For all allowed parameters there is at most one such root, and without a delay the
    level always holds (the tests go through a grid), so this one border is all there is.

    Raises:
        ValueError: a drive is below 0.
    """
    drives = np.asarray(drives, dtype=np.float64)
    a_by_r, a_by_o, r_by_r, r_by_o = _slopes(drives.ravel() * parameters.share_left, parameters)
    decay, loss = parameters.acth_decay**2, r_by_r**2
    through = a_by_r * r_by_o - a_by_o * r_by_r
    companion = np.zeros((len(loss), 3, 3))
    companion[:, 1, 0] = companion[:, 2, 1] = 1.0
    companion[:, 0, 0] = -(decay + 1 + loss)
    companion[:, 0, 1] = -(decay + loss + decay * loss - a_by_o**2)
    companion[:, 0, 2] = -(decay * loss - through**2)
    roots = np.linalg.eigvals(companion)
    squared = np.where(np.abs(roots.imag) < 1e-9, roots.real, -1.0).max(axis=1)
    omega = 1j * np.sqrt(np.where(squared > 0, squared, 1.0))
    turned = (through + a_by_o * omega) / ((omega + parameters.acth_decay) * (omega + 1) * (omega - r_by_r))
    delay = np.mod(np.angle(turned), 2 * math.pi) / omega.imag * parameters.unit_minutes
    border: Array = np.where(squared > 0, delay, np.inf).reshape(drives.shape)
    return border


@checked
def unstable_drives(parameters: StressAxis) -> tuple[float, float] | None:
    """Return the lowest and the highest drive at which the steady level cannot hold with this delay; None if none.

    The highest is that of the slider if the range goes on beyond it.
    """
    from scipy.optimize import brentq  # here because the import takes 0.2 s

    specification = StressAxis.specifications()["drive"]
    assert specification.high is not None
    drives = np.linspace(0, specification.high, 241)
    beyond = np.flatnonzero(stability_border(parameters, drives) < parameters.delay)
    if not len(beyond):
        return None

    def edge(inside: int, outside: int) -> float:
        """An infinite border is cut off, so that the root is bracketed by finite values."""
        return float(
            brentq(
                lambda p: min(float(stability_border(parameters, p)), 1e6) - parameters.delay,
                drives[inside],
                drives[outside],
            )
        )

    low, high = int(beyond[0]), int(beyond[-1])
    return edge(low, low - 1), edge(high, high + 1) if high + 1 < len(drives) else float(drives[-1])


@checked
def sweep_drive(
    parameters: StressAxis,
    drives: Annotated[ArrayLike, Between(0, LARGEST, axes=1)],
    hours: Annotated[float, Between(4, _LONGEST_HOURS)] = 24.0,
) -> DriveSweep:
    """Run the axis for every drive at once, without a stressor, and keep the extremes of the last quarter of the time.

    Raises:
        ValueError: drives is not one row of numbers of at least 0, or hours is not between 4 and 384.
    """
    drives = np.asarray(drives, dtype=np.float64)
    if drives.ndim != 1 or not len(drives):
        raise ValueError(f"drives must be one row of numbers, at least one, got {shown(drives)}")
    effective = drives * parameters.share_left
    states = [_steady(each, parameters.feedback, parameters.acth_decay) for each in effective.tolist()]
    level = np.array([state.corticosteroid for state in states])
    steps = round(hours * 60 / MINUTES_PER_SAMPLE)
    _, _, levels = _integrate(
        parameters,
        parameters.start * level,
        np.array([state.receptor for state in states]),
        [effective] * steps,
        MINUTES_PER_SAMPLE,
    )
    late = np.array(levels[-(steps // 4) :])
    return DriveSweep(drives, late.min(axis=0), late.max(axis=0), level)


def _follow(parameters: StressAxis, hours: float, minutes_per_sample: float) -> StressAxisRun:
    steady = steady_state(parameters)
    steps = round(hours * 60 / minutes_per_sample)
    minutes = np.arange(steps + 1, dtype=np.float64) * minutes_per_sample
    covered, stressed = np.zeros(steps), np.zeros(steps + 1)
    if parameters.stressor_minutes:
        onset, end = parameters.stressor_minutes
        overlap = np.minimum(minutes[1:], end) - np.maximum(minutes[:-1], onset)
        covered = np.maximum(overlap, 0.0) / minutes_per_sample
        stressed = ((minutes >= onset) & (minutes < end)).astype(np.float64)
    drive = (parameters.drive + parameters.stressor_size * covered) * parameters.share_left
    acth, receptor, corticosteroid = _integrate(
        parameters, parameters.start * steady.corticosteroid, steady.receptor, drive.tolist(), minutes_per_sample
    )
    return StressAxisRun(
        parameters=parameters,
        minutes=minutes,
        drive=(parameters.drive + parameters.stressor_size * stressed) * parameters.share_left,
        acth=np.array(acth),
        receptor=np.array(receptor),
        corticosteroid=np.array(corticosteroid),
        steady_level=steady.corticosteroid,
    )


def _integrate(
    parameters: StressAxis, held: Any, receptor: Any, drive: Iterable[Any], minutes_per_sample: float
) -> tuple[list[Any], list[Any], list[Any]]:
    """Return a, r and o after each step, the start first. Levels and drives are floats, or arrays of equal shape.

    Plain floats in one flat loop: numpy scalars or a function call for each slope would take several times as long.
    """
    h = minutes_per_sample / parameters.unit_minutes
    half, sixth, eighth = h / 2, h / 6, h / 8
    p2 = parameters.feedback
    p4, p5, p6 = HALF_BINDING, RECEPTOR_SUPPLY, RECEPTOR_LOSS
    whole, part = divmod(parameters.delay / minutes_per_sample, 1)
    back = part > 0.5
    shift = int(back)
    m0, m1, m2, m3 = _cubic(0.5 - part + shift, h)
    e0, e1, e2, e3 = _cubic(1 - part, h)
    a_a, m_a, m_m, a_0, a_h, a_1, m_0, m_h, m_1 = _linear_step(parameters.acth_decay, h)
    passes = (0,) if whole else (0, 1, 2)

    a = coming = o = held
    r = receptor
    stored = [coming] * (int(whole) + shift + 1)
    slopes = [0.0 * coming] * len(stored)
    bound = o * r
    free = 1 / (1 + p2 * bound)
    bound = bound * bound
    slope = bound / (p4 + bound) + p5 - p6 * r
    acth, receptors, levels = [a], [r], [o]
    for i, p in enumerate(drive):
        stored.append(coming + h * (a - coming))
        slopes.append(a - coming)
        j = i + shift
        for _ in passes:
            middle = m0 * stored[i] + m1 * stored[i + 1] + m2 * slopes[i] + m3 * slopes[i + 1]
            o = e0 * stored[j] + e1 * stored[j + 1] + e2 * slopes[j] + e3 * slopes[j + 1]
            y = r + half * slope
            x = middle * y
            x = x * x
            k2 = x / (p4 + x) + p5 - p6 * y
            y = r + half * k2
            x = middle * y
            x = x * x
            k3 = x / (p4 + x) + p5 - p6 * y
            y = r + h * k3
            x = o * y
            x = x * x
            r_next = r + sixth * (slope + 2 * (k2 + k3) + x / (p4 + x) + p5 - p6 * y)
            x = o * r_next
            free_next = 1 / (1 + p2 * x)
            x = x * x
            slope_next = x / (p4 + x) + p5 - p6 * r_next
            free_middle = 1 / (1 + p2 * middle * (0.5 * (r + r_next) + eighth * (slope - slope_next)))
            a_next = a_a * a + p * (a_0 * free + a_h * free_middle + a_1 * free_next)
            coming_next = m_a * a + m_m * coming + p * (m_0 * free + m_h * free_middle + m_1 * free_next)
            stored[-1] = coming_next
            slopes[-1] = a_next - coming_next
        a, r, coming, slope, free = a_next, r_next, coming_next, slope_next, free_next
        acth.append(a)
        receptors.append(r)
        levels.append(o)
    return acth, receptors, levels


def _cubic(x: float, h: float) -> tuple[float, float, float, float]:
    """Weights of the values and of the slopes at both ends of a step of length h, for the cubic at a share x of it."""
    return (1 - x) ** 2 * (1 + 2 * x), x * x * (3 - 2 * x), h * x * (1 - x) ** 2, h * x * x * (x - 1)


@lru_cache(maxsize=32)
def _linear_step(decay: float, h: float) -> tuple[float, ...]:
    """Weights of a step of da/dt = n − p₃ a, dm/dt = a − m, exact if n is the parabola through n₀, n½ and n₁.

    Returns a by a; m by a; m by m; a by n₀, n½, n₁; m by n₀, n½, n₁.
    """
    from scipy.linalg import expm  # here because the import takes 0.2 s

    rates = np.zeros((5, 5))
    rates[0, 0], rates[0, 2] = -decay, 1.0
    rates[1, 0], rates[1, 1] = 1.0, -1.0
    rates[2, 3], rates[3, 4] = 1.0, 2.0
    scaled = rates * h
    scaled[2:, 2:] = rates[2:, 2:]
    step = expm(scaled)
    parabola = np.array([[1.0, 0.0, 0.0], [-3.0, 4.0, -1.0], [2.0, -4.0, 2.0]])
    by_drive = step[:2, 2:] @ parabola
    return tuple(float(each) for each in (step[0, 0], step[1, 0], step[1, 1], *by_drive[0], *by_drive[1]))


def _steady(drive: float, feedback: float, decay: float) -> SteadyState:
    from scipy.optimize import brentq  # here because the import takes 0.2 s

    def receptors(bound: float) -> float:
        return (bound * bound / (HALF_BINDING + bound * bound) + RECEPTOR_SUPPLY) / RECEPTOR_LOSS

    def excess(bound: float) -> float:
        return decay * bound / receptors(bound) * (1 + feedback * bound) - drive

    most = drive * (1 + RECEPTOR_SUPPLY) / (decay * RECEPTOR_LOSS)
    bound = float(brentq(excess, 0.0, most, xtol=1e-15)) if drive > _NO_DRIVE else 0.0
    receptor = receptors(bound)
    return SteadyState(bound / receptor, receptor, bound / receptor)


def _slopes(drives: Array, parameters: StressAxis) -> tuple[Array, Array, Array, Array]:
    """Derivatives at the steady state of each effective drive: da/dt by r and o, dr/dt by r and o."""
    states = [_steady(each, parameters.feedback, parameters.acth_decay) for each in drives.tolist()]
    r = np.array([state.receptor for state in states])
    o = np.array([state.corticosteroid for state in states])
    held_back = -drives * parameters.feedback / (1 + parameters.feedback * r * o) ** 2
    binding = 2 * HALF_BINDING * r * o / (HALF_BINDING + (r * o) ** 2) ** 2
    return held_back * o, held_back * r, binding * o - RECEPTOR_LOSS, binding * r
