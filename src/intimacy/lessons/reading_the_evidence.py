"""The words of "Reading the evidence": bets, checked exercises and a quiz.

Every expected answer, and every number that a sentence names, is asked of the models when it is needed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy.models import reading_the_evidence as model
from intimacy.models import replication
from intimacy.models.reading_the_evidence import BrainImages, Curse, Field
from intimacy.parameters import decimal
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

FILTERED = Field(publication="positive")
THREE = (0.1, 0.4, 0.7)
TWO_GROUPS = ((0.1, 0.3, 0.5), (0.01, 0.02, 0.04))
PRIOR, ALPHA = 0.25, 0.05
SMALL = Curse()


def bet_brain_image() -> Bet:
    """Before the first lab: what do twelve comparisons say together?"""
    pooled = model.read_brain_images(BrainImages()).pooled
    fixed = model.read_brain_images(BrainImages(method="fixed")).pooled

    def outcome() -> str:
        if pooled.low > 0:
            return "large" if pooled.estimate > 0.25 else "small"
        return "nothing" if pooled.high < 0.05 else "unclear"

    return Bet(
        "Twelve comparisons, with some two thousand people: half of them read a news text with a picture of a brain, "
        "half the same text without. All say how far they agree, on a scale from 1 to 4. We pool the twelve. What is "
        "the difference that a brain image makes?",
        {
            "large": Option("Large: over a quarter of a point", "a large difference", "it was large"),
            "small": Option(
                "Small, and clearly above zero", "a small one, clearly above zero", "it was clearly above 0"
            ),
            "unclear": Option(
                "Small, and it may be zero", "a small one that may be zero", "it is small and may be zero"
            ),
            "nothing": Option("None: zero within a hair's breadth", "none at all", "there was none at all"),
        },
        outcome,
        f"pooled with room for differences it is {pooled.estimate:.3f} points, with an interval from "
        f"{decimal(pooled.low, 3)} to {pooled.high:.3f}. With one true effect for all, the same data give "
        f"{decimal(fixed.low, 4)} to {fixed.high:.3f}: on the other side of zero by less than a thousandth of a point",
    )


def bet_filtered() -> Bet:
    """Before the lab on pooling: what does a filter do to what is pooled?"""
    run = model.simulate_field(FILTERED)
    found = run.pooled.estimate if run.pooled else 0.0
    sizes = {"low": 0.1, "true": 0.2, "more": 0.3, "double": 0.5, "four": 0.8}

    def outcome() -> str:
        return min(sizes, key=lambda key: abs(sizes[key] - found))

    return Bet(
        f"{FILTERED.experiments} laboratories study a question whose true effect is {FILTERED.effect:g} standard "
        "deviations on average. Journals take what is significant and has the expected sign. You pool what you can "
        "read, by the book. What do you get?",
        {
            "low": Option("About 0.1", "about 0.1", "it was about 0.1"),
            "true": Option("About 0.2: pooling finds the truth", "about 0.2", "it was about 0.2"),
            "more": Option("About 0.3", "about 0.3", "it was about 0.3"),
            "double": Option("About 0.5", "about 0.5", "it was about 0.5"),
            "four": Option("About 0.8", "about 0.8", "it was about 0.8"),
        },
        outcome,
        f"{int(run.published.sum())} of {FILTERED.experiments} experiments passed, with a pooled effect of "
        f"{found:.2f}; all that was run would have given {run.everything.estimate:.2f}. Pooling adds up what is there. "
        "It cannot add what is missing",
    )


def random_effects(estimates: Array, variances: Array, tau_squared: float) -> float:
    """Return the weighted mean with the weights 1/(v + τ²)."""
    weights = 1 / (np.asarray(variances, dtype=np.float64) + tau_squared)
    return float(weights @ np.asarray(estimates, dtype=np.float64) / weights.sum())


def exercise_random() -> FunctionExercise:
    """The random-effects mean, written by the learner."""
    y, v = (np.array(each) for each in TWO_GROUPS)
    return FunctionExercise(
        "Exercise 1",
        "Let experiments differ: write `random_effects(estimates, variances, tau_squared)`, the weighted mean with the "
        "weights 1/(v + τ²). All but the last are numpy lists.",
        random_effects,
        cases=[(y, v, 0.0), (y, v, 0.02), (y, v, 0.5), (np.array([0.2, -0.1]), np.array([0.1, 0.001]), 0.01)],
        tolerance=1e-6,
        why="With τ² = 0 it is the fixed effect. The larger τ² is, the more equal are the weights.",
        hints=[
            Hint(lambda e, w, t: random_effects(e, w, 0.0), "τ² has no part in your weights: divide by v + τ²."),
            Hint(lambda e, w, t: float(np.mean(e)), "That is the plain mean: every experiment weighs the same."),
            Hint(
                lambda e, w, t: float((w + t) @ e / (w + t).sum()),
                "Your weights grow with the variance. They should fall with it.",
            ),
            Hint(
                lambda e, w, t: float(e @ (1 / np.sqrt(w + t)) / (1 / np.sqrt(w + t)).sum()),
                "You divided by the standard error. Divide by the variance.",
            ),
            Hint(lambda e, w, t: float(e @ (1 / (w + t))), "Divide by the sum of the weights, to make it a mean."),
        ],
    )


def exercise_i_squared() -> NumberExercise:
    """I² from Q and the number of comparisons."""
    pooled = model.read_brain_images(BrainImages()).pooled
    q, k = round(pooled.q, 2), pooled.experiments
    return NumberExercise(
        "Exercise 2",
        f"For the {k} comparisons Q is {q:g}. Which share of their variation is more than chance explains? I² is "
        "1 − (k − 1)/Q, or 0 where that is negative. Give a number between 0 and 1.",
        1 - (k - 1) / q,
        tolerance=0.003,
        why=f"About {100 * pooled.i_squared:.0f} % of the variation. How much that is in points is told by τ, "
        f"{pooled.tau_squared**0.5:.3f}, and by the prediction interval.",
        hints=[
            Hint((k - 1) / q, "That is the share that chance explains. Take it from 1."),
            Hint(1 - k / q, "Take k − 1, not k: one of them is used up by the mean."),
            Hint(q / (k - 1), "That is H², Q over its expectation. I² is 1 minus its inverse."),
            Hint(q - (k - 1), "That is how far Q lies above its expectation. Divide it by Q."),
        ],
    )


def exercise_leave_one_out() -> ArrayExercise:
    """Three effects, each left out in turn."""
    values = np.array(THREE)
    right = (values.sum() - values) / 2
    return ArrayExercise(
        "Exercise 3",
        f"Three experiments of one size found {', '.join(f'{value:g}' for value in THREE)}. What is the pooled effect "
        "without the first, without the second, without the third? A list of three numbers, by hand.",
        right,
        tolerance=0.001,
        why="Equal sizes, equal weights, so these are plain means. One experiment of three moves the answer by much.",
        hints=[
            Hint(np.full(3, values.mean()), "That is the mean of all three, three times. Leave one out each time."),
            Hint(right[::-1], "The order is turned round: the first number leaves out the first experiment."),
            Hint(2 * right, "Those are the sums. Divide by two."),
            Hint(values, "Those are the experiments themselves. Pool the other two each time."),
        ],
    )


PAIRS = {
    "touch": "Touch and pain, touch and depression: two outcomes from one meta-analysis, both as Hedges' g",
    "lonely": "Three meta-analyses of loneliness and deaths of older people, all as hazard ratios",
    "ratios": "Loneliness and deaths, isolation and deaths: two hazard ratios",
    "image": "A study of brain images and its ten replications: the same question, other people, one scale",
}


def exercise_poolable() -> ChoiceExercise:
    """Which results may be pooled?"""
    options = ". ".join(f"`'{key}'`: {words}" for key, words in PAIRS.items())
    return ChoiceExercise(
        "Exercise 4",
        f"Which of these may be pooled? {options}.",
        "image",
        options=PAIRS,
        why="One scale, one question, other people each time. Then adding up is fair.",
        hints=[
            Hint("touch", "One scale, but two questions, and the same people are counted twice."),
            Hint("lonely", "One question and one scale. But such reviews gather the same studies: people count twice."),
            Hint("ratios", "Being lonely and being isolated are two questions. Their mean would answer neither."),
        ],
    )


def true_share(power: float, prior: float) -> float:
    """Return the share of significant findings that are true, without bias."""
    return float(replication.positive_predictive_value(power, prior, ALPHA))


def exercise_true_share() -> FunctionExercise:
    """A function of the learner's own, to be moved with ``interact``."""
    return FunctionExercise(
        "Exercise 5",
        f"Write `true_share(power, prior)`: of all significant findings, how many are true? True ones come with "
        f"power × prior, false ones with α × (1 − prior), and α = {ALPHA:g}. Then move your function: "
        "`interact(true_share, power=(0.05, 1.0, 0.05), prior=(0.01, 0.99, 0.01))`.",
        true_share,
        cases=[(0.12, 0.25), (0.8, 0.25), (0.95, 0.05), (0.2, 0.5)],
        tolerance=1e-6,
        why="Now it is your lab. Which raises it faster where ideas are long shots: more power, or better ideas?",
        hints=[
            Hint(lambda power, prior: power * prior, "That is how often a true finding comes. Divide by all findings."),
            Hint(
                lambda power, prior: power,
                "That is the power: how often a true effect is found. The question is back to front.",
            ),
            Hint(lambda power, prior: 1 - ALPHA, "One minus α is how often nothing is found where there is nothing."),
            Hint(
                lambda power, prior: power * prior / (power * prior + ALPHA),
                "False findings come only from ideas that are not true: α × (1 − prior).",
            ),
            Hint(lambda power, prior: 1 - true_share(power, prior), "That is the share of false ones. Take it from 1."),
        ],
    )


def exercise_participants() -> NumberExercise:
    """How many participants a decent study needs."""
    right = replication.sample_size(SMALL.effect)
    small = 100 * float(replication.power(SMALL.effect, SMALL.participants))
    return NumberExercise(
        "Exercise 6",
        f"How many people per arm does a study need, to find a true effect of {SMALL.effect:g} with a chance of "
        f"80 %? `replication.power({SMALL.effect:g}, n)` gives the chance with n per arm; try some n.",
        right,
        tolerance=1,
        unit="per arm",
        why=f"With {SMALL.participants} per arm the chance is {small:.0f} %.",
        hints=[
            Hint(2 * right, "That is for both arms together. Give one arm."),
            Hint(replication.sample_size(SMALL.effect, power=0.95), "That is for a chance of 95 %."),
            Hint(replication.sample_size(SMALL.effect, power=0.5), "That is for a chance of one half."),
            Hint(SMALL.participants, f"With {SMALL.participants} per arm the chance is {small:.0f} %."),
        ],
    )


def exercises() -> Sequence[ArrayExercise | ChoiceExercise | FunctionExercise | NumberExercise]:
    """Return all exercises in order."""
    return (
        exercise_random(),
        exercise_i_squared(),
        exercise_leave_one_out(),
        exercise_poolable(),
        exercise_true_share(),
        exercise_participants(),
    )


def quiz() -> Quiz:
    """Return six questions on the whole lesson."""
    return Quiz(
        "What stays with you?",
        [
            Question(
                "An interval of a pooled effect excludes zero; the prediction interval does not. What follows?",
                [
                    Answer("One of the two is wrong.", "Both can be right. They answer two different questions."),
                    Answer(
                        "The mean effect is not zero; one more experiment may still find its true effect below zero.",
                        "Yes. The one is about the mean, the other about what the next experiment will meet.",
                        right=True,
                    ),
                    Answer(
                        "There is no effect.",
                        "The mean is clearly not zero. It is its size elsewhere that is open.",
                    ),
                ],
            ),
            Question(
                "Two results are both hazard ratios. May they be pooled?",
                [
                    Answer("Yes, they are on one scale.", "One scale is needed, and it is not enough."),
                    Answer(
                        "Only if they ask the same question, of different people.",
                        "Yes. Otherwise the mean answers no question, or counts people twice.",
                        right=True,
                    ),
                    Answer("Never; ratios cannot be pooled.", "They can, as logarithms, where the rest is in order."),
                ],
            ),
            Question(
                "A funnel is lopsided: small experiments have larger effects. Why?",
                [
                    Answer(
                        "Results without a finding must have been hidden.",
                        "That is one way. Small experiments may also really be different, in dose or in people.",
                    ),
                    Answer("The large experiments were done badly.", "Nothing in a funnel tells which were done well."),
                    Answer(
                        "A filter, real differences, or chance: the picture does not tell which.",
                        "Yes. It is a reason to ask what was not published, and no proof.",
                        right=True,
                    ),
                ],
            ),
            Question(
                "A small study finds a significant effect of 0.68. What is the best guess of a replication's effect?",
                [
                    Answer(
                        "Clearly less than 0.68.",
                        "Yes. In a small study only large estimates are significant, so they are too large on average.",
                        right=True,
                    ),
                    Answer("About 0.68.", "It would be, if the result had not been picked for being significant."),
                    Answer("More, with better methods.", "Picking the significant ones makes estimates too large."),
                ],
            ),
            Question(
                "The insula was active while someone looked at a partner. So the person felt love?",
                [
                    Answer("Yes, the insula is where love is.", "It is active in very many studies of other things."),
                    Answer(
                        "No; brain imaging tells nothing about feelings.",
                        "It can tell something, when the area is rarely active without the feeling.",
                    ),
                    Answer(
                        "It depends on how often the insula is active when nobody feels love.",
                        "Yes. That share decides what the blob is worth, and the article does not mention it.",
                        right=True,
                    ),
                ],
            ),
            Question(
                "Our table calls a claim unsupported. What does that mean?",
                [
                    Answer(
                        "Somebody has shown that it is false.",
                        "That would need studies large enough to find it, and to find nothing. It is another verdict.",
                    ),
                    Answer(
                        "The studies that there are do not carry it.",
                        "Yes. Unsupported is not the same as shown to be zero.",
                        right=True,
                    ),
                    Answer("Nobody has studied it.", "Some have been studied much, like trust and the spray."),
                ],
            ),
        ],
    )
