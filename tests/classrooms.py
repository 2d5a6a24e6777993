"""A real classroom in a process of its own, opened as `make classroom` opens it."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import dataclass


@dataclass
class Opened:
    """A classroom that runs: its process, and what it printed."""

    process: subprocess.Popen[str]
    printed: str

    @property
    def link(self) -> str:
        return self.printed.split("for the class:")[1].split()[0]

    @property
    def instructor(self) -> str:
        return self.printed.split("for you alone:")[1].split()[0]

    @property
    def address(self) -> str:
        return self.link.partition("/join")[0]

    @property
    def port(self) -> str:
        return self.address.rpartition(":")[2]

    @property
    def token(self) -> str:
        return self.instructor.partition("#")[2]

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


def opened(database: str, *arguments: str) -> Opened:
    """Open a classroom as `make classroom` does, and wait until it says that it is open."""
    process = subprocess.Popen(
        [sys.executable, "-m", "intimacy.classroom", "--database", database, *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )
    lines = []
    for line in process.stdout or ():
        lines.append(line)
        if line.startswith("Ctrl-C"):
            return Opened(process, "".join(lines))
    raise AssertionError(f"the classroom ended with {process.wait()}: {lines}")
