"""Which stretches readers may play."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from purport.core.findings import Finding
from purport.reports.published import LONGEST_FILM_S, film_stretches, may_be_clear

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
PAST, FUTURE = "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"


@pytest.fixture
def impacts(hand_made: Any) -> Finding:  # noqa: ANN401 - made by path
    found: Finding = next(one for one in hand_made.case.findings if one.check == "impacts")
    return found


def at(finding: Finding, *seconds: float) -> Finding:
    """The finding with strikes at other times."""
    values: Any = finding.values
    strikes = [{**values["strikes"][0], "onset_s": one} for one in seconds]
    return replace(finding, values={**values, "strikes": strikes})


def test_short_footage_is_whole(impacts: Finding) -> None:
    assert film_stretches(30.0, [at(impacts, 12.0)]) == ((0.0, 30.0),)


def test_long_footage_is_cut_to_what_was_seen(impacts: Finding) -> None:
    assert film_stretches(600.0, [at(impacts, 300.0, 3.0, 305.0)]) == ((0.0, 9.0), (294.0, 311.0))


def test_long_footage_without_a_moment_is_its_beginning() -> None:
    assert film_stretches(600.0, []) == ((0.0, LONGEST_FILM_S),)


def test_no_film_is_longer_than_may_be(impacts: Finding) -> None:
    found = film_stretches(3600.0, [at(impacts, *range(20, 3600, 40))])
    assert sum(last - first for first, last in found) == pytest.approx(LONGEST_FILM_S)
    assert list(found) == sorted(found)


def test_a_moment_behind_the_end_is_no_stretch(impacts: Finding) -> None:
    assert film_stretches(100.0, [at(impacts, 500.0)]) == ((0.0, LONGEST_FILM_S),)


@pytest.mark.parametrize(
    ("blurred", "asked", "opens", "clear"),
    [
        (True, False, PAST, False),
        (True, True, PAST, True),
        (False, False, PAST, True),
        (True, True, FUTURE, False),
        (False, False, FUTURE, False),
        (True, True, None, False),
    ],
)
def test_nothing_is_clear_unless_the_desk_says_so_and_it_is_open(
    *, blurred: bool, asked: bool, opens: str | None, clear: bool
) -> None:
    item = {"opens_blurred": blurred, "shown_on_request": asked, "positions_from_utc": opens}
    assert may_be_clear(item, NOW) is clear


def test_an_edition_from_before_there_were_films_shows_none_clear() -> None:
    assert not may_be_clear({"opens_blurred": True, "positions_from_utc": PAST}, NOW)
