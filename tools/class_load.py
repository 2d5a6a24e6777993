"""Seat a class at the hub of ``deploy/jupyterhub`` and measure: ``python tools/class_load.py [students ...]``.

Every student signs in as a browser does, starts a server, runs notebook 4 through the proxy's websocket and moves a
control of its first lab. Then one kernel is killed, one asks for too much memory, and an idle server is stopped. The
tables go into ``docs/deploy.md``, between their markers. A student who fails is named, and nothing is written.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import psutil

from class_hub import PATIENCE, ROOT, ClassError, proxy_version, running_hub
from class_student import MOVES, Student

PAGE = ROOT / "docs/deploy.md"
BEGIN, END = "<!-- class-load -->", "<!-- end of class-load -->"

Result = TypeVar("Result")

IDLE_SECONDS = 10
"""After how long an unused server is stopped, in the run that watches it."""


async def everyone(students: Sequence[Student], what: Callable[[Student], Awaitable[Result]]) -> list[Result]:
    """Let all students do something at once, and return what came of it.

    Raises:
        ClassError: some of them failed; the message names each with the reason.
    """
    results = await asyncio.gather(*map(what, students), return_exceptions=True)
    failed = [(s.name, each) for s, each in zip(students, results, strict=True) if isinstance(each, BaseException)]
    if failed:
        reasons = "; ".join(f"{name}: {type(error).__name__}: {error}" for name, error in failed)
        raise ClassError(f"{len(failed)} of {len(students)} students failed: {reasons}.")
    return results


@dataclass
class Measured:
    """What one class needed: seconds per step and student, seconds per move, and MB of memory."""

    steps: dict[str, list[float]]
    moves: list[float]
    waits: list[int]
    server: float
    kernel: float
    hub: float
    proxy: float


def memory(process: psutil.Process) -> float:
    """Return the memory of a process in MB, with what it shares divided among those who share it (Linux)."""
    return float(process.memory_full_info().pss) / 1e6


async def a_class(size: int) -> tuple[Measured, dict[str, float], str]:
    """Run a class; return what it needed, how a killed kernel came back, and what too much memory was met with."""
    async with running_hub(CLASS_ACCOUNTS="one", CLASS_SEATS=size) as hub:
        students = [Student(f"student{number:02}", hub) for number in range(1, size + 1)]
        await everyone(students, Student.arrive)
        await everyone(students, Student.play)
        servers = list(hub.servers().values())
        measured = Measured(
            {step: [student.seconds[step] for student in students] for step in students[0].seconds},
            [seconds for student in students for seconds in student.moves],
            [student.waits for student in students],
            statistics.mean(memory(each) for each in servers),
            statistics.mean(sum(memory(child) for child in each.children(recursive=True)) for each in servers),
            memory(hub.process),
            memory(hub.proxy()),
        )
        (killed,) = await everyone(students[:1], Student.lose_the_kernel)
        (refused,) = await everyone(students[-1:], Student.ask_for_too_much)
        await everyone(students, Student.leave)
        return measured, killed, refused


async def an_idle_server() -> float:
    """Return the seconds from the moment a student closes the page until the unused server is stopped."""
    async with running_hub(CLASS_ACCOUNTS="one", CLASS_SEATS=1, CLASS_IDLE_SECONDS=IDLE_SECONDS) as hub:
        student = Student("student01", hub)
        for what in (Student.sign_in, Student.open_server, Student.leave):
            await everyone([student], what)
        started = time.perf_counter()
        try:
            await asyncio.to_thread(hub.servers()[student.name].wait, PATIENCE)
        except psutil.TimeoutExpired as error:
            raise ClassError(f"A server that nobody uses was still there after {PATIENCE:.0f} s.") from error
        return time.perf_counter() - started


def machine() -> str:
    """Return what machine this is, and with which versions, in a sentence."""
    cpu = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), flags=re.MULTILINE)
    said = subprocess.run(["node", "--version"], capture_output=True, check=True, text=True)  # nosec B607 # on the PATH
    node = said.stdout.strip()
    versions = ", ".join(f"{name} {version(name)}" for name in ("jupyterhub", "jupyterlab", "jupyter_server"))
    return (
        f"{os.cpu_count()} cores ({cpu[1] if cpu else platform.machine()}), "
        f"{psutil.virtual_memory().total / 1e9:.0f} GB of memory, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, {versions}, {proxy_version()}, Node.js {node.removeprefix('v')}"
    )


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that this share of all values does not exceed."""
    return sorted(values)[max(0, -int(-share * len(values) // 1) - 1)]


def table(classes: Sequence[Measured]) -> str:
    """Return the table: a row per thing measured, a column per class."""
    sizes = [len(each.waits) for each in classes]
    rows = [["", *(f"{size} student{'s' * (size > 1)}" for size in sizes)], ["---"] * (len(sizes) + 1)]
    for step in classes[0].steps:
        cells = [f"{statistics.median(each.steps[step]):.1f} / {max(each.steps[step]):.1f} s" for each in classes]
        rows.append([f"{step}: median / last student", *cells])
    parts = [(statistics.median(each.moves), quantile(each.moves, 0.95), max(each.moves)) for each in classes]
    cells = [" / ".join(f"{1000 * part:.0f}" for part in each) + " ms" for each in parts]
    rows.append(["control moved to new picture's numbers: median / 95 % / most", *cells])
    rows.append(["the page said to wait: students / times", *(_waits(each) for each in classes)])
    for label, name in (("server", "server"), ("kernel after notebook 4", "kernel")):
        rows.append([f"memory per student: {label}", *(f"{getattr(each, name):.0f} MB" for each in classes)])
    for label in ("hub", "proxy"):
        rows.append([f"memory of the {label}", *(f"{getattr(each, label):.0f} MB" for each in classes)])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _waits(measured: Measured) -> str:
    return f"{sum(each > 0 for each in measured.waits)} / {sum(measured.waits)}"


def written(page: str, report: str) -> str:
    """Return the page with this report between the markers.

    Raises:
        ClassError: the page has lost a marker.
    """
    if BEGIN not in page or END not in page:
        raise ClassError(f"{PAGE.name} needs the markers {BEGIN} and {END}.")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{report}\n\n{END}{after}"


async def measure(sizes: Sequence[int]) -> str:
    """Run the classes one after the other, and return the report."""
    busy = os.getloadavg()[0]
    classes = []
    for size in sizes:
        print(f"A class of {size} ...", flush=True)
        measured, killed, refused = await a_class(size)
        classes.append(measured)
        print(table([measured]), flush=True)
    print("An idle server ...", flush=True)
    idle = await an_idle_server()
    return "\n\n".join(
        [
            f"Measured on {time.strftime('%Y-%m-%d')} by `make class-load`, on {machine()}. The load before it was "
            f"{busy:.1f}. The students ran on the same machine and all signed in at the same moment; then all of them "
            f"moved a control {MOVES} times.",
            table(classes),
            f"In the class of {sizes[-1]}, one kernel was killed. After {killed['noticed']:.1f} s the page knew, and "
            f"{killed['going on']:.1f} s after the kill its student moved the lab again, with the cells run again. "
            f"Another student asked for 4 GB: Python answered with a {refused}, and the same lab still moved. With a "
            f"limit of {IDLE_SECONDS} s, a server whose page was closed was stopped after {idle:.0f} s.",
        ]
    )


def main() -> int:
    """Measure, and write the report; 1 when a student failed or the hub did not start."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("students", nargs="*", type=int, default=[1, 20], help="sizes of the classes (1 20)")
    sizes = parser.parse_args().students
    if min(sizes) < 1:
        parser.error(f"students must be at least 1, got {min(sizes)}")
    try:
        report = asyncio.run(measure(sizes))
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), report), encoding="utf-8")
    except ClassError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"\n{report}\n\nwritten into {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
