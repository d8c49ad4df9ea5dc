"""Who: was the place where the strikes landed held by the group that is said to have been hit?"""

from dataclasses import dataclass, replace

from purport.checks.control import LayerAnswer, Overall, PointAnswer
from purport.core.claims import Claim, Polarity, Slot, SlotAttr
from purport.core.groups import canonical_group
from purport.core.ratings import Confidence
from purport.verdicts._instances import Holds, Instance, Scope, weigh_instances
from purport.verdicts._opinions import Opinion, join_opinions, unproven
from purport.verdicts._reading import CaseReading, PointSeen
from purport.verdicts._words import claimed_count, scope_of, slots_of
from purport.verdicts.records import JudgingRules

__all__ = ["PointHold", "hold_of_point", "judge_who"]

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


@dataclass(frozen=True, slots=True, kw_only=True)
class PointHold:
    """Whether a group held a point, according to the layers."""

    holds: Holds
    """Whether it did."""
    confidence: Confidence
    """Quality of that basis."""
    confidence_reason: str
    """Why."""
    tells: str
    """What the layers say, as a sentence goes on, without full stop."""


def hold_of_point(answer: PointAnswer, group: str, said: str, rules: JudgingRules) -> PointHold:
    """Tell whether a group held a point.

    Args:
        answer: What the layers say of it.
        group: Canonical name of the group.
        said: The group as the claim names it.
        rules: The rules.
    """
    holds, tells = _holds(answer, group, said, rules)
    # a denial in words by a source of the time is moderate, though it names no holder
    denied = holds is Holds.NO and answer.overall is Overall.NO_DATA
    deniers = _names([layer for layer in answer.layers if _denies(layer, group)])
    return PointHold(
        holds=holds,
        confidence=Confidence.MODERATE if denied else answer.confidence,
        confidence_reason=(
            f"It is denied in words by {deniers}." if denied else answer.confidence_reason
        ),
        tells=tells,
    )


def _instance(
    point: PointSeen, group: str, said: str, case: CaseReading, *, negated: bool
) -> Instance:
    hold = hold_of_point(point.answer, group, said, case.rules)
    return Instance(
        finding=point.finding.id,
        holds=_FLIPPED[hold.holds] if negated else hold.holds,
        confidence=hold.confidence,
        confidence_reason=hold.confidence_reason,
        subject=point.label(),
        tells=hold.tells,
    )


def _holds(answer: PointAnswer, group: str, said: str, rules: JudgingRules) -> tuple[Holds, str]:
    deniers = [layer for layer in answer.layers if _denies(layer, group)]
    if answer.overall is Overall.NO_DATA and deniers:
        return Holds.NO, f"not held by {said}, according to {_names(deniers)}"
    if answer.overall is not Overall.AGREE or answer.holder is None:
        return Holds.OPEN, _WHY_OPEN[answer.overall]
    holder, speaking = answer.holder, _speaking(answer)
    if canonical_group(holder) == group:
        return Holds.YES, f"held by {holder}, according to {_names(speaking)}"
    knowing = [
        layer
        for layer in answer.layers
        if _denies(layer, group)
        or (layer in speaking and _is_clear_of(layer, group, rules.clear_distance_m))
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
            f"held by {holder}, according to {_names(speaking)}; these maps "
            f"draw no territory of {said} far enough away to exclude it"
        ),
    )


_WHY_OPEN = {
    Overall.AGREE: "the maps name no holder",
    Overall.DISPUTED: "the maps differ on who held the place",
    Overall.BOUNDARY: "too close to a boundary to name a holder",
    Overall.NO_DATA: "no map lists a holder, which excludes nobody",
}


def _speaking(answer: PointAnswer) -> list[LayerAnswer]:
    layers = [layer for layer in answer.layers if layer.holder is not None]
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
