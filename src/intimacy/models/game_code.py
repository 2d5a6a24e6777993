"""A game as a short text: its version, seed and moves, with a checksum against slips of the pen."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar


class Coded(Protocol):
    """The state of a game that can be written as a text."""

    @property
    def code(self) -> str:
        """The text."""


State = TypeVar("State", bound=Coded)


def sealed(body: str) -> str:
    """Return a text with its checksum after it."""
    return f"{body}.{zlib.crc32(body.encode()):08x}"


def rebuilt(code: str, moves: Sequence[Any], make: Callable[[int, tuple[Any, ...]], State]) -> State:
    """Return the game that a code of version, seed, digits and checksum holds; blanks around it are ignored.

    Args:
        code: the text.
        moves: what each digit stands for.
        make: returns a state from a seed and the moves.

    Raises:
        ValueError: the text is not the code of any game (mistyped, shortened or changed).
    """
    text = code.strip()
    refused = f"code must be the text a game gave you, unchanged, got {code!r}"
    try:
        _, seed, digits, _ = text.split(".")
        state = make(int(seed), tuple(moves[int(digit)] for digit in digits))
    except (ValueError, IndexError) as error:
        raise ValueError(refused) from error
    if state.code != text:
        raise ValueError(refused)
    return state
