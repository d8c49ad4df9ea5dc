"""Words of the ledger's slots as numbers and closed sets."""

import math
from collections.abc import Iterator
from enum import Enum, auto

from purport.core.claims import Claim, Polarity, Quantifier, Slot, SlotAttr
from purport.core.quantities import Interval
from purport.verdicts._instances import Scope
from purport.verdicts.records import JudgingRules

__all__ = [
    "Outcome",
    "claimed_count",
    "count_of",
    "distance_of",
    "is_generic_target",
    "is_visible_kind",
    "outcome_of",
    "scope_of",
    "slots_of",
]

_METRES = {"m": 1.0, "km": 1000.0}
_METRES_IN_WORDS = {
    "m": 1.0,
    "metre": 1.0,
    "meter": 1.0,
    "km": 1000.0,
    "kilometre": 1000.0,
    "kilometer": 1000.0,
    "feet": 0.3048,
    "foot": 0.3048,
    "ft": 0.3048,
    "yard": 0.9144,
    "mile": 1609.344,
}
_VISIBLE_KINDS = frozenset({"airfield", "bridge", "convoy", "vehicle"})
_GENERIC_TARGETS = frozenset(
    {"target", "position", "site", "object", "facility", "location", "objective", "area"}
)


class Outcome(Enum):
    """What a strike is said to have done."""

    HIT = auto()
    MISSED = auto()
    RUINED = auto()
    OTHER = auto()


_OUTCOMES = {
    "hit": Outcome.HIT,
    "struck": Outcome.HIT,
    "missed": Outcome.MISSED,
    "miss": Outcome.MISSED,
    "destroyed": Outcome.RUINED,
    "damaged": Outcome.RUINED,
}


def slots_of(claim: Claim, *attrs: SlotAttr) -> Iterator[Slot]:
    """Yield the claim's slots that are about any of `attrs`, in the claim's order."""
    return (slot for slot in claim.slots if slot.attr in attrs)


def outcome_of(slot: Slot) -> Outcome:
    """Read an outcome; what is not in the list is other."""
    return _OUTCOMES.get(str(slot.value).casefold(), Outcome.OTHER)


def is_generic_target(slot: Slot) -> bool:
    """Tell whether a target type names no kind of thing ("target", "position")."""
    return str(slot.value).casefold().removesuffix("s") in _GENERIC_TARGETS


def is_visible_kind(slot: Slot) -> bool:
    """Tell whether a kind of target shows in its shape, so that a person could recognise it."""
    return str(slot.value).casefold().removesuffix("s") in _VISIBLE_KINDS


def scope_of(slot: Slot, claim: Claim) -> Scope:
    """Tell of how many a slot speaks; a denial ("were not") is read as speaking of some.

    The quantifier of a distance bounds the distance: how many it is said of stands on the outcomes
    of the claim.
    """
    universal = slot.exclusive or slot.quantifier is Quantifier.ALL
    if universal and slot.polarity is Polarity.AFFIRMED:
        return Scope.EVERY
    if slot.attr is SlotAttr.MISS_DISTANCE:
        said = {outcome.quantifier for outcome in slots_of(claim, SlotAttr.OUTCOME)}
    else:
        said = {slot.quantifier}
    return Scope.ONE if said & {Quantifier.SOME, Quantifier.AT_LEAST} else Scope.SOME


def count_of(slot: Slot) -> Interval | None:
    """Read a count as lowest and highest; None when it is vague or no number.

    A bare count is at least itself and at most itself; "at least 20" is open above.
    """
    if slot.range is not None:
        low, high = slot.range
    elif isinstance(slot.value, int | float):
        low = high = float(slot.value)
    else:
        return None
    if slot.quantifier is Quantifier.AT_LEAST:
        high = math.inf
    if slot.quantifier is Quantifier.AT_MOST:
        low = 0.0
    return Interval(low=low, high=high, unit="1")


def claimed_count(claim: Claim) -> float | None:
    """Return the largest lower end of the strikes or targets that the claim counts, if any."""
    counts = [
        count.low
        for slot in slots_of(claim, SlotAttr.STRIKE_COUNT, SlotAttr.TARGET_COUNT)
        if slot.polarity is Polarity.AFFIRMED and (count := count_of(slot)) is not None
    ]
    return max(counts, default=None)


def distance_of(slot: Slot, rules: JudgingRules) -> Interval | None:
    """Read a stated distance in metres; None when no amount is found in it. [m]

    A vague amount is looked up in the rules' table; a plain one stands for itself give or take the
    rules' tolerance.
    """
    scale = _METRES.get(slot.unit or "m")
    if scale is None:
        return None
    if slot.vague is not None:
        return _vague(slot, rules)
    if slot.range is not None:
        return Interval(low=slot.range[0] * scale, high=slot.range[1] * scale, unit="m")
    if not isinstance(slot.value, int | float):
        return None
    return _around(float(slot.value) * scale, slot.quantifier, rules)


def _around(metres: float, quantifier: Quantifier | None, rules: JudgingRules) -> Interval:
    if quantifier is Quantifier.AT_LEAST:
        return Interval(low=metres, high=math.inf, unit="m")
    if quantifier is Quantifier.AT_MOST:
        return Interval(low=0.0, high=metres, unit="m")
    spread = metres * rules.amount_tolerance
    return Interval(low=metres - spread, high=metres + spread, unit="m")


def _vague(slot: Slot, rules: JudgingRules) -> Interval | None:
    """Look up a vague amount; its unit is read from the words, as "several" carries no factor."""
    said = (slot.vague or "").casefold().split()
    last = slot.span.exact.casefold().split()[-1]
    scale = _METRES_IN_WORDS.get(last) or _METRES_IN_WORDS.get(last.removesuffix("s"))
    if scale is None:
        return None
    for known, low, high in rules.vague_amounts:
        if known in said:
            return Interval(low=low * scale, high=high * scale, unit="m")
    return None
