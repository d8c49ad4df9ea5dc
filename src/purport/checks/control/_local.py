"""Ground around a point: nodes of its normal distribution, and distances by a tree of vertices.

Edges of territories are straight in longitude and latitude, as GeoJSON draws them (RFC 7946,
3.1.1). Nearest distances are found by a tree over vertices in space: the chord between two points
of the ellipsoid grows with their distance, whatever the latitude, so that no map projection is
needed.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer
from scipy.spatial import cKDTree

__all__ = [
    "BoolArray",
    "FloatArray",
    "Outline",
    "chord_m",
    "geodesic_m",
    "node_positions",
    "normal_lattice",
    "reach_boxes",
    "space_points",
    "spread_roots",
]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

VERTEX_SPACING_DEG = 0.005
"""Vertices of an outline are at most so far apart: 0.56 km, so that a nearest vertex is found
beside the nearest point. [deg]"""
_GEOD = Geod(ellps="WGS84")
_TO_SPACE = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
_EQUATORIAL_M = 6378137.0
_SQUARED_ECCENTRICITY = 0.0066943799901413165
_BOX_SLACK = 0.02
"""More than second order adds to an offset up to 100 km at 60 degrees of latitude."""
_NEARLY_POLE_RAD = math.radians(89.9)


def normal_lattice(nodes: int) -> FloatArray:
    """Return a deterministic lattice that stands for the standard normal of two dimensions.

    Nodes lie on a golden-angle spiral whose radii are the quantiles of the Rayleigh distribution,
    so that each carries the same probability.

    Args:
        nodes: How many.

    Returns:
        Points (nodes, 2), in standard deviations.

    References:
        Vogel (1979), A better way to construct the sunflower head.
    """
    index = np.arange(nodes, dtype=np.float64)
    radius = np.sqrt(-2.0 * np.log1p(-(index + 0.5) / nodes))
    angle = index * math.pi * (3.0 - math.sqrt(5.0))
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def space_points(positions_deg: FloatArray) -> FloatArray:
    """Return points of the ellipsoid (n, 2), longitude and latitude, in space (n, 3). [m]"""
    x, y, z = _TO_SPACE.transform(
        positions_deg[:, 0], positions_deg[:, 1], np.zeros(len(positions_deg))
    )
    return np.column_stack([x, y, z])


def geodesic_m(start_deg: FloatArray, end_deg: FloatArray) -> FloatArray:
    """Return the lengths of the geodesics between points, longitude and latitude (n, 2). [m]"""
    _, _, lengths = _GEOD.inv(start_deg[:, 0], start_deg[:, 1], end_deg[:, 0], end_deg[:, 1])
    return np.asarray(lengths, dtype=np.float64)


def chord_m(start_deg: FloatArray, end_deg: FloatArray) -> FloatArray:
    """Return straight distances through the ellipsoid, shorter by 0.001 % at 100 km. [m]"""
    way = space_points(start_deg) - space_points(end_deg)
    return np.asarray(np.sqrt(np.sum(way**2, axis=1)), dtype=np.float64)


def spread_roots(covariances_m2: FloatArray) -> FloatArray:
    """Return for each covariance (n, 2, 2) the matrix that turns standard normals into offsets. [m]

    A covariance that is not positive to the last digit counts as flat in that direction.
    """
    variances, axes = np.linalg.eigh(covariances_m2)
    return np.asarray(axes * np.sqrt(variances.clip(min=0.0))[:, None, :], dtype=np.float64)


def node_positions(position_deg: FloatArray, root_m: FloatArray, lattice: FloatArray) -> FloatArray:
    """Return where the nodes of a point's distribution lie, longitude and latitude (n, 2). [deg]

    Uncertainty:
        Second order in east and north over the ellipsoid's radii: within 1 m up to 10 km, within
        0.5 % of the offset up to 100 km.
    """
    offsets = lattice @ root_m.T
    meridional, prime = _radii_m(position_deg[1])
    latitude = math.radians(position_deg[1])
    slope = math.tan(latitude)
    north = offsets[:, 1] / meridional
    east = offsets[:, 0] / prime
    found = np.empty_like(offsets)
    found[:, 0] = east / math.cos(latitude) * (1.0 + north * slope)
    found[:, 1] = north - 0.5 * slope * prime / meridional * east**2
    return np.asarray(position_deg + np.degrees(found), dtype=np.float64)


def reach_boxes(
    positions_deg: FloatArray, covariances_m2: FloatArray, reach: float
) -> NDArray[np.object_]:
    """Return boxes in longitude and latitude that hold each point and all its nodes (n,).

    Args:
        positions_deg: Points (n, 2), longitude and latitude. [deg]
        covariances_m2: Their covariances (n, 2, 2). [m²]
        reach: How many standard uncertainties no node exceeds.
    """
    latitudes = np.radians(positions_deg[:, 1])
    smallest_m = _EQUATORIAL_M * (1.0 - _SQUARED_ECCENTRICITY)
    sizes = reach * np.sqrt(np.diagonal(covariances_m2, axis1=1, axis2=2))
    north = np.degrees(sizes[:, 1] / smallest_m) * (1.0 + _BOX_SLACK)
    polar = np.cos(np.minimum(np.abs(latitudes) + np.radians(north), _NEARLY_POLE_RAD))
    east = np.degrees(sizes[:, 0] / smallest_m / polar) * (1.0 + _BOX_SLACK)
    return np.asarray(
        shapely.box(
            positions_deg[:, 0] - east,
            positions_deg[:, 1] - north,
            positions_deg[:, 0] + east,
            positions_deg[:, 1] + north,
        ),
        dtype=np.object_,
    )


def _radii_m(latitude_deg: float) -> tuple[float, float]:
    """Return the radii of curvature along the meridian and across it. [m]"""
    factor = 1.0 - _SQUARED_ECCENTRICITY * math.sin(math.radians(latitude_deg)) ** 2
    meridional = _EQUATORIAL_M * (1.0 - _SQUARED_ECCENTRICITY) / factor**1.5
    return meridional, _EQUATORIAL_M / math.sqrt(factor)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outline:
    """The vertices of some outlines, in a tree."""

    positions_deg: FloatArray
    """Vertices (n, 2), longitude and latitude. [deg]"""
    before: NDArray[np.int64]
    """Index of the vertex before each, along its ring (n,)."""
    after: NDArray[np.int64]
    """Index of the vertex after each, along its ring (n,)."""
    tree: cKDTree
    """The vertices in space. [m]"""

    @classmethod
    def of(cls, shapes: list[Any]) -> "Outline | None":
        """Take the outlines of polygons; None when there are none."""
        rings: list[FloatArray] = []
        for shape in shapes:
            dense = shapely.segmentize(shape, VERTEX_SPACING_DEG)
            found = shapely.get_rings(shapely.get_parts(dense))
            rings.extend(shapely.get_coordinates(ring)[:-1] for ring in found)
        if not rings:
            return None
        ends = np.cumsum([len(ring) for ring in rings])
        before, after = np.arange(ends[-1]) - 1, np.arange(ends[-1]) + 1
        for start, end in zip([0, *ends[:-1]], ends, strict=True):
            before[start], after[end - 1] = end - 1, start
        positions = np.vstack(rings)
        return cls(
            positions_deg=positions,
            before=before,
            after=after,
            tree=cKDTree(space_points(positions)),
        )

    def nearest(self, positions_deg: FloatArray, *, corners: int) -> FloatArray:
        """Return the nearest point on any outline to each position (n, 2). [deg]

        The nearest vertices are found first, then the nearest point on the edges that meet there.
        Where outlines run close to each other the nearest edge need not meet the nearest vertex,
        so that several are tried.

        Args:
            positions_deg: Positions (n, 2). [deg]
            corners: How many vertices to try.
        """
        sought = space_points(positions_deg)
        _, found = self.tree.query(sought, k=list(range(1, min(corners, self.tree.n) + 1)))
        best, best_m = positions_deg.copy(), np.full(len(positions_deg), np.inf)
        for vertex in found.T:
            foot = self._foot(positions_deg, vertex)
            length = np.sqrt(np.sum((space_points(foot) - sought) ** 2, axis=1))
            closer = length < best_m
            best[closer], best_m[closer] = foot[closer], length[closer]
        return best

    def _foot(self, positions_deg: FloatArray, vertex: NDArray[np.int64]) -> FloatArray:
        """Return the nearest point on the two edges that meet at a vertex (n, 2). [deg]"""
        corner = self.positions_deg[vertex]
        scale = np.ones_like(corner)
        scale[:, 0] = np.cos(np.radians(corner[:, 1]))
        sought = (positions_deg - corner) * scale
        best, best_square = np.zeros_like(corner), np.sum(sought**2, axis=1)
        for neighbours in (self.before, self.after):
            edge = (self.positions_deg[neighbours[vertex]] - corner) * scale
            length = np.maximum(np.sum(edge**2, axis=1), np.finfo(np.float64).tiny)
            share = np.clip(np.sum(sought * edge, axis=1) / length, 0.0, 1.0)
            foot = edge * share[:, None]
            square = np.sum((sought - foot) ** 2, axis=1)
            closer = square < best_square
            best[closer], best_square[closer] = foot[closer], square[closer]
        return np.asarray(corner + best / scale, dtype=np.float64)
