"""The neuron and its terminals: against a plain loop over milliseconds, published totals and what must always hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy.models.oxytocin_trust import neuron
from intimacy.models.oxytocin_trust.neuron import (
    OxytocinNeuron,
    Terminals,
    burst_train,
    regular_train,
    secretion,
    simulate_neuron,
)

LN2 = math.log(2)
OTHER_CELL = OxytocinNeuron(
    drive=420,
    inhibition=0.8,
    touch=150,
    touch_start=5,
    touch_duration=4,
    afterhyperpolarisation=0.4,
    afterhyperpolarisation_half_life=600,
    input_size=2.6,
    membrane_half_life=6,
    fast_brake=18,
    fast_brake_half_life=11,
    resting_potential=-60,
    threshold=-49,
    cells=2,
    duration=15,
)
OTHER_TERMINALS = Terminals(
    broadening=0.05,
    broadening_half_life=900,
    basal_entry=0.8,
    fast_calcium=2,
    fast_calcium_half_life=60,
    fast_calcium_limit=6,
    slow_calcium=0.001,
    slow_calcium_half_life=8000,
    slow_calcium_limit=0.1,
    slow_calcium_start=0,
    release=8e-6,
    refill=0.4,
    pool=900,
    reserve=20000,
)


def spikes_by_milliseconds(cell, parameters, seed):
    """The neuron's equations, one millisecond after the other, with the model's own random inputs."""
    p, steps = parameters, parameters.duration * 1000
    inputs = np.zeros((2, steps))
    for kind, ratio, highest in ((0, 1.0, 1000.0), (1, p.inhibition, 1200.0)):
        times, marks = neuron._inputs(seed, cell, kind, p.duration)
        for step, mark in zip(times, marks, strict=True):
            touched = p.touch_start * 1000 <= step < (p.touch_start + p.touch_duration) * 1000
            inputs[kind, step] += mark * highest < ratio * (p.drive + p.touch * touched)
    v = fast = slow = 0.0
    spikes = []
    for step in range(steps):
        v += -v * LN2 / p.membrane_half_life + p.input_size * (inputs[0, step] - inputs[1, step])
        fast -= fast * LN2 / p.fast_brake_half_life
        slow -= slow * LN2 / p.afterhyperpolarisation_half_life
        if p.resting_potential + v - fast - slow > p.threshold:
            fast += p.fast_brake
            slow += p.afterhyperpolarisation
            spikes.append((step + 1) / 1000)
    return spikes


def release_by_milliseconds(spike_times, duration, t):
    """The terminals' equations, one millisecond after the other: release and pool after each step, and the reserve."""
    spikes = set(np.rint(np.asarray(spike_times) * 1000).astype(int).tolist())
    b, e, c, pool, reserve = 0.0, 0.0, t.slow_calcium_start, t.pool, t.reserve
    released, pools = [], []
    for step in range(1, round(duration * 1000) + 1):
        b -= b * LN2 / t.broadening_half_life
        e -= e * LN2 / t.fast_calcium_half_life
        c -= c * LN2 / t.slow_calcium_half_life
        out = t.release * e**2 * pool
        fill = t.refill * reserve / t.reserve if pool < t.pool else 0.0
        pool += fill - out
        reserve -= fill
        if step in spikes:
            open_fast = 1 - e**5 / (e**5 + t.fast_calcium_limit**5)
            open_slow = 1 - c**3 / (c**3 + t.slow_calcium_limit**3)
            entry = open_fast * open_slow * (b + t.basal_entry)
            b += t.broadening
            e += t.fast_calcium * entry
            c += t.slow_calcium * entry
        released.append(out)
        pools.append(pool)
    return np.array(released), np.array(pools), reserve


@pytest.mark.parametrize("parameters", [OxytocinNeuron(duration=20), OTHER_CELL], ids=["default", "other"])
def test_a_cell_spikes_in_the_same_milliseconds_as_a_plain_loop(parameters):
    run = simulate_neuron(parameters, seed=3)
    assert len(run.spike_times) == parameters.cells
    for cell, found in enumerate(run.spike_times):
        expected = spikes_by_milliseconds(cell, parameters, seed=3)
        assert len(expected) > 20
        np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize("terminals", [Terminals(), OTHER_TERMINALS], ids=["default", "other"])
@pytest.mark.parametrize(
    "train",
    [regular_train(10, 20), burst_train(50, 2, 10, 20), np.array([0.001, 0.04, 19.2, 20]), np.array([])],
    ids=["regular", "bursts", "few", "none"],
)
def test_release_is_that_of_a_plain_loop(train, terminals):
    run = secretion(train, 20, terminals)
    released, pools, reserve = release_by_milliseconds(train, 20, terminals)
    binned = released.reshape(-1, 50).sum(axis=1) * 20
    np.testing.assert_allclose(run.total, [released.sum()], rtol=2e-3)
    np.testing.assert_allclose(run.release_rate[0], binned, rtol=2e-2, atol=1e-3 * binned.max())
    np.testing.assert_allclose(run.pool[0], pools[49::50], rtol=5e-3)
    np.testing.assert_allclose(run.refilled, [terminals.reserve - reserve], rtol=1e-2, atol=terminals.refill)


@pytest.mark.parametrize(("drive", "rate", "released"), [(190, 1.8, 1.9), (300, 3.5, 6.4), (500, 6.6, 26.9)])
def test_more_drive_gives_the_published_models_rates_and_much_more_release(drive, rate, released):  # 3.B1
    run = simulate_neuron(OxytocinNeuron(drive=drive, cells=20))
    assert run.firing_rate == pytest.approx(rate, rel=0.05)
    assert secretion(run.spike_times, run.duration).mean_rate.mean() == pytest.approx(released, rel=0.1)


def test_from_low_to_high_drive_release_grows_fourteenfold_and_spikes_less_than_fourfold():  # 3.B1
    low, high = (simulate_neuron(OxytocinNeuron(drive=drive, cells=20)) for drive in (190, 500))
    assert high.firing_rate / low.firing_rate == pytest.approx(3.7, abs=0.25)
    ratio = secretion(high.spike_times, 60).total.sum() / secretion(low.spike_times, 60).total.sum()
    assert ratio == pytest.approx(14, abs=1.5)


def test_the_same_600_spikes_release_2_33_times_as_much_in_bursts():  # 3.B2
    run = secretion([regular_train(10, 60), burst_train(50, 2, 10, 60)], 60)
    np.testing.assert_array_equal(run.spike_counts, [600, 600])
    regular, bursts = run.total
    assert bursts / regular == pytest.approx(2.33, abs=0.01)


def test_bursts_need_the_square_of_calcium_to_release_more():
    """With no broadening, no shut-off, and a release too small to empty the pool, only e² is left to favour bursts."""
    plain = Terminals(broadening=0, slow_calcium=0, fast_calcium_limit=50, slow_calcium_start=0, refill=1)
    small = plain.replace(fast_calcium=0.5)
    regular, bursts = secretion([regular_train(10, 60), burst_train(50, 2, 10, 60)], 60, small).total
    assert bursts / regular > 3
    assert secretion([regular_train(10, 60)], 60, small.replace(fast_calcium=0.25)).total * 4 == pytest.approx(
        regular, rel=0.02
    )


def test_at_equal_firing_the_slow_brake_makes_spiking_more_even():
    """The afterhyperpolarisation reduces the variability of spiking: Maícas-Royo et al. (2018), abstract."""
    braked, free = (
        simulate_neuron(OxytocinNeuron(drive=drive, afterhyperpolarisation=brake, cells=20, duration=100))
        for drive, brake in ((300, 1), (190, 0))
    )
    assert braked.firing_rate == pytest.approx(free.firing_rate, rel=0.03)
    dispersion = [run.rates().var() / run.rates().mean() for run in (braked, free)]
    assert dispersion[0] < 0.6 * dispersion[1]


def test_touch_raises_firing_only_while_it_lasts():
    parameters = OxytocinNeuron(touch=300, touch_start=20, touch_duration=20, cells=10)
    touched, alone = (simulate_neuron(each).rates().mean(axis=0) for each in (parameters, parameters.replace(touch=0)))
    np.testing.assert_array_equal(touched[:20], alone[:20])
    assert touched[20:40].mean() > 2 * alone[20:40].mean()
    assert touched[45:].mean() == pytest.approx(alone[45:].mean(), rel=0.15)


def test_inputs_arrive_at_the_rates_asked_for():
    parameters = OxytocinNeuron(drive=190, inhibition=0.5, duration=300)
    counts = [len(neuron._kept_inputs(parameters, 7, 0, kind)) / 300 for kind in (0, 1)]
    assert counts == pytest.approx([190, 95], rel=0.02)


@pytest.mark.parametrize("kept", [0.2, 0.8, 0.97])
def test_the_summed_input_is_the_exponential_filter(kept):
    inputs = np.random.default_rng(1).normal(size=400)
    expected, value = [], 0.0
    for each in inputs:
        value = kept * value + each
        expected.append(value)
    neuron._fade_in_place(inputs, kept)
    np.testing.assert_allclose(inputs, expected, atol=1e-9)


def test_a_cell_is_the_same_in_any_company_and_for_the_same_seed():
    one, three = (simulate_neuron(OxytocinNeuron(cells=cells), seed=11).spike_times for cells in (1, 3))
    np.testing.assert_array_equal(one[0], three[0])
    assert not np.array_equal(three[0], three[1])
    neuron._inputs.cache_clear()
    np.testing.assert_array_equal(simulate_neuron(OxytocinNeuron(), seed=11).spike_times[0], one[0])
    assert not np.array_equal(simulate_neuron(OxytocinNeuron(), seed=12).spike_times[0], one[0])


@pytest.mark.parametrize(("less", "more"), [(190, 200), (300, 600)])
def test_more_drive_keeps_every_excitatory_input_of_less_drive(less, more):
    few, many = (neuron._kept_inputs(OxytocinNeuron(drive=drive), 7, 0, 0) for drive in (less, more))
    assert len(few) < len(many)
    assert np.all(np.bincount(few, minlength=60_000) <= np.bincount(many, minlength=60_000))


def test_trains_have_the_spikes_and_rates_they_say():
    np.testing.assert_allclose(regular_train(4, 1), [0.25, 0.5, 0.75, 1.0])
    np.testing.assert_allclose(burst_train(2, 1, 3, 6), [0.5, 1.0, 3.5, 4.0])
    assert len(burst_train(2, 1, 3, 3.6)) == 3, "a burst cut by the end of the run"
    assert len(regular_train(0, 10)) == 0
    assert len(burst_train(50, 2, 10, 60)) == len(regular_train(10, 60)) == 600


def test_one_train_several_trains_and_rows_of_an_array_are_read_alike():
    train = regular_train(5, 10)
    alone = secretion(train, 10)
    assert alone.release_rate.shape == (1, 200)
    for several in ([train, train], np.array([train, train]), (train.tolist(), train.tolist())):
        run = secretion(several, 10)
        np.testing.assert_array_equal(run.release_rate, np.repeat(alone.release_rate, 2, axis=0))


def test_tables_hold_one_row_per_spike_and_per_bin():
    run = simulate_neuron(OxytocinNeuron(cells=3, duration=10))
    assert run.to_frame().groupby("cell").size().tolist() == run.spike_counts.tolist()
    released = secretion(run.spike_times, 10)
    table = released.to_frame()
    assert len(table) == 600
    np.testing.assert_allclose(table.groupby("train")["release_rate"].mean(), released.mean_rate)


any_train = st.lists(st.integers(1, 10_000), max_size=200, unique=True).map(
    lambda steps: np.array(sorted(steps)) / 1000
)


@settings(max_examples=50)
@given(any_train, st.sampled_from([Terminals(), OTHER_TERMINALS, Terminals(pool=100, refill=1, release=2e-5)]))
def test_no_oxytocin_is_made_or_lost(train, terminals):
    run = secretion(train, 10, terminals)
    assert run.release_rate.min() >= 0
    assert run.fast_calcium.min() >= 0
    assert 0 <= run.pool.min() <= run.pool.max() <= terminals.pool * (1 + 1e-12)
    assert 0 <= run.refilled[0] <= terminals.reserve
    np.testing.assert_allclose(terminals.pool + run.refilled - run.total, run.pool[:, -1], rtol=1e-9)


@settings(max_examples=50)
@given(any_train.filter(len), st.floats(0.05, 1))
def test_what_a_train_releases_early_does_not_depend_on_later_spikes(train, share):
    cut = max(1, int(share * len(train)))
    end = math.ceil(train[cut - 1] / 0.05) * 0.05
    bins = round(end / 0.05)
    part, whole = secretion(train[:cut], 10), secretion(train, 10)
    np.testing.assert_allclose(part.release_rate[0, : bins - 1], whole.release_rate[0, : bins - 1], rtol=1e-12)


@settings(max_examples=50)
@given(any_train.filter(lambda train: len(train) and train[0] < 9))
def test_a_second_spike_right_after_the_first_never_lowers_the_release_of_fresh_terminals(train):
    pair = secretion([train[:1], [train[0], train[0] + 0.02]], 10).total
    assert pair[1] > 2 * pair[0], "two spikes release more than twice as much as one"


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.floats(50, 600), st.floats(0, 1.2))
def test_spikes_are_ordered_and_lie_within_the_run(seed, drive, inhibition):
    run = simulate_neuron(OxytocinNeuron(drive=drive, inhibition=inhibition, duration=5), seed)
    times = run.spike_times[0]
    assert np.all(np.diff(times) > 0)
    assert times.size == 0 or 0 < times[0] <= times[-1] <= 5
    assert run.rates().sum() == run.spike_counts.sum()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: OxytocinNeuron(drive=20), "drive must be between 50 and 600, got 20"),
        (lambda: secretion([1.0], 0.07), "duration must be a positive multiple of 0.05 s, got 0.07"),
        (lambda: secretion([11.0], 10), "spike_times must be above 0 and at most 10.0 s, got 11 to 11"),
        (lambda: secretion([0.0], 10), "spike_times must be above 0"),
        (lambda: secretion([1.0, 1.0001], 10), "spike_times must be at least one millisecond apart"),
        (lambda: regular_train(600, 1), "rate must be between 0 and 500 per second, got 600"),
        (lambda: regular_train(1, -1), "duration must be between 0 and 100000, got -1"),
        (lambda: burst_train(50, 5, 2, 60), "burst_duration must be between 0 and the interval of 2 s, got 5"),
        (lambda: simulate_neuron(OxytocinNeuron()).rates(0), r"bin_seconds must be at least 0\.001, got 0"),
    ],
)
def test_bad_input_is_named_with_what_is_allowed(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
