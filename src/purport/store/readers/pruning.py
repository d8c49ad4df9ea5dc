"""What readers were told long ago, forgotten.

Invariants: nothing goes that is on its way to anybody, or that its reader saw or was told after the
given moment. Events by which an edition is known to be announced stay, so that none is announced a
second time.
"""

from datetime import datetime

from purport.core.notices import DeliveryState, EventKind

__all__ = ["forget_told"]

_UNDER_WAY = (DeliveryState.WAITING.value, DeliveryState.SENDING.value)
_SAID_ONCE = (
    EventKind.REPLY.value,
    EventKind.EVIDENCE_ACCEPTED.value,
    EventKind.COMMENT.value,
)
"""Kinds that happen once; editions are looked at again and again, and their events say which were
announced."""
_AT_ONCE = 2000


def forget_told(before: datetime, *, most: int = _AT_ONCE) -> int:
    """Forget notices, what became of their mails and pushes, and events that nobody is told of.

    Args:
        before: What was told, and seen if it was, before this moment may go.
        most: How many notices, and how many events, at the most in one transaction.

    Returns:
        How many notices and events are gone.
    """
    from django.db import transaction  # noqa: PLC0415 - needs Django

    from purport.store.readers.models import (  # noqa: PLC0415 - same
        DeliveryRow,
        EventRow,
        NoticeRow,
    )

    with transaction.atomic():
        under_way = DeliveryRow.objects.filter(state__in=_UNDER_WAY).values("notice")
        old = (
            NoticeRow.objects.filter(created__lt=before, event__told=True)
            .exclude(seen__gte=before)
            .exclude(pk__in=under_way)
        )
        notices = list(old.order_by("pk").values_list("pk", flat=True)[:most])
        DeliveryRow.objects.filter(notice__in=notices).delete()
        NoticeRow.objects.filter(pk__in=notices).delete()
        empty = EventRow.objects.filter(created__lt=before, told=True, kind__in=_SAID_ONCE).exclude(
            pk__in=NoticeRow.objects.values("event")
        )
        events = list(empty.order_by("created", "pk").values_list("pk", flat=True)[:most])
        EventRow.objects.filter(pk__in=events).delete()
    return len(notices) + len(events)
