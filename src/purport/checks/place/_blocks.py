"""A second witness: blocks of the picture laid on the reference must fit best where they lie."""

import numpy as np
from numpy.typing import NDArray

from purport.checks.place._dense import match_blocks
from purport.checks.place._views import View
from purport.imagery import LumaPatch

__all__ = ["count_fitting_blocks"]

FloatArray = NDArray[np.float64]

_SEARCH_PX = 6
_FITS_WITHIN_PX = 2.5


def count_fitting_blocks(view: View, patch: LumaPatch, to_patch: FloatArray) -> tuple[int, int]:
    """Count blocks of a view, and those that fit best where the homography puts them.

    The directions of edges in each block are compared with the reference warped into the view,
    over shifts of up to 6 pixels; a block fits when the best shift is at most 2 pixels on either
    axis (25 of 169 shifts: about 0.15 by chance).

    Args:
        view: The key frame.
        patch: The stretch of the reference.
        to_patch: Homography from the key frame to the patch.

    Returns:
        Number of blocks compared, and of those that fit.
    """
    found = match_blocks(view, patch, to_patch, search_px=_SEARCH_PX)
    fits = np.abs(found.moved).max(axis=1, initial=0.0) <= _FITS_WITHIN_PX
    return found.compared, int(fits.sum())
