"""One voice: sentences that come back are the same everywhere, names and terms are used in one way, one spelling."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from nbformat import NotebookNode

import run_notebooks
from intimacy.course import LESSONS
from intimacy.data import load
from lesson import markdown, on_one_line
from notebook_shape import CODE_SPAN, FENCE, section

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES = {f"{lesson.number:02d}": lesson.title.lower().replace(", repair", " and repair") for lesson in LESSONS}
BESIDE = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "src" / "intimacy" / "lessons").glob("*.py")),
]

# All that the package says: labs, bets, games, refusals and the pages of the classroom.
SAID = [path for path in sorted((ROOT / "src" / "intimacy").rglob("*")) if path.suffix in {".py", ".js", ".html"}]

COMES_BACK = (
    "Read the verdicts now and judge them again at the end: by then you should be able to defend or attack each one.",
    "Bet before you see anything. A wrong bet teaches more than no bet.",
    "Each exercise answers at once. Put your answer where the three dots are and run the cell. "
    "Wrong answers get a hint. The solutions are folded below each group; try twice before you open them.",
    "Each answer says why it is right or wrong; look at the wrong ones too.",
    "Every other key in square brackets is a row of [the table of studies](../data/evidence.csv), "
    "with its DOI where one was seen.",
    "Before you leave: go back to the table of claims at the top. Is there a verdict that you would now change?",
)
AMERICAN = re.compile(
    r"\b(?:behavior|color|favor|neighbor|labor|honor|rumor)(?:s|ed|ing|al|ally|able|ite|hood|ful)?\b|"
    r"\b(?:analy|reali|recogni|organi|randomi|standardi|normali|summari|minimi|emphasi|generali|criti[cs]i)z(?:e|es|ed|ing|ation)\b|"
    r"\b(?:center|fiber|meter|theater)s?\b|\b(?:gray|modeling|labeled|traveled|toward)\b",
    flags=re.IGNORECASE,
)
CURLY = re.compile("[“”‘’]")
# Two people are i and j, more are i, j and k or have numbers: a letter of the alphabet is a pair, a lab or a formula.
NAMED_BY_LETTER = re.compile(r"\b[AB]'s\b|\b(?:[Pp]erson|[Ff]riend|[Pp]artner|[Pp]layer)s? [A-H]\b")
# What the research does not carry, or what this course does not do.
NEVER = re.compile(
    r"love hormone|cuddle hormone|trust hormone|hard-?wired|wired (?:for|to)|\b(?:all|most) (?:wo)?men are\b|"
    r"soul ?mates?|your partner should|you should (?:stay|leave|forgive)",
    flags=re.IGNORECASE,
)


@pytest.fixture(params=NOTEBOOKS[1:], ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    """The file of a lesson."""
    return Path(request.param)


@pytest.fixture
def notebook(path: Path) -> NotebookNode:
    """The lesson itself."""
    return run_notebooks.read(path)


def prose(notebook: NotebookNode) -> str:
    """Return the words of a notebook without code, addresses, and the titles of what others wrote."""
    text = CODE_SPAN.sub("", FENCE.sub("", markdown(notebook)))
    text = re.sub(r"^- \[\w+\] .*$", "", text, flags=re.MULTILINE)
    return re.sub(r"\]\([^)]*\)", "]", text)


def test_sentences_that_come_back_are_the_same_in_every_lesson(notebook: NotebookNode) -> None:
    text = on_one_line(notebook)
    assert [sentence for sentence in COMES_BACK if text.count(sentence) != 1] == []


def test_the_claim_is_told_as_the_article_s(notebook: NotebookNode) -> None:
    assert section(notebook, "What the article says").split()[:2] == ["The", "article"]


def test_the_first_lab_has_three_steps_of_the_same_names(notebook: NotebookNode) -> None:
    steps = re.findall(r"^\d\. \*\*([\w ]+)\.\*\* ", section(notebook, "The lab"), flags=re.MULTILINE)
    assert steps[:3] == ["Warm up", "Look closer", "Hunt"]


def test_what_comes_next_is_named_as_on_the_map(path: Path, notebook: NotebookNode) -> None:
    named = re.findall(r"^- \*\*(\d\d), (.+?):\*\* ", section(notebook, "Where next"), flags=re.MULTILINE)
    assert len(named) >= 1
    assert named == [(number, NAMES[number]) for number, _ in named]
    assert path.name[:2] not in dict(named)


def test_the_card_needs_what_the_first_page_says(notebook: NotebookNode) -> None:
    rows = re.findall(r"^\| (.+?) \| (needed|helpful) \| .+ \|$", notebook.cells[0].source, flags=re.MULTILINE)
    assert rows
    assert list(notebook.metadata["intimacy"]["prerequisites"]) == [f"{what} ({how})" for what, how in rows]


def test_every_term_of_the_glossary_is_used(path: Path, notebook: NotebookNode) -> None:
    """In the lesson's words, its labs, bets and quiz, or its studies: a term that nobody meets explains nothing."""
    stem = path.stem.partition("_")[2]
    glossary, evidence = load("glossary"), load("evidence")
    words = markdown(notebook).replace(section(notebook, "Glossary"), "")
    files = [*(ROOT / "src").rglob(f"{stem}.py"), *(ROOT / "src").glob(f"intimacy/*/{stem}/*.py")]
    words += "".join(file.read_text(encoding="utf-8") for file in files)
    words += " ".join(map(str, evidence[evidence["theme"] == stem].to_numpy().ravel()))
    met = re.sub(r"\W+", " ", words.lower())
    unmet = [
        term
        for term in glossary[glossary["notebook"] == path.stem]["term"]
        if re.sub(r"\W+", " ", term.lower()) not in met
    ]
    assert unmet == []


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda path: path.stem)
def test_quotation_marks_numbers_of_lessons_spelling_and_claims_are_of_one_kind(file: Path) -> None:
    text = prose(run_notebooks.read(file))
    assert re.findall(r".{20}[“”‘’].{20}", text) == []
    assert NAMED_BY_LETTER.findall(text) == []
    assert re.findall(r"\b[Ll]essons? \d(?!\d).{20}", text) == []
    assert [found[0] for found in AMERICAN.finditer(text)] == []
    assert [found[0] for found in NEVER.finditer(text)] == []


@pytest.mark.parametrize("file", BESIDE, ids=lambda path: path.name)
def test_pages_and_lessons_are_spelled_as_the_notebooks(file: Path) -> None:
    text = CODE_SPAN.sub("", FENCE.sub("", file.read_text(encoding="utf-8")))
    assert [found[0] for found in AMERICAN.finditer(text)] == []
    assert [found[0] for found in NEVER.finditer(text)] == []


@pytest.mark.parametrize("file", sorted({*BESIDE, *SAID}), ids=lambda path: path.name)
def test_quotation_marks_are_straight_and_persons_are_i_and_j(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").split("\n")
    assert [line for line in lines if CURLY.search(line) or NAMED_BY_LETTER.search(line)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The behavior of neighbors", ["behavior", "neighbors"]),
        ("We analyze and randomized gray centers", ["analyze", "randomized", "gray", "centers"]),
        ("The behaviour of neighbours in a programme", []),
    ],
)
def test_another_spelling_is_found(text: str, found: list[str]) -> None:
    assert [hit[0] for hit in AMERICAN.finditer(text)] == found


def test_another_name_of_a_person_is_found() -> None:
    assert NAMED_BY_LETTER.search("What drives B's insula?")
    assert NAMED_BY_LETTER.search("Threat to person A")
    assert not NAMED_BY_LETTER.search("A person, pair A, and lab B with i's insula")


def test_what_is_never_said_is_found() -> None:
    assert NEVER.search("Oxytocin, the love hormone")
    assert NEVER.search("We are wired to connect")
    assert not NEVER.search("a wired network")
