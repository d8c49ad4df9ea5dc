"""Who: was the place where the strikes landed held by the group that is said to have been hit?"""

from dataclasses import replace

from purport.checks.control import LayerAnswer, Overall
from purport.core.claims import Claim, Polarity, Slot, SlotAttr
from purport.core.groups import canonical_group
from purport.core.ratings import Confidence
from purport.verdicts._instances import Holds, Instance, Scope, weigh_instances
from purport.verdicts._opinions import Opinion, join_opinions, unproven
from purport.verdicts._reading import CaseReading, PointSeen
from purport.verdicts._words import claimed_count, scope_of, slots_of

__all__ = ["judge_who"]

_SETTLES = (
    "Dated maps of control from several publishers, covering the point (`--control`).",
    "Footage that can be placed on the map, so that there is a point to look up.",
    "Reporting from the ground on who was there and who was hit.",
)
_CAVEAT = "Who held a place is not who was hit; it is the nearest that maps can tell."
_FLIPPED = {Holds.YES: Holds.NO, Holds.NO: Holds.YES, Holds.OPEN: Holds.OPEN}
_KILOMETRE_M = 1000.0


def judge_who(claim: Claim, case: CaseReading) -> Opinion:
    """Judge the groups that a claim names as hit.

    A point held by the group, on every map that speaks, supports; a point held by another
    contradicts, but only on a map that knows the group: one that draws its territory elsewhere, far
    enough away, or that says in words that the group did not hold the point. A map that merely
    lists nothing says nothing.
    """
    slots = slots_of(claim, SlotAttr.TARGET_GROUP)
    return join_opinions([_judge_slot(slot, claim, case) for slot in slots])


def _judge_slot(slot: Slot, claim: Claim, case: CaseReading) -> Opinion:
    said, group = slot.span.exact, canonical_group(str(slot.value or slot.span.exact))
    if not case.points:
        start = "No point of the footage" if case.items else f"{case.unseen()}, and no point"
        return unproven(
            f"{start} could be looked up on a map of who held what, so that “{said}” stays open.",
            impossible=(_CAVEAT,),
            would_change=_SETTLES,
        )
    negated = slot.polarity is Polarity.NEGATED
    instances = [_instance(point, group, said, case, negated=negated) for point in case.points]
    scope = scope_of(slot, claim)
    count = None if negated else claimed_count(claim)
    opinion = weigh_instances(instances, scope=scope, claimed=count, rules=case.rules)
    return replace(
        opinion,
        because=(_reading_of(scope, said, negated=negated), *opinion.because, _CAVEAT),
        would_change=_SETTLES,
    )


def _reading_of(scope: Scope, said: str, *, negated: bool) -> str:
    if scope is Scope.EVERY:
        return f"Read as: every target was of “{said}”; one counter-example contradicts it."
    if negated:
        return f"Read as: “{said}” was not what was hit."
    return f"Read as: “{said}” was among those hit."


def _instance(
    point: PointSeen, group: str, said: str, case: CaseReading, *, negated: bool
) -> Instance:
    holds, tells = _holds(point, group, said, case)
    return Instance(
        finding=point.finding.id,
        holds=_FLIPPED[holds] if negated else holds,
        confidence=_confidence(point, holds),
        confidence_reason=point.answer.confidence_reason,
        subject=point.label(),
        tells=tells,
    )


def _confidence(point: PointSeen, holds: Holds) -> Confidence:
    """Return the finding's confidence; a denial in words by a map of the time is moderate."""
    if holds is Holds.NO and point.answer.overall is Overall.NO_DATA:
        return Confidence.MODERATE
    return point.answer.confidence


def _holds(point: PointSeen, group: str, said: str, case: CaseReading) -> tuple[Holds, str]:
    answer = point.answer
    deniers = [layer for layer in answer.layers if _denies(layer, group)]
    if answer.overall is Overall.NO_DATA and deniers:
        return Holds.NO, f"not held by {said}, according to {_names(deniers)}"
    if answer.overall is not Overall.AGREE or answer.holder is None:
        return Holds.OPEN, _WHY_OPEN[answer.overall]
    holder = answer.holder
    if canonical_group(holder) == group:
        return Holds.YES, f"held by {holder}, according to {_names(_speaking(point))}"
    knowing = [
        layer
        for layer in _speaking(point)
        if _denies(layer, group) or _is_clear_of(layer, group, case.rules.clear_distance_m)
    ]
    if knowing:
        return (
            Holds.NO,
            (
                f"held by {holder}, not by {said}, according to {_names(knowing)}"
                f"{_distance(knowing, group)}"
            ),
        )
    return (
        Holds.OPEN,
        (
            f"held by {holder}, according to {_names(_speaking(point))}; these maps "
            f"draw no territory of {said} far enough away to exclude it"
        ),
    )


_WHY_OPEN = {
    Overall.AGREE: "the maps name no holder",
    Overall.DISPUTED: "the maps differ on who held the place",
    Overall.BOUNDARY: "too close to a boundary to name a holder",
    Overall.NO_DATA: "no map lists a holder, which excludes nobody",
}


def _speaking(point: PointSeen) -> list[LayerAnswer]:
    layers = [layer for layer in point.answer.layers if layer.holder is not None]
    return [layer for layer in layers if not layer.stale] or layers


def _denies(layer: LayerAnswer, group: str) -> bool:
    return not layer.stale and group in {canonical_group(name) for name in layer.not_held_by}


def _is_clear_of(layer: LayerAnswer, group: str, clear_distance_m: float) -> bool:
    """Tell whether the layer draws the group's territory, all of it far away."""
    interval = layer.distance_to_group_95_m.get(group)
    return interval is not None and interval[0] >= clear_distance_m


def _names(layers: list[LayerAnswer]) -> str:
    names = dict.fromkeys(f"{layer.name} ({layer.date})" for layer in layers)
    return ", ".join(names)


def _distance(layers: list[LayerAnswer], group: str) -> str:
    distances = [layer.distance_to_group_m.get(group) for layer in layers]
    known = [distance for distance in distances if distance is not None]
    if not known:
        return ""
    return f"; the nearest territory of that group lies {min(known) / _KILOMETRE_M:.0f} km away"
