"""How a point above the plane moves on the map, and where the camera stands, from a homography.

Ground is taken as a plane. What stands h metres above it is seen where its line of sight meets the
plane: moved by h times the tangent of the angle between that line and the vertical, away from the
camera. That vector for h = 1 is called the *lean*. All points are metres east and north of the
local origin; pixels are normalised as in `_adjustment.normalisation_of`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.place._geometry import local_affine

__all__ = ["Lean", "find_lean", "flatten_points"]

FloatArray = NDArray[np.float64]

_PARAMETERS = 8
_LOOSEST_FOCAL = 0.35
"""Largest relative standard uncertainty of the focal length with which a camera is placed."""
_STEEPEST_TANGENT = 0.12
"""Tangent (7 degrees) below which foreshortening tells nothing of the direction."""
_TELLING = 2.0
"""Standard uncertainties by which foreshortening must stand out."""
_STEP = 1e-6
"""Of a parameter's own size, for the derivatives of the focal length."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lean:
    """How far, and in which direction, points above the plane are displaced on the map."""

    at_middle: FloatArray
    """East and north displacement of a point 1 m high, at the middle of the picture (2,). [1]"""
    sd: float
    """Standard uncertainty of its length. [1]"""
    growth_per_m: float
    """How much it grows for each metre away from the middle; 0 when the camera's height is not
    known. [1/m]"""
    camera_m: FloatArray | None
    """East, north of the origin and height above the plane of the camera (3,); None when the focal
    length is not observable, and then the direction may be the opposite one. [m]"""

    def at(self, points: FloatArray, middle: FloatArray) -> FloatArray:
        """Return the lean at ground points (n, 2); `middle` is the picture's (2,). [1]"""
        return np.asarray(self.at_middle + self.growth_per_m * (points - middle), dtype=np.float64)


def find_lean(matrix: FloatArray, covariance: FloatArray) -> Lean | None:
    """Find the lean of a view of the ground.

    With square pixels and the principal point in the middle, the two axes of the plane must be at
    right angles and of equal length in the camera: two equations for the focal length. Where they
    determine it the camera is placed; else the foreshortening at the middle gives the angle.

    Args:
        matrix: Normalised pixel to metres from the origin (3, 3).
        covariance: Of its first eight elements (8, 8).

    Returns:
        The lean; None when the view is too nearly vertical for either.

    References:
        Hartley and Zisserman (2004), section 8.8 (calibration from a plane's circular points).
    """
    whole = matrix / matrix[2, 2]
    inverse_square = _inverse_focal_square(whole)
    if inverse_square is not None:
        spread = _spread(_inverse_focal_square, whole, covariance)
        # The focal length's relative uncertainty is half that of its square.
        if spread is not None and spread <= 2.0 * _LOOSEST_FOCAL * inverse_square:
            camera = _camera(whole, 1.0 / math.sqrt(inverse_square))
            if camera is not None:
                return _seen_from(whole, camera, spread / (2.0 * inverse_square))
    return _by_foreshortening(whole, covariance)


def _inverse_focal_square(matrix: FloatArray) -> float | None:
    """Return one over the squared focal length in normalised pixels; None when it is not real."""
    first, second = np.linalg.inv(matrix).T[:2]
    in_plane = np.array(
        [first[:2] @ second[:2], (first[:2] @ first[:2] - second[:2] @ second[:2]) / 2.0]
    )
    in_depth = np.array([first[2] * second[2], (first[2] ** 2 - second[2] ** 2) / 2.0])
    # in_plane / f² + in_depth = 0
    square = float(in_plane @ in_plane)
    if square == 0.0:
        return None
    value = -float(in_plane @ in_depth) / square
    return value if value > 0.0 else None


def _spread(
    function: Callable[[FloatArray], float | None], matrix: FloatArray, covariance: FloatArray
) -> float | None:
    """Return the standard uncertainty of a function of the matrix, by first differences."""
    size = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    slope = np.zeros(_PARAMETERS)
    for index in range(_PARAMETERS):
        step = max(float(size[index]), abs(float(matrix.ravel()[index])) * _STEP, _STEP**2) * 0.1
        ends = []
        for sign in (-1.0, 1.0):
            moved = matrix.ravel().copy()
            moved[index] += sign * step
            ends.append(function(moved.reshape(3, 3)))
        before, after = ends
        if before is None or after is None:
            return None
        slope[index] = (after - before) / (2.0 * step)
    return math.sqrt(max(0.0, float(slope @ covariance @ slope)))


def _camera(matrix: FloatArray, focal: float) -> FloatArray | None:
    """Return where the camera stands (3,); None when it would stand below the plane."""
    rays = np.diag([1.0 / focal, 1.0 / focal, 1.0]) @ np.linalg.inv(matrix)
    scale = math.sqrt(np.linalg.norm(rays[:, 0]) * np.linalg.norm(rays[:, 1]))
    east, north, offset = (rays / scale).T
    if offset[2] < 0.0:
        east, north, offset = -east, -north, -offset
    rotation = np.column_stack([east, north, np.cross(east, north)])
    camera = -np.linalg.solve(rotation, offset)
    return np.asarray(camera, dtype=np.float64) if camera[2] > 0.0 else None


def _seen_from(matrix: FloatArray, camera: FloatArray, focal_share: float) -> Lean:
    lean = (matrix[:2, 2] - camera[:2]) / camera[2]
    return Lean(
        at_middle=lean,
        sd=focal_share * float(np.hypot(*lean)),
        growth_per_m=float(1.0 / camera[2]),
        camera_m=camera,
    )


def _tangent(matrix: FloatArray) -> float | None:
    values = np.linalg.svd(local_affine(matrix, np.zeros((1, 2)))[0], compute_uv=False)
    ratio = float(values[1] / values[0])
    return math.sqrt(1.0 / ratio**2 - 1.0) if ratio > 0.0 else None


def _by_foreshortening(matrix: FloatArray, covariance: FloatArray) -> Lean | None:
    """Take the angle from how much a pixel spans along and across the line of sight."""
    tangent = _tangent(matrix)
    if tangent is None or tangent < _STEEPEST_TANGENT:
        return None
    sd = _spread(_tangent, matrix, covariance)
    if sd is None or tangent < _TELLING * sd:
        return None
    affine = local_affine(matrix, np.zeros((1, 2)))[0]
    direction = np.linalg.svd(affine)[0][:, 0]
    # Away from the camera the ground is seen smaller: the depth of the inverse map falls.
    further = -matrix[2, :2] @ np.linalg.solve(affine, direction)
    return Lean(
        at_middle=direction * tangent * (1.0 if further >= 0.0 else -1.0),
        sd=sd,
        growth_per_m=0.0,
        camera_m=None,
    )


def flatten_points(
    points: FloatArray, heights_m: FloatArray, lean: Lean, middle: FloatArray
) -> FloatArray:
    """Shift points of known height along their lines of sight onto the plane.

    Args:
        points: Where they stand (n, 2). [m]
        heights_m: Their heights above the plane (n,), less than the camera's. [m]
        lean: Of the view; exact when the camera's height is known, else for one far away.
        middle: The picture's middle on the ground (2,). [m]

    Returns:
        Where the plane is met (n, 2). [m]
    """
    stretch = heights_m / (1.0 - heights_m * lean.growth_per_m)
    return np.asarray(points + lean.at(points, middle) * stretch[:, None], dtype=np.float64)
