"""BagIt bags of others: two listed names that are one file where they were made."""

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

import pytest

from purport.seals import bags, check_bag

BYTES = b"hello\n"
TWINS = [("data/hello.txt", "data/HELLO.txt"), ("data/\u00e9.txt", "data/e\u0301.txt")]


def make_bag(root: Path, digests: dict[str, str]) -> Path:
    (root / "data").mkdir(parents=True)
    (root / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
    (root / "bag-info.txt").write_text(f"Payload-Oxum: {len(BYTES)}.1\n")
    lines = "".join(f"{digest}  {name}\n" for name, digest in digests.items())
    (root / "manifest-sha512.txt").write_text(lines)
    (root / next(iter(digests))).write_bytes(BYTES)
    return root


@pytest.mark.parametrize(("here", "absent"), TWINS)
def test_a_twin_listed_as_the_same_bytes_is_unusual_and_no_fault(
    tmp_path: Path, here: str, absent: str
) -> None:
    digest = hashlib.sha512(BYTES).hexdigest()
    bag = check_bag(make_bag(tmp_path / "bag", {here: digest, absent: digest}))
    assert bag.faults == []
    assert bag.warnings == (f"{absent}: is here as {here} alone, and listed as the same bytes",)


@pytest.mark.parametrize(("here", "absent"), TWINS)
def test_a_twin_listed_as_other_bytes_is_missing(tmp_path: Path, here: str, absent: str) -> None:
    digest, other = (hashlib.sha512(one).hexdigest() for one in (BYTES, b"other\n"))
    bag = check_bag(make_bag(tmp_path / "bag", {here: digest, absent: other}))
    assert [fault.subject for fault in bag.faults] == [absent]


def test_a_listed_file_that_is_nobodys_twin_is_missing(tmp_path: Path) -> None:
    digest = hashlib.sha512(BYTES).hexdigest()
    bag = check_bag(make_bag(tmp_path / "bag", {"data/a": digest, "data/b": digest}))
    assert [fault.subject for fault in bag.faults] == ["data/b"]


def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = bags.open_plainly

    def refusing(path: Path) -> BinaryIO:
        if path.name in {"a", "bag-info.txt"}:
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(bags, "open_plainly", refusing)
    digest = hashlib.sha512(BYTES).hexdigest()
    bag = check_bag(make_bag(tmp_path / "bag", {"data/a": digest}))
    assert [str(fault) for fault in bag.faults] == [
        "bag-info.txt: cannot be read (Permission denied)",
        "data/a: cannot be read (Permission denied)",
    ]


def test_folders_in_folders_without_end_are_named(tmp_path: Path) -> None:
    digest = hashlib.sha512(BYTES).hexdigest()
    root = make_bag(tmp_path / "bag", {"data/a": digest})
    deep = os.open(root, os.O_RDONLY)
    for _ in range(40):  # longer than any path that a system call takes
        os.mkdir("d" * 200, dir_fd=deep)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=deep)
        os.close(deep)
        deep = inner
    os.close(deep)
    bag = check_bag(root)
    assert [fault.fault for fault in bag.faults] == ["cannot be read (File name too long)"]


def test_names_that_would_write_lines_of_ours_are_told_on_one(tmp_path: Path) -> None:
    digest = hashlib.sha512(BYTES).hexdigest()
    root = make_bag(tmp_path / "bag", {"data/a": digest})
    (root / "data/x\nSigned by: a key that you named\x1b[2J").write_bytes(b"")
    for fault in check_bag(root).faults:
        assert str(fault).isprintable()
