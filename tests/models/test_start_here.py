"""The way in: regression to the mean, against its closed form, numerical integration and a brute-force crowd."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from intimacy.models.start_here import HELP_SHARE, PEOPLE, BadDays, expected_rise, simulate_bad_days


@pytest.mark.parametrize(("passing", "share"), [(0.5, 0.2), (0.3, 0.05), (1, 0.5), (0.85, 0.7)])
def test_the_expected_rise_is_the_integral_over_those_who_come(passing: float, share: float):
    below = quad(lambda mood: mood * norm.pdf(mood), -math.inf, norm.ppf(share))[0] / share
    assert expected_rise(passing, share) == pytest.approx(-passing * below, abs=1e-9)


def test_half_passing_and_the_lowest_fifth_rise_by_seven_tenths():
    assert expected_rise(0.5, 0.2) == pytest.approx(0.69990, abs=1e-4)
    assert expected_rise(0.4, 1) == 0


def test_many_weeks_rise_as_expected():
    for passing in (0.2, 0.5, 0.9):
        rises = [simulate_bad_days(BadDays(passing_share=passing), seed=seed).rise for seed in range(400)]
        error = np.std(rises) / math.sqrt(len(rises))
        # A finite crowd's lowest fifth is a little less extreme than an endless one's: by at most a hundredth here.
        assert np.mean(rises) == pytest.approx(expected_rise(passing), abs=4 * error + 0.01)


@given(st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_those_who_come_are_the_lowest_and_nothing_rises_when_nothing_passes(passing: float, seed: int):
    week = simulate_bad_days(BadDays(passing_share=passing), seed=seed)
    assert week.came.sum() == round(HELP_SHARE * PEOPLE)
    assert week.first_day[week.came].max() <= week.first_day[~week.came].min()
    assert len(week.to_frame()) == PEOPLE
    assert simulate_bad_days(BadDays(passing_share=0), seed=seed).rise == 0


def test_one_seed_is_the_same_people_whatever_passes():
    some, more = (simulate_bad_days(BadDays(passing_share=each), seed=5) for each in (0.4, 0.45))
    assert np.corrcoef(some.first_day, more.first_day)[0, 1] > 0.99
    again = simulate_bad_days(BadDays(passing_share=0.4), seed=5)
    np.testing.assert_array_equal(some.a_week_later, again.a_week_later)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: BadDays(passing_share=1.2), "passing_share must be between 0 and 1, got 1.2"),
        (lambda: expected_rise(-0.1), "passing_share must be between 0 and 1, got -0.1"),
        (lambda: expected_rise(0.5, 0), "help_share must be above 0 and at most 1, got 0"),
        (lambda: expected_rise(math.nan), "passing_share must be between 0 and 1, got nan"),
    ],
)
def test_bad_input_gets_a_sentence(call, words: str):
    with pytest.raises(ValueError, match=words):
        call()
