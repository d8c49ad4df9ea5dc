"""Findings that people hold for or against a part of a claim, beside the machine's own links.

A person's link never changes a rating: the page shows it and asks for a review
(docs/decisions, "People link, rules rate, people review").
"""

from dataclasses import dataclass

from purport.casework.correcting import require_said
from purport.casework.holdings import live_claims
from purport.casework.reading import gather_findings
from purport.casework.workspace import Act, Workspace
from purport.core.claims import Part
from purport.core.corrections import PersonLink
from purport.core.digests import Digest
from purport.core.errors import AbsentError, ConflictError, InputError
from purport.core.ratings import Stance
from purport.core.verdicts import Verdict
from purport.store import Entry, Stored

__all__ = ["Bearing", "link_finding", "link_versions", "take_link_back"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearing:
    """A finding, and the part of a claim on which it bears."""

    claim: str
    """Identifier of the claim."""
    part: Part
    """The part of the claim."""
    finding: str
    """Identifier of the finding."""


def link_versions(workspace: Workspace, claim: str) -> dict[tuple[Part, str], Digest]:
    """Return the version of each link that people made to a claim, by part and finding."""
    return {
        (stored.record.part, stored.record.finding): stored.digest
        for stored in workspace.store.live(PersonLink)
        if stored.record.claim == claim
    }


def link_finding(
    workspace: Workspace,
    on: Bearing,
    stance: Stance | None,
    *,
    author: str,
    reason: str,
    seen: Digest | None,
) -> PersonLink:
    """Link a finding to a part of a claim, or say that the machine's link does not hold.

    Args:
        workspace: Where.
        on: The finding and the part.
        stance: How it bears on the part; None takes the machine's link off.
        author: Who.
        reason: Why.
        seen: Digest of the person's link that stood there; None when none did.

    Raises:
        AbsentError: There is no such claim or finding.
        ConflictError: Somebody else linked it meanwhile.
        InputError: No reason is given, or there is no link of the machine to take off.
    """
    said = require_said("reason", reason)
    _require_there(workspace, on)
    if stance is None and not _machine_links(workspace, on):
        raise InputError(
            "stance",
            "the machine has no such link to take off",
            remedy="Choose how the finding bears on the part.",
        )
    link = PersonLink(
        claim=on.claim,
        part=on.part,
        finding=on.finding,
        stance=stance,
        author=author,
        reason=said,
        linked_utc=workspace.now(),
    )
    entry = Entry(record=link, replaces=seen, first=seen is None)
    workspace.record([entry], Act(kind="linked", details={"claim": on.claim}))
    return link


def take_link_back(
    workspace: Workspace, on: Bearing, *, author: str, reason: str, seen: Digest
) -> PersonLink:
    """Say that a person's link no longer holds; it stays on record.

    Raises:
        AbsentError: There is no such link.
        ConflictError: Somebody else changed it meanwhile.
        InputError: No reason is given.
    """
    said = require_said("reason", reason)
    stored = _live(workspace, on)
    if stored is None:
        raise AbsentError("link", "there is none to take back", remedy="Look at the claim again.")
    if stored.digest != seen:
        raise ConflictError(
            "link",
            f"{stored.record.author} has changed it since you looked",
            remedy="Look at what stands there now, and decide again.",
        )
    gone = PersonLink(
        claim=on.claim,
        part=on.part,
        finding=on.finding,
        stance=stored.record.stance,
        author=author,
        reason=said,
        linked_utc=workspace.now(),
    )
    workspace.record(
        [Entry(record=gone, withdrawn=True, replaces=seen)],
        Act(kind="linked", details={"claim": on.claim}),
    )
    return gone


def _live(workspace: Workspace, on: Bearing) -> Stored[PersonLink] | None:
    for stored in workspace.store.live(PersonLink):
        link = stored.record
        if (link.claim, link.part, link.finding) == (on.claim, on.part, on.finding):
            return stored
    return None


def _machine_links(workspace: Workspace, on: Bearing) -> bool:
    return any(
        link.finding == on.finding
        for stored in workspace.store.live(Verdict)
        if (stored.record.claim, stored.record.part) == (on.claim, on.part)
        for link in stored.record.links
    )


def _require_there(workspace: Workspace, on: Bearing) -> None:
    if on.claim not in {claim.id for claim in live_claims(workspace)}:
        raise AbsentError(on.claim, "there is no such claim", remedy="Look at the ledger.")
    if on.finding not in {finding.id for finding in gather_findings(workspace).findings}:
        raise AbsentError(on.finding, "there is no such finding", remedy="Look at the matrix.")
