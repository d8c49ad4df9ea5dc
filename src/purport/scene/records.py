"""The records of a scene: arrays over the frames of one video.

All pixel coordinates are of the *display picture* (after rotation and pixel aspect), (x, y), the
centre of the first pixel at (0, 0). All arrays are read-only.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from purport.core.media_time import FrameSpan

__all__ = ["DETAIL_TILES", "FineMeasures", "KeyFrame", "Scene", "Shot", "TickingCell", "Transition"]

DETAIL_TILES = 32
"""Tiles of a picture, across and down, in which fine detail is measured."""


class Transition(StrEnum):
    """How a shot begins."""

    START = "start"
    CUT = "cut"
    FADE = "fade"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shot:
    """Frames filmed without interruption."""

    span: FrameSpan
    """Its frames."""
    begins_with: Transition
    """How it begins."""
    anchor: int
    """Index of the frame to which `Scene.to_anchor` of this shot maps."""
    overlay: NDArray[np.bool_]
    """True where burnt-in graphics stand still on the picture (height, width)."""
    overlay_known: bool = True
    """False when the scene itself stood still or was too short, so that `overlay` is empty because
    nothing can be told."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeyFrame:
    """A frame kept whole for registration."""

    index: int
    """Frame index."""
    luma: NDArray[np.uint8]
    """Luma at display size (height, width)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FineMeasures:
    """What frames show at working size (at most 640 px wide); n frames."""

    step: NDArray[np.float32]
    """Mean absolute luma difference to the frame before (n,), 0 for the first. [0 to 255]"""
    bend: NDArray[np.float32]
    """Mean absolute difference of twice a frame from the sum of its neighbours (n,), 0 for the
    first and the last: next to nothing where a frame lies between its neighbours, as blended ones
    do. Rounded to half levels before the mean is taken. [luma]"""
    grain: NDArray[np.float32]
    """Mean absolute response to a mask of noise and finest texture (n,). [luma]"""
    tiles: NDArray[np.uint8]
    """Mean absolute difference of horizontal neighbours by tile (n, 32, 32). [luma/8]"""
    picture_types: NDArray[np.bytes_]
    """How the codec says each frame was coded (n,): b"I" alone, b"P" from others, b"B" from others
    on both sides, b"?" not said."""
    quantiser: NDArray[np.float32]
    """Mean quantiser of each frame on the codec's own scale, more is coarser (n,); NaN where the
    decoder does not tell it (HEVC, VP9, AV1)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TickingCell:
    """A small part of the picture that showed the same again a second later.

    The last digit of a burnt-in clock does so.
    """

    box: tuple[int, int, int, int]
    """Left, top, right, bottom in the display picture; right and bottom not in it. [px]"""
    first: int
    """First frame for which it was kept."""
    pictures: NDArray[np.uint8]
    """Luma of the cell (m, height, width) at working size (pictures at most 640 px wide), for the
    m frames from `first` on."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """What was found in a video's frames; n frames."""

    width_px: int
    """Width of the display picture."""
    height_px: int
    """Height of the display picture."""
    pts: NDArray[np.int64]
    """Presentation time stamps (n,), increasing. [ticks]"""
    time_base: Fraction
    """Length of a tick. [s]"""
    luma_mean: NDArray[np.float32]
    """Mean luma of each frame (n,). [0 to 255]"""
    luma_sd: NDArray[np.float32]
    """Spatial standard deviation of luma of each frame (n,). [0 to 255]"""
    step: NDArray[np.float32]
    """Mean absolute luma difference to the frame before at thumbnail size (n,), 0 for the first."""
    thumbnails: NDArray[np.uint8]
    """Luma thumbnails (n, 64, 64), area-averaged (aspect not kept)."""
    shots: tuple[Shot, ...]
    """The shots, in order, covering every frame once."""
    to_anchor: NDArray[np.float64]
    """Homography from each frame to the anchor frame of its shot (n, 3, 3), x' ~ H x, h33 = 1."""
    link_sd_px: NDArray[np.float32]
    """Standard uncertainty of that chain of links at the picture's centre (n,). [px]"""
    linked: NDArray[np.bool_]
    """Whether the chain holds from the frame to its anchor (n,)."""
    key_frames: tuple[KeyFrame, ...]
    """Sharp, unsaturated frames spread over each shot (at least one a shot), by index."""
    fine: FineMeasures | None = None
    """What thumbnails average away; None for a scene that was not made from frames at working
    size."""
    cells: tuple[TickingCell, ...] = ()
    """Where a clock may tick; few, and often none."""

    @property
    def frames(self) -> int:
        """Return the number of frames."""
        return len(self.pts)

    @property
    def frame_s(self) -> float:
        """Return the usual time from one frame to the next; 0 for a single frame. [s]"""
        if self.frames == 1:
            return 0.0
        return float(np.median(np.diff(self.pts)) * float(self.time_base))

    def seconds(self, index: int) -> float:
        """Return the presentation time of frame `index` after the first frame. [s]"""
        return float(int(self.pts[index] - self.pts[0]) * self.time_base)

    def shot_of(self, index: int) -> Shot:
        """Return the shot that frame `index` belongs to.

        Raises:
            IndexError: There is no such frame.
        """
        for shot in self.shots:
            if index in shot.span:
                return shot
        message = f"frame {index} is not among {self.frames} frames"
        raise IndexError(message)
