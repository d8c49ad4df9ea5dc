"""Requests to a server of objects, each made again a few times when it fails.

Invariants: what a server did is told in our own errors, which name the object; a piece that was
read is as long as it was asked for; a part that was sent went with its SHA-256, so that a server
that checks it takes no other bytes.
"""

import base64
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from purport.core.errors import InputError, MissingToolError, PurportError, UnavailableError

__all__ = ["Bucket", "each_listed", "split_s3_address"]

ResultT = TypeVar("ResultT")
_S3 = frozenset({"s3", "s3a"})
_PAUSES_S = (0.5, 2.0, 6.0)
"""How long to wait before each further try of a request; a storm of refusals is over in less."""
_CONNECT_S = 10
_READ_S = 60
_COPY_MOST = 5 << 30
"""Longest object that S3 copies in one request (Amazon S3 API Reference, CopyObject)."""
_COPY_PART = 1 << 30
_MOST_PARTS = 9000
_AGAIN = "Run again when the store answers; what was reported as stored is stored."
Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Part:
    """A part as the server took it."""

    number: int
    tag: str
    checksum: str


def split_s3_address(address: str) -> tuple[str, str]:
    """Return bucket and prefix of `s3://bucket/prefix`, the prefix without slashes at its ends.

    Raises:
        InputError: It is no such address, or it holds a name or password.

    Examples:
        >>> split_s3_address("s3://evidence/2015/raid/")
        ('evidence', '2015/raid')
    """
    protocol, mark, rest = address.partition("://")
    bucket, _, prefix = rest.partition("/")
    if protocol not in _S3 or not mark or not bucket:
        raise InputError(
            address, "is no address of an S3 store", remedy="Write it as s3://bucket/prefix."
        )
    if "@" in bucket:
        raise InputError(
            f"{protocol}://{bucket.rpartition('@')[2]}",
            "the address holds a name or password, which would be kept in the workspace",
            remedy="Give them by the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY).",
        )
    return bucket, prefix.strip("/")


def each_listed(ask: Callable[..., Told], *, subject: str) -> Iterator[Told]:
    """Yield what a server tells of each object that it lists, a page at a time.

    Args:
        ask: Asks for a page, the first, or that which `ContinuationToken` names.
        subject: What is listed, as errors call it.

    Raises:
        UnavailableError: The list is said to go on, and does not.
    """
    following: dict[str, object] = {}
    while True:
        told = ask(**following)
        yield from told.get("Contents", ())
        if not told.get("IsTruncated"):
            return
        before, following = following, {"ContinuationToken": told.get("NextContinuationToken")}
        if following["ContinuationToken"] is None or following == before:
            raise UnavailableError(subject, "the store's list does not go on", remedy=_AGAIN)


class Bucket:
    """Objects of a bucket by key.

    Args:
        name: The bucket.
        part_bytes: Length of the parts in which longer objects are sent and read; S3 takes none
            below 5 MiB but the last. [bytes]
        copy_most: Longest object that the server copies in one request. [bytes]
    """

    def __init__(self, name: str, *, part_bytes: int, copy_most: int = _COPY_MOST) -> None:
        self._name = name
        self._part = part_bytes
        self._copy_most = copy_most

    def address_of(self, key: str) -> str:
        """Return how messages call an object."""
        return f"s3://{self._name}/{key}"

    def find_size(self, key: str) -> int | None:
        """Return how long an object is; None when there is none. [bytes]"""
        try:
            told = self._ask("head_object", key)
        except FileNotFoundError:
            return None
        return int(told["ContentLength"])

    def read(self, key: str) -> Iterator[bytes]:
        """Read an object piece by piece.

        Raises:
            FileNotFoundError: There is none.
            UnavailableError: A piece did not come whole, after several tries.
        """
        size = int(self._ask("head_object", key)["ContentLength"])
        for start in range(0, size, self._part):
            yield self._piece(key, start, min(start + self._part, size))

    def write(self, key: str, chunks: Iterator[bytes], *, size: int) -> None:
        """Send an object, in parts when it is long; it is there when the last was taken.

        Args:
            key: Under which.
            chunks: Its bytes, in pieces of any length.
            size: How many there are. [bytes]
        """
        part = max(self._part, -(-size // _MOST_PARTS))
        if size <= part:
            content = b"".join(chunks)
            self._ask("put_object", key, Body=content, **_checks(content))
            return
        upload = self._ask("create_multipart_upload", key, ChecksumAlgorithm="SHA256")["UploadId"]
        taken = [
            self._send_part(key, upload, number, content)
            for number, content in enumerate(_pieces(chunks, part), 1)
        ]
        self._complete(key, upload, taken, size=size)

    def copy(self, source: str, target: str, *, size: int) -> None:
        """Have the server copy an object; the copy is there whole or not at all."""
        origin = {"Bucket": self._name, "Key": source}
        if size <= self._copy_most:
            self._ask("copy_object", target, CopySource=origin)
            return
        upload = self._ask("create_multipart_upload", target)["UploadId"]
        step = min(_COPY_PART, self._copy_most)
        taken = []
        for number, start in enumerate(range(0, size, step), 1):
            told = self._ask(
                "upload_part_copy",
                target,
                CopySource=origin,
                CopySourceRange=f"bytes={start}-{min(start + step, size) - 1}",
                UploadId=upload,
                PartNumber=number,
            )
            taken.append(_Part(number, told["CopyPartResult"]["ETag"], ""))
        self._complete(target, upload, taken, size=size)

    def remove(self, key: str) -> None:
        """Remove an object; it is well when there is none."""
        self._ask("delete_object", key)

    def abort(self, key: str) -> None:
        """Remove the parts that were sent of an object that was never completed."""
        told = self._call(key, "list_multipart_uploads", Prefix=key)
        for one in told.get("Uploads", ()):
            self._ask("abort_multipart_upload", str(one["Key"]), UploadId=one["UploadId"])

    def keys(self, prefix: str, *, page: int = 1000) -> Iterator[str]:
        """List the keys that begin so, in ascending order, a page at a time."""

        def ask(**asked: object) -> Told:
            try:
                return self._call(prefix, "list_objects_v2", Prefix=prefix, MaxKeys=page, **asked)
            except FileNotFoundError as error:
                raise InputError(
                    self.address_of(prefix),
                    f"there is no such bucket ({error})",
                    remedy="Make the bucket, or check its name and AWS_ENDPOINT_URL.",
                ) from error

        return (str(one["Key"]) for one in each_listed(ask, subject=self.address_of(prefix)))

    def _piece(self, key: str, start: int, end: int) -> bytes:
        path = f"{self._name}/{key}"

        def ask() -> bytes:
            content: bytes = self._system().cat_file(path, start=start, end=end)
            if len(content) != end - start:
                raise EOFError(f"{len(content)} of {end - start} bytes came")
            return content

        return self._persist(key, ask)

    def _send_part(self, key: str, upload: str, number: int, content: bytes) -> _Part:
        checks = _checks(content)
        told = self._ask(
            "upload_part", key, UploadId=upload, PartNumber=number, Body=content, **checks
        )
        return _Part(number, told["ETag"], checks["ChecksumSHA256"])

    def _complete(self, key: str, upload: str, taken: Sequence[_Part], *, size: int) -> None:
        parts = [
            {"PartNumber": part.number, "ETag": part.tag}
            | ({"ChecksumSHA256": part.checksum} if part.checksum else {})
            for part in taken
        ]
        try:
            self._ask(
                "complete_multipart_upload", key, UploadId=upload, MultipartUpload={"Parts": parts}
            )
        except FileNotFoundError:  # it was completed, and the answer was lost on its way
            if self.find_size(key) != size:
                raise

    def _ask(self, method: str, key: str, **rest: object) -> Told:
        return self._call(key, method, Key=key, **rest)

    def _call(self, called: str, method: str, **rest: object) -> Told:
        def ask() -> Told:
            told: Told = self._system().call_s3(method, Bucket=self._name, **rest)
            return told

        return self._persist(called, ask)

    def _persist(self, key: str, ask: Callable[[], ResultT]) -> ResultT:
        """Ask, and again after a while when it fails; what a request asks for stays the same.

        What the libraries raise is no closed set (botocore, aiohttp, urllib3, ...), so everything
        is taken that is not ours.
        """
        for pause_s in (*_PAUSES_S, None):
            try:
                return ask()
            except (PurportError, FileNotFoundError):
                raise
            except PermissionError as error:
                raise InputError(
                    self.address_of(key),
                    f"the store does not let us ({error})",
                    remedy="Check the credentials and what they allow.",
                ) from error
            except Exception as error:
                if pause_s is None:
                    raise UnavailableError(
                        self.address_of(key),
                        f"the store failed {len(_PAUSES_S) + 1} times ({_short(error)})",
                        remedy=_AGAIN,
                    ) from error
                time.sleep(pause_s)
        raise AssertionError  # the loop's last round returns or raises

    def _system(self) -> Any:  # noqa: ANN401 - fsspec ships no types
        """Return fsspec's file system, which leaves trying again to us; kept by fsspec itself."""
        import fsspec  # noqa: PLC0415 - takes long, and only addresses need it

        try:
            system = fsspec.filesystem(
                "s3",
                use_listings_cache=False,
                config_kwargs={
                    "connect_timeout": _CONNECT_S,
                    "read_timeout": _READ_S,
                    "retries": {"total_max_attempts": 1},
                },
            )
        except ImportError as error:
            raise MissingToolError(
                f"s3://{self._name}", str(error), remedy="Install purport[s3]."
            ) from error
        system.retries = 1
        return system


def _checks(content: bytes) -> dict[str, str]:
    return {"ChecksumSHA256": base64.b64encode(hashlib.sha256(content).digest()).decode()}


def _pieces(chunks: Iterator[bytes], length: int) -> Iterator[bytes]:
    """Join and cut pieces so that all but the last are of one length."""
    kept = bytearray()
    for chunk in chunks:
        kept += chunk
        while len(kept) >= length:
            yield bytes(kept[:length])
            del kept[:length]
    if kept:
        yield bytes(kept)


def _short(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
