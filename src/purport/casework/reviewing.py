"""What people say: a verdict confirmed or replaced, a mark placed; the machine's own stays."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from purport.casework.holdings import live_items
from purport.casework.workspace import Act, Workspace
from purport.core.casefile import MarkRecord
from purport.core.claims import Part
from purport.core.digests import Digest, JsonObject, digest_json
from purport.core.errors import ConflictError, InputError, UnreviewedError
from purport.core.marks import MarkKind, mark_fault
from purport.core.ratings import Confidence, Rating, ReviewState, likelihood_of
from purport.core.records import to_json
from purport.core.verdicts import Verdict
from purport.store import Entry, Review

__all__ = [
    "Argument",
    "SeenVerdict",
    "find_item",
    "mark",
    "review_verdict",
    "seen_verdicts",
    "verify_publishable",
]

_SHORTEST_PREFIX = 6
_LISTED = 5
_LINES = ("because", "tried", "impossible", "would_change")


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """The argument of a person's verdict; what is None stays as proposed."""

    probability: float | None = None
    """How probable that the part is true as stated, 0 to 1; None for no number."""
    confidence: Confidence | None = None
    """Quality of the basis."""
    confidence_reason: str | None = None
    """Why that confidence."""
    because: tuple[str, ...] | None = None
    """The argument, in plain sentences."""
    tried: tuple[str, ...] | None = None
    """What was tried."""
    impossible: tuple[str, ...] | None = None
    """What was impossible, and why."""
    would_change: tuple[str, ...] | None = None
    """What would settle it or change it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenVerdict:
    """What stood there when somebody made up their mind."""

    proposal: Digest
    """Digest of the machine's proposal."""
    review: Digest | None
    """Digest of the last review; None when there was none."""


def seen_verdicts(workspace: Workspace) -> dict[tuple[str, Part], SeenVerdict]:
    """Return what stands for each part of each claim, to be sent back with a review of it."""
    reviews = {
        (stored.record.verdict.claim, stored.record.verdict.part): stored.digest
        for stored in workspace.store.live(Review)
    }
    return {
        (stored.record.claim, stored.record.part): SeenVerdict(
            proposal=stored.digest,
            review=reviews.get((stored.record.claim, stored.record.part)),
        )
        for stored in workspace.store.live(Verdict)
    }


def review_verdict(
    workspace: Workspace,
    *,
    claim: str,
    part: Part,
    author: str,
    reason: str,
    rating: Rating | None = None,
    argument: Argument | None = None,
    seen: SeenVerdict | None = None,
) -> Verdict:
    """Confirm or replace a proposed rating; the proposal stays on record.

    Args:
        workspace: Where.
        claim: Identifier of the claim.
        part: The part of the claim.
        author: Who judges.
        reason: Why.
        rating: The rating that replaces the proposed one; None confirms it.
        argument: The argument in the person's words; None keeps the proposed one, and its number
            where the rating is confirmed.
        seen: What stood there when they made up their mind; None to review whatever stands.

    Raises:
        InputError: There is no such proposal, nobody or no reason is named, or a probability is
            outside 0 to 1.
        ConflictError: The proposal or its review is another one by now; nothing was stored.
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
    if seen is not None and seen.proposal != proposal.digest:
        raise ConflictError(
            f"{claim} {part.value}",
            "the machine proposes something else since you looked; nothing of yours was stored",
            remedy="Look at what stands there now, and decide again.",
        )
    verdict = _as_reviewed(proposal.record, rating, argument)
    verdict = replace(verdict, because=(f"{author}: {reason}", *verdict.because), reviewer=author)
    review = Review(verdict=verdict, reason=reason, proposal=proposal.digest)
    entries = [Entry(record=review)]
    if seen is not None:
        entries = [
            Entry(record=review, replaces=seen.review, first=seen.review is None),
            Entry(record=proposal.record, replaces=proposal.digest),  # a guard that it stands
        ]
    workspace.record(entries, Act(kind="judged"))
    return verdict


def _as_reviewed(proposed: Verdict, rating: Rating | None, argument: Argument | None) -> Verdict:
    """Put a person's rating and argument in place of the proposed ones."""
    changed = rating is not None and rating is not proposed.rating
    verdict = replace(
        proposed,
        rating=proposed.rating if rating is None else rating,
        likelihood=None if changed else proposed.likelihood,
        probability=None if changed else proposed.probability,
        review=ReviewState.REVIEWED,
    )
    if argument is None:
        return verdict
    probability = argument.probability
    if probability is not None and not 0.0 <= probability <= 1.0:
        raise InputError(
            "probability", f"lies in 0 to 1, got {probability:g}", remedy="Write 0.3 for 30 %."
        )
    said = {
        name: value
        for name in ("confidence", "confidence_reason", *_LINES)
        if (value := getattr(argument, name)) is not None
    }
    return replace(
        verdict,
        probability=probability,
        likelihood=None if probability is None else likelihood_of(probability),
        **said,
    )


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
