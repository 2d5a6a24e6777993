"""A lab behind a slow line, in JupyterLab: with the pictures there before they are asked for, and without.

Everything passes a proxy that adds 150 ms each way. A step is timed in the page as in ``bench_browser.py``. Without
pictures the last value of a drag may wait for the answer to the question before, so it has two round trips and the time
of model and picture.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from bench_browser import ASKED, OURS, Contestant, Visit
from chromium import launched
from delay import Delay
from intimacy.labs import oxytocin_trust
from intimacy.widgets import frames
from pages import Page, Server, jupyter_server
from timing import Row, row

EACH_WAY = 0.150
STEPS = 30
DRAGS = 3
LAB = {
    kind: Contestant("oxytocin_trust", kind, "reliability", ("ArrowLeft", "ArrowRight"), 16) for kind in (OURS, ASKED)
}
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


def opened(browser: Any, server: Server, kind: str, line: Delay) -> tuple[Visit, list[str]]:
    """Return a visit to the lab, with the line now slow, and what it sends from now on."""
    page = Page(browser)
    sent: list[str] = []
    page.tab.on(
        "websocket",
        lambda socket: socket.on(
            "framesent", lambda frame: sent.append(frame if isinstance(frame, str) else frame.decode(errors="ignore"))
        ),
    )
    line.seconds = 0.0
    visit = Visit(page, server, "JupyterLab", LAB[kind])
    line.seconds = EACH_WAY
    return visit, sent


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


def measured(browser: Any, server: Server, line: Delay) -> dict[str, dict[str, list[float]]]:
    """Return what was measured by its name, with the pictures there and without."""
    found: dict[str, dict[str, list[float]]] = {}
    for kind in LAB:
        visit, sent = opened(browser, server, kind, line)
        tab = visit.page.tab
        began = time.monotonic()
        visit.focus()
        if kind == OURS:
            tab.wait_for_function(READY)
        told = {"ready": [time.monotonic() - began], "step": visit.steps(STEPS)}
        tab.wait_for_timeout(1500)
        told |= {"drag": [], "asked": []}
        for _ in range(DRAGS):
            sent.clear()
            told["drag"].append(tab.evaluate(DRAG))
            tab.wait_for_timeout(1500)
            told["asked"].append(questions(sent))
        told["live"] = tab.evaluate(LIVE)
        found[kind] = told
        visit.page.close()
        line.seconds = 0.0
        server.stop_kernels()
    return found


def rows() -> list[Row]:
    """Measure, and return the lines of the table."""
    with tempfile.TemporaryDirectory() as name, launched() as browser:
        for each in LAB.values():
            each.write(Path(name))
        server = jupyter_server(Path(name))
        line = Delay(server.port)
        server.port, near = line.port, server.port
        try:
            found = measured(browser, server, line)
        finally:
            server.port = near
            server.close()
            line.close()
    there, none = found[OURS], found[ASKED]
    live = statistics.median(none["live"]) + 60
    return [
        row("far away: key to frame", there["step"], none["step"], unit="ms", against="no pictures there", most=45),
        row("far away: from focus to all pictures of the control", there["ready"]),
        row(
            "far away: last value after a drag",
            there["drag"],
            none["drag"],
            unit="ms",
            against="no pictures there",
            most=45,
        ),
        row("far away: last value after a drag, none there", none["drag"], unit="ms", most=750),
        row("far away: questions of a drag of 41 moves, none there", none["asked"], unit="questions", most=10),
        row("far away: questions of a drag of 41 moves, pictures there", there["asked"], unit="questions", most=2),
        row(
            "far away: live change amid pictures",
            there["live"],
            none["live"],
            unit="ms",
            against="none amid",
            most=live,
        ),
        row("bytes of the heaviest control of the loop", heaviest() / 1000, unit="kB", most=1020),
    ]
