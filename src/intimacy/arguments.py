"""Check what a public function is given, by its own annotations, before it begins.

:func:`checked` reads the annotations of a function once. Then it refuses each argument that is not of the annotated
kind, in one sentence that names the parameter, what is allowed and what was given::

    @checked
    def left_after(error: Share, repair: Share) -> float: ...

    left_after(1.5, 0.2)   # ValueError: error must be a number between 0 and 1, got 1.5

A number or an array is finite and at most :data:`LARGEST` in size, unless :class:`Between` says otherwise. What depends
on two arguments, such as equal lengths, stays in the function.
"""

from __future__ import annotations

import functools
import inspect
import math
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intimacy.parameters import format_value, real, shown

LARGEST = 1e12
"""What no number may exceed in size: far beyond every quantity of the course, and its powers are still finite."""

SMALLEST = 1e-9
"""What a number has at least where it must be above 0: far below every quantity, and one over it is still finite."""

MOST = 100_000
"""How many of anything a function takes at most, so that no call asks for more memory than a notebook has."""

_ARRAYS: tuple[tuple[type, str, str], ...] = (
    (np.bool_, "b", "True or False"),
    (np.integer, "iu", "whole numbers"),
    (np.complexfloating, "fiuc", "numbers, also complex"),
    (np.floating, "fiu", "numbers"),
    (np.generic, "fiub", "numbers"),
)
C = TypeVar("C", bound=Callable[..., Any])


@dataclass(frozen=True)
class Between:
    """The limits of a number, or of each number of an array, both included.

    Attributes:
        low, high: the limits.
        words: how the limits are said, where their numbers alone would puzzle.
        axes: how many axes an array has at least: 1, or 2 for a table.
    """

    low: float = -LARGEST
    high: float = LARGEST
    words: str = ""
    axes: int = 0

    @property
    def allowed(self) -> str:
        """The limits in words; none where they only keep numbers finite."""
        if self.words or (self.low, self.high) == (-LARGEST, LARGEST):
            return self.words
        if self.high in (LARGEST, math.inf):
            return f"at least {_written(self.low)}"
        return f"between {_written(self.low)} and {_written(self.high)}"

    def missed(self, value: Any) -> str:
        """Return in words what a number that is outside has to be."""
        if self.allowed:
            return f"{self.allowed} and at most {_written(LARGEST)}" if value > self.high == LARGEST else self.allowed
        unending = value != value or abs(value) == math.inf  # a whole number may be too large for math.isfinite
        return "finite" if unending else _SIZE

    def holds(self, value: Any) -> bool:
        """Tell whether a number is inside; NaN never is."""
        return bool(self.low <= float(value) <= self.high)


def _written(limit: float) -> str:
    return format_value(float(limit)) if abs(limit) < 1e9 else f"{limit:.0e}".replace("e+", "e")


_SIZE = f"at most {_written(LARGEST)} in size"
_AXES = {1: "a list or an array", 2: "a table of rows and columns"}
ANY = Between()
ABOVE_0, BELOW_1 = math.nextafter(0, 1), math.nextafter(1, 0)
"""The numbers next to 0 and 1, as limits where these two themselves are not allowed."""
Share = Annotated[float, Between(0, 1)]
Shares = Annotated[ArrayLike, Between(0, 1)]
NonzeroShare = Annotated[float, Between(SMALLEST, 1, "above 0 (from 1e-9) and at most 1")]
InnerShare = Annotated[float, Between(SMALLEST, 1 - SMALLEST, "above 0 and below 1, by at least 1e-9")]
ShareBelowOne = Annotated[float, Between(0, BELOW_1, "at least 0 and below 1")]
OpenShare = Annotated[float, Between(ABOVE_0, BELOW_1, "above 0 and below 1")]
Positive = Annotated[float, Between(SMALLEST, LARGEST, "above 0 (from 1e-9)")]
AboveZero = Annotated[float, Between(ABOVE_0, LARGEST, "above 0")]
AllAboveZero = Annotated[ArrayLike, Between(ABOVE_0, LARGEST, "above 0")]
AtLeastZero = Annotated[float, Between(0, LARGEST)]
AllAtLeastZero = Annotated[ArrayLike, Between(0, LARGEST)]
Count = Annotated[int, Between(1, MOST)]
Seed = Annotated[int, Between(0, 2**64 - 1, "between 0 and 2**64 - 1")]


class _Refused(ValueError):
    """A value is not allowed, and its kind alone does not say well why: what it must be, and what of it is wrong."""

    def __init__(self, must: str, got: str = "") -> None:
        super().__init__(must)
        self.must, self.got = must, got


class Kind(NamedTuple):
    """What an annotation allows: in words, and as a function that returns the value as it is used, or raises.

    ``what`` is what the value has to be at all, and ``allowed`` which of these it may be.
    """

    what: str
    allowed: str
    taken: Callable[[Any], Any]

    @property
    def words(self) -> str:
        """Both in words."""
        return _joined(self.what, self.allowed)


def _joined(what: str, allowed: str) -> str:
    return f"{what} {'of ' * allowed.startswith('at ')}{allowed}".strip()


def checked(called: C) -> C:
    """Let a function, or a dataclass when it is made, refuse each argument that is not of its annotated kind.

    Raises (when it is called):
        TypeError: an argument is not of the annotated kind.
        ValueError: it is of that kind, and not allowed.
    """
    if isinstance(called, type):
        called.__init__ = checked(called.__init__)  # type: ignore[misc]
        return called

    @functools.cache  # at the first call: to look at every signature takes long when all is imported
    def known() -> tuple[dict[str, Kind], list[str], str]:
        parameters = inspect.signature(called).parameters
        rest = next((name for name, each in parameters.items() if each.kind is each.VAR_KEYWORD), "")
        return _kinds_of(called), list(parameters), rest

    @functools.wraps(called)
    def call(*args: Any, **named: Any) -> Any:
        table, positional, rest = known()
        given = [_taken(name, table, value) for name, value in zip(positional, args, strict=False)]
        return called(
            *given, *args[len(given) :], **{name: _taken(name, table, value, rest) for name, value in named.items()}
        )

    return cast(C, call)


def _taken(name: str, table: Mapping[str, Kind], value: Any, rest: str = "") -> Any:
    """Return a value as it is used, or raise with the one sentence."""
    kind = table.get(name) or table.get(rest)
    if kind is None:
        return value
    try:
        return kind.taken(value)
    except TypeError:
        raise TypeError(f"{name} must be {kind.words}, got {shown(value)}") from None
    except _Refused as refused:
        raise ValueError(f"{name} must be {refused.must}, got {refused.got or shown(value)}") from None
    except (ValueError, OverflowError):
        raise ValueError(f"{name} must be {kind.words}, got {shown(value)}") from None


def require_together(**arrays: ArrayLike) -> None:
    """Refuse arrays that numpy cannot stretch to one shape.

    Raises:
        ValueError: they do not fit together.
    """
    shapes = {name: np.shape(each) for name, each in arrays.items()}
    try:
        np.broadcast_shapes(*shapes.values())
    except ValueError:
        raise ValueError(
            f"{' and '.join(shapes)} must have one shape, or one value each, got {', '.join(map(str, shapes.values()))}"
        ) from None


def _array(value: Any, kinds: str, limits: Between) -> NDArray[Any]:
    try:
        array = np.asarray(value)
    except ValueError:
        raise _Refused("numbers in rows of equal length") from None
    if array.dtype.kind not in kinds and array.size:
        raise TypeError
    if array.dtype.kind not in kinds:
        array = np.empty(array.shape)  # an empty list has no kind of its own
    if array.dtype == np.float16:
        array = array.astype(float)  # half precision overflows
    if array.ndim < limits.axes:
        raise _Refused(_AXES[limits.axes])
    if array.size and array.dtype.kind in "biuf" and not (limits.holds(array.min()) and limits.holds(array.max())):
        low, high = np.float64(limits.low), np.float64(limits.high)  # plain limits would be rounded to a float32 array
        raise _outside(array, ~((array >= low) & (array <= high)), limits)
    if array.dtype.kind == "c" and not (np.abs(array) <= LARGEST).all():
        raise _outside(array, ~(np.abs(array) <= LARGEST), limits)
    return array


def _outside(array: NDArray[Any], wrong: NDArray[np.bool_], limits: Between) -> _Refused:
    """Return the refusal of an array for the first of its numbers that is outside."""
    place = tuple(map(int, np.argwhere(wrong)[0]))
    value = array[place].item()
    where = f" at position {place[0] if len(place) == 1 else place}" if place else ""
    return _Refused(limits.missed(value), f"{shown(value)}{where}")


def _kinds_of(function: Callable[..., Any]) -> dict[str, Kind]:
    """Map each annotated parameter to its kind; the name of what is returned may be unknown at run time."""
    plain = inspect.unwrap(function)
    annotations = {name: each for name, each in plain.__annotations__.items() if name != "return"}
    hints = typing.get_type_hints(
        types.SimpleNamespace(__annotations__=annotations), plain.__globals__, include_extras=True
    )
    return {name: kind_of(hint) for name, hint in hints.items()}


def without_alias(hint: Any) -> Any:
    """Return what a named alias stands for, and every other annotation as it is; numpy names its own since 2.5."""
    alias = typing.get_origin(hint)
    if hasattr(alias, "__value__"):
        return without_alias(alias.__value__[typing.get_args(hint)])
    return without_alias(hint.__value__) if hasattr(hint, "__value__") else hint


def kind_of(hint: Any, limits: Between = ANY) -> Kind:
    """Return the kind that an annotation stands for."""
    hint = without_alias(hint)
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        inner = next((each for each in inside[1:] if isinstance(each, Between)), limits)
        return kind_of(inside[0], inner)
    if hint == without_alias(ArrayLike):
        return _array_kind(np.generic, limits, as_it_came=True)
    if origin is np.ndarray:
        scalar = typing.get_args(inside[1])[0] if typing.get_args(inside[1]) else np.generic
        return _array_kind(scalar if isinstance(scalar, type) else np.generic, limits)
    if origin in (typing.Union, types.UnionType):
        arrays = set(typing.get_args(without_alias(ArrayLike)))  # is a union itself, and dissolves in another one
        kinds = [kind_of(each, limits) for each in inside if not (arrays <= set(inside) and each in arrays)]
        return _any_of([kind_of(ArrayLike, limits), *kinds] if arrays <= set(inside) else kinds)
    if origin is typing.Literal:
        return _one_of(inside)
    if origin in (Callable, type) or hint is Callable:
        return Kind("a function", "", _require(callable))
    if origin in (tuple, list, Sequence):
        return _sequence(origin, inside, limits)
    if origin in (Mapping, dict):
        return Kind("a mapping", "", _require(lambda value: isinstance(value, Mapping)))
    if origin is Iterable:
        return Kind("several values", "", _iterable)
    if isinstance(origin, type):
        return Kind(_named(origin), "", _require(lambda value: isinstance(value, origin)))
    if hint is float:
        return _number_kind("a number", limits)
    if hint is int:
        return _number_kind("a whole number", limits, whole=True)
    if hint is bool:
        return Kind("True or False", "", _truth)
    if hint is None or hint is type(None):
        return Kind("None", "", _require(lambda value: value is None))
    if hint is str:
        return Kind("text", "", _text)
    if isinstance(hint, type) and hint not in (Any, object):
        return Kind(_named(hint), "", _require(lambda value: isinstance(value, hint)))
    return Kind("anything", "", lambda value: value)


def _number_kind(what: str, limits: Between, whole: bool = False) -> Kind:
    def taken(value: Any) -> float | int:
        try:
            return real(value, limits.low, limits.high, whole=whole)
        except ValueError:
            if not whole:
                raise _Refused(limits.missed(value)) from None
            beyond = abs(value) > LARGEST and value == value // 1
            raise _Refused(_joined(what, limits.missed(value) if limits.allowed or beyond else "")) from None

    return Kind(what, limits.allowed, taken)


def _require(fits: Callable[[Any], bool]) -> Callable[[Any], Any]:
    def taken(value: Any) -> Any:
        if not fits(value):
            raise TypeError
        return value

    return taken


def _iterable(value: Any) -> Any:
    iter(value)  # an array without axes says it has one
    return _require(lambda each: not _is_text(each))(value)


def _truth(value: Any) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError
    return bool(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    try:
        value.encode()  # half a character is an error here, and who knows what in a table, a file or a database
    except UnicodeEncodeError:
        raise _Refused("text of whole characters") from None
    return value


def _is_text(value: Any) -> bool:
    return isinstance(value, (str, bytes))


def _named(of: type) -> str:
    return f"{'an' if of.__name__[0] in 'AEIOU' else 'a'} {of.__name__}"


def _one_of(options: Sequence[Any]) -> Kind:
    def taken(value: Any) -> Any:
        if not isinstance(value, type(options[0])):
            raise TypeError
        if value not in options:
            raise ValueError
        return value

    return Kind("", f"one of {', '.join(map(repr, options))}", taken)


def _any_of(kinds: Sequence[Kind]) -> Kind:
    def taken(value: Any) -> Any:
        refused: Exception = TypeError()
        for kind in kinds:
            try:
                return kind.taken(value)
            except TypeError:
                continue
            except (ValueError, OverflowError) as error:
                refused = error
        raise refused

    return Kind("", " or ".join(dict.fromkeys(kind.words for kind in kinds)), taken)


def _array_kind(scalar: type, limits: Between, as_it_came: bool = False) -> Kind:
    """Return the kind of an array; what may come as a list or a number is checked, and passed on as it came."""
    kinds, words = next((kinds, words) for base, kinds, words in _ARRAYS if issubclass(scalar, base))

    def taken(value: Any) -> Any:
        array = _array(value, kinds, limits)
        return value if as_it_came and not isinstance(value, np.ndarray) else array

    return Kind(words, limits.allowed if "i" in kinds else "", taken)


def _sequence(container: Any, inside: Sequence[Any], limits: Between) -> Kind:
    """Return the kind of a sequence: each element is checked, and an array becomes a list."""
    fixed = container is tuple and inside[-1:] != (Ellipsis,)
    elements = [kind_of(each, limits) for each in inside if each is not Ellipsis]

    what = f"{len(elements)} values" if fixed else "a sequence"

    def taken(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            value = value.tolist()
        if _is_text(value) or not isinstance(value, Sequence):
            raise TypeError
        if fixed and len(value) != len(elements):
            raise _Refused(what, f"{len(value)}: {shown(value)}")
        for position, each in enumerate(value):
            try:
                elements[position if fixed else 0].taken(each)
            except _Refused as refused:
                raise _Refused(f"{what}, each {refused.must}", f"{shown(each)} at position {position}") from None
        return value

    return Kind(f"{what}, each {' or '.join(dict.fromkeys(each.words for each in elements))}", "", taken)
