"""Two people, four brain regions each: how a threat to one is felt by the other, and what an active region tells.

:func:`simulate_two_people` joins two threshold-linear rate networks by empathic coupling. The form is the standard one
(Dayan & Abbott 2001, *Theoretical Neuroscience*, chapter 7); the regions, their links and every weight are a toy, in
arbitrary units. No number in it was measured in a person, so nothing it shows is evidence about brains.

:func:`posterior` is Bayes' rule for reverse inference (Poldrack 2006): from "the region was active" to "so the process
was at work".
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy.arguments import NonzeroShare, Share, Shares, checked, require_together
from intimacy.parameters import Parameters, choice, integer, number, shown, switch

Array = NDArray[np.float64]
Person = Literal["i", "j"]
Region = Literal["amygdala", "insula", "cingulate", "prefrontal"]

PERSONS: tuple[Person, ...] = ("i", "j")
REGIONS: dict[Region, str] = {
    "amygdala": "Amygdala",
    "insula": "Anterior insula",
    "cingulate": "Anterior cingulate",
    "prefrontal": "Lateral prefrontal cortex",
}
"""Name of each region in plain words, in the order of every array's region axis."""

RATE_CEILING = 20.0
"""Highest rate a region can reach, 20 times the answer of an amygdala to unit threat. A toy: it bounds a runaway."""

SECONDS_PER_SAMPLE = 0.02
"""Spacing of the times in a run. The values at those times do not depend on it."""

STUDIES = 1000
"""How many studies the counts of a reverse inference are out of."""

_AMYGDALA, _INSULA, _CINGULATE, _PREFRONTAL = range(4)
_TICK_LEVELS = 8
_LONGEST_RUNG = _TICK_LEVELS + 8
_TAYLOR_TERMS = 6
_STEADY_ROUNDS = 9
_FIRST_ROUND_SAMPLES = 50
_ROUNDING = 1e-12
_BALANCE = 1e-9


@dataclass(frozen=True)
class TwoPeople(Parameters):
    """A threat to person i, a partner j who is safe, and the network in each (toy, see :func:`simulate_two_people`)."""

    threat: float = number(
        1, 0, 2, step=0.05, symbol="s", label="Threat to i", help="Person j is safe: whatever j feels comes from i."
    )
    coupling: float = number(
        0.4,
        0,
        1,
        step=0.01,
        symbol="e",
        label="Empathic coupling",
        help="How strongly each one's insula is driven by what the partner expresses.",
    )
    reappraisal: float = number(
        0,
        0,
        1.5,
        step=0.05,
        symbol="u",
        label="Reappraisal",
        help="Effort to see the threat in another light: a drive to the prefrontal cortex from second 0.",
    )
    regulation: float = number(
        0.6,
        0,
        1.2,
        step=0.05,
        symbol="w(PFC→AMY)",
        label="Regulation strength",
        help="How much the prefrontal cortex quietens the amygdala, in both people.",
    )
    hand_holding: float = number(
        0,
        0,
        1,
        step=0.05,
        symbol="h",
        label="Hand-holding",
        help="Share of the threat that goes away while somebody holds i's hand. The share is a toy.",
    )
    lesion: str = choice(
        "none",
        {"none": "None", **{str(region): name for region, name in REGIONS.items()}},
        label="Region of i held at zero",
        help="What the network does without one region of i.",
    )
    reappraiser: str = choice(
        "i",
        {"i": "Person i", "j": "Person j", "both": "Both"},
        label="Who reappraises",
        help="Whose prefrontal cortex is driven.",
    )
    expressed: str = choice(
        "insula",
        {"insula": REGIONS["insula"], "amygdala": REGIONS["amygdala"]},
        label="What the partner sees",
        help="The region whose activity shows and reaches the partner's insula.",
    )
    uneven: bool = switch(
        False, label="Let i feel j differently", help="On: the coupling above is j's, and i has the one below."
    )
    coupling_back: float = number(
        0.1,
        0,
        1,
        step=0.01,
        symbol="eᵢ",
        label="How strongly i feels j",
        help="How strongly i's insula is driven by what j expresses.",
    )
    amygdala_to_insula: float = number(
        0.5, 0, 1, step=0.05, symbol="w(AMY→AI)", label="Amygdala to insula", help="How alarm turns into feeling."
    )
    insula_to_amygdala: float = number(
        0.2, 0, 1, step=0.05, symbol="w(AI→AMY)", label="Insula to amygdala", help="How feeling feeds back on alarm."
    )
    cingulate_to_insula: float = number(
        0.3, 0, 1, step=0.05, symbol="w(ACC→AI)", label="Cingulate to insula", help="A toy weight."
    )
    insula_to_cingulate: float = number(
        0.5, 0, 1, step=0.05, symbol="w(AI→ACC)", label="Insula to cingulate", help="A toy weight."
    )
    amygdala_to_cingulate: float = number(
        0.3, 0, 1, step=0.05, symbol="w(AMY→ACC)", label="Amygdala to cingulate", help="A toy weight."
    )
    cingulate_to_prefrontal: float = number(
        0.5,
        0,
        1,
        step=0.05,
        symbol="w(ACC→PFC)",
        label="Cingulate to prefrontal",
        help="How much arousal calls up its own regulation.",
    )
    prefrontal_time: float = number(
        0.3,
        0.05,
        1,
        step=0.05,
        unit="s",
        symbol="τ(PFC)",
        label="Prefrontal time constant",
        help="Longer: regulation comes later, and more of the first alarm gets through.",
    )
    amygdala_time: float = number(
        0.1, 0.05, 1, step=0.05, unit="s", symbol="τ(AMY)", label="Amygdala time constant", help="A toy value."
    )
    insula_time: float = number(
        0.1, 0.05, 1, step=0.05, unit="s", symbol="τ(AI)", label="Insula time constant", help="A toy value."
    )
    cingulate_time: float = number(
        0.1, 0.05, 1, step=0.05, unit="s", symbol="τ(ACC)", label="Cingulate time constant", help="A toy value."
    )
    duration: int = integer(6, 1, 30, unit="s", label="Time shown", help="Length of the run.")

    @property
    def coupling_of_i(self) -> float:
        """How strongly i's insula is driven by what j expresses."""
        return self.coupling_back if self.uneven else self.coupling

    @property
    def coupling_of_j(self) -> float:
        """How strongly j's insula is driven by what i expresses."""
        return self.coupling


@dataclass(frozen=True)
class TwoPeopleRun:
    """Rates of both people after the threat began. Axes: person (i, j), region (the order of :data:`REGIONS`), time.

    Attributes:
        seconds: time since the threat began, shape (samples,).
        rates: rate of each region (arbitrary units), shape (2, 4, samples); between 0 and :data:`RATE_CEILING`.
        steady: where the rates go if the threat stays, shape (2, 4). If they never rest, the last point of a search
            that follows them for minutes.
        settles: whether ``steady`` is a state of rest.
        capped: whether a region rests at the ceiling.
        diverges: whether a region would grow without end if there were no ceiling: it rests at the ceiling, or never
            rests, and what comes back through the partner is at least what went out.
    """

    seconds: Array
    rates: Array
    steady: Array
    settles: bool
    capped: bool
    diverges: bool

    @property
    def outcome(self) -> str:
        """What becomes of the activity, as a sentence."""
        if self.diverges:
            return f"Activity runs away: only the model's ceiling of {RATE_CEILING:g} stops it."
        if self.capped:
            return f"Activity would rest above the model's ceiling of {RATE_CEILING:g}, and is held there."
        return "Activity settles." if self.settles else "Activity keeps swinging and never settles."

    @checked
    def rate(self, person: Person, region: Region) -> Array:
        """Return the rate of one region of one person over time, shape (samples,)."""
        return np.asarray(self.rates[_index(person, region)])

    @checked
    def steady_rate(self, person: Person, region: Region) -> float:
        """Return the rate at which one region of one person ends if the threat stays."""
        return float(self.steady[_index(person, region)])

    def to_frame(self) -> pd.DataFrame:
        """Return the run as a table, one row per sampled time and one column per person and region."""
        columns = {f"{region}_{person}": self.rate(person, region) for person in PERSONS for region in REGIONS}
        return pd.DataFrame({"seconds": self.seconds, **columns})


@checked
def simulate_two_people(parameters: TwoPeople) -> TwoPeopleRun:
    """Follow both people from rest after a threat to i, and find where their rates end.

    Rates of the amygdala AMY, anterior insula AI, anterior cingulate ACC and lateral prefrontal cortex PFC of each
    person X with partner Y, s_i = (1 − h) s and s_j = 0, [x] = x kept between 0 and :data:`RATE_CEILING`::

        τ(AMY) dAMY_X/dt = −AMY_X + [s_X + w(AI→AMY) AI_X − w(PFC→AMY) PFC_X]
        τ(AI)  dAI_X/dt  = −AI_X  + [w(AMY→AI) AMY_X + w(ACC→AI) ACC_X + e_X AI_Y]
        τ(ACC) dACC_X/dt = −ACC_X + [w(AI→ACC) AI_X + w(AMY→ACC) AMY_X]
        τ(PFC) dPFC_X/dt = −PFC_X + [w(ACC→PFC) ACC_X + u_X]

    If the amygdala is what shows, AMY_Y takes the place of AI_Y. A lesioned region stays at zero. The equations are
    linear as long as each region stays at the floor, in between or at the ceiling; each such stretch is solved exactly
    by powers of one matrix exponential, and its end is found to 1/256 of the sample spacing.

    A toy throughout (form: Dayan & Abbott 2001). The prefrontal node is lateral because the meta-analysis by Buhle et
    al. (2014, doi 10.1093/cercor/bht154; 48 studies) reports lateral, not ventromedial, activity in reappraisal.
    """
    network = _joined(parameters)
    samples = round(parameters.duration / SECONDS_PER_SAMPLE)
    rates = network.follow(np.zeros(8), samples)
    steady, settles = network.rest(rates[-1])
    capped = bool(np.any(steady >= RATE_CEILING - _BALANCE))
    return TwoPeopleRun(
        seconds=SECONDS_PER_SAMPLE * np.arange(samples + 1, dtype=np.float64),
        rates=rates.T.reshape(2, 4, -1),
        steady=steady.reshape(2, 4),
        settles=settles,
        capped=capped,
        diverges=(capped or not settles) and _loop_gain(parameters) >= 1,
    )


@checked
def steady_state(parameters: TwoPeople) -> Array:
    """Return where the rates end if the threat stays, shape (2, 4): person by region.

    A state of rest solves r = [W r + s]. With all regions active, that is r = (I − W)⁻¹ s. Otherwise the set of
    active regions is not known beforehand: the sets that the run itself passes through are tried until one gives a
    stable solution that keeps to its own set, so where two such states exist, it is the one the run reaches.
    """
    return _joined(parameters).rest(np.zeros(8))[0].reshape(2, 4)


@checked
def gain_matrix(parameters: TwoPeople, person: Person = "j") -> Array:
    """Return G = (I − W)⁻¹ of one person alone, shape (4, 4): rate of the row's region per unit drive to the column's.

    It holds while all four regions are active. A lesioned region has a row and a column of zeros.

    Raises:
        ValueError: the person is neither i nor j.
        numpy.linalg.LinAlgError: the person's own links feed back with a gain of exactly 1.
    """
    return _gains(_own_weights(parameters), _intact(parameters, person))


@checked
def critical_coupling(parameters: TwoPeople) -> float:
    """Return e_c, the empathic coupling (the same both ways) from which activity grows without end.

    What one person expresses drives the other and comes back e_i e_j g_i g_j times as large, with g the expressed rate
    per unit drive to the insula; it grows if that is at least 1, so e_c = 1/√(g_i g_j). Without a lesion this is
    1/G(AI, AI), or 1/G(AMY, AI) if the amygdala shows. If regulation is so strong that a driven insula *lowers* the
    amygdala, a large activity leaves the amygdala silent and G is that of the other three regions.

    Infinite if a lesion or silence breaks the loop, 0 if one person alone already runs away.
    """
    gain = _gain_of_both(parameters)
    if gain == 0:
        return math.inf
    return 1 / math.sqrt(gain)


@checked
def contagion_ratio(parameters: TwoPeople) -> float:
    """Return what j expresses over what i expresses, e_j g_j: e/e_c if both feel each other alike and none is lesioned.

    It is exact at rest if j does not reappraise and activity settles below the ceiling.
    """
    return parameters.coupling_of_j * _insula_gain(parameters, "j")


@checked
def amplification(parameters: TwoPeople) -> float:
    """Return what i expresses over what i would express alone, 1/(1 − e_i e_j g_i g_j).

    Without a lesion this is 1/(1 − e_i e_j / e_c²). Infinite where activity runs away. It is exact at rest if j does
    not reappraise, all regions are active and none is at the ceiling.
    """
    loop = _loop_gain(parameters)
    return 1 / (1 - loop) if loop < 1 else math.inf


@dataclass(frozen=True)
class ReverseInference(Parameters):
    """What an active region says about a mental process (see :func:`infer_process`)."""

    base_rate: float = number(
        0.2,
        0.01,
        1,
        step=0.01,
        symbol="b",
        label="Active without the process",
        help="Share of studies of anything else in which the region is active too.",
    )
    prior: float = number(
        0.05,
        0,
        0.99,
        step=0.01,
        symbol="π",
        label="Chance beforehand",
        help="Share of studies that involve the process, whatever is active.",
    )
    sensitivity: float = number(
        0.7,
        0,
        1,
        step=0.01,
        symbol="s",
        label="Active with the process",
        help="Share of studies of the process in which the region is active.",
    )


@dataclass(frozen=True)
class ReverseInferenceResult:
    """A reverse inference, as probabilities and as counts out of :data:`STUDIES` studies.

    Attributes:
        posterior: probability of the process, given that the region was active.
        bayes_factor: how many times the odds of the process rise when the region is active.
        active_with, active_without: studies with an active region, with the process and without it.
        silent_with, silent_without: the studies in which the region was not active.
    """

    posterior: float
    bayes_factor: float
    active_with: float
    active_without: float
    silent_with: float
    silent_without: float

    def to_frame(self) -> pd.DataFrame:
        """Return the counts as a table: region active or not, by process at work or not."""
        return pd.DataFrame(
            {
                "region": ["active", "silent"],
                "with_process": [self.active_with, self.silent_with],
                "without_process": [self.active_without, self.silent_without],
            }
        )


@checked
def infer_process(parameters: ReverseInference) -> ReverseInferenceResult:
    """Apply :func:`posterior` and :func:`bayes_factor` to one region and one process, and count studies."""
    involved = STUDIES * parameters.prior
    active_with = involved * parameters.sensitivity
    active_without = (STUDIES - involved) * parameters.base_rate
    return ReverseInferenceResult(
        posterior=float(posterior(parameters.prior, parameters.sensitivity, parameters.base_rate)),
        bayes_factor=bayes_factor(parameters.sensitivity, parameters.base_rate),
        active_with=active_with,
        active_without=active_without,
        silent_with=involved - active_with,
        silent_without=STUDIES - involved - active_without,
    )


@checked
def posterior(prior: Shares, sensitivity: Shares, base_rate: Shares) -> Array:
    """Return P(process | region active) = π s / (π s + (1 − π) b), for any shapes that broadcast.

    π is the prior P(process), s the sensitivity P(active | process), b the base rate P(active | no process). Bayes'
    rule as Poldrack (2006, "Can cognitive processes be inferred from neuroimaging data?") applies it.

    Raises:
        ValueError: a probability is not between 0 and 1, or the region could never be active.
    """
    require_together(prior=prior, sensitivity=sensitivity, base_rate=base_rate)
    pi, s, b = (np.asarray(each, dtype=np.float64) for each in (prior, sensitivity, base_rate))
    with_process, without_process = pi * s, (1 - pi) * b
    active = with_process + without_process
    if np.any(active == 0):
        raise ValueError(
            "prior, sensitivity and base_rate must let the region be active with a chance above 0, "
            f"got {shown(prior)}, {shown(sensitivity)} and {shown(base_rate)}"
        )
    return np.asarray(with_process / active)


@checked
def bayes_factor(sensitivity: Share, base_rate: NonzeroShare) -> float:
    """Return s/b: how many times an active region raises the odds of the process, whatever they were before.

    Raises:
        ValueError: a probability is not between 0 and 1, or the base rate is 0.
    """
    return sensitivity / base_rate


@dataclass(frozen=True)
class _Network:
    """Regions whose drive W r + s is kept between 0 and a ceiling, and which follow it with their time constants."""

    weights: Array
    inputs: Array
    time_constants: Array
    ceiling: float
    steps: dict[bytes, list[Array]] = field(default_factory=dict)

    @cached_property
    def drive(self) -> Array:
        """The matrix that turns row vectors (rates, 1) into drives."""
        return np.vstack([self.weights.T, self.inputs])

    def pieces(self, states: Array) -> NDArray[np.int8]:
        """Return for each region on which straight piece it is in a state (rates, 1): 0 floor, 1 between, 2 ceiling."""
        drive: Array = np.dot(states, self.drive)
        return (drive >= -_ROUNDING).view(np.int8) + (drive > self.ceiling + _ROUNDING).view(np.int8)

    def straight(self, pieces: NDArray[np.int8]) -> tuple[Array, Array]:
        """Return the matrix and the constant of the drive where the regions are on the given pieces."""
        between = pieces == 1
        return self.weights * between[:, None], self.inputs * between + self.ceiling * (pieces == 2)

    def step(self, pieces: NDArray[np.int8], rung: int) -> Array:
        """Return the exact step on these pieces over 2^rung ticks, a matrix to multiply row vectors (rates, 1) with."""
        steps = self.steps.setdefault(pieces.tobytes(), [])
        if not steps:
            steps.append(self.one_tick(pieces))
        while len(steps) <= rung:
            steps.append(steps[-1] @ steps[-1])
        return steps[rung]

    def one_tick(self, pieces: NDArray[np.int8]) -> Array:
        """Return the matrix exponential over one tick, by its series: a tick is far shorter than a time constant."""
        matrix, constant = self.straight(pieces)
        size = len(constant)
        generator = np.zeros((size + 1, size + 1))
        generator[:size, :size] = ((matrix - np.eye(size)) / self.time_constants[:, None]).T
        generator[size, :size] = constant / self.time_constants
        generator *= SECONDS_PER_SAMPLE / 2**_TICK_LEVELS
        term, step = generator, np.eye(size + 1) + generator
        for order in range(2, _TAYLOR_TERMS + 1):
            term = np.dot(term, generator)
            term /= order
            step += term
        return step

    def follow(self, start: Array, samples: int) -> Array:
        """Return the rates at the start and at each of the samples after it, shape (samples + 1, regions).

        As long as no region changes its piece, the known samples times one matrix are as many new ones.
        """
        states = np.empty((samples + 1, len(start) + 1))
        states[0, :-1], states[:, -1] = start, 1.0
        done = 0
        while done < samples:
            pieces = self.pieces(states[done])
            rung = _TICK_LEVELS
            while done < samples:
                span = 2 ** (rung - _TICK_LEVELS)
                new = states[done + 1 : done + 1 + span]
                np.matmul(states[done + 1 - span : done + 1 - span + len(new)], self.step(pieces, rung), out=new)
                changed = self.pieces(new) != pieces
                if changed.any():
                    done += int(changed.any(axis=1).argmax())
                    states[done + 1] = self.cross(states[done])
                    done += 1
                    break
                done += len(new)
                rung = min(rung + 1, _LONGEST_RUNG)
        # A change of piece is seen up to a tick late, so a rate can pass its bound by a rounding error.
        return states[:, :-1].clip(0.0, self.ceiling)

    def cross(self, state: Array) -> Array:
        """Return the state one sample later when regions change their piece on the way, each to the tick."""
        left = 2**_TICK_LEVELS
        while left:
            pieces = self.pieces(state)
            same = pieces.tobytes()
            for rung in reversed(range(_TICK_LEVELS)):
                if 2**rung > left:
                    continue
                after = np.dot(state, self.step(pieces, rung))
                if self.pieces(after).tobytes() == same:
                    state, left = after, left - 2**rung
            if left:
                # The change is seen up to a tick late. A rate below 0 would go round a strong loop and be seen again.
                state, left = np.dot(state, self.step(pieces, 0)), left - 1
                state[:-1] = state[:-1].clip(0.0, self.ceiling)
        return state

    def rest(self, rates: Array) -> tuple[Array, bool]:
        """Return the stable state of rest that ``rates`` lead to, and True; or where they are after minutes, and False.

        Each round solves for rest on the pieces where the rates now are. Unless that solution is stable and lies on
        those pieces, the rates are followed for twice as long as in the round before.
        """
        for round_ in range(_STEADY_ROUNDS):
            if self.distance(rates) < _BALANCE:
                return rates, True
            matrix, constant = self.straight(self.pieces(np.append(rates, 1.0)))
            leaving = (matrix - np.eye(len(rates))) / self.time_constants[:, None]
            if np.linalg.eigvals(leaving).real.max() < -_ROUNDING:
                candidate = np.linalg.solve(np.eye(len(rates)) - matrix, constant)
                if self.distance(candidate) < _BALANCE:
                    # At rest a rate is its drive, and the drive of a silent region is exactly 0.
                    return self.bounded_drive(candidate), True
            rates = self.follow(rates, _FIRST_ROUND_SAMPLES * 2**round_)[-1]
        return rates, False

    def bounded_drive(self, rates: NDArray[np.floating]) -> Array:
        """Return the drive of each region, kept between 0 and the ceiling: where its rate is heading."""
        return np.asarray((np.dot(self.weights, rates) + self.inputs).clip(0.0, self.ceiling))

    def distance(self, rates: NDArray[np.floating]) -> float:
        """Return how far the rates are from rest: the largest gap between a rate and its bounded drive."""
        return float(np.abs(self.bounded_drive(rates) - rates).max())


def _own_weights(parameters: TwoPeople) -> Array:
    """Return the links inside one person, shape (4, 4): to the row's region from the column's."""
    weights = np.zeros((4, 4))
    weights[_AMYGDALA, _INSULA] = parameters.insula_to_amygdala
    weights[_AMYGDALA, _PREFRONTAL] = -parameters.regulation
    weights[_INSULA, _AMYGDALA] = parameters.amygdala_to_insula
    weights[_INSULA, _CINGULATE] = parameters.cingulate_to_insula
    weights[_CINGULATE, _INSULA] = parameters.insula_to_cingulate
    weights[_CINGULATE, _AMYGDALA] = parameters.amygdala_to_cingulate
    weights[_PREFRONTAL, _CINGULATE] = parameters.cingulate_to_prefrontal
    return weights


def _joined(parameters: TwoPeople) -> _Network:
    """Return the network of both people, i's four regions first."""
    own, expressed = _own_weights(parameters), _region_index(parameters.expressed)
    weights, inputs = np.zeros((8, 8)), np.zeros(8)
    weights[:4, :4] = weights[4:, 4:] = own
    weights[_INSULA, 4 + expressed] = parameters.coupling_of_i
    weights[4 + _INSULA, expressed] = parameters.coupling_of_j
    inputs[_AMYGDALA] = (1 - parameters.hand_holding) * parameters.threat
    if parameters.reappraiser in ("i", "both"):
        inputs[_PREFRONTAL] = parameters.reappraisal
    if parameters.reappraiser in ("j", "both"):
        inputs[4 + _PREFRONTAL] = parameters.reappraisal
    if parameters.lesion != "none":
        lesioned = _region_index(parameters.lesion)
        weights[lesioned], inputs[lesioned] = 0.0, 0.0
    time_constants = np.array(
        [parameters.amygdala_time, parameters.insula_time, parameters.cingulate_time, parameters.prefrontal_time]
    )
    return _Network(weights, inputs, np.tile(time_constants, 2), RATE_CEILING)


def _intact(parameters: TwoPeople, person: str) -> list[int]:
    _require_person(person)
    lesioned = parameters.lesion if person == "i" else "none"
    return [index for index, region in enumerate(REGIONS) if region != lesioned]


def _gains(weights: Array, active: list[int]) -> Array:
    """Return (I − W)⁻¹ among the active regions, and zeros for the others."""
    gains = np.zeros_like(weights)
    gains[np.ix_(active, active)] = np.linalg.inv(np.eye(len(active)) - weights[active][:, active])
    return gains


def _insula_gain(parameters: TwoPeople, person: Person) -> float:
    """Return the expressed rate of one person per unit drive to the insula; infinite if the person alone runs away."""
    weights, active = _own_weights(parameters), _intact(parameters, person)
    expressed = _region_index(parameters.expressed)
    if _feeds_back(weights, active):
        return math.inf
    gains = _gains(weights, active)
    if gains[_AMYGDALA, _INSULA] < 0:
        silenced = [index for index in active if index != _AMYGDALA]
        if _feeds_back(weights, silenced):
            return math.inf
        gains = _gains(weights, silenced)
    return float(gains[expressed, _INSULA])


def _feeds_back(weights: Array, active: list[int]) -> bool:
    """Return whether the active regions keep themselves going: a gain of 1 or more round their own loops."""
    return bool(np.linalg.eigvals(weights[active][:, active]).real.max() >= 1)


def _gain_of_both(parameters: TwoPeople) -> float:
    """Return g_i g_j, infinite if either person alone runs away."""
    alike = parameters.lesion == "none"
    gains = [_insula_gain(parameters, "j")] * 2 if alike else [_insula_gain(parameters, each) for each in PERSONS]
    return math.inf if math.inf in gains else math.prod(gains)


def _loop_gain(parameters: TwoPeople) -> float:
    """Return e_i e_j g_i g_j: how much of what one person expresses comes back through the other."""
    both = _gain_of_both(parameters)
    return both if math.isinf(both) else parameters.coupling_of_i * parameters.coupling_of_j * both


def _region_index(region: str) -> int:
    known = list(REGIONS)
    if region not in known:
        raise ValueError(f"region must be one of {', '.join(known)}, got {region!r}")
    return known.index(region)


def _index(person: str, region: str) -> tuple[int, int]:
    _require_person(person)
    return int(person == PERSONS[1]), _region_index(region)


def _require_person(person: str) -> None:
    if person not in PERSONS:
        raise ValueError(f"person must be one of {', '.join(PERSONS)}, got {person!r}")
