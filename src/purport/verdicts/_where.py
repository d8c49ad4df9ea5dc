"""Where: is the ground that the footage shows the place that is claimed?"""

from dataclasses import replace

from purport.core.case import ItemRecord
from purport.core.claims import Claim, Polarity, Slot, SlotAttr
from purport.verdicts._instances import Holds, Instance, Scope, weigh_instances
from purport.verdicts._opinions import Opinion, join_opinions, unproven
from purport.verdicts._reading import CaseReading, PlaceSeen
from purport.verdicts._words import slots_of

__all__ = ["judge_where"]

_SETTLES = (
    "An orthophoto of the place, dated near the day, on which the footage can be found.",
    "Control points placed by a person who recognises the ground (`purport mark`).",
)
_KILOMETRE_M = 1000.0
_TWO_SIGMA = 2.0


def judge_where(claim: Claim, case: CaseReading) -> Opinion:
    """Judge the places that a claim names.

    Footage that matches the reference of the place claimed supports it. Footage that does not
    match contradicts it only when that place is recorded for the item by name *and* by coordinates:
    a reference shows one village, and the claim may mean a province.
    """
    return join_opinions([_judge_slot(slot, case) for slot in slots_of(claim, SlotAttr.PLACE)])


def _judge_slot(slot: Slot, case: CaseReading) -> Opinion:
    name = str(slot.value or slot.span.exact)
    if slot.polarity is Polarity.NEGATED:
        return unproven(
            f"The claim denies “{name}”; where the footage was filmed instead was not looked for.",
            would_change=_SETTLES,
        )
    concerned = [place for place in case.places if _concerns(place.item, name)]
    if not concerned:
        return unproven(f"{_not_compared(case)} with a map of “{name}”.", would_change=_SETTLES)
    instances = [_instance(place, name, case) for place in concerned]
    opinion = weigh_instances(instances, scope=Scope.SOME, claimed=None, rules=case.rules)
    return replace(opinion, would_change=_SETTLES)


def _not_compared(case: CaseReading) -> str:
    if not case.items:
        return f"{case.unseen()} that could be compared"
    return "No footage was compared"


def _concerns(item: ItemRecord, name: str) -> bool:
    """Tell whether what an item is compared with is the place named, as far as is recorded."""
    recorded = item.claimed_place.name if item.claimed_place else None
    return recorded is None or _overlap(recorded, name)


def _overlap(one: str, other: str) -> bool:
    first, second = (f" {' '.join(name.casefold().split())} " for name in (one, other))
    return first in second or second in first


def _instance(place: PlaceSeen, name: str, case: CaseReading) -> Instance:
    holds, sentence = _holds(place, name, case)
    return Instance(
        finding=place.finding.id,
        holds=holds,
        confidence=place.confidence,
        confidence_reason=place.confidence_reason,
        sentence=sentence,
    )


def _holds(place: PlaceSeen, name: str, case: CaseReading) -> tuple[Holds, str]:
    clip = place.item.name
    if place.matched is None:
        return Holds.OPEN, f"It could not be told whether {clip} shows the reference of “{name}”."
    if place.matched:
        return _holds_where_found(place, name, case)
    claimed = place.item.claimed_place
    if claimed is not None and claimed.name is not None and claimed.point is not None:
        return Holds.NO, f"{clip} does not show the ground at “{claimed.name}” that is claimed."
    return (
        Holds.OPEN,
        (
            f"{clip} does not show the ground of the reference; whether the reference covers all "
            f"of “{name}” is not recorded."
        ),
    )


def _holds_where_found(place: PlaceSeen, name: str, case: CaseReading) -> tuple[Holds, str]:
    clip, distance = place.item.name, place.claimed_distance_m
    least = (
        0.0 if distance is None else distance - _TWO_SIGMA * (place.claimed_distance_sd_m or 0.0)
    )
    if distance is not None and least > case.rules.place_tolerance_m:
        return (
            Holds.NO,
            (
                f"{clip} was filmed {distance / _KILOMETRE_M:.1f} km from the point claimed for "
                "it; up to "
                f"{case.rules.place_tolerance_m / _KILOMETRE_M:g} km would count as there."
            ),
        )
    return Holds.YES, f"{clip} shows the ground of the reference given for “{name}”."
