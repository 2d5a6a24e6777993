"""What the pictures and sentences of theme 3 show; and the game to its end."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from intimacy.labs import reward_learning as labs
from intimacy.models.reward_learning import CUE_STEP, TemporalDifference, simulate_temporal_difference
from sweep import at, check, ranges, repeats_as_code, scattered, trace, unpacked

LARGEST_FRAME = 150_000


def numbers(pattern, lab):
    return [float(each) for each in re.search(pattern, lab.sentence.replace("−", "-")).groups()]


# The ringtone


def test_the_film_of_the_ringtone_shows_each_trial_of_the_model_and_is_small_enough_to_travel():
    lab = labs.the_ringtone()
    lab.set(omitted_trial=100, delay=15)
    run = simulate_temporal_difference(TemporalDifference(omitted_trial=100, delay=15))
    assert np.allclose(trace(lab, "bars")["y"], run.prediction_error, atol=1e-6)
    assert np.allclose(trace(lab, "value")["y"], run.value, atol=1e-6)
    assert sum(
        unpacked(each).nbytes for key in ("errors", "bars", "value") for each in lab.frame["traces"][key].values()
    ) < (LARGEST_FRAME)


def test_the_colours_keep_the_sign_of_an_error_and_grow_with_its_root():
    lab = labs.the_ringtone()
    lab.set(omitted_trial=100, reward=2)
    color = trace(lab, "errors")["z"]
    error = lab.result.prediction_error
    assert color.min() == pytest.approx(-1, abs=0.01)
    assert color.max() == pytest.approx(1)
    assert np.allclose(np.sign(color) * color**2 * 2, error, atol=1e-5)
    ticks = dict(zip(lab.figure["layout"]["coloraxis"]["colorbar"]["tickvals"], [-2, -0.5, 0, 0.5, 2], strict=True))
    shown = [float(each.replace("−", "-")) for each in lab.frame["layout"]["coloraxis.colorbar.ticktext"]]
    assert shown == list(ticks.values())
    assert all(np.sign(at) * at**2 * 2 == pytest.approx(value) for at, value in ticks.items())


@pytest.mark.parametrize("delay", [2, 10, 15])
def test_the_moments_are_marked_where_the_errors_stand(delay):
    lab = labs.the_ringtone()
    lab.set(delay=delay)
    layout = lab.frame["layout"]
    assert layout["annotations[0].x"] == CUE_STEP - 0.5
    assert layout["annotations[1].x"] == lab.result.reward_step + 0.5
    texts = [each["text"] for each in lab.figure["layout"]["annotations"][:2]]
    assert texts == ["ringtone", "hug due"]
    assert len({layout[f"shapes[{number}].x0"] for number in range(4)}) == 2


def test_the_ringtone_sentence_tells_each_special_trial():
    lab = labs.the_ringtone()
    lab.set(omitted_trial=100)
    assert "In trial 100 the hug fails at step 15, with an error of −1.00" in lab.sentence
    lab.set(omitted_trial=0, uncued_trial=60)
    assert "In trial 60 there is no ringtone, and the error at the hug is +1.00." in lab.sentence
    lab.set(omitted_trial=60)
    assert "In trial 60 there is no ringtone, and the error at the usual time is 0.00." in lab.sentence
    assert "at 10 different steps" in lab.sentence
    for change in ({"reward": 0.0}, {"reward": 1.0, "reward_probability": 0.0}):
        lab.set(**change)
        assert "Nothing is learned" in lab.sentence


def test_the_peaks_are_those_of_the_slide_and_the_jump():
    slide = simulate_temporal_difference(TemporalDifference())
    assert {4, 7, 11, 13, 15} <= labs.peak_steps(slide)  # in trials 61, 41, 21, 11 and 1
    assert labs.peak_steps(simulate_temporal_difference(TemporalDifference(trace=1))) == {4, 15}


def test_the_memory_draws_nothing_so_it_has_nothing_to_draw_again():
    assert labs.the_ringtone().draws_again
    assert not labs.the_memory().draws_again


# The three traces


def test_the_classic_three_traces_and_full_value_with_no_error():
    lab = labs.the_three_traces()
    hug, cue = lab.result.run.reward_step, CUE_STEP - 1
    first, later, failed = (trace(lab, key)["y"] for key in ("before_learning", "after_learning", "omission"))
    assert (first[hug], first[cue]) == (1, 0)
    assert (later[hug], later[cue]) == pytest.approx((0, 0.98**11), abs=1e-3)
    assert failed[hug] == pytest.approx(-1, abs=1e-3)
    assert trace(lab, "value")["y"][hug] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("chance", [0.1, 0.25, 0.5, 0.75, 0.9])
def test_an_unreliable_friend_brings_no_more_error_on_average_and_the_most_scatter_at_one_half(chance):
    lab = labs.the_three_traces()
    lab.set(reward_probability=chance)
    mean, spread = numbers(r"mean of ([-+]?\d\.\d\d) and a standard deviation of (\d\.\d\d)", lab)
    assert abs(mean) < 0.04
    assert spread == pytest.approx(np.sqrt(chance * (1 - chance) / (1 - 0.1)), abs=0.06)
    hug = lab.result.run.reward_step
    average = trace(lab, "average")["y"]
    assert average[hug] == pytest.approx(mean, abs=0.006)
    share = lab.result.run.rewarded[labs.LATE].mean()
    weighed = share * trace(lab, "after_learning")["y"] + (1 - share) * trace(lab, "omission")["y"]
    assert np.allclose(average, weighed, atol=1e-5)


# The silence


def test_the_failure_of_the_average_is_seen_and_the_one_who_asks_has_the_order_of_the_rats():
    lab = labs.the_silence()
    average, asking, filtering = (trace(lab, f"{name} stops")["y"] for name in ("average", "asking", "filter"))
    assert (average[0], average[-1]) == (9, 22)
    assert (asking[0], asking[-1]) == (14, 1)
    assert (np.diff(average) >= 0).all()
    assert (np.diff(asking) <= 0).all()
    assert (np.diff(filtering) <= 0).all()
    assert (filtering <= asking).all()


@pytest.mark.parametrize("change", [{}, {"reply_probability": 1.0}, {"learning_rate": 0.01}, {"hazard": 0.2}])
def test_who_gives_up_is_marked_where_the_curve_crosses(change):
    lab = labs.the_silence()
    lab.set(**change)
    for name, stop, level in (
        ("average", lab.result.rescorla_wagner_stop, lab.values["threshold"]),
        ("asking", lab.result.change_point_stop, 0.5),
    ):
        curve, mark = trace(lab, name), trace(lab, f"{name} stop")
        if stop is None:
            assert mark["x"].size == 0
            assert "more than 40 messages" in lab.sentence
            continue
        assert mark["x"].tolist() == [100 + stop]
        assert np.isin(mark["y"], curve["y"]).all()
        passed = mark["y"] < level if name == "average" else mark["y"] >= level
        assert passed.all()


@pytest.mark.parametrize(("hazard", "alarms"), [(0.005, 0), (0.02, 1), (0.2, 27)])
def test_the_false_alarms_of_the_one_who_asks_are_counted_in_words(hazard, alarms):
    lab = labs.the_silence()
    lab.set(hazard=hazard)
    asking = lab.result.stopped_probability[: lab.values["training_trials"]]
    assert (asking >= 0.5).sum() == alarms
    told = f"thought at {alarms} of the 100 messages that they had stopped: "
    assert (told in lab.sentence) == (alarms > 0)
    assert ("a false alarm." in lab.sentence) == (alarms == 1)
    assert ("false alarms." in lab.sentence) == (alarms > 1)


# Wanting and need


def test_one_control_moves_wanting_and_another_liking():
    lab = labs.wanting_or_liking()
    before = (trace(lab, "wanting")["y"], trace(lab, "liking")["y"])
    lab.set(motivation=3)
    assert trace(lab, "wanting")["y"][-1] == 3 * before[0][-1]
    assert trace(lab, "liking")["y"] == before[1]
    lab.set(motivation=1, hedonic_gain=2)
    assert np.array_equal(trace(lab, "wanting")["y"], before[0])
    assert trace(lab, "liking")["y"] == 2 * before[1]


def test_the_need_tells_one_contact_none_and_too_many():
    lab = labs.the_need()
    assert numbers(r"is worth ([-+]\d+\.\d\d), the last ([-+]\d+\.\d\d)", lab) == [14.55, -10.55]
    lab.set(contacts=1)
    assert "The one contact that follows is worth +14.55." in lab.sentence
    lab.set(contacts=0)
    assert "No contact follows." in lab.sentence
    assert trace(lab, "welcome")["y"].size == 0
    lab.set(contacts=5, hours_alone=0)
    assert "is 100.0, at the set-point. " in lab.sentence
    assert "all of them are worth less than nothing" in lab.sentence
    assert (trace(lab, "welcome")["y"] == 0).all()
    lab.set(hours_alone=10, contacts=4)
    assert "1 of them is worth less than nothing" in lab.sentence
    lab.set(hours_alone=48)
    assert "none of them is worth less than nothing" in lab.sentence


def test_a_taller_bar_of_the_need_is_worth_more_in_each_story():
    lab = labs.the_need()
    assert len(ranges(lab, "yaxis2", lab.preset_names)) == 1


def test_no_bar_of_wanting_or_liking_ends_at_the_edge_and_the_first_stories_share_an_axis():
    lab = labs.wanting_or_liking()
    assert len(ranges(lab, "yaxis", lab.preset_names[:3])) == 1
    states = [at(labs.wanting_or_liking, preset) for preset in lab.preset_names]
    for lab in itertools.chain(states, scattered(labs.wanting_or_liking(), 200)):
        low, high = lab.frame["layout"]["yaxis.range"]
        bars = np.concatenate([trace(lab, key)["y"] for key in ("wanting", "liking")])
        assert low < bars.min()
        assert bars.max() < high


def test_liking_without_wanting_still_pulls_at_the_first_cue_as_its_story_says():
    lab = labs.wanting_or_liking()
    lab.preset("Liking without wanting")
    first, last = trace(lab, "wanting")["y"]
    assert last < 0.3 < 0.9 < first
    story = next(each["story"] for each in lab.presets if each["name"] == "Liking without wanting")
    assert "the last cue hardly pulls. The first one still does" in story


# The game


def played(limits=(5, 2, 9), seed=8):
    """Play until so many messages in a row are unanswered."""
    game = labs.unanswered_messages(seed)
    while not game.state.finished:
        game.move("stop" if game.state.misses >= limits[game.state.person - 1] else "send")
    return game


def test_a_whole_game_by_moves_says_each_round_and_keeps_the_endings_for_the_end():
    game = labs.unanswered_messages()
    rounds = 0
    while game.scene["moves"]:
        assert "for good after" not in game.sentence
        assert "message" in game.scene["prompt"]
        friend, message = game.state.person, game.state.message
        assert f"Friend {friend} answered" in game.scene["prompt"]
        game.move("stop" if rounds % 7 == 6 else "send")
        rounds += 1
        assert len(game.scene["log"]) == rounds
        assert f"essage {message}" in game.scene["log"][-1]
        assert game.scene["log"][-1].split(".")[0] in game.sentence
    assert game.state.finished
    assert all(f"Friend {friend} " in game.sentence for friend in (1, 2, 3))
    assert "score" not in game.sentence


def test_every_message_is_drawn_once_in_the_row_of_its_friend():
    game = played()
    marks = {key: trace(game_as_lab(game), key) for key in ("answered", "unanswered", "ended")}
    turns = [turn for turn in game.state.history if turn.move == "send"]
    assert sum(len(marks[key]["x"]) for key in ("answered", "unanswered")) == 3 * 20 + len(turns)
    assert (marks["answered"]["x"] > 0).sum() == sum(turn.answered for turn in turns)
    assert set(marks["answered"]["y"]) == {1, 2, 3}
    for result in game.state.results:
        row = marks["ended"]["y"] == 4 - result.person
        expected = [result.attended + 0.5] if result.attended < 20 else []
        assert marks["ended"]["x"][row].tolist() == expected


def game_as_lab(game):
    """Return something whose frame is the scene of a game."""
    return type("Shown", (), {"frame": game.scene})


def test_a_refused_move_leaves_the_game_as_it_was_and_a_code_resumes_it():
    game = labs.unanswered_messages()
    game.move("send")
    before = game.scene
    with pytest.raises(ValueError, match="move must be one of 'send', 'stop', got 'wait'"):
        game.move("wait")
    assert game.scene is before
    other = labs.unanswered_messages(99)
    other.resume(game.scene["code"])
    assert other.state == game.state
    with pytest.raises(ValueError, match="code must be"):
        other.resume("wait1.8.0.00000000")


def test_the_comparison_waits_for_the_end_of_the_game_and_then_shows_all_four():
    game = labs.unanswered_messages()
    comparison = labs.the_comparison(game)
    check(comparison)
    assert "not finished" in comparison.sentence
    assert repeats_as_code(comparison)
    while not game.state.finished:
        game.move("send" if game.state.misses < 3 else "stop")
    check(comparison)
    assert repeats_as_code(comparison)
    rows = comparison.table()
    assert len(rows) == 3 * len(labs.WAYS)
    for result in game.state.results:
        late = trace(comparison, f"late {result.person}")["x"]
        in_time = trace(comparison, f"in time {result.person}")["x"]
        stops = [getattr(result, field) for field in labs.WAYS]
        assert late.tolist() == [stop.wasted for stop in stops]
        assert (in_time + late).tolist() == [stop.sent for stop in stops]
        assert len(trace(comparison, f"missed {result.person}")["x"]) == sum(stop.missed for stop in stops)
        assert f"you sent {result.learner.sent} message" in comparison.sentence
        averaged = result.rescorla_wagner
        assert f"the one who averages {averaged.sent}, {averaged.wasted} and {averaged.missed}" in comparison.sentence


@pytest.mark.parametrize("limits", [(0, 0, 0), (20, 20, 20), (1, 3, 6)])
@pytest.mark.parametrize("seed", range(1, 8))
def test_the_comparison_is_whole_for_any_game(limits, seed):
    check(labs.the_comparison(played(limits, seed)))
