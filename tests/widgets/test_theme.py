"""The palette: readable as text, visible as lines, in light and in dark; and never the only cue."""

from __future__ import annotations

import pytest

import looks
from intimacy.widgets import theme


@pytest.mark.parametrize("page", looks.PAGES)
@pytest.mark.parametrize("color", sorted(set(theme.TEXT.values())))
def test_labels_in_a_picture_can_be_read(color: str, page: str) -> None:
    assert looks.contrast(looks.on_page(color, page), looks.PAPER[page]) >= 4.5


@pytest.mark.parametrize("page", looks.PAGES)
@pytest.mark.parametrize("color", [theme.COLD, theme.WARM, theme.GRID])
def test_ink_can_be_read_on_the_faces_that_bear_words(color: str, page: str) -> None:
    assert looks.contrast(looks.on_page(theme.INK, page), looks.on_page(color, page)) >= 4.5


@pytest.mark.parametrize("page", looks.PAGES)
@pytest.mark.parametrize("color", [theme.PERSON_I, theme.PERSON_J, theme.VASOPRESSIN, theme.INK, theme.MUTED])
def test_lines_that_carry_meaning_stand_out(color: str, page: str) -> None:
    assert looks.contrast(looks.on_page(color, page), looks.PAPER[page]) >= 3


def test_a_turned_colour_is_not_turned_again() -> None:
    assert not set(looks.TURNS) & set(looks.TURNS.values())


def test_every_person_has_a_dash_of_their_own() -> None:
    assert len(set(theme.DASHES.values())) == len(theme.DASHES) == 5
