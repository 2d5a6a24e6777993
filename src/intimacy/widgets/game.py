"""A game: rules as a pure state machine elsewhere; here the stage, the moves and the words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import plotly.graph_objects as go
import traitlets

from intimacy.arguments import checked
from intimacy.widgets import front_end
from intimacy.widgets.carry import Carried
from intimacy.widgets.lab import NOTE, Frame, encoded, plotly_figure

SEEDS = 2**32
"""How many games there are: after the last seed comes the first."""
NO_FRAMES = "The game answers each move when you make it; none is computed before."


@dataclass(frozen=True)
class Move:
    """Something that the player can do now, by a button or by its key."""

    value: int | str
    label: str
    key: str


@dataclass(frozen=True)
class Form:
    """Questions that are answered together, each by one of the same points; each may be left open.

    The move that it makes is a list with one whole number per question: the place of the point, from 1, or 0 for none.

    Attributes:
        questions: what is asked.
        points: the points of the scale, in words.
        left_open: what stands for no answer; it is chosen at first.
        submit: what the button says.
    """

    questions: Sequence[str]
    points: Sequence[str]
    left_open: str
    submit: str


@dataclass(frozen=True)
class Motion:
    """A trace of one point that runs along a path when a scene is new, and ends where the frame has it.

    Under reduced motion it is there at once.
    """

    trace: str
    x: Sequence[float]
    y: Sequence[float]
    seconds: float


@dataclass(frozen=True)
class Advance:
    """A move that the front end makes by itself, some seconds after the scene, while the game is in sight.

    The player can pause that, and does so by making the same move by hand. Under reduced motion, and in a game that a
    page brings back, nothing moves by itself.
    """

    value: int | str
    seconds: float


@dataclass(frozen=True)
class Scene:
    """What the player sees of a state.

    Attributes:
        sentence: what just happened, in words: the text alternative of the picture.
        prompt: what the player is asked now.
        moves: what can be done now; empty when the game is over.
        frame: the picture.
        tally: names and values that stand above the picture.
        log: every round so far, in words.
        code: a text from which the whole game can be rebuilt.
        always: moves that stand apart from the others and are never lost to a move that is on its way.
        form: questions that make a move together.
        motion: what moves to its place in the picture.
        advance: what the game does by itself if the player does nothing.
    """

    sentence: str
    prompt: str
    moves: Sequence[Move]
    frame: Frame
    tally: Mapping[str, str] = field(default_factory=dict)
    log: Sequence[str] = ()
    code: str = ""
    always: Sequence[Move] = ()
    form: Form | None = None
    motion: Motion | None = None
    advance: Advance | None = None


class Game(Carried, front_end.FrontEnd):
    """A turn-based game against rules that are pure functions.

    Args:
        title: the question that playing answers.
        start: ``start(seed)`` returns the first state.
        play: ``play(state, value)`` returns the next state; a ``ValueError`` says why a move is refused.
        resume: ``resume(code)`` rebuilds a state; a ``ValueError`` says why a code is refused.
        scene: what the player sees of a state.
        figure: the picture, made once.
        seed: the seed of the first game; each new game adds one.
    """

    _front_end = "game"

    title = traitlets.Unicode().tag(sync=True)
    figure = traitlets.Dict().tag(sync=True)
    note = traitlets.Unicode(f"{NOTE} {NO_FRAMES}").tag(sync=True)
    scene = traitlets.Dict().tag(sync=True)
    serial = traitlets.Int(0)

    def __init__(
        self,
        title: str,
        start: Callable[[int], Any],
        play: Callable[[Any, Any], Any],
        resume: Callable[[str], Any],
        scene: Callable[[Any], Scene],
        figure: Callable[[], go.Figure],
        *,
        seed: int = 1,
    ) -> None:
        self._start, self._play, self._resume, self._scene = start, play, resume, scene
        self._seed = seed
        super().__init__(title=title, figure=plotly_figure(figure()))
        self._show(start(seed), "start")
        self.on_msg(self._receive)
        self.arrived("game", title)

    @property
    def state(self) -> Any:
        """The state of the rules."""
        return self._state

    @property
    def sentence(self) -> str:
        """What just happened, in words."""
        return str(self.scene["sentence"])

    @checked
    def move(self, value: int | str | list[int]) -> None:
        """Make a move.

        Raises:
            ValueError: the rules refuse it; the state stays as it was.
        """
        self._show(self._play(self._state, value), "python")

    def new(self) -> None:
        """Start a new game, with the next seed."""
        self._seed = (self._seed + 1) % SEEDS
        self._show(self._start(self._seed), "python")

    @checked
    def resume(self, code: str) -> None:
        """Go on with the game that a code holds.

        Raises:
            ValueError: the code is not a whole game code.
        """
        self._show(self._resume(code), "python", moved=False)

    @checked
    def bring_back(self, kept: Any) -> list[str]:
        """Go on with a game that was carried here."""
        if not isinstance(kept, str):
            raise TypeError("code must be the text a game gave you, got something else")
        self.resume(kept)
        return []

    def __repr__(self) -> str:
        return f"{self.title} {self.sentence}"

    def _show(self, state: Any, request: str, *, moved: bool = True) -> None:
        scene = self._scene(state)
        self._state = state
        self.serial += 1
        self.scene = {
            "serial": self.serial,
            "request": request,
            "sentence": scene.sentence,
            "prompt": scene.prompt,
            "moves": [vars(move) for move in scene.moves],
            "always": [vars(move) for move in scene.always],
            "form": _plain(scene.form),
            "motion": _plain(scene.motion) if moved else None,
            "advance": _plain(scene.advance),
            "tally": [[name, value] for name, value in scene.tally.items()],
            "log": list(scene.log),
            "code": scene.code,
            **encoded(scene.frame),
        }

    def _receive(self, _: Any, message: Any, __: Any) -> None:
        match message:
            case {"kind": "plotly"}:
                self.send({"kind": "plotly"}, [front_end.plotly_gzipped()])
            case {"request": str(request)}:
                try:
                    state, moved = self._asked_for(message)
                except (TypeError, ValueError) as refused:
                    self.send({"kind": "problem", "request": request, "text": str(refused)})
                else:
                    self._show(state, request, moved=moved)

    def _asked_for(self, message: dict[str, Any]) -> tuple[Any, bool]:
        """Return the state that the page asks for, and whether something moves on the way to it."""
        match message:
            # A move that a page made by itself counts only for the scene that it saw.
            case {"kind": "move", "value": value} if message.get("serial", self.serial) == self.serial:
                return self._play(self._state, value), True
            case {"kind": "resume", "code": str(code)}:
                return self._resume(code), False
            case {"kind": "new"}:
                self._seed = (self._seed + 1) % SEEDS
                return self._start(self._seed), True
        return self._state, False


def _plain(part: Form | Motion | Advance | None) -> dict[str, Any] | None:
    """Return a part of a scene as it travels: by name, with sequences as lists."""
    if part is None:
        return None
    return {name: value if isinstance(value, str | int | float) else list(value) for name, value in vars(part).items()}
