"""The page of results: written and read by the command alone, and closed by a digest that a hand would break."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from chromium import NAMES
from timing import COLUMNS

PACKAGES = ("numpy", "scipy", "pandas", "plotly", "anywidget", "ipywidgets", "jupyterlab", "voila", "numba")
PARTS = ("part", "measures", "on", "commit", "load before", "load after", "minutes")
TABLE = ("part", *COLUMNS)
TOP = """# Measured

Made by `make bench`, never by hand. `make bench ARGS=browser` measures one part again and replaces only its rows.

- **ours** and **peer** are medians; **spread** goes from the 5th to the 95th percentile of ours; **n** counts the
  repeats, ours / the peer's. The peer does the same work in the same run. **ratio** is the peer's number over ours.
- Models are timed in processor time, all else by the clock on the wall: a load above 1 makes those rows slower.
"""
DIGEST = "<!-- sha256 {} -->"


class ResultsError(ValueError):
    """The page is not as the command wrote it."""


@dataclass
class Results:
    """What is on the page.

    Attributes:
        machine: what the numbers were measured on, and with which versions.
        parts: for each part the cells of :data:`PARTS`.
        rows: the lines of :data:`TABLE`, in the order of the parts.
    """

    machine: dict[str, str]
    parts: dict[str, dict[str, str]]
    rows: list[dict[str, str]]

    def of(self, part: str) -> list[dict[str, str]]:
        """Return the rows of one part."""
        return [row for row in self.rows if row["part"] == part]

    def with_part(self, told: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], order: Sequence[str]) -> Results:
        """Return the results with one part measured anew, and without parts that no longer exist."""
        part = str(told["part"])
        parts = {**self.parts, part: {name: str(told[name]) for name in PARTS}}
        new = {**{name: self.of(name) for name in self.parts}, part: [_cells(part, row) for row in rows]}
        kept = [name for name in order if name in parts]
        return Results(self.machine, {name: parts[name] for name in kept}, [row for name in kept for row in new[name]])


def machine() -> dict[str, str]:
    """Describe this machine, without its name, and what is installed on it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    cpu = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), flags=re.MULTILINE)
    browser = next((path for path in map(shutil.which, NAMES) if path), None)
    found = subprocess.run([browser, "--version"], capture_output=True, text=True, check=True) if browser else None
    return {
        "processor": cpu[1] if cpu else platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
        "browser": found.stdout.strip() if found else "none",
    }


def commit(root: Path) -> str:
    """Return the commit that is checked out, with a plus where files differ from it."""
    done = subprocess.run(  # nosec B607 # on the PATH
        ["git", "describe", "--always", "--dirty=+"], cwd=root, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def written(results: Results) -> str:
    """Return the page."""
    body = "\n".join(
        [
            TOP,
            *_table(("machine", ""), results.machine.items()),
            "",
            *_table(PARTS, [[part[name] for name in PARTS] for part in results.parts.values()]),
            "",
            f"{len(results.rows)} rows, {sum(row['met'] == 'NO' for row in results.rows)} over their budget.",
            "",
            *_table(TABLE, [[row[name] for name in TABLE] for row in results.rows]),
            "",
        ]
    )
    return f"{body}\n{DIGEST.format(_digest(body))}\n"


def read(text: str) -> Results:
    """Read a page.

    Raises:
        ResultsError: it was edited by hand.
    """
    body, _, _ = text.rpartition("\n<!-- ")
    if text != f"{body}\n{DIGEST.format(_digest(body))}\n":
        raise ResultsError("the results were edited by hand: run `make bench`")
    tables = [
        [
            [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            for line in block.splitlines()
        ]
        for block in body.split("\n\n")
        if block.startswith("|")
    ]
    machine, parts, rows = (table[2:] for table in tables)
    return Results(
        dict(machine),
        {cells[0]: dict(zip(PARTS, cells, strict=True)) for cells in parts},
        [dict(zip(TABLE, cells, strict=True)) for cells in rows],
    )


def _cells(part: str, row: Mapping[str, Any]) -> dict[str, str]:
    return {"part": part, **{name: str(row[name]) for name in COLUMNS}}


def _table(head: Sequence[str], lines: Iterable[Iterable[str]]) -> list[str]:
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return [f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *cells)]


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
