"""The labs of "Reading the evidence": twelve comparisons, a file drawer, the winner's curse and a busy area."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from intimacy.arguments import checked
from intimacy.models import neural_pathways, replication
from intimacy.models import reading_the_evidence as model
from intimacy.models.neural_pathways import ReverseInference
from intimacy.models.reading_the_evidence import BrainImages, Curse, Field
from intimacy.parameters import decimal
from intimacy.widgets import Frame, Lab, Preset, theme

Array = NDArray[np.float64]

_NOTHING: dict[str, Array] = {"x": np.empty(0), "y": np.empty(0)}
_ABOVE: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
_DOTTED = {"color": theme.MUTED, "dash": "dot", "width": 1.5}
_DASHED = {"color": theme.MUTED, "dash": "dash", "width": 2}
_RATES = np.linspace(0.01, 1, 100)


def _interval(pooled: model.Pooled, digits: int = 2) -> tuple[str, str]:
    return decimal(pooled.low, digits), decimal(pooled.high, digits)


def _percent(share: float) -> str:
    """Write a share in percent; what only rounds to nothing or to all of them is told apart from both."""
    text = f"{100 * share:.1f}".removesuffix(".0")
    if text == "0" and share > 0:
        return "below 0.1 %"
    if text == "100" and share < 1:
        return "over 99.9 %"
    return f"{text} %"


def _chance(p: float) -> str:
    """Write a p value, as short as it says something."""
    return "p below .001" if p < 0.001 else f"p = {p:.3f}".replace("0.", ".")


def _diamond(pooled: model.Pooled, row: float, height: float = 0.32) -> dict[str, list[float]]:
    """Return a pooled effect as a diamond as wide as its interval."""
    x = [pooled.low, pooled.estimate, pooled.high, pooled.estimate, pooled.low]
    return {"x": x, "y": [row, row + height, row, row - height, row]}


# Twelve comparisons


def brain_images() -> Lab:
    """Twelve comparisons on the persuasive brain image, pooled in four ways, and without any one of them."""
    return Lab(
        "Does a picture of a brain make a text more convincing?",
        BrainImages(),
        model.read_brain_images,
        _forest_figure,
        draw_brain_images,
        _describe_brain_images,
        [
            Preset("All twelve", "Two comparisons of the first study, ten replications. Does the diamond touch zero?"),
            Preset(
                "One true effect for all",
                "The same twelve. The diamond is narrower, and there is no room for differences.",
                {"method": "fixed"},
            ),
            Preset(
                "A wider interval",
                "Knapp and Hartung's, which knows that the spread is itself an estimate. Same data, same model.",
                {"interval": "knapp_hartung"},
            ),
            Preset("Without the originals", "Only the replications. What is left?", {"left_out": "originals"}),
            Preset(
                "Without a large null",
                "Leave out replication 4, which found nothing. One choice, and zero is out.",
                {"left_out": "replication_4"},
            ),
            Preset(
                "Without replication 9",
                "Leave out replication 9. No other single one raises p as much.",
                {"left_out": "replication_9"},
            ),
        ],
        pinned=[],
    )


_ROWS = 12
_POOLED_ROW, _NEXT_ROW = _ROWS + 0.8, _ROWS + 2.5


def _forest_figure() -> go.Figure:
    figure = theme.new_figure(600, margin={"l": 130, "r": 16, "t": 46, "b": 52})
    for key, marker, color, width in (
        ("gone", {"symbol": "diamond-open", "size": 8}, theme.MUTED, 1),
        ("kept", {"symbol": "diamond", "size": [], "opacity": 1}, theme.INK, 2),
    ):
        figure.add_scatter(
            meta=key,
            x=[],
            y=[],
            mode="markers",
            marker={**marker, "color": color},
            error_x={"type": "data", "array": [], "color": color, "thickness": width, "width": 0},
            hoverinfo="skip",
        )
    tick = {"symbol": "line-ns", "size": 14, "color": theme.MUTED, "line": {"width": 2, "color": theme.MUTED}}
    figure.add_scatter(meta="without", x=[], y=[], mode="markers", marker=tick, hoverinfo="skip")
    figure.add_scatter(
        meta="pooled", x=[], y=[], mode="lines", fill="toself", fillcolor=theme.INK, line={"color": theme.INK}
    )
    figure.add_scatter(meta="next", x=[], y=[], mode="lines", line={"color": theme.INK, "width": 5})
    names = ["orig., no critique", "orig., critique", *(f"replication {number}" for number in range(1, 11))]
    figure.update_layout(
        xaxis={
            "title": "Added agreement (points of 1 to 4)",
            "range": [-0.34, 0.74],
            "dtick": 0.2,
            "zeroline": True,
            "zerolinewidth": 2,
        },
        yaxis={
            "range": [_NEXT_ROW + 1.4, -0.8],
            "tickvals": [*range(_ROWS), _POOLED_ROW, _NEXT_ROW],
            "ticktext": [*names, "<b>pooled</b>", "<b>next one</b>"],
            "showgrid": False,
            "zeroline": False,
            "ticks": "",
        },
    )
    figure.add_shape(
        type="line",
        x0=0,
        x1=1,
        xref="x domain",
        y0=_ROWS - 0.2,
        y1=_ROWS - 0.2,
        line={"color": theme.MUTED, "width": 1},
    )
    above: dict[str, Any] = {"x": 0, **_ABOVE}
    figure.add_annotation(theme.label("◆ a comparison, ─ its 95 % interval", theme.INK, y=1, yshift=18, **above))
    figure.add_annotation(theme.label("│ pooled without this one   ◇ left out", theme.MUTED, y=1, **above))
    for row in (_POOLED_ROW + 0.85, _NEXT_ROW + 0.85):  # below their marks, which can reach far to the right
        figure.add_annotation(theme.label("", theme.INK, x=0.74, y=row, xanchor="right", yanchor="middle"))
    return figure


def _forest_order(studies: Any) -> Array:
    """Return the row of each comparison: the original study's first."""
    original = studies["key"].str.startswith("original").to_numpy()
    order = np.argsort(~original, kind="stable")
    rows = np.empty(len(order))
    rows[order] = np.arange(len(order))
    return rows


@checked
def draw_brain_images(_: BrainImages, run: model.BrainImagesRun) -> Frame:
    """Return what a way to pool changes in the picture."""
    rows, kept, pooled = _forest_order(run.studies), run.kept, run.pooled
    estimate, low = (run.studies[name].to_numpy() for name in ("estimate", "low"))
    traces: dict[str, dict[str, Any]] = {
        key: {"x": estimate[chosen], "y": rows[chosen], "error_x.array": (estimate - low)[chosen]}
        for key, chosen in (("kept", kept), ("gone", ~kept))
    }
    traces["kept"]["marker.size"] = 6 + 32 * np.sqrt(pooled.weights)
    traces["without"] = {"x": run.without[kept], "y": rows[kept]}
    traces["pooled"] = _diamond(pooled, _POOLED_ROW)
    traces["next"] = {"x": [pooled.prediction_low, pooled.prediction_high], "y": [_NEXT_ROW] * 2}
    return Frame(
        traces,
        {
            "annotations[2].text": f"{decimal(pooled.estimate, 3)} [{', '.join(_interval(pooled, 3))}]",
            "annotations[3].text": f"{decimal(pooled.prediction_low, 3)} to {decimal(pooled.prediction_high, 3)}",
        },
    )


def _describe_brain_images(parameters: BrainImages, run: model.BrainImagesRun) -> str:
    pooled, kept = run.pooled, run.kept
    names, without = run.studies["name"].to_numpy()[kept], run.without[kept]
    low, high = int(without.argmin()), int(without.argmax())
    zero = "Zero lies outside of the interval" if pooled.low > 0 or pooled.high < 0 else "Zero lies inside the interval"
    after = (
        f"The true effect of one more such experiment would lie between {decimal(pooled.prediction_low, 3)} and "
        f"{decimal(pooled.prediction_high, 3)}, with a probability of 95 %."
        if parameters.method == "random"
        else "In this model true effects do not differ, so the next experiment has the same one."
    )
    one = "one" if parameters.left_out == "none" else "one more"
    return (
        f"{pooled.experiments} comparisons pooled: with a brain image, agreement is {decimal(pooled.estimate, 3)} "
        f"points higher on a scale from 1 to 4, from {' to '.join(_interval(pooled, 3))} ({_chance(pooled.p)}). "
        f"{zero}. {_percent(pooled.i_squared)} of the variation is more than chance (I²). {after} Leaving out {one}, "
        f"the pooled effect is between {decimal(without[low], 3)} (without {_lower(names[low])}) and "
        f"{decimal(without[high], 3)} (without {_lower(names[high])})."
    )


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


# A field: pooled, and as a funnel

# Where everything is published, the drawer is empty and nothing leaks from it.
_LEAK_COUNTS = {"leak": ("publication", ("positive", "significant"))}


def pool() -> Lab:
    """A field of experiments that differ, what of it is published, and what pooling makes of that."""
    return Lab(
        "You pool all that was published. Is that all there was?",
        Field(),
        model.simulate_field,
        _field_figure,
        draw_field,
        _describe_field,
        [
            Preset("Everything is published", "Thirty experiments, small differences. Is the truth in the diamond?"),
            Preset(
                "Findings as expected",
                "The same thirty. Only what is significant and above zero can be read.",
                {"publication": "positive"},
            ),
            Preset(
                "Nothing on average",
                "True effects differ around zero. What gets through the filter, and what does it say together?",
                {"publication": "positive", "effect": 0.0, "heterogeneity": 0.3, "experiments": 60},
            ),
            Preset(
                "Large experiments",
                "The same filter, with 200 people per arm. It has less to bite on.",
                {"publication": "positive", "participants": 200},
            ),
            Preset(
                "Worlds apart",
                "True effects differ a lot. The diamond is one thing; look at the bar of the next one.",
                {"heterogeneity": 0.5},
            ),
            Preset(
                "A leaking drawer",
                "Half of the rest is published too. How much does that repair?",
                {"publication": "positive", "leak": 0.5},
            ),
        ],
        controls=["effect", "heterogeneity", "publication", "participants", "experiments", "size_spread", "leak"],
        advanced=["experiments", "size_spread", "leak"],
        only_with=_LEAK_COUNTS,
        pinned=[],
        seed=7,
    )


_LINES = {"read": 0.0, "all run": 1.0, "next one": 2.0}


def _field_figure() -> go.Figure:
    figure = theme.new_figure(620, margin={"l": 84, "r": 16, "t": 46, "b": 52})
    for key, symbol, color, width in (
        ("drawer", "circle-open", theme.MUTED, 1),
        ("published", "diamond", theme.INK, 2),
    ):
        figure.add_scatter(
            meta=key,
            x=[],
            y=[],
            mode="markers",
            marker={"symbol": symbol, "size": 7, "color": color},
            error_x={"type": "data", "array": [], "color": color, "thickness": width, "width": 0},
            hoverinfo="skip",
        )
    for key, color in (("pooled", theme.INK), ("everything", theme.MUTED)):
        figure.add_scatter(
            meta=key, x=[], y=[], mode="lines", fill="toself", fillcolor=color, line={"color": color}, yaxis="y2"
        )
    figure.add_scatter(meta="next", x=[], y=[], mode="lines", line={"color": theme.INK, "width": 5}, yaxis="y2")
    figure.update_layout(
        xaxis={"title": "Effect d (standard deviations)", "range": [-1.8, 2.6], "dtick": 0.5, "anchor": "y2"},
        yaxis={
            "title": "Experiments<br>(large ones on top)",
            "domain": [0.33, 1],
            "range": [1.03, -0.03],
            "showticklabels": False,
            "ticks": "",
            "showgrid": False,
            "zeroline": False,
        },
        yaxis2={
            "domain": [0, 0.27],
            "anchor": "x",
            "range": [2.6, -0.6],
            "tickvals": list(_LINES.values()),
            "ticktext": list(_LINES),
            "showgrid": False,
            "zeroline": False,
            "ticks": "",
        },
    )
    for axis in ("y", "y2"):
        figure.add_shape(type="line", x0=0, x1=0, y0=0, y1=1, yref=f"{axis} domain", line=_DASHED)
    figure.add_annotation(theme.label("◆ published   ○ file drawer", theme.INK, x=0, y=1, yshift=18, **_ABOVE))
    figure.add_annotation(theme.label("dashed: the mean true effect", theme.MUTED, x=0, y=1, **_ABOVE))
    return figure


@checked
def draw_field(parameters: Field, run: model.FieldRun) -> Frame:
    """Return what a field changes in the picture of its intervals."""
    order = np.argsort(run.standard_error, kind="stable")
    rows = np.empty(len(order))
    rows[order] = np.arange(len(order)) / (len(order) - 1)
    reach = 1.959963984540054 * run.standard_error
    traces: dict[str, dict[str, Any]] = {
        key: {"x": run.estimate[chosen], "y": rows[chosen], "error_x.array": reach[chosen]}
        for key, chosen in (("published", run.published), ("drawer", ~run.published))
    }
    traces["everything"] = _diamond(run.everything, _LINES["all run"])
    traces["pooled"] = _NOTHING if run.pooled is None else _diamond(run.pooled, _LINES["read"])
    foretold = run.pooled is not None and math.isfinite(run.pooled.prediction_low)
    traces["next"] = _NOTHING
    if run.pooled is not None and foretold:
        traces["next"] = {"x": [run.pooled.prediction_low, run.pooled.prediction_high], "y": [_LINES["next one"]] * 2}
    truth = {f"shapes[{number}].{end}": parameters.effect for number in (0, 1) for end in ("x0", "x1")}
    return Frame(traces, truth)


def _describe_field(parameters: Field, run: model.FieldRun) -> str:
    text = f"{int(run.published.sum())} of {len(run.published)} experiments can be read. "
    truth = f"the mean true effect is {parameters.effect:g}"
    everything = f"from {' to '.join(_interval(run.everything))}, around {decimal(run.everything.estimate)}"
    if run.pooled is None:
        return f"{text}That is too little to pool, while {truth}. All that was run would have given {everything}."
    pooled = run.pooled
    hit = "inside" if pooled.low <= parameters.effect <= pooled.high else "outside of"
    text += (
        f"Pooled, they give {decimal(pooled.estimate)}, from {' to '.join(_interval(pooled))}; {truth}, "
        f"{hit} this interval. All that was run would have given {everything}. "
    )
    if math.isfinite(pooled.prediction_low):
        text += (
            f"From what can be read, the true effect of the next experiment lies between "
            f"{decimal(pooled.prediction_low)} and {decimal(pooled.prediction_high)}"
        )
        share = np.mean((run.truth >= pooled.prediction_low) & (run.truth <= pooled.prediction_high))
        return f"{text}; of the true effects of all experiments run, {_percent(float(share))} do."
    return f"{text}Two are too few to foretell the next."


def funnel() -> Lab:
    """The same field as a funnel: small experiments at the bottom, and what is missing from it."""
    return Lab(
        "What is missing from this picture?",
        Field(experiments=60, size_spread=5),
        model.simulate_field,
        _funnel_figure,
        draw_funnel,
        _describe_funnel,
        [
            Preset("The whole funnel", "Sixty experiments around a mean truth. The smaller, the wider they scatter."),
            Preset(
                "Half a funnel",
                "Only findings as expected. Which corner is empty?",
                {"publication": "positive"},
            ),
            Preset(
                "Any finding",
                "Findings of either sign. The hole is now in the middle.",
                {"publication": "significant", "effect": 0.0},
            ),
            Preset(
                "Differences, no filter",
                "True effects differ and all is published. Experiments leave the funnel, large ones too.",
                {"heterogeneity": 0.4},
            ),
            Preset(
                "Ten experiments",
                "The filter is at work, and with so few the test of the funnel hardly ever notices.",
                {"publication": "positive", "experiments": 10, "leak": 0.1},
            ),
        ],
        controls=["effect", "heterogeneity", "publication", "participants", "experiments", "size_spread", "leak"],
        advanced=["size_spread", "leak"],
        only_with=_LEAK_COUNTS,
        pinned=[],
        seed=7,
    )


def _funnel_figure() -> go.Figure:
    figure = theme.new_figure(480, margin={"l": 72, "r": 16, "t": 66, "b": 52})
    figure.add_scatter(meta="edge", x=[], y=[], mode="lines", line={"color": theme.MUTED, "width": 1})
    figure.add_scatter(meta="wedge", x=[], y=[], mode="lines", line=_DOTTED)
    figure.add_scatter(meta="truth", x=[], y=[], mode="lines", line=_DASHED)
    figure.add_scatter(meta="middle", x=[], y=[], mode="lines", line={"color": theme.INK, "width": 2})
    drawer = {"symbol": "circle-open", "size": 8, "color": theme.MUTED}
    figure.add_scatter(meta="drawer", x=[], y=[], mode="markers", marker=drawer, hoverinfo="skip")
    published = {"symbol": "diamond", "size": 9, "color": theme.INK}
    figure.add_scatter(meta="published", x=[], y=[], mode="markers", marker=published, hoverinfo="skip")
    figure.update_layout(
        xaxis={"title": "Estimated effect d (standard deviations)", "range": [-1.6, 2.2], "zeroline": False},
        yaxis={"title": "Standard error<br>(small experiments at the bottom)", "range": [0.8, 0], "zeroline": False},
    )
    for line, (words, color) in enumerate(
        (
            ("dashed: truth, grey: p = .05", theme.MUTED),
            ("line: pooled, dotted: its funnel", theme.INK),
            ("◆ published   ○ file drawer", theme.INK),
        )
    ):
        figure.add_annotation(theme.label(words, color, x=0, y=1, yshift=4 + 19 * line, **_ABOVE))
    return figure


@checked
def draw_funnel(parameters: Field, run: model.FieldRun) -> Frame:
    """Return what a field changes in the picture of its funnel."""
    depth = theme.ceiling(float(run.standard_error.max()), 0.4)
    ends = np.array([depth, 1e-6])
    traces: dict[str, dict[str, Any]] = {
        "edge": _wedge(0.0, ends),
        "truth": {"x": [parameters.effect] * 2, "y": [0, depth]},
        "wedge": _NOTHING,
        "middle": _NOTHING,
    }
    for key, chosen in (("published", run.published), ("drawer", ~run.published)):
        traces[key] = {"x": run.estimate[chosen], "y": run.standard_error[chosen]}
    if run.pooled is not None:
        traces["wedge"] = _wedge(run.pooled.estimate, ends)
        traces["middle"] = {"x": [run.pooled.estimate] * 2, "y": [0, depth]}
    return Frame(traces, {"yaxis.range": [depth, 0]})


def _wedge(centre: float, ends: Array) -> dict[str, list[float]]:
    left, right = replication.funnel_limits(centre, ends)
    return {"x": [float(left[0]), centre, float(right[0])], "y": [float(ends[0]), 0.0, float(ends[0])]}


def _describe_funnel(parameters: Field, run: model.FieldRun) -> str:
    text = f"{int(run.published.sum())} of {len(run.published)} experiments can be read"
    if run.pooled is None:
        return f"{text}, too few for a funnel; the mean true effect is {parameters.effect:g}."
    left, right = replication.funnel_limits(run.pooled.estimate, run.standard_error[run.published])
    shown = run.estimate[run.published]
    inside = int(((shown >= left) & (shown <= right)).sum())
    text += (
        f", around a pooled effect of {decimal(run.pooled.estimate)}; the mean true effect is {parameters.effect:g}. "
        f"Of those that can be read, {inside} lie inside the funnel around the pooled effect. "
    )
    if run.asymmetry is None:
        reason = "There are too few" if len(shown) < 3 else "All are of one size"
        return f"{text}{reason}, so small and large ones cannot be compared."
    found = run.asymmetry
    notice = "notices a difference" if found.p < 0.05 else "does not notice a difference"
    return (
        f"{text}Egger's regression {notice} between small and large ones (intercept {decimal(found.intercept)}, "
        f"{_chance(found.p)})."
    )


# The winner's curse


def winners_curse() -> Lab:
    """Power, the mean of significant estimates, and how many findings are true, by the size of a study."""
    return Lab(
        "It is significant. How large is the effect, and is it there at all?",
        Curse(),
        model.read_curse,
        _curse_figure,
        draw_curse,
        _describe_curse,
        [
            Preset("A small study", "29 people per arm and a true effect of 0.28. Read the three dots from the top."),
            Preset(
                "Four times as many",
                "The same question, 116 people per arm. All three dots move.",
                {"participants": 116},
            ),
            Preset("Ninety-five percent", "333 per arm. What is left of the curse?", {"participants": 333}),
            Preset(
                "A long shot",
                "One idea in twenty is true. The upper two dots stay where they were.",
                {"prior": 0.05},
            ),
            Preset(
                "A tiny effect",
                "A true effect of 0.1. What is significant is too large by far, if its sign is right.",
                {"effect": 0.1},
            ),
            Preset("Some bias", "Two of ten empty results are claimed as findings too.", {"bias": 0.2}),
        ],
        controls=["participants", "effect", "prior", "bias", "alpha"],
        advanced=["bias", "alpha"],
        pinned=["power", "significant", "true_share"],
    )


_CURVES = ("power", "significant", "true_share")


def _curse_figure() -> go.Figure:
    figure = theme.new_figure(600, margin={"l": 84, "r": 20, "t": 24, "b": 52})
    for number, key in enumerate(_CURVES, start=1):
        axis = "" if number == 1 else str(number)
        line = {"color": theme.INK, "width": 2}
        figure.add_scatter(meta=key, x=[], y=[], mode="lines", line=line, yaxis=f"y{axis}")
        dot = {"symbol": "diamond", "size": 12, "color": theme.INK}
        figure.add_scatter(
            meta=f"{key} here", x=[], y=[], mode="markers", marker=dot, yaxis=f"y{axis}", cliponaxis=False
        )
    shares = {"range": [0, 1.04], "tickformat": ".0%", "dtick": 0.5, "zeroline": False}
    figure.update_layout(
        xaxis={
            "title": "Participants per arm (log scale)",
            "type": "log",
            "range": [math.log10(4.8), 3.02],
            "tickvals": [5, 20, 100, 500],
            "anchor": "y3",
        },
        yaxis={"title": "Power", "domain": [0.74, 1], **shares},
        yaxis2={"title": "Mean significant<br>estimate (SD)", "domain": [0.37, 0.63], "range": [0, 2.6], "dtick": 1},
        yaxis3={"title": "Findings<br>that are true", "domain": [0, 0.26], **shares},
    )
    figure.add_shape(type="line", x0=0, x1=1, xref="x domain", y0=0, y1=0, yref="y2", line=_DASHED)
    for number, y in enumerate((1, 0.63, 0.26)):
        words = ("", "dashed: the true effect", "")[number]
        figure.add_annotation(theme.label(words, theme.INK, x=0, y=y, **_ABOVE))
    return figure


@checked
def draw_curse(parameters: Curse, run: model.CurseRun) -> Frame:
    """Return what a kind of study changes in the picture."""
    traces: dict[str, dict[str, Any]] = {}
    highest = max(float(run.significant.max()), run.here["significant"])
    for key in _CURVES:
        traces[key] = {"x": run.participants, "y": getattr(run, key)}
        traces[f"{key} here"] = {"x": [parameters.participants], "y": [run.here[key]]}
    return Frame(
        traces,
        {
            "shapes[0].y0": parameters.effect,
            "shapes[0].y1": parameters.effect,
            "yaxis2.range": [0, theme.ceiling(highest, 2.6)],
            "annotations[0].text": f"finds a true effect: {_percent(run.here['power'])}",
            "annotations[1].text": f"{run.here['significant']:.2f}; dashed: the true effect",
            "annotations[2].text": f"of its findings true: {_percent(run.here['true_share'])}",
        },
    )


def _describe_curse(parameters: Curse, run: model.CurseRun) -> str:
    here = run.here
    return (
        f"With {parameters.participants} people per arm a true effect of {parameters.effect:g} is found in "
        f"{_percent(here['power'])} of studies. The significant estimates above zero are {here['significant']:.2f} on "
        f"average, {here['significant'] / parameters.effect:.2f} times the true effect; "
        f"{_percent(here['wrong_sign'])} of all significant results have the wrong sign. If "
        f"{_percent(parameters.prior)} of such ideas are true, {_percent(here['true_share'])} of the findings are."
    )


# A busy area


def reverse_inference() -> Lab:
    """How much an active area tells, by how busy it is with other things."""
    return Lab(
        "The area was active. So they felt it?",
        ReverseInference(),
        neural_pathways.infer_process,
        _busy_figure,
        draw_busy,
        _describe_busy,
        [
            Preset("A busy area", "Active in one of five other studies. One study in twenty is about the feeling."),
            Preset("A picky area", "Active in one of fifty others. The same blob says much more.", {"base_rate": 0.02}),
            Preset("A better question", "Half of the studies in question are about the feeling.", {"prior": 0.5}),
            Preset(
                "It never fails",
                "Active whenever the feeling is there. Does that help?",
                {"sensitivity": 1.0},
            ),
        ],
        controls=["base_rate", "prior", "sensitivity"],
        pinned=["curve"],
    )


def _busy_figure() -> go.Figure:
    figure = theme.new_figure(400, margin={"l": 76, "r": 20, "t": 48, "b": 52})
    figure.add_scatter(meta="before", x=[], y=[], mode="lines", line=_DOTTED)
    figure.add_scatter(meta="curve", x=[], y=[], mode="lines", line={"color": theme.INK, "width": 2})
    dot = {"symbol": "diamond", "size": 13, "color": theme.INK}
    figure.add_scatter(meta="here", x=[], y=[], mode="markers", marker=dot, cliponaxis=False)
    figure.update_layout(
        xaxis={"title": "Active in other studies", "range": [0, 1.02], "tickformat": ".0%", "dtick": 0.25},
        yaxis={"title": "Chance of the feeling,<br>area active", "range": [0, 1.04], "tickformat": ".0%"},
    )
    figure.add_annotation(theme.label("", theme.INK, x=0, y=1, align="left", **_ABOVE))
    return figure


@checked
def draw_busy(parameters: ReverseInference, result: neural_pathways.ReverseInferenceResult) -> Frame:
    """Return what an area changes in the picture."""
    curve = neural_pathways.posterior(parameters.prior, parameters.sensitivity, _RATES)
    return Frame(
        {
            "before": {"x": [0, 1.02], "y": [parameters.prior] * 2},
            "curve": {"x": _RATES, "y": curve},
            "here": {"x": [parameters.base_rate], "y": [result.posterior]},
        },
        {
            "annotations[0].text": f"the feeling, given the blob: {_percent(result.posterior)}<br>"
            "dotted: before the scan"
        },
    )


def _describe_busy(parameters: ReverseInference, result: neural_pathways.ReverseInferenceResult) -> str:
    return (
        f"Before the scan the chance of the process, here a feeling, is {_percent(parameters.prior)}. The area is "
        f"active in {_percent(parameters.sensitivity)} of studies of the feeling and in "
        f"{_percent(parameters.base_rate)} of all others. Given that it was active, the chance is "
        f"{_percent(result.posterior)}: the odds are {result.bayes_factor:.3g} times what they were. Toy numbers."
    )


COVER = brain_images
