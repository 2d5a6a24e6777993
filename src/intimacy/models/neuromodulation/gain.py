"""Signal and noise in one neuron: three ways in which a modulator can change what gets through. A toy.

The first follows a finding in the rodent hippocampus (Owen et al. 2013, doi 10.1038/nature12330): oxytocin makes
fast-spiking interneurons fire. That inhibits the neuron all the time, and it tires the synapses that would inhibit the
neuron during a signal. The other two are pure gain. No value was fitted to a recording.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import checked
from intimacy.parameters import Parameters, choice, number

Array = NDArray[np.float64]

MECHANISMS = {
    "inhibition": "Quiets the background",
    "slope": "Makes the curve steeper",
    "volume": "Multiplies every rate",
}

_LEVELS = 101


@dataclass(frozen=True)
class SignalGain(Parameters):
    """A neuron with background input, a signal on top of it, and a modulator (see :func:`simulate_gain`)."""

    oxytocin: float = number(
        0, 0, 1, step=0.05, symbol="ot", label="Oxytocin", help="0 none, 1 as much as has any further effect."
    )
    mechanism: str = choice(
        "inhibition",
        MECHANISMS,
        label="What it does",
        help="The first was seen in rodent hippocampus: steady inhibition goes up, inhibition of signals goes down.",
    )
    max_rate: float = number(
        60, 10, 200, step=5, unit="Hz", symbol="rₘₐₓ", label="Highest rate", help="No input makes it fire faster."
    )
    slope: float = number(
        0.8, 0.1, 2, step=0.05, symbol="g", label="Steepness", help="How abruptly the rate rises with the input."
    )
    threshold: float = number(
        6, 0, 12, step=0.5, symbol="θ", label="Threshold", help="Input that gives half of the highest rate."
    )
    background: float = number(
        3, 0, 10, step=0.5, symbol="x₀", label="Background input", help="There with and without a signal."
    )
    signal: float = number(12, 0, 20, step=0.5, symbol="s", label="Signal", help="What a signal adds to the input.")
    tonic_inhibition: float = number(
        2,
        0,
        6,
        step=0.25,
        symbol="w",
        label="Steady inhibition by oxytocin",
        help="Input taken away all the time when oxytocin is 1.",
    )
    feedforward: float = number(
        3,
        0,
        10,
        step=0.5,
        symbol="ff₀",
        label="Inhibition that a signal brings along",
        help="Input taken away during a signal.",
    )
    depression: float = number(
        0.5,
        0,
        1,
        step=0.05,
        symbol="d",
        label="Tiring of that inhibition",
        help="Share of it that is lost when oxytocin is 1.",
    )
    gain_change: float = number(
        1,
        0,
        3,
        step=0.1,
        symbol="Δg",
        label="Extra gain",
        help="For the two pure gains only: 1 doubles the gain when oxytocin is 1.",
    )


@dataclass(frozen=True)
class Rates:
    """Inputs and rates (Hz) without and with a signal: floats or arrays, whichever the oxytocin was.

    Attributes:
        oxytocin: the level or levels.
        background_input, signal_input: x without and with a signal.
        spontaneous, evoked: r at these inputs.
    """

    oxytocin: Array
    background_input: Array
    signal_input: Array
    spontaneous: Array
    evoked: Array

    @property
    def signal_to_noise(self) -> Array:
        """Evoked over spontaneous rate."""
        return self.evoked / self.spontaneous

    @property
    def discriminability(self) -> Array:
        """How well one second of spikes tells a signal from none: difference of the counts over their usual spread.

        For Poisson counts with means e and s, (e − s) / √((e + s)/2). Unlike the ratio, it does not explode as the
        spontaneous rate comes close to 0.
        """
        spread: Array = np.sqrt((self.evoked + self.spontaneous) / 2)
        return (self.evoked - self.spontaneous) / spread


@dataclass(frozen=True)
class GainRun:
    """Rates at the chosen oxytocin (``now``, each value an array without axes), and over oxytocin from 0 to 1."""

    now: Rates
    course: Rates

    def to_frame(self) -> pd.DataFrame:
        """Return the course as a table, one row per level of oxytocin."""
        return pd.DataFrame(
            {
                "oxytocin": self.course.oxytocin,
                "spontaneous_hz": self.course.spontaneous,
                "evoked_hz": self.course.evoked,
                "signal_to_noise": self.course.signal_to_noise,
                "discriminability": self.course.discriminability,
            }
        )


@checked
def simulate_gain(parameters: SignalGain) -> GainRun:
    """Return the rate without and with a signal, now and for oxytocin ot from 0 to 1 in steps of 0.01::

        r(x)       = v rₘₐₓ / (1 + exp(−g′ (x − θ)))
        background : x = x₀ − w′ ot
        signal     : x = x₀ + s − w′ ot − ff₀ (1 − d′ ot)

    - ``inhibition``: w′ = w, d′ = d, g′ = g, v = 1, after Owen et al. (2013).
    - ``slope``: g′ = g (1 + Δg ot), v = 1, w′ = d′ = 0, after Servan-Schreiber, Printz and Cohen (1990). It changes
      nothing at x = θ. They show that it does not help a single unit to tell a signal from noise in its input.
    - ``volume``: v = 1 + Δg ot, g′ = g, w′ = d′ = 0: a response multiplied, as in the gain fields that Salinas and
      Thier (2000) review. It leaves the ratio of the two rates as it is.
    """
    course = np.linspace(0.0, 1.0, _LEVELS)
    return GainRun(now=_rates(np.asarray(parameters.oxytocin), parameters), course=_rates(course, parameters))


@checked
def firing_rate(x: ArrayLike, parameters: SignalGain) -> Array:
    """Return r(x) (Hz) of inputs of any shape, with the gain that the parameters' oxytocin gives."""
    return _rate(np.asarray(x, dtype=np.float64), np.asarray(parameters.oxytocin), parameters)


def _rates(level: Array, parameters: SignalGain) -> Rates:
    inhibiting = level if parameters.mechanism == "inhibition" else np.zeros_like(level)
    background = parameters.background - parameters.tonic_inhibition * inhibiting
    signal = background + parameters.signal - parameters.feedforward * (1 - parameters.depression * inhibiting)
    return Rates(
        oxytocin=level,
        background_input=background,
        signal_input=signal,
        spontaneous=_rate(background, level, parameters),
        evoked=_rate(signal, level, parameters),
    )


def _rate(x: Array, level: Array, parameters: SignalGain) -> Array:
    extra = 1 + parameters.gain_change * level
    slope = parameters.slope * extra if parameters.mechanism == "slope" else parameters.slope
    highest = parameters.max_rate * extra if parameters.mechanism == "volume" else parameters.max_rate
    rate: Array = highest / (1 + np.exp(-slope * (x - parameters.threshold)))
    return rate
