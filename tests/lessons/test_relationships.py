"""What the lesson on relationships says is what its models give, and its notebook repeats it."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from nbformat import NotebookNode

from intimacy.data import load
from intimacy.labs import relationships as labs
from intimacy.lessons import relationships as lessons
from intimacy.models import relationships as model
from intimacy.models.relationships import CoRegulation, Influence, Love
from lesson import on_one_line

NOTEBOOK = "09_relationships"
EXERCISES = {each.name: each for each in lessons.exercises()}


# Bets


def test_the_bet_on_repair_names_what_the_lab_shows() -> None:
    bet, lab = lessons.bet_repair(), labs.where_it_ends()
    assert bet.answer().outcome == "half"
    least = re.search(r"any repair above (\S+);", lab.sentence)[1]
    assert f"any repair above {float(least):.2f}" in bet.answer().text
    assert "with both at −1.33" in bet.question
    assert "both at −1.33" in lab.sentence


def test_the_bet_on_a_bad_day_names_what_the_lab_shows() -> None:
    bet, lab = lessons.bet_bad_day(), labs.one_bad_day()
    lab.preset("A pair")
    assert "affect is −1.33 for all" in lab.sentence
    assert "one is warm (1) and speaks first" in bet.question
    assert "person 2, who speaks last, has a bad day" in lab.sentence
    assert "both end at −1.33" in bet.question
    lab.preset("A chosen family of four")
    assert lab.parameters == lessons.FOUR
    assert bet.answer().outcome == "warm"
    assert "4 are warm" in lab.sentence
    assert "all end at 1.17, whoever speaks first" in bet.answer().text


def test_the_bet_on_the_third_tie_names_what_the_lab_shows() -> None:
    bet, lab = lessons.bet_third_tie(), labs.calmer_or_louder()
    lab.preset("A V")
    assert lab.parameters == lessons.V
    halves = float(re.search(r"In the end arousal halves every (\S+) s", lab.sentence)[1])
    assert f"halves every {halves:.0f} s" in bet.answer().text
    lab.preset("A triad")
    assert lab.parameters == lessons.TRIAD
    assert "neither grows nor fades" in lab.sentence
    assert bet.answer().outcome == "v"


def test_the_bet_on_a_flag_names_what_the_lab_shows() -> None:
    bet, lab = lessons.bet_flagged(), labs.who_will_separate()
    assert lab.parameters == lessons.TEST
    assert bet.answer().outcome == "half"
    assert "So 50 % of its flags are right" in lab.sentence
    assert "90 are flagged rightly and 90 wrongly" in bet.answer().text


# Exercises


@pytest.mark.parametrize(("mood", "inertia"), [(0.1, 0.4), (0.1, 0.6), (0.0, 0.75), (-0.1, 0.2)])
def test_the_states_of_exercise_1_are_those_of_the_packaged_model(mood: float, inertia: float) -> None:
    found = [state.i for state in model.steady_states(Influence(starting_mood=mood, inertia=inertia))]
    np.testing.assert_allclose(EXERCISES["Exercise 1"].expected(mood, inertia), found)


def test_the_expected_answers_are_those_of_the_formulas() -> None:
    expected = {name: each.expected for name, each in EXERCISES.items()}
    assert expected["Exercise 1"](0.1, 0.6) == pytest.approx([-2, 0.25, 1.75])
    assert expected["Exercise 2"] == pytest.approx(0.9 - 0.1 - 0.5 * 0.4)
    assert expected["Exercise 5"] == pytest.approx([1.8 / 0.84, 1.2 / 0.84])
    assert expected["Exercise 6"] == pytest.approx(0.3)
    assert expected["Exercise 7"] == pytest.approx([0.12 / math.sqrt(2), 0.06, 0.04])
    assert expected["Exercise 8"] == "B"
    assert expected["Exercise 9"] == pytest.approx(0.032 / (0.032 + 0.048))
    assert expected["Exercise 10"] == "stay"


def test_the_pairing_exercise_is_that_of_the_packaged_model() -> None:
    alpha, beta, people = lessons.FIVE
    across = EXERCISES["Exercise 6"].expected
    for shift, away in ((-0.01, False), (0.01, True)):
        p = Love(people=people, forgetting=alpha, return_rate=beta, cross_tie=across + shift)
        assert (model.simulate_love(p).fate == "away") == away
        assert model.together_rate(alpha, beta, across + shift, people) < 0
    assert "fades at 1.20 per month" in EXERCISES["Exercise 6"].why


def test_the_coupling_exercise_is_that_of_the_packaged_model() -> None:
    for group, critical in zip(lessons.GROUPS, EXERCISES["Exercise 7"].expected, strict=True):
        for share, grows in ((0.99, False), (1.01, True)):
            p = CoRegulation(
                group=group, people=4, damping=lessons.STRONG_DAMPING, velocity_coupling=float(share * critical)
            )
            run = model.simulate_co_regulation(p)
            assert run.amplifies == grows
            assert run.in_step > 0.9


def test_what_the_feedback_of_exercise_2_says_of_less_inertia_is_so() -> None:
    assert f"With r = 0.4 it was {model.least_repair(Influence()):g}" in EXERCISES["Exercise 2"].why


def test_what_the_feedback_of_exercise_8_says_of_pair_b_is_so() -> None:
    rate = float(re.search(r"B −0\.97 and −(0\.\d+) /s", EXERCISES["Exercise 8"].task)[1])
    assert f"halves every {math.log(2) / rate:.0f} s" in EXERCISES["Exercise 8"].why


def test_the_numbers_of_exercise_10_are_means_over_studies() -> None:
    found = model.many_studies(model.Overfitting(), seeds=range(lessons.STUDIES))
    task = EXERCISES["Exercise 10"].task
    assert f"right about {100 * found['apparent'].mean():.0f} % of them" in task
    assert f"about {100 * found['cross_validated'].mean():.0f} % of couples that were left out" in task
    assert found["cross_validated"].mean() < found["majority"].mean() < found["apparent"].mean()
    more = model.many_studies(model.Overfitting(predictors=30), seeds=range(20))
    assert more["apparent"].mean() > found["apparent"].mean()
    assert more["cross_validated"].mean() < found["majority"].mean()


def _by_cases(other: float, repair: float) -> float:
    if other > 0.5:
        return 0.6
    if other < -0.5:
        return repair - 0.9
    return 0


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("Exercise 1", lambda a, r: [a - 0.9, a, a + 0.6], "Divide by 1 − r"),
        ("Exercise 1", lambda a, r: [(a + push) / (1 - r) for push in (0.6, 0, -0.9)], "Begin with the most negative"),
        ("Exercise 1", lambda a, r: [(a + push) / 0.6 for push in (-0.9, 0, 0.6)], "does not use the inertia"),
        ("Exercise 2", 0.5, "r = 0.4"),
        ("Exercise 2", 0.7, "subtract a"),
        ("Exercise 2", 0.3, "multiplied by 1 − r"),
        ("Exercise 2", 0.9, "whole push"),
        ("Exercise 3", lambda other, repair: _by_cases(other, 0), "does not use the repair"),
        ("Exercise 3", lambda other, repair: _by_cases(other, 0) + repair, "only below the trigger"),
        ("Exercise 4", lambda a, b1, b2: -a + (b1 + b2) / 2, "mean of the two returns"),
        ("Exercise 4", lambda a, b1, b2: -a + abs(b1 * b2) ** 0.5, "imaginary"),
        ("Exercise 5", [1.8, 1.2], "answered in turn"),
        ("Exercise 6", -0.1, "pairing off"),
        ("Exercise 6", 0.7, "Set −α + β + σ = 0"),
        ("Exercise 7", [0.04, 0.04, 0.03], "number of people"),
        ("Exercise 7", [0.06, 0.04, 0.02], "number of ties"),
        ("Exercise 8", "A", "second number"),
        ("Exercise 8", "C", "In step is not calm"),
        ("Exercise 9", 0.8, "Turn it round"),
        ("Exercise 9", 0.6, "flags that are wrong"),
        ("Exercise 10", "rule", "couples that it has seen"),
        ("Exercise 10", "more", "forecast worse"),
    ],
)
def test_a_mistake_as_a_learner_makes_it_is_caught(name: str, wrong: Any, said: str) -> None:
    feedback = EXERCISES[name].check(wrong)
    assert not feedback.passed
    assert said in feedback.text


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("Exercise 1", lambda a, r: tuple((a + push) / (1 - r) for push in (-0.9, 0, 0.6))),
        ("Exercise 2", 0.6),
        ("Exercise 3", _by_cases),
        ("Exercise 4", lambda a, b1, b2: np.linalg.eigvals([[-a, b1], [b2, -a]]).real.max()),
        ("Exercise 5", [2.14, 1.43]),
        ("Exercise 7", [0.0849, 0.06, 0.04]),
        ("Exercise 9", 0.4),
    ],
)
def test_another_way_to_the_answer_or_a_rounded_one_passes(name: str, answer: Any) -> None:
    assert EXERCISES[name].check(answer).passed


# The notebook


def test_safety_is_said_on_the_first_page_and_in_every_lab_of_what_people_do_to_each_other(
    notebook: NotebookNode,
) -> None:
    first = " ".join(notebook.cells[0].source.split())
    assert "These models assume that all are safe and free to leave." in first
    assert "They do not apply to violence, coercion or control" in first
    assert "are not advice to stay" in first
    assert "findahelpline.com" in first
    for make in (labs.where_it_ends, labs.one_bad_day, labs.ties_over_time, labs.calmer_or_louder):
        assert "free to leave" in make().note


def test_no_number_is_printed_for_a_kind_of_couple(notebook: NotebookNode) -> None:
    text = on_one_line(notebook).lower()
    for kind in ("volatile", "validating", "avoiding", "hostile", "husband", "wife", "toxic", "needy", "cheat"):
        assert kind not in text
    assert "figures of 80 to 94 % are fits" in text


def test_the_shares_in_the_text_are_those_of_the_lab(notebook: NotebookNode) -> None:
    text, lab = on_one_line(notebook), labs.where_it_ends()
    assert f"all {model.GRID**2:,} starts" in text
    trap = [100 * lab.result.share(0)]
    warm = [100 * lab.result.share(2)]
    lab.preset("Almost enough repair")
    trap.append(100 * lab.result.share(0))
    warm.append(100 * lab.result.share(2))
    assert f"from {trap[0]:.0f} % of all starts to {trap[1]:.0f} % and then to nothing" in text
    assert f"The blue one stays at {warm[0]:.0f} %" in text
    assert warm[0] == warm[1]
    lab.preset("Enough repair")
    assert len(lab.result.steady) == 2


def test_moving_the_start_of_j_meets_three_ends() -> None:
    lab = labs.where_it_ends()
    met = set()
    for start in np.arange(-3, 3.01, 0.25):
        lab.set(start_j=float(start))
        met.add(lab.result.end)
    assert met == {0, 1, 2}


def test_the_hunts_of_the_first_lab_end_where_the_teacher_is_told(notebook: NotebookNode) -> None:
    teacher = on_one_line(notebook, "instructor")
    assert f"at least P(1 − r) − a = {model.least_positive_push(Influence()):.2g}" in teacher
    assert "above a + N(1 − r) = 0.4" in teacher
    for push, warm in ((0.19, False), (0.21, True)):
        assert (model.steady_states(Influence(positive_push=push))[-1].i > 0.5) == warm
    for push, trap in ((0.39, False), (0.41, True)):
        assert (model.steady_states(Influence(negative_push=push))[0].i < -0.5) == trap
    lab = labs.where_it_ends()
    lab.preset("Never fight")
    assert [state.i for state in lab.result.steady] == pytest.approx([1 / 6])
    lab.preset("Mismatched")
    assert lab.result.steady[-1].i > 0.5


def test_the_hunts_of_the_circle_end_where_the_teacher_is_told(notebook: NotebookNode) -> None:
    teacher, lab = on_one_line(notebook, "instructor"), labs.one_bad_day()
    lab.preset("One of three repairs")
    enough = []
    for repair in np.arange(0, 1.51, 0.05):
        lab.set(repair=float(round(repair, 2)))
        if lab.result.negative == 0:
            enough.append(round(float(repair), 2))
    assert f"One alone needs a repair of {enough[0]:g}" in teacher
    lab.preset("All three repair")
    for repair, out in ((0.5, False), (0.51, True)):
        lab.set(repair=repair)
        assert (lab.result.affect[-1].min() > -0.5 + 1e-6) == out
    lab.preset("Four in a ring")
    assert np.abs(lab.result.affect[-1]).max() < 0.2
    assert "in a ring of four it depends on who speaks when" in teacher.lower()
    lab.set(who_is_low="centre")
    assert lab.result.warm == 4
    lab.preset("A chosen family of four")
    lab.set(who_is_low="centre")
    assert lab.result.warm == 4
    lab.preset("The one in the middle")
    middle = lab.result.affect[-1].mean()
    lab.preset("One at the edge")
    assert lab.result.affect[-1].mean() > middle


def test_the_hunts_of_the_ties_end_where_the_teacher_is_told(notebook: NotebookNode) -> None:
    teacher, text, lab = on_one_line(notebook, "instructor"), on_one_line(notebook), labs.ties_over_time()
    assert "A tie of two rests at 2.00" in text
    assert lab.result.steady == pytest.approx([2, 2])
    rests = []
    for preset in ("Ties that support each other", "Ties that compete"):
        lab.preset(preset)
        rests.append(lab.result.steady[0])
    assert f"rest at {rests[0]:.2f} with σ = −0.2 and at {rests[1]:.2f} with σ = 0.4" in teacher
    lab.set(cross_tie=0.0)
    assert lab.result.steady == pytest.approx([2] * 6)
    lab.preset("Pairing off")
    alike = []
    for across in np.arange(0, 0.51, 0.05):
        lab.set(cross_tie=float(round(across, 2)))
        if lab.result.eigenvalues[0].real < 0 and np.ptp(lab.result.steady) < 1e-6:
            alike.append(round(float(across), 2))
    assert f"up to an effect across ties of {alike[-1]:g}, in steps of 0.05" in teacher
    lab.preset("A chosen family")
    beta, people = lab.values["return_rate"], lab.values["people"]
    away = (beta - 1) / (people - 2)
    assert f"σ is below −{-away:.3g}" in teacher
    for shift, runs_away in ((0.001, False), (-0.001, True)):
        lab.set(cross_tie=away + shift)
        assert (lab.result.fate == "away") == runs_away


def test_the_hunt_of_co_regulation_ends_where_the_teacher_is_told(notebook: NotebookNode) -> None:
    teacher, lab = on_one_line(notebook, "instructor"), labs.calmer_or_louder()
    lab.preset("Soothed together")
    assert lab.result.growth_here < model.growth_alone(lab.parameters)
    for coupling in (0.01, 0.05, 0.09):
        lab.set(velocity_coupling=coupling)
        assert model.growth_alone(lab.parameters) < lab.result.growth_here < 0
        assert lab.result.in_step > 0.99
    assert "With any γ above 0 two who start in step calm more slowly than one alone" in teacher
    lab.preset("A V")
    assert f"halves every {model.half_life(lab.result.growth):.0f} s, in the triad it does not fade" in teacher
    lab.preset("Five, everyone with everyone")
    assert lab.result.amplifies


def test_the_hunts_of_the_forecasts_end_where_the_teacher_is_told(notebook: NotebookNode) -> None:
    teacher = on_one_line(notebook, "instructor")
    shares = [100 * model.predictive_value(base, 0.9, 0.9) for base in (0.05, 0.3)]
    assert f"from {shares[0]:.0f} % at one in twenty to {shares[1]:.0f} % at three in ten" in teacher
    assert model.predictive_value(0.1, 0.9, 0.99) > 0.9 > model.predictive_value(0.1, 0.9, 0.985)
    found = model.many_studies(model.Overfitting(), seeds=range(60)).mean(numeric_only=True)
    said = re.search(
        r"right about (\d+) % of its own couples on average, and about (\d+) % .*? right about (\d+) %", teacher
    )
    expected = [100 * found[name] for name in ("apparent", "cross_validated", "majority")]
    assert [float(each) for each in said.groups()] == pytest.approx(expected, abs=0.5)
    assert "about 1.9 times as likely" in teacher
    assert "with 29 columns of it, half of all ways to split sixty couples" in on_one_line(notebook)
    assert model.chance_of_perfect(60, 29) == pytest.approx(0.5)
    assert model.unselected(2053 / 6366, 1.9) == pytest.approx(0.20, abs=0.002)


def test_the_numbers_of_the_evidence_are_those_of_the_table(notebook: NotebookNode) -> None:
    text, table = on_one_line(notebook), load("evidence").set_index("key")
    therapy = table.loc[["roddy2020"]].dropna(subset="estimate").iloc[0]
    assert f"rose in therapy by {therapy.estimate:.2f} standard deviations" in text
    assert "up to 45 %" in table.loc["joel2020", "finding"]
    assert "up to 18 %" in table.loc["joel2020", "finding"]
    assert "0.09" in table.loc["mayo2021", "finding"]
    assert table.loc["lavner2016", "n"] == 431
    assert table.loc["coan2017", "n"] == 110


def test_the_map_by_hand_in_the_notebook_is_that_of_the_packaged_model(notebook: NotebookNode) -> None:
    printed = [
        output.text
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "text" in output
    ]
    assert any("The packaged map gives the same: True" in each for each in printed)
