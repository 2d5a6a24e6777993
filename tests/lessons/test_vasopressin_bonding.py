"""What the lesson on vasopressin and lasting bonds says is what its models give, and its notebook repeats it."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from nbformat import NotebookNode
from scipy import stats

from intimacy.data import load
from intimacy.labs import vasopressin_bonding as labs
from intimacy.lessons import vasopressin_bonding as lessons
from intimacy.models.vasopressin_bonding import (
    CRITERION,
    HISTORICAL,
    GeneTest,
    VoleExperiment,
    run_historical,
    simulate_cohort,
    simulate_gene_test,
)
from lesson import on_one_line

NOTEBOOK = "05_vasopressin_bonding"
EXERCISES = {each.name: each for each in lessons.exercises()}
NUMBERS = re.compile(r"\d+(?:\.\d+)?")


def typical(**design: Any) -> float:
    return simulate_cohort(VoleExperiment(**design)).typical_preference


# Bets


def test_the_bet_on_a_blocked_week_is_answered_by_the_bench() -> None:
    answer = lessons.bet_blocked_week().answer()
    assert answer.outcome == "weaker"
    day, week, ordinary = (float(each) for each in re.findall(r"0\.\d\d", answer.text))
    bench = labs.the_virtual_vole()
    for preset, share in (
        ("Oxytocin blocked", day),
        ("Oxytocin blocked, a week", week),
        ("An ordinary pair", ordinary),
    ):
        bench.preset(preset)
        assert bench.result.typical_preference == pytest.approx(share, abs=5e-3)
    assert (day, week) == (0.58, 0.85)


def test_the_bet_on_three_weeks_apart_counts_what_cohorts_show() -> None:
    answer = lessons.bet_three_weeks().answer()
    assert answer.outcome == "barely"
    assert "comes to 0.71" in answer.text
    bench = labs.the_virtual_vole()
    bench.preset("Three weeks apart")
    assert bench.parameters == lessons.THREE_WEEKS_APART
    verdicts = [simulate_cohort(bench.parameters, seed).says for seed in range(1, 21)]
    assert f"{verdicts.count('undecided')} of 20 cohorts of 30 voles end undecided" in answer.text
    assert set(verdicts) == {"undecided", "bonded"}


def test_the_bet_on_the_meadow_vole_is_answered_by_the_experiment_that_follows() -> None:
    answer = lessons.bet_meadow_vole().answer()
    assert answer.outcome == "none"
    lab = labs.historical_experiments()
    lab.preset("A borrowed receptor")
    arms = {each.arm.name: each.run.typical_preference for each in lab.result.arms}
    told = [float(each) for each in re.findall(r"0\.\d\d", answer.text)]
    assert told == pytest.approx([arms["Meadow vole, vector"], arms["Meadow vole, vector, D2 blocked"]], abs=5e-3)


def test_the_bet_on_the_gene_is_answered_by_the_lab_that_follows() -> None:
    answer = lessons.bet_gene().answer()
    assert answer.outcome == "fifth"
    sentence = labs.the_gene_test().sentence
    carriers, others = re.search(r"of 100 carriers (\d+\.\d), of 100 others (\d+\.\d)", sentence).groups()
    assert (
        f"{float(carriers):.0f} of 100 carriers score low, and so do {float(others):.0f} of 100 others" in answer.text
    )


def test_the_bet_on_litters_is_answered_by_the_row_of_the_study() -> None:
    answer = lessons.bet_litters().answer()
    assert answer.outcome == "some"
    study = load("evidence").set_index("key").loc["ophir2008"]
    for number in (study["estimate"], study["low"], study["high"]):
        assert f"{number:.0f}" in answer.text


# Exercises


def test_the_expected_answers_are_those_worked_out_by_hand() -> None:
    expected = {name: each.expected for name, each in EXERCISES.items()}
    assert expected["Exercise 1"] == pytest.approx(0.2233, abs=5e-5)
    assert expected["Exercise 2"] == pytest.approx([2.6, 13.0], abs=0.05)
    assert expected["Exercise 3"](0.6, 0.6, 1, 0) == pytest.approx(0.155 * 1.2**6 / (1 + 1.2**6) * 0.85)
    assert expected["Exercise 4"] == "both_day"
    assert expected["Exercise 5"]([3, 5, 4], [2, 4]) == pytest.approx(4.5 / 6)
    assert expected["Exercise 6"] == 0.19
    assert expected["Exercise 7"](6, 27) == pytest.approx((0.0862, 0.4226), abs=5e-5)
    assert expected["Exercise 8"] == 72


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("Exercise 1", 0.173, "add wₛ"),
        ("Exercise 1", 0.325, "3 to 1"),
        ("Exercise 2", [13.0, 2.6], "other order"),
        ("Exercise 2", [2.56, 12.8], "forgetting"),
        ("Exercise 2", [0.107, 0.542], "24 times too small"),
        ("Exercise 3", lambda o, v, d, b: 0.155 * (o + v) ** 6 / ((o + v) ** 6 + 1) * d * 0.85, "not use blocked"),
        ("Exercise 3", lambda o, v, d, b: 0.155 * (o + v * (1 - b)) * d * 0.85, "left out the gate"),
        ("Exercise 4", "both_week", "caught up"),
        ("Exercise 4", " Null_Week ", "what was published"),
        ("Exercise 5", lambda a, b: np.mean([x > y for x in a for y in b]), "Ties count as nothing"),
        (
            "Exercise 5",
            lambda a, b: sum(x > y for x in a for y in b) + 0.5 * sum(x == y for x in a for y in b),
            "count",
        ),
        ("Exercise 6", 0.507, "other way"),
        ("Exercise 6", 0.81, "warned for nothing"),
        ("Exercise 6", 19, "percentages"),
        ("Exercise 7", lambda k, n: stats.binomtest(k, n).proportion_ci(0.9), "2.5 %"),
        ("Exercise 7", lambda k, n: (k / n - 1.96 * (k / n * (1 - k / n) / n) ** 0.5,) * 2, "expected"),
        ("Exercise 8", 59, "one side"),
        ("Exercise 8", 60, "rule of three"),
        ("Exercise 8", 71, "One short"),
    ],
)
def test_a_mistake_as_a_learner_writes_it_is_caught(name: str, wrong: Any, said: str) -> None:
    feedback = EXERCISES[name].check(wrong)
    assert not feedback.passed
    assert said in feedback.text


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("Exercise 1", 0.223),
        ("Exercise 1", 0.225),
        ("Exercise 2", [2.6, 13]),
        ("Exercise 2", (2.57, 13.01)),
        ("Exercise 6", 0.19),
        ("Exercise 7", lambda k, n: stats.binomtest(k, n).proportion_ci()),
        ("Exercise 7", lambda k, n: [round(each, 3) for each in stats.binomtest(k, n).proportion_ci()]),
    ],
)
def test_an_answer_rounded_as_people_round_passes(name: str, answer: Any) -> None:
    assert EXERCISES[name].check(answer).passed


def test_the_closed_form_of_exercise_2_is_the_model_for_a_short_time() -> None:
    for hours, mating in zip(EXERCISES["Exercise 2"].expected, (True, False), strict=True):
        run = simulate_cohort(VoleExperiment(hours_together=round(hours * 2) / 2, mating=mating))
        assert run.typical_preference == pytest.approx(CRITERION, abs=0.01)


def test_only_one_design_of_exercise_4_tells_the_explanations_apart() -> None:
    for key in lessons.designs():
        verdicts = {
            explanation: [share > CRITERION for share in lessons.shares(key, explanation)]
            for explanation in lessons.COMPENSATION
        }
        assert (verdicts["slow"] != verdicts["compensated"]) == (key == EXERCISES["Exercise 4"].expected)
    for told in NUMBERS.findall(EXERCISES["Exercise 4"].why):
        both = [*lessons.shares("both_day", "slow"), *lessons.shares("both_day", "compensated")]
        assert any(abs(float(told) - each) < 5e-3 for each in both)


def test_the_counts_of_exercise_6_are_those_of_the_population() -> None:
    carriers, low, both = lessons.counts()
    run = simulate_gene_test(GeneTest())
    assert both / carriers == pytest.approx(run.carrier_risk, abs=5e-4)
    assert (low - both) / (lessons.PEOPLE - carriers) == pytest.approx(run.other_risk, abs=1e-3)


def test_exercise_8_is_the_formula_and_no_study_in_the_table_has_half_as_many_litters() -> None:
    total = EXERCISES["Exercise 8"].expected
    assert total == math.ceil(math.log(0.025) / math.log(0.95))
    table = load("evidence")
    counted = (
        table[table["effect_scale"] == "percent of litters"]["sample"].str.extract(r"^(\d+) litters")[0].astype(int)
    )
    assert len(counted) == 2
    assert counted.max() < total / 2


# Quiz


def test_the_quiz_names_what_the_studies_and_the_model_give() -> None:
    told = " ".join(repr(lessons.quiz()).split())
    assert "About 9 %" in told
    answers = [answer for question in lessons.quiz().questions for answer in question["answers"]]
    right = " ".join(answer["feedback"] for answer in answers if answer["right"])
    assert "226 species" in right
    assert "19 of 100 carriers score low, and 12 of 100 others" in right
    others = " ".join(answer["feedback"] for answer in answers if not answer["right"])
    assert "from 9 to 42 %" in others


# The notebook


def test_the_buttons_of_the_bench_that_the_notebook_names_are_there(notebook: NotebookNode) -> None:
    presets = labs.the_virtual_vole().preset_names
    told = next(cell.source for cell in notebook.cells if cell.source.startswith("## The lab"))
    named = re.findall(r"\*\*([A-Z][^*.]+)\*\*", told)
    named = [each for each in named if each not in ("Play", "Warm up", "Look closer", "Hunt")]
    assert len(named) >= 7
    assert set(named) <= set(presets)


def test_the_hunt_for_a_drug_ends_with_one_drug(notebook: NotebookNode) -> None:
    assert "bond within six hours without mating, with one drug" in on_one_line(notebook)
    bench = labs.the_virtual_vole()
    drugs = bench.parameters.specifications()["drug"].options
    works = []
    for drug in drugs:
        bench.set(hours_together=6, mating=False, drug=drug)
        if bench.result.says == "bonded":
            works.append(drug)
    assert works == ["d2_agonist"]


def test_the_hunt_for_a_number_of_animals_has_an_end(notebook: NotebookNode) -> None:
    assert "**Oxytocin blocked** often ends undecided" in on_one_line(notebook)
    undecided = {
        animals: np.mean(
            [simulate_cohort(lessons.BLOCKED.replace(animals=animals), seed).says == "undecided" for seed in range(60)]
        )
        for animals in (30, 100)
    }
    assert undecided[30] > 0.3
    assert undecided[100] < 0.1


def test_what_the_teacher_is_told_of_three_weeks_apart(notebook: NotebookNode) -> None:
    told = on_one_line(notebook, "instructor")
    assert "with 30 voles, more than half of the cohorts end undecided" in told
    assert "about 200 voles" in told
    undecided = {
        animals: np.mean(
            [
                simulate_cohort(lessons.THREE_WEEKS_APART.replace(animals=animals), seed).says == "undecided"
                for seed in range(60)
            ]
        )
        for animals in (30, 200)
    }
    assert 0.5 < undecided[30] < 0.75
    assert undecided[200] < 0.1


def test_a_bond_blocked_at_the_test_is_that_of_the_ordinary_pair(notebook: NotebookNode) -> None:
    assert "the bond weight in the top panel is that of the ordinary pair" in on_one_line(notebook, "instructor")
    bench = labs.the_virtual_vole()
    ordinary = bench.result.bond[-1]
    bench.preset("Blocked at the test")
    assert bench.result.bond[-1] == ordinary
    assert bench.result.says == "not bonded"


def test_six_experiments_agree_in_every_group_and_the_seventh_in_one(notebook: NotebookNode) -> None:
    assert "six of the seven experiments agree with the model in every group" in on_one_line(notebook)
    agreements = [run_historical(each).agreements for each in HISTORICAL]
    assert [agreeing == comparable for agreeing, comparable in agreements].count(True) == 6
    assert agreements[-1] == (1, 2)


def test_the_hunt_in_the_gene_test_ends_where_the_teacher_is_told(notebook: NotebookNode) -> None:
    assert "until half of the carriers score low" in on_one_line(notebook)
    assert "while 15 of 100 score low; with 30 of 100 it does" in on_one_line(notebook, "instructor")
    lab = labs.the_gene_test()
    lab.preset("A whole spread")
    assert lab.values["difference"] == lab.parameters.specifications()["difference"].high
    assert lab.result.carrier_risk < 0.5
    lab.set(base_rate=0.3)
    assert lab.result.carrier_risk > 0.5


def test_the_study_that_is_surely_different_is_nine_times_as_large(notebook: NotebookNode) -> None:
    assert "The study is now nine times as large and the difference is beyond doubt" in on_one_line(notebook)
    lab = labs.the_gene_test()
    small = lab.values["people"]
    risks = lab.result.carrier_risk, lab.result.other_risk
    lab.preset("Surely different")
    assert round(lab.values["people"] / small) == 9
    assert lab.result.p_value < 1e-6
    assert (lab.result.carrier_risk, lab.result.other_risk) == risks


def test_the_rule_of_the_notebook_is_the_packaged_one(notebook: NotebookNode) -> None:
    outputs = [
        output.text
        for cell in notebook.cells
        if cell.cell_type == "code" and "live_together(design" in cell.source
        for output in cell.outputs
    ]
    assert "".join(outputs).count("The same in the packaged model: True") == 3


def test_the_other_numbers_of_the_solutions_are_those_of_the_models(notebook: NotebookNode) -> None:
    told = on_one_line(notebook, "solution")
    slow, compensated = (lessons.shares("both_day", key) for key in lessons.COMPENSATION)
    assert f"both groups come to {slow[0]:.2f} if the bond is just slow" in told
    assert (
        f"from birth come to {compensated[0]:.2f}, and voles that lost it as adults stay at {compensated[1]:.2f}"
        in told
    )
    assert typical(genetics="oxytocin_receptor_knockout") == slow[0]


def test_the_notebook_says_which_counts_compare_and_where_they_were_seen(notebook: NotebookNode) -> None:
    told = on_one_line(notebook)
    assert load("evidence").set_index("key").loc["ophir2008", "verified"] == "partly"
    assert "counts from a magazine's report of the study" in told
    assert "The count that compares with 5 of 9 is 1 of 27" in told


@pytest.mark.parametrize("phrase", ["love hormone", "monogamy gene", "faithful hormone", "wired for", "cuddle"])
def test_the_notebook_has_none_of_the_words_that_it_argues_against(notebook: NotebookNode, phrase: str) -> None:
    words = f"{on_one_line(notebook)} {lessons.quiz()!r}".lower()
    assert phrase not in words
