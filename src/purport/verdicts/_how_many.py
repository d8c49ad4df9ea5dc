"""How many: distinct strikes and targets that can be seen, beside the numbers claimed."""

import math
from collections import Counter

from purport.core.claims import Claim, Polarity, Quantifier, Slot, SlotAttr
from purport.core.positions import GeoPoint, geodesic_distance_m
from purport.core.quantities import Interval
from purport.core.ratings import Confidence, Rating, Stance
from purport.verdicts._opinions import Bearing, Opinion, join_opinions, unproven
from purport.verdicts._reading import CaseReading, StrikeSeen
from purport.verdicts._words import count_of, slots_of

__all__ = ["COUNT_SLOTS", "judge_how_many"]

COUNT_SLOTS = (SlotAttr.STRIKE_COUNT, SlotAttr.TARGET_COUNT)
"""The slots that this part answers."""

_SETTLES = (
    "Footage of every strike that is claimed, each of which can be placed on the map.",
    "A list of the strikes with times and coordinates from whoever claims the number.",
)


def judge_how_many(claim: Claim, case: CaseReading) -> Opinion:
    """Judge the numbers of strikes and targets that a claim names.

    Footage shows at least so many, never at most: fewer than claimed leaves the number unproven and
    never contradicts it, and as many as claimed support it as a lower bound.
    """
    return join_opinions([_judge_slot(slot, case) for slot in slots_of(claim, *COUNT_SLOTS)])


def _judge_slot(slot: Slot, case: CaseReading) -> Opinion:
    said = slot.span.exact
    claimed = count_of(slot)
    if claimed is None or slot.polarity is Polarity.NEGATED:
        return unproven(
            f"“{said}” states no number that could be compared with a count.", would_change=_SETTLES
        )
    counting_targets = slot.attr is SlotAttr.TARGET_COUNT
    noun = "targets" if counting_targets else "strikes"
    counted = tuple(strike for strike in case.strikes if strike.sudden)
    if not counted:
        return unproven(
            f"{case.unseen()}, so that nothing could be counted beside “{said}”.",
            would_change=_SETTLES,
        )
    seen = _separate_targets(case, counted) if counting_targets else len(counted)
    confidence, reason = _confidence(counted)
    rating, comparison = _compare(slot, claimed, seen, noun)
    stance = Stance.SUPPORTS if rating is Rating.SUPPORTED else Stance.NEUTRAL
    return Opinion(
        rating=rating,
        confidence=confidence,
        confidence_reason=reason,
        because=(
            comparison,
            _span_sentence(case, counted, seen, counting_targets=counting_targets),
            *_doubtful(case),
            *_again(case),
            *_target_rule(case, shown=counting_targets),
        ),
        bearings=tuple(
            Bearing(finding=finding, stance=stance, reason=comparison)
            for finding in dict.fromkeys(strike.finding.id for strike in counted)
        ),
        would_change=_SETTLES,
    )


def _span_sentence(
    case: CaseReading, counted: tuple[StrikeSeen, ...], seen: int, *, counting_targets: bool
) -> str:
    """State the count as least and most, whatever the number claimed.

    Least: strikes of one item are different from each other, and so are strikes that were placed;
    one that was not placed can be that of another item. Targets: places further apart than the
    rule. Most: every change that can be seen, those that did not begin at once too, each on a
    target of its own.
    """
    of_item = Counter(strike.item.digest for strike in counted)
    placed = sum(strike.position is not None for strike in counted)
    least = seen if counting_targets else max(placed, *of_item.values())
    most = len(case.strikes)
    noun = "targets" if counting_targets else "strikes"
    span = f"{least}" if least == most else f"{least} to {most}"
    return f"Over the whole case the footage shows {span} distinct {noun}; it may not show all."


def _compare(slot: Slot, claimed: Interval, seen: int, noun: str) -> tuple[Rating, str]:
    kinds = noun.removesuffix("s") if seen == 1 else noun
    lowest = f"at least {seen} distinct {kinds} can be seen in the footage"
    if slot.quantifier is Quantifier.AT_MOST:
        return Rating.UNPROVEN, f"At most {claimed.high:g} are claimed; {lowest}, of those shown."
    if seen < claimed.low:
        return (
            Rating.UNPROVEN,
            (
                f"{_amount(claimed)} are claimed; {lowest} ({seen} of {claimed.low:g}). Fewer "
                "shown than claimed contradicts nothing."
            ),
        )
    if seen > claimed.high:
        return (
            Rating.UNPROVEN,
            (
                f"{_amount(claimed)} are claimed; {lowest}, which is more. Either is possible: "
                "more happened, or one was counted twice."
            ),
        )
    return Rating.SUPPORTED, f"{_amount(claimed)} are claimed; {lowest}."


def _amount(claimed: Interval) -> str:
    if claimed.low == claimed.high:
        return f"{claimed.low:g}"
    if math.isinf(claimed.high):
        return f"At least {claimed.low:g}"
    return f"{claimed.low:g} to {claimed.high:g}"


def _doubtful(case: CaseReading) -> tuple[str, ...]:
    slow = sum(not strike.sudden for strike in case.strikes)
    if not slow:
        return ()
    things = "1 more change" if slow == 1 else f"{slow} more changes"
    return (f"{things} that did not begin at once (smoke, dust or a shadow) are not counted.",)


def _again(case: CaseReading) -> tuple[str, ...]:
    if not case.repeated:
        return ()
    times = "once" if case.repeated == 1 else f"{case.repeated} times"
    return (f"Strikes are shown again {times}; each was counted only once.",)


def _target_rule(case: CaseReading, *, shown: bool) -> tuple[str, ...]:
    if not shown:
        return ()
    return (
        (
            f"Strikes more than {case.rules.separate_targets_m:g} m apart are counted as on "
            "different targets."
        ),
    )


def _confidence(counted: tuple[StrikeSeen, ...]) -> tuple[Confidence, str]:
    located = [strike for strike in counted if strike.position is not None]
    if len(located) == len(counted):
        return Confidence.MODERATE, "Every strike that was counted could be placed on the map."
    return (
        Confidence.LOW,
        (
            f"{len(counted) - len(located)} of the strikes counted could not be placed on the map, "
            "so that one may have been counted twice."
        ),
    )


def _separate_targets(case: CaseReading, counted: tuple[StrikeSeen, ...]) -> int:
    """Count places further apart than the rule's distance; unplaced strikes add none.

    Greedy and in order: each strike opens a new place only when it is far from all places before,
    so that the count is one that the footage shows at least, and never below one.
    """
    places: list[GeoPoint] = []
    for strike in counted:
        if strike.position is None:
            continue
        point = GeoPoint(longitude_deg=strike.position[0], latitude_deg=strike.position[1])
        far = case.rules.separate_targets_m
        if all(geodesic_distance_m(point, place) > far for place in places):
            places.append(point)
    return max(1, len(places))
