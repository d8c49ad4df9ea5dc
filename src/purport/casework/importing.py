"""Taking a sealed bag into a workspace: what was given comes in, the chain it brought is kept.

The bag's custody chain, records, manifests, signature and stamps are preserved as evidence; the
workspace's own chain begins with, or goes on with, the event that says where they came from. What
people said (marks, reviews) is taken over; what the checks found is not: it is to be found again.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from purport.casework.workspace import Act, Workspace
from purport.core.case import ItemRecord
from purport.core.casefile import MarkRecord, StoryText
from purport.core.contributions import Contribution
from purport.core.corrections import ClaimCorrection, PersonLink
from purport.core.digests import Digest, JsonObject, digest_file
from purport.core.errors import DigestMismatchError, InputError
from purport.core.records import from_json
from purport.core.second_looks import SecondLook
from purport.seals import (
    BagReport,
    CheckedBag,
    Evidence,
    SealStatement,
    layout,
    read_rows,
)
from purport.store import Attachment, Review, Setting
from purport.vault import Row, live_rows

__all__ = ["Imported", "import_bag"]

_GIVEN: Mapping[str, type] = {
    "setting": Setting,
    "attachment": Attachment,
    "item": ItemRecord,
    "document": StoryText,
    "mark": MarkRecord,
    "correction": ClaimCorrection,
    "link": PersonLink,
    "second_look": SecondLook,
    "review": Review,
    "contribution": Contribution,
}
"""Tables of what was given, in the order in which they are taken in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of it."""

    files: int
    """Files that were preserved."""
    missing: tuple[Evidence, ...]
    """Files that were withheld and are not at hand."""
    rows: tuple[Row, ...]
    """The sealed rows that held."""


def import_bag(
    workspace: Workspace, root: Path, report: BagReport, *, media: Path | None = None
) -> Imported:
    """Take a bag that was verified into a workspace.

    Args:
        workspace: Where.
        root: Folder of the bag.
        report: What `inspect_bag` said of it: without faults.
        media: Folder with files that were withheld from the bag; they are known by their digest.

    Raises:
        InputError: The bag is not sealed, or its records are of another version of Purport.
        DigestMismatchError: A file changed since it was verified.
    """
    statement = report.statement
    if statement is None or report.faults:
        raise InputError(
            root.name, "is no whole sealed bag", remedy="Run purport verify on it first."
        )
    bag = _walked(root)
    found = _by_digest(media, statement)
    missing = []
    preserved: dict[Digest, str] = {}
    for each in statement.evidence:
        path = root / each.file if each.file is not None else found.get(each.digest)
        if path is None:
            missing.append(each)
            continue
        _preserve(workspace, path, each.digest, name=each.name)
        preserved[each.digest] = each.name
    rows = live_rows(read_rows(bag))
    proof = dict(_proof(workspace, root, bag))
    _record_arrival(workspace, root, statement, {**preserved, **proof})
    _record_given(workspace, rows, without={each.digest for each in missing})
    return Imported(files=len(preserved), missing=tuple(missing), rows=rows)


def _walked(root: Path) -> CheckedBag:
    """List the files of a bag that was verified."""
    bag = CheckedBag(root=root)
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            bag.files[path.relative_to(root).as_posix()] = path.stat().st_size
    return bag


def _by_digest(media: Path | None, statement: SealStatement) -> Mapping[Digest, Path]:
    """Find withheld files in a folder; only those of the right length are read."""
    if media is None:
        return {}
    wanted = {each.size_bytes for each in statement.evidence if each.file is None}
    candidates = [path for path in sorted(media.rglob("*")) if path.is_file()]
    return {digest_file(path): path for path in candidates if path.stat().st_size in wanted}


def _preserve(workspace: Workspace, path: Path, digest: Digest, *, name: str) -> None:
    stored = workspace.vault.put_file(path)
    if stored != digest:
        raise DigestMismatchError(
            name,
            f"its digest is {stored}, sealed was {digest}",
            remedy="Nothing may write to the bag while it is read; verify it again.",
        )


def _proof(workspace: Workspace, root: Path, bag: CheckedBag) -> Iterator[tuple[Digest, str]]:
    """Preserve what proves the bag: its chain, records, manifests, signature, keys and stamps."""
    kept = [
        layout.CUSTODY_FILE,
        layout.STATEMENT_FILE,
        layout.MANIFEST,
        layout.TAG_MANIFEST,
        *(path for path in bag.files if path.startswith((layout.RECORDS, "seal/"))),
    ]
    for path in sorted(set(kept)):
        yield workspace.vault.put_file(root / path), f"sealed-{path.replace('/', '-')}"


def _record_arrival(
    workspace: Workspace,
    root: Path,
    statement: SealStatement,
    preserved: Mapping[Digest, str],
) -> None:
    details: JsonObject = {
        "what": "sealed bag",
        "bytes": list(preserved),
        "names": {digest: name for digest, name in preserved.items()},  # noqa: C416 - plain keys
        "custody": digest_file(root / layout.CUSTODY_FILE),
        "events": statement.custody_events,
        "head": statement.custody_head,
        "key": statement.key,
    }
    subject = digest_file(root / layout.MANIFEST)
    workspace.record([], Act(kind="collected", subject=subject, details=details))


def _record_given(workspace: Workspace, rows: Sequence[Row], *, without: set[Digest]) -> None:
    for table, kind in _GIVEN.items():
        records = [_parsed(kind, row) for row in rows if row.table == table]
        kept = [record for record in records if not _concerns(record, without)]
        if kept:
            workspace.record(kept, Act(kind="recorded", details={"what": "from a sealed bag"}))


def _concerns(record: object, withheld: set[Digest]) -> bool:
    """Tell whether a record is about an item that is not at hand."""
    if isinstance(record, ItemRecord):
        return record.digest in withheld
    return isinstance(record, Contribution | MarkRecord | SecondLook) and record.item in withheld


def _parsed(kind: type, row: Row) -> object:
    try:
        record: object = from_json(kind, json.loads(row.body))
    except Exception as error:
        raise InputError(
            f"{row.table} {row.key}",
            "was sealed by a version of purport whose records this one does not read",
            remedy="Install the wheel in the bag's data/environment/ in an environment of its own.",
        ) from error
    return record
