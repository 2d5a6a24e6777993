"""A quiz: one right answer per question, tries counted, results back in Python."""

from __future__ import annotations

import pytest
from traitlets import TraitError

from intimacy.widgets import Answer, Question, Quiz

ERROR = Question(
    "The expected hug arrives. The prediction error is",
    [Answer("large", "It was, on the first trial."), Answer("zero", "Expected is not worthless.", right=True)],
)
GROUPS = Question(
    "p = 0.04 in one group, p = 0.20 in the other. The groups",
    [
        Answer("differ", "That needs a test of the interaction."),
        Answer("may or may not differ", "Test the interaction.", right=True),
        Answer("are equal", "Absence of evidence is not evidence of absence."),
    ],
)


def make() -> Quiz:
    """Make a quiz of two questions."""
    return Quiz("Check what you know", [ERROR, GROUPS])


def test_nothing_is_answered_at_first() -> None:
    quiz = make()
    assert quiz.answers == [None, None]
    assert repr(quiz.score) == "You have 0 of 2 right; first try 0."


def test_tries_from_the_browser_become_answers_and_a_score() -> None:
    quiz = make()
    quiz.set_state({"tries": [[1], [0, 2, 1]]})
    assert quiz.answers == ["zero", "may or may not differ"]
    assert repr(quiz.score) == "You have 2 of 2 right; first try 1."


def test_a_right_answer_stays_right_when_others_are_explored_afterwards() -> None:
    quiz = make()
    quiz.tries = [[1, 0], []]
    assert quiz.answers == ["large", None]
    assert (quiz.score.right, quiz.score.first_try, quiz.score.asked) == (1, 1, 2)


def test_a_wrong_answer_scores_nothing() -> None:
    quiz = make()
    quiz.tries = [[0], [2, 0]]
    assert (quiz.score.right, quiz.score.first_try) == (0, 0)


def test_all_that_the_browser_says_stands_in_the_traits() -> None:
    shown = make().get_state()["questions"]
    assert [[answer["feedback"] for answer in question["answers"]] for question in shown] == [
        [answer.feedback for answer in question.answers] for question in (ERROR, GROUPS)
    ]
    assert [[answer["right"] for answer in question["answers"]] for question in shown] == [
        [False, True],
        [False, True, False],
    ]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([Answer("a", ""), Answer("b", "")], "exactly one right answer, got 0 for 'Why\\?'"),
        ([Answer("a", "", True), Answer("b", "", True)], "exactly one right answer, got 2 for 'Why\\?'"),
        ([Answer("a", "", True)], "at least two, got 1 for 'Why\\?'"),
        ([Answer("a", "", True), Answer("a", "")], "same text twice for 'Why\\?'"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(answers: list[Answer], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Question("Why?", answers)


def test_a_quiz_without_questions_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one question, got none"):
        Quiz("Empty", [])


def test_the_text_of_a_quiz_does_not_tell_the_right_answers() -> None:
    text = """\
Check what you know

1. The expected hug arrives. The prediction error is
   a) large
   b) zero

2. p = 0.04 in one group, p = 0.20 in the other. The groups
   a) differ
   b) may or may not differ
   c) are equal"""
    assert repr(make()) == text


def test_the_text_stays_the_same_after_tries() -> None:
    quiz = make()
    quiz.tries = [[1], [1]]
    assert repr(quiz) == repr(make())


@pytest.mark.parametrize("tries", [[], [[0]], [[0], [3]], [[0], [-1]], [[0], ["1"]], [[0], [0], [0]], None, "x"])
def test_a_page_cannot_give_an_answer_that_is_not_there(tries: object) -> None:
    quiz = make()
    quiz.tries = [[1], []]
    with pytest.raises(TraitError):
        quiz.set_state({"tries": tries})
    assert quiz.tries == [[1], []]
    assert quiz.score.right == 1
