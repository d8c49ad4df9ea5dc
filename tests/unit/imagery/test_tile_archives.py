"""What a PMTiles file says of itself, and what is refused."""

import struct
from pathlib import Path

import pytest

from purport.core.errors import UnreadableReferenceError
from purport.imagery import TileKind, open_tile_archive


def write(path: Path, *, kind: int = 1, version: int = 3, magic: bytes = b"PMTiles") -> Path:
    header = bytearray(127)
    header[:7] = magic
    header[7] = version
    header[99:102] = bytes([kind, 2, 14])
    struct.pack_into("<4i", header, 102, 357_000_000, -324_500_000, 424_000_000, 373_200_000)
    path.write_bytes(bytes(header) + b"tiles")
    return path


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (1, TileKind.SHAPES),
        (2, TileKind.PICTURES),
        (3, TileKind.PICTURES),
        (4, TileKind.PICTURES),
        (5, TileKind.PICTURES),
    ],
)
def test_the_header_says_where_and_how_fine(tmp_path: Path, kind: int, wanted: TileKind) -> None:
    archive = open_tile_archive(write(tmp_path / "syria.pmtiles", kind=kind))
    assert (archive.name, archive.kind, archive.zooms) == ("syria.pmtiles", wanted, (2, 14))
    assert archive.bounds_deg == pytest.approx((35.7, -32.45, 42.4, 37.32))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"magic": b"NoTiles"}, "is no PMTiles file"),
        ({"version": 2}, "version 2"),
        ({"kind": 0}, "kind 0"),
        ({"kind": 99}, "kind 99"),
    ],
)
def test_what_is_none_is_refused(tmp_path: Path, change: dict[str, object], said: str) -> None:
    with pytest.raises(UnreadableReferenceError, match=said):
        open_tile_archive(write(tmp_path / "odd.pmtiles", **change))  # type: ignore[arg-type]


def test_a_file_cut_short_or_absent_is_refused(tmp_path: Path) -> None:
    short = tmp_path / "short.pmtiles"
    short.write_bytes(b"PMTiles\x03")
    with pytest.raises(UnreadableReferenceError, match="no PMTiles"):
        open_tile_archive(short)
    with pytest.raises(UnreadableReferenceError, match="cannot be read"):
        open_tile_archive(tmp_path / "absent.pmtiles")
