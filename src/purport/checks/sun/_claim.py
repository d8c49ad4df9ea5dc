"""The time claimed, as the sun check reads it: an instant, a day, several days, or nothing."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from purport.checks.sun._ephemeris import FIRST_YEAR, LAST_YEAR
from purport.checks.sun._windows import Window, window_of, year_days
from purport.core.instants import Precision, StatedTime

__all__ = ["Asked", "ask_about"]

_MINUTE_S = 60.0
_ASSUMED_YEAR = 2024


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked about."""

    windows: tuple[Window, ...]
    """The day, or the days in a row."""
    instant_s: tuple[float, float] | None
    """First and last instant of a single time that is claimed; None when none is. [s]"""
    year_assumed: bool
    """Whether a year was taken because none is known."""
    unzoned: bool
    """Whether a time of day is claimed without a zone, so that it cannot be compared."""
    covered: bool
    """Whether the ephemeris covers it."""


def ask_about(
    time: StatedTime | None,
    published: StatedTime | None,
    zone: tzinfo | None,
    solar: tzinfo,
) -> Asked:
    """Tell what is asked about.

    Args:
        time: The time claimed; None when none is.
        published: When the footage was public; its year stands in where none is claimed.
        zone: The zone that was stated for the place; None when none was.
        solar: Mean solar time there, for days without a stated zone.
    """
    local = zone or solar
    if time is None:
        year = _calendar(published)[1].year if published else _ASSUMED_YEAR
        return _days(date(year, 1, 1), date(year, 12, 31), local, assumed=published is None)
    first, last = _calendar(time)
    if time.precision in {Precision.YEAR, Precision.MONTH}:
        return _days(first, last, local, assumed=False)
    if time.precision is Precision.DAY:
        return _days(first, first, local, assumed=False)
    return _instant(time, zone, local)


def _days(first: date, last: date, zone: tzinfo, *, assumed: bool) -> Asked:
    covered = first.year >= FIRST_YEAR and last.year <= LAST_YEAR
    return Asked(
        windows=tuple(year_days(first, last, zone)) if covered else (),
        instant_s=None,
        year_assumed=assumed,
        unzoned=False,
        covered=covered,
    )


def _instant(time: StatedTime, zone: tzinfo | None, local: tzinfo) -> Asked:
    start = time.earliest_utc
    if not time.zone_known:
        stated = datetime.fromisoformat(time.stated)
        start = stated.replace(tzinfo=zone or local)
    day = start.astimezone(local).date()
    covered = FIRST_YEAR <= day.year <= LAST_YEAR
    length = _MINUTE_S if time.precision is Precision.MINUTE else 1.0
    comparable = time.zone_known or zone is not None
    begins = start.timestamp()
    return Asked(
        windows=(window_of(day, local),) if covered else (),
        instant_s=(begins, begins + length) if comparable else None,
        year_assumed=False,
        unzoned=not comparable,
        covered=covered,
    )


def _calendar(time: StatedTime) -> tuple[date, date]:
    """Return the first and last day that a time names, whatever the zone."""
    if time.zone_known:
        start, end = time.earliest_utc, time.latest_utc
    else:  # the interval is widened by 14 h to the front and 12 h to the back
        start, end = (
            time.earliest_utc + timedelta(hours=14),
            time.latest_utc - timedelta(hours=12),
        )
    return start.astimezone(UTC).date(), end.astimezone(UTC).date()
