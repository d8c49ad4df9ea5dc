"""Editions: asked for by one, looked at by another, and nobody's mind is changed behind them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from purport.casework import (
    Workspace,
    case_file,
    collect_story,
    judge_case,
    review_verdict,
)
from purport.casework.publishing import (
    EditionDraft,
    ask_for_edition,
    decide_edition,
    editions_of,
    preview_edition,
    readers_edition,
    withdraw_edition,
)
from purport.core.editions import Edition, EditionState, Safety
from purport.core.errors import AbsentError, ConflictError, InputError, UnreviewedError
from purport.core.ratings import Rating

DRAFT = EditionDraft(key="bridge", title="The bridge", summary="What it was.", safety=Safety())
LATER = datetime(2040, 1, 1, tzinfo=UTC)


@pytest.fixture
def judged(workspace: Workspace, story: Path) -> Workspace:
    """A case with proposed ratings."""
    collect_story(workspace, story)
    judge_case(workspace)
    return workspace


def confirm(workspace: Workspace, reason: str = "Looked at it.") -> None:
    verdict = next(
        one for one in case_file(workspace).verdicts if one.rating is not Rating.NOT_CHECKABLE
    )
    review_verdict(workspace, claim=verdict.claim, part=verdict.part, author="Ann", reason=reason)


def editions(workspace: Workspace) -> list[Edition]:
    return [one.record for one in editions_of(workspace)]


def test_nothing_is_published_that_nobody_confirmed(judged: Workspace) -> None:
    with pytest.raises(UnreviewedError, match="no rating of the case is confirmed"):
        ask_for_edition(judged, DRAFT, author="Ann")
    confirm(judged)
    document: Any = preview_edition(judged, DRAFT)
    assert [len(claim["verdicts"]) for claim in document["claims"]] == [1]
    assert editions(judged) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"title": " "}, "title: is empty"),
        ({"summary": ""}, "summary: is empty"),
        ({"title": "x" * 201}, "has 201 characters"),
    ],
)
def test_readers_are_told_what_it_is_about(
    judged: Workspace, changes: dict[str, str], fault: str
) -> None:
    confirm(judged)
    draft = EditionDraft(
        **{
            **{name: getattr(DRAFT, name) for name in ("key", "title", "summary", "safety")},
            **changes,
        }
    )
    with pytest.raises(InputError, match=fault):
        ask_for_edition(judged, draft, author="Ann")


def test_somebody_else_looks_before_readers_do(judged: Workspace) -> None:
    confirm(judged)
    asked = ask_for_edition(judged, DRAFT, author="Ann")
    assert readers_edition(editions(judged), LATER) is None
    with pytest.raises(ConflictError, match="waits for review"):
        ask_for_edition(judged, DRAFT, author="Ben")
    with pytest.raises(InputError, match="asked for by you"):
        decide_edition(judged, 1, publish=True, author="Ann")
    with pytest.raises(InputError, match="reason: is empty"):
        decide_edition(judged, 1, publish=False, author="Ben")
    with pytest.raises(AbsentError):
        decide_edition(judged, 2, publish=True, author="Ben")
    published = decide_edition(judged, 1, publish=True, author="Ben")
    assert (published.state, published.decided_by) == (EditionState.PUBLISHED, "Ben")
    assert published.document == asked.document
    with pytest.raises(ConflictError, match="is published already"):
        decide_edition(judged, 1, publish=True, author="Cem")
    shown = readers_edition(editions(judged), LATER)
    assert shown is not None
    assert shown.document is not None
    assert shown.document["title"] == "The bridge"
    assert judged.store.verify() > 0


def test_what_was_reviewed_is_what_is_published(judged: Workspace) -> None:
    confirm(judged)
    asked = ask_for_edition(judged, DRAFT, author="Ann")
    confirm(judged, reason="A second thought.")
    assert decide_edition(judged, 1, publish=True, author="Ben").document == asked.document


def test_what_was_sent_back_is_seen_by_nobody(judged: Workspace) -> None:
    confirm(judged)
    ask_for_edition(judged, DRAFT, author="Ann")
    back = decide_edition(judged, 1, publish=False, author="Ben", reason="Too early.")
    assert (back.state, back.reason, back.published_utc) == (
        EditionState.SENT_BACK,
        "Too early.",
        None,
    )
    assert readers_edition(editions(judged), LATER) is None
    assert ask_for_edition(judged, DRAFT, author="Ann").number == 2


def test_a_second_edition_corrects_the_first(judged: Workspace) -> None:
    confirm(judged)
    ask_for_edition(judged, DRAFT, author="Ann")
    decide_edition(judged, 1, publish=True, author="Ben")
    again = EditionDraft(
        key="bridge",
        title="The bridge, again",
        summary="What it was.",
        safety=Safety(),
        correction="The date was wrong.",
    )
    ask_for_edition(judged, again, author="Ann")
    shown = readers_edition(editions(judged), LATER)
    assert shown is not None
    assert shown.number == 1
    decide_edition(judged, 2, publish=True, author="Ben")
    shown = readers_edition(editions(judged), LATER)
    assert shown is not None
    assert (shown.number, [one.words for one in shown.corrections]) == (
        2,
        ["The date was wrong."],
    )


def test_a_case_taken_back_says_why_and_nothing_else(judged: Workspace) -> None:
    with pytest.raises(AbsentError):
        withdraw_edition(judged, author="Ann", reason="A family asked.")
    confirm(judged)
    ask_for_edition(judged, DRAFT, author="Ann")
    decide_edition(judged, 1, publish=True, author="Ben")
    with pytest.raises(InputError, match="reason: is empty"):
        withdraw_edition(judged, author="Ann", reason=" ")
    withdraw_edition(judged, author="Ann", reason="A family asked.")
    shown = readers_edition(editions(judged), LATER)
    assert shown is not None
    assert (shown.document, shown.withdrawn) == (None, "A family asked.")
    with pytest.raises(AbsentError):
        withdraw_edition(judged, author="Ann", reason="Again.")


def test_why_a_case_was_taken_back_tells_no_position_and_no_uploader(judged: Workspace) -> None:
    confirm(judged)
    ask_for_edition(judged, DRAFT, author="Ann")
    decide_edition(judged, 1, publish=True, author="Ben")
    withdraw_edition(
        judged, author="Ann", reason="Vera Quill, 36.20124, 37.13433, 9.0 m off, asked."
    )
    shown = readers_edition(editions(judged), LATER, lambda _: ("Vera Quill",))
    assert shown is not None
    assert shown.withdrawn == "[name withheld], [position withheld], [measure withheld] off, asked."


def test_an_uploader_who_is_kept_back_now_is_not_named_by_earlier_corrections(
    judged: Workspace,
) -> None:
    confirm(judged)
    for number, safety in enumerate((Safety(hide_uploader=False), Safety()), 1):
        draft = replace(DRAFT, safety=safety, correction=f"{number}: Vera Quill filmed it.")
        ask_for_edition(judged, draft, author="Ann")
        decide_edition(judged, number, publish=True, author="Ben")
    names = {True: ("Vera Quill",), False: ()}
    shown = readers_edition(editions(judged), LATER, lambda safety: names[safety.hide_uploader])
    assert shown is not None
    assert [one.words for one in shown.corrections] == [
        "2: [name withheld] filmed it.",
        "1: [name withheld] filmed it.",
    ]
    assert shown.names == ("Vera Quill",)


def test_the_chain_names_every_step(judged: Workspace) -> None:
    confirm(judged)
    ask_for_edition(judged, DRAFT, author="Ann")
    decide_edition(judged, 1, publish=True, author="Ben")
    steps = [one.details for one in judged.store.custody() if one.kind == "published"]
    assert [one["state"] for one in steps] == ["in review", "published"]
    assert steps[0]["document"] == steps[1]["document"]
    past = judged.store.past(Edition, ["1"])
    assert [one.record.state for one in past] == [EditionState.IN_REVIEW, EditionState.PUBLISHED]
    assert json.dumps(past[0].record.document)
    assert past[1].record.decided_utc is not None
    assert past[1].record.decided_utc - past[0].record.asked_utc < timedelta(hours=1)


def test_a_longer_embargo_covers_earlier_corrections_too(judged: Workspace) -> None:
    confirm(judged)
    words = "It lies 36.2012, 37.1343, 9.0 m off, not 12 m."
    ask_for_edition(judged, replace(DRAFT, correction=words), author="Ann")
    decide_edition(judged, 1, publish=True, author="Bea")
    (first,) = editions(judged)
    opened = "2030-01-01T00:00:00Z"
    first = with_item(first, opened)
    second = replace(with_item(first, "2050-01-01T00:00:00Z"), number=2, correction=None)

    def told(*some: Edition) -> str:
        shown = readers_edition(some, LATER)
        assert shown is not None
        return shown.corrections[0].words

    assert told(first) == words
    for kept_back in (second, with_item(second, None)):
        said = told(first, kept_back)
        assert not any(one in said for one in ("36.2012", "37.1343", "9.0", "12"))
    assert told(first, with_item(second, opened)) == words
    blurred = replace(with_item(second, opened), safety=Safety(blur_positions=True))
    assert "36.2012" not in told(first, blurred)
    assert "9.0 m" in told(first, blurred)  # no position


def with_item(edition: Edition, opens: str | None) -> Edition:
    """Give the document of an edition an item whose positions are public from a moment on."""
    item: Any = {
        "sha256": "0" * 64,
        "name": "Item 1",
        "publisher": None,
        "claimed_place": None,
        "places": [],
        "positions_from_utc": opens,
    }
    return replace(edition, document={**edition.document, "items": [item]})
