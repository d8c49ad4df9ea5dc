"""Following a published case, and choosing how to hear of it."""

from collections.abc import Mapping
from datetime import UTC, datetime

from purport.casework.room import CaseRoom
from purport.core.errors import AbsentError, InputError
from purport.core.notices import EventKind, MailPace, PushAddress, Wish
from purport.readers.planning import USUAL_WISHES, wish_for
from purport.readers.push_addresses import require_push_address
from purport.readers.quiet_hours import MINUTES_A_DAY, require_zone
from purport.store.readers import deliveries, following
from purport.store.readers.following import Habits

__all__ = [
    "MOST_BROWSERS",
    "choose_habits",
    "choose_wishes",
    "follow",
    "let_browser",
    "renew_browser",
    "stop_mails",
    "unfollow",
    "wishes_as_they_hold",
]

MOST_BROWSERS = 10
"""Browsers of one account that are notified; the oldest is forgotten for an eleventh."""
_MOST_FOLLOWED = 2000


def follow(room: CaseRoom, user: int, case: str, claim: str = "") -> None:
    """Let somebody follow a published case, or one claim of it.

    Args:
        room: The workspace.
        user: Primary key of the account.
        case: Key of the case.
        claim: The claim; empty for the whole case.

    Raises:
        AbsentError: No such case or claim is published.
        InputError: They follow too much already.
    """
    now = datetime.now(UTC)
    edition = room.published_case(case, now)
    if edition is None or edition.document is None:
        raise AbsentError(case, "no such case is published", remedy="Look at the published cases.")
    claims: list[Mapping[str, object]] = edition.document["claims"]  # type: ignore[assignment]  # JSON
    if claim and claim not in {one["id"] for one in claims}:
        raise AbsentError(claim, "there is no such published claim", remedy="Look at the case.")
    if len(following.follows_of(user)) >= _MOST_FOLLOWED:
        raise InputError(
            "following",
            f"you follow {_MOST_FOLLOWED} cases and claims already",
            remedy="Follow some of them no more.",
        )
    following.add_follow(user, case, claim, now=now)


def unfollow(user: int, case: str, claim: str | None = None) -> None:
    """Let somebody follow a case or a claim no more.

    Args:
        user: Primary key of the account.
        case: Key of the case.
        claim: The claim, or empty for the whole case; None for the case and all its claims.
    """
    following.remove_follows(user, case, claim)


def wishes_as_they_hold(user: int) -> Mapping[EventKind, Wish]:
    """Return how somebody hears of each kind of event."""
    chosen = following.wishes_of(user)
    return {kind: wish_for(kind, chosen) for kind in EventKind}


def choose_wishes(user: int, wishes: Mapping[EventKind, Wish]) -> None:
    """Keep how somebody wants to hear of events.

    A correction cannot be left unlisted, and its mails can be put off but not turned off one by
    one: whoever wants none of a case follows it no more, or stops all mails.

    Raises:
        InputError: A correction is to be mailed never, and mails were not stopped before.
    """
    before = wishes_as_they_hold(user)
    after = {kind: wish_for(kind, wishes) for kind in wishes}
    correction = after.get(EventKind.CORRECTION)
    if (
        correction is not None
        and correction.mail is MailPace.NONE
        and before[EventKind.CORRECTION].mail is not MailPace.NONE
    ):
        raise InputError(
            EventKind.CORRECTION.value,
            "corrections are mailed to everybody who follows a case",
            remedy="Choose a daily mail, follow the case no more, or stop all mails.",
        )
    following.set_wishes(user, after)


def choose_habits(user: int, habits: Habits) -> None:
    """Keep when somebody wants to hear of things.

    Raises:
        InputError: There is no such time zone, or no such time of the day.
    """
    require_zone(habits.zone)
    quiet = habits.quiet
    if quiet is not None and not all(
        0 <= minute < MINUTES_A_DAY for minute in (quiet.from_min, quiet.to_min)
    ):
        raise InputError("quiet hours", "are no times of a day", remedy="Write them as 22:30.")
    if quiet is not None and quiet.from_min == quiet.to_min:
        habits = Habits(zone=habits.zone, quiet=None)
    following.set_habits(user, habits)


def stop_mails(user: int) -> None:
    """Mail somebody nothing any more, of whatever kind, until they choose otherwise."""
    deliveries.stop_mails(user, USUAL_WISHES)


def let_browser(user: int, browser: PushAddress, *, hosts: frozenset[str]) -> None:
    """Keep a browser that is to be notified.

    Args:
        user: Primary key of the account.
        browser: Where it takes pushes.
        hosts: Push services that are taken beside those that everybody knows.

    Raises:
        InputError: Nobody knows the push service, or the address or its keys are none.
    """
    require_push_address(browser, hosts)
    deliveries.add_browser(user, browser, now=datetime.now(UTC), most=MOST_BROWSERS)


def renew_browser(old: str, browser: PushAddress, *, hosts: frozenset[str]) -> None:
    """Put a browser's new address in the place of its old one.

    Raises:
        AbsentError: The old one is not known.
        InputError: Nobody knows the push service, or the address or its keys are none.
    """
    require_push_address(browser, hosts)
    if not deliveries.renew_browser(old, browser):
        raise AbsentError("browser", "is not known", remedy="Choose it anew in the settings.")
