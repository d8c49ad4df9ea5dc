"""Filters of the pages: how times, ratings and lengths are put."""

from datetime import datetime

from django import template

from purport.core.instants import format_utc
from purport.core.ratings import Rating
from purport.reports import RATING_ICONS, format_seconds, humanise

__all__ = ["register"]

register = template.Library()


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def utc(instant: datetime) -> str:
    """Return an instant in UTC to the second; the records have it more exactly."""
    return format_utc(instant.replace(microsecond=0))


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def seconds(value: float) -> str:
    """Return a length of time in words."""
    return format_seconds(value)


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def words(value: object) -> str:
    """Return an identifier as words."""
    return humanise(str(value))


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def rating_style(rating: Rating) -> str:
    """Return the name of a rating's style."""
    return rating.value.lower().replace(" ", "-")


@register.filter  # type: ignore[untyped-decorator]  # Django ships no types
def rating_sign(rating: Rating) -> str:
    """Return the sign that stands beside a rating's colour and words."""
    return RATING_ICONS[rating]
