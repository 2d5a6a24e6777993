"""What each notebook costs: import, Restart and Run All, the memory of its kernel, its size."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
BASE = "import numpy, pandas, ipywidgets"
LABS = "; ".join(f"from intimacy.labs import {path.stem.partition('_')[2]}" for path in NOTEBOOKS)
MEMORY = "int(next(line.split()[1] for line in open('/proc/self/smaps_rollup') if line.startswith('Pss:')))"


def import_seconds(code: str, repeats: int = 5) -> float:
    """Return the median wall time of a fresh process that runs ``code``."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def run_all(path: Path) -> tuple[float, float]:
    """Run a notebook in a fresh kernel; return the seconds it took and the kernel's memory in MB (Linux)."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(MEMORY))
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}})
    started = time.perf_counter()
    client.execute()
    seconds = time.perf_counter() - started
    return seconds, int(notebook.cells[-1].outputs[0].data["text/plain"]) / 1000


def row(what: str, ours: float, unit: str, budget: float) -> dict[str, object]:
    """Return a line of the table."""
    number = f"{ours:.2f}" if ours < 1 else f"{ours:.1f}" if ours < 10 else f"{ours:.0f}"
    known = {"what": what, "ours": f"{number} {unit}", "peer": None, "ratio": None}
    return {**known, "budget": f"<= {budget:g} {unit}", "met": ours <= budget}


def rows() -> list[dict[str, object]]:
    """Measure, and return the lines of the table."""
    base = import_seconds(BASE)
    added = import_seconds(f"{BASE}; {LABS}") - base
    lines = [row(f"import of the labs beyond {BASE.removeprefix('import ')} ({base:.2f} s)", added, "s", 0.6)]
    for path in NOTEBOOKS:
        seconds, memory = run_all(path)
        number = path.stem.partition("_")[0]
        lines.append(row(f"notebook {number}: restart and run all", seconds, "s", 10))
        lines.append(row(f"notebook {number}: memory of the kernel after it", memory, "MB", 250))
        lines.append(row(f"notebook {number}: size", path.stat().st_size / 1000, "kB", 200))
    return lines
