"""Turn widgets into parts of a page that has no Python: run inside the kernel that runs a notebook for the web site.

``install()`` makes each widget of the collection show itself as HTML with all that the page will need: for a lab the
pictures along each control around each story, for a bench a run of each design, for a game a recorded round.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import anywidget
import numpy as np

from intimacy.widgets import Bench, Bet, BetAnswer, Carry, Game, Handshake, Lab, Still, frames
from intimacy.widgets.gather import Gather
from intimacy.widgets.share import Share

STOPS = 24
"""Pictures along one control, unless told otherwise: those near the story, its ends, and others evenly between."""

ALONE = (
    "This page has no Python. One control at a time moves away from a story, in steps that may be coarser than the "
    "slider's, and time plays at the stories themselves."
)
RECORDED = "A recorded game, since this page has no Python that could answer you. In the notebook you play yourself."
MODULES = ("lab", "bench", "bet", "quiz", "game")
NOT_OF_THE_PAGE = {"layout", "tabbable", "tooltip", "kept", "frame", "scene"}


def packed_rows(arrays: Sequence[bytes]) -> dict[str, Any]:
    """Pack rows of 32-bit floats of one length to 16 bits each: differences along and across, low bytes first.

    The error is at most one part in 131,000 of the range of all rows.
    """
    rows = np.stack([np.frombuffer(each, dtype=np.float32) for each in arrays]).astype(float)
    low, high = float(rows.min()), float(rows.max())
    steps = np.rint((rows - low) / ((high - low) or 1) * 65535).astype(np.uint16)
    deltas = np.diff(np.diff(steps, axis=0, prepend=np.uint16(0)), axis=1, prepend=np.uint16(0)).astype("<u2")
    planes = deltas.reshape(-1).view(np.uint8).reshape(-1, 2).T
    return {"low": low, "high": high, "count": len(arrays), "deltas": planes.tobytes()}


def bundle(value: Any) -> str:
    """Return a value with bytes in it as text: JSON with places, then the bytes, gzipped, as base64."""
    block = bytearray()

    def place(each: Any) -> Any:
        if isinstance(each, bytes):
            block.extend(each)
            return {"at": len(block) - len(each), "size": len(each)}
        raise TypeError(f"{type(each).__name__} cannot be put on a page")

    text = json.dumps(value, default=place).encode()
    whole = len(text).to_bytes(4, "little") + text + bytes(block)
    return base64.b64encode(gzip.compress(whole, 9, mtime=0)).decode()


def along(lab: Lab, name: str, films: Sequence[str], most: int = STOPS) -> dict[str, Any]:
    """Return the pictures along one control around the state of a lab."""
    wanted = frames.stops(lab.parameters.specifications()[name], lab.values[name])[:most]
    wanted = wanted if isinstance(wanted[0], str) else sorted(wanted)
    drawn = [lab._computed(lab.parameters.replace(**{name: value}), lab.seed)[1] for value in wanted]
    base = frames.still(lab.frame["traces"], films)
    traces: list[dict[str, dict[str, Any]]] = [frames.still(each["traces"], films) for each in drawn]
    together: dict[str, dict[str, Any]] = {}
    places = dict.fromkeys((key, path) for each in traces for key, arrays in each.items() for path in arrays)
    for key, path in places:
        holders = [each[key] for each in traces if path in each.get(key, {})]
        values = [holder[path] for holder in holders]
        numbers = [_numbers(value) for value in values]
        if all(value == base.get(key, {}).get(path) for value in values):
            marks: Sequence[Any] = [0] * len(values)
        elif None in numbers or not any(numbers):
            marks = values
        elif len(values) == len(traces) and len({len(each) for each in numbers}) == 1:
            marks = [1] * len(values)
            together.setdefault(key, {})[path] = _with_row(packed_rows(numbers), values[0])
        else:
            marks = [
                _with_row(packed_rows([number]), value) if number else value
                for number, value in zip(numbers, values, strict=True)
            ]
        for holder, mark in zip(holders, marks, strict=True):
            holder[path] = mark
    words = ("shown", "sentence", "code", "layout")
    return {
        "stops": [
            {"value": value, "words": {part: each[part] for part in words}, "traces": trace}
            for value, each, trace in zip(wanted, drawn, traces, strict=True)
        ],
        "together": together,
        "stills": {key: base[key] for key in films if key in base},
        "partial": bool(films),
    }


def _numbers(value: Any) -> Any:
    numbers = value["values"] if isinstance(value, Mapping) else value
    return numbers if isinstance(numbers, bytes) else None


def _with_row(packed: dict[str, Any], value: Any) -> dict[str, Any]:
    return {**packed, "row": value["row"]} if isinstance(value, Mapping) else packed


def story(lab: Lab, most: int) -> dict[str, Any]:
    """Return the state of a lab: its picture, films packed, and the pictures along each control."""
    films = lab.play["films"] if lab.play else []
    lines = {each["name"]: along(lab, each["name"], films, most) for each in lab.controls}
    return {"frame": packed_films(lab.frame), "lines": lines}


def packed_films(frame: Mapping[str, Any]) -> dict[str, Any]:
    """Return a frame whose arrays of two dimensions are packed."""

    def packed(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        size = 4 * value["row"]
        rows = [value["values"][at : at + size] for at in range(0, len(value["values"]), size)]
        return {**packed_rows(rows), "row": value["row"]}

    return {
        **frame,
        "traces": {
            key: {path: packed(value) for path, value in arrays.items()} for key, arrays in frame["traces"].items()
        },
    }


def stories(lab: Lab, most: int = STOPS) -> list[dict[str, Any]]:
    """Return the state that a lab shows now, its start and each of its stories, each once."""
    told = [story(lab, most)]
    before, seed = lab.parameters, lab.seed
    for go in [lab.reset, *(lambda name=name: lab.preset(name) for name in lab.preset_names)]:
        go()
        if lab.values not in [each["frame"]["values"] for each in told]:
            told.append(story(lab, most))
    lab._show(before, seed, "python")
    return told


def runs(bench: Bench) -> list[dict[str, Any]]:
    """Return one experiment of each design that has a name."""
    assert bench._start_seed is not None
    done = []
    for number, preset in enumerate(bench._presets.values(), start=1):
        parameters = bench._start.replace(**preset.values)
        result, frame = bench._computed(parameters, bench._start_seed + number)
        outcome = bench._prediction.options[bench._prediction.outcome(parameters, result)]
        design = frame["shown"].removeprefix("Shown: ")
        entry = {"Design": design, "It was": outcome, **bench._row(parameters, result)}
        done.append({"frame": packed_films(frame), "entry": entry})
    return done


def recorded(game: Game) -> list[dict[str, Any]]:
    """Return a game played to its end, moves taken in turn, as scenes of which each leads to the next.

    The game is left there, so that the labs that read it have something to read.
    """
    state, scenes = game.state, [game.scene]
    while scenes[-1]["moves"]:
        moves = scenes[-1]["moves"]
        state = game._play(state, moves[(len(scenes) // 3) % len(moves)]["value"])
        game._show(state, "python")
        scenes.append(game.scene)
    go_on = [{"value": "next", "label": "Next round", "key": "n"}]
    told = [{**each, "moves": go_on if each["moves"] else [], "prompt": RECORDED, "code": ""} for each in scenes]
    return told


def parts(widget: Any, most: int) -> dict[str, Any]:
    """Return all that a page needs to show a widget and to answer for it."""
    state = {name: getattr(widget, name) for name in widget.keys if name[0] != "_" and name not in NOT_OF_THE_PAGE}
    kind = next(each.__name__ for each in (Still, Bench, Lab, Game, Bet, object) if isinstance(widget, each))
    match widget:
        case Bench():
            return {"kind": kind, "state": state, "first": packed_films(widget.frame), "runs": runs(widget)}
        case Lab():
            alone = ALONE if widget.controls else ""
            told = stories(widget, most)
            return {"kind": kind, "state": {**state, "draws_again": False, "no_frames": alone}, "stories": told}
        case Game():
            return {"kind": kind, "state": state, "scenes": recorded(widget)}
    return {"kind": kind, "state": state}


def shown(widget: Any, most: int) -> str:
    """Return a widget as a part of a page. Where scripts are off, its text stands for it."""
    if isinstance(widget, Handshake):
        return "<p>This page has no Python and needs none. In the notebook, three check marks stand here.</p>"
    if isinstance(widget, Carry):
        return ""  # there is no Python that could stop, and none to read a state
    if isinstance(widget, Gather | Share):
        return "<p>This page has no Python, so nothing is shared or gathered here. In the notebook, you can.</p>"
    module = next(name for kind, name in KINDS if isinstance(widget, kind))
    return (
        f'<div class="without-python" data-module="{module}" data-model="{widget.model_id}">'
        f'<script type="text/plain">{bundle(parts(widget, most))}</script>'
        f'<pre class="until">{escape(repr(widget))}</pre></div>'
    )


KINDS: tuple[tuple[type, str], ...] = ((Bench, "bench"), (Lab, "lab"), (Bet, "bet"), (Game, "game"), (object, "quiz"))


def answered(bet: Bet, answer: BetAnswer) -> str:
    """Return the answer of a bet as HTML that knows what to say to each bet."""
    said = {}
    for choice in bet._options:
        bet.choice = choice
        said[choice] = bet._sentence(answer.outcome)
    bet.choice = None
    return f'<p data-bet="{bet.model_id}" data-said="{escape(json.dumps(said))}">{escape(answer.text)}</p>'


def install(most: int = STOPS) -> None:
    """Make the widgets of this kernel show themselves without Python, with so many pictures along each control."""

    def mimebundle(widget: Any, **_: Any) -> tuple[dict[str, str], dict[str, str]]:
        return {"text/plain": repr(widget), "text/html": shown(widget, most)}, {}

    answer = Bet.answer

    def answer_for_all(bet: Bet) -> BetAnswer:
        given = answer(bet)
        object.__setattr__(given, "_repr_html_", lambda: answered(bet, given))
        return given

    anywidget.AnyWidget._repr_mimebundle_ = mimebundle
    Bet.answer = answer_for_all  # type: ignore[method-assign]
    # IPython looks methods up on the class.
    BetAnswer._repr_html_ = lambda given: given.__dict__["_repr_html_"]()  # type: ignore[attr-defined]
