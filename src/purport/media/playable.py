"""A derivative that every browser plays: the frames of a video, each at its own time.

The evidentiary copy may be coded as no browser plays it (MPEG-2, HEVC in AVI, a transport stream).
What is made here is VP9 in MP4, without sound: the very frames that `decode_luma` numbers, shown
at the same presentation times, counted from the first. A key frame every second or so lets a
player step fast. It is for looking at; nothing is measured in it.

Readers of a published case are given another: some stretches alone, with nothing of what the file
says of itself, and veiled where they may be graphic: grey, and of 16 cells across before anything
else is done to a frame, so that no filter can bring the picture back.

The child process may write no file. What it writes comes back through the shared memory in which
pictures come otherwise: a piece's length stands in the place of its time, its offset in that of its
duration, and how far the work is (0 to 100) in that of its coding.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av import VideoFrame
from av.container import OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from purport.core.errors import UnreadableMediaError
from purport.media._containers import file_name
from purport.media._decoding import Stream, geometry_of, presented_frames
from purport.media._errands import Channel
from purport.media._planes import Geometry, bgr_view
from purport.media.border import ask_for_pictures, limits_for
from purport.media.records import Probe

__all__ = ["FILM_VERSION", "PLAYABLE_VERSION", "playable_size", "write_film", "write_playable"]

PLAYABLE_VERSION = "1"
"""Changes when the derivative of the same file would differ."""
FILM_VERSION = "1"
"""Changes when what readers are given of the same file would differ."""

_PIECE_BYTES = 64 << 10
_LARGEST_BYTES = 4 << 30
_LONGEST_SIDE_PX = 1280
_CODEC = "libvpx-vp9"
_CODING = {
    "deadline": "realtime",
    "cpu-used": "8",
    "b": "0",
    "lag-in-frames": "0",
    "auto-alt-ref": "0",
    "row-mt": "1",
}
_KEY_FRAME_EVERY = 24
_QUALITY = 22
_WHOLE = 100
_FILM_SIDE_PX = 640
_FILM_QUALITY = 34
_VEILED_SIDE_PX = 320
_VEILED_CELLS = 16
"""Fewer than of a still (24): of many frames somebody may put together more than is in one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What a derivative holds of a video."""

    most_px: int
    """Longest side of its picture. [px]"""
    quality: int
    """The coder's `crf`; lower is better."""
    length: int | None = None
    """About how long it gets, to tell how far the work is; None when not known. [ticks]"""
    nameless: bool = False
    """Whether it says no word on what made it."""
    veiled: bool = False
    """Whether it is grey and blurred."""
    stretches: tuple[tuple[int, int], ...] | None = None
    """What is kept: first and last presentation time, counted from the first frame; None for
    all. [ticks]"""

    def place(self, pts: int) -> int | None:
        """Return where a frame comes in what is left; None when it is left out. [ticks]"""
        if self.stretches is None:
            return pts
        before = 0
        for first, last in self.stretches:
            if first <= pts <= last:
                return before + pts - first
            before += last - first + 1
        return None

    def ends_before(self, pts: int) -> bool:
        """Tell whether nothing is kept from a time on. [ticks]"""
        return self.stretches is not None and all(last < pts for _, last in self.stretches)


def playable_size(probe: Probe) -> tuple[int, int]:
    """Return width and height of the derivative's picture: even, at most 1280 a side. [px]"""
    return _size_of(geometry_of(Stream.of(probe)), _LONGEST_SIDE_PX)


def write_playable(
    path: Path,
    target: Path,
    *,
    probe: Probe,
    progress: Callable[[float], bool] = lambda _part: True,
) -> bool:
    """Write the derivative of a video.

    Args:
        path: The video.
        target: Where to write it; not there yet.
        probe: What `probe_media` gave for the video.
        progress: Is told now and then which part is done (0 to 1); answers whether to go on.

    Returns:
        Whether it was finished.

    Raises:
        UnreadableMediaError: The video cannot be decoded, or decoding it crashed, hung or took
            more than its limits.
        UnavailableError: No process can be had in which to decode.
        OSError: The derivative cannot be written.
    """
    wanted = _Wanted(most_px=_LONGEST_SIDE_PX, quality=_QUALITY, length=_last_pts(probe))
    return _write(path, target, wanted, probe=probe, progress=progress)


def write_film(
    path: Path,
    target: Path,
    *,
    probe: Probe,
    veiled: bool,
    stretches_s: Sequence[tuple[float, float]],
) -> None:
    """Write what readers may play: VP9 in MP4, no sound, nothing the file says of itself.

    Args:
        path: The video.
        target: Where to write it; not there yet.
        probe: What `probe_media` gave for the video.
        veiled: Whether it is grey, and blurred for good.
        stretches_s: What is kept, by time from the first frame, apart and in order. [s]

    Raises:
        UnreadableMediaError: The video cannot be decoded, has no frame in the stretches, or
            decoding it crashed, hung or took more than its limits.
        UnavailableError: No process can be had in which to decode.
        OSError: The film cannot be written.
    """
    base = Stream.of(probe).time_base
    stretches = tuple((round(first / base), round(last / base)) for first, last in stretches_s)
    wanted = _Wanted(
        most_px=_VEILED_SIDE_PX if veiled else _FILM_SIDE_PX,
        quality=_FILM_QUALITY,
        nameless=True,
        veiled=veiled,
        stretches=stretches,
    )
    _write(path, target, wanted, probe=probe, progress=lambda _part: True)


def _write(
    path: Path,
    target: Path,
    wanted: _Wanted,
    *,
    probe: Probe,
    progress: Callable[[float], bool],
) -> bool:
    called = file_name(path, None)
    pieces = ask_for_pictures(
        send_derivative,
        path,
        Stream.of(probe),
        wanted,
        shape=(_PIECE_BYTES,),
        subject=called,
        tell=lambda _kind, _index, _words: None,
        limits=limits_for(probe.size_bytes),
    )
    with target.open("xb") as out:
        for piece, length, offset, done, _ in pieces:
            if not 0 < length <= _PIECE_BYTES or not 0 <= offset <= _LARGEST_BYTES - length:
                raise UnreadableMediaError(
                    called,
                    f"its derivative takes more than {_LARGEST_BYTES >> 30} GiB",
                    remedy="Give a working copy of the stretch that matters.",
                )
            out.seek(offset)
            out.write(piece[:length].tobytes())
            if not progress(min(done, _WHOLE) / _WHOLE):
                return False
    return True


def _last_pts(probe: Probe) -> int | None:
    """Return about which time the last frame has, by what the container declares. [ticks]"""
    coded = probe.streams[probe.video]
    length = coded.duration_s or probe.duration_s
    if length is None or coded.time_base is None:
        return None
    return round(length / coded.time_base)


def _size_of(geometry: Geometry, most_px: int) -> tuple[int, int]:
    width, height = geometry.display_size_px
    factor = min(1.0, most_px / max(width, height))
    return max(round(width * factor / 2) * 2, 2), max(round(height * factor / 2) * 2, 2)


def send_derivative(channel: Channel, path: Path, stream: Stream, wanted: _Wanted) -> None:
    """Send a derivative, piece by piece.

    Args:
        channel: Where to.
        path: The video.
        stream: Its stream.
        wanted: What is to be in it.
    """
    geometry, sink = geometry_of(stream), _Sink(channel)
    size = _size_of(geometry, wanted.most_px)
    options = {"video_track_timescale": str(stream.time_base.denominator)}
    if wanted.nameless:
        options["fflags"] = "+bitexact"
    with av.open(sink, "w", format="mp4", options=options) as container:
        out = _open_stream(container, stream, size, quality=wanted.quality)
        for frame, pts, duration in _kept_frames(channel, path, stream, wanted):
            picture = _shown(frame, geometry, size)
            picture = _veiled(picture) if wanted.veiled else picture
            picture.pts, picture.time_base, picture.duration = pts, stream.time_base, duration
            for packet in out.encode(picture):
                container.mux(packet)
            sink.done = min(_WHOLE * pts // wanted.length, _WHOLE) if wanted.length else 0
        for packet in out.encode(None):
            container.mux(packet)


def _kept_frames(
    channel: Channel, path: Path, stream: Stream, wanted: _Wanted
) -> Iterator[tuple[VideoFrame, int, int]]:
    """Yield the frames that are wanted, each with when it comes in what is left, and how long.

    Raises:
        UnreadableMediaError: There is none.
    """
    first, kept = None, 0
    for frame, pts, duration in presented_frames(
        path, stream, lambda *_told: None, alive=channel.pulse
    ):
        first = pts if first is None else first
        place = wanted.place(pts - first)
        if place is not None:
            yield frame, place, duration
            kept += 1
        elif wanted.ends_before(pts - first):
            break
    if not kept:
        raise UnreadableMediaError(
            file_name(path, None), "has no frame in what is kept", remedy="Look at its times."
        )


def _veiled(frame: VideoFrame) -> VideoFrame:
    """Return a frame in grey, of which no more is left than a few cells."""
    width, height = frame.width, frame.height
    rows = max(round(_VEILED_CELLS * height / width), 1)
    coarse = frame.reformat(width=_VEILED_CELLS, height=rows, format="gray", interpolation="AREA")
    smooth = coarse.reformat(width=width, height=height, interpolation="BICUBIC")
    return smooth.reformat(format="yuv420p")


def _open_stream(
    container: OutputContainer, coded: Stream, size: tuple[int, int], *, quality: int
) -> VideoStream:
    stream = container.add_stream(_CODEC, rate=coded.average_rate or Fraction(25))
    if not isinstance(stream, VideoStream):
        message = f"{_CODEC} is no codec of pictures"
        raise TypeError(message)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    stream.time_base = coded.time_base
    stream.codec_context.time_base = coded.time_base
    stream.codec_context.gop_size = _KEY_FRAME_EVERY
    stream.codec_context.thread_type = "AUTO"
    stream.options = {**_CODING, "crf": str(quality)}
    return stream


def _shown(frame: VideoFrame, geometry: Geometry, size: tuple[int, int]) -> VideoFrame:
    """Return a frame as it is displayed, for the encoder."""
    if geometry.quarter_turns:
        turned = np.ascontiguousarray(bgr_view(frame, geometry))
        frame = VideoFrame.from_ndarray(turned, format="bgr24")
    return frame.reformat(width=size[0], height=size[1], format="yuv420p", interpolation="BILINEAR")


class _Sink(io.RawIOBase):
    """A file that exists on the other side only."""

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self.done = 0
        """How far the work is, 0 to 100."""
        self._channel = channel
        self._at = self._end = 0
        self._piece: NDArray[np.uint8] = np.zeros(_PIECE_BYTES, np.uint8)

    def writable(self) -> bool:
        """Say that it can be written."""
        return True

    def seekable(self) -> bool:
        """Say that what was written can be changed."""
        return True

    def tell(self) -> int:
        """Return where the next byte goes."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Say where the next byte goes."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._end}[whence]
        self._at = start + offset
        return self._at

    def write(self, content: bytes) -> int:  # type: ignore[override]  # PyAV gives bytes
        """Send bytes to where they belong."""
        given = np.frombuffer(content, np.uint8)
        for start in range(0, len(given), _PIECE_BYTES):
            part = given[start : start + _PIECE_BYTES]
            self._piece[: len(part)] = part
            self._channel.picture(self._piece, pts=len(part), duration=self._at, coded=self.done)
            self._at += len(part)
            self._end = max(self._end, self._at)
        return len(given)
