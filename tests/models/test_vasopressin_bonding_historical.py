"""Published experiments run again: that each says what it is, where it is from, and what the model shows."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from intimacy.models.vasopressin_bonding import vole
from intimacy.models.vasopressin_bonding.historical import (
    AGGRESSION_CRITERION,
    HISTORICAL,
    Arm,
    ArmRun,
    HistoricalExperiment,
    HistoricalRun,
    run_historical,
)
from intimacy.models.vasopressin_bonding.vole import VoleExperiment, simulate_cohort

BY_CITATION = {each.citation: each for each in HISTORICAL}
FITTED = [each for each in HISTORICAL if each.calibrated]


def name(experiment: HistoricalExperiment) -> str:
    return experiment.citation


def test_the_experiments_are_those_of_the_notebook():
    assert list(BY_CITATION) == [
        "williams1992",
        "lim2004",
        "aragona2006",
        "donaldson2010",
        "berendzen2023",
        "harbert2020",
        "pitkow2001",
    ]
    assert len({each.name for each in HISTORICAL}) == len(HISTORICAL)


@pytest.mark.parametrize("experiment", HISTORICAL, ids=name)
def test_each_is_a_row_of_the_evidence_with_the_same_doi(experiment: HistoricalExperiment, root: Path):
    with (root / "data" / "evidence.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["key"]: row for row in csv.DictReader(file)}
    assert rows[experiment.citation]["doi"] == experiment.doi


@pytest.mark.parametrize("experiment", HISTORICAL, ids=name)
def test_each_tells_in_sentences_what_was_found_fitted_and_left_out(experiment: HistoricalExperiment):
    for text in (experiment.published, experiment.calibration, experiment.caveat):
        assert text[0].isupper()
        assert text.endswith(".")
    assert len({arm.name for arm in experiment.arms}) == len(experiment.arms)
    for arm in experiment.arms:
        assert (arm.published is None) == (arm.source == "not published")


def test_what_was_not_seen_in_the_abstract_is_told():
    told = {each.citation: each.status for each in HISTORICAL}
    assert told == {
        "williams1992": "verified",
        "lim2004": "partly verified",
        "aragona2006": "partly verified",
        "donaldson2010": "verified",
        "berendzen2023": "verified",
        "harbert2020": "partly verified",
        "pitkow2001": "verified",
    }


@pytest.mark.parametrize("experiment", FITTED, ids=name)
def test_what_the_model_was_fitted_to_it_gives_back(experiment: HistoricalExperiment):
    for seed in (7, 1, 2, 3):
        run = run_historical(experiment, seed)
        agreeing, comparable = run.agreements
        assert agreeing == comparable > 0
    typical = [each.run.typical_preference for each in run.arms if each.arm.measure == "preference"]
    published = [arm.published for arm in experiment.arms if arm.measure == "preference"]
    for share, bonded in zip(typical, published, strict=True):
        assert bonded is None or (share > vole.CRITERION) == bonded


def test_what_it_was_not_fitted_to_it_gets_half_right():
    assert [each.citation for each in HISTORICAL if not each.calibrated] == ["pitkow2001"]
    run = run_historical(BY_CITATION["pitkow2001"])
    control, vector = run.arms
    assert (control.agrees, vector.agrees) == (True, False)
    assert run.agreements == (1, 2)
    assert vector.verdict.outcome == "undecided"
    assert vector.verdict.mean > control.verdict.mean
    opening = [float(vole.gate(sum(vole.receptors(each.run.parameters)))) for each in run.arms]
    assert opening[0] == pytest.approx(0.75, abs=0.01)  # "three quarters open"
    assert opening[1] < 1


def test_two_explanations_of_the_null_voles_predict_different_days():
    week, slow, compensated = run_historical(BY_CITATION["berendzen2023"]).arms
    assert week.agrees
    assert slow.agrees is compensated.agrees is None
    assert (slow.verdict.outcome, compensated.verdict.outcome) == ("below", "above")


def test_aggression_is_judged_by_aggression():
    arms = [each for each in run_historical(BY_CITATION["aragona2006"]).arms if each.arm.measure == "aggression"]
    assert [each.verdict.outcome for each in arms] == ["below", "above", "below"]
    for each in arms:
        assert each.verdict.criterion == AGGRESSION_CRITERION
        assert each.verdict.mean == pytest.approx(each.run.aggression.mean())
    assert arms[2].run.verdict == arms[1].run.verdict


@pytest.mark.parametrize("experiment", HISTORICAL, ids=name)
def test_the_same_animals_go_through_every_arm_in_any_order(experiment: HistoricalExperiment):
    run = run_historical(experiment, seed=5)
    for each in reversed(run.arms):
        np.testing.assert_array_equal(each.run.minutes, simulate_cohort(each.arm.experiment, 5).minutes)


def test_agreement_of_a_single_arm():
    run = simulate_cohort(VoleExperiment())
    undecided = simulate_cohort(VoleExperiment(mating=False, hours_together=12))
    assert undecided.verdict.outcome == "undecided"
    for cohort, published, agrees in (
        (run, True, True),
        (run, False, False),
        (undecided, True, False),
        (undecided, False, True),
        (run, None, None),
    ):
        assert ArmRun(Arm("any", cohort.parameters, published), cohort).agrees is agrees


def test_the_table_has_a_row_per_arm():
    run: HistoricalRun = run_historical(BY_CITATION["berendzen2023"])
    frame = run.to_frame()
    assert frame["arm"].tolist() == [arm.name for arm in run.experiment.arms]
    assert frame["agrees"].isna().tolist() == [False, True, True]
    assert frame["published"].isna().tolist() == [False, True, True]
    assert frame["mean"].tolist() == [each.run.verdict.mean for each in run.arms]
    assert (frame["low"] < frame["mean"]).all()
    assert (frame["mean"] < frame["high"]).all()
