"""Photograph every lab of a theme: at rest, in each preset, with each control at its ends, dark and narrow.

``python tools/look.py oxytocin_trust [folder]`` writes one picture per state, to be looked at by a person.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import re
import sys
from collections.abc import Callable, Container, Iterator
from pathlib import Path
from typing import Any

from chromium import launched
from figures import made, page
from intimacy.widgets import Lab

ROOT = Path(__file__).resolve().parents[1]


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


def main() -> None:
    """Photograph the labs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stem", help="a theme, such as oxytocin_trust")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "look")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    address = options.folder / "lab.html"
    with launched() as browser:
        for name, make in labs_of(options.stem).items():
            for state, lab in states(made(make)):
                address.write_text(page(lab), encoding="utf-8")
                tab = browser.new_page(viewport={"width": 1000, "height": 900})
                photograph(tab, address, options.folder / f"{name} {state}")
            address.write_text(page(made(make)), encoding="utf-8")
            for look, context in (("dark", {"color_scheme": "dark"}), ("narrow", {})):
                tab = browser.new_page(viewport={"width": 1000 if look == "dark" else 400, "height": 900}, **context)
                photograph(tab, address, options.folder / f"{name} {look}")
    address.unlink()


def photograph(tab: Any, address: Path, name: Path) -> None:
    """Open the page, wait until it is drawn, and save its picture."""
    tab.goto(address.as_uri())
    tab.wait_for_selector(".intimacy[data-ready]")
    tab.wait_for_timeout(250)
    path = name.with_name(re.sub(r"[^\w.-]+", "_", name.name) + ".png")
    tab.screenshot(path=path, full_page=True)
    tab.close()
    print(path)


if __name__ == "__main__":
    sys.exit(main())
