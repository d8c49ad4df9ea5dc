"""Elements of Matroska and WebM: times, writing applications, tracks and tags.

Clusters are stepped over by their length. Lengths are held against the element that contains them;
depth, number and bytes are bounded.

References:
    RFC 8794 (EBML). RFC 9559 (Matroska): Info, Tracks, Tags; DateUTC counts nanoseconds from
    1 January 2001.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from purport.core.instants import format_utc
from purport.media._private import shorten
from purport.media.facts import BoxSeen, ContainerFacts, HeaderTime, TagSeen, TrackFacts

__all__ = ["EBML_MAGIC", "read_matroska"]

EBML_MAGIC = b"\x1a\x45\xdf\xa3"
_EBML, _SEGMENT, _DOCTYPE = 0x1A45DFA3, 0x18538067, 0x4282
_INFO, _TRACKS, _TAGS, _CLUSTER = 0x1549A966, 0x1654AE6B, 0x1254C367, 0x1F43B675
_DATE, _MUXER, _WRITER, _TITLE = 0x4461, 0x4D80, 0x5741, 0x7BA9
_SCALE, _DURATION = 0x2AD7B1, 0x4489
_TRACK, _TRACK_TYPE, _CODEC, _TRACK_NAME = 0xAE, 0x83, 0x86, 0x536E
_TAG, _SIMPLE, _TAG_NAME, _TAG_STRING = 0x7373, 0x67C8, 0x45A3, 0x4487
_NAMES = {
    _EBML: "EBML", _SEGMENT: "Segment", _INFO: "Info", _TRACKS: "Tracks", _TAGS: "Tags",
    _CLUSTER: "Cluster", 0x114D9B74: "SeekHead", 0x1C53BB6B: "Cues", 0xEC: "Void",
    0x1043A770: "Chapters", 0x1941A469: "Attachments",
}  # fmt: skip
_KINDS = {1: "video", 2: "audio", 17: "subtitle"}
_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
_MOST_ELEMENTS = 200_000
_MOST_BODY = 1 << 20
_MOST_LISTED = 200
_MOST_TAGS = 500
_USUAL_SCALE_NS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Element:
    identifier: int
    start: int
    body: int
    end: int
    """Where it ends; of an unknown length the end of what contains it."""
    open_ended: bool


@dataclass(slots=True, kw_only=True)
class _Reading:
    stream: BinaryIO
    seen: int = 0
    boxes: list[BoxSeen] = field(default_factory=list)
    headers: list[HeaderTime] = field(default_factory=list)
    tracks: list[TrackFacts] = field(default_factory=list)
    tags: list[TagSeen] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    brands: tuple[str, ...] = ()
    second: int | None = None

    def tag(self, where: str, key: str, value: bytes) -> None:
        if len(self.tags) < _MOST_TAGS:
            text = value.rstrip(b"\0").decode("utf-8", "replace")
            self.tags.append(TagSeen(where=where, key=shorten(key), value=shorten(text)))


def read_matroska(stream: BinaryIO, size: int) -> ContainerFacts:
    """Read the elements of a file of `size` bytes."""
    reading = _Reading(stream=stream)
    for top in _elements(reading, 0, size):
        if top.identifier == _EBML:
            _head(reading, top)
        elif top.identifier == _SEGMENT:
            _segment(reading, top)
    order = [box.kind for box in reading.boxes]
    both = "Cues" in order and "Cluster" in order
    return ContainerFacts(
        structure="matroska",
        brands=reading.brands,
        boxes=tuple(reading.boxes),
        index_first=order.index("Cues") < order.index("Cluster") if both else None,
        headers=tuple(reading.headers),
        tracks=tuple(reading.tracks),
        tags=tuple(reading.tags),
        second_file_at=reading.second,
        faults=tuple(reading.faults),
    )


def _elements(reading: _Reading, start: int, end: int) -> Iterator[_Element]:
    position = start
    while position < end:
        reading.seen += 1
        if reading.seen > _MOST_ELEMENTS:
            reading.faults.append(f"there are more than {_MOST_ELEMENTS:,} elements")
            return
        reading.stream.seek(position)
        head = reading.stream.read(12)
        id_length = _vint_length(head[:1])
        size_length = _vint_length(head[id_length : id_length + 1]) if id_length else 0
        header = id_length + size_length
        if not id_length or id_length > 4 or not size_length or len(head) < header:  # noqa: PLR2004
            if any(head):
                reading.faults.append(f"what stands at byte {position} is no element")
            return
        mask = (1 << (7 * size_length)) - 1
        length = int.from_bytes(head[id_length:header]) & mask
        open_ended = length == mask
        stop = end if open_ended else position + header + length
        if stop > end:
            reading.faults.append(
                f"the element at byte {position} ends {stop - end} bytes too late"
            )
            stop = end
        yield _Element(
            identifier=int.from_bytes(head[:id_length]),
            start=position,
            body=position + header,
            end=stop,
            open_ended=open_ended,
        )
        position = stop


def _segment(reading: _Reading, segment: _Element) -> None:
    readers = {_INFO: _info, _TRACKS: _tracks, _TAGS: _tags}
    for element in _elements(reading, segment.body, segment.end):
        name = _NAMES.get(element.identifier, f"{element.identifier:X}")
        if len(reading.boxes) < _MOST_LISTED:
            size = element.end - element.start
            reading.boxes.append(BoxSeen(kind=name, offset=element.start, size=size))
        if element.identifier == _EBML:
            reading.second = element.start if reading.second is None else reading.second
        if element.open_ended:
            return  # a live recording: what follows cannot be told from what is inside
        if element.identifier in readers:
            readers[element.identifier](reading, element)


def _head(reading: _Reading, element: _Element) -> None:
    if reading.brands:
        reading.second = element.start if reading.second is None else reading.second
        return
    for inner in _elements(reading, element.body, element.end):
        if inner.identifier == _DOCTYPE:
            reading.brands = (shorten(_body(reading, inner).decode("latin-1").rstrip("\0")),)


def _info(reading: _Reading, element: _Element) -> None:
    created, scale, duration = None, _USUAL_SCALE_NS, None
    for inner in _elements(reading, element.body, element.end):
        body = _body(reading, inner)
        if inner.identifier == _DATE and len(body) == 8:  # noqa: PLR2004 - RFC 8794, 7.6
            created = _instant(int.from_bytes(body, signed=True))
        elif inner.identifier == _SCALE:
            scale = int.from_bytes(body) or _USUAL_SCALE_NS
        elif inner.identifier == _DURATION and len(body) in {4, 8}:
            (duration,) = struct.unpack(">f" if len(body) == 4 else ">d", body)  # noqa: PLR2004
        elif inner.identifier in {_MUXER, _WRITER, _TITLE}:
            names = {_MUXER: "MuxingApp", _WRITER: "WritingApp", _TITLE: "Title"}
            reading.tag("Info", names[inner.identifier], body)
    known = duration is not None and 0.0 < duration * scale < float("inf")
    reading.headers.append(
        HeaderTime(
            where="Info",
            created=created,
            modified=None,
            duration_s=(duration or 0.0) * scale / 1e9 if known else None,
        )
    )


def _tracks(reading: _Reading, element: _Element) -> None:
    for track in _elements(reading, element.body, element.end):
        if track.identifier != _TRACK or len(reading.tracks) >= _MOST_LISTED:
            continue
        kind, codec, name = "unknown", None, None
        for inner in _elements(reading, track.body, track.end):
            body = _body(reading, inner)
            if inner.identifier == _TRACK_TYPE:
                kind = _KINDS.get(int.from_bytes(body), "other")
            elif inner.identifier == _CODEC:
                codec = shorten(body.decode("latin-1").rstrip("\0"))
            elif inner.identifier == _TRACK_NAME:
                name = shorten(body.decode("utf-8", "replace"))
        reading.tracks.append(
            TrackFacts(kind=kind, handler=name, codec=codec, samples=None, sample_duration_s=None)
        )


def _tags(reading: _Reading, element: _Element) -> None:
    for tag in _elements(reading, element.body, element.end):
        if tag.identifier != _TAG:
            continue
        for simple in _elements(reading, tag.body, tag.end):
            if simple.identifier != _SIMPLE:
                continue
            parts = {
                inner.identifier: _body(reading, inner)
                for inner in _elements(reading, simple.body, simple.end)
            }
            if _TAG_NAME in parts and _TAG_STRING in parts:
                reading.tag("Tags", parts[_TAG_NAME].decode("utf-8", "replace"), parts[_TAG_STRING])


def _body(reading: _Reading, element: _Element) -> bytes:
    reading.stream.seek(element.body)
    # of an element that is cut off within its own header nothing is left
    return reading.stream.read(max(min(element.end - element.body, _MOST_BODY), 0))


def _instant(nanoseconds: int) -> str | None:
    try:
        return format_utc(_EPOCH + timedelta(microseconds=nanoseconds // 1000))
    except OverflowError:
        return None


def _vint_length(first: bytes) -> int:
    """Return the bytes of a variable-size integer by its first byte; 0 when it is not one."""
    return 9 - first[0].bit_length() if first and first[0] else 0
