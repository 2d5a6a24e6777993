"""The parts of the JupyterLite site: what a wheel says of itself, what is locked, what Pyodide's distribution gives."""

from __future__ import annotations

import functools
import hashlib
import http.server
import io
import json
import re
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import lite
import lock

METADATA = """Metadata-Version: 2.4
Name: Some.Thing
Version: 1.2
Requires-Dist: numpy>=2
Requires-Dist: colorama; sys_platform == "win32"
Requires-Dist: pyodide-http; sys_platform == "emscripten"
Requires-Dist: tomli; python_version < "3.11"
Requires-Dist: pytest; extra == "test"
Requires-Dist: widgetsnbextension~=4.0
"""
PACKAGES = {
    "numpy": {"file_name": "numpy-2-cp314-cp314-pyemscripten_2026_0_wasm32.whl", "sha256": "", "depends": []},
    "pandas": {"file_name": "pandas-3-cp314-cp314-pyemscripten_2026_0_wasm32.whl", "depends": ["numpy", "six"]},
    "six": {"file_name": "six-1-py2.py3-none-any.whl", "depends": []},
    "sympy": {"file_name": "sympy-1-py3-none-any.whl", "depends": []},
}


@pytest.fixture
def wheel(tmp_path: Path) -> lite.Wheel:
    file = tmp_path / "some_thing-1.2-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("some_thing/__init__.py", "")
        archive.writestr("some_thing/vendored.dist-info/METADATA", "Name: another")
        archive.writestr("alone.py", "")
        archive.writestr("some_thing-1.2.dist-info/METADATA", METADATA)
    return lite.Wheel.read(file)


def test_a_wheel_says_what_it_needs_in_a_browser(wheel: lite.Wheel) -> None:
    assert (wheel.name, wheel.version) == ("some-thing", "1.2")
    assert wheel.depends == ("numpy", "pyodide-http")
    assert wheel.imports == ("alone", "some_thing")


def test_the_lock_of_the_site_has_just_what_is_there(wheel: lite.Wheel) -> None:
    found = lite.site_lock({"info": {"python": "3.14.2"}, "packages": PACKAGES}, [wheel], ["numpy"])
    assert found["info"] == {"python": "3.14.2"}
    assert set(found["packages"]) == {"numpy", "some-thing"}
    assert found["packages"]["numpy"] == PACKAGES["numpy"]
    entry = found["packages"]["some-thing"]
    assert entry["depends"] == ["numpy"]
    assert entry["file_name"] == "../../pypi/some_thing-1.2-py3-none-any.whl"
    assert entry["sha256"] == hashlib.sha256(wheel.file.read_bytes()).hexdigest()


def test_what_is_compiled_comes_from_pyodide_with_what_it_needs() -> None:
    assert lite.compiled(PACKAGES) == {"numpy", "pandas"}
    assert lite.with_dependencies({"pandas"}, PACKAGES) == {"pandas", "numpy", "six"}


def test_requirements_are_those_of_the_browsers_python_with_hashes_and_without_markers() -> None:
    lines = lite.requirements(["micropip", "networkx"])
    locks = (lite.ROOT / "requirements.lock", lite.LITE / "requirements.txt")
    pins = lock.pins("".join(path.read_text(encoding="utf-8") for path in locks), lite.PYTHON)
    wanted = [(name, pins[name]) for name in ("networkx", "micropip")]
    assert re.findall(r"^(\S+)==(\S+) \\$", lines, flags=re.MULTILINE) == wanted
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", lines)) >= 3


def test_a_package_that_is_in_no_lock_is_one_sentence() -> None:
    with pytest.raises(lite.LiteError, match=r"^No lock has nowhere-to-be-found, .*\.$"):
        lite.requirements(["networkx", "nowhere-to-be-found"])


def test_without_npm_it_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(lite.LiteError, match=r"^There is no npm, .*\.$"):
        lite.core(tmp_path / "npm")


def test_pyodide_is_pinned_by_hash_and_its_lock_names_no_registry() -> None:
    text = (lite.LITE / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    assert packages["node_modules/pyodide"]["version"] == lite.PYODIDE
    assert all(each["integrity"].startswith("sha512-") for name, each in packages.items() if name)
    assert "resolved" not in text


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A distribution of Pyodide's with one wheel in it, behind a web server of our own."""
    body = b"numpy for the browser"
    monkeypatch.setitem(PACKAGES["numpy"], "sha256", hashlib.sha256(body).hexdigest())
    with tarfile.open(tmp_path / "pyodide.tar.bz2", "w:bz2") as archive:
        for name in ("pyodide/other.whl", f"pyodide/{PACKAGES['numpy']['file_name']}"):
            member = tarfile.TarInfo(name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(lite, "RELEASE", f"http://127.0.0.1:{server.server_port}/pyodide.tar.bz2")
    (tmp_path / "to").mkdir()
    yield tmp_path / "to"
    server.shutdown()
    server.server_close()


def test_only_what_is_needed_is_taken_out_of_the_distribution(release: Path) -> None:
    lite.distributed({"numpy"}, PACKAGES, release)
    assert [each.name for each in release.iterdir()] == [PACKAGES["numpy"]["file_name"]]


def test_another_file_than_the_locked_one_is_refused(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PACKAGES["numpy"], "sha256", "0" * 64)
    with pytest.raises(lite.LiteError, match="is not the one that Pyodide's lock names"):
        lite.distributed({"numpy"}, PACKAGES, release)
    assert list(release.iterdir()) == []


def test_a_distribution_that_lacks_a_package_is_one_sentence(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PACKAGES["six"], "sha256", "0" * 64)
    with pytest.raises(lite.LiteError, match=r"^Pyodide's distribution lacks six-1-.*\.whl\.$"):
        lite.distributed({"numpy", "six"}, PACKAGES, release)


def test_a_distribution_that_breaks_off_is_one_sentence(release: Path) -> None:
    file = release.parent / "pyodide.tar.bz2"
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(lite.LiteError, match="cannot be fetched from http"):
        lite.distributed({"numpy"}, PACKAGES, release)


def test_a_distribution_that_is_not_there_is_one_sentence(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lite, "RELEASE", lite.RELEASE + ".gone")
    with pytest.raises(lite.LiteError, match=r"cannot be fetched from http.*: HTTP Error 404: .*\.$"):
        lite.distributed({"numpy"}, PACKAGES, release)


LIKE_A_BROWSER = """
import os, socket, subprocess, sys, threading

import nbformat
from IPython.core.interactiveshell import InteractiveShell


def refuse(*_arguments, **_options):
    raise RuntimeError("a browser has no threads, no processes and no sockets")


shell = InteractiveShell.instance()
for place, name in ((threading.Thread, "start"), (subprocess.Popen, "__init__"), (socket.socket, "connect")):
    setattr(place, name, refuse)
os.fork = refuse
for name in ("dask", "distributed", "psycopg", "sqlalchemy", "tornado"):
    sys.modules[name] = None
for cell in nbformat.read(sys.argv[1], as_version=4).cells:
    if cell.cell_type == "code":
        shell.run_cell(cell.source, silent=True).raise_error()
"""
STEMS = sorted(path.stem for path in (lite.ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.lite
@pytest.mark.parametrize("stem", STEMS)
def test_a_notebook_needs_nothing_that_a_browser_lacks(stem: str, root: Path) -> None:
    command = [sys.executable, "-c", LIKE_A_BROWSER, f"{stem}.ipynb"]
    ran = subprocess.run(command, cwd=root / "notebooks", capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
