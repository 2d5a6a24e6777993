"""The data dictionary and the references are what the tables say today."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import data_dictionary
from intimacy.data import description


def test_what_is_written_is_up_to_date(root: Path) -> None:
    for path, text in data_dictionary.files().items():
        assert path.is_relative_to(root)
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run python tools/data_dictionary.py"


def test_every_table_and_field_has_its_line_with_what_is_allowed() -> None:
    text = data_dictionary.dictionary()
    for table in description()["resources"]:
        section = text.split(f"`data/{table['path']}`")[1].split("\n## ")[0]
        for field in table["schema"]["fields"]:
            (line,) = (each for each in section.splitlines() if each.startswith(f"| `{field['name']}` |"))
            assert line.count(" | ") == 3
            assert field["description"].replace("|", "\\|") in line
            for value in field.get("constraints", {}).get("enum", []):
                assert str(value) in line
        for key in table["schema"]["primaryKey"]:
            assert f"`{key}`" in section.splitlines()[2]
    assert "`key` points to `key` of `evidence`." in text


def test_checking_names_a_stale_file_and_writing_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(data_dictionary, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["data_dictionary.py", "--check"])
    assert data_dictionary.main() == 1
    assert "docs/data-dictionary.md is out of date" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["data_dictionary.py"])
    assert data_dictionary.main() == 0
    monkeypatch.setattr(sys, "argv", ["data_dictionary.py", "--check"])
    assert data_dictionary.main() == 0
