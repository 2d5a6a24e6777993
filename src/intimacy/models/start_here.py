"""The way in: people who come for help on a bad day, and what a week does when nothing is done.

On day t person i feels

    m_it = √(1 − λ) l_i + √λ p_it,

with a part l that lasts and a part p that passes, both standard normal; λ is the share of the variance that passes.
Moods are in standard deviations of all people and days, and two days correlate by 1 − λ. The lowest share s on the
first day come for help. Their mean mood is then −φ(z)/s with z = Φ⁻¹(s), and a week later (1 − λ) times that: they
have risen by λ φ(z)/s with nothing done. That is regression to the mean. A toy: real moods are neither normal nor so
simple.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import ABOVE_0, Between, Seed, Share, checked
from intimacy.parameters import Parameters, number

Array = NDArray[np.float64]

PEOPLE = 200
"""How many people are followed for a week."""

HELP_SHARE = 0.2
"""The share of people, those who feel worst on the first day, who come for help."""


@dataclass(frozen=True)
class BadDays(Parameters):
    """How much of a day's mood passes (see :func:`simulate_bad_days`)."""

    passing_share: float = number(
        0.5,
        0,
        1,
        step=0.05,
        symbol="λ",
        label="Share of a mood that passes",
        help="0: people always feel as they feel today. 1: every day is drawn anew.",
    )


@dataclass(frozen=True)
class Week:
    """Moods of all people, in standard deviations.

    Attributes:
        first_day, a_week_later: shape (people,).
        came: who came for help on the first day, shape (people,).
    """

    first_day: Array
    a_week_later: Array
    came: NDArray[np.bool_]

    @property
    def rise(self) -> float:
        """How much the mean mood of those who came has risen in a week."""
        return float((self.a_week_later - self.first_day)[self.came].mean())

    def to_frame(self) -> pd.DataFrame:
        """Return one row per person, those who felt worst first."""
        table = pd.DataFrame({"came": self.came, "first day": self.first_day, "a week later": self.a_week_later})
        return table.sort_values("first day", ignore_index=True)


@checked
def simulate_bad_days(parameters: BadDays, *, seed: Seed) -> Week:
    """Return one week of :data:`PEOPLE` people: one seed, the same people, whatever the share that passes."""
    lasting, first, later = _draws(seed)
    keep, pass_ = math.sqrt(1 - parameters.passing_share), math.sqrt(parameters.passing_share)
    first_day = keep * lasting + pass_ * first
    came = np.zeros(PEOPLE, dtype=bool)
    came[np.argsort(first_day, kind="stable")[: round(HELP_SHARE * PEOPLE)]] = True
    return Week(first_day=first_day, a_week_later=keep * lasting + pass_ * later, came=came)


@checked
def expected_rise(
    passing_share: Share, help_share: Annotated[float, Between(ABOVE_0, 1, "above 0 and at most 1")] = HELP_SHARE
) -> float:
    """Return λ φ(z)/s: by how much those who come rise on average with nothing done, in standard deviations.

    Raises:
        ValueError: passing_share is not between 0 and 1, or help_share not above 0 and at most 1.
    """
    if help_share == 1:
        return 0.0
    normal = NormalDist()
    return passing_share * normal.pdf(normal.inv_cdf(help_share)) / help_share


@lru_cache(maxsize=2)
def _draws(seed: int) -> Array:
    """Common random numbers: what lasts, what passes on the first day, what passes on the last."""
    draws = np.random.default_rng(np.random.SeedSequence(seed)).standard_normal((3, PEOPLE))
    draws.flags.writeable = False
    return draws
