"""Making the index of a large reference.

The reference is read tile by tile, so that memory does not grow with it; a raster of more than
`MOST_PX` pixels is read more coarsely. Descriptors are shortened by principal components that treat
a picture, its negative and its mirror image alike, so that none of them is nearer by construction.
"""

import math
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
from purport.checks.place.search._index import (
    TILE_PX,
    PlaceIndex,
    index_path,
    is_whole,
    load_index,
    save_index,
)
from purport.core.digests import Digest
from purport.imagery import LumaPatch, MapWindow, Reference, read_luma

__all__ = ["build_index", "make_index", "open_index"]

GivenT = TypeVar("GivenT")
MadeT = TypeVar("MadeT")

MOST_PX = 300_000_000
"""Pixels that are indexed, at most: three times 25 km² at 0.5 m."""
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
