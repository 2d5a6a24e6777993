"""Is this installation healthy? What is wrong, in a sentence each, with what to do."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata

OLDEST_PYTHON = (3, 11)
_AGAIN = "Run `make lab` again in the collection's folder; on Binder, start a new session from the link."


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


def health() -> Health:
    """Compare Python and the packages that the collection stands on with what it asks for."""
    wanted = dict(map(_requirement, _required()))
    versions = {name: _version(name) for name in wanted}
    faults = [_fault(name, versions[name], oldest) for name, oldest in wanted.items()]
    if sys.version_info[:2] < OLDEST_PYTHON:
        faults.insert(0, f"Python {sys.version.split()[0]} is older than 3.11. {_AGAIN}")
    return Health(versions, tuple(fault for fault in faults if fault))


def _required() -> list[str]:
    """Return what the installed package asks for, without its extras."""
    return [line for line in metadata.requires("intimacy") or [] if "extra ==" not in line]


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
