"""Write a course for nbgrader: ``python tools/grading.py [--to build/nbgrader] [stems]``.

Each notebook with exercises becomes an assignment: the student copy, in which an exercise is an answer cell, with the
answer in a region that nbgrader takes out, and a test cell worth a point, which asks the lesson's own check. What the
check says is shown to the learner; the line that takes the point away is hidden until the grading.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from copies import ROOT, answers, chosen, has_tag, student
from notebook_shape import LINK
from run_notebooks import NotebookError, written

COURSE = "intimacy"
POINTS = 1
CONFIG = f"""c = get_config()
c.CourseDirectory.course_id = "{COURSE}"
# The answer cells keep their own stubs.
c.ClearSolutions.code_stub = {{"python": ""}}
# A slow machine may take long over a lab.
c.Execute.timeout = 120
# Graded notebooks are kept without the state of their widgets, which is most of their size.
c.ClearMetadataPreprocessor.enabled = True
c.ClearMetadataPreprocessor.clear_cell_metadata = False
c.ClearMetadataPreprocessor.preserve_nb_metadata_mask = {{"intimacy", "kernelspec", "language_info", "title"}}
"""
TEST = """import warnings

with warnings.catch_warnings(action="ignore"):  # nbgrader takes a warning for a fault
    feedback = {check}
print(feedback)
### BEGIN HIDDEN TESTS
assert feedback.passed, feedback.text
### END HIDDEN TESTS"""
START = re.compile(r"On your own computer: \[[^\]]*\]\(\.\./README\.md\)\.\n?")


def assignment(notebook: NotebookNode, stem: str) -> NotebookNode:
    """Return the source of an assignment, as ``nbgrader generate_assignment`` reads it.

    Raises:
        NotebookError: the exercises and their answers do not fit together.
    """
    mine = student(notebook, stem)
    given = iter(answers(notebook))
    cells = []
    for cell in mine.cells:
        if has_tag(cell, "exercise"):
            cells += graded(cell, next(given))
        else:
            cells.append(alone(cell))
    mine.cells = cells
    return mine


def graded(cell: NotebookNode, answer: str) -> tuple[NotebookNode, NotebookNode]:
    """Return an exercise of the student copy as an answer cell and a test cell."""
    gap, _, check = cell.source.rpartition("\n")
    source = f"{gap.rstrip()}\n\n### BEGIN SOLUTION\n{answer}\n### END SOLUTION"
    settings = marks(cell.id, solution=True)
    tested = marks(f"{cell.id}-check", grade=True, locked=True, points=POINTS)
    return (
        new_code_cell(source, id=cell.id, metadata={"nbgrader": settings}),
        new_code_cell(TEST.format(check=check), id=f"{cell.id}-check", metadata={"nbgrader": tested}),
    )


def marks(grade_id: str, **special: Any) -> dict[str, Any]:
    """Return what nbgrader keeps about a code cell: neither graded, locked nor a solution, but for what is special."""
    plain = {"grade": False, "locked": False, "solution": False, "task": False}
    return {"schema_version": 3, "cell_type": "code", "grade_id": grade_id, **plain, **special}


def alone(cell: NotebookNode) -> NotebookNode:
    """Return a cell without links to files of the collection: an assignment is handed out without them."""
    if cell.cell_type == "markdown":
        cell.source = START.sub("", cell.source)
        cell.source = LINK.sub(lambda found: found[0] if re.match("#|https?:", found[2]) else found[1], cell.source)
    return cell


def main(arguments: list[str] | None = None) -> int:
    """Write the course; 1 when an assignment cannot be derived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "nbgrader", help="the folder (build/nbgrader)")
    parser.add_argument("stems", nargs="*", help="the notebooks, such as 04_oxytocin_trust (all with exercises)")
    options = parser.parse_args(arguments)
    try:
        sources = {stem: assignment(each, stem) for stem, each in chosen(options.stems).items() if answers(each)}
    except NotebookError as reason:
        parser.error(str(reason))
    for stem, source in sources.items():
        path = options.to / "source" / stem / f"{stem}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written(source), encoding="utf-8")
    (options.to / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    print(f"{options.to}: {len(sources)} assignments")
    return 0


if __name__ == "__main__":
    sys.exit(main())
