"""Verification: every digest recomputed, every record held against the custody chain."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from purport.casework.workspace import Act, Workspace
from purport.core.case import ItemRecord
from purport.core.casefile import StoryText
from purport.core.digests import Digest, JsonObject
from purport.store import Attachment
from purport.vault import verify_chain

__all__ = ["Verification", "verify_workspace"]


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
        events = workspace.store.custody()
        head = verify_chain(events)
        records = workspace.store.verify()
        objects = _verify_objects(workspace)
        if record:
            details: JsonObject = {"objects": objects, "records": records, "head": head}
            workspace.record([], Act(kind="verified", details=details))
    return Verification(objects=objects, records=records, events=len(events), head=head)


def _verify_objects(workspace: Workspace) -> int:
    names = dict(_names(workspace))
    collected: dict[Digest, None] = {}
    for event in workspace.store.custody():
        preserved = event.details.get("bytes", [])
        if event.kind == "collected" and isinstance(preserved, list):
            collected.update({Digest(str(digest)): None for digest in preserved})
    beside = [digest for digest in workspace.vault.digests() if digest not in collected]
    for digest in (*collected, *beside):
        workspace.vault.verify(digest, subject=names.get(digest, digest))
    return len(collected) + len(beside)


def _names(workspace: Workspace) -> Iterator[tuple[Digest, str]]:
    for item in workspace.store.live(ItemRecord):
        yield item.record.digest, item.record.name
    for story in workspace.store.live(StoryText):
        yield story.record.document.digest, story.record.document.name
    for attachment in workspace.store.live(Attachment):
        yield attachment.record.digest, attachment.record.name
        for name, digest in attachment.record.companions:
            yield digest, name
