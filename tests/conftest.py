"""What all tests share: where the project is, and that a busy machine is no fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says nothing here: other work runs on the machine, and benchmarks measure time.
settings.register_profile("intimacy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("intimacy")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project."""
    return ROOT
