"""Which stretch of time a claimed day, month or year is, at a place.

With a time zone it is the zone's; without one, mean solar time at the longitude, from midnight to
midnight: civil midnight lies hours from it, but no daylight does below 60 degrees of latitude.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

__all__ = ["Window", "solar_day", "solar_zone", "window_of", "year_days"]

_DEGREE_S = 240.0
_DAY_S = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of time."""

    day: date
    """The day that it is, in the zone."""
    start_s: float
    """Start, seconds since 1970-01-01 UTC. [s]"""
    end_s: float
    """End. [s]"""


class SolarZone(tzinfo):
    """Mean solar time at a longitude."""

    def __init__(self, longitude_deg: float) -> None:
        """Make the zone of a longitude, east positive. [deg]"""
        self._offset = timedelta(seconds=round(longitude_deg * _DEGREE_S))

    def utcoffset(self, _: datetime | None) -> timedelta:
        """Return what solar time is ahead of UTC."""
        return self._offset

    def dst(self, _: datetime | None) -> timedelta:
        """Return zero: the sun keeps no summer time."""
        return timedelta(0)

    def tzname(self, _: datetime | None) -> str:
        """Return what it is called."""
        return "mean solar time"


def solar_zone(longitude_deg: float) -> tzinfo:
    """Return mean solar time at a longitude as a time zone."""
    return SolarZone(longitude_deg)


def solar_day(instant_s: float, longitude_deg: float) -> Window:
    """Return the mean solar day that an instant falls on."""
    zone = solar_zone(longitude_deg)
    return window_of(datetime.fromtimestamp(instant_s, tz=UTC).astimezone(zone).date(), zone)


def window_of(day: date, zone: tzinfo) -> Window:
    """Return a day of a zone, which may last 23 or 25 hours."""
    start, end = (
        datetime(one.year, one.month, one.day, tzinfo=zone).timestamp()
        for one in (day, day + timedelta(days=1))
    )
    return Window(day=day, start_s=start, end_s=end)


def year_days(first: date, last: date, zone: tzinfo) -> Sequence[Window]:
    """Return every day from one to another."""
    count = (last - first).days + 1
    return [window_of(first + timedelta(days=number), zone) for number in range(count)]
