"""Quiet hours across time zones, and across nights in which the clock is changed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from purport.core.errors import InputError
from purport.core.notices import QuietHours
from purport.readers.quiet_hours import end_of_quiet, is_quiet, next_at, require_zone

ZONES = (
    "UTC",
    "Europe/London",
    "Asia/Damascus",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Asia/Kathmandu",  # a quarter of an hour off
    "Pacific/Apia",  # went without 30 December 2011
    "Africa/Casablanca",
)
MINUTE = timedelta(minutes=1)
instants = st.datetimes(
    min_value=datetime(2011, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    max_value=datetime(2027, 12, 31),  # noqa: DTZ001 - same
    timezones=st.just(UTC),
)
minutes = st.integers(0, 24 * 60 - 1)
hours = st.builds(lambda a, b: QuietHours(from_min=a, to_min=b), minutes, minutes)
SPRING = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
"""Half an hour before clocks in London go from 1:00 to 2:00."""
AUTUMN = datetime(2026, 10, 25, 0, 10, tzinfo=UTC)
"""Ten past one in London, for the first time of that night."""


@given(instants, hours, st.sampled_from(ZONES))
@example(SPRING, QuietHours(from_min=0, to_min=90), "Europe/London")
@example(AUTUMN, QuietHours(from_min=22 * 60, to_min=90), "Europe/London")
@example(AUTUMN + timedelta(hours=1), QuietHours(from_min=22 * 60, to_min=90), "Europe/London")
def test_quiet_ends_at_the_first_instant_that_is_not_quiet(
    instant: datetime, quiet: QuietHours, zone: str
) -> None:
    end = end_of_quiet(instant, quiet, zone)
    assert end >= instant
    assert not is_quiet(end, quiet, zone)
    if not is_quiet(instant, quiet, zone):
        assert end == instant
        return
    assert end - instant <= timedelta(days=2)
    step = max(MINUTE, (end - instant) / 50)
    between = instant
    while between < end:
        assert is_quiet(between, quiet, zone), between
        between += step
    assert is_quiet(end - timedelta(seconds=1), quiet, zone)


@given(instants, minutes, st.sampled_from(ZONES))
def test_a_clock_that_is_not_changed_shows_the_time_asked_for(
    instant: datetime, minute: int, zone: str
) -> None:
    at = next_at(instant, minute, zone)
    assert instant < at <= instant + timedelta(days=2)
    clock = at.astimezone(ZoneInfo(zone))
    day_before, day_after = clock - timedelta(days=1), clock + timedelta(days=1)
    if day_before.utcoffset() == day_after.utcoffset():
        assert clock.hour * 60 + clock.minute == minute


def test_a_jump_over_the_end_ends_the_quiet() -> None:
    quiet = QuietHours(from_min=0, to_min=90)  # until half past one, which that night has not
    assert end_of_quiet(SPRING, quiet, "Europe/London") == SPRING + timedelta(minutes=30)


def test_over_midnight() -> None:
    quiet = QuietHours(from_min=22 * 60, to_min=7 * 60)
    late = datetime(2026, 7, 1, 21, 30, tzinfo=UTC)  # half past twelve at night in Damascus
    assert is_quiet(late, quiet, "Asia/Damascus")
    assert end_of_quiet(late, quiet, "Asia/Damascus") == datetime(2026, 7, 2, 4, 0, tzinfo=UTC)
    noon = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
    assert not is_quiet(noon, quiet, "Asia/Damascus")


@pytest.mark.parametrize("name", ["", "Nowhere/Town", "../../etc/passwd", "/etc/passwd", "a\0b"])
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="time zone"):
        require_zone(name)
