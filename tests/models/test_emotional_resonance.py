"""Two rhythms, what chance looks like, and a crowd: against integrators, scipy, closed forms and brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.signal import hilbert
from scipy.special import hyp2f1, i0e, i1e

from intimacy.models.emotional_resonance import (
    FOLLOWING,
    LEADING_LEADING,
    MUTUAL,
    Crowd,
    Dyad,
    InStep,
    NullModel,
    analytic_signal,
    beat_rate,
    chance_limit,
    correlation_plv,
    critical_coupling,
    dyad_influence,
    dyad_tempo,
    effective_samples,
    endless_order,
    endless_order_over_time,
    endless_plv,
    expected_plv,
    expected_squared_plv,
    influence,
    interval_correlations,
    locked_delay,
    locked_lag,
    locked_tempo,
    locks,
    natural_frequencies,
    order_by_coupling,
    phase_locking_value,
    shortest_epoch,
    simulate_crowd,
    simulate_dyad,
    simulate_in_step,
    simulate_null_model,
    sliding_phase_locking,
    stationary_plv,
    tap_times,
    total_coupling,
)

STRONG = InStep(tempo=1.3, detuning=6, i_follows_j=9, j_follows_i=1.5, initial_difference=-2, noise=0, duration=10)
SLIPPING = InStep(detuning=5, i_follows_j=1, j_follows_i=2.5, noise=0, duration=30)


def settings_of(model, **fixed):
    """Any parameters of a model within their ranges."""
    strategies = {}
    for name, declared in model.specifications().items():
        match declared.kind:
            case "switch":
                strategies[name] = st.booleans()
            case "integer":
                strategies[name] = st.integers(declared.low, declared.high)
            case _:
                strategies[name] = st.floats(declared.low, declared.high)
    return st.builds(model, **{**strategies, **fixed})


# Two rhythms


@pytest.mark.parametrize("parameters", [InStep(noise=0), STRONG, SLIPPING], ids=["default", "strong", "slipping"])
def test_without_noise_two_rhythms_follow_the_printed_equations_as_an_integrator_does(parameters):
    p, run = parameters, simulate_in_step(parameters)
    omega_i, omega_j = math.tau * p.tempo + p.detuning / 2, math.tau * p.tempo - p.detuning / 2

    def slope(_, phases):
        i, j = phases
        return omega_i + p.i_follows_j * math.sin(j - i), omega_j + p.j_follows_i * math.sin(i - j)

    start = [p.initial_difference, 0.0]
    solved = solve_ivp(slope, (0, p.duration), start, t_eval=run.seconds, rtol=1e-9, atol=1e-9).y
    np.testing.assert_allclose([run.phase_i, run.phase_j], solved, atol=0.03)


def test_the_same_noise_through_plain_heun_steps_of_both_phases_gives_the_same_run():
    p = InStep(tempo=3, detuning=4, i_follows_j=1, j_follows_i=5, noise=0.7, duration=5)
    run, step = simulate_in_step(p, seed=3), 0.01
    noise = np.random.default_rng(np.random.SeedSequence(3)).standard_normal((500, 2)) * math.sqrt(2 * 0.7 * step)
    natural = math.tau * 3 + np.array([2, -2])
    coupling = np.array([p.i_follows_j, p.j_follows_i])
    phases = np.array([p.initial_difference, 0.0])
    for kick in noise:
        first = natural + coupling * np.sin(phases[::-1] - phases)
        guess = phases + step * first + kick
        second = natural + coupling * np.sin(guess[::-1] - guess)
        phases = phases + step * (first + second) / 2 + kick
    np.testing.assert_allclose([run.phase_i[-1], run.phase_j[-1]], phases, atol=1e-9)


@pytest.mark.parametrize(("detuning", "i_follows_j", "j_follows_i"), [(2, 2, 2), (2, 1.1, 1), (7, 0, 7.5), (0, 0.5, 0)])
def test_rhythms_lock_when_the_detuning_is_within_the_coupling_and_lag_by_its_arcsine(
    detuning, i_follows_j, j_follows_i
):  # 1.B3
    p = InStep(detuning=detuning, i_follows_j=i_follows_j, j_follows_i=j_follows_i, noise=0, duration=60)
    assert locks(p)
    assert beat_rate(p) == 0
    lag = simulate_in_step(p).difference[-1]
    assert math.remainder(lag, math.tau) == pytest.approx(locked_lag(p), abs=1e-5)
    assert locked_lag(p) == pytest.approx(math.asin(detuning / (i_follows_j + j_follows_i)))


def test_two_radians_per_second_at_a_total_coupling_of_four_lag_by_41_7_milliseconds():  # exercise 1.D(2)
    assert locked_lag(InStep()) == pytest.approx(0.524, abs=5e-4)
    assert locked_delay(InStep()) == pytest.approx(41.7, abs=0.05)
    assert locks(InStep(i_follows_j=1, j_follows_i=1))
    assert not locks(InStep(i_follows_j=1, j_follows_i=0.9))


@pytest.mark.parametrize(("detuning", "coupling"), [(5, 3.5), (2, 1.9), (8, 0), (3, 1)])
def test_out_of_step_the_difference_grows_at_the_beat_rate(detuning, coupling):  # 1.B3
    p = InStep(detuning=detuning, i_follows_j=coupling, j_follows_i=0, noise=0, duration=60, initial_difference=0)
    assert beat_rate(p) == pytest.approx(math.sqrt(detuning**2 - coupling**2))
    run = simulate_in_step(p)
    turns = int(run.difference[-1] // math.tau)
    assert turns >= 5
    assert run.slips == turns
    seconds = tap_times(run.seconds, run.difference)[turns - 1]
    assert math.tau * turns / seconds == pytest.approx(beat_rate(p), rel=1e-3)


@pytest.mark.parametrize(("i_follows_j", "j_follows_i"), [(2, 2), (0, 4), (4, 0), (1, 5)])
def test_the_shared_tempo_is_nearer_to_who_follows_less(i_follows_j, j_follows_i):  # 1.B4
    p = InStep(i_follows_j=i_follows_j, j_follows_i=j_follows_i, noise=0, duration=30)
    run = simulate_in_step(p)
    second_half = slice(len(run.seconds) // 2, None)
    for phase in (run.phase_i[second_half], run.phase_j[second_half]):
        tempo = (phase[-1] - phase[0]) / (math.tau * 15)
        assert tempo == pytest.approx(locked_tempo(p), abs=1e-5)
    assert locked_tempo(p) == pytest.approx(2 + (j_follows_i - i_follows_j) / (j_follows_i + i_follows_j) / math.tau)


def test_a_pure_follower_takes_on_the_tempo_of_the_leader():  # 1.B4
    leader = InStep(i_follows_j=0, j_follows_i=3)
    assert influence(leader) == 1
    assert locked_tempo(leader) == pytest.approx(2 + 1 / math.tau)
    assert influence(InStep(i_follows_j=3, j_follows_i=0)) == 0
    assert influence(InStep(i_follows_j=0, j_follows_i=0)) == 0.5


@pytest.mark.parametrize("concentration", [0.05, 1, 2, 4, 60])
def test_for_equal_tempi_the_stationary_plv_is_a_ratio_of_bessel_functions(concentration):  # 1.B5
    p = InStep(detuning=0, i_follows_j=concentration * 0.1, j_follows_i=concentration * 0.1, noise=0.1)
    assert stationary_plv(p) == pytest.approx(i1e(concentration) / i0e(concentration), rel=1e-9)


@pytest.mark.parametrize("detuning", [0, 3, 8])
@pytest.mark.parametrize("noise", [0.01, 0.3, 2])
def test_the_stationary_plv_solves_the_fokker_planck_equation_on_a_grid(detuning, noise):
    p = InStep(detuning=detuning, i_follows_j=2, j_follows_i=1.5, noise=noise)
    count = 301  # Fourier modes −150 … 150 of the density, and the flow as a matrix on them
    order = np.arange(count) - count // 2
    flow = np.diag(-1j * detuning * order - 2 * noise * order**2).astype(complex)
    flow += np.diag(1.75 * order[1:], -1) - np.diag(1.75 * order[:-1], 1)
    flow[count // 2] = 0
    flow[count // 2, count // 2] = 1
    density = np.linalg.solve(flow, order == 0)
    assert stationary_plv(p) == pytest.approx(abs(density[count // 2 + 1]), rel=1e-6)


@pytest.mark.parametrize("parameters", [InStep(detuning=1, noise=1e-4), InStep(detuning=5, noise=1e-4)])
def test_little_noise_approaches_the_limit_without_noise(parameters):
    assert stationary_plv(parameters) == pytest.approx(stationary_plv(parameters.replace(noise=0)), abs=1e-3)


@pytest.mark.parametrize(("coupling", "detuning"), [(0.4, 0), (0.8, 0), (1.6, 0), (0.8, 1.5)])
def test_long_noisy_runs_reach_the_stationary_plv(coupling, detuning):  # 1.B5, κ = 1, 2, 4
    p = InStep(detuning=detuning, i_follows_j=coupling / 4, j_follows_i=coupling * 3 / 4, noise=0.2, duration=60)
    settled = [simulate_in_step(p, seed).difference[1000:] for seed in range(40)]
    assert phase_locking_value(settled) == pytest.approx(stationary_plv(p), abs=0.05)


def test_sliding_windows_are_the_plv_of_each_stretch():
    difference = np.random.default_rng(1).normal(size=200).cumsum()
    expected = [phase_locking_value(difference[start : start + 30]) for start in range(171)]
    np.testing.assert_allclose(sliding_phase_locking(difference, 30), expected, atol=1e-12)
    run = simulate_in_step(InStep(window=1.5))
    assert run.window_end[0] == pytest.approx(1.49)
    np.testing.assert_allclose(run.sliding_plv, sliding_phase_locking(run.difference, 150))
    assert run.to_frame()["sliding_plv"].isna().sum() == 149


def test_a_plv_of_known_phases():
    assert phase_locking_value([0.3] * 5) == pytest.approx(1)
    assert phase_locking_value(np.arange(8) * math.tau / 8) == pytest.approx(0, abs=1e-15)
    assert phase_locking_value([0, math.pi / 2]) == pytest.approx(math.sqrt(0.5))


@settings(max_examples=50)
@given(st.lists(st.floats(-50, 50), min_size=1, max_size=40), st.floats(-10, 10))
def test_a_plv_is_between_0_and_1_and_unmoved_by_turning_or_swapping(difference, turn):
    value = phase_locking_value(difference)
    assert 0 <= value <= 1
    assert phase_locking_value(np.array(difference) + turn) == pytest.approx(value, abs=1e-9)
    assert phase_locking_value(-np.array(difference)) == pytest.approx(value, abs=1e-12)


@settings(max_examples=25)
@given(settings_of(InStep, duration=st.floats(5, 8)), st.integers(0, 2**32 - 1))
def test_any_two_rhythms_are_finite_and_repeat_from_their_seed(parameters, seed):
    run, again = simulate_in_step(parameters, seed), simulate_in_step(parameters, seed)
    np.testing.assert_array_equal(run.phase_i, again.phase_i)
    assert np.isfinite([run.phase_i, run.phase_j]).all()
    assert np.all((run.sliding_plv >= 0) & (run.sliding_plv <= 1))
    assert 0 <= stationary_plv(parameters) <= 1 + 1e-12


@settings(max_examples=25)
@given(settings_of(InStep, duration=st.just(5.0)))
def test_coupling_never_moves_the_weighted_mean_of_the_phases(parameters):
    p = parameters
    free = p.replace(i_follows_j=0, j_follows_i=0)
    bound, alone = simulate_in_step(p), simulate_in_step(free)
    weighted = [p.j_follows_i * run.phase_i + p.i_follows_j * run.phase_j for run in (bound, alone)]
    np.testing.assert_allclose(weighted[0], weighted[1], atol=1e-6)


def test_a_longer_run_starts_with_the_shorter_one_and_another_seed_differs():
    short, long = (simulate_in_step(InStep(duration=duration)) for duration in (5, 15))
    np.testing.assert_array_equal(short.phase_j, long.phase_j[:501])
    assert not np.array_equal(short.phase_j, simulate_in_step(InStep(duration=5), seed=8).phase_j)


# Four rhythms


@pytest.mark.parametrize("preset", [MUTUAL, FOLLOWING, LEADING_LEADING.replace(tempo=5, detuning=7)])
def test_four_rhythms_follow_the_printed_equations_as_an_integrator_does(preset):
    p = preset.replace(noise=0, duration=10)
    run = simulate_dyad(p)
    fast, slow = math.tau * p.tempo + p.detuning / 2, math.tau * p.tempo - p.detuning / 2

    def slope(_, phases):
        p_i, a_i, p_j, a_j = phases
        return (
            fast + p.within_i * math.sin(a_i - p_i) + p.i_hears_j * math.sin(a_j - p_i),
            fast + p.within_i * math.sin(p_i - a_i),
            slow + p.within_j * math.sin(a_j - p_j) + p.j_hears_i * math.sin(a_i - p_j),
            slow + p.within_j * math.sin(p_j - a_j),
        )

    solved = solve_ivp(slope, (0, 10), np.zeros(4), t_eval=run.seconds, rtol=1e-9, atol=1e-9).y
    found = [run.perception_i, run.action_i, run.perception_j, run.action_j]
    np.testing.assert_allclose(found, solved, atol=0.02)


@pytest.mark.parametrize(
    "dyad",
    [MUTUAL, FOLLOWING, Dyad(within_i=1, within_j=9, i_hears_j=3, j_hears_i=5)],
    ids=["mutual", "follow", "other"],
)
def test_the_shared_tempo_of_a_dyad_is_weighted_by_the_null_vector_of_its_coupling(dyad):
    w_i, w_j, b_i, b_j = dyad.within_i, dyad.within_j, dyad.i_hears_j, dyad.j_hears_i
    graph = np.array([[0, w_i, 0, b_i], [w_i, 0, 0, 0], [0, b_j, 0, w_j], [0, 0, w_j, 0]])
    values, vectors = np.linalg.eig((graph - np.diag(graph.sum(axis=1))).T)
    weights = vectors[:, np.abs(values).argmin()].real
    assert dyad_influence(dyad) == pytest.approx(weights[:2].sum() / weights.sum())
    small = dyad.replace(detuning=0.1, noise=0, duration=60)
    for tempo in simulate_dyad(small).tempi:
        assert tempo == pytest.approx(dyad_tempo(small), abs=1e-5)


def test_presets_hold_the_relations_that_heggli_reports():
    assert min(MUTUAL.i_hears_j, MUTUAL.j_hears_i) > max(MUTUAL.within_i, MUTUAL.within_j)
    assert FOLLOWING.within_j < FOLLOWING.within_i
    assert max(LEADING_LEADING.i_hears_j, LEADING_LEADING.j_hears_i) < LEADING_LEADING.within_i / 10


def test_mutual_and_following_dyads_share_a_tempo_and_two_leaders_do_not():
    mutual, following, leading = (
        simulate_dyad(each.replace(duration=60)) for each in (MUTUAL, FOLLOWING, LEADING_LEADING)
    )
    assert mutual.plv > 0.8
    assert following.plv > 0.8
    assert leading.plv < 0.3
    assert dyad_influence(MUTUAL) == 0.5
    assert dyad_influence(FOLLOWING) > 0.8
    assert following.tempi[1] - FOLLOWING.tempo > 0.03, "the follower j speeds up towards i"
    assert leading.tempi[0] - leading.tempi[1] > 0.08


def mean_interval_correlations(dyad, seeds=100):
    found = []
    for seed in range(seeds):
        run = simulate_dyad(dyad.replace(detuning=0), seed)
        found.append(
            interval_correlations(*(tap_times(run.seconds, phase)[4:] for phase in (run.action_i, run.action_j)))
        )
    return np.mean(found, axis=0)


def test_a_follower_corrects_one_tap_later_and_two_leaders_do_not():
    """The pattern that Heggli et al. fitted: symmetric for mutual, one-sided for following, none for two leaders."""
    j_after_i, _, i_after_j = mean_interval_correlations(FOLLOWING)
    assert j_after_i > i_after_j + 0.1
    j_after_i, _, i_after_j = mean_interval_correlations(MUTUAL)
    assert min(j_after_i, i_after_j) > 0.05
    assert np.abs(mean_interval_correlations(LEADING_LEADING)).max() < 0.07
    j_after_i, _, i_after_j = mean_interval_correlations(Dyad(within_i=8, within_j=1))
    assert i_after_j > j_after_i + 0.1, "with equal listening, loose coupling within j makes i the follower"


def test_interval_correlations_find_who_repeats_whom():
    intervals = np.random.default_rng(0).normal(0.5, 0.02, 400)
    leader, follower = intervals.cumsum(), np.concatenate([[0.5], intervals[:-1]]).cumsum()
    np.testing.assert_allclose(interval_correlations(leader, follower), [1, 0, 0], atol=0.15)
    np.testing.assert_allclose(interval_correlations(follower, leader[:-7]), [0, 0, 1], atol=0.15)


def test_loose_coupling_within_one_person_alone_gives_that_person_more_weight():
    assert dyad_influence(Dyad(within_j=1)) < 0.5 < dyad_influence(Dyad(within_i=1))


def test_taps_come_once_per_turn():
    seconds = np.linspace(0, 3, 301)
    np.testing.assert_allclose(tap_times(seconds, 4 * math.pi * seconds - 0.5)[:5], (np.arange(5) + 0.5 / math.tau) / 2)
    noisy = simulate_dyad(Dyad())
    taps = tap_times(noisy.seconds, noisy.action_i)
    assert np.all(np.diff(taps) > 0)
    assert len(taps) == pytest.approx(40, abs=3)
    assert len(noisy.to_frame()) == len(noisy.seconds)


# Is that synchrony?


@pytest.mark.parametrize("count", [257, 640])
def test_the_analytic_signal_is_that_of_scipy(count):
    signal = np.random.default_rng(2).normal(size=(3, count))
    np.testing.assert_allclose(analytic_signal(signal), hilbert(signal), atol=1e-12)
    inside = analytic_signal(signal, band=(8, 12))
    np.testing.assert_allclose(inside, hilbert(inside.real), atol=1e-12)
    spectrum = np.abs(np.fft.rfft(inside.real))
    frequencies = np.fft.rfftfreq(count, 1 / 64)
    assert spectrum[:, (frequencies < 8) | (frequencies > 12)].max() < 1e-9
    kept = (frequencies >= 8) & (frequencies <= 12)
    np.testing.assert_allclose(spectrum[:, kept], np.abs(np.fft.rfft(signal))[:, kept])
    assert analytic_signal(signal.astype(np.float32)).dtype == np.complex64


def test_the_run_is_what_scipy_finds_in_its_signals():
    run = simulate_null_model(NullModel(shared_input=0.6, epoch=30, epochs=20))
    phases = np.angle(hilbert([run.signal_i, run.signal_j]))
    inner = slice(200, -200)  # the first epoch alone, away from where it was cut out of the recording
    gap = np.angle(np.exp(1j * (phases[0] - phases[1] - run.difference)))[inner]
    assert np.abs(gap).mean() < 0.02
    assert run.plv[0] == pytest.approx(phase_locking_value(run.difference), abs=1e-5)
    assert len(run.to_frame()) == 20


@pytest.mark.parametrize("samples", [4, 20, 50])
def test_independent_phases_follow_the_laws_of_chance(samples):  # 1.B7
    phases = np.random.default_rng(5).uniform(0, math.tau, (20_000, samples))
    values = np.abs(np.exp(1j * phases).mean(axis=1))
    assert np.mean(values**2) == pytest.approx(expected_squared_plv(samples), rel=0.03)
    assert values.mean() == pytest.approx(expected_plv(samples), rel=0.03)
    assert np.mean(values > chance_limit(samples)) == pytest.approx(0.05, abs=0.012)


def test_twenty_unrelated_samples_have_a_plv_of_a_fifth():  # 1.B7, quiz Q1
    assert expected_plv(20) == pytest.approx(0.198, abs=5e-4)
    assert expected_squared_plv(20) == 0.05
    assert chance_limit(20) == pytest.approx(math.sqrt(-math.log(0.05) / 20))


def test_epochs_of_a_4_hertz_band_must_last_almost_20_seconds():  # exercise 1.D(3)
    assert shortest_epoch(4, 0.1) == pytest.approx(19.6, abs=0.05)
    assert expected_plv(effective_samples(4, shortest_epoch(4, 0.1))) == pytest.approx(0.1)


@pytest.mark.parametrize(("epoch", "found", "law"), [(1, 0.415, 0.443), (10, 0.136, 0.140)])
def test_unrelated_noise_has_the_plv_of_bandwidth_times_epoch_samples(epoch, found, law):  # 1.B7, 1C
    assert expected_plv(effective_samples(4, epoch)) == pytest.approx(law, abs=5e-4)
    means = [simulate_null_model(NullModel(shared_input=0, epoch=epoch), seed).mean_plv for seed in range(8)]
    # The dossier's filter was another one; a sharp band gives a little less than found there.
    assert np.mean(means) == pytest.approx(found, abs=0.035 * found / 0.415)
    assert np.mean(means) < law


@pytest.mark.parametrize(("bandwidth", "epoch"), [(4, 1), (4, 10), (1, 2), (12, 0.5)])
def test_the_mean_squared_plv_of_unrelated_noise_is_an_integral_over_its_autocorrelation(bandwidth, epoch):
    """The mean over pairs of instants of R(ρ)² for each signal's correlation ρ, R being that of ``correlation_plv``."""
    count = round(64 * epoch)
    lags = np.arange(count) / 64
    resultant = np.array([correlation_plv(abs(each)) for each in np.sinc(bandwidth * lags)])
    weights = np.where(lags == 0, 1, 2) * (1 - lags / epoch) / count
    p = NullModel(shared_input=0, bandwidth=bandwidth, epoch=epoch, epochs=200, surrogate=False)
    found = np.mean([np.mean(simulate_null_model(p, seed).plv ** 2) for seed in range(8)])
    assert found == pytest.approx(weights @ resultant**2, rel=0.06)


@pytest.mark.parametrize(("shared_input", "found"), [(0.2, 0.15), (0.5, 0.47), (0.8, 0.69)])
def test_shared_input_alone_makes_signals_look_coupled(shared_input, found):  # 1C
    p = NullModel(shared_input=shared_input, epoch=30, epochs=20)
    assert endless_plv(p) == pytest.approx(correlation_plv(shared_input))
    differences = [simulate_null_model(p, seed).difference for seed in range(20)]
    assert phase_locking_value(differences) == pytest.approx(endless_plv(p), abs=0.05)
    assert endless_plv(p) == pytest.approx(found, abs=0.07), "the dossier's values are of one recording of 120 s"


@pytest.mark.parametrize("correlation", [0, 0.05, 0.3, 0.8, 0.99])
def test_the_plv_of_correlated_signals_is_a_hypergeometric_function(correlation):
    assert correlation_plv(correlation) == pytest.approx(
        math.pi / 4 * correlation * hyp2f1(0.5, 0.5, 2, correlation**2), rel=1e-9
    )


def test_equal_signals_are_locked():
    assert correlation_plv(1) == 1
    assert correlation_plv(0.9999) == pytest.approx(1, abs=0.001)


@pytest.mark.parametrize(("coupling", "shared_input", "bandwidth"), [(2, 0, 4), (6, 0, 4), (6, 0, 1), (3, 0.5, 8)])
def test_coupling_reaches_the_closed_form_in_long_recordings(coupling, shared_input, bandwidth):
    p = NullModel(coupling=coupling, shared_input=shared_input, bandwidth=bandwidth, epoch=30, epochs=20)
    differences = [simulate_null_model(p, seed).difference for seed in range(20)]
    assert phase_locking_value(differences) == pytest.approx(endless_plv(p), abs=0.06)


def test_a_pull_on_a_slow_difference_is_what_an_integrator_finds():
    """In the frame that turns with 10 Hz the difference obeys d' = d₀' − K d."""
    free, bound = (
        simulate_null_model(NullModel(coupling=coupling, shared_input=0, bandwidth=2, epoch=30, epochs=20))
        for coupling in (0, 5)
    )
    turning = np.exp(-1j * math.tau * 10 * free.seconds)
    inner = slice(200, -200)
    before, after = (turning * hilbert(run.signal_i - run.signal_j) for run in (free, bound))
    slope = np.gradient(after, 1 / 64) - np.gradient(before, 1 / 64)
    np.testing.assert_allclose(slope[inner], -5 * after[inner], atol=0.1 * np.abs(5 * after).max())
    np.testing.assert_allclose(bound.signal_i + bound.signal_j, free.signal_i + free.signal_j, atol=1e-4)


def test_surrogates_expose_chance_but_not_shared_input():
    # 5 % of unrelated recordings beat their own surrogates, nearly all with shared input do
    unrelated = [simulate_null_model(NullModel(shared_input=0), seed).beats_chance for seed in range(60)]
    assert sum(unrelated) <= 9
    shared = [simulate_null_model(NullModel(shared_input=0.6), seed).beats_chance for seed in range(10)]
    coupled = [
        simulate_null_model(NullModel(shared_input=0, coupling=6, epoch=4), seed).beats_chance for seed in range(10)
    ]
    assert sum(shared) == 10
    assert sum(coupled) >= 9


def test_surrogates_are_the_other_pairings_of_epochs():
    p = NullModel(epochs=20, shared_input=0.7, epoch=2)
    run = simulate_null_model(p)
    assert run.surrogate_means.shape == (19,)
    assert run.surrogate_limit == pytest.approx(np.quantile(run.surrogate_means, 0.95))
    unrelated = simulate_null_model(NullModel(epochs=200, shared_input=0, epoch=2))
    assert run.surrogate_means.mean() == pytest.approx(unrelated.mean_plv, abs=0.03)
    assert run.surrogate_means.max() < run.mean_plv - 0.1, "no epoch is paired with itself"
    without = simulate_null_model(p.replace(surrogate=False))
    np.testing.assert_array_equal(without.plv, run.plv)
    assert without.surrogate_limit is None
    assert without.beats_chance, "anything beats 0"


@settings(max_examples=30)
@given(settings_of(NullModel, epoch=st.floats(0.5, 3), epochs=st.integers(20, 40)), st.integers(0, 2**32 - 1))
def test_any_recording_has_values_between_0_and_1_and_repeats_from_its_seed(parameters, seed):
    run, again = simulate_null_model(parameters, seed), simulate_null_model(parameters, seed)
    np.testing.assert_array_equal(run.plv, again.plv)
    np.testing.assert_array_equal(run.surrogate_means, again.surrogate_means)
    assert np.all((run.plv >= 0) & (run.plv <= 1))
    assert np.isfinite([run.signal_i, run.signal_j, run.difference]).all()
    assert 0 <= endless_plv(parameters) <= 1


def test_more_shared_input_moves_the_curve_and_not_the_noise():
    means = [simulate_null_model(NullModel(shared_input=share)).mean_plv for share in np.arange(2, 19) / 20]
    assert np.all(np.diff(means) > 0)


# A crowd


@pytest.mark.parametrize(("coupling", "order"), [(1.2, 0.408), (1.5, 0.577), (2, 0.707), (4, 0.866)])
def test_a_crowd_of_2000_orders_itself_as_kuramoto_predicts(coupling, order):  # 1.B6
    assert endless_order(coupling, 0.5) == pytest.approx(order, abs=5e-4)
    crowd = Crowd(people=2000, coupling=coupling, start_together=True, duration=60)
    assert simulate_crowd(crowd).settled_order == pytest.approx(order, abs=0.005)


def test_another_spread_moves_the_critical_coupling():  # 1.B6
    assert critical_coupling(0.5) == 1
    assert critical_coupling(1.25) == 2.5
    crowd = Crowd(people=2000, spread=1.25, start_together=True, duration=30)
    found = order_by_coupling(crowd, [1, 2, 4, 6])
    np.testing.assert_allclose(endless_order([1, 2, 4, 6], 1.25), [0, 0, math.sqrt(0.375), math.sqrt(7 / 12)])
    np.testing.assert_allclose(found[2:], endless_order([4, 6], 1.25), atol=0.01)
    assert np.all(found[:2] < 0.05)


@pytest.mark.parametrize(
    "parameters", [Crowd(people=2000), Crowd(people=2000, coupling=0.6), Crowd(people=2000, coupling=1)]
)
def test_a_crowd_that_starts_together_follows_ott_and_antonsen_in_time(parameters):
    run = simulate_crowd(parameters.replace(start_together=True))
    np.testing.assert_allclose(run.order, endless_order_over_time(parameters, run.seconds), atol=0.015)


def test_the_course_in_time_solves_its_own_equation():
    for coupling, spread in ((1.5, 0.5), (1, 0.5), (0.7, 1.2), (5, 0.3)):
        p = Crowd(coupling=coupling, spread=spread)
        times = np.linspace(0, 10, 21)
        solved = solve_ivp(
            lambda _, r, k=coupling, g=spread: r * (k / 2 - g - k * r**2 / 2),
            (0, 10),
            [1.0],
            t_eval=times,
            rtol=1e-9,
            atol=1e-12,
        )
        np.testing.assert_allclose(endless_order_over_time(p, times), solved.y[0], rtol=1e-5)


def test_a_small_crowd_in_pairs_follows_an_integrator():
    p = Crowd(people=20, coupling=3, duration=10, spread=0.2)
    run = simulate_crowd(p)
    start = np.random.default_rng(np.random.SeedSequence(7)).uniform(-math.pi, math.pi, 20)

    def slope(_, phases):
        return run.frequencies + 3 / 20 * np.sin(phases[np.newaxis] - phases[:, np.newaxis]).sum(axis=1)

    solved = solve_ivp(slope, (0, 10), start, t_eval=run.seconds, rtol=1e-8, atol=1e-8).y
    np.testing.assert_allclose(run.order, np.abs(np.exp(1j * solved).mean(axis=0)), atol=0.02)
    np.testing.assert_allclose(np.exp(1j * run.phases), np.exp(1j * solved[:, -1]), atol=0.05)


def test_natural_frequencies_are_lorentz_quantiles():
    frequencies = natural_frequencies(1000, 0.5)
    assert np.mean(np.abs(frequencies) < 0.5) == 0.5
    np.testing.assert_allclose(frequencies, -frequencies[::-1], atol=1e-9)
    np.testing.assert_allclose(natural_frequencies(1000, 1.5), 3 * frequencies)
    assert np.mean(np.abs(frequencies) < 5) == pytest.approx(2 / math.pi * math.atan(10), abs=1e-3)


def test_ten_thousand_people_hardly_differ_from_an_endless_crowd():
    run = simulate_crowd(Crowd(people=10_000, coupling=2, start_together=True))
    assert run.settled_order == pytest.approx(math.sqrt(0.5), abs=0.01)
    assert np.all(np.abs(run.phases) <= math.pi)
    assert len(run.to_frame()) == 201


def test_each_coupling_of_a_sweep_is_a_run_of_its_own():
    p = Crowd(people=100)
    alone = [simulate_crowd(p.replace(coupling=coupling)).settled_order for coupling in (0, 1.2, 3)]
    np.testing.assert_allclose(order_by_coupling(p, [0, 1.2, 3]), alone, atol=1e-3)


@settings(max_examples=30)
@given(settings_of(Crowd, people=st.integers(10, 300), duration=st.floats(5, 10)), st.integers(0, 2**32 - 1))
def test_any_crowd_has_an_order_between_0_and_1_and_repeats_from_its_seed(parameters, seed):
    run = simulate_crowd(parameters, seed)
    np.testing.assert_array_equal(run.order, simulate_crowd(parameters, seed).order)
    assert np.all((run.order >= 0) & (run.order <= 1))
    assert np.isfinite(run.phases).all()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: InStep(noise=3), "noise must be between 0 and 2, got 3"),
        (lambda: Crowd(people=20_000), "people must be a whole number between 10 and 10000, got 20000"),
        (lambda: locked_lag(InStep(detuning=5)), r"detuning must be between 0 and the total coupling 4.0, got 5.0"),
        (lambda: locked_tempo(InStep(detuning=5)), "detuning must be between 0"),
        (lambda: phase_locking_value([]), "difference must hold at least 1"),
        (lambda: sliding_phase_locking([0, 1], 3), "width must be between 1 and 2 samples, got 3"),
        (lambda: interval_correlations(np.arange(9), np.arange(4)), "at least 5 pairs of taps, got 4"),
        (lambda: dyad_influence(Dyad(within_j=0)), "within_j must be above 0"),
        (lambda: dyad_tempo(Dyad(i_hears_j=0)), "i_hears_j must be above 0"),
        (lambda: analytic_signal(np.ones(64), band=(40, 50)), r"band must hold a frequency between 0 and 32.0 Hz"),
        (lambda: expected_plv(0.5), "samples must be at least 1, got 0.5"),
        (lambda: expected_squared_plv(math.nan), "samples must be at least 1"),
        (lambda: chance_limit(5, 1), "level must be above 0 and below 1, got 1"),
        (lambda: effective_samples(0, 1), "bandwidth must be above 0"),
        (lambda: shortest_epoch(4, 0), "plv must be above 0"),
        (lambda: correlation_plv(1.2), "correlation must be between 0 and 1, got 1.2"),
        (
            lambda: order_by_coupling(Crowd(), [1, 9]),
            "couplings must be a list of numbers between 0 and 6",
        ),
        (lambda: order_by_coupling(Crowd(), 1), "couplings must be a list or an array"),
        (lambda: natural_frequencies(0, 1), "people must be a whole number between 1 and 100000"),
        (lambda: natural_frequencies(5, 0), "spread must be above 0"),
        (lambda: critical_coupling(-1), "spread must be above 0, got -1"),
        (lambda: endless_order([-1], 1), "coupling must be at least 0"),
        (lambda: endless_order_over_time(Crowd(), -1), "seconds must be at least 0"),
    ],
)
def test_bad_input_is_named_with_what_is_allowed(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_nobody_listening_shares_no_coupling():
    assert total_coupling(InStep(i_follows_j=0, j_follows_i=0)) == 0
    assert stationary_plv(InStep(i_follows_j=0, j_follows_i=0)) == 0
    same = InStep(i_follows_j=0, j_follows_i=0, detuning=0, noise=0)
    assert stationary_plv(same) == simulate_in_step(same).plv == pytest.approx(1)


@pytest.mark.parametrize(("people", "duration"), [(10, 5), (200, 20), (1010, 10)])
def test_the_people_who_are_watched_are_those_of_the_crowd(people: int, duration: int) -> None:
    """The film starts where the seed puts everyone, keeps the mean of the whole crowd, and ends in the last phases."""
    crowd = Crowd(people=people, coupling=2, duration=duration)
    run = simulate_crowd(crowd, seed=3)
    pictures = round(duration / 0.3 - 0.5) + 1
    assert run.watched_phases.shape == (pictures, min(people, 120))
    np.testing.assert_allclose(np.abs(run.watched_mean), run.order[::3], atol=1e-6)
    if people <= 120:
        np.testing.assert_allclose(np.exp(1j * run.watched_phases).mean(axis=1), run.watched_mean, atol=1e-5)
    start = np.random.default_rng(np.random.SeedSequence(3)).uniform(-np.pi, np.pi, people)[run.watched]
    np.testing.assert_allclose(run.watched_phases[0], start, atol=1e-6)
    steps = len(run.seconds) - 1
    apart = np.abs(np.exp(1j * run.watched_phases[-1]) - np.exp(1j * run.phases[run.watched]))
    assert steps % 3 != 0 or apart.max() < 1e-5
    assert {0, people - 1} <= set(run.watched.tolist())
