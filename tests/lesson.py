"""What the tests of lessons share: the words of a notebook, and of the lesson behind it."""

from __future__ import annotations

from types import ModuleType

from nbformat import NotebookNode


def markdown(notebook: NotebookNode, tag: str | None = None) -> str:
    """Return the Markdown of a notebook, of cells with a tag if one is given."""
    return "\n\n".join(
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "markdown" and (tag is None or tag in cell.metadata.get("tags", []))
    )


def on_one_line(notebook: NotebookNode, tag: str | None = None) -> str:
    """Return the same without its line breaks, so that a sentence is found wherever it was broken."""
    return " ".join(markdown(notebook, tag).split())


def said(lesson: ModuleType) -> list[str]:
    """Return all that a lesson says in its bets, exercises and quiz."""
    texts = []
    for bet in (make() for name, make in vars(lesson).items() if name.startswith("bet_")):
        texts += [bet.question, bet.answer().text, *(option["label"] for option in bet.options)]
    for exercise in lesson.exercises():
        texts += [exercise.task, exercise.why, *(hint.text for hint in exercise.hints)]
    for question in lesson.quiz().questions:
        texts += [question["text"], *(each[part] for each in question["answers"] for part in ("text", "feedback"))]
    return texts
