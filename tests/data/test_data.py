"""The tables hold what their description promises, and a broken table is refused with its row and column."""

from __future__ import annotations

import csv
import json
import math
import re
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import frictionless
import numpy as np
import pandas as pd
import pytest

from intimacy import data
from intimacy.data import load
from intimacy.evidence import RATIO_SCALES

TABLES = ("evidence", "outcomes", "claims", "glossary")
VERDICTS = {"well supported", "partly", "contested", "overclaimed", "unsupported"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(data.folder(), tmp_path / "data"))


def change(place: Path, table: str, row: int, column: str, value: str) -> None:
    """Write one cell; ``row`` counts as a spreadsheet does, the header is row 1."""
    path = place / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[row - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def test_frictionless_finds_no_fault_in_the_package() -> None:
    report = frictionless.validate(str(data.folder() / "datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])
    assert {task.name for task in report.tasks} == set(TABLES)


def test_frictionless_finds_a_fault_when_an_outcome_names_an_unknown_study(copy: Path) -> None:
    change(copy, "outcomes", 2, "key", "nobody1999")
    assert not frictionless.validate(str(copy / "datapackage.json")).valid


def test_every_table_and_field_is_described_and_licensed() -> None:
    package = data.description()
    assert [licence["name"] for licence in package["licenses"]] == ["CC-BY-4.0"]
    for table in package["resources"]:
        assert len(table["description"]) > 10
        for field in table["schema"]["fields"]:
            assert len(field["description"]) > 5, (table["name"], field["name"])


def test_every_csv_file_is_described() -> None:
    assert {path.stem for path in data.folder().glob("*.csv")} == set(TABLES)


def test_keys_of_studies_claims_and_terms_are_unique() -> None:
    for table, column in (("evidence", "key"), ("claims", "id"), ("glossary", "term")):
        assert load(table)[column].is_unique, table


def test_claims_and_outcomes_point_at_studies() -> None:
    known = set(load("evidence")["key"])
    assert set(load("outcomes")["key"]) <= known
    for claim in load("claims").itertuples():
        assert set(claim.evidence_keys.split(";")) <= known, claim.id


def test_every_verdict_is_one_of_the_five() -> None:
    assert set(load("claims")["verdict"]) <= VERDICTS


def test_a_key_is_the_surname_of_the_first_author_and_the_year() -> None:
    for study in load("evidence").itertuples():
        # ø is a letter of its own, not an o with a mark, so that taking marks off would drop it.
        surname = study.authors.split(";")[0].rpartition(" ")[0].lower().replace("ø", "o")
        letters = re.sub("[^a-z]", "", unicodedata.normalize("NFKD", surname))
        assert study.key.startswith(letters[:7]), study.key
        assert str(study.year) in study.key, study.key


def test_every_doi_has_the_form_of_a_doi_and_stands_once() -> None:
    dois = [doi for doi in load("evidence")["doi"] if doi]
    assert len(dois) > 30
    assert all(re.fullmatch(r"10\.\d{4,9}/\S+", doi) for doi in dois)
    assert len({doi.lower() for doi in dois}) == len(dois)


def test_a_study_without_doi_says_so() -> None:
    studies = load("evidence")
    without = studies[studies["doi"] == ""]
    assert not without.empty
    assert without["caveat"].str.contains("DOI was not seen").all()


@pytest.mark.parametrize("table", ["evidence", "outcomes"])
def test_an_effect_is_whole_and_lies_in_its_interval(table: str) -> None:
    rows = load(table)
    given = rows["estimate"].notna()
    assert given.any()
    for column in ("low", "high"):
        assert (rows[column].notna() == given).all(), column
    for column in ("effect_scale", "origin"):
        assert ((rows[column] != "") == given).all(), column
    assert (rows.loc[given, "low"] <= rows.loc[given, "estimate"]).all()
    assert (rows.loc[given, "estimate"] <= rows.loc[given, "high"]).all()
    assert (rows.loc[rows["effect_scale"].isin(RATIO_SCALES), "low"] > 0).all(), "a ratio is positive"


def test_computed_difference_of_2005_is_newcombes_interval_of_the_counts() -> None:
    """An independent route: the two Wilson limits are roots of a quadratic, found by numpy.

    Newcombe 1998, method 10. 13 of 29 sent everything after the spray, 6 of 29 after placebo (dossier 3.B10).
    """
    square = 1.959963984540054**2

    def wilson(successes: int, n: int) -> tuple[float, float]:
        share = successes / n
        low, high = sorted(np.roots([1 + square / n, -(2 * share + square / n), share**2]).real)
        return low, high

    share_1, share_2 = 13 / 29, 6 / 29
    (low_1, high_1), (low_2, high_2) = wilson(13, 29), wilson(6, 29)
    difference = share_1 - share_2
    low = difference - math.hypot(share_1 - low_1, high_2 - share_2)
    high = difference + math.hypot(high_1 - share_1, share_2 - low_2)

    study = load("evidence").set_index("key").loc["kosfeld2005"]
    assert study["origin"] == "computed"
    assert study["effect_scale"] == "percentage points"
    assert study["estimate"] == pytest.approx(100 * difference, abs=0.005)
    assert study["low"] == pytest.approx(100 * low, abs=0.0005)
    assert study["high"] == pytest.approx(100 * high, abs=0.005)
    assert round(100 * share_1) == 45
    assert round(100 * share_2) == 21


@pytest.mark.parametrize(
    ("table", "key", "measure", "litters", "all_litters"),
    [
        ("evidence", "ophir2008", "other than the mother's partner", 6, 27),
        ("outcomes", "ophir2008", "with one father", 5, 27),
        ("outcomes", "ophir2008", "with two fathers", 1, 27),
        ("evidence", "solomon2004", "more than one father", 5, 9),
    ],
)
def test_computed_shares_are_the_counts_with_their_exact_interval(
    table: str, key: str, measure: str, litters: int, all_litters: int
) -> None:
    """The ends of an exact interval are the shares at which a count as extreme has a chance of 2.5 %."""

    def chance_of_at_least(count: int, share: float) -> float:
        return sum(
            math.comb(all_litters, k) * share**k * (1 - share) ** (all_litters - k)
            for k in range(count, all_litters + 1)
        )

    rows = load(table)
    row = rows[(rows["key"] == key) & rows["measure"].str.contains(measure, regex=False)].squeeze()
    assert row["origin"] == "computed"
    assert row["effect_scale"] == "percent of litters"
    assert row["estimate"] == pytest.approx(100 * litters / all_litters, abs=0.005)
    assert chance_of_at_least(litters, row["low"] / 100) == pytest.approx(0.025, abs=0.0015)
    assert 1 - chance_of_at_least(litters + 1, row["high"] / 100) == pytest.approx(0.025, abs=0.0015)


def test_each_computed_effect_is_checked_here_and_every_other_is_as_reported() -> None:
    studies, outcomes = load("evidence"), load("outcomes")
    assert set(studies.loc[studies["origin"] == "computed", "key"]) == {"kosfeld2005", "ophir2008", "solomon2004"}
    assert list(outcomes.loc[outcomes["origin"] == "computed", "key"]) == ["ophir2008", "ophir2008"]


def test_words_of_the_tables_keep_the_house_rules() -> None:
    for table in ("claims", "glossary"):
        text = load(table).to_csv().lower()
        for phrase in ("love hormone", "wired for", "women are", "men are", "husband", "wife"):
            assert phrase not in text, (table, phrase)


def test_columns_have_the_declared_types() -> None:
    expected = {"string": "str", "integer": "Int64", "number": "float64"}
    for table in data.description()["resources"]:
        frame = load(table["name"])
        for field in table["schema"]["fields"]:
            assert str(frame[field["name"]].dtype) == expected[field["type"]], (table["name"], field["name"])
    studies = load("evidence").set_index("key")
    assert studies.at["kosfeld2005", "n"] == 58
    assert studies.at["declerck2020", "n"] is pd.NA
    assert studies.at["szeto2011", "doi"] == ""


def test_a_loaded_table_is_ones_own() -> None:
    claims = load("claims")
    claims["verdict"] = "changed"
    assert set(load("claims")["verdict"]) <= VERDICTS


def test_an_unknown_table_is_refused_with_the_names_of_the_known_ones() -> None:
    with pytest.raises(
        ValueError, match=r"there is no table 'evidense'; choose from evidence, outcomes, claims, glossary"
    ):
        load("evidense")


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "reason"),
    [
        ("claims", 3, "verdict", "maybe", "'maybe' is not one of well supported, partly"),
        ("claims", 4, "reason", "", "a value is required"),
        ("claims", 5, "evidence_keys", "kosfeld2005,nave2015", "does not match"),
        ("evidence", 6, "verified", "surely", "'surely' is not one of yes, partly, no"),
        ("evidence", 2, "n", "many", "'many' is not a whole number"),
        ("evidence", 2, "n", "0", "0 is less than 1"),
        ("evidence", 9, "year", "2105", "2105 is more than 2100"),
        ("evidence", 2, "low", "tiny", "'tiny' is not a number"),
        ("evidence", 3, "doi", "doi:10.1/x", "does not match"),
        ("evidence", 4, "key", "kosfeld2005", "stands in row 2 already"),
        ("outcomes", 3, "measure", "depression, touch against no touch (above 0: less)", "stands there twice"),
    ],
)
def test_a_corrupted_copy_is_refused_with_row_and_column(
    copy: Path, table: str, row: int, column: str, value: str, reason: str
) -> None:
    change(copy, table, row, column, value)
    with pytest.raises(ValueError, match=re.escape(reason)) as caught:
        load(table, copy)
    message = str(caught.value)
    assert message.startswith(f"{table}.csv, row {row}, column ")
    assert column in message.split(":")[0]


def _without(rows: list[list[str]]) -> list[list[str]]:
    return [row[1:] for row in rows]


def _with_more(rows: list[list[str]]) -> list[list[str]]:
    return [[*rows[0], "mood"], *([*row, "good"] for row in rows[1:])]


def _swapped(rows: list[list[str]]) -> list[list[str]]:
    return [[row[1], row[0], *row[2:]] for row in rows]


def _short_row(rows: list[list[str]]) -> list[list[str]]:
    return [*rows[:-1], rows[-1][:-1]]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (_without, r"glossary.csv: the column 'term' is missing"),
        (_with_more, r"glossary.csv: the column 'mood' is not in datapackage.json"),
        (_swapped, r"glossary.csv: the columns must stand in the order term, meaning, notebook"),
        (_short_row, r"glossary.csv, row \d+: 2 cells instead of 3"),
    ],
)
def test_a_table_of_another_shape_is_refused(
    copy: Path, damage: Callable[[list[list[str]]], list[list[str]]], sentence: str
) -> None:
    path = copy / "glossary.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(damage(rows))
    with pytest.raises(ValueError, match=sentence):
        load("glossary", copy)


def test_the_installed_tables_come_first_and_their_absence_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "intimacy"
    package.mkdir()
    monkeypatch.setattr(data.resources, "files", lambda _: package)
    assert data.folder().name == "data"
    shutil.copytree(data.folder(), package / "_data")
    assert data.folder() == package / "_data"
    shutil.rmtree(package / "_data")
    monkeypatch.setattr(data, "__file__", str(tmp_path / "a" / "b" / "c" / "data.py"))
    with pytest.raises(FileNotFoundError, match="the tables of the course are neither in"):
        data.folder()


def test_loading_does_not_need_frictionless() -> None:
    source = Path(data.__file__).read_text(encoding="utf-8")
    assert "import frictionless" not in source
    assert json.loads((data.folder() / "datapackage.json").read_text(encoding="utf-8"))["profile"] == (
        "tabular-data-package"
    )
