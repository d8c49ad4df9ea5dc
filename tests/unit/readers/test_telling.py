"""What readers are told of an event, and what no mail may say."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from purport.casework.publishing import Correction, ReadersEdition
from purport.core.digests import JsonObject
from purport.core.editions import Safety
from purport.core.notices import Event, EventKind
from purport.readers.announcing import rating_changes
from purport.readers.telling import Change, tell

NOW = datetime(2026, 11, 27, tzinfo=UTC)
EVENT = Event(
    id="e",
    case="case",
    kind=EventKind.CORRECTION,
    claim="",
    subject="",
    actor=None,
    actor_name="",
    to=None,
    body={"edition": 2},
    created=NOW,
)


def document(ratings: dict[tuple[str, str], str], title: str = "At 35.90068, -14.19878") -> Any:  # noqa: ANN401 - JSON
    claims: dict[str, list[JsonObject]] = {}
    for (claim, part), rating in ratings.items():
        claims.setdefault(claim, []).append({"part": part, "rating": rating})
    return {
        "title": title,
        "claims": [
            {"id": claim, "claimant": f"Ministry {claim}", "verdicts": verdicts}
            for claim, verdicts in claims.items()
        ],
    }


def edition(**changes: Any) -> ReadersEdition:  # noqa: ANN401 - of the record
    told = Correction(number=2, published_utc=NOW, words="It lies 9.0 m off, at 35.9006, -14.1987.")
    usual = ReadersEdition(
        number=2,
        document=document({("c1", "where"): "Supported"}),
        published_utc=NOW,
        withdrawn=None,
        corrections=(told,),
        safety=Safety(),
    )
    return replace(usual, **changes)


def test_positions_distances_and_directions_never_go_out() -> None:
    told = tell(EVENT, edition())
    assert told.title == "At [position withheld]"
    assert "[measure withheld]" in told.words
    for figure in ("35.9", "14.19", "9.0"):
        assert figure not in told.title + told.words


@pytest.mark.parametrize("withdrawn", [True, False])
def test_of_a_withdrawn_case_only_the_reason_is_told(withdrawn: bool) -> None:  # noqa: FBT001 - of the table
    gone = edition(document=None, withdrawn="A family at 35.90068, -14.19878.", corrections=())
    event = replace(EVENT, body={"edition": 2, "withdrawn": True} if withdrawn else {})
    told = tell(event, gone)
    assert (told.title, told.claimant, told.changes) == ("", "", ())
    assert told.words == ("A family at [position withheld]." if withdrawn else "")


def test_changes_are_told_only_of_a_claim_that_readers_still_see() -> None:
    parts = [{"part": "where", "before": None, "after": "Supported"}]
    event = replace(EVENT, kind=EventKind.VERDICT_CHANGED, claim="c1", body={"parts": parts})
    assert tell(event, edition()).changes == (Change(part="where", before=None, after="Supported"),)
    assert tell(event, edition(document=document({}))).changes == ()
    assert tell(event, None).title == ""


def test_long_corrections_are_cut_after_they_are_covered() -> None:
    words = "x" * 590 + " 35.90068, -14.19878"
    told = tell(EVENT, edition(corrections=(replace(edition().corrections[0], words=words),)))
    assert "35.9" not in told.words
    assert len(told.words) <= 601


def test_what_two_editions_rate_otherwise() -> None:
    before = document(
        {("c1", "where"): "Unproven", ("c1", "what"): "Supported", ("c2", "who"): "X"}
    )
    after = document(
        {("c1", "where"): "Supported", ("c1", "what"): "Supported", ("c3", "who"): "X"}
    )
    assert rating_changes(before, before) == {}
    assert rating_changes(before, after) == {
        "c1": [{"part": "where", "before": "Unproven", "after": "Supported"}],
        "c2": [{"part": "who", "before": "X", "after": None}],
        "c3": [{"part": "who", "before": None, "after": "X"}],
    }
