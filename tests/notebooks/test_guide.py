"""The guide for instructors: its pages follow from the notebooks, and the notes for the teacher are whole and true."""

from __future__ import annotations

import copy
import datetime
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import guide
import measure
import notebook_shape as shape
import run_notebooks

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
OURS = [DOCS / name for name in ("instructor-guide.md", "review-checklist.md", "taught.md")]
NAMES = [path.stem for path in guide.NOTEBOOKS]


@pytest.fixture(scope="module")
def notebooks() -> dict[Path, NotebookNode]:
    """All notebooks, by their paths."""
    return {path: run_notebooks.read(path) for path in guide.NOTEBOOKS}


@pytest.fixture
def trust(notebooks: dict[Path, NotebookNode]) -> NotebookNode:
    """A copy of notebook 04, to plant a fault in."""
    return copy.deepcopy(notebooks[run_notebooks.NOTEBOOKS / "04_oxytocin_trust.ipynb"])


# The notes


@pytest.mark.parametrize("name", NAMES)
def test_the_notes_for_the_teacher_are_whole(notebooks: dict[Path, NotebookNode], name: str) -> None:
    assert guide.faults(notebooks[run_notebooks.NOTEBOOKS / f"{name}.ipynb"]) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("A plan for 50 minutes: article and bet 5", "A plan for 50 minutes: article and bet 6", "must add up"),
        ("A plan for 50 minutes: article and bet 5", "A plan for 51 minutes: article and bet 6", "the card says 50"),
        ("A plan for", "No plan for", "the plan for 0 minutes"),
        ("article and bet 5, idea 10", "article and bet 15, idea", "a part without minutes"),
        ("**If you have 45 minutes:** article and bet 5", "**If you have 45 minutes:** article 4", "short path"),
        ("| 23 | the loop", "| 33 | the loop", "pauses must come"),
        ("| 36 | the game", "| the game", "pauses must come"),
        ("**Minute 5.**", "**Minute 55.**", "minute 55 is after the end"),
        ("](#", "](other.ipynb#", "two or more wrong answers"),
        ("**To discuss.**", "**To argue.**", "questions to discuss"),
        ("**A task for groups in a room.**", "**A task.**", "'A task for groups in a room.'"),
        ("**A task for groups on a call.**", "**A task.**", "'A task for groups on a call.'"),
        ("**Handle with care.**", "**Careful.**", "'Handle with care.'"),
    ],
)
def test_a_fault_in_the_notes_is_found(trust: NotebookNode, old: str, new: str, fault: str) -> None:
    assert old in guide.notes(trust)
    for cell in trust.cells:
        if guide.tagged(cell, "instructor"):
            cell.source = cell.source.replace(old, new)
    assert any(fault in each for each in guide.faults(trust)), guide.faults(trust)


def test_a_card_that_is_far_from_the_words_is_found(trust: NotebookNode) -> None:
    for cell in trust.cells:
        cell.source = cell.source.replace("A plan for 50 minutes: article and bet 5", "A plan for 90 minutes: bet 45")
    trust.metadata["intimacy"].update(teaching_minutes=90, exercise_minutes=20)
    found = " ".join(guide.faults(trust))
    assert "the card says 90 teaching_minutes" in found
    assert "the card says 20 exercise_minutes" in found


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_the_wrong_answers_stands_in_the_lesson(notebooks: dict[Path, NotebookNode], name: str) -> None:
    """The lesson's own numbers are held to the models by its tests; so those of the notes are as well."""
    notebook = notebooks[run_notebooks.NOTEBOOKS / f"{name}.ipynb"]
    lesson = " ".join(
        " ".join([cell.source, *shape.strings(cell.get("outputs", []))])
        for cell in notebook.cells
        if cell.get("id") != "teacher-notes"
    )
    numbers = set(re.findall(r"(?<![\w.,])\d+(?:[.,]\d+)?(?![\w])", lesson))
    numbers |= {number.rstrip("0") for number in numbers if "." in number}
    wrong = " ".join(guide.listed(guide.notes(notebook), "Wrong answers, and the lab that shows otherwise.", "-"))
    told = set(re.findall(r"(?<![\w.,#-])\d+(?:[.,]\d+)?(?![\w])", re.sub(r"\]\([^)]*\)", "", wrong)))
    assert told <= numbers


# The minutes


def lesson(*cells: NotebookNode) -> NotebookNode:
    """A notebook of these cells."""
    return new_notebook(cells=list(cells))


def words(number: int) -> str:
    """So many words."""
    return " ".join(["word"] * number)


def test_words_are_read_at_the_published_rate() -> None:
    assert guide.estimate(lesson(new_markdown_cell(words(238)))) == guide.Minutes(1, 0)
    assert guide.estimate(lesson(new_markdown_cell(f"## Exercises\n\n{words(476)}"))) == guide.Minutes(0, 2)
    assert guide.estimate(lesson(new_markdown_cell(f"## Glossary\n\n{words(476)}"))) == guide.Minutes(0, 0)


@pytest.mark.parametrize(
    ("cell", "teaching", "exercises"),
    [
        (new_code_cell("bet = lessons.bet_x()\nbet"), 2, 0),
        (new_code_cell("lab = labs.the_loop()\nlab"), 1, 0),
        (new_code_cell("answer = ..."), 0, 0),
        (new_code_cell("answer = ...", metadata={"tags": ["exercise"]}), 0, 5),
        (new_markdown_cell(words(1000), metadata={"tags": ["instructor"]}), 0, 0),
        (new_markdown_cell(words(1000), metadata={"tags": ["solution"]}), 0, 0),
        (new_markdown_cell("$$x = y$$"), 0.5, 0),
        (new_markdown_cell("## The lab\n\n1. a\n2. b"), 3 + 4 / 238, 0),
        (new_markdown_cell("## The lab\n\n**Try:** a\n\n**Think:** b"), 3 + 4 / 238, 0),
    ],
)
def test_labs_bets_and_exercises_take_time(cell: NotebookNode, teaching: float, exercises: float) -> None:
    found = guide.estimate(lesson(cell))
    assert (found.teaching, found.exercises) == pytest.approx((teaching, exercises))


# The pages


def test_the_pages_follow_from_the_notebooks(notebooks: dict[Path, NotebookNode]) -> None:
    for path, text in guide.files(notebooks).items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is out of date: run make guide"
    assert {path.name for path in guide.PAGES.iterdir()} == {f"{name}.md" for name in NAMES}


def test_a_changed_note_makes_a_page_out_of_date(trust: NotebookNode) -> None:
    path = run_notebooks.NOTEBOOKS / "04_oxytocin_trust.ipynb"
    before = guide.page(path, trust)
    next(cell for cell in trust.cells if guide.tagged(cell, "instructor")).source += "\n\nOne more sentence."
    assert guide.page(path, trust) != before
    assert "details>" not in before


def rows(text: str, first: str) -> list[list[str]]:
    """Return the rows of the table whose head begins with a cell, below a piece of Markdown."""
    table = re.search(rf"^\| {first} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, flags=re.MULTILINE)
    assert table, first
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[1].splitlines()]


@pytest.mark.parametrize(("heading", "minutes"), [("### Ninety minutes", 90), ("### Half a day", 240)])
def test_a_timetable_adds_up(heading: str, minutes: int) -> None:
    part = guide.GUIDE.read_text(encoding="utf-8").partition(heading)[2]
    clock = [(int(start), int(length)) for start, length, *_ in rows(part, "From")]
    assert [start + length for start, length in clock] == [*(start for start, _ in clock[1:]), minutes]


def test_the_term_has_every_lesson_in_order() -> None:
    part = guide.GUIDE.read_text(encoding="utf-8").partition("### A term of twelve weeks")[2]
    weeks = rows(part, "Week")
    assert [int(week[0]) for week in weeks] == list(range(1, 13))
    assert re.findall(r"guide/(\w+)\.md", " ".join(week[1] for week in weeks)) == NAMES, (
        "the term of docs/instructor-guide.md leads to the page of each lesson, in order; a week may have two"
    )


def test_every_command_of_the_guides_is_a_task() -> None:
    tasks = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = {task for path in OURS for task in re.findall(r"`make ([a-z-]+)", path.read_text(encoding="utf-8"))}
    assert len(named) > 8
    assert named <= tasks


def anchor(heading: str) -> str:
    """Return what a heading is linked by on GitHub."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("path", [*OURS, *sorted(guide.PAGES.glob("*.md"))], ids=lambda path: path.stem)
def test_every_link_leads_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://"):
            continue
        name, _, place = target.partition("#")
        file = path.parent / name if name else path
        assert file.exists(), target
        if place and file.suffix == ".md":
            headings = re.findall(r"^#+ +(.+)$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
            assert place in map(anchor, headings), target
        if place and file.suffix == ".ipynb":
            found = re.findall(r"^#+ +(.+)$", _markdown(file), flags=re.MULTILINE)
            assert unquote(place) in {heading.strip().replace(" ", "-") for heading in found}, target


def _markdown(path: Path) -> str:
    return "\n\n".join(cell.source for cell in run_notebooks.read(path).cells if cell.cell_type == "markdown")


# The way back


def test_the_form_has_a_table_for_each_lesson(notebooks: dict[Path, NotebookNode]) -> None:
    text = (DOCS / "taught.md").read_text(encoding="utf-8")
    titles = [f"{each.metadata.intimacy.number:02d}: {each.metadata.intimacy.title}" for each in notebooks.values()]
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == titles, "docs/taught.md has a table for each notebook"
    columns = [row[0] for row in rows(text, "Column")]
    assert text.count(f"| {' | '.join(columns)} |") == len(titles)


def test_a_lesson_is_an_estimate_until_a_row_says_otherwise(notebooks: dict[Path, NotebookNode]) -> None:
    text = (DOCS / "taught.md").read_text(encoding="utf-8")
    for notebook in notebooks.values():
        card = notebook.metadata["intimacy"]
        part = text.partition(f"## {card['number']:02d}: ")[2].partition("\n## ")[0]
        taught = len(re.findall(r"^\| 20", part, flags=re.MULTILINE))
        assert ("estimate" in notebook.cells[0].source) == (taught < 3)


def test_the_issue_form_asks_what_the_table_holds() -> None:
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / "taught.yml").read_text(encoding="utf-8"))
    asked = [each for each in form["body"] if each["type"] != "markdown"]
    assert {each["type"] for each in asked} <= {"input", "textarea", "dropdown"}
    assert len({each["id"] for each in asked}) == len(asked) >= 7
    assert all(each["attributes"]["label"] for each in asked)


# The cards


def card_faults(card: Any) -> list[str]:
    """Return what the schema has against a card."""
    return [fault.message for fault in shape.CARD.iter_errors(card)]


@pytest.mark.parametrize("name", NAMES)
def test_the_card_names_a_day_and_files_that_there_are(notebooks: dict[Path, NotebookNode], name: str) -> None:
    card = notebooks[run_notebooks.NOTEBOOKS / f"{name}.ipynb"].metadata["intimacy"]
    datetime.date.fromisoformat(card["last_tested"])
    for each in card["data"]:
        assert not each.startswith("data/") or (ROOT / each).is_file()


@pytest.mark.parametrize(
    "spoil",
    [
        *[lambda card, key=key: card.pop(key) for key in shape.CARD.schema["required"]],
        lambda card: card.update(colour="blue"),
        lambda card: card.update(teaching_minutes="50"),
        lambda card: card.update(teaching_minutes=0),
        lambda card: card.update(questions=[]),
        lambda card: card.update(objectives=[" "]),
        lambda card: card.update(prerequisites=["Read a line chart"]),
        lambda card: card.update(data=["data/claims.csv", "data/claims.csv"]),
        lambda card: card.update(licence="all rights reserved"),
        lambda card: card.update(last_tested="yesterday"),
        lambda card: card.update(peak_memory_mb=900),
        lambda card: card.update(run_seconds=61),
    ],
)
def test_a_spoilt_card_is_refused(trust: NotebookNode, spoil: Callable[[Any], object]) -> None:
    card = trust.metadata["intimacy"]
    spoil(card)
    assert card_faults(card)


def test_what_is_measured_is_what_happened(tmp_path: Path) -> None:
    path = tmp_path / "04_lesson.ipynb"
    source = "import time\nheld = bytearray(300_000_000)\ntime.sleep(1)"
    cell = new_code_cell(source, execution_count=1)
    path.write_text(run_notebooks.written(new_notebook(cells=[cell], metadata={"intimacy": {}})), encoding="utf-8")
    seconds, megabytes = measure.measure(path)
    assert seconds > 1
    assert 300 < megabytes < 500
    measure.put_on_card(path, 3.6, 301.2, datetime.date(2026, 11, 29))
    after = run_notebooks.read(path)
    assert after.metadata["intimacy"] == {"run_seconds": 4, "peak_memory_mb": 301, "last_tested": "2026-11-29"}
    assert [each.source for each in after.cells] == [source]


# The checklist


def test_the_checklists_are_answered_point_by_point() -> None:
    text = (DOCS / "review-checklist.md").read_text(encoding="utf-8")
    answers = re.findall(r"^\| [^|]+ \| (yes|partly|no) \| [^|]+\|$", text, flags=re.MULTILINE)
    points = re.findall(r"^\| (?!Point|-)[^|]+ \|", text, flags=re.MULTILINE)
    assert len(answers) == len(points) >= 50
    assert {"yes", "partly", "no"} == set(answers)
