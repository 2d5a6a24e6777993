"""What the pictures and sentences of theme 2 show."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from intimacy.labs import emotional_resonance as labs
from intimacy.models import emotional_resonance as model
from intimacy.widgets import Lab
from sweep import at, unpacked

LABS = {each.__name__: each for each in (labs.in_step, labs.who_follows, labs.is_that_synchrony, labs.the_crowd)}


def points(lab: Lab, key: str) -> np.ndarray:
    """Return the points of a trace as r exp(iθ), θ from the top to the right, rows as rows."""
    x, y = (unpacked(lab.frame["traces"][key][axis]) for axis in "xy")
    return np.asarray(y + 1j * x, dtype=np.complex128)


@pytest.mark.parametrize("name", LABS)
def test_a_dial_is_round_and_a_frame_is_light(name: str) -> None:
    lab = LABS[name]()
    layout = lab.figure["layout"]
    dials = {shape["xref"][1:] for shape in layout["shapes"] if shape["type"] == "circle"}
    assert dials
    for dial in dials:
        across, up = layout[f"xaxis{dial}"], layout[f"yaxis{dial}"]
        assert across["range"] == up["range"]
        assert up["scaleanchor"] == f"x{dial}"
        assert across["constrain"] == up["constrain"] == "domain"
    values = [value for arrays in lab.frame["traces"].values() for value in arrays.values()]
    assert sum(unpacked(value).nbytes for value in values) < 150_000


# Two clocks


def test_the_hands_point_to_the_phases_and_the_arc_goes_from_j_to_i() -> None:
    lab = at(labs.in_step, detuning=5)
    run = lab.result
    stops = np.arange(501) * 4  # a picture every 0.04 s, a sample every 0.01 s
    for person, phase in (("i", run.phase_i), ("j", run.phase_j)):
        hand = points(lab, f"hand {person}")
        np.testing.assert_allclose(hand[:, 1] / np.abs(hand[:, 1]), np.exp(1j * phase[stops]), atol=1e-5)
        assert np.all(hand[:, 0] == 0)
    arc = points(lab, "arc")
    np.testing.assert_allclose(np.angle(arc[:, 0] * np.exp(-1j * run.phase_j[stops])), 0, atol=1e-5)
    np.testing.assert_allclose(np.angle(arc[:, -1] * np.exp(-1j * run.phase_i[stops])), 0, atol=1e-5)
    turned = np.angle(arc[:, 1:] / arc[:, :-1]).sum(axis=1)
    assert np.all(np.abs(turned) <= math.pi + 1e-4), "the arc takes the short way"


@pytest.mark.parametrize("window", [0.5, 2, 5])
def test_the_arrow_is_the_mean_of_the_window_and_its_length_the_plv(window: float) -> None:
    lab = at(labs.in_step, window=window, detuning=4, noise=1)
    run, arrow = lab.result, points(lab, "mean")[:, 1]
    stops = np.arange(501) * 0.04
    full = stops >= run.window_end[0]
    at_stops = np.searchsorted(run.window_end, stops[full] - 1e-9)
    np.testing.assert_allclose(np.abs(arrow[full]), run.sliding_plv[at_stops], atol=1e-5)
    assert np.abs(arrow[0]) == pytest.approx(1, abs=1e-6), "one difference alone has a value of 1"
    dots = points(lab, "differences")
    np.testing.assert_allclose(np.abs(dots), 1, atol=1e-6)
    assert np.abs(dots[-1].mean() - arrow[-1]) < 0.15


def test_a_line_against_the_metronome_is_flat_at_the_middle_tempo_and_climbs_as_the_sentence_says() -> None:
    lab = at(labs.in_step, "Only j follows", noise=0)
    fast = 2 + 1 / math.tau
    for person in "ij":
        seconds, turns = (unpacked(lab.frame["traces"][f"gained {person}"][axis]) for axis in "xy")
        half = len(seconds) // 2
        assert (turns[-1] - turns[half]) / (seconds[-1] - seconds[half]) == pytest.approx(fast - 2, abs=1e-4)
    assert "both would beat 2.16 times a second, with i ahead by 30° (39 ms)" in lab.sentence
    assert "they beat 2.16 and 2.16 times a second" in lab.sentence


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"detuning": 5}, "less than the difference of 5.0, so they do not lock"),
        ({"detuning": 4}, "enough to lock"),
        ({"detuning": 4}, "i ahead by 90°"),
        ({"i_follows_j": 0, "j_follows_i": 0}, "Neither listens"),
        ({"detuning": 8, "tempo": 0.5, "i_follows_j": 8, "j_follows_i": 0}, "i ahead by 90°. In this run"),
        ({"detuning": 8, "tempo": 0.5, "i_follows_j": 8, "j_follows_i": 0}, "both would beat −0.14 times a second"),
        ({"detuning": 0}, "with neither ahead. In this run"),
        ({"detuning": 0.1, "i_follows_j": 8, "j_follows_i": 8}, "with i ahead by 0.4° (0.5 ms). In this run"),
        ({}, "neither has gained a whole turn on the other"),
    ],
)
def test_the_sentence_on_two_clocks_knows_whether_they_lock(values: dict[str, float], said: str) -> None:
    assert said in at(labs.in_step, **values).sentence


def test_just_too_weak_means_that_they_nearly_lock_and_slip() -> None:
    run = at(labs.in_step, "Just too weak").result
    assert run.slips >= 2
    assert run.sliding_plv.max() > 0.98
    assert run.sliding_plv.min() < 0.2
    assert "one has gained 2 whole turns on the other" in at(labs.in_step, "Just too weak").sentence


def test_a_sliding_window_is_far_above_0_where_nobody_listens() -> None:
    lab = at(labs.in_step, "Nobody listens")
    assert lab.result.sliding_plv.mean() > 0.15
    assert "0.00 in an endless run" in lab.sentence
    noisy = at(labs.in_step, "Equal but noisy")
    assert noisy.result.sliding_plv.max() > 0.7
    assert model.stationary_plv(noisy.parameters) < 0.3


# Four rhythms


def test_the_stories_of_the_dyad_lead_where_they_say() -> None:
    tempi = {name: at(labs.who_follows, name).result.tempi for name in labs.who_follows().preset_names}
    assert tempi["Mutual"] == pytest.approx((2, 2), abs=0.02)
    assert min(tempi["Following"]) > 2.03, "both near the 2.08 of i"
    assert max(tempi["Loose within j"]) < 1.98, "both near the 1.92 of j"
    alone = (2 + 1 / (4 * math.pi), 2 - 1 / (4 * math.pi))
    assert tempi["Leading and leading"] == pytest.approx(alone, abs=0.03)


def test_the_presets_of_the_dyad_are_those_of_the_model() -> None:
    for name, dyad in (
        ("Mutual", model.MUTUAL),
        ("Following", model.FOLLOWING),
        ("Leading and leading", model.LEADING_LEADING),
    ):
        assert at(labs.who_follows, name).parameters == dyad.replace(duration=labs.DYAD_SECONDS)


def test_the_draw_at_the_start_tells_the_stories_apart_and_is_no_rare_one() -> None:
    outside = {
        "Mutual": {0, 2},
        "Following": {0},
        "Leading and leading": set(),
        "Loose within j": {2},
    }
    for name, beyond in outside.items():
        lab = at(labs.who_follows, name)
        bars, limit = (unpacked(lab.frame["traces"][key]["y"]) for key in ("correlations", "band"))
        assert {place for place in (0, 2) if bars[place] > limit.max()} == beyond
        draws = []
        for seed in range(24):
            lab.set(seed=seed)
            draws.append(unpacked(lab.frame["traces"]["correlations"]["y"]))
        assert np.all(np.abs(bars - np.mean(draws, axis=0)) < 1.6 * np.std(draws, axis=0)), name
        if name == "Mutual":  # as the notes for the teacher say
            assert np.mean(draws, axis=0)[[0, 2]] == pytest.approx([0.15, 0.15], abs=0.03)
            assert limit.max() > 0.18


def test_without_noise_no_grey_band_is_named() -> None:
    words = [at(labs.who_follows, noise=noise).frame["layout"]["annotations[5].text"] for noise in (0.1, 0)]
    assert words == ["grey: unrelated taps, 95 %", "no noise, nothing to compare"]
    assert np.ptp(unpacked(at(labs.who_follows, noise=0).frame["traces"]["band"]["y"])) == 0


@pytest.mark.parametrize("make", [labs.in_step, labs.who_follows])
def test_a_story_speaks_of_thin_lines_as_only_one_of_them_is_dotted(make: Callable[[], Lab]) -> None:
    assert "dotted" not in " ".join(each["story"] for each in make().presets)


def test_the_bars_are_the_correlations_of_the_taps_and_the_band_is_where_unrelated_ones_lie() -> None:
    lab = at(labs.who_follows, "Following")
    taps = [model.tap_times(lab.result.seconds, phase)[4:] for phase in (lab.result.action_i, lab.result.action_j)]
    expected = model.interval_correlations(*taps)
    np.testing.assert_allclose(unpacked(lab.frame["traces"]["correlations"]["y"]), expected, atol=1e-6)
    limit = unpacked(lab.frame["traces"]["band"]["y"]).max()
    draws = np.random.default_rng(0)
    count = min(len(each) for each in taps)
    unrelated = [
        model.interval_correlations(*draws.normal(0.5, 0.03, (2, count)).cumsum(axis=1))[0] for _ in range(2000)
    ]
    assert np.mean(np.abs(unrelated) > limit) == pytest.approx(0.05, abs=0.015)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"noise": 0}, "Without noise there is nothing to correct"),
        ({"within_j": 0}, "With a coupling of 0 the four rhythms need not share a tempo"),
        ({"i_hears_j": 0.1, "j_hears_i": 0.1}, "They hardly lock"),
    ],
)
def test_the_sentence_on_the_dyad_says_what_cannot_be_said(values: dict[str, float], said: str) -> None:
    assert said in at(labs.who_follows, **values).sentence


# Is that synchrony?


def test_shared_music_and_true_coupling_look_alike() -> None:
    music, coupled = (at(labs.is_that_synchrony, name) for name in ("Shared music", "True coupling"))
    assert music.result.mean_plv == pytest.approx(coupled.result.mean_plv, abs=0.02)
    for lab in (music, coupled):
        assert "surrogates cannot say whether it is shared input or coupling" in lab.sentence
    assert "both have input in common, and nobody follows" in music.sentence
    assert "each pulls the other" in coupled.sentence


def test_strangers_are_called_chance_and_sometimes_a_false_alarm() -> None:
    lab = labs.is_that_synchrony()
    verdicts = []
    for seed in range(60):
        lab.set(seed=seed)
        verdicts.append("false alarm" in lab.sentence)
        assert verdicts[-1] != ("this may be chance" in lab.sentence)
    assert 0 < sum(verdicts) <= 9


def test_without_surrogates_nothing_is_compared() -> None:
    lab = at(labs.is_that_synchrony, surrogate=False)
    assert "You compare it with nothing" in lab.sentence
    for key in ("surrogates", "limit"):
        assert all(unpacked(value).size == 0 for value in lab.frame["traces"][key].values())


def test_the_arrow_of_an_epoch_starts_at_1_and_ends_at_its_value() -> None:
    lab = at(labs.is_that_synchrony, epoch=5)
    arrow = np.abs(points(lab, "mean")[:, 1])
    assert arrow[0] == pytest.approx(1, abs=1e-5)
    assert arrow[-1] == pytest.approx(lab.result.plv[0], abs=1e-5)
    steps = unpacked(lab.frame["traces"]["epochs"]["y"])
    assert steps.max() == 1
    assert unpacked(lab.frame["traces"]["mean value"]["x"]) == pytest.approx(lab.result.mean_plv)


# A crowd


@pytest.mark.parametrize("people", [10, 200, 1010])
def test_the_film_of_the_crowd_holds_a_picture_per_stop(people: int) -> None:
    lab = at(labs.the_crowd, people=people, coupling=2)
    assert points(lab, "people").shape == (101, min(people, 120))
    assert len(points(lab, "mean")) == 101
    said = "Every one of them is drawn" if people <= 120 else "120 of the people are drawn as dots"
    assert said in lab.sentence


@pytest.mark.parametrize(("coupling", "side"), [(0.9, "below"), (1, "at"), (1.1, "above")])
def test_the_sentence_on_the_crowd_knows_its_tipping_point(coupling: float, side: str) -> None:
    assert f"are {side} the tipping point of 1 rad/s." in at(labs.the_crowd, coupling=coupling).sentence


def test_a_crowd_of_thousands_is_counted_as_a_person_would() -> None:
    assert "10,000 people with a coupling" in at(labs.the_crowd, "Ten thousand").sentence


def test_the_stories_of_the_crowd_end_where_they_say() -> None:
    orders = {name: at(labs.the_crowd, name).result.order for name in labs.the_crowd().preset_names}
    assert orders["Above the point"][:30].mean() < 0.1
    assert orders["Above the point"][-50:].mean() == pytest.approx(math.sqrt(1 / 3), abs=0.08)
    assert orders["Below the point"].max() < 0.3
    assert orders["Falling apart"][0] == pytest.approx(1)
    assert orders["Falling apart"][-50:].mean() < 0.2
    assert orders["Ten people"].mean() > 0.2
    assert orders["Ten thousand"][-30:].mean() == pytest.approx(math.sqrt(1 / 3), abs=0.03)
