"""Become one student's server: lay the collection into the home, and bound the memory of each process."""

from __future__ import annotations

import os
import resource
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = ("README.md", "notebooks", "data", "figures")


def lay_out(source: Path, target: Path) -> None:
    """Copy each file that is not there yet: what a student has changed is never replaced."""
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        for each in sorted(source.iterdir()):
            if not each.name.startswith("."):
                lay_out(each, target / each.name)
    elif not target.exists():
        shutil.copyfile(source, target)


def main() -> None:
    """Become the server; ``MEM_LIMIT`` is what JupyterHub makes of its ``mem_limit``, in bytes."""
    home = Path.home()
    (home / "intimacy").mkdir(exist_ok=True)
    for name in COLLECTION:
        lay_out(ROOT / name, home / "intimacy" / name)
    most = int(os.environ["MEM_LIMIT"])
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    # Matrices are small here, and threads that wait for one another make 0.1 ms into 50 where cores are shared.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Kernels talk through sockets here, and the path of a socket has 107 letters at most.
    os.environ["JUPYTER_RUNTIME_DIR"] = str(home / ".jupyter-run")
    # The environment's own programs come first, so that a terminal or `!pip` in a notebook finds them.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    line = [sys.executable, "-m", "jupyterhub.singleuser", *sys.argv[1:]]
    os.execv(line[0], line)  # nosec B606 # the hub alone starts this, with a list


if __name__ == "__main__":
    main()
