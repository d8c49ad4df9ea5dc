"""Events, and the notices that they become: each reader's exactly one.

Invariants: an event is stored once, by its identifier. A batch of readers is told in one
transaction, which writes their notices and deliveries and moves the event's mark to the last of
them; a process that dies leaves either all of a batch or nothing of it. Readers are told in the
order of their primary keys, so that the mark says who was told.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from purport.core.digests import JsonObject
from purport.core.notices import (
    Channel,
    DeliveryState,
    Event,
    EventKind,
    Hearing,
    MailPace,
    Notice,
    TellingPlan,
    Wish,
)
from purport.store.readers.following import case_row, quiet_of

if TYPE_CHECKING:
    from purport.store.readers.models import EventRow, NoticeRow

__all__ = [
    "mark_seen",
    "notices_of",
    "read_event",
    "store_event",
    "tell_some",
]

_READERS_AT_ONCE = 400
_MOST_LISTED = 200


def store_event(event: Event) -> bool:
    """Keep that something happened.

    Args:
        event: What; the actor's name is not kept.

    Returns:
        True when it was not known yet.

    Raises:
        AbsentError: There is no such case.
    """
    from purport.store.readers.models import EventRow  # noqa: PLC0415 - needs Django

    _, made = EventRow.objects.get_or_create(
        id=event.id,
        defaults={
            "case": case_row(event.case),
            "kind": event.kind.value,
            "claim": event.claim,
            "subject": event.subject,
            "actor_id": event.actor,
            "to_id": event.to,
            "body": json.dumps(event.body),
            "created": event.created,
        },
    )
    return bool(made)


def tell_some(
    plan: Callable[[Event, Hearing], TellingPlan | None],
    *,
    now: datetime,
    most: int = _READERS_AT_ONCE,
) -> int | None:
    """Tell the next readers of an event that not everybody was told of.

    Args:
        plan: Works out how somebody is told.
        now: The moment.
        most: How many readers at the most.

    Returns:
        How many readers were looked at; None when every event was told, or is being told by another
        process.
    """
    from django.db import transaction  # noqa: PLC0415 - needs Django

    from purport.store.readers.models import EventRow  # noqa: PLC0415 - needs Django

    if not EventRow.objects.filter(told=False).exists():
        return None
    with transaction.atomic():
        row = (
            EventRow.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(told=False)
            .select_related("case", "actor")
            .order_by("created", "pk")
            .first()
        )
        if row is None:
            return None
        users = _next_readers(row, most)
        event = read_event(row)
        plans = {one.user: plan(event, one) for one in _hearings(users)}
        _write(row, {user: made for user, made in plans.items() if made is not None}, now=now)
        row.told_to = users[-1] if users else row.told_to
        row.told = len(users) < most
        row.save(update_fields=["told_to", "told"])
    return len(users)


def _next_readers(row: "EventRow", most: int) -> list[int]:
    """Return the next readers by primary key: whoever followed when it happened."""
    from django.db.models import Q  # noqa: PLC0415 - needs Django

    from purport.store.readers.models import FollowRow  # noqa: PLC0415 - needs Django

    if row.to_id is not None:
        return [row.to_id] if row.to_id > row.told_to else []
    follows = FollowRow.objects.filter(
        case=row.case_id, created__lte=row.created, user__gt=row.told_to
    )
    if row.kind != EventKind.CORRECTION:  # which everybody hears of, whichever claim they follow
        follows = follows.filter(Q(claim="") | Q(claim=row.claim))
    users = follows.order_by("user").values_list("user", flat=True).distinct()
    return list(users[:most])


def _hearings(users: Sequence[int]) -> Iterable[Hearing]:
    """Return how accounts can be told of something, by primary key."""
    from allauth.account.models import EmailAddress  # noqa: PLC0415 - needs Django

    from purport.store.readers.models import PushRow, ReaderRow, WishRow  # noqa: PLC0415 - same

    wishes: dict[int, dict[EventKind, Wish]] = {}
    chosen = WishRow.objects.filter(user__in=users)
    for user, kind, in_app, mail, push in chosen.values_list(
        "user", "kind", "in_app", "mail", "push"
    ):
        wish = Wish(in_app=in_app, mail=MailPace(mail), push=push)
        wishes.setdefault(user, {})[EventKind(kind)] = wish
    known = {row.user_id: row for row in ReaderRow.objects.filter(user__in=users)}
    mailed = frozenset(
        EmailAddress.objects.filter(user__in=users, verified=True, primary=True).values_list(
            "user", flat=True
        )
    )
    browsers: dict[int, list[int]] = {}
    for user, pk in PushRow.objects.filter(user__in=users).order_by("pk").values_list("user", "pk"):
        browsers.setdefault(user, []).append(pk)
    for user in users:
        row = known.get(user)
        yield Hearing(
            user=user,
            wishes=wishes.get(user, {}),
            zone="UTC" if row is None else row.time_zone,
            quiet=None if row is None else quiet_of(row.quiet_from, row.quiet_to),
            has_mail=user in mailed,
            browsers=tuple(browsers.get(user, ())),
            leaving=row is not None and row.leaves is not None,
        )


def _write(row: "EventRow", plans: Mapping[int, TellingPlan], *, now: datetime) -> None:
    from purport.store.readers.models import (  # noqa: PLC0415 - needs Django
        DeliveryRow,
        NoticeRow,
        PushRow,
    )

    notices = NoticeRow.objects.bulk_create(
        NoticeRow(user_id=user, event=row, listed=plan.listed, created=now)
        for user, plan in plans.items()
    )
    pushed = [user for user, plan in plans.items() if plan.push is not None]
    browsers: dict[int, list[int]] = {}
    for user, pk in PushRow.objects.filter(user__in=pushed).values_list("user", "pk"):
        browsers.setdefault(user, []).append(pk)
    deliveries = []
    for notice in notices:
        plan = plans[notice.user_id]
        if plan.mail is not None:
            deliveries.append(_delivery(notice, Channel.MAIL, plan.mail.due, plan.mail.group))
        if plan.push is not None:
            deliveries += [
                _delivery(notice, Channel.PUSH, plan.push.due, "", push_id=browser)
                for browser in browsers.get(notice.user_id, ())
            ]
    DeliveryRow.objects.bulk_create(deliveries)


def _delivery(
    notice: "NoticeRow",
    channel: Channel,
    due: datetime,
    group: str,
    *,
    push_id: int | None = None,
) -> Any:  # noqa: ANN401 - Django ships no types
    from purport.store.readers.models import DeliveryRow  # noqa: PLC0415 - needs Django

    return DeliveryRow(
        user_id=notice.user_id,
        notice=notice,
        channel=channel.value,
        push_id=push_id,
        group=group,
        due=due,
        state=DeliveryState.WAITING.value,
    )


def notices_of(user: int, *, before: int | None = None, most: int = 50) -> tuple[Notice, ...]:
    """Return what an account was told, the latest first.

    Args:
        user: Primary key of the account.
        before: Only what came before the notice of this primary key; None for the latest.
        most: How many at the most.
    """
    from purport.store.readers.models import NoticeRow  # noqa: PLC0415 - needs Django

    rows = NoticeRow.objects.filter(user_id=user, listed=True)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    rows = rows.select_related("event__case", "event__actor").order_by("-pk")
    return tuple(
        Notice(id=row.pk, event=read_event(row.event), created=row.created, seen=row.seen)
        for row in rows[: min(most, _MOST_LISTED)]
    )


def mark_seen(user: int, *, now: datetime, case: str | None = None) -> None:
    """Keep that an account saw its notices.

    Args:
        user: Primary key of the account.
        now: The moment.
        case: Those of one case alone, by its key; None for all.
    """
    from purport.store.readers.models import NoticeRow  # noqa: PLC0415 - needs Django

    rows = NoticeRow.objects.filter(user_id=user, seen__isnull=True)
    if case is not None:
        rows = rows.filter(event__case__key=case)
    rows.update(seen=now)


def read_event(row: "EventRow") -> Event:
    """Return an event as its row has it."""
    body: JsonObject = json.loads(row.body)
    return Event(
        id=row.pk,
        case=row.case.key,
        kind=EventKind(row.kind),
        claim=row.claim,
        subject=row.subject,
        actor=row.actor_id,
        actor_name="" if row.actor is None else str(row.actor.get_username()),
        to=row.to_id,
        body=body,
        created=row.created,
    )
