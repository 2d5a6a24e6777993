"""Measure against the budgets and the peers: ``python benchmarks/run.py [parts]``.

Each ``bench_*.py`` beside this file is a part and has ``rows()``, which returns lines made by :func:`timing.row`. All
are printed as one table and kept in ``benchmarks/results.md``; a part that is measured alone replaces its own lines.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
sys.path[:0] = [str(FOLDER), str(ROOT / "tools")]  # the browser and the pages that the tests use too
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as `make lab` begins its server

import results  # noqa: E402 (the path comes first)
from timing import COLUMNS  # noqa: E402

PAGE = FOLDER / "results.md"


def available(folder: Path) -> dict[str, Path]:
    """Return name to file of each benchmark."""
    return {path.stem.removeprefix("bench_"): path for path in sorted(folder.glob("bench_*.py"))}


def measured(path: Path) -> tuple[str, list[dict[str, Any]]]:
    """Import one benchmark, run it, and return what it measures and its rows.

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
    return (module.__doc__ or "").partition("\n")[0], rows


def table(rows: Sequence[dict[str, str]]) -> str:
    """Return the rows as lines of text, columns aligned."""
    lines = [results.TABLE, *([row[column] or "-" for column in results.TABLE] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    texts = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([texts[0], "  ".join("-" * width for width in widths), *texts[1:]])


def load() -> str:
    """Return how many processes wanted a core in the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks named, all by default; 1 when a budget is not met."""
    benchmarks = available(FOLDER)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="part", help=f"any of {', '.join(benchmarks)} (all)")
    named = parser.parse_args(arguments).names
    if unknown := [name for name in named if name not in benchmarks]:
        parser.error(f"there is no benchmark {', '.join(unknown)}, only {', '.join(benchmarks)}")
    here = results.machine()
    found = results.Results(here, {}, [])
    # Numbers of another machine, or with other versions, do not stand in one table with these.
    keeps = True
    if named and PAGE.exists():
        kept = results.read(PAGE.read_text(encoding="utf-8"))
        keeps = kept.machine == here
        found = kept if keeps else found
    names = named or list(benchmarks)
    for name in names:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        before, began = load(), time.monotonic()
        measures, rows = measured(benchmarks[name])
        minutes = f"{(time.monotonic() - began) / 60:.1f}"
        now = f"{datetime.datetime.now():%Y-%m-%d %H:%M}"
        told = (name, measures, now, results.commit(ROOT), before, load(), minutes)
        found = found.with_part(dict(zip(results.PARTS, told, strict=True)), rows, list(benchmarks))
        if keeps:
            PAGE.write_text(results.written(found), encoding="utf-8")
    lines = [row for name in names for row in found.of(name)]
    print(", ".join(f"{name} {value}" for name, value in here.items()) + "\n")
    print(table(lines))
    missed = [f"{row['part']}: {row['what']}" for row in lines if row["met"] == "NO"]
    print(f"\n{len(lines)} measured, {len(missed)} over budget" + (f": {'; '.join(missed)}" if missed else ""))
    if not keeps:
        print(
            f"{PAGE.name} tells of another machine or of other versions and stays as it is; `make bench` measures all."
        )
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
