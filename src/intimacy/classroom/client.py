"""The notebook's side of a classroom: post a result and read the pool, from Python, with the standard library alone."""

from __future__ import annotations

import http.client
import json
import os
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

from intimacy.arguments import checked

SECONDS = 3.0
"""How long one request may take."""

_TRIES = 3
_PAUSE = 0.4
_MOST_BYTES = 100_000
AGAIN = (429, 503)
"""Answers that ask to try again."""
_JOIN = "/join"
HOST_HAS_NAMED = "INTIMACY_CLASSROOM"
"""Environment variable with the only address that a web app may post to, such as ``http://10.0.0.5:8770``."""


class Unanswered(RuntimeError):
    """The classroom did not do what was asked; the message is a sentence for the learner."""


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follow no redirect: a classroom has none."""

    def redirect_request(self, *_: Any) -> None:
        return None


# A classroom is in the same room or on the same machine: no proxy stands between.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)


@dataclass(frozen=True)
class Room:
    """A classroom, as a join link names it. Make one with :func:`room`."""

    address: str
    class_code: str

    @checked
    def post(self, code: str) -> int:
        """Share a result, and return how many learners have. Tried again with the same code, it counts once.

        Raises:
            Unanswered: the classroom cannot be reached, or has refused it.
        """
        return _whole(self._asked("/api/results", {"code": code}, tries=_TRIES), "shared")

    @checked
    def pool(self, topic: str) -> Any:
        """Return the pool of a topic, as it travels.

        Raises:
            Unanswered: the classroom cannot be reached, or has refused it.
        """
        return self._asked(f"/api/pool?{urllib.parse.urlencode({'topic': topic})}", None, tries=1)

    def _asked(self, path: str, body: dict[str, str] | None, tries: int) -> Any:
        request = urllib.request.Request(
            self.address + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Class {self.class_code}", "Content-Type": "application/json"},
        )
        for left in reversed(range(tries)):
            try:
                with _OPENER.open(request, timeout=SECONDS) as answer:
                    return json.loads(answer.read(_MOST_BYTES))
            except urllib.error.HTTPError as refused:
                if refused.code not in AGAIN or not left:
                    raise Unanswered(_reason(refused)) from None
            except (OSError, http.client.HTTPException, ValueError, RecursionError):
                if not left:
                    raise Unanswered(
                        f"The classroom at {self.address} does not answer. Nothing was lost here: try again in a "
                        "moment, or read the code to your instructor."
                    ) from None
            time.sleep(_PAUSE)
        raise AssertionError("unreachable: the last try returns or raises")


@checked
def room(link: str) -> Room:
    """Return the classroom that a join link names, such as ``http://127.0.0.1:8770/join#7KQX-2M4A``.

    Raises:
        ValueError: it is no join link, or this is a web app whose host has named another classroom, or none.
    """
    text = link.strip()
    try:
        parts = urllib.parse.urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(_not_a_link(text)) from None
    class_code = parts.fragment.replace("-", "").upper().translate(str.maketrans("OIL", "011"))
    good = parts.scheme in ("http", "https") and parts.hostname and parts.path == _JOIN and not parts.query
    if not good or "@" in parts.netloc or not re.fullmatch("[0-9A-Z]{8}", class_code):
        raise ValueError(_not_a_link(text))
    name = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    address = f"{parts.scheme}://{name}" + (f":{port}" if port else "")
    # Anyone may open a web app, and must not make its machine call on others.
    is_web_app = any(each.startswith("VOILA_") for each in os.environ)
    if is_web_app and os.environ.get(HOST_HAS_NAMED, "").rstrip("/") != address:
        raise ValueError("this web app can only join a classroom that its host has named; use the code instead")
    return Room(address, class_code)


def _not_a_link(text: str) -> str:
    shown = text if len(text) <= 60 else f"{text[:59]}…"
    return f"link must be the join link that your instructor gave you, such as http://…/join#7KQX-2M4A, got {shown!r}"


def _reason(refused: urllib.error.HTTPError) -> str:
    """Return the sentence that a classroom sends with a refusal."""
    try:
        problem = json.loads(refused.read(_MOST_BYTES))["problem"]
    except (OSError, http.client.HTTPException, ValueError, RecursionError, KeyError, TypeError):
        problem = ""
    if not isinstance(problem, str) or not problem:
        return f"What answered is not a classroom, or not the one of this link (it said {refused.code})."
    return problem[:300]


def _whole(answer: Any, name: str) -> int:
    number = answer.get(name) if isinstance(answer, dict) else None
    if type(number) is not int or number < 0:
        raise Unanswered("What answered is not a classroom.")
    return number
