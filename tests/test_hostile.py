"""Hostile input to every public function: it answers with what is true, or refuses in one sentence that helps.

Each function of the package is found by machine (``tests/hostile.py``) and called with good values. Then each of its
arguments is replaced, one by one, by everything in ``HOSTILE``; and Hypothesis replaces several at once, by what it
finds worst. ``HYPOTHESIS_PROFILE=hostile pytest tests/test_hostile.py`` lets it try 500 times per function.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from hostile import HOSTILE, Surface, fault, limits, surfaces

ROUND = settings(
    max_examples=500 if os.environ.get("HYPOTHESIS_PROFILE") == "hostile" else 3,
    derandomize="HYPOTHESIS_PROFILE" not in os.environ,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
SHARDS = 8
"""Groups of functions, so that several processes can share them."""

WORST = st.one_of(
    st.floats(),
    st.integers(),
    st.text(max_size=5),
    st.complex_numbers(),
    st.lists(st.floats(), max_size=5),
    npst.arrays(npst.scalar_dtypes(), npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)),
)


@pytest.fixture(scope="module", autouse=True)
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Stand in an empty folder: a text such as "nan" is a good name for a file."""
    with contextlib.chdir(tmp_path_factory.mktemp("hostile")):
        yield


def of_shard(shard: int) -> list[Surface]:
    """Return every so manieth function, so that slow themes spread."""
    return list(surfaces().values())[shard::SHARDS]


def test_every_theme_and_every_kind_of_thing_is_found() -> None:
    found = surfaces()
    assert len(found) > 450
    for name in (
        "models.oxytocin_trust.kinetics.half_lives",  # a function
        "models.society.networks.Network.neighbours_of",  # a method
        "models.result_code.TrustResult",  # a class that checks what it is made of
        "parameters.Parameters.replace",
        "labs.society.trust.draw_trust",
        "sweep.sweep",
        "data.load",
    ):
        assert name in found


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_function_answers_good_values(shard: int) -> None:
    with limits():
        faults = [found for each in of_shard(shard) if (found := fault(each, each.good(), {}))]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_argument_is_too_hostile_for_a_sentence(shard: int) -> None:
    with limits():
        faults = [
            found
            for each in of_shard(shard)
            for name in each.hints
            for kind in each.attacks(name)
            if (found := fault(each, each.given(name, HOSTILE[kind]()), {name: kind}))
        ]
    assert not faults, f"{len(faults)} faults\n" + "\n".join(faults[:40])


@pytest.mark.parametrize("shard", range(SHARDS))
def test_several_hostile_arguments_at_once_are_no_worse(shard: int) -> None:
    for each in of_shard(shard):
        attack(each)


def attack(surface: Surface) -> None:
    """Let Hypothesis replace up to three arguments of a function at once."""

    @ROUND
    @given(st.data())
    def tried(data: Any) -> None:
        names = data.draw(st.lists(st.sampled_from(sorted(surface.hints)), min_size=1, max_size=3, unique=True))
        values, replaced = surface.good(), {}
        for name in names:
            kind = data.draw(st.sampled_from(surface.attacks(name)) | WORST)
            known = isinstance(kind, str) and kind in HOSTILE
            values[name] = surface.given(name, HOSTILE[kind]() if known else kind)[name]
            replaced[name] = kind if known else _said(kind)
        with limits():
            found = fault(surface, values, replaced)
        assert not found, found

    tried()


def _said(value: Any) -> str:
    """Return how a fault names a value: as not a number, if it holds one that is none."""
    array = np.asarray(value, dtype=object if isinstance(value, list) else None)
    bad = array.size and array.dtype.kind in "fcO" and not all(np.isfinite(complex(each)) for each in array.flat)
    return "array of NaN" if bad else repr(value)[:80]
