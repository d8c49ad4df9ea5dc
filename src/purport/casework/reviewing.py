"""What people say: a verdict confirmed or replaced, a mark placed; the machine's own stays."""

from collections.abc import Iterable
from dataclasses import replace

from purport.casework.holdings import live_items
from purport.casework.workspace import Act, Workspace
from purport.core.casefile import MarkRecord
from purport.core.claims import Part
from purport.core.digests import Digest, JsonObject, digest_json
from purport.core.errors import ConflictError, InputError, UnreviewedError
from purport.core.marks import MarkKind, mark_fault
from purport.core.ratings import Rating, ReviewState
from purport.core.records import to_json
from purport.core.verdicts import Verdict
from purport.store import Entry, Review

__all__ = ["find_item", "mark", "review_verdict", "verify_publishable"]

_SHORTEST_PREFIX = 6
_LISTED = 5


def review_verdict(
    workspace: Workspace,
    *,
    claim: str,
    part: Part,
    author: str,
    reason: str,
    rating: Rating | None = None,
) -> Verdict:
    """Confirm or replace a proposed rating; the proposal stays on record.

    Args:
        workspace: Where.
        claim: Identifier of the claim.
        part: The part of the claim.
        author: Who judges.
        reason: Why.
        rating: The rating that replaces the proposed one; None confirms it.

    Raises:
        InputError: There is no such proposal, or nobody or no reason is named.
    """
    for name, value in (("author", author), ("reason", reason)):
        if not value.strip():
            raise InputError(name, "is empty", remedy="Say who judges, and why.")
    proposals = {
        (stored.record.claim, stored.record.part): stored
        for stored in workspace.store.live(Verdict)
    }
    if (claim, part) not in proposals:
        raise InputError(
            f"{claim} {part.value}",
            "there is no proposed verdict on it",
            remedy="List claims with purport claims, and judge the case with purport check first.",
        )
    proposal = proposals[claim, part]
    changed = rating is not None and rating is not proposal.record.rating
    verdict = replace(
        proposal.record,
        rating=proposal.record.rating if rating is None else rating,
        because=(f"{author}: {reason}", *proposal.record.because),
        likelihood=None if changed else proposal.record.likelihood,
        probability=None if changed else proposal.record.probability,
        review=ReviewState.REVIEWED,
        reviewer=author,
    )
    workspace.record(
        [Review(verdict=verdict, reason=reason, proposal=proposal.digest)], Act(kind="judged")
    )
    return verdict


def verify_publishable(verdicts: Iterable[Verdict]) -> None:
    """Check that a person stands behind every rating that is to be published.

    A part that is not checkable rates nobody, and needs nobody's word.

    Raises:
        UnreviewedError: Some ratings are proposed alone; they are named.
    """
    proposed = [
        f"{one.claim} {one.part.value} ({one.rating.value})"
        for one in verdicts
        if one.review is ReviewState.PROPOSED and one.rating is not Rating.NOT_CHECKABLE
    ]
    if proposed:
        listed = ", ".join(proposed[:_LISTED])
        more = f" and {len(proposed) - _LISTED} more" if len(proposed) > _LISTED else ""
        raise UnreviewedError(
            "publication",
            f"{len(proposed)} ratings are proposed, not reviewed: {listed}{more}",
            remedy="Confirm or replace each with purport judge CLAIM PART --author --reason.",
        )


def mark(
    workspace: Workspace,
    *,
    item: str,
    kind: MarkKind,
    values: JsonObject,
    author: str,
    note: str | None = None,
    supersedes: str | None = None,
    version: Digest | None = None,
) -> MarkRecord:
    """Record what a person placed by hand; a machine's finding on record stays beside it.

    Args:
        workspace: Where.
        item: The media item: its name, or its digest or the first six or more digits of it.
        kind: What was placed.
        values: Frame, pixel and map position, by kind, see `mark_fault`.
        author: Who placed it.
        note: Why; None when nothing is said.
        supersedes: The mark that it replaces; None for a first one.
        version: Digest of that mark's row, as the author saw it; None when they did not look.

    Raises:
        InputError: There is no such item or earlier mark, or the values do not fit the kind.
        ConflictError: Somebody else has replaced or withdrawn the earlier mark meanwhile.
    """
    fault = mark_fault(kind, values)
    if fault is not None:
        raise InputError(
            f"mark {kind.value}", fault, remedy="See purport mark --help for what each kind needs."
        )
    if not author.strip():
        raise InputError("author", "is empty", remedy="Say who placed the mark.")
    replaced = [
        stored.record
        for stored in workspace.store.live(MarkRecord)
        if stored.record.id == supersedes
    ]
    if supersedes is not None and not replaced and version is not None:
        raise ConflictError(
            f"mark {supersedes}",
            "somebody else has moved or withdrawn it since you looked",
            remedy="Look at where it is now, and decide again.",
        )
    if supersedes is not None and not replaced:
        raise InputError(
            f"mark {supersedes}", "is not a live mark", remedy="List marks with purport findings."
        )
    blank = MarkRecord(
        id="",
        item=find_item(workspace, item),
        kind=kind.value,
        values=values,
        author=author,
        placed_utc=workspace.now(),
        note=note,
        supersedes=supersedes,
    )
    record = replace(blank, id="m" + digest_json(to_json(blank))[:12])
    withdrawn = [Entry(record=old, withdrawn=True, replaces=version) for old in replaced]
    workspace.record([record, *withdrawn], Act(kind="marked", subject=record.item))
    return record


def find_item(workspace: Workspace, called: str) -> Digest:
    """Return the digest of the one item that a name, digest or beginning of a digest means.

    Raises:
        InputError: There is none, or more than one.
    """
    items = live_items(workspace)
    meant = {
        item.digest
        for item in items
        if item.name == called
        or (len(called) >= _SHORTEST_PREFIX and item.digest.startswith(called.lower()))
    }
    if len(meant) != 1:
        fault = "there is no such item" if not meant else f"{len(meant)} items are called so"
        names = ", ".join(f"{item.name} ({item.digest[:12]})" for item in items) or "none"
        raise InputError(called, fault, remedy=f"The items of the workspace: {names}.")
    return meant.pop()
