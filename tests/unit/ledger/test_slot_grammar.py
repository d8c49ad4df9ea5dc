"""Amounts, shares, negation and exclusivity as stories put them, and what contradicts what."""

from collections.abc import Callable

import pytest

from purport.core.casefile import StoryText
from purport.core.claims import Claim, Polarity, Quantifier, RelationKind, Slot, SlotAttr
from purport.gazetteer import bundled_gazetteer
from purport.ledger import extract_claims

ClaimsOf = Callable[[str], tuple[Claim, ...]]
_ALL, _SOME = Quantifier.ALL, Quantifier.SOME


def _slots(claims_of: ClaimsOf, content: str, attr: SlotAttr) -> list[Slot]:
    (claim,) = claims_of(f"The ministry said that {content}.")
    return [slot for slot in claim.slots if slot.attr is attr]


@pytest.mark.parametrize(
    ("content", "attr", "value", "bounds", "vague", "unit"),
    [
        ("a couple of dozen sorties were flown", SlotAttr.STRIKE_COUNT, None, None,
         "couple of dozen", "1"),
        ("several dozen strikes were flown", SlotAttr.STRIKE_COUNT, None, None, "several dozen",
         "1"),
        ("1.2 thousand strikes were flown", SlotAttr.STRIKE_COUNT, 1200.0, None, None, "1"),
        ("20-30 strikes were flown", SlotAttr.STRIKE_COUNT, None, (20.0, 30.0), None, "1"),
        ("three or four targets were hit", SlotAttr.TARGET_COUNT, None, (3.0, 4.0), None, "1"),
        ("it missed by 1,5 km", SlotAttr.MISS_DISTANCE, 1500.0, None, None, "m"),
        ("it missed by several kilometres", SlotAttr.MISS_DISTANCE, None, None, "several", "km"),
        ("it missed by several metres", SlotAttr.MISS_DISTANCE, None, None, "several", "m"),
    ],
)  # fmt: skip
def test_amounts(
    claims_of: ClaimsOf,
    *,
    content: str,
    attr: SlotAttr,
    value: float | None,
    bounds: tuple[float, float] | None,
    vague: str | None,
    unit: str,
) -> None:
    (slot,) = _slots(claims_of, content, attr)
    assert (slot.value, slot.range, slot.vague, slot.unit) == (value, bounds, vague, unit)


def test_a_length_is_no_count(claims_of: ClaimsOf) -> None:
    assert _slots(claims_of, "it fell 5-7 km from the target", SlotAttr.TARGET_COUNT) == []


@pytest.mark.parametrize(
    ("content", "quantifier", "polarity"),
    [
        ("all targets were hit", _ALL, Polarity.AFFIRMED),
        ("every strike hit its target", _ALL, Polarity.AFFIRMED),
        ("half of the targets were hit", _SOME, Polarity.AFFIRMED),
        ("two-thirds of the targets were hit", _SOME, Polarity.AFFIRMED),
        ("90% of the strikes hit their target", _SOME, Polarity.AFFIRMED),
        ("none of the targets were hit", None, Polarity.NEGATED),
        ("the jets never hit the depot", None, Polarity.NEGATED),
        ("the jets did not stop, they hit the depot", None, Polarity.AFFIRMED),
    ],
)
def test_shares_and_negation_of_outcomes(
    claims_of: ClaimsOf, content: str, quantifier: Quantifier | None, polarity: Polarity
) -> None:
    (slot,) = _slots(claims_of, content, SlotAttr.OUTCOME)
    assert slot.value == "hit"
    assert (slot.quantifier, slot.polarity) == (quantifier, polarity)


@pytest.mark.parametrize(
    ("content", "polarity", "exclusive"),
    [
        ("nobody but ISIS was targeted", Polarity.AFFIRMED, True),
        ("nothing other than ISIS positions was hit", Polarity.AFFIRMED, True),
        ("the jets hit anything but ISIS", Polarity.NEGATED, False),
        ("no ISIS positions were hit", Polarity.NEGATED, False),
        ("the jets struck ISIS alone", Polarity.AFFIRMED, True),
    ],
)
def test_exclusive_and_denied_groups(
    claims_of: ClaimsOf, content: str, polarity: Polarity, *, exclusive: bool
) -> None:
    (slot,) = _slots(claims_of, content, SlotAttr.TARGET_GROUP)
    assert slot.value == "isis"
    assert (slot.polarity, slot.exclusive) == (polarity, exclusive)


def test_a_place_with_an_article_inside(claims_of: ClaimsOf) -> None:
    (slot,) = _slots(claims_of, "it burned in Deir ez-Zor", SlotAttr.PLACE)
    assert slot.value == "Deir ez-Zor"


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("in September 2015", "2015-09"),
        ("on 30 September 2015", "2015-09-30"),
        ("on Sept. 30, 2015", "2015-09-30"),
        ("in 2014", "2014"),
    ],
)
def test_a_time_is_as_fine_as_it_was_stated(claims_of: ClaimsOf, words: str, value: str) -> None:
    (slot,) = _slots(claims_of, f"the depot burned {words}", SlotAttr.TIME)
    assert (slot.value, slot.basis) == (value, None)


@pytest.mark.parametrize(
    ("words", "value", "basis"),
    [
        ("on Wednesday", "2015-09-30", "the latest Wednesday up to the publication date"),
        ("yesterday", "2015-09-30", "“yesterday” against the publication date"),
        ("on 28 September", "2015-09-28", "the latest such day up to the publication date"),
    ],
)
def test_a_time_against_the_publication_date(
    claims_of: ClaimsOf, words: str, value: str, basis: str
) -> None:
    claims = claims_of(
        "Raid on Selden\n\nIlse Vandermeer\nThursday 01 October 2015\n\n"
        f"The ministry said that the depot burned {words}."
    )
    (slot,) = [slot for slot in claims[-1].slots if slot.attr is SlotAttr.TIME]
    assert slot.value == value
    assert slot.basis == f"{basis} 2015-10-01"


def _kinds(claims_of: ClaimsOf, first: str, second: str) -> list[RelationKind]:
    claims = claims_of(f"The ministry said that {first}.\n\nThe mayor said that {second}.")
    return [relation.kind for relation in claims[0].relations]


@pytest.mark.parametrize(
    ("first", "second", "kinds"),
    [
        ("dozens of strikes were flown", "three strikes were flown", [RelationKind.CONTRADICTS]),
        ("several strikes were flown", "three strikes were flown", []),
        ("it missed by 10 metres", "it missed by several kilometres",
         [RelationKind.SUPPORTS, RelationKind.CONTRADICTS]),
        ("it missed by 10 metres", "it missed by several metres", [RelationKind.SUPPORTS]),
        ("some of the bombs hit", "some of the bombs missed", []),
        ("all targets were hit", "at least one of the bombs missed", [RelationKind.CONTRADICTS]),
        ("20 strikes were flown on 3 March 2031", "eight strikes were flown on 4 March 2031", []),
        ("20 strikes were flown on 3 March 2031", "eight strikes were flown on 3 March 2031",
         [RelationKind.CONTRADICTS]),
        ("exclusively ISIS positions were hit", "the jets are not targeting ISIS",
         [RelationKind.CONTRADICTS]),
        ("eight targets were there", "20 strikes were flown", []),
        ("only ISIS was hit", "the bombs missed their target by several metres", []),
    ],
)  # fmt: skip
def test_what_contradicts_what(
    claims_of: ClaimsOf, first: str, second: str, kinds: list[RelationKind]
) -> None:
    assert _kinds(claims_of, first, second) == kinds


def test_one_claimants_two_numbers_are_no_contradiction(claims_of: ClaimsOf) -> None:
    claims = claims_of(
        "The ministry said that 20 strikes were flown.\n\n"
        "The ministry said that eight strikes hit depots."
    )
    assert claims[0].relations == ()


def test_two_names_of_one_place_meet(story_of: Callable[[str], StoryText]) -> None:
    claims = extract_claims(
        story_of(
            "The ministry said a depot burned in Ltamenah.\n\n"
            "The mayor said a depot burned near Al-Lataminah.\n\n"
            "The envoy said jets struck Talbiseh and a depot in Syria."
        ),
        look_up=bundled_gazetteer().find,
    )
    first, second, third = (
        [slot for slot in claim.slots if slot.attr is SlotAttr.PLACE] for claim in claims
    )
    assert first[0].places == second[0].places == ("ocha:C3458",)
    assert [(slot.value, slot.places) for slot in third] == [
        ("Talbiseh", ("ocha:C2882",)),
        ("Syria", ()),
    ]
    assert [relation.reason for relation in claims[0].relations] == [
        "Ltamenah and near Al-Lataminah are names of one place"
    ]
