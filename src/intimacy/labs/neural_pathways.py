"""The labs of "ACC, insula, prefrontal cortex and emotional resonance: pathways"."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from intimacy.arguments import checked
from intimacy.models import neural_pathways as model
from intimacy.models.neural_pathways import PERSONS, RATE_CEILING, REGIONS, Person, Region, TwoPeople
from intimacy.widgets import Frame, Lab, Play, Preset, Solid, theme

Array = NDArray[np.float64]
Point = tuple[float, float]

BRIGHTEST = 2.0
"""The rate at which a region of the 3-D brain has its full colour. The colour follows the square root up to there."""

_COLORS: dict[Person, str] = {"i": theme.PERSON_I, "j": theme.PERSON_J}
_STOPS = 101
_MOST_SAMPLES = 400
_SMALLEST_TOP = 1.5


@checked
def the_pathways(solid: Solid | None = None) -> Lab:
    """A threat to i, felt by j: four regions of each over time, as a network, and on a brain where one is given.

    The playhead runs over per cent of the time shown, because the time shown is itself a parameter.
    """
    return Lab(
        "What happens in j when i is threatened?",
        TwoPeople(),
        model.simulate_two_people,
        _pathways_figure,
        lambda parameters, run: draw_pathways(parameters, run, with_solid=solid is not None),
        _describe_pathways,
        [
            Preset(
                "Watching a friend",
                "Person i is threatened; j is safe and looks on. Play it: which region of j answers, which hardly?",
            ),
            Preset(
                "Reappraise",
                "Person i sees the threat in another light: i's prefrontal cortex works. Whose insula cools?",
                {"reappraisal": 1.0},
            ),
            Preset(
                "Person j keeps calm",
                "The same effort, in j. Compare with the effort in i.",
                {"reappraisal": 1.0, "reappraiser": "j"},
            ),
            Preset(
                "Hold a hand",
                "Somebody holds i's hand and 0.6 of the threat is gone: a toy number. Look at the first half-second.",
                {"hand_holding": 0.6},
            ),
            Preset(
                "Too much resonance",
                "The coupling is beyond the critical one. Each one's alarm feeds the other's. Mind the axes.",
                {"coupling": 0.9},
            ),
            Preset(
                "No regulation",
                "Weaker coupling than in Too much resonance, but nothing holds back. How long until the ceiling?",
                {"coupling": 0.75, "regulation": 0.0},
            ),
            Preset(
                "Regulation saves",
                "As in No regulation, but now the prefrontal cortex quietens the amygdala.",
                {"coupling": 0.75, "regulation": 0.8},
            ),
            Preset(
                "One-sided",
                "Person j feels i strongly, i feels nothing of j. A loop needs two.",
                {"coupling": 0.9, "uneven": True, "coupling_back": 0.0},
            ),
            Preset(
                "Without the amygdala",
                "In this toy the threat comes in by the amygdala and nowhere else. Then try the other regions.",
                {"lesion": "amygdala"},
            ),
        ],
        controls=[
            "threat",
            "coupling",
            "reappraisal",
            "reappraiser",
            "regulation",
            "hand_holding",
            "lesion",
            *_FOLDED,
        ],
        advanced=_FOLDED,
        only_with={"coupling_back": ("uneven", (True,))},
        pinned=[_line_key(region, person) for region, person in _lines()],
        play=Play(
            "Per cent of the time shown",
            [_line_key(region, person) for region, person in _lines()],
            0,
            100,
            step=100 / (_STOPS - 1),
            seconds=8,
            films=[*(f"names {region}" for region in REGIONS), *(f"nodes {person}" for person in PERSONS), "solid"],
        ),
        solid=solid,
    )


_FOLDED = (
    "expressed",
    "uneven",
    "coupling_back",
    "amygdala_to_insula",
    "insula_to_amygdala",
    "cingulate_to_insula",
    "insula_to_cingulate",
    "amygdala_to_cingulate",
    "cingulate_to_prefrontal",
    "prefrontal_time",
    "amygdala_time",
    "insula_time",
    "cingulate_time",
    "duration",
)

_SHORT: dict[Region, str] = {"amygdala": "AMY", "insula": "AI", "cingulate": "ACC", "prefrontal": "PFC"}
_HEADINGS: dict[Region, str] = {
    "amygdala": "AMY: amygdala",
    "insula": "AI: ant. insula",
    "cingulate": "ACC: cingulate",
    "prefrontal": "PFC: prefrontal",
}

# The panels stand as the regions stand in i's half of the network: (column, row), each from the left and the top.
_PANELS: dict[Region, tuple[int, int]] = {
    "amygdala": (0, 0),
    "insula": (1, 0),
    "prefrontal": (0, 1),
    "cingulate": (1, 1),
}
_COLUMNS = ((0.0, 0.465), (0.535, 1.0))
_ROWS = ((0.80, 0.965), (0.545, 0.71))
_NETWORK_TOP = 0.42
_PERCENT_END = 109  # leaves room for the names at the ends of the lines

# The network: places of i's regions; j's are mirrored at the middle.
_MIDDLE = 5.0
_ON_NETWORK = {"xaxis": "x3", "yaxis": "y5"}
_PLACES: dict[Region, Point] = {
    "amygdala": (1.0, 3.2),
    "insula": (3.4, 3.2),
    "prefrontal": (1.0, 0.8),
    "cingulate": (3.4, 0.8),
}
_HALF_WIDTH, _HALF_HEIGHT = 0.75, 0.36


@dataclass(frozen=True)
class _Link:
    """A link inside a person: its weight's parameter, and where i's arrow begins and ends."""

    weight: str
    source: Region
    target: Region
    tail: Point
    head: Point


_EXCITING = (
    _Link("amygdala_to_insula", "amygdala", "insula", (1.8, 3.35), (2.6, 3.35)),
    _Link("insula_to_amygdala", "insula", "amygdala", (2.6, 3.05), (1.8, 3.05)),
    _Link("insula_to_cingulate", "insula", "cingulate", (3.15, 2.8), (3.15, 1.2)),
    _Link("cingulate_to_insula", "cingulate", "insula", (3.65, 1.2), (3.65, 2.8)),
    _Link("amygdala_to_cingulate", "amygdala", "cingulate", (1.55, 2.8), (2.7, 1.2)),
    _Link("cingulate_to_prefrontal", "cingulate", "prefrontal", (2.6, 0.8), (1.8, 0.8)),
)
_CALMING = _Link("regulation", "prefrontal", "amygdala", (1.0, 1.2), (1.0, 2.76))
_CALMING_BAR = 0.3

# What one person shows reaches the other's insula: straight across, or over the top where the amygdala shows.
_ACROSS: dict[Person, tuple[Point, Point]] = {"i": ((4.2, 3.35), (5.8, 3.35)), "j": ((5.8, 3.05), (4.2, 3.05))}
_OVER: dict[Person, tuple[Point, ...]] = {
    "i": ((1.2, 3.58), (1.2, 4.05), (6.4, 4.05), (6.4, 3.6)),
    "j": ((8.8, 3.58), (8.8, 4.4), (3.6, 4.4), (3.6, 3.6)),
}
_FEELS_HEIGHT: dict[str, dict[Person, float]] = {"insula": {"i": 3.78, "j": 2.62}, "amygdala": {"i": 3.82, "j": 4.62}}


def _mirrored(point: Point, person: Person) -> Point:
    return point if person == "i" else (2 * _MIDDLE - point[0], point[1])


def _lines() -> list[tuple[Region, Person]]:
    return list(product(REGIONS, PERSONS))


def _line_key(region: Region, person: Person) -> str:
    return f"{region} {person}"


def _axes(region: Region) -> tuple[str, str]:
    """Return the names of the axes of a panel: the two columns share their x, all panels have a y of their own."""
    column, row = _PANELS[region]
    number = 1 + column + 2 * row
    return f"x{'' if column == 0 else 2}", f"y{'' if number == 1 else number}"


def _width(weight: float) -> float:
    """Return how thick the arrow of a weight is, in pixels."""
    return 1 + 4 * weight


def _pathways_figure() -> go.Figure:
    figure = theme.new_figure(660, margin={"l": 62, "r": 8, "t": 8, "b": 8}, barmode="overlay")
    for region in REGIONS:
        _add_panel(figure, region)
    for axis, anchor, domain in zip(("xaxis", "xaxis2"), ("y3", "y4"), _COLUMNS, strict=True):
        figure.update_layout(
            {axis: {"domain": domain, "range": [0, _PERCENT_END], "tickvals": [0, 50, 100], "anchor": anchor}}
        )
    figure.update_layout(
        xaxis3={"domain": [0, 1], "range": [0, 2 * _MIDDLE], "anchor": "y5", "visible": False},
        yaxis5={"domain": [0, _NETWORK_TOP], "range": [-0.5, 4.85], "anchor": "x3", "visible": False},
        annotations=list(_ANNOTATIONS.values()),
        shapes=list(_SHAPES.values()),
    )
    for person in PERSONS:
        places = [_mirrored(_PLACES[region], person) for region in REGIONS]
        figure.add_bar(
            meta=f"nodes {person}",
            x=[x for x, _ in places],
            y=[],
            base=[y - _HALF_HEIGHT for _, y in places],
            width=2 * _HALF_WIDTH,
            marker={"color": _COLORS[person], "opacity": 0.45},
            hoverinfo="skip",
            **_ON_NETWORK,
        )
    figure.add_scatter(
        meta="lesion",
        x=[],
        y=[],
        mode="markers",
        marker={"symbol": "x-thin", "size": 44, "line": {"width": 4, "color": theme.INK}},
        hoverinfo="skip",
        **_ON_NETWORK,
    )
    return figure


def _add_panel(figure: go.Figure, region: Region) -> None:
    """Add the lines of a region, and the names that ride at their ends."""
    x, y = _axes(region)
    column, row = _PANELS[region]
    for person in PERSONS:
        color = _COLORS[person]
        figure.add_scatter(
            meta=_line_key(region, person),
            x=[],
            y=[],
            mode="lines",
            line={"color": color, "dash": theme.DASHES[color]},
            hovertemplate=f"{person}: %{{y:.3g}}<extra></extra>",
            xaxis=x,
            yaxis=y,
        )
    figure.add_scatter(
        meta=f"names {region}",
        x=[],
        y=[],
        mode="text",
        text=[f"\N{NO-BREAK SPACE}{person}" for person in PERSONS],
        textposition="middle right",
        textfont={"size": 14, "color": [theme.TEXT[_COLORS[person]] for person in PERSONS]},
        hoverinfo="skip",
        cliponaxis=False,
        xaxis=x,
        yaxis=y,
    )
    figure.update_layout(
        {
            f"yaxis{y[1:]}": {
                "domain": _ROWS[row],
                "anchor": x,
                "showticklabels": column == 0,
                "nticks": 4,
                "automargin": False,
            }
        }
    )


def _annotations() -> dict[str, dict[str, Any]]:
    """Return the labels and arrows of the picture by name, in the order in which plotly gets them."""
    corner: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    on_network = {"xref": "x3", "yref": "y5"}
    found = {
        "activity": theme.label(
            "Activity (toy units)",
            x=0,
            y=(_ROWS[0][1] + _ROWS[1][0]) / 2,
            xref="paper",
            yref="paper",
            yanchor="middle",
            textangle=-90,
            xshift=-60,
        ),
        "seconds": theme.label(
            "Seconds since the threat began",
            x=0.5,
            y=_ROWS[1][0],
            xref="paper",
            yref="paper",
            yanchor="top",
            yshift=-24,
        ),
        "threat": _arrow("i", (0.6, 4.3), (0.6, 3.6)),
        "threat name": theme.label("threat", x=0.25, y=4.55, xanchor="left", **on_network),
    }
    for region in REGIONS:
        x_axis, y_axis = _axes(region)
        column, row = _PANELS[region]
        found[f"heading {region}"] = theme.label(_HEADINGS[region], x=_COLUMNS[column][0], y=_ROWS[row][1], **corner)
        # Plotly leaves out a label whose place is outside the axis, so this one shows only where the ceiling does.
        found[f"ceiling {region}"] = theme.label(
            f"ceiling {RATE_CEILING:g}", theme.MUTED, x=0, y=RATE_CEILING, **corner | {"xref": x_axis, "yref": y_axis}
        )
    for person, other in zip(PERSONS, reversed(PERSONS), strict=True):
        color = _COLORS[person]
        for link in _EXCITING:
            found[f"{link.weight} {person}"] = _arrow(
                person, _mirrored(link.tail, person), _mirrored(link.head, person)
            )
        for region in REGIONS:
            x, y = _mirrored(_PLACES[region], person)
            found[f"node {region} {person}"] = theme.label(_SHORT[region], x=x, y=y, **on_network)
        found[f"coupling {person}"] = _arrow(person, *_ACROSS[person])
        found[f"feels {person}"] = theme.label(f"{other} feels {person}", color, x=_MIDDLE, y=0, **on_network)
        x, y = _mirrored((3.4, 0.1), person)
        found[f"person {person}"] = theme.label(f"person {person}", color, x=x, y=y, **on_network)
        x, y = _mirrored((0.25, -0.3), person)
        side = "left" if person == "i" else "right"
        found[f"reappraisal {person}"] = _arrow(person, *(_mirrored((1.0, end), person) for end in (-0.1, 0.4)))
        found[f"reappraisal name {person}"] = theme.label("reappraisal", x=x, y=y, xanchor=side, **on_network)
    return found


def _arrow(person: Person, tail: Point, head: Point) -> dict[str, Any]:
    return {
        "text": "",
        "showarrow": True,
        "x": head[0],
        "y": head[1],
        "ax": tail[0],
        "ay": tail[1],
        "xref": "x3",
        "yref": "y5",
        "axref": "x3",
        "ayref": "y5",
        "arrowcolor": _COLORS[person],
        "arrowhead": 2,
        "arrowsize": 0.6,
        "arrowwidth": 2,
    }


def _shapes() -> dict[str, dict[str, Any]]:
    """Return the lines and boxes of the picture by name, in the order in which plotly gets them."""
    on_network = {"xref": "x3", "yref": "y5"}
    found: dict[str, dict[str, Any]] = {}
    for region in REGIONS:
        x_axis, y_axis = _axes(region)
        found[f"ceiling {region}"] = {
            **_straight((0, RATE_CEILING), (_PERCENT_END, RATE_CEILING), theme.MUTED, "dot"),
            "xref": x_axis,
            "yref": y_axis,
        }
    for person in PERSONS:
        color = _COLORS[person]
        for region in REGIONS:
            x, y = _mirrored(_PLACES[region], person)
            found[f"node {region} {person}"] = {
                "type": "rect",
                "x0": x - _HALF_WIDTH,
                "x1": x + _HALF_WIDTH,
                "y0": y - _HALF_HEIGHT,
                "y1": y + _HALF_HEIGHT,
                "line": {"color": color, "width": 2, "dash": "solid" if person == "i" else "dash"},
                **on_network,
            }
        tail, (x, y) = (_mirrored(point, person) for point in (_CALMING.tail, _CALMING.head))
        found[f"regulation {person}"] = {**_straight(tail, (x, y), color, "4px,3px"), **on_network}
        left, right = (x - _CALMING_BAR, y), (x + _CALMING_BAR, y)
        found[f"regulation end {person}"] = {**_straight(left, right, color), **on_network}
        found[f"over {person}"] = {
            "type": "path",
            "path": "M" + " L".join(f"{x},{y}" for x, y in _OVER[person]),
            "line": {"color": color, "width": 2},
            **on_network,
        }
    return found


def _straight(start: Point, end: Point, color: str, dash: str = "solid") -> dict[str, Any]:
    line = {"color": color, "dash": dash, "width": 1.5}
    return {"type": "line", "x0": start[0], "y0": start[1], "x1": end[0], "y1": end[1], "line": line}


_ANNOTATIONS = _annotations()
_SHAPES = _shapes()
# Plotly changes labels and shapes by their position.
_PLACE_OF = {
    "annotations": {name: index for index, name in enumerate(_ANNOTATIONS)},
    "shapes": {name: index for index, name in enumerate(_SHAPES)},
}


def _changed(kind: str, name: str, **changes: Any) -> dict[str, Any]:
    """Return what changes in one label or shape, as a frame's layout has it."""
    return {f"{kind}[{_PLACE_OF[kind][name]}].{path}": value for path, value in changes.items()}


@checked
def draw_pathways(parameters: TwoPeople, run: model.TwoPeopleRun, *, with_solid: bool = False) -> Frame:
    """Return what a run changes in the picture, and in the colours of the brain where there is one."""
    top = theme.ceiling(float(run.rates.max()), _SMALLEST_TOP)
    last = len(run.seconds) - 1
    shown = np.unique(np.linspace(0, last, min(last + 1, _MOST_SAMPLES)).round().astype(int))
    stops = np.linspace(0, last, _STOPS).round().astype(int)
    percent = 100 * run.seconds / parameters.duration
    traces: dict[str, dict[str, Any]] = {}
    for index, region in enumerate(REGIONS):
        for person, rates in zip(PERSONS, run.rates[:, index], strict=True):
            traces[_line_key(region, person)] = {"x": percent[shown], "y": rates[shown]}
        ends = _apart(run.rates[:, index, stops], 0.14 * top)
        traces[f"names {region}"] = {"x": np.tile(percent[stops, None] + 1, 2), "y": ends.T}
    for person, rates in zip(PERSONS, run.rates, strict=True):
        traces[f"nodes {person}"] = {"y": 2 * _HALF_HEIGHT * rates[:, stops].T / top}
    crossed = (
        [] if parameters.lesion == "none" else [_PLACES[region] for region in REGIONS if region == parameters.lesion]
    )
    traces["lesion"] = {"x": np.array([x for x, _ in crossed]), "y": np.array([y for _, y in crossed])}
    if with_solid:
        rates = run.rates[:, :, stops].reshape(-1, _STOPS).T
        traces["solid"] = {"shade": np.minimum(np.sqrt(rates / BRIGHTEST), 1), "value": rates}
    return Frame(traces, {**_axis_layout(parameters, top), **_network_layout(parameters)})


def _apart(rates: Array, gap: float) -> Array:
    """Return places for two labels, shape (2, stops), near their rates and at least a gap apart."""
    middle, half = rates.mean(axis=0), np.abs(rates[0] - rates[1]) / 2
    half = np.maximum(half, gap / 2)
    middle = np.maximum(middle, half)
    above = np.where(rates[0] >= rates[1], 1, -1)
    return np.stack([middle + above * half, middle - above * half])


def _axis_layout(parameters: TwoPeople, top: float) -> dict[str, Any]:
    ticks = [f"{share * parameters.duration:g}" for share in (0, 0.5, 1)]
    ranges = {f"yaxis{_axes(region)[1][1:]}.range": [0, top] for region in REGIONS}
    return {**ranges, "xaxis.ticktext": ticks, "xaxis2.ticktext": ticks}


def _network_layout(parameters: TwoPeople) -> dict[str, Any]:
    """Return the thickness of every arrow, and which of them are there."""
    layout: dict[str, Any] = {}
    for person in PERSONS:
        lesioned = parameters.lesion if person == "i" else "none"
        for link in (*_EXCITING, _CALMING):
            weight = getattr(parameters, link.weight)
            there = weight > 0 and lesioned not in (link.source, link.target)
            layout |= _link_layout(f"{link.weight} {person}", weight, there)
        reappraises = parameters.reappraisal > 0 and parameters.reappraiser in (person, "both")
        for name in ("reappraisal", "reappraisal name"):
            layout |= _changed("annotations", f"{name} {person}", visible=reappraises)
        layout |= _coupling_layout(parameters, person)
    threatened = parameters.threat * (1 - parameters.hand_holding) > 0
    words = "threat, hand held" if parameters.hand_holding > 0 else "threat"
    return {
        **layout,
        **_changed("annotations", "threat", visible=threatened),
        **_changed("annotations", "threat name", visible=threatened, text=words),
    }


def _link_layout(name: str, weight: float, there: bool) -> dict[str, Any]:
    """Return how thick a link is drawn, be it an arrow or the line that ends in a bar."""
    if name in _ANNOTATIONS:
        return _changed("annotations", name, arrowwidth=_width(weight), visible=there)
    link, person = name.split()
    layout: dict[str, Any] = {}
    for part in (name, f"{link} end {person}"):
        layout |= _changed("shapes", part, **{"line.width": _width(weight)}, visible=there)
    return layout


def _coupling_layout(parameters: TwoPeople, person: Person) -> dict[str, Any]:
    """Return the arrow by which the other one feels this person: how thick, and by which way."""
    coupling = parameters.coupling_of_j if person == "i" else parameters.coupling_of_i
    end_in_i = parameters.expressed if person == "i" else "insula"
    there = coupling > 0 and parameters.lesion != end_in_i
    over = parameters.expressed == "amygdala"
    (tail_x, tail_y), (x, y) = _OVER[person][-2:] if over else _ACROSS[person]
    arrow = {"arrowwidth": _width(coupling), "visible": there, "x": x, "y": y, "ax": tail_x, "ay": tail_y}
    return {
        **_changed("annotations", f"coupling {person}", **arrow),
        **_changed("annotations", f"feels {person}", y=_FEELS_HEIGHT[parameters.expressed][person], visible=there),
        **_changed("shapes", f"over {person}", **{"line.width": _width(coupling)}, visible=there and over),
    }


def _describe_pathways(parameters: TwoPeople, run: model.TwoPeopleRun) -> str:
    return f"{run.outcome} {_where_it_ends(parameters, run)} {_how_near(parameters, run)}"


def _where_it_ends(parameters: TwoPeople, run: model.TwoPeopleRun) -> str:
    insulas = [run.rate(person, "insula") for person in PERSONS]
    if not run.settles:
        late = [_between(rates[len(rates) // 2 :]) for rates in insulas]
        return f"In the second half of the time shown, i's insula is {late[0]} and j's {late[1]}."
    i, j = (run.steady_rate(person, "insula") for person in PERSONS)
    amygdala = run.steady_rate("i", "amygdala")
    text = f"Person i's amygdala rests at {_rate(amygdala)}, i's insula at {_rate(i)} and j's insula at {_rate(j)}"
    if i >= 0.001:
        text += f", {j / i:.3f} times i's"
    ends = [float(rates[-1]) for rates in insulas]
    if max(abs(ends[0] - i), abs(ends[1] - j)) > 0.01 * max(1.0, i, j):
        text += f"; after the {parameters.duration} s shown the insulas are still at {' and '.join(map(_rate, ends))}"
    return f"{text}."


def _between(rates: Array) -> str:
    return f"between {_rate(rates.min())} and {_rate(rates.max())}"


def _rate(rate: float) -> str:
    """Write a rate with three decimals where it is small and one where it is large."""
    return f"{rate:.3f}" if rate < 10 else f"{rate:.1f}"


def _how_near(parameters: TwoPeople, run: model.TwoPeopleRun) -> str:
    """Say how far the coupling is from the critical one."""
    critical = model.critical_coupling(parameters)
    one_sided = parameters.uneven and 0 in (parameters.coupling_of_i, parameters.coupling_of_j)
    if math.isinf(critical) or (one_sided and critical > 0):
        return "What one person shows does not come back through the other, so no coupling is critical."
    if critical == 0:
        return "One person alone runs away here, whatever the coupling."
    if critical > 1:
        return "No coupling up to 1 is critical."
    coupling = math.sqrt(parameters.coupling_of_i * parameters.coupling_of_j)
    name = f"The coupling of {coupling:.3g}"
    if parameters.uneven:
        name = (
            f"The two couplings count like {coupling:.3f} both ways (the root of {parameters.coupling_of_j:g} × "
            f"{parameters.coupling_of_i:g}), which"
        )
    distance = coupling - critical
    text = f"{name} is {abs(distance):.3f} {'above' if distance >= 0 else 'below'} the critical {critical:.3f}"
    return f"{text}, and still nothing runs away." if distance >= 0 and not run.diverges else f"{text}."


@dataclass(frozen=True)
class Brink:
    """Both insulas against the coupling: by the formula all along, by simulation at one coupling and at twice that.

    Attributes:
        coupling: the couplings of the formula, from 0 to where it leaves the picture, shape (n,).
        insulas: what the formula gives for i and j, shape (2, n).
        critical: the critical coupling; infinite where nothing comes back through the partner.
        by_formula: what the formula gives at the coupling chosen, shape (2,); empty from the critical coupling on.
        here: the run at the coupling chosen.
        twice: the run at twice that coupling, none where that is more than 1.
    """

    coupling: Array
    insulas: Array
    critical: float
    by_formula: Array
    here: model.TwoPeopleRun
    twice: model.TwoPeopleRun | None

    def to_frame(self) -> pd.DataFrame:
        """Return the formula as a table, one row per coupling."""
        return pd.DataFrame({"coupling": self.coupling, "insula_i": self.insulas[0], "insula_j": self.insulas[1]})


_BRINK_TOP = 24.0
_BRINK_POINTS = 121


@checked
def approach(parameters: TwoPeople) -> Brink:
    """Follow both insulas as the coupling e nears the critical e_c, for two people who feel each other alike.

    With a the insula of i alone and x = e/e_c, all regions active and none at the ceiling, i's insula rests at
    a/(1 − x²) and j's at a x/(1 − x²). The simulation needs none of these conditions.
    """
    critical = model.critical_coupling(parameters)
    alone = float(model.steady_state(parameters.replace(coupling=0.0))[0, 1])
    # Where i's formula leaves the picture, as a share of the critical coupling.
    edge = min(math.sqrt(1 - alone / _BRINK_TOP), 0.999)
    highest = min(1.0, critical * edge) if critical > 0 else 0.0
    coupling = highest * np.linspace(0, 1, _BRINK_POINTS) ** 0.5
    shortest = parameters.replace(duration=1)  # only where a run ends is asked for
    twice = 2 * parameters.coupling
    within = parameters.coupling < critical
    return Brink(
        coupling=coupling,
        insulas=_formula(alone, coupling, critical),
        critical=critical,
        by_formula=_formula(alone, np.array(parameters.coupling), critical) if within else np.empty(0),
        here=model.simulate_two_people(shortest),
        twice=model.simulate_two_people(shortest.replace(coupling=twice)) if twice <= 1 else None,
    )


def _formula(alone: float, coupling: Array, critical: float) -> Array:
    x = coupling / critical if critical > 0 else np.zeros_like(coupling)
    return np.asarray([alone / (1 - x**2), alone * x / (1 - x**2)])


def at_the_brink() -> Lab:
    """Both insulas at rest against the coupling: flat for long, and then a wall."""
    return Lab(
        "How much does one more step of coupling add?",
        TwoPeople(),
        approach,
        _brink_figure,
        _draw_brink,
        _describe_brink,
        [
            Preset("Far from the wall", "A coupling of 0.4. The hollow diamond stands at twice that: look how high."),
            Preset(
                "A small step", "From 0.1 to 0.2. Here twice the coupling is about twice the insula.", {"coupling": 0.1}
            ),
            Preset("At the wall", "0.82 is below the critical coupling by a hair.", {"coupling": 0.82}),
            Preset("No regulation", "Nothing holds back. Where is the wall now?", {"regulation": 0.0}),
            Preset(
                "All the regulation there is",
                "Twice the strength. From 0.8 on the wall no longer moves: j's amygdala is silent already.",
                {"regulation": 1.2},
            ),
            Preset(
                "Reappraisal instead",
                "Person i's effort makes the curve lower. Does it move the wall?",
                {"reappraisal": 1.0},
            ),
        ],
        controls=["coupling", "regulation", "reappraisal", "threat", "insula_to_cingulate", "cingulate_to_insula"],
        advanced=["insula_to_cingulate", "cingulate_to_insula"],
        pinned=["formula i", "formula j"],
    )


def _brink_figure() -> go.Figure:
    figure = theme.new_figure(480, margin={"l": 64, "r": 12, "t": 72, "b": 52})
    figure.add_scatter(meta="beyond", x=[], y=[], mode="lines", fill="toself", hoverinfo="skip", **theme.SHADED)
    grey = {"color": theme.MUTED, "dash": "dot", "width": 1.5}
    figure.add_scatter(meta="critical", x=[], y=[], mode="lines", line={**grey, "dash": "solid"}, hoverinfo="skip")
    figure.add_scatter(meta="ceiling", x=[0, 1], y=[RATE_CEILING] * 2, mode="lines", line=grey, hoverinfo="skip")
    for person in PERSONS:
        color = _COLORS[person]
        line = {"color": color, "dash": theme.DASHES[color]}
        figure.add_scatter(meta=f"formula {person}", x=[], y=[], mode="lines", line=line)
    for person, symbol in zip(PERSONS, ("circle", "diamond"), strict=True):
        marker = {"color": _COLORS[person], "size": 11, "symbol": symbol}
        figure.add_scatter(meta=f"here {person}", x=[], y=[], mode="markers", marker=marker)
    hollow = {"color": _COLORS["j"], "size": 13, "symbol": "diamond-open", "line": {"width": 2.5}}
    figure.add_scatter(meta="twice", x=[], y=[], mode="markers", marker=hollow)
    figure.update_layout(
        xaxis={"title": "Empathic coupling e", "range": [-0.02, 1.02], "dtick": 0.2},
        yaxis={"title": "Insula at rest<br>(toy units)", "range": [-0.6, _BRINK_TOP], "zeroline": False},
    )
    left: dict[str, Any] = {"xanchor": "left", "yanchor": "bottom"}
    above: dict[str, Any] = {**left, "y": 1, "xref": "paper", "yref": "paper"}
    figure.add_annotation(
        theme.label("critical coupling", theme.MUTED, x=0, y=1, yref="paper", xanchor="right", yanchor="bottom")
    )
    figure.add_annotation(theme.label(f"model's ceiling: {RATE_CEILING:g}", theme.MUTED, x=0, y=RATE_CEILING, **left))
    figure.add_annotation(theme.label("lines: formula, symbols: runs", x=0, yshift=22, **above))
    for text, person, x in (("● i, solid", "i", 0.0), ("◆ j, dashes", "j", 0.3), ("◇ j at 2 e", "j", 0.65)):
        figure.add_annotation(theme.label(text, _COLORS[person], x=x, yshift=44, **above))
    return figure


def _draw_brink(parameters: TwoPeople, brink: Brink) -> Frame:
    bottom, there = -0.6, brink.critical <= 1
    wall = [brink.critical] if there else []
    i, j = brink.here.steady[:, 1]
    twice = [] if brink.twice is None else [(2 * parameters.coupling, brink.twice.steady_rate("j", "insula"))]
    return Frame(
        {
            "beyond": {
                "x": np.array([x for low in wall for x in (low, 1.02, 1.02, low)]),
                "y": np.array([bottom, bottom, _BRINK_TOP, _BRINK_TOP] * len(wall)),
            },
            "critical": {"x": np.array(wall * 2), "y": np.array([bottom, _BRINK_TOP] * len(wall))},
            "formula i": {"x": brink.coupling, "y": brink.insulas[0]},
            "formula j": {"x": brink.coupling, "y": brink.insulas[1]},
            "here i": {"x": np.array([parameters.coupling]), "y": np.array([i])},
            "here j": {"x": np.array([parameters.coupling]), "y": np.array([j])},
            "twice": {"x": np.array([x for x, _ in twice]), "y": np.array([y for _, y in twice])},
        },
        {
            "annotations[0].x": brink.critical if there else 1,
            "annotations[0].xanchor": "left" if brink.critical < 0.5 else "right",
            "annotations[0].text": "critical coupling" if there else "no critical coupling up to 1",
        },
    )


def _describe_brink(parameters: TwoPeople, brink: Brink) -> str:
    here = brink.here
    i, j = (_rate(here.steady_rate(person, "insula")) for person in PERSONS)
    verb = "rests" if here.settles else "is now and then"
    formula = (
        f"the formula says {' and '.join(map(_rate, brink.by_formula))}"
        if brink.by_formula.size
        else "the formula has no answer from the critical coupling on"
    )
    # Where the ceiling makes the difference, the first sentence has told so.
    if brink.by_formula.size and not here.capped and _silences(brink):
        formula += "; the formula takes all regions as active"
    critical = (
        f"The critical coupling is {brink.critical:.3f}." if brink.critical <= 1 else "No coupling up to 1 is critical."
    )
    return (
        f"{here.outcome} At a coupling of {parameters.coupling:g}, i's insula {verb} at {i} and j's at {j}; {formula}."
        f"{_at_twice(parameters, brink)} {critical}"
    )


def _silences(brink: Brink) -> bool:
    """Tell whether a region at rest is silent, and the insulas are not where the formula has them."""
    return bool((brink.here.steady <= 0).any()) and not np.allclose(
        brink.by_formula, brink.here.steady[:, 1], rtol=1e-6, atol=5e-4
    )


def _at_twice(parameters: TwoPeople, brink: Brink) -> str:
    before, run = brink.here.steady_rate("j", "insula"), brink.twice
    if run is None or before < 0.001 or not (brink.here.settles and run.settles):
        return ""
    after = run.steady_rate("j", "insula")
    at = f" At twice the coupling, {2 * parameters.coupling:g},"
    if run.diverges:
        return f"{at} activity runs away, and only the ceiling holds j's insula at {_rate(after)}."
    return f"{at} j's insula rests at {_rate(after)}{_held(run)}: {after / before:.1f} times as high."


def _held(run: model.TwoPeopleRun) -> str:
    """Say what holds j's insula, where something rests at the ceiling."""
    i, j = (run.steady_rate(person, "insula") for person in PERSONS)
    top = RATE_CEILING - 1e-6
    if j >= top:
        return ", held by the ceiling"
    if i >= top:
        return ", because i's is held by the ceiling"
    return ", because another region is held by the ceiling" if run.capped else ""


def an_insula_blob() -> Lab:
    """A thousand studies: how often an active region means the process that one has in mind."""
    return Lab(
        "The insula was active. Was it empathy?",
        model.ReverseInference(),
        model.infer_process,
        _blob_figure,
        _draw_blob,
        _describe_blob,
        [
            Preset("A busy region", "The insula lights up in one of five other studies as well. Toy numbers."),
            Preset(
                "A picky region",
                "Only one other study in twenty shows it. The same blob now says much more.",
                {"base_rate": 0.05},
            ),
            Preset(
                "A very busy region",
                "Three other studies in ten show it. Who still believes the blob?",
                {"base_rate": 0.3},
            ),
            Preset(
                "Coin-flip region",
                "Active in seven of ten studies, whatever they are about. What does the blob add?",
                {"base_rate": 0.7},
            ),
            Preset(
                "A better question",
                "Half of the studies in question are of empathy, because the task was built for it.",
                {"prior": 0.5},
            ),
        ],
        controls=["base_rate", "prior", "sensitivity"],
        pinned=[],
    )


_DOT_ROWS = 20
_DOT_KINDS = {
    # Shape: whether the region was active. Filled: whether the study was of empathy.
    "active_with": ("diamond", theme.INK, "◆ {} blob, empathy"),
    "active_without": ("diamond-open", theme.INK, "◇ {} blob, other"),
    "silent_without": ("circle-open", theme.MUTED, "○ {} none, other"),
    "silent_with": ("circle", theme.MUTED, "● {} none, empathy"),
}
_DOT_LABELS = {"active_with": (0, 1), "active_without": (0, 0), "silent_with": (1, 1), "silent_without": (1, 0)}


def _blob_figure() -> go.Figure:
    figure = theme.new_figure(470, margin={"l": 12, "r": 12, "t": 48, "b": 48}, bargap=0.45)
    for kind, (symbol, color, _) in _DOT_KINDS.items():
        marker = {"symbol": symbol, "color": color, "size": 4.5, "line": {"width": 1, "color": color}}
        figure.add_scatter(meta=kind, x=[], y=[], mode="markers", marker=marker, hoverinfo="skip")
    bars = {"orientation": "h", "xaxis": "x2", "yaxis": "y2"}
    figure.add_bar(meta="before", x=[], y=[1], marker={"color": theme.MUTED}, **bars)
    figure.add_bar(meta="after", x=[], y=[0], marker={"color": theme.INK}, **bars)
    columns = model.STUDIES // _DOT_ROWS
    figure.update_layout(
        xaxis={"range": [-1, columns], "visible": False},
        yaxis={"range": [-1, _DOT_ROWS], "visible": False, "domain": [0.37, 1]},
        xaxis2={
            "title": "Chance that the study is of empathy (%)",
            "range": [0, 103],
            "tickvals": [0, 25, 50, 75, 100],
            "anchor": "y2",
        },
        yaxis2={"range": [-0.5, 1.75], "visible": False, "domain": [0, 0.33], "anchor": "x2"},
    )
    for kind, (column, row) in _DOT_LABELS.items():
        place: dict[str, Any] = {"x": 0.5 * column, "y": 1, "yshift": 22 * row, "xref": "paper", "yref": "paper"}
        color = _DOT_KINDS[kind][1]
        figure.add_annotation(theme.label("", color, xanchor="left", yanchor="bottom", **place))
    for text, y in (("before the scan", 1.3), ("after the blob", 0.3)):
        bar = {"xref": "x2", "yref": "y2", "xanchor": "left", "yanchor": "bottom"}
        figure.add_annotation(theme.label(text, x=0, y=y, **bar))
    return figure


def _draw_blob(parameters: model.ReverseInference, result: model.ReverseInferenceResult) -> Frame:
    counts = _whole_studies(result)
    ends = np.cumsum(list(counts.values()))
    places = np.split(np.arange(model.STUDIES), ends[:-1])
    traces: dict[str, dict[str, Any]] = {
        kind: {"x": (at // _DOT_ROWS).astype(float), "y": (at % _DOT_ROWS).astype(float)}
        for kind, at in zip(counts, places, strict=True)
    }
    traces["before"] = {"x": np.array([100 * parameters.prior]), "y": np.array([1.0])}
    traces["after"] = {"x": np.array([100 * result.posterior]), "y": np.array([0.0])}
    labels = {
        f"annotations[{index}].text": _DOT_KINDS[kind][2].format(counts[kind]) for index, kind in enumerate(_DOT_LABELS)
    }
    return Frame(traces, labels)


def _whole_studies(result: model.ReverseInferenceResult) -> dict[str, int]:
    """Return the four counts as whole numbers with the same sum: the largest remainders are rounded up."""
    exact = np.array([getattr(result, kind) for kind in _DOT_KINDS])
    counts = np.floor(exact + 1e-9).astype(int)
    upwards = np.argsort(counts - exact, kind="stable")[: model.STUDIES - counts.sum()]
    counts[upwards] += 1
    return dict(zip(_DOT_KINDS, counts.tolist(), strict=True))


def _describe_blob(parameters: model.ReverseInference, result: model.ReverseInferenceResult) -> str:
    counts = _whole_studies(result)
    hits, false_alarms = counts["active_with"], counts["active_without"]
    whole = all(abs(getattr(result, kind) - count) < 1e-6 for kind, count in counts.items())
    return (
        f"Of {model.STUDIES:,} studies, {hits + false_alarms} show the blob: {hits} of empathy and {false_alarms} of "
        f"something else{'' if whole else ' (in whole studies)'}. With the blob, the chance that a study is of empathy "
        f"is {100 * result.posterior:.1f} %; before the scan it was {100 * parameters.prior:g} %. The Bayes factor is "
        f"{result.bayes_factor:.3g}."
    )


COVER = the_pathways
