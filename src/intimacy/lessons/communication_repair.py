"""The words of "Communication and repair": bets, checked exercises and a quiz.

Every expected answer, and every number that a sentence names, is asked of the models when it is needed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intimacy.models import communication_repair as model
from intimacy.models.communication_repair import LABELS, STRATEGIES, Crowd, Tournament
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

RARE = 0.01
GENEROSITY, SLIP = 0.5, 0.1
TALK = 0.5
TEMPTATION = 4.5
GENEROSITIES = (0.0, 0.5, 1.0)
_FIVE = ("always_reaches_out", "always_holds_back", "tit_for_tat", "generous", "pavlov")


def _by_name(names: Sequence[str], happened: str) -> dict[str, Option]:
    """Return an option for each strategy, by its name; ``happened`` is said of the one that was right."""
    return {name: Option(LABELS[name], f'"{LABELS[name]}"', f'"{LABELS[name]}" {happened}') for name in names}


def _with_itself(name: str, *, slip: float = 0.0, mishearing: float = 0.0) -> float:
    """Return how often two of a kind reach out in the long run."""
    kind = STRATEGIES[name]
    return float(model.expected(kind, kind, slip=slip, mishearing=mishearing).reaching_out[0])


def bet_echo() -> Bet:
    """Before the first lab: what do rare misunderstandings do to two who answer in kind?"""
    share = _with_itself("tit_for_tat", mishearing=RARE)
    shares = {"nearly": 0.99, "most": 0.9, "three quarters": 0.75, "half": 0.5, "rarely": 0.1}

    def outcome() -> str:
        return min(shares, key=lambda key: abs(shares[key] - share))

    return Bet(
        "Two people meet, round after round. Both begin by reaching out, and then each does what the other was heard "
        f"to do: tit for tat. One move in {round(1 / RARE)} is misheard. In the long run, how often do they reach out?",
        {
            "nearly": Option("In about 99 of 100 moves", "in 99 of 100", "it was in nearly all moves"),
            "most": Option("In about 90 of 100", "in 90 of 100", "it was in most moves"),
            "three quarters": Option("In about 75 of 100", "in 75 of 100", "it was in three of four"),
            "half": Option("In about 50 of 100", "in 50 of 100", "it was in half of the moves"),
            "rarely": Option("In about 10 of 100", "in 10 of 100", "it was rarely"),
        },
        outcome,
        f"in the long run they reach out in {100 * share:.0f} % of their moves, however rare the misunderstandings "
        "are. One of them starts an echo: each answers what was heard, and the held-back move goes to and fro until "
        "the next misunderstanding. That may end the echo or start a second one. How rare they are decides only how "
        "long it takes",
    )


def bet_tournament() -> Bet:
    """Before the tournament: who comes first among seven?"""
    run = model.simulate_tournament(Tournament())
    scores = dict(zip(run.names, run.expected_score, strict=True))
    first, place = run.order[0], run.order.index("generous") + 1
    against = {
        name: run.expected[run.names.index(first), run.names.index(name)] for name in ("always_reaches_out", "generous")
    }
    return Bet(
        "Seven strategies, one of each. Everyone meets everyone for "
        f"{model.ROUNDS} rounds, and one move in {round(1 / run.parameters.slip)} slips. Who gets the most points?",
        _by_name(model.SEVEN, "got the most"),
        lambda: first,
        f"it gets {scores[first]:.2f} points per round: {against['always_reaches_out']:.2f} with someone who always "
        f"reaches out, {against['generous']:.2f} with the generous. The generous come to place {place}, with "
        f"{scores['generous']:.2f}. That is this crowd with this noise, and no law",
    )


def bet_crowd() -> Bet:
    """Before the crowd evolves: which of five kinds is the largest in the end?"""
    run = model.simulate_crowd(Crowd())
    peak = float(run.share("pavlov").max())
    when = int(run.share("pavlov").argmax())
    talk = model.simulate_crowd(Crowd(repair=0.8))
    return Bet(
        "A crowd of five kinds in equal parts. One move in "
        f"{round(1 / run.parameters.mishearing)} is misheard. What gets more points is taken up more, generation after "
        f"generation. Which kind is the largest after {model.GENERATIONS} generations?",
        _by_name(_FIVE, "was the largest"),
        lambda: run.largest,
        f"it has {100 * run.share(run.largest)[-1]:.0f} % of the crowd in the end. First win-stay, lose-shift "
        f"grows, to {100 * peak:.0f} % in generation {when}. It keeps reaching out to people who always hold back, and "
        "the few who do so live on that. With talk that undoes four of five mishearings, "
        f"{LABELS[talk.largest].lower()} is the largest instead",
    )


# Exercises


def stays(own: int, heard: int) -> int:
    """Return the next move of win-stay, lose-shift: the same after a heard reaching out, else the other one."""
    return own if heard == 0 else 1 - own


def exercise_pavlov() -> FunctionExercise:
    """A strategy of the learner's own: win-stay, lose-shift."""
    return FunctionExercise(
        "Exercise 1",
        "Write win-stay, lose-shift: `stays(own, heard)` returns the next move, 0 for reaching out and 1 for holding "
        "back. A round was good if the other was heard to reach out. After a good round it makes the same move again, "
        "after a bad one it changes. `own` is its own last move, `heard` what it heard.",
        stays,
        cases=[(0, 0), (0, 1), (1, 0), (1, 1)],
        why="After one misunderstanding two of them hold back together once, and that is bad for both: so both change.",
        hints=[
            Hint(lambda own, heard: heard, "This is tit for tat: it does what it heard. Here its own move counts too."),
            Hint(lambda own, heard: own, "It never changes. After a bad round it makes the other move."),
            Hint(lambda own, heard: 1 - own, "It always changes. After a good round it makes the same move again."),
            Hint(
                lambda own, heard: 1 - stays(own, heard),
                "Turned round: it changes after a good round. Good is when 0 was heard.",
            ),
            Hint(lambda own, heard: 1 - heard, "It does the opposite of what it heard, and forgets its own move."),
        ],
    )


def _four_by_four(p: ArrayLike, q: ArrayLike, slip: float) -> Array:
    return model.four_by_four(p, q, slip)


def _unswapped(p: ArrayLike, q: ArrayLike, slip: float) -> Array:
    return model.four_by_four(p, np.asarray(q)[model.SWAPPED], slip)


def exercise_chain() -> FunctionExercise:
    """The 4 × 4 chain, written by the learner."""
    generous, pavlov = (1, 1 / 3, 1, 1 / 3), (1, 0, 0, 1)
    return FunctionExercise(
        "Exercise 2",
        "Write `chain(p, q, slip)`: the table of 4 × 4 chances from the last outcome (row) to the next one (column). "
        "The order is CC, CD, DC, DD; C reaches out, D holds back, and person i comes first. `p` and `q` hold the "
        "chance that i, and j, reaches out after each outcome. Each looks from their own side: j's CD is the outcome "
        "DC. A move slips with chance `slip`, so that a chance p becomes (1 − slip) p + slip (1 − p).",
        _four_by_four,
        cases=[(generous, generous, 0.05), (generous, pavlov, 0.1), (pavlov, (1, 0, 1, 0), 0.02), (pavlov, pavlov, 0)],
        tolerance=1e-6,
        why="Each row sums to 1: one of the four outcomes must come next.",
        hints=[
            Hint(_unswapped, "The second person sees the outcomes from the other side: reorder q by [0, 2, 1, 3]."),
            Hint(lambda p, q, slip: _four_by_four(p, q, 0), "Your table does not use slip."),
            Hint(
                lambda p, q, slip: _four_by_four(p, q, slip).T,
                "Rows and columns are swapped: a row is the last outcome, and each row sums to 1.",
            ),
            Hint(lambda p, q, slip: _four_by_four(q, p, slip), "p and q are swapped: person i comes first."),
            Hint(
                lambda p, q, slip: _four_by_four(p, q, slip)[:, model.SWAPPED],
                "The second and the third column are swapped: CD is person i reaching out alone.",
            ),
        ],
    )


def exercise_share() -> NumberExercise:
    """The closed form of two of the generous."""
    right = model.generous_reaching_out(GENEROSITY, SLIP)
    usual = model.generous_reaching_out(1 / 3, SLIP)
    return NumberExercise(
        "Exercise 3",
        f"Two of the generous with g = {GENEROSITY:g} meet, and ε = {SLIP:g} of all moves slip. In what share of their "
        "moves do they reach out in the long run, from 0 to 1? Use (g + ε − 2εg) / (g + 2ε − 2εg).",
        right,
        tolerance=0.002,
        why=f"With g = 1/3 it would be {usual:.3f}, and with no generosity at all one half.",
        hints=[
            Hint(usual, "That is for g = 1/3. Here g = 0.5."),
            Hint(1 - SLIP / GENEROSITY, "That is 1 − ε/g, which is good for rare slips only. Use the whole formula."),
            Hint(1 - SLIP, "That is for two who always reach out. The echo of each slip has to be counted as well."),
            Hint(
                model.generous_reaching_out(GENEROSITY, SLIP / 2),
                "You halved the slips. Nobody talks in this exercise.",
            ),
            Hint(
                (GENEROSITY + SLIP) / (GENEROSITY + 2 * SLIP),
                "The term − 2εg got lost, above and below the line.",
            ),
        ],
    )


def exercise_talk() -> ChoiceExercise:
    """Whom does talk help?"""
    left = model.left_after(SLIP, TALK)
    shares = {
        name: (_with_itself(name, slip=SLIP), _with_itself(name, slip=left)) for name in ("tit_for_tat", "generous")
    }
    gains = [name for name, (before, after) in shares.items() if after > before + 1e-9]
    key = "both" if len(gains) == 2 else gains[0] if gains else "neither"
    before, after = shares["generous"]
    return ChoiceExercise(
        "Exercise 4",
        "One move in ten slips, and talk undoes half of the slips. One pair plays tit for tat, another is generous "
        "with g = 1/3. Which pair reaches out more often in the long run than without talk: `'tit_for_tat'`, "
        "`'generous'`, `'both'` or `'neither'`? Decide without the lab.",
        key,
        options={
            "tit_for_tat": "Two who play tit for tat",
            "generous": "Two of the generous",
            "both": "Both pairs",
            "neither": "Neither pair",
        },
        why=f"They go from {before:.3f} to {after:.3f}. Two who play tit for tat stay at "
        f"{shares['tit_for_tat'][1]:.1f}: fewer errors do not help a rule that cannot end an echo.",
        hints=[
            Hint("both", "The pair that answers in kind has an echo without end, at any rate of slips above 0."),
            Hint("tit_for_tat", "In the long run this pair is at one half, at any rate of slips above 0."),
            Hint("neither", "One of the pairs ends each echo after a while. There, fewer slips mean fewer echoes."),
        ],
    )


def exercise_price() -> ArrayExercise:
    """What somebody who always holds back gets from the generous."""
    reward, sucker, temptation, punishment = model.PAYOFFS
    amount = np.array(GENEROSITIES)
    right = (1 - amount) * punishment + amount * temptation
    own = (1 - amount) * punishment + amount * sucker
    asked, got = (", ".join(f"{each:g}" for each in values) for values in (amount, own))
    return ArrayExercise(
        "Exercise 5",
        "Nothing goes wrong, and the generous one meets somebody who always holds back. In the long run, how many "
        f"points per round does that one get, at a generosity of {asked}? Give a list of three numbers. Holding back "
        f"is worth {temptation:g} points if the other reaches out, and {punishment:g} if not.",
        right,
        tolerance=0.005,
        why=f"The generous one gets {got}. What generosity costs here, another gets, and more than that.",
        hints=[
            Hint(own, "Those are the points of the generous one. Asked is what the other gets."),
            Hint(right[::-1], "The order is turned round: the first is without generosity."),
            Hint(np.full(3, temptation), "That is what they get whenever the other reaches out. How often is that?"),
            Hint(amount * temptation, "You forgot the rounds in which both hold back: 1 point each."),
            Hint((1 - amount) * punishment + amount * reward, "3 points are for both reaching out. Here one does."),
        ],
    )


def exercise_optimal() -> NumberExercise:
    """The optimal generosity at another temptation."""
    payoffs = model.payoffs_with(TEMPTATION)
    reward, sucker, temptation, punishment = payoffs
    second = (reward - punishment) / (temptation - punishment)
    return NumberExercise(
        "Exercise 6",
        f"Holding back is worth T = {TEMPTATION:g} points if the other reaches out; R = {reward:g}, P = {punishment:g} "
        "and S = 0 are as before. How much generosity g* can one afford, if errors are rare? "
        "g* = min{1 − (T − R)/(R − S), (R − P)/(T − P)}.",
        model.optimal_generosity(payoffs),
        tolerance=0.004,
        why=f"With T = 5 it is {model.optimal_generosity():.2f}. The larger the temptation, the less one can afford.",
        hints=[
            Hint(second, "That is the larger of the two terms. min takes the smaller one."),
            Hint(model.optimal_generosity(), "That is for T = 5. Here T = 4.5."),
            Hint((reward - sucker) / temptation, "That is R/T. Compute the two terms, and take the smaller one."),
            Hint(
                1 - (temptation - reward) / (reward - punishment),
                "In the first term R − S stands below the line, not R − P.",
            ),
        ],
    )


def _share(generosity: float, slip: float) -> float:
    return model.generous_reaching_out(generosity, slip)


def exercise_interact() -> FunctionExercise:
    """A function of the learner's own, to be moved with ``interact``."""
    return FunctionExercise(
        "Exercise 7",
        "Write `share(generosity, slip)`: how often two of the generous reach out, "
        "(g + ε − 2εg) / (g + 2ε − 2εg). Then move your function: "
        "`interact(share, generosity=(0.05, 1.0, 0.05), slip=(0.0, 0.3, 0.01))`.",
        _share,
        cases=[(1 / 3, 0.05), (0.5, 0.1), (1.0, 0.2), (0.1, 0.01), (0.05, 0.3)],
        tolerance=1e-6,
        why="Now it is your lab. At a generosity of 0.05, how many slips does it take to come down to three quarters?",
        hints=[
            Hint(lambda g, e: 1 - e / g, "That is 1 − ε/g, which is good for rare slips only. Use the whole formula."),
            Hint(lambda g, e: _share(e, g), "The two are swapped: the first is the generosity."),
            Hint(lambda g, e: 1 - _share(g, e), "That is how often they hold back."),
            Hint(lambda g, e: (g + e) / (g + 2 * e), "The term − 2εg got lost, above and below the line."),
            Hint(lambda g, e: (g + e - 2 * e * g) / (g + 2 * e), "Below the line, − 2εg got lost."),
        ],
    )


def taken_up(shares: ArrayLike, points: ArrayLike) -> Array:
    """Return the shares after one generation: x' = x (A x) / (x · A x)."""
    now = np.asarray(shares, dtype=np.float64)
    grown: Array = now * (np.asarray(points, dtype=np.float64) @ now)
    grown /= grown.sum()
    return grown


def _points(*names: str) -> Array:
    """Return the points of some of the twelve against each other, with one move in twenty misheard."""
    kinds = [STRATEGIES[name] for name in names]
    table: Array = model.expected_for_all(kinds, mishearing=0.05, rounds=model.ROUNDS).payoff()[..., 0]
    return table


def exercise_generation() -> FunctionExercise:
    """One generation of a crowd, written by the learner."""
    points = _points("tit_for_tat", "always_holds_back", "generous")
    return FunctionExercise(
        "Exercise 8",
        "Write one generation: `taken_up(shares, points)` returns the new shares of a crowd. `shares` is an array that "
        "sums to 1, `points` a table of what the row gets from the column. Each kind's points in this crowd are "
        "`points @ shares`; a kind's new share is its old one times its points, divided by the sum of all those.",
        taken_up,
        cases=[
            (np.array([0.5, 0.5]), np.array([[3.0, 0.0], [5.0, 1.0]])),
            (np.array([0.2, 0.3, 0.5]), points),
            (np.array([0.9, 0.05, 0.05]), points),
            (np.array([1.0, 0.0]), np.array([[3.0, 0.0], [5.0, 1.0]])),
        ],
        tolerance=1e-6,
        why="In the last case nobody of the second kind was there. What is not there cannot be taken up.",
        hints=[
            Hint(
                lambda shares, points: shares * (points @ shares),
                "The new shares must sum to 1: divide by the sum.",
            ),
            Hint(
                lambda shares, points: (points @ shares) / (points @ shares).sum(),
                "The old share counts too: few people with many points are still few.",
            ),
            Hint(
                lambda shares, points: taken_up(shares, points.T),
                "Rows and columns are swapped: the row gets the points, so it is points @ shares.",
            ),
            Hint(
                lambda shares, points: shares * points.sum(axis=1) / (shares * points.sum(axis=1)).sum(),
                "You added up the points of each row. How often one meets each kind depends on the shares.",
            ),
            Hint(lambda shares, points: shares, "Nothing has changed. Multiply each share by its points."),
        ],
    )


def exercises() -> Sequence[ArrayExercise | ChoiceExercise | FunctionExercise | NumberExercise]:
    """Return all exercises in order."""
    return (
        exercise_pavlov(),
        exercise_chain(),
        exercise_share(),
        exercise_talk(),
        exercise_price(),
        exercise_optimal(),
        exercise_interact(),
        exercise_generation(),
    )


def quiz() -> Quiz:
    """Return seven questions on the whole lesson."""
    rare, often = (_with_itself("tit_for_tat", mishearing=each) for each in (0.001, 0.1))
    return Quiz(
        "What stays with you?",
        [
            Question(
                "Two who play tit for tat mishear one move in a thousand. How often do they reach out in the long run?",
                [
                    Answer(
                        "In 999 of 1,000 moves.",
                        "That would be so if each misunderstanding ended by itself. Theirs echoes until the next one.",
                    ),
                    Answer(
                        f"In {100 * rare:.0f} of 100 moves.",
                        f"Yes, and with one move in ten misheard it is {100 * often:.0f} of 100 as well. It only takes "
                        "less time.",
                        right=True,
                    ),
                    Answer(
                        "Never, in the end.",
                        "That is how two end who never forgive. Tit for tat answers a heard hand as well.",
                    ),
                ],
            ),
            Question(
                "Which strategy is the best?",
                [
                    Answer(
                        "Tit for tat: it won the famous tournaments.",
                        "Those were tournaments without errors, in one crowd. With errors it is caught in echoes.",
                    ),
                    Answer(
                        "Always holding back: it came first among the seven.",
                        "In that crowd, with that noise. Among people who answer it comes out near the end.",
                    ),
                    Answer(
                        "The generous: it forgives.",
                        "It does well among those who answer. Among those who never reach out it pays the most.",
                    ),
                    Answer(
                        "It depends on who else plays, and on what goes wrong.",
                        "Yes. You have seen four different winners, and nothing had changed but crowd and noise.",
                        right=True,
                    ),
                ],
            ),
            Question(
                "What did successful players do in laboratory games with errors (Fudenberg et al. 2012)?",
                [
                    Answer(
                        "They let a first held-back move pass, and often forgave.",
                        "Yes, where working together could pay. They were strangers who played for small sums.",
                        right=True,
                    ),
                    Answer(
                        "They answered each held-back move at once.",
                        "That is tit for tat. The successful ones were more lenient than that.",
                    ),
                    Answer(
                        "They reached out, whatever happened.",
                        "Lenient and forgiving is not the same as without limit.",
                    ),
                ],
            ),
            Question(
                "Two people in the model begin to talk, and half of all slips are undone. Whom does it help for good?",
                [
                    Answer(
                        "Any two, because fewer errors are always better.",
                        "For a while, yes. In the long run two who only answer in kind are at one half again.",
                    ),
                    Answer(
                        "Nobody, because half of the slips are left.",
                        "Half of them are gone. Where echoes die out, that means fewer held-back moves for good.",
                    ),
                    Answer(
                        "Those whose rule can let something pass.",
                        "Yes. Talk makes errors rarer, and generosity ends what is left of them.",
                        right=True,
                    ),
                ],
            ),
            Question(
                "What is known about mindful communication and secure functioning, as far as we found?",
                [
                    Answer(
                        "Both are shown to make relationships thrive.",
                        "One course was compared with waiting, in fairly happy couples. Of the other we found none.",
                    ),
                    Answer(
                        "A randomised study of one mindfulness course, and no trial of secure functioning.",
                        "Yes. In clinical use, and little tested. That is not the same as shown to be useless.",
                        right=True,
                    ),
                    Answer(
                        "Both have been shown not to work.",
                        "Not tested is not the same as tested and failed.",
                    ),
                ],
            ),
            Question(
                "In newlyweds who were followed over time, communication and satisfaction …",
                [
                    Answer(
                        "… went together at any one time, with no robust lead of either over the other.",
                        "Yes (Lavner et al. 2016). Stress, money and much else can move both.",
                        right=True,
                    ),
                    Answer(
                        "… drove each other up, year after year.",
                        "Each predicted the other at times, but neither link was particularly robust.",
                    ),
                    Answer(
                        "… had nothing to do with each other.",
                        "At any one time, satisfied couples communicated better.",
                    ),
                ],
            ),
            Question(
                "Somebody is afraid of the person they live with. What does this lesson say about it?",
                [
                    Answer(
                        "To be more generous, so that the echo ends.",
                        "No. Fear is not an echo, and the models do not apply.",
                    ),
                    Answer(
                        "To answer in kind, so that it does not pay.",
                        "No. The models do not apply, and this could be dangerous.",
                    ),
                    Answer(
                        "Nothing: its models assume that all are safe and free to leave.",
                        "Yes. Control and fear are no communication problem. The first cell says where help can be "
                        "found.",
                        right=True,
                    ),
                ],
            ),
        ],
    )
