"""What a class shared, added up: sums and counts, and nothing of any one person. Pure numbers, no drawing.

Below :data:`SMALLEST` results of one topic nothing is added up: in a picture of three, each could find the other two.
For the same reason a sum over fewer than that many answers (one need, one bet) is left out. With ``in_steps`` a pool
holds a multiple of five results, so that whoever watches it grow cannot subtract one picture from the next and read
what the newest learner shared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from intimacy.arguments import checked
from intimacy.models.result_code import (
    AMOUNTS,
    LESSONS,
    MOST_BETS,
    MOST_OPTION,
    NEEDS,
    ROUNDS,
    BetsResult,
    RatingsResult,
    Result,
    TrustResult,
)

SMALLEST = 5
"""How many results of a topic there must be before they are pooled, and how many come into a live pool at a time."""

MOST_SEEDS = 12
"""How many different trust games a pool names: those that the class played most."""

TOPICS = ("trust", "ratings", *(f"bets {lesson}" for lesson in range(LESSONS)))

ANSWERS = MOST_OPTION + 1
_PLACES = range(ANSWERS)
_MOST = 10**6

_LENGTHS = {
    "sent": ROUNDS,
    "first": len(AMOUNTS),
    "left_out": NEEDS,
    "left_out_answers": NEEDS,
    "end": NEEDS,
    "end_answers": NEEDS,
    **{f"bet_{number}": ANSWERS**2 for number in range(1, MOST_BETS + 1)},
}


@dataclass(frozen=True)
class Pool:
    """The results of one topic, added up.

    Attributes:
        topic: one of :data:`TOPICS`.
        shared: how many learners have shared a result.
        counted: how many of them are in the sums; 0 where there are too few.
        sums: numbers by name. Trust game: ``sent`` (MU by round), ``first`` (how many sent 0, 4, 8, 12 in round 1),
            ``seeds`` and ``games`` (which games were played most, and how often). Ratings: ``left_out``, ``end``
            (points by need) and how many ``…_answers``. Bets: ``bet_1`` … (how many, by the place before · 8 + after).
    """

    topic: str
    shared: int = 0
    counted: int = 0
    sums: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return the pool as it travels."""
        sums = {name: list(values) for name, values in self.sums.items()}
        return {"topic": self.topic, "shared": self.shared, "counted": self.counted, "sums": sums}


@checked
def pool(topic: str, results: Sequence[Result], *, in_steps: bool = False) -> Pool:
    """Add up the results of one topic, the oldest first; those of other topics are left out.

    Raises:
        ValueError: there is no such topic.
    """
    _require_topic(topic)
    mine = [each for each in results if each.topic == topic]
    counted = len(mine) - (len(mine) % SMALLEST if in_steps else 0)
    if counted < SMALLEST:
        return Pool(topic, len(mine))
    return Pool(topic, len(mine), counted, _sums(mine[:counted]))


@checked
def from_plain(plain: Any, topic: str) -> Pool:
    """Return the pool that came from elsewhere, checked: it must be one of this topic, of whole numbers.

    Raises:
        ValueError: it is not.
    """
    refused = ValueError(f"plain must be the sums of the topic {topic!r}, got something else")
    if not isinstance(plain, dict) or set(plain) != {"topic", "shared", "counted", "sums"} or plain["topic"] != topic:
        raise refused
    sums = plain["sums"]
    if not isinstance(sums, dict) or not all(isinstance(values, list) for values in sums.values()):
        raise refused
    counts = [values for name, values in sums.items() if name != "seeds"]
    numbers = [plain["shared"], plain["counted"], *(each for values in counts for each in values)]
    if not all(type(each) is int and 0 <= each <= _MOST for each in numbers):
        raise refused
    if not plain["counted"] <= plain["shared"] or (plain["counted"] > 0) != bool(sums):
        raise refused
    if sums and set(sums) != _names(topic):
        raise refused
    if any(name in _LENGTHS and len(values) != _LENGTHS[name] for name, values in sums.items()):
        raise refused
    if topic == "trust" and sums:
        seeds = sums["seeds"]
        if len(seeds) != len(sums["games"]) or not all(type(each) is int and 0 <= each < 2**32 for each in seeds):
            raise refused
    return Pool(topic, plain["shared"], plain["counted"], {name: tuple(values) for name, values in sums.items()})


def _require_topic(topic: str) -> None:
    if topic not in TOPICS:
        raise ValueError(f"topic must be one of {', '.join(map(repr, TOPICS))}, got {topic!r}")


def _names(topic: str) -> set[str]:
    if topic == "trust":
        return {"sent", "first", "seeds", "games"}
    if topic == "ratings":
        return {"left_out", "left_out_answers", "end", "end_answers"}
    return {f"bet_{number}" for number in range(1, MOST_BETS + 1)}


def _sums(results: Sequence[Result]) -> dict[str, tuple[int, ...]]:
    games = [each for each in results if isinstance(each, TrustResult)]
    ratings = [each for each in results if isinstance(each, RatingsResult)]
    bets = [each for each in results if isinstance(each, BetsResult)]
    return _trust(games) if games else _ratings(ratings) if ratings else _bets(bets)


def _trust(games: Sequence[TrustResult]) -> dict[str, tuple[int, ...]]:
    most = Counter(each.seed for each in games).most_common(MOST_SEEDS)
    firsts = Counter(each.sent[0] for each in games)
    return {
        "sent": tuple(sum(amounts) for amounts in zip(*(each.sent for each in games), strict=True)),
        "first": tuple(firsts[amount] for amount in AMOUNTS),
        "seeds": tuple(seed for seed, _ in most),
        "games": tuple(count for _, count in most),
    }


def _ratings(ratings: Sequence[RatingsResult]) -> dict[str, tuple[int, ...]]:
    sums = {}
    for name in ("left_out", "end"):
        needs = list(zip(*(getattr(each, name) for each in ratings), strict=True))
        answers = [sum(1 for rating in need if rating) for need in needs]
        enough = [count >= SMALLEST for count in answers]
        sums[name] = tuple(sum(need) * ok for need, ok in zip(needs, enough, strict=True))
        sums[f"{name}_answers"] = tuple(count * ok for count, ok in zip(answers, enough, strict=True))
    return sums


def _bets(results: Sequence[BetsResult]) -> dict[str, tuple[int, ...]]:
    sums = {}
    for bet in range(MOST_BETS):
        pairs = Counter((each.before[bet], each.after[bet]) for each in results)
        twice = [(before, after) if before and after else None for before in _PLACES for after in _PLACES]
        cells = tuple(pairs[pair] if pair else 0 for pair in twice)
        sums[f"bet_{bet + 1}"] = cells if sum(cells) >= SMALLEST else (0,) * len(cells)
    return sums
