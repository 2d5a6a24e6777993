"""The words of "Society": bets, checked exercises and a quiz.

Every expected answer, and every number that a sentence names, is asked of the models when it is needed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy.models import society as model
from intimacy.models.society import Confounding, EffectSize, Friendship, Loneliness, TrustNetwork
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

# As the labs start, whose seeds are chosen so that what is seen is near to what is expected.
TOWN, TOWN_SEED = Loneliness(), 56
WITHOUT_CONTAGION = TOWN.replace(contagion=0.0, onset=0.06, unevenness=1.0, sharing=1.0)
STUDIES, STUDIES_SEED = Confounding(), 14
COMMUNITY = TrustNetwork(gain=0.05, start=0.8, people=300, steps=300)
ISOLATION = EffectSize(ratio=1.29)
HEAVY_HURT, MUCH_LOST = 3.0, 0.2
ALONE = EffectSize(ratio=1.32, baseline=5.0)


def bet_clusters() -> Bet:
    """Before the first lab: do lonely people cluster where nothing is contagious?"""
    runs = [model.simulate_loneliness(each, TOWN_SEED) for each in (TOWN, WITHOUT_CONTAGION)]
    spreads, grows = (run.clustering for run in runs)

    def outcome() -> str:
        if abs(grows - 1) < 0.05:
            return "none"
        ratio = (grows - 1) / (spreads - 1)
        return "less" if ratio < 0.5 else "alike" if ratio < 2 else "more"

    return Bet(
        f"Two towns of {TOWN.people} people. In the first, each lonely contact makes you more likely to become lonely. "
        "In the second nothing passes between people: loneliness has causes of its own, such as illness or a bad "
        "housing market. There are more of them in some neighbourhoods, and neighbours know each other. In the first "
        f"town two lonely people are tied {spreads:.2f} times as often as chance would have it. And in the second?",
        {
            "none": Option("As often as chance: nothing spreads", "as often as chance", "it is as often as chance"),
            "less": Option("More often, but much less so", "a little more often", "it is a little more often"),
            "alike": Option("About as in the first town", "about as in the first town", "it is about as often"),
            "more": Option("Much more often than there", "much more often", "it is much more often"),
        },
        outcome,
        "whoever lives where the causes are has neighbours who live there too. Two lonely people are tied "
        f"{grows:.2f} times as often as chance would have it. A map of lonely people cannot tell you which town you "
        "are in",
    )


def bet_significant() -> Bet:
    """Before the lab on studies: how many find what is not there?"""
    run = model.simulate_studies(STUDIES, STUDIES_SEED)
    found = round(100 * run.share_significant("naive"))
    endless = 100 * model.expected_share_significant(STUDIES)
    counts = {"few": 5, "some": 25, "most": 60, "all": 98}

    def outcome() -> str:
        return min(counts, key=lambda key: abs(counts[key] - found))

    return Bet(
        f"{STUDIES.studies} studies ask {STUDIES.pairs} people each how lonely they are, and so do the friends whom "
        "they name. A year later they ask again. Nothing is contagious, but people choose friends who are somewhat "
        "like them. Each study tests whether the friend's loneliness predicts yours a year later, with your own "
        "loneliness before counted in. How many of the 100 find a significant effect?",
        {
            "few": Option("About 5, as a test should by chance", "about 5", "about 5 of 100 did"),
            "some": Option("About 25", "about 25", "about 25 of 100 did"),
            "most": Option("About 60", "about 60", "about 60 of 100 did"),
            "all": Option("Nearly all", "nearly all", "nearly all did"),
        },
        outcome,
        "the friend's loneliness tells something about the hidden cause, which friends have in common, and the cause "
        f"is what makes you lonelier later. It was {found} of 100 here, and would be {endless:.1f} in the long run",
    )


def bet_rewiring() -> Bet:
    """Before the lab on trust: does it matter who is tied to whom?"""
    ring, anywhere = (model.simulate_trust(COMMUNITY.replace(rewiring=share)) for share in (0.0, 1.0))
    change = float(anywhere.mean[-1] - ring.mean[-1])

    def outcome() -> str:
        return "same" if abs(change) < 0.03 else "higher" if change > 0 else "lower"

    return Bet(
        f"{COMMUNITY.people} people turn to each other for support. Some answers get lost, and most hurts are "
        "repaired. At first everyone knows eight neighbours in a ring. Then all ties are rewired, so that they lead "
        f"anywhere. In the ring the mean trust after {COMMUNITY.steps} steps is {ring.mean[-1]:.2f}. And after the "
        "rewiring?",
        {
            "lower": Option("Clearly lower: no close circles are left", "clearly lower", "it was clearly lower"),
            "same": Option("The same, within 0.03", "the same", "it was the same, within 0.03"),
            "higher": Option("Clearly higher: trust can travel", "clearly higher", "it was clearly higher"),
        },
        outcome,
        "what counts in this model is how often answers get lost and how often hurts are repaired. Everyone has about "
        f"as many partners as before, and they are as trusting: the mean is {anywhere.mean[-1]:.2f}. That is a finding "
        "about these equations; in life, ties differ",
    )


def bet_ratio() -> Bet:
    """Before the lab on effect sizes: how many people is an odds ratio?"""
    run = model.translate(ISOLATION)
    without, with_it = run.counts
    more = {"three": 3, "right": 25, "tenth": 129, "percent": 290}

    def outcome() -> str:
        return min(more, key=lambda key: abs(math.log(more[key] / run.extra)))

    return Bet(
        "A synthesis gives an odds ratio of death of 1.29 for isolated people [holtlunstad2015]. Suppose that in the "
        f"time of such a study {without} of 1,000 people who are not isolated die. How many more die of 1,000 isolated "
        "ones?",
        {
            "three": Option("About 3", "about 3", "about 3 more do"),
            "right": Option("About 25", "about 25", "about 25 more do"),
            "tenth": Option("About 129", "about 129", "about 129 more do"),
            "percent": Option("About 290: 29 more in each hundred", "about 290", "about 290 more do"),
        },
        outcome,
        f"1.29 times the odds of {without} in 1,000 are the odds of {with_it} in 1,000. The ratio multiplies what is "
        "there, and does not add to it. It is an average across groups, and says nothing of any one person, nor of "
        "what is the cause",
    )


def settled(onset: float, contagion: float, recovery: float, contacts: float) -> float:
    """Return the share that is lonely in the end, if everyone met everyone."""
    return model.expected_loneliness(onset, contagion, recovery, contacts)


def _root(onset: float, contagion: float, recovery: float, contacts: float, sign: int = 1, factor: int = 4) -> float:
    middle = onset + recovery - contagion * contacts
    inside = middle**2 + factor * contagion * contacts * onset
    return (-middle + sign * math.sqrt(inside)) / (2 * contagion * contacts)


def exercise_settled() -> FunctionExercise:
    """Where the share of lonely people settles; to be moved with ``interact``."""
    return FunctionExercise(
        "Exercise 1",
        "Write `settled(onset, contagion, recovery, contacts)`: the share of lonely people in the long run, if "
        "everyone met everyone. It is (−m + √(m² + 4 b k a)) / (2 b k), with m = a + g − b k. Here a is the onset, b "
        "the contagion, g the recovery and k the contacts. All are above 0. Then move your function: "
        "`interact(settled, onset=(0.005, 0.2, 0.005), contagion=(0.005, 0.1, 0.005), recovery=(0.05, 1.0, 0.05), "
        "contacts=(1, 20))`.",
        settled,
        cases=[(0.04, 0.02, 0.3, 6), (0.02, 0.005, 0.04, 4), (0.1, 0.1, 0.05, 20), (0.005, 0.06, 0.3, 6)],
        tolerance=1e-6,
        why="Now it is your lab. Which helps more: twice the recovery, or half the onset?",
        hints=[
            Hint(lambda a, b, g, k: a / (a + g), "This is the share without contagion. The contacts are missing."),
            Hint(lambda a, b, g, k: _root(a, b, g, 1), "Your function does not use contacts: b always comes with k."),
            Hint(lambda a, b, g, k: _root(a, b, g, k, sign=-1), "You took the other root, which is below 0."),
            Hint(lambda a, b, g, k: _root(a, b, g, k, factor=1), "Under the root, 4 times b k a."),
            Hint(lambda a, b, g, k: 2 * b * k * _root(a, b, g, k), "Divide by 2 b k at the end."),
            Hint(lambda a, b, g, k: _root(a, b, g, k) / (b * k) * k, "Divide by 2 b k once: a bracket may be missing."),
        ],
    )


def exercise_structure() -> NumberExercise:
    """How far the causes must fall to do what twice the recovery does."""
    onset, contagion, recovery, contacts = TOWN.onset, TOWN.contagion, TOWN.recovery, TOWN.contacts
    helped = settled(onset, contagion, 2 * recovery, contacts)
    spread = contagion * contacts * helped
    right = recovery * helped / (1 - helped) - spread
    return NumberExercise(
        "Exercise 2",
        f"In the town of the first lab a = {onset:g}, b = {contagion:g}, g = {recovery:g} a year and k = {contacts}. A "
        "programme doubles the recovery of each lonely person; by the mean field, the share then rests at "
        f"{100 * helped:.3f} %. Another town leaves the recovery at {recovery:g} and takes away causes instead. Down "
        "to which a must it go to reach the same share? At rest (a + b k I)(1 − I) = g I.",
        right,
        tolerance=0.0003,
        unit="/year",
        why=f"Half the causes ({onset / 2:g}) leave {100 * settled(onset / 2, contagion, recovery, contacts):.1f} % "
        "lonely: contagion goes on between those who are there. Without contagion, half the causes would do what twice "
        "the recovery does.",
        hints=[
            Hint(onset / 2, "Half the causes are enough only where nothing is contagious. Here b is above 0."),
            Hint(right + spread, "You left out contagion: take b k I away. (Or is that how much must go?)"),
            Hint(recovery * helped - spread, "Divide g I by 1 − I first: only the connected can become lonely."),
            Hint(2 * recovery * helped / (1 - helped) - spread, "That is with twice the recovery. This town has 0.3."),
        ],
    )


DESIGNS = {
    "A": "A survey of a million pairs of friends, twice, a year apart",
    "B": "The same survey, with where people live measured too",
    "C": "Students whose roommates are drawn by lot, asked twice",
    "D": "A survey in which lonely people say who made them lonely",
}


def exercise_design() -> ChoiceExercise:
    """Which design can tell contagion from the rest?"""
    return ChoiceExercise(
        "Exercise 3",
        "Which of these can tell contagion from choosing alike friends? "
        + " ".join(f"`'{key}'`: {text}." for key, text in DESIGNS.items()),
        "C",
        options=DESIGNS,
        why="A lottery makes roommates alike in nothing but chance before they meet. It still does not part contagion "
        "from a bad room that both live in: for that, compare rooms.",
        hints=[
            Hint("A", 'More people make you more sure, not more right. Press "More people" in the lab.'),
            Hint("B", "A setting can be measured. The hidden cause by which people chose each other was not."),
            Hint("D", "People do not see causes, their own or others'. That is why it takes a design."),
        ],
    )


def naive(before: Array, friend_before: Array, after: Array) -> float:
    """Return the coefficient of the friend's earlier loneliness, with one's own counted in."""
    columns = np.column_stack([np.ones(len(before)), before, friend_before])
    return float(np.linalg.lstsq(columns, np.asarray(after), rcond=None)[0][2])


def _slope(x: Array, y: Array) -> float:
    return float(np.cov(x, y)[0, 1] / np.var(x, ddof=1))


def _without_constant(before: Array, friend_before: Array, after: Array) -> float:
    return float(np.linalg.lstsq(np.column_stack([before, friend_before]), after, rcond=None)[0][1])


def surveys() -> list[tuple[Array, Array, Array]]:
    """Return what three studies of the packaged model have asked: before, friend before, after."""
    designs = (STUDIES, STUDIES.replace(homophily=3.0), STUDIES.replace(pairs=50, contagion=0.2))
    columns = ("before", "friend_before", "after")
    asked = [model.interviews(design, study=2, seed=STUDIES_SEED) for design in designs]
    return [(each["before"].to_numpy(), *(each[name].to_numpy() for name in columns[1:])) for each in asked]


def exercise_naive() -> FunctionExercise:
    """The usual analysis, written by the learner."""
    return FunctionExercise(
        "Exercise 4",
        "Do the usual analysis yourself: `naive(before, friend_before, after)` returns the coefficient of the friend's "
        "earlier loneliness when `after` is predicted from a constant, your own loneliness `before`, and "
        "`friend_before`. Stack the three columns with `np.column_stack` and use `np.linalg.lstsq`, whose first result "
        "holds the coefficients in the order of the columns.",
        naive,
        cases=surveys(),
        tolerance=1e-6,
        why="This is the test that made height, acne and headaches look contagious [cohencole2008].",
        hints=[
            Hint(lambda b, f, a: _slope(f, a), "This leaves your own loneliness before out of the fit."),
            Hint(_without_constant, "A column of ones is missing, so the fit goes through zero."),
            Hint(lambda b, f, a: naive(f, b, a), "This is the coefficient of your own loneliness before."),
            Hint(lambda b, f, a: naive(b, a, f), "Outcome and predictor are swapped: predict `after`."),
            Hint(
                lambda b, f, a: float(np.corrcoef(f, a)[0, 1]),
                "A correlation is not a coefficient. Fit all three columns.",
            ),
        ],
    )


def exercise_repair() -> NumberExercise:
    """The critical repair where hurts weigh more and more is lost."""
    right = model.critical_repair(MUCH_LOST, HEAVY_HURT)
    return NumberExercise(
        "Exercise 5",
        f"A hurt weighs {HEAVY_HURT:g} times as much as an answer, η₋/η₊ = {HEAVY_HURT:g}, and ε = {MUCH_LOST:g} of "
        "the answers get lost. From which share of repair on does trust last? Trust grows from little where "
        "(1 − ε) η₊ is above (1 − ρ) η₋.",
        right,
        tolerance=0.002,
        why="In words: the heavier a hurt and the more gets lost, the more has to be repaired. In this model; it is no "
        "recommendation to repair everything. Repair is for where both are safe and free.",
        hints=[
            Hint(1 - right, "That is the share of hurts that may stay unrepaired. The question is the rest."),
            Hint(model.critical_repair(0, HEAVY_HURT), "You left out what gets lost: 1 − ε stands beside η₊."),
            Hint(
                1 - MUCH_LOST / HEAVY_HURT, "You put ε where 1 − ε belongs: it is the answers that arrive that count."
            ),
            Hint(1 - HEAVY_HURT * (1 - MUCH_LOST), "The ratio is upside down: divide by η₋/η₊."),
            Hint(model.critical_repair(MUCH_LOST, 2), "That is for a hurt that weighs twice as much."),
        ],
    )


def exercise_risk() -> FunctionExercise:
    """From an odds ratio to a risk; to be moved with ``interact``."""
    return FunctionExercise(
        "Exercise 6",
        "Write `risk(baseline, odds_ratio)`: the risk of those with it, from the risk of those without. Turn the "
        "baseline risk p into odds p/(1 − p), multiply by the odds ratio, and turn the odds back into a risk: odds/(1 "
        "+ odds). Then move it: `interact(risk, baseline=(0.01, 0.9, 0.01), odds_ratio=(0.2, 5.0, 0.02))`.",
        model.absolute_risk,
        cases=[(0.1, 1.29), (0.3, 1.5), (0.5, 0.4), (0.01, 4.0)],
        tolerance=1e-6,
        why="Where the event is rare, an odds ratio is nearly a risk ratio. Where it is common, it sounds larger than "
        "it is.",
        hints=[
            Hint(lambda p, r: p * r, "You multiplied the risk. Multiply the odds, and turn them back."),
            Hint(lambda p, r: r * p / (1 - p), "Those are the new odds. Turn them into a risk: odds/(1 + odds)."),
            Hint(model.relative_risk, "That is the risk ratio. The risk itself is asked for."),
            Hint(
                lambda p, r: model.absolute_risk(p, r) - p, "That is the difference to the baseline. Return the risk."
            ),
            Hint(lambda p, r: 1 - (1 - p) ** r, "That reads the ratio as a hazard ratio. Here it is one of odds."),
        ],
    )


def exercise_extra() -> NumberExercise:
    """How many more of a thousand."""
    run = model.translate(ALONE)
    baseline, ratio = ALONE.baseline / 100, ALONE.ratio
    return NumberExercise(
        "Exercise 7",
        f"An odds ratio of {ratio:g}, where {ALONE.baseline:g} % have the event anyway. How many more of 1,000 people "
        "have it? Use your `risk`.",
        run.extra,
        tolerance=0.2,
        unit="people",
        why=f"Where half have it anyway, the same ratio would be "
        f"{model.translate(ALONE.replace(baseline=50.0)).extra:.0f} more. No ratio tells how many people it is about.",
        hints=[
            Hint(1000 * baseline * (ratio - 1), "You multiplied the risk by the odds ratio. Multiply the odds."),
            Hint(1000 * run.risk, "That is how many have it with it. How many more is that than without?"),
            Hint(1000 * (ratio - 1), "That would be if everyone had the event. Only 5 in 100 do."),
            Hint(1000 * (model.absolute_risk(0.1, ratio) - 0.1), "That is for a baseline of 10 %. Here it is 5 %."),
        ],
    )


def exercise_friends() -> ArrayExercise:
    """The friendship paradox from a list of degrees."""
    degrees = model.count_friends(Friendship()).degrees
    mean, variance = float(degrees.mean()), float(degrees.var())
    right = np.array([mean, variance, mean + variance / mean])
    return ArrayExercise(
        "Exercise 8",
        "`model.count_friends(model.Friendship()).degrees` holds how many people each member of the karate club met. "
        "Give a list of three numbers: the mean μ, the variance (over all 34: divide by 34), and μ + variance/μ, the "
        "mean of a friend.",
        right,
        tolerance=0.002,
        why="The third is the mean over the ends of all 78 ties. Two members with 16 and 17 are at the end of many.",
        hints=[
            Hint(
                [mean, float(degrees.var(ddof=1)), mean + float(degrees.var(ddof=1)) / mean],
                "You divided by 33. These 34 are all there are: no `ddof`.",
            ),
            Hint(
                [mean, math.sqrt(variance), mean + math.sqrt(variance) / mean],
                "That is the standard deviation. Square it.",
            ),
            Hint([mean, variance, mean + variance], "Divide the variance by the mean before you add it."),
            Hint(
                [mean, variance, variance / mean], "That is by how much the mean of a friend is larger. Add the mean."
            ),
            Hint(
                [mean, variance, float(model.count_friends(Friendship()).friends_mean.mean())],
                "You took each person's friends' mean, and the mean of those. Count each tie once from either end "
                "instead.",
            ),
        ],
    )


def exercises() -> Sequence[ArrayExercise | ChoiceExercise | FunctionExercise | NumberExercise]:
    """Return all exercises in order."""
    return (
        exercise_settled(),
        exercise_structure(),
        exercise_design(),
        exercise_naive(),
        exercise_repair(),
        exercise_risk(),
        exercise_extra(),
        exercise_friends(),
    )


HALF_REPAIRED = COMMUNITY.replace(repair=0.5)

# What one could change about a community that repairs half of its hurts, in words, and what is said about it.
CHANGES: Sequence[tuple[str, Mapping[str, object], str]] = (
    (
        "All ties lead anywhere in town.",
        {"rewiring": 1.0},
        "The critical repair stays {:.2f}, above one half. It does not ask who is tied to whom.",
    ),
    (
        "Everyone starts with full trust.",
        {"start": 1.0},
        "It then takes longer to die out. The critical repair stays {:.2f}.",
    ),
    (
        "A hurt weighs one and a half times an answer, instead of twice.",
        {"loss_ratio": 1.5},
        "The critical repair falls to {:.2f}. This says what the equations do; nobody can order a hurt to weigh less.",
    ),
    (
        "Everyone has twice as many contacts.",
        {"neighbours_per_side": 8},
        "The critical repair stays {:.2f}: you still turn to one of them at a time.",
    ),
)


def _ways_to_last() -> list[Answer]:
    """Return an answer for each change, right where trust lasts in the mean field."""
    changed = [HALF_REPAIRED.replace(**changes) for _, changes, _ in CHANGES]
    return [
        Answer(words, said.format(each.critical_repair), right=each.expected_trust > 0)
        for (words, _, said), each in zip(CHANGES, changed, strict=True)
    ]


def quiz() -> Quiz:
    """Return seven questions on the whole lesson."""
    return Quiz(
        "What stays with you?",
        [
            Question(
                "Lonely people have lonely friends. This shows …",
                [
                    Answer(
                        "… that loneliness is contagious.",
                        "It may be. But the second town shows the same picture with no contagion at all.",
                    ),
                    Answer(
                        "… that people choose friends who are like them.",
                        "They do, on average. But contagion or a shared place would give the same picture.",
                    ),
                    Answer(
                        "… nothing that separates contagion, choice and shared settings.",
                        "Yes. It takes a lottery, or the hidden cause and the setting measured.",
                        right=True,
                    ),
                ],
            ),
            Question(
                "A synthesis of 90 cohorts with 2.2 million people (Wang et al. 2023) gives for loneliness and death "
                "from any cause a pooled ratio of …",
                [
                    Answer(
                        "… 1.14.",
                        "Yes. Real, observational, and smaller than the well-known comparisons. For isolation it is "
                        "1.32.",
                        right=True,
                    ),
                    Answer(
                        "… 1.5.",
                        "That is an odds ratio of survival for stronger relationships, from an older synthesis of "
                        "2010.",
                    ),
                    Answer(
                        "… fifteen cigarettes a day.",
                        "Nobody compared the two in one study with random assignment. It is not a ratio of anything.",
                    ),
                ],
            ),
            Question(
                "What did randomised programmes against loneliness do, on average (Lasgaard et al. 2025)?",
                [
                    Answer(
                        "Nothing.", "The mean difference is about half a standard deviation, in the helpful direction."
                    ),
                    Answer(
                        "They helped a small to moderate amount, with low certainty.",
                        "Yes. The authors grade the certainty as low or very low, and effects differ widely.",
                        right=True,
                    ),
                    Answer("They ended loneliness.", "Far from it: half a standard deviation, with low certainty."),
                ],
            ),
            Question(
                "Hurts weigh twice, one answer in ten is lost, and half of the hurts are repaired: trust dies out. "
                "Which change lets it last in the model?",
                _ways_to_last(),
            ),
            Question(
                "A study of 400 pairs is naive about hidden causes. What do 100,000 pairs change?",
                [
                    Answer(
                        "The bias goes away with so many people.",
                        "Chance goes away. The hidden cause is as hidden as before, and so is the bias.",
                    ),
                    Answer(
                        "It becomes more sure, and stays as wrong.",
                        "Yes. More people narrow the interval around the wrong number.",
                        right=True,
                    ),
                    Answer(
                        "Nothing at all.",
                        "The interval becomes narrower, so that even more such studies are significant.",
                    ),
                ],
            ),
            Question(
                "In an old club, 29 of 34 members knew people who knew more people on average than they did. Why?",
                [
                    Answer(
                        "They were less liked than the others.",
                        "Nobody asked who liked whom. The same happens with any uneven numbers of ties.",
                    ),
                    Answer(
                        "They chose more popular people to be with.",
                        "Perhaps, but no choice is needed for it. Draw ties by lot, and it happens as well.",
                    ),
                    Answer(
                        "People with many ties are counted by many.",
                        "Yes. It is arithmetic: the mean of a friend is the mean plus variance over mean.",
                        right=True,
                    ),
                ],
            ),
            Question(
                '"The way to end loneliness is to change lonely people." What do you answer?',
                [
                    Answer(
                        "Causes around people count as well, and findings on which of them conflict.",
                        "Yes. In the first lab it takes both; across countries, unequal incomes go along with "
                        "loneliness.",
                        right=True,
                    ),
                    Answer(
                        "True: the programmes work.",
                        "They help some, with low certainty. That they help does not show that persons are the cause.",
                    ),
                    Answer(
                        "Nothing can be done about it.",
                        "Programmes help a small to moderate amount, and causes around people can be changed too.",
                    ),
                ],
            ),
        ],
    )
