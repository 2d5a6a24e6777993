"""The copies for a class and for its teacher: nothing given away in the one, every answer right in the other."""

from __future__ import annotations

import ast
import copy
import importlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import copies
import links
import notebook_shape as shape
from intimacy.widgets import Exercise
from run_notebooks import NotebookError, complaints, read, run

SOURCES = copies.chosen([])
STEMS = [stem for stem, notebook in SOURCES.items() if copies.answers(notebook)]
SMALL = "12_reading_the_evidence"
# Running all takes minutes.
ALWAYS = ("10_communication_repair", SMALL)
RUN = [pytest.param(stem, marks=() if stem in ALWAYS else pytest.mark.copies) for stem in SOURCES]
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\w)")
UNTOUCHED = "Not yet. Put your answer where the three dots are."


@cache
def student(stem: str) -> NotebookNode:
    """Return the student copy of a notebook."""
    return copies.student(SOURCES[stem], stem)


@cache
def exercises(stem: str) -> list[tuple[NotebookNode, Exercise, str]]:
    """Return the exercises of a notebook: the cell, what it checks, and the answer."""
    return copies.exercises(SOURCES[stem], stem)


def handed_out(notebook: NotebookNode) -> str:
    """Return all text that is for learners: the card, and the cells with their tasks and outputs."""
    kept = [cell for cell in notebook.cells if not {"solution", "instructor"} & set(cell.metadata.get("tags", []))]
    return "\n".join(shape.strings([notebook.metadata, *kept]))


def pieces(solution: str) -> Iterator[str]:
    """Yield the lines of a solution, and every expression in its code."""
    yield from (line.strip() for line in solution.splitlines() if line.strip() not in ("", "```", "</details>"))
    for code in copies.PYTHON_BLOCK.findall(solution):
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.expr):
                yield str(ast.get_source_segment(code, node))


# The copy for a class


@pytest.mark.parametrize("stem", STEMS)
def test_a_student_copy_has_nothing_that_only_the_solutions_have(stem: str) -> None:
    public = handed_out(SOURCES[stem])
    solutions = [cell.source for cell in SOURCES[stem].cells if copies.has_tag(cell, "solution")]
    # The first line of a function is no secret: the task names the function and its parameters.
    secret = {
        piece for each in solutions for piece in pieces(each) if piece.removeprefix("def ").rstrip(":") not in public
    }
    numbers = {number for each in solutions for number in NUMBER.findall(each)} - set(NUMBER.findall(public))
    assert len(secret) > 3 * len(solutions)
    mine = "\n".join(shape.strings(student(stem)))
    assert [piece for piece in secret if piece in mine] == []
    assert numbers & set(NUMBER.findall(mine)) == set()


@pytest.mark.parametrize("stem", SOURCES)
def test_a_student_copy_has_no_notes_for_teachers_and_no_outputs(stem: str) -> None:
    mine = student(stem)
    assert [cell for cell in mine.cells if copies.has_tag(cell, "instructor") or copies.has_tag(cell, "solution")] == []
    assert [cell for cell in mine.cells if cell.get("outputs") or cell.get("attachments")] == []
    text = "\n".join(shape.strings(mine))
    assert "For the teacher" not in text
    assert not re.search(r"folded\s+below|<details>", text)
    assert not links.ADDRESS.search(text)


@pytest.mark.parametrize("stem", STEMS)
def test_each_exercise_of_a_student_copy_says_what_to_write_and_where(stem: str) -> None:
    mine = student(stem)
    cells = [cell for cell in mine.cells if copies.has_tag(cell, "exercise")]
    for cell, (_, exercise, _) in zip(cells, exercises(stem), strict=True):
        assert re.match(rf"# {exercise.name}: (write|finish) .* where the three dots are\.\n", cell.source)
        assert (
            sum(isinstance(node, ast.Constant) and node.value is ... for node in ast.walk(ast.parse(cell.source))) == 1
        )


@pytest.mark.parametrize("stem", STEMS)
def test_every_exercise_of_the_lesson_is_asked_once_and_knows_two_mistakes(stem: str) -> None:
    asked = [exercise for _, exercise, _ in exercises(stem)]
    lesson = importlib.import_module(f"intimacy.lessons.{stem.partition('_')[2]}")
    assert [each.name for each in asked] == [each.name for each in lesson.exercises()]
    for exercise in asked:
        said = {exercise.check(hint.wrong).text for hint in exercise.hints}
        assert len(said) >= 2
        assert said <= {hint.text for hint in exercise.hints}


@pytest.mark.parametrize("stem", RUN)
def test_a_student_copy_runs_and_says_kindly_what_is_missing(stem: str) -> None:
    done = run(student(stem), copies.ROOT / "notebooks")
    assert complaints(done) == []
    said = [copies.said(cell) for cell in done.cells if copies.has_tag(cell, "exercise")]
    assert said == [UNTOUCHED] * len(exercises(stem))


# The copy for the teacher


@pytest.mark.parametrize("stem", SOURCES)
def test_an_instructor_copy_has_every_answer_note_and_open_solution(stem: str) -> None:
    mine = copies.instructor(SOURCES[stem], stem)
    cells = [cell.source for cell in mine.cells if copies.has_tag(cell, "exercise")]
    assert [answer for cell, (_, _, answer) in zip(cells, exercises(stem), strict=True) if answer not in cell] == []
    for tag in ("instructor", "solution"):
        assert sum(copies.has_tag(cell, tag) for cell in mine.cells) == sum(
            copies.has_tag(cell, tag) for cell in SOURCES[stem].cells
        )
    assert all("<details open>" in cell.source for cell in mine.cells if copies.has_tag(cell, "solution"))
    assert copies.WORDS["instructor"] in mine.cells[0].source
    assert shape.heading_faults(mine, Path(f"{stem}.ipynb")) == []


@pytest.mark.parametrize("stem", RUN)
def test_an_instructor_copy_runs_and_every_check_passes(stem: str) -> None:
    done = copies.run_through(copies.instructor(SOURCES[stem], stem), copies.ROOT / "notebooks")
    said = [copies.said(cell) for cell in done.cells if copies.has_tag(cell, "exercise")]
    assert len(said) == len(exercises(stem))
    assert all(each.startswith("Right. ") for each in said)


def test_an_answer_that_does_not_pass_is_named() -> None:
    cell = new_code_cell("share = 2\nlessons.exercise_share().check(share)", metadata={"tags": ["exercise"]})
    cell.outputs = [new_output("execute_result", {"text/plain": "Not yet. 2 is too large."}, execution_count=1)]
    assert list(copies.unpassed(new_notebook(cells=[cell]))) == [
        "lessons.exercise_share().check(share) says: Not yet. 2 is too large."
    ]


# Sources that do not fit


def broken(change: str) -> NotebookNode:
    """A lesson with a fault."""
    notebook = copy.deepcopy(SOURCES[SMALL])
    first = next(cell for cell in notebook.cells if copies.has_tag(cell, change.split()[0]))
    if change == "solution without an answer":
        first.source = first.source.replace("```python", "```", 1)
    elif change == "solution without a summary":
        first.source = first.source.replace("<summary>", "<b>")
    elif change == "exercise without a gap":
        first.source = first.source.replace("...", "1")
    else:
        first.source = first.source.replace(".check(", ".grade(")
    return notebook


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("solution without an answer", "must have one answer for each of its 6 exercises, it has 5"),
        ("solution without a summary", "must say in its summary"),
        ("exercise without a gap", "needs one gap and one check"),
        ("exercise without a check", "needs one gap and one check"),
    ],
)
def test_a_source_that_does_not_fit_is_one_sentence(change: str, words: str) -> None:
    with pytest.raises(NotebookError, match=words):
        copies.student(broken(change), SMALL)


def test_the_place_of_a_solution_keeps_its_id_and_says_which_exercises_it_followed() -> None:
    source = "<details><summary>Solution of exercises 1 and 2</summary>\n\nSecret.\n\n</details>"
    place = copies.without_solution(new_markdown_cell(source, id="abc", metadata={"tags": ["solution"]}))
    assert place.id == "abc"
    assert place.source.startswith("**After exercises 1 and 2.**")
    assert "Secret" not in place.source


# The folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for a class, published somewhere."""
    folder = tmp_path_factory.mktemp("student")
    assert copies.main(["student", "--to", str(folder), "--repository", "school/lessons"]) == 0
    return folder


@pytest.mark.parametrize("stem", SOURCES)
def test_every_notebook_of_the_folder_is_well_formed_and_its_links_lead_somewhere(folder: Path, stem: str) -> None:
    path = folder / "notebooks" / f"{stem}.ipynb"
    notebook = read(path)
    checks = (shape.heading_faults, shape.section_faults, shape.picture_faults, shape.link_faults, shape.size_faults)
    assert [fault for check in checks for fault in check(notebook, path)] == []
    assert shape.widget_state_faults(notebook, path) == shape.machine_path_faults(notebook, path) == []


def test_the_page_of_the_folder_leads_to_each_notebook_here_and_on_binder(folder: Path) -> None:
    targets = re.findall(r"\]\(([^)]+)\)", (folder / "README.md").read_text(encoding="utf-8"))
    here = [target for target in targets if not target.startswith("https:")]
    assert [target for target in here if not (folder / target).exists()] == []
    assert {f"notebooks/{stem}.ipynb" for stem in SOURCES} < set(here)
    to = links.repository("school/lessons")
    assert [target for target in targets if target not in here] == [to.address("lab", stem) for stem in SOURCES]


def test_the_folder_has_what_setting_up_reads_and_no_tests_or_guides(folder: Path) -> None:
    listed = subprocess.run([str(shutil.which("make"))], cwd=folder, capture_output=True, check=True, text=True).stdout
    tasks = re.findall(r"^make (\S+)", listed, flags=re.MULTILINE)
    assert tasks == list(copies.TASKS)
    scripts = re.findall(r"tools/\w+\.(?:py|sh)", (folder / "Makefile").read_text(encoding="utf-8"))
    assert scripts
    assert [name for name in scripts if not (folder / name).is_file()] == []
    assert not {"tests", "docs", "benchmarks"} & {path.name for path in folder.iterdir()}
    assert not list(folder.rglob("__pycache__"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["student", "13_luck"], "there is no notebook 13_luck, only 00_start_here"),
        (["student", "--repository", "nowhere"], "The remote must be on github.com or gitlab.com, got 'nowhere'"),
        (["teacher"], "invalid choice: 'teacher'"),
    ],
)
def test_what_cannot_be_asked_for_is_one_sentence(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        copies.main([*arguments, "--to", str(tmp_path)])
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
