"""What a file says of people and single devices stays out of records; so do endless texts.

Nothing here identifies people. That a file names an owner or carries a serial number is kept; the
name and number are not. They stay in the evidentiary copy, for whoever has a right to it.
"""

import re

__all__ = ["LONGEST_TEXT", "WITHHELD", "is_private", "shorten", "withhold"]

LONGEST_TEXT = 2_000
"""Most characters that are kept of one text."""
WITHHELD = "(withheld: names a person or a single device)"
"""Stands in the place of what is not kept."""

_PRIVATE = re.compile(
    r"serial|author|artist|owner|director|producer|performer|composer|copyright|contributor"
    r"|creator(?!tool)|byline|by-line|reporter|uploader|account|user|email|phone|contact"
    r"|unique_?id|device_?id|camera_?id|body_?id|uuid|media_?uid|software_?uuid|imei|mac_?addr"
    r"|(^|[._:-])(aut|art|own|came|snum|gumi|muid|cam[_ ]?id|drone_?sn|sn|udid|tail)($|[._:-])",
    re.IGNORECASE,
)


def is_private(key: str) -> bool:
    """Tell whether a tag of this name holds a person's name or a single device's number.

    Examples:
        >>> is_private("com.apple.quicktime.author"), is_private("CameraSerialNumber")
        (True, True)
        >>> is_private("com.apple.quicktime.make"), is_private("handler_name")
        (False, False)
    """
    return _PRIVATE.search(key.replace("\xa9", "")) is not None


def withhold(key: str, value: str) -> str:
    """Return the value of a tag as it may stand in a record."""
    return WITHHELD if is_private(key) else shorten(value)


def shorten(text: str) -> str:
    """Cut a text that is too long to be one, and drop what JSON or a database cannot hold."""
    kept = text.replace("\0", "").encode("utf-8", "replace").decode()
    return kept if len(kept) <= LONGEST_TEXT else f"{kept[:LONGEST_TEXT]} (cut)"
