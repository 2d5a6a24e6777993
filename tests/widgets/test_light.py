"""What a page receives: files and shapes once, each array once, and of a film only what is seen."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

from decay import make
from figures import made
from intimacy.widgets import Frame, Handshake, Lab, NoControls, Play, front_end, theme
from look import labs_of
from stems import STEMS

MOST_BYTES = 52_000
"""The budget for one more lab is 60 kB; Jupyter's own messages about a cell take some 6 kB of it."""
SECONDS = np.linspace(0, 1, 40)


def film():
    """A lab with a curve of two names, and a film of three pictures."""

    def draw(*_):
        curve = {"x": SECONDS, "y": SECONDS**2}
        return Frame({"i": curve, "j": curve, "walk": {"x": np.outer([1, 2, 3], SECONDS), "y": [[0.0]] * 3}})

    def figure():
        return theme.new_figure().add_scatter(meta="i").add_scatter(meta="j").add_scatter(meta="walk")

    play = Play("Second", [], 0, 2, films=["walk"])
    return Lab("Why?", NoControls(), lambda _: None, figure, draw, lambda *_: "So.", play=play)


def parcel(name):
    return next(each for each in front_end._parcels.values() if f"IPY_MODEL_{each.model_id}" == name)


def test_the_files_of_widgets_come_once_for_all_widgets():
    one, other, handshake = make().get_state(), make().get_state(), Handshake().get_state()
    assert one["_files"] == other["_files"]
    assert handshake["_files"][0] == one["_files"][0]
    parts = [json.loads(gzip.decompress(parcel(name).content)) for name in one["_files"]]
    assert "".join(part["script"] for part in parts).endswith("};\n")
    assert "".join(part["style"] for part in parts) == front_end.style("lab")
    assert "_css" not in one
    assert len(one["_esm"]) < 1500


def test_what_was_closed_is_sent_again():
    name = make().get_state()["_files"][0]
    parcel(name).close()
    again = make().get_state()["_files"][0]
    assert again != name
    assert parcel(again).comm is not None


def test_of_arrays_that_are_the_same_one_comes():
    lab = film()
    traces = lab.get_state()["frame"]["traces"]
    assert traces["i"] == lab.frame["traces"]["i"]
    assert traces["j"] == {"x": {"as": ("i", "x")}, "y": {"as": ("i", "y")}}


def test_of_a_film_the_last_picture_comes_until_all_are_asked_for():
    lab = film()
    last = np.float32(3 * SECONDS).tobytes()
    frame = lab.get_state()["frame"]
    assert (frame["partial"], frame["traces"]["walk"]["x"]) == (True, {"row": 40, "values": last})
    lab._receive(lab, {"kind": "film", "request": "1"}, [])
    frame = lab.get_state()["frame"]
    assert (frame["partial"], frame["request"]) == (False, "1")
    assert frame["traces"]["walk"] == lab.frame["traces"]["walk"]
    lab._receive(lab, {"kind": "set", "request": "2", "values": {}, "whole": True}, [])
    assert lab.get_state()["frame"]["partial"] is False
    lab._receive(lab, {"kind": "set", "request": "3", "values": {}}, [])
    assert lab.get_state()["frame"]["partial"] is True


def weight(lab):
    """Bytes of a lab as it opens, without what comes once per page."""
    arrays = []

    def apart(value):
        arrays.append(value)
        return None

    return len(json.dumps(lab.get_state(), default=apart)) + sum(map(len, arrays))


@pytest.mark.parametrize("stem", STEMS)
def test_one_more_lab_is_light(stem):
    heavy = {name: size for name, make in labs_of(stem).items() if (size := weight(made(make))) > MOST_BYTES}
    assert heavy == {}
