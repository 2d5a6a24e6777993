"""The stage of a game on the Python side: moves, refusals, codes."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from intimacy.widgets import Advance, Form, Frame, Game, Motion, Move, Scene, theme


@dataclass(frozen=True)
class Count:
    """A game in which one adds 1 or 2 until 5 is reached."""

    seed: int
    total: int = 0


def play(state, value):
    if state.total >= 5:
        raise ValueError("the game is finished")
    if value not in (1, 2):
        raise ValueError(f"move must be 1 or 2, got {value!r}")
    return Count(state.seed, state.total + value)


def resume(code):
    if not code.isdigit():
        raise ValueError(f"code must be digits, got {code!r}")
    return Count(0, int(code))


def scene(state):
    moves = () if state.total >= 5 else (Move(1, "One", "1"), Move(2, "Two", "2"))
    frame = Frame({"bar": {"x": [0.0], "y": [float(state.total)]}})
    return Scene(
        f"The total is {state.total}.", "Add?", moves, frame, {"Total": str(state.total)}, (), str(state.total)
    )


def figure():
    picture = theme.new_figure(200)
    picture.add_bar(meta="bar", x=[], y=[])
    return picture


@pytest.fixture
def game():
    return Game("Can you count?", Count, play, resume, scene, figure, seed=4)


def messages_of(game, monkeypatch):
    messages = []
    monkeypatch.setattr(game, "send", lambda content, buffers=None: messages.append(content))
    return messages


def test_a_game_is_played_to_its_end_by_messages(game):
    for number, value in enumerate((2, 2, 1), start=1):
        game._receive(game, {"kind": "move", "value": value, "request": f"view:{number}"}, [])
        assert game.scene["request"] == f"view:{number}"
    assert game.state == Count(4, 5)
    assert game.scene["moves"] == []
    assert game.sentence == "The total is 5."


@pytest.mark.parametrize("value", [0, 3, "1", None, 1e9, {"value": 1}, "__import__('os')"])
def test_a_move_that_the_rules_refuse_is_answered_and_changes_nothing(game, value, monkeypatch):
    before, messages = game.scene, messages_of(game, monkeypatch)
    game._receive(game, {"kind": "move", "value": value, "request": "view:1"}, [])
    assert messages == [{"kind": "problem", "request": "view:1", "text": f"move must be 1 or 2, got {value!r}"}]
    assert game.scene is before


def test_a_finished_game_takes_no_move(game, monkeypatch):
    for value in (2, 2, 1):
        game.move(value)
    messages = messages_of(game, monkeypatch)
    game._receive(game, {"kind": "move", "value": 1, "request": "view:9"}, [])
    assert messages[0]["text"] == "the game is finished"


def test_a_code_resumes_and_a_wrong_one_is_refused(game, monkeypatch):
    game._receive(game, {"kind": "resume", "code": "3", "request": "view:1"}, [])
    assert game.state.total == 3
    messages = messages_of(game, monkeypatch)
    game._receive(game, {"kind": "resume", "code": "x", "request": "view:2"}, [])
    assert messages[0]["text"] == "code must be digits, got 'x'"
    assert game.state.total == 3


def test_a_new_game_has_the_next_seed(game):
    game.move(1)
    game._receive(game, {"kind": "new", "request": "view:1"}, [])
    assert game.state == Count(5, 0)


def test_every_change_counts_so_that_others_can_follow(game):
    seen = []
    game.observe(lambda change: seen.append(change["new"]), "serial")
    game.move(1)
    game.new()
    assert seen == [2, 3]


# A game with all that a scene can have: a ball that flies, a move by itself, one that stands apart, questions


@dataclass(frozen=True)
class Toss:
    """A ball goes from left to right and back; you can leave, and say how it was."""

    seed: int
    thrown: int = 0
    stage: str = "play"
    answers: tuple[int, ...] = ()


def toss(state, value):
    if value == "leave":
        return Toss(state.seed, state.thrown, "asked")
    if state.stage == "asked" and isinstance(value, list):
        return Toss(state.seed, state.thrown, "over", tuple(value))
    if state.stage != "play" or value != "throw":
        raise ValueError(f"move must be 'throw' or 'leave', got {value!r}")
    return Toss(state.seed, state.thrown + 1)


def toss_scene(state):
    playing, side = state.stage == "play", float(state.thrown % 2)
    return Scene(
        f"The ball is at {side:g}.",
        "And now?",
        [Move("throw", "Throw", "1")] if playing else [],
        Frame({"ball": {"x": [side], "y": [0.0]}}),
        log=[f"Throw {number}." for number in range(1, state.thrown + 1)],
        code=f"{state.thrown}",
        always=[Move("leave", "Leave", "l")] if playing else [],
        form=Form(("How was it?", "Once more?"), ("bad", "good"), "no answer", "Say so")
        if state.stage == "asked"
        else None,
        motion=Motion("ball", (1 - side, 0.5, side), (0.0, 0.4, 0.0), 0.5) if state.thrown and playing else None,
        advance=Advance("throw", 2.5) if playing else None,
    )


def toss_figure():
    picture = theme.new_figure(200)
    picture.add_scatter(meta="ball", x=[], y=[], mode="markers")
    return picture


@pytest.fixture
def tossed():
    return Game("Who has it?", Toss, toss, lambda code: Toss(0, int(code)), toss_scene, toss_figure)


def test_a_scene_without_the_extras_sends_none_of_them(game):
    assert game.scene["always"] == []
    assert [game.scene[name] for name in ("form", "motion", "advance")] == [None, None, None]


def test_what_a_scene_has_travels_as_plain_json(tossed):
    tossed.move("throw")
    scene = tossed.scene
    assert scene["always"] == [{"value": "leave", "label": "Leave", "key": "l"}]
    assert scene["motion"] == {"trace": "ball", "x": [0.0, 0.5, 1.0], "y": [0.0, 0.4, 0.0], "seconds": 0.5}
    assert scene["advance"] == {"value": "throw", "seconds": 2.5}
    tossed.move("leave")
    assert tossed.scene["form"] == {
        "questions": ["How was it?", "Once more?"],
        "points": ["bad", "good"],
        "left_open": "no answer",
        "submit": "Say so",
    }
    parts = {name: value for name, value in tossed.scene.items() if name != "traces"}
    assert json.loads(json.dumps(parts)) == parts


def test_answers_travel_as_one_move(tossed):
    tossed.move("leave")
    tossed._receive(tossed, {"kind": "move", "value": [2, 0], "request": "view:1"}, [])
    assert tossed.state == Toss(1, 0, "over", (2, 0))
    assert tossed.scene["form"] is None


def test_a_move_that_a_page_made_by_itself_counts_only_for_the_scene_it_saw(tossed):
    seen = tossed.serial
    one = {"kind": "move", "value": "throw", "serial": seen}
    tossed._receive(tossed, {**one, "request": "first:1"}, [])
    assert tossed.state.thrown == 1
    assert tossed.scene["motion"] is not None
    tossed._receive(tossed, {**one, "request": "second:1"}, [])  # another page, a moment too late
    assert tossed.state.thrown == 1
    assert tossed.scene["request"] == "second:1"  # it is answered all the same
    tossed._receive(
        tossed, {"kind": "move", "value": "throw", "request": "first:2"}, []
    )  # a person's move has no serial
    assert tossed.state.thrown == 2


def test_nothing_flies_again_when_a_scene_is_shown_once_more_or_brought_back(tossed):
    tossed.move("throw")
    tossed._receive(tossed, {"kind": "again", "request": "view:1"}, [])
    assert tossed.scene["motion"] is None
    tossed.move("throw")
    assert tossed.scene["motion"] is not None
    tossed.resume("3")
    assert tossed.scene["motion"] is None
    tossed._receive(tossed, {"kind": "resume", "code": "4", "request": "view:2"}, [])
    assert tossed.state.thrown == 4
    assert tossed.scene["motion"] is None
