"""Tables of evidence can be read by everyone, and a forest plot never mixes scales or hides what is unverified."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from intimacy import evidence
from intimacy.data import description, load
from intimacy.evidence import (
    EvidenceTable,
    citation,
    claims_table,
    effects,
    evidence_table,
    forest,
    forest_sentence,
    reference,
)

THEME = "oxytocin_trust"
EVERY = pd.concat([load("evidence").dropna(subset="estimate"), load("outcomes")])[["key", "effect_scale"]]
THEME_OF = load("evidence").set_index("key")["theme"]
FORESTS = sorted({(THEME_OF[key], scale) for key, scale in EVERY.itertuples(index=False)})


class Reader(HTMLParser):
    """Collect the tags, the visible words and the balance of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, words: str) -> None:
        self.words.append(words)

    def count(self, tag: str, **attributes: str) -> int:
        return sum(name == tag and attributes.items() <= found.items() for name, found in self.tags)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).replace("\xa0", " ").split())


def one_study(**changes: object) -> EvidenceTable:
    row = load("evidence").head(1).copy()
    for column, value in changes.items():
        row[column] = value
    return EvidenceTable("Test", row, 1)


def allowed(table: str, field: str) -> list[str]:
    fields = {each["name"]: each for each in description()["resources"]}[table]["schema"]["fields"]
    values: list[str] = {each["name"]: each for each in fields}[field]["constraints"]["enum"]
    return values


def test_each_allowed_word_has_its_symbol_and_no_symbol_stands_for_two() -> None:
    for symbols, words in (
        (evidence.STATUS_SYMBOLS, allowed("evidence", "status")),
        (evidence.VERDICT_SYMBOLS, allowed("claims", "verdict")),
        (evidence.VERIFIED_MARKS, allowed("evidence", "verified")),
        (evidence.SCALE_TITLES, allowed("outcomes", "effect_scale")),
    ):
        assert list(symbols) == words
        assert len(set(symbols.values())) == len(words)


def test_citations_name_one_two_or_many_authors() -> None:
    assert citation("kosfeld2005") == "Kosfeld et al. (2005)"
    assert citation("quintana2020") == "Quintana (2020)"
    assert citation("lengludwig2016") == "Leng & Ludwig (2016)"
    assert citation("vanijzendoorn2012") == "van IJzendoorn & Bakermans-Kranenburg (2012)"
    assert citation("gossen2012") == "Gossen et al. (2012)"


def test_a_reference_ends_with_the_identifier_that_was_seen() -> None:
    assert reference("kosfeld2005") == (
        "Kosfeld M, Heinrichs M, Zak PJ, Fischbacher U, Fehr E (2005). Oxytocin increases trust in humans. "
        "Nature. doi:10.1038/nature03701"
    )
    assert reference("szeto2011").endswith("Psychosomatic Medicine. PMC3118424")
    assert reference("landgraf1985").endswith("Experimental and Clinical Endocrinology.")
    assert "behavior be trusted? Neuroscience" in reference("mccullough2013")
    assert "Lefevre A, et al. (2020)" in reference("tang2020")


def test_an_unknown_key_is_refused() -> None:
    for function in (citation, reference):
        with pytest.raises(ValueError, match="there is no study with the key 'nobody1999'"):
            function("nobody1999")


@pytest.mark.parametrize("table", [evidence_table(THEME), evidence_table(THEME, "model"), claims_table(THEME)])
def test_html_table_has_a_caption_and_scoped_headings_and_no_script(table: EvidenceTable) -> None:
    reader = Reader(table._repr_html_())
    assert reader.count("caption") == 1
    assert table.caption in reader.text
    columns = reader.count("th", scope="col")
    assert columns >= 4
    assert reader.count("th", scope="row") == len(table.rows)
    assert reader.count("td") == len(table.rows) * (columns - 1)
    assert reader.count("th") == columns + len(table.rows)
    assert {tag for tag, _ in reader.tags}.isdisjoint({"script", "style", "img", "font"})
    assert "color:" not in table._repr_html_()
    assert reader.count("div", role="region", tabindex="0") == 1


def test_every_study_of_the_html_table_shows_its_link_status_caveat_and_check() -> None:
    table = evidence_table(THEME)
    reader = Reader(table._repr_html_())
    links = {found["href"] for tag, found in reader.tags if tag == "a"}
    for study in table.rows.to_dict("records"):
        assert citation(study["key"]) in reader.text
        assert f"{evidence.STATUS_SYMBOLS[study['status']]} {study['status']}" in reader.text
        assert study["caveat"] in reader.text
        if study["doi"]:
            assert f"https://doi.org/{study['doi']}" in links
            assert f"doi:{study['doi']}" in reader.text


def test_a_study_without_doi_links_to_its_other_identifier_or_says_that_none_was_seen() -> None:
    html = evidence_table(THEME).only("szeto2011", "shamaytsoory2016")._repr_html_()
    assert '<a href="https://pmc.ncbi.nlm.nih.gov/articles/PMC3118424">PMC3118424</a>' in html
    assert '<a href="https://pubmed.ncbi.nlm.nih.gov/26321019">PMID:26321019</a>' in html
    assert "no DOI seen" in evidence_table(THEME, "model").only("landgraf1985")._repr_html_()


def test_html_is_escaped() -> None:
    nasty = '<script>alert("&")</script>'
    table = one_study(finding=nasty, caveat=nasty, design=nasty, verified_note=nasty, authors=f"{nasty} X", doi=nasty)
    html = table._repr_html_()
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 6
    assert Reader(html).text.count(nasty) >= 6


def test_marks_of_verification_differ_in_words_and_in_symbol() -> None:
    shown = {}
    for verified in ("yes", "partly", "no"):
        table = one_study(verified=verified)
        shown[verified] = evidence.VERIFIED_MARKS[verified]
        assert shown[verified] in repr(table)
        assert shown[verified] in Reader(table._repr_html_()).text
    assert len({mark.split(" ", 1)[0] for mark in shown.values()}) == 3
    assert len({mark.split(" ", 1)[1] for mark in shown.values()}) == 3


@pytest.mark.parametrize("table", [evidence_table(THEME), evidence_table(THEME, "model"), claims_table(THEME)])
def test_plain_text_is_stable_and_at_most_a_hundred_columns_wide(table: EvidenceTable) -> None:
    text = repr(table)
    assert max(map(len, text.splitlines())) <= 100
    assert text == repr(table)
    assert "0x" not in text
    assert text.startswith(table.caption)


def test_plain_text_names_every_study_and_claim() -> None:
    studies, claims = evidence_table(THEME), claims_table(THEME)
    for key in studies.rows["key"]:
        assert citation(key) in repr(studies)
    words = " ".join(repr(claims).split())
    for claim in claims.rows.to_dict("records"):
        assert claim["claim"] in words
        assert f"{evidence.VERDICT_SYMBOLS[claim['verdict']]} {claim['verdict']}" in words


def test_only_keeps_the_order_asked_for_and_says_that_some_are_left_out() -> None:
    table = evidence_table(THEME)
    few = table.only("declerck2020", "kosfeld2005")
    assert list(few.rows["key"]) == ["declerck2020", "kosfeld2005"]
    assert few.caption == f"What the evidence says, 2 of {len(table.rows)} studies"
    with pytest.raises(ValueError, match="the study 'nobody1999' is not in this table"):
        table.only("nobody1999")


def test_a_table_holds_the_studies_of_other_themes_that_its_claims_cite(monkeypatch: pytest.MonkeyPatch) -> None:
    def moved(name: str) -> pd.DataFrame:
        table = load(name)
        if name == "evidence":
            table.loc[table["key"] == "kosfeld2005", "theme"] = "neuromodulation"
            table.loc[table["key"] == "cardoso2014", "theme"] = "neuromodulation"
        return table

    monkeypatch.setattr(evidence, "load", moved)
    keys = set(evidence_table(THEME).rows["key"])
    assert "kosfeld2005" in keys
    assert "cardoso2014" not in keys


def test_a_theme_without_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no study of the theme 'telepathy'"):
        evidence_table("telepathy")
    with pytest.raises(ValueError, match="there is no claim of the theme 'telepathy'"):
        claims_table("telepathy")
    with pytest.raises(ValueError, match="the theme 'telepathy' has no effect with an interval on the scale 'minutes'"):
        effects("telepathy", "minutes")


def test_effects_of_one_study_stand_together_and_each_effect_of_the_tables_is_there_once() -> None:
    assert sum(len(effects(*each)) for each in FORESTS) == len(EVERY)
    assert {scale for _, scale in FORESTS} <= set(evidence.SCALE_TITLES)
    for each in FORESTS:
        keys = list(effects(*each)["key"])
        blocks = [key for position, key in enumerate(keys) if position == 0 or keys[position - 1] != key]
        assert len(blocks) == len(set(keys))


def alike(row: dict[str, float]) -> list[str]:
    """Write the three numbers of an effect with as many decimals as the longest has."""
    values = [row["estimate"], row["low"], row["high"]]
    digits = max(len(f"{value:g}".partition(".")[2]) for value in values)
    return [f"{value:.{digits}f}".replace("-", "−") for value in values]


def test_the_three_numbers_of_an_effect_have_as_many_decimals() -> None:
    told = forest_sentence(effects("emotional_resonance", "correlation r"), "correlation r")
    assert "0.18, from 0.06 to 0.30 (" in told


def test_one_effect_and_several_are_spoken_of_as_what_they_are() -> None:
    one, several = effects("mirror_systems", "Cohen d"), effects("society", "hazard ratio")
    assert forest_sentence(one, "Cohen d").startswith(
        "Forest plot of 1 effect as Cohen's d, with its 95 % interval, not pooled."
    )
    assert forest_sentence(several, "hazard ratio").startswith(
        "Forest plot of 8 effects as hazard ratios, with their 95 % intervals, not pooled."
    )


@pytest.mark.parametrize(("theme", "scale"), FORESTS)
def test_an_interval_is_nearer_to_its_own_label_than_to_the_next_one(theme: str, scale: str) -> None:
    rows = effects(theme, scale)
    figure = forest(rows, scale)
    low, high = figure.layout.yaxis.range
    margin = figure.layout.margin
    row = (figure.layout.height - margin.t - margin.b) / (high - low)  # pixels from one interval to the next
    above = min(note.y - trace.y[0] for note, trace in zip(figure.layout.annotations, figure.data, strict=True)) * row
    longest = max(note.text.count("<br>") + 1 for note in figure.layout.annotations)
    assert above + 20 * longest < (high - figure.data[0].y[0]) * row  # the first label is not cut
    if len(rows) > 1:
        assert 2 * above < row - above - 20 * longest
    assert above > 6  # half a diamond


@pytest.mark.parametrize(("theme", "scale"), FORESTS)
def test_forest_draws_each_effect_with_its_interval_and_its_unit(theme: str, scale: str) -> None:
    rows = effects(theme, scale)
    figure = forest(rows, scale)
    assert len(figure.data) == len(rows)
    for trace, row in zip(figure.data, rows.to_dict("records"), strict=True):
        assert trace.x[0] == row["estimate"]
        assert trace.x[0] + trace.error_x.array[0] == pytest.approx(row["high"])
        assert trace.x[0] - trace.error_x.arrayminus[0] == pytest.approx(row["low"])
    heights = [trace.y[0] for trace in figure.data]
    assert heights == sorted(heights, reverse=True)
    assert figure.layout.xaxis.title.text.replace("<br>", " ") == evidence.SCALE_TITLES[scale]
    ratio = scale in evidence.RATIO_SCALES
    no_difference = 1 if ratio else 0
    assert {(line.x0, line.x1) for line in figure.layout.shapes} == {(no_difference, no_difference)}
    for line, label in zip(figure.layout.shapes, figure.layout.annotations, strict=True):
        assert line.y0 < line.y1 < label.y  # beside the interval, below the label
    assert figure.layout.xaxis.type == ("log" if ratio else "linear")
    low, high = (10**end for end in figure.layout.xaxis.range) if ratio else figure.layout.xaxis.range
    assert low < min(no_difference, rows["low"].min())
    assert high > max(no_difference, rows["high"].max())
    labels = [note.text for note in figure.layout.annotations]
    assert len(labels) == len(rows)
    texts = [*labels, figure.layout.xaxis.title.text]
    # Every line has to fit a page of 360 pixels; bold ones are wider.
    assert max(len(line) for text in texts for line in re.sub("</?b>", "", text).split("<br>")) <= 42
    assert max(len(line) for label in labels for line in re.search("<b>(.*)</b>", label)[1].split("<br>")) <= 34
    # The longest label has to fit above its interval.
    assert figure.layout.height / len(rows) > 40 + 15 * max(label.count("<br>") + 1 for label in labels)
    for label, row in zip(labels, rows.to_dict("records"), strict=True):
        assert row["citation"].replace("&", "&amp;") in label.replace("<br>", " ")
        estimate, low, high = alike(row)
        assert f"{estimate} [{low}, {high}]" in label
        assert row["status"] in label


def test_every_scale_says_where_there_is_no_difference_and_its_line_stands_there() -> None:
    for scale, title in evidence.SCALE_TITLES.items():
        assert ("1 means" in title) == (scale in evidence.RATIO_SCALES)
        assert not (scale in evidence.RATIO_SCALES and "0 means" in title)
    assert {scale for scale in evidence.SCALE_TITLES if "ratio" in scale} <= evidence.RATIO_SCALES


def test_half_and_double_are_equally_far_from_no_difference_on_a_ratio_axis() -> None:
    rows = effects(THEME, "minutes").head(1).assign(effect_scale="hazard ratio", estimate=1.0, low=0.5, high=2.0)
    low, high = forest(rows, "hazard ratio").layout.xaxis.range
    assert low == pytest.approx(-high)
    assert 10**high > 2.0


def test_forest_fills_verified_effects_and_leaves_the_others_hollow() -> None:
    rows = effects(THEME, "Hedges g").head(3).assign(verified=["yes", "partly", "no"])
    figure = forest(rows, "Hedges g")
    assert [trace.marker.symbol for trace in figure.data] == ["diamond", "diamond-open", "diamond-open"]
    assert len({note.text.rpartition(" · ")[2] for note in figure.layout.annotations}) == 3
    assert forest(effects(THEME, "percentage points"), "percentage points").data[0].marker.symbol == "diamond-open"


@pytest.mark.parametrize("draw", [forest, forest_sentence])
def test_forest_refuses_mixed_scales_missing_intervals_unknown_scales_and_nothing(draw: object) -> None:
    assert callable(draw)
    sizes, shares = effects(THEME, "Hedges g"), effects(THEME, "percentage points")
    with pytest.raises(
        ValueError,
        match=r"one scale: Hedges g was asked for, but Kosfeld et al\. \(2005\), .*, is in percentage points",
    ):
        draw(pd.concat([sizes, shares]), "Hedges g")
    with pytest.raises(ValueError, match=r"needs intervals, but Packheiser et al\. \(2024\), .*, has none"):
        draw(sizes.assign(high=float("nan")), "Hedges g")
    with pytest.raises(ValueError, match="there is no scale 'metres'; choose from Hedges g"):
        draw(sizes, "metres")
    with pytest.raises(ValueError, match="at least one effect"):
        draw(sizes.head(0), "Hedges g")


@pytest.mark.parametrize(("theme", "scale"), FORESTS)
def test_sentence_names_every_study_with_its_numbers_and_its_check(theme: str, scale: str) -> None:
    rows = effects(theme, scale)
    sentence = forest_sentence(rows, scale)
    assert scale.partition(" ")[0] in sentence
    assert "not pooled" in sentence
    for row in rows.to_dict("records"):
        estimate, low, high = alike(row)
        words = f"{row['citation']}, {row['measure']}: {estimate}, from {low} to {high}"
        assert words in sentence
        assert row["status"] in sentence
    assert sentence.count("numbers ") == len(rows)


def test_sentence_tells_computed_from_reported_and_seen_from_partly_seen() -> None:
    computed = forest_sentence(effects(THEME, "percentage points"), "percentage points")
    assert "1 effect in" in computed
    assert "computed here from counts; not replicated; numbers partly seen" in computed
    reported = forest_sentence(effects(THEME, "minutes"), "minutes")
    assert "as reported" in reported
    assert "computed" not in reported


def test_no_trust_effect_is_shown_as_a_standardised_size_because_none_was_seen_with_its_interval() -> None:
    for scale in ("Hedges g", "Cohen d"):
        assert not effects(THEME, scale)["measure"].str.contains("trust").any()
