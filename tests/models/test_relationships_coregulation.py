"""Co-regulation: against closed forms, the spectra of networkx, sympy and an integrator."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from intimacy.models.relationships import (
    GROUPS,
    SECONDS,
    STARTS,
    CoRegulation,
    critical_velocity_coupling,
    growth_alone,
    half_life,
    mode_eigenvalues,
    mode_growth,
    simulate_co_regulation,
)

quick = settings(max_examples=40)
people_who_swing = st.builds(
    CoRegulation,
    group=st.sampled_from(list(GROUPS)),
    people=st.integers(3, 8),
    velocity_coupling=st.floats(-0.2, 0.2),
    damping=st.floats(0, 1),
    level_coupling=st.floats(-0.05, 0.05),
    period=st.floats(5, 120),
    start=st.sampled_from(list(STARTS)),
)


def graph(p: CoRegulation) -> nx.Graph:
    made = {
        "pair": lambda: nx.path_graph(2),
        "v": lambda: nx.path_graph(3),
        "triangle": lambda: nx.complete_graph(3),
        "quad": lambda: nx.cycle_graph(4),
        "star": lambda: nx.star_graph(p.people - 1),
        "everyone": lambda: nx.complete_graph(p.people),
    }
    return made[p.group]()


@pytest.mark.parametrize(
    ("group", "people", "largest"),
    [
        ("pair", 5, -0.025),
        ("v", 5, -0.0146),
        ("triangle", 5, 0),
        ("quad", 5, 0),
        ("star", 5, 0),
        ("everyone", 5, 0.05),
        ("star", 8, (0.05 * math.sqrt(7) - 0.1) / 2),
        ("everyone", 3, 0),
        ("everyone", 7, 0.1),
    ],
)
def test_the_slowest_mode_of_each_constellation(group: str, people: int, largest: float):  # 8-T10: c = .1, γ = .05
    p = CoRegulation(group=group, people=people, velocity_coupling=0.05, damping=0.1)
    run = simulate_co_regulation(p)
    assert run.growth == pytest.approx(largest, abs=5e-5)
    assert run.amplifies == (largest > 0)


def test_a_pair_moved_by_levels_and_changes():  # 8-T11
    p = CoRegulation(damping=0.1, velocity_coupling=0.03, level_coupling=0.02, period=20)
    values = mode_eigenvalues(p)
    np.testing.assert_allclose(
        values, [-0.035 + 0.2783j, -0.035 - 0.2783j, -0.065 + 0.3383j, -0.065 - 0.3383j], atol=5e-5
    )


@pytest.mark.parametrize(
    ("damping", "velocity", "level", "period"), [(0.1, 0.03, 0.02, 20), (0.3, -0.12, -0.04, 12), (0.05, 0.15, 0.01, 45)]
)
def test_the_two_modes_of_a_pair_in_sympy(damping: float, velocity: float, level: float, period: float):
    c, g, k, w = sympy.symbols("c g k w", real=True)
    rate = sympy.symbols("rate")
    values = {c: damping, g: velocity, k: level, w: 2 * math.pi / period}
    together = sympy.solve(rate**2 + (c - g) * rate + (w**2 - k), rate)
    apart = sympy.solve(rate**2 + (c + g) * rate + (w**2 + k), rate)
    exact = np.sort_complex([complex(each.subs(values)) for each in (*together, *apart)])
    p = CoRegulation(damping=damping, velocity_coupling=velocity, level_coupling=level, period=period)
    np.testing.assert_allclose(np.sort_complex(mode_eigenvalues(p)), exact, atol=1e-9)
    assert mode_growth(p, 1) == pytest.approx(max(complex(each.subs(values)).real for each in together))
    assert mode_growth(p, -1) == pytest.approx(max(complex(each.subs(values)).real for each in apart))


@settings(max_examples=20)
@given(people_who_swing)
def test_any_group_follows_the_printed_equations_as_an_integrator_does(p: CoRegulation):
    run = simulate_co_regulation(p)
    ties = nx.to_numpy_array(graph(p))
    np.testing.assert_array_equal(sorted(run.adjacency.sum(axis=0)), sorted(ties.sum(axis=0)))
    count = len(ties)
    w = math.tau / p.period

    def slope(_: float, state: np.ndarray) -> np.ndarray:
        x, v = state[:count], state[count:]
        found = np.empty(2 * count)
        for i in range(count):
            found[i] = v[i]
            found[count + i] = -(w**2) * x[i] - p.damping * v[i]
            for j in np.flatnonzero(run.adjacency[i]):
                found[count + i] += p.level_coupling * x[j] + p.velocity_coupling * v[j]
        return found

    times = run.seconds[:61]  # a quarter of the run, before any growth is beyond an integrator
    start = np.concatenate([run.arousal[0], run.rate[0]])
    solved = solve_ivp(slope, (0, times[-1]), start, t_eval=times, rtol=1e-9, atol=1e-10).y
    size = 1 + np.abs(solved).max()
    np.testing.assert_allclose(run.arousal[:61] / size, solved[:count].T / size, atol=1e-6)
    np.testing.assert_allclose(run.rate[:61] / size, solved[count:].T / size, atol=1e-6)


@quick
@given(people_who_swing)
def test_eigenvalues_are_those_of_the_whole_matrix(p: CoRegulation):
    ties = nx.to_numpy_array(graph(p))
    count = len(ties)
    w = math.tau / p.period
    whole = np.block(
        [
            [np.zeros((count, count)), np.eye(count)],
            [p.level_coupling * ties - w**2 * np.eye(count), p.velocity_coupling * ties - p.damping * np.eye(count)],
        ]
    )
    plain = np.linalg.eigvals(whole)
    ours = mode_eigenvalues(p)
    assert ours.real.max() == pytest.approx(plain.real.max(), abs=1e-6)
    assert ours.sum().real == pytest.approx(np.trace(whole), abs=1e-9)
    assert np.prod(ours).real == pytest.approx(np.linalg.det(whole), rel=1e-6, abs=1e-14)


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("damping", [0.1, 0.25])
def test_the_critical_coupling_parts_fading_from_growing(group: str, damping: float):
    p = CoRegulation(group=group, people=6, damping=damping)
    critical = critical_velocity_coupling(p)
    largest = max(np.linalg.eigvalsh(nx.to_numpy_array(graph(p))))
    assert critical == pytest.approx(damping / largest)
    below, above = (p.replace(velocity_coupling=min(0.2, share * critical)) for share in (0.99, 1.01))
    assert not simulate_co_regulation(below).amplifies
    if 1.01 * critical <= 0.2:
        assert simulate_co_regulation(above).amplifies


@pytest.mark.parametrize(("velocity", "fades"), [(0.09, True), (0.11, False), (-0.09, True), (-0.11, False)])
def test_a_pair_co_regulates_where_coupling_is_weaker_than_damping_either_way(velocity: float, fades: bool):
    assert simulate_co_regulation(CoRegulation(velocity_coupling=velocity)).amplifies != fades


def test_in_step_is_not_soothing():  # quiz 3 of 8.D
    calmer, louder = (simulate_co_regulation(CoRegulation(velocity_coupling=each)) for each in (0.05, 0.12))
    for run in (calmer, louder):
        assert run.in_step > 0.99
        assert run.locking > 0.99
    assert np.abs(calmer.arousal[-1]).max() < 0.05
    assert np.abs(louder.arousal[-1]).max() > 1
    turned = simulate_co_regulation(CoRegulation(velocity_coupling=-0.05))
    assert turned.in_step < -0.99
    assert turned.locking > 0.99
    assert turned.growth == pytest.approx(calmer.growth)


def test_a_start_in_step_sets_going_only_what_is_in_step():
    p = CoRegulation(velocity_coupling=-0.05, start="same")
    run = simulate_co_regulation(p)
    assert run.growth_here == pytest.approx(-0.075)
    assert run.growth == pytest.approx(-0.025)
    assert growth_alone(p) == pytest.approx(-0.05)
    size = np.hypot(run.arousal[:, 0], run.rate[:, 0] / (math.tau / 20))
    assert np.log(size[-1] / size[80]) / (run.seconds[-1] - run.seconds[80]) == pytest.approx(-0.075, abs=2e-3)
    assert simulate_co_regulation(p.replace(start="one")).growth_here == pytest.approx(-0.025)
    assert simulate_co_regulation(p.replace(start="opposite")).growth_here == pytest.approx(-0.025)


def test_levels_alone_pass_arousal_to_and_fro_and_fade_as_one_alone():
    p = CoRegulation(velocity_coupling=0, level_coupling=0.02, damping=0.02)
    run = simulate_co_regulation(p)
    assert run.growth == pytest.approx(growth_alone(p))
    later = np.abs(run.arousal[60:120]).max(axis=0)
    assert later[1] > later[0]


def test_a_pull_stronger_than_the_swing_runs_away_without_swinging():
    p = CoRegulation(period=120, level_coupling=0.05)
    run = simulate_co_regulation(p)
    assert run.amplifies
    assert run.eigenvalues[0].imag == 0


def test_what_is_overdamped_fades_without_swinging():
    p = CoRegulation(velocity_coupling=0, damping=1, period=60)
    w = math.tau / 60
    assert growth_alone(p) == pytest.approx(-0.5 + math.sqrt(0.25 - w**2))
    assert half_life(growth_alone(p)) == pytest.approx(math.log(2) / (0.5 - math.sqrt(0.25 - w**2)))


def test_half_lives():
    assert half_life(-0.05) == pytest.approx(13.863, abs=1e-3)
    assert half_life(0) is None
    assert half_life(0.1) is None


@quick
@given(people_who_swing)
def test_any_run_is_finite_and_a_table(p: CoRegulation):
    run = simulate_co_regulation(p)
    assert np.isfinite(run.arousal).all()
    assert -1 - 1e-9 <= run.in_step <= 1 + 1e-9
    assert 0 <= run.locking <= 1
    assert run.growth_here <= run.growth + 1e-9
    assert np.abs(run.arousal[0]).max() == pytest.approx(1)
    frame = run.to_frame()
    assert frame["seconds"].iloc[-1] == SECONDS
    assert frame.shape[1] == 1 + graph(p).number_of_nodes()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"period": 4}, "period must be between 5 and 120, got 4"),
        ({"velocity_coupling": 0.3}, r"velocity_coupling must be between −0\.2 and 0\.2, got 0\.3"),
        ({"group": "crowd"}, "group must be one of 'pair'.*got 'crowd'"),
        ({"people": 2}, "people must be a whole number between 3 and 8, got 2"),
        ({"start": "none"}, "start must be one of 'one', 'same', 'opposite', got 'none'"),
    ],
)
def test_bad_input_is_named_with_what_is_allowed(values, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}"):
        CoRegulation(**values)
