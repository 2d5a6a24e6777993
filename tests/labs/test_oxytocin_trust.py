"""The game of theme 4, and the model that reads it."""

from __future__ import annotations

import pytest

from intimacy.labs import oxytocin_trust as labs
from sweep import check


def played(moves=(12, 12, 8, 4, 0)):
    game = labs.trust_game(seed=11)
    for each in moves:
        game.move(each)
    return game


def test_the_reading_follows_the_game():
    game = played(())
    reading = labs.the_reading(game)
    check(reading)
    assert "not played" in reading.sentence
    before = reading.frame["traces"]["choice_sharpness"]["y"]
    game.move(12)
    check(reading)
    assert "From your 1 round" in reading.sentence
    assert reading.frame["traces"]["choice_sharpness"]["y"] != before


def test_the_code_of_the_reading_repeats_it():
    reading = labs.the_reading(played())
    *lines, last = reading.code().splitlines()
    names = {}
    exec("\n".join(lines), names)
    assert eval(last, names).equals(reading.result.to_frame())


def test_a_whole_game_by_moves_says_each_round_and_reveals_the_partners_only_at_the_end():
    game = labs.trust_game(seed=11)
    for round_, sent in enumerate([0, 4, 8, 12] * 5, start=1):
        assert game.scene["moves"], f"no move in round {round_}"
        assert "Partner 1 was" not in game.sentence
        game.move(sent)
        assert f"Round {round_}:" in game.sentence
        assert len(game.scene["log"]) == round_
    assert game.state.finished
    assert not game.scene["moves"]
    assert "Partner 1 was" in game.sentence
    assert f"{game.state.wealth} MU" in game.sentence


def test_a_refused_move_leaves_the_game_as_it_was():
    game = played()
    before = game.scene
    with pytest.raises(ValueError, match="investment must be one of 0, 4, 8, 12, got 5"):
        game.move(5)
    assert game.scene is before


def test_a_game_is_resumed_from_its_code():
    game = played()
    other = labs.trust_game(seed=99)
    other.resume(game.scene["code"])
    assert other.state == game.state
    with pytest.raises(ValueError, match="code must be"):
        other.resume("trust1.11.0123.00000000")
