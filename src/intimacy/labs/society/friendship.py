"""The lab on friends of friends: small networks that somebody wrote down, and the arithmetic that holds in all."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from intimacy.arguments import checked
from intimacy.labs.society.shared import CORNER, HIDDEN, SCALE, path_of_ties, ties
from intimacy.models import society as model
from intimacy.models.society import Friendship, FriendshipRun
from intimacy.widgets import Frame, Lab, Preset, theme

# Whether someone's friends have more friends on average: colour, symbol, sign and words.
_KINDS = {
    "outnumbered": (theme.STRESS, "diamond", "◆", "friends have more"),
    "others": (theme.PERSON_I, "circle", "●", "friends do not"),
}


def friends_of_friends() -> Lab:
    """A network, and who in it has friends with more friends."""
    return Lab(
        "Do your friends have more friends than you?",
        Friendship(),
        model.count_friends,
        _friends_figure,
        draw_friends,
        _describe_friends,
        [
            Preset("A karate club", "34 members, printed in 1977. Find the two of whom almost everyone knows one."),
            Preset(
                "Families of Florence",
                "Marriages of the 15th century. Who stands in between? Point at a mark to read its name.",
                {"network": "families"},
            ),
            Preset(
                "Women at 14 events",
                "Tied if they were at one event together: almost all are. Is it still most of them?",
                {"network": "women"},
            ),
            Preset(
                "A novel",
                "Invented people, invented by one author. The arithmetic does not mind.",
                {"network": "novel"},
            ),
            Preset(
                "A perfect ring",
                "Everyone has as many ties as everyone else. Then move the far ties.",
                {"network": "small_world", "rewiring": 0.0},
            ),
            Preset(
                "A small world",
                "A tenth of the ties lead anywhere. A few people have more ties now, and a few have fewer.",
                {"network": "small_world"},
            ),
        ],
        controls=["network", "rewiring", "contacts", "people"],
        advanced=["contacts", "people"],
        only_with=dict.fromkeys(("rewiring", "contacts", "people"), ("network", ("small_world",))),
        pinned=[],
    )


def _friends_figure() -> go.Figure:
    figure = theme.new_figure(700, margin={"l": 64, "r": 16, "t": 30, "b": 48})
    line = {"color": theme.INK, "width": 1}
    for kind, (color, symbol, _, _) in _KINDS.items():
        marker = {"size": [], "symbol": symbol, "color": color, "opacity": 1, "line": line}
        figure.add_scatter(
            meta=f"{kind} drawn",
            x=[],
            y=[],
            mode="markers",
            marker=marker,
            text=[],
            hovertemplate="%{text}<extra></extra>",
            cliponaxis=False,
            xaxis="x2",
            yaxis="y2",
        )
    as_many = {"color": theme.MUTED, "dash": "dash", "width": 1.5}
    figure.add_scatter(meta="as many", x=[], y=[], mode="lines", line=as_many, hoverinfo="skip")
    for kind, (color, symbol, _, _) in _KINDS.items():
        marker = {"size": 9, "symbol": symbol, "color": color, "opacity": 0.75, "line": line}
        figure.add_scatter(
            meta=kind, x=[], y=[], mode="markers", marker=marker, text=[], hovertemplate="%{text}<extra></extra>"
        )
    edges = [-1.1 * SCALE, 1.1 * SCALE]
    figure.update_layout(
        xaxis={"title": "Own friends", "anchor": "y"},
        yaxis={"title": "Friends of friends,<br>mean", "domain": [0, 0.34], "anchor": "x", "nticks": 5},
        xaxis2={**HIDDEN, "domain": [0, 1], "range": edges, "anchor": "y2"},
        yaxis2={**HIDDEN, "domain": [0.46, 1], "range": edges, "anchor": "x2", "scaleanchor": "x2"},
        shapes=[ties("x2", "y2")],
    )
    words = "  ".join(f"{sign} {said}" for _, _, sign, said in _KINDS.values())
    figure.add_annotation(theme.label(words, theme.INK, x=0, y=1, yshift=4, **CORNER))
    figure.add_annotation(theme.label("", theme.INK, x=0, y=0.34, yshift=4, **CORNER))
    return figure


@checked
def draw_friends(_: Friendship, run: FriendshipRun) -> Frame:
    """Return what a network changes in the picture: who stands where, and who is outnumbered."""
    places = SCALE * run.positions
    size = 8 + 14 * np.sqrt(run.degrees / run.degrees.max())
    reach = theme.ceiling(float(max(run.degrees.max(), run.friends_mean.max())), 5)
    traces: dict[str, dict[str, Any]] = {"as many": {"x": [0, 2 * reach], "y": [0, 2 * reach]}}
    for kind, chosen in (("outnumbered", run.outnumbered), ("others", ~run.outnumbered)):
        names = [_called(run.names[person]) for person in np.flatnonzero(chosen)]
        traces[f"{kind} drawn"] = {
            "x": places[chosen, 0],
            "y": places[chosen, 1],
            "marker.size": size[chosen],
            "text": names,
        }
        traces[kind] = {"x": run.degrees[chosen], "y": run.friends_mean[chosen], "text": names}
    return Frame(
        traces,
        {
            "shapes[0].path": path_of_ties(run.network, places),
            "xaxis.range": [0, 1.05 * reach],
            "yaxis.range": [0, 1.05 * reach],
            "annotations[1].text": f"{int(run.outnumbered.sum())} of {len(run.names)} lie above the dashed line",
        },
    )


def _called(name: str) -> str:
    return f"number {name}" if name.isdigit() else name


def _most_ties(run: FriendshipRun) -> str:
    most = int(run.degrees.max())
    holders = np.flatnonzero(run.degrees == most)
    if len(holders) == len(run.names):
        return f"All have {most} ties."
    if len(holders) > 1:
        return f"Most ties: {most}, which {len(holders)} have."
    return f"Most ties: {_called(run.names[holders[0]])}, with {most}."


def _describe_friends(parameters: Friendship, run: FriendshipRun) -> str:
    source = model.SOURCES[parameters.network]
    share = 100 * float(run.outnumbered.mean())
    return (
        f"{len(run.names)} in the network, {run.network.ties} ties: {source.ties}. The mean is {run.mean_degree:.3f} "
        f"friends, and the mean over friends {run.mean_of_a_friend:.3f}. {int(run.outnumbered.sum())} of "
        f"{len(run.names)} ({share:.1f} %) have friends with more friends on average than they have themselves. "
        f"{_most_ties(run)} {source.limits}"
    )
