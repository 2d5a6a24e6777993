"""A bench: a lab in which the learner designs an experiment, predicts, runs it, and keeps a log of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import traitlets

from intimacy.arguments import checked
from intimacy.parameters import Parameters
from intimacy.widgets.carry import named_values
from intimacy.widgets.lab import Frame, Lab

MOST_EXPERIMENTS = 50
"""Experiments that can be carried across a restart."""
LAST_RUN = 10_000
NO_FRAMES = "An experiment runs when you have said what you expect; none is computed before."


@dataclass(frozen=True)
class Prediction:
    """What the learner says before an experiment runs.

    Attributes:
        question: what to predict.
        options: what may happen: a label for each key.
        outcome: ``outcome(parameters, result)`` returns the key of what happened.
    """

    question: str
    options: Mapping[str, str]
    outcome: Callable[[Any, Any], str]


class Bench(Lab):
    """A lab whose controls design an experiment. It runs when a prediction has been made, with new animals or people.

    The picture shows the experiment that was run last; at the start, one that stands as an example.

    Args:
        title, parameters, simulate, figure, draw, describe: as for :class:`~intimacy.widgets.Lab`.
        prediction: what is predicted before each run.
        row: ``row(parameters, result)`` returns names and values, as text, for the log.
        seed: the seed of the example; each run adds one.
        more: what else a lab takes.
    """

    _front_end = "bench"

    prediction = traitlets.Dict().tag(sync=True)
    log: traitlets.List[dict[str, str]] = traitlets.List().tag(sync=True)
    experiments: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)

    def __init__(
        self,
        title: str,
        parameters: Parameters,
        simulate: Callable[..., Any],
        figure: Callable[[], go.Figure],
        draw: Callable[[Any, Any], Frame],
        describe: Callable[[Any, Any], str],
        *,
        prediction: Prediction,
        row: Callable[[Any, Any], Mapping[str, str]],
        seed: int,
        **more: Any,
    ) -> None:
        self._prediction, self._row, self._runs = prediction, row, 0
        more = {"no_frames": NO_FRAMES, **more}
        super().__init__(title, parameters, simulate, figure, draw, describe, seed=seed, **more)
        self.draws_again = False
        self.prediction = {"question": prediction.question, "options": dict(prediction.options)}

    @checked
    def run(self, prediction: str, **values: Any) -> None:
        """Run an experiment: the design that the picture shows, with some values changed.

        Raises:
            TypeError, ValueError: a value is refused, as by :meth:`Lab.set`.
            ValueError: the prediction is not one of the options. Nothing runs.
        """
        self._run(self.parameters.replace(**values), prediction, "python")

    def clear(self) -> None:
        """Empty the log."""
        self.log, self.experiments = [], []

    def log_table(self) -> pd.DataFrame:
        """Return the log as a table, one row per experiment."""
        return pd.DataFrame(self.log)

    def _run(self, parameters: Parameters, prediction: str, request: str) -> None:
        options = self._prediction.options
        if prediction not in options:
            raise ValueError(f"prediction must be one of {', '.join(map(repr, options))}, got {prediction!r}")
        assert self._start_seed is not None
        self._runs += 1
        self._show(parameters, self._start_seed + self._runs, request)
        outcome = self._prediction.outcome(parameters, self.result)
        entry = {
            "Run": str(self._runs),
            "Design": self.frame["shown"].removeprefix("Shown: "),
            "You said": options[prediction],
            "It was": options[outcome],
            **self._row(parameters, self.result),
        }
        self.log = [*self.log, entry]
        start = self._start.values()
        moved = {name: value for name, value in parameters.values().items() if value != start[name]}
        self.experiments = [*self.experiments, {"run": self._runs, "values": moved, "prediction": prediction}]

    @checked
    def bring_back(self, kept: Any) -> list[str]:
        """Run the experiments again that were carried here, and return a sentence for each that is refused."""
        if not isinstance(kept, list) or len(kept) > MOST_EXPERIMENTS:
            raise ValueError(f"the log must be a list of at most {MOST_EXPERIMENTS} experiments, got something else")
        refused = []
        with self.hold_sync():  # the page needs the last picture only
            self.clear()
            for place, experiment in enumerate(kept, 1):
                try:
                    self._repeat(experiment)
                except (TypeError, ValueError) as problem:
                    refused.append(f"experiment {place}: {problem}")
        return refused

    def _repeat(self, experiment: Any) -> None:
        """Run an experiment again: the same design, prediction and draws."""
        parameters = self._start.replace(**named_values(experiment))
        run = experiment.get("run")
        if type(run) is not int or not 1 <= run <= LAST_RUN:
            raise ValueError(f"run must be a whole number from 1 to {LAST_RUN}, got {run!r}")
        before, self._runs = self._runs, run - 1
        try:
            self._run(parameters, str(experiment.get("prediction")), "python")
        finally:
            self._runs = max(before, self._runs)

    def _receive(self, widget: Any, message: Any, buffers: Any) -> None:
        options = self._prediction.options
        match message:
            case {"kind": "run", "request": str(request), "values": values, "prediction": str(said)} if said in options:
                self._answer(request, values, self._seed, lambda design: self._run(design, said, request))
            case {"kind": "again", "request": str(request)}:
                self.frame = {**self.frame, "request": request}
            case {"kind": "clear"}:
                self.clear()
            case {"kind": "set"}:
                pass  # a bench has no live controls
            case _:
                super()._receive(widget, message, buffers)
