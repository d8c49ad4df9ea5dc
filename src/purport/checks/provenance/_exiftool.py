"""What ExifTool reads, where it is installed; never needed.

It is run as a program of its own, with limits and without our environment, and asked for nothing
but times, places, makers and software.
"""

import json
import resource
import shutil
import subprocess
from pathlib import Path

from purport.media import TagSeen, shorten

__all__ = ["exiftool_version", "read_by_exiftool"]

_SILENCE_S = 30
_CPU_S = 60
_MOST_BYTES = 4 << 20
_MEMORY_BYTES = 2 << 30
_ASKED = (
    "CreateDate", "DateTimeOriginal", "CreationDate", "Make", "Model", "Software", "Encoder",
    "HandlerVendorID", "CompressorName", "WritingApp", "MuxingApp", "DeviceManufacturer",
    "DeviceModelName", "GPSCoordinates",
)  # fmt: skip
_KEYS = {
    "CreateDate": "createdate", "DateTimeOriginal": "createdate", "CreationDate": "creationdate",
    "DeviceManufacturer": "make", "DeviceModelName": "model", "Make": "make", "Model": "model",
    "GPSCoordinates": "location", "Encoder": "encoder", "CompressorName": "compressor",
    "Software": "software", "WritingApp": "writingapp", "MuxingApp": "muxingapp",
}  # fmt: skip


def exiftool_version() -> str | None:
    """Return ExifTool's version; None when it is not installed or does not answer."""
    program = shutil.which("exiftool")
    if program is None:
        return None
    text = _run([program, "-ver"])
    return None if text is None else shorten(text.strip()) or None


def read_by_exiftool(path: Path) -> tuple[TagSeen, ...]:
    """Return the tags that ExifTool reads; empty when it cannot."""
    program = shutil.which("exiftool")
    if program is None:
        return ()
    asked = [f"-{name}" for name in _ASKED]
    text = _run(
        [program, "-json", "-G1", "-n", "-api", "largefilesupport=1", *asked, str(path.resolve())]
    )
    try:
        (said,) = json.loads(text or "[]")
        rows = sorted(said.items())
    except (AttributeError, TypeError, ValueError):
        return ()
    tags = []
    for key, value in rows:
        group, _, name = str(key).rpartition(":")
        if name in _KEYS and isinstance(value, str | int | float):
            text_value = _coordinates(str(value)) if name == "GPSCoordinates" else str(value)
            where = f"ExifTool {shorten(group)}"
            tags.append(TagSeen(where=where, key=_KEYS[name], value=shorten(text_value)))
    return tuple(tags)


def _coordinates(text: str) -> str:
    """Turn "35.2 36.7 100" into ISO 6709."""
    try:
        latitude, longitude = (float(part) for part in text.split()[:2])
    except ValueError:
        return text
    return f"{latitude:+.6f}{longitude:+.6f}/"


def _run(command: list[str]) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - a program of the user's own, no shell
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SILENCE_S,
            check=False,
            env={"PATH": "/usr/bin:/bin:/usr/local/bin"},
            preexec_fn=_limit,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    if done.returncode != 0 or len(done.stdout) > _MOST_BYTES:
        return None
    return done.stdout.decode("utf-8", "replace")


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
