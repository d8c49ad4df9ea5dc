"""Positions: pixels, map points and geographic points, and the one way between them.

Conventions: pixels are (x, y) with the centre of the first pixel at (0, 0); map points are
(easting, northing) with their CRS; geographic points are (longitude, latitude) on WGS 84; an
azimuth runs clockwise from true north. Conversions between them happen here and nowhere else.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Geod, Proj, Transformer

from purport.core.errors import CrsMismatchError

__all__ = [
    "COMPASS_POINTS",
    "GeoPoint",
    "MapPoint",
    "Matrix2",
    "bearing_deg",
    "compass_point",
    "destination",
    "from_geographic",
    "geodesic_distance_m",
    "metric_crs",
    "to_geographic",
    "true_north_deg",
]

Matrix2 = tuple[tuple[float, float], tuple[float, float]]
"""A 2×2 matrix by rows."""

_WGS84 = "EPSG:4326"
_GEOD = Geod(ellps="WGS84")
_LARGEST_SCALE_DEPARTURE = 0.005
_HALF_TURN_DEG = 180.0
COMPASS_POINTS = (
    "north",
    "north-east",
    "east",
    "south-east",
    "south",
    "south-west",
    "west",
    "north-west",
)
"""The eight points of the compass, clockwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeoPoint:
    """A geographic point on WGS 84."""

    longitude_deg: float
    """Longitude, east positive. [deg]"""
    latitude_deg: float
    """Latitude, north positive. [deg]"""

    def __post_init__(self) -> None:
        """Refuse what is not on Earth, or swapped."""
        if not (-_HALF_TURN_DEG <= self.longitude_deg <= _HALF_TURN_DEG):
            message = f"longitude must be in -180 to 180, got {self.longitude_deg}"
            raise ValueError(message)
        if not (-_HALF_TURN_DEG / 2 <= self.latitude_deg <= _HALF_TURN_DEG / 2):
            message = f"latitude must be in -90 to 90, got {self.latitude_deg}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPoint:
    """A point in a projected system in metres, with its covariance."""

    easting_m: float
    """Easting. [m]"""
    northing_m: float
    """Northing. [m]"""
    crs: str
    """The system, as pyproj reads it ("EPSG:32637")."""
    covariance_m2: Matrix2 = ((0.0, 0.0), (0.0, 0.0))
    """Covariance of (easting, northing) (2, 2). [m²]"""

    def covariance(self) -> NDArray[np.float64]:
        """Return the covariance as an array (2, 2). [m²]"""
        return np.array(self.covariance_m2, dtype=np.float64)


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def to_geographic(point: MapPoint) -> GeoPoint:
    """Convert a map point to longitude and latitude; the covariance stays with the map point."""
    longitude, latitude = _transformer(point.crs, _WGS84).transform(
        point.easting_m, point.northing_m
    )
    return GeoPoint(longitude_deg=longitude, latitude_deg=latitude)


def from_geographic(point: GeoPoint, crs: str, *, standard_uncertainty_m: float = 0.0) -> MapPoint:
    """Convert longitude and latitude to a map point in `crs`.

    Args:
        point: Geographic point.
        crs: Projected system in metres.
        standard_uncertainty_m: Circular standard uncertainty of the point. [m]
    """
    easting, northing = _transformer(_WGS84, crs).transform(point.longitude_deg, point.latitude_deg)
    variance = standard_uncertainty_m**2
    return MapPoint(
        easting_m=easting,
        northing_m=northing,
        crs=crs,
        covariance_m2=((variance, 0.0), (0.0, variance)),
    )


def metric_crs(crs: str, near: GeoPoint) -> str:
    """Choose the projected system in which to measure near a point.

    The given one when it is projected in metres and its point scale factor there departs from 1
    by less than 0.5 %; else the UTM zone of the point (Web Mercator, for one, is not metric).

    Returns:
        An identifier that pyproj reads.
    """
    system = CRS.from_user_input(crs)
    if system.is_projected and all(axis.unit_name == "metre" for axis in system.axis_info[:2]):
        factors = Proj(system).get_factors(near.longitude_deg, near.latitude_deg)
        if abs(factors.meridional_scale - 1.0) < _LARGEST_SCALE_DEPARTURE:
            return crs
    zone = min(int((near.longitude_deg + _HALF_TURN_DEG) // 6) + 1, 60)
    return f"EPSG:{(32600 if near.latitude_deg >= 0 else 32700) + zone}"


def true_north_deg(near: GeoPoint, crs: str) -> float:
    """Return the true azimuth of grid north at a point: add it to a grid azimuth. [deg]

    Args:
        near: Where.
        crs: Projected system.

    Examples:
        >>> on_the_middle = GeoPoint(longitude_deg=39.0, latitude_deg=45.0)
        >>> abs(true_north_deg(on_the_middle, "EPSG:32637")) < 1e-9
        True
    """
    factors = Proj(CRS.from_user_input(crs)).get_factors(near.longitude_deg, near.latitude_deg)
    return float(factors.meridian_convergence) + 0.0


def geodesic_distance_m(start: GeoPoint, end: GeoPoint) -> float:
    """Return the length of the geodesic between two exact points on WGS 84. [m]

    References:
        Karney (2013), Algorithms for geodesics, through pyproj.Geod.
    """
    _, _, distance = _GEOD.inv(
        start.longitude_deg, start.latitude_deg, end.longitude_deg, end.latitude_deg
    )
    return float(distance)


def bearing_deg(start: GeoPoint, end: GeoPoint) -> float:
    """Return the azimuth of `end` seen from `start`, clockwise from true north in [0, 360). [deg]

    Raises:
        CrsMismatchError: The two points are the same, so that no direction exists.
    """
    if start == end:
        raise CrsMismatchError(
            "bearing", "the two points are the same", remedy="Ask for no bearing at zero distance."
        )
    azimuth, _, _ = _GEOD.inv(
        start.longitude_deg, start.latitude_deg, end.longitude_deg, end.latitude_deg
    )
    return math.fmod(azimuth + 2 * _HALF_TURN_DEG, 2 * _HALF_TURN_DEG)


def destination(start: GeoPoint, azimuth_deg: float, distance_m: float) -> GeoPoint:
    """Return where a geodesic of a length ends that leaves a point in a direction.

    Args:
        start: Where it begins.
        azimuth_deg: Clockwise from true north. [deg]
        distance_m: Its length. [m]

    References:
        Karney (2013), Algorithms for geodesics, through pyproj.Geod.
    """
    longitude, latitude, _ = _GEOD.fwd(
        start.longitude_deg, start.latitude_deg, azimuth_deg, distance_m
    )
    return GeoPoint(longitude_deg=float(longitude), latitude_deg=float(latitude))


def compass_point(azimuth_deg: float) -> str:
    """Name the nearest of the eight points of the compass.

    Examples:
        >>> compass_point(44.0), compass_point(359.0)
        ('north-east', 'north')
    """
    return COMPASS_POINTS[round(azimuth_deg / 45.0) % len(COMPASS_POINTS)]
