"""The burnt-in graphics of the shot at hand, as far as its movement has shown them."""

import numpy as np
from numpy.typing import NDArray

from purport.scene._overlays import OverlayMask, OverlayStatistics, find_edges, is_time_to_tell
from purport.scene._standing import StandingGraphics

__all__ = ["ShotGraphics"]

_SAMPLE_MOVE_PX = 3.0
_MOST_SAMPLES = 100
_LEAST_MOVE_PX = 0.8
_MOST_MOVE_PX = 60.0
_CLOSE_SAMPLES = 8
_SAMPLE_EVERY = 4

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Matrix = NDArray[np.float64]


class ShotGraphics:
    """Gathers evidence from linked frames.

    Args:
        shape: Rows and columns at working size.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self._edges = OverlayStatistics(shape)
        self._edge_mask: OverlayMask = self._edges.estimate_mask()
        self._standing = StandingGraphics(shape)
        self._compared = 0
        self._mask: Mask | None = None

    @property
    def mask(self) -> Mask | None:
        """Return the graphics about now, at working size; None while not known."""
        return self._mask

    def average(self, small: Image, moved_px: float) -> bool:
        """Count the gradients of a frame once the ground has moved 3 px since the last one.

        Returns:
            Whether it was counted.
        """
        if moved_px < _SAMPLE_MOVE_PX or self._edges.samples >= _MOST_SAMPLES:
            return False
        edges = find_edges(small)
        if edges is None:
            return False
        self._edges.add(small, edges)
        if is_time_to_tell(self._edges.samples):
            self._edge_mask = self._edges.estimate_mask()
            self._tell()
        return True

    def compare(
        self, index: int, picture: Image, key: Image, *, onto: Matrix, moved_px: float
    ) -> bool:
        """Compare a frame with the key that it is linked to, now and then.

        Args:
            index: Frame index.
            picture: The frame, locally normalised.
            key: The key, locally normalised.
            onto: Homography from the key to the frame (3, 3).
            moved_px: How far the ground moved between them. [px]

        Returns:
            Whether `mask` changed.
        """
        if not _LEAST_MOVE_PX <= moved_px <= _MOST_MOVE_PX:
            return False
        if self._compared >= _CLOSE_SAMPLES and index % _SAMPLE_EVERY:
            return False
        self._compared += 1
        if not self._standing.add(picture, key, onto):
            return False
        self._tell()
        return True

    def finish(self) -> OverlayMask:
        """Return the graphics of the whole shot."""
        self._standing.end_block()
        edges = self._edges.estimate_mask()
        lasting = self._standing.lasting()
        mask = self._standing.without_ground(np.asarray(edges.mask))
        if lasting is not None:
            mask = mask | lasting
        return OverlayMask(
            mask=mask, known=edges.known or lasting is not None, samples=edges.samples
        )

    def _tell(self) -> None:
        standing = self._standing.recent()
        if self._edge_mask.known:
            both = self._standing.without_ground(np.asarray(self._edge_mask.mask))
            self._mask = both if standing is None else both | standing
        else:
            self._mask = standing
