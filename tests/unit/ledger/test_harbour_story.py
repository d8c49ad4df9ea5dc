"""A whole story in the pattern of the founding case, with all its page furniture."""

from pathlib import Path

import pytest

from purport.core.claims import Claim, RelationKind, SlotAttr
from purport.ledger import extract_claims, read_document

_STORY = Path(__file__).with_name("story_of_the_harbour.txt")
_MINISTRY = "Norvania’s defence ministry"


@pytest.fixture(scope="module")
def claims() -> tuple[Claim, ...]:
    return extract_claims(read_document(_STORY))


def test_title_date_and_encoding() -> None:
    document = read_document(_STORY).document
    assert document.title is not None
    assert document.title.startswith("Norvania opens air campaign")
    assert document.published == "2031-03-04"


def test_claimants_in_order(claims: tuple[Claim, ...]) -> None:
    assert [claim.claimant for claim in claims] == [
        _MINISTRY, "UN envoys", _MINISTRY, _MINISTRY, _MINISTRY, "Sundmark officials",
        "Sundmark officials", "Marit Solheim", "Anton Varga", "Anton Varga", "narrator", "narrator",
        "Tomas Reke", "Tomas Reke", "Tomas Reke",
    ]  # fmt: skip
    assert claims[10].claimant_role == "Ilse Vandermeer"


def test_a_caption_printed_twice_is_one_claim_with_two_appearances(
    claims: tuple[Claim, ...],
) -> None:
    (caption,) = [claim for claim in claims if claim.appearances]
    assert caption.content[0].exact == "it successfully hit eight positions"
    assert caption.appearances[0].exact == "it successfully hit eight positions"
    assert caption.appearances[0].start > caption.content[0].end


def test_nothing_comes_from_page_furniture(claims: tuple[Claim, ...]) -> None:
    text = _STORY.read_text(encoding="utf-8")
    first = text.index("Norvania opens")
    last = text.index("Join our commenting forum")
    for claim in claims:
        assert all(first <= span.start and span.end <= last for span in claim.content)


def _contradictions(claims: tuple[Claim, ...], attr: SlotAttr) -> set[tuple[int, int]]:
    numbers = {claim.id: number for number, claim in enumerate(claims)}
    return {
        (numbers[claim.id], numbers[relation.other])
        for claim in claims
        for relation in claim.relations
        if relation.kind is RelationKind.CONTRADICTS
        and relation.attr is attr
        and numbers[claim.id] < numbers[relation.other]
    }


def test_who_was_hit_is_disputed(claims: tuple[Claim, ...]) -> None:
    front = {0, 3, 4, 8, 9}  # name the Harbour Front
    others = {1, 5, 7}  # deny it or name everyone else
    expected = {(min(a, b), max(a, b)) for a in front for b in others}
    expected |= {(6, 8), (6, 9)}  # "some are families" only against "exclusively"
    assert _contradictions(claims, SlotAttr.TARGET_GROUP) == expected


def test_whether_it_hit_is_disputed(claims: tuple[Claim, ...]) -> None:
    expected = {(a, b) for a in (2, 4, 11) for b in (12, 14)}
    assert _contradictions(claims, SlotAttr.OUTCOME) == expected


def test_counts_do_not_contradict(claims: tuple[Claim, ...]) -> None:
    for attr in (SlotAttr.STRIKE_COUNT, SlotAttr.TARGET_COUNT):
        assert _contradictions(claims, attr) == set()


def test_the_caveat_qualifies_what_the_footage_shows(claims: tuple[Claim, ...]) -> None:
    numbers = {claim.id: number for number, claim in enumerate(claims)}
    qualified = {
        numbers[relation.other]
        for relation in claims[10].relations
        if relation.kind is RelationKind.QUALIFIES
    }
    assert qualified == {0, 3, 11}
