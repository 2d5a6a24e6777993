"""A crowd over generations: strategies that get more points become more frequent.

The discrete replicator equation (after Taylor and Jonker 1978) with the exact points of
:func:`~intimacy.models.communication_repair.tournament.expected_for_twelve`. There is no luck in it: an endless crowd,
in which everyone meets everyone. A toy: points are not happiness, and nobody inherits a strategy; read it as imitation,
in which people take up what they see do well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import LARGEST, Between, Share, checked
from intimacy.models.communication_repair.chain import left_after
from intimacy.models.communication_repair.match import (
    generosity_of_the_generous,
    mishearing_of_a_move,
    slip_of_the_hand,
    talk_that_repairs,
    temptation_to_hold_back,
)
from intimacy.models.communication_repair.strategies import LABELS, STRATEGIES, payoffs_with
from intimacy.models.communication_repair.tournament import expected_for_twelve
from intimacy.parameters import Parameters, integer, number, shown

Array = NDArray[np.float64]

GENERATIONS = 200
_MOST_PARTS = 20
_PARTS = "Parts of the crowd at the start."


@dataclass(frozen=True)
class Crowd(Parameters):
    """A crowd at the start, its noise, and how it changes (see :func:`simulate_crowd`)."""

    always_reaches_out: int = integer(4, 0, _MOST_PARTS, label=LABELS["always_reaches_out"], help=_PARTS)
    always_holds_back: int = integer(4, 0, _MOST_PARTS, label=LABELS["always_holds_back"], help=_PARTS)
    tit_for_tat: int = integer(4, 0, _MOST_PARTS, label=LABELS["tit_for_tat"], help=_PARTS)
    generous: int = integer(4, 0, _MOST_PARTS, label=LABELS["generous"], help=_PARTS)
    pavlov: int = integer(4, 0, _MOST_PARTS, label=LABELS["pavlov"], help=_PARTS)
    grudger: int = integer(0, 0, _MOST_PARTS, label=LABELS["grudger"], help=_PARTS)
    coin: int = integer(0, 0, _MOST_PARTS, label=LABELS["coin"], help=_PARTS)
    two_chances: int = integer(0, 0, _MOST_PARTS, label=LABELS["two_chances"], help=_PARTS)
    contrite: int = integer(0, 0, _MOST_PARTS, label=LABELS["contrite"], help=_PARTS)
    firm_but_fair: int = integer(0, 0, _MOST_PARTS, label=LABELS["firm_but_fair"], help=_PARTS)
    answers_twice: int = integer(0, 0, _MOST_PARTS, label=LABELS["answers_twice"], help=_PARTS)
    suspicious: int = integer(0, 0, _MOST_PARTS, label=LABELS["suspicious"], help=_PARTS)
    slip: float = slip_of_the_hand()
    mishearing: float = mishearing_of_a_move(0.05)
    repair: float = talk_that_repairs()
    selection: float = number(
        0.3,
        0.05,
        1,
        step=0.05,
        symbol="w",
        label="Pull of success",
        help="How much points count for what people take up. At 1 nothing else does.",
    )
    newcomers: float = number(
        0,
        0,
        0.1,
        step=0.005,
        symbol="μ",
        label="Newcomers",
        help="Share of each generation that tries any strategy of those there at the start, each as likely.",
    )
    generosity: float = generosity_of_the_generous()
    temptation: float = temptation_to_hold_back()

    @property
    def parts(self) -> dict[str, int]:
        """How many parts of the crowd each strategy has at the start, of those that are there."""
        values = self.values()
        return {name: values[name] for name in STRATEGIES if values[name]}


@dataclass(frozen=True)
class CrowdRun:
    """A crowd over generations; entry 0 is the start.

    Attributes:
        parameters: what was run.
        names: the strategies that are there at the start.
        points: row's mean points per round against column, exactly, shape (strategies, strategies).
        shares: share of each strategy, shape (generations + 1, strategies).
        mean_points: points per round in the whole crowd, shape (generations + 1,).
        reaching_out: share of moves that reach out in the whole crowd, shape (generations + 1,).
    """

    parameters: Crowd
    names: tuple[str, ...]
    points: Array
    shares: Array
    mean_points: Array
    reaching_out: Array

    @property
    def generations(self) -> Array:
        """The generations, from 0."""
        return np.arange(len(self.shares), dtype=np.float64)

    @property
    def largest(self) -> str:
        """The strategy with the largest share at the end; of equal ones the first of the twelve."""
        return self.names[int(self.shares[-1].round(9).argmax())]

    @checked
    def share(self, name: str) -> Array:
        """Return the share of a strategy over the generations; 0 throughout if it was not there."""
        if name in self.names:
            share: Array = self.shares[:, self.names.index(name)]
            return share
        return np.zeros(len(self.shares))

    def to_frame(self) -> pd.DataFrame:
        """Return the crowd as a table, one row per generation."""
        return pd.DataFrame(
            {
                "generation": np.arange(len(self.shares)),
                **{name: self.shares[:, column] for column, name in enumerate(self.names)},
                "points_per_round": self.mean_points,
                "reaching_out": self.reaching_out,
            }
        )


@checked
def simulate_crowd(parameters: Crowd) -> CrowdRun:
    """Follow a crowd over :data:`GENERATIONS` generations.

    With shares x and exact points per round A, everyone meets everyone in proportion::

        f   = 1 − w + w A x                 what each strategy's success counts
        x'  = (1 − μ) x f / (x · f) + μ / K     K strategies at the start

    A crowd without anybody is shown as coin flippers. Deterministic: there is no seed. A toy.
    """
    names = tuple(parameters.parts) or ("coin",)
    rows = [list(STRATEGIES).index(name) for name in names]
    slip, mishearing = (left_after(each, parameters.repair) for each in (parameters.slip, parameters.mishearing))
    means, among = expected_for_twelve(slip, mishearing, parameters.generosity), np.ix_(rows, rows)
    points = means.payoff(payoffs_with(parameters.temptation))[..., 0][among]
    start = np.array([parameters.parts.get(name, 1) for name in names], dtype=np.float64)
    shares = replicated(points, start / start.sum(), GENERATIONS, parameters.selection, parameters.newcomers)
    return CrowdRun(
        parameters=parameters,
        names=names,
        points=points,
        shares=shares,
        mean_points=((shares @ points) * shares).sum(axis=1),
        reaching_out=((shares @ means.reaching_out[..., 0][among]) * shares).sum(axis=1),
    )


@checked
def replicated(
    points: Annotated[Array, Between(0, LARGEST)],
    shares: Annotated[Array, Between(0, 1, axes=1)],
    generations: Annotated[int, Between(1, 10_000)],
    selection: Share = 1.0,
    newcomers: Share = 0.0,
) -> Array:
    """Return the shares of each strategy over the generations, shape (generations + 1, strategies).

    Raises:
        ValueError: points is not a square table of numbers from 0 on, shares are not from 0 on with sum 1 and one per
            row, generations is below 1, or selection or newcomers is not between 0 and 1.
    """
    if points.shape != (len(shares), len(shares)):
        raise ValueError(f"points must be a square of {len(shares)} rows, got shape {points.shape}")
    if not np.isclose(shares.sum(), 1):
        raise ValueError(f"shares must sum to 1, got {shown(shares)}")
    success = 1 - selection + selection * points  # the shares sum to 1, so this is the same as adding 1 − w afterwards
    arriving = newcomers / len(shares)
    history = np.empty((generations + 1, len(shares)))
    history[0] = now = shares
    for generation in range(1, generations + 1):
        grown = now * (success @ now)
        now = grown * ((1 - newcomers) / grown.sum()) + arriving
        history[generation] = now
    return history
