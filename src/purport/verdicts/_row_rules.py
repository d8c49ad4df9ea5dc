"""Rules for the parts of a claim that a row of a sheet makes, one small function a part."""

from dataclasses import replace

from purport.core.claims import Part
from purport.core.findings import Finding
from purport.core.ratings import Confidence, Rating, Stance
from purport.verdicts._instances import Holds, holds_by_number
from purport.verdicts._opinions import Bearing, Opinion, not_checkable, unproven
from purport.verdicts._who import hold_of_point
from purport.verdicts.records import JudgingRules
from purport.verdicts.rows import Comparison, Known, ReadingDistance, RowFacts

__all__ = ["judge_row_part"]

_KILOMETRE_M = 1000.0
_KILOMETRES = 1.0
_PLACE_SETTLES = (
    "The footage itself, with a map of the place claimed, so that the placing can be repeated.",
)
_WHO_SETTLES = (
    "A dated source on who held the place found, covering the point (`--control`).",
    "Reporting from the ground on who was there and who was hit.",
)
_COULD_LIE_THERE = (
    "By a reading that was set aside, or within the position's uncertainty, it could lie there."
)
_CAVEAT = "Who held a place is not who was hit; it is the nearest that maps can tell."
_FOOTAGE = ("The footage itself (`purport add`).",)
_NO_FOOTAGE = "A sheet holds no footage that could be looked at."


def judge_row_part(part: Part, facts: RowFacts, finding: Finding, rules: JudgingRules) -> Opinion:
    """Judge one part of the claim that a row makes.

    Args:
        part: The part.
        facts: The row with what was computed from it.
        finding: The finding that holds these facts.
        rules: The numbers on which a rating can turn.
    """
    if part is Part.WHERE:
        return _where(facts, finding, rules)
    if part is Part.WHO:
        return _who(facts, finding, rules)
    if part is Part.WHEN:
        return _when(facts, finding)
    return not_checkable(_NO_FOOTAGE, would_change=_FOOTAGE)


# Where: the sheet's own comparison and the distance computed, each by itself, then both.


def _where(facts: RowFacts, finding: Finding, rules: JudgingRules) -> Opinion:
    """Judge the place: supported or contradicted by what the sheet compares and what is computed.

    1. Not placed, or the place claimed unknown: unproven, with what is missing.
    2. No place claimed: not checkable.
    3. The sheet's comparison and the computed distance must not differ; one alone decides.
    4. Without a source the confidence is low, and nothing follows from it alone.
    """
    undecided = _cannot_compare(facts)
    if undecided is not None:
        return undecided
    stated = facts.stated
    said, told = _stated_place(facts, rules)
    computed, reasoning = _computed_place(facts, rules)
    holds = computed if computed is not Holds.OPEN else said
    why = "What the sheet states does not decide it."
    if stated.comparison is Comparison.OTHER:
        holds, why = (
            Holds.OPEN,
            (
                f"The sheet compares something else (“{stated.comparison_words}”), so that its "
                "position may not be that of the footage."
            ),
        )
    elif {said, computed} == {Holds.YES, Holds.NO}:
        holds, why = (
            Holds.OPEN,
            "The sheet's own comparison and the distance computed from its positions differ.",
        )
    because = (*told, *reasoning)
    if holds is Holds.OPEN:
        return _open(why, because, facts, _PLACE_SETTLES)
    return _firm(holds, because, facts, finding, settles=_PLACE_SETTLES)


def _cannot_compare(facts: RowFacts) -> Opinion | None:
    """Return the opinion where there are no two places to compare; None where there are."""
    stated = facts.stated
    compared = stated.comparison is not None and stated.comparison is not Comparison.OTHER
    if stated.comparison is Comparison.NOT_PLACED or not (facts.point or compared):
        return _open("The footage was not placed.", (), facts, _PLACE_SETTLES)
    if stated.place_known is Known.NONE:
        return not_checkable("The claim names no place, so that there is nothing to compare.")
    if stated.place_known is Known.UNKNOWN:
        why = "The sheet does not say what place is claimed."
        return _open(why, (), facts, _PLACE_SETTLES)
    return None


def _stated_place(facts: RowFacts, rules: JudgingRules) -> tuple[Holds, tuple[str, ...]]:
    """Read the sheet's own comparison; "elsewhere" within the tolerance is not elsewhere."""
    stated = facts.stated
    if stated.comparison not in {Comparison.SAME, Comparison.ELSEWHERE}:
        return Holds.OPEN, ()
    distance = _km_words(stated.distance_km)
    words = f"The sheet compares the places: “{stated.comparison_words}”{distance}."
    if stated.comparison is Comparison.SAME:
        return Holds.YES, (words,)
    tolerance_km = rules.place_tolerance_m / _KILOMETRE_M
    if stated.distance_km is not None and stated.distance_km[0] <= tolerance_km:
        return Holds.OPEN, (
            words,
            f"Up to {tolerance_km:g} km would count as there: places are named after towns.",
        )
    return Holds.NO, (words,)


def _km_words(span: tuple[float, float | None] | None) -> str:
    if span is None:
        return ""
    low, high = span
    if high is None:
        return f", more than {low:g} km away"
    return f", {low:g} km away" if low == high else f", {low:g} to {high:g} km away"


def _computed_place(facts: RowFacts, rules: JudgingRules) -> tuple[Holds, tuple[str, ...]]:
    """Read the distances: inside one reading supports, far from every reading contradicts."""
    if not facts.distances:
        return Holds.OPEN, ()
    meant = [one for one in facts.distances if not one.aside]
    sentences = (
        f"The place found is known from {facts.point_basis}.",
        *(_distance_sentence(one, facts) for one in facts.distances),
    )
    if len(meant) > 1 and any(one.p_inside > rules.contradicted_to for one in meant):
        return Holds.OPEN, (
            *sentences,
            f"{len(meant)} places are called so; the sheet does not say which is meant.",
        )
    best = max(one.p_inside for one in facts.distances)
    likely = max(one.p_inside for one in meant)
    holds = holds_by_number(likely, rules)
    reach_m = 2.0 * (facts.point_sd_m or 0.0)
    nearest_m = min(one.nearest_m for one in facts.distances)
    if holds is Holds.NO and (best > rules.contradicted_to or nearest_m <= reach_m):
        return Holds.OPEN, (
            *sentences,
            _COULD_LIE_THERE,
        )
    if holds is Holds.NO:
        farthest = max(one.farthest_m for one in facts.distances)
        sentences += (
            f"By every reading: {_km(nearest_m)} to {_km(farthest)} km from what was claimed.",
        )
    return holds, sentences


def _distance_sentence(one: ReadingDistance, facts: RowFacts) -> str:
    said = f"“{facts.stated.claimed_place or one.name}”"
    aside = " (a reading set aside)" if one.aside else ""
    where = (
        "it lies on that ground"
        if one.nearest_m == 0.0
        else f"it lies {_km(one.nearest_m)} to {_km(one.farthest_m)} km from that ground"
    )
    return (
        f"{said} can mean {one.words}{aside}: {where}, {_km(one.to_place_m)} km from "
        f"{one.name}'s own point."
    )


def _km(metres: float) -> str:
    kilometres = metres / _KILOMETRE_M
    return f"{kilometres:.0f}" if kilometres >= 10 * _KILOMETRES else f"{kilometres:.1f}"


# Who: the layers of control at the place found; words without a date exclude nobody.


def _who(facts: RowFacts, finding: Finding, rules: JudgingRules) -> Opinion:
    """Judge the group by dated sources of control at the place found.

    What a sheet says of a group at the place ("none known") without a dated source is shown, and
    decides nothing.
    """
    stated = facts.stated
    if stated.group_known is Known.NONE:
        return not_checkable(f"The claim names no group (“{stated.claimed_group}”).")
    if stated.group_known is Known.UNKNOWN or stated.group is None:
        why = "The sheet does not say which group is claimed."
        return _open(why, (), facts, _WHO_SETTLES)
    told = tuple(_presence_sentence(one.words) for one in stated.presence)
    if facts.control is None:
        why = "No dated source of control could be asked about the place found."
        return _open(why, told, facts, _WHO_SETTLES)
    group, said = stated.group, stated.claimed_group or stated.group
    hold = hold_of_point(facts.control, group, said, rules)
    asked = f"For {facts.date} ({facts.date_basis}), at {facts.point_basis}: {hold.tells}."
    if hold.holds is Holds.OPEN:
        because = (asked, *told)
        return _open(f"Whether “{said}” held the place is open.", because, facts, _WHO_SETTLES)
    opinion = _firm(hold.holds, (asked, *told, _CAVEAT), facts, finding, settles=_WHO_SETTLES)
    if opinion.confidence is Confidence.LOW:  # the position itself names no source
        return opinion
    lowest = Confidence.LOW if hold.confidence is Confidence.LOW else Confidence.MODERATE
    reason = f"{hold.confidence_reason} Where it was found rests on what the sheet states."
    return replace(opinion, confidence=lowest, confidence_reason=reason)


def _presence_sentence(words: str) -> str:
    return (
        f"The sheet says of the place found: “{words}”; without a dated source it excludes nobody."
    )


# When: only what was public before the time claimed contradicts it.


def _when(facts: RowFacts, finding: Finding) -> Opinion:
    """Judge the time: what was published before it cannot show it."""
    stated = facts.stated
    if stated.claimed_time is None:
        return not_checkable("The sheet states no time that is claimed.")
    published = stated.published
    if published is not None and published.latest_utc < stated.claimed_time.earliest_utc:
        because = (f"It was published on {published.stated}, before {stated.claimed_time.stated}.",)
        return _firm(Holds.NO, because, facts, finding, settles=_FOOTAGE)
    return unproven(
        "A sheet holds nothing by which the time of footage could be told.", would_change=_FOOTAGE
    )


def _firm(
    holds: Holds,
    because: tuple[str, ...],
    facts: RowFacts,
    finding: Finding,
    *,
    settles: tuple[str, ...],
) -> Opinion:
    supports = holds is Holds.YES
    source = facts.stated.source
    return Opinion(
        rating=Rating.SUPPORTED if supports else Rating.CONTRADICTED,
        confidence=Confidence.LOW if source is None else Confidence.MODERATE,
        confidence_reason=(
            "The sheet names no source by which its statements could be checked."
            if source is None
            else f"It rests on what the sheet states, after {source}; nothing of it was repeated."
        ),
        because=because,
        bearings=(
            Bearing(
                finding=finding.id,
                stance=Stance.SUPPORTS if supports else Stance.CONTRADICTS,
                reason=finding.reason,
            ),
        ),
        would_change=(*_lacking(facts), *settles),
    )


def _open(why: str, because: tuple[str, ...], facts: RowFacts, settles: tuple[str, ...]) -> Opinion:
    """Form the opinion that nothing decides it, with what the sheet lacks."""
    opinion = unproven(why, would_change=(*_lacking(facts), *settles))
    return replace(
        opinion,
        because=(why, *because),
        impossible=tuple(f"The sheet lacks {one}." for one in facts.missing),
    )


def _lacking(facts: RowFacts) -> tuple[str, ...]:
    return tuple(f"What the sheet lacks: {one}." for one in facts.missing)
