"""Bags that come as one file: unpacked into an empty folder, within limits, files alone.

Nothing is written before its name was judged, and never more than the archive said or the limits
allow. Links, devices, encrypted members and archives in archives are not followed.
"""

import bz2
import errno
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Protocol, cast

from purport.core.errors import ForgedBagError, InputError
from purport.seals.names import name_fault, twins
from purport.vault import translate_storage_faults

__all__ = ["Limits", "opened_archive", "opened_bag", "walked"]

_CHUNK_BYTES = 1 << 20
_HEADERS_BYTES = 1 << 20
"""Most of a tar file that lies between the content of two members; usually 512 to 2048."""
_MOST_GLOBAL = 100
"""Most words that a tar file says of all its members."""
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OverflowError,
    NotImplementedError,
    RecursionError,
    ValueError,
)
"""What the libraries raise of bytes that are no archive."""
_NAMES = frozenset({None, errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOTDIR})
"""What an archive is blamed for of what the system says: names that cannot be, or not together.
Decompressors say nothing by number; all else is the machine's."""
_PACKED: dict[bytes, Callable[[Path], object]] = {
    b"\x1f\x8b": gzip.GzipFile,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
    b"]\0\0": lzma.LZMAFile,
}
"""How files that begin so are decompressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much an archive may unpack to."""

    bytes_in_all: int = 1 << 40
    """All files together."""
    members: int = 2_000_000
    """Files and folders."""
    free_bytes: int = 256 << 20
    """Up to here any ratio will do: texts of a small case shrink well."""
    ratio: float = 40.0
    """Most bytes for one of the archive beyond that; records shrink to an eighth, media hardly."""


@contextmanager
def opened_bag(path: Path, *, limits: Limits | None = None) -> Iterator[Path]:
    """Give the folder of a bag: the path itself, or an archive unpacked for as long as needed.

    Args:
        path: A folder, or a zip or tar file.
        limits: How much an archive may unpack to.

    Raises:
        InputError: It is neither.
        ForgedBagError: The archive is a trap, with the member that gives it away.
    """
    if path.is_symlink() or not path.is_file():
        if not path.is_dir():
            raise InputError(
                str(path), "is no bag", remedy="Give the folder of a bag, or a zip or tar of it."
            )
        yield path
        return
    with TemporaryDirectory(prefix="purport-bag-") as place:
        _unpack(path, Path(place), limits or Limits())
        yield _root_of(Path(place))


@contextmanager
def opened_archive(path: Path, *, limits: Limits | None = None) -> Iterator[Path]:
    """Give the folder of an archive of any kind: as it is, or unpacked for as long as needed.

    Args:
        path: A folder, or a zip or tar file.
        limits: How much it may unpack to.

    Raises:
        InputError: It is neither.
        ForgedBagError: It is a trap, with the member that gives it away.
    """
    if path.is_dir() and not path.is_symlink():
        yield path
        return
    with TemporaryDirectory(prefix="purport-archive-") as place:
        _unpack(path, Path(place), limits or Limits())
        yield Path(place)


def walked(root: Path) -> tuple[Path, ...]:
    """Return all files of a folder that somebody else made, sorted.

    Raises:
        ForgedBagError: One is a link or device, or two have names that some systems take for one.
    """
    files = []
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        fault = name_fault(name)
        if fault is not None:
            raise _forged(name, f"its name {fault}")
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise _forged(name, "is a link or device")
        if path.is_file():
            files.append(path)
    for earlier, later in twins(path.relative_to(root).as_posix() for path in files):
        raise _forged(later, f"differs from {earlier} by case or composition alone")
    return tuple(files)


def _unpack(path: Path, place: Path, limits: Limits) -> None:
    if zipfile.is_zipfile(path):
        with _blamed(path), zipfile.ZipFile(path) as archive:
            _unpack_zip(archive, place, _Meter(path, limits))
        return
    with _blamed(path), _decompressed(path) as content:
        frugal = _Frugal(content, path.name)
        try:
            opened = tarfile.open(fileobj=frugal, mode="r:")  # noqa: SIM115 - closed below
        except tarfile.ReadError as error:
            raise InputError(
                path.name,
                "is neither a zip nor a tar file",
                remedy="Give the folder of a bag, or a zip or tar of it.",
            ) from error
        with opened:
            _unpack_tar(opened, place, _Meter(path, limits), frugal)


@contextmanager
def _blamed(path: Path) -> Iterator[None]:
    """Blame an archive for what goes wrong in its own bytes, but not for a full disk."""
    try:
        with translate_storage_faults(path.name):
            yield
    except _BROKEN as error:
        raise _forged(path.name, f"cannot be unpacked: {error}") from error
    except OSError as error:
        if error.errno not in _NAMES:
            raise
        told = error.strerror or error
        raise _forged(path.name, f"cannot be unpacked: {told}") from error


def _decompressed(path: Path) -> BinaryIO:
    """Open a file, through what its first bytes say it was packed with."""
    with path.open("rb") as source:
        start = source.read(max(map(len, _PACKED)))
    for mark, opener in _PACKED.items():
        if start.startswith(mark):
            return cast("BinaryIO", opener(path))
    return path.open("rb")


class _Frugal(io.RawIOBase):
    """A tar file of which tarfile reads no more than is due.

    Between two members it takes whatever their headers claim, and whole into memory.
    """

    def __init__(self, source: BinaryIO, name: str) -> None:
        super().__init__()
        self._source = source
        self._name = name
        self._due = _HEADERS_BYTES

    def allow(self, length: int) -> None:
        """Say how long the content is that comes before the next headers. [bytes]"""
        self._due = length + _HEADERS_BYTES

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be sought in."""
        return True

    def read(self, length: int = -1, /) -> bytes:
        """Read so many bytes, which must be due."""
        if not 0 <= length <= self._due:
            raise _forged(self._name, "has headers that no case needs: this is a bomb")
        content = self._source.read(length)
        self._due -= len(content)
        return content

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place."""
        return self._source.seek(offset, whence)

    def tell(self) -> int:
        """Return the place of the next byte."""
        return self._source.tell()


class _Meter:
    """Counts what was unpacked and stops at the limits."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.archive = path.name
        self._limits = limits
        by_ratio = limits.free_bytes + int(path.stat().st_size * limits.ratio)
        self._most = min(limits.bytes_in_all, by_ratio)
        self._bytes = 0
        self._names: list[str] = []

    def admit(self, name: str, size: int) -> str:
        """Judge a member before anything of it is written.

        Returns:
            Its path below the folder.

        Raises:
            ForgedBagError: Its name or size is a trap.
        """
        path = name.removeprefix("./").rstrip("/")
        fault = name_fault(path)
        if fault is not None:
            raise _forged(name, f"its name {fault}")
        self._names.append(path)
        if len(self._names) > self._limits.members:
            raise _forged(name, f"there are more than {self._limits.members:,} members")
        if self._bytes + size > self._most:
            raise _forged(
                name,
                f"unpacks to more than {self._most:,} bytes: this is a bomb, or a case larger than "
                "these limits; unpack it by other means and give the folder",
            )
        return path

    def count(self, name: str, length: int) -> None:
        """Count bytes as they come.

        Raises:
            ForgedBagError: There are more than the limits allow.
        """
        self._bytes += length
        if self._bytes > self._most:
            raise _forged(name, f"unpacks to more than {self._most:,} bytes: this is a bomb")

    def finish(self) -> None:
        """Look at all names together.

        Raises:
            ForgedBagError: Two members have names that some file systems take for one, or one
                member comes twice.
        """
        seen: set[str] = set()
        for name in self._names:
            if name in seen:
                raise _forged(name, "comes twice in the archive")
            seen.add(name)
        for earlier, later in twins(self._names):
            raise _forged(later, f"differs from {earlier} by case or composition alone")


class _Reader(Protocol):
    def read(self, length: int, /) -> bytes: ...


def _unpack_zip(archive: zipfile.ZipFile, place: Path, meter: _Meter) -> None:
    members = archive.infolist()
    paths = [meter.admit(_zip_name(member), member.file_size) for member in members]
    meter.finish()
    _require_apart(members)
    for member, path in zip(members, paths, strict=True):
        name = member.filename
        mode = member.external_attr >> 16
        if stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
            raise _forged(name, "is a link or device in the archive")
        if member.flag_bits & 1:
            raise _forged(name, "is encrypted")
        if member.is_dir():
            (place / path).mkdir(parents=True, exist_ok=True)
            continue
        if member.file_size > member.compress_size * 1100 + 1024:  # deflate's own limit is 1032
            raise _forged(name, "states a length that its compressed bytes cannot give")
        with archive.open(member) as source:
            _write(source, place / path, meter, name=name)


def _zip_name(member: zipfile.ZipInfo) -> str:
    if member.orig_filename != member.filename and "\0" in member.orig_filename:
        raise _forged(member.orig_filename.replace("\0", "␀"), "its name holds a NUL")
    return member.orig_filename


def _require_apart(members: list[zipfile.ZipInfo]) -> None:
    """Members that share compressed bytes are the mark of a bomb."""
    ordered = sorted(members, key=lambda member: member.header_offset)
    for earlier, later in pairwise(ordered):
        if earlier.header_offset + earlier.compress_size > later.header_offset:
            raise _forged(later.filename, f"overlaps {earlier.filename}: this is a bomb")


def _unpack_tar(archive: tarfile.TarFile, place: Path, meter: _Meter, frugal: _Frugal) -> None:
    for member in archive:
        archive.members.clear()  # type: ignore[attr-defined]  # it would keep them all
        if len(archive.pax_headers) > _MOST_GLOBAL:
            raise _forged(member.name, "has headers that no case needs: this is a bomb")
        path = meter.admit(member.name, member.size if member.isreg() else 0)
        if member.isdir():
            frugal.allow(0)
            (place / path).mkdir(parents=True, exist_ok=True)
            continue
        if not member.isreg() or member.issparse():
            raise _forged(member.name, "is a link, device or sparse file in the archive")
        frugal.allow(member.size)
        source = archive.extractfile(member)
        if source is None:
            raise _forged(member.name, "cannot be read")
        with source:
            _write(source, place / path, meter, name=member.name)
    meter.finish()


def _write(source: _Reader, path: Path, meter: _Meter, *, name: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        sink: BinaryIO
        with path.open("xb") as sink:
            while chunk := source.read(_CHUNK_BYTES):
                meter.count(name, len(chunk))
                sink.write(chunk)
    except FileExistsError as error:
        raise _forged(name, "comes twice in the archive") from error
    except (NotADirectoryError, IsADirectoryError) as error:
        raise _forged(name, "is both a file and a folder in the archive") from error


def _root_of(place: Path) -> Path:
    """A bag lies at the top of the archive, or in its only folder."""
    found = list(place.iterdir())
    return found[0] if len(found) == 1 and found[0].is_dir() else place


def _forged(subject: str, fault: str) -> ForgedBagError:
    return ForgedBagError(
        subject,
        fault,
        remedy="Do not unpack this archive by other means; ask whoever gave it to you.",
    )
