"""The labs of "The need to connect": a need that moves, a bond that comes and goes, and a ball game."""

from __future__ import annotations

from intimacy.labs.need_to_connect.ball_game import AfterGame, ball_game, need_threat, your_ratings
from intimacy.labs.need_to_connect.homeostasis import how_long, time_alone
from intimacy.labs.need_to_connect.opponent import coming_and_going, opioid_calm

COVER = time_alone

__all__ = [
    "COVER",
    "AfterGame",
    "ball_game",
    "coming_and_going",
    "how_long",
    "need_threat",
    "opioid_calm",
    "time_alone",
    "your_ratings",
]
