"""The exact chain: against printed and closed forms, sympy, eigenvectors, and matches played one move at a time."""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy.models.communication_repair import (
    LABELS,
    PAYOFFS,
    STRATEGIES,
    SWAPPED,
    Strategy,
    expected,
    expected_by_round,
    expected_for_all,
    expected_pairs,
    four_by_four,
    generous,
    generous_reaching_out,
    is_dilemma,
    left_after,
    memory_one,
    optimal_generosity,
    pavlov_reaching_out,
    payoffs_with,
    stationary,
    strategy,
)

quick = settings(max_examples=40)
names = st.sampled_from(list(STRATEGIES))
errors = st.floats(0, 0.5)
GENEROUS, PAVLOV, TIT_FOR_TAT, ALWAYS = (1, 1 / 3, 1, 1 / 3), (1, 0, 0, 1), (1, 0, 1, 0), (1, 1, 1, 1)


def with_itself(name: str, **noise: float) -> float:
    """Return how often two of a kind reach out in the long run."""
    return float(expected(STRATEGIES[name], STRATEGIES[name], **noise).reaching_out[0])


# Published and closed forms


def test_the_optimal_generosity_of_the_usual_payoffs_is_a_third() -> None:  # 8-T13
    assert optimal_generosity() == pytest.approx(1 / 3, rel=1e-15)
    assert STRATEGIES["generous"].reach_out == (1, 1 / 3)


@pytest.mark.parametrize(
    ("payoffs", "expected_generosity"),
    [((3, 0, 4, 1), 2 / 3), ((3, 0, 3.5, 1), 0.8), ((4, 1, 5, 2), 2 / 3), ((3, 0, 5, 2), 1 / 3), ((3, 0, 5, 2.5), 0.2)],
)
def test_the_optimal_generosity_of_other_payoffs(payoffs: tuple[float, ...], expected_generosity: float) -> None:
    assert optimal_generosity(payoffs) == pytest.approx(expected_generosity)


def test_there_is_no_generosity_below_none() -> None:
    assert optimal_generosity(payoffs_with(8)) == 0


@pytest.mark.parametrize(
    ("name", "shares"),
    [
        ("tit_for_tat", (0.5, 0.5, 0.5)),
        ("generous", (0.9712, 0.8750, 0.7857)),
        ("pavlov", (0.9706, 0.8645, 0.7560)),
        ("always_reaches_out", (0.99, 0.95, 0.90)),
    ],
)
def test_how_often_two_of_a_kind_reach_out_when_hands_slip(name: str, shares: tuple[float, ...]) -> None:  # 8-T14
    for slip, share in zip((0.01, 0.05, 0.1), shares, strict=True):
        assert with_itself(name, slip=slip) == pytest.approx(share, abs=1e-4)


@pytest.mark.parametrize("slip", [0.002, 0.01, 0.07, 0.2, 0.4])
def test_four_probabilities_give_the_same_as_the_smallest_machine(slip: float) -> None:
    for name, four in (("generous", GENEROUS), ("pavlov", PAVLOV), ("tit_for_tat", TIT_FOR_TAT)):
        settled = stationary(four_by_four(four, four, slip))
        for machine in (STRATEGIES[name], memory_one(*four)):
            np.testing.assert_allclose(expected(machine, machine, slip=slip).outcomes, settled, atol=1e-10)


def test_the_snippet_of_the_dossier() -> None:
    settled = stationary(four_by_four(GENEROUS, GENEROUS, 0.05))
    assert settled[:2].sum() == pytest.approx(0.8750, abs=5e-5)
    assert settled @ PAYOFFS == pytest.approx(2.8594, abs=5e-5)


def test_the_points_of_two_who_answer_in_kind_are_the_mean_of_all_four_payoffs() -> None:  # 8-T17
    for noise in ({"slip": 0.001}, {"slip": 0.3}, {"mishearing": 0.02}, {"slip": 0.05, "mishearing": 0.1}):
        for payoffs in (PAYOFFS, payoffs_with(4), (4, 1, 7, 2)):
            points = expected(STRATEGIES["tit_for_tat"], STRATEGIES["tit_for_tat"], **noise).payoff(payoffs)
            assert points == pytest.approx(np.mean(payoffs), abs=1e-9)
    assert expected(generous(), generous(), slip=0.01).payoff()[0] == pytest.approx(2.970, abs=5e-4)


@pytest.mark.parametrize(("generosity", "points"), [(0, 1.02), (0.1, 0.922), (1 / 3, 0.693), (0.5, 0.530), (1, 0.040)])
def test_generosity_has_a_price(generosity: float, points: float) -> None:  # 8-T18
    met = expected(generous(generosity), STRATEGIES["always_holds_back"], slip=0.01)
    assert met.payoff()[0] == pytest.approx(points, abs=5e-4)


@given(generosity=st.floats(0, 1), slip=st.floats(0.01, 0.5), temptation=st.floats(3, 8))
@quick
def test_the_price_in_closed_form(generosity: float, slip: float, temptation: float) -> None:
    """What it hears is held back but for slips, so it reaches out with a = (1 − 2ε)(ε + g(1 − ε)) + ε."""
    payoffs = payoffs_with(temptation)
    reaching = (1 - 2 * slip) * (slip + generosity * (1 - slip)) + slip
    worth = (1 - slip) * (reaching * payoffs[1] + (1 - reaching) * payoffs[3])
    worth += slip * (reaching * payoffs[0] + (1 - reaching) * payoffs[2])
    met = expected(generous(generosity), STRATEGIES["always_holds_back"], slip=slip)
    assert met.payoff(payoffs)[0] == pytest.approx(worth, abs=1e-9)


def symbolic_share(machine: Strategy, chances: list[Any], slip: Any, mishearing: Any) -> Any:
    """Solve the chain of two of a kind with symbols, written out state by state; return how often the first reaches."""
    size = machine.states
    chain = sp.zeros(size**2)
    for s, t, a, b, p, q in itertools.product(range(size), range(size), *[range(2)] * 4):
        move = [(1 - 2 * slip) * chances[state] + slip for state in (s, t)]
        weight = (1 - move[0] if a else move[0]) * (1 - move[1] if b else move[1])
        weight *= (mishearing if p else 1 - mishearing) * (mishearing if q else 1 - mishearing)
        after = machine.next_state[s][a][b ^ p] * size + machine.next_state[t][b][a ^ q]
        chain[s * size + t, after] += weight
    held = sp.symbols(f"v0:{size**2}")
    row = sp.Matrix([held])
    solved = sp.solve([*(row * chain - row), sum(held) - 1], held, dict=True)[0]
    share = sum(((1 - 2 * slip) * chances[i // size] + slip) * solved[held[i]] for i in range(size**2))
    return sp.simplify(share)


def test_closed_forms_of_the_generous_by_sympy() -> None:  # 8-T15
    e, m, g = sp.symbols("e m g", positive=True)
    by_slips = symbolic_share(generous(), [sp.Integer(1), g], e, 0)
    assert sp.simplify(by_slips - (g + e - 2 * e * g) / (g + 2 * e - 2 * e * g)) == 0
    assert sp.simplify(sp.series(by_slips, e, 0, 2).removeO() - (1 - e / g)) == 0
    by_ears = symbolic_share(generous(), [sp.Integer(1), g], 0, m)
    assert sp.simplify(by_ears - (g + m - g * m) / (g + 2 * m - 2 * g * m)) == 0
    whole = symbolic_share(generous(), [sp.Integer(1), g], e, m)
    carried = (1 - 2 * e) * (1 - g)
    assert sp.simplify(whole - (1 - (e + carried * m) / (1 - carried * (1 - 2 * m)))) == 0


def test_closed_forms_of_win_stay_lose_shift_by_sympy() -> None:  # 8-T15
    e = sp.symbols("e", positive=True)
    closed = (1 - e) * (1 - 2 * e + 4 * e**2)
    assert sp.expand(closed) == 1 - 3 * e + 6 * e**2 - 4 * e**3
    chances = [sp.Integer(1), sp.Integer(0)]
    for noise in ((e, 0), (0, e)):
        assert sp.simplify(symbolic_share(STRATEGIES["pavlov"], chances, *noise) - closed) == 0


@given(generosity=st.floats(0.01, 1), slip=st.floats(0, 0.3), mishearing=st.floats(0.001, 0.3))
@quick
def test_the_closed_forms_are_those_of_the_chain(generosity: float, slip: float, mishearing: float) -> None:
    noise = {"slip": slip, "mishearing": mishearing}
    machine = generous(generosity)
    share = expected(machine, machine, **noise).reaching_out
    assert share == pytest.approx(generous_reaching_out(generosity, **noise), abs=1e-9)
    assert with_itself("pavlov", mishearing=mishearing) == pytest.approx(pavlov_reaching_out(mishearing), abs=1e-9)


def test_talk_helps_only_a_rule_that_can_forgive() -> None:
    """Exercise 3 of the dossier: half of the slips undone."""
    slip = left_after(0.1, 0.5)
    assert slip == pytest.approx(0.05)
    assert with_itself("generous", slip=slip) == pytest.approx(0.875)
    assert with_itself("generous", slip=0.1) == pytest.approx(0.7857, abs=5e-5)
    for each in (slip, 0.1, 0.001):
        assert with_itself("tit_for_tat", slip=each) == pytest.approx(0.5)


def test_making_up_for_it_mends_slips_and_not_mishearings() -> None:
    assert with_itself("contrite", slip=0.01) > 0.95
    assert with_itself("contrite", mishearing=0.01) == pytest.approx(0.5)


# Independent ways to the same numbers


def by_eigenvector(first: Strategy, second: Strategy, slip: float, mishearing: float) -> np.ndarray:
    """Return the long-run outcomes from a chain written out move by move and ear by ear, by its eigenvector."""
    size = (first.states, second.states)
    everything = list(itertools.product(range(size[0]), range(size[1])))
    chain = np.zeros((len(everything), len(everything)))
    outcomes = np.zeros((len(everything), 4))
    for (row, (s, t)), a, b, p, q in itertools.product(enumerate(everything), *[(0, 1)] * 4):
        chance = [(1 - slip) * each + slip * (1 - each) for each in (first.reach_out[s], second.reach_out[t])]
        moves = (1 - chance[0] if a else chance[0]) * (1 - chance[1] if b else chance[1])
        weight = moves * (mishearing if p else 1 - mishearing) * (mishearing if q else 1 - mishearing)
        after = (first.next_state[s][a][b ^ p], second.next_state[t][b][a ^ q])
        chain[row, everything.index(after)] += weight
        outcomes[row, 2 * a + b] += weight
    values, vectors = np.linalg.eig(chain.T)
    settled = np.real(vectors[:, np.argmin(np.abs(values - 1))])
    return settled / settled.sum() @ outcomes


@pytest.mark.parametrize(("slip", "mishearing"), [(0.05, 0), (0.02, 0.07), (0.3, 0.3)])
def test_the_long_run_is_the_eigenvector_of_a_chain_written_out_state_by_state(slip: float, mishearing: float) -> None:
    machines = list(STRATEGIES.values())
    table = expected_for_all(machines, slip=slip, mishearing=mishearing).outcomes
    for (i, first), (j, second) in itertools.product(enumerate(machines), repeat=2):
        if "grudger" not in (first.name, second.name):  # it settles in more than one way where nobody holds back
            np.testing.assert_allclose(table[i, j], by_eigenvector(first, second, slip, mishearing), atol=1e-9)


@pytest.mark.parametrize(
    ("first", "second"), [("tit_for_tat", "generous"), ("contrite", "pavlov"), ("grudger", "firm_but_fair")]
)
def test_matches_played_one_move_at_a_time_have_the_exact_mean(first: str, second: str) -> None:
    """With mishearing the two disagree on what happened: here each keeps a history of their own, in words."""
    slip, mishearing, rounds, matches = 0.04, 0.08, 30, 3000
    generator = random.Random(5)
    counts = np.zeros((matches, 4))
    for match in range(matches):
        machines, states = (STRATEGIES[first], STRATEGIES[second]), [0, 0]
        for _ in range(rounds):
            wish = [generator.random() < each.reach_out[at] for each, at in zip(machines, states, strict=True)]
            reach = [each != (generator.random() < slip) for each in wish]
            heard = [reach[1] != (generator.random() < mishearing), reach[0] != (generator.random() < mishearing)]
            counts[match, 2 * (not reach[0]) + (not reach[1])] += 1 / rounds
            states = [machines[k].next_state[states[k]][not reach[k]][not heard[k]] for k in (0, 1)]
    mean = expected(*machines, slip=slip, mishearing=mishearing, rounds=rounds).outcomes
    error = counts.std(axis=0) / math.sqrt(matches)
    assert (np.abs(counts.mean(axis=0) - mean) < 4 * error).all()


@given(first=names, second=names, slip=errors, mishearing=errors, rounds=st.integers(1, 70))
@quick
def test_powers_and_single_rounds_agree(first: str, second: str, slip: float, mishearing: float, rounds: int) -> None:
    pair = STRATEGIES[first], STRATEGIES[second]
    noise = {"slip": slip, "mishearing": mishearing}
    by_round, _ = expected_by_round(*pair, **noise, rounds=rounds)
    mean = expected(*pair, **noise, rounds=rounds).outcomes
    np.testing.assert_allclose(by_round.outcomes.mean(axis=0), mean, atol=1e-12)
    np.testing.assert_allclose(mean.sum(), 1, atol=1e-12)
    assert (mean >= -1e-15).all()
    table = expected_for_all(list(STRATEGIES.values()), **noise, rounds=rounds).outcomes
    row, column = list(STRATEGIES).index(first), list(STRATEGIES).index(second)
    np.testing.assert_allclose(table[row, column], mean, atol=1e-12)
    np.testing.assert_allclose(table[column, row], mean[SWAPPED], atol=1e-12)


@given(first=names, second=names, slip=st.floats(0.01, 0.5), mishearing=errors)
@quick
def test_the_long_run_is_what_many_rounds_come_to(first: str, second: str, slip: float, mishearing: float) -> None:
    pair = STRATEGIES[first], STRATEGIES[second]
    noise = {"slip": slip, "mishearing": mishearing}
    endless, long = (expected(*pair, **noise, rounds=rounds).outcomes for rounds in (None, 2_000_000))
    np.testing.assert_allclose(endless, long, atol=1e-3)


@given(four=st.tuples(*[st.floats(0, 1)] * 8), slip=st.floats(0.01, 0.5))
@quick
def test_any_two_who_remember_one_round(four: tuple[float, ...], slip: float) -> None:
    first, second = four[:4], four[4:]
    settled = stationary(four_by_four(first, second, slip))
    ours = expected(memory_one(*first), memory_one(*second), slip=slip)
    np.testing.assert_allclose(ours.outcomes, settled, atol=1e-8)
    assert ours.payoff() == pytest.approx([settled @ PAYOFFS, settled[SWAPPED] @ PAYOFFS])


def test_without_noise_the_long_run_depends_on_how_they_begin() -> None:
    assert with_itself("tit_for_tat") == 1
    assert with_itself("suspicious") == 0
    turns = expected(STRATEGIES["tit_for_tat"], STRATEGIES["suspicious"])
    np.testing.assert_allclose(turns.outcomes, [0, 0.5, 0.5, 0], atol=1e-12)  # a chain that never settles
    with pytest.raises(ValueError, match="settles in more than one way"):
        stationary(four_by_four(TIT_FOR_TAT, TIT_FOR_TAT))


# One planted misunderstanding


def test_one_misunderstanding_echoes_for_ever_between_two_who_answer_in_kind() -> None:
    pair = STRATEGIES["tit_for_tat"], STRATEGIES["tit_for_tat"]
    by_round, long_run = expected_by_round(*pair, rounds=30, planted=10)
    reaching = by_round.reaching_out
    assert (reaching[:10] == 1).all()
    assert reaching[10:].tolist() == [[1, 0], [0, 1]] * 10
    assert long_run.reaching_out == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize(("name", "rounds"), [("pavlov", 2), ("two_chances", 0), ("always_reaches_out", 0)])
def test_others_are_over_it_after_a_few_rounds(name: str, rounds: int) -> None:
    by_round, long_run = expected_by_round(STRATEGIES[name], STRATEGIES[name], rounds=30, planted=10)
    assert (by_round.reaching_out[10 + rounds :] == 1).all()
    assert long_run.reaching_out == pytest.approx([1, 1])


@pytest.mark.parametrize("generosity", [0.1, 1 / 3, 0.8])
def test_each_echo_among_the_generous_is_let_pass_with_the_chance_of_their_generosity(generosity: float) -> None:
    by_round, _ = expected_by_round(generous(generosity), generous(generosity), rounds=20, planted=5)
    held_back = 1 - by_round.reaching_out
    for after in range(1, 16):
        echo = (1 - generosity) ** after
        assert sorted(held_back[4 + after]) == pytest.approx([0, echo])


def test_talk_undoes_a_planted_misunderstanding_in_its_share() -> None:
    pair = STRATEGIES["tit_for_tat"], STRATEGIES["tit_for_tat"]
    whole, _ = expected_by_round(*pair, rounds=30, planted=10)
    part, long_run = expected_by_round(*pair, rounds=30, planted=10, planted_chance=0.25)
    np.testing.assert_allclose(1 - part.reaching_out, 0.25 * (1 - whole.reaching_out), atol=1e-12)
    assert long_run.reaching_out == pytest.approx([0.875, 0.875])


# Strategies


def test_there_are_twelve_with_names_of_their_own() -> None:
    assert len(STRATEGIES) == len(set(LABELS.values())) == 12
    assert len({each.description for each in STRATEGIES.values()}) == 12
    assert all(each.counterpart for each in STRATEGIES.values())


def test_generosity_is_that_of_the_generous_one_alone() -> None:
    assert strategy("generous", 0.2).reach_out == (1, 0.2)
    assert strategy("pavlov", 0.2) is STRATEGIES["pavlov"]
    assert (strategy("generous", 0).reach_out, strategy("generous", 0).next_state) == (
        STRATEGIES["tit_for_tat"].reach_out,
        STRATEGIES["tit_for_tat"].next_state,
    )


def test_which_payoffs_make_a_dilemma() -> None:
    assert [is_dilemma(payoffs_with(each)) for each in (3.5, 5, 5.5)] == [True] * 3
    assert [is_dilemma(payoffs_with(each)) for each in (3, 6, 8)] == [False] * 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: strategy("kind"), "name must be one of 'always_reaches_out', .* got 'kind'"),
        (lambda: generous(1.2), "generosity must be between 0 and 1, got 1.2"),
        (lambda: memory_one(1, 0, 2, 0), "after_other must be between 0 and 1, got 2"),
        (lambda: Strategy("x", "X", "x", (), ()), "next_state must have one entry per state .* got 0 for 0"),
        (lambda: Strategy("x", "X", "x", (1.0,), (((0, 1), (0, 0)),)), "next_state must be between 0 and 0, got 1"),
        (lambda: optimal_generosity((3, 0, 3, 1)), r"payoffs must be \(R, S, T, P\) with T > R > P > S"),
        (lambda: left_after(1.5, 0), "error must be between 0 and 1, got 1.5"),
        (lambda: left_after(0.5, -1), "repair must be between 0 and 1, got -1"),
        (lambda: expected(generous(), generous(), slip=2), "slip must be between 0 and 1, got 2"),
        (lambda: expected(generous(), generous(), mishearing=-0.1), "mishearing must be between 0 and 1"),
        (lambda: expected(generous(), generous(), slip=math.nan), "slip must be between 0 and 1, got nan"),
        (
            lambda: expected(generous(), generous(), rounds=0),
            "rounds must be a whole number of at least 1, got 0",
        ),
        (
            lambda: expected_pairs([], []),
            "first and second must be equally long and not empty, got 0 and 0",
        ),
        (
            lambda: expected_pairs([generous()], []),
            "equally long and not empty, got 1 and 0",
        ),
        (lambda: expected_for_all([]), "strategies must hold at least one strategy"),
        (
            lambda: expected_by_round(generous(), generous(), rounds=0),
            "rounds must be a whole number between 1 and 100000, got 0",
        ),
        (lambda: expected_by_round(generous(), generous(), planted=101), "planted must be between 0 and 100, got 101"),
        (
            lambda: expected_by_round(generous(), generous(), planted=1, planted_chance=2),
            "planted_chance must be between 0 and 1",
        ),
        (lambda: four_by_four((1, 0, 1), ALWAYS), "first must be four probabilities"),
        (lambda: four_by_four(ALWAYS, (1, 0, 1, 1.1)), "second must be four probabilities"),
        (lambda: stationary([[0.5, 0.4], [0.5, 0.5]]), "chain must be a square table whose rows sum to 1"),
        (lambda: stationary([[1.0, 0.0]]), "chain must be a square table"),
        (lambda: generous_reaching_out(0), "generosity, slip or mishearing must be above 0"),
        (lambda: generous_reaching_out(-1), "generosity must be between 0 and 1, got -1"),
        (lambda: pavlov_reaching_out(1.1), "error must be between 0 and 1, got 1.1"),
    ],
)
def test_what_is_refused_says_why(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
