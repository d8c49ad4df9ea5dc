"""Files as cameras, telephones and drones write them, with what they state known to the letter.

The picture is a small simulated clip, marked SYNTHETIC in every frame; what is modelled is the
container about it: brands, order of boxes, times of headers, handlers, texts, places, telemetry.
One statement at a time can be made to contradict the others.

References:
    Layouts after files of such devices as described in the ExifTool tag tables and in Apple's
    QuickTime File Format Specification; no file of anybody's was copied.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

__all__ = ["CameraFile", "SensorPacket", "klv_packet", "write_camera_file", "write_sensor_stream"]

_EPOCH_1904 = datetime(1904, 1, 1, tzinfo=UTC)
_HEAD_BYTES = 40
_RATE = 10
_SIZE_PX = (320, 180)
_LOCAL_SET = bytes.fromhex("060e2b34020b01010e01030101000000")


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraFile:
    """What an MP4 or MOV file states."""

    brands: tuple[str, ...] = ("mp42", "isom", "mp42")
    """Brands, the major one first; at most five in all."""
    created: datetime | None = None
    """Creation in all headers, as the device counts it; None: not set."""
    modified: datetime | None = None
    """Last change in all headers; None: as created."""
    track_created: datetime | None = None
    """Creation in the headers of tracks and media; None: as created."""
    handlers: tuple[str, str] = ("VideoHandle", "SoundHandle")
    """Names of the handlers."""
    texts: tuple[tuple[str, str], ...] = ()
    """Texts of the user data, by four-character code ("\\xa9mak")."""
    keys: tuple[tuple[str, str], ...] = ()
    """Texts of the metadata keys, by name ("com.apple.quicktime.make")."""
    encoder: str | None = None
    """Encoder of the iTunes list, as FFmpeg leaves it; None: none."""
    stated_length_s: float | None = None
    """Length in the movie header; None: the true one. [s]"""
    appended: bytes = b""
    """What follows after the last box."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorPacket:
    """What a sensor states at one moment."""

    time: datetime
    """Its clock."""
    longitude_deg: float
    """Of the sensor."""
    latitude_deg: float
    """Of the sensor."""
    height_m: float = 1_200.0
    """Above sea."""
    heading_deg: float = 90.0
    """Azimuth of the platform."""
    centre: tuple[float, float] | None = None
    """Longitude and latitude of the picture's centre; None: below the sensor. [deg]"""


def write_camera_file(path: Path, stated: CameraFile, *, duration_s: float = 3.0) -> Path:
    """Write a clip whose container states what it is told to."""
    plain = path.with_name(f".{path.name}.plain.mp4")
    _write_clip(plain, duration_s=duration_s)
    content = plain.read_bytes()
    plain.unlink()
    boxes = _split(content)
    moov = next(body for kind, body in boxes if kind == b"moov")
    mdat = next(body for kind, body in boxes if kind == b"mdat")
    head = _head(stated)
    rebuilt = _movie(moov, stated)
    path.write_bytes(head + _box(b"mdat", mdat) + _box(b"moov", rebuilt) + stated.appended)
    return path


def write_sensor_stream(
    path: Path, packets: Sequence[SensorPacket], *, duration_s: float = 3.0, spoil: int = 0
) -> Path:
    """Write a transport stream with MISB ST 0601 telemetry.

    Args:
        path: Where.
        packets: Telemetry, evenly spread over the footage.
        duration_s: Length of the footage. [s]
        spoil: How many packets, from the first, get a wrong checksum.
    """
    frames = round(duration_s * _RATE)
    with av.open(str(path), "w", format="mpegts") as container:
        video = _video(container)
        data = container.add_data_stream("klv")
        for index in range(frames):
            container.mux(video.encode(_frame(index)))
            first = index * len(packets) // frames
            for number in range(first, (index + 1) * len(packets) // frames):
                packet = av.Packet(klv_packet(packets[number], spoil=number < spoil))
                packet.stream = data
                packet.pts = packet.dts = index * 90_000 // _RATE
                packet.time_base = Fraction(1, 90_000)
                container.mux(packet)
        container.mux(video.encode(None))
    return path


def klv_packet(stated: SensorPacket, *, spoil: bool = False) -> bytes:
    """Encode one packet of MISB ST 0601, with its checksum right or wrong."""
    centre = stated.centre or (stated.longitude_deg, stated.latitude_deg)
    microseconds = (stated.time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    tags: Mapping[int, bytes] = {
        2: struct.pack(">Q", microseconds),
        5: struct.pack(">H", round(stated.heading_deg / 360 * 65_535)),
        13: _angle(stated.latitude_deg, 90),
        14: _angle(stated.longitude_deg, 180),
        15: struct.pack(">H", round((stated.height_m + 900) / 19_900 * 65_535)),
        23: _angle(centre[1], 90),
        24: _angle(centre[0], 180),
        65: b"\x11",
    }
    body = b"".join(bytes([tag, len(value)]) + value for tag, value in tags.items())
    unsigned = _LOCAL_SET + bytes([len(body) + 4]) + body + b"\x01\x02"
    total = sum(byte << (8 * ((place + 1) % 2)) for place, byte in enumerate(unsigned))
    return unsigned + struct.pack(">H", (total + spoil) & 0xFFFF)


def _angle(degrees: float, most: float) -> bytes:
    return struct.pack(">i", round(degrees / most * ((1 << 31) - 1)))


def _write_clip(path: Path, *, duration_s: float) -> None:
    with av.open(str(path), "w", format="mp4") as container:
        video = _video(container)
        sound = container.add_stream("aac", rate=16_000)
        sound.layout = "mono"
        for index in range(round(duration_s * _RATE)):
            container.mux(video.encode(_frame(index)))
        container.mux(video.encode(None))
        for start in range(0, round(duration_s * 16_000), 1024):
            block = av.AudioFrame.from_ndarray(
                np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
            )
            block.sample_rate, block.pts, block.time_base = 16_000, start, Fraction(1, 16_000)
            container.mux(sound.encode(block))
        container.mux(sound.encode(None))


def _video(container: av.container.OutputContainer) -> av.VideoStream:
    video = container.add_stream(
        "libx264", rate=_RATE, options={"threads": "1", "preset": "veryfast"}
    )
    video.width, video.height = _SIZE_PX
    video.pix_fmt = "yuv420p"
    return video


def _frame(index: int) -> av.VideoFrame:
    picture = np.full((_SIZE_PX[1], _SIZE_PX[0], 3), 60, np.uint8)
    picture[60:120, 10 + 5 * (index % 50) : 40 + 5 * (index % 50)] = (90, 160, 200)
    cv2.putText(picture, "SYNTHETIC", (8, 172), cv2.FONT_HERSHEY_PLAIN, 1.2, (255, 255, 255))
    frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
    frame.pts, frame.time_base = index, Fraction(1, _RATE)
    return frame


def _head(stated: CameraFile) -> bytes:
    """Write the file type, and fill up to where FFmpeg's own head ends, so that offsets hold."""
    names = [name.encode().ljust(4) for name in stated.brands]
    kind = _box(b"ftyp", names[0] + struct.pack(">I", 512) + b"".join(names[1:]))
    return kind + _box(b"free", bytes(_HEAD_BYTES - len(kind) - 8))


def _split(content: bytes) -> list[tuple[bytes, bytes]]:
    boxes, position = [], 0
    while position + 8 <= len(content):
        length = int.from_bytes(content[position : position + 4])
        boxes.append(
            (content[position + 4 : position + 8], content[position + 8 : position + length])
        )
        position += length
    return boxes


def _movie(body: bytes, stated: CameraFile) -> bytes:
    parts, track = [], 0
    for kind, inner in _split(body):
        if kind == b"mvhd":
            parts.append(_box(kind, _dated(inner, stated.created, stated, length=True)))
        elif kind == b"trak":
            parts.append(_box(kind, _track(inner, stated, stated.handlers[min(track, 1)])))
            track += 1
    return b"".join([*parts, *_texts(stated)])


def _track(body: bytes, stated: CameraFile, handler: str) -> bytes:
    made = stated.track_created or stated.created
    parts = []
    for kind, inner in _split(body):
        if kind in {b"tkhd", b"mdhd"}:
            parts.append(_box(kind, _dated(inner, made, stated)))
        elif kind == b"mdia":
            parts.append(_box(kind, _track(inner, stated, handler)))
        elif kind == b"hdlr":
            parts.append(_box(kind, inner[:24] + handler.encode() + b"\0"))
        else:
            parts.append(_box(kind, inner))
    return b"".join(parts)


def _dated(
    body: bytes, created: datetime | None, stated: CameraFile, *, length: bool = False
) -> bytes:
    """Put times, and in the movie header the length, into a header of version 0."""
    modified = created if stated.modified is None else stated.modified
    head = body[:4] + struct.pack(">II", _seconds(created), _seconds(modified))
    rest = body[12:]
    if length and stated.stated_length_s is not None:
        scale = int.from_bytes(body[12:16])
        rest = body[12:16] + struct.pack(">I", round(stated.stated_length_s * scale)) + body[20:]
    return head + rest


def _seconds(instant: datetime | None) -> int:
    return 0 if instant is None else int((instant - _EPOCH_1904).total_seconds())


def _texts(stated: CameraFile) -> list[bytes]:
    texts = b"".join(_text(code, value) for code, value in stated.texts)
    if stated.encoder is not None:
        data = struct.pack(">II", 1, 0) + stated.encoder.encode()
        entries = _box(b"\xa9too", _box(b"data", data))
        texts += _box(b"meta", bytes(4) + _handler(b"mdir") + _box(b"ilst", entries))
    boxes = [_box(b"udta", texts)] if texts else []
    if stated.keys:
        names = b"".join(
            struct.pack(">I4s", 8 + len(name), b"mdta") + name.encode() for name, _ in stated.keys
        )
        values = b"".join(
            _box(
                struct.pack(">I", number), _box(b"data", struct.pack(">II", 1, 0) + value.encode())
            )
            for number, (_, value) in enumerate(stated.keys, start=1)
        )
        keys = _box(b"keys", struct.pack(">II", 0, len(stated.keys)) + names)
        boxes.append(_box(b"meta", _handler(b"mdta") + keys + _box(b"ilst", values)))
    return boxes


def _text(code: str, value: str) -> bytes:
    body = value.encode()
    name = code.encode("latin-1")
    if code.startswith("\xa9"):
        return _box(name, struct.pack(">HH", len(body), 0x15C7) + body)
    return _box(name, body)


def _handler(kind: bytes) -> bytes:
    return _box(b"hdlr", bytes(8) + kind + bytes(13))


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body
