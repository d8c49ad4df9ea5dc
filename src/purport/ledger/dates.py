"""Date lines: a calendar day as a news page writes it, to ISO 8601, no finer than stated."""

import re
from datetime import date

from purport.ledger.wordlists import word_sequence

__all__ = ["find_date", "find_month", "is_dateline"]

_MONTHS = word_sequence(
    "january february march april may june july august september october november december"
)
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS).replace(
    "sep(?:tember)?", "sept?(?:ember)?"
)
_DAY_FIRST = re.compile(
    rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m>{_MONTH})\.?,?\s+(?P<y>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"\b(?P<m>{_MONTH})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_MONTH_OF_YEAR = re.compile(rf"\b(?P<m>{_MONTH})\.?,? (?P<y>(?:19|20)\d\d)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:in|since|during|of) (?P<y>(?:19|20)\d\d)\b", re.IGNORECASE)
_ISO = re.compile(r"\b(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)")
_REST = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|\b(?:mon|tue|wed|thu|fri|sat|sun)\b|published|"
    r"(?:last )?(?:updated|modified)|posted|date of publication|first|\bon\b|\bat\b|"
    r"\d{1,2}[:.]\d\d|"
    r"\b[ap]\.?m\b|\b(?:bst|gmt|utc|est|edt|cet|cest|msk|z)\b|(?<=\d)z\b|[\s,.:|•·–—\-()T+\d]",
    re.IGNORECASE,
)


def find_date(text: str) -> str | None:
    """Return the first calendar day in a text as ISO 8601; None when it names none."""
    found = [match for form in (_ISO, _DAY_FIRST, _MONTH_FIRST) if (match := form.search(text))]
    for match in sorted(found, key=lambda match: match.start()):
        if (day := _day_of(match)) is not None:
            return day
    return None


def find_month(text: str) -> str | None:
    """Return "2015-09" for "September 2015", "2015" for "in 2015"; None when neither is named."""
    if (match := _MONTH_OF_YEAR.search(text)) is not None:
        return f"{match['y']}-{_month_number(match['m'].lower()):02d}"
    match = _YEAR.search(text)
    return match["y"] if match is not None else None


def is_dateline(line: str) -> bool:
    """Tell whether a line holds a date and nothing else of weight."""
    if len(line) > 120 or find_date(line) is None:  # noqa: PLR2004 - no date line is longer
        return False
    rest = line
    for form in (_ISO, _DAY_FIRST, _MONTH_FIRST):
        rest = form.sub(" ", rest)
    return not _REST.sub("", rest).strip()


def _day_of(match: re.Match[str]) -> str | None:
    month = match.group("m").lower()
    number = int(month) if month.isdigit() else _month_number(month)
    try:
        return date(int(match.group("y")), number, int(match.group("d"))).isoformat()
    except ValueError:  # the 31st of June: no such day, so no date
        return None


def _month_number(name: str) -> int:
    return next(index for index, full in enumerate(_MONTHS, 1) if full.startswith(name[:3]))
