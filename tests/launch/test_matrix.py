"""The matrix of machines: it tells machines apart, sees what a notebook leaves behind, and believes no promise."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_notebook, new_output
from packaging.requirements import Requirement

import matrix
import matrix_kernels

NAMESPACES = pytest.mark.skipif(
    shutil.which("unshare") is None or subprocess.run([*matrix.OFFLINE, "true"], check=False).returncode != 0,
    reason="this system lets nobody make a namespace",
)
ALL = matrix.machines(matrix.VERSIONS)


def printed(text: str) -> list[nbformat.NotebookNode]:
    """Return the outputs of a cell that printed this."""
    return [new_output("stream", name="stdout", text=text)]


def notebook(folder: Path, name: str, **cells: str) -> Path:
    """Write a notebook whose cells are stored as having printed these words, and return where."""
    content = [new_code_cell(source, outputs=printed(f"{text}\n")) for text, source in cells.items()]
    path = folder / f"{name}.ipynb"
    nbformat.write(new_notebook(cells=content), path)
    return path


def compared(ran: list[nbformat.NotebookNode], stored: list[nbformat.NotebookNode]) -> str:
    """Compare outputs as the tool does."""
    replace = matrix_kernels.patterns(matrix_kernels.SANITIZE.read_text(encoding="utf-8"))
    return matrix_kernels.difference(*(matrix_kernels.comparable(each, replace) for each in (ran, stored)))


def inside(command: tuple[str, ...], code: str, folder: Path) -> str:
    """Run Python in what a machine puts around it, in a folder that is its home too, and return what it prints."""
    return subprocess.run(
        [*command, sys.executable, "-c", code],
        cwd=folder,
        env=os.environ | {"HOME": str(folder)},
        capture_output=True,
        check=True,
        text=True,
    ).stdout.strip()


def test_what_notebooks_do_in_one_kernel_is_seen(tmp_path: Path) -> None:
    good = notebook(tmp_path, "good", one="kept = 1; print('one')", two="print('two')")
    cleared = "print('kept' if 'kept' in globals() else 'cleared')"
    leaky = notebook(tmp_path, "leaky", cleared=f"{cleared}; import os, random; os.chdir('/'); random.seed(1)")
    loud = notebook(tmp_path, "loud", one="import warnings; print('one'); warnings.warn('old', DeprecationWarning)")
    once = notebook(tmp_path, "once", cleared=f"{cleared}; kept = 1")
    *twice, left, warned, first, second = matrix_kernels.faults([good, good, leaky, loud, once, once])
    assert twice == [[], []]
    assert left == ["it leaves the working folder changed", "it leaves the random numbers of Python changed"]
    assert len(warned) == 1
    assert warned[0].startswith("code cell 1 gave")
    assert "DeprecationWarning" in warned[0]
    assert first == []
    assert len(second) == 1, "a notebook that follows itself must find its own names"
    assert "kept" in second[0]


def test_outputs_are_compared_as_nbval_does() -> None:
    assert compared(printed("<object at 0x7fab12>"), printed("<object at 0x0>")) == ""
    assert compared(printed("a") + printed("b"), printed("ab")) == ""
    assert "'1.5\"" in compared(printed("trust 1.5"), printed("trust 1.4")).replace("trust ", "'")
    assert "is stored" in compared(printed("more"), [])
    assert "is stored" in compared([], printed("less"))
    assert "stderr" in compared([new_output("stream", name="stderr", text="x")], printed("x"))


def test_a_promise_that_a_kernel_does_not_see_kept_is_a_fault(tmp_path: Path) -> None:
    report = tmp_path / "report"
    lines = [{"cores": 2, "network": False, "versions": {"numpy": "2"}}, {"notebook": "a", "faults": ["x"]}]
    report.write_text("\n".join(map(json.dumps, [*lines, lines[1]])), encoding="utf-8")
    versions, notebooks, wrong = matrix.read_report(report, {"cores": 1, "network": False})
    assert (versions, notebooks) == ({"numpy": "2"}, {"a": ["x", "x"]})
    assert wrong == ["the kernel must see cores = 1, it sees 2"]
    assert matrix.read_report(tmp_path / "none", {"python": "3.11"})[2] != []


@NAMESPACES
def test_without_a_network_a_real_connection_fails(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        connect = f"import socket; print(socket.socket().connect_ex(('127.0.0.1', {server.getsockname()[1]})) == 0)"
        assert inside((), connect, tmp_path) == "True"
        assert inside(matrix.OFFLINE, connect, tmp_path) == "False"
    own = (
        "import socket; server = socket.create_server(('127.0.0.1', 0))\n"
        "print(socket.socket().connect_ex(server.getsockname()) == 0)"
    )
    assert inside(matrix.OFFLINE, own, tmp_path) == "True"
    asked = f"import socket; from typing import Any\n{matrix_kernels.asked(matrix_kernels.facts)}"
    assert json.loads(inside(matrix.OFFLINE, asked, tmp_path))["network"] is False


@NAMESPACES
def test_where_nothing_can_be_written_the_administrator_cannot_either(tmp_path: Path) -> None:
    folder = tmp_path / "Größe und Nähe"
    folder.mkdir()
    asked = matrix_kernels.asked(matrix_kernels.facts)
    for command, can in (((), True), (matrix.READ_ONLY, False)):
        seen = json.loads(inside(command, asked, folder))
        assert (seen["writes_here"], seen["writes_home"]) == (can, can)


def test_one_core_is_one_core(tmp_path: Path) -> None:
    assert json.loads(inside(matrix.ONE_CORE, matrix_kernels.asked(matrix_kernels.facts), tmp_path))["cores"] == 1


def test_plain_ascii_is_seen_by_python(tmp_path: Path) -> None:
    variables = [f"{key}={value}" for key, value in matrix.PLAIN_ASCII.items()]
    seen = json.loads(inside(("env", *variables), matrix_kernels.asked(matrix_kernels.facts), tmp_path))
    assert matrix.broken(ALL["locale"].promises, seen) == []


def test_python_3_11_can_read_where_an_editable_install_lies_in_a_folder_with_accents(
    root: Path, tmp_path: Path
) -> None:
    folder = tmp_path / matrix.ACCENTS
    for name in ("src/intimacy", "data"):
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy2(root / name, folder / name)
    build = "import sys, hatchling.build; print(hatchling.build.build_editable(sys.argv[1]))"
    made = subprocess.run(
        [sys.executable, "-c", build, tmp_path], cwd=folder, capture_output=True, check=True, text=True
    ).stdout.split()[-1]
    with zipfile.ZipFile(tmp_path / made) as wheel:
        paths = [name for name in wheel.namelist() if name.endswith(".pth")]
        assert len(paths) == 1
        assert wheel.read(paths[0]).isascii()
        assert not [name for name in wheel.namelist() if name.startswith("intimacy/")], "it would hide the real package"


def test_a_file_that_comes_goes_or_changes_is_seen(tmp_path: Path) -> None:
    for name in ("kept", "changed", "removed"):
        (tmp_path / name).touch()
    before = matrix.files(tmp_path)
    (tmp_path / "changed").write_text("x", encoding="utf-8")
    (tmp_path / "removed").unlink()
    (tmp_path / "new").touch()
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__/x.pyc").touch()
    told = ["it left changed changed", "it left new new", "it left removed removed"]
    assert matrix.changes(before, matrix.files(tmp_path)) == told


def test_a_python_that_was_named_must_run(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(matrix.MatrixError, match=r"3\.11 to 3\.14 that runs, got /nowhere/python3\.$"):
        matrix.find_pythons([Path("/nowhere/python3")])
    with pytest.raises(SystemExit):
        matrix.main(["moon"])
    assert "there is no machine moon, only twice, fresh" in capsys.readouterr().err


def test_the_table_shows_what_failed() -> None:
    good = matrix.Outcome(61.2, {"numpy": "2.1.0"}, {"00_a": [], "01_b": []}, "", [])
    bad = matrix.Outcome(5, {}, {"00_a": [], "01_b": ["cell 3 gave 1 where 2 is stored"]}, "7 passed", [])
    lost = matrix.Outcome(0, {}, {}, "", ["uv failed"])
    text = matrix.table({"core": good, "oldest": bad, "newest": lost}, ALL)
    assert re.search(r"^machine +what is special +00 01", text)
    assert re.search(r"^core +on one core +ok ok +61 s$", text, flags=re.MULTILINE)
    assert re.search(r"^oldest .* ok NO +5 s  7 passed  FAILED$", text, flags=re.MULTILINE)
    assert re.search(r"^newest .* NO NO .*FAILED$", text, flags=re.MULTILINE)
    assert text.splitlines()[-2:] == ["oldest: 01_b: cell 3 gave 1 where 2 is stored", "newest: uv failed"]
    assert [each.passed for each in (good, bad, lost)] == [True, False, False]


def test_the_machines_are_those_that_the_project_speaks_of(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    allowed = Requirement(f"python{project['requires-python']}").specifier
    assert [version for version in (f"3.{minor}" for minor in range(30)) if version in allowed] == matrix.VERSIONS
    lower = [line for line in project["dependencies"] if ">=" not in line]
    assert lower == []
    assert ALL["oldest"].python == matrix.VERSIONS[0]
    assert ALL["newest"].python == matrix.VERSIONS[-1]


def test_the_workflow_runs_every_machine(root: Path) -> None:
    workflow = yaml.safe_load((root / ".github/workflows/matrix.yml").read_text(encoding="utf-8"))
    steps = workflow["jobs"]["matrix"]["steps"]
    named = [name for row in workflow["jobs"]["matrix"]["strategy"]["matrix"]["machines"] for name in row.split()]
    assert sorted(named) == sorted(ALL)
    (setup,) = [step for step in steps if "setup-python" in step.get("uses", "")]
    assert set(setup["with"]["python-version"].split()) == set(matrix.VERSIONS)
    assert any("make matrix" in step.get("run", "") for step in steps)


@pytest.mark.matrix
@pytest.mark.parametrize("name", ALL)
def test_every_notebook_runs_on(name: str, root: Path) -> None:
    if ALL[name].python not in matrix.find_pythons([]) and name.startswith("python"):
        pytest.skip(f"this computer does not have {name}")
    run = [sys.executable, "tools/matrix.py", name]
    done = subprocess.run(run, cwd=root, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
