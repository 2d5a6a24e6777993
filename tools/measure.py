"""Run notebooks and write on their cards how long they took, how much memory the kernel held, and on which day.

``python tools/measure.py [notebooks]`` runs all by default, one after the other, each in a fresh kernel, on Linux.
"""

from __future__ import annotations

import argparse
import datetime
import sys
import time
from pathlib import Path

from nbformat.v4 import new_code_cell

import run_notebooks

# The kernel's own count: the most memory that the process ever held, in kB.
PEAK = """for line in open("/proc/self/status"):
    if line.startswith("VmHWM"):
        print(line.split()[1])"""


def measure(path: Path) -> tuple[float, float]:
    """Return the seconds from starting a kernel to the end of the last cell, and the kernel's peak memory in MB.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell raised.
    """
    notebook = run_notebooks.read(path)
    notebook.cells.append(new_code_cell(PEAK))
    started = time.monotonic()
    after = run_notebooks.run(notebook, path.parent)
    return time.monotonic() - started, int(after.cells[-1].outputs[0].text) / 1000


def put_on_card(path: Path, seconds: float, megabytes: float, day: datetime.date) -> None:
    """Write what was measured into the notebook's card and leave all else as it is."""
    notebook = run_notebooks.read(path)
    notebook.metadata["intimacy"].update(
        run_seconds=round(seconds), peak_memory_mb=round(megabytes), last_tested=day.isoformat()
    )
    run_notebooks.write_if_changed(path, run_notebooks.written(run_notebooks.normalised(notebook)))


def main() -> int:
    """Measure the notebooks named, all by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebooks", nargs="*", help="notebooks by stem, such as 04_oxytocin_trust, or by path (all)")
    for path in run_notebooks.named(parser.parse_args().notebooks):
        seconds, megabytes = measure(path)
        put_on_card(path, seconds, megabytes, datetime.date.today())
        print(f"{path.name}: {seconds:.1f} s, {megabytes:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
