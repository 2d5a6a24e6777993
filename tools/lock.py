"""Lock the requirements for Python 3.11 to 3.14 on every system, and carry the pins into ``environment.yml``.

``python tools/lock.py`` moves a pin only where ``pyproject.toml`` asks for it; ``--upgrade`` takes the newest of all.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
LAB, TEST, GRADING, LITE = (ROOT / f"requirements{kind}.lock" for kind in ("", "-test", "-grading", "-lite"))
BINDER = ROOT / "environment.yml"


def pins(lock: str, python: str) -> dict[str, str]:
    """Return package to version, as a lock file has them for this Python (such as ``3.12``) on Linux."""
    machine = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "os_name": "posix",
    }
    found = {}
    for line in re.findall(r"^[A-Za-z0-9].*?(?=\s*\\?$)", lock, flags=re.MULTILINE):
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate(machine):
            (specifier,) = requirement.specifier
            found[requirement.name] = specifier.version
    return found


def repinned(environment: str, versions: dict[str, str]) -> str:
    """Return an ``environment.yml`` whose ``name==version`` lines have these versions.

    Raises:
        KeyError: the file pins a package that the lock does not have.
    """
    return re.sub(
        r"^(\s*- )([A-Za-z0-9_.-]+)==\S+",
        lambda line: f"{line[1]}{line[2]}=={versions[line[2]]}",
        environment,
        flags=re.MULTILINE,
    )


def compile_lock(lock: Path, *options: str) -> None:
    """Write one lock file with uv, with neither comments nor the addresses of an index."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"]
    layout = ["--python-version", "3.11", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    # Names relative to the root keep machine paths out of uv's messages.
    subprocess.run([*command, *layout, *options, "-o", lock.name], cwd=ROOT, check=True)


def main() -> None:
    """Write all locks and the pins of ``environment.yml``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest version of everything")
    upgrade = ["--upgrade"] if parser.parse_args().upgrade else []
    compile_lock(LAB, "pyproject.toml", "--extra", "lab", *upgrade)
    compile_lock(TEST, "pyproject.toml", "--extra", "lab", "--extra", "test", "--constraint", LAB.name, *upgrade)
    compile_lock(GRADING, "pyproject.toml", "--group", "grading", "--constraint", LAB.name, *upgrade)
    compile_lock(LITE, "--group", "lite", *upgrade)
    python = re.search(r"python=(\d+\.\d+)", BINDER.read_text(encoding="utf-8"))
    assert python is not None, "environment.yml names no Python"
    versions = pins(LAB.read_text(encoding="utf-8"), python[1])
    BINDER.write_text(repinned(BINDER.read_text(encoding="utf-8"), versions), encoding="utf-8")


if __name__ == "__main__":
    main()
