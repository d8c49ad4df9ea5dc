"""What lies beside the file: yt-dlp's info JSON, auto-archiver's records, a drone's subtitles.

Only what concerns time, length, format and bytes is taken. Names of people and accounts, titles and
descriptions stay in the sidecar.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from purport.checks.provenance._times import Time, from_unix, parse_tag_time
from purport.media import Telemetry, read_subtitle_telemetry, shorten

__all__ = ["Sidecar", "parse_sidecar"]

_MOST_TEXT = 16 << 20
_LONGEST_S = 1e7


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """What one sidecar states."""

    kind: str
    """"yt-dlp", "auto-archiver", "subtitles" or "unknown"."""
    name: str
    """Its file name."""
    uploaded: Time | None = None
    """When the platform says that it was made public."""
    downloaded: Time | None = None
    """When it was downloaded or archived."""
    length_s: float | None = None
    """Length as the platform gives it. [s]"""
    sha256: tuple[tuple[str, str], ...] = ()
    """Names of files with the SHA-256 that it records for them."""
    telemetry: Telemetry | None = None
    """Telemetry; None when it holds none."""
    fault: str | None = None
    """Why it could not be read; None when it could."""


def parse_sidecar(name: str, content: bytes) -> Sidecar:
    """Read a sidecar; what it is, is told by its content and the ending of its name."""
    text = content[:_MOST_TEXT].decode("utf-8-sig", "replace")
    lower = name.lower()
    if lower.endswith(".srt"):
        telemetry = read_subtitle_telemetry(text)
        return Sidecar(kind="subtitles", name=name, telemetry=telemetry)
    if lower.endswith(".csv"):
        return _sheet(name, text)
    return _object(name, text)


def _object(name: str, text: str) -> Sidecar:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Sidecar(kind="unknown", name=name, fault=f"is no JSON ({shorten(str(error))})")
    if isinstance(said, Mapping):
        if said.keys() & {"extractor", "extractor_key", "upload_date"}:
            return _ytdlp(name, said)
        if "media" in said and said.keys() & {"metadata", "status"}:
            return _archived(name, said)
    return Sidecar(kind="unknown", name=name, fault="is of no kind that is known here")


def _ytdlp(name: str, said: Mapping[str, Any]) -> Sidecar:
    """Read yt-dlp's info JSON; `timestamp` is of the upload, `epoch` of the download."""
    source = f"sidecar {name}"
    uploaded = from_unix(f"{source}, timestamp", said.get("timestamp"))
    day = said.get("upload_date")
    if uploaded is None and isinstance(day, str) and len(day) == 8 and day.isdigit():  # noqa: PLR2004
        uploaded = parse_tag_time(f"{source}, upload_date", f"{day[:4]}-{day[4:6]}-{day[6:]}")
    return Sidecar(
        kind="yt-dlp",
        name=name,
        uploaded=uploaded,
        downloaded=from_unix(f"{source}, epoch", said.get("epoch")),
        length_s=_length_s(said.get("duration")),
    )


def _length_s(said: object) -> float | None:
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    return float(said) if 0 < said < _LONGEST_S else None


def _archived(name: str, said: Mapping[str, Any]) -> Sidecar:
    """Read auto-archiver's metadata: `timestamp` is of the post, `_processed_at` of archiving."""
    source = f"sidecar {name}"
    metadata = said.get("metadata")
    known: Mapping[str, Any] = metadata if isinstance(metadata, Mapping) else {}
    media = said.get("media")
    return Sidecar(
        kind="auto-archiver",
        name=name,
        uploaded=_time(f"{source}, timestamp", known.get("timestamp")),
        downloaded=_time(f"{source}, _processed_at", known.get("_processed_at")),
        sha256=tuple(_hashes(media if isinstance(media, Sequence) else ())),
    )


def _hashes(media: Sequence[Any]) -> Iterator[tuple[str, str]]:
    for one in media:
        if not isinstance(one, Mapping):
            continue
        properties = one.get("properties")
        stated = properties.get("hash") if isinstance(properties, Mapping) else None
        found = _sha256(stated)
        if found is not None:
            called = str(one.get("filename") or one.get("key") or "").rsplit("/", 1)[-1]
            yield shorten(called), found


def _sheet(name: str, text: str) -> Sidecar:
    """Read one row of auto-archiver's sheet, when there is one alone."""
    try:
        rows = list(csv.DictReader(io.StringIO(text)))
    except csv.Error as error:
        return Sidecar(kind="unknown", name=name, fault=f"is no table ({error})")
    if len(rows) != 1:
        return Sidecar(
            kind="unknown", name=name, fault=f"has {len(rows)} rows; which is meant is not known"
        )
    row = {str(key).strip().lower(): str(value or "") for key, value in rows[0].items()}
    if "archive status" not in row and "archive date" not in row:
        return Sidecar(kind="unknown", name=name, fault="has no column of auto-archiver's")
    source = f"sidecar {name}"
    found = _sha256(row.get("hash"))
    return Sidecar(
        kind="auto-archiver",
        name=name,
        uploaded=_time(f"{source}, upload timestamp", row.get("upload timestamp")),
        downloaded=_time(f"{source}, archive date", row.get("archive date")),
        sha256=() if found is None else (("", found),),
    )


def _time(source: str, said: object) -> Time | None:
    if isinstance(said, str):
        return parse_tag_time(source, said)
    return from_unix(source, said)


def _sha256(stated: object) -> str | None:
    """Return the digits of a stated SHA-256; None for other hashes."""
    if not isinstance(stated, str):
        return None
    label, _, digits = stated.strip().rpartition(":")
    digits = digits.strip().lower()
    whole = len(digits) == 64 and all(digit in "0123456789abcdef" for digit in digits)  # noqa: PLR2004
    return digits if whole and label.lower() in {"", "sha-256", "sha256"} else None
