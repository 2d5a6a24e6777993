"""From two people to a crowd: many phase oscillators that all hear the mean of all (Kuramoto 1984).

Below a critical coupling nothing happens; above it the crowd claps in time. A toy: everybody hears everybody equally.
Equations: Kuramoto (1984), Chemical Oscillations, Waves, and Turbulence; the course in time: Ott and Antonsen (2008),
Chaos 18, 037113 (arXiv 0806.0004).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import AboveZero, AllAtLeastZero, Between, Count, Seed, checked
from intimacy.parameters import Parameters, integer, number, shown, switch

Array = NDArray[np.float64]
Singles = NDArray[np.float32]

SECONDS_PER_STEP = 0.1
"""Step of the integration in seconds; one sample is kept per step."""

MOST_WATCHED, WATCH_EVERY = 120, 3
"""How many of a crowd are followed, and every how many steps."""

# Adams–Bashforth of second order: one evaluation per step, as cheap as Euler's method, which makes r 0.02 too small.
_NOW, _BEFORE, _FIRST = 1.5, -0.5, 1.0


@dataclass(frozen=True)
class Crowd(Parameters):
    """A crowd of rhythms with different natural tempi (toy, see :func:`simulate_crowd`)."""

    people: int = integer(200, 10, 10_000, step=10, symbol="N", label="People", help="How many rhythms there are.")
    spread: float = number(
        0.5,
        0.1,
        2,
        step=0.05,
        unit="rad/s",
        symbol="γ",
        label="Spread of natural tempi",
        help="Half of the crowd lies within this distance of the middle tempo.",
    )
    coupling: float = number(
        1.5, 0, 6, step=0.05, unit="rad/s", symbol="K", label="Coupling", help="How strongly each follows the crowd."
    )
    start_together: bool = switch(False, label="Start together", help="Off: everyone starts at a random phase.")
    duration: float = number(20, 5, 60, step=5, unit="s", label="Time shown", help="Length of the run.")


@dataclass(frozen=True)
class CrowdRun:
    """A crowd over time.

    Attributes:
        seconds: time since the start (s), shape (steps + 1,).
        order: length r of the mean of all unit phasors, 0 to 1, shape (steps + 1,).
        frequencies: natural frequencies, as distances from the middle one (rad/s), shape (people,).
        phases: phases at the end, from −π to π, shape (people,).
        watched: which people are followed on the way, at most 120, evenly spread over the natural tempi.
        watched_phases: their phases, not wrapped, every third step, shape (steps // 3 + 1, watched).
        watched_mean: mean of exp(iθ) over the whole crowd at the same times; its length is the order.
    """

    seconds: Array
    order: Array
    frequencies: Array
    phases: Array
    watched: NDArray[np.intp]
    watched_phases: Array
    watched_mean: NDArray[np.complex128]

    @property
    def settled_order(self) -> float:
        """Mean order over the second half of the run."""
        return float(self.order[len(self.order) // 2 :].mean())

    def to_frame(self) -> pd.DataFrame:
        """Return the order as a table, one row per step."""
        return pd.DataFrame({"seconds": self.seconds, "order": self.order})


@checked
def simulate_crowd(parameters: Crowd, seed: Seed = 7) -> CrowdRun:
    """Follow a crowd, seen by someone who turns with its middle tempo::

        dθₖ/dt = ωₖ + K r sin(Ψ − θₖ),   r exp(iΨ) = mean of exp(iθ)

    The ωₖ are the N mid-quantiles of a Lorentz distribution of half-width γ, so a slider of N or γ does not reshuffle
    them. Only the starting phases are drawn. The order-parameter form needs N sines per step, not N². Adams–Bashforth
    steps of second order in float32. A toy.
    """
    watched = np.linspace(0, parameters.people - 1, min(parameters.people, MOST_WATCHED)).round().astype(np.intp)
    frequencies = natural_frequencies(parameters.people, parameters.spread)
    means, phases, film = _integrate(parameters, frequencies, seed, watched)
    return CrowdRun(
        seconds=np.arange(len(means), dtype=np.float64) * SECONDS_PER_STEP,
        order=_order(means),
        frequencies=frequencies,
        phases=np.remainder(phases.astype(np.float64) + math.pi, math.tau) - math.pi,
        watched=watched,
        watched_phases=film.astype(np.float64),
        watched_mean=(means[::WATCH_EVERY, 1] + 1j * means[::WATCH_EVERY, 0]).astype(np.complex128),
    )


@checked
def order_by_coupling(parameters: Crowd, couplings: Annotated[ArrayLike, Between(axes=1)], seed: Seed = 7) -> Array:
    """Return the order, averaged over the second half of a run, for each coupling (rad/s) in place of the crowd's own.

    The runs share their starting phases. Just above the critical coupling the order settles slowly: start together.

    Raises:
        ValueError: couplings is not a list of numbers within the range of the crowd's coupling.
    """
    values = np.asarray(couplings, dtype=np.float64)
    declared = parameters.specifications()["coupling"]
    assert declared.low is not None
    assert declared.high is not None
    if values.ndim != 1 or not values.size or not np.all((values >= declared.low) & (values <= declared.high)):
        raise ValueError(f"couplings must be a list of numbers {declared.allowed}, got {shown(couplings)}")
    crowds = (parameters.replace(coupling=float(value)) for value in values)
    return np.array([simulate_crowd(crowd, seed).settled_order for crowd in crowds])


@checked
def natural_frequencies(people: Count, spread: AboveZero) -> Array:
    """Return the N mid-quantiles γ tan(π ((k + 1/2) / N − 1/2)) of a Lorentz distribution (rad/s), shape (people,).

    Raises:
        ValueError: people is below 1, or spread is not above 0.
    """
    return spread * np.tan(np.pi * ((np.arange(people) + 0.5) / people - 0.5))


@checked
def critical_coupling(spread: AboveZero) -> float:
    """Return K_c = 2γ (rad/s), above which an endless crowd orders itself.

    Raises:
        ValueError: spread is not above 0.
    """
    return 2 * spread


@checked
def endless_order(coupling: AllAtLeastZero, spread: AboveZero) -> Array:
    """Return the order of an endless crowd, √(1 − K_c / K) above the critical coupling and 0 below; any shape.

    Raises:
        ValueError: a coupling is negative, or spread is not above 0.
    """
    critical = critical_coupling(spread)
    return np.sqrt(1 - critical / np.maximum(np.asarray(coupling, dtype=np.float64), critical))


@checked
def endless_order_over_time(parameters: Crowd, seconds: AllAtLeastZero) -> Array:
    """Return the order at each time of an endless crowd that started together; any shape.

    Ott and Antonsen (2008): the square of the order grows logistically, dr²/dt = r² (K − 2γ − K r²), from r = 1.

    Raises:
        ValueError: a time is negative.
    """
    times = np.asarray(seconds, dtype=np.float64)
    coupling, growth = parameters.coupling, parameters.coupling - critical_coupling(parameters.spread)
    # 1/r² relaxes exponentially: its distance from 1 is K times the integral of exp(−growth · time) less what decays.
    integral = times if growth == 0 else -np.expm1(-growth * times) / growth
    return 1 / np.sqrt(np.exp(-growth * times) + coupling * integral)


def _order(means: Singles) -> Array:
    return np.minimum(np.hypot(means[:, 0], means[:, 1]).astype(np.float64), 1.0)


def _integrate(
    parameters: Crowd, frequencies: Array, seed: int, watched: NDArray[np.intp]
) -> tuple[Singles, Singles, Singles]:
    """Return mean sine and cosine, last phases, and phases of the people watched on the way.

    Shapes: (steps + 1, 2), (people,), (steps // WATCH_EVERY + 1, watched).
    """
    people, steps = parameters.people, round(parameters.duration / SECONDS_PER_STEP)
    start = np.random.default_rng(np.random.SeedSequence(seed)).uniform(-math.pi, math.pi, people)
    phases = (0 * start if parameters.start_together else start).astype(np.float32)
    # Turn, then sine and cosine of two steps in turn, which one product with the weights makes a whole step.
    rows, weights = np.zeros((5, people), dtype=np.float32), np.ones(5, dtype=np.float32)
    # A step only sees a turn up to whole circles; without them phases stay small enough for float32.
    rows[0] = np.remainder(frequencies * SECONDS_PER_STEP + math.pi, math.tau) - math.pi
    circles = rows[1:3], rows[3:5]
    means = np.empty((steps + 1, 2), dtype=np.float32)
    film = np.empty((steps // WATCH_EVERY + 1, len(watched)), dtype=np.float32)
    share, moved = np.full(people, 1 / people, dtype=np.float32), np.empty(people, dtype=np.float32)
    gain, before = parameters.coupling * SECONDS_PER_STEP, (0.0, 0.0)
    for step in range(steps + 1):
        if step % WATCH_EVERY == 0:
            film[step // WATCH_EVERY] = phases.take(watched)
        sines, cosines = circle = circles[step % 2]
        np.sin(phases, out=sines)
        np.cos(phases, out=cosines)
        np.dot(circle, share, out=means[step])
        if step == steps:
            break
        sine, cosine = means[step].tolist()
        pull, now = (-gain * cosine, gain * sine), _NOW if step else _FIRST
        parts = (now * pull[0], now * pull[1]), (_BEFORE * before[0], _BEFORE * before[1])
        weights[1:] = (*parts[step % 2], *parts[1 - step % 2])
        phases += np.dot(weights, rows, out=moved)
        before = pull
    return means, phases, film
