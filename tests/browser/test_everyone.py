"""Every notebook as its hardest users meet it: by keyboard alone, by the accessibility tree alone, large, narrow, dark.

``pytest -m everyone`` takes some twenty minutes: each notebook is opened in Voilà and in JupyterLab.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from everyone import CONTROLS, LAYOUT, NAMED, REACHABLE, Reader, Told, walk, wrong_with
from flagship import UPSTREAM, faults
from pages import Page, Server, copied, voila_server

pytestmark = pytest.mark.everyone

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
AT_REST = """() => !document.querySelector(
  "[aria-busy=true] .intimacy, .intimacy [aria-busy=true], .intimacy details[open] > .table:empty"
)"""


@pytest.fixture(scope="module")
def lessons(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = voila_server(copied(root, tmp_path_factory.mktemp("everyone")), "notebooks")
    yield server
    server.close()


def opened(browser: Any, lessons: Server, name: str, theme: str = "light", **context: Any) -> Page:
    page = Page(browser, **context)
    page.tab.goto(lessons.url(f"voila/render/{name}.ipynb?theme={theme}"), timeout=120_000)
    page.wait_for_all(name)
    return page


@pytest.fixture(scope="module", params=NOTEBOOKS)
def page(request: pytest.FixtureRequest, browser: Any, lessons: Server) -> Iterator[Page]:
    page = opened(browser, lessons, request.param)
    yield page
    page.close()


def widgets(page: Page, kind: str = "") -> list[Any]:
    return page.tab.locator(f".intimacy{kind}").all()


def folded(page: Page, *, open: bool) -> None:
    """Open or close every fold of our widgets."""
    page.tab.evaluate(
        "open => document.querySelectorAll('.intimacy details').forEach((each) => (each.open = open))", open
    )
    page.tab.wait_for_function(AT_REST)


# By keyboard alone

KEYS = {
    "range": ("ArrowRight", "ArrowLeft"),
    "number": ("ArrowUp", "ArrowDown"),
    "select": ("ArrowDown", "ArrowUp"),
    "checkbox": ("Space", "Space"),
    "radio": ("Space", "ArrowDown"),
}
STATE = "() => { const { value, checked, name } = document.activeElement; return [name, value, checked]; }"


def worked(page: Page, kind: str) -> bool:
    """Move a control by its keys there and back again, and tell whether it moved."""
    states = [page.tab.evaluate(STATE)]
    for key in KEYS[kind]:
        page.tab.keyboard.press(key)
        states.append(page.tab.evaluate(STATE))
    return states[0] != states[1] or states[1] != states[2]


def reached_and_worked(page: Page) -> list[str]:
    """Go through a page by Tab, open each fold, move each control; return all that is wrong."""
    page.tab.evaluate(NAMED)
    found, reached, last = [], set(), None
    for stop in walk(page, "Tab"):
        found += wrong_with(stop, last)
        reached.add(stop["name"])
        if stop["folds"]:
            page.tab.keyboard.press("Enter")
        elif stop["kind"] in KEYS and not stop["plays"] and not worked(page, stop["kind"]):
            found.append(f"{stop['name']}: does not move by {KEYS[stop['kind']]}")
        page.tab.wait_for_function(AT_REST)  # an answer that comes later moves what stands below it
        last = stop
    for widget in widgets(page):
        found += [f"{name}: not reached" for name in widget.evaluate(REACHABLE) if name not in reached]
    return found


def pressed_backwards(page: Page) -> list[str]:
    """Go back by Shift+Tab and press each button; return those that took the keyboard's place away."""
    found, reached = [], set()
    for stop in walk(page, "Shift+Tab"):
        reached.add(stop["widget"])
        if stop["kind"] == "button" and not stop["plays"] and "Start again" not in stop["name"]:
            page.tab.keyboard.press("Space")
            if "Play" in stop["name"]:
                page.tab.keyboard.press("Space")
            page.tab.wait_for_function(AT_REST)
            if page.tab.evaluate("() => document.activeElement === document.body"):
                found.append(f"{stop['name']}: the keyboard has lost its place")
    found += [f"widget {place} not reached" for place in range(len(widgets(page))) if place not in reached]
    return found


def test_the_keyboard_reaches_and_works_all_forwards_and_backwards(page: Page) -> None:
    page.tab.set_viewport_size({"width": 1280, "height": 1000})
    assert reached_and_worked(page) == []
    assert pressed_backwards(page) == []
    assert page.complaints == []


# By the accessibility tree alone


def mute(tree: list[Told]) -> list[str]:
    """Return what the tree tells badly: without a name, without a value, or twice by the same name."""
    controls = [each for each in tree if each.role in CONTROLS]
    found = [f"no name: {each}" for each in controls if not each.name]
    found += [f"no value: {each}" for each in controls if each.role in ("slider", "spinbutton") and not each.value]
    found += [f"no range: {each}" for each in controls if each.role == "slider" and not each.description]
    names = [(each.role, each.name, each.within) for each in controls]
    found += [f"twice: {' '.join(each[:2])}" for each in set(names) if names.count(each) > 1]
    found += [
        f"says nothing: {each}"
        for each, following in pairwise([*tree, tree[0]])
        if each.role in ("group", "list", "table", "region") and len(following.within) <= len(each.within)
    ]
    found += [f"no words: {each}" for each in tree if each.role == "image" and not (each.name and each.description)]
    return found


def test_the_tree_names_all_and_says_nothing_twice(page: Page) -> None:
    for widget in widgets(page):
        assert mute(Reader(page, widget).tree()) == []


def sentence(reader: Reader) -> str:
    return next(each.description for each in reader.tree() if each.role == "image")


def test_each_lab_is_moved_and_read_from_the_tree_alone(page: Page) -> None:
    folded(page, open=False)  # a table of thousands of rows would be read each time
    for lab in widgets(page, ".intimacy-lab:not(.intimacy-bench)"):
        reader = Reader(page, lab)
        said = sentence(reader)
        assert any(each.role == "StaticText" and each.name == said for each in reader.tree()), said
        resets = reader.all("button", "Reset")
        sliders = [each for each in reader.all("slider") if "disabled" not in each.states]
        if not (resets and sliders):
            continue
        reader.press(resets[0], "Space")  # the notebook's own code may have moved it
        reader.until(lambda reader=reader: "At the starting values." in sentence(reader), "the starting values")
        said, slider = sentence(reader), next(each for each in reader.all("slider") if "disabled" not in each.states)
        reader.press(slider, "End")
        if slider in reader.tree():  # it stood there already
            reader.press(slider, "Home")
        reader.until(lambda reader=reader, said=said: sentence(reader) != said, "a new sentence")
        reader.press(resets[0], "Space")
        reader.until(lambda reader=reader, said=said: sentence(reader) == said, "the first sentence again")


def spoken(page: Page, widget: Any, act: Any) -> int:
    """Return how often a live region of a widget changes while something is done."""
    widget.evaluate(
        """node => {
          globalThis.listens?.disconnect();
          globalThis.spoken = 0;
          const count = (all) => (globalThis.spoken += new Set(all.map((each) => each.target)).size);
          const observer = (globalThis.listens = new MutationObserver(count));
          const live = "[aria-live=polite], [role=status], [role=alert], output:not([aria-live=off])";
          for (const region of node.querySelectorAll(live))
            observer.observe(region, { childList: true, characterData: true, subtree: true });
        }"""
    )
    act()
    page.tab.wait_for_function(AT_REST)
    page.tab.wait_for_timeout(500)
    return int(page.tab.evaluate("() => globalThis.spoken"))


# To and fro as a mouse does it, in the page itself: a busy machine would make pauses between keys, which may be spoken.
DRAG = """async (slider) => {
  const turns = slider.value === slider.max ? 1 : 0;
  for (let count = 0; count < 20; count += 1) {
    if (count % 2 === turns) slider.stepUp();
    else slider.stepDown();
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}"""


def test_a_slider_that_moves_and_time_that_runs_are_not_shouted(page: Page) -> None:
    for lab in widgets(page, ".intimacy-lab"):
        for slider in lab.locator(".controls input[type=range]:not(:disabled)").all()[:1]:

            def dragged(slider: Any = slider) -> None:
                slider.evaluate(DRAG)

            assert spoken(page, lab, dragged) <= 2
        for play in lab.get_by_role("button", name="Play", exact=True).all():

            def played(lab: Any = lab, play: Any = play) -> None:
                play.press("Enter")
                page.tab.wait_for_timeout(1000)
                lab.get_by_role("button", name="Pause").press("Enter")

            assert spoken(page, lab, played) <= 1


def test_each_bet_question_and_bench_is_answered_from_the_tree_alone(page: Page) -> None:
    folded(page, open=False)
    for bet in widgets(page, ".intimacy-bet"):
        reader = Reader(page, bet)
        if buttons := [each for each in reader.all("button") if "bet" in each.name]:
            reader.press(reader.all("radio")[0], "Space")
            reader.press(buttons[0], "Enter")
            reader.until(lambda reader=reader: "You bet:" in reader.text(), "what was bet")
    for quiz in widgets(page, ".intimacy-quiz"):
        reader = Reader(page, quiz)
        for group in [each for each in reader.all("group") if each.name[:1].isdigit()]:
            number = group.name.split(".")[0]
            choices = [each for each in reader.all("radio") if each.within[-1] == f"group {group.name}"]
            for choice in choices:
                reader.press(choice, "Space")
                reader.press(reader.all("button", f"Check question {number}")[0], "Enter")
                reader.until(
                    lambda reader=reader: any(each.name.strip() in ("Right.", "Not quite.") for each in reader.tree()),
                    "a verdict",
                )
        reader.until(lambda reader=reader: "right; first try" in reader.text(), "how it went")
    for bench in widgets(page, ".intimacy-bench"):
        reader = Reader(page, bench)
        rows = len(reader.all("row"))
        reader.press(reader.all("radio")[0], "Space")
        reader.press(reader.all("button", "Run the experiment")[0], "Enter")
        reader.until(lambda reader=reader, rows=rows: len(reader.all("row")) > rows, "a row in the log")


def moves(reader: Reader) -> list[Told]:
    """Return the buttons that the tree offers as moves: in a group that asks something, or those of a form."""
    left_out = ("At any time", "Stories", "Keep")
    offered = [
        each
        for each in reader.all("button")
        if each.name not in ("Pause", "Let it run")
        and not any(out in around for around in each.within for out in left_out)
    ]
    return [each for each in offered if "disabled" not in each.states]


def played(reader: Reader) -> list[str]:
    """Play a game to its end by what the tree says, and return what it said after each move."""
    said = [reader.text()]
    while offered := moves(reader):
        assert len(said) < 150
        for pause in reader.all("button", "Pause"):
            reader.press(pause, "Enter")
        chosen = offered[(len(said) * 3) % len(offered) if len(said) > 1 else 0]
        for _ in range(40):
            if any(each.node == chosen.node for each in moves(reader)):
                reader.press(chosen, "Enter")
            reader.page.tab.wait_for_timeout(120)
            if reader.text() != said[-1]:
                break
        page_says = reader.text()
        assert page_says != said[-1], page_says
        status = [each.name for each in reader.tree() if any(around.startswith("status") for around in each.within)]
        assert any(status), page_says
        said.append(page_says)
    return said


def test_each_game_is_played_to_its_end_from_the_tree_alone(page: Page) -> None:
    folded(page, open=False)
    for game in widgets(page, ".intimacy-game"):
        said = played(Reader(page, game))
        assert len(said) > 4
        assert all("definition" in each for each in said), said[0]  # the tally
        assert "Every round in words" in said[-1]
    assert page.complaints == []


# Large, narrow, in other colours, without motion

SIZES = {"200 %": (640, 512, 2), "360 px": (360, 740, 1), "320 px": (320, 640, 1), "wide": (1280, 1000, 1)}


# Every picture is drawn as wide as it stands, and its labels have had two frames to be moved.
FITTED = """async (width) => {
  const pictures = [...document.querySelectorAll(".intimacy .picture")].filter((each) => each.checkVisibility());
  const fits = (picture) => Math.abs(picture._fullLayout.width - picture.clientWidth) < 1;
  const frame = () => new Promise(requestAnimationFrame);
  while (innerWidth !== width || !pictures.every(fits)) await frame();
  await frame();
  await frame();
}"""


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_off_or_stands_on_something_else(page: Page, size: str) -> None:
    width, height, scale = SIZES[size]
    line = page.context.new_cdp_session(page.tab)
    line.send(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False},
    )
    page.tab.evaluate(FITTED, width)
    found = page.tab.evaluate(LAYOUT, width >= 360)
    over = page.tab.evaluate("() => document.scrollingElement.scrollWidth - innerWidth")
    line.send("Emulation.clearDeviceMetricsOverride")
    assert found == []
    assert over <= 0


def test_nothing_moves_for_those_who_asked_for_less_motion(page: Page) -> None:
    page.tab.emulate_media(reduced_motion="reduce")
    for lab in widgets(page, ".intimacy-lab"):
        assert lab.get_by_role("button", name="Play", exact=True).count() == 0
        for preset in lab.locator(".presets button").all()[:2]:
            preset.press("Enter")
            assert (
                page.tab.evaluate(
                    "() => document.getAnimations().filter((each) => each.effect.target.closest('.intimacy')).length"
                )
                == 0
            )
    page.tab.emulate_media(reduced_motion="no-preference")


def test_high_contrast_keeps_states_rings_and_lines(page: Page) -> None:
    for scheme in ("dark", "light"):
        page.tab.emulate_media(forced_colors="active", color_scheme=scheme)
        page.tab.wait_for_timeout(300)
        assert {each.get_attribute("data-theme") for each in widgets(page)} == {scheme}
        for group in page.tab.locator(".intimacy .presets").all():
            looks = group.locator("button").evaluate_all(
                "all => all.map((each) => [each.ariaPressed, getComputedStyle(each).backgroundColor])"
            )
            chosen, others = ({paint for state, paint in looks if (state == "true") is on} for on in (True, False))
            assert not chosen & others, looks
    page.tab.emulate_media(forced_colors="none", color_scheme="light")


def test_axe_finds_nothing_with_every_fold_open(page: Page) -> None:
    folded(page, open=True)
    ours, rules = faults(page)
    assert ours == []
    assert rules <= UPSTREAM["app"].keys()


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_axe_finds_nothing_in_the_dark(name: str, browser: Any, lessons: Server) -> None:
    page = opened(browser, lessons, name, theme="dark", color_scheme="dark")
    assert {each.get_attribute("data-theme") for each in widgets(page)} == {"dark"}
    folded(page, open=True)
    ours, rules = faults(page)
    page.close()
    assert ours == []
    assert rules <= UPSTREAM["app"].keys()


# One notebook of each kind: the way in, a body that turns, a game and the class, a bench.
WALKED = ("00_start_here", "01_neural_pathways", "04_oxytocin_trust", "05_vasopressin_bonding")


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_jupyterlab_by_keyboard_and_in_the_dark(name: str, browser: Any, jupyter: Server) -> None:
    page = Page(browser)
    page.open_lab(jupyter, f"notebooks/{name}.ipynb")
    page.tab.keyboard.press("Control+Shift+C")
    page.tab.locator(".lm-CommandPalette-input:focus").wait_for()
    page.tab.keyboard.type("Run All Cells")
    page.tab.keyboard.press("Enter")
    page.wait_for_all(name)
    page.wait_for_idle()
    if name in WALKED:
        page.tab.locator(".jp-Cell").first.click()
        assert reached_and_worked(page) == []
        assert pressed_backwards(page) == []
        # Escape is the way out of a widget, to its cell and JupyterLab's own keys.
        page.tab.locator(".intimacy input[type=range]").first.press("Escape")
        assert page.tab.evaluate("() => document.activeElement.matches('.jp-Cell')")
    page.menu("Settings", "Theme", "JupyterLab Dark")
    page.tab.wait_for_function(
        "() => [...document.querySelectorAll('.intimacy')].every((each) => each.dataset.theme === 'dark')"
    )
    folded(page, open=True)
    ours, rules = faults(page)
    page.menu("Settings", "Theme", "JupyterLab Light")
    page.close()
    jupyter.stop_kernels()
    assert ours == []
    assert rules <= UPSTREAM["jupyterlab"].keys()


PAGES = {"jupyterlab": "lab/tree/notebooks/{}.ipynb", "notebook7": "notebooks/notebooks/{}.ipynb"}


@pytest.mark.parametrize("front_end", UPSTREAM)
def test_each_named_fault_of_a_front_end_still_shows(
    front_end: str, browser: Any, jupyter: Server, lessons: Server
) -> None:
    """A name that no page shows any more must leave the list."""
    seen = set()
    for name in ("00_start_here", "04_oxytocin_trust"):
        page = Page(browser)
        if front_end == "app":
            page.tab.goto(lessons.url(f"voila/render/{name}.ipynb"), timeout=120_000)
        else:
            page.tab.goto(jupyter.url(PAGES[front_end].format(name)))
            page.tab.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", timeout=90_000)
            page.tab.wait_for_timeout(1500)
            page.run_all()
        page.wait_for_all(name)
        seen |= faults(page)[1]
        page.close()
    jupyter.stop_kernels()
    assert UPSTREAM[front_end].keys() - seen == set()
