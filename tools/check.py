"""Run the checks one after the other and say at the end which failed: ``python tools/check.py [names]``."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTEST = ("pytest", "-q")
# As the servers of the collection begin: on shared cores, threads that wait for one another take most of the time.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
# As many at once as there are cores.
PARALLEL = (*PYTEST, "-n", "auto", "--dist")
# What takes minutes to build or to serve is checked where it is published, and here when it is named.
WHEN_NAMED = ("site", "app", "hub", "lite", "slides", "copies", "grading", "everyone", "walk", "matrix")
ALWAYS = " and ".join(f"not {name}" for name in WHEN_NAMED)
CHECKS: dict[str, tuple[tuple[str, ...], ...]] = {
    "style": (("ruff", "check", "."), ("ruff", "format", "--check", ".")),
    "types": (("mypy", "--num-workers", "auto"),),
    "tests": ((*PARALLEL, "loadgroup", "tests", "-m", f"not browser and {ALWAYS}"),),
    "notebooks": (
        (*PARALLEL, "loadfile", "--nbval", "--nbval-sanitize-with", "tests/nbval_sanitize.cfg", "notebooks"),
    ),
    "browser": ((*PARALLEL, "loadgroup", "tests/browser", "-m", f"browser and {ALWAYS}"),),
    **{name: ((*PYTEST, "tests", "-m", name),) for name in WHEN_NAMED},
    # Every notebook in Voilà and JupyterLab: as many pages at once as there are cores.
    "everyone": ((*PARALLEL, "loadgroup", "tests/browser", "-m", "everyone"),),
    # A browser's event loop would stand in the way of the other's.
    "walk": tuple(
        (*PARALLEL, "loadgroup", f"tests/{folder}/test_walk.py", "-m", "walk") for folder in ("labs", "browser")
    ),
    "app": tuple((*PYTEST, f"tests/{folder}/test_app.py", "-m", "app") for folder in ("launch", "browser")),
}


def run(name: str) -> bool:
    """Run all commands of one check, and tell whether all of them passed."""
    passed = True
    for module, *arguments in CHECKS[name]:
        print(f"\n--- {name}: {module} {' '.join(arguments)}", flush=True)
        passed &= subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=False).returncode == 0
    return passed


def main() -> int:
    """Run the checks that were asked for, by default all that need no naming; 1 when one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"any of {', '.join(CHECKS)}")
    names = parser.parse_args().names or [name for name in CHECKS if name not in WHEN_NAMED]
    if unknown := [name for name in names if name not in CHECKS]:
        parser.error(f"there is no check {', '.join(unknown)}, only {', '.join(CHECKS)}")
    os.environ.update({**ONE_THREAD, **os.environ})
    # Kernels, servers and workers start by the hundred: what one has compiled, the others need not.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # Tools that call one another by name must find the environment's own.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    seconds = {}
    failed = []
    for name in names:
        started = time.monotonic()
        if not run(name):
            failed.append(name)
        seconds[name] = time.monotonic() - started
    print(
        "\n" + ", ".join(f"{name} {'FAILED' if name in failed else 'passed'} ({seconds[name]:.0f} s)" for name in names)
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
