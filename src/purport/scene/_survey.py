"""First pass over a video: statistics, thumbnails, segments of like structure, overlay masks.

A segment is a run of frames in which the structure of the picture changes little from one to the
next. Segments break at cuts, but also at flashes; the second pass joins what belongs together.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from purport.core.media_time import FrameSpan
from purport.media import LumaFrame
from purport.scene._overlays import OverlayMask, OverlayStatistics
from purport.scene._structure import (
    edges_of,
    flat_share,
    likeness,
    make_thumbnail,
    textured_share,
)
from purport.scene.ahead import Ahead

__all__ = [
    "WORKING_WIDTH_PX",
    "FrameSource",
    "Segment",
    "Survey",
    "reduce_picture",
    "survey_frames",
]

FrameSource = Callable[[], Iterator[LumaFrame]]
"""Gives the frames of a video from the start, each time it is called."""

WORKING_WIDTH_PX = 640
"""Widest picture that is tracked. [px]"""

_BREAK_LIKENESS = 0.45
_SAMPLE_EVERY = 4
_WHOLE_EVERY = 8
_SATURATED_LUMA = 250
_USUAL_FRAMES = 100
_BLIND_RATIO = 0.3
_FLAT_SHARE = 0.55
_USUAL_FLAT_SHARE = 0.35

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segment:
    """Frames of like structure."""

    span: FrameSpan
    """Its frames."""
    overlay: OverlayMask
    """Burnt-in graphics at working size."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Survey:
    """What the first pass found; n frames."""

    size: tuple[int, int]
    """Width and height of the display picture. [px]"""
    scale: float
    """Working size over display size."""
    pts: NDArray[np.int64]
    """Presentation time stamps (n,)."""
    luma_mean: NDArray[np.float32]
    """Mean luma (n,)."""
    luma_sd: NDArray[np.float32]
    """Spatial standard deviation of luma (n,)."""
    step: NDArray[np.float32]
    """Mean absolute difference to the thumbnail before (n,)."""
    alike: NDArray[np.float32]
    """Likeness of structure to the frame before (n,), 1 for the first."""
    sharpness: NDArray[np.float32]
    """Variance of the Laplacian at working size over that of luma (n,)."""
    saturated: NDArray[np.float32]
    """Share of the thumbnail at the white or black end (n,)."""
    blind: NDArray[np.bool_]
    """Whether the frame shows next to nothing: black, white or fogged but for graphics (n,)."""
    thumbnails: NDArray[np.uint8]
    """Thumbnails (n, 64, 64)."""
    overlay: OverlayMask
    """Graphics that stand through the whole video, at working size."""
    segments: tuple[Segment, ...]
    """Segments, in order, covering every frame once."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Measured:
    """What one frame shows by itself; the numbers are those of `Survey`."""

    pts: int
    size: tuple[int, int]
    small: Image
    thumbnail: Image
    edges: NDArray[np.float32]
    mean: float
    sd: float
    sharpness: float
    saturated: float
    texture: float
    flat: float


@dataclass(slots=True)
class _Columns:
    """Growing columns of per-frame numbers."""

    pts: list[int] = field(default_factory=list)
    mean: list[float] = field(default_factory=list)
    sd: list[float] = field(default_factory=list)
    step: list[float] = field(default_factory=list)
    alike: list[float] = field(default_factory=list)
    sharpness: list[float] = field(default_factory=list)
    saturated: list[float] = field(default_factory=list)
    texture: list[float] = field(default_factory=list)
    flat: list[float] = field(default_factory=list)
    thumbnails: list[Image] = field(default_factory=list)

    def add(self, frame: _Measured, alike: float) -> None:
        """Add one frame."""
        before = self.thumbnails[-1] if self.thumbnails else frame.thumbnail
        self.pts.append(frame.pts)
        self.mean.append(frame.mean)
        self.sd.append(frame.sd)
        self.step.append(float(cv2.mean(cv2.absdiff(frame.thumbnail, before))[0]))
        self.alike.append(alike)
        self.sharpness.append(frame.sharpness)
        self.saturated.append(frame.saturated)
        self.texture.append(frame.texture)
        self.flat.append(frame.flat)
        self.thumbnails.append(frame.thumbnail)


def _measure(frame: LumaFrame) -> _Measured:
    """Measure what a frame shows by itself."""
    height, width = frame.luma.shape
    small = reduce_picture(frame.luma, min(1.0, WORKING_WIDTH_PX / width))
    thumbnail = make_thumbnail(small)
    mean, deviation = cv2.meanStdDev(small)
    ends = np.count_nonzero((thumbnail >= _SATURATED_LUMA) | (thumbnail <= 255 - _SATURATED_LUMA))
    return _Measured(
        pts=frame.pts,
        size=(width, height),
        small=small,
        thumbnail=thumbnail,
        edges=edges_of(thumbnail),
        mean=float(mean[0, 0]),
        sd=float(deviation[0, 0]),
        sharpness=_sharpness(small, float(deviation[0, 0])),
        saturated=ends / thumbnail.size,
        texture=textured_share(thumbnail),
        flat=flat_share(thumbnail),
    )


def _sharpness(small: Image, deviation: float) -> float:
    if deviation == 0.0:
        return 0.0
    return float(cv2.meanStdDev(cv2.Laplacian(small, cv2.CV_16S))[1][0, 0] / deviation)


def reduce_picture(luma: Image, scale: float) -> Image:
    """Bring a picture to working size."""
    if scale == 1.0:
        return luma
    small = cv2.resize(luma, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def survey_frames(frames: Iterable[LumaFrame]) -> Survey | None:
    """Survey all frames once, in presentation order.

    Returns:
        The survey; None when there is no frame.
    """
    with Ahead(frames, _measure) as measured:
        first = next(measured, None)
        return None if first is None else _gather(first, measured)


def _gather(first: _Measured, others: Iterable[_Measured]) -> Survey:
    """Put the frames together: columns, segments, graphics."""
    columns, segments, start = _Columns(), list[Segment](), 0
    shape = (first.small.shape[0], first.small.shape[1])
    statistics, whole = OverlayStatistics(shape), OverlayStatistics(shape)
    before = first
    for position, frame in enumerate(chain((first,), others)):
        alike = 1.0 if position == 0 else likeness(frame.edges, before.edges)
        if alike < _BREAK_LIKENESS:
            segments.append(_close(statistics, start, position - 1))
            statistics, start = OverlayStatistics(shape), position
        if (position - start) % _SAMPLE_EVERY == 0:
            statistics.add(frame.small)
        if position % _WHOLE_EVERY == 0 and frame.flat < _FLAT_SHARE:
            whole.add(frame.small)
        columns.add(frame, alike)
        before = frame
    segments.append(_close(statistics, start, len(columns.pts) - 1))
    return _assemble(columns, segments, first.size, overlay=whole.estimate_mask())


def _find_blind(texture: NDArray[np.float64], flat: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell the frames with far less structure than those about them, or with none."""
    about = 2 * _USUAL_FRAMES + 1
    bare = texture < _BLIND_RATIO * maximum_filter1d(texture, about, mode="nearest")
    usual = minimum_filter1d(flat, about, mode="nearest")
    fogged = (flat > _FLAT_SHARE) & (usual < _USUAL_FLAT_SHARE)
    return np.asarray(bare | fogged | (texture == 0.0), dtype=np.bool_)


def _close(statistics: OverlayStatistics, first: int, last: int) -> Segment:
    return Segment(span=FrameSpan(first=first, last=last), overlay=statistics.estimate_mask())


def _assemble(
    columns: _Columns, segments: list[Segment], size: tuple[int, int], *, overlay: OverlayMask
) -> Survey:
    return Survey(
        size=size,
        scale=min(1.0, WORKING_WIDTH_PX / size[0]),
        pts=np.array(columns.pts, dtype=np.int64),
        luma_mean=np.array(columns.mean, dtype=np.float32),
        luma_sd=np.array(columns.sd, dtype=np.float32),
        step=np.array(columns.step, dtype=np.float32),
        alike=np.array(columns.alike, dtype=np.float32),
        sharpness=np.array(columns.sharpness, dtype=np.float32),
        saturated=np.array(columns.saturated, dtype=np.float32),
        blind=_find_blind(np.array(columns.texture), np.array(columns.flat)),
        thumbnails=np.stack(columns.thumbnails),
        overlay=overlay,
        segments=tuple(segments),
    )
