"""Pictures computed before they are asked for: the stops of one control, all else as it is, while nobody waits."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from intimacy.parameters import Specification

MOST_BYTES = 1_000_000
"""What the pictures of one control may weigh; where they would weigh more, the stops are coarser."""

MOST_SECONDS = 4.0
"""How long Python may work for one control."""

SLOWEST = 0.1
"""Seconds for one picture beyond which a lab does not take part: a change would have to wait for it."""

CHUNK_BYTES, CHUNK_SECONDS = 24_000, 0.05
"""A message leaves when it is this large, or this long after the one before."""

UNHEARD_BYTES = 48_000
"""How much may be on the way: what a live answer has to wait for on a slow line."""

PAUSE = 0.003
"""Seconds between two pictures in which a message that has arrived is answered."""

NEAR = 8
"""Stops on each side that come first, as a key or a hand is likely to reach them."""

TOO_SLOW = "One picture takes {seconds:.1f} seconds to compute, so each is computed when you ask for it."

TRIES = 3
"""Pictures after which it is known how long one takes."""

Frame = Mapping[str, Any]
Compute = Callable[[Any], Frame]
Message = tuple[dict[str, Any], bytes]


def stops(specification: Specification, now: Any) -> list[Any]:
    """Return the other stops of a control in the order of their use: the near ones, the ends, then ever finer grids.

    Wherever the list is cut, what came before it covers the whole range.
    """
    match specification.kind:
        case "choice":
            return [value for value in specification.options if value != now]
        case "switch":
            return [not now]
    low, high, step = specification.low, specification.high, specification.step
    assert low is not None
    assert high is not None
    assert step is not None
    last, here = math.floor((high - low) / step + 1e-9), round((now - low) / step)
    grids: list[Sequence[int]] = [range(here - NEAR, here + NEAR + 1), [0, last]]
    grids += [range(0, last + 1, 2**power) for power in range(max(0, last.bit_length() - 3), -1, -1)]
    wanted = [index for grid in grids for index in sorted(grid, key=lambda index: abs(index - here))]
    whole = int if specification.kind == "integer" else float
    values = [whole(round(low + index * step, 10)) for index in dict.fromkeys(wanted) if 0 <= index <= last]
    return [value for value in values if value != now]


def still(traces: Mapping[str, Mapping[str, Any]], films: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return traces with the last row only of each film: a film is too large to be sent for every stop."""
    return {
        key: {path: _last_row(value) for path, value in each.items()} if key in films else dict(each)
        for key, each in traces.items()
    }


def _last_row(value: Any) -> Any:
    is_rows = isinstance(value, dict)
    return {"row": value["row"], "values": value["values"][-4 * value["row"] :]} if is_rows else value


class FramesAhead:
    """Sends a page the pictures of one control, one after the other, and stops when they are no longer wanted.

    Between two pictures it gives the way to whatever has arrived, and it waits when the page has not yet heard enough
    of what was sent: a live update never waits for more than one picture.

    Args:
        send: sends a message and its buffers to the page.
        later: calls a function soon, after messages that have arrived.
        clock: seconds.
    """

    def __init__(
        self,
        send: Callable[[dict[str, Any], list[bytes]], None],
        later: Callable[[Callable[[], None]], None] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._send, self._later, self._clock = send, later or _soon, clock
        self.request: str | None = None
        """The question that is being answered."""

    def start(
        self, request: str, name: str, values: Sequence[Any], base: Frame, films: Sequence[str], compute: Compute
    ) -> None:
        """Answer a question for the pictures of a control; the one before it is dropped.

        Args:
            request: the question.
            name: the control.
            values: its stops, in the order of their use.
            base: the picture that the page has; only what differs from it is sent.
            films: traces that have one row per stop of a playhead, of which the last is sent.
            compute: returns the picture at a stop.
        """
        self.request = request
        self._unheard: list[int] = []
        base = {**base, "traces": still(base["traces"], films)}
        self._messages = self._chunks(request, name, values, base, films, compute)
        self._step_later(request)

    def heard(self, request: str) -> None:
        """Note that the page has heard one more message."""
        if request != self.request or not self._unheard:
            return
        waited = self._waits
        self._unheard.pop(0)
        if waited and not self._waits:
            self._step_later(request)

    def stop(self) -> None:
        """Drop what is not yet computed."""
        self.request = None

    @property
    def _waits(self) -> bool:
        return sum(self._unheard) > UNHEARD_BYTES

    def _step_later(self, request: str) -> None:
        self._later(lambda: self._step(request))

    def _step(self, request: str) -> None:
        if request != self.request or self._waits:
            return
        for message in self._messages:
            if message:
                content, block = message
                self._unheard.append(len(block))
                self._send(content, [block])
            self._step_later(request)
            return
        self.request = None

    def _chunks(
        self, request: str, name: str, values: Sequence[Any], base: Frame, films: Sequence[str], compute: Compute
    ) -> Iterator[Message | None]:
        """Compute one picture at a time; yield a message when there is one to send, else nothing."""
        weight, spent, fastest, sent_at = 0, 0.0, math.inf, self._clock()
        packed, block = [], bytearray()
        about = {"kind": "frames", "request": request, "name": name}
        for count, value in enumerate(values, start=1):
            began = self._clock()
            frame = compute(value)
            took = self._clock() - began
            spent, fastest = spent + took, min(fastest, took)
            before = len(block)
            packed.append(_against(base, frame, value, films, block))
            weight += len(block) - before + len(json.dumps(packed[-1]))
            if weight > MOST_BYTES or spent > MOST_SECONDS:
                packed.pop()
                del block[before:]
                break
            if count >= TRIES and fastest > SLOWEST:
                yield {**about, "stops": packed, "done": True, "text": TOO_SLOW.format(seconds=fastest)}, bytes(block)
                return
            if len(block) >= CHUNK_BYTES or self._clock() - sent_at >= CHUNK_SECONDS:
                yield {**about, "stops": packed, "done": False}, bytes(block)
                packed, block, sent_at = [], bytearray(), self._clock()
            else:
                yield None
        yield {**about, "stops": packed, "done": True}, bytes(block)


def _against(base: Frame, frame: Frame, value: Any, films: Sequence[str], block: bytearray) -> dict[str, Any]:
    """Return a picture as it travels: numbers go into the block, ``None`` stands for what is as in the base."""
    traces = {
        key: {
            path: None if base["traces"].get(key, {}).get(path) == packed else _placed(packed, block)
            for path, packed in arrays.items()
        }
        for key, arrays in still(frame["traces"], films).items()
    }
    words = {part: frame[part] for part in ("shown", "sentence", "code", "layout")}
    return {"value": value, "traces": traces, **words}


def _placed(packed: Any, block: bytearray) -> Any:
    """Put numbers into the block and return where they are; text stays as it is."""
    numbers = packed["values"] if isinstance(packed, dict) else packed
    if not isinstance(numbers, bytes):
        return packed
    place = {"at": len(block), "size": len(numbers)}
    block += numbers
    return {**place, "row": packed["row"]} if isinstance(packed, dict) else place


def _soon(step: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(PAUSE, step)
