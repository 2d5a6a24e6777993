"""No number in the words contradicts the table of studies, the cards or the widgets that it speaks of."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbformat import NotebookNode

import run_notebooks
from intimacy.data import load
from intimacy.evidence import audit_table, citation
from lesson import markdown, on_one_line, said
from look import labs_of
from notebook_shape import section

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LESSONS = [path for path in NOTEBOOKS if not path.name.startswith("00_")]
READING = next(path for path in LESSONS if path.stem.endswith("_reading_the_evidence"))
ONE_TO_TWELVE = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
COUNTS = {word: number for number, word in enumerate(ONE_TO_TWELVE, start=1)}

# Numbers that stand beside a study and are not from it, by the words that follow or surround them, with the reason.
NOT_OF_THE_STUDY = {
    "runs 2,000 people": "a run of the model, held against the theory",
    "with 29 columns": "counted by us with the formula of the study; tests/models holds it",
    "of the 15th century, women at 14 events": "other data sets in the same sentence",
    '"nobody can have more than 150 relationships"': "the claim that the study speaks against",
}

# In prose; not in a name (V1a), not a part of another number.
NUMBER = re.compile(r"(?<![\w.,])[−-]?(?:\d+(?:,\d{3})*)?\.?\d+(?![\w])(?: million)?")
YEAR = re.compile(r"(?:19|20)\d\d")
KEY = re.compile(r"\[([a-z]+(?:19|20)\d\d[a-z]?)(?:, [a-z ]+)?\]")
STRIPPED = re.compile(
    r"```.*?```|\$\$.*?\$\$|\$[^$]+\$|`[^`]+`|\b(?:[Ll]essons?|[Ee]xercises?|[Mm]inute) \d+(?: and \d+)?|\b9[05] %",
    flags=re.DOTALL,
)
SENTENCE = re.compile(r"(?<=[.!?])[\"”)]?\s+(?=[\"“A-Z*(\[])")


def value(text: str) -> float:
    """Return the size of a number as it is written, without its sign."""
    plain = float(text.removesuffix(" million").replace(",", "").strip("−-"))
    return plain * 1e6 if text.endswith("million") else plain


def decimals(text: str) -> int:
    """Return how many decimals a number is written with; millions are written with fewer."""
    places = len(text.removesuffix(" million").partition(".")[2])
    return places - 6 if text.endswith("million") else places


def sentences_with_keys(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each sentence that cites studies, without formulas and code, and the keys of these studies."""
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:-|\d+\.|\|) )", text):
        if "](https://doi.org/" not in paragraph:
            for sentence in SENTENCE.split(" ".join(paragraph.split())):
                if keys := KEY.findall(sentence):
                    yield STRIPPED.sub(" ", re.sub(r"^(?:-|\d+\.) ", "", sentence)), keys


def numbers_of_studies() -> dict[str, list[float]]:
    """Return all numbers that the tables have of each study, in figures or in words."""
    found: dict[str, list[float]] = {}
    for table in ("evidence", "outcomes"):
        frame = load(table)
        for key, *cells in frame[["key", *frame.columns.drop("key")]].itertuples(index=False):
            for text in map(str, cells):
                figures = [value(each) for each in NUMBER.findall(text)]
                words = [COUNTS[word] for word in re.findall(r"[a-z]+", text.lower()) if word in COUNTS]
                found.setdefault(key, []).extend([*figures, *words])
    return found


STUDIES = numbers_of_studies()


def strange_numbers(text: str) -> list[str]:
    """Return each number beside a study that its rows do not have, also not before rounding."""
    found = []
    for sentence, keys in sentences_with_keys(text):
        known = [number for key in keys for number in STUDIES[key]]
        for written in NUMBER.findall(KEY.sub(" ", sentence)):
            if YEAR.fullmatch(written) or any(each in sentence for each in NOT_OF_THE_STUDY):
                continue
            if not any(abs(round(each, decimals(written)) - value(written)) < 1e-9 for each in known):
                found.append(f"{written}: {sentence}")
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_number_beside_a_study_is_in_its_row(path: Path) -> None:
    assert strange_numbers(markdown(run_notebooks.read(path))) == []


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_number_of_a_study_in_bets_exercises_and_quiz_is_in_its_row(path: Path) -> None:
    """There a study is cited by name, such as Krishnan et al. (2016)."""
    lesson = importlib.import_module(f"intimacy.lessons.{path.stem.partition('_')[2]}")
    text = "\n\n".join(said(lesson))
    for key in STUDIES:
        name = citation(key)
        for written in (name, name.replace("(", "").replace(")", "")):
            text = text.replace(written, f"[{key}]")
    assert strange_numbers(text) == []


def test_a_number_that_the_row_does_not_have_is_found() -> None:
    assert strange_numbers("In 110 people a hand helped [coan2017].") == []
    assert strange_numbers("In 111 people a hand helped [coan2017].") != []
    assert strange_numbers("Over 90 cohorts with 2.2 million people it was 1.32 [wang2023].") == []
    assert strange_numbers("Over 90 cohorts with 2.3 million people it was 1.32 [wang2023].") != []


def test_what_is_said_not_to_be_of_a_study_is_there_to_be_said() -> None:
    told = " ".join(on_one_line(run_notebooks.read(path)) for path in NOTEBOOKS)
    assert [each for each in NOT_OF_THE_STUDY if each not in told] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_status_beside_a_key_is_that_of_the_table(path: Path) -> None:
    """As in [kosfeld2005, not replicated], in words and in what cells print."""
    status = load("evidence").set_index("key")["status"]
    for key, told in re.findall(r"\[([a-z]+\d{4}[a-z]?),\s+([a-z ]+)\]", path.read_text(encoding="utf-8")):
        assert told == status[key]


# Counts and minutes


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_minutes_and_counts_are_those_of_the_card_and_of_what_follows(path: Path) -> None:
    notebook = run_notebooks.read(path)
    card, text = notebook.metadata["intimacy"], on_one_line(notebook)
    minutes = f"{card['teaching_minutes']} minutes to teach and {card['exercise_minutes']} minutes of exercises"
    assert text.count(minutes) == 1
    parts = re.findall(r"^### .+ \((\d+) minutes\)$", section(notebook, "Exercises"), flags=re.MULTILINE)
    assert sum(map(int, parts)) == card["exercise_minutes"]
    lesson = importlib.import_module(f"intimacy.lessons.{path.stem.partition('_')[2]}")
    (asked,) = re.findall(r"(\w+) questions\. Each answer says why it is right or wrong", text)
    assert COUNTS[asked.lower()] == len(lesson.quiz().questions)


@pytest.mark.parametrize("path", [path for path in LESSONS if path != READING], ids=lambda path: path.stem)
def test_as_many_studies_are_shown_first_as_the_words_say(path: Path) -> None:
    notebook = run_notebooks.read(path)
    (told,) = re.findall(r"Read these (\w+) first", on_one_line(notebook))
    (shown,) = [cell.source for cell in notebook.cells if cell.cell_type == "code" and ").only(" in cell.source]
    assert len(re.findall(r'"[a-z]+\d{4}[a-z]?"', shown)) == COUNTS[told], f"not {told} studies are shown: {shown}"


def test_the_table_of_the_readme_has_the_titles_and_minutes_of_the_cards() -> None:
    rows = re.findall(
        r"^\| \d+ \| \[([^\]]+)\]\(notebooks/(\w+)\.ipynb\) \| .* \| (\d+)(?: \+ (\d+))? \| ",
        (ROOT / "README.md").read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
    assert [stem for _, stem, *_ in rows] == [path.stem for path in NOTEBOOKS], "README.md has a row for each notebook"
    for title, stem, teaching, exercises in rows:
        card = run_notebooks.read(ROOT / "notebooks" / f"{stem}.ipynb").metadata["intimacy"]
        assert card["title"].startswith(title)
        assert (int(teaching), int(exercises or 0)) == (card["teaching_minutes"], card["exercise_minutes"])


def test_what_the_last_lesson_counts_is_so() -> None:
    text = on_one_line(run_notebooks.read(READING))
    counts = audit_table().counts
    assert f"{ONE_TO_TWELVE[counts['well supported'] - 1]} of {counts.sum()} claims are well supported" in text
    with_interval = sum(
        int(load(table)[["estimate", "low", "high"]].notna().all(axis=1).sum()) for table in ("evidence", "outcomes")
    )
    assert f"{with_interval} effects with an interval" in text


# Widgets


def said_of_controls(notebook: NotebookNode) -> list[tuple[str, float]]:
    """Return what learners are told to set, by the words for the control, and the number."""
    text = STRIPPED.sub(" ", on_one_line(notebook))
    found = re.findall(r"\b[Ss]et the ([\w ]+?) to (−?[\d.]*\d)", text)
    return [(words, float(number.replace("−", "-"))) for words, number in found]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_number_that_a_control_is_to_be_set_to_is_in_its_range(path: Path) -> None:
    made = [make() for make in labs_of(path.stem.partition("_")[2], ("Lab", "Bench")).values()]
    controls = [each for lab in made for each in lab.parameters.specifications().values() if each.low is not None]
    for words, number in said_of_controls(run_notebooks.read(path)):
        meant = [each for each in controls if set(words.lower().split()) <= set(re.findall(r"\w+", each.label.lower()))]
        assert meant, f"no control is called {words!r}"
        assert any(each.low <= number <= each.high for each in meant), (words, number)


def test_some_controls_are_named_with_a_number() -> None:
    assert sum(len(said_of_controls(run_notebooks.read(path))) for path in LESSONS) >= 5
