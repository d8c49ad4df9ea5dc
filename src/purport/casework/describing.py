"""What is known of one media item, corrected by a person who saw what stood there before."""

from dataclasses import replace

from purport.casework.collecting import ItemDetails, apply_details
from purport.casework.holdings import live_item
from purport.casework.workspace import Act, Workspace
from purport.core.case import ItemRecord
from purport.core.digests import Digest
from purport.core.errors import AbsentError
from purport.store import Entry

__all__ = ["describe_item", "item_with_version"]


def item_with_version(workspace: Workspace, item: Digest) -> tuple[ItemRecord, Digest]:
    """Return what is recorded of an item, and the digest of the row that says so.

    Raises:
        AbsentError: The case has no such item.
    """
    stored = live_item(workspace, item)
    if stored is None:
        raise AbsentError(item[:12], "is no item of this case", remedy="Look at the case's items.")
    return stored.record, stored.digest


def describe_item(
    workspace: Workspace, item: Digest, details: ItemDetails, *, seen: Digest
) -> ItemRecord:
    """Record what is now known of an item; what was recorded before stays on record.

    Args:
        workspace: Where.
        item: The item.
        details: What is known of it; what is None is not recorded any more, but for its
            orthophotos, heights and view, which stay.
        seen: Digest of the row that whoever corrects it looked at.

    Raises:
        AbsentError: The case has no such item.
        ConflictError: Somebody else corrected it since.
        OutsideReferenceError: The target lies outside its orthophoto; nothing is stored.
    """
    known, _ = item_with_version(workspace, item)
    blank = replace(
        known,
        url=None,
        collector=None,
        publication=None,
        claimed_place=None,
        claimed_time=None,
        target=None,
    )
    record = apply_details(workspace, blank, details)
    workspace.record([Entry(record=record, replaces=seen)], Act(kind="recorded", subject=item))
    return record
