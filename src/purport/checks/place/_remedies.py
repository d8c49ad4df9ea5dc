"""What a person can do when a shot is not accepted, and where points are lacking."""

import math

import numpy as np
from numpy.typing import NDArray

from purport.checks.place._geometry import apply_homography
from purport.checks.place.records import ShotEvidence
from purport.core.positions import COMPASS_POINTS

__all__ = ["lacking_side", "remedy_for"]

FloatArray = NDArray[np.float64]

_FEW_FEATURES = 40
_CLEARLY_MIRRORED = 20
"""Points that agree in the mirror, and fewer as it is, from which the footage seems mirrored."""
_POINTS = "four or more control points, spread over the picture, to place it by hand"


def lacking_side(pixels: FloatArray, to_map: FloatArray, size: tuple[int, int]) -> str:
    """Name the side of the ground seen on which points are lacking most.

    Args:
        pixels: The points that there are (n, 2). [px]
        to_map: From pixel to easting and northing.
        size: Width and height of the picture. [px]
    """
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]) * (np.array(size) - 1.0)
    middle = apply_homography(to_map, corners).mean(axis=0)
    held = np.zeros(len(COMPASS_POINTS))
    for direction in _directions(apply_homography(to_map, pixels) - middle):
        held[direction] += 1.0
    room = np.zeros(len(COMPASS_POINTS))
    across, down = np.meshgrid(np.linspace(0.05, 0.95, 19), np.linspace(0.05, 0.95, 11))
    grid = np.column_stack([across.ravel(), down.ravel()]) * (np.array(size) - 1.0)
    for direction in _directions(apply_homography(to_map, grid) - middle):
        room[direction] += 1.0
    share = np.divide(held, room, out=np.full(len(room), np.inf), where=room > 0.0)
    return COMPASS_POINTS[int(np.argmin(share))]


def _directions(away: FloatArray) -> list[int]:
    azimuth = np.arctan2(away[:, 0], away[:, 1])
    step = 2.0 * math.pi / len(COMPASS_POINTS)
    return [int(each) % len(COMPASS_POINTS) for each in np.round(azimuth / step)]


def remedy_for(evidence: ShotEvidence) -> str:
    """Say what would help a shot that was not accepted, from how far it came."""
    if evidence.features < _FEW_FEATURES:
        return (
            "What would help: footage that shows more than bare ground, water or sky, or "
            f"{_POINTS}."
        )
    if evidence.decoy_inliers > max(evidence.first_inliers, _CLEARLY_MIRRORED):
        return (
            "What would help: the footage before it was mirrored; mirror a copy of it back to see "
            "whether that lies here."
        )
    if evidence.lacking:
        return (
            f"What would help: two more control points in the {evidence.lacking} of the ground "
            "seen, where least agrees, or a finer or more recent reference."
        )
    return (
        "What would help: a finer reference, or one of the same season; the place claimed more "
        f"exactly; or {_POINTS}."
    )
