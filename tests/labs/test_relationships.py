"""What the pictures and sentences of theme 9 on influence, ties and co-regulation show."""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import networkx as nx
import numpy as np
import pytest

from intimacy.labs import relationships as labs
from intimacy.labs.relationships import influence as influence_labs
from intimacy.labs.relationships import love as love_labs
from intimacy.labs.relationships.coregulation import LOUDEST
from intimacy.labs.relationships.shared import SAFE, listed, percent, ribbons
from intimacy.models import relationships as model
from intimacy.parameters import signed
from sweep import at, scattered, trace, unpacked

LABS = {
    each.__name__: each for each in (labs.where_it_ends, labs.one_bad_day, labs.ties_over_time, labs.calmer_or_louder)
}
HEAVIEST = {
    "where_it_ends": {"damping": 0.5, "damping_trigger": 1.0},
    "one_bad_day": {"constellation": "everyone", "people": 8},
    "ties_over_time": {"people": 6},
    "calmer_or_louder": {"group": "everyone", "people": 8},
}


def number(text: str) -> float:
    """Read a number as the labs write it."""
    return float(text.replace("−", "-"))


@pytest.mark.parametrize("name", LABS)
def test_the_heaviest_frame_is_light(name: str) -> None:
    lab = at(LABS[name], **HEAVIEST[name])
    values = [value for arrays in lab.frame["traces"].values() for value in arrays.values()]
    assert sum(unpacked(value).nbytes for value in values if not isinstance(value, list)) < 150_000


@pytest.mark.parametrize("name", LABS)
def test_every_lab_says_that_it_is_for_people_who_are_safe(name: str) -> None:
    lab = LABS[name]()
    assert "Teaching model. Not advice" in lab.note
    assert SAFE in lab.note
    assert "does not apply to violence" in SAFE
    assert "not advice to stay" in SAFE


def test_words_of_the_labs() -> None:
    assert [percent(each) for each in (0, 0.001, 0.4, 1)] == ["0 %", "below 1 %", "40 %", "100 %"]
    assert [listed(each) for each in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
    assert listed(["a", "b", "c"], "or") == "a, b or c"


def test_ribbons_enclose_the_ties_and_nothing_else() -> None:
    places = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]])
    path = ribbons(places, [(0, 1), (0, 2)], 0.1)
    x, y = path["x"], path["y"]
    area = abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2
    assert area == pytest.approx(0.1 * (2 + math.sqrt(2)))


# Two people


@pytest.mark.parametrize(
    "values",
    [{}, {"repair": 0.45}, {"inertia": 0.75}, {"j_positive": 0.75, "j_negative": 1.5}, {"shape": "bilinear"}],
)
def test_the_map_is_coloured_by_where_each_start_leads(values: dict[str, Any]) -> None:
    lab = at(labs.where_it_ends, **values)
    run, drawn = lab.result, trace(lab, "map")
    assert drawn["z"].shape == (model.GRID, model.GRID)
    np.testing.assert_allclose(drawn["z"], np.clip(run.level / influence_labs.FULL_COLOUR, -1, 1), atol=1e-6)
    for row, column in ((0, 0), (60, 60), (14, 42), (42, 14)):
        chosen = lab.parameters.replace(start_i=float(run.axis[column]), start_j=float(run.axis[row]))
        end = model.conversation(chosen, 400)[-1].mean()
        assert drawn["z"][row, column] == pytest.approx(np.clip(end / 1.5, -1, 1), abs=1e-3)


def test_dots_lie_where_the_null_clines_meet_and_hold() -> None:
    lab = at(labs.where_it_ends)
    stays = trace(lab, "stays")
    for i, j in zip(stays["x"], stays["y"], strict=True):
        assert model.null_cline(lab.parameters, 0, j) == pytest.approx(i, abs=1e-6)
        assert model.null_cline(lab.parameters, 1, i) == pytest.approx(j, abs=1e-6)
    assert trace(lab, "repels")["x"].size == 0
    lab.preset("Two slopes")
    np.testing.assert_allclose([trace(lab, "repels")[axis] for axis in "xy"], [[-1], [-1]], atol=1e-6)
    assert trace(lab, "stays")["x"] == pytest.approx([2 / 3])


def test_the_path_is_a_film_of_the_conversation() -> None:
    lab = at(labs.where_it_ends)
    run, path, now = lab.result, trace(lab, "path"), trace(lab, "now")
    for stop in (0, 1, 7, model.TURNS):
        np.testing.assert_allclose(path["x"][stop, : stop + 1], run.affect[: stop + 1, 0], atol=1e-6)
        assert set(path["y"][stop, stop:].tolist()) == {np.float32(run.affect[stop, 1])}
        assert (now["x"][stop, 0], now["y"][stop, 0]) == pytest.approx(tuple(run.affect[stop]))


def test_each_region_is_named_inside_itself_and_no_name_lies_on_another() -> None:
    for lab in scattered(at(labs.where_it_ends), 60):
        run, names = lab.result, trace(lab, "names")
        places = list(zip(names["x"], names["y"], strict=True))
        for x, y in places:
            column, row = (int(np.abs(run.axis - each).argmin()) for each in (x, y))
            text = names["text"][places.index((x, y))]
            index = int(run.leads_to[row, column])
            if text.startswith("→ i"):
                assert signed(run.steady[index].i) in text
                assert signed(run.steady[index].j) in text
            elif text.startswith("→"):
                assert number(text[2:]) == pytest.approx(run.steady[index].i, abs=0.006)
            else:
                assert index == -1
                assert (text == "runs away") == (abs(run.level[row, column]) >= model.BOUND - 1)
        named = {int(run.leads_to[np.abs(run.axis - y).argmin(), np.abs(run.axis - x).argmin()]) for x, y in places}
        assert named == {index for index in range(-1, len(run.steady)) if (run.leads_to == index).mean() >= 0.03}


@pytest.mark.parametrize("preset", [each["name"] for each in labs.where_it_ends().presets])
def test_no_null_cline_crosses_a_name(preset: str) -> None:
    lab = at(labs.where_it_ends, preset)
    names = trace(lab, "names")
    for x, y, text in zip(names["x"], names["y"], names["text"], strict=True):
        lines = text.split("<br>")
        # A letter of the map is about 0.13 wide, half of that each way, and a line 0.4 high.
        half_wide, half_high = 0.065 * max(map(len, lines)), 0.2 * len(lines)
        for key in ("null cline i", "null cline j"):
            cline = trace(lab, key)
            corners = np.column_stack([cline["x"], cline["y"]])
            shares = np.linspace(0, 1, 400)[:, np.newaxis, np.newaxis]
            along = corners[:-1] + shares * np.diff(corners, axis=0)
            inside = (np.abs(along[..., 0] - x) < half_wide) & (np.abs(along[..., 1] - y) < half_high)
            assert not inside.any(), f"{key} crosses {text!r}"


def test_controls_that_do_nothing_at_a_shape_are_fixed() -> None:
    lab = at(labs.where_it_ends)
    for shape in ("ojive", "bilinear"):
        lab.set(shape=shape)
        before = lab.result
        for control in lab.controls:
            needs = control["only_with"]
            if needs is None or shape in needs["at"]:
                continue
            for end in (control["low"], control["high"]):
                run = model.simulate_influence(lab.parameters.replace(**{control["name"]: end}))
                np.testing.assert_array_equal(run.affect, before.affect)
                np.testing.assert_array_equal(run.level, before.level)
    slopes = {"positive_slope", "negative_slope"}
    assert {each["name"] for each in lab.controls if (each["only_with"] or {}).get("at") == ["bilinear"]} == slopes


def test_who_runs_away_is_said_so_and_how_far_the_model_goes() -> None:
    lab = at(labs.where_it_ends, "Two slopes")
    lab.set(start_i=-3, start_j=-3)
    assert "they run away, beyond −100, where the model stops." in lab.sentence
    assert "From 28 % of all starts they run away." in lab.sentence
    assert "settle nowhere" not in lab.sentence
    lab.set(starting_mood=0.1, positive_slope=0.65, start_i=3, start_j=3)
    assert "they run away: after 40 turns i at +80.99 and j at +83.99." in lab.sentence


def test_a_wide_swing_of_steps_is_no_runaway() -> None:
    values = {"starting_mood": -0.1, "inertia": 0.95, "positive_push": 2, "positive_threshold": 1.75}
    values |= {"negative_push": 1.4, "negative_threshold": 0.05, "repair": 0.55, "repair_trigger": 0.45}
    values |= {"damping": 0.65, "damping_trigger": 1.25, "j_positive": 0.95, "j_negative": 0.25, "j_threshold": 1.6}
    lab = at(labs.where_it_ends, **values, start_i=-0.05, start_j=-2.55)
    assert lab.result.affect[-1].min() < -2 * model.REACH
    assert "they settle nowhere and swing on: after 40 turns i at −7.40 and j at +1.42." in lab.sentence


def test_repair_that_the_slider_does_not_reach_is_said_to_be_so() -> None:
    lab = at(labs.where_it_ends, starting_mood=-1)
    assert "any repair above 1.6, more than this lab offers; now it is 0." in lab.sentence
    assert "more than this lab offers" not in at(labs.where_it_ends).sentence


def test_where_they_end_and_what_repair_does_is_told_as_it_is() -> None:
    kinds = set()
    for lab in scattered(at(labs.where_it_ends), 80):
        parameters, run, sentence = lab.parameters, lab.result, lab.sentence
        said = re.search(r"they (end with|run away|settle nowhere)", sentence)[1]
        assert (said == "end with") == (run.end >= 0)
        if run.end < 0:
            assert (said == "run away") == (parameters.shape == "bilinear")
        kinds.add(said)
        if run.end >= 0:
            state = run.steady[run.end]
            assert signed(state.i) in sentence
        count = re.search(r"There (?:is (one|no) steady state|are (\d+) steady states)", sentence)
        assert {"one": 1, "no": 0}.get(count[1], int(count[2] or 0)) == len(run.steady)
        shares = [float(each) for each in re.findall(r"\((?:below )?(\d+) % of all starts\)", sentence)]
        assert len(shares) == sum(state.stable for state in run.steady)
        least = model.least_repair(parameters)
        if parameters.shape == "bilinear":
            assert "do nothing here" in sentence
        elif least is None:
            assert "no formula here" in sentence
        elif least == 0:
            assert "No repair is needed" in sentence
        elif math.isinf(least):
            assert "not that deep" in sentence
            trap = [
                state for state in model.steady_states(parameters.replace(repair=1.5)) if state.i < 0 and state.j < 0
            ]
            assert trap
        else:
            assert number(re.search(r"any repair above ([\d.]+)", sentence)[1]) == pytest.approx(least, rel=1e-3)
            assert ("more than this lab offers" in sentence) == (least >= 1.5)
    assert kinds == {"end with", "run away", "settle nowhere"}


@pytest.mark.parametrize(
    ("preset", "said"),
    [
        ("Three ways to end", "they end with both at −1.33. There are 3 steady states"),
        ("Almost enough repair", "both at −0.58 (20 % of all starts)"),
        ("Enough repair", "There are 2 steady states: both at +0.17 (57 % of all starts) and both at +1.17 (43 %"),
        ("Repair that comes late", "Repair begins only below −1.50, and the trap is not that deep."),
        ("Sensitive to negatives", "The trap goes with any repair above 0.98"),
        ("Slow to react", "both at −3.20 (44 % of all starts), both at +0.40 (9 % of all starts) and both at +2.80"),
        ("Mismatched", "i at +1.17 and j at +0.92 (38 % of all starts)"),
        ("Never fight", "There is one steady state: both at +0.17 (100 % of all starts). No repair is needed"),
        ("Joy is damped", "they settle nowhere and swing on: after 40 turns i at +0.57 and j at +1.12."),
        ("Joy is damped", "From 36 % of all starts they settle nowhere."),
        ("Two slopes", "both at −1.00 (which repels)"),
    ],
)
def test_a_story_of_two_ends_as_it_is_told(preset: str, said: str) -> None:
    assert said in at(labs.where_it_ends, preset).sentence


def test_the_warm_region_does_not_move_with_repair() -> None:
    lab = at(labs.where_it_ends)
    before = lab.result.leads_to == len(lab.result.steady) - 1
    for preset in ("Almost enough repair", "Enough repair"):
        lab.preset(preset)
        np.testing.assert_array_equal(lab.result.leads_to == len(lab.result.steady) - 1, before)


def test_where_joy_is_damped_they_stay_warm_without_a_warm_state() -> None:
    lab = at(labs.where_it_ends, "Joy is damped")
    run = lab.result
    assert max(state.i for state in run.steady) < 0.5
    assert run.level[run.leads_to == -1].min() > 0.5
    assert lab.result.affect.min() > 0
    lab.set(start_i=2, start_j=2)
    assert "they settle nowhere and swing on" in lab.sentence
    assert lab.result.affect[-10:].min() > 0


# A circle


def test_the_people_are_a_film_of_their_affect_and_rings_mark_the_bad_day() -> None:
    lab = at(labs.one_bad_day, "One at the edge")
    people, run = trace(lab, "people"), lab.result
    np.testing.assert_allclose(people["marker.color"], np.clip(run.affect / 1.5, -1, 1), atol=1e-6)
    assert (people["marker.line.width"] > 2).tolist() == run.starts_low.tolist()
    assert people["text"] == ["1", "2", "3", "4", "5"]
    lab.preset("One of three repairs")
    assert trace(lab, "people")["text"] == ["1 R", "2", "3"]


def test_dotted_lines_are_the_steady_states_of_people_who_are_alike() -> None:
    lab = at(labs.one_bad_day)
    levels = [trace(lab, f"{name} level")["y"][0] for name in ("warm", "neutral", "negative")]
    assert levels == pytest.approx([7 / 6, 1 / 6, -4 / 3])
    lab.preset("All three repair")  # the lines stay, as they are those without repair
    assert [trace(lab, f"{name} level")["y"][0] for name in ("warm", "neutral", "negative")] == pytest.approx(levels)
    assert any("dotted: steady states without repair" in each["text"] for each in lab.figure["layout"]["annotations"])
    lab.set(positive_push=0.1)
    assert trace(lab, "warm level")["x"].size == 0


@pytest.mark.parametrize(
    ("preset", "said"),
    [
        ("A triad", "0 are warm, 3 in between and 0 negative"),
        ("A pair", "0 are warm, 0 in between and 2 negative"),
        ("A chosen family of four", "4 are warm, 0 in between and 0 negative"),
        ("Four in a ring", "0 are warm, 4 in between and 0 negative"),
        ("The one in the middle", "0 are warm, 5 in between and 0 negative"),
        ("One at the edge", "5 are warm, 0 in between and 0 negative"),
        ("All had a bad day", "0 are warm, 0 in between and 3 negative"),
        ("One of three repairs", "0 are warm, 1 in between and 2 negative"),
        ("All three repair", "0 are warm, 3 in between and 0 negative"),
    ],
)
def test_a_story_of_a_circle_ends_as_it_is_told(preset: str, said: str) -> None:
    assert said in at(labs.one_bad_day, preset).sentence


def ends_in_every_order(constellation: str, low: int) -> list[float]:
    """Where all end after one bad day, for each order of speaking, told by the plain loop of the notebook."""
    start = at(labs.one_bad_day, constellation=constellation, people=4 if constellation in ("ring", "everyone") else 5)
    p, heard = start.parameters, start.result.ties > 0
    ends = []
    for order in itertools.permutations(range(len(heard))):
        x = np.where(np.arange(len(heard)) == low, p.low, p.warm)
        for _ in range(model.TURNS):
            for person in order:
                others = x[heard[person]]
                push = np.where(others > p.positive_threshold, p.positive_push, 0.0)
                push -= np.where(others < -p.negative_threshold, p.negative_push, 0.0)
                x[person] = p.starting_mood + p.inertia * x[person] + push.mean()
        assert np.ptp(x) < 1e-6
        ends.append(round(float(x[0]), 2))
    return ends


def test_what_is_said_of_a_circle_says_whether_it_hangs_on_who_speaks_when() -> None:
    ring = ends_in_every_order("ring", 3)
    assert (ring.count(1.17), len(ring)) == (16, 24)
    (story,) = (each["story"] for each in labs.one_bad_day().presets if each["name"] == "Four in a ring")
    assert "the last to speak is low" in story
    assert "In 16 of 24 orders of speaking they would end warm." in story
    assert sorted(set(ends_in_every_order("pair", 1))) == [-1.33, 0.17]
    assert sorted(set(ends_in_every_order("triangle", 2))) == [0.17, 1.17]
    assert set(ends_in_every_order("everyone", 3)) == {1.17}
    assert set(ends_in_every_order("star", 4)) == {1.17}
    assert 1.17 not in ends_in_every_order("star", 0)


def test_the_sentence_names_who_is_low_and_when_that_one_speaks() -> None:
    for constellation, who, said in (
        ("triangle", "edge", "person 3, who speaks last, has a bad day"),
        ("triangle", "centre", "person 1, who speaks first, has a bad day"),
        ("chain", "centre", "person 2, who speaks after person 1, has a bad day"),
        ("ring", "everyone", "all have a bad day"),
        ("ring", "nobody", "nobody has a bad day"),
    ):
        assert said in at(labs.one_bad_day, constellation=constellation, who_is_low=who).sentence
    assert "affect is +0.17 for all." in at(labs.one_bad_day).sentence
    assert "on average, from −0.58 to +0.50" in at(labs.one_bad_day, "One of three repairs").sentence


def test_who_ends_where_is_counted_as_it_is() -> None:
    for lab in scattered(at(labs.one_bad_day), 60):
        run, p = lab.result, lab.parameters
        warm = int((run.affect[-1] > p.positive_threshold).sum())
        negative = int((run.affect[-1] < -p.negative_threshold).sum())
        count = len(run.starts_low)
        assert f"{warm} are warm, {count - warm - negative} in between and {negative} negative" in lab.sentence
        assert f"{count} people, {int((run.ties > 0).sum()) // 2} tie" in lab.sentence
        assert ("nobody repairs" in lab.sentence) == (p.repair == 0 or not run.repairs.any())


# Ties


def test_the_beads_are_a_film_of_the_feelings() -> None:
    lab = at(labs.ties_over_time, "Pairing off")
    beads, run = trace(lab, "feelings"), lab.result
    every = round(love_labs.MONTHS_PER_STOP / model.MONTHS_PER_SAMPLE)
    assert run.months[every] == love_labs.MONTHS_PER_STOP
    top = lab.frame["layout"]["yaxis.range"][1]
    for feeling in (0, 3, 7):
        bead = feeling * love_labs.BEADS
        share = run.feeling[::every, feeling] / top
        shade = np.sign(share) * np.sqrt(np.abs(share))
        np.testing.assert_allclose(beads["marker.color"][:, bead], shade, atol=1e-5)
        assert ((beads["marker.line.width"][:, bead] > 1) == (share < -0.005)).all()
        start = trace(lab, "people")
        one, other = run.ties[feeling]
        near = np.hypot(beads["x"][bead] - start["x"][one], beads["y"][bead] - start["y"][one])
        far = np.hypot(beads["x"][bead] - start["x"][other], beads["y"][bead] - start["y"][other])
        assert near < far / 3


@pytest.mark.parametrize(
    ("people", "constellation", "graph"),
    [
        (2, "ring", nx.path_graph(2)),
        (6, "everyone", nx.complete_graph(6)),
        (5, "star", nx.star_graph(4)),
        (4, "ring", nx.cycle_graph(4)),
    ],
)
def test_ties_are_those_of_the_constellation(people: int, constellation: str, graph: nx.Graph) -> None:
    lab = at(labs.ties_over_time, people=people, constellation=constellation)
    assert f"{people} people, {graph.number_of_edges()} tie" in lab.sentence
    assert len(trace(lab, "feelings")["x"]) == 2 * graph.number_of_edges() * love_labs.BEADS
    assert len(trace(lab, "ties")["x"]) == 7 * graph.number_of_edges()


def test_marks_stand_on_the_side_of_what_they_do() -> None:
    seen = set()
    for lab in scattered(at(labs.ties_over_time), 70):
        values = lab.result.eigenvalues
        total = 0
        for key in ("calm modes", "swinging modes", "growing modes"):
            marks = trace(lab, key)
            total += len(marks["x"])
            if len(marks["x"]):
                seen.add(key)
                assert (marks["x"] > 0).all() == (key == "growing modes")
                if key != "growing modes":
                    assert (np.abs(marks["y"]) > 1e-7).all() == (key == "swinging modes")
        assert total == len(values)
    assert len(seen) == 3


def test_what_becomes_of_ties_is_told_as_it_is() -> None:
    kinds = set()
    for lab in scattered(at(labs.ties_over_time), 70):
        run, sentence = lab.result, lab.sentence
        straight = lab.values["return_shape"] == "linear" and lab.values["first_shape"] in ("same", "linear")
        if not straight and not np.isfinite(run.steady).all():
            assert "nothing has come to rest yet" in sentence
            kinds.add("unsettled")
            continue
        assert f"The equations say: it {model.FATES[run.fate]}." in sentence
        kinds.add(run.fate)
        found = re.search(r"(doubles|halves) every (\S+) months", sentence)
        if found:
            assert (found[1] == "doubles") == (run.eigenvalues[0].real > 0)
            assert float(found[2]) == pytest.approx(math.log(2) / abs(run.eigenvalues[0].real), rel=0.01)
        if run.fate in ("settles", "swings") and straight:
            late = run.feeling[-1] - run.steady
            start = run.feeling[0] - run.steady
            slow = math.exp(run.eigenvalues[0].real * model.MONTHS)
            assert np.abs(late).max() <= 60 * slow * np.abs(start).max() + 1e-9
    assert {"settles", "swings", "away", "unsettled"} <= kinds


@pytest.mark.parametrize(
    ("preset", "said"),
    [
        (
            "Two friends",
            "The equations say: it settles. In the end a small disturbance halves every 1.39 months. At rest all",
        ),
        ("A couple that catches fire", "runs away. In the end a small disturbance doubles every 3.47 months."),
        ("The same, with bounds", "The equations say: it settles."),
        ("One comes, one goes", "The equations say: it settles, swinging."),
        ("Ties that support each other", "At rest all stay at +3.33."),
        ("Ties that compete", "At rest all stay at +1.11."),
        ("Pairing off", "At rest each feeling stays at −1.97 or +3.99."),
        ("Pairing off", "the mean over all ties is +0.03, from −1.90 to +3.87."),
        ("A chosen family", "6 people, 15 ties."),
        ("One in the middle", "At rest each feeling stays at +1.43 or +1.71."),
        ("Caricature: one retreats", "The equations say: it settles, swinging."),
        ("Caricature: holding on", "At rest all stay at +4.32."),
    ],
)
def test_a_story_of_ties_ends_as_it_is_told(preset: str, said: str) -> None:
    assert said in at(labs.ties_over_time, preset).sentence


def test_what_is_drawn_of_a_runaway_leaves_the_picture() -> None:
    lab = at(labs.ties_over_time, "A couple that catches fire")
    top = lab.frame["layout"]["yaxis.range"][1]
    assert top == love_labs.HIGHEST
    np.testing.assert_allclose(trace(lab, "one")["y"], lab.result.feeling[:, 0], rtol=1e-6)
    assert np.abs(trace(lab, "feelings")["marker.color"]).max() <= 1
    assert lab.result.feeling[-1, 0] > 500
    assert "person 1 feels more than +16 for person 2, and 2 feels more than +16 for 1." in lab.sentence
    assert lab.frame["layout"]["annotations[1].text"].startswith("beyond 16 not drawn")
    assert "not drawn" not in at(labs.ties_over_time).frame["layout"]["annotations[1].text"]
    lab = at(labs.ties_over_time, people=6, return_rate=1.2, cross_tie=0.5)
    assert "over all ties the coolest is less than −16 and the warmest more than +16." in lab.sentence
    lab = at(labs.ties_over_time, people=4, return_rate=1.5, cross_tie=0.5)  # the ends run away, and the mean does not
    assert np.abs(lab.result.feeling).max() > 1e3 * love_labs.HIGHEST
    np.testing.assert_allclose(trace(lab, "mean")["y"], lab.result.feeling.mean(axis=1), atol=1e-3)


def test_where_it_swings_the_swing_is_to_be_seen() -> None:
    lab = at(labs.ties_over_time, "One comes, one goes")
    low, high = lab.frame["layout"]["yaxis.range"]
    for feeling, rest in zip(lab.result.feeling.T, lab.result.steady, strict=True):
        assert np.ptp(feeling) > 0.4 * (high - low)
        late = feeling[lab.result.months > 1]
        assert late.min() < rest < late.max()


def test_of_two_feelings_the_warmest_and_the_coolest_are_not_drawn_twice() -> None:
    lab = at(labs.ties_over_time)
    assert [trace(lab, key)["x"].size for key in ("warmest", "coolest")] == [0, 0]
    assert lab.frame["layout"]["annotations[1].text"] == "bold: mean"
    lab.set(people=3)
    assert (trace(lab, "warmest")["y"] >= trace(lab, "coolest")["y"]).all()
    assert lab.frame["layout"]["annotations[1].text"] == "bold: mean, dotted: warmest, coolest"


def test_marks_at_the_end_of_the_strip_are_whole_and_few() -> None:
    low, high = labs.ties_over_time().figure["layout"]["xaxis3"]["range"]
    for values in ({"forgetting": 3}, {"return_rate": -1.5}, {"return_rate": 1.5}):
        lab = at(labs.ties_over_time, **values)
        assert low < lab.result.eigenvalues.real.min()
        assert lab.result.eigenvalues.real.max() < high
    marks = {each["meta"]: each for each in labs.ties_over_time().figure["data"]}
    assert not any(marks[f"{kind} modes"]["cliponaxis"] for kind in ("calm", "swinging", "growing"))


def test_what_does_nothing_in_a_constellation_is_said_to_do_nothing() -> None:
    idle = {
        "so σ does nothing": {"cross_tie": 0.4},
        "Two people have one tie in every constellation": {"constellation": "star"},
        "so their scale does nothing": {"scale": 3.0},
    }
    start = at(labs.ties_over_time)
    for words, values in idle.items():
        lab = at(labs.ties_over_time, **values)
        assert words in lab.sentence
        assert words not in start.sentence
        np.testing.assert_array_equal(lab.result.feeling, start.result.feeling)
    busy = at(labs.ties_over_time, people=3, cross_tie=0.4, constellation="star", scale=3.0, first_shape="bounded")
    assert not [words for words in idle if words in busy.sentence]


def test_caricatures_are_called_so() -> None:
    for each in labs.ties_over_time().presets:
        if each["name"].startswith("Caricature"):
            assert "no type of person" in each["story"]
        assert not re.search(r"anxious|avoidant|secure", each["name"] + each["story"])


# Co-regulation


def test_two_bars_are_two_readings_of_one_run() -> None:
    lab = at(labs.calmer_or_louder, "In unison and calmer")
    calmer = [trace(lab, key)["x"][0] for key in ("in step", "growth", "growth alone")]
    assert calmer == pytest.approx([1, -0.025, -0.05], abs=1e-3)
    lab.preset("In unison and louder")
    louder = [trace(lab, key)["x"][0] for key in ("in step", "growth", "growth alone")]
    assert louder == pytest.approx([1, 0.01, -0.05], abs=1e-3)
    lab.preset("Soothed together")
    assert trace(lab, "growth")["x"][0] == pytest.approx(-0.075)


def test_the_mark_of_one_alone_is_whole_at_the_end_of_its_strip() -> None:
    lab = at(labs.calmer_or_louder, damping=1)
    (mark,) = (each for each in lab.figure["data"] if each["meta"] == "growth alone")
    assert not mark["cliponaxis"]
    assert lab.figure["layout"]["xaxis4"]["range"][0] < trace(lab, "growth alone")["x"][0] < -0.09


def test_the_people_are_a_film_of_their_arousal() -> None:
    lab = at(labs.calmer_or_louder, "A V")
    people, run = trace(lab, "people"), lab.result
    top = lab.frame["layout"]["yaxis.range"][1]
    np.testing.assert_allclose(people["marker.color"] * top, run.arousal[::2], atol=1e-5)
    for person in range(3):
        np.testing.assert_allclose(trace(lab, f"person {person + 1}")["y"], run.arousal[:, person], atol=1e-6)
    assert trace(lab, "person 4")["x"].size == 0


def test_the_dots_are_one_who_is_alone() -> None:
    lab = at(labs.calmer_or_louder)
    dots = trace(lab, "alone")
    swing, half = math.tau / 20, 0.05
    turn = math.sqrt(swing**2 - half**2)
    t = dots["x"].astype(float)
    np.testing.assert_allclose(
        dots["y"], np.exp(-half * t) * (np.cos(turn * t) + half / turn * np.sin(turn * t)), atol=1e-5
    )
    lab.preset("Nothing passes")
    np.testing.assert_allclose(trace(lab, "person 1")["y"], trace(lab, "alone")["y"], atol=1e-6)
    assert "Nobody is moved by anybody." in lab.sentence


def test_what_is_louder_than_the_picture_is_cut_and_said() -> None:
    lab = at(labs.calmer_or_louder, "Five, everyone with everyone")
    assert np.abs(trace(lab, "person 1")["y"]).max() > lab.frame["layout"]["yaxis.range"][1] >= LOUDEST
    assert np.abs(trace(lab, "people")["marker.color"]).max() <= 1
    assert lab.frame["layout"]["annotations[5].text"] == "beyond 4 not drawn"
    assert at(labs.calmer_or_louder).frame["layout"]["annotations[5].text"] == ""


@pytest.mark.parametrize(
    ("group", "low"),
    [
        ("pair", "−0.1"),
        ("triangle", "−0.1"),
        ("everyone", "−0.1"),
        ("v", "−0.07071"),
        ("quad", "−0.05"),
        ("star", "−0.05"),
    ],
)
def test_to_move_against_each_other_has_its_limit_too(group: str, low: str) -> None:
    assert f"or below {low} /s, from some start." in at(labs.calmer_or_louder, group=group).sentence
    assert "for any γ but 0" in at(labs.calmer_or_louder, group=group, damping=0).sentence


def test_whether_they_calm_is_told_as_it_is() -> None:
    kinds, tried = set(), set()
    for lab in scattered(at(labs.calmer_or_louder), 60):
        run, sentence = lab.result, lab.sentence
        found = re.search(
            r"In the end arousal (halves every (\S+) s|doubles every (\S+) s|neither grows nor fades)", sentence
        )
        kinds.add(found[1].split()[0])
        if found[2]:
            assert float(found[2]) == pytest.approx(math.log(2) / -run.growth_here, abs=0.06)
        if found[3]:
            assert float(found[3]) == pytest.approx(math.log(2) / run.growth_here, abs=0.06)
        assert ("From another start" in sentence) == (run.growth - run.growth_here > 1e-6)
        if "they are in step" in sentence:
            assert run.in_step > 0.8
        if "they are in turn" in sentence:
            assert run.in_step < -0.8
        assert ("grows for any γ" in sentence) == (lab.values["level_coupling"] == 0)
        limits = re.search(r"any γ above (\S+) /s or below (\S+) /s", sentence)
        if limits:
            high, low = map(number, limits.groups())
            for coupling, grows in ((0.99 * high, False), (1.01 * high, True), (0.99 * low, False), (1.01 * low, True)):
                if abs(coupling) <= 0.2:
                    p = lab.parameters.replace(velocity_coupling=coupling)
                    assert model.simulate_co_regulation(p).amplifies == grows
                    tried.add((grows, coupling > 0))
    assert len(tried) == 4
    assert {"halves", "doubles"} <= kinds


@pytest.mark.parametrize(
    ("preset", "said"),
    [
        ("In unison and calmer", "In the end arousal halves every 27.7 s; alone it halves every 13.9 s."),
        ("In unison and louder", "In the end arousal doubles every 69.3 s"),
        ("In turn and calmer", "they are in turn (−1.00"),
        (
            "Soothed together",
            "halves every 9.2 s; alone it halves every 13.9 s. From another start it halves every 27.7 s.",
        ),
        ("Nothing passes", "In the end arousal halves every 13.9 s"),
        ("A V", "In the end arousal halves every 47.3 s"),
        ("A triad", "In the end arousal neither grows nor fades"),
        ("Five, everyone with everyone", "In the end arousal doubles every 13.9 s"),
        ("Pulled to the same side", "neither in step nor in turn"),
    ],
)
def test_a_story_of_co_regulation_ends_as_it_is_told(preset: str, said: str) -> None:
    assert said in at(labs.calmer_or_louder, preset).sentence


def test_no_lab_gives_a_score_or_an_advice() -> None:
    for make in LABS.values():
        words = repr(make().get_state(["title", "controls", "presets"])).lower()
        for word in ("score", "should", "compatib", "husband", "wife", "toxic", "needy", "fault"):
            assert word not in words
