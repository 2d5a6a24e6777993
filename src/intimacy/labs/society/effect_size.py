"""The lab on effect sizes: a ratio, drawn among a thousand people."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from intimacy.arguments import checked
from intimacy.labs.society.shared import CORNER
from intimacy.models import society as model
from intimacy.models.society import EffectSize, EffectSizeRun
from intimacy.parameters import signed
from intimacy.widgets import Frame, Lab, Preset, theme

Array = NDArray[np.float64]

ACROSS, DOWN = 40, 25
"""People side by side, and one below the other."""

# What happens to whom: words, colour, symbol and sign.
_GROUPS = {
    "anyway": ("with or without it", theme.INK, "square", "■"),
    "extra": ("only with it", theme.STRESS, "diamond", "◆"),
    "spared": ("only without it", theme.PERSON_I, "cross", "✚"),
    "never": ("not at all", theme.MUTED, "circle-open", "○"),
}


def in_plain_numbers() -> Lab:
    """A ratio as a study reports it, among 1,000 people."""
    return Lab(
        "A ratio of 1.32: how many people is that?",
        EffectSize(),
        model.translate,
        _people_figure,
        draw_people,
        _describe_people,
        [
            Preset(
                "Living alone, odds of death",
                "1.32 [holtlunstad2015]. That 10 in 100 die in the time of the study is our assumption: move it.",
            ),
            Preset(
                "Isolation, newest synthesis",
                "A pooled ratio of 1.32 [wang2023], read as a hazard ratio. Which ratios were pooled, we did not see.",
                {"measure": "hazard_ratio"},
            ),
            Preset(
                "Loneliness, newest synthesis",
                "A pooled ratio of 1.14 [wang2023]: 90 cohorts, 2.2 million people. Compare with the one before.",
                {"measure": "hazard_ratio", "ratio": 1.14},
            ),
            Preset(
                "Loneliness, older people",
                "A hazard ratio of 1.10 [schutter2022]. The authors call it small. Older people: 30 in 100, assumed.",
                {"measure": "hazard_ratio", "ratio": 1.10, "baseline": 30.0},
            ),
            Preset(
                "Isolation, odds of death",
                "1.29 [holtlunstad2015]. Are those 29 more deaths per 100?",
                {"ratio": 1.29},
            ),
            Preset(
                "Ties and survival",
                "Odds of survival, 1.50 [holtlunstad2010], where 90 in 100 survive anyway. The event is a good one.",
                {"ratio": 1.5, "baseline": 90.0},
            ),
            Preset(
                "Unequal incomes, loneliness",
                "Odds of loneliness in more unequal countries, 1.52 [tapiamunoz2022]. One in six is lonely, assumed.",
                {"ratio": 1.52, "baseline": 16.5},
            ),
            Preset(
                "A rare event",
                "The same ratio where 1 in 100 has the event anyway. Odds ratio and risk ratio are nearly the same.",
                {"baseline": 1.0},
            ),
            Preset(
                "A common event",
                "The same ratio where half have the event anyway. Now the two ratios part.",
                {"baseline": 50.0},
            ),
        ],
        controls=["measure", "ratio", "baseline"],
        pinned=[],
    )


def _people_figure() -> go.Figure:
    figure = theme.new_figure(510, margin={"l": 12, "r": 12, "t": 104, "b": 12})
    for key, (_, color, symbol, _) in _GROUPS.items():
        marker = {"symbol": symbol, "size": 7, "color": color, "line": {"color": color, "width": 1}}
        figure.add_scatter(meta=key, x=[], y=[], mode="markers", marker=marker, hoverinfo="skip")
    figure.update_layout(
        xaxis={"visible": False, "range": [-0.7, ACROSS - 0.3]},
        yaxis={"visible": False, "range": [DOWN - 0.4, -0.6]},
    )
    above: dict[str, Any] = {"x": 0, "y": 1, **CORNER}
    figure.add_annotation(theme.label("Of 1,000 people, the event comes to", theme.INK, yshift=74, **above))
    # Nobody is in both of the middle groups, so they share a line.
    for line, (_, color, _, _) in zip((0, 1, 1, 2), _GROUPS.values(), strict=True):
        figure.add_annotation(theme.label("", color, yshift=50 - 23 * line, **above))
    return figure


def _counted(run: EffectSizeRun) -> dict[str, int]:
    without, with_it = run.counts
    return {
        "anyway": min(without, with_it),
        "extra": max(with_it - without, 0),
        "spared": max(without - with_it, 0),
        "never": model.PEOPLE - max(without, with_it),
    }


@checked
def draw_people(_: EffectSize, run: EffectSizeRun) -> Frame:
    """Return what a ratio changes in the picture: who of 1,000 people belongs to which group."""
    counted = _counted(run)
    person = np.arange(model.PEOPLE, dtype=np.float64)
    parts = np.split(person, np.cumsum(list(counted.values()))[:-1])
    return Frame(
        {key: {"x": part // DOWN, "y": part % DOWN} for key, part in zip(counted, parts, strict=True)},
        {
            f"annotations[{line}].text": f"{sign} {counted[key]} {words}" if counted[key] else ""
            for line, (key, (words, _, _, sign)) in enumerate(_GROUPS.items(), start=1)
        },
    )


def _describe_people(parameters: EffectSize, run: EffectSizeRun) -> str:
    without, with_it = run.counts
    kind = model.MEASURES[parameters.measure].lower()
    change = f"{abs(with_it - without)} {'more' if with_it > without else 'fewer'}"
    if with_it == without:
        change = "as many, in whole people"
    return (
        f"Of 1,000 people without it, {without} have the event; of 1,000 with it, {with_it}: {change}. The {kind} of "
        f"{parameters.ratio:g} is a risk ratio of {run.relative_risk:.3f} here, and a difference of "
        f"{signed(run.extra / 10)} percentage points. The other {run.unchanged} dots are the same either way. The "
        "ratio does not say who they are, nor whether one thing causes the other."
    )
