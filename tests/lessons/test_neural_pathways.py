"""What the lesson on pathways says is what its model gives, and its notebook repeats it."""

from __future__ import annotations

import ast
import re
from typing import Any

import numpy as np
import pytest
from nbformat import NotebookNode

from intimacy.labs import neural_pathways as labs
from intimacy.lessons import neural_pathways as lessons
from intimacy.models.neural_pathways import (
    RATE_CEILING,
    REGIONS,
    ReverseInference,
    TwoPeople,
    critical_coupling,
    infer_process,
    posterior,
    simulate_two_people,
    steady_state,
)

NOTEBOOK = "01_neural_pathways"
EXERCISES = {each.name: each for each in lessons.exercises()}
AMYGDALA, INSULA, CINGULATE, PREFRONTAL = range(4)
LINKS = np.array([[0, 0.2, 0, -0.6], [0.5, 0, 0.3, 0], [0.3, 0.5, 0, 0], [0, 0, 0.5, 0]])


def told(notebook: NotebookNode, *, containing: str = "") -> str:
    """Return the Markdown cells that contain some words, each line break a blank."""
    cells = (" ".join(cell.source.split()) for cell in notebook.cells if cell.cell_type == "markdown")
    found = [cell for cell in cells if containing in cell]
    assert found, containing
    return "\n".join(found)


def at_rest(**changes: Any) -> np.ndarray:
    """Return where the insulas of i and j rest."""
    return steady_state(TwoPeople(**changes))[:, INSULA]


# Bets


def test_the_bet_on_reappraisal_names_what_the_lab_shows() -> None:
    lab = labs.the_pathways()
    answer = lessons.bet_reappraisal().answer()
    assert answer.outcome == "same"
    said = re.search(r"i's insula falls from (\S+) to (\S+) and j's from (\S+) to (\S+), both to (\S+) of", answer.text)
    assert said
    for preset, columns in (("Watching a friend", (0, 2)), ("Reappraise", (1, 3))):
        lab.preset(preset)
        a, b = (said.groups()[column] for column in columns)
        assert f"i's insula at {a} and j's insula at {b}" in lab.sentence
    assert float(said[5]) == pytest.approx(float(said[2]) / float(said[1]), abs=0.005)
    assert float(said[5]) == pytest.approx(float(said[4]) / float(said[3]), abs=0.005)


def test_the_bet_on_the_coupling_names_what_the_lab_shows() -> None:
    sentence = labs.at_the_brink().sentence
    answer = lessons.bet_double_coupling().answer()
    assert answer.outcome == "many"
    once, twice = re.search(r"(\S+) becomes (\S+), 28 times as much", answer.text).groups()  # dossier: × 28
    assert f"j's at {once};" in sentence
    assert f"0.8, j's insula rests at {twice}: 27.8 times as high" in sentence
    assert (float(once), float(twice)) == pytest.approx((0.419, 11.6), abs=0.05)
    assert "critical coupling of 0.823" in answer.text
    assert "The critical coupling is 0.823." in sentence


def test_the_bet_on_the_blob_names_what_the_lab_shows() -> None:
    sentence = labs.an_insula_blob().sentence
    answer = lessons.bet_insula_blob().answer()
    assert answer.outcome == "little"
    assert "35 of empathy show the blob, and so do 190 others: 35 of 225 is 15.6 %" in answer.text
    assert "225 show the blob: 35 of empathy and 190 of something else" in sentence
    assert "is 15.6 %" in sentence
    assert 0.7 / (0.7 + 0.2) > 0.7  # the tempting answer, with the prior forgotten, is far off


# Exercises


def test_the_expected_answers_are_those_of_the_dossier() -> None:
    expected = {name: each.expected for name, each in EXERCISES.items()}
    np.testing.assert_allclose(expected["Exercise 2"](0.6), LINKS, atol=1e-12)
    assert expected["Exercise 3"] == pytest.approx(0.8229, abs=5e-5)
    assert expected["Exercise 4"] == pytest.approx(0.4860, abs=1e-4)
    assert expected["Exercise 5"](0.4) == pytest.approx(0.419, abs=5e-4)
    assert expected["Exercise 6"] == "effort_i"
    assert expected["Exercise 7"] == pytest.approx(0.3)
    assert expected["Exercise 8"] == pytest.approx([0.42, 0.156, 0.11], abs=5e-3)


def test_the_critical_coupling_follows_from_the_links_by_hand() -> None:
    gains = np.linalg.inv(np.eye(4) - LINKS)
    assert 1 / gains[INSULA, INSULA] == pytest.approx(EXERCISES["Exercise 3"].expected)


def test_many_small_steps_of_exercise_1_are_the_packaged_model() -> None:
    step = EXERCISES["Exercise 1"].expected
    people, seconds = TwoPeople(reappraisal=0.4, reappraiser="both"), 0.0005
    times = [people.amygdala_time, people.insula_time, people.cingulate_time, people.prefrontal_time]
    rates = np.zeros((2, 4))
    for _ in range(round(2 / seconds)):
        drives = rates @ LINKS.T
        drives[0, AMYGDALA] += people.threat
        drives[:, PREFRONTAL] += people.reappraisal
        drives[:, INSULA] += people.coupling * rates[::-1, INSULA]
        rates = np.array(
            [
                [step(*each, seconds) for each in zip(person, drive, times, strict=True)]
                for person, drive in zip(rates, drives, strict=True)
            ]
        )
    packaged = simulate_two_people(people.replace(duration=2)).rates[:, :, -1]
    np.testing.assert_allclose(rates, packaged, atol=1e-3)
    assert packaged[1, AMYGDALA] == 0  # the floor is needed here


def test_the_formula_of_exercise_5_is_the_simulation() -> None:
    for (coupling,) in EXERCISES["Exercise 5"].cases:
        assert lessons._by_formula(coupling) == pytest.approx(EXERCISES["Exercise 5"].expected(coupling), abs=1e-9)


def test_the_first_large_step_of_exercise_5_is_where_the_solution_says(notebook: NotebookNode) -> None:
    couplings = np.arange(0, 0.81, 0.05)
    added = np.diff([at_rest(coupling=round(float(each), 2))[1] for each in couplings])
    first = int(np.flatnonzero(added > 1)[0])
    assert f"is the one from {couplings[first]:g} to {couplings[first + 1]:g}" in told(
        notebook, containing="adds more than 1"
    )
    assert "adds more than 1" in EXERCISES["Exercise 5"].why


def test_what_exercise_6_says_of_each_change_is_what_the_model_gives() -> None:
    exercise, before = EXERCISES["Exercise 6"], at_rest()
    texts = {exercise.expected: exercise.why, **{hint.wrong: hint.text for hint in exercise.hints}}
    changes = {
        "effort_i": {"reappraisal": 1},
        "effort_j": {"reappraisal": 1, "reappraiser": "j"},
        "half_coupling": {"coupling": 0.2},
        "one_way": {"uneven": True, "coupling_back": 0},
    }
    assert set(texts) == set(changes)
    for name, change in changes.items():
        left = at_rest(**change) / before
        assert f"Person i's insula keeps {left[0]:.2f} and j's {left[1]:.2f}" in texts[name]
        assert (left.max() < 0.5) == (name == exercise.expected)


def test_effort_and_a_held_hand_end_alike_and_begin_differently() -> None:
    hand = EXERCISES["Exercise 7"].expected
    effort, held = (simulate_two_people(TwoPeople(**each)) for each in ({"reappraisal": 0.5}, {"hand_holding": hand}))
    np.testing.assert_allclose(effort.steady[:, :PREFRONTAL], held.steady[:, :PREFRONTAL])
    assert effort.rate("i", "amygdala").max() > 1.1 * held.rate("i", "amygdala").max()


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("Exercise 1", lambda rate, drive, tau, dt: rate + dt / tau * (drive - rate), "counts as 0"),
        ("Exercise 1", lambda rate, drive, tau, dt: dt / tau * (max(drive, 0) - rate), "change alone"),
        ("Exercise 1", lambda rate, drive, tau, dt: max(drive, 0), "is expected"),
        ("Exercise 2", lambda w: [[0, 0.5, 0.3, 0], [0.2, 0, 0.5, 0], [0, 0.3, 0, 0.5], [-w, 0, 0, 0]], "swapped"),
        ("Exercise 2", lambda w: [[0, 0.2, 0, w], [0.5, 0, 0.3, 0], [0.3, 0.5, 0, 0], [0, 0, 0.5, 0]], "quietens"),
        ("Exercise 2", lambda w: LINKS, "always has"),
        ("Exercise 2", lambda w: [0.2, -w], "numbers"),
        ("Exercise 3", 1.215, "gain of the insula"),
        ("Exercise 3", 0.732, "without regulation"),
        ("Exercise 4", 0.4, "coupling itself"),
        ("Exercise 4", 2.057, "other way round"),
        ("Exercise 4", 1.309, "own insula gains"),
        ("Exercise 5", lambda e: 0.6577 * (e / 0.8229) / (1 - e / 0.8229), "Square"),
        ("Exercise 5", lambda e: 0.6577 * (e / 0.8229), "one way only"),
        ("Exercise 5", lambda e: 0.6577 / (1 - (e / 0.8229) ** 2), "i's insula"),
        ("Exercise 6", "half_coupling", "Person j is spared"),
        ("Exercise 7", 0.6, "u = 1"),
        ("Exercise 7", 0.7, "that is left"),
        ("Exercise 8", [0.7, 0.7, 0.7], "how often a blob means empathy"),
        ("Exercise 8", [0.933, 0.778, 0.7], "5 studies in 100"),
        ("Exercise 8", [14, 3.5, 2.33], "Bayes factors"),
        ("Exercise 8", [42.4, 15.6, 10.9], "percentages"),
    ],
)
def test_a_mistake_as_a_learner_writes_it_is_caught(name: str, wrong: Any, said: str) -> None:
    feedback = EXERCISES[name].check(wrong)
    assert not feedback.passed
    assert said in feedback.text


def test_an_answer_rounded_as_people_round_passes() -> None:
    for name, answer in (
        ("Exercise 3", 0.823),
        ("Exercise 3", 0.82),
        ("Exercise 4", 0.486),
        ("Exercise 4", 0.49),
        ("Exercise 5", lambda e: 0.658 * (e / 0.8229) / (1 - (e / 0.8229) ** 2)),
        ("Exercise 8", [0.424, 0.156, 0.109]),
        ("Exercise 8", [0.42, 0.16, 0.11]),
    ):
        assert EXERCISES[name].check(answer).passed, (name, answer)


# Quiz


def quiz_text() -> str:
    """Return all that the quiz says, feedback included."""
    return " ".join(
        text
        for question in lessons.quiz().questions
        for text in (question["text"], *(each for answer in question["answers"] for each in list(answer.values())[:2]))
    )


def test_what_the_quiz_says_of_the_model_is_what_it_gives() -> None:
    text = quiz_text()
    most = critical_coupling(TwoPeople(regulation=1.2))
    assert text.count(f"{most:.2f}") == 2
    assert most == critical_coupling(TwoPeople(regulation=0.8)) > critical_coupling(TwoPeople(regulation=0.7))
    assert "by then j's amygdala is silent" in text
    assert steady_state(TwoPeople(regulation=0.8))[1, AMYGDALA] == 0
    assert "j's prefrontal rate falls too" in text
    before, after = (steady_state(TwoPeople(reappraisal=effort))[1, PREFRONTAL] for effort in (0, 1))
    assert after < before
    assert "Let i show the amygdala instead, and j's insula answers again" in text
    assert at_rest(lesion="insula")[1] == 0 < at_rest(lesion="insula", expressed="amygdala")[1]
    assert "The critical coupling does not depend on threat" in text
    assert critical_coupling(TwoPeople(threat=2)) == critical_coupling(TwoPeople())


# The notebook


def test_the_links_in_the_notebook_are_those_of_the_model(notebook: NotebookNode) -> None:
    source = next(cell.source for cell in notebook.cells if cell.source.startswith("LINKS = {"))
    constants = {
        line.targets[0].id: ast.literal_eval(line.value)
        for line in ast.parse(source).body
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name) and line.targets[0].id.isupper()
    }
    order = ["AMY", "AI", "ACC", "PFC"]
    written = np.zeros((4, 4))
    for (start, end), weight in constants["LINKS"].items():
        written[order.index(end), order.index(start)] = weight
    np.testing.assert_array_equal(written, LINKS)
    people = TwoPeople()
    times = [people.amygdala_time, people.insula_time, people.cingulate_time, people.prefrontal_time]
    assert [constants["SECONDS"][name] for name in order] == times


def test_the_order_in_which_regions_rise_is_the_one_the_teacher_is_told(notebook: NotebookNode) -> None:
    text = told(notebook, containing="i's amygdala rises first, insula and cingulate together, the prefrontal cortex")
    run = simulate_two_people(TwoPeople())
    half = run.seconds[(run.rates[0] >= run.steady[0][:, None] / 2).argmax(axis=1)]
    assert half[AMYGDALA] < min(half[INSULA], half[CINGULATE])
    assert abs(half[INSULA] - half[CINGULATE]) < 0.05
    assert half[PREFRONTAL] > max(half[:PREFRONTAL])
    assert "in j the insula answers most and the amygdala hardly" in text
    assert run.rates[1].max(axis=1).argmax() == INSULA
    assert run.rates[1].max(axis=1).argmin() == AMYGDALA


def test_three_regions_end_at_the_same_rate_with_effort_and_with_a_held_hand(notebook: NotebookNode) -> None:
    assert told(notebook, containing="Three of i's four regions end at the same rate")
    lab = labs.the_pathways()
    runs = []
    for preset in ("Reappraise", "Hold a hand"):
        lab.preset(preset)
        runs.append(lab.result)
    same = np.isclose(runs[0].steady[0], runs[1].steady[0])
    assert same.tolist() == [True, True, True, False]
    assert runs[0].rate("i", "amygdala")[:26].max() > 1.5 * runs[1].rate("i", "amygdala")[:26].max()


def test_the_hunt_in_the_first_lab_ends_where_the_teacher_is_told(notebook: NotebookNode) -> None:
    silent = {lesion for lesion in REGIONS if steady_state(TwoPeople(lesion=lesion))[1, INSULA] == 0}
    with_alarm = {lesion for lesion in silent if steady_state(TwoPeople(lesion=lesion))[0, AMYGDALA] > 0}
    assert with_alarm == {"insula"}
    assert at_rest(lesion="insula", expressed="amygdala")[1] > 0
    both_rise = {lesion for lesion in REGIONS if np.all(at_rest(lesion=lesion) > at_rest())}
    assert both_rise == {"prefrontal"}
    text = told(notebook, containing="The insula is the region to silence; with the amygdala on show j answers again.")
    assert "Without the prefrontal cortex both insulas rise." in text


def test_the_numbers_at_the_brink_are_those_that_the_teacher_is_told(notebook: NotebookNode) -> None:
    text = told(notebook, containing="The picture to leave on the projector is the wall")
    for coupling in (0.1, 0.4):
        times = at_rest(coupling=2 * coupling)[1] / at_rest(coupling=coupling)[1]
        assert f"twice {coupling:g} gives {times:.1f} times" in text
    walls = [critical_coupling(TwoPeople(regulation=strength)) for strength in (0, 1.2)]
    assert f"from {walls[0]:.3f} to {walls[1]:.3f}" in text
    assert critical_coupling(TwoPeople(reappraisal=1)) == critical_coupling(TwoPeople())


def test_the_hunts_at_the_brink_end_where_the_notebook_leads(notebook: NotebookNode) -> None:
    assert told(notebook, containing="Leave coupling and threat alone and bring j's insula below 5")
    lab = labs.at_the_brink()
    lab.preset("At the wall")
    assert np.abs(lab.result.by_formula - lab.result.here.steady[:, INSULA]).min() > 50
    assert lab.result.here.steady_rate("j", "insula") > 5
    lab.set(regulation=lab.parameters.specifications()["regulation"].high)
    assert lab.result.here.steady_rate("j", "insula") < 5
    text = told(notebook, containing="Find two ways to make activity settle again. Try a tiny threat")
    assert f"ceiling of {RATE_CEILING:g}" in text
    first = labs.the_pathways()
    first.preset("Too much resonance")
    for change, settles in (
        ({"coupling": 0.8}, True),
        ({"uneven": True, "coupling_back": 0.1}, True),
        ({"threat": 0.05}, False),
        ({"regulation": 1.2}, False),
    ):
        first.preset("Too much resonance")
        first.set(**change)
        assert ("Activity settles." in first.sentence) == settles, change
        assert ("runs away" in first.sentence) != settles, change


def test_the_two_ways_above_one_half_are_those_that_the_teacher_is_told(notebook: NotebookNode) -> None:
    text = told(notebook, containing="35 of 225 diamonds are filled")
    study = ReverseInference()
    said = re.search(r"a base rate of (\S+) does it, and so does a prior of (\S+),", text)
    base_rate, prior = map(float, said.groups())
    assert posterior(study.prior, study.sensitivity, base_rate) > 0.5 > posterior(study.prior, study.sensitivity, 0.04)
    assert posterior(prior, study.sensitivity, study.base_rate) > 0.5
    assert posterior(prior - 0.01, study.sensitivity, study.base_rate) < 0.5
    assert infer_process(study.replace(sensitivity=1.0)).posterior < 0.5


def test_the_count_in_the_last_solution_gives_the_answer(notebook: NotebookNode) -> None:
    text = told(notebook, containing="Out of 1,000 studies, 35 of empathy show the blob each time")
    others = [float(each) for each in re.search(r"950, it is (\S+), (\S+) and (\S+)\.", text).groups()]
    assert [35 / (35 + each) for each in others] == pytest.approx(EXERCISES["Exercise 8"].expected)
    assert "takes a fifth from i" in told(notebook)
    left = lessons.shares_left()
    assert left["half_coupling"][0] == pytest.approx(0.8, abs=0.02)
    assert left["one_way"] == pytest.approx([0.75, 0.75], abs=0.02)
