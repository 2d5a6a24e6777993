"""The first lab: its sentence says what the picture shows, and its bet is answered by name."""

from __future__ import annotations

import re

import numpy as np
import pytest

from intimacy.labs import start_here as labs
from intimacy.lessons import start_here as lessons


def test_there_is_one_slider():
    assert [control["name"] for control in labs.a_bad_day().controls] == ["passing_share"]


@pytest.mark.parametrize("passing", [0.15, 0.5, 1])
def test_the_sentence_says_the_means_that_are_drawn(passing: float):
    lab = labs.a_bad_day()
    lab.set(passing_share=passing)
    first, later = np.frombuffer(lab.frame["traces"]["mean"]["y"], dtype=np.float32)
    said = [float(each.replace("−", "-")) for each in re.findall(r"−?\d+\.\d\d", lab.sentence)]
    means = said[-4:]
    assert means == [
        pytest.approx(first, abs=0.006),
        pytest.approx(later, abs=0.006),
        pytest.approx(later - first, abs=0.006),
        pytest.approx(1.4 * passing, abs=0.006),
    ]


def test_nothing_passes_nothing_changes():
    lab = labs.a_bad_day()
    lab.preset("Nothing passes")
    assert "it is the same" in lab.sentence
    first, later = np.frombuffer(lab.frame["traces"]["mean"]["y"], dtype=np.float32)
    assert first == later


def test_the_bet_is_answered_by_name():
    for key in ("same", "half", "all", "worse"):
        bet = lessons.bet_bad_day()
        bet.place(key)
        answer = bet.answer()
        assert answer.outcome == "half"
        assert ("that is what happened" in answer.text) == (key == "half")
        assert "0.70 standard deviations" in answer.text
