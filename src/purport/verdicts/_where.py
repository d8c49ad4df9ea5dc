"""Where: is the ground that the footage shows the place that is claimed?"""

import re
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
_DIRECTION = re.compile(
    r"^(?:the )?(?:(?:north|south)(?:-?(?:east|west))?|east|west|centre|center|outskirts|"
    r"countryside)(?:ern)?(?: of)?(?: the)? "
)
_KILOMETRE_M = 1000.0
_TWO_SIGMA = 2.0


def judge_where(claim: Claim, case: CaseReading) -> Opinion:
    """Judge the places that a claim names.

    Footage that matches the reference of the place claimed supports it. Footage that does not
    match contradicts it only when the claim names the very place that is recorded for the item by
    name *and* coordinates: a reference shows one village, and the claim may mean a province.
    """
    return join_opinions([_judge_slot(slot, case) for slot in slots_of(claim, SlotAttr.PLACE)])


def _judge_slot(slot: Slot, case: CaseReading) -> Opinion:
    name = str(slot.value or slot.span.exact)
    if slot.polarity is Polarity.NEGATED:
        return unproven(
            f"The claim denies “{name}”; where the footage was filmed instead was not looked for.",
            would_change=_SETTLES,
        )
    if not case.places:
        return unproven(f"{_not_compared(case)} with a map of “{name}”.", would_change=_SETTLES)
    instances = [_instance(place, name, case) for place in case.places]
    opinion = weigh_instances(instances, scope=Scope.SOME, claimed=None, rules=case.rules)
    return replace(opinion, would_change=_SETTLES)


def _not_compared(case: CaseReading) -> str:
    if not case.items:
        return f"{case.unseen()} that could be compared"
    return "No footage was compared"


def _instance(place: PlaceSeen, name: str, case: CaseReading) -> Instance:
    holds, tells = _holds(place, name, case)
    return Instance(
        finding=place.finding.id,
        holds=holds,
        confidence=place.confidence,
        confidence_reason=place.confidence_reason,
        subject=place.item.name,
        tells=tells,
    )


def _holds(place: PlaceSeen, name: str, case: CaseReading) -> tuple[Holds, str]:
    recorded = _recorded_name(place.item)
    ground = f"the ground of the reference for “{recorded or name}”"
    if place.matched is None:
        return Holds.OPEN, f"it could not be told whether it shows {ground}"
    contradicts = _is_precise(place.item, name)
    if not place.matched:
        if contradicts:
            return Holds.NO, f"does not show {ground}, which is claimed"
        return Holds.OPEN, (
            f"does not show {ground}; whether that covers all of “{name}” is not recorded"
        )
    if _is_far(place, case):
        return (Holds.NO if contradicts else Holds.OPEN), _tell_distance(place, case)
    if recorded is not None and not _overlap(recorded, name):
        return Holds.OPEN, f"shows {ground}; whether that lies in “{name}” was not looked up"
    return Holds.YES, f"shows {ground}"


def _recorded_name(item: ItemRecord) -> str | None:
    return item.claimed_place.name if item.claimed_place else None


def _overlap(one: str, other: str) -> bool:
    """Tell whether one name holds the other, directions apart ("north of Port Selden")."""
    first, second = _plain(one), _plain(other)
    return first in second or second in first


def _plain(name: str) -> str:
    words = " ".join(re.findall(r"[\w'’-]+", name.casefold()))
    return f" {_DIRECTION.sub('', words)} "


def _is_precise(item: ItemRecord, name: str) -> bool:
    """Tell whether the place that a claim names is the very one recorded with coordinates.

    "Syria" is not "Talbiseh, Syria": footage from elsewhere in Syria does not contradict it.
    """
    claimed = item.claimed_place
    if claimed is None or claimed.name is None or claimed.point is None:
        return False
    return _plain(claimed.name.split(",")[0]) in _plain(name)


def _is_far(place: PlaceSeen, case: CaseReading) -> bool:
    if place.claimed_distance_m is None:
        return False
    spread = _TWO_SIGMA * (place.claimed_distance_sd_m or 0.0)
    return place.claimed_distance_m - spread > case.rules.place_tolerance_m


def _tell_distance(place: PlaceSeen, case: CaseReading) -> str:
    distance_km = (place.claimed_distance_m or 0.0) / _KILOMETRE_M
    tolerance_km = case.rules.place_tolerance_m / _KILOMETRE_M
    return (
        f"filmed {distance_km:.1f} km from the point claimed for it; up to {tolerance_km:g} km "
        "would count as there"
    )
