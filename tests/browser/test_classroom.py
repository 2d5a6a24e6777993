"""The class in a real browser: a learner shares in JupyterLab, the picture fills, the instructor's page follows."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from classrooms import Opened, opened
from flagship import faults
from intimacy.classroom.client import room
from intimacy.models.oxytocin_trust import playable
from intimacy.models.result_code import AMOUNTS, TrustResult, encode
from pages import Page, Server

NOTEBOOK = "class.ipynb"
GAME, SHARE, GATHER = "How much do you trust", "Share my game", "The trust games of the class"
PICTURE = "Does the class trust as the model does"
CELLS = (
    "from intimacy import class_results\nfrom intimacy.labs import oxytocin_trust\n\n"
    "game = oxytocin_trust.trust_game()\ngame",
    "share = class_results.share_game(game)\nshare",
    "gathered = class_results.gather_games()\ngathered",
    "picture = class_results.the_class_game(gathered)\npicture",
)


def post(classroom: Opened, learners: range) -> None:
    chance = random.Random(5)
    for learner in learners:
        room(classroom.link).post(encode(TrustResult(learner, 3, tuple(chance.choices(AMOUNTS, k=20)))))


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    found = opened(str(tmp_path_factory.mktemp("classroom") / "class.sqlite"), "--port", "0")
    yield found
    found.close()


@pytest.fixture(scope="module")
def page(browser: Any, jupyter: Server) -> Iterator[Page]:
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    notebook.cells = [nbformat.v4.new_code_cell(each) for each in CELLS]
    nbformat.write(notebook, jupyter.folder / NOTEBOOK)
    found = Page(browser, viewport={"width": 1280, "height": 2600})
    found.open_lab(jupyter, NOTEBOOK)
    found.run_all(len(CELLS))
    yield found
    found.close()
    jupyter.stop_kernels()


def says(part: Any, text: str) -> None:
    part.get_by_text(text).first.wait_for(timeout=15_000)


def panel(page: Page, title: str) -> Any:
    return page.tab.locator(".intimacy").filter(has=page.tab.get_by_role("heading", name=title))


def test_a_learner_plays_looks_shares_and_the_picture_fills_by_itself(page: Page, classroom: Opened) -> None:
    share, gather, picture = panel(page, SHARE), panel(page, GATHER), panel(page, PICTURE)
    says(share, "play all 20 rounds first")
    assert share.get_by_role("button", name="Share with the class").is_disabled()
    game = panel(page, GAME)
    game.locator("details").evaluate_all("all => all.forEach((each) => (each.open = true))")
    game.get_by_role("textbox", name="Game code").fill(playable.GameState(3, (8,) * 19).code)
    game.get_by_role("button", name="Resume").click()
    game.locator(".log li").nth(18).wait_for()
    assert share.get_by_role("button", name="Share with the class").is_disabled()
    game.get_by_role("button", name="Send 8").press("Enter")
    says(share, "What you sent in each round, in MU: 8, 8, 8")
    code = share.get_by_role("textbox", name="Result code").input_value()
    assert re.fullmatch(r"T[0-9A-Z]{4}(-[0-9A-Z]{5}){4}", code)

    gather.get_by_role("textbox", name="A classroom").fill(classroom.link)
    gather.get_by_role("button", name="Follow the classroom").click()
    says(gather, "Following the classroom at")
    says(picture, "Nobody has shared yet")
    share.get_by_role("button", name="Share with the class").click()
    says(share, "Paste the join link")
    share.get_by_role("textbox", name="Join link").fill(classroom.link)
    share.get_by_role("textbox", name="Join link").press("Enter")
    says(share, "The class has it. 1 learner has shared so far")
    says(picture, "1 learner has shared a game. The class is drawn from 5 on")
    post(classroom, range(4))
    says(picture, "5 learners have shared a game. On average the class sent")
    post(classroom, range(6))
    says(picture, "7 learners have shared a game; the picture holds 5.")
    assert faults(page)[0] == []
    for width in (1280, 760):  # JupyterLab itself takes 368
        page.tab.set_viewport_size({"width": width, "height": 2600})
        for part in (share, gather):
            inside, outside = part.evaluate("node => [node.scrollWidth, node.clientWidth]")
            assert inside <= outside + 1
    page.tab.set_viewport_size({"width": 1280, "height": 2600})
    assert page.complaints == []


def test_a_restarted_python_shares_as_the_same_learner(page: Page, classroom: Opened) -> None:
    share = panel(page, SHARE)
    code = share.get_by_role("textbox", name="Result code").input_value()
    told = panel(page, GAME).get_by_role("textbox", name="Game code")
    kept = told.evaluate("node => node.value")
    page.menu("Kernel", "Restart Kernel and Run All Cells…")
    page.tab.locator(".jp-Dialog").get_by_role("button", name="Confirm").click()
    says(share, "play all 20 rounds first")
    page.wait_for_labs(len(CELLS))
    assert share.get_by_role("textbox", name="Join link").input_value() == classroom.link  # pasted once
    game = panel(page, GAME)
    game.locator("details").evaluate_all("all => all.forEach((each) => (each.open = true))")
    game.get_by_role("textbox", name="Game code").fill(kept)
    game.get_by_role("button", name="Resume").click()
    page.tab.wait_for_function(
        "([node, code]) => node.value === code",
        arg=[panel(page, SHARE).get_by_role("textbox", name="Result code").element_handle(), code],
    )


def test_codes_are_pasted_by_keyboard_and_a_file_is_dropped(page: Page, tmp_path: Path) -> None:
    gather, picture = panel(page, GATHER), panel(page, PICTURE)
    gather.get_by_role("button", name="Forget all here").click()
    says(gather, "All is forgotten here")
    codes = [encode(TrustResult(learner, 3, (4,) * 20)) for learner in range(8)]
    box = gather.get_by_role("textbox", name="Codes")
    box.fill("\n".join([*codes[:5], codes[5][:-1]]))
    gather.get_by_role("button", name="Add these codes").press("Enter")
    says(gather, "5 new results. 1 rejected.")
    assert gather.get_by_role("cell", name="a code that begins with T has 25 characters, this has 24").is_visible()
    says(picture, "On average the class sent 4.0 of 12 MU")
    table = tmp_path / "class.csv"
    table.write_text("code\n" + "\n".join(codes))
    gather.get_by_label("A file").set_input_files(table)
    says(gather, "3 new results.")
    table.write_text("x" * 200_001)
    gather.get_by_label("A file").set_input_files(table)
    says(gather, "file must have at most 200,000 bytes, got 200,001")
    assert page.complaints == []


def test_the_instructors_page_follows_by_itself_offline_and_deletes_when_sure(browser: Any, classroom: Opened) -> None:
    post(classroom, range(10, 20))
    tab = browser.new_page(viewport={"width": 1280, "height": 720})
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(classroom.instructor)
    tab.get_by_text("learners have shared").wait_for()
    assert tab.locator("#link").text_content() == classroom.link
    assert classroom.token not in tab.url  # a projector shows the address bar
    tab.reload()
    tab.get_by_text("learners have shared").wait_for()
    high, seen = tab.evaluate("[document.documentElement.scrollHeight, innerHeight]")
    assert high <= seen  # nothing below the projector's edge
    before = int((tab.locator("#count").text_content() or "").split()[0])
    post(classroom, range(20, 25))
    tab.get_by_text(f"{before + 5} learners have shared").wait_for(timeout=15_000)
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Download all results").click()
    assert len(Path(download.value.path()).read_text().splitlines()) == before + 6
    tab.get_by_role("button", name="Delete all results").click()
    tab.get_by_role("button", name="Keep them").click()
    tab.get_by_role("button", name="Delete all results").click()
    tab.get_by_role("button", name="Yes, delete all").click()
    tab.get_by_text("Waiting for the first result.").wait_for()
    assert room(classroom.link).pool("trust")["shared"] == 0
    assert {url.split("/")[2] for url in asked if url.startswith("http")} == {classroom.address.split("/")[2]}
    assert all(classroom.token not in url for url in asked[1:])
    assert complaints == []
    found = tab.evaluate("() => document.querySelectorAll('button:not([type]), svg:not([aria-labelledby])').length")
    assert found == 0
    tab.close()


def test_the_join_page_shows_the_link_and_sends_nothing(browser: Any, classroom: Opened) -> None:
    tab = browser.new_page()
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url.partition("#")[0]))
    tab.goto(classroom.link)
    tab.get_by_text(classroom.link).wait_for()
    assert json.dumps(asked).count("api") == 0
    tab.close()
