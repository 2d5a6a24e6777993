"""The words of "Emotional resonance: in step, or by chance?": bets, checked exercises and a quiz.

Every expected answer, and every number that a sentence names, is asked of the models when it is needed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intimacy.labs import emotional_resonance as labs
from intimacy.models import emotional_resonance as model
from intimacy.widgets import (
    Answer,
    ArrayExercise,
    Bet,
    ChoiceExercise,
    FunctionExercise,
    Hint,
    NumberExercise,
    Option,
    Question,
    Quiz,
)

Array = NDArray[np.float64]

ONLY_J_FOLLOWS = model.InStep(i_follows_j=0, j_follows_i=4, noise=0, duration=labs.CLOCK_SECONDS)
STRANGERS = model.NullModel(shared_input=0, epochs=labs.EPOCHS, epoch=labs.LONG_EPOCH)
BIG_CROWD = model.Crowd(people=2000, start_together=True, duration=labs.CROWD_SECONDS)
BANDWIDTH, SMALL_PLV = 4.0, 0.1
QUIZ_SAMPLES, ASSUMED_POWER, STUDIES = 20, 0.8, 13
STRETCHES = 30
LOOSE, FIRM, HARD_OF_HEARING, ALL_EARS = 1.0, 12.0, 1.0, 8.0


def bet_whose_tempo() -> Bet:
    """Before the two clocks: whose tempo do they share when only j follows?"""
    fast, slow = tempi_apart()
    shared = tempo_together()
    tempi = {"i": fast, "middle": (fast + slow) / 2, "j": slow, "faster": fast + 0.3}

    def outcome() -> str:
        return min(tempi, key=lambda key: abs(tempi[key] - shared))

    return Bet(
        f"Alone, person i taps {fast:.2f} times a second and person j {slow:.2f}. Now j adjusts to i, strongly enough "
        "for the two to fall into step, and i does not adjust at all. At which tempo do they tap together?",
        {
            "middle": Option(
                f"In the middle, {tempi['middle']:.2f}", "they would meet in the middle", "they met in the middle"
            ),
            "i": Option(f"At the tempo of i, {fast:.2f}", "it would be the tempo of i", "it was the tempo of i"),
            "j": Option(f"At the tempo of j, {slow:.2f}", "it would be the tempo of j", "it was the tempo of j"),
            "faster": Option(
                "Faster than either: they spur each other on",
                "they would get faster than either",
                "they got faster than either",
            ),
        },
        outcome,
        f"together they tap {shared:.2f} times a second: the less one adjusts, the more one's own tempo counts. In "
        "this model whoever does not listen leads",
    )


def bet_shared_music() -> Bet:
    """Before the null models: what does shared input do to the phase-locking value of two people without contact?"""
    before, after = mean_plv_of_strangers(0), mean_plv_of_strangers(labs.SHARED_MUSIC)

    def outcome() -> str:
        if after < before - 0.05:
            return "down"
        return "same" if after < before + 0.05 else "little" if after < 1.5 * before else "up"

    return Bet(
        "Two people sit in two rooms, with no contact: the coupling is zero. Their brain waves are recorded in "
        f"stretches of {labs.LONG_EPOCH:g} seconds. Now the same music starts in both rooms. What happens to their "
        "phase-locking value (PLV)?",
        {
            "down": Option("It goes down", "it would go down", "it went down"),
            "same": Option(
                "It stays the same: no coupling, no locking", "it would stay the same", "it stayed the same"
            ),
            "little": Option("It goes up a little", "it would go up a little", "it went up a little"),
            "up": Option("It goes up to half as much again, or more", "it would go up a lot", "it went up a lot"),
        },
        outcome,
        f"the mean value goes from {before:.2f} to {after:.2f}, though nobody follows anybody: each follows the music",
    )


def bet_crowd() -> Bet:
    """Before the crowd: does order grow with coupling from the start, or only beyond a point?"""
    critical = model.critical_coupling(BIG_CROWD.spread)
    half, beyond, double = orders_of_crowd((0.5 * critical, 1.1 * critical, 2 * critical))

    def outcome() -> str:
        if double < 0.2:
            return "never"
        if half > 0.2:
            return "slide"
        return "jump" if beyond > 0.6 else "tip"

    return Bet(
        f"In a crowd of {BIG_CROWD.people:,}, everyone claps at a tempo of their own and is pulled a little towards "
        "the mean of all. You raise the coupling from zero, slowly. How does the crowd fall into step?",
        {
            "slide": Option(
                "It slides: a little more coupling, a little more order",
                "it would slide into step",
                "it slid into step from the first nudge",
            ),
            "tip": Option(
                "It tips: nothing at first; beyond a point order appears and grows",
                "nothing would happen up to a point, and order would grow beyond it",
                "nothing happened up to a point, and beyond it order grew steeply",
            ),
            "jump": Option(
                "It jumps: nothing at first; then all at once almost everyone",
                "it would jump from nothing to almost everyone",
                "it jumped from nothing to almost everyone",
            ),
            "never": Option(
                "It never does: too many people", "the crowd would never fall into step", "it never fell into step"
            ),
        },
        outcome,
        f"the order is {half:.2f} at half the coupling of the tipping point. It is {beyond:.2f} a tenth beyond it, "
        f"and {double:.2f} at twice as much. Below the point each nudge is lost among different tempi; above it, "
        "whoever joins pulls the others along",
    )


def tempi_apart() -> tuple[float, float]:
    """Return the tempo of i and of j when each is alone (Hz), as the lab starts."""
    alone = model.simulate_in_step(ONLY_J_FOLLOWS.replace(j_follows_i=0))
    seconds = alone.seconds[-1]
    fast, slow = ((phase[-1] - phase[0]) / (math.tau * seconds) for phase in (alone.phase_i, alone.phase_j))
    return float(fast), float(slow)


def tempo_together() -> float:
    """Return the tempo in the second half of a run in which only j follows (Hz)."""
    run = model.simulate_in_step(ONLY_J_FOLLOWS)
    half = len(run.seconds) // 2
    return float((run.phase_i[-1] - run.phase_i[half]) / (math.tau * (run.seconds[-1] - run.seconds[half])))


def mean_plv_of_strangers(shared_input: float) -> float:
    """Return the mean phase-locking value of two people without contact, as the lab computes it."""
    return model.simulate_null_model(STRANGERS.replace(shared_input=shared_input)).mean_plv


def orders_of_crowd(couplings: Sequence[float]) -> tuple[float, ...]:
    """Return the settled order of the big crowd at each coupling (rad/s)."""
    return tuple(model.order_by_coupling(BIG_CROWD, couplings).tolist())


def exercise_phase_locking_value() -> FunctionExercise:
    """The phase-locking value, by the learner."""
    right = math.pi / 2
    return FunctionExercise(
        "Exercise 1",
        "Write `phase_locking_value(differences)`. It takes a list of phase differences in radians and returns the "
        "length of the mean arrow. Turn each difference into an arrow: its cosine and its sine. Take the mean of "
        "each, and return how long the mean arrow is.",
        model.phase_locking_value,
        cases=[([0.5, 0.5, 0.5],), ([0, right],), ([0, math.pi],), ([0.3, 2.0, 4.0, 5.5, 0.1],), ([3.0, -3.0],)],
        tolerance=1e-4,
        why="You can now measure what the studies measure. The next lab asks what such a number is worth.",
        hints=[
            Hint(
                lambda differences: abs(np.exp(1j * np.mean(differences))),
                "Your function always gives 1. Did you take the mean of the angles first, or the length of each arrow? "
                "First the mean of the arrows, then its length.",
            ),
            Hint(
                lambda differences: abs(np.mean(np.cos(differences))),
                "You used the cosines alone. A steady difference of a quarter turn would then count as nothing.",
            ),
            Hint(
                lambda differences: np.mean(np.cos(differences)),
                "You used the cosines alone. An arrow has a cosine and a sine, and a length is never negative.",
            ),
            Hint(
                lambda differences: model.phase_locking_value(differences) ** 2,
                "That is the length squared. Take the square root at the end.",
            ),
            Hint(
                lambda differences: len(differences) * model.phase_locking_value(differences),
                "That is the length of the sum. Divide by the number of arrows.",
            ),
        ],
    )


def least_coupling(detuning: float) -> float:
    """Return the smallest total coupling (rad/s) that locks two clocks, to a tenth, by trying them all."""
    totals = np.arange(201) / 10
    return float(
        next(
            total
            for total in totals
            if model.locks(model.InStep(detuning=detuning, i_follows_j=total / 2, j_follows_i=total / 2))
        )
    )


def exercise_least_coupling() -> NumberExercise:
    """How much coupling two clocks need."""
    detuning = model.InStep().detuning
    right = least_coupling(detuning)
    return NumberExercise(
        "Exercise 2",
        f"Alone, the phase of i grows by {detuning:g} radians per second more than that of j. There is no noise. What "
        "is the smallest total coupling (that of i and that of j added up) with which the two stay in step?",
        right,
        tolerance=0.05,
        unit="rad/s",
        why="The pull on the difference is at most the total coupling, when the sine is 1. It must make up for Δω.",
        hints=[
            Hint(
                right / 2, "That is what each needs when both adjust equally. The two couplings together are asked for."
            ),
            Hint(2 * right, "That is enough, but more than needed. How large can the sine get?"),
            Hint(
                right / math.tau,
                "That is the difference in turns per second. Couplings here are in radians per second.",
            ),
            Hint(0, "Without any pull i would run away from j, a whole turn every few seconds."),
        ],
    )


def exercise_lag() -> NumberExercise:
    """By how many milliseconds the quicker one is ahead once in step."""
    clocks = model.InStep()
    total = model.total_coupling(clocks)
    lag = model.locked_lag(clocks)
    ratio = clocks.detuning / total
    return NumberExercise(
        "Exercise 3",
        f"Take Δω = {clocks.detuning:g} rad/s, a total coupling of {total:g} rad/s and a shared tempo of "
        f"{clocks.tempo:g} turns per second, without noise. By how many milliseconds is i ahead once they are in step?",
        model.locked_delay(clocks),
        tolerance=0.5,
        unit="ms",
        why=f"In step, K sin φ = Δω, so φ = asin({ratio:g}) = {lag:.3f} radians, {math.degrees(lag):.0f} degrees of a "
        f"turn that takes {1000 / clocks.tempo:.0f} ms. In step does not mean at the same moment.",
        hints=[
            Hint(
                lag,
                "That looks like the lag in radians, or in seconds. A whole turn is 2π radians and takes half a "
                "second; milliseconds are asked for.",
            ),
            Hint(math.degrees(lag), "That is the lag in degrees. A whole turn is 360 of them and takes half a second."),
            Hint(
                1000 * lag / math.tau,
                "You took a turn to last one second. There are two turns in a second.",
            ),
            Hint(
                1000 * ratio / (math.tau * clocks.tempo),
                "That is Δω / K as if it were the angle. It is the sine of the angle.",
            ),
            Hint(1000 * lag / clocks.tempo, "You divided by the tempo but not by 2π, the radians in a turn."),
        ],
    )


def dyads_to_choose_from() -> dict[str, model.Dyad]:
    """Return the dyads of exercise 4: one change each to a dyad in which all couplings are equal."""
    equal = model.Dyad()
    return {
        "within_j": equal.replace(within_j=LOOSE),
        "within_i": equal.replace(within_i=FIRM),
        "j_hears_i": equal.replace(j_hears_i=ALL_EARS),
        "i_hears_j": equal.replace(i_hears_j=HARD_OF_HEARING),
    }


def exercise_who_leads() -> ChoiceExercise:
    """Which change makes i the leader?"""
    equal = model.Dyad()
    weights = {name: model.dyad_influence(dyad) for name, dyad in dyads_to_choose_from().items()}
    return ChoiceExercise(
        "Exercise 4",
        f"In `model.Dyad()` all four couplings are {equal.within_i:g}, and each tempo counts for half. You want j to "
        "follow i. Change one coupling, and ask `model.dyad_influence` how much the tempo of i counts then: "
        f"`within_j={LOOSE:g}`, `within_i={FIRM:g}`, `j_hears_i={ALL_EARS:g}` or `i_hears_j={HARD_OF_HEARING:g}`. "
        "Which change gives i the largest weight? Answer with its name.",
        max(weights, key=lambda name: weights[name]),
        options={
            "within_j": "Loosen perceiving and acting within j, the follower",
            "within_i": "Tighten perceiving and acting within i, the leader",
            "j_hears_i": "Let j listen twice as well",
            "i_hears_j": "Let i listen less",
        },
        why=f"The tempo of i then counts for {weights['i_hears_j']:.2f}. To lead, in this model, is to listen less. It "
        "says nothing about who should.",
        hints=[
            Hint(
                "within_j",
                f"With that i counts for {weights['within_j']:.2f}, less than before: the loosely coupled action of j "
                "goes on by itself while i hears it and adjusts. Heggli et al. (2019) report little coupling within "
                "followers, but in these equations that alone does not make one.",
            ),
            Hint(
                "within_i",
                f"With that i counts for {weights['within_i']:.2f}. What i perceives now moves i's action faster, and "
                "what i perceives is j.",
            ),
            Hint(
                "j_hears_i",
                f"A good try: i then counts for {weights['j_hears_i']:.2f}. One of the other changes gives more.",
            ),
        ],
    )


def exercise_epoch() -> NumberExercise:
    """How long epochs must be for chance to stay small."""
    right = model.shortest_epoch(BANDWIDTH, SMALL_PLV)
    return NumberExercise(
        "Exercise 5",
        f"A study measures PLV in a band from 8 to 12 Hz. How many seconds must an epoch last for two people with no "
        f"relation at all to have a mean PLV below {SMALL_PLV:g}? Use √(π / 4N) with N = bandwidth × seconds.",
        right,
        tolerance=0.4,
        unit="s",
        why=f"Epochs of one second give about {model.expected_plv(BANDWIDTH):.2f} by the same rule. Chance shrinks "
        "with the square root only: for half the value you need four times the time.",
        hints=[
            Hint(
                1 / (BANDWIDTH * SMALL_PLV**2),
                "That makes the mean of the squared value 0.01. The mean value itself has π / 4 in it.",
            ),
            Hint(right * BANDWIDTH, "That is the number of samples N. A band of 4 Hz gives four of them per second."),
            Hint(
                math.pi / (4 * BANDWIDTH * SMALL_PLV),
                "You forgot to square: N = π / (4 · 0.1²).",
            ),
            Hint(model.shortest_epoch(12, SMALL_PLV), "The bandwidth is how wide the band is: from 8 to 12 is 4 Hz."),
            Hint(model.shortest_epoch(10, SMALL_PLV), "10 Hz is the middle of the band. The width counts: 4 Hz."),
        ],
    )


def surrogate_plv(phase_i: Array, phase_j: Array, shift: int) -> float:
    """Return the mean phase-locking value when epoch e of i is paired with epoch e + shift of j, counted round."""
    moved = np.roll(np.asarray(phase_j), -shift, axis=0)
    pairs = zip(np.asarray(phase_i), moved, strict=True)
    return float(np.mean([model.phase_locking_value(i - j) for i, j in pairs]))


def exercise_surrogate() -> FunctionExercise:
    """Pairs that never were."""
    generator = np.random.default_rng(1)
    first, second = (generator.uniform(-3, 3, (5, 8)) for _ in range(2))
    return FunctionExercise(
        "Exercise 6",
        "Write `surrogate_plv(phase_i, phase_j, shift)`. Both phases are arrays with one row per epoch. Pair epoch e "
        "of i with epoch e + shift of j; after the last epoch comes the first. Compute the PLV of each pair with "
        "your own function, and return the mean.",
        surrogate_plv,
        cases=[(first, second, 0), (first, second, 1), (first, second, 2), (second, first, 4)],
        tolerance=1e-4,
        why="With shift 0 it is the real value. Every other shift pairs moments that never were together, so what is "
        "left is chance.",
        hints=[
            Hint(
                lambda i, j, shift: surrogate_plv(i, j, 0),
                "Your function does not use shift: it always pairs the same epochs.",
            ),
            Hint(
                lambda i, j, shift: surrogate_plv(i, j, -shift),
                "You shifted the other way. Epoch e + shift of j comes to row e: np.roll(phase_j, -shift, axis=0).",
            ),
            Hint(
                lambda i, j, shift: float(
                    np.mean([model.phase_locking_value(row) for row in i - np.roll(j, -shift, axis=1)])
                ),
                "You shifted the samples within each epoch. Shift whole epochs: the rows, axis=0.",
            ),
            Hint(
                lambda i, j, shift: float(
                    np.mean([model.phase_locking_value(row) for row in i - np.roll(j, shift, axis=1)])
                ),
                "You shifted the samples within each epoch. Shift whole epochs: the rows, axis=0.",
            ),
            Hint(
                lambda i, j, shift: model.phase_locking_value(i - np.roll(j, -shift, axis=0)),
                "You took one PLV over all epochs together. Take one for each pair of epochs, and then their mean.",
            ),
        ],
    )


@cache
def tapping(coupling: float) -> tuple[Array, Array]:
    """Return the phases of i and of j in a minute of tapping, cut into epochs of two seconds, one row per epoch.

    Both have the same natural tempo, and each follows the other with half of ``coupling`` (rad/s).
    """
    half = coupling / 2
    run = model.simulate_in_step(
        model.InStep(detuning=0, i_follows_j=half, j_follows_i=half, noise=0.5, duration=60), seed=7
    )
    phase_i, phase_j = (phase[:-1].reshape(STRETCHES, -1) for phase in (run.phase_i, run.phase_j))
    return phase_i, phase_j


def shares_of_surrogates() -> tuple[float, ...]:
    """Return, without and with coupling, the share of surrogates whose value reaches the real one."""
    shares = []
    for coupling in (0.0, 4.0):
        real, *others = (surrogate_plv(*tapping(coupling), shift) for shift in range(STRETCHES))
        shares.append(float(np.mean(np.array(others) >= real)))
    return tuple(shares)


def exercise_compare() -> ArrayExercise:
    """Two recordings held against their surrogates."""
    apart, coupled = shares_of_surrogates()
    values = [surrogate_plv(*tapping(coupling), 0) for coupling in (0.0, 4.0)]
    others = STRETCHES - 1
    return ArrayExercise(
        "Exercise 7",
        f"The cell below makes two recordings of tapping, in {STRETCHES} epochs of two seconds: `apart` without any "
        f"coupling, `coupled` with a total coupling of 4 rad/s. For each, compute the real PLV (shift 0) and the "
        f"{others} surrogates (shift 1 to {others}). Give the share of surrogates that reach the real value: two "
        "numbers, first for `apart`, then for `coupled`.",
        [apart, coupled],
        tolerance=0.01,
        why=f"Without coupling the PLV is {values[0]:.2f}, which looks high, and {100 * apart:.0f} % of the surrogates "
        f"are as high: chance. With coupling it is {values[1]:.2f}, and none of them reaches that.",
        hints=[
            Hint([coupled, apart], "These are the right shares in the wrong order: first apart, then coupled."),
            Hint(
                [1 - apart, 1 - coupled],
                "That is the share of surrogates below the real value. The share that reaches it is asked for.",
            ),
            Hint(
                [(apart * others + 1) / STRETCHES, (coupled * others + 1) / STRETCHES],
                f"You counted shift 0 among the surrogates. It is the real value: use shifts 1 to {others} only.",
            ),
            Hint(values, "These are the real values. Hold each against its own surrogates."),
        ],
    )


def crowd_step(phases: ArrayLike, speeds: ArrayLike, coupling: float, seconds: float) -> Array:
    """Return the phases of a crowd a short time later: an Euler step of dθₖ/dt = ωₖ + K · mean of sin(θₘ − θₖ)."""
    theta = np.asarray(phases, dtype=np.float64)
    pulls = np.sin(theta - theta[:, np.newaxis]).mean(axis=1)
    after: Array = theta + seconds * (np.asarray(speeds, dtype=np.float64) + coupling * pulls)
    return after


def exercise_crowd_step() -> FunctionExercise:
    """The rule of the crowd, by the learner, to be moved with ``interact``."""
    return FunctionExercise(
        "Exercise 8",
        "Write `crowd_step(phases, speeds, coupling, seconds)`, one short step of a crowd. Each phase grows by "
        "seconds times (its own speed + coupling × the mean, over all people m, of sin(phase of m − own phase)). "
        "Return the new phases. Then write `my_crowd` around it, and move it with sliders: "
        "`interact(my_crowd, coupling=(0.0, 4.0, 0.1), people=(5, 100, 5))`.",
        crowd_step,
        cases=[
            (np.array([0.0, 1.0, 2.5]), np.zeros(3), 2.0, 0.1),
            (np.array([0.0, 1.0, 2.5]), np.array([1.0, -0.5, 0.2]), 0.0, 0.1),
            (np.array([0.3, 5.0, -2.0, 1.0]), np.array([0.4, 0.1, -0.3, 2.0]), 1.5, 0.05),
        ],
        tolerance=1e-6,
        why="Now it is your crowd. Find its tipping point, and see how blurred it is with few people.",
        hints=[
            Hint(
                lambda phases, speeds, coupling, seconds: crowd_step(phases, speeds, -coupling, seconds),
                "The sign of the pull is turned round: people are pushed away from each other. Use sin(other − own).",
            ),
            Hint(
                lambda phases, speeds, coupling, seconds: crowd_step(phases, speeds, coupling * len(phases), seconds),
                "You added the pulls up. Take their mean, or a large crowd pulls without bounds.",
            ),
            Hint(
                lambda phases, speeds, coupling, seconds: crowd_step(phases, speeds, coupling, 1.0),
                "Your step does not use seconds. Speed and pull are per second.",
            ),
            Hint(
                lambda phases, speeds, coupling, seconds: crowd_step(phases, speeds, coupling, seconds) - phases,
                "This is the change alone. Return the old phases plus the change.",
            ),
            Hint(
                lambda phases, speeds, coupling, seconds: crowd_step(phases, 0 * speeds, coupling, seconds),
                "Nobody has a speed of their own here. Add it to the pull.",
            ),
            Hint(
                lambda phases, speeds, coupling, seconds: (
                    phases + seconds * (speeds + coupling * np.sin(np.mean(phases) - phases))
                ),
                "You took the mean of the phases first. Take the mean of the sines, over all other people.",
            ),
        ],
    )


def exercises() -> Sequence[ArrayExercise | ChoiceExercise | FunctionExercise | NumberExercise]:
    """Return all exercises in order."""
    return (
        exercise_phase_locking_value(),
        exercise_least_coupling(),
        exercise_lag(),
        exercise_who_leads(),
        exercise_epoch(),
        exercise_surrogate(),
        exercise_compare(),
        exercise_crowd_step(),
    )


def quiz() -> Quiz:
    """Return six questions on the whole lesson."""
    chance = model.expected_plv(QUIZ_SAMPLES)
    weight = model.influence(model.InStep(i_follows_j=1, j_follows_i=3))
    low, high = model.order_by_coupling(BIG_CROWD.replace(start_together=False), (0.4, 0.8))
    critical = model.critical_coupling(BIG_CROWD.spread)
    return Quiz(
        "What stays with you?",
        [
            Question(
                f"Two signals have no coupling and nothing in common. You take {QUIZ_SAMPLES} independent samples of "
                "their phase difference. Which PLV do you expect?",
                [
                    Answer("0", "Only with endless data. A few random arrows never cancel exactly."),
                    Answer(
                        f"{model.expected_squared_plv(QUIZ_SAMPLES):.2f}",
                        "That is the mean of the squared value, 1 / N. The value itself is larger.",
                    ),
                    Answer(
                        f"About {chance:.2f}",
                        "Yes, √(π / 80). The value is biased upwards, so compare it with surrogates, never with 0.",
                        right=True,
                    ),
                    Answer(
                        "It depends on the frequency of the signals",
                        "With independent samples only their number counts. In a recording that is about bandwidth "
                        "times seconds.",
                    ),
                ],
            ),
            Question(
                "Two people watch the same film, in two rooms. Their PLV is above all surrogates made by shuffling "
                "epochs. What follows?",
                [
                    Answer(
                        "Something happens to both at the same time, and the film is enough to explain it.",
                        "Yes. Shuffling breaks coupling and shared input alike, so it cannot tell them apart.",
                        right=True,
                    ),
                    Answer(
                        "Their brains are coupled: chance has been ruled out.",
                        "Chance has been ruled out, but not the film, which both brains follow.",
                    ),
                    Answer(
                        "Nothing: PLV is always above its surrogates.",
                        "Unrelated recordings pass in about one of twenty cases. This is more than chance.",
                    ),
                ],
            ),
            Question(
                "In the model of two clocks, i adjusts with a coupling of 1 and j with a coupling of 3, and they lock. "
                "Where is the shared tempo?",
                [
                    Answer("In the middle", "That needs equal couplings. Here one adjusts three times as much."),
                    Answer(
                        "Nearer to that of j, who puts more into it",
                        "It is the other way round: j's effort takes j away from j's own tempo.",
                    ),
                    Answer(
                        "Nearer to that of i, who adjusts less",
                        f"Yes: the tempo of i counts for {100 * weight:.0f} %. Following costs one's own tempo.",
                        right=True,
                    ),
                ],
            ),
            Question(
                f"A meta-analysis reports that all {STUDIES} of {STUDIES} studies found significant synchrony between "
                "brains. Suppose the effect is real, and each study had an 80 % chance of finding it. Then …",
                [
                    Answer(
                        f"… all {STUDIES} would find it with probability {ASSUMED_POWER**STUDIES:.3f}, so one would "
                        "like to see what was not published.",
                        f"Yes: 0.8 multiplied {STUDIES} times. A record without a miss is a reason to ask, not a proof "
                        "that anything is wrong.",
                        right=True,
                    ),
                    Answer(
                        f"… all {STUDIES} would find it with probability {ASSUMED_POWER:g}.",
                        "That is the chance of one study. Each further one may miss it too.",
                    ),
                    Answer(
                        "… the effect must be false.",
                        "The record is surprising if all studies were published. The effect may be real all the same.",
                    ),
                ],
            ),
            Question(
                f"A big crowd has its tipping point at a coupling of {critical:g}. You raise the coupling from 0.4 to "
                "0.8. What does the order do?",
                [
                    Answer(
                        "It doubles", "Order does not follow coupling in proportion. Below the point there is none."
                    ),
                    Answer(
                        "It stays about where chance leaves it",
                        f"Yes: in a crowd of {BIG_CROWD.people} it is {low:.2f} and {high:.2f} on average.",
                        right=True,
                    ),
                    Answer(
                        "It rises to 0.8",
                        "Coupling is in radians per second and order is a length. They only meet in the formula.",
                    ),
                ],
            ),
            Question(
                "Holding hands in pain goes with stronger coupling between two EEGs, and with less pain. What would "
                "best show that the coupling relieves the pain?",
                [
                    Answer(
                        "A higher correlation, from more electrodes",
                        "More electrodes are more chances for chance. A correlation leaves the cause open.",
                    ),
                    Answer(
                        "Surrogates made by shuffling epochs",
                        "They rule out chance. They rule out neither shared input nor a common cause such as touch.",
                    ),
                    Answer(
                        "A brain scan with a better resolution",
                        "That shows where something happens, and not what brings it about.",
                    ),
                    Answer(
                        "An experiment that changes the coupling alone, planned in advance and repeated elsewhere",
                        "Yes. Touch, sounds and movement must stay the same, which is hard, and is why it is rarely "
                        "done.",
                        right=True,
                    ),
                ],
            ),
        ],
    )
