"""WRITE: in one line, what the model is about.

WRITE: the equations with their units, the source of each, and "A toy" or "Calibrated" with what it was calibrated to.
Until then: something fades by half in a fixed time,

    y(t) = 2^(−t / h),

with y as a share of what it was at first, and t and h in minutes. A toy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import checked
from intimacy.parameters import Parameters, number

Array = NDArray[np.float64]

MINUTES = 60
"""How long it is followed."""


@dataclass(frozen=True)
class Fading(Parameters):
    """How fast it fades (see the module)."""

    half_life: float = number(
        15, 5, 60, step=1, unit="min", symbol="h", label="Half-life", help="Minutes until half of it is left."
    )


@dataclass(frozen=True)
class Course:
    """What is left over time.

    Attributes:
        minutes: the times, shape (times,).
        left: the share that is left at these times, shape (times,).
    """

    minutes: Array
    left: Array

    def to_frame(self) -> pd.DataFrame:
        """Return one row per time."""
        return pd.DataFrame({"minute": self.minutes, "left": self.left})


@checked
def simulate_fading(parameters: Fading) -> Course:
    """Return an hour of fading, minute by minute."""
    minutes = np.arange(MINUTES + 1, dtype=np.float64)
    return Course(minutes, np.exp2(-minutes / parameters.half_life))
