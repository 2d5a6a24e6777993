"""What the lesson on communication and repair says is what its models give, and its notebook repeats it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from nbformat import NotebookNode

from intimacy.labs import communication_repair as labs
from intimacy.lessons import communication_repair as lessons
from intimacy.models import communication_repair as model
from intimacy.models.communication_repair import LABELS, STRATEGIES
from intimacy.widgets import Lab
from lesson import on_one_line
from sweep import at

NOTEBOOK = "10_communication_repair"
EXERCISES = {each.name: each for each in lessons.exercises()}
SAFETY = (
    "These models assume that all are safe and free to leave. They do not apply to violence, coercion or control; "
    '"repair" and "forgiveness" are not advice to stay.'
)


# Bets


def test_the_bet_on_the_echo_names_what_the_lab_shows() -> None:
    answer = lessons.bet_echo().answer()
    assert answer.outcome == "half"
    lab = at(labs.one_misunderstanding, misheard_round=0, mishearing=0.01)
    assert "50.0 % in the long run" in lab.sentence
    assert "they reach out in 50 % of their moves" in answer.text
    for mishearing in (0.02, 0.3):  # however rare
        lab.set(mishearing=mishearing)
        assert "50.0 % in the long run" in lab.sentence


def test_the_bet_on_the_tournament_names_what_the_lab_shows() -> None:
    bet, lab = lessons.bet_tournament(), labs.the_tournament()
    assert [each["key"] for each in bet.options] == list(model.SEVEN)
    assert set(lab.result.names) == set(model.SEVEN)
    answer = bet.answer()
    first = re.search(r"First on average: (.+?), with (\d\.\d\d) points", lab.sentence)
    assert first
    assert LABELS[answer.outcome].lower() == first[1]
    assert f"it gets {first[2]} points per round" in answer.text
    generous = re.search(r"generous (\d\.\d\d)", lab.sentence)
    assert generous
    assert f"come to place 6, with {generous[1]}" in answer.text
    bet.place("tit_for_tat")
    assert 'You said "Tit for tat"; "Always holds back" got the most, because' in bet.answer().text


def test_the_bet_on_the_crowd_names_what_the_lab_shows() -> None:
    bet, lab = lessons.bet_crowd(), labs.evolve_a_crowd()
    assert {each["key"] for each in bet.options} == set(lab.result.names)
    answer = bet.answer()
    assert answer.outcome == lab.result.largest == "always_holds_back"
    shares = lab.result.share("pavlov")
    said = re.search(r"to (\d+) % in generation (\d+)\.", answer.text)
    assert said
    assert (int(said[1]), int(said[2])) == (round(100 * shares.max()), int(shares.argmax()))
    lab.preset("Five kinds, with talk")
    assert f"{LABELS[lab.result.largest].lower()} is the largest instead" in answer.text
    assert lab.result.largest != answer.outcome


# Exercises


def test_the_expected_answers_are_those_of_the_formulas() -> None:
    expected = {name: each.expected for name, each in EXERCISES.items()}
    assert expected["Exercise 3"] == pytest.approx(0.5 / 0.6)
    assert expected["Exercise 4"] == "generous"
    assert list(expected["Exercise 5"]) == [1, 3, 5]
    assert expected["Exercise 6"] == pytest.approx(0.5)
    assert expected["Exercise 7"](1 / 3, 0.05) == pytest.approx(0.875)
    stays = expected["Exercise 1"]
    assert [stays(own, heard) for own in (0, 1) for heard in (0, 1)] == [0, 1, 1, 0]


def test_the_rule_of_exercise_1_is_that_of_the_packaged_strategy() -> None:
    run = model.simulate_match(model.Match(first="pavlov", second="pavlov", mishearing=0.2))
    for before, after in zip(range(59), range(1, 60), strict=True):
        for k in (0, 1):
            own, heard = int(run.moves[before, k]), int(run.heard[before, k])
            assert lessons.stays(own, heard) == run.moves[after, k]


def test_the_crowd_of_exercise_8_is_that_of_the_lab() -> None:
    run = model.simulate_crowd(model.Crowd(selection=1))
    shares = run.shares[0]
    for after in run.shares[1:]:
        shares = lessons.taken_up(shares, run.points)
        np.testing.assert_allclose(shares, after, atol=1e-9)


def test_the_price_of_exercise_5_is_that_of_the_chain() -> None:
    for generosity, other in zip(lessons.GENEROSITIES, EXERCISES["Exercise 5"].expected, strict=True):
        met = model.expected(model.generous(generosity), STRATEGIES["always_holds_back"]).payoff()
        assert met[1] == pytest.approx(other)
        assert f"{met[0]:g}" in EXERCISES["Exercise 5"].why


def test_what_the_feedback_of_exercise_4_says_is_so() -> None:
    before, after = (model.generous_reaching_out(1 / 3, slip) for slip in (0.1, 0.05))
    assert f"They go from {before:.3f} to {after:.3f}" in EXERCISES["Exercise 4"].why


def _in_a_loop(p: Sequence[float], q: Sequence[float], slip: float) -> list[list[float]]:
    table = []
    for i, j in zip(p, (q[0], q[2], q[1], q[3]), strict=True):
        a, b = ((1 - slip) * each + slip * (1 - each) for each in (i, j))
        table.append([a * b, a * (1 - b), (1 - a) * b, (1 - a) * (1 - b)])
    return table


def _without_sides(p: Sequence[float], q: Sequence[float], slip: float) -> list[list[float]]:
    return _in_a_loop(p, (q[0], q[2], q[1], q[3]), slip)


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("Exercise 1", lambda own, heard: heard, "tit for tat"),
        ("Exercise 1", lambda own, heard: 1 - own if heard == 0 else own, "Turned round"),
        ("Exercise 2", _without_sides, "from the other side"),
        ("Exercise 2", lambda p, q, slip: _in_a_loop(p, q, 0), "does not use slip"),
        ("Exercise 2", lambda p, q, slip: np.transpose(_in_a_loop(p, q, slip)), "Rows and columns"),
        ("Exercise 3", 0.8, "good for rare slips only"),
        ("Exercise 3", 0.786, "g = 1/3"),
        ("Exercise 3", 0.857, "got lost"),
        ("Exercise 4", "both", "echo without end"),
        ("Exercise 5", [1, 0.5, 0], "points of the generous one"),
        ("Exercise 5", [0, 2.5, 5], "both hold back"),
        ("Exercise 6", 0.571, "larger of the two"),
        ("Exercise 6", 0.333, "T = 5"),
        ("Exercise 6", 0.25, "not R − P"),
        ("Exercise 7", lambda generosity, slip: 1 - slip / generosity, "rare slips only"),
        ("Exercise 7", lambda generosity, slip: lessons.model.generous_reaching_out(slip, generosity), "swapped"),
        ("Exercise 8", lambda shares, points: shares * (points @ shares), "sum to 1"),
        ("Exercise 8", lambda shares, points: lessons.taken_up(shares, points.T), "Rows and columns"),
    ],
)
def test_a_mistake_as_a_learner_writes_it_is_caught(name: str, wrong: Any, said: str) -> None:
    feedback = EXERCISES[name].check(wrong)
    assert not feedback.passed
    assert said in feedback.text


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("Exercise 1", lambda own, heard: own ^ heard),
        ("Exercise 1", lambda own, heard: int(own != heard)),
        ("Exercise 2", _in_a_loop),
        ("Exercise 3", 0.833),
        ("Exercise 5", np.array([1.0, 3.0, 5.0])),
        ("Exercise 6", 1 / 2),
        ("Exercise 8", lambda shares, points: (shares * (points @ shares)) / (shares @ points @ shares)),
    ],
)
def test_another_way_to_the_answer_or_a_rounded_one_passes(name: str, answer: Any) -> None:
    assert EXERCISES[name].check(answer).passed


def test_the_question_after_exercise_7_has_the_answer_of_the_solution(notebook: NotebookNode) -> None:
    assert model.generous_reaching_out(0.05, 0.02) > 0.75 > model.generous_reaching_out(0.05, 0.03)
    assert "two or three slips in a hundred to come down to three quarters" in on_one_line(notebook, "solution")


# Quiz


def test_the_numbers_of_the_quiz_are_those_of_the_chain() -> None:
    question = lessons.quiz().questions[0]
    right = next(each for each in question["answers"] if each["right"])
    kind = STRATEGIES["tit_for_tat"]
    for mishearing in (0.001, 0.1):
        assert model.expected(kind, kind, mishearing=mishearing).reaching_out[0] == pytest.approx(0.5)
    assert right["text"] == "In 50 of 100 moves."
    assert "it is 50 of 100 as well" in right["feedback"]


def test_what_the_quiz_says_of_the_labs_is_so() -> None:
    lab = labs.the_tournament()
    order = {}
    for preset in lab.preset_names:
        lab.preset(preset)
        order[preset] = lab.result.order
    assert order["Seven, with slips"][0] == "always_holds_back"
    assert order["A forgiving crowd"][-1] == "always_holds_back"
    assert order["A hard crowd"][-1] == "generous"
    crowd = labs.evolve_a_crowd()
    winners = {each[0] for each in order.values()}
    for preset in crowd.preset_names:
        crowd.preset(preset)
        winners.add(crowd.result.largest)
    assert len(winners) >= 4


# The notebook


def test_the_notebook_says_first_for_whom_it_is_not(notebook: NotebookNode) -> None:
    first = " ".join(notebook.cells[0].source.split())
    assert SAFETY in first
    assert "call your local emergency number now" in first
    text = on_one_line(notebook)
    for never in ("best strategy is", "you should stay", "you should leave", "husband", "wife", "toxic"):
        assert never not in text.lower()


def test_tit_for_tat_is_nowhere_called_the_best(notebook: NotebookNode) -> None:
    for sentence in re.split(r"(?<=[.?!]) ", on_one_line(notebook)):
        if "tit for tat" in sentence.lower() and "best" in sentence.lower():
            assert "a computer proved it" in sentence, sentence


def test_the_steps_of_the_first_lab_show_what_they_ask_for(notebook: NotebookNode) -> None:
    text, teacher = on_one_line(notebook), on_one_line(notebook, "instructor")
    lab = labs.one_misunderstanding()
    first = int(np.flatnonzero(lab.result.moves.any(axis=1))[0])
    assert lab.result.moves[first].tolist() == [0, 1]
    assert f"person j holds back first, in round {first + 1}; from then on exactly one" in teacher
    assert (lab.result.moves[first:].sum(axis=1) == 1).all()
    lab.preset("Win-stay, lose-shift")
    assert int(lab.result.moves.any(axis=1).sum()) == 2
    assert "Win-stay, lose-shift needs two rounds" in teacher
    ends = {}
    for preset in ("Noise all along", "With talk", "Talk and generosity"):
        lab.preset(preset)
        ends[preset] = lab.result.expected_reaching_out[-1], lab.result.long_run.reaching_out.mean()
    assert ends["With talk"][0] > ends["Noise all along"][0] + 0.1
    assert ends["With talk"][1] == pytest.approx(0.5)
    assert ends["Talk and generosity"][1] > 0.97
    lab.preset("Noise all along")
    shares = {}
    for name in STRATEGIES:
        lab.set(second=name)
        shares[name] = float(lab.result.long_run.reaching_out.mean())
    assert "Find two strategies for person j alone that bring the long run above 90 %" in text
    assert {name for name, share in shares.items() if share > 0.9} == {"two_chances", "always_reaches_out"}
    said = [f"{100 * shares[name]:.1f} %" for name in ("two_chances", "always_reaches_out", "generous")]
    assert f"give two chances ({said[0]}) or always reach out ({said[1]}); generous gets to {said[2]}" in teacher


def test_the_steps_of_the_tournament_show_what_they_ask_for(notebook: NotebookNode) -> None:
    lab = labs.the_tournament()
    orders = {}
    for preset in ("A trusting crowd", "A hard crowd", "A forgiving crowd", "Seven, with slips"):
        lab.preset(preset)
        orders[preset] = lab.result.order
    firsts = {each[0] for each in list(orders.values())[:3]}
    lasts = {each[-1] for each in list(orders.values())[:3]}
    assert firsts & lasts == {"always_holds_back"}
    winners = []
    for copies in range(21):
        lab.set(generous=copies)
        winners.append(lab.result.order[0])
    assert "With nine or more of the generous, tit for tat comes first" in on_one_line(notebook, "instructor")
    assert winners[9:] == ["tit_for_tat"] * 12
    assert "tit_for_tat" not in winners[:9]
    assert "generous" not in winners
    silent = [name for name in model.SEVEN if len(set(STRATEGIES[name].reach_out)) == 1]
    assert set(silent) == {"always_reaches_out", "coin", "always_holds_back"}
    told = "Two of the others never answer anything (who always reaches out, and the coin)"
    assert told in on_one_line(notebook, "instructor")


def test_the_steps_of_the_price_show_what_they_ask_for(notebook: NotebookNode) -> None:
    lab = labs.price_of_generosity()
    ends = lab.result.with_other[[0, -1]]
    assert f"{ends[0]:.2f} points without generosity, {ends[1]:.2f} with all of it" in on_one_line(notebook)
    assert lab.result.other_gets[-1] - lab.result.other_gets[0] > 2 * (ends[0] - ends[1])
    optimal = {}
    for temptation in np.arange(3, 8.5, 0.5).tolist():
        lab.set(temptation=temptation)
        optimal[temptation] = lab.result.optimal
    assert [each for each, value in optimal.items() if value is not None and value > 0.7] == [3.5]
    lab.reset()
    found = set()
    for slip in (0, 0.1, 0.3):
        lab.set(slip=slip)
        found.add(lab.result.optimal)
    assert len(found) == 1
    gains = np.interp([0, 0.1, 0.9, 1], model.GENEROSITIES, labs.price_of_generosity().result.with_own_kind)
    assert gains[1] - gains[0] > 10 * (gains[3] - gains[2])


def largest(lab: Lab, count: int) -> str:
    """Return the largest kind with so many who always reach out at the start."""
    lab.set(always_reaches_out=count)
    return str(lab.result.largest)


def test_the_steps_of_the_crowd_show_what_they_ask_for(notebook: NotebookNode) -> None:
    teacher = on_one_line(notebook, "instructor")
    lab = labs.evolve_a_crowd()
    kinds = [largest(lab, count) for count in range(21)]
    assert kinds == ["pavlov"] + ["always_holds_back"] * 4 + ["pavlov"] * 2 + ["generous"] * 14
    assert "with none, five or six who always reach out, win-stay, lose-shift is the largest." in teacher
    assert "With one to four it is always holding back, with seven or more the generous." in teacher
    lab.preset("Two more kinds")
    left = dict(zip(lab.result.names, lab.result.shares[-1], strict=True))
    assert left["grudger"] < 0.005
    assert left["coin"] < 0.005
    lab.preset("A hard crowd, a few in kind")
    share = lab.result.share("tit_for_tat")
    assert share.max() > 0.5
    assert share[-1] < 0.2
    assert lab.result.largest == "generous"
    lab.preset("A hard crowd, a few generous")
    assert lab.result.share("generous")[-1] < 0.001
    lab.reset()
    best = int(lab.result.mean_points.argmax())
    assert 0 < best < model.GENERATIONS  # on the way


def test_the_stranger_of_the_notebook_is_hidden_in_what_it_stores(notebook: NotebookNode) -> None:
    stored = next(cell for cell in notebook.cells if cell.source.startswith("game = labs.meet_a_stranger()"))
    text = str(stored.outputs)
    assert "You meet a stranger" in text
    assert not any(label in text for label in LABELS.values())


def test_the_cell_on_errors_compares_slips_and_mishearings(notebook: NotebookNode) -> None:
    cell = next(cell for cell in notebook.cells if "By the 4 x 4 table" in cell.source)
    printed = cell.outputs[0]["text"]
    contrite = next(line for line in printed.splitlines() if line.startswith(LABELS["contrite"]))
    slips, ears = ([float(each) for each in part.split()] for part in re.findall(r"\[(.+?)\]", contrite))
    assert slips == pytest.approx([0.996, 0.958, 0.722], abs=6e-4)
    assert ears == [0.5] * 3
    assert f"slip in ten: {model.generous_reaching_out(1 / 3, 0.1):.3f}" in printed
