"""Telemetry that drones write as subtitles (SRT), in the dialects that DJI has used.

A time there is the camera's local clock without a zone. Positions are read with the longitude
first in GPS(…), as DJI writes it; models that write the height with an M put the latitude first.
Elsewhere nothing but the range would tell (a latitude is at most 90); a position that only fits the
other way is turned.

References:
    Dialects as collected by the DJI_SRT_Parser project (MIT licence), see docs/bibliography.md.
"""

import re
from collections.abc import Iterator

from purport.media.facts import TelemetrySample

__all__ = ["parse_subtitles"]

_TIME = re.compile(
    r"\b(\d{4})[-.](\d{1,2})[-.](\d{1,2})[ T](\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,3}))?"
)
_NUMBER = r"([-+]?\d{1,3}(?:\.\d+)?)"
_LATITUDE = re.compile(rf"latitude\s*:\s*{_NUMBER}", re.IGNORECASE)
_LONGITUDE = re.compile(rf"lon(?:g|gt)itude\s*:\s*{_NUMBER}", re.IGNORECASE)
_GPS = re.compile(
    rf"\bGPS\s*\(\s*{_NUMBER}\s*,\s*{_NUMBER}\s*(?:,\s*{_NUMBER}(M)?\s*)?\)", re.IGNORECASE
)
_HEIGHT = re.compile(r"(?:rel_alt|abs_alt|altitude)\s*:\s*([-+]?\d+(?:\.\d+)?)", re.IGNORECASE)
_MARKS = re.compile(r"GPS\s*\(|latitude\s*:|SrtCnt|FrameCnt|\bISO\s*[:\d]|BAROMETER", re.IGNORECASE)
_MOST_LATITUDE = 90.0
_MOST_LONGITUDE = 180.0


def parse_subtitles(texts: Iterator[str]) -> Iterator[TelemetrySample]:
    """Yield what each subtitle states; those that state neither time nor place are passed over."""
    for text in texts:
        if not _MARKS.search(text):
            continue
        time, place = _time(text), _place(text)
        if time is not None or place is not None:
            yield TelemetrySample(time_utc=time, sensor=place)


def _time(text: str) -> str | None:
    match = _TIME.search(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 60):  # noqa: PLR2004
        return None
    part = match.group(7)
    fraction = f".{part.ljust(3, '0')}" if part else ""
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}"


def _place(text: str) -> tuple[float, float, float | None] | None:
    latitude, longitude = _LATITUDE.search(text), _LONGITUDE.search(text)
    height = _HEIGHT.search(text)
    if latitude and longitude:
        east, north = float(longitude.group(1)), float(latitude.group(1))
        up = float(height.group(1)) if height else None
    else:
        match = _GPS.search(text)
        if match is None:
            return None
        east, north = float(match.group(1)), float(match.group(2))
        up = None
        if match.group(4):  # "0.0M": the dialect of models that write the latitude first
            east, north = north, east
        if abs(north) > _MOST_LATITUDE >= abs(east):
            east, north = north, east
    if abs(north) > _MOST_LATITUDE or abs(east) > _MOST_LONGITUDE or (east, north) == (0.0, 0.0):
        return None  # 0, 0 is written without a fix
    return east, north, up
