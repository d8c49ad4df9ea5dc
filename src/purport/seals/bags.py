"""BagIt bags read strictly: every file, every manifest, nothing opened that the bag did not list.

The folder is walked first, without following a link; manifests can then only name what was found
there, so that no path in one can lead out of the bag. Everything that is off is collected.

References:
    Kunze et al. (2018), The BagIt File Packaging Format (V1.0), RFC 8493; drafts 0.93 to 0.97
    for older bags.
"""

import codecs
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from purport.seals._hashing import ALGORITHMS, hash_stream
from purport.seals.names import fold_name, name_fault, name_warning, twins, visible
from purport.seals.records import FaultKind, SealFault

__all__ = ["NEWEST", "CheckedBag", "check_bag", "open_plainly"]

_MANIFEST = re.compile(r"^(tag)?manifest-([a-z0-9]+)\.txt$")
_LINE = re.compile(r"^([0-9A-Fa-f]+)[ \t]+(\*?)(.+)$")
_FETCH_LINE = re.compile(r"^(\S+)[ \t]+(\d+|-)[ \t]+(.+)$")
_VERSION = re.compile(r"^BagIt-Version: ([0-9]{1,4})\.([0-9]{1,4})$")
_ENCODING = re.compile(r"^Tag-File-Character-Encoding: (\S+)$")
_LARGEST_TAG_BYTES = 256 << 20
_MOST_ENTRIES = 2_000_000
NEWEST = (1, 0)
"""Version of BagIt."""
_OLDEST = (0, 93)


@dataclass(slots=True)
class CheckedBag:
    """A bag that was read, with what is off about it.

    Invariant: `files` names regular files of the bag alone.
    """

    root: Path
    """Its folder."""
    files: dict[str, int] = field(default_factory=dict)
    """Every regular file: path in the bag and length."""
    encoding: str = "utf-8"
    """Of its tag files."""
    version: tuple[int, int] = NEWEST
    """Of BagIt."""
    manifests: dict[str, dict[str, str]] = field(default_factory=dict)
    """Payload manifests: algorithm to path to digest."""
    tag_manifests: dict[str, dict[str, str]] = field(default_factory=dict)
    """Tag manifests, likewise."""
    info: list[tuple[str, str]] = field(default_factory=list)
    """Labels and values of bag-info.txt."""
    faults: list[SealFault] = field(default_factory=list)
    """What is off."""
    doubts: list[SealFault] = field(default_factory=list)
    """What is unusual, and off in a sealed bag alone."""

    def blame(self, kind: FaultKind, subject: str, fault: str) -> None:
        """Add a fault."""
        self.faults.append(_fault(kind, subject, fault))

    def doubt(self, kind: FaultKind, subject: str, fault: str) -> None:
        """Add what is unusual."""
        self.doubts.append(_fault(kind, subject, fault))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is unusual, a line each."""
        return tuple(map(str, self.doubts))

    @property
    def payload(self) -> dict[str, int]:
        """The files below `data/`."""
        return {path: size for path, size in self.files.items() if path.startswith("data/")}

    def open(self, path: str) -> BinaryIO:
        """Open a file of the bag for reading.

        Raises:
            KeyError: The walk did not find it.
            OSError: It became something else since.
        """
        if path not in self.files:
            raise KeyError(path)
        return open_plainly(self.root / path)

    def read(self, path: str, *, most: int = _LARGEST_TAG_BYTES) -> bytes | None:
        """Return the bytes of a file; None when it is absent, or too long (which is a fault)."""
        if path not in self.files:
            return None
        if self.files[path] > most:
            self.blame(FaultKind.BAG, path, f"is too long to be read ({self.files[path]} bytes)")
            return None
        try:
            with self.open(path) as stream:
                return stream.read(most)
        except OSError as error:
            self.lose(path, error)
            return None

    def lose(self, path: str, error: OSError) -> None:
        """Take note that a file cannot be read: whoever looks for it later finds none."""
        self.blame(FaultKind.BAG, path, f"cannot be read ({error.strerror or error})")
        del self.files[path]


def _fault(kind: FaultKind, subject: str, fault: str) -> SealFault:
    return SealFault(kind=kind, subject=visible(subject), fault=visible(fault))


def open_plainly(path: Path) -> BinaryIO:
    """Open a regular file for reading; never a link, pipe or device.

    Raises:
        OSError: It is none.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(f"{path.name} is no regular file")
    return os.fdopen(handle, "rb")


def check_bag(root: Path) -> CheckedBag:
    """Read a bag: its names, its manifests, and the digest of every file.

    Args:
        root: Its folder.

    Returns:
        What it is and all that is off; a bag without faults is complete and valid by RFC 8493.
    """
    bag = CheckedBag(root=root)
    _walk(bag)
    _check_names(bag)
    _read_declaration(bag)
    _read_info(bag)
    for path in sorted(bag.files):
        match = _MANIFEST.match(path)
        if match:
            _read_manifest(bag, path, is_tag=bool(match[1]), algorithm=match[2])
    _check_fetch(bag)
    _check_listing(bag)
    _check_digests(bag)
    _check_oxum(bag)
    return bag


def _walk(bag: CheckedBag) -> None:
    folders, seen = [""], 0
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(bag.root / folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            bag.blame(FaultKind.BAG, folder or "bag", f"cannot be read ({error.strerror})")
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_symlink():
                bag.blame(FaultKind.LINK, path, "is a symbolic link; a bag holds files alone")
            elif entry.is_dir(follow_symlinks=False):
                folders.append(path)
            elif entry.is_file(follow_symlinks=False):
                bag.files[path] = entry.stat(follow_symlinks=False).st_size
            else:
                bag.blame(FaultKind.LINK, path, "is neither file nor folder")
        seen += len(entries)
        if seen > _MOST_ENTRIES:
            bag.blame(FaultKind.BAG, "bag", f"holds more than {_MOST_ENTRIES:,} files and folders")
            return


def _check_names(bag: CheckedBag) -> None:
    for path in sorted(bag.files):
        fault = name_fault(path)
        if fault is not None:
            bag.blame(FaultKind.NAME, path, fault)
        doubt = name_warning(path)
        if doubt is not None:
            bag.doubt(FaultKind.NAME, path, doubt)
    for earlier, later in twins(bag.files):
        bag.doubt(FaultKind.NAME, later, f"differs from {earlier} by case or composition alone")


def _read_declaration(bag: CheckedBag) -> None:
    content = bag.read("bagit.txt")
    if content is None:
        bag.blame(FaultKind.BAG, "bagit.txt", "is missing: this is no BagIt bag")
        return
    if content.startswith(codecs.BOM_UTF8):
        bag.blame(FaultKind.BAG, "bagit.txt", "begins with a byte order mark")
    lines = content.decode("utf-8", errors="replace").splitlines()
    version = _VERSION.match(lines[0]) if lines else None
    encoding = _ENCODING.match(lines[1]) if len(lines) > 1 else None
    if version is None:
        bag.blame(FaultKind.BAG, "bagit.txt", "names no BagIt version in its first line")
    else:
        bag.version = (int(version[1]), int(version[2]))
        if not _OLDEST <= bag.version <= NEWEST:
            named = f"{version[1]}.{version[2]}"
            bag.blame(FaultKind.BAG, "bagit.txt", f"names BagIt {named}, known are 0.93 to 1.0")
    if encoding is None:
        bag.blame(FaultKind.BAG, "bagit.txt", "names no encoding of tag files in its second line")
        return
    if _is_of_text(encoding[1]):
        bag.encoding = codecs.lookup(encoding[1]).name
    else:
        named = encoding[1][:40]
        bag.blame(FaultKind.BAG, "bagit.txt", f"names an unknown encoding, {named!r}")


def _is_of_text(encoding: str) -> bool:
    """Tell whether a codec is one of text: Python knows others, for packed bytes for one."""
    try:
        return "a".encode(encoding).decode(encoding) == "a"
    except (LookupError, ValueError):
        return False


def _tag_lines(bag: CheckedBag, path: str) -> Sequence[str]:
    content = bag.read(path)
    if content is None:
        return ()
    try:
        return re.split(r"\r\n|\r|\n", content.decode(bag.encoding))
    except UnicodeError as error:
        bag.blame(FaultKind.BAG, path, f"is not {bag.encoding}: {str(error)[-60:]}")
        return ()


def _read_info(bag: CheckedBag) -> None:
    for number, line in enumerate(_tag_lines(bag, "bag-info.txt"), 1):
        if not line.strip():
            continue
        if line[0] in " \t" and bag.info:
            label, value = bag.info[-1]
            bag.info[-1] = (label, f"{value} {line.strip()}")
            continue
        label, colon, value = line.partition(":")
        if not colon or not label.strip():
            bag.blame(FaultKind.BAG, "bag-info.txt", f"line {number} has no label")
            continue
        bag.info.append((label.strip(), value.strip()))


def _read_manifest(bag: CheckedBag, path: str, *, is_tag: bool, algorithm: str) -> None:
    if algorithm not in ALGORITHMS:
        bag.blame(FaultKind.BAG, path, f"is by an algorithm that is not known, {algorithm!r}")
        return
    entries: dict[str, str] = {}
    for number, line in enumerate(_tag_lines(bag, path), 1):
        if not line.strip():
            continue
        match = _LINE.match(line)
        if match is None or len(match[1]) != ALGORITHMS[algorithm]:
            bag.blame(FaultKind.BAG, path, f"line {number} is no digest and path")
            continue
        if match[2]:
            bag.doubt(FaultKind.BAG, path, f"line {number} marks its path with an asterisk")
        _list(bag, path, entries, named=_decode(bag, match[3]), digest=match[1].lower())
    (bag.tag_manifests if is_tag else bag.manifests)[algorithm] = {
        named: digest
        for named, digest in entries.items()
        if _belongs(bag, path, named, is_tag=is_tag)
    }


def _decode(bag: CheckedBag, named: str) -> str:
    named = re.sub("%0[Aa]", "\n", re.sub("%0[Dd]", "\r", named))
    return named.replace("%25", "%") if bag.version >= NEWEST else named


def _list(bag: CheckedBag, path: str, entries: dict[str, str], *, named: str, digest: str) -> None:
    if named.startswith("./"):
        bag.doubt(FaultKind.BAG, path, f"{named} begins with a dot and slash")
        named = named[2:]
    if named not in entries:
        entries[named] = digest
    elif entries[named] == digest:
        bag.doubt(FaultKind.BAG, path, f"{named} is listed twice")
    else:
        bag.blame(FaultKind.BAG, named, f"is listed twice in {path}, with different digests")


def _belongs(bag: CheckedBag, path: str, named: str, *, is_tag: bool) -> bool:
    fault = name_fault(named)
    if fault is None and not is_tag and not named.startswith("data/"):
        fault = "lies outside the payload folder"
    if fault is None and is_tag and named.startswith(("data/", "tagmanifest-")):
        fault = "is no tag file that may be listed"
    if fault is not None:
        bag.blame(FaultKind.NAME, named, f"is listed in {path} and {fault}")
    return fault is None


def _check_fetch(bag: CheckedBag) -> None:
    """A path of fetch.txt is held to the same rules; nothing is ever fetched."""
    for number, line in enumerate(_tag_lines(bag, "fetch.txt"), 1):
        if not line.strip():
            continue
        match = _FETCH_LINE.match(line)
        if match is None:
            bag.blame(FaultKind.BAG, "fetch.txt", f"line {number} is no address, length and path")
            continue
        named = _decode(bag, match[3])
        if _belongs(bag, "fetch.txt", named, is_tag=False) and named not in bag.files:
            bag.blame(FaultKind.MISSING, named, "is to be fetched from elsewhere, and is not here")


def _check_listing(bag: CheckedBag) -> None:
    if not bag.manifests:
        bag.blame(FaultKind.BAG, "manifest-sha256.txt", "no payload manifest can be read")
        return
    payload = bag.payload
    for algorithm, listed in bag.manifests.items():
        where = f"manifest-{algorithm}.txt"
        for path in _missing(bag, listed):
            bag.blame(FaultKind.MISSING, path, f"is listed in {where} and missing from the bag")
        for path in sorted(payload.keys() - listed.keys()):
            if algorithm == next(iter(bag.manifests)) or bag.version >= NEWEST:
                bag.blame(FaultKind.EXTRA, path, f"is not listed in {where}: it was slipped in")
    for algorithm, listed in bag.tag_manifests.items():
        for path in _missing(bag, listed):
            bag.blame(FaultKind.MISSING, path, f"is listed in tagmanifest-{algorithm}.txt, missing")


def _missing(bag: CheckedBag, listed: Mapping[str, str]) -> Iterator[str]:
    """Find what is listed and not there; what is there under a twin's name is unusual alone.

    A bag made where file systems take two such names for one lists both and holds one file.
    """
    here = {fold_name(path): path for path in listed if path in bag.files}
    for path in sorted(listed.keys() - bag.files.keys()):
        twin = here.get(fold_name(path))
        if twin is None or listed[twin] != listed[path]:
            yield path
        else:
            bag.doubt(
                FaultKind.NAME, path, f"is here as {twin} alone, and listed as the same bytes"
            )


def _check_digests(bag: CheckedBag) -> None:
    for path, expected in _expectations(bag).items():
        try:
            with bag.open(path) as stream:
                found, _ = hash_stream(stream, expected)
        except OSError as error:
            bag.lose(path, error)
            continue
        for algorithm, digest in expected.items():
            if found[algorithm] != digest:
                bag.blame(
                    FaultKind.BYTES,
                    path,
                    f"was altered: its {algorithm} is {found[algorithm][:16]}…, "
                    f"listed is {digest[:16]}…",
                )
                break


def _expectations(bag: CheckedBag) -> Mapping[str, dict[str, str]]:
    expected: dict[str, dict[str, str]] = {}
    for algorithm, path, digest in (*_listed(bag.tag_manifests), *_listed(bag.manifests)):
        if path in bag.files:
            expected.setdefault(path, {})[algorithm] = digest
    return expected


def _listed(manifests: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str, str]]:
    for algorithm, listed in manifests.items():
        for path, digest in listed.items():
            yield algorithm, path, digest


def _check_oxum(bag: CheckedBag) -> None:
    for label, value in bag.info:
        if label.lower() != "payload-oxum":
            continue
        payload = bag.payload
        found = f"{sum(payload.values())}.{len(payload)}"
        if value != found:
            bag.blame(FaultKind.BAG, "bag-info.txt", f"Payload-Oxum is {value}, found is {found}")
