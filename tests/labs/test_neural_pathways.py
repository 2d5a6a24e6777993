"""What the pictures and sentences of theme 1 mean."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from intimacy import anatomy
from intimacy.labs import neural_pathways as labs
from intimacy.models import neural_pathways as model
from intimacy.models.neural_pathways import (
    RATE_CEILING,
    REGIONS,
    ReverseInference,
    TwoPeople,
    critical_coupling,
    infer_process,
    simulate_two_people,
    steady_state,
)
from sweep import states, sweep, unpacked

INSULA = list(REGIONS).index("insula")
ODD = TwoPeople(
    threat=1.6,
    coupling=0.7,
    reappraisal=0.6,
    reappraiser="both",
    regulation=0.9,
    uneven=True,
    coupling_back=0.35,
    prefrontal_time=1,
    duration=17,
)
# A slow person whose regulation overshoots for ever.
SWINGING = {
    "coupling": 0.0,
    "regulation": 1.1,
    "amygdala_to_insula": 0.96,
    "cingulate_to_insula": 0.97,
    "insula_to_cingulate": 0.95,
    "amygdala_to_cingulate": 0.51,
    "cingulate_to_prefrontal": 0.87,
    "prefrontal_time": 0.86,
    "amygdala_time": 0.61,
    "cingulate_time": 0.06,
    "duration": 12,
}


def test_every_state_is_whole_with_the_brain_too():
    assert sweep(labs.the_pathways(anatomy.brain())) > 200


# Two people


def drawn(parameters, **more):
    return labs.draw_pathways(parameters, simulate_two_people(parameters), **more)


def shown_arrows(parameters):
    """Return the thickness of every arrow that is there, by its name."""
    layout = drawn(parameters).layout
    found = {}
    for name, position in labs._PLACE_OF["annotations"].items():
        width = layout.get(f"annotations[{position}].arrowwidth")
        if width is not None and layout[f"annotations[{position}].visible"]:
            found[name] = width
    for person in "ij":
        position = labs._PLACE_OF["shapes"][f"regulation {person}"]
        if layout[f"shapes[{position}].visible"]:
            found[f"regulation {person}"] = layout[f"shapes[{position}].line.width"]
    return found


def test_labels_and_shapes_stand_in_the_picture_where_the_frames_change_them():
    figure = labs._pathways_figure()
    for kind, named in (("annotations", labs._ANNOTATIONS), ("shapes", labs._SHAPES)):
        there = [each.to_plotly_json() for each in figure.layout[kind]]
        assert len(there) == len(named)
        for name, position in labs._PLACE_OF[kind].items():
            wanted = named[name]
            assert {key: there[position][key] for key in wanted} == wanted, name


@pytest.mark.parametrize("parameters", [TwoPeople(), ODD, TwoPeople(coupling=0.9), TwoPeople(duration=30)])
def test_the_lines_are_the_rates_over_percent_of_the_time_shown(parameters):
    run = simulate_two_people(parameters)
    for region in REGIONS:
        for person in "ij":
            line = drawn(parameters).traces[f"{region} {person}"]
            seconds = line["x"] * parameters.duration / 100
            np.testing.assert_allclose(line["y"], np.interp(seconds, run.seconds, run.rate(person, region)), atol=1e-9)
            assert (line["x"][0], line["x"][-1]) == (0, 100)
            assert np.diff(seconds).max() <= 0.1


def test_the_seconds_at_the_axis_are_those_of_the_time_shown():
    layout = drawn(TwoPeople(duration=15)).layout
    assert layout["xaxis.ticktext"] == layout["xaxis2.ticktext"] == ["0", "7.5", "15"]


def test_all_panels_share_an_axis_that_only_doubles_and_holds_the_ceiling_when_it_is_reached():
    for parameters in (TwoPeople(), TwoPeople(threat=2), ODD, TwoPeople(coupling=0.78), TwoPeople(coupling=1)):
        run, layout = simulate_two_people(parameters), drawn(parameters).layout
        tops = {tuple(layout[f"yaxis{number}.range"]) for number in ("", 2, 3, 4)}
        assert len(tops) == 1
        low, top = tops.pop()
        assert low == 0
        assert math.log2(top / 1.5).is_integer()
        assert run.rates.max() <= top
        assert top == 1.5 or run.rates.max() > top / 2
    assert top > RATE_CEILING
    for region in REGIONS:
        ceiling = labs._SHAPES[f"ceiling {region}"]
        assert ceiling["y0"] == ceiling["y1"] == RATE_CEILING


@pytest.mark.parametrize("parameters", [TwoPeople(), ODD, TwoPeople(coupling=0.9)])
def test_boxes_fill_to_the_top_of_the_panels_at_every_stop(parameters):
    run, frame = simulate_two_people(parameters), drawn(parameters)
    top = frame.layout["yaxis.range"][1]
    for person, rates in zip("ij", run.rates, strict=True):
        fill = frame.traces[f"nodes {person}"]["y"]
        assert fill.shape == (101, 4)
        np.testing.assert_allclose(fill[-1] / (2 * labs._HALF_HEIGHT), rates[:, -1] / top)
        middle = run.seconds[-1] * 0.5
        at_middle = [np.interp(middle, run.seconds, each) for each in rates]
        np.testing.assert_allclose(fill[50] / (2 * labs._HALF_HEIGHT), np.array(at_middle) / top, atol=2e-3)


def test_the_names_at_the_lines_never_cover_each_other():
    for parameters in (TwoPeople(), ODD, TwoPeople(coupling=0.9), TwoPeople(threat=0)):
        frame = drawn(parameters)
        top = frame.layout["yaxis.range"][1]
        run = simulate_two_people(parameters)
        for index, region in enumerate(REGIONS):
            a, b = frame.traces[f"names {region}"]["y"].T
            assert np.abs(a - b).min() >= 0.14 * top - 1e-9
            assert min(a.min(), b.min()) >= 0
            rates = run.rates[:, index, -1]
            assert (a[-1] > b[-1]) == (rates[0] >= rates[1])


def test_the_brain_gets_the_square_root_of_the_rates_of_i_and_then_of_j():
    for parameters in (ODD, TwoPeople(coupling=1)):
        run = simulate_two_people(parameters)
        solid = drawn(parameters, with_solid=True).traces["solid"]
        assert solid["value"].shape == solid["shade"].shape == (101, 8)
        np.testing.assert_allclose(solid["value"][-1], run.rates[:, :, -1].ravel())
        np.testing.assert_allclose(solid["shade"] ** 2, np.minimum(solid["value"] / 2, 1))
    assert solid["shade"].max() == 1
    assert "solid" not in drawn(ODD).traces


def test_the_order_of_the_regions_is_that_of_the_brain():
    from intimacy import anatomy

    assert tuple(REGIONS) == anatomy.VALUES
    lab = labs.the_pathways(anatomy.brain())
    assert "solid" in lab.play["films"]
    rows = {path: unpacked(each) for path, each in lab.frame["traces"]["solid"].items()}
    assert rows["value"].shape[1] == 2 * len(anatomy.VALUES)
    assert len(rows["value"]) == round((lab.play["high"] - lab.play["low"]) / lab.play["step"]) + 1


def test_every_link_has_an_arrow_that_is_thicker_when_the_link_is_stronger():
    weights = [
        name
        for name, each in TwoPeople.specifications().items()
        if "_to_" in name or name in ("regulation", "coupling")
    ]
    assert len(weights) == 8
    before = shown_arrows(TwoPeople())
    for name in weights:
        stronger = shown_arrows(TwoPeople(**{name: 1.0}))
        thicker = {arrow for arrow in stronger if stronger[arrow] > before[arrow]}
        assert thicker == {f"{name} i", f"{name} j"}
        gone = set(before) - set(shown_arrows(TwoPeople(**{name: 0.0})))
        assert gone == {f"{name} i", f"{name} j"}


def test_uneven_coupling_makes_uneven_arrows():
    arrows = shown_arrows(TwoPeople(coupling=0.8, uneven=True, coupling_back=0.2))
    assert arrows["coupling i"] > arrows["coupling j"]  # what j feels comes from i
    assert "coupling j" not in shown_arrows(TwoPeople(uneven=True, coupling_back=0))


@pytest.mark.parametrize("lesion", REGIONS)
def test_a_lesioned_region_is_crossed_out_and_has_no_arrow(lesion):
    frame, arrows = drawn(TwoPeople(lesion=lesion)), shown_arrows(TwoPeople(lesion=lesion))
    cross = frame.traces["lesion"]
    assert (cross["x"].tolist(), cross["y"].tolist()) == tuple([each] for each in labs._PLACES[lesion])
    gone = set(shown_arrows(TwoPeople())) - set(arrows)
    expected = {
        "amygdala": {"amygdala_to_insula", "insula_to_amygdala", "amygdala_to_cingulate", "regulation"},
        "insula": {
            "amygdala_to_insula",
            "insula_to_amygdala",
            "insula_to_cingulate",
            "cingulate_to_insula",
            "coupling",
        },
        "cingulate": {
            "insula_to_cingulate",
            "cingulate_to_insula",
            "amygdala_to_cingulate",
            "cingulate_to_prefrontal",
        },
        "prefrontal": {"regulation", "cingulate_to_prefrontal"},
    }[lesion]
    # j's links are whole; only what comes from i's insula, and goes to it, is gone between the two.
    assert gone == {f"{name} i" for name in expected} | ({"coupling j"} if lesion == "insula" else set())


def test_without_a_lesion_nothing_is_crossed_out():
    assert drawn(TwoPeople()).traces["lesion"]["x"].size == 0


def test_when_the_amygdala_shows_the_arrows_start_there():
    frame = drawn(TwoPeople(expressed="amygdala"))
    for person in "ij":
        over = f"shapes[{labs._PLACE_OF['shapes'][f'over {person}']}].visible"
        assert frame.layout[over]
        assert not drawn(TwoPeople()).layout[over]
        x, _ = labs._mirrored(labs._PLACES["amygdala"], person)
        assert abs(labs._OVER[person][0][0] - x) < labs._HALF_WIDTH
    assert "coupling i" not in shown_arrows(TwoPeople(expressed="amygdala", lesion="amygdala"))


def test_inputs_show_when_they_are_there():
    def visible(name, parameters):
        return drawn(parameters).layout[f"annotations[{labs._PLACE_OF['annotations'][name]}].visible"]

    assert visible("threat", TwoPeople())
    assert not visible("threat", TwoPeople(threat=0))
    assert not visible("threat", TwoPeople(hand_holding=1))
    for who, effort_of_i, effort_of_j in (("i", True, False), ("j", False, True), ("both", True, True)):
        parameters = TwoPeople(reappraisal=1, reappraiser=who)
        assert (visible("reappraisal i", parameters), visible("reappraisal j", parameters)) == (
            effort_of_i,
            effort_of_j,
        )
    assert not visible("reappraisal i", TwoPeople(reappraiser="both"))


def test_the_sentence_is_true_in_every_state():
    lab = labs.the_pathways()
    kinds = set()
    for change in states(lab, seed=3):
        lab.set(**change)
        parameters, run, sentence = lab.parameters, lab.result, lab.sentence
        assert run.outcome in sentence
        kinds.add(run.outcome)
        critical = critical_coupling(parameters)
        coupling = math.sqrt(parameters.coupling_of_i * parameters.coupling_of_j)
        if critical == 0:
            assert "One person alone runs away" in sentence
        elif math.isinf(critical) or (parameters.uneven and coupling == 0):
            assert "no coupling is critical" in sentence
        elif critical > 1:
            assert "No coupling up to 1 is critical." in sentence
        else:
            distance, side, named = re.search(r"is (\d+\.\d+) (above|below) the critical (\d+\.\d+)", sentence).groups()
            assert float(named) == pytest.approx(critical, abs=6e-4)
            assert float(distance) == pytest.approx(abs(coupling - critical), abs=6e-4)
            assert (side == "above") == (coupling >= critical)
            assert ("still nothing runs away" in sentence) == (coupling >= critical and not run.diverges)
        if run.settles:
            said = re.search(r"i's insula at (\d+\.\d+) and j's insula at (\d+\.\d+)", sentence).groups()
            assert [float(each) for each in said] == pytest.approx(run.steady[:, INSULA].tolist(), abs=0.06)
    assert len(kinds) >= 3
    assert "-0.000" not in sentence


@pytest.mark.parametrize(
    "parameters",
    [
        # All at the top: a loop that would grow, of regions that are silent.
        TwoPeople(threat=2, coupling=1, reappraisal=1.5, regulation=1.2, hand_holding=1, reappraiser="both"),
        # j's prefrontal drive comes to rest exactly at the ceiling.
        TwoPeople(
            threat=1.1,
            coupling=0.31,
            reappraisal=0.55,
            regulation=0.05,
            hand_holding=0.25,
            amygdala_to_insula=0,
            insula_to_amygdala=0.55,
            cingulate_to_insula=0.9,
            insula_to_cingulate=0.8,
            amygdala_to_cingulate=0.75,
            cingulate_to_prefrontal=1,
            prefrontal_time=0.05,
            amygdala_time=0.3,
            insula_time=0.7,
            cingulate_time=0.2,
            duration=2,
        ),
    ],
    ids=["floor", "ceiling"],
)
def test_a_region_at_rest_at_its_bound_does_not_flicker(parameters, monkeypatch):
    crossings = []
    cross = model._Network.cross
    monkeypatch.setattr(model._Network, "cross", lambda net, state: crossings.append(1) or cross(net, state))
    lab = labs.the_pathways()
    lab.set(**parameters.values())
    assert lab.result.settles
    assert len(crossings) < 60  # flickering, there were more than a hundred, of some ten milliseconds each


def test_a_swinging_state_is_described_by_its_range():
    lab = labs.the_pathways()
    lab.set(**SWINGING)
    low, high = re.search(r"i's insula is between (\d+\.\d+) and (\d+\.\d+)", lab.sentence).groups()
    late = lab.result.rate("i", "insula")[300:]
    assert (float(low), float(high)) == pytest.approx((late.min(), late.max()), abs=6e-4)
    assert float(high) > float(low) + 0.01
    assert "rests" not in lab.sentence


def test_a_run_that_is_not_at_its_end_yet_says_where_it_is():
    lab = labs.the_pathways()
    assert "still at" not in lab.sentence
    lab.set(coupling=0.8)
    ends = lab.result.rates[:, INSULA, -1]
    assert f"after the 6 s shown the insulas are still at {ends[0]:.3f} and {ends[1]:.3f}" in lab.sentence


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"coupling": 0.9, "uneven": True, "coupling_back": 0}, "so no coupling is critical."),
        ({"coupling": 0, "uneven": True}, "so no coupling is critical."),
        ({"coupling": 0}, "The coupling of 0 is 0.823 below the critical 0.823."),
        ({"expressed": "amygdala"}, "No coupling up to 1 is critical."),
    ],
)
def test_the_critical_coupling_is_named_only_where_a_coupling_can_reach_it(values, said):
    lab = labs.the_pathways()
    lab.set(**values)
    assert lab.sentence.endswith(said)


def test_how_strongly_i_feels_j_counts_only_while_that_differs():
    lab = labs.the_pathways()
    needs = {each["name"]: each["only_with"] for each in lab.controls if each["only_with"]}
    assert needs == {"coupling_back": {"name": "uneven", "at": [True]}}
    before = lab.frame["traces"]
    lab.set(coupling_back=0.8)
    assert lab.frame["traces"] == before
    lab.set(uneven=True)
    assert lab.frame["traces"] != before
    assert "eᵢ = 0.8" in lab.frame["shown"]


def test_the_name_of_the_axes_keeps_off_their_numbers():
    label = labs._ANNOTATIONS["activity"]
    margin = labs._pathways_figure().layout.margin.l
    height, ticks = 20, 36  # a line of text lying on its side; the ticks and the widest number, such as 1.5
    assert ticks + height <= -label["xshift"] <= margin


@pytest.mark.parametrize(
    ("preset", "outcome"),
    [
        ("Too much resonance", "runs away"),
        ("No regulation", "runs away"),
        ("Regulation saves", "settles"),
        ("One-sided", "settles"),
        ("Without the amygdala", "settles"),
    ],
)
def test_a_story_ends_as_it_is_told(preset, outcome):
    lab = labs.the_pathways()
    lab.preset(preset)
    assert outcome in lab.sentence
    assert (lab.result.rates.max() == 0) == (preset == "Without the amygdala")


# At the brink


@pytest.mark.parametrize(
    "parameters",
    [
        TwoPeople(),
        TwoPeople(regulation=0),
        TwoPeople(reappraisal=0.7, threat=1.5),
        TwoPeople(insula_to_cingulate=0.6),
        TwoPeople(regulation=0.5, cingulate_to_insula=0),
    ],
)
def test_the_formula_is_the_simulation_while_all_regions_are_active_and_below_the_ceiling(parameters):
    brink = labs.approach(parameters)
    for position in range(5, len(brink.coupling), 20):
        insulas = brink.insulas[:, position]
        if insulas.max() > 0.9 * RATE_CEILING:
            break
        simulated = steady_state(parameters.replace(coupling=float(brink.coupling[position])))
        np.testing.assert_allclose(simulated[:, INSULA], insulas, rtol=1e-6)
    assert position > 60
    np.testing.assert_allclose(brink.by_formula, brink.here.steady[:, INSULA], rtol=1e-6)


def test_the_wall_stands_at_the_critical_coupling():
    lab = labs.at_the_brink()
    for regulation in (0.0, 0.6, 1.2):
        lab.set(regulation=regulation)
        wall = unpacked(lab.frame["traces"]["critical"]["x"])
        assert wall == pytest.approx([critical_coupling(TwoPeople(regulation=regulation))] * 2)
        assert lab.frame["layout"]["annotations[0].x"] == pytest.approx(wall[0])
    lab.set(regulation=1.2, insula_to_cingulate=0.0, cingulate_to_insula=0.0)
    assert lab.result.critical >= 1 or "The critical coupling is" in lab.sentence


def test_the_hollow_sign_stands_at_twice_the_coupling_and_only_up_to_one():
    lab = labs.at_the_brink()
    x, y = (unpacked(lab.frame["traces"]["twice"][axis]) for axis in "xy")
    assert x == pytest.approx([0.8])
    assert y == pytest.approx([steady_state(TwoPeople(coupling=0.8))[1, INSULA]])
    lab.set(coupling=0.51)
    assert unpacked(lab.frame["traces"]["twice"]["x"]).size == 0
    assert "twice" not in lab.sentence


def test_a_runaway_at_twice_the_coupling_is_not_told_as_a_multiple():
    lab = labs.at_the_brink()
    lab.set(regulation=0.0)
    assert lab.result.twice.diverges
    assert (
        "At twice the coupling, 0.8, activity runs away, and only the ceiling holds j's insula at 20.0" in lab.sentence
    )
    assert "times as high" not in lab.sentence


@pytest.mark.parametrize(
    ("values", "at"),
    [({"regulation": 1.2}, "4.428"), ({"cingulate_to_insula": 0.2}, "4.578"), ({"reappraisal": 1.5}, "9.202")],
)
def test_at_the_wall_the_insula_of_j_ends_where_the_teacher_is_told(values, at):
    lab = labs.at_the_brink()
    lab.preset("At the wall")
    lab.set(**values)
    assert f"and j's at {at};" in lab.sentence


def test_beyond_the_wall_the_formula_is_silent():
    lab = labs.at_the_brink()
    lab.set(coupling=0.9)
    assert lab.result.by_formula.size == 0
    assert "the formula has no answer" in lab.sentence
    assert lab.result.coupling.max() < lab.result.critical


@pytest.mark.parametrize(
    ("values", "held"),
    [
        ({"threat": 2}, ", because i's is held by the ceiling:"),
        ({"coupling": 0.35, "regulation": 0.9, "cingulate_to_insula": 0.6}, ", held by the ceiling:"),
        (
            {
                "coupling": 0.32,
                "regulation": 0.05,
                "cingulate_to_insula": 0.25,
                "insula_to_cingulate": 1,
                "threat": 0.8,
            },
            ", because another region is held by the ceiling:",
        ),
        ({}, ":"),
    ],
)
def test_what_holds_the_insula_of_j_is_what_rests_at_the_ceiling(values, held):
    lab = labs.at_the_brink()
    lab.set(**values)
    i, j = (lab.result.twice.steady_rate(person, "insula") for person in "ij")
    at_top = [rate == pytest.approx(RATE_CEILING) for rate in (i, j)]
    assert at_top == [held.startswith((", held", ", because i's")), held.startswith(", held")]
    assert lab.result.twice.capped == (held != ":")
    assert re.search(rf"At twice the coupling, \S+, j's insula rests at \d+\.\d+{held} \d", lab.sentence)


def test_where_run_and_formula_part_below_the_ceiling_the_sentence_says_why():
    lab = labs.at_the_brink()
    told = set()
    for change in states(lab, seed=5):
        lab.set(**change)
        brink = lab.result
        if brink.by_formula.size == 0 or not brink.here.settles or brink.here.capped:
            continue
        parts = not np.allclose(brink.by_formula, brink.here.steady[:, INSULA], rtol=1e-6, atol=5e-4)
        said = "the formula takes all regions as active" in lab.sentence
        assert said == parts
        told.add(said)
    assert told == {True, False}
    lab.set(**TwoPeople(regulation=1.2).values())
    assert "the formula says 0.714 and 0.336; the formula takes all regions as active." in lab.sentence


# A blob


@pytest.mark.parametrize("values", [{}, {"prior": 0.03, "sensitivity": 0.55}, {"prior": 0.99}, {"base_rate": 0.07}])
def test_there_are_a_thousand_studies_and_the_filled_diamonds_are_the_posterior(values):
    lab = labs.an_insula_blob()
    lab.set(**values)
    signs = {kind: unpacked(lab.frame["traces"][kind]["x"]) for kind in labs._DOT_KINDS}
    places = {
        (x, y) for kind in signs for x, y in zip(signs[kind], unpacked(lab.frame["traces"][kind]["y"]), strict=True)
    }
    assert sum(map(len, signs.values())) == len(places) == 1000
    exact = infer_process(ReverseInference().replace(**values))
    for kind, there in signs.items():
        assert len(there) == pytest.approx(getattr(exact, kind), abs=1)
    blobs = len(signs["active_with"]) + len(signs["active_without"])
    assert len(signs["active_with"]) / blobs == pytest.approx(exact.posterior, abs=0.01)
    assert f"{blobs} show the blob: {len(signs['active_with'])} of empathy" in lab.sentence
    assert f"is {100 * exact.posterior:.1f} %" in lab.sentence
    after = unpacked(lab.frame["traces"]["after"]["x"])
    assert after == pytest.approx([100 * exact.posterior])


def test_each_label_counts_its_own_signs():
    lab = labs.an_insula_blob()
    texts = [lab.frame["layout"][f"annotations[{index}].text"] for index in range(4)]
    assert texts == ["◆ 35 blob, empathy", "◇ 190 blob, other", "● 15 none, empathy", "○ 760 none, other"]
    said = [each["text"] for each in lab.figure["layout"]["annotations"]]
    assert said[4:] == ["before the scan", "after the blob"]


def test_a_region_that_is_always_as_active_adds_nothing():
    lab = labs.an_insula_blob()
    lab.preset("Coin-flip region")
    assert lab.result.posterior == pytest.approx(lab.values["prior"])
    assert "The Bayes factor is 1." in lab.sentence


def test_no_state_of_the_controls_leaves_the_region_silent_for_ever():
    lab = labs.an_insula_blob()
    lab.set(prior=lab.parameters.specifications()["prior"].high, sensitivity=0.0)
    assert lab.result.posterior == 0
