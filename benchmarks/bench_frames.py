"""A lab behind a slow line, in real JupyterLab: with the pictures there before they are asked for, and without.

Everything passes a proxy that adds 150 ms each way. A step is timed in the page as in ``bench_browser.py``: from the
``keydown`` on the slider to the first animation frame after the picture has changed. Without pictures the last value of
a drag may wait for the answer to the question before, so it has two round trips and the time of model and picture.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat

from bench_browser import STOPWATCH, row
from chromium import launched
from delay import Delay
from intimacy.labs import oxytocin_trust
from intimacy.widgets import frames
from pages import Page, Server, jupyter_server

EACH_WAY = 0.150
STEPS = 30
DRAGS = 3
LAB = "from intimacy.labs import oxytocin_trust\nlab = oxytocin_trust.the_loop()\n"
PAGES = {"with": f"{LAB}lab", "without": f"{LAB}lab.no_frames = 'Each picture is asked for.'\nlab"}
SLIDER = ".intimacy input[type=range] >> nth=0"
READY = "() => document.querySelector('.intimacy').dataset.ahead.split(' ').includes('reliability')"
DRAG = """async () => {
  const lab = document.querySelector('.intimacy');
  const slider = lab.querySelector('input[type=range]');
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const shows = () => lab.querySelector('.shown').textContent.includes('= 0.95');
  for (let step = 0; step < 40; step += 1) {
    slider.value = 0.2 + 0.05 * (step % 14);
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await pause(50);
  }
  slider.value = 0.95; // where the drag has not been
  const from = performance.now();
  slider.dispatchEvent(new Event('input', { bubbles: true }));
  while (!shows() && performance.now() - from < 20000) await pause(1);
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - from;
}"""
# A change of another control at once after the pictures of the first have been asked for: it has to come between.
LIVE = """async () => {
  const lab = document.querySelector('.intimacy');
  const [first, ...others] = lab.querySelectorAll('.controls input[type=range]');
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const times = [];
  for (let step = 0; step < 16; step += 1) {
    document.activeElement.blur();
    first.focus();
    await pause(220);
    const sentence = lab.querySelector('.shown').textContent;
    const other = others[step % others.length]; // each time one without pictures
    other.value = other.value === other.min ? other.max : other.min;
    const from = performance.now();
    other.dispatchEvent(new Event('input', { bubbles: true }));
    while (lab.querySelector('.shown').textContent === sentence && performance.now() - from < 20000) await pause(1);
    times.push(performance.now() - from);
    await pause(400);
  }
  return times;
}"""


def opened(browser: Any, server: Server, name: str, line: Delay) -> tuple[Page, list[str]]:
    """Return a page on which the lab stands, with the line now slow, and what it sends from now on."""
    page = Page(browser)
    sent: list[str] = []
    page.tab.on(
        "websocket",
        lambda socket: socket.on(
            "framesent", lambda frame: sent.append(frame if isinstance(frame, str) else frame.decode(errors="ignore"))
        ),
    )
    line.seconds = 0.0
    page.open_lab(server, f"{name}.ipynb")
    page.run_all(1)
    page.tab.wait_for_timeout(1500)
    line.seconds = EACH_WAY
    return page, sent


def steps(page: Page, count: int) -> list[float]:
    """Press an arrow key ``count`` times, each after the last was painted, and return the milliseconds of each."""
    page.tab.evaluate(STOPWATCH)
    for index in range(count):
        page.tab.keyboard.press("ArrowLeft" if index % 6 < 3 else "ArrowRight")
        page.tab.wait_for_function(f"() => globalThis.frames_.length > {index}", timeout=20_000)
        page.tab.wait_for_timeout(100)
    return list(page.tab.evaluate("() => globalThis.frames_"))


def questions(sent: list[str]) -> int:
    """Count the states that were asked for."""
    return sum('"kind":"set"' in each for each in sent)


def heaviest() -> float:
    """Return the bytes of the heaviest control of the flagship lab, computed to its last stop."""
    heaviest = 0
    lab = oxytocin_trust.the_loop()
    queue: list[Any] = []
    for control in lab.controls:
        weights: list[int] = []
        lab._ahead = frames.FramesAhead(
            lambda content, buffers, weights=weights: weights.append(len(buffers[0]) + len(str(content))), queue.append
        )
        lab._compute_ahead("bench", control["name"], lab._serial)
        while queue:
            queue.pop(0)()
            lab._ahead.heard("bench")
        heaviest = max(heaviest, sum(weights))
    return heaviest


def rows() -> list[dict[str, object]]:
    """Measure, and return the lines of the table."""
    with tempfile.TemporaryDirectory() as name, launched() as browser:
        folder = Path(name)
        for stem, source in PAGES.items():
            notebook = nbformat.v4.new_notebook(
                metadata={"kernelspec": {"name": "python3", "display_name": "", "language": "python"}}
            )
            notebook.cells = [nbformat.v4.new_code_cell(source)]
            nbformat.write(notebook, folder / f"{stem}.ipynb")
        server = jupyter_server(folder)
        line = Delay(server.port)
        server.port, near = line.port, server.port
        times, drags, asked, live = {}, {}, {}, {}
        try:
            for stem in PAGES:
                page, sent = opened(browser, server, stem, line)
                page.tab.locator(SLIDER).focus()
                if stem == "with":
                    began = time.monotonic()
                    page.tab.wait_for_function(READY)
                    ready = (time.monotonic() - began) * 1000
                times[stem] = steps(page, STEPS)[3:]
                page.tab.wait_for_timeout(1500)
                sent.clear()
                lasts = []
                for _ in range(DRAGS):
                    lasts.append(page.tab.evaluate(DRAG))
                    page.tab.wait_for_timeout(1500)
                drags[stem] = statistics.median(lasts)
                asked[stem] = questions(sent) / DRAGS
                live[stem] = statistics.median(page.tab.evaluate(LIVE))
                page.close()
                line.seconds = 0.0
                server.stop_kernels()
        finally:
            server.port = near
            server.close()
            line.close()
    step = {stem: statistics.median(values) for stem, values in times.items()}
    heavy = heaviest()
    return [
        row(
            "far away: key to frame, pictures there, against none",
            step["with"],
            step["without"],
            "<= 45 ms",
            step["with"] <= 45,
        ),
        row("far away: from focus to all pictures of the control", ready, None, "", None),
        row(
            "far away: last value after a drag, pictures there",
            drags["with"],
            drags["without"],
            "<= 45 ms",
            drags["with"] <= 45,
        ),
        row(
            "far away: last value after a drag, none there",
            drags["without"],
            None,
            "<= 750 ms",
            drags["without"] <= 750,
        ),
        row(
            "far away: questions of a drag of 41 moves, none there",
            asked["without"],
            None,
            "<= 10",
            asked["without"] <= 10,
            "",
        ),
        row(
            "far away: questions of a drag of 41 moves, pictures there",
            asked["with"],
            None,
            "<= 2",
            asked["with"] <= 2,
            "",
        ),
        row(
            "far away: live change amid pictures, against none",
            live["with"],
            live["without"],
            "<= 60 ms more",
            live["with"] <= live["without"] + 60,
        ),
        row("bytes of the heaviest control of the loop", heavy / 1000, None, "<= 1020 kB", heavy <= 1_020_000, "kB"),
    ]


if __name__ == "__main__":
    for each in rows():
        print(each)
