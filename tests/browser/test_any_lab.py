"""What any lab must survive, on a notebook of its own: shown twice, hidden and shown, an error in the model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import nbformat
import pytest

from flagship import BLOOD
from pages import Page, Server

CELLS = (
    "from intimacy.labs import oxytocin_trust as labs\nlab = labs.the_blood()\nlab",
    "lab",
    "def broken(parameters):\n    if parameters.dose > 30:\n        raise RuntimeError('out of hormone')\n"
    "    return lab._simulate(parameters)\n\nfragile = labs.the_blood()\nfragile._simulate = broken\nfragile",
)


@pytest.fixture(scope="module")
def page(browser: Any, jupyter: Server) -> Iterator[Page]:
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    notebook.cells = [nbformat.v4.new_code_cell(each) for each in CELLS]
    nbformat.write(notebook, jupyter.folder / "any_lab.ipynb")
    page = Page(browser)
    page.open_lab(jupyter, "any_lab.ipynb")
    page.run_all(len(CELLS))
    yield page
    page.close()
    jupyter.stop_kernels()


def labs(page: Page) -> list[Any]:
    return page.tab.locator(".intimacy").filter(has=page.tab.get_by_role("heading", name=BLOOD)).all()


def shows(lab: Any, text: str) -> None:
    lab.locator(".shown").filter(has_text=text).wait_for(timeout=5000)


def test_two_views_of_a_lab_stay_equal(page: Page) -> None:
    first, second, _ = labs(page)
    first.get_by_role("slider", name="Dose", exact=True).focus()
    page.tab.keyboard.press("Home")
    shows(second, "dose: 0 IU")
    assert second.get_by_role("slider", name="Dose", exact=True).input_value() == "0"
    assert first.locator(".sentence").text_content() == second.locator(".sentence").text_content()
    second.get_by_role("button", name="Pin this curve").click()
    first.get_by_role("button", name="Unpin").click()
    second.get_by_role("button", name="Reset").click()
    shows(first, "dose: 24 IU")


def test_a_lab_that_was_hidden_is_whole_when_shown_again(page: Page) -> None:
    width = labs(page)[0].locator(".picture svg").first.bounding_box()["width"]
    collapser = page.tab.locator(".jp-Cell").first.locator(".jp-OutputCollapser .jp-Collapser-child")
    collapser.click()
    page.tab.wait_for_function(f"() => document.querySelectorAll('.intimacy').length === {len(CELLS) - 1}")
    other = labs(page)[0]
    other.get_by_role("slider", name="Dose", exact=True).focus()
    page.tab.keyboard.press("End")
    shows(other, "dose: 48 IU")
    collapser.click()
    page.wait_for_labs(len(CELLS))
    again = labs(page)[0]
    shows(again, "dose: 48 IU")
    page.tab.wait_for_timeout(500)
    assert again.locator(".picture svg").first.bounding_box()["width"] == pytest.approx(width, abs=2)
    again.get_by_role("button", name="Reset").click()
    shows(again, "dose: 24 IU")


def test_an_error_in_the_model_is_told_to_the_learner_and_the_lab_goes_on(page: Page) -> None:
    fragile = labs(page)[2]
    fragile.get_by_role("slider", name="Dose", exact=True).focus()
    before = fragile.locator(".sentence").text_content()
    page.tab.keyboard.press("End")
    fragile.get_by_text("The model stopped: out of hormone.").wait_for()
    assert fragile.locator(".sentence").text_content() == before
    page.tab.keyboard.press("Home")
    shows(fragile, "dose: 0 IU")
    assert not fragile.locator(".notice").is_visible()


def test_a_fast_drag_ends_on_the_last_value(page: Page) -> None:
    first = labs(page)[0]
    first.get_by_role("slider", name="Dose", exact=True).evaluate(
        """async (slider) => {
          for (let step = 0; step < 60; step += 1) {
            slider.value = step % 48;
            slider.dispatchEvent(new Event('input', { bubbles: true }));
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
          slider.value = 37;
          slider.dispatchEvent(new Event('input', { bubbles: true }));
        }"""
    )
    shows(first, "dose: 37 IU")
    page.tab.wait_for_timeout(500)
    assert first.get_by_role("slider", name="Dose", exact=True).input_value() == "37"
    assert "dose: 37 IU" in first.locator(".shown").text_content()


def test_motion_is_not_offered_to_those_who_asked_for_less(browser: Any, jupyter: Server) -> None:
    page = Page(browser, reduced_motion="reduce")
    page.open_lab(jupyter, "any_lab.ipynb")
    page.run_all(len(CELLS))
    lab = labs(page)[0]
    assert not lab.get_by_role("button", name="Play").is_visible()
    assert lab.get_by_role("button", name="Step").is_visible()
    page.close()
