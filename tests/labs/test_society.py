"""What the pictures and sentences of theme 11 show."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from intimacy.labs import society as labs
from intimacy.labs.society.shared import AWAY, MOST_TIES, SCALE, ring_places
from intimacy.models import society as model
from intimacy.parameters import signed
from intimacy.sweep import grid
from sweep import at, check, scattered, trace, unpacked

HEAVIEST = {
    "in_a_town": {"people": 500, "contacts": 20},
    "many_studies": {"studies": 200, "pairs": 1000},
    "trust_in_a_network": {"neighbours_per_side": 10},
    "in_plain_numbers": {},
    "friends_of_friends": {"network": "novel"},
}
LABS = {name: getattr(labs, name) for name in HEAVIEST}


def ends_of(path: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return the two ends of each line of a path."""
    numbers = re.findall(r"M(-?\d+),(-?\d+)L(-?\d+),(-?\d+)", path)
    return [((int(a), int(b)), (int(c), int(d))) for a, b, c, d in numbers]


@pytest.mark.parametrize("name", LABS)
def test_the_heaviest_frame_is_light(name: str) -> None:
    lab = at(LABS[name], **HEAVIEST[name])
    values = [value for arrays in lab.frame["traces"].values() for value in arrays.values()]
    assert sum(unpacked(value).nbytes for value in values if not isinstance(value, list)) < 150_000
    assert sum(len(value) for value in lab.frame["layout"].values() if isinstance(value, str)) < 40_000


# Networks


@pytest.mark.parametrize(
    ("name", "values"),
    [("in_a_town", {"people": 50, "rewiring": 0.4}), ("trust_in_a_network", {}), ("friends_of_friends", {})],
)
def test_each_tie_is_drawn_once_between_its_two_people(name: str, values: dict[str, Any]) -> None:
    lab = at(LABS[name], **values)
    network = lab.result.network
    places = SCALE * lab.result.positions if name == "friends_of_friends" else ring_places(network.people)
    drawn = ends_of(lab.frame["layout"]["shapes[0].path"])
    pairs = network.pairs()
    assert len(drawn) == network.ties == len(pairs)
    for (one, other), (start, end) in zip(pairs, drawn, strict=True):
        assert start == tuple(np.rint(places[one]).astype(int))
        assert end == tuple(np.rint(places[other]).astype(int))


def test_of_very_many_ties_some_are_drawn() -> None:
    lab = at(labs.in_a_town, people=500, contacts=20)
    assert lab.result.network.ties == 5000
    assert len(ends_of(lab.frame["layout"]["shapes[0].path"])) == MOST_TIES
    assert "5,000 ties" in lab.sentence


def test_another_draw_has_the_ties_of_its_own_run() -> None:
    for make in (labs.in_a_town, labs.trust_in_a_network):
        lab = make()
        before = lab.frame["layout"]["shapes[0].path"]
        lab.set(seed=99)
        assert lab.frame["layout"]["shapes[0].path"] != before


# A town


@pytest.mark.parametrize("values", [{}, {"people": 500}, {"contagion": 0, "start": 1}, {"onset": 0, "contagion": 0.1}])
def test_the_diamonds_are_a_film_of_who_is_lonely(values: dict[str, Any]) -> None:
    lab = at(labs.in_a_town, **values)
    film, run = trace(lab, "lonely"), lab.result
    places = ring_places(run.network.people)
    for year in (0, 1, 17, 60):
        lonely = run.lonely[round(year / model.YEARS_PER_STEP)]
        np.testing.assert_allclose(film["x"][year][lonely], places[lonely, 0], atol=0.1)
        assert (film["x"][year][~lonely] == AWAY).all()
    assert lab.figure["layout"]["xaxis2"]["range"][0] > AWAY
    np.testing.assert_allclose(film["y"], trace(lab, "people")["y"])


def test_the_outer_line_follows_the_causes() -> None:
    lab = at(labs.in_a_town, "Nothing spreads")
    line, run = trace(lab, "causes"), lab.result
    radius = np.hypot(line["x"], line["y"])[:-1]
    assert np.corrcoef(radius, run.causes)[0, 1] == pytest.approx(1, abs=1e-6)
    lab.preset("It spreads")
    line = trace(lab, "causes")
    assert np.ptp(np.hypot(line["x"], line["y"])) < 1e-3  # even causes: a circle
    assert "outer line" not in lab.frame["layout"]["annotations[2].text"]


def test_what_is_said_of_a_town_is_what_it_is() -> None:
    kinds = set()
    for lab in scattered(at(labs.in_a_town), 60):
        run, parameters, sentence = lab.result, lab.parameters, lab.sentence
        assert f"{100 * run.lonely[60:].mean():.1f} % of people are lonely on average" in sentence
        assert f"{100 * run.lonely[-1].mean():.1f} % at the end" in sentence
        assert f"come to rest at {100 * model.expected_share(parameters):.1f} %" in sentence
        if not run.lonely[60:-1].any():
            assert "no groups of them to count" in sentence
            kinds.add("none")
        elif parameters.contagion == 0:
            assert "there is none" in sentence
            kinds.add("no contagion")
        else:
            said = re.search(r"Of 100 times that loneliness begins, (\d+) come", sentence)
            kinds.add("contagion" if said else "all lonely")
            if said:
                assert int(said[1]) == round(100 * run.caught_share)
    assert "contagion" in kinds
    assert "there is none" in at(labs.in_a_town, contagion=0).sentence
    assert "no groups" in at(labs.in_a_town, onset=0, start=0).sentence


def test_stories_of_the_town_end_as_they_are_told() -> None:
    lab = labs.in_a_town()
    rest = {}
    for preset in ("It spreads", "Help each lonely person", "Halve the causes", "Halve causes and contagion"):
        lab.preset(preset)
        rest[preset] = model.expected_share(lab.parameters), lab.result.settled_share
    assert rest["Help each lonely person"][0] == pytest.approx(rest["Halve causes and contagion"][0])
    assert rest["Help each lonely person"][0] < rest["Halve the causes"][0] < rest["It spreads"][0]
    assert rest["Help each lonely person"][1] < rest["Halve the causes"][1] < rest["It spreads"][1]
    clusters = {}
    for preset in ("It spreads", "Nothing spreads", "Causes anywhere"):
        lab.preset(preset)
        clusters[preset] = lab.result.clustering
    assert min(clusters["It spreads"], clusters["Nothing spreads"]) > 1.1
    assert clusters["Causes anywhere"] == pytest.approx(1, abs=0.06)
    lab.preset("Contacts all over town")
    assert lab.result.clustering == pytest.approx(clusters["It spreads"], abs=0.05)
    lab.preset("It spreads")
    few = float(np.std(lab.result.share[60:]))
    lab.preset("Five hundred people")
    assert np.std(lab.result.share[60:]) < 0.7 * few  # "What becomes smoother?"
    lab.preset("Twice as many contacts")
    assert lab.result.settled_share > rest["It spreads"][1] + 0.05
    lab.preset("The published rates")
    assert model.expected_share(lab.parameters) == pytest.approx(0.414, abs=1e-3)


def test_the_first_draw_of_the_town_is_as_the_mean_of_many_draws() -> None:
    lab = labs.in_a_town()
    for preset in ("It spreads", "Contacts all over town", "Nothing spreads", "Causes anywhere"):
        lab.preset(preset)
        many = np.mean([model.simulate_loneliness(lab.parameters, seed).clustering for seed in range(40)])
        assert lab.result.clustering == pytest.approx(many, abs=0.06), preset


# Studies


@pytest.mark.parametrize("values", [{}, {"studies": 200}, {"setting_effect": 0.6, "contagion": 0.1, "homophily": 2.5}])
def test_each_study_is_a_point_in_each_row_and_a_diamond_where_significant(values: dict[str, Any]) -> None:
    lab = at(labs.many_studies, **values)
    run = lab.result
    drawn = {key: trace(lab, key) for key in ("found", "nothing found")}
    for height, analysis in enumerate(("both", "hidden cause", "naive")):
        significant = run.significant(analysis)
        for key, chosen in (("found", significant), ("nothing found", ~significant)):
            here = np.abs(drawn[key]["y"] - height) < 0.5
            np.testing.assert_allclose(drawn[key]["x"][here], run.estimate[analysis][chosen], atol=1e-6)
        text = lab.frame["layout"][f"annotations[{4 - height}].text"]
        assert f": {significant.sum()} of {lab.values['studies']} ◆" in text
        expected, truth = trace(lab, "expected"), trace(lab, "truth")
        (row,) = np.flatnonzero(expected["y"] == height)
        assert expected["x"][row] == pytest.approx(model.expected_estimate(lab.parameters, analysis))
        assert truth["x"][row] == pytest.approx(lab.values["contagion"])
    low, high = lab.frame["layout"]["xaxis2.range"]
    every = np.concatenate([drawn[key]["x"] for key in drawn])
    assert low <= every.min()
    assert every.max() <= high


def test_the_people_are_those_of_the_first_study_and_the_line_is_theirs() -> None:
    lab = at(labs.many_studies, homophily=2)
    lab.set(seed=5)
    people, fit = trace(lab, "people"), trace(lab, "fit")
    asked = model.interviews(lab.parameters, 1, 5)
    np.testing.assert_allclose(people["x"], asked["friend_before"], atol=1e-5)
    np.testing.assert_allclose(people["y"], asked["after"], atol=1e-5)
    slope, middle = np.polyfit(people["x"], people["y"], 1)
    np.testing.assert_allclose(fit["y"], middle + slope * fit["x"], atol=1e-4)
    r = np.corrcoef(asked["before"], asked["friend_before"])[0, 1]
    assert lab.frame["layout"]["annotations[1].text"].endswith(f"r = {r:.2f}".replace("-", "−"))


def test_counts_and_means_are_told_as_they_are() -> None:
    for lab in scattered(at(labs.many_studies), 30):
        run, sentence = lab.result, lab.sentence
        counts = [int(run.significant(each).sum()) for each in ("naive", "hidden cause", "both")]
        said = re.search(
            r"as usual, (\d+) of (\d+) studies .* measured too, it is (\d+) of .* setting measured, (\d+) of", sentence
        )
        assert said
        assert [int(each) for each in (said[1], said[3], said[4])] == counts
        means = [signed(float(run.estimate[each].mean()), 3) for each in ("naive", "hidden cause", "both")]
        assert f"the mean over all {lab.values['studies']} is {means[0]};" in sentence
        assert f"with a mean over all of {means[1]};" in sentence
        assert sentence.endswith(f"with a mean over all of {means[2]}.")
        assert ("There is no contagion." in sentence) == (lab.values["contagion"] == 0)
        endless = 100 * model.expected_share_significant(lab.parameters)
        assert f"of endless studies {endless:.1f} % would be significant" in sentence


@pytest.mark.parametrize("values", [{}, {"setting_effect": 1.0}, {"cause_effect": 1.0}, {"pairs": 1000}])
def test_everybody_whom_the_first_study_asked_is_inside_the_axes(values: dict[str, Any]) -> None:
    lab = at(labs.many_studies, **values)
    for axis, values_asked in zip(("xaxis", "yaxis"), (trace(lab, "people")[each] for each in "xy"), strict=True):
        low, high = lab.frame["layout"][f"{axis}.range"]
        assert low < values_asked.min()
        assert values_asked.max() < high


def test_stories_of_studies_end_as_they_are_told() -> None:
    shares = {}
    lab = labs.many_studies()
    for preset in lab.preset_names:
        lab.preset(preset)
        shares[preset] = [lab.result.share_significant(each) for each in ("naive", "hidden cause", "both")]
    assert 0.5 < shares["Alike, nothing catching"][0] < 0.7
    assert shares["Friends at random"][0] < 0.11
    assert shares["Very much alike"][0] > 0.95
    assert shares["One place"][1] >= shares["One place"][0] > 0.9  # measuring the cause does not help there
    assert shares["One place"][2] < 0.11
    assert min(shares["Real contagion"]) > 0.95
    assert shares["More people"][0] > shares["Alike, nothing catching"][0] + 0.2
    lab.preset("Real, and alike")
    assert lab.result.estimate["naive"].mean() == pytest.approx(0.37, abs=0.01)


# Trust


@pytest.mark.parametrize("values", [{}, {"repair": 0.3}, {"meetings": "well_mixed"}])
def test_the_people_are_a_film_of_their_trust(values: dict[str, Any]) -> None:
    lab = at(labs.trust_in_a_network, **values)
    people, run = trace(lab, "people"), lab.result
    assert len(run.watched) == 300
    for stop in (0, 7, len(people["marker.color"]) - 1):
        now = run.watched_trust[stop * labs.trust.STEPS_PER_STOP]
        np.testing.assert_allclose(people["marker.color"][stop], now, atol=1e-6)
        assert (np.diff(people["marker.size"][stop][np.argsort(now)]) >= 0).all()
    assert bool(ends_of(lab.frame["layout"]["shapes[0].path"])[0][0] != (0, 0)) == (not values.get("meetings"))


def test_the_wall_is_the_critical_repair_and_the_rest_is_the_formula_s() -> None:
    for lab in scattered(at(labs.trust_in_a_network), 40):
        p, run = lab.parameters, lab.result
        lost = 1 - p.misunderstanding
        wall = max(0, 1 - lost / p.loss_ratio)
        assert lab.frame["layout"]["shapes[1].x0"] == lab.frame["layout"]["shapes[1].x1"] == pytest.approx(wall)
        hurt = (1 - p.repair) * p.loss_ratio
        rest = (lost - hurt) / (lost * (1 - hurt)) if hurt < lost and p.start > 0 else 0
        assert trace(lab, "rest")["y"] == pytest.approx([rest, rest], abs=1e-6)
        assert trace(lab, "repair")["x"] == pytest.approx([p.repair])
        if p.start == 0:
            continue
        assert f"is {run.mean[-1]:.3f}, with" in lab.sentence
        assert ("trust dies out" in lab.sentence) == (rest == 0)
        assert ("without any repair" in lab.sentence) == (wall == 0)
        behind, restless = run.mean_field[-1] - run.mean[-1] > 0.05, abs(run.mean_field[-1] - rest) > 0.05
        assert ("here people differ" in lab.sentence) == behind
        assert ("not come to rest yet" in lab.sentence) == (restless and not behind)
        assert (f"and is at {run.mean_field[-1]:.3f} now" in lab.sentence) == restless


@pytest.mark.parametrize("values", [{}, {"repair": 1.0}, {"misunderstanding": 0.0, "loss_ratio": 1.0}])
def test_where_nobody_trusts_at_the_start_it_stays_so_and_is_said_to(values: dict[str, Any]) -> None:
    lab = at(labs.trust_in_a_network, start=0.0, **values)
    assert not lab.result.mean.any()
    assert not lab.result.mean_field.any()
    assert trace(lab, "rest")["y"] == pytest.approx([0, 0])
    assert "trust stays at 0, whatever is repaired" in lab.sentence
    assert "comes to rest" not in lab.sentence


def test_who_is_tied_to_whom_does_not_count_where_anyone_meets_anyone() -> None:
    lab = at(labs.trust_in_a_network, "Anyone meets anyone")
    before = lab.result.mean
    for name, other in (("rewiring", 1.0), ("neighbours_per_side", 1)):
        lab.preset("Anyone meets anyone")
        lab.set(**{name: other})
        np.testing.assert_array_equal(lab.result.mean, before)
    assert "p =" not in at(labs.trust_in_a_network, "Anyone meets anyone").frame["shown"]


def test_stories_of_trust_end_as_they_are_told() -> None:
    lab = labs.trust_in_a_network()
    end = {}
    for preset in lab.preset_names:
        lab.preset(preset)
        end[preset] = float(lab.result.mean[-1])
    assert end["Seven of ten repaired"] > 0.75
    assert end["Three of ten repaired"] < 0.15
    for preset in ("A perfect ring", "Ties all over", "Anyone meets anyone"):
        assert end[preset] == pytest.approx(end["Seven of ten repaired"], abs=0.03)
    lab.preset("Just enough?")
    assert lab.parameters.expected_trust > 0
    assert "here people differ" in lab.sentence
    assert "comes to rest at 0.556 and is at 0.623 now" in lab.sentence
    lab.preset("Nothing is lost")
    assert lab.parameters.critical_repair == pytest.approx(0.5)
    assert end["Nothing is lost"] > 0.95


POINTS = grid(misunderstanding=[0.0, 0.2], repair=[0.3, 0.9], steps=[20], start=[0.8])


def test_the_map_is_a_picture_of_the_sweep() -> None:
    results = [model.steady_trust(point, seed) for seed, point in enumerate(POINTS)]
    still = labs.phase_diagram(POINTS, results)
    check(still)
    heat = next(each for each in still.figure["data"] if each["type"] == "heatmap")
    for point, result in zip(POINTS, results, strict=True):
        row, column = [0.3, 0.9].index(point["repair"]), [0.0, 0.2].index(point["misunderstanding"])
        assert heat["z"][row][column] == pytest.approx(result["trust"])
    key = next(each["meta"] for each in still.figure["data"] if each["type"] == "scatter")
    wall = trace(still, key)
    np.testing.assert_allclose(wall["y"], 1 - (1 - wall["x"]) / 2, rtol=1e-6)
    assert len(still.table()) == 4
    gaps = [
        abs(result["trust"] - float(model.expected_trust(point["misunderstanding"], point["repair"], 2)))
        for point, result in zip(POINTS, results, strict=True)
    ]
    assert (
        f"The runs lie {np.mean(gaps):.3f} from the formula on average, and at most {max(gaps):.3f}" in still.sentence
    )


def test_the_wall_of_a_map_follows_the_weight_of_a_hurt() -> None:
    points = [{**point, "loss_ratio": 3.0} for point in POINTS]
    still = labs.phase_diagram(points, [{"trust": 0.5}] * 4)
    key = next(each["meta"] for each in still.figure["data"] if each["type"] == "scatter")
    wall = trace(still, key)
    np.testing.assert_allclose(wall["y"], 1 - (1 - wall["x"]) / 3, rtol=1e-6)


def test_a_map_of_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="results must be as many as points, got 1 for 4"):
        labs.phase_diagram(POINTS, [{"trust": 0.5}])
    with pytest.raises(ValueError, match="every combination of misunderstanding and repair once"):
        labs.phase_diagram(POINTS[:3], [{"trust": 0.5}] * 3)
    with pytest.raises(ValueError, match="every combination of misunderstanding and repair once"):
        labs.phase_diagram([*POINTS, POINTS[0]], [{"trust": 0.5}] * 5)


# Plain numbers


def test_a_thousand_people_stand_in_four_groups() -> None:
    groups = ("anyway", "extra", "spared", "never")
    for lab in scattered(at(labs.in_plain_numbers), 60):
        run = lab.result
        without, with_it = run.counts
        drawn = {key: trace(lab, key) for key in groups}
        counts = {key: len(drawn[key]["x"]) for key in groups}
        assert sum(counts.values()) == 1000
        assert counts["anyway"] + counts["extra"] == with_it
        assert counts["anyway"] + counts["spared"] == without
        assert 0 in (counts["extra"], counts["spared"])
        places = {(x, y) for key in groups for x, y in zip(drawn[key]["x"], drawn[key]["y"], strict=True)}
        assert places == {(x, y) for x in range(40) for y in range(25)}
        for line, key in enumerate(groups, start=1):
            text = lab.frame["layout"][f"annotations[{line}].text"]
            assert (f" {counts[key]} " in text) == bool(counts[key])
        assert f"Of 1,000 people without it, {without} have the event; of 1,000 with it, {with_it}:" in lab.sentence
        assert f"risk ratio of {run.risk / run.baseline_risk:.3f} here" in lab.sentence


@pytest.mark.parametrize(
    ("preset", "counts"),
    [
        ("Living alone, odds of death", (100, 128)),
        ("Isolation, newest synthesis", (100, 130)),
        ("Loneliness, newest synthesis", (100, 113)),
        ("Isolation, odds of death", (100, 125)),
        ("Loneliness, older people", (300, 325)),
        ("Ties and survival", (900, 931)),
        ("Unequal incomes, loneliness", (165, 231)),
        ("A rare event", (10, 13)),
        ("A common event", (500, 569)),
    ],
)
def test_published_ratios_among_a_thousand(preset: str, counts: tuple[int, int]) -> None:
    lab = at(labs.in_plain_numbers, preset)
    assert lab.result.counts == counts
    assert f"{counts[1] - counts[0]} more" in lab.sentence


def test_every_ratio_of_a_study_stands_with_its_key_and_no_story_speaks_to_you() -> None:
    lab = labs.in_plain_numbers()
    for preset in lab.presets:
        if not preset["name"].startswith("A "):
            assert re.search(r"\[[a-z]+20\d\d\]", preset["story"]), preset["story"]
        assert not re.search(r"\byou(r)? (risk|will)|die earlier", preset["story"])


# Friends of friends


@pytest.mark.parametrize("name", model.SOURCES)
def test_everyone_is_drawn_once_by_whether_their_friends_have_more(name: str) -> None:
    lab = at(labs.friends_of_friends, network=name)
    run = lab.result
    for kind, chosen in (("outnumbered", run.outnumbered), ("others", ~run.outnumbered)):
        below, above = trace(lab, kind), trace(lab, f"{kind} drawn")
        np.testing.assert_allclose(below["x"], run.degrees[chosen])
        np.testing.assert_allclose(below["y"], run.friends_mean[chosen], rtol=1e-6)
        np.testing.assert_allclose(above["x"], SCALE * run.positions[chosen, 0], atol=0.01)
        assert (below["y"] > below["x"]).all() == (kind == "outnumbered") or not chosen.any()
    assert f"{run.outnumbered.sum()} of {len(run.names)} (" in lab.sentence
    assert model.SOURCES[name].limits in lab.sentence
    assert f"the mean over friends {run.mean_of_a_friend:.3f}" in lab.sentence


def test_who_has_most_ties_is_named_only_where_it_is_one() -> None:
    lab = labs.friends_of_friends()
    for values, said in (
        ({"network": "karate"}, "Most ties: number 34, with 17."),
        ({"network": "families"}, "Most ties: Medici, with 6."),
        ({"network": "women"}, "Most ties: 17, which 7 have."),
        ({"network": "small_world", "rewiring": 0.0}, "All have 4 ties."),
    ):
        lab.set(**values)
        assert said in lab.sentence


@pytest.mark.parametrize("name", model.SOURCES)
def test_everyone_can_be_found_by_name_in_both_pictures(name: str) -> None:
    lab = at(labs.friends_of_friends, network=name)
    run = lab.result
    called = [f"number {each}" if each.isdigit() else each for each in run.names]
    for kind, chosen in (("outnumbered", run.outnumbered), ("others", ~run.outnumbered)):
        here = [each for each, is_here in zip(called, chosen, strict=True) if is_here]
        assert lab.frame["traces"][f"{kind} drawn"]["text"] == here
        assert lab.frame["traces"][kind]["text"] == here
    shown = {each["meta"]: each for each in lab.figure["data"]}
    assert "%{text}" in shown["others"]["hovertemplate"]


def test_almost_everyone_in_the_club_knows_one_of_two() -> None:
    lab = labs.friends_of_friends()
    story = next(each["story"] for each in lab.presets if each["name"] == "A karate club")
    assert "the two of whom almost everyone knows one" in story
    network = lab.result.network
    known = set(network.neighbours_of(0)) | set(network.neighbours_of(33))
    assert len(known - {0, 33}) == 29  # of the other 32


def test_the_controls_of_the_small_world_rest_in_the_other_networks() -> None:
    lab = labs.friends_of_friends()
    assert "N =" not in lab.frame["shown"]
    lab.set(network="small_world")
    assert "N = 40" in lab.frame["shown"]


def test_the_networks_are_said_to_be_old_small_or_invented() -> None:
    lab = labs.friends_of_friends()
    for name, word in (("karate", "1977"), ("families", "alliance"), ("women", "1941"), ("novel", "invented")):
        lab.set(network=name)
        assert word in lab.sentence
