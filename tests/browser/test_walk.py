"""Two hundred random actions per lab and game in a real Chromium, and a kernel that dies in the middle of a drag.

The actions are a person's: keys, drags of the mouse, clicks, typing, resizing, another theme, scrolling away, a hidden
tab. When the storm is over, the page must show what Python says, computed afresh in this process.
"""

from __future__ import annotations

import json
import os
import random
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from flagship import noticed
from look import labs_of
from pages import CLIPBOARD, Page, Server, copied, jupyter_server, kernel_process, voila_server
from sweep import unpacked

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
IN_JUPYTERLAB = ["02_emotional_resonance", "05_vasopressin_bonding", "08_need_to_connect"]
ACTIONS, FEW = 200, 40
MOVES = "(root) => root.matches('.intimacy-lab:has(.controls), .intimacy-game')"
"""Tells what takes all the actions; a bet, a quiz or a picture of results has only a few things to press."""
AROUND = 0.04
"""How many of the actions are done to the page itself: all its pictures follow each, so they take long."""
SEED = 2026
MOST_MEGABYTES, MOST_NODES, MOST_LISTENERS = 12, 6000, 2000
"""What the second half of a storm may keep. Logs of games and benches grow while one plays; a picture or a listener
that were kept for each action would be ten times as much."""
TYPED = ("1e999", "-5", "abc", "", "0.1234567891", "e", "--", "9" * 20, "NaN", "1,5")

# Choose one of the things that can be used, bring it into sight, and say what and where it is.
CHOOSE = """(root, [sliders, number]) => {
  const usable = (each) =>
    !each.disabled && each.type !== "file" && each.getClientRects().length && !/Download|Copy/.test(each.textContent);
  const all = [...root.querySelectorAll(sliders ? "input[type=range]" : "button, select, input, summary, textarea")];
  const found = all.filter(usable);
  if (!found.length) return null;
  const node = found[number % found.length];
  node.scrollIntoView({ block: "center" });
  const { x, y, width, height } = node.getBoundingClientRect();
  return { kind: node.tagName === "INPUT" ? node.type : node.tagName.toLowerCase(), x, y, width, height };
}"""
AWAY = """() => {
  const scrolled = [...document.querySelectorAll("*")].filter((each) => each.scrollHeight > each.clientHeight + 2000);
  for (const each of scrolled) each.scrollTop = each.scrollTop > 2000 ? 0 : each.scrollHeight;
}"""
# A click that the page slips away under may land on a link, which would lead away from what is tested.
STAY = "() => document.addEventListener('click', (event) => event.target.closest('a') && event.preventDefault(), true)"
# A click that the page slips away under, or Escape, leads to the notebook, where a "1" makes a heading of a cell.
INSIDE = "() => document.activeElement.closest('.intimacy') !== null"
THEME = "(light) => (document.body.dataset.jpThemeLight = light)"
HIDDEN = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""

# What stands on the page, once nothing moves, waits or is behind.
SETTLED = """async (root) => {
  const frame = () => new Promise(requestAnimationFrame);
  const pause = [...root.querySelectorAll(".play button")].find((each) => each.textContent === "Pause");
  pause?.click();
  for (const end of root.querySelectorAll(".play input")) {
    end.value = end.max;
    end.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const until = Date.now() + 60000;
  const waits = () => root.closest("[aria-busy=true]") || root.querySelector("[aria-busy=true], [data-behind]");
  for (let still = 0; still < 12; still = waits() ? 0 : still + 1) {
    if (Date.now() > until) throw new Error("it does not come to rest");
    await frame();
  }
}"""
STATE = """(root) => {
  const text = (name) => root.querySelector(name)?.textContent;
  const entry = [...globalThis[Symbol.for("intimacy.carried")]].find((each) => each.root === root);
  const picture = root.querySelector(".picture");
  const plain = (value) => (ArrayBuffer.isView(value) || Array.isArray(value) ? [...value].map(plain) : value);
  const at = (trace, path) => path.split(".").reduce((value, key) => value?.[key], trace);
  return {
    title: text("h3"), shown: text(".shown"), sentence: text(".sentence"), code: text("code"),
    kept: entry?.read() ?? null, count: text(".log h4 span"),
    data: Object.fromEntries((picture?.data ?? []).map((trace) => [
      trace.meta ?? "",
      Object.fromEntries(PATHS.map((path) => [path, plain(at(trace, path))]).filter(([, each]) => each !== undefined)),
    ])),
  };
}""".replace("PATHS", json.dumps(["x", "y", "z", "text", "base", "width", "error_y.array", "error_y.arrayminus"]))
DRAWN = """(root) =>
  [...root.querySelectorAll(".trace path, path.point, .annotation text, .xtick text, .ytick text, .picture image")]
    .map((each) => each.outerHTML.replaceAll(/(clip|legend|g|cb)[0-9a-f]{6}/g, ""))"""
NODES = """() => {
  const walk = document.createTreeWalker(document);
  let count = 1;
  while (walk.nextNode()) count += 1;
  return count;
}"""
REDRAW = "(root) => Promise.all([...root.querySelectorAll('.picture')].map((each) => Plotly.redraw(each)))"


class Storm:
    """A person without a plan, in front of one page."""

    def __init__(self, page: Page, seed: int) -> None:
        self.page, self.tab, self.random = page, page.tab, random.Random(seed)

    def over(self, widget: Any, count: int) -> None:
        """Do so many things, most of them to one widget."""
        for _ in range(count):
            if self.random.random() < AROUND:
                self.around()
            else:
                self.use(widget)

    def calm(self) -> None:
        """Leave the page as a person meets it."""
        self.tab.mouse.up()
        self.tab.evaluate(HIDDEN, False)
        self.tab.evaluate(THEME, "true")
        self.tab.set_viewport_size({"width": 1280, "height": 1000})

    def around(self) -> None:
        """Do something to the page itself."""
        match self.random.choice(["size", "theme", "away", "hidden", "wait"]):
            case "size":
                self.tab.set_viewport_size({"width": self.random.choice([360, 700, 1280]), "height": 900})
            case "theme":
                self.tab.evaluate(THEME, self.random.choice(["true", "false"]))
            case "away":
                self.tab.evaluate(AWAY)
            case "hidden":
                self.tab.evaluate(HIDDEN, self.random.random() < 0.5)
            case "wait":
                self.tab.wait_for_timeout(self.random.choice([5, 20, 60, 300]))

    def use(self, widget: Any) -> None:
        choice = [self.random.random() < 0.4, self.random.randrange(10**6)]
        target = widget.evaluate(CHOOSE, choice) or widget.evaluate(CHOOSE, [False, choice[1]])
        if target is None:
            return
        x, y = target["x"] + target["width"] / 2, target["y"] + target["height"] / 2
        match target["kind"]:
            case "range" if self.random.random() < 0.5:
                self.drag(target)
            case "range":
                self.tab.mouse.click(target["x"] + target["width"] * self.random.random(), y)
                self.press("ArrowRight", "ArrowLeft", "Home", "End", "PageUp", "PageDown")
            case "select":
                self.tab.mouse.click(x, y)
                self.press("ArrowDown", "ArrowUp", "Home", "End")
                self.press("Enter")
            case "number" | "text" | "textarea":
                self.tab.mouse.click(x, y, click_count=3)
                if self.tab.evaluate(INSIDE):
                    self.tab.keyboard.type(self.random.choice(TYPED))
                self.press("Enter", "Tab", "ArrowUp", "Escape")
            case _:
                self.tab.mouse.click(x, y, click_count=self.random.choice([1, 1, 1, 2]))

    def press(self, *keys: str) -> None:
        for key in self.random.choices(keys, k=self.random.randint(1, 3)):
            if self.tab.evaluate(INSIDE):
                self.tab.keyboard.press(key)

    def drag(self, target: dict[str, float]) -> None:
        """Drag faster than any answer comes."""
        y = target["y"] + target["height"] / 2
        self.tab.mouse.move(target["x"] + target["width"] / 2, y)
        self.tab.mouse.down()
        for _ in range(self.random.randint(2, 12)):
            self.tab.mouse.move(target["x"] + target["width"] * self.random.random(), y)
        self.tab.mouse.up()


def lab_makers(notebook: str) -> dict[str, Callable[[], Any]]:
    """Return what makes the labs of a notebook again, by their titles."""
    made = {}
    for make in labs_of(notebook.partition("_")[2]).values():
        lab = make()
        made[lab.title] = make
        lab.close()
    return made


def shows_what_python_says(widget: Any, makers: dict[str, Callable[[], Any]]) -> bool:
    """Hold that a lab shows the state that it would carry, as this process computes it; tell whether that can be."""
    page = widget.evaluate(STATE)
    make = makers.get(page["title"])
    if make is None or page["count"] == "(0)":
        return False
    lab = make()
    if page["kept"]:
        assert lab.bring_back(page["kept"]) == []
    shown = lab.frame["shown"].replace("_", "")  # what follows stands below the line
    assert (page["shown"], page["sentence"], page["code"]) == (shown, lab.sentence, lab.frame["code"])
    films = lab.play["films"] if lab.play else []
    for key, arrays in lab.frame["traces"].items():
        for path, packed in arrays.items():
            if key not in page["data"] or path not in page["data"][key]:
                continue
            expected = unpacked(packed)
            if key in films and getattr(expected, "ndim", 0) == 2:
                expected = expected[-1]
            shown = page["data"][key][path]
            if isinstance(expected, np.ndarray):
                assert np.array_equal(np.asarray(shown, dtype=np.float32), expected), f"{page['title']}: {key} {path}"
            else:
                assert shown == expected, f"{page['title']}: {key} {path}"
    lab.close()
    return True


def memory_of(page: Page) -> dict[str, float]:
    """Return what the page keeps after its garbage was collected: of nodes, those that it does not show."""
    line = page.context.new_cdp_session(page.tab)
    line.send("Performance.enable")
    for _ in range(2):
        line.send("HeapProfiler.collectGarbage")
    found = {each["name"]: each["value"] for each in line.send("Performance.getMetrics")["metrics"]}
    line.detach()
    kept = {name: found[name] for name in ("JSHeapUsedSize", "Nodes", "JSEventListeners")}
    return kept | {"Nodes": kept["Nodes"] - page.tab.evaluate(NODES)}


def weathers(page: Page, notebook: str) -> None:
    """Let a storm go over each widget of a page, in two halves, and look at what is left after each."""
    makers = lab_makers(notebook)
    widgets = page.tab.locator(".intimacy").element_handles()  # none is looked for again before each action
    page.tab.evaluate(STAY)
    storm, compared = Storm(page, SEED), 0
    before: dict[str, float] = {}
    for half in (1, 2):
        for widget in widgets:
            storm.over(widget, (ACTIONS if widget.evaluate(MOVES) else FEW) // 2)
        storm.calm()
        for widget in widgets:
            widget.scroll_into_view_if_needed()
            widget.evaluate(SETTLED)
            shown = widget.evaluate(DRAWN)
            widget.evaluate(REDRAW)
            assert widget.evaluate(DRAWN) == shown, widget.evaluate(STATE)["title"]
            compared += shows_what_python_says(widget, makers)
        assert page.complaints == []
        after = memory_of(page)
        if half == 1:
            before = after
    assert compared >= len(makers)
    grown = {name: after[name] - before[name] for name in after}
    assert grown["JSHeapUsedSize"] < MOST_MEGABYTES * 1e6, grown
    assert grown["Nodes"] < MOST_NODES, grown
    # JupyterLab draws cells and their editors when they come into sight, with thousands of listeners of its own.
    assert grown["JSEventListeners"] < MOST_LISTENERS or page.tab.locator(".jp-LabShell").count(), grown


@pytest.fixture(scope="module")
def voila_folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = voila_server(copied(root, tmp_path_factory.mktemp("voila")), "notebooks")
    yield server
    server.close()


@pytest.mark.walk
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_storm_over_voila_leaves_what_python_says(name: str, new_page: Any, voila_folder: Server) -> None:
    page = new_page()
    page.tab.goto(voila_folder.url(f"voila/render/{name}.ipynb"), timeout=90_000)
    page.wait_for_all(name)
    weathers(page, name)


@pytest.mark.walk
@pytest.mark.parametrize("name", IN_JUPYTERLAB)
def test_a_storm_over_jupyterlab_leaves_what_python_says(name: str, new_page: Any, jupyter: Server) -> None:
    page = new_page()
    page.open_lab(jupyter, f"notebooks/{name}.ipynb")
    page.run_all()
    page.wait_for_idle()
    page.wait_for_all(name)
    weathers(page, name)
    jupyter.stop_kernels()


# A kernel that dies in the middle of a drag

STEM = "walked"
CELLS = (
    f"from intimacy.widgets import Carry\nCarry('{STEM}')",
    "from intimacy.labs import oxytocin_trust as labs\nlabs.the_loop()",
    "labs.trust_game()",
)
KERNEL = "() => JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"
LOOP, PROMISES = "Does oxytocin close a loop", "Promises the partner keeps"


def make_notebook(folder: Path) -> None:
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    notebook.cells = [nbformat.v4.new_code_cell(each) for each in CELLS]
    nbformat.write(notebook, folder / f"{STEM}.ipynb")


def kill(server: Server, page: Page) -> None:
    os.kill(server.kernel_process(f"{STEM}.ipynb"), signal.SIGKILL)


def restart(server: Server, page: Page) -> None:
    """Restart it as another page would: JupyterLab tells this one nothing."""
    server.api(f"kernels/{server.kernel_of(f'{STEM}.ipynb')}/restart", "POST")


def wait_for_cull(server: Server, page: Page) -> None:
    """Hold the button until the server has stopped the kernel that rests."""
    for _ in range(200):
        if server.api("kernels") == []:
            return
        page.tab.wait_for_timeout(200)
    raise AssertionError("the kernel was not culled")


@pytest.fixture(scope="module")
def hurried(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A JupyterLab that stops kernels after a few seconds of rest, also those that a page shows."""
    options = ("cull_idle_timeout=6", "cull_interval=1", "cull_connected=True")
    server = jupyter_server(
        copied(root, tmp_path_factory.mktemp("hurried")), *(f"--MappingKernelManager.{each}" for each in options)
    )
    yield server
    server.close()


def in_mid_drag(page: Page, lab: Any, ends: Callable[[], None]) -> list[str]:
    """Drag a slider, let the kernel end under the pressed button, and drag on; return the picture that is on show."""
    slider = lab.get_by_role("slider", name=PROMISES)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2

    def to(part: float) -> None:
        page.tab.mouse.move(box["x"] + box["width"] * part, y)

    to(0.8)
    page.tab.mouse.down()
    for step in range(20):
        to(0.7 - step / 100)
        page.tab.wait_for_timeout(15)
    ends()
    for step in range(40):
        to(0.5 - step / 100)
        page.tab.wait_for_timeout(15)
    page.tab.mouse.up()
    return [str(lab.locator(".shown").text_content()), *lab.evaluate(DRAWN)]


def state_line(page: Page, lab: Any) -> str:
    """Return the line that the notice offers to copy."""
    lab.locator(".notice").get_by_role("button", name="Copy my state").click()
    lab.locator(".notice").get_by_text("Copied: ").wait_for()
    return str(page.tab.evaluate("() => navigator.clipboard.readText()"))


def comes_back(page: Page, line: str, value: str) -> None:
    """Paste a line, and hold that the slider stands where the hand had left it, and moves again."""
    desk, lab = page.tab.locator(".intimacy-carry"), page.lab(LOOP)
    desk.locator("summary").click()
    desk.get_by_role("textbox").last.fill(line)
    desk.get_by_role("button", name="Bring it back").click()
    desk.get_by_text("Back: 1 of 1.").wait_for()
    slider = lab.get_by_role("slider", name=PROMISES)
    lab.locator(".shown").filter(has_text=f"q = {value} ").wait_for()
    assert slider.input_value() == value
    slider.press("End")
    lab.locator(".shown").filter(has_text="q = 1 ").wait_for()


def says_so_and_keeps_the_picture(page: Page, lab: Any, before: list[str]) -> str:
    """Hold what a learner needs whose Python has gone; return where the slider stands."""
    noticed(page, lab, "Python has stopped")
    notice = lab.locator(".notice").text_content()
    assert "Restart Kernel and Run All Cells" in notice
    assert "reload the page" in notice
    assert before[0].removeprefix("Shown: ")[:60] in notice
    assert [lab.locator(".shown").text_content(), *lab.evaluate(DRAWN)] == before
    assert lab.locator("..").get_attribute("aria-busy") != "true"
    assert page.complaints == []
    return str(lab.get_by_role("slider", name=PROMISES).input_value())


@pytest.mark.walk
@pytest.mark.parametrize(("server", "end"), [("jupyter", kill), ("jupyter", restart), ("hurried", wait_for_cull)])
def test_a_kernel_that_ends_in_mid_drag_is_named_and_what_was_done_comes_back(
    server: str, end: Callable[[Server, Page], None], request: pytest.FixtureRequest, new_page: Any
) -> None:
    jupyter = request.getfixturevalue(server)
    make_notebook(jupyter.folder)
    page = new_page(permissions=CLIPBOARD)
    page.open_lab(jupyter, f"{STEM}.ipynb")
    page.run_all(len(CELLS))
    lab = page.lab(LOOP)
    before = in_mid_drag(page, lab, lambda: end(jupyter, page))
    value = says_so_and_keeps_the_picture(page, lab, before)
    if end is kill:
        page.tab.get_by_role("button", name="Ok", exact=True).click()  # JupyterLab says so, too
    line = state_line(page, lab)
    if end is wait_for_cull:
        page.tab.reload()
        page.tab.wait_for_selector("text=/\\| Idle/", timeout=60_000)
    if end is restart:  # JupyterLab still speaks to a part of the old Python, so that to run all cells is not enough
        page.menu("Kernel", "Restart Kernel and Run All Cells…")
        page.tab.get_by_role("button", name="Confirm Kernel Restart").click()
    else:
        page.run_all()
    page.wait_for_labs(len(CELLS))
    page.wait_for_idle()
    page.tab.wait_for_function("() => [...document.querySelectorAll('.notice')].every((each) => each.hidden)")
    comes_back(page, line, value)
    assert page.complaints == []
    jupyter.stop_kernels()


def killed_in_mid_drag(page: Page) -> str:
    """Kill the kernel of a web page in mid-drag, hold that the page says so, and return where the slider stands."""
    kernel, lab = page.tab.evaluate(KERNEL), page.lab(LOOP)
    before = in_mid_drag(page, lab, lambda: os.kill(kernel_process(kernel), signal.SIGKILL))
    return says_so_and_keeps_the_picture(page, lab, before)


@pytest.mark.walk
def test_a_kernel_killed_in_mid_drag_in_an_app_is_named_and_a_reload_begins_anew(
    new_page: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tools"))
    server = Server(tmp_path, ["app", "--no-browser", "--port={port}", "--folder={folder}/site", "--ready=1"], "")
    try:
        page = new_page()
        for visit in range(2):
            page.tab.goto(server.url("voila/render/04_the_loop.ipynb"), timeout=90_000)
            page.tab.wait_for_selector(".intimacy-lab[data-ready]", timeout=90_000)
            lab = page.lab(LOOP)
            lab.get_by_role("slider", name=PROMISES).press("End")
            lab.locator(".shown").filter(has_text="q = 1 ").wait_for()
            if visit == 0:
                killed_in_mid_drag(page)
        assert page.complaints == []
    finally:
        server.close()


@pytest.mark.walk
def test_a_kernel_killed_in_mid_drag_in_voila_is_named_and_what_was_done_comes_back_after_a_reload(
    new_page: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("voila")
    make_notebook(folder)
    server = voila_server(folder, f"{STEM}.ipynb")
    try:
        page = new_page(permissions=CLIPBOARD)
        page.tab.goto(server.url(""), timeout=90_000)
        page.wait_for_labs(len(CELLS))
        value = killed_in_mid_drag(page)
        line = state_line(page, page.lab(LOOP))
        page.tab.goto(server.url(""), timeout=90_000)
        page.wait_for_labs(len(CELLS))
        comes_back(page, line, value)
        assert page.complaints == []
    finally:
        server.close()
