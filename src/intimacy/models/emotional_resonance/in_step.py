"""Two people fall into step: two coupled phase oscillators, and the four-oscillator dyad of Heggli et al. (2019).

Both models are toys: a person's rhythm is reduced to one phase (or to one for perceiving and one for acting). They show
which relations are possible; they do not show what two brains do. Equations: Kuramoto (1984), Chemical Oscillations,
Waves, and Turbulence; the dyad: Heggli, Cabral, Konvalinka, Vuust and Kringelbach (2019, doi
10.1371/journal.pcbi.1007422). Angles are in radians, couplings in radians per second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import Between, Seed, checked
from intimacy.parameters import Parameters, number

Array = NDArray[np.float64]

SECONDS_PER_STEP = 0.01
"""Step of the integration of two rhythms in seconds; one sample is kept per step."""

DYAD_SECONDS_PER_STEP = 0.02
"""Step of the integration of four rhythms in seconds; one sample is kept per step."""


def _tempo() -> float:
    declared: float = number(
        2, 0.5, 10, step=0.1, unit="Hz", symbol="f", label="Tempo", help="Mean natural tempo; 2 is easy finger tapping."
    )
    return declared


def _detuning(default: float) -> float:
    declared: float = number(
        default,
        0,
        8,
        step=0.1,
        unit="rad/s",
        symbol="Δω",
        label="Difference of natural tempi",
        help="How much faster person i is than person j when each is alone.",
    )
    return declared


def _noise() -> float:
    declared: float = number(
        0.2,
        0,
        2,
        step=0.05,
        unit="rad²/s",
        symbol="D",
        label="Noise",
        help="How fast each phase wanders by itself.",
    )
    return declared


def _duration() -> float:
    declared: float = number(20, 5, 60, step=5, unit="s", label="Time shown", help="Length of the run.")
    return declared


def _coupling(default: float, high: float, symbol: str, label: str, help: str) -> float:
    declared: float = number(default, 0, high, step=0.1, unit="rad/s", symbol=symbol, label=label, help=help)
    return declared


@dataclass(frozen=True)
class InStep(Parameters):
    """Two rhythms and how strongly each follows the other (toy, see :func:`simulate_in_step`)."""

    tempo: float = _tempo()
    detuning: float = _detuning(2)
    i_follows_j: float = _coupling(2, 10, "Kᵢⱼ", "How strongly i follows j", "At 0 person i does not adjust.")
    j_follows_i: float = _coupling(2, 10, "Kⱼᵢ", "How strongly j follows i", "At 0 person j does not adjust.")
    noise: float = _noise()
    initial_difference: float = number(
        1.5, -3.1, 3.1, step=0.1, unit="rad", symbol="φ₀", label="Phase difference at the start", help="i ahead of j."
    )
    window: float = number(
        2, 0.5, 5, step=0.5, unit="s", label="Sliding window", help="Stretch over which phase locking is measured."
    )
    duration: float = _duration()


@dataclass(frozen=True)
class InStepRun:
    """Two rhythms over time.

    Attributes:
        seconds: time since the start (s).
        phase_i, phase_j: phases, not wrapped (rad), one entry per second sampled.
        window_end: end of each full sliding window (s).
        sliding_plv: phase-locking value in the window that ends then, 0 to 1.
    """

    seconds: Array
    phase_i: Array
    phase_j: Array
    window_end: Array
    sliding_plv: Array

    @property
    def difference(self) -> Array:
        """Phase of i minus phase of j, not wrapped (rad)."""
        return self.phase_i - self.phase_j

    @property
    def plv(self) -> float:
        """Phase-locking value over the whole run."""
        return phase_locking_value(self.difference)

    @property
    def slips(self) -> int:
        """Whole turns by which one rhythm has run ahead of the other since the start."""
        return int(abs(self.difference[-1] - self.difference[0]) // math.tau)

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per step; the sliding value is missing until the first window is full."""
        missing = np.full(len(self.seconds) - len(self.sliding_plv), np.nan)
        return pd.DataFrame(
            {
                "seconds": self.seconds,
                "phase_i": self.phase_i,
                "phase_j": self.phase_j,
                "difference": self.difference,
                "sliding_plv": np.concatenate([missing, self.sliding_plv]),
            }
        )


@checked
def simulate_in_step(parameters: InStep, seed: Seed = 7) -> InStepRun:
    """Follow two rhythms that hear each other; ωᵢ and ωⱼ are 2πf ± Δω/2::

        dθᵢ = [ωᵢ + Kᵢⱼ sin(θⱼ − θᵢ)] dt + √(2D) dWᵢ
        dθⱼ = [ωⱼ + Kⱼᵢ sin(θᵢ − θⱼ)] dt + √(2D) dWⱼ

    Integrated by Heun's method, second order without noise; the noise is drawn for every step beforehand. A toy.
    """
    steps = round(parameters.duration / SECONDS_PER_STEP)
    kicks = _kicks(parameters.noise, SECONDS_PER_STEP, (steps, 2), seed)
    slow_half, fast_half = _natural_frequencies(parameters.tempo, parameters.detuning)
    turn_i, turn_j = fast_half * SECONDS_PER_STEP, slow_half * SECONDS_PER_STEP
    pull_i, pull_j = parameters.i_follows_j * SECONDS_PER_STEP, parameters.j_follows_i * SECONDS_PER_STEP
    shift, pull = turn_i - turn_j, pull_i + pull_j
    sine, difference = math.sin, parameters.initial_difference
    effects = []
    for kick in (kicks[:, 0] - kicks[:, 1]).tolist():
        now = sine(difference)
        effect = (now + sine(difference + shift - pull * now + kick)) / 2
        difference += shift - pull * effect + kick
        effects.append(effect)
    # Both phases feel the same sine, with opposite signs, so one loop over their difference gives both.
    heard = np.array(effects)
    phase_i = _accumulate(parameters.initial_difference, turn_i - pull_i * heard + kicks[:, 0])
    phase_j = _accumulate(0.0, turn_j + pull_j * heard + kicks[:, 1])
    seconds = _sampled_seconds(steps, SECONDS_PER_STEP)
    width = round(parameters.window / SECONDS_PER_STEP)
    sliding = sliding_phase_locking(phase_i - phase_j, width)
    return InStepRun(seconds, phase_i, phase_j, seconds[width - 1 :], sliding)


@checked
def phase_locking_value(difference: ArrayLike) -> float:
    """Return |mean of exp(i φ)| of phase differences (rad, any shape): 1 if all are equal, 0 if they spread evenly.

    Raises:
        ValueError: there is no phase difference.
    """
    angles = np.asarray(difference, dtype=np.float64)
    if angles.size == 0:
        raise ValueError("difference must hold at least 1 phase difference, got 0")
    return min(1.0, float(np.hypot(np.cos(angles).mean(), np.sin(angles).mean())))


@checked
def sliding_phase_locking(difference: Annotated[ArrayLike, Between(axes=1)], width: int) -> Array:
    """Return the phase-locking value of each stretch of ``width`` neighbours, shape (samples − width + 1,).

    Raises:
        ValueError: width is below 1 or above the number of samples.
    """
    angles = np.asarray(difference, dtype=np.float64)
    if not 1 <= width <= len(angles):
        raise ValueError(f"width must be between 1 and {len(angles)} samples, got {width!r}")
    total = _accumulate(0.0, np.array([np.cos(angles), np.sin(angles)]))
    cosine, sine = (total[:, width:] - total[:, :-width]) / width
    values: Array = np.minimum(np.hypot(cosine, sine), 1.0)
    return values


@checked
def total_coupling(parameters: InStep) -> float:
    """Return K = Kᵢⱼ + Kⱼᵢ (rad/s), the pull on the phase difference."""
    return parameters.i_follows_j + parameters.j_follows_i


@checked
def locks(parameters: InStep) -> bool:
    """Return whether the two stay in step without noise: |Δω| ≤ K."""
    return parameters.detuning <= total_coupling(parameters)


@checked
def locked_lag(parameters: InStep) -> float:
    """Return by how much i is ahead once in step, asin(Δω / K), in radians.

    Raises:
        ValueError: the two do not lock.
    """
    _require_lock(parameters)
    return math.asin(parameters.detuning / total_coupling(parameters)) if parameters.detuning else 0.0


@checked
def locked_delay(parameters: InStep) -> float:
    """Return the lag as a time: :func:`locked_lag` over 2π times the shared tempo, in milliseconds.

    Raises:
        ValueError: the two do not lock.
    """
    return 1000 * locked_lag(parameters) / (math.tau * locked_tempo(parameters))


@checked
def locked_tempo(parameters: InStep) -> float:
    """Return the tempo in step, Ω / 2π with Ω = (ωᵢ Kⱼᵢ + ωⱼ Kᵢⱼ) / K, in hertz.

    Who follows less weighs more: if only j follows, the shared tempo is that of i.

    Raises:
        ValueError: the two do not lock.
    """
    _require_lock(parameters)
    slow, fast = _natural_frequencies(parameters.tempo, parameters.detuning)
    share = influence(parameters)
    return (share * fast + (1 - share) * slow) / math.tau


@checked
def influence(parameters: InStep) -> float:
    """Return the weight of i in the shared tempo, Kⱼᵢ / K: 1 if i leads, 0 if j leads; 1/2 if nobody follows."""
    coupling = total_coupling(parameters)
    return parameters.j_follows_i / coupling if coupling else 0.5


@checked
def beat_rate(parameters: InStep) -> float:
    """Return how fast i runs away from j without noise: √(Δω² − K²), 0 if they lock, in rad/s."""
    return 0.0 if locks(parameters) else math.sqrt(parameters.detuning**2 - total_coupling(parameters) ** 2)


@checked
def stationary_plv(parameters: InStep) -> float:
    """Return the phase-locking value of an endless run.

    With cₙ the mean of exp(inφ), the stationary Fokker–Planck equation gives (2nD − iΔω) cₙ = K/2 (cₙ₋₁ − cₙ₊₁), a
    continued fraction for c₁. For equal tempi it is I₁(κ) / I₀(κ) with κ = K / 2D. Without noise it is 1 in step and
    (Δω − √(Δω² − K²)) / K out of step.
    """
    coupling, detuning = total_coupling(parameters), parameters.detuning
    if coupling == 0:
        return 1.0 if parameters.noise == detuning == 0 else 0.0
    if (
        parameters.noise < 1e-4
    ):  # so little noise changes the third digit at most; the fraction would need a million terms
        return 1.0 if locks(parameters) else (detuning - beat_rate(parameters)) / coupling
    terms = 200 + round(20 * math.sqrt(coupling / parameters.noise))
    ratio = 0j
    for order in range(terms, 0, -1):
        ratio = coupling / 2 / (2 * order * parameters.noise - 1j * detuning + coupling / 2 * ratio)
    return abs(ratio)


@dataclass(frozen=True)
class Dyad(Parameters):
    """Two people, each with one rhythm for perceiving and one for acting (toy, see :func:`simulate_dyad`)."""

    tempo: float = _tempo()
    detuning: float = _detuning(1)
    within_i: float = _coupling(4, 12, "Wᵢ", "Within i", "How firmly i's perceiving and acting hold together.")
    within_j: float = _coupling(4, 12, "Wⱼ", "Within j", "How firmly j's perceiving and acting hold together.")
    i_hears_j: float = _coupling(4, 12, "Bᵢ", "Between: i hears j", "How strongly j's action pulls i's perception.")
    j_hears_i: float = _coupling(4, 12, "Bⱼ", "Between: j hears i", "How strongly i's action pulls j's perception.")
    noise: float = _noise()
    duration: float = _duration()


MUTUAL = Dyad(within_i=2, within_j=2, i_hears_j=8, j_hears_i=8)
"""Mutual adaptation: more coupling between the two than within each, as Heggli et al. report.

The couplings are those of the example that the authors published as code (OleAd/FourOscModel: weights 0.2 and 0.8,
times 10 per second). The detuning and the noise are ours.
"""

FOLLOWING = Dyad(within_i=10, within_j=2, i_hears_j=0.5, j_hears_i=8)
"""Person j follows i: little coupling within the follower, as Heggli et al. report, and a leader who hardly listens.

The numbers are ours. In this model little coupling within j is not enough to make j follow: with equal listening it is
i who follows, in tempo (:func:`dyad_influence`) as from tap to tap (:func:`interval_correlations`).
"""

LEADING_LEADING = Dyad(within_i=10, within_j=10, i_hears_j=0.3, j_hears_i=0.3)
"""Both lead: little coupling between the two, as Heggli et al. report. The numbers are ours."""


@dataclass(frozen=True)
class DyadRun:
    """Four rhythms over time: phases, not wrapped (rad), one entry per sampled time (s)."""

    seconds: Array
    perception_i: Array
    action_i: Array
    perception_j: Array
    action_j: Array

    @property
    def difference(self) -> Array:
        """Phase of i's action minus phase of j's action, not wrapped (rad)."""
        return self.action_i - self.action_j

    @property
    def plv(self) -> float:
        """Phase-locking value of the two actions over the whole run."""
        return phase_locking_value(self.difference)

    @property
    def tempi(self) -> tuple[float, float]:
        """Mean tempo of i's and of j's action over the second half of the run (Hz)."""
        half = len(self.seconds) // 2
        time = math.tau * (self.seconds[-1] - self.seconds[half])
        tempo_i, tempo_j = (float((each[-1] - each[half]) / time) for each in (self.action_i, self.action_j))
        return tempo_i, tempo_j

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per step."""
        return pd.DataFrame({**vars(self), "difference": self.difference})


@checked
def simulate_dyad(parameters: Dyad, seed: Seed = 7) -> DyadRun:
    """Follow perception p and action a of two people; for i, and for j with the letters swapped::

        dpᵢ = [ωᵢ + Wᵢ sin(aᵢ − pᵢ) + Bᵢ sin(aⱼ − pᵢ)] dt + √(2D) dW
        daᵢ = [ωᵢ + Wᵢ sin(pᵢ − aᵢ)] dt + √(2D) dW

    Structure: Heggli et al. (2019, doi 10.1371/journal.pcbi.1007422), who fitted it to joint finger tapping and report
    more coupling between than within people for mutual adaptation, little coupling within the follower for leading and
    following, and little coupling between for leading and leading. Integrated by Heun's method. A toy.
    """
    steps = round(parameters.duration / DYAD_SECONDS_PER_STEP)
    kicks = _kicks(parameters.noise, DYAD_SECONDS_PER_STEP, (steps, 4), seed)
    slow, fast = (each * DYAD_SECONDS_PER_STEP for each in _natural_frequencies(parameters.tempo, parameters.detuning))
    kicks += [fast, fast, slow, slow]
    within_i, within_j, hears_i, hears_j = (
        each * DYAD_SECONDS_PER_STEP
        for each in (parameters.within_i, parameters.within_j, parameters.i_hears_j, parameters.j_hears_i)
    )
    sine = math.sin
    p_i = a_i = p_j = a_j = 0.0
    phases = [p_i, a_i, p_j, a_j]
    for k_pi, k_ai, k_pj, k_aj in zip(*kicks.T.tolist(), strict=True):
        own_i, own_j = within_i * sine(a_i - p_i), within_j * sine(a_j - p_j)
        other_i, other_j = hears_i * sine(a_j - p_i), hears_j * sine(a_i - p_j)
        q_pi, q_ai = p_i + k_pi + own_i + other_i, a_i + k_ai - own_i
        q_pj, q_aj = p_j + k_pj + own_j + other_j, a_j + k_aj - own_j
        # Times a half, which is quicker than to divide by 2.
        own_i = (own_i + within_i * sine(q_ai - q_pi)) * 0.5
        own_j = (own_j + within_j * sine(q_aj - q_pj)) * 0.5
        p_i += k_pi + own_i + (other_i + hears_i * sine(q_aj - q_pi)) * 0.5
        p_j += k_pj + own_j + (other_j + hears_j * sine(q_ai - q_pj)) * 0.5
        a_i += k_ai - own_i
        a_j += k_aj - own_j
        phases += p_i, a_i, p_j, a_j
    table = np.fromiter(phases, np.float64, len(phases)).reshape(-1, 4)
    return DyadRun(_sampled_seconds(steps, DYAD_SECONDS_PER_STEP), *table.T.copy())


@checked
def dyad_influence(parameters: Dyad) -> float:
    """Return the weight of i in the shared tempo, for small lags: gᵢ / (gᵢ + gⱼ) with g = 2/B + 1/W.

    The weights are the left null vector of the linearised coupling, summed over a person's two rhythms. Listening less
    gives weight. So does loose coupling within, because the action then goes on by itself while the partner hears it.

    Raises:
        ValueError: a coupling is 0, so that the four rhythms need not share a tempo.
    """
    weights: list[float] = []
    for person, other in ("ij", "ji"):
        names = f"within_{person}", f"{person}_hears_{other}"
        within, between = (getattr(parameters, name) for name in names)
        for name, value in zip(names, (within, between), strict=True):
            if value == 0:
                raise ValueError(f"{name} must be above 0 for a shared tempo, got {value!r}")
        weights.append(2 / between + 1 / within)
    return weights[0] / sum(weights)


@checked
def dyad_tempo(parameters: Dyad) -> float:
    """Return the shared tempo for small lags (Hz): natural tempi weighted by :func:`dyad_influence`.

    Raises:
        ValueError: a coupling is 0, so that the four rhythms need not share a tempo.
    """
    return parameters.tempo + parameters.detuning * (dyad_influence(parameters) - 0.5) / math.tau


@checked
def tap_times(seconds: Annotated[Array, Between(axes=1)], phase: Annotated[Array, Between(axes=1)]) -> Array:
    """Return when a phase first completes each turn (s), by linear interpolation; shape (turns,)."""
    if not len(phase) or phase.shape != seconds.shape or phase.ndim > 1:
        raise ValueError(
            "seconds and phase must be two rows of one length, of at least one sample, "
            f"got shapes {seconds.shape} and {phase.shape}"
        )
    highest = np.maximum.accumulate(phase)
    turns = math.tau * np.arange(math.floor(highest[0] / math.tau) + 1, math.floor(highest[-1] / math.tau) + 1)
    after = np.searchsorted(highest, turns)
    before = after - 1
    share = (turns - highest[before]) / (highest[after] - highest[before])
    taps: Array = seconds[before] + share * (seconds[after] - seconds[before])
    return taps


@checked
def interval_correlations(
    taps_i: Annotated[Array, Between(axes=1)], taps_j: Annotated[Array, Between(axes=1)]
) -> tuple[float, float, float]:
    """Return the correlations of j's next interval with i's, of the same intervals, and of i's next with j's.

    Intervals are those between taps. A high first value means that j does one tap later what i did, as a follower does;
    Heggli et al. (2019) fitted these three. Tap n of i must belong to tap n of j; surplus taps are left out.

    Raises:
        ValueError: there are fewer than 5 pairs of taps.
    """
    pairs = min(len(taps_i), len(taps_j))
    if pairs < 5 or taps_i.ndim > 1 or taps_j.ndim > 1:
        raise ValueError(f"taps_i and taps_j must hold at least 5 pairs of taps, got {pairs}")
    i, j = np.diff(taps_i[:pairs]), np.diff(taps_j[:pairs])
    if min(np.ptp(i), np.ptp(j)) < 1e-9:
        raise ValueError("taps_i and taps_j must have intervals that vary, got some that are all alike")
    j_after_i, same, i_after_j = (
        float(np.corrcoef(*each)[0, 1]) for each in ((i[:-1], j[1:]), (i, j), (i[1:], j[:-1]))
    )
    return j_after_i, same, i_after_j


def _natural_frequencies(tempo: float, detuning: float) -> tuple[float, float]:
    """Return ωⱼ and ωᵢ (rad/s): 2πf minus and plus half the detuning."""
    return math.tau * tempo - detuning / 2, math.tau * tempo + detuning / 2


def _require_lock(parameters: InStep) -> None:
    coupling = total_coupling(parameters)
    if not locks(parameters):
        raise ValueError(f"detuning must be between 0 and the total coupling {coupling}, got {parameters.detuning!r}")


def _kicks(noise: float, seconds_per_step: float, shape: tuple[int, int], seed: int) -> Array:
    """Draw the phase noise of every step in advance, shape (steps, oscillators), in radians."""
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    return math.sqrt(2 * noise * seconds_per_step) * generator.standard_normal(shape)


def _accumulate(start: float, increments: Array) -> Array:
    """Return the running total along the last axis, with ``start`` in front."""
    total = np.empty((*increments.shape[:-1], increments.shape[-1] + 1))
    total[..., 0] = start
    np.cumsum(increments, axis=-1, out=total[..., 1:])
    total[..., 1:] += start
    return total


def _sampled_seconds(steps: int, seconds_per_step: float) -> Array:
    return np.arange(steps + 1, dtype=np.float64) * seconds_per_step
