"""The custody chain: who did what to which bytes or record, each event bound to the one before.

Invariant: event k holds position k and the digest of event k - 1, and its own digest is that of
the canonical JSON of all its other fields. Nothing is ever taken out of a chain or put between.

References:
    PREMIS Data Dictionary 3.0 (2015), the Event entity.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from purport.core.casefile import CustodyEvent
from purport.core.digests import Digest, JsonObject, JsonValue, digest_json
from purport.core.errors import BrokenChainError
from purport.core.instants import format_utc

__all__ = ["GENESIS", "EventDraft", "next_event", "verify_chain"]

GENESIS = Digest("0" * 64)
"""What the first event names as the one before it."""

_REMEDY = "Stop working on this copy of the workspace and compare it with a backup."


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDraft:
    """What is to be said of an act, before it takes its place in the chain."""

    kind: str
    """"collected", "recorded", "analysed", "marked", "corrected", "linked", "judged", "published",
    "exported", "verified"."""
    agent: str
    """Who or what acted."""
    tool_version: str
    """"purport X.Y.Z"."""
    occurred_utc: datetime
    """When."""
    subject: Digest | None = None
    """Digest of the bytes or record concerned; None for the workspace as a whole."""
    details: JsonObject = field(default_factory=dict)
    """What else belongs to it; no personal data."""


def next_event(previous: CustodyEvent | None, draft: EventDraft) -> CustodyEvent:
    """Append an act to the chain.

    Args:
        previous: The last event so far; None to begin a chain.
        draft: What happened.

    Returns:
        The event, bound to `previous` by its digest.

    Raises:
        ValueError: The draft's instant has no time zone, or its details are not finite JSON.
    """
    sequence = 0 if previous is None else previous.sequence + 1
    before = GENESIS if previous is None else previous.digest
    return CustodyEvent(
        sequence=sequence,
        kind=draft.kind,
        subject=draft.subject,
        agent=draft.agent,
        tool_version=draft.tool_version,
        occurred_utc=draft.occurred_utc,
        details=draft.details,
        previous=before,
        digest=digest_json(_content(sequence, draft, before)),
    )


def verify_chain(events: Iterable[CustodyEvent]) -> Digest:
    """Recompute the chain from its first event.

    Args:
        events: All events, as they stand in the store.

    Returns:
        The digest of the last event (`GENESIS` for an empty chain), by which somebody who noted
        it earlier can see that nothing was cut off the end.

    Raises:
        BrokenChainError: Names the first event that was altered, taken out or moved.
    """
    before = GENESIS
    for position, event in enumerate(events):
        if event.sequence != position:
            raise BrokenChainError(
                f"custody event {position}",
                f"is missing or out of order: event {event.sequence} stands in its place",
                remedy=_REMEDY,
            )
        if event.previous != before:
            raise BrokenChainError(
                f"custody event {position}",
                f"follows {_short(event.previous)}, expected {_short(before)}: "
                "the event before it was replaced or removed",
                remedy=_REMEDY,
            )
        computed = _computed(event)
        if event.digest != computed:
            raise BrokenChainError(
                f"custody event {position}",
                f"was altered: its content gives {_short(computed)}, "
                f"it was recorded as {_short(event.digest)}",
                remedy=_REMEDY,
            )
        before = event.digest
    return before


def _computed(event: CustodyEvent) -> Digest:
    """Digest what an event says, wherever it stands.

    Raises:
        BrokenChainError: It says what no chain can: half a letter, a number that is none.
    """
    try:
        return digest_json(_content(event.sequence, _draft_of(event), event.previous))
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BrokenChainError(
            f"custody event {event.sequence}",
            f"was altered: nothing like it can be recorded ({str(error)[:100]})",
            remedy=_REMEDY,
        ) from error


def _content(sequence: int, draft: EventDraft, previous: Digest) -> JsonValue:
    return {
        "sequence": sequence,
        "kind": draft.kind,
        "subject": draft.subject,
        "agent": draft.agent,
        "tool_version": draft.tool_version,
        "occurred_utc": format_utc(draft.occurred_utc),
        "details": draft.details,
        "previous": previous,
    }


def _draft_of(event: CustodyEvent) -> EventDraft:
    return EventDraft(
        kind=event.kind,
        subject=event.subject,
        agent=event.agent,
        tool_version=event.tool_version,
        occurred_utc=event.occurred_utc,
        details=event.details,
    )


def _short(digest: Digest) -> str:
    return digest[:12]
