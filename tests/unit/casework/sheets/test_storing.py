"""Judged sheets in a workspace: preserved, reviewed, judged again, and shown on a page."""

from pathlib import Path

import pytest

from purport.casework import (
    Workspace,
    case_file,
    collect_story,
    judge_case,
    review_verdict,
    verify_publishable,
    verify_workspace,
    write_case_dossier,
)
from purport.casework.sheets import (
    judge_sheets,
    sheet_document,
    store_sheets,
    write_sheet_dossier,
)
from purport.core.claims import Part
from purport.core.errors import UnreviewedError
from purport.core.ratings import Rating, ReviewState

from .test_judging import EXAMPLE, write_tally

STORY = (
    "DATELINE, 14 March 2019 - The spokesman of the ministry said the raids were exclusively "
    "against the Free Syrian Army in the area.\n"
)


def stored(workspace: Workspace, tally: Path) -> None:
    judged = judge_sheets([tally])
    store_sheets(workspace, judged, files=[tally])


def test_a_second_judging_gives_the_same_and_keeps_reviews(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "case", create=True) as workspace:
        stored(workspace, write_tally(tmp_path))
        first = case_file(workspace)
        assert len(first.claims) == 14
        claim = first.claims[8].id
        review_verdict(workspace, claim=claim, part=Part.WHERE, author="A", reason="I looked.")
        again = judge_case(workspace)
        reviewed = [one for one in again if one.review is ReviewState.REVIEWED]
        assert [(one.claim, one.rating) for one in reviewed] == [(claim, Rating.CONTRADICTED)]
        assert [one.rating for one in again] == [one.rating for one in first.verdicts]
    verify_workspace(tmp_path / "case")


def test_a_story_beside_a_sheet_leaves_its_claims(tmp_path: Path) -> None:
    story = tmp_path / "story.txt"
    story.write_text(STORY, encoding="utf-8")
    with Workspace.open(tmp_path / "case", create=True) as workspace:
        stored(workspace, write_tally(tmp_path))
        collect_story(workspace, story)
        assert len(case_file(workspace).claims) >= 14
        page = write_case_dossier(workspace, out=tmp_path / "page.html").read_text()
        assert 'id="sheets"' in page


def test_a_universal_claim_falls_to_one_row(tmp_path: Path) -> None:
    """Rows of a sheet are cases of a claim over many items, each with its own point."""
    story = tmp_path / "story.txt"
    story.write_text(STORY.replace("Free Syrian Army", "Taliban"), encoding="utf-8")
    sheet, control = EXAMPLE / "positions.csv", tmp_path / "said.csv"
    control.write_text(
        "place,lat,lon,date,controller,not_controlled_by,source\n"
        "Port Selden,35.90,-14.20,2019-03-12,Harbour Front,Taliban,https://a.example/x\n",
        encoding="utf-8",
    )
    with Workspace.open(tmp_path / "case", create=True) as workspace:
        collect_story(workspace, story)
        (told,) = case_file(workspace).claims
        judged = judge_sheets([sheet], control=[control], gazetteers=[EXAMPLE / "places.csv"])
        verdicts = store_sheets(workspace, judged, files=[sheet], control=[control])
        (who,) = [one for one in verdicts if (one.claim, one.part) == (told.id, Part.WHO)]
    assert who.rating is Rating.CONTRADICTED
    assert any("one counter-example contradicts it" in sentence for sentence in who.because)


def test_what_nobody_confirmed_cannot_be_published(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "case", create=True) as workspace:
        stored(workspace, write_tally(tmp_path))
        with pytest.raises(UnreviewedError, match=r"ratings are proposed, not reviewed: c"):
            verify_publishable(case_file(workspace).verdicts)
        for one in case_file(workspace).verdicts:
            if one.rating is not Rating.NOT_CHECKABLE:
                review_verdict(
                    workspace, claim=one.claim, part=one.part, author="A", reason="I looked."
                )
        verify_publishable(case_file(workspace).verdicts)


def test_the_page_shows_rows_tally_and_arguments(tmp_path: Path) -> None:
    judged = judge_sheets([write_tally(tmp_path)])
    page = write_sheet_dossier(judged, out=tmp_path / "page.html").read_text(encoding="utf-8")
    for words in ("<strong>8</strong> as claimed", "<strong>3</strong> elsewhere", "not placed"):
        assert words in page
    assert "proposed, not reviewed" in page
    assert 'id="evidence"' not in page
    for verdict in judged.case.verdicts:
        for link in verdict.links:
            assert f'id="finding-{link.finding}"' in page or link.finding in page


def test_the_document_obeys_the_schema(tmp_path: Path) -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    from purport.reports import case_schema  # noqa: PLC0415

    document = sheet_document(judge_sheets([write_tally(tmp_path)]), dossier=None)
    Draft202012Validator(case_schema()).validate(document)
    assert document["sheets"][0]["places"]["as_claimed"] == 8  # type: ignore[index, call-overload]
