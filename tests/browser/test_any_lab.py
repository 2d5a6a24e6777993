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
    "from intimacy.models.oxytocin_trust import kinetics\nfrom intimacy.widgets import Bench, Prediction\n"
    "def simulate(parameters, seed):\n    return kinetics.simulate_kinetics(parameters)\n\n"
    "outcome = lambda _, r: 'high' if r.peak > 10 else 'low'\n"
    "high = Prediction('How high?', {'low': 'Below 10', 'high': 'Above'}, outcome)\n"
    "row = lambda _, r: {'Peak': f'{r.peak:.1f}'}\n"
    "Bench('A spray to design', kinetics.IntranasalDose(), simulate, labs._blood_figure, labs._draw_blood,\n"
    "      labs._describe_blood, prediction=high, row=row, seed=1)",
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


def test_a_value_stays_on_one_line_and_a_symbol_has_its_subscript(page: Page) -> None:
    bench = page.lab("A spray to design")
    shown = bench.locator(".shown")
    assert bench.locator(".symbol sub").first.text_content() == "c"
    assert shown.locator("sub").first.text_content() == "c"
    assert "_" not in shown.text_content()
    assert " · Vc = 0.15 L" in shown.text_content()
    assert {each.text_content().strip()[-1] for each in shown.locator(".on-one-line").all()[:-1]} == {"·"}
    lab = labs(page)[0]
    lab.get_by_role("slider", name="Share of the dose that goes straight").press("End")
    kept = lab.locator(".sentence .on-one-line")
    kept.first.wait_for()
    assert all(each.text_content().endswith(" %") for each in kept.all())
    rows = "node => node.getClientRects().length"
    assert {each.evaluate(rows) for each in [*kept.all(), *shown.locator(".on-one-line").all()]} == {1}
    lab.get_by_role("button", name="Reset").click()
    shows(lab, "dose: 24 IU")


@pytest.mark.everyone
def test_motion_is_not_offered_to_those_who_asked_for_less(browser: Any, jupyter: Server) -> None:
    page = Page(browser, reduced_motion="reduce")
    page.open_lab(jupyter, "any_lab.ipynb")
    page.run_all(len(CELLS))
    lab = labs(page)[0]
    assert not lab.get_by_role("button", name="Play").is_visible()
    assert lab.get_by_role("button", name="Step").is_visible()
    page.close()


def test_a_bench_runs_only_what_was_predicted_and_logs_it(page: Page) -> None:
    bench = page.lab("A spray to design")
    bench.scroll_into_view_if_needed()
    sentence, shown = bench.locator(".sentence"), bench.locator(".shown")
    example = sentence.text_content()
    dose = bench.get_by_role("slider", name="Dose", exact=True)
    dose.press("Home")
    bench.get_by_text("You have changed the design.").wait_for()
    bench.get_by_role("button", name="Run the experiment").click()
    bench.get_by_text("Say first what you expect.").wait_for()
    assert sentence.text_content() == example
    assert "dose: 24 IU" in shown.text_content()
    bench.get_by_role("radio", name="Below 10").press("Space")
    bench.get_by_role("button", name="Run the experiment").press("Enter")
    shown.filter(has_text="dose: 0 IU").wait_for()
    bench.get_by_text("You have changed the design.").wait_for(state="hidden")
    assert sentence.text_content() != example
    assert dose.input_value() == "0"
    cells = bench.locator(".log tbody tr").first.locator("td").all_text_contents()
    assert cells[0] == "1"
    assert cells[2:4] == ["Below 10", "Below 10"]
    assert bench.get_by_role("radio", name="Below 10").evaluate("node => !node.checked")
    with page.tab.expect_download() as download:
        bench.get_by_role("button", name="Download the log as CSV").click()
    assert download.value.path().read_text().splitlines()[0].startswith('"Run","Design","You said","It was"')
    bench.get_by_role("spinbutton", name="Dose, in IU", exact=True).fill("99")
    bench.get_by_role("radio", name="Above").press("Space")
    bench.get_by_role("button", name="Run the experiment").click()
    bench.get_by_text("Dose must be between 0 and 48, got 99").wait_for()
    assert bench.locator(".log tbody tr").count() == 1
    bench.get_by_role("button", name="Clear the log").click()
    bench.get_by_text("Nothing yet. Design, predict, run.").wait_for()
