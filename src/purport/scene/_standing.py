"""What stands still on the picture while the ground moves under it, told from linked frames.

A frame is compared with a key twice: pixel by pixel, and with the key laid on it by its link. Where
graphics are burnt in, the first difference is small and the second large; on ground it is the
other way round. A pixel or so of movement is enough, where the averaged gradients of `_overlays`
need several.
"""

from collections import deque
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["StandingGraphics"]

_IN_A_BLOCK = 12
_LEAST_SAMPLES = 4
_LEAST_LEVELS = 12.0
_LEAST_STEP = 60.0
_STILL_RATIO = 0.5
_MOVES_RATIO = 1.0
_MOVING_SHARE = 0.3
_SMOOTH_PX = 3
_GROWTH_PX = 5
_SMALLEST_AREA_PX = 12
_LARGEST_SHARE = 0.4
_FEW_BLOCKS = 2

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Matrix = NDArray[np.float64]


@dataclass(slots=True, eq=False)
class StandingGraphics:
    """Graphics of one shot, by blocks of 12 comparisons."""

    shape: tuple[int, int]
    """Rows and columns."""
    blocks: int = 0
    """Finished blocks that had anything to tell."""
    _times: NDArray[np.int32] = field(init=False)
    _latest: deque[Mask] = field(init=False)
    _still: NDArray[np.float32] = field(init=False)
    _laid: NDArray[np.float32] = field(init=False)
    _edge: NDArray[np.float32] = field(init=False)
    _all_still: NDArray[np.float32] = field(init=False)
    _all_laid: NDArray[np.float32] = field(init=False)
    _all: int = 0
    _count: int = 0

    def __post_init__(self) -> None:
        """Begin the first block."""
        self._all_still = np.zeros(self.shape, dtype=np.float32)
        self._all_laid = np.zeros(self.shape, dtype=np.float32)
        self._times = np.zeros(self.shape, dtype=np.int32)
        self._latest = deque(maxlen=_FEW_BLOCKS)
        self._begin()

    def add(self, picture: Image, key: Image, onto: Matrix) -> bool:
        """Compare a frame with a key.

        Args:
            picture: The frame, locally normalised.
            key: The key, locally normalised.
            onto: Homography from the key to the frame (3, 3).

        Returns:
            Whether `mask` may have changed.
        """
        height, width = self.shape
        laid = cv2.warpPerspective(key, onto, (width, height))
        seen = cv2.warpPerspective(
            np.full(self.shape, 255, dtype=np.uint8), onto, (width, height), flags=cv2.INTER_NEAREST
        )
        cv2.accumulate(cv2.absdiff(picture, key), self._still, mask=seen)
        cv2.accumulate(cv2.absdiff(picture, laid), self._laid, mask=seen)
        steps = cv2.morphologyEx(picture, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
        cv2.accumulate(steps, self._edge)
        self._count += 1
        if self._count == _IN_A_BLOCK:
            self.end_block()
            return True
        return self.blocks == 0 and self._count == _LEAST_SAMPLES

    def end_block(self) -> None:
        """Close the block at hand when it has anything to tell."""
        mask = self._tell()
        if mask is not None:
            self.blocks += 1
            self._times += mask
            self._latest.append(mask)
        self._all_still += self._still
        self._all_laid += self._laid
        self._all += self._count
        self._begin()

    def without_ground(self, mask: Mask) -> Mask:
        """Leave out the patches of a mask that the comparisons show to move with the ground."""
        if self._all < _LEAST_SAMPLES:
            return mask
        still = cv2.blur(self._all_still, (_SMOOTH_PX, _SMOOTH_PX))
        laid = cv2.blur(self._all_laid, (_SMOOTH_PX, _SMOOTH_PX))
        moves = (still > _MOVES_RATIO * laid) & (still > _LEAST_LEVELS * self._all)
        count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
        areas = np.bincount(labels.ravel(), minlength=count)
        moving = np.bincount(labels[moves], minlength=count)
        kept = moving < _MOVING_SHARE * areas
        kept[0] = False
        return np.asarray(kept[labels], dtype=np.bool_)

    def recent(self) -> Mask | None:
        """Return the graphics of the last blocks and the one at hand; None when not known."""
        masks = list(self._latest)
        current = self._tell()
        if current is not None:
            masks.append(current)
        return np.logical_or.reduce(masks) if masks else None

    def lasting(self) -> Mask | None:
        """Return graphics that stand through at least two blocks; None when not known.

        Where there are no more than two blocks, one is enough.
        """
        if self.blocks == 0:
            return None
        return np.asarray(self._times >= (2 if self.blocks > _FEW_BLOCKS else 1), dtype=np.bool_)

    def _begin(self) -> None:
        self._still = np.zeros(self.shape, dtype=np.float32)
        self._laid = np.zeros(self.shape, dtype=np.float32)
        self._edge = np.zeros(self.shape, dtype=np.float32)
        self._count = 0

    def _tell(self) -> Mask | None:
        if self._count < _LEAST_SAMPLES:
            return None
        still = cv2.blur(self._still, (_SMOOTH_PX, _SMOOTH_PX))
        laid = cv2.blur(self._laid, (_SMOOTH_PX, _SMOOTH_PX))
        # ground over which the key's own graphics are laid differs too, but has no edges there
        edge = self._edge > _LEAST_STEP * self._count
        marked = edge & (laid > _LEAST_LEVELS * self._count) & (still < _STILL_RATIO * laid)
        mask = _tidy(marked)
        return mask if float(mask.mean()) < _LARGEST_SHARE else None


def _tidy(marked: Mask) -> Mask:
    """Drop specks, close gaps between strokes, grow by a margin."""
    kernel = np.ones((_GROWTH_PX, _GROWTH_PX), np.uint8)
    closed = cv2.morphologyEx(marked.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    large = np.zeros(count, dtype=np.uint8)
    large[1:] = stats[1:, cv2.CC_STAT_AREA] >= _SMALLEST_AREA_PX
    return np.asarray(cv2.dilate(large[labels], kernel) > 0, dtype=np.bool_)
