"""Whether tall things stand in the picture, and how tall: what moved along the lean tells.

A roof is displaced along the lean, away from the camera, and by nothing across it. Wrong matches
are displaced either way alike. Where clearly more lie along the lean than against it, tall things
stand there, and any point that somebody marks may be on top of one.
"""

from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from purport.checks.place._dense import match_blocks
from purport.checks.place._features import Features, in_negative
from purport.checks.place._geometry import apply_homography, local_affine
from purport.checks.place._relief import Lean
from purport.checks.place._views import Mapped, View

__all__ = ["Displaced", "look_for_heights", "tall_height_sd_m"]

FloatArray = NDArray[np.float64]

_LOWEST_M, _HIGHEST_M = 2.0, 80.0
"""Heights that count as tall, and the highest that is believed. [m]"""
_TELLING = 3.2
"""Standard deviations of chance by which more must lie along the lean than against it: of wrong
matches alone, as likely either way, 1 in 1,000 pictures would be called tall (of 3,000 draws)."""
_UP_TO_M = (10.0, 20.0, 40.0, 80.0)
"""Heights up to which they are counted: wrong matches lie at all, roofs at few. [m]"""
_ACROSS_SD = 3.0
_ALONG_SD = 4.0
_TOP_SHARE = 0.9
_TOP_NORMAL = 1.645
"""Standard deviations within which 90 % of a normal quantity lie."""
_TELLING_POINTS, _TELLING_SHARE = 40, 0.5
"""Points that agree with the plane, and their share of those found, from which the other polarity
need not be asked: right ones had 0.74 to 0.9, wrong ones 0.09 to 0.28."""
_SEARCH_PX, _REDUCE_BY = 24, 2
_BLOCK_SD_PX = 1.5
_SOUGHT_M = 40.0
"""Heights that are looked for. [m]"""
_STRIP_PX = 4.0
_SD_PX = 1.0
_RIVAL_PX = 5.0
_RATIO = 0.8
"""Of descriptor distances, best to best elsewhere in the strip."""
_LEAST_LEAN_PX = 0.5
"""Map pixels that a metre of height must move a point, for buildings to show. [px/m]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Displaced:
    """Points displaced from where the plane has them; n of them."""

    along: FloatArray
    """Along the lean, away from the camera (n,)."""
    across: FloatArray
    """Across it (n,)."""
    sd: FloatArray
    """Standard uncertainty of either (n,)."""
    for_a_metre: FloatArray
    """How far a height of 1 m displaces each (n,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Strips:
    """Which points of the map lie in the strips of which points of the picture; n pairs."""

    point: NDArray[np.intp]
    """Of the picture (n,), ascending."""
    candidate: NDArray[np.intp]
    """Of the map (n,)."""
    along: FloatArray
    """How far it lies along the lean from the one of the map (n,)."""
    across: FloatArray
    """How far across it (n,)."""
    for_a_metre: FloatArray
    """How far a height of 1 m displaces it (n,)."""


def tall_height_sd_m(displaced: Displaced) -> float:
    """Return the standard uncertainty of a height that tall things in the picture call for. [m]

    Nine in ten of the heights seen lie within 1.645 times of it.

    Returns:
        0 where not clearly more points are displaced along the lean than against it.
    """
    straight = np.abs(displaced.across) <= _ACROSS_SD * displaced.sd
    far = np.abs(displaced.along) >= _ALONG_SD * displaced.sd
    height = displaced.along / displaced.for_a_metre
    tall = straight & far & (np.abs(height) >= _LOWEST_M) & (np.abs(height) <= _HIGHEST_M)
    upright, opposite = np.sort(height[tall & (height > 0.0)]), -height[tall & (height < 0.0)]
    return max(_top_m(upright, opposite, up_to_m) for up_to_m in _UP_TO_M) / _TOP_NORMAL


def _top_m(upright: FloatArray, opposite: FloatArray, up_to_m: float) -> float:
    """Return the height that nine in ten of the tall things up to a height have; 0 without any."""
    upright, opposite = upright[upright <= up_to_m], opposite[opposite <= up_to_m]
    excess = len(upright) - len(opposite)
    if excess <= 0 or excess < _TELLING * np.sqrt(len(upright) + len(opposite)):
        return 0.0
    # As many wrong ones as lie the other way are among the upright ones, and as high.
    lower = np.arange(1, len(upright) + 1) - (opposite[None] <= upright[:, None]).sum(axis=1)
    return float(upright[int(np.argmax(lower >= _TOP_SHARE * excess))])


def look_for_heights(
    view: View,
    mapped: Mapped,
    matrix: FloatArray,
    *,
    lean: Lean,
    to_local: FloatArray,
    pointed: tuple[View, FloatArray] | None = None,
) -> Displaced | None:
    """Look for points and blocks of a view that the map has elsewhere along the lean, either way.

    Large roofs show as blocks, corners of small ones as points.

    Args:
        view: The picture.
        mapped: The stretch of the reference.
        matrix: Homography from picture to patch.
        lean: Of the view.
        to_local: Patch pixel to metres from the origin (3, 3).
        pointed: Another picture of nearly the same ground whose points are taken, and its
            homography; None for those of the picture itself.

    Returns:
        Those found, points in pixels of the patch, blocks in pixels of the picture; None where a
        metre of height hardly shows.
    """
    height, width = view.luma.shape
    middle = apply_homography(matrix, np.array([[(width - 1) / 2, (height - 1) / 2]]))
    shown, onto = (view, matrix) if pointed is None else pointed
    there = apply_homography(onto, shown.features.points)
    affine = np.linalg.inv(to_local)[:2, :2]
    ground = apply_homography(to_local, there)
    leaning = lean.at(ground, apply_homography(to_local, middle)[0]) @ affine.T
    if not len(leaning) or float(np.median(np.hypot(*leaning.T))) < _LEAST_LEAN_PX:
        return None
    strips = _strips(there, leaning, mapped.features.points)
    points = _along_strips(shown.features, mapped.features, strips)
    if _agreeing(points) < max(_TELLING_POINTS, _TELLING_SHARE * len(points.sd)):
        other = _along_strips(in_negative(shown.features), mapped.features, strips)
        points = max(points, other, key=_agreeing)
    return _joined(points, _blocks(view, mapped, matrix, lean=lean, to_local=to_local))


def _agreeing(points: Displaced) -> int:
    """Count the points that lie where the plane has them."""
    return int((np.abs(points.along) < _ALONG_SD * points.sd).sum())


def _joined(one: Displaced, other: Displaced) -> Displaced:
    return Displaced(
        along=np.concatenate([one.along, other.along]),
        across=np.concatenate([one.across, other.across]),
        sd=np.concatenate([one.sd, other.sd]),
        for_a_metre=np.concatenate([one.for_a_metre, other.for_a_metre]),
    )


def _blocks(
    view: View, mapped: Mapped, matrix: FloatArray, *, lean: Lean, to_local: FloatArray
) -> Displaced:
    """Look for blocks of the picture, far from where the plane has them."""
    found = match_blocks(view, mapped.patch, matrix, search_px=_SEARCH_PX, reduce_by=_REDUCE_BY)
    height, width = view.luma.shape
    to_ground = to_local @ matrix
    middle = apply_homography(to_ground, np.array([[(width - 1) / 2, (height - 1) / 2]]))[0]
    leaning = lean.at(apply_homography(to_ground, found.picture), middle)
    by_pixel = local_affine(to_ground, found.picture)
    for_a_metre = np.linalg.solve(by_pixel, leaning[..., None])[..., 0]
    length = np.hypot(*for_a_metre.T)
    ahead = for_a_metre / length[:, None]
    moved = -found.moved
    return Displaced(
        along=(moved * ahead).sum(axis=1),
        across=moved[:, 0] * ahead[:, 1] - moved[:, 1] * ahead[:, 0],
        sd=np.maximum(found.sd_px, _BLOCK_SD_PX),
        for_a_metre=length,
    )


def _strips(there: FloatArray, leaning: FloatArray, candidates: FloatArray) -> _Strips:
    """Find the points of the map in a strip along the lean of each point of the picture."""
    length = np.hypot(*leaning.T)
    ahead = leaning / length[:, None]
    near = cKDTree(candidates).query_ball_point(there, r=_SOUGHT_M * length)
    counts = np.fromiter(map(len, near), dtype=np.intp, count=len(near))
    chosen = np.fromiter(chain.from_iterable(near), dtype=np.intp, count=int(counts.sum()))
    point = np.repeat(np.arange(len(near)), counts)
    # The map has a roof where it stands; the picture shows it further along the lean.
    away = there[point] - candidates[chosen]
    across = away[:, 0] * ahead[point, 1] - away[:, 1] * ahead[point, 0]
    inside = np.abs(across) <= _STRIP_PX
    point = point[inside]
    return _Strips(
        point=point,
        candidate=chosen[inside],
        along=(away[inside] * ahead[point]).sum(axis=1),
        across=across[inside],
        for_a_metre=length[point],
    )


def _along_strips(picture: Features, patch: Features, strips: _Strips) -> Displaced:
    """Match each point within its strip; one without a rival in it is kept."""
    unlike = 2.0 - 2.0 * np.einsum(
        "nk,nk->n", patch.descriptors[strips.candidate], picture.descriptors[strips.point]
    )
    _, starts, owner = np.unique(strips.point, return_index=True, return_inverse=True)
    best = np.lexsort((unlike, owner))[starts]
    rival = np.abs(strips.along - strips.along[best][owner]) > _RIVAL_PX
    second = np.full(len(starts), np.inf)
    np.minimum.at(second, owner[rival], unlike[rival])
    kept = best[np.isfinite(second) & (unlike[best] < _RATIO**2 * second)]
    return Displaced(
        along=strips.along[kept],
        across=strips.across[kept],
        sd=np.full(len(kept), _SD_PX),
        for_a_metre=strips.for_a_metre[kept],
    )
