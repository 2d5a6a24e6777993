"""Share something with the class: what would be sent stands on the page, and nothing is sent until a button says so."""

from __future__ import annotations

import hashlib
import re
import secrets
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import traitlets

from intimacy.arguments import checked
from intimacy.classroom.client import Unanswered, room
from intimacy.parameters import shown
from intimacy.widgets import front_end

SECRET = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Offer:
    """What would be shared now, in words and as a code; without a code, the words say why there is nothing yet."""

    words: str
    code: str = ""


@dataclass(frozen=True)
class Asked:
    """Something that the panel asks before it shares; the answer is the place of an option, from 1, or 0 for none."""

    question: str
    options: Sequence[str]


class Share(front_end.FrontEnd):
    """A panel from which a learner may share a result, by a button or by reading a code aloud.

    The page draws a secret by chance and keeps it for as long as its tab is open. From it and from the topic comes the
    number that stands for the learner: the same after a restart of Python, another one for each topic.

    Args:
        title: what can be shared.
        about: what happens with it.
        topic: what keeps the learner's numbers apart.
        offer: ``offer(number, answers)`` returns what would be shared; ``number`` is the learner's, 256 bits long.
        asked: questions whose answers are shared, too.
        follows: widgets and the names of their traits whose changes change the offer.
    """

    _front_end = "share"

    title = traitlets.Unicode().tag(sync=True)
    about = traitlets.Unicode().tag(sync=True)
    asked: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        title: str,
        about: str,
        topic: str,
        offer: Callable[[int, Sequence[int]], Offer],
        *,
        asked: Sequence[Asked] = (),
        follows: Sequence[tuple[traitlets.HasTraits, str]] = (),
    ) -> None:
        self._offer, self._topic = offer, topic
        self._secret, self._answers = secrets.token_hex(16), [0] * len(asked)
        self._said, self._shared = "", ""
        self._serial = 0
        super().__init__(
            title=title,
            about=about,
            asked=[{"question": each.question, "options": list(each.options)} for each in asked],
        )
        self._show("start")
        self.on_msg(self._receive)
        for widget, name in follows:
            widget.observe(lambda _: self._show("python"), name)

    @property
    def code(self) -> str:
        """The code of what would be shared now; empty where there is nothing yet."""
        return str(self.shown["code"])

    @checked
    def answer(self, *answers: int) -> None:
        """Answer what the panel asks.

        Raises:
            ValueError: there are not as many answers as questions, or one is not the place of an option.
        """
        self._keep(self._secret, list(answers))
        self._show("python")

    @checked
    def share(self, link: str) -> str:
        """Send what the panel shows to the classroom of a join link, and return what became of it.

        Raises:
            ValueError: there is nothing to share yet, or it is no join link.
            Unanswered: the classroom cannot be reached, or has refused it.
        """
        there, code = room(link), self.code
        if not code:
            raise ValueError(str(self.shown["words"]))
        count = there.post(code)
        learners = "1 learner has" if count == 1 else f"{count} learners have"
        self._shared = code
        self._said = f"The class has it. {learners} shared so far, and you count once, however often you share."
        self._show("python")
        return self._said

    def __repr__(self) -> str:
        return textwrap.fill(f"{self.title}. Nothing is sent until you press the button.", 100)

    def _keep(self, secret: Any, answers: Any) -> None:
        if not isinstance(secret, str) or not SECRET.fullmatch(secret):
            raise ValueError("secret must be 32 digits or letters from a to f, got something else")
        if not isinstance(answers, list) or len(answers) != len(self.asked):
            raise ValueError(f"answers must be a list of {len(self.asked)}, got something else")
        for answer, each in zip(answers, self.asked, strict=True):
            most = len(each["options"])
            if type(answer) is not int or not 0 <= answer <= most:
                raise ValueError(f"answer must be a whole number between 0 and {most}, got {shown(answer)}")
        self._secret, self._answers = secret, answers

    def _show(self, request: str) -> None:
        digest = hashlib.sha256(f"{self._secret} {self._topic}".encode()).digest()
        offer = self._offer(int.from_bytes(digest, "big"), self._answers)
        if offer.code != self._shared:
            self._said = "What you shared before has changed since. Share again to replace it." if self._shared else ""
        self._serial += 1
        self.shown = {
            "serial": self._serial,
            "request": request,
            "words": offer.words,
            "code": offer.code,
            "said": self._said,
        }

    def _receive(self, _: Any, message: Any, __: Any) -> None:
        match message:
            case {"kind": "look" | "share", "request": str(request)}:
                self._answer(message, request)

    def _answer(self, message: dict[str, Any], request: str) -> None:
        try:
            self._keep(message.get("secret"), message.get("answers"))
            if message["kind"] == "share":
                self._show("python")
                self.share(str(message.get("link", "")))
        except (ValueError, Unanswered) as refused:
            self.send({"kind": "problem", "request": request, "text": str(refused)})
            return
        self._show(request)
