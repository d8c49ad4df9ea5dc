"""WACZ files that others made: the list of files, its digests, its signature, and the WARCs within.

Versions 1.0.0 to 1.2.0 of the format; earlier ones state no digests.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from purport.core.errors import ForgedBagError, InputError
from purport.seals import WaczSignature, verify_wacz_signature, walked
from purport.sources.reading_warc import WarcReport, read_warc

__all__ = ["WaczReport", "read_wacz"]

_PACKAGE = "datapackage.json"
_DIGEST = "datapackage-digest.json"
_PAGES = "pages/pages.jsonl"
_LONGEST_LIST = 64 << 20
_PIECE_BYTES = 1 << 20
_ALGORITHMS = {"sha256": hashlib.sha256, "sha512": hashlib.sha512, "md5": hashlib.md5}
_MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WaczReport:
    """What a WACZ held."""

    version: str
    """Version of the format, as it states it."""
    software: str
    """What made it, as it states it."""
    created: str | None
    """When, as it states it; None when it does not."""
    title: str | None
    """Its title; None when it has none."""
    pages: tuple[tuple[str, str], ...]
    """Address and time of each page."""
    files: int
    """Files whose digests fit."""
    has_digest: bool
    """Whether the list itself has a digest."""
    signature: WaczSignature | None
    """Its signature; None when it has none."""
    warcs: tuple[WarcReport, ...]
    """What its WARCs held."""


def read_wacz(root: Path, *, name: str, films_into: Path, trusted: Iterable[Any]) -> WaczReport:
    """Verify an unpacked WACZ, and read its WARCs through.

    Args:
        root: Its folder.
        name: What messages call it.
        films_into: An existing folder for the films that it holds.
        trusted: Roots of certificates that the reader trusts.

    Raises:
        InputError: It is no WACZ.
        ForgedBagError: Something is off; it names the first thing, and every other.
    """
    files = {path.relative_to(root).as_posix(): path for path in walked(root)}
    if _PACKAGE not in files:
        raise InputError(name, f"is no WACZ: it has no {_PACKAGE}", remedy="Give a .wacz file.")
    content = files[_PACKAGE].read_bytes()
    package = _object(_PACKAGE, content)
    faults = [*_shape_faults(files, package), *_file_faults(files, package)]
    if faults:
        more = "".join(f"\n  also {subject}: {fault}" for subject, fault in faults[1:20])
        raise _forged(faults[0][0], f"{faults[0][1]}{more}")
    digest = _verify_digest(files, content)
    signed = digest.get("signedData") if digest is not None else None
    signature = None
    if signed is not None:
        if not isinstance(signed, Mapping):
            raise _forged(_DIGEST, "holds a signature of no kind that is known")
        signature = verify_wacz_signature(signed, content, trusted=trusted)
    warcs = tuple(
        read_warc(path, name=each, films_into=_folder(films_into, number))
        for number, (each, path) in enumerate(_warcs(files))
    )
    return WaczReport(
        version=str(package.get("wacz_version", "")),
        software=str(package.get("software", ""))[:120],
        created=_text(package.get("created")),
        title=_text(package.get("title")),
        pages=tuple(_pages(files[_PAGES])),
        files=len(_resources(package)),
        has_digest=digest is not None,
        signature=signature,
        warcs=warcs,
    )


def _folder(place: Path, number: int) -> Path:
    folder = place / str(number)
    folder.mkdir()
    return folder


def _warcs(files: Mapping[str, Path]) -> list[tuple[str, Path]]:
    endings = (".warc", ".warc.gz")
    return [
        (name, path)
        for name, path in files.items()
        if name.startswith("archive/") and name.endswith(endings)
    ]


def _shape_faults(
    files: Mapping[str, Path], package: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    if package.get("profile") != "data-package":
        yield _PACKAGE, f"is no list of a data package: its profile is {package.get('profile')!r}"
    version = str(package.get("wacz_version", ""))
    if version.partition(".")[0] != "1":
        yield _PACKAGE, f"is of a version that is not known here: {version[:20]!r}"
    if not _resources(package):
        yield _PACKAGE, "lists no files"
    if not _warcs(files):
        yield "archive/", "holds no WARC"
    if not any(name.startswith("indexes/") for name in files):
        yield "indexes/", "holds no index"
    if _PAGES not in files:
        yield _PAGES, "is missing"


def _file_faults(
    files: Mapping[str, Path], package: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    listed = set()
    for resource in _resources(package):
        path = str(resource.get("path", ""))
        if path in listed:
            yield path, "is listed twice"
        listed.add(path)
        if path not in files:
            yield path or _PACKAGE, "is listed and is not there"
            continue
        algorithm, stated, length = _stated(resource)
        if algorithm not in _ALGORITHMS:
            yield path, f"has no digest that is known here ({algorithm[:20]!r})"
            continue
        found, size = _digested(files[path], algorithm)
        if found != stated:
            yield path, f"was altered: its {algorithm} is {found}, listed is {stated[:128]}"
        elif length is not None and length != size:
            yield path, f"has {size} bytes, listed are {length}"
    for path in sorted(set(files) - listed - {_PACKAGE, _DIGEST}):
        yield path, "is there and is not listed"


def _resources(package: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = package.get("resources")
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _stated(resource: Mapping[str, Any]) -> tuple[str, str, int | None]:
    """Return algorithm, digest and length as listed: "sha256:…", or as version 1.0 had it."""
    stats = resource.get("stats")
    inner = stats if isinstance(stats, Mapping) else resource
    length = inner.get("bytes")
    algorithm, mark, digits = str(inner.get("hash", "")).partition(":")
    if not mark:
        algorithm, digits = str(resource.get("hashing", "sha256")), algorithm
    size = length if isinstance(length, int) and not isinstance(length, bool) else None
    return algorithm.lower().replace("-", ""), digits.lower(), size


def _digested(path: Path, algorithm: str) -> tuple[str, int]:
    hasher, length = _ALGORITHMS[algorithm](usedforsecurity=False), 0
    with path.open("rb") as source:
        while piece := source.read(_PIECE_BYTES):
            hasher.update(piece)
            length += len(piece)
    return hasher.hexdigest(), length


def _verify_digest(files: Mapping[str, Path], package: bytes) -> Mapping[str, Any] | None:
    if _DIGEST not in files:
        return None
    digest = _object(_DIGEST, files[_DIGEST].read_bytes())
    found = f"sha256:{hashlib.sha256(package).hexdigest()}"
    if digest.get("path") != _PACKAGE:
        raise _forged(_DIGEST, f"is of {digest.get('path')!r}, not of {_PACKAGE}")
    if digest.get("hash") != found:
        raise _forged(_PACKAGE, f"was altered: it is {found}, stated is {digest.get('hash')}")
    return digest


def _object(name: str, content: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(content[:_LONGEST_LIST])
    except (ValueError, RecursionError) as error:
        raise _forged(name, f"is no JSON ({str(error)[:80]})") from error
    if not isinstance(said, dict):
        raise _forged(name, "is no JSON object")
    return said


def _pages(path: Path) -> Iterator[tuple[str, str]]:
    with path.open("rb") as source:
        for number, line in enumerate(source):
            if number >= _MOST_PAGES:
                return
            try:
                said = json.loads(line)
            except (ValueError, RecursionError) as error:
                if line.strip():
                    raise _forged(_PAGES, f"line {number + 1} is no JSON") from error
                continue
            if isinstance(said, dict) and isinstance(said.get("url"), str):
                yield said["url"], str(said.get("ts", ""))


def _text(said: object) -> str | None:
    return said[:500] if isinstance(said, str) and said else None


def _forged(subject: str, fault: str) -> ForgedBagError:
    return ForgedBagError(
        subject, fault, remedy="Ask for the archive again by another way, and compare digests."
    )
