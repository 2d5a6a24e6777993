"""The words of "Start here": one bet."""

from __future__ import annotations

from intimacy.models.start_here import HELP_SHARE, PEOPLE, BadDays, expected_rise
from intimacy.widgets import Bet, Option


def bet_bad_day() -> Bet:
    """Before the first lab: what does a week do when nobody does anything?"""
    half = BadDays()
    came = round(HELP_SHARE * PEOPLE)
    before = expected_rise(1)
    rise = expected_rise(half.passing_share)
    ends = {"same": 0.0, "half": 0.5 * before, "all": before, "worse": -0.5 * before}

    def outcome() -> str:
        return min(ends, key=lambda key: abs(ends[key] - rise))

    return Bet(
        f"You ask {PEOPLE} people how they feel. The {came} who feel worst come for help, but nobody helps them. Half "
        "of what makes a day good or bad passes within a week, half lasts. How do these people feel a week later, on "
        "average?",
        {
            "same": Option("As bad as before", "as bad as before", "they feel as bad as before"),
            "half": Option("Clearly better, but still below the others", "clearly better", "they feel clearly better"),
            "all": Option("Like everybody else", "like everybody else", "they feel like everybody else"),
            "worse": Option("Worse", "worse", "they feel worse"),
        },
        outcome,
        f"on average they rise by {rise:.2f} standard deviations of {before:.2f}, although nobody did anything. They "
        "came on a bad day, and what passes was part of that. It is called regression to the mean, and no brain is "
        "needed for it",
    )
