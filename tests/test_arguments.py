"""The check that stands before every public function: what it allows, what it says, and what it costs."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from typing_extensions import TypeAliasType, TypeVar

from intimacy.arguments import (
    ABOVE_0,
    BELOW_1,
    LARGEST,
    AllAboveZero,
    AtLeastZero,
    Between,
    Count,
    OpenShare,
    Positive,
    Seed,
    Share,
    ShareBelowOne,
    Shares,
    checked,
    require_together,
)


@checked
def taken(
    share: Share = 0.5,
    *,
    number: float = 0.0,
    count: Count = 1,
    seed: Seed = 0,
    above: Positive = 1.0,
    least: AtLeastZero = 0.0,
    inside: OpenShare = 0.5,
    below: ShareBelowOne = 0.0,
    people: Annotated[int, Between(2, LARGEST)] = 2,
    amounts: AllAboveZero = 1.0,
    shares: Shares = 0.5,
    array: NDArray[np.float64] = np.zeros(1),  # noqa: B008
    flags: NDArray[np.bool_] = np.zeros(1, dtype=bool),  # noqa: B008
    row: Annotated[ArrayLike, Between(axes=1)] = (0.0,),
    table: Annotated[ArrayLike, Between(axes=2)] = ((0.0,),),
    words: str = "",
    word: Literal["a", "b"] = "a",
    switch: bool = False,
    maybe: float | None = None,
    several: Sequence[int] = (),
    pair: tuple[int, float] = (1, 1.0),
    anything: Any = None,
) -> dict[str, Any]:
    return dict(locals())


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("share", 1.5, "ValueError: share must be between 0 and 1, got 1.5"),
        ("share", math.nan, "ValueError: share must be between 0 and 1, got nan (not a number)"),
        ("share", "0.5", "TypeError: share must be a number between 0 and 1, got '0.5'"),
        ("share", True, "TypeError: share must be a number between 0 and 1, got True"),
        ("share", np.array(0.5), "TypeError: share must be a number between 0 and 1, got 0.5 as an array without axes"),
        ("number", math.inf, "ValueError: number must be finite, got inf (infinity)"),
        ("number", math.nan, "ValueError: number must be finite, got nan (not a number)"),
        ("number", -1e13, "ValueError: number must be at most 1e12 in size, got -10000000000000.0"),
        ("number", 10**400, "ValueError: number must be at most 1e12 in size, got a whole number of about 400 digits"),
        ("number", 1j, "TypeError: number must be a number, got 1j"),
        ("count", 2.5, "ValueError: count must be a whole number between 1 and 100000, got 2.5"),
        ("seed", -1, "ValueError: seed must be a whole number between 0 and 2**64 - 1, got -1"),
        ("seed", 2**64, "ValueError: seed must be a whole number between 0 and 2**64 - 1, got 18446744073709551616"),
        ("above", 5e-324, "ValueError: above must be above 0 (from 1e-9), got 5e-324"),
        ("above", 1e13, "ValueError: above must be above 0 (from 1e-9) and at most 1e12, got 10000000000000.0"),
        ("least", -0.5, "ValueError: least must be at least 0, got -0.5"),
        ("least", math.nan, "ValueError: least must be at least 0, got nan (not a number)"),
        ("least", math.inf, "ValueError: least must be at least 0 and at most 1e12, got inf (infinity)"),
        ("least", "0.5", "TypeError: least must be a number of at least 0, got '0.5'"),
        ("inside", 0, "ValueError: inside must be above 0 and below 1, got 0"),
        ("inside", np.float64(1), "ValueError: inside must be above 0 and below 1, got 1.0"),
        ("below", 1, "ValueError: below must be at least 0 and below 1, got 1"),
        ("people", 1, "ValueError: people must be a whole number of at least 2, got 1"),
        ("people", math.nan, "ValueError: people must be a whole number of at least 2, got nan (not a number)"),
        (
            "people",
            10**13,
            "ValueError: people must be a whole number of at least 2 and at most 1e12, got 10000000000000",
        ),
        ("amounts", -1, "ValueError: amounts must be above 0, got -1"),
        (
            "amounts",
            [1, 1e13],
            "ValueError: amounts must be above 0 and at most 1e12, got 10000000000000.0 at position 1",
        ),
        ("amounts", np.zeros(2, np.float32), "ValueError: amounts must be above 0, got 0.0 at position 0"),
        ("shares", [0.2, math.nan], "ValueError: shares must be between 0 and 1, got nan (not a number) at position 1"),
        ("shares", [[0, 1], [2, 3]], "ValueError: shares must be between 0 and 1, got 2 at position (1, 0)"),
        ("shares", np.array(1.5), "ValueError: shares must be between 0 and 1, got 1.5"),
        ("shares", [[1], [1, 2]], "ValueError: shares must be numbers in rows of equal length, got [[1], [1, 2]]"),
        ("shares", (each for each in (0.1,)), "TypeError: shares must be numbers between 0 and 1, got <generator"),
        ("array", np.array([0.5, np.inf]), "ValueError: array must be finite, got inf (infinity) at position 1"),
        ("array", np.array([0.5, 1e300]), "ValueError: array must be at most 1e12 in size, got 1e+300 at position 1"),
        ("array", np.array(["a"]), "TypeError: array must be numbers, got an array of <U1"),
        ("flags", np.zeros(2), "TypeError: flags must be True or False, got an array of float64 and shape (2,)"),
        ("row", 3.0, "ValueError: row must be a list or an array, got 3.0"),
        ("table", [3.0], "ValueError: table must be a table of rows and columns, got [3.0]"),
        ("word", "c", "ValueError: word must be one of 'a', 'b', got 'c'"),
        ("word", 3, "TypeError: word must be one of 'a', 'b', got 3"),
        ("switch", 1, "TypeError: switch must be True or False, got 1"),
        ("maybe", "x", "TypeError: maybe must be a number or None, got 'x'"),
        ("several", "12", "TypeError: several must be a sequence, each a whole number, got '12'"),
        ("several", [1, 2.5], "ValueError: several must be a sequence, each a whole number, got 2.5 at position 1"),
        ("several", [np.float64(2.5)], "ValueError: several must be a sequence, each a whole number, got 2.5"),
        ("pair", (1, math.nan), "ValueError: pair must be 2 values, each finite, got nan (not a number) at position 1"),
        ("count", math.inf, "ValueError: count must be a whole number between 1 and 100000, got inf (infinity)"),
        (
            "several",
            [10**13],
            "ValueError: several must be a sequence, each a whole number of at most 1e12 in size, got",
        ),
        ("pair", (1,), "ValueError: pair must be 2 values, got 1: (1,)"),
        ("words", "\ud800", r"ValueError: words must be text of whole characters, got '\ud800'"),
    ],
)
def test_what_is_not_allowed_gets_one_sentence(name: str, value: Any, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError)) as refused:
        taken(**{name: value})
    assert f"{type(refused.value).__name__}: {refused.value}".startswith(sentence)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "used"),
    [
        ("share", 1, 1),
        ("share", np.float32(0.5), 0.5),
        ("share", Fraction(1, 4), 0.25),
        ("share", -0.0, 0.0),
        ("count", 3.0, 3),
        ("count", np.int8(3), 3),
        ("seed", 2**64 - 1, 2**64 - 1),
        ("maybe", None, None),
        ("several", np.array([1, 2]), [1, 2]),
        ("switch", np.True_, True),
        ("number", LARGEST, LARGEST),
        ("least", -0.0, 0.0),
        ("inside", ABOVE_0, 5e-324),
        ("inside", BELOW_1, BELOW_1),
        ("below", 0, 0),
        ("people", 10**12, 10**12),
    ],
)
def test_what_is_allowed_comes_through_as_a_plain_value(name: str, value: Any, used: Any) -> None:
    found = taken(**{name: value})[name]
    assert found == used
    assert type(found) in (int, float, bool, list, type(None))


def test_an_array_comes_through_itself_unless_it_is_too_coarse_to_compute_with() -> None:
    values = np.linspace(0, 1, 5)
    assert taken(array=values)["array"] is values
    assert taken(array=values.astype(np.float32))["array"].dtype == np.float32
    half = taken(array=values.astype(np.float16))["array"]
    assert half.dtype == np.float64
    assert half.tolist() == values.astype(np.float16).tolist()
    assert taken(array=np.empty(0, dtype=np.complex64))["array"].dtype == np.float64


Number = TypeVar("Number", bound=np.generic)
NamedRow = TypeAliasType("NamedRow", NDArray[Number], type_params=(Number,))
NamedShare = TypeAliasType("NamedShare", Share)


def test_a_named_alias_is_checked_as_what_it_stands_for() -> None:
    """numpy names ``NDArray`` and ``ArrayLike`` so, from 2.5 on."""

    @checked
    def named(
        row: Annotated[NamedRow[np.float64], Between(0, 1)] = np.zeros(1),  # noqa: B008
        share: NamedShare = 0.5,
        maybe: ArrayLike | None = None,
    ) -> None: ...

    for wrong, sentence in (
        ({"row": np.array([0.5, 2])}, "row must be between 0 and 1, got 2.0 at position 1"),
        ({"row": "a"}, "row must be numbers"),
        ({"share": 1.5}, "share must be between 0 and 1, got 1.5"),
        ({"maybe": [0.5, math.nan]}, "maybe must be finite, got nan"),
    ):
        with pytest.raises((TypeError, ValueError), match=f"^{re.escape(sentence)}"):
            named(**wrong)  # type: ignore[arg-type]
    named(np.array([0.0, 1.0]), 1.0, [0.5, 1])


def test_too_many_arguments_and_unknown_names_are_refused_by_python() -> None:
    with pytest.raises(TypeError, match="positional"):
        taken(0.5, 0.5)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unknown"):
        taken(unknown=1)  # type: ignore[call-arg]


def test_arrays_that_do_not_fit_together_are_refused_by_name() -> None:
    require_together(a=[1, 2], b=3, c=np.zeros((4, 1)))
    with pytest.raises(ValueError, match=r"^a and b must have one shape, or one value each, got \(2,\), \(3,\)$"):
        require_together(a=[1, 2], b=[1, 2, 3])
