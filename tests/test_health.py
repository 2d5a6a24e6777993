"""What Python runs on, as the first cell of each notebook says it: the limits of a container, and of Binder."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from intimacy import health
from intimacy.widgets import Carry

GIGABYTE = 2**30
NEW = {"memory.max": f"{2 * GIGABYTE}\n", "cpu.max": "50000 100000\n"}
OLD = {"memory/memory.limit_in_bytes": f"{2 * GIGABYTE}\n", "cpu/cpu.cfs_quota_us": "50000\n"}
OLD_PERIOD = {"cpu/cpu.cfs_period_us": "100000\n"}
NO_LIMIT = {"memory.max": "max\n", "cpu.max": "max 100000\n"}


@pytest.fixture
def limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Make a machine whose control groups have these files, for a process in the group of this path."""

    def make(files: dict[str, str], own: str) -> health.Machine:
        for name, text in files.items():
            (tmp_path / "cgroup" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "cgroup" / name).write_text(text)
        (tmp_path / "own").write_text(own)
        monkeypatch.setattr(health, "CGROUPS", tmp_path / "cgroup")
        monkeypatch.setattr(health, "OWN_CGROUPS", tmp_path / "own")
        return health.machine()

    return make


def inside(folder: str, files: dict[str, str]) -> dict[str, str]:
    return {f"{folder}/{name}": text for name, text in files.items()}


@pytest.mark.parametrize(
    ("files", "own"),
    [
        (NEW, "0::/\n"),
        (inside("user/lab", NEW), "0::/user/lab\n"),
        (inside("user", NEW) | inside("user/lab", NO_LIMIT), "0::/user/lab\n"),
        (OLD | OLD_PERIOD, "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n1:name=systemd:/\n"),
    ],
    ids=["a container", "a group", "a group within a limited one", "the first version"],
)
def test_the_limits_of_a_container_are_named(limited, files: dict[str, str], own: str) -> None:
    machine = limited(files, own)
    assert (machine.cores, machine.memory) == (0.5, 2 * GIGABYTE)
    assert repr(machine).endswith("0.5 cores, 2 GB of memory.")


def test_where_nothing_is_limited_the_whole_machine_is_named(limited) -> None:
    machine = limited(NO_LIMIT, "0::/\n")
    assert machine.cores == len(os.sched_getaffinity(0))
    assert machine.memory == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_versions_are_those_that_are_installed() -> None:
    versions = health.machine().versions
    assert versions["Python"] == sys.version.split()[0]
    assert versions["plotly"] == metadata.version("plotly")
    assert repr(health.machine()).startswith(f"Python {versions['Python']}, plotly {versions['plotly']}, ")


def test_one_core_and_a_session_of_binder_are_told_from_within(monkeypatch: pytest.MonkeyPatch) -> None:
    one = min(os.sched_getaffinity(0))
    code = f"import os; os.sched_setaffinity(0, {{{one}}}); from intimacy.health import machine; print(machine())"
    environment = {**os.environ, "BINDER_REPO_URL": "https://github.com/o/n"}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert ", 1 core, " in run.stdout
    assert run.stdout.endswith(" On Binder, Python stops after 10 minutes without use.\n")
    monkeypatch.delenv("BINDER_REPO_URL", raising=False)
    assert "Binder" not in repr(health.machine())


def test_the_first_cell_of_a_notebook_says_it() -> None:
    assert Carry("04_oxytocin_trust").machine == repr(health.machine())
