"""Rows that grow on disk instead of in memory: an unnamed temporary file, gone when unused."""

import mmap
import os
import tempfile
import weakref
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["Spool"]

Image = NDArray[np.uint8]


class Spool:
    """Pictures of one size in a temporary file, by place.

    Args:
        shape: Rows and columns of each picture.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape
        self._row_bytes = shape[0] * shape[1]
        self._file, name = tempfile.mkstemp(prefix="purport-")
        Path(name).unlink()
        weakref.finalize(self, os.close, self._file)
        self._count = 0
        self._free: list[int] = []

    def put(self, picture: Image) -> int:
        """Write a picture and return its place: one given back before, else the next."""
        if self._free:
            place = self._free.pop()
        else:
            place, self._count = self._count, self._count + 1
        self._write(place * self._row_bytes, np.ascontiguousarray(picture).tobytes())
        return place

    def _write(self, offset: int, data: bytes) -> None:
        while data:
            written = os.pwrite(self._file, data, offset)
            offset, data = offset + written, data[written:]

    def give_back(self, place: int) -> None:
        """Let a place be used again."""
        self._free.append(place)

    def mapped(self) -> Image:
        """Return all pictures (n, rows, columns), read-only, paged in from the file on demand."""
        shape = (self._count, *self._shape)
        if self._count == 0:
            return np.empty(shape, dtype=np.uint8)
        size = self._count * self._row_bytes
        pages = mmap.mmap(self._file, size, access=mmap.ACCESS_READ)
        return np.frombuffer(pages, dtype=np.uint8).reshape(shape)

    def select(self, places: Iterable[int]) -> tuple[Image, ...]:
        """Return the pictures at these places, read-only, paged in from the file on demand."""
        pictures = self.mapped()
        return tuple(pictures[place] for place in places)
