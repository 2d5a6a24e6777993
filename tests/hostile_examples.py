"""What the signatures do not say: good values for hostile tests, and who is left out and why.

A lambda is called for each use, so that what it makes is fresh.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from intimacy import class_results, evidence
from intimacy.classroom.client import Room, Unanswered
from intimacy.classroom.store import Store
from intimacy.labs import communication_repair as repair_labs
from intimacy.labs import emotional_resonance as resonance_labs
from intimacy.labs import mirror_systems as mirror_labs
from intimacy.labs import need_to_connect as need_labs
from intimacy.labs import oxytocin_trust as trust_labs
from intimacy.labs import reward_learning as reward_labs
from intimacy.labs import start_here
from intimacy.lessons import oxytocin_trust as trust_lesson
from intimacy.models import class_pool, result_code
from intimacy.models.communication_repair import playable as repair_game
from intimacy.models.communication_repair import strategy
from intimacy.models.need_to_connect import playable as ball_game
from intimacy.models.oxytocin_trust import fitting, kinetics
from intimacy.models.oxytocin_trust import playable as trust_game
from intimacy.models.reward_learning import playable as reward_game
from intimacy.models.society import networks
from intimacy.models.vasopressin_bonding import VoleExperiment, historical
from intimacy.parameters import Specification
from intimacy.sweep import grid
from intimacy.widgets import Lab
from intimacy.widgets.game import Game
from intimacy.widgets.lab import Frame

LEFT_OUT: Mapping[str, str] = {
    r"classroom\.server\..*": "takes what strangers send over the network: tests/classroom sends it hostile requests",
    r"arguments\..*|parameters\.(real|require_.*|Specification\.validated)": "the checks themselves",
    r"models\.oxytocin_trust\.trust_game\.sample_steps": "the inner loop of two models, which uses up what it is given",
    r"models\.game_code\.require_game": "the check of the games itself: each game is in the test",
    r"parameters\.(number|integer|choice|switch)": "declarations, which stand in the source",
    r"labs\..*\.(marks|shared)\..*|labs\.emotional_resonance\.window_means": "strokes of pictures: see tests/labs",
    r"lessons\..*": "bets and exercises, which take the cases beside them: tests/lessons runs each",
    r"parameters\.(decimal|short|signed|format_value|shown)": "write any value in words, also one that is no number",
    r"widgets\.(theme\..*|frames\.(stops|still)|lab\.(encoded|plotly_figure))": "what our own pictures are drawn with",
    r"widgets\.share\.Share\.share|widgets\.gather\.Gather\.follow": "ask a classroom: tests/classroom has one",
    r"widgets\.front_end\..*": "names of our own files",
    r"widgets\.(carry\.(Carried|Luggage|Carry)|frames\.FramesAhead)\b.*": "the machinery between widgets and the page",
    r"widgets\.(bench\.Bench|bet\.Bet|check\.\w+Exercise|check\.Exercise|game\.Game|gather\.Gather|lab\.Lab|quiz\.\w+"
    r"|share\.Share|solid\.Solid|still\.Still)": "made by our own themes: tests/labs and tests/lessons make each",
    r".*\.bring_back|widgets\.carry\.(named_values|require_seed)": "takes what a page kept: tests/widgets",
    r"widgets\.check\.Exercise\.check": "takes any answer, and says what is wrong: tests/widgets/test_check.py",
}
"""Patterns of names, and why they are left out."""


SPOKEN: Mapping[str, str] = {
    r"models\.result_code\.(decode|read_csv)": "speaks to a learner, who has typed a code and knows of no parameter",
    r"widgets\.carry\.unsealed": "speaks to a learner, who has pasted a line",
}
"""Patterns of names whose sentences need not name a parameter, and why."""

ALSO_NAMED: Mapping[str, tuple[str, ...]] = {
    "models.society.trust_network.steady_trust": ("a",),  # a name inside the point
    "models.oxytocin_trust.playable.GameState": ("investment",),
    "models.need_to_connect.playable.play": ("ratings",),
    "sweep.grid": ("axis",),
    "widgets.game.Game.move": ("investment",),
    "widgets.lab.Lab.preset": ("preset",),
}
"""What else a message may name."""


def _trust_result(learner: int = 7) -> result_code.TrustResult:
    return result_code.TrustResult(learner, 3, (4,) * 20)


def _state(make: Callable[[], Lab]) -> dict[str, Any]:
    """Return what a lab draws first: some pictures need parameters that their own lab allows."""
    lab = functools.cache(make)
    return {"parameters": lambda: lab().parameters, "run": lambda: lab().result}


def _pool(topic: str, results: list[Any]) -> class_pool.Pool:
    return class_pool.pool(topic, results)


def _ratings(learner: int) -> result_code.RatingsResult:
    return result_code.RatingsResult(learner, (1, 2, 3, 4), (5, 4, 3, 2))


MADE: Mapping[type, Callable[[], Any]] = {
    Specification: lambda: Specification("number", 0.5, "Label", "Help.", 0, 1, 0.1),
    kinetics.TwoCompartments: kinetics.IntranasalDose,
    historical.HistoricalExperiment: lambda: historical.HISTORICAL[4],
    trust_game.PartnerType: lambda: trust_game.STEADY_PARTNERS[0],
    trust_game.GameState: lambda: trust_game.start(3),
    networks.Network: lambda: networks.ring(20, 4),
    result_code.TrustResult: _trust_result,
    Lab: start_here.a_bad_day,
    Game: trust_labs.trust_game,
    Frame: lambda: Frame({"a": {"x": [1.0, 2.0], "y": [3.0, 4.0]}}),
    Store: lambda: Store("sqlite:///:memory:"),
    Room: lambda: Room("http://127.0.0.1:9", "7KQX2M4A"),
    class_results.ClassRatings: lambda: class_results.ClassRatings(
        _pool("ratings", [_ratings(each) for each in range(5)]), (2.0, 4.0)
    ),
    class_results.Minds: lambda: class_results.Minds(class_pool.Pool("bets 4"), (("a", "b"),), (np.eye(2, dtype=int),)),
    fitting.Fit: lambda: fitting.fit([[4, 8, 12, 0]], [[True, False, True, True]]),
}
"""Instances of classes that no public function returns as they are wanted here."""

NAMED: Mapping[str, Any] = {
    "actions": 3,
    "axes": lambda: {"xaxis": "x", "yaxis": "y"},
    "band": (1.0, 5.0),
    "constellation": "triangle",
    "degree": 4,
    "figure": lambda: go.Figure(),
    "half_fall": 40.0,
    "half_rise": 10.0,
    "investments": lambda: np.array([[4, 8, 12, 0]]),
    "kept": lambda: np.array([[True, False, True, True]]),
    "color": "#000000",
    "key": "kosfeld2005",
    "keys": ("kosfeld2005",),
    "measure": "odds_ratio",
    "n_per_arm": 20,
    "payoffs": (3.0, 0.0, 5.0, 1.0),
    "people": 40,
    "rows": lambda: evidence.effects("relationships", "Hedges g within persons"),
    "samples": 10.0,
    "shape": "linear",
    "strategies": lambda: [strategy("pavlov"), strategy("tit_for_tat")],
    "theme": "oxytocin_trust",
    "topic": "trust",
    "total": 20,
}
"""Good values of parameters by name, where no default says them."""

_WEIGHTS = np.array([[0.5, 0.1, 0.1], [0.1, 0.5, 0.1], [0.1, 0.1, 0.5]])
_CODES = {
    "communication_repair": lambda: repair_game.start(1).code,
    "need_to_connect": lambda: ball_game.start(1).code,
    "oxytocin_trust": lambda: trust_game.start(1).code,
    "reward_learning": lambda: reward_game.start(1).code,
}

_LINE = "intimacy.1.a."

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "class_results.share_bets": {"lesson": 4, "bets": lambda: [trust_lesson.bet_double_dose()]},
    "class_results.share_ratings": {"game": lambda: need_labs.ball_game()},
    "class_results.changed_minds": {
        "gathered": lambda: class_results.gather_bets(4),
        "bets": lambda: [trust_lesson.bet_double_dose()],
    },
    "class_results.the_class_ratings": {"gathered": lambda: class_results.gather_ratings()},
    "class_results.ClassRatings.means": {"moment": "left_out"},
    "class_results.Minds.changed": {"bet": 0},
    "classroom.client.Room.post": {"code": "T"},
    "classroom.client.room": {"link": "http://127.0.0.1:8770/join#7KQX-2M4A"},
    "classroom.store.Store": {"url": "sqlite:///:memory:"},
    "data.description": {"place": None},
    "data.load": {"name": "evidence", "place": None},
    "evidence.effects": {"theme": "relationships", "scale": "Hedges g within persons"},
    "evidence.forest": {"scale": "Hedges g within persons"},
    "evidence.forest_sentence": {"scale": "Hedges g within persons"},
    "evidence.bibtex": {"keys": ("kosfeld2005",)},
    "evidence.rate": {"claim": "oxytocin-trust-sentence"},
    "labs.communication_repair.marks.add_moves": {"meta": "moves"},
    "labs.communication_repair.marks.add_events": {"meta": "events", "symbol": "star"},
    "labs.communication_repair.stranger.in_your_place": {"game": lambda: repair_labs.meet_a_stranger()},
    "labs.emotional_resonance.window_means": {
        "difference": lambda: np.linspace(0, 3, 50),
        "at": lambda: np.arange(20, 25),
    },
    "labs.need_to_connect.ball_game.your_ratings": {"game": lambda: need_labs.ball_game()},
    "labs.relationships.shared.listed": {"words": ("a", "b")},
    "labs.relationships.shared.ribbons": {"places": lambda: np.eye(3)[:, :2], "pairs": ((0, 1),)},
    "labs.relationships.shared.pairs_of": {"ties": lambda: np.ones((3, 3)) - np.eye(3)},
    "labs.relationships.shared.add_people": {"marker": lambda: {"size": 10}, "axes": lambda: {}},
    "labs.emotional_resonance.draw_dyad": _state(resonance_labs.who_follows),
    "labs.mirror_systems.draw_learning": _state(mirror_labs.where_from),
    "labs.reward_learning.the_comparison": {"game": lambda: reward_labs.unanswered_messages()},
    "labs.society.shared.path_of_ties": {"places": lambda: np.zeros((20, 2))},
    "labs.society.shared.ties": {"xref": "x", "yref": "y"},
    "labs.society.trust.phase_diagram": {
        "points": lambda: grid(misunderstanding=[0.1, 0.2], repair=[0.5, 0.7]),
        "results": lambda: [{"trust": 0.5, "expected": 0.5}] * 4,
    },
    "lessons.neural_pathways.insulas": {"changes": lambda: {"coupling": 0.3}},
    "models.class_pool.pool": {"results": lambda: [_trust_result(each) for each in range(6)]},
    "models.class_pool.from_plain": {
        "plain": lambda: _pool("trust", [_trust_result(each) for each in range(6)]).plain()
    },
    "models.communication_repair.chain.expected_pairs": {
        "first": lambda: [strategy("pavlov")],
        "second": lambda: [strategy("tit_for_tat")],
    },
    "models.communication_repair.chain.four_by_four": {"first": (0.9, 0.1, 0.9, 0.1), "second": (0.9, 0.1, 0.9, 0.1)},
    "models.communication_repair.chain.stationary": {"chain": lambda: np.array([[0.9, 0.1], [0.2, 0.8]])},
    "models.communication_repair.evolution.CrowdRun.share": {"name": "pavlov"},
    "models.communication_repair.evolution.replicated": {
        "points": lambda: _WEIGHTS.copy(),
        "shares": lambda: np.array([0.2, 0.3, 0.5]),
    },
    "models.communication_repair.playable.play": {"state": lambda: repair_game.start(1), "move": "reach_out"},
    "models.communication_repair.playable.from_code": {"code": _CODES["communication_repair"]},
    "models.communication_repair.strategies.Strategy": {
        "name": "mine",
        "label": "Mine",
        "description": "Mine.",
        "reach_out": (1.0, 0.0),
        "next_state": (((0, 1), (0, 1)), ((0, 1), (0, 1))),
    },
    "models.communication_repair.strategies.strategy": {"name": "pavlov"},
    "models.communication_repair.tournament.in_a_crowd": {
        "table": lambda: _WEIGHTS.copy(),
        "copies": lambda: np.array([1.0, 2.0, 1.0]),
    },
    "models.emotional_resonance.in_step.interval_correlations": {
        "taps_i": lambda: np.cumsum([0.5, 0.6, 0.5, 0.4, 0.5, 0.6, 0.7]),
        "taps_j": lambda: np.cumsum([0.5, 0.5, 0.6, 0.4, 0.4, 0.6, 0.6]),
    },
    "models.emotional_resonance.in_step.sliding_phase_locking": {"width": 2},
    "models.emotional_resonance.in_step.tap_times": {
        "seconds": lambda: np.linspace(0, 2, 50),
        "phase": lambda: np.linspace(0, 20, 50),
    },
    "models.game_code.sealed": {"body": "1.7.0123"},
    "models.game_code.rebuilt": {
        "code": _CODES["oxytocin_trust"],
        "moves": (0, 4, 8, 12),
        "make": lambda: trust_game.GameState,
    },
    "models.drawing.places": {"ties": lambda: np.ones((3, 3)) - np.eye(3)},
    "models.linear.solve_linear": {"rates": lambda: -np.eye(3), "start": lambda: np.ones(3)},
    "models.mirror_systems.association.mirror_index": {"weights": lambda: _WEIGHTS.copy()},
    "models.mirror_systems.association.settled_index": {"rule": "delta"},
    "models.mirror_systems.association.principal_component": {"covariance": lambda: _WEIGHTS.copy()},
    "models.mirror_systems.overlap.voxels_needed": {"accuracy": 0.8},
    "models.need_to_connect.playable.play": {"state": lambda: ball_game.start(1), "move": "play"},
    "models.need_to_connect.playable.from_code": {"code": _CODES["need_to_connect"]},
    "models.oxytocin_trust.crowd.crowd": {"seeds": (1, 2), "games": (1, 3), "players": 5},
    "models.oxytocin_trust.fitting.log_posterior": {"natural": lambda: np.array([[0.1, 0.2, 1.0]])},
    "models.oxytocin_trust.fitting.recovery": {"players": 20},
    "models.oxytocin_trust.fitting.simulated_players": {"rounds": 10},
    "models.oxytocin_trust.fitting.to_natural": {"transformed": lambda: np.array([[0.1, 0.2, 0.3]])},
    "models.oxytocin_trust.fitting.to_transformed": {"natural": lambda: np.array([[0.1, 0.2, 1.0]])},
    "models.oxytocin_trust.fitting.Posterior.marginal": {"name": "learning_rate"},
    "models.oxytocin_trust.fitting.Posterior.mean": {"name": "learning_rate"},
    "models.oxytocin_trust.fitting.Posterior.interval": {"name": "learning_rate"},
    "models.oxytocin_trust.fitting.grid_posterior": {"investments": (4, 8, 12, 0), "kept": (True, False, True, True)},
    "models.oxytocin_trust.kinetics.assay_reading": {"assay": "extracted"},
    "models.oxytocin_trust.neuron.secretion": {
        "spike_times": lambda: np.array([0.2, 0.5, 0.7]),
        "duration": 3.0,
        "terminals": None,
    },
    "models.oxytocin_trust.neuron.burst_train": {"rate": 5.0, "burst_duration": 1.0, "interval": 2.0, "duration": 5.0},
    "models.oxytocin_trust.playable.PartnerType.reliability": {"previous_investment": 4},
    "models.oxytocin_trust.playable.play": {"investment": 4},
    "models.oxytocin_trust.playable.from_code": {"code": _CODES["oxytocin_trust"]},
    "models.oxytocin_trust.trust_game.beliefs_from_outcomes": {"kept": lambda: np.array([[True, False, True]])},
    "models.relationships.love.pairing_rate": {"people": 5},
    "models.relationships.love.fate": {"eigenvalues": lambda: np.array([-1 + 1j, -1 - 1j])},
    "models.relationships.love.propagate_couples": {"months": lambda: np.arange(5.0)},
    "models.relationships.prediction.fit_logistic": {
        "predictors": lambda: np.array([[0.1], [0.5], [0.3], [0.9]]),
        "outcome": lambda: np.array([0, 1, 1, 0]),
        "used": None,
    },
    "models.relationships.prediction.many_studies": {"seeds": (1, 2)},
    "models.relationships.prediction.chance_of_perfect": {"predictors": 3},
    "models.replication.compare_proportions": {"successes": (3, 9), "totals": (20, 20)},
    "models.replication.positive_predictive_value": {"power": 0.8, "prior": 0.2},
    "models.replication.effect_from_z": {"participants": 30},
    "models.result_code.TrustResult": {"learner": 7, "seed": 3, "sent": (4,) * 20},
    "models.result_code.RatingsResult": {"left_out": (1, 2, 3, 4), "end": (5, 4, 3, 2)},
    "models.result_code.BetsResult": {"lesson": 4, "before": (1, 2), "after": (1, 1)},
    "models.result_code.encode": {"result": _trust_result()},
    "models.result_code.decode": {"text": lambda: result_code.encode(_trust_result())},
    "models.result_code.grouped": {"plain": "T1234567890"},
    "models.result_code.read_text": {"text": lambda: result_code.encode(_trust_result())},
    "models.result_code.read_csv": {"text": lambda: "code\n" + result_code.encode(_trust_result())},
    "models.result_code.newest": {"results": lambda: [_trust_result()]},
    "models.reward_learning.intermittent.misses_in_a_row": {"answered": lambda: np.array([True, False, False])},
    "models.reward_learning.intermittent.stopped_log_odds": {"misses": lambda: np.array([0, 1, 2])},
    "models.reward_learning.playable.play": {"state": lambda: reward_game.start(1), "move": "send"},
    "models.reward_learning.playable.from_code": {"code": _CODES["reward_learning"]},
    "models.society.friendship.real_graph": {"name": "karate"},
    "models.society.networks.network_of": {"people": 4, "pairs": lambda: np.array([[0, 1], [1, 2]])},
    "models.society.trust_network.steady_trust": {"point": lambda: {"misunderstanding": 0.1, "people": 60}},
    "models.vasopressin_bonding.gene_test.study_power": {"people": 100},
    "models.vasopressin_bonding.paternity.exact_interval": {"count": 3},
    "models.vasopressin_bonding.vole.simulate_cohorts": {"cohorts": lambda: [VoleExperiment(), VoleExperiment()]},
    "parameters.Specification.validated": {"name": "value", "value": 0.5},
    "parameters.Parameters.replace": {"changes": lambda: {}},
    "parameters.format_value": {"value": 0.5},
    "parameters.shown": {"value": 0.5},
    "sweep.grid": {"axes": lambda: {"a": [1, 2]}},
    "sweep.sweep": {
        "function": lambda: _point,
        "points": lambda: [{"a": 1}],
        "engine": "serial",
        "workers": None,
        "store": None,
    },
    "widgets.bench.Bench.run": {"prediction": "bonded", "values": lambda: {}},
    "widgets.bet.Bet.place": {"choice": "partly"},
    "widgets.carry.unsealed": {"text": _LINE, "notebook": "a"},
    "widgets.carry.require_seed": {"seed": 3},
    "widgets.frames.stops": {"now": 0.5},
    "widgets.frames.still": {"traces": lambda: {"a": {"x": [1]}}, "films": ()},
    "widgets.game.Game.move": {"value": 4},
    "widgets.game.Game.resume": {"code": _CODES["oxytocin_trust"]},
    "widgets.gather.Gather.add": {"text": "T"},
    "widgets.gather.Gather.follow": {"link": "http://127.0.0.1:9/join#7KQX-2M4A"},
    "widgets.lab.Lab.set": {"values": lambda: {"passing_share": 0.4}},
    "widgets.lab.Lab.preset": {"name": lambda: start_here.a_bad_day().preset_names[0]},
    "widgets.share.Share.answer": {"answers": ()},
    "widgets.share.Share.share": {"link": "http://127.0.0.1:9/join#7KQX-2M4A"},
    "widgets.theme.new_figure": {"layout": lambda: {}},
    "widgets.theme.label": {"text": "a", "more": lambda: {}},
}
"""Good values of one function's parameters."""

DOCUMENTED: Mapping[str, tuple[type[Exception], ...]] = {
    "classroom.client.Room.post": (Unanswered,),
    "classroom.client.Room.pool": (Unanswered,),
    "widgets.gather.Gather.follow": (Unanswered,),
    "widgets.share.Share.share": (Unanswered,),
    "models.society.networks.Network.neighbours_of": (IndexError,),
}
"""Errors beside TypeError and ValueError that a docstring promises."""


def _point(point: Mapping[str, Any], seed: int) -> dict[str, Any]:
    return {"b": point["a"] + seed % 2}
