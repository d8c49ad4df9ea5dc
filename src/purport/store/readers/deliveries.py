"""Mails and pushes that are to go out, and how far each is.

Invariants: what is to go out is marked as being sent, with who sends it, in a transaction that is
committed before anything goes out. Whoever dies meanwhile leaves it so; it is then unknown whether
it went out, and it is never sent again. Processes that reach for work do so one after another, so
that no group is torn in two.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from purport.core.notices import (
    Channel,
    DeliveryState,
    Event,
    EventKind,
    MailPace,
    Parcel,
    PushAddress,
    Settled,
    Wish,
)
from purport.store.readers.following import set_wishes, wishes_of
from purport.store.readers.telling import read_event

__all__ = [
    "add_browser",
    "browsers_of",
    "give_up_on_the_dead",
    "hand_over",
    "remove_browser",
    "renew_browser",
    "stop_mails",
]

_ADVISORY_LOCK = 0x707572706E6F74  # "purpnot"
_FAULT_LENGTH = 300


def hand_over(
    settled: Sequence[Settled],
    *,
    owner: str,
    channel: Channel,
    now: datetime,
    read_since: datetime,
    most: int,
) -> tuple[Parcel, ...]:
    """Keep what became of the last parcels, and hand the next ones to who asks, in one transaction.

    Args:
        settled: What became of those that this owner was handed before.
        owner: Who asks, unlike anybody else.
        channel: What kind of parcel.
        now: The moment.
        read_since: Who was last seen reading a case since then is reading it now.
        most: How many parcels at the most; 0 for none, to settle the last ones.
    """
    from django.db import connection, transaction  # noqa: PLC0415 - needs Django

    if not settled and not _waiting(channel, now).exists():
        return ()
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADVISORY_LOCK])
        _settle(settled, owner)
        rows = _due(channel, now, most) if most else []
        rows = _without_needless(rows, channel, read_since)
        if not rows:
            return ()
        _rows(pk__in=[row.pk for row in rows]).update(
            state=DeliveryState.SENDING.value, owner=owner, taken=now
        )
        return _parcels(rows, channel)


def _settle(settled: Sequence[Settled], owner: str) -> None:
    from django.db.models import F  # noqa: PLC0415 - needs Django

    from purport.store.readers.models import PushRow  # noqa: PLC0415 - needs Django

    alike: dict[tuple[DeliveryState, datetime | None, str], list[int]] = {}
    for one in settled:
        alike.setdefault((one.state, one.due, one.fault[:_FAULT_LENGTH]), []).extend(one.deliveries)
        if one.browser_is_gone:
            PushRow.objects.filter(
                pk__in=_rows(pk__in=one.deliveries).values_list("push", flat=True)
            ).delete()
    for (state, due, fault), pks in alike.items():
        mine = _rows(pk__in=pks, owner=owner)
        changes: dict[str, Any] = {"state": state.value, "fault": fault}
        if due is not None:
            changes |= {"due": due, "owner": "", "attempts": F("attempts") + 1}
        mine.update(**changes)


@dataclass(frozen=True, slots=True)
class _Due:
    """A delivery that is due, with what is needed of the rows about it."""

    pk: int
    user: int
    group: str
    attempts: int
    event: str
    case: int
    seen: datetime | None
    language: str | None
    zone: str | None
    endpoint: str | None
    p256dh: str | None
    auth: str | None


_COLUMNS = (
    "pk",
    "user_id",
    "group",
    "attempts",
    "notice__event_id",
    "notice__event__case_id",
    "notice__seen",
    "user__reader__mail_language",
    "user__reader__time_zone",
    "push__endpoint",
    "push__p256dh",
    "push__auth",
)


def _due(channel: Channel, now: datetime, most: int) -> list[_Due]:
    """Return what waits and is due, whole groups at a time."""
    waiting = _waiting(channel, now).order_by("due", "pk")
    first = [_Due(*row) for row in waiting.values_list(*_COLUMNS)[:most]]
    groups = {(row.user, row.group) for row in first if row.group}
    if not groups:
        return first
    known = {row.pk for row in first}
    more = waiting.filter(
        user__in={user for user, _ in groups}, group__in={group for _, group in groups}
    ).exclude(pk__in=known)
    rest = (_Due(*row) for row in more.values_list(*_COLUMNS))
    return first + [row for row in rest if (row.user, row.group) in groups]


def _without_needless(rows: list[_Due], channel: Channel, read_since: datetime) -> list[_Due]:
    """Leave out, for good, what needs no telling any more.

    Of a group what was seen in the pages meanwhile; and pushes about what is being read.
    """
    from purport.store.readers.models import ReadingRow  # noqa: PLC0415 - needs Django

    reading: set[tuple[int, int]] = set()
    if channel is Channel.PUSH:
        reading = set(
            ReadingRow.objects.filter(
                user__in={row.user for row in rows}, last__gte=read_since
            ).values_list("user", "case")
        )
    needless = {
        row.pk
        for row in rows
        if (row.user, row.case) in reading
        or (row.seen is not None and (row.group or channel is Channel.PUSH))
    }
    if needless:
        _rows(pk__in=needless).update(state=DeliveryState.SKIPPED.value)
    return [row for row in rows if row.pk not in needless]


def _parcels(rows: list[_Due], channel: Channel) -> tuple[Parcel, ...]:
    addresses = _addresses({row.user for row in rows}) if channel is Channel.MAIL else {}
    events = _events({row.event for row in rows})
    together: dict[tuple[int, str], list[_Due]] = {}
    for row in rows:
        together.setdefault((row.user, row.group or f"alone {row.pk}"), []).append(row)
    return tuple(
        _parcel(
            sorted(group, key=lambda row: row.pk),
            channel=channel,
            mail_to=addresses.get(user, ""),
            events=events,
        )
        for (user, _), group in together.items()
    )


def _parcel(
    group: list[_Due], *, channel: Channel, mail_to: str, events: Mapping[str, Event]
) -> Parcel:
    first = group[0]
    browser = None
    if first.endpoint is not None:
        browser = PushAddress(
            endpoint=first.endpoint, p256dh=first.p256dh or "", auth=first.auth or ""
        )
    return Parcel(
        deliveries=tuple(row.pk for row in group),
        user=first.user,
        channel=channel,
        mail_to=mail_to,
        browser=browser,
        language=first.language or "",
        zone=first.zone or "UTC",
        events=tuple(events[row.event] for row in group),
        attempts=max(row.attempts for row in group) + 1,
    )


def _events(identifiers: set[str]) -> Mapping[str, Event]:
    from purport.store.readers.models import EventRow  # noqa: PLC0415 - needs Django

    rows = EventRow.objects.filter(pk__in=identifiers).select_related("case", "actor")
    return {row.pk: read_event(row) for row in rows}


def _addresses(users: Iterable[int]) -> dict[int, str]:
    from allauth.account.models import EmailAddress  # noqa: PLC0415 - needs Django

    rows = EmailAddress.objects.filter(user__in=users, verified=True, primary=True)
    return dict(rows.values_list("user", "email"))


def give_up_on_the_dead(*, now: datetime, lease: timedelta) -> int:
    """Mark what was being sent by somebody who is silent for too long as unknown.

    Args:
        now: The moment.
        lease: How long somebody may be at a parcel.

    Returns:
        How many deliveries there were.
    """
    silent = _rows(state=DeliveryState.SENDING.value, taken__lt=now - lease)
    return int(silent.update(state=DeliveryState.UNKNOWN.value, fault="whoever sent it died"))


def stop_mails(user: int, usual: Mapping[EventKind, Wish]) -> None:
    """Choose for an account that nothing is mailed, of any kind, and hold back what waits.

    Args:
        user: Primary key of the account.
        usual: What holds of the kinds that it did not choose yet.
    """
    from django.db import transaction  # noqa: PLC0415 - needs Django

    with transaction.atomic():
        chosen = {**usual, **wishes_of(user)}
        set_wishes(
            user,
            {
                kind: Wish(in_app=wish.in_app, mail=MailPace.NONE, push=wish.push)
                for kind, wish in chosen.items()
            },
        )
        _rows(user_id=user, channel=Channel.MAIL.value, state=DeliveryState.WAITING.value).update(
            state=DeliveryState.SKIPPED.value
        )


def add_browser(user: int, browser: PushAddress, *, now: datetime, most: int) -> None:
    """Keep a browser that an account lets notify it; the oldest goes when there are too many.

    Args:
        user: Primary key of the account.
        browser: Where it takes pushes; one that another account had is this one's from now on.
        now: The moment.
        most: How many browsers an account may have.
    """
    from django.db import transaction  # noqa: PLC0415 - needs Django

    from purport.store.readers.models import PushRow  # noqa: PLC0415 - needs Django

    digest = _digest(browser.endpoint)
    with transaction.atomic():
        PushRow.objects.filter(endpoint_digest=digest).exclude(user_id=user).delete()
        PushRow.objects.update_or_create(
            endpoint_digest=digest,
            defaults={
                "user_id": user,
                "endpoint": browser.endpoint,
                "p256dh": browser.p256dh,
                "auth": browser.auth,
                "created": now,
            },
        )
        kept = PushRow.objects.filter(user_id=user).order_by("-created", "-pk")
        PushRow.objects.filter(pk__in=list(kept.values_list("pk", flat=True)[most:])).delete()


def renew_browser(old: str, browser: PushAddress) -> bool:
    """Put a browser's new address in the place of its old one, which only it and we know.

    Returns:
        False when the old one is not known.
    """
    from django.db import transaction  # noqa: PLC0415 - needs Django

    from purport.store.readers.models import PushRow  # noqa: PLC0415 - needs Django

    changes = {
        "endpoint": browser.endpoint,
        "endpoint_digest": _digest(browser.endpoint),
        "p256dh": browser.p256dh,
        "auth": browser.auth,
    }
    with transaction.atomic():
        known = PushRow.objects.filter(endpoint_digest=_digest(old))
        if not known.exists():
            return False
        if old != browser.endpoint:
            PushRow.objects.filter(endpoint_digest=_digest(browser.endpoint)).delete()
        return bool(known.update(**changes))


def remove_browser(user: int, endpoint: str) -> None:
    """Forget a browser of an account; nothing happens when there is none."""
    from purport.store.readers.models import PushRow  # noqa: PLC0415 - needs Django

    PushRow.objects.filter(user_id=user, endpoint_digest=_digest(endpoint)).delete()


def browsers_of(user: int) -> int:
    """Return how many browsers an account lets notify it."""
    from purport.store.readers.models import PushRow  # noqa: PLC0415 - needs Django

    return int(PushRow.objects.filter(user_id=user).count())


def _waiting(channel: Channel, now: datetime) -> Any:  # noqa: ANN401 - Django ships no types
    return _rows(channel=channel.value, state=DeliveryState.WAITING.value, due__lte=now)


def _rows(**which: object) -> Any:  # noqa: ANN401 - Django ships no types
    from purport.store.readers.models import DeliveryRow  # noqa: PLC0415 - needs Django

    return DeliveryRow.objects.filter(**which)


def _digest(endpoint: str) -> str:
    return sha256(endpoint.encode()).hexdigest()
