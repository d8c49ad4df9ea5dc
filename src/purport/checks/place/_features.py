"""Distinctive points of a picture, and how they look in negative and in a mirror.

Points are SIFT keypoints with RootSIFT descriptors, found after local contrast equalisation and
spread evenly over the picture. The negative (other infrared polarity) and the mirror image need no
second detection: both only permute the descriptor.

References:
    Lowe (2004), Distinctive image features from scale-invariant keypoints.
    Arandjelović and Zisserman (2012), Three things everyone should know to improve object
    retrieval (RootSIFT).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.place._geometry import apply_homography, local_affine

__all__ = [
    "Features",
    "detect_features",
    "in_mirror",
    "in_negative",
    "joined",
    "moved",
    "take",
]

FloatArray = NDArray[np.float64]

_CELLS = 4
_ORIENTATIONS = 8
_CONTRAST_THRESHOLD = 0.015
_CLAHE_LIMIT = 3.0
_CLAHE_TILE_PX = 80
_MARGIN_PX = 4
_OCTAVE_BASE_PX = 4.0
_MOST_AT_ONCE_PX = 1_000_000
"""Pixels of the pictures that threads may work on at once: each takes some 230 bytes meanwhile. One
of 1280×720, then: two at once made the highest use of memory and saved no time on two cores."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """Distinctive points of one picture; n points."""

    points: FloatArray
    """Pixel (x, y) of each (n, 2)."""
    sizes: FloatArray
    """Diameter of each (n,). [px]"""
    angles: FloatArray
    """Direction of each (n,), clockwise from the x axis. [deg]"""
    descriptors: NDArray[np.float32]
    """RootSIFT descriptors of unit length (n, 128)."""

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.points)


class _Room:
    """Memory for several threads at once; a picture too large for it is worked on alone."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self._changed = Condition()

    @contextmanager
    def taken(self, wanted: int) -> Iterator[None]:
        """Wait for room, and give it back afterwards."""
        with self._changed:
            self._changed.wait_for(lambda: not self._taken or self._taken + wanted <= self._most)
            self._taken += wanted
        try:
            yield
        finally:
            with self._changed:
                self._taken -= wanted
                self._changed.notify_all()


_ROOM = _Room(_MOST_AT_ONCE_PX)


def detect_features(
    luma: NDArray[np.uint8], usable: NDArray[np.bool_], *, most: int, tiles: int = 12
) -> Features:
    """Find distinctive points.

    Args:
        luma: The picture (height, width).
        usable: False where no point may lie (height, width).
        most: How many to keep at most.
        tiles: Tiles along the longer side over which they are spread.
    """
    height, width = luma.shape
    grid = (max(1, round(width / _CLAHE_TILE_PX)), max(1, round(height / _CLAHE_TILE_PX)))
    level = cv2.createCLAHE(clipLimit=_CLAHE_LIMIT, tileGridSize=grid).apply(luma)
    mask = usable.astype(np.uint8) * 255
    mask[:_MARGIN_PX], mask[-_MARGIN_PX:] = 0, 0
    mask[:, :_MARGIN_PX], mask[:, -_MARGIN_PX:] = 0, 0
    sift = cv2.SIFT.create(
        nfeatures=0, contrastThreshold=_CONTRAST_THRESHOLD, enable_precise_upscale=True
    )
    with _ROOM.taken(level.size):
        keypoints = sift.detect(level, mask)
    kept = _spread(
        np.array([point.pt for point in keypoints], dtype=np.float64).reshape(-1, 2),
        np.array([point.size for point in keypoints], dtype=np.float64),
        np.array([point.response for point in keypoints], dtype=np.float64),
        most=most,
        tile_px=max(luma.shape) / tiles,
    )
    chosen, raw = sift.compute(level, [keypoints[index] for index in kept])
    if raw is None:
        chosen, raw = (), np.zeros((0, _CELLS * _CELLS * _ORIENTATIONS), dtype=np.float32)
    return Features(
        points=np.array([point.pt for point in chosen], dtype=np.float64).reshape(-1, 2),
        sizes=np.array([point.size for point in chosen], dtype=np.float64),
        angles=np.array([point.angle for point in chosen], dtype=np.float64),
        descriptors=_root(raw),
    )


def take(features: Features, chosen: NDArray[np.intp]) -> Features:
    """Return the chosen points, in that order."""
    return Features(
        points=features.points[chosen],
        sizes=features.sizes[chosen],
        angles=features.angles[chosen],
        descriptors=features.descriptors[chosen],
    )


def joined(parts: Sequence[Features]) -> Features:
    """Return the points of all parts, one after the other."""
    return Features(
        points=np.concatenate([part.points for part in parts]),
        sizes=np.concatenate([part.sizes for part in parts]),
        angles=np.concatenate([part.angles for part in parts]),
        descriptors=np.concatenate([part.descriptors for part in parts]),
    )


def moved(features: Features, matrix: FloatArray) -> Features:
    """Return the points as a homography moves, sizes and turns them; descriptors stay."""
    jacobian = local_affine(matrix, features.points)
    angle = np.deg2rad(features.angles)
    arrow = np.einsum("nij,nj->ni", jacobian, np.column_stack([np.cos(angle), np.sin(angle)]))
    return Features(
        points=apply_homography(matrix, features.points),
        sizes=features.sizes * np.sqrt(np.abs(np.linalg.det(jacobian))),
        angles=np.rad2deg(np.arctan2(arrow[:, 1], arrow[:, 0])) % 360.0,
        descriptors=features.descriptors,
    )


def in_negative(features: Features) -> Features:
    """Return the points as they look with bright and dark exchanged.

    All gradients turn round, and with them each point's own direction: relative to it the
    gradients stay and the 4 × 4 cells turn by half a turn.
    """
    cells = features.descriptors.reshape(-1, _CELLS * _CELLS, _ORIENTATIONS)
    return Features(
        points=features.points,
        sizes=features.sizes,
        angles=(features.angles + 180.0) % 360.0,
        descriptors=np.ascontiguousarray(cells[:, ::-1]).reshape(len(features), -1),
    )


def in_mirror(features: Features, width_px: int) -> Features:
    """Return the points as they look with left and right exchanged.

    Args:
        features: Points of a picture.
        width_px: Width of that picture.
    """
    cells = features.descriptors.reshape(-1, _CELLS, _CELLS, _ORIENTATIONS)
    turned = (_ORIENTATIONS - np.arange(_ORIENTATIONS)) % _ORIENTATIONS
    points = features.points.copy()
    points[:, 0] = width_px - 1 - points[:, 0]
    return Features(
        points=points,
        sizes=features.sizes,
        angles=(180.0 - features.angles) % 360.0,
        descriptors=np.ascontiguousarray(cells[:, ::-1][..., turned]).reshape(len(features), -1),
    )


def _root(raw: NDArray[np.float32]) -> NDArray[np.float32]:
    total = raw.sum(axis=1, keepdims=True)
    share = np.divide(raw, total, out=np.zeros_like(raw), where=total > 0.0)
    return np.asarray(np.sqrt(share), dtype=np.float32)


def _spread(
    points: FloatArray, sizes: FloatArray, response: FloatArray, *, most: int, tile_px: float
) -> NDArray[np.intp]:
    """Choose the strongest of every tile and octave in turn, until there are enough."""
    if len(points) == 0:
        return np.zeros(0, dtype=np.intp)
    tile = np.floor(points / tile_px).astype(np.int64)
    octave = np.floor(np.log2(np.maximum(sizes, 1.0) / _OCTAVE_BASE_PX)).astype(np.int64)
    octave = np.maximum(octave, -1)
    group = (tile[:, 0] * 4096 + tile[:, 1]) * 64 + octave + 1
    order = np.lexsort((-response, group))
    starts = np.r_[True, np.diff(group[order]) != 0]
    rank = np.arange(len(order)) - np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))
    # A finer octave may show four times as many points as the next.
    turn = rank * np.exp2(2.0 * np.minimum(octave[order], 3))
    chosen = order[np.argsort(turn, kind="stable")[:most]]
    return np.asarray(np.sort(chosen), dtype=np.intp)
