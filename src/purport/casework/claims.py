"""From the stories of a workspace to its claims."""

from purport.casework.workspace import Act, Workspace
from purport.core.casefile import StoryText
from purport.core.claims import Claim, Polarity, SlotAttr
from purport.ledger import extract_claims, relate_claims
from purport.store import Entry

__all__ = ["live_claims", "named_groups", "update_claims"]


def update_claims(workspace: Workspace) -> tuple[Claim, ...]:
    """Extract the claims of all stories and relate them to each other.

    A claim that the stories no longer yield (after an update of Purport) is withdrawn.

    Returns:
        The claims, story by story, in the order of the text.
    """
    stories = [stored.record for stored in workspace.store.live(StoryText)]
    claims = relate_claims(tuple(claim for story in stories for claim in extract_claims(story)))
    kept = {claim.id for claim in claims}
    gone = [claim for claim in live_claims(workspace) if claim.id not in kept]
    workspace.record(
        [*claims, *(Entry(record=claim, withdrawn=True) for claim in gone)], Act(kind="recorded")
    )
    return claims


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
