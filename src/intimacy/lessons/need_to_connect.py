"""The words of "The need to connect": bets, checked exercises and a quiz.

Every expected answer, and every number that a sentence names, is asked of the models when it is needed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy.models import need_to_connect as model
from intimacy.models.need_to_connect import BallGame, MovingSetPoint
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

SHORT, LONG, MONTH = 10, 2160, 720
SLOW_FADING, QUICK_ADAPTATION = 24.0, 240.0
TIMES_AS_SLOW = 5
PEOPLE = {"i": (0.2, 0.3), "j": (1.2, 1.8), "k": (0.7, 1.0)}
"""Felt connection that the usual company keeps up, and need."""
MODERATE_OPPONENT = 0.5
DAYS = (0, 3, 10, 30)
FIVE_PLAYERS, SLOW_LEARNING = 5, 0.1
_PERSON = MovingSetPoint()


def _nearest(value: float, options: Mapping[str, float]) -> str:
    """Return the option that is nearest by ratio."""
    return min(options, key=lambda key: abs(math.log(options[key] / value)))


def bet_reunion() -> Bet:
    """Before the first lab: after which time alone is more contact sought?"""
    short, long = (model.simulate_moving_set_point(_PERSON.replace(hours_alone=hours)) for hours in (SHORT, LONG))
    sought = [float(run.together.contact[0]) for run in (short, long)]
    missing = [float(run.alone.craving[-1]) for run in (short, long)]

    def outcome() -> str:
        ratio = sought[1] / sought[0]
        return "same" if 0.9 < ratio < 1.1 else "long" if ratio > 1 else "short"

    return Bet(
        f"Somebody is alone for {SHORT} hours, and another time for {LONG // 24} days. Then there is company again, as "
        "much as is wanted. At the moment of the reunion, when is more contact sought?",
        {
            "short": Option(f"After the {SHORT} hours", f"after the {SHORT} hours", f"it was after the {SHORT} hours"),
            "same": Option("About the same both times", "about the same", "it was about the same"),
            "long": Option(
                f"After the {LONG // 24} days", f"after the {LONG // 24} days", f"it was after the {LONG // 24} days"
            ),
        },
        outcome,
        f"in the model contact on reunion is {sought[0]:.2f} times the usual after {SHORT} hours and {sought[1]:.2f} "
        f"times after {LONG // 24} days. {missing[0]:.2f} is missing after the hours and {missing[1]:.2f} after the "
        "days: the set-point has come down to what has become usual. In people this has not been tested",
    )


def bet_recovery() -> Bet:
    """Before the lab on different times alone: how fast does a set-point come back?"""
    run = model.simulate_moving_set_point(_PERSON.replace(hours_alone=MONTH))
    lost = run.alone.set_point[-1]
    back = (run.hours_to_regain_half or math.inf) / 24
    days = {"day": 1.0, "week": 7.0, "month": 30.0, "quarter": 90.0}
    fade, return_ = (each / 24 for each in (model.adaptation_time(_PERSON), model.recovery_time(_PERSON)))
    return Bet(
        f"After a month alone the set-point has come down from {_PERSON.need:g} to {lost:.2f}. Together again, company "
        "can be sought as much as is wanted. How long does it take until half of what the set-point lost is back?",
        {
            "day": Option("About a day", "about a day", "it took about a day"),
            "week": Option("About a week", "about a week", "it took about a week"),
            "month": Option("About a month, as long as the loss", "about a month", "it took about a month"),
            "quarter": Option("About three months", "about three months", "it took about three months"),
        },
        lambda: _nearest(back, days),
        f"it takes {back:.0f} days. Alone the set-point falls with a time constant of {fade:.0f} days; in company that "
        f"is sought it rises with one of about {return_:.0f}. Who expects little seeks little, and what is sought "
        "holds the set-point where it is",
    )


def bet_halfway() -> Bet:
    """Before the lab on the needs in the game: how many throws until the needs are halfway down?"""
    game = BallGame()
    throws = model.half_life(game.expectation_learning)
    numbers = {"one": 1.0, "four": 4.0, "ten": 10.0, "twenty": 20.0}
    return Bet(
        f"In the model somebody who is left out expects, after each throw of the others, "
        f"{100 * game.expectation_learning:.0f} % less of the ball than before. After how many of their throws are the "
        "needs halfway down to their lowest point?",
        {
            "one": Option("One", "after one throw", "it was after about one"),
            "four": Option("About four", "after about four", "it was after about four"),
            "ten": Option("About ten", "after about ten", "it was after about ten"),
            "twenty": Option("About twenty", "after about twenty", "it was after about twenty"),
        },
        lambda: _nearest(throws, numbers),
        f"what is expected halves every {throws:.2f} throws of the others, and the needs go with it. The learning rate "
        "is a teaching value: nobody has measured it in this game",
    )


def exercise_peak() -> NumberExercise:
    """When most is missing for another person."""
    fading, drifting = SLOW_FADING, QUICK_ADAPTATION
    right = model.hours_of_most_craving(fading, drifting)
    factor = drifting * fading / (drifting - fading)
    return NumberExercise(
        "Exercise 1",
        f"For somebody else felt connection fades with τₓ = {fading:g} h and the set-point adapts with "
        f"τₛ = {drifting:g} h. After how many hours alone is most missing? T* = ln(τₛ/τₓ) τₛ τₓ/(τₛ − τₓ).",
        right,
        tolerance=0.06,
        unit="h",
        why="Slower fading and quicker adaptation pull it in opposite directions; compare the 43.4 h of the lab.",
        hints=[
            Hint(
                factor,
                "The logarithm of τₛ/τₓ is missing, or you took it to base 10, where it is 1. Take the natural one.",
            ),
            Hint(
                math.log(drifting / fading) * (drifting - fading),
                "You multiplied by the difference alone. τₛ τₓ stands above it, as a fraction.",
            ),
            Hint(model.hours_of_most_craving(), "That is the person of the lab. Put in the two times of this one."),
        ],
    )


def _missing(hours: float, need: float, fading: float, drifting: float) -> float:
    return float(model.craving_alone(hours, need, fading, drifting))


def _gap(hours: float, fading: float, drifting: float) -> float:
    return math.exp(-hours / drifting) - math.exp(-hours / fading)


def exercise_missing() -> FunctionExercise:
    """A function of the learner's own, to be moved with ``interact``."""
    return FunctionExercise(
        "Exercise 2",
        "Write `missing(hours, need, fading, drifting)`: what is missing after some hours alone, "
        "s₀ τₛ/(τₛ − τₓ) (exp(−T/τₛ) − exp(−T/τₓ)), with need for s₀, fading for τₓ and drifting for τₛ. Then move "
        "your function: `interact(missing, hours=(0, 2160), need=(0.2, 2), fading=(2, 60), drifting=(72, 4320))`.",
        _missing,
        cases=[(10, 1, 10, 720), (24, 1, 10, 720), (720, 0.5, 10, 720), (100, 2, 48, 300), (0, 1, 10, 720)],
        tolerance=1e-6,
        why="Now it is your lab. Move hours alone from left to right: where does your number turn round?",
        hints=[
            Hint(lambda t, s, f, d: s * d / (d - f) * -_gap(t, f, d), "The two exponentials are the wrong way round."),
            Hint(lambda t, s, f, d: s * _gap(t, f, d), "The factor τₛ/(τₛ − τₓ) is missing."),
            Hint(lambda t, s, f, d: d / (d - f) * _gap(t, f, d), "Your function does not use the need."),
            Hint(lambda t, s, f, d: s * f / (d - f) * _gap(t, f, d), "τₛ stands above the fraction, not τₓ."),
            Hint(
                lambda t, s, f, d: s * (1 - math.exp(-t / f)),
                "That is for a set-point that never moves. Here it falls as well, with τₛ.",
            ),
            Hint(
                lambda t, s, f, d: s * math.exp(-t / f),
                "That is felt connection itself. What is missing is the set-point minus it.",
            ),
        ],
    )


def exercise_gain() -> NumberExercise:
    """How steep seeking must be for a given slowness of recovery."""
    kappa = 2 * _PERSON.need / _PERSON.decay_time
    right = 4 * (TIMES_AS_SLOW - 1) / (kappa * _PERSON.decay_time)
    return NumberExercise(
        "Exercise 3",
        "In company that is sought, the set-point comes back with a time constant of about τₛ (1 + κ k τₓ/4). With "
        f"κ = {kappa:g} per hour and τₓ = {_PERSON.decay_time:g} h: which gain k makes it come back {TIMES_AS_SLOW} "
        "times as slowly as it is lost?",
        right,
        tolerance=0.01,
        why="Steeper seeking holds a person closer to the set-point, wherever that is: so it comes back more slowly.",
        hints=[
            Hint(
                right * TIMES_AS_SLOW / (TIMES_AS_SLOW - 1), "The 1 in the bracket counts too: 1 + κkτₓ/4 has to be 5."
            ),
            Hint(right / 4, "The 4 below the fraction is missing."),
            Hint(_PERSON.gain, "That is the gain of the lab, which makes it 4 times as slow."),
            Hint(right * _PERSON.decay_time, "Divide by τₓ as well."),
        ],
    )


def exercise_company() -> ChoiceExercise:
    """Who misses most is not who has least."""
    gaps = {name: need - company for name, (company, need) in PEOPLE.items()}
    told = "; ".join(f"{name} has {company:g} and needs {need:g}" for name, (company, need) in PEOPLE.items())
    return ChoiceExercise(
        "Exercise 4",
        "Three people and what their usual company keeps up of felt connection, beside what each of them needs. "
        f"Person {told}. For whom is most missing: `'i'`, `'j'` or `'k'`?",
        max(gaps, key=lambda name: gaps[name]),
        options={name: f"Person {name}" for name in PEOPLE},
        why=f"What is missing is {gaps['i']:.1f} for i, {gaps['j']:.1f} for j and {gaps['k']:.1f} for k. Person j has "
        "the most company of the three. Being alone is a fact; what is missing depends on the need as well.",
        hints=[
            Hint("i", "Person i has least company, and needs little. Take the need minus what is there."),
            Hint("k", "Person k lies in between. Take the need minus what is there, for each of the three."),
        ],
    )


def exercise_opponent() -> ArrayExercise:
    """What is left of the opponent after a loss, by hand."""
    gain, fast, slow = MODERATE_OPPONENT, 1.0, 10.0
    days = np.array(DAYS, dtype=np.float64)
    pleasure, lasting = np.exp(-days / fast), np.exp(-days / slow)
    k = fast / (fast - slow)
    right = gain * k * pleasure + gain * (1 - k) * lasting
    return ArrayExercise(
        "Exercise 5",
        f"After a long presence with an opponent of g = {gain:g}, τₐ = {fast:g} and τᵦ = {slow:g} days, someone has "
        f"gone for good. How strong is the opponent process b on days {', '.join(map(str, DAYS))}? Give a list of four "
        "numbers: b(t) = g K exp(−t/τₐ) + g (1 − K) exp(−t/τᵦ), with K = τₐ/(τₐ − τᵦ).",
        right,
        tolerance=5e-4,
        why="What is felt is exp(−t/τₐ) minus this. Both go to zero: the equation has it so, grief need not.",
        hints=[
            Hint(gain * lasting, "You left K out. The opponent still answers to the pleasure that fades."),
            Hint(
                -gain * k * pleasure + gain * (1 + k) * lasting,
                "K is negative here: τₐ − τᵦ is below zero. Keep its sign.",
            ),
            Hint(pleasure - right, "That is what is felt, pleasure minus opponent. Asked is the opponent alone."),
            Hint(gain * k * lasting + gain * (1 - k) * pleasure, "The two times are swapped: g K goes with τₐ."),
        ],
    )


def expected_share(comes: Sequence[int], learning: float, players: int) -> float:
    """Return the share that somebody expects after some throws of the others: q ← q + α (o − q), from 1/(n − 1)."""
    share = 1 / (players - 1)
    for came in comes:
        share += learning * (came - share)
    return share


def _from(start: float, comes: Sequence[int], learning: float) -> float:
    for came in comes:
        start += learning * (came - start)
    return start


def exercise_expect() -> FunctionExercise:
    """What somebody in the game comes to expect, written by the learner."""
    return FunctionExercise(
        "Exercise 6",
        "Write `expect(comes, learning, players)`: the share of the others' throws that somebody expects after some "
        "of them. Start from the fair share, 1/(players − 1). After each throw of the others move by the share "
        "`learning` of the difference towards 1 if it came to you, towards 0 if not. `comes` is a list of 1 and 0.",
        expected_share,
        cases=[([0, 0, 0], 0.15, 3), ([1, 0, 1, 1], 0.2, 4), ([0] * 14, 0.15, 3), ([1], 0.5, 6), ([], 0.15, 3)],
        tolerance=1e-6,
        why="Fourteen throws without you, as in the game, leave about a tenth of the fair share.",
        hints=[
            Hint(lambda c, r, n: _from(1 / n, c, r), "Fair is one over the number of the *others*: players − 1."),
            Hint(lambda c, r, n: _from(0.0, c, r), "Start from the fair share, not from 0."),
            Hint(lambda c, r, n: _from(1.0, c, r), "Start from the fair share, not from 1."),
            Hint(
                lambda c, r, n: sum(c) / len(c) if c else 1 / (n - 1),
                "That is the mean of what came. Move by a share of the difference after each throw.",
            ),
            Hint(
                lambda c, r, n: expected_share([1 - each for each in c], r, n),
                "You move towards 0 where the ball came. 1 in the list means that it came to you.",
            ),
        ],
    )


def exercise_fair() -> ArrayExercise:
    """A fair game of five, and a slower learner."""
    fair, half = model.fair_share(FIVE_PLAYERS), model.half_life(SLOW_LEARNING)
    return ArrayExercise(
        "Exercise 7",
        f"There are {FIVE_PLAYERS} players, you among them, and somebody learns with α = {SLOW_LEARNING:g}. Which "
        "chance p that a throw of the others goes to you is fair? And in how many of their throws does the expected "
        "share of somebody who is left out halve? Give a list of two numbers.",
        [fair, half],
        tolerance=0.01,
        why="The half-life does not depend on how many play. In 120 studies the effect of being left out did not "
        "either [hartgerink2015].",
        hints=[
            Hint(
                [1 / FIVE_PLAYERS, half],
                "You throw to others, not to yourself: fair is 1 over the number of the others.",
            ),
            Hint([fair, math.log(2) / SLOW_LEARNING], "Close: that is for very slow learning. Use −ln(1 − α) below."),
            Hint([fair, model.half_life(BallGame().expectation_learning)], "That is for α = 0.15. Here it is 0.1."),
            Hint([half, fair], "The two answers are swapped. First the chance, then the throws."),
        ],
    )


def exercises() -> Sequence[ArrayExercise | ChoiceExercise | FunctionExercise | NumberExercise]:
    """Return all exercises in order."""
    return (
        exercise_peak(),
        exercise_missing(),
        exercise_gain(),
        exercise_company(),
        exercise_opponent(),
        exercise_expect(),
        exercise_fair(),
    )


def _surplus() -> float:
    """Return what is too much after a season alone if the old amount is back at once."""
    run = model.simulate_moving_set_point(_PERSON.replace(hours_alone=LONG))
    return _PERSON.need - float(run.alone.set_point[-1])


def quiz() -> Quiz:
    """Return seven questions on the whole lesson."""
    peak = model.hours_of_most_craving()
    return Quiz(
        "What stays with you?",
        [
            Question(
                "In the model of the moving set-point, after a season alone the old amount of company feels …",
                [
                    Answer(
                        "… the same as before.",
                        "It would, if the set-point had stayed. A season alone has moved it down to what was usual.",
                    ),
                    Answer(
                        "… too much at first.",
                        f"Yes: {_surplus():.2f} of it, where 1 was right before. That is the hypothesis from animal "
                        "work and theory [lee2021]. In people it is not shown.",
                        right=True,
                    ),
                    Answer(
                        "… too little.",
                        "After a day alone much is missing. After a season the set-point has come down, and little is.",
                    ),
                ],
            ),
            Question(
                '"The longer alone, the more you long for company." What does the model say?',
                [
                    Answer(
                        f"Up to about {peak:.0f} hours, then less.",
                        "Yes, with its starting values. And less longing is not the same as being well: the set-point "
                        "needs four times as long to come back.",
                        right=True,
                    ),
                    Answer(
                        "Yes, without end.",
                        "Only if the set-point never moves. Switch it off in the lab, and the curve has no peak.",
                    ),
                    Answer(
                        "No, longing falls from the first hour.",
                        "At first felt connection fades much faster than the set-point follows, so more is missing.",
                    ),
                ],
            ),
            Question(
                "Over 53 brain imaging studies of being left out, there was in the dorsal anterior cingulate …",
                [
                    Answer(
                        "… strong activity: the brain's pain signal.",
                        "That was the claim of a famous study with 13 people [eisenberger2003]. It did not hold up.",
                    ),
                    Answer(
                        "… nothing, and so being left out does not hurt.",
                        "What people report is large and replicated. A brain area is no judge of whether it is real.",
                    ),
                    Answer(
                        "… no reliable activity.",
                        "Yes: fewer than 15 % of studies reported a peak there [mwilambwetshilobo2021]. That people "
                        "report hurt stands all the same.",
                        right=True,
                    ),
                ],
            ),
            Question(
                "Blocking opioid receptors in healthy adults …",
                [
                    Answer(
                        "… takes the feeling of connection away.",
                        "Strong feelings of connection remained. So intact opioid signals are not essential for it.",
                    ),
                    Answer(
                        "… lowers felt connection slightly.",
                        "Yes: g = −0.20, from −0.32 to −0.07 [loseth2024], and the authors think that it may be too "
                        "large.",
                        right=True,
                    ),
                    Answer(
                        "… makes people feel closer.",
                        "The whole interval lies below zero: on average, felt connection went down a little.",
                    ),
                ],
            ),
            Question(
                "After being left out of a ball game, what predicts how large the effect on the later measure is?",
                [
                    Answer(
                        "The time since the game: it passes with the minutes.",
                        "So the theory has it. In 120 studies the time since did not predict the effect on the last "
                        "measure.",
                    ),
                    Answer(
                        "Gender and country.",
                        "The effect was about as large for the genders, ages and countries that were compared.",
                    ),
                    Answer(
                        "Not the time since the game, as far as 120 studies show.",
                        "Yes [hartgerink2015]. And circumstances changed the first measure too, against the theory.",
                        right=True,
                    ),
                    Answer(
                        "How many people play.",
                        "The number of players made no difference in the studies. The model's effect is a bit smaller "
                        "with six.",
                    ),
                ],
            ),
            Question(
                "The curve of the opponent process comes back to zero after every loss. What follows for grief?",
                [
                    Answer(
                        "Nothing: the equation has it so by construction.",
                        "Yes. A model cannot show what was put into it. Grief need not go back to zero, and it is no "
                        "disorder.",
                        right=True,
                    ),
                    Answer(
                        "That grief is over after a fixed time.",
                        "The model has no grief in it. It has two terms that fade, because we wrote them so.",
                    ),
                    Answer(
                        "That who grieves for long has a strong opponent process.",
                        "Nobody has measured one in a grieving person, and grief is not a setting of a slider.",
                    ),
                ],
            ),
            Question(
                "Someone spends most days alone. What does that tell you about what is missing?",
                [
                    Answer(
                        "Much must be missing.",
                        "That depends on the need. In the lab the same company is too much for one and too little for "
                        "another.",
                    ),
                    Answer(
                        "Nothing can be missing, if it was chosen.",
                        "Chosen solitude is no lack. But that someone is alone does not tell whether it was chosen.",
                    ),
                    Answer(
                        "Nothing yet: you do not know the need.",
                        "Yes. What is missing is a difference, and you have seen only one side of it.",
                        right=True,
                    ),
                ],
            ),
        ],
    )
