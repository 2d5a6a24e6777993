"""Is this installation healthy? What is wrong, in a sentence each, with what to do."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

OLDEST_PYTHON = (3, 11)
_AGAIN = "Run `make lab` again in the collection's folder; on Binder, start a new session from the link."
IDLE_MINUTES = 10
"""How long Binder leaves Python running when nothing is moved, also while the page is open."""
CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUPS = Path("/proc/self/cgroup")


@dataclass(frozen=True, repr=False)
class Health:
    """What was found.

    Attributes:
        versions: package to installed version; blank where it is missing.
        faults: what is wrong and what to do, a sentence or two each; empty when all is well.
    """

    versions: Mapping[str, str]
    faults: tuple[str, ...]

    def __repr__(self) -> str:
        if self.faults:
            return "\n".join(self.faults)
        return f"Python and {len(self.versions)} packages are there and new enough."


@dataclass(frozen=True, repr=False)
class Machine:
    """What Python runs on.

    Attributes:
        versions: name to version, of Python and of what draws the pictures.
        cores: how many processor cores this process may keep busy.
        memory: bytes of memory that it may use, where a limit is set or the machine says; else ``None``.
        on_binder: whether this is a session of Binder.
    """

    versions: Mapping[str, str]
    cores: float
    memory: int | None
    on_binder: bool

    def __repr__(self) -> str:
        parts = [f"{name} {version}" for name, version in self.versions.items()]
        parts.append("1 core" if self.cores == 1 else f"{self.cores:g} cores")
        if self.memory:
            parts.append(f"{self.memory / 2**30:.3g} GB of memory")
        idle = f" On Binder, Python stops after {IDLE_MINUTES} minutes without use." if self.on_binder else ""
        return f"{', '.join(parts)}.{idle}"


def machine() -> Machine:
    """Look at what Python runs on, the limits of a container included."""
    versions = {"Python": sys.version.split()[0], "plotly": _version("plotly")}
    return Machine(versions, _cores(), _memory(), "BINDER_REPO_URL" in os.environ)


def _cores() -> float:
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limits = [int(quota) / int(period) for quota, period in _quotas() if quota.isdigit()]
    return min([there, *limits])


def _quotas() -> Iterator[tuple[str, str]]:
    """Yield how much time of a processor is allowed in each period; ``max`` or -1 where there is no limit."""
    for folder in _own_cgroups("cpu"):
        if (folder / "cpu.max").is_file():
            quota, period = (folder / "cpu.max").read_text().split()
            yield quota, period
        elif (folder / "cpu.cfs_quota_us").is_file():
            yield (folder / "cpu.cfs_quota_us").read_text().strip(), (folder / "cpu.cfs_period_us").read_text()


def _memory() -> int | None:
    known = "SC_PHYS_PAGES" in getattr(os, "sysconf_names", {})  # not on Windows
    there = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")] if known else []
    limits = [
        (folder / name).read_text().strip()
        for folder in _own_cgroups("memory")
        for name in ("memory.max", "memory.limit_in_bytes")
        if (folder / name).is_file()
    ]
    return min([*there, *(int(limit) for limit in limits if limit.isdigit())], default=None)


def _own_cgroups(controller: str) -> Iterator[Path]:
    """Yield the folders of Linux that limit this process, from its own up; none on other systems."""
    if not OWN_CGROUPS.is_file():
        return
    for line in OWN_CGROUPS.read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "" or controller in controllers.split(","):
            # The first version has a tree for each controller; in a container its root may be the process's own.
            top = CGROUPS / controller if controllers else CGROUPS
            own = top / path.lstrip("/")
            yield from (folder for folder in (own, *own.parents) if folder.is_relative_to(top))


def health() -> Health:
    """Compare Python and the packages that the collection stands on with what it asks for."""
    wanted = dict(map(_requirement, _required()))
    versions = {name: _version(name) for name in wanted}
    faults = [_fault(name, versions[name], oldest) for name, oldest in wanted.items()]
    if sys.version_info[:2] < OLDEST_PYTHON:
        faults.insert(0, f"Python {sys.version.split()[0]} is older than 3.11. {_AGAIN}")
    return Health(versions, tuple(fault for fault in faults if fault))


def _required() -> list[str]:
    """Return what the installed package asks for, without its extras and without what only installs it."""
    return [line for line in metadata.requires("intimacy") or [] if ">=" in line and "extra ==" not in line]


def _requirement(line: str) -> tuple[str, str]:
    """Split ``numpy>=2.1`` into name and oldest version; there is none in ``numpy``."""
    name, _, oldest = line.partition(">=")
    return name.strip(), re.split(r"[,;]", oldest, maxsplit=1)[0].strip()


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _fault(name: str, version: str, oldest: str) -> str:
    if not version:
        return f"The package {name} is missing. {_AGAIN}"
    if _numbers(version) < _numbers(oldest):
        return f"The package {name} is version {version}, and {oldest} is needed. {_AGAIN}"
    return ""


def _numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version, which is all that is compared here."""
    return tuple(int(part) for part in re.findall(r"\d+", version.split("+")[0])[:3])
