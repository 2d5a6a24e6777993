"""Write the guide for instructors out of the notebooks: their cells for the teacher, their cards, their words.

``python tools/guide.py`` writes a page per notebook in ``docs/guide/`` and the table of lessons in
``docs/instructor-guide.md``. ``--check`` writes nothing; it says what is out of date, and what a notebook's notes lack.
"""

from __future__ import annotations

import argparse
import itertools
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

import run_notebooks

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted(run_notebooks.NOTEBOOKS.glob("*.ipynb"))
PAGES = ROOT / "docs" / "guide"
GUIDE = ROOT / "docs" / "instructor-guide.md"
TABLE = re.compile(r"(<!-- lessons: written by tools/guide\.py -->\n).*?(<!-- end of lessons -->)", flags=re.DOTALL)

# Adults read English non-fiction silently at 238 words a minute, most of them at 175 to 300: Brysbaert (2019),
# Journal of Memory and Language 109, 104047, doi:10.1016/j.jml.2019.104047.
WORDS_PER_MINUTE = 238
# The other rates are ours, until lessons have been taught: placing a bet, showing hands and the answer; finding one's
# way in a new lab; one numbered step or question of it; one equation with its words; one checked exercise.
PER_BET, PER_LAB, PER_STEP, PER_EQUATION, PER_EXERCISE = 2.0, 1.0, 1.5, 0.5, 5.0
NOT_IN_CLASS = {
    "What this toy leaves out",
    "Quiz",
    "Key points",
    "Glossary",
    "Further reading",
    "Where next",
}
TOLERANCE = 1 / 3  # how far the card may lie from what is computed
LONGEST_STRETCH = 15  # minutes without a pause

EQUATION = re.compile(r"\$\$.*?\$\$", flags=re.DOTALL)
# A numbered step, or a question in bold that no list follows.
STEP = re.compile(
    r"^\d\. |\*\*(?:Try|Hunt|Think|Think first|Would you believe it\?)[:.]?\*\*(?!\s*\n\n1)", re.MULTILINE
)
BET = re.compile(r"= (?:lessons\.bet_\w+|rate)\(")
LAB = re.compile(r"= labs\.\w+\(")
PART = re.compile(r"\s*(.+?) (\d+)\s*$")


@dataclass(frozen=True)
class Minutes:
    """How long a lesson takes: teaching and exercises, in minutes."""

    teaching: float
    exercises: float


def tagged(cell: NotebookNode, tag: str) -> bool:
    """Tell whether a cell has this tag."""
    return tag in cell.metadata.get("tags", [])


def sections(notebook: NotebookNode) -> list[tuple[str, str]]:
    """Return the Markdown that learners see, cut at each h2, with the h2 that it stands under; first what is above."""
    shown = [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "markdown" and not tagged(cell, "instructor") and not tagged(cell, "solution")
    ]
    above, *rest = re.split(r"^## +(.+)$", "\n\n".join(shown), flags=re.MULTILINE)
    return [("", above), *zip(map(str.strip, rest[::2]), rest[1::2], strict=True)]


def estimate(notebook: NotebookNode) -> Minutes:
    """Return the minutes that follow from the words, bets, labs, equations and exercises of a notebook."""
    teaching = exercises = 0.0
    for name, text in sections(notebook):
        words = len(re.findall(r"[\w’'-]+", EQUATION.sub("", text))) / WORDS_PER_MINUTE
        if name == "Exercises":
            exercises += words
        elif name not in NOT_IN_CLASS:
            teaching += words + PER_EQUATION * len(EQUATION.findall(text))
            teaching += PER_STEP * len(STEP.findall(text)) * ("lab" in name.lower().split())
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        teaching += PER_BET * len(BET.findall(cell.source)) + PER_LAB * len(LAB.findall(cell.source))
        exercises += PER_EXERCISE * tagged(cell, "exercise")
    return Minutes(teaching, exercises)


def notes(notebook: NotebookNode) -> str:
    """Return all that is said to the teacher."""
    return "\n\n".join(cell.source for cell in notebook.cells if tagged(cell, "instructor"))


def schedule(told: str, opening: str) -> tuple[int, list[tuple[str, int]]]:
    """Return the minutes that a plan promises, and its parts with theirs; ``opening`` has a group for the minutes."""
    found = re.search(opening + r":(?:\*\*)?\s([^.]*)\.", told)
    if not found:
        return 0, []
    parts = [PART.fullmatch(each) for each in " ".join(found[2].split()).split(",")]
    return int(found[1]), [(part[1], int(part[2])) if part else ("a part without minutes", 0) for part in parts]


def plan(told: str) -> tuple[int, list[tuple[str, int]]]:
    """Return the minutes of the whole lesson, and its parts."""
    return schedule(told, r"A plan for (\d+) minutes")


def short_path(told: str) -> tuple[int, list[tuple[str, int]]]:
    """Return the minutes of the short path, and its parts."""
    return schedule(told, r"\*\*If you have (\d+) minutes")


def pauses(told: str) -> list[int]:
    """Return the minutes at which the notes stop the room."""
    return [int(minute) for minute in re.findall(r"^\| (\d+) \|", told, flags=re.MULTILINE)]


def listed(told: str, heading: str, mark: str) -> list[str]:
    """Return the points of the list that stands below a heading in bold."""
    found = re.search(rf"\*\*{re.escape(heading)}\*\*\n\n((?:.+\n)+)", told)
    return re.findall(rf"^{mark} (.+(?:\n +.+)*)", found[1], flags=re.MULTILINE) if found else []


def faults(notebook: NotebookNode) -> list[str]:
    """Return a sentence for each thing that the notes for the teacher lack, or that does not add up."""
    told, card = notes(notebook), notebook.metadata["intimacy"]
    found = []
    whole = card["teaching_minutes"]
    for name, (promised, parts) in {"plan": plan(told), "short path": short_path(told)}.items():
        lengths = [minutes for _, minutes in parts]
        if not lengths or 0 in lengths or sum(lengths) != promised:
            found.append(f"the {name} for {promised} minutes must add up, got {parts}")
    if plan(told)[0] != whole:
        found.append(f"the plan is for {plan(told)[0]} minutes, the card says {whole}")
    stops = [0, *pauses(told), whole]
    if stops != sorted(stops) or max(later - now for now, later in itertools.pairwise(stops)) > LONGEST_STRETCH:
        found.append(f"pauses must come at least every {LONGEST_STRETCH} minutes up to {whole}, got {stops[1:-1]}")
    marks = [int(minute) for minute in re.findall(r"(?:\*\*Minute|For the teacher, minute) (\d+)", told)]
    found += [f"minute {mark} is after the end, {whole}" for mark in marks if mark > whole]
    wrong = listed(told, "Wrong answers, and the lab that shows otherwise.", "-")
    if len(wrong) < 2 or not any("](#" in line for line in wrong):
        found.append("there must be two or more wrong answers, with links to the labs that show otherwise")
    if len(listed(told, "To discuss.", r"\d\.")) < 2:
        found.append("there must be two or more questions to discuss")
    labels = ("A task for groups in a room.", "A task for groups on a call.", "Handle with care.")
    found += [f"there is no part {label!r}" for label in labels if f"**{label}** " not in told]
    computed = estimate(notebook)
    for key, minutes in (("teaching_minutes", computed.teaching), ("exercise_minutes", computed.exercises)):
        if abs(minutes - card[key]) > TOLERANCE * max(card[key], minutes):
            found.append(f"the card says {card[key]} {key}, its words, labs and exercises give {minutes:.0f}")
    return found


def page(path: Path, notebook: NotebookNode) -> str:
    """Return the page of one lesson: its card, and what is said to the teacher, in the order of the notebook."""
    card, computed = notebook.metadata["intimacy"], estimate(notebook)
    blocks = [
        f"# {card['number']:02d}: {card['title']}",
        f"Written by `make guide` from [the notebook](../../notebooks/{path.name}): change its cells for the teacher, "
        "not this page.",
        f"**{card['questions'][0]}**",
        "\n".join(
            [
                "| | |",
                "|---|---|",
                f"| Level | {card['level']} |",
                f"| Minutes on the card | {card['teaching_minutes']} to teach, {card['exercise_minutes']} of exercises "
                "(estimates, until taught) |",
                f"| Minutes computed | {computed.teaching:.0f} to teach, {computed.exercises:.0f} of exercises |",
                f"| Needs | {'; '.join(card['prerequisites']) or 'nothing'} |",
                f"| Data | {'; '.join(card['data']) or 'none'} |",
                f"| Restart and Run All | {card['run_seconds']} s, {card['peak_memory_mb']} MB at the peak "
                f"({card['last_tested']}, two cores) |",
            ]
        ),
        "## Afterwards, learners can",
        "\n".join(f"- {each}" for each in card["objectives"]),
        "## Notes",
    ]
    heading = ""
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        if tagged(cell, "instructor"):
            blocks += [f'### At "{heading}"'] * (f'### At "{heading}"' not in blocks)
            blocks.append(_here(cell.source, path))
        else:
            heading = (re.findall(r"^#{1,6} +(.+?) *$", cell.source, flags=re.MULTILINE) or [heading])[-1]
    return "\n\n".join(blocks) + "\n"


def _here(source: str, path: Path) -> str:
    """Return the text of a teacher's cell, unfolded, with links that lead from docs/guide/."""
    text = re.sub(r"<details><summary>.*?</summary>\s*|\s*</details>", "", source)
    text = text.replace("](../", "](../../").replace("](#", f"](../../notebooks/{path.name}#")
    return re.sub(r"\]\((\d\d_\w+\.ipynb)", r"](../../notebooks/\1", text)


def table(notebooks: dict[Path, NotebookNode]) -> str:
    """Return the table of all lessons."""
    rows = ["| Lesson | On the card | Computed | Short path | Memory |", "|---|---|---|---|---|"]
    for path, notebook in notebooks.items():
        card, computed = notebook.metadata["intimacy"], estimate(notebook)
        short, parts = short_path(notes(notebook))
        rows.append(
            f"| [{card['number']:02d}: {card['title']}](guide/{path.stem}.md) "
            f"| {card['teaching_minutes']} + {card['exercise_minutes']} "
            f"| {computed.teaching:.0f} + {computed.exercises:.0f} "
            f"| {short}: {', '.join(name for name, _ in parts)} | {card['peak_memory_mb']} MB |"
        )
    return "\n".join(rows) + "\n"


def files(notebooks: dict[Path, NotebookNode]) -> dict[Path, str]:
    """Return each file that is written, with its text."""
    pages = {PAGES / f"{path.stem}.md": page(path, notebook) for path, notebook in notebooks.items()}
    guide = TABLE.sub(lambda found: found[1] + table(notebooks) + found[2], GUIDE.read_text(encoding="utf-8"))
    return {**pages, GUIDE: guide}


def main() -> int:
    """Write the files, or check them; 1 when something is out of date or lacking."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; say what is out of date or lacking")
    check = parser.parse_args().check
    notebooks = {path: run_notebooks.read(path) for path in NOTEBOOKS}
    lacking = [f"{path.name}: {fault}" for path, notebook in notebooks.items() for fault in faults(notebook)]
    print(*lacking, sep="\n", end="\n" * bool(lacking))
    stale = {
        path: text
        for path, text in files(notebooks).items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    }
    for path, text in stale.items():
        if check:
            print(f"{path.relative_to(ROOT)} is out of date: run make guide")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return int(bool(lacking) or (check and bool(stale)))


if __name__ == "__main__":
    sys.exit(main())
