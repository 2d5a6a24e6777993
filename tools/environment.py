"""Build ``.venv`` from the hash-locked requirements, with nothing but the standard library.

``lab`` holds what a learner needs, ``test`` everything that the checks need as well. A second run finds its stamp and
does nothing; a change of a lock, of ``pyproject.toml`` or of the Python installs again in place.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "setup.stamp"
LOG = VENV / "setup.log"
LOCKS = {"lab": ROOT / "requirements.lock", "test": ROOT / "requirements-test.lock"}
# Every pin of the lab lock is in the test lock too, so whoever has the second has the first.
PROVIDES = {"lab": ("lab",), "test": ("lab", "test")}

# What pip writes when it fails, and what that means to the reader. The first that is found counts.
PIP_FAILURES = (
    ("No space left on device", "The disk is full: free about 1 GB and try again"),
    ("DO NOT MATCH THE HASHES", "A downloaded package is not the one that was locked: try again on another network"),
    ("Failed to establish a new connection", "The package index cannot be reached: check the network and try again"),
    ("NewConnectionError", "The package index cannot be reached: check the network and try again"),
    ("NameResolutionError", "The package index cannot be reached: check the network and try again"),
    ("ProxyError", "The package index cannot be reached through the proxy: check the proxy settings and try again"),
    ("SSLError", "The package index cannot be reached safely: check the clock and the network's certificates"),
    ("timed out", "The package index does not answer in time: check the network and try again"),
    (
        "(from versions: none)",
        "The package index cannot be reached, or lacks a package: check network and index settings",
    ),
)


class SetupError(Exception):
    """Set-up cannot go on; the message is one sentence for the person who asked for it."""


def main(arguments: list[str]) -> int:
    """Set up, and turn whatever stops it into one sentence and exit status 1."""
    parser = argparse.ArgumentParser(prog="tools/setup.py", description="Set up the project's environment in .venv.")
    parser.add_argument("level", nargs="?", choices=sorted(LOCKS), default="lab", help="what to install (lab)")
    level = parser.parse_args(arguments).level
    try:
        set_up(level)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Set-up was interrupted: run it again and it goes on.", file=sys.stderr)
        return 1
    return 0


def set_up(level: str) -> None:
    """Make ``.venv`` hold what ``level`` needs.

    Raises:
        SetupError: it cannot be done here; the message says why.
    """
    if not venv_is_usable():
        create_venv()
    elif read_stamp().get(level) == fingerprint(level):
        return
    started = time.monotonic()
    print(f"Installing what the {level} needs into .venv, a minute or two the first time ...", flush=True)
    STAMP.unlink(missing_ok=True)
    LOG.unlink(missing_ok=True)
    # Taken before the first package: a lock that changes meanwhile must be installed by the next run.
    installed = {each: fingerprint(each) for each in PROVIDES[level]}
    pip("install", "--require-hashes", "-r", str(LOCKS[level]))
    pip("install", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    clear_leftovers()
    keep_jupyterlab_quiet()
    STAMP.write_text(json.dumps(installed, indent=2), encoding="utf-8")
    print(f"Ready after {time.monotonic() - started:.0f} s.", flush=True)


def venv_settings() -> dict[str, str]:
    """Read ``.venv/pyvenv.cfg``; empty when there is none."""
    try:
        lines = (VENV / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return {key.strip(): value.strip() for key, found, value in (line.partition("=") for line in lines) if found}


def venv_is_usable() -> bool:
    """Tell whether ``.venv`` was made here, runs, and has the Python that ``PYTHON`` asks for, if it asks."""
    settings = venv_settings()
    made_here = settings.get("command", "").endswith(f" {VENV}")
    wanted = not os.environ.get("PYTHON") or python_version(settings) == f"{sys.version_info[0]}.{sys.version_info[1]}"
    return made_here and wanted and runs(PYTHON)


def runs(python: Path) -> bool:
    """Tell whether this Python starts and has pip."""
    try:
        return subprocess.run([python, "-c", "import pip"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def python_version(settings: dict[str, str]) -> str:
    """Return the minor version, such as ``3.12``, that a ``pyvenv.cfg`` records."""
    return ".".join(settings.get("version", "").split(".")[:2])


def create_venv() -> None:
    """Make an empty ``.venv`` in place of whatever is there.

    Raises:
        SetupError: this Python cannot make one, or the folder cannot be written.
    """
    try:
        import ensurepip  # noqa: F401 - venv needs it, and some systems package it apart
        import venv
    except ImportError as error:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise SetupError(
            f"{sys.executable} cannot make environments, its venv or ensurepip module is missing: "
            f"install it (on Debian and Ubuntu: apt install python{version}-venv) and try again."
        ) from error
    try:
        if VENV.is_symlink() or VENV.is_file():
            VENV.unlink()
        elif VENV.exists():
            shutil.rmtree(VENV)
        venv.create(VENV, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "strerror", None) or "pip could not be installed into it"
        raise SetupError(f"The environment cannot be made in {VENV}: {reason}.") from error


def pip(*arguments: str) -> None:
    """Run the environment's pip, with all it says added to the log.

    Raises:
        SetupError: pip failed; the message says why in one sentence and names the log.
    """
    quiet = ("--disable-pip-version-check", "--no-input", "--no-color", "--progress-bar=off")
    command = [str(PYTHON), "-m", "pip", *arguments, *quiet]
    with LOG.open("ab") as log:
        status = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, cwd=ROOT, check=False).returncode
    if status:
        said = LOG.read_text(encoding="utf-8", errors="replace")
        found = (meaning for words, meaning in PIP_FAILURES if words in said)
        meaning = next(found, f"pip failed with exit status {status}")
        raise SetupError(f"{meaning} (what pip said is in {LOG.relative_to(ROOT)}).")


def clear_leftovers() -> None:
    """Remove the folder that pip leaves of an earlier install: Python would take it for the package."""
    for folder in (*VENV.glob("lib/python*/site-packages/intimacy"), *VENV.glob("Lib/site-packages/intimacy")):
        shutil.rmtree(folder)


def keep_jupyterlab_quiet() -> None:
    """Spare a learner's first minute JupyterLab's questions about news and updates."""
    settings = VENV / "share/jupyter/lab/settings/overrides.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / "tools/jupyterlab_overrides.json", settings)


def read_stamp() -> dict[str, str]:
    """Return what the last finished set-up left installed: a fingerprint per level."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def fingerprint(level: str) -> str:
    """Return a hash of all that decides what is installed at this level."""
    digest = hashlib.sha256(python_version(venv_settings()).encode())
    for path in (LOCKS[level], ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()
