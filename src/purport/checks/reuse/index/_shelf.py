"""256-bit codes on disk, appended in order and searched by Hamming distance.

The codes lie in one file, their labels in another; what is added is written at the end, so that
adding costs the same however much is there. The latest codes (the *tail*, fewer than
`Shelf.sealed_at`) are compared one by one. Full stretches before it are *sealed*: sorted into lists
by an inverted file of faiss, written once, mapped into memory when searched and never touched again.

Invariants: what the caller has committed (`count`) is whole on disk; bytes beyond it are of an
addition that was cut short and are overwritten. The same codes in the same order give the same
files.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

__all__ = ["CODE_BYTES", "Near", "Shelf"]

CODE_BYTES = 32
"""Bytes of a code."""

_LABEL_BYTES = 4
_SEALED_AT = 1 << 20
_CODES_A_LIST = 1024
_MOST_LISTS = 1024
_PROBED_SHARE = 16
_TRAINED_ON = 48
_ROUNDS = 6

Codes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Near:
    """Codes near to codes that were asked about; n pairs."""

    asked: NDArray[np.int64]
    """Which of the codes asked about (n,)."""
    labels: NDArray[np.int64]
    """Label of the code found (n,)."""
    bits: NDArray[np.int64]
    """Bits in which they differ (n,)."""


class Shelf:
    """Codes with labels, in a folder.

    Args:
        folder: Where its files are; made when absent.
        count: How many codes are committed.
        sealed_at: How many codes make a stretch that is sealed.
    """

    def __init__(self, folder: Path, *, count: int, sealed_at: int = _SEALED_AT) -> None:
        self._folder = folder
        self._count = count
        self._sealed_at = sealed_at
        self._opened: dict[int, faiss.IndexBinaryIVF] = {}

    @property
    def count(self) -> int:
        """Return how many codes there are."""
        return self._count

    def append(self, codes: Codes, labels: NDArray[np.int64]) -> None:
        """Write codes at the end; they count from now on.

        Raises:
            OSError: They cannot be written; the shelf is as it was.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        _write_at(self._codes, self._count * CODE_BYTES, np.ascontiguousarray(codes).tobytes())
        _write_at(self._labels, self._count * _LABEL_BYTES, labels.astype("<u4").tobytes())
        self._count += len(codes)

    def seal(self) -> None:
        """Seal every full stretch that isn't yet."""
        for number in range(self._count // self._sealed_at):
            if not self._sealed(number).is_file():
                self._seal(number)

    def search(self, codes: Codes, *, most: int, farthest_bits: int) -> Near:
        """Find the codes nearest to each of those given.

        Args:
            codes: What is asked about (n, 32).
            most: At most so many of each stretch for each.
            farthest_bits: Most bits in which they may differ.
        """
        found: list[Near] = []
        sealed = 0
        asked = np.ascontiguousarray(codes)
        while self._sealed(sealed).is_file() and (sealed + 1) * self._sealed_at <= self._count:
            first = sealed * self._sealed_at
            bits, places = self._open(sealed).search(asked, most)
            found.append(self._near(bits, places, first, farthest_bits))
            sealed += 1
        first = sealed * self._sealed_at
        if self._count > first:
            tail = faiss.IndexBinaryFlat(8 * CODE_BYTES)
            tail.add(self._read(first, self._count))
            bits, places = tail.search(asked, most)
            found.append(self._near(bits, places, first, farthest_bits))
        return Near(
            asked=np.concatenate([part.asked for part in found] or [np.zeros(0, np.int64)]),
            labels=np.concatenate([part.labels for part in found] or [np.zeros(0, np.int64)]),
            bits=np.concatenate([part.bits for part in found] or [np.zeros(0, np.int64)]),
        )

    def _near(
        self, bits: NDArray[np.int32], places: NDArray[np.int64], first: int, farthest_bits: int
    ) -> Near:
        rows, columns = np.nonzero((places >= 0) & (bits <= farthest_bits))
        labels = np.memmap(self._labels, dtype="<u4", mode="r")
        return Near(
            asked=rows.astype(np.int64),
            labels=labels[places[rows, columns] + first].astype(np.int64),
            bits=bits[rows, columns].astype(np.int64),
        )

    def _read(self, first: int, end: int) -> Codes:
        mapped = np.memmap(self._codes, dtype=np.uint8, mode="r")
        return np.array(mapped[first * CODE_BYTES : end * CODE_BYTES]).reshape(-1, CODE_BYTES)

    def _open(self, number: int) -> faiss.IndexBinaryIVF:
        if number not in self._opened:
            index = faiss.read_index_binary(str(self._sealed(number)), faiss.IO_FLAG_MMAP)
            index.nprobe = max(index.nlist // _PROBED_SHARE, 1)
            self._opened[number] = index
        return self._opened[number]

    def _seal(self, number: int) -> None:
        """Sort a stretch into lists about centres that are learnt from a part of it.

        One thread and a fixed seed: the same codes give the same file.
        """
        codes = self._read(number * self._sealed_at, (number + 1) * self._sealed_at)
        lists = int(np.clip(len(codes) // _CODES_A_LIST, 1, _MOST_LISTS))
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1)
        try:
            centres = faiss.IndexBinaryFlat(8 * CODE_BYTES)
            index = faiss.IndexBinaryIVF(centres, 8 * CODE_BYTES, lists)
            index.cp.niter, index.cp.seed = _ROUNDS, 1
            index.cp.min_points_per_centroid = 1
            index.train(codes[:: max(len(codes) // (lists * _TRAINED_ON), 1)])
            index.add(codes)
            unfinished = self._sealed(number).with_suffix(".part")
            faiss.write_index_binary(index, str(unfinished))
        finally:
            faiss.omp_set_num_threads(threads)
        unfinished.replace(self._sealed(number))

    @property
    def _codes(self) -> Path:
        return self._folder / "codes.bin"

    @property
    def _labels(self) -> Path:
        return self._folder / "labels.bin"

    def _sealed(self, number: int) -> Path:
        return self._folder / f"sealed-{number:05d}.faiss"


def _write_at(path: Path, place: int, data: bytes) -> None:
    """Write at a place in a file, cut off what follows, and see it to the disk."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        view = memoryview(data)
        while len(view):
            written = os.pwrite(handle, view, place)
            place, view = place + written, view[written:]
        os.ftruncate(handle, place)
        os.fsync(handle)
    finally:
        os.close(handle)
