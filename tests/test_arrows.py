"""Arrows point one way: who may import what inside the package, read from the sources."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = "intimacy"
DRAWING = frozenset({"plotly", "matplotlib", "ipywidgets", "anywidget", "traitlets", "IPython"})
FILES = frozenset({"pathlib", "os", "shutil", "tempfile", "importlib"})
OUTSIDE = frozenset({"notebooks", "tests", "tools", "benchmarks"})
READERS = frozenset({"read_text", "read_bytes", "write_text", "write_bytes", "read_csv", "read_json", "loadtxt"})


@dataclass(frozen=True)
class Rule:
    """What one part of the package may not do. ``only`` names the parts of ours that it may import."""

    only: frozenset[str] | None = None
    never: frozenset[str] = frozenset()
    packages: frozenset[str] = frozenset()
    opens_files: bool = True

    def allows(self, part: str) -> bool:
        """Tell whether this part of ours may be imported."""
        return part not in self.never and (self.only is None or part in self.only)


RULES = {
    "models": Rule(only=frozenset({"models", "parameters", "arguments"}), packages=DRAWING | FILES, opens_files=False),
    "labs": Rule(never=frozenset({"data", "evidence", "lessons"}), packages=FILES, opens_files=False),
    "lessons": Rule(
        only=frozenset({"lessons", "labs", "models", "widgets", "parameters", "arguments"}),
        packages=FILES,
        opens_files=False,
    ),
    "classroom": Rule(only=frozenset({"classroom", "models", "parameters", "arguments"}), packages=DRAWING),
    "widgets": Rule(never=frozenset({"models", "labs", "lessons", "data", "evidence"})),
    "arguments": Rule(only=frozenset({"arguments", "parameters"}), packages=DRAWING | FILES, opens_files=False),
    "parameters": Rule(only=frozenset({"parameters"}), packages=DRAWING | FILES, opens_files=False),
}


def part_of(module: tuple[str, ...]) -> str:
    """Return the part of the package that ``("intimacy", "models", "…")`` is in."""
    return module[1] if len(module) > 1 else ""


def imported(source: str, module: tuple[str, ...], is_package: bool) -> set[tuple[str, ...]]:
    """Return the dotted names that a module imports, relative ones made absolute, inside functions too."""
    names: set[tuple[str, ...]] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {tuple(alias.name.split(".")) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = module if is_package else module[:-1]
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = above + tuple((node.module or "").split(".") if node.module else ())
            names |= {(*base, alias.name) for alias in node.names}
    return names


def opens_a_file(source: str) -> bool:
    """Tell whether the source calls ``open`` or a method that reads or writes a file."""
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    by_name = any(isinstance(call, ast.Name) and call.id == "open" for call in calls)
    return by_name or any(isinstance(call, ast.Attribute) and call.attr in READERS | {"open"} for call in calls)


def violations(source: str, module: tuple[str, ...], is_package: bool = False) -> list[str]:
    """Return a sentence for each arrow of a module that points the wrong way."""
    name = ".".join(module)
    rule = RULES.get(part_of(module), Rule())
    found = []
    for target in sorted(imported(source, module, is_package)):
        to = ".".join(target)
        outside = target[0] in OUTSIDE | rule.packages
        against_the_arrow = target[0] == PACKAGE and part_of(target) and not rule.allows(part_of(target))
        if outside or against_the_arrow:
            found.append(f"{name} imports {to}")
    if not rule.opens_files and opens_a_file(source):
        found.append(f"{name} opens a file")
    return found


def modules(src: Path) -> list[tuple[Path, tuple[str, ...], bool]]:
    """Return path, dotted name and whether it is a package, of each module below ``src``."""
    found = []
    for path in sorted(src.rglob("*.py")):
        parts = path.relative_to(src).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        found.append((path, parts[:-1] if is_package else parts, is_package))
    return found


def test_the_arrows_of_the_package_point_one_way(root: Path) -> None:
    found = modules(root / "src")
    assert {part_of(module) for _, module, _ in found} >= {"models", "labs", "widgets", "parameters"}
    wrong = [each for path, module, is_package in found for each in violations(path.read_text(), module, is_package)]
    assert wrong == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("models.loop", "import plotly.graph_objects as go"),
        ("models.loop", "def late():\n    from ipywidgets import IntSlider"),
        ("models.loop", "from pathlib import Path"),
        ("classroom.server", "from intimacy.widgets import Share"),
        ("models.loop", "from intimacy import data"),
        ("models.loop", "from intimacy.labs.loop import lab"),
        ("models.oxytocin_trust.loop", "from ...widgets import Lab"),
        ("models.loop", "open('x.csv')"),
        ("models.loop", "import pandas as pd\npd.read_csv('x.csv')"),
        ("labs.loop", "from intimacy.evidence import pooled"),
        ("labs.loop", "from ..data import load"),
        ("labs.loop", "table = open('x.csv')"),
        ("widgets.lab", "from intimacy.models.loop import Loop"),
        ("widgets.lab", "from .. import lessons"),
        ("parameters", "from intimacy import widgets"),
        ("data", "import tests.conftest"),
        ("evidence", "from tools import lock"),
    ],
)
def test_an_arrow_that_points_the_wrong_way_is_found(module: str, source: str) -> None:
    assert len(violations(source, (PACKAGE, *module.split(".")))) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (
            "models.loop",
            "import numpy as np\nfrom intimacy.parameters import Parameters\nfrom .kinetics import simulate",
        ),
        ("labs.loop", "from intimacy.models import loop\nfrom intimacy.widgets import Lab\nimport plotly"),
        ("widgets.lab", "from pathlib import Path\nimport anywidget\nfrom intimacy.parameters import Parameters"),
        ("evidence", "from intimacy import data, models"),
        ("classroom.server", "from intimacy.models.class_pool import pool\nfrom importlib.resources import files"),
    ],
)
def test_an_arrow_that_points_the_right_way_is_let_through(module: str, source: str) -> None:
    assert violations(source, (PACKAGE, *module.split("."))) == []


def test_a_relative_import_in_a_package_starts_at_the_package_itself() -> None:
    names = imported("from .loop import Loop\nfrom ..labs import x", (PACKAGE, "models"), is_package=True)
    assert names == {(PACKAGE, "models", "loop", "Loop"), (PACKAGE, "labs", "x")}
