"""Steps of a sensor's zoom: the picture is the one before, enlarged or reduced about its middle.

The scene links most of them; where blocks are lost at that moment it may take one for a cut.
Measured on 57 cuts that the scene finds in 140 simulated clips: the two that are such steps agree
to 0.94 and 0.95 with the picture before, enlarged; the 55 others to at most 0.80.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.scene import Scene

__all__ = ["is_zoom_step"]

_SIDE_PX = 64
_SCALES = np.geomspace(1.12, 2.2, 16)
_LEAST_AGREEMENT = 0.88
_TOP_PX, _EDGE_PX = 8, 3

Floats = NDArray[np.float32]


def is_zoom_step(scene: Scene, frame: int) -> bool:
    """Tell whether a frame is the one before, enlarged or reduced about its middle."""
    before, after = (scene.thumbnails[one].astype(np.float32) for one in (frame - 1, frame))
    return any(
        _agreement(_enlarged(one, float(scale)), other) >= _LEAST_AGREEMENT
        for one, other in ((before, after), (after, before))
        for scale in _SCALES
    )


def _enlarged(picture: Floats, scale: float) -> Floats:
    shift = (_SIDE_PX - 1) / 2.0 * (1.0 - scale)
    matrix = np.array([[scale, 0.0, shift], [0.0, scale, shift]], dtype=np.float32)
    return np.asarray(cv2.warpAffine(picture, matrix, (_SIDE_PX, _SIDE_PX)), dtype=np.float32)


def _agreement(one: Floats, other: Floats) -> float:
    """Return the correlation of two pictures without their borders; 0 when one is blank."""
    inner = slice(_TOP_PX, -_EDGE_PX), slice(_EDGE_PX, -_EDGE_PX)
    left, right = one[inner] - one[inner].mean(), other[inner] - other[inner].mean()
    size = float(np.sqrt((left * left).sum() * (right * right).sum()))
    return float((left * right).sum()) / size if size > 0.0 else 0.0
