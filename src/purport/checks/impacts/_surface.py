"""Where a line of sight first meets a model of the heights, in place of the flat plane.

Heights count from the plane that the homography maps to: the one that it was fitted to, where the
place check knew the heights, else the one that fits the model over the picture's ground. Coming
from the camera, the line of sight sinks towards the plane; the first height that reaches up to it
is what is seen.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from purport.checks.contract import TerrainSource
from purport.checks.impacts._ground import Mapped, ShotMap
from purport.checks.impacts._lifting import signed_lean
from purport.core.errors import ConsistencyError, OutsideReferenceError
from purport.core.homographies import GroundHomography
from purport.imagery import Heights, MapWindow, fit_plane, open_terrain, read_heights

__all__ = ["Surface", "read_surface", "stand_on"]

FloatArray = NDArray[np.float64]

_GRID = 9
_LARGEST_REACH_M = 2000.0
"""Ground farther than this from the picture's middle is not read: it lies near the horizon."""
_MARGIN_M = 100.0
_HIGHEST_M, _LOWEST_M, _STEP_M = 150.0, -60.0, 0.25
_FEWEST_HEIGHTS = 12
_ASSUMED_SD_M = 1.0
"""Standard uncertainty of a height where nobody states one. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surface:
    """Heights above the plane that fits them over the ground of a picture."""

    heights: Heights
    """The heights as read."""
    plane: FloatArray
    """Height at the origin and its slopes east and north (3,)."""
    origin_m: tuple[float, float]
    """Easting and northing of the origin. [m]"""
    crs: str
    """Projected system of points asked for."""
    accuracy_m: float
    """Standard uncertainty of a height. [m]"""

    def above_plane(self, points: FloatArray) -> FloatArray:
        """Return heights above the plane at map points (n, 2), NaN where none is known. [m]"""
        local = points - np.array(self.origin_m)
        level = self.plane[0] + local @ self.plane[1:]
        return np.asarray(self.heights.at(points, self.crs) - level, dtype=np.float64)


def read_surface(
    terrain: TerrainSource, shot_map: ShotMap, *, size: tuple[int, int]
) -> Surface | None:
    """Read the heights of the ground that a picture shows; None where the model has none there.

    Raises:
        UnreadableReferenceError: The model cannot be read.
    """
    homography = shot_map.homography
    ground = _footprint(homography, size)
    window = MapWindow(
        west_m=float(ground[:, 0].min()) - _MARGIN_M,
        south_m=float(ground[:, 1].min()) - _MARGIN_M,
        east_m=float(ground[:, 0].max()) + _MARGIN_M,
        north_m=float(ground[:, 1].max()) + _MARGIN_M,
    )
    model = open_terrain(terrain.path, accuracy_m=terrain.accuracy_m)
    model = replace(model, raster=replace(model.raster, metric_crs=homography.crs))
    try:
        heights = read_heights(model, window)
    except OutsideReferenceError:
        return None
    seen = heights.at(ground, homography.crs)
    known = np.isfinite(seen)
    if int(np.count_nonzero(known)) < _FEWEST_HEIGHTS:
        return None
    local = ground[known] - np.array(homography.origin_m)
    plane = homography.plane
    return Surface(
        heights=heights,
        plane=fit_plane(local, seen[known]) if plane is None else np.array(plane),
        origin_m=homography.origin_m,
        crs=homography.crs,
        accuracy_m=_ASSUMED_SD_M if heights.accuracy_m is None else heights.accuracy_m,
    )


def stand_on(surface: Surface, mapped: Mapped) -> Mapped:
    """Move a mapped point to where its line of sight meets the surface; unmoved where unknown."""
    homography = mapped.shot_map.homography
    lean = signed_lean(homography, mapped.anchor_px)
    if lean is None:
        return mapped
    flat = np.array([mapped.point.easting_m, mapped.point.northing_m])
    height = _meet(surface, flat, lean)
    if height is None:
        return mapped
    axes = np.linalg.cholesky(mapped.marking() + mapped.link())
    aside = [_meet(surface, flat + sign * axis, lean) for axis in axes.T for sign in (-1.0, 1.0)]
    spread = float(np.std([height, *(other for other in aside if other is not None)]))
    sd = math.hypot(surface.accuracy_m, spread)
    return mapped.moved(-lean * height, height_m=height, height_m2=np.outer(lean, lean) * sd**2)


def _footprint(homography: GroundHomography, size: tuple[int, int]) -> FloatArray:
    """Return ground points spread over the picture (k, 2). [m]"""
    middle = np.array(homography.matrix)[:2, 2] + np.array(homography.origin_m)
    points = []
    for x in np.linspace(0.0, size[0] - 1.0, _GRID):
        for y in np.linspace(0.0, size[1] - 1.0, _GRID):
            try:
                point = homography.project((float(x), float(y)), pixel_covariance=np.zeros((2, 2)))
            except ConsistencyError:
                continue  # sky
            place = np.array([point.easting_m, point.northing_m])
            if float(np.hypot(*(place - middle))) <= _LARGEST_REACH_M:
                points.append(place)
    return np.array(points)


def _meet(surface: Surface, flat: FloatArray, lean: FloatArray) -> float | None:
    """Return the height at which a line of sight first meets the surface; None if unknown. [m]"""
    steps = np.arange(_HIGHEST_M, _LOWEST_M, -_STEP_M)
    reached = surface.above_plane(flat - steps[:, None] * lean) - steps
    hits = np.flatnonzero(np.nan_to_num(reached, nan=-np.inf) >= 0.0)
    if len(hits) == 0 or hits[0] == 0:
        return None
    hit = int(hits[0])
    above, below = float(reached[hit - 1]), float(reached[hit])
    if not math.isfinite(above):
        return None
    return float(steps[hit] + _STEP_M * below / (below - above))
