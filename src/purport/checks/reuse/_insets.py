"""Pictures that are set into the picture: a rectangle whose border stands still while all moves.

On either side of the border another camera is seen, so that from one side to the other brightness
steps in every frame, and the steps lie in straight lines that never move. Steps of the footage
itself go with the camera. So, averaged over time, the step between neighbouring pixels stands out
along the border from what it is a few pixels off.

An inset is looked for in footage about which is asked only. What is taken for one falsely (a
caption's edge with the bar above it) costs time, and is held to the rules of every other match.
"""

from collections.abc import Iterator
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.reuse._borders import Box

__all__ = ["InsetFinder"]

_WIDEST_PX = 480
_BLOCK = 100
_FEWEST = 8
_MOST_STEP = 40.0
_BESIDE_PX = (3, 4, 5, 6)
_PAD = 8
_TIMES = 1.5
_LEAST_SIDE = 0.25
_LEAST_LINE = 0.6
_LARGEST = 0.8
_LINES = 12
_LINES_APART_PX = 3
_FRAME_PX = 6
_FEWEST_SIDES = 2
_EACH_SIDE = 0.05
_INSETS = 2
_SAME = 0.6

Floats = NDArray[np.float64]


class InsetFinder:
    """Takes the samples of a video one by one and tells where pictures are set into it."""

    def __init__(self) -> None:
        self._across, self._down = np.zeros((0, 0)), np.zeros((0, 0))
        self._count = 0
        self._found: list[tuple[float, Box]] = []

    def take(self, luma: NDArray[np.uint8]) -> None:
        """Add up the steps of a sample."""
        rows, columns = luma.shape
        width = min(columns, _WIDEST_PX)
        size = (width, max(round(rows * width / columns), 1))
        small = cv2.resize(luma, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        if self._across.shape != small.shape:  # at first, and where a stream changes its size
            self._close()
            self._across, self._down = np.zeros(small.shape), np.zeros(small.shape)
        self._across[:, 1:] += np.minimum(np.abs(np.diff(small, axis=1)), _MOST_STEP)
        self._down[1:] += np.minimum(np.abs(np.diff(small, axis=0)), _MOST_STEP)
        self._count += 1
        if self._count == _BLOCK:
            self._close()

    def finish(self) -> tuple[Box, ...]:
        """Return where insets are, the most certain first."""
        self._close()
        kept: list[Box] = []
        for _, box in sorted(self._found, key=lambda one: -one[0]):
            if len(kept) < _INSETS and all(_shared(box, other) < _SAME for other in kept):
                kept.append(box)
        return tuple(kept)

    def _close(self) -> None:
        """Look for rectangles in the steps of some seconds."""
        if self._count >= _FEWEST:
            self._found += _rectangles(self._across / self._count, self._down / self._count)
        self._across, self._down = np.zeros((0, 0)), np.zeros((0, 0))
        self._count = 0


def _rectangles(across: Floats, down: Floats) -> list[tuple[float, Box]]:
    """Return rectangles with borders, and how well their borders are seen."""
    rows, columns = across.shape
    if min(rows, columns) < 4 * _PAD:
        return []
    upright, level = _lines(across), _lines(down.T).T
    along_y = np.pad(upright.cumsum(axis=0, dtype=np.int64), ((1, 0), (0, 0)))
    along_x = np.pad(level.cumsum(axis=1, dtype=np.int64), ((0, 0), (1, 0)))
    xs = [0, *_places(along_y), columns]
    ys = [0, *_places(along_x.T), rows]
    found: list[tuple[float, tuple[int, int, int, int]]] = []
    for left, right in combinations(xs, 2):
        for top, bottom in combinations(ys, 2):
            frame = (left, top, right, bottom)
            if _may_be(frame, rows, columns):
                seen = _border(frame, along_x, along_y)
                if len(seen) >= _FEWEST_SIDES and min(seen) >= _LEAST_LINE:
                    found.append((min(seen) + _EACH_SIDE * len(seen), frame))
    found.sort(reverse=True)
    kept: list[tuple[float, Box]] = []
    for score, (left, top, right, bottom) in found:
        box = Box(left=left / columns, top=top / rows, right=right / columns, bottom=bottom / rows)
        if len(kept) < _INSETS and all(_shared(box, other) < _SAME for _, other in kept):
            kept.append((score, box))
    return kept


def _lines(steps: Floats) -> NDArray[np.bool_]:
    """Tell where the step from the column before stands out from those a few columns off."""
    columns = steps.shape[1]
    padded = np.pad(steps, ((0, 0), (_PAD, _PAD)), mode="edge")

    def off(by: int) -> Floats:
        return np.asarray(padded[:, _PAD + by : _PAD + by + columns])

    here = np.maximum(steps, np.maximum(off(-1), off(1)))
    before = np.mean([off(-by) for by in _BESIDE_PX], axis=0)
    after = np.mean([off(by) for by in _BESIDE_PX], axis=0)
    return np.asarray(here > _TIMES * (np.maximum(before, after) + 1.0))


def _places(along: NDArray[np.int64]) -> list[int]:
    """Return the columns on which the longest lines lie, from left to right."""
    length = along.shape[0] - 1
    window = max(int(_LEAST_SIDE * length), _PAD)
    seen = ((along[window:] - along[:-window]) / window).max(axis=0)
    seen[:_FRAME_PX] = seen[-_FRAME_PX:] = 0.0
    kept: list[int] = []
    while len(kept) < _LINES and seen.max() >= _LEAST_LINE:
        best = int(np.argmax(seen))
        kept.append(best)
        seen[max(0, best - _LINES_APART_PX + 1) : best + _LINES_APART_PX] = 0.0
    return sorted(kept)


def _may_be(frame: tuple[int, int, int, int], rows: int, columns: int) -> bool:
    """Tell whether a rectangle is large enough, and touches no two opposite edges."""
    left, top, right, bottom = frame
    wide, high = right - left, bottom - top
    return (
        wide >= _LEAST_SIDE * columns
        and high >= _LEAST_SIDE * rows
        and wide * high <= _LARGEST * rows * columns
        and wide < columns
        and high < rows
    )


def _border(
    frame: tuple[int, int, int, int], along_x: NDArray[np.int64], along_y: NDArray[np.int64]
) -> list[float]:
    """Return the part of each side, of those inside the picture, along which a line is seen."""
    left, top, right, bottom = frame
    rows, columns = along_x.shape[0], along_y.shape[1]

    def sides() -> Iterator[float]:
        for x in (left, right):
            if 0 < x < columns:
                yield float(along_y[bottom, x] - along_y[top, x]) / (bottom - top)
        for y in (top, bottom):
            if 0 < y < rows:
                yield float(along_x[y, right] - along_x[y, left]) / (right - left)

    return list(sides())


def _shared(one: Box, other: Box) -> float:
    """Return what two boxes share, of the smaller."""
    wide = min(one.right, other.right) - max(one.left, other.left)
    high = min(one.bottom, other.bottom) - max(one.top, other.top)
    if wide <= 0.0 or high <= 0.0:
        return 0.0
    return (
        wide * high / min((box.right - box.left) * (box.bottom - box.top) for box in (one, other))
    )
