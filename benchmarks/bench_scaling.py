"""How time grows with the number of people: the power of N that a line through the times on a logarithmic grid has.

Below 1, a larger crowd costs less per person; at 1, the same. From 10² to 10⁵, or as far as a model allows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count

import numpy as np

from bench_dynamics import CROWD, compiled_run
from bench_society import fresh
from bench_trust import ROUNDS, ROUNDS_PER_PARTNER, compiled_game, fresh_game
from intimacy.models.emotional_resonance.crowd import simulate_crowd
from intimacy.models.oxytocin_trust import fitting
from intimacy.models.relationships import propagate_couples
from intimacy.models.society import networks
from intimacy.models.society.trust_network import TrustNetwork
from timing import Row, amount, processor_times, row

LINEAR = 1.1
REPEATS = 5
Run = Callable[[int], Callable[[], object]]


def game(agents: int) -> Callable[[], object]:
    return partial(fresh_game, agents)


def game_loop(agents: int) -> Callable[[], object]:
    return partial(compiled_game, agents)


def crowd(people: int) -> Callable[[], object]:
    return partial(simulate_crowd, CROWD.replace(people=people))


def crowd_loop(people: int) -> Callable[[], object]:
    return compiled_run(CROWD.replace(people=people))


def network(people: int) -> Callable[[], object]:
    return fresh(TrustNetwork(people=people, steps=30))


def building(people: int) -> Callable[[], object]:
    seeds = count()
    return lambda: networks.small_world(people, seed=next(seeds))  # none is kept from the run before


def players(people: int) -> Callable[[], object]:
    _, investments, kept = fitting.simulated_players(ROUNDS, people)
    return partial(fitting.fit, investments, kept, rounds_per_partner=ROUNDS_PER_PARTNER)


def couples(pairs: int) -> Callable[[], object]:
    one, two = np.random.default_rng(7).uniform(-1.5, 1.5, (2, pairs))
    return partial(propagate_couples, 1.0, one, two, 1.0, np.linspace(0, 12, 50))


MODELS: dict[str, tuple[Run, int, Run | None]] = {
    "trust game, agents": (game, 5, game_loop),
    "coupled oscillators": (crowd, 4, crowd_loop),
    "trust on a small world, people": (network, 5, None),
    "building a small world, people": (building, 5, None),
    "fitting the trust game, players": (players, 4, None),
    "love, couples": (couples, 5, None),
}
"""For each model: what makes a run of N, the largest power of ten, and the same in a loop compiled by numba."""


def growth(run: Run, largest: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the power of N in each repeat, and the median seconds at each N."""
    powers = np.arange(2, largest + 1)
    times = np.array([processor_times(run(10 ** int(power)), REPEATS) for power in powers])
    return np.polyfit(powers, np.log10(times), 1)[0], np.median(times, axis=1)


def rows() -> list[Row]:
    """Measure, and return the lines of the table."""
    found = []
    for name, (ours, largest, peer) in MODELS.items():
        power, times = growth(ours, largest)
        theirs = growth(peer, largest)[0] if peer else None
        what = f"{name}, 10² to 10{'⁴⁵'[largest - 4]}: {amount(times[0], 's')} to {amount(times[-1], 's')}"
        found.append(row(what, power, theirs, unit="power of N", against="numba loop", most=LINEAR))
    return found
