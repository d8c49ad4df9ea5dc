"""What people made of a case is sealed with it, and stands again where the case is run again."""

import json
from pathlib import Path

from purport.casework import (
    Workspace,
    case_file,
    collect_story,
    judge_case,
    reproduce_bag,
    seal_case,
    verify_bag,
)
from purport.casework.claim_forms import StatedClaim, StatedSpan
from purport.casework.correcting import Correcting, correct_claim, ledger_row
from purport.casework.holdings import live_claims
from purport.casework.linking import Bearing
from purport.casework.workspace import Act
from purport.core.claims import Part
from purport.core.corrections import PersonLink
from purport.core.ratings import Stance
from purport.seals import KeyRing


def test_a_sealed_case_is_run_again_with_its_corrections(
    workspace: Workspace, story: Path, tmp_path: Path
) -> None:
    collect_story(workspace, story)
    judge_case(workspace)
    found = live_claims(workspace)[0]
    content = tuple(StatedSpan(start=one.start, end=one.end) for one in found.content)
    by = Correcting(
        author="ana", reason="Read again.", seen=ledger_row(workspace, found.id).version
    )
    correct_claim(workspace, found.id, StatedClaim(claimant="Ministry", content=content), by)
    on = Bearing(claim=found.id, part=Part.WHERE, finding="f000000000000")
    link = PersonLink(
        claim=on.claim,
        part=on.part,
        finding=on.finding,
        stance=Stance.NEUTRAL,
        author="ana",
        reason="Seen.",
        linked_utc=workspace.now(),
    )
    workspace.record([link], Act(kind="linked"))
    corrected = case_file(workspace)
    sealed = seal_case(workspace, tmp_path / "bag", keys=KeyRing(tmp_path / "keys"))
    assert verify_bag(sealed.bag).faults == ()
    for table in ("correction", "link"):
        schema = next(sealed.bag.rglob(f"{table}.schema.json"))
        assert json.loads(schema.read_text(encoding="utf-8"))["$schema"].startswith("https://")
    again = reproduce_bag(sealed.bag, into=tmp_path / "again", workers=1)
    assert again.identical, [record for record in again.records if record.differences]
    with Workspace.open(tmp_path / "again", writing=False) as opened:
        shown = case_file(opened)
    assert shown.claims == corrected.claims
    assert shown.claims[0].claimant == "Ministry"
    assert shown.corrections == corrected.corrections
    assert shown.person_links == corrected.person_links
    assert shown.verdicts == corrected.verdicts
