"""Structure of thumbnails: what stays the same when brightness, gain or polarity change.

A cut replaces the structure of the picture; a flash, an exposure step or a switch from white-hot to
black-hot hides or rescales it. So likeness is measured on gradient magnitudes, over small shifts.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "THUMBNAIL_PX",
    "edges_of",
    "flat_share",
    "likeness",
    "make_thumbnail",
    "textured_share",
]

THUMBNAIL_PX = 64
"""Side of a thumbnail. [px]"""

_QUARTER = 4
_SHIFT_PX = 8
_TILES = 8
_DETAIL_PX = 9
_TEXTURE_SD = 1.5
_FLAT_LEVELS = 4

Image = NDArray[np.uint8]
Edges = NDArray[np.float32]


def make_thumbnail(luma: Image) -> Image:
    """Average the picture over 64×64 areas, whatever its aspect."""
    height, width = luma.shape
    if width % _QUARTER == 0 and height % _QUARTER == 0 and height >= _QUARTER * THUMBNAIL_PX:
        # a step of whole pixels first is several times faster and changes no level by more than 1
        size = (width // _QUARTER, height // _QUARTER)
        luma = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    small = cv2.resize(luma, (THUMBNAIL_PX, THUMBNAIL_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def edges_of(thumbnail: Image) -> Edges:
    """Return the gradient magnitude of a thumbnail, compressed so that no edge dominates."""
    horizontal = cv2.Sobel(thumbnail, cv2.CV_32F, 1, 0)
    vertical = cv2.Sobel(thumbnail, cv2.CV_32F, 0, 1)
    return np.asarray(np.sqrt(cv2.magnitude(horizontal, vertical)), dtype=np.float32)


def textured_share(thumbnail: Image) -> float:
    """Return the share of 8×8 tiles of a thumbnail that show any structure.

    Graphics fill few tiles, so a picture that is black, white or fogged but for its graphics has a
    small share.
    """
    wide = thumbnail.astype(np.float32)
    detail = wide - cv2.blur(wide, (_DETAIL_PX, _DETAIL_PX))
    power = cv2.resize(detail * detail, (_TILES, _TILES), interpolation=cv2.INTER_AREA)
    return float(np.mean(power > _TEXTURE_SD**2))


def flat_share(thumbnail: Image) -> float:
    """Return the share of a thumbnail within 4 levels of its median luma."""
    counts = np.cumsum(np.bincount(thumbnail.ravel(), minlength=256))
    middle = int(np.searchsorted(counts, thumbnail.size // 2, side="right"))
    below = int(counts[middle - _FLAT_LEVELS - 1]) if middle > _FLAT_LEVELS else 0
    return (int(counts[min(middle + _FLAT_LEVELS, 255)]) - below) / thumbnail.size


def likeness(edges: Edges, other: Edges) -> float:
    """Correlate two edge pictures at the best shift of up to an eighth of the picture.

    Returns:
        Highest normalised correlation, -1 to 1; 0 where one of them has no structure.
    """
    inner = edges[_SHIFT_PX:-_SHIFT_PX, _SHIFT_PX:-_SHIFT_PX]
    if inner.min() == inner.max() or other.min() == other.max():
        return 0.0
    return float(cv2.matchTemplate(other, inner, cv2.TM_CCOEFF_NORMED).max())
