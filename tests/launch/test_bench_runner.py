"""`make bench` prints what was measured, keeps it, and says when a budget is not met."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from look import labs_of

ROW = "row('WHAT', [61.24, 60, 65], 182.0, unit='ms', against='interact', most=70, least=LEAST)"
PAGE = "benchmarks/results.md"


@pytest.fixture
def runner(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The runner, with an empty folder to look for benchmarks in, and to keep results in."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    specification = importlib.util.spec_from_file_location("bench_runner", root / "benchmarks/run.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    monkeypatch.setattr(module, "PAGE", tmp_path / "results.md")
    yield module
    for name in ("results", "timing", "bench_one", "bench_two"):
        sys.modules.pop(name, None)


def bench(folder: Path, name: str, what: str = "slider", least: float = 2.5) -> None:
    """Write a benchmark of one row."""
    row = ROW.replace("WHAT", what).replace("LEAST", str(least))
    text = f'"""Measures {name}."""\n\nfrom timing import row\n\n\ndef rows():\n    return [{row}]\n'
    (folder / f"bench_{name}.py").write_text(text, encoding="utf-8")


def test_every_benchmark_is_in_one_aligned_table(
    runner: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench(tmp_path, "one")
    bench(tmp_path, "two", "a longer name")
    assert runner.main([]) == 0
    lines = capsys.readouterr().out.splitlines()[2:6]
    assert lines[0].split() == ["part", *runner.COLUMNS]
    cells = [
        "one",
        "slider",
        "61.2 ms",
        "60.1 ms to 64.6 ms",
        "3 / 1",
        "182 ms, interact",
        "2.97 x",
        "≤ 70 ms, ≥ 2.5 x",
        "yes",
    ]
    assert re.split(r" {2,}", lines[2]) == cells
    assert len({line.index("61.2") for line in lines[2:]}) == 1


def test_a_missed_budget_fails_and_is_named(
    runner: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench(tmp_path, "one", least=3)
    assert runner.main(["one"]) == 1
    assert "1 over budget: one: slider" in capsys.readouterr().out


def test_a_row_without_its_keys_is_refused(runner: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "bench_one.py").write_text("def rows():\n    return [{'what': 'slider'}]\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"^bench_one\.py: a row must have what, ours"):
        runner.main([])


def test_a_benchmark_that_is_not_there_is_named(
    runner: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench(tmp_path, "one")
    with pytest.raises(SystemExit):
        runner.main(["other"])
    assert "there is no benchmark other, only one" in capsys.readouterr().err


def test_a_part_replaces_its_own_rows_and_no_others(runner: ModuleType, tmp_path: Path) -> None:
    bench(tmp_path, "one")
    bench(tmp_path, "two")
    runner.main([])
    bench(tmp_path, "one", "another | slider")
    bench(tmp_path, "two", "not measured")
    runner.main(["one"])
    kept = runner.results.read(runner.PAGE.read_text(encoding="utf-8"))
    assert [(row["part"], row["what"]) for row in kept.rows] == [("one", "another | slider"), ("two", "slider")]
    assert kept.parts["one"]["measures"] == "Measures one."


def test_numbers_of_another_machine_are_printed_and_not_mixed_in(
    runner: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bench(tmp_path, "one")
    runner.main([])
    before = runner.PAGE.read_text(encoding="utf-8")
    there = {**runner.results.machine(), "cores": "128"}
    monkeypatch.setattr(runner.results, "machine", lambda: there)
    capsys.readouterr()
    assert runner.main(["one"]) == 0
    printed = capsys.readouterr().out
    assert "61.2 ms" in printed
    assert "results.md tells of another machine" in printed
    assert runner.PAGE.read_text(encoding="utf-8") == before
    runner.main([])
    assert "| cores | 128 |" in runner.PAGE.read_text(encoding="utf-8")


def test_results_that_a_hand_has_changed_are_refused(runner: ModuleType, tmp_path: Path) -> None:
    bench(tmp_path, "one")
    runner.main([])
    text = runner.PAGE.read_text(encoding="utf-8")
    runner.PAGE.write_text(text.replace("61.2 ms", "31.2 ms"), encoding="utf-8")
    with pytest.raises(runner.results.ResultsError, match=r"edited by hand: run `make bench`"):
        runner.main(["one"])


def test_the_results_are_those_of_the_command_and_of_all_that_is_measured(runner: ModuleType, root: Path) -> None:
    kept = runner.results.read((root / PAGE).read_text(encoding="utf-8"))
    parts = list(runner.available(root / "benchmarks"))
    assert list(kept.parts) == parts
    assert [*dict.fromkeys(row["part"] for row in kept.rows)] == parts
    told = {part: "\n".join(row["what"] for row in kept.of(part)) for part in parts}
    for path in (root / "notebooks").glob("*.ipynb"):
        number, _, stem = path.stem.partition("_")
        assert f"{path.stem}: restart and run all" in told["lesson"]
        assert re.search(rf"JupyterLab, {number} \w+: key to frame", told["browser"])
        for name in labs_of(stem, ("Lab",)):
            assert f"{number} {name}: " in told["sliders"]


def test_the_results_name_no_place(root: Path) -> None:
    text = (root / PAGE).read_text(encoding="utf-8")
    assert not re.search(r"/(home|root|tmp|work|Users)\b|https?://", text)


# What a document says of a row of the results: the document, its words, the part, the row, and in which column.
QUOTED = (
    ("docs/scale.md", r"some (\d+) times slower at 10,000 people", "society", "10,000 people.*", "mesa", "ratio"),
    ("docs/deploy.md", r"the heaviest \(09\) has (\d+) MB", "binder", r"heaviest notebook .* \(09_", "", "ours"),
)


@pytest.mark.parametrize(("document", "words", "part", "what", "peer", "column"), QUOTED)
def test_what_a_document_quotes_is_what_was_measured(
    runner: ModuleType, root: Path, document: str, words: str, part: str, what: str, peer: str, column: str
) -> None:
    """To within a factor of two: a document rounds, and machines differ."""
    quoted = re.search(words, (root / document).read_text(encoding="utf-8"))
    assert quoted
    kept = runner.results.read((root / PAGE).read_text(encoding="utf-8"))
    (row,) = (each for each in kept.of(part) if re.search(what, each["what"]) and peer in each["peer"])
    measured = float(row[column].split()[0].replace(",", ""))
    assert measured / 2 <= float(quoted[1]) <= measured * 2


def test_the_card_of_a_notebook_has_the_memory_that_was_measured(runner: ModuleType, root: Path) -> None:
    """To within a half: cards are measured on other days."""
    kept = runner.results.read((root / PAGE).read_text(encoding="utf-8"))
    measured = {row["what"].partition(":")[0]: row["ours"] for row in kept.of("lesson") if "memory" in row["what"]}
    for path in (root / "notebooks").glob("*.ipynb"):
        card = json.loads(path.read_text(encoding="utf-8"))["metadata"]["intimacy"]
        assert float(measured[path.stem].split()[0]) == pytest.approx(card["peak_memory_mb"], rel=0.5)
