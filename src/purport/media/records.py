"""What a container says of itself, before any frame is decoded."""

from dataclasses import dataclass
from fractions import Fraction

__all__ = ["Probe", "StreamProbe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamProbe:
    """One stream of a container."""

    index: int
    """Index in the container."""
    kind: str
    """"video", "audio", "subtitle" or "data"."""
    codec: str
    """FFmpeg's name of the codec."""
    time_base: Fraction | None
    """Length of a tick; None when the stream has no clock. [s]"""
    duration_s: float | None
    """As declared; None when not declared."""
    frames_declared: int | None
    """As declared; None when not declared."""
    average_rate: Fraction | None
    """Frames a second as declared; None for streams without frames."""
    width_px: int | None = None
    """Coded width; None unless video."""
    height_px: int | None = None
    """Coded height; None unless video."""
    rotation_deg: int = 0
    """Display rotation, clockwise: 0, 90, 180 or 270."""
    pixel_format: str | None = None
    """FFmpeg's name; None unless video."""
    pixel_aspect: Fraction | None = None
    """Width over height of a coded pixel; None when not declared (then taken as 1) or not video."""
    color_range: str | None = None
    """"limited" (black at 16, white at 235) or "full"; None when not declared or not video."""
    start_pts: int | None = None
    """Presentation time stamp of the first decoded frame of the analysed video stream; for other
    streams as declared; None when there is none. [ticks]"""
    sample_rate_hz: int | None = None
    """Samples a second; None unless audio."""
    tags: tuple[tuple[str, str], ...] = ()
    """Metadata as stored, sorted by key."""
    interlaced: bool = False
    """Whether the first frame is coded as two fields; they are kept woven into one picture."""
    high_range: str | None = None
    """"PQ" or "HLG" for pictures of high dynamic range, whose luma is the code value and not tone
    mapped; None for others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a container says of itself."""

    container: str
    """FFmpeg's name of the format."""
    duration_s: float | None
    """As declared; None when not declared."""
    size_bytes: int
    """Length of the file."""
    bit_rate: int | None
    """As declared; None when not declared. [bit/s]"""
    creation_time: str | None
    """As stored, not interpreted; None when absent."""
    tags: tuple[tuple[str, str], ...]
    """Metadata as stored, sorted by key."""
    streams: tuple[StreamProbe, ...]
    """The streams, by index."""
    video: int
    """Index, among `streams`, of the stream that is analysed."""
    truncated: bool = False
    """Whether the file ends before its container says it should."""
    walls: tuple[str, ...] = ()
    """Behind which walls it was read: "limits" of the system, and "system calls" where the machine
    has a filter for them; empty when not recorded."""
