"""The labs of "Relationships": influence and repair, ties over time, co-regulation, and what can be foretold."""

from __future__ import annotations

from intimacy.labs.relationships.coregulation import calmer_or_louder
from intimacy.labs.relationships.influence import one_bad_day, where_it_ends
from intimacy.labs.relationships.love import ties_over_time
from intimacy.labs.relationships.prediction import a_survey, fits_or_forecasts, who_will_separate

__all__ = [
    "COVER",
    "a_survey",
    "calmer_or_louder",
    "fits_or_forecasts",
    "one_bad_day",
    "ties_over_time",
    "where_it_ends",
    "who_will_separate",
]

COVER = where_it_ends
