"""Pictures that are there before they are asked for, in real JupyterLab: what the page asks, shows and tells Python."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import nbformat
import pytest

from flagship import BLOOD, LOOP, noticed, settled
from pages import Page, Server

NAME = "frames.ipynb"
CELLS = (
    "from intimacy.labs import oxytocin_trust as labs\nlab = labs.the_loop()\nlab",
    "from intimacy.labs import emotional_resonance\nfilm = emotional_resonance.in_step()\nfilm",
    "slow = labs.the_blood()\nsimulate = slow._simulate\ndef waits(parameters):\n    import time\n    time.sleep(0.2)\n"
    "    return simulate(parameters)\nslow._simulate = waits\nslow",
    "print('Python knows', lab.values['reliability'], lab.seed)",
    "lab.set(reliability=0.3)",
    "print('it keeps', len(lab.pinned['traces']['belief']['y']) // 4 if lab.pinned else 'no', 'points')",
    "print('The table:', lab.table().to_csv(index=False))",
)
PROMISES = "Promises the partner keeps"
FILM = "Two clocks nudge each other"


class Talk:
    """What a page and its kernel say to one another about pictures."""

    def __init__(self, page: Page) -> None:
        self.asked: list[dict[str, Any]] = []
        self.page = page
        page.tab.on("websocket", lambda socket: socket.on("framesent", self._sent))

    def _sent(self, message: Any) -> None:
        raw = message if isinstance(message, bytes) else message.encode()
        start = raw.find(b'{"method":"custom"')
        if start >= 0:
            self.asked.append(json.JSONDecoder().raw_decode(raw[start:].decode(errors="ignore"))[0]["content"])

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [each for each in self.asked if each["kind"] == kind]


@pytest.fixture(scope="module")
def opened(browser: Any, jupyter: Server) -> Iterator[tuple[Page, Talk]]:
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    notebook.cells = [nbformat.v4.new_code_cell(each) for each in CELLS]
    nbformat.write(notebook, jupyter.folder / NAME)
    page = Page(browser)
    talk = Talk(page)
    page.open_lab(jupyter, NAME)
    page.run_all(3)
    page.tab.set_default_timeout(10_000)
    reset(page, page.lab(LOOP))
    yield page, talk
    page.close()
    jupyter.stop_kernels()


@pytest.fixture
def page(opened: tuple[Page, Talk]) -> Iterator[Page]:
    reset(opened[0], opened[0].lab(LOOP))
    yield opened[0]
    assert opened[0].complaints == []


@pytest.fixture
def talk(opened: tuple[Page, Talk]) -> Talk:
    return opened[1]


def slider(lab: Any, name: str) -> Any:
    return lab.get_by_role("slider", name=name)


def ahead(page: Page, lab: Any, control: Any, name: str) -> None:
    """Put the focus on a control and wait until the pictures along it are there."""
    lab.evaluate("() => document.activeElement.blur()")
    control.focus()
    page.tab.wait_for_function(
        "([node, name]) => node.dataset.ahead?.split(' ').includes(name)", arg=[lab.element_handle(), name]
    )


def seen(lab: Any) -> list[str]:
    """Return all that a learner sees of a state: curves, labels, values, sentence, code."""
    return lab.evaluate(
        """async (node) => {
          await new Promise((resolve) => setTimeout(resolve, 120));
          const marks = node.querySelectorAll('.trace path, path.point, .annotation');
          const drawn = [...marks].map((each) => each.outerHTML);
          return [...drawn, ...['.shown', '.sentence', 'code'].map((each) => node.querySelector(each).textContent)];
        }"""
    )


def shown(lab: Any) -> str:
    return str(lab.locator(".shown").text_content())


def answered(page: Page, lab: Any) -> None:
    """Wait until Python has been told of what is on show."""
    page.tab.wait_for_function("node => !node.querySelector('[data-behind]')", arg=lab.element_handle())
    settled(page, lab)


def run_cell(page: Page, text: str) -> str:
    """Run the cell that holds a text, and return what it prints."""
    cell = page.tab.locator(".jp-CodeCell").filter(has_text=text).first
    cell.scroll_into_view_if_needed()
    prompt = cell.locator(".jp-InputPrompt")
    before = prompt.text_content()
    cell.locator(".cm-content").click()
    page.tab.keyboard.press("Control+Enter")
    page.tab.wait_for_function(
        "([node, before]) => /\\d/.test(node.textContent) && node.textContent !== before",
        arg=[prompt.element_handle(), before],
    )
    return str(cell.locator(".jp-OutputArea").text_content())


def reset(page: Page, lab: Any) -> None:
    """Go back to the start, and wait until Python has been told."""
    lab.get_by_role("button", name="Reset").click()
    answered(page, lab)


@contextmanager
def still_kernel(jupyter: Server) -> Iterator[None]:
    """Hold the kernel: whatever the page shows now, it has."""
    kernel = jupyter.kernel_process(NAME)
    os.kill(kernel, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(kernel, signal.SIGCONT)


def test_with_its_pictures_there_a_control_moves_without_the_kernel(page: Page, jupyter: Server) -> None:
    lab = page.lab(LOOP)
    ahead(page, lab, slider(lab, PROMISES), "reliability")
    before = seen(lab)
    with still_kernel(jupyter):
        page.tab.keyboard.press("ArrowLeft")
        lab.locator(".shown").filter(has_text="q = 0.75 ·").wait_for(timeout=500)
        after = seen(lab)
        page.tab.keyboard.press("Home")
        lab.locator(".shown").filter(has_text="q = 0 ·").wait_for(timeout=500)
        page.tab.keyboard.press("ArrowRight")
        lab.locator(".shown").filter(has_text="q = 0.05 ·").wait_for(timeout=500)
    assert before[-3] != after[-3]
    assert before[-2] != after[-2]
    assert "reliability=0.75" in after[-1]
    assert before[:-3] != after[:-3]
    answered(page, lab)
    reset(page, lab)


@pytest.mark.parametrize(
    ("role", "label", "name", "keys"),
    [
        ("slider", PROMISES, "reliability", ["ArrowLeft", "End", "Home"]),
        ("slider", "Learning rate", "learning_rate", ["ArrowRight", "ArrowRight", "End"]),
        ("spinbutton", "Learning rate", "learning_rate", ["ArrowUp", "ArrowDown"]),
        ("combobox", None, "hypothesis", ["ArrowDown", "ArrowDown"]),
    ],
)
def test_a_picture_that_was_there_is_the_one_that_python_draws(
    page: Page, jupyter: Server, role: str, label: str | None, name: str, keys: list[str]
) -> None:
    lab = page.lab(LOOP)
    lab.get_by_role("button", name="Draw again").click()  # another seed than at the start
    settled(page, lab)
    control = lab.get_by_role(role, **({"name": label} if label else {})).first
    for key in keys:
        ahead(page, lab, control, name)
        with still_kernel(jupyter):
            control.press(key)
            ready = seen(lab)
        answered(page, lab)
        assert seen(lab) == ready
    assert "seed=8" in ready[-1]
    reset(page, lab)


def test_a_control_that_the_page_moves_below_a_resting_hand_is_not_looked_along(page: Page, talk: Talk) -> None:
    lab = page.lab(LOOP)
    ahead(page, lab, slider(lab, PROMISES), "reliability")
    box = slider(lab, "Outside dose").bounding_box()
    x, y = box["x"] + 20, box["y"] + box["height"] / 2
    page.tab.mouse.move(x, y - 200)
    talk.asked.clear()
    lab.evaluate("node => { node.style.translate = '0 -200px'; }")
    page.tab.wait_for_function(
        "([node, x, y]) => node.contains(document.elementFromPoint(x, y)?.closest('.control'))"
        " && document.elementFromPoint(x, y).closest('.control').matches(':hover')",
        arg=[lab.element_handle(), x, y - 200],
    )
    page.tab.wait_for_timeout(500)
    assert talk.of("frames") == []
    page.tab.mouse.move(x + 5, y - 200)
    page.tab.wait_for_timeout(500)
    assert [each["name"] for each in talk.of("frames")] == ["outside_dose"]
    lab.evaluate("node => { node.style.translate = ''; }")


def test_another_control_makes_them_stale(page: Page, jupyter: Server) -> None:
    lab = page.lab(LOOP)
    ahead(page, lab, slider(lab, PROMISES), "reliability")
    slider(lab, "Learning rate").press("ArrowRight")
    lab.locator(".shown").filter(has_text="α = 0.11").wait_for()
    settled(page, lab)
    assert "reliability" not in lab.get_attribute("data-ahead").split()
    ahead(page, lab, slider(lab, PROMISES), "reliability")
    with still_kernel(jupyter):
        page.tab.keyboard.press("ArrowLeft")
        ready = seen(lab)
    assert "q = 0.75 ·" in ready[-3]
    assert "α = 0.11" in ready[-3]
    answered(page, lab)
    assert seen(lab) == ready
    reset(page, lab)


def test_what_python_does_to_the_lab_makes_them_stale(page: Page, jupyter: Server) -> None:
    lab = page.lab(LOOP)
    ahead(page, lab, slider(lab, PROMISES), "reliability")
    run_cell(page, "lab.set(")
    lab.locator(".shown").filter(has_text="q = 0.3 ·").wait_for()
    ahead(page, lab, slider(lab, PROMISES), "reliability")
    with still_kernel(jupyter):
        page.tab.keyboard.press("ArrowRight")
        ready = seen(lab)
    assert "q = 0.35 ·" in ready[-3]
    answered(page, lab)
    assert seen(lab) == ready
    reset(page, lab)


def test_python_hears_once_of_where_the_learner_rests(page: Page, talk: Talk) -> None:
    lab = page.lab(LOOP)
    ahead(page, lab, slider(lab, PROMISES), "reliability")
    talk.asked.clear()
    # In one go: on a busy machine two presses may lie so far apart that the learner seems to rest between them.
    slider(lab, PROMISES).evaluate("""(slider) => {
      for (let step = 0; step < 6; step += 1) {
        slider.stepDown();
        slider.dispatchEvent(new Event('input', { bubbles: true }));
      }
    }""")
    answered(page, lab)
    assert [each["values"]["reliability"] for each in talk.of("set")] == [0.5]
    assert "Python knows 0.5 7" in run_cell(page, "Python knows")
    reset(page, lab)


def test_python_hears_at_once_when_the_learner_goes_on_to_a_cell(page: Page, talk: Talk) -> None:
    lab = page.lab(LOOP)
    ahead(page, lab, slider(lab, PROMISES), "reliability")
    cell = page.tab.locator(".jp-CodeCell").filter(has_text="Python knows").first
    cell.locator(".cm-content").evaluate("node => { globalThis.cell_ = node }")
    page.tab.keyboard.press("ArrowLeft")
    page.tab.evaluate("() => globalThis.cell_.focus()")
    page.tab.keyboard.press("Control+Enter")
    cell.locator(".jp-OutputArea").filter(has_text="Python knows 0.75 7").wait_for()
    reset(page, lab)


def test_python_hears_of_what_is_on_show_when_what_came_after_it_is_refused(page: Page) -> None:
    lab = page.lab(LOOP)
    ahead(page, lab, slider(lab, PROMISES), "reliability")
    page.tab.keyboard.press("ArrowLeft")
    lab.evaluate(
        """(lab) => {
          const box = lab.querySelector('input[type=number][aria-label^="Learning rate"]');
          box.value = '7';
          box.dispatchEvent(new Event('change', { bubbles: true }));
        }"""
    )
    lab.get_by_text("Learning rate must be between 0 and 0.6, got 7").wait_for()
    answered(page, lab)
    assert "q = 0.75 ·" in shown(lab)
    assert "Python knows 0.75 7" in run_cell(page, "Python knows")
    reset(page, lab)


def test_an_open_table_is_filled_anew_for_each_state_and_every_question_for_it_is_answered(page: Page) -> None:
    lab = page.lab(LOOP)
    lab.get_by_text("The numbers as a table").click()
    lab.locator(".table table").wait_for()
    control = slider(lab, "Learning rate")
    for key in ("ArrowRight", "ArrowLeft", "ArrowRight", "End", "Home"):
        control.press(key)
    lab.locator(".table caption").filter(has_text=re.compile("α = 0$")).wait_for()
    page.tab.wait_for_timeout(3500)  # as long as a question for a table waits before it says that Python is silent
    assert not lab.locator(".notice").is_visible()
    lab.get_by_text("The numbers as a table").click()
    reset(page, lab)


def test_a_fast_drag_over_ready_pictures_ends_on_the_last_value(page: Page, talk: Talk) -> None:
    lab = page.lab(LOOP)
    control = slider(lab, PROMISES)
    ahead(page, lab, control, "reliability")
    talk.asked.clear()
    control.evaluate(
        """async (slider) => {
          for (let step = 0; step < 60; step += 1) {
            slider.value = (step % 20) / 20;
            slider.dispatchEvent(new Event('input', { bubbles: true }));
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
          slider.value = 0.35;
          slider.dispatchEvent(new Event('input', { bubbles: true }));
        }"""
    )
    assert "q = 0.35" in shown(lab)
    answered(page, lab)
    assert len(talk.of("set")) == 1
    assert control.input_value() == "0.35"
    assert "q = 0.35" in shown(lab)
    reset(page, lab)


def test_an_answer_from_before_never_comes_over_a_newer_picture(page: Page, jupyter: Server) -> None:
    lab = page.lab(LOOP)
    ahead(page, lab, slider(lab, PROMISES), "reliability")
    lab.locator(".shown").evaluate(
        """node => {
          globalThis.shown_ = [];
          new MutationObserver(() => globalThis.shown_.push(node.textContent.match(/q = ([\\d.]+)/)[1]))
            .observe(node, { childList: true });
        }"""
    )
    with still_kernel(jupyter):
        page.tab.keyboard.press("ArrowLeft")
        page.tab.wait_for_timeout(400)  # Python is told, and does not answer yet
        page.tab.keyboard.press("ArrowLeft")
        page.tab.wait_for_timeout(50)
    answered(page, lab)
    values = page.tab.evaluate("() => globalThis.shown_")
    assert values[:2] == ["0.75", "0.7"]
    assert set(values[2:]) == {"0.7"}
    reset(page, lab)


def test_a_curve_pinned_without_the_kernel_is_the_one_that_python_keeps(page: Page, jupyter: Server) -> None:
    lab = page.lab(LOOP)
    ahead(page, lab, slider(lab, PROMISES), "reliability")
    ghosts = "node => node.data.filter((each) => each.meta.startsWith('pinned:')).map((each) => [...each.y])"
    with still_kernel(jupyter):
        page.tab.keyboard.press("ArrowLeft")
        lab.get_by_role("button", name="Pin this curve").click()
        page.tab.wait_for_timeout(150)
        kept = lab.locator(".picture").evaluate(ghosts)
        slider(lab, PROMISES).press("Home")
        page.tab.wait_for_timeout(150)
        assert "q = 0.75" in lab.locator(".pinned").text_content()
        assert lab.locator(".picture").evaluate(ghosts) == kept
        assert min(map(len, kept)) > 0
    answered(page, lab)
    assert lab.locator(".picture").evaluate(ghosts) == kept
    assert "it keeps 60 points" in run_cell(page, "it keeps")
    lab.get_by_role("button", name="Unpin").click()
    reset(page, lab)


def test_an_open_table_follows_to_the_state_on_show(page: Page) -> None:
    lab = page.lab(LOOP)
    ahead(page, lab, slider(lab, PROMISES), "reliability")
    lab.get_by_text("The numbers as a table").click()
    lab.locator("table tbody tr").first.wait_for()
    slider(lab, PROMISES).press("ArrowLeft")
    assert "q = 0.75" in shown(lab)
    lab.locator("table caption").filter(has_text="q = 0.75").wait_for()
    lab.locator(".table:not([data-behind])").first.wait_for()
    lab.get_by_text("The numbers as a table").click()
    slider(lab, PROMISES).press("ArrowLeft")
    with page.tab.expect_download() as download:
        lab.get_by_role("button", name="Download as CSV").click()
    csv = download.value.path().read_text()
    assert "q = 0.7 ·" in shown(lab)
    assert csv.strip() == run_cell(page, "to_csv").split("The table:")[1].strip()
    reset(page, lab)


def test_of_a_film_the_last_picture_is_there_and_the_film_follows(page: Page, talk: Talk, jupyter: Server) -> None:
    lab = page.lab(FILM)
    control = lab.locator(".controls input[type=range]").first
    name = lab.evaluate("node => node.querySelector('.controls input').id").split("-")[1]
    control.scroll_into_view_if_needed()
    ahead(page, lab, control, name)
    with still_kernel(jupyter):
        control.press("ArrowRight")
        ready = seen(lab)
    answered(page, lab)
    assert seen(lab) == ready
    assert talk.of("film") == []
    lab.get_by_role("button", name="Step").click()  # the film is asked for when the hand comes near
    page.tab.wait_for_function(
        "([node, end]) => [...node.querySelectorAll('.trace path')].some((each) => !end.includes(each.outerHTML))",
        arg=[lab.element_handle(), ready],
    )
    assert len(talk.of("film")) == 1
    first = seen(lab)
    assert first[-3:] == ready[-3:]
    talk.asked.clear()
    control.press("ArrowRight")  # in the middle of the film only the whole film will do
    assert len(talk.of("set")) == 1
    settled(page, lab)
    assert seen(lab) != first
    reset(page, lab)


def test_a_lab_too_slow_to_take_part_says_so_and_answers_as_before(page: Page) -> None:
    lab = page.lab(BLOOD)
    lab.scroll_into_view_if_needed()
    dose = lab.get_by_role("slider", name="Dose", exact=True)
    dose.focus()
    lab.locator(".note").filter(has_text="seconds to compute, so each is computed when you ask for it.").wait_for()
    dose.press("Home")
    lab.locator(".shown").filter(has_text="dose: 0 IU").wait_for()


def test_where_python_is_silent_the_notice_names_what_is_on_show(page: Page, jupyter: Server) -> None:
    lab = page.lab(LOOP)
    ahead(page, lab, slider(lab, PROMISES), "reliability")
    with still_kernel(jupyter):
        page.tab.keyboard.press("ArrowLeft")
        noticed(page, lab, "The picture still shows oxytocin softens the fear of betrayal · q = 0.75 ·")
        page.tab.keyboard.press("ArrowLeft")
        noticed(page, lab, "q = 0.7 ·")
        assert "q = 0.7 ·" in shown(lab)
    lab.locator(".notice").wait_for(state="hidden")
    answered(page, lab)
    assert "Python knows 0.7 7" in run_cell(page, "Python knows")
    reset(page, lab)


def test_where_python_has_stopped_pictures_that_were_there_move_no_more(page: Page, jupyter: Server) -> None:
    lab = page.lab(LOOP)
    ahead(page, lab, slider(lab, PROMISES), "reliability")
    page.tab.keyboard.press("ArrowLeft")
    os.kill(jupyter.kernel_process(NAME), signal.SIGKILL)
    noticed(page, lab, "Python has stopped")
    noticed(page, lab, "q = 0.75 ·")
    page.tab.get_by_role("button", name="Ok", exact=True).click()
    before = seen(lab)
    slider(lab, PROMISES).press("ArrowLeft")
    assert seen(lab) == before
    assert "q = 0.75 ·" in shown(lab)
    assert lab.get_attribute("data-stale") is not None
