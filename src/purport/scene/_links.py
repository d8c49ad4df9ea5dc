"""The homographies found so far, frame by frame, at working size."""

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.scene._tracking import Link

__all__ = ["Links", "between", "inverse"]

_FIRST_ROWS = 512

Matrix = NDArray[np.float64]


class Links:
    """Grows as frames are linked; frames never named are not linked."""

    def __init__(self) -> None:
        self._matrices = np.tile(np.eye(3), (_FIRST_ROWS, 1, 1))
        self._sd = np.zeros(_FIRST_ROWS)
        self._linked = np.zeros(_FIRST_ROWS, dtype=np.bool_)

    def link(self, index: int, link: Link, *, key: Matrix, key_sd_px: float) -> None:
        """Link a frame by way of a key that is itself linked.

        Args:
            index: The frame.
            link: From the frame to the key.
            key: From the key to the anchor of the shot (3, 3).
            key_sd_px: Standard uncertainty of that. [px]
        """
        self._reach(index)
        matrix = key @ link.matrix
        self._matrices[index] = matrix / matrix[2, 2]
        self._sd[index] = float(np.hypot(key_sd_px, link.sd_px))
        self._linked[index] = True

    def anchor(self, index: int) -> None:
        """Make a frame an anchor."""
        self._reach(index)
        self._matrices[index], self._sd[index], self._linked[index] = np.eye(3), 0.0, True

    def unlink(self, index: int) -> None:
        """Take back the link of a frame."""
        self._linked[index] = False

    def is_linked(self, index: int) -> bool:
        """Tell whether a frame is linked."""
        return index < len(self._linked) and bool(self._linked[index])

    def matrix(self, index: int) -> Matrix:
        """Return the homography from a frame to the anchor of its shot (3, 3)."""
        return np.array(self._matrices[index])

    def sd_px(self, index: int) -> float:
        """Return the standard uncertainty of that at the picture's centre. [px]"""
        return float(self._sd[index])

    def moved_px(self, start: int, end: int, size: tuple[int, int]) -> float:
        """Return how far the picture moved between two linked frames, mean of its corners. [px]"""
        width, height = size
        corners = np.array([[[0.0, 0.0]], [[width, 0.0]], [[width, height]], [[0.0, height]]])
        matrix = between(self._matrices[end], self._matrices[start])
        shift = cv2.perspectiveTransform(corners, matrix) - corners
        return float(np.linalg.norm(shift[:, 0], axis=1).mean())

    def columns(self, count: int) -> tuple[Matrix, NDArray[np.float64], NDArray[np.bool_]]:
        """Return matrices, uncertainties [px] and flags of the first `count` frames."""
        self._reach(count - 1)
        return self._matrices[:count], self._sd[:count], self._linked[:count]

    def _reach(self, index: int) -> None:
        while index >= len(self._sd):
            more = len(self._sd)
            self._matrices = np.concatenate([self._matrices, np.tile(np.eye(3), (more, 1, 1))])
            self._sd = np.concatenate([self._sd, np.zeros(more)])
            self._linked = np.concatenate([self._linked, np.zeros(more, dtype=np.bool_)])


def between(start: Matrix, end: Matrix) -> Matrix:
    """Return the homography from one frame to another, given both to their anchor."""
    matrix = np.linalg.solve(end, start)
    return np.asarray(matrix / matrix[2, 2], dtype=np.float64)


def inverse(matrix: Matrix) -> Matrix:
    """Return the homography the other way."""
    turned = np.linalg.inv(matrix)
    return np.asarray(turned / turned[2, 2], dtype=np.float64)
