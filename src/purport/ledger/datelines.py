"""Where the story of a sentence begins, after a dateline or a headline that runs into it.

"BEIRUT (Reuters) – …", "KELDER, Oct. 4 — …", "Published April 19 2017 …", and headlines whose line
end was lost: "… Monitor AFP Saturday 25 Jun 2016 …".
"""

from purport.ledger.passages import Passage
from purport.ledger.wordlists import words

__all__ = ["opening_of"]

_AGENCIES = words("afp ap reuters tass interfax sana anadolu aa dpa efe upi bloomberg agencies upi")
_MONTHS = words(
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july "
    "august september october november december"
)
_WEEKDAYS = words("monday tuesday wednesday thursday friday saturday sunday")
_PUBLISHED = words("published updated posted date last")
_DASHES = frozenset({"-", "–", "—"})
_REACH = 40
_MAX_PLACE = 8
_MIN_CAPITALS = 3
_MIN_CITY = 6


def opening_of(passage: Passage, low: int, high: int) -> tuple[int, int]:
    """Return where a headline that runs into a sentence ends, and where the sentence itself begins.

    Both are `low` where the sentence begins at once.
    """
    dated = _dated(passage, low, high)
    if dated is not None:
        headline, start = dated
        return headline, _place_and_agency(passage, start, high)
    return low, _place_and_agency(passage, low, high)


def _dated(passage: Passage, low: int, high: int) -> tuple[int, int] | None:
    published = passage.lower(low) in _PUBLISHED
    for at in range(low, min(high, low + _REACH)):
        if passage.lower(at) not in _MONTHS:
            continue
        start, end = _date_around(passage, at, low)
        if end - start < 3 and not (published and end - start > 1):  # noqa: PLR2004 - day, month, year
            continue
        if start > low and passage.lower(start - 1) in _WEEKDAYS:
            start -= 1
        if published and start - low <= 4:  # noqa: PLR2004 - "Date of publication on"
            return low, end
        if start - 1 > low and passage.lower(start - 1) in _AGENCIES:
            return start - 1, end
    return None


def _date_around(passage: Passage, month: int, low: int) -> tuple[int, int]:
    start, end = month, month + 1
    if month > low and _is_day(passage, month - 1):
        start = month - 1
    elif _is_day(passage, month + 1):
        end = month + 2
    if passage.lower(end) == ",":
        end += 1
    year = passage.lower(end)
    return (start, end + 1) if year.isdigit() and len(year) > 3 else (start, end)  # noqa: PLR2004


def _is_day(passage: Passage, at: int) -> bool:
    digits = passage.lower(at).rstrip("stndrh")
    return digits.isdigit() and len(digits) <= 6  # noqa: PLR2004 - "042017" where blanks were lost


def _place_and_agency(passage: Passage, low: int, high: int) -> int:
    """Step over "BEIRUT", "KELDER, Oct. 4", "(AFP)" and the dash after them."""
    at = low
    while at < min(high, low + _MAX_PLACE) and _is_place(passage, at):
        at += 1
    named = at > low
    bracketed = _bracketed_agency(passage, at, high)
    if bracketed > at:
        at = bracketed
    elif named:  # capitals alone may be an acronym: "NATO said"; a dash or a date must follow
        stop = at
        while stop < min(high, low + 2 * _MAX_PLACE) and _is_date_part(passage, stop):
            stop += 1
        if passage.tokens[min(stop, high - 1)].text not in _DASHES:
            return at if _long_capitals(passage, low, at) and _begins(passage, at, high) else low
        at = stop
    while at < high and passage.tokens[at].text in _DASHES:
        at += 1
    return at if at < high else low


def _is_place(passage: Passage, at: int) -> bool:
    text = passage.tokens[at].text
    return len(text) >= _MIN_CAPITALS and text.isupper() and text.isalpha()


def _is_date_part(passage: Passage, at: int) -> bool:
    word = passage.lower(at)
    return word in _MONTHS | _WEEKDAYS or word in {",", "."} or word.isdigit()


def _long_capitals(passage: Passage, low: int, at: int) -> bool:
    """Tell whether one word of capitals is too long for an acronym and follows a date."""
    return (
        low > 0
        and at == low + 1
        and len(passage.tokens[low].text) >= _MIN_CITY
        and passage.lower(low - 1).isdigit()
        and low not in passage.starts
    )


def _begins(passage: Passage, at: int, high: int) -> bool:
    return at < high and passage.tokens[at].text[0].isupper()


def _bracketed_agency(passage: Passage, at: int, high: int) -> int:
    if at < high and passage.tokens[at].text == "(":
        for stop in range(at + 1, min(high, at + 6)):
            if passage.tokens[stop].text == ")":
                inside = {passage.lower(index) for index in range(at + 1, stop)}
                return stop + 1 if inside & _AGENCIES else at
    return at
