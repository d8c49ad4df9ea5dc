"""The crosshair: graphics that stand about the middle of the picture, in both directions."""

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.scene import Shot

__all__ = ["CROSSHAIR_SD_PX", "find_crosshair"]

CROSSHAIR_SD_PX = 2.0
"""Standard uncertainty of a crosshair's centre: half the margin by which masks are grown. [px]"""

_OFF_CENTRE = 0.08
_LEAST_SIDE = 0.02
_LARGEST_SIDE = 0.5
_LEAST_ASPECT = 0.5

Box = tuple[int, int, int, int]


def find_crosshair(shot: Shot) -> tuple[float, float] | None:
    """Return the centre of a crosshair burnt into a shot; None when none is seen. [px]"""
    if not shot.overlay_known:
        return None
    height, width = shot.overlay.shape
    pixels = shot.overlay.astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(pixels, connectivity=8)
    near = [_box(row) for row in stats[1:] if _is_central(_box(row), width, height)]
    if not near:
        return None
    left = min(box[0] for box in near)
    top = min(box[1] for box in near)
    right = max(box[2] for box in near)
    bottom = max(box[3] for box in near)
    sides = (right - left, bottom - top)
    if min(sides) < _LEAST_SIDE * height or max(sides) > _LARGEST_SIDE * height:
        return None
    if min(sides) < _LEAST_ASPECT * max(sides):
        return None
    return (left + right - 1) / 2.0, (top + bottom - 1) / 2.0


def _box(row: NDArray[np.int32]) -> Box:
    left, top, width, height = (int(value) for value in row[:4])
    return left, top, left + width, top + height


def _is_central(box: Box, width: int, height: int) -> bool:
    """Tell whether a patch reaches the middle of the picture, or near it."""
    reach = _OFF_CENTRE * height
    x, y = (width - 1) / 2.0, (height - 1) / 2.0
    return (
        box[0] - reach <= x <= box[2] + reach
        and box[1] - reach <= y <= box[3] + reach
        and box[2] - box[0] < _LARGEST_SIDE * height
    )
