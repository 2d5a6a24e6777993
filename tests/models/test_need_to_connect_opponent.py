"""The opponent process and the opioid calm: against closed forms, sympy, an integrator, and the published interval."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import minimize_scalar

from intimacy.data import load
from intimacy.models.need_to_connect import (
    DAYS_AFTER_LOSS,
    PUBLISHED_HIGH,
    PUBLISHED_LOW,
    PUBLISHED_SHIFT,
    OpioidCalm,
    OpponentProcess,
    affect_after_loss,
    lowest_after_loss,
    separation_distress,
    simulate_opioid_calm,
    simulate_opponent_process,
)

quick = settings(max_examples=40)
bonds = st.builds(
    OpponentProcess,
    schedule=st.sampled_from(["cycles", "loss"]),
    days_together=st.integers(1, 120),
    days_apart=st.integers(1, 60),
    cycles=st.integers(1, 8),
    first_gain=st.floats(0, 1),
    most_gain=st.floats(0, 1),
    growth_rate=st.floats(0, 0.1),
    decay_rate=st.floats(0, 0.1),
    fast_time=st.floats(0.1, 5),
    slow_time=st.floats(2, 60),
)
# Where rates coincide the printed sums of exponentials divide by zero.
COINCIDING = [
    OpponentProcess(fast_time=4, slow_time=4),
    OpponentProcess(growth_rate=0.1, slow_time=10, decay_rate=0.1),
    OpponentProcess(schedule="loss", growth_rate=0.1, fast_time=5, slow_time=2, decay_rate=0.05),
]


def phases(p: OpponentProcess) -> list[tuple[int, float]]:
    """Who is there, and for how long, written anew."""
    if p.schedule == "loss":
        return [(1, p.days_together), (0, DAYS_AFTER_LOSS)]
    return [each for _ in range(p.cycles) for each in ((1, p.days_together), (0, p.days_apart))]


def integrated(p: OpponentProcess) -> tuple[np.ndarray, np.ndarray]:
    """The printed equations by an integrator, at the days of the packaged run."""
    run = simulate_opponent_process(p)
    state, start, pieces, place = np.array([0, 0, p.first_gain]), 0.0, [], 0
    size = len(run.days) // len(phases(p))
    for there, length in phases(p):
        days = run.days[place : place + size] - start
        place += size

        def change(_: float, y: np.ndarray, s: int = there) -> list[float]:
            a, b, g = y
            growth = p.growth_rate * (p.most_gain - g) * s - p.decay_rate * (g - p.first_gain) * (1 - s)
            return [(s - a) / p.fast_time, (g * a - b) / p.slow_time, growth]

        solved = solve_ivp(change, (0, length), state, t_eval=np.minimum(days, length), rtol=1e-10, atol=1e-12)
        pieces.append(solved.y)
        state, start = solved.y[:, -1], start + length
    return np.stack([run.pleasure, run.opponent, run.gain]), np.hstack(pieces)


# After a loss


def test_the_lowest_point_after_a_loss():  # 7-T6
    day, depth = lowest_after_loss(0.8)
    assert depth == pytest.approx(-0.60560, abs=1e-5)
    assert day == pytest.approx(2.78392, abs=1e-5)


@pytest.mark.parametrize(("gain", "fast", "slow"), [(0.8, 1, 10), (0.3, 0.5, 40), (1, 5, 6), (0.05, 0.1, 2)])
def test_a_search_finds_the_same_lowest_point(gain: float, fast: float, slow: float):
    day, depth = lowest_after_loss(gain, fast, slow)
    found = minimize_scalar(
        lambda t: float(affect_after_loss(np.array(t), gain, fast, slow)), bounds=(0, 400), method="bounded",
        options={"xatol": 1e-9},
    )  # fmt: skip
    assert day == pytest.approx(found.x, abs=1e-4)
    assert depth == pytest.approx(found.fun, abs=1e-9)


def test_sympy_solves_the_loss_to_the_printed_form_and_its_minimum():  # 7-T6
    t, ta, tb, g = sympy.symbols("t tau_a tau_b g", positive=True)
    b = sympy.Function("b")
    a = sympy.exp(-t / ta)
    solved = sympy.dsolve(sympy.Eq(b(t).diff(t), (g * a - b(t)) / tb), b(t), ics={b(0): g}).rhs
    k = ta / (ta - tb)
    printed = (1 - g * k) * sympy.exp(-t / ta) - g * (1 - k) * sympy.exp(-t / tb)
    assert sympy.simplify(a - solved - printed) == 0
    lowest = sympy.log((1 - g * k) / ta / (g * (1 - k) / tb)) / (1 / ta - 1 / tb)
    assert sympy.simplify(printed.diff(t).subs(t, lowest).subs({ta: 2, tb: 9, g: sympy.Rational(3, 5)})) == 0
    for values in ((1, 10, 0.8), (0.3, 25, 0.4)):
        here = dict(zip((ta, tb, g), values, strict=True))
        assert lowest_after_loss(values[2], *values[:2])[0] == pytest.approx(float(lowest.subs(here)))
        expected = [float(printed.subs(here).subs(t, day)) for day in (0, 1, 7.5)]
        np.testing.assert_allclose(affect_after_loss(np.array([0, 1, 7.5]), values[2], *values[:2]), expected)


@pytest.mark.parametrize(("gain", "fast", "slow"), [(0.8, 1, 10), (0.5, 2, 4), (0.3, 0.2, 20)])
def test_a_loss_after_long_presence_is_the_closed_form(gain: float, fast: float, slow: float):
    p = OpponentProcess(
        schedule="loss", days_together=120, first_gain=gain, growth_rate=0, fast_time=fast, slow_time=slow
    )
    run = simulate_opponent_process(p)
    after = run.days[len(run.days) // 2 :] - 120
    np.testing.assert_allclose(
        run.affect[len(run.days) // 2 :], affect_after_loss(after, gain, fast, slow), atol=4 * math.exp(-120 / slow)
    )
    day, depth = lowest_after_loss(gain, fast, slow)
    assert run.dips == pytest.approx([depth], abs=0.01)
    assert run.dip_days == pytest.approx([day], abs=0.05)


def test_the_curve_returns_to_zero_whatever_the_bond_was():  # by construction, and the lab says so
    for p in (OpponentProcess(schedule="loss", days_together=120), OpponentProcess(schedule="loss", first_gain=1)):
        affect = simulate_opponent_process(p).affect
        assert abs(affect[-1]) < 1e-4 < 0.1 < -affect.min()


# Cycles


def test_pleasure_falls_and_the_dip_deepens_over_eight_cycles():  # 7-T7
    run = simulate_opponent_process(OpponentProcess())
    assert len(run.plateaus) == len(run.dips) == 8
    assert run.plateaus[[0, -1]] == pytest.approx([0.740, 0.321], abs=0.001)
    assert run.dips[[0, -1]] == pytest.approx([-0.182, -0.515], abs=0.001)
    assert (np.diff(run.plateaus) < 0).all()
    assert (np.diff(run.dips) < 0).all()


def test_an_opponent_that_fades_in_absence_spares_the_later_cycles():
    kept, faded = (simulate_opponent_process(OpponentProcess(decay_rate=rate)) for rate in (0, 0.1))
    assert faded.plateaus[-1] > kept.plateaus[-1] + 0.2
    assert faded.dips[-1] > kept.dips[-1] + 0.2


@pytest.mark.parametrize(
    "p", [OpponentProcess(), OpponentProcess(schedule="loss", decay_rate=0.02), *COINCIDING], ids=lambda p: p.code()
)
def test_an_integrator_gives_the_same_bonds(p: OpponentProcess):
    packaged, expected = integrated(p)
    np.testing.assert_allclose(packaged, expected, atol=1e-7)


@quick
@given(bonds)
def test_what_holds_for_every_bond(p: OpponentProcess):
    run = simulate_opponent_process(p)
    assert all(np.isfinite(each).all() for name, each in vars(run).items() if name != "parameters")
    assert run.pleasure.min() >= 0
    assert run.pleasure.max() <= 1
    low, high = sorted((p.first_gain, p.most_gain))
    assert run.gain.min() >= low - 1e-12
    assert run.gain.max() <= high + 1e-12
    assert run.opponent.max() <= high + 1e-9
    assert (np.diff(run.days) >= 0).all()
    assert run.days[-1] == sum(length for _, length in phases(p))
    assert set(run.present) == {0, 1}
    assert len(run.dips) == len(run.plateaus) == len(run.dip_days) == len(phases(p)) // 2
    assert len(run.to_frame()) == len(run.days)
    apart = run.affect[run.present == 0].reshape(len(run.dips), -1).min(axis=1)
    assert (run.dips <= apart + 1e-12).all()
    assert (run.dips > apart - 0.1).all()


@quick
@given(bonds)
def test_no_opponent_no_dip(p: OpponentProcess):
    run = simulate_opponent_process(p.replace(first_gain=0, most_gain=0))
    np.testing.assert_allclose(run.affect, run.pleasure)
    assert (run.dips >= 0).all()


# Opioid calm


def test_distress_is_what_the_formula_says():
    p = OpioidCalm(calm=0.5, distress_alone=2)
    contact = np.array([0, 0.2, 0.5, 0.8, 1])
    np.testing.assert_allclose(separation_distress(contact, p, 0), [2, 1.5, 0.75, 0, 0], atol=1e-12)
    np.testing.assert_allclose(separation_distress(contact, p, 1), 2 * (1 - contact))
    np.testing.assert_allclose(separation_distress(contact, p, 0.5), [2, 1.55, 0.875, 0.2, 0], atol=1e-12)


def test_a_whole_block_takes_all_calm_if_all_of_it_is_opioid():
    run = simulate_opioid_calm(OpioidCalm())
    np.testing.assert_allclose(run.blocked_distress, 1 - run.contact)
    assert run.shift == pytest.approx(-0.8)
    assert not run.fits


@quick
@given(st.builds(OpioidCalm, blockade=st.floats(0, 1), opioid_share=st.floats(0, 1), contact=st.floats(0, 1),
                 calm=st.floats(0, 2), distress_alone=st.floats(0, 2), spread=st.floats(0.2, 3)))  # fmt: skip
def test_a_blocker_never_lowers_distress_nor_raises_connection(p: OpioidCalm):
    run = simulate_opioid_calm(p)
    assert (run.blocked_distress >= run.distress - 1e-12).all()
    assert run.shift <= 0
    assert run.distress[0] == run.blocked_distress[0] == p.distress_alone  # alone, there is no calm to block
    assert run.fits == (-0.32 <= run.shift <= -0.07)
    assert len(run.to_frame()) == 101
    unblocked = simulate_opioid_calm(p.replace(blockade=0.0))
    assert unblocked.shift == 0
    np.testing.assert_array_equal(unblocked.blocked_distress, unblocked.distress)


def test_the_published_shift_is_that_of_the_table():
    row = load("evidence").set_index("key").loc["loseth2024"]
    assert [row["estimate"], row["low"], row["high"]] == [PUBLISHED_SHIFT, PUBLISHED_LOW, PUBLISHED_HIGH]


# Refusals


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: OpponentProcess(fast_time=0), "fast_time must be between 0.1 and 5, got 0"),
        (lambda: OpponentProcess(cycles=9), "cycles must be a whole number between 1 and 8, got 9"),
        (lambda: lowest_after_loss(0), r"gain must be above 0 \(from 1e-9\), got 0"),
        (lambda: lowest_after_loss(0.5, 10, 10), "slow_time must differ from fast_time, got 10 for both"),
        (lambda: lowest_after_loss(0.5, 10, 1), "slow_time must be above fast_time, 10, got 1"),
        (lambda: affect_after_loss(np.zeros(1), -0.1), "gain must be at least 0, got -0.1"),
        (lambda: affect_after_loss(np.zeros(1), 0.5, 0), r"fast_time must be above 0 \(from 1e-9\), got 0"),
        (lambda: separation_distress(np.array([2.0]), OpioidCalm(), 0), "contact must be between 0 and 1"),
        (lambda: separation_distress(np.zeros(1), OpioidCalm(), -1), "blocked must be between 0 and 1"),
    ],
)
def test_bad_input_is_named(call, said: str):
    with pytest.raises(ValueError, match=said):
        call()
