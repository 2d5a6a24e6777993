"""What an odds ratio or a hazard ratio means among a thousand people.

Exact arithmetic, nothing fitted. A ratio alone says nothing of how many people it is about: that depends on how many
there would be anyway.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from intimacy.arguments import AboveZero, InnerShare, Share, ShareBelowOne, checked
from intimacy.parameters import Parameters, choice, number

PEOPLE = 1000
"""How many people a risk is counted among."""

MEASURES = {"odds_ratio": "Odds ratio", "hazard_ratio": "Hazard ratio", "risk_ratio": "Risk ratio"}
"""What kind of ratio a study reports, in plain words."""


@dataclass(frozen=True)
class EffectSize(Parameters):
    """A ratio as a study reports it, and how common the event is without what is studied."""

    measure: str = choice(
        "odds_ratio",
        {name: MEASURES[name] for name in ("odds_ratio", "hazard_ratio")},
        label="What is reported",
        help="Odds: those with the event per one without it. Hazard: the rate at which the event comes.",
    )
    ratio: float = number(
        1.32, 0.2, 5, step=0.01, symbol="R", label="Ratio", help="1: no difference. Above 1: the event is more common."
    )
    baseline: float = number(
        10,
        0.5,
        95,
        step=0.5,
        unit="%",
        symbol="p₀",
        label="Risk without it",
        help="Of 100 people without what is studied, how many have the event anyway, in the same time.",
    )


@dataclass(frozen=True)
class EffectSizeRun:
    """The same ratio in plain numbers.

    Attributes:
        parameters: what was translated.
        baseline_risk: p₀, the risk without what is studied, 0 to 1.
        risk: p₁, the risk with it.
    """

    parameters: EffectSize
    baseline_risk: float
    risk: float

    @property
    def relative_risk(self) -> float:
        """p₁/p₀: how many times as common the event is."""
        return self.risk / self.baseline_risk

    @property
    def extra(self) -> float:
        """1000 (p₁ − p₀): more events among 1,000 people; below 0, fewer."""
        return PEOPLE * (self.risk - self.baseline_risk)

    @property
    def counts(self) -> tuple[int, int]:
        """Events among 1,000 people without and with what is studied, in whole people."""
        return round(PEOPLE * self.baseline_risk), round(PEOPLE * self.risk)

    @property
    def unchanged(self) -> int:
        """For how many of 1,000 people it makes no difference, in whole people."""
        without, with_it = self.counts
        return PEOPLE - abs(with_it - without)

    def to_frame(self) -> pd.DataFrame:
        """Return the translation as a table, one row per group."""
        without, with_it = self.counts
        return pd.DataFrame(
            {
                "group": ["without", "with"],
                "risk": [self.baseline_risk, self.risk],
                "odds": [odds(self.baseline_risk), odds(self.risk)],
                "of_1000": [without, with_it],
            }
        )


@checked
def translate(parameters: EffectSize) -> EffectSizeRun:
    """Return what a ratio means among 1,000 people (see :func:`absolute_risk`)."""
    baseline = parameters.baseline / 100
    return EffectSizeRun(parameters, baseline, absolute_risk(baseline, parameters.ratio, parameters.measure))


@checked
def absolute_risk(baseline: Share, ratio: AboveZero, measure: str = "odds_ratio") -> float:
    """Return the risk p₁ of those with what is studied, from the risk p₀ of those without it::

        odds ratio    p₁ = OR p₀ / (1 − p₀ + OR p₀)
        hazard ratio  p₁ = 1 − (1 − p₀)^HR,  if the two rates are in the same proportion all the time
        risk ratio    p₁ = RR p₀

    Raises:
        ValueError: baseline is not between 0 and 1, ratio is not above 0, measure is not one of :data:`MEASURES`, or a
            risk ratio would lift the risk above 1.
    """
    if measure not in MEASURES:
        raise ValueError(f"measure must be one of {', '.join(map(repr, MEASURES))}, got {measure!r}")
    match measure:
        case "odds_ratio":
            return ratio * baseline / (1 - baseline + ratio * baseline)
        case "hazard_ratio":
            return 1 - float((1 - baseline) ** ratio)
    if ratio * baseline > 1:
        raise ValueError(f"ratio must be at most {1 / baseline:.4g} for a baseline of {baseline!r}, got {ratio!r}")
    return ratio * baseline


@checked
def odds_ratio(baseline: InnerShare, risk: InnerShare) -> float:
    """Return the odds ratio of two risks, p₁(1 − p₀) / (p₀(1 − p₁)).

    Raises:
        ValueError: a risk is not above 0 and below 1.
    """
    return odds(risk) / odds(baseline)


@checked
def odds(risk: ShareBelowOne) -> float:
    """Return p/(1 − p): how many have the event per one who does not.

    Raises:
        ValueError: risk is not at least 0 and below 1, where odds are without end.
    """
    return risk / (1 - risk)


@checked
def relative_risk(baseline: Share, ratio: AboveZero) -> float:
    """Return the risk ratio that an odds ratio means at a baseline risk: OR / (1 − p₀ + OR p₀).

    Near the odds ratio where the event is rare, and near 1 where it is common.

    Raises:
        ValueError: baseline is not between 0 and 1, or ratio is not above 0.
    """
    return ratio / (1 - baseline + ratio * baseline)
