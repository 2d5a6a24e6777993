"""The notebook of the lesson that a test file is about, which names it as ``NOTEBOOK``."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbformat import NotebookNode

import run_notebooks


@pytest.fixture(scope="module")
def notebook(request: pytest.FixtureRequest, root: Path) -> NotebookNode:
    """The notebook of the lesson."""
    return run_notebooks.read(root / "notebooks" / f"{request.module.NOTEBOOK}.ipynb")
