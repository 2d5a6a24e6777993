"""Gather what a class shared: pasted codes, a file, or a classroom that is followed live."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import traitlets

from intimacy.arguments import checked
from intimacy.classroom.client import Room, Unanswered, room
from intimacy.parameters import shown
from intimacy.widgets import front_end

MOST_SHOWN = 20
"""How many rejected pieces are listed; the rest is counted."""


class Refused(Protocol):
    """A piece of text that does not count."""

    @property
    def line(self) -> int:
        """Where it stood, from 1."""

    @property
    def text(self) -> str:
        """What it said."""

    @property
    def reason(self) -> str:
        """Why it does not count."""


class Found(Protocol):
    """What was read from a text."""

    @property
    def results(self) -> Sequence[Any]:
        """What counts."""

    @property
    def rejected(self) -> Sequence[Refused]:
        """What does not."""

    @property
    def repeated(self) -> int:
        """How many were there twice."""


class Gather(front_end.FrontEnd):
    """Boxes for codes, a file and a join link. Whoever draws the pool follows ``serial``.

    Nothing runs by itself in Python: while a classroom is followed, the page asks every two seconds, and only while it
    can be seen.

    Args:
        title: what is gathered.
        topic: of what, as a classroom names it.
        read_codes: reads pasted text; a ``ValueError`` says why it cannot be read.
        read_table: reads the text of a CSV file in the same way.
        write: writes a result as its code, to send it on to a classroom that is followed.
        key: what a result counts as: of two with the same key, the newer counts.
        pooled: adds results up.
        checked: returns the pool that a classroom sent; a ``ValueError`` says that it is none.
    """

    _front_end = "gather"

    title = traitlets.Unicode().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)
    serial = traitlets.Int(0)

    def __init__(
        self,
        title: str,
        topic: str,
        read_codes: Callable[[str], Found],
        read_table: Callable[[str], Found],
        write: Callable[[Any], str],
        key: Callable[[Any], Any],
        pooled: Callable[[Sequence[Any]], Any],
        checked: Callable[[Any], Any],
    ) -> None:
        self._topic, self._write, self._key, self._pooled, self._checked = topic, write, key, pooled, checked
        self._readers = {"codes": read_codes, "table": read_table}
        self._results: dict[Any, Any] = {}
        self._live: Any = None
        self._room: Room | None = None
        self._report: dict[str, Any] = {"said": "", "rejected": []}
        self._number = 0
        super().__init__(title=title)
        self._show("start")
        self.on_msg(self._receive)

    @property
    def pool(self) -> Any:
        """What the class adds up to: of the classroom that is followed, else of the codes that were gathered."""
        return self._pooled(list(self._results.values())) if self._live is None else self._live

    @checked
    def add(self, text: str, kind: str = "codes") -> None:
        """Read codes, or with the kind ``"table"`` the text of a CSV file, and count each learner once.

        While a classroom is followed they are sent on to it, so that those who share and those who read aloud add up.

        Raises:
            ValueError: the text is too long, is no table of codes, or there is no such kind.
            Unanswered: the classroom cannot be reached, or has refused one; added again, all count once.
        """
        if kind not in self._readers:
            raise ValueError(f"kind must be one of {', '.join(map(repr, self._readers))}, got {shown(kind)}")
        found = self._readers[kind](text)
        mine = [each for each in found.results if each.topic == self._topic]
        fresh = {self._key(each): each for each in mine}
        known = len(fresh.keys() & self._results.keys())
        if self._room is not None:
            for each in fresh.values():
                self._room.post(self._write(each))
            self._live = self._checked(self._room.pool(self._topic))
        self._results |= fresh
        elsewhere = len(found.results) - len(mine)
        self._report = _report(len(fresh) - known, known + found.repeated, elsewhere, found.rejected)
        if self._room is not None:
            self._report["said"] += " Sent on to the classroom."
        self._changed("python")

    @checked
    def follow(self, link: str) -> None:
        """Show the classroom of a join link, from now on each time the page asks.

        Raises:
            ValueError: it is no join link, or what answers is no classroom.
            Unanswered: the classroom cannot be reached, or has refused.
        """
        there = room(link)
        self._live = self._checked(there.pool(self._topic))
        self._room = there
        self._report = {"said": f"Following the classroom at {there.address}.", "rejected": []}
        self._changed("python")

    def look(self) -> bool:
        """Ask the classroom that is followed once more, and tell whether there was anything new.

        Raises:
            ValueError: what answers is no classroom.
            Unanswered: the classroom cannot be reached, or has refused.
        """
        if self._room is None:
            return False
        pool = self._checked(self._room.pool(self._topic))
        changed = bool(pool != self._live)
        if changed:
            self._live = pool
            self._changed("python")
        return changed

    def leave(self) -> None:
        """Follow no classroom any more; what was gathered from codes counts again."""
        self._left("No classroom is followed. What counts are the codes.")

    def forget(self) -> None:
        """Forget all codes and leave the classroom."""
        self._results.clear()
        self._left("All is forgotten here. A classroom keeps what it has.")

    def _left(self, said: str) -> None:
        self._room = self._live = None
        self._report = {"said": said, "rejected": []}
        self._changed("python")

    def __repr__(self) -> str:
        return textwrap.fill(f"{self.title}. {self.shown['said'] or 'Nothing has been gathered yet.'}", 100)

    def _changed(self, request: str) -> None:
        self._show(request)
        self.serial += 1

    def _show(self, request: str) -> None:
        self._number += 1
        self.shown = {
            "serial": self._number,
            "request": request,
            "gathered": len(self._results),
            "following": self._room is not None,
            **self._report,
        }

    def _receive(self, _: Any, message: Any, __: Any) -> None:
        match message:
            case {"kind": str(), "request": str(request)}:
                try:
                    self._answer(message)
                except (ValueError, Unanswered) as refused:
                    self.send({"kind": "problem", "request": request, "text": str(refused)})
                else:
                    self._show(request)

    def _answer(self, message: dict[str, Any]) -> None:
        match message:
            case {"kind": "add", "text": str(text), "as": str(kind)}:
                self.add(text, kind)
            case {"kind": "follow", "link": str(link)}:
                self.follow(link)
            case {"kind": "look"}:
                self.look()
            case {"kind": "leave"}:
                self.leave()
            case {"kind": "forget"}:
                self.forget()


def _report(new: int, repeated: int, elsewhere: int, rejected: Iterable[Refused]) -> dict[str, Any]:
    """Say what came of a text: what counts, what was there before, what belongs elsewhere, what is wrong and why."""
    wrong = [[each.line, each.text, each.reason] for each in rejected]
    parts = [f"{new} new {'result' if new == 1 else 'results'}."]
    if repeated:
        parts.append(f"{repeated} counted before: of one learner, the newest counts.")
    if elsewhere:
        parts.append(f"{elsewhere} of another topic, left out.")
    if wrong:
        parts.append(f"{len(wrong)} rejected{f', the first {MOST_SHOWN} below' if len(wrong) > MOST_SHOWN else ''}.")
    return {"said": " ".join(parts), "rejected": wrong[:MOST_SHOWN]}
