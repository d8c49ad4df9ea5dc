"""The one door by which what happened comes to those who are to hear of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from purport.core.digests import JsonObject
from purport.core.discussion import Comment, CommentState, EvidenceOffer, EvidenceState
from purport.core.editions import Edition, EditionState
from purport.core.notices import Event, EventKind
from purport.store.readers.telling import store_event

__all__ = [
    "announce",
    "announce_comment",
    "announce_decision",
    "announce_editions",
    "rating_changes",
]

_NEWS_FOR = timedelta(days=30)
"""Shorter than notices are kept, so that nothing is announced anew once its event is forgotten."""


def announce(  # noqa: PLR0913 - what an event is
    case_key: str,
    kind: EventKind,
    *,
    event_id: str,
    claim: str = "",
    subject: str = "",
    actor: int | None = None,
    to: int | None = None,
    body: JsonObject | None = None,
    at: datetime | None = None,
) -> bool:
    """Let those hear of something who follow it; once, however often this is called.

    Who is told: the account `to` alone, when it is given; else whoever follows the case, and
    whoever follows `claim`; of a correction whoever follows anything of the case. Never the actor,
    nor who began to follow later than it happened.

    Args:
        case_key: Key of the case.
        kind: What happened.
        event_id: Unlike that of any other event of this kind in this case.
        claim: The claim that it is about; empty for the case.
        subject: The comment or the evidence that it is about; empty for none.
        actor: Primary key of who did it; None for the desk.
        to: Primary key of the one account that is told; None for all that follow.
        body: What else is known of it; no words that readers may not see, or may not see later.
        at: When it happened; None for now.

    Returns:
        True when it was not known yet.

    Raises:
        AbsentError: There is no such case.
    """
    event = Event(
        id=sha256(f"{case_key}\n{kind.value}\n{event_id}".encode()).hexdigest(),
        case=case_key,
        kind=kind,
        claim=claim,
        subject=subject,
        actor=actor,
        actor_name="",
        to=to,
        body=body or {},
        created=datetime.now(UTC) if at is None else at,
    )
    return store_event(event)


def announce_editions(case_key: str, editions: Sequence[Edition]) -> int:
    """Let followers hear of the edition that came out last, or that the case was withdrawn.

    What was announced before is not announced again, so that this may be called at any time: after
    an edition was published, and when a process starts that came too late for it.

    Args:
        case_key: Key of the case.
        editions: All its editions as they stand.

    Returns:
        How many events were not known yet.

    Raises:
        AbsentError: There is no such case.
    """
    seen = sorted(
        (one for one in editions if one.published_utc is not None), key=lambda one: one.number
    )
    if not seen:
        return 0
    last, before = seen[-1], seen[-2] if len(seen) > 1 else None
    body: JsonObject = {"edition": last.number}
    known = 0
    if last.state is EditionState.WITHDRAWN:
        return int(
            announce(
                case_key,
                EventKind.CORRECTION,
                event_id=f"withdrawn {last.number}",
                body={**body, "withdrawn": True},
                at=last.decided_utc,
            )
        )
    if last.correction is not None:
        known += announce(
            case_key,
            EventKind.CORRECTION,
            event_id=f"edition {last.number}",
            body=body,
            at=last.published_utc,
        )
    changes = {} if before is None else rating_changes(before.document, last.document)
    for claim, parts in changes.items():
        known += announce(
            case_key,
            EventKind.VERDICT_CHANGED,
            event_id=f"edition {last.number} claim {claim}",
            claim=claim,
            body={**body, "parts": parts},
            at=last.published_utc,
        )
    return known


def announce_comment(comment: Comment, *, answered: int | None) -> None:
    """Let those hear of a comment who follow its case or claim, and whom it answers.

    Args:
        comment: The comment; nothing is announced unless it is shown and of the last 30 days: one
            that is shown again after long was announced before.
        answered: Account of whoever wrote what it answers; None for nobody.
    """
    if comment.state is not CommentState.SHOWN or datetime.now(UTC) - comment.created > _NEWS_FOR:
        return
    if answered is not None and answered != comment.author:
        announce(
            comment.case,
            EventKind.REPLY,
            event_id=comment.id,
            claim=comment.anchor.claim,
            subject=comment.id,
            actor=comment.author,
            to=answered,
        )
    announce(
        comment.case,
        EventKind.COMMENT,
        event_id=comment.id,
        claim=comment.anchor.claim,
        subject=comment.id,
        actor=comment.author,
    )


def announce_decision(offer: EvidenceOffer) -> None:
    """Let a reader hear what came of their evidence, and followers of what a case took over."""
    announce(
        offer.case,
        EventKind.EVIDENCE_ACCEPTED,
        event_id=offer.id,
        claim=offer.claim,
        subject=offer.id,
        to=offer.author,
        body={"state": offer.state.value},
    )
    if offer.state is EvidenceState.ACCEPTED:
        announce(
            offer.case,
            EventKind.EVIDENCE_ACCEPTED,
            event_id=f"{offer.id} for all",
            claim=offer.claim,
            subject=offer.id,
            actor=offer.author,
        )


def rating_changes(before: JsonObject, after: JsonObject) -> dict[str, list[JsonObject]]:
    """Return what two editions of a case rate otherwise: by claim, the parts with both ratings.

    Args:
        before: The document of the earlier edition, `purport.published/1`.
        after: That of the later one.

    Returns:
        By claim `{"part", "before", "after"}`, each rating None where there is none.
    """
    old, new = _ratings(before), _ratings(after)
    changes: dict[str, list[JsonObject]] = {}
    for claim, part in dict.fromkeys([*new, *old]):
        pair = old.get((claim, part)), new.get((claim, part))
        if pair[0] != pair[1]:
            change: JsonObject = {"part": part, "before": pair[0], "after": pair[1]}
            changes.setdefault(claim, []).append(change)
    return changes


def _ratings(document: JsonObject) -> dict[tuple[str, str], str]:
    claims: list[JsonObject] = document["claims"]  # type: ignore[assignment]  # JSON
    return {
        (str(claim["id"]), str(verdict["part"])): str(verdict["rating"])
        for claim in claims
        for verdict in claim["verdicts"]  # type: ignore[union-attr]  # JSON
        if isinstance(verdict, dict)
    }
