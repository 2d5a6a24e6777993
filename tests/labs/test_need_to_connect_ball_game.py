"""What the ball game, its picture afterwards and the lab on left-out players show and say."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy.labs import need_to_connect as labs
from intimacy.labs.need_to_connect.ball_game import QUESTIONS, SCRIPTED, WATCHED
from intimacy.models.need_to_connect import playable
from intimacy.models.need_to_connect.ball_game import (
    PUBLISHED_EFFECT,
    BallGame,
    expected_balls,
    need_satisfaction,
    share_path,
    simulate_ball_game,
)
from intimacy.widgets import Game
from sweep import at, check, repeats_as_code, trace, unpacked

quick = settings(max_examples=25)


def played(
    choice: str = "play", *, until: str | None = None, part: int = 0, rate: list[int] | None = None, seed: int = 5
) -> Game:
    """Return a game played until a stage of a part, or to its end; questions are skipped unless there are ratings."""
    game = labs.ball_game(seed)
    game.move(choice)
    while not game.state.finished and (game.state.stage, game.state.part) != (until, part):
        legal = game.state.legal
        if "rate" in legal:
            game.move("skip" if rate is None else rate)
        else:
            game.move(legal[-1])
    return game


# The game on its stage


def test_the_note_says_what_will_come_before_anything_starts() -> None:
    game = labs.ball_game()
    note = game.sentence
    for word in ("script", "leave you out, on purpose", "14 throws", "included again", "stop at any moment", "watch"):
        assert word in note
    assert "Nothing is stored" in note
    assert [move["label"] for move in game.scene["moves"]] == ["Play", "Watch only", "Not now"]
    assert game.scene["advance"] is None
    assert game.scene["log"] == []


@pytest.mark.parametrize("choice", ["play", "watch"])
def test_each_move_is_said_and_the_picture_has_the_ball_where_it_is(choice: str) -> None:
    game = labs.ball_game()
    game.move(choice)
    moves = 1
    names = (WATCHED if choice == "watch" else "you", *SCRIPTED)
    while not game.state.finished:
        before = game.state
        legal = before.legal
        game.move([3, 0, 1, 5] if "rate" in legal else legal[0])
        moves += 1
        assert len(game.scene["log"]) == moves
        ball = trace(game, "ball")
        threw = len(game.state.throws) > len(before.throws)
        assert (game.scene["motion"] is not None) == threw
        if threw:
            last = game.state.throws[-1]
            catcher = names[last.catcher]
            assert game.sentence.startswith(f"{'You throw' if names[last.thrower] == 'you' else names[last.thrower]}")
            assert re.match(rf"\w+ throws? to {catcher}\.", game.sentence)
            assert game.scene["log"][-1] in game.sentence
            motion = game.scene["motion"]
            assert (motion["x"][-1], motion["y"][-1]) == pytest.approx((ball["x"][0], ball["y"][0]))
            assert motion["x"][0] != pytest.approx(motion["x"][-1])
            np.testing.assert_allclose(trace(game, "trail")["x"], motion["x"], atol=1e-6)
        received = sum(throw.catcher == 0 for throw in game.state.throws)
        assert game.scene["tally"][-1] == [f"Balls to {names[0]}", str(received)]
        if game.state.throws:
            assert game.scene["layout"]["annotations[0].text"].endswith(f" · {received}")
    assert "The game is over" in game.sentence
    assert (game.scene["moves"], game.scene["always"], game.scene["advance"]) == ([], [], None)


def test_only_the_throws_of_others_come_by_themselves() -> None:
    for choice in ("play", "watch"):
        game = labs.ball_game()
        game.move(choice)
        while not game.state.finished:
            by_itself = game.scene["advance"] is not None
            assert by_itself == (game.state.legal == ("next",))
            if by_itself:
                assert choice == "watch" or game.state.holder != 0
            if by_itself and game.scene["motion"]:
                assert game.scene["advance"]["seconds"] > 1.5 * game.scene["motion"]["seconds"]
            game.move("skip" if "skip" in game.state.legal else game.state.legal[0])


def test_stop_stands_apart_from_the_first_throw_to_the_end() -> None:
    game = labs.ball_game()
    game.move("play")
    while not game.state.finished:
        assert [move["value"] for move in game.scene["always"]] == ["stop"]
        assert "stop" not in [move["value"] for move in game.scene["moves"]]
        keys = [move["key"] for move in (*game.scene["moves"], *game.scene["always"])]
        assert len(set(keys)) == len(keys)
        game.move("skip" if "skip" in game.state.legal else game.state.legal[0])


def test_part_two_is_announced_and_waits() -> None:
    game = played(until="ready", part=2)
    assert "In part 2 they leave you out, as announced: none of their 14 throws comes to you." in game.sentence
    assert [move["label"] for move in game.scene["moves"]] == ["Begin part 2"]
    assert game.scene["advance"] is None


def test_a_stop_while_left_out_brings_the_ball_back_and_offers_a_last_part() -> None:
    game = played(until="throws", part=2)
    for _ in range(5):
        game.move(game.state.legal[0])
    game.move("stop")
    assert re.match(r"You stop\. (Kai|Noor) throws to you\.", game.sentence)
    assert trace(game, "ball")["x"] == [0]
    assert [move["label"] for move in game.scene["moves"]] == ["Play a last part that includes me"]
    assert [move["label"] for move in game.scene["always"]] == ["Leave it here"]
    game.move("include")
    assert game.sentence == "Part 3 begins. You have the ball."
    game.move("throw_1")
    assert game.scene["log"][-1] == "You throw to Kai."
    game.move("stop")
    assert "You have the ball. The game is over." in game.sentence


def test_a_watcher_is_offered_to_watch_a_last_part() -> None:
    game = played("watch", until="throws", part=2)
    for _ in range(3):
        game.move("next")
    game.move("stop")
    assert game.scene["moves"][0]["label"] == f"Watch a last part that includes {WATCHED}"
    game.move("include")
    assert f"You go on with a last part that includes {WATCHED}." in game.scene["log"]


def test_not_now_plays_nothing() -> None:
    game = labs.ball_game()
    game.move("not_now")
    assert game.sentence == "You have not played, and nothing depends on it."
    assert game.scene["moves"] == []
    game.new()
    game.move("play")
    game.move("stop")
    assert game.sentence == "You stop. You have the ball. The game is over."


def test_what_is_asked_covers_the_four_needs_and_each_may_be_left_open() -> None:
    game = played(until="ratings", part=2)
    form = game.scene["form"]
    assert len(form["questions"]) == len(playable.NEEDS) == len(QUESTIONS)
    assert list(QUESTIONS) == list(playable.NEEDS)
    assert len(form["points"]) == playable.MOST_RATING
    game.move([0, 0, 0, 5])
    assert game.state.ratings(2) == {"meaningful_existence": 5}
    with pytest.raises(ValueError, match="move must be one of 'go_on', 'stop' now"):
        game.move([1, 1, 1, 1])


def test_neither_the_words_nor_the_code_of_the_game_say_what_was_answered() -> None:
    one, other = (played(rate=rate) for rate in ([1, 2, 3, 4], [5, 4, 3, 2]))
    for name in ("sentence", "prompt", "tally", "log", "code"):
        assert one.scene[name] == other.scene[name]
    assert repr(one) == repr(other)


@quick
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 10**6), max_size=70))
def test_any_wandering_has_words_and_a_code(seed: int, picks: list[int]) -> None:
    game = labs.ball_game(seed)
    for pick in picks:
        if game.state.finished:
            break
        legal = [*game.state.legal] * 9 + ["stop"]
        move: Any = legal[pick % len(legal)]
        game.move([pick % 6, 1, pick % 4, 0] if move == "rate" else move)
        assert len(game.scene["log"]) == len(game.state.moves)
        assert len(game.sentence.split()) >= 2
        for packed in game.scene["traces"].values():
            for numbers in packed.values():
                assert np.isfinite(unpacked(numbers)).all()
    again = labs.ball_game(seed ^ 1)
    again.resume(game.scene["code"])
    assert again.state.throws == game.state.throws
    assert again.scene["motion"] is None


# After the game


def test_before_a_game_there_is_nothing_to_show_and_it_says_so() -> None:
    game = labs.ball_game()
    after = labs.your_ratings(game)
    check(after)
    assert after.sentence.startswith("There is no game to show here, and none is needed.")
    assert repeats_as_code(after)
    game.move("play")
    assert "There is no game to show here" in after.sentence


def test_ratings_stand_beside_the_model_of_the_same_throws() -> None:
    game = played(rate=[2, 0, 5, 1])
    after = labs.your_ratings(game)
    check(after)
    assert repeats_as_code(after)
    need = need_satisfaction(share_path(game.state.comes, 0.15, 3), BallGame())
    first, _, _ = playable.SCRIPTED_THROWS
    assert trace(after, "model left out")["x"] == pytest.approx([need[first + 14]], abs=1e-6)
    assert trace(after, "model end")["x"] == pytest.approx([need[-1]], abs=1e-6)
    yours = trace(after, "yours left out")
    assert dict(zip(yours["y"], yours["x"], strict=True)) == pytest.approx({6: 2, 4: 5, 3: 1, 2: 8 / 3})
    assert "you chose: belonging 2, control 5, meaningful existence 1; mean 2.7" in after.sentence
    assert after.sentence.index("[hartgerink2015]") < after.sentence.index("you chose")
    assert "no place beside the published effect" in after.sentence
    assert "tuned" in after.sentence
    table = after.table()
    assert table.row.tolist() == [*playable.NEEDS, "model"]
    assert table.set_index("row").loc["self_esteem"].tolist() == ["", ""]


@pytest.mark.parametrize(
    ("choice", "words"), [("play", "You gave no answers."), ("watch", "You watched, so nothing was asked.")]
)
def test_without_ratings_the_model_stands_alone(choice: str, words: str) -> None:
    after = labs.your_ratings(played(choice))
    check(after)
    assert words in after.sentence
    assert trace(after, "yours left out")["x"].size == trace(after, "yours end")["x"].size == 0
    assert trace(after, "model left out")["x"][0] < trace(after, "model end")["x"][0]
    assert repeats_as_code(after)


def test_what_a_cell_prints_never_holds_an_answer() -> None:
    """What is printed, and the beginning of what is shown, is saved with the notebook."""
    shown = [labs.your_ratings(played(rate=rate)) for rate in ([1, 2, 3, 4], [5, 5, 5, 5])]
    assert len({repr(after) for after in shown}) == 1
    assert len({after.sentence for after in shown}) == 2
    assert "chose" not in repr(shown[0])
    assert "On the same throws the model has" in " ".join(repr(shown[0]).split())


def test_a_game_stopped_while_left_out_is_shown_up_to_there() -> None:
    game = played(until="throws", part=2)
    for _ in range(8):
        game.move(game.state.legal[0])
    after = labs.your_ratings(game)
    assert "There is no game" in after.sentence
    game.move("stop")
    check(after)
    assert 1.6 < trace(after, "model left out")["x"][0] < 4.2
    assert after.result.model[1] > after.result.model[0]  # the ball came back


# Left out, in numbers


def test_the_picture_is_the_game_and_the_published_effect_has_its_own_scale() -> None:
    lab = at(labs.need_threat, inclusion_probability=0.3, players=4)
    run = simulate_ball_game(BallGame(inclusion_probability=0.3, players=4), seed=7)
    for key, values in (("balls", run.balls), ("need", run.need), ("after", run.need_after), ("effect", run.effect)):
        np.testing.assert_allclose(trace(lab, key)["y"], values, rtol=1e-6)
    np.testing.assert_allclose(trace(lab, "fair")["y"], expected_balls(1 / 3, np.arange(31)), rtol=1e-6)
    published = next(each for each in lab.figure["data"] if each["meta"] == "published ends")
    assert (published["yaxis"], published["y"][0]) == ("y2", PUBLISHED_EFFECT)
    assert "more than 1.4 [hartgerink2015]" in lab.sentence


def test_the_axes_of_the_needs_and_of_the_effect_stay_still() -> None:
    lab = labs.need_threat()
    moved = set()
    for values in ({"scale_low": 1, "scale_high": 5, "expectation_learning": 0.5}, {"inclusion_probability": 1}):
        lab.set(**values)
        moved |= set(lab.frame["layout"])
        assert trace(lab, "effect")["y"].max() < 3.5
        assert trace(lab, "effect")["y"].min() > -0.5
    assert moved == {"yaxis.range", "xaxis.range", "xaxis3.range"}


def test_the_sentence_tells_the_two_accounts_apart() -> None:
    theory, data = at(labs.need_threat, "Theory says"), at(labs.need_threat, "Data say")
    assert "In theory they then recover, to 4.20 points an hour later." in theory.sentence
    assert "Time since does not predict the effect here" in data.sentence
    assert "teaching value" in data.sentence
    np.testing.assert_allclose(np.diff(trace(data, "effect")["y"]), 0, atol=1e-6)
    assert trace(theory, "effect")["y"][-1] == pytest.approx(0, abs=1e-3)
    left_out = at(labs.need_threat, "Left out")
    np.testing.assert_array_equal(trace(theory, "need")["y"], trace(left_out, "need")["y"])
    assert trace(data, "need")["y"][-1] > trace(left_out, "need")["y"][-1]


def test_the_half_life_is_said_where_nothing_comes() -> None:
    assert "halves every 4.27 throws of the others" in labs.need_threat().sentence
    assert "halves every" not in at(labs.need_threat, "Barely included").sentence
    assert "halves every 6.58 throws" in at(labs.need_threat, expectation_learning=0.1).sentence


def test_a_fair_game_is_level_with_itself() -> None:
    lab = at(labs.need_threat, "Six players")
    assert "rate level with people of a fair game at once, and level with them after an hour" in lab.sentence


def test_needs_that_fall_and_come_back_within_the_game_are_told() -> None:
    lab = at(labs.need_threat, "Six players")
    assert f"from 4.20 to 4.20 points (lowest {lab.result.need.min():.2f})." in lab.sentence
    assert "In theory the needs then stay where they are: 4.20 points an hour later." in lab.sentence
    assert "recover" not in lab.sentence
    left_out = labs.need_threat().sentence
    assert "lowest" not in left_out  # the lowest is the last
    assert "In theory they then recover" in left_out


def test_a_new_draw_moves_the_noise_and_a_slider_does_not() -> None:
    lab = at(labs.need_threat, "Barely included")
    before = trace(lab, "balls")["y"].copy()
    lab.set(support=1)
    np.testing.assert_array_equal(trace(lab, "balls")["y"], before)
    lab.set(seed=8)
    assert (trace(lab, "balls")["y"] != before).any()
