"""Times as they were stated: an aware UTC interval, as precise as the source and no more.

"2015-09-30" without a zone is any instant that some clock on Earth calls that day. Nothing here
invents midnight, a month's first day or a zone.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

__all__ = ["Precision", "StatedTime", "format_utc", "parse_stated_time"]

_EASTERNMOST = timedelta(hours=14)
_WESTERNMOST = timedelta(hours=12)


class Precision(StrEnum):
    """How finely a time was stated."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    MINUTE = "minute"
    SECOND = "second"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedTime:
    """A time as a source gave it."""

    stated: str
    """The source's own words."""
    precision: Precision
    """How finely it was stated."""
    earliest_utc: datetime
    """First instant that fits."""
    latest_utc: datetime
    """Last instant that fits."""
    zone_known: bool
    """Whether the source named a time zone; without one the interval is widened to all of them."""


def parse_stated_time(text: str) -> StatedTime:
    """Read "2015", "2015-09", "2015-09-30" or an ISO 8601 instant.

    Raises:
        ValueError: The text is none of these, with what was expected.

    Examples:
        >>> parse_stated_time("2015-09").precision.value
        'month'
        >>> parse_stated_time("2015-09-30T08:15+03:00").earliest_utc.isoformat()
        '2015-09-30T05:15:00+00:00'
    """
    stated = text.strip()
    if match := re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", stated):
        return _parse_calendar(stated, match)
    try:
        instant = datetime.fromisoformat(stated)
    except ValueError as error:
        message = f"{stated!r} is not a date (2015-09-30) or an instant (2015-09-30T08:15Z)"
        raise ValueError(message) from error
    has_seconds = re.search(r"[T ]\d{2}:?\d{2}:?\d{2}", stated) is not None
    precision = Precision.SECOND if has_seconds else Precision.MINUTE
    return _widen(stated, precision, instant, instant)


def format_utc(instant: datetime) -> str:
    """Write an aware instant as ISO 8601 in UTC with a Z.

    Raises:
        ValueError: The instant has no time zone.

    Examples:
        >>> format_utc(datetime(2015, 9, 30, 5, 15, tzinfo=UTC))
        '2015-09-30T05:15:00Z'
    """
    if instant.tzinfo is None:
        message = f"{instant.isoformat()} has no time zone"
        raise ValueError(message)
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _parse_calendar(stated: str, match: re.Match[str]) -> StatedTime:
    year, month, day = (int(part) if part else None for part in match.groups())
    if year is None:  # the pattern demands a year
        message = f"{stated!r} has no year"
        raise ValueError(message)
    first_month, last_month = (1, 12) if month is None else (month, month)
    try:
        last_day = monthrange(year, last_month)[1] if day is None else day
        first = datetime(year, first_month, 1 if day is None else day)  # noqa: DTZ001 - zone is added by _widen
        last = datetime(year, last_month, last_day, 23, 59, 59)  # noqa: DTZ001
    except ValueError as error:
        raise ValueError(f"{stated!r} is no date of the calendar") from error
    precision = (
        Precision.YEAR if month is None else Precision.MONTH if day is None else Precision.DAY
    )
    return _widen(stated, precision, first, last)


def _widen(stated: str, precision: Precision, first: datetime, last: datetime) -> StatedTime:
    zone_known = first.tzinfo is not None
    if not zone_known:
        first = first.replace(tzinfo=UTC) - _EASTERNMOST
        last = last.replace(tzinfo=UTC) + _WESTERNMOST
    return StatedTime(
        stated=stated,
        precision=precision,
        earliest_utc=first.astimezone(UTC),
        latest_utc=last.astimezone(UTC),
        zone_known=zone_known,
    )
