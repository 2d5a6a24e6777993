"""The words of "ACC, insula, prefrontal cortex and emotional resonance: pathways": bets, checked exercises and a quiz.

Every expected answer, and every number that a sentence names, is asked of the model when it is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy.models import neural_pathways as model
from intimacy.models.neural_pathways import REGIONS, ReverseInference, TwoPeople
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

EFFORT = 1.0  # reappraisal in the bet and in exercise 6
SMALLER_EFFORT = 0.5  # reappraisal in exercise 7
BASE_RATES = (0.05, 0.2, 0.3)
_AMYGDALA, _INSULA = list(REGIONS).index("amygdala"), list(REGIONS).index("insula")


def insulas(**changes: object) -> Array:
    """Return where the insulas of i and j rest after a threat to i, with some parameters changed, shape (2,)."""
    return model.steady_state(TwoPeople().replace(**changes))[:, _INSULA]


def bet_reappraisal() -> Bet:
    """Before the first lab: what does i's effort do to j?"""
    before, after = insulas(), insulas(reappraisal=EFFORT)
    shares = after / before

    def outcome() -> str:
        if shares[1] > 1.05:
            return "rises"
        if shares[1] > 0.95:
            return "nothing"
        return "same" if abs(shares[1] - shares[0]) < 0.05 else "less"

    return Bet(
        "Person i is threatened, and j looks on. Now i reappraises: i's prefrontal cortex works to quieten i's "
        "amygdala. Person j does nothing. What happens to j's insula?",
        {
            "nothing": Option("Nothing: j does nothing either", "nothing would happen to it", "nothing happened to it"),
            "less": Option(
                "It cools, but by a much smaller share than i's",
                "it would cool much less than i's",
                "it cooled much less than i's",
            ),
            "same": Option(
                "It cools by the same share as i's",
                "it would cool by the same share as i's",
                "it cooled by the same share as i's",
            ),
            "rises": Option("It rises: j takes over the alarm", "it would rise", "it rose"),
        },
        outcome,
        f"i's insula falls from {before[0]:.3f} to {after[0]:.3f} and j's from {before[1]:.3f} to {after[1]:.3f}, "
        f"both to {shares[1]:.1f} of what they were. All that j's insula gets is a share of what i's shows",
    )


def bet_double_coupling() -> Bet:
    """Before the lab at the brink: does twice the coupling double what j's insula does?"""
    coupling = TwoPeople().coupling
    once, twice = (float(insulas(coupling=times * coupling)[1]) for times in (1, 2))
    critical = model.critical_coupling(TwoPeople())

    def outcome() -> str:
        limits = {"less": 1.8, "double": 2.2, "few": 10}
        return next((key for key, limit in limits.items() if twice / once < limit), "many")

    return Bet(
        f"Each one's insula is driven by the other's with an empathic coupling of {coupling:g}. Double it, to "
        f"{2 * coupling:g}. What happens to j's insula?",
        {
            "less": Option("It rises, but does not double", "it would not double", "it did not double"),
            "double": Option("It doubles", "it would double", "it doubled"),
            "few": Option("It grows 3 to 10 times", "it would grow 3 to 10 times", "it grew 3 to 10 times"),
            "many": Option(
                "It grows more than 10 times", "it would grow more than 10 times", "it grew more than 10 times"
            ),
        },
        outcome,
        f"{once:.3f} becomes {twice:.1f}, {twice / once:.0f} times as much. What j shows comes back to i, and from "
        f"there to j again; {2 * coupling:g} is just below the critical coupling of {critical:.3f}, where the loop "
        "feeds itself",
    )


def bet_insula_blob() -> Bet:
    """Before the lab on studies: how much does an active insula tell?"""
    study = ReverseInference()
    after = model.infer_process(study).posterior
    chances = {"sure": 0.7, "half": 0.5, "little": 0.15, "prior": 0.05}

    def outcome() -> str:
        return min(chances, key=lambda key: abs(chances[key] - after))

    return Bet(
        f"Toy numbers: of 100 studies, {100 * study.prior:g} are of empathy. {100 * study.sensitivity:g} % of those "
        f"show a blob of activity in the insula. So do {100 * study.base_rate:g} % of all other studies. You see a "
        "blob in the insula. How likely is it that the study is of empathy?",
        {
            "sure": Option("About 70 %", "about 70 %", "it was about 70 %"),
            "half": Option("About 50 %", "about 50 %", "it was about 50 %"),
            "little": Option("About 15 %", "about 15 %", "it was about 15 %"),
            "prior": Option("About 5 %, as before", "about 5 %, as before", "it stayed at about 5 %"),
        },
        outcome,
        _counted(study),
    )


def _counted(study: ReverseInference) -> str:
    found = model.infer_process(study)
    return (
        f"of {model.STUDIES:,} studies {found.active_with:.0f} of empathy show the blob, and so do "
        f"{found.active_without:.0f} others: {found.active_with:.0f} of "
        f"{found.active_with + found.active_without:.0f} is {100 * found.posterior:.1f} %"
    )


def _step(rate: float, drive: float, time_constant: float, seconds: float) -> float:
    return rate + seconds / time_constant * (max(drive, 0.0) - rate)


def exercise_step() -> FunctionExercise:
    """One small step of the rule, written by the learner."""
    return FunctionExercise(
        "Exercise 1",
        "Write `step(rate, drive, time_constant, seconds)`: the rate of a region after a short time. The rate moves "
        "towards its drive, by the share seconds / time_constant of what is missing. A drive below 0 counts as 0.",
        _step,
        cases=[(0.0, 1.0, 0.1, 0.01), (0.5, 0.5, 0.3, 0.02), (0.05, -0.4, 0.1, 0.02), (1.5, 0.3, 0.1, 0.005)],
        tolerance=1e-6,
        why="Many such steps in a row are the whole model. The packaged one takes them exactly, of any length.",
        hints=[
            Hint(
                lambda r, d, t, s: r + s / t * (d - r),
                "With a drive of −0.4 your rate heads below zero. A drive below 0 counts as 0.",
            ),
            Hint(
                lambda r, d, t, s: max(0.0, r + s / t * (d - r)),
                "You keep the rate above 0. It is the drive that counts as 0 when it is below.",
            ),
            Hint(
                lambda r, d, t, s: r + s / t * max(d, 0.0),
                "Your rate grows as long as there is a drive. It should move towards the drive and stop there.",
            ),
            Hint(
                lambda r, d, t, s: s / t * (max(d, 0.0) - r),
                "This is the change alone. Return the old rate plus the change.",
            ),
            Hint(
                lambda r, d, t, s: r + s * t * (max(d, 0.0) - r),
                "A longer time constant should make the step smaller: divide by it.",
            ),
            Hint(
                lambda r, d, t, s: r + s / t * (r - max(d, 0.0)),
                "Your rate runs away from its drive. What is missing is the drive minus the rate.",
            ),
        ],
    )


def own_links(regulation: float) -> Array:
    """Return the links inside one person, shape (4, 4), from the gains of the model: W = I − G⁻¹."""
    return np.eye(4) - np.linalg.inv(model.gain_matrix(TwoPeople(regulation=regulation)))


def exercise_links() -> FunctionExercise:
    """The links of one person as a matrix."""
    return FunctionExercise(
        "Exercise 2",
        "Write `links(regulation)`: the links inside one person as a table of 4 × 4 numbers. Row: the region that is "
        "driven. Column: where the drive comes from. Order of both: AMY, AI, ACC, PFC. The weights stand in `LINKS` "
        "above; regulation is how strongly PFC quietens AMY, 0.6 there.",
        own_links,
        cases=[(0.6,), (0.0,), (1.1,)],
        tolerance=0.001,
        why="Table times rates gives each region's drive. All that follows from the network can be computed from it.",
        hints=[
            Hint(lambda r: own_links(r).T, "Rows and columns are swapped. The row is the region that is driven."),
            Hint(
                lambda r: np.abs(own_links(r)),
                "All your links excite. The one from PFC to AMY quietens, so it is negative.",
            ),
            Hint(
                lambda r: np.abs(own_links(r)).T,
                "Swap rows and columns, and make the link from PFC to AMY negative: it quietens.",
            ),
            Hint(
                lambda r: own_links(r) - np.eye(4),
                "The diagonal is 0: no region drives itself. The decay is not a link.",
            ),
            Hint(lambda r: own_links(r) + np.eye(4), "The diagonal is 0: no region drives itself."),
            Hint(
                lambda r: own_links(r)[np.ix_([0, 1, 3, 2], [0, 1, 3, 2])],
                "You have PFC before ACC. The order is AMY, AI, ACC, PFC.",
            ),
            Hint(
                lambda r: own_links(0.6), "Your table always has a regulation of 0.6. Use what the function is given."
            ),
        ],
    )


def exercise_critical() -> NumberExercise:
    """The critical coupling from the matrix."""
    right = model.critical_coupling(TwoPeople())
    gains = model.gain_matrix(TwoPeople())
    excited = np.linalg.inv(np.eye(4) - np.abs(own_links(TwoPeople().regulation)))
    return NumberExercise(
        "Exercise 3",
        "With W = `links(0.6)`, compute G = (I − W)⁻¹ by `np.linalg.inv(np.eye(4) - W)`. The entry of row "
        "AI and column AI says how far the insula rises per unit of drive to it, after all loops inside the person. "
        "The critical coupling is 1 over that entry. How large is it?",
        right,
        tolerance=0.004,
        why="At this coupling one turn of the loop through both people gives back exactly what went in.",
        hints=[
            Hint(gains[_INSULA, _INSULA], "That is the gain of the insula itself. The critical coupling is 1 over it."),
            Hint(
                1 / gains[_INSULA, _AMYGDALA],
                "You took the column AMY: drive to the amygdala. The partner drives the insula. Counting begins at 0.",
            ),
            Hint(1 / gains[_AMYGDALA, _AMYGDALA], "That is for the amygdala. The insula is row 1 and column 1."),
            Hint(
                model.critical_coupling(TwoPeople(regulation=0)),
                "That is right without regulation. Put the link from PFC to AMY into W.",
            ),
            Hint(1 / excited[_INSULA, _INSULA], "Here PFC excites the amygdala. Its link in W is negative."),
        ],
    )


def exercise_contagion() -> NumberExercise:
    """What share of i's insula reaches j's."""
    people = TwoPeople()
    right, critical = model.contagion_ratio(people), model.critical_coupling(people)
    return NumberExercise(
        "Exercise 4",
        f"What share of i's insula does j's reach at a coupling of {people.coupling:g}? Divide the coupling by the "
        "critical one, or read the two insulas in the first lab and divide.",
        right,
        tolerance=0.005,
        why="The share is e/e_c, whatever the threat is and however often it comes back.",
        hints=[
            Hint(
                people.coupling, "That is the coupling itself. The loops of j make more of it: divide by the critical."
            ),
            Hint(1 / right, "That is the other way round: i's insula over j's."),
            Hint(critical - people.coupling, "That is the distance to the critical coupling. Divide, do not subtract."),
            Hint(right**2, "That is the square: the way to j and back. The way to j alone is asked for."),
            Hint(
                model.amplification(people),
                "That is how much i's own insula gains by the partner. Compare j's insula with i's.",
            ),
        ],
    )


def _insula_of_j(coupling: float) -> float:
    return float(insulas(coupling=coupling)[1])


def _by_formula(coupling: float, *, back: float = -1, of_j: bool = True) -> float:
    """The formula with its sign of what comes back, and for j or for i: right as it is, wrong when changed."""
    alone, x = float(insulas(coupling=0.0)[0]), coupling / model.critical_coupling(TwoPeople())
    return alone * (x if of_j else 1) / (1 + back * x**2)


def exercise_formula() -> FunctionExercise:
    """A function of the learner's own, to be moved with ``interact``."""
    alone = float(insulas(coupling=0.0)[0])
    critical = model.critical_coupling(TwoPeople())
    return FunctionExercise(
        "Exercise 5",
        "Write `insula_of_j(coupling)`, j's insula at rest: a x / (1 − x²). Here a is i's insula without any "
        "coupling, and x is the coupling over the critical one. The cell below has both numbers, `alone` and "
        "`critical`. Then move your function: `interact(insula_of_j, coupling=(0.0, 0.8, 0.05))`.",
        _insula_of_j,
        cases=[(0.0,), (0.2,), (0.4,), (0.7,)],
        tolerance=0.004,
        why="Now it is your lab. Find the first step of 0.05 that adds more than 1 to j's insula.",
        hints=[
            Hint(
                lambda e: alone * (e / critical) / (1 - e / critical),
                "Square the x below the line: what comes back has been through both people.",
            ),
            Hint(lambda e: _by_formula(e, back=0), "This is one way only. What j shows comes back: divide by 1 − x²."),
            Hint(lambda e: _by_formula(e, back=1), "Your loop weakens what goes round. Below the line stands 1 − x²."),
            Hint(lambda e: _by_formula(e, of_j=False), "This is i's insula. That of j is x times as high."),
            Hint(
                lambda e: alone * e / (1 - e**2),
                "You used the coupling itself as x. Divide it by the critical coupling first.",
            ),
            Hint(
                lambda e: (e / critical) / (1 - (e / critical) ** 2),
                "You left out a, i's insula without any coupling.",
            ),
        ],
    )


CHANGES: Mapping[str, Mapping[str, object]] = {
    "effort_i": {"reappraisal": EFFORT, "reappraiser": "i"},
    "effort_j": {"reappraisal": EFFORT, "reappraiser": "j"},
    "half_coupling": {"coupling": TwoPeople().coupling / 2},
    "one_way": {"uneven": True, "coupling_back": 0.0},
}


def shares_left() -> Mapping[str, Array]:
    """Return what each change of exercise 6 leaves of the insulas of i and j, as a share of what they were."""
    before = insulas()
    return {name: insulas(**changes) / before for name, changes in CHANGES.items()}


def exercise_both() -> ChoiceExercise:
    """Which change cools both people?"""
    left = shares_left()
    said = {name: f"Person i's insula keeps {share[0]:.2f} and j's {share[1]:.2f}" for name, share in left.items()}
    return ChoiceExercise(
        "Exercise 6",
        "Which one of four changes takes more than half away from *both* insulas? The cell below prints them as they "
        f"are; change the parameters in it. `'effort_i'`: i reappraises, with an effort of {EFFORT:g}. `'effort_j'`: j "
        f"does. `'half_coupling'`: the coupling is {TwoPeople().coupling / 2:g}. `'one_way'`: i feels nothing of j "
        "(`uneven=True, coupling_back=0`).",
        next(name for name, share in left.items() if share.max() < 0.5),
        options={
            "effort_i": "Person i reappraises",
            "effort_j": "Person j reappraises",
            "half_coupling": "Half the coupling",
            "one_way": "Person i feels nothing of j",
        },
        why=f"{said['effort_i']} of what they were. The alarm is i's, so i's effort reaches all that follows from it.",
        hints=[
            Hint(
                "effort_j", f"{said['effort_j']}. The amygdala of j had little to quieten: j's insula is driven by i's."
            ),
            Hint("half_coupling", f"{said['half_coupling']}. Person j is spared, but i's alarm is i's own."),
            Hint("one_way", f"{said['one_way']}. Nothing comes back to i, but i's alarm is i's own."),
        ],
    )


def exercise_hand() -> NumberExercise:
    """Two ways to the same end."""
    people = TwoPeople()
    right = people.regulation * SMALLER_EFFORT / people.threat
    return NumberExercise(
        "Exercise 7",
        f"Person i reappraises with u = {SMALLER_EFFORT:g}. Instead, somebody could hold i's hand. Which h brings i's "
        "amygdala to rest at the same rate? Look at what each of them takes away from the drive of the amygdala.",
        right,
        tolerance=0.005,
        why=f"Effort takes w(PFC→AMY) × u from the drive, a held hand takes h × s: {people.regulation:g} × "
        f"{SMALLER_EFFORT:g} = h × {people.threat:g}. They end alike. They do not begin alike: effort comes late.",
        hints=[
            Hint(SMALLER_EFFORT, "That is u. The prefrontal cortex passes it on with its own weight."),
            Hint(people.regulation, "That is the regulation strength, so it would be right for u = 1."),
            Hint(1 - right, "That is the share of the threat that is left. The share that goes away is asked for."),
            Hint(SMALLER_EFFORT / people.regulation, "Multiply effort and weight, do not divide them."),
        ],
    )


def exercise_base_rates() -> ArrayExercise:
    """One blob, three base rates."""
    study = ReverseInference()
    rates = np.array(BASE_RATES)
    right = model.posterior(study.prior, study.sensitivity, rates)
    factors = study.sensitivity / rates
    listed = ", ".join(f"{rate:g}" for rate in BASE_RATES)
    return ArrayExercise(
        "Exercise 8",
        f"Keep a prior of {study.prior:g} and a sensitivity of {study.sensitivity:g}. How likely is empathy after a "
        f"blob when the base rate is {listed}? Give a list of three numbers. Count studies, or use Bayes' rule.",
        right,
        tolerance=0.005,
        why="The same blob in the same study. All that changed is what the region does elsewhere.",
        hints=[
            Hint(
                [study.sensitivity] * 3, "That is how often empathy shows a blob. Ask how often a blob means empathy."
            ),
            Hint(
                study.sensitivity / (study.sensitivity + rates),
                "You left out that only 5 studies in 100 are of empathy. The others show far more blobs.",
            ),
            Hint(factors, "These are the Bayes factors. They multiply the odds: start from 5 to 95."),
            Hint(
                factors * study.prior,
                "You multiplied the probability by the Bayes factor. It multiplies the odds, 5 to 95.",
            ),
            Hint(1 - right, "These are the chances that it was something else."),
            Hint(
                study.prior * study.sensitivity + (1 - study.prior) * rates,
                "That is how often there is a blob at all. Of those, what share is of empathy?",
            ),
        ],
    )


def exercises() -> Sequence[ArrayExercise | ChoiceExercise | FunctionExercise | NumberExercise]:
    """Return all exercises in order."""
    return (
        exercise_step(),
        exercise_links(),
        exercise_critical(),
        exercise_contagion(),
        exercise_formula(),
        exercise_both(),
        exercise_hand(),
        exercise_base_rates(),
    )


def quiz() -> Quiz:
    """Return six questions on the whole lesson."""
    most = model.critical_coupling(TwoPeople(regulation=1.2))
    return Quiz(
        "What stays with you?",
        [
            Question(
                "Seen pain and own pain are active in overlapping places, and a pattern trained on one could not read "
                "the other (Krishnan et al. 2016). What follows?",
                [
                    Answer(
                        "Empathy is not in the brain.",
                        "Both kinds of pain had a reliable pattern. The patterns were different ones.",
                    ),
                    Answer(
                        "Places can overlap while what is coded in them differs.",
                        "Yes. A blob covers very many cells. Another team did find a shared pattern, so this is open.",
                        right=True,
                    ),
                    Answer(
                        "One of the two studies must be wrong.",
                        "Overlap of places and difference of patterns can both be true of the same brain.",
                    ),
                    Answer(
                        "You feel the pain of others with your own pain.",
                        "That is the reading which this result speaks against.",
                    ),
                ],
            ),
            Question(
                "In the model, i's effort cools j's insula as well. Why?",
                [
                    Answer(
                        "Because what drives j's insula is what i shows.",
                        "Yes. Less alarm in i means less to feel for j. Person j has done nothing.",
                        right=True,
                    ),
                    Answer(
                        "Because j's prefrontal cortex joins in.",
                        "It does the opposite: j's prefrontal rate falls too, since less reaches j.",
                    ),
                    Answer(
                        "Because calm is catching in people.",
                        "It may be, but the model cannot show it. It follows from the one link between i and j.",
                    ),
                ],
            ),
            Question(
                "You hold i's insula at zero, and j's falls silent. What have you shown?",
                [
                    Answer(
                        "That empathy needs the insula.",
                        "The model was built so. Only patients and experiments can tell whether people are.",
                    ),
                    Answer(
                        "That damage to the insula ends feeling in a couple.",
                        "No one was examined. In 15 people without one insula, deficits were subtle (Boucher 2015).",
                    ),
                    Answer(
                        "What follows from the assumption that the insula is all that i shows.",
                        "Yes. Let i show the amygdala instead, and j's insula answers again.",
                        right=True,
                    ),
                ],
            ),
            Question(
                "A region is active in 7 of 10 studies of empathy, and in 7 of 10 studies of anything else. A new "
                "study finds it active. How much more likely has empathy become?",
                [
                    Answer("Seven times.", "Seven in ten with it, seven in ten without it: the two cancel."),
                    Answer(
                        "Not at all: the Bayes factor is 1.",
                        "Yes. What is always there tells nothing, however reliable it is.",
                        right=True,
                    ),
                    Answer("By 70 %.", "That is how often the region is active. Ask how often that means empathy."),
                ],
            ),
            Question(
                "The coupling is beyond the critical one. What can bring both people back, in this model?",
                [
                    Answer(
                        "More threat, so that both get used to it.",
                        "Nothing in the model gets used to anything. The critical coupling does not depend on threat.",
                    ),
                    Answer(
                        "Stronger regulation, whatever the coupling is.",
                        f"It moves the critical coupling up to {most:.2f}, no further: by then j's amygdala is silent.",
                    ),
                    Answer(
                        "Nothing.",
                        "Less coupling does it, and so can stronger regulation if the coupling is not too high.",
                    ),
                    Answer(
                        f"Less coupling, or stronger regulation if the coupling is below {most:.2f}.",
                        "Yes. Regulation acts through the amygdala; the loop of insula and cingulate stays.",
                        right=True,
                    ),
                ],
            ),
            Question(
                "A hand held under the threat of a shock: 16 married women (2006), then 110 people in the same "
                "laboratory (2017). What came back in the larger study?",
                [
                    Answer(
                        "All of it: the spouse's hand, and a smaller effect of a stranger's.",
                        "In the larger study, a stranger's hand had no effect.",
                    ),
                    Answer(
                        "None of it.",
                        "The hand of a partner or a friend lowered distress, and activity that goes with threat.",
                    ),
                    Answer(
                        "The hand of someone close helped again, a stranger's did not.",
                        "Yes. And married, living together, dating or friends: it made no difference.",
                        right=True,
                    ),
                ],
            ),
        ],
    )
