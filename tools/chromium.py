"""Find a Chromium or Chrome that is there, and start it so that it asks nothing of the network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoBrowser(RuntimeError):
    """There is no browser; the message says what to install."""


@contextmanager
def launched() -> Iterator[Any]:
    """Yield a headless browser of Playwright's: one that is installed, else Playwright's own download.

    Raises:
        NoBrowser: there is neither.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        installed = next((path for path in map(shutil.which, NAMES) if path), None)
        path = installed or playwright.chromium.executable_path
        if not Path(path).exists():
            raise NoBrowser(
                "no Chromium or Chrome was found: install one, or run `.venv/bin/playwright install chromium`"
            )
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()
