"""How claims stand to each other, slot by slot, with the reason in words.

Only slots of one attribute are ever compared: a statement about who was hit and one about how
accurately do not meet. Works across documents.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from purport.core.claims import (
    Claim,
    Polarity,
    Quantifier,
    Relation,
    RelationKind,
    Slot,
    SlotAttr,
)
from purport.ledger.amounts import VAGUE_BOUNDS
from purport.ledger.groups import is_described

__all__ = ["relate_claims"]

_MISSED = "missed"
_SUCCEEDED = frozenset({"hit", "destroyed"})
_Judged = tuple[RelationKind, str]
_COUNTED = {SlotAttr.STRIKE_COUNT: "strikes", SlotAttr.TARGET_COUNT: "targets"}
_MAX_COMPARED = 2000
_REACH_BEYOND = 8
_EQUAL_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class _Sorted:
    """A claim with its slots by what they are about."""

    claim: Claim
    slots: Mapping[SlotAttr, tuple[Slot, ...]]


def _sorted(claim: Claim) -> _Sorted:
    by_attr: dict[SlotAttr, tuple[Slot, ...]] = {}
    for slot in claim.slots:
        if slot.attr in _COMPARED or slot.attr is SlotAttr.WEAPON:
            by_attr[slot.attr] = (*by_attr.get(slot.attr, ()), slot)
    return _Sorted(claim, by_attr)


def relate_claims(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Return the claims with their relations to each other, of one or several documents.

    A relation stands on both claims. Between two claims there is at most one relation on each
    slot; a contradiction goes before an agreement. All are compared with all up to 2,000 claims
    with comparable slots; of more, which only text made by machines has, each is compared with
    the eight that follow it, so that the work stays in proportion to the text.
    """
    relations: dict[str, list[Relation]] = {claim.id: [] for claim in claims}
    comparable = [each for each in map(_sorted, claims) if _COMPARED & each.slots.keys()]
    reach = len(comparable) if len(comparable) <= _MAX_COMPARED else _REACH_BEYOND
    for number, first in enumerate(comparable):
        for second in comparable[number + 1 : number + 1 + reach]:
            here, there = first.claim.id, second.claim.id
            if here == there:
                continue
            for attr, kind, reason in _compare(first, second):
                for one, other in ((here, there), (there, here)):
                    relations[one].append(
                        Relation(kind=kind, other=other, attr=attr, reason=reason)
                    )
    return tuple(replace(claim, relations=tuple(relations[claim.id])) for claim in claims)


def _compare(first: _Sorted, second: _Sorted) -> Iterator[tuple[SlotAttr, RelationKind, str]]:
    for attr, judge in _JUDGES.items():
        if attr not in first.slots or attr not in second.slots:
            continue
        judged = [
            found
            for a in first.slots[attr]
            for b in second.slots[attr]
            if (found := judge(a, b)) is not None
        ]
        if judged and _may_both_hold(first, second, attr):
            judged = [found for found in judged if found[0] is not RelationKind.CONTRADICTS]
        if judged:
            kind, reason = min(judged, key=lambda found: _ORDER[found[0]])
            yield attr, *_phrase(first.claim, second.claim, kind, reason)
    yield from _qualified(first, second)


def _may_both_hold(first: _Sorted, second: _Sorted, attr: SlotAttr) -> bool:
    """Tell whether different values are no contradiction: another day or place, or a part.

    One claimant's "20 strikes" beside "eight strikes on depots" are a whole and its part.
    """
    same_claimant = first.claim.claimant == second.claim.claimant
    return (attr in _COUNTED and same_claimant) or _are_apart(first.claim, second.claim)


def _are_apart(first: Claim, second: Claim) -> bool:
    """Tell whether two claims name different days, or different places, so that both can hold."""
    return any(
        ours and theirs and not ours & theirs
        for attr in (SlotAttr.TIME, SlotAttr.PLACE)
        for ours, theirs in [(_named(first, attr), _named(second, attr))]
    )


def _named(claim: Claim, attr: SlotAttr) -> frozenset[str]:
    """Return the days or places that a claim names, as far as they can be told apart."""
    slots = [slot for slot in claim.slots if slot.attr is attr]
    if attr is SlotAttr.PLACE:
        known = frozenset(place for slot in slots for place in slot.places)
        return known if all(slot.places for slot in slots) else frozenset()
    days = frozenset(str(slot.value) for slot in slots)
    return days if all(_ISO_DAY.fullmatch(day) for day in days) else frozenset()


_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")

_ORDER = {
    RelationKind.CONTRADICTS: 0,
    RelationKind.QUALIFIES: 1,
    RelationKind.RESTATES: 2,
    RelationKind.SUPPORTS: 3,
}


def _phrase(first: Claim, second: Claim, kind: RelationKind, reason: str) -> _Judged:
    """Tell agreement of two claimants from one claimant's restating; say where there is a hedge."""
    hedged = [claim.claimant for claim in (first, second) if claim.hedges]
    suffix = f"; {' and '.join(dict.fromkeys(hedged))} with reserve" if hedged else ""
    if kind is RelationKind.SUPPORTS and first.claimant == second.claimant:
        return RelationKind.RESTATES, f"the same claimant says again: {reason}{suffix}"
    return kind, reason + suffix


def _judge_groups(a: Slot, b: Slot) -> _Judged | None:
    return _judge_group_pair(a, b) or _judge_group_pair(b, a)


def _judge_group_pair(a: Slot, b: Slot) -> _Judged | None:
    if a.value == b.value:
        return _judge_same_group(a, b)
    if a.polarity is Polarity.NEGATED or b.polarity is Polarity.NEGATED:
        return None
    if _is_closed(a):
        reason = f"one says that only {a.value} was hit, the other names {b.value}"
        return RelationKind.CONTRADICTS, reason
    if a.quantifier is Quantifier.ALL and b.quantifier is not Quantifier.ALL:
        return _judge_sweeping(a, b)
    return None


def _judge_same_group(a: Slot, b: Slot) -> _Judged:
    if a.polarity is not b.polarity:
        reason = f"one says that {a.value} was hit, the other that it was not"
        return RelationKind.CONTRADICTS, reason
    if a.polarity is Polarity.AFFIRMED:
        return RelationKind.SUPPORTS, f"both name {a.value} as what was hit"
    return RelationKind.SUPPORTS, f"both say that {a.value} was not what was hit"


def _judge_sweeping(a: Slot, b: Slot) -> _Judged:
    if is_described(str(b.value)):
        return RelationKind.SUPPORTS, f"{b.value} are part of {a.value}"
    reason = f"one says that {b.value} was hit, the other that everyone else was: {a.value}"
    return RelationKind.CONTRADICTS, reason


def _is_closed(slot: Slot) -> bool:
    """Tell whether a slot leaves no room for another group."""
    names_one = slot.quantifier is Quantifier.ALL and not _is_sweeping(slot)
    return slot.exclusive or names_one


def _is_sweeping(slot: Slot) -> bool:
    """Tell whether the slot means everybody of a kind rather than one group."""
    words = str(slot.value)
    return words.startswith(("whole", "entire", "rest", "every", "any", "all"))


def _judge_outcomes(a: Slot, b: Slot) -> _Judged | None:
    said = str(a.value), str(b.value)
    affirmed = a.polarity is Polarity.AFFIRMED, b.polarity is Polarity.AFFIRMED
    if said[0] == said[1]:
        if affirmed[0] == affirmed[1]:
            return RelationKind.SUPPORTS, f"both say {_with_polarity(a)}"
        return (
            RelationKind.CONTRADICTS,
            f"one says {_with_polarity(a)}, the other {_with_polarity(b)}",
        )
    apart = _MISSED in said and bool(_SUCCEEDED & set(said))
    partly = {Quantifier.SOME, Quantifier.AT_LEAST}
    if a.quantifier in partly and b.quantifier in partly:
        return None  # some hit, and some missed
    if apart and affirmed == (True, True):
        return RelationKind.CONTRADICTS, f"one says {said[0]}, the other {said[1]}"
    return None


def _with_polarity(slot: Slot) -> str:
    return f"{slot.value}" if slot.polarity is Polarity.AFFIRMED else f"not {slot.value}"


def _judge_counts(a: Slot, b: Slot) -> _Judged | None:
    ours, theirs = _bounds(a), _bounds(b)
    if ours is None or theirs is None:
        return None
    noun = _COUNTED[a.attr]
    if max(ours[0], theirs[0]) > min(ours[1], theirs[1]):
        return (
            RelationKind.CONTRADICTS,
            f"the numbers of {noun} differ: {_amount(a)} and {_amount(b)}",
        )
    if abs(ours[0] - theirs[0]) < _EQUAL_TOLERANCE and abs(ours[1] - theirs[1]) < _EQUAL_TOLERANCE:
        return RelationKind.SUPPORTS, f"both say {_amount(a)} {noun}"
    return None


def _bounds(slot: Slot) -> tuple[float, float] | None:
    if slot.range is not None:
        return slot.range
    if slot.vague is not None and slot.quantifier is None:
        low, high = VAGUE_BOUNDS.get(slot.vague, (0.0, float("inf")))
        factor = _FACTORS.get(slot.unit or "1")
        return None if factor is None else (low * factor, high * factor)
    if not isinstance(slot.value, float) or slot.quantifier in {Quantifier.ABOUT, Quantifier.SOME}:
        return None
    low = 0.0 if slot.quantifier is Quantifier.AT_MOST else slot.value
    high = float("inf") if slot.quantifier is Quantifier.AT_LEAST else slot.value
    return low, high


def _amount(slot: Slot) -> str:
    if slot.range is not None:
        return f"{slot.range[0]:g} to {slot.range[1]:g}"
    bound = "" if slot.quantifier is None else f"{slot.quantifier.value.replace('_', ' ')} "
    if slot.vague is not None and slot.attr is SlotAttr.MISS_DISTANCE:
        return f"{slot.vague} {slot.unit}"
    return f"{bound}{slot.value:g}" if isinstance(slot.value, float) else str(slot.vague)


def _judge_distances(a: Slot, b: Slot) -> _Judged | None:
    ours, theirs = _bounds(a), _bounds(b)
    if ours is None or theirs is None:
        return None
    if max(ours[0], theirs[0]) > min(ours[1], theirs[1]):
        told = " and ".join(_amount(x) + (" m" if x.vague is None else "") for x in (a, b))
        return RelationKind.CONTRADICTS, f"the distances by which it missed differ: {told}"
    return None


_FACTORS = {"1": 1.0, "m": 1.0, "km": 1000.0, "ft": 0.3048, "yard": 0.9144, "mile": 1609.344}
"""Metres to the units of vague lengths."""


def _judge_types(a: Slot, b: Slot) -> _Judged | None:
    if a.value != b.value or a.value == "positions":
        return None
    return RelationKind.SUPPORTS, f"both name a {a.value} as target"


def _judge_places(a: Slot, b: Slot) -> _Judged | None:
    if a.value == b.value:
        return RelationKind.SUPPORTS, f"both name {a.value}"
    if a.places and a.places == b.places:
        return RelationKind.SUPPORTS, f"{a.value} and {b.value} are names of one place"
    return None


def _qualified(first: _Sorted, second: _Sorted) -> Iterator[tuple[SlotAttr, RelationKind, str]]:
    """Relate "which cannot be verified" to the claims that it bears on."""
    attr, footage = SlotAttr.VERIFICATION_STATUS, SlotAttr.FOOTAGE_ORIGIN
    for caveat, other in ((first, second), (second, first)):
        if attr not in caveat.slots or attr in other.slots:
            continue
        both = footage in caveat.slots and footage in other.slots
        who = caveat.claim.claimant
        own = who == other.claim.claimant and SlotAttr.WEAPON in caveat.slots
        if both or own:
            subject = "the footage" if both else "the weapons"
            yield attr, RelationKind.QUALIFIES, f"{who}: {subject} cannot be verified"
            return


_JUDGES: dict[SlotAttr, Callable[[Slot, Slot], _Judged | None]] = {
    SlotAttr.TARGET_GROUP: _judge_groups,
    SlotAttr.OUTCOME: _judge_outcomes,
    SlotAttr.STRIKE_COUNT: _judge_counts,
    SlotAttr.TARGET_COUNT: _judge_counts,
    SlotAttr.MISS_DISTANCE: _judge_distances,
    SlotAttr.TARGET_TYPE: _judge_types,
    SlotAttr.PLACE: _judge_places,
}
_COMPARED = frozenset(_JUDGES) | {SlotAttr.VERIFICATION_STATUS, SlotAttr.FOOTAGE_ORIGIN}
