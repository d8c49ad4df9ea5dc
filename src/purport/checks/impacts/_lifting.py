"""A flash stands on the ground, its middle above it: from where it is seen to where it struck.

The first frames of an effect show a ball or dome of fire, later ones a column of fire and smoke.
Seen obliquely, its middle is displaced away from the camera, by its height times the tangent of the
obliquity. Without that correction the impact is measured too far up in the picture: by a quarter of
a flash's radius at 52 degrees.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from purport.checks.impacts._points import ImpactPoint
from purport.checks.impacts.records import PointBasis
from purport.core.homographies import GroundHomography

__all__ = ["FLASH", "REMAINS", "Lift", "Stature", "find_lift", "signed_lean", "without_view"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stature:
    """How high above the ground the middle of an effect stands, over its radius."""

    height: float
    """Height. [1]"""
    sd: float
    """Standard uncertainty of that. [1]"""


FLASH = Stature(height=0.3, sd=0.045)
"""A dome's outline has its middle at 0.42 · tan(θ/2), 0.2 at 52 degrees; a ball that half stands
out of the ground at 0.25 to 0.5; simulated ones of the development set at 0.30."""
REMAINS = Stature(height=0.6, sd=0.3)
"""Fire and smoke after a second: simulated ones of the development set at 0.4 to 0.8."""
_ASSUMED_SINE = 0.6
"""Sine of the obliquity where nothing tells it: of 14 published clips that were labelled, 12 look
at the ground obliquely."""
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
    homography: GroundHomography,
    pixel: tuple[float, float],
    *,
    radius_px: float,
    stature: Stature = FLASH,
) -> Lift | None:
    """Find how the middle of an effect is displaced; None seen from nearly straight above.

    Args:
        homography: Brings the pixel to the ground.
        pixel: Where the effect is seen. [px]
        radius_px: Its radius in the picture. [px]
        stature: How high it stands.
    """
    jacobian = homography.ground_jacobian(pixel)
    lean = signed_lean(homography, pixel)
    if lean is None:
        return None
    # A ball is not foreshortened: its radius on the ground is that across the line of sight.
    radius_m = radius_px * float(np.linalg.svd(jacobian, compute_uv=False)[1])
    displaced = np.linalg.solve(jacobian, lean) * radius_m
    return Lift(
        shift_px=np.asarray(displaced * stature.height, dtype=np.float64),
        covariance_px2=np.outer(displaced, displaced) * stature.sd**2,
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


def without_view(point: ImpactPoint) -> ImpactPoint:
    """Return a point as it is stated where no map tells from where it was filmed.

    An oblique view with the horizon up is assumed. What remained is brought down to its foot; a
    flash, which may also have burst on a roof seen from above, stays where it is seen and is stated
    the less surely.
    """
    match point.basis:
        case PointBasis.MARKED:
            return point
        case PointBasis.WHAT_REMAINED:
            x, y = point.point_px
            return replace(
                point, point_px=(x, y + REMAINS.height * _ASSUMED_SINE * point.radius_px)
            )
        case PointBasis.FIRST_FRAMES:
            unknown_px = FLASH.height * _ASSUMED_SINE * point.radius_px / math.sqrt(2.0)
            return replace(point, sd_px=math.hypot(point.sd_px, unknown_px))
