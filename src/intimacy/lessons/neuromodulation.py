"""The words of "Neuromodulation: stress, dose and gain": bets, checked exercises and a quiz.

Every expected answer, and every number that a sentence names, is asked of the models when it is needed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy.models import neuromodulation as model
from intimacy.parameters import short
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

LOW_DRIVE, MIDDLE_DRIVE, HIGH_DRIVE = 10.0, 30.0, 80.0
BUFFER = 0.3
SMALL_RISE, SMALL_FALL = 6.0, 48.0
EARLIER_FALL = 30.0
FRIEND, SPRAY = 0.4, 0.25
CELLS = {"neither": 10.0, "support": 7.0, "oxytocin": 7.0, "both": 4.9}
TRIAL_LOW, TRIAL_HIGH = -1.5, 1.0
"""The 95 % interval of spray minus placebo in Sikich et al. (2021), in points; below 0 is less withdrawn."""

P_WOMEN, P_MEN = 0.04, 0.20


# Bets


@cache
def ends_in(drive: float) -> model.LongRun:
    """Return what the stress axis ends in at a drive, all else at the start of the lab."""
    return model.long_run(model.simulate_stress_axis(model.StressAxis(drive=drive)))


def bet_drive() -> Bet:
    """Before the stress axis: does a stronger drive make more pulses?"""

    def outcome() -> str:
        low, middle, high = (ends_in(drive).pulsing for drive in (LOW_DRIVE, MIDDLE_DRIVE, HIGH_DRIVE))
        if middle and not low and not high:
            return "window"
        if high and not low:
            return "more"
        return "fewer" if low and not high else "same"

    band = model.unstable_drives(model.StressAxis())
    assert band is not None
    delay = model.StressAxis().delay
    return Bet(
        f"The brain drives the stress axis steadily. The adrenal gland answers {delay:g} minutes late. You raise the "
        f"drive from {LOW_DRIVE:g} to {HIGH_DRIVE:g}, and wait until all has settled each time. What do the pulses of "
        "the hormone do?",
        {
            "more": Option(
                "More drive, more pulses: they appear and stay",
                "there would be more and more pulses",
                "there were more and more pulses",
            ),
            "window": Option(
                "They appear, and disappear again",
                "they would appear and disappear again",
                "they appeared and disappeared again",
            ),
            "fewer": Option(
                "They are there at first and then stop", "they would stop", "they were there at first and stopped"
            ),
            "same": Option(
                "Nothing: a steady drive cannot make pulses",
                "a steady drive would make no pulses",
                "no drive changed whether there are pulses",
            ),
        },
        outcome,
        f"at a drive of {LOW_DRIVE:g} the hormone settles at {ends_in(LOW_DRIVE).high:.2f}, at {MIDDLE_DRIVE:g} it "
        f"pulses every {ends_in(MIDDLE_DRIVE).period:.0f} minutes for ever. At {HIGH_DRIVE:g} it settles again, at "
        f"{ends_in(HIGH_DRIVE).high:.2f}. The steady level cannot hold between {band[0]:.1f} and {band[1]:.1f}",
    )


def share_taken(social_support: float, oxytocin: float) -> float:
    """Return the share of the peak of cortisol that two buffers take away, from two runs of the cascade."""
    before, after = (
        model.simulate_cascade(model.StressCascade(social_support=support, oxytocin=spray)).peak
        for support, spray in ((0.0, 0.0), (social_support, oxytocin))
    )
    return 1 - after / before


def bet_two_buffers() -> Bet:
    """Before the two buffers: 60, 51, 30 or 9 %?"""
    shares = {"sum": 2 * BUFFER, "product": 1 - (1 - BUFFER) ** 2, "one": BUFFER, "overlap": BUFFER**2}
    found = share_taken(BUFFER, BUFFER)

    def outcome() -> str:
        return min(shares, key=lambda key: abs(shares[key] - found))

    words = {key: f"{100 * share:.0f} %" for key, share in shares.items()}
    return Bet(
        f"A friend takes away {100 * BUFFER:.0f} % of what a stressor sends on. Oxytocin takes away {100 * BUFFER:.0f} "
        "% of whatever reaches it. How much lower is the peak of cortisol with both?",
        {
            key: Option(f"{each} lower", f"it would be {each} lower", f"it was {each} lower")
            for key, each in words.items()
        },
        outcome,
        f"the first leaves {100 * (1 - BUFFER):.0f} %, and the second takes its share of that, so "
        f"{100 * (1 - found):.0f} % is left. That buffers work one after the other is a choice of this model",
    )


def bet_gain() -> Bet:
    """Before the gain: the ratio grows nearly fivefold. How much better is the signal told from none?"""
    run = model.simulate_gain(model.SignalGain(oxytocin=1))
    ratio = float(run.now.signal_to_noise / run.course.signal_to_noise[0])
    told = float(run.now.discriminability / run.course.discriminability[0])

    def outcome() -> str:
        if told < 0.95:
            return "worse"
        if told < 1.5:
            return "little"
        return "double" if told < 3 else "ratio"

    return Bet(
        f"Oxytocin lowers the background firing of a neuron, and its signal-to-noise ratio becomes {ratio:.1f} times "
        "as large. You count its spikes for one second. How much better can you tell whether there was a signal?",
        {
            "ratio": Option(
                "Nearly five times as well", "it would be nearly five times as well", "it was many times as well"
            ),
            "double": Option("About twice as well", "it would be about twice as well", "it was about twice as well"),
            "little": Option("A little better", "it would be a little better", "it was a little better"),
            "worse": Option("Worse", "it would be worse", "it was worse"),
        },
        outcome,
        f"the distance of the two counts, in spreads, goes from {float(run.course.discriminability[0]):.1f} to "
        f"{float(run.now.discriminability):.1f}, which is {100 * (told - 1):.0f} % more. A ratio explodes when its "
        "denominator comes close to 0; the spikes that the signal adds are nearly the same",
    )


def bet_seventeen_people() -> Bet:
    """Before the many studies: how often does "24 but not 48" appear when both doses do the same?"""
    study = model.ByChance()
    chances = model.outcomes(study)
    options = {"rare": 0.01, "alpha": study.alpha, "often": 1 / 6, "half": 0.5}

    def outcome() -> str:
        return min(options, key=lambda key: abs(math.log(options[key] / chances.only_24)))

    return Bet(
        f"Two doses have exactly the same true effect, half a standard deviation. Each study has {study.participants} "
        "people, who take placebo, 24 IU and 48 IU. How often is 24 IU significant and 48 IU not?",
        {
            "rare": Option("In about 1 of 100 studies", "it would be 1 of 100", "it was about 1 of 100"),
            "alpha": Option("In about 1 of 20: the significance level", "it would be 1 of 20", "it was about 1 of 20"),
            "often": Option("In about 1 of 6", "it would be 1 of 6", "it was about 1 of 6"),
            "half": Option("In about half of them", "it would be half of them", "it was about half of them"),
        },
        outcome,
        f"the exact chance is {100 * chances.only_24:.0f} %. With the reverse, 48 but not 24, a split result comes "
        f"in {100 * chances.exactly_one:.0f} % of the studies. The test of one dose against the other is significant "
        f"in {100 * chances.between:.0f} %, as it should be",
    )


# Exercises


def bell(dose: float, half_rise: float, half_fall: float) -> float:
    """Return the effect of a dose, with a Hill exponent of 1."""
    return float(model.dose_effect(dose, model.DoseResponse(half_rise=half_rise, half_fall=half_fall)))


def exercise_bell() -> FunctionExercise:
    """The bell of dose and effect, by the learner."""
    return FunctionExercise(
        "Exercise 1",
        "Write `bell(dose, half_rise, half_fall)`. The wanted effect is dose / (dose + half_rise). The share that the "
        "counter-effect spares is half_fall / (dose + half_fall). Return the product. Then move your function: "
        "`interact(bell, dose=(0, 96, 4), half_rise=(1, 96), half_fall=(1, 200))`.",
        bell,
        cases=[(24, 12, 48), (48, 12, 48), (0, 12, 48), (10, 6, 48), (96, 30, 20)],
        tolerance=1e-4,
        why="Two lines that everyone can check. What 'an inverted U' means is now a number at every dose.",
        hints=[
            Hint(
                lambda dose, half_rise, half_fall: dose / (dose + half_rise),
                "That is the wanted effect alone, and it never falls. Multiply by what the counter-effect spares.",
            ),
            Hint(
                lambda dose, half_rise, half_fall: dose / (dose + half_rise) * dose / (dose + half_fall),
                "Your second factor grows with the dose. The share that is spared falls: half_fall stands on top.",
            ),
            Hint(
                lambda dose, half_rise, half_fall: dose / (dose + half_rise) + half_fall / (dose + half_fall),
                "You added the two. A share of an effect is taken by multiplying.",
            ),
            Hint(
                lambda dose, half_rise, half_fall: dose / (dose + half_rise) - dose / (dose + half_fall),
                "You took the counter-effect away from the effect. Here it spares a share of it: multiply.",
            ),
        ],
    )


def delayed_hormone(acth: Sequence[float], lag: int, step: float, hormone: float) -> list[float]:
    """Return the hormone after each step of do/dt = a(t − τ) − o; before the list, ACTH was at its first value."""
    levels = []
    for n in range(len(acth)):
        hormone += step * (acth[max(n - lag, 0)] - hormone)
        levels.append(hormone)
    return levels


def _followed(acth: Sequence[float], hormone: float, step: float, come: Any, loss: float = 1.0) -> list[float]:
    """Follow the hormone with another idea of what comes in at each step."""
    levels = []
    for n in range(len(acth)):
        hormone += step * (come(n) - loss * hormone)
        levels.append(hormone)
    return levels


def exercise_delay() -> FunctionExercise:
    """The delay, with a memory, by the learner."""
    return FunctionExercise(
        "Exercise 2",
        "Write `delayed_hormone(acth, lag, step, hormone)`. The list `acth` has one value per step; `hormone` is the "
        "level at the start. At step n = 0, 1, 2 … add step × (the ACTH of `lag` steps before − hormone) to the "
        "hormone. Before the list begins, ACTH was at its first value. Return the list of levels after each step.",
        delayed_hormone,
        cases=[
            ([1, 2, 3, 4, 5], 2, 0.1, 1.0),
            ([0, 0, 5, 5, 0, 0, 0], 3, 0.5, 2.0),
            ([4, 1, 1, 1], 0, 0.2, 0.5),
            ([3, 0, 0], 5, 0.1, 0.0),
        ],
        tolerance=1e-6,
        why="A delay is a memory: the gland answers to what was. With feedback on top, that is enough for pulses.",
        hints=[
            Hint(
                lambda acth, lag, step, hormone: _followed(acth, hormone, step, lambda n: acth[n]),
                "You used the ACTH of now. The gland answers to what was `lag` steps before.",
            ),
            Hint(
                lambda acth, lag, step, hormone: _followed(acth, hormone, step, lambda n: acth[(n - lag) % len(acth)]),
                "In the first steps your index is below 0, and a list then counts from its end: you read the future. "
                "Use the first value as long as n is below lag.",
            ),
            Hint(
                lambda acth, lag, step, hormone: _followed(
                    acth, hormone, step, lambda n: acth[n - lag] if n >= lag else 0
                ),
                "You let ACTH be 0 before the list begins. It was at its first value.",
            ),
            Hint(
                lambda acth, lag, step, hormone: _followed(
                    acth, hormone, step, lambda n: acth[max(n - lag, 0)], loss=0.0
                ),
                "Your hormone never leaves the blood. Take away the hormone itself inside the bracket.",
            ),
            Hint(
                lambda acth, lag, step, hormone: [hormone, *delayed_hormone(acth, lag, step, hormone)[:-1]],
                "Your list has the levels before each step. Change the hormone first, then append it.",
            ),
        ],
    )


def exercise_peak_dose() -> NumberExercise:
    """Where the bell peaks."""
    curve = model.DoseResponse(half_rise=SMALL_RISE, half_fall=SMALL_FALL)
    return NumberExercise(
        "Exercise 3",
        f"At which dose, in IU, does the bell with K₁ = {SMALL_RISE:g} IU and K₂ = {SMALL_FALL:g} IU peak? Use the "
        "formula or your own function.",
        model.peak_dose(curve),
        tolerance=0.06,
        unit="IU",
        why=f"It is √(K₁ K₂), whatever the exponent. The height there is {model.peak_effect(curve):.3f}: this drug "
        "never has more than that share of what it could do.",
        hints=[
            Hint(
                (SMALL_RISE + SMALL_FALL) / 2,
                "That is the mean. Doses go by ratios here: take the root of the product.",
            ),
            Hint(SMALL_RISE * SMALL_FALL, "That is the product. Take its square root."),
            Hint(
                model.peak_dose(model.DoseResponse()),
                "That is the peak of the lab as it starts. K₁ is smaller here.",
            ),
            Hint(model.peak_effect(curve), "That is how high the peak is. At which dose does it stand?"),
        ],
    )


def exponents() -> dict[str, str]:
    """Return the options of exercise 4."""
    return {"2": "An exponent of 2", "4": "An exponent of 4", "8": "An exponent of 8", "none": "No exponent does it"}


def right_exponent() -> str:
    """Return which option makes 48 IU less than half as good as 24 IU first; "none" if no exponent does."""
    smallest = model.smallest_hill(0.5, 48, 24, model.DoseResponse())
    if smallest is None:
        return "none"
    return next((key for key in ("2", "4", "8") if float(key) >= smallest), "none")


def exercise_hill() -> ChoiceExercise:
    """Can any Hill exponent make 48 IU inert?"""
    ratios = {key: model.effect_ratio(48, 24, model.DoseResponse(hill=float(key))) for key in ("2", "4", "8")}
    other = model.smallest_hill(0.5, 48, 24, model.DoseResponse(half_fall=EARLIER_FALL))
    assert other is not None

    def hint(key: str) -> Hint:
        return Hint(
            key,
            f"With {key}, 48 IU still has {ratios[key]:.3f} times the effect of 24 IU. Where is K₂, and how much is "
            "spared there?",
        )

    return ChoiceExercise(
        "Exercise 4",
        "K₁ = 12 IU and K₂ = 48 IU. Which is the smallest of these Hill exponents that makes the effect of 48 IU less "
        "than half of that of 24 IU: '2', '4', '8', or 'none'? Ask `model.effect_ratio(48, 24, "
        "model.DoseResponse(hill=…))`.",
        right_exponent(),
        options=exponents(),
        why="The ratio is (1 + 2ᵐ)² / (2 (1 + 4ᵐ)), above ½ for every m: at K₂ = 48 IU half is spared, however abrupt "
        f"the fall. With K₂ = {EARLIER_FALL:g} IU an exponent of {other:.2f} is enough. 'An inverted U' is a "
        "commitment to numbers.",
        hints=[hint(key) for key in ratios],
    )


def exercise_buffers() -> NumberExercise:
    """How much of the peak two buffers leave."""
    left = 100 * (1 - share_taken(FRIEND, SPRAY))
    friend, spray = 100 * FRIEND, 100 * SPRAY
    return NumberExercise(
        "Exercise 5",
        f"In the cascade a friend takes {friend:.0f} % of the stressor and oxytocin takes {spray:.0f} % of what the "
        "friend leaves. How many per cent of the peak of cortisol are left?",
        left,
        tolerance=0.5,
        unit="%",
        why=f"{100 - friend:.0f} % of {100 - spray:.0f} %. The order does not matter, and neither does the length of "
        "the stressor: the chain is linear.",
        hints=[
            Hint(
                100 - friend - spray, "You added what they take. The second takes its share of what the first leaves."
            ),
            Hint(100 - left, "That is how much is taken. How much is left?"),
            Hint(friend * spray / 100, "You multiplied what they take. Multiply what they leave."),
        ],
    )


def exercise_interaction() -> ArrayExercise:
    """The same four means on two scales."""
    found = model.interaction(**CELLS)
    listed = ", ".join(
        f"{words} {CELLS[key]:g}"
        for key, words in (
            ("neither", "alone with placebo"),
            ("support", "friend with placebo"),
            ("oxytocin", "alone with oxytocin"),
            ("both", "friend with oxytocin"),
        )
    )
    return ArrayExercise(
        "Exercise 6",
        f"Four groups, mean rise of cortisol: {listed}. Compute the interaction, both − friend − oxytocin + neither, "
        "first with these numbers, then with their natural logarithms. Give both, in a list.",
        [found.raw, found.logarithmic],
        tolerance=0.01,
        why='The same four means interact as differences and not as ratios. "Friend and oxytocin interact" says '
        "nothing until you name the scale.",
        hints=[
            Hint([-found.raw, found.logarithmic], "The sign is turned round. Begin with the group that has both."),
            Hint([found.raw, found.raw], "The second number is of the logarithms: take the log of each mean first."),
            Hint([found.raw, math.log(found.raw)], "That is the log of the result. Take the log of each mean first."),
            Hint([found.logarithmic, found.raw], "The right numbers in the wrong order: first raw, then logarithms."),
            Hint(
                [CELLS["both"] - CELLS["neither"], math.log(CELLS["both"] / CELLS["neither"])],
                "That compares both with neither. An interaction needs all four groups.",
            ),
        ],
    )


def trial_error() -> float:
    """Return the standard error that goes with the interval of the trial."""
    return (TRIAL_HIGH - TRIAL_LOW) / (2 * NormalDist().inv_cdf(0.975))


def exercise_trial() -> ArrayExercise:
    """What an interval says about a null result."""
    error, most = trial_error(), -TRIAL_LOW
    return ArrayExercise(
        "Exercise 7",
        "A trial with 277 autistic children and adolescents measured social withdrawal on a scale from 0 to 39 "
        f"[sikich2021]. Spray minus placebo was −0.2 points, with a 95 % interval from {short(TRIAL_LOW)} to "
        f"{short(TRIAL_HIGH)}; below 0 is less withdrawn. Give two numbers in a list: the standard error, and the "
        "largest benefit in points that the interval still allows, as a positive number.",
        [error, most],
        tolerance=0.02,
        why=f"A benefit of more than {most:g} of 39 points does not fit the data well. A null result with an interval "
        "says how large an effect may still be; a p value alone does not.",
        hints=[
            Hint([(TRIAL_HIGH - TRIAL_LOW) / 2, most], "That is half of the interval, which is 1.96 standard errors."),
            Hint(
                [TRIAL_HIGH - TRIAL_LOW, most], "That is the width of the interval, which is 2 × 1.96 standard errors."
            ),
            Hint([error, TRIAL_HIGH], "That end is the largest harm: above 0 is more withdrawn than with placebo."),
            Hint([error, -most], "Right in size. Give the benefit as a positive number."),
            Hint([error, 0.2], "That is the estimate itself. The interval allows more."),
        ],
    )


def z_of(p: float) -> float:
    """Return the z of a two-sided p."""
    return NormalDist().inv_cdf(1 - p / 2)


def p_of(z: float) -> float:
    """Return the two-sided p of a z."""
    return 2 * (1 - NormalDist().cdf(abs(z)))


def p_of_difference() -> float:
    """Return the p of the difference between the two groups of exercise 8."""
    return p_of((z_of(P_WOMEN) - z_of(P_MEN)) / math.sqrt(2))


def exercise_difference() -> NumberExercise:
    """Is significant in one group and not in another a difference?"""
    women, men = z_of(P_WOMEN), z_of(P_MEN)
    return NumberExercise(
        "Exercise 8",
        f"A spray lowers cortisol in women by {women:.2f} standard errors (p = {P_WOMEN:.2f}) and in men by {men:.2f} "
        f"standard errors (p = {P_MEN:.2f}). The two groups are separate, with equal standard errors. What is the "
        "two-sided p of the difference between women and men? `NormalDist().cdf(z)` is imported.",
        p_of_difference(),
        tolerance=0.01,
        why="The standard error of the difference is √2 times that of each group. One effect is significant, the other "
        "is not, and the difference is nowhere near. Test the interaction.",
        hints=[
            Hint(P_MEN - P_WOMEN, "That is the difference of two p values, which is the p of nothing."),
            Hint(
                p_of(women - men),
                "You used the standard error of one group. The difference of two groups has √2 times as much.",
            ),
            Hint(p_of_difference() / 2, "That is one-sided. Count both tails."),
            Hint(P_WOMEN * P_MEN, "You multiplied the p values. The difference has a z of its own."),
            Hint((women - men) / math.sqrt(2), "That is the z of the difference. Now its p."),
        ],
    )


def exercises() -> list[FunctionExercise | NumberExercise | ChoiceExercise | ArrayExercise]:
    """Return all exercises, in order."""
    return [
        exercise_bell(),
        exercise_delay(),
        exercise_peak_dose(),
        exercise_hill(),
        exercise_buffers(),
        exercise_interaction(),
        exercise_trial(),
        exercise_difference(),
    ]


# Quiz


def quiz() -> Quiz:
    """Six questions on time, dose, gain and chance."""
    rest = ends_in(MIDDLE_DRIVE)
    steady = model.steady_state(model.StressAxis(drive=MIDDLE_DRIVE)).corticosteroid
    people = model.outcomes(model.ByChance(participants=60))
    few = model.outcomes(model.ByChance())
    volume = model.simulate_gain(model.SignalGain(oxytocin=1, mechanism="volume")).now
    return Quiz(
        "What stays with you?",
        [
            Question(
                "In the model of the stress axis you take the delay away, and leave the drive. What happens?",
                [
                    Answer(
                        "The pulses get faster", "Without a delay there is nothing to overshoot, so nothing to repeat."
                    ),
                    Answer(
                        "The pulses stop", "Yes, at every steady drive. In this model the delay makes them.", right=True
                    ),
                    Answer(
                        "The hormone goes to 0",
                        f"The drive goes on, so the hormone settles at its steady level, {steady:.2f} at a drive of "
                        f"{MIDDLE_DRIVE:g}.",
                    ),
                ],
            ),
            Question(
                f"One blood sample has a level of {rest.high:.1f}, another one of {rest.low:.1f}. What can you say "
                "about the stress of these two?",
                [
                    Answer(
                        "Nothing yet: one and the same animal at rest reaches both within the hour.",
                        f"Yes. In the model the resting pulses go from {rest.low:.2f} to {rest.high:.2f}. Cortisol is "
                        "not a reading of stress.",
                        right=True,
                    ),
                    Answer("The first is more stressed", "A sample also depends on when in the pulse it was taken."),
                    Answer("The first has a stronger drive", "Both levels occur under the same steady drive."),
                ],
            ),
            Question(
                "A study of a friend and a spray had 37 men in four groups. About how many were there per group?",
                [
                    Answer("37", "That is all of them together, over the four groups."),
                    Answer("About 18", "That would be two groups. Friend or not and spray or placebo make four."),
                    Answer("About 9", "Yes. An interaction between groups of nine is hard to pin down.", right=True),
                ],
            ),
            Question(
                "An effect has p = .04 in women and p = .20 in men. Does that show a sex difference?",
                [
                    Answer("Yes: it is significant in one and not in the other", "Two verdicts are no comparison."),
                    Answer(
                        "Yes, if both groups are large",
                        "Size does not help while the two are not compared with each other.",
                    ),
                    Answer(
                        "No: the difference itself must be tested",
                        f"Yes. With equal standard errors its p is {p_of_difference():.2f}.",
                        right=True,
                    ),
                    Answer(
                        "No: there are no such differences",
                        "There may be. This result neither shows one nor rules it out.",
                    ),
                ],
            ),
            Question(
                "A modulator doubles every rate of a neuron. What happens to the ratio of the rate with the signal to "
                "the rate without it?",
                [
                    Answer(
                        "It stays the same",
                        f"Yes: both are doubled, and the ratio stays at {float(volume.signal_to_noise):.1f}. More "
                        "spikes still help whoever counts them.",
                        right=True,
                    ),
                    Answer("It doubles", "The background is doubled too."),
                    Answer("It falls to half", "That would need a background that grows and a signal that does not."),
                ],
            ),
            Question(
                f"Two doses do exactly the same, and studies of 17 people are split in {100 * few.exactly_one:.0f} % "
                "of cases: one dose significant, the other not. What makes splits rare without missing the effect?",
                [
                    Answer(
                        "A stricter significance level",
                        "Then both doses are missed more often: what you save in splits you lose in misses.",
                    ),
                    Answer(
                        "More people in each study",
                        f"Yes: with 60 people it is {100 * people.exactly_one:.0f} %. And "
                        "test the doses against each other.",
                        right=True,
                    ),
                    Answer(
                        "More studies of 17 people", "Each of them is as likely to be split. Pooled, they would help."
                    ),
                ],
            ),
        ],
    )
