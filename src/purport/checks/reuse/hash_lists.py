"""Lists of PDQ hashes from other archives: footage that can be recognised without being there.

Read are vPDQ's text form, a line a frame (`frame number, quality, hash, seconds`), and plain lists
of PDQ hashes, a line each. A list knows no pictures, so that what it matches is a guess and cannot
be proven by placement and change: it says where to ask for the footage.

References:
    facebook/ThreatExchange: PDQ's text form (16 words of 16 bits, the highest first) and the rule
    that frames match within 31 of 256 bits; https://github.com/facebook/ThreatExchange (BSD-3).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.reuse._borders import Box
from purport.checks.reuse._whole import whole_pictures
from purport.checks.reuse.prints import VideoPrint
from purport.core.errors import InputError
from purport.scene.fingerprints import fingerprint

__all__ = ["HashList", "ListMatch", "compare_with_list", "format_hash", "parse_hash_list"]

_DIGITS = 64
_LEAST_QUALITY = 50
_MOST_FAULTS_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HashList:
    """The hashes of one video, n of them."""

    name: str
    """What the list is called."""
    bits: NDArray[np.uint64]
    """Fingerprints in Purport's own order of bits (n, 4)."""
    seconds: NDArray[np.float64] | None
    """When each is shown (n,); None when the list doesn't say. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMatch:
    """How much of a video a list recognises."""

    share: float
    """Part of the video's samples within the limit of a hash of the list. [0 to 1]"""
    median_bits: float
    """Median distance of each sample to the nearest hash. [bits of 256]"""
    mirrored: bool
    """Whether the mirror picture was compared."""
    inverted: bool
    """Whether the negative was compared."""
    first_s: float | None
    """Earliest time in the listed video that was recognised; None when not known. [s]"""
    last_s: float | None
    """Latest time in it; None when not known. [s]"""


def parse_hash_list(text: str, *, name: str) -> HashList:
    """Read a list of PDQ hashes; those of quality below 50 are left out, as vPDQ does.

    Raises:
        InputError: A line holds no hash, or there is none at all.
    """
    rows = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    parsed = list(_rows(rows, name))
    good = [(bits, second) for bits, quality, second in parsed if quality >= _LEAST_QUALITY]
    if not good:
        raise InputError(name, "no hash of usable quality in it", remedy="Give a PDQ or vPDQ list.")
    seconds = [second for _, second in good]
    return HashList(
        name=name,
        bits=np.array([bits for bits, _ in good], dtype=np.uint64),
        seconds=None if any(second is None for second in seconds) else np.array(seconds, float),
    )


def _rows(
    lines: Iterable[str], name: str
) -> Iterator[tuple[NDArray[np.uint64], int, float | None]]:
    faults = []
    for number, line in enumerate(lines, start=1):
        fields = [field.strip() for field in line.split(",")]
        place = next((i for i, field in enumerate(fields) if _is_hash(field)), None)
        if place is None:
            faults.append(number)
            continue
        quality = 100
        if place > 0 and fields[place - 1].isdigit():
            quality = int(fields[place - 1])
        elif len(fields) > place + 1 and fields[place + 1].isdigit():
            quality = int(fields[place + 1])
        timed = place > 0 and len(fields) > place + 1
        yield _from_text(fields[place]), quality, float(fields[place + 1]) if timed else None
    if faults:
        told = ", ".join(str(number) for number in faults[:_MOST_FAULTS_TOLD])
        raise InputError(
            name,
            f"no PDQ hash (64 hexadecimal digits) in {len(faults)} lines, first in {told}",
            remedy="Give a vPDQ text file, or a list with one PDQ hash a line.",
        )


def _is_hash(field: str) -> bool:
    return len(field) == _DIGITS and all(digit in "0123456789abcdefABCDEF" for digit in field)


def _from_text(digits: str) -> NDArray[np.uint64]:
    """Put PDQ's bits, the last first in its text, into the order of `fingerprint`."""
    whole = np.frombuffer(bytes.fromhex(digits), dtype=np.uint8)
    return np.packbits(np.unpackbits(whole)[::-1]).view(np.uint64)


def format_hash(bits: NDArray[np.uint64]) -> str:
    """Write a fingerprint as PDQ's text, 64 hexadecimal digits."""
    flat = np.unpackbits(np.ascontiguousarray(bits).view(np.uint8))[::-1]
    return np.packbits(flat).tobytes().hex()


def compare_with_list(asking: VideoPrint, known: HashList, *, farthest_bits: int = 31) -> ListMatch:
    """Tell how much of a video a list recognises: as it is, mirrored, negative or both, at best."""
    asked = [asking.thumbnails]
    if asking.box != Box():
        asked.append(whole_pictures(asking))
    told = [
        _compared(pictures, known, (mirrored, inverted), farthest_bits)
        for pictures in asked
        for mirrored in (False, True)
        for inverted in (False, True)
    ]
    return max(told, key=lambda match: (match.share, -match.median_bits))


def _compared(
    pictures: NDArray[np.uint8], known: HashList, way: tuple[bool, bool], farthest_bits: int
) -> ListMatch:
    mirrored, inverted = way
    turned = pictures[:, :, ::-1] if mirrored else pictures
    bits, _ = fingerprint(255 - turned if inverted else turned)
    apart = [np.bitwise_count(known.bits ^ one).sum(axis=1) for one in bits]
    least = np.array([row.min() for row in apart])
    near = least <= farthest_bits
    seen = None
    if known.seconds is not None and near.any():
        seen = known.seconds[[int(row.argmin()) for row in apart]][near]
    return ListMatch(
        share=float(near.mean()),
        median_bits=float(np.median(least)),
        mirrored=mirrored,
        inverted=inverted,
        first_s=None if seen is None else float(seen.min()),
        last_s=None if seen is None else float(seen.max()),
    )
