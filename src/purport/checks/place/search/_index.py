"""The index of a large reference: its distinctive points with shortened descriptors, in one file.

The reference is read tile by tile, so that memory does not grow with it; a raster of more than
`MOST_PX` pixels is read more coarsely. Descriptors are shortened by principal components that treat
a picture, its negative and its mirror image alike, so that none of them is nearer by construction.
"""

import json
import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from purport.checks.place._features import Features, detect_features, in_mirror, in_negative, take
from purport.checks.place._views import usable_ground
from purport.core.digests import Digest
from purport.imagery import LumaPatch, MapWindow, Reference, read_luma

__all__ = ["PlaceIndex", "build_index", "index_path", "load_index", "make_index", "open_index"]

FloatArray = NDArray[np.float64]
GivenT = TypeVar("GivenT")
MadeT = TypeVar("MadeT")

INDEX_VERSION = "1"
"""Raised whenever an index could come out differently."""
MOST_PX = 300_000_000
"""Pixels that are indexed, at most: three times 25 km² at 0.5 m."""
TILE_PX = 1024
_MARGIN_PX = 48
_POINTS_PER_PX = 0.008
"""At 0.5 m enough for a view of 130 m × 70 m to hold about 300."""
_TILES_ACROSS = 12
_LENGTH = 64
_SAMPLED_TILES = 12
_SAMPLED_POINTS = 1500
_LARGEST_CODE = 127
_CLIPPED = 0.999
_THREADS = 2
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


def build_index(
    reference: Reference, path: Path, *, progress: Callable[[float], None] | None = None
) -> PlaceIndex:
    """Index a reference and keep the index in a file, which is whole or not there.

    Args:
        reference: The orthophoto.
        path: File to write.
        progress: Told the share that is done, 0 to 1.

    Raises:
        UnreadableReferenceError: Its pixels cannot be read.
    """
    save_index(make_index(reference, progress=progress), path)
    return load_index(path)


def open_index(
    reference: Reference,
    digest: Digest,
    cache: Path | None,
    *,
    progress: Callable[[float], None] | None = None,
) -> PlaceIndex:
    """Return the index of a reference: from the cache if it is there, else made (and kept there).

    Args:
        reference: The orthophoto.
        digest: Of its bytes.
        cache: Folder for derived data; None: keep nothing.
        progress: Told the share that is done, 0 to 1, when it has to be made.

    Raises:
        UnreadableReferenceError: Its pixels cannot be read.
    """
    if cache is None:
        return make_index(reference, progress=progress)
    path = index_path(cache, digest)
    return load_index(path) if is_whole(path) else build_index(reference, path, progress=progress)


def make_index(
    reference: Reference, *, progress: Callable[[float], None] | None = None
) -> PlaceIndex:
    """Index a reference in memory; see `build_index`."""
    west, south, east, north = reference.bounds
    whole_px = (east - west) * (north - south) / reference.gsd_m**2
    gsd_m = reference.gsd_m * math.sqrt(max(1.0, whole_px / MOST_PX))
    size = (math.ceil((east - west) / gsd_m), math.ceil((north - south) / gsd_m))
    corners = [(x, y) for y in range(0, size[1], TILE_PX) for x in range(0, size[0], TILE_PX)]
    done = 0
    parts: list[_Part] = []
    with ThreadPoolExecutor(_THREADS) as pool:

        def tiles(chosen: Sequence[tuple[int, int]]) -> Iterator[Features]:
            return _in_order(pool, lambda corner: _tile(reference, corner, gsd_m), chosen)

        places = np.unique(np.linspace(0, len(corners) - 1, _SAMPLED_TILES).round().astype(int))
        sampled = [corners[place] for place in places]
        samples = dict(zip(sampled, tiles(sampled), strict=True))
        basis, steps = _learn_basis(list(samples.values()))
        others = tiles([corner for corner in corners if corner not in samples])
        for corner in corners:
            found = samples.pop(corner) if corner in samples else next(others)
            parts.append(_shortened(found, basis, steps))
            done += 1
            if progress is not None:
                progress(done / len(corners))
    return PlaceIndex(
        gsd_m=gsd_m,
        crs=reference.metric_crs,
        to_map=np.array(
            [[gsd_m, 0.0, west + gsd_m / 2], [0.0, -gsd_m, north - gsd_m / 2], [0.0, 0.0, 1.0]]
        ),
        size_px=size,
        basis=basis,
        steps=steps,
        tile_starts=np.cumsum([0, *(len(part.codes) for part in parts)], dtype=np.int64),
        points=np.concatenate([part.points for part in parts]),
        sizes=np.concatenate([part.sizes for part in parts]),
        angles=np.concatenate([part.angles for part in parts]),
        codes=np.concatenate([part.codes for part in parts]),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Part:
    """The columns of one tile."""

    points: NDArray[np.float32]
    sizes: NDArray[np.float32]
    angles: NDArray[np.float32]
    codes: NDArray[np.int8]


def _in_order(
    pool: ThreadPoolExecutor, make: Callable[[GivenT], MadeT], given: Sequence[GivenT]
) -> Iterator[MadeT]:
    """Yield what is made of each, a few under way at a time."""
    coming = iter(given)
    waiting = [pool.submit(make, one) for one in islice(coming, 2 * _THREADS)]
    while waiting:
        made = waiting.pop(0).result()
        waiting.extend(pool.submit(make, one) for one in islice(coming, 1))
        yield made


def _tile(reference: Reference, corner: tuple[int, int], gsd_m: float) -> Features:
    """Find the points of a tile, in pixels of the index, those of its margin left out."""
    west, _, _, north = reference.bounds
    # A whole number of pixels from the corner, so that tiles lie on one grid.
    left, top = (max(0, value - _MARGIN_PX) for value in corner)
    right, bottom = (value + TILE_PX + _MARGIN_PX for value in corner)
    window = MapWindow(
        west_m=west + left * gsd_m,
        south_m=north - bottom * gsd_m,
        east_m=west + right * gsd_m,
        north_m=north - top * gsd_m,
    )
    patch = read_luma(reference, window, gsd_m)
    found = _detect(patch)
    points = found.points + np.array([left, top])
    inside = ((points >= np.array(corner) - 0.5) & (points < np.array(corner) + TILE_PX - 0.5)).all(
        axis=1
    )
    moved = Features(
        points=points, sizes=found.sizes, angles=found.angles, descriptors=found.descriptors
    )
    return take(moved, np.flatnonzero(inside))


def _detect(patch: LumaPatch) -> Features:
    usable = usable_ground(patch)
    most = round(float(usable.sum()) * _POINTS_PER_PX)
    return detect_features(patch.luma, usable, most=most, tiles=_TILES_ACROSS)


def _learn_basis(
    samples: Sequence[Features],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the principal components of descriptors and the steps in which they are counted."""
    descriptors = []
    for found in samples:
        chosen = take(found, np.arange(0, len(found), max(1, len(found) // _SAMPLED_POINTS)))
        for seen in (chosen, in_negative(chosen)):
            descriptors += [seen.descriptors, in_mirror(seen, 0).descriptors]
    together = np.concatenate(descriptors).astype(np.float64)
    _, vectors = np.linalg.eigh(together.T @ together)
    basis = vectors[:, ::-1][:, :_LENGTH].T
    # The sign of an eigenvector is arbitrary: fix it, so that a file is the same everywhere.
    largest = np.abs(basis).argmax(axis=1)
    basis = basis * np.sign(basis[np.arange(len(basis)), largest])[:, None]
    if len(together) == 0:
        return basis.astype(np.float32), np.ones(_LENGTH, dtype=np.float32)
    reach = np.quantile(np.abs(together @ basis.T), _CLIPPED, axis=0)
    return basis.astype(np.float32), (np.maximum(reach, 1e-6) / _LARGEST_CODE).astype(np.float32)


def _shortened(found: Features, basis: NDArray[np.float32], steps: NDArray[np.float32]) -> _Part:
    counted = np.rint(found.descriptors @ basis.T / steps)
    return _Part(
        points=found.points.astype(np.float32),
        sizes=found.sizes.astype(np.float32),
        angles=found.angles.astype(np.float32),
        codes=np.clip(counted, -_LARGEST_CODE, _LARGEST_CODE).astype(np.int8),
    )


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
