"""Fingerprints of whole pictures: neighbours even at a third of the bits, by faiss.

A sealed stretch is an inverted file of faiss (`IndexBinaryIVF`): codes in lists about centres
learnt from a part of them, mapped into memory and searched in the lists nearest to what is asked.
It can miss a neighbour in a list further off; a stretch of footage has many samples and is found
by the rest of them. All codes within the distance asked for are taken from a list, and the nearest
kept afterwards: that takes half the time of keeping the nearest while going along.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from purport.checks.reuse.index._shelf import CODE_BYTES, Codes, Near, Shelf

__all__ = ["Pictures"]

_SEALED_AT = 1 << 18
_CODES_A_LIST = 512
_MOST_LISTS = 1024
_PROBED = 16
_ASKED_AT_ONCE = 32
_TRAINED_ON = 48
_ROUNDS = 6


class Pictures(Shelf):
    """Fingerprints of pictures.

    Args:
        folder: Where its files are.
        count: How many codes are committed.
        sealed_at: How many codes make a sealed stretch.
        threads: How many stretches are searched side by side.
    """

    def __init__(
        self, folder: Path, *, count: int, sealed_at: int = _SEALED_AT, threads: int = 1
    ) -> None:
        super().__init__(folder, count=count, sealed_at=sealed_at, threads=threads)
        self._opened: dict[int, Any] = {}

    def _write_sealed(self, codes: Codes, path: Path) -> None:
        """Sort codes into lists, with one thread and a fixed seed."""
        lists = int(np.clip(len(codes) // _CODES_A_LIST, 1, _MOST_LISTS))
        with _one_thread():
            centres = faiss.IndexBinaryFlat(8 * CODE_BYTES)
            index = faiss.IndexBinaryIVF(centres, 8 * CODE_BYTES, lists)
            index.cp.niter, index.cp.seed = _ROUNDS, 1
            index.cp.min_points_per_centroid = 1
            index.train(np.ascontiguousarray(codes[:: max(len(codes) // (lists * _TRAINED_ON), 1)]))
            index.add(codes)
            faiss.write_index_binary(index, str(path))

    def _search_sealed(self, number: int, asked: Codes, *, most: int, farthest_bits: int) -> Near:
        if number not in self._opened:
            path = str(self._sealed(number))
            index: Any = faiss.read_index_binary(path, faiss.IO_FLAG_MMAP)
            index.nprobe = min(_PROBED, index.nlist)
            # by default 32 threads read ahead what is about to be read, which costs more than it
            lists: Any = faiss.downcast_InvertedLists(index.invlists)
            lists.prefetch_nthread = 0
            self._opened[number] = index
        opened = self._opened[number]
        parts = []
        for first in range(0, len(asked), _ASKED_AT_ONCE):  # what is near to all fits in memory
            some = asked[first : first + _ASKED_AT_ONCE]
            with _one_thread():
                ends, bits, places = opened.range_search(some, farthest_bits + 1)
            rows = np.repeat(np.arange(len(some)), np.diff(ends).astype(np.int64))
            parts.append(_nearest(first + rows, bits.astype(np.int64), places, most))
        rows, bits, places = np.concatenate(parts, axis=1)
        return Near(asked=rows, labels=places, bits=bits)

    def _search_tail(self, tail: Codes, asked: Codes, *, most: int, farthest_bits: int) -> Near:
        index: Any = faiss.IndexBinaryFlat(8 * CODE_BYTES)  # whose types leave fields out
        index.use_heap = False
        index.add(tail)
        with _one_thread():
            bits, places = index.search(asked, most)
        return _near(bits, places, farthest_bits)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep faiss to one thread: work is spread over processes, and threads that wait spin."""
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


def _near(bits: NDArray[np.int32], places: NDArray[np.int64], farthest_bits: int) -> Near:
    rows, columns = np.nonzero((places >= 0) & (bits <= farthest_bits))
    return Near(
        asked=rows.astype(np.int64),
        labels=places[rows, columns].astype(np.int64),
        bits=bits[rows, columns].astype(np.int64),
    )


def _nearest(
    rows: NDArray[np.int64], bits: NDArray[np.int64], places: NDArray[np.int64], most: int
) -> NDArray[np.int64]:
    """Keep of each row the nearest, in order (rows, bits, places; n)."""
    order = np.lexsort((places, bits, rows))
    rows, bits, places = rows[order], bits[order], places[order]
    rank = np.arange(len(rows)) - np.searchsorted(rows, rows)
    return np.stack([rows, bits, places])[:, rank < most]
