"""Colours: readable as text, visible as lines, in light and in dark; and never the only cue."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from intimacy.widgets import front_end, theme

SHARED = files(front_end.__name__)
DARK = dict(re.findall(r'"(#[0-9a-f]{6})": "(#[0-9a-f]{6})"', SHARED.joinpath("shared.js").read_text(encoding="utf-8")))
PAPER = {"light": "#ffffff", "dark": "#111111"}


def luminance(color: str) -> float:
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def in_page(color: str, page: str) -> str:
    return DARK.get(color, color) if page == "dark" else color


def variables(page: str) -> dict[str, str]:
    light, dark = re.findall(r"\{([^{}]*--ink:[^{}]*)\}", SHARED.joinpath("shared.css").read_text(encoding="utf-8"))
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark if page == "dark" else light))


def test_the_measure_of_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("page", PAPER)
@pytest.mark.parametrize("color", sorted(set(theme.TEXT.values())))
def test_labels_in_a_picture_can_be_read(color, page):
    assert contrast(in_page(color, page), PAPER[page]) >= 4.5


@pytest.mark.parametrize("page", PAPER)
@pytest.mark.parametrize("name", ["ink", "muted", "accent", "good", "bad"])
def test_words_on_the_page_can_be_read(name, page):
    colors = variables(page)
    assert contrast(colors[name], colors["paper"]) >= 4.5
    assert contrast(colors["on-accent"], colors["accent"]) >= 4.5


@pytest.mark.parametrize("page", PAPER)
@pytest.mark.parametrize("color", [theme.PERSON_I, theme.PERSON_J, theme.VASOPRESSIN, theme.INK, theme.MUTED])
def test_lines_that_carry_meaning_stand_out(color, page):
    assert contrast(in_page(color, page), PAPER[page]) >= 3


def test_every_person_has_a_dash_of_their_own():
    assert len(set(theme.DASHES.values())) == len(theme.DASHES) == 5
