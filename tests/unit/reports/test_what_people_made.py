"""What people correct, link and review, as the dossier and the board show it: marked as theirs."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from purport.core.corrections import ClaimCorrection, CorrectionAct, PersonLink, ReviewNote
from purport.core.digests import digest_bytes
from purport.core.ratings import Stance
from purport.reports import CaseIndex, view_claims, view_disputes, write_dossier

HandMade: TypeAlias = Any  # its class lives in a module that is loaded by path

NOON = datetime(2031, 5, 8, 12, tzinfo=UTC)


def with_people(hand_made: HandMade) -> Any:  # noqa: ANN401 - a case
    """The hand-made case, with somebody at work in it."""
    case = hand_made.case
    machine = next(link for verdict in case.verdicts for link in verdict.links)
    claim = next(one for one in case.claims if one.id == machine.claim)
    link = PersonLink(
        claim=machine.claim,
        part=machine.part,
        finding=machine.finding,
        stance=Stance.CONTRADICTS,
        author="Ana Orr",
        reason="The shadow falls the other way.",
        linked_utc=NOON,
    )
    correction = ClaimCorrection(
        claim=claim.id,
        act=CorrectionAct.CORRECTED,
        left=claim,
        seen=digest_bytes(b"seen"),
        author="Ben Kay",
        reason="Named two lines above.",
        corrected_utc=NOON,
    )
    return replace(case, person_links=(link,), corrections=(correction,))


def test_the_dossier_says_whose_a_link_and_a_correction_are(
    hand_made: HandMade, tmp_path: Path
) -> None:
    page = write_dossier(
        with_people(hand_made),
        media_path=hand_made.path_of,
        reference_path=hand_made.path_of,
        out=tmp_path / "dossier.html",
    ).read_text(encoding="utf-8")
    assert "The shadow falls the other way." in page
    assert 'Linked by <span dir="auto">Ana Orr</span>' in page
    assert 'by <span dir="auto">Ana Orr</span>' in page
    assert "Asks for a review." in page
    assert 'Corrected by <span dir="auto">Ben Kay</span>' in page


def test_a_link_of_the_machine_that_does_not_hold_stays_to_be_seen(
    hand_made: HandMade, tmp_path: Path
) -> None:
    case = with_people(hand_made)
    case = replace(case, person_links=(replace(case.person_links[0], stance=None),))
    page = write_dossier(
        case,
        media_path=hand_made.path_of,
        reference_path=hand_made.path_of,
        out=tmp_path / "dossier.html",
    ).read_text(encoding="utf-8")
    assert "Does not hold, says" in page
    assert "<s><a " in page


def test_a_review_after_the_link_settles_it_and_one_before_does_not(hand_made: HandMade) -> None:
    case = with_people(hand_made)
    link = case.person_links[0]
    for hour, asks in ((11, 1), (13, 0)):
        note = ReviewNote(
            claim=link.claim,
            part=link.part,
            author="Cem Ay",
            reason="Looked.",
            reviewed_utc=NOON.replace(hour=hour),
            moved=False,
        )
        reviewed = replace(case, reviews=(note,))
        views = view_claims(reviewed, CaseIndex.of(reviewed))
        (part,) = [
            part
            for view in views
            if view.claim.id == link.claim
            for part in view.parts
            if part.part is link.part
        ]
        assert len(part.asks) == asks
        assert part.note == note


def test_the_board_shows_findings_for_or_against_either_side(hand_made: HandMade) -> None:
    views = view_claims(hand_made.case, CaseIndex.of(hand_made.case))
    disputes = view_disputes(views)
    assert disputes
    for dispute in disputes:
        numbers = {view.number for side in dispute.sides for view in side}
        for view, links in dispute.bearing():
            assert view.number in numbers
            assert {link.stance for link in links} <= {"supports", "contradicts"}
    assert any(dispute.bearing() for dispute in disputes)
