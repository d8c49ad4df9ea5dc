"""A stretch of the reference as a picture would show it, by a homography that is about right."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.place._geometry import local_affine
from purport.imagery import LumaPatch

__all__ = ["lay_patch", "scale_at_middle"]

FloatArray = NDArray[np.float64]

_BLUR_PER_SCALE = 0.5
"""Standard deviation of the averaging, in patch pixels, for each that a picture pixel spans."""


def lay_patch(
    patch: LumaPatch, matrix: FloatArray, size: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Warp the reference into the picture's geometry, averaged where it is finer than the picture.

    Args:
        patch: The stretch of the reference.
        matrix: Homography from picture to patch.
        size: Width and height of the picture. [px]

    Returns:
        Luma (height, width), and where the reference has any.
    """
    scale = scale_at_middle(matrix, size)
    luma = patch.luma.astype(np.float32)
    if scale > 1.0:
        luma = np.asarray(cv2.GaussianBlur(luma, (0, 0), _BLUR_PER_SCALE * scale), dtype=np.float32)
    laid = cv2.warpPerspective(
        luma,
        matrix,
        size,
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    known = cv2.warpPerspective(
        patch.valid.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    )
    return np.asarray(laid, dtype=np.float32), np.asarray(known, dtype=np.bool_)


def scale_at_middle(matrix: FloatArray, size: tuple[int, int]) -> float:
    """Return how many patch pixels a picture pixel spans in the middle of the picture."""
    width, height = size
    middle = np.array([[(width - 1) / 2, (height - 1) / 2]])
    return math.sqrt(abs(float(np.linalg.det(local_affine(matrix, middle)[0]))))
