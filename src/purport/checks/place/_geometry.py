"""Homographies between a picture and a map patch: apply, find, and judge whether a view can be so.

Both sides are pixels with y downwards, so that a view from above that is not mirrored keeps its
orientation (positive determinant).
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

__all__ = [
    "ViewLimits",
    "apply_homography",
    "find_homography",
    "hull_area",
    "implausibility",
    "local_affine",
    "view_obliquity_deg",
]

FloatArray = NDArray[np.float64]

_FEWEST_FOR_FIT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewLimits:
    """What a view of the ground may look like."""

    largest_obliquity_deg: float = 72.0
    """Largest angle between the line of sight at the centre and the vertical. [deg]"""
    largest_scale: float = 16.0
    """Most map pixels that a picture pixel may span at the centre, and its inverse."""
    largest_scale_range: float = 8.0
    """Largest ratio of linear scales between two corners of the picture."""


def apply_homography(matrix: FloatArray, points: FloatArray) -> FloatArray:
    """Move points (n, 2) through a homography; points beyond its horizon come out infinite."""
    homogeneous = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    front = homogeneous[:, 2] > 0.0
    result = np.full((len(points), 2), np.inf)
    result[front] = homogeneous[front, :2] / homogeneous[front, 2:]
    return result


def local_affine(matrix: FloatArray, points: FloatArray) -> FloatArray:
    """Return the Jacobians of a homography at points (n, 2, 2)."""
    homogeneous = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    scale = homogeneous[:, 2]
    moved = homogeneous[:, :2] / scale[:, None]
    return np.asarray(
        (matrix[None, :2, :2] - moved[:, :, None] * matrix[None, 2:, :2]) / scale[:, None, None],
        dtype=np.float64,
    )


def find_homography(
    source: FloatArray, target: FloatArray, *, threshold_px: float, seed: int
) -> tuple[FloatArray, NDArray[np.bool_]] | None:
    """Find a homography among matches of which many are wrong (MAGSAC++).

    Args:
        source: Points (n, 2).
        target: Their matches (n, 2).
        threshold_px: Largest residual in `target` of a right match. [px]
        seed: Of the random samples.

    Returns:
        The homography, h33 = 1, and which matches follow it; None when there is none.

    References:
        Barath et al. (2020), MAGSAC++, a fast, reliable and accurate robust estimator.
    """
    if len(source) < _FEWEST_FOR_FIT:
        return None
    cv2.setRNGSeed(seed)
    matrix, mask = cv2.findHomography(
        source, target, cv2.USAC_MAGSAC, threshold_px, maxIters=3000, confidence=0.999
    )
    if matrix is None or mask is None or not np.isfinite(matrix).all():
        return None
    return np.asarray(matrix, dtype=np.float64), mask.ravel().astype(bool)


def hull_area(points: FloatArray) -> float:
    """Return the area that points (n, 2) span; 0 when they lie on one line. [px²]"""
    try:
        return float(ConvexHull(points).volume)
    except (QhullError, ValueError):
        return 0.0


def view_obliquity_deg(matrix: FloatArray, size: tuple[int, int]) -> float:
    """Return about how obliquely the centre of a picture is seen, 0 from straight above. [deg]

    Foreshortening by the cosine: the ratio of the two singular values at the centre.
    """
    width, height = size
    values = np.linalg.svd(
        local_affine(matrix, np.array([[(width - 1) / 2, (height - 1) / 2]]))[0], compute_uv=False
    )
    return math.degrees(math.acos(min(1.0, float(values[1] / values[0]))))


def implausibility(matrix: FloatArray, size: tuple[int, int], limits: ViewLimits) -> str | None:
    """Say why a homography from picture to map cannot be a view of the ground; None if it can.

    Args:
        matrix: Picture to map pixels.
        size: Width and height of the picture. [px]
        limits: What is allowed.
    """
    width, height = size
    corners = np.array(
        [[0.0, 0.0], [width - 1.0, 0.0], [width - 1.0, height - 1.0], [0.0, height - 1.0]]
    )
    depth = np.column_stack([corners, np.ones(4)]) @ matrix[2]
    if (depth <= 0.0).any() or not np.isfinite(matrix).all():
        return "its horizon would lie inside the picture"
    determinants = np.linalg.det(local_affine(matrix, corners))
    if (determinants <= 0.0).any():
        return "the ground would be seen in a mirror"
    scales = np.sqrt(determinants)
    if scales.max() / scales.min() > limits.largest_scale_range:
        return "its scale would change too much over the picture"
    centre = np.array([[(width - 1) / 2, (height - 1) / 2]])
    scale = math.sqrt(float(np.linalg.det(local_affine(matrix, centre)[0])))
    if not 1.0 / limits.largest_scale <= scale <= limits.largest_scale:
        return "its scale is out of the range that can be matched"
    if view_obliquity_deg(matrix, size) > limits.largest_obliquity_deg:
        return "the view would be too flat"
    return None
