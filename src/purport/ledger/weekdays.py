"""Days that a story names by their weekday, told by the day on which it was published."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from purport.ledger.dates import find_date, find_month
from purport.ledger.wordlists import word_sequence

__all__ = ["Meant", "day_meant"]

_WEEKDAYS = word_sequence("monday tuesday wednesday thursday friday saturday sunday")
_WEEKDAY = re.compile(rf"\b({'|'.join(_WEEKDAYS)})\b", re.IGNORECASE)
_ANOTHER_WEEK = re.compile(
    r"\b(?:last|next|this|coming|following|previous|every|each|since|until|till|before|after|by|"
    r"from|through|to)\s+(?:late |early )?$",
    re.IGNORECASE,
)
_TO_COME = re.compile(
    r"\b(?:will|shall|would|going to|due to|planned|plans? to|set to|about to)\b|['’]ll\b",
    re.IGNORECASE,
)
_DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Meant:
    """A calendar day, month or year that words mean."""

    value: str
    """ISO 8601, as fine as can be told: "2015-09-30", "2015-09" or "2015"."""
    basis: str | None
    """How it was told; None where the words state it in full."""


def day_meant(said: str, before: str, published: str | None) -> Meant | None:
    """Return the day, month or year that words of a story mean; None where it cannot be told.

    A date with its year stands for itself; "September 2015" stays a month. A bare weekday, a date
    without its year and "yesterday", in what is told of the past, are told by the day of
    publication. "Last Wednesday", "since Wednesday" and what is still to come stay words.

    Args:
        said: The words, as "on Wednesday".
        before: The content before them.
        published: Publication date of the story, ISO 8601; None when it states none.

    Examples:
        >>> day_meant("on Wednesday", "it was hit ", "2015-10-01").value
        '2015-09-30'
        >>> day_meant("in September 2015", "it was hit ", None).value
        '2015-09'
    """
    if (dated := find_date(said)) is not None:
        return Meant(dated, None)
    if (month := find_month(said)) is not None:
        return Meant(month, None)
    issued = find_date(published) if published is not None else None
    if issued is None:  # the story states no date, or a year or a month only
        return None
    day = date.fromisoformat(issued)
    if (relative := _BACK.get(" ".join(said.lower().split()))) is not None:
        told = f"“{said.strip()}” against the publication date {issued}"
        return Meant((day - timedelta(days=relative)).isoformat(), told)
    weekday = _WEEKDAY.search(said)
    if weekday is not None:
        return _weekday_meant(weekday, before + said[: weekday.start()], day)
    return _without_year(said, before, day)


_BACK = {"yesterday": 1, "last night": 1, "today": 0}


def _weekday_meant(weekday: re.Match[str], before: str, day: date) -> Meant | None:
    if _is_elsewhere(before):
        return None
    back = (day.weekday() - _WEEKDAYS.index(weekday.group(1).lower())) % _DAYS_A_WEEK
    name = weekday.group(1).capitalize()
    told = f"the latest {name} up to the publication date {day.isoformat()}"
    return Meant((day - timedelta(days=back)).isoformat(), told)


def _without_year(said: str, before: str, day: date) -> Meant | None:
    """Read "30 September" as the latest such day up to publication."""
    if _is_elsewhere(before):
        return None
    for year in (day.year, day.year - 1):
        found = find_date(f"{said} {year}") or find_date(f"{said}, {year}")
        if found is not None and date.fromisoformat(found) <= day:
            return Meant(found, f"the latest such day up to the publication date {day.isoformat()}")
    return None


def _is_elsewhere(before: str) -> bool:
    return _ANOTHER_WEEK.search(before) is not None or _TO_COME.search(before) is not None
