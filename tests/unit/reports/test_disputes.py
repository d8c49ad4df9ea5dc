from dataclasses import replace
from types import ModuleType

import pytest

from purport.core.claims import Claim, QuoteType, Relation, RelationKind, SlotAttr, Span
from purport.core.digests import Digest
from purport.reports.claim_views import CaseIndex, view_claims
from purport.reports.disputes import DisputeView, view_disputes

Pairs = list[tuple[int, int]]


def make_claim(number: int, pairs: Pairs, attr: SlotAttr) -> Claim:
    others = [b if a == number else a for a, b in pairs if number in {a, b}]
    return Claim(
        id=f"c{number}",
        document=Digest("0" * 64),
        claimant=f"Claimant {number}",
        claimant_role=None,
        quote_type=QuoteType.DIRECT,
        source=(),
        cue=(),
        content=(Span(start=0, end=2, exact="so"),),
        relations=tuple(
            Relation(
                kind=RelationKind.CONTRADICTS,
                other=f"c{other}",
                attr=attr,
                reason=f"{number}/{other}",
            )
            for other in others
        ),
    )


def disputes(builder: ModuleType, count: int, pairs: Pairs) -> tuple[DisputeView, ...]:
    claims = tuple(make_claim(n, pairs, SlotAttr.OUTCOME) for n in range(1, count + 1))
    case = replace(builder.bare_case(), claims=claims)
    return view_disputes(view_claims(case, CaseIndex.of(case)))


def sides(dispute: DisputeView) -> list[list[int]]:
    return [[view.number for view in side] for side in dispute.sides]


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], []),
        ([(1, 2)], [[[1], [2]]]),
        ([(1, 2), (1, 4), (3, 2), (3, 4)], [[[1, 3], [2, 4]]]),
        ([(1, 2), (3, 4)], [[[1], [2]], [[3], [4]]]),
        ([(1, 2), (2, 3), (1, 3)], [[[1], [2]], [[1], [3]], [[2], [3]]]),
        ([(1, 3), (2, 3)], [[[1, 2], [3]]]),
    ],
)
def test_view_disputes_finds_the_two_sides(
    builder: ModuleType, pairs: Pairs, expected: list[list[list[int]]]
) -> None:
    assert [sides(dispute) for dispute in disputes(builder, 4, pairs)] == expected


def test_view_disputes_gives_every_reason_once(builder: ModuleType) -> None:
    pairs = [(1, 2), (1, 4), (3, 4)]
    (dispute,) = disputes(builder, 4, pairs)
    assert [(first, second) for first, second, _ in dispute.reasons] == pairs
    assert dispute.reasons[0][2] == "1/2"


def test_view_disputes_keeps_slots_apart(builder: ModuleType) -> None:
    first = make_claim(1, [(1, 2)], SlotAttr.OUTCOME)
    second = make_claim(2, [(1, 2)], SlotAttr.PLACE)
    case = replace(builder.bare_case(), claims=(first, second))
    found = view_disputes(view_claims(case, CaseIndex.of(case)))
    assert [dispute.slot for dispute in found] == ["Outcome", "Place"]
