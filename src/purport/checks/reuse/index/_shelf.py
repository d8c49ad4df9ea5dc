"""256-bit codes with labels on disk, appended in order and never changed.

The codes lie in one file, their labels in another; what is added is written at the end, so that
adding costs the same however much is there. Full stretches of a fixed number of codes can be
*sealed*: arranged for searching by a `Shelf`, once. The codes after them are the *tail*.

Invariants: what the caller has committed (`count`) is whole on disk; bytes beyond it are of an
addition that was cut short and are overwritten. The same codes in the same order give the same
files.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["CODE_BYTES", "Codes", "Near", "Shelf", "write_at"]

CODE_BYTES = 32
"""Bytes of a code."""

_LABEL_BYTES = 4

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


class Shelf(ABC):
    """Codes with labels, in a folder.

    Args:
        folder: Where its files are; made when something is added.
        count: How many codes are committed.
        sealed_at: How many codes make a stretch that is sealed.
        threads: How many stretches are searched side by side; what is found is the same.
    """

    def __init__(self, folder: Path, *, count: int, sealed_at: int, threads: int = 1) -> None:
        self.folder = folder
        self._count = count
        self._sealed_at = sealed_at
        self._threads = threads

    @property
    def count(self) -> int:
        """Return how many codes there are."""
        return self._count

    def append(self, codes: Codes, labels: NDArray[np.int64]) -> None:
        """Write codes at the end; they count from now on.

        Raises:
            OSError: They cannot be written; the shelf is as it was.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        write_at(self._codes, self._count * CODE_BYTES, np.ascontiguousarray(codes).tobytes())
        write_at(self._labels, self._count * _LABEL_BYTES, labels.astype("<u4").tobytes())
        self._count += len(codes)

    def seal(self) -> None:
        """Seal every full stretch that isn't yet."""
        for number in range(self._count // self._sealed_at):
            path = self._sealed(number)
            if not path.is_file():
                unfinished = path.with_suffix(".part")
                self._write_sealed(self._stretch(number), unfinished)
                unfinished.replace(path)

    def search(self, codes: Codes, *, most: int, farthest_bits: int) -> Near:
        """Find the codes near to each of those given.

        Args:
            codes: What is asked about (n, 32).
            most: At most so many of each stretch for each (of those that share a key with it).
            farthest_bits: Most bits in which they may differ.
        """
        asked = np.ascontiguousarray(codes)
        whole = self._count // self._sealed_at
        sealed = next((n for n in range(whole) if not self._sealed(n).is_file()), whole)
        first = sealed * self._sealed_at

        def look(number: int) -> Near:
            if number < sealed:
                near = self._search_sealed(number, asked, most=most, farthest_bits=farthest_bits)
                return self._labelled(near, number * self._sealed_at)
            tail = self._read(first, self._count)
            near = self._search_tail(tail, asked, most=most, farthest_bits=farthest_bits)
            return self._labelled(near, first)

        # the tail comes first into the queue, because it takes longest
        wanted = [*([sealed] if self._count > first else []), *range(sealed)]
        found = self._each(look, wanted)
        if not found:
            none = np.zeros(0, dtype=np.int64)
            return Near(asked=none, labels=none, bits=none)
        return Near(
            asked=np.concatenate([part.asked for part in found]),
            labels=np.concatenate([part.labels for part in found]),
            bits=np.concatenate([part.bits for part in found]),
        )

    def _each(self, look: Callable[[int], Near], numbers: Sequence[int]) -> list[Near]:
        if self._threads == 1 or len(numbers) == 1:
            return [look(number) for number in numbers]
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(look, numbers))

    @abstractmethod
    def _write_sealed(self, codes: Codes, path: Path) -> None:
        """Arrange a stretch for searching; the same codes give the same file."""

    @abstractmethod
    def _search_sealed(self, number: int, asked: Codes, *, most: int, farthest_bits: int) -> Near:
        """Search a sealed stretch; labels are places in it."""

    @abstractmethod
    def _search_tail(self, tail: Codes, asked: Codes, *, most: int, farthest_bits: int) -> Near:
        """Search the codes after the sealed stretches; labels are places among them."""

    def _labelled(self, near: Near, first: int) -> Near:
        labels = np.memmap(self._labels, dtype="<u4", mode="r")
        return Near(
            asked=near.asked, labels=labels[near.labels + first].astype(np.int64), bits=near.bits
        )

    def _stretch(self, number: int) -> Codes:
        return self._read(number * self._sealed_at, (number + 1) * self._sealed_at)

    def _mapped(self, number: int) -> Codes:
        """Map a stretch into memory (sealed_at, 32)."""
        return np.memmap(
            self._codes,
            dtype=np.uint8,
            mode="r",
            offset=number * self._sealed_at * CODE_BYTES,
            shape=(self._sealed_at, CODE_BYTES),
        )

    def _read(self, first: int, end: int) -> Codes:
        mapped = np.memmap(self._codes, dtype=np.uint8, mode="r")
        return np.array(mapped[first * CODE_BYTES : end * CODE_BYTES]).reshape(-1, CODE_BYTES)

    @property
    def _codes(self) -> Path:
        return self.folder / "codes.bin"

    @property
    def _labels(self) -> Path:
        return self.folder / "labels.bin"

    def _sealed(self, number: int) -> Path:
        return self.folder / f"sealed-{number:05d}.bin"


def write_at(path: Path, place: int, data: bytes) -> None:
    """Write at a place in a file, cut off what follows, and see it to the disk."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        view = memoryview(data)
        while view:
            written = os.pwrite(handle, view, place)
            place, view = place + written, view[written:]
        os.ftruncate(handle, place)
        os.fsync(handle)
    finally:
        os.close(handle)
