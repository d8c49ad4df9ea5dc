"""Preserved bytes over HTTP: whole, or the one range that was asked for; never run, never framed.

References:
    RFC 9110, 13 (conditional requests) and 14 (range requests).
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

__all__ = ["ServedFile", "Slice", "Unsatisfiable", "read_range", "serve_bytes"]

_CHUNK_BYTES = 256 << 10
_RANGE = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII | re.IGNORECASE)
_POLICY = "sandbox; default-src 'none'"
_PLAYERS = frozenset({"video", "audio"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedFile:
    """A file that is served, and as what."""

    path: Path
    """Where it lies."""
    name: str
    """What it is called when it is saved."""
    media_type: str
    """Its content type, fixed by what it was seen to be."""
    tag: str
    """Changes with the bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of a file, both ends inclusive."""

    first: int
    """Its first byte."""
    last: int
    """Its last byte."""

    def __len__(self) -> int:
        """Return its length."""
        return self.last - self.first + 1


class Unsatisfiable:
    """A range that lies behind the end."""


def read_range(header: str | None, size: int) -> Slice | Unsatisfiable | None:
    """Read which part of a file is asked for.

    Args:
        header: The header `Range`; None when there is none.
        size: Length of the file.

    Returns:
        The part; None for the whole, as also where several parts are asked for, or what is asked
        for cannot be read (a server may ignore either).

    Examples:
        >>> read_range("bytes=10-19", 100)
        Slice(first=10, last=19)
        >>> read_range("bytes=-5", 100)
        Slice(first=95, last=99)
        >>> read_range("bytes=0-1, 5-6", 100) is None
        True
    """
    found = None if header is None else _RANGE.fullmatch(header.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        wanted = min(int(found[2]), size)
        return Slice(first=size - wanted, last=size - 1) if wanted else Unsatisfiable()
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < first:
        return None
    return Slice(first=first, last=last) if first < size else Unsatisfiable()


def serve_bytes(request: HttpRequest, served: ServedFile) -> HttpResponseBase:
    """Answer with a file, or a part of it.

    A page's player gets it to play; everybody else to save.

    Args:
        request: The request, GET or HEAD; its path is one that stays open, see `application`, or
            the whole file would be read before any of it is sent.
        served: The file.

    Raises:
        TypeError: It is not.
    """
    if not isinstance(request, ASGIRequest):
        raise TypeError(f"{request.path} is not served as what stays open; see STAYS_OPEN")
    size = served.path.stat().st_size
    tag = f'"{served.tag}"'
    if request.method in {"GET", "HEAD"} and _names(request.headers.get("If-None-Match"), tag):
        return _dressed(HttpResponse(status=HTTPStatus.NOT_MODIFIED), request, served)
    unchanged = request.headers.get("If-Range", tag).strip() == tag
    part = read_range(request.headers.get("Range"), size) if unchanged else None
    if isinstance(part, Unsatisfiable):
        refused = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        refused["Content-Range"] = f"bytes */{size}"
        return _dressed(refused, request, served)
    status = HTTPStatus.OK if part is None else HTTPStatus.PARTIAL_CONTENT
    sent = Slice(first=0, last=size - 1) if part is None else part
    answer: HttpResponseBase
    if request.method == "HEAD" or not len(sent):
        answer = HttpResponse(status=status)
    else:
        answer = StreamingHttpResponse(_pieces(served.path, sent), status=status)
    answer["Content-Length"] = str(len(sent))
    if part is not None:
        answer["Content-Range"] = f"bytes {part.first}-{part.last}/{size}"
    return _dressed(answer, request, served)


def _names(header: str | None, tag: str) -> bool:
    """Tell whether a header lists a tag; "*" lists all."""
    if header is None:
        return False
    listed = {one.strip().removeprefix("W/") for one in header.split(",")}
    return tag in listed or "*" in listed


def _dressed(
    answer: HttpResponseBase, request: HttpRequest, served: ServedFile
) -> HttpResponseBase:
    """Say what the bytes are, and that they are to be played or saved and nothing else."""
    answer["Content-Type"] = served.media_type
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = f'"{served.tag}"'
    answer["Cache-Control"] = "private, no-cache"
    answer["Content-Security-Policy"] = _POLICY
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Vary"] = "Cookie, Sec-Fetch-Dest"
    if request.headers.get("Sec-Fetch-Dest") not in _PLAYERS:
        answer["Content-Disposition"] = content_disposition_header(
            as_attachment=True, filename=served.name
        )
    return answer


async def _pieces(path: Path, part: Slice) -> AsyncIterator[bytes]:
    """Yield a part of a file; whoever hangs up is not read for any longer."""
    await sync_to_async(connections.close_all)()  # or a slow download keeps one all the time
    in_thread = sync_to_async(thread_sensitive=False)
    stream = await in_thread(path.open)("rb")
    try:
        await in_thread(stream.seek)(part.first)
        left = len(part)
        while left > 0:
            piece = await in_thread(stream.read)(min(_CHUNK_BYTES, left))
            if not piece:
                return
            left -= len(piece)
            yield piece
    finally:
        stream.close()
