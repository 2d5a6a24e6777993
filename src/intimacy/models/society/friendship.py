"""Why most people have friends with more friends than they have, on small networks that somebody wrote down.

The friendship paradox (Feld 1991, American Journal of Sociology 96, 1464–1477): whoever has many friends is counted by
many. It is arithmetic and holds on any network. The networks are those that networkx ships: small, old, of one place
each, and in one case from a novel. They are examples, not evidence about friendship.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import checked
from intimacy.models.drawing import places
from intimacy.models.society.networks import Network, network_of, small_world
from intimacy.parameters import Parameters, choice, integer, number, shown

if TYPE_CHECKING:
    import networkx as nx

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Indices = NDArray[np.int32]


@dataclass(frozen=True)
class Source:
    """Where a network comes from, and what it cannot stand for."""

    name: str
    ties: str
    limits: str


SOURCES = {
    "karate": Source(
        "A karate club (1977)",
        "who met whom outside the club, at one university in the United States",
        "One club of 34, printed by Zachary in 1977. Nobody asked who was a friend.",
    ),
    "families": Source(
        "Families of Florence (15th century)",
        "marriages between great families",
        "15 families, as networkx has them after Breiger and Pattison (1986). A tie is an alliance, not a friendship.",
    ),
    "women": Source(
        "Women at 14 events (1941)",
        "having been at one event together, at least",
        "18 women in the American South, printed by Davis and others in 1941. A tie is a shared occasion.",
    ),
    "novel": Source(
        "Les Misérables (a novel)",
        "appearing in one chapter together",
        "77 figures invented by one author, as Knuth (1993) listed them. No person is in it.",
    ),
    "small_world": Source(
        "A small world (invented)",
        "drawn by a rule",
        "Made by the rule of Watts and Strogatz. Everyone has about as many ties as everyone else.",
    ),
}
"""The networks, by the name that :class:`Friendship` knows them by."""


@dataclass(frozen=True)
class Friendship(Parameters):
    """A network, and how many friends people's friends have (see :func:`count_friends`)."""

    network: str = choice(
        "karate",
        {name: source.name for name, source in SOURCES.items()},
        label="Network",
        help="Five small networks. What is a tie in each is said in the sentence.",
    )
    people: int = integer(40, 20, 100, step=10, symbol="N", label="People", help="Of the small world only.")
    contacts: int = integer(
        4, 2, 10, step=2, symbol="k", label="Ties per person", help="On average. Of the small world only."
    )
    rewiring: float = number(
        0.1, 0, 1, step=0.05, symbol="p", label="Far ties", help="Share of ties that lead anywhere. Small world only."
    )


@dataclass(frozen=True)
class FriendshipRun:
    """A network with the friends of everyone counted.

    Attributes:
        parameters: what was counted.
        network: who is tied to whom.
        names: what people are called, one per person.
        positions: where to draw them, from −1 to 1, shape (people, 2).
        degrees: how many friends each has, shape (people,).
        friends_mean: how many friends the friends of each have on average, shape (people,).
    """

    parameters: Friendship
    network: Network
    names: tuple[str, ...]
    positions: Array
    degrees: Array
    friends_mean: Array

    @property
    def outnumbered(self) -> Booleans:
        """Whose friends have more friends on average than they have, shape (people,)."""
        return self.friends_mean > self.degrees

    @property
    def mean_degree(self) -> float:
        """μ, the mean number of friends."""
        return float(self.degrees.mean())

    @property
    def mean_of_a_friend(self) -> float:
        """μ + Var/μ, the mean number of friends of a friend."""
        return mean_of_a_friend(self.degrees)

    def to_frame(self) -> pd.DataFrame:
        """Return the count as a table, one row per person."""
        return pd.DataFrame(
            {
                "person": self.names,
                "friends": self.degrees.astype(np.int64),
                "friends_of_friends_mean": self.friends_mean,
                "outnumbered": self.outnumbered,
            }
        )


@checked
def count_friends(parameters: Friendship) -> FriendshipRun:
    """Count everyone's friends, and the friends of their friends.

    With kᵢ friends each, mean μ and variance Var: whoever follows a tie from a person drawn at random among the ends of
    all ties meets someone with kᵢ friends in proportion to kᵢ, and so with Σ kᵢ²/Σ kᵢ = μ + Var/μ ≥ μ on average (Feld
    1991). Equal only where all have as many.
    """
    network, names, positions = (
        _small_world(parameters.people, parameters.contacts, parameters.rewiring)
        if parameters.network == "small_world"
        else _real(parameters.network)
    )
    degrees = network.degrees.astype(np.float64)
    starts = network.starts[:-1].astype(np.intp)
    friends_mean = np.add.reduceat(degrees[network.neighbours], starts) / degrees
    return FriendshipRun(parameters, network, names, positions, degrees, friends_mean)


@checked
def mean_of_a_friend(degrees: ArrayLike) -> float:
    """Return μ + Var/μ, the mean degree of whom one meets by following a tie drawn at random (Feld 1991).

    Raises:
        ValueError: there are no degrees, one is below 0, or all are 0.
    """
    values = np.asarray(degrees, dtype=np.float64)
    if values.size == 0 or not (values >= 0).all() or values.sum() == 0:
        raise ValueError(f"degrees must be numbers from 0 on, not all 0, got {shown(degrees)}")
    return float((values * values).sum() / values.sum())


@checked
def real_graph(name: str) -> nx.Graph:
    """Return one of the written-down networks as networkx has it; of the women, those who shared an event.

    Raises:
        ValueError: name is not one of :data:`SOURCES`, or is the small world, which nobody wrote down.
    """
    if name not in _REAL:
        raise ValueError(f"name must be one of {', '.join(map(repr, _REAL))}, got {name!r}")
    return _REAL[name]()


def club_split() -> pd.DataFrame:
    """Return how the karate club parted, one row per member, and what two methods make of the ties from before.

    Columns: member (from 1), joined, cut, betweenness: "Mr. Hi" or "Officer". ``cut`` parts the two leaders where the
    ties between are weakest, as Zachary (1977) did: the minimum cut by his weights, with those who remain reachable
    from Mr. Hi on his side. ``betweenness`` takes ties away, the one with the most shortest ways first, until the club
    falls apart (Girvan and Newman 2002), and knows no weights.
    """
    import networkx as nx

    graph = _karate()
    members = list(graph)
    leader, officer = members[0], members[-1]
    _, (with_leader, _) = nx.minimum_cut(graph, leader, officer, capacity="weight")
    parts = next(nx.community.girvan_newman(graph))
    part_of_leader = next(part for part in parts if leader in part)
    sides = {True: graph.nodes[leader]["club"], False: graph.nodes[officer]["club"]}
    return pd.DataFrame(
        {
            "member": [member + 1 for member in members],
            "joined": [graph.nodes[member]["club"] for member in members],
            "cut": [sides[member in with_leader] for member in members],
            "betweenness": [sides[member in part_of_leader] for member in members],
        }
    )


def _karate() -> nx.Graph:
    import networkx as nx

    return nx.karate_club_graph()


def _families() -> nx.Graph:
    import networkx as nx

    return nx.florentine_families_graph()


def _women() -> nx.Graph:
    import networkx as nx

    both = nx.davis_southern_women_graph()
    return nx.bipartite.projected_graph(both, both.graph["top"])


def _novel() -> nx.Graph:
    import networkx as nx

    return nx.les_miserables_graph()


_REAL: dict[str, Callable[[], nx.Graph]] = {
    "karate": _karate,
    "families": _families,
    "women": _women,
    "novel": _novel,
}


@lru_cache(maxsize=8)
def _real(name: str) -> tuple[Network, tuple[str, ...], Array]:
    import networkx as nx

    graph = real_graph(name)
    names = tuple(str(person + 1) if isinstance(person, int) else str(person) for person in graph)
    numbered = nx.convert_node_labels_to_integers(graph)
    network = network_of(len(graph), np.array(numbered.edges, dtype=np.int64))
    return network, names, places(nx.to_numpy_array(numbered, weight=None))


def _small_world(people: int, contacts: int, rewiring: float) -> tuple[Network, tuple[str, ...], Array]:
    angles = 2 * np.pi * np.arange(people) / people - np.pi / 2
    radius = 1 - 0.2 * (np.arange(people) % 2)  # on two levels, so that ties between neighbours are seen
    positions = radius[:, np.newaxis] * np.column_stack([np.cos(angles), np.sin(angles)])
    return small_world(people, contacts, rewiring), tuple(str(person + 1) for person in range(people)), positions
