"""Days that a story names by their weekday, told by the day on which it was published."""

import re
from datetime import date, timedelta

from purport.ledger.dates import find_date
from purport.ledger.wordlists import word_sequence

__all__ = ["day_meant"]

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


def day_meant(said: str, before: str, published: str | None) -> str | None:
    """Return the calendar day that words of a story mean, ISO 8601; None where it cannot be told.

    A date with its year stands for itself. A bare weekday in what is told of the past is the
    latest such day that is not after publication. "Last Wednesday", "since Wednesday" and what is
    still to come stay words.

    Args:
        said: The words, as "on Wednesday".
        before: The content before them.
        published: Publication date of the story, ISO 8601; None when it states none.

    Examples:
        >>> day_meant("on Wednesday", "it was hit ", "2015-10-01")
        '2015-09-30'
    """
    if (dated := find_date(said)) is not None:
        return dated
    weekday = _WEEKDAY.search(said)
    if weekday is None or published is None or _is_elsewhere(before + said[: weekday.start()]):
        return None
    issued = find_date(published)
    if issued is None:  # the story states a year or a month only
        return None
    day = date.fromisoformat(issued)
    back = (day.weekday() - _WEEKDAYS.index(weekday.group(1).lower())) % _DAYS_A_WEEK
    return (day - timedelta(days=back)).isoformat()


def _is_elsewhere(before: str) -> bool:
    return _ANOTHER_WEEK.search(before) is not None or _TO_COME.search(before) is not None
