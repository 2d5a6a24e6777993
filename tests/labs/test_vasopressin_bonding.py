"""What the pictures and sentences of theme 5 show, and the log of its bench."""

from __future__ import annotations

import numpy as np
import pytest

from intimacy.labs import vasopressin_bonding as labs
from intimacy.models.vasopressin_bonding import CRITERION, HISTORICAL, PATERNITY, TEST_MINUTES, exact_interval
from intimacy.widgets.lab import encoded
from sweep import check, unpacked


def test_the_code_of_the_bench_repeats_its_last_run():
    bench = labs.the_virtual_vole()
    bench.run("bonded", days_apart=3, drug="d2_agonist")
    names = {}
    exec(bench.code(), names)
    again = labs.draw_voles(names["run"].parameters, names["run"])
    assert encoded(again)["traces"] == bench.frame["traces"]
    assert "seed=8" in bench.code()


def drawn(lab, key, axis):
    return unpacked(lab.frame["traces"][key][axis])


# The virtual vole


@pytest.fixture
def bench():
    return labs.the_virtual_vole()


def test_the_films_start_in_the_middle_and_end_with_the_test(bench):
    run = bench.result
    voles, minutes, single, mean = (
        drawn(bench, key, axis) for key, axis in (("voles", "x"), ("minutes", "y"), ("single", "x"), ("mean", "x"))
    )
    assert (np.floor(voles[0]) == 1).all()
    np.testing.assert_array_equal(np.floor(voles[1:]).T, run.chamber)
    assert (minutes[0] == 0).all()
    np.testing.assert_allclose(minutes[-1], run.minutes.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(minutes.sum(axis=1), np.arange(TEST_MINUTES + 1), atol=1e-3)
    assert (single[0] == 0.5).all()
    np.testing.assert_allclose(single[-1], run.preference, rtol=1e-6)
    np.testing.assert_allclose(mean[:, 0], single.mean(axis=1), rtol=1e-5)
    assert drawn(bench, "interval", "x")[-1] == pytest.approx([run.verdict.low, run.verdict.high])


def test_many_voles_are_all_in_the_verdict_and_the_first_of_them_in_the_chambers(bench):
    bench.set(animals=200)
    assert drawn(bench, "single", "x").shape == (TEST_MINUTES + 1, 200)
    assert drawn(bench, "voles", "x").shape == (TEST_MINUTES + 1, labs.MOST_DRAWN)


def test_voles_stay_off_the_walls_and_the_tethered(bench):
    within = drawn(bench, "voles", "x") % 1
    assert within.min() > 0.19
    assert within.max() < 0.81


def test_a_run_is_logged_with_what_was_said_and_what_it_was(bench):
    bench.run("undecided", **{"hours_together": 1, "mating": False})
    row = bench.log[-1]
    assert row["You said"].startswith("Undecided")
    assert row["It was"].startswith("No")
    assert float(row["Mean share"]) == pytest.approx(bench.result.verdict.mean, abs=5e-4)
    assert sum(float(row[f"{room} (min)"]) for room in ("Partner", "Middle", "Stranger")) == pytest.approx(180, abs=2)
    assert row["p against 2/3"] == "< 0.001"
    assert bench.log_table()["95 % from"][0] == f"{bench.result.verdict.low:.3f}"


@pytest.mark.parametrize(
    ("preset", "outcome"),
    [
        ("An ordinary pair", "bonded"),
        ("One hour, no mating", "not bonded"),
        ("Oxytocin blocked, a week", "bonded"),
        ("Blocked at the test", "not bonded"),
        ("A meadow vole", "not bonded"),
        ("Meadow vole, vector", "bonded"),
    ],
)
def test_what_a_story_leads_to_does_not_hang_on_the_draw(bench, preset, outcome):
    bench.preset(preset)
    for _ in range(8):
        bench.run(outcome)
    assert {row["It was"] for row in bench.log} == {bench.log[0]["You said"]}


def test_the_stories_that_ask_to_be_run_again_do_not_always_end_alike(bench):
    bench.preset("Three weeks apart")
    for _ in range(12):
        bench.run("undecided")
    assert len({row["It was"] for row in bench.log}) == 2


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"dose": 0.5}, "No drug was given"),
        ({"drug": "d2_agonist", "dose": 0}, "A dose of 0 is no drug"),
        ({"drug": "d2_agonist", "drug_time": "after"}, "right after the time together changes nothing"),
        ({"drug": "d2_agonist", "drug_time": "test"}, "does nothing at the test"),
        ({"drug": "oxytocin_antagonist", "drug_time": "test"}, "can fail to show"),
        ({"drug": "d1_antagonist", "drug_time": "test"}, "ends aggression"),
        ({"compensation": 0.5, "genetics": "oxytocin_receptor_knockdown"}, "missing from birth, so it does nothing"),
        ({"hours_together": 0}, "They never met"),
    ],
)
def test_the_sentence_says_what_does_nothing_and_that_is_so(bench, values, said):
    ordinary = bench.result
    bench.set(**values)
    assert said in bench.sentence
    same = np.array_equal(bench.result.minutes, ordinary.minutes)
    nothing = "nothing" in said or "No drug" in said or "no drug" in said or "aggression" in said
    if "knockdown" in str(values):
        bench.set(compensation=0)
        same = "does nothing" not in bench.sentence
    assert same == nothing
    assert said not in labs.the_virtual_vole().sentence


def test_the_line_to_pass_is_left_out_where_no_bond_can_reach_it(bench):
    assert len(drawn(bench, "enough", "x")) == 2
    bench.preset("Blocked at the test")
    assert len(drawn(bench, "enough", "x")) == 0
    assert bench.frame["layout"]["annotations[3].text"] == ""


@pytest.mark.parametrize("hours", [0, 1, 24])
def test_the_voles_that_prefer_the_partner_are_counted_in_good_english(bench, hours):
    counts = set()
    for animals in (3, 5, 30):
        bench.set(hours_together=hours, mating=hours > 1, animals=animals)
        count = int(bench.result.prefers.sum())
        verb = "prefers" if count == 1 else "prefer"
        assert f"By the same line {count} of the {animals} voles {verb} the partner." in bench.sentence
        counts.add(count)
    assert hours == 24 or 1 in counts


# Experiments run again


def test_every_experiment_can_be_chosen_and_says_whether_it_was_calibrated_to():
    lab = labs.historical_experiments()
    assert lab.controls[0]["options"].keys() == {each.citation for each in HISTORICAL}
    for each in HISTORICAL:
        lab.set(experiment=each.citation)
        assert ("agreement is no evidence" in lab.sentence) == each.calibrated
        assert ("Not calibrated" in lab.frame["layout"]["annotations[0].text"]) == (not each.calibrated)
        assert f"[{each.citation}]" in lab.sentence
        names = drawn(lab, "arms", "text")
        assert [name.removesuffix(": aggression") for name in names] == [arm.name for arm in each.arms]
        assert [name.endswith(": aggression") for name in names] == [arm.measure == "aggression" for arm in each.arms]
        assert len(drawn(lab, "mean", "x")) == len(each.arms)


def test_every_experiment_and_every_group_fits_its_place():
    lab = labs.historical_experiments()
    options = lab.controls[0]["options"]
    assert max(map(len, options.values())) <= 32  # as many letters as a drop-down shows
    for each in options:
        lab.set(experiment=each)
        assert max(map(len, drawn(lab, "arms", "text"))) <= 35  # on a phone, what was published stands beside it


def test_the_table_of_an_experiment_has_words_and_gaps():
    lab = labs.historical_experiments()
    lab.set(experiment="berendzen2023")
    assert lab.table()["published"].to_list() == ["yes", "", ""]
    assert lab.table()["agrees"].to_list() == ["yes", "", ""]


def test_the_test_that_was_not_calibrated_to_fails_in_one_group():
    lab = labs.historical_experiments()
    lab.preset("A chance to fail")
    assert "agrees with 1 of 2;" in lab.sentence


# The gene test


def test_the_grids_hold_a_hundred_people_each_and_as_many_low_ones_as_the_sentence_says():
    lab = labs.the_gene_test()
    for group, risk in (("carriers", lab.result.carrier_risk), ("others", lab.result.other_risk)):
        low, rest = (len(drawn(lab, f"{name} {group}", "x")) for name in ("low", "not low"))
        assert low == round(100 * risk)
        assert low + rest == 100


def test_without_a_difference_the_sentence_does_not_speak_of_lower():
    lab = labs.the_gene_test()
    lab.preset("Nothing there")
    assert "Carriers score the same as others on average" in lab.sentence
    assert "share 100.0 %" in lab.sentence


def test_a_finding_says_which_way_it_goes_and_large_numbers_can_be_read():
    lab = labs.the_gene_test()
    assert lab.result.estimate > 0  # carriers score lower
    assert "carriers lower" in lab.figure["layout"]["xaxis3"]["title"]["text"]
    lab.preset("Surely different")
    assert "This study of 5,000 people" in lab.sentence


# Litters


def test_the_published_counts_stand_where_they_belong():
    lab = labs.whose_litter()
    published = {trace["meta"]: trace for trace in lab.figure["data"] if str(trace.get("meta")).startswith("published")}
    assert list(published) == ["published 6 of 27", "published 1 of 27", "published 5 of 9"]
    for (shared, litters), trace in zip(((6, 27), (1, 27), (5, 9)), published.values(), strict=True):
        low, high = exact_interval(shared, litters)
        assert trace["y"][0] == pytest.approx(shared / litters)
        assert trace["error_y"]["array"][0] == pytest.approx(high - shared / litters)
        assert trace["error_y"]["arrayminus"][0] == pytest.approx(shared / litters - low)


def test_the_count_of_two_fathers_is_the_one_that_is_told():
    assert "one litter with two fathers" in PATERNITY[0].counted
    assert labs.TWO_FATHERS == 1


def test_the_sentence_tells_the_study_after_nine_and_after_27_litters():
    lab = labs.whose_litter()
    run = lab.result
    assert f"{run.count[8]} of 9 ({run.low[8]:.3f} to {run.high[8]:.3f})" in lab.sentence
    assert f"{run.count[26]} of 27 ({run.low[26]:.3f} to {run.high[26]:.3f})" in lab.sentence
    lab.preset("Never")
    assert "0 of 100 (0.000 to 0.036)" in lab.sentence
    check(lab)


def test_the_line_of_the_test_is_that_of_the_model():
    assert f"{CRITERION:.3f}" == "0.667"
    assert "the line is at 0.667" in labs.the_virtual_vole().sentence
