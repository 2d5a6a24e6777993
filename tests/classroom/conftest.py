"""What the classroom's tests share: an empty database of each kind, and a PostgreSQL of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from intimacy.classroom.__main__ import _url
from intimacy.classroom.store import Store

UNPRIVILEGED = "nobody"
INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of an empty database of a PostgreSQL of its own, which listens on a socket in a folder only."""
    if not INSTALLED:
        reason = "PostgreSQL is not installed: apt-get install postgresql"
        if os.environ.get("CI"):
            raise RuntimeError(reason)
        pytest.skip(reason)
    # Not below pytest's own folder: that is for its owner alone, and PostgreSQL does not run as root.
    with tempfile.TemporaryDirectory(prefix="classroom-") as name:
        if os.geteuid() == 0:
            shutil.chown(name, UNPRIVILEGED)
        yield from running(Path(name))


def running(folder: Path) -> Iterator[str]:
    """Start a PostgreSQL in a folder, yield its URL, and stop it."""

    def run(name: str, *arguments: str) -> None:
        user = UNPRIVILEGED if os.geteuid() == 0 else None
        line = [INSTALLED[-1] / name, *arguments]
        subprocess.run(line, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    data = str(folder / "data")
    run("initdb", "--pgdata", data, "--auth", "trust", "--username", "class", "--encoding", "UTF8", "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c max_connections=20"
    run("pg_ctl", "--pgdata", data, "--wait", "--log", str(folder / "log"), "--options", options, "start")
    try:
        yield f"postgresql://class@/postgres?host={folder}"
    finally:
        run("pg_ctl", "--pgdata", data, "--wait", "--mode", "immediate", "stop")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind, as `--database` takes it."""
    if request.param == "sqlite":
        return str(tmp_path / "class.sqlite")
    url = str(request.getfixturevalue("postgres"))
    Store(_url(url)).delete_all()
    return url
