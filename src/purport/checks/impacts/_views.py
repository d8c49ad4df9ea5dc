"""Frames at scanning size, brought into each other's view by the scene's links."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.scene import Scene, Shot

__all__ = ["BORDER_SHARE", "SCAN_WIDTH_PX", "View", "Views", "median_view"]

SCAN_WIDTH_PX = 320
"""Widest picture that is scanned for changes. [px]"""

_BORDER_PX = 3
BORDER_SHARE = 0.06
"""Margin over the height of the picture in which new ground comes into it."""

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """One frame at scanning size."""

    index: int
    """Frame index."""
    picture: Image
    """Luma (height, width)."""
    full: Image
    """Luma at display size."""
    to_anchor: Matrix
    """Homography to the anchor of the shot, at scanning size."""


class Views:
    """Makes views of one shot's frames and warps between them.

    Args:
        scene: The scene.
        shot: The shot.
    """

    def __init__(self, scene: Scene, shot: Shot) -> None:
        self.scale = min(1.0, SCAN_WIDTH_PX / scene.width_px)
        self.size = (round(scene.width_px * self.scale), round(scene.height_px * self.scale))
        ratio = np.array([self.size[0] / scene.width_px, self.size[1] / scene.height_px])
        self._down = np.array(
            [
                [ratio[0], 0.0, (ratio[0] - 1.0) / 2.0],
                [0.0, ratio[1], (ratio[1] - 1.0) / 2.0],
                [0.0, 0.0, 1.0],
            ]
        )
        self._up = np.linalg.inv(self._down)
        self._scene = scene
        self.graphics = shot.overlay
        self.clear = self._clear_of_graphics(shot)
        self._clear_bytes = self.clear.view(np.uint8)
        self.inner = self._inner()

    def make(self, index: int, luma: Image) -> View:
        """Make the view of a frame."""
        picture = cv2.resize(luma, self.size, interpolation=cv2.INTER_AREA)
        matrix = self._down @ self._scene.to_anchor[index] @ self._up
        return View(
            index=index,
            picture=np.asarray(picture, dtype=np.uint8),
            full=luma,
            to_anchor=matrix / matrix[2, 2],
        )

    def to_full(self, point: tuple[float, float]) -> tuple[float, float]:
        """Bring a point from scanning size to display pixels."""
        x, y, _ = self._up @ np.array([point[0], point[1], 1.0])
        return float(x), float(y)

    def between(self, view: View, into: View) -> Matrix:
        """Return the homography from one view to another, at scanning size."""
        return np.asarray(np.linalg.solve(into.to_anchor, view.to_anchor), dtype=np.float64)

    def between_full(self, view: View, into: View) -> Matrix:
        """Return the homography from one view to another, at display size."""
        matrix = self._up @ self.between(view, into) @ self._down
        return np.asarray(matrix / matrix[2, 2], dtype=np.float64)

    def warp(self, view: View, into: View) -> tuple[Image, Mask]:
        """Show a view as seen in another, with where it shows ground that both see."""
        matrix = self.between(view, into)
        picture = cv2.warpPerspective(view.picture, matrix, self.size, flags=cv2.INTER_LINEAR)
        seen = cv2.warpPerspective(self._clear_bytes, matrix, self.size, flags=cv2.INTER_NEAREST)
        both = np.asarray(cv2.bitwise_and(seen, self._clear_bytes), dtype=np.uint8)
        return np.asarray(picture, dtype=np.uint8), both.view(np.bool_)

    def warp_mask(self, mask: Mask, view: View, into: View) -> Mask:
        """Bring a mask from one view into another."""
        matrix = self.between(view, into)
        warped = cv2.warpPerspective(
            mask.view(np.uint8), matrix, self.size, flags=cv2.INTER_NEAREST
        )
        return np.asarray(warped, dtype=np.uint8).view(np.bool_)

    def _inner(self) -> Mask:
        """Return where the picture is not near its border."""
        margin = round(BORDER_SHARE * self.size[1])
        inner = np.zeros(self.size[::-1], dtype=np.bool_)
        inner[margin:-margin, margin:-margin] = True
        return inner

    def _clear_of_graphics(self, shot: Shot) -> Mask:
        graphics = cv2.resize(
            shot.overlay.astype(np.uint8), self.size, interpolation=cv2.INTER_AREA
        )
        grown = cv2.dilate(graphics, np.ones((3, 3), np.uint8))
        clear = grown == 0
        clear[:_BORDER_PX] = clear[-_BORDER_PX:] = False
        clear[:, :_BORDER_PX] = clear[:, -_BORDER_PX:] = False
        return np.asarray(clear, dtype=np.bool_)


def median_view(views: Views, earlier: list[View], into: View) -> tuple[Image, Mask]:
    """Return the pixel-wise median of earlier views as seen in another, and where all see ground.

    An even number gives the lower median.
    """
    pictures, masks = zip(*(views.warp(view, into) for view in earlier), strict=True)
    if len(pictures) == 1:
        return pictures[0], masks[0]
    valid = np.logical_and.reduce(masks)
    if len(pictures) == 3:  # noqa: PLR2004 - the usual number; this is many times faster
        one, two, three = pictures
        middle = cv2.max(cv2.min(one, two), cv2.min(cv2.max(one, two), three))
        return np.asarray(middle, dtype=np.uint8), valid
    ordered = np.sort(np.stack(pictures), axis=0)
    return ordered[(len(pictures) - 1) // 2], valid
