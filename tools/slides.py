"""Build one deck of slides per notebook: ``python tools/slides.py [--to build/slides] [stems]``.

``metadata.slideshow.slide_type`` of each cell says what becomes of it: ``slide``, ``subslide``, ``-`` (a widget below
the heading before it), ``fragment`` (a solution, which comes after its exercise), ``notes`` or ``skip``. A notebook is
read, a slide is seen: of a paragraph the slide has the sentence in bold, or the first, and as many more as are said in
one breath. The whole paragraph stands in the speaker notes, so that no second text has to be kept. Widgets move as on
the web site. nbconvert makes the page, by the template in ``tools/slides``; reveal.js comes from the npm registry,
locked with its hash, and stands beside the decks.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbconvert import SlidesExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from website import ANCHOR, ROOT, Formulas, alive, named, shared

DECK = Path(__file__).resolve().parent / "slides"
STOPS = 16
"""Pictures along each control."""
MOST_WORDS, MOST_WORDS_OF_ITEM = 30, 22
"""Words of a paragraph, and of an item of a list, beyond which a slide shows no further sentence of it."""
MOST_LINES, LETTERS = 12.8, 78
"""Lines of text on one slide, and about how many letters each has."""
NOT_SHOWN = ("Glossary", "Further reading")
"""Sections for readers, in cells that also hold what is shown."""
IN_FULL = ("What you will be able to do", "Key points")
"""Sections of which a slide shows every word."""

HEADING = re.compile(r"(#{1,3}) (.+)")
ITEM = re.compile(r"(?:[-*]|\d+\.) ")
SENTENCE = re.compile(r".+?[.!?]['\"’”*_)\]]*(?=\s|$)|.+$", re.DOTALL)
OF_THE_NOTEBOOK = re.compile(
    r"\b(the|next|this) cells?\b(?! fires)|\bthree dots\b|\bten lines\b|\bin one loop\b|\bRead these\b"
    r"|\bThe marks say\b|^Here is the (whole )?rule|\bthe check is real\b|^The same as equations|^Each line is followed"
)
EXERCISE = re.compile(r"\*\*Exercise (\d+)\.\*\*\s*")
SOLVED = re.compile(r"^Exercise (\d+): *", re.MULTILINE)
FOLD = re.compile(r"</?details>|<summary>.*?</summary>")
KEY = re.compile(r" ?\[([a-z]+\d{4}[a-z]?)\]")
MINUTES = re.compile(r"[ ,]*\(?\d+ minutes\)?$")


@dataclass
class Slide:
    """One slide: what it shows at once, what comes after, and what only the speaker sees."""

    kind: str
    cells: list[NotebookNode]
    fragments: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def blocks(source: str) -> list[str]:
    """Return the blocks of Markdown that empty lines part; fenced code stays whole, and each item is one of its own."""
    found: list[str] = []
    for index, piece in enumerate(re.split(r"(^```.*?^```$)", source, flags=re.MULTILINE | re.DOTALL)):
        if index % 2:
            found.append(piece)
            continue
        for block in re.split(r"\n\s*\n", piece.strip("\n")):
            # A heading needs no empty line after it, and an item none before it.
            found += re.split(r"\n(?=(?:[-*]|\d+\.) )", block)
    return [block for block in found if block.strip()]


def brief(block: str) -> str:
    """Return what a slide shows of a block: all of a formula or a picture, of text the key sentences."""
    if block.startswith(("$$", "![")):
        return block
    if block.startswith(("```", "|", "<")):
        return ""
    mark = next((found[0] for found in [re.match(r"(?:[-*]|\d+\.|>) ", block)] if found), "")
    whole = [found[0].strip() for found in SENTENCE.finditer(" ".join(block[len(mark) :].split()))]
    sentences = [sentence for sentence in whole if not OF_THE_NOTEBOOK.search(sentence)]
    if not sentences:
        return ""
    # A word is set in bold where it is named, and the sentence before says what it names.
    bold = next((number for number, sentence in enumerate(sentences) if "**" in sentence), 0)
    start = bold if sentences[bold].startswith("**") else max(0, bold - 1)
    if len(" ".join(sentences[: bold + 1]).split()) <= MOST_WORDS + 10:
        start = 0
    taken = sentences[start:]
    count = bold - start + 1
    if taken[0].endswith(("**", ":")):
        count = max(count, 2)
    most = MOST_WORDS_OF_ITEM if mark else MOST_WORDS
    while count < len(taken) and len(" ".join(taken[: count + 1]).split()) <= most:
        count += 1
    return mark + " ".join(taken[:count])


def lines(block: str) -> float:
    """Return about how many lines a block takes on a slide, with the space below it."""
    if block.startswith("$$"):
        return 2.5
    if block.startswith("```"):
        return 0.75 * block.count("\n")
    return -(-len(KEY.sub("", block)) // LETTERS) + (0.25 if ITEM.match(block) else 0.5)


def joined(parts: list[str]) -> str:
    """Return blocks as Markdown: items of one list stay together."""
    text = ""
    for before, part in zip(["", *parts], parts, strict=False):
        text += ("\n" if ITEM.match(before) and ITEM.match(part) else "\n\n") + part
    return text.strip()


def pages(heading: str, found: list[str], kind: str) -> list[Slide]:
    """Return the slides of a section: as many blocks on each as fit. A last line alone is for the speaker."""
    made: list[Slide] = []
    shown: list[str] = []
    notes: list[str] = []

    def turn() -> None:
        kind_now = "subslide" if made else kind
        made.append(Slide(kind_now, [new_markdown_cell(joined([heading, *shown]))], notes=[joined(notes)]))
        shown.clear()
        notes.clear()

    for number, block in enumerate(found):
        short = block if heading.lstrip("# ") in IN_FULL else brief(block)
        # A formula and the words for it stay together.
        words = found[number + 1 : number + 2] if block.startswith("$$") else []
        if shown and short and sum(map(lines, [*shown, short, *map(brief, words)])) > MOST_LINES:
            turn()
        if short:
            shown.append(short)
        if " ".join(short.split()) != " ".join(block.split()):
            notes.append(block)
    if made and not any(ITEM.match(each) for each in shown) and sum(map(lines, shown)) < 3:
        made[-1].notes += shown
    elif shown or notes:
        turn()
    return made


def sections(source: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each heading of a cell, empty where there is none, with the blocks below it."""
    heading: str = ""
    below: list[str] = []
    for block in blocks(source):
        if HEADING.match(block):
            if heading or below:
                yield heading, below
            heading, _, rest = block.partition("\n")
            below = [rest] if rest.strip() else []
        else:
            below.append(block)
    yield heading, below


class Deck:
    """The slides of a notebook, cell by cell."""

    def __init__(self) -> None:
        self.slides: list[Slide] = []
        self.exercises: dict[str, Slide] = {}
        self.heading = ""
        self.group = ""
        self.groups: NotebookNode | None = None

    def add(self, cell: NotebookNode) -> None:
        """Add what a cell becomes by its type."""
        kind = type_of(cell)
        if kind == "skip":
            return
        if kind == "notes":
            self.slides[-1].notes.append(cell.source if cell.cell_type == "markdown" else quoted(printed(cell)))
        elif kind == "fragment":
            self.solve(cell.source)
        elif kind == "-":
            self.go_on(cell)
        elif cell.cell_type == "code":
            self.slides += of_code(cell, kind)
        else:
            self.text(cell.source, kind)

    def go_on(self, cell: NotebookNode) -> None:
        """Put a widget below the heading of the last slide, whose words become notes."""
        slide = self.slides[-1]
        heading, _, words = slide.cells[0].source.partition("\n")
        slide.cells = [new_markdown_cell(heading), *next(of_code(cell, "-")).cells]
        slide.notes.insert(0, words)

    def text(self, source: str, kind: str) -> None:
        """Add the slides of a Markdown cell."""
        for heading, found in sections(source):
            level, title = HEADING.match(heading).groups() if HEADING.match(heading) else ("", "")
            kind = "slide" if level in ("#", "##") else "subslide" if level else kind
            if title in NOT_SHOWN:
                continue
            if level == "#":
                # The question is all that the first slide asks.
                self.slides.append(Slide("slide", [new_markdown_cell(joined([heading, found[0]]))], notes=found[1:]))
                continue
            heading = self.heading = heading or self.heading
            at = next((number for number, block in enumerate(found) if EXERCISE.match(block)), len(found))
            if title == "Exercises":
                self.groups = new_markdown_cell(f"{heading}\n")
                self.slides.append(Slide("slide", [self.groups], notes=found))
                continue
            self.slides += pages(heading, found[:at], kind)
            if at < len(found):
                self.begin_group(title)
                self.tasks(found[at:])

    def begin_group(self, title: str) -> None:
        """Note what the next exercises are about, and list it on the slide that begins them."""
        self.group = MINUTES.sub("", title)
        if self.groups:
            self.groups.source += f"\n- {title}"

    def tasks(self, found: list[str]) -> None:
        """Add a slide for each exercise: a task is shown in all its words."""
        for block in found:
            if task := EXERCISE.match(block):
                title = f"### Exercise {task[1]}" + (f": {self.group}" if self.group else "")
                slide = Slide("subslide", [new_markdown_cell(f"{title}\n\n{block[task.end() :]}")])
                self.exercises[task[1]] = slide
                self.slides.append(slide)
            else:
                self.slides[-1].cells[0].source += f"\n\n{block}"

    def solve(self, source: str) -> None:
        """Give each exercise its solution, as what comes after: with its code where there is room, else shortened."""
        text = FOLD.sub("", source).strip()
        parts = SOLVED.split(text)
        if len(parts) == 1:
            parts = ["", list(self.exercises)[-1], text]
        for number, solution in zip(parts[1::2], parts[2::2], strict=True):
            found = blocks(solution)
            slide = self.exercises[number]
            room = MOST_LINES - lines(slide.cells[0].source)
            words = [block for block in found if not block.startswith("```")]
            ways = [found, words, [short for short in map(brief, found) if short]]
            shown = next((way for way in ways if sum(map(lines, way)) <= room), ways[-1])
            text = joined(shown) or "Its code is in the speaker notes."
            text = f"\n\n{text}" if text.startswith("```") else text[0].upper() + text[1:]
            slide.fragments.append(f"**Solution.** {text}")
            slide.notes.append(f"**Solution of exercise {number}.** {solution.strip()}")

    def notebook(self) -> NotebookNode:
        """Return the slides as a notebook for nbconvert, with the contents after the title."""
        cells = []
        for slide in [self.slides[0], self.contents(), *self.slides[1:]]:
            # Notes inside a fragment would only be shown with it, so they come before.
            parts = [
                *zip(slide.cells, [slide.kind, *["-"] * len(slide.cells)], strict=False),
                *((new_markdown_cell(note), "notes") for note in slide.notes if note.strip()),
                *((new_markdown_cell(fragment), "fragment") for fragment in slide.fragments),
            ]
            for cell, kind in parts:
                cell.metadata["slideshow"] = {"slide_type": kind}
                cells.append(cell)
        return nbformat.v4.new_notebook(cells=cells)

    def contents(self) -> Slide:
        """Return the slide that lists all sections, each a link."""
        stacks = [slide for slide in self.slides if slide.kind == "slide"]
        names = [HEADING.match(slide.cells[0].source) for slide in stacks]
        items = [f"- [{name[2]}](#/{number})" for number, name in enumerate(names[1:], start=2) if name]
        return Slide("slide", [new_markdown_cell("## Contents\n\n" + "\n".join(items))])


def type_of(cell: NotebookNode) -> str:
    """Return what becomes of a cell; what is for teachers is always for the notes.

    Raises:
        ValueError: the cell has no slide type.
    """
    if "instructor" in cell.metadata.get("tags", []):
        return "notes"
    kind = cell.metadata.get("slideshow", {}).get("slide_type")
    if kind not in ("slide", "subslide", "-", "fragment", "notes", "skip"):
        raise ValueError(
            "metadata.slideshow.slide_type must be slide, subslide, -, fragment, notes or skip, "
            f"got {kind!r} in the cell that begins with {cell.source[:40]!r}"
        )
    return str(kind)


def printed(cell: NotebookNode) -> str:
    """Return what a cell has printed."""
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def quoted(text: str) -> str:
    """Return printed text as Markdown that keeps its lines."""
    return "\n\n".join(text.strip().splitlines())


def of_code(cell: NotebookNode, kind: str) -> Iterator[Slide]:
    """Yield the slides of a code cell: its code where it shows no more than text, else each picture on its own."""
    shown = [output for output in cell.outputs if "text/html" in output.get("data", {})]
    answers = [output for output in shown if "data-bet=" in output.data["text/html"]]
    heading = []
    if not shown:
        close = new_code_cell(re.sub(r"\n{3,}", "\n\n", cell.source), outputs=cell.outputs)
        yield Slide(kind, [new_markdown_cell("### The rule in Python"), close])
        return
    if answers:
        heading = [new_markdown_cell("### What was your bet?")]
    for output in [answers] if answers else [[output] for output in shown]:
        part = new_code_cell("", outputs=[new_output("display_data", each.data) for each in output])
        for each in part.outputs:
            each.data["text/html"] = each.data["text/html"].replace(">You placed no bet. ", ">")
        yield Slide(kind, [*heading, part], notes=[quoted(printed(cell))])
        kind = "subslide"


def deck_of(notebook: NotebookNode) -> Deck:
    """Return the slides of a notebook that has run."""
    deck = Deck()
    for cell in notebook.cells:
        deck.add(cell)
    return deck


def page(path: Path) -> str:
    """Return a notebook as a deck."""
    notebook = alive(path, STOPS)
    title = notebook.metadata.title
    slides, formulas = deck_of(notebook).notebook(), Formulas()
    for cell in slides.cells:
        if cell.cell_type == "markdown":
            cell.source = formulas.taken_out(KEY.sub(r" <cite>[\1]</cite>", cell.source))
    exporter = SlidesExporter(template_name="slides", extra_template_basedirs=[str(DECK.parent)])
    body, _ = exporter.from_notebook_node(slides, {"deck": {"title": title}})
    body = re.sub(r'<a href="\.\./[^"]*">(.*?)</a>', r"\1", ANCHOR.sub("", body))  # no file of the collection is beside
    return formulas.put_back(re.sub(r'href="(\d\d_\w+)\.ipynb[^"]*"', r'href="\1.html"', body))


def reveal(folder: Path) -> Path:
    """Return where reveal.js is, brought from the npm registry when it is not there yet.

    Raises:
        RuntimeError: there is no npm.
    """
    lock = (DECK / "package-lock.json").read_text(encoding="utf-8")
    copy = folder / "package-lock.json"
    if not copy.exists() or copy.read_text(encoding="utf-8") != lock:
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError("no npm was found: install Node.js 18 or newer, from https://nodejs.org")
        folder.mkdir(parents=True, exist_ok=True)
        copy.unlink(missing_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(DECK / name, folder)
        subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)
    return folder / "node_modules" / "reveal.js"


def main() -> int:
    """Build the decks that were asked for, all by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "slides", help="the folder (build/slides)")
    parser.add_argument("stems", nargs="*", help="notebooks by stem, such as 04_oxytocin_trust (all)")
    options = parser.parse_args()
    beside = options.to / "site"
    shared(beside)
    package = reveal(ROOT / "build" / "npm")
    for name in ("dist/reveal.css", "dist/reveal.js", "dist/plugin/notes.js", "LICENSE"):
        shutil.copy(package / name, beside / f"reveal-{Path(name).name}")
    for name in ("deck.js", "deck.css"):
        shutil.copy(DECK / name, beside)
    for path in named(options.stems):
        body = page(path)
        (options.to / f"{path.stem}.html").write_text(body, encoding="utf-8")
        count = body.count('<section class="one"')
        print(f"{path.stem}.html: {count} slides, {len(body.encode()) / 1e6:.2f} MB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
