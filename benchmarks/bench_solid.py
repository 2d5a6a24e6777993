"""The brain above a lab, beside plotly's own meshes: how heavy, how soon there, how fast recoloured and turned."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go

from chromium import launched
from figures import in_script, page
from intimacy import anatomy
from intimacy.labs import neural_pathways as labs
from intimacy.widgets import Solid
from timing import Row, row

STEPS = 40
# From the place of the body on the page to its first labels, which are drawn with it.
WATCH = """
let began;
new MutationObserver((_, watcher) => {
  if (document.querySelector(".solid")) began ??= performance.now();
  if (!document.querySelector(".solid svg text")) return;
  globalThis.solidShown = performance.now() - began;
  watcher.disconnect();
}).observe(document, { childList: true, subtree: true });
"""
PIXEL = "(gl) => gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4))"
# Each step waits until it is painted: reading one pixel makes the pipeline finish.
TURN = f"""async (steps) => {{
  const stage = document.querySelector(".body-stage");
  const layers = [...stage.querySelectorAll("canvas")].map((each) => each.getContext("webgl"));
  const finish = {PIXEL};
  const event = (kind, x) => new PointerEvent(kind, {{ clientX: x, clientY: 200, pointerId: 1, bubbles: true }});
  stage.setPointerCapture = () => {{}};
  stage.dispatchEvent(event("pointerdown", 0));
  const times = [];
  for (let step = 1; step <= steps; step += 1) {{
    await new Promise((resolve) => setTimeout(resolve, 30));
    const began = performance.now();
    stage.dispatchEvent(event("pointermove", 4 * step));
    layers.forEach(finish);
    times.push(performance.now() - began);
  }}
  stage.dispatchEvent(event("pointerup", 0));
  return times;
}}"""
RECOLOUR = f"""async (steps) => {{
  const slider = document.querySelector(".play input");
  const layers = [...document.querySelectorAll(".body-stage canvas")].map((each) => each.getContext("webgl"));
  const finish = {PIXEL};
  const times = [];
  for (let step = 1; step <= steps; step += 1) {{
    await new Promise((resolve) => setTimeout(resolve, 30));
    slider.value = step;
    const began = performance.now();
    slider.dispatchEvent(new Event("input", {{ bubbles: true }}));
    layers.forEach(finish);
    times.push(performance.now() - began);
  }}
  return times;
}}"""
PEER = f"""async (steps) => {{
  const node = document.getElementById("peer");
  const canvas = node.querySelector("canvas");
  const gl = canvas.getContext("webgl") ?? canvas.getContext("webgl2");
  const finish = {PIXEL};
  const parts = node.data.map((_, index) => index).filter((index) => node.data[index].meta === "value");
  const colour = [], turn = [];
  for (let step = 1; step <= steps; step += 1) {{
    let began = performance.now();
    await Plotly.restyle(node, {{ color: parts.map((part) => `rgb(${{5 * step}},${{part}},90)`) }}, parts);
    finish(gl);
    colour.push(performance.now() - began);
    began = performance.now();
    const angle = step / 10;
    const eye = {{ x: 1.6 * Math.cos(angle), y: 1.6 * Math.sin(angle), z: 0.2 }};
    await Plotly.relayout(node, {{ "scene.camera.eye": eye, "scene2.camera.eye": eye }});
    finish(gl);
    turn.push(performance.now() - began);
  }}
  return [colour, turn];
}}"""


def peer_figure(solid: Solid) -> go.Figure:
    """Return the same body, twice, as plotly's own meshes."""
    figure = go.Figure()
    for scene, x in (("scene", [0, 0.5]), ("scene2", [0.5, 1])):
        for piece in solid.pieces:
            used, corners = np.unique(piece.triangles, return_inverse=True)
            i, j, k = corners.reshape(-1, 3).T
            points = dict(zip("xyz", solid.points[used].astype(np.float32).T, strict=True))
            glass = {"color": "#999", "opacity": 0.15} if piece.kind == "shell" else {"color": "#c44"}
            figure.add_mesh3d(**points, i=i, j=j, k=k, scene=scene, meta=piece.kind, hoverinfo="skip", **glass)
        figure.update_layout({scene: {"domain": {"x": x}, "aspectmode": "data"}})
    return figure.update_layout(width=720, height=260, margin={"l": 0, "r": 0, "t": 0, "b": 0})


def peer_page(figure: go.Figure) -> str:
    """Return a page with the peer's picture alone."""
    from importlib.resources import files

    library = files("plotly").joinpath("package_data", "plotly.min.js").read_text(encoding="utf-8")
    state = in_script(json.loads(figure.to_json()))
    return (
        f"<!doctype html><meta charset='utf-8'><script>{library.replace('</script', '<_/script')}</script>"
        f"<div id='peer'></div><script>const s = {state}; globalThis.done = Plotly.newPlot('peer', s.data, s.layout)"
        "</script>"
    )


def measured(solid: Solid) -> dict[str, Any]:
    """Return the milliseconds of forty steps each, and bytes."""
    figure = peer_figure(solid)
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        ours, theirs = Path(folder) / "ours.html", Path(folder) / "peer.html"
        ours.write_text(page(labs.the_pathways(solid)), encoding="utf-8")
        theirs.write_text(peer_page(figure), encoding="utf-8")
        tab = browser.new_page(viewport={"width": 1100, "height": 1000})
        tab.add_init_script(WATCH)
        tab.goto(ours.as_uri())
        tab.wait_for_function("() => globalThis.solidShown")
        tab.wait_for_selector(".intimacy[data-ready]")
        found = {"shown": tab.evaluate("() => globalThis.solidShown")}
        found["turn"] = tab.evaluate(TURN, STEPS)
        found["recolour"] = tab.evaluate(RECOLOUR, STEPS)
        tab.goto(theirs.as_uri())
        tab.evaluate("() => globalThis.done")
        found["peer recolour"], found["peer turn"] = tab.evaluate(PEER, STEPS)
    found["bytes"] = len(solid.packed()["points"]) + len(solid.packed()["corners"])
    found["peer bytes"] = len(figure.to_json())
    return found


def rows() -> list[Row]:
    """Measure, and return the lines of the table."""
    found = measured(anatomy.brain())
    lines = [
        row(f"brain: {what}", found[name], found[f"peer {name}"], unit="ms", against="plotly Mesh3d", most=most)
        for what, name, most in (
            ("frame while it is turned", "turn", 33),
            ("new colours and the lab's lines, in one step of the playhead", "recolour", 70),
        )
    ]
    weight, peer = found["bytes"] / 1000, found["peer bytes"] / 1000
    lines.append(row("brain: weight", weight, peer, unit="kB", against="plotly Mesh3d", most=1500))
    what = "brain: from its place on the page to the first picture"
    return [*lines, row(what, found["shown"], unit="ms", most=1000)]
