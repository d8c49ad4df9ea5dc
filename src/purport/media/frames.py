"""The frames of a video in presentation order, each at its own presentation time.

One core walks the stream; luma and colour decoding number the same frames the same way. Memory
holds one frame and those that the decoder keeps. What is wrong with a stream on the way is
recorded as faults on the iterator; only a stream that yields nothing raises. The stream itself is
walked in a child process, see `border`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from purport.media._containers import file_name
from purport.media._decoding import (
    DecodeFaultKind,
    Pace,
    Stream,
    geometry_of,
    send_colour,
    send_luma,
    send_luma_samples,
)
from purport.media._seeking import send_sought
from purport.media.border import TellFault, ask_for_pictures, limits_for
from purport.media.records import Probe

__all__ = [
    "DecodeFault",
    "DecodeFaultKind",
    "DecodedFrames",
    "LumaFrame",
    "LumaSample",
    "Picture",
    "decode_luma",
    "decode_luma_samples",
    "decode_pictures",
    "display_size",
    "seek_pictures",
]

_MOST_FAULTS_KEPT = 1000
_PICTURE_TYPES = {1: "I", 2: "P", 3: "B"}
"""By the numbers of FFmpeg's AVPictureType."""

FrameT_co = TypeVar("FrameT_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeFault:
    """Something wrong with a stream, and what was done about it."""

    kind: DecodeFaultKind
    """What kind."""
    index: int
    """Index of the frame concerned: the next frame to be yielded when it happened."""
    fault: str
    """What was wrong and what was done, in words."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LumaFrame:
    """The luma of one frame."""

    index: int
    """Frame index: presentation order from 0."""
    pts: int
    """Presentation time stamp, strictly increasing. [ticks of the stream]"""
    luma: NDArray[np.uint8]
    """Luma of the display picture (height, width), as decoded, read-only."""
    duration: int
    """How long it is shown, as stated, else by the average rate; 0 when neither says. [ticks]"""
    picture_type: str = "?"
    """How the codec says it was coded: "I" alone, "P" from others, "B" from others on both sides;
    "?" when it says nothing, or something else."""
    quantiser: float | None = None
    """Mean quantiser of its blocks on the codec's own scale, on which more is coarser; None where
    it was not asked for, or the decoder does not tell it (HEVC, VP9, AV1)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LumaSample:
    """The luma of one frame among some."""

    pts: int
    """Presentation time stamp, as `decode_luma` gives it. [ticks of the stream]"""
    luma: NDArray[np.uint8]
    """Luma of the display picture (height, width), as decoded, read-only."""
    duration: int
    """As in `LumaFrame`. [ticks]"""
    due: bool
    """Whether its time had come; else it is the last frame of the stream."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """One frame in colour."""

    index: int
    """Frame index, as `decode_luma` counts."""
    pts: int
    """Presentation time stamp, as `decode_luma` gives it. [ticks of the stream]"""
    bgr: NDArray[np.uint8]
    """The display picture (height, width, 3), blue first, read-only."""


class DecodedFrames(Iterator[FrameT_co], Generic[FrameT_co]):
    """Frames as they are decoded, with what was wrong on the way.

    Args:
        frames: Gives the frames; it is passed the list into which it puts faults.
    """

    def __init__(self, frames: Callable[[list[DecodeFault]], Iterator[FrameT_co]]) -> None:
        self._faults: list[DecodeFault] = []
        self._frames = frames(self._faults)

    def __next__(self) -> FrameT_co:
        """Return the next frame."""
        return next(self._frames)

    @property
    def faults(self) -> tuple[DecodeFault, ...]:
        """Return the faults so far (at most the first 1,000), in order."""
        return tuple(self._faults)


def display_size(probe: Probe) -> tuple[int, int]:
    """Return width and height of the display picture of the analysed stream. [px]"""
    return geometry_of(Stream.of(probe)).display_size_px


def decode_luma(path: Path, *, probe: Probe, quantisers: bool = False) -> DecodedFrames[LumaFrame]:
    """Decode the luma of every frame, in presentation order.

    Args:
        path: The file.
        probe: What `probe_media` gave for it.
        quantisers: Whether to have the decoder tell how coarsely each frame was coded, for about a
            tenth more of its time.

    Returns:
        An iterator of frames; its `faults` say what was wrong with the stream so far.

    Raises:
        UnreadableMediaError: On the first `next`, when not a single frame can be decoded; later,
            when decoding crashed, hung or took more than its limits.
        UnavailableError: No process can be had in which to decode.
    """
    stream = Stream.of(probe)
    width, height = geometry_of(stream).display_size_px

    def frames(faults: list[DecodeFault]) -> Iterator[LumaFrame]:
        seen = ask_for_pictures(
            send_luma,
            path,
            stream,
            quantisers,
            shape=(height, width),
            subject=file_name(path, None),
            tell=_keeper(faults),
            limits=limits_for(probe.size_bytes),
        )
        for index, (picture, pts, duration, coded, quantiser) in enumerate(seen):
            yield LumaFrame(
                index=index,
                pts=pts,
                luma=picture,
                duration=duration,
                picture_type=_PICTURE_TYPES.get(coded, "?"),
                quantiser=quantiser,
            )

    return DecodedFrames(frames)


def decode_luma_samples(path: Path, *, probe: Probe, spacing_s: float) -> DecodedFrames[LumaSample]:
    """Decode every frame, but hand over the luma of some only: so far apart in time, and the last.

    The first frame is always among them. What isn't handed over costs nothing beyond decoding.

    Args:
        path: The file.
        probe: What `probe_media` gave for it.
        spacing_s: Time from one sample to the next, as near as the stream's frames come. [s]

    Raises:
        UnreadableMediaError: As `decode_luma`.
        UnavailableError: As `decode_luma`.
    """
    stream = Stream.of(probe)
    width, height = geometry_of(stream).display_size_px

    def samples(faults: list[DecodeFault]) -> Iterator[LumaSample]:
        here, there = (Pace(spacing_s, float(stream.time_base)) for _ in range(2))
        seen = ask_for_pictures(
            send_luma_samples,
            path,
            stream,
            there,
            shape=(height, width),
            subject=file_name(path, None),
            tell=_keeper(faults),
            limits=limits_for(probe.size_bytes),
        )
        for picture, pts, duration, *_ in seen:
            yield LumaSample(pts=pts, luma=picture, duration=duration, due=here.is_due(pts))

    return DecodedFrames(samples)


def decode_pictures(path: Path, *, probe: Probe, indices: Sequence[int]) -> DecodedFrames[Picture]:
    """Decode the frames of the given indices in colour, ascending, each once.

    The stream is walked from its start, so that an index means the same frame as in
    `decode_luma`; frames in between are not converted.

    Args:
        path: The file.
        probe: What `probe_media` gave for it.
        indices: Frame indices in any order.

    Raises:
        UnreadableMediaError: While iterating: nothing can be decoded, the stream ends before
            the last index, or decoding crashed, hung or took more than its limits.
        UnavailableError: While iterating: no process can be had in which to decode.
        ValueError: An index is negative.
    """
    wanted = tuple(sorted(set(indices)))
    if wanted and wanted[0] < 0:
        message = f"a frame index is never negative: {wanted[0]}"
        raise ValueError(message)
    stream = Stream.of(probe)
    width, height = geometry_of(stream).display_size_px

    def frames(faults: list[DecodeFault]) -> Iterator[Picture]:
        if not wanted:
            return
        seen = ask_for_pictures(
            send_colour,
            path,
            stream,
            wanted,
            shape=(height, width, 3),
            subject=file_name(path, None),
            tell=_keeper(faults),
            limits=limits_for(probe.size_bytes),
        )
        for index, (picture, pts, *_) in zip(wanted, seen, strict=True):
            yield Picture(index=index, pts=pts, bgr=picture)

    return DecodedFrames(frames)


def seek_pictures(path: Path, *, probe: Probe, stamps: Mapping[int, int]) -> DecodedFrames[Picture]:
    """Decode frames in colour by their presentation times, entering the stream shortly before each.

    A time can lead elsewhere than the walk from the start does: to a frame of the same time in a
    stream whose times go back, or nowhere. Compare what is found with what the analysis saw; what
    is not found is left out, and `decode_pictures` gives it.

    Args:
        path: The file.
        probe: What `probe_media` gave for it.
        stamps: Presentation time stamp of each frame index, as `decode_luma` gave them. [ticks]

    Raises:
        UnreadableMediaError: While iterating: the file cannot be opened, or decoding crashed, hung
            or took more than its limits.
        UnavailableError: While iterating: no process can be had in which to decode.
    """
    stream = Stream.of(probe)
    width, height = geometry_of(stream).display_size_px
    indices = {stamp: index for index, stamp in stamps.items()}

    def frames(faults: list[DecodeFault]) -> Iterator[Picture]:
        if not indices:
            return
        seen = ask_for_pictures(
            send_sought,
            path,
            stream,
            tuple(sorted(indices)),
            shape=(height, width, 3),
            subject=file_name(path, None),
            tell=_keeper(faults),
            limits=limits_for(probe.size_bytes),
        )
        for picture, pts, *_ in seen:
            if pts in indices:
                yield Picture(index=indices[pts], pts=pts, bgr=picture)

    return DecodedFrames(frames)


def _keeper(faults: list[DecodeFault]) -> TellFault:
    """Return what puts the first faults among `faults`."""

    def keep(kind: str, index: int, fault: str) -> None:
        if len(faults) < _MOST_FAULTS_KEPT:
            faults.append(DecodeFault(kind=DecodeFaultKind(kind), index=index, fault=fault))

    return keep
