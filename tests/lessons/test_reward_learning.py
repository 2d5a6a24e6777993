"""What the lesson on reward learning says is what its models give, and its notebook repeats it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from nbformat import NotebookNode

from intimacy.data import load
from intimacy.labs import reward_learning as labs
from intimacy.lessons import reward_learning as lessons
from intimacy.models.reward_learning import (
    CUE_STEP,
    Intermittent,
    SocialHomeostasis,
    TemporalDifference,
    Wanting,
    change_point_misses,
    contact_reward,
    drive,
    filtering_misses,
    rescorla_wagner_misses,
    simulate_social_homeostasis,
    simulate_temporal_difference,
    trials_until_half,
    wanting_and_liking,
)
from lesson import on_one_line

NOTEBOOK = "03_reward_learning"
EXERCISES = {each.name: each for each in lessons.exercises()}


# Bets


def test_the_bet_on_the_dip_is_answered_by_the_lab_that_follows_it() -> None:
    lab = labs.the_ringtone()
    lab.preset("A hug that fails")
    at, error = re.search(
        r"In trial 100 the hug fails at step (\d+), with an error of (−\d\.\d\d)", lab.sentence
    ).groups()
    answer = lessons.bet_dip().answer()
    assert answer.outcome == "due"
    assert f"expects the hug at step {at} and nowhere else. The error there is {error}" in answer.text
    missed = lab.result.prediction_error[99]
    assert np.argmin(missed) == lab.result.reward_step == int(at)
    assert np.delete(missed, [CUE_STEP - 1, int(at)]) == pytest.approx(0, abs=0.01)


def test_the_bet_on_the_memory_is_answered_by_the_lab_that_follows_it() -> None:
    lab = labs.the_memory()
    told = []
    for name in ("No memory", "A long memory"):
        lab.preset(name)
        told.append(re.search(r"at (\d+) different steps.*after (\d+) trials", lab.sentence).groups())
    answer = lessons.bet_memory().answer()
    assert answer.outcome == "jumps"
    (steps, trials), (both, quick) = told
    assert both == "2"
    assert f"half of its error after {quick} trials" in answer.text
    assert f"at {steps} different steps, one after the other, and half took {trials} trials" in answer.text
    between = lab.result.prediction_error[:, CUE_STEP : lab.result.reward_step]
    assert np.abs(between).max() < 1e-9


def test_the_bet_on_the_silence_is_answered_by_the_lab_that_follows_it() -> None:
    lab = labs.the_silence()
    half, always, asks_half, asks_always = re.search(
        r"needs (\d+) unanswered messages in a row at a chance of 0\.5 and (\d+) at a chance of 1; .* needs (\d+) and "
        r"(\d+)\.",
        lab.sentence,
    ).groups()
    answer = lessons.bet_silence().answer()
    assert answer.outcome == "half"
    assert f"{asks_always} unanswered message is enough" in answer.text
    assert f"it takes {asks_half} in a row" in answer.text
    assert f"the other way round, {always} against {half}" in answer.text


def test_the_bet_on_the_contact_is_answered_by_the_lab_that_follows_it() -> None:
    lab = labs.the_need()
    worth = lab.result.reward
    answer = lessons.bet_contact().answer()
    assert answer.outcome == "first"
    assert f"the first is worth {worth[0]:+.1f} and the fifth {worth[4]:+.1f}".replace("-", "−") in answer.text
    assert f"After {(worth > 0).sum()} of them" in answer.text
    assert lab.result.level_before[3] < 100 < lab.result.level_before[3] + 5  # hardly any need is left
    assert lab.values["hours_alone"] == 10
    assert lab.values["contacts"] == 5


# Exercises


def test_the_expected_answers_are_those_worked_out_by_hand() -> None:
    expected = {name: each.expected for name, each in EXERCISES.items()}
    assert expected["Exercise 1"] == pytest.approx(0.9**11)
    assert expected["Exercise 1"] == pytest.approx(0.314, abs=5e-4)
    assert expected["Exercise 3"] == pytest.approx([0.75, 0.25, 0])
    assert expected["Exercise 6"] == [2, 14]
    assert expected["Exercise 7"] == "asks"
    assert expected["Exercise 8"] == pytest.approx(17.30, abs=0.005)


@pytest.mark.parametrize("change", [{}, {"omitted_trial": 120}, {"reward": 2.0, "discount": 0.9, "delay": 4}])
def test_the_errors_of_exercise_2_are_those_of_the_packaged_model(change: dict[str, Any]) -> None:
    run = simulate_temporal_difference(TemporalDifference(**change))
    waiting = slice(CUE_STEP, run.reward_step + 1)
    errors = EXERCISES["Exercise 2"].expected
    for trial in (0, 30, 119, 199):
        reward = run.parameters.reward * run.rewarded[trial]
        expected = run.prediction_error[trial, waiting]
        assert errors(run.value[trial, waiting].tolist(), reward, run.parameters.discount) == pytest.approx(expected)


@pytest.mark.parametrize("weight", [0.2, 1.0, 3.0])
def test_the_update_of_exercise_4_is_that_of_the_packaged_model(weight: float) -> None:
    run = simulate_temporal_difference(TemporalDifference(negative_ratio=weight, reward_probability=0.5))
    value = run.value[:, run.reward_step]
    update = EXERCISES["Exercise 4"].expected
    for trial in range(len(value) - 1):
        after = update(value[trial], float(run.rewarded[trial]), run.parameters.learning_rate, weight)
        assert after == pytest.approx(value[trial + 1])


def test_the_weight_of_exercise_4_does_what_its_reason_says() -> None:
    reason = EXERCISES["Exercise 4"].why
    assert "leave a lower expectation. The mean error is no longer 0" in reason
    usual, heavy = (
        labs.simulate_kinds(labs.LONG.replace(reward_probability=0.5, negative_ratio=weight)) for weight in (1, 3)
    )
    hug = usual.run.reward_step
    assert heavy.value[hug] < usual.value[hug] - 0.1
    assert heavy.average[hug] > 0.1 > abs(usual.average[hug])


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("Exercise 1", 0.35, "discount once more"),
        ("Exercise 1", 0.349, "discount once more"),
        ("Exercise 1", 0.8007, "Here γ is 0.9"),
        ("Exercise 1", 0.686, "What is left"),
        ("Exercise 1", -0.1, "a tenth of what is left"),
        ("Exercise 1", 31.4, "percentages"),
        (
            "Exercise 2",
            lambda v, r, g: [g * b - a for a, b in zip(v, [*v[1:], 0], strict=True)],
            "The reward is missing",
        ),
        (
            "Exercise 2",
            lambda v, r, g: [b - a for a, b in zip(v, [*v[1:], r], strict=True)],
            "do not use the discount",
        ),
        (
            "Exercise 2",
            lambda v, r, g: [(r if i == len(v) - 1 else 0) + g * v[(i + 1) % len(v)] - v[i] for i in range(len(v))],
            "comes the first one",
        ),
        ("Exercise 2", lambda v, r, g: [0] * (len(v) - 1), "expected"),
        ("Exercise 2", lambda v, r, g: None, "return"),
        ("Exercise 3", [0.75, -0.25, 0], "sign"),
        ("Exercise 3", [0.75, 0.25, 0.25], "weigh"),
        ("Exercise 3", [0.75, 0.25, 0.5], "differ"),
        ("Exercise 3", [0.25, 0.75, 0], "1 − p"),
        ("Exercise 3", [0.75, 0.25], "3"),
        ("Exercise 4", lambda v, r, a, w: v + a * (r - v), "w = 1"),
        ("Exercise 4", lambda v, r, a, w: v + (a if r > v else a * w) * (r - v), "Divide both rates"),
        ("Exercise 4", lambda v, r, a, w: 2 * a / (1 + w) * (1 if r > v else w) * (r - v), "step alone"),
        ("Exercise 5", lambda chance, rate: 1, "expected"),
        ("Exercise 6", [14, 2], "swapped"),
        ("Exercise 6", [1.69, 13.53], "round up"),
        ("Exercise 6", [1, 13], "rounded down"),
        ("Exercise 6", [2, 9], "asks each time"),
        ("Exercise 7", "averages", "wrong way round"),
        ("Exercise 8", 8.55, "power of each distance"),
        ("Exercise 8", 54.3, "after it"),
        ("Exercise 8", -17.3, "sign"),
        ("Exercise 8", 5, "drive falls"),
    ],
)
def test_a_mistake_as_a_learner_writes_it_is_caught(name: str, wrong: Any, said: str) -> None:
    feedback = EXERCISES[name].check(wrong)
    assert not feedback.passed
    assert said in feedback.text, feedback.text


def test_a_loop_that_stops_one_message_early_is_told_so() -> None:
    def misses(chance: float, learning_rate: float) -> int:
        count = 0
        while True:
            chance -= learning_rate * chance
            if chance < 0.1:
                return count
            count += 1

    feedback = EXERCISES["Exercise 5"].check(misses)
    assert not feedback.passed
    assert "One too few" in feedback.text


def test_an_answer_rounded_as_people_round_passes() -> None:
    for name, answer in (
        ("Exercise 1", 0.31),
        ("Exercise 1", 0.314),
        ("Exercise 3", (0.75, 0.25, 0)),
        ("Exercise 6", (2.0, 14.0)),
        ("Exercise 8", 17.3),
        ("Exercise 8", 17.295),
    ):
        assert EXERCISES[name].check(answer).passed, name


def test_the_reasons_of_the_exercises_name_what_the_models_give() -> None:
    assert f"against {0.98**11:.2f} with γ = 0.98" in EXERCISES["Exercise 1"].why
    assert EXERCISES["Exercise 1"].expected < 1 / 3
    counts = [rescorla_wagner_misses(Intermittent(reply_probability=chance)) for chance in (1, 0.5, 0.9, 0.25, 1 / 3)]
    assert (
        f"give {counts[0]} messages at a rate of 0.1, answers half of the time {counts[1]}"
        in EXERCISES["Exercise 5"].why
    )
    assert f"{counts[2]} and {counts[3]}" in EXERCISES["Exercise 6"].why
    asks = [change_point_misses(chance, 0.02) for chance in (1 / 3, 1)]
    assert f"{asks[0]} messages after rare rewards and for {asks[1]} after sure ones" in EXERCISES["Exercise 7"].why
    assert f"{asks[0] // asks[1]} times as many" in EXERCISES["Exercise 7"].why
    assert (
        f"gives {counts[4]} after rare rewards and {counts[0]} after sure ones" in EXERCISES["Exercise 7"].hints[0].text
    )
    before, after = (float(drive(level, SocialHomeostasis())) for level in (80, 85))
    assert f"falls from {before:.1f} to {after:.1f}" in EXERCISES["Exercise 8"].why
    worth = float(contact_reward(100, SocialHomeostasis()))
    assert f"is worth {worth:.2f}".replace("-", "−") in EXERCISES["Exercise 8"].why


def test_the_variance_of_exercise_3_is_that_of_the_model() -> None:
    assert "their variance is p (1 − p), largest at one half" in EXERCISES["Exercise 3"].why
    slow = TemporalDifference(learning_rate=0.02, trials=500)
    variance = {
        chance: np.mean(
            [
                simulate_temporal_difference(slow.replace(reward_probability=chance), seed).reward_error[200:].var()
                for seed in range(8)
            ]
        )
        for chance in (0.25, 0.5, 0.9)
    }
    for chance, found in variance.items():
        assert found == pytest.approx(chance * (1 - chance), abs=0.02)
    assert max(variance, key=lambda chance: variance[chance]) == 0.5


def test_no_learning_rate_turns_the_order_of_the_averages_round() -> None:
    assert "Is there any learning rate that turns this order round?" in EXERCISES["Exercise 5"].why
    for rate in np.arange(0.01, 0.501, 0.01):
        counts = [
            rescorla_wagner_misses(Intermittent(reply_probability=float(chance), learning_rate=float(round(rate, 2))))
            for chance in np.arange(0.25, 1.001, 0.05).round(2)
        ]
        assert counts == sorted(counts)
        assert counts[0] < counts[-1]


# Quiz


def test_the_quiz_names_what_the_models_give() -> None:
    quiz = " ".join(str(answer["feedback"]) for question in lessons.quiz().questions for answer in question["answers"])
    run = simulate_temporal_difference(TemporalDifference())
    assert f"the expectation V at the hug is {run.value[-1, run.reward_step]:.2f}" in quiz
    assert abs(run.reward_error[-1]) < 0.005
    lab = labs.the_three_traces()
    lab.set(reward_probability=0.5)
    spread = re.search(r"deviation of (\d\.\d\d)", lab.sentence)[1]
    assert f"standard deviation {spread}" in quiz


def test_the_quiz_asks_the_three_questions_that_it_must() -> None:
    right = {
        str(question["text"]): next(str(answer["text"]) for answer in question["answers"] if answer["right"])
        for question in lessons.quiz().questions
    }
    chosen = list(right.values())
    assert chosen[0].startswith("0:")
    assert any("Jeong 2022" in each for each in chosen)
    assert any(each.startswith("Positive faces") for each in chosen)


# The notebook


def test_the_numbers_that_the_notebook_tells_are_those_of_the_models(notebook: NotebookNode) -> None:
    text = on_one_line(notebook)
    chances = (0.25, 0.5, 0.75, 0.9)
    exact = [filtering_misses(chance, 0.02) for chance in chances]
    simple = [change_point_misses(chance, 0.02) for chance in chances]
    assert "For a chance of ¼, ½, ¾ and 0.9 it needs {}, {}, {} and {} misses".format(*exact) in text
    assert "The simple formula says {}, {}, {} and {}.".format(*simple) in text
    assert f"the ringtone needs {trials_until_half(simulate_temporal_difference(TemporalDifference()))} trials" in text
    assert "below 0.1 this learner gives up" in text
    assert Intermittent().threshold == 0.1


def test_the_plan_for_the_teacher_adds_up(notebook: NotebookNode) -> None:
    plan = re.search(r"A plan for (\d+) minutes: ([^.]*)\.", on_one_line(notebook, "instructor"))
    minutes = [int(each) for each in re.findall(r"\d+", plan[2])]
    card = notebook.metadata["intimacy"]
    assert int(plan[1]) == sum(minutes) == card["teaching_minutes"]
    groups = re.findall(r"### [^(#]*\((\d+) minutes\)", on_one_line(notebook))
    assert sum(map(int, groups)) == card["exercise_minutes"]


def test_the_notebook_says_what_was_not_checked(notebook: NotebookNode) -> None:
    text = on_one_line(notebook)
    assert "The two formulas in this lab are written down from memory and were not checked against the paper." in text
    assert "The form of the drive was seen only in program code by others, not in the paper." in text
    sources = load("evidence").set_index("key").loc[["zhang2009", "keramati2014"]]
    assert sources["caveat"].str.contains("not checked against the paper").all()


def test_both_sides_of_the_open_debate_are_cited(notebook: NotebookNode) -> None:
    told = on_one_line(notebook).partition("**An open debate.**")[2].partition("**Contact as a reward.**")[0]
    assert {"jeong2022", "gershman2024", "qian2025"} <= set(re.findall(r"\[(\w+)\]", told))
    assert "not settled" in told


def trials_needed(**change: Any) -> float:
    needed = trials_until_half(simulate_temporal_difference(TemporalDifference(**change)))
    return np.inf if needed is None else needed


def test_the_hunt_for_a_quick_ringtone_needs_two_sliders(notebook: NotebookNode) -> None:
    assert "fewer than 10. No slider does it alone; which two do it together?" in on_one_line(notebook)
    lab = labs.the_ringtone()
    specifications = lab.parameters.specifications()
    for name in ("learning_rate", "discount", "delay", "reward_probability"):
        assert name in [each["name"] for each in lab.controls]
        for value in (specifications[name].low, specifications[name].high):
            assert trials_needed(**{name: value}) >= 10
    assert trials_needed(learning_rate=0.5, delay=2) < 10


def test_the_hunt_for_a_jump_ends_where_the_notebook_leads(notebook: NotebookNode) -> None:
    assert "From which λ on does the ringtone need fewer than 10 trials?" in on_one_line(notebook)
    assert trials_needed(trace=0.85) >= 10 > trials_needed(trace=0.9)


def test_one_disappointment_leaves_something_behind(notebook: NotebookNode) -> None:
    assert "what does one disappointment leave behind?" in on_one_line(notebook)
    lab = labs.the_ringtone()
    lab.preset("A hug that fails")
    after = lab.result.prediction_error[100:130]
    assert after[0, lab.result.reward_step] > 0.1  # the next hug is a small surprise again
    assert after.min() < -0.1  # and a small disappointment goes back towards the ringtone


def test_only_one_control_moves_the_mean_at_the_hug_for_good(notebook: NotebookNode) -> None:
    assert "only one control moves the mean at the hug away from zero for good" in on_one_line(notebook)
    lab = labs.the_three_traces()
    specifications = lab.parameters.specifications()
    assert [each["name"] for each in lab.controls if each["advanced"]] == ["reward", "trace", "negative_ratio"]
    moved = {}
    for control in lab.controls:
        name = control["name"]
        if name == "learning_rate":  # the slowest learners are not done yet: see the next test
            continue
        means = []
        for value in (specifications[name].low, specifications[name].high):
            lab.set(reward_probability=0.5)
            lab.set(**{name: value})
            hug = lab.result.run.reward_step
            means.append(abs(lab.result.average[hug]) / max(lab.values["reward"], 1))
        lab.set(**{name: specifications[name].default})
        moved[name] = max(means)
    assert {name for name, mean in moved.items() if mean > 0.05} == {"negative_ratio"}


def test_a_slow_learner_only_takes_longer_to_bring_the_mean_to_zero() -> None:
    slow = TemporalDifference(learning_rate=0.01, reward_probability=0.5, trials=500)
    means = [
        np.mean([simulate_temporal_difference(slow, seed).reward_error[part].mean() for seed in range(20)])
        for part in (slice(0, 100), slice(100, 300), slice(300, 500))
    ]
    assert means[0] > means[1] > means[2]
    assert abs(means[2]) < 0.03


def test_whoever_expects_little_is_pleasantly_surprised_on_average() -> None:
    lab = labs.the_three_traces()
    lab.preset("Disappointment weighs more")
    hug = lab.result.run.reward_step
    assert lab.result.value[hug] < 0.5
    assert lab.result.average[hug] > 0.1


def test_the_hunt_for_a_wish_ends_between_two_stops_of_the_slider(notebook: NotebookNode) -> None:
    assert "how strong must it be to turn a dislike of −0.8 into a wish?" in on_one_line(notebook)
    disliked = Wanting(reward=-0.8, form="additive")
    below, above = (wanting_and_liking(disliked.replace(motivation=state)).wanting[-1] for state in (2.2, 2.3))
    assert below < 0 < above
    assert (wanting_and_liking(Wanting(reward=-0.8, motivation=5)).wanting < 0).all()


def test_the_hunt_for_steady_contacts_ends_where_the_notebook_leads(notebook: NotebookNode) -> None:
    assert "find a time between contacts with which all five are worth about the same" in on_one_line(notebook)
    spread = {
        hours: np.ptp(simulate_social_homeostasis(SocialHomeostasis(hours_between=hours)).reward)
        for hours in (1, 4, 12)
    }
    assert spread[4] < 0.1
    assert min(spread[1], spread[12]) > 3


def test_the_presets_of_the_need_show_what_the_notebook_says_of_them(notebook: NotebookNode) -> None:
    assert "hardly anything is missing" in on_one_line(notebook)
    lab = labs.the_need()
    first = {}
    for name in ("Ten hours alone", "Two days alone", "Straight away", "Solitude, chosen"):
        lab.preset(name)
        first[name] = lab.result.reward[0]
    assert first["Two days alone"] > first["Ten hours alone"] > 10 > 1 > first["Solitude, chosen"] > 0
    assert first["Straight away"] < 0
    assert lab.result.reward[1] < 0  # one contact is about enough


def test_the_words_are_gentle(notebook: NotebookNode) -> None:
    told = (on_one_line(notebook) + repr(lessons.quiz())).lower()
    for word in (
        "needy",
        "clingy",
        "desperate",
        "addicted to",
        "love hormone",
        "wired for",
        "should leave",
        "should stay",
    ):
        assert word not in told
