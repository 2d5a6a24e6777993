"""An oxytocin neuron, and how its spikes become hormone.

The neuron adds up random excitatory and inhibitory inputs and spikes above a threshold; each spike makes the next less
likely for a while. At the nerve terminal, release grows with the square of calcium and each spike lets in more calcium
when others came shortly before: spikes that come together release more.

The equations and default values are those of the published simulation code by MacGregor (HypoModel/MagNet, MIT
licence), which goes with Maícas-Royo, Leng and MacGregor (2018, *Endocrinology*) and is reviewed by MacGregor (2022,
doi 10.1016/j.coemr.2022.100341). They were fitted to rat cells, not to people. As there, one time step is 1 ms.

What fits behind a slider: nothing is stepped through millisecond by millisecond. The summed input does not depend on
the spikes, so it is filtered as a whole and only the milliseconds in which it exceeds the threshold are visited;
release is worked out from spike to spike in closed form. Measured for 60 s on a shared core: a cell takes about 1 ms at
the default drive and 3 ms at 500 inputs per second; the release of a train of 100 to 600 spikes takes 1 to 2 ms. So one
or two cells follow a slider, and 20 cells (60 ms) do not. The random inputs are drawn once per seed (2 ms for each
cell) and kept for the last eight cells.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import LARGEST, MOST, Between, Seed, checked
from intimacy.parameters import Parameters, integer, number, shown

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

STEPS_PER_SECOND = 1000
Rate = Annotated[float, Between(0, STEPS_PER_SECOND / 2, f"between 0 and {STEPS_PER_SECOND / 2:g} per second")]

HIGHEST_DRIVE = 1000.0
"""Excitatory inputs per second that are drawn for each cell; a run keeps the share that its drive asks for."""

HIGHEST_INHIBITION = 1.2
"""Highest ratio of inhibitory to excitatory inputs."""

FAST_CALCIUM_EXPONENT = 5
SLOW_CALCIUM_EXPONENT = 3
BIN_STEPS = 50
"""Milliseconds over which release is summed."""

_EXCITATORY, _INHIBITORY = 0, 1


@dataclass(frozen=True)
class OxytocinNeuron(Parameters):
    """A group of oxytocin neurons of a rat, each with inputs of its own (see :func:`simulate_neuron`)."""

    drive: float = number(
        190,
        50,
        600,
        step=10,
        unit="/s",
        symbol="R",
        label="Excitatory inputs",
        help="They push a cell to spike.",
    )
    inhibition: float = number(
        0.5,
        0,
        HIGHEST_INHIBITION,
        step=0.05,
        symbol="ρ",
        label="Inhibitory inputs per excitatory input",
        help="At 1 the two balance on average, and only chance makes the cell spike.",
    )
    touch: float = number(
        0,
        0,
        400,
        step=10,
        unit="/s",
        label="Extra inputs during touch",
        help="Touch reaches these cells through other oxytocin cells in rats (Tang et al. 2020). The size is a toy.",
    )
    touch_start: float = number(20, 0, 300, step=1, unit="s", label="Touch begins", help="When the extra inputs begin.")
    touch_duration: float = number(
        20, 0, 300, step=1, unit="s", label="Touch lasts", help="How long the extra inputs go on."
    )
    afterhyperpolarisation: float = number(
        1,
        0,
        3,
        step=0.1,
        unit="mV",
        symbol="k_AHP",
        label="Slow brake per spike",
        help="Each spike lowers the potential by this much; it wears off slowly.",
    )
    afterhyperpolarisation_half_life: float = number(
        350,
        50,
        1000,
        step=10,
        unit="ms",
        symbol="h_AHP",
        label="Slow brake half-life",
        help="How long the brake lasts.",
    )
    input_size: float = number(
        2, 0.5, 4, step=0.1, unit="mV", symbol="a", label="Size of one input", help="Change in potential per input."
    )
    membrane_half_life: float = number(
        3.5, 1, 20, step=0.5, unit="ms", symbol="h_M", label="Membrane half-life", help="How fast an input fades."
    )
    fast_brake: float = number(
        30, 5, 60, step=1, unit="mV", symbol="k_HAP", label="Fast brake per spike", help="Keeps spikes apart."
    )
    fast_brake_half_life: float = number(
        7.5, 1, 30, step=0.5, unit="ms", symbol="h_HAP", label="Fast brake half-life", help="How fast it fades."
    )
    resting_potential: float = number(
        -56, -80, -51, step=1, unit="mV", symbol="V_rest", label="Resting potential", help="Potential without inputs."
    )
    threshold: float = number(
        -50, -50.5, -30, step=0.5, unit="mV", symbol="V_th", label="Spike threshold", help="The cell spikes above it."
    )
    cells: int = integer(1, 1, 20, label="Cells", help="How many cells to follow.")
    duration: int = integer(60, 5, 300, step=5, unit="s", label="Time shown", help="Length of the run.")


@dataclass(frozen=True)
class Terminals(Parameters):
    """The nerve terminals of one oxytocin neuron of a rat (see :func:`secretion`)."""

    broadening: float = number(
        0.021, 0, 0.1, step=0.001, symbol="k_b", label="Spike broadening per spike", help="Later spikes are wider."
    )
    broadening_half_life: float = number(
        2000, 100, 10000, step=100, unit="ms", symbol="h_b", label="Broadening half-life", help="How fast it fades."
    )
    basal_entry: float = number(
        0.5, 0, 2, step=0.1, symbol="b₀", label="Calcium entry of a lone spike", help="Without any broadening."
    )
    fast_calcium: float = number(
        1.5, 0, 5, step=0.1, symbol="k_e", label="Fast calcium per spike", help="The calcium that triggers release."
    )
    fast_calcium_half_life: float = number(
        100, 10, 1000, step=10, unit="ms", symbol="h_e", label="Fast calcium half-life", help="How fast it fades."
    )
    fast_calcium_limit: float = number(
        12, 1, 50, step=1, symbol="e_θ", label="Fast calcium that halves entry", help="Entry shuts itself off."
    )
    slow_calcium: float = number(
        0.0003, 0, 0.002, step=0.0001, symbol="k_c", label="Slow calcium per spike", help="Builds up over many spikes."
    )
    slow_calcium_half_life: float = number(
        20000,
        1000,
        60000,
        step=1000,
        unit="ms",
        symbol="h_c",
        label="Slow calcium half-life",
        help="How fast it fades.",
    )
    slow_calcium_limit: float = number(
        0.14, 0.01, 1, step=0.01, symbol="c_θ", label="Slow calcium that halves entry", help="Release tires."
    )
    slow_calcium_start: float = number(
        0.03, 0, 0.5, step=0.01, symbol="c₀", label="Slow calcium at the start", help="As the published code starts."
    )
    release: float = number(
        3e-6, 0, 2e-5, step=1e-6, unit="/ms", symbol="α", label="Release", help="Share released per squared calcium."
    )
    refill: float = number(
        0.12, 0, 1, step=0.01, unit="pg/ms", symbol="β", label="Refill", help="Flow from a full reserve."
    )
    pool: float = number(
        5000, 100, 20000, step=100, unit="pg", symbol="P_max", label="Releasable store", help="Oxytocin ready to go."
    )
    reserve: float = number(
        2e6, 1e4, 1e7, step=1e4, unit="pg", symbol="R_max", label="Reserve", help="Oxytocin that refills the store."
    )


@dataclass(frozen=True)
class NeuronRun:
    """Spike times (s) of each cell, whole milliseconds after the start, and the length of the run (s)."""

    spike_times: tuple[Array, ...]
    duration: int

    @property
    def spike_counts(self) -> Integers:
        """Spikes of each cell."""
        return np.array([len(each) for each in self.spike_times])

    @property
    def firing_rate(self) -> float:
        """Mean spikes per second of a cell."""
        return float(self.spike_counts.mean() / self.duration)

    @checked
    def rates(self, bin_seconds: Annotated[float, Between(0.001, LARGEST)] = 1.0) -> Array:
        """Return the spikes per second of each cell in bins of ``bin_seconds``; shape (cells, bins).

        A last bin that does not fit into the run is left out.

        Raises:
            ValueError: ``bin_seconds`` is below 0.001 or longer than the run.
        """
        if bin_seconds > self.duration:
            raise ValueError(f"bin_seconds must be at most the run of {self.duration} s, got {bin_seconds!r}")
        edges = np.arange(int(self.duration / bin_seconds + 1e-9) + 1) * bin_seconds
        return np.array([np.histogram(each, edges)[0] for each in self.spike_times]) / bin_seconds

    def to_frame(self) -> pd.DataFrame:
        """Return one row per spike: the cell and the second."""
        cells = np.repeat(np.arange(len(self.spike_times)), self.spike_counts)
        return pd.DataFrame({"cell": cells, "second": np.concatenate(self.spike_times)})


@dataclass(frozen=True)
class SecretionRun:
    """What one or more spike trains release; rows are trains, columns are bins of :data:`BIN_STEPS` milliseconds.

    Attributes:
        seconds: end of each bin (s).
        release_rate: mean release in the bin (pg/s, in the units of the published code).
        fast_calcium: fast calcium at the end of the bin.
        pool: oxytocin ready for release at the end of the bin (pg).
        refilled: what the reserve gave to the pool in the whole run (pg), one entry per train.
        spike_counts: spikes of each train.
    """

    seconds: Array
    release_rate: Array
    fast_calcium: Array
    pool: Array
    refilled: Array
    spike_counts: Integers

    @property
    def total(self) -> Array:
        """Oxytocin that each train releases in the whole run (pg)."""
        released: Array = self.release_rate.sum(axis=1) * (BIN_STEPS / STEPS_PER_SECOND)
        return released

    @property
    def mean_rate(self) -> Array:
        """Mean release of each train over the whole run (pg/s)."""
        rate: Array = self.release_rate.mean(axis=1)
        return rate

    def to_frame(self) -> pd.DataFrame:
        """Return one row per train and bin."""
        trains, bins = self.release_rate.shape
        return pd.DataFrame(
            {
                "train": np.repeat(np.arange(trains), bins),
                "second": np.tile(self.seconds, trains),
                "release_rate": self.release_rate.ravel(),
                "fast_calcium": self.fast_calcium.ravel(),
                "pool": self.pool.ravel(),
            }
        )


@checked
def simulate_neuron(parameters: OxytocinNeuron, seed: Seed = 7) -> NeuronRun:
    """Follow the spikes of oxytocin neurons under random input.

    In steps of 1 ms; each half-life h stands for a rate ln 2 / h::

        V = V_rest + v − HAP − AHP,   spike if V > V_th
        v   fades with h_M,   + a per excitatory input, − a per inhibitory input (Poisson, rates R and ρR)
        HAP fades with h_HAP, + k_HAP per spike
        AHP fades with h_AHP, + k_AHP per spike

    R rises by ``touch`` from ``touch_start`` for ``touch_duration``. Source: see the module. Calibrated to rat cells;
    the touch is a toy.

    The inputs of a cell are drawn at the highest rate and thinned to the rate asked for: with the same seed, more drive
    keeps every input that less drive had, and cell n is the same however many cells there are.
    """
    return NeuronRun(
        spike_times=tuple(
            _spike_steps(_summed_input(parameters, seed, cell), parameters) / STEPS_PER_SECOND
            for cell in range(parameters.cells)
        ),
        duration=parameters.duration,
    )


@checked
def secretion(
    spike_times: ArrayLike | Sequence[ArrayLike],
    duration: Annotated[float, Between(0, 10_000)],
    terminals: Terminals | None = None,
) -> SecretionRun:
    """Return what spike trains release at the nerve terminals.

    In steps of 1 ms; each half-life h stands for a rate ln 2 / h::

        b (broadening)   fades with h_b, + k_b per spike
        entry per spike  c* = (b + b₀) · 1/(1 + (e/e_θ)⁵) · 1/(1 + (c/c_θ)³)
        e (fast calcium) fades with h_e, + k_e c* per spike
        c (slow calcium) fades with h_c, + k_c c* per spike
        release          s = α e² P
        dP/dt = −s + β R/R_max while P < P_max;   dR/dt = −β R/R_max while P < P_max

    e is exact between spikes and so is the sum of e² over each bin; P and R take one step per bin, which agrees with
    1-ms steps to about one part in 1,000. Release counts from the step after a spike, as in the published code; with
    ever shorter steps it would be about 1 % more. Source: see the module. Calibrated to rat cells.

    Args:
        spike_times: the spike times of one train, or one sequence of them per train (s, rounded to 1 ms).
        duration: length of the run (s), a multiple of 0.05.
        terminals: the terminals, the published ones if left out.

    Raises:
        ValueError: the duration is no positive multiple of 0.05 s, a spike lies outside the run, or two spikes of a
            train fall into one millisecond.
    """
    terminals = terminals or Terminals()
    bins = round(duration * STEPS_PER_SECOND / BIN_STEPS)
    if bins < 1 or not math.isclose(bins * BIN_STEPS, duration * STEPS_PER_SECOND):
        raise ValueError(f"duration must be a positive multiple of {BIN_STEPS / STEPS_PER_SECOND} s, got {duration!r}")
    trains = [_checked_steps(train, bins * BIN_STEPS) for train in _as_trains(spike_times)]
    releases = [_release(train, bins, terminals) for train in trains]
    return SecretionRun(
        seconds=np.arange(1, bins + 1, dtype=np.float64) * (BIN_STEPS / STEPS_PER_SECOND),
        release_rate=np.array([each.released for each in releases]) * (STEPS_PER_SECOND / BIN_STEPS),
        fast_calcium=np.array([each.fast_calcium for each in releases]),
        pool=np.array([each.pool for each in releases]),
        refilled=np.array([each.refilled for each in releases]),
        spike_counts=np.array([len(train) for train in trains]),
    )


@checked
def regular_train(rate: Rate, duration: Annotated[float, Between(0, MOST)]) -> Array:
    """Return evenly spaced spike times (s), ``rate`` per second, the last at ``duration``.

    Raises:
        ValueError: the rate is not between 0 and 500 per second, or the duration is negative.
    """
    return np.arange(1, int(rate * duration + 1e-9) + 1) / rate if rate > 0 else np.empty(0)


@checked
def burst_train(
    rate: Rate,
    burst_duration: float,
    interval: Annotated[float, Between(0.001, MOST, "above 0 (from 0.001) and at most 100000")],
    duration: Annotated[float, Between(0, MOST)],
) -> Array:
    """Return spike times (s) of bursts: ``rate`` per second for ``burst_duration``, one burst every ``interval``.

    With 50 per second, 2 s and 10 s, a minute holds 600 spikes: as many as ten regular spikes per second.

    Raises:
        ValueError: the rate is not between 0 and 500 per second, the duration is negative, or the burst does not fit
            into the interval.
    """
    if not 0 <= burst_duration <= interval:
        raise ValueError(f"burst_duration must be between 0 and the interval of {interval!r} s, got {burst_duration!r}")
    starts = np.arange(math.ceil(duration / interval - 1e-9)) * interval
    times = (starts[:, np.newaxis] + regular_train(rate, burst_duration)).ravel()
    return times[times <= duration + 1e-9]


@lru_cache(maxsize=16)  # eight cells: 13 MB at 60 s
def _inputs(seed: int, cell: int, kind: int, duration: int) -> tuple[NDArray[np.int32], Array]:
    """Draw one kind of input to a cell at the highest rate: the step of each and a mark in [0, 1), sorted by mark."""
    generator = np.random.default_rng(np.random.SeedSequence([seed, cell, kind]))
    highest_rate = HIGHEST_DRIVE * (1.0 if kind == _EXCITATORY else HIGHEST_INHIBITION)
    count = generator.poisson(highest_rate * duration)
    steps = generator.integers(0, duration * STEPS_PER_SECOND, count, dtype=np.int32)
    marks = np.sort(generator.random(count))
    for drawn in (steps, marks):
        drawn.flags.writeable = False
    return steps, marks


def _kept_inputs(parameters: OxytocinNeuron, seed: int, cell: int, kind: int) -> NDArray[np.int32]:
    """Return the step of each input of one kind: all with a mark below the drive, and during touch some more."""
    steps, marks = _inputs(seed, cell, kind, parameters.duration)
    ratio = 1.0 if kind == _EXCITATORY else parameters.inhibition / HIGHEST_INHIBITION
    shares = ratio * np.array([parameters.drive, parameters.drive + parameters.touch]) / HIGHEST_DRIVE
    always, in_touch = np.searchsorted(marks, shares)
    begin = parameters.touch_start * STEPS_PER_SECOND
    extra = steps[always:in_touch]
    extra = extra[(extra >= begin) & (extra < begin + parameters.touch_duration * STEPS_PER_SECOND)]
    return np.concatenate([steps[:always], extra])


def _summed_input(parameters: OxytocinNeuron, seed: int, cell: int) -> Array:
    """Return v (mV) at each step: the kept inputs through the membrane's exponential filter."""
    excitatory, inhibitory = (_kept_inputs(parameters, seed, cell, kind) for kind in (_EXCITATORY, _INHIBITORY))
    sizes = np.repeat([parameters.input_size, -parameters.input_size], [len(excitatory), len(inhibitory)])
    steps = np.concatenate([excitatory, inhibitory])
    binned = np.bincount(steps, weights=sizes, minlength=parameters.duration * STEPS_PER_SECOND)
    summed = binned.astype(np.float64, copy=False)
    _fade_in_place(summed, _kept_per_step(parameters.membrane_half_life))
    return summed


def _fade_in_place(values: Array, kept: float) -> None:
    """Turn x into y with y[n] = kept · y[n−1] + x[n], reaching twice as far back with each pass."""
    earlier, weight, reach = np.empty_like(values), kept, 1
    while weight > 1e-12 and reach < len(values):
        np.multiply(values[:-reach], weight, out=earlier[reach:])
        values[reach:] += earlier[reach:]
        weight, reach = weight * weight, 2 * reach


def _spike_steps(summed_input: Array, parameters: OxytocinNeuron) -> Integers:
    """Return the steps in which the cell spikes. Only steps whose input alone would reach the threshold can be."""
    needed = parameters.threshold - parameters.resting_potential
    candidates = np.flatnonzero(summed_input > needed)
    fast_kept = _kept_per_step(parameters.fast_brake_half_life)
    slow_kept = _kept_per_step(parameters.afterhyperpolarisation_half_life)
    fast = slow = 0.0
    latest, spikes = 0, []
    for step, excess in zip(candidates.tolist(), (summed_input[candidates] - needed).tolist(), strict=True):
        passed = step - latest
        fast_left, slow_left = fast * fast_kept**passed, slow * slow_kept**passed
        if excess > fast_left + slow_left:
            fast, slow = fast_left + parameters.fast_brake, slow_left + parameters.afterhyperpolarisation
            latest = step
            spikes.append(step)
    return np.array(spikes, dtype=np.int64) + 1


@dataclass(frozen=True)
class _Release:
    released: Array
    fast_calcium: Array
    pool: Array
    refilled: float


def _release(spike_steps: Integers, bins: int, terminals: Terminals) -> _Release:
    """Return the release of one train in each bin."""
    kept = _kept_per_step(terminals.fast_calcium_half_life)
    after_spike = np.concatenate([[0.0], _calcium_after_spikes(spike_steps, terminals)])
    spikes = np.concatenate([[0], spike_steps])
    ends = np.arange(bins + 1) * BIN_STEPS

    def squares_since(passed: Integers, calcium: Array) -> Array:
        """The sum of e² over the steps since a spike that left this much calcium."""
        squared = kept * kept
        return calcium**2 * squared * (1 - squared**passed) / (1 - squared)

    squares_at_spikes = np.concatenate([[0.0], np.cumsum(squares_since(np.diff(spikes), after_spike[:-1]))])
    latest = np.searchsorted(spikes, ends, side="right") - 1
    squares = squares_at_spikes[latest] + squares_since(ends - spikes[latest], after_spike[latest])
    released, pool, refilled = _empty_and_refill(terminals.release * np.diff(squares), terminals)
    calcium = after_spike[latest[1:]] * kept ** (ends - spikes[latest])[1:]
    return _Release(released, calcium, pool, refilled)


def _calcium_after_spikes(spike_steps: Integers, terminals: Terminals) -> Array:
    """Return the fast calcium just after each spike, going from spike to spike."""
    passed = np.diff(spike_steps, prepend=0)
    fades = (terminals.broadening_half_life, terminals.fast_calcium_half_life, terminals.slow_calcium_half_life)
    broad_kept, fast_kept, slow_kept = ((_kept_per_step(each) ** passed).tolist() for each in fades)
    broad, fast, slow = 0.0, 0.0, terminals.slow_calcium_start
    after = []
    for keep_broad, keep_fast, keep_slow in zip(broad_kept, fast_kept, slow_kept, strict=True):
        broad, fast, slow = broad * keep_broad, fast * keep_fast, slow * keep_slow
        fast_open = 1 / (1 + (fast / terminals.fast_calcium_limit) ** FAST_CALCIUM_EXPONENT)
        slow_open = 1 / (1 + (slow / terminals.slow_calcium_limit) ** SLOW_CALCIUM_EXPONENT)
        entry = fast_open * slow_open * (broad + terminals.basal_entry)
        broad += terminals.broadening
        fast += terminals.fast_calcium * entry
        slow += terminals.slow_calcium * entry
        after.append(fast)
    return np.array(after)


def _empty_and_refill(emptying: Array, terminals: Terminals) -> tuple[Array, Array, float]:
    """Return the release and the pool in each bin, and the total refill; ``emptying`` is α times the sum of e²."""
    shares = -np.expm1(-emptying)
    lost_refills = 1 - np.divide(shares, emptying, out=np.ones_like(shares), where=emptying > 0)
    pool, reserve = terminals.pool, terminals.reserve
    released, pools = [], []
    for rate, share, lost_refill in zip(emptying.tolist(), shares.tolist(), lost_refills.tolist(), strict=True):
        flow = min(terminals.refill * BIN_STEPS * reserve / terminals.reserve, reserve)
        out = pool * share + flow * lost_refill
        if pool + flow - out > terminals.pool:  # a full pool takes only what leaves it
            out = rate * (pool + terminals.pool) / 2
            flow = min(flow, terminals.pool - pool + out)
        pool += flow - out
        reserve -= flow
        released.append(out)
        pools.append(pool)
    return np.array(released), np.array(pools), terminals.reserve - reserve


def _kept_per_step(half_life: float) -> float:
    """The share left after one step of 1 ms, as the published code takes it: 1 − ln 2 / half-life."""
    return 1 - math.log(2) / half_life


def _as_trains(spike_times: ArrayLike | Sequence[ArrayLike]) -> list[Array]:
    """Return one array per train."""
    if not isinstance(spike_times, Sequence) and not np.ndim(spike_times):
        raise TypeError(f"spike_times must be one row of times, or one for each train, got {shown(spike_times)}")
    rows: Any = spike_times  # an array or a sequence, which the annotation of an ArrayLike does not tell
    one_train = all(np.ndim(each) == 0 for each in rows)
    trains = [np.asarray(each, dtype=np.float64) for each in ([rows] if one_train else rows)]
    if any(each.ndim != 1 for each in trains):
        raise ValueError(f"spike_times must be one row of times, or one for each train, got {shown(spike_times)}")
    return trains


def _checked_steps(times: Array, steps: int) -> Integers:
    spike_steps = np.sort(np.rint(times * STEPS_PER_SECOND).astype(np.int64))
    if len(spike_steps) and not 0 < spike_steps[0] <= spike_steps[-1] <= steps:
        raise ValueError(
            f"spike_times must be above 0 and at most {steps / STEPS_PER_SECOND} s, "
            f"got {times.min():g} to {times.max():g}"
        )
    if np.any(np.diff(spike_steps) == 0):
        raise ValueError("spike_times must be at least one millisecond apart within a train, got two that are closer")
    return spike_steps
