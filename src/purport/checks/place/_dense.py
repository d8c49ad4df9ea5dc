"""Blocks of a picture on the reference, near where a homography puts them, to sub-pixels.

The reference is warped into the picture, both become fields of edge directions that know no
contrast, and each block of the picture is sought in the reference by normalised correlation. Every
use of blocks, from the first rough look to the adjustment, goes through this one matcher.

References:
    Fitch et al. (2002), Orientation correlation.
    Robinson and Milanfar (2004), Fundamental performance limits in image registration.
    Ye, Shan, Bruzzone and Shen (2017), Robust registration of multimodal remote sensing images
    based on structural similarity.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.place._directions import direction_field
from purport.checks.place._geometry import apply_homography
from purport.checks.place._laying import lay_patch, scale_at_middle
from purport.checks.place._views import View
from purport.imagery import LumaPatch

__all__ = ["DenseMatches", "match_blocks"]

FloatArray = NDArray[np.float64]

_SMOOTHING_OF_LAID = 0.6
"""Smoothing of both, in pixels of the reference where that is the coarser one."""
_BLOCK_PX = 64
_SMALLEST_BLOCK_PX = 40
_BLOCKS_ACROSS = 5
"""Blocks that the shorter side of a small picture holds at least."""
_STEP_SHARE = 0.62
"""Distance of blocks, as a share of their side."""
_MOST_COLUMNS = 24
_LEAST_SEEN = 0.85
"""Share of a block that picture and reference must both show."""
_LEAST_ENERGY = 0.3
"""Of what the reference shows there, as a share of what the block shows."""
_LEAST_PEAK = 0.25
"""Of 42 views laid beside their place, one block in two hundred reached it."""
_RIVAL_PX = 4
"""Distance from which on another peak is a rival and not the same one."""
_LARGEST_RIVAL = 0.85
"""Height of the best rival, as a share of the peak's."""
_SD_FACTOR = 0.078
_LEAST_SD_PX = 0.09
_LARGEST_SD_PX = 0.76
"""These three from 24 clips of the exam's development set (4,200 blocks)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DenseMatches:
    """Blocks of a picture found in the reference; n of them."""

    picture: FloatArray
    """Middle of what is seen of each block, in the picture (n, 2). [px]"""
    patch: FloatArray
    """The same spot in the patch (n, 2). [px of the patch]"""
    sd_px: FloatArray
    """Standard uncertainty of the match per axis, in picture pixels (n,). [px]"""
    peak: FloatArray
    """Height of the correlation, 0 to 1: how alike the edges are (n,)."""
    moved: FloatArray
    """By how much the block lies beside where the homography put it (n, 2). [px]"""
    compared: int
    """Blocks with edges that were looked for."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Peak:
    """The best shift of a block."""

    shift: FloatArray
    """Right and down (2,). [px]"""
    height: float
    """Correlation at the peak."""
    sd_px: float
    """Standard uncertainty per axis. [px]"""


def match_blocks(
    view: View, patch: LumaPatch, matrix: FloatArray, *, search_px: int, reduce_by: int = 1
) -> DenseMatches:
    """Match blocks of a picture to the reference near where a homography puts them.

    Blocks are 64 pixels wide and overlap, so that neighbours err together. Works whatever the
    contrast: visible light, infrared of either polarity, a map. Blocks that fit nowhere clearly,
    equally well in two places, or best at the end of the search are left out. About two in a
    hundred of those that stay are wrong by more than 1.5 pixels: adjust robustly. What all blocks
    of a frame share (shadows of another sun, frames that the codec left behind) is not in the
    uncertainty: up to 0.3 pixels in simulated clips.

    Args:
        view: The key frame.
        patch: The stretch of the reference.
        matrix: Homography from the picture to the patch, right to within the search.
        search_px: How far to look in each direction, in pixels of the reduced picture. [px]
        reduce_by: How many times the picture is reduced first: 2 looks twice as far.
    """
    luma, usable, to_full = _reduced(view, reduce_by)
    height, width = luma.shape
    to_patch = matrix @ to_full
    laid, known = lay_patch(patch, to_patch, (width, height))
    smoothing_px = max(1.0, _SMOOTHING_OF_LAID / scale_at_middle(to_patch, (width, height)))
    reach = search_px + 1
    field = direction_field(luma, usable, smoothing_px=smoothing_px)
    border = ((reach, reach), (reach, reach), (0, 0))
    around = np.pad(direction_field(laid, known, smoothing_px=smoothing_px), border)
    energy = cv2.integral((around**2).sum(axis=2))
    side = min(_BLOCK_PX, max(_SMALLEST_BLOCK_PX, min(height, width) // _BLOCKS_ACROSS))
    middles: list[FloatArray] = []
    peaks: list[_Peak] = []
    compared = 0
    for top, left in _corners(usable & known, side):
        block = field[top : top + side, left : left + side]
        if not block.any():
            continue
        compared += 1
        across = side + 2 * reach
        there = np.s_[top : top + across, left : left + across]
        summed = energy[top : top + across + 1, left : left + across + 1]
        found = _find(block, around[there], summed)
        if found is not None:
            middles.append(_middle_of(block) + np.array([left, top]))
            peaks.append(found)
    middle = np.array(middles).reshape(-1, 2)
    shift = np.array([peak.shift for peak in peaks]).reshape(-1, 2)
    return DenseMatches(
        picture=apply_homography(to_full, middle),
        patch=apply_homography(to_patch, middle + shift),
        sd_px=np.array([peak.sd_px for peak in peaks]) * reduce_by,
        peak=np.array([peak.height for peak in peaks]),
        moved=shift * reduce_by,
        compared=compared,
    )


def _reduced(view: View, reduce_by: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_], FloatArray]:
    """Return a view reduced, where it is usable, and the matrix to its full size (3, 3)."""
    if reduce_by == 1:
        return view.luma, view.usable, np.eye(3)
    height, width = view.luma.shape
    size = (width // reduce_by, height // reduce_by)
    luma = cv2.resize(view.luma, size, interpolation=cv2.INTER_AREA)
    usable = cv2.resize(view.usable.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    across, down = width / size[0], height / size[1]
    # The centre of the first pixel is (0, 0) at both sizes.
    to_full = np.array(
        [[across, 0.0, (across - 1) / 2], [0.0, down, (down - 1) / 2], [0.0, 0.0, 1.0]]
    )
    return np.asarray(luma, dtype=np.uint8), np.asarray(usable, dtype=np.bool_), to_full


def _corners(seen: NDArray[np.bool_], side: int) -> list[tuple[int, int]]:
    """Return the top left corners of the blocks that can be compared, row by row."""
    height, width = seen.shape
    step = max(math.ceil(_STEP_SHARE * side), math.ceil(width / _MOST_COLUMNS))
    total = cv2.integral(seen.astype(np.uint8))
    enough = _LEAST_SEEN * side**2
    return [
        (top, left)
        for top in _places(height - side, step)
        for left in _places(width - side, step)
        if total[top + side, left + side]
        - total[top, left + side]
        - total[top + side, left]
        + total[top, left]
        >= enough
    ]


def _places(room: int, step: int) -> list[int]:
    """Return where blocks begin along one side, evenly."""
    if room < 0:
        return []
    return [int(place) for place in np.linspace(0, room, room // step + 1).round()]


def _middle_of(block: NDArray[np.float32]) -> FloatArray:
    """Return the centre of gravity of what a block shows, from its corner (2,). [px]"""
    weight = (block**2).sum(axis=2, dtype=np.float64)
    place = np.arange(len(block))
    total = weight.sum()
    return np.array([weight.sum(axis=0) @ place / total, weight.sum(axis=1) @ place / total])


def _find(
    block: NDArray[np.float32], around: NDArray[np.float32], energy: FloatArray
) -> _Peak | None:
    """Seek a block in what lies round it on the reference; None when it fits nowhere clearly.

    Args:
        block: Edge directions of the picture (side, side, 2).
        around: Those of the reference, wider by the search (wide, wide, 2).
        energy: Sums of their squares above and to the left (wide + 1, wide + 1).
    """
    side = len(block)
    own = float((block**2).sum())
    product = cv2.matchTemplate(around, block, cv2.TM_CCORR)
    there = energy[side:, side:] - energy[:-side, side:] - energy[side:, :-side]
    there = there + energy[:-side, :-side]
    score = np.zeros(product.shape)
    np.divide(
        product,
        np.sqrt(own * np.maximum(there, 0.0)),
        out=score,
        where=there > _LEAST_ENERGY * own,
    )
    return _assess(score, side)


def _assess(score: FloatArray, side: int) -> _Peak | None:
    """Return the peak of a correlation surface; None when it is low, doubtful or at the end."""
    row, column = (int(place) for place in np.unravel_index(int(np.argmax(score)), score.shape))
    best = float(score[row, column])
    last = len(score) - 1
    if best < _LEAST_PEAK or not (0 < row < last and 0 < column < last):
        return None
    rest = score.copy()
    rest[
        max(0, row - _RIVAL_PX) : row + _RIVAL_PX + 1,
        max(0, column - _RIVAL_PX) : column + _RIVAL_PX + 1,
    ] = -1.0
    if rest.max() > _LARGEST_RIVAL * best:
        return None
    return _refine(score, (row, column), side)


def _refine(score: FloatArray, place: tuple[int, int], side: int) -> _Peak | None:
    """Fit a paraboloid to the peak and its eight neighbours.

    The standard uncertainty follows from how steeply the correlation falls and from what of the
    block the reference does not explain (Robinson and Milanfar, equation 13, for one unknown
    shift), times a factor for what neighbouring pixels share, found on simulated clips.
    """
    row, column = place
    near = score[row - 1 : row + 2, column - 1 : column + 2]
    (a, b, c), (d, e, f), (g, h, i) = near.tolist()
    slope_x, slope_y = (f - d) / 2.0, (h - b) / 2.0
    bend_x, bend_y, cross = f + d - 2.0 * e, h + b - 2.0 * e, (i + a - g - c) / 4.0
    determinant = bend_x * bend_y - cross**2
    if bend_x + bend_y >= 0.0 or determinant <= 0.0:
        return None  # it does not fall on all sides
    away_x = (cross * slope_y - bend_y * slope_x) / determinant
    away_y = (cross * slope_x - bend_x * slope_y) / determinant
    if max(abs(away_x), abs(away_y)) > 1.0:
        return None
    height = e + (slope_x * away_x + slope_y * away_y) / 2.0
    # the mean of the two variances along the axes of the paraboloid
    variance = (1.0 - height**2) / height * -(bend_x + bend_y) / (2.0 * determinant)
    sd_px = math.hypot(_SD_FACTOR * _BLOCK_PX / side * math.sqrt(variance), _LEAST_SD_PX)
    if sd_px > _LARGEST_SD_PX:
        return None
    middle = (len(score) - 1) / 2.0
    shift = np.array([column - middle + away_x, row - middle + away_y])
    return _Peak(shift=shift, height=height, sd_px=sd_px)
