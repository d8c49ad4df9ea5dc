"""From the stories of a workspace to its claims."""

import re

from purport.casework.asking import ModelChoice, ModelReport, ask_model, proposed_claims
from purport.casework.holdings import live_claims
from purport.casework.workspace import Act, Workspace
from purport.core.casefile import StoryText
from purport.core.claims import Claim
from purport.gazetteer import Candidate, bundled_gazetteer
from purport.ledger import LookUp, extract_claims, relate_claims
from purport.store import Entry

__all__ = ["ask_for_claims", "look_up_for", "update_claims"]


def update_claims(workspace: Workspace) -> tuple[Claim, ...]:
    """Extract the claims of all stories and relate them to each other; those of sheets stay.

    What models proposed stands beside what the rules find, as far as it is in the story word for
    word; what people corrected stays as they left it, whatever is found. A claim that the stories
    no longer yield (after an update of Purport) is withdrawn.

    Returns:
        The claims as they stand, story by story, in the order of the text.
    """
    documents = [stored.record for stored in workspace.store.live(StoryText)]
    stories = [one for one in documents if not one.document.is_sheet]
    sheets = {one.document.digest for one in documents if one.document.is_sheet}
    found: list[Claim] = []
    for story in stories:
        by_rules = extract_claims(story, look_up=look_up_for(story))
        found.extend(by_rules)
        found.extend(proposed_claims(workspace, story, by_rules))
    claims = relate_claims(found)
    kept = {claim.id for claim in claims}
    gone = [
        stored.record
        for stored in workspace.store.live(Claim)
        if stored.record.id not in kept and stored.record.document not in sheets
    ]
    workspace.record(
        [*claims, *(Entry(record=claim, withdrawn=True) for claim in gone)], Act(kind="recorded")
    )
    return live_claims(workspace)


def ask_for_claims(workspace: Workspace, story: StoryText, choice: ModelChoice) -> ModelReport:
    """Ask a model about a story, and extract all claims anew with what it proposed."""
    known = extract_claims(story, look_up=look_up_for(story))
    report = ask_model(workspace, story, choice, known)
    update_claims(workspace)
    return report


_COVERED = re.compile(r"\bSyria|سوري|Сири")


def look_up_for(story: StoryText) -> LookUp | None:
    """Return what finds places for a story; None when it does not name the country covered.

    The gazetteer that comes with Purport holds the places of Syria, and a name from elsewhere may
    sound like one of them. It is read when the first name is looked up.
    """
    return _find_place if _COVERED.search(story.text) else None


def _find_place(name: str) -> tuple[Candidate, ...]:
    return bundled_gazetteer().find(name)
