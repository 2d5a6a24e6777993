"""The words of "Oxytocin, trust and reward reinforcement": bets, checked exercises and a quiz.

Every expected answer, and every number that a sentence names, is asked of the models when it is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy.labs import oxytocin_trust as labs
from intimacy.models import replication
from intimacy.models.oxytocin_trust import kinetics, loop, neuron, trust_game
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

GOOD_ROUNDS = 20  # before the betrayal, as the loop lab starts
OUTCOMES = (1, 1, 0, 1, 0)
SPRAY_SLOWING = 0.9
PARTICIPANTS, SMALL_EFFECT, REPORTED_EFFECT = 29, 0.1, 0.28
MEAN_POWER, PRIOR = 0.12, 0.25  # power: Quintana 2020; one true idea in four: an assumption


def bet_without_oxytocin() -> Bet:
    """Before the loop lab: what is left of trust when oxytocin does nothing to choices?"""
    before, after = trust_in_good_rounds("betrayal_aversion"), trust_in_good_rounds("none")

    def outcome() -> str:
        if after < 1:
            return "collapse"
        return "fall" if after < before - 1 else "rise" if after > before + 1 else "little"

    return Bet(
        "Pairs of people play sixty rounds of a trust game. In the model, touch releases oxytocin, and oxytocin "
        "softens the fear of betrayal. Now take oxytocin's effect on choices away and leave everything else. What "
        f"happens to trust in the first {GOOD_ROUNDS} rounds, while the partner is reliable?",
        {
            "collapse": Option(
                "It collapses: almost nothing is sent", "trust would collapse", "almost nothing was sent"
            ),
            "fall": Option("It falls clearly, by more than 1 of 12 MU", "trust would fall clearly", "it fell clearly"),
            "little": Option("It hardly changes", "trust would hardly change", "trust hardly changed"),
            "rise": Option("It rises by more than 1 MU", "trust would rise", "trust rose"),
        },
        outcome,
        f"people send {before:.1f} MU on average with the effect and {after:.1f} without it. In this model trust rests "
        "on a belief about the partner, and that belief is learned from kept promises",
    )


def bet_double_dose() -> Bet:
    """Before the blood lab: does twice the dose last twice as long?"""
    nose = kinetics.IntranasalDose()
    single, double = (minutes_above_mark(nose.replace(dose=nose.dose * times)) for times in (1, 2))

    def outcome() -> str:
        ratio = double / single
        limits = {"same": 1.2, "half": 1.75, "double": 2.25}
        return next((key for key, limit in limits.items() if ratio < limit), "more")

    return Bet(
        f"A spray of {nose.dose:g} IU keeps the blood above {labs.TRACE_LEVEL:g} pg/ml for a while. Double the dose. "
        "What happens to the time above that mark?",
        {
            "same": Option("It stays about the same", "it would stay about the same", "it stayed about the same"),
            "half": Option(
                "It grows by about half", "the time would grow by about half", "the time grew by about half"
            ),
            "double": Option("It doubles", "the time would double", "the time doubled"),
            "more": Option("It more than doubles", "the time would more than double", "the time more than doubled"),
        },
        outcome,
        f"{single:.1f} minutes become {double:.1f}. Levels fall by halves, so a double dose buys one more half-life of "
        f"the slowest step. Here that step is the nose, with {nose.absorption_half_life:g} minutes",
    )


def bet_published_effect() -> Bet:
    """Before the hundred labs: how large is the average effect in print?"""
    lab = replication.ReplicationLab(size_spread=2)
    published = replication.simulate_labs(lab).published_mean
    sizes = {"honest": 0.1, "double": 0.2, "triple": 0.3, "six": 0.6}

    def outcome() -> str:
        return min(sizes, key=lambda key: abs(sizes[key] - published))

    return Bet(
        f"A hundred labs study an effect of d = {lab.effect:g}, with {lab.participants} people per arm on average. "
        "Journals print significant results in the expected direction. How large is the average effect in print?",
        {
            "honest": Option("About 0.1, the truth", "about 0.1", "it was about 0.1"),
            "double": Option("About 0.2", "about 0.2", "it was about 0.2"),
            "triple": Option("About 0.3", "about 0.3", "it was about 0.3"),
            "six": Option("About 0.6", "about 0.6", "it was about 0.6, six times the truth"),
        },
        outcome,
        f"with {lab.participants} people per arm only an estimate above {smallest_significant(lab.participants):.2f} "
        "is significant. So a small effect gets into print only when luck has made it look large",
    )


def trust_in_good_rounds(hypothesis: str) -> float:
    """Return the mean MU sent before the betrayal by the pairs of the loop lab under a hypothesis."""
    run = loop.simulate_loop(loop.Loop(hypothesis=hypothesis))
    return float(run.mean.investment[:GOOD_ROUNDS].mean())


def minutes_above_mark(dose: kinetics.IntranasalDose) -> float:
    """Return for how many minutes a spray keeps plasma above the mark of the blood lab."""
    return kinetics.duration_above(kinetics.simulate_kinetics(dose), labs.TRACE_LEVEL)


def smallest_significant(participants: int) -> float:
    """Return the smallest estimate d that is significant at .05, two-sided: the critical t times √(2/n)."""
    from scipy.special import stdtrit  # here because the import takes 0.2 s

    return float(-stdtrit(2 * participants - 2, 0.025) * np.sqrt(2 / participants))


def beliefs(first: float, outcomes: Sequence[float], learning_rate: float) -> NDArray[np.float64]:
    """Return the belief after each outcome, as the packaged model has it."""
    # The model gives beliefs before each round, so one more round is added and the first belief left out.
    kept = np.array([*outcomes, True], dtype=bool)[:, None]
    return trust_game.beliefs_from_outcomes(first, learning_rate, kept)[1:, 0].astype(np.float64)


def exercise_beliefs() -> ArrayExercise:
    """A belief after five outcomes."""
    first, rate = 0.5, 0.2
    right = beliefs(first, OUTCOMES, rate)
    before = np.array([first, *right[:-1]])
    outcomes = np.array(OUTCOMES)
    return ArrayExercise(
        "Exercise 1",
        f"Person i believes with {first} that person j keeps a promise. Five outcomes follow: kept, kept, broken, "
        f"kept, broken. The learning rate is {rate}. Give the belief after each outcome, as a list of five numbers.",
        right,
        tolerance=0.001,
        why="Each belief starts from the one before, and a broken promise costs more when you believed in it more.",
        hints=[
            Hint([first, *right], "You gave six numbers. Leave out the belief before the first outcome."),
            Hint(before, "These are the beliefs before each outcome. The beliefs after each outcome are asked for."),
            Hint(
                first + rate * (outcomes - first),
                f"You started from {first} each time. Start each step from the belief that you have just computed.",
            ),
            Hint(
                beliefs(first, [1] * len(OUTCOMES), rate),
                "Your belief moves towards 1 each time. A broken promise has the outcome 0 and pulls it down.",
            ),
            Hint(
                np.cumsum(outcomes) / np.arange(1, len(OUTCOMES) + 1),
                "This is the share of promises kept so far. A learning rate weighs the newest outcome always the same.",
            ),
        ],
    )


def _slowed(belief: float, outcome: float, learning_rate: float, slowing: float) -> float:
    return float(beliefs(belief, [outcome], learning_rate * (1 - slowing))[0])


def exercise_update() -> FunctionExercise:
    """The belief update with the hypothesis that oxytocin slows learning."""
    return FunctionExercise(
        "Exercise 2",
        "One hypothesis says that oxytocin slows learning. Write `update(belief, outcome, learning_rate, slowing)`, "
        "which returns the new belief. With slowing 0 it is the rule above, with slowing 1 nothing is learned.",
        _slowed,
        cases=[(0.5, 1, 0.2, 0.0), (0.5, 0, 0.2, 0.0), (0.9, 0, 0.1, 0.5), (0.3, 1, 0.4, 1.0), (0.3, 1, 1.0, 0.0)],
        tolerance=1e-4,
        why="The prediction error is the same with oxytocin. Only the step that is taken from it is shorter.",
        hints=[
            Hint(
                lambda p, y, a, s: p + a * (1 - s) * (p - y),
                "The sign of the prediction error is turned round. It is what happened minus what was expected.",
            ),
            Hint(
                lambda p, y, a, s: a * (1 - s) * (y - p),
                "This is the step alone. Return the old belief plus the step.",
            ),
            Hint(
                lambda p, y, a, s: p + a * (y - p),
                "Your function does not use slowing. Shorten the learning rate with it.",
            ),
            Hint(
                lambda p, y, a, s: p + a * s * (y - p),
                "With slowing 0 your function learns nothing. What is left of the learning rate is 1 − slowing.",
            ),
            Hint(
                lambda p, y, a, s: p + a * (1 - s) * (1 - p),
                "Your belief moves towards 1 each time. It should move towards the outcome, which is 0 or 1.",
            ),
        ],
    )


def exercise_indifference() -> NumberExercise:
    """The belief above which a betrayal-averse, risk-neutral person sends everything."""
    aversion = 1.0
    right = float(trust_game.indifference_belief(aversion))
    return NumberExercise(
        "Exercise 3",
        f"Forget risk aversion (φ = 0) and take betrayal aversion b = {aversion:g}. From which belief on is sending "
        "better than keeping? Set U(x) = 0 and solve for p.",
        right,
        tolerance=0.005,
        why="The formula is (1 + b)/(2 + b). Oxytocin that lowers b can move this point towards one half, not beyond.",
        hints=[
            Hint(
                float(trust_game.indifference_belief(0)),
                "That is right without betrayal aversion. With it, a broken promise weighs more.",
            ),
            Hint(1 - right, "That is the chance that the promise is broken. The chance that it is kept is asked for."),
            Hint((1 + aversion) / (2 - aversion), "A sign got lost: −b (1 − p) is −b + b p."),
        ],
    )


def _mean_sent(belief: float, betrayal_aversion: float) -> float:
    usual = trust_game.TrustGame()
    chances = trust_game.choice_probabilities(
        belief,
        betrayal_aversion=betrayal_aversion,
        risk_aversion=usual.risk_aversion,
        choice_sharpness=usual.choice_sharpness,
    )
    return float(chances @ trust_game.INVESTMENTS)


def _likeliest_sent(belief: float, betrayal_aversion: float) -> float:
    risk = trust_game.TrustGame().risk_aversion
    worth = trust_game.utility(trust_game.INVESTMENTS, belief, betrayal_aversion=betrayal_aversion, risk_aversion=risk)
    return float(trust_game.INVESTMENTS[int(worth.argmax())])


def exercise_expected_investment() -> FunctionExercise:
    """A function of the learner's own, to be moved with ``interact``."""
    return FunctionExercise(
        "Exercise 4",
        "Write `expected_investment(belief, betrayal_aversion)`, the mean amount that is sent: each amount times its "
        "chance, added up. Use `choose` from above. Then move your function with sliders: "
        "`interact(expected_investment, belief=(0.0, 1.0, 0.05), betrayal_aversion=(0.0, 2.0, 0.1))`.",
        _mean_sent,
        cases=[(0.7, 0.5), (0.5, 0.0), (0.6, 2.0), (0.9, 0.25)],
        tolerance=1e-4,
        why="Now it is your lab: find how much belief makes up for a betrayal aversion of 2.",
        hints=[
            Hint(
                lambda p, b: sum(trust_game.INVESTMENTS) / len(trust_game.INVESTMENTS),
                "This is the plain mean of the four amounts. Weigh each amount with its chance.",
            ),
            Hint(_likeliest_sent, "This is the likeliest amount. The mean over all four amounts is asked for."),
            Hint(
                lambda p, b: _mean_sent(p, b) / len(trust_game.INVESTMENTS),
                "You divided by four. The chances add up to 1 already, so their weighted sum is the mean.",
            ),
            Hint(
                lambda p, b: _mean_sent(p, 0.5),
                "Your function always uses a betrayal aversion of 0.5. Hand betrayal_aversion on to choose.",
            ),
        ],
    )


def drops() -> Mapping[str, float]:
    """Return the drop of the mean investment after a betrayal (MU), without and with each hypothesised effect."""
    games = {
        "none": trust_game.TrustGame(),
        "learning": trust_game.TrustGame(oxytocin_on_learning=SPRAY_SLOWING),
        "betrayal_aversion": trust_game.TrustGame(oxytocin_on_betrayal_aversion=SPRAY_SLOWING),
    }
    return {name: trust_game.drop_after_betrayal(trust_game.simulate_trust_game(game)) for name, game in games.items()}


def exercise_no_drop() -> ChoiceExercise:
    """Which hypothesis explains trust that does not fall after a betrayal?"""
    drop = drops()
    hypotheses = {name: drop[name] for name in ("learning", "betrayal_aversion")}
    without = drop["none"]
    return ChoiceExercise(
        "Exercise 5",
        "One study reports that trust did not fall after betrayals under oxytocin (Baumgartner et al. 2008). The cell "
        "below computes the drop without oxytocin. Give `TrustGame` the value `oxytocin_on_learning=0.9`, and then "
        "`oxytocin_on_betrayal_aversion=0.9` instead. Which hypothesis gives that result: `'learning'`, "
        "`'betrayal_aversion'`, `'both'` or `'neither'`?",
        min(hypotheses, key=lambda name: hypotheses[name]),
        options={
            "learning": "Oxytocin slows learning about the partner",
            "betrayal_aversion": "Oxytocin softens the fear of betrayal",
            "both": "Both explain it equally well",
            "neither": "Neither explains it",
        },
        why=f"The drop is {drop['learning']:.1f} MU with slower learning, {drop['betrayal_aversion']:.1f} with less "
        f"betrayal aversion and {without:.1f} without oxytocin. So the two stories can be told apart. Ide et al. "
        "(2018) report slower learning, for good and for bad outcomes. Both are single studies.",
        hints=[
            Hint(
                "betrayal_aversion",
                f"With less betrayal aversion trust still falls by {drop['betrayal_aversion']:.1f} MU, because the "
                "belief in the partner falls as before.",
            ),
            Hint("both", "Compute both drops. One of them is several times as large as the other."),
            Hint("neither", "One of the two makes the drop much smaller. Compute both, and compare with no effect."),
        ],
    )


def exercise_half_life() -> NumberExercise:
    """A half-life from clearance and volume."""
    clearance, volume = 1.5, 10.0
    right = kinetics.one_compartment_half_life(clearance, volume)
    return NumberExercise(
        "Exercise 6",
        f"Clearance is {clearance:g} litres per minute, as Fabian et al. (1969) report. Take a volume of {volume:g} "
        "litres. How many minutes is the half-life in the blood?",
        right,
        tolerance=0.03,
        unit="min",
        why="Fabian et al. (1969) report 3.2 minutes after one injection and 4.8 during an infusion. After four "
        "half-lives, less than twenty minutes, about 6 % is left.",
        hints=[
            Hint(volume / clearance, "That is volume over clearance. A half-life needs the factor ln 2 as well."),
            Hint(clearance / volume, "That is a rate per minute. Turn it round, and remember the factor ln 2."),
            Hint(
                np.log(2) * clearance / volume,
                "The fraction is upside down: litres divided by litres per minute gives minutes.",
            ),
            Hint(volume / clearance / 2, "Halving is not enough: what is left clears ever more slowly. Use ln 2."),
            Hint(volume / clearance / np.log(2), "Multiply by ln 2 instead of dividing by it."),
        ],
    )


def exercise_bursts() -> NumberExercise:
    """The same spikes, evenly spaced or in bursts."""
    regular, bursts = neuron.secretion([neuron.regular_train(10, 60), neuron.burst_train(50, 2, 10, 60)], 60).total
    right = float(bursts / regular)
    return NumberExercise(
        "Exercise 7",
        "A model of a rat's oxytocin cell fires 600 spikes in a minute: evenly, ten per second, or in bursts of "
        "fifty per second for two seconds, every ten seconds. How many times as much hormone do the bursts release? "
        "Use `model.secretion([evenly, in_bursts], 60).total`.",
        right,
        tolerance=0.02,
        why="Spikes that come close together build up calcium, and release grows with its square. This is how touch "
        "could release more without more spikes; it was worked out for rats.",
        hints=[
            Hint(1, "The number of spikes is the same. The hormone is not: release depends on when they come."),
            Hint(1 / right, "That is the other way round: even spikes divided by bursts."),
            Hint(5, "That is how much faster the spikes come within a burst. Divide the two totals of release."),
        ],
    )


def exercise_participants() -> NumberExercise:
    """How many people a study would have needed."""
    right = replication.sample_size(REPORTED_EFFECT, power=0.95)
    one_sided = replication.sample_size(REPORTED_EFFECT, power=0.95, two_sided=False)
    return NumberExercise(
        "Exercise 8",
        f"Assume a true effect of d = {REPORTED_EFFECT}. How many people per arm give a power of 95 %? Use "
        "`replication.sample_size(effect, power)`, or move the slider of the lab until its sentence says so.",
        right,
        tolerance=1,
        unit="per arm",
        why=f"With {PARTICIPANTS} per arm the power is {replication.power(REPORTED_EFFECT, PARTICIPANTS):.2f}. The "
        "study of 2005 had about that many (unverified); the replication of 2020 reports a power above 95 %.",
        hints=[
            Hint(replication.sample_size(REPORTED_EFFECT, power=0.8), "That is for a power of 80 %. Ask for 95 %."),
            Hint(2 * right, "That is the whole study. The number per arm is half of it."),
            Hint(one_sided, "That is for a one-sided test. Use the two-sided one."),
            Hint(PARTICIPANTS, "That is what studies had. Ask how many they would have needed."),
        ],
    )


def exercise_true_findings() -> NumberExercise:
    """How often a significant result is true."""
    right = replication.positive_predictive_value(MEAN_POWER, PRIOR)
    return NumberExercise(
        "Exercise 9",
        f"The mean power of spray studies is about {100 * MEAN_POWER:.0f} % (Quintana 2020). Assume that one idea in "
        "four is true and that 5 % of the tests of false ideas are significant. What share of the significant results "
        "is true?",
        right,
        tolerance=0.006,
        why=f"Less than half, before any bias. Think of 400 studies: {400 * PRIOR:.0f} true ideas give "
        f"{400 * PRIOR * MEAN_POWER:.0f} findings, "
        f"{400 * (1 - PRIOR):.0f} false ones give {400 * (1 - PRIOR) * 0.05:.0f}.",
        hints=[
            Hint(MEAN_POWER, "That is the power: the chance that a true idea is found. Ask it the other way round."),
            Hint(0.95, "One minus .05 is not the chance that a finding is true. Count true and false findings."),
            Hint(PRIOR, "That is the share of true ideas before any study. Count the significant results."),
            Hint(MEAN_POWER / (MEAN_POWER + 0.05), "You left out that only one idea in four is true."),
            Hint(
                MEAN_POWER * PRIOR, "That is the share of all studies that are true findings. Divide by all findings."
            ),
            Hint(1 - right, "That is the share of significant results that is false."),
        ],
    )


def exercises() -> Sequence[ArrayExercise | ChoiceExercise | FunctionExercise | NumberExercise]:
    """Return all exercises in order."""
    return (
        exercise_beliefs(),
        exercise_update(),
        exercise_indifference(),
        exercise_expected_investment(),
        exercise_no_drop(),
        exercise_half_life(),
        exercise_bursts(),
        exercise_participants(),
        exercise_true_findings(),
    )


def quiz() -> Quiz:
    """Return six questions on the whole lesson."""
    missed = 1 - replication.power(REPORTED_EFFECT, PARTICIPANTS)
    return Quiz(
        "What stays with you?",
        [
            Question(
                "Which sentence describes the research on oxytocin and trust best?",
                [
                    Answer(
                        "Oxytocin raises trust: a study in Nature showed it.",
                        "One study reported it in 2005. A registered replication with high power found no effect.",
                    ),
                    Answer(
                        "It is proven that oxytocin has no effect on trust.",
                        "A null result makes a large effect unlikely. It does not show that the effect is zero.",
                    ),
                    Answer(
                        "An influential first result did not replicate, so the claim is unsupported for now.",
                        "This says what was found and no more. Unsupported is not the same as shown to be zero.",
                        right=True,
                    ),
                    Answer(
                        "Nobody can know, because trust cannot be measured.",
                        "Trust games measure one kind of trust. The question was tested, with a clear design.",
                    ),
                ],
            ),
            Question(
                "You switched oxytocin's effect off in the loop, and trust hardly changed. What have you shown?",
                [
                    Answer(
                        "That oxytocin does not matter for people's trust.",
                        "A model tells you what follows from its assumptions. It cannot tell you which ones are true.",
                    ),
                    Answer(
                        "That in this model trust rests on what is learned about the partner.",
                        "Yes. Whether people work like this is a question for experiments.",
                        right=True,
                    ),
                    Answer(
                        "That the lab is broken.",
                        "Oxytocin still rises and falls in the upper panel. It only has no say in the choices.",
                    ),
                ],
            ),
            Question(
                "The same number of spikes can release more oxytocin when it comes in bursts. Why?",
                [
                    Answer(
                        "A burst has more spikes.",
                        "The number is the same, 600 in both cases. Only the timing differs.",
                    ),
                    Answer(
                        "Spikes close together build up calcium, and release grows faster than calcium.",
                        "Yes: in the model release grows with the square of calcium, and spikes broaden in a burst.",
                        right=True,
                    ),
                    Answer(
                        "The blood clears oxytocin more slowly during a burst.",
                        "Clearance is the same. The difference arises at the nerve ending, before the blood.",
                    ),
                ],
            ),
            Question(
                "Touch lowered pain on average in a meta-analysis of 137 studies (Packheiser et al. 2024). So …",
                [
                    Answer(
                        "… touch can help, and why it helps is another question.",
                        "Yes. Touch by objects helped the body about as much, which asks for a wider explanation.",
                        right=True,
                    ),
                    Answer("… oxytocin lowers pain.", "The studies varied touch. Oxytocin was not what they compared."),
                    Answer(
                        "… touch does nothing, because the trust study failed.",
                        "These are different claims with different evidence. One does not fall with the other.",
                    ),
                ],
            ),
            Question(
                "A modeller tunes betrayal aversion until the model sends as much as the oxytocin group of 2005. Then "
                "the model also gives the published share of people who send everything. What is that worth as "
                "evidence?",
                [
                    Answer(
                        "A lot: the model predicted a number that it was not given.",
                        "Any tuning that fits the mean gives about the same share here. It could hardly have come out "
                        "differently.",
                    ),
                    Answer(
                        "Nothing for the cause: the share follows from the tuning.",
                        "Yes. A model that was fitted to a finding is not evidence for it.",
                        right=True,
                    ),
                    Answer(
                        "It shows that oxytocin acts on betrayal aversion.",
                        "Other hypotheses can be tuned to the same numbers. A test needs a case in which they differ.",
                    ),
                ],
            ),
            Question(
                f"A study with {PARTICIPANTS} people per arm finds no significant effect. Suppose that the true effect "
                f"is d = {REPORTED_EFFECT}. How surprising is that?",
                [
                    Answer(
                        "Very: a true effect shows up in 95 of 100 studies.",
                        "That would need a power of 95 %, which takes more than three hundred people per arm here.",
                    ),
                    Answer(
                        f"Not at all: such a study misses the effect {100 * missed:.0f} % of the time.",
                        "Yes. A small study that finds nothing says little, and so does one that finds something.",
                        right=True,
                    ),
                    Answer(
                        "It cannot be said without the p value.",
                        "Power needs no data: it follows from the effect, the sample and the significance level.",
                    ),
                ],
            ),
        ],
    )
