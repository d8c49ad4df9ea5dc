"""What readers offer to cases, as rows of the served database."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from purport.core.digests import Digest, canonical_json
from purport.core.discussion import EvidenceKind, EvidenceOffer, EvidenceState
from purport.core.errors import AbsentError, ConflictError

__all__ = [
    "add_offer",
    "credits_of",
    "decide_offer",
    "list_offers",
    "offer_of",
    "offers_by",
    "offers_since",
]

_MOST = 200


def add_offer(offer: EvidenceOffer) -> None:
    """Store an offer.

    Raises:
        AbsentError: There is no such case.
    """
    from purport.store.models import CaseRow  # noqa: PLC0415 - needs Django
    from purport.store.readers.models import EvidenceRow  # noqa: PLC0415 - needs Django

    case = CaseRow.objects.filter(key=offer.case).first()
    if case is None:
        raise AbsentError(offer.case, "there is no such case", remedy="Look at the list.")
    EvidenceRow.objects.create(
        id=offer.id,
        case=case,
        author_id=offer.author,
        kind=offer.kind,
        claim=offer.claim,
        item=offer.item,
        body=canonical_json(offer.body),
        credited=offer.credited,
        state=offer.state,
        created=offer.created,
    )


def decide_offer(  # noqa: PLR0917 - one row, field by field
    identifier: str,
    state: EvidenceState,
    reason: str,
    decided_by: str,
    now: datetime,
    *,
    misleading: bool = False,
    commitment: Digest | None = None,
    opening: str = "",
) -> None:
    """Write down what came of an offer; of two who decide at once, one does.

    Args:
        identifier: The offer's.
        state: What came of it.
        reason: Why.
        decided_by: Who decided.
        now: The moment.
        misleading: Whether it was made to mislead.
        commitment: What the case holds of whose it is; None when it was not taken over.
        opening: Salt with which the commitment opens; kept with the account alone.

    Raises:
        ConflictError: It does not wait any more.
    """
    from purport.store.readers.models import EvidenceRow  # noqa: PLC0415 - needs Django

    changed = EvidenceRow.objects.filter(pk=identifier, state=EvidenceState.WAITING).update(
        state=state,
        reason=reason,
        decided_by=decided_by,
        decided=now,
        misleading=misleading,
        commitment=commitment or "",
        opening=opening,
    )
    if not changed:
        raise ConflictError("evidence", "was decided already", remedy="Look at it again.")


def offer_of(identifier: str) -> EvidenceOffer:
    """Return an offer.

    Raises:
        AbsentError: There is none.
    """
    row = _rows(pk=identifier).first()
    if row is None:
        raise AbsentError(identifier, "there is no such offer", remedy="Look at the list.")
    return _read(row)


def list_offers(
    cases: Iterable[str] | None, state: EvidenceState = EvidenceState.WAITING
) -> tuple[EvidenceOffer, ...]:
    """Return offers to cases, the oldest first.

    Args:
        cases: Keys of the cases; None for all.
        state: How the offers stand.
    """
    rows = _rows(state=state)
    if cases is not None:
        rows = rows.filter(case__key__in=list(cases))
    return tuple(_read(row) for row in rows.order_by("created", "pk")[:_MOST])


def offers_by(user: int) -> tuple[EvidenceOffer, ...]:
    """Return what somebody offered, the latest first."""
    return tuple(_read(row) for row in _rows(author_id=user).order_by("-created", "pk"))


def offers_since(user: int, since: datetime) -> int:
    """Return how many offers somebody made since a moment."""
    return int(_rows(author_id=user, created__gt=since).count())


def credits_of(case: str) -> tuple[str, ...]:
    """Return the names of readers whose evidence a case took over and who want to be named."""
    rows = _rows(case__key=case, state=EvidenceState.ACCEPTED, credited=True, author__isnull=False)
    names = rows.order_by("decided").values_list("author__username", flat=True)
    return tuple(dict.fromkeys(names))


def _rows(**which: object) -> Any:  # noqa: ANN401 - Django ships no types
    from purport.store.readers.models import EvidenceRow  # noqa: PLC0415 - needs Django

    return EvidenceRow.objects.filter(**which).select_related("case", "author")


def _read(row: Any) -> EvidenceOffer:  # noqa: ANN401 - Django ships no types
    return EvidenceOffer(
        id=row.pk,
        case=row.case.key,
        author=row.author_id,
        name="" if row.author is None else row.author.get_username(),
        kind=EvidenceKind(row.kind),
        claim=row.claim,
        item=row.item,
        body=json.loads(row.body),
        credited=row.credited,
        state=EvidenceState(row.state),
        reason=row.reason,
        misleading=row.misleading,
        decided=row.decided,
        created=row.created,
    )
