"""Love dynamics: against closed forms, sympy, an integrator and the spectra of networkx."""

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
    FATES,
    LOVE_CONSTELLATIONS,
    MONTHS,
    MONTHS_PER_SAMPLE,
    RETURNS,
    Love,
    answered_slope,
    couple_eigenvalues,
    fate,
    love_matrix,
    pairing_rate,
    propagate_couples,
    returned,
    simulate_love,
    together_rate,
)

quick = settings(max_examples=40)
loves = st.builds(
    Love,
    people=st.integers(2, 6),
    constellation=st.sampled_from(list(LOVE_CONSTELLATIONS)),
    forgetting=st.floats(0, 3),
    return_rate=st.floats(-1.5, 1.5),
    pull=st.floats(-2, 2),
    cross_tie=st.floats(-0.3, 0.5),
    return_shape=st.sampled_from(list(RETURNS)),
    scale=st.floats(0.5, 5),
    first_return=st.floats(-2, 2),
    first_shape=st.sampled_from(["same", *RETURNS]),
    head_start=st.floats(0, 2),
)


def graph(p: Love) -> nx.Graph:
    if p.people == 2:
        return nx.path_graph(2)
    match p.constellation:
        case "star":
            return nx.star_graph(p.people - 1)
        case "ring":
            return nx.cycle_graph(p.people)
    return nx.complete_graph(p.people)


def answer(shape: str, rate: float, scale: float, z: float) -> float:
    """R(z) as the dossier writes it."""
    if shape == "linear":
        return rate * z
    if shape == "bounded":
        return math.copysign(rate * scale * (1 - math.exp(-abs(z) / scale)), z * rate)
    return rate * z * math.exp(-((z / scale) ** 2))


def slope(p: Love):
    """The equations as printed, feeling by feeling, over the ties of a networkx graph."""
    ties = [(int(i), int(j)) for i in graph(p) for j in sorted(graph(p)[i])]
    place = {tie: at for at, tie in enumerate(ties)}

    def change(_: float, x: np.ndarray) -> list[float]:
        found = []
        for i, j in ties:
            rate = p.return_rate + (p.first_return if i == 0 else 0)
            shape = p.first_shape if i == 0 and p.first_shape != "same" else p.return_shape
            others = sum(x[place[i, k]] for k in graph(p)[i] if k != j)
            found.append(-p.forgetting * x[place[i, j]] + answer(shape, rate, p.scale, x[place[j, i]]) + p.pull)
            found[-1] -= p.cross_tie * others
        return found

    return ties, change


def integrated(p: Love, times: np.ndarray) -> np.ndarray:
    ties, change = slope(p)
    start = [p.head_start if tie == (0, 1) else 0.0 for tie in ties]
    return solve_ivp(change, (0, times[-1]), start, t_eval=times, rtol=1e-9, atol=1e-9, method="LSODA").y.T


# Two people


@pytest.mark.parametrize(
    ("first", "second", "rest", "rates"),
    [
        (0.5, 0.5, (2, 2), (-0.5, -1.5)),  # 8-T6
        (0.9, 0.4, (2.96875, 2.1875), (-0.4, -1.6)),  # 8-T6
        (1.2, 1.0, None, (0.0954, -2.0954)),  # 8-T6: more is answered than fades
        (0.8, 0.2, (1.8 / 0.84, 1.2 / 0.84), (-0.6, -1.4)),
        (-0.5, -0.5, (2 / 3, 2 / 3), (-0.5, -1.5)),
    ],
)
def test_a_couple_with_straight_returns(first: float, second: float, rest: tuple[float, float], rates: list[float]):
    run = simulate_love(Love(return_rate=second, first_return=first - second))
    np.testing.assert_allclose(run.eigenvalues.real, rates, atol=1e-4)
    np.testing.assert_allclose(run.eigenvalues.imag, 0, atol=1e-9)
    if rest is None:
        assert run.fate == "away"
    else:
        np.testing.assert_allclose(run.steady, rest, atol=1e-9)
        np.testing.assert_allclose(run.feeling[-1], rest, atol=1e-3)
        assert run.fate == "settles"


def test_the_same_couple_in_sympy():  # 8-T6
    alpha, one, two, pull = sympy.symbols("alpha one two pull", positive=True)
    matrix = sympy.Matrix([[-alpha, one], [two, -alpha]])
    rest = sympy.simplify(-matrix.inv() * sympy.Matrix([pull, pull]))
    for values in ((1, 0.9, 0.4, 1), (1.5, 0.3, 0.7, 0.6)):
        named = dict(zip((alpha, one, two, pull), values, strict=True))
        p = Love(forgetting=values[0], return_rate=values[2], first_return=values[1] - values[2], pull=values[3])
        np.testing.assert_allclose(simulate_love(p).steady, [float(each.subs(named)) for each in rest])
        exact = sorted((float(each.subs(named)) for each in matrix.eigenvals()), reverse=True)
        np.testing.assert_allclose(simulate_love(p).eigenvalues.real, exact)


@pytest.mark.parametrize(("a", "b"), [(1.0, 1.0), (0.5, 1.2)])
def test_romeo_and_juliet_go_round_for_ever(a: float, b: float):  # 8-T7: R' = aJ, J' = −bR
    p = Love(forgetting=0, return_rate=-b, first_return=a + b, pull=0, head_start=1)
    run = simulate_love(p)
    assert run.fate == "circles"
    period = math.tau / math.sqrt(a * b)
    np.testing.assert_allclose(np.abs(run.eigenvalues.imag), math.tau / period)
    np.testing.assert_allclose(run.eigenvalues.real, 0, atol=1e-12)
    stretched = run.feeling * [math.sqrt(b), math.sqrt(a)]
    np.testing.assert_allclose((stretched**2).sum(axis=1), b, rtol=1e-9)
    fine = integrated(p, np.linspace(0, 5 * period, 20_001)[:-1])
    assert ((fine > 0).all(axis=1)).mean() == pytest.approx(0.25, abs=1e-3)


@pytest.mark.parametrize(("a", "b"), [(-1.0, 0.6), (-0.5, 0.9), (-0.3, 0.2)])
def test_cautious_lovers(a: float, b: float):  # 8-T8: R' = aR + bJ, J' = bR + aJ
    run = simulate_love(Love(forgetting=-a, return_rate=b, pull=0, head_start=1))
    np.testing.assert_allclose(run.eigenvalues.real, [a + b, a - b])
    assert run.fate == ("settles" if abs(a) > b else "away")
    together, apart = np.exp((a + b) * run.months), np.exp((a - b) * run.months)
    np.testing.assert_allclose(run.feeling[:, 0], (together + apart) / 2, rtol=1e-9)
    np.testing.assert_allclose(run.feeling[:, 1], (together - apart) / 2, rtol=1e-6, atol=1e-12)


def test_answering_against_it_swings():
    run = simulate_love(Love(return_rate=-0.5, first_return=2.0))
    np.testing.assert_allclose(run.eigenvalues, [-1 + math.sqrt(0.75) * 1j, -1 - math.sqrt(0.75) * 1j])
    assert run.fate == "swings"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([-0.5, -1.5], "settles"),
        ([-0.5, -0.6 + 0.2j, -0.6 - 0.2j], "swings"),
        ([-0.5 + 1e-8j, -0.5 - 1e-8j], "settles"),
        ([0, -1], "still"),
        ([0.3j, -0.3j], "circles"),
        ([0.1, -0.1 + 2j], "away"),
        ([0.1 + 1j, 0.1 - 1j, 0.05], "away swinging"),
    ],
)
def test_eigenvalues_in_words(values: list[complex], said: str):
    assert fate(values) == said
    assert said in FATES


def test_one_who_hardly_returns_does_not_make_rounding_swing():
    assert simulate_love(Love(return_rate=0.5, first_return=-0.5)).fate == "settles"
    assert simulate_love(Love(return_rate=0.0, first_return=0.0)).fate == "settles"


# More than two


@pytest.mark.parametrize(("cross_tie", "rate"), [(0.1, 0.7), (-0.2, 0.7), (0.4, 0.3), (0.25, 0.9)])
def test_a_triad(cross_tie: float, rate: float):  # 8-T9, n = 3
    p = Love(people=3, return_rate=rate, cross_tie=cross_tie)
    values = np.sort(simulate_love(p).eigenvalues.real)
    root = math.sqrt(rate**2 + rate * cross_tie + cross_tie**2)
    for each in (-1 + root, -1 - root, together_rate(1, rate, cross_tie, 3)):
        assert np.abs(values - each).min() < 1e-9
    if (cross_tie, rate) == (0.1, 0.7):
        np.testing.assert_allclose((-1 + root, -1 - root), (-0.2450, -1.7550), atol=5e-5)


@pytest.mark.parametrize(
    ("people", "cross_tie", "largest"), [(4, -0.2, 0.1), (5, -0.2, 0.3), (5, 0.35, 0.05), (6, 0.2, -0.1)]
)
def test_four_and_more(people: int, cross_tie: float, largest: float):  # 8-T9, n ≥ 4
    p = Love(people=people, return_rate=0.7, cross_tie=cross_tie)
    run = simulate_love(p)
    rates = together_rate(1, 0.7, cross_tie, people), pairing_rate(1, 0.7, cross_tie, people)
    for each in rates:
        assert np.abs(run.eigenvalues.real - each).min() < 1e-9
    assert run.eigenvalues[0].real == pytest.approx(largest)
    assert max(rates) == pytest.approx(largest)
    assert (run.fate == "away") == (largest > 0)


@pytest.mark.parametrize("people", [4, 5, 6])
def test_a_pattern_whose_rows_sum_to_zero_grows_at_the_pairing_rate(people: int):  # 8-T9, derived
    p = Love(people=people, return_rate=0.6, cross_tie=0.3)
    run = simulate_love(p)
    pattern = np.zeros((people, people))
    one = [0, 1, 2, 3]
    for at in range(4):  # round a ring of four: more, less, more, less
        i, j = one[at], one[(at + 1) % 4]
        pattern[i, j] = pattern[j, i] = (-1) ** at
    x = np.array([pattern[i, j] for i, j in run.ties])
    np.testing.assert_allclose(love_matrix(p) @ x, pairing_rate(1, 0.6, 0.3, people) * x, atol=1e-12)
    same = np.ones(len(run.ties))
    np.testing.assert_allclose(love_matrix(p) @ same, together_rate(1, 0.6, 0.3, people) * same, atol=1e-12)


def test_when_everyone_equally_loses_to_pairing_off():  # exercise 2 of 8.D: n = 5, α = 1, β = .7
    assert pairing_rate(1, 0.7, 0.31, 5) > 0 > together_rate(1, 0.7, 0.31, 5)
    assert pairing_rate(1, 0.7, 0.29, 5) < 0
    assert together_rate(1, 0.7, 0.31, 5) == pytest.approx(-0.3 - 3 * 0.31)


def test_pairing_off_with_bounds_ends_in_two_pairs():
    p = Love(people=4, return_rate=1.0, cross_tie=0.5, pull=0.3, return_shape="bounded", scale=2.0)
    run = simulate_love(p)
    warm = {(int(i), int(j)) for (i, j), value in zip(run.ties, run.feeling[-1], strict=True) if value > 0}
    assert warm == {(0, 1), (1, 0), (2, 3), (3, 2)}
    assert run.fate == "settles"


# Against an integrator


@pytest.mark.parametrize(
    "p",
    [
        Love(),
        Love(people=3, cross_tie=-0.2, pull=0.4, head_start=1),
        Love(people=6, return_rate=0.3, cross_tie=0.3, first_return=-1.2),
        Love(people=5, constellation="star", cross_tie=0.4, return_rate=-0.8, first_return=1.5),
        Love(people=4, constellation="ring", forgetting=0.2, return_rate=0.1, pull=-1),
        Love(forgetting=0, return_rate=-1, first_return=2, pull=0.3),
    ],
)
def test_straight_returns_follow_the_printed_equations_exactly(p: Love):
    run = simulate_love(p)
    np.testing.assert_allclose(run.feeling, integrated(p, run.months), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "p",
    [
        Love(return_shape="bounded", return_rate=1.2),
        Love(return_shape="retreat", return_rate=0.9, scale=1.5),
        Love(return_shape="bounded", first_shape="retreat", return_rate=0.9, first_return=0.6),
        Love(people=4, return_shape="bounded", return_rate=1, cross_tie=0.5, pull=0.3, scale=2),
        Love(people=3, constellation="star", return_shape="retreat", return_rate=-0.7, cross_tie=0.2),
        Love(people=6, return_shape="linear", first_shape="bounded", return_rate=0.4, cross_tie=0.1),
    ],
)
def test_other_returns_follow_the_printed_equations_closely(p: Love):
    run = simulate_love(p)
    np.testing.assert_allclose(run.feeling, integrated(p, run.months), rtol=2e-3, atol=2e-3)


def test_steps_of_half_the_length_hardly_change_a_bounded_run():
    p = Love(return_shape="bounded", return_rate=1.2, scale=2)
    fine = integrated(p, np.arange(0, MONTHS + 1e-9, MONTHS_PER_SAMPLE))
    assert np.abs(simulate_love(p).feeling - fine).max() < 5e-4


@settings(max_examples=25)
@given(loves)
def test_the_rates_at_the_steady_state_are_zero_and_the_jacobian_is_that_of_differences(p: Love):
    run = simulate_love(p)
    assert np.isfinite(run.feeling).all()
    if not np.isfinite(run.steady).all() or np.abs(run.steady).max() > 1e3:
        return
    _, change = slope(p)
    np.testing.assert_allclose(change(0, run.steady), 0, atol=1e-6)
    h = 1e-6
    if "bounded" in (p.return_shape, p.first_shape) and np.abs(run.steady).min() < 1e-4:
        return  # the answer has a kink in its slope at zero, which differences straddle
    columns = [
        (np.array(change(0, run.steady + h * unit)) - change(0, run.steady - h * unit)) / (2 * h)
        for unit in np.eye(len(run.steady))
    ]
    spectrum = np.linalg.eigvals(np.array(columns).T)
    assert run.eigenvalues.real.max() == pytest.approx(spectrum.real.max(), abs=1e-3)
    assert run.eigenvalues.sum().real == pytest.approx(spectrum.sum().real, abs=1e-3)


@quick
@given(loves)
def test_any_constellation_repeats_and_is_a_table(p: Love):
    run = simulate_love(p)
    np.testing.assert_array_equal(run.feeling, simulate_love(p).feeling)
    assert run.feeling.shape == (round(MONTHS / MONTHS_PER_SAMPLE) + 1, 2 * graph(p).number_of_edges())
    frame = run.to_frame()
    assert frame.columns[1] == "1_for_2"
    np.testing.assert_array_equal(frame.iloc[:, 1:], run.feeling)
    assert run.fate in FATES
    assert (np.diff(run.eigenvalues.real) <= 1e-8).all()


@quick
@given(st.sampled_from(list(RETURNS)), st.floats(-1.5, 1.5), st.floats(0.5, 5), st.floats(-4, 4))
def test_returns_are_those_that_are_printed(shape: str, rate: float, scale: float, z: float):
    assert returned(shape, rate, scale, z) == pytest.approx(answer(shape, rate, scale, z), abs=1e-12)
    if abs(z) > 1e-3:
        difference = (answer(shape, rate, scale, z + 1e-6) - answer(shape, rate, scale, z - 1e-6)) / 2e-6
        assert answered_slope(shape, rate, scale, z) == pytest.approx(difference, abs=1e-5)


def test_a_bounded_return_stays_below_its_bound_and_a_retreat_turns_at_its_scale():
    z = np.linspace(0, 50, 2001)
    assert returned("bounded", 0.9, 2, z).max() < 1.8 + 1e-12
    assert z[returned("retreat", 0.9, 2, z).argmax()] == pytest.approx(2 / math.sqrt(2), abs=0.03)


# Many couples


def test_many_couples_at_once_are_as_many_runs_of_the_packaged_model():
    generator = np.random.default_rng(3)
    beta_i, beta_j = generator.uniform(-1.5, 1.5, (2, 30))
    alpha = generator.uniform(0, 3, 30)
    months = np.arange(0, MONTHS + 1e-9, MONTHS_PER_SAMPLE)
    found = propagate_couples(alpha, beta_i, beta_j, 0.7, months)
    for couple in range(30):
        difference = beta_i[couple] - beta_j[couple]
        if abs(difference) > 2:
            continue
        p = Love(forgetting=alpha[couple], return_rate=beta_j[couple], first_return=difference, pull=0.7, head_start=0)
        run = simulate_love(p)
        np.testing.assert_allclose(found[:, :, couple].T, run.feeling, rtol=1e-7, atol=1e-9)
        ours = couple_eigenvalues(alpha[couple], beta_i[couple], beta_j[couple])
        np.testing.assert_allclose(np.sort_complex(ours), np.sort_complex(run.eigenvalues), atol=1e-7)


@pytest.mark.parametrize("step", [0.01, 0.25, 1.0])
def test_a_couple_from_nothing_follows_an_integrator(step: float):
    months = np.arange(0, 12 + 1e-9, step)
    found = propagate_couples(1.0, 0.9, -0.8, 1.0, months)[:, :, 0]
    solved = solve_ivp(
        lambda _, x: [-x[0] + 0.9 * x[1] + 1, -x[1] - 0.8 * x[0] + 1],
        (0, 12.5),
        [0, 0],
        t_eval=months,
        rtol=1e-10,
        atol=1e-12,
    )
    np.testing.assert_allclose(found, solved.y, atol=1e-8)


def test_couples_that_answer_alike_or_not_at_all_are_no_special_case():
    found = propagate_couples([1.0, 0.0], [0.0, 0.0], [0.0, 0.0], 1.0, [0, 1, 2])
    np.testing.assert_allclose(found[0, :, 0], 1 - np.exp(-np.array([0, 1, 2])), atol=1e-12)
    np.testing.assert_allclose(found[0, :, 1], [0, 1, 2], atol=1e-12)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: Love(people=7), "people must be a whole number between 2 and 6, got 7"),
        (lambda: Love(forgetting=-0.1), r"forgetting must be between 0 and 3, got -0\.1"),
        (
            lambda: Love(return_shape="secure"),
            "return_shape must be one of 'linear', 'bounded', 'retreat', got 'secure'",
        ),
        (lambda: returned("secure", 1, 1, 0), "shape must be one of 'linear', 'bounded', 'retreat', got 'secure'"),
        (lambda: answered_slope("none", 1, 1, 0), "shape must be one of"),
        (lambda: returned("bounded", 1, 0, 0), "scale must be above 0, got 0"),
        (lambda: answered_slope("retreat", 1, -1, 0), "scale must be above 0, got -1"),
        (lambda: fate([]), "eigenvalues must hold at least one value, got none"),
        (lambda: together_rate(1, 1, 0, 1), "people must be a whole number of at least 2, got 1"),
        (lambda: pairing_rate(1, 1, 0, 3), "people must be a whole number of at least 4, got 3"),
        (lambda: propagate_couples(1, 1, 1, 1, [0]), "months must be at least two evenly spaced times from 0 upwards"),
        (lambda: propagate_couples(1, 1, 1, 1, [1, 2]), "months must be at least two"),
        (lambda: propagate_couples(1, 1, 1, 1, [0, 1, 3]), "months must be at least two"),
        (lambda: propagate_couples(1, 1, 1, 1, [0, -1]), "months must be at least two"),
    ],
)
def test_bad_input_is_named_with_what_is_allowed(call, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}"):
        call()


def test_feelings_that_run_away_are_told_and_not_refused():
    p = Love(
        people=6,
        constellation="everyone",
        forgetting=0,
        cross_tie=-0.3,
        pull=1,
        head_start=2,
        return_shape="retreat",
        return_rate=1.5,
        first_shape="linear",
        first_return=2,
    )
    run = simulate_love(p)
    assert np.abs(run.feeling[-1]).max() > 1e12
    assert np.isnan(run.steady).all()
    assert np.isfinite(run.eigenvalues).all()
