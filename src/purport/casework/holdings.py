"""What a workspace holds, in an order that depends on what was given alone."""

from purport.casework.workspace import Workspace
from purport.core.case import ItemRecord
from purport.core.casefile import StoryText
from purport.core.claims import Claim, Polarity, SlotAttr
from purport.core.instants import StatedTime, parse_stated_time
from purport.store import Attachment, AttachmentKind, Setting

__all__ = [
    "case_date",
    "live_attachments",
    "live_claims",
    "live_items",
    "named_groups",
    "setting",
]


def live_items(workspace: Workspace) -> tuple[ItemRecord, ...]:
    """Return the media items, in the order in which they were first collected."""
    return tuple(stored.record for stored in workspace.store.live(ItemRecord))


def live_attachments(workspace: Workspace, kind: AttachmentKind) -> tuple[Attachment, ...]:
    """Return the attachments of a kind, in the order in which they were first collected."""
    attachments = (stored.record for stored in workspace.store.live(Attachment))
    return tuple(attachment for attachment in attachments if attachment.kind is kind)


def live_claims(workspace: Workspace) -> tuple[Claim, ...]:
    """Return the claims of all stories, story by story, in the order of the text."""
    places = {
        stored.record.document.digest: place
        for place, stored in enumerate(workspace.store.live(StoryText))
    }
    claims = [stored.record for stored in workspace.store.live(Claim)]
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
