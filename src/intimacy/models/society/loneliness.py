"""Loneliness on a network that comes by itself, may pass between contacts, and goes again: the SISa model.

Hill, Rand, Nowak and Christakis (2010, doi 10.1371/journal.pcbi.1000968) fitted it to weight and, in another paper
(doi 10.1098/rspb.2010.1217), to feelings. Here it is a toy: every rate is a teaching value, nobody's friends were
mapped, and the model knows two states only. What clusters loneliness may be contagion, or causes that neighbours share.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import AboveZero, AtLeastZero, Between, Seed, Share, checked
from intimacy.models.society.networks import Network, small_world
from intimacy.parameters import Parameters, integer, number

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Counts = NDArray[np.int8]
Integers = NDArray[np.int64]

MOST_PEOPLE = 500
YEARS = 60
"""How long people are followed."""

YEARS_PER_STEP = 0.5
"""From one step to the next; within a step the number of lonely contacts is held."""

KINDS = 16
"""Kinds of circumstance: the rate at which loneliness comes by itself takes this many values, evenly spaced."""

NEIGHBOURHOODS = 4
"""How often the causes rise and fall on the way round the ring, where neighbours share them."""

_STEPS = round(YEARS / YEARS_PER_STEP)
_SETTLED = _STEPS // 2  # first step of the second half, by which the start is forgotten at most rates
_NEWTON_STEPS = 60  # each halves the error at least
_MOST_CONTACTS = 62  # twice that and one more still fits into 8 bits


@dataclass(frozen=True)
class Loneliness(Parameters):
    """A town in which people become lonely and connected again (toy, see :func:`simulate_loneliness`)."""

    onset: float = number(
        0.04,
        0,
        0.2,
        step=0.005,
        unit="/year",
        symbol="a",
        label="Loneliness from causes",
        help="How often it comes without any contact: illness, moving, loss, exclusion. The mean over all people.",
    )
    contagion: float = number(
        0.02,
        0,
        0.1,
        step=0.005,
        unit="/year",
        symbol="b",
        label="True contagion",
        help="How much each lonely contact adds to that rate. 0: it never passes between people.",
    )
    recovery: float = number(
        0.3, 0.02, 1, step=0.01, unit="/year", symbol="g", label="Recovery", help="How often loneliness ends."
    )
    unevenness: float = number(
        0, 0, 1, step=0.05, symbol="d", label="Uneven causes", help="1: some have twice the mean causes, some none."
    )
    sharing: float = number(
        0,
        0,
        1,
        step=0.05,
        symbol="s",
        label="Causes shared by neighbours",
        help="How alike neighbours are in their causes. 0: not at all. Counts only where causes are uneven.",
    )
    contacts: int = integer(
        6, 2, 20, step=2, symbol="k", label="Contacts per person", help="On average. Contacts are mutual."
    )
    rewiring: float = number(
        0.05,
        0,
        1,
        step=0.01,
        symbol="p",
        label="Far contacts",
        help="Share of ties that lead anywhere in town instead of to a neighbour.",
    )
    people: int = integer(200, 50, MOST_PEOPLE, step=50, symbol="N", label="People", help="How many live in the town.")
    start: float = number(0.1, 0, 1, step=0.05, symbol="I₀", label="Lonely at the start", help="Share of people.")


@dataclass(frozen=True)
class LonelinessRun:
    """A town over the years. Entry 0 of what has steps + 1 entries is the start.

    Attributes:
        parameters: what was run.
        network: who is in contact with whom.
        causes: each person's own rate of onset (per year), shape (people,).
        draws: the even number that decided on each person in each step, shape (steps, people).
        years: shape (steps + 1,).
        lonely: who is lonely, shape (steps + 1, people).
        lonely_contacts: how many of a person's contacts are, shape (steps, people), at the start of each step.
        mean_field: the share that is lonely if everyone had the same mean share of lonely contacts, shape (steps + 1,).
    """

    parameters: Loneliness
    network: Network
    causes: Array
    draws: Array
    years: Array
    lonely: Booleans
    lonely_contacts: Counts
    mean_field: Array

    @property
    def share(self) -> Array:
        """Share of people who are lonely, shape (steps + 1,)."""
        share: Array = self.lonely.mean(axis=1)
        return share

    @property
    def settled_share(self) -> float:
        """Mean share over the second half of the time."""
        return float(self.share[_SETTLED:].mean())

    @property
    def clustering(self) -> float:
        """Ties between two lonely people as a multiple of what chance would give, over the second half of the time.

        Chance: the same people lonely as often, each with their own number of ties, and loneliness blind to who is
        tied to whom. 1 means no clustering; nan where hardly anyone is lonely.
        """
        lonely = self.lonely[_SETTLED:-1].astype(np.float64)
        degrees = self.network.degrees.astype(np.float64)
        pairs = (lonely @ degrees) ** 2 - lonely @ degrees**2  # nobody is paired with themselves
        expected = float(pairs.sum()) / (2 * self.network.ties)
        met = float((lonely * self.lonely_contacts[_SETTLED:]).sum())
        return met / expected if expected > 0 else math.nan

    @property
    def caught_share(self) -> float:
        """Share of all onsets in the second half that come from contacts: Σ b nᵢ / Σ (aᵢ + b nᵢ) over the connected.

        nan where nobody is connected, or nothing makes anyone lonely.
        """
        connected = ~self.lonely[_SETTLED:-1]
        caught = self.parameters.contagion * float((connected * self.lonely_contacts[_SETTLED:]).sum())
        every = caught + float((connected @ self.causes).sum())
        return caught / every if every > 0 else math.nan

    @checked
    def film(self, stops: Annotated[int, Between(2, 10_000)]) -> Booleans:
        """Return who is lonely at evenly spaced times from first to last, shape (stops, people).

        Raises:
            ValueError: stops is below 2.
        """
        return self.lonely[np.rint(np.linspace(0, len(self.lonely) - 1, stops)).astype(np.int64)]

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per step."""
        return pd.DataFrame(
            {
                "year": self.years,
                "lonely_people": self.lonely.sum(axis=1),
                "share": self.share,
                "mean_field": self.mean_field,
            }
        )


@checked
def simulate_loneliness(parameters: Loneliness, seed: Seed = 7) -> LonelinessRun:
    """Follow a town on a small world of contacts.

    A connected person i becomes lonely, and a lonely one connected, at the rates (Hill et al. 2010)::

        connected → lonely   aᵢ + b · (number of i's lonely contacts)
        lonely → connected   g

    aᵢ = a (1 + d xᵢ), with xᵢ from −1 to 1 in 16 kinds as equal in number as can be. Neighbours on the ring are alike
    in x as far as causes are shared. In each half year the contacts are held, and the chance of each state at its end
    is exact: with λ the rate of onset and r = e^(−(λ+g) Δt), it is lonely with probability λ/(λ+g) (1 − r), plus r if
    it was so before. One even draw per person and step decides, so more of any rate of onset never makes anyone less
    lonely: a slider moves people and not the noise. A toy.
    """
    network = small_world(parameters.people, parameters.contacts, parameters.rewiring, seed)
    draws, first, _ = _draws(seed)
    kinds = kinds_of_people(parameters, seed)
    chances = _chances(_rates(parameters.onset, parameters.unevenness), parameters, int(network.degrees.max()))
    draws = draws[:, : parameters.people]
    lonely, counts = _spread(network, kinds, chances, first[: parameters.people] < parameters.start, draws)
    return LonelinessRun(
        parameters=parameters,
        network=network,
        causes=_rates(parameters.onset, parameters.unevenness)[kinds],
        draws=draws,
        years=YEARS_PER_STEP * np.arange(_STEPS + 1, dtype=np.float64),
        lonely=lonely,
        lonely_contacts=counts,
        mean_field=_mean_field_course(parameters),
    )


@checked
def share_over_time(
    network: Network,
    *,
    onset: AtLeastZero,
    contagion: AtLeastZero,
    recovery: AboveZero,
    steps: Annotated[int, Between(0, 10_000)],
    start: Share = 0.1,
    years_per_step: AboveZero = YEARS_PER_STEP,
    seed: Seed = 7,
) -> Array:
    """Return the share of lonely people over time on any network, for up to millions: shape (steps + 1,).

    The rule of :func:`simulate_loneliness` with the same causes for all; nothing but the share is kept.

    Raises:
        ValueError: a rate or the step is below 0, recovery or the length of a step is not above 0, start is not between
            0 and 1, or someone has more than 62 contacts.
    """
    most = int(network.degrees.max(initial=0))
    if most > _MOST_CONTACTS:
        raise ValueError(f"network must have at most {_MOST_CONTACTS} contacts per person, got {most}")
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    rates = onset + contagion * np.arange(most + 1, dtype=np.float64)
    chances = _chance_of_lonely(rates, recovery, years_per_step).astype(np.float32).ravel()
    matrix = network.matrix()
    lonely = (generator.random(network.people, dtype=np.float32) < start).view(np.int8)
    shares = [float(lonely.mean())]
    for _ in range(steps):
        index = matrix @ lonely + np.int8(most + 1) * lonely
        lonely = (generator.random(network.people, dtype=np.float32) < chances.take(index)).view(np.int8)
        shares.append(float(lonely.mean()))
    return np.array(shares)


@checked
def expected_loneliness(
    onset: AtLeastZero, contagion: AtLeastZero, recovery: AboveZero, contacts: AtLeastZero
) -> float:
    """Return I*, the share of lonely people where it settles if everyone meets everyone alike (Hill et al. 2010)::

        dI/dt = (a + b k I)(1 − I) − g I
        I* = [ −(a + g − b k) + √((a + g − b k)² + 4 b k a) ] / (2 b k),   a/(a + g) if b k = 0

    Without onset (a = 0) it is 1 − g/(b k) where that is above 0, else 0.

    Raises:
        ValueError: onset, contagion or contacts is below 0, or recovery is not above 0.
    """
    spread = contagion * contacts
    middle = onset + recovery - spread
    root = math.sqrt(middle * middle + 4 * spread * onset)
    # Two forms of one root: each subtracts no two numbers that are nearly equal.
    return 2 * onset / (middle + root) if middle > 0 else (root - middle) / (2 * spread)


@checked
def expected_share(parameters: Loneliness) -> float:
    """Return where the mean field of a town settles; :func:`expected_loneliness` where all have the same causes.

    With uneven causes: the I that equals the mean over the kinds of λ/(λ + g), where λ = aᵢ + b k I.
    """
    if parameters.unevenness == 0:
        return expected_loneliness(parameters.onset, parameters.contagion, parameters.recovery, parameters.contacts)
    rates = _rates(parameters.onset, parameters.unevenness)
    per_share = parameters.contagion * parameters.contacts
    # Newton's method. The mean of λ/(λ + g) bends down, so from 1 it comes down to the largest I and never passes it.
    share = 1.0
    for _ in range(_NEWTON_STEPS):
        total = rates + per_share * share + parameters.recovery
        excess = 1 - share - float((parameters.recovery / total).mean())
        share -= excess / (per_share * float((parameters.recovery / total**2).mean()) - 1)
    return max(0.0, share)


@checked
def kinds_of_people(parameters: Loneliness, seed: Seed = 7) -> Integers:
    """Return the kind of circumstance of each person on the ring, 0 (fewest causes) to 15, shape (people,)."""
    people = parameters.people
    noise = _draws(seed)[2][:people]
    along = NEIGHBOURHOODS * np.arange(people) / people
    place = math.sqrt(12) * (np.abs(2 * (along % 1) - 1) - 0.5)
    score = parameters.sharing * place + math.sqrt(1 - parameters.sharing**2) * noise
    rank = np.empty(people, dtype=np.int64)
    rank[np.argsort(score, kind="stable")] = np.arange(people)
    kinds: Integers = rank * KINDS // people
    return kinds


def _rates(onset: float, unevenness: float) -> Array:
    """Return the rate of onset of each kind, evenly spaced around the mean."""
    spread = (2 * np.arange(KINDS) + 1) / KINDS - 1
    rates: Array = onset * (1 + unevenness * spread)
    return rates


def _chance_of_lonely(rates: Array, recovery: float, years: float) -> Array:
    """Return the chance to be lonely after a step, for the connected and for the lonely: shape (2, *rates.shape)."""
    total = rates + recovery
    kept = np.exp(-total * years)
    from_connected = rates / total * (1 - kept)
    return np.stack([from_connected, from_connected + kept])


def _chances(rates: Array, parameters: Loneliness, most: int) -> Array:
    """Return the chance to be lonely after a step, by kind, state before and lonely contacts: (kinds, 2, most + 1)."""
    onset = rates[:, np.newaxis] + parameters.contagion * np.arange(most + 1)
    return _chance_of_lonely(onset, parameters.recovery, YEARS_PER_STEP).transpose(1, 0, 2)


def _spread(
    network: Network, kinds: Integers, chances: Array, start: Booleans, draws: Array
) -> tuple[Booleans, Counts]:
    """Return who is lonely at each step, and how many lonely contacts each has."""
    lonely = np.empty((len(draws) + 1, len(start)), dtype=np.bool_)
    counts = np.empty((len(draws), len(start)), dtype=np.int8)
    lonely[0] = start
    own, states = kinds * chances.shape[1] * chances.shape[2], chances.shape[2]
    neighbours, starts = network.neighbours.astype(np.intp), network.starts[:-1].astype(np.intp)
    table = chances.ravel()
    for step, draw in enumerate(draws):
        before = lonely[step].view(np.int8)
        np.add.reduceat(before.take(neighbours), starts, out=counts[step], dtype=np.int8)
        index = own + counts[step]
        index += states * before
        np.less(draw, table.take(index), out=lonely[step + 1])
    return lonely, counts


def _mean_field_course(parameters: Loneliness) -> Array:
    """Return the share over time if all have as many lonely contacts as the mean, by the same exact steps."""
    rates = _rates(parameters.onset, parameters.unevenness).tolist()
    rates = rates if parameters.unevenness else rates[:1]
    per_share, recovery = parameters.contagion * parameters.contacts, parameters.recovery
    shares, mean = [parameters.start] * len(rates), parameters.start
    course = [mean]
    # So few numbers in so many steps are quicker without arrays.
    for _ in range(_STEPS):
        caught = per_share * mean
        for kind, rate in enumerate(rates):
            total = rate + caught + recovery
            rest = (rate + caught) / total
            shares[kind] = rest + (shares[kind] - rest) * math.exp(-total * YEARS_PER_STEP)
        mean = sum(shares) / len(shares)
        course.append(mean)
    return np.array(course)


@lru_cache(maxsize=4)
def _draws(seed: int) -> tuple[Array, Array, Array]:
    """Return an even draw per step and person, one per person for the start, and a normal one for the causes."""
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    draws = generator.random((_STEPS, MOST_PEOPLE))
    return draws, generator.random(MOST_PEOPLE), generator.standard_normal(MOST_PEOPLE)
