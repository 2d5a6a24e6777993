"""The survey against the shares and coefficients of the dossier, plain counting, and a second logistic regression."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.datasets import fair

from intimacy.models.relationships.prediction import fit_logistic
from intimacy.models.relationships.survey import (
    PREDICTORS,
    RATINGS,
    YEARS,
    SurveyReading,
    load_survey,
    read_survey,
    survey_regression,
    unselected,
)

quick = settings(max_examples=40)
readings = st.builds(
    SurveyReading,
    reading=st.sampled_from(["given_rating", "given_contact"]),
    years=st.sampled_from(list(YEARS)),
    answering=st.floats(0.2, 5),
)


def test_the_table_is_the_one_that_statsmodels_ships():
    answers, shipped = load_survey(), fair.load_pandas().data
    assert answers.shape == (6366, 10)
    assert not answers.isna().any().any()
    assert answers["contact_reported"].sum() == (shipped["affairs"] > 0).sum() == 2053
    assert answers["contact_rate"].max() == pytest.approx(57.6, abs=0.001)
    assert not any("husb" in name or "wife" in name for name in answers)
    answers.loc[0, "rating"] = 99
    assert load_survey().loc[0, "rating"] != 99


def test_the_shares_by_rating():  # section G, statsmodels
    run = read_survey(SurveyReading())
    assert run.readers.tolist() == [99, 348, 993, 2242, 2684]
    assert (100 * run.share).round(1).tolist() == [74.7, 63.5, 55.1, 32.3, 18.1]
    assert run.overall == pytest.approx(0.3225, abs=5e-5)
    assert run.ratings.tolist() == list(RATINGS)


@pytest.mark.parametrize("years", YEARS)
def test_every_other_group_is_counted_row_by_row(years: str):
    middles = {"few": {0.5, 2.5}, "some": {6, 9}, "many": {13, 16.5, 23}}
    counted = {rating: [0, 0] for rating in RATINGS}
    for row in fair.load_pandas().data.itertuples():
        if years == "any" or row.yrs_married in middles[years]:
            counted[int(row.rate_marriage)][0] += 1
            counted[int(row.rate_marriage)][1] += row.affairs > 0
    run = read_survey(SurveyReading(years=years))
    assert list(zip(run.readers, run.reported, strict=True)) == [tuple(each) for each in counted.values()]
    other = read_survey(SurveyReading(years=years, reading="given_contact"))
    np.testing.assert_allclose(other.share, run.reported / run.reported.sum())


def test_the_groups_of_years_are_all_readers_together():
    parts = [read_survey(SurveyReading(years=years)).readers for years in YEARS if years != "any"]
    np.testing.assert_array_equal(np.sum(parts, axis=0), read_survey(SurveyReading()).readers)


def test_most_who_report_contact_rate_their_marriage_good_or_very_good():
    run = read_survey(SurveyReading(reading="given_contact"))
    assert run.share.sum() == pytest.approx(1)
    assert run.share[-2:].sum() == pytest.approx((724 + 487) / 2053)
    assert run.share[-2:].sum() > 0.5 > read_survey(SurveyReading()).share[-2:].max()


@quick
@given(readings)
def test_the_interval_is_where_the_score_test_does_not_object(reading: SurveyReading):
    run = read_survey(reading)
    whole = run.readers if reading.reading == "given_rating" else np.full(5, run.reported.sum())
    for bound in (run.low, run.high):
        z = (run.share - bound) / np.sqrt(bound * (1 - bound) / whole)
        np.testing.assert_allclose(np.abs(z), stats.norm.ppf(0.975), rtol=1e-6)
    assert (run.low < run.share).all()
    assert (run.share < run.high).all()
    assert len(run.to_frame()) == 5


# Who answered


@pytest.mark.parametrize(("share", "answering", "among_all"), [(0.5, 3, 0.25), (0.3225, 2, 0.1923), (0.2, 0.25, 0.5)])
def test_the_share_among_all_who_were_asked(share: float, answering: float, among_all: float):
    assert unselected(share, answering) == pytest.approx(among_all, abs=1e-4)


@quick
@given(st.floats(0, 1), st.floats(0.2, 5))
def test_letting_them_answer_gives_the_share_that_is_seen(share: float, answering: float):
    truth = float(unselected(share, answering))
    seen = truth * answering / (truth * answering + 1 - truth)
    assert seen == pytest.approx(share, abs=1e-9)
    assert unselected(1 - share, 1 / answering) == pytest.approx(1 - truth, abs=1e-9)


@quick
@given(readings)
def test_who_answers_moves_the_shares_and_not_the_odds_ratios(reading: SurveyReading):
    run = read_survey(reading)
    if reading.reading == "given_contact":
        np.testing.assert_array_equal(run.corrected, run.share)
        return
    odds, corrected = (each / (1 - each) for each in (run.share, run.corrected))
    np.testing.assert_allclose(odds / odds[0], corrected / corrected[0])
    np.testing.assert_allclose(corrected * reading.answering, odds)
    assert np.sign(run.overall_corrected - run.overall) == np.sign(1 - reading.answering) or math.isclose(
        reading.answering, 1
    )


def test_a_simulated_mailing_comes_back_with_the_share_of_the_survey():
    generator = np.random.default_rng(1)
    truth = float(unselected(0.4, 3))
    contact = generator.random(300_000) < truth
    answered = generator.random(300_000) < np.where(contact, 0.6, 0.2)
    assert contact[answered].mean() == pytest.approx(0.4, abs=0.005)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: unselected(1.1, 1), "share must be between 0 and 1, got 1.1"),
        (lambda: unselected(0.5, 0), "answering must be above 0, got 0"),
        (lambda: SurveyReading(years="all"), "years must be one of 'any', 'few', 'some', 'many', got 'all'"),
        (lambda: SurveyReading(answering=9), "answering must be between 0.2 and 5, got 9"),
    ],
)
def test_bad_input_gets_a_sentence(call, words: str):
    with pytest.raises(ValueError, match=words):
        call()


# The regression


def test_the_coefficients_of_the_survey():  # section G, statsmodels
    table = survey_regression()
    assert list(table.index) == ["intercept", *PREDICTORS]
    expected = {
        "rating": -0.709,
        "age": -0.058,
        "years_married": 0.111,
        "religious": -0.372,
        "children": -0.010,
        "education": -0.012,
    }
    assert table["coefficient"].drop("intercept").round(3).to_dict() == expected
    assert table.loc["rating", "standard_error"] == pytest.approx(0.031, abs=5e-4)
    unclear = table.index[(table["low"] < 0) & (table["high"] > 0)]
    assert list(unclear) == ["children", "education"]
    np.testing.assert_allclose(table["odds_ratio"], np.exp(table["coefficient"]))


def test_our_own_logistic_regression_agrees():
    answers = load_survey()
    fit = fit_logistic(answers[list(PREDICTORS)], answers["contact_reported"])
    np.testing.assert_allclose(fit.coefficients[0], survey_regression()["coefficient"], atol=1e-5)
