"""Whether a file ends before the lengths written in its own structure say it should.

Read from the outermost level only: boxes of ISO base media (MP4, MOV), elements of Matroska and
WebM, the chunk of RIFF (AVI). Other formats (transport streams) don't state their length.

References:
    ISO/IEC 14496-12, 4.2 (boxes). RFC 8794, 4 and 5 (EBML variable-size integers, IDs and sizes).
"""

from pathlib import Path
from typing import BinaryIO

__all__ = ["is_truncated"]

_EBML_MAGIC = b"\x1a\x45\xdf\xa3"
_RIFF_MAGIC = b"RIFF"
_ISO_FIRST_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp", b"pnot"}
_HEAD_BYTES = 16
_LARGE_SIZE = 1
_TO_END = 0


def is_truncated(path: Path) -> bool:
    """Tell whether the file ends inside its outermost structure.

    Raises:
        OSError: The file cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
        if head[4:8] in _ISO_FIRST_BOXES:
            return _iso_end(stream, size) > size
        if head[:4] == _EBML_MAGIC:
            return _matroska_end(stream, size) > size
        if head[:4] == _RIFF_MAGIC:
            return 8 + int.from_bytes(head[4:8], "little") > size
    return False


def _iso_end(stream: BinaryIO, size: int) -> int:
    """Walk the boxes; return where the last one that begins inside the file should end."""
    position = 0
    while position < size:
        stream.seek(position)
        head = stream.read(_HEAD_BYTES)
        if len(head) < 8:  # noqa: PLR2004 - a box header is 8 bytes (4.2)
            return size + 1
        length = int.from_bytes(head[:4])
        if length == _TO_END:
            return size
        header = 8
        if length == _LARGE_SIZE:
            length, header = int.from_bytes(head[8:16]), 16
        if length < header:
            return size
        position += length
    return position


def _matroska_end(stream: BinaryIO, size: int) -> int:
    """Walk the top-level elements; unknown sizes (live recordings) run to the end."""
    position = 0
    while position < size:
        stream.seek(position)
        head = stream.read(_HEAD_BYTES)
        id_length = _vint_length(head[:1])
        size_length = _vint_length(head[id_length : id_length + 1]) if id_length else 0
        header = id_length + size_length
        if not id_length or not size_length or len(head) < header:
            return size
        mask = (1 << (7 * size_length)) - 1
        length = int.from_bytes(head[id_length:header]) & mask
        if length == mask:
            return size
        position += header + length
    return position


def _vint_length(first: bytes) -> int:
    """Return the bytes of a variable-size integer by its first byte; 0 when it is not one."""
    return 9 - first[0].bit_length() if first and first[0] else 0
