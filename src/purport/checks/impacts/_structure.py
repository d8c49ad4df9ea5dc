"""Whether the ground still looks as it did, by its texture alone, whatever light or gain do.

Thin smoke in front of ground of its own tone changes no luma to speak of, but it hides the texture.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["find_lost_texture"]

_WINDOW = (5, 5)
_LEAST_TEXTURE = 3.0
_ALIKE = 0.35
_BARE = 0.25
"""Variance of a picture that shows nothing. [grey levels²]"""

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]


def find_lost_texture(before: Image, now: Image, valid: Mask) -> Mask:
    """Tell where texture that was there before is there no longer.

    Args:
        before: Earlier picture.
        now: The picture, in the same view.
        valid: Where both show ground (height, width).
    """
    half = (before.shape[1] // 2, before.shape[0] // 2)
    one, other = (
        cv2.resize(picture, half, interpolation=cv2.INTER_AREA).astype(np.float32)
        for picture in (before, now)
    )
    mean_one, mean_other = cv2.blur(one, _WINDOW), cv2.blur(other, _WINDOW)
    power_one = cv2.blur(one * one, _WINDOW) - mean_one * mean_one
    power_other = cv2.blur(other * other, _WINDOW) - mean_other * mean_other
    shared = cv2.blur(one * other, _WINDOW) - mean_one * mean_other
    textured = power_one > _LEAST_TEXTURE**2
    expected = _ALIKE * np.sqrt(np.maximum(power_one, 0.0) * np.maximum(power_other, _BARE))
    lost = (textured & (shared < expected)).astype(np.uint8)
    size = (before.shape[1], before.shape[0])
    whole = cv2.resize(lost, size, interpolation=cv2.INTER_NEAREST) > 0
    return np.asarray(whole & valid, dtype=np.bool_)
