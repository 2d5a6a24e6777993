"""Love dynamics for any number of people: feelings that fade, answer, and touch each other across ties.

Linear differential equations of two people: Strogatz (1988, Mathematics Magazine 61, 35); with forgetting, return and
appeal: Rinaldi (1998, Applied Mathematics and Computation 95, 181–192). Bounded returns: Rinaldi and Gragnani (1998,
Nonlinear Dynamics, Psychology, and Life Sciences 2, 283). The retreat and the effect across ties are ours. All values
are teaching values. A toy: nobody's love was measured, and no number here says who belongs together.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import LARGEST, AboveZero, Between, checked, require_together
from intimacy.models.linear import solve_linear
from intimacy.models.mirror_systems import adjacency
from intimacy.parameters import Parameters, choice, integer, number, shown

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Integers = NDArray[np.int64]

MONTHS = 24
"""How long ties are followed."""

MONTHS_PER_SAMPLE = 0.25
"""Spacing of the times in a run. Where the return is linear, values do not depend on it."""

RETURNS = {"linear": "Straight", "bounded": "Bounded", "retreat": "Retreat"}
"""How a feeling is answered: in proportion, less and less above a scale, or with retreat from too much."""

LOVE_CONSTELLATIONS = {"everyone": "Everyone with everyone", "star": "One in the middle", "ring": "Ring"}
"""Who has a tie with whom."""

_EVENLY = "at least two evenly spaced times from 0 upwards"
_MINUS = np.array(-1.0)  # an array, because numpy would convert a plain number again each time
_STILL = 1e-9
_NEWTON_STEPS = 8
_NEAR = 0.5  # a steady state further than this from the end of a run is another one than that which it is on its way to
_LOST = 1e6  # feelings this large run away, and are on no way to rest
_TURNS = 1e-6  # equal eigenvalues come out of rounding as pairs this far apart, which do not turn


def _rate(default: float, low: float, high: float, symbol: str, label: str, help: str) -> float:
    declared: float = number(default, low, high, step=0.05, unit="/month", symbol=symbol, label=label, help=help)
    return declared


@dataclass(frozen=True)
class Love(Parameters):
    """Some people and the feelings along their ties (toy, see :func:`simulate_love`)."""

    people: int = integer(2, 2, 6, symbol="n", label="People", help="Friends, partners, a chosen family.")
    constellation: str = choice(
        "everyone", LOVE_CONSTELLATIONS, symbol="A", label="Constellation", help="Who has a tie with whom."
    )
    forgetting: float = _rate(1, 0, 3, "α", "Forgetting", "Share of a feeling that fades in a month, by itself.")
    return_rate: float = _rate(0.5, -1.5, 1.5, "β", "Return", "How strongly a feeling is answered; below 0: against.")
    pull: float = _rate(1, -2, 2, "γA", "Appeal", "What each finds in the others, whatever comes back.")
    cross_tie: float = _rate(
        0, -0.3, 0.5, "σ", "Effect across ties", "Above 0, one's ties compete. Below 0, they support each other."
    )
    return_shape: str = choice(
        "linear", RETURNS, symbol="R", label="Kind of return", help="How the answer grows with what is felt."
    )
    scale: float = number(
        1,
        0.5,
        5,
        step=0.1,
        symbol="k, h",
        label="Scale of the return",
        help="Where a bounded or retreating return bends.",
    )
    first_return: float = _rate(
        0, -2, 2, "Δβ", "Person 1 returns more", "Added to the return of person 1 alone; below 0: less."
    )
    first_shape: str = choice(
        "same", {"same": "As all others", **RETURNS}, label="Person 1's kind of return", help="For person 1 alone."
    )
    head_start: float = number(
        0.2,
        0,
        2,
        step=0.1,
        symbol="x₀",
        label="Head start",
        help="What person 1 feels for person 2 at first; all else begins at nothing.",
    )


@dataclass(frozen=True)
class LoveRun:
    """Feelings over time.

    Attributes:
        parameters: what was run.
        months: times, shape (samples,).
        ties: for each feeling who feels it and for whom, shape (feelings, 2); the first is of 1 for 2.
        feeling: feelings over time, shape (samples, feelings); above 0 warm, below 0 cold.
        steady: the steady state, shape (feelings,); of bounded or retreating returns the one that is reached, NaN where
            none is reached or there is more than one.
        eigenvalues: of the equations at the steady state (or at the end, where none is reached), per month, shape
            (feelings,), largest real part first.
    """

    parameters: Love
    months: Array
    ties: Integers
    feeling: Array
    steady: Array
    eigenvalues: Complex

    @property
    def fate(self) -> str:
        """One of :data:`FATES`, by the eigenvalues: where everything leads, however small the disturbance."""
        return fate(self.eigenvalues)

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per time and one column per feeling; people count from 1."""
        names = [f"{one + 1}_for_{other + 1}" for one, other in self.ties.tolist()]
        named = dict(zip(names, self.feeling.T, strict=True))
        return pd.DataFrame({"months": self.months, **named})


FATES = {
    "settles": "settles",
    "swings": "settles, swinging",
    "still": "neither grows nor fades",
    "circles": "swings for ever",
    "away": "runs away",
    "away swinging": "runs away, swinging",
}
"""What becomes of a disturbance, in words."""


@checked
def fate(eigenvalues: Complex) -> str:
    """Return which of :data:`FATES` a system has: by the sign of the largest real part, and whether that mode turns.

    A system that settles is said to swing if any of its modes does.

    Raises:
        ValueError: there is no eigenvalue.
    """
    values = np.atleast_1d(np.asarray(eigenvalues, dtype=np.complex128))
    if not values.size:
        raise ValueError("eigenvalues must hold at least one value, got none")
    largest = float(values.real.max())
    leading = values[values.real > largest - _STILL]
    turns = bool((np.abs(leading.imag) > _TURNS).any())
    if abs(largest) <= _STILL:
        return "circles" if turns else "still"
    if largest > 0:
        return "away swinging" if turns else "away"
    return "swings" if bool((np.abs(values.imag) > _TURNS).any()) else "settles"


@checked
def simulate_love(parameters: Love) -> LoveRun:
    """Follow what each feels for each, from almost nothing::

        dxᵢⱼ/dt = −α xᵢⱼ + Rᵢ(xⱼᵢ) + γA − σ Σₖ xᵢₖ      (k: the other ties of i, without j)

        straight: R(z) = β z     bounded: R(z) = β k (1 − e^(−|z|/k)) sign z     retreat: R(z) = β z e^(−(z/h)²)

    Straight returns are solved exactly, by one matrix exponential; others by steps of Runge and Kutta of fourth order.
    No chance in it. A toy.
    """
    ties = _feelings(parameters.people, parameters.constellation)
    start = np.zeros(len(ties))
    start[0] = parameters.head_start  # of 1 for 2, who always have a tie: it sets every kind of change going
    count = round(MONTHS / MONTHS_PER_SAMPLE) + 1
    straight = set(_shapes(parameters, ties)) == {"linear"}
    if straight:
        matrix = love_matrix(parameters)
        feeling = _exactly(matrix, np.full(len(ties), parameters.pull), start, count)
        steady = _rest(matrix, parameters.pull)
    else:
        slope = _Slope(parameters, ties)
        feeling = _by_steps(slope, start, count)
        steady = _polished(parameters, ties, slope, feeling[-1])
        at = steady if np.isfinite(steady).all() else feeling[-1]
        matrix = _jacobian(parameters, ties, at)
    return LoveRun(
        parameters=parameters,
        months=MONTHS_PER_SAMPLE * np.arange(count, dtype=np.float64),
        ties=ties,
        feeling=feeling,
        steady=steady,
        eigenvalues=_ordered(np.asarray(np.linalg.eigvals(matrix), dtype=np.complex128)),
    )


@checked
def love_matrix(parameters: Love) -> Array:
    """Return M of ``dx/dt = M x + γA`` for straight returns, shape (feelings, feelings), in the order of the ties."""
    ties = _feelings(parameters.people, parameters.constellation)
    return _matrix(parameters, ties, _return_rates(parameters, ties))


@checked
def returned(shape: str, rate: ArrayLike, scale: AboveZero, feeling: ArrayLike) -> Array:
    """Return R(z), the answer to a feeling z, per month.

    Raises:
        ValueError: shape is not one of :data:`RETURNS`, or scale is not above 0.
    """
    require_together(rate=rate, feeling=feeling)
    z, beta = np.asarray(feeling, dtype=np.float64), np.asarray(rate, dtype=np.float64)
    if shape == "linear":
        return np.asarray(beta * z)
    if shape not in _BENT:
        raise _unknown(shape)
    answered = np.empty_like(z)
    _BENT[shape](z / scale, np.empty_like(z), answered)
    return np.asarray(beta * scale * answered)


@checked
def answered_slope(shape: str, rate: ArrayLike, scale: AboveZero, feeling: ArrayLike) -> Array:
    """Return R′(z), how much more is answered to a little more, per month.

    Raises:
        ValueError: shape is not one of :data:`RETURNS`, or scale is not above 0.
    """
    require_together(rate=rate, feeling=feeling)
    return _answered_slope(shape, np.asarray(rate, dtype=np.float64), scale, np.asarray(feeling, dtype=np.float64))


def _answered_slope(shape: str, beta: Array, scale: float, z: Array) -> Array:
    match shape:
        case "linear":
            return beta + 0 * z
        case "bounded":
            return np.asarray(beta * np.exp(np.abs(z) / -scale))
        case "retreat":
            share = (z / scale) ** 2
            return np.asarray(beta * (1 - 2 * share) * np.exp(-share))
    raise _unknown(shape)


@checked
def together_rate(
    forgetting: float, return_rate: float, cross_tie: float, people: Annotated[int, Between(2, LARGEST)]
) -> float:
    """Return −α + β − σ(n − 2): how fast "everyone the same" grows where everyone has a tie with everyone.

    Raises:
        ValueError: people is below 2.
    """
    return -forgetting + return_rate - cross_tie * (people - 2)


@checked
def pairing_rate(
    forgetting: float, return_rate: float, cross_tie: float, people: Annotated[int, Between(4, LARGEST)]
) -> float:
    """Return −α + β + σ: how fast some ties grow at the cost of others, where everyone has a tie with everyone.

    It needs at least four people: what one tie of each person gains, another must lose.

    Raises:
        ValueError: people is below 4.
    """
    return -forgetting + return_rate + cross_tie


# Many couples at once


@checked
def couple_eigenvalues(forgetting: ArrayLike, return_of_i: ArrayLike, return_of_j: ArrayLike) -> Complex:
    """Return −α ± √(βᵢ βⱼ) of each couple with straight returns, shape (…, 2), larger real part first."""
    require_together(forgetting=forgetting, return_of_i=return_of_i, return_of_j=return_of_j)
    alpha, product = np.asarray(forgetting, float), np.multiply(return_of_i, return_of_j).astype(np.complex128)
    root = np.sqrt(product)
    return np.stack([-alpha + root, -alpha - root], axis=-1)


@checked
def propagate_couples(
    forgetting: ArrayLike,
    return_of_i: ArrayLike,
    return_of_j: ArrayLike,
    pull: float,
    months: Annotated[ArrayLike, Between(words=_EVENLY, axes=1)],
) -> Array:
    """Return the feelings of many couples with straight returns, from nothing, exactly::

        e^(Mt) = e^(−αt) (cosh(qt) I + sinh(qt)/q B),   q² = βᵢ βⱼ,   B = [[0, βᵢ], [βⱼ, 0]]

    Args:
        forgetting, return_of_i, return_of_j: one number per couple (/month), shape (couples,).
        pull: appeal γA of all (/month).
        months: times, shape (samples,), evenly spaced from 0.

    Returns:
        shape (2, samples, couples): what i feels for j, then what j feels for i.

    Raises:
        ValueError: months are fewer than two, do not begin at 0 or are not evenly spaced.
    """
    times = np.asarray(months, dtype=np.float64)
    if (
        times.ndim != 1
        or times.size < 2
        or times[0] != 0
        or not np.allclose(np.diff(times), times[1] - times[0])
        or times[1] <= 0
    ):
        raise ValueError(f"months must be {_EVENLY}, got {shown(times)}")
    require_together(forgetting=forgetting, return_of_i=return_of_i, return_of_j=return_of_j)
    if max(map(np.ndim, (forgetting, return_of_i, return_of_j))) > 1:
        raise ValueError("forgetting and returns must be numbers or one row each, got more axes: one number per couple")
    alpha, beta_i, beta_j = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(each, dtype=np.float64)) for each in (forgetting, return_of_i, return_of_j))
    )
    with np.errstate(over="ignore", invalid="ignore"):
        both, one_i, one_j, push_i, push_j = _jump(alpha, beta_i, beta_j, pull, float(times[1]))
        found = np.zeros((2, times.size, alpha.size))
        i, j = found
        for now in range(times.size - 1):
            i[now + 1] = both * i[now] + one_i * j[now] + push_i
            j[now + 1] = both * j[now] + one_j * i[now] + push_j
    if not np.isfinite(found).all():
        raise ValueError("months and returns must keep feelings finite, got some that grow beyond every number")
    return found


def _jump(alpha: Array, beta_i: Array, beta_j: Array, pull: float, step: float) -> tuple[Array, ...]:
    """Return the parts of e^(Mh) for each couple, and what the constant pull adds in a step."""
    nodes, weights = np.polynomial.legendre.leggauss(8)
    times = np.concatenate([[step], step * (nodes + 1) / 2])[:, np.newaxis]
    root = np.sqrt((beta_i * beta_j).astype(np.complex128))
    fade = np.exp(-alpha * times)
    both = fade * np.cosh(root * times).real
    turned = np.where(np.abs(root) > 1e-12, np.sinh(root * times) / np.where(root == 0, 1, root), times).real * fade
    share = (step / 2) * weights
    # ∫ e^(Ms) ds over a step, by Gauss and Legendre: to rounding error for steps of a tenth of a month.
    kept, crossed = share @ both[1:], share @ turned[1:]
    return (
        both[0],
        beta_i * turned[0],
        beta_j * turned[0],
        pull * (kept + beta_i * crossed),
        pull * (kept + beta_j * crossed),
    )


# Inside


def _bounded(heard: Array, work: Array, out: Array) -> None:
    """Write (1 − e^(−|z|)) sign z."""
    np.copysign(heard, _MINUS, out)
    np.expm1(out, work)
    np.copysign(work, heard, out)


def _retreating(heard: Array, work: Array, out: Array) -> None:
    """Write z e^(−z²)."""
    np.multiply(heard, heard, work)
    np.negative(work, out)
    np.exp(out, work)
    np.multiply(work, heard, out)


_Bend = Callable[[Array, Array, Array], None]

# The returns that are not straight, of a rate and a scale of 1. None works in place: for a single number that takes
# numpy more than twice as long.
_BENT: dict[str, _Bend] = {"bounded": _bounded, "retreat": _retreating}


def _unknown(shape: str) -> ValueError:
    return ValueError(f"shape must be one of {', '.join(map(repr, RETURNS))}, got {shape!r}")


@lru_cache(maxsize=32)
def _feelings(people: int, constellation: str) -> Integers:
    """Return who feels something for whom, shape (feelings, 2); nobody may change it."""
    ties = adjacency("pair") if people == 2 else adjacency(constellation, people)
    found = np.argwhere(ties > 0)
    found.flags.writeable = False
    return found


def _back(ties: Integers) -> Integers:
    """Return for each feeling the place of the feeling that comes back."""
    place = {(one, other): at for at, (one, other) in enumerate(ties.tolist())}
    return np.array([place[other, one] for one, other in ties.tolist()])


def _return_rates(parameters: Love, ties: Integers) -> Array:
    return np.asarray(parameters.return_rate + parameters.first_return * (ties[:, 0] == 0))


def _shapes(parameters: Love, ties: Integers) -> list[str]:
    first = parameters.return_shape if parameters.first_shape == "same" else parameters.first_shape
    return [first if one == 0 else parameters.return_shape for one in ties[:, 0].tolist()]


def _matrix(parameters: Love, ties: Integers, answers: Array) -> Array:
    """Return the matrix of the equations where a feeling is answered with these slopes."""
    same_person = ties[:, 0][:, np.newaxis] == ties[:, 0]
    matrix: Array = -parameters.cross_tie * same_person.astype(np.float64)
    np.fill_diagonal(matrix, -parameters.forgetting)
    matrix[np.arange(len(ties)), _back(ties)] += answers
    return matrix


def _exactly(matrix: Array, push: Array, start: Array, count: int) -> Array:
    """Solve dx/dt = M x + b exactly: b rides along as one more state that stays 1."""
    size = len(start)
    whole = np.zeros((size + 1, size + 1))
    whole[:size, :size], whole[:size, size] = matrix, push
    return solve_linear(whole, np.append(start, 1.0), MONTHS_PER_SAMPLE, count)[:, :size]


def _rest(matrix: Array, pull: float) -> Array:
    """Return where all rates are zero, NaN if there is no such state or more than one."""
    if np.linalg.svd(matrix, compute_uv=False)[-1] < _STILL:
        return np.full(len(matrix), math.nan)
    return np.asarray(np.linalg.solve(matrix, np.full(len(matrix), -pull)))


class _Slope:
    """The rates of change of all feelings, where :attr:`at` says what they are.

    Few feelings are few numbers, of which a call of numpy takes as long as its sums: so one product gives all that is
    straight, and what each feeling is answered to in units of the scale.
    """

    def __init__(self, parameters: Love, ties: Integers) -> None:
        count, rates, shapes = len(ties), _return_rates(parameters, ties), np.array(_shapes(parameters, ties))
        self._product = np.zeros((2 * count, count + 1))
        self._product[:count, :count] = _matrix(parameters, ties, np.where(shapes == "linear", rates, 0.0))
        self._product[:count, count] = parameters.pull
        self._product[np.arange(count, 2 * count), _back(ties)] = 1 / parameters.scale
        self._state, both = np.ones(count + 1), np.empty(2 * count)
        self.at, self._both, self._change, self._heard = self._state[:count], both, both[:count], both[count:]
        # Person 1's feelings come first, so all that are answered alike are neighbours.
        self._answered, work, self._counted = np.zeros(count), np.empty(count), np.empty(count)
        self._most = rates * parameters.scale
        self._bent: list[tuple[_Bend, Array, Array, Array]] = []
        end = 0
        for shape, alike in groupby(shapes.tolist()):
            first, end = end, end + len(list(alike))
            if shape in _BENT:
                place = slice(first, end)
                self._bent.append((_BENT[shape], self._heard[place], work[place], self._answered[place]))

    def __call__(self, out: Array) -> Array:
        np.dot(self._product, self._state, self._both)
        for bend, heard, work, answered in self._bent:
            bend(heard, work, answered)
        np.multiply(self._answered, self._most, self._counted)
        return np.add(self._change, self._counted, out)


def _by_steps(slope: _Slope, start: Array, count: int) -> Array:
    """Integrate by steps of Runge and Kutta of fourth order, one per sample."""
    half, whole = np.array(MONTHS_PER_SAMPLE / 2), np.array(MONTHS_PER_SAMPLE)  # arrays for the same reason as _MINUS
    shares = np.array([1, 2, 2, 1]) * (MONTHS_PER_SAMPLE / 6)
    feeling, rates, at = np.empty((count, len(start))), np.empty((4, len(start))), slope.at
    first, *others = rates
    feeling[0] = start
    for x, after in pairwise(feeling):
        at[:] = x
        before = slope(first)
        for part, following in zip((half, half, whole), others, strict=True):
            np.multiply(before, part, at)
            np.add(at, x, at)
            before = slope(following)
        np.dot(shares, rates, after)
        np.add(after, x, after)
    return feeling


def _jacobian(parameters: Love, ties: Integers, at: Array) -> Array:
    rates, heard = _return_rates(parameters, ties), at[_back(ties)]
    shapes = np.array(_shapes(parameters, ties))
    slopes = np.zeros(len(ties))
    for shape in set(shapes.tolist()):
        here = shapes == shape
        slopes[here] = _answered_slope(shape, rates[here], parameters.scale, heard[here])
    return _matrix(parameters, ties, slopes)


def _polished(parameters: Love, ties: Integers, slope: _Slope, end: Array) -> Array:
    """Return the steady state near the end of a run, by Newton's method; NaN where the run is not on its way to one."""
    none = np.full(len(end), math.nan)
    x = end
    for _ in range(_NEWTON_STEPS):
        if np.abs(x).max() > _LOST:
            return none
        slope.at[:] = x
        rates = slope(np.empty_like(x))
        if np.abs(rates).max() < _STILL:
            return x if np.abs(x - end).max() < _NEAR else none
        matrix = _jacobian(parameters, ties, x)
        if np.linalg.svd(matrix, compute_uv=False)[-1] < _STILL:
            return none
        x = x - np.linalg.solve(matrix, rates)
    return none


def _ordered(values: Complex) -> Complex:
    # Rounding parts eigenvalues that are equal, so they are put in order by what is left after it.
    order = np.lexsort((-values.imag.round(9), -values.real.round(9)))
    return np.asarray(values[order], dtype=np.complex128)
