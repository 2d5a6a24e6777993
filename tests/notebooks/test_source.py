"""The source itself: pictures, headings, links and form fields of pages, axes and controls of labs, one spelling."""

from __future__ import annotations

import ast
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

import looks
from figures import made
from intimacy.parameters import Specification
from intimacy.widgets import Game, Lab
from look import labs_of
from notebook_shape import HTML_ALT, HTML_IMAGE, IMAGE, LINK, VAGUE_LINKS, prose
from stems import STEMS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
HTML = sorted(
    each
    for folder in ("src", "tools", "deploy")
    for kind in ("*.html", "*.j2")
    for each in (ROOT / folder).rglob(kind)
    if "node_modules" not in each.parts
)
SCRIPTS = sorted((ROOT / "src/intimacy/widgets/front_end").glob("*.js"))
LABS = {f"{stem}: {name}": make for stem in STEMS for name, make in labs_of(stem, ("Lab", "Bench", "Game")).items()}


def named(path: Path) -> str:
    """Return a file's name inside the project."""
    return str(path.relative_to(ROOT))


def words(path: Path) -> str:
    """Return the Markdown of a page or of a lesson, without code."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return prose(text)


# Pages


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_every_picture_of_a_page_has_words(path: Path) -> None:
    text = words(path)
    assert [target for alt, target in IMAGE.findall(text) if not alt.strip()] == []
    assert [tag for tag in HTML_IMAGE.findall(text) if not HTML_ALT.search(tag)] == []


@pytest.mark.parametrize("path", [*PAGES, *LESSONS], ids=named)
def test_headings_are_unique_and_skip_no_level(path: Path) -> None:
    tokens = MarkdownIt().parse(words(path))
    found = [
        (int(opened.tag[1]), text.content)
        for opened, text in itertools.pairwise(tokens)
        if opened.type == "heading_open"
    ]
    assert [text for text, count in Counter(text for _, text in found).items() if count > 1] == []
    jumps = [after[1] for before, after in itertools.pairwise(found) if after[0] > before[0] + 1]
    assert jumps == []
    assert found[0][0] == 1


@pytest.mark.parametrize("path", [*PAGES, *LESSONS], ids=named)
def test_a_link_says_where_it_leads(path: Path) -> None:
    text = words(path)
    vague = [said for said, _ in LINK.findall(text) if said.strip(" *_.").lower() in VAGUE_LINKS]
    addresses = [said for said, _ in LINK.findall(text) if re.match(r"https?://|www\.", said)]
    read = " ".join(LINK.sub("", each.content) for each in MarkdownIt().parse(text) if each.type == "inline")
    bare = re.findall(r"(?<![\"'<=])https?://[^\s)>\"]+", read)
    assert (vague, addresses, bare) == ([], [], [])


@pytest.mark.parametrize("path", HTML, ids=named)
def test_every_page_template_names_its_parts(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [tag for tag in HTML_IMAGE.findall(text) if "alt=" not in tag] == []
    assert [tag for tag in re.findall(r"<html\b[^>]*>", text) if "lang=" not in tag] == []
    labelled = set(re.findall(r"<label\b[^>]*\bfor=\"([^\"]+)\"", text))
    for tag in re.findall(r"<(?:input|select|textarea)\b[^>]*>", text):
        identity = re.search(r"\bid=\"([^\"]+)\"", tag)
        assert "aria-label" in tag or (identity and identity[1] in labelled), tag
    for tag in re.findall(r"<(?:nav|dialog)\b[^>]*>", text):
        assert "aria-label" in tag, tag
    assert [inner for inner in re.findall(r"<button\b[^>]*>(.*?)</button>", text, re.DOTALL) if not inner.strip()] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_every_field_that_a_widget_makes_has_a_label(path: Path) -> None:
    assert [*unlabelled(path.read_text(encoding="utf-8"))] == []


def unlabelled(script: str) -> Iterator[str]:
    """Yield the form fields of a script that have no name of their own, no label for them and none around them."""
    around = [
        script[start.start() : call_end(script, start.start())] for start in re.finditer(r'element\("label"', script)
    ]
    for found in re.finditer(r'element\("(?:input|select|textarea)", ', script):
        call = script[found.end() : call_end(script, found.end())]
        statement = script[script.rfind(";", 0, found.start()) + 1 : found.start()]
        holder = re.findall(r"(?:const |this\.)(\w+) = ", statement)[-1:]
        identity = re.search(r"\bid(?:: ([\w.]+))?[,\s}]", call)
        tied = identity and re.search(rf"\bfor: {re.escape(identity[1] or 'id')}\b", script)
        inside = any(call in each or any(re.search(rf"\b{name}\b", each) for name in holder) for each in around)
        if not ("aria-label" in call or tied or inside):
            yield call


def call_end(script: str, start: int) -> int:
    """Return where the brackets that open first after a place are closed again."""
    depth = 0
    for at in range(start, len(script)):
        depth += (script[at] in "({[") - (script[at] in ")}]")
        if depth == 0 and script[at] in ")}]":
            return at + 1
    return len(script)


def test_a_field_without_a_label_is_found() -> None:
    assert [*unlabelled('const box = element("input", { type: "text" });')] == ['{ type: "text" }']
    assert [*unlabelled('const box = element("input", { id }); element("label", { for: id });')] == []
    assert [*unlabelled('const box = element("input", { type: "radio" }); element("label", {}, box);')] == []


# Labs

UNIT_FREE = {
    "a count of what its title names": {
        "Balls to you",
        "Contact number",
        "Cue, first to last",
        "Friends of friends, mean",
        "Generation",
        "Litters examined",
        "Message",
        "Own friends",
        "Points per round",
        "Round",
        "Step in the trial",
        "Throws",
        "Time step",
        "Trial",
        "Turn",
        "turns",
    },
    "a share, a chance or a strength from 0 to 1": {
        "Belief that the promise is kept",
        "Chance of an answer in training",
        "Correlation of tap intervals",
        "Empathic coupling e",
        "Mean trust",
        "Order r",
        "Oxytocin",
        "Partner's share of the time",
        "PLV in the sliding window",
        "Share of the largest possible effect",
        "Share with another father",
        "True α",
        '"They have stopped"',
    },
    "a scale of the model itself, which no instrument has": {
        "Added per turn",
        "Affect",
        "Affect of person i",
        "Affect of person j",
        "Bond weight, D1 receptors",
        "Drive that gets through the buffers",
        "Felt connection",
        "Friend's loneliness before",
        "Input",
        "In turn … in step",
        "Loop gain: from 1 on, a runaway",
        "Mirror index",
        "Missing",
        "Opponent's strength",
        "Own loneliness after",
        "Own pattern",
        "Predicted answer",
        "Prediction error",
        "Processes",
        "Seen pattern",
        "Separation distress",
        "The other's affect",
        "The trial shown",
        "Too much",
        "True b",
        "True β",
        "Weight, delta rule",
        "Weight, plain Hebb",
    },
    "a test statistic": {"t of 24 IU against placebo", "t of 48 IU against placebo"},
}
UNTITLED = {
    "emotional_resonance: the_crowd": "a heading above the panel names r",
    "mirror_systems: where_from": "a heading above the panel says what is called up",
    "need_to_connect: need_threat": "the panels of a row share the title of the first",
    "neural_pathways: the_pathways": "a heading above each panel names person and unit",
    "neuromodulation: the_buffers": "a heading above the panel says that it is the same on a log scale",
    "neuromodulation: the_gain": "a heading above each panel says what it shows",
    "oxytocin_trust: the_recovery": "the panels of a row share the title of the first",
    "reward_learning: the_three_traces": "a heading above each panel names trace and kind",
}
"""Labs with an axis of numbers that has no title beside it, and what names it."""


def bare_axes(figure: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and title of each axis of numbers whose title names no unit."""
    for name, axis in figure["layout"].items():
        hidden = axis.get("visible") is False or axis.get("showticklabels") is False if isinstance(axis, dict) else True
        if not re.fullmatch(r"[xy]axis\d*", name) or hidden or axis.get("ticktext") is not None:
            continue
        title = (axis.get("title") or {}).get("text") or ""
        if "(" not in title and not axis.get("tickformat", "").endswith("%"):
            yield name, title.replace("<br>", " ")


@pytest.mark.parametrize("name", LABS)
def test_every_axis_has_a_title_with_its_unit(name: str) -> None:
    widget = made(LABS[name])
    figure = looks.drawn(widget.figure, widget.scene if isinstance(widget, Game) else widget.frame)
    without = dict(bare_axes(figure))
    free = set().union(*UNIT_FREE.values())
    bare = {title for title in without.values() if title} - free
    assert bare == set(), "the title of an axis names its unit, as in Time (min); a plain count stands in UNIT_FREE"
    assert ("" in without.values()) == (name in UNTITLED)


def test_an_axis_without_a_unit_is_found() -> None:
    axes = {"xaxis": {"title": {"text": "Height"}}, "yaxis": {"title": {"text": "Time (s)"}}, "xaxis2": {}}
    assert [*bare_axes({"layout": axes})] == [("xaxis", "Height"), ("xaxis2", "")]


@pytest.mark.parametrize("name", LABS)
def test_every_control_has_a_label_and_help_and_every_title_asks(name: str) -> None:
    lab: Lab | Game = made(LABS[name])
    assert "?" in lab.title
    for control in lab.controls if isinstance(lab, Lab) else ():
        specification: Specification = lab.parameters.specifications()[control["name"]]
        assert specification.label.strip()
        assert re.search(r"[.?!]$", specification.help), control["name"]


# One spelling

AMERICAN = re.compile(
    r"\b(colou?r(?<=color)\w*|behavior\w*|cent(?:er|ers|ered)|neighbor\w*|favor\w*|analyz\w+|gray\w*|modeling|labeled|"
    r"traveled|canceled|judgment\w*|fulfill|skeptic\w*|catalog|honor\w*|humor|defense|\w+ization|(?:synchron|organ|recogn|"
    r"random|summar|general|emphas|real|minim|maxim|standard|normal|character|critic|apolog|social|visual|optim|"
    r"categor|hypothes)iz(?:e|es|ed|ing|er|ers))\b",
    re.IGNORECASE,
)
QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|\*[^*\n]+\*|\[[^\]]*\]\([^)]*\)|<[^>]*>|https?://\S+")
"""Titles, quotations and addresses keep the spelling of who wrote them."""


def said(path: Path) -> Iterator[str]:
    """Yield what a file says to a reader."""
    if path.suffix in (".md", ".ipynb"):
        yield re.sub(r"(?ms)^## Further reading.*?(?=^## |\Z)", "", words(path))
    elif path.suffix == ".js":
        yield from re.findall(r'["`][A-Z][^"`\n]* [^"`\n]*["`]', path.read_text(encoding="utf-8"))
    else:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        texts = (
            each.value for each in ast.walk(tree) if isinstance(each, ast.Constant) and isinstance(each.value, str)
        )
        yield from (re.sub(r"``[^`]*``|:\w+:`[^`]*`", "", text) for text in texts if text.count(" ") > 2)


SPOKEN = [*PAGES, *LESSONS, *SCRIPTS, *sorted((ROOT / "src/intimacy").rglob("*.py"))]


def test_all_words_are_spelled_the_british_way() -> None:
    found = {
        f"{named(path)}: {hit}"
        for path in SPOKEN
        for text in said(path)
        for hit in AMERICAN.findall(QUOTED.sub("", text))
    }
    assert sorted(found) == []


# Formulas

FORMULA = re.compile(r"\$\$.+?\$\$", re.DOTALL)
INTRODUCED = re.compile(r"(?:Each line is|each) followed by the same in words")


def unspoken(cell: str) -> Iterator[str]:
    """Yield the display formulas of a cell that are not said in words: by the paragraph after them, or a shared one.

    Either the cell says that words follow each formula, and they do; or that paragraph says of itself that it does it.
    """
    blocks = [each.strip() for each in re.split(r"\n\s*\n", cell)]
    for at, block in enumerate(blocks):
        if not FORMULA.fullmatch(block):
            continue
        after = next((each for each in blocks[at + 1 :] if not FORMULA.fullmatch(each)), "")
        spoken = re.sub(r"\$[^$]*\$", "", after)
        if len(re.findall(r"[A-Za-z]{2,}", spoken)) < 6 or not (INTRODUCED.search(cell) or "In words" in after):
            yield block


@pytest.mark.parametrize("path", LESSONS, ids=named)
def test_every_formula_is_said_in_words_too(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    assert [formula for text in texts for formula in unspoken(text)] == [], (
        "below each formula stands a paragraph that begins with: In words"
    )
    for text in texts:
        assert len(FORMULA.findall(text)) == sum(
            bool(FORMULA.fullmatch(each.strip())) for each in re.split(r"\n\s*\n", text)
        )


def test_a_formula_without_words_is_found() -> None:
    assert [*unspoken("$$a = b$$\n\nPlace your bet, then look at the maps below it.")] == ["$$a = b$$"]
    assert [*unspoken("$$a = b$$\n\nIn words: the one is as large as the other is.")] == []
    assert [*unspoken("Each line is followed by the same in words.\n\n$$a = b$$\n\n$a$ is $b$.")] == ["$$a = b$$"]


@pytest.mark.parametrize("path", LESSONS, ids=named)
def test_a_formula_inside_a_line_stands_among_words(path: Path) -> None:
    for paragraph in re.split(r"\n\s*\n", FORMULA.sub("", words(path))):
        formulas = [
            each
            for each in re.findall(r"\$([^$\n]+)\$", paragraph)
            if re.search(r"[=+<>]|\\(?:le|ge|frac|to|leftarrow)", each)
        ]
        if formulas:
            spoken = re.sub(r"\$[^$\n]+\$", "", paragraph)
            assert len(re.findall(r"[A-Za-z]{2,}", spoken)) >= 4, formulas
