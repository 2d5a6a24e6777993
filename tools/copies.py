"""Derive the copy for a class, or for its teacher: ``python tools/copies.py student [--to folder] [stems]``.

``notebooks/`` is the only source, and tags tell its cells apart. ``exercise``: code in which three dots stand for the
answer. ``solution``: Markdown with one block of Python for each exercise before it. ``instructor``: notes for teaching.
A copy is a folder of its own that can be handed out, published or opened with Binder.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

import links
from intimacy.widgets import ArrayExercise, ChoiceExercise, Exercise, FunctionExercise, NumberExercise
from run_notebooks import NotebookError, complaints, normalised, read, run, written

ROOT = Path(__file__).resolve().parents[1]
# What a copy needs to be installed and opened, here or with Binder, beside its own notebooks.
TOOLS = ("environment.py", "find_python.sh", "jupyterlab_overrides.json", "lab.py", "setup.py")
SHARED = (
    *("data", "figures", "src", "environment.yml", "postBuild", "start"),
    *("pyproject.toml", "requirements.lock"),
    *("LICENSE", "LICENSE-CONTENT.md", "CITATION.cff", *(f"tools/{name}" for name in TOOLS)),
)
TASKS = ("help", "setup", "lab")
GAP = re.compile(r"^(?P<name>\w+) = \.\.\.(?:  # (?P<remark>.*))?$", re.MULTILINE)
PYTHON_BLOCK = re.compile(r"^```python\n(.*?)\n```", re.MULTILINE | re.DOTALL)
CHECK = re.compile(r"lessons\.(?P<maker>exercise_\w+)\(\)\.check\(\w+\)")
FOLDED = re.compile(r"The\s+solutions?\s+(?:are|is)\s+folded\s+below(?:\s+each\s+group)?;.*?\.", re.DOTALL)
LAUNCH = re.compile(r"Open this \w+ with nothing installed:.*?(?=On your own computer)", re.DOTALL)
SUMMARY = re.compile(r"<summary>Solution of (.*?)</summary>")
PUT_HERE = re.compile(r"^put your function here(?:: def .*)?(?:; )?")
README = """# Neurobiological Foundations of Intimacy: {kind} copy

{words}

You need Python 3.11 to 3.14 and make. `make lab` sets everything up and opens the notebooks; the first time takes a
minute or two. Then choose **Run → Run All Cells**. Without make, run `python tools/setup.py` and then, with the Python
in `.venv`, `tools/lab.py`.

{notebooks}

Code is under [BSD-3-Clause](LICENSE), text and figures under [CC-BY-4.0](LICENSE-CONTENT.md). Cite it by
[CITATION.cff](CITATION.cff).
"""
WORDS = {
    "student": "Bet, play, and answer the exercises. Each one says at once what is right or what is missing.",
    "instructor": "**Not for handing out:** every exercise holds its answer, and the notes for teaching are in place.",
}


def has_tag(cell: NotebookNode, tag: str) -> bool:
    """Tell whether a cell has this tag."""
    return tag in cell.metadata.get("tags", [])


def answers(notebook: NotebookNode) -> list[str]:
    """Return the Python of the solutions: one answer for each exercise, in order."""
    return [code for cell in notebook.cells if has_tag(cell, "solution") for code in PYTHON_BLOCK.findall(cell.source)]


def exercises(notebook: NotebookNode, stem: str) -> list[tuple[NotebookNode, Exercise, str]]:
    """Return each exercise cell with the exercise that it checks, and with the answer that the notebook gives.

    Raises:
        NotebookError: a cell checks no exercise or has no gap, or there is not one answer for each cell.
    """
    cells = [cell for cell in notebook.cells if has_tag(cell, "exercise")]
    given = answers(notebook)
    if len(given) != len(cells):
        raise NotebookError(f"{stem} must have one answer for each of its {len(cells)} exercises, it has {len(given)}")
    found = []
    for cell, answer in zip(cells, given, strict=True):
        check = CHECK.search(cell.source)
        if not check or len(GAP.findall(cell.source)) != 1:
            raise NotebookError(f"{stem}: an exercise needs one gap and one check, got {cell.source!r}")
        lesson = importlib.import_module(f"intimacy.lessons.{stem.partition('_')[2]}")
        found.append((cell, getattr(lesson, check["maker"])(), answer))
    return found


def filled(source: str, text: str) -> str:
    """Return the source of an exercise cell with this text in the place of its gap, set apart if it is long."""
    gap = GAP.search(source)
    assert gap is not None, source
    parts = (source[: gap.start()].rstrip(), text, source[gap.end() :].strip("\n"))
    return ("\n\n" if "\n" in text else "\n").join(part for part in parts if part)


def stub(source: str, exercise: Exercise, answer: str) -> str:
    """Return the source of an exercise cell that says what to write, and where."""
    gap = GAP.search(source)
    assert gap is not None, source
    remark = PUT_HERE.sub("", gap["remark"] or "")
    if isinstance(exercise, FunctionExercise):
        line = f"{signature(answer, gap['name'])}\n    return ..." + (f"\n\n# {remark}" if remark else "")
    else:
        line = f"{gap['name']} = ..." + (f"  # {remark}" if remark else "")
    return f"# {exercise.name}: {wanted(exercise)} where the three dots are.\n{filled(source, line)}"


def signature(answer: str, name: str) -> str:
    """Return the first line of the function of this name: the task names its parameters, and the answer has them."""
    found = next(line for line in ast.parse(answer).body if isinstance(line, ast.FunctionDef) and line.name == name)
    return f"def {name}({ast.unparse(found.args)}):"


def wanted(exercise: Exercise) -> str:
    """Say what to do, up to "where the three dots are".

    Raises:
        TypeError: the exercise is of no kind that is known here.
    """
    match exercise:
        case FunctionExercise():
            return "finish the function. What it returns stands"
        case ChoiceExercise(options=options):
            return f"write one of {', '.join(map(repr, options))}"
        case ArrayExercise(expected=expected):
            return f"write a list of {len(expected)} numbers"
        case NumberExercise(unit=unit):
            return f"write one number ({unit})" if unit else "write one number"
    raise TypeError(f"exercise must be of a known kind, got {type(exercise).__name__}")


def student(notebook: NotebookNode, stem: str) -> NotebookNode:
    """Return the copy for learners: no solutions, no notes for teaching, and exercise cells that say what to write.

    Raises:
        NotebookError: the exercises and their answers do not fit together.
    """
    mine = copy.deepcopy(notebook)
    for cell, exercise, answer in exercises(mine, stem):
        cell.source = stub(cell.source, exercise, answer)
    mine.cells = [without_solution(cell) for cell in mine.cells if not has_tag(cell, "instructor")]
    for cell in mine.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        else:
            cell.source = FOLDED.sub("Your instructor has the solutions; try twice before you ask.", cell.source)
            cell.source = LAUNCH.sub("", cell.source).replace(links.HINT, "")
    return mine


def without_solution(cell: NotebookNode) -> NotebookNode:
    """Return a cell as it is, or in the place of a solution a cell to write in.

    Raises:
        NotebookError: the solution does not say which exercises it solves.
    """
    if not has_tag(cell, "solution"):
        return cell
    summary = SUMMARY.search(cell.source)
    if not summary:
        raise NotebookError(f"a solution must say in its summary which exercises it solves, got {cell.source[:80]!r}")
    words = "Double-click here and write in a sentence what a hint taught you, or what surprised you."
    return new_markdown_cell(f"**After {summary[1]}.** *{words}*", id=cell.id)


def instructor(notebook: NotebookNode, stem: str) -> NotebookNode:
    """Return the copy for teachers: answers filled in, solutions open, notes for teaching in place.

    Raises:
        NotebookError: the exercises and their answers do not fit together.
    """
    mine = copy.deepcopy(notebook)
    for cell, exercise, answer in exercises(mine, stem):
        cell.source = f"# {exercise.name}\n{filled(cell.source, answer)}"
    for cell in mine.cells:
        if has_tag(cell, "solution"):
            cell.source = cell.source.replace("<details>", "<details open>")
        elif cell.cell_type == "markdown":
            cell.source = FOLDED.sub("Here each exercise holds its answer, and the solutions are open.", cell.source)
    title, _, rest = mine.cells[0].source.partition("\n")
    mine.cells[0].source = f"{title}\n\n{WORDS['instructor']}\n{rest}"
    return mine


def run_through(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Return the notebook as it runs, in the one form that all notebooks have.

    Raises:
        NotebookError: a cell raised or wrote to stderr, or an exercise does not pass.
    """
    try:
        done = normalised(run(notebook, folder))
    except CellExecutionError as error:
        raise NotebookError(f"a cell raised {error.ename}: {error.evalue}") from error
    if found := [*complaints(done), *unpassed(done)]:
        raise NotebookError("; ".join(found))
    return done


def said(cell: NotebookNode) -> str:
    """Return what the check at the end of an exercise cell says."""
    return "".join(output.data["text/plain"] for output in cell.outputs if output.output_type == "execute_result")


def unpassed(notebook: NotebookNode) -> Iterator[str]:
    """Yield a sentence for each exercise cell whose check does not pass."""
    for cell in notebook.cells:
        if has_tag(cell, "exercise") and not said(cell).startswith("Right. "):
            yield f"{cell.source.splitlines()[-1]} says: {said(cell)}"


COPIES: dict[str, Callable[[NotebookNode, str], NotebookNode]] = {"student": student, "instructor": instructor}


def share(folder: Path, kind: str, notebooks: dict[str, NotebookNode], published: links.Repository | None) -> None:
    """Write what a copy needs beside its notebooks: package, data, what sets it up, and a page that says how."""
    hidden = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in SHARED:
        source, goal = ROOT / name, folder / name
        goal.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, goal, ignore=hidden, dirs_exist_ok=True)
        else:
            shutil.copy(source, goal)
    (folder / "Makefile").write_text(makefile((ROOT / "Makefile").read_text(encoding="utf-8")), encoding="utf-8")
    lines = []
    for stem, notebook in notebooks.items():
        on_binder = f" ([on Binder]({published.address('lab', stem)}))" if published else ""
        lines.append(f"- [{notebook.metadata.title}](notebooks/{stem}.ipynb){on_binder}")
    page = README.format(kind=kind, words=WORDS[kind], notebooks="\n".join(lines))
    (folder / "README.md").write_text(page, encoding="utf-8")


def makefile(whole: str) -> str:
    """Return the part of the project's Makefile that makes sense in a copy."""
    head, *tasks = whole.strip().split("\n\n")
    head = re.sub(r"^\.PHONY: (?:.*\\\n)*.*$", f".PHONY: {' '.join(TASKS)}", head, flags=re.MULTILINE)
    return "\n\n".join([head, *(task for task in tasks if task.partition(":")[0] in TASKS)]) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Write the copies of the notebooks named, all by default; 1 when one cannot be derived or does not pass."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=COPIES, help="for whom")
    parser.add_argument("--to", type=Path, help="the folder to write (build/student or build/instructor)")
    parser.add_argument("--repository", help="where the copy will be published: its page then links to Binder")
    parser.add_argument("stems", nargs="*", help="the notebooks, such as 04_oxytocin_trust (all)")
    options = parser.parse_intermixed_args(arguments)
    folder: Path = options.to or ROOT / "build" / options.kind
    try:
        sources = chosen(options.stems)
        published = links.repository(options.repository) if options.repository else None
    except (NotebookError, links.NoRepository) as reason:
        parser.error(str(reason))
    share(folder, options.kind, sources, published)
    (folder / "notebooks").mkdir(exist_ok=True)
    failed = False
    for stem, source in sources.items():
        path = folder / "notebooks" / f"{stem}.ipynb"
        try:
            mine = COPIES[options.kind](source, stem)
            if options.kind == "instructor":
                mine = run_through(mine, path.parent)
        except NotebookError as error:
            failed = True
            print(f"{stem}: {error}", file=sys.stderr)
        else:
            path.write_text(written(mine), encoding="utf-8")
            print(f"{stem}.ipynb: written", flush=True)
    return int(failed)


def chosen(stems: list[str]) -> dict[str, NotebookNode]:
    """Return the notebooks of these stems, all if none is named.

    Raises:
        NotebookError: there is no such notebook.
    """
    every = {path.stem: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
    if unknown := [stem for stem in stems if stem not in every]:
        raise NotebookError(f"there is no notebook {', '.join(unknown)}, only {', '.join(every)}")
    return {stem: read(every[stem]) for stem in stems or every}


if __name__ == "__main__":
    sys.exit(main())
