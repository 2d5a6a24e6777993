"""The panels to share and to gather, on the Python side: what is offered, what is refused, and a real classroom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classrooms import Opened, opened
from intimacy import class_results
from intimacy.classroom.client import Unanswered
from intimacy.data import load
from intimacy.labs import need_to_connect, oxytocin_trust
from intimacy.models.class_pool import SMALLEST
from intimacy.models.result_code import (
    AMOUNTS,
    BetsResult,
    RatingsResult,
    TrustResult,
    decode,
    encode,
)
from intimacy.widgets import Bet, Option, theme
from intimacy.widgets.share import Share
from sweep import trace

SECRET = "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    found = opened(str(tmp_path_factory.mktemp("room") / "class.sqlite"), "--port", "0")
    yield found
    found.close()


def played(amount: int = 8) -> tuple[Any, Share]:
    game = oxytocin_trust.trust_game()
    share = class_results.share_game(game)
    for _ in range(20):
        game.move(amount)
    return game, share


def bets() -> list[Bet]:
    options = {name: Option(f"It {name}s", f"it would {name}", f"it {name}s") for name in ("fall", "rise", "stay")}
    return [Bet(f"What does {name} do?", options, lambda: "fall", "of gravity") for name in ("it", "the other")]


def rated_game(first: list[int], last: list[int]) -> Any:
    game = need_to_connect.ball_game()
    game.move("play")
    answers = [first, last]
    while not game.state.finished:
        game.move(answers.pop(0) if "rate" in game.state.legal else game.state.legal[0])
    return game


def messages(widget: Any, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(widget, "send", lambda content, buffers=None: sent.append(content))
    return sent


def test_nothing_is_offered_before_the_game_is_over_and_then_just_what_the_code_holds() -> None:
    game = oxytocin_trust.trust_game()
    share = class_results.share_game(game)
    assert share.code == ""
    assert "play all 20 rounds first" in share.shown["words"]
    for amount in AMOUNTS * 5:
        assert share.code == ""
        game.move(amount)
    result = decode(share.code)
    assert isinstance(result, TrustResult)
    assert (result.seed, result.sent) == (game.state.seed, game.state.moves)
    assert ", ".join(map(str, result.sent)) in share.shown["words"]
    assert f"game: {result.seed}." in share.shown["words"]
    game.new()
    assert share.code == ""


def test_what_is_printed_and_saved_holds_nothing_of_the_learner() -> None:
    _, share = played()
    assert repr(share) == "Share my game with the class. Nothing is sent until you press the button."


def test_a_learner_has_one_number_per_topic_that_follows_from_the_secret_of_the_page() -> None:
    game, share = played()
    other = class_results.share_game(game)
    assert decode(share.code).learner != decode(other.code).learner  # two kernels, no page yet
    for each in (share, other):
        each._receive(each, {"kind": "look", "request": "v:1", "secret": SECRET, "answers": []}, [])
    assert share.code == other.code
    ratings = class_results.share_ratings(rated_game([1, 1, 1, 1], [2, 2, 2, 2]))
    ratings._receive(ratings, {"kind": "look", "request": "v:1", "secret": SECRET, "answers": []}, [])
    assert decode(ratings.code).learner != decode(share.code).learner


def test_ratings_are_offered_as_answered_and_nothing_where_nothing_was() -> None:
    share = class_results.share_ratings(rated_game([1, 0, 2, 3], [4, 4, 0, 5]))
    result = decode(share.code)
    assert isinstance(result, RatingsResult)
    assert (result.left_out, result.end) == ((1, 0, 2, 3), (4, 4, 0, 5))
    assert "belonging 1, self-esteem no answer, control 2, meaningful existence 3" in share.shown["words"]
    watched = need_to_connect.ball_game()
    silent = class_results.share_ratings(watched)
    watched.move("watch")
    while not watched.state.finished:
        watched.move(watched.state.legal[0])
    assert silent.code == ""
    assert "there need not be" in silent.shown["words"]


def test_bets_before_and_after_are_offered_together() -> None:
    two = bets()
    share = class_results.share_bets(12, two)
    assert share.code == ""
    two[0].place("rise")
    share.answer(1, 3)
    assert decode(share.code) == BetsResult(decode(share.code).learner, 12, (2, 0), (1, 3))
    assert share.shown["words"] == (
        'Bet 1: "It rises" before, "It falls" now. Bet 2: no answer before, "It stays" now.'
    )


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"secret": "x", "answers": [0, 0]}, "secret must be 32 digits"),
        ({"secret": SECRET, "answers": [0]}, "answers must be a list of 2"),
        ({"secret": SECRET, "answers": [0, 4]}, "answer must be a whole number between 0 and 3, got 4"),
        ({"secret": SECRET, "answers": [0, True]}, "answer must be a whole number between 0 and 3, got True"),
        ({"secret": SECRET, "answers": "__import__('os')"}, "answers must be a list of 2"),
        ({}, "secret must be 32 digits"),
    ],
)
def test_what_a_page_must_not_say_is_refused(
    message: dict[str, Any], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = class_results.share_bets(12, bets())
    before, sent = share.shown, messages(share, monkeypatch)
    for kind in ("look", "share"):
        share._receive(share, {"kind": kind, "request": "v:1", "link": "", **message}, [])
    assert [each["kind"] for each in sent] == ["problem", "problem"]
    assert text in sent[0]["text"]
    assert share.shown is before


def test_sharing_says_what_was_taken_counts_once_and_says_when_it_is_out_of_date(classroom: Opened) -> None:
    game, share = played()
    before = classroom_count(classroom)
    said = share.share(classroom.link)
    assert said == share.shown["said"]
    assert said.startswith("The class has it.")
    share.share(classroom.link)
    assert classroom_count(classroom) == before + 1
    game.new()
    assert share.shown["said"] == "What you shared before has changed since. Share again to replace it."
    for _ in range(20):
        game.move(12)
    share.share(classroom.link)
    assert classroom_count(classroom) == before + 1


def classroom_count(classroom: Opened) -> int:
    gathered = class_results.gather_games()
    gathered.follow(classroom.link)
    return int(gathered.pool.shared)


def test_nothing_is_sent_without_a_game_or_a_link(classroom: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    before = classroom_count(classroom)
    empty = class_results.share_game(oxytocin_trust.trust_game())
    with pytest.raises(ValueError, match="nothing to share yet"):
        empty.share(classroom.link)
    _, share = played()
    sent = messages(share, monkeypatch)
    for link in ("", "nonsense", classroom.instructor):
        share._receive(share, {"kind": "share", "request": "v:1", "secret": SECRET, "answers": [], "link": link}, [])
    assert all("link must be the join link" in each["text"] for each in sent)
    assert len(sent) == 3
    assert classroom_count(classroom) == before


# To gather


def games(count: int, seed: int = 3) -> str:
    return "\n".join(encode(TrustResult(learner, seed, (8,) * 20)) for learner in range(count))


def test_codes_are_added_once_and_the_report_says_what_became_of_them() -> None:
    gathered = class_results.gather_games()
    seen: list[int] = []
    gathered.observe(lambda change: seen.append(change["new"]), "serial")
    bet = encode(BetsResult(1, 12, (1,), (2,)))
    gathered.add(f"{games(6)}\n{bet}\n{games(1)[:-1]}")
    assert gathered.shown["said"] == "6 new results. 1 of another topic, left out. 1 rejected."
    assert gathered.shown["rejected"][0][0] == 8
    gathered.add(games(7))
    assert gathered.shown["said"] == "1 new result. 6 counted before: of one learner, the newest counts."
    assert gathered.pool.counted == 7
    gathered.add(f"code\n{games(9)}", "table")
    assert gathered.pool.counted == 9
    gathered.forget()
    assert gathered.pool.counted == 0
    assert seen == [1, 2, 3, 4]


def test_a_long_list_of_rejects_is_cut_and_counted() -> None:
    gathered = class_results.gather_games()
    gathered.add("x\n" * 50)
    assert len(gathered.shown["rejected"]) == 20
    assert gathered.shown["said"] == "0 new results. 50 rejected, the first 20 below."


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"kind": "add", "text": "a,b\n", "as": "table"}, "must name a column 'code'"),
        ({"kind": "add", "text": "x", "as": "pickle"}, "kind must be one of 'codes', 'table'"),
        ({"kind": "add", "text": "x" * 200_001, "as": "codes"}, "text must have at most 200,000 characters"),
        ({"kind": "follow", "link": "http://x"}, "link must be the join link"),
        ({"kind": "follow", "link": "http://127.0.0.1:9/join#7KQX-2M4A"}, "does not answer"),
    ],
)
def test_what_cannot_be_gathered_is_refused(
    message: dict[str, Any], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gathered = class_results.gather_games()
    sent = messages(gathered, monkeypatch)
    gathered._receive(gathered, {"request": "v:1", **message}, [])
    assert text in sent[0]["text"]
    assert not gathered.shown["following"]


def test_a_classroom_is_followed_by_fives_and_left(tmp_path: Path) -> None:
    classroom = opened(str(tmp_path / "class.sqlite"), "--port", "0")
    try:
        gathered = class_results.gather_games()
        picture = class_results.the_class_game(gathered)
        gathered.add(games(6))
        assert "6 learners have shared" in picture.sentence
        gathered.follow(classroom.link)
        assert "Nobody has shared yet" in picture.sentence  # the classroom counts now, not the codes
        for count in range(1, 7):
            _, share = played(12)
            share.share(classroom.link)
            assert gathered.look()
            assert gathered.pool.shared == count
        assert not gathered.look()
        assert "6 learners have shared a game; the picture holds 5." in picture.sentence
        gathered.add(games(4))  # read aloud by those who have no network
        assert gathered.shown["said"].endswith("Sent on to the classroom.")
        assert "10 learners have shared a game." in picture.sentence
        gathered.leave()
        assert "6 learners have shared a game." in picture.sentence
    finally:
        classroom.close()
    with pytest.raises(Unanswered):
        gathered.follow(classroom.link)


# The pictures


def test_the_class_stands_beside_model_and_study_with_key_and_status() -> None:
    gathered = class_results.gather_games()
    picture = class_results.the_class_game(gathered)
    study = load("evidence").set_index("key").loc[class_results.TRUST_STUDY]
    for share in (class_results.PLACEBO, class_results.SPRAY):
        assert f"{100 * share:.0f} %" in study["finding"]
        assert f"{100 * share:.0f} % " in picture.sentence
    assert f"[kosfeld2005, {study['status']}]" in picture.sentence
    gathered.add(games(SMALLEST - 1))
    assert "The class is drawn from 5 on" in picture.sentence
    assert picture.result.all_at_first is None
    assert list(picture.table()["class_mu"]) == [""] * 20
    chosen = "\n".join(encode(TrustResult(i, 3, (12 if i < 2 else 0,) + (4,) * 19)) for i in range(8))
    gathered.add(chosen)
    assert picture.result.all_at_first == 0.25
    assert picture.result.sent[:2] == pytest.approx([3, 4])
    assert class_results.NOT_A_STUDY in picture.sentence
    assert "In round 1, 25 % of the class sent everything." in picture.sentence
    assert "learner" not in picture.code()


def test_each_partner_has_lines_of_its_own_and_each_line_a_label_of_its_colour() -> None:
    gathered = class_results.gather_games()
    picture = class_results.the_class_game(gathered)
    gathered.add(games(6))
    drawn = {each["meta"]: each for each in picture.figure["data"]}
    notes = picture.figure["layout"]["annotations"]
    model = next(each for each in notes if each["text"] == "dashed: model")
    assert picture.frame["layout"]["annotations[2].text"] == "solid: class of 6"
    for key, numbers, note in (("model", picture.result.model.sent, model), ("class", picture.result.sent, notes[2])):
        first, second = (trace(picture, f"{key} {partner}") for partner in (1, 2))
        assert [*first["x"], *second["x"]] == [*range(1, 21)]
        assert (len(first["x"]), len(second["x"])) == (10, 10)
        assert np.concatenate([first["y"], second["y"]]) == pytest.approx(numbers)
        for partner in (1, 2):
            assert theme.TEXT[drawn[f"{key} {partner}"]["line"]["color"]] == note["font"]["color"]


def test_the_ratings_of_the_class_stand_beside_the_model() -> None:
    gathered = class_results.gather_ratings()
    picture = class_results.the_class_ratings(gathered)
    assert "there is nothing to put beside that number but the direction" in picture.sentence
    status = load("evidence").set_index("key").loc[class_results.BALL_STUDY, "status"]
    assert f"[hartgerink2015, {status}]" in picture.sentence
    rated = [RatingsResult(i, (1, 2, 3, 0 if i else 1), (4, 4, 4, 4)) for i in range(6)]
    gathered.add("\n".join(map(encode, rated)))
    assert picture.result.means("left_out") == [1, 2, 3, None]
    assert "meaningful existence (too few answers) and 4.0" in picture.sentence


def test_a_picture_of_minds_says_once_that_there_are_no_answers_yet() -> None:
    gathered = class_results.gather_bets(12)
    picture = class_results.changed_minds(gathered, bets())

    def said() -> list[str]:
        return [picture.frame["layout"][f"annotations[{number}].text"] for number in range(3)]

    assert said() == ["<b>Bet 1</b>", "<b>Bet 2</b>", "no answers yet"]
    shared = [encode(BetsResult(i, 12, (1, 0), (2, 1))) for i in range(6)]
    gathered.add("\n".join(shared[:3]))
    assert said() == ["<b>Bet 1</b>", "<b>Bet 2</b>", "too few answers"]
    gathered.add("\n".join(shared[3:]))
    assert said() == ["<b>Bet 1</b>: 6 of 6 changed", "<b>Bet 2</b>: too few answers", "○ before   ● after the lesson"]


def test_two_lines_of_a_label_of_minds_fit_its_row() -> None:
    figure = class_results.changed_minds(class_results.gather_bets(12), bets()).figure["layout"]
    low, high = figure["yaxis"]["range"]
    row = (figure["height"] - figure["margin"]["t"] - figure["margin"]["b"]) / (high - low)
    assert row > 2 * 20


def test_minds_are_counted_before_and_after() -> None:
    two, gathered = bets(), class_results.gather_bets(12)
    picture = class_results.changed_minds(gathered, two)
    pairs = [(1, 1), (1, 2), (1, 2), (3, 3), (3, 1), (2, 2)]
    gathered.add("\n".join(encode(BetsResult(i, 12, (a, 0), (b, 1))) for i, (a, b) in enumerate(pairs)))
    assert picture.result.changed(0) == (3, 6)
    assert (
        'Bet 1: 3 of 6 changed their answer; "It falls" was chosen most before, "It rises" after.' in picture.sentence
    )
    assert "Bet 2: fewer than 5 answered twice." in picture.sentence
    table = picture.table()
    assert table.loc[table["bet"] == 1, ["before", "after", "stayed"]].to_numpy().tolist() == [
        [3, 2, 1],
        [1, 3, 1],
        [2, 1, 1],
    ]
    with pytest.raises(ValueError, match="bets must be between 1 and 7, got 8"):
        class_results.changed_minds(gathered, two * 4)
