"""What the structure of a file states beside its streams: records of what was read."""

from dataclasses import dataclass

__all__ = [
    "BoxSeen",
    "ContainerFacts",
    "HeaderTime",
    "TagSeen",
    "Telemetry",
    "TelemetrySample",
    "TrackFacts",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxSeen:
    """A box, element or chunk of the outermost level."""

    kind: str
    """Its type, as text."""
    offset: int
    """Where it begins. [byte]"""
    size: int
    """Its length by its own header. [byte]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderTime:
    """The times and the length that a header states."""

    where: str
    """Which header: "mvhd", "tkhd 1", "mdhd 1", "Info"."""
    created: str | None
    """ISO 8601, in UTC by the format's rules; None when not set."""
    modified: str | None
    """The same of the last change."""
    duration_s: float | None
    """Stated length; None when not stated. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackFacts:
    """What the index states of a track."""

    kind: str
    """"video", "audio", or the handler's own type."""
    handler: str | None
    """Name of the handler; None when none is stated."""
    codec: str | None
    """Four-character code or codec identifier; None when not stated."""
    samples: int | None
    """Samples in the index; None when there is none."""
    sample_duration_s: float | None
    """Sum of the samples' durations; None when there is no index. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagSeen:
    """A piece of text about the file, as stored."""

    where: str
    """Where it stands: "udta", "keys", "XMP", "Tags", "INFO"."""
    key: str
    """Its name there."""
    value: str
    """What it says, shortened; may name a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerFacts:
    """What the structure of a file states."""

    structure: str
    """"iso" (MP4, MOV), "matroska", "riff", or "other", of which nothing more is read."""
    brands: tuple[str, ...] = ()
    """Brands of the format, the major one first."""
    boxes: tuple[BoxSeen, ...] = ()
    """The outermost level, in order; at most the first 200."""
    index_first: bool | None = None
    """Whether the index stands before the pictures; None when there is no such order."""
    headers: tuple[HeaderTime, ...] = ()
    """Headers with times."""
    tracks: tuple[TrackFacts, ...] = ()
    """Tracks, in order."""
    tags: tuple[TagSeen, ...] = ()
    """Texts, in order; at most the first 500."""
    second_file_at: int | None = None
    """Where another file begins inside this one; None when none does. [byte]"""
    faults: tuple[str, ...] = ()
    """What is wrong with the structure, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TelemetrySample:
    """What a sensor stated at one moment."""

    time_utc: str | None
    """ISO 8601; with Z where the format says UTC, else without a zone; None when not stated."""
    sensor: tuple[float, float, float | None] | None = None
    """Longitude, latitude and height of the sensor; None when not stated. [deg, deg, m]"""
    centre: tuple[float, float] | None = None
    """Longitude and latitude of the picture's centre on the ground; None when not stated. [deg]"""
    heading_deg: float | None = None
    """Azimuth of the platform; None when not stated. [deg]"""
    slant_range_m: float | None = None
    """Distance from the sensor to the picture's centre; None when not stated. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """What a sensor stated along the footage."""

    source: str
    """"MISB ST 0601", "MISB EG 0104" or "subtitles"."""
    packets: int
    """Packets read."""
    checksums_wrong: int
    """Packets whose checksum does not hold; they are left out."""
    checksums_absent: int
    """Packets without a checksum."""
    samples: tuple[TelemetrySample, ...]
    """First, last, and evenly chosen ones between, at most 64."""
    span_s: float | None
    """From the first to the last stated time; None with fewer than two. [s]"""
    runs_back: int
    """How often the stated time goes back."""
