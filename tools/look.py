"""Photograph every lab of a theme: at rest, in each preset, with each control at its ends, dark and narrow.

``python tools/look.py oxytocin_trust [folder]`` writes sheets of pictures, one per state, to be looked at by a person:
of the labs on a page without a kernel, or with ``--jupyterlab`` of the theme's notebook in JupyterLab itself.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import io
import re
import sys
import tempfile
from collections.abc import Callable, Container, Iterator, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from chromium import launched
from figures import made, page
from intimacy.widgets import Lab
from pages import Page, copied, jupyter_server

ROOT = Path(__file__).resolve().parents[1]
PER_SHEET, PER_ROW, SHOWN_WIDTH = 6, 3, 640

Picture = tuple[str, bytes]


def states(lab: Lab) -> Iterator[tuple[str, Lab]]:
    """Yield a lab in each state worth looking at, with a name for it."""
    yield "rest", lab
    for name in lab.preset_names:
        lab.preset(name)
        yield f"preset {name}", lab
    lab.reset()
    for control in lab.controls:
        ends = list(control["options"]) or (
            [control["low"], control["high"]] if control["kind"] != "switch" else [True]
        )
        for value in ends:
            lab.set(**{control["name"]: value})
            yield f"{control['name']} {value}", lab
        lab.reset()


def labs_of(stem: str, kinds: Container[str] = ("Lab", "Bench")) -> dict[str, Callable[..., Any]]:
    """Return the functions of a theme that make something of these kinds and need nothing for it."""
    return {
        name: each
        for name, each in vars(importlib.import_module(f"intimacy.labs.{stem}")).items()
        if inspect.isfunction(each)
        and not name.startswith("_")
        and name != "COVER"
        and inspect.get_annotations(each).get("return") in kinds
        and all(given.default is not given.empty for given in inspect.signature(each).parameters.values())
    }


def without_kernel(stem: str, browser: Any) -> Iterator[tuple[str, list[Picture]]]:
    """Yield each lab's name and its pictures, on a page of its own."""
    with tempfile.TemporaryDirectory() as folder:
        address = Path(folder) / "lab.html"

        def photographed(lab: Lab, width: int = 1000, **context: Any) -> bytes:
            address.write_text(page(lab), encoding="utf-8")
            tab = browser.new_page(viewport={"width": width, "height": 900}, **context)
            tab.goto(address.as_uri())
            tab.wait_for_selector(".intimacy[data-ready]")
            tab.wait_for_timeout(250)
            picture: bytes = tab.screenshot(full_page=True)
            tab.close()
            return picture

        for name, make in labs_of(stem).items():
            pictures = [(state, photographed(lab)) for state, lab in states(made(make))]
            pictures.append(("dark", photographed(made(make), color_scheme="dark")))
            pictures.append(("narrow", photographed(made(make), width=400)))
            yield name, pictures


def in_jupyterlab(stem: str, browser: Any) -> Iterator[tuple[str, list[Picture]]]:
    """Yield each lab's title and its pictures, as a learner reaches them in the notebook: by buttons and by keys."""
    (notebook,) = (ROOT / "notebooks").glob(f"[0-9][0-9]_{stem}.ipynb")
    with tempfile.TemporaryDirectory() as folder:
        server = jupyter_server(copied(ROOT, Path(folder)))
        opened = Page(browser, viewport={"width": 1280, "height": 1800})
        opened.open_lab(server, f"notebooks/{notebook.name}")
        opened.run_all()
        opened.wait_for_idle()
        opened.wait_for_all(stem)
        for lab in opened.tab.locator(".intimacy-lab, .intimacy-game").all():
            yield lab.locator("h3").first.text_content(), [*photographs(opened, lab)]
        opened.close()
        server.close()


def photographs(opened: Page, lab: Any) -> Iterator[Picture]:
    """Yield the pictures of one widget: at rest, each story, each control at its ends."""

    def taken() -> bytes:
        opened.tab.wait_for_function("node => node.closest('[aria-busy=true]') === null", arg=lab.element_handle())
        opened.tab.wait_for_timeout(250)
        picture: bytes = lab.screenshot()
        return picture

    yield "rest", taken()
    reset = lab.get_by_role("button", name="Reset")
    if not reset.count():
        return
    for preset in lab.locator(".presets button").all():
        preset.click()
        yield f"preset {preset.text_content()}", taken()
    reset.click()
    for fold in lab.locator("details:has(> .control):not([open]) > summary").all():
        fold.click()
    for slider in lab.locator(".controls input[type=range]").all():
        for key in ("Home", "End"):
            slider.press(key)
            yield f"{slider.evaluate('node => node.labels[0].textContent')} {key}", taken()
        reset.click()
    for select in lab.locator(".controls select").all():
        for option in select.locator("option").all():
            select.select_option(option.get_attribute("value"))
            yield f"{option.text_content()}", taken()
        reset.click()


def in_parts(pictures: Sequence[Any], size: int) -> list[Sequence[Any]]:
    """Return the pictures in parts of at most this size."""
    return [pictures[start : start + size] for start in range(0, len(pictures), size)]


def sheet(pictures: Sequence[Picture]) -> Image.Image:
    """Return pictures side by side, each with the name of its state above it."""
    shown = []
    for state, data in pictures:
        picture = Image.open(io.BytesIO(data)).convert("RGB")
        scale = min(1, SHOWN_WIDTH / picture.width)
        shown.append((state, picture.resize((round(picture.width * scale), round(picture.height * scale)))))
    rows = in_parts(shown, PER_ROW)
    heights = [22 + max(picture.height for _, picture in row) for row in rows]
    whole = Image.new("RGB", (PER_ROW * (SHOWN_WIDTH + 8), sum(heights)), "#bbbbbb")
    for number, row in enumerate(rows):
        for column, (state, picture) in enumerate(row):
            corner = (column * (SHOWN_WIDTH + 8), sum(heights[:number]))
            ImageDraw.Draw(whole).text((corner[0] + 6, corner[1] + 3), state, fill="black", font_size=15)
            whole.paste(picture, (corner[0], corner[1] + 22))
    return whole


def main() -> None:
    """Photograph the labs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stem", help="a theme, such as oxytocin_trust")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "look")
    parser.add_argument("--jupyterlab", action="store_true", help="the whole notebook, in JupyterLab")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    look = in_jupyterlab if options.jupyterlab else without_kernel
    with launched() as browser:
        for name, pictures in look(options.stem, browser):
            file_name = re.sub(r"[^\w.-]+", "_", name)[:60]
            for number, some in enumerate(in_parts(pictures, PER_SHEET), start=1):
                path = options.folder / f"{file_name}_{number}.png"
                sheet(some).save(path)
                print(path, flush=True)


if __name__ == "__main__":
    sys.exit(main())
