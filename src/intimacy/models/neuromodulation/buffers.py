"""Two buffers of one stress: how they combine, and why the answer to "do they interact?" depends on the scale.

That buffers multiply is a choice, not a finding: a toy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from intimacy.arguments import AboveZero, Share, checked


@checked
def share_left(social_support: Share, oxytocin: Share) -> float:
    """Return (1 − b_s)(1 − b_o), the share of a drive that two buffers leave: each takes its share of what it meets.

    Raises:
        ValueError: a buffer is not between 0 and 1.
    """
    return (1 - social_support) * (1 - oxytocin)


@dataclass(frozen=True)
class Interaction:
    """How far a second buffer's effect depends on the first: as a difference, and as a difference of logarithms."""

    raw: float
    logarithmic: float


@checked
def interaction(neither: AboveZero, support: AboveZero, oxytocin: AboveZero, both: AboveZero) -> Interaction:
    """Compare four responses: without a buffer, with either one, and with both.

    On the raw scale ``both − support − oxytocin + neither``, on the log scale the same of the logarithms. 0 means that
    a buffer takes away the same amount (raw) or the same share (logarithmic) whether or not the other one is there.
    Buffers that multiply give b_s · b_o · neither on the raw scale and 0 on the log scale.

    Raises:
        ValueError: a response is not above 0.
    """
    return Interaction(
        raw=both - support - oxytocin + neither,
        logarithmic=math.log(both) - math.log(support) - math.log(oxytocin) + math.log(neither),
    )
