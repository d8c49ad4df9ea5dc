"""Where and who: places and maps of control against claims."""

import pytest

from purport.checks.control import Overall
from purport.core.claims import Part, Quantifier, Slot, SlotAttr
from purport.core.findings import Finding
from purport.core.ratings import Confidence, Rating, Stance
from purport.core.verdicts import Verdict

from .case_builder import control, item, judged, layer, part_of, place, point, slot, strike, strikes

CLIP = item()
SITE = item(place="Harbour Road", at=(31.2, 34.7))


def _where(named: Slot, *findings: Finding, clips: tuple[object, ...] = (CLIP,)) -> Verdict:
    items = [clip for clip in clips if isinstance(clip, type(CLIP))]
    return part_of(judged(named, items=items, findings=findings), Part.WHERE)


class TestWhere:
    named = slot(SlotAttr.PLACE, "Harbour Road")

    def test_footage_that_matches_supports(self) -> None:
        verdict = _where(self.named, place(CLIP))
        assert (verdict.rating, verdict.confidence) == (Rating.SUPPORTED, Confidence.MODERATE)
        assert [link.stance for link in verdict.links] == [Stance.SUPPORTS]
        assert verdict.probability is None
        assert verdict.tried

    def test_many_agreeing_frames_raise_the_confidence(self) -> None:
        verdict = _where(self.named, place(CLIP, frames_agreeing=4))
        assert (verdict.rating, verdict.confidence) == (Rating.SUPPORTED, Confidence.HIGH)

    def test_without_match_nothing_is_said(self) -> None:
        verdict = _where(self.named, place(CLIP, matched=None))
        assert verdict.rating is Rating.UNPROVEN
        assert any("could not tell" in sentence for sentence in verdict.impossible)

    def test_another_place_contradicts_only_a_place_recorded_precisely(self) -> None:
        verdict = _where(self.named, place(SITE, matched=False), clips=(SITE,))
        assert verdict.rating is Rating.CONTRADICTED
        assert verdict.links[0].stance is Stance.CONTRADICTS
        for vaguely in (CLIP, item(place="Harbour Road")):
            verdict = _where(self.named, place(vaguely, matched=False), clips=(vaguely,))
            assert verdict.rating is Rating.UNPROVEN

    def test_a_place_other_than_the_one_compared_stays_open(self) -> None:
        elsewhere = slot(SlotAttr.PLACE, "Old Town")
        verdict = _where(elsewhere, place(SITE, matched=False), clips=(SITE,))
        assert verdict.rating is Rating.UNPROVEN
        assert verdict.links[0].stance is Stance.NEUTRAL

    def test_a_place_that_matches_under_another_name_stays_open(self) -> None:
        verdict = _where(slot(SlotAttr.PLACE, "Orvelle"), place(SITE), clips=(SITE,))
        assert verdict.rating is Rating.UNPROVEN
        assert any("was not looked up" in sentence for sentence in verdict.because)

    def test_a_wider_name_is_supported_but_not_contradicted(self) -> None:
        site = item(place="Harbour Road, Port Selden", at=(31.2, 34.7))
        wider = slot(SlotAttr.PLACE, "north of Port Selden")
        assert _where(wider, place(site), clips=(site,)).rating is Rating.SUPPORTED
        for found in (place(site, matched=False), place(site, distance_m=20_000.0)):
            assert _where(wider, found, clips=(site,)).rating is Rating.UNPROVEN

    def test_found_far_from_the_claimed_point_contradicts(self) -> None:
        verdict = _where(self.named, place(SITE, distance_m=20_000.0), clips=(SITE,))
        assert verdict.rating is Rating.CONTRADICTED
        verdict = _where(self.named, place(SITE, distance_m=300.0), clips=(SITE,))
        assert verdict.rating is Rating.SUPPORTED

    def test_one_of_two_items_is_partly(self) -> None:
        other = item("other.mp4", place="Harbour Road", at=(31.2, 34.7))
        verdict = _where(self.named, place(SITE), place(other, matched=False), clips=(SITE, other))
        assert verdict.rating is Rating.PARTLY_SUPPORTED

    def test_no_footage_and_denials_stay_open(self) -> None:
        verdict = _where(self.named, clips=())
        assert verdict.rating is Rating.UNPROVEN
        assert any("No footage was given" in sentence for sentence in verdict.impossible)
        assert verdict.would_change
        denied = slot(SlotAttr.PLACE, "Harbour Road", negated=True)
        assert _where(denied, place(CLIP)).rating is Rating.UNPROVEN


def _who(
    named: Slot, *findings: Finding, count: Slot | None = None, part: Part = Part.WHO
) -> Verdict:
    slots = (named,) if count is None else (named, count)
    return part_of(judged(*slots, items=[CLIP], findings=findings), part)


OTHERS = layer("Opposition", far={"isis": 65_000.0})
ISIS = layer("Daesh", far={"isis": 0.0})


class TestWho:
    plain = slot(SlotAttr.TARGET_GROUP, "ISIS")
    only = slot(SlotAttr.TARGET_GROUP, "ISIS", exclusive=True)
    denied = slot(SlotAttr.TARGET_GROUP, "ISIS", negated=True)

    def test_held_by_the_group(self) -> None:
        verdict = _who(self.plain, control(CLIP, point(ISIS)))
        assert verdict.rating is Rating.SUPPORTED
        assert any("not who was hit" in sentence for sentence in verdict.because)
        assert _who(self.denied, control(CLIP, point(ISIS))).rating is Rating.CONTRADICTED

    def test_held_by_others_far_from_the_group(self) -> None:
        verdict = _who(self.plain, control(CLIP, point(OTHERS)))
        assert verdict.rating is Rating.CONTRADICTED
        assert any("65 km away" in sentence for sentence in verdict.because)
        assert _who(self.denied, control(CLIP, point(OTHERS))).rating is Rating.SUPPORTED

    @pytest.mark.parametrize("far", [{}, {"isis": None}, {"isis": 2_000.0}])
    def test_a_map_that_does_not_know_the_group_contradicts_nothing(
        self, far: dict[str, float | None]
    ) -> None:
        verdict = _who(self.plain, control(CLIP, point(layer("Opposition", far=far))))
        assert verdict.rating is Rating.UNPROVEN
        assert any("far enough away" in sentence for sentence in verdict.because)

    def test_a_denial_in_words_contradicts(self) -> None:
        denying = layer(None, not_held_by=("Daesh",))
        found = control(CLIP, point(denying, overall=Overall.NO_DATA, confidence=Confidence.LOW))
        verdict = _who(self.plain, found)
        assert (verdict.rating, verdict.confidence) == (Rating.CONTRADICTED, Confidence.MODERATE)
        named = layer("Opposition", not_held_by=("IS",))
        verdict = _who(self.plain, control(CLIP, point(named)))
        assert verdict.rating is Rating.CONTRADICTED
        assert not any("km away" in sentence for sentence in verdict.because)
        old = layer(None, not_held_by=("Daesh",), stale=True)
        found = control(CLIP, point(old, overall=Overall.NO_DATA, confidence=Confidence.LOW))
        assert _who(self.plain, found).rating is Rating.UNPROVEN

    @pytest.mark.parametrize("overall", [Overall.DISPUTED, Overall.BOUNDARY, Overall.NO_DATA])
    def test_unsettled_maps_leave_it_open(self, overall: Overall) -> None:
        verdict = _who(self.plain, control(CLIP, point(OTHERS, overall=overall)))
        assert verdict.rating is Rating.UNPROVEN

    def test_maps_far_from_the_date_are_low_and_decide_nothing(self) -> None:
        old = layer("Opposition", stale=True, far={"isis": 65_000.0})
        verdict = _who(self.plain, control(CLIP, point(old, confidence=Confidence.LOW)))
        assert verdict.rating is Rating.UNPROVEN
        assert verdict.links[0].stance is Stance.CONTRADICTS
        assert "low" in verdict.links[0].reason

    def test_exclusively_falls_to_one_counter_example(self) -> None:
        found = control(CLIP, point(ISIS, strike_index=0), point(OTHERS, strike_index=1))
        seen = strikes(CLIP, strike(), strike(onset_s=5.0))
        assert _who(self.only, found, seen).rating is Rating.CONTRADICTED
        assert _who(self.plain, found, seen).rating is Rating.PARTLY_SUPPORTED

    def test_exclusively_is_not_proved_by_examples(self) -> None:
        verdict = _who(self.only, control(CLIP, point(ISIS)))
        assert verdict.rating is Rating.PARTLY_SUPPORTED
        assert any("Examples alone" in sentence for sentence in verdict.because)
        everyone = slot(SlotAttr.TARGET_GROUP, "ISIS", quantifier=Quantifier.ALL)
        one = slot(SlotAttr.TARGET_COUNT, 1.0)
        verdict = _who(everyone, control(CLIP, point(ISIS)), count=one)
        assert verdict.rating is Rating.SUPPORTED

    def test_more_claimed_than_seen_is_never_contradicted(self) -> None:
        eight = slot(SlotAttr.TARGET_COUNT, 8.0)
        verdict = _who(self.plain, control(CLIP, point(OTHERS)), count=eight)
        assert verdict.rating is Rating.UNPROVEN
        assert any("speaks of 8; 1 could be looked at" in one for one in verdict.because)
        verdict = _who(self.plain, control(CLIP, point(ISIS)), count=eight)
        assert verdict.rating is Rating.PARTLY_SUPPORTED

    def test_a_repeated_strike_is_asked_about_once(self) -> None:
        found = control(CLIP, point(ISIS, strike_index=0), point(OTHERS, strike_index=1))
        seen = strikes(CLIP, strike(), strike(onset_s=5.0, same_as=0))
        assert _who(self.plain, found, seen).rating is Rating.SUPPORTED

    def test_only_what_begins_at_once_is_asked_about(self) -> None:
        found = control(CLIP, point(ISIS, strike_index=0), point(OTHERS, strike_index=1))
        seen = strikes(CLIP, strike(), strike(onset_s=5.0, cause="gradual"))
        assert _who(self.plain, found, seen).rating is Rating.SUPPORTED

    def test_no_point_to_look_up(self) -> None:
        verdict = _who(self.plain)
        assert verdict.rating is Rating.UNPROVEN
        assert verdict.would_change
