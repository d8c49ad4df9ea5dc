"""A second witness: blocks of the picture laid on the reference must fit best where they lie."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.place._geometry import local_affine
from purport.checks.place._views import View
from purport.imagery import LumaPatch

__all__ = ["count_fitting_blocks"]

FloatArray = NDArray[np.float64]

_BLOCK_PX = 40
_SEARCH_PX = 6
_FITS_WITHIN_PX = 2
_FLAT_SD = 2.5
_MOST_COLUMNS = 16


def count_fitting_blocks(
    view: View, patch: LumaPatch, to_patch: FloatArray, *, inverted: bool
) -> tuple[int, int]:
    """Count textured blocks of a view, and those that fit best where the homography puts them.

    Each block is compared by normalised cross-correlation with the reference warped into the view,
    over shifts of up to 6 pixels; it fits when the best shift is at most 2 pixels on either axis
    (25 of 169 shifts: about 0.15 by chance).

    Args:
        view: The key frame.
        patch: The stretch of the reference.
        to_patch: Homography from the key frame to the patch.
        inverted: Whether bright and dark are exchanged.

    Returns:
        Number of blocks compared, and of those that fit.
    """
    height, width = view.luma.shape
    laid, known = _lay(patch, to_patch, (width, height))
    step = max(_BLOCK_PX, width // _MOST_COLUMNS)
    compared = fitting = 0
    reach = _BLOCK_PX + 2 * _SEARCH_PX
    for top in range(_SEARCH_PX, height - _BLOCK_PX - _SEARCH_PX, step):
        for left in range(_SEARCH_PX, width - _BLOCK_PX - _SEARCH_PX, step):
            block = np.s_[top : top + _BLOCK_PX, left : left + _BLOCK_PX]
            first = (top - _SEARCH_PX, left - _SEARCH_PX)
            around = np.s_[first[0] : first[0] + reach, first[1] : first[1] + reach]
            if not (view.usable[block].all() and known[around].all()):
                continue
            if min(float(view.luma[block].std()), float(laid[around].std())) < _FLAT_SD:
                continue
            compared += 1
            fitting += _fits(view.luma[block], laid[around], inverted=inverted)
    return compared, fitting


def _lay(
    patch: LumaPatch, to_patch: FloatArray, size: tuple[int, int]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Warp the reference into the view, averaged where it is finer than the view."""
    width, height = size
    centre = np.array([[(width - 1) / 2, (height - 1) / 2]])
    scale = math.sqrt(abs(float(np.linalg.det(local_affine(to_patch, centre)[0]))))
    luma = patch.luma
    if scale > 1.0:
        luma = np.asarray(cv2.GaussianBlur(luma, (0, 0), 0.5 * scale), dtype=np.uint8)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpPerspective(luma, to_patch, size, flags=flags)
    known = cv2.warpPerspective(
        patch.valid.astype(np.uint8), to_patch, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    )
    return np.asarray(laid, dtype=np.uint8), np.asarray(known, dtype=bool)


def _fits(block: NDArray[np.uint8], around: NDArray[np.uint8], *, inverted: bool) -> bool:
    score = cv2.matchTemplate(around, block, cv2.TM_CCOEFF_NORMED)
    best = np.unravel_index(int(np.argmax(-score if inverted else score)), score.shape)
    return max(abs(int(best[0]) - _SEARCH_PX), abs(int(best[1]) - _SEARCH_PX)) <= _FITS_WITHIN_PX
