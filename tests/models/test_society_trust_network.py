"""Model 9.3: the dossier's numbers, closed forms, a plain loop on the same numbers, and one on numbers of its own."""

from __future__ import annotations

import math
import random

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from intimacy.models.society import trust_network as model
from intimacy.models.society.networks import small_world
from intimacy.models.society.trust_network import (
    TrustNetwork,
    critical_repair,
    expected_trust,
    mean_field,
    simulate_trust,
    steady_trust,
)

quick = settings(max_examples=25)
communities = st.builds(
    TrustNetwork,
    misunderstanding=st.floats(0, 0.6),
    repair=st.floats(0, 1),
    loss_ratio=st.floats(0.5, 5),
    gain=st.floats(0.005, 0.2),
    meetings=st.sampled_from(list(model.MEETINGS)),
    rewiring=st.floats(0, 1),
    neighbours_per_side=st.integers(1, 10),
    start=st.floats(0, 1),
    people=st.integers(50, 120),
    steps=st.integers(10, 60),
)
MANY = TrustNetwork(meetings="well_mixed", people=20_000, steps=3000)
"""The community of 9-T5."""


def plain_run(p: TrustNetwork, seed: int) -> np.ndarray:
    """The rule as a plain loop over people, on the packaged model's own numbers; returns trust, (steps + 1, people)."""
    network = p.network(seed)
    picks, events = (stream.random((p.steps, p.people), dtype=np.float32) for stream in model._streams(seed))
    trust = [p.start] * p.people
    course = [trust]
    for pick, event in zip(picks.tolist(), events.tolist(), strict=True):
        following = list(trust)
        for i, (choice, u) in enumerate(zip(pick, event, strict=True)):
            if p.meetings == "well_mixed":
                j = (i + 1 + int(choice * (p.people - 1))) % p.people
            else:
                friends = network.neighbours_of(i)
                j = friends[int(choice * len(friends))]
            answered = trust[i] * trust[j] * (1 - p.misunderstanding)
            hurt = (trust[i] - answered) * (1 - p.repair)
            if u < answered:
                following[i] = trust[i] + p.gain * (1 - trust[i])
            elif u > 1 - hurt:
                following[i] = trust[i] - p.loss * trust[i]
        trust = following
        course.append(trust)
    return np.array(course)


def four_number_run(p: TrustNetwork, graph: nx.Graph, generator: random.Random) -> float:
    """The rule in the words of the dossier, with a chance of its own for bid, answer, loss and repair."""
    friends = [list(graph[i]) for i in graph]
    trust = [p.start] * len(friends)
    for _ in range(p.steps):
        following = list(trust)
        for i, mine in enumerate(trust):
            j = generator.choice(friends[i])
            if generator.random() >= mine:
                continue
            if generator.random() < trust[j] and generator.random() >= p.misunderstanding:
                following[i] += p.gain * (1 - mine)
            elif generator.random() >= p.repair:
                following[i] -= p.loss * mine
        trust = following
    return sum(trust) / len(trust)


# Published and closed-form results


def test_the_critical_repair_is_that_of_the_closed_form():
    """9-T5: .55 at the defaults; exercise 1 of 9.D: .7333 with ε = .2 and a ratio of 3."""
    assert TrustNetwork().critical_repair == pytest.approx(0.55)
    assert critical_repair(0.2, 3) == pytest.approx(0.7333, abs=5e-5)
    assert critical_repair(0.4, 0.5) == 0  # so little hurt needs no repair
    for misunderstanding, ratio in ((0.1, 2.0), (0.35, 1.2), (0.0, 4.0), (0.6, 5.0)):
        threshold = critical_repair(misunderstanding, ratio)
        below, above = expected_trust(misunderstanding, [threshold - 1e-6, threshold + 1e-6], ratio)
        assert below == 0
        assert 0 < above < 1e-3 or misunderstanding == 0


@pytest.mark.parametrize(("repair", "expected"), [(0.7, 0.833), (0.8, 0.926), (0.9, 0.972), (0.3, 0), (1, 1)])
def test_expected_trust_is_the_mean_field_of_the_dossier(repair: float, expected: float):
    """9-T5."""
    assert TrustNetwork(repair=repair).expected_trust == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize("misunderstanding", [0.0, 0.05, 0.2, 0.5])
@pytest.mark.parametrize("ratio", [0.8, 2.0, 3.5])
def test_expected_trust_is_where_the_mean_field_stands_still(misunderstanding: float, ratio: float):
    """A root finder on the equation as it is printed in 9.3, and the map run for long."""
    for repair in (0.0, 0.45, 0.8, 0.97):
        hurt, arrives = (1 - repair) * ratio, 1 - misunderstanding

        def drift(s: float, hurt: float = hurt, arrives: float = arrives) -> float:
            return arrives * (1 - s) - hurt * (1 - arrives * s)

        expected = brentq(drift, 0, 1) if drift(0) > 0 else 0.0
        assert expected_trust(misunderstanding, repair, ratio) == pytest.approx(expected, abs=1e-9)
        if abs(drift(0)) > 0.1:  # else it takes for ever
            p = TrustNetwork(
                misunderstanding=misunderstanding, repair=repair, loss_ratio=ratio, gain=0.2, steps=20_000, people=50
            )
            assert mean_field(p)[-1] == pytest.approx(expected, abs=5e-3)


@pytest.mark.parametrize(("repair", "expected"), [(0.7, 0.823), (0.8, 0.923), (0.9, 0.971)])
def test_a_well_mixed_community_settles_where_the_dossier_says(repair: float, expected: float):
    """9-T5: N = 20,000, T = 3000, ± .015; a little below the mean field, because people differ."""
    run = simulate_trust(MANY.replace(repair=repair))
    assert run.mean[-1] == pytest.approx(expected, abs=0.003)
    assert run.settled == pytest.approx(expected, abs=0.003)
    assert run.mean[-1] < run.parameters.expected_trust


def test_too_little_repair_ends_trust():
    """9-T5: ρ = .3."""
    run = simulate_trust(MANY.replace(repair=0.3))
    assert 0 < run.mean[-1] < 0.05
    assert (np.diff(run.mean[::100]) < 0).all()


def test_who_is_tied_to_whom_hardly_matters():
    """9-T6: p = 0, .05, 1 with N = 4000 and ρ = .7 give .820, .821, .822 and a spread of .053."""
    runs = [
        simulate_trust(TrustNetwork(rewiring=rewiring, people=4000, steps=3000, start=0.8)) for rewiring in (0, 0.05, 1)
    ]
    for run, expected in zip(runs, (0.820, 0.821, 0.822), strict=True):
        assert run.settled == pytest.approx(expected, abs=0.005)
        assert run.spread == pytest.approx(0.053, abs=0.005)
    settled = [run.settled for run in runs]
    assert max(settled) - min(settled) < 0.005


@pytest.mark.parametrize(
    ("misunderstanding", "repair", "ratio", "gain"), [(0.1, 0.7, 2, 0.02), (0.2, 0.85, 3, 0.05), (0.0, 0.4, 1.2, 0.1)]
)
def test_at_rest_gains_and_losses_balance(misunderstanding: float, repair: float, ratio: float, gain: float):
    """With m the mean and q the mean square: w m (m − q) η₊ = (1 − ρ) η₋ (1 − w m) q. Exact if all may meet."""
    p = MANY.replace(
        misunderstanding=misunderstanding, repair=repair, loss_ratio=ratio, gain=gain, steps=1500, start=0.8
    )
    trust = simulate_trust(p).trust.astype(float)
    m, q, w = trust.mean(), (trust**2).mean(), 1 - misunderstanding
    gained, lost = w * m * (m - q) * p.gain, (1 - repair) * p.loss * (1 - w * m) * q
    assert gained == pytest.approx(lost, rel=0.03, abs=1e-7)


# Second opinions


@pytest.mark.parametrize(
    "p",
    [
        TrustNetwork(people=60, steps=40),
        TrustNetwork(people=50, steps=30, meetings="well_mixed", misunderstanding=0.3, gain=0.2, start=0.9),
        TrustNetwork(people=70, steps=60, neighbours_per_side=1, rewiring=0.6, repair=0.1, loss_ratio=4),
    ],
)
def test_a_plain_loop_on_the_same_numbers_gives_the_same_trust(p: TrustNetwork):
    for seed in (7, 8):
        run, plain = simulate_trust(p, seed), plain_run(p, seed)
        np.testing.assert_allclose(run.watched_trust, plain, atol=1e-5)
        np.testing.assert_allclose(run.mean, plain.mean(axis=1), atol=1e-5)
        np.testing.assert_array_equal(run.trust, run.watched_trust[-1])


@pytest.mark.parametrize(
    "p",
    [
        TrustNetwork(people=300, steps=100, gain=0.1, repair=0.8),
        TrustNetwork(people=300, steps=100, gain=0.1, misunderstanding=0.3, repair=0.2, start=0.9, rewiring=0.5),
    ],
)
def test_four_numbers_and_networkx_tell_the_same_story_as_two(p: TrustNetwork):
    """Another network, another order of chances, other random numbers: the same mean over seeds."""
    seeds = range(6)
    ours = [simulate_trust(p, seed).mean[-1] for seed in seeds]
    theirs = [
        four_number_run(
            p, nx.watts_strogatz_graph(p.people, 2 * p.neighbours_per_side, p.rewiring, seed=seed), random.Random(seed)
        )
        for seed in seeds
    ]
    error = math.hypot(np.std(ours, ddof=1), np.std(theirs, ddof=1)) / math.sqrt(len(seeds))
    assert np.mean(ours) == pytest.approx(np.mean(theirs), abs=4 * error)


# Random numbers


@pytest.mark.parametrize("meetings", list(model.MEETINGS))
def test_one_seed_gives_one_run_however_it_is_cut(meetings: str, monkeypatch: pytest.MonkeyPatch):
    p = TrustNetwork(meetings=meetings, people=500, steps=40)
    whole = simulate_trust(p, 3)
    monkeypatch.setattr(model, "_STORED", 0)
    for block in (7, 100, 500, 4096):
        monkeypatch.setattr(model, "_BLOCK", block)
        cut = simulate_trust(p, 3)
        np.testing.assert_array_equal(cut.trust, whole.trust)
        np.testing.assert_array_equal(cut.watched_trust, whole.watched_trust)
        np.testing.assert_allclose(cut.mean, whole.mean, rtol=1e-6)
    assert (simulate_trust(p, 4).trust != whole.trust).any()


def test_a_longer_run_begins_like_a_shorter_one():
    short, long = (simulate_trust(TrustNetwork(steps=steps)) for steps in (60, 200))
    np.testing.assert_array_equal(long.watched_trust[:61], short.watched_trust)
    np.testing.assert_array_equal(long.mean_field[:61], short.mean_field)


@pytest.mark.parametrize(("name", "sign"), [("repair", 1), ("misunderstanding", -1), ("loss_ratio", -1), ("start", 1)])
def test_a_slider_moves_the_curve_and_not_the_noise(name: str, sign: int):
    """Each of sixty small steps moves settled trust the same way."""
    low, high = {"repair": (0.4, 1), "misunderstanding": (0, 0.6), "loss_ratio": (1, 4), "start": (0.2, 1)}[name]
    settled = [
        simulate_trust(TrustNetwork().replace(**{name: float(value)})).settled for value in np.linspace(low, high, 61)
    ]
    assert (sign * np.diff(settled) > 0).all()


# What every run must be


@quick
@given(communities, st.integers(0, 2**32))
def test_trust_stays_between_nothing_and_full(p: TrustNetwork, seed: int):
    run = simulate_trust(p, seed)
    assert run.watched_trust.shape == (p.steps + 1, p.people)
    assert run.watched_trust.min() >= 0
    assert run.watched_trust.max() <= 1
    assert run.mean.shape == run.mean_field.shape == (p.steps + 1,)
    assert run.mean[0] == pytest.approx(p.start, abs=1e-6)
    assert 0 <= run.spread <= 0.5
    moved = np.diff(run.watched_trust.astype(float), axis=0)
    before = run.watched_trust[:-1].astype(float)
    up, down = p.gain * (1 - before), -p.loss * before
    # Every step of every person is one of three: up, down, or none.
    nearest = np.minimum(np.abs(moved), np.minimum(np.abs(moved - up), np.abs(moved - down)))
    assert nearest.max() < 1e-6


def test_where_nothing_can_change_nothing_does():
    for p, value in (
        (TrustNetwork(start=0), 0),
        (TrustNetwork(start=1, misunderstanding=0, repair=0), 1),
        (TrustNetwork(start=1, misunderstanding=0, repair=0, meetings="well_mixed", people=90_000, steps=20), 1),
    ):
        run = simulate_trust(p)
        np.testing.assert_array_equal(run.trust, value)
        np.testing.assert_array_equal(run.mean, value)
        np.testing.assert_array_equal(run.mean_field, value)


def test_where_all_is_repaired_trust_never_falls():
    run = simulate_trust(TrustNetwork(repair=1, misunderstanding=0.6))
    assert (np.diff(run.watched_trust, axis=0) >= 0).all()


def test_a_million_people_follow_the_mean_field():
    run = simulate_trust(TrustNetwork(people=1_000_000, steps=10, repair=0.9, gain=0.1))
    assert len(run.trust) == 1_000_000
    assert run.watched_trust.shape == (11, 400)
    np.testing.assert_array_equal(run.trust[run.watched], run.watched_trust[-1])
    np.testing.assert_allclose(run.mean[:3], run.mean_field[:3], atol=5e-4)
    assert run.mean[-1] == pytest.approx(float(run.trust.mean(dtype=np.float64)), abs=1e-6)


def test_a_run_is_a_table():
    run = simulate_trust(TrustNetwork(steps=20))
    frame = run.to_frame()
    assert list(frame.columns) == ["step", "trust", "mean_field"]
    assert frame.step.tolist() == list(range(21))
    assert frame.trust.iloc[-1] == run.mean[-1] == pytest.approx(run.trust.mean(), abs=1e-6)
    assert run.settled == pytest.approx(run.mean[-5:].mean())


def test_a_point_of_a_sweep_is_a_run():
    point = {"repair": 0.9, "people": 200, "steps": 50}
    run = simulate_trust(TrustNetwork(**point), 11)
    assert steady_trust(point, 11) == {"trust": run.settled, "spread": run.spread}
    assert steady_trust(point, 12) != steady_trust(point, 11)


def test_a_run_knows_its_network():
    p = TrustNetwork(rewiring=0.3, neighbours_per_side=2)
    run = simulate_trust(p, 5)
    assert run.network is p.network(5)
    np.testing.assert_array_equal(run.network.neighbours, small_world(400, 4, 0.3, 5).neighbours)
    assert (run.network.neighbours != simulate_trust(p, 6).network.neighbours).any()


# What is refused


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"misunderstanding": 0.7}, r"misunderstanding must be between 0 and 0\.6, got 0\.7"),
        ({"repair": -0.1}, r"repair must be between 0 and 1, got -0\.1"),
        ({"gain": 0}, r"gain must be between 0\.005 and 0\.2, got 0"),
        ({"people": 49}, "people must be a whole number between 50 and 10000000, got 49"),
        ({"meetings": "nobody"}, "meetings must be one of 'small_world', 'well_mixed', got 'nobody'"),
        ({"neighbours_per_side": 2.5}, r"neighbours_per_side must be a whole number between 1 and 10, got 2\.5"),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(values, message: str):
    with pytest.raises(ValueError, match=message):
        TrustNetwork(**values)
    with pytest.raises(ValueError, match=message):
        steady_trust(values, 1)


def test_other_bad_input_is_refused_by_name():
    with pytest.raises(TypeError, match="forgiveness is not a parameter of TrustNetwork"):
        steady_trust({"forgiveness": 1}, 1)
    with pytest.raises(ValueError, match=r"misunderstanding must be between 0 and 1, got 1\.1"):
        critical_repair(1.1, 2)
    with pytest.raises(ValueError, match="loss_ratio must be above 0, got 0"):
        critical_repair(0.1, 0)
    with pytest.raises(ValueError, match="repair must be between 0 and 1, got nan"):
        expected_trust(0.1, math.nan, 2)
    with pytest.raises(ValueError, match="loss_ratio must be above 0"):
        expected_trust(0.1, 0.5, [2, -1])
