"""The words of "A theme": bets, checked exercises and a quiz.

Every expected answer, and every number that a sentence names, is asked of the models when it is needed.
"""

from __future__ import annotations

from collections.abc import Sequence

from intimacy.models.a_theme import Fading, simulate_fading
from intimacy.widgets import Answer, Bet, Exercise, FunctionExercise, Hint, Option, Question, Quiz


def bet_hour() -> Bet:
    """Before the first lab: how much is left after an hour?"""
    left = float(simulate_fading(Fading()).left[-1])
    shares = {"nothing": 0.0, "little": 0.06, "half": 0.5}

    def outcome() -> str:
        return min(shares, key=lambda key: abs(shares[key] - left))

    return Bet(
        "WRITE: the bet. Something falls by half in 15 minutes. How much of it is left after an hour?",
        {
            "nothing": Option("Nothing", "nothing", "nothing is left"),
            "little": Option("A little", "a little", "a little is left"),
            "half": Option("Half", "half", "half is left"),
        },
        outcome,
        f"{100 * left:.1f} % is left: an hour is four half-lives",
    )


def left_after(minutes: float, half_life: float) -> float:
    """Return the share that is left."""
    return float(0.5 ** (minutes / half_life))


def exercise_left() -> FunctionExercise:
    """The model, written by the learner."""
    return FunctionExercise(
        "Exercise 1",
        "WRITE: the task. Write `left_after(minutes, half_life)`, the share that is left.",
        left_after,
        cases=[(0, 15), (15, 15), (40, 15), (10, 60)],
        tolerance=1e-6,
        why="One half, to the power of how many half-lives have passed.",
        hints=[
            Hint(lambda minutes, half_life: 1 - minutes / (2 * half_life), "That is a line. It would fall below zero."),
            Hint(lambda minutes, half_life: 1 - left_after(minutes, half_life), "That is gone. Take it from 1."),
        ],
    )


def exercises() -> Sequence[Exercise]:
    """Return all exercises, in order."""
    return (exercise_left(),)


def quiz() -> Quiz:
    """Return the quiz."""
    return Quiz(
        "Quiz: A theme",
        [
            Question(
                "WRITE: the questions, five to eight. The half-life is 15 minutes. How much is left after 45?",
                [
                    Answer("An eighth", "Yes: half, a quarter, an eighth.", right=True),
                    Answer("A third", "That would be a half-life that grows. It stays the same."),
                    Answer("Nothing", "It falls by half each time, and never reaches zero."),
                ],
            ),
        ],
    )
