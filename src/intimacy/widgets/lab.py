"""A lab: a model, a picture and a sentence, as one widget with native controls."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import traitlets

from intimacy.arguments import checked
from intimacy.parameters import Parameters, Specification, format_value, shown
from intimacy.widgets import frames, front_end, theme
from intimacy.widgets.carry import Carried, named_values, require_seed
from intimacy.widgets.solid import Solid

SHORT = 100
"""Bytes below which an array is not worth a word that says where it is."""
NOTE = "Teaching model. Not advice, not a test of you or your relationship."


@dataclass(frozen=True)
class Frame:
    """What changes in a picture from one state to the next.

    Attributes:
        traces: for each trace, by its key (the ``meta`` of the trace), the attributes that change. Numbers travel
            as 32-bit floats, those of two dimensions row by row; a list of strings travels as text.
        layout: plotly layout keys that change, such as ``{"annotations[0].text": "…"}``.
    """

    traces: Mapping[str, Mapping[str, Any]]
    layout: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Preset:
    """A named state that tells a story. ``values`` holds only what differs from the lab's start."""

    name: str
    story: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Play:
    """How a picture is played from ``low`` to ``high``.

    Attributes:
        label: what the playhead counts, such as "Round".
        keys: traces that grow along their ``x`` up to the playhead; a heat map grows along its ``y``.
        films: traces whose arrays of two dimensions hold one row per stop of the playhead; at rest the last is shown.
    """

    label: str
    keys: Sequence[str]
    low: float
    high: float
    step: float = 1
    seconds: float = 10
    films: Sequence[str] = ()

    @property
    def stops(self) -> int:
        """How many places the playhead can stand at: as many rows a film has."""
        return round((self.high - self.low) / self.step) + 1


@dataclass(frozen=True)
class NoControls(Parameters):
    """The parameters of a lab in which nothing is moved."""


def _solid_json(solid: dict[str, Any] | None, _: Any) -> dict[str, Any] | None:
    """Return a body as it travels: its shape comes once per page, whatever labs stand below it."""
    return solid and {**solid, **{name: front_end.sent(solid[name]) for name in ("points", "corners")}}


def _frame_json(frame: dict[str, Any], lab: Lab) -> dict[str, Any]:
    """Return a picture as it travels: each array once, and of a film the last picture unless all were asked for."""
    if not frame:
        return frame
    films = lab.play["films"] if lab.play and not lab._whole else []
    return {**frame, "traces": _each_once(frames.still(frame["traces"], films)), "partial": bool(films)}


def _each_once(traces: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return traces in which, of arrays that are the same, the first is there and the others say where it is."""
    first: dict[Any, tuple[str, str]] = {}

    def told(value: Any, place: tuple[str, str]) -> Any:
        numbers, row = (value["values"], value["row"]) if isinstance(value, dict) else (value, None)
        if not isinstance(numbers, bytes) or len(numbers) < SHORT:
            return value
        return value if first.setdefault((numbers, row), place) == place else {"as": first[numbers, row]}

    return {key: {path: told(value, (key, path)) for path, value in each.items()} for key, each in traces.items()}


class Lab(Carried, front_end.FrontEnd):
    """Controls, a picture that follows them, and the sentence that says what it shows.

    Args:
        title: the question that the lab answers.
        parameters: the state to start from; its declaration makes the controls.
        simulate: ``simulate(parameters)`` or, where ``seed`` is given, ``simulate(parameters, seed=seed)``.
        figure: the picture, made once; every trace that changes has a key in its ``meta``.
        draw: ``draw(parameters, result)``: what changes in the picture.
        describe: ``describe(parameters, result)``: the result in words; the lab itself puts the values before it
            that differ from the start.
        presets: stories to start from.
        table: the run as a table; by default the result's ``to_frame()``.
        code: ``code(parameters)``: Python that repeats the run; by default the call of ``simulate``.
        controls: names of the parameters that can be moved, in order; by default all.
        advanced: those of them that are folded away at first.
        only_with: for a control that counts only at some options of another one, or where a switch is on or off, that
            one's name and those values.
        pinned: keys of the traces that "Pin this curve" keeps as a grey ghost; by default all scatter lines.
        play: how the picture is revealed in time, where time runs.
        solid: a body above the picture whose parts take the colours of the frame's trace ``solid``.
        seed: the seed of the draws; ``None`` where nothing is drawn.
        no_frames: why its pictures are not computed before they are asked for, in a sentence that the lab shows.
    """

    _front_end = "lab"

    title = traitlets.Unicode().tag(sync=True)
    controls: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    presets: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    figure = traitlets.Dict().tag(sync=True)
    start = traitlets.Dict().tag(sync=True)
    play = traitlets.Dict(allow_none=True).tag(sync=True)
    solid: Any = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True, to_json=_solid_json)
    note = traitlets.Unicode(NOTE).tag(sync=True)
    draws_again = traitlets.Bool().tag(sync=True)
    no_frames = traitlets.Unicode().tag(sync=True)
    frame = traitlets.Dict().tag(sync=True, to_json=_frame_json)
    pinned: Any = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)

    def __init__(
        self,
        title: str,
        parameters: Parameters,
        simulate: Callable[..., Any],
        figure: Callable[[], go.Figure],
        draw: Callable[[Any, Any], Frame],
        describe: Callable[[Any, Any], str],
        presets: Sequence[Preset] = (),
        *,
        table: Callable[[Any], pd.DataFrame] | None = None,
        code: Callable[[Any], str] | None = None,
        controls: Sequence[str] | None = None,
        advanced: Sequence[str] = (),
        only_with: Mapping[str, tuple[str, Sequence[str | bool]]] | None = None,
        pinned: Sequence[str] | None = None,
        play: Play | None = None,
        solid: Solid | None = None,
        seed: int | None = None,
        no_frames: str = "",
    ) -> None:
        self._simulate, self._draw, self._describe = simulate, draw, describe
        self._table = table or (lambda result: result.to_frame())
        self._code = code
        self._start, self._start_seed = parameters, seed
        self._presets = {each.name: each for each in presets}
        self._serial = 0
        self._whole = False
        self._ahead = frames.FramesAhead(lambda content, buffers: self.send(content, buffers))
        self._line: tuple[str, Parameters, int | None] | None = None
        specifications = parameters.specifications()
        names = list(specifications) if controls is None else list(controls)
        counts = {name: {"name": other, "at": list(at)} for name, (other, at) in (only_with or {}).items()}
        super().__init__(
            title=title,
            controls=[
                {**_control(name, specifications[name], name in advanced), "only_with": counts.get(name)}
                for name in names
            ],
            presets=[{"name": each.name, "story": each.story, "values": dict(each.values)} for each in presets],
            figure=_with_ghosts(figure(), pinned),
            start={"values": parameters.values(), "seed": seed},
            play=None if play is None else {**vars(play), "keys": list(play.keys), "films": list(play.films)},
            solid=None if solid is None else solid.packed(),
            draws_again=seed is not None,
            no_frames=no_frames,
        )
        self._show(parameters, seed, "start")
        self.on_msg(self._receive)
        self.arrived("lab", title)

    @property
    def parameters(self) -> Parameters:
        """The state that the picture shows."""
        return self._parameters

    @property
    def values(self) -> dict[str, Any]:
        """The value of each parameter that the picture shows."""
        return self._parameters.values()

    @property
    def seed(self) -> int | None:
        """The seed of the draws that the picture shows."""
        return self._seed

    @property
    def result(self) -> Any:
        """What the model returned for the state that the picture shows."""
        return self._result

    @property
    def sentence(self) -> str:
        """The text alternative of the picture."""
        return str(self.frame["sentence"])

    @property
    def preset_names(self) -> list[str]:
        """The names of the stories to start from."""
        return list(self._presets)

    @checked
    def set(self, *, seed: int | None = None, **values: Any) -> None:
        """Move some parameters; all others stay.

        Raises:
            TypeError: a name is not a parameter of this lab, or a value is of the wrong kind.
            ValueError: a value or the seed is outside its range. The picture stays as it was.
        """
        drawn = self._seed if seed is None else seed
        require_seed(drawn, self._start_seed)
        self._show(self._parameters.replace(**values), drawn, "python")

    @checked
    def preset(self, name: str) -> None:
        """Go to a story.

        Raises:
            ValueError: there is no such story.
        """
        if name not in self._presets:
            raise ValueError(f"preset must be one of {', '.join(map(repr, self._presets))}, got {name!r}")
        self._show(self._start.replace(**self._presets[name].values), self._start_seed, "python")

    def reset(self) -> None:
        """Go back to the state at the start."""
        self._show(self._start, self._start_seed, "python")

    def refresh(self) -> None:
        """Run the model again, for labs whose model reads something that has changed."""
        self._show(self._parameters, self._seed, "python")

    @checked
    def bring_back(self, kept: Any) -> list[str]:
        """Go to a state that was carried here, and return a sentence for each value of it that is refused."""
        parameters, refused = self._start, []
        for name, value in named_values(kept).items():
            try:
                parameters = parameters.replace(**{name: value})
            except (TypeError, ValueError) as problem:
                refused.append(self._labelled(problem)[1])
        seed = kept.get("seed", self._start_seed)
        require_seed(seed, self._start_seed)
        self._show(parameters, seed, "python")
        return refused

    def pin(self) -> None:
        """Keep the curves of this state as grey ghosts."""
        kept = [trace["meta"].removeprefix("pinned:") for trace in self.figure["data"] if _is_ghost(trace)]
        traces = self.frame["traces"]
        self.pinned = {"shown": self.frame["shown"], "traces": {key: traces[key] for key in kept}}

    def unpin(self) -> None:
        """Take the ghosts away."""
        self.pinned = None

    def code(self) -> str:
        """Return Python that repeats the run that the picture shows."""
        return self._code_of(self._parameters, self._seed)

    def _code_of(self, parameters: Parameters, seed: int | None) -> str:
        if self._code is not None:
            return self._code(parameters)
        names = sorted({type(parameters).__name__, self._simulate.__name__})
        module = self._simulate.__module__
        drawn = "" if seed is None else f", seed={seed}"
        return f"from {module} import {', '.join(names)}\n\nrun = {self._simulate.__name__}({parameters.code()}{drawn})"

    def table(self) -> pd.DataFrame:
        """Return the run that the picture shows as a table."""
        table = self._table(self._result)
        return table.reset_index() if table.index.name else table

    def __repr__(self) -> str:
        return textwrap.fill(f"{self.title} {self.sentence}", 100)

    def _show(self, parameters: Parameters, seed: int | None, request: str) -> None:
        """Compute everything first, then show it: nothing is half-drawn."""
        result, computed = self._computed(parameters, seed)
        if request == "python" or not self._on_line(parameters, seed):
            self._ahead.stop()
        self._parameters, self._seed, self._result = parameters, seed, result
        self._serial += 1
        self.frame = {"serial": self._serial, "request": request, **computed}

    def _computed(self, parameters: Parameters, seed: int | None) -> tuple[Any, dict[str, Any]]:
        """Return a run, and all that is shown of it."""
        result = self._simulate(parameters) if seed is None else self._simulate(parameters, seed=seed)
        drawn = self._draw(parameters, result)
        return result, {
            "values": parameters.values(),
            "seed": seed,
            "shown": self._shown(parameters),
            "sentence": f"{self._situation(parameters)} {self._describe(parameters, result)}".strip(),
            "code": self._code_of(parameters, seed),
            **encoded(drawn),
        }

    def _on_line(self, parameters: Parameters, seed: int | None) -> bool:
        """Tell whether a state differs only by the control whose pictures are being computed."""
        if self._line is None:
            return False
        name, start, start_seed = self._line
        return seed == start_seed and parameters == start.replace(**{name: getattr(parameters, name)})

    def _compute_ahead(self, request: str, name: str, serial: Any) -> None:
        """Send the pictures of a control around the state that the page has, unless it has just changed."""
        if self.no_frames or serial != self._serial or name not in [each["name"] for each in self.controls]:
            self.send({"kind": "frames", "request": request, "name": name, "stops": [], "done": True}, [b""])
            return
        parameters, seed = self._parameters, self._seed
        self._line = (name, parameters, seed)
        wanted = frames.stops(parameters.specifications()[name], parameters.values()[name])
        films = self.play["films"] if self.play else []

        def compute(value: Any) -> dict[str, Any]:
            return self._computed(parameters.replace(**{name: value}), seed)[1]

        self._ahead.start(request, name, wanted, self.frame, films, compute)

    def _shown(self, parameters: Parameters) -> str:
        """The values that the picture was computed from, as short as symbols allow.

        Folded controls are named when they differ from the start, or count only now.
        """
        start, now = self._start.values(), parameters.values()
        parts = []
        for each in self.controls:
            name = each["name"]
            as_at_start = now[name] == start[name] and _counts(each, start)
            if not _counts(each, now) or (each["advanced"] and as_at_start):
                continue
            before = f"{each['symbol']} =" if each["symbol"] else _before(_going_on(each["label"]))
            parts.append(f"{before} {_in_words(each, now[name])}")
        return "Shown: " + " · ".join(parts) if parts else ""

    def _situation(self, parameters: Parameters) -> str:
        """Name each value that counts and differs from the start, exactly."""
        start, now = self._start.values(), parameters.values()
        moved = [each for each in self.controls if now[each["name"]] != start[each["name"]] and _counts(each, now)]
        if not self.controls:
            return ""
        if not moved:
            return "At the starting values."
        parts = [f"{_before(each['label'])} {_in_words(each, now[each['name']])}" for each in moved]
        listed = "; ".join([parts[0], *map(_going_on, parts[1:])])
        return listed if listed.endswith((".", "?", "!")) else f"{listed}."  # such as after a.u.

    def _receive(self, _: Any, message: Any, __: Any) -> None:
        """Answer the page. What has not the shape of a question is none."""
        match message:
            case {"kind": "set", "request": str(request), "values": values}:
                seed, self._whole = message.get("seed"), message.get("whole") is True
                self._answer(request, values, seed, lambda changed: self._show(changed, seed, request))
            case {"kind": "film", "request": str(request)}:
                self._whole = True
                self.frame = {**self.frame, "request": request}
            case {"kind": "frames", "request": str(request), "name": str(name), "serial": serial}:
                self._compute_ahead(request, name, serial)
            case {"kind": "heard", "request": str(request)}:
                self._ahead.heard(request)
            case {"kind": "table"}:
                table = self.table()
                rows = [[format_value(_plain(cell)) for cell in row] for row in table.itertuples(index=False)]
                csv = table.to_csv(index=False)
                told = {"columns": [*map(str, table)], "rows": rows, "csv": csv, "file": "run.csv"}
                self.send({"kind": "table", "request": message.get("request"), **told})
            case {"kind": "plotly"}:
                self.send({"kind": "plotly"}, [front_end.plotly_gzipped()])

    def _answer(self, request: str, values: Any, seed: Any, show: Callable[[Parameters], None]) -> None:
        """Answer a control: show what was asked for, or send a sentence that says why there is nothing new."""
        try:
            changes = _checked(self._parameters, values)
            require_seed(seed, self._start_seed)
        except (TypeError, ValueError) as refused:
            name, text = self._labelled(refused)
            self.send({"kind": "problem", "request": request, "name": name, "text": text})
            return
        try:
            show(changes)
        except Exception as error:
            self.send({"kind": "problem", "request": request, "name": "", "text": f"The model stopped: {error}."})
            raise

    def _labelled(self, refused: Exception) -> tuple[str, str]:
        """Return the parameter that a refusal names, and the refusal with the label that the learner sees."""
        name = str(refused).split(" ", 1)[0]
        label = next((each["label"] for each in self.controls if each["name"] == name), name)
        return name, str(refused).replace(name, label, 1)


@checked
def encoded(frame: Frame) -> dict[str, Any]:
    """Return a frame as it travels: numbers as bytes, text as it is."""
    traces = {key: {path: _packed(value) for path, value in each.items()} for key, each in frame.traces.items()}
    return {"traces": traces, "layout": dict(frame.layout)}


@checked
def plotly_figure(figure: go.Figure) -> dict[str, Any]:
    """Return a figure as plain JSON."""
    return dict(json.loads(figure.to_json()))


def _checked(parameters: Parameters, values: Any) -> Parameters:
    if not isinstance(values, dict):
        raise TypeError(f"values must be named values, got {shown(values)}")
    return parameters.replace(**{str(name): value for name, value in values.items()})


def _control(name: str, specification: Specification, advanced: bool) -> dict[str, Any]:
    known = {key: value for key, value in vars(specification).items() if key != "default"}
    return {"name": name, "advanced": advanced, **known, "options": dict(specification.options)}


def _before(label: str) -> str:
    """Return a label as it stands before a value: one that the value goes on needs no colon."""
    return label.removesuffix(" …") if label.endswith("…") else f"{label}:"


def _going_on(words: str) -> str:
    """Return words as they stand inside a sentence; an abbreviation such as ACTH stays as it is."""
    return words if words[1:2].isupper() else words[0].lower() + words[1:]


def _counts(control: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Tell whether a control counts where the others have these values."""
    needs = control["only_with"]
    return needs is None or values[needs["name"]] in needs["at"]


def _in_words(control: Mapping[str, Any], value: Any) -> str:
    return control["options"].get(value) or format_value(value, control["unit"])


def _plain(cell: Any) -> Any:
    return cell.item() if isinstance(cell, np.generic) else cell


def _packed(value: Any) -> Any:
    """Return numbers as bytes of 32-bit floats, with the length of a row if they are rows; all else as it is."""
    if isinstance(value, list | str) and (not value or isinstance(value[0], str)):
        return value
    numbers = np.ascontiguousarray(value, dtype=np.float32)
    return {"row": numbers.shape[1], "values": numbers.tobytes()} if numbers.ndim == 2 else numbers.tobytes()


def _is_ghost(trace: Mapping[str, Any]) -> bool:
    return str(trace.get("meta", "")).startswith("pinned:")


def _with_ghosts(figure: go.Figure, pinned: Sequence[str] | None) -> dict[str, Any]:
    """Put an empty grey twin behind each line that can be pinned."""
    whole = plotly_figure(figure)
    drawn = whole["data"]
    if pinned is None:
        pinned = [trace["meta"] for trace in drawn if trace["type"] == "scatter" and "lines" in trace.get("mode", "")]
    ghosts = [
        {
            "type": "scatter",
            "meta": f"pinned:{trace['meta']}",
            "mode": "lines",
            "line": {
                "color": theme.MUTED,
                "dash": "longdashdot",
                "width": 1.5,
                "shape": trace.get("line", {}).get("shape"),
            },
            "hoverinfo": "skip",
            "showlegend": False,
            **{axis: trace[axis] for axis in ("xaxis", "yaxis") if axis in trace},
        }
        for trace in drawn
        if trace.get("meta") in pinned
    ]
    whole["data"] = [*ghosts, *whole["data"]]
    return whole
