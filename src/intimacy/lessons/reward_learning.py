"""The words of "Reward learning and the desire for connection": bets, checked exercises and a quiz.

Every expected answer, and every number that a sentence names, is asked of the models when it is needed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy.labs import reward_learning as labs
from intimacy.models.reward_learning import (
    CUE_STEP,
    Intermittent,
    SocialHomeostasis,
    TemporalDifference,
    change_point_misses,
    contact_reward,
    drive,
    filtering_misses,
    final_cue_error,
    final_value,
    rescorla_wagner_misses,
    simulate_social_homeostasis,
    simulate_temporal_difference,
    trials_until_half,
)
from intimacy.parameters import decimal, signed
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

OMITTED_TRIAL = 100
HALF, ALWAYS = 0.5, 1.0
OFTEN, RARELY = 0.9, 0.25
THIRD = 1 / 3  # of the trials were rewarded in one group of rats: Chan & Harris 2019
LEVEL = 80.0


def bet_dip() -> Bet:
    """Before the ringtone lab: where is the dip when an expected hug fails?"""
    run = simulate_temporal_difference(TemporalDifference(omitted_trial=OMITTED_TRIAL))
    error = run.prediction_error[OMITTED_TRIAL - 1]
    at = int(error.argmin())

    def outcome() -> str:
        if error[at] > -0.1:
            return "none"
        return "ringtone" if at <= CUE_STEP else "due" if at == run.reward_step else "later"

    return Bet(
        "A ringtone begins, and ten steps later a friend is at the door with a hug. This happens again and again. On "
        f"trial {OMITTED_TRIAL} the ringtone sounds and nobody comes. The model's signal dips when things are worse "
        "than expected. Where in this trial will the dip be?",
        {
            "ringtone": Option("At the ringtone", "the dip would be at the ringtone", "it was at the ringtone"),
            "due": Option(
                "At the very moment when the hug is due",
                "the dip would be when the hug is due",
                "it was at the very moment when the hug was due",
            ),
            "later": Option("Some time after that moment", "the dip would come later", "it came later"),
            "none": Option(
                "Nowhere: nothing happens, so there is nothing to signal", "there would be no dip", "there was no dip"
            ),
        },
        outcome,
        f"the model expects the hug at step {run.reward_step} and nowhere else. The error there is "
        f"{decimal(error[at])}, although nothing at all happens at that moment: the signal is about what was expected",
    )


def bet_memory() -> Bet:
    """Before the ringtone lab with a full eligibility trace: does the surprise slide or jump?"""
    sliding = simulate_temporal_difference(TemporalDifference())
    reaching = simulate_temporal_difference(TemporalDifference(trace=1))
    steps_in_turn = len(labs.peak_steps(sliding))

    def outcome() -> str:
        steps = labs.peak_steps(reaching)
        if steps == {reaching.reward_step}:
            return "stays"
        if steps - {CUE_STEP - 1, reaching.reward_step}:
            return "slides"
        between = reaching.prediction_error[:, CUE_STEP : reaching.reward_step]
        return "jumps" if float(np.abs(between).max()) < 0.01 else "spreads"

    return Bet(
        "At first the surprise is at the hug, in the end it is at the ringtone. So far each error taught only its own "
        "step. Now let it teach every step back to the ringtone at once (λ = 1). How does the surprise travel?",
        {
            "slides": Option(
                "It slides back, step by step, only faster", "it would slide back step by step", "it slid back"
            ),
            "spreads": Option(
                "It spreads over the whole wait", "it would spread over the wait", "it spread over the wait"
            ),
            "jumps": Option(
                "It jumps: it is never anywhere in between", "it would jump", "it jumped and was never in between"
            ),
            "stays": Option("It stays at the hug", "it would stay at the hug", "it stayed at the hug"),
        },
        outcome,
        "each step learns from the hug itself and not from the step after it. The ringtone has half of its error "
        f"after {trials_until_half(reaching)} trials. Without that memory the largest error stood at {steps_in_turn} "
        f"different steps, one after the other, and half took {trials_until_half(sliding)} trials",
    )


def bet_silence() -> Bet:
    """Before the lab of unanswered messages: who gives up later?"""
    hazard = Intermittent().hazard
    always, half = change_point_misses(ALWAYS, hazard), change_point_misses(HALF, hazard)
    averages = [average_misses(chance) for chance in (ALWAYS, HALF)]

    def outcome() -> str:
        return "always" if always > half else "half" if half > always else "same"

    return Bet(
        "One person was always answered, another person half of the time. Then both get no answers any more. Each "
        "gives up once it is at least as likely as not that the answers have stopped for good. Before the silence, "
        "both hold such a stop for equally unlikely. Who goes on writing longer?",
        {
            "always": Option(
                "The one who was always answered",
                "the one who was always answered would go on longer",
                "the one who was always answered went on longer",
            ),
            "same": Option("Both the same", "both would go on for the same time", "both went on for the same time"),
            "half": Option(
                "The one who was answered half of the time",
                "the one who was answered half of the time would go on longer",
                "the one who was answered half of the time went on longer",
            ),
        },
        outcome,
        f"silence is news only to someone who is not used to it. {always} unanswered message is enough after answers "
        f"every time, and it takes {half} in a row after answers half of the time. A learner who only averages does it "
        f"the other way round, {averages[0]} against {averages[1]}. Rats, too, go on longer after rarer rewards",
    )


def bet_contact() -> Bet:
    """Before the lab of the need for contact: is the first or the fifth contact worth more?"""
    parameters = SocialHomeostasis()
    worth = simulate_social_homeostasis(parameters).reward

    def outcome() -> str:
        first, fifth = worth[0], worth[-1]
        return "same" if abs(first - fifth) < 0.5 else "first" if first > fifth else "fifth"

    return Bet(
        f"Someone spends {parameters.hours_alone:g} hours alone and then meets {parameters.contacts} friends, one each "
        "hour. In the model all five contacts are equally large. Which one is worth more?",
        {
            "first": Option("The first", "the first would be worth more", "the first was worth more"),
            "same": Option("Both the same", "both would be worth the same", "both were worth the same"),
            "fifth": Option(
                "The fifth: appetite grows with the eating",
                "the fifth would be worth more",
                "the fifth was worth more",
            ),
        },
        outcome,
        f"the first is worth {signed(worth[0], 1)} and the fifth {signed(worth[-1], 1)}. A contact is worth the need "
        f"that it takes away. After {int((worth > 0).sum())} of them hardly any need is left, and one more is too much",
    )


def average_misses(chance: float) -> int:
    """Return the unanswered messages after which the averaging learner of the lab gives up, after long training."""
    return rescorla_wagner_misses(Intermittent(reply_probability=chance))


def exercise_wait() -> NumberExercise:
    """The error at the cue after learning, with a discount."""
    discount = 0.9
    right = final_cue_error(TemporalDifference(discount=discount))
    usual = TemporalDifference()
    return NumberExercise(
        "Exercise 1",
        f"Each step of waiting costs a tenth of the value (γ = {discount:g}). The ringtone begins {usual.delay} steps "
        f"before a hug that is worth {usual.reward:g}. Learning is over. How large is the error at the ringtone?",
        right,
        tolerance=0.004,
        why=f"The formula is γ¹¹. Less than a third of the hug is left, against {final_cue_error(usual):.2f} with "
        f"γ = {usual.discount:g}. A long wait flattens what a ringtone can announce.",
        hints=[
            Hint(
                discount**usual.delay,
                "That is the expectation at the first step of the ringtone. The error looks at it from one step "
                "before, so discount once more.",
            ),
            Hint(final_cue_error(usual), "That is right for γ = 0.98. Here γ is 0.9."),
            Hint(1 - right, "That is what waiting took away. What is left is asked for."),
            Hint(discount, "That is one step of waiting. Count all steps from the moment before the ringtone."),
            Hint(
                1 - (usual.delay + 1) * (1 - discount),
                "You took the same amount away at each step. Each step takes a tenth of what is left.",
            ),
        ],
    )


def _errors(expectations: Sequence[float], reward: float, discount: float) -> Array:
    value = np.asarray(expectations, dtype=np.float64)
    error = discount * np.append(value[1:], 0.0) - value
    error[-1] += reward
    return error


def _errors_around(expectations: Sequence[float], reward: float, discount: float) -> Array:
    value = np.asarray(expectations, dtype=np.float64)
    error: Array = discount * np.roll(value, -1) - value
    error[-1] += reward
    return error


def exercise_errors() -> FunctionExercise:
    """The temporal-difference error at each step of a trial."""
    learned = [0.81, 0.9, 1.0]
    return FunctionExercise(
        "Exercise 2",
        "Write `errors(expectations, reward, discount)`. It gets the expectation at each step from the ringtone to the "
        "hug, and returns the prediction error at each of these steps, as a list of the same length. The reward comes "
        "at the last step, and after that step nothing is expected.",
        _errors,
        cases=[([0.0, 0.0, 0.0], 1, 0.9), (learned, 1, 0.9), (learned, 0, 0.9), ([0.5, 0.2, 0.4, 0.3], 2, 0.98)],
        tolerance=1e-6,
        why="The second case has no error anywhere, and the third has one of −1 at the last step. So your few lines "
        "hold the classic three traces.",
        hints=[
            Hint(
                lambda v, r, g: -_errors(v, r, g),
                "The sign is turned round. An error is what comes, plus what is now expected, minus what was expected.",
            ),
            Hint(
                lambda v, r, g: _errors(v, r, 1),
                "You do not use the discount. What the next step expects is worth a little less now.",
            ),
            Hint(
                lambda v, r, g: _errors(v, 0, g),
                "The reward is missing. Add it at the last step.",
            ),
            Hint(
                lambda v, r, g: _errors(v, 0, g) + r,
                "You add the reward at every step. It comes at the last step alone.",
            ),
            Hint(
                _errors_around,
                "After the last step comes the first one in your function. After the last step nothing is expected: 0.",
            ),
            Hint(
                lambda v, r, g: _errors(v, r, g) + np.asarray(v, dtype=np.float64),
                "You forgot to take away what was expected at the step itself.",
            ),
            Hint(
                lambda v, r, g: np.append(np.zeros(len(v) - 1), r) - np.asarray(v, dtype=np.float64),
                "You left out the next step. Its expectation is good news too: discount it and add it.",
            ),
        ],
    )


def exercise_surprise() -> ArrayExercise:
    """Surprise, disappointment and the mean error for a rare reward."""
    chance = RARELY
    value = final_value(TemporalDifference(reward_probability=chance))
    surprise, disappointment = 1 - value, value
    mean = chance * surprise - (1 - chance) * disappointment
    return ArrayExercise(
        "Exercise 3",
        f"A friend answers one message in four (p = {chance:g}), and an answer is worth 1. After long learning, how "
        "large is the surprise when an answer comes? How large is the disappointment when none comes (its size, "
        "without a sign)? And what is the mean error over many messages? Give three numbers, as a list.",
        [surprise, disappointment, mean],
        tolerance=0.004,
        why="A rare answer is a big surprise, and many small disappointments cancel it. The mean is 0 for every p. "
        "What p changes is how far the errors scatter: their variance is p (1 − p), largest at one half.",
        hints=[
            Hint(
                [surprise, -disappointment, mean],
                "Right but for a sign: the size of the disappointment is asked for. In the mean it counts as negative.",
            ),
            Hint(
                [surprise, disappointment, (surprise - disappointment) / 2],
                "The first two are right. For the mean over many messages, weigh each error with how often it happens.",
            ),
            Hint(
                [surprise, disappointment, chance * surprise + (1 - chance) * disappointment],
                "The first two are right. In the mean error a disappointment counts as negative.",
            ),
            Hint(
                [disappointment, surprise, mean],
                "You took the expectation for 1 − p. It is p, the share of messages that are answered.",
            ),
            Hint([1, 0, chance], "These are the rewards. An error is the reward minus what was expected."),
        ],
    )


def _weighed(expectation: float, reward: float, learning_rate: float, weight: float) -> float:
    error = reward - expectation
    rate = 2 * learning_rate / (1 + weight) * (1.0 if error > 0 else weight)
    return expectation + rate * error


def exercise_update() -> FunctionExercise:
    """The Rescorla–Wagner rule, for a learner to whom disappointments teach more."""
    return FunctionExercise(
        "Exercise 4",
        "Write `update(expectation, reward, learning_rate, weight)`, which returns the new expectation. The step is a "
        "rate times the prediction error. For a reward better than expected the rate is 2α/(1 + w), for a worse one it "
        "is w times as much, 2αw/(1 + w). With w = 1 this is the Rescorla–Wagner rule.",
        _weighed,
        cases=[(0.0, 1, 0.2, 1.0), (0.5, 1, 0.2, 3.0), (0.5, 0, 0.2, 3.0), (0.8, 0, 0.1, 0.5), (0.2, 3, 0.5, 2.0)],
        tolerance=1e-6,
        why="With w above 1 the same answers leave a lower expectation. The mean error is no longer 0: a learner "
        "who expects little is often pleasantly surprised.",
        hints=[
            Hint(
                lambda v, r, a, w: v + a * (r - v),
                "That is the rule with w = 1. Choose the rate by the sign of the error.",
            ),
            Hint(
                lambda v, r, a, w: _weighed(v, r, a, 1 / w),
                "The two rates are swapped. With w above 1 a disappointment teaches more.",
            ),
            Hint(
                lambda v, r, a, w: v + a * (1 if r > v else w) * (r - v),
                "You multiply by w alone. Divide both rates by (1 + w)/2, so that their mean stays α.",
            ),
            Hint(
                lambda v, r, a, w: 2 * v - _weighed(v, r, a, w),
                "The sign of the error is turned round. It is the reward minus the expectation.",
            ),
            Hint(
                lambda v, r, a, w: _weighed(v, r, a, w) - v,
                "This is the step alone. Return the old expectation plus the step.",
            ),
        ],
    )


def _misses(chance: float, learning_rate: float) -> int:
    return rescorla_wagner_misses(Intermittent(reply_probability=chance, learning_rate=learning_rate))


def _steps_down(chance: float, learning_rate: float) -> int:
    return math.floor((chance - Intermittent().threshold) / learning_rate + 1e-9) + 1


def exercise_misses() -> FunctionExercise:
    """A function of the learner's own, to be moved with ``interact``."""
    threshold = Intermittent().threshold
    return FunctionExercise(
        "Exercise 5",
        "Write `misses(chance, learning_rate)`. A learner who averages expects an answer with `chance`. Then no answer "
        "comes any more, and after each message the Rescorla–Wagner rule with reward 0 lowers the expectation. Return "
        f"the number of messages after which it is below {threshold:g}. Then move your function with sliders: "
        "`interact(misses, chance=(0.25, 1.0, 0.05), learning_rate=(0.05, 0.5, 0.05))`.",
        _misses,
        cases=[(1.0, 0.1), (0.5, 0.1), (0.25, 0.1), (0.9, 0.3), (1.0, 0.5)],
        tolerance=1e-6,
        why=f"Answers every time give {_misses(ALWAYS, 0.1)} messages at a rate of 0.1, answers half of the time "
        f"{_misses(HALF, 0.1)}. Is there any learning rate that turns this order round? Your sliders will tell.",
        hints=[
            Hint(
                lambda chance, rate: _misses(chance, rate) - 1,
                "One too few. Count the message after which the expectation is below the mark as well.",
            ),
            Hint(lambda chance, rate: _misses(chance, rate) + 1, "One too many. Stop as soon as it is below the mark."),
            Hint(
                lambda chance, rate: _misses(1.0, rate),
                "Your function starts from 1 each time. Start from chance.",
            ),
            Hint(
                _steps_down,
                "You take the same amount away each time. The rule takes a share of what is left: V − α V.",
            ),
        ],
    )


def exercise_threshold() -> ArrayExercise:
    """The unanswered messages in a row that the one who asks needs."""
    hazard = Intermittent().hazard
    odds = math.log((1 - hazard) / hazard)
    exact = np.array([odds / -math.log(1 - chance) for chance in (OFTEN, RARELY)])
    right = [change_point_misses(chance, hazard) for chance in (OFTEN, RARELY)]
    return ArrayExercise(
        "Exercise 6",
        "The one who asks gives up after ln((1 − h)/h) / −ln(1 − p) unanswered messages in a row, rounded up. The "
        f"chance of a stop is h = {hazard:g}. How many is that for a friend who answered nine messages in ten "
        f"(p = {OFTEN:g}), and for one who answered one in four (p = {RARELY:g})? Give both, as a list.",
        right,
        tolerance=0.006,
        why=f"The learner who averages has it the other way round: {average_misses(OFTEN)} and "
        f"{average_misses(RARELY)}. The same silence says much about one friend and little about the other.",
        hints=[
            Hint(right[::-1], "The two are swapped. Which friend's silence is the bigger news?"),
            Hint(exact, "That is the formula before rounding. Nobody sends a part of a message: round up."),
            Hint(np.floor(exact), "You rounded down. At that point it is still more likely that they answer again."),
            Hint(
                [math.ceil(odds / -math.log(chance)) for chance in (OFTEN, RARELY)],
                "You used ln p, the chance of an answer. Silence has the chance 1 − p.",
            ),
            Hint(
                [filtering_misses(chance, hazard) for chance in (OFTEN, RARELY)],
                "That is the answer of the one who asks each time, who also counts later chances to stop. Here the "
                "formula is asked for.",
            ),
        ],
    )


def exercise_order() -> ChoiceExercise:
    """Which learner gets the order of the rats right?"""
    hazard = Intermittent().hazard
    asks = {chance: change_point_misses(chance, hazard) for chance in (THIRD, ALWAYS)}
    averages = {chance: average_misses(chance) for chance in (THIRD, ALWAYS)}
    right = {
        "averages": averages[THIRD] > averages[ALWAYS],
        "asks": asks[THIRD] > asks[ALWAYS],
    }
    expected = next((name for name, holds in right.items() if holds), "neither")
    return ChoiceExercise(
        "Exercise 7",
        "Some rats had been rewarded every time, others on a third of the trials. Once rewards had stopped, the "
        "others kept on for about three times as many trials (Chan & Harris 2019). The cell below prints what the "
        "two learners do. Which one has the order of the rats: `'averages'`, `'asks'`, `'both'` or `'neither'`?",
        "both" if all(right.values()) else expected,
        options={
            "averages": "The one who averages",
            "asks": "The one who asks if something changed",
            "both": "Both have it",
            "neither": "Neither has it",
        },
        why=f"It goes on for {asks[THIRD]} messages after rare rewards and for {asks[ALWAYS]} after sure ones. That is "
        f"{asks[THIRD] / asks[ALWAYS]:g} times as many, and with the rats it was about three times. The order is right "
        "and the size is not, so this is a hint and no proof.",
        hints=[
            Hint(
                "averages",
                f"Averaging gives {averages[THIRD]} after rare rewards and {averages[ALWAYS]} after sure ones. That is "
                "the wrong way round.",
            ),
            Hint("both", "Print both pairs. In one of them the larger number is on the other side."),
            Hint("neither", "One of the two goes on longer after rare rewards. Compare the printed pairs."),
        ],
    )


def exercise_need() -> NumberExercise:
    """What a contact is worth at a level below the set-point."""
    usual = SocialHomeostasis()
    right = float(contact_reward(LEVEL, usual))
    before, after = (float(drive(level, usual)) for level in (LEVEL, LEVEL + usual.contact))
    return NumberExercise(
        "Exercise 8",
        f"The set-point is {usual.set_point:g} and the level has fallen to {LEVEL:g}. The drive is the distance to the "
        f"power {usual.steepness}/{usual.root}. What is a contact worth that raises the level by {usual.contact:g}?",
        right,
        tolerance=0.06,
        why=f"The drive falls from {before:.1f} to {after:.1f}. At the set-point itself the same contact is worth "
        f"{decimal(float(contact_reward(usual.set_point, usual)))}: it takes the level away from where it should be.",
        hints=[
            Hint(before, "That is the drive before the contact. Take the drive after it away."),
            Hint(after, "That is the drive that is left after the contact. How much did the contact take away?"),
            Hint(
                float(drive(usual.set_point - usual.contact, usual)),
                "You took the power of the difference. Take the power of each distance first, then the difference.",
            ),
            Hint(usual.contact, "That is by how much the level rises. What counts is by how much the drive falls."),
        ],
    )


def exercises() -> Sequence[ArrayExercise | ChoiceExercise | FunctionExercise | NumberExercise]:
    """Return all exercises in order."""
    return (
        exercise_wait(),
        exercise_errors(),
        exercise_surprise(),
        exercise_update(),
        exercise_misses(),
        exercise_threshold(),
        exercise_order(),
        exercise_need(),
    )


def quiz() -> Quiz:
    """Return seven questions on the whole lesson."""
    learned = simulate_temporal_difference(TemporalDifference())
    value, error = learned.learned_value[learned.reward_step], learned.reward_error[-1]
    unreliable = labs.simulate_kinds(labs.LONG.replace(reward_probability=HALF))
    spread = float(unreliable.run.reward_error[labs.LATE].std())
    return Quiz(
        "What stays with you?",
        [
            Question(
                "On trial 200 the ringtone sounds and the expected hug comes. What is the prediction error at the hug?",
                [
                    Answer(
                        "+1: a hug is a reward.", "It was on trial 1, when nobody expected it. By now it is expected."
                    ),
                    Answer(
                        f"{abs(error):.0f}: it came exactly as expected.",
                        f"Yes. Fully expected does not mean worthless: the expectation V at the hug is {value:.2f}.",
                        right=True,
                    ),
                    Answer("−1: the hug has lost its charm.", "That would be the error if the hug failed to come."),
                    Answer(
                        "That depends on how much the hug is liked.",
                        "The size of the reward sets what is expected as well, so the difference is still nothing.",
                    ),
                ],
            ),
            Question(
                "A friend answers half of the time, at random. You have long got used to it. What is the mean error at "
                "the moment when an answer may come?",
                [
                    Answer(
                        "About zero, with a large scatter.",
                        f"Yes. In the lab the mean is close to zero and the standard deviation {spread:.2f}. Surprise "
                        "and disappointment cancel.",
                        right=True,
                    ),
                    Answer(
                        "Positive, and largest of all friends: that is what makes it exciting.",
                        "The positive errors are larger than for a friend who always answers, and so are the negative "
                        "ones. They cancel.",
                    ),
                    Answer(
                        "Negative: half of the time you are let down.",
                        "The other half of the time you are glad. What is expected has moved to the middle.",
                    ),
                ],
            ),
            Question(
                "Which finding speaks most against the idea that dopamine signals errors of prediction?",
                [
                    Answer(
                        "In rats, dopamine bursts at the moment of a reward made a cue learned (Steinberg 2013).",
                        "That supports the idea: an artificial surprise taught the rats.",
                    ),
                    Answer(
                        "In mice, the signal moved step by step from reward to cue (Amo 2022).",
                        "That is what the temporal-difference model predicts without a long memory.",
                    ),
                    Answer(
                        "After ten hours alone, the midbrain answered to pictures of company (Tomova 2020).",
                        "That is about longing. It does not test what the signal computes.",
                    ),
                    Answer(
                        "In mice, dopamine conveyed which cue causes a reward, found by looking back (Jeong 2022).",
                        "Yes. It has been answered with new data and a wider theory, and the debate is open.",
                        right=True,
                    ),
                ],
            ),
            Question(
                "In a study of 131 people (Korb 2020), what did blocking opioids lower that blocking dopamine did not?",
                [
                    Answer(
                        "The effort that people spent for a reward.",
                        "Both blockers lowered the effort. That is the wanting side.",
                    ),
                    Answer(
                        "What people said about how much they liked it.",
                        "What people said did not change with either blocker.",
                    ),
                    Answer(
                        "Positive faces when the reward came.",
                        "Yes: a sign of liking that went with opioids and not with dopamine. It is one study.",
                        right=True,
                    ),
                ],
            ),
            Question(
                "The learner who averages gives up sooner after rare answers. Rats give up later. What follows?",
                [
                    Answer(
                        "Averaging alone is not what rats do when rewards stop.",
                        "Yes. Asking whether something has changed is one candidate for what is missing.",
                        right=True,
                    ),
                    Answer(
                        "The one who asks is how rats, and people, really work.",
                        "One right order is weak evidence. The size was wrong, and people differ from rats here.",
                    ),
                    Answer(
                        "Prediction errors have no part in learning.",
                        "A rule can be right about learning and still not tell when to stop.",
                    ),
                ],
            ),
            Question(
                "Two people spend the same ten hours alone. What does the model of need say about them?",
                [
                    Answer(
                        "Both now miss company to the same degree.",
                        "Only if level and set-point are the same. Hours alone do not tell.",
                    ),
                    Answer(
                        "Nothing yet: it needs each one's level and set-point.",
                        "Yes. For someone content with little contact the same hours may leave nearly nothing missing.",
                        right=True,
                    ),
                    Answer(
                        "The one who does not miss company should see someone about it.",
                        "The model has no such advice. Solitude that is chosen is not a lack.",
                    ),
                ],
            ),
            Question(
                "Seventeen people look at a photograph of their partner, and the ventral tegmental area is more active "
                "than for a familiar face. What may you say?",
                [
                    Answer(
                        "The area makes love.",
                        "Activity that goes along with something need not cause it, and this was not tested.",
                    ),
                    Answer(
                        "These people are in love: the area shows it.",
                        "That reads the state from the area. Many things that matter make it active (lesson 01).",
                    ),
                    Answer(
                        "Love is nothing but dopamine.",
                        "A signal of blood oxygen in a small area is not dopamine, and love is more than one area.",
                    ),
                    Answer(
                        "In this sample, on average, the photograph went along with more activity there.",
                        "Yes. It fits the article's sentence, and it fits many other sentences as well.",
                        right=True,
                    ),
                ],
            ),
        ],
    )
