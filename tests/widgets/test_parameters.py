"""Parameters: declared once, refused with a sentence, written as code that makes them again."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy.parameters import Parameters, choice, decimal, format_value, integer, number, short, signed, switch

ROUTES = {"nose": "into the nose", "vein": "into a vein"}


@dataclass(frozen=True)
class Dosing(Parameters):
    """One parameter of each kind."""

    half_life: float = number(
        20, 0.5, 120, step=0.5, unit="min", symbol="t½", label="Half-life", help="Time until half is gone."
    )
    doses: int = integer(3, -2, 8, unit="doses", label="Doses", help="How many are given.")
    route: str = choice("nose", ROUTES, label="Route", help="Where it goes in.")
    noisy: bool = switch(False, label="Noise", help="Add noise.")


RANGES = {
    "half_life": "between 0.5 and 120",
    "doses": "between −2 and 8",
    "route": "one of 'nose', 'vein'",
    "noisy": "True or False",
}
ALLOWED = {
    "half_life": lambda value: 0.5 <= value <= 120,
    "doses": lambda value: -2 <= value <= 8 and value == int(value),
    "route": lambda value: value in ROUTES,
    "noisy": lambda value: True,
}
KINDS = {"half_life": (float, int), "doses": (float, int), "route": str, "noisy": bool}
ANYTHING = st.one_of(
    st.floats(),
    st.floats(0, 200),
    st.integers(),
    st.integers(-5, 12),
    st.booleans(),
    st.none(),
    st.text(max_size=5),
    st.sampled_from([*ROUTES]),
    st.lists(st.integers(), max_size=2),
    st.complex_numbers(),
)
INSIDE = st.builds(
    Dosing,
    half_life=st.floats(0.5, 120),
    doses=st.integers(-2, 8),
    route=st.sampled_from([*ROUTES]),
    noisy=st.booleans(),
)


def is_allowed(name: str, value: Any) -> bool:
    """Tell by rules written anew whether a value may be taken."""
    if isinstance(value, bool) and name != "noisy":
        return False
    return isinstance(value, KINDS[name]) and bool(ALLOWED[name](value))


@settings(max_examples=200)
@given(name=st.sampled_from([*RANGES]), value=ANYTHING)
def test_any_value_is_taken_unchanged_or_refused_with_name_range_and_value(name: str, value: Any) -> None:
    if is_allowed(name, value):
        taken = getattr(Dosing().replace(**{name: value}), name)
        assert taken == value
        assert type(taken) is {"half_life": float, "doses": int, "route": str, "noisy": bool}[name]
    else:
        with pytest.raises((TypeError, ValueError)) as refused:
            Dosing(**{name: value})
        sentence = str(refused.value)
        assert sentence.startswith(f"{name} must be ")
        assert RANGES[name] in sentence
        unending = isinstance(value, float) and not math.isfinite(value)
        words = f" ({'not a number' if math.isnan(value) else 'infinity'})" if unending else ""
        assert sentence.endswith(f", got {value!r}{words}")


@pytest.mark.parametrize(
    ("values", "error", "sentence"),
    [
        ({"half_life": 0}, ValueError, "half_life must be between 0.5 and 120, got 0"),
        ({"half_life": 120.5}, ValueError, "half_life must be between 0.5 and 120, got 120.5"),
        ({"half_life": float("nan")}, ValueError, "half_life must be between 0.5 and 120, got nan (not a number)"),
        ({"half_life": float("inf")}, ValueError, "half_life must be between 0.5 and 120, got inf (infinity)"),
        ({"half_life": "20"}, TypeError, "half_life must be a number between 0.5 and 120, got '20'"),
        ({"half_life": True}, TypeError, "half_life must be a number between 0.5 and 120, got True"),
        ({"doses": 9}, ValueError, "doses must be a whole number between −2 and 8, got 9"),
        ({"doses": 2.5}, ValueError, "doses must be a whole number between −2 and 8, got 2.5"),
        ({"doses": None}, TypeError, "doses must be a number between −2 and 8, got None"),
        ({"route": "ear"}, ValueError, "route must be one of 'nose', 'vein', got 'ear'"),
        ({"route": 1}, TypeError, "route must be one of 'nose', 'vein', got 1"),
        ({"noisy": 1}, TypeError, "noisy must be True or False, got 1"),
    ],
)
def test_each_refusal_is_this_sentence(values: dict[str, Any], error: type[Exception], sentence: str) -> None:
    with pytest.raises(error) as refused:
        Dosing(**values)
    assert type(refused.value) is error
    assert str(refused.value) == sentence


def test_a_number_too_large_for_a_float_is_refused_like_any_other() -> None:
    for name in ("half_life", "doses"):
        with pytest.raises(ValueError, match=f"{name} must be .*{RANGES[name]}, got a whole number of about 400"):
            Dosing(**{name: 10**400})


@pytest.mark.parametrize(("low", "high"), [(0, 1_234_567), (0.00012345678, 1)])
def test_a_refusal_never_rounds_the_range(low: float, high: float) -> None:
    @dataclass(frozen=True)
    class Wide(Parameters):
        count: float = number(0.5, low, high, step=0.1, label="Count", help="A wide range.")

    with pytest.raises(ValueError, match="count must be between") as refused:
        Wide(count=-1)
    words = str(refused.value).split(", got ")[0].removeprefix("count must be between ").split(" and ")
    assert [float(word) for word in words] == [low, high]


@pytest.mark.parametrize("value", [np.float64(7.5), np.float32(7.5), Fraction(15, 2)])
def test_a_number_of_another_library_becomes_a_plain_float(value: Any) -> None:
    assert type(Dosing(half_life=value).half_life) is float
    assert Dosing(half_life=value).half_life == 7.5


@pytest.mark.parametrize("value", [np.int64(4), np.uint8(4), 4.0, np.float64(4)])
def test_a_whole_number_of_another_kind_becomes_a_plain_int(value: Any) -> None:
    assert type(Dosing(doses=value).doses) is int
    assert Dosing(doses=value).doses == 4


def test_a_choice_out_of_an_array_becomes_a_plain_str() -> None:
    assert type(Dosing(route=np.array(["vein"])[0]).route) is str


@settings(max_examples=50)
@given(INSIDE)
def test_code_makes_the_same_parameters_again(dosing: Dosing) -> None:
    assert eval(dosing.code(), {"__builtins__": {}, "Dosing": Dosing}) == dosing


def test_code_names_only_what_differs_from_the_defaults() -> None:
    assert Dosing().code() == "Dosing()"
    assert Dosing(half_life=20, noisy=True, route="vein").code() == "Dosing(route='vein', noisy=True)"
    assert Dosing(half_life=0.1 + 0.7).code() == "Dosing(half_life=0.7999999999999999)"


def test_replace_changes_a_copy_and_only_what_is_named() -> None:
    start = Dosing(doses=5)
    changed = start.replace(half_life=4)
    assert start.values() == {"half_life": 20.0, "doses": 5, "route": "nose", "noisy": False}
    assert changed.values() == {"half_life": 4.0, "doses": 5, "route": "nose", "noisy": False}


def test_replace_refuses_a_value_outside_its_range() -> None:
    with pytest.raises(ValueError, match=r"^doses must be a whole number between −2 and 8, got 80$"):
        Dosing().replace(doses=80)


def test_replace_names_what_there_is_when_a_name_is_unknown() -> None:
    with pytest.raises(TypeError) as refused:
        Dosing().replace(dose=1)
    assert str(refused.value) == "dose is not a parameter of Dosing; choose from half_life, doses, route, noisy"


def test_parameters_cannot_be_changed_in_place() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Dosing().doses = 4  # type: ignore[misc]


def test_a_field_that_is_not_declared_is_refused_by_name() -> None:
    with pytest.raises(TypeError) as refused:

        class Loose(Parameters):
            gain: float = 1.0

    assert str(refused.value) == "Loose.gain must be declared by number, integer, choice or switch"


def test_a_default_outside_its_own_range_is_refused() -> None:
    @dataclass(frozen=True)
    class Mistaken(Parameters):
        gain: float = number(3, 0, 1, step=0.1, label="Gain", help="Too high.")

    with pytest.raises(ValueError, match=r"^gain must be between 0 and 1, got 3\.0$"):
        Mistaken()


def test_a_subclass_has_the_parameters_of_its_base_first() -> None:
    @dataclass(frozen=True)
    class Longer(Dosing):
        gain: float = number(0.5, 0, 1, step=0.1, label="Gain", help="More.")

    assert [*Longer.specifications()] == ["half_life", "doses", "route", "noisy", "gain"]
    with pytest.raises(ValueError, match=r"^doses must be"):
        Longer(doses=99)


def test_the_declaration_keeps_what_was_said() -> None:
    half_life = Dosing.specifications()["half_life"]
    assert (half_life.kind, half_life.low, half_life.high, half_life.step) == ("number", 0.5, 120, 0.5)
    assert (half_life.unit, half_life.symbol, half_life.label) == ("min", "t½", "Half-life")
    assert half_life.help == "Time until half is gone."
    assert Dosing.specifications()["route"].options == ROUTES
    assert Dosing.specifications()["noisy"].low is None


def test_the_table_has_one_row_per_parameter_in_plain_words() -> None:
    table = Dosing.table()
    assert table.index.tolist() == ["half_life", "doses", "route", "noisy"]
    assert table["default"].tolist() == ["20", "3", "nose", "off"]
    assert table["allowed"].tolist() == [
        "between 0.5 and 120",
        "a whole number between −2 and 8",
        "one of 'nose', 'vein'",
        "True or False",
    ]
    assert table["unit"].tolist() == ["min", "doses", "", ""]
    assert table["symbol"].tolist() == ["t½", "", "", ""]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (True, "", "on"),
        (False, "", "off"),
        (24.0, "IU", "24 IU"),
        (1.0, "days", "1 day"),
        (1, "ms", "1 ms"),
        (11, "days", "11 days"),
        (-1, "points", "−1 points"),
        (0.1, "/min", "0.1 /min"),
        (0.1 + 0.2, "", "0.30000000000000004"),
        (1e22, "", "1e+22"),
        (7, "", "7"),
        (-7, "", "−7"),
        (-0.1, "/min", "−0.1 /min"),
        ("well-being", "", "well-being"),
        ("nose", "", "nose"),
        (float("nan"), "", "nan"),
        (float("inf"), "", "inf"),
    ],
)
def test_a_value_is_written_as_a_person_would_and_not_rounded(value: Any, unit: str, text: str) -> None:
    assert format_value(value, unit) == text


@settings(max_examples=50)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_written_number_reads_back_as_the_same_number(value: float) -> None:
    assert float(format_value(value).replace("−", "-")) == value


@pytest.mark.parametrize(
    ("write", "value", "text"),
    [
        (decimal, -0.037, "−0.04"),
        (decimal, -0.004, "0.00"),
        (decimal, 0.25, "0.25"),
        (signed, 0.25, "+0.25"),
        (signed, -1.0, "−1.00"),
        (signed, 0.004, "0.00"),
        (signed, -0.001, "0.00"),
        (short, -0.4331, "−0.4331"),
        (short, 24.0, "24"),
    ],
)
def test_a_number_below_zero_has_a_true_minus_and_zero_has_no_sign(
    write: Callable[[float], str], value: float, text: str
) -> None:
    assert write(value) == text


@pytest.mark.parametrize("value", [5e-324, -5e-324, 2.2e-308, -0.0])
def test_what_is_too_small_to_divide_by_is_zero_without_a_sign(value: float) -> None:
    @dataclass(frozen=True)
    class Coupling(Parameters):
        strength: float = number(1, -1, 10, step=0.1, label="Strength", help="How strong.")

    assert str(Coupling(strength=value).strength) == "0.0"
