"""Run the notebooks in place and put them in one form: ``python tools/run_notebooks.py [--check] [notebooks]``.

The form is the same from every Python, machine and editor, so that a change in git is a change in the lesson.
``--check`` runs nothing and writes nothing: it fails when a notebook is not in that form.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
TIMEOUT = 120
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python", "pygments_lexer": "ipython3"}
KEPT_OF_NOTEBOOK = ("intimacy", "title")
KEPT_OF_CELL = ("tags", "slideshow", "jupyter")
# Without a kernel a stored view shows an error where the text beside it would do.
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")


class NotebookError(Exception):
    """A notebook cannot be run; the message is one sentence that names it and the cell."""


def run(notebook: NotebookNode, folder: Path, **settings: Any) -> NotebookNode:
    """Return the notebook as a fresh kernel leaves it, with no widget state; settings are nbclient's own.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell raised, and no setting allows it.
    """
    fresh = copy.deepcopy(notebook)
    client = NotebookClient(
        fresh,
        timeout=TIMEOUT,
        kernel_name="python3",
        store_widget_state=True,  # without it, nbclient fails where `interact` prints
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
        **settings,
    )
    done = client.execute()
    done.metadata.pop("widgets", None)
    return done


def complaints(notebook: NotebookNode) -> list[str]:
    """Return a sentence for each cell that wrote to stderr: a learner would see it as a red box."""
    return [
        f"cell {number} writes to stderr: {' '.join(output.text.split())[:200]}"
        for number, cell in enumerate(notebook.cells, start=1)
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stderr"
    ]


def normalised(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook in the one form: metadata by name, a unique id per cell, code cells counted 1 to n."""
    plain = copy.deepcopy(notebook)
    plain.nbformat, plain.nbformat_minor = 4, 5
    kept = {key: plain.metadata[key] for key in KEPT_OF_NOTEBOOK if key in plain.metadata}
    plain.metadata = nbformat.from_dict({**kept, "kernelspec": KERNEL, "language_info": LANGUAGE})
    number_runs(plain)
    name_cells(plain)
    for cell in plain.cells:
        cell.metadata = nbformat.from_dict({key: cell.metadata[key] for key in KEPT_OF_CELL if key in cell.metadata})
        if "outputs" in cell:
            cell.outputs = [repeatable(output) for output in joined_streams(cell.outputs)]
    return plain


def repeatable(output: NotebookNode) -> NotebookNode:
    """Return an output without what changes at each run: a widget's model id and an object's address."""
    if "data" not in output:
        return output
    same = copy.deepcopy(output)
    same.data.pop(WIDGET_VIEW, None)
    if "text/plain" in same.data:
        same.data["text/plain"] = ADDRESS.sub("0x0", "".join(same.data["text/plain"]))
    return same


def number_runs(notebook: NotebookNode) -> None:
    """Count the code cells that have run 1 to n, in the cells and in their results."""
    count = 0
    for cell in notebook.cells:
        if cell.cell_type != "code" or cell.execution_count is None:
            continue
        count += 1
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count


def name_cells(notebook: NotebookNode) -> None:
    """Give an id to each cell that has none, or another cell's: made from its words, so that it stays."""
    seen: set[str] = set()
    for cell in notebook.cells:
        name = cell.get("id", "")
        copies = 0
        while not name or name in seen:
            words = f"{cell.cell_type}\n{cell.source}\n{copies}"
            name = hashlib.sha256(words.encode()).hexdigest()[:12]
            copies += 1
        cell.id = name
        seen.add(name)


def joined_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join neighbouring texts of one stream: where a kernel cuts them is a matter of timing."""
    joined: list[NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else None
        same = last is not None and output.output_type == last.output_type == "stream" and output.name == last.name
        if same and last is not None:
            last.text += output.text
        else:
            joined.append(copy.deepcopy(output))
    return joined


def written(notebook: NotebookNode) -> str:
    """Return the text of the notebook's file.

    Raises:
        nbformat.ValidationError: the notebook breaks the format.
    """
    nbformat.validate(notebook)
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def read(path: Path) -> NotebookNode:
    """Read a notebook as it stands; nbformat's own reader would invent the cell ids that are missing.

    Raises:
        NotebookError: there is no such file, or it is no notebook of format 4.
    """
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotebookError(f"there is no notebook {path.name} in {path.parent.name}/") from None
    except ValueError as error:
        raise NotebookError(f"{path.name} is not JSON: {error}") from error
    if not isinstance(plain, dict) or plain.get("nbformat") != 4 or "cells" not in plain:
        raise NotebookError(f"{path.name} is not a notebook of format 4")
    return nbformat.v4.to_notebook_json(plain)


def refresh(path: Path) -> bool:
    """Run one notebook, write it in the one form if that changes the file, and tell whether it did.

    Raises:
        NotebookError: a cell raised or wrote to stderr; the file is as it was.
    """
    notebook = read(path)
    name_cells(notebook)
    try:
        after = run(notebook, path.parent)
    except CellExecutionError as error:
        raise NotebookError(f"{path.name}: a cell raised {error.ename}: {error.evalue}") from error
    if found := complaints(after):
        raise NotebookError(f"{path.name}: {'; '.join(found)}")
    return write_if_changed(path, written(normalised(after)))


def write_if_changed(path: Path, text: str) -> bool:
    """Write the text unless the file holds it already, and tell whether it was written."""
    if path.read_text(encoding="utf-8") == text:
        return False
    path.write_text(text, encoding="utf-8")
    return True


def is_normal(path: Path) -> bool:
    """Tell whether the file is in the one form."""
    notebook = read(path)
    return path.read_text(encoding="utf-8") == written(normalised(notebook))


def named(notebooks: list[str]) -> list[Path]:
    """Return the notebooks of these stems or paths, all in ``notebooks/`` when none is named."""
    paths = [Path(each) if each.endswith(".ipynb") else NOTEBOOKS / f"{each}.ipynb" for each in notebooks]
    return paths or sorted(NOTEBOOKS.glob("*.ipynb"))


def main(arguments: list[str] | None = None) -> int:
    """Run, or check, the notebooks named, all by default; 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="run and write nothing, fail on a notebook out of form")
    parser.add_argument("notebooks", nargs="*", help="notebooks by stem, such as 04_oxytocin_trust, or by path (all)")
    options = parser.parse_args(arguments)
    failed = False
    for path in named(options.notebooks):
        try:
            if options.check:
                wrong = not is_normal(path)
                failed |= wrong
                print(f"{path.name}: {'not in form, run make notebooks' if wrong else 'in form'}")
            else:
                print(f"{path.name}: {'written' if refresh(path) else 'unchanged'}")
        except NotebookError as error:
            failed = True
            print(error, file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
