"""The browser's half of each widget: one style sheet and one ES module, joined from a few files each."""

from __future__ import annotations

import base64
import gzip
import hashlib
from functools import cache
from importlib.resources import files

_LOADER = """// The module itself is in front_end/shared.js and front_end/{stem}.js; here it travels gzipped.
const page = (globalThis[Symbol.for("intimacy.modules")] ??= {{}});
const load = async () => {{
  const bytes = Uint8Array.from(atob("{code}"), (each) => each.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const url = URL.createObjectURL(new Blob([await new Response(stream).text()], {{ type: "text/javascript" }}));
  try {{
    return (await import(url)).default;
  }} finally {{
    URL.revokeObjectURL(url);
  }}
}};
export default {{ render: async (context) => (await (page["{key}"] ??= load())).render(context) }};
"""


_BEFORE = {"lab": ("solid", "frames", "lab_view"), "bench": ("solid", "frames", "lab_view")}
"""Files that a widget stands on besides those that all share."""


@cache
def module(stem: str) -> str:
    """Return the ES module of a widget: what all share, then its own.

    Each widget sends its module, so it goes gzipped, a third of the bytes, and is unpacked once per page.
    """
    parts = ("shared", *_BEFORE.get(stem, ()), stem)
    packed = gzip.compress("".join(_read(f"{part}.js") for part in parts).encode(), mtime=0)
    key = f"{stem} {hashlib.sha256(packed).hexdigest()[:16]}"
    return _LOADER.format(stem=stem, key=key, code=base64.b64encode(packed).decode())


def style(stem: str) -> str:
    """Return the style sheet of a widget: what all share, then its own."""
    parts = ("shared", *_BEFORE.get(stem, ()), stem)
    return "".join(_read(f"{part}.css") for part in parts if _has(f"{part}.css"))


@cache
def plotly_gzipped() -> bytes:
    """Return plotly.js of the installed plotly package, gzipped once per kernel."""
    return gzip.compress(
        files("plotly").joinpath("package_data", "plotly.min.js").read_bytes(), compresslevel=6, mtime=0
    )


def _has(name: str) -> bool:
    return files(__package__).joinpath(name).is_file()


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
