"""Influence functions: what one person's affect does to another's, turn by turn, and how much repair ends a trap.

The difference equations of Cook, Tyson, White, Rushe, Gottman and Murray (1995, Journal of Family Psychology 9,
110–130), as in Gottman, Swanson and Murray (1999, doi 10.1037/0893-3200.13.1.3), with persons i and j, and for any
number of people. Repair and damping as in Gottman, Murray, Swanson, Tyson and Swanson (2002, The Mathematics of
Marriage). All values are teaching values of ours: no table of parameters per kind of couple could be verified, so none
is here. A toy. It assumes that all are safe and free to leave, and does not apply to violence, coercion or control.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from intimacy.arguments import MOST, Between, ShareBelowOne, checked
from intimacy.models.mirror_systems import adjacency
from intimacy.parameters import Parameters, choice, integer, number

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Box = tuple[float, float, float, float]
Booleans = NDArray[np.bool_]

REACH = 3.0
"""Affect goes from −REACH to REACH on the map of a pair."""

GRID = 61
"""Starts per side of the map of a pair."""

MAP_TURNS = 200
"""Turns after which a start that has come to no steady state is taken to go on swinging."""

TURNS = 40
"""Turns of a conversation that is shown."""

BOUND = 100.0
"""Affect is held between −BOUND and BOUND, beyond every steady state of steps. A toy: it bounds a runaway."""

SHAPES = {"ojive": "Steps (ojive)", "bilinear": "Two slopes (bilinear)"}
"""How one person's affect acts on the other's."""

_TOLERANCE = 1e-9
_TURNS_APART = 40  # most turns after which starts that are at the same place are followed as one
_SAME = 1e-7  # starts that are no further apart are at the same place
_ALIKE = 1e-9  # what is left by then, on steps, of the distance between starts that have taken the same ones
_LONGEST_SWING = 16  # turns after which a swing is looked at no longer for whether it repeats
_SWING = 50  # turns over which the level of a swing is averaged


def _affect(default: float, low: float, high: float, symbol: str, label: str, help: str) -> float:
    declared: float = number(default, low, high, step=0.05, symbol=symbol, label=label, help=help)
    return declared


def _starting_mood() -> float:
    return _affect(0.1, -1, 1, "a", "Starting mood", "What each brings into a turn, alone.")


def _inertia() -> float:
    return _affect(0.4, 0, 0.95, "r", "Emotional inertia", "Share of one's own affect that lasts to the next turn.")


def _positive_push() -> float:
    return _affect(0.6, 0, 2, "C", "Positive push", "What the other's warmth adds, above its threshold.")


def _positive_threshold() -> float:
    return _affect(0.5, 0, 2, "P", "Positive threshold", "How warm the other must be before it counts.")


def _negative_push() -> float:
    return _affect(0.9, 0, 2, "D", "Negative push", "What the other's negative affect takes away, below its threshold.")


def _negative_threshold() -> float:
    return _affect(0.5, 0, 2, "N", "Negative threshold", "How negative the other must be before it counts.")


def _repair() -> float:
    return _affect(0, 0, 1.5, "ρ", "Repair", "What one adds to one's own answer while the other is below the trigger.")


def _repair_trigger() -> float:
    return _affect(0.5, 0, 2, "θᵣ", "Repair trigger", "Repair begins when the other is below minus this.")


def _ratio(whose: str, label: str) -> float:
    return _affect(1, 0, 2, "", label, f"{whose}, as a multiple of person i's.")


@dataclass(frozen=True)
class Influence(Parameters):
    """Two people who answer each other (toy, see :func:`simulate_influence`)."""

    shape: str = choice("ojive", SHAPES, label="Influence", help="How the affect of one acts on the other.")
    starting_mood: float = _starting_mood()
    inertia: float = _inertia()
    positive_push: float = _positive_push()
    positive_threshold: float = _positive_threshold()
    negative_push: float = _negative_push()
    negative_threshold: float = _negative_threshold()
    positive_slope: float = _affect(0.3, 0, 1.5, "k₊", "Positive slope", "For two slopes: pull per unit of warmth.")
    negative_slope: float = _affect(0.8, 0, 1.5, "k₋", "Negative slope", "For two slopes: pull per unit below zero.")
    repair: float = _repair()
    repair_trigger: float = _repair_trigger()
    damping: float = _affect(0, 0, 1, "δ", "Damping", "What is taken away above the damping trigger.")
    damping_trigger: float = _affect(1.5, 0, 2, "θ₂", "Damping trigger", "Damping begins above this.")
    j_positive: float = _ratio("Person j's positive push or slope", "j's positive push, times i's")
    j_negative: float = _ratio("Person j's negative push or slope", "j's negative push, times i's")
    j_threshold: float = _ratio("Person j's negative threshold", "j's negative threshold, times i's")
    start_i: float = _affect(1.2, -REACH, REACH, "i₀", "Start of i", "Affect of person i before the first turn.")
    start_j: float = _affect(-1.6, -REACH, REACH, "j₀", "Start of j", "Affect of person j before the first turn.")


@dataclass(frozen=True)
class SteadyState:
    """Where two people can stay: affect of i and of j, and whether small disturbances die out there."""

    i: float
    j: float
    stable: bool

    @property
    def mean(self) -> float:
        """Mean affect of the two."""
        return (self.i + self.j) / 2


@dataclass(frozen=True)
class InfluenceRun:
    """A conversation of two, and the map of where every start leads.

    Attributes:
        parameters: what was run.
        turns: number of the turn, shape (TURNS + 1,).
        affect: affect of i and j before the first turn and after each, shape (TURNS + 1, 2).
        steady: the steady states, from the most negative to the most positive.
        axis: starts along each side of the map, shape (GRID,).
        level: mean affect at which each start ends, rows by j and columns by i, shape (GRID, GRID); ±:data:`BOUND`
            in a runaway.
        leads_to: index in ``steady`` of the state to which each start leads, −1 if it swings for ever or runs away.
    """

    parameters: Influence
    turns: Integers
    affect: Array
    steady: tuple[SteadyState, ...]
    axis: Array
    level: Array
    leads_to: Integers

    @checked
    def share(self, index: int) -> float:
        """Share of all starts on the map that lead to this steady state, −1 for those that lead to none."""
        return float((self.leads_to == index).mean())

    @property
    def end(self) -> int:
        """Index of the steady state to which the chosen start leads, −1 if to none."""
        start = np.array([[self.parameters.start_i]]), np.array([[self.parameters.start_j]])
        return int(_destinations(self.parameters, self.steady, *start)[1][0, 0])

    def to_frame(self) -> pd.DataFrame:
        """Return the conversation as a table, one row per turn."""
        return pd.DataFrame({"turn": self.turns, "affect_i": self.affect[:, 0], "affect_j": self.affect[:, 1]})


@checked
def simulate_influence(parameters: Influence) -> InfluenceRun:
    """Let i and j answer each other, i first, and find where every start of the map leads::

        i ← a + r i + I_i(j),   then   j ← a + r j + I_j(i)

        steps:      I(z) = C if z > P;  −D if z < −N;  else 0;  + ρ if z < −θᵣ;  − δ if z > θ₂
        two slopes: I(z) = k₊ z if z ≥ 0, else k₋ z

    No chance in it. A toy.
    """
    axis = np.linspace(-REACH, REACH, GRID)
    steady = steady_states(parameters)
    level, leads_to = _destinations(parameters, steady, *np.meshgrid(axis, axis))
    return InfluenceRun(
        parameters=parameters,
        turns=np.arange(TURNS + 1),
        affect=conversation(parameters, TURNS),
        steady=steady,
        axis=axis,
        level=level,
        leads_to=leads_to,
    )


@checked
def influence_on(parameters: Influence, person: int, other: ArrayLike) -> Array:
    """Return I(z): what the other's affect z adds to this person's, per turn; 0 is person i, 1 is person j.

    Raises:
        ValueError: person is neither 0 nor 1.
    """
    if person not in (0, 1):
        raise ValueError(f"person must be 0 (i) or 1 (j), got {person!r}")
    return np.asarray(_push(parameters, person)(np.asarray(other, dtype=np.float64)))


@checked
def conversation(parameters: Influence, turns: Annotated[int, Between(0, MOST)]) -> Array:
    """Return the affect of i and j before the first turn and after each, shape (turns + 1, 2).

    Raises:
        ValueError: turns is below 0.
    """
    affect = np.empty((turns + 1, 2))
    affect[0] = parameters.start_i, parameters.start_j
    answers = [_Answer(parameters, person) for person in (0, 1)]
    i, j = affect[0].tolist()
    for turn in range(1, turns + 1):
        i = min(max(parameters.starting_mood + parameters.inertia * i + answers[0](j), -BOUND), BOUND)
        j = min(max(parameters.starting_mood + parameters.inertia * j + answers[1](i), -BOUND), BOUND)
        affect[turn] = i, j
    return affect


@checked
def steady_states(parameters: Influence) -> tuple[SteadyState, ...]:
    """Return all states where both stay, by mean affect.

    With steps each is ``((a + I_i)/(1 − r), (a + I_j)/(1 − r))`` for a pair of steps on which it itself lies, and is
    stable, since a step is flat. With two slopes a state is stable if ``I_i′ I_j′ < (1 − r)²``, whoever speaks first.
    """
    if parameters.shape == "bilinear":
        return tuple(sorted(_on_slopes(parameters), key=lambda state: state.mean))
    return tuple(state for state, _ in _on_steps(parameters))


@checked
def null_cline(parameters: Influence, person: int, other: ArrayLike) -> Array:
    """Return where this person stays put while the other stays at ``other``: (a + I(z))/(1 − r)."""
    return (parameters.starting_mood + influence_on(parameters, person, other)) / (1 - parameters.inertia)


@checked
def uninfluenced(parameters: Influence | Circle) -> float:
    """Return a/(1 − r), where each would settle alone."""
    return float(parameters.starting_mood / (1 - parameters.inertia))


@checked
def least_repair(parameters: Influence) -> float | None:
    """Return ρ_min = D − a − N(1 − r): with more repair than that, no state in which both are negative is left.

    0 if there is no such state without repair; infinite if repair begins further down than the trap itself. For two who
    differ it is the smaller of two such numbers, with D of the one and N of the other. ``None`` where no formula holds:
    for two slopes, and for two who differ where repair begins further down than negatives count.
    """
    (_, own_i, threshold_i), (_, own_j, threshold_j) = (_answers(parameters, person) for person in (0, 1))
    trigger = parameters.repair_trigger
    differ = (own_i, threshold_i) != (own_j, threshold_j)
    if parameters.shape == "bilinear" or (differ and trigger > min(threshold_i, threshold_j)):
        return None
    slack = 1 - parameters.inertia
    crossed = ((own_i, threshold_j), (own_j, threshold_i))
    needed = min(own - parameters.starting_mood - threshold * slack for own, threshold in crossed)
    if needed > 0 and trigger >= (own_i - parameters.starting_mood) / slack:
        return math.inf
    return max(0.0, needed)


@checked
def least_positive_push(parameters: Influence) -> float:
    """Return C_min = P(1 − r) − a: below it, two who are alike have no state in which warmth keeps itself going."""
    return max(0.0, parameters.positive_threshold * (1 - parameters.inertia) - parameters.starting_mood)


@checked
def turn_eigenvalues(inertia: ShareBelowOne, slope_i: float, slope_j: float, *, taking_turns: bool = True) -> Array:
    """Return by how much a small disturbance of two is multiplied in a turn, larger first, shape (2,).

    Taking turns: the eigenvalues of ``[[r, s_i], [r s_j, r + s_i s_j]]``; at once: of ``[[r, s_i], [s_j, r]]``. Both
    are stable where ``s_i s_j < (1 − r)²``, as long as the slopes have one sign.

    Raises:
        ValueError: inertia is not from 0 to below 1, or the slopes differ in sign, so that the two values are complex.
    """
    if slope_i * slope_j < 0:
        raise ValueError(f"slope_i and slope_j must have one sign, got {slope_i!r} and {slope_j!r}")
    second = [inertia * slope_j, inertia + slope_i * slope_j] if taking_turns else [slope_j, inertia]
    values: Array = np.sort(np.linalg.eigvals(np.array([[inertia, slope_i], second])).real)[::-1]
    return values


# More than two

WHO = {"everyone": "Everyone", "centre": "One in the middle", "edge": "One at the edge", "nobody": "Nobody"}
"""Who in a circle does something."""

CIRCLES = {
    "pair": "Pair",
    "v": "V: one in the middle",
    "triangle": "Triad",
    "everyone": "Everyone with everyone",
    "ring": "Ring",
    "star": "Star: all with one",
    "chain": "Chain",
}
"""Who answers whom, in plain words."""


@dataclass(frozen=True)
class Circle(Parameters):
    """Friends, a triad or a chosen family who answer each other (toy, see :func:`simulate_circle`)."""

    constellation: str = choice("triangle", CIRCLES, symbol="A", label="Constellation", help="Who answers whom.")
    people: int = integer(4, 3, 8, symbol="n", label="People", help="For everyone, ring, star and chain.")
    starting_mood: float = _starting_mood()
    inertia: float = _inertia()
    positive_push: float = _positive_push()
    positive_threshold: float = _positive_threshold()
    negative_push: float = _negative_push()
    negative_threshold: float = _negative_threshold()
    repair: float = _repair()
    repair_trigger: float = _repair_trigger()
    who_repairs: str = choice("everyone", WHO, label="Who repairs", help="Whose answers hold a repair attempt.")
    who_is_low: str = choice(
        "edge",
        WHO,
        label="Who has a bad day",
        help="Who starts low; all others start warm. Where nobody has more ties, the middle is the first to speak, "
        "the edge the last.",
    )
    low: float = _affect(-2, -REACH, 0, "", "How bad a day", "Affect at the start of who has a bad day.")
    warm: float = _affect(1, 0, REACH, "", "How warm the others", "Affect at the start of all others.")


@dataclass(frozen=True)
class CircleRun:
    """A circle over time.

    Attributes:
        parameters: what was run.
        turns: number of the round, shape (TURNS + 1,).
        affect: affect of each person before the first round and after each, shape (TURNS + 1, people).
        ties: share of each tie in what reaches a person, rows sum to 1, shape (people, people).
        repairs: who repairs, shape (people,).
        starts_low: who has a bad day, shape (people,).
    """

    parameters: Circle
    turns: Integers
    affect: Array
    ties: Array
    repairs: Booleans
    starts_low: Booleans

    @property
    def warm(self) -> int:
        """How many end above the positive threshold."""
        return int((self.affect[-1] > self.parameters.positive_threshold).sum())

    @property
    def negative(self) -> int:
        """How many end below minus the negative threshold."""
        return int((self.affect[-1] < -self.parameters.negative_threshold).sum())

    @property
    def settled(self) -> bool:
        """Whether affect changed by less than 0.001 in the last round."""
        return bool(np.abs(self.affect[-1] - self.affect[-2]).max() < 1e-3)

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per round and one column per person, who count from 1."""
        people = {f"person_{person + 1}": values for person, values in enumerate(self.affect.T)}
        return pd.DataFrame({"round": self.turns, **people})


@checked
def simulate_circle(parameters: Circle) -> CircleRun:
    """Let n people answer each other, one after the other, each hearing what all others said last::

        xᵢ ← a + r xᵢ + Σⱼ wᵢⱼ Iᵢ(xⱼ),   Σⱼ wᵢⱼ = 1

    Every tie of a person counts the same. I is made of steps, as in :func:`simulate_influence`; repair is in it for
    those who repair. A pair is a pair of :func:`simulate_influence`. No chance in it. A toy.
    """
    ties = adjacency(parameters.constellation, parameters.people)
    repairs, starts_low = _who(ties, parameters.who_repairs), _who(ties, parameters.who_is_low)
    shared = {name: getattr(parameters, name) for name in _SHARED}
    answers = [
        _Answer(Influence(**shared, repair=parameters.repair if repairing else 0), 0) for repairing in repairs.tolist()
    ]
    heard = [np.flatnonzero(row).tolist() for row in ties]
    x = np.where(starts_low, parameters.low, parameters.warm).tolist()
    affect = np.empty((TURNS + 1, len(ties)))
    affect[0] = x
    for turn in range(1, TURNS + 1):
        for person, others in enumerate(heard):
            push = sum(answers[person](x[other]) for other in others) / len(others)
            x[person] = parameters.starting_mood + parameters.inertia * x[person] + push
        affect[turn] = x
    return CircleRun(
        parameters=parameters,
        turns=np.arange(TURNS + 1),
        affect=affect,
        ties=ties / ties.sum(axis=1, keepdims=True),
        repairs=repairs,
        starts_low=starts_low,
    )


_SHARED = (
    "starting_mood",
    "inertia",
    "positive_push",
    "positive_threshold",
    "negative_push",
    "negative_threshold",
    "repair_trigger",
)


def _who(ties: Array, words: str) -> Booleans:
    """Return who is meant: the one with most ties or with fewest, the last of them where they are alike."""
    count = ties.sum(axis=1)
    people = np.arange(len(ties))
    match words:
        case "everyone":
            return np.ones(len(ties), dtype=np.bool_)
        case "nobody":
            return np.zeros(len(ties), dtype=np.bool_)
        case "centre":
            return np.asarray(people == np.flatnonzero(count == count.max())[0])
        case _:
            return np.asarray(people == np.flatnonzero(count == count.min())[-1])


# Two people


def _answers(parameters: Influence, person: int) -> tuple[float, float, float]:
    """Return a person's positive push or slope, negative push or slope, and negative threshold."""
    sloped = parameters.shape == "bilinear"
    positive = parameters.positive_slope if sloped else parameters.positive_push
    negative = parameters.negative_slope if sloped else parameters.negative_push
    if person == 0:
        return positive, negative, parameters.negative_threshold
    return (
        positive * parameters.j_positive,
        negative * parameters.j_negative,
        parameters.negative_threshold * parameters.j_threshold,
    )


def _push(parameters: Influence, person: int) -> Callable[[Array], Array]:
    """Return the influence on a person as a function of arrays."""
    positive, negative, threshold = _answers(parameters, person)
    if parameters.shape == "bilinear":
        return lambda z: np.asarray(np.where(z >= 0, positive, negative) * z)
    jumps = [(-threshold, -negative), (-parameters.repair_trigger, parameters.repair)]
    rises = [(parameters.positive_threshold, positive), (parameters.damping_trigger, -parameters.damping)]
    below = [(edge, height) for edge, height in jumps if height]
    above = [(edge, height) for edge, height in rises if height]
    # Where each step begins: one above an edge begins with the next number after it.
    begins = sorted({edge for edge, _ in below} | {math.nextafter(edge, math.inf) for edge, _ in above})
    heights = [
        sum(height for edge, height in below if z < edge) + sum(height for edge, height in above if z > edge)
        for z in (-math.inf, *begins)
    ]
    table, edges = np.array(heights, dtype=np.float64), np.array(begins)
    return lambda z: table.take(edges.searchsorted(z, side="right"))


class _Answer:
    """The influence on a person as a plain function of one number, which is quicker than arrays for one."""

    def __init__(self, parameters: Influence, person: int) -> None:
        self.positive, self.negative, self.below = _answers(parameters, person)
        self.above, self.sloped = parameters.positive_threshold, parameters.shape == "bilinear"
        self.repair, self.repair_below = parameters.repair, parameters.repair_trigger
        self.damping, self.damping_above = parameters.damping, parameters.damping_trigger

    def __call__(self, z: float) -> float:
        if self.sloped:
            return (self.positive if z >= 0 else self.negative) * z
        total = self.positive if z > self.above else -self.negative if z < -self.below else 0.0
        if z < -self.repair_below:
            total += self.repair
        if z > self.damping_above:
            total -= self.damping
        return total


def _steps(parameters: Influence, person: int) -> tuple[Array, Array]:
    """Return the edges between the steps of a person's influence, with −∞ and ∞, and its height on each step."""
    _, _, threshold = _answers(parameters, person)
    edges = {-threshold, parameters.positive_threshold}
    if parameters.repair > 0:
        edges.add(-parameters.repair_trigger)
    if parameters.damping > 0:
        edges.add(parameters.damping_trigger)
    inner = np.array(sorted(edges))
    middles = np.concatenate([[inner[0] - 1], (inner[1:] + inner[:-1]) / 2, [inner[-1] + 1]])
    return np.concatenate([[-np.inf], inner, [np.inf]]), influence_on(parameters, person, middles)


def _on_steps(parameters: Influence) -> list[tuple[SteadyState, Box]]:
    """Each pair of steps whose own steady state lies on it, and that pair. ``i`` is heard by j: its edges are j's."""
    (edges_j, heights_i), (edges_i, heights_j) = (_steps(parameters, person) for person in (0, 1))
    slack = 1 - parameters.inertia
    rest_i, rest_j = ((parameters.starting_mood + heights) / slack for heights in (heights_i, heights_j))
    found = []
    for at_j, i in enumerate(rest_i):
        for at_i, j in enumerate(rest_j):
            if _within(i, edges_i, at_i) and _within(j, edges_j, at_j):
                state = SteadyState(float(i), float(j), stable=True)
                found.append((state, (*_ends_of(edges_i, at_i), *_ends_of(edges_j, at_j))))
    return sorted(found, key=lambda each: each[0].mean)


def _ends_of(edges: Array, step: int) -> tuple[float, float]:
    """Return the first and the last affect on a step: an edge lies on its step towards zero."""
    low, high = float(edges[step]), float(edges[step + 1])
    return low if low < 0 else math.nextafter(low, math.inf), high if high > 0 else math.nextafter(high, -math.inf)


def _within(value: float, edges: Array, step: int) -> bool:
    """Whether a value lies on a step or on its edge: one that is approached from within draws as one inside does."""
    return bool(edges[step] - _TOLERANCE <= value <= edges[step + 1] + _TOLERANCE)


def _on_slopes(parameters: Influence) -> list[SteadyState]:
    """Each pair of slopes whose own steady state lies where they hold."""
    slack, mood = 1 - parameters.inertia, parameters.starting_mood
    (up_i, down_i, _), (up_j, down_j, _) = (_answers(parameters, person) for person in (0, 1))
    found: dict[tuple[float, float], SteadyState] = {}
    for slope_i, sign_j in ((up_i, 1), (down_i, -1)):
        for slope_j, sign_i in ((up_j, 1), (down_j, -1)):
            room = slack**2 - slope_i * slope_j
            if abs(room) < _TOLERANCE:
                continue
            i, j = mood * (slack + slope_i) / room, mood * (slack + slope_j) / room
            if sign_i * i >= -_TOLERANCE and sign_j * j >= -_TOLERANCE:
                # At 0 all four pairs of slopes have the same state; the steepest decides whether it holds.
                stable = room > 0 and found.get((i, j), SteadyState(i, j, stable=True)).stable
                found[i, j] = SteadyState(float(i), float(j), stable)
    return list(found.values())


def _destinations(
    parameters: Influence, steady: tuple[SteadyState, ...], start_i: Array, start_j: Array
) -> tuple[Array, Integers]:
    """Return at which mean affect each start ends, and at which steady state, −1 if at none."""
    turn = _turn(parameters)
    decide = _on_slopes_leads(parameters, steady) if parameters.shape == "bilinear" else _on_steps_leads(parameters)
    i, j = start_i.ravel().astype(np.float64), start_j.ravel().astype(np.float64)
    apart = _turns_apart(parameters)
    target, i, j = _followed(turn, decide, i, j, apart)
    level = _levels(steady, target)
    undecided = np.flatnonzero(target == _UNDECIDED)
    if undecided.size:
        # Starts that have taken the same steps for long are at the same place by now, and are followed as one.
        places = np.round(i[undecided] + 1j * j[undecided], 3)
        _, first, same = np.unique(places, return_index=True, return_inverse=True)
        one_i, one_j = i[undecided][first], j[undecided][first]
        turns = _beyond_repeats(turn, one_i, one_j, MAP_TURNS - apart)
        later, one_i, one_j = _followed(turn, decide, one_i, one_j, turns)
        swings = later == _UNDECIDED
        ends = _levels(steady, later)
        ends[swings] = _mean_level(turn, one_i[swings], one_j[swings])
        target[undecided], level[undecided] = later[same], ends[same]
    return level.reshape(start_i.shape), np.maximum(target, -1).reshape(start_i.shape)


def _turns_apart(parameters: Influence) -> int:
    """Return after how many turns starts that have taken the same steps are at the same place: inertia brings them."""
    if parameters.shape == "bilinear":
        return _TURNS_APART
    return min(_TURNS_APART, math.ceil(math.log(_ALIKE) / math.log(max(parameters.inertia, _ALIKE))))


def _turn(parameters: Influence) -> Callable[[Array, Array], tuple[Array, Array]]:
    """Return one turn of many pairs. Only slopes can run away and have to be held."""
    mood, inertia = parameters.starting_mood, parameters.inertia
    on_i, on_j = (_push(parameters, person) for person in (0, 1))

    def turn(i: Array, j: Array) -> tuple[Array, Array]:
        i = mood + inertia * i + on_i(j)
        return i, mood + inertia * j + on_j(i)

    def held(i: Array, j: Array) -> tuple[Array, Array]:
        i = np.clip(mood + inertia * i + on_i(j), -BOUND, BOUND)
        return i, np.clip(mood + inertia * j + on_j(i), -BOUND, BOUND)

    return held if parameters.shape == "bilinear" else turn


def _followed(
    turn: Callable[[Array, Array], tuple[Array, Array]],
    decide: Callable[[Array, Array], Integers],
    i: Array,
    j: Array,
    turns: int,
) -> tuple[Integers, Array, Array]:
    """Follow starts until it is decided where each leads; return that, and where each is."""
    target = np.full(i.size, _UNDECIDED)
    at_i, at_j = i.copy(), j.copy()
    followed = np.arange(i.size)
    for _ in range(turns):
        found = decide(i, j)
        still = found == _UNDECIDED
        if not still.all():
            target[followed] = found
            followed, i, j = followed[still], i[still], j[still]
        if not followed.size:
            break
        i, j = turn(i, j)
    at_i[followed], at_j[followed] = i, j
    return target, at_i, at_j


def _beyond_repeats(turn: Callable[[Array, Array], tuple[Array, Array]], i: Array, j: Array, turns: int) -> int:
    """Return how many of the turns lead to where all of them lead: where all swings repeat, one round and the rest."""
    now_i, now_j = i, j
    for swing in range(1, _LONGEST_SWING + 1):
        now_i, now_j = turn(now_i, now_j)
        if max(np.abs(now_i - i).max(), np.abs(now_j - j).max()) < _SAME:
            return swing + turns % swing
    return turns


def _mean_level(turn: Callable[[Array, Array], tuple[Array, Array]], i: Array, j: Array) -> Array:
    """Return the mean affect of a swing over its next turns."""
    total = np.zeros(i.size)
    for _ in range(_SWING):
        i, j = turn(i, j)
        total += (i + j) / 2
    return total / _SWING


_UNDECIDED, _UP, _DOWN = -9, -2, -3


def _levels(steady: tuple[SteadyState, ...], target: Integers) -> Array:
    """Return the mean affect of where starts lead, also where that is away; 0 where it is not decided."""
    table = np.array([*(state.mean for state in steady), *[0.0] * 7, -BOUND, BOUND, 0.0])
    return table[target]


def _on_steps_leads(parameters: Influence) -> Callable[[Array, Array], Integers]:
    """A start on the two steps of a steady state stays on them: each turn leads nearer, and never past it."""
    boxes = [box for _, box in _on_steps(parameters)]

    def decide(i: Array, j: Array) -> Integers:
        target = np.full(i.size, _UNDECIDED)
        for index, (low_i, high_i, low_j, high_j) in enumerate(boxes):
            target[(low_i <= i) & (i <= high_i) & (low_j <= j) & (j <= high_j)] = index
        return target

    return decide


def _on_slopes_leads(parameters: Influence, steady: tuple[SteadyState, ...]) -> Callable[[Array, Array], Integers]:
    """No slope is negative, so who is above another start stays above it: a state that repels parts the starts."""
    saddles = [(index, state) for index, state in enumerate(steady) if not state.stable]
    stable = [index for index, state in enumerate(steady) if state.stable]

    def decide(i: Array, j: Array) -> Integers:
        target = np.full(i.size, _UNDECIDED)
        if not saddles:
            target[:] = stable[0] if stable else _UP if parameters.starting_mood >= 0 else _DOWN
        for index, state in saddles:
            above = [each for each in stable if each > index]
            target[(i >= state.i) & (j >= state.j)] = above[0] if above else _UP
        for index, state in reversed(saddles):
            below = [each for each in stable if each < index]
            target[(i <= state.i) & (j <= state.j)] = below[-1] if below else _DOWN
            target[(i == state.i) & (j == state.j)] = index
        return target

    return decide
