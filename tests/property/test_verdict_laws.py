"""Laws of judging, on random cases: nothing absent, precision first, no order."""

import random
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from purport.checks.control import Overall
from purport.core.case import ItemRecord
from purport.core.casefile import Fault
from purport.core.claims import Claim, Part, Quantifier, Slot, SlotAttr
from purport.core.findings import Finding, NotRun
from purport.core.ratings import Confidence, Rating, Stance, likelihood_of
from purport.core.verdicts import Verdict
from purport.verdicts import JudgedInputs, judge

from ..unit.verdicts.case_builder import (  # noqa: TID252 - the builder stands with the unit tests
    claim,
    control,
    edits,
    item,
    layer,
    place,
    point,
    reuse,
    slot,
    strike,
    strikes,
)

ITEMS = (
    item("a.mp4", place="Harbour Road", at=(31.2, 34.7), filmed="2015-09-30"),
    item("b.mp4", published="2015-10-01"),
    item("c.mp4", published="2014-05-01"),
)
FIRM = {Rating.SUPPORTED, Rating.PARTLY_SUPPORTED, Rating.CONTRADICTED}
LAWS = settings(max_examples=40, deadline=None)

_VALUES: dict[SlotAttr, list[str | float]] = {
    SlotAttr.FOOTAGE_ORIGIN: ["ministry"],
    SlotAttr.MISS_DISTANCE: [8.0, 40.0],
    SlotAttr.OUTCOME: ["hit", "missed", "destroyed", "admired"],
    SlotAttr.PLACE: ["Harbour Road", "Old Town"],
    SlotAttr.STRIKE_COUNT: [1.0, 2.0, 20.0],
    SlotAttr.TARGET_COUNT: [1.0, 8.0],
    SlotAttr.TARGET_GROUP: ["ISIS", "Opposition", "rebels"],
    SlotAttr.TARGET_TYPE: ["positions", "headquarters"],
    SlotAttr.TIME: ["2015-09-30", "Wednesday"],
    SlotAttr.VERIFICATION_STATUS: ["unverified"],
    SlotAttr.WEAPON: ["bomb"],
}


@st.composite
def _slots(draw: st.DrawFn) -> Slot:
    attr = draw(st.sampled_from(list(SlotAttr)))
    return slot(
        attr,
        draw(st.sampled_from(_VALUES[attr])),
        unit="m" if attr is SlotAttr.MISS_DISTANCE else None,
        negated=draw(st.booleans()),
        exclusive=draw(st.booleans()),
        quantifier=draw(st.sampled_from([None, *Quantifier])),
    )


@st.composite
def _claims(draw: st.DrawFn) -> tuple[Claim, ...]:
    several = draw(st.lists(st.lists(_slots(), max_size=4), min_size=1, max_size=3))
    return tuple(claim(*slots, name=f"c{number}") for number, slots in enumerate(several))


@st.composite
def _impacts(draw: st.DrawFn, of: ItemRecord) -> Finding:
    found = [
        strike(
            onset_s=float(number),
            offset_m=draw(st.none() | st.floats(0.0, 60.0)),
            sd_m=draw(st.floats(0.1, 10.0)),
            p_inside=draw(st.none() | st.floats(0.0, 1.0)),
            position=draw(st.sampled_from([None, (31.2, 34.7), (31.3, 34.7)])),
            cause=draw(st.sampled_from(["sudden", "sudden", "gradual"])),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    return strikes(of, *found, basis=draw(st.sampled_from(["stated by user", "crosshair", None])))


@st.composite
def _control(draw: st.DrawFn, of: ItemRecord) -> Finding:
    stale = draw(st.booleans())
    far_m = draw(st.sampled_from([None, 0.0, 65_000.0]))
    one = layer(
        draw(st.sampled_from([None, "Daesh", "Opposition"])),
        stale=stale,
        not_held_by=draw(st.sampled_from([(), ("ISIS",)])),
        far={"isis": far_m},
    )
    overall = draw(st.sampled_from(list(Overall))) if one.holder else Overall.NO_DATA
    settled = overall is Overall.AGREE and not stale
    good = draw(st.sampled_from([Confidence.MODERATE, Confidence.HIGH]))
    return control(of, point(one, overall=overall, confidence=good if settled else Confidence.LOW))


@st.composite
def _findings(draw: st.DrawFn) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for one in ITEMS:
        matched = draw(st.sampled_from([True, False, None]))
        distance_m = draw(st.sampled_from([None, 100.0, 20_000.0]))
        made = [
            place(one, matched=matched, distance_m=distance_m if matched else None),
            draw(_impacts(one)),
            draw(_control(one)),
            edits(one, *draw(st.lists(st.sampled_from(["cut", "repeat"]), max_size=2))),
            reuse(
                one,
                draw(st.sampled_from(ITEMS)),
                start_s=draw(st.sampled_from([0.0, 1.0])),
                exact=draw(st.booleans()),
            ),
        ]
        found.extend(finding for finding in made if draw(st.booleans()))
    return tuple(found)


@st.composite
def _cases(draw: st.DrawFn) -> JudgedInputs:
    return JudgedInputs(claims=draw(_claims()), findings=draw(_findings()), items=ITEMS)


def _ratings(verdicts: Sequence[Verdict]) -> list[Rating]:
    return [verdict.rating for verdict in verdicts]


@given(case=_cases())
@LAWS
def test_law_every_part_of_every_claim_exactly_once(case: JudgedInputs) -> None:
    """Law: verdicts = claims × parts, in that order, each with a reason and a confidence."""
    verdicts = judge(case)
    expected = [(one.id, part) for one in case.claims for part in Part]
    assert [(verdict.claim, verdict.part) for verdict in verdicts] == expected
    assert all(verdict.because and verdict.confidence_reason for verdict in verdicts)
    assert all(
        verdict.would_change or verdict.rating is Rating.NOT_CHECKABLE for verdict in verdicts
    )


@given(case=_cases())
@LAWS
def test_law_firm_ratings_need_more_than_low_confidence(case: JudgedInputs) -> None:
    """Law: no Supported, Partly supported or Contradicted of low confidence."""
    for verdict in judge(case):
        assert verdict.rating not in FIRM or verdict.confidence is not Confidence.LOW


@given(claims=_claims(), seed=st.integers(0, 1000))
@LAWS
def test_law_low_findings_decide_nothing(claims: tuple[Claim, ...], seed: int) -> None:
    """Law: when every finding is of low confidence, no rating is firm."""
    chance = random.Random(seed)
    low: list[Finding] = []
    for one in ITEMS[:1]:
        offset_m = chance.uniform(0.0, 60.0)
        old = layer(chance.choice(["Daesh", "Opposition"]), stale=True, far={"isis": 65_000.0})
        low += [
            place(one, matched=None),
            strikes(one, strike(offset_m=offset_m, position=None), basis="crosshair (assumed)"),
            control(one, point(old, confidence=Confidence.LOW)),
            edits(one, "cut"),
        ]
    for verdict in judge(JudgedInputs(claims=claims, findings=tuple(low), items=ITEMS[:1])):
        assert verdict.rating not in FIRM


@given(case=_cases(), seed=st.integers(0, 1000))
@LAWS
def test_law_order_does_not_matter(case: JudgedInputs, seed: int) -> None:
    """Law: judging is a function of the sets of findings and items."""
    chance = random.Random(seed)
    findings, items = list(case.findings), list(case.items)
    chance.shuffle(findings)
    chance.shuffle(items)
    shuffled = replace(case, findings=tuple(findings), items=tuple(items))
    assert judge(shuffled) == judge(case)


@given(case=_cases(), check=st.sampled_from(["place", "impacts", "control", "edits", "reuse"]))
@LAWS
def test_law_absence_changes_no_rating(case: JudgedInputs, check: str) -> None:
    """Law: a check that did not run, and an unusable input, are evidence against nobody."""
    absent = NotRun(check=check, item=ITEMS[0].digest, missing=("something",))
    fault = Fault(subject="x.mp4", kind="UnreadableMediaError", fault="is empty", remedy="Again.")
    poorer = replace(case, not_run=(absent,), faults=(fault,))
    assert _ratings(judge(poorer)) == _ratings(judge(case))


@given(case=_cases())
@LAWS
def test_law_words_follow_numbers_and_links_follow_ratings(case: JudgedInputs) -> None:
    """Law: likelihood is the word of the probability; a contradicted part shows what contradicts.

    Only a recorded publication can contradict without a finding (part "when").
    """
    for verdict in judge(case):
        number = verdict.probability
        assert verdict.likelihood == (None if number is None else likelihood_of(number))
        stances = {link.stance for link in verdict.links}
        if verdict.rating is Rating.CONTRADICTED and verdict.part is not Part.WHEN:
            assert Stance.CONTRADICTS in stances
        if verdict.rating in {Rating.SUPPORTED, Rating.PARTLY_SUPPORTED}:
            assert Stance.SUPPORTS in stances
        if number is not None and verdict.rating is Rating.SUPPORTED:
            assert number >= case.rules.supported_from
        if number is not None and verdict.rating is Rating.CONTRADICTED:
            assert number <= case.rules.contradicted_to


@given(findings=_findings(), number=st.integers(1, 50))
@LAWS
def test_law_fewer_strikes_than_claimed_contradict_nothing(
    findings: tuple[Finding, ...], number: int
) -> None:
    """Law: how many is never Contradicted by footage, whatever it shows."""
    counted = claim(
        slot(SlotAttr.STRIKE_COUNT, float(number)), slot(SlotAttr.TARGET_COUNT, float(number))
    )
    verdicts = judge(JudgedInputs(claims=(counted,), findings=findings, items=ITEMS))
    assert all(verdict.rating is not Rating.CONTRADICTED for verdict in verdicts)
