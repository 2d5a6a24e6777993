"""What the browser tests share: one browser, one server of each kind, and pages that are closed afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chromium import NoBrowser, launched
from pages import FLAGSHIP, Page, Server, copied, jupyter_server, voila_server


# First, or pytest-xdist has read the groups already where a file of this folder is named.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, and keep together those that share an open page: of one notebook, or one file."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            parameters = item.callspec.params if hasattr(item, "callspec") else {}
            is_one_of_many = item.path.stem in ("test_every_notebook", "test_everyone", "test_walk")
            notebook = parameters.get("page") or parameters.get("name")
            item.add_marker(pytest.mark.xdist_group(notebook if is_one_of_many else item.path.stem))


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    try:
        with launched() as found:
            yield found
    except NoBrowser as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def jupyter(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = jupyter_server(copied(root, tmp_path_factory.mktemp("jupyter")))
    yield server
    server.close()


@pytest.fixture(scope="session")
def voila(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = voila_server(copied(root, tmp_path_factory.mktemp("voila")), FLAGSHIP)
    yield server
    server.close()


@pytest.fixture
def new_page(browser: Any) -> Iterator[Any]:
    opened: list[Page] = []

    def open_page(**context: Any) -> Page:
        opened.append(Page(browser, **context))
        return opened[-1]

    yield open_page
    for page in opened:
        page.close()
