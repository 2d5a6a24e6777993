"""One stressful quarter of an hour in a person: a chain from the brain's signal to cortisol, solved exactly.

A toy: a linear chain with round half-lives, and no feedback. The half-lives were chosen so that it peaks about half an
hour after the stressor begins: a peak at that time is no evidence for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import checked
from intimacy.models.linear import solve_linear
from intimacy.models.neuromodulation.buffers import share_left
from intimacy.parameters import Parameters, integer, number

Array = NDArray[np.float64]

MINUTES_PER_SAMPLE = 0.5
"""Spacing of the times in a run. The values at those times are exact whatever the spacing."""


@dataclass(frozen=True)
class StressCascade(Parameters):
    """A stressor of some minutes and two buffers (see :func:`simulate_cascade`)."""

    stressor: float = number(
        1, 0, 3, step=0.1, unit="a.u./min", symbol="u", label="Strength of the stressor", help="While it lasts."
    )
    stressor_length: int = integer(15, 1, 60, unit="min", label="Length of the stressor", help="It begins at minute 0.")
    social_support: float = number(
        0, 0, 0.8, step=0.05, symbol="bₛ", label="Buffer: support", help="Share of the stressor taken away."
    )
    oxytocin: float = number(
        0,
        0,
        0.8,
        step=0.05,
        symbol="bₒ",
        label="Buffer: oxytocin",
        help="Share taken away of what support leaves.",
    )
    crh_half_life: float = number(
        2, 0.5, 20, step=0.5, unit="min", label="Half-life of CRH", help="The brain's signal. A toy value."
    )
    acth_half_life: float = number(
        6, 1, 30, step=1, unit="min", label="Half-life of ACTH", help="The pituitary's signal. A toy value."
    )
    cortisol_half_life: float = number(
        60, 10, 120, step=5, unit="min", label="Half-life of cortisol", help="About an hour in people."
    )
    duration: int = integer(180, 60, 480, step=30, unit="min", label="Time shown", help="Length of the run.")

    @property
    def share_left(self) -> float:
        """Share of the stressor that the two buffers leave, (1 − b_s)(1 − b_o)."""
        return share_left(self.social_support, self.oxytocin)

    @property
    def rates(self) -> tuple[float, float, float]:
        """Decay rates of CRH, ACTH and cortisol per minute, ln 2 over each half-life."""
        halves = (self.crh_half_life, self.acth_half_life, self.cortisol_half_life)
        crh, acth, cortisol = (math.log(2) / each for each in halves)
        return crh, acth, cortisol


@dataclass(frozen=True)
class CascadeRun:
    """Rises above rest, in arbitrary units; every array has one entry per sampled minute.

    Attributes:
        parameters: what was run.
        minutes: time since the stressor began.
        crh, acth, cortisol: c, A and O.
    """

    parameters: StressCascade
    minutes: Array
    crh: Array
    acth: Array
    cortisol: Array

    @property
    def peak(self) -> float:
        """Highest cortisol of the run."""
        return self._peak()[1]

    @property
    def peak_minute(self) -> float:
        """Minute of the highest cortisol; the last one if it is still rising, nan without any rise."""
        return self._peak()[0]

    def _peak(self) -> tuple[float, float]:
        """Minute and height of the top of the cubic through the two samples and slopes between which cortisol turns."""
        if not self.cortisol.any():
            return math.nan, 0.0
        _, acth_rate, cortisol_rate = self.parameters.rates
        slopes = acth_rate * self.acth - cortisol_rate * self.cortisol
        falling = np.flatnonzero(slopes[1:] < 0)
        if not len(falling):
            return float(self.minutes[-1]), float(self.cortisol[-1])
        last = int(falling[0])
        spacing = float(self.minutes[1] - self.minutes[0])
        start, end = spacing * slopes[last], spacing * slopes[last + 1]
        gain = self.cortisol[last + 1] - self.cortisol[last]
        square, cube = 3 * gain - 2 * start - end, start + end - 2 * gain
        share = start / (-square + math.sqrt(square**2 - 3 * cube * start))
        height = self.cortisol[last] + share * (start + share * (square + share * cube))
        return float(self.minutes[last] + share * spacing), float(height)

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per sampled minute."""
        return pd.DataFrame({name: getattr(self, name) for name in ("minutes", "crh", "acth", "cortisol")})


@checked
def simulate_cascade(parameters: StressCascade) -> CascadeRun:
    """Follow the rise of CRH c, ACTH A and cortisol O; each k is ln 2 over its half-life::

        dc/dt = (1 − b_s)(1 − b_o) u(t) − k_c c
        dA/dt = k_c c − k_a A
        dO/dt = k_a A − k_o O

    u(t) is constant while the stressor lasts and 0 afterwards, so each part is y' = M y, solved by the matrix
    exponential: exact, equal half-lives included. Everything is proportional to the share that the buffers leave.
    """
    crh, acth, cortisol = parameters.rates
    rates = np.zeros((4, 4))
    rates[0, 0], rates[0, 3] = -crh, parameters.stressor * parameters.share_left
    rates[1, :2] = crh, -acth
    rates[2, 1:3] = acth, -cortisol
    minutes = np.arange(round(parameters.duration / MINUTES_PER_SAMPLE) + 1, dtype=np.float64) * MINUTES_PER_SAMPLE
    stressed = round(min(parameters.stressor_length, parameters.duration) / MINUTES_PER_SAMPLE) + 1
    during = solve_linear(rates, np.array([0.0, 0.0, 0.0, 1.0]), MINUTES_PER_SAMPLE, stressed)
    after = solve_linear(rates[:3, :3], during[-1, :3], MINUTES_PER_SAMPLE, len(minutes) - stressed + 1)
    course = np.concatenate([during[:, :3], after[1:]])
    return CascadeRun(parameters, minutes, *course.T)


@checked
def total_cortisol(parameters: StressCascade) -> float:
    """Return ∫ O dt from minute 0 to the end of all things, (1 − b_s)(1 − b_o) u L / k_o: what comes in must go out."""
    inflow = parameters.share_left * parameters.stressor * parameters.stressor_length
    return inflow / parameters.rates[2]
