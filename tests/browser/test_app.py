"""The apps in a real browser: the gallery, one lab and one game, by keyboard, in light and dark, at any width."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from pages import Page, Server

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "Ten minutes in the blood"
pytestmark = pytest.mark.app


class Apps(Server):
    """The server of the apps; there is no token, since everyone may come in."""

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apps]:
    folder = tmp_path_factory.mktemp("apps")
    arguments = ["app", "--no-browser", "--port={port}", "--folder={folder}/site", "--ready=1"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT / "tools"))
        server = Apps(folder, arguments, "")
    yield server
    server.close()


@pytest.fixture
def visit(browser: Any, apps: Apps) -> Iterator[Any]:
    visits: list[tuple[Page, list[str]]] = []

    def go(path: str = "", **context: Any) -> Page:
        page, asked = Page(browser, **context), []
        page.tab.on("request", lambda request: asked.append(request.url))
        page.tab.on("websocket", lambda line: asked.append(line.url))
        page.tab.goto(apps.url(path))
        visits.append((page, asked))
        return page

    yield go
    for page, asked in visits:
        page.close()
        own = (apps.url(""), apps.url("").replace("http", "ws"), "blob:", "data:")
        assert [url for url in asked if not url.startswith(own)] == []
        assert page.complaints == []


def shown_whole(page: Page) -> None:
    for width in (360, 1280):
        page.tab.set_viewport_size({"width": width, "height": 900})
        page.tab.wait_for_function("() => document.documentElement.scrollWidth <= window.innerWidth")


def faults(page: Page) -> list[str]:
    found = Axe().run(page.tab).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:150]}" for each in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_gallery_shows_all_lessons_with_their_pictures(visit: Any, scheme: str) -> None:
    page = visit(color_scheme=scheme)
    pictures = page.tab.locator("main img")
    assert pictures.count() == len(list((ROOT / "figures").glob("*.png")))
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        page.tab.wait_for_function("node => node.complete && node.naturalWidth > 0", arg=picture.element_handle())
    assert page.tab.locator("section").count() == len(list((ROOT / "notebooks").glob("*.ipynb")))
    assert faults(page) == []
    shown_whole(page)
    background = page.tab.locator("body").evaluate("node => getComputedStyle(node).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (scheme == "light")


def test_from_the_gallery_to_a_lab_and_back_by_keyboard(visit: Any) -> None:
    page = visit()
    page.tab.keyboard.press("Tab")
    page.tab.get_by_role("link", name="To the apps").press("Enter")
    page.tab.get_by_role("link", name=QUESTION).press("Enter")
    page.tab.wait_for_url("**/voila/render/04_the_blood.ipynb")
    page.wait_for_labs(3)
    lab = page.lab(QUESTION)
    sentence, picture = lab.locator(".sentence"), lab.locator(".picture .trace path").first
    before = sentence.text_content(), picture.get_attribute("d")
    lab.get_by_role("slider", name="Dose", exact=True).press("ArrowRight")
    lab.locator(".shown").filter(has_text="dose: 25 IU").wait_for()
    lab.locator(".sentence").filter(has_text="Dose: 25 IU").wait_for()
    page.tab.wait_for_function(
        "([node, d]) => node.isConnected && node.getAttribute('d') !== d || !node.isConnected",
        arg=[picture.element_handle(), before[1]],
    )
    page.tab.get_by_role("radio", name="It doubles").press("Space")
    page.tab.get_by_role("button", name="Place my bet").press("Enter")
    page.tab.get_by_text("You bet").first.wait_for()
    whole = page.tab.get_by_role("link", name="Whole lesson 4")
    assert whole.get_attribute("href") == "04_oxytocin_trust.ipynb"
    page.tab.get_by_role("link", name="All apps").press("Enter")
    page.tab.get_by_role("heading", name="Neurobiological Foundations of Intimacy").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("app", "widgets"), [("04_the_blood", 3), ("04_trust_game", 3), ("04_oxytocin_trust", 9)])
def test_an_app_is_whole_in_light_and_dark_and_axe_finds_nothing(
    visit: Any, app: str, widgets: int, scheme: str
) -> None:
    page = visit(f"voila/render/{app}.ipynb", color_scheme=scheme)
    page.wait_for_labs(widgets)
    assert set(page.tab.locator(".intimacy").evaluate_all("all => all.map((each) => each.dataset.theme)")) == {scheme}
    assert faults(page) == []
    shown_whole(page)
    other = {"light": "dark", "dark": "light"}[scheme]
    page.tab.get_by_role("button", name=other.capitalize(), exact=True).press("Enter")
    page.tab.wait_for_function(
        f"() => [...document.querySelectorAll('.intimacy')].every((each) => each.dataset.theme === '{other}')"
    )
    assert faults(page) == []


def kernel_of(page: Page) -> str:
    script = "() => JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"
    return str(page.tab.evaluate(script))


def test_a_page_that_is_left_gives_its_kernel_back_at_once(visit: Any, apps: Apps) -> None:
    page = visit("voila/render/04_the_blood.ipynb")
    page.wait_for_labs(3)
    kernel = apps.url(f"api/kernels/{kernel_of(page)}")
    page.tab.goto(apps.url(""))
    # Long before a kernel would be stopped whose page has gone without a word.
    deadline = time.monotonic() + 30
    while page.tab.evaluate("async (url) => (await fetch(url)).status", kernel) != 404:
        assert time.monotonic() < deadline
        page.tab.wait_for_timeout(250)


def test_a_visitor_whose_kernel_was_stopped_is_told_so(visit: Any, apps: Apps) -> None:
    page = visit("voila/render/04_the_blood.ipynb")
    page.wait_for_labs(3)
    assert (
        page.tab.evaluate(
            "async (url) => (await fetch(url, { method: 'POST' })).status",
            apps.url(f"voila/api/shutdown/{kernel_of(page)}"),
        )
        == 204
    )
    page.lab(QUESTION).locator(".notice").filter(has_text="reload the page").wait_for(timeout=60_000)
