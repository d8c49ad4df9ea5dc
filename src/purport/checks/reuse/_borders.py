"""Black bars around the picture: where the picture itself lies.

A row or column is bar when most of it is black in nearly every sample; so a logo or a caption that
lies over a bar doesn't hide it. Bars count from an edge inwards.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Box", "find_picture_box"]

_BLACK = 30
_DARK_SHARE = 0.7
_SAMPLES_SHARE = 0.95
_LEAST_SHARE = 0.02
_LEAST_LEFT = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A part of the display picture, as shares of its width and height."""

    left: float = 0.0
    """Left edge. [0 to 1]"""
    top: float = 0.0
    """Upper edge. [0 to 1]"""
    right: float = 1.0
    """Right edge. [0 to 1]"""
    bottom: float = 1.0
    """Lower edge. [0 to 1]"""


def find_picture_box(samples: NDArray[np.uint8]) -> Box:
    """Find the part of the picture inside black bars.

    Args:
        samples: Small luma pictures (n, rows, columns) from all over the video.

    Returns:
        The whole picture when there are no bars, or when too little would be left.
    """
    dark = samples <= _BLACK
    lit = ~dark.all(axis=(1, 2))
    if not lit.any():
        return Box()
    dark = dark[lit]
    top, bottom = _bars(dark.mean(axis=2))
    left, right = _bars(dark[:, round(top * dark.shape[1]) :].mean(axis=1))
    if bottom - top < _LEAST_LEFT or right - left < _LEAST_LEFT:
        return Box()
    return Box(left=left, top=top, right=right, bottom=bottom)


def _bars(shares: NDArray[np.float64]) -> tuple[float, float]:
    """Return where the picture begins and ends, from each line's dark share in each sample."""
    bar = (shares >= _DARK_SHARE).mean(axis=0) >= _SAMPLES_SHARE
    lines = len(bar)
    first = int(np.argmin(bar)) if not bar.all() else 0
    last = lines - int(np.argmin(bar[::-1])) if not bar.all() else lines
    begin = first / lines if first / lines >= _LEAST_SHARE else 0.0
    end = last / lines if 1.0 - last / lines >= _LEAST_SHARE else 1.0
    return begin, end
