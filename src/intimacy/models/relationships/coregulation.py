"""Co-regulation: people whose arousal swings around its baseline and who move each other, in step and calmer or louder.

Coupled damped oscillators, as in the models that Butler (2011, doi 10.1177/1088868311411164) and the package rties
(Butler and Barnard 2019, doi 10.1097/PSY.0000000000000703) use: what changes arousal is one's own level and rate of
change, and those of the others. All values are teaching values. A toy: it says what such equations do, and measures
nobody. It assumes that all are safe and free to leave.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import checked
from intimacy.models.emotional_resonance import phase_locking_value
from intimacy.models.linear import solve_linear
from intimacy.models.mirror_systems import adjacency
from intimacy.parameters import Parameters, choice, integer, number

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

SECONDS = 120
"""How long arousal is followed."""

SECONDS_PER_SAMPLE = 0.5
"""Spacing of the times in a run; values do not depend on it."""

GROUPS = {
    "pair": "Pair",
    "v": "V: one in the middle",
    "triangle": "Triad",
    "quad": "Quad: a ring of four",
    "star": "Star: all with one",
    "everyone": "Everyone with everyone",
}
"""Who moves whom, in plain words."""

STARTS = {
    "one": "One is upset",
    "same": "All upset, in step",
    "opposite": "Neighbours in opposite moods",
}
"""How arousal stands at the start."""

_THRESHOLD = 1e-9


@dataclass(frozen=True)
class CoRegulation(Parameters):
    """Some people whose arousal moves each other's (toy, see :func:`simulate_co_regulation`)."""

    group: str = choice("pair", GROUPS, symbol="A", label="Constellation", help="Who moves whom; always both ways.")
    people: int = integer(5, 3, 8, symbol="n", label="People", help="For star, and everyone with everyone.")
    velocity_coupling: float = number(
        0.03,
        -0.2,
        0.2,
        step=0.01,
        unit="/s",
        symbol="γ",
        label="Moved by changes",
        help="Above 0 one goes along when the other's arousal rises or falls; below 0 one moves against it.",
    )
    damping: float = number(
        0.1,
        0,
        1,
        step=0.01,
        unit="/s",
        symbol="c",
        label="Own damping",
        help="Alone, a swing fades at half this rate.",
    )
    level_coupling: float = number(
        0,
        -0.05,
        0.05,
        step=0.005,
        unit="/s²",
        symbol="κ",
        label="Moved by levels",
        help="Above 0 one is pulled towards the side where the other is; below 0 to the other side.",
    )
    period: float = number(20, 5, 120, step=1, unit="s", symbol="T", label="Own period", help="Of a swing, if alone.")
    start: str = choice("one", STARTS, label="At the start", help="Who is how far from baseline at first.")


@dataclass(frozen=True)
class CoRegulationRun:
    """Arousal over time.

    Attributes:
        parameters: what was run.
        adjacency: 1 where two people move each other, else 0, shape (people, people).
        seconds: times, shape (samples,).
        arousal: arousal of each around baseline, shape (samples, people).
        rate: its rate of change (/s), shape (samples, people).
        eigenvalues: of the equations, per second, shape (2 people,), largest real part first.
    """

    parameters: CoRegulation
    adjacency: Array
    seconds: Array
    arousal: Array
    rate: Array
    eigenvalues: Complex

    @property
    def growth(self) -> float:
        """Rate of the mode that fades slowest or grows fastest (/s); below 0 arousal fades."""
        return float(self.eigenvalues[0].real)

    @property
    def amplifies(self) -> bool:
        """Whether arousal grows without end."""
        return self.growth > _THRESHOLD

    @property
    def growth_here(self) -> float:
        """The same of the modes that this start sets going, without any chance disturbance (/s)."""
        values, modes = np.linalg.eigh(self.adjacency)
        set_going = np.abs(modes.T @ self.arousal[0]) > _THRESHOLD
        return max(mode_growth(self.parameters, float(each)) for each in values[set_going])

    @property
    def in_step(self) -> float:
        """Mean cosine of the phase difference along ties, second half: 1 in step, −1 in turn, around 0 neither."""
        return float(np.cos(self._differences()).mean())

    @property
    def locking(self) -> float:
        """Phase-locking value along ties, mean, second half: 1 if the differences of phase stay, 0 if they drift."""
        return float(np.mean([phase_locking_value(each) for each in self._differences().T]))

    def _differences(self) -> Array:
        """Phase differences along ties in the second half of the run, shape (samples, ties)."""
        one, other = np.nonzero(np.triu(self.adjacency))
        late = len(self.seconds) // 2
        # A turn is drawn round: the rate is measured in swings, so that a circle stays one.
        swing = math.tau / self.parameters.period
        phase = np.arctan2(-self.rate[late:] / swing, self.arousal[late:])
        return np.asarray(phase[:, one] - phase[:, other])

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per sampled time and one column per person, who count from 1."""
        people = {f"person_{person + 1}": values for person, values in enumerate(self.arousal.T)}
        return pd.DataFrame({"seconds": self.seconds, **people})


@checked
def simulate_co_regulation(parameters: CoRegulation) -> CoRegulationRun:
    """Follow everyone's arousal around baseline::

        d²xᵢ/dt² = −ω² xᵢ − c dxᵢ/dt + Σⱼ Aᵢⱼ (κ xⱼ + γ dxⱼ/dt),   ω = 2π/T

    Linear, so it is solved exactly, by one matrix exponential. No chance in it. A toy.
    """
    ties = adjacency(parameters.group, parameters.people)
    count = len(ties)
    matrix = _matrix(parameters, ties)
    samples = round(SECONDS / SECONDS_PER_SAMPLE) + 1
    start = np.concatenate([_start(parameters.start, ties), np.zeros(count)])
    states = solve_linear(matrix, start, SECONDS_PER_SAMPLE, samples)
    return CoRegulationRun(
        parameters=parameters,
        adjacency=ties,
        seconds=SECONDS_PER_SAMPLE * np.arange(samples, dtype=np.float64),
        arousal=states[:, :count],
        rate=states[:, count:],
        eigenvalues=mode_eigenvalues(parameters),
    )


@checked
def mode_eigenvalues(parameters: CoRegulation) -> Complex:
    """Return the eigenvalues, per second, shape (2 people,), largest real part first::

        −(c − γλ)/2 ± √( ((c − γλ)/2)² − (ω² − κλ) )   for each eigenvalue λ of A

    A pair has two modes: in step (λ = 1) and in turn (λ = −1).
    """
    spread = np.linalg.eigvalsh(adjacency(parameters.group, parameters.people))
    half = (parameters.damping - parameters.velocity_coupling * spread) / 2
    stiffness = (math.tau / parameters.period) ** 2 - parameters.level_coupling * spread
    root = np.sqrt((half**2 - stiffness).astype(np.complex128))
    values = np.concatenate([-half + root, -half - root])
    order = np.lexsort((-values.imag.round(12), -values.real.round(12)))
    return np.asarray(values[order])


@checked
def mode_growth(parameters: CoRegulation, carries: float) -> float:
    """Return the rate (/s) at which a mode with eigenvalue ``carries`` of A grows; below 0 it fades.

    For a pair: 1 is the mode in step, −1 the mode in turn.
    """
    half = (parameters.damping - parameters.velocity_coupling * carries) / 2
    stiffness = (math.tau / parameters.period) ** 2 - parameters.level_coupling * carries
    inside = half**2 - stiffness
    return -half + (math.sqrt(inside) if inside > 0 else 0.0)


@checked
def growth_alone(parameters: CoRegulation) -> float:
    """Return the rate (/s) at which arousal grows in one who is alone; below 0 it fades, −c/2 where it swings."""
    return mode_growth(parameters, 0.0)


@checked
def critical_velocity_coupling(parameters: CoRegulation) -> float:
    """Return γ = c/λ_max(A): with more than that, and without coupling of levels, arousal grows without end."""
    return parameters.damping / float(np.linalg.eigvalsh(adjacency(parameters.group, parameters.people))[-1])


@checked
def half_life(growth: float) -> float | None:
    """Return how long a mode takes to halve (s), ``None`` where it does not fade."""
    return math.log(2) / -growth if growth < -_THRESHOLD else None


def _matrix(parameters: CoRegulation, ties: Array) -> Array:
    """Return M of d(x, v)/dt = M (x, v)."""
    count = len(ties)
    swing = math.tau / parameters.period
    pull = parameters.level_coupling * ties - swing**2 * np.eye(count)
    brake = parameters.velocity_coupling * ties - parameters.damping * np.eye(count)
    return np.asarray(np.block([[np.zeros((count, count)), np.eye(count)], [pull, brake]]))


def _start(start: str, ties: Array) -> Array:
    """Return the arousal of each at the start."""
    match start:
        case "one":
            return np.asarray(np.eye(len(ties))[0])
        case "same":
            return np.ones(len(ties))
    # The mode of the smallest eigenvalue sets neighbours against each other as far as the ties let it.
    mode = np.linalg.eigh(ties)[1][:, 0]
    return np.asarray(mode / mode[np.abs(mode).argmax()])
