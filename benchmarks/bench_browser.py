"""From the key press to the painted frame, in JupyterLab and Voilà: the lab of each notebook, beside its peers.

A step is timed in the page: from the ``keydown`` of an arrow key on a control to the first animation frame after the
picture has changed. A drag is a press 20 times a second: what counts is how long after the last press the last picture
comes. One lab has peers, with the same model, slider, curves and page: ``interact`` with matplotlib, and plotly's
FigureWidget. It is also measured with each picture asked for when it is needed, instead of there before.
"""

from __future__ import annotations

import importlib
import inspect
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np

from chromium import launched
from figures import made
from intimacy.widgets import Bench
from look import labs_of
from pages import Page, Server, jupyter_server, voila_server
from timing import Row, row

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TYPICAL = ("oxytocin_trust",)
OURS, ASKED, MATPLOTLIB, WIDGET = "ours", "ours, each picture asked for", "interact + matplotlib", "FigureWidget"
HOSTS = ("JupyterLab", "Voilà")
STEPS = 12
"""How often each page is moved."""
FIRST = 3
"""Steps that warm up."""
SHOWN = {
    OURS: ".intimacy[data-ready]",
    ASKED: ".intimacy[data-ready]",
    MATPLOTLIB: "img[src^='data:image/png']",
    WIDGET: ".js-plotly-plot .main-svg",
}
STILL = 1000
"""Milliseconds without a new picture after which a drag, or a page, is over."""
STOPWATCH = """() => {
  const shown = () => document.querySelector('.intimacy .shown')?.textContent;
  const watch = (globalThis.watch = { keys: [], frames: [], shown: shown() });
  const selector = '.js-plotly-plot, img';
  const pictured = (node) => node.nodeType === 1 && (node.closest(selector) || node.querySelector(selector));
  let waiting = false;
  document.addEventListener('keydown', () => watch.keys.push(performance.now()), true);
  new MutationObserver((changes) => {
    if (waiting || !changes.some(({ type, target, addedNodes }) =>
      type === 'attributes' ? pictured(target) : [...addedNodes].some(pictured))) return;
    waiting = true;
    requestAnimationFrame(() => setTimeout(() => {
      waiting = false;
      const now = shown();
      // A lab draws the picture that it shows once more when Python has confirmed it: nothing new to see.
      if (now !== undefined && now === watch.shown) return;
      watch.shown = now;
      watch.frames.push(performance.now());
    }));
  }).observe(document.body, {
    subtree: true, childList: true, attributes: true,
    attributeFilter: ['d', 'src', 'href', 'transform', 'points'],
  });
}"""
PAINTED = "() => watch.frames.length && watch.frames.at(-1) > watch.keys.at(-1)"
QUIET = f"() => performance.now() - Math.max(watch.frames.at(-1), watch.keys.at(-1)) > {STILL}"


@dataclass(frozen=True)
class Contestant:
    """A lab, drawn by us or by a peer.

    Attributes:
        stem: the theme.
        kind: who draws.
        control: the name of the control that moves.
        keys: the keys that move it there and back.
        steps: how many of its steps lie on that side.
    """

    stem: str
    kind: str
    control: str
    keys: tuple[str, str]
    steps: int

    @property
    def file(self) -> str:
        return f"{self.stem}-{list(SHOWN).index(self.kind)}.ipynb"

    def write(self, folder: Path) -> None:
        """Write a notebook of one cell that shows it."""
        make = moved(self.stem)
        lab = f"labs.{make.__name__}({'brain()' if 'solid' in inspect.signature(make).parameters else ''})"
        cell = {
            OURS: lab,
            ASKED: f"lab = {lab}\nlab.no_frames = 'Each picture is asked for.'\nlab",
            MATPLOTLIB: f"import peers\npeers.interact_matplotlib({lab}, {self.control!r})",
            WIDGET: f"import peers\npeers.figure_widget({lab}, {self.control!r})",
        }[self.kind]
        imports = f"from intimacy.anatomy import brain\nfrom intimacy.labs import {self.stem} as labs\n"
        notebook = nbformat.v4.new_notebook(
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        )
        notebook.cells = [nbformat.v4.new_code_cell(imports + cell)]
        nbformat.write(notebook, folder / self.file)


def moved(stem: str) -> Any:
    """Return what makes the lab that stands for a notebook, or the next one where that is a bench.

    A bench waits for a prediction, so its picture does not follow the controls.
    """
    cover = importlib.import_module(f"intimacy.labs.{stem}").COVER
    return next(make for make in (cover, *labs_of(stem).values()) if not isinstance(made(make), Bench))


def contestants() -> list[Contestant]:
    """Return each notebook's lab, and the other ways to draw one of them.

    The control is the first slider, or the first list where a lab has no slider; it moves away from its nearer end.
    """
    found = []
    for notebook in NOTEBOOKS:
        stem = notebook.stem.partition("_")[2]
        lab = made(moved(stem))
        open_ones = [each for each in lab.controls if not each["advanced"]]
        control = next((each for each in open_ones if each["kind"] in ("number", "integer")), open_ones[0])
        now = lab.values[control["name"]]
        if control["options"]:
            place, last = list(control["options"]).index(now), len(control["options"]) - 1
            forward, back = "ArrowDown", "ArrowUp"
        else:
            place, last = ((each - control["low"]) / control["step"] for each in (now, control["high"]))
            forward, back = "ArrowRight", "ArrowLeft"
        up = place < last / 2
        keys = (forward, back) if up else (back, forward)
        steps = int(max(place, last - place))
        kinds = list(SHOWN) if stem in TYPICAL else [OURS]
        found += [Contestant(stem, kind, control["name"], keys, steps) for kind in kinds]
    return found


class Visit:
    """A page that shows one contestant, and how long it took to show it.

    Attributes:
        seconds: from opening the page to the first picture.
        kilobytes: what had come over the websocket by then.
    """

    def __init__(self, page: Page, server: Server, host: str, contestant: Contestant) -> None:
        self.page, self.contestant = page, contestant
        began = time.monotonic()
        if host == "Voilà":
            page.tab.goto(server.url(f"voila/render/{contestant.file}"), wait_until="commit", timeout=90_000)
        else:
            page.open_lab(server, contestant.file)
            page.run_all()
        page.tab.wait_for_selector(SHOWN[contestant.kind], timeout=90_000, state="attached")
        self.seconds = time.monotonic() - began
        self.kilobytes = sum(page.received) / 1000
        page.tab.wait_for_timeout(STILL)

    def focus(self) -> None:
        """Put the focus on the control, and begin to watch."""
        is_list = "ArrowDown" in self.contestant.keys
        ours = f".intimacy .controls {'select' if is_list else 'input[type=range]'}"
        self.page.tab.locator(ours if self.contestant.kind in (OURS, ASKED) else ".noUi-handle").first.focus()
        self.page.tab.evaluate(STOPWATCH)

    def press(self, index: int, turn: int) -> None:
        """Press the key that goes there for some steps, and back for as many."""
        turn = min(turn, self.contestant.steps)
        self.page.tab.keyboard.press(self.contestant.keys[index % (2 * turn) >= turn])

    def steps(self, count: int) -> list[float]:
        """Press an arrow key ``count`` times, each after the last was painted, and return the milliseconds of each."""
        took = []
        for index in range(count + FIRST):
            self.press(index, turn=3)
            self.page.tab.wait_for_function(PAINTED, timeout=20_000)
            took.append(
                self.page.tab.evaluate("() => watch.frames.find((at) => at > watch.keys.at(-1)) - watch.keys.at(-1)")
            )
            self.page.tab.wait_for_timeout(100)
        return took[FIRST:]

    def drag(self, presses: int = 30, each: float = 0.05) -> float:
        """Press 20 times a second; return the milliseconds from the last press to the last picture."""
        began = time.monotonic()
        for index in range(presses):
            self.press(index, turn=10)
            time.sleep(max(0.0, began + (index + 1) * each - time.monotonic()))
        self.page.tab.wait_for_function(PAINTED, timeout=20_000)
        self.page.tab.wait_for_function(QUIET, timeout=20_000)
        return float(self.page.tab.evaluate("() => watch.frames.at(-1) - watch.keys.at(-1)"))

    def one_more(self) -> float:
        """Run the cell again in JupyterLab; return the kilobytes that one more lab of a page costs."""
        before = len(self.page.received)
        self.page.tab.evaluate("() => document.querySelector('.jp-Notebook').focus()")
        self.page.run_all()
        count = before
        while count == before or len(self.page.received) > count:
            count = len(self.page.received)
            self.page.tab.wait_for_timeout(STILL)
        return sum(self.page.received[before:]) / 1000


Measured = dict[str, dict[Contestant, list[float]]]


def measured(browser: Any, host: str, all_of_them: Sequence[Contestant]) -> Measured:
    """Return what was measured of each contestant, by its name."""
    found: Measured = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "peers.py").write_text((ROOT / "benchmarks" / "peers.py").read_text())
        for each in all_of_them:
            each.write(folder)
        server = voila_server(folder, ".") if host == "Voilà" else jupyter_server(folder)
        try:
            for each in all_of_them:
                page = Page(browser)
                visit = Visit(page, server, host, each)
                found["cold"][each].append(visit.seconds)
                found["bytes"][each].append(visit.kilobytes)
                if host == "JupyterLab" and each.kind == OURS:
                    found["one more"][each].append(visit.one_more())
                visit.focus()
                found["step"][each] += visit.steps(STEPS)
                found["drag"][each].append(visit.drag())
                if host == "JupyterLab":
                    server.stop_kernels()
                if host == "JupyterLab" and each.stem in TYPICAL and each.kind != ASKED:
                    page.tab.goto("about:blank")
                    found["warm"][each].append(Visit(page, server, host, each).seconds)
                page.close()
                if host == "JupyterLab":
                    server.stop_kernels()
        finally:
            server.close()
    return found


def of(found: dict[Contestant, list[float]], kind: str, *stems: str) -> list[float]:
    """Return all numbers of one kind of contestant, of some themes or of all."""
    return [
        v for each, values in found.items() if each.kind == kind and (not stems or each.stem in stems) for v in values
    ]


def frame_rows(host: str, found: Measured) -> list[Row]:
    """Steps and drags of each lab."""
    lines = []
    for notebook in NOTEBOOKS:
        number, _, stem = notebook.stem.partition("_")
        where = f"{host}, {number} {moved(stem).__name__}"
        for name, what, most, ratios in (
            ("step", "key to frame", 70, (2.5, 1)),
            ("drag", "last value after a drag", 150, (None, None)),
        ):
            ours, asked, slow, widget = (of(found[name], kind, stem) for kind in SHOWN)
            if not slow:
                lines.append(row(f"{where}: {what}", ours, unit="ms", most=most))
                continue
            for way, mine in (("", ours), (", each picture asked for", asked)):
                for peer, theirs, least in zip((MATPLOTLIB, WIDGET), (slow, widget), ratios, strict=True):
                    known = {"unit": "ms", "against": peer, "most": most, "least": least}
                    lines.append(row(f"{where}: {what}{way}", mine, theirs, **known))
    return lines


def page_rows(host: str, found: Measured) -> list[Row]:
    """What a page costs until its first lab is there."""
    lines = []
    for name in ("cold", "warm") if host == "JupyterLab" else ("cold",):
        ours, *peers = (of(found[name], kind, *TYPICAL) for kind in (OURS, MATPLOTLIB, WIDGET))
        what = f"{host}: page opened to first lab, {name}"
        lines += [
            row(what, ours, theirs, against=peer) for theirs, peer in zip(peers, (MATPLOTLIB, WIDGET), strict=True)
        ]
    first = found["bytes"]
    heaviest = max((each for each in first if each.kind == OURS), key=lambda each: first[each][0])
    what = f"{host}: received before the first lab shows, heaviest of {len(NOTEBOOKS)} ({heaviest.stem})"
    lines.append(row(what, first[heaviest], of(first, WIDGET), against=WIDGET, unit="kB", most=2000))
    if more := found["one more"]:
        heaviest = max(more, key=lambda each: more[each][0])
        what = f"{host}: received for one more lab, heaviest of {len(NOTEBOOKS)} ({heaviest.stem})"
        lines.append(row(what, more[heaviest], unit="kB", most=60))
        lines.append(row(f"{host}: received for one more lab", np.concatenate([*more.values()]), unit="kB", most=60))
    return lines


def rows() -> list[Row]:
    """Measure, and return the lines of the table."""
    lines = []
    with launched() as browser:
        for host in HOSTS:
            found = measured(browser, host, contestants())
            lines += frame_rows(host, found) + page_rows(host, found)
    return lines
