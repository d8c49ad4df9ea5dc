"""What is asked of an index: the points of a view as it is and stretched, in either contrast."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.place._features import Features, detect_features, joined, take

__all__ = ["Asked", "asked_of", "thinned"]

FloatArray = NDArray[np.float64]

_STRETCHES = (1.0, 1.7)
"""Of the picture's height: makes up for foreshortening by a camera that is held level."""
_REDUCE_BY, _WIDE_PX = 2, 480
"""How many times pictures from such a width on are reduced first. Their finest detail is seldom in
the reference, and differs most between sensors: of five development clips with few votes, four of
them infrared, the right place had 1.3 to 2.7 times as many, and chance no more."""
_MOST_POINTS = 1200
_DETECTED = 2400
_THREADS = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """Points of a picture as it is, and of the picture stretched; n points."""

    features: Features
    """The points, in pixels of the picture or of the stretched picture (n)."""
    from_centre: FloatArray
    """From the middle of that picture to each point (n, 2). [px]"""
    size: tuple[int, int]
    """Width and height of the picture. [px]"""


def asked_of(luma: NDArray[np.uint8], usable: NDArray[np.bool_]) -> Asked:
    """Find the points of a picture, and of the picture stretched, as many of each.

    Args:
        luma: The picture (height, width).
        usable: False where no point may lie (height, width).
    """
    height, width = luma.shape
    share = _MOST_POINTS // len(_STRETCHES)
    with ThreadPoolExecutor(_THREADS) as pool:
        found = pool.map(lambda stretch: _stretched(luma, usable, stretch), _STRETCHES)
        parts = [_fewer(one, share) for one in found]
    middles = [((width - 1) / 2, (round(height * stretch) - 1) / 2) for stretch in _STRETCHES]
    return Asked(
        features=joined(parts),
        from_centre=np.concatenate(
            [part.points - middle for part, middle in zip(parts, middles, strict=True)]
        ),
        size=(width, height),
    )


def thinned(asked: Asked, every: int) -> Asked:
    """Return one in so many of the points, of the picture as it is and stretched alike."""
    chosen = np.arange(0, len(asked.features), every)
    return Asked(
        features=take(asked.features, chosen),
        from_centre=asked.from_centre[chosen],
        size=asked.size,
    )


def _stretched(luma: NDArray[np.uint8], usable: NDArray[np.bool_], stretch: float) -> Features:
    """Find the points of a picture whose height is stretched, in its pixels at full size."""
    height, width = luma.shape
    whole = (width, round(height * stretch))
    reduce_by = _REDUCE_BY if width >= _WIDE_PX else 1
    size = (round(whole[0] / reduce_by), round(whole[1] / reduce_by))
    if size != (width, height):
        way = cv2.INTER_AREA if reduce_by > 1 else cv2.INTER_LINEAR
        luma = np.asarray(cv2.resize(luma, size, interpolation=way), dtype=np.uint8)
        area = cv2.resize(usable.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        usable = np.asarray(area, dtype=bool)
    found = detect_features(luma, usable, most=_DETECTED)
    ratio = np.array([whole[0] / size[0], whole[1] / size[1]])
    # The centre of the first pixel is (0, 0) at both sizes.
    return replace(
        found,
        points=(found.points + 0.5) * ratio - 0.5,
        sizes=found.sizes * float(ratio.mean()),
    )


def _fewer(features: Features, most: int) -> Features:
    """Return the points of all sizes thinned evenly."""
    count = min(len(features), most)
    return take(features, np.linspace(0, len(features) - 1, count).round().astype(np.intp))
