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
class _Peaks:
    """The best shifts of blocks; m of them."""

    block: NDArray[np.intp]
    """Which block each belongs to (m,)."""
    shift: FloatArray
    """Right and down (m, 2). [px]"""
    height: FloatArray
    """Correlation at the peak (m,)."""
    sd_px: FloatArray
    """Standard uncertainty per axis (m,). [px]"""


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
    side = min(_BLOCK_PX, max(_SMALLEST_BLOCK_PX, min(height, width) // _BLOCKS_ACROSS))
    weight = _squared(field)
    own = _window_sums(weight, side)
    edged = _window_sums((weight > 0.0).astype(np.float64), side)
    corners = [place for place in _corners(usable & known, side) if edged[place] > 0.0]
    score = _scores(field, around, corners, side=side, own=own)
    peaks = _find_peaks(score, side)
    at = np.array(corners, dtype=np.intp).reshape(-1, 2)[peaks.block]
    middle = _middles(weight, at, side, own)
    return DenseMatches(
        picture=apply_homography(to_full, middle),
        patch=apply_homography(to_patch, middle + peaks.shift),
        sd_px=peaks.sd_px * reduce_by,
        peak=peaks.height,
        moved=peaks.shift * reduce_by,
        compared=len(corners),
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


def _squared(field: NDArray[np.float32]) -> FloatArray:
    """Return the squared length of each direction (height, width)."""
    both = field[..., 0] ** 2 + field[..., 1] ** 2
    return np.asarray(both, dtype=np.float64)


def _window_sums(values: FloatArray, side: int) -> FloatArray:
    """Return the sums over all squares of a side, by their top left corners."""
    total = cv2.integral(values)
    across = total[:, side:] - total[:, :-side]
    return np.asarray(across[side:] - across[:-side], dtype=np.float64)


def _middles(
    weight: FloatArray, corners: NDArray[np.intp], side: int, own: FloatArray
) -> FloatArray:
    """Return the centres of gravity of what blocks show (m, 2). [px]

    Args:
        weight: Of each pixel (height, width).
        corners: Row and column of the top left corner of each block (m, 2).
        side: Of a block. [px]
        own: Sums of the weights over all squares of that side.
    """
    height, width = weight.shape
    top, left = corners.T
    moments = [
        _window_sums(each, side)[top, left]
        for each in (weight * np.arange(width), weight * np.arange(height)[:, None])
    ]
    return np.asarray(np.column_stack(moments) / own[top, left][:, None], dtype=np.float64)


def _scores(
    field: NDArray[np.float32],
    around: NDArray[np.float32],
    corners: list[tuple[int, int]],
    *,
    side: int,
    own: FloatArray,
) -> FloatArray:
    """Correlate each block with what lies round it on the reference (n, k, k).

    Args:
        field: Edge directions of the picture (height, width, 2).
        around: Those of the reference, wider by the search on all sides.
        corners: Top left corners of the blocks, row and column.
        side: Of a block. [px]
        own: Sums of the squared directions of the picture over all squares of that side.
    """
    places = around.shape[0] - field.shape[0] + 1
    theirs = _window_sums(_squared(around), side)
    score = np.zeros((len(corners), places, places))
    across = side + places - 1
    for number, (top, left) in enumerate(corners):
        block = field[top : top + side, left : left + side]
        product = cv2.matchTemplate(
            around[top : top + across, left : left + across], block, cv2.TM_CCORR
        )
        there = theirs[top : top + places, left : left + places]
        energy = float(own[top, left])
        np.divide(
            product,
            np.sqrt(energy * np.maximum(there, 0.0)),
            out=score[number],
            where=there > _LEAST_ENERGY * energy,
        )
    return score


def _find_peaks(score: FloatArray, side: int) -> _Peaks:
    """Return the peaks of correlation surfaces that are neither low, doubtful, nor at the end."""
    places = score.shape[1]
    row, column = np.unravel_index(
        score.reshape(len(score), places**2).argmax(axis=1), (places, places)
    )
    every = np.arange(len(score))
    best = score[every, row, column]
    inside = (row > 0) & (row < places - 1) & (column > 0) & (column < places - 1)
    step = np.arange(places)
    far_down = np.abs(step - row[:, None]) > _RIVAL_PX
    far_across = np.abs(step - column[:, None]) > _RIVAL_PX
    elsewhere = far_down[:, :, None] | far_across[:, None, :]
    rival = np.where(elsewhere, score, -1.0).max(axis=(1, 2), initial=-1.0)
    chosen = np.flatnonzero(inside & (best >= _LEAST_PEAK) & (rival <= _LARGEST_RIVAL * best))
    down, right = np.mgrid[-1:2, -1:2]
    near = score[
        chosen[:, None, None],
        row[chosen, None, None] + down,
        column[chosen, None, None] + right,
    ]
    middle = (places - 1) / 2.0
    place = np.column_stack([column[chosen], row[chosen]]) - middle
    return _refined(
        _Peaks(block=chosen, shift=place, height=best[chosen], sd_px=best[chosen]), near, side
    )


def _refined(peaks: _Peaks, near: FloatArray, side: int) -> _Peaks:
    """Fit a paraboloid to each peak and its eight neighbours; leave out those that it does not fit.

    The standard uncertainty follows from how steeply the correlation falls and from what of the
    block the reference does not explain (Robinson and Milanfar, equation 13, for one unknown
    shift), times a factor for what neighbouring pixels share, found on simulated clips.

    Args:
        peaks: The peaks to a pixel.
        near: The correlations about them (m, 3, 3).
        side: Of a block. [px]
    """
    (a, b, c), (d, e, f), (g, h, i) = np.moveaxis(near, 0, 2)
    slope_x, slope_y = (f - d) / 2.0, (h - b) / 2.0
    bend_x, bend_y, cross = f + d - 2.0 * e, h + b - 2.0 * e, (i + a - g - c) / 4.0
    determinant = bend_x * bend_y - cross**2
    falls = (bend_x + bend_y < 0.0) & (determinant > 0.0)  # on all sides
    divisor = np.where(falls, determinant, 1.0)
    away = np.column_stack(
        [
            (cross * slope_y - bend_y * slope_x) / divisor,
            (cross * slope_x - bend_x * slope_y) / divisor,
        ]
    )
    height = e + (slope_x * away[:, 0] + slope_y * away[:, 1]) / 2.0
    # the mean of the two variances along the axes of the paraboloid
    unexplained = np.maximum(1.0 - height**2, 0.0) / height
    variance = unexplained * -(bend_x + bend_y) / (2.0 * divisor)
    factor = _SD_FACTOR * _BLOCK_PX / side
    kept = falls & (np.abs(away).max(axis=1, initial=0.0) <= 1.0)
    sd_px = np.hypot(factor * np.sqrt(np.where(kept, variance, 0.0)), _LEAST_SD_PX)
    kept &= sd_px <= _LARGEST_SD_PX
    return _Peaks(
        block=peaks.block[kept],
        shift=(peaks.shift + away)[kept],
        height=height[kept],
        sd_px=sd_px[kept],
    )
