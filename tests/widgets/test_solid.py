"""A solid body on the Python side: what travels, what is refused, and the brain that is made of it."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from intimacy import anatomy
from intimacy.models.neural_pathways import REGIONS
from intimacy.widgets import Frame, Lab, NoControls, Piece, Play, Solid, theme
from intimacy.widgets.solid import MOST_POINTS, PER_UNIT

MOST_BYTES = 1_500_000


def pyramid(**more):
    points = np.array([[0, 0, 0], [10, 0, 0], [0, 10, 0], [0, 0, 12.345]])
    sides = np.array([[0, 1, 2], [0, 1, 3], [0, 2, 3]])
    pieces = [
        Piece("glass", "", "", "shell", sides[:1], np.empty((0, 3))),
        Piece("tip", "T", "The tip", "value", sides[1:], points[3:]),
    ]
    known = {"panels": ["i", "j"], "points": points, "pieces": pieces, "views": {"Left": (90, 0)}, "flat_view": "Left"}
    return Solid(**(known | {"low": "0", "high": "1"} | more))


def unpacked(solid):
    packed = solid.packed()
    points = in_rows(packed["points"], np.int16) / PER_UNIT
    return packed, points, in_rows(packed["corners"], np.uint16)


def in_rows(packed, kind):
    """Rows of three, from the steps between them, column by column, low bytes before high ones."""
    low, high = np.frombuffer(gzip.decompress(packed), np.uint8).reshape(2, 3, -1).astype(np.uint16)
    return np.cumsum(low + 256 * high, axis=1, dtype=np.uint16).T.astype(kind)


def test_a_body_travels_whole():
    packed, points, corners = unpacked(pyramid())
    assert points[3].tolist() == pytest.approx([0, 0, 12.345], abs=0.5001 / PER_UNIT)
    assert corners.tolist() == [[0, 1, 2], [0, 1, 3], [0, 2, 3]]
    assert [piece["count"] for piece in packed["pieces"]] == [3, 6]
    assert packed["panels"] == ["i", "j"]
    assert packed["views"] == {"Left": [90, 0]}
    assert pyramid().value_names == ("tip",)


def test_a_body_too_large_to_travel_is_refused():
    with pytest.raises(ValueError, match=r"points must lie within ±327.68, got 400"):
        pyramid(points=np.array([[0, 0, 400.0]]))
    with pytest.raises(ValueError, match=f"points must be at most {MOST_POINTS}, got {MOST_POINTS + 1}"):
        pyramid(points=np.zeros((MOST_POINTS + 1, 3)))


def test_a_lab_without_a_body_sends_none_and_a_lab_with_one_sends_it_once():
    def lab(solid):
        def draw(*_):
            return Frame({"line": {"x": [0.0], "y": [1.0]}, "solid": {"shade": [[0.5]] * 3, "value": [[1.0]] * 3}})

        def figure():
            return theme.new_figure().add_scatter(meta="line", x=[], y=[])

        play = Play("Second", [], 0, 2, films=["solid"])
        return Lab("Why?", NoControls(), lambda _: None, figure, draw, lambda *_: "So.", play=play, solid=solid)

    assert lab(None).solid is None
    with_body = lab(pyramid())
    assert with_body.solid["pieces"][1]["words"] == "The tip"
    assert with_body.frame["traces"]["solid"]["shade"]["row"] == 1
    assert len(with_body.frame["traces"]["solid"]["shade"]["values"]) == 3 * 4


@pytest.fixture(scope="module")
def brain():
    return anatomy.brain()


def test_the_parts_of_the_brain_that_take_values_are_the_regions_of_the_model(brain):
    assert brain.value_names == tuple(REGIONS)


def test_the_brain_is_light_enough(brain):
    packed = brain.packed()
    assert len(packed["points"]) + len(packed["corners"]) < MOST_BYTES / 3


def test_the_surface_is_whole_and_each_triangle_belongs_to_one_part(brain):
    """The pieces of the cortex together are two closed surfaces: each edge has a triangle on both sides, or is cut."""
    cortex = [piece for piece in brain.pieces if piece.name in ("shell", *anatomy.CORTEX)]
    corners = np.concatenate([piece.triangles for piece in cortex])
    assert len(np.unique(np.sort(corners, axis=1), axis=0)) == len(corners)
    sides = brain.points[corners]
    areas = np.linalg.norm(np.cross(sides[:, 1] - sides[:, 0], sides[:, 2] - sides[:, 0]), axis=1) / 2
    # As large as the two hemispheres before any cut, read again on another way.
    whole = 0.0
    for side in ("lh", "rh"):
        vertices, triangles, _ = anatomy._hemisphere(side)
        first, second, third = (vertices[triangles[:, corner]] for corner in range(3))
        whole += np.linalg.norm(np.cross(second - first, third - first), axis=1).sum() / 2
    assert areas.sum() == pytest.approx(whole, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "centre"),
    [
        # Centres of the labels as measured from the atlas's volume; two spaces differ by some millimetres.
        ("accumbens", (8, 10, -10)),
        ("amygdala", (24, -3, -21)),
        ("insula", (36, 13, -3)),
        ("cingulate", (5, 27, 14)),
    ],
)
def test_each_part_lies_where_the_atlas_has_it_on_both_sides(brain, name, centre):
    left, right = next(piece for piece in brain.pieces if piece.name == name).anchors
    assert np.abs(right - centre).max() < 4
    assert np.abs(left - np.array(centre) * [-1, 1, 1]).max() < 4


def test_the_deep_parts_have_the_volume_of_their_voxels(brain):
    """An independent route: the volume inside the mesh, by the divergence theorem, against the count of 1-mm voxels."""
    import nibabel

    atlas = np.asarray(nibabel.load(anatomy._folder() / "atlas-desikankilliany.nii.gz").dataobj)
    for name, (*_, labels) in anatomy.DEEP.items():
        piece = next(piece for piece in brain.pieces if piece.name == name)
        for label, triangles in zip(labels, np.split(piece.triangles, 2), strict=True):
            first, second, third = (brain.points[triangles[:, corner]] for corner in range(3))
            volume = abs(np.sum(first * np.cross(second, third)) / 6)
            assert volume == pytest.approx((atlas == label).sum(), rel=0.06), name


def test_the_front_of_the_insula_is_cut_where_the_note_says(brain):
    insula = next(piece for piece in brain.pieces if piece.name == "insula")
    # Half an edge of the mesh may stick out behind the cut.
    assert brain.points[insula.triangles][:, :, 1].min() > anatomy.ANTERIOR_INSULA_FROM - 2.5


def test_what_is_a_marker_says_so(brain):
    for piece in brain.pieces:
        assert (piece.kind == "marker") == ("marker" in piece.words) == piece.label.startswith("◆")
    assert "markers" in brain.note
    assert "not a measurement" in brain.note
