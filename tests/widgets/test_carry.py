"""What a learner did, as a line of text: read strictly, handed to the widgets that are there and to those that come."""

from __future__ import annotations

import ast
import base64
import inspect
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import run_notebooks
import without_python
from intimacy import lessons
from intimacy.labs import oxytocin_trust as labs
from intimacy.labs import vasopressin_bonding
from intimacy.parameters import Parameters, number
from intimacy.widgets import Answer, Bet, Carry, Frame, Lab, Option, Question, Quiz, carry, theme
from look import labs_of
from stems import STEMS

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
HERE = "04_oxytocin_trust"
MANY = "[" * 100_000


@pytest.fixture(autouse=True)
def luggage(monkeypatch: pytest.MonkeyPatch) -> carry.Luggage:
    """As in a fresh kernel: nothing was pasted."""
    fresh = carry.Luggage()
    monkeypatch.setattr(carry, "_luggage", fresh)
    return fresh


def packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(raw)).decode().rstrip("=")


def sealed(body: str) -> str:
    return f"{body}.{zlib.crc32(body.encode()):08x}"


def line(kept: Any, *, notebook: str = HERE, version: int = 1) -> str:
    """Make a line as the page does."""
    return sealed(f"intimacy.{version}.{notebook}.{packed(json.dumps(kept).encode())}")


def a_bet() -> Bet:
    options = {key: Option(key, f"it would {key}", f"it would {key}") for key in ("rise", "fall")}
    return Bet("What will it do?", options, lambda: "rise", "it does")


def a_quiz() -> Quiz:
    answers = [Answer("Yes", "Right.", right=True), Answer("No", "No.")]
    return Quiz("Do you know?", [Question("One?", answers), Question("Two?", answers)])


@dataclass(frozen=True)
class Slope(Parameters):
    """A line."""

    slope: float = number(1.0, 0.0, 2.0, step=0.1, label="Steepness", help="How steep.")
    height: float = number(0.0, -1.0, 1.0, step=0.1, label="Height", help="How high.")


@dataclass(frozen=True)
class Drawn:
    """Its points."""

    y: np.ndarray

    def to_frame(self) -> pd.DataFrame:
        return pd.DataFrame({"y": self.y})


def a_lab(seed: int | None = 3) -> Lab:
    return Lab(
        "How steep is it?",
        Slope(),
        lambda state, **_: Drawn(state.height + state.slope * np.arange(3.0)),
        lambda: theme.new_figure(200).add_scatter(meta="line", x=[], y=[], mode="lines"),
        lambda _, result: Frame({"line": {"x": np.arange(3.0), "y": result.y}}),
        lambda _, result: f"It ends at {result.y[-1]:g}.",
        code=lambda _: "",
        seed=seed,
    )


def a_game() -> Any:
    return labs.trust_game()


MADE: dict[str, tuple[Callable[[], Any], Any, Callable[[Any], Any], Any]] = {
    "bet": (a_bet, "fall", lambda bet: bet.choice, "fall"),
    "quiz": (a_quiz, [[1, 0], []], lambda quiz: (quiz.answers, quiz.score.first_try), (["Yes", None], 0)),
    "lab": (a_lab, {"values": {"slope": 1.7}}, lambda lab: (lab.values, lab.seed), ({"slope": 1.7, "height": 0.0}, 3)),
    "draw": (a_lab, {"values": {}, "seed": 9}, lambda lab: (lab.values["slope"], lab.seed), (1.0, 9)),
}


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("first", ["the widget", "the line"])
def test_a_widget_is_brought_back_whether_it_or_the_line_comes_first(kind: str, first: str) -> None:
    make, kept, look, expected = MADE[kind]
    desk = Carry(HERE)
    widget = make()
    if first == "the line":
        desk.paste(line({widget.carried_as: kept}))
        assert look(widget) == expected
        widget = make()  # its cell runs again, or for the first time
    else:
        assert look(widget) != expected
        desk.paste(line({widget.carried_as: kept}))
    assert look(widget) == expected
    assert desk.said[0].startswith("Back: 1 of 1.")
    assert len(desk.said) == 1


def test_a_game_goes_on_where_it_was() -> None:
    played = a_game()
    for _ in range(3):
        played.move(12)
    game = a_game()
    Carry(HERE).paste(line({game.carried_as: played.scene["code"]}))
    assert game.scene["log"] == played.scene["log"]
    assert len(game.scene["log"]) == 3


def test_the_experiments_of_a_bench_are_run_again_as_they_were() -> None:
    before = vasopressin_bonding.the_virtual_vole()
    said = next(iter(before.prediction["options"]))
    before.run(said)
    before.clear()  # the number of a run goes on
    before.run(said, **before._presets[before.preset_names[1]].values)
    before.run(said)
    bench = vasopressin_bonding.the_virtual_vole()
    bench.run(said)
    Carry(HERE).paste(line({bench.carried_as: before.experiments}))
    assert bench.log == before.log
    assert [row["Run"] for row in bench.log] == ["2", "3"]
    assert bench.frame["traces"] == before.frame["traces"]
    bench.run(said)
    assert bench.log[-1]["Run"] == "4"


def test_what_waits_is_counted_and_follows() -> None:
    lab, bet = a_lab(), a_bet()
    kept = {lab.carried_as: {"values": {"slope": 2}}, "game:00000000": "x", bet.carried_as: "rise"}
    desk = Carry(HERE)
    desk.paste(line(kept))
    assert desk.said == ["Back: 2 of 3. 1 will follow when the cells that make them have run."]
    assert Carry(HERE).said == desk.said  # the cell runs again


def test_bets_come_back_with_word_of_the_cells_that_answer_them() -> None:
    bet = a_bet()
    desk = Carry(HERE)
    desk.paste(line({bet.carried_as: "rise"}))
    assert desk.said == ["Back: 1 of 1. Run the cells that answer your bets again."]
    assert "You said it would rise" in bet.answer().text


def test_a_wrong_value_is_named_with_its_label_and_the_right_ones_stay() -> None:
    lab = a_lab()
    desk = Carry(HERE)
    values = {"slope": 7, "height": 0.5, "speed": 1, "height ": 2}
    desk.paste(line({lab.carried_as: {"values": values}}))
    assert lab.values == {"slope": 1.0, "height": 0.5}
    assert desk.said[1] == 'Left out of "How steep is it?": Steepness must be between 0 and 2, got 7'
    assert desk.said[2].startswith('Left out of "How steep is it?": speed is not a parameter of Slope')
    assert len(desk.said) == 4


REFUSED = {
    "a bet on nothing": (a_bet, "explode", "choice must be one of 'rise', 'fall', got 'explode'"),
    "a bet that is a list": (a_bet, ["rise"], "choice must be text, got ['rise']"),
    "a quiz of another length": (a_quiz, [[0]], "answers must be for 2 questions"),
    "an answer too high": (a_quiz, [[2], []], "answers to question 1 must be numbers from 0 to 1"),
    "an answer that is true": (a_quiz, [[True], []], "answers to question 1 must be numbers from 0 to 1"),
    "a lab without values": (a_lab, [1], "values must be named values"),
    "a value of another kind": (a_lab, {"values": {"slope": "steep"}}, "Steepness must be a number"),
    "a seed below zero": (a_lab, {"values": {}, "seed": -1}, "seed must be a whole number from 0 to 4294967295"),
    "a seed that is no number": (a_lab, {"values": {}, "seed": "1"}, "seed must be a whole number"),
    "a seed where nothing is drawn": (lambda: a_lab(None), {"values": {}, "seed": 1}, "in a lab that draws"),
    "a game that is a number": (a_game, 7, "code must be the text a game gave you"),
    "a game that is another": (a_game, "1.2.3.4", "code must be the text a game gave you"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_widget_cannot_take_is_named_in_a_sentence_and_it_stays_as_it_was(case: str) -> None:
    make, kept, sentence = REFUSED[case]
    widget, other = make(), labs.the_blood()
    before = repr(widget)
    desk = Carry(HERE)
    desk.paste(line({widget.carried_as: kept, other.carried_as: {"values": {"dose": 40}}}))
    assert len(desk.said) == 2
    assert sentence in desk.said[1]
    assert repr(widget) == before
    assert other.values["dose"] == 40


@pytest.mark.parametrize(
    ("experiment", "sentence"),
    [
        ({"run": 1, "values": {}, "prediction": "magic"}, "prediction must be one of"),
        ({"run": 0, "values": {}, "prediction": "partner"}, "run must be a whole number from 1 to 10000, got 0"),
        ({"run": 1, "values": {"wings": 2}, "prediction": "partner"}, "wings is not a parameter"),
        (7, "values must be named values"),
    ],
)
def test_a_wrong_experiment_is_named_and_the_others_run(experiment: Any, sentence: str) -> None:
    bench = vasopressin_bonding.the_virtual_vole()
    said = next(iter(bench.prediction["options"]))
    right = {"run": 2, "values": {}, "prediction": said}
    desk = Carry(HERE)
    desk.paste(line({bench.carried_as: [experiment, right]}))
    assert [row["Run"] for row in bench.log] == ["2"]
    assert len(desk.said) == 2
    assert f"experiment 1: {sentence}" in desk.said[1]


def test_a_log_that_is_too_long_is_refused_before_it_runs() -> None:
    bench = vasopressin_bonding.the_virtual_vole()
    desk = Carry(HERE)
    desk.paste(line({bench.carried_as: [{}] * 51}))
    assert "at most 50 experiments" in desk.said[1]


LINES = {
    "nothing": ("", "got nothing"),
    "words": ("print('x')", "from intimacy. to its end, got \"print('x')\""),
    "another version": (line({}, version=2), "must be of version 1, got 2"),
    "another notebook": (line({}, notebook="05_x"), "from the notebook 04_oxytocin_trust, got one from 05_x"),
    "a letter changed": (line({})[:-1] + "g", "must be one that Copy my state gave you"),
    "a part": (line({"bet:00000000": "x" * 30})[:-20], "must be one that Copy my state gave you"),
    "another checksum": (line({}).rpartition(".")[0] + ".00000000", "checksum 00000000 is wrong"),
    "no compression": (sealed(f"intimacy.1.{HERE}.AAAA"), "must hold compressed JSON"),
    "half of it": (sealed(f"intimacy.1.{HERE}.{packed(b'{}')[:-4]}"), "or only a part"),
    "no JSON": (sealed(f"intimacy.1.{HERE}.{packed(b'import os')}"), "must hold compressed JSON"),
    "not a number": (sealed(f"intimacy.1.{HERE}.{packed(b'NaN')}"), "must hold compressed JSON"),
    "a bomb": (sealed(f"intimacy.1.{HERE}.{packed(b' ' * 3_000_000)}"), "unpack to at most 200000 bytes"),
    "a deep well": (sealed(f"intimacy.1.{HERE}.{packed(MANY.encode())}"), "must hold compressed JSON"),
    "a list": (line([]), "a value for each widget"),
    "a strange name": (line({"__class__": 1}), "a value for each widget"),
    "too long": ("x" * 20_001, "at most 20000 characters, got 20001"),
}


@pytest.mark.parametrize("case", LINES)
def test_a_text_that_is_not_a_whole_line_of_this_notebook_is_refused_in_a_sentence(case: str) -> None:
    text, sentence = LINES[case]
    bet = a_bet()
    desk = Carry(HERE)
    with pytest.raises(ValueError, match=r"^The line must ") as refused:
        desk.paste(text)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)
    assert (bet.choice, desk.said) == (None, [])


@given(st.text(max_size=200) | st.binary(max_size=60).map(lambda raw: sealed(f"intimacy.1.{HERE}.{packed(raw)}")))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^The line must "):
        carry.unsealed(text, HERE)


@settings(max_examples=30)
@given(st.dictionaries(st.just(a_bet().carried_as), st.recursive(st.none() | st.integers() | st.text(), st.lists)))
def test_no_value_does_more_than_be_refused(kept: dict[str, Any]) -> None:
    bet = a_bet()
    Carry(HERE).paste(line(kept))
    assert bet.choice in {None, "rise", "fall"}


def test_a_line_that_a_letter_has_broken_into_several_is_one_again() -> None:
    bet = a_bet()
    whole = line({bet.carried_as: "rise"})
    Carry(HERE).paste(f"  {whole[:30]}\n> ".replace(">", " ") + f"{whole[30:]}\r\n")
    assert bet.choice == "rise"


def test_the_page_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, sent = Carry(HERE), []
    monkeypatch.setattr(desk, "send", lambda content: sent.append(content))
    desk._receive(desk, {"kind": "paste", "request": "a:1", "text": line({})}, [])
    desk._receive(desk, {"kind": "paste", "request": "a:2", "text": "x"}, [])
    assert [(each["kind"], each["request"]) for each in sent] == [("pasted", "a:1"), ("problem", "a:2")]


def test_a_page_without_python_has_no_place_to_paste() -> None:
    assert without_python.shown(Carry(HERE), 2) == ""


@pytest.mark.parametrize("stem", STEMS)
def test_no_two_widgets_of_a_theme_have_one_name(stem: str) -> None:
    module = __import__(f"{lessons.__name__}.{stem}", fromlist=["*"])
    asked = [
        make()
        for name, make in inspect.getmembers(module, inspect.isfunction)
        if name.startswith("bet_") or name == "quiz"
    ]
    shown = [make() for make in labs_of(stem).values()]
    names = [widget.carried_as for widget in [*asked, *shown]]
    assert len(set(names)) == len(names)
    assert all(carry.NAME.fullmatch(name) for name in names)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_first_code_cell_of_each_notebook_ends_with_a_place_to_carry_its_state(path: Path) -> None:
    first = next(cell for cell in run_notebooks.read(path).cells if cell.cell_type == "code")
    last = ast.parse(first.source).body[-1]
    assert ast.unparse(last) == f"Carry({path.stem!r})"
