"""Random walks through a widget, by the door that its page uses: messages and traits, sense and nonsense.

An action is plain data, so that a walk that fails can be printed, shortened and taken again. What only a page has (the
playhead, the code that is shown, the width, the theme) is walked through in ``tests/browser/test_walk.py``.
"""

from __future__ import annotations

import asyncio
import base64
import gc
import json
import logging
import math
import random
import re
import sys
import time
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import comm
from comm.base_comm import BaseComm
from ipywidgets.widgets.widget import _put_buffers
from traitlets.log import get_logger

from intimacy.models.result_code import AMOUNTS, NEEDS, ROUNDS, RatingsResult, TrustResult, encode
from intimacy.widgets import Bench, Bet, Carry, Game, Handshake, Lab, Quiz
from intimacy.widgets.frames import still
from intimacy.widgets.gather import Gather
from intimacy.widgets.share import Share
from sweep import anywhere, check, picture_is_whole

Action = dict[str, Any]

SHORTEN_SECONDS = 40
"""How long a failing walk is shortened."""
LONGEST_REFUSAL = 1000
"""Characters; a refusal names what was given, and does not repeat all of it."""
NOTEBOOK = "walked"
NONSENSE: tuple[Any, ...] = (
    None,
    "",
    " ",
    "abc",
    "1e999",
    "NaN",
    "__class__",
    math.nan,
    math.inf,
    -math.inf,
    1e308,
    -1e308,
    10**30,
    5e-324,
    True,
    [],
    [1, [2]],
    {},
    {"value": 1},
    "9" * 100_000,
    "ä\u0000\U0001f9e1",
)
NO_MESSAGES: tuple[Any, ...] = (None, 7, "set", [], ["kind", "set"], {}, {"kind": None}, {"kind": ["set"]})
REFUSAL = re.compile(r"[^\n]+ (must be|must have) [^\n]+, got [^\n]+|[^\n]+ is not a parameter of [^\n]+", re.DOTALL)


class Wire(BaseComm):
    """The line to the page, and what the page has: every message must be one that a browser can read."""

    def __init__(self, **opened: Any) -> None:
        self.state: dict[str, Any] = {}
        self.told: list[dict[str, Any]] = []
        super().__init__(**opened)

    def publish_msg(self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any) -> None:
        if not data:
            return
        json.dumps(data, allow_nan=False)
        if data.get("method") == "custom":
            self.told.append(data["content"])
        elif data.get("method") != "echo_update":
            _put_buffers(data["state"], data["buffer_paths"], buffers or [])
            self.state |= data["state"]


class Complaints(logging.Handler):
    """What ipywidgets catches of a widget's exceptions, and logs."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


@contextmanager
def wired() -> Iterator[Complaints]:
    """Give each widget that is made here a line to a page, and collect what goes wrong behind it."""
    before, complaints = comm.create_comm, Complaints()
    comm.create_comm = Wire
    get_logger().addHandler(complaints)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            yield complaints
    finally:
        comm.create_comm = before
        get_logger().removeHandler(complaints)


def has_the_picture(lab: Lab) -> None:
    """Hold that the page has the picture of Python, of which it gets each array once and of a film the last row."""
    page = dict(lab.comm.state["frame"])
    sent, films = page.pop("traces"), lab.play["films"] if page.pop("partial") else []
    found = {
        key: {
            path: sent[value["as"][0]][value["as"][1]] if isinstance(value, dict) and "as" in value else value
            for path, value in arrays.items()
        }
        for key, arrays in sent.items()
    }
    assert page | {"traces": still(found, films)} == lab.frame | {"traces": still(lab.frame["traces"], films)}, (
        "the page has an older picture"
    )


def packed_line(kept: Any) -> str:
    """Return a line that ``Carry`` reads, as the page makes it."""
    body = base64.urlsafe_b64encode(zlib.compress(json.dumps(kept).encode())).decode().rstrip("=")
    text = f"intimacy.1.{NOTEBOOK}.{body}"
    return f"{text}.{zlib.crc32(text.encode()):08x}"


class Walker:
    """Takes actions in one widget, and holds after each that it is sound.

    A walker of a kind of widget says which ``actions`` there are, takes one in ``take``, and compares the widget with a
    new one in ``compare``.
    """

    compare_every = 100
    """Actions from one comparison to the next."""

    def __init__(self, make: Callable[[], Any], complaints: Complaints) -> None:
        self.make, self.complaints = make, complaints
        self.widget = make()
        self.desk = Carry(NOTEBOOK)
        self.requests = 0
        self.kept: list[Memory] = []

    @property
    def wire(self) -> Wire:
        return self.widget.comm

    @staticmethod
    def actions(widget: Any, generator: random.Random) -> Action:
        raise NotImplementedError

    def take(self, action: Action) -> None:
        raise NotImplementedError

    def compare(self) -> None:
        raise NotImplementedError

    def say(self, content: Any, widget: Any = None) -> list[dict[str, Any]]:
        """Send a message as the page does; return what Python told the page meanwhile."""
        self.wire.told.clear()
        content = json.loads(json.dumps(content))
        (widget or self.widget)._handle_msg(_arriving({"method": "custom", "content": content}))
        assert not self.complaints.texts, self.complaints.texts[0][-800:]
        return list(self.wire.told)

    def write(self, name: str, value: Any) -> bool:
        """Set a trait as the page does, and tell whether it was taken: what cannot be is refused by traitlets."""
        self.widget._handle_msg(_arriving({"method": "update", "state": {name: value}, "buffer_paths": []}))
        refused = [text for text in self.complaints.texts if "TraitError" in text or "ValueError" in text]
        self.complaints.texts = [text for text in self.complaints.texts if text not in refused]
        return not refused

    def request(self) -> str:
        self.requests += 1
        return f"view:{self.requests}"

    def carry(self, kept: Any) -> None:
        """Paste a line that holds something for this widget."""
        self.say({"kind": "paste", "request": "desk:1", "text": packed_line({self.widget.carried_as: kept})}, self.desk)

    def sound(self) -> None:
        """Hold that the widget and what the page has of it are whole."""
        assert not self.complaints.texts, self.complaints.texts[0][-800:]

    async def go(self, actions: Sequence[Action]) -> None:
        """Take all actions, and remember how much memory is kept half way and at the end.

        Raises:
            Fallen: one of them went wrong.
        """
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: self.complaints.texts.append(str(context)))
        for place, action in enumerate(actions, start=1):
            try:
                if action["do"] == "wait":
                    await asyncio.sleep(action["seconds"])
                else:
                    self.take(action)
                self.sound()
                if place % self.compare_every == 0 or place == len(actions):
                    self.compare()
                if place in (len(actions) // 2, len(actions)):
                    self.kept.append(Memory())
            except Exception as error:
                raise Fallen(place) from error

    def close(self) -> None:
        """End what would be kept for ever otherwise."""
        self.widget.close()
        self.desk.close()


class Fallen(Exception):
    """A walk went wrong at an action, counted from 1."""

    @property
    def place(self) -> int:
        return int(self.args[0])


def _arriving(data: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"data": data}, "buffers": []}


def refusal_of(told: list[dict[str, Any]], request: str) -> None:
    """Hold that one sentence came, to this question, that says what is wrong."""
    assert [each["kind"] for each in told] == ["problem"], told
    assert told[0]["request"] == request
    assert REFUSAL.fullmatch(told[0]["text"]), told[0]["text"][:300]
    assert len(told[0]["text"]) <= LONGEST_REFUSAL


class LabWalker(Walker):
    """Through a lab: controls, stories, draws, typing, pins, tables, pictures ahead, lines that are pasted."""

    widget: Lab

    @staticmethod
    def actions(lab: Lab, generator: random.Random) -> Action:
        specifications = lab.parameters.specifications()
        names = [each["name"] for each in lab.controls]
        seed = generator.choice([lab.seed, generator.randrange(2**32)]) if lab.seed is not None else None

        def moved(count: int) -> dict[str, Any]:
            return {name: anywhere(specifications[name], generator) for name in generator.sample(names, count)}

        def typed() -> Any:
            specification = specifications[generator.choice(names)]
            return generator.uniform(specification.low, specification.high) if specification.step else True

        wrong_name = generator.choice(["self", "values", "", "x" * 5000, *names])
        wrong = generator.choice(NONSENSE)
        no_values = wrong or None
        makers: list[tuple[float, Callable[[], Action]]] = [
            (32, lambda: {"do": "set", "values": moved(1)}),
            (8, lambda: {"do": "set", "values": moved(generator.randint(1, len(names)))}),
            (5, lambda: {"do": "set", "values": {generator.choice(names): typed()}}),
            (6, lambda: {"do": "start", "preset": generator.choice([None, *lab.preset_names])}),
            (6, lambda: {"do": "set", "values": {}, "seed": seed}),
            (9, lambda: {"do": "set", "values": {wrong_name: wrong}}),
            (2, lambda: {"do": "set", "values": {}, "seed": wrong}),
            (1, lambda: {"do": "say", "content": {"kind": "set", "request": "view:0", "values": no_values}}),
            (4, lambda: {"do": "pin", "on": generator.random() < 0.6}),
            (2, lambda: {"do": "say", "content": {"kind": "table", "request": "view:table:1"}}),
            (5, lambda: {"do": "ahead", "name": generator.choice([*names, "nobody"]), "late": generator.randrange(2)}),
            (3, lambda: {"do": "say", "content": {"kind": "heard", "request": generator.choice(["ahead", "view:1"])}}),
            (3, lambda: {"do": "wait", "seconds": generator.uniform(0, 0.03)}),
            (1, lambda: {"do": "carry", "kept": {"values": moved(1), "seed": seed}}),
            (1, lambda: {"do": "carry", "kept": {"values": {wrong_name: wrong}, "seed": wrong}}),
            (1, lambda: {"do": "carry", "kept": wrong}),
            (2, lambda: {"do": "say", "content": generator.choice([*NO_MESSAGES, {"kind": "frames"}])}),
        ]
        if not names:
            makers = [each for each in makers if each[0] in (6, 4, 2)]
        weights, functions = zip(*makers, strict=True)
        return generator.choices(functions, weights)[0]()

    def take(self, action: Action) -> None:
        lab, before = self.widget, self.widget.frame
        match action:
            case {"do": "set", "values": values}:
                self.set({**lab.values, **values}, action.get("seed", lab.seed))
            case {"do": "start", "preset": preset}:
                more = next((each["values"] for each in lab.presets if each["name"] == preset), {})
                self.set({**lab.start["values"], **more}, lab.start["seed"])
            case {"do": "pin", "on": on}:
                keys = [str(trace.get("meta")) for trace in lab.figure["data"]]
                ghosts = [key.removeprefix("pinned:") for key in keys if key.startswith("pinned:")]
                kept = {"shown": before["shown"], "traces": dict.fromkeys(ghosts, "numbers")} if on else None
                assert self.write("pinned", kept)
                assert lab.pinned == kept
            case {"do": "ahead", "name": name, "late": late}:
                self.say({"kind": "frames", "request": "ahead", "name": name, "serial": before["serial"] - late})
            case {"do": "carry", "kept": kept}:
                self.carry(kept)
            case {"do": "say", "content": content}:
                self.say(content)
                assert lab.frame is before

    def set(self, values: dict[str, Any], seed: Any) -> None:
        """Ask for a state as the page does: it comes, or a sentence says why not and the lab stays as it is."""
        lab, before, request = self.widget, self.widget.frame, self.request()
        draws = type(seed) is int and 0 <= seed < 2**32 if lab.start["seed"] is not None else seed is None
        try:
            expected = lab.parameters.replace(**values) if draws else None
        except (TypeError, ValueError):
            expected = None
        told = self.say({"kind": "set", "request": request, "values": values, "seed": seed})
        if isinstance(lab, Bench):
            assert lab.frame is before
        elif expected is None:
            refusal_of(told, request)
            assert lab.frame is before
        else:
            assert told == []
            assert (lab.parameters, lab.seed, lab.frame["request"]) == (expected, seed, request)

    def sound(self) -> None:
        super().sound()
        lab = self.widget
        assert lab.frame["values"] == lab.values == lab.parameters.values()
        has_the_picture(lab)
        picture_is_whole(lab)

    def compare(self) -> None:
        check(self.widget)
        fresh = self.make()
        fresh.set(seed=self.widget.seed, **self.widget.values)
        assert seen_in(fresh) == seen_in(self.widget)
        fresh.close()


class BenchWalker(LabWalker):
    """Through a bench: designs, predictions, runs, and a log."""

    widget: Bench

    @staticmethod
    def actions(bench: Bench, generator: random.Random) -> Action:
        action = LabWalker.actions(bench, generator)
        says = generator.choice([*bench.prediction["options"], *bench.prediction["options"], "neither"])
        if action["do"] == "set":
            return {"do": "run", "values": action["values"], "says": says}
        experiment = {"run": generator.randint(1, 99), "values": {}, "prediction": says}
        other: list[Action] = [
            {"do": "say", "content": {"kind": "clear"}},
            {"do": "again"},
            {"do": "carry", "kept": [experiment] * generator.randint(1, 4)},
            {"do": "carry", "kept": [generator.choice(NONSENSE)]},
        ]
        return generator.choice(other) if generator.random() < 0.1 else action

    def take(self, action: Action) -> None:
        bench, before, log = self.widget, self.widget.frame, self.widget.log
        match action:
            case {"do": "again"}:
                request = self.request()
                assert self.say({"kind": "again", "request": request}) == []
                assert bench.frame == {**before, "request": request}
            case {"do": "run", "values": values, "says": says}:
                request = self.request()
                values = {**bench.values, **values}
                told = self.say({"kind": "run", "request": request, "values": values, "prediction": says})
                try:
                    bench.parameters.replace(**values)
                except (TypeError, ValueError):
                    if says in bench.prediction["options"]:
                        refusal_of(told, request)
                if bench.frame is before:
                    assert bench.log == log
                else:
                    assert bench.log[:-1] == log
                    assert bench.frame["request"] == request
            case _:
                super().take(action)

    def sound(self) -> None:
        super().sound()
        assert self.wire.state["log"] == self.widget.log
        assert len(self.widget.log) == len(self.widget.experiments)


def seen_in(lab: Lab) -> dict[str, Any]:
    """Return all that a lab shows of its state."""
    return {name: value for name, value in lab.frame.items() if name not in ("serial", "request")}


class GameWalker(Walker):
    """Through a game and what follows it: moves, nonsense, codes of before, new games, moves that come too late."""

    widget: Game

    def __init__(
        self, make: Callable[[], Game], complaints: Complaints, followers: Sequence[Callable[[Game], Any]] = ()
    ) -> None:
        super().__init__(make, complaints)
        self.makers = followers
        self.followers = [follow(self.widget) for follow in followers]
        self.codes = [self.widget.scene["code"]]

    @staticmethod
    def actions(game: Game, generator: random.Random) -> Action:
        rare = ["code", "bad code", "new", "again", "late", "carry", "carry nonsense", "say"]
        kinds = ["move"] * 14 + ["nonsense"] * 2 + rare
        return {"do": generator.choice(kinds), "by": generator.randrange(10**6)}

    def take(self, action: Action) -> None:
        game, before = self.widget, self.widget.scene
        by, request = action["by"], self.request()
        match action["do"]:
            case "move":
                told = self.say({"kind": "move", "value": self.some_move(by), "request": request})
                moves = before["form"] or before["moves"] or before["always"]
                assert told == [] or (not moves and told[0]["kind"] == "problem")
            case "nonsense":
                values = [*NONSENSE, -1, 10**6, 1.5, [0] * 99, [by] * 4]
                told = self.say({"kind": "move", "value": values[by % len(values)], "request": request})
                if game.scene is before:
                    assert [each["kind"] for each in told] == ["problem"]
                    assert len(told[0]["text"]) <= LONGEST_REFUSAL
            case "code":
                code = self.codes[by % len(self.codes)]
                assert self.say({"kind": "resume", "code": code, "request": request}) == []
                assert game.scene["code"] == code
            case "bad code":
                code = before["code"]
                codes = ["", "x" * 100_000, code[:-1], code + "0", "\u0661" * 12, code.swapcase()]
                told = self.say({"kind": "resume", "code": codes[by % len(codes)], "request": request})
                assert [each["kind"] for each in told] == ["problem"] or game.scene["code"] == before["code"]
            case "new":
                assert self.say({"kind": "new", "request": request}) == []
                assert game.scene["log"] == []
            case "again":
                assert self.say({"kind": "again", "request": request}) == []
            case "late":
                late = {"kind": "move", "value": self.some_move(by), "serial": game.serial - 1}
                assert self.say({**late, "request": request}) == []
                assert game.scene["code"] == before["code"]
            case "carry":
                self.carry(self.codes[by % len(self.codes)])
            case "carry nonsense":
                self.carry(NONSENSE[by % len(NONSENSE)])
            case "say":
                self.say(NO_MESSAGES[by % len(NO_MESSAGES)])
                assert game.scene is before
        if by % 50 == 0:
            self.codes.append(game.scene["code"])

    def some_move(self, by: int) -> Any:
        scene, generator = self.widget.scene, random.Random(by)
        if scene["form"] and by % 3:
            return [generator.randint(0, len(scene["form"]["points"])) for _ in scene["form"]["questions"]]
        moves = [*scene["moves"] * 20, *scene["always"]]
        return generator.choice(moves)["value"] if moves else 0

    def sound(self) -> None:
        super().sound()
        assert self.wire.state["scene"] == self.widget.scene, "the page has an older scene"
        assert self.widget.scene["serial"] == self.widget.serial
        for trace in self.widget.scene["traces"].values():
            assert not any(isinstance(value, bytes) and b"\x00\x00\xc0\x7f" in value for value in trace.values())

    def compare(self) -> None:
        other = self.make()
        other.resume(self.widget.scene["code"])
        apart = ("serial", "request", "motion")
        ours, fresh = ({k: v for k, v in game.scene.items() if k not in apart} for game in (self.widget, other))
        assert ours == fresh
        for ours, follow in zip(self.followers, self.makers, strict=True):
            fresh = follow(other)
            if isinstance(ours, Lab):
                check(ours)
                assert seen_in(ours) == seen_in(fresh)
                has_the_picture(ours)
            else:
                assert ours.shown["words"] == fresh.shown["words"]
                assert ours.comm.state["shown"] == ours.shown
            fresh.close()
        other.close()

    def close(self) -> None:
        super().close()
        for follower in self.followers:
            follower.close()


class BetWalker(Walker):
    """Through a bet: every option and nonsense, from the page and from a line."""

    widget: Bet
    compare_every = 1000  # a bet is answered by a run of the model

    @staticmethod
    def actions(bet: Bet, generator: random.Random) -> Action:
        choices = [each["key"] for each in bet.options] * 5 + list(NONSENSE)
        return {"do": generator.choice(["place", "carry", "say"]), "choice": generator.choice(choices)}

    def take(self, action: Action) -> None:
        bet, before, choice = self.widget, self.widget.choice, action["choice"]
        match action["do"]:
            case "place":
                valid = choice is None or choice in [each["key"] for each in bet.options]
                assert self.write("choice", choice) == valid
                assert bet.choice == (choice if valid else before)
            case "carry":
                self.carry(choice)
            case "say":
                self.say(choice)

    def sound(self) -> None:
        super().sound()
        assert self.widget.kept == self.widget.choice == self.wire.state.get("kept", None)

    def compare(self) -> None:
        fresh = self.make()
        if self.widget.choice is not None:
            fresh.place(self.widget.choice)
        answer = fresh.answer()
        assert answer.placed == self.widget.choice
        assert answer.text.startswith("You placed no bet." if answer.placed is None else "You said ")
        fresh.close()


class QuizWalker(Walker):
    """Through a quiz: answers, starting again, answers to questions that are not there."""

    widget: Quiz

    @staticmethod
    def actions(quiz: Quiz, generator: random.Random) -> Action:
        questions = len(quiz.questions)
        tries = [[generator.randrange(-1, 4) for _ in range(generator.randrange(3))] for _ in range(questions)]
        wrong = generator.choice([*NONSENSE, [[]], tries[1:], [*tries, []], [[99]] * questions, [["0"]] * questions])
        return {"do": generator.choice(["check", "carry", "say"]), "tries": generator.choice([tries, tries, wrong])}

    def take(self, action: Action) -> None:
        quiz, before = self.widget, self.widget.tries
        match action["do"]:
            case "check":
                taken = self.write("tries", action["tries"])
                assert quiz.tries == (action["tries"] if taken else before)
            case "carry":
                self.carry(action["tries"])
            case "say":
                self.say(action["tries"])

    def sound(self) -> None:
        super().sound()
        score = self.widget.score
        assert 0 <= score.first_try <= score.right <= score.asked == len(self.widget.answers)

    def compare(self) -> None:
        fresh = self.make()
        fresh.bring_back(self.widget.tries)
        assert (fresh.answers, fresh.score) == (self.widget.answers, self.widget.score)
        fresh.close()


class ShareWalker(Walker):
    """Through a panel to share from: answers, secrets, links to nowhere. What a classroom does is tested elsewhere."""

    widget: Share

    def __init__(self, make: Callable[[], Share], complaints: Complaints) -> None:
        super().__init__(make, complaints)
        self.last = {"kind": "look", "secret": "0" * 32, "answers": [0] * len(self.widget.asked)}

    @staticmethod
    def actions(share: Share, generator: random.Random) -> Action:
        answers = [generator.randint(0, len(each["options"])) for each in share.asked]
        secret = f"{generator.getrandbits(128):032x}"
        wrong = generator.choice(NONSENSE)
        message = {"kind": generator.choice(["look", "look", "share"]), "secret": secret, "answers": answers}
        bent = {**message, generator.choice(["secret", "answers", "link", "kind"]): wrong}
        bent_answer = {**message, "answers": [*answers[1:], wrong]}
        return {"do": generator.choice([message, message, message, bent, bent_answer, wrong])}

    def take(self, action: Action) -> None:
        share, before, request = self.widget, self.widget.shown, self.request()
        if not isinstance(action["do"], dict):
            self.say(action["do"])
            assert share.shown is before
            return
        told = self.say({**action["do"], "request": request})
        match action["do"].get("kind"):
            case "look" | "share" if told:
                assert [(each["kind"], each["request"]) for each in told] == [("problem", request)]
                assert len(told[0]["text"]) <= LONGEST_REFUSAL
            case "look":
                assert share.shown["request"] == request
                self.last = action["do"]
            case "share":
                raise AssertionError("there is no classroom")
            case _:
                assert share.shown is before

    def sound(self) -> None:
        super().sound()
        assert self.wire.state["shown"] == self.widget.shown

    def compare(self) -> None:
        fresh = self.make()
        self.say({**self.last, "request": self.request()})
        fresh._handle_msg(_arriving({"method": "custom", "content": {**self.last, "request": "view:0"}}))
        assert (fresh.code, fresh.shown["words"]) == (self.widget.code, self.widget.shown["words"])
        fresh.close()


class GatherWalker(Walker):
    """Through a panel to gather with, and the picture that follows it: codes, files, nonsense, starting again."""

    widget: Gather

    def __init__(self, make: Callable[[], Gather], complaints: Complaints, follow: Callable[[Gather], Lab]) -> None:
        super().__init__(make, complaints)
        self.counted: dict[int, str] = {}
        self.make_follower = follow
        self.follower = follow(self.widget)

    @staticmethod
    def actions(gather: Gather, generator: random.Random) -> Action:
        learner = generator.randrange(40)
        first, last = ((1, *generator.choices(range(6), k=NEEDS - 1)) for _ in range(2))
        game = TrustResult(learner, 3, tuple(generator.choices(AMOUNTS, k=ROUNDS)))
        result = generator.choice([*[RatingsResult(learner, first, last)] * 3, game])
        wrong = generator.choice(NONSENSE)
        kept = [{"kind": "leave"}, {"kind": "look"}, {"kind": "add", "text": f"{wrong!r:.200}", "as": "codes"}]
        bent = [{"kind": "follow", "link": [wrong]}, {"kind": "add", "text": [wrong], "as": "codes"}]
        refused = [
            {"kind": "add", "text": "x" * 300_000, "as": "codes"},
            {"kind": "add", "text": "a,b", "as": generator.choice(["table", "", "x"])},
            {"kind": "follow", "link": f"http://{learner}/{wrong!r:.200}"},
        ]
        return generator.choice(
            [
                *[{"do": "add", "learner": learner, "code": encode(result), "counts": result is not game}] * 10,
                *[{"do": "kept", "message": each} for each in (*kept, *bent)],
                *[{"do": "refused", "message": each} for each in refused],
                {"do": "said", "message": wrong},
                *[{"do": "forget"}] * (generator.random() < 0.2),
            ]
        )

    def take(self, action: Action) -> None:
        request = self.request()
        match action:
            case {"do": "add", "learner": learner, "code": code, "counts": counts}:
                assert self.say({"kind": "add", "text": code, "as": "codes", "request": request}) == []
                if counts:
                    self.counted[learner] = code
            case {"do": "refused", "message": message}:
                told = self.say({**message, "request": request})
                assert [(each["kind"], each["request"]) for each in told] == [("problem", request)]
                assert len(told[0]["text"]) <= LONGEST_REFUSAL
            case {"do": "kept", "message": message}:
                assert self.say({**message, "request": request}) == []
            case {"do": "said", "message": message}:
                self.say(message)
            case {"do": "forget"}:
                assert self.say({"kind": "forget", "request": request}) == []
                self.counted.clear()

    def sound(self) -> None:
        super().sound()
        assert self.wire.state["shown"] == self.widget.shown
        assert self.widget.shown["gathered"] == len(self.counted)

    def compare(self) -> None:
        fresh = self.make()
        fresh.add("\n".join(self.counted.values()))
        assert fresh.pool == self.widget.pool
        same = self.make_follower(fresh)
        check(self.follower)
        assert seen_in(self.follower) == seen_in(same)
        has_the_picture(self.follower)
        same.close()
        fresh.close()

    def close(self) -> None:
        super().close()
        self.follower.close()


class HandshakeWalker(Walker):
    """Through a handshake: it answers what it is asked, and nothing else."""

    widget: Handshake

    @staticmethod
    def actions(handshake: Handshake, generator: random.Random) -> Action:
        return {"do": generator.choice([{"kind": "hello"}, generator.choice([*NONSENSE, *NO_MESSAGES])])}

    def take(self, action: Action) -> None:
        before, asked = self.widget.answered, action["do"] == {"kind": "hello"}
        assert self.say(action["do"]) == [{"kind": "hello"}] * asked
        assert self.widget.answered == before + asked

    def compare(self) -> None:
        """Nothing is kept that could differ."""


class Memory:
    """How much is kept: Python's blocks, and the pages of the process."""

    def __init__(self) -> None:
        gc.collect()
        with open("/proc/self/statm") as pages:
            self.resident = int(pages.read().split()[1]) * 4096
        self.blocks = sys.getallocatedblocks()

    def grown_since(self, before: Memory) -> tuple[int, float]:
        """Return by how many blocks and by how many MB."""
        return self.blocks - before.blocks, (self.resident - before.resident) / 1e6


def planned(kind: type[Walker], widget: Any, seed: int, count: int) -> list[Action]:
    """Return the actions of a walk: the same for the same seed."""
    generator = random.Random(seed)
    return [kind.actions(widget, generator) for _ in range(count)]


def shortest(fails: Callable[[Sequence[Action]], bool], actions: Sequence[Action]) -> list[Action]:
    """Leave actions out as long as the walk still fails, larger parts first, until none can be or time is up."""
    until = time.monotonic() + SHORTEN_SECONDS
    kept, size = list(actions), max(1, len(actions) // 2)
    while time.monotonic() < until:
        start, left_out = 0, False
        while start < len(kept) - 1 and time.monotonic() < until:  # the last one is where it fails
            shorter = [*kept[:start], *kept[min(start + size, len(kept) - 1) :]]
            if fails(shorter):
                kept, left_out = shorter, True
            else:
                start += size
        if size == 1 and not left_out:
            break
        size = max(1, size // 2)
    return kept
