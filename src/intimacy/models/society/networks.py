"""Who knows whom: rings, small worlds and random networks, built with arrays for up to millions of people.

The small world is the one of Watts and Strogatz (1998, Nature 393, 440–442): a ring in which everyone knows the k
nearest, and in which each tie, with chance p, lets go of its far end and takes hold of anyone. A toy: no one's friends
were mapped, and all ties are alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray

from intimacy.arguments import Between, Seed, Share, checked

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Indices = NDArray[np.int32]
Integers = NDArray[np.int64]

MOST_PEOPLE = 10_000_000
"""Most people of a small world; the table of neighbours of so many, with 8 each, takes 320 MB."""

MOST_DEGREE = 40
"""Most ties per person, on average, of a small world."""

_TRIES = 50  # draws after which a tie that finds no free place stays where it was
_ROWS = 50_000  # rows of a matrix product that are held in memory at once


@dataclass(frozen=True)
class Network:
    """Ties between people 0 to N − 1, each seen from both ends, as a compressed table of neighbours.

    Attributes:
        starts: where in ``neighbours`` each person's own begin; the last entry is where all end, shape (people + 1,).
        neighbours: the neighbours of person 0 in rising order, then those of person 1, …, shape (2 · ties,).
    """

    starts: Indices
    neighbours: Indices

    @property
    def people(self) -> int:
        """How many people there are."""
        return len(self.starts) - 1

    @property
    def ties(self) -> int:
        """How many ties there are, each counted once."""
        return len(self.neighbours) // 2

    @property
    def degrees(self) -> Indices:
        """How many ties each person has, shape (people,)."""
        return np.diff(self.starts)

    @checked
    def neighbours_of(self, person: int) -> Indices:
        """Return the neighbours of one person, in rising order.

        Raises:
            IndexError: there is no such person.
        """
        if not 0 <= person < self.people:
            raise IndexError(f"person must be between 0 and {self.people - 1}, got {person!r}")
        return self.neighbours[self.starts[person] : self.starts[person + 1]]

    def pairs(self) -> Indices:
        """Return each tie once, the lower number first, shape (ties, 2)."""
        people = np.arange(self.people, dtype=np.int32)
        both = np.stack([np.repeat(people, self.degrees), self.neighbours], axis=1)
        return both[both[:, 0] < both[:, 1]]

    def matrix(self) -> csr_array:
        """Return the ties as a sparse matrix of 8-bit ones, shape (people, people): ``matrix() @ x`` sums neighbours.

        Sums stay below 128; convert the matrix where someone may have more neighbours than that.
        """
        from scipy.sparse import csr_array

        ones = np.ones(len(self.neighbours), dtype=np.int8)
        return csr_array((ones, self.neighbours, self.starts), shape=(self.people, self.people))


@checked
def network_of(people: Annotated[int, Between(0, MOST_PEOPLE)], pairs: NDArray[np.integer]) -> Network:
    """Return the network of the given ties, shape (ties, 2), one row per tie, whichever end first.

    Raises:
        ValueError: a tie names someone who is not there, ties a person to itself, or is there twice.
    """
    ties = np.asarray(pairs)
    if ties.ndim != 2 or ties.shape[1] != 2:
        raise ValueError(f"pairs must have two columns, got shape {ties.shape}")
    if len(ties) and not (ties.min() >= 0 and ties.max() < people):
        raise ValueError(f"pairs must name people from 0 to {people - 1}, got {ties.min()} to {ties.max()}")
    if (ties[:, 0] == ties[:, 1]).any():
        raise ValueError("pairs must tie different people, got someone tied to itself")
    network = _table(people, ties[:, 0].astype(np.int32), ties[:, 1].astype(np.int32))
    if len(network.neighbours) < 2 * len(ties):
        raise ValueError("pairs must name each tie once, got one twice")
    return network


@checked
def ring(people: Annotated[int, Between(4, MOST_PEOPLE)], degree: int = 8) -> Network:
    """Return a ring in which everyone is tied to the k/2 nearest on either side.

    Raises:
        ValueError: as :func:`small_world`.
    """
    return small_world(people, degree, 0.0)


@checked
@lru_cache(maxsize=4)
def small_world(
    people: Annotated[int, Between(4, MOST_PEOPLE)], degree: int = 8, rewiring: Share = 0.05, seed: Seed = 7
) -> Network:
    """Return a small world of N people with k ties on average, of which a share p is rewired (Watts & Strogatz 1998).

    Each tie of the ring from i to i + d, d = 1 … k/2, keeps i and, with chance p, goes to someone else, anyone with
    the same chance. No one is tied to itself or to the same person twice; a tie that finds no free place in many draws
    stays where it was. Degrees vary around k once p > 0, and are at least k/2. All draws are made up front, one pair
    per tie, so that more rewiring keeps the ties that less rewiring had moved. The same arguments give the same
    network, whose arrays are shared and cannot be written to.

    Raises:
        ValueError: people is not a whole number between 4 and :data:`MOST_PEOPLE`, degree is not even or not between
            2 and half of the people or :data:`MOST_DEGREE`, or rewiring is not between 0 and 1.
    """
    _require_ring(people, degree)
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    source = np.tile(np.arange(people, dtype=np.int32), degree // 2)
    lattice = (source + np.repeat(np.arange(1, degree // 2 + 1, dtype=np.int32), people)) % np.int32(people)
    moved = np.flatnonzero(generator.random(len(source), dtype=np.float32) < np.float32(rewiring))
    target = lattice.copy()
    # From 1 on, so that no one is ever tied to itself.
    draws = generator.integers(1, people, len(source), dtype=np.int32)
    target[moved] = _beyond(source[moved], draws[moved], people)
    tries = 0
    while len(clashing := _clashing(source, target, moved, degree)):
        tries += 1
        if tries % _TRIES:
            draws = generator.integers(1, people, len(clashing), dtype=np.int32)
            target[clashing] = _beyond(source[clashing], draws, people)
        else:
            target[clashing] = lattice[clashing]
            moved = np.setdiff1d(moved, clashing, assume_unique=True)
    return _table(people, source, target)


@checked
def clustering(network: Network) -> Array:
    """Return the share of pairs of each person's neighbours who are tied to each other, shape (people,).

    0 for those with fewer than two neighbours. Its mean is the clustering C of Watts and Strogatz (1998).
    """
    matrix = network.matrix().astype(np.int32)
    found = np.empty(network.people, dtype=np.float64)
    for first in range(0, network.people, _ROWS):
        rows = matrix[first : first + _ROWS]
        found[first : first + _ROWS] = (rows @ matrix).multiply(rows).sum(axis=1)
    degrees = network.degrees.astype(np.float64)
    return found / np.maximum(degrees * (degrees - 1), 1)


@checked
def path_length(network: Network, sources: int | None = None, seed: Seed = 7) -> float:
    """Return the mean number of ties on the shortest way from a person to each other one.

    Args:
        network: who is tied to whom.
        sources: from how many people, drawn without replacement, ways are followed; from all if not given.
        seed: seed of that draw.

    Returns:
        The mean; infinite if someone cannot be reached.

    Raises:
        ValueError: sources is not between 1 and the number of people.
    """
    from scipy.sparse.csgraph import shortest_path

    people = network.people
    if sources is not None and not 1 <= sources <= people:
        raise ValueError(f"sources must be between 1 and the {people} people, got {sources!r}")
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    chosen = np.arange(people) if sources is None else generator.choice(people, sources, replace=False)
    matrix = network.matrix().astype(np.float64)
    total = sum(float(shortest_path(matrix, unweighted=True, indices=person).sum()) for person in chosen)
    return total / (len(chosen) * (people - 1))


@checked
def ring_clustering(degree: int) -> float:
    """Return C(0) = 3 (k − 2) / (4 (k − 1)), the clustering of a ring with k ties each (Watts & Strogatz 1998).

    Raises:
        ValueError: degree is not even, or below 2.
    """
    _require_degree(degree)
    return 3 * (degree - 2) / (4 * (degree - 1))


@checked
def small_world_clustering(degree: int, rewiring: Share) -> float:
    """Return C(p) ≈ C(0) (1 − p)³, the chance that all three ties of a triangle of the ring are still there.

    Too low by what chance closes again, about k/N, and for k so small that single degrees matter.

    Raises:
        ValueError: degree is not even, or below 2; rewiring is not between 0 and 1.
    """
    return ring_clustering(degree) * (1 - rewiring) ** 3


@checked
def ring_path_length(people: Annotated[int, Between(4, MOST_PEOPLE)], degree: int) -> float:
    """Return L(0), the mean over all others of ⌈distance along the ring / (k/2)⌉; about N/2k in a large ring.

    Raises:
        ValueError: people is not between 4 and :data:`MOST_PEOPLE`, or degree is none of :func:`small_world`.
    """
    _require_ring(people, degree)
    along = np.arange(1, people)
    return float(np.ceil(np.minimum(along, people - along) / (degree // 2)).mean())


def _beyond(source: Indices, offset: Indices, people: int) -> Indices:
    return (source + offset) % np.int32(people)


def _clashing(source: Indices, target: Indices, moved: NDArray[np.intp], degree: int) -> NDArray[np.intp]:
    """Return which of the moved ties are there already: left in place in the ring, or moved with a lower number."""
    ties, people = len(source), 2 * len(source) // degree
    one, other = source[moved], target[moved]
    in_place = np.ones(ties, dtype=np.bool_)
    in_place[moved] = False
    taken = np.zeros(len(moved), dtype=np.bool_)
    for start, end in ((one, other), (other, one)):
        along = (end - start) % np.int32(people)
        near = np.flatnonzero(along <= degree // 2)
        taken[near] |= in_place[(along[near] - 1) * people + start[near]]
    _, first = np.unique(np.minimum(one, other).astype(np.int64) * people + np.maximum(one, other), return_index=True)
    repeated = np.ones(len(moved), dtype=np.bool_)
    repeated[first] = False
    return moved[taken | repeated]


def _table(people: int, source: Indices, target: Indices) -> Network:
    """Return the network of these ties, each entered from both ends."""
    from scipy.sparse import coo_array

    both = np.concatenate([source, target]), np.concatenate([target, source])
    matrix = coo_array((np.ones(len(both[0]), dtype=np.int8), both), shape=(people, people)).tocsr()
    starts, neighbours = matrix.indptr.astype(np.int32, copy=False), matrix.indices.astype(np.int32, copy=False)
    for each in (starts, neighbours):
        each.flags.writeable = False
    return Network(starts, neighbours)


def _require_ring(people: int, degree: int) -> None:
    _require_degree(degree)
    most = min(MOST_DEGREE, people // 2)
    if degree > most:
        raise ValueError(f"degree must be at most {most} among {people} people, got {degree!r}")


def _require_degree(degree: int) -> None:
    if not degree >= 2 or degree % 2:
        raise ValueError(f"degree must be an even number of at least 2, got {degree!r}")
