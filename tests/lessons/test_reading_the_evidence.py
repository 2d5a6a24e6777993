"""What the lesson on reading the evidence says is what its models and tables give, and its notebook repeats it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from nbformat import NotebookNode

from intimacy.data import load
from intimacy.evidence import audit_table, effects, obstacles
from intimacy.labs import reading_the_evidence as labs
from intimacy.lessons import reading_the_evidence as lessons
from intimacy.models import reading_the_evidence as model
from intimacy.models import replication
from lesson import markdown, on_one_line
from look import labs_of

NOTEBOOK = "12_reading_the_evidence"
EXERCISES = {each.name: each for each in lessons.exercises()}


def in_text(value: float, digits: int) -> str:
    """Write a number as the notebook does, with a true minus."""
    return f"{value:.{digits}f}".replace("-", "−")


# Bets


def test_the_bet_on_the_brain_image_names_what_the_lab_shows() -> None:
    answer, pooled = lessons.bet_brain_image().answer(), labs.brain_images().result.pooled
    assert answer.outcome == "unclear"
    assert pooled.low < 0 < pooled.high
    assert f"{pooled.estimate:.3f} points" in answer.text
    fixed = model.read_brain_images(model.BrainImages(method="fixed")).pooled
    assert 0 < fixed.low < 0.001
    assert f"{fixed.low:.4f} to {fixed.high:.3f}" in answer.text


def test_the_bet_on_the_filter_names_what_the_lab_shows() -> None:
    bet, lab = lessons.bet_filtered(), labs.pool()
    lab.preset("Findings as expected")
    assert lab.parameters == lessons.FILTERED
    assert bet.answer().outcome == "double"
    assert f"a pooled effect of {lab.result.pooled.estimate:.2f}" in bet.answer().text
    assert f"{lab.result.published.sum()} of 30 experiments passed" in bet.answer().text


# Exercises


def test_the_expected_answers_are_those_of_the_formulas() -> None:
    expected = {name: each.expected for name, each in EXERCISES.items()}
    twelve = model.brain_images()
    pooled = model.pool(twelve["estimate"], twelve["variance"])
    assert expected["Exercise 1"](
        twelve["estimate"].to_numpy(), twelve["variance"].to_numpy(), pooled.tau_squared
    ) == pytest.approx(pooled.estimate)
    assert expected["Exercise 2"] == pytest.approx(pooled.i_squared, abs=1e-3)
    left = [each.estimate for each in model.leave_one_out(lessons.THREE, [0.1] * 3, "fixed")]
    assert expected["Exercise 3"] == pytest.approx(left)
    assert expected["Exercise 4"] == "image"
    assert expected["Exercise 5"](0.12, 0.25) == pytest.approx(0.44, abs=0.005)  # themes 1 to 5, 3.B.9
    assert expected["Exercise 6"] == 202


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("Exercise 1", lambda e, v, t: float((e / v).sum() / (1 / v).sum()), "no part in your weights"),
        ("Exercise 1", lambda e, v, t: sum(e) / len(e), "plain mean"),
        ("Exercise 1", lambda e, v, t: float(np.average(e, weights=v + t)), "fall with it"),
        ("Exercise 2", 11 / 15.73, "Take it from 1"),
        ("Exercise 2", 30.1, "percentages"),
        ("Exercise 2", 1 - 12 / 15.73, "k − 1"),
        ("Exercise 3", [0.4, 0.4, 0.4], "Leave one out"),
        ("Exercise 3", [0.25, 0.4, 0.55], "turned round"),
        ("Exercise 4", "lonely", "people count twice"),
        ("Exercise 4", "touch", "two questions"),
        ("Exercise 5", lambda power, prior: power * prior, "Divide by all findings"),
        ("Exercise 5", lambda power, prior: 1 - 0.05, "nothing is found"),
        ("Exercise 6", 404, "both arms"),
        ("Exercise 6", 333, "95 %"),
        ("Exercise 6", 29, "the chance is 18 %"),
    ],
)
def test_a_mistake_as_a_learner_writes_it_is_caught(name: str, wrong: Any, said: str) -> None:
    feedback = EXERCISES[name].check(wrong)
    assert not feedback.passed
    assert said in feedback.text


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("Exercise 1", lambda e, v, t: float(np.average(e, weights=1 / (v + t)))),
        ("Exercise 2", 0.3),
        ("Exercise 3", np.array([0.55, 0.4, 0.25])),
        ("Exercise 5", lambda power, prior: 1 / (1 + 0.05 * (1 - prior) / (power * prior))),
        ("Exercise 6", 203),
    ],
)
def test_another_way_to_the_answer_or_a_rounded_one_passes(name: str, answer: Any) -> None:
    assert EXERCISES[name].check(answer).passed


def test_what_exercise_4_says_of_the_pairs_is_what_the_table_says() -> None:
    """Each wrong option is a kind of obstacle that the tables have."""
    pairs = obstacles()
    touch = pairs[pairs["first"].str.contains("Packheiser") & pairs["second"].str.contains("Packheiser")]
    assert set(touch["obstacle"]) == {"the same study"}
    reviews = pairs[pairs["obstacle"] == "reviews that may count the same studies"]
    assert len(reviews) == 3
    assert reviews["first"].str.contains("lonely").all()
    assert set(reviews["scale"]) == {"hazard ratio"}


# The notebook


def test_the_notebook_says_that_no_pair_may_be_pooled_and_so_it_is(notebook: NotebookNode) -> None:
    assert "Not one pair is left." in on_one_line(notebook)
    assert not (obstacles()["obstacle"] == "").any()
    both = [effects(theme, scale) for theme, scale in _with_intervals()]
    assert 20 <= sum(map(len, both)) <= 60


def _with_intervals() -> set[tuple[str, str]]:
    studies = load("evidence")
    rows = studies[studies["estimate"].notna()]
    return set(zip(rows["theme"], rows["effect_scale"], strict=True))


def test_the_numbers_for_the_teacher_are_the_lab_s(notebook: NotebookNode) -> None:
    text = on_one_line(notebook, "instructor")
    for words, values in (
        ("Fixed effect", {"method": "fixed"}),
        ("Random effects", {}),
        ("Knapp and Hartung", {"interval": "knapp_hartung"}),
    ):
        pooled = model.read_brain_images(model.BrainImages(**values)).pooled
        assert f"{words}: {in_text(pooled.low, 3)} to {in_text(pooled.high, 3)}" in text
    rest = model.read_brain_images(model.BrainImages(left_out="originals")).pooled
    assert f"{rest.estimate:.3f}, from {in_text(rest.low, 3)} to {in_text(rest.high, 3)}" in text
    enough = next(n for n in range(5, 1000) if replication.expected_significant_estimate(0.28, n) <= 1.1 * 0.28)
    assert f"from {enough} per arm on" in text
    assert "Zero moves out without replication 1, 4, 8 or 10" in text


def test_ten_experiments_are_noticed_as_rarely_as_the_teacher_is_told(notebook: NotebookNode) -> None:
    lab = labs.funnel()
    lab.preset("Ten experiments")
    runs = [model.simulate_field(lab.parameters, seed) for seed in range(300)]
    noticed = sum(run.asymmetry is not None and run.asymmetry.p < 0.05 for run in runs)
    untested = sum(run.asymmetry is None for run in runs)
    told = f"over 300 fields it noticed a difference in {noticed}, and in {untested} there was too little to test"
    assert told in on_one_line(notebook, "instructor")
    assert noticed < 30  # "nearly blind"


def test_the_audit_in_the_notebook_counts_as_the_teacher_is_told(notebook: NotebookNode) -> None:
    counted = audit_table().counts
    assert counted["well supported"] == 6
    assert "six of the claims are well supported" in on_one_line(notebook, "instructor")


def test_every_lesson_has_its_line_and_every_lab_named_there_exists(notebook: NotebookNode) -> None:
    lines = re.findall(r"^\| \[(\d\d), [^\]]+\]\((\w+)\.ipynb\) \| (.+?) \|", markdown(notebook), flags=re.MULTILINE)
    assert [number for number, _, _ in lines] == [f"{number:02d}" for number in range(1, 12)]
    for number, name, title in lines:
        assert name.startswith(number)
        made = labs_of(name.partition("_")[2], ("Lab", "Bench", "Game")).values()
        assert any(make().title.startswith(title) for make in made), title


def test_there_are_ten_sentences_with_a_key_each_but_for_the_last(notebook: NotebookNode) -> None:
    part = markdown(notebook).split("### Ten sentences you may say at dinner")[1]
    sentences = re.findall(r"^(\d+)\. (\".+?)(?=^\d+\. |\Z)", part, flags=re.MULTILINE | re.DOTALL)
    assert [int(number) for number, _ in sentences] == list(range(1, 11))
    keys = set(load("evidence")["key"])
    for number, text in sentences:
        cited = re.findall(r"\[([a-z]+\d{4}[a-z]?)\]", text)
        assert set(cited) <= keys
        assert bool(cited) == (int(number) < 10)
