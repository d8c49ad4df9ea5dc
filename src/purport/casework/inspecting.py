"""A stranger's file, looked into by a process of its own before ours opens it.

Footage is always read behind walls (see `purport.media.border`). Maps, layers and stories are read
by libraries in this process; so a file that somebody uploads is first read by a child with little
memory, time and no right to write, and refused when the child does not come back whole.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

from purport.casework.guarding import fault_of
from purport.core.errors import InputError
from purport.core.records import to_json

__all__ = ["UploadKind", "inspect_apart"]

_MEMORY_BYTES = 3 << 30
_CPU_S = 30
_WALL_S = 120.0
_LOOKED_AT_PX = 256
_READ_WHOLE = frozenset({".png", ".jpg", ".jpeg"})
_MOST_WHOLE_PX = 400_000_000


class UploadKind(StrEnum):
    """What an uploaded file is said to be."""

    CONTROL = "control"
    FOOTAGE = "footage"
    REFERENCE = "reference"
    STORY = "story"
    TARGET_AREA = "target_area"
    TERRAIN = "terrain"


def inspect_apart(kind: UploadKind, path: Path, *, encoding: str | None = None) -> None:
    """Have a file read once by a child process behind limits.

    Args:
        kind: What it is said to be; footage is left to the border of `purport.media`.
        path: The file, companions beside it.
        encoding: Encoding of a story; None to detect it.

    Raises:
        InputError: It cannot be read, or reading it takes more than anybody's file should.
    """
    if kind is UploadKind.FOOTAGE:
        return
    command = [sys.executable, "-m", "purport.casework.inspecting", kind.value, str(path)]
    if encoding is not None:
        command.append(encoding)
    try:
        told = subprocess.run(command, capture_output=True, timeout=_WALL_S, check=False)  # noqa: S603 - ourselves
    except subprocess.TimeoutExpired as error:
        raise _too_much(path, f"takes longer than {_WALL_S:.0f} s to read") from error
    if told.returncode != 0:
        raise _too_much(path, "cannot be read with the memory and time that one file may take")
    fault = json.loads(told.stdout.splitlines()[-1])
    if fault is not None:
        raise InputError(fault["subject"], fault["fault"], remedy=fault["remedy"])


def _too_much(path: Path, fault: str) -> InputError:
    return InputError(
        path.name, fault, remedy="Check that the file is whole and what it should be."
    )


def _open_reference(path: Path) -> None:
    from purport.imagery import open_reference, read_luma  # noqa: PLC0415 - only this kind needs it

    reference = open_reference(path, name=path.name)
    if path.suffix.lower() in _READ_WHOLE and reference.width * reference.height > _MOST_WHOLE_PX:
        raise InputError(
            path.name,
            f"has {reference.width} × {reference.height} pixels in a format that can only be read "
            f"from its start; at most {_MOST_WHOLE_PX / 1e6:.0f} million are taken",
            remedy="Convert it to a tiled GeoTIFF (gdal_translate -co TILED=YES).",
        )
    west, south, east, north = reference.bounds
    # every pixel is read once, here, where it may take no more than any map should
    read_luma(reference, gsd_m=max(east - west, north - south, reference.gsd_m) / _LOOKED_AT_PX)


def _open_terrain(path: Path) -> None:
    from purport.imagery import open_terrain  # noqa: PLC0415 - only this kind needs rasterio

    open_terrain(path, name=path.name)


def _open_control(path: Path) -> None:
    from purport.checks.control import load_control  # noqa: PLC0415 - only this kind needs it

    load_control(path, name=path.name)


def _open_area(path: Path) -> None:
    from purport.imagery import load_area  # noqa: PLC0415 - only this kind needs it

    load_area(path, name=path.name)


def _open_story(path: Path, encoding: str | None = None) -> None:
    from purport.ledger import read_document  # noqa: PLC0415 - only this kind needs it

    read_document(path, name=path.name, encoding=encoding)


_OPENERS: Mapping[UploadKind, Callable[..., None]] = {
    UploadKind.CONTROL: _open_control,
    UploadKind.REFERENCE: _open_reference,
    UploadKind.STORY: _open_story,
    UploadKind.TARGET_AREA: _open_area,
    UploadKind.TERRAIN: _open_terrain,
}


def _limit() -> None:
    """Take away what a file that is what it should be does not need."""
    for what, most in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, _CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _main(kind: str, path: str, *encoding: str) -> None:
    """Read the file, a story in the encoding that is said; print the fault as JSON, or null."""
    _limit()
    fault: object = None
    try:
        _OPENERS[UploadKind(kind)](Path(path), *encoding)
    except Exception as error:  # noqa: BLE001 - the child's broad catch, which reports
        fault = to_json(fault_of(Path(path).name, error))
    sys.stdout.write(json.dumps(fault) + "\n")


if __name__ == "__main__":
    _main(*sys.argv[1:])
