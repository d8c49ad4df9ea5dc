"""Taking a reader's evidence over into a case, with its place in the custody chain."""

from purport.casework.holdings import live_claims, live_items
from purport.casework.workspace import Act, Workspace
from purport.core.contributions import Contribution, finding_of
from purport.core.errors import InputError
from purport.store import Entry

__all__ = ["contributions_of", "take_over"]


def take_over(workspace: Workspace, contribution: Contribution) -> str:
    """Record a reader's evidence in the case; from then on it can be linked to claims.

    Args:
        workspace: The case.
        contribution: What was offered, without a name.

    Returns:
        Identifier of the finding.

    Raises:
        InputError: It is about an item or a claim that the case does not hold.
        ConflictError: It was taken over already.
    """
    if contribution.item is not None and contribution.item not in {
        item.digest for item in live_items(workspace)
    }:
        raise InputError("item", "is not in the case", remedy="Choose one of its items.")
    if contribution.claim is not None and contribution.claim not in {
        claim.id for claim in live_claims(workspace)
    }:
        raise InputError("claim", "is not in the case", remedy="Choose one of its claims.")
    entry = Entry(record=contribution, replaces=None, first=True)
    details = {"contribution": contribution.id, "commitment": contribution.commitment}
    workspace.record([entry], Act(kind="contributed", details=details))
    return finding_of(contribution).id


def contributions_of(workspace: Workspace) -> tuple[Contribution, ...]:
    """Return what the case took over from readers, in the order in which it did."""
    live = (stored.record for stored in workspace.store.live(Contribution))
    return tuple(sorted(live, key=lambda one: (one.accepted_utc, one.id)))
