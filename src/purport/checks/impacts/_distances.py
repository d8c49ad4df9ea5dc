"""How far a measured point lies from a target: a distance that cannot be negative.

The interval inverts a test: a distance belongs to it when some point at that distance explains the
measurement well enough. How well is "enough" follows from the exact distribution of the measured
distance about the true one (Rice's), so that the interval covers as often as it says both far from
the target, where the distance is normal, and near it, where it is not.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.special import chndtr, ndtr

__all__ = [
    "TargetShape",
    "bearing_sd_deg",
    "critical_value",
    "farther_table",
    "offset_interval",
    "probability_inside",
    "tabulate_farther",
]

_BOUNDARY_POINTS = 240
_FAR = 12.0
_WIDEST = 8.0
_HALVINGS = 40
_SEARCH_STEPS = 48
_TABLE_STEPS = 97
_NORMAL_POINTS = 8192
_TABLE_REACH = 3.5
_TABLE_STEP = 0.25
_TELLING_RATIO = 2.0

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TargetShape:
    """A target on the map: a point or the ring of an outline."""

    vertices: FloatArray
    """Easting and northing (1, 2) for a point, (m, 2) with m >= 3 for an outline. [m]"""

    def distance(self, point: FloatArray) -> float:
        """Return the distance of a point, 0 inside an outline. [m]"""
        return float(shapely.distance(self._shape(), shapely.Point(point)))

    def distances(self, points: FloatArray) -> FloatArray:
        """Return the distances of points (k, 2), 0 inside an outline (k,). [m]"""
        if len(self.vertices) == 1:
            return np.asarray(np.hypot(*(points - self.vertices[0]).T), dtype=np.float64)
        return np.asarray(shapely.distance(self._shape(), shapely.points(points)))

    def nearest(self, point: FloatArray) -> FloatArray:
        """Return the nearest point of the target (2,). [m]"""
        line = shapely.shortest_line(self._shape(), shapely.Point(point))
        return np.asarray(shapely.get_coordinates(line)[0], dtype=np.float64)

    def boundary_at(self, distance: float) -> FloatArray:
        """Return points all round at a distance from the target (k, 2). [m]"""
        if len(self.vertices) == 1:
            turn = np.linspace(0.0, 2.0 * math.pi, _BOUNDARY_POINTS, endpoint=False)
            return self.vertices + distance * np.column_stack([np.cos(turn), np.sin(turn)])
        curve = self._shape().buffer(distance, quad_segs=16).exterior
        along = np.linspace(0.0, curve.length, _BOUNDARY_POINTS, endpoint=False)
        return np.asarray(shapely.get_coordinates(shapely.line_interpolate_point(curve, along)))

    def contains(self, points: FloatArray) -> NDArray[np.bool_]:
        """Tell which points (k, 2) lie inside; none does for a point."""
        if len(self.vertices) == 1:
            return np.zeros(len(points), dtype=np.bool_)
        inside = shapely.contains_xy(self._shape(), points[:, 0], points[:, 1])
        return np.asarray(inside, dtype=np.bool_)

    @property
    def equivalent_radius_m(self) -> float:
        """Return the radius of the circle of the same area. [m]"""
        return math.sqrt(float(self._shape().area) / math.pi)

    def _shape(self) -> shapely.Geometry:
        if len(self.vertices) == 1:
            return shapely.Point(self.vertices[0])
        return shapely.make_valid(shapely.Polygon(self.vertices))


def critical_value(ratio: float, coverage: float) -> float:
    """Return how far a measured distance may lie from the true one at a coverage.

    Args:
        ratio: True distance over standard uncertainty per axis, at least 0.
        coverage: Probability, 0 to 1.

    Returns:
        Half-width w with P(|R - ratio| <= w) = coverage for R of Rice(ratio, 1). [1]

    References:
        Rice (1945); the squared distance is noncentral chi-square with 2 degrees of freedom.

    Examples:
        >>> round(critical_value(0.0, 0.95), 3), round(critical_value(12.0, 0.95), 1)
        (2.448, 2.0)
    """
    ratio = min(ratio, _FAR)

    def inside(half_width: float) -> float:
        low, high = max(ratio - half_width, 0.0), ratio + half_width
        return float(chndtr(high**2, 2, ratio**2) - chndtr(low**2, 2, ratio**2))

    # Halved until nothing is left to halve: scipy.optimize would take a quarter second to load.
    low, high = 0.0, _WIDEST
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if inside(middle) < coverage else (low, middle)
    return (low + high) / 2.0


@lru_cache(maxsize=8)
def _critical_table(coverage: float) -> tuple[FloatArray, FloatArray]:
    """Return ratios and their critical values, close enough to interpolate."""
    ratios = np.linspace(0.0, _FAR, _TABLE_STEPS)
    return ratios, np.array([critical_value(float(ratio), coverage) for ratio in ratios])


def offset_interval(
    shape: TargetShape, point: FloatArray, covariance: FloatArray, *, coverage: float
) -> tuple[float, float]:
    """Return a confidence interval of the distance between a measured point and a target.

    Args:
        shape: The target, exact; its uncertainty belongs in `covariance`.
        point: Measured easting and northing (2,). [m]
        covariance: Of the difference, positive definite (2, 2). [m²]
        coverage: Probability, 0 to 1.

    Returns:
        Lower and upper end, lower at least 0. [m]

    Uncertainty:
        Exact for a point and equal uncertainty in both axes; else the larger axis decides how near
        counts as near, which makes the interval too wide rather than too narrow.
    """
    inverse = np.linalg.inv(np.linalg.cholesky(covariance))
    sd = math.sqrt(float(np.linalg.eigvalsh(covariance)[-1]))
    nearest = shape.distance(point)
    ratios, critical = _critical_table(coverage)

    def allowed(ratio: float) -> float:
        return float(np.interp(ratio, ratios, critical))

    def excess(distance: float) -> float:
        """Return the misfit of a distance less what is allowed; negative inside the interval."""
        if distance == 0.0 and bool(shape.contains(point[None])[0]):
            return -allowed(0.0)
        places = shape.vertices if distance <= 0.0 else shape.boundary_at(distance)
        misfit = _nearest_on_ring((places - point) @ inverse.T)
        return misfit - allowed((distance + shape.equivalent_radius_m) / sd)

    low = 0.0 if excess(0.0) <= 0.0 else _crossing(excess, 0.0, nearest)
    return low, _crossing(excess, nearest + 6.0 * sd, nearest)


def _nearest_on_ring(corners: FloatArray) -> float:
    """Return the distance of the origin from a closed line through the corners (k, 2)."""
    along = np.roll(corners, -1, axis=0) - corners
    length = np.maximum((along**2).sum(axis=1), np.finfo(np.float64).tiny)
    share = np.clip(-(corners * along).sum(axis=1) / length, 0.0, 1.0)
    return float(np.linalg.norm(corners + share[:, None] * along, axis=1).min())


def _crossing(excess: Callable[[float], float], outside: float, inside: float) -> float:
    """Halve the way between a distance outside the interval and one inside. [m]"""
    for _ in range(_SEARCH_STEPS):
        middle = (outside + inside) / 2.0
        if excess(middle) > 0.0:
            outside = middle
        else:
            inside = middle
        if abs(outside - inside) < 1e-3:  # noqa: PLR2004 - a millimetre
            break
    return inside


def probability_inside(shape: TargetShape, point: FloatArray, covariance: FloatArray) -> float:
    """Return the probability that the true point lies inside an outline.

    Every place is taken as equally likely before the measurement. Resolution 1/8192.
    """
    return float(shape.contains(_likely_places(point, covariance)).mean())


def farther_table(
    shape: TargetShape, point: FloatArray, covariance: FloatArray
) -> tuple[tuple[float, float], ...]:
    """Tabulate the probability that the true point lies farther from a target than a distance.

    Args:
        shape: The target, exact; its uncertainty belongs in `covariance`.
        point: Measured easting and northing (2,). [m]
        covariance: Of the difference, positive definite (2, 2). [m²]

    Returns:
        Pairs (distance [m], probability to lie farther), distances rising; to be joined by straight
        lines, 1 below the first unless that is 0, and 0 beyond the last.

    Uncertainty:
        Every place is taken as equally likely before the measurement; then the distance from a
        point follows Rice's distribution. Read off between the lines it is within 0.003 of that.
    """
    return tabulate_farther(shape.distances(_likely_places(point, covariance)))


def tabulate_farther(
    distances: FloatArray, weights: FloatArray | None = None
) -> tuple[tuple[float, float], ...]:
    """Tabulate the probability to lie farther from possible distances and their weights. [m]"""
    order = np.argsort(distances, kind="stable")
    away = distances[order]
    share = np.full(len(away), 1.0) if weights is None else weights[order]
    below = (np.cumsum(share) - 0.5 * share) / share.sum()
    inside = float(share[away <= 0.0].sum() / share.sum())
    steps = ndtr(np.arange(-_TABLE_REACH, _TABLE_REACH + _TABLE_STEP / 2, _TABLE_STEP))
    rows = [(0.0, round(1.0 - inside, 5))] if inside > 0.0 else []
    for step in steps[steps > inside]:
        distance = round(float(np.interp(step, below, away)), 3)
        if not rows or distance > rows[-1][0]:
            rows.append((distance, round(1.0 - float(step), 5)))
    return (*rows[:-1], (rows[-1][0], 0.0)) if len(rows) > 1 else ((0.0, 0.0),)


def _likely_places(point: FloatArray, covariance: FloatArray) -> FloatArray:
    """Return places that are equally likely under a normal density (k, 2). [m]

    A fixed sunflower: radii at equal steps of probability, turned by the golden angle.
    """
    number = np.arange(_NORMAL_POINTS) + 0.5
    radius = np.sqrt(-2.0 * np.log1p(-number / _NORMAL_POINTS))
    turn = math.pi * (3.0 - math.sqrt(5.0)) * number
    normal = radius[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
    return np.asarray(point + normal @ np.linalg.cholesky(covariance).T, dtype=np.float64)


def bearing_sd_deg(difference: FloatArray, covariance: FloatArray) -> float | None:
    """Return the standard uncertainty of the direction of a difference; None when too short.

    Uncertainty:
        First order; refused below two standard uncertainties across.
    """
    length = float(np.linalg.norm(difference))
    if length == 0.0:
        return None
    across = np.array([-difference[1], difference[0]]) / length
    sd = math.sqrt(float(across @ covariance @ across))
    if length < _TELLING_RATIO * sd:
        return None
    return math.degrees(sd / length)
