"""A reader's own data: taken along, and removed with a day to think it over."""

from datetime import datetime, timedelta

from purport.core.errors import InputError
from purport.store.readers import people
from purport.store.readers.privacy import remove_account, require_free_to_leave

__all__ = ["TIME_TO_THINK", "ask_to_leave", "change_ones_mind", "remove_those_who_left"]

TIME_TO_THINK = timedelta(hours=24)
"""How long an account that is to be removed can still be kept."""


def ask_to_leave(user: int, now: datetime) -> datetime:
    """Have somebody's account removed after a day; until then they can change their mind.

    Returns:
        When it will be removed.

    Raises:
        InputError: They own the room, or are the only owner of a case.
    """
    require_free_to_leave(user)
    when = now + TIME_TO_THINK
    people.leave(user, when)
    return when


def change_ones_mind(user: int) -> None:
    """Keep an account that was to be removed."""
    people.stay(user)


def remove_those_who_left(now: datetime) -> int:
    """Remove the accounts whose day has passed; return how many.

    One that has come to be the only owner of a case meanwhile is kept until it is not.
    """
    removed = 0
    for user in people.leaving_by(now):
        try:
            require_free_to_leave(user)
        except InputError:
            continue
        remove_account(user)
        removed += 1
    return removed
