"""A quiz: questions with feedback for each answer, which works in a page with or without Python behind it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from string import ascii_lowercase
from typing import Any

import traitlets

from intimacy.widgets import front_end
from intimacy.widgets.carry import Carried


@dataclass(frozen=True)
class Answer:
    """One answer to a question, and what to say to a learner who gives it."""

    text: str
    feedback: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question with exactly one right answer.

    Raises:
        ValueError: there are fewer than two answers, two read the same, or not exactly one is right.
    """

    text: str
    answers: Sequence[Answer]

    def __post_init__(self) -> None:
        right = sum(each.right for each in self.answers)
        if len(self.answers) < 2:
            raise ValueError(f"answers must be at least two, got {len(self.answers)} for {self.text!r}")
        if len({each.text for each in self.answers}) < len(self.answers):
            raise ValueError(f"answers must differ, got the same text twice for {self.text!r}")
        if right != 1:
            raise ValueError(f"answers must hold exactly one right answer, got {right} for {self.text!r}")


@dataclass(frozen=True, repr=False)
class Score:
    """How a quiz went: questions answered right, those of them at the first try, and questions asked."""

    right: int
    first_try: int
    asked: int

    def __repr__(self) -> str:
        return f"You have {self.right} of {self.asked} right; first try {self.first_try}."


class Quiz(Carried, front_end.FrontEnd):
    """Questions with a Check button each. An answer counts when it is checked; others may be explored afterwards.

    Args:
        title: what stands above the questions.
        questions: the questions, in order.

    Raises:
        ValueError: there is no question.
    """

    _front_end = "quiz"

    title = traitlets.Unicode().tag(sync=True)
    questions: traitlets.List[dict[str, object]] = traitlets.List().tag(sync=True)
    tries: traitlets.List[list[int]] = traitlets.List(traitlets.List(traitlets.Int())).tag(sync=True)

    def __init__(self, title: str, questions: Sequence[Question]) -> None:
        if not questions:
            raise ValueError("questions must hold at least one question, got none")
        self._questions = tuple(questions)
        super().__init__(
            title=title,
            questions=[
                {"text": each.text, "answers": [asdict(answer) for answer in each.answers]} for each in questions
            ],
            tries=[[] for _ in questions],
        )
        self.arrived("quiz", title)

    @traitlets.validate("tries")
    def _must_be_answers(self, proposal: Any) -> Any:
        tries = proposal["value"]
        if len(tries) != len(self._questions) or any(map(self._refused, range(len(tries)), tries)):
            raise traitlets.TraitError(
                f"tries must be places of answers for {len(self._questions)} questions, got others"
            )
        return tries

    def _refused(self, place: int, given: Any) -> str:
        """Say why something is no list of answers to a question, or nothing."""
        allowed = range(len(self._questions[place].answers))
        if isinstance(given, list) and all(type(each) is int and each in allowed for each in given):
            return ""
        return f"answers to question {place + 1} must be numbers from 0 to {allowed[-1]}, got others"

    @property
    def answers(self) -> list[str | None]:
        """The text of the answer last checked for each question, ``None`` where none was."""
        return [
            question.answers[tries[-1]].text if tries else None
            for question, tries in zip(self._questions, self.tries, strict=True)
        ]

    @property
    def score(self) -> Score:
        """How many questions have been answered right so far, and how many at the first try."""
        right = [
            [question.answers[index].right for index in tries]
            for question, tries in zip(self._questions, self.tries, strict=True)
        ]
        return Score(sum(map(any, right)), sum(each[:1] == [True] for each in right), len(right))

    def bring_back(self, kept: Any) -> list[str]:
        """Take answers that were carried here, and return a sentence for each question whose answers are refused."""
        if not isinstance(kept, list) or len(kept) != len(self._questions):
            raise ValueError(f"answers must be for {len(self._questions)} questions, got others")
        refused = [self._refused(place, given) for place, given in enumerate(kept)]
        self.tries = [[] if sentence else given for given, sentence in zip(kept, refused, strict=True)]
        return [sentence for sentence in refused if sentence]

    def __repr__(self) -> str:
        blocks = [self.title]
        for number, question in enumerate(self._questions, 1):
            lines = [_indented(f"{number}. ", question.text)]
            lines += [
                _indented(f"   {letter}) ", answer.text)
                for letter, answer in zip(ascii_lowercase, question.answers, strict=False)
            ]
            blocks.append("\n".join(lines))
        return "\n\n".join(blocks)


def _indented(mark: str, text: str) -> str:
    return textwrap.fill(text, 100, initial_indent=mark, subsequent_indent=" " * len(mark))
