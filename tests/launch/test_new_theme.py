"""A new theme runs from its first minute, stands in every list, and says what is left to write."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import new_theme

ROOT = Path(__file__).resolve().parents[2]
NUMBER = len(new_theme.LESSONS) + 1
NAME = f"{NUMBER:02d}_touch_and_time"
# What the author adds: studies, words, and more labs, bets, exercises and questions than one.
LEFT_TO_THE_AUTHOR = {
    "test_there_are_bets_and_exercises_of_different_kinds",
    "test_the_quiz_has_feedback_for_each_answer",
    "test_the_right_answer_is_not_always_in_one_place",
    "test_every_citation_and_reference_of_the_notebook_is_a_row_of_the_table",
    "test_the_glossary_of_the_notebook_is_that_of_the_table",
    "test_every_notebook_that_teaches_has_labs_of_its_own",
}


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python on the copy and not on this checkout."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A copy of the collection with a new theme, and what the command said."""
    folder = tmp_path_factory.mktemp("collection")
    leave = shutil.ignore_patterns("__pycache__", "browser", ".ipynb_checkpoints")
    for name in ("data", "docs", "notebooks", "figures", "src", "tests", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=leave)
    for name in ("README.md", "pyproject.toml", "Makefile"):
        shutil.copy(ROOT / name, folder / name)
    return folder, run(folder, "tools/new_theme.py", str(NUMBER), "touch_and_time")


def test_it_says_what_is_written_and_what_is_left(begun: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, said = begun
    assert said.returncode == 0, said.stderr
    assert f"notebooks/{NAME}.ipynb" in said.stdout
    assert "src/intimacy/labs/touch_and_time.py:14: WRITE: the question" in said.stdout
    assert "a_theme" not in "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*touch_and_time*"))
    again = run(folder, "tools/new_theme.py", str(NUMBER + 1), "touch_and_time")
    assert again.returncode == 1
    assert again.stderr == "stem must be a new one, and there is src/intimacy/labs/touch_and_time.py already\n"


def test_the_new_notebook_runs_and_what_fails_is_what_the_author_adds(
    begun: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, _ = begun
    own = [str(path) for path in folder.rglob("*touch_and_time.*") if path.suffix in {".py", ".ipynb"}]
    assert len(own) == 5
    tidy = run(folder, "-m", "ruff", "check", "src/intimacy/course.py", *own)
    assert tidy.returncode == 0, tidy.stdout
    ran = run(folder, "tools/run_notebooks.py", NAME)
    assert ran.returncode == 0, ran.stderr
    chosen = [
        "tests/models/test_touch_and_time.py",
        "tests/test_course.py",
        "tests/data/test_data.py",
        "tests/labs/test_every_lab.py",
        "tests/lessons/test_every_lesson.py",
        "tests/notebooks/test_shape.py",
        "tests/notebooks/test_source.py",
    ]
    words = f"touch_and_time or test_the_map or test_data or {NAME} or test_every_notebook_that_teaches"
    tested = run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", *chosen, "-k", words)
    failed = {
        line.split("::")[1].split("[")[0].split(" ")[0] for line in tested.stdout.splitlines() if "FAILED" in line
    }
    assert failed == LEFT_TO_THE_AUTHOR, tested.stdout[-3000:]
    assert "ERROR" not in tested.stdout


def test_nothing_is_left_to_write() -> None:
    assert new_theme.left_to_write() == []


@pytest.mark.parametrize(
    ("number", "stem", "title", "words"),
    [
        ("4", "luck", "Luck", f"number must be {NUMBER}, one more than the last lesson's, got 4"),
        (
            str(NUMBER),
            "Luck!",
            "Luck",
            "stem must be small letters and single underscores, such as touch_and_time, got 'Luck!'",
        ),
        (
            str(NUMBER),
            "luck",
            'Luck "and" more',
            "title must be words without quotation marks, backslashes and bars, got",
        ),
        (str(NUMBER), "oxytocin_trust", "Trust", "stem must be a new one, and there is src/intimacy/"),
    ],
)
def test_what_cannot_be_begun_is_one_sentence(
    number: str, stem: str, title: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new_theme.main([number, stem, title]) == 1
    assert capsys.readouterr().err.startswith(words)
