"""Walking a video stream, frame by frame; done in a child process (`border`).

What is wrong with the stream on the way is told as faults; only a stream that yields nothing
raises.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

from av import Packet, VideoFrame
from av.container import InputContainer
from av.error import EOFError as EndOfStreamError
from av.error import FFmpegError
from av.error import MemoryError as OutOfMemoryError
from av.video.stream import VideoStream

from purport.core.errors import UnreadableMediaError
from purport.media._containers import file_name, open_container, refuse_size
from purport.media._errands import Channel
from purport.media._planes import Geometry, bgr_view, display_geometry, luma_view
from purport.media._quantisers import TELLING_CODECS, TELLING_QUANTISERS, mean_quantiser
from purport.media.records import Probe

__all__ = [
    "DecodeFaultKind",
    "Stream",
    "TellFault",
    "geometry_of",
    "presented_frames",
    "send_colour",
    "send_luma",
    "send_luma_samples",
]

_FARTHEST_DISORDER_S = 1
_MOST_FAULTS_TOLD = 1000


class DecodeFaultKind(StrEnum):
    """What can be wrong with a stream that still shows pictures."""

    BACKWARD_PTS = "backward_pts"
    CORRUPT_FRAME = "corrupt_frame"
    DECODING_ERROR = "decoding_error"
    MISSING_PTS = "missing_pts"
    SIZE_CHANGED = "size_changed"
    BROKEN_OFF = "broken_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What has to be known of a stream for decoding it."""

    index: int
    """Index in the container."""
    time_base: Fraction
    """Length of a tick. [s]"""
    average_rate: Fraction | None
    """Frames a second as declared."""
    width_px: int
    """Coded width."""
    height_px: int
    """Coded height."""
    pixel_aspect: Fraction | None
    """Width over height of a coded pixel."""
    rotation_deg: int
    """Display rotation, clockwise."""
    truncated: bool
    """Whether the file ends before its container says it should."""

    @classmethod
    def of(cls, probe: Probe) -> "Stream":
        """Take it from a probe.

        Raises:
            ValueError: The stream that is analysed is not video.
        """
        stream = probe.streams[probe.video]
        if stream.width_px is None or stream.height_px is None:
            message = f"stream {stream.index} is not video"
            raise ValueError(message)
        return cls(
            index=stream.index,
            time_base=stream.time_base or Fraction(1, 1),
            average_rate=stream.average_rate,
            width_px=stream.width_px,
            height_px=stream.height_px,
            pixel_aspect=stream.pixel_aspect,
            rotation_deg=stream.rotation_deg,
            truncated=probe.truncated,
        )


TellFault = Callable[[str, int, str], None]
"""Is told kind, frame index, and words."""


@dataclass(slots=True)
class _Clock:
    """Gives every frame a presentation time after the one before."""

    tell: TellFault
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
        self.tell(DecodeFaultKind.MISSING_PTS, index, note)
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
        self.tell(DecodeFaultKind.BACKWARD_PTS, index, note)
        return moved


def geometry_of(stream: Stream) -> Geometry:
    """Return how the stream's pictures become display pictures."""
    return display_geometry(
        stream.width_px,
        stream.height_px,
        pixel_aspect=stream.pixel_aspect,
        rotation_deg=stream.rotation_deg,
    )


def send_luma(channel: Channel, path: Path, stream: Stream, quantisers: bool) -> None:  # noqa: FBT001 - sent as it is
    """Send the luma of every frame, and how coarsely it was coded where that is asked for."""
    geometry = geometry_of(stream)
    for frame, pts, duration in presented_frames(
        path, stream, channel.fault, alive=channel.pulse, quantisers=quantisers
    ):
        channel.picture(
            luma_view(frame, geometry),
            pts=pts,
            duration=duration,
            coded=int(frame.pict_type),
            quantiser=mean_quantiser(frame) if quantisers else None,
        )


@dataclass(slots=True)
class Pace:
    """Chooses frames so far apart in time, as near to a steady beat as the stream's frames are."""

    spacing_s: float
    """Time from one beat to the next. [s]"""
    tick_s: float
    """Length of a tick of the stream. [s]"""
    _first: int | None = None
    _due_s: float = 0.0

    def is_due(self, pts: int) -> bool:
        """Tell whether a frame is chosen; ask of every frame in turn, or of the chosen ones."""
        if self._first is None:
            self._first = pts
        at_s = (pts - self._first) * self.tick_s
        if at_s < self._due_s - 1e-6:
            return False
        self._due_s = max(self._due_s + self.spacing_s, at_s + self.spacing_s / 2)
        return True


def send_luma_samples(channel: Channel, path: Path, stream: Stream, pace: Pace) -> None:
    """Send the luma of the frames that a pace chooses, and of the last."""
    geometry = geometry_of(stream)
    held: tuple[VideoFrame, int, int] | None = None
    for frame, pts, duration in presented_frames(path, stream, channel.fault, alive=channel.pulse):
        due = pace.is_due(pts)
        if due:
            channel.picture(luma_view(frame, geometry), pts=pts, duration=duration)
        held = None if due else (frame, pts, duration)
    if held is not None:
        frame, pts, duration = held
        channel.picture(luma_view(frame, geometry), pts=pts, duration=duration)


def send_colour(channel: Channel, path: Path, stream: Stream, indices: Sequence[int]) -> None:
    """Send the frames of the given indices, ascending, in colour.

    Raises:
        UnreadableMediaError: The stream ends before the last index.
    """
    geometry = geometry_of(stream)
    rest = iter(indices)
    target = next(rest, None)
    decoded = 0
    for index, (frame, pts, duration) in enumerate(
        presented_frames(path, stream, channel.fault, alive=channel.pulse)
    ):
        decoded = index + 1
        if index == target:
            channel.picture(bgr_view(frame, geometry), pts=pts, duration=duration)
            target = next(rest, None)
            if target is None:
                return
    raise UnreadableMediaError(
        file_name(path, None),
        f"frame {target} was asked for, but only {decoded} frames can be decoded",
        remedy="Ask for a frame that the analysis lists.",
    )


def presented_frames(
    path: Path,
    coded: Stream,
    tell: TellFault,
    *,
    alive: Callable[[], None] = lambda: None,
    quantisers: bool = False,
) -> Iterator[tuple[VideoFrame, int, int]]:
    """Yield each frame with its presentation time stamp and duration.

    Args:
        path: The file.
        coded: The stream.
        tell: Is told what is wrong with it.
        alive: Is called for every packet, also where none gives a frame.
        quantisers: Whether the decoder is to tell the quantisers beside each picture.

    Raises:
        UnreadableMediaError: Not one frame can be decoded, or one is too large.
        MemoryError: Decoding takes more memory than this process may have.
    """
    tell = _at_most(_MOST_FAULTS_TOLD, tell)
    with open_container(path) as container:
        stream = container.streams[coded.index]
        if not isinstance(stream, VideoStream):
            raise _nothing_decodes(path)
        if quantisers and stream.codec_context.name in TELLING_CODECS:
            stream.thread_type = "NONE"
            stream.codec_context.options = dict(TELLING_QUANTISERS)
        else:
            stream.thread_type = "AUTO"
        rate = coded.average_rate
        clock = _Clock(
            tell=tell,
            second=round(1 / coded.time_base),
            usual=round(1 / (rate * coded.time_base)) if rate else 0,
        )
        index = 0
        for frame in _decoded(container, stream, tell, alive):
            _inspect(
                frame, index, (coded.width_px, coded.height_px), tell, name=file_name(path, None)
            )
            pts, duration = clock.stamp(frame, index)
            yield frame, pts, duration
            index += 1
        if index == 0:
            raise _nothing_decodes(path)
        if coded.truncated:
            note = f"the file ends before its structure does; {index} frames came before"
            tell(DecodeFaultKind.BROKEN_OFF, index, note)


def _decoded(
    container: InputContainer, stream: VideoStream, tell: TellFault, alive: Callable[[], None]
) -> Iterator[VideoFrame]:
    """Yield what the decoder gives; a packet that fails is recorded and left out."""
    index = 0
    for packet in _packets(container, stream, tell):
        alive()
        try:
            frames = packet.decode()
        except EndOfStreamError:
            return
        except OutOfMemoryError as error:
            raise MemoryError from error
        except FFmpegError as error:
            note = f"a part of the stream could not be decoded ({error.strerror}) and was left out"
            tell(DecodeFaultKind.DECODING_ERROR, index, note)
            continue
        for frame in frames:
            if isinstance(frame, VideoFrame):
                yield frame
                index += 1


def _packets(container: InputContainer, stream: VideoStream, tell: TellFault) -> Iterator[Packet]:
    """Yield the packets and one that empties the decoder, also when the file breaks off."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except OutOfMemoryError as error:
            raise MemoryError from error
        except FFmpegError as error:
            note = f"the container cannot be read further ({error.strerror})"
            tell(DecodeFaultKind.DECODING_ERROR, 0, note)
            break
        yield packet
    flush = Packet()
    flush.stream = stream
    yield flush


def _inspect(
    frame: VideoFrame, index: int, size: tuple[int, int], tell: TellFault, *, name: str
) -> None:
    if frame.is_corrupt:
        note = "the decoder marks this frame as damaged; it was kept"
        tell(DecodeFaultKind.CORRUPT_FRAME, index, note)
    if (frame.width, frame.height) != size:
        refuse_size(frame.width, frame.height, name=name)
        note = (
            f"the frame is {frame.width} x {frame.height} px, the stream {size[0]} x {size[1]}; "
            "it was scaled"
        )
        tell(DecodeFaultKind.SIZE_CHANGED, index, note)


def _at_most(most: int, tell: TellFault) -> TellFault:
    """Tell the first `most` faults alone: a stream can have millions."""
    left = most

    def tell_some(kind: str, index: int, words: str) -> None:
        nonlocal left
        if left > 0:
            left -= 1
            tell(kind, index, words)

    return tell_some


def _nothing_decodes(path: Path) -> UnreadableMediaError:
    return UnreadableMediaError(
        file_name(path, None),
        "not a single frame can be decoded",
        remedy="Collect the file again; it is damaged or broken off before its first frame.",
    )
