"""Marks with their past, two people at one mark, and second looks placed blind."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from purport.casework import Workspace, case_file, collect_item, mark
from purport.casework.bench import gather_bench
from purport.casework.checking import examine_item
from purport.casework.marking import marks_of, require_sayable, withdraw_mark
from purport.casework.second_look import (
    agreement_of,
    begin_look,
    give_up_look,
    hand_in,
    looks_at,
    open_look,
    require_no_open_look,
    veil_case,
)
from purport.core.digests import Digest, JsonObject
from purport.core.errors import AbsentError, ConflictError, InputError
from purport.core.marks import MarkKind, mark_fault, point_marks
from purport.core.second_looks import LookedAt

IMPACT: JsonObject = {"frame": 3, "pixel": [40.0, 50.0], "pixel_sd": 2.0}
NAMED: JsonObject = {**IMPACT, "label": "Corner"}


@pytest.fixture
def item(workspace: Workspace, clip: Callable[..., Path]) -> Digest:
    found = collect_item(workspace, clip())
    examine_item(workspace, found.digest)
    return found.digest


def place(workspace: Workspace, item: Digest, values: JsonObject, author: str) -> str:
    kind = MarkKind.IMPACT
    return mark(workspace, item=item, kind=kind, values=values, author=author).id


def test_a_moved_mark_keeps_its_past_and_its_place(workspace: Workspace, item: Digest) -> None:
    first = place(workspace, item, IMPACT, "Ada")
    place(workspace, item, {**IMPACT, "pixel": [1.0, 2.0]}, "Ada")
    version = marks_of(workspace, item)[0].version
    mark(
        workspace,
        item=item,
        kind=MarkKind.IMPACT,
        values={**IMPACT, "pixel": [41.0, 50.0]},
        author="Bea",
        note="sharper here",
        supersedes=first,
        version=version,
    )
    moved, other = marks_of(workspace, item)
    assert [one.mark.author for one in moved.past] == ["Ada", "Bea"]
    assert moved.mark.note == "sharper here"
    assert moved.version is not None
    assert len(other.past) == 1
    assert len(case_file(workspace).marks) == 2


def test_the_second_of_two_people_changes_nothing(workspace: Workspace, item: Digest) -> None:
    first = place(workspace, item, IMPACT, "Ada")
    version = marks_of(workspace, item)[0].version
    assert version is not None

    def move(author: str, x: float) -> None:
        mark(
            workspace,
            item=item,
            kind=MarkKind.IMPACT,
            values={**IMPACT, "pixel": [x, 50.0]},
            author=author,
            supersedes=first,
            version=version,
        )

    move("Bea", 41.0)
    with pytest.raises(ConflictError, match="somebody else has moved"):
        move("Ada", 42.0)
    with pytest.raises(ConflictError, match="somebody else has moved"):
        withdraw_mark(workspace, item=item, mark=first, version=version)
    (only,) = case_file(workspace).marks
    assert only.author == "Bea"


def test_a_mark_taken_away_says_who_did_it(workspace: Workspace, item: Digest) -> None:
    first = place(workspace, item, IMPACT, "Ada")
    version = marks_of(workspace, item)[0].version
    assert version is not None
    withdraw_mark(workspace, item=item, mark=first, version=version, reason="a glint")
    (told,) = marks_of(workspace, item)
    assert told.version is None
    assert told.past[-1].withdrawn_by is not None
    assert told.past[-1].withdrawn_utc is not None
    assert case_file(workspace).marks == ()
    with pytest.raises(AbsentError, match="there is no such mark"):
        withdraw_mark(workspace, item=item, mark="m0", version=version)
    with pytest.raises(AbsentError, match="there is no such item"):
        marks_of(workspace, "0" * 64)


@pytest.mark.parametrize(
    "values", [{"pixel": [float("nan"), 1.0]}, {"label": "\ud800"}, {"frame": 100_000}]
)
def test_what_cannot_be_kept_is_refused(
    workspace: Workspace, item: Digest, values: JsonObject
) -> None:
    with pytest.raises(InputError):
        require_sayable(gather_bench(workspace, item), values, None)


def test_a_second_look_sees_nothing_of_the_first(workspace: Workspace, item: Digest) -> None:
    place(workspace, item, NAMED, "Ada")
    file = case_file(workspace)
    assert veil_case(workspace, file, "Bea") is file
    look = begin_look(workspace, item=item, author="Bea")
    assert open_look(workspace, item, "Bea") == look
    assert veil_case(workspace, file, "Bea").marks == ()
    assert veil_case(workspace, file, "Ada").marks == file.marks
    with pytest.raises(ConflictError, match="dossier: is closed to you"):
        require_no_open_look(workspace, "Bea", what="dossier")
    require_no_open_look(workspace, "Ada", what="dossier")
    with pytest.raises(ConflictError, match="at one already"):
        begin_look(workspace, item=item, author="Bea")
    placed = [LookedAt(kind="impact", values={**NAMED, "pixel": [42.0, 50.0]})]
    done = hand_in(workspace, item=item, author="Bea", placed=placed, note="hazy")
    assert open_look(workspace, item, "Bea") is None
    require_no_open_look(workspace, "Bea", what="dossier")
    assert veil_case(workspace, file, "Bea") is file
    assert case_file(workspace).marks == file.marks
    assert [one.record for one in looks_at(workspace, item)] == [done]
    told = agreement_of(workspace, done)
    (pair,) = told.pairs
    assert pair.away_px == pytest.approx(2.0)
    assert pair.expected_px == pytest.approx(8.0**0.5)
    assert pair.agrees
    assert told.first == ("Ada",)
    assert told.words[0] == "Impact: 2.0 px apart (stated: 2.8 px): they agree."
    assert "not recorded where and when" in told.words[1]
    far = replace(done, placed=(LookedAt(kind="impact", values={**IMPACT, "pixel": [60.0, 50.0]}),))
    assert "they do not agree" in agreement_of(workspace, far).words[0]


def test_who_may_not_look_again(workspace: Workspace, item: Digest) -> None:
    with pytest.raises(InputError, match="there is no first one"):
        begin_look(workspace, item=item, author="Bea")
    place(workspace, item, IMPACT, "Ada")
    with pytest.raises(InputError, match="placed points on this footage yourself"):
        begin_look(workspace, item=item, author="Ada")
    with pytest.raises(InputError, match="you have begun none"):
        hand_in(workspace, item=item, author="Bea", placed=[])
    with pytest.raises(AbsentError):
        give_up_look(workspace, item=item, author="Bea")
    begin_look(workspace, item=item, author="Bea")
    with pytest.raises(InputError, match="nothing is placed"):
        hand_in(workspace, item=item, author="Bea", placed=[])
    for kind, values in (("shadow", IMPACT), ("impact", {"frame": 3})):
        with pytest.raises(InputError):
            hand_in(
                workspace,
                item=item,
                author="Bea",
                placed=[LookedAt(kind=kind, values=values)],
            )
    give_up_look(workspace, item=item, author="Bea")
    assert looks_at(workspace, item) == ()


def test_a_target_may_be_an_outline(workspace: Workspace, item: Digest) -> None:
    ring = [[36.72, 35.41], [36.73, 35.41], [36.73, 35.42]]
    target = mark(
        workspace,
        item=item,
        kind=MarkKind.TARGET,
        values={"outline": ring},
        author="Ada",
    )
    (read,) = point_marks((target,), MarkKind.TARGET)
    assert read.point is None
    assert read.outline is not None
    assert [corner.longitude_deg for corner in read.outline] == [36.72, 36.73, 36.73]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (MarkKind.IMPACT, {"outline": [[0, 0], [1, 0], [1, 1]]}),
        (MarkKind.TARGET, {"outline": [[0, 0], [1, 0]]}),
        (MarkKind.TARGET, {"outline": [[0, 0], [1, 0], [0, 0]]}),
        (MarkKind.TARGET, {"outline": "a square"}),
        (MarkKind.TARGET, {"outline": [[0, 0], [1, 0], [1, 1]], "position": [0, 0]}),
    ],
)
def test_other_outlines_are_refused(kind: MarkKind, values: JsonObject) -> None:
    assert mark_fault(kind, values) is not None
