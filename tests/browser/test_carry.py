"""A state is carried across a restart in JupyterLab: copied from a page whose Python is dead, pasted, all back."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from flagship import noticed
from pages import CLIPBOARD, Page, Server, voila_server

STEM = "carried"
CELLS = (
    f"from intimacy.widgets import Carry\nCarry('{STEM}')",
    "from intimacy.labs import oxytocin_trust as labs\nfrom intimacy.lessons import oxytocin_trust as lessons\n"
    "bet = lessons.bet_double_dose()\nbet",
    "labs.the_blood()",
    "labs.trust_game()",
    "lessons.quiz()",
    "from intimacy.labs import vasopressin_bonding\nvasopressin_bonding.the_virtual_vole()",
)
LAB, GAME = "Ten minutes in the blood", "How much do you trust a partner"


def make_notebook(folder: Path) -> None:
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    notebook.cells = [nbformat.v4.new_code_cell(each) for each in CELLS]
    nbformat.write(notebook, folder / f"{STEM}.ipynb")


@pytest.fixture(scope="module")
def page(browser: Any, jupyter: Server) -> Iterator[Page]:
    make_notebook(jupyter.folder)
    page = Page(browser, permissions=CLIPBOARD)
    page.open_lab(jupyter, f"{STEM}.ipynb")
    page.run_all(len(CELLS))
    yield page
    page.close()
    jupyter.stop_kernels()


def desk(page: Page) -> Any:
    return page.tab.locator(".intimacy-carry")


def play(page: Page) -> None:
    """Place a bet, move a slider, send twice, answer a question, run an experiment."""
    bet = page.tab.locator(".intimacy-bet")
    bet.get_by_role("radio").nth(1).check()
    bet.get_by_role("button", name="Place my bet").click()
    bet.get_by_text("You bet:").wait_for()
    page.lab(LAB).get_by_role("slider", name="Dose", exact=True).focus()
    page.tab.keyboard.press("End")
    page.lab(LAB).locator(".shown").filter(has_text="dose: 48 IU").wait_for()
    for number in (1, 2):
        page.lab(GAME).get_by_role("button", name="Send all 12").click(delay=400)
        page.lab(GAME).get_by_text(f"Round {number}: You sent").first.wait_for(state="attached")
    quiz = page.tab.locator(".intimacy-quiz .question").first
    quiz.get_by_role("radio").nth(1).check()
    quiz.get_by_role("button", name="Check question 1").click()
    quiz.get_by_text("(1 try)").wait_for()
    bench = page.tab.locator(".intimacy-bench")
    bench.get_by_role("radio").first.check()
    bench.get_by_role("button", name="Run the experiment").click()
    bench.locator(".log").get_by_text("(1)").wait_for()


def is_back(page: Page) -> None:
    """Wait until all that was done is there again."""
    page.tab.locator(".intimacy-bet").get_by_text("You bet:").wait_for()
    page.lab(LAB).locator(".shown").filter(has_text="dose: 48 IU").wait_for()
    assert page.lab(LAB).get_by_role("slider", name="Dose", exact=True).input_value() == "48"
    page.lab(GAME).get_by_text("Round 2: You sent").first.wait_for(state="attached")
    quiz = page.tab.locator(".intimacy-quiz .question").first
    quiz.get_by_text("(1 try)").wait_for()
    assert quiz.get_by_role("radio").nth(1).is_checked()
    page.tab.locator(".intimacy-bench .log").get_by_text("(1)").wait_for()


def is_fresh(page: Page) -> None:
    """Wait until nothing of it is there."""
    page.lab(LAB).locator(".shown").filter(has_text="dose: 24 IU").wait_for()
    assert page.tab.get_by_text("You bet:").count() == 0


def copied(page: Page) -> str:
    """Return the line that the page gives to be kept."""
    desk(page).locator("summary").click()
    desk(page).get_by_role("button", name="Copy my state").click()
    desk(page).get_by_text("Copied: 5 things").wait_for()
    return str(page.tab.evaluate("() => navigator.clipboard.readText()"))


def paste(page: Page, line: str) -> None:
    desk(page).locator("summary").click()
    desk(page).get_by_role("textbox").last.fill(line)
    desk(page).get_by_role("button", name="Bring it back").click()


def test_a_state_is_copied_from_the_notice_of_a_dead_kernel_and_all_is_back_after_a_restart(
    page: Page, jupyter: Server
) -> None:
    play(page)
    os.kill(jupyter.kernel_process(f"{STEM}.ipynb"), signal.SIGKILL)
    noticed(page, page.lab(LAB), "Python has stopped")
    page.tab.get_by_role("button", name="Ok", exact=True).click()
    page.lab(LAB).locator(".notice").get_by_role("button", name="Copy my state").click()
    page.lab(LAB).locator(".notice").get_by_text("Copied: 5 things").wait_for()
    line = page.tab.evaluate("() => navigator.clipboard.readText()")
    assert line.startswith(f"intimacy.1.{STEM}.")
    assert "\n" not in line
    assert len(line) < 400
    page.tab.wait_for_selector("text=/\\| Idle/", timeout=30_000)
    page.run_all(len(CELLS))
    page.tab.wait_for_function("() => [...document.querySelectorAll('.notice')].every((each) => each.hidden)")
    is_fresh(page)
    paste(page, line)
    desk(page).get_by_text("Back: 5 of 5.").wait_for()
    is_back(page)
    assert page.complaints == []


def test_a_changed_line_is_refused_in_a_sentence_and_stays_in_its_box(page: Page) -> None:
    desk(page).get_by_role("textbox").last.fill(f"intimacy.1.{STEM}.AAAA.00000000")
    desk(page).get_by_role("button", name="Bring it back").click()
    desk(page).get_by_text("whose checksum 00000000 is wrong").wait_for()
    assert desk(page).get_by_role("textbox").last.input_value() != ""


def test_without_leave_to_use_the_clipboard_the_line_stands_selected_in_a_box(page: Page) -> None:
    page.tab.evaluate("() => (navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')))")
    desk(page).get_by_role("button", name="Copy my state").click()
    desk(page).get_by_text("Press Ctrl+C").wait_for()
    selected = page.tab.evaluate("() => getSelection().toString()")
    assert selected.startswith(f"intimacy.1.{STEM}.")


@pytest.mark.everyone
def test_in_notebook_7_what_was_pasted_is_there_again_when_the_cells_run_again(
    new_page: Callable[..., Page], jupyter: Server
) -> None:
    folder = jupyter.folder / "again"
    folder.mkdir()
    make_notebook(folder)
    first, other = new_page(permissions=CLIPBOARD), new_page()
    first.open_lab(jupyter, f"again/{STEM}.ipynb")
    first.run_all(len(CELLS))
    play(first)
    line = copied(first)
    first.run_all(len(CELLS))
    is_fresh(first)
    paste(first, line)
    desk(first).get_by_text("Back: 5 of 5.").wait_for()
    other.tab.goto(jupyter.url(f"notebooks/again/{STEM}.ipynb"))
    other.tab.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    other.tab.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", timeout=60_000)
    other.run_all(len(CELLS))  # in the kernel into which the first page has pasted
    desk(other).get_by_text("Back: 5 of 5.").wait_for()
    is_back(other)


@pytest.mark.everyone
def test_in_voila_what_was_copied_is_back_after_a_reload(
    new_page: Callable[..., Page], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("voila")
    make_notebook(folder)
    server = voila_server(folder, f"{STEM}.ipynb")
    try:
        app = new_page(permissions=CLIPBOARD)
        app.tab.goto(server.url(""), timeout=90_000)
        app.wait_for_labs(len(CELLS))
        play(app)
        line = copied(app)
        app.tab.reload(timeout=90_000)
        app.wait_for_labs(len(CELLS))
        is_fresh(app)
        paste(app, line)
        desk(app).get_by_text("Back: 5 of 5.").wait_for()
        is_back(app)
    finally:
        server.close()
