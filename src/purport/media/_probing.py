"""What a container says of its streams; one frame is decoded to see that the video is one."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from fractions import Fraction
from pathlib import Path

from av import VideoFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Stream
from av.video.stream import VideoStream

from purport.core.errors import UnreadableMediaError
from purport.media._containers import open_container, refuse_size
from purport.media._errands import Channel
from purport.media._extent import is_truncated
from purport.media._iso_boxes import FIRST_BOXES, read_iso
from purport.media._private import shorten, withhold
from purport.media.records import Probe, StreamProbe

__all__ = ["read_probe", "send_probe"]

_TIME_BASE_US = 1_000_000
_TURN_DEG = 360
_QUARTER_TURN_DEG = 90
_MOST_TAGS = 200
_HIGH_RANGES = {16: "PQ", 18: "HLG"}
"""Transfer characteristics of ITU-T H.273."""
_ENCRYPTED = frozenset({"encv", "drmi"})
_RANGES = {1: "limited", 2: "full"}


def send_probe(channel: Channel, path: Path, name: str) -> None:
    """Send what a video file says of itself, as the JSON of a `Probe`."""
    probe = replace(read_probe(path, name=name), walls=channel.walls)
    channel.answer(json.loads(json.dumps(asdict(probe), default=str)))


def read_probe(path: Path, *, name: str) -> Probe:
    """Read what a video file says of itself.

    Raises:
        UnreadableMediaError: As `probe_media`.
        OSError: The file cannot be opened.
    """
    with open_container(path, name=name) as container:
        _refuse_encrypted(path, name)
        video = _video_stream(container, name)
        refuse_size(video.codec_context.width, video.codec_context.height, name=name)
        first = _first_frame(container, video, name)
        refuse_size(first.width, first.height, name=name)
        streams = tuple(
            _video_probe(video, first) if stream is video else _stream_probe(stream)
            for stream in container.streams
        )
        duration = container.duration
        return Probe(
            container=container.format.name,
            duration_s=None if duration is None else duration / _TIME_BASE_US,
            size_bytes=path.stat().st_size,
            bit_rate=container.bit_rate or None,
            creation_time=_creation_time(container.metadata),
            tags=_tags(container.metadata),
            streams=streams,
            video=video.index,
            truncated=is_truncated(path),
        )


def _refuse_encrypted(path: Path, name: str) -> None:
    """Refuse MP4 and MOV whose pictures are under copy protection (ISO/IEC 23001-7: 'encv').

    Raises:
        UnreadableMediaError: They are.
    """
    with path.open("rb") as stream:
        if stream.read(8)[4:] not in FIRST_BOXES:
            return
        facts = read_iso(stream, path.stat().st_size)
    if any(track.codec in _ENCRYPTED for track in facts.tracks):
        raise UnreadableMediaError(
            name,
            "the video in it is encrypted",
            remedy="Give a copy without copy protection, and say in its record how it was made.",
        )


def _video_stream(container: InputContainer, name: str) -> VideoStream:
    if not container.streams.video:
        kinds = ", ".join(sorted({stream.type or "unknown" for stream in container.streams}))
        raise UnreadableMediaError(
            name,
            f"there is no video stream in it (it holds: {kinds or 'nothing'})",
            remedy="Give the file that holds the pictures.",
        )
    best = container.streams.best("video")
    known = [stream for stream in container.streams.video if _is_decodable(stream)]
    if isinstance(best, VideoStream) and best in known:
        return best
    if not known:
        raise UnreadableMediaError(
            name,
            "the video in it is coded in a way that is not known here",
            remedy="Give a copy that can be played, and say in its record how it was made.",
        )
    return known[0]


def _is_decodable(stream: VideoStream) -> bool:
    """Tell whether there is a decoder for it; without one PyAV gives no context."""
    return getattr(stream, "codec_context", None) is not None


def _first_frame(container: InputContainer, stream: VideoStream, name: str) -> VideoFrame:
    fault: FFmpegError | None = None
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
            frames = [] if packet is None else packet.decode()
        except FFmpegError as error:
            fault = error
            if isinstance(error, EOFError):
                break
            continue
        for frame in frames:
            if isinstance(frame, VideoFrame):
                return frame
        if packet is None:
            break
    why = "" if fault is None else f" ({fault.strerror})"
    raise UnreadableMediaError(
        name,
        f"not a single frame can be decoded{why}",
        remedy="Collect the file again; it is damaged or broken off before its first frame.",
    ) from fault


def _video_probe(stream: VideoStream, first: VideoFrame) -> StreamProbe:
    turn = -first.rotation % _TURN_DEG
    return StreamProbe(
        index=stream.index,
        kind="video",
        codec=stream.codec_context.name,
        time_base=stream.time_base,
        duration_s=_seconds(stream),
        frames_declared=stream.frames or None,
        average_rate=stream.average_rate,
        width_px=first.width,
        height_px=first.height,
        rotation_deg=turn if turn % _QUARTER_TURN_DEG == 0 else 0,
        pixel_format=first.format.name,
        pixel_aspect=_aspect(stream),
        color_range=_RANGES.get(int(first.color_range)),
        start_pts=first.pts,
        tags=_tags(stream.metadata),
        interlaced=bool(first.interlaced_frame),
        high_range=_HIGH_RANGES.get(int(first.color_trc)),
    )


def _aspect(stream: VideoStream) -> Fraction | None:
    aspect = stream.sample_aspect_ratio
    return aspect if aspect is not None and aspect > 0 else None


def _stream_probe(stream: Stream) -> StreamProbe:
    picture = stream.codec_context if isinstance(stream, VideoStream) else None
    sound = stream.codec_context if isinstance(stream, AudioStream) else None
    context = picture or sound
    return StreamProbe(
        index=stream.index,
        kind=stream.type if stream.type in {"video", "audio", "subtitle"} else "data",
        codec="unknown" if context is None else context.name,
        time_base=stream.time_base,
        duration_s=_seconds(stream),
        frames_declared=stream.frames or None,
        average_rate=stream.average_rate if isinstance(stream, VideoStream) else None,
        width_px=None if picture is None else picture.width,
        height_px=None if picture is None else picture.height,
        pixel_format=None if picture is None else picture.pix_fmt,
        start_pts=stream.start_time,
        sample_rate_hz=None if sound is None else sound.sample_rate or None,
        tags=_tags(stream.metadata),
    )


def _creation_time(metadata: Mapping[str, str]) -> str | None:
    said = metadata.get("creation_time")
    return None if said is None else shorten(said)


def _tags(metadata: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the first tags by key, without what names people or single devices."""
    named = sorted((shorten(key), value) for key, value in metadata.items())
    return tuple((key, withhold(key, value)) for key, value in named[:_MOST_TAGS])


def _seconds(stream: Stream) -> float | None:
    if stream.duration is None or stream.time_base is None:
        return None
    return float(stream.duration * stream.time_base)
