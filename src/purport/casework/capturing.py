"""Capturing a page: what came is preserved first, then recorded, then its films become items.

What failed is preserved too, as a record of the attempt: it is no evidence of what the page says.
"""

import codecs
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from purport import __version__
from purport.casework.captured import (
    CAPTURE_FORMAT,
    RECORD_FILE,
    SCREENSHOT_FILE,
    read_capture,
)
from purport.casework.collecting import ItemDetails, collect_item, collect_story
from purport.casework.holdings import live_attachments
from purport.casework.workspace import Act, Workspace
from purport.core.case import ItemRecord, Publication
from purport.core.casefile import StoryText
from purport.core.digests import Digest, JsonObject, digest_bytes, digest_file
from purport.core.errors import InputError, NotCapturedError, PurportError
from purport.core.instants import StatedTime, format_utc, parse_stated_time
from purport.core.records import to_json
from purport.sources import (
    CaptureRecord,
    Caught,
    Door,
    Exchange,
    ExchangeNote,
    Helpers,
    Limits,
    Line,
    PageEntry,
    Resource,
    body_digest,
    catch,
    declared_encoding,
    declared_type,
    differences,
    find_browser,
    find_downloader,
    parse_page,
    raw_head,
    seen_type,
    shown_url,
    write_wacz,
    write_warc,
)
from purport.store import Attachment, AttachmentKind
from purport.vault import translate_storage_faults

__all__ = ["CaptureChoice", "Captured", "capture_url", "captures_of"]

_LONGEST_TITLE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureChoice:
    """How a page is to be captured."""

    allow_private: bool = False
    """Whether machines of the own network may be asked."""
    browser: bool = True
    """Whether Chromium shows the page when it is installed."""
    media: bool = True
    """Whether yt-dlp brings films when it is installed."""
    story: bool = False
    """Whether the page enters the case as a story, whose claims are read."""
    limits: Limits = field(default_factory=Limits)
    """How much is taken."""
    collector: str | None = None
    """Who captures; None: not recorded."""
    publication: Publication | None = None
    """Where and when it was made public; None: not recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What came of it."""

    record: CaptureRecord
    """All that is known of the capture."""
    attachment: Attachment
    """Its web archive with the record beside it."""
    items: tuple[ItemRecord, ...]
    """Films that entered the case."""
    story: StoryText | None
    """The page as a story; None when it was not to be one."""
    unread: tuple[tuple[str, str], ...]
    """Files that are preserved and are no items, with the reason."""


def capture_url(
    workspace: Workspace,
    url: str,
    choice: CaptureChoice | None = None,
    *,
    door: Door | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Captured:
    """Capture a page with what it loads and its films.

    Args:
        workspace: Where it is preserved.
        url: The page.
        choice: How; None: as usual.
        door: The way to the network; None: the system's.
        told: Hears of everything that is stored, once it is.

    Raises:
        RefusedAddressError: The address is not to be visited; nothing is stored.
        NotCapturedError: It did not come whole, or a wall or notice came in its place; what came
            is preserved as a record of the attempt.
    """
    choice = choice or CaptureChoice()
    with (
        TemporaryDirectory(prefix="purport-capture-") as place,
        translate_storage_faults(shown_url(url)),
    ):
        line = Line(
            folder=Path(place),
            door=door or Door(allow_private=choice.allow_private),
            limits=choice.limits,
            clock=workspace.now,
        )
        helpers = Helpers(
            browser=find_browser() if choice.browser else None,
            downloader=find_downloader() if choice.media else None,
        )
        started = workspace.now()
        caught = catch(url, line, helpers)
        kept = _keep(workspace, caught, choice, started=started, folder=Path(place))
        told(f"{kept.attachment.digest}  {kept.attachment.name}")
        if caught.fault is not None:
            raise _attempted(caught.fault, kept.attachment)
        return _take_in(workspace, caught, choice, kept=kept, told=told)


def captures_of(workspace: Workspace, url: str) -> tuple[CaptureRecord, ...]:
    """Return the captures of an address that did not fail, in their order."""
    return tuple(record for _, record in _records(workspace, url))


def _keep(
    workspace: Workspace,
    caught: Caught,
    choice: CaptureChoice,
    *,
    started: datetime,
    folder: Path,
) -> Captured:
    """Preserve all that came, and record it in one stroke."""
    ended = workspace.now()
    archive = _write_archive(caught, folder, at=ended)
    preserved: dict[Digest, str] = {}
    if archive is not None:
        preserved[workspace.vault.put_file(archive)] = archive.name
    shot = caught.shown.screenshot if caught.shown is not None else None
    screenshot = None if shot is None else workspace.vault.put_bytes(shot, name=SCREENSHOT_FILE)
    if screenshot is not None:
        preserved[screenshot] = SCREENSHOT_FILE
    media = tuple((film.name, workspace.vault.put_file(film.path)) for film in caught.films)
    preserved.update({digest: name for name, digest in media})
    record = CaptureRecord(
        format=CAPTURE_FORMAT,
        url=caught.url,
        final_url=None if caught.final is None else caught.final.url,
        started_utc=started,
        ended_utc=ended,
        state=None if caught.recognised is None else caught.recognised.state,
        signs=() if caught.recognised is None else caught.recognised.signs,
        fault=None if caught.fault is None else str(caught.fault),
        title=_title(caught),
        text_sha256=_text_digest(caught),
        exchanges=tuple(_note(each) for each in caught.exchanges),
        refused=tuple(caught.refused),
        media=media,
        archive=None if archive is None else digest_file(archive),
        screenshot=screenshot,
        tools=tuple(caught.tools),
        settings=_settings(choice),
        software=f"purport {__version__}",
    )
    record = _compared(workspace, record)
    content = json.dumps(to_json(record), indent=2, ensure_ascii=False).encode()
    about = workspace.vault.put_bytes(content, name=RECORD_FILE)
    preserved[about] = RECORD_FILE
    attachment = _attachment(record, about, archive)
    workspace.record([attachment], _act(record, attachment, preserved))
    return Captured(record=record, attachment=attachment, items=(), story=None, unread=())


def _attachment(record: CaptureRecord, about: Digest, archive: Path | None) -> Attachment:
    kind = AttachmentKind.CAPTURE if record.fault is None else AttachmentKind.ATTEMPT
    companions = [(RECORD_FILE, about)]
    if record.screenshot is not None:
        companions.append((SCREENSHOT_FILE, record.screenshot))
    return Attachment(
        kind=kind,
        digest=record.archive or about,
        name=RECORD_FILE if archive is None else archive.name,
        companions=tuple(companions),
    )


def _act(record: CaptureRecord, attachment: Attachment, preserved: dict[Digest, str]) -> Act:
    details: JsonObject = {
        "what": attachment.kind.value,
        "url": record.url,
        "state": None if record.state is None else record.state.value,
        "fault": record.fault,
        "bytes": list(preserved),
        "names": {str(digest): name for digest, name in preserved.items()},
        **({"differs": list(record.differences)} if record.differences else {}),
    }
    return Act(kind="collected", subject=attachment.digest, details=details)


def _take_in(
    workspace: Workspace,
    caught: Caught,
    choice: CaptureChoice,
    *,
    kept: Captured,
    told: Callable[[str], None],
) -> Captured:
    """Let films and, if asked for, the page enter the case as `purport add` would."""
    items, unread = [], []
    for film in caught.films:
        path = _named(film.path, film.name)
        details = ItemDetails(
            url=caught.url,
            collector=choice.collector,
            retrieved=_stated(kept.record.started_utc),
            publication=choice.publication,
        )
        beside = () if film.about is None else (film.about,)
        try:
            item = collect_item(workspace, path, details=details, sidecars=beside)
        except InputError as error:
            unread.append((film.name, error.fault))
            continue
        items.append(item)
        told(f"{item.digest}  {item.name}")
    story = None
    if choice.story:
        story = _take_story(workspace, caught)
        told(f"{story.document.digest}  {story.document.name}")
    return replace(kept, items=tuple(items), story=story, unread=tuple(unread))


def _take_story(workspace: Workspace, caught: Caught) -> StoryText:
    """Take the page as it came as a story; as the browser shows it where scripts wrote most."""
    if caught.body is None or caught.page is None:
        raise InputError(caught.url, "is no page", remedy="Leave out --story.")
    shown = caught.shown
    by_scripts = shown is not None and len(caught.page.text) > 2 * _words_in(caught.body)
    with TemporaryDirectory(prefix="purport-story-") as place:
        if shown is not None and by_scripts:
            path = Path(place, "page-as-shown.html")
            # the mark tells how it is written now, whatever the page said of how it was served
            path.write_bytes(codecs.BOM_UTF8 + shown.html)
            return collect_story(workspace, path)
        path = Path(place, "page.html")
        path.write_bytes(caught.body)
        served = None if caught.final is None else declared_encoding(caught.final)
        return collect_story(workspace, path, served=served)


def _words_in(body: bytes) -> int:
    return len(parse_page(body, "").text)


def _write_archive(caught: Caught, folder: Path, *, at: datetime) -> Path | None:
    if not caught.exchanges:
        return None
    resources = []
    if caught.shown is not None and caught.shown.screenshot is not None:
        resources.append(
            Resource(
                uri=f"urn:view:{caught.shown.final_url}",
                content_type="image/png",
                content=caught.shown.screenshot,
                made_utc=at,
            )
        )
    software = f"purport {__version__}"
    warc = folder / "data.warc.gz"
    about = {"software": software, "format": "WARC File Format 1.1"}
    lines = write_warc(warc, tuple(caught.exchanges), resources, about=about)
    pages = []
    if caught.final is not None:
        first = caught.final
        pages.append(PageEntry(url=first.url, instant=first.started_utc, title=_title(caught)))
    path = folder / f"{_host(caught.url)}-{at:%Y%m%dT%H%M%SZ}.wacz"
    write_wacz(path, warc, lines, pages, software=software, created=at)
    return path


def _title(caught: Caught) -> str | None:
    """Return the title of the page, cut where it is no title any more."""
    return caught.page.title[:_LONGEST_TITLE] or None if caught.page is not None else None


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "page").replace(":", "-")[:60]


def _note(found: Exchange) -> ExchangeNote:
    digest, length = body_digest(found)
    stated, seen = declared_type(found), seen_type(raw_head(found))
    notes = []
    packed = found.header("content-encoding") not in {None, "identity"}
    if stated and seen and not packed and not _alike(stated, seen):
        notes.append(f"is stated as {stated}, and is {seen}")
    if found.excess_bytes:
        notes.append(f"{found.excess_bytes} bytes came after its announced end")
    return ExchangeNote(
        url=found.url,
        address=found.address,
        started_utc=found.started_utc,
        ended_utc=found.ended_utc,
        status=found.status,
        ending=found.ending,
        sha256=digest,
        body_bytes=length,
        stated_type=stated,
        seen_type=seen,
        certificate=found.certificate,
        notes=tuple(notes),
    )


def _alike(stated: str, seen: str) -> bool:
    """Tell whether two content types may well be the same: "video/mp4" and "video/quicktime"."""
    if stated == seen or stated in {"application/octet-stream", "binary/octet-stream"}:
        return True
    family = stated.partition("/")[0]
    if family in {"video", "audio"} and seen.startswith(("video/", "audio/", "application/ogg")):
        return True
    if "xml" in stated or "html" in stated:
        return seen in {"text/html", "application/xml"}
    return (stated, seen) in {
        ("image/jpg", "image/jpeg"),
        ("application/x-mpegurl", "application/vnd.apple.mpegurl"),
    } or (family == "application" and seen == "application/zip")


def _text_digest(caught: Caught) -> Digest | None:
    if caught.page is None:
        return None
    return digest_bytes((caught.page.main_text or caught.page.text).encode())


def _settings(choice: CaptureChoice) -> JsonObject:
    limits = to_json(choice.limits)
    return {
        "allow_private": choice.allow_private,
        "browser": choice.browser,
        "media": choice.media,
        "limits": limits,
    }


def _compared(workspace: Workspace, record: CaptureRecord) -> CaptureRecord:
    """Hold a capture that did not fail against the last one of the same address."""
    if record.fault is not None:
        return record
    earlier = _records(workspace, record.url)
    if not earlier:
        return record
    digest, before = earlier[-1]
    return replace(record, before=digest, differences=differences(before, record))


def _records(workspace: Workspace, url: str) -> Sequence[tuple[Digest, CaptureRecord]]:
    """Return the records of captures of an address, with their digests."""
    found = []
    host = f"{_host(url)}-"
    for attachment in live_attachments(workspace, AttachmentKind.CAPTURE):
        if attachment.name.startswith(host):
            record = read_capture(workspace, attachment)
            if record is not None and record.url == url:
                found.append((dict(attachment.companions)[RECORD_FILE], record))
    return found


def _named(path: Path, name: str) -> Path:
    """Give a file its own name, in a folder of its own beside it."""
    place = path.with_name(f"{path.name}-named")
    place.mkdir()
    named = place / name
    try:
        named.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, named)
    return named


def _stated(instant: datetime) -> StatedTime:
    return parse_stated_time(format_utc(instant.replace(microsecond=0)))


def _attempted(fault: PurportError, attachment: Attachment) -> PurportError:
    """Say where the record of the attempt lies."""
    kind = type(fault) if isinstance(fault, NotCapturedError) else NotCapturedError
    return kind(
        fault.subject,
        f"{fault.fault}; the attempt is kept as {attachment.digest[:16]}, not as evidence",
        remedy=fault.remedy,
    )
