"""Authentic: is the footage what it is presented as?"""

from collections.abc import Mapping, Sequence

from purport.core.case import ItemRecord, Publication
from purport.core.claims import Claim, Slot, SlotAttr
from purport.core.digests import Digest
from purport.core.ratings import Authenticity, Confidence, Rating, Stance
from purport.verdicts._opinions import Bearing, Opinion, join_opinions, not_checkable, unproven
from purport.verdicts._reading import CaseReading, EditSeen, SharedStretch, read_case
from purport.verdicts._when import publication_confidence, published_before
from purport.verdicts._words import slots_of
from purport.verdicts.records import JudgedInputs

__all__ = ["AUTHENTIC_SLOTS", "item_authenticity", "judge_authentic"]

AUTHENTIC_SLOTS = (SlotAttr.FOOTAGE_ORIGIN, SlotAttr.VERIFICATION_STATUS)
"""The slots that this part answers."""

_SETTLES = (
    "The unedited recording from whoever filmed it, with its file data and custody.",
    "The earliest publication of the footage, found and archived.",
)
_EDITED = frozenset(
    {
        "black",
        "crop",
        "cut",
        "dissolve",
        "fade",
        "freeze",
        "loop",
        "repeat",
        "reverse",
        "slow_motion",
        "sound_loop",
    }
)
_TWICE = frozenset({"freeze", "loop", "repeat", "reverse"})
_NO_PROOF = (
    "That nothing was found does not show that footage is genuine; no check here can show that."
)


def judge_authentic(claim: Claim, case: CaseReading) -> Opinion:
    """Judge what a claim says about footage as such.

    Cuts, fades and graphics are the normal work of an editor and are stated, not held against it.
    Nothing here can prove footage genuine, so that the best rating is Unproven. What contradicts is
    a stretch that was public before the time that is claimed for the item.
    """
    return join_opinions([_judge_slot(slot, case) for slot in slots_of(claim, *AUTHENTIC_SLOTS)])


def item_authenticity(inputs: JudgedInputs) -> Mapping[Digest, tuple[Authenticity, ...]]:
    """Return, for each item, the words of schema.org MediaReview that findings bear out.

    An item without entry shows no sign of either; that does not make it original.

    Raises:
        ConsistencyError: A finding is about an item that is not among the case's.
    """
    case = read_case(inputs)
    edited = {edit.item.digest for edit in case.edits if edit.kind in _EDITED}
    older = {stretch.item.digest for stretch in case.shared if _older(stretch) is not None}
    words = {
        item.digest: tuple(
            word
            for word, holds in (
                (Authenticity.DECONTEXTUALIZED, item.digest in older),
                (Authenticity.EDITED_OR_CROPPED, item.digest in edited),
            )
            if holds
        )
        for item in case.items
    }
    return {digest: found for digest, found in words.items() if found}


def _judge_slot(slot: Slot, case: CaseReading) -> Opinion:
    if slot.attr is SlotAttr.VERIFICATION_STATUS:
        return _judge_status(slot, case)
    if not case.items:
        return unproven(
            f"{case.unseen()}, so that no sign of editing or reuse could be looked for.",
            would_change=_SETTLES,
        )
    older = [(one, found) for one in case.shared if (found := _older(one)) is not None]
    confidence, reason = (
        publication_confidence(older[0][1])
        if older
        else (Confidence.LOW, "The checks look for signs of editing and reuse; they prove nothing.")
    )
    return Opinion(
        rating=Rating.CONTRADICTED if older else Rating.UNPROVEN,
        confidence=confidence,
        confidence_reason=reason,
        because=(
            *(_describe_older(stretch, publication) for stretch, publication in older),
            *_describe_edits(case),
            _NO_PROOF,
        ),
        bearings=tuple(
            Bearing(
                finding=stretch.finding.id,
                stance=Stance.CONTRADICTS,
                reason=_describe_older(stretch, publication),
            )
            for stretch, publication in older
        ),
        would_change=_SETTLES,
    )


def _judge_status(slot: Slot, case: CaseReading) -> Opinion:
    """A statement on what could be verified is about its author's knowledge, not the footage."""
    found = [place.item.name for place in case.places if place.matched]
    now = f" Since then, the place was found of: {', '.join(found)}." if found else ""
    return not_checkable(
        f"“{slot.span.exact}” says what could be verified when it was written, which footage does "
        f"not tell. What this case could verify stands in the other verdicts.{now}"
    )


def _older(stretch: SharedStretch) -> Publication | None:
    """Return the publication that shows the stretch to be older than its item claims."""
    item, other = stretch.item, stretch.other
    if other is None or other.digest == item.digest or item.claimed_time is None:
        return None
    good = stretch.same and published_before(other.publication, item.claimed_time)
    return other.publication if good else None


def _describe_older(stretch: SharedStretch, publication: Publication) -> str:
    claimed = stretch.item.claimed_time
    return (
        f"{stretch.item.name}, {stretch.start_s:.1f} to {stretch.end_s:.1f} s, was public at "
        f"{publication.published.stated} in {stretch.other.name if stretch.other else ''}, before "
        f"the time claimed for it ({claimed.stated if claimed else ''})."
    )


def _describe_edits(case: CaseReading) -> tuple[str, ...]:
    by_item = [(item, [edit for edit in case.edits if edit.item == item]) for item in case.items]
    return tuple(_describe_item(item, edits) for item, edits in by_item if edits)


def _describe_item(item: ItemRecord, edits: Sequence[EditSeen]) -> str:
    kinds = sorted({edit.kind for edit in edits})
    counted = ", ".join(
        f"{kind.replace('_', ' ')} ({sum(edit.kind == kind for edit in edits)})" for kind in kinds
    )
    twice = (
        " Stretches that are frozen or repeated can make one event look like more."
        if _TWICE.intersection(kinds)
        else ""
    )
    return (
        f"Signs of editing in {item.name}: {counted}. Cuts and graphics are normal in published "
        f"footage; what lies between two cuts is not shown.{twice}"
    )
