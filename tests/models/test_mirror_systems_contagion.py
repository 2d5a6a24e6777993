"""Contagion: against printed spectra, matrix exponentials, an integrator, and what is known of Zachary's club."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.linalg import expm
from scipy.sparse.csgraph import shortest_path

from intimacy.models.mirror_systems import (
    CEILING,
    CONSTELLATIONS,
    MINUTES_PER_SAMPLE,
    Contagion,
    adjacency,
    critical_gain,
    least_regulation,
    loop_gain,
    positions,
    simulate_contagion,
    spectral_radius,
    steady_state,
)

quick = settings(max_examples=40)
groups = st.builds(
    Contagion,
    constellation=st.sampled_from(list(CONSTELLATIONS)),
    people=st.integers(3, 12),
    gain=st.floats(0, 1.5),
    regulation=st.floats(0, 1),
    stressed=st.sampled_from(["centre", "edge", "everyone"]),
    stressor=st.floats(0, 2),
    stress_lasts=st.integers(1, 120),
    time_constant=st.floats(0.5, 60),
    duration=st.integers(10, 60),
)
# Ties of each of the 34, in their order: Zachary (1977).
CLUB_DEGREES = [
    16,
    9,
    10,
    6,
    3,
    4,
    4,
    4,
    5,
    2,
    3,
    1,
    2,
    5,
    2,
    2,
    2,
    2,
    2,
    3,
    2,
    2,
    2,
    5,
    3,
    3,
    2,
    4,
    3,
    4,
    4,
    6,
    12,
    17,
]


# Who watches whom


@pytest.mark.parametrize(
    ("constellation", "people", "gain"),
    [
        ("pair", 5, 1),
        ("v", 5, math.sqrt(0.5)),
        ("triangle", 5, 0.5),
        ("quad", 5, 0.5),
        ("star", 5, 0.5),
        ("everyone", 5, 0.25),
        ("chain", 5, 1 / math.sqrt(3)),
    ],
)
def test_the_critical_gain_of_each_constellation(constellation: str, people: int, gain: float):  # 6-T11
    assert critical_gain(constellation, people) == pytest.approx(gain, rel=1e-12)


def test_the_critical_gain_of_the_club():  # 6-T11
    assert critical_gain("community") == pytest.approx(0.1487, abs=5e-5)
    assert spectral_radius("community") == pytest.approx(6.7257, abs=5e-5)


@pytest.mark.parametrize("people", range(3, 13))
def test_printed_spectra_of_free_constellations(people: int):
    turn = np.arange(people)
    spectra = {
        "chain": 2 * np.cos(math.pi * (turn + 1) / (people + 1)),
        "ring": 2 * np.cos(math.tau * turn / people),
        "star": np.array([math.sqrt(people - 1), -math.sqrt(people - 1), *[0] * (people - 2)]),
        "everyone": np.array([people - 1, *[-1] * (people - 1)]),
    }
    for constellation, spectrum in spectra.items():
        values = np.linalg.eigvalsh(adjacency(constellation, people))
        np.testing.assert_allclose(values, np.sort(spectrum), atol=1e-9)
        assert spectral_radius(constellation, people) == pytest.approx(spectrum.max())


@pytest.mark.parametrize("constellation", CONSTELLATIONS)
def test_the_radius_is_how_fast_the_number_of_walks_grows(constellation: str):
    neighbours = [np.flatnonzero(row).tolist() for row in adjacency(constellation)]
    walks = [1] * len(neighbours)  # whole numbers without rounding, by length of the walk and where it begins
    totals = []
    for _ in range(121):
        totals.append(sum(walks))
        walks = [sum(walks[other] for other in others) for others in neighbours]
    assert spectral_radius(constellation) == pytest.approx(math.sqrt(totals[120] / totals[118]), rel=1e-9)


@pytest.mark.parametrize("constellation", CONSTELLATIONS)
def test_everyone_is_connected_and_watching_is_mutual(constellation: str):
    ties = adjacency(constellation, 7)
    people = {"pair": 2, "v": 3, "triangle": 3, "quad": 4, "community": 34}.get(constellation, 7)
    assert ties.shape == (people, people)
    assert set(ties.ravel()) == {0, 1}
    np.testing.assert_array_equal(ties, ties.T)
    assert np.trace(ties) == 0
    assert np.isfinite(shortest_path(ties)).all()


def test_the_club_is_zacharys():  # 9-T8 knows the same graph
    ties = adjacency("community")
    assert ties.sum() / 2 == 78
    assert ties.sum(axis=1).tolist() == CLUB_DEGREES
    ways = shortest_path(ties, unweighted=True)
    assert ways.max() == 5
    assert ways.sum() / (34 * 33) == pytest.approx(2.408, abs=5e-4)
    triangles = np.diag(ties @ ties @ ties)
    degree = ties.sum(axis=1)
    assert triangles.sum() / (degree * (degree - 1)).sum() == pytest.approx(0.2557, abs=5e-5)
    clustering = np.divide(triangles, degree * (degree - 1), out=np.zeros(34), where=degree > 1)
    assert clustering.mean() == pytest.approx(0.5706, abs=5e-5)


def test_one_who_is_given_the_ties_may_change_them():
    adjacency("pair")[:] = 9
    assert adjacency("pair").tolist() == [[0, 1], [1, 0]]
    positions("pair")[:] = 9
    assert positions("pair").max() <= 1
    run = simulate_contagion(Contagion(constellation="pair"))
    run.adjacency[:] = 9
    assert adjacency("pair").max() == 1


# Where arousal ends


def test_a_triangle_passes_a_stressor_on():  # 6-T12
    p = Contagion(gain=0.3, regulation=0, duration=120)
    np.testing.assert_allclose(steady_state(p), [1.3462, 0.5769, 0.5769], atol=5e-5)
    np.testing.assert_allclose(steady_state(p), np.array([35, 15, 15]) / 26)
    np.testing.assert_allclose(simulate_contagion(p).arousal[-1], steady_state(p), atol=1e-4)


@pytest.mark.parametrize(
    "p",
    [
        Contagion(constellation="pair", gain=0.5, regulation=0, stressor=2),
        Contagion(constellation="star", people=9, gain=0.4, regulation=0.25, stressed="edge"),
        Contagion(constellation="community", gain=0.2, regulation=0.4, stressed="everyone", time_constant=1),
        Contagion(constellation="chain", people=6, gain=0.5, regulation=0.1, stressor=0.5),
    ],
)
def test_the_steady_state_is_the_sum_over_all_ways_that_arousal_can_go_round(p: Contagion):
    ties = adjacency(p.constellation, p.people)
    run = simulate_contagion(p.replace(duration=120, time_constant=1))
    wave, total = p.stressor * run.stressed, 0.0
    for _ in range(4000):
        total = total + wave
        wave = p.gain * (1 - p.regulation) * ties @ wave
    np.testing.assert_allclose(run.steady, total, rtol=1e-9)
    np.testing.assert_allclose(run.arousal[-1], run.steady, rtol=1e-6)
    assert not run.runs_away


def test_a_pair_in_closed_form():
    p = Contagion(constellation="pair", gain=0.8, regulation=0.5, stressor=1.5)
    np.testing.assert_allclose(steady_state(p), 1.5 * np.array([1, 0.4]) / (1 - 0.4**2))


@pytest.mark.parametrize("constellation", CONSTELLATIONS)
def test_just_below_the_critical_gain_arousal_settles_and_from_it_on_it_runs_away(constellation: str):
    critical = critical_gain(constellation)
    below = Contagion(constellation=constellation, gain=min(critical * 0.99, 1.5), regulation=0)
    above = below.replace(gain=min(critical * 1.01, 1.5))
    assert np.isfinite(steady_state(below)).all()
    assert steady_state(below).min() > 0
    assert not simulate_contagion(below).runs_away
    assert np.isinf(steady_state(above)).all()
    assert simulate_contagion(above).runs_away


def test_at_the_threshold_itself_arousal_grows_in_a_straight_line():
    p = Contagion(gain=0.5, regulation=0, stressed="everyone", stressor=0.5)
    run = simulate_contagion(p)
    assert run.loop_gain == pytest.approx(1)
    assert run.runs_away
    assert np.isinf(run.steady).all()
    np.testing.assert_allclose(run.arousal, (0.5 * run.minutes / 5)[:, np.newaxis] * np.ones(3), atol=1e-9)


def test_the_least_regulation_of_a_triangle():  # exercise 3
    p = Contagion(gain=0.8)
    assert least_regulation(p) == pytest.approx(0.375)
    assert not simulate_contagion(p.replace(regulation=0.38)).runs_away
    assert simulate_contagion(p.replace(regulation=0.37)).runs_away


def test_a_full_group_of_five_needs_more_regulation_than_a_chain_of_five():  # predict (3)
    chain, full = (Contagion(constellation=each, people=5, gain=0.8) for each in ("chain", "everyone"))
    assert spectral_radius("chain", 5) == pytest.approx(1.73, abs=0.005)
    assert spectral_radius("everyone", 5) == pytest.approx(4)
    assert least_regulation(chain) == pytest.approx(1 - 1 / (0.8 * math.sqrt(3)))
    assert least_regulation(full) == pytest.approx(1 - 1 / 3.2)


def test_where_nothing_spreads_no_regulation_is_needed():
    assert least_regulation(Contagion(gain=0)) == 0
    assert least_regulation(Contagion(gain=0.45)) == 0
    alone = simulate_contagion(Contagion(regulation=1, duration=120))
    np.testing.assert_allclose(alone.steady, [1, 0, 0])
    np.testing.assert_allclose(alone.arousal[-1], [1, 0, 0], atol=1e-9)


@quick
@given(groups)
def test_regulation_above_the_least_settles_every_group(p: Contagion):
    least = least_regulation(p)
    assert 0 <= least < 1
    assert loop_gain(p.replace(regulation=min(1.0, least + 1e-6))) < 1
    if least > 1e-6:
        assert loop_gain(p.replace(regulation=least - 1e-6)) > 1


# Over time


@pytest.mark.parametrize(
    "p",
    [
        Contagion(),
        Contagion(constellation="community", gain=0.3, regulation=0.6, stress_lasts=15, time_constant=3.5),
        Contagion(constellation="star", people=7, gain=0.9, regulation=0.7, stressed="edge", stress_lasts=40),
        Contagion(constellation="quad", gain=0.6, regulation=0, time_constant=20, stressor=0.1),
    ],
)
def test_every_moment_is_what_an_integrator_finds(p: Contagion):
    run = simulate_contagion(p)
    ties, coupling = adjacency(p.constellation, p.people), p.gain * (1 - p.regulation)
    assert not run.capped
    state, times, courses = np.zeros(len(ties)), [0.0, min(p.stress_lasts, p.duration), p.duration], []
    for start, stop, stress in zip(times[:-1], times[1:], (p.stressor, 0), strict=True):
        here = run.minutes[(run.minutes >= start) & (run.minutes <= stop)]
        if stop == start:
            continue

        def slope(_, arousal, stress=stress):
            return (-arousal + coupling * ties @ arousal + stress * run.stressed) / p.time_constant

        solved = solve_ivp(slope, (start, stop), state, t_eval=here, rtol=1e-9, atol=1e-11).y
        state = solved[:, -1]
        courses.append(solved.T if not courses else solved.T[1:])
    np.testing.assert_allclose(run.arousal, np.concatenate(courses), atol=1e-7)


def test_one_moment_by_a_matrix_exponential():
    p = Contagion(constellation="community", gain=0.15, regulation=0, time_constant=7)
    run = simulate_contagion(p)
    rates = (0.15 * adjacency("community") - np.eye(34)) / 7
    minute = 23.5
    drive = run.stressed / 7
    solved = np.linalg.solve(rates, (expm(rates * minute) - np.eye(34)) @ drive)
    np.testing.assert_allclose(run.arousal[round(minute / MINUTES_PER_SAMPLE)], solved, rtol=1e-9, atol=1e-12)


def test_a_runaway_outlives_its_stressor_and_a_settled_group_comes_to_rest():
    away = simulate_contagion(Contagion(gain=0.8, regulation=0, stress_lasts=5))
    assert away.runs_away
    assert away.capped
    np.testing.assert_allclose(away.arousal[-1], CEILING)
    calm = simulate_contagion(Contagion(gain=0.8, regulation=0.6, stress_lasts=5, duration=120))
    assert not calm.runs_away
    assert calm.arousal.max() < 1
    assert calm.arousal[-1].max() < 1e-3


def test_a_runaway_grows_at_the_rate_of_the_strongest_mode():
    p = Contagion(constellation="everyone", people=4, gain=0.5, regulation=0, stressor=0.1, stress_lasts=1)
    run = simulate_contagion(p)
    total = run.arousal.sum(axis=1)
    late = (run.minutes > 15) & (run.arousal.max(axis=1) < CEILING)
    growth = np.diff(np.log(total[late])) / MINUTES_PER_SAMPLE
    np.testing.assert_allclose(growth, (0.5 * 3 - 1) / 5, rtol=1e-4)


def test_who_is_stressed():
    def who(constellation: str, where: str) -> list[int]:
        return np.flatnonzero(
            simulate_contagion(Contagion(constellation=constellation, stressed=where)).stressed
        ).tolist()

    assert who("v", "centre") == [1]
    assert who("v", "edge") == [0]
    assert who("chain", "centre") == [2]
    assert who("star", "centre") == [0]
    assert who("star", "edge") == [1]
    assert who("triangle", "centre") == who("triangle", "edge") == [0]
    assert who("community", "centre") == [33]  # the one with most ties
    assert CLUB_DEGREES[who("community", "edge")[0]] <= 2
    assert who("quad", "everyone") == [0, 1, 2, 3]


def test_stress_in_the_middle_of_a_star_reaches_more_than_stress_at_its_edge():
    centre, edge = (
        steady_state(Contagion(constellation="star", stressed=each, gain=0.4)).sum() for each in ("centre", "edge")
    )
    assert centre > edge


@quick
@given(groups)
def test_any_group_stays_between_nothing_and_the_ceiling(p: Contagion):
    run = simulate_contagion(p)
    assert run.arousal.shape == (round(p.duration * 4) + 1, len(run.adjacency))
    assert run.arousal.min() >= 0
    assert run.arousal.max() <= CEILING
    assert run.arousal[0].max() == 0
    np.testing.assert_array_equal(simulate_contagion(p).arousal, run.arousal)
    assert run.runs_away == (run.loop_gain >= 1 - 1e-9)
    if p.stressor == 0:
        assert run.arousal.max() == 0
        assert run.steady.max() == 0
    else:
        assert np.isinf(run.steady).all() == run.runs_away


@quick
@given(groups, st.floats(0, 1), st.floats(0, 1))
def test_regulation_never_adds_arousal(p: Contagion, one: float, other: float):
    less, more = sorted((one, other))
    little, much = (simulate_contagion(p.replace(regulation=each)).arousal for each in (less, more))
    assert (much <= little + 1e-9).all()


@quick
@given(groups, st.floats(0.1, 1))
def test_below_the_ceiling_half_the_stressor_is_half_the_arousal(p: Contagion, share: float):
    run = simulate_contagion(p)
    assume(not run.capped)
    smaller = simulate_contagion(p.replace(stressor=p.stressor * share)).arousal
    np.testing.assert_allclose(smaller, share * run.arousal, atol=1e-9)


@quick
@given(groups)
def test_people_in_the_same_place_feel_the_same(p: Contagion):
    for constellation in ("ring", "everyone"):
        arousal = simulate_contagion(p.replace(constellation=constellation, stressed="centre")).arousal
        mirrored = arousal[:, [0, *range(arousal.shape[1] - 1, 0, -1)]]
        np.testing.assert_allclose(arousal, mirrored, atol=1e-8)
    star = simulate_contagion(p.replace(constellation="star", stressed="centre")).arousal
    np.testing.assert_allclose(star[:, 1:], star[:, [1]] * np.ones(star.shape[1] - 1), atol=1e-8)


def test_a_longer_run_begins_like_a_shorter_one():
    short, long = (simulate_contagion(Contagion(duration=duration)) for duration in (30, 90))
    np.testing.assert_array_equal(long.arousal[:121], short.arousal)
    frame = short.to_frame()
    assert list(frame.columns) == ["minutes", "person_1", "person_2", "person_3"]
    assert frame.minutes.iloc[-1] == 30
    assert frame.person_2.iloc[-1] == short.arousal[-1, 1]


# Where to draw people


@pytest.mark.parametrize("people", [3, 5, 8, 12])
@pytest.mark.parametrize("constellation", CONSTELLATIONS)
def test_nobody_is_drawn_on_top_of_another(constellation: str, people: int):
    place = positions(constellation, people)
    assert place.shape == (len(adjacency(constellation, people)), 2)
    assert np.abs(place).max() == pytest.approx(1)
    apart = np.hypot(*(place[:, np.newaxis] - place).transpose(2, 0, 1))
    assert apart[np.triu_indices(len(place), 1)].min() > 0.08


def test_people_few_ties_apart_are_drawn_close_together():
    chain = positions("chain", 9)
    assert (np.diff(chain[:, 0]) > 0).all()
    star = positions("star", 8)
    np.testing.assert_allclose(star[0], 0, atol=1e-6)
    np.testing.assert_allclose(np.hypot(*star[1:].T), np.hypot(*star[1]), rtol=0.02)
    for constellation in ("ring", "everyone"):
        np.testing.assert_allclose(np.hypot(*positions(constellation, 9).T), np.hypot(*positions(constellation, 9)[0]))
    club = positions("community")
    apart = np.hypot(*(club[:, np.newaxis] - club).transpose(2, 0, 1))
    ways = shortest_path(adjacency("community"), unweighted=True)
    upper = np.triu_indices(34, 1)
    assert np.corrcoef(apart[upper], ways[upper])[0, 1] > 0.8


# What is refused


@pytest.mark.parametrize("function", [adjacency, spectral_radius, critical_gain, positions])
def test_what_is_no_constellation_is_refused_by_name(function):
    with pytest.raises(ValueError, match=r"constellation must be one of 'pair', 'v', .*'community', got 'polycule'"):
        function("polycule")
    with pytest.raises(ValueError, match="people must be at least 3, got 2"):
        function("ring", 2)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"constellation": "line"}, "constellation must be one of 'pair', .* got 'line'"),
        ({"people": 2}, "people must be a whole number between 3 and 12, got 2"),
        ({"gain": 1.6}, r"gain must be between 0 and 1\.5, got 1\.6"),
        ({"regulation": math.nan}, "regulation must be between 0 and 1, got nan"),
        ({"time_constant": 0}, r"time_constant must be between 0\.5 and 60, got 0"),
        ({"stressed": "nobody"}, "stressed must be one of 'centre', 'edge', 'everyone', got 'nobody'"),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(values, message: str):
    with pytest.raises(ValueError, match=message):
        Contagion(**values)


def test_a_value_of_the_wrong_kind_is_a_type_error():
    with pytest.raises(TypeError, match=r"constellation must be one of .* got 3"):
        Contagion(constellation=3)
