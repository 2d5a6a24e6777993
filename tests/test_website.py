"""How a page without Python is packed: numbers, states, formulas and links."""

from __future__ import annotations

import base64
import gzip
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import website
import without_python
from decay import make


def unpacked(packed: dict) -> np.ndarray:
    """Return the rows of packed numbers, as page.js unpacks them."""
    count = packed["count"]
    planes = np.frombuffer(packed["deltas"], np.uint8).reshape(2, count, -1).astype(np.uint16)
    deltas = planes[0] + planes[1] * np.uint16(256)
    steps = np.cumsum(np.cumsum(deltas, axis=1, dtype=np.uint16), axis=0, dtype=np.uint16)
    return packed["low"] + steps / 65535 * (packed["high"] - packed["low"])


@given(arrays(np.float32, (3, 7), elements=st.floats(-1e6, 1e6, width=32)))
def test_packed_numbers_come_back_within_their_step(rows):
    packed = without_python.packed_rows([row.tobytes() for row in rows])
    error = np.abs(unpacked(packed) - rows).max()
    assert error <= (packed["high"] - packed["low"]) / 65535 / 2 * 1.001 + 1e-12


def test_a_constant_comes_back_exactly():
    packed = without_python.packed_rows([np.full(5, 0.25, np.float32).tobytes()])
    assert unpacked(packed).tolist() == [[0.25] * 5]


def test_a_bundle_holds_json_and_then_the_bytes():
    whole = gzip.decompress(base64.b64decode(without_python.bundle({"a": b"xyz", "b": ["ü", b"12"]})))
    length = int.from_bytes(whole[:4], "little")
    told = json.loads(whole[4 : 4 + length])
    block = whole[4 + length :]
    assert told["b"][0] == "ü"
    places = (told["a"], told["b"][1])
    assert [block[each["at"] : each["at"] + each["size"]] for each in places] == [b"xyz", b"12"]


def test_what_a_page_cannot_hold_is_refused():
    with pytest.raises(TypeError, match="set cannot be put on a page"):
        without_python.bundle({"a": {1}})


def test_a_line_of_a_lab_holds_the_pictures_of_python():
    lab = make()
    lab.set(dose=30, noise=True)
    line = without_python.along(lab, "half_life", [])
    assert len(line["stops"]) == without_python.STOPS
    levels = unpacked(line["together"]["level"]["y"])
    for stop, level in zip(line["stops"], levels, strict=True):
        lab.set(half_life=stop["value"])
        assert stop["words"]["sentence"] == lab.sentence
        assert stop["traces"]["level"] == {"x": 0, "y": 1}
        shown = np.frombuffer(lab.frame["traces"]["level"]["y"], np.float32)
        assert np.abs(shown - level).max() < 1e-3


def test_packing_leaves_the_lab_where_it_was():
    lab = make()
    lab.set(dose=30)
    told = without_python.stories(lab)
    assert [each["frame"]["values"]["dose"] for each in told] == [30, 24, 24]
    assert lab.values["dose"] == 30


def test_formulas_become_mathml_and_code_stays_code():
    formulas = website.Formulas()
    text = formulas.taken_out("Take $x_1$ and `price = $5 + $6`.\n\n$$\\frac{a}{b}$$")
    assert "`price = $5 + $6`" in text
    assert len(formulas.made) == 2
    page = formulas.put_back(text)
    assert "<msub><mi>x</mi><mn>1</mn></msub>" in page
    assert "<mfrac>" in page
    assert '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">' in page


def test_links_between_notebooks_lead_to_pages():
    linked = website.linked('<a href="04_oxytocin_trust.ipynb#top">x</a> <a href="../data/evidence.csv">y</a>')
    assert linked == '<a href="04_oxytocin_trust.html#top">x</a> <a href="data/evidence.csv">y</a>'


def test_the_search_knows_each_heading_and_its_words():
    body = (
        '<main id="main"><h1 id="A">A &amp; b</h1><p>one <b>two</b></p><h2 id="C">C</h2><script>no</script><p>three</p>'
    )
    first, second = website.entries("a.html", "A", body)
    assert first == {"page": "a.html", "title": "A", "heading": "A & b", "id": "A", "text": "one two"}
    assert second["text"] == "three"
