"""How oxytocin comes and goes in the body: a nasal spray, an injection, and a train of natural pulses.

All models here are linear, so they are solved exactly: by the matrix exponential for the compartments, and in closed
form for the pulse train. The structure is a toy. The clearance and the total volume are those that Fabian, Forsling,
Jones and Pryor (1969, doi 10.1113/jphysiol.1969.sp008937) report for people; everything about the nose and the
brain is either tuned or unknown, and each parameter says which.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol, runtime_checkable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import LARGEST, Between, Positive, checked
from intimacy.models.linear import solve_linear
from intimacy.parameters import Parameters, integer, number, switch

Array = NDArray[np.float64]
Assay = Literal["extracted", "unextracted"]
Compartment = Literal["plasma", "extravascular", "cerebrospinal", "lumbar"]

MICROGRAMS_PER_IU = 1.67
"""Micrograms of oxytocin in one international unit; the European Pharmacopoeia counts 600 units per milligram."""

UNEXTRACTED_BACKGROUND = 250.0
"""Toy reading, in pg/ml, that an immunoassay adds when the plasma was not extracted first."""

MINUTES_PER_SAMPLE = 0.25
"""Spacing of the times in a run. The values at those times are exact whatever the spacing."""

_NANOGRAMS_PER_MICROGRAM = 1000.0


@runtime_checkable
class TwoCompartments(Protocol):
    """Anything that has a clearance, an exchange and two volumes."""

    @property
    def clearance(self) -> float: ...
    @property
    def plasma_volume(self) -> float: ...
    @property
    def extravascular_volume(self) -> float: ...
    @property
    def exchange(self) -> float: ...


@dataclass(frozen=True)
class IntranasalDose(Parameters):
    """One nasal spray of oxytocin, and the body that receives it (toy structure, see :func:`simulate_kinetics`)."""

    dose: float = number(
        24, 0, 48, step=1, unit="IU", label="Dose", help="Oxytocin sprayed into the nose; trust studies use 24 IU."
    )
    bioavailability: float = number(
        0.03,
        0.005,
        0.1,
        step=0.005,
        symbol="F",
        label="Share of the dose that reaches the blood",
        help="Tuned so that plasma rises as far as published sprays make it rise.",
    )
    absorption_half_life: float = number(
        20,
        5,
        60,
        step=1,
        unit="min",
        symbol="tₐ",
        label="Half-life in the nose",
        help="Minutes until half of what was in the nose has left it. A toy value.",
    )
    clearance: float = number(
        1.5,
        0.8,
        2.5,
        step=0.1,
        unit="L/min",
        symbol="CL",
        label="Clearance",
        help="Litres of plasma freed of oxytocin each minute. Fabian et al. (1969) report 1.5.",
    )
    direct_fraction: float = number(
        0,
        0,
        5e-4,
        step=1e-5,
        label="Share of the dose that goes straight to the brain's fluid",
        help="Nobody knows this number, and researchers dispute that it is above zero.",
    )
    basal_plasma: float = number(
        2,
        0.5,
        10,
        step=0.5,
        unit="pg/ml",
        symbol="P₀",
        label="Plasma before the spray",
        help="As read after extraction.",
    )
    plasma_volume: float = number(
        3, 1, 6, step=0.5, unit="L", symbol="V₁", label="Plasma volume", help="Where absorbed oxytocin arrives first."
    )
    extravascular_volume: float = number(
        7,
        1,
        14,
        step=0.5,
        unit="L",
        symbol="V₂",
        label="Volume outside the vessels",
        help="With the plasma volume, about two thirds of the fluid outside cells, as Fabian et al. (1969) report.",
    )
    exchange: float = number(
        2,
        0.1,
        5,
        step=0.1,
        unit="L/min",
        symbol="Q",
        label="Exchange between the two volumes",
        help="Litres that cross the vessel walls each minute. A toy value.",
    )
    cerebrospinal_half_life: float = number(
        28,
        15,
        60,
        step=1,
        unit="min",
        symbol="t₁",
        label="Half-life in the brain's fluid",
        help="Recalled from work on rats; unverified.",
    )
    basal_cerebrospinal: float = number(
        15, 1, 50, step=1, unit="pg/ml", symbol="C₀", label="Brain fluid before the spray", help="A toy value."
    )
    cerebrospinal_volume: float = number(
        0.15, 0.05, 0.3, step=0.01, unit="L", symbol="V_c", label="Volume of the brain's fluid", help="A toy value."
    )
    lumbar_half_life: float = number(
        40,
        5,
        120,
        step=5,
        unit="min",
        symbol="t₂",
        label="Delay to the lower back",
        help="Half-life with which fluid at the lower back, where it is sampled, follows the brain. A toy value.",
    )
    duration: int = integer(180, 30, 480, step=30, unit="min", label="Time shown", help="Length of the run.")


@dataclass(frozen=True)
class PlasmaInjection(Parameters):
    """One injection into the blood; the ranges hold a rat as well as a person (see :func:`simulate_injection`)."""

    dose: float = number(2, 0, 20, step=0.5, unit="IU", label="Dose", help="Oxytocin injected at time zero.")
    clearance: float = number(
        1.5,
        0.0005,
        5,
        step=0.1,
        unit="L/min",
        symbol="CL",
        label="Clearance",
        help="Litres cleared each minute.",
    )
    plasma_volume: float = number(
        3, 0.001, 10, step=0.5, unit="L", symbol="V₁", label="Plasma volume", help="Where the injection arrives."
    )
    extravascular_volume: float = number(
        7,
        0.001,
        20,
        step=0.5,
        unit="L",
        symbol="V₂",
        label="Volume outside the vessels",
        help="Filled from the plasma.",
    )
    exchange: float = number(
        2, 0.0005, 10, step=0.1, unit="L/min", symbol="Q", label="Exchange", help="Litres that cross each minute."
    )
    basal_plasma: float = number(
        2, 0, 50, step=0.5, unit="pg/ml", symbol="P₀", label="Plasma before the injection", help="The resting level."
    )
    duration: int = integer(60, 5, 240, step=5, unit="min", label="Time shown", help="Length of the run.")


@dataclass(frozen=True)
class KineticsRun:
    """Concentrations after a nasal spray; every array has one entry per sampled minute.

    Attributes:
        minutes: time since the spray (min).
        depot: oxytocin still in the nose (µg).
        plasma, extravascular: concentration in the two volumes outside the brain (pg/ml).
        cerebrospinal, lumbar: concentration in the fluid around the brain and at the lower back (pg/ml).
    """

    minutes: Array
    depot: Array
    plasma: Array
    extravascular: Array
    cerebrospinal: Array
    lumbar: Array

    @property
    def peak(self) -> float:
        """Highest plasma concentration of the run (pg/ml)."""
        return float(self.plasma.max())

    @property
    def peak_minute(self) -> float:
        """Minute of the highest plasma concentration."""
        return float(self.minutes[self.plasma.argmax()])

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per sampled minute."""
        return pd.DataFrame(vars(self))


@dataclass(frozen=True)
class InjectionRun:
    """Concentrations (pg/ml) after an injection, one entry per sampled minute."""

    minutes: Array
    plasma: Array
    extravascular: Array

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per sampled minute."""
        return pd.DataFrame(vars(self))


@checked
def simulate_kinetics(parameters: IntranasalDose) -> KineticsRun:
    """Follow one nasal spray through the blood and, if any of it gets there, the brain's fluid.

    Nose A, plasma P, outside the vessels E, brain fluid C, lower back L; each k is ln 2 over its half-life, and f_d is
    ``direct_fraction``::

        dA/dt = −kₐ A
        V₁ dP/dt = F kₐ A + CL (P₀ − P) − Q (P − E)
        V₂ dE/dt = Q (P − E)
        V_c dC/dt = f_d kₐ A + V_c k_c (C₀ − C)
        dL/dt = k_L (C − L)

    The distances from the resting state obey y' = M y, so y(t) = exp(M t) y(0), which is exact and holds for any
    values, equal rates included. No oxytocin passes from blood to brain in this model.

    A toy structure. Clearance and total volume: Fabian et al. (1969, doi 10.1113/jphysiol.1969.sp008937). The
    bioavailability is calibrated to published plasma levels, so matching those is no evidence for the model.
    """
    absorption = math.log(2) / parameters.absorption_half_life
    renewal = math.log(2) / parameters.cerebrospinal_half_life
    lag = math.log(2) / parameters.lumbar_half_life
    rates = np.zeros((5, 5))
    rates[0, 0] = -absorption
    rates[1, 0] = parameters.bioavailability * absorption / parameters.plasma_volume
    rates[1:3, 1:3] = _exchange_rates(parameters)
    rates[3, 0] = parameters.direct_fraction * absorption / parameters.cerebrospinal_volume
    rates[3, 3] = -renewal
    rates[4, 3:] = lag, -lag
    micrograms = parameters.dose * MICROGRAMS_PER_IU
    start = np.array([micrograms * _NANOGRAMS_PER_MICROGRAM, 0.0, 0.0, 0.0, 0.0])
    minutes = _sampled_minutes(parameters.duration)
    depot, plasma, extravascular, cerebrospinal, lumbar = solve_linear(rates, start, MINUTES_PER_SAMPLE, len(minutes)).T
    return KineticsRun(
        minutes=minutes,
        depot=depot / _NANOGRAMS_PER_MICROGRAM,
        plasma=parameters.basal_plasma + plasma,
        extravascular=parameters.basal_plasma + extravascular,
        cerebrospinal=parameters.basal_cerebrospinal + cerebrospinal,
        lumbar=parameters.basal_cerebrospinal + lumbar,
    )


@checked
def simulate_injection(parameters: PlasmaInjection) -> InjectionRun:
    """Follow one injection into the plasma: the equations of :func:`simulate_kinetics` for P and E, with no nose.

    Fabian et al. (1969, doi 10.1113/jphysiol.1969.sp008937) report a median half-life of 3.2 min (95 % limits 2.0 to
    5.7) after 2 units. :data:`RAT` holds the rat of MacGregor's published simulation code instead.
    """
    nanograms = parameters.dose * MICROGRAMS_PER_IU * _NANOGRAMS_PER_MICROGRAM
    start = np.array([nanograms / parameters.plasma_volume, 0.0])
    minutes = _sampled_minutes(parameters.duration)
    plasma, extravascular = solve_linear(_exchange_rates(parameters), start, MINUTES_PER_SAMPLE, len(minutes)).T
    return InjectionRun(
        minutes=minutes,
        plasma=parameters.basal_plasma + plasma,
        extravascular=parameters.basal_plasma + extravascular,
    )


@checked
def half_lives(parameters: TwoCompartments) -> tuple[float, float]:
    """Return the fast and the slow half-life (min) of plasma that exchanges with a second volume.

    They are ln 2 over the two eigenvalues of the exchange: the fast one is spreading out, the slow one is leaving.
    """
    decay_rates = np.sort(-np.linalg.eigvals(_exchange_rates(parameters)).real)
    fast, slow = math.log(2) / decay_rates[::-1]
    return float(fast), float(slow)


@checked
def one_compartment_half_life(clearance: Positive, volume: Positive) -> float:
    """Return ln 2 · volume / clearance: litres over litres per minute gives minutes.

    Raises:
        ValueError: clearance or volume is not above zero.
    """
    return math.log(2) * volume / clearance


@checked
def one_compartment_clearance(half_life: Positive, volume: Positive) -> float:
    """Return the clearance (L/min) that empties ``volume`` (L) with ``half_life`` (min): ln 2 · volume / half-life.

    Raises:
        ValueError: half_life or volume is not above zero.
    """
    return math.log(2) * volume / half_life


@checked
def duration_above(run: KineticsRun, threshold: float, compartment: Compartment = "plasma") -> float:
    """Return for how many minutes of the run a compartment is above ``threshold`` (pg/ml).

    Crossings between two samples are found by linear interpolation.

    Raises:
        ValueError: the compartment is not one of plasma, extravascular, cerebrospinal and lumbar.
    """
    known = ("plasma", "extravascular", "cerebrospinal", "lumbar")
    if compartment not in known:
        raise ValueError(f"compartment must be one of {', '.join(known)}, got {compartment!r}")
    excess = getattr(run, compartment) - threshold
    above, distance = np.maximum(excess, 0.0), np.abs(excess)
    span = distance[:-1] + distance[1:]
    fraction = np.divide(above[:-1] + above[1:], span, out=np.zeros_like(span), where=span > 0)
    return float(fraction @ np.diff(run.minutes))


@checked
def assay_reading(
    concentration: ArrayLike,
    assay: Assay,
    background: Annotated[float, Between(0, LARGEST, "at least 0 pg/ml")] = UNEXTRACTED_BACKGROUND,
) -> Array:
    """Return what an immunoassay prints (pg/ml) for a true plasma concentration (pg/ml), any shape.

    ``"extracted"`` reads the concentration. ``"unextracted"`` adds ``background``, other matter in raw plasma that
    the antibody also binds; it differs between people and has nothing to do with their oxytocin. Szeto et al. (2011,
    PMC3118424; 39 plasma samples) report readings more than 100 times higher without extraction and no correlation
    with the extracted ones (Spearman −.10). The additive form and the default of 250 pg/ml are a toy.

    Raises:
        ValueError: the assay is neither of the two, or the background is negative.
    """
    if assay not in ("extracted", "unextracted"):
        raise ValueError(f"assay must be 'extracted' or 'unextracted', got {assay!r}")
    true = np.asarray(concentration, dtype=np.float64)
    return true + background if assay == "unextracted" else true.copy()


@dataclass(frozen=True)
class PulseTrain(Parameters):
    """Equal pulses of oxytocin into one well-mixed volume at equal intervals (see :func:`simulate_pulse_train`)."""

    pulse: float = number(
        30,
        1,
        200,
        step=1,
        unit="ng",
        symbol="q",
        label="Oxytocin per pulse",
        help="What one burst releases.",
    )
    interval: float = number(
        10,
        1,
        30,
        step=0.5,
        unit="min",
        symbol="Tₚ",
        label="Time between pulses",
        help="Every few minutes in suckling rats.",
    )
    half_life: float = number(
        4.8,
        1,
        20,
        step=0.1,
        unit="min",
        symbol="t½",
        label="Half-life in the blood",
        help="Fabian et al. (1969) report 4.8 minutes on infusion.",
    )
    volume: float = number(10, 1, 20, step=0.5, unit="L", symbol="V", label="Volume", help="The space a pulse fills.")
    from_rest: bool = switch(
        False, label="Start with empty blood", help="Off: the pulses have been running for a long time already."
    )
    duration: int = integer(60, 10, 240, step=10, unit="min", label="Time shown", help="Length of the run.")


@dataclass(frozen=True)
class PulseTrainRun:
    """Plasma level (pg/ml) at each sampled minute, and the minutes at which the pulses came."""

    minutes: Array
    level: Array
    pulse_minutes: Array

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per sampled minute."""
        return pd.DataFrame({"minutes": self.minutes, "level": self.level})


@checked
def simulate_pulse_train(parameters: PulseTrain) -> PulseTrainRun:
    """Follow the plasma level under regular pulses; the first comes at minute 0.

    With k = ln 2 / t½ and r = exp(−k Tₚ), the level a time s after pulse n (n = 0, 1, …) is::

        q/V · exp(−k s) · (1 − r^(n+1)) / (1 − r)      from empty blood
        q/V · exp(−k s) / (1 − r)                      in the steady state

    The train stands in for the synchronous bursts that Rossoni et al. (2008, doi 10.1371/journal.pcbi.1000123) model in
    suckling rats. A toy: real pulses vary in size and timing.
    """
    minutes = _sampled_minutes(parameters.duration)
    pulse_minutes = np.arange(0.0, parameters.duration + parameters.interval / 2, parameters.interval)
    pulse_minutes = pulse_minutes[pulse_minutes <= parameters.duration]
    latest = np.searchsorted(pulse_minutes, minutes, side="right") - 1
    since = minutes - pulse_minutes[latest]
    remaining = math.exp(-elimination_rate(parameters) * parameters.interval)
    accumulated = 1 - remaining ** (latest + 1) if parameters.from_rest else np.ones_like(minutes)
    one_pulse = parameters.pulse / parameters.volume * np.exp(-elimination_rate(parameters) * since)
    return PulseTrainRun(minutes, one_pulse * accumulated / (1 - remaining), pulse_minutes)


@checked
def elimination_rate(parameters: PulseTrain) -> float:
    """Return k = ln 2 / t½ (per minute)."""
    return math.log(2) / parameters.half_life


@checked
def mean_level(parameters: PulseTrain) -> float:
    """Return the mean level of the steady state, q / (Tₚ k V), in pg/ml."""
    return parameters.pulse / (parameters.interval * elimination_rate(parameters) * parameters.volume)


@checked
def peak_to_trough(parameters: PulseTrain) -> float:
    """Return how many times the peak of the steady state is the trough: exp(k Tₚ). Dose and volume do not matter."""
    return math.exp(elimination_rate(parameters) * parameters.interval)


@checked
def steady_peak(parameters: PulseTrain) -> float:
    """Return the level just after a pulse in the steady state, (q/V) / (1 − exp(−k Tₚ)), in pg/ml."""
    return parameters.pulse / parameters.volume / (1 - 1 / peak_to_trough(parameters))


def _exchange_rates(parameters: TwoCompartments) -> Array:
    """The 2 × 2 rate matrix of plasma and the volume outside it (per minute)."""
    plasma, outside = parameters.plasma_volume, parameters.extravascular_volume
    return np.array(
        [
            [-(parameters.clearance + parameters.exchange) / plasma, parameters.exchange / plasma],
            [parameters.exchange / outside, -parameters.exchange / outside],
        ]
    )


def _sampled_minutes(duration: int) -> Array:
    return np.arange(round(duration / MINUTES_PER_SAMPLE) + 1, dtype=np.float64) * MINUTES_PER_SAMPLE


def _rat() -> PlasmaInjection:
    plasma, extravascular = 0.0085, 0.00975  # L
    return PlasmaInjection(
        dose=0.001,
        clearance=one_compartment_clearance(half_life=68 / 60, volume=plasma),
        plasma_volume=plasma,
        extravascular_volume=extravascular,
        exchange=one_compartment_clearance(half_life=61 / 60, volume=(plasma + extravascular) / 2),
        duration=15,
    )


RAT = _rat()
"""The rat of MacGregor's published simulation code (HypoModel/MagNet), whose author calls the values estimates.

Clearance half-life 68 s from 8.5 ml of plasma; diffusion half-life 61 s over the mean of that and the 9.75 ml outside
it. The dose is arbitrary.
"""
