"""The labs of "Vasopressin and lasting bonds": the virtual vole, experiments run again, a gene test, and litters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from intimacy.arguments import Seed, checked
from intimacy.models.vasopressin_bonding import (
    CHAMBERS,
    CRITERION,
    HISTORICAL,
    PATERNITY,
    TEST_MINUTES,
    ArmRun,
    CohortRun,
    GeneTest,
    GeneTestRun,
    HistoricalExperiment,
    HistoricalRun,
    PaternityRun,
    PaternityStudy,
    VoleExperiment,
    bond_threshold,
    exact_interval,
    run_historical,
    simulate_cohort,
    simulate_gene_test,
    simulate_paternity,
)
from intimacy.parameters import Parameters, choice, decimal
from intimacy.widgets import Bench, Frame, Lab, Play, Prediction, Preset, theme

Array = NDArray[np.float64]

MOST_DRAWN = 40
"""Voles drawn in the chambers; with more, the dots would hide each other."""

LITTERS = 100
"""Litters in the study that the last lab plays: about four times as many as the larger published one."""

TWO_FATHERS = 1
"""Litters with two fathers among those of Ophir et al. (2008): the count that compares with Solomon et al. (2004)."""

_GOLDEN = (5**0.5 - 1) / 2
_HOURS_PER_DAY = 24
_LONGEST_IN_HOURS = 96
_CORNER: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}


# The virtual vole


def the_virtual_vole() -> Bench:
    """A bench for voles: design an experiment, say what you expect, and watch the partner-preference test fill."""
    return Bench(
        "You design the experiment. Will the voles prefer their partner?",
        VoleExperiment(),
        simulate_cohort,
        _vole_figure,
        draw_voles,
        _describe_voles,
        prediction=Prediction(
            "Will they prefer the partner?",
            {
                "bonded": "Yes: clearly more than two thirds of the time",
                "not bonded": "No: clearly less",
                "undecided": "Undecided: the interval holds two thirds",
            },
            lambda _, run: run.says,
        ),
        row=_log_row,
        presets=[
            Preset(
                "An ordinary pair",
                "Prairie voles, a day together, with mating. Every dot is a vole; in the test all start in the middle.",
            ),
            Preset(
                "One hour, no mating",
                "Hardly time to meet. Which chamber fills most when there is no bond?",
                {"hours_together": 1, "mating": False},
            ),
            Preset(
                "Oxytocin blocked",
                "The oxytocin receptor is blocked for the whole day together. Is the other receptor enough?",
                {"drug": "oxytocin_antagonist"},
            ),
            Preset(
                "V1a blocked",
                "Now the vasopressin receptor instead. Does the gate care which of the two is missing?",
                {"drug": "vasopressin_antagonist"},
            ),
            Preset(
                "Oxytocin blocked, a week",
                "The same drug, and seven times as long. No bond, or a late one?",
                {"drug": "oxytocin_antagonist", "hours_together": 168},
            ),
            Preset(
                "Blocked at the test",
                "The bond is there, and the drug comes right before the test. Look at the bond, then at the dots.",
                {"drug": "vasopressin_antagonist", "drug_time": "test"},
            ),
            Preset(
                "A meadow vole",
                "Another species, with a third of the receptors. The design is that of the ordinary pair.",
                {"species": "meadow"},
            ),
            Preset(
                "Meadow vole, vector",
                "A virus brings the V1a receptor of the meadow vole to the top of the scale.",
                {"species": "meadow", "genetics": "vasopressin_receptor_vector"},
            ),
            Preset(
                "Three weeks apart",
                "Two weeks together, then three weeks apart. Run it a few times: is the verdict always the same?",
                {"hours_together": 336, "days_apart": 21},
            ),
        ],
        controls=[*_DESIGN, *_BIOLOGY],
        advanced=_BIOLOGY,
        pinned=["bond", "d1"],
        play=Play("Minute", [], 0, TEST_MINUTES, seconds=18, films=["voles", "minutes", "single", "interval", "mean"]),
        seed=7,
    )


_DESIGN = [
    "species",
    "genetics",
    "drug",
    "drug_time",
    "dose",
    "mating",
    "hours_together",
    "days_apart",
    "animals",
]
_BIOLOGY = [name for name in VoleExperiment.specifications() if name not in _DESIGN]
_LOG = {
    "Partner (min)": "partner_minutes",
    "Middle (min)": "neutral_minutes",
    "Stranger (min)": "stranger_minutes",
    "Mean share": "mean_preference",
    "95 % from": "low",
    "to": "high",
    "p against 2/3": "p_value",
    "Prefer partner": "share_preferring",
    "Aggression": "aggression",
}


def _log_row(_: VoleExperiment, run: CohortRun) -> Mapping[str, str]:
    row = run.row()
    words = {title: f"{row[name]:.0f}" if "min" in title else f"{row[name]:.3f}" for title, name in _LOG.items()}
    return {title: "< 0.001" if title.startswith("p ") and text == "0.000" else text for title, text in words.items()}


def _vole_figure() -> go.Figure:
    figure = theme.new_figure(730, margin={"l": 72, "r": 16, "t": 46, "b": 48}, bargap=0.4)
    d1_line = {"color": theme.TEXT[theme.DOPAMINE], "dash": "dash"}
    dotted = {"color": theme.MUTED, "dash": "dot", "width": 1.5}
    figure.add_scatter(meta="band", x=[], y=[], **theme.BAND)
    figure.add_scatter(meta="enough", x=[], y=[], mode="lines", line=dotted)
    figure.add_scatter(meta="d1", x=[], y=[], mode="lines", line=d1_line)
    figure.add_scatter(meta="bond", x=[], y=[], mode="lines", line={"color": theme.INK})
    rooms = {"xaxis": "x2", "yaxis": "y2"}
    figure.add_scatter(
        meta="tethered",
        x=[0.09, 2.91],
        y=[0.5, 0.5],
        mode="markers",
        marker={"size": 15, "color": [theme.PERSON_J, theme.MUTED], "symbol": ["square", "diamond-wide"]},
        **rooms,
    )
    voles = {"color": theme.PERSON_I, "size": 7, "opacity": 0.9}
    figure.add_scatter(meta="voles", x=[], y=[], mode="markers", marker=voles, **rooms)
    figure.add_bar(
        meta="minutes",
        x=[0.5, 1.5, 2.5],
        y=[0, 0, 0],
        marker={
            "color": [theme.PERSON_J, theme.GRID, theme.MUTED],
            "pattern": {"shape": ["/", "", "x"], "solidity": 0.35},
            "line": {"color": [theme.PERSON_J, theme.INK, theme.MUTED], "width": 1.5},
        },
        xaxis="x2",
        yaxis="y3",
    )
    verdict = {"xaxis": "x4", "yaxis": "y4"}
    figure.add_scatter(meta="criterion", x=[CRITERION] * 2, y=[0, 1.6], mode="lines", line=dotted, **verdict)
    figure.add_scatter(meta="single", x=[], y=[], mode="markers", marker=voles, cliponaxis=False, **verdict)
    figure.add_scatter(
        meta="interval", x=[], y=[], mode="lines", line={"color": theme.INK, "width": 5}, cliponaxis=False, **verdict
    )
    figure.add_scatter(
        meta="mean",
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": "line-ns", "size": 18, "line": {"color": theme.INK, "width": 3}},
        cliponaxis=False,
        **verdict,
    )
    hidden = {"visible": False, "range": [0, 1]}
    figure.update_layout(
        xaxis={"anchor": "y"},
        yaxis={"title": "Bond weight,<br>D1 receptors", "domain": [0.77, 1], "range": [0, 1.05], "dtick": 0.5},
        xaxis2={"anchor": "y3", "range": [0, 3], "showticklabels": False, "ticks": "", "showgrid": False},
        yaxis2={"domain": [0.48, 0.62], "anchor": "x2", **hidden},
        yaxis3={
            "title": "Time so far<br>(minutes)",
            "domain": [0.275, 0.455],
            "anchor": "x2",
            "range": [0, TEST_MINUTES],
            "dtick": 60,
        },
        xaxis4={
            "title": "Partner's share of the time",
            "anchor": "y4",
            "range": [0, 1],
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
        },
        yaxis4={"domain": [0, 0.15], "anchor": "x4", "visible": False, "range": [-0.1, 1.6]},
    )
    for wall in range(4):
        figure.add_shape(
            type="line",
            x0=wall,
            x1=wall,
            y0=0,
            y1=1,
            xref="x2",
            yref="y2",
            line={"color": theme.MUTED, "width": 1.5 if wall in (0, 3) else 1, "dash": "solid"},
        )
    for height in (0, 1):
        figure.add_shape(
            type="line", x0=0, x1=3, y0=height, y1=height, xref="x2", yref="y2", line={"color": theme.MUTED, "width": 1}
        )
    figure.add_shape(type="rect", x0=0, x1=0, y0=0, y1=1, yref="y domain", **theme.SHADED)
    figure.add_annotation(theme.label("", theme.INK, x=0, y=1, yref="y domain", yanchor="top"))
    figure.add_annotation(theme.label("line: bond (grey: most voles)", theme.INK, x=0, y=1, **_CORNER, yshift=18))
    figure.add_annotation(theme.label("dashed: D1", theme.DOPAMINE, x=0, y=1, **_CORNER))
    figure.add_annotation(
        theme.label("dotted: bonded", theme.MUTED, x=1, y=1, **_CORNER | {"xanchor": "right"}),
    )
    for code, (text, color) in enumerate(
        (("■ partner", theme.PERSON_J), ("middle", theme.INK), ("◆ stranger", theme.MUTED))
    ):
        figure.add_annotation(
            theme.label(text, color, x=code + 0.5, y=1, xref="x2", yref="y2 domain", yanchor="bottom")
        )
    figure.add_annotation(theme.label("● voles", theme.PERSON_I, x=0, y=0.15, **_CORNER, yshift=36))
    figure.add_annotation(
        theme.label(
            "dotted: twice as long<br>with the partner",
            theme.MUTED,
            x=CRITERION,
            y=0.15,
            xref="x4",
            yref="paper",
            yanchor="bottom",
        )
    )
    figure.add_annotation(theme.label("━ mean, 95 %", theme.INK, x=0, y=0.15, **_CORNER, xshift=70, yshift=36))
    return figure


@checked
def draw_voles(parameters: VoleExperiment, run: CohortRun) -> Frame:
    """Return what a cohort changes in the picture; in the films row k is minute k of the test."""
    in_days = run.hours[-1] > _LONGEST_IN_HOURS
    time = run.hours / (_HOURS_PER_DAY if in_days else 1)
    total = max(float(time[-1]), 1.0)
    met = parameters.hours_together / (_HOURS_PER_DAY if in_days else 1)
    low, high = np.quantile(run.animal_bond, (0.05, 0.95), axis=1)
    enough = bond_threshold(parameters)
    reachable = enough <= 1
    share = _share_so_far(run)
    mean, ends = _means_so_far(share)
    height = _scattered(parameters.animals)
    return Frame(
        {
            "band": {"x": np.append(time, time[::-1]), "y": np.append(low, high[::-1])},
            "enough": {"x": [0, total] if reachable else np.empty(0), "y": [enough] * 2 if reachable else np.empty(0)},
            "d1": {"x": time, "y": run.d1},
            "bond": {"x": time, "y": run.bond},
            "voles": _in_chambers(run),
            "minutes": {"x": [0.5, 1.5, 2.5], "y": run.filling.T},
            "single": {"x": share, "y": height},
            "interval": {"x": ends, "y": [1.3, 1.3]},
            "mean": {"x": mean[:, np.newaxis], "y": [1.3]},
        },
        {
            "xaxis.title.text": f"Time since they met ({'days' if in_days else 'hours'})",
            "xaxis.range": [0, total],
            "yaxis.range": [0, 1.05 if parameters.d1_full <= 1 else 1.6],
            "shapes[6].x0": met,
            "shapes[6].x1": total,
            "shapes[6].visible": parameters.days_apart > 0,
            "annotations[0].x": (met + total) / 2,
            "annotations[0].text": "apart" if total - met > 0.15 * total and parameters.days_apart else "",
            "annotations[3].text": "dotted: bonded" if reachable else "",
        },
    )


def _scattered(count: int) -> Array:
    """Return ``count`` heights between 0 and 1, spread evenly and in no order, the same for each vole at each time."""
    return np.asarray((np.arange(1, count + 1) * _GOLDEN) % 1)


def _in_chambers(run: CohortRun) -> dict[str, Array]:
    """Return where the first voles are, minute by minute: in the middle before the test, each on a lane of its own."""
    shown = run.chamber[:MOST_DRAWN]
    places = np.vstack([np.full(len(shown), CHAMBERS.index("neutral")), shown.T])
    # Off the walls, and off the animals tethered at both ends.
    within = 0.2 + 0.6 * _scattered(len(shown))
    lanes = (np.arange(len(shown)) + 0.5) / len(shown)
    return {"x": places + within, "y": 0.06 + 0.88 * lanes}


def _share_so_far(run: CohortRun) -> Array:
    """Return each vole's share of partner among partner and stranger, before the first minute and after each."""
    partner, stranger = (
        np.pad(np.cumsum(run.chamber == CHAMBERS.index(name), axis=1), ((0, 0), (1, 0))).T
        for name in ("partner", "stranger")
    )
    visited = partner + stranger
    return np.asarray(np.divide(partner, visited, out=np.full(visited.shape, 0.5), where=visited > 0))


def _means_so_far(share: Array) -> tuple[Array, Array]:
    """Return the mean share of all voles at each minute, and its 95 % t interval, cut off at 0 and 1."""
    from scipy.special import stdtrit  # here because the import takes 0.2 s

    animals = share.shape[1]
    mean = share.mean(axis=1)
    reach = float(stdtrit(animals - 1, 0.975)) * share.std(axis=1, ddof=1) / np.sqrt(animals)
    return mean, np.clip(np.stack([mean - reach, mean + reach], axis=1), 0, 1)


def _describe_voles(parameters: VoleExperiment, run: CohortRun) -> str:
    partner, middle, stranger = run.minutes.mean(axis=0)
    verdict, count = run.verdict, int(run.prefers.sum())
    singly = f"{count} of the {parameters.animals} voles {'prefers' if count == 1 else 'prefer'}"
    judged = {
        "bonded": "The interval lies above, so they count as bonded",
        "not bonded": "The interval lies below, so they do not count as bonded",
        "undecided": "The interval holds two thirds, so it is undecided: neither a bond nor its absence is shown",
    }[run.says]
    return (
        f"On average, {parameters.animals} voles spent {partner:.0f} of {TEST_MINUTES} minutes with the partner, "
        f"{middle:.0f} in the middle and {stranger:.0f} with the stranger. The partner had {verdict.mean:.3f} of the "
        f"time with either, 95 % interval {verdict.low:.3f} to {verdict.high:.3f}; the line is at {CRITERION:.3f}. "
        f"{judged}. By the same line {singly} the partner. A typical vole comes to the test with a bond of "
        f"{run.bond[-1]:.2f} and D1 receptors at {run.d1[-1]:.2f}.{_remarks(parameters)}"
    )


def _remarks(parameters: VoleExperiment) -> str:
    """Say which parts of the design do nothing, and what hides a bond."""
    start = VoleExperiment()
    said = []
    if parameters.drug == "none":
        if (parameters.dose, parameters.drug_time) != (start.dose, start.drug_time):
            said.append("No drug was given, so its dose and its time do nothing.")
    elif parameters.dose == 0:
        said.append("A dose of 0 is no drug.")
    elif parameters.drug_time == "after":
        said.append("In this model a drug right after the time together changes nothing.")
    elif parameters.drug_time == "test":
        said.append(_AT_THE_TEST.get(parameters.drug, "In this model this drug does nothing at the test."))
    if parameters.compensation and not parameters.genetics.endswith("knockout"):
        said.append("Compensation needs a receptor that is missing from birth, so it does nothing here.")
    if parameters.hours_together == 0:
        said.append("They never met before the test, so there is no partner, only two strangers.")
    return "".join(f" {each}" for each in said)


_HIDDEN = "The drug acts at the test: a bond that is there can fail to show."
_AT_THE_TEST = {
    "oxytocin_antagonist": _HIDDEN,
    "vasopressin_antagonist": _HIDDEN,
    "d1_antagonist": "At the test this drug ends aggression and leaves the choice as it is.",
}


# Experiments run again


@dataclass(frozen=True)
class Rerun(Parameters):
    """Which published experiment is run again (see :func:`rerun`)."""

    experiment: str = choice(
        "williams1992",
        {
            each.citation: f"{each.citation[:-4].capitalize()} et al. {each.citation[-4:]}: {each.name}"
            for each in HISTORICAL
        },
        label="Experiment",
        help="Published experiments on real voles; the last is the one that the model was not calibrated to.",
    )


@checked
def rerun(parameters: Rerun, seed: Seed = 7) -> HistoricalRun:
    """Run all groups of the chosen experiment with 30 virtual voles each, the same voles in every group."""
    return run_historical(_experiment(parameters), seed)


def _experiment(parameters: Rerun) -> HistoricalExperiment:
    return next(each for each in HISTORICAL if each.citation == parameters.experiment)


def historical_experiments() -> Lab:
    """Published experiments beside the model: where it was calibrated, where it predicts, and where it fails."""
    return Lab(
        "Run a published experiment again. Does the model show what was seen, and is that worth anything?",
        Rerun(),
        rerun,
        _historical_figure,
        draw_historical,
        _describe_historical,
        [
            Preset(
                "How long?",
                "Hours together, with and without mating. Which group would a larger study decide?",
            ),
            Preset(
                "A borrowed receptor",
                "The vector makes a meadow vole bond. With D2 blocked as well?",
                {"experiment": "lim2004"},
            ),
            Preset(
                "A bond unseen",
                "The same drug at three times. In which group is there a bond that does not show?",
                {"experiment": "donaldson2010"},
            ),
            Preset(
                "Two explanations",
                "Voles without oxytocin receptors. Two of the three groups are predictions that nobody has published.",
                {"experiment": "berendzen2023"},
            ),
            Preset(
                "A chance to fail",
                "The only result that the model was not calibrated to. Look for the group in which it fails.",
                {"experiment": "pitkow2001"},
            ),
        ],
        table=_historical_table,
        pinned=[],
        seed=7,
    )


_MOST_ARMS = max(len(each.arms) for each in HISTORICAL)
_PUBLISHED = {True: "seen", False: "not seen", None: "no report"}
_MARKED = {True: "◆ yes", False: "◇ no", None: "no report"}
_SHOWN = {"above": "shown", "below": "not shown", "undecided": "undecided"}


def _historical_figure() -> go.Figure:
    figure = theme.new_figure(500, margin={"l": 16, "r": 16, "t": 72, "b": 64})
    figure.add_scatter(
        meta="criterion",
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": "line-ns", "size": 24, "line": {"color": theme.MUTED, "width": 2}},
    )
    for arm in range(_MOST_ARMS):
        figure.add_scatter(
            meta=f"interval {arm}",
            x=[],
            y=[],
            mode="lines",
            line={"color": theme.VASOPRESSIN, "width": 4},
            cliponaxis=False,
        )
    figure.add_scatter(
        meta="mean", x=[], y=[], mode="markers", marker={"color": theme.VASOPRESSIN, "size": 12}, cliponaxis=False
    )
    for key, place, position in (("arms", 0, "middle right"), ("published", 1, "middle left")):
        figure.add_scatter(
            meta=key,
            x=[place],
            y=[0],
            mode="text",
            text=[""],
            textposition=position,
            textfont={"size": 14, "color": theme.INK},
            cliponaxis=False,
        )
    figure.update_layout(
        xaxis={"title": "Model: share, or aggression (0 to 1)", "range": [0, 1], "tickvals": [0, 0.5, 1]},
        yaxis={"visible": False, "range": [_MOST_ARMS - 0.4, -0.9]},
    )
    top: dict[str, Any] = {"xref": "paper", "yref": "paper", "y": 1, "yanchor": "bottom"}
    figure.add_annotation(theme.label("", theme.INK, x=0, xanchor="left", **top, yshift=40))
    figure.add_annotation(
        theme.label("● model, 95 %   | line to pass", theme.VASOPRESSIN, x=0, xanchor="left", **top, yshift=8)
    )
    figure.add_annotation(theme.label("published?", theme.INK, x=1, xanchor="right", **top, yshift=8))
    return figure


@checked
def draw_historical(_: Rerun, run: HistoricalRun) -> Frame:
    """Return what an experiment changes in the picture: one row for each of its groups."""
    verdicts = [each.verdict for each in run.arms]
    rows = np.arange(len(verdicts))
    words = rows - 0.42
    intervals = {
        f"interval {arm}": (
            {"x": [verdicts[arm].low, verdicts[arm].high], "y": [arm, arm]}
            if arm < len(verdicts)
            else {"x": np.empty(0), "y": np.empty(0)}
        )
        for arm in range(_MOST_ARMS)
    }
    return Frame(
        {
            "criterion": {"x": [each.criterion for each in verdicts], "y": rows},
            **intervals,
            "mean": {"x": [each.mean for each in verdicts], "y": rows},
            "arms": {"x": np.full(rows.size, 0.01), "y": words, "text": [_named(each) for each in run.arms]},
            "published": {
                "x": np.ones(rows.size),
                "y": words,
                "text": [_MARKED[each.arm.published] for each in run.arms],
            },
        },
        {
            "yaxis.range": [max(len(verdicts), 3) - 0.4, -0.9],
            "annotations[0].text": (
                "<b>Calibrated:</b> agreement is no evidence"
                if run.experiment.calibrated
                else "<b>Not calibrated:</b> here the model can fail"
            ),
        },
    )


def _named(each: ArmRun) -> str:
    """Return a group's name as it stands in the picture, where most groups have a share of the time."""
    return f"{each.arm.name}: aggression" if each.arm.measure == "aggression" else each.arm.name


def _describe_historical(_: Rerun, run: HistoricalRun) -> str:
    experiment = run.experiment
    agreeing, comparable = run.agreements
    calibrated = (
        "The model was calibrated to this, so agreement is no evidence for it."
        if experiment.calibrated
        else "The model was not calibrated to this, so here it can fail."
    )
    return (
        f"Published [{experiment.citation}]: {experiment.published} Model: "
        f"{'; '.join(_group_in_words(each) for each in run.arms)}. Of the groups with a published "
        f"outcome, which is a yes or a no and not a number, it agrees with {agreeing} of {comparable}; where none was "
        f"seen, undecided agrees too. Studies ask for more than half of the time, this test for two thirds. "
        f"{calibrated} {experiment.calibration} {experiment.caveat}"
    )


def _group_in_words(each: ArmRun) -> str:
    what = {"preference": "preference", "aggression": "aggression"}[each.arm.measure]
    source = f", {each.arm.source}" if each.arm.source in ("second hand", "unverified") else ""
    published = _PUBLISHED[each.arm.published]
    outcome = _SHOWN[each.verdict.outcome]
    return f"{each.arm.name}: {what} {each.verdict.mean:.2f}, {outcome} (published: {published}{source})"


def _historical_table(run: HistoricalRun) -> pd.DataFrame:
    table = run.to_frame()
    answers = {True: "yes", False: "no"}
    return table.assign(
        **{name: [answers.get(each, "") for each in table[name].to_list()] for name in ("published", "agrees")}
    )


# The gene test


def the_gene_test() -> Lab:
    """Two groups that differ for sure, and what that tells one person."""
    return Lab(
        "Two groups differ. What does the gene tell one person?",
        GeneTest(),
        simulate_gene_test,
        _gene_figure,
        draw_gene_test,
        _describe_gene_test,
        [
            Preset(
                "A small difference",
                "About the size of study that made the headlines. Look at the two grids, not only at the curves.",
            ),
            Preset(
                "Surely different",
                "Nine times as many people: the difference is beyond doubt. Has anything changed for one person?",
                {"people": 5000},
            ),
            Preset(
                "Few carriers",
                "Only 8 of 100 carry it, as with two copies of a variant. Draw again: how steady is the finding?",
                {"carrier_frequency": 0.08},
            ),
            Preset(
                "Nothing there",
                "No difference at all. Draw again until a study is significant. How long does it take?",
                {"difference": 0},
            ),
            Preset(
                "A whole spread",
                "A difference far larger than single genes make. Would you test people even now?",
                {"difference": 1},
            ),
        ],
        pinned=["carriers", "others"],
        seed=7,
    )


_GRID = np.arange(100)


def _gene_figure() -> go.Figure:
    figure = theme.new_figure(640, margin={"l": 40, "r": 16, "t": 46, "b": 48})
    figure.add_scatter(
        meta="carriers",
        x=[],
        y=[],
        mode="lines",
        line={"color": theme.VASOPRESSIN, "dash": "dash"},
        fill="tozeroy",
        fillcolor="rgba(0,158,115,0.22)",
    )
    figure.add_scatter(meta="others", x=[], y=[], mode="lines", line={"color": theme.INK})
    figure.add_scatter(
        meta="cutoff", x=[], y=[], mode="lines", line={"color": theme.MUTED, "dash": "dot", "width": 1.5}
    )
    grid = {"xaxis": "x2", "yaxis": "y2"}
    for group, color, symbol in (("carriers", theme.VASOPRESSIN, "circle"), ("others", theme.INK, "square")):
        marker = {"color": color, "size": 8, "symbol": symbol}
        figure.add_scatter(meta=f"low {group}", x=[], y=[], mode="markers", marker=marker, **grid)
        figure.add_scatter(
            meta=f"not low {group}",
            x=[],
            y=[],
            mode="markers",
            marker={**marker, "symbol": f"{symbol}-open"},
            **grid,
        )
    study = {"xaxis": "x3", "yaxis": "y3"}
    figure.add_scatter(
        meta="truth", x=[], y=[], mode="lines", line={"color": theme.PERSON_I, "dash": "dot", "width": 2}, **study
    )
    figure.add_scatter(meta="interval", x=[], y=[], mode="lines", line={"color": theme.INK, "width": 4}, **study)
    figure.add_scatter(
        meta="estimate",
        x=[],
        y=[],
        mode="markers",
        marker={"color": theme.INK, "size": 12, "symbol": "square"},
        **study,
    )
    figure.update_layout(
        xaxis={"title": "Score (SD from the mean of all)", "range": [-4, 4], "dtick": 2, "anchor": "y"},
        yaxis={"domain": [0.66, 1], "range": [0, 0.43], "visible": False},
        xaxis2={"visible": False, "range": [0, 23], "anchor": "y2"},
        yaxis2={"domain": [0.21, 0.47], "visible": False, "range": [0.2, 10.8], "anchor": "x2"},
        xaxis3={
            "title": "Difference one study finds (SD, carriers lower)",
            "range": [-1, 1],
            "anchor": "y3",
            "zeroline": True,
        },
        yaxis3={"domain": [0, 0.1], "visible": False, "range": [-1, 1], "anchor": "x3"},
    )
    figure.add_annotation(theme.label("dashed: carriers", theme.VASOPRESSIN, x=0, y=1, **_CORNER))
    figure.add_annotation(theme.label("line: all others", theme.INK, x=0, y=1, **_CORNER, yshift=18))
    figure.add_annotation(theme.label("", theme.MUTED, x=1, y=1, **_CORNER | {"xanchor": "right"}))
    for middle, color in ((5.5, theme.VASOPRESSIN), (17.5, theme.INK)):
        figure.add_annotation(
            theme.label("", color, x=middle, y=1, xref="x2", yref="y2 domain", yanchor="bottom", yshift=2)
        )
    figure.add_annotation(
        theme.label("", theme.PERSON_I, x=1, y=0.1, **_CORNER | {"xanchor": "right"}),
    )
    return figure


@checked
def draw_gene_test(parameters: GeneTest, run: GeneTestRun) -> Frame:
    """Return what a population and a study of it change in the picture."""
    reach = theme.ceiling(max(abs(run.low), abs(run.high)), 1)
    grids = {}
    for group, risk, left in (("carriers", run.carrier_risk, 1), ("others", run.other_risk, 13)):
        low = round(100 * risk) > _GRID
        for name, chosen in ((f"low {group}", low), (f"not low {group}", ~low)):
            grids[name] = {"x": left + _GRID[chosen] % 10, "y": 1 + _GRID[chosen] // 10}
    return Frame(
        {
            "carriers": {"x": run.score, "y": run.carrier_density},
            "others": {"x": run.score, "y": run.other_density},
            "cutoff": {"x": [run.cutoff] * 2, "y": [0, 0.4]},
            **grids,
            "truth": {"x": [parameters.difference] * 2, "y": [-1, 1]},
            "interval": {"x": [run.low, run.high], "y": [0, 0]},
            "estimate": {"x": [run.estimate], "y": [0]},
        },
        {
            "xaxis3.range": [-reach, reach],
            "annotations[2].text": f"{100 * run.overlap:.0f} % shared<br>dotted: low below",
            "annotations[3].text": f"of 100 carriers<br>{100 * run.carrier_risk:.0f} score low",
            "annotations[4].text": f"of 100 others<br>{100 * run.other_risk:.0f} score low",
            "annotations[5].text": f"dotted: truth, {parameters.difference:g}",
        },
    )


def _describe_gene_test(parameters: GeneTest, run: GeneTestRun) -> str:
    found = "significant" if run.significant else "not significant"
    lower = f"{parameters.difference:g} SD lower" if parameters.difference else "the same as others"
    return (
        f"Carriers score {lower} on average. The two curves share {100 * run.overlap:.1f} % of their area, and a "
        f"random non-carrier scores above a random carrier with probability {run.superiority:.3f}; a coin has 0.5. "
        f"Of 100 people {100 * parameters.base_rate:.0f} score low: of 100 carriers {100 * run.carrier_risk:.1f}, of "
        f"100 others {100 * run.other_risk:.1f}. So {100 * run.false_alarms:.1f} of 100 carriers would be warned for "
        f"nothing, and {100 * run.caught:.1f} of 100 people with a low score are carriers. This study of "
        f"{parameters.people:,} people finds {decimal(run.estimate)} SD, 95 % interval {decimal(run.low)} to "
        f"{decimal(run.high)}, which is {found}; {100 * run.power:.0f} of 100 such studies are. People count as "
        "independent here; twins tell less."
    )


# Litters


def whose_litter() -> Lab:
    """Litter by litter: how sure can a study be of the share that has another father?"""
    return Lab(
        "They live in pairs. Whose litter is it, and how sure can a few litters make us?",
        PaternityStudy(true_share=0.22, litters=LITTERS),
        simulate_paternity,
        _litter_figure,
        draw_litters,
        _describe_litters,
        [
            Preset(
                "As in the enclosures",
                "Suppose that 22 of 100 litters have another father. Play, stop at litter 9, and stop again at 27.",
            ),
            Preset(
                "As in the wild",
                "Suppose 56 of 100, as 5 of 9 litters in the wild would have it [solomon2004]. After nine litters, "
                "what can you rule out?",
                {"true_share": 0.56},
            ),
            Preset(
                "One in twenty",
                "Another father is rare. How many litters pass before you meet the first? Draw again.",
                {"true_share": 0.05},
            ),
            Preset(
                "Never",
                "No litter ever has another father. Does the interval reach zero width? Look at its upper end.",
                {"true_share": 0},
            ),
        ],
        controls=["true_share"],
        pinned=["share"],
        play=Play("Litter", ["band low", "band high", "share", "other", "pair"], 1, LITTERS, seconds=20),
        seed=7,
    )


_PUBLISHED_LITTERS = tuple(
    # Moved a little to the right, so that the two counts of one study do not cover each other.
    (each.citation, text, shared, each.litters, place, color)
    for each, text, shared, place, color in (
        (PATERNITY[0], "6 of 27", PATERNITY[0].shared, 27, theme.INK),
        (PATERNITY[0], "1 of 27", TWO_FATHERS, 29.5, theme.MUTED),
        (PATERNITY[1], "5 of 9", PATERNITY[1].shared, 9, theme.INK),
    )
)


def _litter_figure() -> go.Figure:
    figure = theme.new_figure(480, margin={"l": 64, "r": 16, "t": 84, "b": 48})
    edge = {"color": theme.PERSON_I, "width": 1.5}
    figure.add_scatter(meta="band low", x=[], y=[], mode="lines", line=edge)
    figure.add_scatter(
        meta="band high", x=[], y=[], mode="lines", line=edge, fill="tonexty", fillcolor="rgba(0,114,178,0.15)"
    )
    figure.add_scatter(meta="truth", x=[], y=[], mode="lines", line={"color": theme.MUTED, "dash": "dot", "width": 1.5})
    figure.add_scatter(meta="share", x=[], y=[], mode="lines", line={"color": theme.PERSON_I, "width": 2.5})
    small = {"size": 7, "color": theme.PERSON_J}
    figure.add_scatter(meta="other", x=[], y=[], mode="markers", marker=small, cliponaxis=False)
    figure.add_scatter(
        meta="pair",
        x=[],
        y=[],
        mode="markers",
        marker={"size": 7, "symbol": "circle-open", "color": theme.MUTED},
        cliponaxis=False,
    )
    for _, text, shared, litters, place, color in _PUBLISHED_LITTERS:
        low, high = exact_interval(shared, litters)
        share = shared / litters
        figure.add_scatter(
            meta=f"published {text}",
            x=[place],
            y=[share],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [high - share],
                "arrayminus": [share - low],
                "color": color,
                "thickness": 2,
                "width": 5,
            },
            mode="markers",
            marker={"symbol": "diamond", "size": 12, "color": color},
        )
        beside = place > litters
        # The lines of the study run through the label that stands beside its mark.
        filled: dict[str, Any] = {"bgcolor": theme.GRID, "borderpad": 2} if beside else {}
        figure.add_annotation(
            theme.label(
                text,
                color,
                x=place,
                y=share if beside else high,
                xanchor="left" if beside else "center",
                yanchor="middle" if beside else "bottom",
                xshift=8 if beside else 0,
                **filled,
            )
        )
    figure.update_layout(
        xaxis={"title": "Litters examined", "range": [0, LITTERS + 1], "tickvals": [1, 9, 27, 50, 75, 100]},
        yaxis={
            "title": "Share with another father",
            "range": [-0.13, 1],
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "zeroline": False,
        },
    )
    for text, color, lift in (
        ("dotted: true share", theme.MUTED, 56),
        ("◆ published counts, 95 %", theme.INK, 38),
        ("line: your study, shaded: 95 %", theme.PERSON_I, 20),
        ("● another father  ○ the pair's", theme.PERSON_J, 2),
    ):
        figure.add_annotation(theme.label(text, color, x=0, y=1, **_CORNER, yshift=lift))
    return figure


@checked
def draw_litters(parameters: PaternityStudy, run: PaternityRun) -> Frame:
    """Return what a study changes in the picture; everything grows along the litters."""
    rug = np.where(run.litter % 2 == 0, -0.09, -0.06)
    return Frame(
        {
            "band low": {"x": run.litter, "y": run.low},
            "band high": {"x": run.litter, "y": run.high},
            "truth": {"x": [0, LITTERS + 1], "y": [parameters.true_share] * 2},
            "share": {"x": run.litter, "y": run.share},
            "other": {"x": run.litter[run.shared], "y": rug[run.shared]},
            "pair": {"x": run.litter[~run.shared], "y": rug[~run.shared]},
        }
    )


def _describe_litters(parameters: PaternityStudy, run: PaternityRun) -> str:
    parts = [
        f"{run.count[litters - 1]} of {litters} ({run.low[litters - 1]:.3f} to {run.high[litters - 1]:.3f})"
        for litters in (9, 27, LITTERS)
    ]
    holds = "holds" if run.holds_truth else "misses"
    enclosures, wild = PATERNITY
    return (
        f"Litters with another father, and the exact 95 % interval of their share: {', '.join(parts[:-1])} and "
        f"{parts[-1]}. The last interval {holds} the true share of {parameters.true_share:g}. Published: "
        f"{enclosures.shared} of {enclosures.litters} litters with any other father and {TWO_FATHERS} with two fathers "
        f"in enclosures [{enclosures.citation}]; {wild.shared} of {wild.litters} with two fathers or more in the wild "
        f"[{wild.citation}]. Only the last two counts are of the same thing."
    )


COVER = the_virtual_vole
