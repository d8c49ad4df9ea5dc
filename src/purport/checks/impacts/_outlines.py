"""How far the outline of an effect leaves open where it began.

A flash in its first moment is a round disc, and it began in its middle. Where it is drawn out along
a street, has bays, or breaks out in several places at once (from the windows of a house, say), it
may have begun anywhere between.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["irregularity_px"]

_ALONG = 0.4
"""Standard uncertainty along a drawn-out effect, per axis, over half of what its length exceeds its
width by: that of a point anywhere along a line, 1 / √6."""
_ROUND = 0.06
"""Half the length less half the width of what still counts as round, over the radius."""
_WHOLE = 0.96
"""Share of its hull that a disc of pixels with a soft rim fills."""
_LEAST_PIECE = 0.01
"""Area over that of the largest piece from which a piece counts as another outbreak."""
_LEAST_PIECE_PX = 25
"""Smallest such piece: less is debris. [px]"""
_SEVERAL = 3
"""Pieces from which an effect breaks out in several places; a single one beside it is chance."""

FloatArray = NDArray[np.float64]
Mask = NDArray[np.bool_]


def irregularity_px(core: Mask, disc: Mask, *, valid: Mask) -> float:
    """Return the standard uncertainty per axis of where an effect of this outline began. [px]

    Args:
        core: Where the effect covers the ground (height, width).
        disc: Hull of its main pieces, whose middle is taken for where it began (height, width).
        valid: Where nothing hides it (height, width); what is hidden is no bay.
    """
    rows, columns = np.nonzero(disc)
    places = np.column_stack([columns, rows]).astype(np.float64)
    spread = np.linalg.eigvalsh(np.cov(places.T))
    short, long = 2.0 * np.sqrt(np.maximum(spread, 0.0))
    radius = math.sqrt(len(rows) / math.pi)
    filled = float(np.count_nonzero((core | ~valid) & disc)) / len(rows)
    return math.hypot(
        _ALONG * max(float(long - short) - _ROUND * radius, 0.0),
        max(_WHOLE - filled, 0.0) * radius,
        _apart_px(core | (disc & ~valid), places.mean(axis=0)),
    )


def _apart_px(core: Mask, middle: FloatArray) -> float:
    """Return the root mean square distance of the pieces from the middle, by their radii. [px]

    The piece in the middle counts as there.
    """
    _, _, stats, centres = cv2.connectedComponentsWithStats(core.astype(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA].astype(np.float64)
    kept = areas >= max(_LEAST_PIECE * float(areas.max(initial=0.0)), _LEAST_PIECE_PX)
    if int(np.count_nonzero(kept)) < _SEVERAL:
        return 0.0
    radii = np.sqrt(areas[kept] / math.pi)
    away = np.linalg.norm(centres[1:][kept] - middle, axis=1)
    away[away < radii] = 0.0
    return math.sqrt(float((radii * away**2).sum()) / (2.0 * float(radii.sum())))
