"""Load a table of the course, typed and checked against ``data/datapackage.json``.

The package description (Frictionless data package, version 1) is the one place that says what a table holds. Loading
follows it: each cell is turned into its declared type, each constraint is checked, and the first fault is reported
with its file, row and column::

    studies = load("evidence")
    load("evidense")   # ValueError: there is no table 'evidense'; choose from evidence, outcomes, claims, glossary

Blank cells become ``""`` in text columns and missing values in number columns.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from intimacy.arguments import checked

_DESCRIPTION = "datapackage.json"
_PARSERS: Mapping[str, Callable[[str], Any]] = {"string": str, "integer": int, "number": float}
_DTYPES: Mapping[str, str] = {"string": "str", "integer": "Int64", "number": "float64"}
_KIND_IN_WORDS: Mapping[str, str] = {"string": "text", "integer": "a whole number", "number": "a number"}


def folder() -> Path:
    """Return the folder of the tables: inside the installed package, or ``data/`` of the checkout.

    Raises:
        FileNotFoundError: neither holds a package description.
    """
    installed = Path(str(resources.files("intimacy"))) / "_data"
    checkout = Path(__file__).resolve().parents[2] / "data"
    for place in (installed, checkout):
        if (place / _DESCRIPTION).is_file():
            return place
    raise FileNotFoundError(f"the tables of the course are neither in {installed} nor in {checkout}")


@checked
def description(place: Path | None = None) -> dict[str, Any]:
    """Return the package description: titles, licences and, for each table, its fields and constraints."""
    package: dict[str, Any] = json.loads(((place or folder()) / _DESCRIPTION).read_text(encoding="utf-8"))
    return package


@checked
def load(name: str, place: Path | None = None) -> pd.DataFrame:
    """Load one table with the types and constraints that its description declares.

    Args:
        name: name of the table, such as ``"evidence"``.
        place: folder with a ``datapackage.json`` and its tables; the course's own if not given.

    Returns:
        A table of its own, one column per declared field: ``str`` (blank is ``""``), ``Int64`` or ``float64``.

    Raises:
        ValueError: there is no such table, or its columns or values break the description.
    """
    return _load(name, place or folder()).copy()


@cache
def _load(name: str, place: Path) -> pd.DataFrame:
    tables = {table["name"]: table for table in description(place)["resources"]}
    if name not in tables:
        raise ValueError(f"there is no table {name!r}; choose from {', '.join(tables)}")
    path = place / tables[name]["path"]
    schema = tables[name]["schema"]
    fields = schema["fields"]
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    _check_header(path.name, header, [field["name"] for field in fields])
    # Row 1 is the header, as a spreadsheet shows it.
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise ValueError(f"{path.name}, row {number}: {len(row)} cells instead of {len(header)}")
    columns = {
        field["name"]: _column(path.name, field, [row[position] for row in rows])
        for position, field in enumerate(fields)
    }
    table = pd.DataFrame(columns)
    _check_primary_key(path.name, table, schema["primaryKey"])
    return table


def _check_header(file: str, header: Sequence[str], expected: Sequence[str]) -> None:
    for name in expected:
        if name not in header:
            raise ValueError(f"{file}: the column {name!r} is missing")
    for name in header:
        if name not in expected:
            raise ValueError(f"{file}: the column {name!r} is not in {_DESCRIPTION}")
    if list(header) != list(expected):
        raise ValueError(f"{file}: the columns must stand in the order {', '.join(expected)}")


def _column(file: str, field: Mapping[str, Any], cells: Sequence[str]) -> pd.Series[Any]:
    """Check and convert the cells of one column."""
    constraints = field.get("constraints", {})
    seen: dict[str, int] = {}
    values = []
    for number, cell in enumerate(cells, start=2):
        try:
            values.append(_value(cell, field["type"], constraints))
        except ValueError as error:
            raise ValueError(f"{file}, row {number}, column {field['name']!r}: {error}") from None
        if constraints.get("unique") and cell and cell in seen:
            raise ValueError(
                f"{file}, row {number}, column {field['name']!r}: {cell!r} stands in row {seen[cell]} already"
            )
        seen[cell] = number
    return pd.Series(values, dtype=_DTYPES[field["type"]])


def _value(cell: str, kind: str, constraints: Mapping[str, Any]) -> Any:
    """Return one cell in its type, or raise with the reason why it may not stand there."""
    if not cell:
        if constraints.get("required"):
            raise ValueError("a value is required")
        return "" if kind == "string" else None
    try:
        value = _PARSERS[kind](cell)
    except ValueError:
        raise ValueError(f"{cell!r} is not {_KIND_IN_WORDS[kind]}") from None
    if "enum" in constraints and value not in constraints["enum"]:
        raise ValueError(f"{cell!r} is not one of {', '.join(constraints['enum'])}")
    if "pattern" in constraints and not re.fullmatch(constraints["pattern"], cell):
        raise ValueError(f"{cell!r} does not match {constraints['pattern']}")
    if "minimum" in constraints and value < constraints["minimum"]:
        raise ValueError(f"{cell} is less than {constraints['minimum']}")
    if "maximum" in constraints and value > constraints["maximum"]:
        raise ValueError(f"{cell} is more than {constraints['maximum']}")
    return value


def _check_primary_key(file: str, table: pd.DataFrame, key: Sequence[str]) -> None:
    repeated = table.index[table.duplicated(list(key))]
    if len(repeated):
        first = repeated[0]
        value = ", ".join(str(table.at[first, name]) for name in key)
        raise ValueError(f"{file}, row {first + 2}, column {' and '.join(key)!r}: {value!r} stands there twice")
