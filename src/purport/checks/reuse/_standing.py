"""Burnt-in graphics among local features: what stands still on a picture that moves."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from purport.checks.reuse._features import LocalFeatures

__all__ = ["without_standing"]

_NEAR_PX = 1.5
_LIKE_BITS = 40
_STILL_SHARE = 0.6
_LAGS = (2, 4)


def without_standing(frames: Sequence[LocalFeatures], *, apart: int) -> tuple[LocalFeatures, ...]:
    """Leave out the features that stand still while most others don't.

    A feature stands when, some seconds earlier or later, one like it is within 1.5 px of its
    place. Where more than 60 % stand, the view itself is still and nothing is left out.

    Args:
        frames: Features of frames in order of time.
        apart: How many frames make about a second.
    """
    made = []
    for index, frame in enumerate(frames):
        standing = np.zeros(len(frame.points), dtype=np.int64)
        seen = 0
        for lag in _LAGS:
            for other in (index - lag * apart, index + lag * apart):
                if 0 <= other < len(frames):
                    seen += 1
                    standing += _stands(frame, frames[other])
        marked = standing * 2 >= max(seen, 1)
        if not seen or not len(marked) or marked.mean() > _STILL_SHARE:
            made.append(frame)
        else:
            made.append(
                LocalFeatures(points=frame.points[~marked], descriptors=frame.descriptors[~marked])
            )
    return tuple(made)


def _stands(frame: LocalFeatures, other: LocalFeatures) -> NDArray[np.bool_]:
    """Tell which features have one like them at the same place in another frame."""
    if not len(frame.points) or not len(other.points):
        return np.zeros(len(frame.points), dtype=np.bool_)
    across = np.abs(frame.points[:, 0, None] - other.points[None, :, 0]) <= _NEAR_PX
    down = np.abs(frame.points[:, 1, None] - other.points[None, :, 1]) <= _NEAR_PX
    rows, columns = np.nonzero(across & down)
    differing = np.bitwise_count(frame.descriptors[rows] ^ other.descriptors[columns]).sum(axis=1)
    stands = np.zeros(len(frame.points), dtype=np.bool_)
    stands[rows[differing <= _LIKE_BITS]] = True
    return stands
