"""Times as files, sensors and records state them, each with the interval of instants that fit.

Headers of MP4 and MOV count UTC by the standard, but many cameras put their local clock there, and
none say which: their interval reaches from 14 h before to 12 h after what is written. A time
with a zone, the time of a sensor (UTC by MISB) and the time stamp of a platform are instants.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from purport.core.instants import StatedTime, format_utc, parse_stated_time

__all__ = ["Time", "apart", "from_header", "from_stated", "from_unix", "parse_tag_time"]

_WEST, _EAST = timedelta(hours=12), timedelta(hours=14)
_UNSET = frozenset({"1904-01-01", "1970-01-01", "2001-01-01"})
"""Days from which formats count: a clock that was never set."""
_COLONS = re.compile(r"^(\d{4}):(\d{2}):(\d{2})([ T].*)?$")
_ZONE = re.compile(r"([+-]\d{2})(\d{2})$")
_FIRST_YEAR = 1990
_LAST_UNIX_S = 1e11


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """A stated time."""

    source: str
    """Where it is stated, in words."""
    says: str
    """What is stated."""
    earliest: datetime
    """First instant that fits."""
    latest: datetime
    """Last instant that fits."""

    def after(self, other: "Time", slack: timedelta = timedelta(0)) -> bool:
        """Tell whether every instant of this one lies later than every one of the other."""
        return self.earliest > other.latest + slack

    def misses(self, other: "Time", slack: timedelta = timedelta(0)) -> bool:
        """Tell whether no instant fits both."""
        return self.after(other, slack) or other.after(self, slack)


def from_header(source: str, text: str | None) -> Time | None:
    """Take a time from a header, which names no zone that can be relied on.

    Returns:
        None when it is not set, or set to a day from which formats count.
    """
    if text is None or text[:10] in _UNSET:
        return None
    instant = datetime.fromisoformat(text)
    return _widened(source, text, instant.replace(tzinfo=None))


def parse_tag_time(source: str, text: str) -> Time | None:
    """Read a time of a tag, as cameras and programs write it.

    Returns:
        None when it is none, has no day, or is a clock that was never set.
    """
    said = text.strip()
    match = _COLONS.match(said)
    if match is not None:  # Exif and XMP
        said = f"{match.group(1)}-{match.group(2)}-{match.group(3)}{match.group(4) or ''}"
    said = _ZONE.sub(r"\1:\2", said).replace(" UTC", "Z").replace("Z", "+00:00")
    if said[:10] in _UNSET:
        return None
    try:
        stated = parse_stated_time(said)
    except (ValueError, OverflowError):
        return None
    if stated.earliest_utc.year < _FIRST_YEAR:
        return None
    return Time(
        source=source, says=text.strip(), earliest=stated.earliest_utc, latest=stated.latest_utc
    )


def from_stated(source: str, stated: StatedTime) -> Time:
    """Take a time of the record."""
    return Time(
        source=source, says=stated.stated, earliest=stated.earliest_utc, latest=stated.latest_utc
    )


def from_unix(source: str, seconds: object) -> Time | None:
    """Take seconds since 1970, as platforms give them; None when it is no such number."""
    if (
        isinstance(seconds, bool)
        or not isinstance(seconds, int | float)
        or not 0 < seconds < _LAST_UNIX_S
    ):
        return None
    instant = datetime.fromtimestamp(float(seconds), tz=UTC)
    return Time(source=source, says=format_utc(instant), earliest=instant, latest=instant)


def apart(one: Time, other: Time) -> str:
    """Say by how much two times that miss each other differ at least."""
    gap = max(one.earliest - other.latest, other.earliest - one.latest)
    hours = gap.total_seconds() / 3600
    if hours >= 48:  # noqa: PLR2004 - two days
        return f"at least {hours / 24:.0f} days"
    if hours >= 2:  # noqa: PLR2004 - two hours
        return f"at least {hours:.0f} hours"
    return f"at least {hours * 60:.0f} minutes"


def _widened(source: str, says: str, naive: datetime) -> Time | None:
    if not _FIRST_YEAR <= naive.year < 9000:  # noqa: PLR2004 - within the calendar with its zones
        return None
    instant = naive.replace(tzinfo=UTC)
    return Time(source=source, says=says, earliest=instant - _EAST, latest=instant + _WEST)
