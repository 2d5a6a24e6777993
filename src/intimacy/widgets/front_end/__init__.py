"""The browser's half of each widget: one style sheet and one ES module, joined from a few files each.

With Python behind it, a file crosses the wire once per page, whatever widgets stand on it. Pages without Python
take whole modules and styles.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import ClassVar

import anywidget
import ipywidgets
import traitlets

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


_ASSEMBLE = """// The files of a widget lie in widgets of their own: each comes once per page, as does what they make.
const page = (globalThis[Symbol.for("intimacy.assembled")] ??= new Map());
const unpacked = async (bytes) =>
  new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
const load = async (parts) => {
  const style = document.createElement("style");
  style.textContent = parts.map((part) => part.style).join("");
  document.head.append(style);
  const source = parts.map((part) => part.script).join("");
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    return (await import(url)).default;
  } finally {
    URL.revokeObjectURL(url);
  }
};
const assembled = async (model) => {
  const sent = model.get("_files").map((each) => model.widget_manager.get_model(each.replace("IPY_MODEL_", "")));
  const parts = await Promise.all(sent.map(async (each) => unpacked((await each).get("content"))));
  const key = JSON.stringify(parts);
  if (!page.has(key)) page.set(key, load(parts));
  return page.get(key);
};
export default { render: async (context) => (await assembled(context.model)).render(context) };
"""

_BEFORE = {"lab": ("solid", "frames", "lab_view"), "bench": ("solid", "frames", "lab_view")}
"""Files that a widget stands on besides those that all share."""


class Parcel(ipywidgets.Widget):  # type: ignore[misc] # it has no types
    """Bytes that several widgets of a page need: they come once, with the first that needs them."""

    content = traitlets.Bytes().tag(sync=True)


_parcels: dict[bytes, Parcel] = {}


def sent(content: bytes) -> str:
    """Return the name under which a page finds these bytes, which are sent when they are not there yet."""
    if content not in _parcels or _parcels[content].comm is None:
        _parcels[content] = Parcel(content=content)
    return f"IPY_MODEL_{_parcels[content].model_id}"


class FrontEnd(anywidget.AnyWidget):
    """A widget whose script and style come once per page. ``_front_end`` names its files."""

    _front_end: ClassVar[str]
    _esm = _ASSEMBLE

    _files: traitlets.List[str] = traitlets.List(traitlets.Unicode()).tag(sync=True)

    @traitlets.default("_files")
    def _sent_files(self) -> list[str]:
        return [sent(_part(part)) for part in _parts(self._front_end)]


@cache
def module(stem: str) -> str:
    """Return the ES module of a widget for a page without Python: gzipped, a third of the bytes."""
    packed = gzip.compress("".join(_read(f"{part}.js") for part in _parts(stem)).encode(), mtime=0)
    key = f"{stem} {hashlib.sha256(packed).hexdigest()[:16]}"
    return _LOADER.format(stem=stem, key=key, code=base64.b64encode(packed).decode())


def style(stem: str) -> str:
    """Return the style sheet of a widget: what all share, then its own."""
    return "".join(_style(part) for part in _parts(stem))


@cache
def plotly_gzipped() -> bytes:
    """Return plotly.js of the installed plotly package, gzipped once per kernel."""
    return gzip.compress(
        files("plotly").joinpath("package_data", "plotly.min.js").read_bytes(), compresslevel=6, mtime=0
    )


def _parts(stem: str) -> tuple[str, ...]:
    """Return the files of a widget: what all share, then its own."""
    return ("shared", *_BEFORE.get(stem, ()), stem)


@cache
def _part(part: str) -> bytes:
    """Return a file as it travels: its script and its style, gzipped."""
    return gzip.compress(json.dumps({"script": _read(f"{part}.js"), "style": _style(part)}).encode(), mtime=0)


def _style(part: str) -> str:
    return _read(f"{part}.css") if files(__package__).joinpath(f"{part}.css").is_file() else ""


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
