"""Social monogamy is not genetic monogamy: whose pups are in the litter, and how sure a few litters make us.

Socially monogamous animals live in pairs; genetically monogamous ones have all their offspring together. Counts of
litters are small, so each share comes with its exact interval (Clopper and Pearson 1934): the shares that would not be
surprised by the count, 2.5 % on either side.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import OpenShare, Seed, checked
from intimacy.parameters import Parameters, integer, number, shown

Array = NDArray[np.float64]

MOST_LITTERS = 300


@dataclass(frozen=True)
class PaternityCount:
    """Litters of socially monogamous prairie voles in which paternity was not the pair's alone.

    Attributes:
        citation: key of the study in the table of evidence.
        setting: where the voles lived.
        counted: what was counted, in words; the studies did not count the same thing.
        litters: litters examined.
        shared: litters with another father than the social partner, or with more than one father.
    """

    citation: str
    setting: str
    counted: str
    litters: int
    shared: int

    @property
    def share(self) -> float:
        """Share of litters."""
        return self.shared / self.litters

    @property
    def interval(self) -> tuple[float, float]:
        """Exact 95 % interval of the share."""
        return exact_interval(self.shared, self.litters)


PATERNITY = (
    PaternityCount(
        citation="ophir2008",
        setting="eight outdoor enclosures with twelve voles each",
        counted="one litter with two fathers, five sired by a male other than the one the mother lived with",
        litters=27,
        shared=6,
    ),
    PaternityCount(
        citation="solomon2004",
        setting="wild voles in Illinois",
        counted="litters with more than one father",
        litters=9,
        shared=5,
    ),
)
"""Published counts: the first as told in a science magazine, the second in the paper's abstract.

Ophir et al. (2008); Solomon et al. (2004, doi 10.1139/Z04-142).
"""


@dataclass(frozen=True)
class SpeciesCount:
    """How many mammal species live in pairs: a census of the species that were classified, not a sample."""

    citation: str
    monogamous: int
    share: float
    orders: int


MAMMALS = SpeciesCount(citation="lukas2013", monogamous=226, share=0.09, orders=9)
"""Lukas and Clutton-Brock (2013, doi 10.1126/science.1238677), as cited in doi 10.3389/fevo.2018.00139."""


@dataclass(frozen=True)
class PaternityStudy(Parameters):
    """A study that looks at one litter after another (see :func:`simulate_paternity`)."""

    true_share: float = number(
        0.25,
        0,
        1,
        step=0.01,
        label="True share of litters with another father",
        help="In the whole population, which no study sees.",
    )
    litters: int = integer(27, 1, MOST_LITTERS, label="Litters", help="How many litters the study examines.")


@dataclass(frozen=True)
class PaternityRun:
    """What the study knows after each litter; every array has the shape (litters,).

    Attributes:
        parameters: what was run.
        shared: whether the litter has another father.
        count: litters with another father so far.
        share: their share so far.
        low, high: exact 95 % interval of the share so far.
    """

    parameters: PaternityStudy
    shared: NDArray[np.bool_]
    count: NDArray[np.int64]
    share: Array
    low: Array
    high: Array

    @property
    def litter(self) -> NDArray[np.int64]:
        """The number of each litter, from 1."""
        return np.arange(1, len(self.count) + 1, dtype=np.int64)

    @property
    def holds_truth(self) -> bool:
        """Whether the last interval holds the true share."""
        return bool(self.low[-1] <= self.parameters.true_share <= self.high[-1])

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per litter."""
        columns = {name: values for name, values in vars(self).items() if name != "parameters"}
        return pd.DataFrame({"litter": self.litter, **columns})


@checked
def simulate_paternity(parameters: PaternityStudy, seed: Seed = 7) -> PaternityRun:
    """Examine litters one by one, each with another father with the true share as its chance, independently.

    One uniform number per litter is drawn up front, so a larger true share only adds litters to those counted, and the
    first litters stay the same when the study grows.
    """
    shared = _draws(seed)[: parameters.litters] < parameters.true_share
    count = np.cumsum(shared, dtype=np.int64)
    examined = np.arange(1, parameters.litters + 1)
    low, high = exact_interval(count, examined)
    return PaternityRun(parameters, shared, count, count / examined, low, high)


@checked
def exact_interval(count: ArrayLike, total: ArrayLike, level: OpenShare = 0.95) -> tuple[Any, Any]:
    """Return both ends of the Clopper–Pearson interval of a share: floats, or arrays as the inputs broadcast.

    With k of n and α = 1 − level, from quantiles of the beta distribution::

        low = B(α/2; k, n − k + 1), 0 if k = 0        high = B(1 − α/2; k + 1, n − k), 1 if k = n

    It holds the true share in at least ``level`` of all studies, whatever that share is.

    Raises:
        ValueError: a total is below 1, a count is not a whole number from 0 to its total, or the level is not between
            0 and 1.
    """
    from scipy.special import betaincinv  # here because the import takes 0.2 s

    k, n = np.broadcast_arrays(np.asarray(count, dtype=np.float64), np.asarray(total, dtype=np.float64))
    if not ((n >= 1) & (n % 1 == 0)).all():
        raise ValueError(f"total must be a whole number from 1 up, got {shown(total)}")
    if not ((k >= 0) & (k <= n) & (k % 1 == 0)).all():
        raise ValueError(f"count must be a whole number from 0 to its total, got {shown(count)} of {shown(total)}")
    tail = (1 - level) / 2
    low = np.where(k == 0, 0.0, betaincinv(np.maximum(k, 1), n - k + 1, tail))
    high = np.where(k == n, 1.0, betaincinv(k + 1, np.maximum(n - k, 1), 1 - tail))
    return (float(low), float(high)) if k.ndim == 0 else (low, high)


@lru_cache(maxsize=4)
def _draws(seed: int) -> Array:
    drawn = np.random.default_rng(np.random.SeedSequence(seed)).random(MOST_LITTERS)
    drawn.flags.writeable = False
    return drawn
