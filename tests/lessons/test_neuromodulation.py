"""What the lesson on neuromodulation says is what its models give, and its notebook repeats it."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from nbformat import NotebookNode
from scipy.stats import norm

from intimacy.data import load
from intimacy.labs import neuromodulation as labs
from intimacy.lessons import neuromodulation as lessons
from intimacy.models import neuromodulation as model
from lesson import on_one_line

NOTEBOOK = "06_neuromodulation"
EXERCISES = {each.name: each for each in lessons.exercises()}


# Bets


def test_the_bet_on_the_drive_names_what_the_lab_shows() -> None:
    answer = lessons.bet_drive().answer()
    assert answer.outcome == "window"
    lab = labs.the_stress_axis()
    lab.set(drive=10)
    assert "stays at 0.85, without a pulse" in lab.sentence
    assert "at a drive of 10 the hormone settles at 0.85" in answer.text
    lab.set(drive=30)
    assert "a peak every 70 minutes" in lab.sentence
    assert "pulses every 70 minutes" in answer.text
    lab.set(drive=80)
    assert "Its pulses are getting smaller" in lab.sentence
    assert lab.result.steady_level == pytest.approx(1.43, abs=0.005)
    assert "settles again, at 1.43" in answer.text
    assert "between 14.4 and 55.2" in answer.text


def test_the_bet_on_the_buffers_names_what_the_lab_shows() -> None:
    answer = lessons.bet_two_buffers().answer()
    assert answer.outcome == "product"
    assert "so 49 % is left" in answer.text
    assert "Both take 51 %, while the two shares add up to 60 %" in labs.the_buffers().sentence


def test_the_bet_on_the_gain_names_what_the_lab_shows() -> None:
    bet = lessons.bet_gain()
    lab = labs.the_gain()
    before, after = (float(each) for each in re.findall(r"ratio goes from (\S+) to (\S+)\. ", lab.sentence)[0])
    assert f"{after / before:.1f} times" in bet.question
    answer = bet.answer()
    assert answer.outcome == "little"
    told = re.findall(r"goes from (\d+\.\d) to (\d+\.\d)\.$", lab.sentence)[0]
    assert f"goes from {told[0]} to {told[1]}, which is 10 % more" in answer.text


def test_the_bet_on_seventeen_people_names_what_the_lab_shows() -> None:
    answer = lessons.bet_seventeen_people().answer()
    assert answer.outcome == "often"
    assert "the exact chance is 17 %" in answer.text
    assert "in 34 % of the studies" in answer.text
    assert "24 IU but not 48 18.0 % (in theory 17.2)" in labs.seventeen_people().sentence


# Exercises


def test_the_expected_answers_are_those_worked_out_by_hand() -> None:
    expected = {name: each.expected for name, each in EXERCISES.items()}
    assert expected["Exercise 1"](24, 12, 48) == pytest.approx(4 / 9)
    assert expected["Exercise 1"](48, 12, 48) == pytest.approx(0.4)
    np.testing.assert_allclose(expected["Exercise 2"]([1, 2, 3], 1, 0.5, 0.0), [0.5, 0.75, 1.375])
    assert expected["Exercise 3"] == pytest.approx(math.sqrt(288))
    assert expected["Exercise 4"] == "none"
    assert expected["Exercise 5"] == pytest.approx(45)
    np.testing.assert_allclose(expected["Exercise 6"], [0.9, 0], atol=1e-9)
    np.testing.assert_allclose(expected["Exercise 7"], [2.5 / 3.92, 1.5], atol=1e-4)
    z = (norm.isf(0.02) - norm.isf(0.1)) / math.sqrt(2)
    assert expected["Exercise 8"] == pytest.approx(2 * norm.sf(z))


def test_the_ratio_of_exercise_4_is_above_one_half_for_every_exponent() -> None:
    for hill in (0.5, 1, 2, 4, 8):
        ratio = model.effect_ratio(48, 24, model.DoseResponse(hill=hill))
        assert ratio == pytest.approx((1 + 2**hill) ** 2 / (2 * (1 + 4**hill)))
        assert ratio > 0.5
    enough = re.search(r"an exponent of (\d\.\d\d) is enough", EXERCISES["Exercise 4"].why)
    assert enough
    for more, below in ((0.01, True), (-0.02, False)):
        curve = model.DoseResponse(half_fall=30, hill=float(enough[1]) + more)
        assert (model.effect_ratio(48, 24, curve) < 0.5) is below


def test_the_hormone_of_exercise_2_is_that_of_the_packaged_model() -> None:
    run = model.simulate_stress_axis(model.StressAxis(delay=20), minutes_per_sample=0.25)
    step = 0.25 / run.parameters.unit_minutes
    levels = lessons.delayed_hormone(run.acth[:-1].tolist(), 80, step, float(run.corticosteroid[0]))
    np.testing.assert_allclose(levels, run.corticosteroid[1:], atol=0.03)


def test_the_trial_of_exercise_7_is_that_of_the_table() -> None:
    row = load("evidence").set_index("key").loc["sikich2021"]
    assert (float(row["low"]), float(row["high"])) == (lessons.TRIAL_LOW, lessons.TRIAL_HIGH)
    assert "−0.2 points" in EXERCISES["Exercise 7"].task
    assert float(row["estimate"]) == -0.2
    assert "0 to 39" in row["measure"]
    assert "277" in row["sample"]


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("Exercise 1", lambda d, a, b: d / (a + d), "never falls"),
        ("Exercise 1", lambda d, a, b: d / (d + a) * (d / (d + b)), "grows with the dose"),
        ("Exercise 2", lambda a, lag, s, h: [h := h + s * (x - h) for x in a], "ACTH of now"),
        (
            "Exercise 2",
            lambda a, lag, s, h: [h := h + s * ([a[0]] * lag + list(a))[n] for n in range(len(a))],
            "never leaves the blood",
        ),
        ("Exercise 3", 27, "the mean"),
        ("Exercise 3", 288, "square root"),
        ("Exercise 3", 24, "K₁ is smaller"),
        ("Exercise 4", "8", "0.504 times"),
        ("Exercise 4", "4", "spared there"),
        ("Exercise 5", 35, "You added"),
        ("Exercise 5", 55, "is taken"),
        ("Exercise 5", 10, "Multiply what they leave"),
        ("Exercise 6", [-0.9, 0], "turned round"),
        ("Exercise 6", [0, 0.9], "wrong order"),
        ("Exercise 6", [0.9, -0.105], "log of each mean"),
        ("Exercise 7", [1.25, 1.5], "half of the interval"),
        ("Exercise 7", [0.64, 1.0], "largest harm"),
        ("Exercise 7", [0.64, -1.5], "positive number"),
        ("Exercise 8", 0.16, "p of nothing"),
        ("Exercise 8", 0.44, "standard error of one group"),
        ("Exercise 8", 0.29, "one-sided"),
        ("Exercise 8", 0.545, "Now its p"),
    ],
)
def test_a_mistake_as_a_learner_writes_it_is_caught(name: str, wrong: Any, said: str) -> None:
    feedback = EXERCISES[name].check(wrong)
    assert not feedback.passed
    assert said in feedback.text


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("Exercise 1", lambda d, a, b: d * b / ((d + a) * (d + b))),
        ("Exercise 2", lambda a, lag, s, h: [h := h + s * (([a[0]] * lag + list(a))[n] - h) for n in range(len(a))]),
        ("Exercise 3", 17),
        ("Exercise 3", 16.97),
        ("Exercise 4", "None "),
        ("Exercise 5", 45.0),
        ("Exercise 6", (0.9, 0)),
        ("Exercise 7", [0.64, 1.5]),
        ("Exercise 7", [0.625, 1.5]),
        ("Exercise 8", 0.59),
        ("Exercise 8", 0.586),
    ],
)
def test_an_answer_as_people_write_and_round_it_passes(name: str, answer: Any) -> None:
    assert EXERCISES[name].check(answer).passed


# Quiz


def test_the_quiz_names_the_numbers_of_the_models() -> None:
    quiz = lessons.quiz()
    assert len(quiz.questions) == 6
    said = [each for question in quiz.questions for answer in question["answers"] for each in answer.values()]
    told = " ".join([repr(quiz), *map(str, said)])
    told = " ".join(told.split())
    assert "from 0.53 to 2.43" in told
    assert "its p is 0.59" in told
    assert "split in 34 % of cases" in told
    assert "with 60 people it is 5 %" in told
    assert "the ratio stays at 11.9" in told


def test_a_stricter_level_turns_splits_into_misses() -> None:
    usual, strict = (model.outcomes(model.ByChance(alpha=alpha)) for alpha in (0.05, 0.005))
    assert strict.neither > usual.neither + 0.3


# The notebook


def test_the_hunt_in_the_stress_axis_ends_at_a_support_of_035(notebook: NotebookNode) -> None:
    assert "Find the smallest support with which the steady level can no longer hold" in on_one_line(notebook)
    lab = labs.the_stress_axis()
    lab.preset("A strong drive")
    lab.set(social_support=0.3)
    assert "can hold" in lab.sentence
    lab.set(social_support=0.35)
    assert "cannot hold" in lab.sentence


def test_the_two_stories_about_a_stressor_have_one_drive(notebook: NotebookNode) -> None:
    assert "The drive is the same in both" in on_one_line(notebook)
    lab = labs.the_stress_axis()
    drives = []
    for name in ("A stressor starts pulses", "A stressor stops pulses"):
        lab.preset(name)
        drives.append(lab.parameters.effective_drive)
    assert drives == [58, 58]
    band = model.unstable_drives(model.StressAxis())
    assert band
    assert band[1] < 58


def test_with_a_hormone_that_lives_for_an_hour_the_same_delay_gives_no_pulses(notebook: NotebookNode) -> None:
    assert "With a hormone that lives for an hour, the same delay gives no pulses" in on_one_line(notebook)
    human = model.StressAxis(half_life=60)
    assert model.holds(human)
    assert not model.long_run(model.simulate_stress_axis(human)).pulsing


def test_the_hunt_in_the_dose_ends_at_47(notebook: NotebookNode) -> None:
    assert "Find the largest K₂ for which 48 IU has less than half" in on_one_line(notebook)
    ratios = [model.effect_ratio(48, 24, model.DoseResponse(hill=8, half_fall=fall)) for fall in (47, 48)]
    assert ratios[0] < 0.5 < ratios[1]


def test_the_hunt_for_a_buffer_ends_at_020(notebook: NotebookNode) -> None:
    assert "Find the oxytocin buffer at which both together take 60 %" in on_one_line(notebook)
    lab = labs.the_buffers()
    lab.set(social_support=0.5, oxytocin=0.2)
    assert "Both take 60 %" in lab.sentence


def test_the_chain_peaks_in_the_order_that_the_warm_up_asks_for(notebook: NotebookNode) -> None:
    assert "In which order do CRH, ACTH and cortisol peak" in on_one_line(notebook)
    run = labs.the_buffers().result
    peaks = [run.minutes[np.argmax(course)] for course in (run.crh, run.acth, run.cortisol)]
    assert peaks == sorted(peaks)
    assert len(set(peaks)) == 3


def test_the_hunt_in_the_gain_has_an_end(notebook: NotebookNode) -> None:
    assert "oxytocin makes the ratio larger, and the signal *harder* to tell" in on_one_line(notebook)
    lab = labs.the_gain()
    lab.set(signal=8, tonic_inhibition=4)
    now, course = lab.result.now, lab.result.course
    assert now.signal_to_noise > 5 * course.signal_to_noise[0]
    assert now.discriminability < course.discriminability[0]


def test_the_hunt_among_the_studies_ends_at_61_people(notebook: NotebookNode) -> None:
    assert (
        "Find the smallest number of people for which the two split results together are rarer than 5 %"
        in on_one_line(notebook)
    )
    assert model.outcomes(model.ByChance(participants=61)).exactly_one < 0.05
    assert model.outcomes(model.ByChance(participants=60)).exactly_one > 0.05


def test_the_rule_of_the_notebook_gives_the_packaged_numbers_and_would_not_if_it_were_changed(
    notebook: NotebookNode,
) -> None:
    names: dict[str, Any] = {"np": np, "model": model}
    rule = next(cell.source for cell in notebook.cells if cell.source.startswith("def speeds"))
    loop = next(cell.source for cell in notebook.cells if cell.source.startswith("axis = model"))
    exec(rule, names)
    exec(loop, names)
    assert np.allclose(names["levels"][::4], names["run"].corticosteroid, atol=0.01)
    exec(rule.replace("drive=30", "drive=31"), names)
    exec(loop, names)
    assert not np.allclose(names["levels"][::4], names["run"].corticosteroid, atol=0.01)


def test_every_number_that_the_notebook_tells_of_a_study_stands_in_its_row(notebook: NotebookNode) -> None:
    studies = load("evidence").set_index("key")
    told = {
        "cardoso2013": ["17", "24 IU", "48 IU", ".05", ".10"],
        "heinrichs2003": ["37", "four groups"],
        "kapetaniou2021": ["49"],
        "kirsch2005": ["15"],
        "lieberz2020": ["90"],
        "ditzen2009": ["47 couples", "p = .011"],
        "ditzen2013": ["p = .009"],
        "cardoso2014": ["18 studies", "675", "0.151", "p = .11", "0.433", "0.841", "0.025"],
        "coan2017": ["110"],
        "dickerson2004": ["208"],
        "sikich2021": ["277", "24 weeks", "48 IU", "0.2", "1.5", "1.0", ".61"],
    }
    text = on_one_line(notebook)
    for key, words in told.items():
        row = " ".join(str(value) for value in studies.loc[key])
        assert f"[{key}]" in text
        for each in words:
            assert each in text
            assert each in row, f"{each!r} does not stand in the row of {key}"


def test_the_notebook_says_what_a_fitted_curve_is_worth_and_gives_no_advice(notebook: NotebookNode) -> None:
    text = on_one_line(notebook)
    assert "put at 24 IU on purpose, so that it lies there is no evidence for anything" in text
    assert "It is no advice to use one, and it cannot read your stress" in text
