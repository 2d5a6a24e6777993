"""Exercises: right answers pass, known mistakes are named, and nothing a learner gives makes a check raise."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intimacy.widgets import ArrayExercise, ChoiceExercise, Exercise, Feedback, FunctionExercise, Hint, NumberExercise

HALF_LIFE = NumberExercise(
    "Exercise 1",
    "Compute the half-life.",
    math.log(2) / 0.15,
    tolerance=0.05,
    unit="min",
    why="That is why a pulse is gone within half an hour.",
    hints=[Hint(1 / 0.15, "That is 1/k, the mean time; the half-life is ln 2 of it.")],
    nudge="Half is left when exp(−k t) = 1/2.",
)
VALUES = ArrayExercise(
    "Exercise 2",
    "Give the value after each of three rewards.",
    [0.2, 0.36, 0.488],
    why="Each step closes a fifth of the gap.",
    hints=[Hint([0.2, 0.4, 0.6], "Those steps are all equal; the error shrinks.")],
)


def updated(value: float, reward: float, learning_rate: float) -> float:
    """Move a value towards a reward."""
    return value + learning_rate * (reward - value)


UPDATE = FunctionExercise(
    "Exercise 3",
    "Write the update.",
    updated,
    cases=[(0.0, 1.0, 0.2), (0.5, 1.0, 0.1), (0.8, 0.0, 0.3)],
    why="The value moves a fraction of the error.",
    hints=[
        Hint(lambda value, reward, learning_rate: value + learning_rate * reward, "You add the reward, not the error.")
    ],
    nudge="Compute the error first.",
)
LESION = ChoiceExercise(
    "Exercise 4",
    "What falls?",
    "b",
    options={"a": "Empathy", "b": "Regulation", "c": "Both"},
    why="The lesion cuts the way down only.",
    hints=[Hint("a", "Look at the curve of person i again.")],
)
ALL = [HALF_LIFE, VALUES, UPDATE, LESION]


class Unfriendly:
    """An object that fails however it is read."""

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("no array")

    def __float__(self) -> float:
        raise RuntimeError("no float")

    def __repr__(self) -> str:
        raise RuntimeError("no text")


def test_a_right_number_passes_with_its_unit_and_the_reason() -> None:
    assert repr(HALF_LIFE.check(4.62)) == "Right. 4.621 min. That is why a pulse is gone within half an hour."


@pytest.mark.parametrize(
    "answer", [4.6, np.float32(4.62), np.array(4.62), np.array([4.62]), [4.62], Fraction(462, 100), Decimal("4.62")]
)
def test_a_right_number_passes_in_any_wrapping(answer: Any) -> None:
    assert HALF_LIFE.check(answer).passed


@pytest.mark.parametrize(("off", "passed"), [(0.049, True), (-0.049, True), (0.051, False), (-0.051, False)])
def test_a_number_passes_up_to_its_tolerance(off: float, passed: bool) -> None:
    assert HALF_LIFE.check(math.log(2) / 0.15 + off).passed is passed


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (..., "Put your answer where the three dots are."),
        (None, "Your answer is None, which is nothing at all. Was a value assigned or returned?"),
        (6.67, "That is 1/k, the mean time; the half-life is ln 2 of it."),
        (5.5, "5.5 min is too large. Half is left when exp(−k t) = 1/2."),
        (2, "2 min is too small. Half is left when exp(−k t) = 1/2."),
        (-4.62, "Close: the size is right, the sign is turned round."),
        (277.26, "Close: it is 60 times too large: look at minutes and seconds, or hours and minutes."),
        (0.07702, "Close: it is 60 times too small: look at minutes and seconds, or hours and minutes."),
        (0.004621, "Close: it is 1000 times too small: look at the prefix of the unit (milli, nano, pico)."),
        ("4.62 min", "Your answer is text. Give the number alone: no quotes, no unit."),
        (float("nan"), "Your answer holds nan. Was something divided by zero?"),
        (float("-inf"), "Your answer holds -inf. Was something divided by zero?"),
        (True, "Your answer holds True or False. Real numbers are asked for."),
        (4.62 + 0j, "Your answer holds complex numbers. Real numbers are asked for."),
        ([4.62, 4.62], "Your answer holds 2 numbers. One number is asked for."),
        ([], "Your answer holds 0 numbers. One number is asked for."),
        (math.sqrt, "Your answer is a function itself. Call it, with brackets and arguments."),
    ],
)
def test_what_a_wrong_number_is_told(answer: Any, text: str) -> None:
    assert HALF_LIFE.check(answer) == Feedback(False, text)


def test_a_known_mistake_is_matched_with_the_same_tolerance() -> None:
    assert HALF_LIFE.check(1 / 0.15 + 0.049).text.startswith("That is 1/k")
    assert HALF_LIFE.check(1 / 0.15 + 0.051).text.endswith("too large. Half is left when exp(−k t) = 1/2.")


def test_no_unit_is_guessed_where_nothing_is_expected() -> None:
    nothing = NumberExercise("Exercise", "Give the error.", 0.0, tolerance=0.01, why="All was expected.")
    assert nothing.check(0.5).text == "0.5 is too large."


@pytest.mark.parametrize(
    "answer", [[0.2, 0.36, 0.488], (0.2, 0.36, 0.488), np.array([0.2, 0.36, 0.488]), pd.Series([0.2, 0.36, 0.488])]
)
def test_a_right_array_passes_as_list_tuple_array_and_series(answer: Any) -> None:
    assert repr(VALUES.check(answer)) == "Right. Each step closes a fifth of the gap."


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ([0.2, 0.4, 0.6], "Those steps are all equal; the error shrinks."),
        ([0.2, 0.36], "Your answer is a row of 2 numbers; a row of 3 numbers is expected."),
        (0.2, "Your answer is one number; a row of 3 numbers is expected."),
        ([[0.2, 0.36, 0.488]], "Your answer is a table of 1 × 3 numbers; a row of 3 numbers is expected."),
        (
            [0.2, 0.36, 0.5],
            "1 of 3 numbers differs from the expected ones. The first is at index 2: 0.5 is too large.",
        ),
        (
            [0.2, 0.3, 0.4],
            "2 of 3 numbers differ from the expected ones. The first is at index 1: 0.3 is too small.",
        ),
        ([20, 36, 48.8], "Close: it is 100 times too large: look at percentages and proportions."),
        ([0.2, None, 0.488], "Your answer still has a gap: None or three dots stand where a number is asked for."),
        ([0.2, ..., 0.488], "Your answer still has a gap: None or three dots stand where a number is asked for."),
        (["0.2", "0.36", "0.488"], "Your answer holds text. Real numbers are asked for."),
        ([0.2, float("nan"), 0.488], "Your answer holds nan. Was something divided by zero?"),
    ],
)
def test_what_a_wrong_array_is_told(answer: Any, text: str) -> None:
    assert VALUES.check(answer) == Feedback(False, text)


def test_an_object_that_is_no_number_is_named() -> None:
    assert VALUES.check({}).text.startswith("Your answer is a dict that cannot be read as numbers (TypeError: ")
    assert VALUES.check([[0.2], [0.3, 0.4]]).text.startswith("Your answer is a list that cannot be read as numbers")


def test_a_right_function_passes_however_it_is_written() -> None:
    def mixed(old: float, reward: float, rate: float) -> float:
        return (1 - rate) * old + rate * reward

    assert repr(UPDATE.check(mixed)) == "Right. The value moves a fraction of the error."
    assert UPDATE.check(lambda old, reward, rate: np.array([mixed(old, reward, rate)])[0]).passed


def divides(value: float, reward: float, learning_rate: float) -> float:
    """Fail at the first case."""
    return reward / value


def forgets(value: float, reward: float, learning_rate: float) -> None:
    """Return nothing."""


def negated(value: float, reward: float, learning_rate: float) -> float:
    """Turn the sign round."""
    return -updated(value, reward, learning_rate)


def sums(value: float, reward: float, learning_rate: float) -> float:
    """Be right at the first case only."""
    return learning_rate if value == 0 else value


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (divides, "divides(0, 1, 0.2) stopped with ZeroDivisionError: float division by zero."),
        (forgets, "forgets(0, 1, 0.2) gives None. Does your function end with return and a value?"),
        (lambda *_: ..., "Put your answer where the three dots are."),
        (lambda *_: "0.2", "your_function(0, 1, 0.2) is text. Give the number alone: no quotes, no unit."),
        (lambda *_: math.nan, "your_function(0, 1, 0.2) holds nan. Was something divided by zero?"),
        (lambda *_: [1, 2], "your_function(0, 1, 0.2) is a row of 2 numbers; one number is expected."),
        (lambda v, r, a: v + a * r, "You add the reward, not the error."),
        (negated, "Close: the size is right, the sign is turned round."),
        (sums, "sums(0.5, 1, 0.1) gives 0.5; 0.55 is expected. Compute the error first."),
        (0.2, "A float is not a function. Pass the function's name, without brackets."),
        (..., "Put your answer where the three dots are."),
        (None, "Your answer is None, which is nothing at all. Was a value assigned or returned?"),
    ],
)
def test_what_a_wrong_function_is_told(answer: Any, text: str) -> None:
    assert UPDATE.check(answer) == Feedback(False, text)


def test_a_function_with_the_wrong_arguments_hears_what_python_says() -> None:
    def short(value: float) -> float:
        return value

    text = UPDATE.check(short).text
    assert text.startswith("short(0, 1, 0.2) stopped with TypeError: ")
    assert "takes 1 positional argument but 3 were given" in text


def test_a_fault_without_a_message_is_still_named() -> None:
    def unfinished(*_: Any) -> float:
        raise NotImplementedError

    assert UPDATE.check(unfinished).text == "unfinished(0, 1, 0.2) stopped with NotImplementedError."


def test_a_hint_of_a_function_must_fit_every_case() -> None:
    def half_mistaken(value: float, reward: float, learning_rate: float) -> float:
        mistaken = value + learning_rate * reward
        return mistaken if value < 0.6 else 99.0

    assert UPDATE.check(half_mistaken).text.startswith("half_mistaken(0.5, 1, 0.1) gives 0.6; 0.55 is expected.")


def test_a_function_that_changes_its_input_cannot_change_the_cases() -> None:
    doubling = FunctionExercise(
        "Exercise", "Double each level.", lambda levels: levels * 2, cases=[(np.array([1.0, 2.0]),)], why="Twice."
    )

    def in_place(levels: Any) -> Any:
        levels *= 2
        return levels

    assert doubling.check(in_place).passed
    assert doubling.check(in_place).passed
    assert doubling.check(lambda levels: levels).text == "your_function([1., 2.]) gives [1., 2.]; [2., 4.] is expected."


def test_a_call_is_shown_with_its_arguments_as_a_person_would_write_them() -> None:
    cases = [(1.5, True, "nose", np.arange(20.0))]
    exercise = FunctionExercise("Exercise", "Give one.", lambda *_: 1, cases=cases, why="One.")
    call = "your_function(1.5, True, 'nose', [ 0.,  1., ..., 18., 19.])"
    assert exercise.check(lambda *_: 2).text == f"{call} gives 2; 1 is expected."


def test_a_learner_who_interrupts_is_obeyed() -> None:
    def interrupted(*_: Any) -> float:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        UPDATE.check(interrupted)


@pytest.mark.parametrize("answer", ["b", "B", " b "])
def test_a_right_choice_passes_in_any_case(answer: str) -> None:
    assert repr(LESION.check(answer)) == "Right. Regulation. The lesion cuts the way down only."


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("a", "Look at the curve of person i again."),
        ("c", "Both is not right."),
        ("d", "Answer with one of 'a', 'b', 'c', in quotes."),
        (2, "Answer with one of 'a', 'b', 'c', in quotes."),
        (..., "Put your answer where the three dots are."),
    ],
)
def test_what_a_wrong_choice_is_told(answer: Any, text: str) -> None:
    assert LESION.check(answer) == Feedback(False, text)


ANYTHING = st.recursive(
    st.one_of(
        st.none(),
        st.just(...),
        st.booleans(),
        st.integers(),
        st.sampled_from([10**400, b"4", Decimal("NaN"), np.datetime64("2020-01-01"), pd.NA, object]),
        st.builds(Unfriendly),
        st.floats(),
        st.complex_numbers(),
        st.text(max_size=5),
        st.sets(st.integers(), max_size=2),
        st.builds(lambda value: lambda *_: value, st.one_of(st.floats(), st.text(max_size=3), st.none())),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(max_size=2), inner, max_size=2),
        st.builds(lambda value: lambda *_: value, inner),
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: type(exercise).__name__)
@settings(max_examples=100)
@given(answer=ANYTHING)
@example(answer=1.7e308)
def test_a_check_never_raises_or_warns_and_always_says_something(exercise: Exercise, answer: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        feedback = exercise.check(answer)
    assert repr(feedback).startswith(("Right. ", "Not yet. "))
    assert len(feedback.text) > 10


@settings(max_examples=50)
@given(answer=st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_passes_exactly_when_it_is_within_the_tolerance(answer: float) -> None:
    expected = math.log(2) / 0.15
    assert HALF_LIFE.check(answer).passed == (abs(answer - expected) <= 0.05 + 1e-9 * expected)


def numbers_exercise(hints: list[Hint]) -> Exercise:
    """Make a number exercise with hints."""
    return NumberExercise("Exercise 9", "Give one.", 1.0, tolerance=0.1, why="One.", hints=hints)


def function_exercise(hints: list[Hint]) -> Exercise:
    """Make a function exercise with hints."""
    return FunctionExercise("Exercise 9", "Double.", lambda x: 2 * x, cases=[(1.0,)], why="Twice.", hints=hints)


@pytest.mark.parametrize(
    ("make", "wrong"),
    [(numbers_exercise, 1.05), (function_exercise, lambda x: x + 1)],
    ids=["number", "function whose cases do not tell"],
)
def test_a_hint_about_an_answer_that_passes_is_refused(make: Callable[[list[Hint]], Exercise], wrong: Any) -> None:
    with pytest.raises(ValueError, match="hints of Exercise 9 must be about wrong answers, but this one passes: Off"):
        make([Hint(wrong, "Off.")])


def test_a_choice_exercise_refuses_keys_that_are_not_there() -> None:
    with pytest.raises(ValueError, match=r"must be among 'a', 'b', got 'z'"):
        ChoiceExercise("Exercise", "Which?", "z", options={"a": "A", "b": "B"}, why="")
    with pytest.raises(ValueError, match="about wrong answers, got the right one"):
        ChoiceExercise("Exercise", "Which?", "a", options={"a": "A", "b": "B"}, why="", hints=[Hint("a", "No.")])


def test_a_function_exercise_needs_a_case() -> None:
    with pytest.raises(ValueError, match="cases of Exercise must hold at least one case, got none"):
        FunctionExercise("Exercise", "Double.", lambda x: 2 * x, cases=[], why="")


def test_an_exercise_shows_its_task_and_not_its_answer() -> None:
    assert repr(HALF_LIFE) == "Exercise 1. Compute the half-life."
    assert [repr(each) for each in ALL[1:]] == [f"{each.name}. {each.task}" for each in ALL[1:]]
