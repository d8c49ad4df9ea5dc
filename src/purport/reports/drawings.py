"""Pictures with shapes drawn over them, ready for the page.

The picture is a JPEG in a data URI; shapes stay vectors above it in its pixel coordinates, so
that lines are sharp at any size and nothing is burnt into the evidence.
"""

import base64
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.core.errors import ConsistencyError

__all__ = [
    "Drawing",
    "Ellipse",
    "Label",
    "Polygon",
    "Segment",
    "Shape",
    "encode_picture",
    "fit_width",
    "veil",
]

WIDEST_PX = 960
"""No picture is wider. [px]"""

_JPEG_QUALITY = 78
_VEILED_WIDTH_PX = 320
_VEILED_CELLS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Polygon:
    """A closed outline."""

    kind: ClassVar[str] = "polygon"
    role: str
    """What it stands for: names its style and its line in the legend."""
    points: tuple[tuple[float, float], ...]
    """Corners. [px]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipse:
    """An ellipse of uncertainty, or a dot."""

    kind: ClassVar[str] = "ellipse"
    role: str
    """What it stands for."""
    x: float
    """Centre. [px]"""
    y: float
    """Centre. [px]"""
    rx: float
    """First half axis. [px]"""
    ry: float
    """Second half axis. [px]"""
    angle_deg: float = 0.0
    """Direction of the first axis from x towards y. [deg]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A straight line."""

    kind: ClassVar[str] = "segment"
    role: str
    """What it stands for."""
    x1: float
    """Start. [px]"""
    y1: float
    """Start. [px]"""
    x2: float
    """End. [px]"""
    y2: float
    """End. [px]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A short text."""

    kind: ClassVar[str] = "label"
    role: str
    """What it stands for."""
    x: float
    """Where it begins or ends. [px]"""
    y: float
    """Base line. [px]"""
    text: str
    """The text."""
    anchor: str = "start"
    """"start", "middle" or "end"."""


Shape = Polygon | Ellipse | Segment | Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A picture, what is drawn over it, and how it is described."""

    picture: str
    """Data URI of the JPEG."""
    width: int
    """Width of the picture. [px]"""
    height: int
    """Height of the picture. [px]"""
    alt: str
    """What it shows, for those who don't see it."""
    shapes: tuple[Shape, ...] = ()
    """Shapes, from bottom to top."""
    legend: tuple[tuple[str, str], ...] = ()
    """Role and meaning of what is drawn."""
    veiled: str | None = None
    """Data URI of a blurred grey derivative to be shown instead until the clear picture is asked
    for; None when the picture is not graphic."""


def fit_width(
    picture: NDArray[np.uint8], widest_px: int = WIDEST_PX
) -> tuple[NDArray[np.uint8], float]:
    """Shrink a picture to at most `widest_px`; never enlarge.

    Returns:
        The picture and the factor by which it was scaled.
    """
    width = picture.shape[1]
    if width <= widest_px:
        return picture, 1.0
    factor = widest_px / width
    size = (widest_px, max(round(picture.shape[0] * factor), 1))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8), factor


def encode_picture(picture: NDArray[np.uint8]) -> str:
    """Encode a picture (h, w) or (h, w, 3), blue first, as JPEG in a data URI.

    Raises:
        ConsistencyError: OpenCV cannot encode it.
    """
    done, content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not done:
        raise ConsistencyError(
            "picture", f"of shape {picture.shape} cannot be encoded", remedy="Report this fault."
        )
    return "data:image/jpeg;base64," + base64.b64encode(content.tobytes()).decode("ascii")


def veil(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a small grey derivative in which no detail is left.

    It is reduced to `_VEILED_CELLS` cells across before it is smoothed, so that no filter can
    bring the picture back.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) if picture.ndim == 3 else picture  # noqa: PLR2004
    height, width = grey.shape
    shown = (_VEILED_WIDTH_PX, max(round(_VEILED_WIDTH_PX * height / width), 1))
    cells = (_VEILED_CELLS, max(round(_VEILED_CELLS * height / width), 1))
    coarse = cv2.resize(grey, cells, interpolation=cv2.INTER_AREA)
    smooth = cv2.resize(coarse, shown, interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.GaussianBlur(smooth, (0, 0), 6.0), dtype=np.uint8)
