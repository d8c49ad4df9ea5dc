"""The whole judgement: every part of every claim, relations, inputs missing, the matrix."""

import pytest

from purport.core.casefile import Fault
from purport.core.claims import Part, Relation, RelationKind, SlotAttr
from purport.core.errors import ConsistencyError
from purport.core.findings import NotRun
from purport.core.ratings import Confidence, Rating, ReviewState, Stance
from purport.verdicts import JudgedInputs, judge, matrix, slots_of_part

from .case_builder import claim, edits, item, part_of, place, slot, strike, strikes

CLIP = item()


class TestEveryPart:
    def test_six_verdicts_a_claim_in_order(self) -> None:
        claims = (claim(name="c1"), claim(slot(SlotAttr.PLACE, "Harbour Road"), name="c2"))
        verdicts = judge(JudgedInputs(claims=claims))
        assert [(one.claim, one.part) for one in verdicts] == [
            (name, part) for name in ("c1", "c2") for part in Part
        ]
        assert {one.review for one in verdicts} == {ReviewState.PROPOSED}

    def test_what_is_not_stated_is_not_checkable_with_that_reason(self) -> None:
        for verdict in judge(JudgedInputs(claims=(claim(),))):
            assert verdict.rating is Rating.NOT_CHECKABLE
            assert verdict.confidence is Confidence.HIGH
            assert verdict.because[0].startswith("The claim states nothing about")
            assert verdict.links == ()
            assert verdict.tried == ()

    def test_every_slot_belongs_to_exactly_one_part(self) -> None:
        listed = [attr for part in Part for attr in slots_of_part(part)]
        assert sorted(listed) == sorted(SlotAttr)

    def test_nothing_is_judged_without_claims(self) -> None:
        assert judge(JudgedInputs(claims=())) == ()


class TestMissing:
    stated = claim(slot(SlotAttr.PLACE, "Harbour Road"))

    def test_a_check_that_did_not_run_names_what_it_lacked(self) -> None:
        absent = NotRun(
            check="place", item=CLIP.digest, missing=("an orthophoto: give --reference",)
        )
        inputs = JudgedInputs(claims=(self.stated,), items=(CLIP,), not_run=(absent,))
        verdict = part_of(judge(inputs), Part.WHERE)
        assert verdict.rating is Rating.UNPROVEN
        assert any("place on clip.mp4 did not run" in one for one in verdict.impossible)
        assert any("--reference" in sentence for sentence in verdict.would_change)

    def test_a_check_of_another_part_is_not_mentioned(self) -> None:
        absent = NotRun(check="control", item=None, missing=("layers: give --control",))
        inputs = JudgedInputs(claims=(self.stated,), items=(CLIP,), not_run=(absent,))
        verdict = part_of(judge(inputs), Part.WHERE)
        assert not any("--control" in sentence for sentence in verdict.would_change)

    def test_inputs_that_could_not_be_used_are_listed(self) -> None:
        fault = Fault(
            subject="broken.mp4",
            kind="UnreadableMediaError",
            fault="is empty",
            remedy="Give it again.",
        )
        inputs = JudgedInputs(claims=(self.stated,), items=(CLIP,), faults=(fault,))
        verdict = part_of(judge(inputs), Part.WHERE)
        assert any("broken.mp4 could not be used: is empty" in one for one in verdict.impossible)
        assert "broken.mp4: Give it again." in verdict.would_change

    def test_a_finding_about_an_unknown_item_is_our_fault(self) -> None:
        with pytest.raises(ConsistencyError, match="not among the case's items"):
            judge(JudgedInputs(claims=(self.stated,), findings=(place(CLIP),)))


class TestWords:
    def test_hedges_are_mentioned(self) -> None:
        hedged = claim(slot(SlotAttr.OUTCOME, "missed"), hedges=["seemingly", "may"])
        verdict = part_of(judge(JudgedInputs(claims=(hedged,))), Part.WHAT)
        assert any("“seemingly”, “may”" in sentence for sentence in verdict.because)
        unstated = part_of(judge(JudgedInputs(claims=(hedged,))), Part.WHO)
        assert not any("seemingly" in sentence for sentence in unstated.because)

    def test_claims_that_contradict_each_other_are_set_against_each_other(self) -> None:
        against = Relation(
            kind=RelationKind.CONTRADICTS,
            other="c2",
            attr=SlotAttr.OUTCOME,
            reason="one says hit, the other missed",
        )
        support = Relation(
            kind=RelationKind.SUPPORTS, other="c2", attr=SlotAttr.PLACE, reason="same place"
        )
        one = claim(slot(SlotAttr.OUTCOME, "hit"), relations=(against, support))
        other = claim(
            slot(SlotAttr.OUTCOME, "missed"),
            name="c2",
            claimant="Onlooker",
            content="they missed " * 20,
        )
        third = claim(slot(SlotAttr.OUTCOME, "hit"), name="c3")
        near = strikes(CLIP, strike(offset_m=1.0, sd_m=0.5))
        verdicts = judge(
            JudgedInputs(claims=(one, other, third), items=(CLIP,), findings=(near, place(CLIP)))
        )
        (mine,) = [x for x in part_of(verdicts, Part.WHAT).because if "Against it stands" in x]
        assert mine.startswith("Against it stands Onlooker: “they missed")
        assert mine.endswith("…” (proposed rating: Contradicted).")
        (theirs,) = [
            x for x in part_of(verdicts, Part.WHAT, of="c2").because if "Against it stands" in x
        ]
        assert "Against it stands Ministry" in theirs
        assert "Supported" in theirs
        for verdict in verdicts:
            if verdict.claim == "c3" or verdict.part is not Part.WHAT:
                assert not any("Against it stands" in sentence for sentence in verdict.because)


class TestMatrix:
    def test_cells(self) -> None:
        found = (
            strikes(CLIP, strike(offset_m=1.0, sd_m=0.5), strike(offset_m=30.0, onset_s=6.0)),
            place(CLIP),
            edits(CLIP, "cut"),
        )
        stated = claim(slot(SlotAttr.OUTCOME, "hit"))
        verdicts = judge(JudgedInputs(claims=(stated,), items=(CLIP,), findings=found))
        (row,) = matrix(verdicts, found)
        assert (row.claim, row.part, row.rating) == ("c1", Part.WHAT, Rating.PARTLY_SUPPORTED)
        assert [cell.stances for cell in row.cells] == [
            (Stance.SUPPORTS, Stance.CONTRADICTS),
            (Stance.NEUTRAL,),
            (Stance.NOT_APPLICABLE,),
        ]
        assert row.cells[2].reason == ""
