"""The flagship in Notebook 7 and in Voilà: the same labs, at any width, and nothing that a visitor could run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from flagship import LOOP, UPSTREAM, WIDGETS, faults
from pages import FLAGSHIP, Page, Server


@pytest.fixture(scope="module")
def notebook7(browser: Any, jupyter: Server) -> Iterator[Page]:
    page = Page(browser)
    page.tab.goto(jupyter.url(f"notebooks/{FLAGSHIP}"))
    page.tab.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.tab.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", timeout=60_000)
    page.tab.wait_for_timeout(1500)
    page.run_all(WIDGETS)
    yield page
    page.close()
    jupyter.stop_kernels()


@pytest.fixture(scope="module")
def app(browser: Any, voila: Server) -> Iterator[Page]:
    page = Page(browser)
    page.tab.goto(voila.url(""), timeout=90_000)
    page.wait_for_labs(WIDGETS)
    yield page
    page.close()


@pytest.fixture(params=[pytest.param("notebook7", marks=pytest.mark.everyone), "app"])
def page(request: pytest.FixtureRequest) -> Page:
    found: Page = request.getfixturevalue(request.param)
    return found


def test_a_slider_moves_the_lab_by_keyboard(page: Page) -> None:
    lab = page.lab(LOOP)
    lab.scroll_into_view_if_needed()
    lab.get_by_role("slider", name="Promises the partner keeps").focus()
    page.tab.keyboard.press("ArrowRight")
    lab.locator(".shown").filter(has_text="q = 0.85").wait_for(timeout=5000)
    lab.get_by_role("button", name="Reset").click()
    lab.locator(".shown").filter(has_text="q = 0.8 ").wait_for(timeout=5000)
    assert page.complaints == []


@pytest.mark.everyone
@pytest.mark.parametrize("width", [360, 700, 1600])
def test_nothing_sticks_out_at_any_width(page: Page, width: int) -> None:
    page.tab.set_viewport_size({"width": width, "height": 900})
    for widget in page.tab.locator(".intimacy").all():
        widget.scroll_into_view_if_needed()
        page.tab.wait_for_timeout(250)
        inside, outside = widget.evaluate("node => [node.scrollWidth, node.clientWidth]")
        assert inside <= outside + 1, widget.get_attribute("class")
    page.tab.set_viewport_size({"width": 1280, "height": 1000})


@pytest.mark.parametrize("front_end", [pytest.param("notebook7", marks=pytest.mark.everyone), "app"])
def test_axe_finds_nothing_in_our_widgets(front_end: str, request: pytest.FixtureRequest) -> None:
    ours, rules = faults(request.getfixturevalue(front_end))
    assert ours == []
    assert rules <= UPSTREAM[front_end].keys()


def test_a_visitor_of_voila_sees_no_code(app: Page) -> None:
    assert app.tab.get_by_text("lessons.quiz()").count() == 0
