"""The machinery that every lab shares: labs, games, bets, checks and quizzes. Nothing here knows a theme."""

from intimacy.widgets.bench import Bench, Prediction
from intimacy.widgets.bet import Bet, BetAnswer, Option
from intimacy.widgets.carry import Carry
from intimacy.widgets.check import (
    ArrayExercise,
    ChoiceExercise,
    Exercise,
    Feedback,
    FunctionExercise,
    Hint,
    NumberExercise,
)
from intimacy.widgets.game import Advance, Form, Game, Motion, Move, Scene
from intimacy.widgets.handshake import Handshake
from intimacy.widgets.lab import Frame, Lab, NoControls, Play, Preset
from intimacy.widgets.quiz import Answer, Question, Quiz, Score
from intimacy.widgets.solid import Piece, Solid
from intimacy.widgets.still import Still

__all__ = [
    "Advance",
    "Answer",
    "ArrayExercise",
    "Bench",
    "Bet",
    "BetAnswer",
    "Carry",
    "ChoiceExercise",
    "Exercise",
    "Feedback",
    "Form",
    "Frame",
    "FunctionExercise",
    "Game",
    "Handshake",
    "Hint",
    "Lab",
    "Motion",
    "Move",
    "NoControls",
    "NumberExercise",
    "Option",
    "Piece",
    "Play",
    "Prediction",
    "Preset",
    "Question",
    "Quiz",
    "Scene",
    "Score",
    "Solid",
    "Still",
]
