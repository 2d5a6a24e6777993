"""A crowd of the model's investors at the very game that a class played: same partners, same luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from intimacy.arguments import Between, checked
from intimacy.models.oxytocin_trust import playable
from intimacy.models.oxytocin_trust.trust_game import INVESTMENTS, TrustGame, choice_probabilities

PLAYERS = 150


@dataclass(frozen=True)
class Crowd:
    """What the model's investors sent: the mean by round, in MU, and the share who sent all in round 1."""

    sent: NDArray[np.float64]
    all_at_first: float


@lru_cache(maxsize=64)
def _played(seed: int, players: int) -> NDArray[np.float64]:
    """Return what each investor sent, shape (players, rounds), in the game of one seed."""
    model = TrustGame()
    draws = np.random.default_rng(np.random.SeedSequence([seed, players])).random((players, playable.ROUNDS))
    sent = np.empty((players, playable.ROUNDS))
    for player in range(players):
        state, belief = playable.start(seed), model.prior_belief
        for round_ in range(playable.ROUNDS):
            if round_ % playable.ROUNDS_PER_PARTNER == 0:
                belief = model.prior_belief
            chances = choice_probabilities(
                belief,
                betrayal_aversion=model.betrayal_aversion,
                risk_aversion=model.risk_aversion,
                choice_sharpness=model.choice_sharpness,
            )
            choice = int(np.searchsorted(np.cumsum(chances)[:-1], draws[player, round_], side="right"))
            state = playable.play(state, INVESTMENTS[choice])
            belief += model.learning_rate * (state.history[-1].kept - belief)
            sent[player, round_] = INVESTMENTS[choice]
    return sent


@checked
def crowd(seeds: Sequence[int], games: Sequence[int], players: Annotated[int, Between(1, 10_000)] = PLAYERS) -> Crowd:
    """Let the model's investors, at their starting values, play the games of a class, each as often as the class did.

    Args:
        seeds: which games.
        games: how often the class played each.
        players: how many investors play each game.

    Raises:
        ValueError: there is no game, or not as many counts as seeds.
    """
    if not seeds or len(seeds) != len(games) or min(games) < 1:
        raise ValueError(f"seeds and games must be as many, at least one each, got {len(seeds)} and {len(games)}")
    played = np.stack([_played(seed, players) for seed in seeds])
    all_at_first = (played[:, :, 0] == INVESTMENTS[-1]).mean(axis=1)
    return Crowd(np.average(played.mean(axis=1), axis=0, weights=games), float(np.average(all_at_first, weights=games)))
