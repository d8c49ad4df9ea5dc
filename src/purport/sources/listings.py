"""Folders of auto-archiver and exports of Atlos: what they state of their files, held against them.

Both state a hash of each file that they archived. A file that is named and has another hash was
altered; one that is nowhere may have been left out. What they tell of people stays in their files.

References:
    bellingcat/auto-archiver: core/metadata.py, modules/hash_enricher ("SHA-256:…", "SHA3-512:…").
    atlosdotorg/atlos: export_controller.ex (SLUG/SLUG-N/metadata.json beside its files) and
    api_v2_controller.ex (`artifacts`, each with `file_hash_sha256`).
"""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any

from purport.core.errors import ForgedBagError, InputError
from purport.seals import walked

__all__ = ["Listing", "ListingKind", "StatedFile", "read_listing"]

_LONGEST_RECORD = 16 << 20
_PIECE_BYTES = 1 << 20
_DIGITS = {"sha256": 64, "sha3512": 128}
_HASHERS = {"sha256": hashlib.sha256, "sha3512": hashlib.sha3_512}
_DEEPEST = 6
_MOST_FAULTS = 20


class ListingKind(StrEnum):
    """Who wrote it."""

    AUTO_ARCHIVER = "auto-archiver"
    ATLOS = "atlos"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedFile:
    """A file as a record states it."""

    names: tuple[str, ...]
    """What it may be called there; empty: not said."""
    algorithm: str | None
    """"sha256" or "sha3512"; None when no hash is stated."""
    digits: str
    """The hash."""
    url: str | None
    """Where it came from; None: not said."""
    archived: str | None
    """When it was archived, as stated; None: not said."""
    record: Path
    """The file that states it."""
    alone: bool = False
    """Whether the record's folder holds its files and no others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What was stated and what is there."""

    kind: ListingKind
    """Who wrote it."""
    files: tuple[Path, ...]
    """Every file there."""
    records: tuple[Path, ...]
    """Those that state something of others."""
    matched: tuple[tuple[Path, StatedFile], ...]
    """Files with the hash that is stated for them."""
    missing: tuple[StatedFile, ...]
    """What is stated and is not there."""
    unhashed: tuple[tuple[Path, StatedFile], ...]
    """Files that are named without a hash: nothing tells whether they were altered."""
    unlisted: tuple[Path, ...]
    """Files of which nothing is stated."""


def read_listing(root: Path, *, name: str) -> Listing:
    """Hold the files of a folder against what its records state.

    Args:
        root: The folder.
        name: What messages call it.

    Raises:
        InputError: No record of auto-archiver or Atlos is there, or none states anything of files.
        ForgedBagError: A file is not what its record states, or is a trap.
    """
    files = walked(root)
    stated: list[StatedFile] = []
    kinds: set[ListingKind] = set()
    for path in files:
        for kind, each in _stated_by(path):
            kinds.add(kind)
            stated.append(each)
    if not stated:
        raise InputError(
            name,
            "holds no record of auto-archiver or Atlos that states anything of a file",
            remedy="Give auto-archiver's folder with its metadata.json (json_enricher), or the "
            "full export of Atlos (a zip; its CSV names no files).",
        )
    return _held_against(root, files, stated, kinds)


def _held_against(
    root: Path, files: Sequence[Path], stated: Sequence[StatedFile], kinds: set[ListingKind]
) -> Listing:
    records = tuple(dict.fromkeys(each.record for each in stated))
    digests = _Digests([path for path in files if path not in records], stated)
    matched: dict[Path, StatedFile] = {}
    missing: list[StatedFile] = []
    unhashed: list[tuple[Path, StatedFile]] = []
    faults: list[tuple[Path, StatedFile]] = []
    for each in stated:
        named = [path for path in files if path not in records and _is_named(root, path, each)]
        if each.algorithm is None:
            unhashed.extend((path, each) for path in named)
            continue
        found = digests.find(each)
        if found is not None:
            matched.setdefault(found, each)
            named = [path for path in named if _is_in_place(root, path, each)]
        others = [path for path in named if not digests.is_stated(path)]
        if others:
            faults.append((others[0], each))
        elif found is None:
            missing.append(each)
    known = {*matched, *(path for path, _ in unhashed), *records}
    odd = _odd_in_place(files, known, missing)
    if faults or odd:
        _raise_altered(root, digests, faults, odd)
    return Listing(
        kind=ListingKind.ATLOS if ListingKind.ATLOS in kinds else ListingKind.AUTO_ARCHIVER,
        files=tuple(files),
        records=records,
        matched=tuple(matched.items()),
        missing=tuple(missing),
        unhashed=tuple(pair for pair in unhashed if pair[0] not in matched),
        unlisted=tuple(path for path in files if path not in known),
    )


def _odd_in_place(
    files: Sequence[Path], known: set[Path], missing: Sequence[StatedFile]
) -> list[tuple[Path, StatedFile]]:
    """Find files of an Atlos version's own folder that no hash fits while one is missing there.

    Atlos names files by their kind, not in its record; a version's folder holds nothing else.
    """
    found: list[tuple[Path, StatedFile]] = []
    for each in missing:
        if not each.alone:
            continue
        strangers = [p for p in files if p.parent == each.record.parent and p not in known]
        found.extend((stranger, each) for stranger in strangers[:1])
    return found


def _raise_altered(
    root: Path,
    digests: "_Digests",
    faults: Iterable[tuple[Path, StatedFile]],
    odd: Iterable[tuple[Path, StatedFile]],
) -> None:
    words = [
        (
            path.relative_to(root).as_posix(),
            (
                f"was altered: its {each.algorithm} is {digests.of(path, each.algorithm or '')}, "
                f"{each.record.relative_to(root).as_posix()} states {each.digits}"
            ),
        )
        for path, each in (*faults, *odd)
    ]
    first, *others = dict.fromkeys(words)
    more = "".join(f"\n  also {subject}: {fault}" for subject, fault in others[:_MOST_FAULTS])
    raise ForgedBagError(
        first[0],
        f"{first[1]}{more}",
        remedy="Ask for the archive again by another way, and compare digests.",
    )


def _is_in_place(root: Path, path: Path, stated: StatedFile) -> bool:
    """Tell whether a file lies where its record says, and not only has the same name elsewhere."""
    place = path.relative_to(root).as_posix()
    if path.parent == stated.record.parent:
        return path.name in stated.names
    return any(
        "/" in name and (place == name or place.endswith(f"/{name}")) for name in stated.names
    )


class _Digests:
    """Digests of files, each made when it is asked for."""

    def __init__(self, files: Sequence[Path], stated: Sequence[StatedFile]) -> None:
        self._files = files
        self._by_digits: dict[str, dict[str, Path]] = {}
        self._of: dict[tuple[Path, str], str] = {}
        self._stated: dict[str, set[str]] = {}
        for each in stated:
            if each.algorithm is not None:
                self._stated.setdefault(each.algorithm, set()).add(each.digits)

    def find(self, stated: StatedFile) -> Path | None:
        algorithm = stated.algorithm or ""
        if algorithm not in self._by_digits:
            self._by_digits[algorithm] = {self.of(path, algorithm): path for path in self._files}
        return self._by_digits[algorithm].get(stated.digits)

    def is_stated(self, path: Path) -> bool:
        """Tell whether any record states the hash that a file has."""
        return any(self.of(path, name) in digits for name, digits in self._stated.items())

    def of(self, path: Path, algorithm: str) -> str:
        key = (path, algorithm)
        if key not in self._of:
            hasher = _HASHERS[algorithm]()
            with path.open("rb") as source:
                while piece := source.read(_PIECE_BYTES):
                    hasher.update(piece)
            self._of[key] = hasher.hexdigest()
        return self._of[key]


def _is_named(root: Path, path: Path, stated: StatedFile) -> bool:
    place = path.relative_to(root).as_posix()
    return any(place == name or place.endswith(f"/{name}") for name in stated.names)


def _stated_by(path: Path) -> Iterator[tuple[ListingKind, StatedFile]]:
    if path.stat().st_size > _LONGEST_RECORD:
        return
    if path.suffix.lower() == ".json":
        try:
            said = json.loads(path.read_bytes())
        except (ValueError, RecursionError):
            return
        for each in _archived(said, path):
            yield ListingKind.AUTO_ARCHIVER, each
        for each in _artifacts(said, path, url=None, deep=0):
            yield ListingKind.ATLOS, each
    elif path.suffix.lower() == ".csv":
        for each in _rows(path):
            yield ListingKind.AUTO_ARCHIVER, each


def _archived(said: object, record: Path) -> Iterator[StatedFile]:
    """Read auto-archiver's metadata."""
    if not isinstance(said, Mapping) or "media" not in said:
        return
    if not said.keys() & {"metadata", "status"} or not isinstance(said["media"], list):
        return
    about = said.get("metadata")
    known: Mapping[str, Any] = about if isinstance(about, Mapping) else {}
    for one in said["media"]:
        for media in _inner(one, deep=0):
            yield _media(media, record, known)


def _inner(one: object, *, deep: int) -> Iterator[Mapping[str, Any]]:
    """Give a medium, and those that stand among its properties (thumbnails, parts of a WACZ)."""
    if not isinstance(one, Mapping) or "filename" not in one or deep > _DEEPEST:
        return
    yield one
    properties = one.get("properties")
    for value in properties.values() if isinstance(properties, Mapping) else ():
        for each in value if isinstance(value, list) else (value,):
            yield from _inner(each, deep=deep + 1)


def _media(one: Mapping[str, Any], record: Path, known: Mapping[str, Any]) -> StatedFile:
    properties = one.get("properties")
    stated = properties.get("hash") if isinstance(properties, Mapping) else None
    algorithm, digits = _hash(stated)
    names = [str(one.get("key") or ""), PurePosixPath(str(one.get("key") or "")).name]
    names.append(PurePosixPath(str(one.get("filename") or "")).name)
    return StatedFile(
        names=tuple(dict.fromkeys(each.lstrip("./") for each in names if each)),
        algorithm=algorithm,
        digits=digits,
        url=_text(known.get("url")),
        archived=_text(known.get("_processed_at")),
        record=record,
    )


def _artifacts(said: object, record: Path, *, url: str | None, deep: int) -> Iterator[StatedFile]:
    """Read Atlos's versions wherever they stand: alone, in an incident, in pages of its API."""
    if deep > _DEEPEST:
        return
    if isinstance(said, list):
        for each in said:
            yield from _artifacts(each, record, url=url, deep=deep + 1)
        return
    if not isinstance(said, Mapping):
        return
    url = _text(said.get("source_url")) or url
    artifacts = said.get("artifacts")
    for one in artifacts if isinstance(artifacts, list) else ():
        algorithm, digits = _hash(one.get("file_hash_sha256") if isinstance(one, Mapping) else None)
        if algorithm is not None:
            yield StatedFile(
                names=(),
                algorithm=algorithm,
                digits=digits,
                url=url,
                archived=_text(said.get("inserted_at")),
                record=record,
                alone=deep == 0 and record.name == "metadata.json",
            )
    for name in ("versions", "results", "result", "media"):
        yield from _artifacts(said.get(name), record, url=url, deep=deep + 1)


def _rows(path: Path) -> Iterator[StatedFile]:
    """Read auto-archiver's table, as it writes it into a spreadsheet."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            rows = list(csv.DictReader(source))
    except (OSError, UnicodeError, csv.Error):
        return
    for row in rows:
        said = {str(key).strip().lower(): str(value or "").strip() for key, value in row.items()}
        algorithm, digits = _hash(said.get("hash"))
        if algorithm is None or not said.keys() & {"archive status", "archive date"}:
            continue
        place = PurePosixPath(said.get("archive location", ""))
        is_page = place.suffix.lower() in {"", ".html"}  # which tells of the files, and is none
        yield StatedFile(
            names=() if is_page else (place.name,),
            algorithm=algorithm,
            digits=digits,
            url=said.get("link") or said.get("url") or None,
            archived=said.get("archive date") or None,
            record=path,
        )


def _hash(stated: object) -> tuple[str | None, str]:
    """Read "SHA-256:…", "SHA3-512:…" or bare digits of SHA-256."""
    if not isinstance(stated, str):
        return None, ""
    label, _, digits = stated.strip().lower().rpartition(":")
    algorithm = label.replace("-", "").replace("_", "") or "sha256"
    whole = len(digits) == _DIGITS.get(algorithm, -1)
    if not whole or any(digit not in "0123456789abcdef" for digit in digits):
        return None, ""
    return algorithm, digits


def _text(said: object) -> str | None:
    return said.strip()[:2000] or None if isinstance(said, str) else None
