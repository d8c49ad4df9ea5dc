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
    standing = [np.zeros(len(frame.points), dtype=np.int64) for frame in frames]
    seen = np.zeros(len(frames), dtype=np.int64)
    for lag in _LAGS:
        for index, (frame, other) in enumerate(zip(frames, frames[lag * apart :], strict=False)):
            later = index + lag * apart
            seen[[index, later]] += 1
            here, there = _alike(frame, other)
            standing[index][here] += 1
            standing[later][there] += 1
    return tuple(
        _without(frame, marks * 2 >= count) if count else frame
        for frame, marks, count in zip(frames, standing, seen.tolist(), strict=True)
    )


def _without(frame: LocalFeatures, marked: NDArray[np.bool_]) -> LocalFeatures:
    """Leave out the marked features, unless they are most of them, or there are none at all."""
    if not len(marked) or marked.mean() > _STILL_SHARE:
        return frame
    return LocalFeatures(points=frame.points[~marked], descriptors=frame.descriptors[~marked])


def _alike(
    frame: LocalFeatures, other: LocalFeatures
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which features of each of two frames have one like them at the same place in the other.

    Both ways at once: what is like the other is so from either side.
    """
    here = np.zeros(len(frame.points), dtype=np.bool_)
    there = np.zeros(len(other.points), dtype=np.bool_)
    if not len(here) or not len(there):
        return here, there
    across = np.abs(frame.points[:, 0, None] - other.points[None, :, 0]) <= _NEAR_PX
    down = np.abs(frame.points[:, 1, None] - other.points[None, :, 1]) <= _NEAR_PX
    rows, columns = np.nonzero(across & down)
    apart = np.bitwise_xor(frame.descriptors[rows], other.descriptors[columns])
    like = np.bitwise_count(apart.view(np.uint64)).sum(axis=1) <= _LIKE_BITS
    here[rows[like]] = True
    there[columns[like]] = True
    return here, there
