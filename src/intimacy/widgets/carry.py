"""Carry what a learner did across a restart of Python: one line of text, copied from the page and pasted into it.

The page makes the line, so no kernel is needed to copy it. Python reads it back as data: it is checked for size and
slips, it is never run, and each widget holds its part against its own rules.
"""

from __future__ import annotations

import base64
import json
import re
import textwrap
import zlib
from collections.abc import Mapping
from typing import Any
from weakref import WeakSet, WeakValueDictionary

import traitlets

from intimacy.arguments import checked
from intimacy.health import machine
from intimacy.parameters import shown
from intimacy.widgets import front_end

VERSION = 1
LONGEST = 20_000
"""Characters of a line; a notebook in which every control has been moved needs about a thousand."""
LARGEST = 200_000
"""Bytes that a line may unpack to."""
MOST_SEEDS = 2**32
LINE = re.compile(r"intimacy\.(\d{1,4})\.(\w{1,60})\.([\w-]+)\.([0-9a-f]{8})", flags=re.ASCII)
NAME = re.compile(r"[a-z]{1,10}:[0-9a-f]{8}")
UNDRAWN = "This page draws no widgets, so nothing can be copied or brought back here."


@checked
def unsealed(text: str, notebook: str) -> dict[str, Any]:
    """Return what a line holds for the widgets of a notebook: a value for each name.

    Raises:
        ValueError: the text is not a whole, unchanged line of this notebook.
    """
    if len(text) > LONGEST:
        raise ValueError(f"The line must have at most {LONGEST} characters, got {len(text)}.")
    line = "".join(text.split())
    found = LINE.fullmatch(line)
    if found is None:
        given = repr(textwrap.shorten(line[:40], 30, placeholder="…")) if line else "nothing"
        raise ValueError(f"The line must be one that Copy my state gave you, from intimacy. to its end, got {given}.")
    version, stem, packed, check = found.groups()
    if int(version) != VERSION:
        raise ValueError(f"The line must be of version {VERSION}, got {version}: it comes from another release.")
    if f"{zlib.crc32(line.rpartition('.')[0].encode()):08x}" != check:
        raise ValueError(f"The line must be unchanged, got one whose checksum {check} is wrong: copy it again, whole.")
    if stem != notebook:
        raise ValueError(f"The line must be from the notebook {notebook}, got one from {stem}.")
    kept = _unpacked(packed)
    if not isinstance(kept, dict) or not all(NAME.fullmatch(name) for name in kept):
        raise ValueError("The line must hold a value for each widget, got something else.")
    return kept


def _unpacked(packed: str) -> Any:
    """Return the value that a text holds: JSON, compressed, in the letters of base64."""
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), LARGEST)
        if unpacker.eof:
            return json.loads(raw, parse_constant=_no_number)
    except (ValueError, zlib.error, RecursionError) as error:
        raise ValueError("The line must hold compressed JSON, got something else.") from error
    raise ValueError(f"The line must unpack to at most {LARGEST} bytes, got more, or only a part.")


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not a number of JSON")


def named_values(kept: Any) -> dict[str, Any]:
    """Return the values of a lab by the names of its parameters.

    Raises:
        TypeError: there are none.
    """
    values = kept.get("values") if isinstance(kept, dict) else None
    if not isinstance(values, dict):
        raise TypeError(f"values must be named values, got {shown(kept)}")
    return values


def require_seed(seed: Any, start: int | None) -> None:
    """Refuse what is no seed of a lab that starts with this one.

    Raises:
        ValueError: the seed is not a whole number from 0 on, or the lab draws nothing.
    """
    if start is None and seed is not None:
        raise ValueError(f"seed must be None in a lab that draws nothing, got {shown(seed)}")
    if start is not None and (type(seed) is not int or not 0 <= seed < MOST_SEEDS):
        raise ValueError(f"seed must be a whole number from 0 to {MOST_SEEDS - 1}, got {shown(seed)}")


class Carried(traitlets.HasTraits):
    """A widget whose state the page can copy, and which can be brought back to it.

    Attributes:
        carried_as: the name of its state on the page; the same in each run of a notebook.
    """

    carried_as = traitlets.Unicode().tag(sync=True)

    def arrived(self, kind: str, title: str) -> None:
        """Say that this widget is whole. It takes its part of what has been pasted, now or later."""
        self.carried_as = f"{kind}:{zlib.crc32(title.encode()):08x}"
        self.carried_title = title
        _luggage.arrived(self)

    def bring_back(self, kept: Any) -> list[str]:
        """Go to a state that was carried here, and return a sentence for each part of it that is refused.

        Raises:
            TypeError, ValueError: all of it is refused; the widget stays as it was.
        """
        raise NotImplementedError


class Luggage:
    """What was pasted in this kernel, and the widgets that are there to take it."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}
        self.here: WeakValueDictionary[str, Carried] = WeakValueDictionary()
        self.refused: dict[str, list[str]] = {}
        self.desks: WeakSet[Carry] = WeakSet()

    def arrived(self, widget: Carried) -> None:
        """Take note of a widget, the newest of its name, and hand it its part."""
        self.here[widget.carried_as] = widget
        if widget.carried_as in self.kept:
            self._hand(widget)
            self._say()

    def unpack(self, kept: Mapping[str, Any]) -> None:
        """Hand out what was pasted, in the place of what was pasted before."""
        self.kept, self.refused = dict(kept), {}
        for name in self.kept:
            if name in self.here:
                self._hand(self.here[name])
        self._say()

    def _hand(self, widget: Carried) -> None:
        name = widget.carried_as
        try:
            self.refused[name] = widget.bring_back(self.kept[name])
        except (TypeError, ValueError) as refused:
            self.refused[name] = [str(refused)]

    def report(self) -> list[str]:
        """Say what is back, what waits and what was refused, a sentence each."""
        if not self.kept:
            return []
        waiting = sum(name not in self.here for name in self.kept)
        said = [f"Back: {len(self.kept) - waiting} of {len(self.kept)}."]
        if waiting:
            said[0] += f" {waiting} will follow when the cells that make them have run."
        elif any(name.startswith("bet:") for name in self.kept):
            said[0] += " Run the cells that answer your bets again."
        for name, sentences in self.refused.items():
            title = textwrap.shorten(self.here[name].carried_title, 60, placeholder=" …") if name in self.here else name
            left_out = [textwrap.shorten(sentence, 240, placeholder=" …") for sentence in sentences]
            said += [f'Left out of "{title}": {sentence}' for sentence in left_out]
        return said

    def _say(self) -> None:
        for desk in self.desks:
            desk.said = self.report()


_luggage = Luggage()


class Carry(front_end.FrontEnd):
    """A folded line: a button that copies the state of this page's widgets, and a box that takes one back.

    Args:
        notebook: the stem of the notebook, such as ``"04_oxytocin_trust"``: a line from another one is refused.
    """

    _front_end = "carry"

    notebook = traitlets.Unicode().tag(sync=True)
    machine = traitlets.Unicode().tag(sync=True)
    said: traitlets.List[str] = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, notebook: str) -> None:
        super().__init__(notebook=notebook, machine=repr(machine()), said=_luggage.report())
        _luggage.desks.add(self)
        self.on_msg(self._receive)

    def paste(self, line: str) -> None:
        """Bring back what a line holds: in the widgets that are there, and in those that are made later.

        Raises:
            ValueError: the text is not a whole, unchanged line of this notebook. Nothing changes.
        """
        _luggage.unpack(unsealed(line, self.notebook))

    def __repr__(self) -> str:
        return UNDRAWN

    def _receive(self, _: Any, message: Any, __: Any) -> None:
        match message:
            case {"kind": "paste", "request": str(request), "text": str(text)}:
                try:
                    self.paste(text)
                except ValueError as refused:
                    self.send({"kind": "problem", "request": request, "text": str(refused)})
                else:
                    self.send({"kind": "pasted", "request": request})
