"""What the lesson on society says is what its models give, and its notebook repeats it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nbformat import NotebookNode

from intimacy.labs import society as labs
from intimacy.lessons import society as lessons
from intimacy.models import society as model
from intimacy.sweep import grid, sweep
from lesson import markdown, on_one_line

NOTEBOOK = "11_society"
EXERCISES = {each.name: each for each in lessons.exercises()}


# Bets


def test_the_bet_on_the_towns_names_what_the_lab_shows() -> None:
    bet, lab = lessons.bet_clusters(), labs.in_a_town()
    assert lab.parameters == lessons.TOWN
    assert lab.seed == lessons.TOWN_SEED
    said = r"are tied (\d\.\d\d) times as often as chance would have it"
    assert re.search(said, lab.sentence)[1] == re.search(said, bet.question)[1]
    lab.preset("Nothing spreads")
    assert lab.parameters == lessons.WITHOUT_CONTAGION
    answer = bet.answer()
    assert answer.outcome == "alike"
    assert re.search(said, lab.sentence)[1] == re.search(said, answer.text)[1]


def test_the_outcome_of_the_towns_is_no_luck_of_one_seed() -> None:
    spreads, grows = (
        np.mean([model.simulate_loneliness(town, seed).clustering for seed in range(40)])
        for town in (lessons.TOWN, lessons.WITHOUT_CONTAGION)
    )
    assert grows == pytest.approx(spreads, abs=0.08)
    assert min(spreads, grows) > 1.15


def test_the_bet_on_the_studies_names_what_the_lab_shows() -> None:
    bet, lab = lessons.bet_significant(), labs.many_studies()
    assert lab.parameters == lessons.STUDIES
    assert lab.seed == lessons.STUDIES_SEED
    found = re.search(r"as usual, (\d+) of 100 studies come out significant", lab.sentence)[1]
    answer = bet.answer()
    assert answer.outcome == "most"
    assert f"It was {found} of 100 here, and would be 61.3 in the long run" in answer.text
    assert "of endless studies 61.3 % would be significant" in lab.sentence


def test_the_bet_on_rewiring_names_what_the_lab_shows() -> None:
    bet, lab = lessons.bet_rewiring(), labs.trust_in_a_network()
    assert lab.parameters == lessons.COMMUNITY
    lab.preset("A perfect ring")
    assert f"the mean trust after 300 steps is {lab.result.mean[-1]:.2f}" in bet.question
    lab.preset("Ties all over")
    assert bet.answer().outcome == "same"
    assert f"the mean is {lab.result.mean[-1]:.2f}" in bet.answer().text


def test_the_bet_on_the_ratio_names_what_the_lab_shows() -> None:
    bet, lab = lessons.bet_ratio(), labs.in_plain_numbers()
    lab.preset("Isolation, odds of death")
    assert lab.parameters == lessons.ISOLATION
    assert "25 more" in lab.sentence
    assert bet.answer().outcome == "right"
    assert "the odds of 125 in 1,000" in bet.answer().text


# Exercises


def test_the_expected_answers_are_those_of_the_formulas() -> None:
    expected = {name: each.expected for name, each in EXERCISES.items()}
    assert expected["Exercise 1"](0.04, 0.02, 0.3, 6) == pytest.approx(1 / 6)
    share = expected["Exercise 1"](0.04, 0.02, 0.6, 6)
    assert model.expected_loneliness(expected["Exercise 2"], 0.02, 0.3, 6) == pytest.approx(share)
    assert expected["Exercise 2"] == pytest.approx((0.04 - 0.02 * 6 * share) / 2)
    assert expected["Exercise 3"] == "C"
    assert expected["Exercise 5"] == pytest.approx(1 - 0.8 / 3)  # 9.D exercise 1
    assert expected["Exercise 6"](0.1, 1.29) == pytest.approx(0.1254, abs=1e-4)
    assert expected["Exercise 7"] == pytest.approx(14.96, abs=0.005)  # 9.D exercise 2
    np.testing.assert_allclose(expected["Exercise 8"], [4.588, 14.595, 7.769], atol=5e-4)  # 9.D exercise 3


def test_the_studies_of_exercise_4_are_fitted_as_the_packaged_model_fits_them() -> None:
    first, *_ = lessons.surveys()
    run = model.simulate_studies(lessons.STUDIES, lessons.STUDIES_SEED)
    assert lessons.naive(*first) == pytest.approx(run.estimate["naive"][1])


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("Exercise 1", lambda a, b, g, k: a / (a + g), "without contagion"),
        ("Exercise 1", lambda a, b, g, k: model.expected_loneliness(a, b, g, 1), "does not use contacts"),
        ("Exercise 2", 0.02, "Half the causes are enough only"),
        ("Exercise 2", 0.0245, "left out contagion"),
        ("Exercise 3", "A", "not more right"),
        ("Exercise 3", "b", "hidden cause"),
        ("Exercise 4", lambda b, f, a: np.polyfit(f, a, 1)[0], "own loneliness before out"),
        ("Exercise 4", lambda b, f, a: np.corrcoef(f, a)[0, 1], "correlation"),
        ("Exercise 5", 0.2667, "may stay unrepaired"),
        ("Exercise 5", 2 / 3, "left out what gets lost"),
        ("Exercise 5", 0.9333, "1 − ε belongs"),
        ("Exercise 5", 0.6, "weighs twice"),
        ("Exercise 6", lambda baseline, odds_ratio: baseline * odds_ratio, "Multiply the odds"),
        ("Exercise 7", 16, "multiplied the risk"),
        ("Exercise 7", 65, "How many more is that"),
        ("Exercise 7", 320, "if everyone had the event"),
        ("Exercise 8", [4.588, 15.037, 7.866], "divided by 33"),
        ("Exercise 8", [4.588, 14.595, 3.181], "Add the mean"),
    ],
)
def test_a_mistake_as_a_learner_writes_it_is_caught(name: str, wrong: Any, said: str) -> None:
    feedback = EXERCISES[name].check(wrong)
    assert not feedback.passed
    assert said in feedback.text


def test_what_is_said_of_half_the_causes_is_what_the_model_gives() -> None:
    why = EXERCISES["Exercise 2"].why
    assert f"leave {100 * model.expected_loneliness(0.02, 0.02, 0.3, 6):.1f} % lonely" in why
    assert model.expected_loneliness(0.02, 0, 0.3, 6) == pytest.approx(model.expected_loneliness(0.04, 0, 0.6, 6))


# Quiz


def test_only_a_lighter_hurt_lets_trust_last_and_the_quiz_says_so() -> None:
    changed = [lessons.HALF_REPAIRED.replace(**changes) for _, changes, _ in lessons.CHANGES]
    lasts = [model.simulate_trust(each.replace(steps=3000)).settled > 0.3 for each in changed]
    question = next(each for each in lessons.quiz().questions if each["text"].startswith("Hurts weigh twice"))
    assert [answer["right"] for answer in question["answers"]] == lasts == [False, False, True, False]
    assert not model.simulate_trust(lessons.HALF_REPAIRED.replace(steps=3000)).settled > 0.3
    assert "falls to 0.40" in question["answers"][2]["feedback"]
    assert all("stays 0.55" in question["answers"][place]["feedback"] for place in (0, 1, 3))


def test_full_trust_takes_longer_to_die_out() -> None:
    usual, full = (model.simulate_trust(lessons.HALF_REPAIRED.replace(start=start)).mean for start in (0.8, 1.0))
    assert full[100] > usual[100]


# The notebook


def test_the_steps_of_the_town_show_what_they_ask_for(notebook: NotebookNode) -> None:
    text, teacher = on_one_line(notebook), on_one_line(notebook, "instructor")
    assert "Which two come to rest at the same place, by the dashed line?" in text
    lab = labs.in_a_town()
    rest = []
    for preset in ("Help each lonely person", "Halve the causes", "Halve causes and contagion"):
        lab.preset(preset)
        rest.append(lab.result.mean_field[-1])
    assert rest[0] == pytest.approx(rest[2], abs=1e-3)
    assert abs(rest[0] - rest[1]) > 0.01
    assert "recovery takes three years on average" in teacher
    assert 1 / lessons.TOWN.recovery == pytest.approx(3, abs=0.5)


def test_two_controls_bring_the_false_findings_down_to_chance_and_no_others(notebook: NotebookNode) -> None:
    assert "Then find two different controls, each of which alone brings the first row" in on_one_line(notebook)
    lab = labs.many_studies()
    specifications = lab.parameters.specifications()
    found = set()
    for control in lab.controls:
        one = specifications[control["name"]]
        for value in (one.low, one.high):
            if model.expected_share_significant(lab.parameters.replace(**{control["name"]: value})) < 0.07:
                found.add(control["name"])
    assert found == {"homophily", "cause_effect"}
    assert "Homophily to 0, or the hidden cause to 0, brings the first row down" in on_one_line(notebook, "instructor")


def test_what_the_teacher_is_told_of_the_studies_is_so(notebook: NotebookNode) -> None:
    teacher = on_one_line(notebook, "instructor")
    real = lessons.STUDIES.replace(homophily=3.0, contagion=0.2)
    assert f"Of {model.expected_estimate(real):.2f} found, 0.20 is real" in teacher
    place = lessons.STUDIES.replace(homophily=0.0, setting_effect=0.6)
    assert model.expected_estimate(place, "hidden cause") > model.expected_estimate(place)
    assert "in fact the coefficient grows" in on_one_line(notebook)


def test_the_weight_of_a_hurt_is_the_only_control_that_moves_the_wall_and_is_no_share(notebook: NotebookNode) -> None:
    text = on_one_line(notebook)
    assert "find the one control that moves the wall and is not a share of something" in text
    lab = labs.trust_in_a_network()
    specifications = lab.parameters.specifications()
    moving = set()
    for control in lab.controls:
        one = specifications[control["name"]]
        for value in list(one.options) or (one.low, one.high):
            if lab.parameters.replace(**{control["name"]: value}).critical_repair != lab.parameters.critical_repair:
                moving.add(control["name"])
    assert moving == {"misunderstanding", "loss_ratio"}
    assert f"With one answer in ten lost that is {100 * lab.parameters.critical_repair:.0f} %" in text


def test_the_map_of_the_notebook_is_that_of_the_text(notebook: NotebookNode) -> None:
    cell = next(each.source for each in notebook.cells if each.source.startswith("points = grid("))
    names: dict[str, Any] = {"grid": grid, "sweep": sweep, "model": model, "labs": labs}
    exec(cell.rpartition("\n")[0], names)
    points, results = names["points"], names["results"]
    assert f"runs {len(points)} communities" in on_one_line(notebook)
    gaps: dict[bool, list[float]] = {True: [], False: []}
    for point, result in zip(points, results, strict=True):
        above = point["repair"] - model.critical_repair(point["misunderstanding"], 2)
        formula = float(model.expected_trust(point["misunderstanding"], point["repair"], 2))
        gaps[-1e-9 <= above < 0.1].append(abs(result["trust"] - formula))
    assert "On and just above the dashed line runs and formula part most" in on_one_line(notebook)
    assert np.mean(gaps[True]) > 2 * np.mean(gaps[False])
    assert max(gaps[True]) > max(gaps[False])


def test_the_hours_of_the_table_are_those_of_the_page_on_scale(notebook: NotebookNode, root: Path) -> None:
    page = (root / "docs" / "scale.md").read_text(encoding="utf-8")
    nanoseconds = float(re.search(r"with \*\*(\d+) ns\*\* per person and step", page)[1])
    assert f"Counted at {nanoseconds:g} billionths of a second" in markdown(notebook)
    rows = re.findall(
        r"^\| a (\w+) \| ([\d,]+) × ([\d,]+) × ([\d,]+) \| ([\d.]+) \| (.+) \|$", markdown(notebook), re.M
    )
    assert len(rows) == 3
    units = {"seconds": 1, "minutes": 60, "hours": 3600}
    for _, people, steps, runs, hours, on_64 in rows:
        seconds = 1e-9 * nanoseconds * np.prod([float(each.replace(",", "")) for each in (people, steps, runs)])
        assert seconds / 3600 == pytest.approx(float(hours), rel=0.05)
        amount, unit = on_64.split()
        assert seconds / 64 / units[unit] == pytest.approx(float(amount), rel=0.05)


def test_what_the_teacher_is_told_of_plain_numbers_is_so(notebook: NotebookNode) -> None:
    teacher = on_one_line(notebook, "instructor")
    lab = labs.in_plain_numbers()
    more = {}
    for preset in lab.preset_names:
        lab.preset(preset)
        without, with_it = lab.result.counts
        more[preset] = with_it - without
    assert (
        f"isolation, {more['Isolation, newest synthesis']} more in 1,000 against {more['Loneliness, newest synthesis']}"
        in teacher
    )
    assert f"Rare: {more['A rare event']} more" in teacher
    assert f"common: {more['A common event']} more" in teacher
    assert model.absolute_risk(0.9, 1.5) == pytest.approx(1 - model.absolute_risk(0.1, 1 / 1.5))
    assert "a ratio of 1/1.5 = 0.67 at a risk of 10 %" in teacher


def test_the_steps_of_the_friends_show_what_they_ask_for(notebook: NotebookNode) -> None:
    text = on_one_line(notebook)
    club = model.count_friends(model.Friendship())
    assert "find the five round dots" in text
    assert (~club.outnumbered).sum() == 5
    women = model.count_friends(model.Friendship(network="women"))
    assert women.mean_of_a_friend > women.mean_degree
    assert women.outnumbered.mean() < 0.5
    assert "most of the women are *not* outnumbered" in text


def test_no_lab_asks_about_a_life_and_nobody_is_told_to_die(notebook: NotebookNode) -> None:
    text = on_one_line(notebook)
    assert "findahelpline.com" in text
    assert "Never map the class" in on_one_line(notebook, "instructor")
    for words in (r"die earlier", r"your (own )?risk is", r"husband|wife", r"\btoxic\b", r"\bnormal\b"):
        assert not re.search(words, text, re.IGNORECASE), words
    for make in (labs.in_a_town, labs.many_studies, labs.trust_in_a_network, labs.in_plain_numbers):
        state = repr(make().get_state(["title", "controls", "presets"])).lower()
        assert "die earlier" not in state


def test_with_large_steps_the_formula_is_wrong_as_the_notebook_says(notebook: NotebookNode) -> None:
    assert "large steps make people differ, and the formula, which knows the average person only, is wrong" in (
        on_one_line(notebook)
    )
    run = model.simulate_trust(lessons.COMMUNITY.replace(gain=0.2))
    assert run.parameters.expected_trust > 0.8
    assert run.mean[-1] < 0.5
    assert run.spread > 2 * model.simulate_trust(lessons.COMMUNITY).spread
