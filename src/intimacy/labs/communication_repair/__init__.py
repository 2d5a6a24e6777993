"""The labs of "Communication and repair": a misunderstanding, a stranger, a tournament, a crowd, and a price."""

from __future__ import annotations

from intimacy.labs.communication_repair.crowds import evolve_a_crowd, the_tournament
from intimacy.labs.communication_repair.price import price_of_generosity
from intimacy.labs.communication_repair.stranger import InPlace, in_your_place, meet_a_stranger
from intimacy.labs.communication_repair.two import ROUNDS, one_misunderstanding

COVER = one_misunderstanding

__all__ = [
    "COVER",
    "ROUNDS",
    "InPlace",
    "evolve_a_crowd",
    "in_your_place",
    "meet_a_stranger",
    "one_misunderstanding",
    "price_of_generosity",
    "the_tournament",
]
