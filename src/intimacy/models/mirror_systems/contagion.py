"""A feeling that spreads in a group: who watches whom, how strongly it is mirrored, and how it is regulated.

Linear contagion on a graph, with a threshold at which arousal keeps itself going. A toy: "runaway" is a word of
mathematics here and describes no person. The community of 34 is a university karate club: who met whom outside of it,
as printed by Zachary (1977, Journal of Anthropological Research 33, 452–473). Nobody measured feelings there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import checked
from intimacy.models.drawing import places
from intimacy.parameters import Parameters, choice, integer, number

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]

CONSTELLATIONS = {
    "pair": "Pair",
    "v": "V: one in the middle",
    "triangle": "Triangle",
    "quad": "Quad: a ring of four",
    "chain": "Chain",
    "ring": "Ring",
    "star": "Star",
    "everyone": "Everyone with everyone",
    "community": "A club of 34",
}
"""Who watches whom, in plain words. Chain, ring, star and everyone can have any number of people."""

CEILING = 10.0
"""Highest arousal a person can reach. A toy: it bounds a runaway."""

MINUTES_PER_SAMPLE = 0.25
"""Spacing of the times in a run. Below the ceiling, values do not depend on it."""

# Zachary's (1977) matrix of ties: each person, and those of higher number that this person met outside the club.
_CLUB = """
1: 2 3 4 5 6 7 8 9 11 12 13 14 18 20 22 32; 2: 3 4 8 14 18 20 22 31; 3: 4 8 9 10 14 28 29 33; 4: 8 13 14; 5: 7 11;
6: 7 11 17; 7: 17; 9: 31 33 34; 10: 34; 14: 34; 15: 33 34; 16: 33 34; 19: 33 34; 20: 34; 21: 33 34; 23: 33 34;
24: 26 28 30 33 34; 25: 26 28 32; 26: 32; 27: 30 34; 28: 34; 29: 32 34; 30: 33 34; 31: 33 34; 32: 33 34; 33: 34
"""
_AT_THRESHOLD = 1e-9


@dataclass(frozen=True)
class Contagion(Parameters):
    """A group in which arousal spreads (toy, see :func:`simulate_contagion`)."""

    constellation: str = choice(
        "triangle", CONSTELLATIONS, symbol="A", label="Constellation", help="Who watches whom; always both ways."
    )
    people: int = integer(
        5, 3, 12, symbol="n", label="People", help="For chain, ring, star, and everyone with everyone."
    )
    gain: float = number(
        0.6,
        0,
        1.5,
        step=0.05,
        symbol="g",
        label="Mirroring",
        help="How much arousal the sight of one aroused person calls up. A teaching value.",
    )
    regulation: float = number(
        0.3,
        0,
        1,
        step=0.05,
        symbol="q",
        label="Regulation",
        help="Share of it that everyone takes back by telling self and other apart. A teaching value.",
    )
    stressed: str = choice(
        "centre",
        {"centre": "One in the middle", "edge": "One at the edge", "everyone": "Everyone"},
        label="Who is stressed",
        help="Middle and edge of the group as its strongest mode of spreading has them.",
    )
    stressor: float = number(1, 0, 2, step=0.1, symbol="s", label="Stressor", help="Arousal of one's own, if alone.")
    stress_lasts: int = integer(
        120, 1, 120, unit="min", label="Stressor lasts", help="Its arousal stays in the group for longer or shorter."
    )
    time_constant: float = number(
        5,
        0.5,
        60,
        step=0.5,
        unit="min",
        symbol="τ",
        label="Time constant",
        help="How slowly arousal follows.",
    )
    duration: int = integer(60, 10, 120, step=10, unit="min", label="Time shown", help="Length of the run.")


@dataclass(frozen=True)
class ContagionRun:
    """A group over time.

    Attributes:
        parameters: what was run.
        adjacency: 1 where two people watch each other, else 0, shape (people, people).
        minutes: time since the stressor began (min), shape (samples,).
        arousal: arousal of each person, shape (samples, people); between 0 and :data:`CEILING`.
        stressed: who has a stressor of their own, shape (people,).
        steady: where arousal ends if the stressor stays and there is no ceiling, shape (people,); infinite in a
            runaway.
        loop_gain: G λ_max, by how much one round of mutual watching multiplies arousal; a runaway from 1 on.
    """

    parameters: Contagion
    adjacency: Array
    minutes: Array
    arousal: Array
    stressed: Booleans
    steady: Array
    loop_gain: float

    @property
    def runs_away(self) -> bool:
        """Whether arousal, once there, would grow without end if there were no ceiling."""
        return _runs_away(self.loop_gain)

    @property
    def capped(self) -> bool:
        """Whether someone reaches the ceiling in the time shown."""
        return bool(self.arousal.max() >= CEILING)

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per sampled time and one column per person, who count from 1."""
        people = {f"person_{person + 1}": values for person, values in enumerate(self.arousal.T)}
        return pd.DataFrame({"minutes": self.minutes, **people})


@checked
def simulate_contagion(parameters: Contagion) -> ContagionRun:
    """Follow everyone's arousal from rest::

        τ daᵢ/dt = −aᵢ + G Σⱼ Aᵢⱼ aⱼ + sᵢ(t),   G = g (1 − q)

    Aᵢⱼ is 1 if i and j watch each other, sᵢ the stressor of those who are stressed, as long as it lasts. The equations
    are linear, so each sample follows from the one before by one matrix exponential, exactly; then whoever is above
    :data:`CEILING` is put back to it. No chance in it. A toy.
    """
    ties = adjacency(parameters.constellation, parameters.people)
    values, vectors = _modes(parameters.constellation, parameters.people)
    stressed = _who(parameters)
    coupling = parameters.gain * (1 - parameters.regulation)
    rates = (coupling * values - 1) / parameters.time_constant
    push = np.where(
        rates == 0, MINUTES_PER_SAMPLE, np.expm1(rates * MINUTES_PER_SAMPLE) / np.where(rates == 0, 1, rates)
    )
    advance = (vectors * np.exp(rates * MINUTES_PER_SAMPLE)) @ vectors.T
    drive = (vectors * (push / parameters.time_constant)) @ (vectors.T @ (parameters.stressor * stressed))
    samples = round(parameters.duration / MINUTES_PER_SAMPLE)
    lasting = round(parameters.stress_lasts / MINUTES_PER_SAMPLE)
    arousal = np.zeros((samples + 1, len(ties)))
    for sample in range(samples):
        following = arousal[sample + 1]
        np.matmul(advance, arousal[sample], out=following)
        if sample < lasting:
            following += drive
        np.minimum(following, CEILING, out=following)
    return ContagionRun(
        parameters=parameters,
        adjacency=ties,
        minutes=MINUTES_PER_SAMPLE * np.arange(samples + 1, dtype=np.float64),
        arousal=np.maximum(arousal, 0),
        stressed=stressed,
        steady=steady_state(parameters),
        loop_gain=loop_gain(parameters),
    )


@checked
def adjacency(constellation: str, people: int = 5) -> Array:
    """Return 1 where two people watch each other, else 0, shape (n, n). ``people`` counts only where n is free.

    Raises:
        ValueError: constellation is not one of :data:`CONSTELLATIONS`, or people is below 3 where n is free.
    """
    return np.array(_ties(constellation, people))


@checked
def spectral_radius(constellation: str, people: int = 5) -> float:
    """Return λ_max, the largest eigenvalue of the adjacency: how well a constellation carries what spreads.

    Pair 1, V √2, triangle, quad and ring 2, star √(n−1), everyone n−1, chain 2 cos(π/(n+1)).

    Raises:
        ValueError: constellation is not one of :data:`CONSTELLATIONS`, or people is below 3 where n is free.
    """
    return float(_modes(constellation, people)[0][-1])


@checked
def critical_gain(constellation: str, people: int = 5) -> float:
    """Return G_crit = 1/λ_max: a runaway begins where mirroring after regulation, G = g (1 − q), reaches it.

    Raises:
        ValueError: constellation is not one of :data:`CONSTELLATIONS`, or people is below 3 where n is free.
    """
    return 1 / spectral_radius(constellation, people)


@checked
def loop_gain(parameters: Contagion) -> float:
    """Return G λ_max with G = g (1 − q): arousal settles below 1 and runs away from 1 on."""
    radius = spectral_radius(parameters.constellation, parameters.people)
    return parameters.gain * (1 - parameters.regulation) * radius


@checked
def least_regulation(parameters: Contagion) -> float:
    """Return q = 1 − 1/(g λ_max), above which arousal settles; 0 if it settles without any regulation."""
    unregulated = loop_gain(parameters.replace(regulation=0))
    return max(0.0, 1 - 1 / unregulated) if unregulated > 0 else 0.0


@checked
def steady_state(parameters: Contagion) -> Array:
    """Return a* = (I − G A)⁻¹ s, where arousal ends if the stressor stays, shape (people,).

    Without a ceiling: infinite for all in a runaway, as everyone is connected; 0 without a stressor.
    """
    ties = _ties(parameters.constellation, parameters.people)
    stress = parameters.stressor * _who(parameters)
    if _runs_away(loop_gain(parameters)) and parameters.stressor > 0:
        return np.full(len(ties), math.inf)
    if parameters.stressor == 0:
        return np.zeros(len(ties))
    coupling = parameters.gain * (1 - parameters.regulation)
    return np.asarray(np.linalg.solve(np.eye(len(ties)) - coupling * ties, stress))


@checked
def positions(constellation: str, people: int = 5) -> Array:
    """Return where to draw each person so that few ties apart is close together, shape (n, 2), from −1 to 1.

    Stress majorisation (Gansner, Koren and North 2005): from a circle, towards distances equal to the number of ties
    on the shortest way between two people.

    Raises:
        ValueError: constellation is not one of :data:`CONSTELLATIONS`, or people is below 3 where n is free.
    """
    return np.array(_layout(constellation, people))


def _pairs_of_community() -> list[tuple[int, int]]:
    """Return the ties of the club, with people counted from 0."""
    lines = (line.split(":") for line in _CLUB.replace("\n", " ").split(";"))
    return [(int(one) - 1, int(other) - 1) for one, others in lines for other in others.split()]


def _pairs_of_chain(people: int) -> list[tuple[int, int]]:
    return [(person, person + 1) for person in range(people - 1)]


def _pairs_of_ring(people: int) -> list[tuple[int, int]]:
    return [*_pairs_of_chain(people), (0, people - 1)]


def _pairs_of_star(people: int) -> list[tuple[int, int]]:
    return [(0, person) for person in range(1, people)]


def _pairs_of_everyone(people: int) -> list[tuple[int, int]]:
    return [(one, other) for one in range(people) for other in range(one + 1, people)]


_FIXED: dict[str, list[tuple[int, int]]] = {
    "pair": _pairs_of_chain(2),
    "v": _pairs_of_chain(3),
    "triangle": _pairs_of_ring(3),
    "quad": _pairs_of_ring(4),
    "community": _pairs_of_community(),
}
_FREE: dict[str, Callable[[int], list[tuple[int, int]]]] = {
    "chain": _pairs_of_chain,
    "ring": _pairs_of_ring,
    "star": _pairs_of_star,
    "everyone": _pairs_of_everyone,
}


@lru_cache(maxsize=64)
def _ties(constellation: str, people: int) -> Array:
    if constellation not in CONSTELLATIONS:
        raise ValueError(f"constellation must be one of {', '.join(map(repr, CONSTELLATIONS))}, got {constellation!r}")
    if constellation in _FREE and not people >= 3:
        raise ValueError(f"people must be at least 3, got {people!r}")
    pairs = np.array(_FREE[constellation](people) if constellation in _FREE else _FIXED[constellation])
    ties = np.zeros((pairs.max() + 1,) * 2)
    ties[pairs[:, 0], pairs[:, 1]] = ties[pairs[:, 1], pairs[:, 0]] = 1
    return ties


@lru_cache(maxsize=64)
def _modes(constellation: str, people: int) -> tuple[Array, Array]:
    """Return the eigenvalues of the adjacency, ascending, and its eigenvectors as columns."""
    values, vectors = np.linalg.eigh(_ties(constellation, people))
    return values, vectors


@lru_cache(maxsize=64)
def _layout(constellation: str, people: int) -> Array:
    return places(_ties(constellation, people))


def _who(parameters: Contagion) -> Booleans:
    """Return who is stressed: everyone, or the one who weighs most or least in the mode that spreads best."""
    strongest = np.abs(_modes(parameters.constellation, parameters.people)[1][:, -1]).round(9)
    if parameters.stressed == "everyone":
        return np.ones(len(strongest), dtype=np.bool_)
    chosen = strongest.argmax() if parameters.stressed == "centre" else strongest.argmin()
    stressed: Booleans = np.arange(len(strongest)) == chosen
    return stressed


def _runs_away(loop: float) -> bool:
    return loop >= 1 - _AT_THRESHOLD
