"""Matches over ground of known heights, brought down to one plane.

A homography knows a plane only. What stands above it is seen where its line of sight meets the
plane; with a model of the heights each match is moved there, and the homography is then that of
the plane alone. Where the camera stands comes from the homography itself, so that both are found
in turns.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from purport.checks.contract import TerrainSource
from purport.checks.place._adjustment import (
    Adjusted,
    Adjustment,
    Observations,
    adjust_homography,
)
from purport.checks.place._control_points import (
    ControlFit,
    ControlRefusal,
    Placed,
    fit_control_points,
)
from purport.checks.place._relief import Lean, find_lean, flatten_points
from purport.core.errors import OutsideReferenceError
from purport.imagery import Heights, MapWindow, fit_plane, open_terrain, read_heights

__all__ = ["GroundHeights", "adjust_on_terrain", "fit_points_on_terrain", "read_ground"]

FloatArray = NDArray[np.float64]

_MARGIN_M = 20.0
_ROUNDS = 3
"""Turns of placing the camera and moving the matches; each leaves about a tenth of the error."""
_CLEARLY_WORSE = 1.05
"""Times the misfit before: over level ground heights change nothing."""
_FEWEST_POINTS = 4
_LEAST_KNOWN = 0.9
"""Share of the matches whose height must be known: the others are left out."""
_ASSUMED_SD_M = 1.0
"""Standard uncertainty of a height where nobody states one. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroundHeights:
    """Heights of the ground that matches lie on."""

    heights: Heights
    """As read."""
    plane: tuple[float, float, float]
    """Height at the origin and its slopes east and north, of the plane that fits the ground."""
    origin_m: tuple[float, float]
    """Easting and northing of the origin. [m]"""
    crs: str
    """Projected system."""
    accuracy_m: float
    """Standard uncertainty of a height. [m]"""

    def above_plane(self, ground: FloatArray) -> FloatArray:
        """Return heights above the plane at points (n, 2) from the origin; NaN: not known. [m]"""
        level = self.plane[0] + ground @ np.array(self.plane[1:])
        return np.asarray(
            self.heights.at(ground + np.array(self.origin_m), self.crs) - level, dtype=np.float64
        )


def read_ground(
    source: TerrainSource, ground: FloatArray, *, origin_m: tuple[float, float], crs: str
) -> GroundHeights | None:
    """Read the heights where matches lie; None where the model has too few of them.

    Args:
        source: The terrain model.
        ground: Where the matches lie, from the origin (n, 2). [m]
        origin_m: Easting and northing of the origin. [m]
        crs: Projected system of both.

    Raises:
        UnreadableReferenceError: The model cannot be read.
    """
    if len(ground) < _FEWEST_POINTS:
        return None
    low = ground.min(axis=0) + origin_m - _MARGIN_M
    high = ground.max(axis=0) + origin_m + _MARGIN_M
    window = MapWindow(
        west_m=float(low[0]), south_m=float(low[1]), east_m=float(high[0]), north_m=float(high[1])
    )
    model = open_terrain(source.path, accuracy_m=source.accuracy_m)
    model = replace(model, raster=replace(model.raster, metric_crs=crs))
    try:
        heights = read_heights(model, window)
    except OutsideReferenceError:
        return None
    here = heights.at(ground + np.array(origin_m), crs)
    known = np.isfinite(here)
    if known.mean() < _LEAST_KNOWN or int(known.sum()) < _FEWEST_POINTS:
        return None
    plane = fit_plane(ground[known], here[known])
    return GroundHeights(
        heights=heights,
        plane=(float(plane[0]), float(plane[1]), float(plane[2])),
        origin_m=origin_m,
        crs=crs,
        accuracy_m=_ASSUMED_SD_M if heights.accuracy_m is None else heights.accuracy_m,
    )


def adjust_on_terrain(
    seen: Observations,
    flat: Adjusted,
    ground: GroundHeights,
    *,
    size: tuple[int, int],
    settings: Adjustment,
) -> tuple[Observations, Adjusted] | None:
    """Adjust a homography to matches brought down to the plane of the ground.

    Args:
        seen: The matches.
        flat: The homography as adjusted to them where they lie on the map.
        ground: The heights.
        size: Width and height of the picture. [px]
        settings: How to adjust.

    Returns:
        The matches as moved and the homography; None where the lean is not known, or where the
        matches then fit clearly less well: the heights are not those of this ground.
    """
    known = np.isfinite(ground.above_plane(seen.ground))
    seen = _take(seen, known)
    adjusted = flat
    moved = seen
    for _ in range(_ROUNDS):
        lean = find_lean(adjusted.matrix, adjusted.covariance)
        if lean is None:
            return None
        places, spread = _flattened((seen.ground, seen.ground_sd), ground, lean, adjusted.matrix)
        moved = replace(seen, ground=places, ground_sd=spread)
        found = adjust_homography(moved, adjusted.matrix, size=size, settings=settings)
        if found is None:
            return None
        adjusted = found
    if _misfit_px(adjusted) > _CLEARLY_WORSE * _misfit_px(flat):
        return None
    return moved, adjusted


def fit_points_on_terrain(
    placed: Placed, ground: GroundHeights | None, *, size: tuple[int, int]
) -> ControlFit | ControlRefusal:
    """Fit a view to control points, brought down to the plane where heights are known.

    Args:
        placed: The points.
        ground: The heights; None when not known.
        size: Width and height of the anchor frame. [px]
    """
    fit = fit_control_points(placed, size=size)
    if ground is None or not np.isfinite(ground.above_plane(placed.ground)).all():
        return fit
    on_plane = fit
    for _ in range(_ROUNDS):
        if isinstance(on_plane, ControlRefusal):
            return fit
        lean = find_lean(on_plane.matrix, on_plane.covariance)
        if lean is None:
            return fit
        places, spread = _flattened(
            (placed.ground, placed.ground_sd), ground, lean, on_plane.matrix
        )
        moved = replace(placed, ground=places, ground_sd=spread)
        on_plane = fit_control_points(moved, size=size)
    if isinstance(fit, ControlRefusal) or isinstance(on_plane, ControlRefusal):
        return fit
    worse = (len(on_plane.blunders), on_plane.variance_factor) > (
        len(fit.blunders),
        fit.variance_factor,
    )
    return fit if worse else replace(on_plane, plane=ground.plane)


def _flattened(
    points: tuple[FloatArray, FloatArray], ground: GroundHeights, lean: Lean, matrix: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return where points are seen on the plane, and how surely, their heights' own included."""
    places, spread = points
    middle = matrix[:2, 2] / matrix[2, 2]
    flat = flatten_points(places, ground.above_plane(places), lean, middle)
    by_height = ground.accuracy_m * np.hypot(*lean.at(places, middle).T)
    return flat, np.hypot(spread, by_height)


def _take(seen: Observations, which: NDArray[np.bool_]) -> Observations:
    return Observations(
        pixels=seen.pixels[which],
        pixel_sd=seen.pixel_sd[which],
        ground=seen.ground[which],
        ground_sd=seen.ground_sd[which],
        feature=seen.feature[which],
        frame=seen.frame[which],
        steady=seen.steady[which],
    )


def _misfit_px(adjusted: Adjusted) -> float:
    return float(np.median(np.hypot(*adjusted.residual_px.T)))
