"""The direction of edges in a picture, whichever side of them is the brighter.

A gradient turned by half a turn is the same edge seen in negative. Doubling its angle makes the two
equal, so that infrared of either polarity, visible light and maps can be compared where their edges
agree, though their brightness does not.

References:
    Bigün and Granlund (1987), Optimal orientation detection of linear symmetry.
    Fitch et al. (2002), Orientation correlation.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["direction_field"]

_SMOOTHING_PX = 1.0
_NEIGHBOURHOOD_PX = 5.0
_SCHARR_SUM = 32.0
_NOISE_LUMA = 1.0
"""Root of a gradient's length that counts as nothing, and keeps flat ground flat. [luma / px]"""


def direction_field(
    luma: NDArray[np.uint8] | NDArray[np.float32],
    seen: NDArray[np.bool_],
    *,
    smoothing_px: float = _SMOOTHING_PX,
) -> NDArray[np.float32]:
    """Return the doubled direction of the gradient, weighed evenly over the picture.

    The length of each vector is the root of the gradient's length, over the root mean of the
    gradients round it: faint edges count nearly as much as strong ones.

    Args:
        luma: The picture (height, width).
        seen: Where it shows something to compare (height, width); 0 elsewhere.
        smoothing_px: Standard deviation of the smoothing before gradients are taken. [px]

    Returns:
        Cosine and sine parts (height, width, 2).
    """
    smooth = cv2.GaussianBlur(luma.astype(np.float32), (0, 0), smoothing_px)
    right = cv2.Scharr(smooth, cv2.CV_32F, 1, 0, scale=1.0 / _SCHARR_SUM)
    down = cv2.Scharr(smooth, cv2.CV_32F, 0, 1, scale=1.0 / _SCHARR_SUM)
    open_area = seen.astype(np.float32)
    # NumPy's root, as OpenCV's magnitude depends on where in memory its result happens to lie.
    length = np.sqrt(right * right + down * down) * open_area
    usual = np.sqrt(cv2.GaussianBlur(length, (0, 0), _NEIGHBOURHOOD_PX) + np.float32(_NOISE_LUMA))
    # Root of the length times the unit vector of twice the angle.
    share = np.zeros_like(length)
    np.divide(open_area, length * np.sqrt(length) * usual, out=share, where=length > 0.0)
    both = cv2.merge([(right * right - down * down) * share, 2.0 * right * down * share])
    return np.asarray(both, dtype=np.float32)
