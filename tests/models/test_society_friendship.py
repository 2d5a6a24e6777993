"""Friends of friends on networks that people wrote down: against the dossier, networkx, scipy and plain counting."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from intimacy.models.society.friendship import (
    SOURCES,
    Friendship,
    club_split,
    count_friends,
    mean_of_a_friend,
    real_graph,
)
from intimacy.models.society.networks import clustering, path_length

REAL = [name for name in SOURCES if name != "small_world"]


def test_the_karate_club_has_its_known_numbers():  # 9-T8
    run = count_friends(Friendship(network="karate"))
    graph = real_graph("karate")
    assert (run.network.people, run.network.ties) == (34, 78)
    assert graph.size(weight="weight") == 231
    assert run.mean_degree == pytest.approx(4.588, abs=5e-4)
    assert run.mean_of_a_friend == pytest.approx(7.769, abs=5e-4)
    assert run.outnumbered.sum() == 29
    assert run.outnumbered.mean() == pytest.approx(0.853, abs=5e-4)
    # Two independent routes to the rest: our own network functions, and networkx.
    assert clustering(run.network).mean() == pytest.approx(0.5706, abs=5e-5)
    assert nx.average_clustering(graph) == pytest.approx(0.5706, abs=5e-5)
    assert nx.transitivity(graph) == pytest.approx(0.2557, abs=5e-5)
    assert path_length(run.network) == pytest.approx(2.408, abs=5e-4)
    assert nx.diameter(graph) == 5
    values = np.linalg.eigvalsh(run.network.matrix().astype(float).toarray())
    assert values[-1] == pytest.approx(6.7257, abs=5e-5)


def test_the_club_parts_where_zachary_said_but_for_one_member():  # 9-T9
    split = club_split()
    assert split["cut"].value_counts().to_dict() == {"Mr. Hi": 16, "Officer": 18}
    assert split.loc[split["cut"] != split["joined"], "member"].tolist() == [9]  # node 8, counted from 0
    assert sorted(split["betweenness"].value_counts()) == [15, 19]
    assert split.loc[split["betweenness"] != split["joined"], "member"].tolist() == [3, 9]


def test_scipy_finds_the_same_weakest_cut_of_the_club():  # 9-T9, an independent route
    weights = csr_array(nx.to_numpy_array(real_graph("karate"), weight="weight", dtype=np.int32))
    flow = maximum_flow(weights, 0, 33)
    left = csr_array(weights - flow.flow)
    left.data = np.maximum(left.data, 0)
    left.eliminate_zeros()
    side = breadth_first_order(left, 0, return_predecessors=False)
    ours = club_split()
    assert sorted(side + 1) == ours.loc[ours["cut"] == "Mr. Hi", "member"].tolist()
    cut = nx.to_numpy_array(real_graph("karate"), weight="weight")
    inside = np.isin(np.arange(34), side)
    assert cut[np.ix_(inside, ~inside)].sum() == flow.flow_value


def test_the_families_and_the_women_have_their_known_numbers():  # 9-T10
    families = real_graph("families")
    assert nx.betweenness_centrality(families)["Medici"] == pytest.approx(0.52198, abs=5e-6)
    assert (families.order(), families.size()) == (15, 20)
    both = nx.davis_southern_women_graph()
    women, events = both.graph["top"], both.graph["bottom"]
    assert (len(women), len(events), both.size()) == (18, 14, 89)
    there = nx.bipartite.biadjacency_matrix(both, row_order=women, column_order=events).toarray()
    shared = there @ there.T > 0
    np.fill_diagonal(shared, False)
    run = count_friends(Friendship(network="women"))
    order = [run.names.index(woman) for woman in women]
    np.testing.assert_array_equal(run.network.matrix().toarray()[np.ix_(order, order)], shared)


@pytest.mark.parametrize("name", REAL)
def test_friends_are_counted_as_networkx_counts_them(name: str):
    graph = real_graph(name)
    run = count_friends(Friendship(network=name))
    assert run.degrees.tolist() == [degree for _, degree in graph.degree()]
    theirs = nx.average_neighbor_degree(graph)
    np.testing.assert_allclose(run.friends_mean, [theirs[person] for person in graph])
    assert run.network.ties == graph.size()


@pytest.mark.parametrize("p", [*(Friendship(network=name) for name in SOURCES), Friendship("small_world", 100, 10, 1)])
def test_the_mean_of_a_friend_is_the_mean_over_the_ends_of_all_ties(p: Friendship):
    run = count_friends(p)
    ends = [run.degrees[other] for person in range(run.network.people) for other in run.network.neighbours_of(person)]
    assert run.mean_of_a_friend == pytest.approx(np.mean(ends))
    assert run.mean_of_a_friend == pytest.approx(run.mean_degree + run.degrees.var() / run.mean_degree)
    assert run.mean_of_a_friend >= run.mean_degree
    assert run.friends_mean.mean() >= run.mean_degree  # the mean over people of their friends' mean is no smaller


def test_most_are_outnumbered_in_the_club_and_fewest_among_the_women():
    """The mean of a friend is never smaller; that most people are outnumbered is common, and not a law."""
    shares = {name: count_friends(Friendship(network=name)).outnumbered.mean() for name in REAL}
    assert shares["karate"] > 0.8
    assert shares["women"] < 0.5


def test_where_all_have_as_many_friends_nobody_is_outnumbered():
    run = count_friends(Friendship(network="small_world", rewiring=0))
    assert run.mean_of_a_friend == run.mean_degree == 4
    assert not run.outnumbered.any()


@settings(max_examples=50)
@given(st.lists(st.integers(0, 100), min_size=1, max_size=50).filter(any))
def test_a_friend_has_at_least_as_many_friends_as_the_mean(degrees: list[int]):
    mean = np.mean(degrees)
    assert mean_of_a_friend(degrees) == pytest.approx(mean + np.var(degrees) / mean)
    assert mean_of_a_friend(degrees) >= mean - 1e-9


@pytest.mark.parametrize("p", [*(Friendship(network=name) for name in SOURCES), Friendship("small_world", 20, 10, 0.5)])
def test_everyone_is_drawn_and_nobody_on_top_of_another(p: Friendship):
    run = count_friends(p)
    assert run.positions.shape == (run.network.people, 2)
    assert np.abs(run.positions).max() <= 1 + 1e-12
    apart = np.hypot(*(run.positions[:, np.newaxis] - run.positions).transpose(2, 0, 1))
    assert apart[np.triu_indices(len(apart), 1)].min() > 0.02
    assert len(set(run.names)) == run.network.people
    assert len(run.to_frame()) == run.network.people


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Friendship(network="class"), "network must be one of 'karate', .* got 'class'"),
        (lambda: Friendship(people=200), "people must be a whole number between 20 and 100, got 200"),
        (lambda: real_graph("small_world"), "name must be one of 'karate', .* got 'small_world'"),
        (lambda: mean_of_a_friend([]), r"degrees must be numbers from 0 on, not all 0, got \[\]"),
        (lambda: mean_of_a_friend([0, 0]), r"degrees must be numbers from 0 on, not all 0, got \[0, 0\]"),
        (lambda: mean_of_a_friend([1, math.nan]), "degrees must be finite, got nan"),
        (lambda: mean_of_a_friend([-1, 3]), r"degrees must be numbers from 0 on, not all 0, got \[-1, 3\]"),
    ],
)
def test_bad_input_is_refused_by_name(call, message: str):
    with pytest.raises(ValueError, match=message):
        call()
