"""The ball game in real JupyterLab and Voilà: by keyboard, watched, stopped anywhere, with less motion, and unstored.

It stands on a notebook of its own, so that it needs no other.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from flagship import faults
from intimacy.labs.need_to_connect.ball_game import _HANDS
from intimacy.models.need_to_connect import playable
from pages import Page, Server, voila_server

TITLE = "Three players, one ball"
AFTER = "Your answers, the model and the published effect"
CELLS = (
    "from intimacy.labs import need_to_connect as labs\n\ngame = labs.ball_game()\ngame",
    "after = labs.your_ratings(game)\nafter",
)
NOTEBOOK = "ball_game.ipynb"
DWELL = 400  # ms after which a button that has just come takes a press


def write(folder: Path, cells: tuple[str, ...], name: str = NOTEBOOK) -> None:
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    notebook.cells = [nbformat.v4.new_code_cell(each) for each in cells]
    nbformat.write(notebook, folder / name)


@pytest.fixture(scope="module")
def opened(browser: Any, jupyter: Server) -> Iterator[Page]:
    write(jupyter.folder, CELLS)
    page = Page(browser)
    page.open_lab(jupyter, NOTEBOOK)
    page.run_all(len(CELLS))
    yield page
    page.close()
    jupyter.stop_kernels()


@pytest.fixture
def page(opened: Page) -> Iterator[Page]:
    """The notebook with a new game in it, at its note."""
    game = opened.lab(TITLE)
    game.scroll_into_view_if_needed()
    game.locator("details").evaluate_all("all => all.forEach((each) => (each.open = true))")
    game.get_by_role("button", name="New game").click()
    game.get_by_text("Do you want to play").wait_for()
    game.locator(".sentence").filter(has_text="they follow a script").wait_for()
    opened.tab.wait_for_timeout(DWELL)
    yield opened
    assert opened.complaints == []


def says(game: Any, text: str) -> None:
    game.locator(".sentence").filter(has_text=text).wait_for(timeout=8000)


def lines(game: Any) -> list[str]:
    return game.locator(".log li").all_text_contents()


def comes_to_you(page: Page, game: Any) -> None:
    """Wait until the ball is drawn where you hold it."""
    page.tab.wait_for_function(
        "([node, x, y]) => { const at = node.data.find((each) => each.meta === 'ball');"
        " return Math.abs(at.x[0] - x) + Math.abs(at.y[0] - y) < 1e-3; }",
        arg=[game.locator(".picture").element_handle(), *_HANDS[0]],
    )


def press(page: Page, game: Any, key: str) -> None:
    """Press a key and wait until the move that it makes is in the log."""
    before = len(lines(game))
    page.tab.keyboard.press(key)
    page.tab.wait_for_function(
        "([log, count]) => log.children.length > count", arg=[game.locator(".log").element_handle(), before]
    )


def forward(page: Page, game: Any, until: str) -> None:
    """Play by hand, by keys alone, until a button or a group of questions with this name is there."""
    wanted = game.get_by_role("button", name=until, exact=False)
    for _ in range(80):
        if wanted.count():
            return
        press(page, game, game.locator(".moves button").first.get_attribute("aria-keyshortcuts"))
    raise AssertionError(f"{until} did not come: {lines(game)}")


def begin(page: Page, choice: str = "Play") -> Any:
    """Choose at the note, by keyboard, and throw once, so that the others have the ball and wait for the learner."""
    game = page.lab(TITLE)
    game.get_by_role("button", name=choice).focus()
    press(page, game, "Enter")
    if choice == "Play":
        press(page, game, "1")
        press(page, game, "n")
    return game


def test_a_whole_game_by_keyboard_with_answers_ends_with_inclusion(page: Page) -> None:
    game, after = page.lab(TITLE), page.lab(AFTER)
    assert "There is no game to show here" in after.locator(".sentence").text_content()
    game.get_by_role("button", name="Play").focus()
    for part in (1, 2, 3):
        while (
            not game.get_by_role("button", name="Use these answers").count() and game.locator(".moves button").count()
        ):
            if part < 3 and game.get_by_role("button", name=f"Begin part {part + 1}").count():
                break
            press(page, game, game.locator(".moves button").first.get_attribute("aria-keyshortcuts"))
            assert game.evaluate("node => node.contains(document.activeElement)")
        if part == 1:
            says(game, "Part 1 is over: 4 of 8 throws of the others came to you. In part 2 they leave you out")
        else:
            says(
                game,
                f"Part {part} is over: {'none of 14' if part == 2 else '4 of 8'} throws of the others came to you.",
            )
            groups = game.get_by_role("group").filter(has=page.tab.get_by_role("radio"))
            questions = game.locator("fieldset")
            assert questions.count() == 4
            assert groups.count() >= 4
            for index in range(4):
                questions.nth(index).get_by_role("radio", name="no answer").focus()
                for _ in range(part if index < 3 else 0):  # the last one is left open
                    page.tab.keyboard.press("ArrowRight")
            game.get_by_role("button", name="Use these answers").focus()
            press(page, game, "Enter")
        if part < 3:
            press(page, game, "1")
            says(game, f"Part {part + 1} begins.")
    says(game, "The game is over, and you have the ball.")
    assert game.locator(".moves button, .always button, .form *").count() == 0
    assert game.evaluate("node => node.contains(document.activeElement)")
    comes_to_you(page, game)
    assert lines(game).count("You answer the questions.") == 2
    after.locator(".sentence").filter(has_text="After being left out you chose").wait_for()
    said = after.locator(".sentence").text_content()
    assert "belonging 2, self esteem 2, control 2; mean 2.0" in said
    assert "belonging 3, self esteem 3, control 3; mean 3.0" in said
    assert "[hartgerink2015]" in said


def test_throws_come_by_themselves_smoothly_and_leave_the_keyboard_where_it_is(page: Page) -> None:
    game = page.lab(TITLE)
    game.get_by_role("button", name="Watch only").focus()
    press(page, game, "Enter")
    stop = game.get_by_role("button", name="Stop")
    stop.focus()
    seen = game.locator(".picture").evaluate(
        """async (node) => {
          const places = [];
          const start = performance.now();
          while (performance.now() - start < 6500) {
            const at = node.data.find((each) => each.meta === "ball");
            places.push([at.x[0], at.y[0]]);
            await new Promise(requestAnimationFrame);
          }
          return places;
        }"""
    )
    throws = len(lines(game)) - 1  # the first line is the choice
    assert 2 <= throws <= 4  # one every 1.8 seconds
    hands = {(round(x, 3), round(y, 3)) for x, y in _HANDS}
    places = {(round(x, 3), round(y, 3)) for x, y in seen}
    assert len(places - hands) >= 3 * throws  # on its way it is seen between the hands
    assert stop.evaluate("node => node === document.activeElement")


@pytest.mark.everyone
def test_the_learner_can_pause_and_go_on_and_takes_over_by_a_key(page: Page) -> None:
    game = page.lab(TITLE)
    game.get_by_role("button", name="Watch only").click()
    says(game, "throws to")
    game.get_by_role("button", name="Pause").click()
    page.tab.wait_for_timeout(700)
    count = len(lines(game))
    page.tab.wait_for_timeout(2500)
    assert len(lines(game)) == count
    game.get_by_role("button", name="Let it run").click()
    page.tab.wait_for_timeout(2600)
    assert len(lines(game)) > count
    press(page, game, "n")
    assert game.get_by_role("button", name="Let it run").is_visible()
    count = len(lines(game))
    page.tab.wait_for_timeout(2500)
    assert len(lines(game)) == count


@pytest.mark.everyone
def test_out_of_sight_nothing_goes_on(page: Page) -> None:
    game = page.lab(TITLE)
    game.get_by_role("button", name="Watch only").click()
    says(game, "throws to")
    game.evaluate("node => (node.style.marginTop = '-3000px')")
    page.tab.wait_for_timeout(500)
    count = len(lines(game))
    page.tab.wait_for_timeout(2600)
    assert len(lines(game)) == count
    game.evaluate("node => (node.style.marginTop = '')")
    page.tab.wait_for_timeout(2600)
    assert len(lines(game)) > count


@pytest.mark.everyone
def test_of_two_views_the_one_that_was_used_last_goes_on(browser: Any, jupyter: Server) -> None:
    write(jupyter.folder, (CELLS[0], "game"), "two_views.ipynb")
    page = Page(browser, viewport={"width": 1280, "height": 2400})
    page.open_lab(jupyter, "two_views.ipynb")
    page.run_all(2)
    first, second = (page.tab.locator(".intimacy-game").nth(index) for index in range(2))
    first.get_by_role("button", name="Watch only").click()
    says(second, "throws to")
    assert first.get_by_role("button", name="Pause").is_visible()
    assert second.get_by_role("button", name="Let it run").is_visible()
    second.get_by_role("button", name="Let it run").click()  # both run now, until one of them is first
    start = len(lines(first))
    page.tab.wait_for_timeout(6000)
    assert 2 <= len(lines(first)) - start <= 4
    assert lines(first) == lines(second)
    second.get_by_role("button", name="Stop").click()
    says(first, "You stop.")
    assert page.complaints == []
    page.close()


def code_at(choice: str, stage: str, part: int, throws: int = 0) -> str:
    """Return the code of a game that has come to a stage of a part, and some throws further."""
    state = playable.play(playable.start(5), choice)
    while (state.stage, state.part) != (stage, part):
        state = playable.play(state, "skip" if "skip" in state.legal else state.legal[0])
    for _ in range(throws):
        state = playable.play(state, state.legal[0])
    return state.code


def code_throws(part: int) -> int:
    """Return after how many throws a part ends in the game of :func:`code_at`."""
    state = playable.from_code(code_at("play", "throws", part))
    count = 0
    while (state.stage, state.part) == ("throws", part):
        state = playable.play(state, state.legal[0])
        count += 1
    return count


def resumed(page: Page, *place: Any) -> Any:
    """Return the game, brought to a place by its code."""
    game, code = page.lab(TITLE), code_at(*place)
    game.get_by_role("textbox", name="Game code").fill(code)
    game.get_by_role("button", name="Resume").click()
    count = len(playable.from_code(code).moves)
    page.tab.wait_for_function(
        "([log, count]) => log.children.length === count", arg=[game.locator(".log").element_handle(), count]
    )
    return game


PLACES = [
    (choice, *place)
    for choice in ("play", "watch")
    for place in (("throws", 1), ("ready", 2), ("throws", 2, 4), ("ratings", 2), ("ready", 3), ("throws", 3, 4))
    if (choice, place[0]) != ("watch", "ratings")  # whoever watches is not asked
]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: " ".join(map(str, place)))
def test_stop_is_a_key_away_everywhere_and_the_ball_comes_back(page: Page, place: tuple[Any, ...]) -> None:
    game = resumed(page, *place)
    if "ratings" in place:
        game.get_by_role("radio", name="3").first.focus()
        page.tab.keyboard.press("Space")
    assert game.get_by_role("button", name="Stop").is_visible()
    press(page, game, "s")
    says(game, "You stop.")
    comes_to_you(page, game)
    if place[1:] in (("throws", 2, 4), ("ratings", 2), ("ready", 3)):
        assert game.get_by_role("button", name="last part that includes").is_visible()
        press(page, game, "s")
    says(game, "The game is over.")
    assert game.locator(".moves button, .always button").count() == 0
    assert game.evaluate("node => node.contains(document.activeElement)")


def test_a_last_part_after_a_stop_includes_the_learner(page: Page) -> None:
    game = resumed(page, "play", "throws", 2, 3)
    press(page, game, "s")
    press(page, game, "1")
    says(game, "Part 3 begins. You have the ball.")
    while game.locator(".moves button").count():
        press(page, game, game.locator(".moves button").first.get_attribute("aria-keyshortcuts"))
    says(game, "Part 3 is over: 4 of 8 throws of the others came to you. The game is over, and you have the ball.")


def test_a_watched_game_asks_nothing_and_says_who_is_left_out(page: Page) -> None:
    game = resumed(page, "watch", "throws", 2, 12)
    while game.locator(".moves button").count():
        assert game.get_by_role("radio").count() == 0
        assert game.locator(".tally").get_by_text("Balls to Sol").is_visible()
        press(page, game, game.locator(".moves button").first.get_attribute("aria-keyshortcuts"))
    says(game, "Sol has the ball")
    page.lab(AFTER).locator(".sentence").filter(has_text="You watched, so nothing was asked.").wait_for()


def test_an_empty_form_is_refused_in_a_sentence_and_skipping_is_fine(page: Page) -> None:
    game = resumed(page, "play", "ratings", 2)
    game.get_by_role("button", name="Use these answers").click()
    refusal = "ratings must answer at least one question, got none; skip them if you would rather not"
    game.get_by_text(refusal).wait_for()
    press(page, game, "k")
    says(game, "In part 3 the script includes you again.")
    assert not game.locator(".notice").is_visible()
    assert lines(game)[-1] == "You skip the questions."


def test_a_press_meant_for_the_next_throw_does_not_begin_the_part_that_leaves_out(page: Page) -> None:
    game = resumed(page, "play", "throws", 1, code_throws(1) - 1)
    game.get_by_role("button", name="Next throw").focus()
    page.tab.wait_for_timeout(DWELL)
    page.tab.keyboard.press("Enter")
    game.get_by_role("button", name="Begin part 2").wait_for()
    page.tab.keyboard.press("Enter")  # at once: the focus has gone on, the learner has not
    page.tab.wait_for_timeout(DWELL)
    assert game.get_by_role("button", name="Begin part 2").is_visible()
    press(page, game, "Enter")
    says(game, "Part 2 begins.")


def test_the_live_region_says_each_throw_once_and_nothing_else(page: Page) -> None:
    game = page.lab(TITLE)
    assert game.locator("[role=status], [aria-live]").count() == 1
    game.evaluate(
        """node => {
          node.heard = [];
          const region = node.querySelector("[role=status]");
          new MutationObserver(() => node.heard.push(region.textContent)).observe(region, {
            childList: true, characterData: true, subtree: true,
          });
        }"""
    )
    begin(page)
    forward(page, game, "Begin part 2")
    heard = game.evaluate("node => node.heard")
    assert len(heard) == len(lines(game))
    assert heard[0] == "Part 1 begins. You have the ball."
    for words, line in zip(heard[1:], lines(game)[1:], strict=True):
        assert words.startswith(line)
    assert all(len(words) < 40 for words in heard[1:-1])


def test_nothing_is_stored_not_even_when_the_notebook_is_saved(page: Page, jupyter: Server) -> None:
    game = resumed(page, "play", "ratings", 2)
    game.get_by_role("radio", name="1 not at all").first.focus()
    page.tab.keyboard.press("Space")
    game.get_by_role("button", name="Use these answers").click()
    says(game, "In part 3 the script includes you again.")
    press(page, game, "s")
    page.lab(AFTER).locator(".sentence").filter(has_text="you chose: belonging 1").wait_for()
    page.menu("File", "Save Notebook")
    page.tab.wait_for_timeout(1500)
    saved = (jupyter.folder / NOTEBOOK).read_text()
    kept = page.tab.evaluate(
        """async () => {
          const databases = (await indexedDB.databases()).map((each) => each.name);
          return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, databases]);
        }"""
    )
    assert "labs.ball_game()" in saved
    assert "application/vnd.jupyter.widget-state+json" not in saved
    for trace in ("ball1.", "you chose", "You answer", "throws to", "You stop"):
        assert trace not in saved
        assert trace not in kept
    files = [
        path for path in jupyter.folder.rglob("*") if path.is_file() and path.suffix in (".ipynb", ".json", ".txt")
    ]
    assert not [path for path in files if "you chose: belonging" in path.read_text(errors="ignore")]


def test_a_silent_kernel_is_told_and_the_game_goes_on_when_it_answers(page: Page, jupyter: Server) -> None:
    game = begin(page)
    count = len(lines(game))
    kernel = jupyter.kernel_process(NOTEBOOK)
    os.kill(kernel, signal.SIGSTOP)
    try:
        page.tab.keyboard.press("n" if game.get_by_role("button", name="Next throw").count() else "1")
        notice = game.locator(".notice")
        notice.wait_for(state="visible", timeout=5000)
        assert "Python is not answering" in notice.text_content()
        page.tab.keyboard.press("s")  # a stop is not lost
    finally:
        os.kill(kernel, signal.SIGCONT)
    says(game, "You stop.")
    notice.wait_for(state="hidden")
    assert len(lines(game)) >= count + 1


@pytest.mark.everyone
def test_a_reload_brings_the_game_back_and_waits(page: Page, jupyter: Server) -> None:
    game = begin(page, "Watch only")
    press(page, game, "n")
    game.get_by_role("button", name="Let it run").click()
    game.locator(".log li").nth(3).wait_for()
    page.menu("File", "Save Notebook")
    page.tab.wait_for_timeout(1200)
    page.tab.goto(jupyter.url(f"lab/tree/{NOTEBOOK}"))
    page.wait_for_labs(len(CELLS))
    game = page.lab(TITLE)
    count = len(lines(game))
    assert count > 2
    page.tab.wait_for_timeout(2600)
    assert len(lines(game)) == count
    assert game.get_by_role("button", name="Let it run").is_visible()
    game.get_by_role("button", name="Stop").click()
    says(game, "You stop.")


@pytest.mark.everyone
def test_with_less_motion_nothing_moves_by_itself_and_a_throw_is_there_at_once(browser: Any, jupyter: Server) -> None:
    write(jupyter.folder, CELLS)
    page = Page(browser, reduced_motion="reduce")
    page.open_lab(jupyter, NOTEBOOK)
    page.run_all(len(CELLS))
    game = page.lab(TITLE)
    if not game.get_by_role("button", name="Watch only").count():
        game.locator("details").evaluate_all("all => all.forEach((each) => (each.open = true))")
        game.get_by_role("button", name="New game").click()
    page.tab.wait_for_timeout(DWELL)
    game.get_by_role("button", name="Watch only").focus()
    press(page, game, "Enter")
    assert not game.locator(".pace").is_visible()
    count = len(lines(game))
    page.tab.wait_for_timeout(3000)
    assert len(lines(game)) == count
    game.evaluate(
        """node => {
          node.places = new Set();
          const look = () => {
            const at = node.querySelector(".picture").data.find((each) => each.meta === "ball");
            node.places.add(`${at.x[0].toFixed(3)} ${at.y[0].toFixed(3)}`);
            requestAnimationFrame(look);
          };
          look();
        }"""
    )
    for _ in range(5):
        press(page, game, "n")
        page.tab.wait_for_timeout(250)
    assert game.evaluate("node => node.places.size") <= 3  # the three pairs of hands, and nothing in between
    assert page.complaints == []
    page.close()


@pytest.fixture(scope="module")
def voila_game(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("voila_game")
    write(folder, CELLS[:2])
    server = voila_server(folder, NOTEBOOK)
    yield server
    server.close()


@pytest.mark.everyone
def test_the_game_is_played_in_voila_at_any_width(browser: Any, voila_game: Server) -> None:
    page = Page(browser)
    page.tab.goto(voila_game.url(""), timeout=90_000)
    page.wait_for_labs(2)
    page.tab.wait_for_timeout(DWELL)
    game = begin(page)
    game.locator("details").evaluate_all("all => all.forEach((each) => (each.open = true))")
    for place in (("throws", 1, 2), ("ready", 2), ("throws", 3, 1), ("ratings", 2)):
        resumed(page, "play", *place)
        assert faults(page)[0] == []
        for width in (360, 1280):
            page.tab.set_viewport_size({"width": width, "height": 1000})
            page.tab.wait_for_timeout(300)
            inside, outside = game.evaluate("node => [node.scrollWidth, node.clientWidth]")
            assert inside <= outside + 1, (place, width)
    press(page, game, "s")
    press(page, game, "s")
    says(game, "The game is over.")
    assert page.complaints == []
    page.close()
