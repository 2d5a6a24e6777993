"""The labs of "Society": a town, what its surveys tell, trust and repair, plain numbers, friends of friends."""

from __future__ import annotations

from intimacy.labs.society.confounding import many_studies
from intimacy.labs.society.effect_size import in_plain_numbers
from intimacy.labs.society.friendship import friends_of_friends
from intimacy.labs.society.loneliness import in_a_town
from intimacy.labs.society.trust import phase_diagram, trust_in_a_network

COVER = in_a_town

__all__ = [
    "COVER",
    "friends_of_friends",
    "in_a_town",
    "in_plain_numbers",
    "many_studies",
    "phase_diagram",
    "trust_in_a_network",
]
