"""What the pictures and sentences of theme 8's games show."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from intimacy.labs import communication_repair as labs
from intimacy.labs.communication_repair.marks import LOOKS, LOW, TALL
from intimacy.models import communication_repair as model
from intimacy.models.communication_repair import LABELS, STRATEGIES, playable
from intimacy.widgets import Game
from sweep import at, check, repeats_as_code, scattered, trace, unpacked

LABS = {
    each.__name__: each
    for each in (labs.one_misunderstanding, labs.the_tournament, labs.evolve_a_crowd, labs.price_of_generosity)
}
EVERYBODY = dict.fromkeys(STRATEGIES, 5)
HEAVIEST = {
    "one_misunderstanding": {"mishearing": 0.3, "slip": 0.3, "repair": 0.5},
    "the_tournament": EVERYBODY,
    "evolve_a_crowd": EVERYBODY,
    "price_of_generosity": {},
}


@pytest.mark.parametrize("name", LABS)
def test_the_heaviest_frame_is_light(name: str) -> None:
    lab = at(LABS[name], **HEAVIEST[name])
    values = [value for arrays in lab.frame["traces"].values() for value in arrays.values()]
    assert sum(unpacked(value).nbytes for value in values if not isinstance(value, list)) < 40_000


def test_every_strategy_has_a_look_of_its_own() -> None:
    assert set(LOOKS) == set(STRATEGIES)
    assert len(set(LOOKS.values())) == 12


# Two people


def test_each_move_is_a_bar_and_each_mishearing_stands_on_the_move_that_was_misheard() -> None:
    for lab in scattered(labs.one_misunderstanding(), 40):
        run, crosses = lab.result, trace(lab, "misheard")
        for person, name in enumerate("ij"):
            bars = trace(lab, f"moves {name}")
            assert bars["x"].tolist() == list(range(1, labs.ROUNDS + 1))
            np.testing.assert_allclose(bars["y"], np.where(run.moves[:, person] == 0, TALL, LOW), rtol=1e-6)
            above = crosses["x"][(crosses["y"] > bars["base"][0]) & (crosses["y"] < bars["base"][0] + 1.1)]
            heard_wrong = run.heard[:, 1 - person] != run.moves[:, person]
            assert above.tolist() == (np.flatnonzero(heard_wrong) + 1).tolist()
        assert len(trace(lab, "slipped")["x"]) == (run.meant != run.moves).sum()
        assert len(trace(lab, "repaired")["x"]) == (run.repaired > 0).sum()
        legend = lab.frame["layout"]["annotations[1].text"]
        assert ("misheard" in legend) == bool(len(crosses["x"]))
        assert ("slipped" in legend) == bool(run.slipped.any())
        assert ("undone" in legend) == bool(run.repaired.any())


@pytest.mark.parametrize("values", [{}, {"misheard_round": 0, "mishearing": 0.05}, {"mishearing": 0.3}])
def test_talk_makes_a_ring_of_each_cross_where_it_stands(values: dict[str, float]) -> None:
    with_talk = at(labs.one_misunderstanding, repair=1, first="grudger", second="coin", **values)
    misheard = at(labs.one_misunderstanding, first="grudger", second="coin", **values)
    crosses, rings = trace(misheard, "misheard"), trace(with_talk, "repaired")
    assert len(crosses["x"])
    # The same luck: the same moves are misheard, and all of them are undone.
    assert set(zip(*crosses.values(), strict=True)) == set(zip(*rings.values(), strict=True))


def test_the_lines_are_the_match_so_far_its_mean_and_the_long_run() -> None:
    for lab in scattered(labs.one_misunderstanding(), 20):
        run, line, mean, end = lab.result, *(trace(lab, key) for key in ("so far", "expected", "long run"))
        reached = (run.moves == 0).sum(axis=1).cumsum() / (2 * run.rounds)
        np.testing.assert_allclose(line["y"], reached, rtol=1e-6)
        np.testing.assert_allclose(mean["y"], run.expected_reaching_out, rtol=1e-6)
        np.testing.assert_allclose(end["y"], run.long_run.reaching_out.mean(), rtol=1e-6, atol=1e-9)
        said = [float(each) for each in re.findall(r"(\d+\.\d) %", lab.sentence)]
        expected = [run.reaching_out[-1], run.expected_reaching_out[-1], run.long_run.reaching_out.mean()]
        assert said == pytest.approx([100 * each for each in expected], abs=0.051)


def test_what_becomes_of_a_planted_misunderstanding_is_told_as_it_is() -> None:
    kinds = set()
    for lab in scattered(labs.one_misunderstanding(), 150, seed=8):
        planted, run, sentence = lab.values["misheard_round"], lab.result, lab.sentence
        if not planted:
            assert "After the misunderstanding" not in sentence
            continue
        after = np.flatnonzero((run.moves[planted:] == 1).any(axis=1)) + planted + 1
        if run.heard[planted - 1, 1] == run.moves[planted - 1, 0]:
            kinds.add("undone")
            assert f"planted in round {planted} was undone by talk" in sentence
        elif not len(after):
            kinds.add("nothing")
            assert f"in round {planted} nobody holds back" in sentence
        elif len(after) == 1:
            kinds.add("one")
            assert f"somebody holds back in round {after[0]} and in no other." in sentence
        elif after[-1] == labs.ROUNDS:
            kinds.add("to the end")
            assert f"somebody holds back in {len(after)} rounds, to the last one." in sentence
        else:
            kinds.add("over")
            assert f"somebody holds back in {len(after)} rounds, for the last time in round {after[-1]}." in sentence
    assert kinds >= {"undone", "to the end", "over"}


def test_rounds_are_counted_and_not_moves() -> None:
    lab = at(labs.one_misunderstanding, "Never forgives")
    assert lab.result.moves[10:].sum() == 99
    assert "somebody holds back in 50 rounds, to the last one." in lab.sentence
    lab.preset("Win-stay, lose-shift")
    assert "somebody holds back in 2 rounds, for the last time in round 12." in lab.sentence
    lab.set(first="always_reaches_out", second="tit_for_tat")
    assert "somebody holds back in round 11 and in no other." in lab.sentence


def test_the_stories_of_two_end_as_they_are_told() -> None:
    lab = labs.one_misunderstanding()
    assert lab.result.moves[10:].sum(axis=1).tolist() == [1] * 50  # it echoes: always exactly one of the two
    lab.preset("Win-stay, lose-shift")
    assert lab.result.moves[:, :].sum() == 3
    assert lab.result.moves[12:].sum() == 0
    lab.preset("Both generous")
    assert 0 < lab.result.moves[10:].sum() < 15
    lab.preset("Never forgives")
    assert lab.result.moves[11:].all()
    lab.preset("Always reaching out")
    assert not lab.result.moves.any()
    lab.preset("With talk")
    assert lab.result.misheard.sum() == 1  # one gets through …
    assert lab.result.moves[-20:].any(axis=1).all()  # … and echoes to the end
    lab.preset("Talk and generosity")
    assert lab.result.misheard.sum() == 1
    assert not lab.result.moves[-20:].any()
    for preset, share in (("Making up for it", 0.8275), ("Nothing to make up for", 0.5)):
        lab.preset(preset)
        assert lab.result.long_run.reaching_out.mean() == pytest.approx(share, abs=5e-5)
        assert lab.result.slipped.any() == (preset == "Making up for it")


def test_drawing_again_changes_the_match_and_not_the_mean() -> None:
    lab = at(labs.one_misunderstanding, "Noise all along")
    lines = {key: trace(lab, key)["y"] for key in ("expected", "long run", "so far")}
    lab.set(seed=99)
    assert (trace(lab, "so far")["y"] != lines["so far"]).any()
    for key in ("expected", "long run"):
        np.testing.assert_array_equal(trace(lab, key)["y"], lines[key])


# The tournament


def test_bars_diamonds_and_places_are_those_of_the_run() -> None:
    for lab in scattered(labs.the_tournament(), 25):
        run, end = lab.result, lab.frame["layout"]["xaxis.range"][1]
        rows, played, words = {}, trace(lab, "played"), trace(lab, "places")
        for name in STRATEGIES:
            bar = trace(lab, name)
            assert len(bar["x"]) == (name in run.names)
            if name in run.names:
                rows[name] = bar["y"][0]
                score = run.expected_score[run.names.index(name)]
                assert bar["x"][0] == pytest.approx(score, rel=1e-6)
                assert 0 <= score <= end
        np.testing.assert_allclose(played["x"], run.score, rtol=1e-6)
        assert played["y"].tolist() == [rows[name] for name in run.names]
        for name, copies, text in zip(run.names, run.copies, words["text"], strict=True):
            assert text.endswith(f"{run.order.index(name) + 1}.")
            assert (f"×{copies:.0f}" in text) == (copies > 1)


def test_the_sentence_of_a_tournament_names_first_and_last() -> None:
    for lab in scattered(labs.the_tournament(), 25, seed=5):
        run = lab.result
        if run.copies.sum() == 1:
            assert "nobody to meet" in lab.sentence
            continue
        best = run.expected_score.max()
        assert f"First on average: {LABELS[run.order[0]].lower()}, with {best:.2f} points" in lab.sentence
        assert f"; last: {LABELS[run.order[-1]].lower()}, {run.expected_score.min():.2f}" in lab.sentence
        assert f"{int(run.copies.sum())} people of {len(run.names)} kind" in lab.sentence


def test_an_empty_tournament_says_so() -> None:
    lab = at(labs.the_tournament, **dict.fromkeys(STRATEGIES, 0))
    check(lab)
    assert "There is nobody to meet" in lab.sentence


def test_the_stories_of_the_tournament_have_different_winners() -> None:
    lab = labs.the_tournament()
    winners = {}
    for preset in lab.preset_names:
        lab.preset(preset)
        winners[preset] = lab.result.order[0]
    assert winners["Seven, with slips"] == winners["A trusting crowd"] == "always_holds_back"
    assert winners["Seven, no noise"] == "grudger"
    assert winners["All twelve"] == winners["A forgiving crowd"] == "two_chances"
    lab.preset("Seven, with slips")
    assert lab.result.order.index("generous") + 1 == 6
    lab.preset("A hard crowd")
    points = dict(zip(lab.result.names, lab.result.expected_score, strict=True))
    assert points["generous"] == min(points.values())


# A crowd


def test_the_areas_are_the_shares_and_add_up() -> None:
    for lab in scattered(labs.evolve_a_crowd(), 25):
        run = lab.result
        total = np.zeros(model.GENERATIONS + 1)
        for name in STRATEGIES:
            area = trace(lab, name)
            assert area["x"].tolist() == list(range(model.GENERATIONS + 1))
            assert area["y"].any() == (name in run.names)
            np.testing.assert_allclose(area["y"], run.share(name), rtol=1e-5, atol=1e-7)
            total += area["y"]
        np.testing.assert_allclose(total, 1, atol=1e-5)
        np.testing.assert_allclose(trace(lab, "reaching out")["y"], run.reaching_out, rtol=1e-5, atol=1e-7)


def test_each_label_stands_inside_its_own_area_and_beside_no_other() -> None:
    for lab in scattered(labs.evolve_a_crowd(), 40):
        run, layout = lab.result, lab.frame["layout"]
        drawn = [name for name in reversed(LOOKS) if name in run.names]
        places = []
        for number, name in enumerate(LOOKS):
            if not layout[f"annotations[{number}].text"]:
                continue
            assert layout[f"annotations[{number}].text"] == LABELS[name]
            generation, height = (layout[f"annotations[{number}].{axis}"] for axis in "xy")
            below = sum(run.share(each)[int(generation)] for each in drawn[: drawn.index(name)])
            assert below < height < below + run.share(name)[int(generation)]
            centred = layout[f"annotations[{number}].xanchor"] == "center"
            assert centred == (generation > 4)  # the first column is too near the edge for the middle of a name
            places.append((generation, height))
        for (one, low), (other, high) in itertools.combinations(places, 2):
            assert abs(high - low) >= 0.06 or abs(other - one) >= 130
        largest = list(LOOKS).index(run.names[int(run.shares[[40, 70, 100, 130, 160]].max(axis=0).argmax())])
        assert layout[f"annotations[{largest}].text"]


def test_every_kind_is_labelled_in_every_story_and_beside_many_coins() -> None:
    lab = labs.evolve_a_crowd()
    for preset in (*lab.preset_names, None):
        if preset is None:
            lab.reset()
            lab.set(coin=20)
        else:
            lab.preset(preset)
        labels = {lab.frame["layout"][f"annotations[{number}].text"] for number in range(len(LOOKS))} - {""}
        assert labels == {LABELS[name] for name in lab.result.names}


def test_the_stories_of_the_crowd_end_as_they_are_told() -> None:
    lab = labs.evolve_a_crowd()
    left = {}
    for preset in lab.preset_names:
        lab.preset(preset)
        left[preset] = lab.result.largest
        share = 100 * lab.result.shares[-1].max()
        assert f"generations: {LABELS[lab.result.largest].lower()} {share:.1f} %" in lab.sentence
    assert left["Five kinds, in noise"] == "always_holds_back"
    assert left["Two more kinds"] == "generous"
    assert left["Five kinds, with talk"] == "pavlov"
    assert left["A hard crowd, a few in kind"] == "generous"
    assert left["A hard crowd, a few generous"] == "always_holds_back"
    assert len(set(left.values())) >= 4
    lab.preset("Somebody always tries")
    assert lab.result.shares[-1].min() > 0.01


# The price


def test_the_curves_and_the_dots_are_those_of_the_run() -> None:
    for lab in scattered(labs.price_of_generosity(), 25):
        run, top = lab.result, lab.frame["layout"]["yaxis.range"][1]
        curves = {"with own kind": run.with_own_kind, "with other": run.with_other, "other gets": run.other_gets}
        for (key, values), here in zip(curves.items(), run.here, strict=True):
            np.testing.assert_allclose(trace(lab, key)["y"], values, rtol=1e-5, atol=1e-6)
            dot = trace(lab, f"{key} here")
            assert dot["x"][0] == pytest.approx(lab.values["generosity"])
            assert dot["y"][0] == pytest.approx(here, rel=1e-5, abs=1e-6)
            assert f"{here:.3f}" in lab.sentence
            assert values.max() <= top
        line = trace(lab, "optimal")
        assert (len(line["x"]) == 0) == (run.optimal is None) == ("no limit to compute" in lab.sentence)
        assert ("taking turns" in lab.sentence) == (lab.values["temptation"] >= 6) == (run.optimal == 0)


def test_the_price_at_the_start_is_that_of_the_dossier() -> None:  # 8-T18
    lab = labs.price_of_generosity()
    assert "with no generosity the generous one would get 1.020, with full generosity 0.040" in lab.sentence
    for generosity, points in ((0.1, "0.922"), (0.5, "0.530")):
        lab.set(generosity=generosity)
        assert f"the generous one gets {points}" in lab.sentence


def generosity_for_most_of_the_gain(run: model.GenerosityRun) -> float:
    """Return the generosity from which nine tenths of what it gains among the generous are there."""
    gains = run.with_own_kind - run.with_own_kind[0]
    return float(model.GENEROSITIES[(gains >= 0.9 * gains[-1]).argmax()])


def test_the_stories_of_the_price_are_so() -> None:
    lab = labs.price_of_generosity()
    price = lab.result.with_other[0] - lab.result.with_other[-1]
    gain = lab.result.with_own_kind[-1] - lab.result.with_own_kind[0]
    assert lab.result.other_gets[-1] - lab.result.other_gets[0] > 3
    needed = generosity_for_most_of_the_gain(lab.result)
    lab.preset("One error in ten")
    assert lab.result.with_other[0] - lab.result.with_other[-1] < price
    assert lab.result.with_own_kind[-1] - lab.result.with_own_kind[0] < gain
    assert generosity_for_most_of_the_gain(lab.result) > needed + 0.3
    story = next(each["story"] for each in lab.presets if each["name"] == "One error in ten")
    assert "Generosity gains less among the generous now, and more of it is needed" in story
    low = float(np.interp(0.05, model.GENEROSITIES, lab.result.with_own_kind))
    lab.preset("With talk")
    assert float(np.interp(0.05, model.GENEROSITIES, lab.result.with_own_kind)) > low + 0.3
    lab.preset("Little temptation")
    assert lab.result.optimal == pytest.approx(0.8)
    lab.preset("Somebody who answers in kind")
    assert np.ptp(lab.result.with_other) < 0.75
    assert lab.result.with_other[-1] > 2.9


# The stranger


def played(seed: int = 1, every: int = 4) -> Game:
    """Play a game to its end: what was heard, and talk now and then."""
    game = labs.meet_a_stranger(seed)
    while not game.state.finished:
        turns = game.state.history
        if game.state.may_talk and len(turns) % every == 0:
            game.move("talk")
        game.move("hold_back" if turns and turns[-1].heard else "reach_out")
    return game


def test_a_whole_game_says_each_round_and_keeps_the_stranger_for_the_end() -> None:
    game = labs.meet_a_stranger()
    moves = 0
    while game.scene["moves"]:
        assert not any(each.label.lower() in game.sentence.lower() for each in STRATEGIES.values())
        values = [move["value"] for move in game.scene["moves"]]
        assert ("talk" in values) == game.state.may_talk
        game.move("talk" if "talk" in values and moves % 5 == 1 else "reach_out")
        moves += 1
        assert len(game.scene["log"]) == moves
        assert game.scene["log"][-1] in game.sentence
    result = game.state.result
    assert f"It was: {result.stranger.label.lower()}. {result.stranger.description}" in game.sentence
    assert f"You have {result.points:g} points, they {result.their_points:g}." in game.sentence
    assert "score" not in game.sentence


@pytest.mark.parametrize("seed", range(6))
def test_what_was_done_is_drawn_where_it_is_known(seed: int) -> None:
    game = labs.meet_a_stranger(seed)
    while not game.state.finished:
        if game.state.may_talk and game.state.round % 3 == 0:
            game.move("talk")
        game.move("hold_back" if game.state.round % 4 == 0 else "reach_out")
        turns = game.state.history
        known = [turn for turn in turns if turn.talked or game.state.finished]
        heard, truth, crosses = (trace(game, key) for key in ("heard", "truth", "misheard"))
        np.testing.assert_allclose(heard["y"], [LOW if turn.heard else TALL for turn in turns], rtol=1e-6)
        assert truth["x"].tolist() == [turn.round for turn in known]
        np.testing.assert_allclose(truth["y"], [LOW if turn.other else TALL for turn in known], rtol=1e-6)
        assert len(crosses["x"]) == sum(turn.misheard for turn in known)
        assert trace(game, "talked")["x"].tolist() == [turn.round for turn in turns if turn.talked]


def test_talk_says_what_was_misheard() -> None:
    said = set()
    for seed in range(30):
        game = played(seed, every=1)
        for turn, line in zip(game.state.history, game.scene["log"][1::2], strict=False):
            assert (f"talk about round {turn.round}:" in line) == turn.talked
            assert ("you had misheard" in line) == (turn.heard != turn.other)
            assert ("they had misheard you" in line) == (turn.they_heard != turn.own)
            said.add((turn.heard != turn.other, turn.they_heard != turn.own))
    assert len(said) >= 3


def test_a_refused_move_leaves_the_game_as_it_was_and_a_code_resumes_it() -> None:
    game = labs.meet_a_stranger()
    game.move("reach_out")
    before = game.scene
    with pytest.raises(ValueError, match="move must be one of 'reach_out', 'hold_back', 'talk', got 'leave'"):
        game.move("leave")
    assert game.scene is before
    other = labs.meet_a_stranger(99)
    other.resume(game.scene["code"])
    assert other.state == game.state
    with pytest.raises(ValueError, match="code must be"):
        other.resume("meet1.1.0.00000000")


def test_new_games_bring_each_of_the_twelve_before_any_comes_again() -> None:
    game = labs.meet_a_stranger(12)
    met = []
    for _ in range(12):
        met.append(playable.stranger_of(game.state.seed).name)
        game.new()
    assert sorted(met) == sorted(STRATEGIES)


def test_the_comparison_waits_for_the_end_of_the_game_and_then_shows_all_twelve() -> None:
    game = labs.meet_a_stranger()
    lab = labs.in_your_place(game)
    check(lab)
    assert "not finished" in lab.sentence
    assert repeats_as_code(lab)
    while not game.state.finished:
        game.move("reach_out")
    check(lab)
    assert repeats_as_code(lab)
    result = game.state.result
    assert trace(lab, "same luck")["x"].tolist() == [each.points for each in result.in_your_place]
    np.testing.assert_allclose(
        trace(lab, "on average")["x"], [each.expected for each in result.in_your_place], rtol=1e-6
    )
    assert trace(lab, "you")["x"].tolist() == [result.points] * 2
    assert f"you got {result.points:g} points" in lab.sentence
    for each in result.in_your_place:
        assert f"{LABELS[each.name].lower()} {each.points:g} (on average {each.expected:.1f})" in lab.sentence
    assert len(lab.table()) == 13
    game.new()
    assert "not finished" in lab.sentence


@pytest.mark.parametrize("seed", range(12))
def test_the_comparison_is_whole_for_any_game(seed: int) -> None:
    check(labs.in_your_place(played(seed)))
