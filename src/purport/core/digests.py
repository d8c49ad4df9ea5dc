"""Message digests: identifiers that follow from content alone.

A digest is SHA-256 in lower-case hexadecimal, over the bytes or over the canonical JSON of a
record (RFC 8785 order of keys and separators; numbers as Python's shortest round-trip form).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NewType, TypeAlias

__all__ = [
    "Digest",
    "JsonObject",
    "JsonValue",
    "canonical_json",
    "digest_bytes",
    "digest_file",
    "digest_json",
]

Digest = NewType("Digest", str)
"""SHA-256, 64 lower-case hexadecimal digits."""

JsonValue: TypeAlias = (
    "None | bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue]"
)
JsonObject: TypeAlias = Mapping[str, JsonValue]

_CHUNK_BYTES = 1 << 20


def digest_bytes(content: bytes) -> Digest:
    """Digest bytes held in memory.

    Examples:
        >>> digest_bytes(b"")[:8]
        'e3b0c442'
    """
    return Digest(hashlib.sha256(content).hexdigest())


def digest_file(path: Path) -> Digest:
    """Digest a file, read in pieces of 1 MiB.

    Raises:
        OSError: The file cannot be read.
    """
    hasher = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            hasher.update(chunk)
    return Digest(hasher.hexdigest())


def canonical_json(value: JsonValue) -> str:
    """Encode a JSON value so that equal values give equal text.

    Raises:
        ValueError: A number is NaN or infinite, which JSON cannot say.

    Examples:
        >>> canonical_json({"b": 1, "a": [1.5, None]})
        '{"a":[1.5,null],"b":1}'
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest_json(value: JsonValue) -> Digest:
    """Digest the canonical JSON of a value."""
    return digest_bytes(canonical_json(value).encode())
