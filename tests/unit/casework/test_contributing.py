"""What readers offered, taken over into a case."""

from datetime import UTC, datetime
from pathlib import Path

from purport.casework import Workspace, collect_story, judge_case
from purport.casework.contributing import take_over
from purport.casework.reading import live_verdicts
from purport.core.contributions import Contribution
from purport.core.digests import Digest
from purport.core.discussion import EvidenceKind


def correction() -> Contribution:
    """Something wrong in the case as a whole: about none of its items."""
    return Contribution(
        id="o1",
        kind=EvidenceKind.CORRECTION,
        item=None,
        claim=None,
        body={"words": "The road is another."},
        note="Seen.",
        commitment=Digest("ab" * 32),
        accepted_by="ana",
        accepted_utc=datetime(2026, 11, 27, 12, tzinfo=UTC),
    )


def test_a_case_is_judged_with_a_correction_that_is_about_no_item(
    workspace: Workspace, story: Path
) -> None:
    collect_story(workspace, story)
    judge_case(workspace)
    before = live_verdicts(workspace)
    take_over(workspace, correction())
    judge_case(workspace)
    assert before
    assert live_verdicts(workspace) == before
