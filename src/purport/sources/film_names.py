"""What files are called that an address gave: names that lead nowhere and fit every file system."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from itertools import count
from urllib.parse import unquote, urlsplit

__all__ = ["film_name", "unlike"]

_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST_NAME_BYTES = 150
"""Most file systems take 255, of which we add some."""
_ENDINGS = {
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "video/quicktime": ".mov",
    "video/x-msvideo": ".avi",
    "video/x-flv": ".flv",
    "video/mpeg": ".mpg",
    "video/mp2t": ".ts",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "application/ogg": ".ogg",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
}


def film_name(url: str, kind: str | None, *, number: int = 0) -> str:
    """Return a file name for what an address gave.

    Examples:
        >>> film_name("https://example.org/a/Strike%2030.mp4?x=1", "video/mp4")
        'Strike_30.mp4'
        >>> film_name("https://example.org/", "video/webm", number=2)
        'media-2.webm'
    """
    try:
        path = urlsplit(url).path
    except ValueError:  # an archive may name any address
        path = ""
    last = unquote(path.rsplit("/", 1)[-1])
    stem, dot, ending = last.rpartition(".")
    known = _ENDINGS.get(kind or "", "")
    if not dot or len(ending) > 5 or not ending.isalnum():  # noqa: PLR2004 - ".jpeg" and shorter
        stem, ending = last, known.removeprefix(".")
    stem = _UNSAFE.sub("_", unicodedata.normalize("NFC", stem)).strip("._")
    stem = stem.encode()[:_LONGEST_NAME_BYTES].decode(errors="ignore") or f"media-{number}"
    if known and not _same_ending(ending, kind or ""):
        ending = known.removeprefix(".")
    return f"{stem}.{ending.lower()}" if ending else stem


def unlike(name: str, others: Collection[str]) -> str:
    """Return a name, with a number where another file has it, in capitals or not.

    Examples:
        >>> unlike("raid.mp4", ["Raid.mp4", "other.mp4"])
        'raid-2.mp4'
    """
    taken = {other.casefold() for other in others}
    stem, dot, ending = name.rpartition(".")
    return next(
        each for each in _numbered(name, stem, dot + ending) if each.casefold() not in taken
    )


def _numbered(name: str, stem: str, ending: str) -> Iterator[str]:
    yield name
    for number in count(2):
        yield f"{stem or name}-{number}{ending if stem else ''}"


def _same_ending(ending: str, kind: str) -> bool:
    lower = f".{ending.lower()}"
    alike = {".jpeg": ".jpg", ".m4v": ".mp4", ".mpeg": ".mpg", ".mkv": ".webm", ".ogv": ".ogg"}
    return alike.get(lower, lower) == _ENDINGS[kind]
