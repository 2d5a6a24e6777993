"""Open JupyterLab on the first notebook of the collection: ``python tools/lab.py [JupyterLab's own options]``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def start_page(root: Path) -> str:
    """Return the address, below the server's, of the first notebook of the collection."""
    notebooks = sorted((root / "notebooks").glob("*.ipynb"))
    return f"/lab/tree/notebooks/{notebooks[0].name}" if notebooks else "/lab"


def command(root: Path, arguments: list[str], is_root: bool) -> list[str]:
    """Return the command that opens JupyterLab, with what the caller adds at the end.

    The administrator's account needs ``--allow-root``, which containers run into. It is added unless the caller has
    a word in it; the token and the local address stay as they are.
    """
    allow_root = is_root and not any("allow-root" in each or "allow_root" in each for each in arguments)
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url={start_page(root)}",
        *(["--allow-root"] if allow_root else []),
        *arguments,
    ]


def main() -> None:
    """Become JupyterLab."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root:
        print("You are the administrator (root): fine in a container, better avoided elsewhere.", file=sys.stderr)
    line = command(ROOT, sys.argv[1:], is_root)
    # Matrices are small here, and threads that wait for one another make 0.1 ms into 50 where cores are shared.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # The environment's own programs come first, so that a terminal or `!pip` in a notebook finds them.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    os.execv(line[0], line)  # nosec B606 # a list that is made here


if __name__ == "__main__":
    main()
