"""Is that synchrony? What the phase-locking value shows when nobody follows anybody.

Band-limited noise has a phase-locking value far above zero in short epochs, and shared input raises it at any epoch
length. The critique: Burgess (2013, doi 10.3389/fnhum.2013.00881). The formulas are closed forms; the signals are toys.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import LARGEST, AboveZero, Between, NonzeroShare, OpenShare, Positive, Seed, Share, checked
from intimacy.parameters import Parameters, integer, number, switch

Array = NDArray[np.float64]
Samples = Annotated[float, Between(1, LARGEST)]

SAMPLES_PER_SECOND = 64
"""Sampling rate of the signals (Hz)."""

BAND_CENTRE = 10.0
"""Middle of the band (Hz), the alpha rhythm of the electroencephalogram."""

_BLOCK = 1024
"""Records are padded to a multiple of this, so that no slider position has a slow Fourier transform."""


@dataclass(frozen=True)
class NullModel(Parameters):
    """Two noisy signals, cut into epochs, and what they have in common (see :func:`simulate_null_model`)."""

    shared_input: float = number(
        0.2,
        0,
        0.9,
        step=0.05,
        symbol="c",
        label="Shared input",
        help="Share of each signal's power that comes from the same source: a film, a song, a room.",
    )
    coupling: float = number(
        0,
        0,
        6,
        step=0.1,
        unit="rad/s",
        symbol="K",
        label="True coupling",
        help="How strongly the two signals really pull each other.",
    )
    bandwidth: float = number(
        4, 1, 16, step=0.5, unit="Hz", symbol="B", label="Bandwidth", help="Width of the band around 10 Hz."
    )
    epoch: float = number(
        1, 0.5, 30, step=0.5, unit="s", symbol="T", label="Epoch", help="Length of the stretch that gives one value."
    )
    epochs: int = integer(
        100, 20, 200, step=10, label="Epochs", help="Stretches per recording; their values are averaged."
    )
    surrogate: bool = switch(
        True, label="Compare with surrogates", help="Pair each epoch of i with another epoch of j: chance alone."
    )


@dataclass(frozen=True)
class NullModelRun:
    """Phase-locking values of two recordings.

    Attributes:
        seconds: time within an epoch (s), shape (samples,).
        signal_i, signal_j: the two signals in the first epoch, shape (samples,).
        difference: phase of i minus phase of j in the first epoch, from −π to π, shape (samples,).
        plv: phase-locking value of each epoch, shape (epochs,).
        surrogate_means: mean value over epochs for each way to pair different epochs, shape (epochs − 1,), or (0,)
            without surrogates.
    """

    seconds: Array
    signal_i: Array
    signal_j: Array
    difference: Array
    plv: Array
    surrogate_means: Array

    @property
    def mean_plv(self) -> float:
        """Mean phase-locking value over epochs."""
        return float(self.plv.mean())

    @property
    def surrogate_limit(self) -> float | None:
        """What 95 % of the surrogates stay below, or ``None`` without surrogates."""
        return float(np.quantile(self.surrogate_means, 0.95)) if self.surrogate_means.size else None

    @property
    def beats_chance(self) -> bool:
        """Whether the mean value is above the surrogates' limit; without surrogates, above 0, which noise always is."""
        return self.mean_plv > (self.surrogate_limit or 0.0)

    def to_frame(self) -> pd.DataFrame:
        """Return the values as a table, one row per epoch."""
        return pd.DataFrame({"epoch": np.arange(1, len(self.plv) + 1), "plv": self.plv})


@checked
def simulate_null_model(parameters: NullModel, seed: Seed = 7) -> NullModelRun:
    """Record two signals and measure how much their phases keep their distance.

    From three independent white noises z, ξᵢ and ξⱼ::

        xᵢ = √c z + √(1−c) ξᵢ,   xⱼ = √c z + √(1−c) ξⱼ,   both limited to 10 Hz ± B/2

    With coupling, each is pulled towards the other: as seen by someone who turns with 10 Hz, the difference of the two
    obeys d' = d₀' − K d, where d₀ is the difference without coupling; solved exactly in the frequency domain. Phases
    are those of the analytic signal, φ is i's minus j's, and the phase-locking value of an epoch is |mean of exp(iφ)|.
    Surrogate s pairs epoch e of i with epoch e + s of j, which keeps both signals and breaks what happens at the same
    time, shared input included. So surrogates expose chance, and cannot tell shared input from coupling. A toy.
    """
    samples = round(parameters.epoch * SAMPLES_PER_SECOND)
    total = samples * parameters.epochs
    count = -(-total // _BLOCK) * _BLOCK
    half = parameters.bandwidth / 2
    inside = _inside((BAND_CENTRE - half, BAND_CENTRE + half), count, SAMPLES_PER_SECOND)
    # All of this is linear, so it is done to the few frequencies that are in the band.
    white = _spectra(seed, count)[:, inside]
    sources = math.sqrt(parameters.shared_input) * white[:1] + math.sqrt(1 - parameters.shared_input) * white[1:]
    if parameters.coupling:
        sources += _pull(sources[0] - sources[1], parameters.coupling, _frequencies(count, SAMPLES_PER_SECOND)[inside])
    analytic = _analytic(sources, inside, count)[:, :total].reshape(2, parameters.epochs, samples)
    unit = analytic * (1 / np.abs(analytic))  # the same numbers as a division, which takes three times as long
    signal_i, signal_j = analytic[:, 0].real.astype(np.float64)
    return NullModelRun(
        seconds=np.arange(samples, dtype=np.float64) / SAMPLES_PER_SECOND,
        signal_i=signal_i,
        signal_j=signal_j,
        difference=np.angle(unit[0, 0] * unit[1, 0].conj()).astype(np.float64),
        plv=np.minimum(np.abs((unit[0] * unit[1].conj()).mean(axis=1)), 1).astype(np.float64),
        surrogate_means=_surrogate_means(unit) if parameters.surrogate else np.empty(0),
    )


@checked
def analytic_signal(
    signal: Annotated[ArrayLike, Between(axes=1)],
    band: Annotated[tuple[float, float], Between(0, math.inf)] = (0.0, math.inf),
    rate: Positive = SAMPLES_PER_SECOND,
) -> NDArray[Any]:
    """Return the analytic signal of real signals along the last axis, limited to a band: its angle is the phase.

    The Fourier transform without its negative frequencies, positive ones doubled; 0 and the highest frequency, which
    have no negative twin, count once. Without a band this is what ``scipy.signal.hilbert`` returns. Frequencies
    outside ``band`` (Hz, ends included) are removed. float32 in, complex64 out; else complex128.

    Raises:
        ValueError: the band holds no frequency of the signal.
    """
    real = np.asarray(signal)
    count = real.shape[-1]
    if not real.size:
        raise ValueError(f"signal must hold at least one sample, got shape {real.shape}")
    inside = _inside(band, count, rate)
    return _analytic(np.fft.rfft(real)[..., inside], inside, count)


@checked
def effective_samples(bandwidth: AboveZero, seconds: AboveZero) -> float:
    """Return B · T, about how many independent phases an epoch of band-limited noise holds (a rule of thumb).

    Raises:
        ValueError: bandwidth or seconds is not above zero.
    """
    return bandwidth * seconds


@checked
def expected_squared_plv(samples: Samples) -> float:
    """Return the mean squared phase-locking value of N independent phases with no relation, 1 / N (exact).

    Raises:
        ValueError: samples is below 1.
    """
    return 1 / samples


@checked
def expected_plv(samples: Samples) -> float:
    """Return the mean phase-locking value of N independent phases with no relation, about √(π / 4N).

    Raises:
        ValueError: samples is below 1.
    """
    return math.sqrt(math.pi / (4 * samples))


@checked
def chance_limit(samples: Samples, level: OpenShare = 0.05) -> float:
    """Return what a share ``level`` of unrelated recordings of N independent phases exceed, about √(−ln level / N).

    Raises:
        ValueError: samples is below 1, or level is not between 0 and 1.
    """
    return min(1.0, math.sqrt(-math.log(level) / samples))


@checked
def shortest_epoch(bandwidth: Positive, plv: NonzeroShare) -> float:
    """Return the epoch (s) above which unrelated noise stays below ``plv`` on average: π / (4 B plv²).

    Raises:
        ValueError: bandwidth or plv is not above zero.
    """
    return math.pi / (4 * bandwidth * plv**2)


@checked
def correlation_plv(correlation: Share) -> float:
    """Return the phase-locking value of endless complex Gaussian signals of correlation ρ.

    The mean resultant of their phase difference is π/4 · ρ · ₂F₁(1/2, 1/2; 2; ρ²), here as its power series.

    Raises:
        ValueError: correlation is not between 0 and 1.
    """
    if correlation == 1:
        return 1.0
    orders = np.arange(2000.0)
    ratios = (orders + 0.5) ** 2 / ((orders + 2) * (orders + 1)) * correlation**2
    return float(math.pi / 4 * correlation * (1 + np.cumprod(ratios).sum()))


@checked
def endless_plv(parameters: NullModel) -> float:
    """Return the phase-locking value of an endless epoch: 0 without shared input and coupling, as chance is gone.

    Coupling leaves the share q = 1 − K/(πB) · arctan(πB/K) of the power of the difference. The correlation is then
    ρ = (1 + c − (1−c) q) / (1 + c + (1−c) q), which is c without coupling, and :func:`correlation_plv` gives the value.
    """
    edge = math.pi * parameters.bandwidth
    left = 1 - parameters.coupling / edge * math.atan2(edge, parameters.coupling)
    together, apart = 1 + parameters.shared_input, (1 - parameters.shared_input) * left
    return correlation_plv((together - apart) / (together + apart))


def _frequencies(count: int, rate: float) -> Array:
    """Return the frequencies of a record (Hz), shape (count // 2 + 1,)."""
    return np.asarray(np.fft.rfftfreq(count, 1 / rate))


def _inside(band: tuple[float, float], count: int, rate: float) -> slice:
    """Return which of the frequencies of a record lie in a band, ends included."""
    frequencies = _frequencies(count, rate)
    inside = slice(int(np.searchsorted(frequencies, band[0])), int(np.searchsorted(frequencies, band[1], "right")))
    if inside.start >= inside.stop:
        raise ValueError(f"band must hold a frequency between 0 and {rate / 2} Hz, got {band[0]} to {band[1]}")
    return inside


@lru_cache(maxsize=2)
def _spectra(seed: int, count: int) -> NDArray[np.complex64]:
    """Return the Fourier transform of the three white noises of a recording, shape (3, count // 2 + 1)."""
    white = np.random.default_rng(np.random.SeedSequence(seed)).standard_normal((count, 3), dtype=np.float32)
    spectra = np.asarray(np.fft.rfft(white.T), dtype=np.complex64)
    spectra.flags.writeable = False
    return spectra


def _analytic(spectrum: NDArray[Any], inside: slice, count: int) -> NDArray[Any]:
    """Return the analytic signal whose Fourier transform is known at some of the frequencies, and else 0."""
    full = np.zeros((*spectrum.shape[:-1], count), dtype=spectrum.dtype)
    full[..., inside] = spectrum
    full[..., 1 : (count + 1) // 2] *= 2
    analytic: NDArray[Any] = np.fft.ifft(full)
    return analytic


def _pull(difference: NDArray[Any], coupling: float, frequencies: Array) -> NDArray[np.complex64]:
    """Return what a coupling adds to both signals: half of the slow part of their difference, with opposite signs."""
    distance = math.tau * (frequencies - BAND_CENTRE)
    # At 10 Hz itself all is lost, even where the coupling is too small to divide by.
    response = np.ones_like(difference)
    np.divide(coupling, coupling + 1j * distance, out=response, where=distance != 0, casting="same_kind")
    loss = difference * response / 2
    return np.stack([-loss, loss])


def _surrogate_means(unit: NDArray[Any]) -> Array:
    """Return the mean phase-locking value over epochs for each shift of j's epochs, shape (epochs − 1,)."""
    epochs, samples = unit.shape[1:]
    every_pair = np.abs(unit[0] @ unit[1].conj().T) / samples
    rows = np.arange(epochs)
    shifted = every_pair[rows, (rows + rows[1:, np.newaxis]) % epochs]
    means: Array = shifted.mean(axis=1, dtype=np.float64)
    return means
