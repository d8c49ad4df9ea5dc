"""What a container says of its streams; one frame is decoded to see that the video is one."""

from fractions import Fraction
from pathlib import Path

from av import VideoFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Stream
from av.video.stream import VideoStream

from purport.core.errors import UnreadableMediaError
from purport.media._containers import file_name, open_container, refuse_size
from purport.media._extent import is_truncated
from purport.media.records import Probe, StreamProbe

__all__ = ["probe_media"]

_TIME_BASE_US = 1_000_000
_TURN_DEG = 360
_QUARTER_TURN_DEG = 90
_RANGES = {1: "limited", 2: "full"}


def probe_media(path: Path, *, name: str | None = None) -> Probe:
    """Read what a video file says of itself.

    The stream that is analysed is the one FFmpeg holds best: the largest that is not a cover
    picture. Its first frame is decoded, for the rotation, the pixel format and the first
    presentation time, and because a video without a frame is none.

    Args:
        path: The file.
        name: What messages call the file (a file in the vault is named by its digest).

    Raises:
        UnreadableMediaError: The file is empty, not a video, without a video stream, with frames
            of no or too many pixels, or not one frame of it can be decoded.
        OSError: The file cannot be opened.
    """
    called = file_name(path, name)
    with open_container(path, name=name) as container:
        video = _video_stream(container, called)
        refuse_size(video.codec_context.width, video.codec_context.height, name=called)
        first = _first_frame(container, video, called)
        refuse_size(first.width, first.height, name=called)
        streams = tuple(
            _video_probe(video, first) if stream is video else _stream_probe(stream)
            for stream in container.streams
        )
        duration = container.duration
        tags = tuple(sorted(container.metadata.items()))
        return Probe(
            container=container.format.name,
            duration_s=None if duration is None else duration / _TIME_BASE_US,
            size_bytes=path.stat().st_size,
            bit_rate=container.bit_rate or None,
            creation_time=container.metadata.get("creation_time"),
            tags=tags,
            streams=streams,
            video=video.index,
            truncated=is_truncated(path),
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
    return best if isinstance(best, VideoStream) else container.streams.video[0]


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
        tags=tuple(sorted(stream.metadata.items())),
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
        sample_rate_hz=stream.sample_rate if isinstance(stream, AudioStream) else None,
        tags=tuple(sorted(stream.metadata.items())),
    )


def _seconds(stream: Stream) -> float | None:
    if stream.duration is None or stream.time_base is None:
        return None
    return float(stream.duration * stream.time_base)
