"""Claims set against each other: who stands on which side of what.

On one slot, claims that contradict each other form a graph. Where it falls into two sides, the
dispute is shown as two sides; where it does not, pair by pair.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from purport.core.claims import Part
from purport.core.ratings import Stance
from purport.reports.claim_views import ClaimView, LinkView
from purport.reports.phrases import SLOT_NAMES
from purport.verdicts import slots_of_part

__all__ = ["DisputeView", "view_disputes"]

_BEARING = frozenset({Stance.SUPPORTS.value, Stance.CONTRADICTS.value})
_Reasons = Mapping[tuple[int, int], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeView:
    """Claims that cannot all be true, on one slot."""

    slot: str
    """On what."""
    sides: tuple[tuple[ClaimView, ...], tuple[ClaimView, ...]]
    """The two sides; each claim of one contradicts at least one of the other."""
    reasons: tuple[tuple[int, int, str], ...]
    """Numbers of each contradicting pair, and why."""

    def bearing(self) -> tuple[tuple[ClaimView, tuple[LinkView, ...]], ...]:
        """Return, claim by claim, the findings for or against what the dispute is about."""
        attr = next(attr for attr, name in SLOT_NAMES.items() if name == self.slot)
        parts = {part for part in Part if attr in slots_of_part(part)}
        found = []
        for view in (*self.sides[0], *self.sides[1]):
            links = [
                link
                for part in view.parts
                if part.part in parts
                for link in part.links
                if link.stance in _BEARING and not link.taken_off
            ]
            found.append((view, tuple(links)))
        return tuple((view, links) for view, links in found if links)


def view_disputes(claims: Sequence[ClaimView]) -> tuple[DisputeView, ...]:
    """Gather the contradictions between claims, slot by slot."""
    by_number = {view.number: view for view in claims}
    slots: dict[str, dict[tuple[int, int], str]] = defaultdict(dict)
    for view in claims:
        for relation in view.relations:
            if relation.contradicts:
                pair = (min(view.number, relation.number), max(view.number, relation.number))
                slots[relation.slot].setdefault(pair, relation.reason)
    return tuple(
        _view(slot, reasons, sides, by_number)
        for slot, reasons in slots.items()
        for sides in _split(reasons)
    )


def _view(
    slot: str,
    reasons: _Reasons,
    sides: tuple[frozenset[int], frozenset[int]],
    by_number: Mapping[int, ClaimView],
) -> DisputeView:
    left, right = (tuple(by_number[number] for number in sorted(side)) for side in sides)
    whole = sides[0] | sides[1]
    return DisputeView(
        slot=slot,
        sides=(left, right),
        reasons=tuple(
            (first, second, reason)
            for (first, second), reason in sorted(reasons.items())
            if {first, second} <= whole
        ),
    )


def _split(reasons: _Reasons) -> list[tuple[frozenset[int], frozenset[int]]]:
    """Return the two sides of each dispute, in order of its first claim."""
    against: dict[int, set[int]] = defaultdict(set)
    for first, second in reasons:
        against[first].add(second)
        against[second].add(first)
    found: list[tuple[frozenset[int], frozenset[int]]] = []
    seen: set[int] = set()
    for start in sorted(against):
        if start in seen:
            continue
        sides = _sides_from(start, against)
        component = sides[0] | sides[1]
        seen |= component
        if sides[0] & sides[1]:
            pairs = sorted(pair for pair in reasons if pair[0] in component)
            found += [(frozenset({first}), frozenset({second})) for first, second in pairs]
        else:
            found.append(sides)
    return found


def _sides_from(
    start: int, against: Mapping[int, set[int]]
) -> tuple[frozenset[int], frozenset[int]]:
    """Walk from one claim; a claim that is reached on both sides stands in both."""
    sides: tuple[set[int], set[int]] = ({start}, set())
    open_ends = [(start, 0)]
    while open_ends:
        number, side = open_ends.pop()
        for other in against[number] - sides[1 - side]:
            sides[1 - side].add(other)
            open_ends.append((other, 1 - side))
    return frozenset(sides[0]), frozenset(sides[1])
