"""The same model and the same chart, drawn as most notebooks draw them: the peers of the browser benchmark."""

from __future__ import annotations

from typing import Any

import ipywidgets
import plotly.graph_objects as go

from intimacy.labs import oxytocin_trust as labs
from intimacy.models.oxytocin_trust import loop

RANGE = {"min": 0.0, "max": 1.0, "step": 0.05, "value": 0.8, "description": "reliability"}


def ours() -> Any:
    """The lab."""
    return labs.the_loop()


def interact_matplotlib() -> Any:
    """``interact`` and a new matplotlib figure at each step."""
    import matplotlib.pyplot as plt

    def show(reliability: float) -> None:
        run = loop.simulate_loop(loop.Loop(reliability=reliability))
        _, panels = plt.subplots(4, 1, figsize=(6.5, 7), sharex=True)
        fine = run.fine_minutes / run.parameters.interval + 1
        panels[0].plot(fine, run.fine_mean_level)
        panels[0].plot(fine, run.fine_level, lw=1)
        panels[1].plot(run.rounds, run.mean.belief)
        panels[1].plot(run.rounds, run.example.belief, lw=1)
        panels[2].plot(run.rounds, run.mean.investment)
        panels[2].plot(run.rounds, run.example.investment, "o")
        panels[3].plot(run.rounds, run.mean.prediction_error)
        panels[3].bar(run.rounds, run.example.prediction_error)
        plt.show()

    return ipywidgets.interactive(show, reliability=ipywidgets.FloatSlider(**RANGE))


def figure_widget() -> Any:
    """A plotly FigureWidget of the lab's own figure, updated in place in one batch."""
    lab = labs.the_loop()
    drawn = [trace for trace in lab.figure["data"] if not str(trace["meta"]).startswith("pinned:")]
    figure = go.FigureWidget(data=drawn, layout=lab.figure["layout"])
    slider = ipywidgets.FloatSlider(**RANGE)

    def show(change: dict[str, Any]) -> None:
        parameters = loop.Loop(reliability=change["new"])
        frame = labs.draw_loop(parameters, loop.simulate_loop(parameters))
        with figure.batch_update():
            for trace in figure.data:
                for name, values in frame.traces.get(trace.meta, {}).items():
                    setattr(trace, name, values)

    slider.observe(show, "value")
    show({"new": slider.value})
    return ipywidgets.VBox([slider, figure])
