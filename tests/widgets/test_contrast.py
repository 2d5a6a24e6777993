"""Every pair of colours that the style sheets can put on a page: words can be read, controls and focus can be seen.

The pairs are found in the sheets themselves. What words stand on is the background of their own rule or, where it has
none, the page and every background that a rule without words of its own lays under others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import looks

ROOT = Path(__file__).resolve().parents[2]
SHEETS = {
    "widgets": sorted((ROOT / "src/intimacy/widgets/front_end").glob("*.css")),
    "classroom": [ROOT / "src/intimacy/classroom/page/page.css"],
    "app": [ROOT / "tools/app/voila/templates/apps/static/app.css"],
    "site": [ROOT / "tools/site/page.css"],
    "slides": [ROOT / "tools/slides/deck.css"],
}
PAPERS = ("paper", "page")
QUIET = ("--line", "--grid")
"""Lines that only part what also stands apart without them: rows of a table, the foot of a page, a grid."""
CONTROL = re.compile(
    r"button|input|select|textarea|kbd|\.apart|\.notice|\.link\b|#theme|#search|\.ring|\.rest|\.you|\.model"
)


@dataclass(frozen=True)
class Rule:
    """A rule of a style sheet: what it is for, and what it declares."""

    selector: str
    declared: Mapping[str, str]


def rules(sheets: list[Path]) -> Iterator[Rule]:
    """Yield the innermost rules of some style sheets."""
    for sheet in sheets:
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
            pairs = (each.partition(":") for each in body.split(";") if ":" in each)
            yield Rule(" ".join(selector.split()), {name.strip(): value.strip() for name, _, value in pairs})


def colors(name: str, page: str) -> dict[str, str]:
    """Return the colours that a set of sheets names, on a light or a dark page."""
    blocks = [
        {key: value for key, value in rule.declared.items() if key.startswith("--") and value.startswith("#")}
        for rule in rules(SHEETS[name])
    ]
    light, dark = [each for each in blocks if each]
    return light | (dark if page == "dark" else {})


def color_of(value: str, named: Mapping[str, str]) -> str | None:
    """Return the colour in a declaration: one that the sheet names, or one that is written out."""
    if mixed := re.search(r"color-mix\(in srgb, var\((--[\w-]+)\), var\((--[\w-]+)\) (\d+)%\)", value):
        red, green, blue = (round(255 * each) for each in looks.parts(named[mixed[2]])[:3])
        return looks.over(f"rgba({red},{green},{blue},{int(mixed[3]) / 100})", named[mixed[1]])
    if found := re.search(r"var\((--[\w-]+)\)", value):
        return named.get(found[1])
    written = re.search(r"#[0-9a-fA-F]{6}\b", value)
    return written[0] if written else None


def of_rule(rule: Rule, names: tuple[str, ...], named: Mapping[str, str]) -> list[str]:
    """Return the colours that a rule declares under some names."""
    found = (color_of(rule.declared[name], named) for name in names if name in rule.declared)
    return [each for each in found if each]


WORDS, BACKS = ("color",), ("background", "background-color")
LINES = ("border", "border-color", "border-left", "outline", "stroke", "fill")


def faint(name: str, page: str) -> Iterator[str]:
    """Yield the pairs of a set of sheets whose contrast is too low."""
    named = colors(name, page)
    paper = next(named[f"--{each}"] for each in PAPERS if f"--{each}" in named)
    every = [*rules(SHEETS[name])]
    under = {paper, *(back for rule in every if "color" not in rule.declared for back in of_rule(rule, BACKS, named))}
    for rule in every:
        own = of_rule(rule, BACKS, named)
        texts = of_rule(rule, ("fill",) if "text" in rule.selector or "label" in rule.selector else WORDS, named)
        for color, back in ((color, back) for color in texts for back in own or under):
            if looks.contrast(color, back) < 4.5:
                yield f"{rule.selector}: {color} on {back} has {looks.contrast(color, back):.2f}"
        for kind in LINES:
            if kind not in rule.declared or (
                any(each in rule.declared[kind] for each in QUIET) and not CONTROL.search(rule.selector)
            ):
                continue
            for color in of_rule(rule, (kind,), named):
                if looks.contrast(color, paper) < 3 and color != paper:
                    yield f"{rule.selector}: {kind} {color} on {paper} has {looks.contrast(color, paper):.2f}"


@pytest.mark.parametrize("page", looks.PAGES)
@pytest.mark.parametrize("name", SHEETS)
def test_every_pair_of_a_style_sheet_stands_out(name: str, page: str) -> None:
    assert [*faint(name, page)] == []


@pytest.mark.parametrize("page", looks.PAGES)
@pytest.mark.parametrize("name", SHEETS)
def test_widgets_can_be_read_on_every_page_that_shows_them(name: str, page: str) -> None:
    paper = next(value for key, value in colors(name, page).items() if key.removeprefix("--") in PAPERS)
    for key, color in colors("widgets", page).items():
        if key not in ("--paper", "--line", "--soft", "--on-accent"):
            assert looks.contrast(color, paper) >= (3 if key == "--edge" else 4.5), key


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_colours_of_a_body_grow_lighter_or_darker_all_the_way(theme: str) -> None:
    source = (ROOT / "src/intimacy/widgets/front_end/solid.js").read_text(encoding="utf-8")
    (scale,) = re.findall(rf"  {theme}: \[(.*)\],", source)
    stops = re.findall(r"#[0-9a-f]{6}", scale)
    for vision in looks.VISION:
        shades = [looks.luminance(stop, vision) for stop in stops]
        assert shades == sorted(shades, reverse=theme == "light"), vision


def test_what_python_writes_into_pages_stands_out_on_both() -> None:
    source = (ROOT / "src/intimacy/course.py").read_text(encoding="utf-8")
    (boxes,) = re.findall(r"_COLOURS = \((.*)\)", source)
    for color in re.findall(r"#[0-9A-Fa-f]{6}", boxes):
        assert all(looks.contrast(color, looks.PAPER[page]) >= 3 for page in looks.PAGES), color


def test_a_faint_control_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = tmp_path / "bad.css"
    sheet.write_text(
        ":root { --page: #ffffff; --line: #c9c9c9; --soft: #9a9a9a; --link: #005a8f; }\n"
        "body.dark { --page: #111111; }\nbutton { border: 1px solid var(--line); }\n"
        ".card { background: var(--soft); }\na { color: var(--link); }"
    )
    monkeypatch.setitem(SHEETS, "bad", [sheet])
    assert [each.split(":")[0] for each in faint("bad", "light")] == ["button", "a"]
