"""The words of "Vasopressin and lasting bonds": bets, checked exercises and a quiz.

Every expected answer, and every number that a sentence names, is asked of the models when it is needed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from intimacy.models.vasopressin_bonding import (
    CRITERION,
    MAMMALS,
    PATERNITY,
    GeneTest,
    PaternityCount,
    VoleExperiment,
    bond_threshold,
    exact_interval,
    gate,
    hours_to_bond,
    learning_speed,
    simulate_cohort,
    simulate_gene_test,
    superiority,
)
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

PAIR = VoleExperiment()
WITHOUT_MATING = VoleExperiment(mating=False)
BLOCKED = VoleExperiment(drug="oxytocin_antagonist")
BLOCKED_FOR_A_WEEK = BLOCKED.replace(hours_together=168)
VECTOR = VoleExperiment(species="meadow", genetics="vasopressin_receptor_vector")
VECTOR_WITHOUT_D2 = VECTOR.replace(drug="d2_antagonist")
THREE_WEEKS_APART = VoleExperiment(hours_together=336, days_apart=21)
COHORTS = 20
PEOPLE = 1000
RARE = 0.05  # a share that many would call "almost never"


def share(experiment: VoleExperiment) -> float:
    """Return the partner's share of the time with either that a typical vole comes to."""
    return simulate_cohort(experiment).typical_preference


def bet_blocked_week() -> Bet:
    """Before the bench: a week without oxytocin receptors."""
    ordinary, day, week = share(PAIR), share(BLOCKED), share(BLOCKED_FOR_A_WEEK)

    def outcome() -> str:
        if week <= CRITERION:
            return "none"
        return "weaker" if week < ordinary - 0.05 else "same"

    return Bet(
        "Prairie voles live together and mate for a whole week. All that time a drug blocks every oxytocin receptor. "
        "Then each vole may choose between its partner and a stranger. What will the test show?",
        {
            "none": Option("No bond", "there would be no bond", "there was no bond"),
            "weaker": Option(
                "A bond, weaker than that of an ordinary pair after one day",
                "there would be a weaker bond",
                "there was a bond, weaker than that of an ordinary pair after one day",
            ),
            "same": Option(
                "A bond as strong as that of an ordinary pair after one day",
                "the bond would be as strong",
                "the bond was as strong as that of an ordinary pair after one day",
            ),
        },
        outcome,
        f"the partner's share is {day:.2f} after a day and {week:.2f} after a week. An ordinary "
        f"pair comes to {ordinary:.2f} in a day. In this model the other receptor opens the gate a little, and a slow "
        "bond is not the same as no bond",
    )


def bet_three_weeks() -> Bet:
    """Before the bench: does a bond of two weeks outlast three weeks apart?"""
    apart = share(THREE_WEEKS_APART)
    undecided = undecided_cohorts()

    def outcome() -> str:
        if apart < 0.6:
            return "gone"
        return "barely" if apart < 0.75 else "kept"

    return Bet(
        "Two weeks together, then three weeks apart. Where will the partner's share of the time be, if two thirds is "
        "the line?",
        {
            "gone": Option("Near one half: the bond is gone", "the bond would be gone", "the bond was gone"),
            "barely": Option(
                "Close to the line, a little above",
                "it would be close to the line",
                "it was a little above the line",
            ),
            "kept": Option("Clearly above: the bond is kept", "the bond would be kept", "the bond was kept clearly"),
        },
        outcome,
        f"a typical vole comes to {apart:.2f}, and {undecided} of {COHORTS} cohorts of {THREE_WEEKS_APART.animals} "
        "voles end undecided. The model can say what it holds, and an experiment of that size often cannot see it",
    )


def bet_meadow_vole() -> Bet:
    """Before the experiments are run again: the receptor without dopamine's D2."""
    with_vector, without_d2 = share(VECTOR), share(VECTOR_WITHOUT_D2)

    def outcome() -> str:
        if without_d2 <= CRITERION:
            return "none"
        return "weaker" if without_d2 < with_vector - 0.05 else "same"

    return Bet(
        "Meadow voles live alone. With extra V1a receptors from a virus, a day together is enough for a bond. Now "
        "block dopamine's D2 receptors in such voles as well. What happens to the bond?",
        {
            "same": Option("It forms as before", "it would form as before", "it formed as before"),
            "weaker": Option("It forms, but is weaker", "it would be weaker", "it was weaker"),
            "none": Option("It does not form", "it would not form", "it did not form"),
        },
        outcome,
        f"the partner's share falls from {with_vector:.2f} to {without_d2:.2f}. The receptor says who is there, "
        "dopamine says how good it is, and the model multiplies the two. It was built that way, so this is no evidence "
        "for it",
    )


def bet_gene() -> Bet:
    """Before the gene test: what does a positive test say about one person?"""
    run = simulate_gene_test(GeneTest())
    chances = {"fifth": 0.2, "third": 1 / 3, "half": 0.5, "most": 0.8}

    def outcome() -> str:
        return min(chances, key=lambda key: abs(chances[key] - run.carrier_risk))

    return Bet(
        f"Suppose that carriers of a gene variant score lower on a scale of bonding, by {GeneTest().difference:g} "
        f"standard deviations, beyond any doubt. {100 * GeneTest().base_rate:.0f} of 100 people score low. A person is "
        "a carrier. How likely is a low score?",
        {
            "fifth": Option("About 1 in 5", "about 1 in 5", "it was about 1 in 5"),
            "third": Option("About 1 in 3", "about 1 in 3", "it was about 1 in 3"),
            "half": Option("About 1 in 2", "about 1 in 2", "it was about 1 in 2"),
            "most": Option("About 4 in 5", "about 4 in 5", "it was about 4 in 5"),
        },
        outcome,
        f"{100 * run.carrier_risk:.0f} of 100 carriers score low, and so do {100 * run.other_risk:.0f} of 100 others: "
        f"the two groups share {100 * run.overlap:.0f} % of their area",
    )


def bet_litters() -> Bet:
    """Before the litters: how many of 27 have another father?"""
    study = PATERNITY[0]
    low, high = study.interval

    def outcome() -> str:
        limits = {"none": 0, "few": 2, "some": 9}
        return next((key for key, most in limits.items() if study.shared <= most), "many")

    return Bet(
        f"Prairie voles live in pairs. In {study.setting}, researchers looked at {study.litters} litters of paired "
        "females. In how many was a male other than the partner the father of some or all of the young?",
        {
            "none": Option("In none", "in none", f"it was in {study.shared}"),
            "few": Option("In one or two", "in one or two", f"it was in {study.shared}"),
            "some": Option("In three to nine", "in three to nine", f"it was in {study.shared}"),
            "many": Option("In ten or more", "in ten or more", f"it was in {study.shared}"),
        },
        outcome,
        f"that is what Ophir et al. (2008) counted: {100 * study.share:.0f} %, with an exact 95 % interval from "
        f"{100 * low:.0f} to {100 * high:.0f} %. Living as a pair is one thing, and mating with one partner only is "
        "another",
    )


def undecided_cohorts() -> int:
    """Return how many of twenty cohorts end undecided after three weeks apart."""
    return sum(simulate_cohort(THREE_WEEKS_APART, seed).says == "undecided" for seed in range(1, COHORTS + 1))


def exercise_threshold() -> NumberExercise:
    """The bond weight from which a vole counts as bonded."""
    sharpness, stranger = PAIR.choice_sharpness, PAIR.stranger_pull
    return NumberExercise(
        "Exercise 1",
        f"A vole counts as bonded when the share 1/(1 + exp(−β (w − wₛ))) is above 2/3. Take β = {sharpness:g} and "
        f"wₛ = {stranger:g}. From which bond weight w on is that so? Give three decimals.",
        bond_threshold(PAIR),
        tolerance=0.002,
        why="It is wₛ + ln 2/β: less than a quarter of the scale. A sharper choice needs even less of a bond.",
        hints=[
            Hint(math.log(2) / sharpness, "That is ln 2/β. The stranger pulls too: add wₛ."),
            Hint(
                stranger + math.log(3) / sharpness, "That is for a share of 3/4: the odds are 3 to 1. Here they are 2."
            ),
            Hint(
                stranger + math.log(CRITERION) / sharpness, "Take the logarithm of the odds, 2 to 1, not of the share."
            ),
            Hint(stranger + math.log(2) * sharpness, "Divide ln 2 by β; you multiplied."),
            Hint(stranger + math.log10(2) / sharpness, "That is the logarithm to base 10. Use the natural one."),
            Hint(stranger, "At that weight partner and stranger draw alike, and the share is one half."),
        ],
    )


def _hours(speed: float, forgetting_hours: float) -> float:
    """Return the hours until the bond is at the threshold, with D1 at rest."""
    rate = speed + 1 / forgetting_hours
    return -math.log1p(-bond_threshold(PAIR) * rate / speed) / rate


def exercise_hours() -> ArrayExercise:
    """How long until a bond, with and without mating."""
    pairs = (PAIR, WITHOUT_MATING)
    speeds = [learning_speed(each) for each in pairs]
    forgetting = 24 * PAIR.forgetting_days
    opening = float(gate(1.2))
    right = [hours_to_bond(each) for each in pairs]
    return ArrayExercise(
        "Exercise 2",
        "Forget that D1 rises. While a pair is together, w(t) = w∞ (1 − exp(−(k + 1/τ) t)). Here w∞ = k/(k + 1/τ) "
        f"and k = η DA (1 − D1) G. Take η = {PAIR.learning_rate:g} per hour, D1 = {PAIR.d1_rest:g}, G = {opening:.3f} "
        f"and τ = {forgetting:g} hours. After how many hours is w at {bond_threshold(PAIR):.4f}, with mating "
        f"(DA = {PAIR.dopamine_mating:g}) and without (DA = {PAIR.dopamine_together:g})? Give both in a list.",
        right,
        tolerance=0.06,
        why="A fifth of the dopamine takes about five times as long. The study of 1992 found a preference after 6 "
        "hours with mating, and without mating only after 24: the model was tuned to fall between.",
        hints=[
            Hint(right[::-1], "The right numbers in the other order. With mating comes first."),
            Hint(
                [-math.log1p(-bond_threshold(PAIR)) / speed for speed in speeds],
                "You left forgetting out: 1/τ belongs in w∞ and in the exponent.",
            ),
            Hint(
                [_hours(speed / (1 - PAIR.d1_rest), forgetting) for speed in speeds],
                f"You left D1 out: it takes {100 * PAIR.d1_rest:.0f} % of the drive away.",
            ),
            Hint(
                [_hours(speed / opening, forgetting) for speed in speeds],
                "You left the gate G out: it is three quarters open, not all the way.",
            ),
            Hint(
                [_hours(speed, PAIR.forgetting_days) for speed in speeds],
                "You took τ as 18 hours. It is 18 days; all else is in hours.",
            ),
            Hint(
                [bond_threshold(PAIR) / speed for speed in speeds],
                "You divided by the speed at the start. The bond grows ever more slowly, so it takes longer.",
            ),
        ],
    )


def _speed(oxytocin: float, vasopressin: float, dopamine: float, blocked: float) -> float:
    opening = float(gate(oxytocin + vasopressin * (1 - blocked)))
    return PAIR.learning_rate * opening * dopamine * (1 - PAIR.d1_rest)


def _speed_of(signal: float, dopamine: float) -> float:
    return _speed(signal, 0, dopamine, 0)


def exercise_speed() -> FunctionExercise:
    """The rule of bonding, to be moved with ``interact``."""
    return FunctionExercise(
        "Exercise 3",
        f"Write `speed(oxytocin, vasopressin, dopamine, blocked)`: {PAIR.learning_rate:g} times the gate, times "
        f"dopamine, times 1 − {PAIR.d1_rest:g}. `blocked` is the share of the vasopressin receptors that a drug takes "
        "away. Use `gate` from above. Then move your function with sliders: `interact(speed, oxytocin=(0.0, 1.0), "
        "vasopressin=(0.0, 1.0), dopamine=(0.0, 1.5), blocked=(0.0, 1.0))`.",
        _speed,
        cases=[
            (0.6, 0.6, 1.0, 0.0),
            (0.6, 0.6, 1.0, 1.0),
            (0.0, 0.6, 0.2, 0.0),
            (0.2, 1.0, 1.0, 0.5),
            (0.3, 0.8, 1.5, 0.25),
        ],
        tolerance=1e-6,
        why="The two peptides add up before the gate, and dopamine multiplies after it. So this model knows no "
        "hormone for males and no hormone for females: either can stand in for the other. It has no sexes at all.",
        hints=[
            Hint(
                lambda o, v, d, b: _speed_of(o + v, d),
                "Your function does not use blocked. What is left of the vasopressin receptors is 1 − blocked.",
            ),
            Hint(
                lambda o, v, d, b: _speed_of(o + v * b, d),
                "You keep the blocked receptors and lose the others. What is left is 1 − blocked.",
            ),
            Hint(
                lambda o, v, d, b: _speed_of((o + v) * (1 - b), d),
                "Your drug blocks both receptors. It blocks the one for vasopressin only.",
            ),
            Hint(
                lambda o, v, d, b: _speed_of(o * v * (1 - b), d),
                "You multiplied the two receptors: then either alone would do nothing. They add up.",
            ),
            Hint(
                lambda o, v, d, b: _speed(o, v, d, b) / (1 - PAIR.d1_rest),
                f"Dopamine also acts on D1, which works against the bond: multiply by 1 − {PAIR.d1_rest:g}.",
            ),
            Hint(
                lambda o, v, d, b: PAIR.learning_rate * (o + v * (1 - b)) * d * (1 - PAIR.d1_rest),
                "You left out the gate. Put the sum of the receptors through `gate`.",
            ),
        ],
    )


def designs() -> Mapping[str, Sequence[VoleExperiment]]:
    """Return the groups of each design of exercise 4, by key."""
    null = VoleExperiment(genetics="oxytocin_receptor_knockout")
    adult = VoleExperiment(genetics="oxytocin_receptor_knockdown")
    week = {"hours_together": 168}
    return {
        "null_week": (null.replace(**week),),
        "adult_day": (adult,),
        "both_week": (null.replace(**week), adult.replace(**week)),
        "both_day": (null, adult),
    }


COMPENSATION = {"slow": 0.0, "compensated": 0.5}


def shares(design: str, explanation: str) -> tuple[float, ...]:
    """Return the share of each group of a design under one of the two explanations."""
    compensation = COMPENSATION[explanation]
    return tuple(share(each.replace(compensation=compensation)) for each in designs()[design])


def _separates(design: str) -> bool:
    slow, compensated = (tuple(each > CRITERION for each in shares(design, name)) for name in COMPENSATION)
    return slow != compensated


def exercise_design() -> ChoiceExercise:
    """Which experiment tells compensation from a slow bond?"""
    right = next(key for key in designs() if _separates(key))
    (slow_null, slow_adult), (compensated_null, compensated_adult) = (shares("both_day", key) for key in COMPENSATION)
    weeks = [each for key in COMPENSATION for each in shares("both_week", key)]
    return ChoiceExercise(
        "Exercise 4",
        "Voles without oxytocin receptors from birth do form bonds. Why? Perhaps the other receptor made up for it "
        "during development. Or the bond is just slow. Which experiment would come out differently under the two "
        "explanations? Run them with `compensation=0` and `compensation=0.5`, on the bench or in the cell below: "
        "`'null_week'`, `'adult_day'`, `'both_week'` or `'both_day'`?",
        right,
        options={
            "null_week": "Voles without the receptor from birth, a week together",
            "adult_day": "Voles that lost the receptor as adults, a day together",
            "both_week": "Both kinds of voles, a week together",
            "both_day": "Both kinds of voles, a day together",
        },
        why=f"If the bond is just slow, both groups come to {slow_null:.2f} and {slow_adult:.2f}. If voles make up for "
        f"a receptor that was never there, those come to {compensated_null:.2f} in a day, and those that lost it as "
        f"adults to {compensated_adult:.2f}. Adults have had no time to make up for anything.",
        hints=[
            Hint(
                "null_week",
                "After a week they are bonded under both explanations. This is what was published, and it cannot tell "
                "them apart.",
            ),
            Hint(
                "adult_day",
                "Adults have nothing made up under either explanation, so this group alone comes out the same.",
            ),
            Hint(
                "both_week",
                f"After a week all groups have {min(weeks):.2f} or more: a slow bond has caught up. Look earlier.",
            ),
        ],
    )


def _superiority(others: Sequence[float], carriers: Sequence[float]) -> float:
    difference = np.subtract.outer(np.asarray(others, dtype=float), np.asarray(carriers, dtype=float))
    return float((difference > 0).mean() + (difference == 0).mean() / 2)


_SCORES = (
    ([3, 5, 4], [2, 4]),
    ([1, 2, 3, 4], [1, 2, 3, 4]),
    ([10, 11, 12], [1]),
    ([1, 1, 2], [2, 3, 3, 5]),
)


def exercise_superiority() -> FunctionExercise:
    """How often a random member of one group is above one of the other."""
    return FunctionExercise(
        "Exercise 5",
        "Write `superiority(others, carriers)` for two lists of scores: of all pairs of one other and one carrier, the "
        "share in which the other scores higher. A tie counts half.",
        _superiority,
        cases=_SCORES,
        tolerance=1e-6,
        why=f"With two normal groups it is Φ(d/√2): {superiority(GeneTest().difference):.3f} for d = "
        f"{GeneTest().difference:g}, where a coin has 0.5. Doctors know it as the area under the ROC curve.",
        hints=[
            Hint(
                lambda others, carriers: _superiority(carriers, others),
                "This is the share in which the carrier scores higher. Turn the comparison round.",
            ),
            Hint(
                lambda others, carriers: float((np.subtract.outer(others, carriers) > 0).mean()),
                "Ties count as nothing here. Count each as half a pair.",
            ),
            Hint(
                lambda others, carriers: float((np.subtract.outer(others, carriers) >= 0).mean()),
                "Ties count as a whole pair here. Count each as half.",
            ),
            Hint(
                lambda others, carriers: float(np.mean(others) - np.mean(carriers)),
                "This is the difference of the means. Compare every other with every carrier, and count.",
            ),
            Hint(
                lambda others, carriers: _superiority(others, carriers) * len(others) * len(carriers),
                "This is a count. Divide by the number of pairs.",
            ),
        ],
    )


def counts() -> tuple[int, int, int]:
    """Return how many of a thousand people carry the variant, score low, and do both."""
    test = GeneTest()
    low = round(PEOPLE * test.base_rate)
    return round(PEOPLE * test.carrier_frequency), low, round(simulate_gene_test(test).caught * low)


def exercise_predictive_value() -> NumberExercise:
    """What a positive test is worth, from counts."""
    carriers, low, both = counts()
    right = both / carriers
    return NumberExercise(
        "Exercise 6",
        f"Of {PEOPLE:,} people {carriers} carry the variant, {low} score low, and {both} do both. Someone uses the "
        "variant as a test for a low score. What is the predictive value of a positive test: the share of carriers who "
        "score low?",
        right,
        tolerance=0.006,
        why=f"{carriers - both} of the {carriers} carriers would be warned for nothing. Without any test you would say "
        f"{low / PEOPLE:g}.",
        hints=[
            Hint(both / low, "That is the share of people with a low score who carry the variant. Ask the other way."),
            Hint(both / PEOPLE, "That is the share of all people who are both. Divide by the carriers only."),
            Hint(1 - right, "That is the share of carriers who would be warned for nothing."),
            Hint((low - both) / (PEOPLE - carriers), "That is the share of the others who score low."),
            Hint(low / PEOPLE, "That is the share of all people who score low, with no test at all."),
        ],
    )


def _in_words(each: PaternityCount) -> str:
    low, high = each.interval
    return f"For {each.shared} of {each.litters} it is {low:.3f} to {high:.3f}"


def _wald(count: int, total: int) -> tuple[float, float]:
    share_ = count / total
    reach = 1.959964 * math.sqrt(share_ * (1 - share_) / total)
    return share_ - reach, share_ + reach


def exercise_interval() -> FunctionExercise:
    """The exact interval of a share, by the learner's own function or with scipy."""
    return FunctionExercise(
        "Exercise 7",
        "Write `exact(count, total)`, which returns the two ends of the exact 95 % interval of a share, such as 6 of "
        "27. Search for the shares that make such a count just too rare, 2.5 % on either side, or let "
        "`scipy.stats.binomtest` do it.",
        exact_interval,
        cases=[(6, 27), (5, 9), (1, 27), (0, 9), (9, 9)],
        tolerance=5e-4,
        why=f"{'. '.join(_in_words(each) for each in PATERNITY)}. Nine litters rule out very little.",
        hints=[
            Hint(
                _wald,
                "This is the share plus and minus 1.96 standard errors. With so few litters it is far off, and for 0 "
                "of 9 it has no width at all.",
            ),
            Hint(
                lambda count, total: exact_interval(count, total, level=0.9),
                "You left 5 % on either side. A 95 % interval leaves 2.5 % on either side.",
            ),
            Hint(
                lambda count, total: tuple(100 * each for each in exact_interval(count, total)),
                "These are per cent. Give shares between 0 and 1.",
            ),
            Hint(
                lambda count, total: exact_interval(total - count, total),
                "This is the interval of the litters that are the pair's own. Ask for those with another father.",
            ),
        ],
    )


def exercise_never() -> NumberExercise:
    """How many litters without another father make "never" nearly sure?"""
    right = litters_to_rule_out(RARE)
    one_sided = math.ceil(math.log(0.05) / math.log(1 - RARE))
    return NumberExercise(
        "Exercise 8",
        "You look at litter after litter and find no other father at all. How many litters must you see until the "
        f"upper end of the exact 95 % interval is below {RARE:g}? Use your function, or "
        "`model.exact_interval(0, total)`.",
        right,
        tolerance=0.5,
        unit="litters",
        why="Not seen is not the same as never. No study of vole litters in our table has half as many.",
        hints=[
            Hint(
                one_sided,
                "That leaves 5 % on one side. The exact 95 % interval leaves 2.5 % there, so it takes a few more.",
            ),
            Hint(
                3 / RARE, "That is the rule of three, for an interval with one end. Here 2.5 % are left on that side."
            ),
            Hint(right - 1, "One short: the upper end is still a little above."),
            Hint(1 / RARE, "With one in twenty, twenty litters would hold one on average, and often none."),
        ],
    )


def litters_to_rule_out(rare: float) -> int:
    """Return how many litters without another father bring the upper end of the exact interval below a share."""
    total = 1
    while exact_interval(0, total)[1] >= rare:
        total += 1
    return total


def exercises() -> Sequence[ArrayExercise | ChoiceExercise | FunctionExercise | NumberExercise]:
    """Return all exercises in order."""
    return (
        exercise_threshold(),
        exercise_hours(),
        exercise_speed(),
        exercise_design(),
        exercise_superiority(),
        exercise_predictive_value(),
        exercise_interval(),
        exercise_never(),
    )


def quiz() -> Quiz:
    """Return seven questions on the whole lesson."""
    percent = f"{100 * MAMMALS.share:.0f} %"
    run = simulate_gene_test(GeneTest())
    litters = PATERNITY[0]
    low, high = litters.interval
    return Quiz(
        "What stays with you?",
        [
            Question(
                "Roughly how many mammal species live in pairs (Lukas & Clutton-Brock 2013)?",
                [
                    Answer("About half", "That is far too many. Pairs are the exception among mammals."),
                    Answer("About 30 %", "Still too many. It may be true of some orders, not of mammals as a whole."),
                    Answer(
                        f"About {percent}",
                        f"Yes: {MAMMALS.monogamous} species. So 'in mammals' is a wide word for a result about voles.",
                        right=True,
                    ),
                    Answer("Nearly all", f"It is the other way round: {100 - 100 * MAMMALS.share:.0f} of 100 do not."),
                ],
            ),
            Question(
                "In prairie voles, which dopamine receptor helps a bond to form, and which one works against that and "
                "rises later (Aragona et al. 2006)?",
                [
                    Answer(
                        "D2 helps it form; D1 works against that, rises later and goes with aggression to strangers.",
                        "Yes. After long cohabitation D1 had risen, and blocking it ended the aggression.",
                        right=True,
                    ),
                    Answer("D1 helps it form; D2 rises later.", "It is the other way round. Look at the drive again."),
                    Answer("Both help it form.", "They pull in opposite directions: the drive has a minus before D1."),
                ],
            ),
            Question(
                "Syrian hamsters without any V1a receptor were more social and more aggressive, not less (Taylor et "
                "al. 2022). What follows?",
                [
                    Answer(
                        "The experiment must be wrong.",
                        "It surprised its authors, and that is no reason to doubt it. A surprise is information.",
                    ),
                    Answer(
                        "What a receptor does in one place need not be what its loss does everywhere and for life.",
                        "Yes. The model has one gate and no places, so it could not have shown this.",
                        right=True,
                    ),
                    Answer(
                        "Vasopressin has nothing to do with social life.",
                        "Losing the receptor changed social behaviour a lot. It was the direction that surprised.",
                    ),
                ],
            ),
            Question(
                "The model shows what Lim et al. (2004) found in meadow voles. Is that evidence for the model?",
                [
                    Answer(
                        "Strong evidence: model and experiment agree.",
                        "The densities, the gate and the vector were set until they agreed. It could not have failed.",
                    ),
                    Answer(
                        "Some, because the meadow vole is another species.",
                        "Another species would be a test if nothing had been tuned to it. Here it was.",
                    ),
                    Answer(
                        "None: it was calibrated to this result.",
                        "Yes. The one result that it was not calibrated to it shows only by half.",
                        right=True,
                    ),
                ],
            ),
            Question(
                f"In {litters.shared} of {litters.litters} litters of paired voles a male other than the partner was a "
                "father (Ophir et al. 2008). So …",
                [
                    Answer(
                        "… these voles had no pair bonds.", "They lived as pairs. A partner preference is that, too."
                    ),
                    Answer(
                        "… living as a pair and mating with one partner only are two things.",
                        "Yes: social and genetic monogamy are two things. The test of the chambers measures "
                        "neither fatherhood nor fidelity.",
                        right=True,
                    ),
                    Answer(
                        f"… {100 * litters.share:.0f} % of all prairie vole litters have another father.",
                        "This is the count of one study in enclosures. Its interval goes from "
                        f"{100 * low:.0f} to {100 * high:.0f} %.",
                    ),
                    Answer(
                        "… voles are like people.",
                        "Nothing in these litters is about people. Paternity in voles tells about voles.",
                    ),
                ],
            ),
            Question(
                "A company offers a test of a vasopressin-receptor variant to couples. Suppose that carriers really do "
                f"score {GeneTest().difference:g} SD lower on average. What can the test tell one person?",
                [
                    Answer(
                        "Next to nothing: the two groups overlap almost completely.",
                        f"Yes: {100 * run.carrier_risk:.0f} of 100 carriers score low, and "
                        f"{100 * run.other_risk:.0f} of 100 others. And the link itself has no convincing replication.",
                        right=True,
                    ),
                    Answer(
                        "A lot, if the study was large.",
                        "A large study makes the difference of the groups sure. It does not make it larger.",
                    ),
                    Answer(
                        "Whether the person will stay.",
                        "No gene says that. A score on a scale is not what people do, and a gene is one of very many.",
                    ),
                ],
            ),
            Question(
                "On the bench the interval holds the line, and the verdict is 'undecided'. What has been shown?",
                [
                    Answer("That there is no bond.", "Then the whole interval would lie below the line."),
                    Answer(
                        "That there is a weak bond.",
                        "Perhaps there is. This experiment cannot tell it from none: ask for more animals.",
                    ),
                    Answer(
                        "Neither a bond nor its absence.",
                        "Yes. Run more animals, and the interval shrinks until it leaves the line on one side.",
                        right=True,
                    ),
                ],
            ),
        ],
    )
