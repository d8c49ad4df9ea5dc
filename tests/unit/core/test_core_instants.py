from datetime import UTC, datetime

import pytest

from purport.core.instants import Precision, format_utc, parse_stated_time


def test_a_day_without_a_zone_is_any_instant_that_some_clock_calls_so() -> None:
    day = parse_stated_time("2015-09-30")
    assert day.precision is Precision.DAY
    assert not day.zone_known
    assert day.earliest_utc == datetime(2015, 9, 29, 10, tzinfo=UTC)
    assert day.latest_utc == datetime(2015, 10, 1, 11, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "precision", "latest"),
    [
        ("2015", Precision.YEAR, datetime(2016, 1, 1, 11, 59, 59, tzinfo=UTC)),
        ("2016-02", Precision.MONTH, datetime(2016, 3, 1, 11, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_month_stays_a_month(text: str, precision: Precision, latest: datetime) -> None:
    stated = parse_stated_time(text)
    assert stated.precision is precision
    assert stated.latest_utc == latest


def test_an_instant_with_a_zone_is_one_instant() -> None:
    stated = parse_stated_time(" 2015-10-01T09:28:05+01:00 ")
    assert stated.stated == "2015-10-01T09:28:05+01:00"
    assert stated.precision is Precision.SECOND
    assert stated.zone_known
    assert stated.earliest_utc == stated.latest_utc == datetime(2015, 10, 1, 8, 28, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2015-09-31", "2015-13", "2015-00-01", "2015-00", "2015-09-00", "0000"]
)
def test_what_is_on_no_calendar_is_refused_by_its_words(text: str) -> None:
    with pytest.raises(ValueError, match=f"'{text}' is no date of the calendar"):
        parse_stated_time(text)


@pytest.mark.parametrize("text", ["", "yesterday", "30/09/2015", "2015-09-30T25:00"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        parse_stated_time(text)


def test_a_naive_instant_is_never_written() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        format_utc(datetime(2015, 9, 30))  # noqa: DTZ001 - the point of the test
