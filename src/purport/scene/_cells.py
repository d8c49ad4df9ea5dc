"""Small parts of the picture whose content comes back every second: the digits of a clock.

The digit that counts tenths of a second, or frames, shows the same again a second later and
something else half a second later. Ground that moves under the camera does not come back, and
graphics that stand still do not change. Every second or so the pictures of the last three seconds
are asked where that is so. What such cells show, at working size, is then kept for every frame,
from as far back as pictures are at hand.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.scene._measuring import Measured
from purport.scene._spool import Spool
from purport.scene.records import TickingCell

__all__ = ["CellKeeper", "find_cells", "sharpened"]

_BLOCK_S, _HOP_S, _LATER_HOP_S = 3.0, 1.5, 6.0
_EARLY_S = 12.0
_FEWEST_FRAMES = 25
_BACK_S = 1.0
_ASIDE_S = (0.5, 0.35, 0.65, 0.42, 0.58)
"""Whole and broken parts of the second after which a picture is compared. [s]"""
_PAIRS = 14
_SMOOTH_PX = (3, 5)
_LEAST_CHANGE, _PLUS_CHANGE = 10.0, 20.0
_LEAST_SCORE = 0.15
_SAME_CELL = 0.4
_MARGIN_PX = 2
_LARGEST_PX = (48, 32)
_SMALLEST_PX = 5
_WIDEST = 1.5
"""Largest width of a cell, of its height: two digits side by side."""
_MOST_CELLS, _MOST_IN_A_BLOCK = 6, 4
_UNCONFIRMED_S = 60.0
_BLUR_PX = 7
_MIDDLE = 128.0
_MOST_FRAMES, _MOST_BYTES = 240, 40_000_000

Image = NDArray[np.uint8]
Box = tuple[int, int, int, int]
"""Left, top, right (not in it), bottom (not in it), at working size."""


@dataclass(frozen=True, slots=True)
class _Seen:
    index: int
    at_s: float
    small: Image


@dataclass(slots=True, eq=False)
class _Kept:
    """A cell that is being kept."""

    box: Box
    first: int
    score: float
    confirmed_s: float
    spool: Spool = field(init=False)
    count: int = 0

    def __post_init__(self) -> None:
        """Begin an empty file."""
        left, top, right, bottom = self.box
        self.spool = Spool((bottom - top, right - left))

    def add(self, small: Image) -> None:
        """Keep what the cell shows in the next frame."""
        left, top, right, bottom = self.box
        self.spool.put(small[top:bottom, left:right])
        self.count += 1


class CellKeeper:
    """Finds and keeps cells as frames come.

    Args:
        time_base: Length of a tick. [s]
        scale: Working size over display size.
    """

    def __init__(self, time_base: Fraction, scale: float) -> None:
        self._time_base, self._scale = float(time_base), scale
        self._recent: deque[_Seen] = deque(maxlen=_MOST_FRAMES)
        self._cells: list[_Kept] = []
        self._ended: list[_Kept] = []
        self._begun_s: float | None = None
        self._asked_s = 0.0

    def offer(self, frame: Measured) -> None:
        """Take the next frame."""
        at_s = frame.pts * self._time_base
        if self._begun_s is None:
            self._begun_s, self._asked_s = at_s, at_s + _BLOCK_S - _HOP_S
        for cell in self._cells:
            cell.add(frame.small)
        self._recent.append(_Seen(frame.index, at_s, frame.small))
        while len(self._recent) * frame.small.size > _MOST_BYTES:
            self._recent.popleft()
        hop_s = _HOP_S if at_s - self._begun_s < _EARLY_S else _LATER_HOP_S
        if at_s - self._asked_s >= hop_s:
            self._ask(at_s)

    def finish(self) -> tuple[TickingCell, ...]:
        """Return the cells, by their first frame and place."""
        if self._recent and self._recent[-1].at_s > self._asked_s:
            self._ask(self._recent[-1].at_s)
        kept = sorted([*self._ended, *self._cells], key=lambda cell: (cell.first, cell.box))
        return tuple(
            TickingCell(
                box=_to_display(cell.box, self._scale),
                first=cell.first,
                pictures=cell.spool.mapped(),
            )
            for cell in kept
        )

    def _ask(self, at_s: float) -> None:
        self._asked_s = at_s
        block = [seen for seen in self._recent if seen.at_s > at_s - _BLOCK_S]
        times_s = np.array([seen.at_s for seen in block])
        for score, box in find_cells([seen.small for seen in block], times_s):
            self._take(score, box, at_s)
        for cell in [one for one in self._cells if at_s - one.confirmed_s > _UNCONFIRMED_S]:
            self._end(cell)

    def _take(self, score: float, box: Box, at_s: float) -> None:
        for cell in self._cells:
            if _meet(cell.box, box):
                cell.score, cell.confirmed_s = max(cell.score, score), at_s
                return
        if len(self._cells) == _MOST_CELLS:
            weakest = min(self._cells, key=lambda cell: cell.score)
            if weakest.score >= score:
                return
            self._end(weakest)
        cell = _Kept(box=box, first=self._recent[0].index, score=score, confirmed_s=at_s)
        for seen in self._recent:
            cell.add(seen.small)
        self._cells.append(cell)

    def _end(self, cell: _Kept) -> None:
        self._cells.remove(cell)
        self._ended.append(cell)


def find_cells(pictures: Sequence[Image], times_s: NDArray[np.float64]) -> list[tuple[float, Box]]:
    """Find where pictures of about three seconds show the same again a second later.

    Args:
        pictures: At working size.
        times_s: Their presentation times, increasing.

    Returns:
        Up to four cells with their scores (0 to 1), the clearest first.
    """
    later = np.flatnonzero(times_s >= times_s[0] + _BACK_S) if len(times_s) else np.empty(0, int)
    if len(pictures) < _FEWEST_FRAMES or len(later) < _PAIRS // 2:
        return []
    asked = later[np.unique(np.linspace(0, len(later) - 1, _PAIRS).round().astype(int))]
    shown: dict[int, Image] = {}
    back = _mean_change(pictures, times_s, asked, lags_s=(_BACK_S,), shown=shown)
    aside = _mean_change(pictures, times_s, asked, lags_s=_ASIDE_S, shown=shown)
    back, aside = (cv2.blur(part, _SMOOTH_PX) for part in (back, aside))
    scores = np.where(aside > _LEAST_CHANGE, (aside - back) / (aside + _PLUS_CHANGE), 0.0)
    return list(_peaks(scores))


def sharpened(picture: Image) -> Image:
    """Take out what is larger than a stroke; 128 where nothing is left."""
    smooth = cv2.blur(picture, (_BLUR_PX, _BLUR_PX))
    return np.asarray(cv2.addWeighted(picture, 1.0, smooth, -1.0, _MIDDLE), dtype=np.uint8)


def _mean_change(
    pictures: Sequence[Image],
    times_s: NDArray[np.float64],
    asked: NDArray[np.intp],
    *,
    lags_s: Sequence[float],
    shown: dict[int, Image],
) -> NDArray[np.float32]:
    """Return the mean absolute difference of pictures to those a lag before, lags in turn.

    Pictures that were sharpened are kept in `shown`.
    """
    total = np.zeros(pictures[0].shape, dtype=np.float32)
    for number, late in enumerate(asked.tolist()):
        wanted = times_s[late] - lags_s[number % len(lags_s)]
        early = int(np.argmin(np.abs(times_s - wanted)))
        for index in (late, early):
            if index not in shown:
                shown[index] = sharpened(pictures[index])
        cv2.accumulate(cv2.absdiff(shown[late], shown[early]), total)
    return np.asarray(total / np.float32(len(asked)), dtype=np.float32)


def _peaks(scores: NDArray[np.float64]) -> Iterator[tuple[float, Box]]:
    rows, columns = scores.shape
    left_over = scores.copy()
    for _ in range(_MOST_IN_A_BLOCK):
        y, x = (int(one) for one in np.unravel_index(int(np.argmax(left_over)), scores.shape))
        best = float(left_over[y, x])
        if best < _LEAST_SCORE:
            return
        wide, high = (size // 2 for size in _LARGEST_PX)
        window = slice(max(y - high, 0), y + high), slice(max(x - wide, 0), x + wide)
        near = (scores[window] > _SAME_CELL * best).astype(np.uint8)
        _, labels = cv2.connectedComponents(near)
        own = labels == labels[y - window[0].start, x - window[1].start]
        ys, xs = (np.flatnonzero(own.any(axis=axis)) for axis in (1, 0))
        box = (
            max(window[1].start + int(xs[0]) - _MARGIN_PX, 0),
            max(window[0].start + int(ys[0]) - _MARGIN_PX, 0),
            min(window[1].start + int(xs[-1]) + 1 + _MARGIN_PX, columns),
            min(window[0].start + int(ys[-1]) + 1 + _MARGIN_PX, rows),
        )
        left_over[box[1] : box[3], box[0] : box[2]] = 0.0
        if _is_digit_like(box):
            yield best, box


def _is_digit_like(box: Box) -> bool:
    """Tell whether one digit or two may fill a box."""
    width, height = box[2] - box[0], box[3] - box[1]
    return min(width, height) >= _SMALLEST_PX and width <= _WIDEST * height


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _to_display(box: Box, scale: float) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(one / scale) for one in box)
    return left, top, right, bottom
