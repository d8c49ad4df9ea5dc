"""The frames of a video in presentation order, each at its own presentation time.

One core walks the stream; luma and colour decoding number the same frames the same way. Memory
holds one frame and those that the decoder keeps. What is wrong with a stream on the way is
recorded as faults on the iterator; only a stream that yields nothing raises.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from av import Packet, VideoFrame
from av.container import InputContainer
from av.error import EOFError as EndOfStreamError
from av.error import FFmpegError
from av.video.stream import VideoStream
from numpy.typing import NDArray

from purport.core.errors import UnreadableMediaError
from purport.media._containers import file_name, open_container
from purport.media._planes import Geometry, bgr_picture, display_geometry, luma_picture
from purport.media.records import Probe

__all__ = [
    "DecodeFault",
    "DecodeFaultKind",
    "DecodedFrames",
    "LumaFrame",
    "Picture",
    "decode_luma",
    "decode_pictures",
    "display_size",
]

_FARTHEST_DISORDER_S = 1
_MOST_FAULTS_KEPT = 1000
_PICTURE_TYPES = {1: "I", 2: "P", 3: "B"}
"""By the numbers of FFmpeg's AVPictureType."""

FrameT_co = TypeVar("FrameT_co", covariant=True)


class DecodeFaultKind(StrEnum):
    """What can be wrong with a stream that still shows pictures."""

    BACKWARD_PTS = "backward_pts"
    CORRUPT_FRAME = "corrupt_frame"
    DECODING_ERROR = "decoding_error"
    MISSING_PTS = "missing_pts"
    SIZE_CHANGED = "size_changed"
    BROKEN_OFF = "broken_off"


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


@dataclass(slots=True)
class _Clock:
    """Gives every frame a presentation time after the one before."""

    faults: list[DecodeFault]
    second: int
    """Ticks in a second."""
    usual: int
    """Duration of a frame by the average rate; 0 when unknown. [ticks]"""
    last: int | None = None
    length: int = 0
    shift: int = 0

    def stamp(self, frame: VideoFrame, index: int) -> tuple[int, int]:
        """Return presentation time stamp and duration. [ticks]"""
        duration = frame.duration if frame.duration and frame.duration > 0 else self.usual
        pts = self._missing(index) if frame.pts is None else frame.pts + self.shift
        if self.last is not None and pts <= self.last:
            pts = self._backward(pts, index)
        self.last, self.length = pts, duration
        return pts, duration

    def _missing(self, index: int) -> int:
        pts = 0 if self.last is None else self.last + max(self.length, 1)
        note = "the frame has no presentation time; it was put right after the frame before"
        _record(self.faults, DecodeFaultKind.MISSING_PTS, index, note)
        return pts

    def _backward(self, pts: int, index: int) -> int:
        last = self.last if self.last is not None else pts
        if last - pts < _FARTHEST_DISORDER_S * self.second:
            moved = last + 1
            note = f"time stamp {pts} does not follow {last}; it was taken as {moved}"
        else:
            moved = last + max(self.length, 1)
            self.shift += moved - pts
            note = (
                f"time stamps jump back from {last} to {pts}; this and all later ones were moved "
                f"by {moved - pts} ticks"
            )
        _record(self.faults, DecodeFaultKind.BACKWARD_PTS, index, note)
        return moved


def display_size(probe: Probe) -> tuple[int, int]:
    """Return width and height of the display picture of the analysed stream. [px]"""
    return _geometry(probe).display_size_px


def decode_luma(path: Path, *, probe: Probe) -> DecodedFrames[LumaFrame]:
    """Decode the luma of every frame, in presentation order.

    Args:
        path: The file.
        probe: What `probe_media` gave for it.

    Returns:
        An iterator of frames; its `faults` say what was wrong with the stream so far.

    Raises:
        UnreadableMediaError: On the first `next`, when not a single frame can be decoded.
    """
    geometry = _geometry(probe)

    def frames(faults: list[DecodeFault]) -> Iterator[LumaFrame]:
        for index, (frame, pts, duration) in enumerate(_presented(path, probe, faults)):
            luma = luma_picture(frame, geometry)
            yield LumaFrame(
                index=index,
                pts=pts,
                luma=luma,
                duration=duration,
                picture_type=_PICTURE_TYPES.get(int(frame.pict_type), "?"),
            )

    return DecodedFrames(frames)


def decode_pictures(path: Path, *, probe: Probe, indices: Sequence[int]) -> DecodedFrames[Picture]:
    """Decode the frames of the given indices in colour, ascending, each once.

    The stream is walked from its start, so that an index means the same frame as in
    `decode_luma`; frames in between are not converted.

    Args:
        path: The file.
        probe: What `probe_media` gave for it.
        indices: Frame indices in any order.

    Raises:
        UnreadableMediaError: While iterating: nothing can be decoded, or the stream ends before
            the last index.
        ValueError: An index is negative.
    """
    wanted = sorted(set(indices))
    if wanted and wanted[0] < 0:
        message = f"a frame index is never negative: {wanted[0]}"
        raise ValueError(message)
    geometry = _geometry(probe)

    def frames(faults: list[DecodeFault]) -> Iterator[Picture]:
        rest = iter(wanted)
        target = next(rest, None)
        if target is None:
            return
        decoded = 0
        for index, (frame, pts, _) in enumerate(_presented(path, probe, faults)):
            decoded = index + 1
            if index == target:
                yield Picture(index=index, pts=pts, bgr=bgr_picture(frame, geometry))
                target = next(rest, None)
                if target is None:
                    return
        raise UnreadableMediaError(
            file_name(path, None),
            f"frame {target} was asked for, but only {decoded} frames can be decoded",
            remedy="Ask for a frame that the analysis lists.",
        )

    return DecodedFrames(frames)


def _geometry(probe: Probe) -> Geometry:
    stream = probe.streams[probe.video]
    if stream.width_px is None or stream.height_px is None:
        message = f"stream {stream.index} is not video"
        raise ValueError(message)
    return display_geometry(
        stream.width_px,
        stream.height_px,
        pixel_aspect=stream.pixel_aspect,
        rotation_deg=stream.rotation_deg,
    )


def _presented(
    path: Path, probe: Probe, faults: list[DecodeFault]
) -> Iterator[tuple[VideoFrame, int, int]]:
    """Yield each frame with its presentation time stamp and duration."""
    coded = probe.streams[probe.video]
    with open_container(path) as container:
        stream = container.streams[coded.index]
        if not isinstance(stream, VideoStream):
            raise _nothing_decodes(path)
        stream.thread_type = "AUTO"
        time_base = coded.time_base or Fraction(1, 1)
        rate = coded.average_rate
        clock = _Clock(
            faults=faults,
            second=round(1 / time_base),
            usual=round(1 / (rate * time_base)) if rate else 0,
        )
        index = 0
        for frame in _decoded(container, stream, faults):
            _inspect(frame, index, (coded.width_px, coded.height_px), faults)
            pts, duration = clock.stamp(frame, index)
            yield frame, pts, duration
            index += 1
        if index == 0:
            raise _nothing_decodes(path)
        if probe.truncated:
            note = f"the file ends before its structure does; {index} frames came before"
            _record(faults, DecodeFaultKind.BROKEN_OFF, index, note)


def _decoded(
    container: InputContainer, stream: VideoStream, faults: list[DecodeFault]
) -> Iterator[VideoFrame]:
    """Yield what the decoder gives; a packet that fails is recorded and left out."""
    index = 0
    for packet in _packets(container, stream, faults):
        try:
            frames = packet.decode()
        except EndOfStreamError:
            return
        except FFmpegError as error:
            note = f"a part of the stream could not be decoded ({error.strerror}) and was left out"
            _record(faults, DecodeFaultKind.DECODING_ERROR, index, note)
            continue
        for frame in frames:
            if isinstance(frame, VideoFrame):
                yield frame
                index += 1


def _packets(
    container: InputContainer, stream: VideoStream, faults: list[DecodeFault]
) -> Iterator[Packet]:
    """Yield the packets and one that empties the decoder, also when the file breaks off."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except FFmpegError as error:
            note = f"the container cannot be read further ({error.strerror})"
            _record(faults, DecodeFaultKind.DECODING_ERROR, 0, note)
            break
        yield packet
    flush = Packet()
    flush.stream = stream
    yield flush


def _inspect(
    frame: VideoFrame, index: int, size: tuple[int | None, int | None], faults: list[DecodeFault]
) -> None:
    if frame.is_corrupt:
        note = "the decoder marks this frame as damaged; it was kept"
        _record(faults, DecodeFaultKind.CORRUPT_FRAME, index, note)
    if (frame.width, frame.height) != size:
        note = (
            f"the frame is {frame.width} x {frame.height} px, the stream {size[0]} x {size[1]}; "
            "it was scaled"
        )
        _record(faults, DecodeFaultKind.SIZE_CHANGED, index, note)


def _record(faults: list[DecodeFault], kind: DecodeFaultKind, index: int, fault: str) -> None:
    if len(faults) < _MOST_FAULTS_KEPT:
        faults.append(DecodeFault(kind=kind, index=index, fault=fault))


def _nothing_decodes(path: Path) -> UnreadableMediaError:
    return UnreadableMediaError(
        file_name(path, None),
        "not a single frame can be decoded",
        remedy="Collect the file again; it is damaged or broken off before its first frame.",
    )
