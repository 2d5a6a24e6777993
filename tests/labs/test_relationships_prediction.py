"""What the pictures and sentences of the labs on prediction show."""

from __future__ import annotations

import re

import numpy as np
import pytest

from intimacy.labs.relationships import prediction as labs
from intimacy.models.relationships.prediction import COUPLES, many_studies, predictive_value
from sweep import at, scattered, trace, unpacked

LABS = {each.__name__: each for each in (labs.who_will_separate, labs.fits_or_forecasts, labs.a_survey)}
HEAVIEST = {"who_will_separate": {}, "fits_or_forecasts": {"couples": 200, "predictors": 30}, "a_survey": {}}
FORBIDDEN = ("husband", "wife", "cheat", "affair", "infidel", "unfaithful", "normal", "toxic", "failed")


@pytest.mark.parametrize("name", LABS)
def test_the_heaviest_frame_is_light(name: str) -> None:
    lab = at(LABS[name], **HEAVIEST[name])
    values = [value for arrays in lab.frame["traces"].values() for value in arrays.values()]
    assert sum(unpacked(value).nbytes for value in values if not isinstance(value, list)) < 20_000


@pytest.mark.parametrize("name", LABS)
def test_words_name_people_with_respect(name: str) -> None:
    lab = LABS[name]()
    texts = [lab.title, *(f"{each['name']} {each['story']}" for each in lab.presets)]
    texts += [f"{each['label']} {each['help']} {' '.join(each['options'].values())}" for each in lab.controls]
    texts += [annotation["text"] for annotation in lab.figure["layout"]["annotations"]]
    for state in scattered(lab, 20):
        texts += [state.sentence, *map(str, state.frame["layout"].values())]
    for text in texts:
        assert not [word for word in FORBIDDEN if word in text.lower()], text


# Who will separate?


def test_a_thousand_couples_stand_apart_each_in_a_place_of_its_own() -> None:
    for lab in scattered(labs.who_will_separate(), 60):
        run, separate, stay = lab.result, trace(lab, "separate"), trace(lab, "stay")
        places = [*zip(separate["x"], separate["y"], strict=True), *zip(stay["x"], stay["y"], strict=True)]
        assert len(set(places)) == len(places) == COUPLES
        assert len(separate["x"]) == pytest.approx(COUPLES * lab.values["base_rate"], abs=0.6)
        edge = lab.frame["layout"]["shapes[0].x1"]
        assert np.sum(separate["x"] < edge) == pytest.approx(run.flagged_separate, abs=1)
        assert np.sum(stay["x"] < edge) == pytest.approx(run.flagged_stay, abs=1)
        low, high = labs.who_will_separate().figure["layout"]["xaxis2"]["range"]
        assert low < min(x for x, _ in places)
        assert max(x for x, _ in places) < high + 1


def test_the_dot_is_on_the_curve_and_the_sentence_says_where() -> None:
    for lab in scattered(labs.who_will_separate(), 60):
        values, here = lab.values, trace(lab, "here")
        said = re.search(r"So ([\d.]+) % of its flags are right", lab.sentence)
        if lab.result.flagged == 0:
            assert here["x"].size == 0
            assert said is None
            assert "flags nobody" in lab.sentence
            continue
        value = predictive_value(values["base_rate"], values["sensitivity"], values["specificity"])
        assert here["y"][0] == pytest.approx(value, abs=1e-6)
        assert float(said[1]) == pytest.approx(100 * value, abs=0.051)
        curve = trace(lab, "curve")
        assert np.interp(values["base_rate"], curve["x"], curve["y"]) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(
    ("preset", "said"),
    [
        ("One in ten separates", "50"),
        ("One in twenty", "32.1"),
        ("Sixteen in a hundred", "63.2"),
        ("Three in ten", "79.4"),
    ],
)
def test_the_base_rate_makes_the_flag(preset: str, said: str) -> None:  # 8-T20
    assert f"So {said} % of its flags are right" in at(labs.who_will_separate, preset).sentence


def test_a_coin_lies_on_the_dotted_line() -> None:
    curve = trace(at(labs.who_will_separate, "A coin"), "curve")
    np.testing.assert_allclose(curve["x"], curve["y"], atol=1e-6)


def test_no_flag_at_all_is_drawn_and_told() -> None:
    lab = at(labs.who_will_separate, sensitivity=0, specificity=1)
    assert lab.frame["layout"]["annotations[0].text"] == "flagged: 0"
    assert "The test flags nobody" in lab.sentence


# Fits or forecasts?


def test_the_clouds_are_the_chances_of_the_run() -> None:
    for lab in scattered(labs.fits_or_forecasts(), 25):
        run = lab.result
        for strip, chances in (("fitted", run.fitted), ("forecast", run.forecast)):
            for who, chosen in (("stayed", ~run.separated), ("separated", run.separated)):
                cloud = trace(lab, f"{strip} {who}")
                np.testing.assert_allclose(cloud["x"], chances[chosen], atol=1e-6)
                assert ((cloud["y"] > 0.5) == (who == "separated")).all()


def test_the_bars_are_counted_from_the_clouds() -> None:
    for lab in scattered(labs.fits_or_forecasts(), 25):
        bars = trace(lab, "accuracy")
        for strip, share in zip(("fitted", "forecast"), bars["x"], strict=False):
            right = (trace(lab, f"{strip} separated")["x"] > 0.5).sum() + (
                trace(lab, f"{strip} stayed")["x"] <= 0.5
            ).sum()
            assert share * lab.values["couples"] == pytest.approx(right, abs=1e-3)
        assert [float(text.split()[0]) for text in bars["text"]] == pytest.approx(list(100 * bars["x"]), abs=0.051)
        assert lab.frame["layout"]["shapes[2].x0"] == lab.result.majority


def test_whether_the_forecast_beats_silence_is_told_as_it_is() -> None:
    kinds = set()
    for lab in scattered(labs.fits_or_forecasts(), 60):
        run, sentence = lab.result, lab.sentence
        numbers = [float(each) for each in re.findall(r"about ([\d.]+) %", sentence)]
        assert numbers == pytest.approx(
            [100 * each for each in (run.apparent, run.cross_validated, run.new_couples, run.majority)], abs=0.051
        )
        kind = re.search(r"does (worse|better)|(so is) the forecast", sentence)
        kinds.add(kind[1] or kind[2])
        expected = np.sign(round(run.cross_validated - run.majority, 9))
        assert {"worse": -1, "better": 1, "so is": 0}[kind[1] or kind[2]] == expected
        assert ("by luck" in sentence) == (expected > 0 and lab.values["signal"] == 0)
        assert ("so no fit is the best" in sentence) == run.perfect
    assert kinds >= {"worse", "better"}


def test_more_noise_fits_better_and_foretells_nothing() -> None:
    few, many = (at(labs.fits_or_forecasts, preset).result for preset in ("One question", "Thirty questions"))
    assert many.apparent == 1 > few.apparent
    assert many.cross_validated < many.majority
    large = at(labs.fits_or_forecasts, "Two hundred couples").result
    small = labs.fits_or_forecasts().result
    # Of the three bars only the first grows with the number of questions, as "Thirty questions" asks one to see.
    assert few.apparent < small.apparent < many.apparent
    assert few.cross_validated > small.cross_validated > many.cross_validated
    assert few.new_couples > small.new_couples > many.new_couples
    assert large.apparent - large.cross_validated < small.apparent - small.cross_validated


def test_the_first_draw_is_no_rare_one() -> None:
    lab = labs.fits_or_forecasts()
    found = many_studies(lab.parameters, seeds=range(40))
    for name in ("apparent", "cross_validated", "new_couples"):
        low, high = np.quantile(found[name], [0.1, 0.9])
        assert low <= getattr(lab.result, name) <= high


def test_draw_again_draws_other_couples() -> None:
    lab = labs.fits_or_forecasts()
    assert lab.draws_again
    before = trace(lab, "fitted stayed")["x"]
    lab.set(seed=lab.seed + 1)
    assert not np.array_equal(before, trace(lab, "fitted stayed")["x"])


# A survey


def test_bars_and_diamonds_are_the_reading() -> None:
    for lab in scattered(labs.a_survey(), 40):
        run, share, what_if = lab.result, trace(lab, "share"), trace(lab, "what if")
        np.testing.assert_allclose(share["y"], run.share, atol=1e-6)
        np.testing.assert_allclose(share["y"] + share["error_y.array"], run.high, atol=1e-6)
        np.testing.assert_allclose(share["y"] - share["error_y.arrayminus"], run.low, atol=1e-6)
        np.testing.assert_allclose(what_if["y"], run.corrected, atol=1e-6)
        assert f"k = {lab.values['answering']:g}" in lab.frame["layout"]["annotations[1].text"]
        counts = [int(each.rpartition("<br>")[2].replace(",", "")) for each in lab.frame["layout"]["xaxis.ticktext"]]
        by_rating = lab.values["reading"] == "given_rating"
        np.testing.assert_array_equal(counts, run.readers if by_rating else run.reported)
        title = "of how many readers" if by_rating else f"how many of the {run.reported.sum():,}"
        assert lab.frame["layout"]["xaxis.title.text"] == f"Own rating, and {title}"


def test_the_caveats_stand_in_the_picture_and_in_every_sentence() -> None:
    lab = labs.a_survey()
    (caveat,) = (each["text"] for each in lab.figure["layout"]["annotations"] if "1974" in each["text"])
    for state in scattered(lab, 20):
        for words in ("one magazine in 1974", "chose to answer", "tells what came first", "built by researchers"):
            assert words in state.sentence
            assert words in caveat.replace("<br>", " ")
        assert "agreed on" in state.sentence
        assert "agreed on" in caveat
        assert "Nothing follows for anyone else" in state.sentence


def test_the_headline_and_its_other_side() -> None:
    headline = labs.a_survey().sentence
    assert "2,053 of 6,366 readers (32.2 %) report extramarital contact" in headline
    assert "74.7 % of the 99 who rate their marriage very poor" in headline
    assert "18.1 % of the 2,684" in headline
    assert "59 % rate their marriage good or very good" in at(labs.a_survey, "The other way round").sentence
    assert "it would be 19.2 % of all who were asked." in at(labs.a_survey, "Twice as likely to answer").sentence
    assert "it would be" not in headline


def test_who_answers_leaves_the_mix_of_ratings() -> None:
    lab = at(labs.a_survey, "The other way round", answering=3.0)
    np.testing.assert_array_equal(trace(lab, "what if")["y"], trace(lab, "share")["y"])
    assert "while the mix of ratings stays" in lab.sentence


def test_axes_stay_still() -> None:
    for make in (labs.who_will_separate, labs.a_survey, labs.fits_or_forecasts):
        for lab in scattered(make(), 10):
            assert not [key for key in lab.frame["layout"] if key.endswith(".range")]
