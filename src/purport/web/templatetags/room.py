"""Filters of the pages: how times, ratings and lengths are put."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from purport.core.corrections import ReviewNote
from purport.core.digests import JsonObject
from purport.core.instants import format_utc
from purport.core.ratings import Rating
from purport.reports import RATING_ICONS, format_seconds, humanise
from purport.web.words import VOCABULARY
from purport.web.words import spoken as spoken_word
from purport.web.words import told as told_words

__all__ = ["register"]

register = template.Library()
_SCRIPT_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def utc(instant: datetime) -> str:
    """Return an instant in UTC to the second; the records have it more exactly."""
    return format_utc(instant.replace(microsecond=0))


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def to_the_minute(stated: str) -> str:
    """Return an instant in UTC to the minute; what states no zone stays as it is stated.

    Examples:
        >>> to_the_minute("2026-11-27T23:15:07.5+01:00"), to_the_minute("2019-03")
        ('2026-11-27 22:15 UTC', '2019-03')
    """
    try:
        instant = datetime.fromisoformat(stated)
    except ValueError:
        return stated
    if instant.tzinfo is None:
        return stated
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def seconds(value: float) -> str:
    """Return a length of time in words."""
    return format_seconds(value)


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def words(value: object) -> str:
    """Return an identifier as words."""
    return humanise(str(value))


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def spoken(value: object, of: str) -> str:
    """Return a fixed word of the records in the reader's language."""
    return spoken_word(value, of)


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def subject(value: str) -> str:
    """Return what an error is about in the reader's language."""
    return spoken_word(value, "subject") if value in VOCABULARY["subject"] else value


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def told(value: str) -> str:
    """Return what an error says in the reader's language."""
    return told_words(value)


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def linked_data(value: JsonObject) -> SafeString:
    """Return JSON-LD for a block of data in the page's head, which no text in it can end."""
    written = json.dumps(value, ensure_ascii=False)
    return mark_safe(written.translate(_SCRIPT_ESCAPES))  # noqa: S308 - escaped the line before


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def commands(text: str) -> SafeString:
    """Return a text with what stands between backticks, a command or option, set as such."""
    pieces = (
        format_html('<code class="command">{}</code>' if number % 2 else "{}", piece)
        for number, piece in enumerate(text.split("`"))
    )
    return format_html_join("", "{}", ((piece,) for piece in pieces))


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def reading_direction(text: str) -> str:
    """Return the direction of the first letter that has one, as dir="auto" finds it on a screen.

    Examples:
        >>> reading_direction("12 شارع"), reading_direction("12 street")
        ('rtl', 'ltr')
    """
    for sign in text:
        kind = unicodedata.bidirectional(sign)
        if kind in {"L", "R", "AL"}:
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def isolated(text: str) -> str:
    """Return figures that are read from left to right, whatever stands around them (UAX #9)."""
    return f"\u2066{text}\u2069"


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def keyed(table: Mapping[str, object], key: str) -> object:
    """Return what a table has at a key; None for nothing."""
    return table.get(key)


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def rating_style(rating: Rating) -> str:
    """Return the name of a rating's style."""
    return rating.value.lower().replace(" ", "-")


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def rating_sign(rating: Rating) -> str:
    """Return the sign that stands beside a rating's colour and words."""
    return RATING_ICONS[rating]


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def slot_value(value: object) -> str:
    """Return a value as a field shows it: numbers without superfluous digits."""
    return f"{value:g}" if isinstance(value, float) else str(value)


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def lines(values: Sequence[str]) -> str:
    """Return sentences a line each."""
    return "\n".join(values)


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def argument(because: Sequence[str], note: ReviewNote | None) -> str:
    """Return an argument a line each, without the words that a review put before it."""
    said = None if note is None else f"{note.author}: {note.reason}"
    return "\n".join(line for line in because if line != said)
