"""Tournaments, crowds over generations, and the price of generosity."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from intimacy.models.communication_repair import (
    GENERATIONS,
    GENEROSITIES,
    PAYOFFS,
    ROUNDS,
    SEVEN,
    STRATEGIES,
    SWAPPED,
    Crowd,
    Generosity,
    Match,
    Tournament,
    expected,
    expected_for_all,
    expected_for_twelve,
    generous,
    generous_reaching_out,
    in_a_crowd,
    memory_one,
    payoffs_with,
    play_all,
    replicated,
    simulate_crowd,
    simulate_generosity,
    simulate_match,
    simulate_tournament,
    strategy,
)

quick = settings(max_examples=30)
ALL = list(STRATEGIES.values())


def crowd(kind: type[Any], **values: Any) -> Any:
    """Return a tournament or a crowd with nobody in it but those named."""
    return kind(**dict.fromkeys(STRATEGIES, 0) | values)


# All pairs at once


@pytest.mark.parametrize(
    ("slip", "mishearing", "rounds"), [(0.05, 0, 200), (0, 0.05, 200), (0.02, 0.1, 40), (0, 0, 50)]
)
def test_all_pairs_played_at_once_have_the_exact_mean(slip: float, mishearing: float, rounds: int) -> None:
    repeats = 400
    played = play_all(ALL, slip=slip, mishearing=mishearing, rounds=rounds, repeats=repeats).payoff()
    exact = expected_for_all(ALL, slip=slip, mishearing=mishearing, rounds=rounds).payoff()[..., 0]
    error = played.std(axis=-1) / np.sqrt(repeats) + 1e-9
    apart = np.abs(played.mean(axis=-1) - exact) / error
    assert apart.max() < 4.5
    if slip or mishearing:
        assert 0.6 < np.sqrt((apart**2).mean()) < 1.4  # as far as chance takes them, and no nearer


@given(slip=st.floats(0, 0.5), mishearing=st.floats(0, 0.5), repeats=st.integers(1, 5), seed=st.integers(0, 99))
@quick
def test_every_round_is_counted_once_and_from_both_sides(
    slip: float, mishearing: float, repeats: int, seed: int
) -> None:
    some = [ALL[each] for each in (2, 3, 8, 11)]
    noise = {"slip": slip, "mishearing": mishearing, "rounds": 25, "seed": seed}
    counts = play_all(some, **noise, repeats=repeats).counts
    assert counts.shape == (4, 4, repeats, 4)
    assert (counts.sum(axis=-1) == 25).all()
    for row in range(4):
        for column in range(row):
            np.testing.assert_array_equal(counts[row, column], counts[column, row][..., SWAPPED])
    np.testing.assert_array_equal(counts, play_all(some, **noise, repeats=repeats).counts)


def test_without_chance_all_at_once_is_the_match_played_alone() -> None:
    certain = [name for name, each in STRATEGIES.items() if set(each.reach_out) <= {0, 1}]
    table = play_all([STRATEGIES[name] for name in certain], rounds=50).counts[:, :, 0]
    for row, first in enumerate(certain):
        for column, second in enumerate(certain):
            run = simulate_match(Match(first=first, second=second, misheard_round=0, rounds=50))
            codes = 2 * run.moves[:, 0] + run.moves[:, 1]
            assert table[row, column].tolist() == np.bincount(codes, minlength=4).tolist()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: play_all([]), "strategies must hold at least one strategy, got none"),
        (lambda: play_all(ALL, slip=-0.1), "slip must be between 0 and 1"),
        (lambda: play_all(ALL, mishearing=1.1), "mishearing must be between 0 and 1"),
        (lambda: play_all(ALL, rounds=0), "rounds must be a whole number between 1 and 10000, got 0"),
        (lambda: play_all(ALL, repeats=0), "repeats must be a whole number between 1 and 1000, got 0"),
        (lambda: expected_for_twelve(2, 0, 0.3), "slip must be between 0 and 1, got 2"),
        (lambda: in_a_crowd(np.ones((2, 3)), np.ones(2)), "table must be a square with 2 rows"),
        (lambda: in_a_crowd(np.ones((2, 2)), np.array([1.0, -1])), "copies must be at least 0, got"),
        (lambda: replicated(np.ones((2, 2)), np.array([0.5, 0.6]), 5), "shares must sum to 1"),
        (lambda: replicated(-np.ones((2, 2)), np.array([0.5, 0.5]), 5), "points must be at least 0, got -1.0 at"),
        (
            lambda: replicated(np.ones((2, 2)), np.array([0.5, 0.5]), 0),
            "generations must be a whole number between 1 and 10000, got 0",
        ),
        (lambda: replicated(np.ones((2, 2)), np.array([0.5, 0.5]), 5, 2), "selection must be between 0 and 1, got 2"),
        (lambda: replicated(np.ones((2, 2)), np.array([0.5, 0.5]), 5, 1, -1), "newcomers must be between 0 and 1"),
        (lambda: Tournament(generous=21), "generous must be a whole number between 0 and 20, got 21"),
        (lambda: Crowd(selection=0), "selection must be between 0.05 and 1, got 0"),
        (lambda: Generosity(other="generous"), "other must be one of"),
    ],
)
def test_what_is_refused_says_why(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


# Tournaments


def test_what_wins_among_seven_depends_on_noise() -> None:  # 8-T19
    seven = crowd(Tournament, **dict.fromkeys(SEVEN, 1))
    noisy = simulate_tournament(seven.replace(slip=0.05))
    assert noisy.order[0] == "always_holds_back"
    assert noisy.order.index("generous") + 1 == 6
    assert simulate_tournament(seven.replace(slip=0)).order[0] == "grudger"


def test_what_wins_depends_on_who_else_is_there() -> None:
    first = {
        simulate_tournament(crowd(Tournament, slip=0.05, **others)).order[0]
        for others in (
            dict.fromkeys(SEVEN, 1),
            dict.fromkeys(STRATEGIES, 1),
            {"generous": 5, "tit_for_tat": 5, "always_holds_back": 1},
            {"pavlov": 5, "always_reaches_out": 5, "tit_for_tat": 1},
        )
    }
    assert len(first) >= 3


def test_a_score_is_the_mean_over_everybody_else_counted_one_by_one() -> None:
    copies = {"generous": 3, "always_holds_back": 2, "coin": 1}
    run = simulate_tournament(crowd(Tournament, slip=0.03, mishearing=0.02, repair=0.25, **copies))
    people = [name for name, count in copies.items() for _ in range(count)]
    for name in copies:
        me = people.index(name)
        points = [
            expected(
                strategy(name, 0.33), strategy(other, 0.33), slip=0.0225, mishearing=0.015, rounds=ROUNDS
            ).payoff()[0]
            for place, other in enumerate(people)
            if place != me
        ]
        assert run.expected_score[run.names.index(name)] == pytest.approx(np.mean(points), abs=1e-12)


def test_the_luck_of_a_pair_does_not_depend_on_who_else_is_there() -> None:
    few = simulate_tournament(crowd(Tournament, tit_for_tat=1, generous=1), seed=5)
    many = simulate_tournament(Tournament(contrite=2), seed=5)
    rows = [many.names.index(name) for name in few.names]
    np.testing.assert_array_equal(few.played, many.played[np.ix_(rows, rows)])
    other = simulate_tournament(crowd(Tournament, tit_for_tat=1, generous=1), seed=6)
    assert (few.played != other.played).any()
    np.testing.assert_array_equal(few.expected, other.expected)


def test_an_empty_crowd_and_somebody_alone_get_nothing() -> None:
    for values in ({}, {"pavlov": 1}):
        run = simulate_tournament(crowd(Tournament, **values))
        assert run.names == (("pavlov",) if values else ("coin",))
        assert run.expected_score.tolist() == run.score.tolist() == [0]
        assert run.reaching_out == 0
        assert len(run.to_frame()) == 1


def test_the_table_of_the_twelve_is_that_of_their_pairs() -> None:
    table = expected_for_twelve(0.02, 0.03, 0.4).payoff()[..., 0]
    for row in (0, 3, 8):
        for column in (1, 3, 6):
            one, other = (strategy(list(STRATEGIES)[each], 0.4) for each in (row, column))
            assert table[row, column] == pytest.approx(
                expected(one, other, slip=0.02, mishearing=0.03, rounds=ROUNDS).payoff()[0], abs=1e-12
            )


# Generations


def plain_crowd(points: np.ndarray, start: list[float], generations: int, selection: float, newcomers: float) -> Any:
    """The replicator as a plain loop over strategies, in fractions without rounding."""
    table = [[Fraction(float(each)) for each in row] for row in points]
    w, mu, shares = Fraction(selection), Fraction(newcomers), [Fraction(each) for each in start]
    for _ in range(generations):
        success = [1 - w + w * sum(a * x for a, x in zip(row, shares, strict=True)) for row in table]
        mean = sum(x * f for x, f in zip(shares, success, strict=True))
        shares = [(1 - mu) * x * f / mean + mu / len(shares) for x, f in zip(shares, success, strict=True)]
        shares = [each.limit_denominator(10**15) for each in shares]
    return [float(each) for each in shares]


@pytest.mark.parametrize(("selection", "newcomers"), [(1, 0), (0.3, 0.02), (0.05, 0.1)])
def test_generations_are_those_of_a_plain_loop(selection: float, newcomers: float) -> None:
    points = expected_for_all(ALL[:5], mishearing=0.05, rounds=ROUNDS).payoff()[..., 0]
    start = [0.3, 0.1, 0.2, 0.25, 0.15]
    ours = replicated(points, np.array(start), 15, selection, newcomers)
    assert ours[-1] == pytest.approx(plain_crowd(points, start, 15, selection, newcomers), abs=1e-9)
    np.testing.assert_allclose(ours.sum(axis=1), 1)


def test_a_weak_pull_is_the_replicator_in_continuous_time() -> None:
    """For small w a generation is a step of dx/dt = x (A x − x·A x), of length w."""
    points = expected_for_all(ALL[:5], mishearing=0.05, rounds=ROUNDS).payoff()[..., 0]
    start = np.array([0.1, 0.2, 0.3, 0.3, 0.1])

    def flow(_: float, shares: np.ndarray) -> np.ndarray:
        success = points @ shares
        return shares * (success - shares @ success)

    w = 0.0005
    ours = replicated(points, start, 4000, selection=w)[-1]
    theirs = solve_ivp(flow, (0, 4000 * w), start, rtol=1e-10, atol=1e-12).y[:, -1]
    np.testing.assert_allclose(ours, theirs, atol=2e-3)


def test_of_two_the_odds_change_by_the_ratio_of_success() -> None:
    points = np.array([[3.0, 0.5], [4.0, 1.0]])
    shares = replicated(points, np.array([0.9, 0.1]), 20)
    success = shares[:-1] @ points.T
    odds = shares[:, 0] / shares[:, 1]
    np.testing.assert_allclose(odds[1:], odds[:-1] * success[:, 0] / success[:, 1])


def resting_share(points: np.ndarray) -> float:
    """Return the share of the first of two kinds at which both get the same."""
    rare, common = points[0, 1] - points[1, 1], points[1, 0] - points[0, 0]
    return rare / (rare + common)


def test_a_point_of_rest_of_two_and_where_a_crowd_goes_from_beside_it() -> None:
    pair = [STRATEGIES["tit_for_tat"], STRATEGIES["always_holds_back"]]
    points = expected_for_all(pair, mishearing=0.05, rounds=ROUNDS).payoff()[..., 0]
    rest = resting_share(points)
    assert 0 < rest < 1
    still = replicated(points, np.array([rest, 1 - rest]), 50)
    np.testing.assert_allclose(still[:, 0], rest, atol=1e-9)
    low, high = (replicated(points, np.array([each, 1 - each]), 400)[-1, 0] for each in (rest - 0.02, rest + 0.02))
    assert low < 0.01
    assert high > 0.99
    mixing = np.array([[1.0, 3], [2, 1]])  # each gains when rare: the crowd goes to the point
    assert replicated(mixing, np.array([0.05, 0.95]), 500)[-1, 0] == pytest.approx(resting_share(mixing))


@given(
    values=st.fixed_dictionaries({name: st.integers(0, 20) for name in STRATEGIES}),
    mishearing=st.floats(0, 0.3),
    selection=st.floats(0.05, 1),
    newcomers=st.floats(0, 0.1),
)
@quick
def test_what_holds_for_every_crowd(values: dict[str, int], mishearing: float, selection: float, newcomers: float):
    run = simulate_crowd(Crowd(**values, mishearing=mishearing, selection=selection, newcomers=newcomers))
    assert run.shares.shape == (GENERATIONS + 1, len(run.names))
    np.testing.assert_allclose(run.shares.sum(axis=1), 1)
    assert (run.shares >= 0).all()
    assert set(run.names) == ({name for name, parts in values.items() if parts} or {"coin"})
    assert (run.reaching_out >= -1e-12).all()
    assert (run.reaching_out <= 1 + 1e-12).all()
    assert run.mean_points.min() >= 0
    assert run.largest in run.names
    assert run.share(run.largest)[-1] == pytest.approx(run.shares[-1].max())
    assert len(run.to_frame()) == GENERATIONS + 1


def test_which_strategy_is_left_depends_on_who_was_there_at_the_start() -> None:
    left = {
        simulate_crowd(crowd(Crowd, mishearing=0.05, **others)).largest
        for others in (
            dict.fromkeys(("always_reaches_out", "always_holds_back", "tit_for_tat", "generous", "pavlov"), 4),
            dict.fromkeys(SEVEN, 2),
            dict.fromkeys(STRATEGIES, 1),
            {"always_holds_back": 18, "generous": 1, "tit_for_tat": 1},
        )
    }
    assert left == {"always_holds_back", "generous", "pavlov", "tit_for_tat"}


def test_somebody_who_was_not_there_has_no_share() -> None:
    run = simulate_crowd(crowd(Crowd, pavlov=3))
    assert run.share("coin").tolist() == [0] * (GENERATIONS + 1)
    assert run.share("pavlov") == pytest.approx(1)


# The price of generosity


def test_the_curves_are_those_of_the_chain_and_of_the_closed_form() -> None:
    parameters = Generosity(other="contrite", generosity=0.42, slip=0.06, mishearing=0.04, repair=0.5, temptation=4)
    run = simulate_generosity(parameters)
    payoffs = payoffs_with(4)
    for place in (0, 7, 20, 40):
        giver = generous(float(GENEROSITIES[place]))
        met = expected(giver, STRATEGIES["contrite"], slip=0.03, mishearing=0.02).payoff(payoffs)
        assert (run.with_other[place], run.other_gets[place]) == pytest.approx(tuple(met), abs=1e-9)
        own = expected(giver, giver, slip=0.03, mishearing=0.02).payoff(payoffs)[0]
        assert run.with_own_kind[place] == pytest.approx(own, abs=1e-9)
    assert run.reaching_out == pytest.approx(generous_reaching_out(0.42, 0.03, 0.02))
    assert run.optimal == pytest.approx(2 / 3)
    assert len(run.to_frame()) == len(GENEROSITIES)


def test_generosity_among_the_generous_gains_with_each_step_and_costs_with_someone_who_holds_back() -> None:
    run = simulate_generosity(Generosity())
    assert (np.diff(run.with_own_kind) > 0).all()
    assert (np.diff(run.with_other) < 0).all()
    assert (np.diff(run.other_gets) > 0).all()
    assert simulate_generosity(Generosity(temptation=3)).optimal is None


def test_up_to_the_optimal_generosity_it_does_not_pay_to_hold_back_from_time_to_time() -> None:
    """What g* means, for rare slips: no other memory gains more against the generous below it, and some do above."""

    def best_answer(generosity: float) -> float:
        machine = generous(generosity)
        others = [memory_one(*four) for four in np.array(np.meshgrid(*[(0, 0.5, 1)] * 4)).T.reshape(-1, 4).tolist()]
        return max(expected(other, machine, slip=1e-5).payoff()[0] for other in others)

    own = expected(generous(0.3), generous(0.3), slip=1e-5).payoff()[0]
    assert best_answer(0.3) == pytest.approx(own, abs=1e-3)
    assert best_answer(0.5) > PAYOFFS[0] + 0.2
