"""A solid body and a film in real Chromium, on a page without a kernel: drawn, turned, coloured, flat, and fast."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

from figures import page as page_of
from intimacy import anatomy
from intimacy.widgets import Frame, Lab, NoControls, Play, theme

STOPS = 11
NO_WEBGL = """
const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind.startsWith("webgl") ? null : get.call(this, kind, ...more);
};"""


def heating() -> Lab:
    """A lab whose parts all warm from nothing to full in eleven stops, with a dot that walks along a line."""
    seconds = np.linspace(0, 1, STOPS)
    shade = np.tile(seconds[:, None], 8)

    def draw(*_: Any) -> Frame:
        walk = {"x": seconds[:, None], "y": seconds[:, None]}
        rows = {"x": seconds, "y": seconds, "z": np.outer(seconds, seconds)}
        return Frame({"walk": walk, "map": rows, "solid": {"shade": shade, "value": 2 * shade}})

    def figure() -> Any:
        empty = theme.new_figure(200).add_heatmap(meta="map", x=[], y=[], z=[], showscale=False)
        return empty.add_scatter(meta="walk", x=[], y=[], mode="markers")

    play = Play("Second", ["map"], 0, 1, 1 / (STOPS - 1), films=["walk", "solid"])
    return Lab(
        "How warm?",
        NoControls(),
        lambda _: None,
        figure,
        draw,
        lambda *_: "It warms from nothing to full.",
        play=play,
        solid=anatomy.brain(),
        table=lambda _: None,
    )


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("solid") / "lab.html"
    path.write_text(page_of(heating()), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser: Any, address: Path) -> Iterator[Any]:
    contexts = []

    def open_tab(script: str = "", **context: Any) -> Any:
        contexts.append(browser.new_context(viewport={"width": 1100, "height": 1000}, **context))
        if script:
            contexts[-1].add_init_script(script)
        tab = contexts[-1].new_page()
        tab.faults = []
        tab.on("pageerror", lambda error: tab.faults.append(str(error)))
        tab.goto(address.as_uri())
        tab.wait_for_selector(".intimacy[data-ready]")
        tab.wait_for_selector(".solid svg text")
        return tab

    yield open_tab
    for context in contexts:
        context.close()


def pixels(tab: Any) -> np.ndarray:
    """Return the picture of the body as numbers, shape (height, width, 3)."""
    tab.wait_for_timeout(100)
    return np.asarray(imread(io.BytesIO(tab.locator(".body-stage").screenshot())))[:, :, :3]


def reddish(picture: np.ndarray) -> int:
    """Count the pixels that are hot."""
    red, green, blue = np.moveaxis(picture, -1, 0)
    return int(((red > 0.35) & (red > 1.8 * green) & (red > 1.8 * blue)).sum())


def test_colours_labels_and_film_follow_the_playhead(opened: Any) -> None:
    tab = opened()
    assert reddish(pixels(tab)) > 5000
    assert "AMY 2.00" in tab.locator(".solid svg").text_content()
    slider = tab.get_by_role("slider", name="Second")
    slider.focus()
    tab.keyboard.press("Home")
    assert reddish(pixels(tab)) < 200
    assert "AMY 0.00" in tab.locator(".solid svg").text_content()
    drawn = """() => {
      const [map, walk] = document.querySelector('.js-plotly-plot').data;
      return [walk.x[0], map.z.length, map.x.length];
    }"""
    assert tab.evaluate(drawn) == [0, 1, STOPS]
    for _ in range(3):
        tab.keyboard.press("ArrowRight")
    tab.wait_for_timeout(200)
    x, rows, columns = tab.evaluate(drawn)
    assert (round(x, 4), rows, columns) == (0.3, 4, STOPS)
    assert "AMY 0.60" in tab.locator(".solid svg").text_content()
    words = tab.locator(".body-stage .aloud").text_content()
    assert words.startswith("Person i: Amygdala 0.60, Anterior insula 0.60")
    assert not tab.faults


def test_the_body_turns_by_button_and_by_drag(opened: Any) -> None:
    tab = opened(reduced_motion="reduce")
    seen = {}
    for side in ("Left", "Right", "Front", "Top", "At an angle"):
        tab.get_by_role("button", name=side, exact=True).click()
        seen[side] = pixels(tab)
        assert tab.get_by_role("button", name=side, exact=True).get_attribute("aria-pressed") == "true"
        assert reddish(seen[side]) > 1000, side
    for one, other in pairwise(seen.values()):
        assert np.abs(one - other).mean() > 0.01
    box = tab.locator(".body-stage").bounding_box()
    tab.mouse.move(box["x"] + 200, box["y"] + 120)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 260, box["y"] + 120, steps=5)
    tab.mouse.up()
    dragged = pixels(tab)
    assert np.abs(dragged - seen["At an angle"]).mean() > 0.01
    assert tab.get_by_role("button", name="At an angle").get_attribute("aria-pressed") == "false"
    tab.get_by_role("button", name="Turn left").click()
    tab.get_by_role("button", name="Turn right").click()
    assert np.abs(pixels(tab) - dragged).mean() < 0.001
    assert not tab.faults


@pytest.mark.everyone
def test_the_flat_picture_shows_the_same_and_can_be_left_again(opened: Any) -> None:
    tab = opened(reduced_motion="reduce")
    solid = pixels(tab)
    tab.get_by_role("button", name="Draw it flat").click()
    assert reddish(pixels(tab)) > 5000
    assert not tab.get_by_role("button", name="Turn left").is_visible()
    tab.get_by_role("slider", name="Second").focus()
    tab.keyboard.press("Home")
    assert reddish(pixels(tab)) < 200
    tab.keyboard.press("End")
    tab.get_by_role("button", name="Draw it flat").click()
    assert np.abs(pixels(tab) - solid).mean() < 0.002
    assert not tab.faults


def test_without_webgl_the_body_is_flat_from_the_start(opened: Any) -> None:
    tab = opened(NO_WEBGL)
    assert reddish(pixels(tab)) > 5000
    assert "AMY 2.00" in tab.locator(".solid svg").text_content()
    assert not tab.get_by_role("button", name="Draw it flat").is_visible()
    assert not tab.faults


@pytest.mark.everyone
def test_no_label_lies_on_another_or_outside_at_any_width(opened: Any) -> None:
    tab = opened(reduced_motion="reduce")
    for width in (360, 510, 560, 900, 1400):
        tab.set_viewport_size({"width": width, "height": 1000})
        for side in ("Left", "Front", "Top", "At an angle"):
            tab.get_by_role("button", name=side, exact=True).click()
            tab.wait_for_timeout(120)
            boxes = tab.evaluate(
                "() => [...document.querySelectorAll('.solid svg text')].map((n) => n.getBoundingClientRect().toJSON())"
            )
            assert len(boxes) == 16
            for index, one in enumerate(boxes):
                assert one["left"] >= 0
                assert one["right"] <= width
                for other in boxes[index + 1 :]:
                    across = min(one["right"], other["right"]) - max(one["left"], other["left"])
                    down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
                    assert across <= 0 or down <= 3, (width, side)
    assert not tab.faults
