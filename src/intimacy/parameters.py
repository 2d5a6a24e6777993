"""Declare a parameter once: default, range, unit, symbol, label and help.

A model's parameters are a frozen dataclass that inherits from :class:`Parameters`. Each field is declared by
:func:`number`, :func:`integer`, :func:`choice` or :func:`switch`. From that one declaration come the validation,
the controls of a lab, the parameter table of a notebook and the code that repeats a state::

    @dataclass(frozen=True)
    class Clearance(Parameters):
        half_life: float = number(20, 1, 120, step=1, unit="min", symbol="t½", label="Half-life", help="Time to halve.")

    Clearance(half_life=0)   # ValueError: half_life must be between 1 and 120, got 0
"""

from __future__ import annotations

import dataclasses
import inspect
import math
import numbers
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import numpy as np
import pandas as pd

Kind = Literal["number", "integer", "choice", "switch"]
_METADATA_KEY = "intimacy.specification"
_LONGEST = 80  # characters of a value in a message
_MOST_BITS = 200  # of a whole number that is written out in a message

MINUS = "−"
"""What stands before a negative number in words; a hyphen is shorter, and screen readers may pass it over."""


@dataclass(frozen=True)
class Specification:
    """What is known about one parameter. ``low``, ``high`` and ``step`` are ``None`` for choices and switches."""

    kind: Kind
    default: Any
    label: str
    help: str
    low: float | None = None
    high: float | None = None
    step: float | None = None
    unit: str = ""
    symbol: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def allowed(self) -> str:
        """The allowed values, in words, as they stand in an error message."""
        match self.kind:
            case "choice":
                return "one of " + ", ".join(map(repr, self.options))
            case "switch":
                return "True or False"
            case "integer":
                return f"a whole number between {format_value(self.low)} and {format_value(self.high)}"
            case _:
                return f"between {format_value(self.low)} and {format_value(self.high)}"

    def validated(self, name: str, value: Any) -> Any:
        """Return ``value`` in its canonical type, or raise with a sentence that names what is allowed and given.

        Raises:
            TypeError: the value is not of the parameter's kind.
            ValueError: the value is of the right kind, but not allowed.
        """
        match self.kind:
            case "switch":
                if isinstance(value, bool):
                    return value
                raise TypeError(f"{name} must be {self.allowed}, got {shown(value)}")
            case "choice":
                if isinstance(value, str) and value in self.options:
                    return str(value)
                error = ValueError if isinstance(value, str) else TypeError
                raise error(f"{name} must be {self.allowed}, got {shown(value)}")
        assert self.low is not None
        assert self.high is not None
        try:
            found = real(value, self.low, self.high, whole=self.kind == "integer")
        except TypeError:
            allowed = self.allowed.removeprefix("a whole number ")
            raise TypeError(f"{name} must be a number {allowed}, got {shown(value)}") from None
        except ValueError:
            raise ValueError(f"{name} must be {self.allowed}, got {shown(value)}") from None
        if self.kind == "integer":
            return found
        # One over a subnormal number is infinite, and a zero with a sign reads as a fault.
        return float(found) if abs(found) >= sys.float_info.min else 0.0


def _declare(specification: Specification) -> Any:
    return field(default=specification.default, metadata={_METADATA_KEY: specification})


def number(
    default: float,
    low: float,
    high: float,
    *,
    step: float,
    label: str,
    help: str,
    unit: str = "",
    symbol: str = "",
) -> Any:
    """Declare a real parameter with an inclusive range."""
    return _declare(Specification("number", float(default), label, help, low, high, step, unit, symbol))


def integer(
    default: int,
    low: int,
    high: int,
    *,
    label: str,
    help: str,
    step: int = 1,
    unit: str = "",
    symbol: str = "",
) -> Any:
    """Declare a whole-number parameter with an inclusive range."""
    return _declare(Specification("integer", default, label, help, low, high, step, unit, symbol))


def choice(default: str, options: Mapping[str, str], *, label: str, help: str, symbol: str = "") -> Any:
    """Declare a parameter that takes one of a few named values; ``options`` maps each value to plain words."""
    return _declare(Specification("choice", default, label, help, symbol=symbol, options=dict(options)))


def switch(default: bool, *, label: str, help: str, symbol: str = "") -> Any:
    """Declare a parameter that is on or off."""
    return _declare(Specification("switch", default, label, help, symbol=symbol))


@dataclass(frozen=True)
class Parameters:
    """Base of every model's parameters: validated when made, immutable afterwards."""

    def __post_init__(self) -> None:
        for name, specification in self.specifications().items():
            object.__setattr__(self, name, specification.validated(name, getattr(self, name)))

    def __init_subclass__(cls) -> None:
        for name in inspect.get_annotations(cls):
            declared = cls.__dict__.get(name)
            if not (isinstance(declared, dataclasses.Field) and _METADATA_KEY in declared.metadata):
                raise TypeError(f"{cls.__name__}.{name} must be declared by number, integer, choice or switch")

    @classmethod
    def specifications(cls) -> dict[str, Specification]:
        """Map each parameter's name to its declaration, in the order of declaration."""
        return {each.name: each.metadata[_METADATA_KEY] for each in dataclasses.fields(cls)}

    def values(self) -> dict[str, Any]:
        """Map each parameter's name to its value."""
        return {name: getattr(self, name) for name in self.specifications()}

    def replace(self, /, **changes: Any) -> Self:
        """Return a copy with some parameters changed.

        Raises:
            TypeError: a name is not a parameter, or a value is of the wrong kind.
            ValueError: a value is outside its range.
        """
        known = self.specifications()
        for name in changes:
            if name not in known:
                given = name[:_LONGEST] or "a name without letters"
                raise TypeError(f"{given} is not a parameter of {type(self).__name__}; choose from {', '.join(known)}")
        return dataclasses.replace(self, **changes)

    def code(self) -> str:
        """Return the Python call that makes these parameters, naming only what differs from the defaults."""
        changed = {
            name: getattr(self, name)
            for name, specification in self.specifications().items()
            if getattr(self, name) != specification.default
        }
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in changed.items())})"

    @classmethod
    def table(cls) -> pd.DataFrame:
        """Return the declarations as a table, one row per parameter."""
        return pd.DataFrame(
            {
                "parameter": name,
                "symbol": each.symbol,
                "meaning": each.label,
                "default": format_value(each.default),
                "allowed": each.allowed,
                "unit": each.unit,
            }
            for name, each in cls.specifications().items()
        ).set_index("parameter")


def real(value: Any, low: float, high: float, *, whole: bool = False) -> float | int:
    """Return a number of Python: a float, or an int where it came as one or must be whole.

    Raises:
        TypeError: it is no real number.
        ValueError: it is outside the limits, or not whole; NaN and the infinities are.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError
    try:
        near = float(value)
    except OverflowError:
        raise ValueError from None
    exact = int(value) if isinstance(value, numbers.Integral) else near  # a seed has more digits than a float
    if not low <= exact <= high or (whole and exact != int(exact)):
        raise ValueError
    return int(exact) if whole else exact


def shown(value: Any) -> str:
    """Write any value in a few words of one line, as it stands in a message."""
    if isinstance(value, np.ndarray) and value.ndim:
        ends = f", from {value.min()} to {value.max()}" if value.size and value.dtype.kind in "iuf" else ""
        return f"an array of {value.dtype} and shape {value.shape}{ends}"
    if isinstance(value, np.ndarray) and not value.ndim:
        return f"{shown(value.item())} as an array without axes"
    if isinstance(value, np.number | np.bool_ | np.str_):
        value = value.item()  # np.float64(0.5) reads as a fault
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return f"a whole number of about {round(value.bit_length() * math.log10(2))} digits"
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value} ({'not a number' if math.isnan(value) else 'infinity'})"
    words = " ".join(repr(value).split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def format_value(value: Any, unit: str = "") -> str:
    """Write a value as a person would, without rounding any of it away: ``−0.1 /min``, ``24 IU``, ``1 day``, ``on``."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    text = str(value).replace("-", MINUS) if isinstance(value, numbers.Real) else str(value)
    counted = re.sub(r"^([a-z ]{3,})s$", r"\1", unit) if text == "1" else unit
    return f"{text} {counted}".rstrip()


def decimal(value: float, digits: int = 2) -> str:
    """Write a number with so many digits after the point, with a true minus, and none where it rounds to zero."""
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text.replace("-", MINUS)


def short(value: float, digits: int = 6) -> str:
    """Write a number with at most so many digits in all, with a true minus."""
    return f"{value:.{digits}g}".replace("-", MINUS)


def signed(value: float, digits: int = 2) -> str:
    """Write a number as :func:`decimal` does, with a plus where it is above zero."""
    text = decimal(value, digits)
    return f"+{text}" if float(text.replace(MINUS, "-")) > 0 else text
