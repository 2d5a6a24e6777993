"""An inverted U of dose and effect: one rising and one falling curve, multiplied. A toy.

The motive is Cardoso et al. (2013, doi 10.1016/j.psyneuen.2012.07.013): 24 IU of oxytocin lowered the cortisol of 17
men, 48 IU did not. The defaults put the peak at 24 IU on purpose, so that it lies there is no evidence for the model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import LARGEST, Between, OpenShare, Positive, checked
from intimacy.parameters import Parameters, number

Array = NDArray[np.float64]
Dose = Annotated[float, Between(0, LARGEST, "at least 0 IU")]
Doses = Annotated[ArrayLike, Between(0, LARGEST, "at least 0 IU")]

HIGHEST_DOSE = 96.0
"""Highest dose of a curve, in IU."""

STEEPEST = 50.0
"""Hill exponents are searched up to here, far beyond what any receptor has."""

_DOSE_STEP = 0.5
_EXPONENTS_TRIED = 2000


@dataclass(frozen=True)
class DoseResponse(Parameters):
    """A dose, and the two processes that it sets off (see :func:`simulate_dose_response`)."""

    dose: float = number(24, 0, 96, step=1, unit="IU", symbol="D", label="Dose", help="Oxytocin in one spray.")
    half_rise: float = number(
        12,
        1,
        96,
        step=1,
        unit="IU",
        symbol="K₁",
        label="Dose of half the wanted effect",
        help="Small: a little is enough. A toy value.",
    )
    half_fall: float = number(
        48,
        1,
        200,
        step=1,
        unit="IU",
        symbol="K₂",
        label="Dose of half the counter-effect",
        help="Stands for whatever large doses set off, such as binding to other receptors. A toy value.",
    )
    hill: float = number(
        1, 0.5, 8, step=0.1, symbol="m", label="Hill exponent", help="How abruptly both processes set in."
    )


@dataclass(frozen=True)
class DoseRun:
    """Effects as shares of the most that is possible, one entry per dose (IU).

    ``effect`` is ``rise`` times ``spared``: the wanted effect, and the share of it that the counter-effect spares.
    """

    dose: Array
    rise: Array
    spared: Array
    effect: Array

    def to_frame(self) -> pd.DataFrame:
        """Return the curve as a table, one row per dose."""
        return pd.DataFrame(vars(self))


@checked
def simulate_dose_response(parameters: DoseResponse) -> DoseRun:
    """Return the curve from no dose to 96 IU::

    E(D) = Dᵐ / (Dᵐ + K₁ᵐ) · K₂ᵐ / (Dᵐ + K₂ᵐ)
    """
    dose = np.arange(0.0, HIGHEST_DOSE + _DOSE_STEP / 2, _DOSE_STEP)
    rise, spared = _shares(dose, parameters)
    return DoseRun(dose, rise, spared, rise * spared)


@checked
def dose_effect(dose: Doses, parameters: DoseResponse) -> Array:
    """Return E of doses of any shape, in IU; the ``dose`` of the parameters plays no part.

    Raises:
        ValueError: a dose is below 0.
    """
    rise, spared = _shares(np.asarray(dose, dtype=np.float64), parameters)
    return rise * spared


@checked
def peak_dose(parameters: DoseResponse) -> float:
    """Return √(K₁ K₂), the dose (IU) of the largest effect, whatever the Hill exponent."""
    return math.sqrt(parameters.half_rise * parameters.half_fall)


@checked
def peak_effect(parameters: DoseResponse) -> float:
    """Return K₂ᵐ / (K₁^(m/2) + K₂^(m/2))², the largest effect."""
    return 1 / (1 + math.pow(parameters.half_rise / parameters.half_fall, parameters.hill / 2)) ** 2


@checked
def effect_ratio(dose: Dose, reference: Dose, parameters: DoseResponse) -> float:
    """Return E(dose) / E(reference).

    With K₁ = D/2, K₂ = 2D and twice the peak dose D against D, it is (1 + 2ᵐ)² / (2 (1 + 4ᵐ)): above ½ for every m,
    because at K₂ half of the effect is spared however abrupt the fall is.

    Raises:
        ValueError: a dose is below 0, or the reference dose has no effect.
    """
    effect, other = dose_effect([dose, reference], parameters)
    if other == 0:
        raise ValueError(f"reference must be a dose that has an effect, got {reference!r}")
    return float(effect / other)


@checked
def smallest_hill(share: OpenShare, dose: Positive, reference: Positive, parameters: DoseResponse) -> float | None:
    """Return the smallest Hill exponent with E(dose) below ``share`` of E(reference); None if no exponent up to 50 has.

    The exponent of the parameters plays no part. The limit m → 0, where every effect is ¼, does not count.

    Raises:
        ValueError: share is not between 0 and 1, or a dose is not above 0.
    """
    from scipy.optimize import brentq  # here because the import takes 0.2 s

    def excess(exponent: float) -> float:
        """Of the logarithm of the ratio over that of the share; logarithms do not underflow."""
        at_dose, at_reference = (
            _log_share(math.log(each / parameters.half_rise) * exponent)
            + _log_share(-math.log(each / parameters.half_fall) * exponent)
            for each in (dose, reference)
        )
        return at_dose - at_reference - math.log(share)

    exponents = np.linspace(0, STEEPEST, _EXPONENTS_TRIED + 1)
    below = [excess(each) < 0 for each in exponents.tolist()]
    if not any(below):
        return None
    first = below.index(True)
    return float(brentq(excess, exponents[first - 1], exponents[first]))


def _shares(dose: Array, parameters: DoseResponse) -> tuple[Array, Array]:
    """Dᵐ / (Dᵐ + K₁ᵐ) and K₂ᵐ / (Dᵐ + K₂ᵐ), by powers of D/K: nothing overflows or cancels, and no dose gives 0."""
    up = (dose / parameters.half_rise) ** parameters.hill
    down = (dose / parameters.half_fall) ** parameters.hill
    return up / (1 + up), 1 / (1 + down)


def _log_share(x: float) -> float:
    """ln of 1 / (1 + exp(−x)), for any x."""
    return min(x, 0.0) - math.log1p(math.exp(-abs(x)))
