"""The words of "Mirror systems and empathy": bets, checked exercises and a quiz.

Every expected answer, and every number that a sentence names, is asked of the models when it is needed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from intimacy.models import mirror_systems as model
from intimacy.models.mirror_systems import Association, Contagion, Contingency, Overlap
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

FIVE_FRIENDS = Contagion(constellation="everyone", people=5, regulation=0.65, duration=120)
WEAK_TRAINING = 0.3
FRIENDS = {"i": (0.8, 0.8), "j": (0.5, 0.1), "k": (0.6, 0.4)}
PART_SHARED, GOOD_ENOUGH = 0.25, 0.8
STRONG_MIRRORING = 0.8
GROUPS = (("triangle", 3), ("star", 5), ("everyone", 5))
_REGION = Overlap()


def bet_counter_mirror() -> Bet:
    """Before the first lab: how long does counter-mirror training take?"""
    person = Association()
    crossing = model.expected_crossing(person)
    sightings = model.crossing_exposures(
        person.childhood_contingency, person.training_contingency, person.learning_rate
    )
    trials = {"few": 7, "tens": 70, "same": 400, "many": 4000}

    def outcome() -> str:
        if crossing is None:
            return "never"
        return min(trials, key=lambda key: abs(math.log(trials[key] / crossing)))

    return Bet(
        f"A person moves the index or the little finger and sees it move, in a childhood of {person.childhood_trials} "
        "trials; now and then another finger is seen. So the sight of a finger comes to call up its own movement. Then "
        "training begins: now whoever moves the index finger sees a little finger move, and the other way round. "
        "After how many trials does the sight of a finger call up the other one more?",
        {
            "never": Option("It never does", "it never would", "it does"),
            "few": Option("About 7", "about 7 trials", "it takes about 7 trials"),
            "tens": Option("About 70", "about 70 trials", "it takes about 70 trials"),
            "same": Option(
                "About 400, as long as the childhood", "about 400 trials", "it takes about as long as the childhood"
            ),
            "many": Option("About 4,000", "about 4,000 trials", "it takes about 4,000 trials"),
        },
        outcome,
        f"on average the mirror index goes below 0 after {crossing or math.inf:.1f} trials. Each trial corrects a "
        "fixed share of what is wrong in the weights of the finger that is seen, and what was learned is wrong now. "
        f"After an endless childhood it would be {sightings:.1f} sightings of each finger",
    )


def bet_decoder() -> Bet:
    """Before the lab on overlap: how well does a decoder do on the other state when the maps are the same?"""
    run = model.simulate_overlap(_REGION)
    within, across = (run.accuracy("self", tested) for tested in model.STATES)
    chances = {"chance": 0.5, "some": 0.65, "most": 0.85, "all": 1.0}

    def outcome() -> str:
        return min(chances, key=lambda key: abs(chances[key] - across.share))

    return Bet(
        "A region is active when you are in a state, and when you see another person in that state: every one of its "
        f"{_REGION.voxels} voxels, both times. A decoder learns from scans of your own state to tell a strong from a "
        f"weak one, and is right for {within.correct} of {within.tests} people. Now it is shown two scans of the state "
        "that you see in another. For how many people does it name the stronger one?",
        {
            "chance": Option("About 50 of 100: like a coin", "like a coin", "it did as well as a coin"),
            "some": Option("About 65 of 100", "for about 65", "it was right for about 65"),
            "most": Option("About 85 of 100, as before", "about as often as before", "it was right about as often"),
            "all": Option("All 100: it is the same area", "for all of them", "it was right for all of them"),
        },
        outcome,
        f"it was right for {across.correct} of {across.tests} people, while {100 * run.region_overlap:.0f} % of the "
        "region is active in both states. The map shows that the voxels rise. What tells strong from weak is the fine "
        "pattern among them, and here the two states have patterns that share nothing",
    )


def bet_sixth_friend() -> Bet:
    """Before the lab on groups: what does one more calm person do?"""
    five = model.simulate_contagion(FIVE_FRIENDS)
    six = model.simulate_contagion(FIVE_FRIENDS.replace(people=6))
    before, after = float(five.steady.mean()), float(six.steady.mean())

    def outcome() -> str:
        if six.runs_away:
            return "away"
        ratio = after / before
        return "lower" if ratio < 0.97 else "same" if ratio < 1.03 else "bit" if ratio < 1.5 else "double"

    return Bet(
        "Five friends watch each other, everyone everyone. One of them is stressed. They regulate what they take over, "
        f"and in the model the mean arousal of the group comes to rest at {before:.2f}. A sixth friend joins: calm, "
        "and with as much regulation as the others. Where does the mean arousal come to rest?",
        {
            "lower": Option("Lower: stress is now shared by six", "lower", "it came to rest lower"),
            "same": Option("At the same level", "at the same level", "it came to rest at the same level"),
            "bit": Option("A bit higher", "a bit higher", "it came to rest a bit higher"),
            "double": Option("About twice as high", "about twice as high", "it came to rest about twice as high"),
            "away": Option("Nowhere: it grows on and on", "nowhere", "it found no rest"),
        },
        outcome,
        f"each round of mutual watching multiplies arousal by {five.loop_gain:.2f} with five friends and by "
        f"{six.loop_gain:.2f} with six. Everyone now has one more person to watch. From 1 on the loop feeds "
        "itself, until it meets the model's ceiling",
    )


def learned(weights: Array, done: int, seen: int, rate: float) -> Array:
    """Return the weights after one trial of the delta rule: W + η (m − W s) sᵀ."""
    after = np.array(weights, dtype=np.float64)
    target = np.zeros(len(after))
    target[done] = 1
    after[:, seen] += rate * (target - after[:, seen])
    return after


def _one(weights: Array, done: int, seen: int) -> Array:
    """Return a table like ``weights``, 0 all over but for 1 at what was done and seen."""
    table = np.zeros_like(weights)
    table[done, seen] = 1
    return table


def exercise_learn() -> FunctionExercise:
    """One trial of the delta rule, written by the learner."""
    start = np.array([[0.6, 0.3], [0.2, 0.5]])
    three = np.array([[0.9, 0.1, 0.0], [0.1, 0.4, 0.2], [0.0, 0.5, 0.8]])
    return FunctionExercise(
        "Exercise 1",
        "Write the delta rule: `learn(weights, done, seen, rate)` returns the table after one trial. In the column "
        "of the action that was seen, each weight moves by the share `rate` of what is missing. In the row of the "
        "action that was done it moves towards 1, in all other rows towards 0. All other columns stay. `weights` is "
        "a numpy table, `done` and `seen` count from 0.",
        learned,
        cases=[(start, 0, 0, 0.1), (start, 0, 1, 0.1), (three, 2, 1, 0.2), (np.zeros((2, 2)), 1, 1, 0.5)],
        tolerance=1e-6,
        why="Unlike Hebb's, this rule asks what was expected. A weight stops growing when the sight tells enough.",
        hints=[
            Hint(
                lambda w, d, s, r: w + r * _one(w, d, s),
                "This is plain Hebb: it adds and never takes away. Move by the share of what is missing.",
            ),
            Hint(
                lambda w, d, s, r: w + r * (1 - w) * _one(w, d, s),
                "Only the weight of the action that was done moves. The others in that column move towards 0.",
            ),
            Hint(
                lambda w, d, s, r: w + r * (_one(w, d, s) - w),
                "All columns change. Nothing is learned about an action that was not seen: leave its column alone.",
            ),
            Hint(
                lambda w, d, s, r: learned(w.T, s, d, r).T,
                "You changed the row of the action that was done. Change the column of the action that was seen.",
            ),
            Hint(
                lambda w, d, s, r: learned(w, s, d, r),
                "Done and seen are swapped. The row says what is done, the column what is seen.",
            ),
            Hint(lambda w, d, s, r: learned(w, d, s, r) - w, "This is the change alone. Return the old table plus it."),
            Hint(
                lambda w, d, s, r: 2 * w - learned(w, d, s, r),
                "Your weights move away from 1 and 0. What is missing is the target minus the weight.",
            ),
        ],
    )


def trained(done: Sequence[int], seen: Sequence[int], rate: float) -> Array:
    """Return the mirror index after each trial of the delta rule with two actions."""
    weights = np.zeros((2, 2))
    indices = []
    for act, sight in zip(done, seen, strict=True):
        weights = learned(weights, act, sight, rate)
        indices.append(model.mirror_index(weights))
    return np.array(indices)


def _before(done: Sequence[int], seen: Sequence[int], rate: float) -> Array:
    return np.array([0.0, *trained(done, seen, rate)[:-1]])


def _forgetful(done: Sequence[int], seen: Sequence[int], rate: float) -> Array:
    return np.array([trained([act], [sight], rate)[0] for act, sight in zip(done, seen, strict=True)])


def _hebbian(done: Sequence[int], seen: Sequence[int], rate: float) -> Array:
    same = np.equal(done, seen)
    return np.asarray(rate / 2 * np.cumsum(np.where(same, 1, -1)))


def lives() -> list[tuple[list[int], list[int], float]]:
    """Return what is done and seen, and a learning rate, for the first trials of three lives with two actions."""
    runs = [model.simulate_association(Association(childhood_trials=50, training_trials=50), seed) for seed in (1, 2)]
    whole = [(run.done.tolist(), run.seen.tolist(), 0.1) for run in runs]
    return [([0, 1, 0, 0], [0, 1, 1, 0], 0.2), *whole]


def exercise_train() -> FunctionExercise:
    """A whole life with the learner's own rule."""
    return FunctionExercise(
        "Exercise 2",
        "Train it: write `train(done, seen, rate)`. Start from a table of zeros for two actions, and go through the "
        "trials with your `learn`. Return the list of mirror indices, one after each trial. `done` and `seen` are "
        "lists, one entry per trial; `mirror_index` stands above.",
        trained,
        cases=lives(),
        tolerance=1e-6,
        why="Two of the lives you trained are of the packaged model: a short childhood, and then the reverse.",
        hints=[
            Hint(_before, "These are the indices before each trial. Take the index after you have learned from it."),
            Hint(_forgetful, "You start from zeros at each trial. Keep the table from one trial to the next."),
            Hint(_hebbian, "This is Hebb's life. Use your `learn`, with the delta rule."),
            Hint(
                lambda done, seen, rate: 2 * trained(done, seen, rate),
                "Your indices are twice as large. Take means of the weights, not sums.",
            ),
            Hint(
                lambda done, seen, rate: trained(seen, done, rate),
                "Done and seen are swapped in the call of `learn`.",
            ),
        ],
    )


def exercise_crossing() -> NumberExercise:
    """How many sightings reverse the index when training is weak."""
    person = Association()
    childhood, rate = person.childhood_contingency, person.learning_rate
    right = model.crossing_exposures(childhood, WEAK_TRAINING, rate)
    strong = model.crossing_exposures(childhood, childhood, rate)
    return NumberExercise(
        "Exercise 3",
        f"Training is weak: c₁ = {WEAK_TRAINING:g}. Childhood was long, with c₀ = {childhood:g}, there are two "
        f"actions, and η = {rate:g}. After how many sightings of each finger is the mirror index 0 on average? Set "
        "MI(k) = 0 and solve for k.",
        right,
        tolerance=0.5,
        unit="sightings",
        why=f"It is twice the {strong:.1f} of a training as reliable as childhood: weak training is slower, and it "
        "ends nearer to 0.",
        hints=[
            Hint(strong, "That is for c₁ = 0.9. Here the training is weak: c₁ = 0.3."),
            Hint(2 * right, "Those are trials. With two fingers, each is seen in half of them."),
            Hint(math.log(childhood / WEAK_TRAINING) / -math.log1p(-rate), "The 1 + inside the logarithm got lost."),
            Hint(
                math.log1p(WEAK_TRAINING / childhood) / -math.log1p(-rate),
                "The two contingencies are swapped: c₀ stands above c₁.",
            ),
            Hint(
                math.log1p(childhood / WEAK_TRAINING) / rate,
                "Very close. Divide by −ln(1 − η); that is not quite η.",
            ),
            Hint(math.log1p(childhood / WEAK_TRAINING), "That is the logarithm alone. Divide by −ln(1 − η)."),
        ],
    )


def exercise_contingency() -> ChoiceExercise:
    """Which friend's smile does yours foretell?"""
    smiles = {name: Contingency(with_cue=met, without_cue=alone) for name, (met, alone) in FRIENDS.items()}
    told = {name: each.contingency for name, each in smiles.items()}
    text = ", ".join(f"{name} {met:g} and {alone:g}" for name, (met, alone) in FRIENDS.items())
    return ChoiceExercise(
        "Exercise 4",
        "Three friends. How often does each smile when you do, and how often when you do not? "
        f"{text}. To which friend's smile does the delta rule give yours the largest weight, in the end: `'i'`, `'j'` "
        "or `'k'`? Decide without the lab.",
        max(told, key=lambda name: told[name]),
        options={name: f"Friend {name}" for name in FRIENDS},
        why=f"The weights end at {told['i']:g}, {told['j']:.1f} and {told['k']:.1f}, the difference of the two shares. "
        "Friend j smiles least often of the three, and tells you most.",
        hints=[
            Hint("i", "Friend i smiles most often with you, and as often without you. Plain Hebb would choose i."),
            Hint("k", "Friend k smiles more often with you than j. But look at the difference that your smile makes."),
        ],
    )


def _accuracy(shared_code: float, voxels: float) -> float:
    return model.ideal_accuracy(shared_code, _REGION.pattern_strength, _REGION.noise, voxels)


def _share(score: float) -> float:
    return NormalDist().cdf(score)


def exercise_accuracy() -> FunctionExercise:
    """A function of the learner's own, to be moved with ``interact``."""
    strength = _REGION.pattern_strength
    return FunctionExercise(
        "Exercise 5",
        "Write `accuracy(shared_code, voxels)` for the perfect decoder: Φ(ρ s √V / (√2 σ)) with s = "
        f"{strength:g} and σ = {_REGION.noise:g}. Φ is `NormalDist().cdf`, from `statistics`. Then move your function: "
        "`interact(accuracy, shared_code=(0.0, 1.0, 0.05), voxels=(20, 1200, 20))`.",
        _accuracy,
        cases=[(0.0, 200), (1.0, 200), (0.25, 200), (0.25, 1000), (0.5, 50)],
        tolerance=1e-4,
        why="Now it is your lab. With a shared code of 0, how many voxels help?",
        hints=[
            Hint(lambda c, v: _share(c * strength * v / math.sqrt(2)), "Take the square root of the voxels."),
            Hint(lambda c, v: _share(c * strength * math.sqrt(v)), "The √2 is missing: two noisy scans are compared."),
            Hint(
                lambda c, v: _share(c * strength * math.sqrt(v) / 2), "Divide by √2, not by 2: the noise of two scans."
            ),
            Hint(lambda c, v: _accuracy(1, v), "Your function does not use shared_code."),
            Hint(lambda c, v: _accuracy(c**2, v), "The shared code is not squared here."),
            Hint(
                lambda c, v: c * strength * math.sqrt(v / 2),
                "This is what stands inside Φ. Put it through `NormalDist().cdf`.",
            ),
        ],
    )


def exercise_voxels() -> NumberExercise:
    """How large a region has to be."""
    strength, noise = _REGION.pattern_strength, _REGION.noise
    right = model.voxels_needed(GOOD_ENOUGH, PART_SHARED, strength, noise)
    score = NormalDist().inv_cdf(GOOD_ENOUGH)
    learning = model.expected_accuracy(
        _REGION.replace(shared_code=PART_SHARED, voxels=round(right)), trained="self", tested="other"
    )
    return NumberExercise(
        "Exercise 6",
        f"A quarter of the code is shared (ρ = {PART_SHARED:g}), s = {strength:g}, σ = {noise:g}. How many voxels does "
        f"the perfect decoder need, to be right for {100 * GOOD_ENOUGH:.0f} % of people on the other state? "
        f"`NormalDist().inv_cdf({GOOD_ENOUGH:g})` gives the number whose Φ is {GOOD_ENOUGH:g}.",
        right,
        tolerance=6,
        unit="voxels",
        why=f"A decoder that learns from {_REGION.training_scans} scans of each degree would be right for "
        f"{100 * learning:.0f} % there. So a null result across states can also mean a small region, or noise.",
        hints=[
            Hint(right / 2, "Half of what is needed: the noise of two scans brings a factor √2, squared."),
            Hint(math.sqrt(right), "That is √V. Square it."),
            Hint(right * PART_SHARED**2, "That is for a wholly shared code. Divide by ρ as well, before you square."),
            Hint(
                2 * (GOOD_ENOUGH / (PART_SHARED * strength)) ** 2,
                "You put 0.8 itself into the formula. What is needed is the number whose Φ is 0.8.",
            ),
            Hint(
                math.sqrt(2) * (score / (PART_SHARED * strength)) ** 2,
                "The √2 has to be squared too, as all that stands with it.",
            ),
        ],
    )


def _critical(ties: Array) -> float:
    return 1 / float(np.linalg.eigvalsh(ties)[-1])


def exercise_critical_gain() -> FunctionExercise:
    """The threshold of any group, from who watches whom."""
    groups = (("pair", 3), ("v", 3), ("star", 6), ("everyone", 5), ("chain", 4))
    return FunctionExercise(
        "Exercise 7",
        "Write `critical_gain(ties)`: how much mirroring a group bears before a runaway. `ties` is a table with 1 "
        "where two people watch each other. The critical gain is 1 over the largest eigenvalue, and "
        "`np.linalg.eigvalsh(ties)` gives all eigenvalues.",
        _critical,
        cases=[(model.adjacency(name, people),) for name, people in groups],
        tolerance=1e-5,
        why="One number for any group. It depends on who watches whom, and not on who is stressed or how much.",
        hints=[
            Hint(lambda ties: 1 / _critical(ties), "That is the largest eigenvalue. The critical gain is 1 over it."),
            Hint(lambda ties: 1 / len(ties), "You divided by the number of people. Use the largest eigenvalue."),
            Hint(
                lambda ties: 1 / ties.sum(axis=0).max(),
                "You took the person with the most ties. The largest eigenvalue lies between that and the mean.",
            ),
            Hint(
                lambda ties: 1 / ties.sum(axis=0).mean(),
                "You took the mean number of ties. People with many ties count for more than that.",
            ),
            Hint(
                lambda ties: 1 / np.linalg.eigvalsh(ties)[0],
                "You took the smallest eigenvalue: they come in ascending order, so the largest is the last.",
            ),
            Hint(lambda ties: 2 / ties.sum(), "You divided by the number of ties. Use the largest eigenvalue."),
        ],
    )


def exercise_regulation() -> ArrayExercise:
    """The least regulation of three groups."""
    radius = np.array([model.spectral_radius(*group) for group in GROUPS])
    right = np.array(
        [
            model.least_regulation(Contagion(constellation=name, people=people, gain=STRONG_MIRRORING))
            for name, people in GROUPS
        ]
    )
    return ArrayExercise(
        "Exercise 8",
        f"People mirror strongly: g = {STRONG_MIRRORING:g}. From which regulation q on does arousal settle, in a "
        "triangle, in a star of five, and with everyone watching everyone among five? Solve g (1 − q) λ = 1 for q, and "
        'give a list of three numbers. `model.spectral_radius("star", 5)` gives λ.',
        right,
        tolerance=0.002,
        why="A triangle and a star of five carry equally well, though one has three ties and the other four.",
        hints=[
            Hint(1 - right, "That is what may be left of the mirroring, 1 − q. The regulation is the rest."),
            Hint(1 / radius, "Those are the critical gains. Solve g (1 − q) λ = 1 for q."),
            Hint(1 - 1 / radius, "You left out g. What has to be held is g times λ."),
            Hint(
                1 - 1 / (STRONG_MIRRORING * np.array([3, 5, 5])),
                "You took the number of people for λ. Ask `model.spectral_radius`.",
            ),
            Hint(radius, "Those are the values of λ. Put them into g (1 − q) λ = 1 and solve for q."),
        ],
    )


def exercises() -> Sequence[ArrayExercise | ChoiceExercise | FunctionExercise | NumberExercise]:
    """Return all exercises in order."""
    return (
        exercise_learn(),
        exercise_train(),
        exercise_crossing(),
        exercise_contingency(),
        exercise_accuracy(),
        exercise_voxels(),
        exercise_critical_gain(),
        exercise_regulation(),
    )


SIX_FRIENDS = FIVE_FRIENDS.replace(people=6)

# What one could change about six friends in a runaway, in words, and what is said about it.
CHANGES: Sequence[tuple[str, Mapping[str, object], str]] = (
    (
        "Half the stressor.",
        {"stressor": SIX_FRIENDS.stressor / 2},
        "It starts lower and grows all the same. The threshold does not ask how strong the stressor is.",
    ),
    (
        "The stressor ends after ten minutes.",
        {"stress_lasts": 10},
        "From a loop gain of 1 on, the group keeps itself going once arousal is there.",
    ),
    (
        "Everyone follows half as fast.",
        {"time_constant": 2 * SIX_FRIENDS.time_constant},
        "Then the runaway takes twice as long. Where it leads is the same.",
    ),
    (
        "Each watches two of the others only.",
        {"constellation": "ring"},
        "In a ring the loop gain is {:.2f}, below 1. This says what the equations do, and is no advice to look away.",
    ),
)


def _ways_out() -> list[Answer]:
    """Return an answer for each change, right where arousal settles."""
    loops = [model.loop_gain(SIX_FRIENDS.replace(**changes)) for _, changes, _ in CHANGES]
    return [
        Answer(words, said.format(loop), right=loop < 1) for (words, _, said), loop in zip(CHANGES, loops, strict=True)
    ]


def quiz() -> Quiz:
    """Return six questions on the whole lesson."""
    return Quiz(
        "What stays with you?",
        [
            Question(
                "An imaging study finds the same area active for own pain and for pain that one sees. What follows?",
                [
                    Answer(
                        "The same nerve cells fire in both.",
                        "A voxel holds very many cells. Imaging shows that an area is active, not which cells are.",
                    ),
                    Answer(
                        "Own and seen pain use the same code.",
                        "They may or may not. You have seen the same maps with codes that share nothing.",
                    ),
                    Answer(
                        "The area takes part in both; a shared code needs another test.",
                        "Yes. Overlap is needed for a shared code, and it is not enough to show one.",
                        right=True,
                    ),
                    Answer(
                        "Nothing, because imaging is worthless.",
                        "That an area takes part in both is a finding. It only says less than it seems to.",
                    ),
                ],
            ),
            Question(
                "After counter-mirror training, muscles answered to the sight of the other finger. This mainly shows …",
                [
                    Answer(
                        "… that mirror-like responses can be changed by linked experience of doing and seeing.",
                        "Yes. That is what was trained, and what changed.",
                        right=True,
                    ),
                    Answer(
                        "… that all mirror properties are learned.",
                        "It fits that account. But that something can be changed does not show where it came from.",
                    ),
                    Answer(
                        "… that mirror-like responses cause empathy.",
                        "Nobody measured empathy here. Fingers moved, and muscles twitched.",
                    ),
                ],
            ),
            Question(
                "What did a meta-analysis of 226 experiments on automatic imitation find (Cracco et al. 2018)?",
                [
                    Answer(
                        "A weak effect, and a strong link with empathy.",
                        "It is the other way round: a strong effect, and no evidence of a link.",
                    ),
                    Answer(
                        "A strong effect, and no evidence for a link with empathy.",
                        "Yes. A robust effect can still be the wrong measure of how people differ.",
                        right=True,
                    ),
                    Answer(
                        "That imitation does not exist.",
                        "People are clearly faster when what they see fits what they do. That is imitation of a kind.",
                    ),
                ],
            ),
            Question(
                "Six friends watch each other, and in the model arousal runs away. Which change lets it settle?",
                _ways_out(),
            ),
            Question(
                '"Broken mirrors explain autism." What do you answer?',
                [
                    Answer(
                        "It is well established.",
                        "It was a popular theory. Reviews of its tests found little evidence for it.",
                    ),
                    Answer(
                        "It is a failed theory: its tests did not support it.",
                        "Yes. A review of 25 papers (Hamilton 2013) found little evidence for a global difference.",
                        right=True,
                    ),
                    Answer(
                        "Nobody has ever tested it.",
                        "It has been tested often, with very mixed results. That is why it is called failed.",
                    ),
                ],
            ),
            Question(
                "Which sentence describes the research best?",
                [
                    Answer(
                        "Mirror neurons are the basis of empathy.",
                        "Correlations are moderate and mixed. A strong imitation effect gave no evidence of a link.",
                    ),
                    Answer(
                        "Mirror neurons are a myth.",
                        "Cells that answer to doing and to seeing are well documented in macaques.",
                    ),
                    Answer(
                        "Such cells exist in macaques; mirror-like responses in people have a loose tie to empathy.",
                        'Yes. The first part is solid, the second is moderate and uneven, and "crucial" is too much.',
                        right=True,
                    ),
                ],
            ),
        ],
    )
