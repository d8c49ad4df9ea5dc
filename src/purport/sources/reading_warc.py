"""WARC files that others made: every record read, every digest held against its bytes, films taken.

Records are read one after the other and never unpacked beyond limits. A digest of a record's block
that does not fit means altered bytes. One of its payload alone is only reported, for writers do not
agree whether chunks count (ISO 28500:2017, 5.9, and warcio's issue 74).
"""

import logging
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from purport.core.errors import ForgedBagError, InputError
from purport.sources.bodies import is_all, is_film, seen_type
from purport.sources.film_names import film_name

__all__ = ["ArchivedFilm", "WarcReport", "read_warc"]

logging.getLogger("warcio").addHandler(logging.NullHandler())
"""It tells of odd headers as they stand, which may hold what steers a terminal."""
_PIECE_BYTES = 1 << 16
_HEAD_BYTES = 1024
_LONGEST_SIZE = 64
"""Letters of a chunk's length; notes may follow it."""
_GZIP = b"\x1f\x8b"
_FREE_BYTES = 256 << 20
_LARGEST_RATIO = 150
"""Most bytes that one of the file may unpack to, beyond the first 256 MiB; text of pages packs to a
tenth."""
_UNREADABLE = (ArchiveLoadFailed, EOFError, ValueError, OSError)
_ODD = (AttributeError, TypeError, LookupError)
"""What warcio runs into where it takes headers for granted."""
_MOST_RECORDS = 5_000_000
_MOST_NOTED = 20
_NOT_FILMS = frozenset({"video/mp2t"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedFilm:
    """A film that an archive holds."""

    path: Path
    """Where it was written."""
    name: str
    """What it is called."""
    url: str
    """Where it was captured."""
    captured: str
    """When, as the archive says (ISO 8601)."""


@dataclass(kw_only=True)
class WarcReport:
    """What a WARC held."""

    records: int = 0
    """Records of any kind."""
    responses: int = 0
    """Responses among them."""
    digests: int = 0
    """Records with a digest that fits."""
    without: int = 0
    """Records that state no digest of their own bytes, or none that fits: revisits, requests and
    resources of some writers."""
    parts: int = 0
    """Responses that bring a part of a film; none is taken out."""
    notes: list[str] = field(default_factory=list)
    """What is odd and may be innocent."""
    films: list[ArchivedFilm] = field(default_factory=list)
    """Films it holds whole."""


def read_warc(path: Path, *, name: str, films_into: Path) -> WarcReport:
    """Read a WARC through.

    Args:
        path: The file, packed or not.
        name: What messages call it.
        films_into: An existing folder for the films that it holds.

    Raises:
        InputError: It is no WARC.
        ForgedBagError: A record was altered, is cut off, or unpacks to more than it should.
    """
    report = WarcReport()
    budget = _Budget(name, _FREE_BYTES + path.stat().st_size * _LARGEST_RATIO)
    _require_whole(path, name, _Budget(name, _FREE_BYTES + path.stat().st_size * _LARGEST_RATIO))
    with path.open("rb") as source:
        for record in _records(source, name):
            _require_named(record, report, name)
            report.records += 1
            if report.records > _MOST_RECORDS:
                raise _forged(name, f"holds more than {_MOST_RECORDS:,} records")
            report.responses += record.rec_type == "response"
            _read_record(record, report, budget, films_into)
            _judge(record, report, name)
    if report.records == 0:
        raise InputError(name, "is no WARC", remedy="Give a .warc, .warc.gz or .wacz file.")
    return report


class _Budget:
    """Counts what was unpacked."""

    def __init__(self, name: str, most: int) -> None:
        self._name = name
        self._left = most

    def spend(self, length: int) -> None:
        self._left -= length
        if self._left < 0:
            raise _forged(self._name, "unpacks to far more than its length: this is a bomb")


def _require_whole(path: Path, name: str, budget: _Budget) -> None:
    """Check that every packed member of the file ends: readers take a cut one for the end."""
    with path.open("rb") as source:
        if source.read(2) != _GZIP:
            return
        source.seek(0)
        engine, begun = zlib.decompressobj(zlib.MAX_WBITS | 16), False
        while piece := source.read(_PIECE_BYTES):
            while piece:
                begun = True
                try:
                    budget.spend(len(engine.decompress(piece, _PIECE_BYTES)))
                except zlib.error as error:
                    raise InputError(
                        name, f"cannot be unpacked ({error})", remedy="Give a whole WARC file."
                    ) from error
                piece = engine.unconsumed_tail
                if engine.eof:
                    piece = engine.unused_data.lstrip(b"\0")
                    engine, begun = zlib.decompressobj(zlib.MAX_WBITS | 16), False
    if begun:
        raise _forged(name, "is cut off: its last record does not end")


def _require_named(record: Any, report: WarcReport, name: str) -> None:  # noqa: ANN401
    """Check that a record has what every one has; one that was cut in its headers has not."""
    wanted = ("WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Length")
    lacking = [each for each in wanted if not record.rec_headers.get_header(each)]
    if record.format == "warc" and lacking:
        raise _forged(name, f"record {report.records + 1} lacks {', '.join(lacking)}")


def _records(source: BinaryIO, name: str) -> Iterator[Any]:
    iterator = ArchiveIterator(source, check_digests=True)
    seen = 0
    while True:
        try:
            record = next(iterator)
        except StopIteration:
            return
        except (*_UNREADABLE, *_ODD) as error:
            words = str(error).strip().splitlines()
            shown = words[0][:160] if words else type(error).__name__
            if isinstance(error, _ODD):
                shown = "a record lacks an address, or names a digest of no kind that is known"
            fault = f"cannot be read ({shown})"
            if seen == 0:
                raise InputError(name, fault, remedy="Give a whole WARC file.") from error
            raise _forged(name, f"{fault} after {seen} records") from error
        seen += 1
        yield record


def _read_record(record: Any, report: WarcReport, budget: _Budget, folder: Path) -> None:  # noqa: ANN401
    """Read a record to its end, and write down what is a film."""
    wanted = record.rec_type in {"response", "resource"} and _is_whole(record, report)
    stream, coding = record.raw_stream, _coding(record)
    if wanted and coding not in {None, "chunked"} and _stated_film(record):
        report.notes.append(f"{_uri(record)[:200]}: a film that came {coding}; it is not taken out")
    film = _FilmFile(folder / f"archived-{report.records:06d}", coding)
    try:
        while piece := _read(stream):
            budget.spend(len(piece))
            if wanted and coding in {None, "chunked"}:
                film.take(piece)
    finally:
        film.close()
    if getattr(stream, "limit", 0) > 0:
        raise _forged(f"record {report.records}", f"is cut off: {stream.limit} bytes are missing")
    if film.is_there:
        _note_film(record, report, film)


class _FilmFile:
    """A file for what may be a film: made once its first bytes say that it is one."""

    def __init__(self, path: Path, coding: str | None) -> None:
        self.path = path
        self.head = b""
        self.is_there = False
        self.is_broken = False
        self._chunks = _Chunks() if coding == "chunked" else None
        self._waiting: bytes | None = b""
        self._sink: BinaryIO | None = None

    def take(self, piece: bytes) -> None:
        """Take in what comes next."""
        if self._chunks is not None and self._waiting == b"" and _is_film(piece):
            self._chunks = None  # joined by who archived it, who left the header as it was
        body = piece if self._chunks is None else self._chunks.feed(piece)
        if self._waiting is not None:
            self._waiting += body
            if len(self._waiting) >= _HEAD_BYTES:
                self._decide()
        elif self._sink is not None:
            self._sink.write(body)

    def close(self) -> None:
        """Finish the file."""
        if self._waiting:
            self._decide()
        if self._sink is not None:
            self._sink.close()
        self.is_broken = self._chunks is not None and not self._chunks.ended

    def _decide(self) -> None:
        start, self._waiting = self._waiting or b"", None
        self.head = start[:_HEAD_BYTES]
        if _is_film(self.head):
            self._sink = self.path.open("xb")
            self._sink.write(start)
            self.is_there = True


class _Chunks:
    """Joins the chunks of a body that comes in pieces of any length."""

    def __init__(self) -> None:
        self.ended = False
        self._line = b""
        self._left = 0
        self._is_broken = False

    def feed(self, piece: bytes) -> bytes:
        """Return what of the body a piece brings."""
        body, at = [], 0
        while at < len(piece) and not self.ended and not self._is_broken:
            if self._left > 0:
                body.append(piece[at : at + self._left])
                at += len(body[-1])
                self._left -= len(body[-1])
                continue
            end = piece.find(b"\n", at)
            stop = len(piece) if end < 0 else end + 1
            self._line += piece[at:stop][:_LONGEST_SIZE]
            at = stop
            if end >= 0:
                self._begin()
        return b"".join(body)

    def _begin(self) -> None:
        line, self._line = self._line.partition(b";")[0].strip(), b""
        if not line:  # the end of the chunk before
            return
        if re.fullmatch(rb"[0-9A-Fa-f]{1,15}", line) is None:
            self._is_broken = True
            return
        self._left = int(line, 16)
        self.ended = self._left == 0


def _read(stream: Any) -> bytes:  # noqa: ANN401 - warcio ships no types
    try:
        piece: bytes = stream.read(_PIECE_BYTES)
    except (*_UNREADABLE, *_ODD) as error:
        raise _forged("a record", f"cannot be read ({str(error)[:160]})") from error
    return piece


def _is_whole(record: Any, report: WarcReport) -> bool:  # noqa: ANN401 - as above
    """Tell whether a record holds all of what lies at its address; parts of films are counted."""
    if record.rec_headers.get_header("WARC-Truncated"):
        report.parts += _stated_film(record)
        return False
    if record.http_headers is None:
        return True
    status = str(record.http_headers.get_statuscode())
    stated = str(record.http_headers.get_header("content-range") or "").strip()
    if status == "206" and not is_all(stated):
        report.parts += _stated_film(record)
        return False
    return status in {"200", "206"}


def _coding(record: Any) -> str | None:  # noqa: ANN401 - as above
    """Return how a body is packed or cut into chunks; films come as they are."""
    headers = record.http_headers
    if headers is None:
        return None
    for name in ("content-encoding", "transfer-encoding"):
        stated = str(headers.get_header(name) or "").strip().lower()
        if stated not in {"", "identity"}:
            return stated
    return None


def _stated_film(record: Any) -> bool:  # noqa: ANN401 - as above
    stated = record.http_headers and record.http_headers.get_header("content-type")
    return bool(stated) and str(stated).lower().startswith("video/")


def _is_film(head: bytes) -> bool:
    kind = seen_type(head[:_HEAD_BYTES])
    return is_film(kind) and kind not in _NOT_FILMS


def _uri(record: Any) -> str:  # noqa: ANN401 - as above
    return str(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")


def _note_film(record: Any, report: WarcReport, film: _FilmFile) -> None:  # noqa: ANN401
    url, length = _uri(record), film.path.stat().st_size
    if film.is_broken:
        report.notes.append(f"{url[:200]}: a film whose chunks do not end; it is not taken out")
        return
    stated = record.http_headers and record.http_headers.get_header("content-length")
    if stated and stated.isdecimal() and stated != str(length):
        report.notes.append(f"{url[:200]}: {stated[:20]} bytes were announced, {length} are there")
    report.films.append(
        ArchivedFilm(
            path=film.path,
            name=film_name(url, seen_type(film.head), number=len(report.films) + 1),
            url=url,
            captured=str(record.rec_headers.get_header("WARC-Date") or ""),
        )
    )


def _judge(record: Any, report: WarcReport, name: str) -> None:  # noqa: ANN401 - as above
    headers = record.rec_headers
    what = f"{name}: {headers.get_header('WARC-Record-ID') or f'record {report.records}'}"
    for problem in record.digest_checker.problems:
        if problem.startswith("block digest failed"):
            raise _forged(what, f"was altered: its {problem}")
        if len(report.notes) < _MOST_NOTED:
            report.notes.append(f"{what}: {problem}")
    fits = record.digest_checker.passed is True
    report.digests += fits
    report.without += not fits


def _forged(subject: str, fault: str) -> ForgedBagError:
    return ForgedBagError(
        subject, fault, remedy="Ask for the archive again by another way, and compare digests."
    )
