"""Write what follows from the tables: ``docs/data-dictionary.md``, and ``data/references.bib`` for citing the studies.

``python tools/data_dictionary.py`` writes both; ``--check`` only says whether they are up to date.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from intimacy.data import description
from intimacy.evidence import bibtex

ROOT = Path(__file__).resolve().parents[1]
TYPES = {"string": "text", "integer": "whole number", "number": "number"}


def dictionary() -> str:
    """Return the data dictionary: each table with its fields, in the order of the package description."""
    package = description()
    blocks = [
        "# Data dictionary",
        "Written by `python tools/data_dictionary.py` from `data/datapackage.json`; change that file, not this one.",
        f"These are the tables of **{package['title']}**. This is version {package['version']}. You may use and share "
        f"it under the licence {package['licenses'][0]['title']}.",
        package["description"],
    ]
    for table in package["resources"]:
        blocks.append(f"## {table['title']}: `data/{table['path']}`")
        blocks.append(f"{table['description']}{_keys(table['schema'])}")
        rows = [_row(field) for field in table["schema"]["fields"]]
        blocks.append("\n".join(["| Field | Type | What it holds | Allowed |", "|---|---|---|---|", *rows]))
    return "\n\n".join(blocks) + "\n"


def _keys(schema: Mapping[str, Any]) -> str:
    """Say what tells rows apart and which field points to another table."""
    parts = [f" A row is told by {_named(schema['primaryKey'])}."]
    for key in schema.get("foreignKeys", []):
        target = key["reference"]
        parts.append(f" {_named(key['fields'])} points to {_named(target['fields'])} of `{target['resource']}`.")
    return "".join(parts)


def _named(fields: str | list[str]) -> str:
    return " and ".join(f"`{name}`" for name in ([fields] if isinstance(fields, str) else fields))


def _row(field: Mapping[str, Any]) -> str:
    cells = (f"`{field['name']}`", TYPES[field["type"]], field["description"], _allowed(field.get("constraints", {})))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _allowed(constraints: Mapping[str, Any]) -> str:
    """Return the constraints of a field in words."""
    words = [name for name in ("required", "unique") if constraints.get(name)]
    words += [f"one of: {', '.join(map(str, constraints['enum']))}"] if "enum" in constraints else []
    words += [f"like `{constraints['pattern']}`"] if "pattern" in constraints else []
    words += [f"at least {constraints['minimum']}"] if "minimum" in constraints else []
    words += [f"at most {constraints['maximum']}"] if "maximum" in constraints else []
    return "; ".join(words)


def files() -> dict[Path, str]:
    """Return each file that is written, with its text."""
    return {ROOT / "docs" / "data-dictionary.md": dictionary(), ROOT / "data" / "references.bib": bibtex()}


def main() -> int:
    """Write the files, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; say what is out of date")
    check = parser.parse_args().check
    stale = [path for path, text in files().items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        if check:
            print(f"{path.relative_to(ROOT)} is out of date: run python tools/data_dictionary.py")
        else:
            path.write_text(files()[path], encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
