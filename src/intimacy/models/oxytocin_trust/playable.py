"""The trust game as a person plays it: a pure state machine, no widgets.

Twenty rounds, two partners, ten rounds each. One partner is *steady* (keeps a fixed share of promises), the other
*changes* (turns at a hidden round, or answers to how much you sent); which two, and in which order, follows from the
seed. The change inside ten rounds shows how fast beliefs move (learning rate); choices at a doubtful partner show how
much a broken promise weighs beyond the odds (betrayal aversion); the fresh start with the second partner shows both
once more, and that trust is a judgement about a partner and not only a trait. Partners are revealed only at the end.

After each round you are told what the partner decided, also when you sent nothing. Without that, whoever stops trusting
could never learn of being wrong; outside the lab that is often how it is.

All draws follow from the seed, and all else from the seed and the moves, so a state is just these two, and a short text
(``state.code``) rebuilds a game anywhere (:func:`from_code`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from intimacy.arguments import Seed, checked
from intimacy.models.game_code import rebuilt, require_game, sealed
from intimacy.models.oxytocin_trust.trust_game import ENDOWMENT, INVESTMENTS
from intimacy.parameters import shown

ROUNDS = 20
ROUNDS_PER_PARTNER = 10
_VERSION = "trust1"
_ASSUMED_FIRST_INVESTMENT = 8  # what a partner who answers to you takes for granted before your first move


@dataclass(frozen=True)
class PartnerType:
    """A partner who keeps a promise with probability ``early`` (``late`` once turned) + ``echo`` · (last x)/12."""

    name: str
    label: str
    description: str
    early: float
    late: float
    echo: float = 0.0

    @checked
    def reliability(self, *, turned: bool, previous_investment: int) -> float:
        """Return the probability that the partner keeps the promise in this round."""
        return (self.late if turned else self.early) + self.echo * previous_investment / ENDOWMENT


STEADY_PARTNERS = (
    PartnerType("reliable", "Reliable", "Kept nine promises in ten, whatever you did.", 0.9, 0.9),
    PartnerType("coin_flip", "Coin flip", "Decided by the toss of a coin; nothing you did mattered.", 0.5, 0.5),
)
CHANGING_PARTNERS = (
    PartnerType(
        "fair_weather", "Fair-weather", "Kept nine in ten at first, then turned and kept one in ten.", 0.9, 0.1
    ),
    PartnerType(
        "reciprocator",
        "Reciprocator",
        "Answered your last move: the more you sent, the surer the promise.",
        0.1,
        0.1,
        0.8,
    ),
)


@dataclass(frozen=True)
class Turn:
    """One finished round. ``partner`` counts from 1; ``wealth`` is the total after the round, in MU."""

    round: int
    partner: int
    investment: int
    kept: bool
    returned: int
    earned: int
    wealth: int


@dataclass(frozen=True)
class _Cast:
    """What the seed decides before the first move: the partners, when the changing one turns, and their draws."""

    partners: tuple[PartnerType, PartnerType]
    turns_after: int
    draws: tuple[float, ...]


@lru_cache(maxsize=64)
def _cast(seed: int) -> _Cast:
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    steady = STEADY_PARTNERS[generator.integers(len(STEADY_PARTNERS))]
    changing = CHANGING_PARTNERS[generator.integers(len(CHANGING_PARTNERS))]
    partners = (steady, changing) if generator.integers(2) else (changing, steady)
    return _Cast(partners, int(generator.integers(4, 7)), tuple(generator.random(ROUNDS).tolist()))


@lru_cache(maxsize=256)
def _history(seed: int, moves: tuple[int, ...]) -> tuple[Turn, ...]:
    cast, turns, wealth, previous = _cast(seed), [], 0, _ASSUMED_FIRST_INVESTMENT
    for index, investment in enumerate(moves):
        partner, met = divmod(index, ROUNDS_PER_PARTNER)
        if met == 0:
            previous = _ASSUMED_FIRST_INVESTMENT
        chance = cast.partners[partner].reliability(turned=met >= cast.turns_after, previous_investment=previous)
        kept = cast.draws[index] < chance
        returned = 2 * investment if kept else 0
        earned = ENDOWMENT - investment + returned
        wealth += earned
        turns.append(Turn(index + 1, partner + 1, investment, kept, returned, earned, wealth))
        previous = investment
    return tuple(turns)


@dataclass(frozen=True)
class GameState:
    """A game at some point: its seed and the moves made. Make one with :func:`start`, go on with :func:`play`.

    Raises:
        ValueError: a seed outside 0 … 2³² − 1, a forbidden investment, or more moves than rounds.
    """

    seed: int
    moves: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "moves", require_game(self.seed, self.moves))
        for investment in self.moves:
            if isinstance(investment, bool) or investment not in INVESTMENTS:
                raise ValueError(
                    f"investment must be one of {', '.join(map(str, INVESTMENTS))}, got {shown(investment)}"
                )
        object.__setattr__(self, "moves", tuple(map(int, self.moves)))
        if len(self.moves) > ROUNDS:
            raise ValueError(f"moves must be between 0 and {ROUNDS}, got {len(self.moves)}: the game is finished")

    @property
    def rounds(self) -> int:
        """Rounds in a whole game."""
        return ROUNDS

    @property
    def finished(self) -> bool:
        """Whether all rounds are played."""
        return len(self.moves) == ROUNDS

    @property
    def round(self) -> int:
        """The round to be played next, from 1; the last round once finished."""
        return min(len(self.moves) + 1, ROUNDS)

    @property
    def partner(self) -> int:
        """Number of the partner of :attr:`round`, from 1."""
        return (self.round - 1) // ROUNDS_PER_PARTNER + 1

    @property
    def history(self) -> tuple[Turn, ...]:
        """The finished rounds."""
        return _history(self.seed, self.moves)

    @property
    def wealth(self) -> int:
        """MU earned so far."""
        return self.history[-1].wealth if self.moves else 0

    @property
    def partners(self) -> tuple[PartnerType, ...]:
        """Who your partners were, in order; empty until the game is finished."""
        return _cast(self.seed).partners if self.finished else ()

    @property
    def code(self) -> str:
        """A short text from which :func:`from_code` rebuilds this game, with a checksum against slips of the pen."""
        return sealed(f"{_VERSION}.{self.seed}.{''.join(str(INVESTMENTS.index(each)) for each in self.moves)}")


@checked
def start(seed: Seed) -> GameState:
    """Return a new game. The same seed casts the same partners, who draw the same luck.

    Raises:
        ValueError: the seed is not a whole number between 0 and 2³² − 1.
    """
    return GameState(seed)


@checked
def play(state: GameState, investment: int) -> GameState:
    """Return the game after one more round in which you send ``investment`` MU. There is no undo.

    Raises:
        ValueError: the game is finished, or the investment is not 0, 4, 8 or 12.
    """
    if state.finished:
        raise ValueError(f"the game is finished after {ROUNDS} rounds; start a new one")
    return GameState(state.seed, (*state.moves, investment))


@checked
def from_code(code: str) -> GameState:
    """Rebuild a game from its :attr:`GameState.code`; blanks around it are ignored.

    Raises:
        ValueError: the text is not the code of any game (mistyped, shortened or changed).
    """
    return rebuilt(code, INVESTMENTS, GameState)
