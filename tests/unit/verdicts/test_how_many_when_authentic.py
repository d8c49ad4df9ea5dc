"""How many, when and authentic: counts, dates and what is known of footage as such."""

import pytest

from purport.core.claims import Part, Quantifier, Slot, SlotAttr
from purport.core.findings import Finding
from purport.core.ratings import Authenticity, Confidence, Rating, Stance
from purport.core.verdicts import Verdict
from purport.verdicts import JudgedInputs, item_authenticity

from .case_builder import edits, item, judged, part_of, place, reuse, slot, strike, strikes, sun

CLIP = item()
TWO = strikes(CLIP, strike(position=(31.2, 34.7)), strike(onset_s=6.0, position=(31.21, 34.7)))


def _how_many(stated: Slot, *findings: Finding, items: tuple[object, ...] = (CLIP,)) -> Verdict:
    clips = [one for one in items if isinstance(one, type(CLIP))]
    return part_of(judged(stated, items=clips, findings=findings), Part.HOW_MANY)


class TestHowMany:
    def test_fewer_than_claimed_is_unproven_and_never_contradicted(self) -> None:
        verdict = _how_many(slot(SlotAttr.STRIKE_COUNT, 20.0), TWO)
        assert verdict.rating is Rating.UNPROVEN
        assert any("2 of 20" in sentence for sentence in verdict.because)
        assert verdict.links[0].stance is Stance.NEUTRAL

    def test_as_many_as_claimed(self) -> None:
        verdict = _how_many(slot(SlotAttr.STRIKE_COUNT, 2.0), TWO)
        assert (verdict.rating, verdict.confidence) == (Rating.SUPPORTED, Confidence.MODERATE)
        at_least = slot(SlotAttr.STRIKE_COUNT, 1.0, quantifier=Quantifier.AT_LEAST)
        assert _how_many(at_least, TWO).rating is Rating.SUPPORTED
        assert _how_many(slot(SlotAttr.STRIKE_COUNT, limits=(2.0, 4.0)), TWO).rating is (
            Rating.SUPPORTED
        )

    def test_more_than_claimed_stays_open(self) -> None:
        assert _how_many(slot(SlotAttr.STRIKE_COUNT, 1.0), TWO).rating is Rating.UNPROVEN
        at_most = slot(SlotAttr.STRIKE_COUNT, 1.0, quantifier=Quantifier.AT_MOST)
        assert _how_many(at_most, TWO).rating is Rating.UNPROVEN

    def test_unplaced_strikes_are_low(self) -> None:
        unplaced = strikes(CLIP, strike(position=None), strike(onset_s=6.0))
        verdict = _how_many(slot(SlotAttr.STRIKE_COUNT, 2.0), unplaced)
        assert (verdict.rating, verdict.confidence) == (Rating.UNPROVEN, Confidence.LOW)
        assert any("does not suffice" in sentence for sentence in verdict.because)

    def test_targets_are_places_apart(self) -> None:
        assert _how_many(slot(SlotAttr.TARGET_COUNT, 2.0), TWO).rating is Rating.SUPPORTED
        close = strikes(CLIP, strike(), strike(onset_s=6.0))
        verdict = _how_many(slot(SlotAttr.TARGET_COUNT, 2.0), close)
        assert verdict.rating is Rating.UNPROVEN
        assert any("1 of 2" in sentence for sentence in verdict.because)
        unplaced = strikes(CLIP, strike(position=None))
        assert _how_many(slot(SlotAttr.TARGET_COUNT, 1.0), unplaced).rating is Rating.UNPROVEN

    def test_the_count_is_stated_as_least_and_most_over_the_whole_case(self) -> None:
        other = item("other.mp4")
        mine = strikes(CLIP, strike(position=None), strike(onset_s=6.0, position=None))
        theirs = strikes(other, strike(position=None), strike(onset_s=9.0, cause="gradual"))
        stated = slot(SlotAttr.STRIKE_COUNT, 20.0)
        verdict = _how_many(stated, mine, theirs, items=(CLIP, other))
        assert any("shows 2 to 4 distinct strikes" in one for one in verdict.because)
        placed = _how_many(stated, TWO)
        assert any("shows 2 distinct strikes" in one for one in placed.because)

    @pytest.mark.parametrize("slow", [1, 2])
    def test_what_comes_slowly_is_not_counted(self, slow: int) -> None:
        found = strikes(CLIP, strike(), *(strike(cause="gradual") for _ in range(slow)))
        verdict = _how_many(slot(SlotAttr.STRIKE_COUNT, 5.0), found)
        assert any("1 of 5" in sentence for sentence in verdict.because)
        assert any(f"{slow} more change" in sentence for sentence in verdict.because)
        none = strikes(CLIP, strike(cause="disturbance"))
        assert _how_many(slot(SlotAttr.STRIKE_COUNT, 1.0), none).rating is Rating.UNPROVEN

    def test_a_strike_shown_twice_counts_once(self) -> None:
        again = strikes(CLIP, strike(), strike(onset_s=6.0, same_as=0))
        verdict = _how_many(slot(SlotAttr.STRIKE_COUNT, 2.0), again)
        assert verdict.rating is Rating.UNPROVEN
        assert any("shown again once" in sentence for sentence in verdict.because)

    @pytest.mark.parametrize("turned", [False, True])
    def test_a_strike_in_two_items_counts_once(self, turned: bool) -> None:  # noqa: FBT001 - parametrized
        other, third = item("other.mp4"), item("third.mp4")
        shared = (
            reuse(other, CLIP, start_s=0.0, other_start_s=4.0)
            if turned
            else reuse(CLIP, other, start_s=4.0, other_start_s=0.0)
        )
        found = (
            strikes(CLIP, strike(onset_s=6.0)),
            strikes(other, strike(onset_s=2.1), strike(onset_s=4.0)),
            shared,
            reuse(CLIP, third),
        )
        verdict = _how_many(slot(SlotAttr.STRIKE_COUNT, 3.0), *found, items=(CLIP, other, third))
        assert any("2 of 3" in sentence for sentence in verdict.because)

    def test_a_strike_in_a_repeated_stretch_counts_once(self) -> None:
        found = strikes(CLIP, strike(onset_s=1.0), strike(onset_s=9.0), strike(onset_s=20.0))
        shared = reuse(CLIP, CLIP, start_s=0.0, other_start_s=8.0)
        verdict = _how_many(slot(SlotAttr.STRIKE_COUNT, 9.0), found, shared)
        assert any("2 of 9" in sentence for sentence in verdict.because)

    def test_nothing_to_compare(self) -> None:
        for stated in (
            slot(SlotAttr.STRIKE_COUNT, vague="many"),
            slot(SlotAttr.STRIKE_COUNT, 3.0, negated=True),
        ):
            assert _how_many(stated, TWO).rating is Rating.UNPROVEN
        assert _how_many(slot(SlotAttr.STRIKE_COUNT, 3.0)).rating is Rating.UNPROVEN
        open_above = slot(SlotAttr.STRIKE_COUNT, 3.0, quantifier=Quantifier.AT_LEAST)
        assert any("At least 3" in one for one in _how_many(open_above, TWO).because)
        several_times = strikes(CLIP, strike(), *(strike(same_as=0) for _ in range(2)))
        verdict = _how_many(slot(SlotAttr.STRIKE_COUNT, limits=(3.0, 5.0)), several_times)
        assert any("again 2 times" in one for one in verdict.because)
        assert any("3 to 5 are claimed" in one for one in verdict.because)


DAY = slot(SlotAttr.TIME, "2015-09-30")


def _when(stated: Slot, *findings: Finding, items: tuple[object, ...] = (CLIP,)) -> Verdict:
    clips = [one for one in items if isinstance(one, type(CLIP))]
    return part_of(judged(stated, items=clips, findings=findings), Part.WHEN)


class TestWhen:
    def test_nothing_known(self) -> None:
        verdict = _when(DAY)
        assert verdict.rating is Rating.UNPROVEN
        assert any("states about itself" in sentence for sentence in verdict.impossible)
        assert any("sun" in sentence for sentence in verdict.would_change)

    def test_published_before_contradicts(self) -> None:
        early = item(published="2014-05-01")
        verdict = _when(DAY, items=(early,))
        assert (verdict.rating, verdict.confidence) == (Rating.CONTRADICTED, Confidence.MODERATE)

    def test_a_publication_without_address_decides_nothing(self) -> None:
        early = item(published="2014-05-01", url=None)
        assert _when(DAY, items=(early,)).rating is Rating.UNPROVEN

    def test_published_after_or_the_same_day_is_neutral(self) -> None:
        for published in ("2015-09-30", "2015-10-02", "2015-09-29"):
            assert _when(DAY, items=(item(published=published),)).rating is Rating.UNPROVEN

    def test_one_old_item_among_new_ones_stays_open(self) -> None:
        old, new = item("old.mp4", published="2014"), item("new.mp4", published="2015-10-01")
        assert _when(DAY, items=(old, new)).rating is Rating.UNPROVEN

    def test_a_stretch_that_was_public_before(self) -> None:
        old = item("old.mp4", published="2014-05-01")
        verdict = _when(DAY, reuse(CLIP, old), items=(CLIP, old))
        assert verdict.rating is Rating.CONTRADICTED
        assert verdict.links[0].stance is Stance.CONTRADICTS
        near = reuse(CLIP, old, exact=False, distance_bits=20.0)
        assert _when(DAY, near, items=(CLIP, old)).rating is Rating.CONTRADICTED

    def test_weak_or_own_stretches_are_not_used(self) -> None:
        old = item("old.mp4", published="2014-05-01", url=None)
        for found in (
            reuse(CLIP, old, exact=False),
            reuse(CLIP, old, length_s=1.0),
            reuse(CLIP, CLIP),
            reuse(CLIP, item("unknown.mp4")),
        ):
            verdict = _when(DAY, found, items=(CLIP, old))
            assert verdict.rating is Rating.UNPROVEN

    def test_three_shadows_that_agree_on_another_time_contradict(self) -> None:
        verdict = _when(DAY, sun(CLIP, "used", "used", "used", claimed="2015-09-30"))
        assert (verdict.rating, verdict.confidence) == (Rating.CONTRADICTED, Confidence.MODERATE)
        assert verdict.links[0].stance is Stance.CONTRADICTS

    @pytest.mark.parametrize("states", [("used",), ("used", "used")])
    def test_one_or_two_shadows_decide_nothing(self, states: tuple[str, ...]) -> None:
        assert _when(DAY, sun(CLIP, *states, claimed="2015-09-30")).rating is Rating.UNPROVEN

    def test_shadows_that_fit_or_were_asked_of_another_day_decide_nothing(self) -> None:
        fits = sun(CLIP, "used", "used", "used", claimed="2015-09-30", answer="inside")
        other = sun(CLIP, "used", "used", "used", claimed="2015-09-29")
        for found in (fits, other):
            assert _when(DAY, found).rating is Rating.UNPROVEN

    def test_a_weekday_that_the_story_dates_is_quoted_and_read(self) -> None:
        stated = slot(SlotAttr.TIME, "2015-09-30", exact="on Wednesday")
        verdict = _when(stated)
        assert any("“on Wednesday” (read as 2015-09-30)" in one for one in verdict.because)
        early = item(published="2014-05-01", url="https://example.org/clip")
        assert _when(stated, items=(early,)).rating is Rating.CONTRADICTED

    def test_words_are_not_turned_into_dates(self) -> None:
        early = item(published="2014-05-01")
        for stated in (slot(SlotAttr.TIME, "Wednesday"), slot(SlotAttr.TIME, "2015", negated=True)):
            assert _when(stated, items=(early,)).rating is Rating.UNPROVEN


ORIGIN = slot(SlotAttr.FOOTAGE_ORIGIN, "ministry")


def _authentic(stated: Slot, *findings: Finding, items: tuple[object, ...] = (CLIP,)) -> Verdict:
    clips = [one for one in items if isinstance(one, type(CLIP))]
    return part_of(judged(stated, items=clips, findings=findings), Part.AUTHENTIC)


class TestAuthentic:
    def test_cuts_are_stated_and_not_held_against_it(self) -> None:
        verdict = _authentic(ORIGIN, edits(CLIP, "cut", "cut", "overlay"))
        assert verdict.rating is Rating.UNPROVEN
        assert any("cut (2), overlay (1)" in sentence for sentence in verdict.because)
        assert not any("look like more" in sentence for sentence in verdict.because)
        repeated = _authentic(ORIGIN, edits(CLIP, "repeat"))
        assert any("look like more" in sentence for sentence in repeated.because)
        assert verdict.links[0].stance is Stance.NEUTRAL

    def test_nothing_found_is_no_proof(self) -> None:
        verdict = _authentic(ORIGIN, edits(CLIP))
        assert verdict.rating is Rating.UNPROVEN
        assert any("does not show that footage is genuine" in one for one in verdict.because)

    def test_without_footage_nothing_is_said_of_it(self) -> None:
        verdict = _authentic(ORIGIN, items=())
        assert verdict.rating is Rating.UNPROVEN
        assert verdict.because[0].startswith("No footage was given")

    def test_older_footage_passed_off_as_new(self) -> None:
        new = item(filmed="2015-09-30")
        old = item("old.mp4", published="2014-05-01")
        found = reuse(new, old)
        verdict = _authentic(ORIGIN, found, items=(new, old))
        assert verdict.rating is Rating.CONTRADICTED
        assert verdict.links[0].stance is Stance.CONTRADICTS
        cut, drawn = edits(old, "cut"), edits(new, "overlay")
        words = item_authenticity(
            JudgedInputs(claims=(), items=(new, old), findings=(found, cut, drawn))
        )
        assert words == {
            new.digest: (Authenticity.DECONTEXTUALIZED,),
            old.digest: (Authenticity.EDITED_OR_CROPPED,),
        }

    def test_a_publication_without_address_is_low(self) -> None:
        new, old = item(filmed="2015-09-30"), item("old.mp4", published="2014", url=None)
        verdict = _authentic(ORIGIN, reuse(new, old), items=(new, old))
        assert (verdict.rating, verdict.confidence) == (Rating.UNPROVEN, Confidence.LOW)

    def test_weak_matches_are_not_used(self) -> None:
        new, old = item(filmed="2015-09-30"), item("old.mp4", published="2014-05-01")
        for found in (reuse(new, old, exact=False), reuse(new, new), reuse(new, old, length_s=1)):
            assert _authentic(ORIGIN, found, items=(new, old)).rating is Rating.UNPROVEN
        assert _authentic(ORIGIN, reuse(CLIP, old), items=(CLIP, old)).rating is Rating.UNPROVEN

    def test_what_could_be_verified_then_is_not_checkable(self) -> None:
        status = slot(SlotAttr.VERIFICATION_STATUS, "unverified", exact="cannot be verified")
        verdict = _authentic(status, place(CLIP))
        assert verdict.rating is Rating.NOT_CHECKABLE
        assert any("clip.mp4" in sentence for sentence in verdict.because)
        assert not any("Since then" in one for one in _authentic(status).because)
