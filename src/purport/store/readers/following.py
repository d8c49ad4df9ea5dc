"""What readers follow, what they wish to hear of and when, and what they are reading now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from purport.core.errors import AbsentError
from purport.core.notices import EventKind, MailPace, QuietHours, Wish
from purport.store.readers.people import reader_of

if TYPE_CHECKING:
    from purport.store.models import CaseRow

__all__ = [
    "Habits",
    "add_follow",
    "case_row",
    "end_reading",
    "follows_in",
    "follows_of",
    "habits_of",
    "note_reading",
    "quiet_of",
    "remove_follows",
    "set_habits",
    "set_wishes",
    "wishes_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """When somebody wants to hear of things."""

    zone: str
    """Name of their time zone."""
    quiet: QuietHours | None
    """When they are left alone; None for never."""


def case_row(key: str) -> "CaseRow":
    """Return the row of a case.

    Raises:
        AbsentError: There is no such case.
    """
    from purport.store.models import CaseRow  # noqa: PLC0415 - needs Django

    found: CaseRow | None = CaseRow.objects.filter(key=key).first()
    if found is None:
        raise AbsentError(key, "there is no such case", remedy="Look at the published cases.")
    return found


def add_follow(user: int, case: str, claim: str, *, now: datetime) -> None:
    """Let an account follow a case, or one claim of it; nothing happens when it does.

    Args:
        user: Primary key of the account.
        case: Key of the case.
        claim: The claim; empty for the whole case.
        now: The moment.

    Raises:
        AbsentError: There is no such case.
    """
    from purport.store.readers.models import FollowRow  # noqa: PLC0415 - needs Django

    row = case_row(case)
    FollowRow.objects.get_or_create(user_id=user, case=row, claim=claim, defaults={"created": now})


def remove_follows(user: int, case: str, claim: str | None = None) -> None:
    """Let an account follow a case, or one claim of it, no more.

    Args:
        user: Primary key of the account.
        case: Key of the case.
        claim: The claim, or empty for the whole case; None for the case and all its claims.
    """
    from purport.store.readers.models import FollowRow  # noqa: PLC0415 - needs Django

    rows = FollowRow.objects.filter(user_id=user, case__key=case)
    (rows if claim is None else rows.filter(claim=claim)).delete()


def follows_in(user: int, case: str) -> frozenset[str]:
    """Return which claims of a case an account follows; the whole case is an empty one."""
    from purport.store.readers.models import FollowRow  # noqa: PLC0415 - needs Django

    rows = FollowRow.objects.filter(user_id=user, case__key=case)
    return frozenset(rows.values_list("claim", flat=True))


def follows_of(user: int) -> tuple[tuple[str, str], ...]:
    """Return case and claim (empty for the whole case) of all that an account follows."""
    from purport.store.readers.models import FollowRow  # noqa: PLC0415 - needs Django

    rows = FollowRow.objects.filter(user_id=user).order_by("-created", "pk")
    return tuple(rows.values_list("case__key", "claim"))


def wishes_of(user: int) -> Mapping[EventKind, Wish]:
    """Return what an account chose, kind by kind."""
    from purport.store.readers.models import WishRow  # noqa: PLC0415 - needs Django

    rows = WishRow.objects.filter(user_id=user).values_list("kind", "in_app", "mail", "push")
    return {
        EventKind(kind): Wish(in_app=in_app, mail=MailPace(mail), push=push)
        for kind, in_app, mail, push in rows
    }


def set_wishes(user: int, wishes: Mapping[EventKind, Wish]) -> None:
    """Keep what an account chose, in place of what it chose before of these kinds."""
    from django.db import transaction  # noqa: PLC0415 - needs Django

    from purport.store.readers.models import WishRow  # noqa: PLC0415 - needs Django

    with transaction.atomic():
        for kind, wish in wishes.items():
            chosen = {"in_app": wish.in_app, "mail": wish.mail.value, "push": wish.push}
            WishRow.objects.update_or_create(user_id=user, kind=kind.value, defaults=chosen)


def habits_of(user: int) -> Habits:
    """Return when an account wants to hear of things."""
    from purport.store.readers.models import ReaderRow  # noqa: PLC0415 - needs Django

    row = ReaderRow.objects.filter(user_id=user).first()
    if row is None:
        return Habits(zone="UTC", quiet=None)
    return Habits(zone=row.time_zone, quiet=quiet_of(row.quiet_from, row.quiet_to))


def quiet_of(from_min: int | None, to_min: int | None) -> QuietHours | None:
    """Return quiet hours as a row has them; None for none."""
    if from_min is None or to_min is None:
        return None
    return QuietHours(from_min=from_min, to_min=to_min)


def set_habits(user: int, habits: Habits) -> None:
    """Keep when an account wants to hear of things."""
    from purport.store.readers.models import ReaderRow  # noqa: PLC0415 - needs Django

    reader_of(user)
    ReaderRow.objects.filter(user_id=user).update(
        time_zone=habits.zone,
        quiet_from=None if habits.quiet is None else habits.quiet.from_min,
        quiet_to=None if habits.quiet is None else habits.quiet.to_min,
    )


def note_reading(user: int, case: str, *, now: datetime) -> None:
    """Keep that an account has a case open in front of it.

    Raises:
        AbsentError: There is no such case.
    """
    from purport.store.readers.models import ReadingRow  # noqa: PLC0415 - needs Django

    open_now = ReadingRow.objects.filter(user_id=user, case__key=case)
    if not open_now.update(last=now):
        row = case_row(case)
        ReadingRow.objects.get_or_create(user_id=user, case=row, defaults={"last": now})


def end_reading(user: int, case: str) -> None:
    """Keep that an account has a case open in front of it no more."""
    from purport.store.readers.models import ReadingRow  # noqa: PLC0415 - needs Django

    ReadingRow.objects.filter(user_id=user, case__key=case).delete()
