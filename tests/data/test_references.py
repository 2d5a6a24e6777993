"""Studies as BibTeX, claims to be rated, and which effects may be pooled."""

from __future__ import annotations

import html
import itertools
import re

import pandas as pd
import pytest

from intimacy import evidence
from intimacy.data import load
from intimacy.evidence import VERDICT_SYMBOLS, audit_table, bibtex, citation, obstacles, rate

ENTRY = re.compile(r"@(\w+)\{(\w+),\n((?:  \w+ = \{.*\},\n)+)\}")
FIELD = re.compile(r"  (\w+) = \{(.*)\},\n")


def parsed(text: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Read BibTeX back: key to kind and fields."""
    return {key: (kind, dict(FIELD.findall(fields))) for kind, key, fields in ENTRY.findall(text)}


# BibTeX


def test_every_study_is_an_entry_with_balanced_braces_and_its_own_fields() -> None:
    text = bibtex()
    entries, studies = parsed(text), load("evidence")
    assert list(entries) == list(studies["key"])
    assert text == "\n\n".join(match[0] for match in ENTRY.finditer(text)) + "\n"
    for study in studies.to_dict("records"):
        kind, fields = entries[study["key"]]
        assert all(value.count("{") == value.count("}") for value in fields.values())
        assert re.sub(r"\\([&%$#_])", r"\1", fields["title"]) == f"{{{study['title']}}}"
        assert fields["year"] == str(study["year"])
        assert fields.get("doi", "") == study["doi"]
        assert len(fields["author"].split(" and ")) == len(study["authors"].split(";"))
        assert kind in ("article", "book", "incollection", "techreport", "misc")
        assert ("(" in study["journal"]) == (kind != "article")


@pytest.mark.parametrize(
    ("key", "kind", "holder", "author"),
    [
        ("kosfeld2005", "article", ("journal", "Nature"), "Kosfeld, M. and Heinrichs, M."),
        ("michael2013", "article", ("journal", r"Psychonomic Bulletin \& Review"), "Michael, R. B. and"),
        ("dayan2001", "book", ("publisher", "MIT Press"), "Dayan, P. and Abbott, L. F."),
        ("who2025", "techreport", ("institution", "World Health Organization"), "{WHO Commission}"),
        ("opensciencecollaboration2015", "article", ("journal", "Science"), "{Open Science Collaboration}"),
        ("yarkoni2011", "article", ("journal", "Nature Methods"), "Van Essen, D. C."),
        ("joel2020", "article", ("journal", "Proceedings of the National Academy of Sciences"), " and others"),
    ],
)
def test_kinds_and_names(key: str, kind: str, holder: tuple[str, str], author: str) -> None:
    ((found, fields),) = parsed(bibtex([key])).values()
    assert found == kind
    assert holder in fields.items()
    assert author in fields["author"]


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no study with the key 'nobody1999'"):
        bibtex(["nobody1999"])


# Rating claims


@pytest.mark.parametrize("claim", load("claims")["id"])
def test_every_claim_can_be_rated_and_is_compared_with_ours(claim: str) -> None:
    row = load("claims").set_index("id").loc[claim]
    for verdict in VERDICT_SYMBOLS:
        bet = rate(claim)
        assert row["claim"] in bet.question
        assert row["verdict"] not in bet.question
        bet.place(verdict)
        answer = bet.answer()
        assert answer.outcome == row["verdict"]
        assert row["reason"] in answer.text
        assert ("that is what happened" in answer.text) == (verdict == row["verdict"])
        for key in row["evidence_keys"].split(";"):
            assert citation(key) in answer.text


def test_an_unknown_claim_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no claim 'love-conquers-all'; choose from"):
        rate("love-conquers-all")


# The audit


def test_the_audit_holds_the_article_s_own_claims_lesson_by_lesson() -> None:
    audit, claims = audit_table(), load("claims")
    own = claims[~claims["claim"].str.startswith("Often added")]
    assert sorted(audit.rows["id"]) == sorted(own["id"])
    assert audit.rows["notebook"].is_monotonic_increasing
    assert audit.counts.sum() == len(own)
    assert (
        audit.counts.to_dict() == own["verdict"].value_counts().reindex(list(VERDICT_SYMBOLS), fill_value=0).to_dict()
    )
    page, text = audit._repr_html_(), repr(audit)
    for row in own.to_dict("records"):
        assert html.escape(row["claim"]) in page
        assert html.escape(row["reason"]) in page
        assert f'href="{row["notebook"]}.ipynb"' in page
        assert row["claim"].split()[0] in text
    assert f"{len(own)} claims" in audit.caption


# What may be pooled


def test_every_pair_on_one_scale_is_there_once() -> None:
    both = pd.concat([load("evidence"), load("outcomes")])
    counts = both[both["estimate"].notna()].groupby("effect_scale").size()
    assert len(obstacles()) == sum(len(list(itertools.combinations(range(count), 2))) for count in counts)


def test_what_stands_against_pooling() -> None:
    pairs = obstacles()

    def between(first: str, second: str) -> set[str]:
        names = {citation(first), citation(second)}
        return {
            row.obstacle
            for row in pairs.itertuples()
            if {row.first.partition(":")[0], row.second.partition(":")[0]} == names
        }

    assert between("packheiser2024", "packheiser2024") == {"the same study"}
    assert between("schutter2022", "zhou2023") >= {"reviews that may count the same studies"}
    assert between("packheiser2024", "cardoso2014") == {"two questions"}


def test_nothing_against_pooling_leaves_a_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    studies = load("evidence")
    two = studies[studies["key"].isin(["jacob2022", "sikich2021"])].copy()
    two["measure"], two["effect_scale"] = "the same question", "Vineland-II points"
    tables = {"evidence": pd.concat([studies[~studies["key"].isin(two["key"])], two]), "outcomes": load("outcomes")}
    monkeypatch.setattr(evidence, "load", tables.__getitem__)
    pairs = obstacles()
    assert (pairs["obstacle"] == "").sum() == 1
    assert pairs.loc[pairs["obstacle"] == "", "scale"].item() == "Vineland-II points"
