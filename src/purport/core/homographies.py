"""A homography from picture to ground with its covariance, and the points that follow from it.

The matrix maps *normalised* pixels to metres from `origin`, so that its eight parameters are of
similar size and their covariance is well conditioned: ground ~ M · N · (x, y, 1).
"""

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
    structure), independent from point to point. [m]"""
    reference_sd_m: float
    """Standard uncertainty, per axis, of the reference itself, common to all points. [m]"""
    lean: tuple[float, float] | None = None
    """East and north displacement on the map of a point 1 m above the plane, at the middle of the
    picture; None when not known. [1]"""
    height_sd_m: float = 0.0
    """Standard uncertainty of the height above the plane of what is seen, independent from point to
    point; without `lean` it moves nothing. [m]"""

    def to_map(self) -> FloatArray:
        """Return the plain matrix from pixel to easting and northing (3, 3), h33 = 1."""
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
            First order in the matrix parameters and the pixel; an unknown height moves the point
            along `lean`.

        Raises:
            ConsistencyError: The pixel lies on or beyond the horizon of the homography.

        References:
            Hartley and Zisserman (2004), section 5.2, equation (5.12).
        """
        ground, by_parameters, by_pixel = self._linearise(pixel)
        covariance = (
            by_parameters @ np.array(self.covariance) @ by_parameters.T
            + by_pixel @ pixel_covariance @ by_pixel.T
            + np.eye(2) * (self.ground_sd_m**2 + self.reference_sd_m**2)
            + self.height_covariance()
        )
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
        _, here, here_pixel = self._linearise(pixel)
        _, there, there_pixel = self._linearise(other)
        by_parameters = there - here
        return np.asarray(
            by_parameters @ np.array(self.covariance) @ by_parameters.T
            + here_pixel @ pixel_covariance @ here_pixel.T
            + there_pixel @ other_covariance @ there_pixel.T
            + 2.0 * (np.eye(2) * self.ground_sd_m**2 + self.height_covariance()),
            dtype=np.float64,
        )

    def height_covariance(self) -> FloatArray:
        """Return what an unknown height adds to the covariance of one point (2, 2). [m²]"""
        if self.lean is None:
            return np.zeros((2, 2))
        return np.asarray(np.outer(self.lean, self.lean) * self.height_sd_m**2, dtype=np.float64)

    def _linearise(self, pixel: tuple[float, float]) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the ground point (2,), its Jacobians by parameters (2, 8) and by pixel (2, 2)."""
        matrix = np.array(self.matrix)
        normal = np.array(self.normalisation)
        u, v, w = normal @ np.array([pixel[0], pixel[1], 1.0])
        x, y = u / w, v / w
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
        by_parameters = np.vstack(
            [
                np.concatenate([row, zero, -ground[0] * row[:2]]),
                np.concatenate([zero, row, -ground[1] * row[:2]]),
            ]
        )
        by_normalised = (matrix[:2, :2] - np.outer(ground, matrix[2, :2])) / scale
        by_pixel = by_normalised @ (normal[:2, :2] - np.outer([x, y], normal[2, :2])) / w
        return ground, by_parameters, by_pixel


def _rows2(matrix: FloatArray) -> tuple[tuple[float, float], tuple[float, float]]:
    return (
        (float(matrix[0, 0]), float(matrix[0, 1])),
        (float(matrix[1, 0]), float(matrix[1, 1])),
    )
