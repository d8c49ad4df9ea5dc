"""Telemetry of sensors in KLV: the local set of MISB ST 0601 and the older set of EG 0104.

References:
    MISB ST 0601 (UAS Datalink Local Set): tags, ranges, checksum (the sum of 16-bit words from the
    key to the checksum's length). MISB EG 0104 (Predator UAV Basic Universal Metadata Set).
    SMPTE 336M (KLV, BER lengths).
"""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from purport.core.instants import format_utc
from purport.media.facts import TelemetrySample

__all__ = ["LOCAL_SET", "UNIVERSAL_SET", "Packet", "checksum", "parse_klv"]

LOCAL_SET = bytes.fromhex("060e2b34020b01010e01030101000000")
UNIVERSAL_SET = bytes.fromhex("060e2b34020101010e01010201010000")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHECKSUM, _TIME, _HEADING = 1, 2, 5
_SENSOR_LATITUDE, _SENSOR_LONGITUDE, _SENSOR_HEIGHT = 13, 14, 15
_SLANT_RANGE, _CENTRE_LATITUDE, _CENTRE_LONGITUDE = 21, 23, 24
_UNIVERSAL_TAGS = {
    bytes.fromhex("060e2b34010101030702010101050000"): _TIME,
    bytes.fromhex("060e2b34010101030701020102040200"): _SENSOR_LATITUDE,
    bytes.fromhex("060e2b34010101030701020102060200"): _SENSOR_LONGITUDE,
    bytes.fromhex("060e2b34010101010701020102020000"): _SENSOR_HEIGHT,
    bytes.fromhex("060e2b34010101010701020103020000"): _CENTRE_LATITUDE,
    bytes.fromhex("060e2b34010101010701020103040000"): _CENTRE_LONGITUDE,
    bytes.fromhex("060e2b34010101010701080101000000"): _SLANT_RANGE,
}
_KEY_BYTES = 16

Packet = tuple[str, TelemetrySample | None, bool | None]
"""Which set, what it states, and whether its checksum holds (None: it has none)."""


def parse_klv(data: bytes) -> Iterator[Packet]:
    """Yield every set in the bytes; what cannot be read is passed over."""
    position = 0
    while True:
        found = [at for key in (LOCAL_SET, UNIVERSAL_SET) if (at := data.find(key, position)) >= 0]
        if not found:
            return
        start = min(found)
        length, body = _length(data, start + _KEY_BYTES)
        if length is None or body + length > len(data):
            position = start + _KEY_BYTES
            continue
        position = body + length
        content = data[body:position]
        if data.startswith(LOCAL_SET, start):
            yield _local(data[start:position], content)
        else:
            yield "MISB EG 0104", _sample(_universal(content), floats=True), None


def checksum(packet: bytes) -> int:
    r"""Sum 16-bit words over a packet, from its key up to and with the checksum's length.

    Examples:
        >>> checksum(b"\x01\x02\x03")
        1026
    """
    return sum(byte << (8 * ((place + 1) % 2)) for place, byte in enumerate(packet)) & 0xFFFF


def _local(packet: bytes, content: bytes) -> Packet:
    tags = dict(_local_items(content))
    holds = None
    if len(tags.get(_CHECKSUM, b"")) == 2:  # noqa: PLR2004 - 16 bits
        holds = checksum(packet[:-2]) == int.from_bytes(tags[_CHECKSUM])
    sample = None if holds is False else _sample(tags, floats=False)
    return "MISB ST 0601", sample, holds


def _local_items(content: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(content):
        tag = 0
        while position < len(content):
            byte = content[position]
            tag, position = tag << 7 | byte & 0x7F, position + 1
            if not byte & 0x80:
                break
        length, body = _length(content, position)
        if length is None or body + length > len(content):
            return
        yield tag, content[body : body + length]
        position = body + length


def _universal(content: bytes) -> dict[int, bytes]:
    tags, position = {}, 0
    while position + _KEY_BYTES < len(content):
        key = content[position : position + _KEY_BYTES]
        length, body = _length(content, position + _KEY_BYTES)
        if length is None or body + length > len(content):
            break
        if key in _UNIVERSAL_TAGS:
            tags[_UNIVERSAL_TAGS[key]] = content[body : body + length]
        position = body + length
    return tags


def _length(data: bytes, position: int) -> tuple[int | None, int]:
    """Read a BER length; return it and where the value begins."""
    if position >= len(data):
        return None, position
    first = data[position]
    if first < 0x80:  # noqa: PLR2004 - the short form
        return first, position + 1
    count = first & 0x7F
    if not 1 <= count <= 4 or position + 1 + count > len(data):  # noqa: PLR2004 - 4 GB are enough
        return None, position
    return int.from_bytes(data[position + 1 : position + 1 + count]), position + 1 + count


def _sample(tags: dict[int, bytes], *, floats: bool) -> TelemetrySample:
    read = _float if floats else _scaled
    latitude, longitude = read(tags, _SENSOR_LATITUDE), read(tags, _SENSOR_LONGITUDE)
    centre = read(tags, _CENTRE_LATITUDE), read(tags, _CENTRE_LONGITUDE)
    return TelemetrySample(
        time_utc=_time(tags.get(_TIME, b"")),
        sensor=None
        if not _on_earth(longitude, latitude)
        else (longitude or 0.0, latitude or 0.0, read(tags, _SENSOR_HEIGHT)),
        centre=None
        if not _on_earth(centre[1], centre[0])
        else (centre[1] or 0.0, centre[0] or 0.0),
        heading_deg=read(tags, _HEADING),
        slant_range_m=read(tags, _SLANT_RANGE),
    )


def _on_earth(longitude: float | None, latitude: float | None) -> bool:
    if longitude is None or latitude is None:
        return False
    return abs(longitude) <= 180.0 and abs(latitude) <= 90.0  # noqa: PLR2004 - degrees


def _scaled(tags: dict[int, bytes], tag: int) -> float | None:
    """Read a number of ST 0601: an integer mapped onto a range."""
    width, signed, low, high = _RANGES[tag]
    body = tags.get(tag, b"")
    if len(body) != width:
        return None
    number = int.from_bytes(body, signed=signed)
    bits = 8 * width
    if signed:
        if number == -(1 << (bits - 1)):
            return None  # the standard's "error" value
        return number * high / ((1 << (bits - 1)) - 1)
    return low + number * (high - low) / ((1 << bits) - 1)


_RANGES = {
    _HEADING: (2, False, 0.0, 360.0),
    _SENSOR_LATITUDE: (4, True, -90.0, 90.0),
    _SENSOR_LONGITUDE: (4, True, -180.0, 180.0),
    _SENSOR_HEIGHT: (2, False, -900.0, 19_000.0),
    _SLANT_RANGE: (4, False, 0.0, 5_000_000.0),
    _CENTRE_LATITUDE: (4, True, -90.0, 90.0),
    _CENTRE_LONGITUDE: (4, True, -180.0, 180.0),
}


def _float(tags: dict[int, bytes], tag: int) -> float | None:
    body = tags.get(tag, b"")
    form = {4: ">f", 8: ">d"}.get(len(body))
    if form is None:
        return None
    number = float(struct.unpack(form, body)[0])
    return number if abs(number) < 1e12 else None  # noqa: PLR2004 - also leaves out NaN


def _time(body: bytes) -> str | None:
    if len(body) != 8:  # noqa: PLR2004 - microseconds in 64 bits
        return None
    try:
        return format_utc(_EPOCH + timedelta(microseconds=int.from_bytes(body)))
    except OverflowError:
        return None
