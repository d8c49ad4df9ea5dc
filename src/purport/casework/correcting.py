"""Claims put right by people: corrected, added, withdrawn, or given back to the rules.

Whoever corrects says which row they looked at. When another stands there meanwhile, nothing is
stored: nobody overwrites what they have not seen. The claims' relations and the proposed ratings
are worked out anew in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from purport.casework.claim_forms import StatedClaim, claim_as_stated
from purport.casework.holdings import corrected_claims
from purport.casework.judging import propose
from purport.casework.workspace import Act, Workspace
from purport.core.casefile import StoryText
from purport.core.claims import Claim
from purport.core.corrections import ClaimCorrection, CorrectionAct
from purport.core.digests import Digest
from purport.core.errors import AbsentError, ConflictError, InputError
from purport.core.verdicts import Verdict
from purport.store import Entry, Past, Stored

__all__ = [
    "Correcting",
    "LedgerRow",
    "add_claim",
    "claim_history",
    "correct_claim",
    "ledger_row",
    "ledger_rows",
    "require_said",
    "restore_claim",
    "withdraw_claim",
]

_LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """A claim on record: what the rules found and what a person made of it."""

    id: str
    """Identifier of the claim."""
    version: Digest
    """Digest of the row that stands: whoever corrects it sends it back."""
    found: Stored[Claim] | None
    """What the rules found; None where they find no such claim."""
    correction: Stored[ClaimCorrection] | None
    """What a person made of it; None where nobody corrected it."""

    @property
    def claim(self) -> Claim | None:
        """The claim as it stands, without its relations anew; None when it was withdrawn."""
        if self.correction is not None:
            return self.correction.record.left
        return None if self.found is None else self.found.record


@dataclass(frozen=True, slots=True, kw_only=True)
class Correcting:
    """Who corrects, why, and what they looked at."""

    author: str
    """Who."""
    reason: str
    """Why."""
    seen: Digest
    """Version of the claim that they looked at."""


def ledger_rows(workspace: Workspace) -> dict[str, LedgerRow]:
    """Return all claims on record by identifier, withdrawn ones too."""
    found = {stored.record.id: stored for stored in workspace.store.live(Claim)}
    made = {stored.record.claim: stored for stored in workspace.store.live(ClaimCorrection)}
    rows = {}
    for key in dict.fromkeys((*found, *made)):
        standing = made.get(key) or found[key]
        rows[key] = LedgerRow(
            id=key, version=standing.digest, found=found.get(key), correction=made.get(key)
        )
    return rows


def ledger_row(workspace: Workspace, claim: str) -> LedgerRow:
    """Return one claim on record, also when it was withdrawn.

    Raises:
        AbsentError: There is none of this identifier.
    """
    rows = ledger_rows(workspace)
    if claim not in rows:
        raise AbsentError(claim, "there is no such claim", remedy="Look at the ledger.")
    return rows[claim]


def claim_history(workspace: Workspace, claim: str) -> tuple[Past[ClaimCorrection], ...]:
    """Return all that people ever made of a claim, in order."""
    return workspace.store.past(ClaimCorrection, [claim])


def correct_claim(
    workspace: Workspace, claim: str, stated: StatedClaim, by: Correcting
) -> ClaimCorrection:
    """Put a claim right; what the rules found stays on record beside it.

    Args:
        workspace: Where.
        claim: Identifier of the claim.
        stated: The claim as it should be, whole.
        by: Who corrects, why, and what they looked at.

    Raises:
        AbsentError: There is no such claim.
        ConflictError: Somebody else changed it since; nothing was stored.
        InputError: What is stated does not hold against the text, or changes nothing, or no
            reason is given.
    """
    row = ledger_row(workspace, claim)
    before = row.claim or (row.found.record if row.found is not None else None)
    if before is None:
        before = _last_left(workspace, claim)
    left = claim_as_stated(
        _story_of(workspace, before.document), stated, before=before, author=by.author
    )
    if row.claim is not None and left == replace(row.claim, relations=()):
        raise InputError("claim", "nothing of it is different", remedy="Change something first.")
    return _record(workspace, row, CorrectionAct.CORRECTED, by, left)


def add_claim(
    workspace: Workspace, document: Digest, stated: StatedClaim, *, author: str, reason: str
) -> ClaimCorrection:
    """Add a claim that the rules missed.

    Raises:
        AbsentError: There is no such story.
        ConflictError: Somebody else added the same claim meanwhile.
        InputError: What is stated does not hold against the text, the ledger has the claim
            already, or no reason is given.
    """
    said = require_said("reason", reason)
    story = _story_of(workspace, document)
    left = claim_as_stated(story, stated, before=None, author=author)
    known = ledger_rows(workspace).get(left.id)
    if known is not None:
        gone = " (withdrawn)" if known.claim is None else ""
        raise InputError(
            "claimed words",
            f"claim {left.id} has the same words of the same claimant{gone}",
            remedy="Correct that claim instead.",
        )
    correction = ClaimCorrection(
        claim=left.id,
        act=CorrectionAct.ADDED,
        left=left,
        seen=None,
        author=author,
        reason=said,
        corrected_utc=workspace.now(),
    )
    _store(workspace, correction, [Entry(record=correction, first=True)])
    return correction


def withdraw_claim(workspace: Workspace, claim: str, by: Correcting) -> ClaimCorrection:
    """Say that something is no claim; it stays on record.

    Raises:
        AbsentError: There is no such claim.
        ConflictError: Somebody else changed it since; nothing was stored.
        InputError: It was withdrawn already, or no reason is given.
    """
    row = ledger_row(workspace, claim)
    if row.claim is None and row.version == by.seen:
        raise InputError(claim, "was withdrawn already", remedy="Restore it, if it is a claim.")
    return _record(workspace, row, CorrectionAct.WITHDRAWN, by, None)


def restore_claim(workspace: Workspace, claim: str, by: Correcting) -> ClaimCorrection:
    """Give a claim back to the rules: what people made of it no longer holds, and stays on record.

    Raises:
        AbsentError: There is no such claim.
        ConflictError: Somebody else changed it since; nothing was stored.
        InputError: Nobody had corrected it, the rules find no such claim, or no reason is given.
    """
    row = ledger_row(workspace, claim)
    if row.version == by.seen and (row.correction is None or row.found is None):
        fault = (
            "stands as the rules found it"
            if row.correction is None
            else "was added by a person; the rules find no such claim"
        )
        raise InputError(claim, fault, remedy="Correct or withdraw it instead.")
    return _record(workspace, row, CorrectionAct.RESTORED, by, None)


def require_said(name: str, text: str) -> str:
    """Return words that must be given.

    Raises:
        InputError: They are empty, or too long to be kept.
    """
    said = text.strip()
    if not said:
        raise InputError(name, "is empty", remedy="Say why; it stays in the history.")
    if len(said) > _LONGEST_REASON:
        raise InputError(
            name,
            f"has {len(said)} characters, at most {_LONGEST_REASON} are kept",
            remedy="Say it shorter.",
        )
    return said


def _record(  # noqa: PLR0917 - who, what and why of one act
    workspace: Workspace, row: LedgerRow, act: CorrectionAct, by: Correcting, left: Claim | None
) -> ClaimCorrection:
    """Store a correction over the row that its author saw."""
    correction = ClaimCorrection(
        claim=row.id,
        act=act,
        left=left,
        seen=by.seen,
        author=by.author,
        reason=require_said("reason", by.reason),
        corrected_utc=workspace.now(),
    )
    if row.version != by.seen:
        raise _conflict(row)
    withdrawn = act is CorrectionAct.RESTORED
    if row.correction is not None:
        entries = [Entry(record=correction, withdrawn=withdrawn, replaces=row.correction.digest)]
    else:
        entries = [Entry(record=correction, first=True)]
    if row.found is not None:  # stored again as it is: a guard that it still stands
        entries.append(Entry(record=row.found.record, replaces=row.found.digest))
    _store(workspace, correction, entries)
    return correction


def _store(workspace: Workspace, correction: ClaimCorrection, entries: Sequence[Entry]) -> None:
    """Store a correction with the ratings that the claims get by it, all or nothing."""
    standing = [
        stored.record
        for stored in workspace.store.live(ClaimCorrection)
        if stored.record.claim != correction.claim
    ]
    if correction.act is not CorrectionAct.RESTORED:
        standing.append(correction)
    proposals: list[Entry] = []
    if workspace.store.live(Verdict):
        proposals = propose(workspace, corrected_claims(workspace, standing))
    workspace.record(
        [*entries, *proposals],
        Act(kind="corrected", details={"claim": correction.claim, "act": correction.act.value}),
    )


def _conflict(row: LedgerRow) -> ConflictError:
    if row.correction is None:
        who = "it was read anew"
    else:
        made = row.correction.record
        who = f"{made.author} {made.act.value} it ({made.reason})"
    return ConflictError(
        f"claim {row.id}",
        f"has changed since you looked: {who}; nothing of yours was stored",
        remedy="Look at what stands there now, and decide again.",
    )


def _last_left(workspace: Workspace, claim: str) -> Claim:
    """Return what a withdrawn claim was that only people knew."""
    left = [past.record.left for past in claim_history(workspace, claim)]
    kept = [one for one in left if one is not None]
    if not kept:
        raise AbsentError(claim, "there is no such claim", remedy="Look at the ledger.")
    return kept[-1]


def _story_of(workspace: Workspace, document: Digest) -> StoryText:
    """Return the story of a claim.

    Raises:
        AbsentError: There is no such story.
        InputError: It is a table of claims.
    """
    for stored in workspace.store.live(StoryText):
        if stored.record.document.digest == document:
            if stored.record.document.is_sheet:
                raise InputError(
                    stored.record.document.name,
                    "is a table; its claims are its rows",
                    remedy="Correct the table, and judge it again.",
                )
            return stored.record
    raise AbsentError(document[:12], "there is no such story", remedy="Look at the ledger.")
