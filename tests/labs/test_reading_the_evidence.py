"""What the pictures and sentences of theme 12 show."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from intimacy.labs import reading_the_evidence as labs
from intimacy.models import neural_pathways, replication
from intimacy.models import reading_the_evidence as model
from intimacy.widgets import Lab
from sweep import at, scattered, trace

NUMBER = r"−?\d+\.\d+"


def number(text: str) -> float:
    """Read a number with a true minus."""
    return float(text.replace("−", "-"))


def diamond(lab: Lab, key: str) -> tuple[float, float, float]:
    """Return low, middle and high of a pooled diamond."""
    x = trace(lab, key)["x"]
    assert x[0] == x[4]
    assert x[1] == x[3]
    return float(x[0]), float(x[1]), float(x[2])


# Twelve comparisons


def test_the_diamond_and_the_bar_are_what_was_pooled() -> None:
    for lab in scattered(labs.brain_images(), 40):
        pooled = lab.result.pooled
        assert diamond(lab, "pooled") == pytest.approx((pooled.low, pooled.estimate, pooled.high), abs=1e-6)
        assert trace(lab, "next")["x"] == pytest.approx([pooled.prediction_low, pooled.prediction_high], abs=1e-6)
        kept, gone = trace(lab, "kept"), trace(lab, "gone")
        assert len(kept["x"]) == pooled.experiments
        assert len(kept["x"]) + len(gone["x"]) == 12
        assert sorted([*kept["y"], *gone["y"]]) == list(range(12))
        assert np.argsort(kept["marker.size"]).tolist() == np.argsort(pooled.weights).tolist()


def test_each_comparison_stands_in_its_own_row() -> None:
    lab = labs.brain_images()
    names = lab.figure["layout"]["yaxis"]["ticktext"]
    table, kept = model.brain_images(), trace(lab, "kept")
    keys = {"orig., no critique": "original_1", "orig., critique": "original_2"}
    for row, x, reach in zip(kept["y"], kept["x"], kept["error_x.array"], strict=True):
        name = names[int(row)]
        study = table.set_index("key").loc[keys.get(name, name.replace(" ", "_"))]
        assert study["critique"] == (name == "orig., critique") or name not in keys
        assert (x, x - reach) == pytest.approx((study["estimate"], study["low"]), abs=1e-6)


def test_the_sentence_names_interval_zero_and_the_extremes() -> None:
    for lab in scattered(labs.brain_images(), 40):
        run, sentence = lab.result, lab.sentence
        low, high = re.search(rf"from ({NUMBER}) to ({NUMBER}) \(p", sentence).groups()
        assert (number(low), number(high)) == pytest.approx((run.pooled.low, run.pooled.high), abs=5.1e-4)
        assert ("Zero lies inside the interval" in sentence) == (run.pooled.low <= 0 <= run.pooled.high)
        extremes = re.search(rf"pooled effect is between ({NUMBER}) .* and ({NUMBER}) \(without", sentence)
        without = run.without[run.kept]
        assert [number(each) for each in extremes.groups()] == pytest.approx([without.min(), without.max()], abs=5.1e-4)
        assert ("true effect of one more" in sentence) == (lab.values["method"] == "random")
        assert ("Leaving out one more," in sentence) == (lab.values["left_out"] != "none")


def test_the_interval_of_the_next_experiment_is_as_exact_as_that_of_the_mean() -> None:
    lab = at(labs.brain_images, "One true effect for all")
    layout = lab.frame["layout"]
    assert layout["annotations[2].text"].endswith("[0.001, 0.105]")
    assert layout["annotations[3].text"] == "0.001 to 0.105"


def test_no_other_single_comparison_raises_p_as_much() -> None:
    lab, p = labs.brain_images(), {}
    for key in model.LEFT_OUT:
        lab.set(left_out=key)
        p[key] = lab.result.pooled.p
    lab.preset("Without replication 9")
    assert lab.values["left_out"] == "replication_9"
    single = {key: value for key, value in p.items() if key not in ("none", "originals")}
    assert max(single, key=single.__getitem__) == "replication_9"
    assert single["replication_9"] > p["none"]


def test_one_choice_moves_zero_out() -> None:
    inside = {
        preset: "Zero lies inside" in at(labs.brain_images, preset).sentence
        for preset in labs.brain_images().preset_names
    }
    assert inside == {
        "All twelve": True,
        "One true effect for all": False,
        "A wider interval": True,
        "Without the originals": True,
        "Without a large null": False,
        "Without replication 9": True,
    }


def test_four_comparisons_hold_zero_in_as_the_notebook_says() -> None:
    lab, outside = labs.brain_images(), set()
    for key in model.LEFT_OUT:
        lab.set(left_out=key)
        if "Zero lies outside" in lab.sentence:
            outside.add(key)
    assert outside == {"replication_1", "replication_4", "replication_8", "replication_10"}


# A field


@pytest.mark.parametrize("make", [labs.pool, labs.funnel])
def test_published_and_drawer_are_all_experiments(make: Any) -> None:
    for lab in scattered(make(), 30):
        run = lab.result
        published, drawer = trace(lab, "published"), trace(lab, "drawer")
        np.testing.assert_allclose(published["x"], run.estimate[run.published], atol=1e-6)
        np.testing.assert_allclose(drawer["x"], run.estimate[~run.published], atol=1e-6)
        assert f"{len(published['x'])} of {len(run.published)} experiments can be read" in lab.sentence


def test_large_experiments_stand_on_top_and_intervals_are_1_96_errors() -> None:
    for lab in scattered(labs.pool(), 20):
        run, drawn = lab.result, trace(lab, "published")
        np.testing.assert_allclose(drawn["error_x.array"], 1.959964 * run.standard_error[run.published], rtol=1e-5)
        order = np.argsort(drawn["y"])
        assert (np.diff(drawn["error_x.array"][order]) >= -1e-6).all()
        assert diamond(lab, "everything")[1] == pytest.approx(run.everything.estimate, abs=1e-6)
        shapes = lab.frame["layout"]
        assert shapes["shapes[0].x0"] == shapes["shapes[1].x1"] == lab.values["effect"]


def test_whether_the_truth_is_in_the_diamond_is_told_as_it_is() -> None:
    kinds = set()
    for lab in scattered(labs.pool(), 60):
        run, sentence = lab.result, lab.sentence
        if run.pooled is None:
            assert "too little to pool" in sentence
            assert trace(lab, "pooled")["x"].size == 0
            continue
        inside = run.pooled.low <= lab.values["effect"] <= run.pooled.high
        kinds.add(inside)
        assert ("inside this interval" in sentence) == inside
        assert diamond(lab, "pooled")[1] == pytest.approx(run.pooled.estimate, abs=1e-6)
        bar = trace(lab, "next")["x"]
        assert ("too few to foretell" in sentence) == (run.pooled.experiments == 2) == (bar.size == 0)
    assert kinds == {True, False}


def test_the_filter_makes_the_diamond_too_large_and_large_experiments_less_so() -> None:
    pooled = {
        preset: at(labs.pool, preset).result.pooled.estimate
        for preset in ("Everything is published", "Findings as expected", "Large experiments")
    }
    assert pooled["Findings as expected"] > pooled["Large experiments"] > pooled["Everything is published"]


def test_the_funnel_is_counted_and_its_sides_are_1_96_errors() -> None:
    for lab in scattered(labs.funnel(), 30):
        run, sentence = lab.result, lab.sentence
        if run.pooled is None:
            assert "too few for a funnel" in sentence
            continue
        wedge = trace(lab, "wedge")
        assert wedge["x"][1] == pytest.approx(run.pooled.estimate, abs=1e-6)
        assert wedge["x"][2] - wedge["x"][1] == pytest.approx(1.96 * wedge["y"][2], abs=1e-3)
        shown, error = run.estimate[run.published], run.standard_error[run.published]
        inside = (np.abs(shown - run.pooled.estimate) <= 1.959964 * error).sum()
        assert f"Of those that can be read, {inside} lie inside the funnel" in sentence
        assert ("cannot be compared" in sentence) == (run.asymmetry is None)
        if run.asymmetry is None:
            assert ("There are too few" in sentence) == (len(shown) < 3)
        if run.asymmetry is not None:
            assert ("notices a difference" in sentence) == (run.asymmetry.p < 0.05)


def test_every_line_of_the_funnel_is_in_its_key() -> None:
    figure = labs.funnel().figure
    key = " ".join(note["text"] for note in figure["layout"]["annotations"])
    lines = [each["meta"] for each in figure["data"] if each["mode"] == "lines"]
    words = {"edge": "grey: p = .05", "wedge": "dotted: its funnel", "truth": "dashed: truth", "middle": "line: pooled"}
    assert set(lines) == set(words)
    assert all(each in key for each in words.values())
    assert "small experiments at the bottom" in figure["layout"]["yaxis"]["title"]["text"]


def test_half_a_funnel_is_noticed_and_ten_experiments_are_not() -> None:
    assert "notices a difference" in at(labs.funnel, "Half a funnel").sentence
    assert "does not notice" in at(labs.funnel, "The whole funnel").sentence
    assert "does not notice" in at(labs.funnel, "Ten experiments").sentence


def test_ten_filtered_experiments_look_too_large_at_first_sight_as_they_do_on_average() -> None:
    lab = at(labs.funnel, "Ten experiments")
    assert lab.result.pooled.estimate > lab.values["effect"] + 0.1
    fields = [model.simulate_field(lab.parameters, seed) for seed in range(100)]
    assert np.mean([each.pooled.estimate for each in fields if each.pooled]) > lab.values["effect"] + 0.1


def test_experiments_of_one_size_are_said_to_be_so() -> None:
    assert "All are of one size, so" in at(labs.funnel, size_spread=1).sentence
    few = at(labs.funnel, publication="positive", experiments=10).sentence
    assert "There are too few, so" in few


@pytest.mark.parametrize("make", [labs.pool, labs.funnel])
def test_nothing_leaks_where_everything_is_published(make: Any) -> None:
    lab = at(make, leak=1.0)
    assert lab.result.published.all()
    assert "drawer" not in lab.frame["shown"]
    lab.set(publication="significant")
    assert "leaks from the drawer: 1" in lab.frame["shown"]


def test_no_interval_of_small_or_differing_experiments_is_cut() -> None:
    for values in ({"participants": 10}, {"heterogeneity": 0.5}, {"effect": 0.8}):
        lab = at(labs.pool, **values)
        low, high = lab.figure["layout"]["xaxis"]["range"]
        drawn = trace(lab, "published")
        assert low <= (drawn["x"] - drawn["error_x.array"]).min()
        assert (drawn["x"] + drawn["error_x.array"]).max() <= high


# The winner's curse


def test_the_dots_are_on_the_curves_and_in_the_sentence() -> None:
    for lab in scattered(labs.winners_curse(), 40):
        values, here = lab.values, lab.result.here
        for key in ("power", "significant", "true_share"):
            curve, dot = trace(lab, key), trace(lab, f"{key} here")
            assert dot["y"][0] == pytest.approx(here[key], abs=1e-6)
            on_curve = np.interp(np.log(values["participants"]), np.log(curve["x"]), curve["y"])
            assert dot["y"][0] == pytest.approx(on_curve, abs=0.06)
        power = replication.power(values["effect"], values["participants"], values["alpha"])
        assert f"is found in {labs._percent(power)} of studies" in lab.sentence
        assert f"{labs._percent(here['true_share'])} of the findings are" in lab.sentence


@pytest.mark.parametrize("values", [{}, {"alpha": 0.001}, {"alpha": 0.001, "participants": 5}, {"effect": 1.5}])
def test_the_curve_of_significant_estimates_stays_in_its_panel(values: dict[str, Any]) -> None:
    lab = at(labs.winners_curse, **values)
    low, high = lab.frame["layout"]["yaxis2.range"]
    for key in ("significant", "significant here"):
        drawn = trace(lab, key)["y"]
        assert low <= drawn.min()
        assert drawn.max() <= high


def test_hardly_any_is_not_none_and_nearly_all_is_not_all() -> None:
    assert [labs._percent(share) for share in (0, 4e-5, 0.0004, 0.0006)] == [
        "0 %",
        "below 0.1 %",
        "below 0.1 %",
        "0.1 %",
    ]
    assert [labs._percent(share) for share in (0.5, 0.999, 0.9999, 1)] == ["50 %", "99.9 %", "over 99.9 %", "100 %"]
    assert "below 0.1 % of all significant results" in at(labs.winners_curse, participants=116).sentence
    assert "1.03 times the true effect" in at(labs.winners_curse, participants=333).sentence


def test_the_prior_moves_the_lowest_dot_alone() -> None:
    small, long_shot = (at(labs.winners_curse, preset) for preset in ("A small study", "A long shot"))
    for key in ("power", "significant"):
        np.testing.assert_array_equal(trace(small, key)["y"], trace(long_shot, key)["y"])
    assert trace(long_shot, "true_share here")["y"] < trace(small, "true_share here")["y"]


def test_from_224_per_arm_on_the_curse_is_a_tenth_as_the_notebook_says() -> None:
    few, enough = (at(labs.winners_curse, participants=n).result.here["significant"] / 0.28 for n in (223, 224))
    assert few > 1.1 >= enough


# A busy area


def test_the_curve_is_bayes_rule() -> None:
    for lab in scattered(labs.reverse_inference(), 40):
        values, curve, here = lab.values, trace(lab, "curve"), trace(lab, "here")
        prior, hit = values["prior"], values["sensitivity"]
        np.testing.assert_allclose(
            curve["y"], prior * hit / (prior * hit + (1 - prior) * curve["x"]), rtol=1e-5, atol=1e-7
        )
        assert here["y"][0] == pytest.approx(neural_pathways.posterior(prior, hit, values["base_rate"]), abs=1e-6)
        assert f"the chance is {labs._percent(float(here['y'][0]))}" in lab.sentence
