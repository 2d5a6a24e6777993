"""The browser's half of each widget: one style sheet and one ES module, joined from two files each."""

from __future__ import annotations

import gzip
from functools import cache
from importlib.resources import files


def module(stem: str) -> str:
    """Return the ES module of a widget: what all share, then its own.

    Each widget sends its module, so indentation and comment lines stay at home: a fifth of the bytes.
    """
    lines = (_read("shared.js") + _read(f"{stem}.js")).splitlines()
    return "\n".join(line for line in map(str.strip, lines) if line and not line.startswith("//"))


def style(stem: str) -> str:
    """Return the style sheet of a widget: what all share, then its own."""
    return _read("shared.css") + _read(f"{stem}.css")


@cache
def plotly_gzipped() -> bytes:
    """Return plotly.js of the installed plotly package, gzipped once per kernel."""
    return gzip.compress(
        files("plotly").joinpath("package_data", "plotly.min.js").read_bytes(), compresslevel=6, mtime=0
    )


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
