"""What a frame shows at working size that thumbnails average away: fine detail, and small changes.

Repeated, blended, enlarged and blurred pictures betray themselves there. All measures are of luma
at working size (at most 640 px wide).
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.scene._columns import Column
from purport.scene._spool import Spool
from purport.scene.records import DETAIL_TILES, FineMeasures

__all__ = ["FineChange", "FineChanges", "FineColumns", "FrameDetail", "measure_detail"]

_LEVELS_A_UNIT = 8.0
_BEND = np.array([1, -2, 1], dtype=np.float32)

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrameDetail:
    """The fine detail of one frame."""

    tiles: Image
    """Mean absolute difference of horizontal neighbours by tile (32, 32). [eighths of a level]"""
    grain: float
    """Mean absolute response to a mask that plane slopes and straight edges along the axes leave
    at nought: sensor noise and the finest texture. [levels]"""


def measure_detail(small: Image) -> FrameDetail:
    """Measure the fine detail of a frame at working size.

    References:
        J. Immerkær (1996), "Fast noise variance estimation", for the mask.
    """
    steps = cv2.absdiff(small[:, 1:], small[:, :-1])
    rows, columns = steps.shape
    # the mean over areas as two matrix products: three times faster than cv2.resize by area
    tiles = _areas(rows) @ steps.astype(np.float32) @ _areas(columns).T
    grain = cv2.convertScaleAbs(cv2.sepFilter2D(small, cv2.CV_16S, _BEND, _BEND))
    return FrameDetail(
        tiles=np.clip(np.rint(tiles * _LEVELS_A_UNIT), 0, 255).astype(np.uint8),
        grain=float(cv2.mean(grain)[0]),
    )


@lru_cache(maxsize=8)
def _areas(cells: int) -> NDArray[np.float32]:
    """Return the weights that average cells over 32 like stretches of them (32, cells).

    A stretch may begin and end within a cell, whose share then counts.
    """
    edges = np.linspace(0.0, cells, DETAIL_TILES + 1)[:, None]
    covered = np.clip(edges - np.arange(cells), 0.0, 1.0)
    weights = (covered[1:] - covered[:-1]) * (DETAIL_TILES / cells)
    return np.asarray(weights, dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class FineChange:
    """What changed from frame to frame. [levels]"""

    step: float
    """Mean absolute difference to the frame before; 0 for the first."""
    bend_before: float
    """Twice that of the frame before to the mean of its neighbours; 0 for the first two frames."""


class FineChanges:
    """Compares each frame with the two before it."""

    def __init__(self) -> None:
        self._last: Image | None = None
        self._last_but_one: Image | None = None

    def add(self, small: Image) -> FineChange:
        """Take the next frame at working size."""
        last, last_but_one = self._last, self._last_but_one
        self._last, self._last_but_one = small, last
        step = 0.0 if last is None else float(cv2.mean(cv2.absdiff(small, last))[0])
        if last is None or last_but_one is None:
            return FineChange(step=step, bend_before=0.0)
        middle = cv2.addWeighted(small, 0.5, last_but_one, 0.5, 0.0)
        return FineChange(
            step=step, bend_before=2.0 * float(cv2.mean(cv2.absdiff(last, middle))[0])
        )


class FineColumns:
    """The fine measures of all frames so far."""

    def __init__(self) -> None:
        self._step, self._bend, self._grain, self._quantiser = (
            Column(np.float32) for _ in range(4)
        )
        self._tiles = Spool((DETAIL_TILES, DETAIL_TILES))
        self._types: list[str] = []

    def add(
        self,
        change: FineChange,
        detail: FrameDetail,
        picture_type: str,
        quantiser: float | None,
    ) -> None:
        """Add the next frame."""
        if self._types:
            self._bend.values[-1] = change.bend_before
        self._step.append(change.step)
        self._bend.append(0.0)
        self._grain.append(detail.grain)
        self._quantiser.append(np.nan if quantiser is None else quantiser)
        self._tiles.put(detail.tiles)
        self._types.append(picture_type)

    def finish(self) -> FineMeasures:
        """Return the measures, read-only."""
        columns = [
            column.values for column in (self._step, self._bend, self._grain, self._quantiser)
        ]
        for column in columns:
            column.flags.writeable = False
        types = np.array(self._types, dtype="S1")
        types.flags.writeable = False
        return FineMeasures(
            step=columns[0],
            bend=columns[1],
            grain=columns[2],
            tiles=self._tiles.mapped(),
            picture_types=types,
            quantiser=columns[3],
        )
