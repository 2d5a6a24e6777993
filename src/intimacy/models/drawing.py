"""Where to draw the people of a network, so that few ties apart is close together."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from intimacy.arguments import Between, checked

Array = NDArray[np.float64]

_ROUNDS = 300


@checked
def places(ties: Annotated[Array, Between(0, 1, axes=2)]) -> Array:
    """Return where to draw each person, from −1 to 1, shape (people, 2), so that distances are near the ties between.

    The weighted stress of Kamada and Kawai (1989), made small by majorisation (Gansner, Koren and North 2005) from a
    circle, on which all stay where everyone is tied to everyone.

    Args:
        ties: 1 where two people are tied, both ways, else 0, shape (people, people); everyone can reach everyone.

    Raises:
        ValueError: ties is not a table of ties that go both ways between at least two people, all of whom are reached.
    """
    count = len(ties)
    if ties.shape != (count, count) or count < 2 or (ties != ties.T).any() or not np.isin(ties, (0, 1)).all():
        raise ValueError(f"ties must be a square of 0 and 1 for at least 2 people, and both ways, got {ties.shape}")
    hops = _hops(ties)
    if (hops + np.eye(count) == 0).any():
        raise ValueError("ties must let everyone reach everyone, got people apart from the others")
    nearness = np.where(hops > 0, 1 / np.maximum(hops, 1) ** 2, 0)
    inverse = np.linalg.pinv(np.diag(nearness.sum(axis=1)) - nearness)
    angle = -np.pi * (0.5 + (2 * np.arange(count) + 1) / count)
    place = np.column_stack([np.cos(angle), np.sin(angle)])
    rounds = _ROUNDS if hops.max() > 1 else 0
    for _ in range(rounds):
        apart = np.hypot(*(place[:, np.newaxis] - place).T)
        pull = np.divide(nearness * hops, apart, out=np.zeros_like(apart), where=apart > 0)
        place = inverse @ ((np.diag(pull.sum(axis=1)) - pull) @ place)
    layout: Array = place / np.abs(place).max()
    return layout


def _hops(ties: Array) -> Array:
    """Return the number of ties on the shortest way between any two people, 0 where there is none, shape (n, n)."""
    hops = np.zeros_like(ties, dtype=np.float64)
    reached = np.eye(len(ties))
    for step in range(1, len(ties)):
        further = np.minimum(reached @ (ties + np.eye(len(ties))), 1)
        found = (further > 0) & (reached == 0)
        if not found.any():
            break
        hops[found] = step
        reached = further
    return hops
