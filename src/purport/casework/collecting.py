"""Taking things in: bytes into the vault first, then the record with its custody event.

What cannot be read is refused before anything of it is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path

from purport.casework.claims import update_claims
from purport.casework.copies import attachment_path
from purport.casework.holdings import live_attachments, live_item, live_items, setting
from purport.casework.workspace import Act, Workspace
from purport.checks.control import load_control
from purport.core.case import ClaimedPlace, ItemRecord, Publication, Target, ViewHint
from purport.core.casefile import StoryText
from purport.core.digests import Digest
from purport.core.errors import ConsistencyError, InputError, UnreadableMediaError
from purport.core.instants import Precision, StatedTime, parse_stated_time
from purport.core.positions import GeoPoint
from purport.imagery import load_area, open_reference, open_terrain, require_inside
from purport.ledger import read_document
from purport.media import probe_media
from purport.store import Attachment, AttachmentKind, Setting

__all__ = [
    "ItemDetails",
    "apply_details",
    "collect_control",
    "collect_item",
    "collect_matcher",
    "collect_reference",
    "collect_story",
    "collect_target_area",
    "collect_terrain",
    "collect_trusted_signers",
    "describe_case",
    "describe_items",
]

_REFERENCES = "references"
"""Setting that names the orthophotos of the whole case."""
_TERRAIN = "terrain"
"""Setting that names the heights of the whole case."""
_ABOUT_ITEMS = (".info.json", ".metadata.json", ".archive.json", ".archive.csv", ".srt")
"""Endings, after the file's name or its stem, of files that are about a media file."""
_LONGEST_SIDECAR = 16 << 20
_SIDECARS = (".tfw", ".tifw", ".jgw", ".jpgw", ".pgw", ".pngw", ".wld", ".prj", ".aux.xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDetails:
    """What is known of a media item beside its bytes; None or empty: leave as it is."""

    url: str | None = None
    """Where it was collected from."""
    collector: str | None = None
    """Who collected it."""
    retrieved: StatedTime | None = None
    """When it was collected."""
    publication: Publication | None = None
    """Where and when it was made public."""
    claimed_place: ClaimedPlace | None = None
    """Where it is said to have been filmed."""
    claimed_time: StatedTime | None = None
    """When it is said to have been filmed."""
    target: Target | None = None
    """Where the target is said to be."""
    references: tuple[Digest, ...] = ()
    """Orthophotos of the place claimed, as `collect_reference` returned them."""
    terrain: Digest | None = None
    """Heights of the ground there, as `collect_terrain` returned them."""
    view_hint: ViewHint | None = None
    """What is roughly known of the camera."""


def describe_case(
    workspace: Workspace,
    *,
    name: str | None = None,
    date: str | None = None,
    notice: str | None = None,
) -> None:
    """Say what the case is called, on which date it is said to have happened, and a notice.

    Args:
        workspace: Where.
        name: Name of the case.
        date: "2015", "2015-09", "2015-09-30" or an ISO 8601 instant.
        notice: A line for every page of its dossier.

    Raises:
        InputError: The date cannot be read.
    """
    if date is not None:
        _parse_date(date)
    given = {"date": date, "name": name, "notice": notice}
    settings = [Setting(key=key, value=value) for key, value in given.items() if value is not None]
    if settings:
        workspace.record(settings, Act(kind="recorded"))


def collect_story(
    workspace: Workspace, path: Path, *, encoding: str | None = None, served: str | None = None
) -> StoryText:
    """Preserve a story, decode it, and extract its claims.

    Args:
        workspace: Where.
        path: A saved page or text.
        encoding: Its encoding, when it does not say so itself.
        served: Its encoding as the server stated it; None: it did not, or is not known.

    Returns:
        The story as decoded.

    Raises:
        UnreadableStoryError: It is empty, or its encoding is unknown; nothing is stored.
    """
    story = read_document(path, name=path.name, encoding=encoding, served=served)
    digest = workspace.vault.put_file(path)
    _require_same(path, digest, story.document.digest)
    workspace.record([story], _collected([digest]))
    update_claims(workspace)
    return story


def collect_item(
    workspace: Workspace,
    path: Path,
    *,
    details: ItemDetails | None = None,
    sidecars: Sequence[Path] = (),
) -> ItemRecord:
    """Preserve a video, with the files beside it that are about it, and record what is known.

    Such files are yt-dlp's `clip.info.json`, auto-archiver's `clip.metadata.json` or
    `clip.archive.csv`, and a drone's `clip.srt`; one that is too long to be one is left. Such files
    of other names or from elsewhere are given by `sidecars`.

    The same bytes again are the same item: what `details` says then corrects the record.

    Args:
        workspace: Where.
        path: The video.
        details: What is known of it; None for nothing.
        sidecars: Further files about it; of two of one name those given here count.

    Raises:
        InputError: A sidecar is too long to be one; nothing is stored.
        UnreadableMediaError: It is no video that can be read; nothing is stored.
        OutsideReferenceError: Its target lies outside its orthophoto; nothing is stored.
    """
    _require_readable(path)
    _require_sidecars(sidecars)
    probe_media(path, name=path.name)
    details = details or ItemDetails()
    _require_target_inside(workspace, details)
    digest = workspace.vault.put_file(path)
    known = live_item(workspace, digest)
    fresh = ItemRecord(
        digest=digest,
        name=path.name,
        size_bytes=workspace.vault.size_of(digest),
        file_time=_file_time(path),
    )
    record = _with_details(fresh if known is None else known.record, details)
    about = (*_item_sidecars(path), *sidecars)
    beside = {each.name: workspace.vault.put_file(each) for each in about}
    record = replace(record, sidecars=tuple(sorted({**dict(record.sidecars), **beside}.items())))
    workspace.record([_with_shared(workspace, record)], _collected([digest, *beside.values()]))
    return record


def apply_details(workspace: Workspace, record: ItemRecord, details: ItemDetails) -> ItemRecord:
    """Return an item's record with what is known of it; nothing is stored.

    Raises:
        OutsideReferenceError: The target lies outside its orthophoto.
    """
    given = details if details.references else replace(details, references=record.references)
    _require_target_inside(workspace, given)
    return _with_details(record, details)


def describe_items(workspace: Workspace, details: ItemDetails) -> None:
    """Record what is now known of every item of the workspace.

    Raises:
        OutsideReferenceError: The target lies outside the orthophoto; nothing is stored.
    """
    _require_target_inside(workspace, details)
    items = [_with_details(item, details) for item in live_items(workspace)]
    if items:
        workspace.record(items, Act(kind="recorded"))


def collect_reference(
    workspace: Workspace, path: Path, *, accuracy_m: float | None = None, for_all: bool = True
) -> Digest:
    """Preserve an orthophoto with its world file.

    Args:
        workspace: Where.
        path: GeoTIFF, or PNG or JPEG with a world file beside it.
        accuracy_m: Stated horizontal standard uncertainty; None when nothing states it. [m]
        for_all: Whether it shows the place of the whole case: items that name none of their own,
            now or later, take it, beside those given so before.

    Returns:
        The digest by which items name it.

    Raises:
        UnreadableReferenceError: It cannot be read, or says not where it lies; nothing is stored.
    """
    open_reference(path, name=path.name, accuracy_m=accuracy_m)
    digest = workspace.vault.put_file(path)
    companions = tuple(
        (sidecar.name, workspace.vault.put_file(sidecar)) for sidecar in _sidecars(path)
    )
    attachment = Attachment(
        kind=AttachmentKind.REFERENCE,
        digest=digest,
        name=path.name,
        companions=companions,
        accuracy_m=accuracy_m,
    )
    preserved = [digest, *(companion for _, companion in companions)]
    records: list[object] = [attachment]
    before = _shared_references(workspace)
    if for_all and digest not in before:
        shared = (*before, digest)
        records.append(Setting(key=_REFERENCES, value=" ".join(shared)))
        without = [item for item in live_items(workspace) if item.references in {(), before}]
        records.extend(replace(item, references=shared) for item in without)
    workspace.record(records, _collected(preserved))
    return digest


def collect_terrain(
    workspace: Workspace, path: Path, *, accuracy_m: float | None = None, for_all: bool = True
) -> Digest:
    """Preserve a raster of ground heights with its world file.

    Args:
        workspace: Where.
        path: GeoTIFF, heights in metres.
        accuracy_m: Stated vertical standard uncertainty; None when nothing states it. [m]
        for_all: Whether it holds for the whole case: items that name none of their own, now or
            later, take it.

    Returns:
        The digest by which items name it.

    Raises:
        UnreadableReferenceError: It cannot be read, or says not where it lies; nothing is stored.
    """
    open_terrain(path, name=path.name, accuracy_m=accuracy_m)
    digest = workspace.vault.put_file(path)
    companions = tuple(
        (sidecar.name, workspace.vault.put_file(sidecar)) for sidecar in _sidecars(path)
    )
    records: list[object] = [
        Attachment(
            kind=AttachmentKind.TERRAIN,
            digest=digest,
            name=path.name,
            companions=companions,
            accuracy_m=accuracy_m,
        )
    ]
    if for_all:
        before = setting(workspace, _TERRAIN)
        records.append(Setting(key=_TERRAIN, value=digest))
        without = [item for item in live_items(workspace) if item.terrain in {None, before}]
        records.extend(replace(item, terrain=digest) for item in without)
    workspace.record(records, _collected([digest, *(each for _, each in companions)]))
    return digest


def collect_control(workspace: Workspace, path: Path) -> Digest:
    """Preserve a file of territorial control layers.

    Raises:
        UnreadableControlError: It cannot be read, or a layer has broken geometry or no date;
            nothing is stored.
    """
    load_control(path, name=path.name)
    digest = workspace.vault.put_file(path)
    attachment = Attachment(kind=AttachmentKind.CONTROL, digest=digest, name=path.name)
    workspace.record([attachment], _collected([digest]))
    return digest


def collect_matcher(workspace: Workspace, path: Path) -> Digest:
    """Preserve a learned matcher, so that what it found can be found again; the last one counts.

    Raises:
        InputError: It is no model that can be used; nothing is stored.
    """
    from purport.checks.place import load_matcher  # noqa: PLC0415 - else every command loads OpenCV

    load_matcher(path, name=path.name)
    digest = workspace.vault.put_file(path)
    attachment = Attachment(kind=AttachmentKind.MATCHER, digest=digest, name=path.name)
    workspace.record([attachment], _collected([digest]))
    return digest


def collect_trusted_signers(workspace: Workspace, path: Path) -> Digest:
    """Preserve a list of those whose Content Credentials are trusted; a further one adds to it.

    Args:
        workspace: Where.
        path: Certificates of signers or of those who certify them, PEM.

    Raises:
        InputError: It holds no certificate, or one that cannot be read; nothing is stored.
    """
    from purport.checks.provenance import parse_signers  # noqa: PLC0415 - loads FFmpeg

    parse_signers(path.read_text(encoding="utf-8", errors="replace"), name=path.name)
    digest = workspace.vault.put_file(path)
    attachment = Attachment(kind=AttachmentKind.TRUSTED_SIGNERS, digest=digest, name=path.name)
    workspace.record([attachment], _collected([digest]))
    return digest


def collect_target_area(workspace: Workspace, path: Path) -> tuple[GeoPoint, ...]:
    """Preserve a file that outlines a target, and return the outline's ring, not closed.

    Raises:
        UnreadableSheetError: It cannot be read, or holds no polygon; nothing is stored.
    """
    outline = load_area(path, name=path.name)
    digest = workspace.vault.put_file(path)
    attachment = Attachment(kind=AttachmentKind.TARGET_AREA, digest=digest, name=path.name)
    workspace.record([attachment], _collected([digest]))
    return outline


def _parse_date(text: str) -> StatedTime:
    try:
        return parse_stated_time(text)
    except ValueError as error:
        raise InputError("--date", str(error), remedy="Write it as 2015-09-30.") from error


def _collected(preserved: Sequence[Digest]) -> Act:
    return Act(kind="collected", subject=preserved[0], details={"bytes": list(preserved)})


def _require_readable(path: Path) -> None:
    try:
        with path.open("rb"):
            return
    except OSError as error:
        raise UnreadableMediaError(
            path.name,
            f"cannot be read ({error.strerror})",
            remedy="Give a file that exists and that you may read.",
        ) from error


def _require_sidecars(sidecars: Sequence[Path]) -> None:
    for path in sidecars:
        _require_readable(path)
        if path.stat().st_size > _LONGEST_SIDECAR:
            raise InputError(
                path.name,
                f"is longer ({path.stat().st_size >> 20} MiB) than a sidecar can be "
                f"({_LONGEST_SIDECAR >> 20} MiB)",
                remedy="Give the file that describes the item, not the footage.",
            )


def _require_same(path: Path, stored: Digest, read: Digest) -> None:
    if stored != read:
        raise InputError(
            path.name,
            "the file changed while it was being read",
            remedy="Wait until nothing writes to it any more, then run the command again.",
        )


def _with_details(record: ItemRecord, details: ItemDetails) -> ItemRecord:
    given = {field.name: getattr(details, field.name) for field in fields(details)}
    known = {name: value for name, value in given.items() if value not in (None, ())}
    return replace(record, **known)


def _with_shared(workspace: Workspace, record: ItemRecord) -> ItemRecord:
    """Return the record with the orthophotos and heights of the whole case where it names none."""
    terrain = setting(workspace, _TERRAIN)
    return replace(
        record,
        references=record.references or _shared_references(workspace),
        terrain=record.terrain or (None if terrain is None else Digest(terrain)),
    )


def _shared_references(workspace: Workspace) -> tuple[Digest, ...]:
    named = setting(workspace, _REFERENCES)
    return tuple(Digest(digest) for digest in named.split()) if named is not None else ()


def _sidecars(path: Path) -> list[Path]:
    names = {path.name + suffix for suffix in _SIDECARS} | {path.stem + end for end in _SIDECARS}
    return sorted(sidecar for sidecar in path.parent.iterdir() if sidecar.name in names)


def _item_sidecars(path: Path) -> list[Path]:
    """Return the files beside a media file that are about it by their name."""
    wanted = {f"{stem}{end}".lower() for stem in (path.name, path.stem) for end in _ABOUT_ITEMS}
    return sorted(
        each
        for each in path.absolute().parent.iterdir()
        if each.name.lower() in wanted
        and each.name != path.name
        and each.is_file()
        and each.stat().st_size <= _LONGEST_SIDECAR
    )


def _file_time(path: Path) -> StatedTime:
    """Return when the file system says that the file was changed last, to the second."""
    instant = datetime.fromtimestamp(int(path.stat().st_mtime), tz=UTC)
    return StatedTime(
        stated=instant.isoformat(),
        precision=Precision.SECOND,
        earliest_utc=instant,
        latest_utc=instant,
        zone_known=True,
    )


def _require_target_inside(workspace: Workspace, details: ItemDetails) -> None:
    if details.target is None or not details.references:
        return
    references = {
        attachment.digest: attachment
        for attachment in live_attachments(workspace, AttachmentKind.REFERENCE)
    }
    for digest in details.references:
        if digest not in references:
            raise ConsistencyError(
                digest,
                "is not among the orthophotos of the workspace",
                remedy="Collect the orthophoto before the items that name it.",
            )
        attachment = references[digest]
        path = attachment_path(workspace, attachment)
        require_inside(open_reference(path, name=attachment.name), _middle(details.target))


def _middle(target: Target) -> GeoPoint:
    """Return the stated point, or the mean of the outline's corners (it need not lie within)."""
    if target.point is not None:
        return target.point
    corners = target.outline or ()
    return GeoPoint(
        longitude_deg=sum(corner.longitude_deg for corner in corners) / len(corners),
        latitude_deg=sum(corner.latitude_deg for corner in corners) / len(corners),
    )
