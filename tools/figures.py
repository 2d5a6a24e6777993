"""Draw the picture of each notebook: ``python tools/figures.py [stems]``.

The picture is the notebook's first lab as a reader sees it, on a page without a kernel: the lab's own front end, fed
with the state that Python has computed. A theme names that lab as ``COVER`` in its module of ``intimacy.labs``.
"""

from __future__ import annotations

import argparse
import base64
import importlib
import inspect
import json
import sys
import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from chromium import launched
from intimacy import anatomy
from intimacy.widgets import Lab, front_end

ROOT = Path(__file__).resolve().parents[1]
WIDTH = 1040
STATE = [
    "title",
    "controls",
    "presets",
    "figure",
    "solid",
    "start",
    "play",
    "note",
    "draws_again",
    "no_frames",
    "frame",
    "pinned",
    "prediction",
    "log",
]
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<meta name="color-scheme" content="light dark"><style>body {{ margin: 20px; background: Canvas; }} {style}</style>
<script>{plotly}</script>
<div id="lab"></div>
<script type="module">
const bytes = (text) => new DataView(Uint8Array.from(atob(text), (each) => each.charCodeAt(0)).buffer);
const state = JSON.parse({state}, (_, value) => (value && value.bytes !== undefined ? bytes(value.bytes) : value));
globalThis[Symbol.for("intimacy.plotly")] = {{ promise: Promise.resolve(Plotly), ready: true }};
const model = {{ get: (name) => state[name], on() {{}}, off() {{}}, set() {{}}, save_changes() {{}}, send() {{}} }};
const module = URL.createObjectURL(new Blob([{module}], {{ type: "text/javascript" }}));
const widget = (await import(module)).default;
widget.render({{ model, el: document.getElementById("lab"), signal: new AbortController().signal }});
</script></html>"""


def encode(value: Any) -> Any:
    """Return what JSON cannot hold: bytes, as base64."""
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    raise TypeError(f"{type(value).__name__} cannot be put on a page")


def in_script(value: Any) -> str:
    """Return a value as a JavaScript literal that cannot end the script it stands in."""
    return json.dumps(value, default=encode).replace("</", "<\\/")


def page(lab: Lab) -> str:
    """Return a web page, complete in itself, that shows a lab as it is now."""
    state = {name: getattr(lab, name) for name in STATE if name in lab.keys}
    plotly = files("plotly").joinpath("package_data", "plotly.min.js").read_text(encoding="utf-8")
    return PAGE.format(
        title=lab.title,
        style=front_end.style(lab._front_end),
        plotly=plotly.replace("</script", "<\\/script"),
        state=in_script(in_script(state)),
        module=in_script(front_end.module(lab._front_end)),
    )


def made(make: Callable[..., Lab]) -> Lab:
    """Return the lab that a function makes; one that can stand below a body gets the brain."""
    return make(anatomy.brain()) if "solid" in inspect.signature(make).parameters else make()


def main() -> None:
    """Draw the pictures that were asked for, all by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stems", nargs="*", help="notebooks by stem, such as 04_oxytocin_trust (all)")
    stems = parser.parse_args().stems or [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    with launched() as browser, tempfile.TemporaryDirectory() as folder:
        tab = browser.new_page(viewport={"width": WIDTH, "height": 900}, device_scale_factor=1.5)
        for stem in stems:
            lab = made(importlib.import_module(f"intimacy.labs.{stem.partition('_')[2]}").COVER)
            path = Path(folder, f"{stem}.html")
            path.write_text(page(lab), encoding="utf-8")
            tab.goto(path.as_uri())
            tab.wait_for_selector(".intimacy[data-ready]")
            tab.wait_for_timeout(500)
            picture = ROOT / "figures" / f"{stem}.png"
            tab.locator(".intimacy").screenshot(path=picture)
            print(f"figures/{picture.name}")


if __name__ == "__main__":
    sys.exit(main())
