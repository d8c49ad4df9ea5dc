"""Links between frames far apart in time or brightness, by features in both contrast polarities.

Used where following corners fails: across a flash, a dropout or a switch from white-hot to
black-hot, and to tell a cut (nothing matches) from a disturbance (the place is still the same).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.scene._tracking import Link, fit_homography, normalise

__all__ = [
    "Features",
    "Reference",
    "find_features",
    "find_reference",
    "match_features",
    "recognise",
]

_FEATURES = 600
_CONTRAST = 0.02
_RATIO = 0.8
_LEAST_INLIERS = 14
_LEAST_SHARE = 0.25
_DESCRIPTOR = 128

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """Features of one frame at working size."""

    points: NDArray[np.float32]
    """Positions (m, 2). [px]"""
    descriptors: NDArray[np.float32]
    """RootSIFT descriptors (m, 128)."""
    size: tuple[int, int]
    """Width and height of the picture. [px]"""

    def __len__(self) -> int:
        """Return the number of features."""
        return len(self.points)


class Reference:
    """A frame to be recognised, in both contrast polarities; the negative only when it is needed.

    Args:
        picture: The locally normalised picture at working size.
        usable: Not 0 where features may lie.
    """

    def __init__(self, picture: Image, usable: Image) -> None:
        self._picture = picture
        self._usable = usable
        self._negative: Features | None = None
        self.positive = _sift(picture, usable)
        """Features of the picture."""

    def __len__(self) -> int:
        """Return the number of features of the picture."""
        return len(self.positive)

    @property
    def negative(self) -> Features:
        """Return the features of the picture's negative."""
        if self._negative is None:
            inverted = np.asarray(255 - self._picture, dtype=np.uint8)
            self._negative = _sift(inverted, self._usable)
        return self._negative


def find_features(picture: Image, usable: Image) -> Features:
    """Find features of a locally normalised picture where `usable` is not 0."""
    return _sift(picture, usable)


def find_reference(small: Image, usable: Image) -> Reference:
    """Find features in a picture and in its negative, where `usable` is not 0."""
    return Reference(normalise(small), usable)


def recognise(features: Features, reference: Reference) -> Link | None:
    """Link `features`' frame to a reference; None when they do not show the same place."""
    link = match_features(features, reference.positive)
    return link if link is not None else match_features(features, reference.negative)


def match_features(features: Features, other: Features) -> Link | None:
    """Link `features`' frame to `other`'s; None when they do not match."""
    if len(features) < _LEAST_INLIERS or len(other) < _LEAST_INLIERS:
        return None
    likeness = features.descriptors @ other.descriptors.T
    best = np.argmax(likeness, axis=1)
    rows = np.arange(len(features))
    highest = likeness[rows, best].copy()
    mutual = np.argmax(likeness, axis=0)[best] == rows
    likeness[rows, best] = -1.0
    second = likeness.max(axis=1)
    kept = mutual & ((1.0 - highest) < _RATIO**2 * (1.0 - second))
    return fit_homography(
        features.points[kept],
        other.points[best[kept]],
        other.size,
        tried=int(np.count_nonzero(kept)),
        least_share=_LEAST_SHARE,
        least_inliers=_LEAST_INLIERS,
    )


def _sift(picture: Image, usable: Image) -> Features:
    detector = cv2.SIFT.create(nfeatures=_FEATURES, contrastThreshold=_CONTRAST)
    found, descriptors = detector.detectAndCompute(picture, usable)
    points = np.array([point.pt for point in found], dtype=np.float32).reshape(-1, 2)
    if descriptors is None:
        descriptors = np.empty((0, _DESCRIPTOR), dtype=np.float32)
    root = np.sqrt(descriptors / np.maximum(descriptors.sum(axis=1, keepdims=True), 1.0))
    height, width = picture.shape
    return Features(
        points=points, descriptors=np.asarray(root, dtype=np.float32), size=(width, height)
    )
