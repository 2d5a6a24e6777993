"""Social homeostasis with a set-point that moves: time alone, craving, reunion, and too much of the old amount.

That a detector compares social contact with a set-point, and that a long lack moves the set-point, so that the former
optimum is then felt as a surplus, is an idea from animal work and theory (Matthews and Tye 2019; Lee, Chen and Tye
2021, doi 10.1016/j.cell.2021.02.028). Those are accounts in words and circuits: the equations are a minimal reading of
them, and every value is a toy. Nothing here shows that people adapt, or that to adapt is to be well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import SMALLEST, AboveZero, AllAtLeastZero, Between, Positive, Share, checked
from intimacy.parameters import Parameters, choice, number, switch

Array = NDArray[np.float64]

YEAR = 8760.0
"""Hours that are followed after the reunion."""

SOONEST = 0.1
"""First hour after 0 at which a run is sampled; from there on the spans between samples grow."""

LONGEST_ALONE = 2160.0
"""Hours of a season, the longest time alone."""

_SAMPLES = 141
_TOLERANCE = 1e-8


@dataclass(frozen=True)
class MovingSetPoint(Parameters):
    """A person, a time alone, and what follows (toy, see :func:`simulate_moving_set_point`)."""

    hours_alone: float = number(
        10, 0, LONGEST_ALONE, step=1, unit="h", symbol="T", label="Time alone", help="No contact at all for so long."
    )
    need: float = number(
        1,
        0.2,
        2,
        step=0.1,
        symbol="s₀",
        label="Need",
        help="Where the set-point starts: the felt connection at which nothing is missing. People differ.",
    )
    set_point_moves: bool = switch(True, label="The set-point moves", help="Off: it stays where it started, for ever.")
    reunion: str = choice(
        "sought",
        {"sought": "As much as is sought", "fixed": "A fixed amount"},
        label="Company afterwards",
        help="Whether the person can seek more or less of it, or gets what others give.",
    )
    company: float = number(
        1,
        0,
        2,
        step=0.1,
        symbol="X",
        label="Fixed amount",
        help="If company is fixed: the felt connection that it keeps up. 1 suits a need of 1.",
    )
    gain: float = number(
        6, 1, 20, step=0.5, symbol="k", label="Gain of seeking", help="How steeply a lack raises seeking."
    )
    adaptation_time: float = number(
        720,
        72,
        4320,
        step=24,
        unit="h",
        symbol="τₛ",
        label="Adaptation time",
        help="How slowly the set-point drifts to what is usual. 720 h are 30 days. A teaching value.",
    )
    decay_time: float = number(
        10, 2, 72, step=1, unit="h", symbol="τₓ", label="Fading time", help="How slowly felt connection fades alone."
    )
    availability: float = number(
        1,
        0,
        1,
        step=0.05,
        symbol="A",
        label="Company to be had",
        help="If company is sought: which share of it is found after the reunion.",
    )


@dataclass(frozen=True)
class Phase:
    """Some hours of a person's life.

    Attributes:
        hours: time since the phase began (h), shape (samples,).
        connection: felt connection x, shape (samples,).
        set_point: what is compared with it, s, shape (samples,).
        contact: contact, in times the usual: 1 keeps a person with nothing missing there. Shape (samples,).
    """

    hours: Array
    connection: Array
    set_point: Array
    contact: Array

    @property
    def craving(self) -> Array:
        """What is missing, max(0, s − x), shape (samples,)."""
        return np.maximum(0, self.set_point - self.connection)

    @property
    def overload(self) -> Array:
        """What is too much, max(0, x − s), shape (samples,)."""
        return np.maximum(0, self.connection - self.set_point)


@dataclass(frozen=True)
class MovingSetPointRun:
    """A time alone, and a year from the reunion on."""

    parameters: MovingSetPoint
    alone: Phase
    together: Phase

    @property
    def hours_to_regain_half(self) -> float | None:
        """Hours from the reunion until half of what the set-point lost is back; None if that is not within the year."""
        lost = self.parameters.need - float(self.alone.set_point[-1])
        half = self.parameters.need - lost / 2
        back = self.together.set_point >= half
        if not lost > 0 or not back.any():
            return None
        after = int(back.argmax())
        spans = self.together.set_point[after - 1 : after + 1]
        return float(np.interp(half, spans, self.together.hours[after - 1 : after + 1]))

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per sampled time; hours count anew from the reunion."""
        phases = {"alone": self.alone, "together": self.together}
        return pd.concat(
            [
                pd.DataFrame({"phase": name, **vars(each), "craving": each.craving, "overload": each.overload})
                for name, each in phases.items()
            ],
            ignore_index=True,
        )


@dataclass(frozen=True)
class TimesAloneRun:
    """What different times alone would come to, by their length.

    Attributes:
        parameters: what was run.
        hours: times alone (h), shape (samples,).
        craving: what is missing at the reunion, s − x, shape (samples,).
        set_point: where the set-point is then, shape (samples,).
        contact: contact that is sought and found at once, in times the usual, shape (samples,).
        surplus: what would be too much if felt connection were back at once where it started, s₀ − s, shape (samples,).
    """

    parameters: MovingSetPoint
    hours: Array
    craving: Array
    set_point: Array
    contact: Array
    surplus: Array

    def to_frame(self) -> pd.DataFrame:
        """Return the read-outs as a table, one row per time alone."""
        return pd.DataFrame({name: values for name, values in vars(self).items() if name != "parameters"})


@checked
def simulate_moving_set_point(parameters: MovingSetPoint) -> MovingSetPointRun:
    """Follow felt connection x and set-point s through T hours alone and a year after (hours, x and s without a unit)::

        dx/dt = −x/τₓ + κ c          c = A u c_max
        ds/dt = (x − s)/τₛ           u = 1 / (1 + exp(−k (s − x)))

    Contact c is 0 alone. After the reunion it follows the effort u to seek it, or, if company is fixed, it is what
    keeps x at X. κ = 2 s₀/(τₓ c_max), so that at first, with x = s = s₀ and u = ½, nothing changes. With a set-point
    that does not move, ds/dt = 0.

    Alone, and with fixed company, the equations are linear and solved exactly. Otherwise LSODA (Hindmarsh 1983) solves
    them, to 1e-6 of a solver of another kind. No chance in it. A toy.
    """
    hours = np.concatenate([[0.0], np.geomspace(SOONEST, YEAR, _SAMPLES - 1)])
    alone_hours = np.append(hours[hours < parameters.hours_alone], parameters.hours_alone)
    alone = _drifting(parameters, alone_hours, parameters.need, parameters.need, level=0.0)
    start = float(alone.connection[-1]), float(alone.set_point[-1])
    if parameters.reunion == "fixed":
        together = _drifting(parameters, hours, *start, level=parameters.company)
    else:
        together = _seeking(parameters, hours, *start)
    return MovingSetPointRun(parameters, alone, together)


@checked
def simulate_times_alone(parameters: MovingSetPoint) -> TimesAloneRun:
    """Return what times alone from :data:`SOONEST` to :data:`LONGEST_ALONE` come to, in closed form.

    From :func:`craving_alone`, D: contact on reunion is 2 A / (1 + exp(−k D)) times the usual, and the surplus is
    s₀ − s. ``hours_alone``, ``reunion`` and ``company`` play no part. A toy.
    """
    hours = np.geomspace(SOONEST, LONGEST_ALONE, _SAMPLES)
    craving = craving_alone(hours, parameters.need, parameters.decay_time, adaptation_time(parameters))
    set_point = parameters.need * np.exp(-hours / parameters.decay_time) + craving
    return TimesAloneRun(
        parameters=parameters,
        hours=hours,
        craving=craving,
        set_point=set_point,
        contact=2 * parameters.availability / (1 + np.exp(-parameters.gain * craving)),
        surplus=np.maximum(parameters.need - set_point, 0),  # one that stays may round above the need
    )


@checked
def adaptation_time(parameters: MovingSetPoint) -> float:
    """Return τₛ (h): infinite where the set-point does not move."""
    return parameters.adaptation_time if parameters.set_point_moves else math.inf


@checked
def craving_alone(
    hours: AllAtLeastZero,
    need: AboveZero = 1.0,
    decay_time: Positive = 10.0,
    adaptation_time: Annotated[float, Between(SMALLEST, math.inf, "above 0")] = 720.0,
) -> Array:
    """Return what is missing after some hours alone, from x = s = s₀ on, in the shape of ``hours``::

        D(T) = s₀ τₛ/(τₛ − τₓ) (exp(−T/τₛ) − exp(−T/τₓ))

    With equal times, s₀ (T/τ) exp(−T/τ); with an infinite adaptation time, s₀ (1 − exp(−T/τₓ)), which has no peak.

    Raises:
        ValueError: hours are below 0, or another value is not above 0.
    """
    times = np.asarray(hours, dtype=np.float64)
    craving: Array = need / decay_time * _overlap(times, 1 / decay_time, 1 / adaptation_time)
    return craving


@checked
def hours_of_most_craving(
    decay_time: Positive = 10.0, adaptation_time: Annotated[float, Between(SMALLEST, math.inf, "above 0")] = 720.0
) -> float:
    """Return T* = ln(τₛ/τₓ) τₛ τₓ/(τₛ − τₓ) (h), at which craving alone is at its most; infinite for a fixed set-point.

    Raises:
        ValueError: a time is not above 0.
    """
    if math.isinf(adaptation_time):
        return math.inf
    apart = (adaptation_time - decay_time) / decay_time
    return adaptation_time * (math.log1p(apart) / apart if apart else 1.0)


@checked
def contact_on_reunion(craving: float, gain: AboveZero = 6.0, availability: Share = 1.0) -> float:
    """Return the contact that is sought and found at once, in times the usual: 2 A / (1 + exp(−k D)).

    Raises:
        ValueError: gain is not above 0, or availability is not between 0 and 1.
    """
    return 2 * availability / (1 + math.exp(-gain * craving))


@checked
def eigenvalues(parameters: MovingSetPoint) -> tuple[float, float]:
    """Return the two rates (1/h) at which a small disturbance of the balance x = s = A s₀ passes, the faster first.

    Those of the Jacobian [[−1/τₓ − g, g], [1/τₛ, −1/τₛ]] with g = A κ k c_max/4 = A s₀ k/(2 τₓ).
    """
    fading, drifting = 1 / parameters.decay_time, 1 / adaptation_time(parameters)
    steepness = parameters.availability * parameters.need * parameters.gain * fading / 2
    total, product = fading + steepness + drifting, fading * drifting
    # The larger root first, and the smaller from the product: their difference would lose digits.
    faster = (total + math.sqrt(total**2 - 4 * product)) / 2
    return -faster, -product / faster


@checked
def recovery_time(parameters: MovingSetPoint) -> float:
    """Return about how slowly the set-point comes back in company that is sought (h): τₛ (1 + A s₀ k/2).

    With κ and c_max = 1 it is τₛ (1 + A κ k τₓ/4), good where τₛ is far above τₓ. Alone it is lost with τₛ itself.
    """
    return adaptation_time(parameters) * (1 + parameters.availability * parameters.need * parameters.gain / 2)


def _overlap(times: Array, one: float, other: float) -> Array:
    """Return (exp(−one t) − exp(−other t)) / (other − one), t exp(−one t) where the rates are equal."""
    apart = abs(other - one) * times
    share = np.divide(-np.expm1(-apart), apart, out=np.ones_like(times), where=apart > 0)
    return times * np.exp(-min(one, other) * times) * share


def _drifting(parameters: MovingSetPoint, hours: Array, connection: float, set_point: float, level: float) -> Phase:
    """Return a phase in which contact keeps felt connection at a level, exactly."""
    fading, drifting = 1 / parameters.decay_time, 1 / adaptation_time(parameters)
    above = connection - level
    drift = level + (set_point - level) * np.exp(-drifting * hours)
    return Phase(
        hours=hours,
        connection=level + above * np.exp(-fading * hours),
        set_point=drift + above * drifting * _overlap(hours, fading, drifting)
        if drifting
        else np.full_like(hours, set_point),
        contact=np.full_like(hours, level / parameters.need),
    )


def _seeking(parameters: MovingSetPoint, hours: Array, connection: float, set_point: float) -> Phase:
    """Return a phase in which contact follows seeking."""
    from scipy.integrate import odeint  # here because the import takes 0.2 s, not needed before the first run

    fading, drifting = 1 / parameters.decay_time, 1 / adaptation_time(parameters)
    most = 2 * parameters.availability * parameters.need * fading
    gain, exp = parameters.gain, math.exp

    def change(state: Array, _: float) -> tuple[float, float]:
        x, s = state.tolist()
        return most / (1 + exp(gain * (x - s))) - fading * x, drifting * (x - s)

    def jacobian(state: Array, _: float) -> tuple[tuple[float, float], tuple[float, float]]:
        x, s = state.tolist()
        effort = 1 / (1 + exp(gain * (x - s)))
        steepness = most * gain * effort * (1 - effort)
        return (-fading - steepness, steepness), (drifting, -drifting)

    solved = odeint(change, (connection, set_point), hours, Dfun=jacobian, rtol=_TOLERANCE, atol=_TOLERANCE)
    x, s = np.ascontiguousarray(solved.T)
    contact = 2 * parameters.availability / (1 + np.exp(parameters.gain * (x - s)))
    return Phase(hours, x, s, contact)
