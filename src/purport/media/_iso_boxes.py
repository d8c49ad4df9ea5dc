"""Boxes of ISO base media files (MP4, MOV, 3GP): order, times, tracks, and what texts they hold.

Only lengths and small tables are read, never pictures. Every length is held against the box that
contains it; depth, number of boxes and bytes read are bounded, so that a made-up structure ends
the reading with a fault and not the process.

References:
    ISO/IEC 14496-12 (boxes, mvhd, tkhd, mdhd, hdlr, stsd, stts). Apple, QuickTime File Format
    Specification (user data, metadata keys). 3GPP TS 26.244, 8 (loci and other texts).
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from purport.core.instants import format_utc
from purport.media._private import shorten
from purport.media.facts import BoxSeen, ContainerFacts, HeaderTime, TagSeen, TrackFacts

__all__ = ["FIRST_BOXES", "read_iso"]

FIRST_BOXES = frozenset(
    {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp", b"pnot", b"uuid"}
)
_CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta", b"edts"})
_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
_MOST_BOXES = 20_000
_MOST_DEPTH = 12
_MOST_BODY = 4 << 20
_MOST_TOP = 200
_MOST_TAGS = 500
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_KINDS = {b"vide": "video", b"soun": "audio"}
_XMP_FACTS = re.compile(
    r"(?:\b|:)((?:xmp|tiff|exif|photoshop|xmpMM|xmpDM):(?:CreateDate|ModifyDate|MetadataDate"
    r"|CreatorTool|Make|Model|DateCreated|GPSLatitude|GPSLongitude|Software))"
    r"(?:=\"([^\"]{1,200})\"|>([^<]{1,200})<)"
)


@dataclass(slots=True, kw_only=True)
class _Track:
    kind: str = "unknown"
    handler: str | None = None
    codec: str | None = None
    timescale: int = 0
    samples: int | None = None
    ticks: int | None = None

    def facts(self) -> TrackFacts:
        known = self.ticks is not None and self.timescale > 0
        return TrackFacts(
            kind=self.kind,
            handler=self.handler,
            codec=self.codec,
            samples=self.samples,
            sample_duration_s=(self.ticks or 0) / self.timescale if known else None,
        )


@dataclass(slots=True, kw_only=True)
class _Reading:
    """What was read so far."""

    stream: BinaryIO
    boxes: list[BoxSeen] = field(default_factory=list)
    brands: tuple[str, ...] = ()
    headers: list[HeaderTime] = field(default_factory=list)
    tracks: list[_Track] = field(default_factory=list)
    tags: list[TagSeen] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    second: int | None = None
    seen: int = 0

    def fault(self, words: str) -> None:
        if words not in self.faults and len(self.faults) < _MOST_TOP:
            self.faults.append(words)

    def tag(self, where: str, key: str, value: str) -> None:
        if len(self.tags) < _MOST_TAGS:
            self.tags.append(TagSeen(where=where, key=shorten(key), value=shorten(value.strip())))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    kind: bytes
    start: int
    body: int
    end: int

    @property
    def name(self) -> str:
        return self.kind.decode("latin-1")


def read_iso(stream: BinaryIO, size: int) -> ContainerFacts:
    """Read the boxes of a file of `size` bytes."""
    reading = _Reading(stream=stream)
    for box in _boxes(reading, 0, size):
        if len(reading.boxes) < _MOST_TOP:
            reading.boxes.append(BoxSeen(kind=box.name, offset=box.start, size=box.end - box.start))
        if box.kind == b"ftyp":
            _file_type(reading, box)
        elif box.kind == b"uuid":
            _uuid(reading, box)
        else:
            _enter(reading, box, depth=1)
    kinds = [box.kind for box in reading.boxes]
    both = "moov" in kinds and "mdat" in kinds
    return ContainerFacts(
        structure="iso",
        brands=reading.brands,
        boxes=tuple(reading.boxes),
        index_first=kinds.index("moov") < kinds.index("mdat") if both else None,
        headers=tuple(reading.headers),
        tracks=tuple(track.facts() for track in reading.tracks),
        tags=tuple(reading.tags),
        second_file_at=reading.second,
        faults=tuple(reading.faults),
    )


def _boxes(reading: _Reading, start: int, end: int) -> Iterator[_Box]:
    """Yield the boxes between two places."""
    position = start
    while position + 8 <= end:
        reading.seen += 1
        if reading.seen > _MOST_BOXES:
            reading.fault(f"there are more than {_MOST_BOXES:,} boxes; the rest was not read")
            return
        reading.stream.seek(position)
        head = reading.stream.read(16)
        if len(head) < 8:  # noqa: PLR2004 - a box header is 8 bytes (4.2)
            return
        length, kind, header = int.from_bytes(head[:4]), head[4:8], 8
        if length == 1:
            length, header = int.from_bytes(head[8:16]), 16
        elif length == 0:
            length = end - position
        if length < header:
            if any(head[:8]):
                reading.fault(f"a box at byte {position} is shorter than its own header")
            return
        stop = position + length
        if stop > end:
            what = kind.decode("latin-1")
            reading.fault(f"the box {what!r} at byte {position} ends {stop - end} bytes too late")
            stop = end
        yield _Box(kind=kind, start=position, body=position + header, end=stop)
        position = stop


def _enter(reading: _Reading, box: _Box, *, depth: int) -> None:
    if depth > _MOST_DEPTH:
        reading.fault(f"boxes lie more than {_MOST_DEPTH} deep; what is below was not read")
        return
    if box.kind in _CONTAINERS:
        if box.kind == b"trak":
            reading.tracks.append(_Track())
        for inner in _boxes(reading, box.body, box.end):
            if box.kind == b"udta" and inner.kind not in _CONTAINERS and inner.kind != b"meta":
                _user_data(reading, inner)
            elif inner.kind in _READERS:
                _READERS[inner.kind](reading, inner)
            else:
                _enter(reading, inner, depth=depth + 1)
    elif box.kind == b"meta":
        _metadata(reading, box)


def _body(reading: _Reading, box: _Box) -> bytes:
    if box.end - box.body > _MOST_BODY:
        reading.fault(f"the box {box.name!r} has {box.end - box.body:,} bytes; it was not read")
        return b""
    reading.stream.seek(box.body)
    return reading.stream.read(box.end - box.body)


def _file_type(reading: _Reading, box: _Box) -> None:
    body = _body(reading, box)
    names = [body[:4], *(body[at : at + 4] for at in range(8, len(body) - 3, 4))]
    if reading.brands:
        reading.second = box.start if reading.second is None else reading.second
        return
    kept = dict.fromkeys(name.decode("latin-1") for name in names if any(name))
    reading.brands = tuple(kept)[:32]


def _times(reading: _Reading, box: _Box, where: str) -> tuple[bytes, int] | None:
    """Read creation, modification, scale and length of mvhd and mdhd; return the body."""
    body = _body(reading, box)
    form, need = (">QQIQ", 32) if body[:1] == b"\1" else (">IIII", 20)
    if len(body) < need:
        reading.fault(f"the box {box.name!r} is too short")
        return None
    created, modified, scale, length = struct.unpack_from(form, body, 4)
    unknown = (1 << (64 if need == 32 else 32)) - 1  # noqa: PLR2004 - of the longer form
    stated = scale > 0 and length not in {0, unknown}
    reading.headers.append(
        HeaderTime(
            where=where,
            created=_instant(created),
            modified=_instant(modified),
            duration_s=length / scale if stated else None,
        )
    )
    return body, scale


def _movie_header(reading: _Reading, box: _Box) -> None:
    if any(header.where == "mvhd" for header in reading.headers):
        reading.fault("there are two movie headers")
        return
    _times(reading, box, "mvhd")


def _media_header(reading: _Reading, box: _Box) -> None:
    read = _times(reading, box, f"mdhd {len(reading.tracks)}")
    if read is not None and reading.tracks:
        reading.tracks[-1].timescale = read[1]


def _track_header(reading: _Reading, box: _Box) -> None:
    body = _body(reading, box)
    form, need = (">QQ", 20) if body[:1] == b"\1" else (">II", 12)
    if len(body) < need:
        reading.fault("the box 'tkhd' is too short")
        return
    created, modified = struct.unpack_from(form, body, 4)
    reading.headers.append(
        HeaderTime(
            where=f"tkhd {len(reading.tracks)}",
            created=_instant(created),
            modified=_instant(modified),
            duration_s=None,
        )
    )


def _handler(reading: _Reading, box: _Box) -> None:
    body = _body(reading, box)
    track = reading.tracks[-1] if reading.tracks else None
    if track is None or track.kind != "unknown" or len(body) < 24:  # noqa: PLR2004 - 8.4.3
        return
    kind, name = body[8:12], body[24:]
    if name and name[0] == len(name) - 1:  # QuickTime counts, ISO ends with a zero
        name = name[1:]
    track.kind = _KINDS.get(kind, kind.decode("latin-1"))
    track.handler = shorten(name.split(b"\0")[0].decode("utf-8", "replace")) or None


def _sample_descriptions(reading: _Reading, box: _Box) -> None:
    body = _body(reading, box)
    if reading.tracks and len(body) >= 16:  # noqa: PLR2004 - one entry's header (8.5.2)
        reading.tracks[-1].codec = body[12:16].decode("latin-1")


def _sample_times(reading: _Reading, box: _Box) -> None:
    body = _body(reading, box)
    if not reading.tracks or len(body) < 8:  # noqa: PLR2004 - its header (8.6.1.2)
        return
    count = min(int.from_bytes(body[4:8]), (len(body) - 8) // 8)
    samples = ticks = 0
    for number, step in struct.iter_unpack(">II", body[8 : 8 + 8 * count]):
        samples, ticks = samples + number, ticks + number * step
    if count:
        reading.tracks[-1].samples, reading.tracks[-1].ticks = samples, ticks


def _user_data(reading: _Reading, box: _Box) -> None:
    """Read a text of QuickTime (©xyz, length and language first) or 3GPP (version, language)."""
    body = _body(reading, box)
    name = box.name
    if name.startswith("\xa9"):
        length = int.from_bytes(body[:2])
        text = body[4 : 4 + length] if 0 < length <= len(body) - 4 else body
        reading.tag("udta", name, _text(text))
    elif box.kind == b"loci":
        _location(reading, body)
    elif box.kind in {b"titl", b"dscp", b"perf", b"auth", b"gnre", b"albm", b"cprt"}:
        reading.tag("udta", name, _text(body[6:]))
    elif body and len(body) <= 256 and _is_text(body):  # noqa: PLR2004 - makers' own short texts
        reading.tag("udta", name, _text(body))


def _location(reading: _Reading, body: bytes) -> None:
    """Read 3GPP's location box: name, role, then longitude, latitude, height in 16.16."""
    end = body.find(b"\0", 6)
    if end < 0 or len(body) < end + 14:
        reading.fault("the box 'loci' is too short")
        return
    longitude, latitude, height = (
        part / 65536 for part in struct.unpack_from(">iii", body, end + 2)
    )
    reading.tag("udta", "loci", f"{latitude:+.6f}{longitude:+.6f}{height:+.1f}/")


def _metadata(reading: _Reading, box: _Box) -> None:
    """Read metadata: keys and values of QuickTime, or the list of iTunes."""
    start = box.body
    reading.stream.seek(start)
    if reading.stream.read(8)[4:8] not in {b"hdlr", b"keys", b"ilst"}:
        start += 4  # in ISO files a version comes first
    reading.keys = []
    for inner in _boxes(reading, start, box.end):
        if inner.kind == b"keys":
            reading.keys = _key_names(_body(reading, inner))
        elif inner.kind == b"ilst":
            for entry in _boxes(reading, inner.body, inner.end):
                _value(reading, entry)


def _key_names(body: bytes) -> list[str]:
    names: list[str] = []
    position = 8
    while position + 8 <= len(body) and len(names) < _MOST_TAGS:
        length = int.from_bytes(body[position : position + 4])
        if length < 8:  # noqa: PLR2004 - its own header
            break
        names.append(body[position + 8 : position + length].decode("utf-8", "replace"))
        position += length
    return names


def _value(reading: _Reading, entry: _Box) -> None:
    number = int.from_bytes(entry.kind)
    known = 1 <= number <= len(reading.keys)
    key = reading.keys[number - 1] if known else entry.name
    for data in _boxes(reading, entry.body, entry.end):
        body = _body(reading, data)
        if data.kind == b"data" and len(body) >= 8 and int.from_bytes(body[:4]) in {0, 1}:  # noqa: PLR2004
            reading.tag("keys" if known else "ilst", key, _text(body[8:]))


def _uuid(reading: _Reading, box: _Box) -> None:
    reading.stream.seek(box.body)
    if reading.stream.read(16) != _XMP:
        return
    text = _body(reading, box)[16:].decode("utf-8", "replace")
    for match in _XMP_FACTS.finditer(text):
        reading.tag("XMP", match.group(1), match.group(2) or match.group(3))


def _instant(seconds: int) -> str | None:
    """Turn seconds since 1904 into an instant; None when not set, or beyond the calendar."""
    if seconds == 0:
        return None
    try:
        return format_utc(_EPOCH + timedelta(seconds=seconds))
    except OverflowError:
        return None


def _is_text(body: bytes) -> bool:
    text = body.rstrip(b"\0")
    return bool(text) and all(32 <= byte < 127 for byte in text)  # noqa: PLR2004 - ASCII


def _text(body: bytes) -> str:
    kept = body.rstrip(b"\0")
    if kept[:2] in {b"\xfe\xff", b"\xff\xfe"}:
        return kept.decode("utf-16", "replace")
    return kept.decode("utf-8", "replace")


_READERS = {
    b"mvhd": _movie_header,
    b"tkhd": _track_header,
    b"mdhd": _media_header,
    b"hdlr": _handler,
    b"stsd": _sample_descriptions,
    b"stts": _sample_times,
}
