"""Networks of theme 9 (9.3 and 9.4): Watts and Strogatz's numbers, networkx, and what every network must be."""

from __future__ import annotations

import itertools
import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy.models.society import networks
from intimacy.models.society.networks import (
    Network,
    clustering,
    network_of,
    path_length,
    ring,
    ring_clustering,
    ring_path_length,
    small_world,
    small_world_clustering,
)

quick = settings(max_examples=40)
shares = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1))


def as_graph(network: Network) -> nx.Graph:
    graph = nx.empty_graph(network.people)
    graph.add_edges_from(network.pairs().tolist())
    return graph


def pair_set(network: Network) -> set[tuple[int, int]]:
    return set(map(tuple, network.pairs().tolist()))


def require_whole(network: Network, people: int, degree: int) -> None:
    """Hold what every small world must be: each tie seen from both ends, none to oneself, none twice."""
    starts, neighbours = network.starts, network.neighbours
    assert starts.dtype == neighbours.dtype == np.int32
    assert network.people == people
    assert network.ties == people * degree // 2
    assert network.degrees.min() >= degree // 2
    assert network.degrees.sum() == len(neighbours) == people * degree
    person = np.repeat(np.arange(people), network.degrees)
    assert (person != neighbours).all()
    there, back = person * people + neighbours, neighbours.astype(np.int64) * people + person
    assert (np.diff(there) > 0).all()  # rising within each person, so also never the same twice
    np.testing.assert_array_equal(np.sort(back), there)


# Published and closed-form results


def test_a_ring_has_the_clustering_and_the_length_of_the_closed_forms():
    """9-T7, the two exact ones, and other sizes."""
    assert ring_clustering(10) == pytest.approx(2 / 3)
    assert ring_path_length(1000, 10) == pytest.approx(50.45, abs=0.005)
    for people, degree in ((1000, 10), (60, 4), (61, 6), (40, 20), (9, 2)):
        one = ring(people, degree)
        np.testing.assert_allclose(clustering(one), ring_clustering(degree))
        assert path_length(one) == pytest.approx(ring_path_length(people, degree))
        assert nx.is_isomorphic(as_graph(one), nx.watts_strogatz_graph(people, degree, 0))
    assert ring_path_length(100_000, 8) == pytest.approx(100_000 / 16, rel=1e-3)  # about N/2k


@pytest.mark.parametrize(
    ("rewiring", "expected_clustering", "theory", "expected_length"),
    [(0.01, 0.651, 0.647, 9.62), (0.1, 0.493, 0.486, 4.43), (0.3, 0.245, 0.229, 3.63), (1, None, 0, 3.27)],
)
def test_a_small_world_is_clustered_and_short(rewiring, expected_clustering, theory, expected_length):
    """9-T7: N = 1000, k = 10, here means over four seeds."""
    worlds = [small_world(1000, 10, rewiring, seed) for seed in range(4)]
    assert small_world_clustering(10, rewiring) == pytest.approx(theory, abs=6e-4)
    found = np.mean([clustering(each).mean() for each in worlds])
    if expected_clustering is not None:
        assert found == pytest.approx(expected_clustering, abs=0.03)
    assert found == pytest.approx(theory, abs=0.02)
    assert np.mean([path_length(each) for each in worlds]) == pytest.approx(expected_length, rel=0.1)


@pytest.mark.parametrize(
    ("people", "degree", "rewiring"), [(1000, 10, 0.01), (600, 6, 0.2), (500, 4, 0.7), (300, 8, 1)]
)
def test_networkx_builds_the_same_kind_of_small_world(people: int, degree: int, rewiring: float):
    """Its construction goes tie by tie, ours all at once: the same clustering, length and spread of degrees."""
    ours = [small_world(people, degree, rewiring, seed) for seed in range(8)]
    theirs = [nx.connected_watts_strogatz_graph(people, degree, rewiring, seed=seed) for seed in range(8)]

    def means(values) -> tuple[float, float]:
        numbers = np.array(list(values))
        return float(numbers.mean()), float(numbers.std(ddof=1) / math.sqrt(len(numbers)))

    pairs = [
        (means(clustering(each).mean() for each in ours), means(map(nx.average_clustering, theirs))),
        (
            means(path_length(each, 60) for each in ours),
            means(path_length(network_of(people, np.array(each.edges)), 60) for each in theirs),
        ),
        (
            means(each.degrees.var() for each in ours),
            means(np.var([degree for _, degree in each.degree]) for each in theirs),
        ),
    ]
    for (one, error), (other, other_error) in pairs:
        assert one == pytest.approx(other, abs=4 * math.hypot(error, other_error))


def test_the_club_of_34_is_measured_as_networkx_measures_it():
    """9-T8: mean clustering .5706, mean path 2.408."""
    club = nx.karate_club_graph()
    ours = network_of(34, np.array(club.edges))
    assert (ours.people, ours.ties) == (34, 78)
    assert clustering(ours).mean() == pytest.approx(0.5706, abs=5e-5)
    assert path_length(ours) == pytest.approx(2.408, abs=5e-4)
    np.testing.assert_allclose(clustering(ours), list(nx.clustering(club).values()))
    np.testing.assert_array_equal(ours.degrees, [degree for _, degree in club.degree])
    assert pair_set(ours) == {tuple(sorted(each)) for each in club.edges}
    np.testing.assert_array_equal(ours.neighbours_of(11), [0])


def test_measures_of_small_worlds_agree_with_networkx():
    for people, degree, rewiring in ((80, 6, 0.15), (50, 2, 0.0), (120, 4, 0.6)):
        world = small_world(people, degree, rewiring, 3)
        graph = as_graph(world)
        np.testing.assert_allclose(clustering(world), [nx.clustering(graph)[i] for i in range(people)])
        assert path_length(world) == pytest.approx(nx.average_shortest_path_length(graph))


# What every network must be


@quick
@given(st.integers(4, 120), st.integers(1, 10), shares, st.integers(0, 2**32))
def test_every_tie_is_seen_from_both_ends_and_none_is_lost(people: int, half: int, rewiring: float, seed: int):
    degree = 2 * min(half, people // 4)
    require_whole(small_world(people, degree, rewiring, seed), people, degree)


@pytest.mark.parametrize("people", [4, 5, 6, 8])
def test_a_crowded_network_finds_a_place_for_every_tie(people: int):
    """Among so few a tie can find all places taken; it then stays where it was."""
    for seed in range(200):
        require_whole(small_world(people, people // 4 * 2, 1.0, seed), people, people // 4 * 2)


def test_a_network_of_many_is_whole_too():
    require_whole(small_world(200_000, 8, 0.05), 200_000, 8)
    require_whole(small_world(50_000, 12, 1.0), 50_000, 12)


def test_one_seed_gives_one_network_and_another_gives_another():
    first = small_world(500, 6, 0.2, 4)
    small_world.__wrapped__.cache_clear()
    again, other = small_world(500, 6, 0.2, 4), small_world(500, 6, 0.2, 5)
    assert again is not first
    np.testing.assert_array_equal(again.neighbours, first.neighbours)
    assert pair_set(other) != pair_set(first)
    with pytest.raises(ValueError, match="read-only"):
        first.neighbours[0] = 3


@pytest.mark.parametrize("rewiring", [0.02, 0.3, 0.8])
def test_the_share_of_ties_that_left_the_ring_is_the_rewiring(rewiring: float):
    people, degree = 4000, 8
    left = 1 - len(pair_set(small_world(people, degree, rewiring)) & pair_set(ring(people, degree))) / (people * 4)
    error = math.sqrt(rewiring * (1 - rewiring) / (people * 4))
    assert left == pytest.approx(rewiring, abs=4 * error + degree / people)


def test_more_rewiring_keeps_what_less_rewiring_had_moved():
    in_ring = pair_set(ring(3000, 8))
    moved = [pair_set(small_world(3000, 8, rewiring, 9)) - in_ring for rewiring in (0.05, 0.1, 0.4)]
    for less, more in itertools.pairwise(moved):
        assert len(less & more) > 0.98 * len(less)


def test_a_network_cut_into_blocks_has_the_same_clustering(monkeypatch: pytest.MonkeyPatch):
    world = small_world(300, 6, 0.2)
    whole = clustering(world)
    monkeypatch.setattr(networks, "_ROWS", 7)
    np.testing.assert_array_equal(clustering(world), whole)


def test_the_matrix_sums_neighbours():
    world = small_world(200, 6, 0.3)
    lonely = np.random.default_rng(1).random(200) < 0.3
    np.testing.assert_array_equal(
        world.matrix() @ lonely.astype(np.int8), [lonely[world.neighbours_of(i)].sum() for i in range(200)]
    )


def test_a_way_that_is_not_there_is_infinitely_long():
    apart = network_of(5, np.array([[0, 1], [3, 2], [3, 4]]))
    assert path_length(apart) == math.inf
    np.testing.assert_array_equal(apart.degrees, [1, 1, 1, 2, 1])
    np.testing.assert_array_equal(clustering(apart), 0)


def test_ways_from_some_are_on_average_as_long_as_ways_from_all():
    world = small_world(1000, 10, 0.1)
    assert path_length(world, 100) == pytest.approx(path_length(world), rel=0.02)


# What is refused


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((3, 2), "people must be a whole number between 4 and 10000000, got 3"),
        ((10.5, 2), r"people must be a whole number between 4 and 10000000, got 10\.5"),
        ((100, 7), "degree must be an even number of at least 2, got 7"),
        ((100, 0), "degree must be an even number of at least 2, got 0"),
        ((10, 6), "degree must be at most 5 among 10 people, got 6"),
        ((1000, 42), "degree must be at most 40 among 1000 people, got 42"),
        ((100, 4, 1.5), r"rewiring must be between 0 and 1, got 1\.5"),
        ((100, 4, math.nan), "rewiring must be between 0 and 1, got nan"),
    ],
)
def test_a_small_world_that_cannot_be_is_refused(arguments, message: str):
    with pytest.raises(ValueError, match=message):
        small_world(*arguments)


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([[0, 1], [2, 2]], "pairs must tie different people, got someone tied to itself"),
        ([[0, 1], [1, 0]], "pairs must name each tie once, got one twice"),
        ([[0, 5]], "pairs must name people from 0 to 4, got 0 to 5"),
        ([[-1, 2]], "pairs must name people from 0 to 4, got -1 to 2"),
        ([0, 1], r"pairs must have two columns, got shape \(2,\)"),
    ],
)
def test_ties_that_are_none_are_refused(pairs, message: str):
    with pytest.raises(ValueError, match=message):
        network_of(5, np.array(pairs))


def test_other_bad_input_is_refused_by_name():
    world = ring(10, 4)
    with pytest.raises(IndexError, match="person must be between 0 and 9, got 10"):
        world.neighbours_of(10)
    with pytest.raises(ValueError, match="sources must be between 1 and the 10 people, got 0"):
        path_length(world, 0)
    with pytest.raises(ValueError, match="degree must be an even number of at least 2, got 5"):
        ring_clustering(5)
    with pytest.raises(ValueError, match="rewiring must be between 0 and 1, got -1"):
        small_world_clustering(4, -1)
    with pytest.raises(ValueError, match="degree must be at most 6 among 12 people, got 8"):
        ring_path_length(12, 8)
