"""What: hits, misses, distances, destruction, kinds of target, weapons."""

import math
from dataclasses import replace

import pytest

from purport.core.claims import Part, Quantifier, Slot, SlotAttr
from purport.core.findings import Finding
from purport.core.ratings import Confidence, Likelihood, Rating, Stance
from purport.core.verdicts import Verdict
from purport.verdicts import JudgedInputs, judge
from purport.verdicts._offsets import probability_between, probability_within
from purport.verdicts._reading import StrikeSeen
from purport.verdicts._words import count_of, distance_of
from purport.verdicts.records import JudgingRules

from .case_builder import claim, finding, item, judged, part_of, place, slot, strike, strikes

CLIP = item()
MAPPED = place(CLIP)
HIT = slot(SlotAttr.OUTCOME, "hit")
MISSED = slot(SlotAttr.OUTCOME, "missed")
ALL_HIT = slot(SlotAttr.OUTCOME, "hit", quantifier=Quantifier.ALL)
SEVERAL = slot(SlotAttr.MISS_DISTANCE, vague="several", exact="several metres", unit="m")


def _what(*slots: Slot, found: Finding | None = None, mapped: bool = True) -> Verdict:
    findings = [one for one in (found, MAPPED if mapped else None) if one is not None]
    return part_of(judged(*slots, items=[CLIP], findings=findings), Part.WHAT)


class TestOutcome:
    def test_on_target(self) -> None:
        near = strikes(CLIP, strike(offset_m=1.5, sd_m=0.8))
        verdict = _what(HIT, found=near)
        assert (verdict.rating, verdict.confidence) == (Rating.SUPPORTED, Confidence.MODERATE)
        assert verdict.likelihood is Likelihood.ALMOST_CERTAIN
        assert any("within 5 m of its point" in sentence for sentence in verdict.because)
        assert _what(MISSED, found=near).rating is Rating.CONTRADICTED

    def test_off_target(self) -> None:
        far = strikes(CLIP, strike(offset_m=12.0, sd_m=2.0))
        verdict = _what(HIT, found=far)
        assert verdict.rating is Rating.CONTRADICTED
        assert verdict.likelihood is Likelihood.ALMOST_NO_CHANCE
        assert _what(MISSED, found=far).rating is Rating.SUPPORTED
        denied = slot(SlotAttr.OUTCOME, "hit", negated=True)
        assert _what(denied, found=far).rating is Rating.SUPPORTED

    def test_an_even_chance_is_unproven(self) -> None:
        verdict = _what(HIT, found=strikes(CLIP, strike(offset_m=5.0, sd_m=2.0)))
        assert verdict.rating is Rating.UNPROVEN
        assert verdict.likelihood is Likelihood.ROUGHLY_EVEN
        assert verdict.probability == pytest.approx(0.5)

    def test_the_outline_of_a_target_decides_where_there_is_one(self) -> None:
        inside = strikes(CLIP, strike(offset_m=30.0, p_inside=0.97))
        verdict = _what(HIT, found=inside)
        assert (verdict.rating, verdict.probability) == (Rating.SUPPORTED, 0.97)
        assert any("on target with probability 0.97" in one for one in verdict.because)

    def test_no_probability_is_told_as_nothing_or_one(self) -> None:
        far = _what(HIT, found=strikes(CLIP, strike(offset_m=30.0, sd_m=1.0)))
        assert any("on target with probability below 0.01" in one for one in far.because)
        within = strikes(CLIP, strike(offset_m=0.0, sd_m=0.01, p_inside=0.9999))
        told = "inside the target's outline, on target with probability above 0.99"
        assert any(told in one for one in _what(HIT, found=within).because)

    def test_the_crosshair_is_no_target(self) -> None:
        verdict = _what(HIT, found=strikes(CLIP, strike(offset_m=30.0), basis="burnt-in crosshair"))
        assert (verdict.rating, verdict.confidence) == (Rating.UNPROVEN, Confidence.LOW)
        assert verdict.links[0].stance is Stance.CONTRADICTS
        assert verdict.likelihood is Likelihood.ALMOST_NO_CHANCE

    def test_smoke_is_no_counter_example(self) -> None:
        far = strike(offset_m=30.0, onset_s=6.0, cause="gradual")
        found = strikes(CLIP, strike(offset_m=1.0, sd_m=0.5), far)
        assert _what(ALL_HIT, found=found).rating is Rating.UNPROVEN
        assert _what(HIT, found=found).rating is Rating.SUPPORTED

    def test_without_a_map_scale_decides_nothing(self) -> None:
        found = strikes(CLIP, strike(offset_m=30.0))
        assert _what(HIT, found=found, mapped=False).rating is Rating.UNPROVEN

    def test_what_the_check_says_would_help_is_passed_on(self) -> None:
        remedy = "Place two more control points north of those there."
        unplaced = {**strike(), "not_measured": "It was not placed.", "remedy": remedy}
        assert remedy in _what(HIT, found=strikes(CLIP, unplaced)).would_change

    def test_a_marked_strike_is_no_smoke(self) -> None:
        marked = strike(offset_m=1.0, sd_m=0.5, cause="marked by a person")
        assert _what(HIT, found=strikes(CLIP, marked)).confidence is Confidence.MODERATE

    def test_an_unmeasured_strike_keeps_it_open(self) -> None:
        found = strikes(CLIP, strike(offset_m=30.0), strike(onset_s=6.0), basis=None)
        verdict = _what(HIT, found=found)
        assert verdict.rating is Rating.UNPROVEN
        assert any("could not be measured" in sentence for sentence in verdict.because)

    def test_an_unpublished_strike_says_what_is_missing(self) -> None:
        unpublished = "It is not recorded where and when the footage was published."
        found = strikes(CLIP, {**strike(), "not_measured": unpublished})
        verdict = _what(HIT, found=found)
        assert verdict.rating is Rating.UNPROVEN
        assert any(unpublished.rstrip(".") in sentence for sentence in verdict.because)
        assert any("--published" in sentence for sentence in verdict.would_change)

    def test_all_falls_to_one_miss(self) -> None:
        found = strikes(CLIP, strike(offset_m=1.0, sd_m=0.5), strike(offset_m=12.0, onset_s=6.0))
        verdict = _what(ALL_HIT, found=found)
        assert verdict.rating is Rating.CONTRADICTED
        assert verdict.probability is not None
        assert verdict.probability < 0.05
        assert {link.stance for link in verdict.links[:2]} == {Stance.SUPPORTS, Stance.CONTRADICTS}
        assert any("every strike was on target" in sentence for sentence in verdict.because)
        assert _what(HIT, found=found).rating is Rating.PARTLY_SUPPORTED

    def test_at_least_one_is_enough_where_one_is_claimed(self) -> None:
        found = strikes(CLIP, strike(offset_m=1.0, sd_m=0.5), strike(offset_m=12.0, onset_s=6.0))
        one = slot(SlotAttr.OUTCOME, "missed", quantifier=Quantifier.AT_LEAST)
        modest = claim(one, content="at least one of the bombs missed")
        inputs = JudgedInputs(claims=(modest,), items=(CLIP,), findings=(found, MAPPED))
        verdict = part_of(judge(inputs), Part.WHAT)
        assert (verdict.rating, verdict.likelihood) == (
            Rating.SUPPORTED,
            Likelihood.ALMOST_CERTAIN,
        )
        some = slot(SlotAttr.OUTCOME, "missed", quantifier=Quantifier.SOME)
        assert _what(some, found=found).rating is Rating.SUPPORTED
        assert _what(some, found=strikes(CLIP, strike(offset_m=1.0, sd_m=0.5))).rating is (
            Rating.CONTRADICTED
        )

    def test_all_needs_all_to_be_seen(self) -> None:
        good = strike(offset_m=1.0, sd_m=0.5)
        found = strikes(CLIP, good, {**good, "onset_s": 6.0})
        assert _what(ALL_HIT, found=found).rating is Rating.PARTLY_SUPPORTED
        two = slot(SlotAttr.STRIKE_COUNT, 2.0)
        verdict = _what(ALL_HIT, two, found=found)
        assert verdict.rating is Rating.SUPPORTED
        assert verdict.likelihood is Likelihood.ALMOST_CERTAIN
        fair = strikes(CLIP, *(strike(p_inside=0.85, onset_s=float(i)) for i in range(2)))
        assert _what(ALL_HIT, two, found=fair).rating is Rating.PARTLY_SUPPORTED
        open_ones = strikes(CLIP, good, strike(p_inside=0.5, onset_s=6.0))
        assert _what(ALL_HIT, two, found=open_ones).rating is Rating.UNPROVEN

    def test_a_miss_does_not_contradict_hits_among_many(self) -> None:
        twenty = slot(SlotAttr.STRIKE_COUNT, 20.0)
        verdict = _what(HIT, twenty, found=strikes(CLIP, strike(offset_m=12.0)))
        assert (verdict.rating, verdict.likelihood) == (Rating.UNPROVEN, None)

    def test_many_unlikely_hits_are_together_not_excluded(self) -> None:
        poor = (strike(p_inside=0.04, onset_s=float(i)) for i in range(3))
        assert _what(HIT, found=strikes(CLIP, *poor)).rating is Rating.UNPROVEN
        none = (strike(p_inside=0.01, onset_s=float(i)) for i in range(3))
        verdict = _what(HIT, found=strikes(CLIP, *none))
        assert verdict.rating is Rating.CONTRADICTED
        assert verdict.probability == pytest.approx(0.03)

    def test_destruction_does_not_show(self) -> None:
        destroyed = slot(SlotAttr.OUTCOME, "destroyed", exact="total destruction")
        verdict = _what(destroyed, found=strikes(CLIP, strike(offset_m=0.5)))
        assert (verdict.rating, verdict.likelihood) == (Rating.UNPROVEN, None)
        assert any("before and after" in sentence for sentence in verdict.would_change)
        assert any("No strike was found" in one for one in _what(destroyed).impossible)
        both = _what(HIT, destroyed, found=strikes(CLIP, strike(offset_m=0.5, sd_m=0.3)))
        assert (both.rating, both.probability) == (Rating.PARTLY_SUPPORTED, None)

    def test_nothing_to_judge_by(self) -> None:
        assert _what(HIT).rating is Rating.UNPROVEN
        assert _what(SEVERAL).rating is Rating.UNPROVEN
        assert _what(slot(SlotAttr.OUTCOME, "admired")).rating is Rating.UNPROVEN


class TestMissDistance:
    def test_several_metres(self) -> None:
        verdict = _what(SEVERAL, found=strikes(CLIP, strike(offset_m=8.0, sd_m=1.5)))
        assert verdict.rating is Rating.SUPPORTED
        assert any("read as 2 to 15 m" in sentence for sentence in verdict.because)

    def test_a_vague_word_is_never_contradicted(self) -> None:
        found = strikes(CLIP, strike(offset_m=60.0))
        verdict = _what(SEVERAL, found=found)
        assert verdict.rating is Rating.UNPROVEN
        assert any("no fixed limits" in sentence for sentence in verdict.because)
        about = slot(SlotAttr.MISS_DISTANCE, 10.0, unit="m", quantifier=Quantifier.ABOUT)
        assert _what(about, found=found).rating is Rating.UNPROVEN
        assert _what(MISSED, SEVERAL, found=found).rating is Rating.PARTLY_SUPPORTED

    def test_a_number_can_be_contradicted(self) -> None:
        ten = slot(SlotAttr.MISS_DISTANCE, 10.0, unit="m")
        assert _what(ten, found=strikes(CLIP, strike(offset_m=60.0))).rating is Rating.CONTRADICTED
        close = strikes(CLIP, strike(offset_m=10.5, sd_m=0.5))
        assert _what(ten, found=close).rating is Rating.SUPPORTED
        denied = slot(SlotAttr.MISS_DISTANCE, 10.0, unit="m", negated=True)
        assert _what(denied, found=close).rating is Rating.CONTRADICTED

    def test_how_many_missed_so_far_stands_on_the_outcome(self) -> None:
        found = strikes(CLIP, strike(offset_m=10.5, sd_m=0.5), strike(offset_m=80.0, onset_s=6.0))
        one = slot(SlotAttr.OUTCOME, "missed", quantifier=Quantifier.AT_LEAST)
        ten = slot(SlotAttr.MISS_DISTANCE, 10.0, unit="m")
        assert _what(one, ten, found=found).rating is Rating.SUPPORTED
        assert _what(MISSED, ten, found=found).rating is Rating.PARTLY_SUPPORTED
        near = strikes(CLIP, strike(offset_m=10.5, sd_m=0.5), strike(offset_m=1.0, onset_s=6.0))
        least = slot(SlotAttr.MISS_DISTANCE, 9.0, unit="m", quantifier=Quantifier.AT_LEAST)
        assert _what(least, found=near).rating is Rating.PARTLY_SUPPORTED

    def test_unmeasured(self) -> None:
        assert _what(SEVERAL, found=strikes(CLIP, strike())).rating is Rating.UNPROVEN

    def test_what_is_no_distance(self) -> None:
        odd = slot(SlotAttr.MISS_DISTANCE, vague="a whisker", unit="m")
        assert _what(odd, found=strikes(CLIP, strike(offset_m=3.0))).rating is Rating.UNPROVEN


class TestKindsAndWeapons:
    def test_a_weapon_does_not_show(self) -> None:
        verdict = _what(slot(SlotAttr.WEAPON, "bomb"), found=strikes(CLIP, strike(offset_m=1.0)))
        assert verdict.rating is Rating.NOT_CHECKABLE
        assert verdict.impossible

    def test_the_use_of_a_building_does_not_show(self) -> None:
        quarters = slot(SlotAttr.TARGET_TYPE, "headquarters")
        assert _what(quarters).rating is Rating.NOT_CHECKABLE
        assert _what(HIT, quarters).rating is Rating.UNPROVEN
        near = strikes(CLIP, strike(offset_m=1.0, sd_m=0.5))
        assert _what(HIT, quarters, found=near).rating is Rating.PARTLY_SUPPORTED

    def test_a_bridge_shows_and_waits_for_a_person(self) -> None:
        assert _what(slot(SlotAttr.TARGET_TYPE, "bridge")).rating is Rating.UNPROVEN

    def test_damage_does_not_show_either(self) -> None:
        verdict = _what(slot(SlotAttr.OUTCOME, "damaged"))
        assert any("was damaged" in sentence for sentence in verdict.because)

    def test_targets_name_no_kind(self) -> None:
        near = strikes(CLIP, strike(offset_m=1.0, sd_m=0.5))
        generic = slot(SlotAttr.TARGET_TYPE, "positions")
        assert _what(HIT, generic, found=near).rating is Rating.SUPPORTED
        assert _what(generic, found=near).rating is Rating.NOT_CHECKABLE


def _seen(offset: float | None, i68: tuple[float, float], i95: tuple[float, float]) -> StrikeSeen:
    return StrikeSeen(
        finding=finding("impacts", CLIP, {}),
        item=CLIP,
        index=0,
        onset_s=1.0,
        position=None,
        offset_m=offset,
        offset_68_m=i68,
        offset_95_m=i95,
        p_inside=None,
        sudden=True,
        target_basis="point",
        confidence=Confidence.MODERATE,
        confidence_reason="made for a test",
    )


class TestOffsets:
    seen = _seen(10.0, (8.0, 12.0), (6.08, 13.92))

    def test_the_intervals_are_reproduced(self) -> None:
        assert probability_within(self.seen, 10.0) == pytest.approx(0.5)
        assert probability_within(self.seen, 12.0) == pytest.approx(0.84, abs=1e-3)
        assert probability_within(self.seen, 6.08) == pytest.approx(0.025, abs=1e-3)
        assert probability_between(self.seen, 8.0, 12.0) == pytest.approx(0.68, abs=1e-3)

    def test_a_table_is_read_off_in_place_of_the_intervals(self) -> None:
        table = ((0.0, 0.9), (2.0, 0.5), (4.0, 0.1), (6.0, 0.0))
        seen = replace(self.seen, p_farther_m=table)
        assert probability_within(seen, 0.0) == pytest.approx(0.1)
        assert probability_within(seen, 2.0) == pytest.approx(0.5)
        assert probability_within(seen, 3.0) == pytest.approx(0.7)
        assert probability_within(seen, 60.0) == 1.0
        assert probability_between(seen, 1.0, 3.0) == pytest.approx(0.4)
        away = replace(self.seen, p_farther_m=((3.0, 1.0), (5.0, 0.0)))
        assert probability_within(away, 2.9) == 0.0

    def test_the_tails_go_on(self) -> None:
        low, high = probability_within(self.seen, 1.0), probability_within(self.seen, 30.0)
        assert low is not None
        assert high is not None
        assert 0.0 < low < 0.001
        assert high > 0.999
        assert probability_within(self.seen, math.inf) == 1.0
        assert probability_within(self.seen, -1.0) == 0.0

    def test_intervals_that_end_at_zero(self) -> None:
        small = _seen(0.5, (0.0, 1.0), (0.0, 2.0))
        within = probability_within(small, 5.0)
        assert within is not None
        assert within > 0.99

    def test_an_exact_offset(self) -> None:
        exact = _seen(3.0, (3.0, 3.0), (3.0, 3.0))
        assert (probability_within(exact, 3.0), probability_within(exact, 2.9)) == (1.0, 0.0)

    def test_unmeasured(self) -> None:
        assert probability_within(_seen(None, (1.0, 2.0), (0.0, 3.0)), 5.0) is None
        assert probability_between(_seen(None, (1.0, 2.0), (0.0, 3.0)), 1.0, 5.0) is None


class TestWords:
    rules = JudgingRules()

    @pytest.mark.parametrize(
        ("stated", "metres"),
        [
            (slot(SlotAttr.MISS_DISTANCE, 2.0, unit="km"), (1500.0, 2500.0)),
            (slot(SlotAttr.MISS_DISTANCE, limits=(5.0, 9.0)), (5.0, 9.0)),
            (
                slot(SlotAttr.MISS_DISTANCE, 9.0, unit="m", quantifier=Quantifier.AT_LEAST),
                (9.0, math.inf),
            ),
            (slot(SlotAttr.MISS_DISTANCE, 9.0, quantifier=Quantifier.AT_MOST), (0.0, 9.0)),
            (slot(SlotAttr.MISS_DISTANCE, vague="few", exact="a few km"), (2000.0, 6000.0)),
        ],
    )
    def test_distances(self, stated: Slot, metres: tuple[float, float]) -> None:
        distance = distance_of(stated, self.rules)
        assert distance is not None
        assert (distance.low, distance.high) == metres

    @pytest.mark.parametrize(
        "stated",
        [
            slot(SlotAttr.MISS_DISTANCE, 2.0, unit="mile"),
            slot(SlotAttr.MISS_DISTANCE, "far"),
            slot(SlotAttr.MISS_DISTANCE, vague="some", exact="some way"),
            slot(SlotAttr.MISS_DISTANCE, vague="many", exact="many yards"),
        ],
    )
    def test_no_distances(self, stated: Slot) -> None:
        assert distance_of(stated, self.rules) is None

    def test_counts(self) -> None:
        at_most = count_of(slot(SlotAttr.STRIKE_COUNT, 20.0, quantifier=Quantifier.AT_MOST))
        assert at_most is not None
        assert (at_most.low, at_most.high) == (0.0, 20.0)
        assert count_of(slot(SlotAttr.STRIKE_COUNT, vague="many")) is None
