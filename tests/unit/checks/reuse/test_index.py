"""Shelves of codes: the same neighbours sealed and unsealed, and nothing else."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.reuse.index._items import Items, Kept
from purport.checks.reuse.index._pictures import Pictures
from purport.checks.reuse.index._places import Places
from purport.checks.reuse.index._shelf import Near, Shelf
from purport.core.digests import Digest, digest_bytes

COUNT, SEALED_AT = 700, 256
SHELVES = (Pictures, Places)


def codes(seed: int = 1) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (COUNT, 32), dtype=np.uint8)


def off_by(some: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """Turn over the first so many bits of each."""
    flat = np.unpackbits(some, axis=1)
    flat[:, 3 : 3 + bits] ^= 1
    return np.packbits(flat, axis=1)


def filled(kind: type[Shelf], folder: Path, *, sealed: bool) -> Shelf:
    shelf = kind(folder, count=0, sealed_at=SEALED_AT)
    for first in range(0, COUNT, 100):
        some = codes()[first : first + 100]
        shelf.append(some, np.arange(first, first + len(some)) * 2)
    if sealed:
        shelf.seal()
    return shelf


def told(near: Near) -> set[tuple[int, int, int]]:
    return set(zip(near.asked.tolist(), near.labels.tolist(), near.bits.tolist(), strict=True))


@pytest.mark.parametrize("kind", SHELVES)
@pytest.mark.parametrize("sealed", [False, True])
def test_near_codes_are_found_with_their_labels_and_distance(
    kind: type[Shelf], tmp_path: Path, *, sealed: bool
) -> None:
    shelf = filled(kind, tmp_path, sealed=sealed)
    asked = off_by(codes()[[5, 300, 650]], 9)
    near = shelf.search(asked, most=50, farthest_bits=20)
    assert told(near) == {(0, 10, 9), (1, 600, 9), (2, 1300, 9)}


@pytest.mark.parametrize("kind", SHELVES)
def test_threads_side_by_side_find_the_same(kind: type[Shelf], tmp_path: Path) -> None:
    filled(kind, tmp_path, sealed=True)
    asked = off_by(codes()[:80], 9)
    alone, together = (
        kind(tmp_path, count=COUNT, sealed_at=SEALED_AT, threads=threads).search(
            asked, most=50, farthest_bits=90
        )
        for threads in (1, 3)
    )
    assert len(alone.asked) >= 80
    for column in ("asked", "labels", "bits"):
        assert getattr(alone, column).tolist() == getattr(together, column).tolist()


@pytest.mark.parametrize("kind", SHELVES)
def test_far_codes_are_not(kind: type[Shelf], tmp_path: Path) -> None:
    shelf = filled(kind, tmp_path, sealed=True)
    assert told(shelf.search(codes(seed=2)[:50], most=50, farthest_bits=40)) == set()
    assert told(shelf.search(off_by(codes()[:5], 21), most=50, farthest_bits=20)) == set()


@pytest.mark.parametrize("kind", SHELVES)
def test_only_full_stretches_are_sealed_each_once(kind: type[Shelf], tmp_path: Path) -> None:
    shelf = filled(kind, tmp_path, sealed=True)
    made = sorted(path.name for path in tmp_path.glob("sealed-*.bin"))
    assert made == ["sealed-00000.bin", "sealed-00001.bin"]
    before = [(tmp_path / name).stat().st_mtime_ns for name in made]
    shelf.seal()
    assert [(tmp_path / name).stat().st_mtime_ns for name in made] == before


@pytest.mark.parametrize("kind", SHELVES)
def test_the_same_codes_give_the_same_files(kind: type[Shelf], tmp_path: Path) -> None:
    filled(kind, tmp_path / "one", sealed=True)
    filled(kind, tmp_path / "other", sealed=True)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes()


@pytest.mark.parametrize("kind", SHELVES)
def test_an_empty_shelf_finds_nothing(kind: type[Shelf], tmp_path: Path) -> None:
    shelf = kind(tmp_path, count=0, sealed_at=SEALED_AT)
    assert told(shelf.search(codes()[:3], most=5, farthest_bits=256)) == set()


def test_of_many_pictures_alike_the_nearest_are_kept(tmp_path: Path) -> None:
    shelf = Pictures(tmp_path, count=0, sealed_at=SEALED_AT)
    some = np.repeat(codes()[:1], SEALED_AT, axis=0)
    for count in range(SEALED_AT):  # differs in as many bits as its label says, at most 60
        some[count] = off_by(some[count : count + 1], min(count, 60))[0]
    shelf.append(some, np.arange(SEALED_AT))
    shelf.seal()
    near = shelf.search(np.repeat(codes()[:1], 40, axis=0), most=5, farthest_bits=76)
    assert told(near) == {(row, label, label) for row in range(40) for label in range(5)}


def test_codes_that_very_many_share_are_passed_over(tmp_path: Path) -> None:
    shelf = Places(tmp_path, count=0, sealed_at=SEALED_AT)
    same = np.repeat(codes()[:1], 60, axis=0)
    shelf.append(np.concatenate((same, codes()[1:3])), np.arange(62))
    near = shelf.search(codes()[:3], most=50, farthest_bits=10)
    assert {label for _, label, _ in told(near)} == {60, 61}


def some_items(first: int, count: int) -> list[Kept]:
    return [
        Kept(
            number=number,
            digest=digest_bytes(str(number).encode()),
            name=f"ролик {number}.mp4",
            first=3 * number,
            segments=3,
            length_s=2.5,
        )
        for number in range(first, first + count)
    ]


def test_items_are_read_again_as_they_were_added(tmp_path: Path) -> None:
    size = 0
    for first in (0, 4):
        items = Items(tmp_path, count=first, size=size)
        for item in some_items(first, 4):
            items.add(item)
        assert list(items) == some_items(0, first + 4)  # before it is saved, too
        size = items.save()
    again = Items(tmp_path, count=8, size=size)
    assert list(again) == some_items(0, 8)
    assert again.firsts.tolist() == list(range(0, 24, 3))
    assert again.has(some_items(5, 1)[0].digest)
    assert not again.has(digest_bytes(b"another"))


def test_only_the_items_asked_for_are_among_them(tmp_path: Path) -> None:
    items = Items(tmp_path, count=0, size=0)
    for item in some_items(0, 5):
        items.add(item)
    wanted = frozenset[Digest]({some_items(3, 1)[0].digest, digest_bytes(b"another")})
    assert items.are_among(wanted).tolist() == [False, False, False, True, False]


@pytest.mark.parametrize("left", [0, 130])
def test_columns_that_are_missing_or_short_are_made_from_the_lines(
    tmp_path: Path, left: int
) -> None:
    items = Items(tmp_path, count=0, size=0)
    for item in some_items(0, 5):
        items.add(item)
    size = items.save()
    whole = (tmp_path / "items.bin").read_bytes()
    (tmp_path / "items.bin").write_bytes(whole[:left])
    again = Items(tmp_path, count=5, size=size)
    assert list(again) == some_items(0, 5)
    again.add(some_items(5, 1)[0])
    again.save()
    assert (tmp_path / "items.bin").read_bytes()[: len(whole)] == whole
    assert list(Items(tmp_path, count=6, size=0)) == some_items(0, 6)


def test_what_an_addition_cut_short_left_behind_is_overwritten(tmp_path: Path) -> None:
    items = Items(tmp_path, count=0, size=0)
    for item in some_items(0, 2):
        items.add(item)
    size = items.save()
    items.add(some_items(2, 1)[0])
    items.save()  # which index.json never came to say
    again = Items(tmp_path, count=2, size=size)
    other = some_items(7, 1)[0]
    again.add(other)
    again.save()
    assert list(Items(tmp_path, count=3, size=0))[2].digest == other.digest
    assert len((tmp_path / "items.jsonl").read_text(encoding="utf-8").splitlines()) == 3
