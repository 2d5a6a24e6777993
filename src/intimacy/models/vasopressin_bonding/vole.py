"""The virtual vole: three factors make a bond, and a partner-preference test shows it.

A peptide signal says *who* is there, dopamine says *how good* it is, and time together does the rest. No published
neural model of partner preference was found, so this one is a toy: its concepts follow Young and Wang (2004),
Aragona et al. (2006, doi 10.1038/nn1613) and Walum and Young (2018, doi 10.1038/s41583-018-0072-6), and its values are
*calibrated* so that published outcomes appear (see ``historical``). That they appear is then no evidence for it.

With receptor densities OTR and V1aR, antagonists a and agonists ⁺ (doses from 0 to 1) and dopamine DA::

    S        = OTR (1 − a_O) + V1aR (1 − a_V)                    peptide signal
    G        = Sⁿ / (Sⁿ + Kⁿ)                                    cooperative gate
    drive    = max(DA (1 − a_D2) + D2⁺ − DA D1 (1 − a_D1) − D1⁺, 0)   while together, else 0
    dw/dt    = η drive G (1 − w) − w/τ(w)                        bond weight w, from 0 to 1
    dD1/dt   = (D1₀ + (D1max − D1₀) w − D1) / τ(D1)              slow rise of D1 receptors
    P        ∝ exp(β w), exp(β u₀), exp(β wₛ)                    chance of partner, neutral, stranger chamber

The share of partner among partner and stranger is 1/(1 + exp(−β (w − wₛ))). A vole counts as bonded when it spends
more than twice as long with the partner as with the stranger: a share above 2/3.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import (
    AboveZero,
    AllAtLeastZero,
    Between,
    OpenShare,
    Positive,
    Seed,
    Share,
    Shares,
    checked,
    require_together,
)
from intimacy.models.vasopressin_bonding.paternity import exact_interval
from intimacy.parameters import Parameters, choice, integer, number, switch

Array = NDArray[np.float64]

TEST_MINUTES = 180
"""Length of the partner-preference test (min)."""

CHAMBERS = ("partner", "neutral", "stranger")
"""The chambers of the test, in the order of the codes in :attr:`CohortRun.chamber`."""

CRITERION = 2 / 3
"""Share of partner among partner and stranger above which a vole counts as bonded: twice as long with the partner."""

MOST_ANIMALS = 200

HOURS_PER_DAY = 24

RECEPTORS = {"prairie": (0.6, 0.6), "meadow": (0.2, 0.2)}
"""Density of oxytocin and V1a receptors of a typical animal of each species, on a scale whose top is 1."""

SPECIES = {"prairie": "Prairie vole", "meadow": "Meadow vole"}

GENETICS = {
    "unchanged": "Unchanged",
    "oxytocin_receptor_knockout": "No oxytocin receptor from birth",
    "oxytocin_receptor_knockdown": "Oxytocin receptor removed in the adult",
    "vasopressin_receptor_knockout": "No V1a receptor from birth",
    "vasopressin_receptor_knockdown": "V1a receptor removed in the adult",
    "vasopressin_receptor_vector": "More V1a receptor by viral vector",
}

DRUGS = {
    "none": "None",
    "oxytocin_antagonist": "Oxytocin receptor blocked",
    "vasopressin_antagonist": "V1a receptor blocked",
    "d2_antagonist": "D2 receptor blocked",
    "d2_agonist": "D2 receptor activated",
    "d1_antagonist": "D1 receptor blocked",
    "d1_agonist": "D1 receptor activated",
}

DRUG_TIMES = {
    "together": "While together",
    "after": "Right after, before the test",
    "test": "During the test",
}

_ROUNDING = 1e-12  # values that differ by less count as the same
_SHARES_TOGETHER = (np.arange(73) / 72) ** 1.5  # points in time, closest at the start
_STEPS_APART = 40
_TRAITS = 3

Outcome = Literal["above", "below", "undecided"]


@dataclass(frozen=True)
class VoleExperiment(Parameters):
    """An experiment on a cohort of voles: first the design, then the biology (see :func:`simulate_cohort`)."""

    species: str = choice("prairie", SPECIES, label="Species", help="Meadow voles have fewer receptors of both kinds.")
    genetics: str = choice(
        "unchanged", GENETICS, label="Genetics", help="Which receptor is missing or added in every animal."
    )
    compensation: float = number(
        0,
        0,
        1,
        step=0.05,
        symbol="c",
        label="Compensation during development",
        help="Missing from birth only: how far the other receptor rises towards its top in return.",
    )
    drug: str = choice("none", DRUGS, label="Drug", help="Acts on one receptor, in every animal.")
    dose: float = number(
        1, 0, 1, step=0.05, label="Dose", help="Share of the receptor blocked, or activation beside full dopamine."
    )
    drug_time: str = choice(
        "together", DRUG_TIMES, label="When the drug acts", help="It acts for the whole of that phase."
    )
    mating: bool = switch(True, label="Mating", help="Off: the pair lives together without mating.")
    hours_together: float = number(
        24, 0, 336, step=0.5, unit="h", label="Time together", help="Cohabitation before the test; 336 h is two weeks."
    )
    days_apart: float = number(
        0, 0, 56, step=0.5, unit="d", label="Time apart", help="Separation between cohabitation and test."
    )
    animals: int = integer(30, 3, MOST_ANIMALS, label="Animals", help="Size of the cohort; each vole is tested once.")
    variation: float = number(
        0.1,
        0,
        0.5,
        step=0.05,
        symbol="σ",
        label="How much animals differ",
        help="Spread, in logarithms, of both receptor densities and of the learning rate.",
    )
    dopamine_mating: float = number(
        1, 0, 1.5, step=0.05, label="Dopamine when mating", help="While together, with mating; 1 by definition."
    )
    dopamine_together: float = number(
        0.2, 0, 1.5, step=0.05, label="Dopamine without mating", help="While together, without mating."
    )
    learning_rate: float = number(
        0.155, 0.005, 0.5, step=0.005, unit="/h", symbol="η", label="Learning rate", help="How fast a bond can grow."
    )
    gate_steepness: float = number(
        6, 1, 12, step=0.5, symbol="n", label="Steepness of the gate", help="How sharply the gate opens."
    )
    gate_middle: float = number(
        1, 0.2, 2, step=0.05, symbol="K", label="Middle of the gate", help="Peptide signal that opens half of the gate."
    )
    forgetting_days: float = number(
        18, 1, 90, step=0.5, unit="d", symbol="τ(w)", label="Time to forget", help="Time for a bond to fall to 37 %."
    )
    choice_sharpness: float = number(
        4, 0.5, 10, step=0.1, symbol="β", label="Choice sharpness", help="Low: near chance. High: always the best."
    )
    stranger_pull: float = number(
        0.05, 0, 0.5, step=0.01, symbol="wₛ", label="Pull of the stranger", help="On the scale of the bond weight."
    )
    neutral_pull: float = number(
        0.35, 0, 1, step=0.05, symbol="u₀", label="Pull of being alone", help="On the scale of the bond weight."
    )
    d1_rest: float = number(
        0.15, 0, 0.5, step=0.05, symbol="D1₀", label="D1 receptors without a bond", help="D2 receptors count as 1."
    )
    d1_full: float = number(
        1, 0.5, 1.5, step=0.05, symbol="D1max", label="D1 receptors with a full bond", help="D2 receptors count as 1."
    )
    d1_days: float = number(
        4, 1, 14, step=0.5, unit="d", symbol="τ(D1)", label="Time for D1 to follow", help="Time to go 63 % of the way."
    )
    bout_minutes: float = number(
        5,
        1,
        60,
        step=1,
        unit="min",
        label="Mean stay before a choice",
        help="Long stays make fewer choices per test, so more chance.",
    )


@dataclass(frozen=True)
class Verdict:
    """What a cohort shows: a mean, its 95 % interval, and a one-sample t test of it against a criterion.

    Why this test: the animals are independent, each gives one number, and their mean is what the picture shows. Its
    interval and its p value always agree, so whether the interval crosses the line *is* the test.
    """

    mean: float
    low: float
    high: float
    p_value: float
    criterion: float

    @property
    def outcome(self) -> Outcome:
        """``above`` or ``below`` the criterion if the interval leaves it out, else ``undecided``."""
        if self.low > self.criterion:
            return "above"
        return "below" if self.high < self.criterion else "undecided"


@dataclass(frozen=True)
class CohortRun:
    """What the voles did.

    ``times`` stands for the points of the course, those together (at the start close to each other) before those apart.

    Attributes:
        parameters: what was run.
        hours: time since the animals met (h), shape (times,).
        bond: bond weight of the typical animal, shape (times,).
        d1: D1 receptors of the typical animal, shape (times,).
        animal_bond: bond weight of each animal, shape (times, animals).
        animal_d1: D1 receptors of each animal, shape (times, animals).
        chamber: where each animal is, minute by minute, as an index of :data:`CHAMBERS`, shape (animals, minutes).
        minutes: minutes of each animal in each chamber, shape (animals, 3); each row adds up to :data:`TEST_MINUTES`.
        typical_preference: share of partner among partner and stranger that a typical animal's bond leads to.
        preference: that share as each animal shows it, shape (animals,); ½ for one that visited neither.
        verdict: the mean preference against :data:`CRITERION`.
    """

    parameters: VoleExperiment
    hours: Array
    bond: Array
    d1: Array
    animal_bond: Array
    animal_d1: Array
    chamber: NDArray[np.int8]
    minutes: NDArray[np.int64]
    typical_preference: float
    preference: Array
    verdict: Verdict

    @property
    def bond_at_test(self) -> Array:
        """Bond weight of each animal at the test, shape (animals,)."""
        return np.asarray(self.animal_bond[-1])

    @property
    def aggression(self) -> Array:
        """Selective aggression of each animal towards the stranger, w D1 (1 − a_D1), shape (animals,)."""
        shown = 1 - _dose(self.parameters, "d1_antagonist", "test")
        return np.asarray(self.animal_bond[-1] * self.animal_d1[-1] * shown)

    @property
    def prefers(self) -> NDArray[np.bool_]:
        """Whether each animal spent more than twice as long with the partner as with the stranger, shape (animals,)."""
        return self.minutes[:, 0] > 2 * self.minutes[:, 2]

    @property
    def share_preferring(self) -> float:
        """Share of animals that prefer the partner by that rule."""
        return float(self.prefers.mean())

    @property
    def share_preferring_interval(self) -> tuple[float, float]:
        """Exact 95 % interval of that share (Clopper and Pearson)."""
        return exact_interval(int(self.prefers.sum()), self.parameters.animals)

    @property
    def says(self) -> str:
        """The verdict in words: ``bonded``, ``not bonded`` or ``undecided``."""
        return {"above": "bonded", "below": "not bonded", "undecided": "undecided"}[self.verdict.outcome]

    @property
    def filling(self) -> Array:
        """Mean minutes spent in each chamber so far, before the first and after each minute, shape (3, minutes + 1)."""
        share = np.stack([(self.chamber == code).mean(axis=0) for code in range(len(CHAMBERS))])
        return np.pad(share.cumsum(axis=1), ((0, 0), (1, 0)))

    def row(self) -> dict[str, Any]:
        """Return the experiment and its outcome as one row of a log."""
        partner, neutral, stranger = self.minutes.mean(axis=0).tolist()
        return {
            **self.parameters.values(),
            "partner_minutes": partner,
            "neutral_minutes": neutral,
            "stranger_minutes": stranger,
            "mean_preference": self.verdict.mean,
            "low": self.verdict.low,
            "high": self.verdict.high,
            "p_value": self.verdict.p_value,
            "share_preferring": self.share_preferring,
            "aggression": float(self.aggression.mean()),
            "verdict": self.says,
        }

    def course(self) -> pd.DataFrame:
        """Return the typical animal's course as a table, one row per point in time."""
        return pd.DataFrame({"hours": self.hours, "bond": self.bond, "d1": self.d1})

    def to_frame(self) -> pd.DataFrame:
        """Return the cohort as a table, one row per animal, counted from 1."""
        columns = {f"{name}_minutes": self.minutes[:, code] for code, name in enumerate(CHAMBERS)}
        return pd.DataFrame(
            {
                "animal": np.arange(1, self.parameters.animals + 1),
                "bond": self.bond_at_test,
                "d1": self.animal_d1[-1],
                **columns,
                "preference": self.preference,
                "prefers_partner": self.prefers,
                "aggression": self.aggression,
            }
        )


@checked
def simulate_cohort(parameters: VoleExperiment, seed: Seed = 7) -> CohortRun:
    """Let a cohort live together and apart, then test each animal for three hours; equations in the module's text.

    *Individuals.* The densities of both receptors and the learning rate of animal i are those of the typical animal
    times exp(σ z), with three standard normal z per animal.

    *Bond.* Together, steps alternate between an exact solution for w with D1 held and one for D1 with w held (Strang
    splitting, error below 0.001 in any design); apart, both are exact. Rates stay as they are all the time together: a
    "mating" pair mates all along, and a drug that acts while together acts all along.

    *Test.* After a stay of ``bout_minutes`` on average an animal chooses a chamber anew, with chances P. A drug that
    acts during the test multiplies β by G with the drug / G without: a bond that is there can fail to show. A drug
    right after cohabitation changes nothing here, because forgetting needs no peptide and no dopamine.

    All numbers are drawn up front, one row per animal, so a slider moves the animals and does not redraw them, and the
    first k animals stay the same when more are added. A toy, calibrated; ``historical`` says to what.
    """
    return simulate_cohorts([parameters], seed)[0]


@checked
def simulate_cohorts(cohorts: Sequence[VoleExperiment], seed: Seed = 7) -> tuple[CohortRun, ...]:
    """Return what :func:`simulate_cohort` returns of each, all at once: many cost little more than one.

    Raises:
        ValueError: there is no cohort.
    """
    if not cohorts:
        raise ValueError("cohorts must hold at least one experiment, got none")
    factors = [_factors(each, seed) for each in cohorts]
    densities = [
        np.array(receptors(each))[:, np.newaxis] * varied[:2] for each, varied in zip(cohorts, factors, strict=True)
    ]
    openness = [
        varied[2] * _gate(each, dense, "together")
        for each, dense, varied in zip(cohorts, densities, factors, strict=True)
    ]
    return tuple(
        _tested(each, seed, dense, _with_time_apart(each, *course))
        for each, dense, course in zip(cohorts, densities, _together(cohorts, openness), strict=True)
    )


def _factors(parameters: VoleExperiment, seed: int) -> Array:
    """Return what the traits of each vole are multiplied by, shape (3, voles); vole 0 is the typical animal."""
    traits = np.vstack([np.zeros(_TRAITS), _traits(seed)[: parameters.animals]])
    factors: Array = np.exp(parameters.variation * traits).T
    return factors


def _tested(parameters: VoleExperiment, seed: int, densities: Array, course: tuple[Array, Array, Array]) -> CohortRun:
    """Let a cohort that has lived together choose between the chambers."""
    hours, bond, d1 = course
    places = _places(seed, parameters.bout_minutes)[: parameters.animals]
    chances = _chances(bond[-1], parameters, _expression(parameters, densities))
    edges = np.cumsum(chances[1:, :2], axis=1)[:, :, np.newaxis]
    chamber = (places >= edges[:, 0]).view(np.int8) + (places >= edges[:, 1]).view(np.int8)
    minutes = _count(chamber)
    preference = _preference(minutes)
    return CohortRun(
        parameters=parameters,
        hours=hours,
        bond=bond[:, 0],
        d1=d1[:, 0],
        animal_bond=bond[:, 1:],
        animal_d1=d1[:, 1:],
        chamber=chamber,
        minutes=minutes,
        typical_preference=float(chances[0, 0] / (chances[0, 0] + chances[0, 2])),
        preference=preference,
        verdict=_judge(preference, CRITERION, highest=1, level=0.95),
    )


@checked
def judge(
    values: AllAtLeastZero,
    criterion: Annotated[float, Between(-1e6, 1e6)],
    highest: Annotated[float, Between(0, math.inf)] = math.inf,
    level: OpenShare = 0.95,
) -> Verdict:
    """Return mean, t interval and two-sided one-sample t test of the values, one per animal, against a criterion.

    The interval ends at 0 and at ``highest``, the ends of the scale. If all values are the same, the interval is that
    value, and p is 0 (or 1, if it is the criterion).

    Raises:
        ValueError: there are fewer than two values, one is not between 0 and ``highest``, or the level is not between
            0 and 1.
    """
    x = np.asarray(values, dtype=np.float64).ravel()
    if x.size < 2:
        raise ValueError(f"values must hold at least two animals, got {x.size}")
    if x.max() > highest:
        raise ValueError(f"values must be between 0 and {highest:g}, got {x.max():g}")
    return _judge(x, criterion, highest, level)


def _judge(x: Array, criterion: float, highest: float, level: float) -> Verdict:
    from scipy.special import stdtr, stdtrit  # here because the import takes 0.2 s, not needed before the first run

    mean = float(x.mean())
    if x.max() - x.min() < _ROUNDING:
        same = float(x[0])
        return Verdict(same, same, same, float(same == criterion), criterion)
    error = float(x.std(ddof=1)) / math.sqrt(x.size)
    reach = float(stdtrit(x.size - 1, (1 + level) / 2)) * error
    p_value = 2 * float(stdtr(x.size - 1, -abs(mean - criterion) / error))
    return Verdict(mean, max(mean - reach, 0.0), min(mean + reach, highest), p_value, criterion)


@checked
def receptors(parameters: VoleExperiment) -> tuple[float, float]:
    """Return the densities of oxytocin and V1a receptors of a typical animal, after genetics.

    Missing from birth, the other receptor rises by c (1 − density); removed in the adult, it stays. The vector brings
    V1aR to the top of the scale, 1.
    """
    oxytocin, vasopressin = RECEPTORS[parameters.species]
    c = parameters.compensation
    return {
        "unchanged": (oxytocin, vasopressin),
        "oxytocin_receptor_knockout": (0.0, vasopressin + c * (1 - vasopressin)),
        "oxytocin_receptor_knockdown": (0.0, vasopressin),
        "vasopressin_receptor_knockout": (oxytocin + c * (1 - oxytocin), 0.0),
        "vasopressin_receptor_knockdown": (oxytocin, 0.0),
        "vasopressin_receptor_vector": (oxytocin, 1.0),
    }[parameters.genetics]


@checked
def gate(signal: AllAtLeastZero, steepness: AboveZero = 6, middle: Positive = 1) -> Array:
    """Return G = Sⁿ / (Sⁿ + Kⁿ), how far the gate is open, for any shape of S.

    Raises:
        ValueError: a signal is negative, or steepness or middle is not above 0.
    """
    return _opening(np.asarray(signal, dtype=np.float64), steepness, middle)


def _opening(signal: Array, steepness: float, middle: float) -> Array:
    raised = (signal / middle) ** steepness
    return np.asarray(raised / (1 + raised))


@checked
def chamber_chances(
    bond: Shares, parameters: VoleExperiment, expression: Annotated[ArrayLike, Between(0, 10)] = 1.0
) -> Array:
    """Return the chances of partner, neutral and stranger chamber, shape (…, 3), for bond weights of shape (…).

    ``expression`` scales β, as a drug during the test does (see :func:`expression`).
    """
    require_together(bond=bond, expression=expression)
    return _chances(np.asarray(bond, dtype=np.float64), parameters, np.asarray(expression, dtype=np.float64))


def _chances(bond: Array, parameters: VoleExperiment, expression: Array) -> Array:
    pulls = np.empty((*bond.shape, len(CHAMBERS)))
    pulls[..., 0], pulls[..., 1], pulls[..., 2] = bond, parameters.neutral_pull, parameters.stranger_pull
    beta = parameters.choice_sharpness * expression
    weights = np.exp(beta[..., np.newaxis] * pulls)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


@checked
def preference(bond: ArrayLike, parameters: VoleExperiment) -> Array:
    """Return the share 1/(1 + exp(−β (w − wₛ))) that a typical animal with this bond shows; same shape as ``bond``.

    A drug during the test scales β, as in :func:`simulate_cohort`.
    """
    beta = parameters.choice_sharpness * expression(parameters)
    return np.asarray(1 / (1 + np.exp(-beta * (np.asarray(bond, dtype=np.float64) - parameters.stranger_pull))))


@checked
def expression(parameters: VoleExperiment) -> float:
    """Return what a drug during the test leaves of β in a typical animal: G with the drug / G without it."""
    return float(_expression(parameters, np.array(receptors(parameters))))


@checked
def bond_threshold(parameters: VoleExperiment) -> float:
    """Return w* = wₛ + ln 2 / β, the bond weight above which a typical animal counts as bonded.

    A drug during the test scales β; infinite if nothing is left of it.
    """
    beta = parameters.choice_sharpness * expression(parameters)
    return parameters.stranger_pull + math.log(2) / beta if beta > 0 else math.inf


@checked
def learning_speed(parameters: VoleExperiment) -> float:
    """Return k = η G drive (/h) of a typical animal at the start, while D1 is still at rest (D1 = D1₀)."""
    push, brake = _drive(parameters)
    opening = float(_gate(parameters, np.array(receptors(parameters)), "together"))
    return parameters.learning_rate * opening * max(push - brake * parameters.d1_rest, 0.0)


@checked
def highest_bond(parameters: VoleExperiment) -> float:
    """Return w∞ = k / (k + 1/τ(w)), where the bond would end if D1 stayed at rest."""
    k = learning_speed(parameters)
    return k / (k + 1 / _forgetting_hours(parameters))


@checked
def bond_after(hours: ArrayLike, parameters: VoleExperiment) -> Array:
    """Return w(t) = w∞ (1 − exp(−(k + 1/τ(w)) t)) for hours together, if D1 stayed at rest; same shape as ``hours``.

    D1 rises slowly, so this is close for a day or two, and too high after that.
    """
    rate = learning_speed(parameters) + 1 / _forgetting_hours(parameters)
    return np.asarray(highest_bond(parameters) * -np.expm1(-rate * np.asarray(hours, dtype=np.float64)))


@checked
def hours_to_bond(parameters: VoleExperiment) -> float:
    """Return the hours together until :func:`bond_after` is at :func:`bond_threshold`; infinite if it never is."""
    highest, needed = highest_bond(parameters), bond_threshold(parameters)
    if needed >= highest:
        return math.inf
    rate = learning_speed(parameters) + 1 / _forgetting_hours(parameters)
    return -math.log1p(-needed / highest) / rate


@checked
def days_to_dissolve(bond: Share, parameters: VoleExperiment) -> float:
    """Return τ(w) ln(w/w*), the days apart after which a bond is down to :func:`bond_threshold`; 0 if it already is.

    Raises:
        ValueError: the bond is not between 0 and 1.
    """
    needed = bond_threshold(parameters)
    return parameters.forgetting_days * math.log(bond / needed) if bond > needed else 0.0


def _forgetting_hours(parameters: VoleExperiment) -> float:
    return HOURS_PER_DAY * parameters.forgetting_days


def _dose(parameters: VoleExperiment, drug: str, time: str | None) -> float:
    """The dose of this drug at this time: 0 unless both are what was chosen, and so at the time None."""
    return parameters.dose if (parameters.drug, parameters.drug_time) == (drug, time) else 0.0


def _gate(parameters: VoleExperiment, densities: Array, time: str | None) -> Array:
    """Opening of the gate at a time, for densities of shape (2, …)."""
    blocked = [_dose(parameters, drug, time) for drug in ("oxytocin_antagonist", "vasopressin_antagonist")]
    signal = densities[0] * (1 - blocked[0]) + densities[1] * (1 - blocked[1])
    return _opening(signal, parameters.gate_steepness, parameters.gate_middle)


def _expression(parameters: VoleExperiment, densities: Array) -> Array:
    # Every animal keeps at least one receptor, so without a drug the gate is never shut.
    return _gate(parameters, densities, "test") / _gate(parameters, densities, None)


def _drive(parameters: VoleExperiment) -> tuple[float, float]:
    """The two parts of the drive while together: what does not depend on D1, and what D1 takes away per unit."""
    dopamine = parameters.dopamine_mating if parameters.mating else parameters.dopamine_together
    d2_blocked, d1_blocked, d2_added, d1_added = (
        _dose(parameters, drug, "together") for drug in ("d2_antagonist", "d1_antagonist", "d2_agonist", "d1_agonist")
    )
    return dopamine * (1 - d2_blocked) + d2_added - d1_added, dopamine * (1 - d1_blocked)


def _with_time_apart(parameters: VoleExperiment, hours: Array, bond: Array, d1: Array) -> tuple[Array, Array, Array]:
    """Return hours (times,), bond (times, voles) and D1 (times, voles), with those of the time apart behind."""
    if not parameters.days_apart:
        return hours, bond, d1
    since, later_bond, later_d1 = _apart(parameters, bond[-1], d1[-1])
    return np.append(hours, hours[-1] + since), np.vstack([bond, later_bond]), np.vstack([d1, later_d1])


def _together(cohorts: Sequence[VoleExperiment], openness: Sequence[Array]) -> Iterator[tuple[Array, Array, Array]]:
    """Yield hours, bond and D1 of the time together of each cohort, for gates times learning factors (voles,).

    All voles of all cohorts take each step at once. Steps grow, because the bond grows fastest at the start.

    D1 is kept as what is above rest, half a step ahead of the bond: each stands still while the other moves.
    """
    sizes = [each.size for each in openness]
    push, brake, learning, forgetting, rest, rise, d1_hours, together = np.repeat(
        [
            (
                *_drive(each),
                each.learning_rate,
                1 / _forgetting_hours(each),
                each.d1_rest,
                each.d1_full - each.d1_rest,
                HOURS_PER_DAY * each.d1_days,
                each.hours_together,
            )
            for each in cohorts
        ],
        sizes,
        axis=0,
    ).T
    hours = together * _SHARES_TOGETHER[:, np.newaxis]
    length = np.diff(hours, axis=0)
    learning *= np.concatenate(openness)
    pushed, braked = learning * (push - brake * rest), learning * brake
    half = np.exp(-length / (2 * d1_hours))
    kept = half * np.vstack([half[1:], np.ones_like(rest)])
    risen = (1 - kept) * rise
    bond, ahead = np.zeros((2, *hours.shape))
    growth, rate = np.empty((2, rest.size))
    for step, duration in enumerate(-length):
        after, next_ahead = bond[step + 1], ahead[step + 1]
        np.multiply(braked, ahead[step], out=growth)
        np.subtract(pushed, growth, out=growth)
        np.maximum(growth, 0.0, out=growth)
        np.add(growth, forgetting, out=rate)
        growth /= rate  # from here on the bond that it tends to
        rate *= duration
        np.exp(rate, out=rate)
        np.subtract(bond[step], growth, out=after)
        after *= rate
        after += growth
        np.multiply(after, risen[step], out=next_ahead)
        next_ahead += kept[step] * ahead[step]
    d1 = np.full_like(bond, rest)
    d1[1:] += half * ahead[:-1] + (1 - half) * rise * bond[1:]
    for parameters, last, size in zip(cohorts, np.cumsum(sizes).tolist(), sizes, strict=True):
        # Who were never together have one point in time, the start.
        there = slice(None if parameters.hours_together else 1), slice(last - size, last)
        yield hours[there][:, 0], bond[there], d1[there]


def _apart(parameters: VoleExperiment, bond: Array, d1: Array) -> tuple[Array, Array, Array]:
    """Solve the time apart exactly: w falls by exp(−t/τ(w)), and D1 follows it with the lag τ(D1)."""
    days = parameters.days_apart * np.arange(1, _STEPS_APART + 1) / _STEPS_APART
    forgetting, following = 1 / parameters.forgetting_days, 1 / parameters.d1_days
    kept = np.exp(-forgetting * days)
    difference = (following - forgetting) * days
    # (e^{−at} − e^{−bt}) b/(b − a), in a form that also holds for a = b.
    passed_on = (
        following
        * days
        * kept
        * np.divide(-np.expm1(-difference), difference, out=np.ones_like(days), where=difference != 0)
    )
    rest, rise = parameters.d1_rest, parameters.d1_full - parameters.d1_rest
    later = rest + np.outer(np.exp(-following * days), d1 - rest) + np.outer(passed_on, rise * bond)
    return HOURS_PER_DAY * days, np.outer(kept, bond), later


def _count(chamber: NDArray[np.int8]) -> NDArray[np.int64]:
    """Minutes per animal and chamber, shape (animals, 3)."""
    partner = np.count_nonzero(chamber == 0, axis=1)
    stranger = np.count_nonzero(chamber == 2, axis=1)
    return np.stack([partner, TEST_MINUTES - partner - stranger, stranger], axis=1)


def _preference(minutes: NDArray[np.int64]) -> Array:
    """Share of partner among partner and stranger, ½ where neither was visited."""
    partner, visited = minutes[:, 0], minutes[:, 0] + minutes[:, 2]
    return np.asarray(np.divide(partner, visited, out=np.full(len(minutes), 0.5), where=visited > 0))


@lru_cache(maxsize=4)
def _traits(seed: int) -> Array:
    """Three standard normal numbers per animal, for as many animals as there can be."""
    source, _ = np.random.SeedSequence(seed).spawn(2)
    drawn = np.random.default_rng(source).standard_normal((MOST_ANIMALS, _TRAITS))
    drawn.flags.writeable = False
    return drawn


@lru_cache(maxsize=4)
def _moves_and_choices(seed: int) -> NDArray[np.float32]:
    """Two uniform numbers per animal and minute, shape (2, animals, minutes): whether it moves on, and where to."""
    _, source = np.random.SeedSequence(seed).spawn(2)
    drawn = np.random.default_rng(source).random((2, MOST_ANIMALS, TEST_MINUTES), dtype=np.float32)
    drawn.flags.writeable = False
    return drawn


@lru_cache(maxsize=8)
def _places(seed: int, bout_minutes: float) -> NDArray[np.float32]:
    """For each animal and minute the uniform number of its last choice: below P(partner) it is with the partner, …"""
    moves, choices = _moves_and_choices(seed)
    chosen = np.where(moves < 1 / bout_minutes, np.arange(TEST_MINUTES), 0)
    settled = np.take_along_axis(choices, np.maximum.accumulate(chosen, axis=1), axis=1)
    settled.flags.writeable = False
    return settled
