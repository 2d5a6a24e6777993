"""Every control of every lab at its ends, every preset, and random steps; and the code that a lab shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from intimacy.widgets import Lab
from look import labs_of
from stems import STEMS
from sweep import repeats_as_code, sweep

ROOT = Path(__file__).resolve().parents[2]
LABS = {f"{stem}: {name}": make for stem in STEMS for name, make in labs_of(stem).items()}


def test_every_notebook_that_teaches_has_labs_of_its_own() -> None:
    taught = {path.stem.partition("_")[2] for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert taught <= set(STEMS)
    for stem in STEMS:
        # The way in has a single lab, which must work at once.
        assert sum(name.startswith(f"{stem}: ") for name in LABS) >= (1 if stem == "start_here" else 3), (
            f"{stem} needs three or more public functions that return a Lab in src/intimacy/labs/"
        )


@pytest.mark.parametrize("make", LABS.values(), ids=LABS)
def test_every_state_draws_a_finite_picture_and_a_true_sentence(make: Callable[[], Lab]) -> None:
    assert sweep(make()) > 200


@pytest.mark.parametrize("make", LABS.values(), ids=LABS)
def test_the_code_repeats_the_run(make: Callable[[], Lab]) -> None:
    lab = make()
    assert repeats_as_code(lab)
    for preset in lab.preset_names:
        lab.preset(preset)
        assert repeats_as_code(lab)
