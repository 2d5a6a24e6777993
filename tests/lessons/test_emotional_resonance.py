"""What the lesson on emotional resonance says is what its models give, and its notebook repeats it."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from nbformat import NotebookNode

from intimacy.data import load
from intimacy.labs import emotional_resonance as labs
from intimacy.lessons import emotional_resonance as lessons
from intimacy.models import emotional_resonance as model
from intimacy.widgets import Lab
from lesson import on_one_line

NOTEBOOK = "02_emotional_resonance"
EXERCISES = {each.name: each for each in lessons.exercises()}
NUMBERS = re.compile(r"\d+(?:\.\d+)?")


# Bets


def test_the_bet_on_the_tempo_names_what_the_lab_shows() -> None:
    lab = labs.in_step()
    lab.preset("Only j follows")
    together = re.search(r"both would beat (\d\.\d\d) times", lab.sentence)
    alone = re.search(r"Alone, i beats (\d\.\d\d) times a second and j (\d\.\d\d)", lab.sentence)
    assert together
    assert alone
    bet = lessons.bet_whose_tempo()
    assert f"person i taps {alone[1]} times a second and person j {alone[2]}" in bet.question
    answer = bet.answer()
    assert answer.outcome == "i"
    assert f"together they tap {together[1]} times" in answer.text
    assert together[1] == alone[1]


def test_the_bet_on_the_music_names_what_the_lab_shows() -> None:
    lab = labs.is_that_synchrony()
    values = []
    for name in ("Longer epochs", "Shared music"):
        lab.preset(name)
        assert lab.values["coupling"] == 0
        values.append(f"{lab.result.mean_plv:.2f}")
    answer = lessons.bet_shared_music().answer()
    assert answer.outcome == "up"
    assert f"from {values[0]} to {values[1]}, though nobody follows anybody" in answer.text


def test_the_bet_on_the_crowd_names_what_the_lab_shows() -> None:
    lab = labs.the_crowd()
    lab.set(people=2000, start_together=True)
    orders = []
    for coupling in (0.5, 1.1, 2):
        lab.set(coupling=coupling)
        orders.append(f"{lab.result.settled_order:.2f}")
    answer = lessons.bet_crowd().answer()
    assert answer.outcome == "tip"
    told = "the order is {} at half the coupling of the tipping point. It is {} a tenth beyond it, and {} at twice"
    assert told.format(*orders) in answer.text


# Exercises


def test_the_expected_answers_are_those_worked_out_by_hand() -> None:
    expected = {name: each.expected for name, each in EXERCISES.items()}
    assert expected["Exercise 2"] == 2
    assert expected["Exercise 3"] == pytest.approx(1000 * math.asin(0.5) / (math.tau * 2))
    assert expected["Exercise 3"] == pytest.approx(41.7, abs=0.05)
    assert expected["Exercise 4"] == "i_hears_j"
    assert expected["Exercise 5"] == pytest.approx(19.63, abs=0.005)
    assert expected["Exercise 7"] == pytest.approx([24 / 29, 0])
    plv, surrogate, step = (expected[f"Exercise {number}"] for number in (1, 6, 8))
    assert plv([0, math.pi / 2]) == pytest.approx(math.sqrt(0.5))
    assert plv([0, math.pi]) == pytest.approx(0, abs=1e-12)
    first, second = np.array([[0.0, 0.0], [1.0, 2.0]]), np.array([[1.0, 1.0], [0.0, 1.0 + math.pi]])
    # Shift 1 pairs (0, 0) with (0, 1 + π) and (1, 2) with (1, 1).
    lengths = [abs(1 + np.exp(-1j * (1 + math.pi))) / 2, abs(1 + np.exp(1j)) / 2]
    assert surrogate(first, second, 1) == pytest.approx(np.mean(lengths))
    np.testing.assert_allclose(step([0, math.pi / 2], [1, 0], 2, 0.1), [0.1 * (1 + 1), math.pi / 2 - 0.1])


def test_the_step_of_exercise_8_is_the_first_step_of_the_packaged_crowd() -> None:
    crowd = model.Crowd(people=100, coupling=3)
    run = model.simulate_crowd(crowd, seed=2)
    after = lessons.crowd_step(run.watched_phases[0], run.frequencies, crowd.coupling, 0.1)
    assert model.phase_locking_value(after) == pytest.approx(run.order[1], abs=1e-5)


def test_the_recordings_of_exercise_7_are_a_minute_of_tapping_without_and_with_coupling() -> None:
    for coupling in (0.0, 4.0):
        phase_i, phase_j = lessons.tapping(coupling)
        assert phase_i.shape == phase_j.shape == (30, 200)
    apart, coupled = (model.phase_locking_value(np.subtract(*lessons.tapping(coupling))) for coupling in (0.0, 4.0))
    assert apart < 0.5 < coupled


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("Exercise 1", lambda d: abs(np.exp(1j * np.mean(d))), "always gives 1"),
        ("Exercise 1", lambda d: np.mean(np.sqrt(np.cos(d) ** 2 + np.sin(d) ** 2)), "always gives 1"),
        ("Exercise 1", lambda d: np.mean(np.cos(d)) ** 2 + np.mean(np.sin(d)) ** 2, "squared"),
        ("Exercise 1", lambda d: math.hypot(np.cos(d).sum(), np.sin(d).sum()), "Divide by the number"),
        ("Exercise 1", lambda d: abs(np.cos(d).mean()), "cosines alone"),
        ("Exercise 1", lambda d: np.mean(np.exp(1j * np.array(d))), "complex numbers"),
        ("Exercise 2", 1, "each needs"),
        ("Exercise 2", 4, "more than needed"),
        ("Exercise 3", 0.5236, "radians"),
        ("Exercise 3", 30, "degrees"),
        ("Exercise 3", 83.3, "last one second"),
        ("Exercise 3", 39.8, "sine of the angle"),
        ("Exercise 3", 0.0417, "or in seconds"),
        ("Exercise 4", "within_j", "goes on by itself"),
        ("Exercise 5", 25, "squared value"),
        ("Exercise 5", 78.5, "number of samples"),
        ("Exercise 5", 1.96, "forgot to square"),
        ("Exercise 6", lambda i, j, shift: lessons.surrogate_plv(i, np.roll(j, shift, axis=0), 0), "other way"),
        ("Exercise 6", lambda i, j, shift: lessons.surrogate_plv(i, np.roll(j, -shift, axis=1), 0), "whole epochs"),
        ("Exercise 7", [0, 0.83], "wrong order"),
        ("Exercise 7", [0.17, 1], "below the real value"),
        ("Exercise 7", [0.69, 0.91], "real values"),
        ("Exercise 8", lambda p, w, k, s: p + s * (w + k * np.array([np.sin(p - q).sum() for q in p])), "mean"),
        ("Exercise 8", lambda p, w, k, s: s * (w + k * np.array([np.sin(p - q).mean() for q in p])), "change alone"),
        ("Exercise 8", lambda p, w, k, s: p + s * (w + k * np.sin(p.mean() - p)), "mean of the sines"),
    ],
)
def test_a_mistake_as_a_learner_writes_it_is_caught(name: str, wrong: Any, said: str) -> None:
    feedback = EXERCISES[name].check(wrong)
    assert not feedback.passed
    assert said in feedback.text


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("Exercise 1", lambda d: abs(np.mean(np.exp(1j * np.array(d))))),
        ("Exercise 2", 2.0),
        ("Exercise 3", 42),
        ("Exercise 3", 41.67),
        ("Exercise 4", "I_hears_j "),
        ("Exercise 5", 20),
        ("Exercise 5", 19.6),
        ("Exercise 7", (0.83, 0)),
        ("Exercise 8", lambda p, w, k, s: [a + s * (b + k * np.sin(p - a).mean()) for a, b in zip(p, w, strict=True)]),
    ],
)
def test_an_answer_as_people_write_and_round_it_passes(name: str, answer: Any) -> None:
    assert EXERCISES[name].check(answer).passed


def test_what_the_exercises_say_of_weights_and_values_is_what_the_model_gives() -> None:
    for name, dyad in lessons.dyads_to_choose_from().items():
        changed = {key for key, value in dyad.values().items() if value != model.Dyad().values()[key]}
        assert changed == {name}
        weight = f"{model.dyad_influence(dyad):.2f}"
        exercise = EXERCISES["Exercise 4"]
        told = {hint.wrong: hint.text for hint in exercise.hints} | {exercise.expected: exercise.why}
        assert weight in told[name]
        assert f"`{name}={getattr(dyad, name):g}`" in exercise.task
    apart, coupled, *_ = (float(each) for each in NUMBERS.findall(EXERCISES["Exercise 7"].why) if "." in each)
    assert apart == round(lessons.surrogate_plv(*lessons.tapping(0.0), 0), 2)
    assert coupled == round(lessons.surrogate_plv(*lessons.tapping(4.0), 0), 2)
    assert "φ = asin(0.5) = 0.524 radians, 30 degrees of a turn that takes 500 ms" in EXERCISES["Exercise 3"].why
    assert "about 0.44" in EXERCISES["Exercise 5"].why


# Quiz


def test_the_quiz_names_the_numbers_of_the_models() -> None:
    quiz = " ".join(repr(lessons.quiz()).split())
    assert f"About {math.sqrt(math.pi / 80):.2f}" in quiz
    assert f"all 13 would find it with probability {0.8**13:.3f}" in quiz
    feedback = {
        answer["text"]: answer["feedback"] for question in lessons.quiz().questions for answer in question["answers"]
    }
    assert "counts for 75 %" in feedback["Nearer to that of i, who adjusts less"]
    low, high = re.findall(r"0\.\d\d", feedback["It stays about where chance leaves it"])
    assert float(low) < float(high) < 0.06
    assert len(lessons.quiz().questions) == 6


# The notebook


def test_the_numbers_of_the_solutions_are_those_of_the_models(notebook: NotebookNode) -> None:
    told = on_one_line(notebook, "solution")
    weights = {name: model.dyad_influence(dyad) for name, dyad in lessons.dyads_to_choose_from().items()}
    assert f"Then i counts for {weights['i_hears_j']:.2f}" in told
    assert f"i would count for {weights['within_j']:.2f}" in told
    real = [lessons.surrogate_plv(*lessons.tapping(coupling), 0) for coupling in (0.0, 4.0)]
    assert f"{real[0]:.2f} without coupling and {real[1]:.2f} with it" in told


def test_the_hunt_for_the_smallest_coupling_ends_at_the_detuning_however_it_is_divided(notebook: NotebookNode) -> None:
    assert "Find the smallest couplings with which nobody gains a whole turn" in on_one_line(notebook)
    lab = labs.in_step()
    for mine in (0, 0.4, 1, 2):
        lab.set(noise=0, i_follows_j=mine, j_follows_i=round(2 - mine, 1))
        assert "neither has gained a whole turn" in lab.sentence
        weaker = {"i_follows_j": mine, "j_follows_i": round(1.9 - mine, 1)} if mine < 1.9 else {"i_follows_j": 1.9}
        lab.set(**weaker)
        assert "gained 1 whole turn on the other" in lab.sentence


def test_the_dots_of_just_too_weak_gather_a_quarter_turn_ahead(notebook: NotebookNode) -> None:
    assert "Where on the right clock do the dots gather" in on_one_line(notebook)
    lab = labs.in_step()
    lab.preset("Just too weak")
    turned = np.remainder(lab.result.difference, math.tau)
    counts, _ = np.histogram(turned, 8, (0, math.tau))
    assert counts.argmax() in (1, 2)
    assert counts[1:3].sum() > counts.sum() / 2


def test_swapping_the_couplings_makes_the_slower_one_lead(notebook: NotebookNode) -> None:
    assert "now the slower one leads" in on_one_line(notebook, "instructor")
    lab = labs.in_step()
    lab.set(i_follows_j=4, j_follows_i=0)
    assert "both would beat 1.84 times a second" in lab.sentence


def test_the_hunt_among_the_dyads_ends_with_one_slider(notebook: NotebookNode) -> None:
    assert "make i count for more than half again. Move one slider" in on_one_line(notebook)
    lab = labs.who_follows()
    lab.preset("Loose within j")
    weight = re.compile(r"the tempo of i counts for (\d+) %")
    assert int(weight.search(lab.sentence)[1]) < 50  # type: ignore[index]
    lab.set(i_hears_j=1)
    assert int(weight.search(lab.sentence)[1]) > 50  # type: ignore[index]
    assert min(lab.result.tempi) > 2


def test_longer_epochs_and_a_wider_band_lower_the_value_of_strangers(notebook: NotebookNode) -> None:
    assert "Both lower the value of strangers, for the same reason" in on_one_line(notebook)
    lab: Lab = labs.is_that_synchrony()
    values = {}
    for name in ("Two strangers", "Longer epochs", "A wider band"):
        lab.preset(name)
        samples = model.effective_samples(lab.values["bandwidth"], lab.values["epoch"])
        values[name] = lab.result.mean_plv
        assert values[name] == pytest.approx(model.expected_plv(samples), rel=0.15)
    assert max(values, key=lambda name: values[name]) == "Two strangers"


def test_an_epoch_as_long_as_exercise_5_asks_for_is_long_enough_in_the_lab() -> None:
    lab = labs.is_that_synchrony()
    lab.set(epoch=20)
    assert lab.result.mean_plv < 0.1
    lab.set(epoch=10)
    assert lab.result.mean_plv > 0.1


def test_the_hunt_in_the_crowd_ends_at_an_order_of_four_fifths(notebook: NotebookNode) -> None:
    assert "Find the coupling at which the order settles at 0.8" in on_one_line(notebook)
    lab = labs.the_crowd()
    lab.preset("Ten thousand")
    lab.set(coupling=2.8)
    assert "their order is 0.80 on average; an endless crowd would settle at 0.80" in lab.sentence


def test_the_crowd_of_the_notebook_follows_the_theory(notebook: NotebookNode) -> None:
    cell = next(cell for cell in notebook.cells if cell.source.startswith("couplings = "))
    rows = [
        [float(each) for each in NUMBERS.findall(line)] for line in cell.outputs[0].text.splitlines() if line.strip()
    ]
    assert len(rows) == 6
    for _, order, theory in rows:
        assert order == pytest.approx(theory, abs=0.015)


def test_every_number_that_the_notebook_tells_of_a_study_stands_in_its_row(notebook: NotebookNode) -> None:
    studies = load("evidence").set_index("key")
    told = {
        "czeszumski2022": ["13", "890"],
        "ohayon2025": ["37", "1,342", "0.32", "0.23", "0.41"],
        "goldstein2018": ["20 couples", "8 to 12 Hz"],
        "zimmermann2024": ["one second or less"],
        "rennung2016": ["60", "0.48", "nine"],
        "mogan2017": ["42", "4,327"],
        "mayo2021": ["0.09"],
        "coan2017": ["110"],
    }
    text = on_one_line(notebook)
    for key, words in told.items():
        row = " ".join(str(value) for value in studies.loc[key])
        assert f"[{key}]" in text
        for each in words:
            assert each in text
            assert each in row, f"{each!r} does not stand in the row of {key}"


def test_the_notebook_says_what_a_fitted_model_is_worth(notebook: NotebookNode) -> None:
    assert "It was fitted to that tapping. So it is no further evidence for the model" in on_one_line(notebook)
    assert "its numbers are ours" in on_one_line(notebook)
