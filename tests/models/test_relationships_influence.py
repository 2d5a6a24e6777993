"""Influence functions: against closed forms, plain loops, sympy, and what one reads in the dossier's targets."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy.models.relationships import (
    BOUND,
    CIRCLES,
    GRID,
    TURNS,
    Circle,
    Influence,
    conversation,
    influence_on,
    least_positive_push,
    least_repair,
    null_cline,
    simulate_circle,
    simulate_influence,
    steady_states,
    turn_eigenvalues,
    uninfluenced,
)
from intimacy.models.relationships.influence import MAP_TURNS

quick = settings(max_examples=60)


def affect(low: float, high: float) -> st.SearchStrategy[float]:
    return st.integers(round(20 * low), round(20 * high)).map(lambda twentieths: twentieths / 20)


steps = st.builds(
    Influence,
    starting_mood=affect(-1, 1),
    inertia=affect(0, 0.95),
    positive_push=affect(0, 2),
    positive_threshold=affect(0, 2),
    negative_push=affect(0, 2),
    negative_threshold=affect(0, 2),
    repair=affect(0, 1.5),
    repair_trigger=affect(0, 2),
    damping=affect(0, 1),
    damping_trigger=affect(0, 2),
    j_positive=affect(0, 2),
    j_negative=affect(0, 2),
    j_threshold=affect(0, 2),
)
slopes = st.builds(
    Influence,
    shape=st.just("bilinear"),
    starting_mood=affect(-1, 1),
    inertia=affect(0, 0.95),
    positive_slope=affect(0, 1.5),
    negative_slope=affect(0, 1.5),
    j_positive=affect(0, 2),
    j_negative=affect(0, 2),
)


def pushed(p: Influence, person: int, z: float) -> float:
    """The influence as the dossier writes it, for one number."""
    up, down, below = (1.0, 1.0, 1.0) if person == 0 else (p.j_positive, p.j_negative, p.j_threshold)
    if p.shape == "bilinear":
        return p.positive_slope * up * z if z >= 0 else p.negative_slope * down * z
    total = 0.0
    if z > p.positive_threshold:
        total += p.positive_push * up
    if z < -p.negative_threshold * below:
        total -= p.negative_push * down
    if z < -p.repair_trigger:
        total += p.repair
    if z > p.damping_trigger:
        total -= p.damping
    return total


def talked(p: Influence, i: float, j: float, turns: int) -> tuple[float, float]:
    for _ in range(turns):
        i = p.starting_mood + p.inertia * i + pushed(p, 0, j)
        j = p.starting_mood + p.inertia * j + pushed(p, 1, i)
    return i, j


# Where two can stay


def test_the_three_steady_states_of_the_teaching_values():  # 8-T1
    found = steady_states(Influence())
    np.testing.assert_allclose([state.i for state in found], [-1.33333333, 0.16666667, 1.16666667], atol=1e-6)
    np.testing.assert_allclose([state.j for state in found], [-1.33333333, 0.16666667, 1.16666667], atol=1e-6)
    assert all(state.stable for state in found)
    assert uninfluenced(Influence()) == pytest.approx(1 / 6)


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        ({"inertia": 0.6}, [-2, 0.25, 1.75]),  # exercise 1 of 8.D
        ({"inertia": 0.75}, [-3.2, 0.4, 2.8]),
        ({"starting_mood": -0.2}, [-1.1 / 0.6, -0.2 / 0.6, 0.4 / 0.6]),
        ({"positive_push": 0.15, "negative_push": 0.35}, [0.1 / 0.6]),
        ({"positive_push": 0.15}, [-0.8 / 0.6, 0.1 / 0.6]),
        ({"negative_push": 0.35}, [0.1 / 0.6, 0.7 / 0.6]),
        ({"repair": 0.49}, [-0.31 / 0.6, 0.1 / 0.6, 0.7 / 0.6]),
        ({"repair": 0.51}, [0.1 / 0.6, 0.7 / 0.6]),
        ({"damping": 0.2, "damping_trigger": 0.6}, [-0.8 / 0.6, 0.1 / 0.6, 0.5 / 0.6]),
    ],
)
def test_steady_states_of_two_who_are_alike(values: dict[str, float], levels: list[float]):
    found = steady_states(Influence(**values))
    np.testing.assert_allclose([(state.i, state.j) for state in found], [(level, level) for level in levels])


@quick
@given(steps)
def test_a_steady_state_of_steps_stays_where_it_is_unless_it_lies_on_an_edge(p: Influence):
    edges = [p.positive_threshold, -p.negative_threshold, -p.negative_threshold * p.j_threshold]
    edges += [-p.repair_trigger, p.damping_trigger]
    for state in steady_states(p):
        if min(abs(value - edge) for value in (state.i, state.j) for edge in edges) < 1e-6:
            continue
        assert talked(p, state.i, state.j, 5) == pytest.approx((state.i, state.j), abs=1e-9)
        assert talked(p, state.i + 1e-7, state.j - 1e-7, 400) == pytest.approx((state.i, state.j), abs=1e-7)
        assert state.stable


@quick
@given(slopes)
def test_a_steady_state_of_slopes_stays_where_it_is_and_repels_where_it_says_so(p: Influence):
    for state in steady_states(p):
        assert talked(p, state.i, state.j, 1) == pytest.approx((state.i, state.j), abs=1e-9)
        if p.starting_mood == 0:
            continue
        own, others = (
            (p.positive_slope, p.positive_slope * p.j_positive)
            if state.j > 0
            else (
                p.negative_slope,
                p.negative_slope * p.j_negative,
            )
        )
        assert state.stable == (own * others < (1 - p.inertia) ** 2) or np.sign(state.i) != np.sign(state.j)


def test_two_slopes_have_a_state_that_holds_and_one_that_repels():  # 8-T4
    p = Influence(shape="bilinear", starting_mood=0.2, positive_slope=0.3, negative_slope=0.8)
    low, high = steady_states(p)
    assert (low.i, low.j, low.stable) == (pytest.approx(-1), pytest.approx(-1), False)
    assert (high.i, high.j, high.stable) == (pytest.approx(0.2 / 0.3), pytest.approx(2 / 3), True)
    near = conversation(p.replace(start_i=-0.95, start_j=-0.95), 300)[-1]
    np.testing.assert_allclose(near, 0.66667, atol=1e-4)
    away = conversation(p.replace(start_i=-1.05, start_j=-1.05), 300)[-1]
    np.testing.assert_array_equal(away, -BOUND)


def test_the_same_slopes_in_sympy():  # 8-T4, and other values
    x, a, r, up, down = sympy.symbols("x a r up down")
    for mood, inertia, positive, negative in ((0.2, 0.4, 0.3, 0.8), (0.5, 0.1, 0.4, 1.2)):
        p = Influence(
            shape="bilinear",
            starting_mood=mood,
            inertia=inertia,
            positive_slope=positive,
            negative_slope=negative,
        )
        values = {a: mood, r: inertia, up: positive, down: negative}
        solved = [sympy.solve(sympy.Eq(x, a + r * x + slope * x), x)[0].subs(values) for slope in (down, up)]
        np.testing.assert_allclose([state.i for state in steady_states(p)], [float(each) for each in solved])


@pytest.mark.parametrize(
    ("inertia", "slope", "at_once", "taking_turns"),
    [(0.4, 0.3, [0.7, 0.1], [0.64, 0.25]), (0.5, 0.5, [1.0, 0.0], [1.0, 0.25]), (0.2, 0.4, [0.6, -0.2], None)],
)
def test_eigenvalues_of_a_turn(inertia: float, slope: float, at_once: list[float], taking_turns: list[float]):  # 8-T5
    np.testing.assert_allclose(turn_eigenvalues(inertia, slope, slope, taking_turns=False), at_once, atol=1e-12)
    r, s = sympy.Rational(str(inertia)), sympy.Rational(str(slope))
    first_i, then_j = sympy.Matrix([[r, s], [0, 1]]), sympy.Matrix([[1, 0], [s, r]])
    exact = sorted((float(each) for each in (then_j * first_i).eigenvals()), reverse=True)
    np.testing.assert_allclose(turn_eigenvalues(inertia, slope, slope), exact, atol=1e-9)
    if taking_turns is not None:
        np.testing.assert_allclose(exact, taking_turns, atol=1e-9)


@pytest.mark.parametrize(("slope_i", "slope_j"), [(0.6, 0.6), (0.2, 1.8), (1.2, 0.3)])
def test_both_orders_lose_stability_at_the_same_slopes(slope_i: float, slope_j: float):  # 8-T5: slope² = .36 at r = .4
    for taking_turns in (True, False):
        assert turn_eigenvalues(0.4, slope_i, slope_j, taking_turns=taking_turns)[0] == pytest.approx(1)
        assert turn_eigenvalues(0.4, slope_i * 0.99, slope_j, taking_turns=taking_turns)[0] < 1
        assert turn_eigenvalues(0.4, slope_i * 1.01, slope_j, taking_turns=taking_turns)[0] > 1


# The map


def test_how_much_of_the_map_leads_where():  # 8-T2
    run = simulate_influence(Influence())
    assert GRID == 61
    shares = [100 * run.share(index) for index in (2, 1, 0)]
    np.testing.assert_allclose(shares, [42.5, 17.3, 40.2], atol=0.1)
    assert run.share(-1) == 0


@pytest.mark.parametrize(("repair", "negative"), [(0.49, 17.9), (0.51, 0.0)])
def test_repair_removes_the_trap_and_leaves_the_warm_region_as_it_is(repair: float, negative: float):  # 8-T3
    run = simulate_influence(Influence(repair=repair))
    trap = [index for index, state in enumerate(run.steady) if state.i < 0]
    assert 100 * sum(run.share(index) for index in trap) == pytest.approx(negative, abs=0.1)
    assert 100 * run.share(len(run.steady) - 1) == pytest.approx(42.5, abs=0.1)
    if trap:
        assert run.steady[0].i == pytest.approx(-0.51667, abs=1e-5)


@settings(max_examples=25)
@given(st.one_of(steps, slopes), st.integers(0, 2**32 - 1))
def test_every_start_of_the_map_leads_where_a_plain_loop_leads(p: Influence, seed: int):
    run = simulate_influence(p)
    generator = np.random.default_rng(seed)
    for row, column in generator.integers(0, GRID, (12, 2)):
        i, j = float(run.axis[column]), float(run.axis[row])
        index = int(run.leads_to[row, column])
        if index < 0:
            continue
        state = run.steady[index]
        # On an edge itself rounding decides, and a loop of 3,000 turns rounds otherwise than a formula.
        edges = (p.positive_threshold, p.negative_threshold, p.repair_trigger, p.damping_trigger)
        if not state.stable or any(abs(abs(here) - edge) < 1e-6 for here in (state.i, state.j) for edge in edges):
            continue
        # A bound on what is left of any start after 3,000 turns, unless the state holds by a hair.
        end = talked(p, i, j, 3000)
        if p.shape == "bilinear" and max(abs(each) for each in end) < 1e-300:
            continue
        near_critical = p.shape == "bilinear" and _room(p) < 0.02
        if not near_critical:
            assert end == pytest.approx((state.i, state.j), abs=1e-3), (p, i, j)
            assert run.level[row, column] == pytest.approx(state.mean)


def _room(p: Influence) -> float:
    """How far the slopes of a pair are from where states appear and vanish."""
    slack = (1 - p.inertia) ** 2
    pairs = [
        own * others
        for own in (p.positive_slope, p.negative_slope)
        for others in (p.positive_slope * p.j_positive, p.negative_slope * p.j_negative)
    ]
    return min(abs(slack - each) for each in pairs)


@pytest.mark.parametrize(
    "values",
    [
        {"damping": 0.5, "damping_trigger": 1.0},
        {"damping": 0.6, "damping_trigger": 1.2, "inertia": 0.6},
        {"damping": 0.8, "damping_trigger": 0.3, "inertia": 0.2, "positive_threshold": 0.2},
    ],
)
def test_where_no_state_is_reached_the_two_swing_around_the_level_that_is_given(values: dict[str, float]):
    p = Influence(**values)
    run = simulate_influence(p)
    lost = np.argwhere(run.leads_to == -1)
    assert len(lost) > 0
    for row, column in lost[:: max(1, len(lost) // 8)]:
        i, j = talked(p, float(run.axis[column]), float(run.axis[row]), 300)
        seen = []
        for _ in range(400):
            i, j = talked(p, i, j, 1)
            seen.append((i, j))
        assert np.ptp(seen, axis=0).max() > 0.1
        assert run.level[row, column] == pytest.approx(np.mean(seen), abs=0.05)


@pytest.mark.parametrize(
    "values",
    [
        {"damping": 0.5, "damping_trigger": 1.0},
        {"negative_push": 1.85, "negative_threshold": 1.25, "repair": 0.65, "damping": 1.0, "damping_trigger": 1.1}
        | {"j_negative": 1.3, "j_threshold": 1.95},
        {"starting_mood": -0.05, "inertia": 0.95, "negative_push": 0.95, "negative_threshold": 0.8, "repair": 0.9}
        | {"j_negative": 0.6, "damping": 1.0},
    ],
)
def test_the_level_of_a_swing_is_that_of_each_start_followed_alone(values: dict[str, float]):
    """Starts are followed as one and whole rounds are left out, which must change nothing."""
    p = Influence(**values)
    run = simulate_influence(p)
    lost = np.argwhere(run.leads_to == -1)
    assert len(lost) > 0
    for row, column in lost[:: max(1, len(lost) // 40)]:
        i, j = talked(p, float(run.axis[column]), float(run.axis[row]), MAP_TURNS)
        seen = [talked(p, i, j, turns) for turns in range(1, 51)]
        assert run.level[row, column] == pytest.approx(np.mean(seen), abs=1e-9)


def test_a_runaway_of_slopes_ends_at_the_bound_on_its_side():
    run = simulate_influence(Influence(shape="bilinear", starting_mood=0.2))
    away = run.leads_to == -1
    assert away.any()
    assert set(run.level[away].tolist()) == {-BOUND}
    up = simulate_influence(Influence(shape="bilinear", positive_slope=1.0))
    assert set(up.level.ravel().tolist()) == {-BOUND, BOUND}
    assert up.level[-1, -1] == BOUND


def test_the_chosen_start_leads_where_its_conversation_goes():
    for start_i, start_j in ((1.2, -1.6), (-0.5, 2), (2, 2), (-3, -3), (0.3, -0.2)):
        run = simulate_influence(Influence(start_i=start_i, start_j=start_j))
        state = run.steady[run.end]
        np.testing.assert_allclose(run.affect[-1], [state.i, state.j], atol=1e-6)


# One conversation


@quick
@given(st.one_of(steps, slopes), affect(-3, 3), affect(-3, 3))
def test_a_conversation_is_the_plain_loop_and_the_array_function(p: Influence, start_i: float, start_j: float):
    p = p.replace(start_i=start_i, start_j=start_j)
    affects = conversation(p, 30)
    i, j = start_i, start_j
    for turn in range(1, 31):
        i, j = talked(p, i, j, 1)
        if max(abs(i), abs(j)) >= BOUND:
            break
        np.testing.assert_allclose(affects[turn], (i, j), rtol=1e-9, atol=1e-9)
        for person, other in ((0, j), (1, i)):
            assert influence_on(p, person, other) == pytest.approx(pushed(p, person, other))
    assert np.abs(affects).max() <= BOUND


def test_the_steps_are_open_at_their_edges():
    p = Influence()
    z = [-0.51, -0.5, 0, 0.5, 0.51]
    np.testing.assert_allclose(influence_on(p, 0, z), [-0.9, 0, 0, 0, 0.6])


def test_on_a_null_cline_a_person_stays_put():
    p = Influence(j_positive=0.7, j_threshold=0.4, inertia=0.55)
    for person in (0, 1):
        other = np.linspace(-3, 3, 25)
        rest = null_cline(p, person, other)
        following = p.starting_mood + p.inertia * rest + influence_on(p, person, other)
        np.testing.assert_allclose(following, rest)


# Repair


@pytest.mark.parametrize(
    ("values", "least"),
    [
        ({}, 0.5),  # 8-T3
        ({"inertia": 0.6}, 0.6),  # exercise 1 of 8.D
        ({"inertia": 0.75}, 0.675),
        ({"negative_threshold": 0.2, "negative_push": 1.2}, 0.98),
        ({"negative_push": 0.4}, 0),
        ({"negative_push": 0.35}, 0),
        ({"repair_trigger": 1.0}, 0.5),
        ({"repair_trigger": 1.5}, math.inf),
        ({"j_negative": 2.0}, 0.5),
        ({"j_negative": 0.5}, 0.05),
        ({"j_threshold": 0.5}, None),
        ({"shape": "bilinear"}, None),
    ],
)
def test_the_least_repair(values: dict[str, float], least: float | None):
    assert least_repair(Influence(**values)) == (least if least is None else pytest.approx(least))


def has_trap(p: Influence) -> bool:
    return any(
        state.i < -p.negative_threshold * p.j_threshold and state.j < -p.negative_threshold
        for state in steady_states(p)
    )


@quick
@given(
    affect(-0.5, 0.5),
    affect(0, 0.9),
    affect(0, 2),
    affect(0, 1.5),
    affect(0, 2),
    affect(0, 2),
    affect(0, 2),
)
def test_above_the_least_repair_there_is_no_trap_and_below_it_there_is(
    mood: float, inertia: float, push: float, threshold: float, trigger: float, j_negative: float, j_threshold: float
):
    p = Influence(
        starting_mood=mood,
        inertia=inertia,
        negative_push=push,
        negative_threshold=threshold,
        repair_trigger=trigger,
        j_negative=j_negative,
        j_threshold=j_threshold,
    )
    least = least_repair(p)
    if least is None:
        return
    if math.isinf(least):
        assert has_trap(p.replace(repair=1.5))
        return
    if least + 0.013 <= 1.5:
        assert not has_trap(p.replace(repair=least + 0.013))
    if least > 0.013:
        assert has_trap(p.replace(repair=min(1.5, least - 0.013)))


def test_flat_both_ways_loses_the_trap_and_the_warm_state():  # 8.D: "Never fight"
    assert least_positive_push(Influence()) == pytest.approx(0.2)
    assert least_positive_push(Influence(positive_threshold=0)) == 0
    for push, count in ((0.19, 0), (0.21, 1)):
        states = steady_states(Influence(positive_push=push))
        assert sum(state.i > 0.5 for state in states) == count
    assert len(steady_states(Influence(negative_push=0.39))) == 2
    assert len(steady_states(Influence(negative_push=0.41))) == 3


def test_a_mismatch_alone_does_not_remove_the_warm_state():  # 8.A: "an honesty exercise"
    p = Influence(j_positive=0.75, j_negative=1.5, j_threshold=0.5)
    warmest = steady_states(p)[-1]
    assert warmest.i == pytest.approx(0.7 / 0.6)
    assert warmest.j == pytest.approx(0.55 / 0.6)
    assert any(state.i > 0.5 for state in steady_states(Influence(j_positive=0.35)))
    assert not any(state.i > 0.5 for state in steady_states(Influence(j_positive=0.3)))


# Circles


@pytest.mark.parametrize("low", [-2.0, -0.7, -3.0])
def test_a_circle_of_two_is_a_pair(low: float):
    run = simulate_circle(Circle(constellation="pair", low=low, warm=1.4, repair=0.3))
    pair = Influence(start_i=1.4, start_j=low, repair=0.3)
    np.testing.assert_allclose(run.affect, conversation(pair, TURNS))


@pytest.mark.parametrize(
    "p",
    [
        Circle(),
        Circle(constellation="star", people=6, who_is_low="centre", repair=0.7, who_repairs="edge"),
        Circle(constellation="everyone", people=5, who_is_low="everyone", repair=0.9, who_repairs="centre"),
        Circle(constellation="chain", people=7, inertia=0.8, low=-3, warm=0.3),
        Circle(constellation="ring", people=8, who_is_low="nobody"),
    ],
)
def test_a_circle_is_the_plain_loop(p: Circle):
    run = simulate_circle(p)
    alike = Influence(
        starting_mood=p.starting_mood,
        inertia=p.inertia,
        positive_push=p.positive_push,
        positive_threshold=p.positive_threshold,
        negative_push=p.negative_push,
        negative_threshold=p.negative_threshold,
        repair_trigger=p.repair_trigger,
    )
    x = run.affect[0].copy()
    for turn in range(1, TURNS + 1):
        for person in range(len(x)):
            mine = alike.replace(repair=p.repair if run.repairs[person] else 0)
            x[person] = p.starting_mood + p.inertia * x[person] + run.ties[person] @ influence_on(mine, 0, x)
        np.testing.assert_allclose(run.affect[turn], x, atol=1e-12)


def test_one_bad_day_weighs_less_where_there_are_more_ties():
    ends = {
        name: simulate_circle(Circle(constellation=name)).affect[-1].mean() for name in ("pair", "triangle", "everyone")
    }
    assert ends["pair"] == pytest.approx(-4 / 3)
    assert ends["triangle"] == pytest.approx(1 / 6)
    assert ends["everyone"] == pytest.approx(7 / 6)


def test_one_alone_who_repairs_lifts_nobody_else():
    p = Circle(who_is_low="everyone", repair=1.1, who_repairs="centre")
    alone = simulate_circle(p)
    assert alone.negative == 2
    together = simulate_circle(p.replace(repair=0.55, who_repairs="everyone"))
    assert together.negative == 0
    assert together.settled
    assert simulate_circle(p.replace(repair=0.45, who_repairs="everyone")).negative == 3


@pytest.mark.parametrize("constellation", CIRCLES)
@pytest.mark.parametrize("who", ["everyone", "centre", "edge", "nobody"])
def test_who_has_a_bad_day_is_who_was_meant(constellation: str, who: str):
    run = simulate_circle(Circle(constellation=constellation, who_is_low=who, people=5))
    count = len(run.starts_low)
    assert run.starts_low.sum() == {"everyone": count, "nobody": 0}.get(who, 1)
    assert set(run.affect[0].tolist()) <= {-2.0, 1.0}
    if who in ("centre", "edge"):
        ties = (run.ties > 0).sum(axis=1)
        assert ties[run.starts_low][0] == (ties.max() if who == "centre" else ties.min())
    np.testing.assert_allclose(run.ties.sum(axis=1), 1)
    assert run.warm + run.negative <= count


# Tables and bad input


def test_tables_hold_the_runs():
    run = simulate_influence(Influence())
    frame = run.to_frame()
    assert list(frame.columns) == ["turn", "affect_i", "affect_j"]
    assert len(frame) == TURNS + 1
    np.testing.assert_array_equal(frame["affect_j"], run.affect[:, 1])
    circle = simulate_circle(Circle()).to_frame()
    assert list(circle.columns) == ["round", "person_1", "person_2", "person_3"]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: Influence(inertia=1), r"inertia must be between 0 and 0\.95, got 1"),
        (lambda: Influence(repair=-0.1), r"repair must be between 0 and 1\.5, got -0\.1"),
        (lambda: Influence(shape="round"), r"shape must be one of 'ojive', 'bilinear', got 'round'"),
        (lambda: Circle(people=2), r"people must be a whole number between 3 and 8, got 2"),
        (lambda: Circle(who_repairs="me"), r"who_repairs must be one of 'everyone'.*got 'me'"),
        (lambda: influence_on(Influence(), 2, 0), r"person must be 0 \(i\) or 1 \(j\), got 2"),
        (lambda: conversation(Influence(), -1), r"turns must be a whole number between 0 and 100000, got -1"),
        (lambda: turn_eigenvalues(1, 0.3, 0.3), r"inertia must be at least 0 and below 1, got 1"),
        (lambda: turn_eigenvalues(0.4, 0.3, -0.3), r"slope_i and slope_j must have one sign, got 0\.3 and -0\.3"),
    ],
)
def test_bad_input_is_named_with_what_is_allowed(call, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}"):
        call()
