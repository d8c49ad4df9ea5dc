"""Local features: near neighbours only, by tables of sampled bits.

Each of twelve tables sorts the codes by 18 of their bits, drawn once for all. Codes that differ in
20 of 256 bits share the bits of at least one table with probability 0.95, in 40 bits with 0.45;
codes of unrelated places share them hardly ever. Keys that very many codes share (of flat or
regular ground) tell nothing and are passed over. There is nothing to learn, so that a stretch is
sealed quickly and always in the same way.

References:
    Indyk, Motwani (1998), "Approximate nearest neighbors": hashing by sampled bits.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from purport.checks.reuse.index._shelf import Codes, Near, Shelf

__all__ = ["Places"]

_SEALED_AT = 1 << 20
_TABLES = 12
_KEY_BITS = 18
_BLOCK = 1 << 16
_PAIRS = 1 << 21


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tables:
    """Codes sorted by the key of each table."""

    starts: NDArray[np.uint32]
    """Where each key begins (tables, 2^18 + 1)."""
    order: NDArray[np.uint32]
    """Places of the codes, by key (tables, n)."""


class Places(Shelf):
    """Local features.

    Args:
        folder: Where its files are.
        count: How many codes are committed.
        sealed_at: How many codes make a sealed stretch.
        threads: How many stretches are searched side by side.
    """

    def __init__(
        self, folder: Path, *, count: int, sealed_at: int = _SEALED_AT, threads: int = 1
    ) -> None:
        super().__init__(folder, count=count, sealed_at=sealed_at, threads=threads)
        self._tail: tuple[int, _Tables] | None = None

    def _write_sealed(self, codes: Codes, path: Path) -> None:
        made = _sorted(codes)
        with path.open("wb") as file:
            file.write(made.starts.astype("<u4").tobytes())
            file.write(made.order.astype("<u4").tobytes())

    def _search_sealed(self, number: int, asked: Codes, *, most: int, farthest_bits: int) -> Near:
        mapped = np.memmap(self._sealed(number), dtype="<u4", mode="r")
        keys = _TABLES * ((1 << _KEY_BITS) + 1)
        tables = _Tables(
            starts=mapped[:keys].reshape(_TABLES, -1), order=mapped[keys:].reshape(_TABLES, -1)
        )
        return _search(tables, self._mapped(number), asked, (most, farthest_bits))

    def _search_tail(self, tail: Codes, asked: Codes, *, most: int, farthest_bits: int) -> Near:
        if self._tail is None or self._tail[0] != self.count:
            self._tail = (self.count, _sorted(tail))
        return _search(self._tail[1], tail, asked, (most, farthest_bits))


def _sorted(codes: Codes) -> _Tables:
    keys = _keys(codes)
    order = np.argsort(keys, axis=1, kind="stable").astype(np.uint32)
    starts = np.zeros((_TABLES, (1 << _KEY_BITS) + 1), dtype=np.uint32)
    for table in range(_TABLES):
        counts = np.bincount(keys[table], minlength=1 << _KEY_BITS)
        starts[table, 1:] = np.cumsum(counts)
    return _Tables(starts=starts, order=order)


def _keys(codes: Codes) -> NDArray[np.uint32]:
    """Return the key of every code in every table (tables, n)."""
    drawn = np.random.default_rng(256)
    chosen = [drawn.choice(256, _KEY_BITS, replace=False) for _ in range(_TABLES)]
    keys = np.zeros((_TABLES, len(codes)), dtype=np.uint32)
    for first in range(0, len(codes), _BLOCK):
        bits = np.unpackbits(codes[first : first + _BLOCK], axis=1)
        for table, places in enumerate(chosen):
            for place in places:
                keys[table, first : first + _BLOCK] <<= np.uint32(1)
                keys[table, first : first + _BLOCK] |= bits[:, place]
    return keys


def _search(tables: _Tables, codes: Codes, asked: Codes, limits: tuple[int, int]) -> Near:
    """Compare what is asked with the codes that share a key, unless too many share it."""
    most, farthest_bits = limits
    keys = _keys(asked)
    theirs, ours = codes.view(np.uint64), asked.view(np.uint64)
    found: list[NDArray[np.int64]] = []
    for table in range(_TABLES):
        low = tables.starts[table][keys[table]].astype(np.int64)
        counts = tables.starts[table][keys[table] + 1].astype(np.int64) - low
        counts[counts > most] = 0
        for rows in _blocks(counts):
            each = counts[rows]
            which = np.repeat(rows, each)
            within = np.arange(len(which)) - np.repeat(np.cumsum(each) - each, each)
            places = tables.order[table][low[which] + within].astype(np.int64)
            bits = np.bitwise_count(theirs[places] ^ ours[which]).sum(axis=1)
            near = bits <= farthest_bits
            found.append(np.stack([which[near], places[near], bits[near].astype(np.int64)]))
    which, places, bits = np.concatenate(found, axis=1) if found else np.zeros((3, 0), np.int64)
    _, once = np.unique(which * len(codes) + places, return_index=True)
    return Near(asked=which[once], labels=places[once], bits=bits[once])


def _blocks(counts: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Split the rows so that no block makes too many pairs at once."""
    rows = np.flatnonzero(counts)
    if not len(rows):
        return []
    cuts = np.flatnonzero(np.diff(np.cumsum(counts[rows]) // _PAIRS)) + 1
    return [np.asarray(part, dtype=np.int64) for part in np.split(rows, cuts)]
