"""The bench on the Python side: nothing runs without a prediction, each run is new, and the log keeps all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from intimacy.parameters import Parameters, integer
from intimacy.widgets import Bench, Frame, Prediction, Preset, theme
from sweep import sweep


@dataclass(frozen=True)
class Coins(Parameters):
    """How many coins are tossed."""

    coins: int = integer(10, 1, 100, label="Coins", help="How many are tossed.")


@dataclass(frozen=True)
class Tosses:
    """How they fell."""

    heads: np.ndarray

    def to_frame(self) -> pd.DataFrame:
        return pd.DataFrame({"heads": self.heads})


def toss(parameters: Coins, seed: int = 1) -> Tosses:
    return Tosses(np.random.default_rng(seed).random(100)[: parameters.coins] < 0.5)


def outcome(_, tosses):
    return "more" if 2 * tosses.heads.sum() > tosses.heads.size else "not more"


def make(**more):
    options = {
        "prediction": Prediction("More heads than tails?", {"more": "Yes", "not more": "No"}, outcome),
        "row": lambda _, tosses: {"Heads": str(tosses.heads.sum())},
        "presets": [Preset("Many", "A hundred coins.", {"coins": 100})],
        "seed": 1,
    }
    return Bench(
        "How do they fall?",
        Coins(),
        toss,
        lambda: theme.new_figure(200).add_scatter(meta="heads", x=[], y=[], mode="markers"),
        lambda _, tosses: Frame({"heads": {"x": np.arange(tosses.heads.size), "y": tosses.heads}}),
        lambda _, tosses: f"There were {tosses.heads.sum()} heads among the coins.",
        **(options | more),
    )


def sent_by(bench, monkeypatch):
    messages = []
    monkeypatch.setattr(bench, "send", lambda content, buffers=None: messages.append(content))
    return messages


def test_each_run_is_a_new_draw_and_is_kept_in_words():
    bench = make()
    assert bench.log == []
    bench.run("more", coins=100)
    bench.run("not more")
    bench.run("not more", coins=7)
    assert [bench.seed, bench.values["coins"]] == [4, 7]
    heads = [int(toss(Coins(coins), seed).heads.sum()) for coins, seed in ((100, 2), (100, 3), (7, 4))]
    assert [int(row["Heads"]) for row in bench.log] == heads
    assert [row["Design"] for row in bench.log] == ["coins: 100", "coins: 100", "coins: 7"]
    assert [row["You said"] for row in bench.log] == ["Yes", "No", "No"]
    assert [row["It was"] for row in bench.log] == [
        "Yes" if 2 * head > coins else "No" for head, coins in zip(heads, (100, 100, 7), strict=True)
    ]
    assert list(bench.log_table()["Run"]) == ["1", "2", "3"]
    bench.clear()
    assert bench.log == []
    assert bench.log_table().empty


def test_without_one_of_the_predictions_nothing_runs():
    bench = make()
    before = bench.frame
    with pytest.raises(ValueError, match="prediction must be one of 'more', 'not more', got 'maybe'"):
        bench.run("maybe", coins=5)
    with pytest.raises(ValueError, match="coins must be a whole number between 1 and 100, got 500"):
        bench.run("more", coins=500)
    assert bench.frame is before
    assert bench.log == []
    bench.run("more")
    assert bench.seed == 2


def test_the_page_runs_and_is_refused_in_the_label_s_words(monkeypatch):
    bench = make()
    messages = sent_by(bench, monkeypatch)
    bench._receive(bench, {"kind": "run", "request": "view:1", "values": {"coins": 3}, "prediction": "more"}, [])
    assert bench.frame["request"] == "view:1"
    assert len(bench.log) == 1
    bench._receive(bench, {"kind": "run", "request": "view:2", "values": {"coins": 0}, "prediction": "more"}, [])
    assert messages[-1]["text"] == "Coins must be a whole number between 1 and 100, got 0"
    assert len(bench.log) == 1
    bench._receive(bench, {"kind": "set", "request": "view:3", "values": {"coins": 9}, "seed": 1}, [])
    assert bench.values["coins"] == 3
    bench._receive(bench, {"kind": "again", "request": "view:4"}, [])
    assert bench.frame["request"] == "view:4"
    assert len(bench.log) == 1
    bench._receive(bench, {"kind": "clear"}, [])
    assert bench.log == []


def test_a_bench_is_a_lab_that_sweeps_and_repeats_as_code():
    bench = make()
    assert sweep(bench) > 200
    bench.run("more", coins=50)
    assert "seed=2" in bench.code()
    names = {}
    exec(bench.code().replace(f"from {toss.__module__} import Coins, toss", ""), {"Coins": Coins, "toss": toss}, names)
    assert names["run"].heads.tolist() == bench.result.heads.tolist()
    assert not bench.draws_again


def test_a_bench_does_not_compute_ahead_and_says_why(monkeypatch):
    bench = make()
    assert "none is computed before" in bench.no_frames
    messages = sent_by(bench, monkeypatch)
    bench._receive(bench, {"kind": "frames", "request": "view:1", "name": "coins", "serial": bench._serial}, [])
    [content] = messages
    assert content["stops"] == []
    assert content["done"]
