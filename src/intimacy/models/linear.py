"""Linear chains of compartments, solved exactly: what flows through blood and what flows through a stress axis."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from intimacy.arguments import Between, Count, checked

Array = NDArray[np.float64]


@checked
def solve_linear(
    rates: Annotated[Array, Between(-1e6, 1e6, axes=2)],
    start: Annotated[Array, Between(axes=1)],
    step: Annotated[float, Between(-1e6, 1e6)],
    count: Count,
) -> Array:
    """Return y(t) = exp(M t) y(0), the solution of dy/dt = M y, at t = 0, step, 2 step …, doubling the span each pass.

    Args:
        rates: M, per unit of time, shape (states, states).
        start: y(0), shape (states,).
        step: time from one sample to the next.
        count: how many samples.

    Returns:
        shape (count, states).

    Raises:
        ValueError: the shapes do not fit, or the solution grows beyond every number.
    """
    if rates.ndim != 2 or start.ndim != 1 or rates.shape != (len(start), len(start)) or not len(start):
        raise ValueError(
            "rates and start must be a square table and a row of one length, "
            f"got shapes {rates.shape} and {start.shape}"
        )
    from scipy.linalg import expm  # here because the import takes 0.2 s, which a lab need not pay before its first run

    with np.errstate(over="ignore", invalid="ignore"):
        jump: Array = expm(rates * step)
        states: Array = start[np.newaxis]
        while len(states) < count:
            states = np.concatenate([states, states @ jump.T])
            jump = jump @ jump
    if not np.isfinite(states[:count]).all():
        raise ValueError("rates, step and count must keep the solution finite, got one that grows beyond every number")
    return states[:count]
