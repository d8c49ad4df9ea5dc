"""Taking in what others archived: verified by its own digests and signature, then preserved whole.

What is off is refused before anything is stored. What an archive does not vouch for (files without
a hash, records without a digest, signers nobody knows) is said, and stands in the custody chain.
"""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from purport.casework.collecting import ItemDetails, collect_item
from purport.casework.workspace import Act, Workspace
from purport.core.case import ItemRecord
from purport.core.digests import Digest, JsonObject, JsonValue, digest_file
from purport.core.errors import InputError
from purport.core.instants import StatedTime, format_utc, parse_stated_time
from purport.seals import WaczSignature, opened_archive, system_roots
from purport.sources import (
    Listing,
    ListingKind,
    WaczReport,
    WarcReport,
    is_film,
    read_listing,
    read_wacz,
    read_warc,
    seen_type,
)
from purport.store import Attachment, AttachmentKind

__all__ = ["ArchiveKind", "CollectedArchive", "collect_archive"]

_GZIP = b"\x1f\x8b"
_WARC = b"WARC/"
_HEAD_BYTES = 1024
_PACKAGE = "datapackage.json"


class ArchiveKind(StrEnum):
    """What an archive is."""

    WARC = "WARC"
    WACZ = "WACZ"
    AUTO_ARCHIVER = "auto-archiver"
    ATLOS = "Atlos"


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedArchive:
    """What came of it."""

    kind: ArchiveKind
    """What it is."""
    items: tuple[ItemRecord, ...]
    """Films that entered the case."""
    verified: str
    """What was verified, in a line."""
    notes: tuple[str, ...]
    """What it does not vouch for, and what is no item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Film:
    """A film of an archive that may become an item."""

    path: Path
    name: str
    url: str | None
    archived: str | None
    beside: tuple[Path, ...] = ()


@dataclass(kw_only=True)
class _Read:
    """An archive as it was read."""

    kind: ArchiveKind
    verified: str
    details: JsonObject
    notes: list[str] = field(default_factory=list)
    films: list[_Film] = field(default_factory=list)
    files: Sequence[Path] = ()
    """Files to preserve one by one; empty where the archive is one file."""
    records: Sequence[Path] = ()
    """Of these, those that tell of the others."""
    root: Path = Path()
    """Folder of these files."""


def collect_archive(
    workspace: Workspace,
    path: Path,
    *,
    collector: str | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> CollectedArchive:
    """Verify an archive, preserve it, and let its films enter the case.

    Args:
        workspace: Where.
        path: A WARC, a WACZ, a folder of auto-archiver or an export of Atlos; these two as a
            folder, zip or tar.
        collector: Who archived it; None: not recorded.
        told: Hears of everything that is stored, once it is.

    Raises:
        InputError: It is none of these; nothing is stored.
        ForgedBagError: Something in it is off, and what; nothing is stored.
    """
    with TemporaryDirectory(prefix="purport-films-") as place:
        if _is_warc(path):
            return _store(workspace, path, _from_warc(path, Path(place)), collector, told=told)
        with opened_archive(path) as root:
            read = _from_folder(path, root, Path(place))
            return _store(workspace, path, read, collector, told=told)


def _is_warc(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as source:
        head = source.read(len(_WARC))
    if head == _WARC:  # also when its last record is a zip, which makes it look like one
        return True
    named = path.name.lower().endswith((".warc", ".warc.gz"))
    return head[:2] == _GZIP and named and not zipfile.is_zipfile(path)


def _from_warc(path: Path, place: Path) -> _Read:
    report = read_warc(path, name=path.name, films_into=place)
    return _Read(
        kind=ArchiveKind.WARC,
        verified=_warc_words(report),
        details={"records": report.records, "digests": report.digests},
        notes=_warc_notes([report]),
        films=list(_warc_films([report])),
    )


def _from_folder(path: Path, root: Path, place: Path) -> _Read:
    if (root / _PACKAGE).is_file() and path.is_file():
        report = read_wacz(root, name=path.name, films_into=place, trusted=system_roots())
        return _from_wacz(report)
    listing = read_listing(root, name=path.name)
    read = _from_listing(root, listing)
    if path.is_dir():
        read.files, read.records, read.root = listing.files, listing.records, root
    return read


def _from_wacz(report: WaczReport) -> _Read:
    words = [f"{report.files} files by their digests", *map(_warc_words, report.warcs)]
    notes = _warc_notes(report.warcs)
    if not report.has_digest:
        notes.append("its list of files has no digest of its own")
    if report.signature is None:
        notes.append("it is not signed: whoever changed it could have changed its digests too")
    else:
        words.append(_signature_words(report.signature))
        notes.extend(_signature_notes(report.signature))
    return _Read(
        kind=ArchiveKind.WACZ,
        verified="; ".join(words),
        details={
            "version": report.version,
            "software": report.software,
            "created": report.created,
            "pages": len(report.pages),
            "records": sum(each.records for each in report.warcs),
            "digests": sum(each.digests for each in report.warcs),
            "signature": _signature_details(report.signature),
        },
        notes=notes,
        films=list(_warc_films(report.warcs)),
    )


def _from_listing(root: Path, listing: Listing) -> _Read:
    atlos = listing.kind is ListingKind.ATLOS
    notes = [
        f"stated and not there: {_called(each.names, each.digits)}" for each in listing.missing
    ]
    notes.extend(
        f"nothing tells whether it was altered: {path.relative_to(root).as_posix()}"
        for path in (*(path for path, _ in listing.unhashed), *listing.unlisted)
        if path not in listing.records
    )
    films = [
        _Film(
            path=path,
            name=path.name,
            url=stated.url,
            archived=stated.archived,
            beside=(stated.record,),
        )
        for path, stated in (*listing.matched, *listing.unhashed)
        if _is_film(path)
    ]
    return _Read(
        kind=ArchiveKind.ATLOS if atlos else ArchiveKind.AUTO_ARCHIVER,
        verified=f"{len(listing.matched)} files by the hashes that its records state",
        details={
            "matched": len(listing.matched),
            "missing": len(listing.missing),
            "without": len(listing.unhashed) + len(listing.unlisted),
        },
        notes=notes,
        films=films,
    )


def _store(
    workspace: Workspace,
    path: Path,
    read: _Read,
    collector: str | None,
    *,
    told: Callable[[str], None],
) -> CollectedArchive:
    files = {each.relative_to(read.root).as_posix(): each for each in read.files}
    preserved = {name: workspace.vault.put_file(each) for name, each in files.items()}
    known = {each: preserved[name] for name, each in files.items()}
    if not preserved:
        preserved = {path.name: workspace.vault.put_file(path)}
    main = _main_file(read, path)
    attachment = Attachment(
        kind=AttachmentKind.ARCHIVE,
        digest=preserved[main],
        name=main,
        companions=tuple(sorted((n, d) for n, d in preserved.items() if n != main)),
    )
    details: JsonObject = {
        "what": f"archive ({read.kind.value})",
        "bytes": sorted(set(preserved.values())),
        "names": _by_digest(preserved),
        "verified": read.verified,
        "notes": list(read.notes),
        "films": [known.get(film.path) or digest_file(film.path) for film in read.films],
        **read.details,
    }
    workspace.record(
        [attachment], Act(kind="collected", subject=attachment.digest, details=details)
    )
    told(f"{attachment.digest}  {attachment.name}")
    items, unread = _take_films(workspace, read, collector, told=told)
    return CollectedArchive(
        kind=read.kind,
        items=tuple(items),
        verified=read.verified,
        notes=(*read.notes, *unread),
    )


def _by_digest(preserved: dict[str, Digest]) -> dict[str, JsonValue]:
    return {str(digest): name for name, digest in preserved.items()}


def _main_file(read: _Read, path: Path) -> str:
    if not read.records:
        return path.name
    return read.records[0].relative_to(read.root).as_posix()


def _take_films(
    workspace: Workspace, read: _Read, collector: str | None, *, told: Callable[[str], None]
) -> tuple[list[ItemRecord], list[str]]:
    items, unread = [], []
    for film in read.films:
        with TemporaryDirectory(prefix="purport-film-") as place:
            named = Path(place, film.name)
            named.symlink_to(film.path.absolute())
            details = ItemDetails(
                url=film.url, collector=collector, retrieved=_instant(film.archived)
            )
            try:
                item = collect_item(workspace, named, details=details, sidecars=film.beside)
            except InputError as error:
                unread.append(f"preserved, but no item: {film.name} {error.fault}")
                continue
        items.append(item)
        told(f"{item.digest}  {item.name}")
    return items, unread


def _instant(stated: str | None) -> StatedTime | None:
    """Read when something was archived; None where that cannot be read."""
    if stated is None:
        return None
    try:
        return parse_stated_time(stated)
    except ValueError:
        return None


def _is_film(path: Path) -> bool:
    with path.open("rb") as source:
        return is_film(seen_type(source.read(_HEAD_BYTES)))


def _warc_films(reports: Sequence[WarcReport]) -> Iterator[_Film]:
    for report in reports:
        for film in report.films:
            yield _Film(path=film.path, name=film.name, url=film.url, archived=film.captured)


def _warc_words(report: WarcReport) -> str:
    return f"{report.digests} of {report.records} records by their digests"


def _warc_notes(reports: Sequence[WarcReport]) -> list[str]:
    notes = [note for report in reports for note in report.notes]
    parts = sum(report.parts for report in reports)
    if parts:
        notes.append(f"{parts} records bring a part of a film, and none is taken out")
    without = sum(report.without for report in reports)
    if without:
        notes.append(f"{without} records state no digest that vouches for their bytes")
    return notes


def _signature_words(found: WaczSignature) -> str:
    if found.kind == "anonymous":
        return f"signed by the key {found.signer[:16]}"
    stamped = "" if found.stamped_utc is None else f", stamped {format_utc(found.stamped_utc)}"
    return f"signed by {found.signer}{stamped}"


def _signature_notes(found: WaczSignature) -> Iterator[str]:
    if found.kind == "anonymous":
        yield "whose key signed it is not told: compare it with the one that its maker publishes"
        return
    if not found.trusted:
        yield f"the certificate of {found.signer} ends at no root that this system trusts"
    if not found.authority_trusted:
        yield "the time stamp's authority ends at no root that this system trusts"


def _signature_details(found: WaczSignature | None) -> JsonObject | None:
    if found is None:
        return None
    return {
        "kind": found.kind,
        "signer": found.signer,
        "stated": format_utc(found.stated_utc),
        "stamped": None if found.stamped_utc is None else format_utc(found.stamped_utc),
        "trusted": found.trusted,
        "authority": found.authority,
        "authority_trusted": found.authority_trusted,
    }


def _called(names: Sequence[str], digits: str) -> str:
    return names[0] if names else f"a file with the hash {digits[:16]}"
