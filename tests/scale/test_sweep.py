"""Sweeps: one result whatever the engine and the order, and nothing lost when a worker, the process or a line dies."""

from __future__ import annotations

import json
import os
import random
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

import points
from intimacy.models.society.trust_network import steady_trust
from intimacy.sweep import ADDRESS, grid, sweep

SEED = 7
LONG = 180.0
"""Seconds after which something that should have happened is taken not to happen."""


@pytest.fixture(autouse=True)
def no_cluster_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS, raising=False)


def wait_until(happened: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + LONG
    while not happened():
        assert time.monotonic() < end, f"{what} did not happen within {LONG:.0f} s"
        time.sleep(0.02)


def lines_of(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def pids(folder: Path, what: str) -> list[int]:
    """Return the processes that ``points.watched_draw`` has left a mark of."""
    return [int(mark.name.removeprefix(f"{what}-")) for mark in folder.glob(f"{what}-*")]


def runs(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and was not yet waited for does not."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


# Points and seeds


def test_a_grid_has_every_combination_with_the_last_axis_fastest():
    assert grid(a=[1, 2], b=range(2)) == [{"a": 1, "b": 0}, {"a": 1, "b": 1}, {"a": 2, "b": 0}, {"a": 2, "b": 1}]
    assert len(grid(a=np.linspace(0, 1, 5), b=[1], c=list("xyz"))) == 15
    with pytest.raises(ValueError, match="each axis must have values, got none for b"):
        grid(a=[1], b=[])
    with pytest.raises(ValueError, match="a grid must have at least one axis"):
        grid()


def test_the_seed_of_a_point_depends_on_the_point_and_on_the_seed_alone():
    together = sweep(points.draw, grid(x=[0, 1, 2], y=["a", "b"]), seed=SEED)
    assert len({each["seed"] for each in together}) == 6
    alone = [sweep(points.draw, [point], seed=SEED)[0] for point in grid(x=[0, 1, 2], y=["a", "b"])]
    assert together == alone
    assert sweep(points.draw, [{"y": "a", "x": 0}], seed=SEED)[0] == together[0]  # whatever the order of its names
    assert sweep(points.draw, [{"x": 0, "y": "a"}], seed=SEED + 1)[0]["seed"] != together[0]["seed"]


def test_the_seeds_are_those_that_stores_on_disks_were_made_with():
    """Fixed once: another way to make seeds would mix two kinds of numbers in a sweep that is taken up again."""
    (found,) = sweep(points.draw, [{"x": 1, "name": "é"}], seed=SEED)
    assert found["seed"] == 16985476987343044119


def test_the_order_of_the_points_and_of_the_mapper_does_not_matter():
    asked = grid(x=list(range(12)))
    serial = sweep(points.draw, asked, seed=SEED)
    assert [each["value"] - each["value"] % 1 for each in serial] == list(range(12))
    shuffled = random.Random(1).sample(asked, len(asked))
    by_point = {json.dumps(point): result for point, result in zip(asked, serial, strict=True)}
    assert sweep(points.draw, shuffled, seed=SEED) == [by_point[json.dumps(point)] for point in shuffled]
    assert sweep(points.draw, asked, seed=SEED, engine=lambda call, tasks: map(call, reversed(tasks))) == serial
    with ThreadPoolExecutor(3) as pool:
        assert sweep(points.draw, asked, seed=SEED, engine=pool.map) == serial


def test_numbers_of_numpy_come_back_as_plain_ones(tmp_path: Path):
    expected = {"mean": 0.5, "count": 3, "on": True, "row": [0, 1, 2], "pair": [1, 2]}
    for _ in range(2):  # computed, and then read
        (found,) = sweep(points.arrays, [{"x": np.int64(3)}], seed=SEED, store=tmp_path / "store")
        assert found == expected
        assert all(type(found[name]) in (float, int, bool, list) for name in found)


def test_a_model_of_the_course_is_swept():
    asked = grid(repair=[0.2, 0.9], people=[200], steps=[100])
    low, high = sweep(steady_trust, asked, seed=SEED)
    assert low["trust"] < 0.5 < high["trust"]
    assert sweep(steady_trust, asked[::-1], seed=SEED) == [high, low]


def test_what_the_function_raises_comes_through_with_its_point(tmp_path: Path):
    with pytest.raises(ArithmeticError, match="two is too many") as raised:
        sweep(points.fails_at_two, grid(x=[1, 2, 3]), seed=SEED, store=tmp_path / "store")
    assert raised.value.__notes__ == ["This happened at the point {'x': 2}."]
    assert lines_of(tmp_path / "store") == 2  # what was done before is kept


# Stores


def test_a_sweep_takes_up_where_it_stopped(tmp_path: Path):
    asked = grid(x=[0, 1, 2, 3, 4], folder=[str(tmp_path)], seconds=[0.0])
    expected = sweep(points.watched_draw, asked, seed=SEED)
    (tmp_path / "calls").unlink()

    def stop_at_three(done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(points.watched_draw, asked, seed=SEED, store=tmp_path / "store", progress=stop_at_three)
    assert (tmp_path / "calls").read_text().split() == ["0", "1", "2"]
    seen: list[tuple[int, int]] = []
    again = sweep(
        points.watched_draw, asked, seed=SEED, store=tmp_path / "store", progress=lambda *counts: seen.append(counts)
    )
    assert again == expected
    assert (tmp_path / "calls").read_text().split() == ["0", "1", "2", "3", "4"]
    assert seen == [(3, 5), (4, 5), (5, 5)]
    assert sweep(points.watched_draw, asked[::-1], seed=SEED, store=tmp_path / "store") == expected[::-1]
    assert len((tmp_path / "calls").read_text().split()) == 5


def test_each_result_is_on_the_disk_before_the_next_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store = tmp_path / "store"
    flushed: list[tuple[bool, int]] = []
    flush = os.fsync

    def watched_flush(handle: int) -> None:
        flush(handle)
        flushed.append((stat.S_ISDIR(os.fstat(handle).st_mode), lines_of(store)))

    seen: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "fsync", watched_flush)
    sweep(
        points.draw, grid(x=[0, 1]), seed=SEED, store=store, progress=lambda done, _: seen.append((done, len(flushed)))
    )
    folder = [(True, 1)] if os.name == "posix" else []  # so that a new file is found again
    assert flushed == [(False, 1), *folder, (False, 2), (False, 3)]
    assert seen == [(done, len(flushed) - 2 + done) for done in range(3)]


def test_a_store_cut_at_any_byte_is_taken_up_and_made_whole(tmp_path: Path):
    asked = grid(x=[0.5, 1.5])
    store = tmp_path / "store"
    expected = sweep(points.draw, asked, seed=SEED, store=store)
    whole = store.read_bytes()
    for end in range(0, len(whole), 3):
        store.write_bytes(whole[:end])
        assert sweep(points.draw, asked, seed=SEED, store=store) == expected
        assert store.read_bytes() == whole
    lines = whole.splitlines(keepends=True)
    store.write_bytes(b"".join(lines[:-1]) + b"\0" * (len(lines[-1]) - 1) + b"\n")  # a disk may leave zeros behind
    assert sweep(points.draw, asked, seed=SEED, store=store) == expected
    assert store.read_bytes() == whole


def test_a_line_damaged_in_the_middle_is_not_passed_over(tmp_path: Path):
    asked, store = grid(x=[0, 1, 2]), tmp_path / "store"
    sweep(points.draw, asked, seed=SEED, store=store)
    lines = store.read_bytes().splitlines(keepends=True)
    damaged = b"".join([*lines[:2], lines[2][:20] + b"\n", *lines[3:]])
    store.write_bytes(damaged)
    with pytest.raises(ValueError, match=r"store, line 3 is damaged; delete that line to compute its point again"):
        sweep(points.draw, asked, seed=SEED, store=store)
    assert store.read_bytes() == damaged


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"function": points.other_draw}, r"another sweep, of function points\.draw \(not points\.other_draw\)"),
        ({"points": grid(x=[0, 1])}, "another sweep, of points "),
        ({"points": grid(x=[0, 1, 2, 3])}, "another sweep, of points "),
        ({"points": grid(x=[0, 1, 2.5])}, "another sweep, of points "),
        ({"seed": 8}, r"another sweep, of seed 7 \(not 8\); choose another file, or delete this one"),
    ],
)
def test_the_store_of_another_sweep_is_refused(change: dict[str, Any], message: str, tmp_path: Path):
    store = tmp_path / "store"
    mine: dict[str, Any] = {"function": points.draw, "points": grid(x=[0, 1, 2]), "seed": SEED}
    sweep(**mine, store=store)
    before = store.read_bytes()
    with pytest.raises(ValueError, match=message):
        sweep(**mine | change, store=store)
    assert store.read_bytes() == before


@pytest.mark.parametrize("content", [b"shopping list", b"milk\nbread\n", b'{"a": 1}\n', b"[1]\n", b"\xff\xfe\n", b"\n"])
def test_a_file_that_is_no_store_is_refused_and_left_alone(content: bytes, tmp_path: Path):
    store = tmp_path / "notes.txt"
    store.write_bytes(content)
    with pytest.raises(ValueError, match=r"notes\.txt is no store of a sweep; choose another file"):
        sweep(points.draw, grid(x=[0]), seed=SEED, store=store)
    assert store.read_bytes() == content


# Progress


def test_progress_is_told_to_a_function_or_drawn_as_a_bar(capsys: pytest.CaptureFixture[str]):
    seen: list[tuple[int, int]] = []
    sweep(points.draw, grid(x=[0, 1]), seed=SEED, progress=lambda *counts: seen.append(counts))
    assert seen == [(0, 2), (1, 2), (2, 2)]
    sweep(points.draw, grid(x=[0, 1, 2]), seed=SEED)
    assert capsys.readouterr().err == ""
    sweep(points.draw, grid(x=[0, 1, 2]), seed=SEED, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"\r[{'.' * 30}] 0 of 3 points")
    assert err.rstrip().endswith(f"[{'#' * 30}] 3 of 3 points")
    assert err.endswith("\n")
    assert sweep(points.draw, [], seed=SEED, progress=True) == []
    assert "0 of 0 points" in capsys.readouterr().err


def test_the_bar_tells_how_long_it_takes_from_what_it_saw(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    asked = grid(x=[0, 1, 2], folder=[str(tmp_path)], seconds=[0.15])
    sweep(points.watched_draw, asked, seed=SEED, progress=True)
    assert "1 of 3 points, about " in capsys.readouterr().err


# Clusters


@dataclass(frozen=True)
class Cluster:
    """A real scheduler and a worker, each a process of its own, as on any cluster."""

    address: str
    scheduler: subprocess.Popen[bytes]
    worker: subprocess.Popen[bytes]


@contextmanager
def running(folder: Path, root: Path) -> Iterator[Cluster]:
    told = folder / "scheduler.json"
    environment = os.environ | {"PYTHONPATH": str(root / "tests"), "DASK_TEMPORARY_DIRECTORY": str(folder)}

    def start(kind: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard", *arguments]
        return subprocess.Popen(
            [*command, "--scheduler-file", str(told)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    scheduler = start("scheduler", "--host", "127.0.0.1", "--port", "0", "--idle-timeout", f"{LONG} s")
    worker = start("worker", "--no-nanny", "--nthreads", "1", "--death-timeout", f"{LONG} s")
    try:
        wait_until(told.exists, "the scheduler's file")
        yield Cluster(json.loads(told.read_text())["address"], scheduler, worker)
    finally:
        for process in (worker, scheduler):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Cluster]:
    with running(tmp_path_factory.mktemp("cluster"), root) as started:
        yield started


def test_the_address_in_the_environment_is_all_that_a_cluster_needs(cluster: Cluster, monkeypatch: pytest.MonkeyPatch):
    asked = grid(x=list(range(8)))
    serial = sweep(points.draw, asked, seed=SEED)
    monkeypatch.setenv(ADDRESS, cluster.address)
    assert sweep(points.draw, asked, seed=SEED) == serial
    (elsewhere,) = sweep(points.process, [{"x": 0}], seed=SEED)
    assert elsewhere["pid"] == cluster.worker.pid
    (here,) = sweep(points.process, [{"x": 0}], seed=SEED, engine="serial")
    assert here["pid"] == os.getpid()


def test_an_address_can_be_given_and_an_error_of_a_worker_comes_through(cluster: Cluster, tmp_path: Path):
    store = tmp_path / "store"
    with pytest.raises(ArithmeticError, match="two is too many") as raised:
        sweep(points.fails_at_two, grid(x=[1, 2]), seed=SEED, engine=cluster.address, store=store)
    assert raised.value.__notes__ == ["This happened at the point {'x': 2}."]
    with pytest.raises(TypeError, match="a result must be a mapping of names to plain values"):
        sweep(points.no_mapping, [{"x": 1}], seed=SEED, engine=cluster.address)


def test_a_scheduler_that_dies_is_told_and_the_sweep_is_taken_up(tmp_path: Path, root: Path):
    asked = grid(x=list(range(6)), folder=[str(tmp_path)])
    store = tmp_path / "store"
    with running(tmp_path, root) as cluster:

        def kill_at_two(done: int, total: int) -> None:
            if done == 2:
                cluster.scheduler.kill()

        with pytest.raises(ConnectionError, match=r"the Dask scheduler at .* was lost during the sweep"):
            sweep(points.watched_draw, asked, seed=SEED, engine=cluster.address, store=store, progress=kill_at_two)
    kept = lines_of(store) - 1
    assert 2 <= kept < 6
    assert sweep(points.watched_draw, asked, seed=SEED, store=store) == sweep(points.watched_draw, asked, seed=SEED)
    assert lines_of(store) == 7


def test_a_worker_killed_on_the_way_loses_nothing(tmp_path: Path):
    """Two processes on this machine; one is killed while it is at work on a point."""
    asked = grid(x=list(range(10)), folder=[str(tmp_path)], seconds=[0.2])
    killed: list[int] = []

    def kill_at_two(done: int, total: int) -> None:
        if done == 2:
            wait_until(lambda: bool(pids(tmp_path, "busy")), "work")
            killed.append(pids(tmp_path, "busy")[0])
            psutil.Process(killed[0]).kill()

    store = tmp_path / "store"
    found = sweep(points.watched_draw, asked, seed=SEED, engine="local", workers=2, store=store, progress=kill_at_two)
    assert killed[0] != os.getpid()
    assert (tmp_path / f"busy-{killed[0]}").exists()  # it never came to its end
    assert found == [points.draw(point, seed) for point, seed in zip(asked, seeds_of(asked), strict=True)]
    assert lines_of(store) == 11
    assert sweep(points.watched_draw, asked, seed=SEED, store=store) == found
    wait_until(lambda: not runs(killed[0]), "its end")


def seeds_of(asked: list[dict[str, Any]]) -> list[int]:
    return [each["seed"] for each in sweep(points.draw, asked, seed=SEED)]


@pytest.mark.parametrize("engine", ["serial", "local"])
def test_a_process_killed_on_the_way_is_taken_up(engine: str, tmp_path: Path, root: Path):
    """kill -9 for the whole process; a new one finishes the sweep and computes only what was not done."""
    asked = grid(x=list(range(8)), folder=[str(tmp_path)], seconds=[0.2])
    store, script = tmp_path / "store", tmp_path / "script.py"
    script.write_text(
        "import json, sys\n"
        "import points\n"
        "from intimacy.sweep import sweep\n"
        "if __name__ == '__main__':\n"
        "    asked, engine, store = json.loads(sys.argv[1])\n"
        "    workers = {'workers': 2} if engine == 'local' else {}\n"
        f"    sweep(points.watched_draw, asked, seed={SEED}, engine=engine, store=store, **workers)\n"
    )
    first = subprocess.Popen(
        [sys.executable, str(script), json.dumps([asked, engine, str(store)])],
        env=os.environ | {"PYTHONPATH": str(root / "tests")},
    )
    wait_until(lambda: lines_of(store) >= 3, "the second point")
    first.kill()
    assert first.wait() != 0
    done = [json.loads(line)["point"]["x"] for line in store.read_text().splitlines()[1:]]
    assert 2 <= len(done) < 8
    wait_until(lambda: not any(runs(pid) for pid in pids(tmp_path, "seen")), "the end of its workers")
    calls = (tmp_path / "calls").read_text().split()
    assert sweep(points.watched_draw, asked, seed=SEED, store=store) == [
        points.draw(point, seed) for point, seed in zip(asked, seeds_of(asked), strict=True)
    ]
    after = [int(each) for each in (tmp_path / "calls").read_text().split()[len(calls) :]]
    assert sorted(done + after) == list(range(8))


# What is refused, and what need not be there


def test_dask_is_imported_by_those_who_ask_for_it():
    code = "import sys, intimacy.sweep; sys.exit(not {'dask', 'distributed'}.isdisjoint(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("engine", ["local", "tcp://127.0.0.1:1"])
def test_without_dask_its_engines_are_refused_in_a_sentence(engine: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ModuleNotFoundError, match="this engine needs Dask; install the package distributed"):
        sweep(points.draw, [{"x": 1}], seed=SEED, engine=engine)
    assert len(sweep(points.draw, [{"x": 1}], seed=SEED)) == 1


def test_an_address_where_no_one_answers_is_told():
    import dask

    with (
        dask.config.set({"distributed.comm.timeouts.connect": "0.3s"}),
        pytest.raises(ConnectionError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"),
    ):
        sweep(points.draw, [{"x": 1}], seed=SEED, engine="tcp://127.0.0.1:9")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"seed": -1}, (TypeError, ValueError), "seed must be a whole number between 0 and .*, got -1"),
        ({"seed": 1.5}, ValueError, r"seed must be a whole number between 0 and .*, got 1\.5"),
        ({"seed": True}, (TypeError, ValueError), "seed must be a whole number between 0 and .*, got True"),
        ({"engine": "fast"}, ValueError, "engine must be 'serial', 'local', the address .* or a mapper, got 'fast'"),
        ({"engine": "serial", "workers": 2}, ValueError, "workers must be left out unless engine is 'local', got 2"),
        ({"engine": "local", "workers": 0}, ValueError, "workers must be at least 1, got 0"),
        (
            {"points": [{"x": 1}, {"x": 2}, {"x": 1}]},
            ValueError,
            "points must be different, got the same at 0 and 2; a repeat needs a value of its own",
        ),
        ({"points": [3]}, TypeError, "a point must be a mapping of names to plain values, got 3"),
        ({"points": [{1: 2}]}, TypeError, "a point must be a mapping of names to plain values, got {1: 2}"),
        ({"points": [{"x": object}]}, TypeError, "a point must hold numbers, text, True, False, None or lists"),
        ({"function": points.no_mapping}, TypeError, "a result must be a mapping of names to plain values, got"),
        ({"function": points.no_plain_value}, TypeError, "a result must hold numbers, text, .* got {1, 2}"),
        (
            {"function": lambda point, seed: {}, "store": "store"},
            TypeError,
            "a store needs a function of a module, whose name tells all about it, got <function",
        ),
    ],
)
def test_bad_input_is_refused_by_name(arguments, error, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    good: dict[str, Any] = {"function": points.draw, "points": [{"x": 1}], "seed": SEED}
    with pytest.raises(error, match=message):
        sweep(**good | arguments)
    assert list(tmp_path.iterdir()) == []
