"""Chunks of RIFF (AVI): the texts of INFO and the date of recording.

References:
    Microsoft, Multimedia Programming Interface and Data Specifications 1.0 (RIFF, INFO).
"""

from collections.abc import Iterator
from typing import BinaryIO

from purport.media._private import shorten
from purport.media.facts import BoxSeen, ContainerFacts, TagSeen

__all__ = ["read_riff"]

_MOST_CHUNKS = 2_000
_MOST_DEPTH = 6
_MOST_TEXT = 4_096
_MOST_LISTED = 200


def read_riff(stream: BinaryIO, size: int) -> ContainerFacts:
    """Read the chunks of a file of `size` bytes."""
    boxes: list[BoxSeen] = []
    tags: list[TagSeen] = []
    faults: list[str] = []
    seen = 0
    waiting = [(12, size, 1)]
    while waiting:
        start, end, depth = waiting.pop()
        for kind, at, stop in _chunks(stream, start, end):
            seen += 1
            if seen > _MOST_CHUNKS:
                faults.append(f"there are more than {_MOST_CHUNKS:,} chunks; the rest was not read")
                waiting.clear()
                break
            stream.seek(at)
            if depth == 1 and len(boxes) < _MOST_LISTED:
                boxes.append(BoxSeen(kind=_name(kind), offset=at - 8, size=stop - at + 8))
            if kind == b"LIST":
                inside = stream.read(4)
                if inside in {b"INFO", b"hdrl"} and depth < _MOST_DEPTH:
                    waiting.append((at + 4, stop, depth + 1))
            elif depth > 1 and (kind == b"IDIT" or kind[:1] == b"I"):
                text = stream.read(min(stop - at, _MOST_TEXT)).split(b"\0")[0]
                value = shorten(text.decode("utf-8", "replace").strip())
                tags.append(TagSeen(where="INFO", key=_name(kind), value=value))
    order = [box.kind for box in boxes]
    return ContainerFacts(
        structure="riff",
        boxes=tuple(boxes),
        tags=tuple(tags),
        faults=tuple(faults),
        second_file_at=next((box.offset for box in boxes if box.kind == "RIFF"), None)
        if "AVIX" not in order
        else None,
    )


def _chunks(stream: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, begin and end of the chunks between two places; they begin at even bytes."""
    position = start
    while position + 8 <= end:
        stream.seek(position)
        head = stream.read(8)
        if len(head) < 8:  # noqa: PLR2004 - a chunk's header
            return
        stop = min(position + 8 + int.from_bytes(head[4:], "little"), end)
        yield head[:4], position + 8, stop
        position = stop + stop % 2


def _name(kind: bytes) -> str:
    return kind.decode("latin-1")
