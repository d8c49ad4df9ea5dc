"""Several message digests of one stream in one pass."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import BinaryIO

__all__ = ["ALGORITHMS", "copy_hashed", "hash_stream"]

ALGORITHMS: Mapping[str, int] = {
    "md5": 32,
    "sha1": 40,
    "sha224": 56,
    "sha256": 64,
    "sha384": 96,
    "sha512": 128,
}
"""Algorithms that manifests may name, with the number of their hexadecimal digits."""

_CHUNK_BYTES = 1 << 20


def hash_stream(
    source: BinaryIO, algorithms: Iterable[str], *, sink: BinaryIO | None = None
) -> tuple[dict[str, str], int]:
    """Digest a stream, and copy it on the way when a sink is given.

    Returns:
        Digest by algorithm, and how many bytes there were.
    """
    hashers = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
    length = 0
    while chunk := source.read(_CHUNK_BYTES):
        length += len(chunk)
        for hasher in hashers.values():
            hasher.update(chunk)
        if sink is not None:
            sink.write(chunk)
    return {name: hasher.hexdigest() for name, hasher in hashers.items()}, length


def copy_hashed(source: BinaryIO, sink: BinaryIO, algorithms: Iterable[str]) -> dict[str, str]:
    """Copy a stream and return its digest by algorithm."""
    return hash_stream(source, algorithms, sink=sink)[0]
