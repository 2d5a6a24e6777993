"""The way in: make lists its tasks, and set-up says in one sentence what stops it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import check
import environment
import lab
import setup as setup_script

Run = Callable[..., subprocess.CompletedProcess[str]]
SETTINGS = ("Makefile", "pyproject.toml", "requirements.lock", "requirements-test.lock")


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """A copy of what set-up reads, at a path with a space in it, with no environment yet."""
    folder = tmp_path / "a copy"
    shutil.copytree(root / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in SETTINGS:
        shutil.copy2(root / name, folder / name)
    return folder


def set_up(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run set-up in a folder, with these environment variables and none that steer Python or pip."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "PYTHON"))}
    command = [sys.executable, "tools/setup.py", *arguments]
    return subprocess.run(
        command, cwd=folder, env=clean | variables, capture_output=True, check=False, text=True, timeout=120
    )


def assert_one_sentence(result: subprocess.CompletedProcess[str], *words: str) -> None:
    """Check for exit status 1, and for one line on stderr that has these words and is no traceback."""
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1, result.stderr
    assert result.stderr.rstrip().endswith(".")
    for word in words:
        assert word in result.stderr


def closed_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def without_python(folder: Path) -> dict[str, str]:
    """Return variables whose PATH has the shell's tools and no Python at all."""
    tools = folder / "only these"
    tools.mkdir()
    for name in ("sh", "sed", "expand"):
        (tools / name).symlink_to(str(shutil.which(name)))
    return {"PATH": str(tools)}


def test_make_alone_lists_every_task(root: Path) -> None:
    listed = subprocess.run([str(shutil.which("make"))], cwd=root, capture_output=True, check=True, text=True).stdout
    tasks = re.findall(r"^make ([\w-]+) +\w", listed, flags=re.MULTILINE)
    declared = re.search(
        r"^\.PHONY: ((?:.*\\\n)*.*)$", (root / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    assert declared is not None
    assert set(tasks) == set(declared[1].replace("\\", "").split()) - {"setup-test"}
    assert {"lab", "test", "app", "classroom", "site", "slides", "lite", "student", "instructor", "links"} <= set(tasks)


def test_every_script_that_make_runs_is_there(root: Path) -> None:
    scripts = re.findall(r"(?:tools|benchmarks)/\w+\.(?:py|sh)", (root / "Makefile").read_text(encoding="utf-8"))
    assert [name for name in scripts if not (root / name).is_file()] == []


def test_no_python_at_all_is_one_sentence(root: Path, tmp_path: Path) -> None:
    result = subprocess.run(
        [str(shutil.which("sh")), "tools/find_python.sh"],
        cwd=root,
        env=without_python(tmp_path),
        capture_output=True,
        check=False,
        text=True,
    )
    assert_one_sentence(result, "There is no Python", "3.11 to 3.14")


def test_a_python_that_was_asked_for_and_does_not_run_is_one_sentence(root: Path) -> None:
    variables = os.environ | {"PYTHON": "/nowhere/python3"}
    command = [str(shutil.which("sh")), "tools/find_python.sh"]
    result = subprocess.run(command, cwd=root, env=variables, capture_output=True, check=False, text=True)
    assert_one_sentence(result, "/nowhere/python3")


def test_a_name_on_the_path_that_does_not_run_is_passed_over(root: Path, tmp_path: Path) -> None:
    variables = without_python(tmp_path)
    for name, body in (("python3.14", "exit 127"), ("python3", f'exec "{sys.executable}" "$@"')):
        script = Path(variables["PATH"]) / name
        script.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        script.chmod(0o755)
    command = [str(shutil.which("sh")), "tools/find_python.sh"]
    found = subprocess.run(command, cwd=root, env=variables, capture_output=True, check=True, text=True)
    assert found.stdout == "python3\n"


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 10)])
def test_an_old_python_is_too_old(version: tuple[int, int]) -> None:
    said = setup_script.check_version(version)
    assert f"{version[0]}.{version[1]} is too old" in said
    assert "Python 3.11 to 3.14" in said


@pytest.mark.parametrize("version", [(3, 15), (3, 20), (4, 0)])
def test_a_python_from_the_future_is_too_new(version: tuple[int, int]) -> None:
    assert f"{version[0]}.{version[1]} is too new" in setup_script.check_version(version)


@pytest.mark.parametrize("minor", [11, 12, 13, 14])
def test_the_pythons_of_the_lock_will_do(minor: int) -> None:
    assert setup_script.check_version((3, minor, 1, "final", 0)) == ""


def test_the_versions_are_those_of_the_package(root: Path) -> None:
    assert 'requires-python = ">=3.11,<3.15"' in (root / "pyproject.toml").read_text(encoding="utf-8")
    assert (setup_script.OLDEST, setup_script.NEWEST) == ((3, 11), (3, 14))


def test_set_up_under_an_old_python_is_one_sentence(copy: Path, tmp_path: Path) -> None:
    pretend = tmp_path / "sitecustomize.py"
    pretend.write_text("import sys\nsys.version_info = (3, 10, 13, 'final', 0)\n", encoding="utf-8")
    assert_one_sentence(set_up(copy, PYTHONPATH=str(tmp_path)), "Python 3.10 is too old")


def test_the_script_that_names_the_version_parses_in_every_python(root: Path) -> None:
    compile_it = "import ast; ast.parse(open('tools/setup.py').read(), feature_version=(3, 4))"
    subprocess.run([sys.executable, "-c", compile_it], cwd=root, check=True)
    source = (root / "tools/setup.py").read_text(encoding="utf-8")
    assert not re.search(r"\bf['\"]|->|^from __future__", source, flags=re.MULTILINE)


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_missing_module_is_one_sentence(module: str, copy: Path, tmp_path: Path) -> None:
    (tmp_path / f"{module}.py").write_text("raise ImportError('taken out')\n", encoding="utf-8")
    assert_one_sentence(set_up(copy, PYTHONPATH=str(tmp_path)), "venv or ensurepip module is missing")
    assert not (copy / ".venv").exists()


def test_an_index_that_cannot_be_reached_is_one_sentence_that_names_the_log(copy: Path) -> None:
    index = f"http://127.0.0.1:{closed_port()}/simple"
    result = set_up(copy, PIP_CONFIG_FILE=os.devnull, PIP_INDEX_URL=index, PIP_RETRIES="0", PIP_TIMEOUT="1")
    assert_one_sentence(result, "cannot be reached", ".venv/setup.log")
    assert "No matching distribution found" in (copy / ".venv/setup.log").read_text(encoding="utf-8")
    assert not (copy / ".venv/setup.stamp").exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("venv.create", refuse)
    monkeypatch.setattr(environment, "VENV", copy / ".venv")
    with pytest.raises(environment.SetupError, match=r"cannot be made in .* Permission denied\.$"):
        environment.create_venv()


@pytest.mark.parametrize(("words", "meaning"), environment.PIP_FAILURES)
def test_what_pip_says_becomes_one_sentence(
    words: str, meaning: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "python"
    fake.write_text(f"#!/bin/sh\necho 'Collecting numpy'\necho 'ERROR: {words}' >&2\nexit 2\n", encoding="utf-8")
    fake.chmod(0o755)
    for name, path in (("ROOT", tmp_path), ("PYTHON", fake), ("LOG", tmp_path / "setup.log")):
        monkeypatch.setattr(environment, name, path)
    with pytest.raises(environment.SetupError) as caught:
        environment.pip("install", "numpy")
    assert str(caught.value) == f"{meaning} (what pip said is in setup.log)."


REFUSING_PIP = "import sys\nsys.exit('ERROR: pip was asked to ' + sys.argv[1])\n"


def finished(copy: Path, level: str) -> None:
    """Leave an environment as a finished set-up at this level would, but with a pip that refuses to install."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", copy / ".venv"], check=True)
    (site,) = (copy / ".venv").glob("lib/python*/site-packages")
    (site / "pip").mkdir()
    (site / "pip/__init__.py").touch()
    (site / "pip/__main__.py").write_text(REFUSING_PIP, encoding="utf-8")
    script = (
        "import json, environment as e; "
        f"e.STAMP.write_text(json.dumps({{each: e.fingerprint(each) for each in e.PROVIDES['{level}']}}))"
    )
    subprocess.run([sys.executable, "-c", script], cwd=copy / "tools", check=True)


def assert_it_installed(result: subprocess.CompletedProcess[str], copy: Path) -> None:
    """Check that set-up went as far as asking pip, which refused."""
    assert_one_sentence(result, "pip failed with exit status 1")
    assert "pip was asked to install" in (copy / ".venv/setup.log").read_text(encoding="utf-8")


def test_a_second_set_up_does_nothing_at_once(copy: Path) -> None:
    finished(copy, "lab")
    started = time.monotonic()
    result = set_up(copy, "lab")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert time.monotonic() - started < 5


def test_a_lock_that_changes_while_pip_works_is_installed_by_the_next_set_up(copy: Path) -> None:
    finished(copy, "lab")
    (pip,) = (copy / ".venv").glob("lib/python*/site-packages/pip/__main__.py")
    pip.write_text("open('requirements.lock', 'a').write('# changed meanwhile')\n", encoding="utf-8")
    (copy / "requirements.lock").write_text("# another lock\n", encoding="utf-8")
    assert set_up(copy, "lab").returncode == 0
    pip.write_text(REFUSING_PIP, encoding="utf-8")
    assert_it_installed(set_up(copy, "lab"), copy)


def test_the_folder_that_pip_leaves_of_an_earlier_install_does_not_hide_the_package(copy: Path) -> None:
    finished(copy, "lab")
    (site,) = (copy / ".venv").glob("lib/python*/site-packages")
    (site / "pip/__main__.py").write_text("", encoding="utf-8")
    (site / "intimacy").mkdir()
    (copy / "requirements.lock").write_text("# another lock\n", encoding="utf-8")
    assert set_up(copy, "lab").returncode == 0
    assert not (site / "intimacy").exists()


def test_what_the_tests_need_is_enough_for_the_lab(copy: Path) -> None:
    finished(copy, "test")
    assert set_up(copy, "lab").returncode == 0
    assert set_up(copy, "test").returncode == 0


def test_the_tests_after_the_lab_install_in_place(copy: Path) -> None:
    finished(copy, "lab")
    kept = copy / ".venv/kept"
    kept.touch()
    assert_it_installed(set_up(copy, "test"), copy)
    assert kept.exists()


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_changed_file_installs_again(name: str, copy: Path) -> None:
    finished(copy, "lab")
    (copy / name).write_text((copy / name).read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert_it_installed(set_up(copy, "lab"), copy)


def test_an_environment_that_was_moved_is_made_again(copy: Path) -> None:
    finished(copy, "lab")
    (copy / ".venv/old").touch()
    moved = copy.rename(copy.with_name("moved"))
    assert set_up(moved, "lab", PIP_CONFIG_FILE=os.devnull, PIP_NO_INDEX="1").returncode == 1
    assert not (moved / ".venv/old").exists()


def test_the_lab_opens_on_the_first_notebook(tmp_path: Path) -> None:
    assert lab.start_page(tmp_path) == "/lab"
    (tmp_path / "notebooks").mkdir()
    for name in ("04_oxytocin_trust.ipynb", "01_neural_pathways.ipynb"):
        (tmp_path / "notebooks" / name).touch()
    assert lab.start_page(tmp_path) == "/lab/tree/notebooks/01_neural_pathways.ipynb"


def test_the_lab_passes_options_on(tmp_path: Path) -> None:
    line = lab.command(tmp_path, ["--no-browser", "--port=9999"], is_root=False)
    assert line[-2:] == ["--no-browser", "--port=9999"]
    assert f"--ServerApp.root_dir={tmp_path}" in line
    assert "--allow-root" not in line


def test_the_administrator_is_let_in_unless_the_caller_has_a_word_in_it(tmp_path: Path) -> None:
    assert lab.command(tmp_path, [], is_root=True).count("--allow-root") == 1
    assert lab.command(tmp_path, ["--allow-root"], is_root=True).count("--allow-root") == 1
    assert "--allow-root" not in lab.command(tmp_path, ["--ServerApp.allow_root=False"], is_root=True)


def test_the_checks_run_all_kinds_of_check() -> None:
    commands = {command[0]: command for commands in check.CHECKS.values() for command in commands}
    assert set(commands) == {"ruff", "mypy", "pytest"}
    assert list(check.CHECKS) == ["style", "types", "tests", "notebooks", "browser", *check.WHEN_NAMED]


def test_what_shares_a_page_runs_in_one_process(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import os, time, pytest\n"
        "@pytest.mark.parametrize('turn', range(8))\n"
        "@pytest.mark.parametrize('page', [pytest.param(p, marks=pytest.mark.xdist_group(p)) for p in 'abc'])\n"
        "def test_one(page, turn):\n"
        "    time.sleep(0.02)\n"
        "    open(f'{page}.txt', 'a').write(f'{os.getpid()}\\n')\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "xdist", "-n", "2", "--dist", "loadgroup"]
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    subprocess.run(command, cwd=tmp_path, env=alone, check=True, capture_output=True)
    for page in "abc":
        assert len(set((tmp_path / f"{page}.txt").read_text(encoding="utf-8").split())) == 1


def test_a_check_that_fails_is_seen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(check.CHECKS, "style", (("ruff", "check", "--no-cache", "no_such_file.py"),))
    monkeypatch.setitem(check.CHECKS, "types", (("ruff", "--version"),))
    monkeypatch.setattr(sys, "argv", ["check.py", "style", "types"])
    assert check.main() == 1
    assert re.search(r"style FAILED \(\d+ s\), types passed", capsys.readouterr().out)


def test_the_continuous_checks_run_what_make_test_runs(root: Path) -> None:
    script = (root / ".ci/run").read_text(encoding="utf-8")
    assert os.access(root / ".ci/run", os.X_OK)
    assert "set -euo pipefail" in script
    assert "export CI=true" in script
    assert "make test" in script
    workflow = (root / ".github/workflows/test.yml").read_text(encoding="utf-8")
    assert ".ci/run" in workflow
    published = (root / ".github/workflows/site.yml").read_text(encoding="utf-8")
    assert all(f"make {task}" in published for task in ("test ARGS=site", "site", "lite ARGS=--full", "test ARGS=lite"))
    workflows = [path.read_text(encoding="utf-8") for path in (root / ".github/workflows").glob("*.yml")]
    assert [name for name in check.WHEN_NAMED if not re.search(rf"\b{name}\b", "".join(workflows))] == []
    uses = [each for text in workflows for each in re.findall(r"uses: (\S+)", text)]
    assert len(uses) >= 10
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", each) for each in uses)


@pytest.mark.parametrize("browser", ["", "chromium", "google-chrome"])
def test_the_continuous_checks_fetch_chromium_where_there_is_none(browser: str, root: Path, tmp_path: Path) -> None:
    for name in ("bash", "dirname", "env"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    stubs = {"apt-get": 'echo "apt-get $*"', "make": 'echo "make $* CI=$CI"', "id": "echo 0"}
    for name, body in stubs.items() | ({(browser, "")} if browser else set()):
        (tmp_path / name).write_text(f"#!{shutil.which('bash')}\n{body}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    ran = subprocess.run(
        [root / ".ci/run", "style"], env={"PATH": str(tmp_path)}, capture_output=True, check=True, text=True
    )
    fetched = [line.split()[1] for line in ran.stdout.splitlines() if line.startswith("apt-get")]
    assert fetched == ([] if browser else ["update", "install"])
    assert ran.stdout.splitlines()[-1] == "make test ARGS=style CI=true"
