"""Pictures computed ahead: in what order, how many, how they travel, and when they are dropped."""

from __future__ import annotations

import json

import numpy as np
import pytest

from decay import Decay, draw, make, simulate_decay
from intimacy.parameters import Specification
from intimacy.widgets import Play, frames


class Clock:
    """Time that passes only when something is computed."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Page:
    """The page's end of the line: it asks, hears, and puts the pictures together as the front end does."""

    def __init__(self, lab, seconds=0.001):
        self.lab, self.clock, self.queue, self.messages = lab, Clock(), [], []
        lab._ahead = frames.FramesAhead(self.receive, self.queue.append, self.clock)
        lab.send = self.receive
        compute = lab._computed

        def slowly(parameters, seed):
            self.clock.now += seconds
            return compute(parameters, seed)

        lab._computed = slowly

    def receive(self, content, buffers):
        json.dumps(content)
        self.messages.append((content, buffers))

    def ask(self, name, request="view:1", serial=None):
        self.base = self.lab.frame
        question = {"kind": "frames", "request": request, "name": name, "serial": serial or self.lab._serial}
        self.lab._receive(self.lab, question, [])

    def run(self, steps=10_000, hears=True):
        """Let time pass: each step does what waits, and what was sent is heard."""
        heard = len(self.messages)
        for _ in range(steps):
            if not self.queue:
                return
            self.queue.pop(0)()
            for content, _ in self.messages[heard:] if hears else []:
                self.lab._receive(self.lab, {"kind": "heard", "request": content["request"]}, [])
            heard = len(self.messages) if hears else heard

    def stops(self):
        return {
            stop["value"]: {**stop, "traces": self.traces(stop, block)}
            for content, [block] in self.messages
            for stop in content["stops"]
        }

    def traces(self, stop, block):
        def whole(key, path, place):
            if place is None:
                return frames.still(self.base["traces"], films(self.lab))[key][path]
            if not isinstance(place, dict):
                return place
            numbers = block[place["at"] : place["at"] + place["size"]]
            return {"row": place["row"], "values": numbers} if "row" in place else numbers

        return {
            key: {path: whole(key, path, place) for path, place in each.items()} for key, each in stop["traces"].items()
        }

    @property
    def weight(self):
        return sum(len(block) + len(json.dumps(content)) for content, [block] in self.messages)


def films(lab):
    return lab.play["films"] if lab.play else []


def number(low, high, step, kind="number"):
    return Specification(kind, low, "A", "b", low, high, step)


def test_the_near_stops_come_first_then_the_ends_and_then_all():
    order = frames.stops(number(0, 10, 0.05), 4.0)
    assert order[:4] == [3.95, 4.05, 3.9, 4.1]
    assert order[16:18] == [0.0, 10.0]
    assert len(order) == len(set(order)) == 200
    assert 4.0 not in order


@pytest.mark.parametrize("count", [20, 40, 60, 100, 300])
def test_wherever_the_stops_are_cut_they_cover_the_range(count):
    order = sorted(frames.stops(number(0, 1000, 1), 500)[:count])
    assert (order[0], order[-1]) == (0, 1000)
    far = [value for value in [*order, 500] if abs(value - 500) > 8]
    if count >= 40:
        assert np.diff(sorted(far)).max() <= 2000 / (count - 18) + 128


def test_stops_are_those_of_the_slider_to_the_last_digit():
    assert frames.stops(number(0.02, 0.3, 0.01), 0.1)[:2] == [0.09, 0.11]
    assert set(frames.stops(number(1, 5, 2, "integer"), 3)) == {1, 5}
    assert all(isinstance(each, int) for each in frames.stops(number(1, 5, 2, "integer"), 3))
    assert 0.8137 not in frames.stops(number(0, 1, 0.1), 0.8137)
    assert len(frames.stops(number(0, 1, 0.1), 0.8137)) == 11


def test_a_step_that_misses_the_end_stops_before_it():
    assert max(frames.stops(number(0, 1, 0.3), 0.0)) == 0.9


def test_choices_and_switches_have_all_their_others():
    assert frames.stops(Specification("choice", "a", "A", "b", options={"a": "1", "b": "2", "c": "3"}), "b") == [
        "a",
        "c",
    ]
    assert frames.stops(Specification("switch", False, "A", "b"), True) == [False]


@pytest.mark.parametrize("name", ["half_life", "dose", "route", "noise"])
def test_each_picture_is_the_one_that_python_shows_there(name):
    lab = make()
    lab.set(noise=True, dose=30, seed=9)
    page = Page(lab)
    page.ask(name)
    page.run()
    sent = page.stops()
    assert len(sent) > 0
    for value, stop in sent.items():
        lab.set(**{name: value})
        for part in ("shown", "sentence", "code", "layout", "traces"):
            assert stop[part] == lab.frame[part], (value, part)
    assert page.messages[-1][0]["done"]
    assert not any(content["done"] for content, _ in page.messages[:-1])


def test_computing_ahead_leaves_the_lab_where_it_is():
    lab = make()
    page = Page(lab)
    before, values, result = lab.frame, lab.values, lab.result
    page.ask("dose")
    page.run()
    assert page.stops()
    assert lab.frame is before
    assert lab.result is result
    assert lab.values == values


def test_what_is_as_in_the_base_does_not_travel():
    page = Page(make())
    page.ask("dose")
    page.run(hears=False)
    (content, [block]) = page.messages[0]
    level = content["stops"][0]["traces"]["level"]
    assert level["x"] is None
    assert level["y"]["size"] == 121 * 4
    assert len(block) < 2 * 121 * 4 * len(content["stops"])


def film(rows):
    def simulate(parameters, seed=7):
        run = simulate_decay(parameters, seed)
        return run

    def draw_film(parameters, run):
        frame = draw(parameters, run)
        rising = np.outer(np.linspace(0, 1, rows), run.level)
        return type(frame)({**frame.traces, "level": {"x": run.minutes, "y": rising}})

    lab = make(simulate, play=Play("Minute", [], 0, rows - 1, films=["level"]))
    lab._draw = draw_film
    lab.refresh()
    return lab


def test_of_a_film_only_the_last_picture_travels():
    lab = film(100)
    page = Page(lab)
    page.ask("dose")
    page.run()
    sent = page.stops()
    assert len(sent) == 160  # all: whole films would weigh 7.7 MB
    assert page.weight < frames.MOST_BYTES
    lab.set(dose=40)
    whole = np.frombuffer(lab.frame["traces"]["level"]["y"]["values"], np.float32).reshape(-1, 121)
    assert len(whole) == 100
    assert np.array_equal(np.frombuffer(sent[40.0]["traces"]["level"]["y"]["values"], np.float32), whole[-1])


def test_a_control_whose_pictures_are_heavy_gets_coarser_stops_within_a_megabyte():
    heavy = lambda parameters, seed=7: simulate_decay(parameters, seed)  # noqa: E731
    lab = make(heavy)
    thin = lab._draw
    lab._draw = lambda parameters, run: type(thin(parameters, run))(
        {**thin(parameters, run).traces, "dots": {"x": np.arange(5000), "y": np.arange(5000) * parameters.dose}}
    )
    lab.refresh()
    page = Page(lab)
    page.ask("dose")
    page.run()
    values = sorted(page.stops())
    assert 35 < len(values) < 60
    assert (values[0], values[-1]) == (0, 80)
    assert {20.5, 23.5, 24.5, 27.5} <= set(values)
    assert np.diff(values).max() <= 10
    assert 0.9e6 < page.weight <= 1.02e6
    assert page.messages[-1][0]["done"]


def test_a_control_whose_pictures_take_long_gets_coarser_stops_within_the_seconds():
    page = Page(make(), seconds=0.0625)
    page.ask("dose")
    page.run()
    values = sorted(page.stops())
    assert len(values) == frames.MOST_SECONDS / 0.0625
    assert (values[0], values[-1]) == (0, 80)


def test_a_lab_that_is_too_slow_says_that_it_does_not_take_part():
    page = Page(make(), seconds=0.3)
    page.ask("dose")
    page.run()
    assert page.clock.now < 1
    (content, _) = page.messages[-1]
    assert content["done"]
    assert content["text"] == "One picture takes 0.3 seconds to compute, so each is computed when you ask for it."


def test_one_slow_picture_among_fast_ones_is_no_slow_lab():
    lab = make()
    page = Page(lab)
    compute = lab._computed

    def once(parameters, seed):
        page.clock.now += 2.0 if parameters.dose == 24.5 else 0
        return compute(parameters, seed)

    lab._computed = once
    page.ask("dose")
    page.run()
    assert len(page.stops()) == 160


def test_nothing_is_computed_before_messages_have_had_their_turn():
    page = Page(make())
    page.ask("dose")
    assert page.clock.now == 0
    page.run(steps=1)
    assert page.clock.now == pytest.approx(0.001)
    assert len(page.queue) == 1


def test_no_more_is_on_the_way_than_a_live_answer_can_wait_for():
    lab = make()
    page = Page(lab)
    page.ask("dose")
    page.run(hears=False)
    on_the_way = sum(len(block) for _, [block] in page.messages)
    assert on_the_way <= frames.UNHEARD_BYTES + frames.CHUNK_BYTES + 2000
    assert not page.messages[-1][0]["done"]
    computed = page.clock.now
    page.run()
    assert page.clock.now == computed
    for content, _ in [*page.messages]:
        lab._receive(lab, {"kind": "heard", "request": content["request"]}, [])
    page.run()
    assert page.messages[-1][0]["done"]
    assert len(page.stops()) == 160


def test_word_that_was_heard_for_another_question_is_ignored():
    lab = make()
    page = Page(lab)
    page.ask("dose")
    page.run(hears=False)
    before = len(page.messages)
    lab._receive(lab, {"kind": "heard", "request": "view:0"}, [])
    page.run(hears=False)
    assert len(page.messages) == before


def test_a_newer_question_takes_the_place_of_the_older():
    page = Page(make())
    page.ask("dose", "view:1")
    page.run(steps=5)
    page.ask("half_life", "view:2")
    page.run()
    names = [content["name"] for content, _ in page.messages if content["stops"]]
    assert set(names) == {"half_life"}
    assert len(page.stops()) == 119


@pytest.mark.parametrize(
    "change",
    [
        lambda lab: lab.set(half_life=30),
        lambda lab: lab.set(seed=8),
        lambda lab: lab.refresh(),
        lambda lab: lab.preset("Short"),
        lambda lab: lab._receive(
            lab, {"kind": "set", "request": "view:2", "values": {**lab.values, "half_life": 5}, "seed": 7}, []
        ),
        lambda lab: lab._receive(lab, {"kind": "set", "request": "view:2", "values": lab.values, "seed": 8}, []),
    ],
)
def test_any_other_change_ends_it(change):
    lab = make()
    page = Page(lab)
    page.ask("dose")
    page.run(steps=5)
    change(lab)
    seconds = page.clock.now
    page.run()
    assert page.clock.now == seconds
    assert page.messages == []


def test_a_move_of_the_control_itself_does_not_end_it():
    lab = make()
    page = Page(lab)
    page.ask("dose")
    page.run(steps=5)
    lab._receive(lab, {"kind": "set", "request": "view:2", "values": {**lab.values, "dose": 25.0}, "seed": 7}, [])
    page.run()
    assert len(page.stops()) == 160


def test_pictures_for_a_state_that_has_passed_are_not_computed():
    lab = make()
    page = Page(lab)
    lab.set(dose=30)
    page.ask("half_life", serial=1)
    page.run()
    [(content, _)] = page.messages
    assert content == {"kind": "frames", "request": "view:1", "name": "half_life", "stops": [], "done": True}


@pytest.mark.parametrize("name", ["colour", "", "__class__", "None"])
def test_a_control_that_is_not_there_gets_nothing(name):
    page = Page(make())
    page.ask(name)
    page.run()
    assert page.stops() == {}
    assert page.clock.now == 0


def test_a_parameter_that_cannot_be_moved_gets_nothing():
    page = Page(make(controls=["dose"], advanced=[]))
    page.ask("half_life")
    page.run()
    assert page.stops() == {}


def test_a_model_that_stops_is_heard_and_ends_it_and_the_lab_goes_on():
    def broken(parameters, seed=7):
        if parameters.dose > 30:
            raise RuntimeError("out of hormone")
        return simulate_decay(parameters, seed)

    lab = make(broken)
    page = Page(lab)
    page.ask("dose")
    with pytest.raises(RuntimeError, match="out of hormone"):
        page.run()
    assert page.queue == []
    assert max(page.stops(), default=0) <= 30
    lab.set(dose=29)
    page.ask("noise")
    page.run()
    assert list(page.stops()) == [True]


def test_a_lab_that_does_not_take_part_says_why_and_computes_nothing():
    lab = make(no_frames="The state is a game.")
    assert lab.no_frames == "The state is a game."
    page = Page(lab)
    page.ask("dose")
    page.run()
    assert page.stops() == {}
    assert page.clock.now == 0


def test_a_picture_from_a_seed_is_that_of_the_seed():
    lab = make()
    lab.set(noise=True, seed=3)
    page = Page(lab)
    page.ask("dose")
    page.run()
    drawn = simulate_decay(Decay(dose=40, noise=True), 3).level.astype(np.float32)
    assert np.array_equal(np.frombuffer(page.stops()[40.0]["traces"]["level"]["y"], np.float32), drawn)
