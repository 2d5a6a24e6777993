"""`make bench` prints what was measured, and says when a budget is not met."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROW = "{'what': 'slider', 'ours': 61.24, 'peer': 182.0, 'ratio': 2.972, 'budget': '70 ms', 'met': MET}"


@pytest.fixture
def runner(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The runner, with an empty folder to look for benchmarks in."""
    specification = importlib.util.spec_from_file_location("bench_runner", root / "benchmarks/run.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    return module


def bench(folder: Path, name: str, row: str) -> None:
    """Write a benchmark of one row."""
    (folder / f"bench_{name}.py").write_text(f"def rows():\n    return [{row}]\n", encoding="utf-8")


def test_every_benchmark_is_in_one_aligned_table(
    runner: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench(tmp_path, "one", ROW.replace("MET", "True"))
    bench(tmp_path, "two", ROW.replace("MET", "None").replace("slider", "a longer name"))
    assert runner.main([]) == 0
    lines = capsys.readouterr().out.splitlines()[2:6]
    assert [line.split() for line in lines] == [
        ["what", "ours", "peer", "ratio", "budget", "met"],
        ["-" * 13, "-" * 4, "-" * 4, "-" * 5, "-" * 6, "-" * 3],
        ["slider", "61.2", "182", "2.97", "70", "ms", "yes"],
        ["a", "longer", "name", "61.2", "182", "2.97", "70", "ms", "-"],
    ]
    assert len({line.index("61.2") for line in lines[2:]}) == 1


def test_a_missed_budget_fails_and_is_named(
    runner: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench(tmp_path, "one", ROW.replace("MET", "False"))
    assert runner.main(["one"]) == 1
    assert "1 over budget: slider" in capsys.readouterr().out


def test_a_row_without_its_keys_is_refused(runner: ModuleType, tmp_path: Path) -> None:
    bench(tmp_path, "one", "{'what': 'slider'}")
    with pytest.raises(ValueError, match=r"^bench_one\.py: a row must have what, ours"):
        runner.main([])


def test_a_benchmark_that_is_not_there_is_named(
    runner: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench(tmp_path, "one", ROW.replace("MET", "True"))
    with pytest.raises(SystemExit):
        runner.main(["other"])
    assert "there is no benchmark other, only one" in capsys.readouterr().err
