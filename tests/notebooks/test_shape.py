"""The skeleton that all notebooks share, and a planted fault for each check that holds it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import notebook_shape as shape
import run_notebooks

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
CARD = {
    "title": "A lesson",
    "number": 4,
    "level": "first year",
    "teaching_minutes": 45,
    "exercise_minutes": 20,
    "questions": ["What?"],
    "objectives": ["Compute a mean"],
    "keypoints": ["One"],
    "prerequisites": [],
    "licence": "CC-BY-4.0",
    "data": [],
    "authors": ["The contributors"],
    "last_tested": "2026-11-29",
    "peak_memory_mb": 200,
    "run_seconds": 5,
}


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.parametrize("check", shape.CHECKS, ids=lambda check: check.__name__)
def test_notebook(check: Callable[[NotebookNode, Path], list[str]], path: Path) -> None:
    assert check(run_notebooks.read(path), path) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_in_the_one_form(path: Path) -> None:
    assert run_notebooks.is_normal(path), f"{path.name} is not in form: run make notebooks"


def good_notebook() -> NotebookNode:
    """A lesson with nothing wrong in it."""
    cells = [new_markdown_cell("# A lesson\n\nGo to [the quiz](#Quiz) or to [the next lesson](05_next.ipynb).")]
    for name in shape.SECTIONS:
        cells.append(new_markdown_cell(f"## {name}\n\nWords."))
    cells[1].source += "\n\n- Compute a mean\n- Predict a slope"
    cells[
        5
    ].source += "\n\n![Trust rises with the dose and then falls.](picture.png)\n\n### Step one\n\n`[here](nowhere)`"
    cells.insert(6, new_code_cell("1 + 1", execution_count=1, outputs=[result("2")]))
    cells.insert(7, new_code_cell("", execution_count=None))
    return new_notebook(cells=cells, metadata={"intimacy": dict(CARD)})


def result(text: str, mime: str = "text/plain") -> NotebookNode:
    """One stored result."""
    return new_output("execute_result", data={mime: text}, execution_count=1)


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    """Where the lesson would be, with the files that it links to beside it."""
    (tmp_path / "05_next.ipynb").touch()
    (tmp_path / "picture.png").touch()
    return tmp_path / "04_lesson.ipynb"


def all_faults(notebook: NotebookNode, path: Path) -> dict[str, list[str]]:
    """Return the faults that each check finds, of those that find any."""
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return {check.__name__: found for check in shape.CHECKS if (found := check(notebook, path))}


def test_a_good_notebook_has_no_fault(lesson: Path) -> None:
    notebook = good_notebook()
    nbformat.validate(notebook)
    assert all_faults(notebook, lesson) == {}


def add(text: str) -> Callable[[NotebookNode], None]:
    """Plant Markdown under the lab's heading."""

    def plant(notebook: NotebookNode) -> None:
        notebook.cells[5].source += f"\n\n{text}"

    return plant


def in_the_code(source: str) -> Callable[[NotebookNode], None]:
    """Plant code in the cell that runs."""
    return lambda notebook: notebook.cells[6].update(source=source)


def in_the_output(output: NotebookNode) -> Callable[[NotebookNode], None]:
    """Plant an output in the cell that runs."""
    return lambda notebook: notebook.cells[6].update(outputs=[output])


def in_the_card(**values: object) -> Callable[[NotebookNode], None]:
    """Plant values in the card of the lesson."""
    return lambda notebook: notebook.metadata.intimacy.update(values)


def swap_sections(notebook: NotebookNode) -> None:
    """Put the key points before the quiz."""
    notebook.cells[11], notebook.cells[12] = notebook.cells[12], notebook.cells[11]


FAULTS: list[tuple[str, Callable[[NotebookNode], object]]] = [
    ("heading_faults", add("# Another title")),
    ("heading_faults", add("##### Too deep")),
    ("heading_faults", lambda notebook: notebook.cells.insert(0, new_markdown_cell("## Before the title"))),
    ("section_faults", lambda notebook: notebook.cells.pop(8)),
    ("section_faults", swap_sections),
    ("section_faults", add("## Key points")),
    ("picture_faults", add("![](picture.png)")),
    ("picture_faults", add("![ ](picture.png)")),
    ("picture_faults", add('<img src="picture.png">')),
    ("picture_faults", add('<img src="picture.png" alt="">')),
    ("link_faults", add("Press [here](05_next.ipynb).")),
    ("link_faults", add("[Click here](https://example.org)")),
    ("link_faults", add("[the old lesson](03_gone.ipynb)")),
    ("link_faults", add("![A brain](gone.png)")),
    ("link_faults", add('<img src="gone.png" alt="A brain">')),
    ("link_faults", add("[the bets](#No-such-heading)")),
    ("size_faults", lambda notebook: notebook.metadata.update(padding="x" * shape.LARGEST)),
    ("widget_state_faults", lambda notebook: notebook.metadata.update(widgets={"state": {}})),
    ("machine_path_faults", in_the_code("open('/home/me/x.csv')")),
    ("machine_path_faults", in_the_code("open('C:\\\\x.csv')")),
    ("machine_path_faults", in_the_output(result("/work/project/x.py:3"))),
    ("machine_path_faults", in_the_output(result("  File /root/x.py"))),
    ("machine_path_faults", add("See [the file](file:///x)")),
    ("run_faults", lambda notebook: notebook.cells[6].update(execution_count=None)),
    ("run_faults", lambda notebook: notebook.cells[6].update(execution_count=7)),
    ("run_faults", in_the_output(new_output("error", ename="E", evalue="e", traceback=[]))),
    ("objective_faults", in_the_card(objectives=["Understand trust"])),
    ("objective_faults", in_the_card(objectives=["Explain and understand trust"])),
    (
        "objective_faults",
        lambda notebook: notebook.cells[1].update(source=notebook.cells[1].source + "\n- **Know** it"),
    ),
    ("script_faults", add("<script>alert(1)</script>")),
    ("script_faults", in_the_code("HTML('<SCRIPT src=x>')")),
    ("script_faults", in_the_output(result("<div><script>1</script></div>", "text/html"))),
    ("script_faults", in_the_output(result("alert(1)", "application/javascript"))),
    ("markdown_faults", add("```{note}\nWords.\n```")),
    ("markdown_faults", add(":::{tip}\nWords.\n:::")),
    ("markdown_faults", add("See {ref}`the-lab`.")),
    ("metadata_faults", lambda notebook: notebook.metadata.pop("intimacy")),
    ("metadata_faults", lambda notebook: notebook.metadata.intimacy.pop("licence")),
    ("metadata_faults", in_the_card(keypoints=[])),
    ("metadata_faults", in_the_card(number=5)),
    ("metadata_faults", in_the_card(last_tested="yesterday")),
    ("metadata_faults", in_the_card(teaching_minutes="50")),
    ("metadata_faults", in_the_card(colour="blue")),
]


@pytest.mark.parametrize(("check", "plant"), FAULTS, ids=[f"{name}-{i}" for i, (name, _) in enumerate(FAULTS)])
def test_a_planted_fault_is_found(check: str, plant: Callable[[NotebookNode], object], lesson: Path) -> None:
    notebook = good_notebook()
    plant(notebook)
    assert check in all_faults(notebook, lesson)


def test_every_check_has_a_planted_fault() -> None:
    assert {check.__name__ for check in shape.CHECKS} == {name for name, _ in FAULTS}


def test_the_way_in_needs_no_sections(lesson: Path) -> None:
    short = new_notebook(cells=[new_markdown_cell("# Start here")], metadata={"intimacy": CARD | {"number": 0}})
    assert all_faults(short, lesson.with_name("00_start_here.ipynb")) == {}


@pytest.mark.parametrize(
    "text",
    [
        "```python\n# a comment is no heading\n```",
        "Read [Kosfeld and others, 2005](https://doi.org/10.1038/nature03701).",
        "The address https://example.org/home/page is no path of a machine.",
        "The set $\\{a\\}$ and `{x}` are no roles.",
    ],
)
def test_what_only_looks_like_a_fault_is_let_through(text: str, lesson: Path) -> None:
    notebook = good_notebook()
    add(text)(notebook)
    assert all_faults(notebook, lesson) == {}
