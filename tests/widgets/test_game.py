"""The stage of a game on the Python side: moves, refusals, codes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from intimacy.widgets import Frame, Game, Move, Scene, theme


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
