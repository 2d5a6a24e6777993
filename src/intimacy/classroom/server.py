"""The classroom as a server: class code and result in, sums out; the rest is for the instructor alone.

A learner's notebook sends ``Authorization: Class …`` with the class code, the instructor's page ``Instructor …`` with a
token that is drawn at each start and kept nowhere. Tokens travel in headers and stand in links behind ``#``, which no
browser sends, so they are in no log and no cookie. Only known host names are answered, foreign pages are refused, and
nothing is sent that would let another page read an answer.
"""

from __future__ import annotations

import asyncio
import csv
import hmac
import io
import json
import secrets
import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.resources import files
from typing import Any

from sqlalchemy.exc import OperationalError
from tornado import web
from tornado.httpserver import HTTPServer

from intimacy.classroom.client import AGAIN
from intimacy.classroom.store import MOST_RESULTS, Full, Store
from intimacy.models.class_pool import TOPICS, Pool, pool
from intimacy.models.result_code import BetsResult, RatingsResult, TrustResult, decode

MOST_BYTES = 1024
"""How long the body of a request may be; a result has some 40 characters."""

BURST = 900
"""How many requests an address may send at once. A hub's kernels share one, so this is a whole lecture hall."""
PER_SECOND = 60

_MOST_ADDRESSES = 10_000
_PAGES = {
    "/": ("join.html", "text/html"),
    "/join": ("join.html", "text/html"),
    "/instructor": ("instructor.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/join.js": ("join.js", "text/javascript"),
    "/instructor.js": ("instructor.js", "text/javascript"),
}
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Limiter:
    """How many requests each address may still send: a bucket that refills."""

    def __init__(self, burst: float = BURST, per_second: float = PER_SECOND) -> None:
        self._burst, self._per_second = burst, per_second
        self._left: dict[str, tuple[float, float]] = {}

    def allows(self, address: str, now: float) -> bool:
        """Take one request from what the address has left, and tell whether there was one."""
        left, since = self._left.get(address, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._per_second)
        if len(self._left) >= _MOST_ADDRESSES and address not in self._left:
            self._left.clear()
        self._left[address] = (max(left - 1, 0.0), now)
        return left >= 1


class Classroom:
    """What all handlers share: the store, the token, and one thread that alone speaks to the database."""

    def __init__(self, store: Store, hosts: Collection[str]) -> None:
        self.store = store
        self.hosts = frozenset(hosts)
        self.token = secrets.token_urlsafe(24)
        self.limiter = Limiter()
        self._thread = ThreadPoolExecutor(1, "database")
        self._pools: dict[str, Pool] = {}

    async def _stored(self, work: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def put(self, result: TrustResult | RatingsResult | BetsResult) -> int:
        """Keep a result; when this returns, it is on the disk."""
        shared = int(await self._stored(partial(self.store.put, result)))
        self._pools.pop(result.topic, None)
        return shared

    async def pool(self, topic: str) -> Pool:
        """Return what a topic's results add up to, in steps."""
        if topic not in self._pools:
            self._pools[topic] = await self._stored(lambda: pool(topic, self.store.results(topic), in_steps=True))
        return self._pools[topic]

    async def topics(self) -> list[str]:
        """Return the topics on which something was shared."""
        return list(await self._stored(self.store.topics))

    async def codes(self) -> list[str]:
        """Return all codes."""
        return list(await self._stored(self.store.codes))

    async def delete_all(self) -> int:
        """Delete all results."""
        deleted = int(await self._stored(self.store.delete_all))
        self._pools.clear()
        return deleted

    def close(self) -> None:
        """Finish what is being written, and let go of the database."""
        self._thread.shutdown()
        self.store.close()


class _Handler(web.RequestHandler):
    """What every answer has: headers, and the checks that come before anything else."""

    def initialize(self, classroom: Classroom) -> None:
        self.classroom = classroom

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        for name, value in _HEADERS.items():
            self.set_header(name, value)

    def prepare(self) -> None:
        if self.request.host_name.lower().strip("[]") not in self.classroom.hosts:
            raise web.HTTPError(403, "This classroom is not known by that name.")
        origin = self.request.headers.get("Origin")
        if origin is not None and origin != f"{self.request.protocol}://{self.request.host}":
            raise web.HTTPError(403, "Other pages may not speak to this classroom.")
        if not self.classroom.limiter.allows(str(self.request.remote_ip), time.monotonic()):
            raise web.HTTPError(429, "Too many requests came at once. Wait a moment.")

    def require(self, kind: str, secret: str) -> None:
        """Let through whoever has the secret; how long the comparison takes tells nothing of it."""
        given = self.request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"{kind} {secret}".encode()):
            raise web.HTTPError(
                403,
                "The class code is not the one of this classroom. Ask for the join link again."
                if kind == "Class"
                else "This page belongs to an earlier start. Open the instructor's address that was printed last.",
            )

    def require_class(self) -> None:
        """Let through whoever has the class code."""
        self.require("Class", self.classroom.store.class_code)

    def require_instructor(self) -> None:
        """Let through whoever has the instructor's token."""
        self.require("Instructor", self.classroom.token)

    def log_exception(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if not isinstance(error, web.HTTPError | Full):
            super().log_exception(kind, error, trace)

    def write_error(self, status_code: int, **more: Any) -> None:
        error = more.get("exc_info", (None, None))[1]
        problem = "The classroom has stumbled. What it had accepted is kept."
        if isinstance(error, web.HTTPError):
            problem = error.log_message % error.args if error.log_message else "There is nothing here."
        elif isinstance(error, OperationalError):
            self.set_status(503)
            problem = "The database does not answer. What it had accepted is kept. Try again in a moment."
        elif isinstance(error, Full):
            self.set_status(409)
            problem = f"The classroom has taken {MOST_RESULTS:,} results and takes no more."
        if self.get_status() in AGAIN:
            self.set_header("Retry-After", "1")
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"problem": problem}))


class _Page(_Handler):
    def get(self) -> None:
        name, kind = _PAGES[self.request.path]
        self.set_header("Content-Type", f"{kind}; charset=utf-8")
        self.finish(files(__package__).joinpath("page", name).read_bytes())


class _Results(_Handler):
    async def post(self) -> None:
        self.require_class()
        try:
            body = json.loads(self.request.body)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict) or set(body) != {"code"} or not isinstance(body["code"], str):
            raise web.HTTPError(400, "A result is sent as its code, and nothing else.")
        try:
            result = decode(body["code"])
        except ValueError as refused:
            raise web.HTTPError(400, "This is no result: %s.", refused) from None
        shared = await self.classroom.put(result)
        self.finish({"topic": result.topic, "shared": shared})

    async def delete(self) -> None:
        self.require_instructor()
        self.finish({"deleted": await self.classroom.delete_all()})


class _Pool(_Handler):
    async def get(self) -> None:
        self.require_class()
        topic = self.get_query_argument("topic", "")
        if topic not in TOPICS:
            raise web.HTTPError(400, "There is no such topic.")
        self.finish((await self.classroom.pool(topic)).plain())


class _Overview(_Handler):
    async def get(self) -> None:
        self.require_instructor()
        pools = [await self.classroom.pool(topic) for topic in await self.classroom.topics()]
        topics = [{**each.plain(), "model": await _model(each)} for each in pools]
        self.finish({"class_code": grouped_class_code(self.classroom.store.class_code), "topics": topics})


class _Export(_Handler):
    async def get(self) -> None:
        self.require_instructor()
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        self.set_header("Content-Disposition", 'attachment; filename="class-results.csv"')
        self.finish(as_csv(await self.classroom.codes()))


async def _model(each: Pool) -> list[float]:
    """Return what the model's crowd sends by round in the games of a class; nothing for other topics."""
    if not each.sums or each.topic != "trust":
        return []
    from intimacy.models.oxytocin_trust.crowd import crowd  # here, so that a start does not wait for it

    games = partial(crowd, each.sums["seeds"], each.sums["games"])
    sent = (await asyncio.get_running_loop().run_in_executor(None, games)).sent
    return [round(amount, 3) for amount in sent.tolist()]


def as_csv(codes: Collection[str]) -> str:
    """Return codes as a table, with what each of them holds spelled out."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["code", "topic", "seed", "first", "second"])
    for code in codes:
        result = decode(code)
        match result:
            case TrustResult(seed=seed, sent=first):
                row: list[Any] = [seed, first, ()]
            case RatingsResult(left_out=first, end=second):
                row = ["", first, second]
            case BetsResult(before=first, after=second):
                row = ["", first, second]
        rows.writerow([code, result.topic, row[0], *(" ".join(map(str, each)) for each in row[1:])])
    return text.getvalue()


def grouped_class_code(class_code: str) -> str:
    """Return a class code in two halves, for reading aloud."""
    return f"{class_code[:4]}-{class_code[4:]}"


def server(classroom: Classroom) -> HTTPServer:
    """Return the server of a classroom; give it sockets and an event loop."""
    shared = {"classroom": classroom}
    routes: list[Any] = [(path, _Page, shared) for path in _PAGES]
    routes += [
        ("/api/results", _Results, shared),
        ("/api/pool", _Pool, shared),
        ("/api/overview", _Overview, shared),
        ("/api/results.csv", _Export, shared),
    ]
    application = web.Application(
        routes, default_handler_class=_Nothing, default_handler_args=shared, log_function=lambda _: None
    )
    return HTTPServer(
        application, max_body_size=MOST_BYTES, max_header_size=8192, body_timeout=10, idle_connection_timeout=60
    )


class _Nothing(_Handler):
    def prepare(self) -> None:
        super().prepare()
        raise web.HTTPError(404)
