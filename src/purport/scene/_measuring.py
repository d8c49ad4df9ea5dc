"""What each frame shows, by itself and beside the one before, and the graphics of its segment.

All of it follows from the frames alone, in their order, so that it can be worked out in a thread of
its own, ahead of the links.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.media import LumaFrame
from purport.scene._fine import FineChange, FineChanges, FrameDetail, measure_detail
from purport.scene._overlays import OverlayMask, OverlayStatistics, find_edges, is_time_to_tell
from purport.scene._structure import (
    edges_of,
    flat_share,
    likeness,
    make_thumbnail,
    textured_share,
)

__all__ = ["FLAT_SHARE", "WORKING_WIDTH_PX", "Measured", "Measurer", "Told"]

WORKING_WIDTH_PX = 640
"""Widest picture that is tracked. [px]"""
FLAT_SHARE = 0.55
"""Share of a picture near its median luma from which it may be fogged."""

_BREAK_LIKENESS = 0.45
_SAMPLE_EVERY = 4
_CLOSE_SAMPLES = 12
_WHOLE_EVERY = 8
_MOST_SAMPLES = 150
_SATURATED_LUMA = 250

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Told:
    """What a frame tells of burnt-in graphics, at working size; None: nothing new."""

    closed: OverlayMask | None = None
    """Those of the segment that it ends."""
    segment: OverlayMask | None = None
    """Those of the segment that it belongs to, so far."""
    whole: OverlayMask | None = None
    """Those that stand through the whole video, so far."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """What one frame shows by itself and beside the one before."""

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
    quantiser: float | None
    """Its mean quantiser; None where it is not told."""
    step: float
    """Mean absolute difference to the thumbnail before; 0 for the first frame."""
    alike: float
    """Likeness of structure to the frame before; 1 for the first frame."""
    begins: bool
    """Whether its structure differs so much that it begins a segment; never for the first."""
    change: FineChange
    """What changed at working size."""
    told: Told
    """What is known anew of graphics."""


class Measurer:
    """Measures frames in presentation order."""

    def __init__(self) -> None:
        self._before: Measured | None = None
        self._changes = FineChanges()
        self._first = 0
        self._segment = OverlayStatistics((0, 0))
        self._whole = OverlayStatistics((0, 0))

    def measure(self, frame: LumaFrame) -> Measured:
        """Measure the next frame."""
        small = _reduce(frame.luma, min(1.0, WORKING_WIDTH_PX / frame.luma.shape[1]))
        thumbnail = make_thumbnail(small)
        mean, deviation = cv2.meanStdDev(small)
        darkest = 255 - _SATURATED_LUMA
        ends = np.count_nonzero((thumbnail >= _SATURATED_LUMA) | (thumbnail <= darkest))
        edges, flat = edges_of(thumbnail), flat_share(thumbnail)
        before = self._before
        alike = 1.0 if before is None else likeness(edges, before.edges)
        begins = alike < _BREAK_LIKENESS
        then = thumbnail if before is None else before.thumbnail
        self._before = Measured(
            index=frame.index,
            pts=frame.pts,
            luma=frame.luma,
            small=small,
            thumbnail=thumbnail,
            edges=edges,
            mean=float(mean[0, 0]),
            sd=float(deviation[0, 0]),
            sharpness=_sharpness(small, float(deviation[0, 0])),
            saturated=ends / thumbnail.size,
            texture=textured_share(thumbnail),
            flat=flat,
            detail=measure_detail(small),
            picture_type=frame.picture_type,
            quantiser=frame.quantiser,
            step=float(cv2.mean(cv2.absdiff(thumbnail, then))[0]),
            alike=alike,
            begins=begins,
            change=self._changes.add(small),
            told=self._count_graphics(small, frame.index, flat=flat, begins=begins),
        )
        return self._before

    def finish(self) -> Told:
        """Close the last segment."""
        return Told(closed=self._segment.estimate_mask(), whole=self._whole.estimate_mask())

    def _count_graphics(self, small: Image, index: int, *, flat: float, begins: bool) -> Told:
        closed = segment = whole = None
        if self._before is None:
            self._segment, self._whole = (OverlayStatistics(small.shape[:2]) for _ in range(2))
        elif begins:
            closed = self._segment.estimate_mask()
            self._first, self._segment = index, OverlayStatistics(small.shape[:2])
        age = index - self._first
        in_segment = age < _CLOSE_SAMPLES or age % _SAMPLE_EVERY == 0
        in_segment &= self._segment.samples < _MOST_SAMPLES
        in_whole = index % _WHOLE_EVERY == 0 and flat < FLAT_SHARE
        edges = find_edges(small) if in_segment or in_whole else None
        if edges is not None and in_segment:
            self._segment.add(small, edges)
            if is_time_to_tell(self._segment.samples):
                segment = self._segment.estimate_mask()
        if edges is not None and in_whole:
            self._whole.add(small, edges)
            if is_time_to_tell(self._whole.samples):
                whole = self._whole.estimate_mask()
        return Told(closed=closed, segment=segment, whole=whole)


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
