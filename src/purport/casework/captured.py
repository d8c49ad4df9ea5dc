"""What captures and archives brought into a case, and their pictures of pages, as pages tell it.

Records of captures lie in the vault, named by digest, so that what was read once is kept. A picture
of a page may show anything and may come from a bag of somebody else's: it is looked at as a PNG of
bounded size and nothing else, and told again as a JPEG without what else was in the file.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from purport.casework.workspace import Workspace, open_vault
from purport.core.case import ItemRecord
from purport.core.casefile import CustodyEvent
from purport.core.digests import Digest, JsonObject
from purport.core.errors import AbsentError, DigestMismatchError, InputError
from purport.core.records import from_json
from purport.reports import CaptureKind, CaptureView, encode_page, view_archive, view_capture
from purport.sources import CaptureRecord
from purport.store import Attachment, AttachmentKind

__all__ = [
    "CAPTURE_FORMAT",
    "RECORD_FILE",
    "SCREENSHOT_FILE",
    "Captures",
    "captures_told",
    "page_picture",
    "read_capture",
]

RECORD_FILE = "capture.json"
"""What the record of a capture is called beside its web archive."""
CAPTURE_FORMAT = "purport.capture/1"
"""The form of that record."""
SCREENSHOT_FILE = "screenshot.png"
"""What the picture of its page is called there."""
_KINDS = (AttachmentKind.CAPTURE, AttachmentKind.ATTEMPT, AttachmentKind.ARCHIVE)
_VIEWED = {
    AttachmentKind.CAPTURE: CaptureKind.CAPTURE,
    AttachmentKind.ATTEMPT: CaptureKind.ATTEMPT,
}
_NO_RECORD: JsonObject = {"notes": ["what is recorded of it is withheld, or cannot be read"]}
_RECORDS_KEPT = 2048
_LONGEST_RECORD = 16 << 20
_LARGEST_PICTURE = 64 << 20
_TAKEN_IN = '"what":"archive ('


@dataclass(frozen=True, slots=True, kw_only=True)
class Captures:
    """All captures and archives of a case, in the order in which they came."""

    all: tuple[CaptureView, ...]
    """They."""

    def of(self, item: str) -> tuple[CaptureView, ...]:
        """Return those with which an item came."""
        return tuple(one for one in self.all if any(film.digest == item for film in one.films))

    def get(self, digest: str) -> CaptureView:
        """Return the one of a digest.

        Raises:
            AbsentError: There is none.
        """
        for one in self.all:
            if one.digest == digest:
                return one
        raise AbsentError(
            digest[:12], "there is no such capture", remedy="Look at the list of captures."
        )


def captures_told(workspace: Workspace) -> Captures:
    """Return what captures and archives brought, failed ones too."""
    stored = [one.record for one in workspace.store.live(Attachment)]
    attachments = [one for one in stored if one.kind in _KINDS]
    records = {
        one.digest: record
        for one in attachments
        if one.kind is not AttachmentKind.ARCHIVE and (record := read_capture(workspace, one))
    }
    taken = _taken_in(workspace, attachments)
    films = {digest for record in records.values() for _, digest in record.media}
    films |= {digest for event in taken.values() for digest in _films(event)}
    items = {
        one.record.digest: one.record.name
        for one in workspace.store.live_of(ItemRecord, sorted(films))
    }
    return Captures(all=tuple(_views(attachments, records, taken, items)))


def read_capture(workspace: Workspace, attachment: Attachment) -> CaptureRecord | None:
    """Return the record of a capture; None where it is withheld, as in some bags, or unknown."""
    digest = dict(attachment.companions).get(RECORD_FILE, attachment.digest)
    try:
        return _read(workspace.folder, digest)
    except (DigestMismatchError, ValueError):
        return None


def page_picture(workspace: Workspace, capture: CaptureView, *, veiled: bool) -> bytes:
    """Return the picture of a captured page as a JPEG without metadata.

    Args:
        workspace: Where.
        capture: The capture.
        veiled: Whether it is blurred and grey for good: nobody has looked at what it shows.

    Raises:
        AbsentError: It has no picture, or that is withheld.
        InputError: It is no PNG, or larger than a page that we would picture.
        StorageFullError: There is no room in the cache.
    """
    if capture.screenshot is None:
        raise AbsentError(
            capture.heading, "there is no picture of this page", remedy="Look at its archive."
        )
    kept = workspace.cache / "pages" / f"{capture.screenshot}-{'v' if veiled else 'c'}.jpg"
    if kept.is_file():
        return kept.read_bytes()
    try:
        with workspace.vault.open(capture.screenshot) as source:
            content = source.read(_LARGEST_PICTURE + 1)
    except DigestMismatchError as error:
        raise AbsentError(
            SCREENSHOT_FILE, "is withheld", remedy="Ask whoever sealed the case for it."
        ) from error
    if len(content) > _LARGEST_PICTURE:
        raise InputError(
            SCREENSHOT_FILE,
            f"is larger than {_LARGEST_PICTURE >> 20} MiB",
            remedy="Take it out of the vault by its digest.",
        )
    picture = encode_page(content, name=SCREENSHOT_FILE, veiled=veiled)
    with workspace.writing(kept, subject=SCREENSHOT_FILE) as unfinished:
        unfinished.write_bytes(picture)
    return picture


@lru_cache(maxsize=_RECORDS_KEPT)
def _read(folder: Path, digest: Digest) -> CaptureRecord:
    """Read a record in the vault of a workspace, once: what a digest names does not change."""
    with open_vault(folder).open(digest) as source:
        content = source.read(_LONGEST_RECORD)
    try:
        record = from_json(CaptureRecord, json.loads(content))
    except Exception as error:  # a stranger's bag may have brought anything
        message = "is no record of a capture"
        raise ValueError(message) from error
    if record.format != CAPTURE_FORMAT:
        message = f"is no record of a capture as {CAPTURE_FORMAT} has it"
        raise ValueError(message)
    return record


def _taken_in(
    workspace: Workspace, attachments: Sequence[Attachment]
) -> Mapping[Digest, CustodyEvent]:
    """Return the events in which archives were taken in, by the archive's digest."""
    if all(one.kind is not AttachmentKind.ARCHIVE for one in attachments):
        return {}
    told = workspace.store.later(CustodyEvent, 0, _TAKEN_IN).records.values()
    return {event.subject: event for event in told if event is not None and event.subject}


def _films(event: CustodyEvent) -> tuple[Digest, ...]:
    films = event.details.get("films")
    return tuple(Digest(str(one)) for one in films) if isinstance(films, list | tuple) else ()


def _views(
    attachments: Sequence[Attachment],
    records: Mapping[Digest, CaptureRecord],
    taken: Mapping[Digest, CustodyEvent],
    items: Mapping[Digest, str],
) -> Iterator[CaptureView]:
    for one in attachments:
        record = records.get(one.digest)
        if record is not None:
            yield view_capture(record, one.digest, one.companions, in_case=items.__contains__)
            continue
        event = taken.get(one.digest)
        view = view_archive(
            one.name,
            ((one.name, one.digest), *one.companions),
            _NO_RECORD if event is None else event.details,
            when=None if event is None else event.occurred_utc,
            names_of_films=items,
        )
        yield view if one.kind is AttachmentKind.ARCHIVE else replace(view, kind=_VIEWED[one.kind])
