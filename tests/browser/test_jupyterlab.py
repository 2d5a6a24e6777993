"""The flagship notebook in real JupyterLab: what a student does, and what goes wrong in a class."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from flagship import GAME, LABS, LOOP, READING, UPSTREAM, WIDGETS, faults, noticed, settled
from pages import FLAGSHIP, Page, Server


@pytest.fixture(scope="module")
def page(browser: Any, jupyter: Server) -> Iterator[Page]:
    """The flagship, all cells run, shared by the tests of this file that leave it as they found it."""
    page = Page(browser)
    page.open_lab(jupyter, FLAGSHIP)
    page.run_all(WIDGETS)
    yield page
    page.close()
    jupyter.stop_kernels()


def sliders(lab: Any) -> list[Any]:
    lab.locator("details:has(> .control)").evaluate_all("all => all.forEach((each) => (each.open = true))")
    return lab.locator(".controls input[type=range]").all()


def curves(lab: Any) -> str:
    return lab.locator(".picture").evaluate(
        "node => [...node.querySelectorAll('.trace path, path.point')].map((each) => each.outerHTML).join('')"
    )


def test_every_cell_runs_and_every_widget_shows(page: Page) -> None:
    assert page.tab.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").count() == 0
    for title in (*LABS, GAME, READING):
        assert page.lab(title).locator(".picture svg").count() > 0, title
    assert page.complaints == []


def test_plotly_crosses_the_wire_once_for_all_labs(page: Page) -> None:
    large = [size for size in page.received if size > 1_000_000]
    assert len(large) == 1
    assert large[0] < 2_000_000


@pytest.mark.parametrize("title", LABS)
def test_each_slider_reaches_both_ends_by_keyboard(page: Page, title: str) -> None:
    lab = page.lab(title)
    lab.scroll_into_view_if_needed()
    for slider in sliders(lab):
        slider.focus()
        for key, end in (("End", "max"), ("Home", "min")):
            before = lab.locator(".shown").text_content()
            at_end = slider.evaluate(f"node => node.value === node.{end}")
            page.tab.keyboard.press(key)
            if not at_end:
                page.tab.wait_for_function(
                    "([node, text]) => node.textContent !== text", arg=[lab.locator(".shown").element_handle(), before]
                )
            value = slider.evaluate(f"node => Number(node.{end})")
            words = slider.get_attribute("aria-valuetext")
            assert words.startswith(f"{value:g}"), words
            assert words in lab.locator(".shown").text_content()
            assert "NaN" not in curves(lab)
    lab.get_by_role("button", name="Reset").click()
    settled(page, lab)
    assert page.complaints == []


@pytest.mark.parametrize("title", LABS)
def test_each_preset_changes_the_sentence_and_reset_restores_it(page: Page, title: str) -> None:
    lab = page.lab(title)
    sentence = lab.locator(".sentence")
    lab.get_by_role("button", name="Reset").click()
    settled(page, lab)
    start, start_curves = sentence.text_content(), curves(lab)
    for preset in lab.locator(".presets button").all()[1:]:
        preset.click()
        page.tab.wait_for_function("node => node.getAttribute('aria-pressed') === 'true'", arg=preset.element_handle())
        assert sentence.text_content() != start
    lab.get_by_role("button", name="Reset").click()
    settled(page, lab)
    assert sentence.text_content() == start
    assert curves(lab) == start_curves


def test_an_arrow_key_moves_the_slider_and_not_the_notebook(page: Page) -> None:
    lab = page.lab(LOOP)
    slider = lab.get_by_role("slider", name="Promises the partner keeps")
    slider.focus()
    selected = page.tab.locator(".jp-Cell.jp-mod-selected").count()
    page.tab.keyboard.press("ArrowDown")
    settled(page, lab)
    assert slider.input_value() == "0.75"
    assert "q = 0.75" in lab.locator(".shown").text_content()
    assert slider.evaluate("node => node === document.activeElement")
    assert page.tab.locator(".jp-Cell.jp-mod-selected").count() == selected
    lab.get_by_role("button", name="Reset").click()


def test_the_picture_moves_with_the_slider(page: Page) -> None:
    lab = page.lab(LOOP)
    before = curves(lab)
    lab.get_by_role("slider", name="Learning rate").focus()
    page.tab.keyboard.press("End")
    settled(page, lab)
    assert curves(lab) != before
    lab.get_by_role("button", name="Reset").click()
    settled(page, lab)
    assert curves(lab) == before


def test_a_value_that_cannot_be_is_refused_in_a_sentence_and_nothing_is_lost(page: Page) -> None:
    lab = page.lab(LOOP)
    box = lab.get_by_role("spinbutton", name="Learning rate")
    before = curves(lab), lab.locator(".sentence").text_content()
    box.fill("7")
    box.press("Enter")
    fault = lab.get_by_text("Learning rate must be between 0 and 0.6, got 7")
    fault.wait_for(state="visible")
    assert box.input_value() == "7"
    assert box.get_attribute("aria-invalid") == "true"
    assert (curves(lab), lab.locator(".sentence").text_content()) == before
    box.fill("0.05")
    box.press("Enter")
    fault.wait_for(state="hidden")
    settled(page, lab)
    assert "α = 0.05" in lab.locator(".shown").text_content()
    lab.get_by_role("button", name="Reset").click()


def test_what_was_moved_in_one_breath_with_a_value_that_is_refused_is_shown(page: Page) -> None:
    lab = page.lab(LOOP)
    # When 7 is refused, the next question, with 7 still in it, is under way.
    moves = {"Learning rate": "7", "Oxytocin per touch": "1.5", "Betrayal aversion": "2"}
    boxes = [[lab.get_by_role("spinbutton", name=name).element_handle(), value] for name, value in moves.items()]
    page.tab.evaluate(
        """(moves) => {
          for (const [box, value] of moves) {
            box.value = value;
            box.dispatchEvent(new Event("change", { bubbles: true }));
          }
        }""",
        boxes,
    )
    lab.locator(".shown").filter(has_text="d = 1.5 · ").filter(has_text="b = 2 ·").wait_for()
    assert "α = 0.1." in lab.locator(".shown").text_content() + "."
    assert lab.get_by_text("Learning rate must be between 0 and 0.6, got 7").is_visible()
    assert [box.input_value() for box, _ in boxes] == [*moves.values()]
    lab.get_by_role("button", name="Reset").click()
    settled(page, lab)


def test_a_value_between_the_slider_s_steps_is_kept_exactly(page: Page) -> None:
    lab = page.lab(LOOP)
    box = lab.get_by_role("spinbutton", name="Promises the partner keeps")
    box.fill("0.8137")
    box.press("Enter")
    settled(page, lab)
    assert "q = 0.8137" in lab.locator(".shown").text_content()
    assert box.input_value() == "0.8137"
    lab.get_by_role("button", name="Reset").click()


def test_a_pinned_curve_stays_while_the_lab_moves_and_goes_when_unpinned(page: Page) -> None:
    lab = page.lab(LOOP)
    ghosts = "node => node.data.filter((each) => each.meta.startsWith('pinned:')).map((each) => each.x.length)"
    lab.get_by_role("button", name="Pin this curve").click()
    lab.get_by_role("slider", name="Learning rate").focus()
    page.tab.keyboard.press("End")
    settled(page, lab)
    picture = lab.locator(".picture")
    assert min(picture.evaluate(ghosts)) > 0
    assert "α = 0.1" in lab.locator(".pinned").text_content()
    lab.get_by_role("button", name="Unpin").click()
    settled(page, lab)
    assert max(picture.evaluate(ghosts)) == 0
    lab.get_by_role("button", name="Reset").click()


def test_time_steps_plays_and_stops(page: Page) -> None:
    lab = page.lab(LOOP)
    lab.scroll_into_view_if_needed()
    points = "node => node.data.find((each) => each.meta === 'belief').x.length"
    picture = lab.locator(".picture")
    lab.get_by_role("button", name="Step").click()
    settled(page, lab)
    assert picture.evaluate(points) == 1
    lab.get_by_role("button", name="Step").click()
    settled(page, lab)
    assert picture.evaluate(points) == 2
    lab.get_by_role("button", name="Play").click()
    page.tab.wait_for_timeout(1500)
    lab.get_by_role("button", name="Pause").click()
    assert 2 < picture.evaluate(points) < 60
    lab.get_by_role("button", name="Reset").click()
    settled(page, lab)
    assert picture.evaluate(points) == 60


def test_the_numbers_are_there_as_a_table_and_as_a_file(page: Page) -> None:
    lab = page.lab(LOOP)
    lab.get_by_text("The numbers as a table").click()
    lab.locator("table tbody tr").first.wait_for()
    assert lab.locator("table tbody tr").count() == 60
    assert lab.locator("table th").first.text_content() == "round"
    with page.tab.expect_download() as download:
        lab.get_by_role("button", name="Download as CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert len(lines) == 61
    assert lines[0].startswith("round,")
    lab.get_by_text("The numbers as a table").click()


def test_bets_are_placed_by_keyboard(page: Page) -> None:
    bet = page.tab.locator(".intimacy-bet").first
    bet.scroll_into_view_if_needed()
    bet.locator("input[type=radio]").first.focus()
    page.tab.keyboard.press("Space")
    page.tab.keyboard.press("Enter")
    bet.get_by_text("You bet").wait_for()


def test_the_quiz_answers_each_choice_by_keyboard(page: Page) -> None:
    quiz = page.tab.locator(".intimacy-quiz").first
    quiz.scroll_into_view_if_needed()
    questions = quiz.locator(".question").all()
    assert len(questions) >= 6
    for question in questions:
        radios = question.locator("input[type=radio]").all()
        for radio in radios:
            radio.focus()
            page.tab.keyboard.press("Space")
            page.tab.keyboard.press("Enter")
            page.tab.wait_for_timeout(60)
            said = question.get_by_role("status").text_content()
            assert re.match(r"(Right|Not quite)\.", said), said
            assert len(said.split()) > 4
    assert page.complaints == []


def test_a_whole_game_by_keyboard_and_the_model_reads_it(page: Page) -> None:
    game, reading = page.lab(GAME), page.lab(READING)
    game.scroll_into_view_if_needed()
    assert "You have not played yet" in reading.locator(".sentence").text_content()
    game.get_by_role("button", name="Send all 12").focus()
    for index, key in enumerate("43214321432143214321", start=1):
        page.tab.keyboard.press(key)
        game.get_by_text(f"Round {index}: You sent").first.wait_for(timeout=5000)
    assert "The game is over" in game.locator(".sentence").text_content()
    assert game.locator(".moves button").count() == 0
    reading.locator(".sentence").filter(has_text="From your 20 rounds").wait_for()
    assert page.complaints == []


def test_a_reload_brings_back_labs_and_the_game(page: Page, jupyter: Server) -> None:
    lab = page.lab(LOOP)
    lab.get_by_role("slider", name="Learning rate").focus()
    page.tab.keyboard.press("Home")
    settled(page, lab)
    sentence = lab.locator(".sentence").text_content()
    page.menu("File", "Save Notebook")
    page.tab.wait_for_timeout(1500)
    page.tab.goto(jupyter.url(f"lab/tree/{FLAGSHIP}"))
    page.wait_for_labs(WIDGETS)
    assert page.lab(LOOP).locator(".sentence").text_content() == sentence
    page.lab(GAME).locator(".sentence").filter(has_text="The game is over").wait_for()
    page.lab(LOOP).get_by_role("button", name="Reset").click()
    settled(page, page.lab(LOOP))
    assert "α = 0.1" in page.lab(LOOP).locator(".shown").text_content()


def test_axe_finds_nothing_but_the_named_faults_of_jupyterlab(page: Page) -> None:
    ours, rules = faults(page)
    assert ours == []
    assert rules <= UPSTREAM["jupyterlab"].keys()


def test_dark_theme_turns_every_lab(page: Page) -> None:
    page.menu("Settings", "Theme", "JupyterLab Dark")
    page.tab.wait_for_function(
        "() => [...document.querySelectorAll('.intimacy')].every((each) => each.dataset.theme === 'dark')"
    )
    page.menu("Settings", "Theme", "JupyterLab Light")
    page.tab.wait_for_function(
        "() => [...document.querySelectorAll('.intimacy')].every((each) => each.dataset.theme === 'light')"
    )


def test_a_silent_kernel_is_noticed_in_four_seconds_and_the_notice_goes_when_it_answers(
    page: Page, jupyter: Server
) -> None:
    lab = page.lab(LOOP)
    kernel = jupyter.kernel_process(FLAGSHIP)
    os.kill(kernel, signal.SIGSTOP)
    try:
        lab.get_by_role("slider", name="Learning rate").focus()
        page.tab.keyboard.press("ArrowRight")
        notice = lab.locator(".notice")
        notice.wait_for(state="visible", timeout=4000)
        said = notice.text_content()
        assert "Python is not answering" in said
        assert "α = 0.1" in said
        assert "Restart" in said
        page.tab.keyboard.press("ArrowRight")
    finally:
        os.kill(kernel, signal.SIGCONT)
    notice.wait_for(state="hidden", timeout=5000)
    settled(page, lab)
    assert "α = 0.12" in lab.locator(".shown").text_content()
    lab.get_by_role("button", name="Reset").click()


def test_a_killed_kernel_is_noticed_untouched_and_a_restart_recovers(page: Page, jupyter: Server) -> None:
    os.kill(jupyter.kernel_process(FLAGSHIP), signal.SIGKILL)
    for title in (*LABS, GAME):
        noticed(page, page.lab(title), "Python has stopped")
    page.tab.get_by_role("button", name="Ok", exact=True).click()
    page.tab.wait_for_selector("text=/\\| Idle/", timeout=30_000)
    page.run_all(WIDGETS)
    page.tab.wait_for_function(
        "() => [...document.querySelectorAll('.intimacy .notice')].every((each) => each.hidden)", timeout=60_000
    )
    lab = page.lab(LOOP)
    lab.get_by_role("slider", name="Learning rate").focus()
    page.tab.keyboard.press("ArrowRight")
    settled(page, lab)
    assert "α = 0.11" in lab.locator(".shown").text_content()


def test_a_culled_kernel_is_noticed_untouched(page: Page, jupyter: Server) -> None:
    jupyter.stop_kernels()
    noticed(page, page.lab(LOOP), "Python has stopped")
