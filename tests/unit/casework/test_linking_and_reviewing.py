"""What people link and judge: beside the machine's own, over what they saw, with its history."""

from collections.abc import Callable
from pathlib import Path

import pytest

from purport.casework import Workspace, case_file, collect_item, collect_story, judge_case
from purport.casework.checking import run_checks
from purport.casework.correcting import Correcting, ledger_row, withdraw_claim
from purport.casework.history import case_history, verdict_history
from purport.casework.linking import Bearing, link_finding, link_versions, take_link_back
from purport.casework.reading import told_when
from purport.casework.reviewing import Argument, review_verdict, seen_verdicts
from purport.core.errors import AbsentError, ConflictError, InputError
from purport.core.ratings import Confidence, Likelihood, Rating, ReviewState, Stance
from purport.core.verdicts import Verdict
from purport.reports import CaseIndex, case_document, view_claims, view_matrix
from purport.store import Review

STORY = (
    "Raid on the harbour road\n\n30 September 2015\n\n"
    "A video released by the harbour ministry purports to show jets hitting eight militia targets."
    ' "Not one bomb missed," said spokesman Arno Velt.\n'
)


@pytest.fixture
def judged(workspace: Workspace, tmp_path: Path, clip: Callable[..., Path]) -> Workspace:
    """A case with findings on a clip and proposed verdicts."""
    story = tmp_path / "story.txt"
    story.write_text(STORY, encoding="utf-8")
    collect_story(workspace, story)
    collect_item(workspace, clip())
    run_checks(workspace, workers=1)
    judge_case(workspace)
    return workspace


def machine_link(workspace: Workspace) -> Bearing:
    for verdict in case_file(workspace).verdicts:
        for link in verdict.links:
            return Bearing(claim=link.claim, part=link.part, finding=link.finding)
    pytest.fail("the machine links nothing")


def test_a_persons_link_stands_beside_and_changes_no_rating(judged: Workspace) -> None:
    on = machine_link(judged)
    before = case_file(judged).verdicts
    link_finding(judged, on, Stance.CONTRADICTS, author="ana", reason="The header.", seen=None)
    judge_case(judged)
    case = case_file(judged)
    assert case.verdicts == before
    index = CaseIndex.of(case)
    views = view_claims(case, index)
    part = next(p for v in views if v.claim.id == on.claim for p in v.parts if p.part is on.part)
    told = [(link.stance, link.person and link.person.author) for link in part.links]
    assert ("contradicts", "ana") in told
    assert any(person is None for _, person in told)
    assert part.asks == ("ana linked a finding and the rating does not weigh it yet: review it.",)
    cells = [cell for _, row in view_matrix(case, index, views).rows for one in row for cell in one]
    assert [(cell.stance, cell.by) for cell in cells if cell.by] == [("contradicts", "ana")]
    document = case_document(case, dossier=None)
    assert document["person_links"][0]["reason"] == "The header."  # type: ignore[index, call-overload]


def test_the_machines_link_is_taken_off_and_given_back(judged: Workspace) -> None:
    on = machine_link(judged)
    link_finding(judged, on, None, author="ana", reason="Another clip.", seen=None)
    version = link_versions(judged, on.claim)[on.part, on.finding]
    index = CaseIndex.of(case_file(judged))
    views = view_claims(case_file(judged), index)
    links = [link for v in views for p in v.parts for link in p.links if link.taken_off]
    assert [(link.finding, link.person and link.person.reason) for link in links] == [
        (on.finding, "Another clip.")
    ]
    take_link_back(judged, on, author="ben", reason="It is that clip.", seen=version)
    assert case_file(judged).person_links == ()
    told = case_history(judged, judged.store.custody()[-1:])[0].changes[0]
    assert (told.changed, told.why) == (("taken back",), "ben: It is that clip.")


def test_links_are_made_over_what_was_seen(judged: Workspace) -> None:
    on = machine_link(judged)
    link_finding(judged, on, Stance.NEUTRAL, author="ana", reason="One.", seen=None)
    with pytest.raises(ConflictError):
        link_finding(judged, on, Stance.SUPPORTS, author="ben", reason="Two.", seen=None)
    version = link_versions(judged, on.claim)[on.part, on.finding]
    link_finding(judged, on, Stance.SUPPORTS, author="ben", reason="Two.", seen=version)
    with pytest.raises(ConflictError):
        take_link_back(judged, on, author="ana", reason="Mine.", seen=version)
    assert [link.author for link in case_file(judged).person_links] == ["ben"]


def test_links_to_what_is_not_there_are_refused(judged: Workspace) -> None:
    on = machine_link(judged)
    absent = Bearing(claim="c000000000000", part=on.part, finding=on.finding)
    with pytest.raises(AbsentError):
        link_finding(judged, absent, Stance.NEUTRAL, author="ana", reason="x", seen=None)
    absent = Bearing(claim=on.claim, part=on.part, finding="f000000000000")
    with pytest.raises(AbsentError):
        link_finding(judged, absent, Stance.NEUTRAL, author="ana", reason="x", seen=None)
    with pytest.raises(InputError, match="reason"):
        link_finding(judged, on, Stance.NEUTRAL, author="ana", reason=" ", seen=None)
    with pytest.raises(AbsentError):
        take_link_back(judged, on, author="ana", reason="x", seen=judged.store.custody()[0].digest)


def review(
    workspace: Workspace, on: Bearing, author: str, rating: Rating, **rest: object
) -> Verdict:
    return review_verdict(
        workspace,
        claim=on.claim,
        part=on.part,
        author=author,
        reason=f"{author} looked.",
        rating=rating,
        **rest,  # type: ignore[arg-type]  # argument and seen
    )


def test_a_review_brings_its_argument_and_settles_what_links_ask(judged: Workspace) -> None:
    on = machine_link(judged)
    argument = Argument(
        probability=0.7,
        confidence=Confidence.MODERATE,
        confidence_reason="Two sources.",
        because=("The header agrees.",),
        tried=("The header.",),
        impossible=(),
        would_change=("The first upload.",),
    )
    seen = seen_verdicts(judged)[on.claim, on.part]
    verdict = review(judged, on, "ana", Rating.SUPPORTED, argument=argument, seen=seen)
    assert (verdict.likelihood, verdict.probability) == (Likelihood.LIKELY, 0.7)
    assert verdict.because == ("ana: ana looked.", "The header agrees.")
    assert verdict.review is ReviewState.REVIEWED
    steps = verdict_history(judged, on.claim, on.part, events=judged.store.custody())
    assert [(step.proposed, step.who) for step in steps] == [(True, "the rules"), (False, "ana")]
    assert steps[1].why == "ana looked."
    assert steps[1].changed[0].startswith("from ")
    note = case_file(judged).reviews[0]
    assert (note.author, note.reason, note.moved) == ("ana", "ana looked.", False)
    assert note.reviewed_utc is not None


def test_the_second_of_two_reviewers_is_told(judged: Workspace) -> None:
    on = machine_link(judged)
    seen = seen_verdicts(judged)[on.claim, on.part]
    review(judged, on, "ana", Rating.SUPPORTED, seen=seen)
    with pytest.raises(ConflictError):
        review(judged, on, "ben", Rating.CONTRADICTED, seen=seen)
    now = seen_verdicts(judged)[on.claim, on.part]
    review(judged, on, "ben", Rating.CONTRADICTED, seen=now)
    assert [stored.record.verdict.reviewer for stored in judged.store.live(Review)] == ["ben"]
    steps = verdict_history(judged, on.claim, on.part, events=judged.store.custody())
    assert [step.who for step in steps] == ["the rules", "ana", "ben"]
    assert steps[2].changed == ("from Supported to Contradicted",)


def test_a_review_of_a_proposal_that_moved_is_refused_and_an_old_one_says_so(
    judged: Workspace,
) -> None:
    on = machine_link(judged)
    seen = seen_verdicts(judged)[on.claim, on.part]
    review(judged, on, "ana", Rating.SUPPORTED, seen=seen)
    by = Correcting(author="ana", reason="None.", seen=ledger_row(judged, on.claim).version)
    withdraw_claim(judged, on.claim, by)
    with pytest.raises(InputError, match="no proposed verdict"):
        review(judged, on, "ben", Rating.SUPPORTED, seen=seen)
    assert all(note.moved for note in case_file(judged).reviews)


@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan")])
def test_a_probability_outside_0_to_1_is_refused(judged: Workspace, probability: float) -> None:
    on = machine_link(judged)
    with pytest.raises(InputError, match="lies in 0 to 1"):
        review(judged, on, "ana", Rating.SUPPORTED, argument=Argument(probability=probability))


def test_history_tells_every_event_of_a_case_in_words(judged: Workspace) -> None:
    on = machine_link(judged)
    link_finding(judged, on, Stance.SUPPORTS, author="ana", reason="So.", seen=None)
    review(judged, on, "ana", Rating.UNPROVEN)
    events = judged.store.custody()
    told = case_history(judged, events, most=500)
    named = len(told_when(events))
    assert sum(len(one.changes) for one in told) == named
    assert all(change.changed and change.subject for one in told for change in one.changes)
    tables = {change.table for one in told for change in one.changes}
    assert {
        "document",
        "item",
        "claim",
        "survey",
        "outcome",
        "proposal",
        "link",
        "review",
    } <= tables
    short = case_history(judged, events, most=1)
    assert sum(len(one.changes) + one.more for one in short) == named
