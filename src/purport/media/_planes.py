"""From a decoded frame to the display picture, luma only or in colour.

The *display picture* is what a player shows: (1) pixels that are not square are made square by
enlarging the shorter direction (width × aspect when the aspect is above 1, else height ÷ aspect),
so that no detail is lost; (2) then the picture is turned clockwise by the rotation of the display
matrix. Mirroring in a display matrix is not applied; angles that are no quarter turns are not
applied.

Luma is the code value as decoded: limited-range video has black near 16 and white near 235, full
range 0 and 255 (`StreamProbe.color_range`). Ten bits and more are shifted down to eight.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from av import VideoFrame
from numpy.typing import NDArray

__all__ = ["Geometry", "bgr_view", "display_geometry", "luma_view"]

_QUARTER_TURN_DEG = 90
_EIGHT_BIT = re.compile(r"(yuvj?a?4\d\dp|nv\d\d|gray|gray8)$")
_DEEP = re.compile(r"(?:yuva?4\d\dp|gray)(9|10|12|14|16)le$")
_DEEP_HIGH = re.compile(r"p[024]1[026]le$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """How a coded picture becomes the display picture."""

    square_width_px: int
    """Width with square pixels, before turning."""
    square_height_px: int
    """Height with square pixels, before turning."""
    quarter_turns: int
    """Clockwise quarter turns, 0 to 3."""

    @property
    def display_size_px(self) -> tuple[int, int]:
        """Return (width, height) of the display picture."""
        if self.quarter_turns % 2:
            return self.square_height_px, self.square_width_px
        return self.square_width_px, self.square_height_px


def display_geometry(
    width_px: int, height_px: int, *, pixel_aspect: Fraction | None, rotation_deg: int
) -> Geometry:
    """Work out the display picture of a coded size."""
    aspect = pixel_aspect if pixel_aspect is not None and pixel_aspect > 0 else Fraction(1)
    wide, high = Fraction(width_px), Fraction(height_px)
    if aspect > 1:
        wide *= aspect
    else:
        high /= aspect
    return Geometry(
        square_width_px=round(wide),
        square_height_px=round(high),
        quarter_turns=rotation_deg // _QUARTER_TURN_DEG % 4,
    )


def luma_view(frame: VideoFrame, geometry: Geometry) -> NDArray[np.uint8]:
    """Return the luma of a frame as the display picture (height, width), where it lies.

    The luma plane is read where it lies; formats without one (RGB, palettes, packed YUV) and
    pictures that must be scaled go through FFmpeg's scaler.
    """
    size = (geometry.square_width_px, geometry.square_height_px)
    plane = _luma_plane(frame) if (frame.width, frame.height) == size else None
    if plane is None:
        plane = _plane_bytes(
            frame.reformat(width=size[0], height=size[1], format="gray", interpolation="BILINEAR")
        )
    return _turned(plane, geometry.quarter_turns)


def bgr_view(frame: VideoFrame, geometry: Geometry) -> NDArray[np.uint8]:
    """Return a frame in colour as the display picture (height, width, 3)."""
    converted = frame.reformat(
        width=geometry.square_width_px,
        height=geometry.square_height_px,
        format="bgr24",
        interpolation="BILINEAR",
    )
    return _turned(converted.to_ndarray(), geometry.quarter_turns)


def _luma_plane(frame: VideoFrame) -> NDArray[np.uint8] | None:
    name = frame.format.name
    if _EIGHT_BIT.match(name):
        return _plane_bytes(frame)
    deep = _DEEP.match(name)
    if deep is None and _DEEP_HIGH.match(name) is None:
        return None
    shift = 8 if deep is None else int(deep.group(1)) - 8
    plane = frame.planes[0]
    words = np.frombuffer(plane, dtype="<u2").reshape(-1, plane.line_size // 2)
    return (words[: frame.height, : frame.width] >> shift).astype(np.uint8)


def _plane_bytes(frame: VideoFrame) -> NDArray[np.uint8]:
    plane = frame.planes[0]
    rows = np.frombuffer(plane, dtype=np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height, : frame.width]


def _turned(picture: NDArray[np.uint8], quarter_turns: int) -> NDArray[np.uint8]:
    return np.rot90(picture, k=-quarter_turns)
