"""Where a classroom keeps what is shared: SQLite in a file, or PostgreSQL, by one URL."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import (
    Column,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    delete,
    event,
    func,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError

from intimacy.arguments import checked
from intimacy.models.result_code import ALPHABET, Result, decode, encode
from intimacy.parameters import shown

CLASS_CODE_LENGTH = 8
MOST_RESULTS = 5000
"""How many results a classroom keeps; more than that is no class."""

_METADATA = MetaData()
_CLASSROOM = Table(
    "classroom",
    _METADATA,
    Column("id", Integer, primary_key=True),
    Column("class_code", String(CLASS_CODE_LENGTH), nullable=False),
)
_RESULT = Table(
    "result",
    _METADATA,
    Column("place", Integer, primary_key=True, autoincrement=True),
    Column("topic", String(16), nullable=False),
    Column("learner", Integer, nullable=False),
    Column("code", String(40), nullable=False),
    UniqueConstraint("topic", "learner"),
)
# Both take the same "on conflict"; only the types differ.
_INSERT: dict[str, Callable[[Table], sqlite.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": cast("Callable[[Table], sqlite.Insert]", postgresql.insert),
}


class Full(RuntimeError):
    """The classroom takes no further results."""


class Store:
    """The results of one class. What a method has done when it returns is on the disk.

    Args:
        url: ``sqlite:///file`` or ``postgresql+psycopg://user@host/name``.

    Raises:
        ValueError: it is another kind of database.
    """

    @checked
    def __init__(self, url: str) -> None:
        try:
            kind = make_url(url).get_backend_name()
        except ArgumentError:
            kind = shown(url)
        if kind not in _INSERT:
            raise ValueError(f"url must be of a sqlite or postgresql database, got {kind}")
        self._engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
        if kind == "sqlite":
            _make_durable(self._engine)
        self._insert = _INSERT[kind]
        _METADATA.create_all(self._engine)
        self.class_code = self._drawn_once()

    def _drawn_once(self) -> str:
        """Return the class code: drawn by the first start, and the same ever after, so that join links stay good."""
        drawn = "".join(secrets.choice(ALPHABET) for _ in range(CLASS_CODE_LENGTH))
        statement = self._insert(_CLASSROOM).values(id=1, class_code=drawn).on_conflict_do_nothing()
        with self._engine.begin() as connection:
            connection.execute(statement)
            return str(connection.execute(select(_CLASSROOM.c.class_code)).scalar_one())

    @checked
    def put(self, result: Result) -> int:
        """Keep a result, in the place of one that the same learner shared on this topic before.

        Returns:
            How many learners have shared a result on this topic.

        Raises:
            Full: there are :data:`MOST_RESULTS` already.
        """
        row = {"topic": result.topic, "learner": result.learner, "code": encode(result)}
        statement = self._insert(_RESULT).values(row)
        replacing = statement.on_conflict_do_update(
            index_elements=["topic", "learner"], set_={"code": statement.excluded.code}
        )
        mine = (_RESULT.c.topic == result.topic) & (_RESULT.c.learner == result.learner)
        with self._engine.begin() as connection:
            total = connection.execute(select(func.count()).select_from(_RESULT)).scalar_one()
            if total >= MOST_RESULTS and not connection.execute(select(_RESULT.c.place).where(mine)).first():
                raise Full
            connection.execute(replacing)
            shared = select(func.count()).select_from(_RESULT).where(_RESULT.c.topic == result.topic)
            return int(connection.execute(shared).scalar_one())

    @checked
    def results(self, topic: str) -> list[Result]:
        """Return the results of a topic, the oldest first."""
        wanted = select(_RESULT.c.code).where(_RESULT.c.topic == topic).order_by(_RESULT.c.place)
        with self._engine.connect() as connection:
            return [decode(code) for code in connection.execute(wanted).scalars()]

    def topics(self) -> list[str]:
        """Return the topics on which something was shared."""
        with self._engine.connect() as connection:
            return sorted(connection.execute(select(_RESULT.c.topic).distinct()).scalars())

    def codes(self) -> list[str]:
        """Return all codes in the order of their letters, which tells nothing of who shared when."""
        with self._engine.connect() as connection:
            return sorted(connection.execute(select(_RESULT.c.code)).scalars())

    def delete_all(self) -> int:
        """Delete all results for good, and return how many there were."""
        with self._engine.begin() as connection:
            deleted = int(connection.execute(delete(_RESULT)).rowcount)
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect() as connection:  # what was written ahead goes, too
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        return deleted

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


def _make_durable(engine: Engine) -> None:
    """Let SQLite write ahead, wait for other writers, write to the disk before it says so, and wipe what is deleted."""

    @event.listens_for(engine, "connect")
    def _(connection: Any, _: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=2000", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")
