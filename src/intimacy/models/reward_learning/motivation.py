"""Wanting is not liking, and the same contact is worth more after a lonely week: motivation beside learning.

Two small models in which a state of the body changes what a learned cue or a contact is worth *now*, with no new
learning. Both are toys in their values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import checked
from intimacy.parameters import Parameters, choice, integer, number

Array = NDArray[np.float64]

SAMPLES = 400
"""Number of times at which a :class:`SocialHomeostasisRun` is sampled. The values there are exact."""


@dataclass(frozen=True)
class Wanting(Parameters):
    """A chain of cues that leads to a contact, and the state in which it is met (see :func:`wanting_and_liking`)."""

    reward: float = number(
        1, -1, 3, step=0.1, unit="a.u.", symbol="r", label="Size of the reward", help="As learned; below 0, a dislike."
    )
    motivation: float = number(
        1,
        0.1,
        5,
        step=0.1,
        symbol="κ",
        label="Motivational state",
        help="1 is the state of learning; above 1 the body makes rewards more wanted, below 1 less.",
    )
    hedonic_gain: float = number(
        1,
        0,
        2,
        step=0.1,
        symbol="μ",
        label="Hedonic gain",
        help="How pleasant the contact is once it comes; 1 is the state of learning.",
    )
    discount: float = number(
        0.98, 0.8, 1, step=0.01, symbol="γ", label="Discount per cue", help="What a value one cue later is worth now."
    )
    cues: int = integer(2, 1, 5, label="Cues before the contact", help="The last one comes just before the contact.")
    form: str = choice(
        "multiplicative",
        {"multiplicative": "κ multiplies the reward", "additive": "ln κ is added to the reward"},
        label="How the state enters",
        help="Multiplying cannot turn a dislike into a wish; adding can.",
    )


@dataclass(frozen=True)
class WantingRun:
    """What each cue is worth, first to last, shape (cues,), and how much the contact is liked.

    Attributes:
        learned_value: V of each cue, as learned; no state changes it.
        wanting: W of each cue, in the present state.
        liking: L of the contact itself.
    """

    learned_value: Array
    wanting: Array
    liking: float

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per cue, from 1; ``liking`` repeats."""
        cue = np.arange(1, len(self.wanting) + 1)
        return pd.DataFrame({"cue": cue, **vars(self)})


@checked
def wanting_and_liking(parameters: Wanting) -> WantingRun:
    """Return the pull of each cue and the pleasure of the contact in a given bodily state.

    Only the last cue is followed by the reward at once: r(s) = r there and 0 at every cue before it. Learned values
    follow V(s) = r(s) + γ V(s′). In the present state κ, with no new learning::

        W(s) = κ r(s) + γ V(s′)        multiplicative
        W(s) = r(s) + ln κ + γ V(s′)   additive
        L    = μ r

    So κ moves wanting and not liking, and μ moves liking and not wanting. With κ = 1, W is V in both forms.

    After Zhang, Berridge, Tindell, Smith and Aldridge (2009, doi 10.1371/journal.pcbi.1000437), whose abstract says
    that a state changes the incentive salience of a cue without necessarily requiring new learning, and whose additive
    model is to hold a learned dislike that turns into a wish. The two functional forms are recalled from memory: do not
    quote them as the published equations before reading the article. The liking rule and all values are a toy.
    """
    steps_to_reward = np.arange(parameters.cues - 1, -1, -1, dtype=np.float64)
    learned: Array = parameters.reward * parameters.discount**steps_to_reward
    change = (
        (parameters.motivation - 1) * parameters.reward * (steps_to_reward == 0)
        if parameters.form == "multiplicative"
        else math.log(parameters.motivation)
    )
    return WantingRun(learned, learned + change, parameters.hedonic_gain * parameters.reward)


@dataclass(frozen=True)
class SocialHomeostasis(Parameters):
    """A level of contact that fades alone and is refilled by contacts (see :func:`simulate_social_homeostasis`)."""

    set_point: float = number(
        100, 20, 200, step=5, unit="a.u.", symbol="H*", label="Set-point", help="The level at which nothing is missing."
    )
    contact: float = number(
        5, 1, 30, step=1, unit="a.u.", symbol="K", label="Size of a contact", help="By how much one contact refills."
    )
    contacts: int = integer(5, 0, 20, label="Contacts", help="How many contacts follow the time alone.")
    hours_alone: float = number(
        10, 0, 240, step=2, unit="h", label="Time alone first", help="Hours without contact, from the set-point on."
    )
    hours_between: float = number(
        1, 0, 48, step=0.5, unit="h", label="Time between contacts", help="Hours from one contact to the next."
    )
    time_constant: float = number(
        72,
        6,
        240,
        step=6,
        unit="h",
        symbol="τ",
        label="How slowly the level fades",
        help="Hours alone after which 37 % of the level is left. A toy value.",
    )
    steepness: int = integer(
        4, 1, 6, symbol="n", label="Power of the distance", help="Above the root, large distances weigh more."
    )
    root: int = integer(3, 1, 6, symbol="m", label="Root of the power", help="The drive is the m-th root of the power.")


@dataclass(frozen=True)
class SocialHomeostasisRun:
    """A level of contact in time, and what each contact was worth.

    Attributes:
        hours: sampled times, shape (samples,), from the start of the time alone to an hour or more past the contacts.
        level: H at these times; at the very time of a contact, H after it.
        drive: D(H) at these times.
        contact_hours: when each contact came, shape (contacts,).
        level_before: H just before each contact, shape (contacts,).
        reward: D before minus D after each contact, shape (contacts,); negative where contact overshoots.
    """

    hours: Array
    level: Array
    drive: Array
    contact_hours: Array
    level_before: Array
    reward: Array

    def to_frame(self) -> pd.DataFrame:
        """Return the course as a table, one row per sampled time."""
        return pd.DataFrame({"hours": self.hours, "level": self.level, "drive": self.drive})


@checked
def simulate_social_homeostasis(parameters: SocialHomeostasis) -> SocialHomeostasisRun:
    """Follow the level of contact through a time alone and a series of contacts.

    It starts at the set-point H*, fades alone as dH/dt = −H/τ, and each contact adds K. Every piece is exponential,
    so the course is exact: H(t) = H* exp(−t/τ) + Σ K exp(−(t − t_k)/τ) over the contacts so far. What a contact
    is worth is the drive it takes away (:func:`contact_reward`).

    After Keramati and Gutkin (2014, doi 10.7554/eLife.04811), who define primary rewards as outcomes that fulfil needs
    of the body. Applying it to company, and every value in time and size, is a toy.
    """
    contact_hours = parameters.hours_alone + parameters.hours_between * np.arange(parameters.contacts, dtype=np.float64)
    end = parameters.hours_alone + max(1.0, parameters.hours_between) * max(1, parameters.contacts)
    hours = np.linspace(0.0, end, SAMPLES)
    fade = math.exp(-parameters.hours_between / parameters.time_constant)
    left = parameters.set_point * np.exp(-contact_hours / parameters.time_constant)
    refilled = parameters.contact * np.cumsum(np.append(0.0, fade ** np.arange(1, parameters.contacts)))
    level_before = left + refilled[: parameters.contacts]
    since = hours[:, np.newaxis] - contact_hours
    effects = np.where(since >= 0, np.exp(-np.maximum(since, 0.0) / parameters.time_constant), 0.0)
    level = parameters.set_point * np.exp(-hours / parameters.time_constant) + parameters.contact * effects.sum(axis=1)
    return SocialHomeostasisRun(
        hours=hours,
        level=level,
        drive=drive(level, parameters),
        contact_hours=contact_hours,
        level_before=level_before,
        reward=contact_reward(level_before, parameters),
    )


@checked
def drive(level: ArrayLike, parameters: SocialHomeostasis) -> Array:
    """Return D(H) = |H* − H|^(n/m), the discomfort at a level of any shape.

    With n > m the curve steepens away from the set-point, so the same contact takes away more drive the more is
    missing. The default n = 4 and m = 3 are those of a public adaptation of Keramati's simulator of cocaine seeking,
    which has this drive and this reward; the article's own values were not seen.
    """
    distance: Array = np.abs(parameters.set_point - np.asarray(level, dtype=np.float64))
    return distance ** (parameters.steepness / parameters.root)


@checked
def contact_reward(level: ArrayLike, parameters: SocialHomeostasis) -> Array:
    """Return D(H) − D(H + K): what one contact is worth at a level of any shape. Below zero it is aversive."""
    return drive(level, parameters) - drive(np.asarray(level, dtype=np.float64) + parameters.contact, parameters)
