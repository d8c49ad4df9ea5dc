"""Judging: the machine proposes; what people make of it stands in `reviewing`."""

from collections.abc import Sequence

from purport.casework.holdings import live_claims, live_items
from purport.casework.reading import gather_findings, live_verdicts
from purport.casework.workspace import Act, Workspace
from purport.core.claims import Claim
from purport.core.verdicts import Verdict
from purport.store import Entry
from purport.verdicts import JudgedInputs, JudgingRules, judge

__all__ = ["judge_case", "propose"]


def judge_case(workspace: Workspace, *, rules: JudgingRules | None = None) -> tuple[Verdict, ...]:
    """Propose a verdict for each part of each claim from what is on record.

    Args:
        workspace: Where.
        rules: The numbers on which a rating can turn; None for the usual ones.

    Returns:
        The verdicts as they stand: where a person has reviewed one, that person's.
    """
    workspace.record(propose(workspace, live_claims(workspace), rules=rules), Act(kind="judged"))
    return live_verdicts(workspace)


def propose(
    workspace: Workspace, claims: Sequence[Claim], *, rules: JudgingRules | None = None
) -> list[Entry]:
    """Judge claims, and return what is to be stored: proposals, and those that no longer hold.

    Args:
        workspace: Where.
        claims: The claims, as they will stand.
        rules: The numbers on which a rating can turn; None for the usual ones.
    """
    gathered = gather_findings(workspace)
    proposals = judge(
        JudgedInputs(
            claims=tuple(claims),
            findings=gathered.findings,
            not_run=gathered.not_run,
            items=live_items(workspace),
            faults=gathered.faults,
            rules=rules or JudgingRules(),
        )
    )
    kept = {(verdict.claim, verdict.part) for verdict in proposals}
    gone = [
        Entry(record=stored.record, withdrawn=True)
        for stored in workspace.store.live(Verdict)
        if (stored.record.claim, stored.record.part) not in kept
    ]
    return [*(Entry(record=verdict) for verdict in proposals), *gone]
