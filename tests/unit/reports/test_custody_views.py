from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from purport.core.digests import JsonObject
from purport.reports.custody_views import view_custody

HandMade: TypeAlias = Any  # its class lives in a module that is loaded by path


def test_view_custody_names_what_the_case_has_names_for(hand_made: HandMade) -> None:
    rows = view_custody(hand_made.case)
    assert [row.subject for row in rows] == [
        "harbour-road.mp4",
        "second.mp4",
        "orthophoto",
        "workspace",
        "workspace",
    ]
    assert rows[1].time == "2031-05-08 09:00:01"


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"step": "edits", "rows": [["outcome", "x", "y"]]}, "edits"),
        ({"what": "dossier"}, "dossier"),
        (
            {"rows": [["claim", "a", "b"], ["claim", "c", "d"], ["item", "e", "f"]]},
            "2 claims, item",
        ),
        ({"rows": "no list"}, ""),
        ({}, ""),
    ],
)
def test_view_custody_says_what_was_done(
    hand_made: HandMade, details: JsonObject, words: str
) -> None:
    first = replace(hand_made.case.custody[0], details=details, subject="0" * 64)
    (row,) = view_custody(replace(hand_made.case, custody=(first,)))
    assert (row.what, row.subject) == (words, "")
