"""One match, and the game: against the exact mean, and what must hold for every state."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy.models.communication_repair import (
    HOLD_BACK,
    LABELS,
    MOST_ROUNDS,
    PAYOFFS,
    REACH_OUT,
    STRATEGIES,
    Match,
    expected,
    playable,
    simulate_match,
)

quick = settings(max_examples=40)
names = st.sampled_from(list(STRATEGIES))
matches = st.builds(
    Match,
    first=names,
    second=names,
    misheard_round=st.integers(0, 50),
    slip=st.floats(0, 0.3),
    mishearing=st.floats(0, 0.3),
    repair=st.floats(0, 1),
    generosity=st.floats(0, 1),
    temptation=st.floats(3, 8),
    rounds=st.integers(50, MOST_ROUNDS),
)


# A match


@given(parameters=matches, seed=st.integers(0, 1000))
@quick
def test_what_holds_in_every_match(parameters: Match, seed: int) -> None:
    run = simulate_match(parameters, seed)
    assert run.moves.shape == run.meant.shape == run.heard.shape == run.repaired.shape == (parameters.rounds, 2)
    for each in (run.meant, run.moves, run.heard):
        assert set(np.unique(each)) <= {REACH_OUT, HOLD_BACK}
    if parameters.slip == 0 or parameters.repair == 1:
        assert not run.slipped.any()
    if parameters.repair == 1:
        assert not run.misheard.any()
    elif parameters.misheard_round and parameters.repair == 0:
        assert run.misheard[parameters.misheard_round - 1, 1]
    if parameters.repair == 0:
        assert not run.repaired.any()
    states = [0, 0]
    for number in range(parameters.rounds):  # each goes on from its own move and its own ear
        for k, machine in enumerate(parameters.strategies):
            chance = machine.reach_out[states[k]]
            assert chance not in (0, 1) or run.meant[number, k] == 1 - chance
            states[k] = machine.next_state[states[k]][run.moves[number, k]][run.heard[number, k]]
    both = run.points.sum(axis=1)
    reward, sucker, temptation, punishment = parameters.payoffs
    worth = {0: 2 * reward, 1: sucker + temptation, 2: 2 * punishment}
    assert both == pytest.approx([worth[each] for each in run.moves.sum(axis=1).tolist()])
    assert run.reaching_out[-1] == pytest.approx((run.moves == REACH_OUT).mean())
    assert run.expected.outcomes.sum(axis=1) == pytest.approx(np.ones(parameters.rounds))
    again = simulate_match(parameters, seed)
    np.testing.assert_array_equal(run.heard, again.heard)
    assert len(run.to_frame()) == parameters.rounds


@pytest.mark.parametrize(
    "values",
    [
        {"first": "generous", "second": "contrite", "slip": 0.05},
        {"first": "pavlov", "second": "pavlov", "mishearing": 0.06, "slip": 0.03, "repair": 0.4},
        {"first": "coin", "second": "grudger", "misheard_round": 5},
        {"first": "firm_but_fair", "second": "generous", "mishearing": 0.2, "repair": 0.5, "generosity": 0.6},
    ],
)
def test_the_mean_of_many_matches_is_the_exact_one(values: dict[str, Any]) -> None:
    parameters = Match(rounds=60, **values)
    runs = [simulate_match(parameters, seed) for seed in range(600)]
    shares = np.array([(run.moves == REACH_OUT).mean(axis=0) for run in runs])
    mean = runs[0].expected.reaching_out.mean(axis=0)
    error = shares.std(axis=0) / np.sqrt(len(runs)) + 1e-12
    assert (np.abs(shares.mean(axis=0) - mean) < 4 * error).all()
    undone = np.array([run.repaired.sum() for run in runs])
    happened = 60 * 2 * (parameters.slip + parameters.mishearing) + (1 - parameters.mishearing) * (
        parameters.misheard_round > 0
    )
    chance = parameters.repair * happened
    assert undone.mean() == pytest.approx(chance, abs=4 * undone.std() / np.sqrt(len(runs)) + 1e-12)


def test_the_mean_of_a_match_without_a_planted_misunderstanding_is_that_of_the_chain() -> None:
    parameters = Match(first="generous", second="pavlov", misheard_round=0, slip=0.1, mishearing=0.2, repair=0.5)
    run = simulate_match(parameters)
    mean = expected(*parameters.strategies, slip=0.05, mishearing=0.1, rounds=60).outcomes
    np.testing.assert_allclose(run.expected.outcomes.mean(axis=0), mean, atol=1e-12)
    np.testing.assert_allclose(
        run.long_run.outcomes, expected(*parameters.strategies, slip=0.05, mishearing=0.1).outcomes, atol=1e-12
    )
    assert run.expected_reaching_out[-1] == pytest.approx(mean @ [1, 0.5, 0.5, 0])


@given(second=names, low=st.floats(0, 1), more=st.floats(0, 1), seed=st.integers(0, 200))
@quick
def test_more_talk_leaves_some_of_the_same_errors_and_no_others(
    second: str, low: float, more: float, seed: int
) -> None:
    """Common random numbers: the errors that are left with more talk are among those that are left with less."""
    parameters = Match(first="always_reaches_out", second=second, slip=0.1, mishearing=0.2, repair=min(low, more))
    less, much = (
        simulate_match(parameters.replace(repair=repair), seed) for repair in (min(low, more), max(low, more))
    )
    assert (much.slipped <= less.slipped).all()
    assert (much.misheard <= less.misheard).all()


def test_bad_values_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"slip must be between 0 and 0\.3, got 0\.4"):
        Match(slip=0.4)
    with pytest.raises(ValueError, match="first must be one of"):
        Match(first="kind")
    with pytest.raises(ValueError, match="temptation must be between 3 and 8"):
        Match(temptation=2)


# The game

moves = st.lists(st.sampled_from(playable.MOVES), max_size=45)


def played(seed: int, wanted: list[str]) -> playable.GameState:
    """Play what is wanted where it is allowed, and reach out to the end."""
    state = playable.start(seed)
    for move in [*wanted, *["reach_out"] * playable.ROUNDS]:
        if state.finished:
            break
        if move == "talk" and not state.may_talk:
            continue
        state = playable.play(state, move)
    return state


@given(seed=st.integers(0, 500), wanted=moves)
@quick
def test_what_holds_in_every_game(seed: int, wanted: list[str]) -> None:
    state = played(seed, wanted)
    assert state.finished
    assert not state.may_talk
    result, turns = state.result, state.history
    assert result is not None
    assert [turn.round for turn in turns] == list(range(1, playable.ROUNDS + 1))
    assert result.points == sum(PAYOFFS[2 * turn.own + turn.other] for turn in turns) - result.talks
    assert result.misheard == sum((turn.heard != turn.other) + (turn.they_heard != turn.own) for turn in turns)
    assert 0 <= result.repaired <= result.misheard
    assert result.talks == sum(turn.talked for turn in turns) == state.moves.count("talk")
    machine, at = result.stranger, 0
    for turn in turns:  # the stranger goes on from what it heard, or, after talk, from what was done
        chance = machine.reach_out[at]
        assert chance not in (0, 1) or turn.other == 1 - chance
        at = machine.next_state[at][turn.other][turn.own if turn.talked else turn.they_heard]
    assert playable.from_code(f" {state.code}\n") == state
    assert [each.name for each in result.in_your_place] == list(STRATEGIES)


@given(seed=st.integers(0, 300))
@quick
def test_in_your_place_the_luck_is_yours(seed: int) -> None:
    """Whoever plays without any chance in it, as the strategy would, gets what it got in your place."""
    state = playable.start(seed)
    while not state.finished:
        heard = state.history[-1].heard if state.history else REACH_OUT
        state = playable.play(state, "hold_back" if heard else "reach_out")
    found = {each.name: each for each in state.result.in_your_place}
    assert found["tit_for_tat"].points == state.result.points
    always = played(seed, [])
    assert found["always_reaches_out"].points == always.result.points
    never = played(seed, ["hold_back"] * playable.ROUNDS)
    assert found["always_holds_back"].points == never.result.points


def test_the_expectation_in_your_place_is_the_mean_over_many_games() -> None:
    """Twelve seeds meet twelve strangers, so those of one stranger are compared with its exact mean."""
    seeds = [seed for seed in range(3600) if playable.stranger_of(seed).name == "tit_for_tat"]
    assert len(seeds) == 300
    results = [played(seed, []).result.in_your_place for seed in seeds]
    for place, name in enumerate(STRATEGIES):
        points = np.array([result[place].points for result in results])
        exact = results[0][place].expected
        assert results[0][place].name == name
        assert points.mean() == pytest.approx(exact, abs=4 * points.std() / np.sqrt(len(points)) + 1e-9), name


@pytest.mark.parametrize("block", range(4))
def test_each_stranger_is_met_before_any_comes_again(block: int) -> None:
    met = [playable.stranger_of(12 * block + place).name for place in range(12)]
    assert sorted(met) == sorted(STRATEGIES)
    assert all(met != [playable.stranger_of(12 * other + place).name for place in range(12)] for other in range(block))


def test_talk_lets_the_stranger_go_on_from_what_was_done() -> None:
    repaired = 0
    for seed in range(600):
        if playable.stranger_of(seed).name != "tit_for_tat":
            continue
        state = playable.play(playable.start(seed), "reach_out")
        silent = playable.play(state, "reach_out").history[1].other
        talked = playable.play(playable.play(state, "talk"), "reach_out").history[1].other
        assert silent == state.history[0].they_heard
        assert talked == REACH_OUT
        repaired += silent != talked
    assert repaired > 0


def test_moves_that_the_rules_refuse() -> None:
    state = playable.start(3)
    with pytest.raises(ValueError, match="talk must follow a round that has not been talked about"):
        playable.play(state, "talk")
    talked = playable.play(playable.play(state, "reach_out"), "talk")
    assert not talked.may_talk
    with pytest.raises(ValueError, match="talk must follow a round that has not been talked about"):
        playable.play(talked, "talk")
    with pytest.raises(ValueError, match="move must be one of 'reach_out', 'hold_back', 'talk', got 'leave'"):
        playable.play(state, "leave")
    over = played(3, [])
    with pytest.raises(ValueError, match="the game is finished after 20 rounds"):
        playable.play(over, "reach_out")
    with pytest.raises(ValueError, match="moves must end with the game"):
        playable.GameState(3, ("reach_out",) * 21)
    with pytest.raises(ValueError, match="talk must come before the last round is over"):
        playable.GameState(3, (*["reach_out"] * 20, "talk"))
    for seed in (-1, 2**32, True, 1.5):
        with pytest.raises((TypeError, ValueError), match="seed must be a whole number between 0 and"):
            playable.start(seed)
    code = over.code
    for wrong in (
        "",
        "meet1.3.0",
        code[:-1],
        code.replace(".3.", ".4."),
        2 * code,
        code.replace("0", "9", 1),
    ):
        with pytest.raises(ValueError, match="code must be the text a game gave you"):
            playable.from_code(wrong)


def test_the_stranger_stays_hidden_until_the_end() -> None:
    state = playable.start(5)
    assert state.result is None
    assert all(LABELS[name] not in repr(state) for name in STRATEGIES)
