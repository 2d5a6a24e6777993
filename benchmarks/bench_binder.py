"""What Binder allows: each notebook on one core with 2 GB of address space; the heaviest and the slowest are named."""

from __future__ import annotations

import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from bench_lesson import NOTEBOOKS
from timing import Row, row

GIGABYTES = 2
# Set in the kernel before anything else, so that every import and every process that it starts has the limits too.
LIMITS = f"""
import os, resource
os.sched_setaffinity(0, {{min(os.sched_getaffinity(0))}})
resource.setrlimit(resource.RLIMIT_AS, ({GIGABYTES << 30}, {GIGABYTES << 30}))
os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"  # its own would reserve 1 GB of addresses, of which it uses little
"""
# Kilobytes on Linux; of the processes that the notebook started, the largest.
PEAK = "sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))"


def run_all(path: Path) -> tuple[float, float]:
    """Run a notebook within the limits; return the seconds it took and the most memory it had in use, in MB (Linux).

    Raises:
        nbclient.exceptions.CellExecutionError: a cell raised, as it does where the memory is not enough.
    """
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(LIMITS))
    notebook.cells.append(nbformat.v4.new_code_cell(f"import resource\n{PEAK}"))
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}})
    started = time.perf_counter()
    client.execute()
    seconds = time.perf_counter() - started
    return seconds, int(notebook.cells[-1].outputs[0].data["text/plain"]) / 1000


def rows() -> list[Row]:
    """Measure, and return the lines of the table."""
    measured = {path.stem: run_all(path) for path in NOTEBOOKS}
    slowest = max(measured, key=lambda stem: measured[stem][0])
    heaviest = max(measured, key=lambda stem: measured[stem][1])
    limits = f"on one core with {GIGABYTES} GB"
    return [
        row(f"slowest notebook {limits} ({slowest}): restart and run all", measured[slowest][0], most=60),
        row(f"heaviest notebook {limits} ({heaviest}): peak memory", measured[heaviest][1], unit="MB", most=500),
    ]
