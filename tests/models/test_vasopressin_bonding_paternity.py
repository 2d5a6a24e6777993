"""Paternity counts and exact intervals against scipy, and against what "exact" promises."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from intimacy.models.vasopressin_bonding.paternity import (
    MAMMALS,
    PATERNITY,
    PaternityCount,
    PaternityStudy,
    exact_interval,
    simulate_paternity,
)

quick = settings(max_examples=60)
seeds = st.integers(0, 2**32 - 1)
studies = st.builds(PaternityStudy, true_share=st.floats(0, 1), litters=st.integers(1, 300))


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [(6, 27, 0.086, 0.423), (5, 9, 0.21, 0.86), (0, 10, 0, 0.308), (10, 10, 0.692, 1)],
)
def test_exact_intervals_of_small_counts(count: int, total: int, low: float, high: float):
    assert exact_interval(count, total) == pytest.approx((low, high), abs=5e-3)


@quick
@given(st.integers(1, 400), st.data(), st.floats(0.5, 0.999))
def test_the_interval_is_that_of_scipy(total: int, data: st.DataObject, level: float):
    count = data.draw(st.integers(0, total))
    expected = stats.binomtest(count, total).proportion_ci(level, method="exact")
    assert exact_interval(count, total, level) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize("total", [1, 9, 27, 100])
def test_it_holds_any_true_share_at_least_as_often_as_it_says(total: int, level: float):
    counts = np.arange(total + 1)
    low, high = exact_interval(counts, total, level)
    for share in np.linspace(0, 1, 201):
        held = stats.binom.pmf(counts, total, share)[(low <= share) & (share <= high)].sum()
        assert held >= level - 1e-9


def test_arrays_and_single_numbers_agree():
    low, high = exact_interval([0, 3, 9], 9)
    assert low.shape == high.shape == (3,)
    for position, count in enumerate((0, 3, 9)):
        assert exact_interval(count, 9) == (low[position], high[position])
    assert (np.diff(low) > 0).all()
    assert (np.diff(high) > 0).all()
    assert (low[0], high[-1]) == (0, 1)


def test_published_counts_are_those_of_the_evidence(root: Path):
    with (root / "data" / "evidence.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["key"]: row for row in csv.DictReader(file)}
    enclosures, wild = PATERNITY
    assert enclosures.share == pytest.approx(0.22, abs=5e-3)
    assert wild.share == pytest.approx(0.56, abs=5e-3)
    for count in PATERNITY:
        row = rows[count.citation]
        assert int(row["n"]) == count.litters
        told = [float(row[column]) / 100 for column in ("estimate", "low", "high")]
        assert [count.share, *count.interval] == pytest.approx(told, abs=5e-5)


def test_most_mammals_do_not_live_in_pairs(root: Path):
    with (root / "data" / "evidence.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["key"]: row for row in csv.DictReader(file)}
    assert f"{100 * MAMMALS.share:.0f} %" in rows[MAMMALS.citation]["finding"]
    assert str(MAMMALS.monogamous) in rows[MAMMALS.citation]["finding"]
    assert MAMMALS.monogamous / MAMMALS.share > 2500


def test_a_larger_count_with_the_same_share_has_a_narrower_interval():
    few = PaternityCount("a", "b", "c", litters=9, shared=3)
    many = PaternityCount("a", "b", "c", litters=90, shared=30)
    assert few.share == many.share
    assert few.interval[0] < many.interval[0] < many.share < many.interval[1] < few.interval[1]


@quick
@given(studies, seeds)
def test_a_study_counts_what_it_sees(parameters: PaternityStudy, seed: int):
    run = simulate_paternity(parameters, seed)
    assert run.count[-1] == run.shared.sum()
    np.testing.assert_array_equal(run.litter, np.arange(1, parameters.litters + 1))
    np.testing.assert_allclose(run.share, run.count / run.litter)
    assert ((run.low <= run.share) & (run.share <= run.high)).all()
    assert (run.low[-1], run.high[-1]) == exact_interval(int(run.count[-1]), parameters.litters)
    assert run.holds_truth == (run.low[-1] <= parameters.true_share <= run.high[-1])
    assert list(run.to_frame().columns) == ["litter", "shared", "count", "share", "low", "high"]


@quick
@given(studies, seeds, st.floats(0, 1), st.integers(1, 300))
def test_the_litters_stay_the_same_when_a_slider_moves(
    parameters: PaternityStudy, seed: int, share: float, litters: int
):
    run = simulate_paternity(parameters, seed)
    higher = simulate_paternity(parameters.replace(true_share=max(share, parameters.true_share)), seed)
    assert (higher.shared >= run.shared).all()
    other = simulate_paternity(parameters.replace(litters=litters), seed)
    both = min(litters, parameters.litters)
    np.testing.assert_array_equal(other.shared[:both], run.shared[:both])


def test_none_and_all():
    assert not simulate_paternity(PaternityStudy(true_share=0)).shared.any()
    assert simulate_paternity(PaternityStudy(true_share=1)).shared.all()


def test_studies_hold_the_truth_about_as_often_as_the_interval_says():
    runs = [simulate_paternity(PaternityStudy(true_share=0.3, litters=60), seed) for seed in range(800)]
    assert 0.935 < np.mean([run.holds_truth for run in runs]) < 0.985
    assert np.mean([run.share[-1] for run in runs]) == pytest.approx(0.3, abs=0.01)
    assert runs[0].count.tolist() == simulate_paternity(runs[0].parameters, 0).count.tolist()


@pytest.mark.parametrize(
    ("count", "total", "level", "message"),
    [
        (3, 0, 0.95, "total must be a whole number from 1 up, got 0"),
        (3, 4.5, 0.95, "total must be a whole number from 1 up, got 4.5"),
        (5, 4, 0.95, "count must be a whole number from 0 to its total, got 5 of 4"),
        (-1, 4, 0.95, "count must be a whole number from 0 to its total, got -1 of 4"),
        (0.5, 4, 0.95, "count must be a whole number from 0 to its total, got 0.5 of 4"),
        (1, 4, 1, "level must be above 0 and below 1, got 1"),
    ],
)
def test_counts_that_cannot_be_are_refused(count: float, total: float, level: float, message: str):
    with pytest.raises(ValueError, match=message):
        exact_interval(count, total, level)


def test_studies_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="litters must be a whole number between 1 and 300, got 0"):
        PaternityStudy(litters=0)
    with pytest.raises(ValueError, match=r"true_share must be between 0 and 1, got 1\.5"):
        PaternityStudy(true_share=1.5)
