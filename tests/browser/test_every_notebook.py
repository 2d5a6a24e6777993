"""Every notebook in real JupyterLab and in Voilà: it runs, every control moves its lab, and nothing sticks out.

The flagship, whose tests go deeper, has files of its own. What is marked ``everyone`` takes minutes: name it to run it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flagship import UPSTREAM, faults, settled
from pages import FLAGSHIP, Page, Server, copied, fewest_widgets, voila_server

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb")) if path.name not in FLAGSHIP]
BALL_GAME = "Three players, one ball"

# The labels of a picture that run out of it, and by how many pixels.
CUT_OFF = """node => {
  const outer = node.getBoundingClientRect();
  return [...node.querySelectorAll("svg text")]
    .map((each) => [each.textContent.trim(), each.getBoundingClientRect()])
    .filter(([text, box]) => text && box.width)
    .map(([text, box]) => [text, Math.max(
      outer.left - box.left, box.right - outer.right, outer.top - box.top, box.bottom - outer.bottom)])
    .filter(([, out]) => out > 1)
    .map(([text, out]) => `${text} (${Math.round(out)} px)`);
}"""


FIRST_OR_OTHERS = pytest.mark.parametrize(
    "which",
    [slice(1), pytest.param(slice(1, None), marks=pytest.mark.everyone)],
    ids=["first lab", "other labs"],
)


@pytest.fixture(scope="module", params=NOTEBOOKS)
def page(request: pytest.FixtureRequest, browser: Any, jupyter: Server) -> Iterator[Page]:
    page = Page(browser)
    page.open_lab(jupyter, f"notebooks/{request.param}.ipynb")
    page.run_all(fewest_widgets(request.param))
    page.wait_for_all(request.param)
    yield page
    page.close()
    jupyter.stop_kernels()


@pytest.fixture(scope="module")
def voila_folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = voila_server(copied(root, tmp_path_factory.mktemp("voila")), "notebooks")
    yield server
    server.close()


def answered(page: Page, lab: Any) -> None:
    """Wait until the question has been put, Python has answered, and the picture had two frames to follow."""
    lab.evaluate(
        """async (node) => {
          const frame = () => new Promise(requestAnimationFrame);
          await frame();
          await frame();
          while (node.closest("[aria-busy=true]") || node.querySelector("[aria-busy=true]")) await frame();
          await frame();
          await frame();
        }"""
    )


def labs(page: Page) -> list[Any]:
    return page.tab.locator(".intimacy-lab").all()


def is_bench(lab: Any) -> bool:
    return "intimacy-bench" in lab.get_attribute("class")


def drawn(lab: Any) -> str:
    """Return all that the lab shows: its curves, its labels, and the numbers beside a body."""
    return lab.evaluate(
        """node => [...node.querySelectorAll('.trace path, path.point, .solid text, .picture image')]
          .map((each) => each.outerHTML).join('')"""
    )


def drawn_in_numbers(lab: Any) -> bool:
    """Tell whether each place is a number; the letters that a picture within the picture is coded in say nothing."""
    return "NaN" not in re.sub(r"data:image/[^\"]*", "", drawn(lab))


def whole(lab: Any) -> str:
    """Return all that the lab shows, after holding that plotly draws the same from nothing: nothing old is left."""
    shown = drawn(lab)
    lab.evaluate("node => Promise.all([...node.querySelectorAll('.picture')].map((each) => Plotly.redraw(each)))")
    assert drawn(lab) == shown
    assert drawn_in_numbers(lab)
    return shown


def test_every_cell_runs_and_every_widget_shows(page: Page) -> None:
    assert page.tab.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").count() == 0
    for lab in labs(page):
        assert lab.locator(".picture svg").count() > 0
    assert page.complaints == []


def ends(slider: Any, both: bool) -> list[tuple[str, str]]:
    """Return the keys that take a slider to its ends, and what each end is called; or to the far one only."""
    far = slider.evaluate("node => node.value - node.min < node.max - node.value")
    keys = [("End", "max"), ("Home", "min")]
    return keys if both else keys[:1] if far else keys[1:]


@pytest.mark.everyone
def test_each_control_of_each_lab_reaches_its_ends(page: Page) -> None:
    """Both ends in the first lab; in the others the far one, since every end is swept without a browser.

    A control that another one fixes cannot be moved.
    """
    for place, lab in enumerate(labs(page)):
        lab.scroll_into_view_if_needed()
        for summary in lab.locator("details:has(> .control):not([open]) > summary").all():
            summary.click()
        shown = lab.locator(".shown")
        for slider in lab.locator(".controls input[type=range]:enabled").all():
            for key, end in ends(slider, both=place == 0):
                slider.press(key)
                answered(page, lab)
                words = slider.get_attribute("aria-valuetext") or ""
                value = f"{slider.evaluate(f'node => Number(node.{end})'):g}".replace("-", "−")
                assert words.startswith(value), (slider.get_attribute("id"), words, shown.text_content())
                assert is_bench(lab) or words in shown.text_content()
                assert drawn_in_numbers(lab)
        for select in lab.locator(".controls select").all():
            for value in select.locator("option").evaluate_all("all => all.map((each) => each.value)"):
                select.select_option(value)
                answered(page, lab)
                assert drawn_in_numbers(lab)
        for switch in lab.locator(".controls input[type=checkbox]").all():
            switch.press("Space")
            answered(page, lab)
            assert drawn_in_numbers(lab)
    assert page.complaints == []


@FIRST_OR_OTHERS
def test_each_story_changes_the_sentence_and_reset_restores_all(page: Page, which: slice) -> None:
    for lab in labs(page)[which]:
        if is_bench(lab) or not lab.get_by_role("button", name="Reset").count():
            continue
        sentence = lab.locator(".sentence")
        lab.get_by_role("button", name="Reset").click()
        settled(page, lab)
        start, start_drawn = sentence.text_content(), drawn(lab)
        for preset in lab.locator(".presets button").all():
            if sentence.text_content() == start and preset.get_attribute("aria-pressed") == "true":
                continue
            preset.click()
            answered(page, lab)
            assert preset.get_attribute("aria-pressed") == "true"
            assert sentence.text_content() != start
            whole(lab)
        lab.get_by_role("button", name="Reset").click()
        settled(page, lab)
        assert sentence.text_content() == start
        assert drawn(lab) == start_drawn
    assert page.complaints == []


def test_each_design_of_a_bench_runs_after_a_prediction(page: Page) -> None:
    for bench in page.tab.locator(".intimacy-bench").all():
        bench.scroll_into_view_if_needed()
        bench.get_by_role("button", name="Reset").click()
        for count, preset in enumerate(bench.locator(".presets button").all(), start=1):
            preset.click()
            assert preset.get_attribute("aria-pressed") == "true"
            bench.locator(".predict input[type=radio]").nth(count % 2).press("Space")
            bench.get_by_role("button", name="Run the experiment").press("Enter")
            bench.locator(".log h4").filter(has_text=f"({count})").wait_for()
            answered(page, bench)
            assert not bench.locator(".pending").text_content()
            whole(bench)
        assert bench.locator(".log tbody tr").count() == count
    assert page.complaints == []


def turned(page: Page, lab: Any, before: str) -> str:
    """Wait until the lab shows something else than before, and return it."""
    for _ in range(100):
        if (now := drawn(lab)) != before:
            return now
        page.tab.wait_for_timeout(50)
    raise AssertionError(f"the picture stays as it was: {before[:300]}")


@FIRST_OR_OTHERS
def test_time_steps_and_comes_to_its_end(page: Page, which: slice) -> None:
    for lab in labs(page)[which]:
        if not lab.locator(".play").count():
            continue
        lab.scroll_into_view_if_needed()
        playhead = lab.locator(".play input")
        at_rest = drawn(lab)
        playhead.press("Home")
        first = turned(page, lab, at_rest)
        lab.get_by_role("button", name="Step", exact=True).click()
        second = turned(page, lab, first)
        playhead.press("End")
        turned(page, lab, second)
        page.tab.wait_for_timeout(150)
        assert drawn(lab) == at_rest
    assert page.complaints == []


def test_bets_games_and_the_quiz_answer_by_keyboard(page: Page) -> None:
    for bet in page.tab.locator(".intimacy-bet").all():
        bet.locator("input[type=radio]").first.focus()
        page.tab.keyboard.press("Space")
        page.tab.keyboard.press("Enter")
        bet.get_by_text("You bet").wait_for()
    # Sixty throws of a ball take long, and are thrown in a file of their own.
    other_games = page.tab.locator(".intimacy-game").filter(has_not_text=BALL_GAME)
    for game in other_games.all():
        rounds = 0
        while rounds < 100 and game.locator(".moves button").count():
            move = game.locator(".moves button").last if rounds % 7 == 6 else game.locator(".moves button").first
            before = game.locator(".log li").count()
            page.tab.wait_for_timeout(20)
            move.focus()
            page.tab.keyboard.press(move.get_attribute("aria-keyshortcuts") or "")
            page.tab.wait_for_function(
                "([log, count]) => log.children.length !== count",
                arg=[game.locator(".log").element_handle(), before],
            )
            rounds += 1
        assert game.locator(".moves button").count() == 0
        assert game.locator(".log li").count() >= rounds > 3
    for question in page.tab.locator(".intimacy-quiz .question").all():
        question.locator("input[type=radio]").first.focus()
        page.tab.keyboard.press("Space")
        page.tab.keyboard.press("Enter")
        question.get_by_role("status").get_by_text(".").first.wait_for()
    assert page.complaints == []


@pytest.mark.everyone
def test_axe_finds_nothing_in_our_widgets(page: Page) -> None:
    ours, rules = faults(page)
    assert ours == []
    assert rules <= UPSTREAM["jupyterlab"].keys()


@pytest.mark.everyone
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_voila_shows_all_of_it_at_any_width(name: str, browser: Any, voila_folder: Server) -> None:
    page = Page(browser)
    page.tab.goto(voila_folder.url(f"voila/render/{name}.ipynb"), timeout=90_000)
    page.wait_for_all(name)
    assert page.tab.get_by_text("lessons.quiz()").count() == 0
    for width in (360, 700, 1280):
        page.tab.set_viewport_size({"width": width, "height": 900})
        page.tab.wait_for_timeout(400)
        for lab in labs(page):
            whole(lab)
        for widget in page.tab.locator(".intimacy").all():
            inside, outside = widget.evaluate("node => [node.scrollWidth, node.clientWidth]")
            assert inside <= outside + 1, (width, widget.locator("h3").first.text_content())
        for picture in page.tab.locator(".intimacy .picture").all():
            assert picture.evaluate(CUT_OFF) == [], width
    ours, rules = faults(page)
    assert ours == []
    assert rules <= UPSTREAM["app"].keys()
    assert page.complaints == []
    page.close()
