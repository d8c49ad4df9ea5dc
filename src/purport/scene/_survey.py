"""What each frame shows by itself, and the segments of like structure with their graphics.

The survey runs some frames ahead of the links. A segment is a run of frames in which the structure
of the picture changes little from one to the next. Segments break at cuts, but also at flashes;
linking joins what belongs together. What stands here of a frame that is at least `HORIZON` behind
the last one surveyed does not change any more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.media import LumaFrame
from purport.scene._columns import Column
from purport.scene._fine import FineColumns, FrameDetail, measure_detail
from purport.scene._overlays import OverlayMask, OverlayStatistics, find_edges, is_time_to_tell
from purport.scene._spool import Spool
from purport.scene._structure import (
    THUMBNAIL_PX,
    edges_of,
    flat_share,
    likeness,
    make_thumbnail,
    textured_share,
)

__all__ = [
    "HORIZON",
    "WORKING_WIDTH_PX",
    "FrameSource",
    "Measured",
    "Survey",
    "measure_frame",
]

FrameSource = Callable[[], Iterator[LumaFrame]]
"""Gives the frames of a video from the start, each time it is called."""

WORKING_WIDTH_PX = 640
"""Widest picture that is tracked. [px]"""

HORIZON = 100
"""Frames by which the survey has to be ahead of what is asked of it."""

_BREAK_LIKENESS = 0.45
_SAMPLE_EVERY = 4
_CLOSE_SAMPLES = 12
_WHOLE_EVERY = 8
_MOST_SAMPLES = 150
_SATURATED_LUMA = 250
_BLIND_RATIO = 0.3
_FLAT_SHARE = 0.55
_USUAL_FLAT_SHARE = 0.35
_RECENT = 400
_SEGMENTS_KEPT = 40

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """What one frame shows by itself."""

    index: int
    """Frame index."""
    pts: int
    """Presentation time stamp."""
    luma: Image
    """Luma at display size."""
    small: Image
    """Luma at working size."""
    thumbnail: Image
    """Thumbnail."""
    edges: NDArray[np.float32]
    """Edges of the thumbnail."""
    mean: float
    """Mean luma."""
    sd: float
    """Spatial standard deviation of luma."""
    sharpness: float
    """Root mean square of luma steps between neighbours at working size, over `sd`."""
    saturated: float
    """Share of the thumbnail at the white or black end."""
    texture: float
    """Share of the picture that shows any structure."""
    flat: float
    """Share of the picture near its median luma."""
    detail: FrameDetail
    """Fine detail at working size."""
    picture_type: str
    """How the codec says it was coded."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Segment:
    first: int
    last: int
    statistics: OverlayStatistics
    overlay: OverlayMask


def measure_frame(frame: LumaFrame) -> Measured:
    """Measure what a frame shows by itself."""
    width = frame.luma.shape[1]
    small = _reduce(frame.luma, min(1.0, WORKING_WIDTH_PX / width))
    thumbnail = make_thumbnail(small)
    mean, deviation = cv2.meanStdDev(small)
    ends = np.count_nonzero((thumbnail >= _SATURATED_LUMA) | (thumbnail <= 255 - _SATURATED_LUMA))
    return Measured(
        index=frame.index,
        pts=frame.pts,
        luma=frame.luma,
        small=small,
        thumbnail=thumbnail,
        edges=edges_of(thumbnail),
        mean=float(mean[0, 0]),
        sd=float(deviation[0, 0]),
        sharpness=_sharpness(small, float(deviation[0, 0])),
        saturated=ends / thumbnail.size,
        texture=textured_share(thumbnail),
        flat=flat_share(thumbnail),
        detail=measure_detail(small),
        picture_type=frame.picture_type,
    )


def _sharpness(small: Image, deviation: float) -> float:
    if deviation == 0.0:
        return 0.0
    across = cv2.norm(small[:, 1:], small[:, :-1], cv2.NORM_L2SQR)
    down = cv2.norm(small[1:], small[:-1], cv2.NORM_L2SQR)
    return float(((across + down) / small.size) ** 0.5 / deviation)


def _reduce(luma: Image, scale: float) -> Image:
    """Bring a picture to working size."""
    if scale == 1.0:
        return luma
    small = cv2.resize(luma, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


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
        self._before: Measured | None = None
        self._whole = OverlayStatistics(self.shape)
        self._segments = [self._new_segment(0)]
        self.overlay = self._whole.estimate_mask()
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
        index, before = self.count, self._before
        alike = 1.0 if before is None else likeness(frame.edges, before.edges)
        begins = alike < _BREAK_LIKENESS
        if begins:
            self._close_segment()
            self._segments.append(self._new_segment(index))
        self._count_graphics(frame, index)
        self._extend(frame, alike)
        return begins or before is None

    def finish(self) -> None:
        """Close the last segment."""
        self._close_segment()
        self.overlay = self._whole.estimate_mask()

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
        fogged = flat[index] > _FLAT_SHARE and flat[about].min() < _USUAL_FLAT_SHARE
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

    def _extend(self, frame: Measured, alike: float) -> None:
        before = frame if self._before is None else self._before
        self._pts.append(frame.pts)
        self._mean.append(frame.mean)
        self._sd.append(frame.sd)
        self._step.append(float(cv2.mean(cv2.absdiff(frame.thumbnail, before.thumbnail))[0]))
        self._alike.append(alike)
        self._sharpness.append(frame.sharpness)
        self._saturated.append(frame.saturated)
        self._texture.append(frame.texture)
        self._flat.append(frame.flat)
        self._thumbnails.put(frame.thumbnail)
        self.fine.add(frame.small, frame.detail, frame.picture_type)
        self._recent[frame.index] = frame.thumbnail
        self._recent.pop(frame.index - _RECENT, None)
        self._before = frame

    # Graphics

    def _new_segment(self, first: int) -> _Segment:
        statistics = OverlayStatistics(self.shape)
        return _Segment(
            first=first, last=first, statistics=statistics, overlay=statistics.estimate_mask()
        )

    def _count_graphics(self, frame: Measured, index: int) -> None:
        segment = self._segments[-1]
        segment.last = index
        age = index - segment.first
        in_segment = age < _CLOSE_SAMPLES or age % _SAMPLE_EVERY == 0
        in_segment &= segment.statistics.samples < _MOST_SAMPLES
        in_whole = index % _WHOLE_EVERY == 0 and frame.flat < _FLAT_SHARE
        if not (in_segment or in_whole):
            return
        edges = find_edges(frame.small)
        if edges is None:
            return
        if in_segment:
            segment.statistics.add(frame.small, edges)
            if is_time_to_tell(segment.statistics.samples):
                segment.overlay = segment.statistics.estimate_mask()
        if in_whole:
            self._whole.add(frame.small, edges)
            if is_time_to_tell(self._whole.samples):
                self.overlay = self._whole.estimate_mask()

    def _close_segment(self) -> None:
        """Tell its graphics; what is not known any more is not kept."""
        segment = self._segments[-1]
        segment.overlay = segment.statistics.estimate_mask()
        segment.statistics = OverlayStatistics((0, 0))
        if not segment.overlay.known:
            del self._segments[-1]
        del self._segments[:-_SEGMENTS_KEPT]
