"""What the research says: tables of studies and claims, a forest plot that never mixes scales, and BibTeX.

Nothing here pools results. Each study stands with its own numbers, its status, its caveat, and a mark that says whether
the numbers were seen in the source. Status and marks are words with a symbol, never a colour alone.
"""

from __future__ import annotations

import itertools
import math
import re
import textwrap
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Self

import pandas as pd
import plotly.graph_objects as go

from intimacy.arguments import checked
from intimacy.data import load
from intimacy.parameters import decimal, short
from intimacy.widgets import Bet, Option

STATUS_SYMBOLS: Mapping[str, str] = {
    "supported": "✓",
    "mixed": "≈",
    "single study": "◦",
    "not replicated": "✗",
    "null result": "∅",
    "doubtful measure": "?",
    "method or theory": "§",
}
VERDICT_SYMBOLS: Mapping[str, str] = {
    "well supported": "✓",
    "partly": "◐",
    "contested": "≈",
    "overclaimed": "▲",
    "unsupported": "✗",
}
VERIFIED_MARKS: Mapping[str, str] = {
    "yes": "● numbers seen",
    "partly": "◐ numbers partly seen",
    "no": "○ numbers from memory",
}
SCALE_TITLES: Mapping[str, str] = {
    "Hedges g": "Hedges' g (standard deviations; 0 means no difference)",
    "Cohen d": "Cohen's d (standard deviations; 0 means no difference)",
    "percentage points": "Difference (percentage points; 0 means no difference)",
    "minutes": "Half-life (minutes)",
    "Hedges g within persons": "Hedges' g within persons (standard deviations; 0 means no change)",
    "percent of litters": "Litters (percent)",
    "Vineland-II points": "Difference (points of the Vineland-II scale; 0 means no difference)",
    "ABC-mSW points": "Difference (points of the ABC-mSW scale; 0 means no difference)",
    "correlation r": "Correlation r (0 means no relation)",
    "standardised mean difference": "Standardised mean difference (standard deviations; 0 means no difference)",
    "odds ratio": "Odds ratio (1 means no difference; ratio axis)",
    "hazard ratio": "Hazard ratio (1 means no difference; ratio axis)",
    "relative risk": "Relative risk (hazard, risk or odds ratio as reported; 1 means no difference; ratio axis)",
}
# How one effect on a scale and several are spoken of; a unit that is not here stands after "in".
_SPOKEN: Mapping[str, tuple[str, str]] = {
    "Hedges g": ("as Hedges' g", "as Hedges' g"),
    "Cohen d": ("as Cohen's d", "as Cohen's d"),
    "Hedges g within persons": ("as Hedges' g within persons", "as Hedges' g within persons"),
    "correlation r": ("as a correlation r", "as correlations r"),
    "standardised mean difference": ("as a standardised mean difference", "as standardised mean differences"),
    "odds ratio": ("as an odds ratio", "as odds ratios"),
    "hazard ratio": ("as a hazard ratio", "as hazard ratios"),
    "relative risk": ("as a relative risk", "as relative risks"),
}
# On these, twice as much and half as much are equally far from no difference: a logarithmic axis, with its line at 1.
RATIO_SCALES = frozenset({"odds ratio", "hazard ratio", "relative risk"})
# How a claim begins in the table that the article does not make itself.
_ADDED = "Often added:"
_RESOLVERS: Mapping[str, str] = {
    "doi": "https://doi.org/",
    "PMID": "https://pubmed.ncbi.nlm.nih.gov/",
    "PMC": "https://pmc.ncbi.nlm.nih.gov/articles/PMC",
}

_WIDTH = 100
_PUBLISHED = "#000000"
_QUIET = "#767676"
_CELL_STYLE = "text-align:left;vertical-align:top;padding:6px 10px;border-bottom:1px solid rgba(128,128,128,.5)"
_CELL = f'style="{_CELL_STYLE};min-width:7em"'
_ROW_HEADING = f'style="{_CELL_STYLE};min-width:13em;max-width:16em;overflow-wrap:anywhere"'


@checked
def citation(key: str) -> str:
    """Return the short citation of a study, such as ``Kosfeld et al. (2005)``.

    Raises:
        ValueError: no study has this key.
    """
    return _citation(_study(key))


@checked
def reference(key: str) -> str:
    """Return the full reference of a study in one line, with its DOI or other identifier where one was seen.

    Raises:
        ValueError: no study has this key.
    """
    study = _study(key)
    authors = ", ".join(name.strip() for name in study["authors"].split(";"))
    authors = authors.replace(", others", ", et al.")
    parts = [f"{authors} ({study['year']}).", _sentence(study["title"]), f"{study['journal']}.", _identifier(study)]
    return " ".join(part for part in parts if part)


def _study(key: str) -> Mapping[str, Any]:
    studies = load("evidence")
    found = studies[studies["key"] == key]
    if found.empty:
        raise ValueError(f"there is no study with the key {key!r} in the evidence table")
    record: Mapping[str, Any] = found.iloc[0].to_dict()
    return record


def _citation(study: Mapping[str, Any]) -> str:
    names = [author.strip() for author in study["authors"].split(";")]
    # The last word of an entry holds the initials; what stands before it is the surname.
    surnames = [name.rpartition(" ")[0] for name in names]
    if len(names) == 1:
        who = surnames[0]
    elif len(names) == 2 and names[1] != "others":
        who = " & ".join(surnames)
    else:
        who = f"{surnames[0]} et al."
    return f"{who} ({study['year']})"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _identifier(study: Mapping[str, Any]) -> str:
    return f"doi:{study['doi']}" if study["doi"] else study["other_id"] or ""


def _link(study: Mapping[str, Any]) -> str:
    identifier = _identifier(study)
    if not identifier:
        return "no DOI seen"
    if identifier.startswith("PMC"):
        address = _RESOLVERS["PMC"] + identifier.removeprefix("PMC")
    else:
        register, _, number = identifier.partition(":")
        address = _RESOLVERS[register] + number
    return f'<a href="{escape(address)}">{escape(identifier)}</a>'


@dataclass(frozen=True, eq=False)
class EvidenceTable:
    """Studies with their design, finding, status, caveat and verification, for a notebook and for plain text."""

    heading: str
    rows: pd.DataFrame
    total: int
    is_folded: bool = False

    def folded(self) -> Self:
        """Return the same table behind one line that opens it, for tables longer than a screen."""
        return replace(self, is_folded=True)

    @property
    def caption(self) -> str:
        """The heading with the number of studies shown, and of all where some are left out."""
        shown = len(self.rows)
        count = f"{shown} studies" if shown == self.total else f"{shown} of {self.total} studies"
        return f"{self.heading}, {count}"

    @checked
    def only(self, *keys: str) -> Self:
        """Return the table of some studies, in the order given.

        Raises:
            ValueError: a key is not in this table.
        """
        for key in keys:
            if key not in set(self.rows["key"]):
                raise ValueError(f"the study {key!r} is not in this table; choose from {', '.join(self.rows['key'])}")
        rows = self.rows.set_index("key", drop=False).loc[list(keys)].reset_index(drop=True)
        return type(self)(self.heading, rows, self.total)

    def __repr__(self) -> str:
        blocks = [self.caption, *(self._block(study) for study in _records(self.rows))]
        return "\n\n".join(blocks)

    @staticmethod
    def _block(study: Mapping[str, Any]) -> str:
        return "\n".join(
            [
                _wrap(f"{_citation(study)}, {_identifier(study) or 'no DOI seen'}", indent=0),
                _wrap(f"Status: {_status(study['status'])}"),
                _wrap(f"Study: {study['design']}; {study['sample']}"),
                _wrap(f"Found: {study['finding']}"),
                _wrap(f"Caveat: {study['caveat']}"),
                _wrap(f"Checked: {VERIFIED_MARKS[study['verified']]}. {study['verified_note']}"),
            ]
        )

    def _repr_html_(self) -> str:
        headings = ("Study", "Design and sample", "Finding", "Status", "Caveat", "Checked")
        rows = []
        for study in _records(self.rows):
            cells = (
                escape(f"{study['design']}; {study['sample']}"),
                escape(study["finding"]),
                _together(_status(study["status"])),
                escape(study["caveat"]),
                f"{escape(VERIFIED_MARKS[study['verified']])}<br>{escape(study['verified_note'])}",
            )
            rows.append((f"{escape(_citation(study))}<br>{_link(study)}", cells))
        table = _html_table(self.caption, headings, rows)
        return f"<details><summary>{escape(self.caption)}</summary>{table}</details>" if self.is_folded else table


@dataclass(frozen=True, eq=False)
class ClaimsTable:
    """Claims of the article with a verdict, the reason and the studies behind it."""

    caption: str
    rows: pd.DataFrame

    def __repr__(self) -> str:
        blocks = [self.caption]
        for claim in _records(self.rows):
            lines = (
                _wrap(claim["claim"], indent=0),
                _wrap(f"Verdict: {_verdict(claim['verdict'])}"),
                _wrap(f"Why: {claim['reason']}"),
                _wrap(f"Studies: {_cited(claim)}"),
            )
            blocks.append("\n".join(lines))
        return "\n\n".join(blocks)

    def _repr_html_(self) -> str:
        rows = []
        for claim in _records(self.rows):
            cells = (_together(_verdict(claim["verdict"])), escape(claim["reason"]), escape(_cited(claim)))
            rows.append((escape(claim["claim"]), cells))
        return _html_table(self.caption, ("Claim, in our words", "Verdict", "Why", "Studies"), rows)


@checked
def evidence_table(theme: str, role: str = "evidence") -> EvidenceTable:
    """Return the studies of a theme, and those of other themes that its claims cite.

    Args:
        theme: stem of the theme, such as ``"oxytocin_trust"``.
        role: ``"evidence"`` for studies that bear on a claim, ``"model"`` for the sources of the simulation.

    Raises:
        ValueError: the theme or the role has no study.
    """
    studies = load("evidence")
    claims = load("claims")
    cited = {key for keys in claims.loc[claims["theme"] == theme, "evidence_keys"] for key in keys.split(";")}
    rows = studies[(studies["role"] == role) & ((studies["theme"] == theme) | studies["key"].isin(cited))]
    if rows.empty:
        raise ValueError(f"there is no study of the theme {theme!r} in the role {role!r}")
    heading = {"evidence": "What the evidence says", "model": "Where the model comes from"}[role]
    return EvidenceTable(heading, rows.reset_index(drop=True), len(rows))


@checked
def claims_table(theme: str) -> ClaimsTable:
    """Return the claims of a theme with their verdicts.

    Raises:
        ValueError: the theme has no claim.
    """
    claims = load("claims")
    rows = claims[claims["theme"] == theme].reset_index(drop=True)
    if rows.empty:
        raise ValueError(f"there is no claim of the theme {theme!r}")
    return ClaimsTable(f"What the article claims, {len(rows)} claims", rows)


@dataclass(frozen=True, eq=False)
class AuditTable:
    """The article's own claims, over all themes, with a verdict, the reason and the lesson whose labs show it."""

    caption: str
    rows: pd.DataFrame

    @property
    def counts(self) -> pd.Series[Any]:
        """How many claims have each verdict, the strongest support first."""
        return self.rows["verdict"].value_counts().reindex(list(VERDICT_SYMBOLS), fill_value=0)

    def __repr__(self) -> str:
        lines = [self.caption]
        for claim in _records(self.rows):
            lines.append(_wrap(f"{_verdict(claim['verdict'])}: {claim['claim']} ({claim['notebook']})", indent=0))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = []
        for claim in _records(self.rows):
            name = claim["notebook"].replace("_", " ")
            link = f'<a href="{escape(claim["notebook"])}.ipynb">{escape(name)}</a>'
            rows.append(
                (escape(claim["claim"]), (_together(_verdict(claim["verdict"])), escape(claim["reason"]), link))
            )
        return _html_table(self.caption, ("Claim, in our words", "Verdict", "Why", "Lesson with the labs"), rows)


def audit_table() -> AuditTable:
    """Return the claims that the article itself makes, sentence by sentence, without those that are often added."""
    claims = load("claims")
    own = claims[~claims["claim"].str.startswith(_ADDED)].sort_values("notebook", kind="stable").reset_index(drop=True)
    return AuditTable(f"The article read again, {len(own)} claims", own)


def _records(rows: pd.DataFrame) -> Iterable[Mapping[str, Any]]:
    records: list[Mapping[str, Any]] = rows.to_dict("records")
    return records


def _status(status: str) -> str:
    return f"{STATUS_SYMBOLS[status]} {status}"


def _verdict(verdict: str) -> str:
    return f"{VERDICT_SYMBOLS[verdict]} {verdict}"


def _together(marked: str) -> str:
    """Return the HTML of a symbol and its words that keeps the symbol on the line of the first word."""
    return escape(marked).replace(" ", "&nbsp;", 1)


def _cited(claim: Mapping[str, Any]) -> str:
    return "; ".join(citation(key) for key in claim["evidence_keys"].split(";"))


def _wrap(text: str, indent: int = 2) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _html_table(caption: str, headings: Iterable[str], rows: Iterable[tuple[str, Iterable[str]]]) -> str:
    """Return an accessible table; the cells of ``rows`` are HTML already, row heading first."""
    head = "".join(f'<th scope="col" {_CELL}>{escape(heading)}</th>' for heading in headings)
    body = "".join(
        f'<tr><th scope="row" {_ROW_HEADING}>{heading}</th>'
        + "".join(f"<td {_CELL}>{cell}</td>" for cell in cells)
        + "</tr>"
        for heading, cells in rows
    )
    return (
        f'<div role="region" aria-label="{escape(caption)}" tabindex="0" style="overflow-x:auto">'
        '<table style="border-collapse:collapse;font-size:14px;line-height:1.4">'
        f'<caption style="text-align:left;font-weight:bold;padding:6px 10px">{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


@checked
def effects(theme: str, scale: str) -> pd.DataFrame:
    """Return each effect of a theme that has an interval on one scale: the rows of a forest plot.

    Columns: key, citation, measure, effect_scale, estimate, low, high, origin, status, verified. Main effects come
    from the table of studies, further ones from the table of outcomes; the effects of one study stand together.

    Raises:
        ValueError: the theme has no effect on this scale.
    """
    studies = load("evidence")
    studies = studies[studies["theme"] == theme].reset_index(drop=True)
    outcomes = load("outcomes")
    outcomes = outcomes[outcomes["key"].isin(studies["key"])]
    columns = ["key", "measure", "effect_scale", "estimate", "low", "high", "origin", "status", "verified"]
    rows = pd.concat([studies[columns], outcomes[columns]], ignore_index=True)
    rows = rows[rows["effect_scale"] == scale]
    if rows.empty:
        raise ValueError(f"the theme {theme!r} has no effect with an interval on the scale {scale!r}")
    order = {key: position for position, key in enumerate(studies["key"])}
    rows = rows.sort_values("key", key=lambda keys: keys.map(order), kind="stable").reset_index(drop=True)
    rows.insert(1, "citation", [citation(key) for key in rows["key"]])
    return rows


@checked
def forest(rows: pd.DataFrame, scale: str) -> go.Figure:
    """Draw a forest plot: one diamond and 95 % interval per effect, all on one scale, nothing pooled.

    Diamonds are filled where the numbers were seen in the source, hollow where they were not or only partly. A dashed
    line stands where there is no difference: at 1, on a logarithmic axis, for the ratios of :data:`RATIO_SCALES`, and
    at 0 for all other scales.

    Args:
        rows: effects, as :func:`effects` returns them.
        scale: the scale that all of them share.

    Raises:
        ValueError: there is no row, a row is on another scale, or a row has no interval.
    """
    _check_one_scale(rows, scale)
    figure = go.Figure()
    positions = list(range(len(rows) - 1, -1, -1))
    for position, row in zip(positions, _records(rows), strict=True):
        figure.add_trace(_interval(position, row))
        figure.add_annotation(
            text=_label(row),
            x=0,
            xref="paper",
            xanchor="left",
            y=position + 0.09,
            yanchor="bottom",
            align="left",
            showarrow=False,
        )
        # Beside each interval, and not through the labels.
        figure.add_shape(
            type="line",
            x0=_no_difference(scale),
            x1=_no_difference(scale),
            y0=position - 0.2,
            y1=position + 0.07,
            line={"color": _QUIET, "dash": "dash", "width": 1},
        )
    figure.update_layout(
        showlegend=False,
        # A row holds its interval and the lines of the longest label.
        height=len(rows) * (50 + 21 * max(len(note.text.split("<br>")) for note in figure.layout.annotations)) + 110,
        margin={"l": 20, "r": 20, "t": 20, "b": 60},
        xaxis=_axis(rows, scale),
        yaxis={"visible": False, "range": [-0.4, len(rows) - 0.1]},
    )
    return figure


@checked
def forest_sentence(rows: pd.DataFrame, scale: str) -> str:
    """Return the text alternative of :func:`forest`: each study with its numbers, status and verification.

    Raises:
        ValueError: as :func:`forest`.
    """
    _check_one_scale(rows, scale)
    listed = []
    for row in _records(rows):
        estimate, low, high = _three(row)
        listed.append(
            f"{row['citation']}, {row['measure']}: {estimate}, from {low} to {high} ({_origin(row)}; {row['status']}; "
            f"{_mark(row)})."
        )
    one, several = _SPOKEN.get(scale, (f"in {scale}", f"in {scale}"))
    if len(rows) == 1:
        return f"Forest plot of 1 effect {one}, with its 95 % interval, not pooled. {listed[0]}"
    return f"Forest plot of {len(rows)} effects {several}, with their 95 % intervals, not pooled. {' '.join(listed)}"


def _check_one_scale(rows: pd.DataFrame, scale: str) -> None:
    if scale not in SCALE_TITLES:
        raise ValueError(f"there is no scale {scale!r}; choose from {', '.join(SCALE_TITLES)}")
    if "effect_scale" not in rows:
        raise ValueError(
            f"rows must be a table that effects() returns, got columns {', '.join(map(str, rows.columns))}"
        )
    if rows.empty:
        raise ValueError("a forest plot needs at least one effect")
    for row in _records(rows):
        if row["effect_scale"] != scale:
            raise ValueError(
                f"a forest plot has one scale: {scale} was asked for, but {row['citation']}, {row['measure']}, "
                f"is in {row['effect_scale'] or 'no stated scale'}"
            )
        if pd.isna([row["estimate"], row["low"], row["high"]]).any():
            raise ValueError(f"a forest plot needs intervals, but {row['citation']}, {row['measure']}, has none")


def _interval(position: int, row: Mapping[str, Any]) -> go.Scatter:
    return go.Scatter(
        x=[row["estimate"]],
        y=[position],
        mode="markers",
        name=f"{row['citation']}, {row['measure']}",
        marker={
            "symbol": "diamond" if row["verified"] == "yes" else "diamond-open",
            "size": 12,
            "color": _PUBLISHED,
            "line": {"color": _PUBLISHED, "width": 2},
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [row["high"] - row["estimate"]],
            "arrayminus": [row["estimate"] - row["low"]],
            "color": _PUBLISHED,
            "thickness": 2,
            "width": 6,
        },
        hovertemplate=f"{_numbers(row)}<extra></extra>",
    )


def _label(row: Mapping[str, Any]) -> str:
    first = _broken(escape(f"{row['citation']}: {row['measure']}", quote=False), 34)
    return f"<b>{first}</b><br>{_numbers(row)}<br>{_status(row['status'])} · {VERIFIED_MARKS[row['verified']]}"


def _broken(text: str, width: int) -> str:
    """Return a text in lines that fit a page of 360 pixels."""
    return "<br>".join(textwrap.wrap(text, width, break_on_hyphens=False))


def _numbers(row: Mapping[str, Any]) -> str:
    estimate, low, high = _three(row)
    return f"{estimate} [{low}, {high}]"


def _three(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Write an estimate and the ends of its interval, each with as many decimals as the most exact of the three."""
    values = [row[name] for name in ("estimate", "low", "high")]
    digits = max(len(short(value).partition(".")[2]) for value in values)
    estimate, low, high = (decimal(value, digits) for value in values)
    return estimate, low, high


def _origin(row: Mapping[str, Any]) -> str:
    return "computed here from counts" if row["origin"] == "computed" else "as reported"


def _mark(row: Mapping[str, Any]) -> str:
    return VERIFIED_MARKS[row["verified"]].split(" ", 1)[1]


def _no_difference(scale: str) -> float:
    return 1.0 if scale in RATIO_SCALES else 0.0


def _axis(rows: pd.DataFrame, scale: str) -> dict[str, Any]:
    """Return an axis that holds the line of no difference and every interval, with a margin."""
    ends = [_no_difference(scale), rows["low"].min(), rows["high"].max()]
    kind = "linear"
    if scale in RATIO_SCALES:
        # The range of a logarithmic axis is given in powers of ten.
        ends, kind = [math.log10(end) for end in ends], "log"
    margin = 0.08 * (max(ends) - min(ends))
    return {
        "title": {"text": _broken(SCALE_TITLES[scale], 36)},
        "type": kind,
        "range": [min(ends) - margin, max(ends) + margin],
        "automargin": "height",
        "zeroline": False,
        "showgrid": False,
    }


def obstacles() -> pd.DataFrame:
    """Return every pair of effects on one scale, over all themes, with what forbids to pool them.

    Pooling adds up evidence, so it asks for effects on one scale, of different people, on one question. Columns: scale,
    first, second (citation and measure), obstacle: "the same study" (its outcomes are of the same people), "reviews
    that may count the same studies", or "two questions", where the measures are not the same; blank where nothing that
    the tables know of stands against it.
    """
    columns = ["key", "measure", "effect_scale"]
    both = pd.concat([load("evidence"), load("outcomes")], ignore_index=True)
    rows = both[both["estimate"].notna()][columns]
    reviews = {study["key"] for study in _records(load("evidence")) if "meta-analysis" in study["design"]}
    found = [
        {
            "scale": scale,
            "first": f"{citation(first['key'])}: {first['measure']}",
            "second": f"{citation(second['key'])}: {second['measure']}",
            "obstacle": _obstacle(first, second, reviews),
        }
        for scale, group in rows.groupby("effect_scale", sort=True)
        for first, second in itertools.combinations(_records(group), 2)
    ]
    return pd.DataFrame(found, columns=["scale", "first", "second", "obstacle"])


def _obstacle(first: Mapping[str, Any], second: Mapping[str, Any], reviews: Container[str]) -> str:
    if first["key"] == second["key"]:
        return "the same study"
    if first["measure"] != second["measure"]:
        return "two questions"
    return "reviews that may count the same studies" if first["key"] in reviews and second["key"] in reviews else ""


@checked
def rate(claim: str) -> Bet:
    """Return a claim of the article to be rated by the learner before the course's own verdict is shown.

    Args:
        claim: id of the claim, such as ``"oxytocin-trust"``.

    Raises:
        ValueError: no claim has this id.
    """
    claims = load("claims").set_index("id")
    if claim not in claims.index:
        raise ValueError(
            f"there is no claim {claim!r}; choose from the ids of load('claims'), such as {claims.index[0]!r}"
        )
    row = claims.loc[claim]
    return Bet(
        f'How well does the research support this? "{row["claim"]}"',
        {verdict: Option(_verdict(verdict), verdict, f"we say {verdict}") for verdict in VERDICT_SYMBOLS},
        lambda: str(row["verdict"]),
        f"of this: {row['reason']} Studies: {_cited(row)}",
    )


# How the journal column names what is no journal: the BibTeX entry and the field that holds the rest of it.
_BIBTEX_KINDS: Mapping[str, tuple[str, str]] = {
    "(book)": ("book", "publisher"),
    "(book chapter)": ("incollection", "booktitle"),
    "(report)": ("techreport", "institution"),
    "(preprint)": ("misc", "howpublished"),
}


@checked
def bibtex(keys: Sequence[str] | None = None) -> str:
    """Return studies as BibTeX entries, by key in the order given; all of the table if no keys are given.

    Raises:
        ValueError: no study has one of the keys.
    """
    chosen = load("evidence")["key"] if keys is None else keys
    return "\n\n".join(_bibtex_entry(_study(key)) for key in chosen) + "\n"


def _bibtex_entry(study: Mapping[str, Any]) -> str:
    journal = study["journal"]
    kind, place, suffix = "article", "journal", ""
    for ending, (entry, holder) in _BIBTEX_KINDS.items():
        if journal.endswith(f" {ending}"):
            kind, place, suffix = entry, holder, f" {ending}"
    fields = {
        "author": " and ".join(_bibtex_author(name.strip()) for name in study["authors"].split(";")),
        # The second pair of braces keeps capital letters as they are.
        "title": f"{{{_tex(study['title'])}}}",
        place: _tex(journal.removesuffix(suffix)),
        "year": str(study["year"]),
    }
    if study["doi"]:
        fields["doi"] = study["doi"]
    elif study["other_id"]:
        fields["note"] = study["other_id"]
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@{kind}{{{study['key']},", *lines, "}"])


def _bibtex_author(name: str) -> str:
    """Return ``Kosfeld M`` as ``Kosfeld, M.``; a group in braces, so that nobody takes it for a person."""
    if name == "others":
        return name
    surname, _, initials = name.rpartition(" ")
    if not initials.isupper():
        return f"{{{_tex(name)}}}"
    if " " in surname and "".join(word[0] for word in surname.split()) == initials:
        return f"{{{_tex(surname)}}}"
    return f"{_tex(surname)}, {' '.join(f'{initial}.' for initial in initials)}"


def _tex(text: str) -> str:
    return re.sub(r"([&%$#_{}])", r"\\\1", text)
