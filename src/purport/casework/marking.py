"""Marks as those who place them see them: with their version, where they were before, and who.

Nothing is edited: a mark that is moved is superseded by another, and one taken away is withdrawn.
Whoever changes a mark says which version of it they saw; when somebody else was faster, nothing is
stored.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from purport.casework.bench import Bench, require_item
from purport.casework.workspace import Act, Workspace
from purport.core.casefile import CustodyEvent, MarkRecord
from purport.core.digests import Digest, JsonObject
from purport.core.errors import AbsentError, ConflictError, InputError
from purport.store import Entry, Stored

__all__ = ["MarkPast", "MarkTold", "marks_of", "require_sayable", "withdraw_mark"]

_FOREVER = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkPast:
    """One state of a mark."""

    mark: MarkRecord
    """As it stood."""
    withdrawn_by: str | None = None
    """Who took it away without replacing it; None when nobody did."""
    withdrawn_utc: datetime | None = None
    """When; None as `withdrawn_by`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkTold:
    """A mark with how it came to be."""

    past: tuple[MarkPast, ...]
    """Every state of it, the first at the top, the present one last."""
    version: Digest | None
    """Digest of its row, to be given back by whoever changes it; None when it was withdrawn."""

    @property
    def mark(self) -> MarkRecord:
        """Return it as it stands, or stood last."""
        return self.past[-1].mark


def marks_of(workspace: Workspace, item: str) -> tuple[MarkTold, ...]:
    """Return the marks of an item, those that were withdrawn as well, with their past.

    They stand in the order in which they were first placed, wherever they were moved since.

    Raises:
        AbsentError: The case has no such item.
    """
    require_item(workspace, item)
    live = {stored.record.id: stored.digest for stored in workspace.store.live(MarkRecord)}
    ever = [
        stored.record for stored in workspace.store.ever(MarkRecord) if stored.record.item == item
    ]
    by_id = {mark.id: mark for mark in ever}
    replaced = {mark.supersedes for mark in by_id.values() if mark.supersedes is not None}
    taken = _withdrawals(workspace.store.custody()) if len(live) < len(by_id) else {}
    order = {mark: place for place, mark in enumerate(by_id)}
    told = [_told(mark, by_id, live, taken) for mark in by_id.values() if mark.id not in replaced]
    return tuple(sorted(told, key=lambda one: order[one.past[0].mark.id]))


def require_sayable(bench: Bench, values: JsonObject, note: str | None) -> None:
    """Check that what comes from outside can be kept as JSON, and lies in a frame that there is.

    Raises:
        InputError: A number is not finite, a text cannot be kept, or there is no such frame.
    """
    try:
        json.dumps([values, note], allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise InputError(
            "values", "cannot be kept as JSON", remedy="Use finite numbers and plain text."
        ) from error
    frame = values.get("frame")
    if isinstance(frame, int) and not isinstance(frame, bool) and bench.scene is not None:
        bench.require_frame(frame)


def withdraw_mark(
    workspace: Workspace, *, item: str, mark: str, version: str, reason: str | None = None
) -> None:
    """Take a mark away; it stays on record.

    Args:
        workspace: Where, in the name of whoever takes it away.
        item: The item that it lies on.
        mark: Its identifier.
        version: Digest of its row, as whoever takes it away saw it.
        reason: Why; None when nothing is said.

    Raises:
        AbsentError: The item never had such a mark.
        ConflictError: Somebody else has moved or withdrawn it meanwhile.
    """
    found = _live(workspace, item, mark)
    if found is None:
        if all(one.record.id != mark for one in workspace.store.ever(MarkRecord)):
            raise AbsentError(mark, "there is no such mark", remedy="Look at the item's marks.")
        raise ConflictError(
            f"mark {mark}",
            "somebody else has moved or withdrawn it since you looked",
            remedy="Look at where it is now, and decide again.",
        )
    details = {_FOREVER: mark} if reason is None else {_FOREVER: mark, "reason": reason}
    workspace.record(
        [Entry(record=found.record, withdrawn=True, replaces=Digest(version))],
        Act(kind="marked", subject=found.record.item, details=details),
    )


def _live(workspace: Workspace, item: str, mark: str) -> Stored[MarkRecord] | None:
    for stored in workspace.store.live(MarkRecord):
        if stored.record.id == mark and stored.record.item == item:
            return stored
    return None


def _told(
    last: MarkRecord,
    by_id: Mapping[str, MarkRecord],
    live: Mapping[str, Digest],
    taken: Mapping[str, CustodyEvent],
) -> MarkTold:
    past = [last]
    while past[-1].supersedes in by_id:
        past.append(by_id[past[-1].supersedes or ""])
    event = None if last.id in live else taken.get(last.id)
    end = MarkPast(
        mark=last,
        withdrawn_by=None if event is None else event.agent,
        withdrawn_utc=None if event is None else event.occurred_utc,
    )
    return MarkTold(
        past=(*(MarkPast(mark=one) for one in reversed(past[1:])), end),
        version=live.get(last.id),
    )


def _withdrawals(events: Sequence[CustodyEvent]) -> Mapping[str, CustodyEvent]:
    return {str(event.details[_FOREVER]): event for event in events if _FOREVER in event.details}
