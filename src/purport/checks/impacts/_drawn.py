"""Captions, pins and brackets that are drawn or slid into the picture, told by their fine strokes.

A burst has one outline, soft at the edge; lettering is all edges. How much edge a change has for
its size is a pure number: 3.5 for a disc, whatever its size; lettering has several times that.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.impacts._changes import compare
from purport.checks.impacts._views import View, Views

__all__ = ["is_drawn", "is_one_patch"]

_FINE_WIDTH_PX = 640
_CHANGED = 12.0
_EDGE_SHARE = 0.45
_COMPLEXITY = 6.5
_LARGEST_SHARE = 0.1
_LEAST_CONTRAST = 50.0
_LEAST_STRONG = 30.0
_ONE_SIGN = 0.8
"""Sum of a patch's change over the sum of its size, from which it is one patch. On development
clips small bursts had 0.85 to 1; moving brackets, which are light strokes with dark rims, gone here
and new there, had at most 0.57."""

Mask = NDArray[np.bool_]


def is_drawn(views: Views, earlier: View, view: View, mask: Mask) -> bool:
    """Tell whether a patch of change is lettering or line drawing.

    Args:
        views: The views of the shot.
        earlier: The view before.
        view: The view in which the patch has appeared.
        mask: The patch, at scanning size.

    References:
        On development clips lettering had an edge share of 0.51 to 0.72 and a complexity of 6.0
        to 29, bursts at most 0.40 and 12, never both near the bounds.
    """
    if np.count_nonzero(mask) > _LARGEST_SHARE * mask.size:
        return False
    residual, inside = _fine_change(views, earlier, view, mask)
    size = np.abs(residual)
    size = np.where((size > _CHANGED) & inside, size, 0.0).astype(np.float32)
    total, power = float(size.sum()), float((size**2).sum())
    if power == 0.0 or float(size.max()) < _LEAST_CONTRAST:
        return False
    across = cv2.Sobel(size, cv2.CV_32F, 1, 0, scale=0.125)
    down = cv2.Sobel(size, cv2.CV_32F, 0, 1, scale=0.125)
    edge = float(cv2.magnitude(across, down)[inside].sum())
    area = total**2 / power
    return edge > _EDGE_SHARE * total and edge / total * np.sqrt(area) > _COMPLEXITY


def is_one_patch(views: Views, earlier: View, view: View, mask: Mask) -> bool:
    """Tell whether a patch of change is strong, and lighter or darker throughout, unlike strokes.

    Args:
        views: The views of the shot.
        earlier: The view before.
        view: The view in which the patch has appeared.
        mask: The patch, at scanning size.
    """
    residual, inside = _fine_change(views, earlier, view, mask)
    scan, valid = views.warp(earlier, view)
    change = compare(scan, view.picture, valid, threshold=_CHANGED)
    around = (view.picture.astype(np.float32) - scan - change.residual)[mask]
    residual = residual - float(np.median(around)) if len(around) else residual
    size = np.where((np.abs(residual) > _CHANGED) & inside, np.abs(residual), np.float32(0.0))
    if float(size.max()) < _LEAST_STRONG:
        return False
    return abs(float((np.sign(residual) * size).sum())) >= _ONE_SIGN * float(size.sum())


def _fine_change(
    views: Views, earlier: View, view: View, mask: Mask
) -> tuple[NDArray[np.float32], Mask]:
    """Return the change about a patch at 640 px of picture width, and the patch at that size."""
    height, width = view.full.shape
    left, top, wide, high = cv2.boundingRect(mask.astype(np.uint8))
    scale = views.scale
    x0, y0 = max(int((left - 2) / scale), 0), max(int((top - 2) / scale), 0)
    x1 = min(int((left + wide + 2) / scale), width)
    y1 = min(int((top + high + 2) / scale), height)
    shift = np.array([[1.0, 0.0, -x0], [0.0, 1.0, -y0], [0.0, 0.0, 1.0]])
    matrix = shift @ views.between_full(earlier, view)
    before = cv2.warpPerspective(earlier.full, matrix, (x1 - x0, y1 - y0))
    ratio = min(1.0, _FINE_WIDTH_PX / width)
    size = (max(round((x1 - x0) * ratio), 1), max(round((y1 - y0) * ratio), 1))
    now = cv2.resize(view.full[y0:y1, x0:x1], size, interpolation=cv2.INTER_AREA)
    then = cv2.resize(before, size, interpolation=cv2.INTER_AREA)
    grown = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
    rows = slice(max(top - 2, 0), top + high + 2)
    inside = cv2.resize(
        grown[rows, max(left - 2, 0) : left + wide + 2], size, interpolation=cv2.INTER_NEAREST
    )
    return now.astype(np.float32) - then.astype(np.float32), inside > 0
