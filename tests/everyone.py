"""What a person meets who does not see the page, or has no mouse: Chromium's accessibility tree, and the Tab key."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pages import Page

SILENT = {"InlineTextBox", "LineBreak", "ListMarker", "LabelText", "Legend", "none"}  # told by what they belong to
CONTROLS = {"slider", "spinbutton", "combobox", "checkbox", "radio", "button", "textbox", "DisclosureTriangle"}
STATES = ("disabled", "expanded", "pressed", "checked", "selected", "invalid", "live")


@dataclass(frozen=True)
class Told:
    """One thing that the tree tells: what it is, how it is called, what it says, and what it stands in."""

    role: str
    name: str
    value: str
    description: str
    states: dict[str, Any]
    within: tuple[str, ...]
    node: int

    def __str__(self) -> str:
        shown = [self.name if self.role == "StaticText" else f"{self.role} “{self.name}”"]
        shown += [f"= {self.value}"] if self.value else []
        shown += [f"[{key} {value}]" for key, value in self.states.items() if value not in (False, "false")]
        shown += [f"({self.description})"] if self.description else []
        return "  " * len(self.within) + " ".join(shown)


class Reader:
    """A widget as the tree tells it, with hands that act on what the tree names. It looks at nothing else."""

    def __init__(self, page: Page, widget: Any) -> None:
        self.page = page
        self.line = page.context.new_cdp_session(page.tab)
        widget.evaluate("node => (globalThis.widgetToRead = node)")
        found = self.line.send("Runtime.evaluate", {"expression": "widgetToRead"})["result"]["objectId"]
        self.root = self.line.send("DOM.describeNode", {"objectId": found})["node"]["backendNodeId"]

    def tree(self) -> list[Told]:
        """Return all that the tree tells of the widget, from top to bottom."""
        answer = self.line.send("Accessibility.queryAXTree", {"backendNodeId": self.root})["nodes"]
        nodes = {each["nodeId"]: each for each in answer}
        return [*_told(answer[0], nodes, ())]

    def text(self) -> str:
        """Return the tree as lines of text."""
        return "\n".join(map(str, self.tree()))

    def all(self, role: str, name: str | None = None) -> list[Told]:
        """Return what has this role, and this name where one is given."""
        return [each for each in self.tree() if each.role == role and name in (None, each.name)]

    def press(self, told: Told, *keys: str) -> None:
        """Put the focus on something that the tree names, and press keys."""
        self.line.send("DOM.focus", {"backendNodeId": told.node})
        for key in keys:
            self.page.tab.keyboard.press(key)

    def until(self, holds: Callable[[], Any], what: str) -> Any:
        """Read the tree again and again until something holds, and return that."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if found := holds():
                return found
            self.page.tab.wait_for_timeout(100)
        raise AssertionError(f"{what}: the tree says\n{self.text()}")


def _told(node: dict[str, Any], nodes: dict[str, dict[str, Any]], within: tuple[str, ...]) -> Iterator[Told]:
    role = node.get("role", {}).get("value", "none")
    if not node["ignored"] and role not in SILENT:
        properties = {each["name"]: each["value"].get("value") for each in node.get("properties", [])}
        told = Told(
            role,
            node["name"].get("value", "") if "name" in node else "",
            str(node.get("value", {}).get("value", "")),
            node.get("description", {}).get("value", ""),
            {key: properties[key] for key in STATES if key in properties},
            within,
            node.get("backendDOMNodeId", 0),
        )
        yield told
        within = (*within, f"{told.role} {told.name}".strip())
    for child in node["childIds"]:
        if child in nodes:
            yield from _told(nodes[child], nodes, within)


# What a stop of the keyboard is called: a set of radio buttons is one stop.
NAMED = """() => {
  const known = new Map();
  globalThis.nameOfStop = (node) => {
    const isRadio = node.type === "radio";
    const key = isRadio ? node.name : node;
    if (!known.has(key)) known.set(key, known.size + 1);
    const named = isRadio ? node.closest("fieldset").querySelector("legend, p") : node.labels?.[0];
    const words = (!isRadio && node.getAttribute("aria-label")) || (named ?? node).textContent;
    return `${known.get(key)}: ${node.type || node.localName} “${words.trim().slice(0, 50)}”`;
  };
}"""

# All that the keyboard should reach in a widget.
REACHABLE = """widget => {
  const all = [...widget.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")];
  const found = all.filter((node) => !node.matches(":disabled") && node.checkVisibility({ visibilityProperty: true }));
  return [...new Set(found.map((node) => nameOfStop(node)))];
}"""

# Where the keyboard stands, how its ring looks, and what cuts the ring off, once the page has been drawn around it.
STOP = """async () => {
  for (let drawn = 0; drawn < 2; drawn += 1) await new Promise(requestAnimationFrame);
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const parts = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = (color) => {
    const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = parts(color).map((part) => linear(part / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const around = [];
  for (let at = node.parentElement; at !== document.body; at = at.parentElement) around.push(at);
  const papers = [...around, document.body].map((each) => getComputedStyle(each).backgroundColor);
  const paper = papers.find((color) => parts(color)[3] !== 0);
  const style = getComputedStyle(node);
  const [dark, light] = [luminance(style.outlineColor), luminance(paper ?? "rgb(255, 255, 255)")].sort((a, b) => a - b);
  const box = node.getBoundingClientRect();
  const reach = parseFloat(style.outlineOffset) + parseFloat(style.outlineWidth) - 0.6;
  const cut = around.filter((each) => getComputedStyle(each).overflowX !== "visible").filter((each) => {
    const edge = each.getBoundingClientRect();
    const room = [box.left - edge.left, edge.right - box.right, box.top - edge.top, edge.bottom - box.bottom];
    return Math.min(...room) < reach;
  });
  const widget = node.closest(".intimacy");
  const home = (widget ?? document.body).getBoundingClientRect();
  return {
    name: nameOfStop(node),
    kind: node.localName === "input" ? node.type : node.localName,
    widget: widget && [...document.querySelectorAll(".intimacy")].indexOf(widget),
    folds: node.localName === "summary" && !node.parentElement.open,
    plays: node.closest(".moves, .always, .form") !== null,
    place: [box.left - home.left, box.top - home.top, box.right - home.left, box.bottom - home.top],
    inSight: box.height > 0 && box.bottom > 0 && box.top < innerHeight,
    ring: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    contrast: (light + 0.05) / (dark + 0.05),
    cut: cut.map((each) => each.className || each.localName),
  };
}"""


def walk(page: Page, key: str) -> Iterator[dict[str, Any]]:
    """Yield each place that the keyboard comes to in our widgets, until it leaves the page or comes round again."""
    seen: set[str] = set()
    while len(seen) < 2000:
        page.tab.keyboard.press(key)
        stop = page.tab.evaluate(STOP)
        if stop is None or stop["name"] in seen:
            return
        seen.add(stop["name"])
        if stop["widget"] is not None:
            yield stop


def wrong_with(stop: dict[str, Any], last: dict[str, Any] | None) -> list[str]:
    """Return what is wrong with a place of the keyboard, seen from the place before it."""
    found = []
    if stop["ring"] < 2 or stop["contrast"] < 3:
        found.append(f"a ring of {stop['ring']} px with a contrast of {stop['contrast']:.1f}")
    if stop["cut"]:
        found.append(f"a ring that is cut off by {stop['cut']}")
    if not stop["inSight"]:
        found.append("out of sight")
    if last and last["widget"] == stop["widget"]:
        before, here = last["place"], stop["place"]
        if here[3] <= before[1] and here[0] < before[2]:
            found.append(f"above and left of the place before it, {last['name']}")
    return [f"{stop['name']}: {each}" for each in found]


# What is wrong with how the widgets of a page are laid out; in the narrowest windows without the labels of pictures.
LAYOUT = """(withLabels = true) => {
  const faults = [];
  const named = (widget) => (widget.querySelector("h3, legend, summary")?.textContent ?? "").slice(0, 50);
  for (const widget of document.querySelectorAll(".intimacy")) {
    const say = (what) => faults.push(`${named(widget)}: ${what}`);
    const wider = widget.scrollWidth - widget.clientWidth;
    if (wider > 1) say(`wider than its place by ${wider} px`);
    for (const node of widget.querySelectorAll("button, input, select, summary, p, label, textarea, dd, legend")) {
      if (!node.checkVisibility() || node.closest(".aloud, .table, .log-box, .rejected")) continue;
      const box = node.getBoundingClientRect();
      if (box.right > innerWidth + 1 || box.left < -1) say(`out of the page: ${node.textContent.slice(0, 40)}`);
    }
    for (const picture of withLabels ? widget.querySelectorAll(".picture, .body-stage") : []) {
      const outer = picture.getBoundingClientRect();
      const lines = [...picture.querySelectorAll("svg text")].flatMap((text) => {
        const rows = [...text.querySelectorAll("tspan.line")];
        return rows.length > 0 ? rows : [text];
      });
      const shown = lines
        .filter((line) => line.textContent.trim() && line.checkVisibility({ opacityProperty: true }))
        .map((line) => ({ line, text: line.closest("text"), box: line.getBoundingClientRect() }))
        .map((each) => ({ ...each, words: each.line.textContent.trim().slice(0, 40) }))
        .map((each) => ({ ...each, turned: /rotate\\((?!0,|0\\))/.test(each.text.getAttribute("transform") ?? "") }))
        .filter(({ box }) => box.width > 0);
      shown.forEach(({ words, text, turned, box }, index) => {
        const room = [box.left - outer.left, outer.right - box.right, box.top - outer.top, outer.bottom - box.bottom];
        if (Math.min(...room) < -2) say(`cut off by ${Math.round(-Math.min(...room))} px: ${words}`);
        for (const other of shown.slice(index + 1)) {
          if (other.text === text || (turned && other.turned)) continue; // lines that slant beside each other
          const wide = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
          const high = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
          // Boxes have room above and below their letters.
          if (wide > 3 && high > 7) say(`“${words}” stands on “${other.words}”: ${wide | 0} × ${high | 0} px`);
        }
      });
    }
  }
  return faults;
}"""
