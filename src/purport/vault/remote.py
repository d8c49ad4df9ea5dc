"""Objects behind addresses: S3 and whatever else fsspec knows, listed in pages and read whole.

Invariants: no more bytes than were listed reach the disk; an object is handed out only when as
many came as were listed and it still is what was listed; its copy is gone when the caller is done.
Keys and endpoints come from the environment or fsspec's own configuration, never from an address.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from purport.core.errors import (
    InputError,
    MissingToolError,
    PurportError,
    StorageFullError,
    UnavailableError,
)
from purport.vault.bucket import each_listed

__all__ = ["RemoteObject", "fetched", "is_remote", "list_objects"]

_S3 = frozenset({"s3", "s3a"})
_PAGE = 1000
_PAUSES_S = (0.5, 2.0)
_SPARE_BYTES = 1 << 28
_TAGS = ("ETag", "etag", "md5", "md5Hash")
_TIMES = ("LastModified", "last_modified", "mtime", "updated", "created")
_AGAIN = "Run again when the server answers; what was read is kept."
_Info = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteObject:
    """An object as it was listed."""

    address: str
    """Where it is: protocol, bucket or host, and name."""
    size: int
    """How long it is. [bytes]"""
    changed_ns: int | None
    """When it was last changed, since 1970 in UTC; None when the server does not say. [ns]"""
    tag: str | None
    """The server's mark of its content (an ETag); None when it gives none."""


class _TooMuchError(Exception):
    """More bytes come than the object was said to have."""


def is_remote(place: str) -> bool:
    """Tell whether a place is an address and no path.

    Examples:
        >>> is_remote("s3://archive/2015"), is_remote("/data/2015"), is_remote("2015")
        (True, False, False)
    """
    return "://" in place


def list_objects(address: str, *, page: int = _PAGE) -> Iterator[RemoteObject]:
    """List what lies below an address, a page at a time.

    Args:
        address: For S3 a bucket with the beginning of the objects' names (`s3://bucket/2015/`),
            for others a folder or a file.
        page: Objects that an S3 server is asked for at once.

    Raises:
        InputError: It is not there, or is no address that can be used.
        UnavailableError: The server broke off, or what speaks its protocol is not installed.
    """
    protocol, rest = _split(address)
    with _translated(address):
        system = _system(protocol, address)
        if protocol in _S3:
            yield from _listed_by_page(system, (protocol, rest), page)
        else:
            yield from _listed_by_folder(system, address)


@contextmanager
def fetched(listed: RemoteObject, *, most_bytes: int) -> Iterator[Path]:
    """Give a copy of an object for as long as the block lasts.

    Args:
        listed: The object.
        most_bytes: The longest that is fetched.

    Yields:
        A file with the same suffix, in the folder for temporary files.

    Raises:
        InputError: It is longer than that, is gone, or is not what was listed any more.
        StorageFullError: There is no room for it.
        UnavailableError: The server did not give it whole, thrice.
    """
    protocol, _ = _split(listed.address)
    if listed.size > most_bytes:
        raise InputError(
            listed.address,
            f"is {listed.size} bytes long; at most {most_bytes} are fetched",
            remedy="Allow more with --largest, or download it and give the file.",
        )
    with tempfile.TemporaryDirectory(prefix="purport-object-") as folder:
        free = shutil.disk_usage(folder).free
        if listed.size + _SPARE_BYTES > free:
            raise StorageFullError(
                listed.address,
                f"is {listed.size} bytes long; {free} are free in {folder}",
                remedy="Free room, or name another place by TMPDIR.",
            )
        path = Path(folder, "object" + PurePosixPath(listed.address).suffix)
        _fetch(_system(protocol, listed.address), listed, path)
        yield path


def _split(address: str) -> tuple[str, str]:
    protocol, mark, rest = address.partition("://")
    if not mark or "::" in protocol or not rest:
        raise InputError(
            address, "is no address", remedy="Give protocol and place, as in s3://bucket/prefix."
        )
    host, mark, path = rest.partition("/")
    if "@" in host:
        hidden = host.rpartition("@")[2] + mark + path
        raise InputError(
            f"{protocol}://{hidden}",
            "the address holds a name or password, which would be kept in the index",
            remedy="Give them by the environment or fsspec's configuration.",
        )
    return protocol, rest


def _system(protocol: str, address: str) -> Any:  # noqa: ANN401 - fsspec ships no types
    """Return fsspec's file system for a protocol, which remembers no listings."""
    import fsspec  # noqa: PLC0415 - takes long, and only addresses need it

    try:
        return fsspec.filesystem(protocol, use_listings_cache=False)
    except ImportError as error:
        extra = "Install purport[s3]." if protocol in _S3 else "Install the package that it names."
        raise MissingToolError(address, str(error), remedy=extra) from error
    except ValueError as error:
        raise InputError(
            address, str(error), remedy="Give an address that fsspec knows."
        ) from error


@contextmanager
def _translated(subject: str) -> Iterator[None]:
    """Tell what a server did in our own errors.

    What the libraries behind fsspec raise is no closed set (botocore, aiohttp, paramiko, ...), so
    everything is taken that is not ours.
    """
    try:
        yield
    except PurportError:
        raise
    except (FileNotFoundError, PermissionError) as error:
        raise InputError(
            subject, _told(error), remedy="Check the address, and that you may read it."
        ) from error
    except Exception as error:
        raise UnavailableError(subject, _told(error), remedy=_AGAIN) from error


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _listed_by_page(
    system: Any,  # noqa: ANN401 - as above
    place: tuple[str, str],
    page: int,
) -> Iterator[RemoteObject]:
    protocol, rest = place
    bucket, _, prefix = rest.partition("/")
    ask = partial(system.call_s3, "list_objects_v2", Bucket=bucket, Prefix=prefix, MaxKeys=page)
    for one in each_listed(ask, subject=f"{protocol}://{rest}"):
        if not one["Key"].endswith("/"):
            yield _as_listed(f"{protocol}://{bucket}/{one['Key']}", one, one["Size"])


def _listed_by_folder(system: Any, address: str) -> Iterator[RemoteObject]:  # noqa: ANN401
    def refuse(error: Exception) -> None:
        raise error

    if system.isfile(address):
        info = system.info(address)
        yield _as_listed(address, info, info["size"])
        return
    if not system.isdir(address):
        raise FileNotFoundError(address)
    for _, folders, files in system.walk(address, detail=True, on_error=refuse):
        ordered = sorted(folders)
        folders.update({name: folders.pop(name) for name in ordered})
        for name in sorted(files):
            info = files[name]
            yield _as_listed(system.unstrip_protocol(info["name"]), info, info["size"])


def _as_listed(address: str, info: _Info, size: int | None) -> RemoteObject:
    if size is None:
        raise InputError(
            address, "the server does not say how long it is", remedy="Download it, give the file."
        )
    tag = next((str(info[name]).strip('"') for name in _TAGS if info.get(name)), None)
    changed = next((info[name] for name in _TIMES if info.get(name)), None)
    return RemoteObject(address=address, size=size, changed_ns=_as_ns(changed), tag=tag)


def _as_ns(changed: object) -> int | None:
    if isinstance(changed, str):
        try:
            changed = datetime.fromisoformat(changed)
        except ValueError:
            return None
    if isinstance(changed, datetime):
        return int(changed.timestamp()) * 10**9 + changed.microsecond * 1000
    return int(changed * 10**9) if isinstance(changed, int | float) else None


def _fetch(system: Any, listed: RemoteObject, path: Path) -> None:  # noqa: ANN401
    """Fetch an object whole; what breaks off is begun again, twice."""
    for pause_s in _PAUSES_S:
        try:
            return _copy(system, listed, path)
        except UnavailableError:
            path.unlink(missing_ok=True)
            time.sleep(pause_s)
    return _copy(system, listed, path)


def _copy(system: Any, listed: RemoteObject, path: Path) -> None:  # noqa: ANN401
    protocol, place = _split(listed.address)
    named = place if protocol in _S3 else listed.address
    in_turn = {"max_concurrency": 1} if protocol in _S3 else {}
    with _translated(listed.address):
        try:
            system.get_file(named, os.fspath(path), callback=_counter(listed.size), **in_turn)
        except _TooMuchError as error:
            raise UnavailableError(
                listed.address,
                f"more than the {listed.size} bytes came that were listed",
                remedy=_AGAIN,
            ) from error
        info = system.info(named)
    now = _as_listed(listed.address, info, info.get("size"))
    if (now.size, now.tag) != (listed.size, listed.tag):
        raise InputError(
            listed.address,
            "was changed while it was to be read",
            remedy="Run again, so that it is listed anew.",
        )
    came = path.stat().st_size
    if came != listed.size:
        raise UnavailableError(listed.address, f"{came} of {listed.size} bytes came", remedy=_AGAIN)


def _counter(most_bytes: int) -> Any:  # noqa: ANN401 - a class of fsspec's, which ships no types
    """Return what fsspec tells of every piece, and what stops it when there are too many."""
    from fsspec.callbacks import Callback  # noqa: PLC0415 - see `_system`

    def stop(size: int | None, value: int, **_: object) -> None:
        del size
        if value > most_bytes:
            raise _TooMuchError

    hook: Callable[..., None] = stop
    return Callback(hooks={"bound": hook})
