"""Linking a frame that glare or a collapsing gain has all but wiped out to the one before it.

The scene does not link such frames: too few points can be followed. For two frames in a row little
is needed, though: what is left of the whole picture, whatever its contrast, shifted and turned.
"""

from dataclasses import replace

import cv2
import numpy as np

from purport.checks.impacts._views import View, Views

__all__ = ["link_veiled"]

_LEAST_CORRELATION = 0.35
"""Correlation of the two pictures from which they show the same ground."""
_ITERATIONS = 40
_STEP = 1e-4
_SMOOTH_PX = 5
"""Side of the filter against noise. [px]"""


def link_veiled(views: Views, base: View, view: View) -> View | None:
    """Link a veiled frame to an earlier one by what both show; None where too little is left.

    Args:
        views: The views of the shot.
        base: An earlier frame that is linked.
        view: The frame.

    References:
        Evangelidis and Psarakis (2008), enhanced correlation coefficient.
    """
    clear = views.clear.astype(np.uint8) * 255
    start = np.eye(2, 3, dtype=np.float32)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _ITERATIONS, _STEP)
    try:
        correlation, found = cv2.findTransformECC(
            view.picture, base.picture, start, cv2.MOTION_EUCLIDEAN, stop, clear, _SMOOTH_PX
        )
    except cv2.error:  # it raises where the pictures have nothing in common
        return None
    if correlation < _LEAST_CORRELATION:
        return None
    into_base = np.vstack([found, [0.0, 0.0, 1.0]])
    to_anchor = base.to_anchor @ into_base
    return replace(view, to_anchor=to_anchor / to_anchor[2, 2])
