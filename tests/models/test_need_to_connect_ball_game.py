"""The ball game: closed forms of being left out, the tuned experiment, and the rules that a person plays by."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from intimacy.models.need_to_connect import playable
from intimacy.models.need_to_connect.ball_game import (
    MINUTES,
    MOST_THROWS,
    BallGame,
    expected_balls,
    expected_effect,
    expected_share,
    fair_share,
    half_life,
    need_afterwards,
    need_satisfaction,
    share_path,
    simulate_ball_game,
    simulate_experiment,
)

quick = settings(max_examples=60)

GAMES = st.builds(
    BallGame,
    account=st.sampled_from(["theory", "data"]),
    inclusion_probability=st.floats(0, 1),
    players=st.integers(3, 6),
    throws=st.integers(10, 60),
    expectation_learning=st.floats(0.02, 0.5),
    support=st.floats(0, 4),
    recovery_time=st.floats(1, 60),
    curvature=st.floats(0.3, 3),
    scale_low=st.floats(1, 3),
    scale_high=st.floats(3, 5),
)


class Table:
    """The game again, ball by ball, with no array in it."""

    def __init__(self, players: int, inclusion_probability: float, seed: int) -> None:
        self.players, self.chance = players, inclusion_probability
        self.random = random.Random(seed)

    def game(self, throws: int) -> list[tuple[int, int]]:
        """Return thrower and catcher of each throw; you are player 0 and throw first."""
        holder, made = 0, []
        for _ in range(throws):
            others = [player for player in range(1, self.players) if player != holder]
            to_you = holder != 0 and self.random.random() < self.chance
            catcher = 0 if to_you else self.random.choice(others)
            made.append((holder, catcher))
            holder = catcher
        return made


# Balls


@pytest.mark.parametrize(
    ("players", "chance", "balls", "tolerance"),
    [(3, 0.5, 9.75, 0.15), (3, 0, 0, 0), (4, 1 / 3, 7.3, 0.2), (5, 0.25, 5.8, 0.2), (6, 0.2, 4.9, 0.2)],
)
def test_balls_of_thirty_in_fair_games_and_in_none(players: int, chance: float, balls: float, tolerance: float) -> None:
    """7-T8 and 7-T11."""
    assert expected_balls(chance, 30) == pytest.approx(balls, abs=tolerance)


@pytest.mark.parametrize(("players", "chance", "throws"), [(3, 0.5, 30), (4, 0.8, 17), (6, 0.05, 60), (5, 1, 11)])
def test_expected_balls_equal_the_mean_of_games_played_ball_by_ball(players: int, chance: float, throws: int) -> None:
    table = Table(players, chance, seed=players)
    counts = np.array([sum(catcher == 0 for _, catcher in table.game(throws)) for _ in range(4000)])
    error = counts.std() / math.sqrt(len(counts))
    assert expected_balls(chance, throws) == pytest.approx(counts.mean(), abs=4 * error + 1e-9)


@pytest.mark.parametrize(("chance", "throws"), [(0.5, 30), (0.2, 43), (0.9, 10)])
def test_simulated_games_come_to_the_expected_balls(chance: float, throws: int) -> None:
    parameters = BallGame(inclusion_probability=chance, throws=throws)
    counts = np.array([simulate_ball_game(parameters, seed).balls[-1] for seed in range(600)])
    assert counts.mean() == pytest.approx(float(expected_balls(chance, throws)), abs=4 * counts.std() / math.sqrt(600))


def test_expected_balls_are_the_sums_of_a_two_state_chain() -> None:
    p, held, total = 0.37, 1.0, 0.0
    for throw in range(1, 26):
        held = (1 - held) * p
        total += held
        assert expected_balls(p, throw) == pytest.approx(total)


@quick
@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 1000), st.integers(10, 60))
def test_a_higher_chance_never_takes_a_ball_away(one: float, other: float, seed: int, throws: int) -> None:
    low, high = sorted((one, other))
    few = simulate_ball_game(BallGame(inclusion_probability=low, throws=throws), seed)
    many = simulate_ball_game(BallGame(inclusion_probability=high, throws=throws), seed)
    assert few.balls[-1] <= many.balls[-1]


@quick
@given(GAMES, st.integers(0, 1000))
def test_a_game_keeps_the_rules_and_the_scale(parameters: BallGame, seed: int) -> None:
    run = simulate_ball_game(parameters, seed)
    assert run.scripted.shape == run.received.shape == (parameters.throws,)
    assert not run.scripted[0]
    assert not (run.received & ~run.scripted).any()  # you do not throw to yourself
    np.testing.assert_array_equal(run.scripted[1:], ~run.received[:-1])  # whoever has it, throws it
    for needs in (run.need, run.need_after):
        assert needs.min() >= parameters.scale_low - 1e-9
        assert needs.max() <= parameters.scale_high + 1e-9
    assert run.need_after[0] == pytest.approx(run.need[-1])
    assert ((run.share >= 0) & (run.share <= 1)).all()
    assert np.isfinite(run.effect).all()
    assert len(run.to_frame()) == parameters.throws


def test_the_same_seed_plays_the_same_game_and_longer_games_begin_alike() -> None:
    parameters = BallGame(inclusion_probability=0.4, throws=25)
    once, again = simulate_ball_game(parameters, 3), simulate_ball_game(parameters, 3)
    np.testing.assert_array_equal(once.received, again.received)
    longer = simulate_ball_game(parameters.replace(throws=60), 3)
    np.testing.assert_array_equal(longer.share[:26], once.share)
    assert (simulate_ball_game(parameters, 4).received != once.received).any()


# The share that one comes to expect, and the needs


def test_share_and_need_of_someone_left_out_from_the_start() -> None:
    """7-T9."""
    throws = [5, 10, 15, 20]
    share = expected_share(throws, 0, 0.15, 3)
    np.testing.assert_allclose(share, [0.2219, 0.0984, 0.0437, 0.0194], atol=1e-3)
    np.testing.assert_allclose(need_satisfaction(share, BallGame()), [2.754, 2.112, 1.827, 1.701], atol=1e-3)
    run = simulate_ball_game(BallGame())
    np.testing.assert_allclose(run.share[1:][throws], share)  # your first throw changes nothing


@pytest.mark.parametrize(("learning", "players"), [(0.15, 3), (0.1, 5), (0.37, 6)])
def test_the_expected_share_halves_with_each_half_life(learning: float, players: int) -> None:
    start = fair_share(players)
    for halvings in range(1, 4):
        assert expected_share(halvings * half_life(learning), 0, learning, players) == pytest.approx(
            start / 2**halvings
        )


def test_half_lives_of_the_exercises() -> None:
    """7.3 and 7.D, exercise 3."""
    assert half_life(0.15) == pytest.approx(4.27, abs=5e-3)
    assert half_life(0.1) == pytest.approx(6.58, abs=5e-3)
    assert fair_share(5) == 0.25


def test_the_gap_of_the_needs_from_below_halves_with_the_same_half_life() -> None:
    learning, game = 0.2, BallGame(expectation_learning=0.2)
    start, later = need_satisfaction(expected_share([0, half_life(learning)], 0, learning, 3), game)
    assert later - game.scale_low == pytest.approx((start - game.scale_low) / 2)


@quick
@given(st.lists(st.booleans(), max_size=40), st.floats(0.02, 0.5), st.integers(3, 6))
def test_the_path_is_the_weighted_mean_of_all_throws(comes: list[bool], learning: float, players: int) -> None:
    path = share_path(comes, learning, players)
    weights = [(1 - learning) ** (len(comes) - 1 - k) * learning for k in range(len(comes))]
    direct = (1 - learning) ** len(comes) * fair_share(players) + float(np.dot(weights, comes))
    assert path[-1] == pytest.approx(direct)
    assert len(path) == len(comes) + 1


def test_the_mean_path_is_the_closed_form() -> None:
    comes = np.random.default_rng(5).random((20_000, 12)) < 0.3
    np.testing.assert_allclose(
        share_path(comes, 0.15, 4).mean(axis=0), expected_share(np.arange(13), 0.3, 0.15, 4), atol=0.004
    )


def test_curvature_bends_and_more_than_a_fair_share_adds_nothing() -> None:
    half = fair_share(3) / 2
    at = {curvature: float(need_satisfaction(half, BallGame(curvature=curvature))) for curvature in (0.5, 1, 2)}
    assert at[1] == pytest.approx(2.9)
    assert at[0.5] == pytest.approx(1.6 + 2.6 * math.sqrt(0.5))
    assert at[2] == pytest.approx(1.6 + 2.6 * 0.25)
    assert need_satisfaction([0.5, 0.9, 1], BallGame()).tolist() == [4.2] * 3


# The honesty switch


def test_theory_support_helps_only_afterwards_and_time_helps() -> None:
    alone, helped = (simulate_ball_game(BallGame(support=support)) for support in (0, 3))
    np.testing.assert_array_equal(alone.need, helped.need)
    assert helped.effect[0] == pytest.approx(alone.effect[0])
    assert (helped.need_after[1:] > alone.need_after[1:]).all()
    assert (np.diff(alone.effect) < 0).all()
    gap = 4.2 - alone.need[-1]
    assert 4.2 - need_afterwards(10, alone.need[-1], BallGame()) == pytest.approx(gap / math.e)
    assert 4.2 - need_afterwards(10, helped.need[-1], BallGame(support=3)) == pytest.approx(gap * math.exp(-4))


def test_data_support_helps_first_and_last_and_time_tells_nothing() -> None:
    alone, helped = (simulate_ball_game(BallGame(account="data", support=support)) for support in (0, 3))
    np.testing.assert_allclose(4.2 - helped.need, (4.2 - alone.need) / 4)
    assert helped.effect[0] < alone.effect[0] / 2
    for run in (alone, helped):
        np.testing.assert_allclose(run.effect, run.effect[0])
        np.testing.assert_allclose(run.need_after, run.need[-1])
    slow = simulate_ball_game(BallGame(account="data", recovery_time=60))
    np.testing.assert_array_equal(slow.need_after, alone.need_after)


def test_without_support_the_accounts_agree_at_the_end_of_the_game() -> None:
    theory, data = (simulate_ball_game(BallGame(account=account)) for account in ("theory", "data"))
    np.testing.assert_array_equal(theory.need, data.need)
    assert theory.effect[0] == pytest.approx(data.effect[0])


# The experiment


@pytest.mark.parametrize(("spread", "effect"), [(1.6, 1.53), (1.7, 1.38), (1.5, 1.62)])
def test_the_experiment_is_as_large_as_the_published_effect_because_its_spread_was_tuned(
    spread: float, effect: float
) -> None:
    """7-T10. The dossier's own numbers are of one simulation; ours of 40,000 persons lie within 0.05 of them."""
    drawn = simulate_experiment(BallGame(), 20_000, spread).effect
    assert drawn == pytest.approx(effect, abs=0.05)
    assert 1.3 <= drawn <= 1.8
    assert expected_effect(BallGame(), 0, spread) == pytest.approx(drawn, abs=0.04)


def test_the_expected_effect_of_a_game_with_no_chance_in_it_equals_integrals() -> None:
    """At p = 1 all games are alike; so are those of someone left out. Moments of cut-off ratings by quadrature."""
    game, spread = BallGame(players=3, throws=20, account="data", support=0.7), 1.1

    def moments(need: float) -> tuple[float, float]:
        def of(power: int) -> float:
            whole, _ = quad(
                lambda z: np.clip(need + spread * z, 1, 5) ** power * stats.norm.pdf(z),
                -9,
                9,
                points=[(1 - need) / spread, (5 - need) / spread],
            )
            return float(whole)

        return of(1), of(2) - of(1) ** 2

    need = float(need_satisfaction(expected_share(19, 0, 0.15, 3), game))
    left_out, spread_out = moments(need)
    included, spread_in = moments(game.scale_high)
    expected = (included - left_out) / math.sqrt((spread_out + spread_in) / 2)
    always = expected_effect(game.replace(inclusion_probability=1), 0, spread)
    # Both are compared with the fair game, whose needs vary, so the fair game is taken out of the sum.
    fair = _standardised(game, spread, included, spread_in, float(always))
    mean, variance = fair
    direct = (mean - left_out) / math.sqrt((variance + spread_out) / 2)
    assert expected_effect(game, 0, spread) == pytest.approx(direct, abs=1e-6)
    assert expected > direct


def _standardised(game: BallGame, spread: float, mean: float, variance: float, effect: float) -> tuple[float, float]:
    """Return mean and variance of the fair group, by quadrature over its own games; they must give ``effect``."""
    from intimacy.models.need_to_connect import ball_game

    shares = ball_game._mean_game(fair_share(game.players), game.players, game.throws, game.expectation_learning)
    needs, counts = np.unique(need_satisfaction(shares, game), return_counts=True)
    z = np.linspace(-8, 8, 20_001)
    weight = stats.norm.pdf(z) * (z[1] - z[0])
    rated = np.clip(needs[:, np.newaxis] + spread * z, 1, 5)
    first = float(((rated @ weight) * counts).sum() / counts.sum())
    second = float(((rated**2 @ weight) * counts).sum() / counts.sum())
    found = second - first**2
    assert effect == pytest.approx((first - mean) / math.sqrt((found + variance) / 2), abs=1e-4)
    return first, found


def test_games_ball_by_ball_give_the_same_effect() -> None:
    game = BallGame(players=4, throws=24, inclusion_probability=0.1, expectation_learning=0.2)
    deviation = np.random.default_rng(8).standard_normal((2, 6000))

    def ratings(chance: float, own: np.ndarray) -> np.ndarray:
        table, rated = Table(4, chance, seed=11), []
        for z in own:
            share = 1 / 3
            for thrower, catcher in table.game(24):
                if thrower:
                    share += 0.2 * ((catcher == 0) - share)
            rated.append(min(5, max(1, 1.6 + 2.6 * min(1, 3 * share) + 1.6 * z)))
        return np.array(rated)

    fair, played = ratings(1 / 3, deviation[0]), ratings(0.1, deviation[1])
    effect = (fair.mean() - played.mean()) / math.sqrt((fair.var() + played.var()) / 2)
    assert expected_effect(game) == pytest.approx(effect, abs=0.07)


def test_a_fair_game_has_no_effect_at_any_time() -> None:
    for players in range(3, 7):
        game = BallGame(players=players, inclusion_probability=fair_share(players))
        np.testing.assert_allclose(expected_effect(game, MINUTES), 0, atol=1e-12)


def test_the_effect_does_not_depend_on_the_number_of_players() -> None:
    """Left out from the start, q/q_f is the same for all; only luck in the fair game differs a little."""
    effects = [float(expected_effect(BallGame(players=players))) for players in range(3, 7)]
    assert max(effects) - min(effects) < 0.25
    needs = [simulate_ball_game(BallGame(players=players)).need for players in range(3, 7)]
    np.testing.assert_allclose(needs, [needs[0]] * 4)


def test_the_experiment_keeps_to_its_scale_and_seed() -> None:
    one, same = simulate_experiment(BallGame(), 30, seed=2), simulate_experiment(BallGame(), 30, seed=2)
    np.testing.assert_array_equal(one.included, same.included)
    assert one.effect != simulate_experiment(BallGame(), 30, seed=3).effect
    assert one.to_frame().groupby("group").size().to_dict() == {"included": 30, "left out": 30}
    assert one.to_frame().rating.between(1, 5).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: BallGame(players=2), "players must be a whole number between 3 and 6, got 2"),
        (lambda: BallGame(account="hope"), "account must be one of 'theory', 'data', got 'hope'"),
        (lambda: fair_share(1), "players must be a whole number of at least 2, got 1"),
        (lambda: half_life(0), "learning must be above 0 and below 1, by at least 1e-9, got 0"),
        (lambda: half_life(1), "learning must be above 0 and below 1, by at least 1e-9, got 1"),
        (lambda: expected_balls(1.2, 10), "inclusion_probability must be between 0 and 1, got 1.2"),
        (lambda: expected_balls(0.2, [3, -1]), "throws must be at least 0, got -1 at position 1"),
        (lambda: expected_share(-2, 0, 0.1, 3), "scripted_throws must be at least 0, got -2"),
        (lambda: expected_share(2, -1, 0.1, 3), "inclusion_probability must be between 0 and 1, got -1"),
        (
            lambda: share_path([1], math.nan, 3),
            "learning must be above 0 and below 1, by at least 1e-9, got nan (not a number)",
        ),
        (lambda: need_satisfaction(1.5, BallGame()), "share must be between 0 and 1, got 1.5"),
        (lambda: need_satisfaction(math.nan, BallGame()), "share must be between 0 and 1, got nan (not a number)"),
        (lambda: need_afterwards(-1, 2, BallGame()), "minutes must be at least 0, got -1"),
        (lambda: expected_effect(BallGame(), 0, 0), "between_person_sd must be above 0 and at most 100, got 0"),
        (lambda: expected_effect(BallGame(), -5), "minutes must be at least 0, got -5"),
        (lambda: simulate_experiment(BallGame(), 1), "people must be a whole number between 2 and 100000, got 1"),
        (lambda: simulate_experiment(BallGame(), 9, -1), "between_person_sd must be above 0 and at most 100, got -1"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match="must be") as refused:
        call()
    assert str(refused.value) == words


def test_draws_are_enough_for_the_longest_game() -> None:
    assert BallGame.specifications()["throws"].high == MOST_THROWS


# The game that a person plays


def through(seed: int, choice: str = "play", rate: Any = "skip") -> playable.GameState:
    """Return a whole game in which throws alternate and ratings are as given."""
    state = playable.play(playable.start(seed), choice)
    count = 0
    while not state.finished:
        move: Any = rate if "rate" in state.legal else state.legal[count % len(state.legal)]
        state = playable.play(state, move)
        count += 1
    return state


@quick
@given(st.integers(0, 2**32 - 1), st.sampled_from(["play", "watch"]))
def test_a_whole_game_includes_leaves_out_and_includes_again(seed: int, choice: str) -> None:
    state = through(seed, choice)
    assert [state.received(part) for part in (1, 2, 3)] == [(4, 8), (0, 14), (4, 8)]
    assert state.watching == (choice == "watch")
    holder = 0
    for number, throw in enumerate(state.throws, start=1):
        assert throw.number == number
        assert throw.thrower == holder != throw.catcher
        holder = throw.catcher
    assert state.throws[-1].part == playable.LAST
    assert state.throws[-1].catcher == 0 == state.holder
    assert len(state.comes) == sum(playable.SCRIPTED_THROWS)


MOVES = st.lists(st.integers(0, 10**6), max_size=120)


def wandered(seed: int, choices: list[int]) -> list[playable.GameState]:
    """Return the states of a game in which any open move is taken, stop among them."""
    states = [playable.start(seed)]
    for pick in choices:
        if states[-1].finished:
            break
        # Stop is rare, so that games also go far.
        legal = [*states[-1].legal] * 12 + ["stop"]
        move: Any = legal[pick % len(legal)]
        if move == "rate":
            move = [1 + pick % 5, pick // 5 % 6, pick // 30 % 6, 0]
        states.append(playable.play(states[-1], move))
    return states


@quick
@given(st.integers(0, 2**32 - 1), MOVES)
def test_any_game_can_be_stopped_anywhere_and_ends_with_the_ball_in_your_hands(seed: int, choices: list[int]) -> None:
    for state in wandered(seed, choices):
        stopped = playable.play(state, "stop")
        assert stopped.stage in ("stopped", "over")
        assert stopped.holder == 0
        if stopped.stage == "stopped":
            assert playable.play(stopped, "stop").finished
            again = playable.play(stopped, "include")
            assert (again.part, again.stage) == (playable.LAST, "throws")
            while not again.finished:
                again = playable.play(again, "skip" if "skip" in again.legal else again.legal[0])
            assert again.received(playable.LAST) == (4, 8)
            assert again.throws[-1].catcher == 0
        assert playable.play(playable.play(stopped, "stop"), "stop").finished


@quick
@given(st.integers(0, 2**32 - 1), MOVES)
def test_a_code_rebuilds_the_game_and_ratings_only_travel_if_asked(seed: int, choices: list[int]) -> None:
    state = wandered(seed, choices)[-1]
    assert playable.from_code(f" {state.code_with_ratings}\n") == state
    bare = playable.from_code(state.code)
    assert bare.code == state.code
    assert bare.throws == state.throws
    assert (bare.stage, bare.holder, bare.legal) == (state.stage, state.holder, state.legal)
    assert bare.ratings(2) == bare.ratings(3) == {}
    rated = any(isinstance(move, tuple) for move in state.moves)
    assert (state.code == state.code_with_ratings) == (not rated)


def test_nothing_starts_before_a_choice_and_not_now_plays_nothing() -> None:
    state = playable.start(4)
    assert (state.stage, state.legal, state.part) == ("note", ("play", "watch", "not_now"), 0)
    for move in ("next", "throw_1", "go_on", "skip", "include"):
        with pytest.raises(ValueError, match="move must be one of 'play', 'watch', 'not_now', 'stop' now, got"):
            playable.play(state, move)
    for move in ("not_now", "stop"):
        left = playable.play(state, move)
        assert (left.finished, left.throws, left.legal) == (True, (), ())


def test_the_part_that_leaves_you_out_waits_until_you_go_on() -> None:
    state = playable.play(playable.start(7), "play")
    while state.stage == "throws":
        state = playable.play(state, state.legal[0])
    assert (state.stage, state.part, state.legal) == ("ready", playable.LEFT_OUT, ("go_on",))
    assert not any(throw.part == playable.LEFT_OUT for throw in state.throws)


def test_after_a_stop_in_the_last_part_or_before_the_second_no_part_is_offered() -> None:
    state = playable.play(playable.start(7), "play")
    while state.stage == "throws":
        assert playable.play(state, "stop").finished
        state = playable.play(state, state.legal[0])
    assert playable.play(state, "stop").finished  # at the gate of the second part
    offered = set()
    while not state.finished:
        stopped = playable.play(state, "stop")
        offered.add((state.part, state.stage, stopped.stage))
        state = playable.play(state, "skip" if "skip" in state.legal else state.legal[0])
    assert (2, "throws", "stopped") in offered
    assert (2, "ratings", "stopped") in offered
    assert (3, "ready", "stopped") in offered
    assert {each for each in offered if each[:2] == (3, "throws")} == {(3, "throws", "over")}


def test_a_stop_throws_the_ball_to_you_in_a_throw_of_no_part() -> None:
    state = playable.play(playable.start(7), "play")
    while state.part < playable.LEFT_OUT or state.stage == "ready" or state.holder == 0:
        state = playable.play(state, state.legal[0])
    stopped = playable.play(state, "stop")
    last = stopped.throws[-1]
    assert (last.part, last.thrower, last.catcher) == (0, state.holder, 0)
    assert stopped.received(playable.LEFT_OUT) == state.received(playable.LEFT_OUT)
    holding = playable.play(playable.start(7), "play")
    assert playable.play(holding, "stop").throws == ()  # the ball is in your hands already


def test_ratings_are_optional_and_asked_again_only_if_given() -> None:
    rated = through(3, rate=[2, 0, 5, 1])
    assert rated.ratings(2) == rated.ratings(3) == {"belonging": 2, "control": 5, "meaningful_existence": 1}
    assert sum(isinstance(move, tuple) for move in rated.moves) == 2
    skipped = through(3)
    assert skipped.ratings(2) == skipped.ratings(3) == {}
    assert sum(move == "skip" for move in skipped.moves) == 1
    watched = through(3, "watch", rate=[1, 1, 1, 1])
    assert watched.ratings(2) == {}
    assert not {"skip"} & set(watched.moves)


@pytest.mark.parametrize(
    "ratings", [[1, 2, 3], [1, 2, 3, 6], [1, 2, 3, -1], [True, 2, 3, 4], [1.5, 2, 3, 4], ["1"] * 4]
)
def test_ratings_that_are_none_are_refused(ratings: list[Any]) -> None:
    state = _asked()
    with pytest.raises((TypeError, ValueError), match=r"(move|ratings) must be "):
        playable.play(state, ratings)


def test_moves_that_are_none_are_refused_in_a_sentence() -> None:
    state = _asked()
    with pytest.raises(ValueError, match="ratings must answer at least one question"):
        playable.play(state, [0, 0, 0, 0])
    for move in ("rate", "next", ""):
        with pytest.raises(ValueError, match="move must be one of four ratings, 'skip', 'stop' now, got"):
            playable.play(state, move)
    odd: Any
    for odd in (None, 3, 1e9, {"value": 1}):
        with pytest.raises((TypeError, ValueError), match="move must be text or a sequence"):
            playable.play(state, odd)
    with pytest.raises(ValueError, match="move must be one of 'play', 'watch', 'not_now', 'stop' now, got \\(1, 1"):
        playable.play(playable.start(1), [1, 1, 1, 1])
    over = through(1)
    with pytest.raises(ValueError, match="state must be a game that goes on, got one that is over"):
        playable.play(over, "next")
    with pytest.raises(ValueError, match="moves must end with the game"):
        playable.GameState(1, (*over.moves, "next"))


def _asked() -> playable.GameState:
    state = playable.play(playable.start(2), "play")
    while state.stage != "ratings":
        state = playable.play(state, state.legal[0])
    return state


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, True, "1", None])
def test_a_seed_that_is_none_is_refused(seed: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="seed must be a whole number between 0 and"):
        playable.start(seed)


@pytest.mark.parametrize(
    "code", ["", "ball1", "ball1.1.p.00000000", "ball1.1.z.0", "ball2.1..0", "ball1.1.xx.0", "ball1.a..0", "☃.1.p.0"]
)
def test_a_code_of_no_game_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="code must be the text a game gave you, unchanged, got"):
        playable.from_code(code)


def test_any_slip_of_the_pen_in_a_code_is_noticed() -> None:
    code = through(11, rate=[1, 2, 3, 4]).code_with_ratings
    for at, letter in enumerate(code):
        for other in "1xgs7.":
            if other != letter:
                with pytest.raises(ValueError, match="code must be"):
                    playable.from_code(code[:at] + other + code[at + 1 :])


def test_the_same_moves_and_seed_make_the_same_game_and_other_seeds_other_ones() -> None:
    assert through(5).throws == through(5).throws
    assert len({through(seed).throws for seed in range(12)}) > 8
