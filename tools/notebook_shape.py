"""What every notebook of the collection has, and what none has: each check returns a sentence per fault."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator
from nbformat import NotebookNode

SECTIONS = (
    "What you will be able to do",
    "What the article says",
    "Bet first",
    "The idea in plain words",
    "The lab",
    "Exercises",
    "What the evidence says",
    "What this toy leaves out",
    "Quiz",
    "Key points",
    "Glossary",
    "Further reading",
    "Where next",
)
# The way in teaches no claim, so it has no bet, no evidence and no quiz.
WITHOUT_SECTIONS = (0,)
CARD = Draft202012Validator(json.loads((Path(__file__).parent / "card.schema.json").read_text(encoding="utf-8")))
LARGEST = 200_000
VAGUE_LINKS = frozenset({"here", "click here", "click", "link", "this link", "this", "more", "read more", "see here"})
UNSEEN_VERBS = frozenset({"understand", "know", "learn", "appreciate", "realise", "realize"})

FENCE = re.compile(r"^ {0,3}(```+|~~~+).*?^ {0,3}\1[`~]*\s*$", flags=re.MULTILINE | re.DOTALL)
CODE_SPAN = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", flags=re.DOTALL)
HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.+?)\s*#*\s*$", flags=re.MULTILINE)
IMAGE = re.compile(r"!\[([^\]]*)\]\(\s*<?([^)\s>]+)>?[^)]*\)")
HTML_IMAGE = re.compile(r"<img\b[^>]*>", flags=re.IGNORECASE)
HTML_ALT = re.compile(r"\balt\s*=\s*(\"\s*[^\"\s][^\"]*\"|'\s*[^'\s][^']*')", flags=re.IGNORECASE)
HTML_TARGET = re.compile(r"<(?:img|a)\b[^>]*?\b(?:src|href)\s*=\s*[\"']([^\"']+)[\"']", flags=re.IGNORECASE)
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|!\[[^\]]*\]\([^)]*\))+)\]\(\s*<?([^)\s>]+)>?[^)]*\)")
MACHINE_PATH = re.compile(
    r"(?<![\w./])/(?:home|work|root|Users|tmp)/|\b[A-Z]:\\(?:Users|Windows|Program)|\bC:\\|file://"
)
SCRIPT = re.compile(r"<script\b|\bJavascript\(", flags=re.IGNORECASE)
MYST = re.compile(r"^\s*(?:```+|~~~+|:::+)\s*\{|^\s*:::|(?<!`)\{[a-z][a-z:_-]*\}`", flags=re.MULTILINE)


def markdown_cells(notebook: NotebookNode) -> Iterator[tuple[int, str]]:
    """Yield number and source of each Markdown cell."""
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "markdown":
            yield number, cell.source


def prose(source: str) -> str:
    """Return Markdown without its code blocks and code spans, in which nothing is a heading or a link."""
    return CODE_SPAN.sub("", FENCE.sub("", source))


def headings(notebook: NotebookNode) -> list[tuple[int, str]]:
    """Return level and text of each heading, in order."""
    return [
        (len(marks), text.strip())
        for _, source in markdown_cells(notebook)
        for marks, text in HEADING.findall(FENCE.sub("", source))
    ]


def heading_faults(notebook: NotebookNode, path: Path) -> list[str]:
    """One h1, first of all; then no level skipped on the way down."""
    levels = [level for level, _ in headings(notebook)]
    found = []
    if levels.count(1) != 1:
        found.append(f"there must be one h1, there are {levels.count(1)}")
    if levels[:1] != [1]:
        found.append("the first heading must be the h1")
    for (above, _), (level, text) in zip(headings(notebook), headings(notebook)[1:], strict=False):
        if level > above + 1:
            found.append(f"heading {text!r} jumps from level {above} to {level}")
    return found


def section_faults(notebook: NotebookNode, path: Path) -> list[str]:
    """Every section of a lesson, by its name, once, at level 2 and in order."""
    if number_of(path) in WITHOUT_SECTIONS:
        return []
    named = [text for level, text in headings(notebook) if level == 2]
    found = [f"section {name!r} must be there once, as an h2" for name in SECTIONS if named.count(name) != 1]
    present = [name for name in named if name in SECTIONS]
    if not found and present != list(SECTIONS):
        found.append(f"the sections must be in this order: {', '.join(SECTIONS)}")
    return found


def picture_faults(notebook: NotebookNode, path: Path) -> list[str]:
    """Every picture says in words what it shows."""
    found = []
    for number, source in markdown_cells(notebook):
        text = prose(source)
        found += [f"cell {number}: {target} has no alt text" for alt, target in IMAGE.findall(text) if not alt.strip()]
        bare = [tag for tag in HTML_IMAGE.findall(text) if not HTML_ALT.search(tag)]
        found += [f"cell {number}: {tag} has no alt text" for tag in bare]
    return found


def link_faults(notebook: NotebookNode, path: Path) -> list[str]:
    """Every link says where it goes, and every relative one leads to a file or a heading that exists."""
    anchors = {text.replace(" ", "-") for _, text in headings(notebook)}
    found = []
    for number, source in markdown_cells(notebook):
        text = prose(source)
        for words, _ in LINK.findall(text):
            if words.strip(" *_.").lower() in VAGUE_LINKS:
                found.append(f"cell {number}: link text {words!r} does not say where it goes")
        targets = [target for pattern in (LINK, IMAGE) for _, target in pattern.findall(text)]
        for target in targets + HTML_TARGET.findall(text):
            file, _, anchor = target.partition("#")
            if re.match(r"[a-z][a-z0-9+.-]*:", target, flags=re.IGNORECASE):
                continue
            if file and not (path.parent / unquote(file)).exists():
                found.append(f"cell {number}: {target} does not exist")
            if not file and unquote(anchor) not in anchors:
                found.append(f"cell {number}: there is no heading for {target}")
    return found


def size_faults(notebook: NotebookNode, path: Path) -> list[str]:
    """Small enough to load on a slow network and to read as a difference."""
    size = path.stat().st_size
    return [f"{size} bytes is more than {LARGEST}"] if size > LARGEST else []


def widget_state_faults(notebook: NotebookNode, path: Path) -> list[str]:
    """No stored widget state."""
    return ["metadata.widgets stores widget state"] if "widgets" in notebook.metadata else []


def strings(value: Any) -> Iterator[str]:
    """Yield every text inside a notebook, or inside any part of one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def machine_path_faults(notebook: NotebookNode, path: Path) -> list[str]:
    """No path of the machine that it was written on, in words, code or outputs."""
    hits = [
        text[max(0, hit.start() - 20) : hit.end() + 30]
        for text in strings(notebook)
        if (hit := MACHINE_PATH.search(text))
    ]
    return [f"names a path of one machine: {hit!r}" for hit in hits]


def run_faults(notebook: NotebookNode, path: Path) -> list[str]:
    """Every code cell has run, from the top, with no error."""
    code = [(number, cell) for number, cell in enumerate(notebook.cells, start=1) if cell.cell_type == "code"]
    found = [f"cell {number} has not run" for number, cell in code if cell.source.strip() and not cell.execution_count]
    counts = [cell.execution_count for _, cell in code if cell.execution_count]
    if counts != list(range(1, len(counts) + 1)):
        found.append(f"the cells have not run from the top: {counts}")
    for number, cell in code:
        if any(output.output_type == "error" for output in cell.outputs):
            found.append(f"cell {number} stores an error")
    return found


def objective_faults(notebook: NotebookNode, path: Path) -> list[str]:
    """Objectives begin with verbs that one can observe, in the metadata and in the text."""
    objectives = list(notebook.metadata.get("intimacy", {}).get("objectives", []))
    objectives += re.findall(r"^\s*(?:[-*+]|\d+[.)])\s+(.+)$", section(notebook, SECTIONS[0]), flags=re.MULTILINE)
    return [
        f"objective {text!r} names nothing that one can observe"
        for text in objectives
        if re.search(r"\bunderstand", text, flags=re.IGNORECASE)
        or re.split(r"\W+", text.strip(" *_").lower(), maxsplit=1)[0] in UNSEEN_VERBS
    ]


def section(notebook: NotebookNode, name: str) -> str:
    """Return the Markdown below an h2 of this name, up to the next h1 or h2; empty when there is none."""
    text = "\n\n".join(source for _, source in markdown_cells(notebook))
    found = re.search(rf"^## +{re.escape(name)} *$(.*?)(?=^##? |\Z)", text, flags=re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def script_faults(notebook: NotebookNode, path: Path) -> list[str]:
    """No script of its own, so that nobody has to trust a notebook to read it."""
    found = []
    for number, cell in enumerate(notebook.cells, start=1):
        pages = [
            text for output in cell.get("outputs", []) for text in strings(output.get("data", {}).get("text/html", ""))
        ]
        if any(SCRIPT.search(text) for text in [cell.source, *pages]):
            found.append(f"cell {number} has a script")
        if any("application/javascript" in output.get("data", {}) for output in cell.get("outputs", [])):
            found.append(f"cell {number} stores a script")
    return found


def markdown_faults(notebook: NotebookNode, path: Path) -> list[str]:
    """Plain Markdown, which every front end shows: no MyST directives or roles."""
    return [f"cell {number} uses MyST" for number, source in markdown_cells(notebook) if MYST.search(source)]


def number_of(path: Path) -> int:
    """Return the number that a notebook's file name begins with, or -1."""
    digits = re.match(r"\d+", path.name)
    return int(digits[0]) if digits else -1


def metadata_faults(notebook: NotebookNode, path: Path) -> list[str]:
    """The card of the lesson is whole, as ``card.schema.json`` has it, and its number is the file's."""
    card = notebook.metadata.get("intimacy", {})
    found = [
        f"{fault.json_path.replace('$', 'metadata.intimacy', 1)}: {fault.message}" for fault in CARD.iter_errors(card)
    ]
    if card.get("number", number_of(path)) != number_of(path):
        found.append(f"metadata.intimacy.number is {card['number']!r}, the file's is {number_of(path)}")
    return found


CHECKS: tuple[Callable[[NotebookNode, Path], list[str]], ...] = (
    heading_faults,
    section_faults,
    picture_faults,
    link_faults,
    size_faults,
    widget_state_faults,
    machine_path_faults,
    run_faults,
    objective_faults,
    script_faults,
    markdown_faults,
    metadata_faults,
)
