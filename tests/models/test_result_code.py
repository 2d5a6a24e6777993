"""Result codes: round trips, every single slip caught by exhaustion, and many codes read from what people paste."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy.models.result_code import (
    ALPHABET,
    AMOUNTS,
    KINDS,
    LEARNERS,
    LESSONS,
    MOST_BETS,
    MOST_TEXT,
    ROUNDS,
    SEEDS,
    BetsResult,
    RatingsResult,
    Result,
    TrustResult,
    decode,
    encode,
    read_csv,
    read_text,
)

learners = st.integers(0, LEARNERS - 1)
ratings = st.tuples(*[st.integers(0, 5)] * 4)
bets = st.tuples(*[st.integers(0, 7)] * MOST_BETS)
RESULTS = st.one_of(
    st.builds(TrustResult, learners, st.integers(0, SEEDS - 1), st.tuples(*[st.sampled_from(AMOUNTS)] * ROUNDS)),
    st.builds(RatingsResult, learners, ratings.filter(any), ratings),
    st.builds(BetsResult, learners, st.integers(0, LESSONS - 1), bets.filter(any), bets),
)


def example(kind: str, seed: int = 1) -> Result:
    chance = random.Random(seed)
    learner = chance.randrange(LEARNERS)
    if kind == "T":
        return TrustResult(learner, chance.randrange(SEEDS), tuple(chance.choices(AMOUNTS, k=ROUNDS)))
    if kind == "R":
        return RatingsResult(learner, tuple(chance.choices(range(1, 6), k=4)), tuple(chance.choices(range(6), k=4)))
    return BetsResult(learner, 12, tuple(chance.choices(range(1, 8), k=4)), tuple(chance.choices(range(8), k=4)))


@given(RESULTS)
def test_a_code_gives_back_its_result(result: Result) -> None:
    assert decode(encode(result)) == result


def test_a_whole_trust_game_takes_25_characters_in_groups_of_five() -> None:
    for ends in (0, 1):
        result = TrustResult(ends * (LEARNERS - 1), ends * (SEEDS - 1), (AMOUNTS[-ends],) * ROUNDS)
        groups = encode(result).split("-")
        assert [len(group) for group in groups] == [5] * 5


def test_the_alphabet_has_no_look_alikes() -> None:
    assert len(set(ALPHABET)) == 32
    assert not set("ILOU") & set(ALPHABET)


@given(RESULTS, st.data())
def test_small_letters_dashes_blanks_and_look_alikes_do_not_matter(result: Result, data: st.DataObject) -> None:
    code = encode(result)
    swaps = {"0": "Oo0", "1": "IiLl1", "-": "- –"}
    written = "".join(data.draw(st.sampled_from(swaps.get(each, each + each.lower()))) for each in code)
    assert decode(f"  {written}\n") == result


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_every_single_wrong_character_is_caught(kind: str, seed: int) -> None:
    plain = encode(example(kind, seed)).replace("-", "")
    for place, right in enumerate(plain):
        for wrong in set(ALPHABET) - {right}:
            with pytest.raises(ValueError, match=r"code|result"):
                decode(plain[:place] + wrong + plain[place + 1 :])


@settings(max_examples=200)
@given(RESULTS)
def test_every_swap_of_neighbours_is_caught(result: Result) -> None:
    plain = encode(result).replace("-", "")
    for place in range(len(plain) - 1):
        swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
        if swapped != plain:
            with pytest.raises(ValueError, match="code"):
                decode(swapped)


@pytest.mark.parametrize("kind", KINDS)
def test_a_character_too_many_or_too_few_is_caught(kind: str) -> None:
    plain = encode(example(kind)).replace("-", "")
    for place in range(1, len(plain)):
        for wrong in (plain[:place] + plain[place + 1 :], plain[:place] + "7" + plain[place:]):
            with pytest.raises(ValueError, match=f"has {len(plain)} characters, this has {len(wrong)}"):
                decode(wrong)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "a code begins with T, R, B, this with ''"),
        ("Z0000-00000", "a code begins with T, R, B, this with 'Z'"),
        ("T00U0", "there is no 'U' in any code"),
        ("T" + "0" * 24, "it is not a code"),
    ],
)
def test_what_is_no_code_is_refused_in_a_sentence(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        decode(text)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: TrustResult(0, 0, (4,) * 19), "sent must have 20 rounds, got 19"),
        (lambda: TrustResult(0, 0, (5,) * 20), "sent must be one of 0, 4, 8, 12, got 5"),
        (lambda: TrustResult(0, 2**32, (4,) * 20), "seed must be a whole number between 0 and 4294967295"),
        (lambda: TrustResult(LEARNERS, 0, (4,) * 20), "learner must be a whole number"),
        (lambda: RatingsResult(0, (0,) * 4, (0,) * 4), "ratings must have at least one answer"),
        (lambda: RatingsResult(0, (6, 1, 1, 1), (0,) * 4), "left_out must be a whole number between 0 and 5, got 6"),
        (lambda: RatingsResult(0, (1, 1, 1), (0,) * 4), "left_out must have 4 ratings, got 3"),
        (lambda: BetsResult(0, 16, (1,), (1,)), "lesson must be a whole number between 0 and 15, got 16"),
        (lambda: BetsResult(0, 1, (8,), (1,)), "before must be a whole number between 0 and 7, got 8"),
        (lambda: BetsResult(0, 1, (1, 2), (1,)), "after must have as many bets as before, 2, got 1"),
        (lambda: BetsResult(0, 1, (1,) * 8, (1,) * 8), "before must have at most 7 bets, got 8"),
        (lambda: BetsResult(0, 1, (0,), (0,)), "bets must have at least one answer, got none"),
    ],
)
def test_what_no_result_can_hold_is_refused(make: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        make()  # type: ignore[operator]


# Many codes at once


def test_codes_are_found_in_whatever_people_paste() -> None:
    results = [example("T", seed) for seed in range(6)] + [example("R"), example("B")]
    codes = [encode(each) for each in results]
    text = (
        f"Here they are, from three tables:\n{codes[0]}\n\nGroup three: {codes[1]}, {codes[2].lower()}; {codes[3]}\n"
        f"{codes[4].replace('-', ' ')} {codes[5].replace('-', '')}\n\t“Robin”|{codes[6]}\n({codes[7]})"
    )
    reading = read_text(text)
    assert reading.results == tuple(results)
    assert reading.repeated == 0
    assert {(each.line, each.text) for each in reading.rejected} >= {(1, "Here they are")}


def test_what_is_rejected_is_named_with_its_line_and_the_reason() -> None:
    code = encode(example("T"))
    wrong = code[:7] + ("A" if code[7] != "A" else "B") + code[8:]
    reading = read_text(f"{code}\n{code[:-2]}\ntable 2: {wrong} {encode(example('R'))}\nno news")
    assert [type(each) for each in reading.results] == [TrustResult, RatingsResult]
    assert [(each.line, each.text, each.reason) for each in reading.rejected] == [
        (2, code[:-2], "a code that begins with T has 25 characters, this has 23"),
        (3, wrong, "it is not a code: one character is wrong, missing or in another place"),
        (4, "no news", "there is no code in it; codes have 25 (T …), 15 (R …), 20 (B …) characters"),
    ]


def test_a_learner_counts_once_on_each_topic_and_the_newest_counts() -> None:
    first, second = TrustResult(7, 3, (0,) * ROUNDS), TrustResult(7, 3, (12,) * ROUNDS)
    bets_of_two_lessons = [BetsResult(7, lesson, (1,), (2,)) for lesson in (4, 12)]
    results = [first, second, first, second, *bets_of_two_lessons]
    reading = read_text("\n".join(map(encode, results)))
    assert set(reading.results) == {second, *bets_of_two_lessons}
    assert reading.repeated == 3


def test_a_table_is_read_by_its_column_of_codes() -> None:
    code = encode(example("B"))
    reading = read_csv(f"\ufeffname,code,topic\nx,{code},y\nx,,y\nx,{code[:-1]},y\n")
    assert reading.results == (example("B"),)
    assert [each.line for each in reading.rejected] == [3, 4]
    with pytest.raises(ValueError, match="must name a column 'code', it names 'a', 'b'"):
        read_csv("a,b\n1,2\n")
    with pytest.raises(ValueError, match="it names nothing"):
        read_csv("")


@pytest.mark.parametrize("read", [read_text, read_csv])
def test_a_text_that_is_too_long_is_not_read(read: object) -> None:
    with pytest.raises(ValueError, match="text must have at most 200,000 characters, got 200,001"):
        read("x" * (MOST_TEXT + 1))  # type: ignore[operator]


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert read_text(text).results == ()
