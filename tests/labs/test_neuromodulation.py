"""What the pictures and sentences of theme 6 show."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from intimacy.labs import neuromodulation as labs
from intimacy.models import neuromodulation as model
from intimacy.widgets import Lab
from sweep import at, unpacked

LABS = {
    each.__name__: each
    for each in (labs.the_stress_axis, labs.the_dose, labs.the_buffers, labs.the_gain, labs.seventeen_people)
}


def line(lab: Lab, key: str, axis: str = "y") -> np.ndarray:
    """Return the numbers of a trace."""
    return np.asarray(unpacked(lab.frame["traces"][key][axis]), dtype=np.float64)


@pytest.mark.parametrize("name", LABS)
def test_a_frame_is_light(name: str) -> None:
    lab = LABS[name]()
    values = [value for arrays in lab.frame["traces"].values() for value in arrays.values()]
    assert sum(unpacked(value).nbytes for value in values) < 60_000


# The stress axis


def test_the_stories_of_the_axis_end_where_they_say() -> None:
    said = {name: at(labs.the_stress_axis, name).sentence for name in labs.the_stress_axis().preset_names}
    assert "a peak every 70 minutes: a single sample could be either." in said["Resting pulses"]
    assert "can hold" in said["No delay"]
    assert "stays at 1.05, without a pulse" in said["No delay"]
    assert "a peak every 82 minutes" in said["A longer delay"]
    assert "Its pulses are getting smaller" in said["A strong drive"]
    assert "a single sample" not in said["A strong drive"]  # from 1.37 to 1.49
    assert "A steady drive of 40.0 gets through" in said["Support brings them back"]
    assert "getting" not in said["Support brings them back"]
    assert "from minute 240 to minute 270" in said["A stressor starts pulses"]


def test_a_longer_delay_makes_taller_and_rarer_pulses() -> None:
    short, long = (
        model.find_pulses(at(labs.the_stress_axis, name).result, 480) for name in ("Resting pulses", "A longer delay")
    )
    assert long.rise.min() > short.rise.max()
    assert long.period > short.period


@pytest.mark.parametrize(("name", "pulsing"), [("A stressor starts pulses", True), ("A stressor stops pulses", False)])
def test_a_stressor_starts_or_stops_pulses_for_good_where_the_steady_level_can_hold(name: str, pulsing: bool) -> None:
    lab = at(labs.the_stress_axis, name)
    assert model.holds(lab.parameters)
    assert model.long_run(lab.result).pulsing is pulsing
    lab.set(stressor_size=0)
    assert model.long_run(lab.result).pulsing is not pulsing


def test_the_same_stressor_forty_minutes_later_does_not_stop_the_pulses() -> None:
    lab = at(labs.the_stress_axis, "A stressor stops pulses", stressor_onset=280)
    assert model.long_run(lab.result).pulsing


@pytest.mark.parametrize("values", [{}, {"feedback": 30, "acth_decay": 5.0}, {"half_life": 20.0}])
def test_the_field_begins_where_the_steady_level_gives_way(values: dict[str, Any]) -> None:
    lab = at(labs.the_stress_axis, **values)
    drives, delays = line(lab, "field", "x")[:-2], line(lab, "field")[:-2]
    inside = delays < 30
    assert inside.any()
    for drive, delay in zip(drives[inside], delays[inside], strict=True):
        axis = lab.parameters.replace(drive=float(drive), delay=0)
        assert model.smallest_delay(axis) == pytest.approx(float(delay), rel=1e-4)
    assert lab.frame["traces"]["now"] == lab.frame["traces"]["before"]


def test_the_buffers_move_the_dot_along_the_drive() -> None:
    lab = at(labs.the_stress_axis, drive=80, social_support=0.5, oxytocin=0.5)
    assert line(lab, "now", "x") == pytest.approx([20])
    assert line(lab, "before", "x") == pytest.approx([80])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"drive": 0}, "can hold; at this drive no delay makes it give way."),
        ({"drive": 0}, "stays at 0.00, without a pulse"),
        ({"stressor_size": 50, "stressor_onset": 720}, "begins when the 12 hours shown are over"),
        ({"delay": 0, "stressor_size": 50, "stressor_onset": 600}, "no pulse followed by another"),
        ({"drive": 58, "start": 3}, "could hold, and yet it pulses: the past decides here, or"),
    ],
)
def test_the_sentence_on_the_axis_knows_odd_states(values: dict[str, Any], said: str) -> None:
    assert said in at(labs.the_stress_axis, **values).sentence


def test_two_samples_are_told_as_different_only_where_they_can_be() -> None:
    lab = labs.the_stress_axis()
    told = set()
    for drive in range(10, 121, 5):
        lab.set(drive=drive)
        span = re.search(r"pulses between (\d+\.\d+) and (\d+\.\d+)", lab.sentence)
        if span:
            low, high = map(float, span.groups())
            told.add(said := "a single sample could be either" in lab.sentence)
            assert said == (high > 1.5 * low)
    assert told == {True, False}


def test_a_level_that_moves_a_little_is_told_by_both_its_ends() -> None:
    lab = labs.the_stress_axis()
    lab.set(drive=12)
    low, high = re.search(r"stays between (\d+\.\d+) and (\d+\.\d+), without a pulse", lab.sentence).groups()  # type: ignore[union-attr]
    assert low != high


def test_no_control_reaches_beyond_the_time_shown() -> None:
    onset = labs.the_stress_axis().parameters.specifications()["stressor_onset"]
    assert onset.high == 60 * labs.AXIS_HOURS


def test_an_undecided_state_is_told_only_where_the_steady_level_holds_and_pulses_go_on() -> None:
    lab = labs.the_stress_axis()
    told = []
    for drive in (14, 20, 50, 57, 58, 80, 120):
        lab.set(drive=drive)
        if "yet it pulses" in lab.sentence:
            told.append(drive)
            assert model.holds(lab.parameters)
            assert len(model.find_pulses(lab.result, 480).minutes) >= 2
    assert 58 in told
    assert not {20, 50, 80, 120} & set(told)


# The dose


def test_the_dots_stand_on_the_bell_and_the_sentence_has_their_heights() -> None:
    lab = at(labs.the_dose, dose=10)
    for key in ("marked", "dose"):
        expected = np.interp(line(lab, key, "x"), line(lab, "effect", "x"), line(lab, "effect"))
        np.testing.assert_allclose(line(lab, key), expected, atol=1e-6)
    assert "peaks at 24.0 IU, with 0.444" in lab.sentence
    assert "48 IU has 0.400, which is 0.900 times as much" in lab.sentence


def test_the_stories_of_the_dose_end_where_they_say() -> None:
    ratio = {
        name: model.effect_ratio(48, 24, at(labs.the_dose, name).parameters) for name in labs.the_dose().preset_names
    }
    assert 0.5 < ratio["More abrupt"] < ratio["A bell"] < 1
    assert ratio["An earlier fall"] < 0.35
    assert ratio["A late fall"] > 1
    late = at(labs.the_dose, "A late fall")
    assert 48 < model.peak_dose(late.parameters) < late.result.dose[-1], "a fall that the picture shows"
    peaks = [model.peak_effect(at(labs.the_dose, name).parameters) for name in ("More abrupt", "An earlier fall")]
    assert peaks[1] < peaks[0], "the price"
    assert model.peak_dose(at(labs.the_dose, "A little is plenty").parameters) < 12


def test_a_peak_beyond_the_picture_is_said_to_be_there() -> None:
    assert "beyond the doses shown" in at(labs.the_dose, half_rise=96, half_fall=200).sentence
    assert "beyond" not in at(labs.the_dose).sentence


# Two buffers


def test_the_four_lines_are_the_four_runs() -> None:
    lab = at(labs.the_buffers, social_support=0.4, oxytocin=0.25, stressor=2)
    states = {
        "neither": {"social_support": 0, "oxytocin": 0},
        "support": {"oxytocin": 0},
        "oxytocin": {"social_support": 0},
        "both": {},
    }
    for key, values in states.items():
        run = model.simulate_cascade(lab.parameters.replace(**values))
        np.testing.assert_allclose(line(lab, key), run.cortisol, rtol=1e-5, atol=1e-6)
        assert f"{run.peak:.2f}" in lab.sentence
    assert "Both take 55 %, while the two shares add up to 65 %" in lab.sentence


def test_lines_that_diverge_as_differences_are_parallel_as_ratios() -> None:
    lab = labs.the_buffers()
    for scale, parallel in ((np.asarray, False), (np.log, True)):
        placebo, spray = (scale(line(lab, f"{key} 4")) for key in ("placebo", "spray"))
        assert (np.diff(placebo) == pytest.approx(np.diff(spray), abs=1e-6)) is parallel
    np.testing.assert_array_equal(line(lab, "placebo 3"), line(lab, "placebo 4"))
    low, high = lab.frame["layout"]["yaxis4.range"]
    assert 10**low < line(lab, "spray 4").min()
    assert 10**high > line(lab, "placebo 4").max()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "Cortisol peaks 34.3 minutes after the stressor began"),
        ({"stressor": 0}, "the buffers have nothing to take"),
        ({"oxytocin": 0}, "nothing to combine"),
    ],
)
def test_the_sentence_on_the_buffers_knows_odd_states(values: dict[str, Any], said: str) -> None:
    assert said in at(labs.the_buffers, **values).sentence


def test_the_slowest_chain_peaks_within_the_picture() -> None:
    slowest = {"stressor_length": 60, "crh_half_life": 20, "acth_half_life": 30, "cortisol_half_life": 120}
    assert at(labs.the_buffers, **slowest).result.peak_minute < labs.CASCADE_MINUTES


def test_a_longer_or_slower_stress_changes_the_peak_and_not_the_shares() -> None:
    start = labs.the_buffers()
    for name in ("An hour of stress", "ACTH that stays"):
        lab = at(labs.the_buffers, name)
        assert lab.result.peak_minute > start.result.peak_minute
        assert "Both take 51 %" in lab.sentence
    assert lab.result.peak < start.result.peak, "later and lower"


def test_the_two_small_pictures_say_which_mark_is_which() -> None:
    lab = labs.the_buffers()
    written = [each["text"] for each in lab.figure["layout"]["annotations"]]
    symbols = {trace["meta"]: trace["marker"]["symbol"] for trace in lab.figure["data"] if "marker" in trace}
    for number in (3, 4):
        assert (symbols[f"placebo {number}"], symbols[f"spray {number}"]) == ("circle-open", "square")
    assert {"○ without oxytocin", "■ with oxytocin"} <= set(written)


# Gain


def test_the_stories_of_the_gain_end_where_they_say() -> None:
    runs = {name: at(labs.the_gain, name).result for name in labs.the_gain().preset_names}
    before = runs["Without oxytocin"].now
    quiet = runs["Quiet the background"].now
    assert quiet.spontaneous < 0.25 * before.spontaneous
    assert quiet.evoked == pytest.approx(before.evoked, rel=0.01)
    steeper, at_threshold, louder, weak = (
        growth(runs[name]) for name in ("A steeper curve", "At the threshold", "Louder", "A weak signal")
    )
    # What is told to move can be seen to, in a picture of 80 Hz and some 150 pixels.
    assert steeper["spontaneous"] < 0.2
    assert steeper["evoked"] > 1.1
    assert at_threshold["spontaneous"] == pytest.approx(1)
    assert at_threshold["evoked"] > 1.1
    ratios = [each["signal_to_noise"] for each in (steeper, at_threshold, louder)]
    assert [ratio == pytest.approx(1) for ratio in ratios] == [False, False, True]
    assert weak["evoked"] < 1
    assert 3.5 < weak["signal_to_noise"] < 4, "nearly quadruples"
    assert 1 < weak["discriminability"] < 1.1, "hardly told better"


def growth(run: model.GainRun) -> dict[str, float]:
    """Return how many times as large each measure is as without oxytocin."""
    names = ("spontaneous", "evoked", "signal_to_noise", "discriminability")
    return {name: float(getattr(run.now, name) / getattr(run.course, name)[0]) for name in names}


def test_the_sentence_on_the_gain_has_the_numbers_of_the_picture() -> None:
    lab = labs.the_gain()
    assert "from 4.99 to 1.08 Hz" in lab.sentence
    assert "from 59.51 to 59.27 Hz" in lab.sentence
    assert "ratio goes from 11.9 to 54.9" in lab.sentence
    assert "goes from 9.6 to 10.6" in lab.sentence
    assert line(lab, "ratio now") == pytest.approx([54.9], abs=0.05)


def test_a_ratio_without_a_denominator_is_not_drawn_to_the_sky() -> None:
    lab = labs.the_gain()
    assert lab.frame["layout"]["annotations[2].text"] == "signal / noise"
    lab.set(background=0, slope=2)
    assert line(lab, "ratio").max() == labs.LARGEST_RATIO
    assert lab.frame["layout"]["annotations[2].text"] == "signal / noise (drawn to 1,000)"
    assert "to more than 1,000" in lab.sentence
    assert "the background goes from below 0.01 to below 0.01 Hz" in lab.sentence


def test_a_control_that_does_nothing_is_told_to() -> None:
    lab = labs.the_gain()
    needs = {each["name"]: each["only_with"] for each in lab.controls if each["only_with"]}
    assert needs.keys() == {"gain_change", "tonic_inhibition", "depression"}
    ranges = lab.parameters.specifications()
    for mechanism in model.gain.MECHANISMS:
        for name in [each["name"] for each in lab.controls if each["name"] not in ("oxytocin", "mechanism")]:
            lab = at(labs.the_gain, mechanism=mechanism)
            before = lab.frame["traces"]
            lab.set(**{name: ranges[name].high})
            counts = name not in needs or mechanism in needs[name]["at"]
            assert (lab.frame["traces"] != before) == counts, (mechanism, name)


def test_the_dots_stand_on_the_curve() -> None:
    for mechanism in model.gain.MECHANISMS:
        lab = at(labs.the_gain, mechanism=mechanism, oxytocin=0.5)
        expected = model.firing_rate(line(lab, "now", "x"), lab.parameters)
        np.testing.assert_allclose(line(lab, "now"), expected, rtol=1e-5)


# Seventeen people


def test_the_marks_are_the_studies_and_the_bars_end_at_their_shares() -> None:
    lab = labs.seventeen_people()
    run, bars = lab.result, line(lab, "found")
    assert bars.shape == (50, 4)
    np.testing.assert_allclose(bars.sum(axis=1), 100, rtol=1e-5)
    shares = run.shares
    np.testing.assert_allclose(bars[-1], [100 * getattr(shares, key) for key in labs.OUTCOMES], rtol=1e-5)
    first = run.significant_24[:20] & ~run.significant_48[:20]
    assert bars[0, 1] == pytest.approx(100 * first.mean())
    limit = np.abs(line(lab, "limit 24", "x")).max()
    assert np.abs(line(lab, "only_24", "x")).min() >= limit - 1e-5
    assert np.abs(line(lab, "only_24")).max() <= limit + 1e-5
    assert sum(line(lab, key).size for key in labs.OUTCOMES) == 1000


def test_the_sentence_on_chance_has_simulated_and_exact_shares() -> None:
    lab = labs.seventeen_people()
    assert re.search(r"24 IU but not 48 1\d\.\d % \(in theory 17\.2\)", lab.sentence)
    assert "(in theory 5.0)" in lab.sentence
    assert "every difference between them is chance" in lab.sentence
    assert "The two doses truly differ." in at(labs.seventeen_people, "A real difference").sentence


def test_the_stories_of_chance_end_where_they_say() -> None:
    chances = {
        name: labs.exact(at(labs.seventeen_people, name).parameters) for name in labs.seventeen_people().preset_names
    }
    assert chances["One true effect"].exactly_one == pytest.approx(0.345, abs=0.002)
    assert chances["More people"].exactly_one < 0.1
    assert chances["More people"].between == pytest.approx(0.05, abs=1e-4)
    assert chances["Nothing there"].neither > 0.9
    assert 0.3 < chances["A real difference"].between < 0.7
    assert chances["Nothing shared"].exactly_one == pytest.approx(0.5, abs=0.002)


def test_no_chance_is_said_to_be_all_or_nothing_and_no_share_to_be_all_that_is_not() -> None:
    lab = at(labs.seventeen_people, effect_24=1.5)
    assert "99.6 % also find that the doses differ" in lab.sentence
    lab.set(effect_48=1.5)
    assert "both doses 100.0 % (in theory more than 99.9)" in lab.sentence
    assert "neither 0.0 % (in theory less than 0.1)" in lab.sentence
    lab.set(effect_24=1.3, effect_48=1.3, studies=5000)
    assert 0 < lab.result.shares.neither < 0.0005
    assert "neither less than 0.1 % (in theory less than 0.1)" in lab.sentence


def test_no_mixed_result_is_said_to_be_none() -> None:
    lab = at(labs.seventeen_people, participants=100, effect_24=1.5, effect_48=1.5, studies=100)
    assert "No study finds 24 but not 48 IU." in lab.sentence
