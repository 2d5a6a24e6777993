"""The lab on the Python side: state, messages, refusals, ghosts, code and table."""

from __future__ import annotations

import gzip
from dataclasses import dataclass

import numpy as np
import pytest

from decay import Decay, Run, describe, draw, figure, make, simulate_decay
from intimacy.parameters import choice, number
from intimacy.widgets import Lab
from sweep import sweep


def sent_by(lab, monkeypatch):
    messages = []
    monkeypatch.setattr(lab, "send", lambda content, buffers=None: messages.append((content, buffers)))
    return messages


def levels(lab):
    return np.frombuffer(lab.frame["traces"]["level"]["y"], dtype=np.float32)


def test_a_lab_is_an_object_that_can_be_moved_from_python():
    lab = make()
    assert lab.values == Decay().values()
    lab.set(dose=30.5, route="vein")
    assert lab.values["dose"] == 30.5
    assert lab.sentence.startswith("Dose: 30.5 IU; route: into a vein. The level falls from 30.5 to")
    assert levels(lab)[0] == 30.5
    assert lab.result.level[0] == 30.5
    lab.preset("Short")
    assert lab.values == Decay(half_life=4).values()
    lab.reset()
    assert lab.values == Decay().values()
    assert lab.sentence.startswith("At the starting values. ")


def test_every_state_of_the_sweep_is_whole():
    assert sweep(make()) > 200


def test_the_sweep_fails_on_a_picture_that_is_not_finite():
    def broken(parameters, seed=7):
        run = simulate_decay(parameters, seed)
        return Run(run.minutes, np.where(parameters.dose > 70, np.nan, run.level))

    with pytest.raises(AssertionError, match="level y is not finite"):
        sweep(make(broken))


def test_the_sweep_lets_an_exception_of_the_model_through():
    def broken(parameters, seed=7):
        if parameters.half_life == 1:
            raise ZeroDivisionError("no time at all")
        return simulate_decay(parameters, seed)

    with pytest.raises(ZeroDivisionError, match="no time at all"):
        sweep(make(broken))


def test_a_preset_that_does_not_exist_is_refused_by_name():
    with pytest.raises(ValueError, match="preset must be one of 'Short', 'Start', got 'Long'"):
        make().preset("Long")


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        ({"dose": 81}, ValueError, "dose must be between 0 and 80, got 81"),
        ({"dose": "much"}, TypeError, "dose must be a number between 0 and 80, got 'much'"),
        ({"route": "ear"}, ValueError, "route must be one of 'nose', 'vein', got 'ear'"),
        ({"colour": 1}, TypeError, "colour is not a parameter of Decay"),
    ],
)
def test_a_refused_value_names_itself_and_changes_nothing(change, error, sentence):
    lab = make()
    before = lab.frame
    with pytest.raises(error, match=sentence):
        lab.set(**change)
    assert lab.frame is before


def test_a_question_from_the_page_is_answered_with_its_own_number():
    lab = make()
    lab._receive(lab, {"kind": "set", "request": "view:3", "values": {"dose": 10}, "seed": 7}, [])
    assert lab.frame["request"] == "view:3"
    assert lab.values["dose"] == 10


@pytest.mark.parametrize("values", [{"dose": 1000}, {"dose": ""}, {"dose": None}, {"dose": float("nan")}])
def test_nonsense_from_the_page_is_answered_by_a_sentence_in_the_label_s_words(values, monkeypatch):
    lab = make()
    before, messages = lab.frame, sent_by(lab, monkeypatch)
    lab._receive(lab, {"kind": "set", "request": "view:1", "values": values, "seed": 7}, [])
    (message, _), *more = messages
    assert not more
    assert message["kind"] == "problem"
    assert message["name"] == "dose"
    assert message["request"] == "view:1"
    assert message["text"].startswith("Dose must be ")
    assert lab.frame is before


@pytest.mark.parametrize("values", ["dose=1", ["dose"], None, {"__class__": 1}, {"values": {}}])
def test_a_message_that_is_no_set_of_values_is_refused_and_nothing_is_evaluated(values, monkeypatch):
    lab = make()
    before, messages = lab.frame, sent_by(lab, monkeypatch)
    lab._receive(lab, {"kind": "set", "request": "view:1", "values": values, "seed": 7}, [])
    assert messages[0][0]["kind"] == "problem"
    assert lab.frame is before


@pytest.mark.parametrize("seed", [None, -1, 1.5, True, "7", float("nan"), 2**32, [7]])
def test_a_seed_that_is_none_is_refused_and_the_model_does_not_run(seed, monkeypatch):
    lab = make()
    before, messages = lab.frame, sent_by(lab, monkeypatch)
    lab._receive(lab, {"kind": "set", "request": "view:1", "values": {"dose": 10}, "seed": seed}, [])
    assert messages[0][0]["text"].startswith("seed must be a whole number from 0 to 4294967295, got ")
    assert lab.frame is before


def test_a_seed_is_refused_where_nothing_is_drawn(monkeypatch):
    lab = make(simulate=lambda parameters: simulate_decay(parameters), seed=None)
    messages = sent_by(lab, monkeypatch)
    lab._receive(lab, {"kind": "set", "request": "view:1", "values": {}, "seed": 7}, [])
    assert messages[0][0]["text"] == "seed must be None in a lab that draws nothing, got 7"
    with pytest.raises(ValueError, match="seed must be None in a lab that draws nothing"):
        lab.set(seed=7)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"x" * 5000: 1}, "x" * 80 + " is not a parameter of Decay"),
        ({"": 1}, "a name without letters is not a parameter of Decay"),
        ({"self": 1}, "self is not a parameter of Decay"),
        ({"dose": "9" * 5000}, "Dose must be a number between 0 and 80, got '999"),
    ],
)
def test_a_refusal_is_one_short_sentence_whatever_was_given(values, text, monkeypatch):
    lab = make()
    messages = sent_by(lab, monkeypatch)
    lab._receive(lab, {"kind": "set", "request": "view:1", "values": values, "seed": 7}, [])
    assert messages[0][0]["text"].startswith(text)
    assert len(messages[0][0]["text"]) < 300


@pytest.mark.parametrize("message", [None, 7, "set", [], {}, {"kind": ["set"]}, {"kind": "set"}, {"kind": "frames"}])
def test_what_is_no_question_is_left_alone(message, monkeypatch):
    lab = make()
    before, messages = lab.frame, sent_by(lab, monkeypatch)
    lab._receive(lab, message, [])
    assert messages == []
    assert lab.frame is before


def test_a_model_that_stops_tells_the_learner_and_raises(monkeypatch):
    def broken(parameters, seed=7):
        if parameters.dose > 50:
            raise RuntimeError("out of hormone")
        return simulate_decay(parameters, seed)

    lab = make(broken)
    before, messages = lab.frame, sent_by(lab, monkeypatch)
    with pytest.raises(RuntimeError, match="out of hormone"):
        lab._receive(lab, {"kind": "set", "request": "view:1", "values": {"dose": 60}, "seed": 7}, [])
    assert messages[0][0]["text"] == "The model stopped: out of hormone."
    assert lab.frame is before
    lab._receive(lab, {"kind": "set", "request": "view:2", "values": {"dose": 40}, "seed": 7}, [])
    assert lab.values["dose"] == 40


def test_the_table_travels_on_demand_with_every_digit(monkeypatch):
    lab = make()
    lab.set(half_life=33)
    messages = sent_by(lab, monkeypatch)
    lab._receive(lab, {"kind": "table"}, [])
    message, _ = messages[0]
    assert message["columns"] == ["minutes", "level"]
    assert len(message["rows"]) == 121
    assert float(message["rows"][7][1]) == lab.result.level[7]
    assert message["csv"].splitlines()[0] == "minutes,level"


def test_plotly_travels_gzipped_and_whole(monkeypatch):
    lab = make()
    messages = sent_by(lab, monkeypatch)
    lab._receive(lab, {"kind": "plotly"}, [])
    (_, [packed]) = messages[0]
    assert len(packed) < 2_000_000
    assert b"plotly.js" in gzip.decompress(packed)[:300]


def test_arrays_travel_as_32_bit_floats_and_a_frame_stays_small():
    lab = make()
    traces = lab.frame["traces"]
    assert all(isinstance(array, bytes) for trace in traces.values() for array in trace.values())
    assert len(traces["level"]["y"]) == 121 * 4


def test_pinning_keeps_the_curve_and_what_it_was_computed_from():
    lab = make()
    lab.pin()
    first = lab.frame["traces"]["level"]
    lab.set(dose=70)
    assert lab.pinned["traces"] == {"level": first}
    assert "dose: 24 IU" in lab.pinned["shown"]
    lab.unpin()
    assert lab.pinned is None


def test_only_lines_have_ghosts_and_ghosts_lie_behind():
    keys = [trace["meta"] for trace in make().figure["data"]]
    assert keys == ["pinned:level", "level", "dots"]


def test_the_shown_line_names_every_control_that_is_open_and_the_folded_ones_that_moved():
    lab = make()
    assert lab.frame["shown"] == "Shown: t½ = 20 min · dose: 24 IU · route: into the nose"
    lab.set(noise=True, half_life=20.25)
    assert lab.frame["shown"] == "Shown: t½ = 20.25 min · dose: 24 IU · route: into the nose · noise: on"


def test_a_control_is_named_only_where_it_counts():
    lab = make(only_with={"dose": ("route", ["nose"]), "noise": ("route", ["vein"])})
    assert lab.frame["shown"] == "Shown: t½ = 20 min · dose: 24 IU · route: into the nose"
    lab.set(dose=30)
    assert lab.sentence.startswith("Dose: 30 IU. ")
    lab.set(route="vein")
    assert lab.frame["shown"] == "Shown: t½ = 20 min · route: into a vein · noise: off"
    assert lab.sentence.startswith("Route: into a vein. ")
    assert sweep(lab) > 200
    lab = make(only_with={"dose": ("noise", [True])})
    assert "dose" not in lab.frame["shown"]
    lab.set(noise=True)
    assert "dose: 24 IU" in lab.frame["shown"]


def test_a_unit_that_ends_with_a_stop_gets_no_second_one_and_a_label_that_goes_on_no_colon():
    @dataclass(frozen=True)
    class Odd(Decay):
        dose: float = number(24, 0, 80, step=1, unit="a.u.", label="Given: one in …", help="How much is given.")
        half_life: float = number(20, 1, 120, step=1, unit="min", label="ACTH halves in", help="Time to halve.")
        route: str = choice("nose", {"nose": "into the nose", "vein": "Into a vein?"}, label="Route", help="Where to.")

    lab = Lab("Odd?", Odd(), simulate_decay, figure, draw, describe)
    lab.set(dose=10)
    assert lab.frame["shown"].startswith("Shown: ACTH halves in: 20 min · given: one in 10 a.u. · ")
    assert lab.sentence.startswith("Given: one in 10 a.u. The level")
    lab.set(half_life=10, route="vein")
    assert lab.sentence.startswith("ACTH halves in: 10 min; given: one in 10 a.u.; route: Into a vein? The level")


def test_the_code_names_what_differs_from_the_defaults():
    lab = make()
    lab.set(dose=30.5)
    assert lab.code().endswith("run = simulate_decay(Decay(dose=30.5), seed=7)")


def test_the_same_seed_gives_the_same_noise_and_a_slider_moves_the_curve_not_the_noise():
    lab, again = make(), make()
    for each in (lab, again):
        each.set(noise=True)
    assert levels(lab).tolist() == levels(again).tolist()
    noise = levels(lab) - simulate_decay(Decay()).level
    lab.set(dose=40)
    assert np.allclose(levels(lab) - simulate_decay(Decay(dose=40)).level, noise, atol=1e-5)
    lab.set(seed=8)
    assert not np.allclose(levels(lab) - simulate_decay(Decay(dose=40)).level, noise, atol=1e-2)


def test_the_stored_text_of_a_lab_is_its_title_and_its_sentence():
    lab = make()
    assert " ".join(repr(lab).split()) == f"{lab.title} {lab.sentence}"
    assert lab._repr_mimebundle_()[0]["text/plain"] == repr(lab)


def test_a_lab_without_a_seed_does_not_offer_another_draw():
    lab = make(lambda parameters: simulate_decay(parameters), seed=None)
    assert not lab.draws_again
    assert lab.seed is None
