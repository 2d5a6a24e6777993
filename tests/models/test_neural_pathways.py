"""Two coupled networks against algebra, an integrator and a search over active sets; reverse inference by counting."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from intimacy.models import neural_pathways
from intimacy.models.neural_pathways import (
    PERSONS,
    RATE_CEILING,
    REGIONS,
    ReverseInference,
    TwoPeople,
    amplification,
    bayes_factor,
    contagion_ratio,
    critical_coupling,
    gain_matrix,
    infer_process,
    posterior,
    simulate_two_people,
    steady_state,
)

AMYGDALA, INSULA, CINGULATE, PREFRONTAL = range(4)

OTHER = TwoPeople(
    threat=1.7,
    coupling=0.55,
    reappraisal=0.45,
    regulation=0.35,
    hand_holding=0.25,
    reappraiser="both",
    expressed="amygdala",
    uneven=True,
    coupling_back=0.8,
    amygdala_to_insula=0.8,
    insula_to_amygdala=0.3,
    cingulate_to_insula=0.15,
    insula_to_cingulate=0.7,
    amygdala_to_cingulate=0.1,
    cingulate_to_prefrontal=0.9,
    prefrontal_time=0.75,
    amygdala_time=0.05,
    insula_time=0.2,
    cingulate_time=0.35,
    duration=9,
)
STRONG_EFFORT = TwoPeople(threat=0.8, coupling=0.7, reappraisal=1.5, regulation=1.1, reappraiser="both")
RUNAWAY = TwoPeople(coupling=1, threat=2, duration=10)
WITHOUT_CINGULATE = TwoPeople(lesion="cingulate", coupling=0.75, reappraisal=0.5, reappraiser="j")
SWINGING = TwoPeople(
    coupling=0,
    regulation=1.1,
    amygdala_to_insula=0.96,
    cingulate_to_insula=0.97,
    insula_to_cingulate=0.95,
    amygdala_to_cingulate=0.51,
    cingulate_to_prefrontal=0.87,
    prefrontal_time=0.86,
    amygdala_time=0.61,
    cingulate_time=0.06,
    duration=12,
)
EXAMPLES = {
    "default": TwoPeople(),
    "other": OTHER,
    "strong effort": STRONG_EFFORT,
    "runaway": RUNAWAY,
    "without cingulate": WITHOUT_CINGULATE,
    "swinging": SWINGING,
}


def equations(p: TwoPeople):
    """The right-hand side as the equations are printed, person by person and region by region."""
    couplings = (p.coupling_back if p.uneven else p.coupling, p.coupling)
    threats = ((1 - p.hand_holding) * p.threat, 0.0)
    efforts = [p.reappraisal * (p.reappraiser in (person, "both")) for person in PERSONS]
    shown = AMYGDALA if p.expressed == "amygdala" else INSULA
    lesioned = None if p.lesion == "none" else list(REGIONS).index(p.lesion)

    def bounded(drive):
        return min(max(drive, 0.0), RATE_CEILING)

    def slope(_, state):
        people = np.reshape(state, (2, 4))
        slopes = np.empty((2, 4))
        for person, (amygdala, insula, cingulate, prefrontal) in enumerate(people):
            seen = people[1 - person, shown]
            slopes[person] = (
                (bounded(threats[person] + p.insula_to_amygdala * insula - p.regulation * prefrontal) - amygdala)
                / p.amygdala_time,
                (
                    bounded(
                        p.amygdala_to_insula * amygdala + p.cingulate_to_insula * cingulate + couplings[person] * seen
                    )
                    - insula
                )
                / p.insula_time,
                (bounded(p.insula_to_cingulate * insula + p.amygdala_to_cingulate * amygdala) - cingulate)
                / p.cingulate_time,
                (bounded(p.cingulate_to_prefrontal * cingulate + efforts[person]) - prefrontal) / p.prefrontal_time,
            )
        if lesioned is not None:
            slopes[0, lesioned] = 0.0
        return slopes.ravel()

    return slope


@pytest.mark.parametrize("parameters", EXAMPLES.values(), ids=EXAMPLES)
def test_a_run_follows_the_printed_equations_as_an_integrator_does(parameters):  # 1.B1
    run = simulate_two_people(parameters)
    solved = solve_ivp(
        equations(parameters),
        (0, parameters.duration),
        np.zeros(8),
        t_eval=np.clip(run.seconds, 0, parameters.duration),
        method="RK45",
        max_step=0.1,
        rtol=1e-9,
        atol=1e-11,
    )
    np.testing.assert_allclose(run.rates.reshape(8, -1), solved.y, rtol=1e-5, atol=2e-6)


def rest_by_trying_every_active_set(p: TwoPeople):
    """Solve r = [W r + s] without a ceiling by trying which of the eight regions are silent."""
    slope, scales = equations(p), np.tile([p.amygdala_time, p.insula_time, p.cingulate_time, p.prefrontal_time], 2)
    tiny, base = 1e-6, np.tile([0.5, 0.5, 0.5, 0.0], 2)

    def drive(state):
        return slope(0, state) * scales + state

    # Without prefrontal activity every drive is positive, where it is linear: its slopes there are W, and s follows.
    level = drive(base)
    weights = np.array([(drive(base + tiny * unit) - level) / tiny for unit in np.eye(8)]).T
    inputs = level - weights @ base
    solutions = []
    for active in itertools.product((False, True), repeat=8):
        on = np.flatnonzero(active)
        rates = np.zeros(8)
        rates[on] = np.linalg.solve((np.eye(8) - weights)[np.ix_(on, on)], inputs[on])
        if np.abs(np.maximum(weights @ rates + inputs, 0) - rates).max() < 1e-8:
            solutions.append(rates)
    return solutions


@pytest.mark.parametrize(
    "parameters",
    [
        TwoPeople(),
        TwoPeople(threat=2, reappraisal=0.2, reappraiser="both", regulation=0.3, coupling=0.65),
        TwoPeople(threat=2, regulation=0.9, expressed="amygdala", coupling=0.3),
        OTHER.replace(reappraisal=0.05, coupling_back=0.3),
    ],
)
def test_the_steady_state_is_the_only_one_among_all_active_sets(parameters):  # 1.B1
    solutions = rest_by_trying_every_active_set(parameters)
    assert solutions
    for each in solutions:
        np.testing.assert_allclose(steady_state(parameters).ravel(), each, atol=1e-7)


@pytest.mark.parametrize("name", ["default", "other", "strong effort", "without cingulate"])
def test_a_long_run_ends_at_the_steady_state(name):
    run = simulate_two_people(EXAMPLES[name].replace(duration=30))
    assert run.settles
    np.testing.assert_allclose(run.rates[:, :, -1], run.steady, atol=1e-3)  # 1.B1: simulation = algebra to 1e-3
    np.testing.assert_allclose(run.steady, steady_state(EXAMPLES[name]), atol=1e-9)


def test_the_default_critical_coupling_is_0_8229():  # 1.B1, exercise 1.D(1)
    assert critical_coupling(TwoPeople()) == pytest.approx(0.8229, abs=5e-5)
    assert critical_coupling(TwoPeople()) == pytest.approx(1 / gain_matrix(TwoPeople())[INSULA, INSULA])


def test_at_coupling_0_4_the_partner_feels_0_486_and_the_insula_gains_1_309():  # 1.B1
    alone, together = steady_state(TwoPeople(coupling=0)), steady_state(TwoPeople(coupling=0.4))
    assert contagion_ratio(TwoPeople()) == pytest.approx(0.4860, abs=1e-4)
    assert together[1, INSULA] / together[0, INSULA] == pytest.approx(0.4860, abs=1e-4)
    assert amplification(TwoPeople()) == pytest.approx(1.309, abs=5e-4)
    assert alone[0, INSULA] == pytest.approx(0.658, abs=5e-4)
    assert together[0, INSULA] == pytest.approx(0.861, abs=5e-4)


def test_reappraisal_in_a_lowers_the_amygdala_and_the_partners_insula():  # 1.B2
    before, after = (steady_state(TwoPeople(reappraisal=effort)) for effort in (0, 1))
    assert (before[0, AMYGDALA], after[0, AMYGDALA]) == pytest.approx((0.957, 0.383), abs=5e-4)
    assert (before[1, INSULA], after[1, INSULA]) == pytest.approx((0.419, 0.161), abs=7e-3)
    assert after[1, INSULA] == pytest.approx(after[0, INSULA] * contagion_ratio(TwoPeople()))


def test_reappraisal_in_both_lowers_the_partners_insula_to_0_161():  # 1.B2
    both = steady_state(TwoPeople(reappraisal=1, reappraiser="both"))
    assert (both[0, AMYGDALA], both[1, INSULA]) == pytest.approx((0.383, 0.161), abs=5e-4)


def test_doubling_the_coupling_from_0_4_multiplies_the_partners_insula_by_28():  # 1.D, predict first
    once, twice = (steady_state(TwoPeople(coupling=e))[1, INSULA] for e in (0.4, 0.8))
    assert (once, twice) == pytest.approx((0.419, 11.6), abs=0.05)
    assert twice / once == pytest.approx(28, abs=0.5)


def test_regulation_in_a_lowers_both_insulas_more_than_regulation_in_b():  # 1.D, Q3
    nobody, a, b = (
        steady_state(TwoPeople(reappraisal=effort, reappraiser=who))[:, INSULA]
        for effort, who in ((0, "i"), (1, "i"), (1, "j"))
    )
    assert np.all(a < 0.5 * nobody)
    assert np.all(b > 0.9 * nobody)


def test_the_alarm_gets_through_before_regulation_comes():  # 1.D, misconception (d)
    slow, fast = (
        simulate_two_people(TwoPeople(reappraisal=1, prefrontal_time=time)).rate("i", "amygdala").max()
        for time in (1, 0.1)
    )
    assert slow > fast > steady_state(TwoPeople(reappraisal=1))[0, AMYGDALA]
    assert slow > 1.5 * steady_state(TwoPeople(reappraisal=1))[0, AMYGDALA]


@pytest.mark.parametrize(
    "parameters",
    [
        TwoPeople(coupling=0.3, regulation=0.2, amygdala_to_insula=0.7),
        TwoPeople(coupling=0.5, uneven=True, coupling_back=0.9, cingulate_to_insula=0.1),
        TwoPeople(coupling=0.6, expressed="amygdala", regulation=0.1, insula_to_amygdala=0.6, threat=0.4),
        TwoPeople(coupling=0.6, uneven=True, coupling_back=0, reappraisal=0.3),
        TwoPeople(coupling=0.5, uneven=True, coupling_back=0.4, lesion="prefrontal"),
    ],
)
def test_contagion_and_amplification_are_those_of_the_steady_state(parameters):
    shown = AMYGDALA if parameters.expressed == "amygdala" else INSULA
    together = steady_state(parameters)
    alone = steady_state(parameters.replace(coupling=0))
    assert np.count_nonzero(together) == 8 - (parameters.lesion != "none"), "the closed forms are for active regions"
    assert together[1, shown] / together[0, shown] == pytest.approx(contagion_ratio(parameters))
    assert together[0, shown] / alone[0, shown] == pytest.approx(amplification(parameters))


def test_without_a_lesion_the_closed_forms_are_those_of_the_coupling_over_the_critical_one():
    parameters = TwoPeople(coupling=0.5, uneven=True, coupling_back=0.7, regulation=0.4, amygdala_to_cingulate=0.6)
    critical = critical_coupling(parameters)
    assert contagion_ratio(parameters) == pytest.approx(0.5 / critical)
    assert amplification(parameters) == pytest.approx(1 / (1 - 0.5 * 0.7 / critical**2))
    assert amplification(TwoPeople(coupling=0.9)) == math.inf


def test_the_gain_matrix_is_the_sum_of_all_paths():
    parameters = TwoPeople(regulation=0.5, insula_to_amygdala=0.1, cingulate_to_insula=0.2)
    links = np.array([[0, 0.1, 0, -0.5], [0.5, 0, 0.2, 0], [0.3, 0.5, 0, 0], [0, 0, 0.5, 0]])
    paths = sum(np.linalg.matrix_power(links, length) for length in range(200))
    np.testing.assert_allclose(gain_matrix(parameters), paths, atol=1e-12)
    lesioned = gain_matrix(parameters.replace(lesion="insula"), "i")
    links[INSULA], links[:, INSULA] = 0, 0
    expected = np.linalg.inv(np.eye(4) - links)
    expected[INSULA, INSULA] = 0
    np.testing.assert_allclose(lesioned, expected, atol=1e-12)
    np.testing.assert_array_equal(gain_matrix(parameters.replace(lesion="insula"), "j"), gain_matrix(parameters))


@pytest.mark.parametrize(
    "parameters",
    [
        TwoPeople(),
        TwoPeople(regulation=0.3, cingulate_to_insula=0.5),
        TwoPeople(regulation=1.2),
        TwoPeople(lesion="amygdala", reappraisal=0, expressed="insula", regulation=0.2),
        TwoPeople(lesion="prefrontal"),
        TwoPeople(expressed="amygdala", insula_to_amygdala=0.8, regulation=0.3),
    ],
)
def test_activity_diverges_above_the_critical_coupling_and_not_below(parameters):
    critical = critical_coupling(parameters)
    below, above = (simulate_two_people(parameters.replace(coupling=share * critical)) for share in (0.97, 1.03))
    assert below.settles
    assert not below.diverges
    assert above.diverges == (parameters.lesion != "amygdala"), "the threat enters through the amygdala of i"


def test_regulation_lifts_the_critical_coupling_until_the_amygdala_falls_silent():  # 1.D, misconception (c)
    critical = [critical_coupling(TwoPeople(regulation=strength)) for strength in (0, 0.3, 0.6, 0.8, 1, 1.2)]
    assert np.all(np.diff(critical[:4]) > 0)
    assert critical[3:] == pytest.approx([1 - 0.3 * 0.5] * 3), "insula and cingulate alone"


def test_a_runaway_is_named_and_stays_at_the_ceiling():  # 1.D, misconception (c)
    run = simulate_two_people(RUNAWAY)
    assert run.diverges
    assert run.capped
    assert "runs away" in run.outcome
    assert run.rates.max() == pytest.approx(RATE_CEILING)
    assert np.isfinite(run.rates).all()
    assert np.all(run.rates[:, AMYGDALA, -1] > steady_state(RUNAWAY.replace(coupling=0.4))[:, AMYGDALA])


def test_the_other_outcomes_are_named():
    assert simulate_two_people(TwoPeople()).outcome == "Activity settles."
    close = simulate_two_people(TwoPeople(coupling=0.82))
    assert (close.capped, close.diverges) == (True, False)
    assert "would rest above" in close.outcome
    swinging = simulate_two_people(SWINGING)
    assert (swinging.settles, swinging.diverges) == (False, False)
    assert np.ptp(swinging.rate("i", "amygdala")[-500:]) > 0.1
    assert "swinging" in swinging.outcome


def test_a_runaway_too_slow_to_reach_the_ceiling_is_still_named():
    parameters = TwoPeople(threat=0.05, hand_holding=0.95, coupling=critical_coupling(TwoPeople()) * (1 + 1e-6))
    assert simulate_two_people(parameters).diverges


def test_nothing_moves_without_a_threat_whatever_the_coupling():
    run = simulate_two_people(TwoPeople(threat=0, coupling=1))
    assert not run.rates.any()
    assert run.settles
    assert not run.diverges


def test_a_person_who_runs_away_alone_needs_no_partner():
    alone = TwoPeople(coupling=0, cingulate_to_insula=1, insula_to_cingulate=1, regulation=0)
    assert critical_coupling(alone) == 0
    assert amplification(alone) == math.inf
    assert simulate_two_people(alone).diverges
    assert not steady_state(alone)[1].any()


def test_no_coupling_is_enough_when_the_insula_of_i_is_lesioned():
    assert critical_coupling(TwoPeople(lesion="insula")) == math.inf
    assert not simulate_two_people(TwoPeople(lesion="insula", coupling=1)).diverges


def test_holding_hands_is_a_smaller_threat():
    held, small = simulate_two_people(TwoPeople(hand_holding=0.6)), simulate_two_people(TwoPeople(threat=0.4))
    np.testing.assert_allclose(held.rates, small.rates, atol=1e-12)


def test_the_table_has_a_row_per_time_and_a_column_per_person_and_region():
    run = simulate_two_people(OTHER)
    frame = run.to_frame()
    assert frame.shape == (451, 9)
    np.testing.assert_array_equal(frame["insula_j"], run.rates[1, INSULA])
    np.testing.assert_array_equal(frame["prefrontal_i"], run.rate("i", "prefrontal"))
    assert run.steady_rate("j", "cingulate") == run.steady[1, CINGULATE]
    assert frame["seconds"].iloc[-1] == pytest.approx(9)


def test_the_spacing_of_the_samples_does_not_change_the_values(monkeypatch):
    coarse = simulate_two_people(STRONG_EFFORT)
    monkeypatch.setattr(neural_pathways, "SECONDS_PER_SAMPLE", 0.005)
    fine = simulate_two_people(STRONG_EFFORT)
    np.testing.assert_allclose(fine.rates[:, :, ::4], coarse.rates, atol=1e-6)


def in_range(parameters, name):
    declared = parameters.specifications()[name]
    match declared.kind:
        case "choice":
            return st.sampled_from(list(declared.options))
        case "switch":
            return st.booleans()
        case "integer":
            return st.integers(int(declared.low), int(declared.low) + 5)
        case _:
            return st.floats(declared.low, declared.high).map(lambda value: round(value, 3))


def any_people(**fixed):
    return st.builds(
        TwoPeople,
        **{name: st.just(fixed[name]) if name in fixed else in_range(TwoPeople, name) for name in TwoPeople().values()},
    )


@settings(max_examples=50)
@given(any_people())
def test_rates_are_never_negative_or_above_the_ceiling_and_a_lesion_is_silent(parameters):
    run = simulate_two_people(parameters)
    for rates in (run.rates, run.steady):
        assert np.isfinite(rates).all()
        assert rates.min() >= 0
        assert rates.max() <= RATE_CEILING
    if parameters.lesion != "none":
        assert not run.rate("i", parameters.lesion).any()
        assert run.steady_rate("i", parameters.lesion) == 0


@settings(max_examples=50)
@given(any_people())
def test_a_steady_state_balances_every_drive(parameters):
    run = simulate_two_people(parameters)
    assume(run.settles)
    lesioned = list(REGIONS).index(parameters.lesion) if parameters.lesion != "none" else None
    slopes = np.reshape(equations(parameters)(0, run.steady.ravel()), (2, 4))
    assert np.abs(slopes).max() < 1e-6
    assert lesioned is None or run.steady[0, lesioned] == 0


@settings(max_examples=50)
@given(any_people(lesion="none", uneven=True, reappraisal=0.0))
def test_what_a_feels_is_the_same_when_the_two_couplings_change_places(parameters):
    swapped = parameters.replace(coupling=parameters.coupling_back, coupling_back=parameters.coupling)
    first, second = simulate_two_people(parameters), simulate_two_people(swapped)
    assume(first.settles and second.settles and not first.capped and not second.capped)
    np.testing.assert_allclose(first.steady[0], second.steady[0], rtol=1e-6, atol=1e-7)


@settings(max_examples=50)
@given(any_people(reappraisal=0.0), st.floats(0.1, 1))
def test_below_the_ceiling_every_rate_is_proportional_to_the_threat(parameters, share):
    full = simulate_two_people(parameters)
    assume(full.rates.max() < RATE_CEILING - 0.01)
    part = simulate_two_people(parameters.replace(threat=share * parameters.threat))
    np.testing.assert_allclose(part.rates, share * full.rates, rtol=1e-5, atol=2e-5)


@settings(max_examples=50)
@given(any_people(), st.floats(0, 1))
def test_more_regulation_never_raises_an_amygdala_at_rest_unless_activity_can_run_away(parameters, share):
    weak, strong = parameters.replace(regulation=share * parameters.regulation), parameters
    product = parameters.coupling_of_i * parameters.coupling_of_j
    assume(product < 0.99 * critical_coupling(weak) ** 2)
    weaker, stronger = simulate_two_people(weak), simulate_two_people(strong)
    assume(weaker.settles and stronger.settles and not weaker.capped)
    assert np.all(stronger.steady[:, AMYGDALA] <= weaker.steady[:, AMYGDALA] + 1e-8)


def test_a_region_active_in_a_fifth_of_other_studies_leaves_a_posterior_of_0_156():  # 1.B7
    assert posterior(0.05, 0.7, 0.2) == pytest.approx(0.156, abs=5e-4)
    assert bayes_factor(0.7, 0.2) == pytest.approx(3.5)
    result = infer_process(ReverseInference())
    assert (result.posterior, result.bayes_factor) == pytest.approx((0.156, 3.5), abs=5e-4)


def test_a_base_rate_of_5_percent_gives_42_and_one_of_30_gives_11():  # 1.D, misconception (a)
    np.testing.assert_allclose(posterior(0.05, 0.7, [0.05, 0.3]), [0.42, 0.11], atol=5e-3)


def test_counts_of_studies_are_the_posterior_by_counting():
    result = infer_process(ReverseInference(prior=0.3, sensitivity=0.4, base_rate=0.1))
    assert (result.active_with, result.active_without) == pytest.approx((120, 70))
    assert (result.silent_with, result.silent_without) == pytest.approx((180, 630))
    assert result.posterior == pytest.approx(120 / 190)
    frame = result.to_frame()
    assert frame[["with_process", "without_process"]].to_numpy().sum() == pytest.approx(1000)


@settings(max_examples=50)
@given(st.floats(0.001, 0.999), st.floats(0.001, 1), st.floats(0.001, 1))
def test_the_posterior_odds_are_the_prior_odds_times_the_bayes_factor(prior, sensitivity, base_rate):
    after = float(posterior(prior, sensitivity, base_rate))
    assert after * (1 - prior) == pytest.approx((1 - after) * prior * bayes_factor(sensitivity, base_rate), rel=1e-6)
    assert (after >= prior - 1e-12) == (sensitivity >= base_rate) or after == pytest.approx(prior)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: TwoPeople(coupling=1.2), "coupling must be between 0 and 1, got 1.2"),
        (lambda: TwoPeople(lesion="hippocampus"), "lesion must be one of 'none', 'amygdala'"),
        (lambda: simulate_two_people(TwoPeople()).rate("C", "insula"), "person must be one of 'i', 'j', got 'C'"),
        (
            lambda: simulate_two_people(TwoPeople()).rate("i", "tail"),
            "region must be one of 'amygdala', 'insula', 'cingulate', 'prefrontal'",
        ),
        (lambda: gain_matrix(TwoPeople(), "C"), "person must be one of 'i', 'j', got 'C'"),
        (lambda: posterior(1.2, 0.5, 0.5), "prior must be between 0 and 1, got 1.2"),
        (lambda: posterior(0.5, math.nan, 0.5), "sensitivity must be between 0 and 1, got nan"),
        (lambda: posterior(0.5, 0, [0, 0.1]), "must let the region be active with a chance above 0"),
        (lambda: bayes_factor(0.5, 0), r"base_rate must be above 0 \(from 1e-9\) and at most 1, got 0"),
        (lambda: ReverseInference(base_rate=0), "base_rate must be between 0.01 and 1, got 0"),
    ],
)
def test_bad_input_is_named_with_what_is_allowed(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
