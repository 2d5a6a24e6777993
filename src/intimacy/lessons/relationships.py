"""The words of "Relationships": bets, checked exercises and a quiz.

Every expected answer, and every number that a sentence names, is asked of the models when it is needed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy.models import relationships as model
from intimacy.models.relationships import Circle, CoRegulation, Influence, Overfitting, Screening
from intimacy.parameters import signed
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


def _written(value: float) -> str:
    """Write a level with a minus sign, as the labs do."""
    return f"{value:.2f}".replace("-", "−")


PAIR = Influence()
SLOW_PAIR = Influence(inertia=0.6)
FOUR = Circle(constellation="everyone", people=4)
PUSHED = 0.05
V, TRIAD = (CoRegulation(group=group, velocity_coupling=PUSHED) for group in ("v", "triangle"))
TEST = Screening()
RARE = Screening(base_rate=0.04, sensitivity=0.8, specificity=0.95)
STUDIES = 60
FIVE = (1.0, 0.7, 5)  # forgetting, return and people of exercise 6
STRONG_DAMPING = 0.12
GROUPS = ("v", "triangle", "everyone")


def bet_repair() -> Bet:
    """Before the first lab: how much repair removes the trap?"""
    least = model.least_repair(PAIR) or 0.0
    amounts = {"little": 0.1, "half": 0.5, "push": 0.9, "more": 1.3}

    def outcome() -> str:
        return min(amounts, key=lambda key: abs(amounts[key] - least))

    low = model.steady_states(PAIR)[0].i
    return Bet(
        f"Two people answer each other. Whoever hears something negative is pushed down by {PAIR.negative_push:g}. "
        f"From many beginnings they end with both at {_written(low)}, and there they stay: a trap. Now each adds a "
        f"repair attempt to the own answer whenever the other is below −{PAIR.repair_trigger:g}. How large must it be "
        "at least, so that the trap is gone?",
        {
            "little": Option("About 0.1: a little goes far", "about 0.1", "it takes about 0.1"),
            "half": Option("About 0.5: part of the push", "about 0.5", "it takes about 0.5"),
            "push": Option("0.9: all of the push", "all of the push", "it takes all of the push"),
            "more": Option("1.3: more than the push", "more than the push", "it takes more than the push"),
        },
        outcome,
        f"the trap is gone with any repair above {least:.2f}. Repair need not make anybody warm. It must only lift "
        f"both to where the other no longer counts as negative, −{PAIR.negative_threshold:g}; each one's own mood and "
        "inertia do the rest",
    )


def bet_bad_day() -> Bet:
    """Before the lab on circles: what is different where one of four has a bad day?"""
    pair, four = (model.simulate_circle(each) for each in (FOUR.replace(constellation="pair"), FOUR))

    def outcome() -> str:
        return "warm" if four.warm == 4 else "cold" if four.negative == 4 else "neutral" if four.warm == 0 else "split"

    return Bet(
        f"Two people: one is warm ({FOUR.warm:g}) and speaks first, the other has a bad day ({_written(FOUR.low)}). "
        f"With the answers of the first lab, without repair, both end at {_written(pair.affect[-1].mean())}. Now a "
        "chosen family of four, everyone with a tie to everyone, and the same answers: three are warm, one has the "
        "same bad day. Where do they end?",
        {
            "cold": Option("All four are negative", "all four would be negative", "all four are negative"),
            "split": Option(
                "Three warm, one negative", "three warm and one negative", "three stay warm and one negative"
            ),
            "neutral": Option("All near zero", "all near zero", "all end near zero"),
            "warm": Option("All four are warm", "all four would be warm", "all four are warm"),
        },
        outcome,
        "each hears the mean of three others. For a warm one, two warm answers stand beside one negative answer; for "
        f"the low one, all three are warm. So all end at {four.affect[-1].mean():.2f}, whoever speaks first. That is "
        "the arithmetic of this model, and no advice to have more friends",
    )


def bet_third_tie() -> Bet:
    """Before the lab on co-regulation: a V or a triad?"""
    v, triad = (model.simulate_co_regulation(each) for each in (V, TRIAD))

    def outcome() -> str:
        gap = triad.growth - v.growth
        return "same" if abs(gap) < 1e-3 else "v" if gap > 0 else "triad"

    return Bet(
        f"Three friends go along with each other's arousal, all with the same strength (γ = {PUSHED:g} /s), and each "
        f"calms alone (c = {V.damping:g} /s). In a V two of them have a tie with the one in the middle. In a triad the "
        "third tie is there too. Where does arousal fade faster?",
        {
            "v": Option("In the V", "the V", "it fades faster in the V"),
            "triad": Option("In the triad: more ties, more comfort", "the triad", "it fades faster in the triad"),
            "same": Option("Equally fast", "equally fast", "it fades equally fast"),
        },
        outcome,
        f"what fades slowest in the V halves every {model.half_life(v.growth) or math.inf:.0f} s. In the triad each "
        "goes along with two others, and together that is as much as each calms alone: arousal does not fade at all",
    )


def bet_flagged() -> Bet:
    """Before the lab on prediction: what is a flag worth?"""
    right = model.predictive_value(TEST.base_rate, TEST.sensitivity, TEST.specificity)
    chances = {"tenth": 0.1, "half": 0.5, "most": 0.9, "nearly": 0.99}

    def outcome() -> str:
        return min(chances, key=lambda key: abs(chances[key] - right))

    run = model.screen(TEST)
    return Bet(
        "A test is right for 90 of 100 couples who will separate, and for 90 of 100 who will stay. Of couples like "
        "these 1 in 10 separates. The test flags a couple. How likely is it that they separate?",
        {
            "tenth": Option("10 %", "10 %", "it is about 10 %"),
            "half": Option("50 %", "50 %", "it is about 50 %"),
            "most": Option("90 %", "90 %", "it is about 90 %"),
            "nearly": Option("99 %", "99 %", "it is about 99 %"),
        },
        outcome,
        f"of 1,000 couples {run.flagged_separate:.0f} are flagged rightly and {run.flagged_stay:.0f} wrongly. The nine "
        "hundred who stay are so many that a tenth of them is as many as nine tenths of the hundred who separate",
    )


# Exercises


def _states(mood: float, inertia: float) -> Array:
    return (mood + np.array([-PAIR.negative_push, 0, PAIR.positive_push])) / (1 - inertia)


def exercise_states() -> FunctionExercise:
    """Three steady states for any mood and inertia."""
    c, d = PAIR.positive_push, PAIR.negative_push
    pushes = np.array([-d, 0, c])
    return FunctionExercise(
        "Exercise 1",
        f"Two people who are alike have a positive push C = {c:g} and a negative push D = {d:g}. Write `states(mood, "
        "inertia)`, which returns a list of the three steady states, from the most negative to the most positive. At "
        "rest, x = a + r x + I.",
        _states,
        cases=[(0.1, 0.4), (0.1, 0.6), (0.0, 0.75), (-0.1, 0.2)],
        tolerance=1e-6,
        why="With more inertia all three lie further out, though nothing else has changed. Each holds as long as it "
        "lies on its own step.",
        hints=[
            Hint(lambda a, r: a + pushes, "That is the sum of mood and push. Divide by 1 − r: what lasts adds up."),
            Hint(lambda a, r: (a + pushes) / r, "Divide by 1 − r, not by r."),
            Hint(lambda a, r: _states(a, r)[::-1], "The numbers are right. Begin with the most negative."),
            Hint(lambda a, r: pushes / (1 - r), "The starting mood is missing in all three."),
            Hint(lambda a, r: _states(a, PAIR.inertia), "Your function does not use the inertia."),
            Hint(lambda a, r: a / (1 - r) + pushes, "The push lasts as well: divide mood and push together."),
        ],
    )


def exercise_least_repair() -> NumberExercise:
    """How much repair slower people need."""
    right = model.least_repair(SLOW_PAIR)
    assert right is not None
    a, r, d, n = (
        SLOW_PAIR.starting_mood,
        SLOW_PAIR.inertia,
        SLOW_PAIR.negative_push,
        SLOW_PAIR.negative_threshold,
    )
    return NumberExercise(
        "Exercise 2",
        f"Two people as in the first lab, but with an inertia of r = {r:g} (a = {a:g}, D = {d:g}, N = {n:g}). Each "
        f"adds a repair ρ to the own answer while the other is below −{n:g}. Which ρ must be exceeded, so that no "
        "state is left in which both are negative? Write down the negative state with repair, and ask when it is no "
        "longer below −N.",
        right,
        tolerance=0.005,
        why=f"With r = {PAIR.inertia:g} it was {model.least_repair(PAIR):g}: more inertia needs more repair. The "
        "model is about people who are safe with each other and free to leave, and about nobody else.",
        hints=[
            Hint(model.least_repair(PAIR), "That is the answer for r = 0.4, or for r in the place of 1 − r."),
            Hint(d - n * (1 - r), "The starting mood lifts as well: subtract a."),
            Hint(d - a - n, "The threshold has to be multiplied by 1 − r: repair works on a turn, N on a level."),
            Hint(d - a, "That would lift the state to 0. It is enough to lift it to −N."),
            Hint(d, "That is the whole push. Less is enough."),
            Hint((a - d) / (1 - r), "That is the negative state without repair. How far is it from −N, per turn?"),
        ],
    )


def answered(other: float, repair: float) -> float:
    """Return the influence of the other's affect, with repair, at the teaching values."""
    return float(model.influence_on(PAIR.replace(repair=repair), 0, other))


def exercise_influence() -> FunctionExercise:
    """The influence function with repair."""
    c, p, d, n, trigger = (
        PAIR.positive_push,
        PAIR.positive_threshold,
        PAIR.negative_push,
        PAIR.negative_threshold,
        PAIR.repair_trigger,
    )

    def with_sign(other: float, repair: float) -> float:
        return c if other > p else d + repair if other < -n else 0.0

    def minus(other: float, repair: float) -> float:
        return c if other > p else -d - repair if other < -n else 0.0

    def below_plus(other: float, repair: float) -> float:
        return c if other > p else repair - d if other < n else 0.0

    return FunctionExercise(
        "Exercise 3",
        f"Write `with_repair(other, repair)`: {c:g} if the other's affect is above {p:g}, −{d:g} if it is below −{n:g}"
        f", otherwise 0; and below −{trigger:g} the repair is added. Then move your function: `interact(with_repair, "
        "other=(-2.0, 2.0, 0.1), repair=(0.0, 1.5, 0.05))`.",
        answered,
        cases=[(1.0, 0.0), (0.2, 0.4), (-0.4, 0.4), (-1.0, 0.0), (-1.0, 0.55), (-2.0, 1.2), (0.7, 0.9)],
        tolerance=1e-9,
        why="That is all that one person does in this model: three steps, and a fourth where there is repair.",
        hints=[
            Hint(lambda other, repair: answered(other, 0), "Your function does not use the repair."),
            Hint(lambda other, repair: answered(other, 0) + repair, "Repair is added only below the trigger."),
            Hint(with_sign, "The negative push takes away: its sign is minus."),
            Hint(minus, "Repair is added to the answer, not taken from it."),
            Hint(below_plus, f"Negative counts from −{n:g} downwards. Mind the sign of the threshold."),
        ],
    )


def growth(forgetting: float, return_1: float, return_2: float) -> float:
    """Return the largest real part of the eigenvalues of a couple with straight returns."""
    return float(model.couple_eigenvalues(forgetting, return_1, return_2)[..., 0].real)


def exercise_growth() -> FunctionExercise:
    """Does a couple settle or run away?"""
    return FunctionExercise(
        "Exercise 4",
        "Write `growth(forgetting, return_1, return_2)` for two people with straight returns: how fast a small "
        "disturbance grows, per month. The eigenvalues are −α ± √(β₁β₂). Where β₁β₂ is negative the root is "
        "imaginary: it turns, and does not grow. Then move your function: `interact(growth, forgetting=(0.0, 3.0, "
        "0.1), return_1=(-1.5, 1.5, 0.1), return_2=(-1.5, 1.5, 0.1))`.",
        growth,
        cases=[(1.0, 0.5, 0.5), (1.0, 0.9, 0.4), (1.0, 1.2, 1.0), (0.2, 1.0, -1.0), (0.5, -0.8, -0.8), (2.0, 0.0, 1.3)],
        tolerance=1e-9,
        why="Below 0 it settles, above 0 it runs away. It is the product of the two returns that counts: two people "
        "who both answer with the opposite feed each other as well.",
        hints=[
            Hint(
                lambda alpha, one, two: -alpha + (one + two) / 2,
                "You took the mean of the two returns. It is the root of their product that counts.",
            ),
            Hint(lambda alpha, one, two: -alpha + one * two, "The root of the product is missing."),
            Hint(
                lambda alpha, one, two: -alpha + math.sqrt(abs(one * two)),
                "Where the product is negative, the root is imaginary and adds nothing to the growth.",
            ),
            Hint(lambda alpha, one, two: -growth(alpha, one, two), "The sign is turned round: fading is below 0."),
            Hint(
                lambda alpha, one, two: alpha + math.sqrt(max(one * two, 0)),
                "Forgetting takes away: its sign is minus.",
            ),
        ],
    )


def exercise_rest() -> ArrayExercise:
    """Where two who differ come to rest."""
    alpha, one, two, pull = 1.0, 0.8, 0.2, 1.0
    matrix = np.array([[-alpha, one], [two, -alpha]])
    right = np.linalg.solve(matrix, [-pull, -pull])
    return ArrayExercise(
        "Exercise 5",
        f"Person 1 returns β₁ = {one:g} of what 2 feels, person 2 returns β₂ = {two:g}. Both forget α = {alpha:g} and "
        f"find γA = {pull:g} in each other. Where do their feelings rest, x₁₂ and x₂₁? Set both rates to zero and "
        "solve. `np.linalg.solve` may help.",
        right,
        tolerance=0.005,
        why="The one who returns more feels more, and both feel more than the 1.00 that each would feel unanswered.",
        hints=[
            Hint(right[::-1], "The two are exchanged: the first is what person 1 feels."),
            Hint(-right, "The sign is turned round: M x = −γA."),
            Hint([pull + one, pull + two], "That is one answer only. Each answer is answered in turn."),
            Hint(
                [pull / (alpha - one), pull / (alpha - two)], "You answered each with the own feeling. x₁₂ needs x₂₁."
            ),
        ],
    )


def exercise_pairing() -> NumberExercise:
    """From which effect across ties on everyone-the-same loses to pairing off."""
    alpha, beta, people = FIVE
    right = alpha - beta
    together = (beta - alpha) / (people - 2)
    return NumberExercise(
        "Exercise 6",
        f'{people} people, everyone with a tie to everyone, α = {alpha:g} and β = {beta:g}. "Some ties grow at '
        'the cost of others" grows at the rate −α + β + σ, "everyone the same" at −α + β − σ(n − 2). Above which '
        "effect across ties σ does pairing off grow, while everyone the same still fades?",
        right,
        tolerance=0.002,
        unit="/month",
        why=f"There everyone the same fades at {-model.together_rate(alpha, beta, right, people):.2f} per month. The "
        "sign of what more people do lies in σ, and not in their number.",
        hints=[
            Hint(together, "That is where everyone the same begins to grow. The question is about pairing off."),
            Hint(-together, "That is where everyone the same would be still, with the sign turned round."),
            Hint(beta, "That is β alone. Set −α + β + σ = 0 and solve for σ."),
        ],
    )


def exercise_critical_coupling() -> ArrayExercise:
    """How much going along three constellations bear."""
    runs = [CoRegulation(group=group, people=4, damping=STRONG_DAMPING) for group in GROUPS]
    right = np.array([model.critical_velocity_coupling(each) for each in runs])
    people = np.array([3, 3, 4])
    ties = np.array([2, 3, 6])
    return ArrayExercise(
        "Exercise 7",
        f"Everyone calms with c = {STRONG_DAMPING:g} /s. Above which γ does arousal grow, in a V, in a triad, and in a "
        "chosen family of four with all six ties? It is c over the largest eigenvalue of the table of ties: √2, 2 and "
        "3. Give a list of three numbers.",
        right,
        tolerance=0.0005,
        why="The more others one goes along with, the less of it is borne. And still they would all be in step.",
        hints=[
            Hint(STRONG_DAMPING / people, "You divided by the number of people. Use the largest eigenvalue."),
            Hint(STRONG_DAMPING / ties, "You divided by the number of ties. Use the largest eigenvalue."),
            Hint(STRONG_DAMPING * STRONG_DAMPING / right, "You multiplied by the eigenvalue. Divide by it."),
            Hint([STRONG_DAMPING / 2, *right[1:]], "In the V the largest eigenvalue is √2, about 1.414."),
        ],
    )


def exercise_calmest() -> ChoiceExercise:
    """Which readout tells of calm?"""
    pairs = {
        "A": (0.98, -0.02),
        "B": (-0.97, -0.06),
        "C": (1.0, 0.01),
    }
    text = ", ".join(f"{name} {signed(step)} and {signed(rate)} /s" for name, (step, rate) in pairs.items())
    return ChoiceExercise(
        "Exercise 8",
        f"Three pairs. How far in step are they (from −1 to 1), and how fast does arousal grow? {text}. Which pair "
        "calms down fastest: `'A'`, `'B'` or `'C'`?",
        min(pairs, key=lambda name: pairs[name][1]),
        options={name: f"Pair {name}" for name in pairs},
        why="The arousal of pair B halves every 12 s, and they move in turn. Being in step is one reading, being "
        "soothed another.",
        hints=[
            Hint("A", "Pair A is in step and calms. But look at the second number: another pair calms faster."),
            Hint("C", "Pair C is perfectly in step, and arousal grows. In step is not calm."),
        ],
    )


def exercise_flags() -> NumberExercise:
    """What a flag is worth where few couples separate."""
    b, sensitivity, specificity = RARE.base_rate, RARE.sensitivity, RARE.specificity
    right = model.predictive_value(b, sensitivity, specificity)
    true, false = sensitivity * b, (1 - specificity) * (1 - b)
    return NumberExercise(
        "Exercise 9",
        f"Of couples like these {100 * b:g} % separate within the time of a study. A test finds {100 * sensitivity:g} "
        f"% of them, and is right about {100 * specificity:g} % of those who stay. Which share of its flags is right? "
        "Answer as a number between 0 and 1.",
        right,
        tolerance=0.005,
        why="More than half of the flags are wrong, though the test is a good one by both its numbers. No number of "
        "this kind says anything of one couple.",
        hints=[
            Hint(sensitivity, "That is how many of those who separate are flagged. Turn it round: of those flagged …"),
            Hint(specificity, "That is the share of those who stay about whom the test is right."),
            Hint(true, "Those are the right flags, of all couples. Divide by all flags."),
            Hint(false, "Those are the wrong flags, of all couples. You need the right ones among all flags."),
            Hint(1 - right, "That is the share of flags that are wrong."),
        ],
    )


def exercise_new_couple() -> ChoiceExercise:
    """What to say of a couple that the rule has not seen."""
    found = model.many_studies(Overfitting(), seeds=range(STUDIES))
    apparent, validated = (100 * float(found[name].mean()) for name in ("apparent", "cross_validated"))
    majority = 100 * float(found["majority"].mean())
    return ChoiceExercise(
        "Exercise 10",
        f"A rule is fitted to 60 couples. It is right about {apparent:.0f} % of them, and about {validated:.0f} % of "
        f"couples that were left out of the fit. In the study {majority:.0f} % stay together. A new couple comes. What "
        "is right more often: to follow the rule (`'rule'`), to say \"they stay\" of everyone (`'stay'`), or to add "
        "more questions to the rule first (`'more'`)?",
        "stay",
        options={"rule": "Follow the rule", "stay": 'Say "they stay"', "more": "Add more questions"},
        why='Saying "they stay" is right more often, and it knows nothing of the couple either. The higher number is a '
        "fit; the lower one is a forecast.",
        hints=[
            Hint(
                "rule", f"Its {apparent:.0f} % hold for couples that it has seen. For others it is {validated:.0f} %."
            ),
            Hint("more", "With more questions the fit gets better and the forecast worse. Try it in the lab."),
        ],
    )


def exercises() -> Sequence[ArrayExercise | ChoiceExercise | FunctionExercise | NumberExercise]:
    """Return all exercises in order."""
    return (
        exercise_states(),
        exercise_least_repair(),
        exercise_influence(),
        exercise_growth(),
        exercise_rest(),
        exercise_pairing(),
        exercise_critical_coupling(),
        exercise_calmest(),
        exercise_flags(),
        exercise_new_couple(),
    )


def quiz() -> Quiz:
    """Return seven questions on the whole lesson."""
    flags = model.screen(TEST)
    apparent = 100 * float(model.many_studies(Overfitting(), seeds=range(STUDIES))["apparent"].mean())
    return Quiz(
        "What stays with you?",
        [
            Question(
                "A test with 90 % sensitivity and 90 % specificity flags a couple. Of such couples 10 % split. How "
                "likely is it that this one splits?",
                [
                    Answer(
                        "90 %", "That is how many of those who split are flagged. It leaves out how few split at all."
                    ),
                    Answer(
                        "50 %",
                        f"Yes. Of 1,000 couples {flags.flagged_separate:.0f} are flagged rightly and "
                        f"{flags.flagged_stay:.0f} wrongly. Base rates rule.",
                        right=True,
                    ),
                    Answer("10 %", "That is the base rate, before the test. The flag does tell something."),
                ],
            ),
            Question(
                "In the model of two who answer each other, nobody lets anybody's negatives come near. What follows?",
                [
                    Answer(
                        "The trap is gone, and where warmth is held off too, so is the warm state.",
                        'Yes. Flat influence both ways leaves one lukewarm state. "Never fight" has a price here.',
                        right=True,
                    ),
                    Answer(
                        "They end warm from every beginning.",
                        "Only if warmth still counts, and only from some beginnings. Move the positive push down.",
                    ),
                    Answer(
                        "Nothing: the steady states lie where they lay.",
                        "The steps decide which states exist. Without a step down there is no negative state.",
                    ),
                ],
            ),
            Question(
                "In the model of co-regulation two people go along with each other more than each calms alone (γ > "
                "c). They …",
                [
                    Answer("… calm down faster.", "They feed each other: what one adds is more than the other calms."),
                    Answer("… no longer affect each other.", "They affect each other more than before."),
                    Answer(
                        "… amplify each other, perfectly in step.",
                        "Yes. Synchrony is one reading and damping another. Look at both.",
                        right=True,
                    ),
                ],
            ),
            Question(
                "431 newlywed couples were followed over time (Lavner et al. 2016). Communication and satisfaction …",
                [
                    Answer(
                        "… go together at one time, with only weak links either way over time.",
                        'Yes. Stress, money and more may move both. "Communicate better" is no universal key.',
                        right=True,
                    ),
                    Answer(
                        "… strongly cause each other.", "Neither link over time was found to be particularly robust."
                    ),
                    Answer("… are unrelated.", "At any one time, satisfied couples communicated better on average."),
                ],
            ),
            Question(
                "A triad of partners, in the model of love dynamics. Does the third person leave less love for each?",
                [
                    Answer("Yes, it is divided.", "Only where ties compete (σ above 0). Nothing divides it by itself."),
                    Answer("No, there is always more.", "Only where ties support each other (σ below 0)."),
                    Answer(
                        "It depends on the effect across ties, and not on the number alone.",
                        "Yes. With σ = 0 each tie rests where it would rest alone.",
                        right=True,
                    ),
                ],
            ),
            Question(
                f"A rule with 20 predictors fits 60 couples and is right about {apparent:.0f} % of them. What do you "
                "ask first?",
                [
                    Answer(
                        "How often it is right about couples that it has not seen.",
                        "Yes. Twenty columns of noise can fit that well, and foretell nobody.",
                        right=True,
                    ),
                    Answer("Which predictors were significant.", "Noise has significant predictors too, by luck."),
                    Answer(
                        f"Whether {apparent:.0f} % is a record.",
                        "A higher fit may be a worse forecast. It was fitted to them.",
                    ),
                ],
            ),
            Question(
                "In a survey of 1974, readers with poorer ratings of their marriage report extramarital contact more "
                "often. What follows?",
                [
                    Answer(
                        "Contact makes marriages unhappy.", "All was asked at once, so what came first cannot be told."
                    ),
                    Answer(
                        "Neither can be told, and nobody knows who did not answer.",
                        "Yes. Married women who read one magazine and chose to answer, asked once.",
                        right=True,
                    ),
                    Answer("Unhappy people look for contact.", "That is the same table read the other way round."),
                ],
            ),
        ],
    )
