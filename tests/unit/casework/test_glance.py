"""A case at a glance says what the whole case says; one item of it what that says of the item."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from purport.casework import Workspace, case_file, describe_case, review_verdict
from purport.casework.finding import ITEMS_A_PAGE, find_items
from purport.casework.glance import case_front, item_file, items_page
from purport.casework.second_look import veil_case
from purport.casework.workspace import Act
from purport.core.case import ItemRecord
from purport.core.casefile import MarkRecord
from purport.core.digests import Digest, digest_bytes
from purport.core.errors import AbsentError
from purport.core.findings import NotRun
from purport.core.ratings import Rating
from purport.core.second_looks import SecondLook
from purport.store import Entry, Outcome, Survey

ABSENT = "0" * 64


@pytest.fixture
def case(checked_folder: Path, tmp_path: Path) -> Iterator[Workspace]:
    """The story checked, its first rating reviewed."""
    shutil.copytree(checked_folder, tmp_path / "case", symlinks=True)
    with Workspace.open(tmp_path / "case") as workspace:
        verdict = next(
            one
            for one in case_file(workspace).verdicts
            if one.links and one.rating is not Rating.NOT_CHECKABLE
        )
        review_verdict(
            workspace, claim=verdict.claim, part=verdict.part, author="Ann", reason="Looked."
        )
        yield workspace


def lacked(workspace: Workspace) -> set[str]:
    return {missing for one in case_file(workspace).not_run for missing in one.missing}


def test_the_front_is_the_case_without_its_footage(case: Workspace) -> None:
    whole = case_file(case)
    front = case_front(case, None)
    assert front.file == replace(whole, items=(), findings=(), not_run=(), faults=(), custody=())
    assert len(front.file.reviews) == 1
    assert front.file.reviews[0].reviewed_utc is not None
    assert set(front.lacking) == lacked(case) != set()
    assert (front.items, front.tally.outcomes > 0) == (1, True)


def test_what_is_new_is_taken_in_and_what_is_gone_is_left_out(case: Workspace) -> None:
    before = case_front(case, None)
    item = find_items(case).items[0].digest
    other = ItemRecord(digest=digest_bytes(b"x"), name="x.mp4", size_bytes=1)
    said = Survey(
        item=other.digest, version="1", probe={"a": ["SYNTHETIC"]}, duration_s=1, frames=9
    )
    lacking = Outcome(
        item=item,
        check="zz",
        version="1",
        parameters=item,
        inputs=item,
        not_run=NotRun(check="zz", item=item, missing=("a moon",)),
    )
    case.record([other, said, lacking], Act(kind="recorded"))
    describe_case(case, name="Called anew")
    after = case_front(case, before)
    assert (after.file.name, after.file.synthetic, after.items) == ("Called anew", True, 2)
    assert set(after.lacking) == {*before.lacking, "a moon"} == lacked(case)
    assert after == case_front(case, None), "whoever looks for the first time sees the same"
    ran = replace(lacking, not_run=None)
    case.record([replace(said, probe={"a": "real"}), ran], Act(kind="recorded"))
    last = case_front(case, after)
    assert not last.file.synthetic
    assert set(last.lacking) == set(before.lacking)
    assert last == case_front(case, None)


def test_a_word_in_another_place_does_not_make_a_case_synthetic(case: Workspace) -> None:
    named = ItemRecord(digest=digest_bytes(b"y"), name="SYNTHETIC.mp4", size_bytes=1)
    key = Survey(
        item=named.digest, version="1", probe={"SYNTHETIC": "no"}, duration_s=1.0, frames=9
    )
    case.record([named, key], Act(kind="recorded"))
    assert case_front(case, None).file.synthetic is case_file(case).synthetic is False


def test_one_item_comes_with_all_that_was_found_in_it(case: Workspace) -> None:
    first = find_items(case).items[0].digest
    other = ItemRecord(digest=digest_bytes(b"z"), name="z.mp4", size_bytes=1)
    marks = [
        MarkRecord(
            id=f"m{number}",
            item=item,
            kind="target",
            values={"frame": 0, "x": 1, "y": 1},
            author="Ann",
            placed_utc=case.now(),
        )
        for number, item in enumerate((first, other.digest))
    ]
    case.record([other, *marks], Act(kind="marked"))
    whole, front = case_file(case), case_front(case, None)
    told = item_file(case, front, first)
    assert told.items == whole.items[:1]
    assert told.findings == tuple(one for one in whole.findings if one.item == first) != ()
    assert told.not_run == tuple(one for one in whole.not_run if one.item == first) != ()
    assert told.marks == tuple(marks[:1])
    assert (told.claims, told.verdicts, told.name) == (whole.claims, whole.verdicts, whole.name)
    assert item_file(case, front, other.digest).findings == ()
    with pytest.raises(AbsentError, match="no such item"):
        item_file(case, front, ABSENT)


def test_a_second_look_sees_as_little_of_a_front_as_of_the_case(case: Workspace) -> None:
    whole = case_file(case)
    linked = {link.finding for one in whole.verdicts for link in one.links}
    finding = next(one for one in whole.findings if one.id in linked and one.item)
    outcome = next(
        stored.record for stored in case.store.live(Outcome) if finding in stored.record.findings
    )
    as_placed = replace(outcome, check="place", findings=(replace(finding, check="place"),))
    look = SecondLook(id="s1", item=Digest(str(finding.item)), author="Ben", begun_utc=case.now())
    case.record([Entry(record=outcome, withdrawn=True), as_placed, look], Act(kind="recorded"))
    whole, front = case_file(case), case_front(case, None).file
    veiled = veil_case(case, whole, "Ben")
    assert len(veiled.verdicts) < len(whole.verdicts)
    assert veil_case(case, front, "Ben").verdicts == veiled.verdicts
    assert veil_case(case, front, "Ann") == front


def test_pages_of_items_hold_each_once(case: Workspace) -> None:
    more = [
        ItemRecord(digest=digest_bytes(b"%d" % number), name=f"road {number}.mp4", size_bytes=1)
        for number in range(2 * ITEMS_A_PAGE)
    ]
    case.record(more, Act(kind="recorded"))
    pages = [items_page(case, number=number) for number in (1, 2, 3, 4)]
    assert [len(page.items) for page in pages] == [ITEMS_A_PAGE, ITEMS_A_PAGE, 1, 0]
    assert [page.more for page in pages] == [True, True, False, False]
    told = [item for page in pages for item in page.items]
    assert tuple(told) == case_file(case).items
    found = items_page(case, "ROAD 77")
    assert ([item.record.name for item in found.items], found.more) == (["road 77.mp4"], False)
    assert items_page(case, number=-3) == items_page(case)
    assert items_page(case, number=10**30).items == ()
