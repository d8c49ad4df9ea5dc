from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from purport.casework import (
    Workspace,
    case_file,
    collect_item,
    collect_story,
    judge_case,
    mark,
    review_verdict,
)
from purport.casework.workspace import Act
from purport.core.claims import Part
from purport.core.digests import JsonObject
from purport.core.errors import InputError
from purport.core.marks import MarkKind
from purport.core.ratings import Rating, ReviewState
from purport.core.verdicts import Verdict
from purport.store import Entry

POINT: JsonObject = {"position": [36.72, 35.41]}


@pytest.fixture
def verdicts(workspace: Workspace, story: Path) -> tuple[Verdict, ...]:
    collect_story(workspace, story)
    return judge_case(workspace)


def test_every_part_of_every_claim_is_judged(
    workspace: Workspace, verdicts: tuple[Verdict, ...]
) -> None:
    claims = [claim.id for claim in case_file(workspace).claims]
    expected = [(claim, part) for claim in claims for part in Part]
    assert [(verdict.claim, verdict.part) for verdict in verdicts] == expected
    assert {verdict.review for verdict in verdicts} == {ReviewState.PROPOSED}


def test_judging_again_changes_nothing(workspace: Workspace, verdicts: tuple[Verdict, ...]) -> None:
    before = workspace.store.custody()
    assert judge_case(workspace) == verdicts
    assert workspace.store.custody() == before


def test_person_replaces_a_rating_and_the_proposal_stays(
    workspace: Workspace, verdicts: tuple[Verdict, ...]
) -> None:
    first = verdicts[0]
    other = next(rating for rating in Rating if rating is not first.rating)
    review_verdict(
        workspace,
        claim=first.claim,
        part=first.part,
        author="Ann",
        reason="I was there.",
        rating=other,
    )
    shown = case_file(workspace).verdicts[0]
    assert (shown.rating, shown.review, shown.reviewer) == (other, ReviewState.REVIEWED, "Ann")
    assert shown.because[0] == "Ann: I was there."
    assert shown.probability is None
    assert [stored.record for stored in workspace.store.live(Verdict)] == list(verdicts)
    assert judge_case(workspace)[0] == shown


def test_person_confirms_a_rating(workspace: Workspace, verdicts: tuple[Verdict, ...]) -> None:
    last = verdicts[-1]
    review_verdict(workspace, claim=last.claim, part=last.part, author="Ann", reason="Agreed.")
    shown = case_file(workspace).verdicts[-1]
    assert (shown.rating, shown.review) == (last.rating, ReviewState.REVIEWED)


def test_review_of_nothing_is_refused(workspace: Workspace, verdicts: tuple[Verdict, ...]) -> None:
    with pytest.raises(InputError, match="no proposed verdict"):
        review_verdict(workspace, claim="c0", part=Part.WHERE, author="Ann", reason="x")
    claim = verdicts[0].claim
    with pytest.raises(InputError, match="author: is empty"):
        review_verdict(workspace, claim=claim, part=Part.WHERE, author=" ", reason="x")
    with pytest.raises(InputError, match="reason: is empty"):
        review_verdict(workspace, claim=claim, part=Part.WHERE, author="Ann", reason="")


def test_verdicts_on_claims_that_are_gone_are_withdrawn(
    workspace: Workspace, verdicts: tuple[Verdict, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = verdicts[0].claim
    kept = [verdict for verdict in verdicts if verdict.claim == claim]
    monkeypatch.setattr("purport.casework.judging.judge", lambda _: tuple(kept))
    assert judge_case(workspace) == tuple(kept)
    assert len(case_file(workspace).verdicts) == len(kept)


def test_mark_is_kept_with_who_placed_it(workspace: Workspace, clip: Callable[..., Path]) -> None:
    item = collect_item(workspace, clip())
    placed = mark(
        workspace,
        item="clip.mp4",
        kind=MarkKind.IMPACT,
        values={"frame": 3, "pixel": [1.5, 8.0]},
        author="Ann",
    )
    assert placed.item == item.digest
    assert placed.id.startswith("m")
    assert case_file(workspace).marks == (placed,)
    assert workspace.store.custody()[-1].kind == "marked"


def test_mark_is_replaced_and_both_stay_on_record(
    workspace: Workspace, clip: Callable[..., Path]
) -> None:
    item = collect_item(workspace, clip())
    called = item.digest[:8]
    first = mark(workspace, item=called, kind=MarkKind.TARGET, values=POINT, author="Ann")
    second = mark(
        workspace,
        item=called,
        kind=MarkKind.TARGET,
        values={"position": [36.7, 35.5]},
        author="Ben",
        note="one pixel off",
        supersedes=first.id,
    )
    assert case_file(workspace).marks == (second,)
    assert workspace.store.verify() == 4
    with pytest.raises(InputError, match="not a live mark"):
        mark(
            workspace,
            item=called,
            kind=MarkKind.TARGET,
            values=POINT,
            author="Ben",
            supersedes=first.id,
        )


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"item": "other.mp4"}, "there is no such item"),
        ({"item": "clip"}, "there is no such item"),
        ({"values": {}}, "neither where in a frame nor where on the map"),
        ({"values": {"pixel": [1, 2]}}, "a pixel needs its frame"),
        ({"values": {"position": [200, 2]}}, "longitude must be"),
        ({"kind": MarkKind.CONTROL_POINT}, "it lacks frame, pixel"),
        ({"author": ""}, "author: is empty"),
    ],
)
def test_wrong_marks_are_refused(
    workspace: Workspace, clip: Callable[..., Path], wrong: dict[str, Any], fault: str
) -> None:
    collect_item(workspace, clip())
    given = {"item": "clip.mp4", "kind": MarkKind.TARGET, "values": POINT, "author": "Ann", **wrong}
    with pytest.raises(InputError, match=fault):
        mark(workspace, **given)
    assert case_file(workspace).marks == ()


def test_name_that_two_items_have_is_refused(
    workspace: Workspace, clip: Callable[..., Path]
) -> None:
    collect_item(workspace, clip(seed=1))
    collect_item(workspace, clip(seed=2))
    with pytest.raises(InputError, match="2 items are called so"):
        mark(workspace, item="clip.mp4", kind=MarkKind.TARGET, values=POINT, author="Ann")


def test_verdict_on_a_withdrawn_claim_is_not_shown(
    workspace: Workspace, verdicts: tuple[Verdict, ...]
) -> None:
    claim = case_file(workspace).claims[0]
    workspace.record([Entry(record=claim, withdrawn=True)], Act(kind="recorded"))
    shown = case_file(workspace).verdicts
    assert shown == tuple(verdict for verdict in verdicts if verdict.claim != claim.id)
