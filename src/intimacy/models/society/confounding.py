"""Why lonely people have lonely friends: homophily, a shared setting, or contagion, and how often a study can tell.

A toy of the critics' argument. That similar people become friends and that feelings pass between friends leave the same
trace in what a survey sees (Shalizi and Thomas 2011, Sociological Methods & Research 40, 211–239); so does a setting
that friends share (Cohen-Cole and Fletcher 2008, doi 10.1136/bmj.a2533, who found "contagion" of height, acne and
headaches by the usual test). Every value is a teaching value; the equations are ours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import Between, Seed, checked
from intimacy.parameters import Parameters, integer, number

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Analysis = Literal["naive", "hidden cause", "both"]

ANALYSES: dict[Analysis, str] = {
    "naive": "as usual: own and friend's loneliness before",
    "hidden cause": "with the hidden cause measured too",
    "both": "with hidden cause and setting measured too",
}
"""What a study puts into its regression, in plain words; each analysis measures more than the one before."""

MOST_PAIRS = 1000
MOST_STUDIES = 200

CAUSE_BEFORE = 0.5
"""How strongly the hidden cause lifts loneliness at the first interview, per standard deviation."""

STABILITY = 0.5
"""Share of loneliness at the first interview that is still there at the second."""

NOISE_AFTER = 0.7
"""Standard deviation of chance at the second interview; at the first it is 1."""

ALPHA = 0.05
"""Two-sided level from which a study calls its coefficient significant."""

# What everything is a sum of: a constant, the two hidden causes, the setting, and chance of three kinds.
_BASIS = ("one", "cause", "friend_cause", "setting", "chance", "friend_chance", "chance_after")
_FRIEND = _BASIS.index("friend_cause")

_AT_ONCE = 8192  # people whose friends are drawn together: few enough for their numbers to stay in the cache
_ALIKE = 8  # classes of the hidden cause per standard deviation, within which people are taken in the order of draws


@dataclass(frozen=True)
class Confounding(Parameters):
    """Many studies of pairs of friends, each interviewed twice (toy, see :func:`simulate_studies`)."""

    homophily: float = number(
        1,
        0,
        4,
        step=0.1,
        symbol="h",
        label="Homophily",
        help="How strongly people choose friends whose hidden cause is like their own. 0: not at all.",
    )
    cause_effect: float = number(
        0.6, 0, 1, step=0.05, symbol="d", label="Hidden cause", help="How much it adds to later loneliness."
    )
    setting_effect: float = number(
        0,
        0,
        1,
        step=0.05,
        symbol="e",
        label="Shared setting",
        help="How much the place that both friends live in adds to the loneliness of both, at both interviews.",
    )
    contagion: float = number(
        0, 0, 0.4, step=0.02, symbol="β", label="True contagion", help="How much a friend's loneliness adds to yours."
    )
    pairs: int = integer(
        400, 50, MOST_PAIRS, step=50, symbol="N", label="People per study", help="Each of them names one friend."
    )
    studies: int = integer(100, 20, MOST_STUDIES, step=20, label="Studies", help="Each asks other people.")


@dataclass(frozen=True)
class ConfoundingRun:
    """What the studies find; each array has one entry per study.

    Attributes:
        parameters: what was run.
        seed: with which draws.
        estimate: the coefficient of the friend's earlier loneliness, per analysis.
        standard_error: its standard error, per analysis.
        critical: |estimate| over standard error from which a coefficient is called significant, per analysis.
        likeness: the correlation between the loneliness of friends at the first interview.
    """

    parameters: Confounding
    seed: int
    estimate: dict[Analysis, Array]
    standard_error: dict[Analysis, Array]
    critical: dict[Analysis, float]
    likeness: Array

    @checked
    def significant(self, analysis: Analysis) -> Booleans:
        """Which studies call their coefficient significant, shape (studies,)."""
        found: Booleans = np.abs(self.estimate[analysis]) > self.critical[analysis] * self.standard_error[analysis]
        return found

    @checked
    def share_significant(self, analysis: Analysis) -> float:
        """Share of the studies that call their coefficient significant."""
        return float(self.significant(analysis).mean())

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per study and, per analysis, what it found."""
        columns: dict[str, NDArray[np.generic]] = {"study": np.arange(1, self.parameters.studies + 1)}
        for analysis in ANALYSES:
            name = analysis.replace(" ", "_")
            columns[f"{name}_estimate"] = self.estimate[analysis]
            columns[f"{name}_standard_error"] = self.standard_error[analysis]
            columns[f"{name}_significant"] = self.significant(analysis)
        return pd.DataFrame({**columns, "likeness": self.likeness})


@checked
def simulate_studies(parameters: Confounding, seed: Seed = 7) -> ConfoundingRun:
    """Run all studies once.

    Person i has a hidden cause of loneliness uᵢ and names one friend f, of a population without end; both live in one
    setting v. With all letters but the parameters standard normal::

        density of u_f, given uᵢ  ∝  φ(u_f) exp(−h |uᵢ − u_f|)
        before:  yᵢ = 0.5 uᵢ + e v + ε                  y_f = 0.5 u_f + e v + ε_f
        after:   yᵢ' = 0.5 yᵢ + d uᵢ + e v + β y_f + 0.7 ε'

    Each study fits y' ~ y + y_f by least squares (naive), then with u, then with u and v, and tests the coefficient of
    y_f, which is β if all that matters is in the fit, by Student's t at 5 %. All of these are sums of seven columns, so
    the products of those columns, kept per seed and homophily, give every fit exactly. One seed, one set of people: a
    slider moves what they feel and whom they name. A toy.
    """
    products = _products(parameters.pairs, parameters.studies, parameters.homophily, seed)
    spread = _without_first(_moments(parameters, products))
    fits = _fits(spread, parameters.pairs)
    return ConfoundingRun(
        parameters=parameters,
        seed=seed,
        estimate={analysis: estimate for analysis, (estimate, _) in fits.items()},
        standard_error={analysis: error for analysis, (_, error) in fits.items()},
        critical={
            analysis: _critical_t(parameters.pairs - 2 - place) for place, analysis in enumerate(ANALYSES, start=1)
        },
        likeness=spread[:, 0, -2] / np.sqrt(spread[:, 0, 0] * spread[:, -2, -2]),
    )


@checked
def interviews(parameters: Confounding, study: int = 1, seed: Seed = 7) -> pd.DataFrame:
    """Return what one study has asked, one row per pair, and what it cannot ask: the hidden cause and the setting.

    Columns: before, friend_before, after, cause, friend_cause, setting.

    Raises:
        ValueError: study is not one of the studies of these parameters, which count from 1.
    """
    if not 1 <= study <= parameters.studies:
        raise ValueError(f"study must be between 1 and {parameters.studies}, got {study!r}")
    columns = dict(zip(_BASIS, _columns(parameters.pairs, parameters.studies, seed)[study - 1], strict=True))
    draw = _all_draws(seed)[1][study - 1, : parameters.pairs]
    columns["friend_cause"] = _friend_causes(columns["cause"], draw, parameters.homophily)
    basis = np.stack([columns[name] for name in _BASIS])
    _, before, cause, setting, friend_before, after = _coefficients(parameters) @ basis
    return pd.DataFrame(
        {
            "before": before,
            "friend_before": friend_before,
            "after": after,
            "cause": cause,
            "friend_cause": columns["friend_cause"],
            "setting": setting,
        }
    )


@checked
def expected_estimate(parameters: Confounding, analysis: Analysis = "naive") -> float:
    """Return the coefficient that an endless study would find: what least squares gives of the exact moments.

    Raises:
        ValueError: analysis is not one of :data:`ANALYSES`.
    """
    return _expected(parameters, analysis)[0]


@checked
def expected_share_significant(parameters: Confounding, analysis: Analysis = "naive") -> float:
    """Return the share of studies of this size that find a significant coefficient, by the normal approximation.

    Raises:
        ValueError: analysis is not one of :data:`ANALYSES`.
    """
    from scipy.special import ndtr

    estimate, error = _expected(parameters, analysis)
    critical = _critical_t(parameters.pairs - 2 - list(ANALYSES).index(analysis) - 1)
    return float(ndtr(estimate / error - critical) + ndtr(-estimate / error - critical))


@checked
@lru_cache(maxsize=128)
def friend_moments(homophily: Annotated[float, Between(0, 20)]) -> tuple[float, float]:
    """Return E[u u_f] and E[u_f²]: how alike two friends are in the hidden cause, and how spread out friends are.

    Given u, the friend's cause is one of two normals cut off at u: N(h, 1) below it, with weight e^(−2hu) Φ(u − h), and
    N(−h, 1) above it, with weight Φ(−u − h). Their moments are known, and the mean over u is a sum over a fine grid.

    Raises:
        ValueError: homophily is below 0.
    """
    from scipy.special import ndtr

    u = np.linspace(-7, 7, 1401)
    h = homophily
    below, above = np.exp(-2 * h * u) * ndtr(u - h), ndtr(-u - h)
    edge_below, edge_above = np.exp(-2 * h * u) * _density(u - h), _density(u + h)
    mean = (h * below - edge_below - h * above + edge_above) / (below + above)
    square = ((1 + h * h) * (below + above) - (u + h) * edge_below + (u - h) * edge_above) / (below + above)
    weight = _density(u) / _density(u).sum()
    return float(weight @ (u * mean)), float(weight @ square)


def _density(x: Array) -> Array:
    density: Array = np.exp(-x * x / 2) / math.sqrt(math.tau)
    return density


def _coefficients(parameters: Confounding) -> Array:
    """Return what the fits take in one after the other, the friend's loneliness and the outcome last, shape (6, 7).

    Each is a sum of the basis.
    """
    before = [0, CAUSE_BEFORE, 0, parameters.setting_effect, 1, 0, 0]
    friend = [0, 0, CAUSE_BEFORE, parameters.setting_effect, 0, 1, 0]
    rows = np.array([[1, 0, 0, 0, 0, 0, 0], before, [0, 1, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0], friend])
    direct = np.array([0, parameters.cause_effect, 0, parameters.setting_effect, 0, 0, NOISE_AFTER])
    after = STABILITY * rows[1] + parameters.contagion * rows[4] + direct
    return np.vstack([rows, after])


def _moments(parameters: Confounding, products: Array) -> Array:
    """Return the products of all that is in the fit, shape (studies, 6, 6)."""
    mixing = _coefficients(parameters)
    moments: Array = mixing @ products @ mixing.T
    return moments


def _without_first(moments: Array) -> Array:
    """Return the products of what is left of all others when least squares takes out what the first explains."""
    left: Array = moments[:, 1:, 1:] - moments[:, 1:, :1] * (moments[:, :1, 1:] / moments[:, :1, :1])
    return left


def _fits(spread: Array, pairs: int) -> dict[Analysis, tuple[Array, Array]]:
    """Return the coefficient of the friend's loneliness and its standard error, per analysis.

    A coefficient is that of what is left of both sides without all other regressors (Frisch and Waugh 1933), so each
    analysis goes on from the one before. The spread is what is left without the constant.
    """
    fits: dict[Analysis, tuple[Array, Array]] = {}
    left = spread
    for place, analysis in enumerate(ANALYSES, start=1):
        left = _without_first(left)
        friend, both, after = left[:, -2, -2], left[:, -2, -1], left[:, -1, -1]
        slope = both / friend
        fits[analysis] = slope, np.sqrt((after - slope * both) / (pairs - 2 - place) / friend)
    return fits


def _expected(parameters: Confounding, analysis: Analysis) -> tuple[float, float]:
    if analysis not in ANALYSES:
        raise ValueError(f"analysis must be one of {', '.join(map(repr, ANALYSES))}, got {analysis!r}")
    alike, spread = friend_moments(parameters.homophily)
    products = np.eye(len(_BASIS))
    products[1, _FRIEND] = products[_FRIEND, 1] = alike
    products[_FRIEND, _FRIEND] = spread
    moments = parameters.pairs * _moments(parameters, products[np.newaxis])
    estimate, error = _fits(_without_first(moments), parameters.pairs)[analysis]
    return float(estimate[0]), float(error[0])


@lru_cache(maxsize=16)
def _critical_t(freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 1 - ALPHA / 2))


@lru_cache(maxsize=1)  # 10 MB
def _all_draws(seed: int) -> tuple[Array, Array]:
    """Return six columns of normal draws and one of even ones, one entry per study and pair, of the largest design."""
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    return generator.standard_normal((5, MOST_STUDIES, MOST_PAIRS)), generator.random((MOST_STUDIES, MOST_PAIRS))


@lru_cache(maxsize=4)
def _columns(pairs: int, studies: int, seed: int) -> Array:
    """Return the basis without the friend's cause, whose column is 0, shape (studies, 7, pairs)."""
    normal, _ = _all_draws(seed)
    cause, setting, chance, friend_chance, chance_after = normal[:, :studies, :pairs]
    nothing = np.zeros_like(cause)
    return np.stack([nothing + 1, cause, nothing, setting, chance, friend_chance, chance_after], axis=1)


@lru_cache(maxsize=4)
def _in_order(pairs: int, studies: int, seed: int) -> tuple[NDArray[np.intp], Array, Array]:
    """Return the place, the hidden cause and the draw of all people, those alike in both side by side.

    The processor then guesses which branch of the normal distribution comes next, and is quicker by a third. Sixteen
    bits hold both in steps fine enough, and are put in order without comparing.
    """
    normal, draws = _all_draws(seed)
    cause, draw = normal[0, :studies, :pairs].ravel(), draws[:studies, :pairs].ravel()
    alike = np.clip(128 + cause * _ALIKE, 0, 255).astype(np.uint16)
    order = np.argsort(256 * alike + (256 * draw).astype(np.uint16), kind="stable")
    return order, cause[order], draw[order]


def _friend_causes(cause: Array, draw: Array, homophily: float) -> Array:
    """Return the friends' hidden causes by inversion: see :func:`friend_moments` for the two halves they come from."""
    from scipy.special import ndtr, ndtri

    scale = np.exp(-2 * homophily * cause)
    below, both = scale * ndtr(cause - homophily), ndtr(-cause - homophily)
    both += below
    at = draw * both
    is_below = at < below
    quantile: Array = np.subtract(both, at, out=both)
    np.divide(at, scale, out=quantile, where=is_below)
    ndtri(quantile, out=quantile)
    quantile += homophily
    return np.negative(quantile, out=quantile, where=~is_below)


@lru_cache(maxsize=4)
def _products_of_columns(pairs: int, studies: int, seed: int) -> Array:
    columns = _columns(pairs, studies, seed)
    products: Array = columns @ columns.transpose(0, 2, 1)
    return products


@lru_cache(maxsize=64)
def _products(pairs: int, studies: int, homophily: float, seed: int) -> Array:
    """Return the products of the basis, shape (studies, 7, 7): only those with the friend's cause depend on h."""
    products = _products_of_columns(pairs, studies, seed).copy()
    columns = _columns(pairs, studies, seed)
    order, cause, draw = _in_order(pairs, studies, seed)
    friends = np.empty(order.size)
    for first in range(0, order.size, _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        friends[order[some]] = _friend_causes(cause[some], draw[some], homophily)
    friend = friends.reshape(studies, pairs)
    with_friend = (columns @ friend[..., np.newaxis])[..., 0]
    with_friend[:, _FRIEND] = np.einsum("sn,sn->s", friend, friend)
    products[:, _FRIEND, :] = products[:, :, _FRIEND] = with_friend
    return products
