"""Trust on a network in which answers get lost: how much repair keeps it alive.

An agent-based model of our own with a mean field that can be solved. A toy: the rule and every value are teaching
values, and no one's trust was measured. What it shows follows from its rule: that trust needs a critical share of
repair, and that who is tied to whom hardly matters here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import cycle, islice, pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import AboveZero, AllAboveZero, Seed, Share, Shares, checked, require_together
from intimacy.models.society.networks import Network, small_world
from intimacy.parameters import Parameters, choice, integer, number

Array = NDArray[np.float64]
Singles = NDArray[np.float32]
Positions = NDArray[np.intp]
_Encounter = tuple[Singles, Singles, Positions, Singles, "_Work", Singles]

MEETINGS = {"small_world": "Only people tied to each other", "well_mixed": "Anyone meets anyone"}
"""Who may meet whom, in plain words."""

MOST_WATCHED = 400
"""How many people are followed one by one; everyone, in a community of at most so many."""

SETTLED_SHARE = 0.25
"""Share of a run, at its end, over which settled trust is a mean."""

_STORED = 1 << 20  # most meetings of a run whose draws are kept between two steps of a slider
_ONE = np.ones((), dtype=np.float32)
_BLOCK = 1 << 15  # people whose numbers fit a second-level cache together


@dataclass(frozen=True)
class TrustNetwork(Parameters):
    """People who meet, misunderstand each other and repair, or do not (toy, see :func:`simulate_trust`)."""

    misunderstanding: float = number(
        0.1,
        0,
        0.6,
        step=0.01,
        symbol="ε",
        label="Answers lost",
        help="Share of answers that do not arrive as they were meant.",
    )
    repair: float = number(
        0.7,
        0,
        1,
        step=0.01,
        symbol="ρ",
        label="Repair",
        help="Share of unanswered bids that are talked over before they hurt.",
    )
    loss_ratio: float = number(
        2,
        0.5,
        5,
        step=0.1,
        symbol="η₋/η₊",
        label="Weight of a hurt",
        help="How many times more a bid left unanswered counts than one answered. A teaching value.",
    )
    gain: float = number(
        0.02,
        0.005,
        0.2,
        step=0.005,
        symbol="η₊",
        label="Weight of an answer",
        help="Share of the way to full trust that one answered bid goes. A teaching value.",
    )
    meetings: str = choice("small_world", MEETINGS, label="Who meets", help="Whom a person may turn to.")
    rewiring: float = number(
        0.05,
        0,
        1,
        step=0.01,
        symbol="p",
        label="Ties rewired",
        help="Share of the ties of a ring that go to anyone instead. 0: a ring, 1: at random.",
    )
    neighbours_per_side: int = integer(
        4,
        1,
        10,
        symbol="k/2",
        label="Neighbours on either side",
        help="How many on the left and on the right everyone in the ring is tied to.",
    )
    start: float = number(
        0.5, 0, 1, step=0.05, symbol="s₀", label="Trust at the start", help="Everyone's trust before the first step."
    )
    people: int = integer(
        400, 50, 10_000_000, step=50, symbol="N", label="People", help="How many people the community has."
    )
    steps: int = integer(
        200, 10, 20_000, step=10, unit="steps", symbol="T", label="Steps", help="In each, everyone turns to someone."
    )

    @property
    def loss(self) -> float:
        """η₋, the share of trust that a bid left unanswered and unrepaired takes."""
        return self.gain * self.loss_ratio

    @property
    def critical_repair(self) -> float:
        """ρ_c, as :func:`critical_repair`."""
        return critical_repair(self.misunderstanding, self.loss_ratio)

    @property
    def expected_trust(self) -> float:
        """s*, as :func:`expected_trust`."""
        return float(expected_trust(self.misunderstanding, self.repair, self.loss_ratio))

    @checked
    def network(self, seed: Seed = 7) -> Network:
        """Return who is tied to whom in the run of this seed; it counts for nothing where anyone meets anyone."""
        return small_world(self.people, 2 * self.neighbours_per_side, self.rewiring, seed)


@dataclass(frozen=True)
class TrustRun:
    """A community over time. Entry 0 is before the first step.

    Attributes:
        parameters: what was run.
        seed: the seed of the run and of its network.
        mean: mean trust of all people, 0 to 1, shape (steps + 1,).
        trust: trust of each person at the end, shape (people,).
        watched: who is followed: all, or 400 evenly spread around the ring, shape (watched,).
        watched_trust: their trust, shape (steps + 1, watched).
    """

    parameters: TrustNetwork
    seed: int
    mean: Array
    trust: Singles
    watched: Positions
    watched_trust: Singles

    @property
    def network(self) -> Network:
        """Who is tied to whom; it counts for nothing where anyone meets anyone."""
        return self.parameters.network(self.seed)

    @cached_property
    def mean_field(self) -> Array:
        """Trust step by step if everyone always met the average person, shape (steps + 1,)."""
        return mean_field(self.parameters)

    @property
    def spread(self) -> float:
        """Standard deviation of trust over people, at the end."""
        return float(self.trust.std(dtype=np.float64))

    @property
    def settled(self) -> float:
        """Mean trust over the last quarter of the run."""
        return float(self.mean[-max(1, round(SETTLED_SHARE * len(self.mean))) :].mean())

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per step."""
        return pd.DataFrame({"step": np.arange(len(self.mean)), "trust": self.mean, "mean_field": self.mean_field})


@checked
def simulate_trust(parameters: TrustNetwork, seed: Seed = 7) -> TrustRun:
    """Let everyone turn to someone in each step, all at once, and trust more or less for it.

    Person i, with trust sᵢ, meets a neighbour j, each as likely, and bids with chance sᵢ. j answers with chance sⱼ; the
    answer is lost with chance ε. A bid without an answer is repaired with chance ρ. Then::

        answered                    sᵢ ← sᵢ + η₊ (1 − sᵢ)    with chance a = sᵢ sⱼ (1 − ε)
        unanswered and unrepaired   sᵢ ← sᵢ − η₋ sᵢ          with chance b = (sᵢ − a)(1 − ρ)

    Steps are synchronous: all trust is that before the step, so the order of people does not matter. Per person and
    step there are two numbers, whatever happens: one picks the neighbour, and one, u, decides (answered if u < a,
    hurt if u > 1 − b). A slider moves the curve and not the noise, a longer run begins like a shorter one, and one
    seed gives one result however the work is cut. In float32; 10⁶ people need some 50 MB. A toy.
    """
    people, steps = parameters.people, parameters.steps
    watched = np.linspace(0, people - 1, min(people, MOST_WATCHED)).round().astype(np.intp)
    film = np.empty((steps + 1, len(watched)), dtype=np.float32)
    # In a small community the film is the state itself, and in a large one there are the state before and after.
    states = film if people == len(watched) else np.empty((2, people), dtype=np.float32)
    states[0] = film[0] = parameters.start
    mean = np.full(steps + 1, parameters.start, dtype=np.float64)
    rule = _Rule(parameters)
    for step, encounters in enumerate(_encounters(parameters, seed, states), start=1):
        for each in encounters:
            rule.apply(*each)
        if states is not film:
            after = states[step % 2]
            mean[step] = after.mean()
            film[step] = after[watched]
    if states is film:
        mean[1:] = film[1:].mean(axis=1)
    return TrustRun(parameters, seed, mean, states[steps % len(states)].copy(), watched, film)


@checked
def critical_repair(misunderstanding: Share, loss_ratio: AboveZero) -> float:
    """Return ρ_c = 1 − (1 − ε) η₊/η₋, the share of repair above which trust lasts; 0 where it lasts without any.

    Raises:
        ValueError: misunderstanding is not between 0 and 1, or loss_ratio is not above 0.
    """
    return max(0.0, 1 - (1 - misunderstanding) / loss_ratio)


@checked
def expected_trust(misunderstanding: Shares, repair: Shares, loss_ratio: AllAboveZero) -> Array:
    """Return the mean field's lasting trust s*; the arguments broadcast.

    With w = 1 − ε and h = (1 − ρ) η₋, in units of η₊: s* = (w − h) / (w (1 − h)) if h < w, else 0. It depends on the
    ratio η₋/η₊ and not on how fast trust moves.

    Raises:
        ValueError: misunderstanding or repair is not between 0 and 1, or loss_ratio is not above 0.
    """
    require_together(misunderstanding=misunderstanding, repair=repair, loss_ratio=loss_ratio)
    arrives = 1 - np.asarray(misunderstanding, dtype=np.float64)
    hurt = (1 - np.asarray(repair, dtype=np.float64)) * np.asarray(loss_ratio, dtype=np.float64)
    lasts = hurt < arrives
    lasting = (arrives - hurt) / np.where(lasts, arrives * (1 - hurt), 1)
    return np.where(lasts, lasting, 0.0)


@checked
def mean_field(parameters: TrustNetwork) -> Array:
    """Return trust step by step if everyone always met the average person, shape (steps + 1,).

    s ← s + s² [(1 − ε) η₊ (1 − s) − (1 − ρ) η₋ (1 − (1 − ε) s)]. It leaves out that trust differs from person to
    person, and so comes out a little too high: those low in trust bid less often, and lose less, but also win less.
    """
    arrives, hurt = 1 - parameters.misunderstanding, (1 - parameters.repair) * parameters.loss
    won = arrives * parameters.gain
    trust = parameters.start
    course = [trust]
    for _ in range(parameters.steps):
        trust += trust * trust * (won * (1 - trust) - hurt * (1 - arrives * trust))
        course.append(trust)
    return np.array(course)


@checked
def steady_trust(point: Mapping[str, Any], seed: Seed) -> dict[str, float]:
    """Return settled mean trust and the spread at the end, of one point of a sweep.

    Args:
        point: values of :class:`TrustNetwork`, by name; what is not named stays at its default.
        seed: seed of the run.

    Raises:
        TypeError, ValueError: a name is not a parameter, or a value is not allowed.
    """
    run = simulate_trust(TrustNetwork().replace(**point), seed)
    return {"trust": run.settled, "spread": run.spread}


class _Work:
    """Buffers for the people of one block, used again in each step.

    Fresh ones would cost more than the work: where a process hands memory back at once, as a Dask worker does, the
    system clears every page anew.
    """

    def __init__(self, *shape: int) -> None:
        # Whether one is answered and whether one is hurt go side by side, so that one call does both.
        self.chances, self.counts, self.changes, self.events = np.empty((4, 2, *shape), dtype=np.float32)
        self.happened = np.empty((2, *shape), dtype=np.bool_)
        (self.chance, self.hurt), (self.won, self.lost) = self.chances, self.changes
        self.places = np.empty(shape, dtype=np.intp)
        self.neighbours = np.empty(shape, dtype=np.int32)


class _Rule:
    """What one encounter does to trust, for many people at once."""

    def __init__(self, parameters: TrustNetwork) -> None:
        # Arrays of no dimension, because numpy would convert a plain number again in each step.
        self.arrives, self.unrepaired, self.gain, self.loss = (
            np.asarray(each, dtype=np.float32)
            for each in (1 - parameters.misunderstanding, 1 - parameters.repair, parameters.gain, parameters.loss)
        )

    def apply(
        self,
        everyone: Singles,
        mine: Singles,
        partners: Positions,
        events: Singles,
        work: _Work,
        out: Singles,
    ) -> None:
        """Write into ``out`` the trust of some after they met partners among everyone.

        ``events`` are the numbers that decide, and then 1 less each, which float32 holds exactly, shape (2, some).
        """
        everyone.take(partners, mode="wrap", out=work.chance)
        # Results go to the last argument, by place: in a small community a call by name takes as long as its sums.
        chance, hurt, won, lost = work.chance, work.hurt, work.won, work.lost
        multiply, subtract = np.multiply, np.subtract
        multiply(chance, self.arrives, chance)
        multiply(chance, mine, chance)
        subtract(mine, chance, hurt)
        multiply(hurt, self.unrepaired, hurt)
        np.less(events, work.chances, work.happened)
        np.copyto(work.counts, work.happened)  # as numbers once, because numpy would convert each again
        # In this order trust never leaves 0 to 1, whatever the rounding.
        subtract(_ONE, mine, won)
        multiply(won, self.gain, won)
        multiply(mine, self.loss, lost)
        multiply(work.changes, work.counts, work.changes)
        np.add(won, mine, won)
        subtract(won, lost, out)


def _encounters(parameters: TrustNetwork, seed: int, states: Singles) -> Iterator[Iterable[_Encounter]]:
    """Yield, for each step, what :meth:`_Rule.apply` takes of each block of people.

    The states follow each other, and begin again after the last. Where they are the whole film, and all draws are
    stored, nobody looks at a single step, and all come at once.
    """
    people, steps = parameters.people, parameters.steps
    turns = pairwise(cycle(states))
    if people * steps <= _STORED:
        _, events = _draws(seed, people, steps)
        partners = _stored_partners(
            seed, people, steps, parameters.meetings, parameters.neighbours_per_side, parameters.rewiring
        )
        work = _Work(people)
        stored = zip(turns, partners, events, strict=False)  # the turns never end
        encounters = ((before, before, *drawn, work, after) for (before, after), *drawn in stored)
        yield from [encounters] if len(states) > steps else ([each] for each in encounters)
        return
    partners_of = _partner_finder(parameters, seed)
    streams = _streams(seed)
    pick, event = (np.empty(people, dtype=np.float32) for _ in streams)
    blocks = [slice(first, min(first + _BLOCK, people)) for first in range(0, people, _BLOCK)]
    works = {size: _Work(size) for size in {block.stop - block.start for block in blocks}}
    cut = [(block, works[block.stop - block.start]) for block in blocks]
    for before, after in islice(turns, steps):
        for stream, numbers in zip(streams, (pick, event), strict=True):
            stream.random(out=numbers, dtype=np.float32)
        yield (
            (
                before,
                before[block],
                partners_of(pick[block], block, work),
                _decisive(event[block], work.events),
                work,
                after[block],
            )
            for block, work in cut
        )


def _streams(seed: int) -> list[np.random.Generator]:
    """Return the stream that picks partners and the one that decides, each read step by step and person by person."""
    return [np.random.default_rng(each) for each in np.random.SeedSequence(seed).spawn(2)]


def _decisive(event: Singles, out: Singles) -> Singles:
    """Write the numbers that decide, and 1 less each."""
    np.copyto(out[0], event)
    np.subtract(_ONE, event, out=out[1])
    return out


@lru_cache(maxsize=2)
def _draws(seed: int, people: int, steps: int) -> tuple[Singles, Singles]:
    """All picks of a small run, (steps, people), and all that decides, (steps, 2, people), kept between two steps."""
    picks, events = (stream.random((steps, people), dtype=np.float32) for stream in _streams(seed))
    return picks, np.stack([events, _ONE - events], axis=1)


@lru_cache(maxsize=2)
def _stored_partners(
    seed: int, people: int, steps: int, meetings: str, neighbours_per_side: int, rewiring: float
) -> Positions:
    """All partners of a small run, (steps, people), kept between two steps of a slider that does not change them."""
    parameters = TrustNetwork(
        people=people, meetings=meetings, neighbours_per_side=neighbours_per_side, rewiring=rewiring
    )
    picks, _ = _draws(seed, people, steps)
    return _partner_finder(parameters, seed)(picks, slice(people), _Work(*picks.shape))


def _partner_finder(parameters: TrustNetwork, seed: int) -> Callable[[Singles, slice, _Work], Positions]:
    """Return what turns the picks of a block of people into partners, to be counted on from 0 after the last person.

    A pick times a whole number below 2²⁴ never rounds up to that number in float32, so no one gets a neighbour of the
    next person, or oneself.
    """

    def places(pick: Singles, count: Singles | np.float32, first: Positions, work: _Work) -> Positions:
        np.multiply(pick, count, out=work.chance)
        np.copyto(work.places, work.chance, casting="unsafe")
        work.places += first
        return work.places

    if parameters.meetings == "well_mixed":
        others, following = np.float32(parameters.people - 1), np.arange(1, parameters.people + 1, dtype=np.intp)
        return lambda pick, block, work: places(pick, others, following[block], work)

    network = parameters.network(seed)
    starts, degrees = network.starts[:-1].astype(np.intp), network.degrees.astype(np.float32)

    def neighbours(pick: Singles, block: slice, work: _Work) -> Positions:
        network.neighbours.take(places(pick, degrees[block], starts[block], work), mode="clip", out=work.neighbours)
        np.copyto(work.places, work.neighbours)
        return work.places

    return neighbours
