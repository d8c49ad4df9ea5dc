"""Maps in tiles that somebody brings along: PMTiles, of pictures or of shapes.

Only the header is read here; whoever draws the map reads the tiles by range.

References:
    Protomaps, PMTiles Version 3 Specification: the header is 127 bytes, numbers little-endian.
"""

import struct
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from purport.core.errors import UnreadableReferenceError

__all__ = ["TileArchive", "TileKind", "open_tile_archive"]

_HEADER_BYTES = 127
_MAGIC = b"PMTiles"
_VERSION = 3
_VERSION_AT, _KIND_AT, _ZOOMS_AT, _BOUNDS_AT = 7, 99, 100, 102
_STEPS_A_DEGREE = 1e7
_REMEDY = "Give a PMTiles file of version 3 with vector tiles, PNG, JPEG, WebP or AVIF."


class TileKind(StrEnum):
    """What the tiles are."""

    SHAPES = "shapes"
    """Vector tiles."""
    PICTURES = "pictures"
    """Pictures."""


_KINDS = {1: TileKind.SHAPES, **dict.fromkeys((2, 3, 4, 5), TileKind.PICTURES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class TileArchive:
    """A map in tiles."""

    path: Path
    """Where it can be read."""
    name: str
    """Its file name."""
    kind: TileKind
    """What its tiles are."""
    zooms: tuple[int, int]
    """First and last zoom level."""
    bounds_deg: tuple[float, float, float, float]
    """West, south, east, north. [deg]"""


def open_tile_archive(path: Path) -> TileArchive:
    """Read what a PMTiles file says of itself.

    Raises:
        UnreadableReferenceError: It is none, or of a kind that is not drawn.
    """
    try:
        with path.open("rb") as stream:
            header = stream.read(_HEADER_BYTES)
    except OSError as fault:
        message = f"cannot be read ({fault})"
        raise UnreadableReferenceError(path.name, message, remedy=_REMEDY) from fault
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        raise UnreadableReferenceError(path.name, "is no PMTiles file", remedy=_REMEDY)
    if header[_VERSION_AT] != _VERSION or header[_KIND_AT] not in _KINDS:
        raise UnreadableReferenceError(
            path.name,
            f"is of version {header[_VERSION_AT]} with tiles of kind {header[_KIND_AT]}",
            remedy=_REMEDY,
        )
    west, south, east, north = struct.unpack_from("<4i", header, _BOUNDS_AT)
    return TileArchive(
        path=path,
        name=path.name,
        kind=_KINDS[header[_KIND_AT]],
        zooms=(header[_ZOOMS_AT], header[_ZOOMS_AT + 1]),
        bounds_deg=(
            west / _STEPS_A_DEGREE,
            south / _STEPS_A_DEGREE,
            east / _STEPS_A_DEGREE,
            north / _STEPS_A_DEGREE,
        ),
    )
