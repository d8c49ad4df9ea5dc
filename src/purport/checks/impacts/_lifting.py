"""A flash stands on the ground, its middle above it: from where it is seen to where it struck.

The first frames of an effect show a ball or dome of fire. Seen obliquely, its middle is displaced
away from the camera, by its height times the tangent of the obliquity. Without that correction the
impact is measured too far up in the picture: by a quarter of the radius at 52 degrees.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.core.homographies import GroundHomography

__all__ = ["FLASH_HEIGHT", "FLASH_HEIGHT_SD", "Lift", "find_lift", "signed_lean"]

FloatArray = NDArray[np.float64]

FLASH_HEIGHT = 0.3
"""Height of a flash's middle over its radius. A dome's outline has its middle at 0.42 · tan(θ/2),
0.2 at 52 degrees; a ball that half stands out of the ground at 0.25 to 0.5; simulated ones of the
development set at 0.30."""
FLASH_HEIGHT_SD = 0.06
"""Standard uncertainty of that."""
_LEAST_TANGENT = 0.12
"""Tangent of the obliquity (7 degrees) below which foreshortening does not tell the direction."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lift:
    """How the middle of a flash is displaced in the picture."""

    shift_px: FloatArray
    """From the ground below it to where it is seen (2,). [px]"""
    covariance_px2: FloatArray
    """Covariance of that (2, 2). [px²]"""


def find_lift(
    homography: GroundHomography, pixel: tuple[float, float], *, radius_px: float
) -> Lift | None:
    """Find how the middle of a flash at a pixel is displaced; None seen from nearly straight above.

    Args:
        homography: Brings the pixel to the ground.
        pixel: Where the flash is seen. [px]
        radius_px: Its radius in the picture. [px]
    """
    jacobian = homography.ground_jacobian(pixel)
    lean = signed_lean(homography, pixel)
    if lean is None:
        return None
    # A ball is not foreshortened: its radius on the ground is that across the line of sight.
    radius_m = radius_px * float(np.linalg.svd(jacobian, compute_uv=False)[1])
    displaced = np.linalg.solve(jacobian, lean) * radius_m
    return Lift(
        shift_px=np.asarray(displaced * FLASH_HEIGHT, dtype=np.float64),
        covariance_px2=np.outer(displaced, displaced) * FLASH_HEIGHT_SD**2,
    )


def signed_lean(homography: GroundHomography, pixel: tuple[float, float]) -> FloatArray | None:
    """Return how a point 1 m above the plane is displaced at a pixel (2,); None if unknown. [1]

    Where the camera is not known the sign is not either; then the horizon is taken to be up.
    """
    jacobian = homography.ground_jacobian(pixel)
    lean = homography.lean_at(pixel)
    if lean is None:
        lean = _by_foreshortening(jacobian)
    if lean is None or homography.lean_growth_per_m > 0.0:
        return lean
    upwards = float(np.linalg.solve(jacobian, lean)[1]) <= 0.0
    return lean if upwards else -lean


def _by_foreshortening(jacobian: FloatArray) -> FloatArray | None:
    """Return the lean, its sign unknown: a pixel spans most ground along the line of sight."""
    directions, spans, _ = np.linalg.svd(jacobian)
    tangent = math.sqrt(max(float(spans[0] / spans[1]) ** 2 - 1.0, 0.0))
    if tangent < _LEAST_TANGENT:
        return None
    return np.asarray(directions[:, 0] * tangent, dtype=np.float64)
