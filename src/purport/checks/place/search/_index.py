"""The index of a large reference: its distinctive points with shortened descriptors, in one file.

The file is written whole or not at all, and its columns are read from disk as they are wanted.
"""

import json
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from purport.checks.place._features import Features
from purport.core.digests import Digest

__all__ = ["TILE_PX", "PlaceIndex", "index_path", "is_whole", "load_index", "save_index"]

FloatArray = NDArray[np.float64]

INDEX_VERSION = "1"
"""Raised whenever an index could come out differently."""
TILE_PX = 1024
"""Side of the tiles in which points are found and kept. [px]"""
_MAGIC = b"PURPORT-PLACE-INDEX\n"
_ALIGNED = 64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlaceIndex:
    """Distinctive points of a reference, by tile; n points in t tiles."""

    gsd_m: float
    """Ground that a pixel of the index spans. [m]"""
    crs: str
    """Projected system in metres."""
    to_map: FloatArray
    """Pixel of the index to (easting, northing) in `crs` (3, 3)."""
    size_px: tuple[int, int]
    """Columns and rows. [px]"""
    basis: NDArray[np.float32]
    """From a descriptor to its short form (64, 128)."""
    steps: NDArray[np.float32]
    """What one unit of each number of a short form stands for (64,)."""
    tile_starts: NDArray[np.int64]
    """First point of each tile, and n (t + 1,)."""
    points: NDArray[np.float32]
    """Pixel of each (n, 2)."""
    sizes: NDArray[np.float32]
    """Diameter of each (n,). [px]"""
    angles: NDArray[np.float32]
    """Direction of each (n,). [deg]"""
    codes: NDArray[np.int8]
    """Short descriptors (n, 64)."""

    def shorten(self, descriptors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what, multiplied with codes, gives about the cosine (m, 64)."""
        return np.asarray(descriptors @ self.basis.T * self.steps, dtype=np.float32)

    def _tiles_near(self, low: FloatArray, high: FloatArray) -> Iterator[tuple[int, int]]:
        """Yield the rows of the tiles, from and up to, that a rectangle of the index touches."""
        across = math.ceil(self.size_px[0] / TILE_PX)
        down = math.ceil(self.size_px[1] / TILE_PX)
        left, top = (max(0, math.floor((value + 0.5) / TILE_PX)) for value in low)
        right, bottom = (math.floor((value + 0.5) / TILE_PX) for value in high)
        for row in range(top, min(bottom, down - 1) + 1):
            for column in range(left, min(right, across - 1) + 1):
                tile = row * across + column
                yield int(self.tile_starts[tile]), int(self.tile_starts[tile + 1])

    def rows_within(self, low: FloatArray, high: FloatArray) -> NDArray[np.intp]:
        """Return the rows of the points within a rectangle of the index."""
        rows = [np.zeros(0, dtype=np.intp)]
        for first, last in self._tiles_near(low, high):
            points = self.points[first:last]
            rows.append(np.flatnonzero(((points >= low) & (points <= high)).all(axis=1)) + first)
        return np.concatenate(rows)

    def take(self, rows: NDArray[np.intp]) -> Features:
        """Return points as features with lengthened descriptors."""
        short = self.codes[rows].astype(np.float32) * self.steps
        return Features(
            points=self.points[rows].astype(np.float64),
            sizes=self.sizes[rows].astype(np.float64),
            angles=self.angles[rows].astype(np.float64),
            descriptors=np.asarray(short @ self.basis, dtype=np.float32),
        )


def index_path(cache: Path, digest: Digest) -> Path:
    """Return where the index of a reference is kept in a cache.

    Args:
        cache: Folder for derived data.
        digest: Of the reference's bytes.
    """
    return cache / f"place-index-{INDEX_VERSION}-{digest}.bin"


_COLUMNS = ("basis", "steps", "tile_starts", "points", "sizes", "angles", "codes")


def save_index(index: PlaceIndex, path: Path) -> None:
    """Write an index to a file, which is whole or not there."""
    columns = {name: np.ascontiguousarray(getattr(index, name)) for name in _COLUMNS}
    offset, placed = 0, {}
    for name, column in columns.items():
        placed[name] = {"dtype": column.dtype.str, "shape": column.shape, "offset": offset}
        offset += math.ceil(column.nbytes / _ALIGNED) * _ALIGNED
    header = {
        "gsd_m": index.gsd_m,
        "crs": index.crs,
        "to_map": index.to_map.tolist(),
        "size_px": index.size_px,
        "columns": placed,
        "bytes": offset,
    }
    lead = _MAGIC + json.dumps(header, sort_keys=True).encode() + b"\n"
    lead += b"\0" * (-len(lead) % _ALIGNED)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    with unfinished.open("wb") as out:
        out.write(lead)
        for column in columns.values():
            out.write(column.tobytes())
            out.write(b"\0" * (-column.nbytes % _ALIGNED))
    unfinished.replace(path)


def is_whole(path: Path) -> bool:
    """Tell whether a file is there and holds an index to its end."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        if file.readline() != _MAGIC:
            return False
        header = json.loads(file.readline())
        start = math.ceil(file.tell() / _ALIGNED) * _ALIGNED
    return bool(path.stat().st_size == start + header["bytes"])


def load_index(path: Path) -> PlaceIndex:
    """Open an index that `save_index` wrote; its columns stay on disk until they are read."""
    with path.open("rb") as file:
        file.readline()
        header = json.loads(file.readline())
        start = math.ceil(file.tell() / _ALIGNED) * _ALIGNED
    columns = {
        name: np.memmap(
            path,
            dtype=np.dtype(column["dtype"]),
            mode="r",
            offset=start + column["offset"],
            shape=tuple(column["shape"]),
        )
        for name, column in header["columns"].items()
    }
    return PlaceIndex(
        gsd_m=header["gsd_m"],
        crs=header["crs"],
        to_map=np.array(header["to_map"]),
        size_px=(header["size_px"][0], header["size_px"][1]),
        **columns,
    )
