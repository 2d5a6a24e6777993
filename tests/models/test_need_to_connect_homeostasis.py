"""The moving set-point: against closed forms, sympy, Euler by hand, and an integrator of another kind."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import minimize_scalar

from intimacy.models.need_to_connect import (
    LONGEST_ALONE,
    SOONEST,
    YEAR,
    MovingSetPoint,
    contact_on_reunion,
    craving_alone,
    eigenvalues,
    hours_of_most_craving,
    recovery_time,
    simulate_moving_set_point,
    simulate_times_alone,
)

quick = settings(max_examples=40)
people = st.builds(
    MovingSetPoint,
    hours_alone=st.floats(0, 2160),
    need=st.floats(0.2, 2),
    set_point_moves=st.booleans(),
    reunion=st.sampled_from(["sought", "fixed"]),
    company=st.floats(0, 2),
    gain=st.floats(1, 20),
    adaptation_time=st.floats(72, 4320),
    decay_time=st.floats(2, 72),
    availability=st.floats(0, 1),
)
EXTREMES = [
    MovingSetPoint(),
    MovingSetPoint(hours_alone=2160),
    MovingSetPoint(hours_alone=720, decay_time=2, gain=20, need=2, adaptation_time=72),
    MovingSetPoint(hours_alone=48, decay_time=72, gain=1, need=0.2, adaptation_time=72, availability=0.3),
    MovingSetPoint(hours_alone=500, set_point_moves=False, availability=0.8),
    MovingSetPoint(hours_alone=2160, reunion="fixed", company=1.4),
    MovingSetPoint(hours_alone=100, reunion="fixed", company=0.3, need=2, decay_time=72, adaptation_time=72),
    MovingSetPoint(hours_alone=0, availability=0),
]


def change(p: MovingSetPoint, x: float, s: float, together: bool) -> tuple[float, float]:
    """The equations as they are printed, with c_max = 1."""
    kappa = 2 * p.need / p.decay_time
    effort = 1 / (1 + math.exp(-p.gain * (s - x)))
    if not together:
        contact = 0.0
    elif p.reunion == "sought":
        contact = p.availability * effort
    else:
        contact = p.company / (kappa * p.decay_time)
    return -x / p.decay_time + kappa * contact, (x - s) / p.adaptation_time if p.set_point_moves else 0.0


# Time alone


@pytest.mark.parametrize(
    ("hours", "craving"), [(43.369, 0.94154), (10, 0.62704), (24, 0.88884), (720, 0.37306), (2160, 0.05049)]
)
def test_craving_alone_is_that_of_the_closed_form(hours: float, craving: float):  # 7-T1
    assert craving_alone(hours) == pytest.approx(craving, abs=1e-4)
    run = simulate_moving_set_point(MovingSetPoint(hours_alone=hours))
    assert run.alone.craving[-1] == pytest.approx(craving, abs=1e-4)


def test_craving_is_at_its_most_after_43_hours():  # 7-T1
    assert hours_of_most_craving() == pytest.approx(43.369, abs=1e-3)
    assert hours_of_most_craving(24, 240) == pytest.approx(61.40, abs=5e-3)  # exercise 1


@pytest.mark.parametrize(("fading", "drifting"), [(10, 720), (24, 240), (2, 4320), (72, 73), (72, 72), (50, 20)])
def test_the_peak_is_where_a_search_finds_it(fading: float, drifting: float):
    peak = hours_of_most_craving(fading, drifting)
    found = minimize_scalar(
        lambda t: -float(craving_alone(t, 1, fading, drifting)), bounds=(0, 1000), options={"xatol": 1e-9}
    )
    assert peak == pytest.approx(found.x, rel=1e-5)
    assert hours_of_most_craving(fading, fading) == pytest.approx(fading)


def test_sympy_solves_the_time_alone_to_the_same_form_and_the_same_peak():  # 7-T1
    t, tx, ts, s0 = sympy.symbols("t tau_x tau_s s_0", positive=True)
    s = sympy.Function("s")
    x = s0 * sympy.exp(-t / tx)
    solved = sympy.dsolve(sympy.Eq(s(t).diff(t), (x - s(t)) / ts), s(t), ics={s(0): s0}).rhs
    printed = s0 * ts / (ts - tx) * (sympy.exp(-t / ts) - sympy.exp(-t / tx))
    assert sympy.simplify(solved - x - printed) == 0
    peak = sympy.log(ts / tx) * ts * tx / (ts - tx)
    assert sympy.simplify(printed.diff(t).subs(t, peak).subs({tx: 7, ts: 300, s0: 2})) == 0
    for values in ((10, 720, 1), (3, 100, 0.4), (72, 4320, 2)):
        here = printed.subs(dict(zip((tx, ts, s0), values, strict=True)))
        hours = [0, 1, 33.3, 500]
        expected = [float(here.subs(t, each)) for each in hours]
        np.testing.assert_allclose(
            craving_alone(hours, need=values[2], decay_time=values[0], adaptation_time=values[1]), expected, atol=1e-12
        )
        assert hours_of_most_craving(*values[:2]) == pytest.approx(float(peak.subs({tx: values[0], ts: values[1]})))


def test_a_fixed_set_point_craves_more_and_more_and_has_no_peak():  # 7-T5
    assert hours_of_most_craving(10, math.inf) == math.inf
    hours = np.linspace(0, 2160, 500)
    fixed = craving_alone(hours, 1, 10, math.inf)
    np.testing.assert_allclose(fixed, 1 - np.exp(-hours / 10), atol=1e-12)
    assert (np.diff(fixed) >= -1e-15).all()  # but for the last digit
    run = simulate_moving_set_point(MovingSetPoint(hours_alone=2160, set_point_moves=False))
    assert (run.alone.set_point == 1).all()
    np.testing.assert_allclose(run.together.set_point, 1, atol=1e-12)
    assert (np.diff(run.alone.craving) >= -1e-15).all()
    assert run.hours_to_regain_half is None
    assert (run.together.overload < 1e-6).all()


def test_a_very_slow_set_point_is_a_fixed_one_in_the_limit():
    hours = np.array([1.0, 40, 900])
    np.testing.assert_allclose(craving_alone(hours, 1, 10, 1e9), craving_alone(hours, 1, 10, math.inf), atol=2e-6)


def test_equal_times_are_the_limit_of_nearly_equal_ones():
    hours = np.array([0.0, 5, 72, 400])
    np.testing.assert_allclose(craving_alone(hours, 1, 72, 72), hours / 72 * np.exp(-hours / 72), atol=1e-12)
    np.testing.assert_allclose(craving_alone(hours, 1, 72, 72 + 1e-7), craving_alone(hours, 1, 72, 72), atol=1e-8)


# Reunion


@pytest.mark.parametrize(
    ("hours", "times"),
    [(1, 1.28), (4, 1.76), (10, 1.96), (24, 1.99), (48, 1.99), (168, 1.98), (720, 1.81), (2160, 1.15)],
)
def test_contact_on_reunion_rebounds_after_a_day_and_hardly_after_a_season(hours: float, times: float):  # 7-T2
    run = simulate_moving_set_point(MovingSetPoint(hours_alone=hours))
    assert run.together.contact[0] == pytest.approx(times, abs=0.02)
    assert contact_on_reunion(float(craving_alone(hours))) == pytest.approx(run.together.contact[0], rel=1e-6)
    x, s = run.alone.connection[-1], run.alone.set_point[-1]  # and with Euler's step of 0.05 h, as the dossier has it
    kappa, effort = 0.2, 1 / (1 + math.exp(-6 * (s - x)))
    x += 0.05 * (-x / 10 + kappa * effort)
    assert effort / 0.5 == pytest.approx(times, abs=0.02)


@pytest.mark.parametrize(("hours", "surplus"), [(2160, 0.95), (10, 0.005)])
def test_the_old_amount_is_a_surplus_after_a_season(hours: float, surplus: float):  # 7-T3
    run = simulate_moving_set_point(MovingSetPoint(hours_alone=hours))
    assert 1 - run.alone.set_point[-1] == pytest.approx(surplus, abs=0.01)
    read_out = simulate_times_alone(MovingSetPoint())
    assert np.interp(hours, read_out.hours, read_out.surplus) == pytest.approx(surplus, abs=0.01)
    # Not put back at once but by the old company: the set-point falls on while felt connection comes back.
    given_back = simulate_moving_set_point(MovingSetPoint(hours_alone=hours, reunion="fixed"))
    assert given_back.together.overload.max() == pytest.approx(surplus, abs=0.06)


def test_small_disturbances_pass_at_the_rates_of_the_jacobian():  # 7-T4
    fast, slow = eigenvalues(MovingSetPoint())
    assert fast == pytest.approx(-0.40104, abs=5e-6)
    assert slow == pytest.approx(-3.463e-4, abs=5e-8)
    assert -1 / slow == pytest.approx(2887.5, abs=0.05)
    assert recovery_time(MovingSetPoint()) == pytest.approx(2880)
    assert recovery_time(MovingSetPoint(gain=8)) == pytest.approx(5 * 720)  # exercise 2


@pytest.mark.parametrize(
    "p",
    [
        MovingSetPoint(),
        MovingSetPoint(need=0.4, gain=12, decay_time=3, adaptation_time=96),
        MovingSetPoint(need=2, gain=20, availability=0.5, decay_time=72, adaptation_time=72),
        MovingSetPoint(availability=0),
        MovingSetPoint(set_point_moves=False),
    ],
)
def test_the_eigenvalues_are_those_of_a_jacobian_by_differences(p: MovingSetPoint):
    balance, step = p.need * p.availability, 1e-6
    columns = []
    for dx, ds in ((step, 0), (0, step)):
        up = change(p, balance + dx, balance + ds, together=True)
        down = change(p, balance - dx, balance - ds, together=True)
        columns.append((np.array(up) - np.array(down)) / (2 * step))
    expected = np.sort(np.linalg.eigvals(np.column_stack(columns)).real)
    np.testing.assert_allclose(eigenvalues(p), expected, rtol=1e-6, atol=1e-9)
    if p.set_point_moves and p.adaptation_time > 20 * p.decay_time:
        assert -1 / eigenvalues(p)[1] == pytest.approx(recovery_time(p), rel=0.05)


def test_sympy_finds_the_same_rates():  # 7-T4
    x, s, tx, ts, kappa, k = sympy.symbols("x s tau_x tau_s kappa k", positive=True)
    flow = sympy.Matrix([-x / tx + kappa / (1 + sympy.exp(-k * (s - x))), (x - s) / ts])
    at_balance = flow.jacobian([x, s]).subs(x, s)
    fast, slow = eigenvalues(MovingSetPoint())
    values = at_balance.subs({tx: 10, ts: 720, kappa: sympy.Rational(1, 5), k: 6}).eigenvals()
    assert sorted(float(each) for each in values) == pytest.approx([fast, slow])
    slowly = sympy.limit(-at_balance.trace() / at_balance.det() / ts, ts, sympy.oo)  # of the slow time over τₛ
    assert sympy.simplify(slowly - (1 + kappa * k * tx / 4)) == 0


@pytest.mark.parametrize("p", EXTREMES, ids=lambda p: p.code())
def test_another_integrator_gives_the_same_lives(p: MovingSetPoint):
    run = simulate_moving_set_point(p)
    start: tuple[float, float] = (p.need, p.need)
    for phase, together in ((run.alone, False), (run.together, True)):
        solved = solve_ivp(
            lambda _, y, there=together: change(p, *y, there),
            (0, max(phase.hours[-1], 1)),
            start,
            method="Radau",
            t_eval=phase.hours,
            rtol=1e-11,
            atol=1e-13,
        )
        np.testing.assert_allclose(phase.connection, solved.y[0], atol=1e-6)
        np.testing.assert_allclose(phase.set_point, solved.y[1], atol=1e-6)
        start = (float(solved.y[0, -1]), float(solved.y[1, -1]))


def test_euler_by_hand_comes_to_the_same_reunion():
    p = MovingSetPoint(hours_alone=168)
    run = simulate_moving_set_point(p)
    x, s, step = float(run.alone.connection[-1]), float(run.alone.set_point[-1]), 0.002
    by_hand = {}
    for count in range(1, round(48 / step) + 1):
        dx, ds = change(p, x, s, together=True)
        x, s = x + step * dx, s + step * ds
        by_hand[round(count * step, 3)] = x, s
    for hour in (0.5, 3.0, 24.0, 48.0):
        assert np.interp(hour, run.together.hours, run.together.connection) == pytest.approx(by_hand[hour][0], abs=2e-3)
        assert np.interp(hour, run.together.hours, run.together.set_point) == pytest.approx(by_hand[hour][1], abs=2e-3)


def test_recovery_is_slower_than_loss():
    run = simulate_moving_set_point(MovingSetPoint(hours_alone=720))
    lost = 1 - run.alone.set_point
    to_lose_half = np.interp(lost[-1] / 2, lost, run.alone.hours)
    assert run.hours_to_regain_half is not None
    assert run.hours_to_regain_half > 3 * to_lose_half
    late = run.together.hours > 4000
    rate = np.polyfit(run.together.hours[late], np.log(1 - run.together.set_point[late]), 1)[0]
    assert -1 / rate == pytest.approx(-1 / eigenvalues(run.parameters)[1], rel=0.05)


@quick
@given(people.filter(lambda p: p.hours_alone > 1))
def test_half_of_what_was_lost_is_back_when_it_is_said_to_be(p: MovingSetPoint):
    run = simulate_moving_set_point(p)
    said = run.hours_to_regain_half
    lost = p.need - run.alone.set_point[-1]
    if said is None:
        assert lost <= 0 or run.together.set_point.max() < p.need - lost / 2
    else:
        back = np.interp(said, run.together.hours, run.together.set_point)
        assert back == pytest.approx(p.need - lost / 2, abs=1e-9)


@quick
@given(people)
def test_what_holds_for_every_life(p: MovingSetPoint):
    run = simulate_moving_set_point(p)
    for phase in (run.alone, run.together):
        assert len({len(each) for each in vars(phase).values()}) == 1
        assert all(np.isfinite(each).all() for each in vars(phase).values())
        np.testing.assert_allclose(phase.craving - phase.overload, phase.set_point - phase.connection, atol=1e-12)
        assert (phase.craving * phase.overload == 0).all()
        assert phase.connection.min() > -1e-7  # what the solver may be beside zero
        assert phase.hours[0] == 0
    assert run.alone.hours[-1] == p.hours_alone
    assert run.together.hours[-1] == pytest.approx(YEAR)
    assert run.together.connection[0] == pytest.approx(run.alone.connection[-1])
    assert (run.alone.overload <= 1e-12).all()  # alone, nothing is ever too much
    assert len(run.to_frame()) == len(run.alone.hours) + len(run.together.hours)
    if p.reunion == "sought":
        assert run.together.contact.max() <= 2 * p.availability + 1e-9


@quick
@given(people.filter(lambda p: p.reunion == "sought"))
def test_without_time_alone_nothing_changes_and_what_comes_is_the_balance(p: MovingSetPoint):
    still = simulate_moving_set_point(p.replace(hours_alone=0, availability=1.0))
    np.testing.assert_allclose(still.together.connection, p.need, atol=1e-7)
    np.testing.assert_allclose(still.together.contact, 1, atol=1e-6)


@quick
@given(people, st.floats(1, 4))
def test_a_larger_need_craves_in_proportion(p: MovingSetPoint, factor: float):
    small = p.replace(need=p.need / factor) if p.need / factor >= 0.2 else p
    ratio = p.need / small.need
    one, other = (simulate_moving_set_point(each).alone.craving for each in (small, p))
    np.testing.assert_allclose(other, ratio * one, atol=1e-9)


def test_the_same_company_is_too_little_for_one_and_too_much_for_another():
    ends = {}
    for need in (0.4, 1, 1.6):
        p = MovingSetPoint(hours_alone=0, need=need, reunion="fixed", company=1)
        ends[need] = simulate_moving_set_point(p).together
    day = int(np.searchsorted(ends[1].hours, 48))
    assert [each.connection[day] for each in ends.values()] == pytest.approx([1, 1, 1], abs=0.01)
    assert ends[0.4].overload[day] > 0.5
    assert ends[1.6].craving[day] > 0.5
    assert ends[1].craving.max() == ends[1].overload.max() == 0


# Different times alone


@pytest.mark.parametrize("p", [MovingSetPoint(), MovingSetPoint(need=0.5, gain=12, adaptation_time=96, decay_time=30)])
def test_the_read_outs_are_those_of_single_lives(p: MovingSetPoint):
    run = simulate_times_alone(p)
    assert run.hours[0] == pytest.approx(SOONEST)
    assert run.hours[-1] == pytest.approx(LONGEST_ALONE)
    for place in (3, 60, 100, 140):
        life = simulate_moving_set_point(p.replace(hours_alone=min(float(run.hours[place]), LONGEST_ALONE)))
        assert run.craving[place] == pytest.approx(life.alone.craving[-1])
        assert run.set_point[place] == pytest.approx(life.alone.set_point[-1])
        assert run.contact[place] == pytest.approx(life.together.contact[0])
        assert run.surplus[place] == pytest.approx(p.need - life.alone.set_point[-1])
    assert list(run.to_frame()) == ["hours", "craving", "set_point", "contact", "surplus"]
    assert run.hours[run.craving.argmax()] == pytest.approx(
        hours_of_most_craving(p.decay_time, p.adaptation_time), rel=0.05
    )


def test_with_a_fixed_set_point_there_is_never_a_surplus():  # predict 2
    run = simulate_times_alone(MovingSetPoint(set_point_moves=False))
    np.testing.assert_allclose(run.surplus, 0, atol=1e-12)
    assert (np.diff(run.contact) >= -1e-15).all()


# Refusals


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: MovingSetPoint(hours_alone=3000), "hours_alone must be between 0 and 2160, got 3000"),
        (lambda: MovingSetPoint(need=0.1), "need must be between 0.2 and 2, got 0.1"),
        (lambda: MovingSetPoint(reunion="never"), "reunion must be one of 'sought', 'fixed', got 'never'"),
        (lambda: craving_alone(-1), "hours must be at least 0, got -1"),
        (lambda: craving_alone([1, math.nan]), "hours must be at least 0"),
        (lambda: craving_alone(1, decay_time=0), r"decay_time must be above 0 \(from 1e-9\), got 0"),
        (lambda: hours_of_most_craving(10, -1), "adaptation_time must be above 0, got -1"),
        (lambda: contact_on_reunion(1, gain=0), "gain must be above 0, got 0"),
        (lambda: contact_on_reunion(1, availability=1.2), "availability must be between 0 and 1, got 1.2"),
    ],
)
def test_bad_input_is_named(call, said: str):
    with pytest.raises(ValueError, match=said):
        call()
