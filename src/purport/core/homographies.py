"""A homography from picture to ground with its covariance, and the points that follow from it.

The matrix maps *normalised* pixels to metres from `origin`, so that its eight parameters are of
similar size and their covariance is well conditioned: ground ~ M · N · (x, y, 1).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.core.errors import ConsistencyError
from purport.core.positions import MapPoint

__all__ = ["GroundHomography", "Matrix3", "Matrix8"]

Matrix3 = tuple[tuple[float, float, float], ...]
"""A 3×3 matrix by rows."""
Matrix8 = tuple[tuple[float, ...], ...]
"""An 8×8 matrix by rows."""

FloatArray = NDArray[np.float64]

_PARAMETERS = 8
"""Elements of a homography that are free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundHomography:
    """Maps the pixels of one frame to the ground, with uncertainty."""

    matrix: Matrix3
    """Normalised pixel to metres east and north of `origin`; last element 1."""
    normalisation: Matrix3
    """Pixel to normalised pixel (about -1 to 1 over the picture)."""
    origin_m: tuple[float, float]
    """Easting and northing of the local origin. [m]"""
    crs: str
    """Projected system in metres."""
    covariance: Matrix8
    """Covariance of the first eight elements of `matrix`, by rows."""
    ground_sd_m: float
    """Standard uncertainty, per axis, of what the plane model leaves out (relief, residual
    structure). [m]"""
    reference_sd_m: float
    """Standard uncertainty, per axis, of the reference itself, common to all points. [m]"""
    lean: tuple[float, float] | None = None
    """East and north displacement on the map of a point 1 m above the plane, at the middle of the
    picture; None when not known. [1]"""
    height_sd_m: float = 0.0
    """Standard uncertainty of the height above the plane of what is seen; without `lean` it moves
    nothing. [m]"""
    lean_growth_per_m: float = 0.0
    """How much `lean` grows for each metre away from the middle: one over the camera's height above
    the plane; 0 for a camera far away, or when not known. [1/m]"""
    relief_range_m: float = 0.0
    """Ground distance over which points share what a plane leaves out (not their heights: a roof
    stands beside a yard): its correlation falls by the factor e; 0: independent from point to
    point. [m]"""
    relief_own_share: float = 0.0
    """Share of the variance of `ground_sd_m` that no other point shares, however near. [1]"""
    swell_sd_m: float = 0.0
    """Standard uncertainty of the height of gentle ground above the plane, which near points share
    over `relief_range_m`; without `lean` it moves nothing. [m]"""
    relief_left_share: float = 1.0
    """Share of the variance of shared relief that is left at a point once the homography was fitted
    to the same ground, which follows what swells widely."""
    relief_covariance: Matrix8 = ()
    """How much of `covariance` (and of the lens, then 9×9) shared relief makes up: a point is off
    by what the homography does not follow, not by how far it was drawn along as well. Two points
    are measured against each other with all of it; empty: none."""
    plane: tuple[float, float, float] | None = None
    """Height at the origin and its slopes east and north, as the terrain model has them, of the
    plane that `matrix` maps to; None when it was not fitted to known heights. [m, 1, 1]"""
    lens: float = 0.0
    """Radial distortion: before `matrix`, normalised pixel u is moved to u · (1 + lens · |u|²)."""
    lens_covariance: tuple[float, ...] = ()
    """Covariance of `lens` with the eight elements of `matrix`, then its variance (9,); empty when
    it is taken as known."""

    def to_map(self) -> FloatArray:
        """Return the plain matrix from pixel to easting and northing (3, 3), h33 = 1.

        It leaves out the lens: for drawing, not for measuring.
        """
        east, north = self.origin_m
        shift = np.array([[1.0, 0.0, east], [0.0, 1.0, north], [0.0, 0.0, 1.0]])
        whole = shift @ np.array(self.matrix) @ np.array(self.normalisation)
        return np.asarray(whole / whole[2, 2], dtype=np.float64)

    def project(self, pixel: tuple[float, float], *, pixel_covariance: FloatArray) -> MapPoint:
        """Project a pixel to the ground.

        Args:
            pixel: (x, y), centre of the first pixel at (0, 0). [px]
            pixel_covariance: Covariance of the pixel (2, 2). [px²]

        Returns:
            The map point; its covariance is absolute (it includes the reference's own).

        Uncertainty:
            First order in the matrix parameters and the pixel; see `point_causes`.

        Raises:
            ConsistencyError: The pixel lies on or beyond the horizon of the homography.

        References:
            Hartley and Zisserman (2004), section 5.2, equation (5.12).
        """
        ground, _, by_pixel = self._linearise(pixel)
        covariance = by_pixel @ pixel_covariance @ by_pixel.T
        for cause in self.point_causes(pixel).values():
            covariance = covariance + cause
        return MapPoint(
            easting_m=float(ground[0]) + self.origin_m[0],
            northing_m=float(ground[1]) + self.origin_m[1],
            crs=self.crs,
            covariance_m2=_rows2(covariance),
        )

    def difference_covariance(
        self,
        pixel: tuple[float, float],
        other: tuple[float, float],
        *,
        pixel_covariance: FloatArray,
        other_covariance: FloatArray,
    ) -> FloatArray:
        """Return the covariance of the ground vector between two pixels of one frame (2, 2). [m²].

        What both points share (the reference's own error, most of the matrix's) cancels.
        """
        here, there = self.ground_jacobian(pixel), self.ground_jacobian(other)
        covariance = here @ pixel_covariance @ here.T + there @ other_covariance @ there.T
        for cause in self.difference_causes(pixel, other).values():
            covariance = covariance + cause
        return np.asarray(covariance, dtype=np.float64)

    def ground_jacobian(self, pixel: tuple[float, float]) -> FloatArray:
        """Return by how much the ground point moves with its pixel (2, 2). [m/px]"""
        return self._linearise(pixel)[2]

    def lean_at(self, pixel: tuple[float, float]) -> FloatArray | None:
        """Return how a point 1 m above the plane is displaced where a pixel falls (2,). [1]

        Its length is the tangent of the angle between line of sight and vertical. None: not known.
        """
        return None if self.lean is None else self._lean_at(self._linearise(pixel)[0])

    def point_causes(self, pixel: tuple[float, float]) -> dict[str, FloatArray]:
        """Return what makes a ground point uncertain, beside its pixel, by cause (2, 2). [m²]

        "registration": the matrix, apart from what relief did to it; "relief": what is left of it
        now that the matrix was fitted to the same ground; "height": how high above the
        plane what is seen may stand; "reference": the map itself.
        """
        ground, by_parameters, _ = self._linearise(pixel)
        lean = self._lean_at(ground)
        apart = self.parameter_covariance() - _whole(self.relief_covariance)
        own, left = self.relief_own_share, self.relief_left_share
        shared = np.outer(lean, lean) * self.swell_sd_m**2
        return {
            "registration": by_parameters @ apart @ by_parameters.T,
            "relief": np.eye(2) * self.ground_sd_m**2 * (own + (1.0 - own) * left) + shared * left,
            "height": np.outer(lean, lean) * self.height_sd_m**2,
            "reference": np.eye(2) * self.reference_sd_m**2,
        }

    def difference_causes(
        self, pixel: tuple[float, float], other: tuple[float, float]
    ) -> dict[str, FloatArray]:
        """Return what makes the ground vector between two pixels uncertain, beside them. [m²]

        As `point_causes`, but without what both points share: the map's own error cancels wholly,
        the matrix's mostly, relief as far as both points are near each other, height not at all.
        """
        start, by_start, _ = self._linearise(pixel)
        end, by_end, _ = self._linearise(other)
        by_parameters = by_end - by_start
        shared = self._shared_relief(float(np.hypot(*(end - start))))
        lean, leaned = self._lean_at(start), self._lean_at(end)
        height = np.outer(lean, lean) + np.outer(leaned, leaned)
        crossed = np.outer(lean, leaned)
        swell = height - shared * (crossed + crossed.T)
        own = 1.0 - (1.0 - self.relief_own_share) * shared
        return {
            "registration": by_parameters @ self.parameter_covariance() @ by_parameters.T,
            "relief": np.eye(2) * 2.0 * own * self.ground_sd_m**2 + swell * self.swell_sd_m**2,
            "height": height * self.height_sd_m**2,
        }

    def difference_by_parameters(
        self, pixel: tuple[float, float], other: tuple[float, float]
    ) -> FloatArray:
        """Return how the ground vector from one pixel to another moves with the parameters (2, 9).

        With `parameter_covariance` it gives what several vectors of a frame share.
        """
        return np.asarray(self._linearise(other)[1] - self._linearise(pixel)[1], dtype=np.float64)

    def parameter_covariance(self) -> FloatArray:
        """Return the covariance of the matrix's eight elements and the lens (9, 9)."""
        whole = _whole(self.covariance)
        if self.lens_covariance:
            whole[_PARAMETERS, :] = whole[:, _PARAMETERS] = self.lens_covariance
        return whole

    def _lean_at(self, ground: FloatArray) -> FloatArray:
        """Return how a point 1 m above the plane is displaced at a ground point (2,). [1]"""
        if self.lean is None:
            return np.zeros(2)
        middle = np.array(self.matrix)[:2, 2]
        return np.asarray(
            np.array(self.lean) + self.lean_growth_per_m * (ground - middle), dtype=np.float64
        )

    def _shared_relief(self, apart_m: float) -> float:
        """Return the correlation of shared relief between two ground points. [1]"""
        if self.relief_range_m <= 0.0:
            return 0.0
        return math.exp(-apart_m / self.relief_range_m)

    def _linearise(self, pixel: tuple[float, float]) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the ground point (2,), its Jacobians by parameters (2, 9) and pixel (2, 2)."""
        matrix = np.array(self.matrix)
        normal = np.array(self.normalisation)
        u, v, w = normal @ np.array([pixel[0], pixel[1], 1.0])
        seen = np.array([u, v]) / w
        square = float(seen @ seen)
        x, y = seen * (1.0 + self.lens * square)
        east, north, scale = matrix @ np.array([x, y, 1.0])
        if scale <= 0.0:
            raise ConsistencyError(
                f"pixel {pixel}",
                "lies beyond the horizon of the homography",
                remedy="Project only pixels inside the registered part of the picture.",
            )
        ground = np.array([east, north]) / scale
        zero = np.zeros(3)
        row = np.array([x, y, 1.0]) / scale
        by_matrix = np.vstack(
            [
                np.concatenate([row, zero, -ground[0] * row[:2]]),
                np.concatenate([zero, row, -ground[1] * row[:2]]),
            ]
        )
        by_straight = (matrix[:2, :2] - np.outer(ground, matrix[2, :2])) / scale
        by_parameters = np.column_stack([by_matrix, by_straight @ seen * square])
        by_seen = by_straight @ (
            np.eye(2) * (1.0 + self.lens * square) + 2.0 * self.lens * np.outer(seen, seen)
        )
        by_pixel = by_seen @ (normal[:2, :2] - np.outer(seen, normal[2, :2])) / w
        return ground, by_parameters, by_pixel


def _whole(rows: Matrix8) -> FloatArray:
    """Return a covariance of the parameters with zeros for those that it leaves out (9, 9)."""
    whole = np.zeros((_PARAMETERS + 1, _PARAMETERS + 1))
    if rows:
        whole[: len(rows), : len(rows)] = rows
    return whole


def _rows2(matrix: FloatArray) -> tuple[tuple[float, float], tuple[float, float]]:
    return (
        (float(matrix[0, 0]), float(matrix[0, 1])),
        (float(matrix[1, 0]), float(matrix[1, 1])),
    )
