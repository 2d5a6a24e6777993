"""A lab's model and its picture, drawn as most notebooks draw them: the peers of the browser benchmark."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import ipywidgets
import numpy as np
import plotly.graph_objects as go

DASHES = {"dash": "--", "longdash": "--", "dot": ":", "dashdot": "-.", "longdashdot": "-."}
INCH = 96
"""Pixels."""


def slider(lab: Any, name: str) -> Any:
    """Return ipywidgets' slider of a control."""
    control = next(each for each in lab.controls if each["name"] == name)
    kind = ipywidgets.IntSlider if control["kind"] == "integer" else ipywidgets.FloatSlider
    known = {"min": control["low"], "max": control["high"], "step": control["step"], "description": control["label"]}
    return kind(value=lab.values[name], **known)


def drawn(lab: Any, name: str, value: Any) -> Any:
    """Return what changes in the lab's picture when one control moves."""
    parameters = lab.parameters.replace(**{name: value})
    run = lab._simulate(parameters) if lab.seed is None else lab._simulate(parameters, seed=lab.seed)
    return lab._draw(parameters, run)


def traces(lab: Any) -> list[dict[str, Any]]:
    """Return the traces of the lab's picture, without the places for pinned curves."""
    return [trace for trace in lab.figure["data"] if not str(trace["meta"]).startswith("pinned:")]


def plain(value: Any) -> Any:
    """Return an array as plotly's JSON has it as numbers."""
    if isinstance(value, dict) and "bdata" in value:
        numbers = np.frombuffer(base64.b64decode(value["bdata"]), value["dtype"])
        return numbers.reshape([int(each) for each in value["shape"].split(",")]) if "shape" in value else numbers
    return value


class Panels(dict[tuple[str, str], Any]):
    """A matplotlib panel for each pair of plotly axes, made at its place when it is first asked for."""

    def __init__(self, figure: Any, layout: dict[str, Any]) -> None:
        self.figure, self.layout = figure, layout

    def __missing__(self, axes: tuple[str, str]) -> Any:
        (left, right), (bottom, top) = (
            self.layout.get(f"{axis[0]}axis{axis[1:]}", {}).get("domain", (0, 1)) for axis in axes
        )
        self[axes] = self.figure.add_axes((left, bottom, right - left, top - bottom))
        return self[axes]


def interact_matplotlib(lab: Any, name: str) -> Any:
    """``interact`` and a new matplotlib figure at each step."""
    import matplotlib.pyplot as plt

    layout = lab.figure["layout"]

    def show(**values: Any) -> None:
        frame = drawn(lab, name, values[name])
        panels = Panels(plt.figure(figsize=(7.2, layout.get("height", 450) / INCH)), layout)
        for trace in traces(lab):
            now = {key: plain(value) for key, value in {**trace, **frame.traces.get(trace["meta"], {})}.items()}
            axes = panels[trace.get("xaxis", "x"), trace.get("yaxis", "y")]
            match trace["type"]:
                case "heatmap":
                    axes.pcolormesh(now["x"], now["y"], now["z"])
                case "bar":
                    axes.bar(now["x"], now["y"], bottom=now.get("base"))
                case _:
                    line = DASHES.get(trace.get("line", {}).get("dash"), "-")
                    style = (
                        {"linestyle": line}
                        if "lines" in trace.get("mode", "lines")
                        else {"linestyle": "", "marker": "o"}
                    )
                    axes.plot(now.get("x", []), now.get("y", []), **style)
        plt.show()

    return ipywidgets.interactive(show, **{name: slider(lab, name)})


def figure_widget(lab: Any, name: str) -> Any:
    """A plotly FigureWidget of the lab's own figure, updated in place in one batch."""
    figure = go.FigureWidget(data=traces(lab), layout=lab.figure["layout"])
    moved = slider(lab, name)

    def changes(frame: Any) -> Iterator[tuple[Any, str, Any]]:
        yield from ((figure.layout, path, value) for path, value in frame.layout.items())
        for trace in figure.data:
            yield from ((trace, path, value) for path, value in frame.traces.get(trace.meta, {}).items())

    def show(change: dict[str, Any]) -> None:
        with figure.batch_update():
            for part, path, value in changes(drawn(lab, name, change["new"])):
                part[path] = value

    moved.observe(show, "value")
    show({"new": moved.value})
    return ipywidgets.VBox([moved, figure])
