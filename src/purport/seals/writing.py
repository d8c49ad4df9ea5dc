"""Writing a bag: every file is digested as it is written, and reaches the disk before the bag does.

Invariant: the folder has an unfinished name until everything in it is durable, so that a bag that
looks whole is whole, whenever the process is killed.
"""

import errno
import os
import shutil
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from purport.core.errors import InputError
from purport.seals._hashing import copy_hashed
from purport.seals.layout import ALGORITHMS
from purport.vault import sync_folder

__all__ = ["BagWriter"]

_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_MODE = 0o644
_TAKEN = frozenset({errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR})


class BagWriter:
    """A bag in the making.

    Args:
        out: Where the bag is to stand; nothing may be there yet.

    Raises:
        InputError: Something is there.
    """

    def __init__(self, out: Path) -> None:
        if out.exists() or out.is_symlink():
            raise _already_there(out)
        self._out = out
        self.root = out.with_name(f".{out.name[:100]}.{uuid4().hex}.part")
        self._digests: dict[str, dict[str, str]] = {}
        self._sizes: dict[str, int] = {}
        out.parent.mkdir(parents=True, exist_ok=True)
        self.root.mkdir()

    def add(self, path: str, content: bytes | BinaryIO) -> Mapping[str, str]:
        """Write a file.

        Args:
            path: Where, below the bag.
            content: Its bytes, or a stream of them.

        Returns:
            Its digest by algorithm.
        """
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        source = BytesIO(content) if isinstance(content, bytes) else content
        with target.open("xb") as sink:
            self._digests[path] = copy_hashed(source, sink, ALGORITHMS)
            os.fchmod(sink.fileno(), _MODE)
            sink.flush()
            os.fsync(sink.fileno())
        self._sizes[path] = target.stat().st_size
        return self._digests[path]

    def adopt(self, path: str) -> Mapping[str, str]:
        """Take in a file that something else wrote at that place."""
        with (self.root / path).open("rb") as source:
            content = source.read()
        (self.root / path).unlink()
        return self.add(path, content)

    def write_manifests(self) -> bytes:
        """Write the payload manifests.

        Returns:
            The one by SHA-256.
        """
        payload = sorted(path for path in self._digests if path.startswith("data/"))
        return self._write_lists("manifest", payload)

    def write_tag_manifests(self, info: Iterable[tuple[str, str]]) -> bytes:
        """Write what a bag says of itself, and the tag manifests.

        Args:
            info: Labels and values for bag-info.txt; Payload-Oxum is added.

        Returns:
            The one by SHA-256, which is to be signed.
        """
        sizes = [size for path, size in self._sizes.items() if path.startswith("data/")]
        stated = [*info, ("Payload-Oxum", f"{sum(sizes)}.{len(sizes)}")]
        lines = "".join(f"{label}: {' '.join(value.split())}\n" for label, value in stated)
        self.add("bagit.txt", _DECLARATION)
        self.add("bag-info.txt", lines.encode())
        tags = sorted(path for path in self._digests if not path.startswith("data/"))
        return self._write_lists("tagmanifest", tags)

    def finish(self) -> Path:
        """Give the bag its name.

        Returns:
            Its folder.

        Raises:
            InputError: Something came there meanwhile.
        """
        for folder in [*(path for path in self.root.rglob("*") if path.is_dir()), self.root]:
            sync_folder(folder)
        try:
            self.root.rename(self._out)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
            raise _already_there(self._out) from error
        sync_folder(self._out.parent)
        return self._out

    def abandon(self) -> None:
        """Remove what was written; does nothing once the bag has its name."""
        shutil.rmtree(self.root, ignore_errors=True)

    def _write_lists(self, kind: str, paths: list[str]) -> bytes:
        written = {}
        for algorithm in ALGORITHMS:
            lines = (f"{self._digests[path][algorithm]}  {path}\n" for path in paths)
            written[algorithm] = "".join(lines).encode()
        for algorithm, content in written.items():
            self.add(f"{kind}-{algorithm}.txt", content)
        return written["sha256"]


def _already_there(out: Path) -> InputError:
    return InputError(str(out), "is already there", remedy="Name a folder that does not exist yet.")
