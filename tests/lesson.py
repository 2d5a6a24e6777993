"""What the tests of lessons share: the words of a notebook."""

from __future__ import annotations

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
