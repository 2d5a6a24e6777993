"""Loneliness on a network: against closed forms, whole Markov chains, mesa, an integrator, and a plain loop."""

from __future__ import annotations

import itertools
import math

import mesa
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mesa.discrete_space import CellAgent
from mesa.discrete_space import Network as MesaNetwork
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from intimacy.models.society.loneliness import (
    KINDS,
    YEARS_PER_STEP,
    Loneliness,
    expected_loneliness,
    expected_share,
    kinds_of_people,
    share_over_time,
    simulate_loneliness,
)
from intimacy.models.society.networks import Network, network_of, small_world

quick = settings(max_examples=30)
rates = st.floats(0, 0.2)
towns = st.builds(
    Loneliness,
    onset=rates,
    contagion=st.floats(0, 0.1),
    recovery=st.floats(0.02, 1),
    unevenness=st.floats(0, 1),
    sharing=st.floats(0, 1),
    contacts=st.sampled_from([2, 4, 6, 10, 20]),
    rewiring=st.floats(0, 1),
    people=st.integers(50, 200),
    start=st.floats(0, 1),
)


# The mean field


@pytest.mark.parametrize(("contacts", "share"), [(3, 0.393), (3.5, 0.404), (4, 0.414)])
def test_the_published_rates_settle_near_42_per_cent(contacts: float, share: float):  # 9-T1
    """Hill et al. (2010): 2 % a year, 0.5 points more per contact, 4 % back. The abstract does not say how many."""
    assert expected_loneliness(0.02, 0.005, 0.04, contacts) == pytest.approx(share, abs=1e-3)
    assert 0.39 < expected_loneliness(0.02, 0.005, 0.04, contacts) < 0.42


@pytest.mark.parametrize(
    ("contagion", "share"), [(0, 0.1176), (0.01, 0.1387), (0.02, 0.1667), (0.04, 0.2500), (0.06, 0.3623)]
)
def test_contagion_of_the_demonstration(contagion: float, share: float):  # 9-T2
    assert expected_loneliness(0.04, contagion, 0.3, 6) == pytest.approx(share, abs=1e-4)


@quick
@given(st.floats(1e-6, 0.5), st.floats(0, 0.5), st.floats(0.01, 2), st.floats(0, 20))
def test_where_it_settles_nothing_changes(onset: float, contagion: float, recovery: float, contacts: float):
    share = expected_loneliness(onset, contagion, recovery, contacts)
    assert 0 < share < 1
    becoming = (onset + contagion * contacts * share) * (1 - share)
    assert becoming == pytest.approx(recovery * share, rel=1e-9)
    assert share >= onset / (onset + recovery) * (1 - 1e-12)


def test_limits_of_the_expected_loneliness():
    assert expected_loneliness(0.05, 0, 0.2, 6) == pytest.approx(0.2)
    assert expected_loneliness(0.05, 1e-9, 0.2, 6) == pytest.approx(0.2, abs=1e-7)
    assert expected_loneliness(0, 0.1, 0.3, 6) == pytest.approx(1 - 0.3 / 0.6)  # plain SIS above its threshold
    assert expected_loneliness(0, 0.04, 0.3, 6) == 0  # and below
    assert expected_loneliness(0, 0, 0.3, 6) == 0


def test_twice_the_recovery_is_half_of_both_causes_and_contagion():
    """The share depends on ratios of rates alone: helping each person halves what a town would have to halve twice."""
    for onset, contagion in ((0.04, 0.02), (0.1, 0.06), (0.03, 0)):
        helped = expected_loneliness(onset, contagion, 0.6, 6)
        assert helped == pytest.approx(expected_loneliness(onset / 2, contagion / 2, 0.3, 6))
        assert (helped < expected_loneliness(onset / 2, contagion, 0.3, 6)) == (contagion > 0)


@pytest.mark.parametrize(
    "p",
    [
        Loneliness(unevenness=1),
        Loneliness(contagion=0, onset=0.1, unevenness=0.7),
        Loneliness(contagion=0.1, contacts=10, unevenness=0.4, recovery=0.5),
        Loneliness(onset=0, contagion=0.1),
        Loneliness(onset=0, contagion=0.1, unevenness=1),
        Loneliness(onset=0, contagion=0.02, unevenness=1),
        Loneliness(onset=0, contagion=0, start=0.8, unevenness=0.5),
    ],
)
def test_the_expected_share_is_where_an_integrator_ends_and_the_course_goes_there(p: Loneliness):
    own = p.onset * (1 + p.unevenness * ((2 * np.arange(KINDS) + 1) / KINDS - 1))

    def slope(_, share):
        return (own + p.contagion * p.contacts * share.mean()) * (1 - share) - p.recovery * share

    solved = solve_ivp(slope, (0, 600), np.full(KINDS, p.start), rtol=1e-9, atol=1e-11, dense_output=True)
    assert expected_share(p) == pytest.approx(solved.y[:, -1].mean(), abs=1e-6)
    run = simulate_loneliness(p)
    course = [solved.sol(year).mean() for year in run.years]
    # Exact without contagion; with it, contacts are held for half a year, and the course lags behind for a while.
    np.testing.assert_allclose(run.mean_field, course, atol=0.05 if p.contagion else 1e-6)
    assert run.mean_field[0] == p.start


def test_uneven_causes_without_contagion_are_the_mean_of_their_shares():
    p = Loneliness(contagion=0, onset=0.1, unevenness=0.5, recovery=0.3)
    own = np.linspace(0.05, 0.15, 100_001)
    assert expected_share(p) == pytest.approx((own / (own + 0.3)).mean(), abs=1e-4)


# Against whole chains and other programs


def chain(ties: list[tuple[int, int]], people: int, onset: float, contagion: float, recovery: float) -> np.ndarray:
    """Return the rates between all states of a few people: state s has person i lonely if bit i is set."""
    states = list(itertools.product([0, 1], repeat=people))
    number = {state: place for place, state in enumerate(states)}
    matrix = np.zeros((len(states), len(states)))
    for state in states:
        for person in range(people):
            near = sum(state[b if a == person else a] for a, b in ties if person in (a, b))
            rate = recovery if state[person] else onset + contagion * near
            turned = tuple(1 - now if i == person else now for i, now in enumerate(state))
            matrix[number[state], number[turned]] += rate
            matrix[number[state], number[state]] -= rate
    return matrix


SMALL = {
    "pair": [(0, 1)],
    "triangle": [(0, 1), (1, 2), (0, 2)],
    "star": [(0, 1), (0, 2), (0, 3)],
    "row": [(0, 1), (1, 2), (2, 3)],
}


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize(("onset", "contagion", "recovery"), [(0.1, 0.3, 0.4), (0.05, 0, 0.2), (0.3, 0.1, 0.9)])
def test_many_copies_of_a_few_people_follow_the_exact_chain(name: str, onset: float, contagion: float, recovery: float):
    ties, copies, years = SMALL[name], 20_000, 5
    people = 1 + max(max(tie) for tie in ties)
    pairs = np.concatenate([np.array(ties) + people * copy for copy in range(copies)])
    shares = share_over_time(
        network_of(people * copies, pairs),
        onset=onset,
        contagion=contagion,
        recovery=recovery,
        start=0,
        steps=100,
        years_per_step=years / 100,
    )
    probability = np.eye(2**people)[0] @ expm(chain(ties, people, onset, contagion, recovery) * years)
    lonely = np.array([sum(state) for state in itertools.product([0, 1], repeat=people)]) / people
    assert shares[-1] == pytest.approx(probability @ lonely, abs=4 / math.sqrt(copies * people) * 0.5 + 0.003)


class Person(CellAgent):
    """Someone in a mesa model: looks at the contacts first, decides for all at once later."""

    def __init__(self, model: mesa.Model, cell, lonely: bool, rates: tuple[float, float, float]) -> None:
        super().__init__(model)
        self.cell, self.lonely, self.rates = cell, lonely, rates
        self.next = lonely

    def look(self) -> None:
        onset, contagion, recovery = self.rates
        near = sum(other.lonely for cell in self.cell.connections.values() for other in cell.agents)
        rate = recovery if self.lonely else onset + contagion * near
        other = onset + contagion * near if self.lonely else recovery
        leaves = rate / (rate + other) * (1 - math.exp(-(rate + other) * YEARS_PER_STEP))
        self.next = self.lonely != (self.random.random() < leaves)

    def turn(self) -> None:
        self.lonely = self.next


class Town(mesa.Model):
    """The same rule, built from mesa's network cells and agents."""

    def __init__(self, graph: nx.Graph, rates: tuple[float, float, float], start: float, seed: int) -> None:
        super().__init__(seed=seed)
        space = MesaNetwork(graph, capacity=1, random=self.random)
        for cell in space.all_cells.cells:
            Person(self, cell, self.random.random() < start, rates)

    def step(self) -> None:
        self.agents.do("look")
        self.agents.do("turn")

    @property
    def share(self) -> float:
        return float(np.mean(self.agents.get("lonely")))


def test_a_town_of_mesa_agents_has_as_many_lonely_people():
    network = small_world(600, 6, 0.05, 7)
    rates = (0.05, 0.04, 0.3)
    town = Town(nx.Graph(network.pairs().tolist()), rates, 0.3, seed=3)
    theirs = [town.share]
    for _ in range(120):
        town.step()
        theirs.append(town.share)
    ours = np.mean(
        [
            share_over_time(network, onset=0.05, contagion=0.04, recovery=0.3, steps=120, start=0.3, seed=seed)
            for seed in range(20)
        ],
        axis=0,
    )
    # One town fluctuates by about two points; its mean over the settled half by much less.
    np.testing.assert_allclose(theirs, ours, atol=0.075)
    assert np.mean(theirs[60:]) == pytest.approx(ours[60:].mean(), abs=0.015)


def by_hand(p: Loneliness, network: Network, causes, first, draws) -> np.ndarray:
    """Follow a town with loops only."""
    lonely = [bool(value) for value in first]
    history = [lonely]
    for draw in draws:
        following = []
        for person in range(network.people):
            near = sum(lonely[other] for other in network.neighbours_of(person))
            onset = causes[person] + p.contagion * near
            gone = 1 - math.exp(-(onset + p.recovery) * YEARS_PER_STEP)
            chance = (
                1 - p.recovery / (onset + p.recovery) * gone if lonely[person] else onset / (onset + p.recovery) * gone
            )
            following.append(draw[person] < chance)
        lonely = following
        history.append(lonely)
    return np.array(history)


@pytest.mark.parametrize(
    "p",
    [
        Loneliness(people=60),
        Loneliness(people=80, unevenness=0.8, sharing=0.6, contacts=4, rewiring=0.5, start=0.5),
        Loneliness(people=50, contagion=0.1, contacts=20, onset=0),
    ],
)
def test_a_loop_in_plain_python_gives_the_same_people(p: Loneliness):
    run = simulate_loneliness(p, seed=5)
    draws = np.random.default_rng(np.random.SeedSequence(5)).random((120, 500))
    np.testing.assert_array_equal(run.draws, draws[:, : p.people])
    np.testing.assert_array_equal(run.lonely, by_hand(p, run.network, run.causes, run.lonely[0], run.draws))
    for step in (0, 30, 119):
        near = [run.lonely[step][run.network.neighbours_of(person)].sum() for person in range(p.people)]
        np.testing.assert_array_equal(run.lonely_contacts[step], near)


# What a network does


def test_the_share_on_a_network_is_below_the_mean_field_and_near_it_where_everyone_has_many_contacts():
    for contacts, contagion, slack in ((4, 0.06, 0.06), (20, 0.012, 0.02)):
        p = Loneliness(people=500, contacts=contacts, contagion=contagion, rewiring=1)
        share = np.mean([simulate_loneliness(p, seed).settled_share for seed in range(15)])
        assert share == pytest.approx(expected_share(p), abs=slack)
        assert share < expected_share(p) + 0.01


def test_contagion_and_shared_causes_cluster_alike_and_neither_leaves_nothing():
    def clustering(**values) -> float:
        return float(np.mean([simulate_loneliness(Loneliness(people=500, **values), s).clustering for s in range(12)]))

    caught = clustering(contagion=0.02, onset=0.04)
    shared = clustering(contagion=0, onset=0.06, unevenness=1, sharing=1)
    assert caught == pytest.approx(1.22, abs=0.06)
    assert shared == pytest.approx(caught, abs=0.08)
    assert clustering(contagion=0, onset=0.06) == pytest.approx(1, abs=0.04)
    assert clustering(contagion=0, onset=0.06, unevenness=1, sharing=0) == pytest.approx(1, abs=0.05)
    assert clustering(contagion=0, onset=0.06, unevenness=1, sharing=1, rewiring=1) < 1.07


def test_clustering_is_counted_over_ties():
    p = Loneliness(people=100, contagion=0.06, contacts=4)
    run = simulate_loneliness(p)
    pairs, degrees = run.network.pairs(), run.network.degrees
    met = expected = 0.0
    for lonely in run.lonely[60:-1]:
        met += 2 * (lonely[pairs[:, 0]] & lonely[pairs[:, 1]]).sum()
        ends = degrees[lonely].astype(float)
        expected += (ends.sum() ** 2 - (ends**2).sum()) / (2 * run.network.ties)
    assert run.clustering == pytest.approx(met / expected)
    assert math.isnan(simulate_loneliness(Loneliness(onset=0, start=0)).clustering)


def test_onsets_are_counted_by_where_they_come_from():
    p = Loneliness(people=100, contagion=0.05, unevenness=0.5)
    run = simulate_loneliness(p)
    caught = own = 0.0
    for step in range(60, 120):
        for person in np.flatnonzero(~run.lonely[step]):
            caught += p.contagion * run.lonely[step][run.network.neighbours_of(person)].sum()
            own += run.causes[person]
    assert run.caught_share == pytest.approx(caught / (caught + own))
    assert simulate_loneliness(Loneliness(contagion=0)).caught_share == 0
    assert simulate_loneliness(Loneliness(onset=0, contagion=0.1)).caught_share == 1
    assert math.isnan(simulate_loneliness(Loneliness(onset=0, start=0)).caught_share)


def test_neighbours_share_their_causes_as_far_as_is_said():
    def likeness(sharing: float) -> float:
        kinds = np.concatenate([[kinds_of_people(Loneliness(people=500, sharing=sharing), s)] for s in range(6)])
        return float(np.corrcoef(kinds.ravel(), np.roll(kinds, 1, axis=1).ravel())[0, 1])

    assert likeness(0) == pytest.approx(0, abs=0.05)
    assert likeness(1) > 0.98
    assert likeness(0.5) == pytest.approx(0.25, abs=0.06)  # two measures that share the square of it
    kinds = kinds_of_people(Loneliness(people=160, sharing=0.3))
    assert np.bincount(kinds).tolist() == [10] * KINDS


@quick
@given(towns)
def test_any_town_is_finite_and_the_same_from_one_seed(p: Loneliness):
    run, again = simulate_loneliness(p, 3), simulate_loneliness(p, 3)
    np.testing.assert_array_equal(run.lonely, again.lonely)
    assert run.lonely.shape == (121, p.people)
    assert run.years[-1] == 60
    assert ((run.mean_field >= 0) & (run.mean_field <= 1)).all()
    assert run.causes.mean() == pytest.approx(p.onset, abs=0.05 * p.onset + 1e-12)
    frame = run.to_frame()
    np.testing.assert_allclose(frame["share"], run.lonely.mean(axis=1))
    assert (run.film(7)[-1] == run.lonely[-1]).all()
    assert (run.film(7)[0] == run.lonely[0]).all()


@quick
@given(towns, st.floats(0, 0.1), st.floats(0, 0.2), st.floats(0, 1))
def test_more_of_a_cause_never_makes_anyone_less_lonely(p: Loneliness, contagion: float, onset: float, start: float):
    """Common random numbers: the rule is monotone, so a slider moves people one way and not the noise."""
    more = p.replace(contagion=max(contagion, p.contagion), onset=max(onset, p.onset), start=max(start, p.start))
    one, other = simulate_loneliness(p), simulate_loneliness(more)
    assert (other.lonely >= one.lonely).all()


@quick
@given(towns, st.floats(0.05, 1))
def test_faster_recovery_never_makes_anyone_lonelier(p: Loneliness, recovery: float):
    faster = p.replace(recovery=max(recovery, p.recovery))
    # Where onset is fast as well, a faster recovery can only lower the chance of being lonely after a step.
    assert (simulate_loneliness(faster).lonely <= simulate_loneliness(p).lonely).all()


def test_a_million_people_settle_on_the_share_of_a_smaller_town():
    small, large = (
        share_over_time(small_world(people, 6, 0.05), onset=0.04, contagion=0.02, recovery=0.3, steps=40, start=0.15)[
            -1
        ]
        for people in (50_000, 1_000_000)
    )
    assert large == pytest.approx(small, abs=0.008)
    assert large < expected_loneliness(0.04, 0.02, 0.3, 6)


# What is refused


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"onset": 0.3}, r"onset must be between 0 and 0\.2, got 0\.3"),
        ({"recovery": 0}, r"recovery must be between 0\.02 and 1, got 0"),
        ({"people": 40}, "people must be a whole number between 50 and 500, got 40"),
        ({"sharing": math.nan}, "sharing must be between 0 and 1, got nan"),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(values, message: str):
    with pytest.raises(ValueError, match=message):
        Loneliness(**values)


def test_contacts_come_in_pairs_of_sides():
    with pytest.raises(ValueError, match="degree must be an even number of at least 2, got 5"):
        simulate_loneliness(Loneliness(contacts=5))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"onset": -1}, "onset must be at least 0, got -1"),
        ({"contagion": -0.1}, r"contagion must be at least 0, got -0\.1"),
        ({"recovery": 0}, "recovery must be above 0, got 0"),
        ({"start": 2}, "start must be between 0 and 1, got 2"),
        ({"years_per_step": 0}, "years_per_step must be above 0, got 0"),
        ({"steps": -1}, "steps must be a whole number between 0 and 10000, got -1"),
    ],
)
def test_bad_rates_of_a_large_town_are_refused_by_name(values, message: str):
    with pytest.raises(ValueError, match=message):
        share_over_time(small_world(50, 4), **{"onset": 0.1, "contagion": 0.1, "recovery": 0.1, "steps": 3, **values})


def test_a_hub_with_too_many_contacts_is_refused():
    star = network_of(100, np.column_stack([np.zeros(99, dtype=int), np.arange(1, 100)]))
    with pytest.raises(ValueError, match="network must have at most 62 contacts per person, got 99"):
        share_over_time(star, onset=0.1, contagion=0.1, recovery=0.1, steps=1)


def test_other_bad_input_is_refused_by_name():
    with pytest.raises(ValueError, match="recovery must be above 0, got -1"):
        expected_loneliness(0.1, 0.1, -1, 3)
    with pytest.raises(ValueError, match="contacts must be at least 0, got -2"):
        expected_loneliness(0.1, 0.1, 1, -2)
    with pytest.raises(ValueError, match="stops must be a whole number between 2 and 10000, got 1"):
        simulate_loneliness(Loneliness()).film(1)
