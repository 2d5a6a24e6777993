"""From the key press to the painted frame, in real JupyterLab: the lab beside its peers, in one run and one page each.

A step is timed in the page: from the ``keydown`` of an arrow key on the slider to the first animation frame after the
picture has changed (a curve's path, or the image).
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat

from chromium import launched
from pages import Page, Server, jupyter_server

ROOT = Path(__file__).resolve().parents[1]
STEPS = 30
PEERS = ("interact_matplotlib", "figure_widget")
MARKS = {
    "ours": ".intimacy[data-ready] .js-line",
    "interact_matplotlib": ".jp-OutputArea-output img",
    "figure_widget": ".js-plotly-plot .js-line",
}
SLIDERS = {
    "ours": ".intimacy input[type=range] >> nth=0",
    "interact_matplotlib": ".noUi-handle",
    "figure_widget": ".noUi-handle",
}
STOPWATCH = """() => {
  const output = document.querySelector('.jp-OutputArea');
  globalThis.frames_ = [];
  let pressed = null;
  document.addEventListener('keydown', () => { pressed = performance.now(); }, true);
  new MutationObserver((changes) => {
    if (pressed === null) return;
    const painted = changes.some((change) =>
      (change.type === 'attributes' && ['d', 'src'].includes(change.attributeName)) ||
      [...change.addedNodes].some((node) => node.nodeType === 1 &&
        (node.matches('img') || node.querySelector('img, .js-line'))));
    if (!painted) return;
    const from = pressed;
    pressed = null;
    requestAnimationFrame(() => setTimeout(() => globalThis.frames_.push(performance.now() - from)));
  }).observe(output, { subtree: true, childList: true, attributes: true, attributeFilter: ['d', 'src'] });
}"""


def write_notebook(folder: Path, name: str) -> None:
    """Write a notebook of one cell that shows one contestant."""
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "", "language": "python"}}
    )
    notebook.cells = [nbformat.v4.new_code_cell(f"import peers\npeers.{name}()")]
    nbformat.write(notebook, folder / f"{name}.ipynb")


def opened(browser: Any, server: Server, name: str) -> Page:
    """Return a page on which the contestant has been drawn."""
    page = Page(browser)
    page.open_lab(server, f"{name}.ipynb")
    page.run_all()
    page.tab.wait_for_selector(MARKS[name], timeout=60_000, state="attached")
    page.tab.wait_for_timeout(1500)
    return page


def steps(page: Page, name: str, count: int) -> list[float]:
    """Press an arrow key ``count`` times, each after the last was painted, and return the milliseconds of each."""
    page.tab.evaluate(STOPWATCH)
    page.tab.locator(SLIDERS[name]).first.focus()
    if name == "ours":
        page.tab.locator(".intimacy input[type=range]").first.focus()
    for index in range(count):
        page.tab.keyboard.press("ArrowLeft" if index % 6 < 3 else "ArrowRight")
        page.tab.wait_for_function(f"() => globalThis.frames_.length > {index}", timeout=20_000)
        page.tab.wait_for_timeout(60)
    return list(page.tab.evaluate("() => globalThis.frames_"))


def last_value_after_drag(page: Page) -> float:
    """Move the slider 20 times a second for two seconds; return the milliseconds until the last value is shown."""
    return float(
        page.tab.evaluate(
            """async () => {
          const lab = document.querySelector('.intimacy');
          const slider = lab.querySelector('input[type=range]');
          const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
          for (let step = 0; step < 40; step += 1) {
            slider.value = 0.2 + 0.05 * (step % 14);
            slider.dispatchEvent(new Event('input', { bubbles: true }));
            await pause(50);
          }
          slider.value = 0.35;
          const from = performance.now();
          slider.dispatchEvent(new Event('input', { bubbles: true }));
          while (!lab.querySelector('.shown').textContent.includes('= 0.35')) await pause(1);
          await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
          return performance.now() - from;
        }"""
        )
    )


def bytes_of_labs(browser: Any, server: Server) -> tuple[int, int]:
    """Return the bytes over the wire for the first lab of a page, and those that one more adds."""
    page = opened(browser, server, "ours")
    first = sum(page.received)
    page.tab.evaluate("() => document.querySelector('.jp-Notebook').focus()")
    before = len(page.received)
    page.run_all()
    page.tab.wait_for_timeout(4000)
    again = sum(page.received[before:])
    page.close()
    return first, again


def row(
    what: str, ours: float, peer: float | None, budget: str, met: bool | None, unit: str = "ms"
) -> dict[str, object]:
    """Return one line of the table."""
    return {
        "what": what,
        "ours": f"{ours:.0f} {unit}",
        "peer": "" if peer is None else f"{peer:.0f} {unit}",
        "ratio": "" if peer is None else f"{peer / ours:.1f} x",
        "budget": budget,
        "met": met,
    }


def rows() -> list[dict[str, object]]:
    """Measure, and return the lines of the table."""
    with tempfile.TemporaryDirectory() as name, launched() as browser:
        folder = Path(name)
        (folder / "peers.py").write_text((ROOT / "benchmarks" / "peers.py").read_text())
        for contestant in MARKS:
            write_notebook(folder, contestant)
        server = jupyter_server(folder)
        try:
            times: dict[str, list[float]] = {contestant: [] for contestant in MARKS}
            for _ in range(2):
                for contestant in MARKS:
                    page = opened(browser, server, contestant)
                    times[contestant] += steps(page, contestant, STEPS)[3:]
                    page.close()
                    server.stop_kernels()
            page = opened(browser, server, "ours")
            drag = last_value_after_drag(page)
            page.close()
            server.stop_kernels()
            first, again = bytes_of_labs(browser, server)
        finally:
            server.close()
    median = {contestant: statistics.median(values) for contestant, values in times.items()}
    ours, slow, widget = (median[each] for each in ("ours", *PEERS))
    return [
        row(
            "key to frame, the loop, against interact + matplotlib",
            ours,
            slow,
            "<= 70 ms and >= 2.5 x",
            ours <= 70 and slow >= 2.5 * ours,
        ),
        row("key to frame, the loop, against FigureWidget", ours, widget, "no slower", ours <= widget),
        row("last value after a drag of 20 a second", drag, None, "<= 150 ms", drag <= 150),
        row("bytes before the first lab shows", first / 1000, None, "<= 2000 kB", first <= 2_000_000, "kB"),
        row("bytes of one more lab", again / 1000, None, "<= 60 kB", again <= 60_000, "kB"),
    ]


if __name__ == "__main__":
    started = time.monotonic()
    for each in rows():
        print(each)
    print(f"{time.monotonic() - started:.0f} s")
