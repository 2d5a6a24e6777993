"""Linear chains of compartments, solved exactly: what flows through blood and what flows through a stress axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def solve_linear(rates: Array, start: Array, step: float, count: int) -> Array:
    """Return y(t) = exp(M t) y(0), the solution of dy/dt = M y, at t = 0, step, 2 step …, doubling the span each pass.

    Args:
        rates: M, per unit of time, shape (states, states).
        start: y(0), shape (states,).
        step: time from one sample to the next.
        count: how many samples.

    Returns:
        shape (count, states).
    """
    from scipy.linalg import expm  # here because the import takes 0.2 s, which a lab need not pay before its first run

    jump: Array = expm(rates * step)
    states: Array = start[np.newaxis]
    while len(states) < count:
        states = np.concatenate([states, states @ jump.T])
        jump = jump @ jump
    return states[:count]
