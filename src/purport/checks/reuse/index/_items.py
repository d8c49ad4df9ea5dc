"""The items of an archive: what is needed of all of them in columns, and their names in lines.

    items.jsonl    one line an item, in order of arrival: all that is known of it, for any reader
    items.bin      the same but for the names, in records of one length, and where each line begins

So an archive of very many items opens at once, and adding to it costs the same however many there
are. `items.bin` is derived: when it is missing or short, it is made from the lines again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from purport.checks.reuse.index._shelf import write_at
from purport.core.digests import Digest

__all__ = ["Items", "Kept"]

_ROW = np.dtype(
    [
        ("digest", "u1", 32),
        ("first", "<u8"),
        ("segments", "<u4"),
        ("length_s", "<f8"),
        ("line", "<u8"),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An item of the archive."""

    number: int
    """Place in order of arrival."""
    digest: Digest
    """SHA-256 of its bytes."""
    name: str
    """File name or address."""
    first: int
    """Its first segment."""
    segments: int
    """How many it has."""
    length_s: float
    """Duration. [s]"""


class Items(Sequence[Kept]):
    """Items in order of arrival.

    Args:
        folder: Where the files are.
        count: How many are committed.
        size: Bytes of their lines.
    """

    def __init__(self, folder: Path, *, count: int, size: int) -> None:
        self._lines, self._columns = folder / "items.jsonl", folder / "items.bin"
        self._size = size
        self._rows = self._read(count)
        self._new: list[Kept] = []
        self._numbers: dict[bytes, int] | None = None

    def __len__(self) -> int:
        """Return how many there are, those not saved yet among them."""
        return len(self._rows) + len(self._new)

    @overload
    def __getitem__(self, number: int) -> Kept: ...

    @overload
    def __getitem__(self, number: slice) -> list[Kept]: ...

    def __getitem__(self, number: int | slice) -> Kept | list[Kept]:
        """Return an item, its name read from its line."""
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        if number >= len(self._rows):
            return self._new[number - len(self._rows)]
        with self._lines.open("rb") as file:
            file.seek(int(self._rows["line"][number]))
            return _parse(number, file.readline())

    def has(self, digest: Digest) -> bool:
        """Tell whether an item of this digest is there."""
        return bytes.fromhex(digest) in self._known

    @property
    def firsts(self) -> NDArray[np.int64]:
        """Return the first segment of each item that is saved (n,), rising."""
        return self._rows["first"].astype(np.int64)

    def are_among(self, digests: frozenset[Digest]) -> NDArray[np.bool_]:
        """Tell of each item whether it is one of some (n,)."""
        wanted = np.zeros(len(self), dtype=np.bool_)
        for digest in digests:
            number = self._known.get(bytes.fromhex(digest))
            if number is not None:
                wanted[number] = True
        return wanted

    def add(self, item: Kept) -> None:
        """Take an item in; it is kept from the next `save` on."""
        self._known[bytes.fromhex(item.digest)] = item.number
        self._new.append(item)

    def save(self) -> int:
        """Write what is new behind what is committed; return the bytes of all lines."""
        lines = [_line(item) for item in self._new]
        write_at(self._lines, self._size, b"".join(lines))
        rows, self._size = _rows(self._new, lines, self._size)
        whole = self._columns.is_file() and self._columns.stat().st_size >= self._rows.nbytes
        first = len(self._rows) if whole else 0
        self._rows = np.concatenate([self._rows, rows])
        write_at(self._columns, first * _ROW.itemsize, self._rows[first:].tobytes())
        self._new = []
        return self._size

    @property
    def _known(self) -> dict[bytes, int]:
        """Numbers by digest; made when first asked for."""
        if self._numbers is None:
            digests, each = self._rows["digest"].tobytes(), 32
            self._numbers = {
                digests[number * each : (number + 1) * each]: number
                for number in range(len(self._rows))
            }
        return self._numbers

    def _read(self, count: int) -> NDArray[np.void]:
        if self._columns.is_file() and self._columns.stat().st_size >= count * _ROW.itemsize:
            return np.fromfile(self._columns, dtype=_ROW, count=count)
        if not count:
            return np.zeros(0, dtype=_ROW)
        with self._lines.open("rb") as file:
            lines = [file.readline() for _ in range(count)]
        return _rows([_parse(number, line) for number, line in enumerate(lines)], lines, 0)[0]


def _rows(
    items: Sequence[Kept], lines: Sequence[bytes], begins: int
) -> tuple[NDArray[np.void], int]:
    """Return the records of items, and where their lines end. [bytes]"""
    ends = begins + np.cumsum([len(line) for line in lines], dtype=np.int64)
    rows = np.zeros(len(items), dtype=_ROW)
    for number, item in enumerate(items):
        rows["digest"][number] = np.frombuffer(bytes.fromhex(item.digest), dtype=np.uint8)
        rows["line"][number] = ends[number] - len(lines[number])
    for name in ("first", "segments", "length_s"):
        rows[name] = [getattr(item, name) for item in items]
    return rows, int(ends[-1]) if len(ends) else begins


def _line(item: Kept) -> bytes:
    record = {
        "digest": item.digest,
        "name": item.name,
        "first": item.first,
        "segments": item.segments,
        "length_s": round(item.length_s, 6),
    }
    return (json.dumps(record, ensure_ascii=False) + "\n").encode()


def _parse(number: int, line: bytes) -> Kept:
    record = json.loads(line)
    return Kept(
        number=number,
        digest=Digest(record["digest"]),
        name=record["name"],
        first=record["first"],
        segments=record["segments"],
        length_s=record["length_s"],
    )
