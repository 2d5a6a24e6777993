"""Pools: sums that equal those by hand, nothing of small groups, and a strict look at what comes from elsewhere."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from intimacy.models.class_pool import ANSWERS, SMALLEST, Pool, from_plain, pool
from intimacy.models.oxytocin_trust import TrustGame, choice_probabilities
from intimacy.models.oxytocin_trust.crowd import crowd
from intimacy.models.result_code import AMOUNTS, ROUNDS, BetsResult, RatingsResult, TrustResult


def games(count: int) -> list[TrustResult]:
    chance = random.Random(4)
    return [TrustResult(i, 3 + (i == 0), tuple(chance.choices(AMOUNTS, k=ROUNDS))) for i in range(count)]


def test_a_pool_of_games_is_the_sum_by_round() -> None:
    played = games(12)
    found = pool("trust", played)
    assert (found.shared, found.counted) == (12, 12)
    assert found.sums["sent"] == tuple(np.sum([each.sent for each in played], axis=0))
    assert found.sums["first"] == tuple(sum(each.sent[0] == amount for each in played) for amount in AMOUNTS)
    assert dict(zip(found.sums["seeds"], found.sums["games"], strict=True)) == {4: 1, 3: 11}


@pytest.mark.parametrize("count", range(SMALLEST))
def test_a_small_class_is_counted_and_not_pooled(count: int) -> None:
    assert pool("trust", games(count)) == Pool("trust", count)


def test_a_live_pool_grows_by_fives() -> None:
    assert pool("trust", games(4), in_steps=True).counted == 0
    for count in range(5, 16):
        assert pool("trust", games(count), in_steps=True).counted == count // 5 * 5
        assert pool("trust", games(count), in_steps=True).sums == pool("trust", games(count // 5 * 5)).sums


def test_a_need_with_few_answers_is_left_out() -> None:
    rated = [RatingsResult(i, (2, 3, 0, 1), (4, 4 * (i < 4), 5, 0)) for i in range(6)]
    sums = pool("ratings", rated).sums
    assert sums == {
        "left_out": (12, 18, 0, 6),
        "left_out_answers": (6, 6, 0, 6),
        "end": (24, 0, 30, 0),
        "end_answers": (6, 0, 6, 0),
    }


def test_bets_are_counted_by_before_and_after_and_only_by_who_bet_twice() -> None:
    bets = [BetsResult(i, 12, (1, 2, 1), (1 if i < 4 else 3, 2, 0 if i else 1)) for i in range(7)]
    sums = pool("bets 12", bets).sums
    assert {divmod(cell, ANSWERS): count for cell, count in enumerate(sums["bet_1"]) if count} == {(1, 1): 4, (1, 3): 3}
    assert sum(sums["bet_2"]) == 7
    assert sum(sums["bet_3"]) == 0  # one learner alone bet twice


def test_topics_are_not_mixed() -> None:
    mixed = [*games(5), *(BetsResult(i, lesson, (1,), (1,)) for i in range(6) for lesson in (4, 12))]
    assert [pool(topic, mixed).counted for topic in ("trust", "ratings", "bets 4", "bets 12", "bets 5")] == [
        5,
        0,
        6,
        6,
        0,
    ]
    with pytest.raises(ValueError, match="topic must be one of 'trust'"):
        pool("grades", mixed)


@pytest.mark.parametrize("topic", ["trust", "ratings", "bets 3"])
def test_a_pool_travels_as_json(topic: str) -> None:
    results = {
        "trust": games(5),
        "ratings": [RatingsResult(i, (1,) * 4, (2,) * 4) for i in range(5)],
        "bets 3": [BetsResult(i, 3, (1,), (2,)) for i in range(5)],
    }[topic]
    for found in (pool(topic, results), pool(topic, results[:2])):
        assert from_plain(json.loads(json.dumps(found.plain())), topic) == found


@pytest.mark.parametrize(
    "change",
    [
        {"topic": "ratings"},
        {"shared": -1},
        {"shared": 2},
        {"shared": 5.0},
        {"shared": True},
        {"counted": 0},
        {"counted": 10**7, "shared": 10**7},
        {"sums": {}},
        {"sums": []},
        {"sums": {"sent": 3}},
        {"more": 1},
    ],
)
def test_what_is_no_pool_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="plain must be the sums of the topic 'trust'"):
        from_plain(pool("trust", games(5)).plain() | change, "trust")


@pytest.mark.parametrize(
    "change",
    [{"sent": [1] * 19}, {"first": [1] * 5}, {"sent": ["1"] * 20}, {"seeds": [2**32, 3]}, {"games": [1]}, {"x": [1]}],
)
def test_sums_of_the_wrong_shape_are_refused(change: dict[str, object]) -> None:
    plain = pool("trust", games(5)).plain()
    plain["sums"] |= change
    with pytest.raises(ValueError, match="plain must be the sums"):
        from_plain(plain, "trust")


@pytest.mark.parametrize("junk", [None, [], "pool", 3, {}])
def test_junk_is_refused(junk: object) -> None:
    with pytest.raises(ValueError, match="plain must be the sums"):
        from_plain(junk, "trust")


def test_the_crowd_starts_as_the_rule_of_choice_says() -> None:
    model = TrustGame()
    chances = choice_probabilities(
        model.prior_belief,
        betrayal_aversion=model.betrayal_aversion,
        risk_aversion=model.risk_aversion,
        choice_sharpness=model.choice_sharpness,
    )
    players, mean = 400, chances @ AMOUNTS
    found = crowd([3], [1], players=players)
    four_errors = 4 * np.sqrt((chances @ np.square(AMOUNTS) - mean**2) / players)
    assert found.all_at_first == pytest.approx(chances[-1], abs=4 * np.sqrt(chances[-1] * (1 - chances[-1]) / players))
    assert found.sent[0] == pytest.approx(mean, abs=four_errors)
    assert found.sent[10] == pytest.approx(mean, abs=four_errors)  # a new partner, a fresh start
    assert np.abs(found.sent - mean).max() > 3 * four_errors


def test_the_crowd_is_mixed_as_the_class_played() -> None:
    one, other = crowd([3], [1]).sent, crowd([4], [1]).sent
    assert crowd([3, 4], [3, 1]).sent == pytest.approx(0.75 * one + 0.25 * other)
    assert np.abs(one - other).max() > 1
    with pytest.raises(ValueError, match="seeds and games must be as many"):
        crowd([], [])
