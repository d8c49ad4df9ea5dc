"""The most similar point of each tile of an index, for each point of a picture."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.place.search._index import PlaceIndex

__all__ = ["Nearest", "find_nearest"]

_QUERIES = 1024
"""So many at a time, which bounds the memory to about 40 MB a thread."""
_THREADS = 2
_SAME_SPOT_PX = 4.0
_NO_ADDEND = np.empty((0, 0), dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nearest:
    """For q points of a picture, the nearest ones of an index, best first; k each."""

    rows: NDArray[np.int64]
    """Row in the index (q, k)."""
    cosine: NDArray[np.float32]
    """About the cosine between the descriptors (q, k)."""
    rival: NDArray[np.float32]
    """The same of the next best in the same tile, elsewhere (q, k)."""


def find_nearest(index: PlaceIndex, descriptors: NDArray[np.float32], *, most: int) -> Nearest:
    """Find, for each descriptor, the tiles that hold the most similar points, and these points.

    Args:
        index: The index.
        descriptors: Of the picture's points (q, 128).
        most: Tiles for each, at most.
    """
    short = index.shorten(descriptors)
    starts = index.tile_starts
    tiles = [tile for tile in range(len(starts) - 1) if starts[tile + 1] > starts[tile]]
    rows = np.empty((len(short), len(tiles)), dtype=np.int64)
    cosine = np.empty((len(short), len(tiles)), dtype=np.float32)
    rival = np.empty((len(short), len(tiles)), dtype=np.float32)

    def look(column: int) -> None:
        first, last = starts[tiles[column]], starts[tiles[column] + 1]
        codes = index.codes[first:last].astype(np.float32)
        points = index.points[first:last]
        for part in _parts(len(short)):
            # OpenCV's product: the one of NumPy keeps threads of its own, which wait actively and
            # more than double the computing time when two tiles are looked at side by side.
            cosine_here = cv2.gemm(short[part], codes, 1.0, _NO_ADDEND, 0.0, flags=cv2.GEMM_2_T)
            found = _best_of_tile(np.asarray(cosine_here, dtype=np.float32), points)
            rows[part, column] = found[0] + first
            cosine[part, column], rival[part, column] = found[1:]

    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(look, range(len(tiles))))
    best = np.argsort(-cosine, axis=1, kind="stable")[:, :most]
    return Nearest(
        rows=np.take_along_axis(rows, best, 1),
        cosine=np.take_along_axis(cosine, best, 1),
        rival=np.take_along_axis(rival, best, 1),
    )


def _parts(count: int) -> Iterator[slice]:
    for start in range(0, count, _QUERIES):
        yield slice(start, min(start + _QUERIES, count))


def _best_of_tile(
    cosine: NDArray[np.float32], points: NDArray[np.float32]
) -> tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.float32]]:
    """Return the best of each row, and how good it and the next best elsewhere are.

    Args:
        cosine: Similarities (q, m); overwritten.
        points: Where the m points lie (m, 2). [px]
    """
    every = np.arange(len(cosine))
    best = cosine.argmax(axis=1)
    top = cosine[every, best].copy()
    cosine[every, best] = -1.0
    second = cosine.argmax(axis=1)
    near = np.hypot(*(points[second] - points[best]).T) <= _SAME_SPOT_PX
    if near.any():
        # A spot often has several points (directions, octaves): they are no rivals.
        again = np.flatnonzero(near)
        cosine[again, second[again]] = -1.0
        second[again] = cosine[again].argmax(axis=1)
    return best, top, cosine[every, second]
