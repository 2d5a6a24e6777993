"""Find every public function of the package, call it with good values, and then with hostile ones in their place."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import importlib
import inspect
import math
import pkgutil
import re
import resource
import signal
import types
import typing
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

import intimacy
from hostile_examples import ALSO_NAMED, DOCUMENTED, EXAMPLES, LEFT_OUT, MADE, NAMED, SPOKEN
from intimacy.arguments import Between, without_alias
from intimacy.parameters import Parameters

SECONDS = 2.0  # of computing, not of waiting: others may use the machine
MEMORY = 1_500_000_000  # bytes that one call may ask for
LONGEST = 600  # characters of a message
NOT_FINITE = re.compile(r"\bnan\b|infinit|endless", re.IGNORECASE)
"""Words of a docstring that say which results are not finite."""


@dataclass(frozen=True)
class Surface:
    """One public function, method or class, and what its signature says."""

    name: str
    call: Callable[..., Any]
    hints: Mapping[str, Any]
    kinds: Mapping[str, Any]
    defaults: Mapping[str, Any]
    returns: Any
    words: str

    def good(self) -> dict[str, Any]:
        """Return good values for all parameters.

        Raises:
            LookupError: neither the signature nor a table has a good value.
        """
        own = EXAMPLES.get(self.name, {})
        return {name: made(own[name]) if name in own else self._good(name, hint) for name, hint in self.hints.items()}

    def _good(self, name: str, hint: Any) -> Any:
        if self.kinds[name] is inspect.Parameter.VAR_KEYWORD and name not in NAMED:
            return {}
        if name in self.defaults and self.defaults[name] is not None:
            return self.defaults[name]
        if name in NAMED:
            return made(NAMED[name])
        return good(hint, f"{self.name}, {name}")

    def given(self, name: str, value: Any) -> dict[str, Any]:
        """Return good values, and a hostile one in the place of one of them."""
        values = self.good()
        kind = self.kinds[name]
        if kind is inspect.Parameter.VAR_POSITIONAL:
            value = (value, *values[name][1:])
        elif kind is inspect.Parameter.VAR_KEYWORD:
            value = {**values[name], next(iter(values[name]), "unknown"): value}
        return {**values, name: value}

    def attacks(self, name: str) -> list[str]:
        """Return the hostile values for a parameter; where a function is asked for, any function is a good one."""
        return [kind for kind in HOSTILE if not (kind == "function" and _is_callable(self.hints[name]))]

    def __call__(self, values: Mapping[str, Any]) -> Any:
        args, kwargs = [], dict(values)
        for name, kind in self.kinds.items():
            if kind is inspect.Parameter.VAR_POSITIONAL:
                args.extend(kwargs.pop(name))
            elif kind is inspect.Parameter.VAR_KEYWORD:
                kwargs.update(kwargs.pop(name))
        return self.call(*args, **kwargs)


def made(example: Any) -> Any:
    """Return an example: a function in a table makes a new one each time."""
    return example() if isinstance(example, types.FunctionType) and example.__name__ == "<lambda>" else example


def modules() -> Iterator[types.ModuleType]:
    """Yield every module of the package but its commands."""
    for each in pkgutil.walk_packages(intimacy.__path__, "intimacy."):
        if not each.name.endswith("__main__"):
            yield importlib.import_module(each.name)


@functools.cache
def surfaces() -> dict[str, Surface]:
    """Map the name of each public function, method and class that takes anything to what is known about it."""
    found = {}
    for module in modules():
        for name, thing in vars(module).items():
            if name.startswith("_") or getattr(thing, "__module__", None) != module.__name__:
                continue
            where = f"{module.__name__.removeprefix('intimacy.')}.{name}"
            if inspect.isclass(thing):
                found |= dict(_of_class(where, thing))
            elif inspect.isfunction(thing):
                found[where] = _surface(where, thing, thing)
    return {
        name: each
        for name, each in found.items()
        if each.hints and not any(re.fullmatch(pattern, name) for pattern in LEFT_OUT)
    }


def _of_class(where: str, of: type) -> Iterator[tuple[str, Surface]]:
    if getattr(of, "_is_protocol", False):
        return
    if inspect.isfunction(of.__init__) and not is_record(of) and not issubclass(of, (Parameters, Exception)):
        yield where, _surface(where, of, of.__init__, of)
    elif issubclass(of, Parameters):
        yield where, _surface(where, of, of.__init__, of, {each.name: each.type for each in dataclasses.fields(of)})
    for name, member in vars(of).items():
        if name.startswith("_"):
            continue
        if isinstance(member, classmethod):
            yield f"{where}.{name}", _surface(f"{where}.{name}", getattr(of, name), member.__func__)
        elif inspect.isfunction(member):
            yield f"{where}.{name}", _surface(f"{where}.{name}", _bound(of, name), member)


def _bound(of: type, name: str) -> Callable[..., Any]:
    return lambda *args, **kwargs: getattr(instance(of), name)(*args, **kwargs)


def is_record(of: type) -> bool:
    """Tell whether a class only holds what the function that makes it found: nothing is checked when it is made."""
    return dataclasses.is_dataclass(of) and not issubclass(of, Parameters) and "__post_init__" not in vars(of)


def _surface(
    name: str, call: Callable[..., Any], function: Callable[..., Any], of: type | None = None, hints: Any = None
) -> Surface:
    signature = inspect.signature(function)
    kinds = {each: parameter.kind for each, parameter in signature.parameters.items() if each not in ("self", "cls")}
    plain = inspect.unwrap(function)
    scope = vars(importlib.import_module((of or plain).__module__))
    annotations = {each: plain.__annotations__.get(each, Any) for each in [*kinds, "return"]}
    return Surface(
        name,
        call,
        {each: _resolved(annotations[each], scope) for each in kinds},
        kinds,
        {
            each: signature.parameters[each].default
            for each in kinds
            if signature.parameters[each].default is not inspect.Parameter.empty
        },
        of or _resolved(annotations["return"], scope),
        " ".join(filter(None, (function.__doc__, (of or object).__doc__))),
    )


def _resolved(annotation: Any, scope: dict[str, Any]) -> Any:
    stub = types.SimpleNamespace(__annotations__={"it": annotation})
    try:
        return typing.get_type_hints(stub, scope, include_extras=True)["it"]
    except NameError:  # a name that only type checkers import
        return Any


@functools.cache
def instance(of: type) -> Any:
    """Return an instance of a class: of its parameters, from a table, or from the public function that returns it."""
    if of in MADE:
        return MADE[of]()
    if issubclass(of, Parameters):
        return of()
    for each in surfaces().values():
        if each.returns is of and each.call is not of and not each.name.endswith((".replace", ".folded", ".only")):
            return each(each.good())
    zero = [
        thing
        for module in modules()
        for thing in vars(module).values()
        if inspect.isfunction(thing)
        and not inspect.signature(thing).parameters
        and _resolved(inspect.unwrap(thing).__annotations__.get("return"), vars(module)) is of
        and not thing.__name__.startswith("_")
    ]
    if zero:
        return zero[0]()
    raise LookupError(f"no public function returns a {of.__name__}: name one in MADE")


def good(hint: Any, where: str) -> Any:
    """Return a good value for an annotation."""
    hint = without_alias(hint)
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        limits = next((each for each in inside[1:] if isinstance(each, Between)), Between())
        value = good(inside[0], where)
        return value if np.all([limits.holds(each) for each in np.ravel(value)]) else type(value)(limits.low)
    if hint is float:
        return 0.5
    if hint is int:
        return 3
    if hint is bool:
        return True
    if hint == without_alias(ArrayLike) or origin is np.ndarray:
        return np.array([0.2, 0.5, 0.7])
    if origin in (typing.Union, types.UnionType):
        return good(inside[0], where)
    if origin is typing.Literal:
        return inside[0]
    if isinstance(hint, type) and hint.__module__.startswith("intimacy"):
        return instance(hint)
    raise LookupError(f"{where}: no good value for {hint}; put one into EXAMPLES or NAMED")


# Hostile values, each made anew: some can be read only once


def _frozen() -> Any:
    values = np.linspace(0, 1, 20)[::2]
    values.flags.writeable = False
    return values


HOSTILE: dict[str, Callable[[], Any]] = {
    "nan": lambda: math.nan,
    "inf": lambda: math.inf,
    "-inf": lambda: -math.inf,
    "1e308": lambda: 1e308,
    "-1e308": lambda: -1e308,
    "1e12": lambda: 1e12,
    "10**400": lambda: 10**400,
    "10**5000": lambda: 10**5000,
    "10**9": lambda: 10**9,
    "2**63": lambda: 2**63,
    "5e-324": lambda: 5e-324,
    "1e-200": lambda: 1e-200,
    "-1": lambda: -1,
    "-0.5": lambda: -0.5,
    "0": lambda: 0,
    "-0.0": lambda: -0.0,
    "1": lambda: 1,
    "2.5": lambda: 2.5,
    "True": lambda: True,
    "None": lambda: None,
    "''": lambda: "",
    "'nan'": lambda: "nan",
    "a surrogate": lambda: "\ud800",
    "bytes": lambda: b"0.5",
    "complex": lambda: 1j,
    "list": lambda: [],
    "a long list": lambda: [0.5] * 500,
    "ragged": lambda: [[1.0], [1.0, 2.0]],
    "list of NaN": lambda: [0.5, math.nan, 0.5],
    "list of text": lambda: ["a", "b"],
    "list of None": lambda: [None],
    "dict": lambda: {},
    "dict of NaN": lambda: {"a": math.nan},
    "set": lambda: set(),
    "object": lambda: object(),
    "function": lambda: len,
    "generator": lambda: (each for each in (0.1, math.nan)),
    "datetime": lambda: datetime.datetime(2026, 1, 1),
    "float32": lambda: np.float32(0.3),
    "int8": lambda: np.int8(-3),
    "NaN of numpy": lambda: np.float64(math.nan),
    "bool of numpy": lambda: np.True_,
    "0-d": lambda: np.array(0.5),
    "0-d NaN": lambda: np.array(math.nan),
    "empty": lambda: np.array([]),
    "empty table": lambda: np.zeros((0, 3)),
    "one": lambda: np.array([0.5]),
    "3-d": lambda: np.full((2, 3, 4), 0.5),
    "array of NaN": lambda: np.array([0.2, math.nan, 0.7]),
    "array of inf": lambda: np.array([0.2, math.inf, 0.7]),
    "array of huge": lambda: np.array([0.2, 1e308, 0.7]),
    "array of large": lambda: np.array([0.2, 1e12, 0.7]),
    "array of tiny": lambda: np.array([5e-324, 1e-200, 0.7]),
    "array of negatives": lambda: np.array([-0.5, -0.0, 0.7]),
    "array of zeros": lambda: np.zeros(3),
    "array of whole": lambda: np.array([2, 1, 0]),
    "array of bool": lambda: np.array([True, False, True]),
    "array of text": lambda: np.array(["a", "0.5"]),
    "array of objects": lambda: np.array([0.5, None, "a"], dtype=object),
    "array of huge ints": lambda: np.array([10**400, 1], dtype=object),
    "array of complex": lambda: np.array([1j, 0.5]),
    "array of dates": lambda: np.array(["2026-01-01"], dtype="datetime64[D]"),
    "array of uint64": lambda: np.array([2**64 - 1], dtype=np.uint64),
    "float16": lambda: np.array([0.5, 0.25], dtype=np.float16),
    "frozen": _frozen,
    "table": lambda: pd.DataFrame({"a": [1.0, math.nan]}),
}
NOT_A_NUMBER = frozenset(
    {"nan", "NaN of numpy", "0-d NaN", "array of NaN", "list of NaN", "generator", "inf", "-inf", "array of inf"}
)


# One call, watched


class TooLong(BaseException):
    """A call took longer than a person would wait."""


@contextmanager
def limits() -> Iterator[None]:
    """Bound what one call may compute and ask for; nothing that numpy warns about passes."""

    def ring(*_: Any) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, ring)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_size() + MEMORY, hard))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        signal.signal(signal.SIGVTALRM, before)


def _size() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def fault(surface: Surface, values: Mapping[str, Any], replaced: Mapping[str, str]) -> str | None:
    """Call a function within :func:`limits`, and return what is wrong with how it took hostile values, or None."""
    before = {name: _copy(values[name]) for name in replaced}
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        result = surface(values)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except (ValueError, TypeError, *DOCUMENTED.get(surface.name, ())) as error:
        wrong = _wrong_message(surface, error)
    except (Exception, TooLong) as error:  # noqa: BLE001 - whatever it is, it is the finding
        wrong = f"raised {type(error).__name__}: {'' if isinstance(error, KeyError) else error}"
    else:
        wrong = _wrong_result(surface, values, replaced, result)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    changed = [name for name in replaced if not _same(before[name], values[name])]
    if changed:
        wrong = f"changed its {changed[0]}"
    if wrong is None:
        return None
    return f"{surface.name}({', '.join(f'{name}={kind}' for name, kind in replaced.items())}) {wrong}"


def _wrong_message(surface: Surface, error: Exception) -> str | None:
    text, kind = str(error), type(error).__name__
    if "\n" in text or len(text) > LONGEST:
        return f"raised {kind} of more than one line or {LONGEST} characters: {text[:300]!r}"
    if any(re.fullmatch(pattern, surface.name) for pattern in SPOKEN):
        return None
    if not isinstance(error, (TypeError, ValueError)) or re.search(
        r"\bthere is no \w+|has no \w+|; choose from ", text
    ):
        return None
    if not any(re.search(rf"\b{re.escape(name)}\b.* must ", text) for name in _names(surface)):
        return f"raised {kind} that does not say what must be: {text!r}"
    if not re.search(r"(, (but )?got |: )", text):
        return f"raised {kind} that does not say what it got: {text!r}"
    return None


def _names(surface: Surface) -> set[str]:
    """Return what a message may call a parameter: its name, one of several, or a field of what it is or makes."""
    named = {*surface.hints, *(name.removesuffix("s") for name in surface.hints)}
    for of in (*surface.hints.values(), surface.returns):
        if dataclasses.is_dataclass(of):
            named |= {each.name for each in dataclasses.fields(of)}
    if any(kind is inspect.Parameter.VAR_KEYWORD for kind in surface.kinds.values()):
        named |= {"unknown", *(key for values in surface.good().values() if isinstance(values, dict) for key in values)}
    return named | set(ALSO_NAMED.get(surface.name, ()))


def _wrong_result(surface: Surface, values: Any, replaced: Mapping[str, str], result: Any) -> str | None:
    if not NOT_FINITE.search(surface.words) and (where := _not_finite(result)):
        return f"returned a number that is not finite, in {where}"
    for name, kind in replaced.items():
        if kind in NOT_A_NUMBER and _is_numeric(surface.hints[name]) and not _takes_infinity(surface.hints[name], kind):
            return f"took {kind} for {name} without a word"
    return None


def _takes_infinity(hint: Any, kind: str) -> bool:
    bounds = [each for each in typing.get_args(hint) if isinstance(each, Between)]
    return "inf" in kind and any(math.isinf(each.high) for each in bounds)


def _is_callable(hint: Any) -> bool:
    return typing.get_origin(hint) is Callable or any(map(_is_callable, typing.get_args(hint)))


def _is_numeric(hint: Any) -> bool:
    hint = without_alias(hint)
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if hint == without_alias(ArrayLike) or origin is np.ndarray or hint in (float, int):
        return True
    return any(_is_numeric(each) for each in inside if each is not Ellipsis)


def _not_finite(result: Any, where: str = "the result") -> str | None:
    if isinstance(result, (float, complex, np.floating, np.complexfloating)):
        return None if np.isfinite(result) else where
    if isinstance(result, np.ndarray):
        return None if result.dtype.kind not in "fc" or np.isfinite(result).all() else where
    if isinstance(result, (tuple, list)):
        parts = {f"{where}[{i}]": each for i, each in enumerate(result)}
    elif isinstance(result, Mapping):
        parts = {f"{where}[{key!r}]": each for key, each in result.items()}
    elif dataclasses.is_dataclass(result) and not isinstance(result, (type, Parameters)):
        parts = {each.name: getattr(result, each.name) for each in dataclasses.fields(result)}
        if NOT_FINITE.search(type(result).__doc__ or ""):
            return None
    else:
        return None
    return next((found for name, part in parts.items() if (found := _not_finite(part, name))), None)


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, (np.ndarray, list, dict, set, pd.DataFrame)) else value


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, pd.DataFrame):
        return before.equals(after)
    if isinstance(before, np.ndarray):
        return before.dtype == after.dtype and before.shape == after.shape and before.tobytes() == after.tobytes()
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(before[key] is after[key] for key in before)
    if isinstance(before, (list, set)):
        return len(before) == len(after) and all(one is other for one, other in zip(before, after, strict=True))
    return before is after
