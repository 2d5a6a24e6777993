"""Run every notebook on every kind of machine and print a table: ``python tools/matrix.py [machines]``, on Linux.

Each machine gets a copy of the project in ``build/matrix``, an environment of its own, and kernels that must see what
the machine promises: one core, no network, that Python. The outputs of every cell must equal the stored ones, a warning
that our own code gives cause for is an error, and nothing may be left behind, neither in files nor in the process.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from check import ALWAYS, ONE_THREAD, PARALLEL
from setup import NEWEST, OLDEST

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build/matrix"
PLAIN, ACCENTS = "copy", "Größe und Nähe/l’intimité"
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "build", "dist")
NOT_OURS = {"__pycache__", ".venv"}
VERSIONS = [f"{OLDEST[0]}.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
HERE = "{}.{}".format(*sys.version_info)
# A warning that our own code gives cause for fails a test.
STRICT = ("-o", "filterwarnings=error:::intimacy")
TESTS = (
    "tests/models",
    "tests/labs",
    "tests/widgets",
    "tests/test_arguments.py",
    "tests/test_hostile.py",
    "-m",
    f"not browser and {ALWAYS}",
)

# The rest of the command line is what they run. The kernel talks to its client through the loopback device.
OFFLINE = ("unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
# Rights of a file do not stop an administrator; a mount does.
READ_ONLY = (
    *("unshare", "--map-root-user", "--mount", "sh", "-c"),
    'for each in "$PWD" "$HOME"; do mount --bind "$each" "$each" && mount -o remount,bind,ro "$each" || exit 1; done; '
    'cd "$PWD" && exec "$@"',
    "sh",
)
ONE_CORE = ("taskset", "--cpu-list", str(min(os.sched_getaffinity(0))))
# Python would make UTF-8 of this locale unless told not to. The zone needs no table of zones.
PLAIN_ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TZ": "<+1345>-13:45"}

INSTALL = {
    "locked": {
        "lab": ("--require-hashes", "-r", "requirements.lock"),
        "test": ("--require-hashes", "-r", "requirements-test.lock"),
    },
    "oldest": {
        "lab": ("--resolution", "lowest-direct", "-r", "pyproject.toml", "--extra", "lab"),
        "test": ("--resolution", "lowest-direct", "-r", "pyproject.toml", "--extra", "lab", "--extra", "test"),
    },
    "newest": {
        "lab": ("--upgrade", "-r", "pyproject.toml", "--extra", "lab"),
        "test": ("--upgrade", "-r", "pyproject.toml", "--extra", "lab", "--extra", "test"),
    },
}


class MatrixError(Exception):
    """A machine cannot be made; the message says what failed."""


@dataclass(frozen=True)
class Machine:
    """A kind of machine that the notebooks must run on.

    Attributes:
        what: what is special about it, for the table.
        promises: what its kernels must see, as ``matrix_kernels.py`` reports it.
        runs: how the notebooks run, each as ``matrix_kernels.py`` takes it: a way and a seed for their order.
        python: the version of Python.
        packages: which packages it has, a key of ``INSTALL``; ``None`` for what ``tools/setup.py`` installs.
        folder: where the copy of the project lies, below ``build/matrix``.
        inside: a command that runs another in what is special.
        variables: environment variables on top of the caller's.
        tested: whether the quick tests of models, labs, widgets and arguments run there too.
    """

    what: str
    promises: Mapping[str, Any] = field(default_factory=dict)
    runs: Sequence[Sequence[str]] = (("together", "1"),)
    python: str = HERE
    packages: str | None = "locked"
    folder: str = PLAIN
    inside: Sequence[str] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    tested: bool = False


@dataclass(frozen=True)
class Outcome:
    """What happened on a machine: seconds, versions, what is wrong with each notebook, the tests, and the whole."""

    seconds: float
    versions: Mapping[str, str]
    notebooks: Mapping[str, Sequence[str]]
    tests: str
    faults: Sequence[str]

    @property
    def passed(self) -> bool:
        return not self.faults and not any(self.notebooks.values())


def machines(pythons: Iterable[str]) -> dict[str, Machine]:
    """Return the machines that can be made with these versions of Python, by name."""
    versions = sorted(pythons, key=VERSIONS.index)
    elsewhere = {"packages": None, "folder": ACCENTS}
    return {
        "twice": Machine("twice in the same kernel", runs=[("twice",)]),
        "fresh": Machine("twice in fresh kernels, shuffled", runs=[("fresh", "1"), ("fresh", "2")]),
        "order": Machine("in one kernel, shuffled three times", runs=[("together", seed) for seed in ("1", "2", "3")]),
        "offline": Machine("without a network", {"network": False}, inside=OFFLINE),
        "core": Machine("on one core", {"cores": 1}, inside=ONE_CORE),
        "accents": Machine(f"set up in {ACCENTS}", {"writes_here": True}, **elsewhere),
        "readonly": Machine(
            "there, where nothing can be written",
            {"writes_here": False, "writes_home": False},
            inside=READ_ONLY,
            **elsewhere,
        ),
        "locale": Machine(
            "in plain ASCII, 13:45 h ahead", {"encoding": "ascii", "zone": "+1345"}, variables=PLAIN_ASCII
        ),
        **{f"python{each}": Machine(f"Python {each}", python=each, tested=True) for each in versions},
        "oldest": Machine("oldest allowed packages", python=versions[0], packages="oldest", tested=True),
        "newest": Machine("newest allowed packages", python=versions[-1], packages="newest", tested=True),
    }


def find_pythons(named: Sequence[Path]) -> dict[str, Path]:
    """Return version to interpreter for all that run: those named, this one, and those on the PATH or of pyenv.

    Raises:
        MatrixError: one that was named does not run, or is of a version that the project does not allow.
    """
    found: dict[str, Path] = {}
    for path in named:
        if (version := version_of(path)) not in VERSIONS:
            raise MatrixError(f"--python must name a Python {VERSIONS[0]} to {VERSIONS[-1]} that runs, got {path}.")
        found[version] = path
    found.setdefault(HERE, Path(sys.executable))
    for version in VERSIONS:
        folders = [Path(folder) for folder in os.get_exec_path()]
        folders += sorted((Path.home() / ".pyenv/versions").glob(f"{version}*/bin"))
        for folder in folders:
            if version not in found and version_of(folder / f"python{version}") == version:
                found[version] = folder / f"python{version}"
    return found


def version_of(python: Path) -> str:
    """Return the version, such as ``3.12``, that an interpreter says it has; nothing when it does not run."""
    try:
        asked = subprocess.run(
            [python, "-c", "import sys; print('{}.{}'.format(*sys.version_info))"],
            capture_output=True,
            check=False,
            text=True,
        )
    except OSError:
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""


def checked(command: Sequence[str | Path], folder: Path) -> None:
    """Run a command in a folder.

    Raises:
        MatrixError: it failed; the message has the end of what it said.
    """
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, text=True)
    if done.returncode:
        raise MatrixError(f"{' '.join(map(str, command[1:]))} failed: {(done.stderr or done.stdout).strip()[-2000:]}")


def uv(*arguments: str | Path, folder: Path) -> None:
    """Run uv in a folder; it speaks only when it fails."""
    checked([sys.executable, "-m", "uv", "--quiet", *arguments], folder)


@cache
def copy(folder: str) -> Path:
    """Copy the project below ``build/matrix``, once in a run of this tool, and return where."""
    tree = BUILD / folder
    shutil.rmtree(tree, ignore_errors=True)
    return shutil.copytree(ROOT, tree, ignore=NOT_COPIED)


@cache
def environment(tree: Path, packages: str | None, python: Path) -> Path:
    """Make an environment with what people open the collection with, and return its Python."""
    if packages is None:
        checked([python, "tools/setup.py", "lab"], tree)
        return tree / ".venv/bin/python"
    home = BUILD / f"{packages}-{version_of(python)}"
    made = home / "bin/python"
    uv("venv", "--clear", "--python", python, home, folder=tree)
    uv("pip", "install", "--python", made, *INSTALL[packages]["lab"], folder=tree)
    uv("pip", "install", "--python", made, "--no-deps", "--no-build-isolation", "--no-cache", ".", folder=tree)
    return made


def files(tree: Path) -> dict[str, tuple[int, int]]:
    """Return the files of the project, each with its size and the time of its last change."""
    paths = [path for path in tree.rglob("*") if path.is_file() and not NOT_OURS & set(path.parts)]
    return {str(path.relative_to(tree)): (path.stat().st_size, path.stat().st_mtime_ns) for path in paths}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each file that came, went or changed."""
    return [
        f"it left {path} {'new' if path not in before else 'changed' if path in after else 'removed'}"
        for path in sorted({*before, *after})
        if before.get(path) != after.get(path)
    ]


def broken(promises: Mapping[str, Any], facts: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each promise of a machine that its kernels do not see kept."""
    return [
        f"the kernel must see {name} = {promised}, it sees {facts.get(name)}"
        for name, promised in promises.items()
        if facts.get(name) != promised
    ]


def read_report(path: Path, promises: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, list[str]], list[str]]:
    """Return the versions, the faults of each notebook, and the promises that a report shows broken."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    facts = lines[0] if lines else {}
    notebooks: dict[str, list[str]] = {}
    for line in lines[1:]:
        notebooks.setdefault(line["notebook"], []).extend(line["faults"])
    return facts.get("versions", {}), notebooks, broken(promises, facts)


def own_variables(home: Path, machine: Machine) -> dict[str, str]:
    """Return the environment variables of a person who has never used Jupyter, on this machine."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "JUPYTER", "LC_"))}
    # Where nothing can be written, whoever starts Jupyter names a folder for its connection files.
    own = {"HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home.with_name("runtime")), "LC_ALL": "C.UTF-8"}
    return kept | own | ONE_THREAD | machine.variables


def attempt(name: str, machine: Machine, python: Path) -> Outcome:
    """Run the notebooks, and the tests if there are any, on one machine."""
    started = time.monotonic()
    tree = copy(machine.folder)
    made = environment(tree, machine.packages, python)
    home = BUILD / "people" / name / "home"
    shutil.rmtree(home.parent, ignore_errors=True)
    home.mkdir(parents=True)
    variables = own_variables(home, machine)
    promises = {"python": machine.python, **machine.promises}
    before = files(tree)
    versions: dict[str, str] = {}
    notebooks: dict[str, list[str]] = {path.stem: [] for path in sorted((tree / "notebooks").glob("*.ipynb"))}
    wrong: list[str] = []
    for run in machine.runs:
        report = home.with_name("report.jsonl")
        report.unlink(missing_ok=True)
        command = [*machine.inside, str(made), "tools/matrix_kernels.py", str(report), *run]
        done = subprocess.run(
            command, cwd=tree, env=variables, capture_output=True, check=False, text=True, errors="replace"
        )
        versions, found, missed = read_report(report, promises)
        wrong += missed
        if done.returncode:
            wrong.append(f"{' '.join(run)} ended with status {done.returncode}: {done.stderr.strip()[-2000:]}")
        for stem, each in notebooks.items():
            each += found.get(stem, ["it did not run"])
    wrong += changes(before, files(tree))
    tests = ""
    if machine.tested:
        tests, failed = run_tests(tree, made, INSTALL[machine.packages]["test"], variables)
        wrong += failed
    return Outcome(time.monotonic() - started, versions, notebooks, tests, wrong)


def run_tests(tree: Path, python: Path, install: Sequence[str], variables: Mapping[str, str]) -> tuple[str, list[str]]:
    """Run the quick tests with what the checks stand on installed too; return pytest's last line, and what failed."""
    uv("pip", "install", "--python", python, *install, folder=tree)
    done = subprocess.run(
        [python, "-m", *PARALLEL, "loadgroup", *TESTS, *STRICT],
        cwd=tree,
        env=variables,
        capture_output=True,
        check=False,
        text=True,
    )
    last = (done.stdout.strip().splitlines() or [""])[-1].strip("= ")
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if done.returncode and not failed:
        failed = [f"the tests ended with status {done.returncode}: {(done.stderr or done.stdout).strip()[-2000:]}"]
    return last, failed


def table(outcomes: Mapping[str, Outcome], wanted: Mapping[str, Machine]) -> str:
    """Return the table: a line per machine and a column per notebook, then what was there, then what is wrong."""
    stems = sorted({stem for outcome in outcomes.values() for stem in outcome.notebooks})
    width = max(len(wanted[name].what) for name in outcomes)
    lines = [f"{'machine':10} {'what is special':{width}} {' '.join(stem[:2] for stem in stems)}   time  tests"]
    for name, outcome in outcomes.items():
        marks = " ".join("NO" if outcome.notebooks.get(stem, True) else "ok" for stem in stems)
        whole = "" if outcome.passed else "  FAILED"
        line = f"{name:10} {wanted[name].what:{width}} {marks} {outcome.seconds:4.0f} s  {outcome.tests}{whole}"
        lines.append(line.rstrip())
    lines.append("")
    for name, outcome in outcomes.items():
        if wanted[name].tested and outcome.versions:
            packages = ", ".join(f"{key} {value}" for key, value in outcome.versions.items())
            lines.append(f"{name}: Python {wanted[name].python}, {packages}")
    for name, outcome in outcomes.items():
        lines += [f"{name}: {fault}" for fault in outcome.faults]
        lines += [f"{name}: {stem}: {fault}" for stem, faults in outcome.notebooks.items() for fault in faults]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Try the machines named, all by default; 1 when anything is wrong on one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--python",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="a Python to use, such as /usr/bin/python3.13",
    )
    parser.add_argument("machines", nargs="*", metavar="machine", help="names from the first column of the table")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.machines if name not in machines(VERSIONS)]:
        parser.error(f"there is no machine {', '.join(unknown)}, only {', '.join(machines(VERSIONS))}")
    try:
        pythons = find_pythons(options.python)
    except MatrixError as error:
        parser.error(str(error))
    there = machines(pythons)
    names = options.machines or list(there)
    if lacking := [name for name in names if name not in there]:
        parser.error(f"{', '.join(lacking)} is not on this computer: name it with --python")
    outcomes = {}
    for name in names:
        print(f"{name}: {there[name].what} ...", flush=True)
        try:
            outcomes[name] = attempt(name, there[name], pythons[there[name].python])
        except MatrixError as error:
            outcomes[name] = Outcome(0, {}, {}, "", [str(error)])
    print(f"\n{table(outcomes, there)}")
    if missing := [version for version in VERSIONS if version not in pythons]:
        print(f"Not tried, as this machine does not have it: Python {', '.join(missing)}.")
    return int(not all(outcome.passed for outcome in outcomes.values()))


if __name__ == "__main__":
    sys.exit(main())
