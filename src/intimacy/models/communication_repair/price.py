"""The price of generosity: what letting held-back moves pass is worth, and what it costs, exactly. A toy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import checked
from intimacy.models.communication_repair.chain import expected_pairs, left_after
from intimacy.models.communication_repair.match import (
    generosity_of_the_generous,
    mishearing_of_a_move,
    slip_of_the_hand,
    talk_that_repairs,
    temptation_to_hold_back,
)
from intimacy.models.communication_repair.strategies import (
    LABELS,
    generous,
    optimal_generosity,
    payoffs_with,
    strategy,
)
from intimacy.parameters import Parameters, choice

Array = NDArray[np.float64]

GENEROSITIES = np.linspace(0, 1, 41)
"""The generosities along the curves."""

_GIVERS = tuple(generous(each) for each in GENEROSITIES.tolist())
_OTHERS = {name: label for name, label in LABELS.items() if name != "generous"}


@dataclass(frozen=True)
class Generosity(Parameters):
    """Somebody generous, whom they meet, and what may go wrong (see :func:`simulate_generosity`)."""

    other: str = choice("always_holds_back", _OTHERS, label="Meets", help="The other strategy they meet.")
    generosity: float = generosity_of_the_generous()
    slip: float = slip_of_the_hand(0.01)
    mishearing: float = mishearing_of_a_move()
    repair: float = talk_that_repairs()
    temptation: float = temptation_to_hold_back()


@dataclass(frozen=True)
class GenerosityRun:
    """Points per round in the long run, along :data:`GENEROSITIES` and at the chosen generosity.

    Attributes:
        parameters: what was run.
        with_own_kind: points of the generous with another who is as generous, shape (generosities,).
        with_other: points of the generous with the other strategy, shape (generosities,).
        other_gets: points of the other strategy in those meetings, shape (generosities,).
        here: the same three at the chosen generosity.
        reaching_out: how often two of the chosen generosity reach out.
        optimal: g*, or None where the points are not those of a dilemma (T at most R).
    """

    parameters: Generosity
    with_own_kind: Array
    with_other: Array
    other_gets: Array
    here: tuple[float, float, float]
    reaching_out: float
    optimal: float | None

    def to_frame(self) -> pd.DataFrame:
        """Return the curves as a table, one row per generosity."""
        return pd.DataFrame(
            {
                "generosity": GENEROSITIES,
                "points_with_own_kind": self.with_own_kind,
                "points_with_other": self.with_other,
                "points_of_other": self.other_gets,
            }
        )


@checked
def simulate_generosity(parameters: Generosity) -> GenerosityRun:
    """Return what generosity is worth among the generous and with another strategy, in the long run and exactly.

    Each point of a curve is the stationary chain of :mod:`.chain` from a friendly start. The chosen generosity is one
    more point. Deterministic: there is no seed. A toy.
    """
    slip, mishearing = (left_after(each, parameters.repair) for each in (parameters.slip, parameters.mishearing))
    payoffs = payoffs_with(parameters.temptation)
    givers = [*_GIVERS, generous(parameters.generosity)]
    own = expected_pairs(givers, givers, slip=slip, mishearing=mishearing)
    others = [strategy(parameters.other)] * len(givers)
    met = expected_pairs(givers, others, slip=slip, mishearing=mishearing).payoff(payoffs)
    among = own.payoff(payoffs)[:, 0]
    reward, _, temptation, _ = payoffs
    return GenerosityRun(
        parameters=parameters,
        with_own_kind=among[:-1],
        with_other=met[:-1, 0],
        other_gets=met[:-1, 1],
        here=(float(among[-1]), float(met[-1, 0]), float(met[-1, 1])),
        reaching_out=float(own.reaching_out[-1, 0]),
        optimal=optimal_generosity(payoffs) if temptation > reward else None,
    )
