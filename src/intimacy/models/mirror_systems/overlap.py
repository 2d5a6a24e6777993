"""Overlap is not identity: two activation maps can coincide while their fine patterns share nothing.

A region of the brain is active for a state of one's own and for the same state seen in another person. Activation maps
show that it is active; a decoder trained on one state and tested on the other asks whether it says the same thing.
Studies disagree on the answer for pain: Krishnan et al. (2016, doi 10.7554/eLife.15166) report patterns that do not
transfer, Zhou et al. (2020, doi 10.7554/eLife.56929) one that does. This model only shows that the two questions are
different ones. The equations are a toy, in arbitrary units; no value in it was measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import (
    BELOW_1,
    LARGEST,
    AboveZero,
    AtLeastZero,
    Between,
    NonzeroShare,
    Positive,
    Seed,
    Share,
    checked,
)
from intimacy.parameters import Parameters, integer, number, switch

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Singles = NDArray[np.float32]
State = Literal["self", "other"]

STATES: tuple[State, ...] = ("self", "other")
"""The state of one's own and the state seen in another person, in the order of every array's state axes."""

MAP_SHAPE = (32, 48)
"""Rows and columns of the slice on which a map is drawn; the region is an ellipse in its middle."""

ACTIVE_ABOVE = 3.09
"""z value from which a voxel of a map counts as active: one chance in 1,000 without any activation."""

CHANCE = 0.5
"""Accuracy of a decoder that knows nothing: there are two scans to choose from."""

_MOST_VOXELS = 1200
_MOST_PEOPLE = 200
_BLOCK = 200  # voxels that are drawn together
_STUDIES_KEPT = 4


@dataclass(frozen=True)
class Overlap(Parameters):
    """A region, two states, and a decoder (toy, see :func:`simulate_overlap`)."""

    shared_code: float = number(
        0,
        0,
        1,
        step=0.05,
        symbol="ρ",
        label="Shared code",
        help="Correlation between the fine patterns of one's own and of the seen state. 0: they share nothing.",
    )
    activation: float = number(
        1, 0, 3, step=0.05, symbol="μ", label="Common activation", help="How much every voxel rises in both states."
    )
    noise: float = number(
        1, 0.3, 3, step=0.1, symbol="σ", label="Scanner noise", help="Standard deviation of a voxel in one scan."
    )
    pattern_strength: float = number(
        0.15,
        0.05,
        0.5,
        step=0.01,
        symbol="s",
        label="Pattern strength",
        help="How much voxels differ in what a strong state does to them, beside a weak one.",
    )
    voxels: int = integer(
        200, 20, _MOST_VOXELS, step=20, symbol="V", label="Voxels in the region", help="Size of the region."
    )
    training_scans: int = integer(
        100,
        10,
        400,
        step=10,
        symbol="k",
        label="Training scans",
        help="Per person, state and degree.",
    )
    ideal: bool = switch(
        False, label="Perfect decoder", help="On: it knows each person's true pattern. Off: it learns from the scans."
    )
    people: int = integer(
        100, 20, _MOST_PEOPLE, step=10, symbol="N", label="People", help="Each has patterns of their own, and one test."
    )


@dataclass(frozen=True)
class Accuracy:
    """How often a decoder was right: ``correct`` of ``tests``, with the 95 % interval of Wilson (1927)."""

    correct: int
    tests: int
    share: float
    low: float
    high: float

    @property
    def at_chance(self) -> bool:
        """Whether chance lies in the interval."""
        return self.low <= CHANCE <= self.high


@dataclass(frozen=True)
class OverlapRun:
    """Maps and decoding of one study.

    Attributes:
        parameters: what was run.
        activation_self, activation_other: mean activation over people and scans, shape :data:`MAP_SHAPE`.
        pattern_self, pattern_other: the first person's pattern as the decoder has it: strong minus weak state, shape
            :data:`MAP_SHAPE`; nan outside the region.
        correct: whether the test was passed, shape (2 trained states, 2 tested states, people); :data:`STATES`.
        code_correlations: each person's correlation between the two true patterns, shape (people,).
    """

    parameters: Overlap
    activation_self: Array
    activation_other: Array
    pattern_self: Array
    pattern_other: Array
    correct: Booleans
    code_correlations: Array

    @property
    def active_self(self) -> Booleans:
        """Which voxels are active for one's own state, shape :data:`MAP_SHAPE`."""
        return self._active(self.activation_self)

    @property
    def active_other(self) -> Booleans:
        """Which voxels are active for the seen state, shape :data:`MAP_SHAPE`."""
        return self._active(self.activation_other)

    @property
    def dice(self) -> float:
        """Overlap of the active voxels, 2 |both| / (|self| + |other|): 0 to 1; 0 too if no voxel is active."""
        both = np.count_nonzero(self.active_self & self.active_other)
        total = np.count_nonzero(self.active_self) + np.count_nonzero(self.active_other)
        return 2 * both / total if total else 0.0

    @property
    def region_overlap(self) -> float:
        """Share of the region's voxels that are active for both states, 0 to 1."""
        inside = np.isfinite(self.pattern_self)
        return float((self.active_self & self.active_other)[inside].mean())

    @property
    def map_correlation(self) -> float:
        """Correlation between the two activation maps, over all voxels of the slice."""
        return float(np.corrcoef(self.activation_self.ravel(), self.activation_other.ravel())[0, 1])

    @checked
    def accuracy(self, trained: State, tested: State) -> Accuracy:
        """Return how often the decoder trained on one state named the stronger of two scans of the other.

        Raises:
            ValueError: a state is neither "self" nor "other".
        """
        correct = self.correct[_index("trained", trained), _index("tested", tested)]
        return wilson_interval(int(correct.sum()), len(correct))

    def to_frame(self) -> pd.DataFrame:
        """Return the decoding as a table, one row per trained and tested state."""
        return pd.DataFrame(
            {"trained": trained, "tested": tested, **vars(self.accuracy(trained, tested))}
            for trained in STATES
            for tested in STATES
        )

    def _active(self, activation: Array) -> Booleans:
        return activation / _map_noise(self.parameters) > ACTIVE_ABOVE


@checked
def simulate_overlap(parameters: Overlap, seed: Seed = 7) -> OverlapRun:
    """Scan N people in a strong and a weak degree of each state, draw the maps, and decode.

    Per voxel of the region, with z, z' standard normal::

        pattern of one's own state  d_S = s z
        pattern of the seen state   d_O = ρ d_S + √(1−ρ²) s z'
        a scan, strong or weak      μ ± d/2 + noise of standard deviation σ

    Outside the region a scan is noise alone. A map is the mean over all people's scans, in which ±d/2 cancels: so it
    depends on μ and never on ρ. The decoder is that of the nearest mean: its weights are the mean strong scan minus
    the mean weak one, of one person and one state. It is then shown two fresh scans of the same person, and names as
    stronger the one with the larger weighted sum. One test per person, state and decoder makes the tests of different
    people independent, as the binomial interval asks.

    A mean over k scans is drawn as one number with noise σ/√k, and the difference of two scans as one with noise √2 σ:
    the same distribution. All draws are made up front, so a slider moves the result and not the noise. A toy.
    """
    own, pattern, fresh, map_noise = _draws(seed, -(-parameters.voxels // _BLOCK))
    inside = (slice(parameters.people), slice(None), slice(parameters.voxels))
    spread = math.sqrt(1 - parameters.shared_code**2)
    true = np.array(own[inside])
    true[:, 1] = parameters.shared_code * true[:, 0] + np.float32(spread) * true[:, 1]
    true *= np.float32(parameters.pattern_strength)
    known = true + np.float32(_training_noise(parameters)) * pattern[inside]
    shown = true + np.float32(math.sqrt(2) * parameters.noise) * fresh[inside]
    correct = np.matmul(known, shown.transpose(0, 2, 1)) > 0
    region = _region()[: parameters.voxels]
    activation = _map_noise(parameters) * map_noise
    activation[:, region] += parameters.activation
    patterns = np.full((2, activation.shape[1]), np.nan)
    patterns[:, region] = known[0]
    return OverlapRun(
        parameters=parameters,
        activation_self=activation[0].reshape(MAP_SHAPE),
        activation_other=activation[1].reshape(MAP_SHAPE),
        pattern_self=patterns[0].reshape(MAP_SHAPE),
        pattern_other=patterns[1].reshape(MAP_SHAPE),
        correct=np.ascontiguousarray(correct.transpose(1, 2, 0)),
        code_correlations=_correlations(true[:, 0], true[:, 1]),
    )


@checked
def expected_accuracy(parameters: Overlap, trained: State, tested: State) -> float:
    """Return the mean accuracy over endless studies, exactly.

    With τ² = 2σ²/k the noise of a learned pattern (0 for the perfect decoder) and r = 1 if trained and tested are the
    same state, else ρ: given the learned pattern d̂, the true one is r s²/(s² + τ²) d̂ plus independent noise, and the
    length of d̂ is chi-distributed. So the accuracy is Student's cumulative distribution with V degrees of freedom at
    r s² √V / √((s² + τ²)(2σ² + s² − r² s⁴/(s² + τ²))). For weak patterns and a perfect decoder this is
    :func:`ideal_accuracy`.

    Raises:
        ValueError: a state is neither "self" nor "other".
    """
    from scipy.special import stdtr  # here because the import takes 0.2 s, not needed before the first run

    same = _index("trained", trained) == _index("tested", tested)
    relation = 1.0 if same else parameters.shared_code
    signal = parameters.pattern_strength**2
    learned = signal + _training_noise(parameters) ** 2
    rest = 2 * parameters.noise**2 + signal - (relation * signal) ** 2 / learned
    return float(stdtr(parameters.voxels, relation * signal * math.sqrt(parameters.voxels / (learned * rest))))


@checked
def ideal_accuracy(shared_code: Share, pattern_strength: AtLeastZero, noise: Positive, voxels: Positive) -> float:
    """Return Φ(ρ s √V / (√2 σ)), the accuracy of a decoder that knows the pattern of one state and is shown the other.

    Raises:
        ValueError: shared_code is not between 0 and 1, pattern_strength is below 0, or noise or voxels is not above 0.
    """
    return NormalDist().cdf(shared_code * pattern_strength * math.sqrt(voxels) / (math.sqrt(2) * noise))


@checked
def voxels_needed(
    accuracy: Annotated[float, Between(CHANCE, BELOW_1, f"at least {CHANCE} and below 1")],
    shared_code: NonzeroShare,
    pattern_strength: Positive,
    noise: AboveZero,
) -> float:
    """Return V = 2 (σ Φ⁻¹(accuracy) / (ρ s))², at which :func:`ideal_accuracy` reaches an accuracy.

    Raises:
        ValueError: accuracy is not from 0.5 to below 1, shared_code is not above 0 and at most 1, or pattern_strength
            or noise is not above 0.
    """
    return 2 * (noise * NormalDist().inv_cdf(accuracy) / (shared_code * pattern_strength)) ** 2


@checked
def expected_dice(parameters: Overlap) -> float:
    """Return the overlap of two endless slices, (V p² + U q²) / (V p + U q): it knows nothing of the shared code.

    V voxels of the region are active with chance p = Φ(μ √(2kN)/σ − 3.09) each, the U others with q = Φ(−3.09).
    """
    normal = NormalDist()
    inside = normal.cdf(parameters.activation / _map_noise(parameters) - ACTIVE_ABOVE)
    outside = normal.cdf(-ACTIVE_ABOVE)
    others = math.prod(MAP_SHAPE) - parameters.voxels
    both = parameters.voxels * inside**2 + others * outside**2
    return both / (parameters.voxels * inside + others * outside)


@checked
def wilson_interval(correct: int, tests: Annotated[int, Between(1, LARGEST)]) -> Accuracy:
    """Return a share with its 95 % interval (Wilson 1927), which stays within 0 and 1 and is good for few tests.

    Raises:
        ValueError: tests is below 1, or correct is not between 0 and tests.
    """
    if not 0 <= correct <= tests:
        raise ValueError(f"correct must be between 0 and {tests}, got {correct!r}")
    z = NormalDist().inv_cdf(0.975)
    share = correct / tests
    middle = (share + z**2 / (2 * tests)) / (1 + z**2 / tests)
    half = z * math.sqrt(share * (1 - share) / tests + (z / (2 * tests)) ** 2) / (1 + z**2 / tests)
    # The share itself is the limit at the ends, where rounding could put the interval beside it.
    return Accuracy(correct, tests, share, min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half)))


def _training_noise(parameters: Overlap) -> float:
    """Return the standard deviation of the noise in a voxel of a learned pattern, a difference of two means."""
    return 0.0 if parameters.ideal else parameters.noise * math.sqrt(2 / parameters.training_scans)


def _map_noise(parameters: Overlap) -> float:
    """Return the standard deviation of a voxel of a map, which is a mean over 2k scans of N people."""
    return parameters.noise / math.sqrt(2 * parameters.training_scans * parameters.people)


@lru_cache(maxsize=_STUDIES_KEPT)
def _draws(seed: int, blocks: int) -> tuple[Singles, Singles, Singles, Array]:
    """Return standard normal draws for true, learned and shown patterns, (people, 2, voxels) each, and for two maps.

    They are drawn voxel by voxel, so a small region has the first draws of a large one.
    """
    for_voxels, for_maps = (np.random.default_rng(each) for each in np.random.SeedSequence(seed).spawn(2))
    drawn = for_voxels.standard_normal((blocks * _BLOCK, 3, _MOST_PEOPLE, 2), dtype=np.float32)
    own, pattern, fresh = np.ascontiguousarray(drawn.transpose(1, 2, 3, 0))
    return own, pattern, fresh, for_maps.standard_normal((2, math.prod(MAP_SHAPE)))


@lru_cache(maxsize=1)
def _region() -> NDArray[np.int64]:
    """Return the voxels of the slice, the one nearest to the middle first, as flat positions."""
    rows, columns = (np.arange(size) - (size - 1) / 2 for size in MAP_SHAPE)
    distance = (rows[:, np.newaxis] / MAP_SHAPE[0]) ** 2 + (columns / MAP_SHAPE[1]) ** 2
    return np.argsort(distance.ravel(), kind="stable")


def _correlations(first: Singles, second: Singles) -> Array:
    """Return the correlation of each row of one table with the same row of the other, shape (rows,)."""
    one, other = (each - each.mean(axis=1, keepdims=True) for each in (first, second))
    shared = np.einsum("ij,ij->i", one, other)
    size = np.einsum("ij,ij->i", one, one) * np.einsum("ij,ij->i", other, other)
    correlations: Array = np.clip((shared / np.sqrt(size)).astype(np.float64), -1, 1)
    return correlations


def _index(name: str, state: str) -> int:
    if state not in STATES:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, STATES))}, got {state!r}")
    return STATES.index(state)
