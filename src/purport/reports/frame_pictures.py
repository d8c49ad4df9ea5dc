"""Frames as files for the case room: whole and lossless, whole and light, or a small poster."""

from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.core.errors import ConsistencyError
from purport.reports.drawings import fit_width, veil

__all__ = ["PictureForm", "encode_frame", "encode_poster"]

_JPEG_QUALITY = 90
_POSTER_QUALITY = 80
_POSTER_WIDTH_PX = 480
_PNG_EFFORT = 3


class PictureForm(StrEnum):
    """How a frame is encoded."""

    JPEG = "jpg"
    """Light, nearly as decoded: for looking at."""
    PNG = "png"
    """Lossless: for placing points."""


def encode_frame(bgr: NDArray[np.uint8], form: PictureForm) -> bytes:
    """Encode a frame (h, w, 3), blue first, at its own size."""
    match form:
        case PictureForm.JPEG:
            return _encoded(bgr, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        case PictureForm.PNG:
            return _encoded(bgr, ".png", [cv2.IMWRITE_PNG_COMPRESSION, _PNG_EFFORT])


def encode_poster(bgr: NDArray[np.uint8], *, graphic: bool) -> bytes:
    """Encode a frame (h, w, 3), blue first, as a small JPEG; a graphic one veiled for good."""
    shown = veil(bgr) if graphic else fit_width(bgr, _POSTER_WIDTH_PX)[0]
    return _encoded(shown, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, _POSTER_QUALITY])


def _encoded(picture: NDArray[np.uint8], suffix: str, how: list[int]) -> bytes:
    done, content = cv2.imencode(suffix, np.ascontiguousarray(picture), how)
    if not done:
        raise ConsistencyError(
            "picture", f"of shape {picture.shape} cannot be encoded", remedy="Report this fault."
        )
    return bytes(content.tobytes())
