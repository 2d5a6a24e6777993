"""Build a JupyterLite site, where Python runs in the browser: ``python tools/lite.py [--full] [--to build/lite]``.

Everything that the site needs stands on it: Pyodide, this package as a wheel, and a wheel of each package that it asks
for. What is pure Python comes from the package index, by version and hash. What is compiled (numpy, scipy, pandas, …)
exists for the browser only in Pyodide's own distribution, some 460 MB, which ``--full`` fetches; without it the site
opens and its Python starts, but no lab does. All are in Pyodide's lock, so an ``import`` in a notebook loads them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

import nbformat
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

import lock

ROOT = Path(__file__).resolve().parents[1]
LITE = Path(__file__).resolve().parent / "lite"
PYODIDE = json.loads((LITE / "package.json").read_text(encoding="utf-8"))["dependencies"]["pyodide"]
PYTHON = "3.14"
"""The Python in that Pyodide."""
RELEASE = f"https://github.com/pyodide/pyodide/releases/download/{PYODIDE}/pyodide-{PYODIDE}.tar.bz2"
KERNEL = "@jupyterlite/pyodide-kernel-extension"
EXTENSIONS = "share/jupyter/labextensions"
WIDGETS = ("@jupyter-widgets/jupyterlab-manager", "anywidget")
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
# Front ends, which the site has as extensions of JupyterLab already.
LEFT_OUT = {"widgetsnbextension", "jupyterlab-widgets"}
BROWSER = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "wasm32",
    "platform_system": "Emscripten",
    "python_full_version": f"{PYTHON}.0",
    "python_version": PYTHON,
    "sys_platform": "emscripten",
    "extra": "",
}
NOTES = {
    True: "**This notebook runs in your browser.** The first cell that runs fetches numpy and the other packages, "
    "once: allow it a minute. What you change is kept in this browser only.",
    False: "**The labs do not run in this copy of the site.** It was built without numpy and the other compiled "
    "packages; `make lite ARGS=--full` builds it with them.",
}

Lock = dict[str, Any]


class LiteError(Exception):
    """The site cannot be built; the message is one sentence for the person who asked for it."""


@dataclass(frozen=True)
class Wheel:
    """A wheel and what Pyodide's lock has to know of it.

    Attributes:
        file: where it is.
        name: normalised name of the package.
        version: as in the name of the file.
        depends: normalised names of the packages that it asks for in the browser.
        imports: names that ``import`` finds in it.
    """

    file: Path
    name: str
    version: str
    depends: tuple[str, ...]
    imports: tuple[str, ...]

    @classmethod
    def read(cls, file: Path) -> Wheel:
        """Read a wheel's metadata and names."""
        name, version, _, _ = parse_wheel_filename(file.name)
        with zipfile.ZipFile(file) as archive:
            names = [Path(each) for each in archive.namelist()]
            (metadata,) = (each for each in names if each.match("*.dist-info/METADATA") and len(each.parts) == 2)
            headers = HeaderParser().parsestr(archive.read(metadata.as_posix()).decode())
        asked = map(Requirement, headers.get_all("Requires-Dist", []))
        depends = {
            canonicalize_name(each.name) for each in asked if each.marker is None or each.marker.evaluate(BROWSER)
        }
        modules = {each.parts[0].removesuffix(".py") for each in names if each.suffix == ".py"}
        imports = {each for each in modules if each.isidentifier()}
        return cls(file, name, str(version), tuple(sorted(depends - LEFT_OUT)), tuple(sorted(imports)))

    def entry(self, there: Iterable[str]) -> dict[str, Any]:
        """Return what Pyodide's lock says of it, on a site that has these packages."""
        return {
            "name": self.name,
            "version": self.version,
            "file_name": f"../../pypi/{self.file.name}",
            "install_dir": "site",
            "sha256": hashlib.sha256(self.file.read_bytes()).hexdigest(),
            "package_type": "package",
            "imports": list(self.imports),
            "depends": [name for name in self.depends if name in set(there)],
            "unvendored_tests": False,
        }


def run(command: list[str], folder: Path, what: str) -> None:
    """Run a command quietly.

    Raises:
        LiteError: it failed; what it said goes to standard error first.
    """
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        raise LiteError(f"{what} failed with exit status {done.returncode}; what it said is above.")


def core(folder: Path) -> Path:
    """Fetch Pyodide without packages from the npm registry, and return its folder.

    Raises:
        LiteError: there is no npm, or it fails.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise LiteError("There is no npm, which fetches Pyodide: install Node.js 18 or newer and try again.")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(LITE / name, folder)
    run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder, "npm ci")
    return folder / "node_modules/pyodide"


def requirements(names: Collection[str]) -> str:
    """Return lines for pip, with version and hashes, of packages that are locked.

    Raises:
        LiteError: one of them is not locked.
    """
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    text += (LITE / "requirements.txt").read_text(encoding="utf-8")
    versions = lock.pins(text, PYTHON)
    if missing := sorted(set(names) - set(versions)):
        raise LiteError(f"No lock has {', '.join(missing)}, which the browser needs: run `make lock`.")
    wanted = {f"{name}=={versions[name]}" for name in names}
    blocks = re.split(r"^(?=\w)", text, flags=re.MULTILINE)
    chosen = (block for block in blocks if block.partition(" ")[0] in wanted)
    # pip would hold a marker against the Python that it runs in.
    return "".join(re.sub(r" ;.*(?= \\$)", "", block, flags=re.MULTILINE) for block in chosen)


def downloaded(names: Collection[str], folder: Path) -> list[Wheel]:
    """Fetch the pure-Python wheels of packages that are locked.

    Raises:
        LiteError: one is not locked or has no such wheel, or the index cannot be reached.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = folder / "requirements.txt"
    wanted.write_text(requirements(names), encoding="utf-8")
    pure = ["--implementation=py", "--abi=none", "--platform=any", f"--python-version={PYTHON}"]
    options = ["--no-deps", "--require-hashes", "--only-binary=:all:", *pure, "--dest=.", "--requirement", wanted.name]
    run([sys.executable, "-m", "pip", "download", *options], folder, "pip download")
    wheels = {wheel.name: wheel for wheel in map(Wheel.read, sorted(folder.glob("*.whl")))}
    return [wheels[name] for name in names]


def own_wheel(folder: Path) -> Wheel:
    """Build the wheel of this package, tables included."""
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], ROOT, "hatchling")
    (file,) = folder.glob("*.whl")
    return Wheel.read(file)


def compiled(packages: Mapping[str, Any]) -> set[str]:
    """Return which packages of a Pyodide lock are compiled, so that no wheel of the package index will do."""
    return {name for name, each in packages.items() if not each["file_name"].endswith("none-any.whl")}


def gathered(own: Wheel, packages: Mapping[str, Any], folder: Path) -> tuple[list[Wheel], set[str]]:
    """Return all wheels that the site needs from the package index, and the names of what it needs of Pyodide's."""
    found = {own.name: own}
    natives: set[str] = set()
    wanted = {"micropip", *own.depends}
    while wanted:
        natives |= wanted & compiled(packages)
        found |= {wheel.name: wheel for wheel in downloaded(sorted(wanted - natives), folder)}
        asked = {name for wheel in found.values() for name in wheel.depends}
        wanted = asked - set(found) - natives
    return list(found.values()), with_dependencies(natives, packages) - set(found)


def with_dependencies(names: set[str], packages: Mapping[str, Any]) -> set[str]:
    """Return packages of a Pyodide lock with all that they depend on there."""
    more = {each for name in names for each in packages[name]["depends"]} - names
    return with_dependencies(names | more, packages) if more else names


def distributed(names: set[str], packages: Mapping[str, Any], folder: Path) -> None:
    """Fetch packages out of Pyodide's distribution, each checked against the lock.

    Raises:
        LiteError: the distribution cannot be fetched, lacks a package, or has another than the lock.
    """
    wanted = {packages[name]["file_name"]: packages[name]["sha256"] for name in names}
    try:
        with (
            urllib.request.urlopen(RELEASE, timeout=60) as answer,  # nosec B310 # one address, https
            tarfile.open(fileobj=answer, mode="r|bz2") as archive,
        ):
            for member in archive:
                if (name := Path(member.name).name) in wanted and (file := archive.extractfile(member)):
                    body = file.read()
                    if hashlib.sha256(body).hexdigest() != wanted.pop(name):
                        raise LiteError(f"{name} of Pyodide's distribution is not the one that Pyodide's lock names.")
                    (folder / name).write_bytes(body)
    except (OSError, EOFError, tarfile.TarError) as error:
        raise LiteError(f"Pyodide's distribution cannot be fetched from {RELEASE}: {error}.") from error
    if wanted:
        raise LiteError(f"Pyodide's distribution lacks {', '.join(sorted(wanted))}.")


def site_lock(pyodide: Lock, wheels: Iterable[Wheel], kept: Iterable[str]) -> Lock:
    """Return Pyodide's lock with just what stands on the site: these wheels, and these packages of its own."""
    packages = {name: pyodide["packages"][name] for name in kept}
    there = {*packages, *(wheel.name for wheel in wheels)}
    return {**pyodide, "packages": packages | {wheel.name: wheel.entry(there) for wheel in wheels}}


def contents(folder: Path, full: bool) -> None:
    """Write what a learner finds in the file browser: notebooks with a note in front, tables, pictures."""
    for name in ("data", "figures"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "README.md", folder)
    (folder / "notebooks").mkdir()
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.insert(1, nbformat.v4.new_markdown_cell(NOTES[full], id="lite-note"))
        nbformat.write(notebook, folder / "notebooks" / path.name)


def jupyterlite(folder: Path) -> Path:
    """Make the environment that JupyterLite has for itself, from its lock, and return its folder.

    Raises:
        LiteError: a package cannot be fetched.
    """
    uv = [sys.executable, "-m", "uv"]
    run([*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)], ROOT, "uv venv")
    sync = ["pip", "sync", "--quiet", "--require-hashes", "requirements-lite.lock", "--python", str(folder)]
    run([*uv, *sync], ROOT, "uv pip sync")
    return folder


def settings(jupyterlite: Path) -> dict[str, dict[str, Any]]:
    """Return the JSON files that steer JupyterLite, by name."""
    places = [jupyterlite / EXTENSIONS / KERNEL, *(Path(sys.prefix) / EXTENSIONS / name for name in WIDGETS)]
    kernel = {"disablePyPIFallback": True}
    page = {"appName": "Neurobiological Foundations of Intimacy", "litePluginSettings": {f"{KERNEL}:kernel": kernel}}
    build = {
        "apps": ["lab"],
        "federated_extensions": list(map(str, places)),
        "ignore_sys_prefix": ["federated_extensions", "settings_overrides"],
        "no_sourcemaps": True,
    }
    return {
        "jupyter-lite.json": {"jupyter-lite-schema-version": 0, "jupyter-config-data": page},
        "jupyter_lite_config.json": {"LiteBuildConfig": build},
        "overrides.json": json.loads((ROOT / "tools/jupyterlab_overrides.json").read_text(encoding="utf-8")),
    }


def build(to: Path, full: bool, parts: Path) -> None:
    """Gather the parts of the site and let JupyterLite put them together.

    Raises:
        LiteError: something cannot be fetched or built.
    """
    source = parts / "source"
    for folder in (source, to, parts / "own", parts / "wheels"):
        shutil.rmtree(folder, ignore_errors=True)
    runtime = source / "static/pyodide"
    runtime.mkdir(parents=True)
    pyodide = core(parts / "npm")
    for name in CORE:
        shutil.copy(pyodide / name, runtime)
    locked = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))
    wheels, natives = gathered(own_wheel(parts / "own"), locked["packages"], parts / "wheels")
    if full:
        distributed(natives, locked["packages"], runtime)
    (source / "pypi").mkdir()
    for wheel in wheels:
        shutil.copy(wheel.file, source / "pypi")
    (runtime / "pyodide-lock.json").write_text(json.dumps(site_lock(locked, wheels, natives if full else ())))
    contents(source / "files", full)
    environment = jupyterlite(parts / "env")
    for name, body in settings(environment).items():
        (source / name).write_text(json.dumps(body, indent=2), encoding="utf-8")
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run([str(python), "-m", "jupyterlite_core", "build", "--output-dir", str(to)], source, "jupyter lite build")
    size = sum(path.stat().st_size for path in to.rglob("*") if path.is_file())
    print(f"{to}: {len(wheels)} wheels, {size / 1e6:.0f} MB", flush=True)
    if not full:
        print(f"Not on the site, so no lab runs there without --full: {', '.join(sorted(natives))}.")


def main() -> int:
    """Build the site; 1 when it cannot be built."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "build/lite", help="the folder, emptied first (build/lite)")
    parser.add_argument("--full", action="store_true", help="with numpy and the rest of Pyodide's distribution")
    options = parser.parse_args()
    try:
        build(options.to.resolve(), options.full, ROOT / "build/lite_parts")
    except LiteError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
