"""Claims put right by people: what is sliced, what is kept, what is refused, and the history."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from purport.casework import Workspace, case_file, collect_story, judge_case
from purport.casework.claim_forms import StatedClaim, StatedSlot, StatedSpan, claim_as_stated
from purport.casework.claims import update_claims
from purport.casework.correcting import (
    Correcting,
    add_claim,
    claim_history,
    correct_claim,
    ledger_row,
    restore_claim,
    withdraw_claim,
)
from purport.casework.holdings import live_claims
from purport.casework.reading import told_when
from purport.cli._main import purport
from purport.core.casefile import StoryText
from purport.core.claims import (
    Claim,
    Polarity,
    Quantifier,
    RelationKind,
    SlotAttr,
    SourceDocument,
)
from purport.core.corrections import ClaimCorrection, CorrectionAct
from purport.core.digests import digest_bytes
from purport.core.errors import AbsentError, ConflictError, InputError, SeveralFaultsError
from purport.core.verdicts import Verdict

SAMPLE = "Аль-Рамль was hit 🙂 twice, the ministry said; nobody checked.\n"


@pytest.fixture
def told(workspace: Workspace, story: Path) -> StoryText:
    collect_story(workspace, story)
    return workspace.store.live(StoryText)[0].record


def said(text: str, words: str) -> StatedSpan:
    start = text.index(words)
    return StatedSpan(start=start, end=start + len(words))


def as_stated(claim: Claim, **changes: object) -> StatedClaim:
    """A claim as a form would send it that changes nothing else."""
    spans = {
        name: tuple(StatedSpan(start=one.start, end=one.end) for one in getattr(claim, name))
        for name in ("source", "cue", "content", "hedges")
    }
    slots = tuple(
        StatedSlot(
            attr=slot.attr,
            span=StatedSpan(start=slot.span.start, end=slot.span.end),
            value=slot.value,
            low=None if slot.range is None else slot.range[0],
            high=None if slot.range is None or slot.range[1] == float("inf") else slot.range[1],
            vague=slot.vague,
            unit=slot.unit,
            polarity=slot.polarity,
            exclusive=slot.exclusive,
            quantifier=slot.quantifier,
        )
        for slot in claim.slots
    )
    whole = StatedClaim(
        claimant=claim.claimant,
        claimant_role=claim.claimant_role,
        quote_type=claim.quote_type,
        slots=slots,
        **spans,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]  # names of its own fields


def by(workspace: Workspace, claim: str, author: str = "ana") -> Correcting:
    return Correcting(
        author=author, reason="Read again.", seen=ledger_row(workspace, claim).version
    )


def first_claim(workspace: Workspace) -> Claim:
    return live_claims(workspace)[0]


def document(text: str) -> StoryText:
    return StoryText(
        document=SourceDocument(
            digest=digest_bytes(text.encode()),
            name="story.txt",
            media_type="text/plain",
            encoding="utf-8",
            encoding_basis="valid UTF-8",
            title=None,
            published=None,
            main_text=(),
        ),
        text=text,
    )


@given(
    text=st.text(min_size=1, max_size=80),
    starts=st.lists(st.integers(-3, 90), min_size=1, max_size=4),
    length=st.integers(-2, 30),
)
def test_whatever_is_stated_every_span_slices_the_text(
    text: str, starts: list[int], length: int
) -> None:
    spans = tuple(StatedSpan(start=start, end=start + length) for start in starts)
    stated = StatedClaim(claimant="A", content=spans, source=spans[:1])
    try:
        claim = claim_as_stated(document(text), stated, before=None, author="ana")
    except InputError:
        return
    for span in (*claim.content, *claim.source):
        assert text[span.start : span.end] == span.exact
        assert span.exact.strip()
    assert list(claim.content) == sorted(claim.content, key=lambda span: span.start)


def test_spans_count_code_points_in_any_script() -> None:
    story = document(SAMPLE)
    stated = StatedClaim(claimant="The ministry", content=(said(SAMPLE, "hit 🙂 twice"),))
    claim = claim_as_stated(story, stated, before=None, author="ana")
    assert claim.content[0].exact == "hit 🙂 twice"
    assert claim.proposed_by == "person ana"


def test_a_corrected_claimant_shows_everywhere_and_the_rules_stay(
    workspace: Workspace, told: StoryText
) -> None:
    found = first_claim(workspace)
    judge_case(workspace)
    stated = as_stated(found, claimant="  Harbour   Ministry ", claimant_role="spokesman")
    correct_claim(workspace, found.id, stated, by(workspace, found.id))
    shown = {claim.id: claim for claim in case_file(workspace).claims}[found.id]
    assert (shown.claimant, shown.claimant_role) == ("Harbour Ministry", "spokesman")
    assert shown.slots == found.slots
    assert [s.record for s in workspace.store.live(Claim) if s.record.id == found.id] == [found]
    assert {verdict.claim for verdict in case_file(workspace).verdicts} == {
        claim.id for claim in case_file(workspace).claims
    }
    assert told.text[shown.content[0].start : shown.content[0].end] == shown.content[0].exact


def test_reading_anew_never_overwrites_a_person(workspace: Workspace, told: StoryText) -> None:
    assert told.text
    found = first_claim(workspace)
    correct_claim(
        workspace, found.id, as_stated(found, claimant="Someone else"), by(workspace, found.id)
    )
    before = live_claims(workspace)
    head = workspace.store.head()
    assert update_claims(workspace) == before
    assert workspace.store.head() == head
    assert live_claims(workspace) == before


def test_relations_are_worked_out_anew(workspace: Workspace, told: StoryText) -> None:
    claims = live_claims(workspace)
    opposed = [
        claim
        for claim in claims
        if any(relation.kind is RelationKind.CONTRADICTS for relation in claim.relations)
    ]
    assert opposed
    one = opposed[0]
    other = next(r.other for r in one.relations if r.kind is RelationKind.CONTRADICTS)
    correct_claim(workspace, one.id, as_stated(one, slots=()), by(workspace, one.id))
    now = {claim.id: claim for claim in live_claims(workspace)}
    assert now[one.id].relations == ()
    assert all(relation.other != one.id for relation in now[other].relations)
    restore_claim(workspace, one.id, by(workspace, one.id))
    assert live_claims(workspace) == claims
    assert told.text


def test_a_slot_is_added_with_its_unit_and_judged(workspace: Workspace, told: StoryText) -> None:
    found = first_claim(workspace)
    judge_case(workspace)
    slot = StatedSlot(
        attr=SlotAttr.STRIKE_COUNT,
        span=said(told.text, "eight"),
        low=20,
        quantifier=Quantifier.AT_LEAST,
    )
    stated = as_stated(found)
    correct_claim(
        workspace,
        found.id,
        replace(stated, slots=(*stated.slots, slot)),
        by(workspace, found.id),
    )
    shown = {claim.id: claim for claim in live_claims(workspace)}[found.id].slots[-1]
    assert (shown.range, shown.unit, shown.span.exact) == ((20.0, float("inf")), "1", "eight")
    proposal = {
        (s.record.claim, s.record.part.value): s.record for s in workspace.store.live(Verdict)
    }
    assert proposal[found.id, "how_many"] is not None
    assert workspace.store.verify() > 0


@pytest.mark.parametrize(
    ("slot", "fault"),
    [
        ({"attr": SlotAttr.OUTCOME, "value": "vaporised"}, "none of hit, missed"),
        ({"attr": SlotAttr.STRIKE_COUNT, "value": 2.5}, "no whole number"),
        ({"attr": SlotAttr.STRIKE_COUNT, "value": -1.0}, "from 0 up"),
        ({"attr": SlotAttr.STRIKE_COUNT, "value": "many"}, "no number"),
        ({"attr": SlotAttr.TARGET_COUNT, "low": 9.0, "high": 3.0}, "below its start"),
        ({"attr": SlotAttr.MISS_DISTANCE, "value": 3.0, "unit": "km"}, "not 'km'"),
        ({"attr": SlotAttr.MISS_DISTANCE, "vague": "several", "unit": "rods"}, "no unit"),
        ({"attr": SlotAttr.TIME, "value": "the day before"}, "is not a date"),
        ({"attr": SlotAttr.PLACE, "low": 1.0}, "takes no range"),
        ({"attr": SlotAttr.PLACE}, "needs one of"),
        ({"attr": SlotAttr.PLACE, "value": "here", "vague": "there"}, "needs one of"),
        ({"attr": SlotAttr.VERIFICATION_STATUS, "value": "sure"}, "none of unverified"),
    ],
)
def test_a_slot_out_of_its_vocabulary_is_refused(slot: dict[str, object], fault: str) -> None:
    stated = StatedSlot(span=StatedSpan(start=0, end=5), **slot)  # type: ignore[arg-type]
    claim = StatedClaim(claimant="A", content=(StatedSpan(start=0, end=5),), slots=(stated,))
    with pytest.raises(InputError, match=fault):
        claim_as_stated(document(SAMPLE), claim, before=None, author="ana")


def test_all_faults_are_told_together() -> None:
    length = len(SAMPLE)
    claim = StatedClaim(
        claimant=" ",
        content=(StatedSpan(start=5, end=5), StatedSpan(start=0, end=length + 1)),
        cue=(StatedSpan(start=0, end=9), StatedSpan(start=4, end=12)),
    )
    with pytest.raises(SeveralFaultsError) as caught:
        claim_as_stated(document(SAMPLE), claim, before=None, author="ana")
    told = str(caught.value)
    assert "claimant: is empty" in told
    assert "holds no words" in told
    assert f"0–{length + 1} is not within the text" in told
    assert "overlap" in told


def test_a_missed_claim_is_added_once(workspace: Workspace, told: StoryText) -> None:
    words = said(told.text, "Raid on the harbour road")
    stated = StatedClaim(claimant="The paper", content=(words,))
    made = add_claim(
        workspace, told.document.digest, stated, author="ana", reason="The headline claims it."
    )
    assert made.act is CorrectionAct.ADDED
    assert made.claim in {claim.id for claim in live_claims(workspace)}
    with pytest.raises(InputError, match="same words of the same claimant"):
        add_claim(workspace, told.document.digest, stated, author="ben", reason="Too.")
    withdraw_claim(workspace, made.claim, by(workspace, made.claim))
    assert made.claim not in {claim.id for claim in live_claims(workspace)}
    correct_claim(workspace, made.claim, stated, by(workspace, made.claim))
    assert made.claim in {claim.id for claim in live_claims(workspace)}
    with pytest.raises(InputError, match="added by a person"):
        restore_claim(workspace, made.claim, by(workspace, made.claim))


def test_a_withdrawn_claim_is_gone_from_claims_and_verdicts(
    workspace: Workspace, told: StoryText
) -> None:
    assert told.text
    judge_case(workspace)
    gone = first_claim(workspace)
    withdraw_claim(workspace, gone.id, by(workspace, gone.id))
    file = case_file(workspace)
    assert gone.id not in {claim.id for claim in file.claims}
    assert gone.id not in {verdict.claim for verdict in file.verdicts}
    with pytest.raises(InputError, match="withdrawn already"):
        withdraw_claim(workspace, gone.id, by(workspace, gone.id))
    restore_claim(workspace, gone.id, by(workspace, gone.id))
    file = case_file(workspace)
    assert gone.id in {verdict.claim for verdict in file.verdicts}
    with pytest.raises(InputError, match="as the rules found it"):
        restore_claim(workspace, gone.id, by(workspace, gone.id))


def test_two_people_at_once_lose_nothing(workspace: Workspace, told: StoryText) -> None:
    assert told.text
    found = first_claim(workspace)
    ana, ben = by(workspace, found.id), by(workspace, found.id, "ben")
    correct_claim(workspace, found.id, as_stated(found, claimant="Ana's"), ana)
    head = workspace.store.head()
    with pytest.raises(ConflictError, match="ana corrected it"):
        correct_claim(workspace, found.id, as_stated(found, claimant="Ben's"), ben)
    with pytest.raises(ConflictError):
        withdraw_claim(workspace, found.id, ben)
    assert workspace.store.head() == head
    assert first_claim(workspace).claimant == "Ana's"


def test_history_has_every_correction_and_what_was_found(
    workspace: Workspace, told: StoryText
) -> None:
    assert told.text
    found = first_claim(workspace)
    for name in ("One", "Two"):
        correct_claim(workspace, found.id, as_stated(found, claimant=name), by(workspace, found.id))
    withdraw_claim(workspace, found.id, by(workspace, found.id, "ben"))
    restore_claim(workspace, found.id, by(workspace, found.id))
    past = claim_history(workspace, found.id)
    acts = [(one.record.author, one.record.act.value) for one in past]
    assert acts == [
        ("ana", "corrected"),
        ("ana", "corrected"),
        ("ben", "withdrawn"),
        ("ana", "restored"),
    ]
    assert [one.supersedes for one in past] == [None, *(one.digest for one in past[:-1])]
    assert past[1].record.seen == past[0].digest
    assert workspace.store.live(ClaimCorrection) == ()
    named = set(told_when(workspace.store.custody()))
    assert {one.digest for one in past} <= named
    assert [event.kind for event in workspace.store.custody()][-4:] == ["corrected"] * 4


def test_a_reason_must_be_given_and_something_must_change(
    workspace: Workspace, told: StoryText
) -> None:
    assert told.text
    found = first_claim(workspace)
    seen = ledger_row(workspace, found.id).version
    silent = Correcting(author="ana", reason="  ", seen=seen)
    with pytest.raises(InputError, match="reason: is empty"):
        correct_claim(workspace, found.id, as_stated(found, claimant="B"), silent)
    with pytest.raises(InputError, match="nothing of it is different"):
        correct_claim(workspace, found.id, as_stated(found), by(workspace, found.id))
    with pytest.raises(AbsentError):
        ledger_row(workspace, "c000000000000")


def test_the_command_line_shows_the_corrected_claim(workspace: Workspace, told: StoryText) -> None:
    assert told.text
    found = first_claim(workspace)
    slot = StatedSlot(
        attr=SlotAttr.OUTCOME,
        span=said(told.text, "destroyed"),
        value="damaged",
        polarity=Polarity.NEGATED,
    )
    stated = as_stated(found, claimant="Harbour Ministry", slots=(slot,))
    correct_claim(workspace, found.id, stated, by(workspace, found.id))
    runner = CliRunner()
    printed = runner.invoke(purport, ["claims", "-w", str(workspace.folder), "--json"])
    shown = {one["id"]: one for one in json.loads(printed.output)}[found.id]
    assert shown["claimant"] == "Harbour Ministry"
    assert [one["value"] for one in shown["slots"]] == ["damaged"]
    told_plainly = runner.invoke(purport, ["claims", "-w", str(workspace.folder)]).output
    assert "corrected by ana: Read again." in told_plainly
