"""Measure against the budgets and the peers: ``python benchmarks/run.py [names]``.

Each ``bench_*.py`` beside this file has ``rows() -> list[dict]`` with the keys of :data:`COLUMNS`: what was measured,
our number, the peer's, the one against the other, the budget, and whether it is met.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

COLUMNS = ("what", "ours", "peer", "ratio", "budget", "met")
FOLDER = Path(__file__).resolve().parent
sys.path.append(str(FOLDER.parent / "tools"))  # the browser and the pages that the tests use too


def available(folder: Path) -> dict[str, Path]:
    """Return name to file of each benchmark."""
    return {path.stem.removeprefix("bench_"): path for path in sorted(folder.glob("bench_*.py"))}


def measured(path: Path) -> list[dict[str, Any]]:
    """Import one benchmark, run it and return its rows.

    Raises:
        ValueError: a row has not the keys that a row has.
    """
    specification = importlib.util.spec_from_file_location(path.stem, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    # Worker processes and dataclasses look a module up by its name.
    sys.modules[path.stem] = module
    specification.loader.exec_module(module)
    rows: list[dict[str, Any]] = module.rows()
    for row in rows:
        if set(row) != set(COLUMNS):
            raise ValueError(f"{path.name}: a row must have {', '.join(COLUMNS)}, got {', '.join(map(str, row))}")
    return rows


def words(value: object) -> str:
    """Return a cell of the table: numbers to three digits, a blank for what was not measured."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "NO"
        case float():
            return f"{value:.3g}"
    return str(value)


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows as lines of text, columns aligned."""
    lines = [COLUMNS, *([words(row[column]) for column in COLUMNS] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    texts = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([texts[0], "  ".join("-" * width for width in widths), *texts[1:]])


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks named, all by default; 1 when a budget is not met."""
    benchmarks = available(FOLDER)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"any of {', '.join(benchmarks)} (all)")
    names = parser.parse_args(arguments).names or list(benchmarks)
    if unknown := [name for name in names if name not in benchmarks]:
        parser.error(f"there is no benchmark {', '.join(unknown)}, only {', '.join(benchmarks)}")
    rows: list[dict[str, Any]] = []
    for name in names:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        rows += measured(benchmarks[name])
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores\n")
    print(table(rows))
    missed = [row["what"] for row in rows if row["met"] is False]
    print(f"\n{len(rows)} measured, {len(missed)} over budget" + (f": {'; '.join(missed)}" if missed else ""))
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
