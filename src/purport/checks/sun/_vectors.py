"""From marked pixels or map points to vectors on the ground with their joint covariance.

Foot and tip are taken to lie on the ground that the place check registered. The map's own shift
cancels; the registration's turn and scale are shared by all shadows of a shot.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.sun._shadows import CastShadow, ShadowSet
from purport.core.homographies import GroundHomography
from purport.core.marks import ShadowMark
from purport.core.positions import (
    GeoPoint,
    MapPoint,
    bearing_deg,
    geodesic_distance_m,
    to_geographic,
    true_north_deg,
)

__all__ = ["FramePair", "frame_shadows", "ground_point", "map_shadow"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FramePair:
    """Foot and tip of one shadow in the picture whose pixels a homography maps."""

    mark: str
    """Identifier of the mark."""
    foot_px: tuple[float, float]
    """Foot. [px]"""
    tip_px: tuple[float, float]
    """Tip. [px]"""
    foot_px2: FloatArray
    """Covariance of the foot as marked (2, 2). [px²]"""
    tip_px2: FloatArray
    """Covariance of the tip as marked (2, 2). [px²]"""
    link_px2: FloatArray
    """Covariance of the link to that picture, which both share (2, 2). [px²]"""
    height_m: float | None
    """Height of what casts it; None when not known. [m]"""
    height_sd_m: float
    """Its standard uncertainty. [m]"""


def frame_shadows(homography: GroundHomography, pairs: Sequence[FramePair]) -> ShadowSet:
    """Measure shadows marked in one shot.

    Raises:
        ConsistencyError: A pixel lies beyond the horizon of the homography.
    """
    shared = [homography.difference_by_parameters(pair.foot_px, pair.tip_px) for pair in pairs]
    stacked = np.concatenate(shared)
    covariance = stacked @ homography.parameter_covariance() @ stacked.T
    turned = np.zeros_like(covariance)
    shadows = []
    for place, pair in enumerate(pairs):
        block = slice(2 * place, 2 * place + 2)
        covariance[block, block] += _own_covariance(homography, pair)
        foot, tip = (_project(homography, pixel) for pixel in (pair.foot_px, pair.tip_px))
        turn = _turn(true_north_deg(to_geographic(foot), homography.crs))
        vector = turn @ (tip.easting_m - foot.easting_m, tip.northing_m - foot.northing_m)
        turned[block, block] = turn
        shadows.append(
            CastShadow(
                mark=pair.mark,
                vector_m=(float(vector[0]), float(vector[1])),
                height_m=pair.height_m,
                height_sd_m=pair.height_sd_m,
            )
        )
    return ShadowSet(shadows=tuple(shadows), covariance_m2=turned @ covariance @ turned.T)


def map_shadow(mark: ShadowMark, *, foot: GeoPoint, tip: GeoPoint, map_sd_m: float) -> ShadowSet:
    """Measure a shadow marked on the map.

    Args:
        mark: The mark.
        foot: Its foot.
        tip: Its tip, another point.
        map_sd_m: Standard uncertainty of either per axis where the mark states none. [m]
    """
    azimuth = np.radians(bearing_deg(foot, tip))
    length = geodesic_distance_m(foot, tip)
    sd = map_sd_m if mark.point_sd_m is None else mark.point_sd_m
    shadow = CastShadow(
        mark=mark.mark,
        vector_m=(float(length * np.sin(azimuth)), float(length * np.cos(azimuth))),
        height_m=mark.height_m,
        height_sd_m=mark.height_sd_m,
    )
    return ShadowSet(shadows=(shadow,), covariance_m2=np.eye(2) * 2.0 * sd**2)


def ground_point(homography: GroundHomography, pixel: tuple[float, float]) -> GeoPoint:
    """Return where a pixel lies.

    Raises:
        ConsistencyError: It lies beyond the horizon of the homography.
    """
    return to_geographic(_project(homography, pixel))


def _own_covariance(homography: GroundHomography, pair: FramePair) -> FloatArray:
    """Return what no other shadow shares: marking, link and relief (2, 2). [m²]"""
    by_foot, by_tip = (homography.ground_jacobian(px) for px in (pair.foot_px, pair.tip_px))
    linked = by_tip - by_foot
    relief = homography.difference_causes(pair.foot_px, pair.tip_px)["relief"]
    return np.asarray(
        by_foot @ pair.foot_px2 @ by_foot.T
        + by_tip @ pair.tip_px2 @ by_tip.T
        + linked @ pair.link_px2 @ linked.T
        + relief,
        dtype=np.float64,
    )


def _project(homography: GroundHomography, pixel: tuple[float, float]) -> MapPoint:
    return homography.project(pixel, pixel_covariance=np.zeros((2, 2)))


def _turn(true_north_deg: float) -> FloatArray:
    """Return the matrix from grid to true east and north, grid north at that azimuth (2, 2)."""
    angle = np.radians(true_north_deg)
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
