"""Local features of a picture: where corners are, and 256 bits on the surroundings of each.

Footage that is shown again as a crop, mirrored or set into another picture is never turned, so
the features aren't made to survive turning: an upright descriptor tells more places apart, and its
complement is the descriptor of the negative, so that footage of the other polarity needs no
features of its own. Mirrored footage does: ask with `find_features` of the mirrored picture.

Positions are in *working pixels*: the display picture scaled to a width of 480, (x, y), the middle
of the first pixel at (0, 0).

References:
    Rublee, Rabaud, Konolige, Bradski (2011), "ORB: an efficient alternative to SIFT or SURF":
    FAST corners on a pyramid, ranked by Harris's measure, and the comparisons that make the bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["WORKING_WIDTH_PX", "LocalFeatures", "find_features"]

WORKING_WIDTH_PX = 480.0
"""Width of the picture in whose pixels positions are told. [px]"""

_CORNERS = 1500
_CELLS = (10, 6)
_LEVELS = 8
_DETAIL = ((0, 2), (2, 4), (4, 8))
_TURNS = (0, 1, 0, 1, 2)
_STEP = 1.25
_EDGE_PX = 18
_FAST_STEP = 7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LocalFeatures:
    """Corners of a picture and what surrounds them."""

    points: NDArray[np.float32]
    """Positions (n, 2). [working px]"""
    descriptors: NDArray[np.uint8]
    """256 bits each (n, 32)."""


def find_features(luma: NDArray[np.uint8], *, most: int, widest_px: int) -> LocalFeatures:
    """Find corners spread over a picture.

    Args:
        luma: Luma of the display picture (height, width).
        most: How many corners to keep.
        widest_px: A picture wider than this is made smaller before looking. [px]
    """
    width = luma.shape[1]
    scale = min(1.0, widest_px / width)
    if scale < 1.0:
        size = (max(round(width * scale), 1), max(round(luma.shape[0] * scale), 1))
        luma = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA))
    finder = cv2.ORB.create(
        nfeatures=_CORNERS,
        scaleFactor=_STEP,
        nlevels=_LEVELS,
        edgeThreshold=_EDGE_PX,
        fastThreshold=_FAST_STEP,
    )
    corners = _spread(finder.detect(luma, None), luma.shape[1], luma.shape[0], most)
    for corner in corners:
        corner.angle = 0.0
    described, descriptors = finder.compute(luma, corners)
    if descriptors is None or not len(described):
        return LocalFeatures(
            points=np.zeros((0, 2), np.float32), descriptors=np.zeros((0, 32), np.uint8)
        )
    points = np.array([corner.pt for corner in described], dtype=np.float32)
    points = (points + 0.5) * np.float32(WORKING_WIDTH_PX / luma.shape[1]) - 0.5
    return LocalFeatures(points=points.astype(np.float32), descriptors=np.asarray(descriptors))


def _spread(
    corners: "Sequence[cv2.KeyPoint]", width: int, height: int, most: int
) -> "list[cv2.KeyPoint]":
    """Keep corners of every part of the picture and of fine, middling and coarse detail.

    Footage that is set small into another picture has lost its fine detail.
    """
    if not corners:
        return []
    places = np.asarray(cv2.KeyPoint.convert(corners), dtype=np.float64)
    told = np.array([(corner.octave, corner.response) for corner in corners])
    last = np.array(_CELLS) - 1
    columns, rows = np.minimum((places * _CELLS / (width, height)).astype(int), last).T
    cells = rows * _CELLS[0] + columns
    # each round draws from the groups as `_TURNS` says; an empty group is passed over
    order, turns = [], []
    for group, (low, high) in enumerate(_DETAIL):
        drawn = _in_turn(
            np.flatnonzero((told[:, 0] >= low) & (told[:, 0] < high)), cells, told[:, 1]
        )
        slots = np.flatnonzero(np.array(_TURNS) == group)
        rounds, slot = np.divmod(np.arange(len(drawn)), len(slots))
        order.append(drawn)
        turns.append(rounds * len(_TURNS) + slots[slot])
    kept = np.concatenate(order)[np.argsort(np.concatenate(turns))][:most]
    return [corners[place] for place in kept]


def _in_turn(
    some: NDArray[np.intp], cells: NDArray[np.int64], strength: NDArray[np.float64]
) -> NDArray[np.intp]:
    """Order corners: the strongest of each cell, then the second of each, and so on."""
    by_cell = some[np.lexsort((-strength[some], cells[some]))]
    turn = np.arange(len(by_cell)) - np.searchsorted(cells[by_cell], cells[by_cell])
    return by_cell[np.lexsort((cells[by_cell], turn))]
