"""Files that come from a browser: kept apart under their own names until casework takes them."""

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile

from purport.casework import CaseRoom
from purport.core.errors import InputError, StorageFullError

__all__ = ["LARGEST_UPLOAD_BYTES", "kept_apart"]

LARGEST_UPLOAD_BYTES = 8 << 30
"""The largest file that is taken in by a browser; larger ones by `purport add`."""
_KEPT_FREE_BYTES = 256 << 20
_LONGEST_NAME = 180
_UNFIT = re.compile(r"[\x00-\x1f\x7f/\\]")


@contextmanager
def kept_apart(room: CaseRoom, files: Sequence[UploadedFile]) -> Iterator[tuple[Path, ...]]:
    """Give uploaded files a folder of their own, each under the name that it had.

    Args:
        room: The workspace.
        files: The files; companions of the first lie beside it.

    Raises:
        InputError: One is too large, has no name, or shares its name with another.
        StorageFullError: The disk has no room for a second copy.
    """
    names = [_name_of(file) for file in files]
    if len(set(names)) < len(names):
        raise InputError("files", "two of them have one name", remedy="Rename one of them.")
    for name, file in zip(names, files, strict=True):
        if (file.size or 0) > LARGEST_UPLOAD_BYTES:
            raise InputError(
                name,
                f"is larger than {LARGEST_UPLOAD_BYTES >> 30} GiB",
                remedy="Add it on the server's own machine, with purport add item.",
            )
    folder = Path(mkdtemp(prefix="upload-", dir=room.folder / "web" / "uploads"))
    try:
        if (
            shutil.disk_usage(folder).free
            < sum(file.size or 0 for file in files) + _KEPT_FREE_BYTES
        ):
            raise StorageFullError("the disk", "has no room for it", remedy="Free some room.")
        paths = tuple(folder / name for name in names)
        for path, file in zip(paths, files, strict=True):
            _move(file, path)
        yield paths
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _move(file: UploadedFile, path: Path) -> None:
    if isinstance(file, TemporaryUploadedFile):
        path.hardlink_to(file.temporary_file_path())
        return
    with path.open("wb") as sink:
        for chunk in file.chunks():
            sink.write(chunk)


def _name_of(file: UploadedFile) -> str:
    """Return the file's own name: its last part, without what no file system takes."""
    name = _UNFIT.sub("_", str(file.name or "").replace("\\", "/").rsplit("/", 1)[-1]).strip()
    if name.strip(".") == "":
        raise InputError("file", "has no name", remedy="Give it one.")
    stem, dot, suffix = name.rpartition(".")
    if len(name.encode()) > _LONGEST_NAME:
        kept = (stem if dot else name).encode()[: _LONGEST_NAME - 20].decode(errors="ignore")
        name = f"{kept}.{suffix[:15]}" if dot else kept
    return name
