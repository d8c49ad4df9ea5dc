"""What an index is made from: files and remote objects, and the note of which were read.

The list of remote objects lies in a temporary file, and of what was read only short digests are
held in memory, so that a run over millions of objects stays small.
"""

import hashlib
import json
import tempfile
import weakref
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias, overload

from purport.core.digests import Digest
from purport.core.errors import InputError
from purport.vault import RemoteObject, list_objects

__all__ = ["Ledger", "Place", "Source", "as_source", "list_places", "list_videos"]

Place: TypeAlias = Path | RemoteObject
"""A file, or an object at an address."""

_SUFFIXES = frozenset(
    f".{name}"
    for name in (
        *("3gp", "avi", "flv", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mts", "mxf"),
        *("ogv", "ts", "vob", "webm", "wmv"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file or object as it was seen."""

    path: str
    """Path, or address."""
    size: int
    """Length. [bytes]"""
    changed_ns: int
    """When it was last changed, since 1970 in UTC; 0 when a server does not say. [ns]"""
    tag: str | None = None
    """A server's mark of the content; None for files, and where the server gives none."""
    digest: Digest | None = None
    """Of its content; None when it was not read."""
    fault: str | None = None
    """Why no print can be made of it; None when one was."""
    missed: str | None = None
    """Why it could not be fetched; then nothing is known of it, and it is asked for again."""
    unanswered: bool = False
    """Whether that was for want of the server."""

    @property
    def key(self) -> bytes:
        """Digest of name, size, time and tag: what tells whether it must be read again."""
        told = json.dumps([self.path, self.size, self.changed_ns, self.tag])
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest()[:16]

    @property
    def is_recognisable(self) -> bool:
        """Tell whether a change would show without reading it."""
        return bool(self.changed_ns) or self.tag is not None


def as_source(place: Place) -> Source:
    """Say what is seen of a file or object from outside."""
    if isinstance(place, RemoteObject):
        return Source(
            path=place.address,
            size=place.size,
            changed_ns=place.changed_ns or 0,
            tag=place.tag,
        )
    state = place.stat()
    return Source(path=str(place), size=state.st_size, changed_ns=state.st_mtime_ns)


class Ledger:
    """The note of what was read, a line each; a last line that was cut short is passed over."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: dict[bytes, bytes | str] = {}
        if path.is_file():
            with path.open(encoding="utf-8") as lines:
                for line in lines:
                    self._take(line)

    def note(self, source: Source) -> None:
        """Note what was read, unless it could not be fetched."""
        if source.missed is not None:
            return
        self._remember(source)
        told = asdict(source)
        del told["missed"], told["unanswered"]
        if source.tag is None:
            del told["tag"]  # as earlier versions wrote it
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(told, ensure_ascii=False) + "\n")

    def result(self, source: Source) -> Digest | str | None:
        """Return the digest of what was read, or why it could not be; None when it never was."""
        seen = self._seen.get(source.key)
        return Digest(seen.hex()) if isinstance(seen, bytes) else seen

    def was_unreadable(self, source: Source) -> bool:
        """Tell whether it was read as it is, and no print could be made."""
        return isinstance(self._seen.get(source.key), str)

    def _take(self, line: str) -> None:
        try:
            self._remember(Source(**json.loads(line)))
        except ValueError:
            return

    def _remember(self, source: Source) -> None:
        if source.digest is not None:
            self._seen[source.key] = bytes.fromhex(source.digest)
        elif source.fault is not None:
            self._seen[source.key] = source.fault


def list_videos(places: Sequence[Path]) -> list[Path]:
    """Return the video files in folders (and the files named), each once, in order of name.

    Raises:
        InputError: A place isn't there.
    """
    found: set[Path] = set()
    for place in places:
        if place.is_dir():
            found.update(
                path for path in place.rglob("*") if _is_video(path.suffix) and path.is_file()
            )
        elif place.is_file():
            found.add(place)
        else:
            raise InputError(str(place), "is not there", remedy="Name a folder or a video file.")
    return sorted(path.resolve() for path in found)


def list_places(places: Sequence[Path | str]) -> Sequence[Place]:
    """Return the videos in folders, in order of name, and then those below addresses.

    Args:
        places: Folders, files and addresses (`s3://bucket/prefix`); of these the objects stand in
            the order in which their servers list them.

    Raises:
        InputError: A folder, a file or what an address names is not there.
        UnavailableError: A server broke off.
    """
    videos = list_videos([place for place in places if isinstance(place, Path)])
    addresses = [place for place in places if isinstance(place, str)]
    if not addresses:
        return videos
    found = _Spool()
    for path in videos:
        found.append(path)
    for address in addresses:
        for one in list_objects(address):
            if _is_video(PurePosixPath(one.address).suffix):
                found.append(one)
    return found


def _is_video(suffix: str) -> bool:
    return suffix.lower() in _SUFFIXES


class _Spool(Sequence[Place]):
    """A list that lies in a temporary file; only where its lines begin is held."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the list
        self._starts = array("q")
        weakref.finalize(self, self._file.close)

    def append(self, one: Place) -> None:
        told = asdict(one) if isinstance(one, RemoteObject) else str(one)
        self._starts.append(self._file.seek(0, 2))
        self._file.write(json.dumps(told).encode() + b"\n")

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, which: int) -> Place: ...

    @overload
    def __getitem__(self, which: slice) -> list[Place]: ...

    def __getitem__(self, which: int | slice) -> Place | list[Place]:
        """Read one, or a run of them."""
        if isinstance(which, slice):
            return [self[number] for number in range(*which.indices(len(self)))]
        self._file.seek(self._starts[which])
        told = json.loads(self._file.readline())
        return Path(told) if isinstance(told, str) else RemoteObject(**told)

    def __iter__(self) -> Iterator[Place]:
        """Yield them in order."""
        return (self[number] for number in range(len(self)))
