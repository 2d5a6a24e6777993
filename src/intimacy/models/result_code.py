"""A result that a learner shares, as a code short enough to read aloud: pure text and numbers.

Three kinds of results have a code: a whole trust game, the ratings of a ball game, and bets before and after a lesson::

    T0000-00001-…    25 characters: seed and twenty moves of the trust game
    R….-…            15 characters: four needs, rated after being left out and at the end
    B….-…            20 characters: the lesson, and up to seven bets before and after

The first letter is the kind and its version. The alphabet has 32 characters and no I, L, O or U; small letters count as
large ones, O as 0, I and L as 1. The last three characters are a check: read as a number to the base 32, a code leaves
the remainder 1 when it is divided by a prime p. One wrong character changes that number by e · 32ⁱ, and a swap of
neighbours by e · 31 · 32ⁱ, with e from -31 to 31. A p above 32 divides neither, so all of them are caught. Any other
slip passes once in about 32,000 times.

Inside is a number drawn by chance for whoever shares (:attr:`Result.learner`), so that the same result, sent twice or
corrected, counts once. There is no name in a code, no text and no time.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from intimacy.arguments import checked
from intimacy.parameters import shown

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUP = 5
LEARNERS = 2**30
"""How many numbers there are to draw for a learner."""

ROUNDS = 20
AMOUNTS = (0, 4, 8, 12)
SEEDS = 2**32
NEEDS = 4
MOST_RATING = 5
LESSONS = 16
MOST_BETS = 7
MOST_OPTION = 7

MOST_TEXT = 200_000
"""How many characters of pasted text, or of a file, are read."""

_BASE = len(ALPHABET)
_PRIME = 32749  # the largest below 32³
_CHECK = 3
_PLAIN = str.maketrans("OIL", "011")
_NOT_A_CODE = "it is not a code: one character is wrong, missing or in another place"


def _require(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number between {low} and {high}, got {shown(value)}")


@checked
@dataclass(frozen=True)
class TrustResult:
    """A whole trust game: its seed, and the MU sent in each round.

    Raises:
        ValueError: a number is out of its range, or there are not twenty rounds.
    """

    learner: int
    seed: int
    sent: tuple[int, ...]

    def __post_init__(self) -> None:
        _require("learner", self.learner, 0, LEARNERS - 1)
        _require("seed", self.seed, 0, SEEDS - 1)
        if len(self.sent) != ROUNDS:
            raise ValueError(f"sent must have {ROUNDS} rounds, got {len(self.sent)}")
        for amount in self.sent:
            if isinstance(amount, bool) or amount not in AMOUNTS:
                raise ValueError(f"sent must be one of {', '.join(map(str, AMOUNTS))}, got {amount!r}")

    @property
    def topic(self) -> str:
        """What is pooled with what: all results of one topic."""
        return "trust"

    def digits(self) -> list[tuple[int, int]]:
        """Return each number with how many values it could have."""
        return [(self.seed, SEEDS), *((AMOUNTS.index(each), len(AMOUNTS)) for each in self.sent)]

    @classmethod
    def _from_digits(cls, learner: int, digits: Sequence[int]) -> TrustResult:
        """Return the result that the numbers stand for."""
        return cls(learner, digits[0], tuple(AMOUNTS[each] for each in digits[1:]))


@checked
@dataclass(frozen=True)
class RatingsResult:
    """What was rated in a ball game, from 1 to 5 and 0 where nothing was, after being left out and at the end.

    Raises:
        ValueError: there are not four ratings each time, one is out of its range, or nothing was rated.
    """

    learner: int
    left_out: tuple[int, ...]
    end: tuple[int, ...]

    def __post_init__(self) -> None:
        _require("learner", self.learner, 0, LEARNERS - 1)
        for name in ("left_out", "end"):
            ratings = getattr(self, name)
            if len(ratings) != NEEDS:
                raise ValueError(f"{name} must have {NEEDS} ratings, got {len(ratings)}")
            for rating in ratings:
                _require(name, rating, 0, MOST_RATING)
        if not any(self.left_out + self.end):
            raise ValueError("ratings must have at least one answer, got none")

    @property
    def topic(self) -> str:
        """What is pooled with what: all results of one topic."""
        return "ratings"

    def digits(self) -> list[tuple[int, int]]:
        """Return each number with how many values it could have."""
        return [(each, MOST_RATING + 1) for each in self.left_out + self.end]

    @classmethod
    def _from_digits(cls, learner: int, digits: Sequence[int]) -> RatingsResult:
        """Return the result that the numbers stand for."""
        return cls(learner, tuple(digits[:NEEDS]), tuple(digits[NEEDS:]))


@checked
@dataclass(frozen=True)
class BetsResult:
    """The bets of a lesson, before and after: the place of the option, from 1, and 0 for none.

    Raises:
        ValueError: a number is out of its range, there are not as many after as before, or nothing was answered.
    """

    learner: int
    lesson: int
    before: tuple[int, ...]
    after: tuple[int, ...]

    def __post_init__(self) -> None:
        _require("learner", self.learner, 0, LEARNERS - 1)
        _require("lesson", self.lesson, 0, LESSONS - 1)
        for name in ("before", "after"):
            answers = getattr(self, name)
            if len(answers) > MOST_BETS:
                raise ValueError(f"{name} must have at most {MOST_BETS} bets, got {len(answers)}")
            for answer in answers:
                _require(name, answer, 0, MOST_OPTION)
        if len(self.before) != len(self.after):
            raise ValueError(f"after must have as many bets as before, {len(self.before)}, got {len(self.after)}")
        if not any(self.before + self.after):
            raise ValueError("bets must have at least one answer, got none")
        # A code always has room for seven; what is not used is no answer.
        for name in ("before", "after"):
            padded = getattr(self, name) + (0,) * MOST_BETS
            object.__setattr__(self, name, padded[:MOST_BETS])

    @property
    def topic(self) -> str:
        """What is pooled with what: all results of one topic."""
        return f"bets {self.lesson}"

    def digits(self) -> list[tuple[int, int]]:
        """Return each number with how many values it could have."""
        return [(self.lesson, LESSONS), *((each, MOST_OPTION + 1) for each in self.before + self.after)]

    @classmethod
    def _from_digits(cls, learner: int, digits: Sequence[int]) -> BetsResult:
        """Return the result that the numbers stand for."""
        return cls(learner, digits[0], tuple(digits[1 : 1 + MOST_BETS]), tuple(digits[1 + MOST_BETS :]))


Result = TrustResult | RatingsResult | BetsResult


@dataclass(frozen=True)
class _Kind:
    """How a kind of result is written: its type, the sizes of its numbers, and how many characters it takes."""

    made: type[TrustResult] | type[RatingsResult] | type[BetsResult]
    sizes: tuple[int, ...]
    length: int


KINDS = {
    "T": _Kind(TrustResult, (SEEDS, *(len(AMOUNTS),) * ROUNDS), 25),
    "R": _Kind(RatingsResult, (MOST_RATING + 1,) * (2 * NEEDS), 15),
    "B": _Kind(BetsResult, (LESSONS, *(MOST_OPTION + 1,) * (2 * MOST_BETS)), 20),
}
"""Kinds by the first letter of their codes. A new version of a kind takes a new letter."""

_LENGTHS = ", ".join(f"{kind.length} ({letter} …)" for letter, kind in KINDS.items())


@checked
def encode(result: Result) -> str:
    """Return the code of a result, in groups of five."""
    letter = next(letter for letter, kind in KINDS.items() if kind.made is type(result))
    number = 0
    for value, size in ((result.learner, LEARNERS), *result.digits()):
        number = number * size + value
    number += ALPHABET.index(letter) * _BASE ** (KINDS[letter].length - _CHECK - 1)
    number *= _BASE**_CHECK
    number += (1 - number) % _PRIME
    return grouped(_written(number, KINDS[letter].length))


@checked
def decode(text: str) -> Result:
    """Return the result that a code holds; dashes, blanks and the size of letters do not matter.

    Raises:
        ValueError: the text is no code, or holds what no result can hold.
    """
    plain = re.sub(r"[\s\-–—]", "", text).upper().translate(_PLAIN)
    if strange := next((each for each in plain if each not in ALPHABET), ""):
        raise ValueError(f"there is no {strange!r} in any code")
    kind = KINDS.get(plain[:1])
    if kind is None:
        raise ValueError(f"a code begins with {', '.join(KINDS)}, this with {plain[:1]!r}")
    if len(plain) != kind.length:
        raise ValueError(f"a code that begins with {plain[0]} has {kind.length} characters, this has {len(plain)}")
    number = 0
    for each in plain:
        number = number * _BASE + ALPHABET.index(each)
    if number % _PRIME != 1:
        raise ValueError(_NOT_A_CODE)
    number = number // _BASE**_CHECK % _BASE ** (kind.length - _CHECK - 1)
    digits = []
    for size in reversed(kind.sizes):
        number, digit = divmod(number, size)
        digits.append(digit)
    if number >= LEARNERS:
        raise ValueError(_NOT_A_CODE)
    return kind.made._from_digits(number, digits[::-1])


@checked
def grouped(plain: str) -> str:
    """Return characters in groups of five, for reading aloud."""
    return "-".join(plain[start : start + GROUP] for start in range(0, len(plain), GROUP))


def _written(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, _BASE)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


@dataclass(frozen=True)
class Rejected:
    """Something that was read and is no result: where it stood (from 1), what it said, and why it does not count."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class Reading:
    """What was found in pasted text or in a file: results, what was rejected, and how many were there already."""

    results: tuple[Result, ...]
    rejected: tuple[Rejected, ...]
    repeated: int


@checked
def read_text(text: str) -> Reading:
    """Find the codes in a text: by lines, commas, semicolons or blanks, with any words before them.

    Raises:
        ValueError: the text is longer than :data:`MOST_TEXT`.
    """
    _require_short(text)
    found: list[Result] = []
    rejected: list[Rejected] = []
    for number, line in enumerate(text.splitlines(), start=1):
        for part in filter(str.strip, re.split(r"[,;\t|]", line)):
            codes, rest = _codes_in(part)
            found += codes
            lost = _looks_like_code(rest)
            if lost or not codes:
                rejected.append(Rejected(number, _shortened(lost or part), _reason(lost)))
    return _counted_once(found, rejected)


@checked
def read_csv(text: str) -> Reading:
    """Read the codes of a table with a column ``code``; other columns do not matter.

    Raises:
        ValueError: the text is longer than :data:`MOST_TEXT`, or has no such column.
    """
    _require_short(text)
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if "code" not in (rows.fieldnames or ()):
        named = ", ".join(map(repr, rows.fieldnames or ())) or "nothing"
        raise ValueError(f"the first line of the file must name a column 'code', it names {_shortened(named)}")
    found: list[Result] = []
    rejected: list[Rejected] = []
    for row in rows:
        code = row["code"] or ""
        try:
            found.append(decode(code))
        except ValueError as refused:
            rejected.append(Rejected(rows.line_num, _shortened(code), str(refused)))
    return _counted_once(found, rejected)


@checked
def newest(results: Sequence[Result]) -> dict[tuple[str, int], Result]:
    """Return the last result of each learner on each topic."""
    return {(each.topic, each.learner): each for each in results}


def _counted_once(found: Sequence[Result], rejected: Sequence[Rejected]) -> Reading:
    once = tuple(newest(found).values())
    return Reading(once, tuple(rejected), len(found) - len(once))


def _require_short(text: str) -> None:
    if len(text) > MOST_TEXT:
        raise ValueError(f"text must have at most {MOST_TEXT:,} characters, got {len(text):,}")


def _codes_in(part: str) -> tuple[list[Result], str]:
    """Return the results in a part of a line, and what is left of it.

    Words before a code may look like the beginning of one, so every word may begin a code until one does.
    """
    words = part.split()
    found, rest, at = [], [], 0
    while at < len(words):
        for end in range(at + 1, min(len(words), at + GROUP) + 1):
            try:
                found.append(decode("".join(words[at:end]).strip("'\"()[]<>.:")))
            except ValueError:
                continue
            at = end
            break
        else:
            rest.append(words[at])
            at += 1
    return found, " ".join(rest)


def _looks_like_code(rest: str) -> str:
    """Return what may have been meant as a code: a long word, or three or more groups one after the other."""
    group = rf"[0-9A-Za-z]{{{GROUP}}}"
    forms = ("[0-9A-Za-z]+(?:-[0-9A-Za-z]+){2,}", "[0-9A-Za-z]{12,}", f"{group}(?: {group}){{2,}}")
    meant = re.search("|".join(rf"\b{form}\b" for form in forms), rest)
    return meant.group() if meant else ""


def _reason(lost: str) -> str:
    if not lost:
        return f"there is no code in it; codes have {_LENGTHS} characters"
    try:
        decode(lost)
    except ValueError as refused:
        return str(refused)
    return _NOT_A_CODE


def _shortened(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 40 else f"{text[:39]}…"
