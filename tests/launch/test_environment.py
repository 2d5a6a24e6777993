"""What Binder and conda read: environment.yml agrees with the lock, and keeps Binder's build in its cache."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import lock

GOOD = """
name: good
dependencies:
  - python=3.12
  - pip
  - pip:
      - numpy==2.5.5
"""


def faults(environment: str) -> list[str]:
    """Return a sentence for each line of an environment.yml that Binder takes amiss."""
    dependencies = yaml.safe_load(environment)["dependencies"]
    plain = [each for each in dependencies if isinstance(each, str)]
    pythons = [each for each in plain if re.match(r"python\b", each)]
    found = []
    if len(pythons) != 1 or not re.fullmatch(r"python=3\.\d+", pythons[0]):
        found.append(f"python must be one line, python=3.x with a single =, got {pythons}")
    if set(plain) - set(pythons) - {"pip"}:
        found.append("all but python and pip must come from pip, to be what the lock holds")
    for line in pip_lines(environment):
        if not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9_.]*", line):
            found.append(f"pip must have names with one version and nothing local, got {line}")
    return found


def pip_lines(environment: str) -> list[str]:
    """Return the lines of the pip section."""
    sections = [each["pip"] for each in yaml.safe_load(environment)["dependencies"] if isinstance(each, dict)]
    return [line for section in sections for line in section]


def test_environment_is_one_that_binder_builds_well(root: Path) -> None:
    assert faults((root / "environment.yml").read_text(encoding="utf-8")) == []


def test_the_lint_lets_a_good_environment_through() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("python=3.12", "python>=3.12"),
        ("python=3.12", "python==3.12"),
        ("  - python=3.12\n", ""),
        ("numpy==2.5.5", "-e ."),
        ("numpy==2.5.5", "-r requirements.lock"),
        ("numpy==2.5.5", "."),
        ("numpy==2.5.5", "./src"),
        ("numpy==2.5.5", "numpy>=2"),
        ("  - pip\n", "  - pip\n  - scipy\n"),
    ],
)
def test_the_lint_finds_a_bad_line(old: str, new: str) -> None:
    assert old in GOOD
    assert len(faults(GOOD.replace(old, new))) == 1


def test_the_pins_are_those_of_the_lock(root: Path) -> None:
    environment = (root / "environment.yml").read_text(encoding="utf-8")
    pins = dict(line.split("==") for line in pip_lines(environment))
    needed = {"jupyterlab", "notebook", "ipywidgets", "anywidget", "plotly", "pandas", "numpy", "scipy", "voila"}
    assert set(pins) >= needed | {"nbgitpuller"}
    locked = lock.pins((root / "requirements.lock").read_text(encoding="utf-8"), python="3.12")
    assert pins == {name: locked[name] for name in pins}


def test_the_test_lock_repeats_every_pin_of_the_lab_lock(root: Path) -> None:
    lab = (root / "requirements.lock").read_text(encoding="utf-8")
    test = (root / "requirements-test.lock").read_text(encoding="utf-8")
    for python in ("3.11", "3.12", "3.13", "3.14"):
        assert lock.pins(lab, python).items() <= lock.pins(test, python).items()


def test_the_locks_name_no_index_and_no_folder(root: Path) -> None:
    for name in (f"requirements{kind}.lock" for kind in ("", "-test", "-grading", "-lite")):
        assert not re.search(r"^(-|#)|://|(^|\s)/", (root / name).read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_pins_follow_the_markers_of_the_python_asked_for() -> None:
    text = (
        "numpy==2.4.6 ; python_full_version < '3.12' \\\n    --hash=sha256:00\n"
        "numpy==2.5.5 ; python_full_version >= '3.12' \\\n    --hash=sha256:11\n"
        "pywinpty==3.1.2 ; os_name == 'nt' \\\n    --hash=sha256:22\n"
    )
    assert lock.pins(text, "3.11") == {"numpy": "2.4.6"}
    assert lock.pins(text, "3.12") == {"numpy": "2.5.5"}


def test_repinning_moves_the_versions_and_nothing_else() -> None:
    assert lock.repinned(GOOD, {"numpy": "3.0.0"}) == GOOD.replace("2.5.5", "3.0.0")


def test_post_build_can_run_and_stops_at_the_first_error(root: Path) -> None:
    script = root / "postBuild"
    lines = script.read_text(encoding="utf-8").splitlines()
    assert os.access(script, os.X_OK)
    assert lines[0].startswith("#!")
    assert "set -e" in lines
    assert any("pip install --no-deps" in line for line in lines)


def dockerfile(folder: Path) -> subprocess.CompletedProcess[str]:
    """Let repo2docker write the Dockerfile of a folder; it builds nothing."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--user-id", "1000", "--user-name", "learner", "."]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False, text=True, timeout=120)


def copied_before_the_environment(text: str) -> list[str]:
    """Return what a Dockerfile copies from the repository before it makes the environment."""
    before = text[: text.index("env update -p ${NB_PYTHON_PREFIX} --file")]
    return re.findall(r"^COPY .* (src/\S*) ", before, flags=re.MULTILINE)


def test_repo2docker_makes_the_environment_before_it_copies_the_rest(root: Path, tmp_path: Path) -> None:
    built = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "build", "dist")
    copy = shutil.copytree(root, tmp_path / "copy", ignore=built)
    made = dockerfile(copy)
    assert made.returncode == 0, made.stderr
    assert "Python version unspecified" not in made.stderr
    assert copied_before_the_environment(made.stdout) == ["src/environment.yml"]
    assert "postBuild" in made.stdout
    assert 'R2D_ENTRYPOINT="${REPO_DIR}/start"' in made.stdout


@pytest.mark.parametrize(("given", "expected"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "3"}, "3")])
def test_a_server_of_binder_begins_with_one_thread_of_linear_algebra(
    root: Path, given: dict[str, str], expected: str
) -> None:
    command = [str(root / "start"), "printenv", "OPENBLAS_NUM_THREADS"]
    environment = {"PATH": os.environ["PATH"], **given}
    done = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
    assert done.stdout.strip() == expected


def test_repo2docker_copies_the_whole_repository_first_when_pip_names_it(tmp_path: Path) -> None:
    bad = GOOD.replace("numpy==2.5.5", "-e .")
    (tmp_path / "environment.yml").write_text(bad, encoding="utf-8")
    made = dockerfile(tmp_path)
    assert made.returncode == 0, made.stderr
    assert copied_before_the_environment(made.stdout) == ["src/"]
    assert faults(bad)
