"""From the stories of a workspace to its claims."""

from purport.casework.holdings import live_claims
from purport.casework.workspace import Act, Workspace
from purport.core.casefile import StoryText
from purport.core.claims import Claim
from purport.ledger import extract_claims, relate_claims
from purport.store import Entry

__all__ = ["update_claims"]


def update_claims(workspace: Workspace) -> tuple[Claim, ...]:
    """Extract the claims of all stories and relate them to each other; those of sheets stay.

    A claim that the stories no longer yield (after an update of Purport) is withdrawn.

    Returns:
        The claims, story by story, in the order of the text.
    """
    documents = [stored.record for stored in workspace.store.live(StoryText)]
    stories = [one for one in documents if not one.document.is_sheet]
    sheets = {one.document.digest for one in documents if one.document.is_sheet}
    claims = relate_claims(tuple(claim for story in stories for claim in extract_claims(story)))
    kept = {claim.id for claim in claims}
    gone = [
        claim
        for claim in live_claims(workspace)
        if claim.id not in kept and claim.document not in sheets
    ]
    workspace.record(
        [*claims, *(Entry(record=claim, withdrawn=True) for claim in gone)], Act(kind="recorded")
    )
    return claims
