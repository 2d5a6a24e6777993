"""The course for nbgrader: what it hands out, and that it collects and grades two classmates rightly."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

import copies
import grading
from notebook_shape import strings

SOURCES = copies.chosen([])
STEMS = [stem for stem, notebook in SOURCES.items() if copies.answers(notebook)]
STEM = "12_reading_the_evidence"
# The largest file that a class of thirty can hand in without anybody noticing.
LARGEST = 250_000
REGION = re.compile(r"### BEGIN (SOLUTION|HIDDEN TESTS)\n.*### END \1", re.DOTALL)
ENVIRONMENT = copies.ROOT / "build" / "grading-env"
Nbgrader = Callable[..., None]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the whole course."""
    folder = tmp_path_factory.mktemp("nbgrader")
    assert grading.main(["--to", str(folder)]) == 0
    return folder


def source_of(course: Path, stem: str = STEM) -> NotebookNode:
    """Return the source of an assignment."""
    return nbformat.read(course / "source" / stem / f"{stem}.ipynb", as_version=4)


def with_mark(notebook: NotebookNode, mark: str) -> list[NotebookNode]:
    """Return the cells that nbgrader takes for solutions, or for graded ones."""
    return [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get(mark)]


@pytest.mark.parametrize("stem", STEMS)
def test_every_exercise_is_an_answer_and_a_check_worth_a_point(course: Path, stem: str) -> None:
    source = source_of(course, stem)
    solutions, graded = with_mark(source, "solution"), with_mark(source, "grade")
    given = copies.answers(SOURCES[stem])
    assert len(solutions) == len(graded) == len(given) > 0
    assert {cell.metadata.nbgrader.points for cell in graded} == {grading.POINTS}
    for cell, answer in zip(solutions, given, strict=True):
        assert answer in cell.source


@pytest.mark.parametrize("stem", STEMS)
def test_what_is_left_without_the_regions_is_the_student_copy(course: Path, stem: str) -> None:
    source = source_of(course, stem)
    for cell in source.cells:
        cell.source = REGION.sub("", cell.source)
    assert_is_for_students(source, stem)


def assert_is_for_students(handed_out: NotebookNode, stem: str) -> None:
    """Check for the stubs of the student copy, with checks that say how an answer does and raise nothing."""
    mine = copies.student(SOURCES[stem], stem)
    stubs = [cell.source.rpartition("\n")[0].rstrip() for cell in mine.cells if copies.has_tag(cell, "exercise")]
    assert [cell.source.rstrip() for cell in with_mark(handed_out, "solution")] == stubs
    assert all(cell.source.rstrip().endswith("\nprint(feedback)") for cell in with_mark(handed_out, "grade"))
    assert not any("](../" in text or ".ipynb)" in text for text in strings(handed_out))


def test_a_stem_that_does_not_exist_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        grading.main(["--to", str(tmp_path), "13_luck"])
    assert "there is no notebook 13_luck, only 00_start_here" in capsys.readouterr().err


# The whole way, with nbgrader's own commands


@pytest.fixture(scope="module")
def programs() -> Path:
    """The programs of an environment of nbgrader's own: in that of the tests, its extension would break Voilà."""
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    uv = [sys.executable, "-m", "uv"]
    if not python.exists():
        subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, ENVIRONMENT], check=True)
    install = [*uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", "requirements-grading.lock"]
    subprocess.run(install, cwd=copies.ROOT, check=True)
    anew = ["--no-deps", "--reinstall-package", "intimacy", "."]
    subprocess.run([*uv, "pip", "install", "--quiet", "--python", python, *anew], cwd=copies.ROOT, check=True)
    return python.parent


@pytest.fixture
def nbgrader(programs: Path, tmp_path: Path) -> Nbgrader:
    """Run a command of nbgrader in a folder, with an exchange of its own."""
    (tmp_path / "exchange").mkdir(mode=0o777)
    (tmp_path / "exchange").chmod(0o777)
    # nbgrader calls programs of its environment by name.
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    variables = os.environ | {"PATH": path, "JUPYTER_DATA_DIR": str(tmp_path / "data")}

    def run(folder: Path, *arguments: str) -> None:
        exchange = f"--Exchange.root={tmp_path / 'exchange'}"
        command = [programs / "nbgrader", *arguments, exchange, f"--course={grading.COURSE}"]
        done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, check=False, text=True)
        assert done.returncode == 0, done.stderr

    return run


def answered(handed_out: Path, given: dict[int, str]) -> None:
    """Write these answers, by the number of the exercise, as a learner would."""
    notebook = nbformat.read(handed_out, as_version=4)
    for number, cell in enumerate(with_mark(notebook, "solution")):
        cell.source = given.get(number, cell.source)
    nbformat.write(notebook, handed_out)


@pytest.mark.grading
@pytest.mark.parametrize("stem", STEMS)
def test_nbgrader_hands_out_the_student_copy(course: Path, nbgrader: Nbgrader, stem: str) -> None:
    nbgrader(course, "generate_assignment", stem)
    assert_is_for_students(nbformat.read(course / "release" / stem / f"{stem}.ipynb", as_version=4), stem)


@pytest.mark.grading
def test_a_right_and_a_half_right_submission_get_their_points(course: Path, tmp_path: Path, nbgrader: Nbgrader) -> None:
    right = dict(enumerate(copies.answers(SOURCES[STEM])))
    half = {number: answer for number, answer in right.items() if number % 2 == 0}
    # One wrong answer and one that does not run: the others are left as they were handed out.
    half |= {1: "share = 11 / 15.73", 3: "pair = ["}
    nbgrader(course, "generate_assignment", STEM)
    nbgrader(course, "release_assignment", STEM)
    for name, given in {"anna": right, "ben": half}.items():
        desk = tmp_path / name
        desk.mkdir()
        nbgrader(desk, "fetch_assignment", STEM)
        answered(desk / STEM / f"{STEM}.ipynb", given)
        nbgrader(desk, "submit", STEM, f"--student={name}")
    nbgrader(course, "collect", STEM)
    nbgrader(course, "autograde", STEM)
    nbgrader(course, "generate_feedback", STEM)
    nbgrader(course, "export")
    with (course / "grades.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == STEM]
    grades = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in rows}
    assert grades == {"anna": (6, 6), "ben": (3, 6)}
    for name in grades:
        graded = course / "autograded" / name / STEM / f"{STEM}.ipynb"
        assert graded.stat().st_size < LARGEST
        assert "widgets" not in nbformat.read(graded, as_version=4).metadata
    page = (course / "feedback" / "ben" / STEM / f"{STEM}.html").read_text(encoding="utf-8")
    assert "Score: 3.0 / 6.0" in page
