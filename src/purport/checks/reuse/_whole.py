"""The whole picture of a print, with its black bars: what other archives hash."""

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.reuse._borders import Box
from purport.checks.reuse.prints import VideoPrint

__all__ = ["whole_pictures"]

_BLACK = 16


def whole_pictures(made: VideoPrint) -> NDArray[np.uint8]:
    """Put the thumbnails of a print back between their black bars (n, 64, 64). [luma]"""
    if made.box == Box():
        return made.thumbnails
    side = made.thumbnails.shape[1]
    left, right = round(made.box.left * side), round(made.box.right * side)
    top, bottom = round(made.box.top * side), round(made.box.bottom * side)
    whole = np.full_like(made.thumbnails, _BLACK)
    for picture, thumbnail in zip(whole, made.thumbnails, strict=True):
        picture[top:bottom, left:right] = cv2.resize(
            thumbnail, (right - left, bottom - top), interpolation=cv2.INTER_AREA
        )
    return whole
