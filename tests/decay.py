"""A small lab for the tests of what all labs share: a level that halves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from intimacy.parameters import Parameters, choice, number, switch
from intimacy.widgets import Frame, Lab, Play, Preset, theme


@dataclass(frozen=True)
class Decay(Parameters):
    """A level that halves."""

    half_life: float = number(20, 1, 120, step=1, unit="min", symbol="t½", label="Half-life", help="Time to halve.")
    dose: float = number(24, 0, 80, step=0.5, unit="IU", label="Dose", help="How much is given.")
    route: str = choice("nose", {"nose": "into the nose", "vein": "into a vein"}, label="Route", help="Where to.")
    noise: bool = switch(False, label="Noise", help="Add noise.")


@dataclass(frozen=True)
class Run:
    """Minutes and levels."""

    minutes: np.ndarray
    level: np.ndarray

    def to_frame(self) -> pd.DataFrame:
        return pd.DataFrame({"minutes": self.minutes, "level": self.level})


def simulate_decay(parameters: Decay, seed: int = 7) -> Run:
    minutes = np.arange(0, 121.0)
    level = parameters.dose * 2 ** (-minutes / parameters.half_life)
    if parameters.noise:
        level = level + np.random.default_rng(seed).normal(size=minutes.size)
    return Run(minutes, level)


def figure():
    picture = theme.new_figure(300)
    picture.add_scatter(meta="level", x=[], y=[], mode="lines")
    picture.add_scatter(meta="dots", x=[], y=[], mode="markers")
    return picture


def draw(_, run):
    return Frame({"level": {"x": run.minutes, "y": run.level}, "dots": {"x": [1.0], "y": run.level[1:2]}})


def describe(parameters, run):
    return f"The level falls from {run.level[0]:.1f} to {run.level[-1]:.1f} pg/ml in two hours."


def make(simulate=simulate_decay, **more):
    presets = [Preset("Short", "Gone soon.", {"half_life": 4.0}), Preset("Start", "As it was.")]
    options = {"advanced": ["noise"], "play": Play("Minute", ["level"], 0, 120), "seed": 7}
    return Lab("How long does it last?", Decay(), simulate, figure, draw, describe, presets, **(options | more))
