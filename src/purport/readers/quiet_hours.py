"""Quiet hours by the clock on somebody's wall, also where that clock is put forward or back."""

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from purport.core.errors import InputError
from purport.core.notices import QuietHours

__all__ = ["MINUTES_A_DAY", "end_of_quiet", "is_quiet", "next_at", "require_zone"]

MINUTES_A_DAY = 24 * 60
"""Minutes of a day of the clock. [min]"""
_MINUTE = timedelta(minutes=1)
_DAYS_AHEAD = 3


def require_zone(name: str) -> str:
    """Return the name of a time zone.

    Raises:
        InputError: There is none of this name.
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(
            "time zone", "there is none of this name", remedy="Choose one, as Europe/Athens."
        ) from error
    return name


def is_quiet(instant: datetime, quiet: QuietHours | None, zone: str) -> bool:
    """Tell whether somebody wants to be left alone at an instant.

    Args:
        instant: With a time zone, of any kind.
        quiet: Their quiet hours; None, or an end that is the beginning, for none.
        zone: Name of their time zone.
    """
    if quiet is None or quiet.from_min == quiet.to_min:
        return False
    clock = instant.astimezone(ZoneInfo(zone))
    minute = clock.hour * 60 + clock.minute
    if quiet.from_min < quiet.to_min:
        return quiet.from_min <= minute < quiet.to_min
    return minute >= quiet.from_min or minute < quiet.to_min


def end_of_quiet(instant: datetime, quiet: QuietHours | None, zone: str) -> datetime:
    """Return the first instant, from a given one on, at which somebody may be told something.

    Args:
        instant: With a time zone, of any kind.
        quiet: Their quiet hours; None for none.
        zone: Name of their time zone.

    Returns:
        In UTC; the instant itself when it is not quiet.

    Conventions:
        Where the clock jumps over the end, quiet ends with the jump; where the clock is put back
        behind the end, the hour that comes twice is quiet twice.
    """
    if quiet is None or not is_quiet(instant, quiet, zone):
        return instant.astimezone(UTC)
    minute = instant.astimezone(UTC).replace(second=0, microsecond=0)
    return _end_from(minute, quiet, zone)


@lru_cache(maxsize=1024)
def _end_from(minute: datetime, quiet: QuietHours, zone: str) -> datetime:
    ends = _readings(minute, quiet.to_min, zone)
    end = next(one for one in ends if one > minute and not is_quiet(one, quiet, zone))
    # the clock may have jumped into the open: then quiet ended at the jump
    low, high = minute, end
    if _minute_of(end, zone) != quiet.to_min:
        while high - low > _MINUTE:
            middle = low + ((high - low) // 2 // _MINUTE) * _MINUTE
            low, high = (middle, high) if is_quiet(middle, quiet, zone) else (low, middle)
    return high


def next_at(instant: datetime, minute_of_day: int, zone: str) -> datetime:
    """Return when a clock next shows a time of the day, after an instant.

    Args:
        instant: With a time zone, of any kind.
        minute_of_day: Which time. [min]
        zone: Name of the clock's time zone.

    Returns:
        In UTC; where the clock jumps over the time on that day, as much later as the jump is long.
    """
    return next(one for one in _readings(instant, minute_of_day, zone) if one > instant)


def _readings(instant: datetime, minute_of_day: int, zone: str) -> list[datetime]:
    """Return when a clock shows a time of the day, from the day before an instant on, in UTC."""
    clock = ZoneInfo(zone)
    today = instant.astimezone(clock).date()
    at = time(minute_of_day // 60, minute_of_day % 60)
    shown = {
        datetime.combine(today + timedelta(days=ahead), at.replace(fold=fold), clock).astimezone(
            UTC
        )
        for ahead in range(-1, _DAYS_AHEAD)
        for fold in (0, 1)
    }
    return sorted(shown)


def _minute_of(instant: datetime, zone: str) -> int:
    clock = instant.astimezone(ZoneInfo(zone))
    return clock.hour * 60 + clock.minute
