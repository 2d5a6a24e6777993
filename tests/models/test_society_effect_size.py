"""Ratios in plain numbers: against the dossier, counted tables, a survival curve, and a fitted logistic regression."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import expon

from intimacy.models.society.effect_size import (
    MEASURES,
    PEOPLE,
    EffectSize,
    absolute_risk,
    odds,
    odds_ratio,
    relative_risk,
    translate,
)

quick = settings(max_examples=100)
risks = st.floats(0.001, 0.999)
ratios = st.floats(0.05, 20)


@pytest.mark.parametrize(
    ("ratio", "baseline", "risk", "relative"),
    [
        (1.29, 0.10, 0.1254, 1.254),
        (1.29, 0.30, 0.3560, 1.187),
        (1.50, 0.10, 0.1429, 1.429),
        (1.50, 0.30, 0.3913, 1.304),
    ],
)
def test_odds_ratios_at_two_baselines(ratio: float, baseline: float, risk: float, relative: float):  # 9-T11
    assert absolute_risk(baseline, ratio) == pytest.approx(risk, abs=1e-4)
    assert relative_risk(baseline, ratio) == pytest.approx(relative, abs=1e-3)
    assert absolute_risk(baseline, ratio) / baseline == pytest.approx(relative_risk(baseline, ratio))


@pytest.mark.parametrize(("ratio", "baseline", "extra"), [(1.32, 5, 14.96), (1.14, 10, 12.43), (2.0, 50, 166.67)])
def test_other_ratios_among_a_thousand_people(ratio: float, baseline: float, extra: float):  # 9.D exercise 2
    run = translate(EffectSize(ratio=ratio, baseline=baseline))
    assert run.extra == pytest.approx(extra, abs=0.005)


@pytest.mark.parametrize(("baseline", "risk"), [(0.1, 0.3), (0.25, 0.2), (0.5, 0.6)])
def test_a_logistic_regression_of_counted_people_finds_the_odds_ratio(baseline: float, risk: float):
    exposed = np.repeat([0, 1], 1000)
    event = np.concatenate([np.arange(1000) < 1000 * baseline, np.arange(1000) < 1000 * risk]).astype(float)
    fit = sm.Logit(event, sm.add_constant(exposed)).fit(disp=False)
    assert odds_ratio(baseline, risk) == pytest.approx(math.exp(fit.params[1]), rel=1e-6)
    assert absolute_risk(baseline, odds_ratio(baseline, risk)) == pytest.approx(risk)


@pytest.mark.parametrize(("baseline", "ratio"), [(0.1, 1.26), (0.4, 1.9), (0.7, 0.5)])
def test_a_hazard_ratio_is_what_waiting_times_at_that_rate_give(baseline: float, ratio: float):
    rate = -math.log(1 - baseline)  # so that the baseline is what one year gives
    assert absolute_risk(baseline, ratio, "hazard_ratio") == pytest.approx(expon(scale=1 / (ratio * rate)).cdf(1))


@quick
@given(risks, ratios)
def test_odds_there_and_back(baseline: float, ratio: float):
    risk = absolute_risk(baseline, ratio)
    assert 0 < risk < 1
    assert odds_ratio(baseline, risk) == pytest.approx(ratio, rel=1e-6)
    assert odds(risk) == pytest.approx(ratio * odds(baseline), rel=1e-6)


@quick
@given(risks, ratios)
def test_the_risk_ratio_lies_between_1_and_the_other_ratios(baseline: float, ratio: float):
    by_odds = relative_risk(baseline, ratio)
    by_hazard = absolute_risk(baseline, ratio, "hazard_ratio") / baseline
    low, high = sorted((1.0, ratio))
    assert low - 1e-9 <= by_odds <= high + 1e-9
    assert low - 1e-9 <= by_hazard <= high + 1e-9


@quick
@given(risks, ratios, st.sampled_from(["odds_ratio", "hazard_ratio"]))
def test_a_ratio_of_1_changes_nothing_and_more_is_more(baseline: float, ratio: float, measure: str):
    assert absolute_risk(baseline, 1, measure) == pytest.approx(baseline)
    assert absolute_risk(baseline, 1.01 * ratio, measure) >= absolute_risk(baseline, ratio, measure)


def test_all_ratios_agree_where_the_event_is_rare():
    for measure in MEASURES:
        assert absolute_risk(1e-6, 1.5, measure) == pytest.approx(1.5e-6, rel=1e-5)


def test_the_odds_of_dying_turn_round_with_the_odds_of_survival():
    """A ratio of survival odds above 1 (Holt-Lunstad 2010) is one of mortality odds below 1: fewer, by as many."""
    survival, mortality = absolute_risk(0.7, 1.5), absolute_risk(0.3, 1 / 1.5)
    assert survival == pytest.approx(1 - mortality)


@quick
@given(st.floats(0.5, 95), st.floats(0.2, 5), st.sampled_from(["odds_ratio", "hazard_ratio"]))
def test_people_are_counted_whole_and_nobody_is_lost(baseline: float, ratio: float, measure: str):
    run = translate(EffectSize(baseline=baseline, ratio=ratio, measure=measure))
    without, with_it = run.counts
    assert 0 <= without <= PEOPLE
    assert 0 <= with_it <= PEOPLE
    assert run.unchanged + abs(with_it - without) == PEOPLE
    assert with_it - without == pytest.approx(run.extra, abs=1)
    assert run.relative_risk == pytest.approx(run.risk / run.baseline_risk)
    frame = run.to_frame()
    assert frame["of_1000"].tolist() == [without, with_it]
    assert frame["odds"].iloc[1] == pytest.approx(run.risk / (1 - run.risk))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: absolute_risk(1.2, 1.5), r"baseline must be between 0 and 1, got 1\.2"),
        (lambda: absolute_risk(0.2, 0), "ratio must be above 0, got 0"),
        (lambda: absolute_risk(0.2, 1.5, "d"), "measure must be one of 'odds_ratio', .* got 'd'"),
        (lambda: absolute_risk(0.6, 2, "risk_ratio"), r"ratio must be at most 1\.667 for a baseline of 0\.6, got 2"),
        (lambda: relative_risk(-0.1, 1.5), r"baseline must be between 0 and 1, got -0\.1"),
        (lambda: relative_risk(0.1, -1), "ratio must be above 0, got -1"),
        (lambda: odds_ratio(0, 0.5), "baseline must be above 0 and below 1, by at least 1e-9, got 0"),
        (lambda: odds_ratio(0.5, 1), "risk must be above 0 and below 1, by at least 1e-9, got 1"),
        (lambda: odds(1), "risk must be at least 0 and below 1, got 1"),
        (lambda: odds(math.nan), "risk must be at least 0 and below 1, got nan"),
        (lambda: EffectSize(baseline=0), r"baseline must be between 0\.5 and 95, got 0"),
        (lambda: EffectSize(measure="risk_ratio"), "measure must be one of 'odds_ratio', 'hazard_ratio'"),
    ],
)
def test_what_is_no_risk_or_ratio_is_refused_by_name(call, message: str):
    with pytest.raises(ValueError, match=message):
        call()
