"""A second opinion on theme 8 from the axelrod package: each strategy move by move, matches, and a whole tournament."""

from __future__ import annotations

import functools
import math
import random
from typing import Any

import numpy as np
import pytest

from intimacy.models.communication_repair import (
    PAYOFFS,
    SEVEN,
    STRATEGIES,
    expected_for_all,
    optimal_generosity,
    play_all,
)

pytestmark = pytest.mark.xdist_group("axelrod")


@functools.cache
def package() -> Any:
    """Return axelrod, whose import takes nine seconds: only the process that runs these tests should pay them."""
    import axelrod

    return axelrod


def moves() -> tuple[Any, Any]:
    """Return its moves in our order: reaching out, holding back."""
    return package().Action.C, package().Action.D


def counterpart(name: str) -> Any:
    """Return its player for a strategy of ours."""
    return getattr(package(), STRATEGIES[name].counterpart)()


def meant(player: Any, opponent: Any) -> int:
    """Return the move that a player means to make, as an index."""
    return moves().index(player.strategy(opponent))


@pytest.mark.parametrize("name", STRATEGIES)
@pytest.mark.parametrize("seed", range(3))
def test_each_strategy_means_the_same_moves_when_hands_slip(name: str, seed: int) -> None:
    """The same slips and the same moves of another: each machine is in step with its counterpart, round by round."""
    machine, generator = STRATEGIES[name], random.Random(seed)
    player, opponent = counterpart(name), package().MockPlayer()
    player.set_match_attributes(length=400, game=package().Game(), noise=0.1)
    player.set_seed(seed)
    state, free = 0, []
    for _ in range(400):
        intended = meant(player, opponent)
        chance = machine.reach_out[state]
        if chance in (0, 1):
            assert intended == 1 - chance
        else:
            free.append((intended == 0) - chance)
        own = intended ^ (generator.random() < 0.15)
        other = int(generator.random() < 0.45)
        player.update_history(moves()[own], moves()[other])
        opponent.update_history(moves()[other], moves()[own])
        state = machine.next_state[state][own][other]
    if free:  # where the machine leaves it to chance, the counterpart does so as often
        assert abs(sum(free)) < 4 * math.sqrt(0.25 * len(free))
    else:
        assert set(machine.reach_out) <= {0, 1}


def test_the_vector_of_the_generous_is_that_of_axelrod() -> None:  # 8-T13
    player = package().GTFT()
    player.set_match_attributes()
    four = tuple(player._four_vector[pair] for pair in ((moves()[a], moves()[b]) for a in (0, 1) for b in (0, 1)))
    assert four == pytest.approx((1, 1 / 3, 1, 1 / 3))
    for payoffs in ((3, 0, 4, 1), (5, 1, 7, 2), (3, 0, 5, 2)):
        reward, sucker, temptation, punishment = payoffs
        game = package().Game(r=reward, s=sucker, t=temptation, p=punishment)
        player = package().GTFT()
        player.p = None  # it keeps what it computed from the usual payoffs, when it was made
        player.set_match_attributes(length=10, game=game, noise=0)
        assert player.p == pytest.approx(optimal_generosity(payoffs))


@pytest.mark.parametrize(
    ("name", "share", "tolerance"),
    [
        ("generous", 0.877, 0.02),
        ("pavlov", 0.866, 0.02),
        ("always_reaches_out", 0.950, 0.02),
        ("tit_for_tat", 0.512, 0.03),
    ],
)
def test_sixty_long_matches_of_two_of_a_kind(name: str, share: float, tolerance: float) -> None:  # 8-T16
    theirs = []
    for seed in range(60):
        match = package().Match((counterpart(name), counterpart(name)), turns=1000, noise=0.05, seed=seed)
        theirs.append(np.mean([[each == moves()[0] for each in pair] for pair in match.play()]))
    machine = STRATEGIES[name]
    mean = float(expected_for_all([machine], slip=0.05, rounds=1000).reaching_out[0, 0, 0])
    counts = play_all([machine], slip=0.05, rounds=1000, repeats=60).counts[0, 0]
    ours = (counts @ [1, 0.5, 0.5, 0]).mean() / 1000
    for each in (np.mean(theirs), mean, ours):
        assert each == pytest.approx(share, abs=tolerance)
    assert np.mean(theirs) == pytest.approx(mean, abs=4.5 * np.std(theirs) / math.sqrt(60) + 1e-9)


@pytest.fixture(scope="module")
def payoffs_of_axelrod() -> np.ndarray:
    """Points per round of every pair, by repeat, from a tournament with noise, shape (12, 12, repeats)."""
    players = [counterpart(name) for name in STRATEGIES]
    tournament = package().Tournament(players, turns=200, repetitions=12, noise=0.05, seed=3)
    return np.array(tournament.play(progress_bar=False).payoffs)


def test_a_tournament_of_twelve_has_the_exact_mean(payoffs_of_axelrod: np.ndarray) -> None:
    exact = expected_for_all(list(STRATEGIES.values()), slip=0.05, rounds=200).payoff()[..., 0]
    repeats = payoffs_of_axelrod.shape[-1]
    # The spread of a match is taken from many of ours, because twelve do not tell it well.
    spread = play_all(list(STRATEGIES.values()), slip=0.05, repeats=300).payoff(PAYOFFS).std(axis=-1)
    error = spread / math.sqrt(repeats) + 1e-9
    apart = (payoffs_of_axelrod.mean(axis=-1) - exact) / error
    assert np.abs(apart).max() < 4.5
    assert 0.6 < np.sqrt((apart**2).mean()) < 1.4


def ranking(noise: float) -> list[str]:
    """Return the seven in the order in which an axelrod tournament ranks them."""
    names = {counterpart(name).name: name for name in SEVEN}
    tournament = package().Tournament(
        [counterpart(name) for name in SEVEN], turns=200, repetitions=30, noise=noise, seed=3
    )
    ranked = tournament.play(progress_bar=False).ranked_names
    return [names[each.partition(":")[0]] for each in ranked]


def test_who_comes_first_among_seven_in_axelrod() -> None:  # 8-T19
    noisy = ranking(0.05)
    assert noisy[0] == "always_holds_back"
    assert noisy.index("generous") + 1 == 6
    assert ranking(0)[0] == "grudger"
