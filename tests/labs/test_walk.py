"""Two thousand random actions in every widget, as their pages would ask for them."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from intimacy import class_results
from intimacy.labs import society
from intimacy.lessons import neural_pathways
from intimacy.widgets import Handshake
from look import labs_of
from stems import STEMS
from walker import (
    Action,
    BenchWalker,
    BetWalker,
    Complaints,
    Fallen,
    GameWalker,
    GatherWalker,
    HandshakeWalker,
    LabWalker,
    QuizWalker,
    ShareWalker,
    Walker,
    planned,
    shortest,
    wired,
)

pytestmark = pytest.mark.walk

ACTIONS = 2000
SEED = 2026
MOST_BLOCKS, MOST_MEGABYTES = 40_000, 24
"""What the second half of a walk may keep. One frame of 20 blocks and 12 kB kept per action would be this much;
what grows less are caches, each with a limit of its own, that fill up."""


def followers(stem: str) -> list[Callable[[Any], Any]]:
    """Return what a theme makes from a game."""
    return [
        each
        for name, each in vars(importlib.import_module(f"intimacy.labs.{stem}")).items()
        if inspect.isfunction(each)
        and not name.startswith("_")
        and list(inspect.get_annotations(each).values())[:1] == ["Game"]
    ]


SHARED = {"oxytocin_trust": [class_results.share_game], "need_to_connect": [class_results.share_ratings]}


ATLAS = [{"misunderstanding": lost, "repair": repair} for lost in (0.0, 0.2) for repair in (0.3, 0.9)]


def panels() -> dict[str, Callable[[Complaints], Walker]]:
    """Return walkers for what stands in several notebooks, or shows what has come out of something else."""

    def share_bets() -> Any:
        return class_results.share_bets(1, [neural_pathways.bet_reappraisal(), neural_pathways.bet_double_coupling()])

    def atlas() -> Any:
        return society.phase_diagram(ATLAS, [{"trust": 0.1 * number} for number in range(len(ATLAS))])

    return {
        "still: phase_diagram": partial(LabWalker, atlas),
        "share: share_bets": partial(ShareWalker, share_bets),
        "gather: gather_ratings": partial(
            GatherWalker, class_results.gather_ratings, follow=class_results.the_class_ratings
        ),
        "handshake": partial(HandshakeWalker, Handshake),
    }


def walkers() -> dict[str, Callable[[Complaints], Walker]]:
    """Return a walker for each widget of the course, by its name."""
    found = panels()
    for stem in STEMS:
        for name, make in labs_of(stem, ("Lab",)).items():
            found[f"{stem}: {name}"] = partial(LabWalker, make)
        for name, make in labs_of(stem, ("Bench",)).items():
            found[f"{stem}: {name}"] = partial(BenchWalker, make)
        for name, make in labs_of(stem, ("Game",)).items():
            both = [*followers(stem), *SHARED.get(stem, [])]
            found[f"{stem}: {name}"] = partial(GameWalker, make, followers=both)
        lesson = vars(importlib.import_module(f"intimacy.lessons.{stem}"))
        for name, make in lesson.items():
            if name.startswith("bet_"):
                found[f"{stem}: {name}"] = partial(BetWalker, make)
        if "quiz" in lesson:
            found[f"{stem}: quiz"] = partial(QuizWalker, lesson["quiz"])
    return found


WALKERS = walkers()


def walk(make: Callable[[Complaints], Walker], actions: Sequence[Action]) -> tuple[int, float]:
    """Take a walk in a new widget, and return by how much memory grew in its second half: in blocks and in MB.

    Raises:
        Fallen: at the first action that went wrong.
    """
    with wired() as complaints:
        walker = make(complaints)
        try:
            asyncio.run(walker.go(actions))
        finally:
            walker.close()
    return walker.kept[-1].grown_since(walker.kept[0])


def falls(make: Callable[[Complaints], Walker], actions: Sequence[Action]) -> bool:
    try:
        walk(make, actions)
    except Fallen:
        return True
    return False


@pytest.mark.parametrize("make", WALKERS.values(), ids=WALKERS)
def test_nothing_breaks_a_widget(make: Callable[[Complaints], Walker]) -> None:
    with wired() as complaints:
        first = make(complaints)
        actions = planned(type(first), first.widget, SEED, ACTIONS)
        first.close()
    try:
        blocks, megabytes = walk(make, actions)
    except Fallen as fell:
        fallen = fell
    else:
        fallen = None
    if fallen:
        listed = shortest(partial(falls, make), actions[: fallen.place])
        cause = "".join(traceback.format_exception(fallen.__cause__, limit=-3))
        pytest.fail(f"{cause}after\n" + "\n".join(repr(each)[:300] for each in listed), pytrace=False)
    assert blocks < MOST_BLOCKS
    assert megabytes < MOST_MEGABYTES
