"""Archives that are broken or traps end in one error that names them, and in little memory."""

import errno
import io
import os
import random
import tarfile
import tracemalloc
import zipfile
from pathlib import Path
from typing import Literal

import pytest

from purport.core.errors import ForgedBagError, InputError, StorageFullError
from purport.seals import unpacking
from purport.seals.unpacking import opened_bag

RANDOM = random.Random(1)
CONTENT = {f"bag/data/{n}.txt": bytes(RANDOM.choices(range(40), k=9000)) for n in range(3)}
ZIPPED = {"zip": zipfile.ZIP_DEFLATED, "lzma": zipfile.ZIP_LZMA, "bzip2": zipfile.ZIP_BZIP2}
TARRED: dict[str, Literal["w:", "w:gz", "w:bz2", "w:xz"]] = {
    "tar": "w:",
    "gz": "w:gz",
    "bz2": "w:bz2",
    "xz": "w:xz",
}


def pack(kind: str) -> bytes:
    made = io.BytesIO()
    if kind in ZIPPED:
        with zipfile.ZipFile(made, "w", ZIPPED[kind]) as zipped:
            for name, content in CONTENT.items():
                zipped.writestr(name, content)
    else:
        with tarfile.open(fileobj=made, mode=TARRED[kind]) as tarred:
            for name, content in CONTENT.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tarred.addfile(member, io.BytesIO(content))
    return made.getvalue()


@pytest.mark.parametrize("kind", [*ZIPPED, *TARRED])
def test_what_is_whole_is_unpacked(tmp_path: Path, kind: str) -> None:
    (tmp_path / "bag").write_bytes(pack(kind))
    with opened_bag(tmp_path / "bag") as folder:
        found = {f"bag/data/{one.name}": one.read_bytes() for one in (folder / "data").iterdir()}
    assert found == CONTENT


@pytest.mark.parametrize("kind", [*ZIPPED, *TARRED])
def test_what_is_broken_is_told_as_such(tmp_path: Path, kind: str) -> None:
    chance, whole, told = random.Random(2), pack(kind), 0
    for number in range(80):
        broken = bytearray(whole)
        if number % 4:
            broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        else:
            del broken[chance.randrange(len(broken)) :]
        (tmp_path / "bag").write_bytes(broken)
        try:
            with opened_bag(tmp_path / "bag"):
                pass
        except (ForgedBagError, InputError) as error:
            assert "bag" in str(error)  # noqa: PT017 - not each is noticed: that is for digests
            told += 1
    assert told > 5


def test_headers_that_unpack_to_much_are_not_read(tmp_path: Path) -> None:
    """tarfile reads a header of any length whole, before anybody could ask about it."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as tarred:
        for name in ("bag/one", "bag/two"):
            tarred.addfile(tarfile.TarInfo(name))
        member = tarfile.TarInfo("bag/three")
        member.pax_headers = {"comment": "x" * (64 << 20)}
        tarred.addfile(member)
    (tmp_path / "bag.tar.gz").write_bytes(made.getvalue())
    assert len(made.getvalue()) < 1 << 20
    del made, member
    tracemalloc.start()
    with (
        pytest.raises(ForgedBagError, match=r"bag\.tar\.gz: has headers .* bomb"),
        opened_bag(tmp_path / "bag.tar.gz"),
    ):
        pass
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 8 << 20


def test_headers_before_headers_have_an_end(tmp_path: Path) -> None:
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 5
    one = header.tobuf() + b"bag/x".ljust(512, b"\0")
    plain = tarfile.TarInfo("bag/first").tobuf()
    (tmp_path / "bag").write_bytes(plain + one * 990 + plain + bytes(1024))
    with pytest.raises(ForgedBagError, match="cannot be unpacked"), opened_bag(tmp_path / "bag"):
        pass


def test_a_full_disk_is_not_the_archives_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_told: object, **_rest: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "bag").write_bytes(pack("zip"))
    monkeypatch.setattr(unpacking, "_write", refuse)
    with pytest.raises(StorageFullError, match="no room"), opened_bag(tmp_path / "bag"):
        pass


@pytest.mark.parametrize(
    "names",
    [
        ("bag/x", "bag/x/y"),
        ("bag/x", "bag/x/"),
        ("bag/x", "bag/x/y/"),
        ("n" * 300,),
        ("n/" * 2040,),
    ],
    ids=["file in file", "file and folder", "folder in file", "a long name", "a long path"],
)
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_names_that_cannot_be_or_not_together_are_the_archives_fault(
    tmp_path: Path, kind: Literal["zip", "tar"], names: tuple[str, ...]
) -> None:
    path = tmp_path / f"bag.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as zipped:
            for name in names:
                zipped.writestr(zipfile.ZipInfo(name), b"")
    else:
        with tarfile.open(path, "w") as tarred:
            for name in names:
                member = tarfile.TarInfo(name)
                member.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
                tarred.addfile(member, io.BytesIO())
    with pytest.raises(ForgedBagError), opened_bag(path):
        pass
