"""Guided block matches: where blocks of a picture lie on the reference, to a fraction of a pixel.

Given a view that is roughly known, the reference is laid over the picture, and each block is moved
over its surroundings. What is compared is the *direction of edges*, not brightness: the doubled
angle of the gradient, weighed by how much it stands out. Bright and dark may be exchanged, and
tones may differ from one part of the picture to the other, as between infrared and visible light.

References:
    Granlund and Knutsson (1995), Signal processing for computer vision, chapter 6 (doubled angle).
    Ye, Shan, Bruzzone and Shen (2017), Robust registration of multimodal remote sensing images
    based on structural similarity.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.place._geometry import apply_homography, local_affine
from purport.checks.place._views import View
from purport.imagery import LumaPatch

__all__ = ["DenseMatches", "lay_patch", "match_blocks"]

FloatArray = NDArray[np.float64]
Picture = NDArray[np.float32]
Mask = NDArray[np.bool_]

_BLOCK_PX = 48
_MOST_COLUMNS = 22
_SHARE_USABLE = 0.7
_NEIGHBOURHOOD_PX = 16.0
"""Over which a gradient must stand out."""
_FAINT = 0.3
"""Gradient that counts as noise. [luma a pixel]"""
_SMOOTHING_PX = 1.0
_FEWEST_PEAK = 0.3
"""Correlation of a right block, at least: of wrong places one block in seven exceeds it."""
_PEAK_RADIUS = 3
_CLEAR_OF_RIVAL = 0.05
_FLATTEST = 1e-4
_SD_FACTOR = 0.1
"""Standard deviation of the position of blocks with unit sqrt((1 - peak) / curvature), measured on
simulated clips. [px]"""
_SMALLEST_SD_PX = 0.05


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DenseMatches:
    """Blocks of a picture found on the reference; n of them."""

    picture: FloatArray
    """Middle of the block in the picture (n, 2). [px]"""
    patch: FloatArray
    """The same spot in the patch (n, 2). [px of the patch]"""
    sd_px: FloatArray
    """Standard uncertainty per axis, in the picture (n,). [px]"""
    moved: FloatArray
    """By how much the block lies beside where the homography put it (n, 2). [px]"""
    compared: int
    """Blocks with edges that were looked for."""


def lay_patch(
    patch: LumaPatch, matrix: FloatArray, size: tuple[int, int]
) -> tuple[Picture, Mask, float]:
    """Lay the reference over a picture, averaged where it is finer.

    Args:
        patch: The stretch of the reference.
        matrix: Homography from picture to patch.
        size: Width and height of the picture. [px]

    Returns:
        Its luma there, where it is known, and how many of its pixels one of the picture spans.
    """
    centre = np.array([[(size[0] - 1) / 2, (size[1] - 1) / 2]])
    scale = math.sqrt(abs(float(np.linalg.det(local_affine(matrix, centre)[0]))))
    luma = patch.luma.astype(np.float32)
    if scale > 1.0:
        luma = np.asarray(cv2.GaussianBlur(luma, (0, 0), 0.5 * scale), dtype=np.float32)
    laid = cv2.warpPerspective(luma, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    known = cv2.warpPerspective(
        patch.valid.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    )
    return np.asarray(laid, dtype=np.float32), np.asarray(known, dtype=bool), scale


def match_blocks(
    view: View, patch: LumaPatch, matrix: FloatArray, *, search_px: int, reduce_by: int = 1
) -> DenseMatches:
    """Find blocks of a view on the reference, near where a homography puts them.

    Args:
        view: The picture.
        patch: The stretch of the reference.
        matrix: Homography from picture to patch.
        search_px: How far to look on either side, in pixels of the reduced picture. [px]
        reduce_by: How many times the picture is reduced first: 2 looks twice as far.
    """
    luma, usable, to_full = _reduced(view, reduce_by)
    height, width = luma.shape
    laid, known, scale = lay_patch(patch, matrix @ to_full, (width, height))
    smoothing = max(_SMOOTHING_PX, 0.6 / scale)
    here = _edges(luma, usable, smoothing)
    there = _edges(laid, known, smoothing)
    step = max(_BLOCK_PX * 2 // (3 if reduce_by == 1 else 4), width // _MOST_COLUMNS)
    margin = search_px
    spots, moves, spreads = [], [], []
    compared = 0
    for top in range(margin, height - _BLOCK_PX - margin + 1, step):
        for left in range(margin, width - _BLOCK_PX - margin + 1, step):
            block = np.s_[top : top + _BLOCK_PX, left : left + _BLOCK_PX]
            reach = _BLOCK_PX + 2 * margin
            first = (top - margin, left - margin)
            around = np.s_[first[0] : first[0] + reach, first[1] : first[1] + reach]
            if min(usable[block].mean(), known[around].mean()) < _SHARE_USABLE:
                continue
            compared += 1
            found = _locate(here[block], there[around])
            if found is not None:
                spots.append((left + (_BLOCK_PX - 1) / 2, top + (_BLOCK_PX - 1) / 2))
                moves.append(found[0])
                spreads.append(found[1])
    spot = np.array(spots, dtype=np.float64).reshape(-1, 2)
    move = np.array(moves, dtype=np.float64).reshape(-1, 2)
    return DenseMatches(
        picture=apply_homography(to_full, spot),
        patch=apply_homography(matrix @ to_full, spot + move),
        sd_px=np.array(spreads, dtype=np.float64) * reduce_by,
        moved=move * reduce_by,
        compared=compared,
    )


def _reduced(view: View, reduce_by: int) -> tuple[NDArray[np.uint8], Mask, FloatArray]:
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
    return np.asarray(luma, dtype=np.uint8), np.asarray(usable, dtype=bool), to_full


def _edges(luma: NDArray[np.uint8] | Picture, known: Mask, smoothing_px: float) -> Picture:
    """Return the doubled angle of the gradient, 0 to 1 as it stands out (height, width, 2)."""
    smooth = cv2.GaussianBlur(luma.astype(np.float32), (0, 0), smoothing_px)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0) / 8.0
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1) / 8.0
    length = np.hypot(across, down)
    usual = cv2.GaussianBlur(length, (0, 0), _NEIGHBOURHOOD_PX)
    weight = 1.0 / ((length + 1e-6) * (length + usual + _FAINT))
    edges = np.dstack([(across**2 - down**2) * weight, 2.0 * across * down * weight])
    edges[cv2.erode(known.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0] = 0.0
    return np.asarray(edges, dtype=np.float32)


def _locate(block: Picture, around: Picture) -> tuple[FloatArray, float] | None:
    """Find a block in its surroundings: how far from the middle, and how surely. [px]

    The peak of the correlation, refined by the paraboloid through its neighbours; None where it
    lies on the border, is low, or has a rival.
    """
    if float(np.abs(block).max()) == 0.0 or float(np.abs(around).max()) == 0.0:
        return None
    score = cv2.matchTemplate(around, block, cv2.TM_CCORR_NORMED)
    row, column = np.unravel_index(int(score.argmax()), score.shape)
    last = score.shape[0] - 1
    peak = float(score[row, column])
    if not (0 < row < last and 0 < column < last) or peak < _FEWEST_PEAK:
        return None
    near = score[row - 1 : row + 2, column - 1 : column + 2].astype(np.float64)
    rows = slice(max(0, int(row) - _PEAK_RADIUS), int(row) + _PEAK_RADIUS + 1)
    columns = slice(max(0, int(column) - _PEAK_RADIUS), int(column) + _PEAK_RADIUS + 1)
    score[rows, columns] = -1.0
    if peak - float(score.max()) < _CLEAR_OF_RIVAL:
        return None
    slope = np.array([near[1, 2] - near[1, 0], near[2, 1] - near[0, 1]]) / 2.0
    twist = (near[2, 2] - near[2, 0] - near[0, 2] + near[0, 0]) / 4.0
    bend = np.array(
        [
            [2.0 * near[1, 1] - near[1, 2] - near[1, 0], -twist],
            [-twist, 2.0 * near[1, 1] - near[2, 1] - near[0, 1]],
        ]
    )
    flattest = float(np.linalg.eigvalsh(bend)[0])
    if flattest <= _FLATTEST:
        return None
    finer = np.linalg.solve(bend, slope)
    if float(np.abs(finer).max()) > 1.0:
        return None
    spread = _SD_FACTOR * math.sqrt((1.0 - min(peak, 1.0)) / flattest)
    middle = last / 2.0
    return np.array([column - middle, row - middle]) + finer, max(spread, _SMALLEST_SD_PX)
