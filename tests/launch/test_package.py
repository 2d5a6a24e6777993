"""What is installed where there is no checkout, on Binder and from a wheel: the code, its front ends and the tables."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

import intimacy


@pytest.fixture(scope="module")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as a wheel unpacks it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=root, capture_output=True, check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_every_file_of_the_package_is_in_the_wheel(root: Path, installed: Path) -> None:
    source = root / "src"
    files = [path.relative_to(source) for path in source.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert Path("intimacy/parameters.py") in files
    assert [path for path in files if not (installed / path).is_file()] == []


def test_the_tables_are_found_without_a_checkout(installed: Path, tmp_path: Path) -> None:
    show = "print(intimacy.__file__, intimacy.data.folder(), sep='\\n')"
    code = f"import intimacy.data; intimacy.data.load('evidence'); {show}"
    variables = os.environ | {"PYTHONPATH": str(installed)}
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=variables, capture_output=True, check=False, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert all(Path(line).is_relative_to(installed) for line in ran.stdout.splitlines())


def test_one_version_everywhere(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    assert intimacy.__version__ == project["version"] == citation["version"]


def test_the_licences_are_named_and_there(root: Path) -> None:
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["license"] == ["BSD-3-Clause", "CC-BY-4.0"]
    assert (root / "LICENSE").read_text(encoding="utf-8").startswith("BSD 3-Clause License")
    content = (root / "LICENSE-CONTENT.md").read_text(encoding="utf-8")
    assert re.search(r"Creative Commons Attribution 4\.0 International", " ".join(content.split()))
