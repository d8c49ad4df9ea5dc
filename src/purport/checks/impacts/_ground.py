"""From a strike's pixel to the map, and from there to the target, with every cause of error."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.contract import Evidence
from purport.checks.impacts._distances import (
    TargetShape,
    bearing_sd_deg,
    offset_interval,
    probability_inside,
)
from purport.core.case import Target
from purport.core.digests import JsonValue
from purport.core.errors import ConsistencyError
from purport.core.homographies import GroundHomography
from purport.core.positions import GeoPoint, MapPoint, bearing_deg, from_geographic, to_geographic
from purport.core.records import from_json
from purport.scene import Scene

__all__ = ["Mapped", "Offset", "ShotMap", "find_map", "map_pixel", "offset_from_pixel", "offset_to"]


FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotMap:
    """The ground homography of the shot that a frame belongs to."""

    anchor: int
    """Frame whose pixels it maps."""
    homography: GroundHomography
    """Anchor pixel to ground."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mapped:
    """A pixel of a frame, on the ground."""

    point: MapPoint
    """Where, with absolute covariance."""
    anchor_px: tuple[float, float]
    """The same in the anchor frame. [px]"""
    anchor_covariance: FloatArray
    """Covariance of that (2, 2). [px²]"""
    budget_m: Mapping[str, float]
    """Standard uncertainty per axis by cause: marking, registration, relief, reference. [m]"""


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
    """Azimuth from target to impact; None at distance 0. [deg]"""
    bearing_sd_deg: float | None
    """Its standard uncertainty; None when too short to tell. [deg]"""
    p_inside: float | None
    """Probability to lie inside the outline; None for a point."""
    target_m: float
    """Standard uncertainty of the target per axis. [m]"""


def find_map(evidence: Evidence, scene: Scene, frame: int) -> ShotMap | None:
    """Return the map of the shot of `frame` that the place check found; None without a match."""
    finding = evidence.earlier_finding("place")
    if finding is None or not finding.values.get("matched"):
        return None
    grounds = finding.values.get("ground")
    if not isinstance(grounds, Sequence):
        return None
    for ground in grounds:
        if not isinstance(ground, Mapping):
            continue
        inside = _whole(ground["first"]) <= frame <= _whole(ground["last"])
        anchor = _whole(ground["anchor"])
        if inside and anchor == scene.shot_of(frame).anchor:
            homography = from_json(GroundHomography, ground["homography"])
            return ShotMap(anchor=anchor, homography=homography)
    return None


def _whole(value: JsonValue) -> int:
    """Read a frame index of the place finding."""
    if isinstance(value, int):
        return value
    raise ConsistencyError(
        "place finding", f"{value!r} is no frame index", remedy="Run the place check again."
    )


def map_pixel(
    scene: Scene, shot_map: ShotMap, frame: int, pixel: tuple[float, float], *, sd_px: float
) -> Mapped:
    """Project a pixel of a linked frame to the ground.

    Args:
        scene: Gives the link from the frame to the anchor.
        shot_map: The map of its shot.
        frame: The frame.
        pixel: (x, y). [px]
        sd_px: Standard uncertainty of the pixel per axis. [px]

    Raises:
        ConsistencyError: The pixel lies beyond the horizon of the homography.
    """
    anchor_px, jacobian = _to_anchor(scene.to_anchor[frame], pixel)
    link = float(scene.link_sd_px[frame])
    covariance = jacobian @ jacobian.T * sd_px**2 + np.eye(2) * link**2
    homography = shot_map.homography
    point = homography.project(anchor_px, pixel_covariance=covariance)
    bare = homography.project(anchor_px, pixel_covariance=np.zeros((2, 2))).covariance()
    common = np.eye(2) * (homography.ground_sd_m**2 + homography.reference_sd_m**2)
    return Mapped(
        point=point,
        anchor_px=anchor_px,
        anchor_covariance=covariance,
        budget_m={
            "marking": _per_axis(point.covariance() - bare),
            "registration": _per_axis(bare - common),
            "relief": homography.ground_sd_m,
            "reference": homography.reference_sd_m,
        },
    )


def offset_to(target: Target, mapped: Mapped) -> Offset:
    """Measure the offset of a mapped point from the stated target."""
    points = (target.point,) if target.point is not None else target.outline or ()
    crs = mapped.point.crs
    vertices = [_coordinates(from_geographic(point, crs)) for point in points]
    shape = TargetShape(vertices=np.array(vertices))
    covariance = mapped.point.covariance() + np.eye(2) * target.standard_uncertainty_m**2
    return _measure(shape, mapped.point, covariance, target_m=target.standard_uncertainty_m)


def offset_from_pixel(shot_map: ShotMap, mapped: Mapped, other: Mapped) -> Offset:
    """Measure the offset of a mapped point from another of the same shot (the crosshair's)."""
    covariance = shot_map.homography.difference_covariance(
        other.anchor_px,
        mapped.anchor_px,
        pixel_covariance=other.anchor_covariance,
        other_covariance=mapped.anchor_covariance,
    )
    shape = TargetShape(vertices=_coordinates(other.point)[None])
    return _measure(shape, mapped.point, covariance, target_m=other.budget_m["marking"])


def _measure(
    shape: TargetShape, point: MapPoint, covariance: FloatArray, *, target_m: float
) -> Offset:
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
        target_m=target_m,
    )


def _bearing(nearest: FloatArray, point: MapPoint) -> float:
    start: GeoPoint = to_geographic(
        MapPoint(easting_m=float(nearest[0]), northing_m=float(nearest[1]), crs=point.crs)
    )
    return bearing_deg(start, to_geographic(point))


def _to_anchor(
    matrix: FloatArray, pixel: tuple[float, float]
) -> tuple[tuple[float, float], FloatArray]:
    """Return a pixel in the anchor frame and the Jacobian of the way there (2, 2)."""
    x, y, w = matrix @ np.array([pixel[0], pixel[1], 1.0])
    mapped = np.array([x / w, y / w])
    jacobian = (matrix[:2, :2] - np.outer(mapped, matrix[2, :2])) / w
    return (float(mapped[0]), float(mapped[1])), jacobian


def _coordinates(point: MapPoint) -> FloatArray:
    return np.array([point.easting_m, point.northing_m])


def _per_axis(covariance: FloatArray) -> float:
    """Return the root mean square standard uncertainty of the two axes. [m]"""
    return math.sqrt(max(float(np.trace(covariance)) / 2.0, 0.0))
