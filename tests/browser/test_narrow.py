"""On a phone no label of a lab runs out of its picture: each lab at rest, 360 pixels wide, without a kernel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from figures import made, page
from intimacy.widgets import Lab
from look import labs_of
from stems import STEMS

LABS = {f"{stem}: {name}": make for stem in STEMS for name, make in labs_of(stem).items()}
CLIPPED = """node => {
  const outer = node.getBoundingClientRect();
  return [...node.querySelectorAll("svg text")]
    .filter((each) => each.textContent.trim())
    .map((each) => [each.textContent, each.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.left < outer.left - 1 || box.right > outer.right + 1))
    .map(([text, box]) => `${text} (${Math.round(Math.max(outer.left - box.left, box.right - outer.right))} px)`);
}"""


@pytest.mark.parametrize("make", LABS.values(), ids=LABS)
def test_no_label_is_cut_off_on_a_phone(make: Callable[[], Lab], browser: Any, tmp_path: Path) -> None:
    address = tmp_path / "lab.html"
    address.write_text(page(made(make)), encoding="utf-8")
    tab = browser.new_page(viewport={"width": 360, "height": 900})
    tab.goto(address.as_uri())
    tab.wait_for_selector(".intimacy[data-ready]")
    cut = [text for picture in tab.locator(".picture").all() for text in picture.evaluate(CLIPPED)]
    tab.close()
    assert cut == []
