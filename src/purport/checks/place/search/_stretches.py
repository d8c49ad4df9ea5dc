"""Which stretches of a reference to look at before a search, and how finely to look again."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from purport.checks.place._geometry import apply_homography
from purport.core.positions import GeoPoint, from_geographic
from purport.imagery import LumaPatch, MapWindow, Reference, read_luma, reference_pixel

__all__ = ["finer_stretch", "needs_index", "stretches"]

FloatArray = NDArray[np.float64]

STRETCH_SIDE_PX = 2400
"""Largest side of what is looked at in one piece. [px]"""
_SLACK = 1.1
_WORTH_REFINING = 1.3
_FOOTPRINT_MARGIN = 0.25


def needs_index(reference: Reference, *, side_px: int = STRETCH_SIDE_PX) -> bool:
    """Tell whether a reference is larger than one stretch, so that it has to be searched.

    Args:
        reference: The orthophoto.
        side_px: Largest side of a stretch. [px]
    """
    west, south, east, north = reference.bounds
    return max(east - west, north - south) / reference.gsd_m > side_px * _SLACK


def stretches(reference: Reference, near: GeoPoint | None, *, side_px: int) -> Iterator[LumaPatch]:
    """Read the stretches of the reference in which to look without a search.

    A small reference is read whole; of a large one the surroundings of the claimed point.

    Args:
        reference: The orthophoto.
        near: The claimed point; None when there is none.
        side_px: Largest side of a stretch. [px]
    """
    if not needs_index(reference, side_px=side_px):
        yield read_luma(reference)
        return
    if near is not None and _is_inside(reference, near):
        centre = from_geographic(near, reference.metric_crs)
        half = side_px / 2 * reference.gsd_m
        window = MapWindow(
            west_m=centre.easting_m - half,
            south_m=centre.northing_m - half,
            east_m=centre.easting_m + half,
            north_m=centre.northing_m + half,
        )
        yield read_luma(reference, window)


def finer_stretch(
    reference: Reference,
    patch: LumaPatch,
    *,
    to_patch: FloatArray,
    size: tuple[int, int],
    side_px: int,
) -> LumaPatch | None:
    """Read the footprint of a shot as finely as it is worth; None when nothing is gained.

    Args:
        reference: The orthophoto.
        patch: The stretch in which the shot was found.
        to_patch: Picture to patch pixels.
        size: Width and height of the picture. [px]
        side_px: Largest side of a stretch. [px]
    """
    if patch.gsd_m <= _WORTH_REFINING * reference.gsd_m:
        return None
    width, height = size
    corners = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], float)
    ground = apply_homography(patch.to_map @ to_patch, corners)
    low, high = ground.min(axis=0), ground.max(axis=0)
    margin = _FOOTPRINT_MARGIN * (high - low).max()
    west, south, east, north = reference.bounds
    low = np.maximum(low - margin, [west, south])
    high = np.minimum(high + margin, [east, north])
    gsd_m = max(reference.gsd_m, float((high - low).max()) / side_px)
    if patch.gsd_m <= _WORTH_REFINING * gsd_m:
        return None
    window = MapWindow(
        west_m=float(low[0]), south_m=float(low[1]), east_m=float(high[0]), north_m=float(high[1])
    )
    return read_luma(reference, window, gsd_m)


def _is_inside(reference: Reference, point: GeoPoint) -> bool:
    x, y = reference_pixel(reference, point)
    return 0 <= x < reference.width and 0 <= y < reference.height
