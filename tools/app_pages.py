"""What the apps are: each notebook as visitors see it, and each lab or game on a page of its own."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from figures import made
from intimacy.widgets import Game

ROOT = Path(__file__).resolve().parents[1]
TO_CODE = "Put your answer where the three dots are and run the cell."
ON_PAPER = (
    "This page shows no code, so it cannot check an answer. Think, or work on paper, then open the folded solution. To "
    "have your answers checked, open the lesson in JupyterLab."
)
HEADING = re.compile(r"^(#{1,6}) +(.+?) *$", flags=re.MULTILINE)
SECTION = re.compile(r"^(?=#{2,6} )", flags=re.MULTILINE)
OUTSIDE = re.compile(r"\[([^\]]+)\]\(\.\./[^)]*\)")
ANCHOR = re.compile(r"\]\(#([^)]+)\)")


@dataclass(frozen=True)
class App:
    """A lab or a game on a page of its own."""

    file: str
    question: str
    kind: str


@dataclass(frozen=True)
class Lesson:
    """A notebook, and the apps that are cut out of it."""

    number: int
    file: str
    title: str
    question: str
    picture: str
    apps: tuple[App, ...]


@dataclass(frozen=True)
class Cell:
    """A cell of code, with the names that it reads and those that it makes."""

    at: int
    source: str
    makes: frozenset[str]
    reads: frozenset[str]
    lab: str

    @property
    def answers(self) -> str:
        """The lines that answer a bet; the others print what a page shows anyway."""
        return "\n".join(line for line in self.source.splitlines() if ".answer()" in line)


def without(notebook: NotebookNode, *tags: str) -> NotebookNode:
    """Return a copy of a notebook that lacks the cells with any of these tags."""
    rest = deepcopy(notebook)
    rest.cells = [cell for cell in rest.cells if not set(tags) & set(cell.metadata.get("tags", []))]
    return rest


def without_tasks(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook without the words of its exercises, which stand beside labs here and there."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = "\n\n".join(part for part in cell.source.split("\n\n") if not part.startswith("**Exercise "))
    return notebook


def without_the_class(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook without what shares with a class, and without the words before it.

    There Python asks an address that a learner types. Here any visitor could send it to the machine's own network.
    """
    closed, left_out = {"class_results"}, set()
    for cell in cells_of_code(notebook):
        if cell.reads & closed:
            closed |= cell.makes
            left_out.add(cell.at)
            if notebook.cells[cell.at - 1].cell_type == "markdown":
                left_out.add(cell.at - 1)
    notebook.cells = [cell for at, cell in enumerate(notebook.cells) if at not in left_out]
    return notebook


def for_visitors(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook without what is for teachers, what asks for code, and links to files that are not served."""
    shown = without_the_class(without(notebook, "instructor"))
    for cell in shown.cells:
        if cell.cell_type == "markdown":
            # How to start the collection is of no use to somebody who has.
            told = [part for part in cell.source.split("\n\n") if "(../README.md" not in part]
            told = [ON_PAPER if TO_CODE in part else part for part in told]
            cell.source = OUTSIDE.sub(r"\1", "\n\n".join(told)).replace("Run the next cell. ", "")
        else:
            cell.outputs = []
            if "exercise" in cell.metadata.get("tags", []):
                cell.source = "\n".join(line for line in cell.source.splitlines() if ".check(" not in line)
    return shown


def in_sections(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook in which every heading begins a cell of Markdown."""
    parts = deepcopy(notebook)
    parts.cells = [
        part
        for cell in parts.cells
        for part in (
            [cell]
            if cell.cell_type == "code"
            else map(nbformat.v4.new_markdown_cell, filter(str.strip, SECTION.split(cell.source)))
        )
    ]
    return parts


def cells_of_code(notebook: NotebookNode) -> list[Cell]:
    """Return the cells of code, in order."""
    return [parsed(at, cell.source) for at, cell in enumerate(notebook.cells) if cell.cell_type == "code"]


def parsed(at: int, source: str) -> Cell:
    """Return a cell of code with what can be read from it without running it."""
    makes, reads, lab = set(), set(), ""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                makes.add(name)
            case ast.Name(id=name):
                reads.add(name)
            case ast.alias(name=name, asname=other):
                makes.add(other or name.partition(".")[0])
            case ast.FunctionDef(name=name):
                makes.add(name)
            case ast.Assign(value=ast.Call(func=ast.Attribute(value=ast.Name(id="labs"), attr=name))):
                lab = name
    return Cell(at, source, frozenset(makes), frozenset(reads - makes), lab)


def labs_on_pages(code: list[Cell]) -> Iterator[list[Cell]]:
    """Yield the labs of each page: one, and those that are made from it, such as what a model reads in a game."""
    labs = [cell for cell in code if cell.lab]
    of_labs = frozenset().union(*(cell.makes for cell in labs))
    for first in labs:
        if not first.reads & of_labs:
            yield [first, *(other for other in labs if other.reads & first.makes)]


def page_of(parts: NotebookNode, code: list[Cell], labs: list[Cell]) -> list[NotebookNode]:
    """Return the cells of a page: some labs, their bets, what both need, and the words before and after them."""
    names = frozenset().union(*(cell.makes for cell in labs))
    end = next(at for at in range(labs[-1].at, len(parts.cells)) if heading(parts.cells[at]))
    # The cell that prints a lab answers its bets.
    answers = [cell for cell in code if labs[0].at < cell.at < end and cell.reads & names and not cell.lab]
    kept = {cell.at: cell.source for cell in labs} | {cell.at: cell.answers for cell in answers}
    missing = frozenset().union(*(cell.reads for cell in labs + answers)) - names
    for cell in reversed([cell for cell in code if cell.at < labs[0].at and not cell.lab]):
        if cell.makes & missing:
            kept[cell.at] = cell.source
            missing = (missing - cell.makes) | cell.reads
    setup, last = min(kept), max(kept)
    kept[setup] = "\n".join(line for line in kept[setup].splitlines() if not line.startswith("print("))
    cells = []
    for at, source in sorted(kept.items()):
        if at != setup and parts.cells[at - 1].cell_type == "markdown":
            cells.append(parts.cells[at - 1])
        if source:
            cells.append(nbformat.v4.new_code_cell(source, id=parts.cells[at].id))
    after, further = parts.cells[last + 1 : last + 3]
    if after.cell_type == further.cell_type == "markdown" and not HEADING.match(after.source):
        cells.append(after)
    return deepcopy(cells)


def section_of(parts: NotebookNode, at: int) -> str:
    """Return the last heading before a cell."""
    return next(found[2] for cell in reversed(parts.cells[:at]) if (found := heading(cell)))


def heading(cell: NotebookNode) -> re.Match[str] | None:
    """Return the heading that a cell begins with, if it does."""
    return HEADING.match(cell.source) if cell.cell_type == "markdown" else None


def with_headings(cells: list[NotebookNode], title: str, section: str, lesson: str) -> list[NotebookNode]:
    """Return cells below a title and a section, with no heading level skipped, and links to sections elsewhere."""
    here = {found[2].replace(" ", "-") for cell in cells if (found := heading(cell))}
    for cell in cells:
        if cell.cell_type == "markdown":
            text = re.sub(r"^#{3,} ", "## ", cell.source, flags=re.MULTILINE)
            cell.source = ANCHOR.sub(lambda found: found[0] if found[1] in here else f"]({lesson}#{found[1]})", text)
    above = f"# {title}" if here else f"# {title}\n\n## {section}"
    return [nbformat.v4.new_markdown_cell(above), *cells]


def alone(make: Callable[..., Any]) -> Any:
    """Return what a function makes if it needs nothing for it, to ask for its title."""
    needs = [each.name for each in inspect.signature(make).parameters.values() if each.default is each.empty]
    return None if needs else made(make)


def lesson_of(path: Path) -> tuple[Lesson, dict[str, NotebookNode]]:
    """Return a notebook's lesson, and what is served of it: the whole and its apps, by file name."""
    whole = for_visitors(nbformat.read(path, as_version=4))
    parts = in_sections(without_tasks(without(whole, "exercise", "solution")))
    code = cells_of_code(parts)
    card = whole.metadata.intimacy
    number, _, stem = path.stem.partition("_")
    theme = importlib.import_module(f"intimacy.labs.{stem}")
    pages, apps = {path.name: whole}, []
    for labs in labs_on_pages(code):
        name = labs[0].lab
        section = section_of(parts, labs[0].at)
        lab = alone(getattr(theme, name))
        question = lab.title if lab else section
        apps.append(App(f"{number}_{name}.ipynb", question, "Game" if isinstance(lab, Game) else "Lab"))
        page = nbformat.v4.new_notebook(
            cells=with_headings(page_of(parts, code, labs), card.title, section, path.name),
            metadata=deepcopy(whole.metadata),
        )
        page.metadata.title = question
        page.metadata.lesson = {"file": path.name, "title": f"{card.number}. {card.title}"}
        pages[apps[-1].file] = page
    picture = f"figures/{path.stem}.png"
    drawn = picture if (ROOT / picture).exists() else ""
    return Lesson(card.number, path.name, card.title, card.questions[0], drawn, tuple(apps)), pages


def write(folder: Path) -> list[Lesson]:
    """Write all that is served into a folder, which is emptied first, and return what is in it."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "figures").mkdir(parents=True)
    lessons = []
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        lesson, pages = lesson_of(path)
        lessons.append(lesson)
        for name, notebook in pages.items():
            nbformat.write(notebook, folder / name)
        if lesson.picture:
            shutil.copy(ROOT / lesson.picture, folder / "figures")
    return lessons
