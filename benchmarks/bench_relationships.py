"""Speed of the models of relationships: love dynamics against an integrator, and every evaluation behind a slider.

Run ``python benchmarks/bench_relationships.py``, or import :func:`rows`.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.integrate import solve_ivp

from bench_models import compared, seconds, slider_row
from intimacy.models.relationships import (
    MONTHS,
    MONTHS_PER_SAMPLE,
    Circle,
    CoRegulation,
    Influence,
    Love,
    propagate_couples,
    simulate_circle,
    simulate_co_regulation,
    simulate_influence,
    simulate_love,
)

COUPLES = 10_000
TARGET = 100


def love_rows() -> list[dict[str, object]]:
    """Ten thousand couples at once by the exact propagator, per couple, against one at a time with an integrator."""
    months = np.arange(0, MONTHS + MONTHS_PER_SAMPLE / 2, MONTHS_PER_SAMPLE)
    one, two = np.random.default_rng(7).uniform(-1.5, 1.5, (2, COUPLES))

    def integrated(couple: int) -> None:
        def slope(_: float, x: np.ndarray) -> tuple[float, float]:
            return -x[0] + one[couple] * x[1] + 1, -x[1] + two[couple] * x[0] + 1

        solve_ivp(slope, (0, MONTHS), (0.0, 0.0), t_eval=months, rtol=1e-8, atol=1e-10)

    ours = seconds(partial(propagate_couples, 1.0, one, two, 1.0, months), 5) / COUPLES
    peer = sum(seconds(partial(integrated, couple), 3) for couple in range(10)) / 10
    alone = seconds(partial(simulate_love, Love()), 51)
    return [
        compared(f"love, {COUPLES:,} couples at once, per couple, vs scipy solve_ivp", ours, peer, TARGET),
        compared("love, one couple as a lab runs it, vs scipy solve_ivp", alone, peer, None),
    ]


def slider_rows() -> list[dict[str, object]]:
    """Everything that a slider recomputes, at teaching size."""
    works = {
        "influence, map of 3,721 starts and a conversation": partial(simulate_influence, Influence()),
        "influence, a long inertia": partial(simulate_influence, Influence(inertia=0.95)),
        "influence, two slopes": partial(simulate_influence, Influence(shape="bilinear")),
        "circle, eight people, 40 rounds": partial(simulate_circle, Circle(constellation="everyone", people=8)),
        "love, two people, straight returns": partial(simulate_love, Love()),
        "love, six people, straight returns": partial(simulate_love, Love(people=6)),
        "love, two people, bounded returns": partial(simulate_love, Love(return_shape="bounded")),
        "co-regulation, a pair": partial(simulate_co_regulation, CoRegulation()),
        "co-regulation, eight people": partial(simulate_co_regulation, CoRegulation(group="everyone", people=8)),
    }
    return [slider_row(what, work) for what, work in works.items()]


def slow_rows() -> list[dict[str, object]]:
    """States that cost more than a budget allows, told as they are."""
    works = {
        "influence, where joy is damped and a third of all starts swings": partial(
            simulate_influence, Influence(damping=0.5, damping_trigger=1.0)
        ),
        "love, six people, two kinds of return": partial(
            simulate_love, Love(people=6, return_shape="bounded", first_shape="retreat")
        ),
    }
    return [{**slider_row(what, work), "budget": None, "met": None} for what, work in works.items()]


def rows() -> list[dict[str, object]]:
    """All measurements, one row each: what, ours, peer, ratio, budget, met."""
    return love_rows() + slider_rows() + slow_rows()


if __name__ == "__main__":
    from run import table

    print(table(rows()))
