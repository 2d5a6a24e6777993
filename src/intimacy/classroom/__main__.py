"""Open a classroom: ``python -m intimacy.classroom [--database …] [--port …] [--listen … --name …]``."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

from sqlalchemy.exc import SQLAlchemyError
from tornado.netutil import bind_sockets

from intimacy.classroom.server import Classroom, grouped_class_code, server
from intimacy.classroom.store import Store

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PORT = 8770
_WAITING = 1024  # connections that may wait: a room presses the button at the same moment


def words(arguments: argparse.Namespace, port: int, classroom: Classroom) -> str:
    """Return what the instructor reads at the start."""
    name = f"[{arguments.name}]" if ":" in arguments.name else arguments.name
    address = f"http://{name}:{port}"
    reach = (
        "Only programs on this computer can reach it: yours, or all kernels of a hub that runs here."
        if arguments.listen in LOOPBACK
        else f"Every computer that can reach {name} can reach it, over a connection that is not encrypted: use it on "
        "a network that you trust, and end it after class."
    )
    return "\n".join(
        [
            "The classroom is open.",
            f"  for the class:  {address}/join#{grouped_class_code(classroom.store.class_code)}",
            f"  for you alone:  {address}/instructor#{classroom.token}",
            f"Results are kept in {_shown(arguments.database)} until you delete them. {reach}",
            "Ctrl-C ends it. Started again with the same database, the link for the class stays good.",
        ]
    )


def _shown(database: str) -> str:
    """Return the name of a database without its user and password."""
    return database.rpartition("@")[2] if "://" in database else database


def _url(database: str) -> str:
    """Return the URL of a database; a plain name is a file of SQLite."""
    if "://" not in database:
        return f"sqlite:///{database}"
    return database.replace("postgresql://", "postgresql+psycopg://", 1)


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options, with the name that the links carry."""
    parser = argparse.ArgumentParser(prog="make classroom", description=__doc__)
    parser.add_argument(
        "--database",
        default=os.environ.get("CLASSROOM_DATABASE", "classroom.sqlite"),
        help="a file for SQLite, or postgresql://user@host/name (also by CLASSROOM_DATABASE)",
    )
    parser.add_argument("--port", type=int, default=PORT, help=f"{PORT} unless told otherwise; 0 takes a free one")
    parser.add_argument("--listen", default=LOOPBACK[0], help="the address to listen on; the loopback by default")
    parser.add_argument("--name", default="", help="the name or address by which learners reach this computer")
    found = parser.parse_args(arguments)
    if not found.name and found.listen in ("0.0.0.0", "::", ""):  # nosec B104 # it is told apart, not bound
        parser.error(
            "--listen on all addresses needs --name, the name or address by which learners reach this computer"
        )
    found.name = (found.name or found.listen).lower()
    return found


async def serve(arguments: argparse.Namespace) -> None:
    """Serve until the task is cancelled."""
    classroom = Classroom(Store(_url(arguments.database)), {*LOOPBACK, arguments.name})
    sockets = bind_sockets(arguments.port, arguments.listen, backlog=_WAITING)
    serving = server(classroom)
    serving.add_sockets(sockets)
    print(words(arguments, sockets[0].getsockname()[1], classroom), flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        serving.stop()
        await serving.close_all_connections()
        classroom.close()


def main() -> int:
    """Open a classroom; 1 with a sentence when it cannot be opened."""
    os.umask(0o077)  # the file of the results is for nobody else on this computer
    arguments = parsed()
    try:
        asyncio.run(serve(arguments))
    except KeyboardInterrupt:
        print("The classroom is closed.")
    except (OSError, ValueError, SQLAlchemyError) as error:
        print(f"The classroom cannot be opened: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
