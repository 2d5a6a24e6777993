"""Run one function at many points: on one core, on all of them, or on a cluster, with the same numbers.

A sweep knows nothing of any theme. The function takes a point, which is a mapping of names to plain values, and a seed,
and returns a mapping of names to plain values::

    points = grid(misunderstanding=[0.1, 0.2], repair=[0.5, 0.7, 0.9])
    results = sweep(steady_trust, points, seed=7)                         # here, one after the other
    results = sweep(steady_trust, points, seed=7, engine="local")         # on the cores of this machine
    results = sweep(steady_trust, points, seed=7, engine="tcp://…:8786")  # on a Dask cluster
    results = sweep(steady_trust, points, seed=7, store="trust.jsonl")    # written as they come, and taken up again

The seed of a point is made from the sweep's seed and the point's own values. So its result is the same whatever the
engine, the order, and the points beside it.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import sys
import time
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import numpy as np

from intimacy.arguments import Seed, checked
from intimacy.parameters import shown

Point = Mapping[str, Any]
Result = dict[str, Any]
Function = Callable[[Point, int], Mapping[str, Any]]
Task = tuple[int, Point, int]
"""Number of a point, the point and its seed."""

Mapper = Callable[[Callable[[Task], tuple[int, Result]], Sequence[Task]], Iterable[tuple[int, Result]]]
"""An engine: applies what it is given to each task, and yields what comes back, in any order."""

ADDRESS = "DASK_SCHEDULER_ADDRESS"
"""The environment variable with the address of a Dask scheduler, such as ``tcp://10.0.0.5:8786``."""

_FORMAT = "intimacy sweep 1"
_BAR = 30  # characters
_SECONDS_BETWEEN = 0.1


@checked
def grid(**axes: Iterable[Any]) -> list[dict[str, Any]]:
    """Return every combination of the values of the axes, the last axis fastest; a value may be anything, also NaN.

    Raises:
        ValueError: there is no axis, or an axis has no values.
    """
    values = {name: list(each) for name, each in axes.items()}
    if empty := [name for name, each in values.items() if not each]:
        raise ValueError(f"each axis must have values, got none for {', '.join(empty)}")
    if not values:
        raise ValueError("a grid must have at least one axis, such as repair=[0.5, 0.7]")
    return [dict(zip(values, each, strict=True)) for each in itertools.product(*values.values())]


@checked
def sweep(
    function: Function,
    points: Iterable[Point],
    *,
    seed: Seed,
    engine: str | Mapper | None = None,
    workers: int | None = None,
    store: str | os.PathLike[str] | None = None,
    progress: bool | Callable[[int, int], None] = False,
) -> list[Result]:
    """Return ``function(point, seed of the point)`` for each point, in the order of the points.

    Args:
        function: takes a point and a whole number as seed. It must be a function of a module for any engine but
            ``"serial"``, and it must have a name for a store.
        points: mappings of names to plain values (numbers, text, True, False, None, lists of these), all different. A
            repeat is a value like any other: ``grid(repeat=range(10), …)``.
        seed: one whole number for the whole sweep.
        engine: ``"serial"``; ``"local"``, a Dask cluster of this machine's cores, one process each; the address of a
            Dask scheduler; or a mapper of your own, such as ``ThreadPoolExecutor().map``. If not given: the scheduler
            whose address is in the environment variable ``DASK_SCHEDULER_ADDRESS``, else serial.
        workers: processes of ``"local"``; as many as there are cores if not given.
        store: a file. Each result is appended and flushed to the disk as it comes. A sweep that finds its own file
            takes it up where it stopped, whatever stopped it.
        progress: True for a bar on standard error, or a function of how many are done and how many there are.

    Returns:
        One mapping of plain values per point. Arrays and numbers of numpy have become lists and plain numbers.

    Raises:
        TypeError: a point or a result is not a mapping of plain values, or the function has no name for the store.
        ValueError: two points are the same, the seed is not a whole number from 0, the engine is unknown, or the store
            belongs to another sweep (another function, other points or another seed) or is no store at all.
        ModuleNotFoundError: the engine needs Dask, and ``distributed`` is not installed.
        ConnectionError: no scheduler answers at the address.

    What the function raises comes through, with a note that names the point.
    """
    mapper = _mapper(engine, workers)
    plain = [_plain(point, "a point") for point in points]
    keys = [_key(point) for point in plain]
    _require_different(keys)
    report = _reporter(progress)
    if store is not None and Path(store).is_dir():
        raise ValueError(f"store must be a file, got the folder {str(store)!r}")
    with contextlib.ExitStack() as stack:
        found: dict[str, Result] = {}
        write: Callable[[str, Point, Result], None] | None = None
        if store is not None:
            opened = stack.enter_context(_Store(Path(store), _identity(function, keys, seed)))
            found, write = opened.results, opened.write
        tasks = [(i, plain[i], _seed(seed, key)) for i, key in enumerate(keys) if key not in found]
        report(len(found), len(keys))
        outcomes = mapper(_Call(function), tasks) if tasks else []
        if isinstance(outcomes, Generator):  # closed at once, not when a traceback lets go of it: it holds processes
            stack.enter_context(contextlib.closing(outcomes))
        for i, result in outcomes:
            found[keys[i]] = result
            if write:
                write(keys[i], plain[i], result)
            report(len(found), len(keys))
    return [found[key] for key in keys]


@dataclass(frozen=True)
class _Call:
    """What runs wherever the engine is: one task in, its number and plain result out."""

    function: Function

    def __call__(self, task: Task) -> tuple[int, Result]:
        number, point, seed = task
        try:
            return number, _plain(self.function(point, seed), "a result")
        except Exception as error:
            error.add_note(f"This happened at the point {point}.")
            raise


# Points, results and seeds


def _plain(values: Mapping[str, Any], what: str) -> dict[str, Any]:
    """Return the values as they come back from a store, so that all engines and stores give the same."""
    if not isinstance(values, Mapping) or not all(isinstance(name, str) for name in values):
        raise TypeError(f"{what} must be a mapping of names to plain values, got {shown(values)}")

    def unwrapped(value: object) -> object:
        if isinstance(value, np.generic | np.ndarray):
            return value.tolist()
        raise TypeError(f"{what} must hold numbers, text, True, False, None or lists of these, got {value!r}")

    plain: dict[str, Any] = json.loads(json.dumps(dict(values), default=unwrapped))
    return plain


def _key(point: Point) -> str:
    """Return what stands for the content of a point, whatever the order of its names."""
    return hashlib.sha256(json.dumps(point, sort_keys=True).encode()).hexdigest()[:32]


def _seed(seed: int, key: str) -> int:
    """Return the seed of a point, spawned from that of the sweep by the point's content."""
    words = tuple(int(key[i : i + 8], 16) for i in range(0, len(key), 8))
    return int(np.random.SeedSequence(seed, spawn_key=words).generate_state(1, np.uint64)[0])


def _require_different(keys: Sequence[str]) -> None:
    first: dict[str, int] = {}
    for i, key in enumerate(keys):
        if first.setdefault(key, i) != i:
            raise ValueError(
                f"points must be different, got the same at {first[key]} and {i}; a repeat needs a value of its own"
            )


# Engines


def _mapper(engine: str | Mapper | None, workers: int | None) -> Mapper:
    chosen = engine if engine is not None else os.environ.get(ADDRESS) or "serial"
    if workers is not None and chosen != "local":
        raise ValueError(f"workers must be left out unless engine is 'local', got {workers!r}")
    if workers is not None and workers < 1:
        raise ValueError(f"workers must be at least 1, got {workers!r}")
    if not isinstance(chosen, str):
        return chosen
    if chosen == "serial":
        return map
    if chosen == "local":
        return partial(_on_this_machine, workers)
    if ":" in chosen:
        return partial(_on_cluster, chosen)
    raise ValueError(
        "engine must be 'serial', 'local', the address of a Dask scheduler such as 'tcp://10.0.0.5:8786', or a mapper, "
        f"got {chosen!r}"
    )


def _distributed() -> Any:
    """Import Dask, which only those who ask for it need to have."""
    try:
        import distributed
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "this engine needs Dask; install the package distributed in the version of requirements.lock",
            name=error.name,
        ) from error
    return distributed


def _on_this_machine(workers: int | None, call: _Call, tasks: Sequence[Task]) -> Iterator[tuple[int, Result]]:
    """Yield results from a Dask cluster of single-threaded processes that lasts as long as the sweep."""
    with _distributed().LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0"
    ) as cluster:
        yield from _on_cluster(cluster, call, tasks)


def _on_cluster(where: Any, call: _Call, tasks: Sequence[Task]) -> Iterator[tuple[int, Result]]:
    """Yield results as they come. Dask gives the tasks of a worker that dies to another one."""
    distributed = _distributed()
    try:
        client = distributed.Client(where, set_as_default=False)
    except OSError as error:
        raise ConnectionError(f"no Dask scheduler answers at {where}; start it, or choose another engine") from error
    with client:
        name = f"point-{uuid.uuid4().hex}"
        futures = client.map(call, tasks, key=[f"{name}-{number}" for number, _, _ in tasks], pure=False)
        for future, outcome in distributed.as_completed(
            futures, loop=client.loop, with_results=True, raise_errors=False
        ):
            if future.status == "finished":
                yield outcome
            elif future.status == "error":
                _, failure, traceback = outcome
                raise failure.with_traceback(traceback)
            else:
                raise ConnectionError(f"the Dask scheduler at {client.scheduler.address} was lost during the sweep")


# The store


def _identity(function: Function, keys: Sequence[str], seed: int) -> dict[str, Any]:
    """Return what a store must agree with to belong to this sweep."""
    name = f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '<unnamed>')}"
    if "<" in name:
        raise TypeError(f"a store needs a function of a module, whose name tells all about it, got {function!r}")
    points = hashlib.sha256("".join(sorted(keys)).encode()).hexdigest()[:32]
    return {"format": _FORMAT, "function": name, "seed": seed, "points": points}


class _Store:
    """A file of JSON lines: whose results these are, and then one line per point that is done.

    A last line that is not whole was being written when the machine died; it is dropped, and its point computed again.
    """

    def __init__(self, path: Path, identity: Mapping[str, Any]) -> None:
        self.path = path
        self.results: dict[str, Result] = {}
        head = _line(identity)
        written = path.read_bytes() if path.exists() else b""
        begun = b"\n" in written
        if begun:
            os.truncate(path, self._read(written, identity))
        elif not head.startswith(written):
            raise self._foreign()
        self._file: BinaryIO = path.open("ab" if begun else "wb")
        if not begun:
            self._append(head)
            _sync_folder(path.parent)

    def __enter__(self) -> _Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, key: str, point: Point, result: Result) -> None:
        """Append a result, and return when it is on the disk."""
        self._append(_line({"key": key, "point": point, "result": result}))

    def _append(self, line: bytes) -> None:
        self._file.write(line)
        self._file.flush()
        os.fsync(self._file.fileno())

    def _read(self, written: bytes, identity: Mapping[str, Any]) -> int:
        """Take the results out of what is written, and return how many bytes of it are whole."""
        first, *rest = written.splitlines(keepends=True)
        self._require_same(_parsed(first), identity)
        whole = len(first)
        for number, line in enumerate(rest, start=2):
            row = _parsed(line)
            if not {"key", "result"} <= row.keys():
                if number == len(rest) + 1:
                    break
                raise ValueError(f"{self.path}, line {number} is damaged; delete that line to compute its point again")
            self.results[row["key"]] = row["result"]
            whole += len(line)
        return whole

    def _require_same(self, head: Mapping[str, Any], identity: Mapping[str, Any]) -> None:
        if head.get("format") != identity["format"]:
            raise self._foreign()
        if other := [name for name in identity if head.get(name) != identity[name]]:
            what = " and ".join(f"{name} {head.get(name)} (not {identity[name]})" for name in other)
            raise ValueError(
                f"{self.path} belongs to another sweep, of {what}; choose another file, or delete this one"
            )

    def _foreign(self) -> ValueError:
        return ValueError(f"{self.path} is no store of a sweep; choose another file")


def _line(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values).encode() + b"\n"


def _parsed(line: bytes) -> dict[str, Any]:
    """Return the mapping that a line holds, or an empty one for a line without its end, or that holds none."""
    try:
        values = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:  # of JSON or of its encoding
        return {}
    return values if isinstance(values, dict) else {}


def _sync_folder(folder: Path) -> None:
    """Make sure that a new file is still there after the machine has died; Windows has no call for it."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# Progress


def _reporter(progress: bool | Callable[[int, int], None]) -> Callable[[int, int], None]:
    if callable(progress):
        return progress
    return _Bar() if progress else lambda done, total: None


class _Bar:
    """A line on standard error that is written over, at most ten times a second."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._begin: tuple[float, int] | None = None
        self._last = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        began, before = self._begin = self._begin or (now, done)
        if done < total and now - self._last < _SECONDS_BETWEEN:
            return
        self._last = now
        filled = round(_BAR * done / total) if total else _BAR
        left = f", about {(now - began) / (done - before) * (total - done):.0f} s left" if before < done < total else ""
        line = f"[{'#' * filled}{'.' * (_BAR - filled)}] {done} of {total} points{left}"
        self._stream.write(f"\r{line:<78}" + ("\n" if done == total else ""))
        self._stream.flush()
