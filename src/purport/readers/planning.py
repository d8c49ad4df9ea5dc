"""Who hears of an event by which way, and when: worked out from wishes alone."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from purport.core.notices import (
    Dispatch,
    Event,
    EventKind,
    Hearing,
    MailPace,
    TellingPlan,
    Wish,
)
from purport.readers.quiet_hours import end_of_quiet, is_quiet, next_at

__all__ = ["DIGEST_AT_MIN", "USUAL_WISHES", "plan_telling", "wish_for"]

DIGEST_AT_MIN = 8 * 60
"""When daily mails go out, by the reader's clock. [min]"""
USUAL_WISHES: Mapping[EventKind, Wish] = MappingProxyType(
    {
        EventKind.VERDICT_CHANGED: Wish(in_app=True, mail=MailPace.HOURLY, push=True),
        EventKind.CORRECTION: Wish(in_app=True, mail=MailPace.AT_ONCE, push=True),
        EventKind.REPLY: Wish(in_app=True, mail=MailPace.AT_ONCE, push=True),
        EventKind.EVIDENCE_ACCEPTED: Wish(in_app=True, mail=MailPace.AT_ONCE, push=True),
        EventKind.COMMENT: Wish(in_app=True, mail=MailPace.NONE, push=False),
    }
)
"""What holds until somebody chooses. An edition that rates several claims anew is one mail, not
many; comments come by the dozen and are not mailed; nothing is pushed before a browser is let."""


def wish_for(kind: EventKind, wishes: Mapping[EventKind, Wish]) -> Wish:
    """Return how somebody wants to hear of a kind of event.

    A correction stands in everybody's list: whoever followed a case while it said something wrong
    is to learn of it, unless they follow it no more.
    """
    wish = wishes.get(kind, USUAL_WISHES[kind])
    if kind is EventKind.CORRECTION:
        return Wish(in_app=True, mail=wish.mail, push=wish.push)
    return wish


def plan_telling(event: Event, hearing: Hearing, now: datetime) -> TellingPlan | None:
    """Work out how somebody is told of an event; None when not at all.

    What falls into quiet hours waits for their end, and then goes in one mail.

    Args:
        event: What happened.
        hearing: How they can be told.
        now: The moment, with a time zone.
    """
    if hearing.leaving or event.actor == hearing.user:
        return None
    wish = wish_for(event.kind, hearing.wishes)
    mail = _mail(wish.mail, hearing, now) if hearing.has_mail else None
    push = _push(hearing, now) if wish.push and hearing.browsers else None
    if not wish.in_app and mail is None and push is None:
        return None
    return TellingPlan(listed=wish.in_app, mail=mail, push=push)


def _mail(pace: MailPace, hearing: Hearing, now: datetime) -> Dispatch | None:
    match pace:
        case MailPace.NONE:
            return None
        case MailPace.AT_ONCE:
            due = end_of_quiet(now, hearing.quiet, hearing.zone)
            late = is_quiet(now, hearing.quiet, hearing.zone)
            return Dispatch(due=due, group=_group("quiet", due) if late else "")
        case MailPace.HOURLY:
            due = end_of_quiet(_next_hour(now), hearing.quiet, hearing.zone)
            return Dispatch(due=due, group=_group("hourly", due))
        case MailPace.DAILY:
            morning = next_at(now, DIGEST_AT_MIN, hearing.zone)
            due = end_of_quiet(morning, hearing.quiet, hearing.zone)
            return Dispatch(due=due, group=_group("daily", due))


def _push(hearing: Hearing, now: datetime) -> Dispatch:
    return Dispatch(due=end_of_quiet(now, hearing.quiet, hearing.zone))


def _next_hour(now: datetime) -> datetime:
    whole = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return whole + timedelta(hours=1)


def _group(name: str, due: datetime) -> str:
    return f"{name} {due.astimezone(UTC):%Y-%m-%dT%H:%M}"
