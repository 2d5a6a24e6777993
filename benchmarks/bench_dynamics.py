"""Speed of models that run in time, against scipy's integrator and against plain loops, compiled or not.

Before anything is timed, all contestants must tell the same story.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numba
import numpy as np
from scipy.integrate import solve_ivp

from intimacy.models.emotional_resonance.crowd import SECONDS_PER_STEP, Crowd, natural_frequencies, simulate_crowd
from intimacy.models.linear import solve_linear
from intimacy.models.relationships import (
    MONTHS,
    MONTHS_PER_SAMPLE,
    Love,
    propagate_couples,
    simulate_love,
)
from intimacy.models.reward_learning.temporal_difference import TemporalDifference, simulate_temporal_difference
from timing import Row, processor_times, require_agreement, row

COUPLES = 10_000
LINEAR = {"rtol": 1e-8, "atol": 1e-10}
CROWD = Crowd(people=2_000, start_together=True, coupling=3, spread=0.5)


@numba.njit  # type: ignore[untyped-decorator]
def compiled_crowd(frequencies: np.ndarray, coupling: float, steps: int, step: float) -> np.ndarray:
    """Coupled oscillators that start together, written for a compiler; returns the order at each step."""
    phases = np.zeros(len(frequencies))
    before = np.zeros(len(frequencies))
    order = np.empty(steps)
    for t in range(steps):
        sine, cosine = np.sin(phases), np.cos(phases)
        s, c = sine.mean(), cosine.mean()
        order[t] = math.sqrt(s * s + c * c)
        for k in range(len(phases)):
            now = frequencies[k] + coupling * (s * cosine[k] - c * sine[k])
            phases[k] += step * (now if t == 0 else 1.5 * now - 0.5 * before[k])
            before[k] = now
    return order


def compiled_run(parameters: Crowd) -> Callable[[], np.ndarray]:
    """Return the compiled loop for a crowd."""
    frequencies = natural_frequencies(parameters.people, parameters.spread)
    steps = round(parameters.duration / SECONDS_PER_STEP)
    return partial(compiled_crowd, frequencies, float(parameters.coupling), steps, SECONDS_PER_STEP)


def integrated_crowd(parameters: Crowd) -> np.ndarray:
    """The same crowd by scipy's integrator; returns the order at the end."""
    frequencies = natural_frequencies(parameters.people, parameters.spread)

    def slope(_: float, phases: np.ndarray) -> np.ndarray:
        mean = np.exp(1j * phases).mean()
        return frequencies + parameters.coupling * (mean.imag * np.cos(phases) - mean.real * np.sin(phases))

    found = solve_ivp(slope, (0, parameters.duration), np.zeros(parameters.people), t_eval=[parameters.duration])
    return np.abs(np.exp(1j * found.y[:, -1]).mean())  # type: ignore[no-any-return]


def crowd_rows() -> list[Row]:
    """Oscillators that pull on each other's mean."""
    loop = compiled_run(CROWD)
    peer = partial(integrated_crowd, CROWD)
    require_agreement(0.02, ours=simulate_crowd(CROWD).order[-1], compiled=loop()[-1], integrated=peer())
    ours = processor_times(partial(simulate_crowd, CROWD), 21)
    what = f"{CROWD.people:,} coupled oscillators, {CROWD.duration:g} s"
    return [
        row(what, ours, processor_times(loop), against="numba loop", least=0.5),
        row(what, ours, processor_times(peer, 3), against="scipy solve_ivp", least=1),
    ]


@numba.njit  # type: ignore[untyped-decorator]
def learned(rewarded: np.ndarray, rise: float, fall: float, discount: float, trace: float, delay: int) -> np.ndarray:
    """Temporal-difference learning, trial after trial and step after step; returns the weights at the end."""
    weights = np.zeros(delay + 1)
    for trial in range(len(rewarded)):
        start = weights.copy()
        eligible = np.zeros(delay + 1)
        for t in range(delay + 1):
            eligible *= discount * trace
            eligible[t] += 1
            following = start[t + 1] if t < delay else 0.0
            error = (rewarded[trial] if t == delay else 0.0) + discount * following - start[t]
            weights += (rise if error > 0 else fall) * error * eligible
    return weights


def learning_rows() -> list[Row]:
    """A cue, a wait and a reward, with an eligibility trace and losses that weigh more."""
    parameters = TemporalDifference(trace=0.5, negative_ratio=2, omitted_trial=0, uncued_trial=0)
    run = simulate_temporal_difference(parameters)
    rise = 2 * parameters.learning_rate / (1 + parameters.negative_ratio)
    known = (rise, rise * parameters.negative_ratio, parameters.discount, parameters.trace, parameters.delay)
    loop = partial(learned, parameters.reward * run.rewarded, *known)
    plain = partial(learned.py_func, parameters.reward * run.rewarded, *known)
    require_agreement(1e-9, ours=run.learned_value.sum(), compiled=loop().sum(), plain=plain().sum())
    ours = processor_times(partial(simulate_temporal_difference, parameters), 21)
    what = f"temporal difference, {parameters.trials} trials of {parameters.delay + 1} steps"
    return [
        row(what, ours, processor_times(plain, 3), against="Python loop", least=1),
        row(what, ours, processor_times(loop), against="numba loop"),
    ]


def chain_row(samples: int = 181) -> Row:
    """A chain of compartments, as a spray in the blood is one, solved exactly."""
    rates = np.diag([-0.1, -0.2, -0.05, -0.3, -0.02]) + np.diag([0.1, 0.1, 0.05, 0.3], -1)
    start = np.array([1.0, 0, 0, 0, 0])
    minutes = np.arange(samples, dtype=float)

    def peer() -> np.ndarray:
        return solve_ivp(lambda _, y: rates @ y, (0, samples - 1), start, t_eval=minutes, **LINEAR).y  # type: ignore[no-any-return]

    ours = partial(solve_linear, rates, start, 1.0, samples)
    require_agreement(1e-6, ours=ours()[-1].sum(), integrated=peer()[:, -1].sum())
    times = processor_times(ours, 21), processor_times(peer, 5)
    return row(f"five compartments, {samples} samples", *times, against="scipy solve_ivp", least=1)


def love_rows() -> list[Row]:
    """Ten thousand couples at once by the exact propagator, per couple, against one at a time with an integrator."""
    months = np.arange(0, MONTHS + MONTHS_PER_SAMPLE / 2, MONTHS_PER_SAMPLE)
    one, two = np.random.default_rng(7).uniform(-1.5, 1.5, (2, COUPLES))

    def integrated(couple: int) -> None:
        def slope(_: float, x: np.ndarray) -> tuple[float, float]:
            return -x[0] + one[couple] * x[1] + 1, -x[1] + two[couple] * x[0] + 1

        solve_ivp(slope, (0, MONTHS), (0.0, 0.0), t_eval=months, **LINEAR)

    ours = np.array(processor_times(partial(propagate_couples, 1.0, one, two, 1.0, months), 5)) / COUPLES
    peer = [time for couple in range(10) for time in processor_times(partial(integrated, couple), 1)]
    alone = processor_times(partial(simulate_love, Love()), 51)
    return [
        row(f"love, {COUPLES:,} couples at once, per couple", ours, peer, against="scipy solve_ivp", least=100),
        row("love, one couple as a lab runs it", alone, peer, against="scipy solve_ivp"),
    ]


def rows() -> list[Row]:
    """Measure, and return the lines of the table."""
    return [*crowd_rows(), *learning_rows(), chain_row(), *love_rows()]
