"""What each notebook costs: import, Restart and Run All, the most memory that its kernel held, its size.

The bare kernel beside it imports numpy, pandas, plotly and ipywidgets, and does nothing with them.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

import measure
import run_notebooks
from timing import Row, row

NOTEBOOKS = sorted(run_notebooks.NOTEBOOKS.glob("*.ipynb"))
REPEATS = 3
BASE = "import numpy, pandas, ipywidgets"
LABS = "; ".join(f"from intimacy.labs import {path.stem.partition('_')[2]}" for path in NOTEBOOKS)
PEERS = ("plotly.graph_objects", "matplotlib.pyplot")
NOTHING_BUT = "import numpy, pandas, plotly.graph_objects, ipywidgets"


def import_times(code: str, repeats: int = 7) -> list[float]:
    """Return the seconds of processor time of fresh processes that run ``code``.

    The first warms up the disk, and keeps what Python has compiled, as it does for a learner.
    """
    times = []
    with tempfile.TemporaryDirectory() as compiled:
        keeps = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        keeps["PYTHONPYCACHEPREFIX"] = compiled
        for _ in range(repeats + 1):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, "-c", code], check=True, env=keeps)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return times[1:]


def import_rows() -> list[Row]:
    """What the labs add to a process that has the base, beside what plotting libraries add to it."""
    base = statistics.median(import_times(BASE))

    def beyond(code: str) -> list[float]:
        return [each - base for each in import_times(f"{BASE}; {code}")]

    ours = beyond(LABS)
    what = f"import of all labs beyond {BASE.removeprefix('import ')}"
    return [row(what, ours, beyond(f"import {name}"), against=name, most=0.6) for name in PEERS]


def bare(folder: Path) -> Path:
    """Write the notebook of the bare kernel."""
    path = folder / "bare.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[new_code_cell(NOTHING_BUT)])
    nbformat.write(notebook, path)
    return path


def rows() -> list[Row]:
    """Measure, and return the lines of the table."""
    lines = import_rows()
    with tempfile.TemporaryDirectory() as name:
        peer_seconds, peer_memory = zip(*[measure.measure(bare(Path(name))) for _ in range(REPEATS)], strict=True)
    for path in NOTEBOOKS:
        seconds, memory = zip(*[measure.measure(path) for _ in range(REPEATS)], strict=True)
        lines += [
            row(f"{path.stem}: restart and run all", seconds, peer_seconds, against="bare kernel", most=10),
            row(
                f"{path.stem}: most memory of its kernel",
                memory,
                peer_memory,
                unit="MB",
                against="bare kernel",
                most=250,
            ),
            row(f"{path.stem}: size of the file", path.stat().st_size / 1000, unit="kB", most=200),
        ]
    return lines
