"""The offset of a strike from what it is measured against, with every cause of its uncertainty.

The causes are covariances on the ground; independent of each other, they add up to the covariance
of the offset, so that the squares of the budget add up to the square of the whole.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.impacts._distances import (
    TargetShape,
    bearing_sd_deg,
    farther_table,
    offset_interval,
    probability_inside,
)
from purport.checks.impacts._ground import Mapped
from purport.core.case import Target
from purport.core.positions import GeoPoint, MapPoint, bearing_deg, from_geographic, to_geographic

__all__ = ["Offset", "offset_between", "offset_to"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offset:
    """How far from the target, and in which direction."""

    distance_m: float
    """Distance, 0 inside an outline. [m]"""
    interval_68_m: tuple[float, float]
    """68 % confidence interval. [m]"""
    interval_95_m: tuple[float, float]
    """95 % confidence interval. [m]"""
    bearing_deg: float | None
    """Azimuth from target to impact; None at distance 0, or without a map. [deg]"""
    bearing_sd_deg: float | None
    """Its standard uncertainty; None when too short to tell. [deg]"""
    p_inside: float | None
    """Probability to lie inside the outline; None for a point."""
    p_farther_m: tuple[tuple[float, float], ...]
    """Probability to lie farther than a distance, tabulated. [m, 1]"""
    sd_m: float
    """Standard uncertainty of the whole. [m]"""
    budget_m: Mapping[str, float]
    """The same by cause; the squares add up to the square of `sd_m`. [m]"""


def offset_to(target: Target, mapped: Mapped) -> Offset:
    """Measure the offset of a mapped point from a target stated on the map."""
    points = (target.point,) if target.point is not None else target.outline or ()
    crs = mapped.point.crs
    vertices = [_coordinates(from_geographic(point, crs)) for point in points]
    causes = {**mapped.causes(), "target": np.eye(2) * target.standard_uncertainty_m**2}
    return _measure(TargetShape(vertices=np.array(vertices)), mapped.point, causes)


def offset_between(mapped: Mapped, other: Mapped) -> Offset:
    """Measure the offset of a mapped point from another that lies in the picture as well.

    What the two share cancels: the map's own error; in one frame also that of the link; and as far
    as one homography brings both to the ground, most of that.
    """
    causes = {"marking": mapped.marking(), "target": other.marking()}
    if mapped.shot_map == other.shot_map:
        causes |= mapped.shot_map.homography.difference_causes(other.anchor_px, mapped.anchor_px)
    else:
        theirs = other.causes()
        causes |= {
            cause: size + theirs[cause]
            for cause, size in mapped.causes().items()
            if cause not in {"marking", "link", "reference"}
        }
    modelled = [one.height_m2 for one in (mapped, other) if one.height_m2 is not None]
    if len(modelled) == 2:  # noqa: PLR2004 - both
        causes["height"] = modelled[0] + modelled[1]
    if mapped.frame != other.frame:
        causes["link"] = mapped.link() + other.link()
    return _measure(TargetShape(vertices=_coordinates(other.point)[None]), mapped.point, causes)


def _measure(shape: TargetShape, point: MapPoint, causes: Mapping[str, FloatArray]) -> Offset:
    covariance = np.sum(list(causes.values()), axis=0)
    place = _coordinates(point)
    nearest = shape.nearest(place)
    distance = shape.distance(place)
    outline = len(shape.vertices) > 1
    return Offset(
        distance_m=distance,
        interval_68_m=offset_interval(shape, place, covariance, coverage=0.68),
        interval_95_m=offset_interval(shape, place, covariance, coverage=0.95),
        bearing_deg=_bearing(nearest, point) if distance > 0.0 else None,
        bearing_sd_deg=bearing_sd_deg(place - nearest, covariance),
        p_inside=probability_inside(shape, place, covariance) if outline else None,
        p_farther_m=farther_table(shape, place, covariance),
        sd_m=_per_axis(covariance),
        budget_m={cause: _per_axis(size) for cause, size in causes.items() if size.any()},
    )


def _bearing(nearest: FloatArray, point: MapPoint) -> float:
    start: GeoPoint = to_geographic(
        MapPoint(easting_m=float(nearest[0]), northing_m=float(nearest[1]), crs=point.crs)
    )
    return bearing_deg(start, to_geographic(point))


def _coordinates(point: MapPoint) -> FloatArray:
    return np.array([point.easting_m, point.northing_m])


def _per_axis(covariance: FloatArray) -> float:
    """Return the root mean square standard uncertainty of the two axes. [m]"""
    return math.sqrt(float(np.trace(covariance)) / 2.0)
