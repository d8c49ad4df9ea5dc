"""What a response carries: its body without framing, unpacked within limits, and what it is.

The bytes on record stay as they came. A body is read from them: chunks joined, then unpacked (gzip,
deflate) as far as a limit; more than that is a bomb.
"""

import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from purport.core.digests import Digest
from purport.core.errors import NotCapturedError
from purport.sources.records import Exchange

__all__ = [
    "body_digest",
    "body_head",
    "declared_encoding",
    "declared_type",
    "is_all",
    "is_film",
    "raw_body",
    "raw_head",
    "read_body",
    "seen_type",
    "write_body",
]

_PIECE_BYTES = 1 << 16
_HEAD_BYTES = 1024
_LONGEST_LINE = 1 << 14
_LARGEST_CODED_RATIO = 150
"""Most bytes that one may unpack to, beyond the first MiB; pages shrink to a tenth, seldom to a
fiftieth, and bombs to a thousandth."""
_FREE_BYTES = 1 << 20
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"AVI ", "video/x-msvideo"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypM4A ", "audio/mp4"),
    (4, b"ftypqt  ", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (4, b"moov", "video/quicktime"),
    (4, b"mdat", "video/quicktime"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"FLV\x01", "video/x-flv"),
    (0, b"OggS", "application/ogg"),
    (0, b"\x00\x00\x01\xba", "video/mpeg"),
    (0, b"#EXTM3U", "application/vnd.apple.mpegurl"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
)
_HTML_MARKS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<title", b"<meta")
_TRANSPORT_STREAM = 188
_SYNC = 0x47


def declared_type(exchange: Exchange) -> str | None:
    """Return the content type that the server states, without its parameters."""
    stated = exchange.header("content-type")
    return None if stated is None else stated.partition(";")[0].strip().lower() or None


def declared_encoding(exchange: Exchange) -> str | None:
    """Return the encoding that the server states; None when it states none."""
    stated = exchange.header("content-type") or ""
    found = re.search(r";\s*charset\s*=\s*[\"']?([\w.:-]{1,40})", stated, re.IGNORECASE)
    return None if found is None else found.group(1)


def seen_type(head: bytes) -> str | None:
    """Return the content type that first bytes show; None when they show none.

    Examples:
        >>> seen_type(b"<!DOCTYPE html><html>")
        'text/html'
        >>> seen_type(bytes([0, 0, 0, 24]) + b"ftypisom")
        'video/mp4'
    """
    for place, mark, kind in _MAGIC:
        if head[place : place + len(mark)] == mark:
            return kind
    if len(head) > _TRANSPORT_STREAM and head[0] == _SYNC and head[_TRANSPORT_STREAM] == _SYNC:
        return "video/mp2t"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    while start.startswith(b"<!--") and b"-->" in start:
        start = start.partition(b"-->")[2].lstrip()
    if start.startswith(_HTML_MARKS):
        return "text/html"
    if start.startswith(b"<?xml"):
        return "text/html" if b"<html" in start else "application/xml"
    return None


def is_all(content_range: str) -> bool:
    """Tell whether a range that came is all there is: players ask for "bytes=0-"."""
    told = re.fullmatch(r"bytes 0-(\d{1,18})/(\d{1,18})", content_range)
    return told is not None and int(told.group(1)) + 1 == int(told.group(2))


def is_film(kind: str | None) -> bool:
    """Tell whether a content type is one of films; None, a type that is not known, is none."""
    return kind is not None and kind.startswith(("video/", "application/ogg"))


def raw_body(exchange: Exchange) -> Iterator[bytes]:
    """Give the body as it came, without framing; what is malformed ends it."""
    if (exchange.header("transfer-encoding") or "").lower().endswith("chunked"):
        yield from _chunks(exchange.response, exchange.body_at)
        return
    with exchange.response.open("rb") as source:
        source.seek(exchange.body_at)
        while piece := source.read(_PIECE_BYTES):
            yield piece


def body_digest(exchange: Exchange) -> tuple[Digest, int]:
    """Return SHA-256 and length of the body as it came, without framing."""
    hasher, length = hashlib.sha256(), 0
    for piece in raw_body(exchange):
        hasher.update(piece)
        length += len(piece)
    return Digest(hasher.hexdigest()), length


def read_body(exchange: Exchange, *, most_bytes: int) -> bytes:
    """Return the body unpacked.

    Raises:
        NotCapturedError: It unpacks to more than that, or cannot be unpacked.
    """
    sink = io.BytesIO()
    for piece in _unpacked(exchange, most_bytes=most_bytes):
        sink.write(piece)
    return sink.getvalue()


def body_head(exchange: Exchange) -> bytes:
    """Return the first bytes of the body, unpacked.

    Raises:
        NotCapturedError: They cannot be unpacked.
    """
    return _head(_unpacked(exchange, most_bytes=1 << 40))


def raw_head(exchange: Exchange) -> bytes:
    """Return the first bytes of the body as they came, without framing."""
    return _head(raw_body(exchange))


def _head(pieces: Iterator[bytes]) -> bytes:
    """Join as many pieces as it takes: servers may send a byte at a time."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= _HEAD_BYTES:
            break
    return head[:_HEAD_BYTES]


def write_body(exchange: Exchange, path: Path, *, most_bytes: int) -> bytes:
    """Write the body unpacked to a file, and return its first bytes.

    Raises:
        NotCapturedError: It unpacks to more than that, or cannot be unpacked.
    """
    head = b""
    with path.open("wb") as sink:
        for piece in _unpacked(exchange, most_bytes=most_bytes):
            if len(head) < _HEAD_BYTES:
                head += piece[: _HEAD_BYTES - len(head)]
            sink.write(piece)
    return head


def _unpacked(exchange: Exchange, *, most_bytes: int) -> Iterator[bytes]:
    coding = (exchange.header("content-encoding") or "identity").strip().lower()
    if coding not in {"identity", "gzip", "x-gzip", "deflate", ""}:
        raise NotCapturedError(
            exchange.url,
            f"came packed by {coding!r}, which was not asked for",
            remedy="What came is kept as it came; capture it by another way.",
        )
    written = 0
    for piece in _inflated(exchange) if coding not in {"identity", ""} else raw_body(exchange):
        written += len(piece)
        if written > most_bytes:
            raise NotCapturedError(
                exchange.url,
                f"unpacks to more than {most_bytes:,} bytes",
                remedy="Raise --largest if that is what you expect there.",
            )
        yield piece


def _inflated(exchange: Exchange) -> Iterator[bytes]:
    packed = unpacked = 0
    engine: zlib._Decompress | None = None
    for piece in raw_body(exchange):
        packed += len(piece)
        engine = engine or zlib.decompressobj(_window(piece))
        for out in _inflated_piece(engine, piece, exchange.url):
            unpacked += len(out)
            if unpacked > _FREE_BYTES + packed * _LARGEST_CODED_RATIO:
                raise NotCapturedError(
                    exchange.url,
                    f"unpacks to over {_LARGEST_CODED_RATIO} times its length: this is a bomb",
                    remedy="Do not unpack it by other means; what came is kept packed.",
                )
            yield out
        if engine.eof:
            return
    if engine is not None:
        raise _broken(exchange.url, "it is cut off within its packing")


def _inflated_piece(engine: "zlib._Decompress", piece: bytes, url: str) -> Iterator[bytes]:
    """Unpack a piece, no more than so much at once; the engine may hold some back after its end."""
    rest, is_full = piece, True
    while not engine.eof and (rest or is_full):
        try:
            out = engine.decompress(rest, _PIECE_BYTES)
        except zlib.error as error:
            raise _broken(url, str(error)) from error
        rest, is_full = engine.unconsumed_tail, len(out) == _PIECE_BYTES
        if out:
            yield out


def _broken(url: str, why: str) -> NotCapturedError:
    return NotCapturedError(
        url,
        f"cannot be unpacked ({why})",
        remedy="The server sent it broken; what came is kept as it came.",
    )


def _window(head: bytes) -> int:
    """Tell gzip, zlib and bare deflate apart; servers send any of the last two as "deflate"."""
    if head.startswith(b"\x1f\x8b"):
        return zlib.MAX_WBITS | 16
    zlib_like = len(head) > 1 and head[0] & 15 == 8 and int.from_bytes(head[:2]) % 31 == 0  # noqa: PLR2004 - RFC 1950
    return zlib.MAX_WBITS if zlib_like else -zlib.MAX_WBITS


def _chunks(path: Path, start: int) -> Iterator[bytes]:
    with path.open("rb") as source:
        source.seek(start)
        while True:
            size = _whole_line(source).partition(b";")[0].strip()
            try:
                left = int(size, 16)
            except ValueError:
                return
            if left <= 0:
                return
            while left:
                piece = source.read(min(left, _PIECE_BYTES))
                if not piece:
                    return
                left -= len(piece)
                yield piece
            _whole_line(source)


def _whole_line(source: BinaryIO) -> bytes:
    """Read to the end of a line however long; returns its beginning."""
    line = piece = source.readline(_LONGEST_LINE)
    while piece and not piece.endswith(b"\n"):
        piece = source.readline(_LONGEST_LINE)
    return line
