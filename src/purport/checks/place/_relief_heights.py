"""Whether tall things stand in the picture, and how tall: what moved along the lean tells.

A roof is displaced along the lean, away from the camera, and by nothing across it. Wrong matches
are displaced either way alike. Where clearly more lie along the lean than against it, tall things
stand there, and any point that somebody marks may be on top of one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.place._dense import match_blocks
from purport.checks.place._geometry import apply_homography, local_affine
from purport.checks.place._relief import Lean
from purport.checks.place._views import View
from purport.imagery import LumaPatch

__all__ = ["Displaced", "look_for_heights", "tall_height_sd_m"]

FloatArray = NDArray[np.float64]

_LOWEST_M, _HIGHEST_M = 2.0, 80.0
"""Heights that count as tall, and the highest that is believed. [m]"""
_FEWEST = 5
_TIMES_OPPOSITE = 3.0
"""At least so many, and so many times those displaced the other way and four more. Of wrong
matches alone, as likely either way, about 1 in 100 pictures would be called tall."""
_ACROSS_SD = 3.0
_ALONG_SD = 4.0
_TOP_SHARE = 0.9
_TOP_NORMAL = 1.645
"""Standard deviations within which 90 % of a normal quantity lie."""
_SEARCH_PX, _REDUCE_BY = 24, 2
_BLOCK_SD_PX = 1.5
_LEAST_LEAN_PX = 0.5
"""Picture pixels that a metre of height must move a point, for buildings to show. [px/m]"""


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
    upright, opposite = height[tall & (height > 0.0)], int((tall & (height < 0.0)).sum())
    if len(upright) < max(_FEWEST, _TIMES_OPPOSITE * opposite + 4.0):
        return 0.0
    return float(np.quantile(upright, _TOP_SHARE)) / _TOP_NORMAL


def look_for_heights(
    view: View, patch: LumaPatch, matrix: FloatArray, *, lean: Lean, to_local: FloatArray
) -> Displaced | None:
    """Look for blocks of a view that lie far from where the plane has them.

    Args:
        view: The picture.
        patch: The stretch of the reference.
        matrix: Homography from picture to patch.
        lean: Of the view.
        to_local: Patch pixel to metres from the origin (3, 3).

    Returns:
        The blocks found, in picture pixels; None where a metre of height hardly shows.
    """
    height, width = view.luma.shape
    to_ground = to_local @ matrix
    middle = np.array([[(width - 1) / 2, (height - 1) / 2]])
    if float(np.hypot(*_lean_px(to_ground, middle, lean, middle=middle)[0])) < _LEAST_LEAN_PX:
        return None
    found = match_blocks(view, patch, matrix, search_px=_SEARCH_PX, reduce_by=_REDUCE_BY)
    if len(found.picture) == 0:
        return None
    for_a_metre = _lean_px(to_ground, found.picture, lean, middle=middle)
    length = np.hypot(*for_a_metre.T)
    ahead = for_a_metre / length[:, None]
    # The map has a roof where it stands; the picture shows it further along the lean.
    moved = -found.moved
    return Displaced(
        along=(moved * ahead).sum(axis=1),
        across=moved[:, 0] * ahead[:, 1] - moved[:, 1] * ahead[:, 0],
        sd=np.maximum(found.sd_px, _BLOCK_SD_PX),
        for_a_metre=length,
    )


def _lean_px(
    to_ground: FloatArray, pixels: FloatArray, lean: Lean, *, middle: FloatArray
) -> FloatArray:
    """Return by how many pixels a point 1 m high is displaced in the picture (n, 2). [px/m]"""
    ground = apply_homography(to_ground, pixels)
    leaning = lean.at(ground, apply_homography(to_ground, middle)[0])
    by_pixel = local_affine(to_ground, pixels)
    return np.asarray(np.linalg.solve(by_pixel, leaning[..., None])[..., 0], dtype=np.float64)
