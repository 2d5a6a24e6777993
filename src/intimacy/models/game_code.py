"""A game as a short text: its version, seed and moves, with a checksum against slips of the pen."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from intimacy.arguments import checked
from intimacy.parameters import shown


class Coded(Protocol):
    """The state of a game that can be written as a text."""

    @property
    def code(self) -> str:
        """The text."""


State = TypeVar("State", bound=Coded)


MOST_SEEDS = 2**32


def require_game(seed: Any, moves: Any) -> tuple[Any, ...]:
    """Refuse what is no seed of a game, or no sequence of moves, and return the moves.

    Raises:
        TypeError: the moves are no list or tuple.
        ValueError: the seed is no whole number from 0 to 2³² − 1.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < MOST_SEEDS:
        raise ValueError(f"seed must be a whole number between 0 and {MOST_SEEDS - 1}, got {shown(seed)}")
    if not isinstance(moves, list | tuple):
        raise TypeError(f"moves must be a list or tuple of moves, got {shown(moves)}")
    return tuple(moves)


@checked
def sealed(body: str) -> str:
    """Return a text with its checksum after it."""
    return f"{body}.{zlib.crc32(body.encode(errors='surrogatepass')):08x}"


@checked
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
    refused = f"code must be the text a game gave you, unchanged, got {shown(code)}"
    try:
        _, seed, digits, _ = text.split(".")
        state = make(int(seed), tuple(moves[int(digit)] for digit in digits))
    except (ValueError, IndexError) as error:
        raise ValueError(refused) from error
    if state.code != text:
        raise ValueError(refused)
    return state
