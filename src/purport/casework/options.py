"""Publications and points as people write them."""

from purport.core.case import Publication
from purport.core.errors import InputError
from purport.core.instants import StatedTime, parse_stated_time
from purport.core.positions import GeoPoint

__all__ = ["parse_date", "parse_point", "parse_publication"]


def parse_date(subject: str, text: str) -> StatedTime:
    """Read "2015", "2015-09", "2015-09-30" or an ISO 8601 instant.

    Raises:
        InputError: It is none of these.
    """
    try:
        return parse_stated_time(text)
    except ValueError as error:
        raise InputError(subject, str(error), remedy="Write 2015-09-30 or 2015-09.") from error


def parse_publication(text: str) -> Publication:
    """Read "DATE" or "DATE,URL".

    Raises:
        InputError: The date cannot be read.
    """
    date, _, url = text.partition(",")
    try:
        published = parse_stated_time(date)
    except ValueError as error:
        raise InputError(
            "--published", str(error), remedy="Write it as 2015-09-30 or 2015-09-30,https://…"
        ) from error
    return Publication(published=published, basis="recorded by user", url=url.strip() or None)


_COORDINATES = 2


def parse_point(text: str, *, subject: str = "--target") -> GeoPoint:
    """Read "LON,LAT" in degrees.

    Raises:
        InputError: It is no such pair, or not on Earth.
    """
    parts = text.split(",")
    try:
        if len(parts) != _COORDINATES:
            raise ValueError(f"two numbers are expected, got {len(parts)}")  # noqa: TRY301 - one way out
        longitude, latitude = (float(part) for part in parts)
        return GeoPoint(longitude_deg=longitude, latitude_deg=latitude)
    except ValueError as error:
        raise InputError(
            subject,
            f"{text!r} is not longitude,latitude in degrees ({error})",
            remedy="Write it as 36.72,35.41: longitude first.",
        ) from error
