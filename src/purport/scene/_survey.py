"""What each frame shows by itself, and the segments of like structure with their graphics.

The survey runs some frames ahead of the links. A segment is a run of frames in which the structure
of the picture changes little from one to the next. Segments break at cuts, but also at flashes;
linking joins what belongs together. What stands here of a frame that is at least `HORIZON` behind
the last one surveyed does not change any more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.media import LumaFrame
from purport.scene._columns import Column
from purport.scene._fine import FineColumns
from purport.scene._measuring import FLAT_SHARE, WORKING_WIDTH_PX, Measured, Told
from purport.scene._overlays import OverlayMask, OverlayStatistics
from purport.scene._spool import Spool
from purport.scene._structure import THUMBNAIL_PX

__all__ = ["HORIZON", "FrameSource", "Survey"]

FrameSource = Callable[[], Iterator[LumaFrame]]
"""Gives the frames of a video from the start, each time it is called."""

HORIZON = 100
"""Frames by which the survey has to be ahead of what is asked of it."""

_BLIND_RATIO = 0.3
_USUAL_FLAT_SHARE = 0.35
_RECENT = 400
_SEGMENTS_KEPT = 40

Image = NDArray[np.uint8]


@dataclass(slots=True, kw_only=True, eq=False)
class _Segment:
    last: int
    overlay: OverlayMask


class Survey:
    """What was measured so far, frame by frame.

    Args:
        first: The first frame; it still has to be added.
    """

    def __init__(self, first: Measured) -> None:
        height, width = first.luma.shape
        self.size = (width, height)
        """Width and height of the display picture. [px]"""
        self.scale = min(1.0, WORKING_WIDTH_PX / width)
        """Working size over display size."""
        self.shape = (first.small.shape[0], first.small.shape[1])
        """Rows and columns at working size."""
        self._pts = Column(np.int64)
        self._mean, self._sd, self._step = (Column(np.float32) for _ in range(3))
        self._alike, self._sharpness, self._saturated = (Column(np.float32) for _ in range(3))
        self._texture, self._flat = Column(np.float64), Column(np.float64)
        self._thumbnails = Spool((THUMBNAIL_PX, THUMBNAIL_PX))
        self.fine = FineColumns()
        """What thumbnails average away."""
        self._recent: dict[int, Image] = {}
        self._segments = [self._new_segment()]
        self.overlay = self._segments[0].overlay
        """Graphics that stand through the whole video so far, at working size."""

    @property
    def count(self) -> int:
        """Return the number of frames so far."""
        return len(self._pts.values)

    @property
    def pts(self) -> NDArray[np.int64]:
        """Return presentation time stamps (n,)."""
        return self._pts.values

    @property
    def luma_mean(self) -> NDArray[np.float32]:
        """Return mean luma (n,)."""
        return self._mean.values

    @property
    def luma_sd(self) -> NDArray[np.float32]:
        """Return the spatial standard deviation of luma (n,)."""
        return self._sd.values

    @property
    def step(self) -> NDArray[np.float32]:
        """Return the mean absolute difference to the thumbnail before (n,)."""
        return self._step.values

    @property
    def alike(self) -> NDArray[np.float32]:
        """Return the likeness of structure to the frame before (n,), 1 for the first."""
        return self._alike.values

    @property
    def sharpness(self) -> NDArray[np.float32]:
        """Return the sharpness (n,)."""
        return self._sharpness.values

    @property
    def saturated(self) -> NDArray[np.float32]:
        """Return the share of the thumbnail at the white or black end (n,)."""
        return self._saturated.values

    def add(self, frame: Measured) -> bool:
        """Add the next frame; tell whether it begins a segment."""
        first = self.count == 0
        self._learn(frame.told)
        self._segments[-1].last = frame.index
        self._extend(frame)
        return frame.begins or first

    def finish(self, told: Told) -> None:
        """Take what was told of graphics when the last segment was closed."""
        self._learn(told)

    def thumbnail(self, index: int) -> Image:
        """Return the thumbnail of a frame."""
        return self._recent[index] if index in self._recent else self._thumbnails.mapped()[index]

    def thumbnails(self) -> Image:
        """Return all thumbnails (n, 64, 64), read-only."""
        return self._thumbnails.mapped()

    def is_blind(self, index: int) -> bool:
        """Tell whether a frame shows next to nothing: black, white or fogged but for graphics.

        Its structure is far less than that of the frames about it, or none.
        """
        about = slice(max(0, index - HORIZON), index + HORIZON + 1)
        texture, flat = self._texture.values, self._flat.values
        bare = texture[index] < _BLIND_RATIO * texture[about].max()
        fogged = flat[index] > FLAT_SHARE and flat[about].min() < _USUAL_FLAT_SHARE
        return bool(bare or fogged or texture[index] == 0.0)

    def graphics_at(self, index: int) -> tuple[OverlayMask, OverlayMask]:
        """Return the graphics known about a frame and of the whole video, at working size.

        A segment too short to tell takes those of the next that does, else of the one before, else
        of the whole video. The records are the same as long as nothing more is known.
        """
        known = [segment for segment in self._segments if segment.overlay.known]
        about = next((segment for segment in known if index <= segment.last), None)
        if about is None:
            return (known[-1].overlay if known else self.overlay), self.overlay
        return about.overlay, self.overlay

    def _extend(self, frame: Measured) -> None:
        self._pts.append(frame.pts)
        self._mean.append(frame.mean)
        self._sd.append(frame.sd)
        self._step.append(frame.step)
        self._alike.append(frame.alike)
        self._sharpness.append(frame.sharpness)
        self._saturated.append(frame.saturated)
        self._texture.append(frame.texture)
        self._flat.append(frame.flat)
        self._thumbnails.put(frame.thumbnail)
        self.fine.add(frame.change, frame.detail, frame.picture_type, frame.quantiser)
        self._recent[frame.index] = frame.thumbnail
        self._recent.pop(frame.index - _RECENT, None)

    # Graphics

    def _new_segment(self) -> _Segment:
        return _Segment(last=self.count, overlay=OverlayStatistics(self.shape).estimate_mask())

    def _learn(self, told: Told) -> None:
        """Take what is known anew of graphics; a segment of which nothing is known is not kept."""
        if told.closed is not None:
            self._segments[-1].overlay = told.closed
            if not told.closed.known:
                del self._segments[-1]
            del self._segments[:-_SEGMENTS_KEPT]
            self._segments.append(self._new_segment())
        if told.segment is not None:
            self._segments[-1].overlay = told.segment
        if told.whole is not None:
            self.overlay = told.whole
