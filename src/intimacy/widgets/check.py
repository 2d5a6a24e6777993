"""Exercises that check an answer at once and say what to look at next. A check never raises."""

from __future__ import annotations

import copy
import numbers
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy.arguments import checked
from intimacy.parameters import short

Numbers = NDArray[np.float64]

# How far apart two answers are when one thing was forgotten: the factor, and what to look at.
SLIPS = {
    -1.0: "the size is right, the sign is turned round",
    60.0: "it is 60 times too large: look at minutes and seconds, or hours and minutes",
    1 / 60: "it is 60 times too small: look at minutes and seconds, or hours and minutes",
    24.0: "it is 24 times too large: look at days and hours",
    1 / 24: "it is 24 times too small: look at days and hours",
    100.0: "it is 100 times too large: look at percentages and proportions",
    1 / 100: "it is 100 times too small: look at percentages and proportions",
    1000.0: "it is 1000 times too large: look at the prefix of the unit (milli, nano, pico)",
    1 / 1000: "it is 1000 times too small: look at the prefix of the unit (milli, nano, pico)",
}

# What is said while nothing has been written yet.
GAP = "Put your answer where the three dots are."

# Kinds of array that numpy would turn into numbers, but that are not numbers.
OTHER_KINDS = {"b": "True or False", "c": "complex numbers", "U": "text", "m": "durations", "M": "dates"}


@dataclass(frozen=True, repr=False)
class Feedback:
    """What a check says: whether the answer passed, and why or what to look at next."""

    passed: bool
    text: str

    def __repr__(self) -> str:
        return textwrap.fill(f"{'Right' if self.passed else 'Not yet'}. {self.text}", 100)


@dataclass(frozen=True)
class Hint:
    """A mistake that is known, as the answer it leads to (for a function: a function with that mistake)."""

    wrong: Any
    text: str


@dataclass(frozen=True, repr=False)
class Exercise(ABC):
    """A task with an expected answer.

    Attributes:
        name: how the exercise is called, such as ``"Exercise 2"``.
        task: what to do.
        why: said when the answer is right: the reason, or what follows from it.
        hints: known mistakes; the first that fits is said.
        nudge: said after a wrong answer that no hint knows.
    """

    name: str
    task: str
    why: str = field(kw_only=True)
    hints: Sequence[Hint] = field(default=(), kw_only=True)
    nudge: str = field(default="", kw_only=True)

    @checked
    def check(self, answer: Any) -> Feedback:
        """Compare an answer with the expected one. Whatever the answer is, this returns and does not raise."""
        if answer is ...:
            return Feedback(False, GAP)
        if answer is None:
            return Feedback(False, "Your answer is None, which is nothing at all. Was a value assigned or returned?")
        return self._judged(answer)

    def __repr__(self) -> str:
        return textwrap.fill(f"{self.name}. {self.task}", 100)

    @abstractmethod
    def _judged(self, answer: Any) -> Feedback:
        """Compare an answer that is there."""

    def _wrong(self, text: str) -> Feedback:
        return Feedback(False, f"{text} {self.nudge}".rstrip())


@dataclass(frozen=True, repr=False)
class ChoiceExercise(Exercise):
    """An answer that is one of a few keys: ``options`` maps each key to its words. Hints name the wrong key.

    Raises:
        ValueError: the expected key or a hint's key is not an option, or a hint is about the right answer.
    """

    expected: str
    options: Mapping[str, str] = field(kw_only=True)

    def __post_init__(self) -> None:
        for key in (self.expected, *(hint.wrong for hint in self.hints)):
            if key not in self.options:
                raise ValueError(f"expected and hints of {self.name} must be among {self._keys}, got {key!r}")
        if any(hint.wrong == self.expected for hint in self.hints):
            raise ValueError(f"hints of {self.name} must be about wrong answers, got the right one")

    @property
    def _keys(self) -> str:
        return ", ".join(map(repr, self.options))

    def _judged(self, answer: Any) -> Feedback:
        given = answer.strip().casefold() if isinstance(answer, str) else None
        key = next((key for key in self.options if key.casefold() == given), None)
        if key is None:
            return Feedback(False, f"Answer with one of {self._keys}, in quotes.")
        if key == self.expected:
            return Feedback(True, f"{self.options[key]}. {self.why}")
        known = next((hint.text for hint in self.hints if hint.wrong == key), None)
        return Feedback(False, known) if known else self._wrong(f"{self.options[key]} is not right.")


@dataclass(frozen=True, repr=False)
class NumberExercise(Exercise):
    """An answer that is one number, right when it is within ``tolerance`` of the expected one, in its unit.

    Raises:
        ValueError: a hint's wrong number would pass.
    """

    expected: float
    tolerance: float = field(kw_only=True)
    unit: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        _refuse_hints_that_pass(self, [_numbers(hint.wrong) for hint in self.hints], _numbers(self.expected))

    def _judged(self, answer: Any) -> Feedback:
        given, trouble = _read(answer, "Your answer")
        if given is None:
            return Feedback(False, trouble)
        if given.size != 1:
            return Feedback(False, f"Your answer holds {given.size} numbers. One number is asked for.")
        number, expected = given.reshape(()), _numbers(self.expected)
        if _close(number, expected, self.tolerance):
            return Feedback(True, f"{self._with_unit(self.expected)}. {self.why}")
        wrong = [(_numbers(hint.wrong), hint.text) for hint in self.hints]
        known = _known_mistake(number, expected, self.tolerance, wrong)
        if known:
            return Feedback(False, known)
        direction = "large" if number > expected else "small"
        return self._wrong(f"{self._with_unit(float(number))} is too {direction}.")

    def _with_unit(self, number: float) -> str:
        return f"{short(number, 4)} {self.unit}".rstrip()


@dataclass(frozen=True, repr=False)
class ArrayExercise(Exercise):
    """An answer that is a list or array of numbers, each within ``tolerance`` of the expected one.

    Raises:
        ValueError: a hint's wrong numbers would pass.
    """

    expected: Any
    tolerance: float = field(default=1e-6, kw_only=True)

    def __post_init__(self) -> None:
        _refuse_hints_that_pass(self, [_numbers(hint.wrong) for hint in self.hints], _numbers(self.expected))

    def _judged(self, answer: Any) -> Feedback:
        given, trouble = _read(answer, "Your answer")
        expected = _numbers(self.expected)
        if given is None:
            return Feedback(False, trouble)
        wrong = [(_numbers(hint.wrong), hint.text) for hint in self.hints]
        if given.shape != expected.shape:
            known = _known_mistake(given, expected, self.tolerance, wrong)
            return Feedback(False, known or _shapes("Your answer", given, expected))
        if _close(given, expected, self.tolerance):
            return Feedback(True, self.why)
        known = _known_mistake(given, expected, self.tolerance, wrong)
        return Feedback(False, known) if known else self._wrong(self._difference(given, expected))

    def _difference(self, given: Numbers, expected: Numbers) -> str:
        apart = np.argwhere(~np.isclose(given, expected, rtol=1e-9, atol=self.tolerance))
        first = tuple(apart[0])
        direction = "large" if given[first] > expected[first] else "small"
        at = ", ".join(map(str, first))
        differ = "differs" if len(apart) == 1 else "differ"
        return (
            f"{len(apart)} of {given.size} numbers {differ} from the expected ones. "
            f"The first is at index {at}: {short(given[first])} is too {direction}."
        )


@dataclass(frozen=True, repr=False)
class FunctionExercise(Exercise):
    """An answer that is a function. It is called with the arguments of each case, and so is ``expected``.

    A hint holds a function with a known mistake, which must give what the learner's function gives in every case.
    A function that never returns cannot be stopped from here: interrupt the kernel.

    Raises:
        ValueError: there is no case, or a hint's wrong function would pass.
    """

    expected: Callable[..., Any]
    cases: Sequence[tuple[Any, ...]] = field(kw_only=True)
    tolerance: float = field(default=1e-6, kw_only=True)

    def __post_init__(self) -> None:
        if not self.cases:
            raise ValueError(f"cases of {self.name} must hold at least one case, got none")
        _refuse_hints_that_pass(self, [self._over_cases(hint.wrong) for hint in self.hints], self._expected)

    @property
    def _expected(self) -> Numbers:
        return self._over_cases(self.expected)

    def _over_cases(self, function: Callable[..., Any]) -> Numbers:
        return np.concatenate([_numbers(function(*copy.deepcopy(case))).ravel() for case in self.cases])

    def _judged(self, answer: Any) -> Feedback:
        if not callable(answer):
            return Feedback(False, f"{_article(answer)} is not a function. Pass the function's name, without brackets.")
        given: list[Numbers] = []
        for case in self.cases:
            call = _call(answer, case)
            value, trouble = _attempt(partial(answer, *copy.deepcopy(case)))
            if trouble:
                return Feedback(False, f"{call} stopped with {trouble}")
            if value is ...:
                return Feedback(False, GAP)
            if value is None:
                return Feedback(False, f"{call} gives None. Does your function end with return and a value?")
            numbers_given, trouble = _read(value, call)
            if numbers_given is None:
                return Feedback(False, trouble)
            expected = _numbers(self.expected(*copy.deepcopy(case)))
            if numbers_given.shape != expected.shape:
                return Feedback(False, _shapes(call, numbers_given, expected))
            given.append(numbers_given)
        return self._compared(answer, given)

    def _compared(self, answer: Callable[..., Any], given: Sequence[Numbers]) -> Feedback:
        together = np.concatenate([each.ravel() for each in given])
        if _close(together, self._expected, self.tolerance):
            return Feedback(True, self.why)
        wrong = [(self._over_cases(hint.wrong), hint.text) for hint in self.hints]
        known = _known_mistake(together, self._expected, self.tolerance, wrong)
        if known:
            return Feedback(False, known)
        for case, number in zip(self.cases, given, strict=True):
            expected = _numbers(self.expected(*copy.deepcopy(case)))
            if not _close(number, expected, self.tolerance):
                return self._wrong(f"{_call(answer, case)} gives {_text(number)}; {_text(expected)} is expected.")
        raise AssertionError("all cases together differ, so one of them must")


def _attempt(action: Callable[[], Any]) -> tuple[Any, str]:
    """Run what the learner wrote: return its value, or what stopped it in words."""
    try:
        return action(), ""
    except Exception as error:  # noqa: BLE001  The learner's code is unknown, and any fault in it is feedback.
        return None, f"{type(error).__name__}: {error}".rstrip(": ").rstrip(".") + "."


def _read(answer: Any, subject: str) -> tuple[Numbers | None, str]:
    """Return an answer as numbers, or say kindly why it cannot be read as such."""
    if isinstance(answer, str):
        return None, f"{subject} is text. Give the number alone: no quotes, no unit."
    if callable(answer):
        return None, f"{subject} is a function itself. Call it, with brackets and arguments."
    raw, trouble = _attempt(partial(np.asarray, answer))
    if not trouble and raw.dtype.kind in OTHER_KINDS:
        return None, f"{subject} holds {OTHER_KINDS[raw.dtype.kind]}. Real numbers are asked for."
    if not trouble and raw.dtype == object and any(each is None or each is ... for each in raw.flat):
        return None, f"{subject} still has a gap: None or three dots stand where a number is asked for."
    given, trouble = (None, trouble) if trouble else _attempt(partial(raw.astype, np.float64))
    if given is None:
        return None, f"{subject} is {_article(answer).lower()} that cannot be read as numbers ({trouble.rstrip('.')})."
    if not np.isfinite(given).all():
        return None, f"{subject} holds {_text(given[~np.isfinite(given)][0])}. Was something divided by zero?"
    return given, ""


def _numbers(value: Any) -> Numbers:
    return np.asarray(value, dtype=np.float64)


def _close(given: Numbers, expected: Numbers, tolerance: float) -> bool:
    return given.shape == expected.shape and bool(np.isclose(given, expected, rtol=1e-9, atol=tolerance).all())


def _known_mistake(
    given: Numbers, expected: Numbers, tolerance: float, wrong: Sequence[tuple[Numbers, str]]
) -> str | None:
    """Return what to say about a mistake that is known: first the exercise's own hints, then slips of unit and sign."""
    for value, text in wrong:
        if _close(given, value, tolerance):
            return text
    if not np.abs(expected).max(initial=0) > tolerance:
        return None
    with np.errstate(over="ignore"):
        slip = next((text for factor, text in SLIPS.items() if _close(given / factor, expected, tolerance)), None)
    return f"Close: {slip}." if slip else None


def _refuse_hints_that_pass(exercise: Any, wrong: Sequence[Numbers], expected: Numbers) -> None:
    for hint, value in zip(exercise.hints, wrong, strict=True):
        if _close(value, expected, exercise.tolerance):
            raise ValueError(f"hints of {exercise.name} must be about wrong answers, but this one passes: {hint.text}")


def _shapes(subject: str, given: Numbers, expected: Numbers) -> str:
    return f"{subject} is {_shape(given)}; {_shape(expected)} is expected."


def _shape(value: Numbers) -> str:
    if value.ndim == 0:
        return "one number"
    if value.ndim == 1:
        return f"a row of {value.size} numbers"
    return f"a table of {' × '.join(map(str, value.shape))} numbers"


def _text(value: Any) -> str:
    """Write numbers as a person would read them, long arrays shortened."""
    if isinstance(value, np.ndarray) and value.ndim:
        return np.array2string(value, precision=6, separator=", ", threshold=6, edgeitems=2)
    if isinstance(value, bool) or not isinstance(value, np.ndarray | numbers.Real):
        return textwrap.shorten(repr(value), 60, placeholder=" …")
    return f"{float(value):.6g}"


def _call(function: Callable[..., Any], case: tuple[Any, ...]) -> str:
    name = getattr(function, "__name__", "<lambda>")
    return f"{'your_function' if name == '<lambda>' else name}({', '.join(map(_text, case))})"


def _article(value: Any) -> str:
    name = type(value).__name__
    return f"{'An' if name[0] in 'aeiou' else 'A'} {name}"
