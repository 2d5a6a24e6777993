"""What the pictures and sentences of theme 4 show; its game, and the model that reads it."""

from __future__ import annotations

import re

import numpy as np
import pytest

from intimacy.labs import oxytocin_trust as labs
from intimacy.models import replication
from intimacy.models.oxytocin_trust import kinetics
from sweep import at, check, ranges, scattered, trace

# The blood


def test_the_rise_doubles_with_the_dose_and_the_peak_does_not():
    single, double = (at(labs.the_blood, preset) for preset in ("A study dose", "Twice the dose"))
    rises = [lab.result.peak - lab.values["basal_plasma"] for lab in (single, double)]
    assert rises[1] == pytest.approx(2 * rises[0])
    assert double.result.peak < 1.95 * single.result.peak
    assert "The rise above the start doubles." in next(
        each["story"] for each in double.presets if each["name"] == "Twice the dose"
    )


def test_a_higher_peak_is_drawn_higher_in_each_story_of_the_blood():
    lab = labs.the_blood()
    assert len(ranges(lab, "yaxis", lab.preset_names)) == 1


def test_the_blood_is_told_where_nothing_rises_and_where_nothing_reaches_the_mark():
    assert "at 3.6 pg/ml after 90 minutes" in at(labs.the_blood).sentence
    none = at(labs.the_blood, dose=0, direct_fraction=1e-4)
    assert "Plasma stays at 2.0 pg/ml. The fluid at the lower back has not changed" in none.sentence
    low = at(labs.the_blood, absorption_half_life=60)
    assert kinetics.duration_above(low.result, labs.TRACE_LEVEL) == 0
    assert "never exceeds 10 pg/ml" in low.sentence
    assert " 0.0 minutes" not in low.sentence


def test_the_lower_panel_is_told_flat_exactly_where_it_is():
    for lab in scattered(labs.the_blood(), 100):
        flat = np.ptp(trace(lab, "brain")["y"]) == np.ptp(trace(lab, "lumbar")["y"]) == 0
        told = "both lines of the lower panel stay flat" in lab.sentence
        assert told == (lab.values["direct_fraction"] == 0)
        assert flat or not told
        assert " 0.0 %" not in lab.sentence


# A hundred labs


def test_the_line_of_truth_is_the_mean_of_what_is_true_for_each_lab():
    lab = at(labs.run_100_labs, "A typical field")
    truth = np.where(lab.result.hypothesis_true, 0.28, 0).mean()
    assert trace(lab, "true")["x"] == pytest.approx([truth, truth])
    assert trace(lab, "wedge")["x"][1] == pytest.approx(truth, abs=1e-4)
    assert lab.frame["layout"]["annotations[0].x"] == pytest.approx(truth)
    assert lab.frame["layout"]["annotations[0].text"] == "mean truth"
    assert lab.result.published_mean > 1.9 * truth
    assert "the truth is 0.28 for 21 labs and 0 for the other 79, 0.06 on average" in lab.sentence
    for lab in (at(labs.run_100_labs, prior=0), at(labs.run_100_labs, "Nothing there")):
        assert trace(lab, "true")["x"].tolist() == [0, 0]
        assert "the truth is 0 for all" in lab.sentence
        assert "A lab finds something that is not there with probability 0.050." in lab.sentence
    assert at(labs.run_100_labs).frame["layout"]["annotations[0].text"] == "truth"


def test_the_words_add_the_truth_up_wherever_the_controls_stand():
    for lab in scattered(labs.run_100_labs(), 200):
        true, all_labs = int(lab.result.hypothesis_true.sum()), lab.values["labs"]
        told = re.search(r"for (\d+) labs? and 0 for the other ?(\d*), [\d.]+ on average;", lab.sentence)
        mixed = 0 < true < all_labs and lab.values["effect"] > 0 and lab.result.published.any()
        assert bool(told) == mixed, lab.sentence
        assert not told or (int(told[1]), int(told[2] or 1)) == (true, all_labs - true)


def test_the_chance_of_a_finding_is_never_told_as_certain_and_leaves_out_bias_in_words():
    sure = at(labs.run_100_labs, effect=1.5)
    assert replication.power(1.5, 29) < 1
    assert "with probability above 0.999." in sure.sentence
    assert "with probability 0.182, before bias." in at(labs.run_100_labs, "A typical field").sentence
    assert "bias" not in at(labs.run_100_labs).sentence


def test_every_lab_of_the_funnel_is_in_the_picture_and_no_label_lies_on_it():
    for lab in scattered(labs.run_100_labs(), 100):
        low, high = lab.frame["layout"]["xaxis.range"]
        assert low < lab.result.estimate.min()
        assert lab.result.estimate.max() < high
    rows = [(each["y"], each.get("yshift", 0)) for each in lab.figure["layout"]["annotations"]]
    assert {y for y, _ in rows} == {1}
    assert np.diff(sorted(shift for _, shift in rows)).min() >= 16


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"labs": 10}, "1 of 10 labs is published"),
        ({}, "none points the wrong way"),
        ({"publication": "all"}, "39 of them point the wrong way"),
        ({"publication": "all", "labs": 10, "effect": 0.3}, "1 of them points the wrong way"),
        ({"participants": 333}, "Participants: 333 per arm."),
    ],
)
def test_one_and_none_are_told_apart_from_many(change, told):
    assert told in at(labs.run_100_labs, **change).sentence


# The loop, and recovery


def test_oxytocin_is_told_with_its_unit_and_the_shares_with_what_they_are_of():
    assert re.search(r"is at \d\.\d\d half-effect units for the last ten choices\.", at(labs.the_loop).sentence)
    assert re.search(r"hold it for \d+ %, \d+ % and \d+ % of them\.", at(labs.the_recovery).sentence)


# The game


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
