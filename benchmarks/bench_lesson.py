"""What the flagship notebook costs: import, Restart and Run All, the memory of its kernel."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "notebooks" / "04_oxytocin_trust.ipynb"
BASE = "import numpy, pandas, ipywidgets"
LABS = "from intimacy.labs import oxytocin_trust"
MEMORY = "int(next(line.split()[1] for line in open('/proc/self/smaps_rollup') if line.startswith('Pss:')))"


def import_seconds(code: str, repeats: int = 5) -> float:
    """Return the median wall time of a fresh process that runs ``code``."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def run_all() -> tuple[float, float]:
    """Run the notebook in a fresh kernel; return the seconds it took and the kernel's memory in MB (Linux)."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(MEMORY))
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(NOTEBOOK.parent)}})
    started = time.perf_counter()
    client.execute()
    seconds = time.perf_counter() - started
    return seconds, int(notebook.cells[-1].outputs[0].data["text/plain"]) / 1000


def rows() -> list[dict[str, object]]:
    """Measure, and return the lines of the table."""
    base = import_seconds(BASE)
    added = import_seconds(f"{BASE}; {LABS}") - base
    seconds, memory = run_all()
    size = NOTEBOOK.stat().st_size / 1000
    blank = {"peer": None, "ratio": None}
    return [
        {"what": f"import of the labs beyond {BASE.removeprefix('import ')} ({base:.2f} s)", "ours": f"{added:.2f} s"}
        | blank
        | {"budget": "<= 0.6 s", "met": added <= 0.6},
        {"what": "restart and run all, notebook 4", "ours": f"{seconds:.1f} s"}
        | blank
        | {"budget": "<= 10 s", "met": seconds <= 10},
        {"what": "memory of the kernel after it", "ours": f"{memory:.0f} MB"}
        | blank
        | {"budget": "<= 250 MB", "met": memory <= 250},
        {"what": "size of the notebook", "ours": f"{size:.0f} kB"}
        | blank
        | {"budget": "<= 200 kB", "met": size <= 200},
    ]
