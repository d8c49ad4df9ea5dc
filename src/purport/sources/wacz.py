"""Web archives as WACZ 1.1.1: a WARC with its index, its pages, and the digests of all of them.

References:
    Kreymer & Summers, WACZ 1.1.1 (specs.webrecorder.net/wacz/1.1.1); CDXJ 0.1.0 there.
"""

import hashlib
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from purport.core.digests import digest_bytes, digest_file
from purport.core.instants import format_utc
from purport.sources.addresses import ascii_url
from purport.sources.warc import IndexLine, index_text

__all__ = ["PageEntry", "write_wacz"]

_WARC = "archive/data.warc.gz"
_INDEX = "indexes/index.cdx"
_PAGES = "pages/pages.jsonl"
_PACKAGE = "datapackage.json"
_EARLIEST = 1980
"""No zip file can say an earlier year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEntry:
    """A page of a web archive."""

    url: str
    """Where it is."""
    instant: datetime
    """When it was asked for."""
    title: str | None
    """Its title; None when it has none."""


def write_wacz(
    path: Path,
    warc: Path,
    lines: Sequence[IndexLine],
    pages: Sequence[PageEntry],
    *,
    software: str,
    created: datetime,
) -> None:
    """Pack a WARC with what makes it a WACZ.

    Args:
        path: Where.
        warc: The WARC, packed.
        lines: Where in it the answers lie.
        pages: Its pages, the first one being the main one.
        software: Who made it.
        created: When.
    """
    index = "".join(index_text(lines, file_name=Path(_WARC).name)).encode()
    entries = [{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}]
    entries.extend(_page(each) for each in pages)
    listed = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in entries).encode()
    package = {
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "software": software,
        "created": _seconds(created),
        **({"title": pages[0].title} if pages and pages[0].title else {}),
        **(
            {"mainPageUrl": ascii_url(pages[0].url), "mainPageDate": _seconds(pages[0].instant)}
            if pages
            else {}
        ),
        "resources": [
            {
                "name": Path(_WARC).name,
                "path": _WARC,
                "hash": f"sha256:{digest_file(warc)}",
                "bytes": warc.stat().st_size,
            },
            _resource(_INDEX, index),
            _resource(_PAGES, listed),
        ],
    }
    stated = json.dumps(package, indent=2, ensure_ascii=False).encode()
    digest = {"path": _PACKAGE, "hash": f"sha256:{digest_bytes(stated)}"}
    stamp = created.timetuple()[:6]
    with zipfile.ZipFile(path, "w", allowZip64=True) as archive:
        with (
            archive.open(_entry(_WARC, stamp, size=warc.stat().st_size), "w") as sink,
            warc.open("rb") as source,
        ):
            while piece := source.read(1 << 20):
                sink.write(piece)
        for name, content in (
            (_INDEX, index),
            (_PAGES, listed),
            (_PACKAGE, stated),
            ("datapackage-digest.json", json.dumps(digest, indent=2).encode()),
        ):
            archive.writestr(_entry(name, stamp, size=len(content)), content)


def _entry(name: str, stamp: tuple[int, ...], *, size: int) -> zipfile.ZipInfo:
    year, month, day, hour, minute, second = stamp
    info = zipfile.ZipInfo(name, (max(year, _EARLIEST), month, day, hour, minute, second))
    info.compress_type = zipfile.ZIP_STORED  # so that readers can take parts of it
    info.external_attr = 0o644 << 16
    info.file_size = size
    return info


def _page(entry: PageEntry) -> dict[str, str]:
    identity = hashlib.sha256(f"{entry.url} {_seconds(entry.instant)}".encode()).hexdigest()[:20]
    said = {"id": identity, "url": ascii_url(entry.url), "ts": _seconds(entry.instant)}
    return {**said, "title": entry.title} if entry.title else said


def _resource(path: str, content: bytes) -> dict[str, str | int]:
    return {
        "name": Path(path).name,
        "path": path,
        "hash": f"sha256:{digest_bytes(content)}",
        "bytes": len(content),
    }


def _seconds(instant: datetime) -> str:
    return format_utc(instant.replace(microsecond=0))
