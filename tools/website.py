"""Build the web site, pages that move without a kernel: ``python tools/website.py [--to build/site] [stems]``.

nbconvert turns each notebook into a page, by the template in ``tools/site``. The notebook runs once more for it, in a
kernel in which every widget shows itself with all that it will need (``tools/without_python.py``). Nothing is loaded
from elsewhere, and the pages work from a folder as well as from a server.
"""

from __future__ import annotations

import argparse
import html
import itertools
import json
import re
import shutil
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import nbformat
from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter

from intimacy.widgets import front_end
from run_notebooks import run
from without_python import MODULES

ROOT = Path(__file__).resolve().parents[1]
SITE = Path(__file__).resolve().parent / "site"
MOST_BYTES = 6_000_000
STOPS = (24, 16, 10)
"""Pictures along each control: fewer, where the page would be too large."""
INSTALL = "import sys\nsys.path.append({tools!r})\nimport without_python\nwithout_python.install({most})"
MATH = re.compile(r"\$\$(?P<block>.+?)\$\$|\$(?P<inline>[^$\n]+?)\$", re.DOTALL)
UPRIGHT = re.compile("<mo>(max|min)</mo>")  # as an operator it would not stand below the line
CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
ANCHOR = re.compile(r'<a class="anchor-link" href="[^"]*">.*?</a>')
HEADING = re.compile(r'<h([1-3]) id="([^"]+)">(.*?)</h\1>', re.DOTALL)


class Formulas:
    """Formulas of a page: taken out before Markdown is read, and put back as MathML."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def taken_out(self, text: str) -> str:
        """Return Markdown with a word in the place of each formula."""

        def word(found: re.Match[str]) -> str:
            source = found["block"] or found["inline"]
            made = convert(source, display="block" if found["block"] else "inline")
            made = UPRIGHT.sub(r"<mi>\1</mi>", made).replace("<mi>&#x02032;</mi>", "<mo>&#x02032;</mo>")
            if found["block"]:
                label = f"Formula {len(self.made) + 1}"
                made = f'<span class="wide" tabindex="0" role="region" aria-label="{label}">{made}</span>'
            self.made.append(made)
            return f"formula{len(self.made) - 1}x"

        pieces = CODE.split(text)
        return "".join(piece if index % 2 else MATH.sub(word, piece) for index, piece in enumerate(pieces))

    def put_back(self, page: str) -> str:
        """Return HTML with the formulas in their places."""
        return re.sub(r"formula(\d+)x", lambda found: self.made[int(found[1])], page)


def alive(path: Path, most: int) -> nbformat.NotebookNode:
    """Return a notebook as it runs with widgets that need no Python."""
    notebook = nbformat.read(path, as_version=4)
    install = nbformat.v4.new_code_cell(INSTALL.format(tools=str(ROOT / "tools"), most=most))
    notebook.cells.insert(0, install)
    done = run(notebook, path.parent)
    del done.cells[0]
    return done


Link = tuple[str, str] | None


def page(path: Path, before: Link, after: Link) -> str:
    """Return a notebook as a page, with as many pictures as its size allows."""
    for most in STOPS:
        body = page_with(path, before, after, most)
        if len(body.encode()) <= MOST_BYTES:
            break
    return body


def page_with(path: Path, before: Link, after: Link, most: int) -> str:
    """Return a notebook as a page, with so many pictures along each control."""
    notebook, formulas = alive(path, most), Formulas()
    # What is for teachers is not for visitors.
    notebook.cells = [cell for cell in notebook.cells if "instructor" not in cell.metadata.get("tags", [])]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = formulas.taken_out(cell.source)
    exporter = HTMLExporter(template_name="site", extra_template_basedirs=[str(SITE.parent)])
    about: dict[str, Any] = {"title": notebook.metadata.title, "before": before, "after": after, "contents": []}
    # Once to find the headings, once with the contents that lists them.
    body, _ = exporter.from_notebook_node(notebook, {"site": about})
    about["contents"] = [(id, plain(text)) for level, id, text in HEADING.findall(ANCHOR.sub("", body)) if level == "2"]
    body, _ = exporter.from_notebook_node(notebook, {"site": about})
    return linked(formulas.put_back(body))


def linked(body: str) -> str:
    """Return a page whose links lead to pages, and whose wide tables scroll by key."""
    body = ANCHOR.sub("", body)
    body = re.sub(r'href="(\d\d_\w+)\.ipynb', r'href="\1.html', body)
    body = body.replace('href="../README.md"', 'href="index.html"').replace('href="../data/', 'href="data/')
    numbers = itertools.count(1)
    region = '<div class="wide" tabindex="0" role="region" aria-label="Table {}"><table'
    body = re.sub("<table", lambda _: region.format(next(numbers)), body)
    return body.replace("</table>", "</table></div>")


def plain(text: str) -> str:
    """Return HTML without its marks."""
    text = re.sub(r"<(script|style|math)\b.*?</\1>", " ", text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def entries(file: str, title: str, body: str) -> list[dict[str, str]]:
    """Return what the search knows of a page: a heading and the words below it."""
    parts = HEADING.split(body.partition("<main")[2])
    return [
        {
            "page": file,
            "title": title,
            "heading": plain(parts[at + 2]),
            "id": parts[at + 1],
            "text": plain(parts[at + 3]),
        }
        for at in range(1, len(parts), 4)
    ]


def shared(folder: Path) -> None:
    """Write what pages and slides use: plotly.js, the widgets' modules, styles and what answers them, once each."""
    folder.mkdir(parents=True, exist_ok=True)
    modules = {stem: front_end.module(stem) for stem in MODULES}
    (folder / "modules.js").write_text(f"globalThis.intimacyModules = {json.dumps(modules)};", encoding="utf-8")
    shutil.copy(SITE / "without_python.js", folder)
    plotly = files("plotly").joinpath("package_data", "plotly.min.js").read_text(encoding="utf-8")
    (folder / "plotly.js").write_text(plotly, encoding="utf-8")
    styles = dict.fromkeys(front_end.style(stem) for stem in MODULES)
    code = "".join(
        HtmlFormatter(style=style).get_style_defs(f"body.{theme} .highlight")
        for theme, style in (("light", "default"), ("dark", "github-dark"))
    )
    (folder / "widgets.css").write_text("\n".join([*styles, code]), encoding="utf-8")


def first_page(pages: list[tuple[str, str, str]]) -> str:
    """Return the page that lists all lessons, with their pictures."""
    pictures = {path.stem for path in (ROOT / "figures").glob("*.png")}
    cards = "\n".join(
        f'<li><a href="{stem}.html">'
        + (f'<img src="figures/{stem}.png" alt="" loading="lazy"><br>' if stem in pictures else "")
        + f"{html.escape(title)}</a><br>{html.escape(question)}</li>"
        for stem, title, question in pages
    )
    cell = nbformat.v4.new_markdown_cell(
        "# Neurobiological Foundations of Intimacy\n\nTeaching notebooks as pages that move without Python. Everything "
        f'stands on this site, and nothing that you do leaves it.\n\n<ul class="cards">\n{cards}\n</ul>'
    )
    exporter = HTMLExporter(template_name="site", extra_template_basedirs=[str(SITE.parent)])
    about = {"title": "Neurobiological Foundations of Intimacy", "before": None, "after": None, "contents": []}
    return linked(exporter.from_notebook_node(nbformat.v4.new_notebook(cells=[cell]), {"site": about})[0])


def named(stems: list[str]) -> list[Path]:
    """Return the notebooks of these stems, all if none is named."""
    return [path for path in sorted((ROOT / "notebooks").glob("*.ipynb")) if not stems or path.stem in stems]


def main() -> int:
    """Build the pages that were asked for, all by default; 1 when one is too large."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "site", help="the folder (build/site)")
    parser.add_argument("stems", nargs="*", help="notebooks by stem, such as 04_oxytocin_trust (all)")
    options = parser.parse_args()
    paths = named(options.stems)
    cards = {path: nbformat.read(path, as_version=4).metadata for path in paths}
    shared(options.to / "site")
    for name in ("page.js", "page.css"):
        shutil.copy(SITE / name, options.to / "site")
    shutil.copytree(ROOT / "figures", options.to / "figures", dirs_exist_ok=True)
    shutil.copytree(ROOT / "data", options.to / "data", dirs_exist_ok=True)
    links = [None, *((f"{path.stem}.html", cards[path].title) for path in paths), None]
    index, heavy = [], []
    for path, before, after in zip(paths, links, links[2:], strict=False):
        body = page(path, before, after)
        (options.to / f"{path.stem}.html").write_text(body, encoding="utf-8")
        index += entries(f"{path.stem}.html", cards[path].title, body)
        size = len(body.encode())
        print(f"{path.stem}.html: {size / 1e6:.2f} MB", flush=True)
        heavy += [path.stem] if size > MOST_BYTES else []
    front = first_page([(path.stem, cards[path].title, cards[path].intimacy.questions[0]) for path in paths])
    (options.to / "index.html").write_text(front, encoding="utf-8")
    search = f"globalThis.intimacyIndex = {json.dumps(index, ensure_ascii=False)};"
    (options.to / "site" / "search.js").write_text(search, encoding="utf-8")
    if heavy:
        print(f"over {MOST_BYTES / 1e6:.0f} MB: {', '.join(heavy)}")
    return int(bool(heavy))


if __name__ == "__main__":
    sys.exit(main())
