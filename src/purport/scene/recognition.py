"""Whether a picture is the frame that the analysis saw."""

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.scene._structure import make_thumbnail
from purport.scene.records import Scene

__all__ = ["shows_frame"]

_LEAST_SD = 2.0
_FARTHEST_MEAN = 18.0
_LEAST_SCALE = 0.5
_FARTHEST_LEVELS = 2.5


def shows_frame(scene: Scene, index: int, bgr: NDArray[np.uint8]) -> bool:
    """Tell whether a picture in colour looks like a frame of the scene.

    Luma from a picture in colour is luma as decoded but for scale and offset (studio or full range)
    and rounding. So the one thumbnail is fitted to the other by these two, and what is left may
    have a standard deviation of at most 2.5 levels; pictures without structure are compared by
    their mean. A neighbouring frame of slow footage passes as well.

    Args:
        scene: The scene.
        index: Frame index.
        bgr: The picture at display size (height, width, 3), blue first.
    """
    luma = cv2.cvtColor(np.ascontiguousarray(bgr), cv2.COLOR_BGR2GRAY)
    seen = scene.thumbnails[index].astype(np.float64).ravel()
    shown = make_thumbnail(np.asarray(luma, dtype=np.uint8)).astype(np.float64).ravel()
    if min(seen.std(), shown.std()) < _LEAST_SD:
        alike = abs(shown.mean() - seen.mean()) < _FARTHEST_MEAN
        return bool(alike and max(seen.std(), shown.std()) < _LEAST_SD)
    scale = np.cov(seen, shown)[0, 1] / shown.var()
    left = seen - seen.mean() - scale * (shown - shown.mean())
    return bool(scale > _LEAST_SCALE and left.std() < _FARTHEST_LEVELS)
