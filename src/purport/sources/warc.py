"""Web archives as WARC 1.1: every request and response byte for byte, and what a browser showed.

References:
    ISO 28500:2017 (WARC 1.1). Answers to forms are indexed as cdxj-indexer does ("__wb_method").
    "urn:view:" for pictures of pages is Browsertrix's way, which
    replayweb.page knows.
"""

import base64
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import parse_qsl, urlencode, urlsplit

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from purport.core.digests import Digest, digest_bytes
from purport.core.instants import format_utc
from purport.sources.addresses import ascii_url
from purport.sources.bodies import declared_type
from purport.sources.records import Ending, Exchange

__all__ = ["IndexLine", "Resource", "index_text", "search_key", "write_warc"]

_TRUNCATED: Mapping[Ending, str] = {
    Ending.CUT_OFF: "disconnect",
    Ending.TOO_LONG: "length",
    Ending.TOO_SLOW: "time",
    Ending.MALFORMED: "unspecified",
}
_NO_ANSWER = "urn:no-answer:"
_PIECE_BYTES = 1 << 20
_LONGEST_QUERY = 4096
"""As pywb cuts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Something that was made of a page rather than received: a picture of it."""

    uri: str
    """As "urn:view:https://example.org/"."""
    content_type: str
    """Its type."""
    content: bytes
    """Its bytes."""
    made_utc: datetime
    """When."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexLine:
    """Where in a WARC the answer to a request lies."""

    url: str
    """What was asked for."""
    instant: datetime
    """When."""
    mime: str
    """Its content type."""
    status: str
    """Its status."""
    digest: str
    """Of its payload, "sha256:" and hexadecimal digits."""
    record_digest: str
    """Of the record as it lies in the file."""
    offset: int
    """Where it begins. [bytes]"""
    length: int
    """How long it is, packed. [bytes]"""
    method: str = "GET"
    """How it was asked for."""
    sent: str = ""
    """What was sent along, as a query; empty with GET."""


def write_warc(
    path: Path,
    exchanges: Sequence[Exchange],
    resources: Sequence[Resource],
    *,
    about: Mapping[str, str],
) -> tuple[IndexLine, ...]:
    """Write a packed WARC, each record a gzip member of its own.

    Args:
        path: Where.
        exchanges: What was asked and answered.
        resources: What was made of it.
        about: What its first record says: software, format and so on.

    Returns:
        Where the answers lie.
    """
    lines: list[IndexLine] = []
    with path.open("wb") as sink:
        writer = WARCWriter(sink, gzip=True, warc_version="WARC/1.1")
        info = writer.create_warcinfo_record(path.name, dict(about))
        writer.write_record(info)
        for each in exchanges:
            lines.extend(_write_exchange(writer, sink, path, each))
        lines.extend(_write_resource(writer, sink, path, each) for each in resources)
    return tuple(lines)


def search_key(url: str) -> str:
    """Return a web address as indexes sort it: host from the top down, then path and query.

    Examples:
        >>> search_key("https://www.Example.org:8443/A?b=2&a=1")
        'org,example:8443)/a?a=1&b=2'
    """
    if not url.startswith(("http:", "https:")):
        return url
    parts = urlsplit(url.lower())
    host = parts.hostname or ""
    head, _, rest = host.partition(".")
    if rest and head.startswith("www") and head[3:].isdigit() | (head == "www"):
        host = rest
    port = "" if parts.port in {None, 80, 443} else f":{parts.port}"
    query = f"?{urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))}"
    named = host if ":" in host else ",".join(reversed(host.split(".")))
    return f"{named}{port}){parts.path or '/'}{query if parts.query else ''}"


def index_text(lines: Sequence[IndexLine], *, file_name: str) -> Iterator[str]:
    """Give the lines of an index as CDXJ, sorted as bytes."""
    whole = []
    for line in lines:
        posted = {} if line.method == "GET" else {"method": line.method, "requestBody": line.sent}
        said = {
            "url": line.url,
            "mime": line.mime,
            "status": line.status,
            "digest": line.digest,
            "length": str(line.length),
            "offset": str(line.offset),
            "filename": file_name,
            "recordDigest": line.record_digest,
            **posted,
        }
        stamp = line.instant.astimezone(UTC).strftime("%Y%m%d%H%M%S")
        whole.append(
            f"{search_key(_looked_up(line))} {stamp} {json.dumps(said, ensure_ascii=True)}\n"
        )
    yield from sorted(whole, key=str.encode)


def _looked_up(line: IndexLine) -> str:
    """Return what readers look up: an answer to a form is none to who asks for the page alone."""
    if line.method == "GET":
        return line.url
    mark = "&" if "?" in line.url else "?"
    return f"{line.url}{mark}__wb_method={line.method}&{line.sent}"


def _write_exchange(
    writer: WARCWriter, sink: BinaryIO, path: Path, found: Exchange
) -> Iterator[IndexLine]:
    date, uri = format_utc(found.started_utc), ascii_url(found.url)
    sent = found.request.partition(b"\r\n\r\n")[2]
    identity = _identity(found.response, date, found.url)
    truncated = _TRUNCATED.get(found.ending)
    payload = _digest_from(found.response, found.body_at)  # with its framing, as others count it
    common = {"WARC-Date": date, "WARC-IP-Address": found.address}
    if found.status is not None:
        block = _digest_from(found.response, found.head_at)
        length = found.response_bytes - found.head_at
        headers = {
            **common,
            "WARC-Record-ID": identity,
            "Content-Type": "application/http; msgtype=response",
            "WARC-Block-Digest": f"sha256:{_base32(block)}",
            "WARC-Payload-Digest": f"sha256:{_base32(payload)}",
            **({"WARC-Truncated": truncated} if truncated is not None else {}),
        }
        start = sink.tell()
        with found.response.open("rb") as source:
            source.seek(found.head_at)
            _write(writer, ("response", uri), headers, (source, length))
        yield IndexLine(
            url=uri,
            instant=found.started_utc,
            mime=declared_type(found) or "unk",
            status=str(found.status),
            digest=f"sha256:{payload}",
            record_digest=f"sha256:{_digest_between(path, start, sink)}",
            offset=start,
            length=sink.tell() - start,
            method=found.method,
            sent="" if found.method == "GET" else _as_query(found.request, sent),
        )
    elif found.response_bytes:
        _write_what_is_no_answer(writer, found, {**common, "WARC-Record-ID": identity})
    headers = {
        **common,
        "WARC-Record-ID": _identity(found.response, date, f"request {found.url}"),
        "WARC-Concurrent-To": identity,
        "Content-Type": "application/http; msgtype=request",
        "WARC-Block-Digest": f"sha256:{_base32(digest_bytes(found.request))}",
        "WARC-Payload-Digest": f"sha256:{_base32(digest_bytes(sent))}",
    }
    whole = (io.BytesIO(found.request), len(found.request))
    _write(writer, ("request", uri), headers, whole)


def _write_what_is_no_answer(
    writer: WARCWriter, found: Exchange, common: Mapping[str, str]
) -> None:
    """Keep what came and is no HTTP: no reader may take it for a response."""
    digest = f"sha256:{_base32(_digest_from(found.response, 0))}"
    headers = {
        **common,
        "Content-Type": "application/octet-stream",
        "WARC-Block-Digest": digest,
        "WARC-Payload-Digest": digest,
        "WARC-Truncated": _TRUNCATED.get(found.ending, "unspecified"),
    }
    with found.response.open("rb") as source:
        whole = (source, found.response_bytes)
        _write(writer, ("resource", f"{_NO_ANSWER}{ascii_url(found.url)}"), headers, whole)


def _as_query(request: bytes, sent: bytes) -> str:
    """Write what was sent along as a query, as pywb and cdxj-indexer do."""
    head = request[: len(request) - len(sent)].lower()
    if b"content-type: application/x-www-form-urlencoded" in head and sent.isascii():
        return sent.decode("ascii")[:_LONGEST_QUERY]
    return f"__wb_post_data={base64.b64encode(sent).decode('ascii')}"[:_LONGEST_QUERY]


def _write_resource(
    writer: WARCWriter, sink: BinaryIO, path: Path, resource: Resource
) -> IndexLine:
    digest = digest_bytes(resource.content)
    start = sink.tell()
    headers = {
        "WARC-Date": format_utc(resource.made_utc),
        "WARC-Record-ID": f"<urn:uuid:{_uuid(f'{resource.uri} {digest}'.encode())}>",
        "Content-Type": resource.content_type,
        "WARC-Block-Digest": f"sha256:{_base32(digest)}",
        "WARC-Payload-Digest": f"sha256:{_base32(digest)}",
    }
    block = (io.BytesIO(resource.content), len(resource.content))
    _write(writer, ("resource", resource.uri), headers, block)
    return IndexLine(
        url=resource.uri,
        instant=resource.made_utc,
        mime=resource.content_type,
        status="200",
        digest=f"sha256:{digest}",
        record_digest=f"sha256:{_digest_between(path, start, sink)}",
        offset=start,
        length=sink.tell() - start,
    )


def _write(
    writer: WARCWriter,
    what: tuple[str, str],
    headers: Mapping[str, str],
    block: tuple[BinaryIO | io.BytesIO, int],
) -> None:
    """Write a record whose block is copied as it is: warcio would read and write headers anew."""
    (kind, uri), (source, length) = what, block
    stated = [("WARC-Type", kind), ("WARC-Target-URI", uri), *headers.items()]
    named = StatusAndHeaders("", stated, protocol="WARC/1.1")
    record = ArcWarcRecord("warc", kind, named, source, None, headers["Content-Type"], length)
    record.payload_length = length
    writer.write_record(record)


def _identity(response: Path, date: str, what: str) -> str:
    return f"<urn:uuid:{_uuid(f'{what} {date} {response.name}'.encode())}>"


def _uuid(content: bytes) -> str:
    digits = hashlib.sha256(content).hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def _digest_from(path: Path, start: int) -> Digest:
    hasher = hashlib.sha256()
    with path.open("rb") as source:
        source.seek(start)
        while piece := source.read(_PIECE_BYTES):
            hasher.update(piece)
    return Digest(hasher.hexdigest())


def _digest_between(path: Path, start: int, sink: BinaryIO) -> Digest:
    sink.flush()
    return _digest_from(path, start)


def _base32(digest: Digest) -> str:
    return base64.b32encode(bytes.fromhex(digest)).decode("ascii")
