"""Frames as files for the case room: whole and lossless, whole and light, or a small poster."""

from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.core.errors import ConsistencyError, InputError
from purport.reports.drawings import fit_width, veil

__all__ = ["PictureForm", "encode_frame", "encode_page", "encode_poster"]

_JPEG_QUALITY = 90
_POSTER_QUALITY = 80
_POSTER_WIDTH_PX = 480
_PNG_EFFORT = 3
_PNG = b"\x89PNG\r\n\x1a\n"
_PAGE_WIDTH_PX = 960
_MOST_PAGE_PX = 64_000_000
"""A quarter of a gigabyte when decoded."""
_LONGEST_PAGE_PX = 60_000
"""A JPEG has at most 65,535."""


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


def encode_page(content: bytes, *, name: str, veiled: bool) -> bytes:
    """Encode the picture of a page as a JPEG that is fit to be shown, and holds nothing else.

    Args:
        content: The content of a PNG file, whoever made it.
        name: What messages call it.
        veiled: Whether it is blurred and grey for good.

    Raises:
        InputError: It is no PNG, it cannot be read, or a page of that size is none.
    """
    if content[: len(_PNG)] != _PNG or content[12:16] != b"IHDR":
        raise InputError(name, "is no PNG", remedy="Take it out of the vault by its digest.")
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    if not 0 < width * height <= _MOST_PAGE_PX or max(width, height) > _LONGEST_PAGE_PX:
        raise InputError(
            name,
            f"is {width} × {height} pixels, which no page is",
            remedy="Take it out of the vault by its digest.",
        )
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if picture is None or picture.shape[:2] != (height, width):
        raise InputError(name, "cannot be read", remedy="Take it out of the vault by its digest.")
    bgr = picture.astype(np.uint8, copy=False)
    shown = veil(bgr) if veiled else fit_width(bgr, _PAGE_WIDTH_PX)[0]
    return _encoded(shown, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, _POSTER_QUALITY])


def _encoded(picture: NDArray[np.uint8], suffix: str, how: list[int]) -> bytes:
    done, content = cv2.imencode(suffix, np.ascontiguousarray(picture), how)
    if not done:
        raise ConsistencyError(
            "picture", f"of shape {picture.shape} cannot be encoded", remedy="Report this fault."
        )
    return bytes(content.tobytes())
