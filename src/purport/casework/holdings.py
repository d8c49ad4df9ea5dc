"""What a workspace holds, in an order that depends on what was given alone."""

from collections.abc import Sequence

from purport.casework.workspace import Workspace
from purport.core.case import ItemRecord
from purport.core.casefile import StoryText
from purport.core.claims import Claim, Polarity, SlotAttr
from purport.core.corrections import ClaimCorrection, apply_corrections
from purport.core.instants import StatedTime, parse_stated_time
from purport.ledger import relate_claims
from purport.store import Attachment, AttachmentKind, Setting, Stored

__all__ = [
    "case_date",
    "corrected_claims",
    "live_attachments",
    "live_claims",
    "live_item",
    "live_items",
    "named_groups",
    "setting",
]


def live_items(workspace: Workspace) -> tuple[ItemRecord, ...]:
    """Return the media items, in the order in which they were first collected."""
    return tuple(stored.record for stored in workspace.store.live(ItemRecord))


def live_item(workspace: Workspace, digest: str) -> Stored[ItemRecord] | None:
    """Return what is recorded of one media item; None when the case has none of this digest."""
    return next(iter(workspace.store.live_of(ItemRecord, [digest])), None)


def live_attachments(workspace: Workspace, kind: AttachmentKind) -> tuple[Attachment, ...]:
    """Return the attachments of a kind, in the order in which they were first collected."""
    attachments = (stored.record for stored in workspace.store.live(Attachment))
    return tuple(attachment for attachment in attachments if attachment.kind is kind)


def live_claims(workspace: Workspace) -> tuple[Claim, ...]:
    """Return the claims of all stories, story by story, in the order of the text.

    Where people corrected any, as they left them, and how all claims stand to each other then.
    """
    corrections = [stored.record for stored in workspace.store.live(ClaimCorrection)]
    return corrected_claims(workspace, corrections)


def corrected_claims(
    workspace: Workspace, corrections: Sequence[ClaimCorrection]
) -> tuple[Claim, ...]:
    """Return the claims as they stand with some corrections and no others."""
    documents = [stored.record.document for stored in workspace.store.live(StoryText)]
    places = {document.digest: place for place, document in enumerate(documents)}
    claims = tuple(stored.record for stored in workspace.store.live(Claim))
    if corrections:
        sheets = {document.digest for document in documents if document.is_sheet}
        left = apply_corrections(claims, corrections)
        told = relate_claims([claim for claim in left if claim.document not in sheets])
        claims = (*told, *(claim for claim in left if claim.document in sheets))
    return tuple(
        sorted(
            claims,
            key=lambda claim: (
                places[claim.document],
                claim.content[0].start if claim.content else 0,
                claim.id,
            ),
        )
    )


def named_groups(claims: tuple[Claim, ...]) -> tuple[str, ...]:
    """Return the canonical names of the groups that the claims name as hit, sorted."""
    slots = (slot for claim in claims for slot in claim.slots)
    return tuple(
        sorted(
            {
                slot.value
                for slot in slots
                if slot.attr is SlotAttr.TARGET_GROUP
                and slot.polarity is Polarity.AFFIRMED
                and isinstance(slot.value, str)
            }
        )
    )


def setting(workspace: Workspace, key: str) -> str | None:
    """Return one thing said of the case; None when nothing was."""
    settings = {stored.record.key: stored.record for stored in workspace.store.live(Setting)}
    return settings[key].value if key in settings else None


def case_date(workspace: Workspace) -> StatedTime | None:
    """Return the date claimed for the case; None when none was given."""
    stated = setting(workspace, "date")
    return None if stated is None else parse_stated_time(stated)
