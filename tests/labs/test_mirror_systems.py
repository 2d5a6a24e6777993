"""What the pictures and sentences of theme 7 show."""

from __future__ import annotations

import re
from itertools import combinations, pairwise, product
from typing import Any

import numpy as np
import pytest

from intimacy.labs import mirror_systems as labs
from intimacy.models import mirror_systems as model
from sweep import at, scattered, trace, unpacked

LABS = {each.__name__: each for each in (labs.where_from, labs.told_or_together, labs.same_map, labs.in_a_group)}
HEAVIEST = {
    "where_from": {"actions": 8, "rule": "hebb"},
    "told_or_together": {},
    "same_map": {"voxels": 1200},
    "in_a_group": {"constellation": "community"},
}


@pytest.mark.parametrize("name", LABS)
def test_the_heaviest_frame_is_light(name: str) -> None:
    lab = at(LABS[name], **HEAVIEST[name])
    values = [value for arrays in lab.frame["traces"].values() for value in arrays.values()]
    assert sum(unpacked(value).nbytes for value in values if not isinstance(value, list)) < 150_000


# Where mirror responses come from


@pytest.mark.parametrize("values", [{}, {"actions": 5}, {"rule": "hebb"}, {"rule": "oja"}, {"childhood_trials": 1000}])
def test_the_squares_are_a_film_of_the_weights(values: dict[str, Any]) -> None:
    lab = at(labs.where_from, **values)
    run, film = lab.result, trace(lab, "weights")
    childhood, actions = lab.values["childhood_trials"], lab.values["actions"]
    full = float(re.search(r"Full colour: ±?([\d.]+)", lab.frame["layout"]["annotations[0].text"])[1])
    shades = film["marker.color"]
    assert np.abs(shades).max() <= 1
    for stop in (0, 17, 200, 201, 350, len(shades) - 1):
        lived = stop * labs.TRIALS_PER_STOP - labs.CHILDHOOD_SHOWN + childhood
        for square in range(actions**2):
            seen, done = round(film["x"][square]), round(film["base"][square] + 0.44)
            assert shades[stop, square] * full == pytest.approx(run.weights[lived, done, seen], abs=1e-5)
            assert (film["marker.line.width"][square] > 0) == (seen == done)


def test_the_ring_is_the_last_trial_and_only_its_column_has_changed() -> None:
    lab = at(labs.where_from, actions=4)
    run, ring = lab.result, trace(lab, "last trial")
    shades = trace(lab, "weights")["marker.color"].reshape(-1, 4, 4)
    for stop in (1, 50, 300, 450):
        trial = stop * labs.TRIALS_PER_STOP - 1
        assert (ring["x"][stop, 0], ring["y"][stop, 0]) == (run.seen[trial], run.done[trial])
        changed = {int(column) for column in np.flatnonzero((shades[stop] != shades[stop - 1]).any(axis=0))}
        assert changed <= {int(run.seen[trial]), int(run.seen[trial - 1])}
    assert ring["x"][0, 0] < lab.frame["layout"]["xaxis2.range"][0]  # before the first trial it is out of sight


def test_the_bars_are_the_first_column_of_the_table_and_follow_the_gain() -> None:
    lab = at(labs.where_from)
    one = trace(lab, "response")["y"]
    np.testing.assert_allclose(one[-1], lab.result.weights[-1][:, 0], rtol=1e-6)
    squares = trace(lab, "weights")["marker.color"]
    lab.set(gain=2)
    np.testing.assert_allclose(trace(lab, "response")["y"], 2 * one, rtol=1e-6)
    np.testing.assert_array_equal(trace(lab, "weights")["marker.color"], squares)


@pytest.mark.parametrize("values", [{}, {"training_contingency": 0.3}, {"actions": 6}, {"rule": "covariance"}])
def test_the_dashes_cross_zero_where_the_formula_says_so(values: dict[str, Any]) -> None:
    lab = at(labs.where_from, **values)
    line, mean = trace(lab, "crossing"), trace(lab, "expected")
    crossing = model.expected_crossing(lab.parameters)
    assert crossing is not None
    assert line["x"] == pytest.approx([crossing, crossing])
    assert np.interp(crossing, mean["x"], mean["y"]) == pytest.approx(0, abs=1e-3)
    assert f"goes below 0 after {crossing:.1f} trials" in lab.sentence
    assert f"0 after {crossing:.0f}" in lab.frame["layout"]["annotations[4].text"]


@pytest.mark.parametrize(
    ("preset", "values"),
    [
        ("Counter-mirror training", {}),
        ("Everyday childhood", {}),
        ("Unrelated training", {}),
        ("Six actions", {}),
        ("Counter-mirror training", {"rule": "hebb"}),
        ("Counter-mirror training", {"rule": "hebb", "childhood_trials": 3000}),
        ("Counter-mirror training", {"childhood_contingency": 0}),
        ("Everyday childhood", {"childhood_contingency": 0}),
    ],
)
def test_no_line_runs_through_the_words_beside_the_dashes(preset: str, values: dict[str, Any]) -> None:
    lab = at(labs.where_from, preset, **values)
    layout, index = lab.frame["layout"], trace(lab, "index")
    low, high = layout["yaxis.range"]
    # A line of words takes a tenth of the panel's height, and the longest some 270 trials of its width.
    lines = layout["annotations[4].text"].count("<br>") + 1
    height = {"bottom": (0, 0.1), "middle": (-0.05, 0.05)}[layout["annotations[4].yanchor"]]
    bottom, top = (low + (high - low) * (layout["annotations[4].y"] + lines * each) for each in height)
    start = layout["annotations[4].x"] - (270 if layout["annotations[4].xanchor"] == "right" else 0)
    within = (index["x"] > start + 5) & (index["x"] < start + 265)
    assert not np.any((index["y"][within] > bottom) & (index["y"][within] < top))
    crossing = trace(lab, "crossing")["x"]
    assert not np.any((crossing > start + 5) & (crossing < start + 265))


def test_the_decay_counts_for_the_covariance_rule_alone() -> None:
    (decay,) = (each for each in labs.where_from().controls if each["name"] == "decay")
    rules = [
        rule
        for rule in model.Association.specifications()["rule"].options
        if not np.array_equal(*(trace(at(labs.where_from, rule=rule, decay=value), "index")["y"] for value in (0.5, 2)))
    ]
    assert decay["only_with"] == {"name": "rule", "at": rules} == {"name": "rule", "at": ["covariance"]}


def test_the_index_of_a_long_childhood_is_drawn_from_where_the_picture_begins() -> None:
    lab = at(labs.where_from, "A long childhood")
    index = trace(lab, "index")
    assert index["x"][0] == -labs.CHILDHOOD_SHOWN == lab.play["low"]
    assert index["x"][-1] == labs.TRAINING_TRIALS == lab.play["high"]
    np.testing.assert_allclose(index["y"], lab.result.mirror_index[-901:], atol=1e-6)


def test_when_the_index_turns_is_told_as_it_is() -> None:
    kinds = set()
    for lab in scattered(at(labs.where_from), 80):
        parameters, run, sentence = lab.parameters, lab.result, lab.sentence
        training = run.mirror_index[parameters.childhood_trials :]
        below = np.flatnonzero(training < 0)
        if not below.size:
            assert "In this run it does not go below 0" in sentence
        elif below[0] == 0:
            assert "In this run it is below 0 already" in sentence
        else:
            assert f"first goes below 0 after {below[0]} trial" in sentence
        if parameters.rule == "oja":
            assert "no formula for the mean" in sentence
            continue
        mean = run.expected_index[parameters.childhood_trials :]
        kind = re.search(r"on average (it goes below|there is nothing|training fades|it does not turn)", sentence)[1]
        kinds.add(kind)
        match kind:
            case "it goes below":
                said = float(re.search(r"goes below 0 after (\d+\.\d) trials", sentence)[1])
                assert mean[0] > 0
                assert ("later than the" in sentence) == (said > labs.TRAINING_TRIALS) == (mean[-1] > 0)
            case "there is nothing":
                assert mean[0] == 0
                assert mean[1] < 0
            case "training fades":
                assert 0 < mean[-1] < mean[0]
            case _:
                assert (mean >= 0).all()
    assert len(kinds) >= 3


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"training_contingency": 0}, "training fades it towards 0"),
        ({"training_contingency": 0, "rule": "covariance"}, "training fades it towards 0"),
        ({"training_contingency": 0, "rule": "covariance", "decay": 0}, "it does not turn round"),
        ({"training_contingency": 0, "childhood_contingency": 0}, "it does not turn round"),
        ({"training_contingency": 0, "childhood_trials": 0}, "it does not turn round"),
        ({"training_contingency": 0, "rule": "hebb"}, "it does not turn round"),
        ({"childhood_contingency": 0}, "falls from the first trial"),
        ({"childhood_trials": 0}, "falls from the first trial"),
        ({"training": "mirror"}, "it does not turn round"),
    ],
)
def test_what_is_said_of_the_mean_where_nothing_turns(values: dict[str, Any], said: str) -> None:
    lab = at(labs.where_from, **values)
    assert said in lab.sentence
    mean = lab.result.expected_index[lab.values["childhood_trials"] :]
    assert ("fades" in said) == (0 < mean[-1] < 0.5 * mean[0])
    assert ("falls" in said) == (mean[-1] < 0)


def test_stories_of_learning_end_as_they_are_told() -> None:
    lab = at(labs.where_from, "Together is enough")
    assert lab.result.weights[-1].min() > 1  # all weights have grown
    assert np.abs(lab.result.expected_index).max() == 0
    assert f"The mean of all weights has grown to {0.02 * 900 / 4:.2f}" in lab.sentence
    ends = {}
    for preset in ("Everyday childhood", "Unrelated training", "Weak training", "Counter-mirror training"):
        lab.preset(preset)
        ends[preset] = lab.result.expected_index[-1]
    assert list(ends.values()) == pytest.approx([0.9, 0, -0.3, -0.9], abs=0.02)
    lab.preset("One cell, kept in bounds")
    index = lab.result.mirror_index
    assert index[400:600].min() > 0.49
    assert index[-1] < -0.49


# Contingency


def test_the_lines_are_those_of_the_two_rules() -> None:
    lab = at(labs.told_or_together, "Always smiling")
    run = lab.result
    for key, values in (("cue", run.cue_weight), ("context", run.context_weight), ("hebb", run.hebb_weight)):
        np.testing.assert_allclose(trace(lab, key)["y"], values, atol=1e-5)
    assert "The contingency is 0.8 − 0.8 = 0.00" in lab.sentence
    met = int((run.cue & run.outcome).sum())
    assert f"is met in {met} of {int(run.cue.sum())} trials" in lab.sentence
    assert f"counted up to {met * 0.02:.2f}, {met} meetings of 0.02 each" in lab.sentence


def test_hebb_does_not_notice_what_happens_without_the_smile_and_the_delta_rule_does() -> None:
    lab = at(labs.told_or_together)
    answers = trace(lab, "hebb")["y"], lab.result.cue_weight[-1]
    lab.preset("Always smiling")
    np.testing.assert_array_equal(trace(lab, "hebb")["y"], answers[0])
    assert lab.result.cue_weight[-1] < 0.1 < 0.4 < answers[1]
    lab.preset("Serious in return")
    assert lab.result.cue_weight[-1] < -0.4


# Overlap


def test_the_maps_follow_the_activation_and_never_the_shared_code() -> None:
    lab = at(labs.same_map)
    maps = [trace(lab, f"map {state}")["z"] for state in model.STATES]
    for shared in (0.3, 1):
        lab.set(shared_code=shared)
        for state, before in zip(model.STATES, maps, strict=True):
            np.testing.assert_array_equal(trace(lab, f"map {state}")["z"], before)
    lab.preset("No blob at all")
    assert trace(lab, "map self")["z"].max() < 0.1
    assert "activate 0 % of the region's voxels" in lab.sentence


def test_a_map_that_rises_more_is_never_paler() -> None:
    lab, brightness = at(labs.same_map), []
    for activation in (0, 0.5, 1, 1.05, 2, 3):
        lab.set(activation=activation)
        brightness.append(np.median(trace(lab, "map self")["z"][np.isfinite(lab.result.pattern_self)]))
    assert (np.diff(brightness) > 0).all()
    assert brightness[-1] == pytest.approx(1, abs=0.05)


def test_no_interval_leaves_the_picture() -> None:
    for people in (20, 100, 200):
        lab = at(labs.same_map, people=people)
        bottom, top = lab.frame["layout"]["yaxis2.range"]
        for trained, tested in product(model.STATES, repeat=2):
            accuracy = lab.result.accuracy(trained, tested)
            assert bottom < accuracy.low <= accuracy.high < top
    assert "interval 26 to 66 %" in at(labs.same_map, people=20).sentence


@pytest.mark.parametrize("values", [{}, {"shared_code": 0.5, "people": 20}, {"ideal": True, "pattern_strength": 0.5}])
def test_points_and_bars_are_the_accuracies_and_their_intervals(values: dict[str, Any]) -> None:
    lab = at(labs.same_map, **values)
    expected = trace(lab, "expected")
    drawn = {(round(x), y) for x, y in zip(expected["x"], expected["y"], strict=True)}
    for trained in model.STATES:
        found = trace(lab, f"trained {trained}")
        for place, tested in enumerate(model.STATES):
            accuracy = lab.result.accuracy(trained, tested)
            assert found["y"][place] == pytest.approx(accuracy.share)
            assert found["y"][place] + found["error_y.array"][place] == pytest.approx(accuracy.high)
            assert found["y"][place] - found["error_y.arrayminus"][place] == pytest.approx(accuracy.low)
            mean = model.expected_accuracy(lab.parameters, trained, tested)
            assert any(x == place and y == pytest.approx(mean) for x, y in drawn)


def test_the_cloud_is_the_voxels_of_the_region() -> None:
    lab = at(labs.same_map, voxels=400, shared_code=1, noise=0.3)
    cloud = trace(lab, "voxels")
    assert len(cloud["x"]) == 400
    assert np.corrcoef(cloud["x"], cloud["y"])[0, 1] > 0.9
    assert max(np.abs(cloud["x"]).max(), np.abs(cloud["y"]).max()) <= lab.frame["layout"]["xaxis.range"][1]


def test_chance_is_named_where_the_interval_holds_one_half() -> None:
    said = set()
    for lab in scattered(at(labs.same_map), 40):
        for trained, tested in (("self", "other"), ("other", "self")):
            accuracy = lab.result.accuracy(trained, tested)
            words = "which chance can give" if accuracy.low <= 0.5 <= accuracy.high else "which chance hardly gives"
            assert f"{words} (interval {round(100 * accuracy.low)} to {round(100 * accuracy.high)} %)" in lab.sentence
            said.add(words)
        across = 100 * model.expected_accuracy(lab.parameters, "self", "other")
        assert f"and {across:.1f} % on the other one" in lab.sentence
    assert len(said) == 2


# A group


@pytest.mark.parametrize("constellation", model.CONSTELLATIONS)
def test_one_line_draws_every_tie_and_nothing_else(constellation: str) -> None:
    lab = at(labs.in_a_group, constellation=constellation, people=7)
    people = trace(lab, "people")
    places = np.column_stack([people["x"], people["y"]])
    line = trace(lab, "ties")
    points = np.column_stack([line["x"], line["y"]])
    people = [int(np.hypot(*(places - point).T).argmin()) for point in points]
    np.testing.assert_allclose(places[people], points, atol=1e-6)
    drawn = {frozenset(pair) for pair in pairwise(people)}
    assert len(people) == lab.result.adjacency.sum() + 1  # each tie there and back
    assert drawn == {frozenset(map(int, pair)) for pair in np.argwhere(lab.result.adjacency > 0)}


@pytest.mark.parametrize("constellation", model.CONSTELLATIONS)
@pytest.mark.parametrize("people", [3, 7, 12])
def test_no_circle_hides_another_or_a_tie(constellation: str, people: int) -> None:
    lab = at(labs.in_a_group, constellation=constellation, people=people, regulation=0.4)
    shown = trace(lab, "people")
    sizes = shown["marker.size"].max(axis=0)
    if len(sizes) > 12:
        return  # the circles of the club are as small as they can be
    wide, high = lab.frame["layout"]["xaxis2.range"][1], lab.figure["layout"]["yaxis2"]["range"][1]
    pixels = min(310 / (2 * wide), 224 / (2 * high))
    places = pixels * np.column_stack([shown["x"], shown["y"]])
    for one, other in combinations(range(len(sizes)), 2):
        apart = np.hypot(*(places[one] - places[other])) - (sizes[one] + sizes[other]) / 2
        assert apart > (3 if lab.result.adjacency[one, other] else 0), (one, other, apart)


def test_the_people_are_a_film_of_their_arousal() -> None:
    lab = at(labs.in_a_group, "A team and its lead")
    people, run = trace(lab, "people"), lab.result
    top = lab.frame["layout"]["yaxis.range"][1]
    every = round(labs.MINUTES_PER_STOP / model.MINUTES_PER_SAMPLE)
    assert run.minutes[every] == labs.MINUTES_PER_STOP
    np.testing.assert_allclose(top * people["marker.color"], run.arousal[::every], atol=1e-5)
    assert (np.diff(people["marker.size"][:, 0]) > 0).all()
    assert people["text"] == ["1", "2", "3", "4", "5", "6"]
    rings = people["marker.line.width"]
    assert np.argmax(rings) == np.flatnonzero(run.stressed)


def test_the_fate_of_a_group_is_told_as_it_is() -> None:
    kinds = set()
    for lab in scattered(at(labs.in_a_group), 80):
        run, sentence = lab.result, lab.sentence
        assert f"so the loop gain is {run.loop_gain:.3f}" in sentence
        least = model.least_regulation(lab.parameters)
        if "without any regulation" in sentence:
            assert model.loop_gain(lab.parameters.replace(regulation=0)) < 1
        else:
            assert f"any regulation above {least:.3f}" in sentence
            above = min(1.0, least + 1e-6)
            assert not model.simulate_contagion(lab.parameters.replace(regulation=above)).runs_away
        if lab.values["stressor"] == 0:
            assert "nobody is aroused" in sentence
            assert run.arousal.max() == 0
            continue
        kind = next(each for each in ("runs away", "sits on the threshold", "arousal settles") if each in sentence)
        kinds.add(kind)
        assert (kind != "arousal settles") == run.runs_away
        assert ("held by the model's ceiling" in sentence) == (kind == "runs away" and run.arousal.max() >= 10)
        assert f"mean arousal is {run.arousal[-1].mean():.2f}" in sentence
        if kind == "arousal settles":
            held = run.steady.max() > model.CEILING
            stays = lab.values["stress_lasts"] == labs.MINUTES
            assert f"rest{'s' if stays and not held else ''} at {run.steady.mean():.2f}" in sentence
            assert ("without the model's ceiling of 10, and lower with it" in sentence) == held
            assert trace(lab, "rest")["y"].size == (0 if held else 2)
        lowest, most = (f"{each:.2f}" for each in (run.arousal[-1].min(), run.arousal[-1].max()))
        assert ("the same for all" if lowest == most else f"from {lowest} to {most} among them") in sentence
    assert {"runs away", "arousal settles"} <= kinds


@pytest.mark.parametrize(
    "values", [{"stressed": "everyone", "regulation": 0.2}, {"constellation": "star", "people": 6, "stressor": 2}]
)
def test_a_rest_above_the_ceiling_is_never_shown_or_told_as_reached(values: dict[str, Any]) -> None:
    lab = at(labs.in_a_group, **values)
    at_rest = model.simulate_contagion(lab.parameters.replace(time_constant=0.5))
    np.testing.assert_allclose(at_rest.arousal[-1], at_rest.arousal[-2], atol=1e-3)
    assert at_rest.arousal[-1].mean() < at_rest.steady.mean() - 1
    assert "in the end the mean rests" not in lab.sentence
    assert f"the mean would rest at {lab.result.steady.mean():.2f} without the model's ceiling" in lab.sentence
    assert trace(lab, "rest")["y"].size == 0
    assert "dotted" not in lab.frame["layout"]["annotations[1].text"]
    lab.set(stress_lasts=50)
    assert "had it stayed, the mean would rest at" in lab.sentence
    assert "and lower with it" in lab.sentence


@pytest.mark.parametrize("constellation", model.CONSTELLATIONS)
def test_how_often_a_group_carries_it_is_written_without_noughts(constellation: str) -> None:
    sentence = at(labs.in_a_group, constellation=constellation).sentence
    assert re.search(r"carries it (once|[\d.]*[1-9] times over),", sentence), sentence
    assert ("once" in sentence) == (constellation == "pair")


def test_at_the_threshold_the_group_is_said_to_sit_there() -> None:
    lab = at(labs.in_a_group, gain=0.5, regulation=0.0)
    assert lab.result.loop_gain == pytest.approx(1)
    assert "sits on the threshold" in lab.sentence


def test_the_dotted_line_is_where_the_mean_rests_and_there_is_none_in_a_runaway() -> None:
    lab = at(labs.in_a_group, "Five friends")
    assert trace(lab, "rest")["y"] == pytest.approx([1.25, 1.25])
    assert lab.result.arousal.mean(axis=1)[-1] < 1.25
    assert "dotted: where the mean rests" in lab.frame["layout"]["annotations[1].text"]
    lab.preset("It passes")
    assert "dotted: where the mean would rest" in lab.frame["layout"]["annotations[1].text"]
    lab.preset("A sixth friend")
    assert trace(lab, "rest")["y"].size == 0
    assert "dotted" not in lab.frame["layout"]["annotations[1].text"]
    assert [each["line"]["dash"] for each in lab.figure["layout"]["shapes"] if "dash" in each["line"]] == ["dashdot"]
    assert trace(lab, "loop gain")["x"] == pytest.approx([1.05])


@pytest.mark.parametrize(
    ("preset", "outcome"),
    [
        ("Three friends", "settles"),
        ("Five friends", "settles"),
        ("A sixth friend", "runs away"),
        ("A bit more regulation", "settles"),
        ("A team and its lead", "settles"),
        ("A family in a row", "settles"),
        ("It passes", "settles"),
        ("No telling apart", "runs away"),
        ("A club of 34", "settles"),
    ],
)
def test_a_story_of_a_group_ends_as_it_is_told(preset: str, outcome: str) -> None:
    lab = at(labs.in_a_group, preset)
    assert f"arousal {outcome}" in lab.sentence


def test_a_group_needs_longer_than_one_person_alone() -> None:
    lab = at(labs.in_a_group, "It passes")
    group = lab.result.arousal.mean(axis=1)
    lab.set(gain=0)
    alone = lab.result.arousal.max(axis=1)
    ended = np.searchsorted(lab.result.minutes, 20)
    after = [np.flatnonzero(level[ended:] < level[ended] / 2)[0] for level in (group, alone)]
    assert after[0] > 3 * after[1]
