"""Verification: every digest recomputed, every record held against the custody chain."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from purport.casework.workspace import Act, Workspace
from purport.core.case import ItemRecord
from purport.core.casefile import StoryText
from purport.core.digests import Digest, JsonObject
from purport.store import Attachment, Store
from purport.vault import GENESIS

__all__ = ["Verification", "names_of", "verify_workspace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was verified and found whole."""

    objects: int
    """Preserved files."""
    records: int
    """Records, superseded ones too."""
    events: int
    """Custody events."""
    head: Digest
    """Digest of the last of these events: who notes it can tell later that none was cut off."""


def verify_workspace(
    folder: Path, *, agent: str = "purport", record: bool = True, database: str | None = None
) -> Verification:
    """Recompute every digest and the whole custody chain of a workspace.

    Args:
        folder: Its folder.
        agent: Who verifies, as the custody chain names it.
        record: Whether success is added to the chain.
        database: Address of a PostgreSQL database; None for the file in the folder.

    Raises:
        IntegrityError: Names the first thing that is off.
        WorkspaceBusyError: Another process is writing to it.
    """
    with Workspace.open(folder, agent=agent, database=database) as workspace:
        last = workspace.store.head()
        records = workspace.store.verify()
        events, head = (0, GENESIS) if last is None else (last[0] + 1, last[1])
        objects = _verify_objects(workspace)
        if record:
            details: JsonObject = {"objects": objects, "records": records, "head": head}
            workspace.record([], Act(kind="verified", details=details))
    return Verification(objects=objects, records=records, events=events, head=head)


def names_of(store: Store) -> Iterator[tuple[Digest, str]]:
    """Name what a case preserved as it was given."""
    for item in store.live(ItemRecord):
        yield item.record.digest, item.record.name
        for name, digest in item.record.sidecars:
            yield digest, name
    for story in store.live(StoryText):
        yield story.record.document.digest, story.record.document.name
    for attachment in store.live(Attachment):
        yield attachment.record.digest, attachment.record.name
        for name, digest in attachment.record.companions:
            yield digest, name


def _verify_objects(workspace: Workspace) -> int:
    names = dict(names_of(workspace.store))
    preserved = dict.fromkeys(workspace.store.preserved())
    beside = [digest for digest in workspace.vault.digests() if digest not in preserved]
    for digest in (*preserved, *beside):
        workspace.vault.verify(digest, subject=names.get(digest, digest))
    return len(preserved) + len(beside)
