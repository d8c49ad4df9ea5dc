"""What: where did it land relative to the target, and what can be said of the target?"""

from collections.abc import Callable
from dataclasses import replace

from purport.core.claims import Claim, Polarity, Quantifier, Slot, SlotAttr
from purport.core.ratings import Confidence
from purport.verdicts._instances import (
    Holds,
    Instance,
    Scope,
    holds_by_number,
    weigh_instances,
)
from purport.verdicts._offsets import probability_between, probability_of_hit
from purport.verdicts._opinions import Opinion, join_opinions, not_checkable, unproven
from purport.verdicts._reading import CaseReading, StrikeSeen
from purport.verdicts._words import (
    Outcome,
    claimed_count,
    distance_of,
    is_generic_target,
    is_visible_kind,
    outcome_of,
    scope_of,
    slots_of,
)

__all__ = ["WHAT_SLOTS", "judge_what"]

WHAT_SLOTS = (
    SlotAttr.OUTCOME,
    SlotAttr.MISS_DISTANCE,
    SlotAttr.TARGET_TYPE,
    SlotAttr.WEAPON,
)
"""The slots that this part answers."""

_NEARLY_NEVER = 0.01
"""Below this, and as far from one, a probability is told by its bound."""
_NO_DISTANCE_M = 0.05
"""What is written as 0.0 m."""
_MEASURE = (
    (
        "The strike on footage whose publication is recorded (`--published`) and that can be "
        "placed on the map, with the target's position (`--target`) or outline (`--target-area`)."
    ),
)
_IMAGERY = (
    "Imagery of the target before and after the strike, from a satellite or from the ground.",
)
_GROUND = ("Reporting from the ground on what the target was used for.",)


def judge_what(claim: Claim, case: CaseReading) -> Opinion:
    """Judge outcome, miss distance, kind of target and weapon, as far as the claim states them."""
    rules: dict[SlotAttr, Callable[[Slot, Claim, CaseReading], Opinion]] = {
        SlotAttr.OUTCOME: _judge_outcome,
        SlotAttr.MISS_DISTANCE: _judge_distance,
        SlotAttr.TARGET_TYPE: _judge_target_type,
        SlotAttr.WEAPON: _judge_weapon,
    }
    slots = list(slots_of(claim, *WHAT_SLOTS))
    telling = [slot for slot in slots if not _is_empty(slot)]
    if not telling:
        return not_checkable(
            f"The claim says no more of what was hit than “{slots[0].span.exact}”, which names no "
            "kind of target and no result."
        )
    return join_opinions([rules[slot.attr](slot, claim, case) for slot in telling])


def _is_empty(slot: Slot) -> bool:
    """Tell whether a slot asserts nothing: "targets" names no kind of target."""
    return slot.attr is SlotAttr.TARGET_TYPE and is_generic_target(slot)


def _judge_outcome(slot: Slot, claim: Claim, case: CaseReading) -> Opinion:
    outcome = outcome_of(slot)
    if outcome is Outcome.RUINED:
        return _judge_ruined(slot, case)
    if outcome is Outcome.OTHER:
        return unproven(
            f"No check answers whether something was “{slot.span.exact}”.", would_change=_IMAGERY
        )
    if not case.strikes:
        return _no_strike(case, "on or off target")
    says_hit = (outcome is Outcome.HIT) is (slot.polarity is Polarity.AFFIRMED)
    instances = [_outcome_instance(strike, case, says_hit=says_hit) for strike in case.strikes]
    scope = scope_of(slot, claim)
    opinion = weigh_instances(
        instances, scope=scope, claimed=claimed_count(claim), rules=case.rules
    )
    word = "on target" if says_hit else "off target"
    share = "every strike" if scope is Scope.EVERY else "at least one of the strikes shown"
    return replace(
        opinion,
        because=(
            f"Read as: {share} was {word}.",
            _hit_rule(case),
            *_counted_from(case),
            *opinion.because,
        ),
        would_change=_remedies(case),
    )


def _hit_rule(case: CaseReading) -> str:
    return (
        "A strike counts as on target inside the target's outline, or within "
        f"{case.rules.hit_radius_m:g} m of its point."
    )


def _counted_from(case: CaseReading) -> tuple[str, ...]:
    bases = dict.fromkeys(one.target_basis for one in case.strikes if one.target_basis is not None)
    return (f"Distances count from: {'; '.join(bases)}.",) if bases else ()


def _remedies(case: CaseReading) -> tuple[str, ...]:
    """Return what would let every strike be measured, as the check says it for each."""
    own = dict.fromkeys(one.remedy for one in case.strikes if one.remedy is not None)
    return (*_MEASURE, *own)


def _outcome_instance(strike: StrikeSeen, case: CaseReading, *, says_hit: bool) -> Instance:
    hit = probability_of_hit(strike, case.rules.hit_radius_m)
    if hit is None:
        return _unmeasured(strike)
    return _measured(
        strike,
        hit if says_hit else 1.0 - hit,
        case,
        tells=f"{_distance(strike)}on target with probability {_chance(hit)}",
    )


def _unmeasured(strike: StrikeSeen) -> Instance:
    return Instance(
        finding=strike.finding.id,
        holds=Holds.OPEN,
        confidence=Confidence.LOW,
        confidence_reason="It could not be measured.",
        subject=strike.label(),
        tells=f"could not be measured against a target. {strike.not_measured or ''}".rstrip(". "),
    )


def _measured(strike: StrikeSeen, probability: float, case: CaseReading, *, tells: str) -> Instance:
    return Instance(
        finding=strike.finding.id,
        holds=holds_by_number(probability, case.rules),
        confidence=strike.confidence,
        confidence_reason=strike.confidence_reason,
        subject=strike.label(),
        tells=tells,
        probability=probability,
    )


def _distance(strike: StrikeSeen) -> str:
    if strike.offset_m is None or strike.offset_95_m is None:
        return ""
    low, high = strike.offset_95_m
    if strike.offset_m == 0.0 and high < _NO_DISTANCE_M:
        return "inside the target's outline, "
    return f"{strike.offset_m:.1f} m from the target (95 % interval {low:.1f} to {high:.1f} m), "


def _chance(probability: float) -> str:
    """Write a probability; no measurement makes it nothing or one."""
    if probability < _NEARLY_NEVER:
        return f"below {_NEARLY_NEVER:g}"
    if probability > 1.0 - _NEARLY_NEVER:
        return f"above {1.0 - _NEARLY_NEVER:g}"
    return f"{probability:.2f}"


def _judge_distance(slot: Slot, claim: Claim, case: CaseReading) -> Opinion:
    stated = distance_of(slot, case.rules)
    if stated is None:
        return unproven(
            f"“{slot.span.exact}” names no distance that could be compared.",
            would_change=_MEASURE,
        )
    if not case.strikes:
        return _no_strike(case, f"off by “{slot.span.exact}”")
    instances = [
        _distance_instance(strike, (stated.low, stated.high), slot, case) for strike in case.strikes
    ]
    opinion = weigh_instances(
        instances, scope=scope_of(slot, claim), claimed=claimed_count(claim), rules=case.rules
    )
    reading = f"“{slot.span.exact}” is read as {stated.low:g} to {stated.high:g} m."
    return replace(opinion, because=(reading, *opinion.because), would_change=_remedies(case))


def _distance_instance(
    strike: StrikeSeen, stated_m: tuple[float, float], slot: Slot, case: CaseReading
) -> Instance:
    """Compare one offset with the stated distance; a vague word is never contradicted."""
    inside = probability_between(strike, *stated_m)
    if inside is None:
        return _unmeasured(strike)
    probability = 1.0 - inside if slot.polarity is Polarity.NEGATED else inside
    tells = f"{_distance(strike)}in that range with probability {_chance(inside)}"
    instance = _measured(strike, probability, case, tells=tells)
    inexact = slot.vague is not None or slot.quantifier is Quantifier.ABOUT
    if instance.holds is Holds.NO and inexact:
        said = f"{tells}, which stays open, because “{slot.span.exact}” has no fixed limits"
        return replace(instance, holds=Holds.OPEN, tells=said)
    return instance


def _judge_ruined(slot: Slot, case: CaseReading) -> Opinion:
    """Destruction or damage is not told by an impact: it stays open, whatever was measured."""
    return unproven(
        f"Whether anything was {slot.value} cannot be told from an impact alone: what is "
        "left of a target shows only when the smoke is gone.",
        impossible=(
            "No check compares pictures of the target before and after.",
            *(() if case.strikes else (f"{case.unseen()}.",)),
        ),
        would_change=_IMAGERY,
    )


def _judge_target_type(slot: Slot, claim: Claim, case: CaseReading) -> Opinion:
    del claim, case  # the nature of the question decides
    if is_visible_kind(slot):
        return unproven(
            f"No check recognises kinds of targets (“{slot.span.exact}”).",
            would_change=("A person who looks at the frames and says what they show.",),
        )
    return not_checkable(
        f"What a building or position was used for (“{slot.span.exact}”) does not show in footage "
        "from the air.",
        would_change=_GROUND,
    )


def _judge_weapon(slot: Slot, claim: Claim, case: CaseReading) -> Opinion:
    del claim, case  # the nature of the question decides
    return not_checkable(
        f"Which weapon was used (“{slot.span.exact}”) cannot be told from a flash or a plume.",
        would_change=("Remnants of the weapon, photographed on the ground with their markings.",),
    )


def _no_strike(case: CaseReading, what: str) -> Opinion:
    return unproven(
        f"{case.unseen()}, so that no strike could be called {what}.",
        would_change=_MEASURE,
    )
