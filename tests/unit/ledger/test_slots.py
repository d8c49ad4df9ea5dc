"""The first fact slots and the relations on them. All names are made up."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from purport.core.claims import Claim, Polarity, Quantifier, RelationKind, Slot, SlotAttr
from purport.ledger import relate_claims
from purport.ledger.amounts import find_amounts
from purport.ledger.weekdays import day_meant

ClaimsOf = Callable[[str], tuple[Claim, ...]]


def _slots(claims_of: ClaimsOf, content: str, attr: SlotAttr) -> list[Slot]:
    claims = claims_of(f"The envoy said {content}.")
    return [slot for claim in claims for slot in claim.slots if slot.attr is attr]


@pytest.mark.parametrize(
    ("content", "value", "quantifier"),
    [
        ("eight targets were hit", 8.0, None),
        ("1,200 strikes were flown", 1200.0, None),
        ("at least 20 air strikes were flown", 20.0, Quantifier.AT_LEAST),
        ("up to twenty-five raids were flown", 25.0, Quantifier.AT_MOST),
        ("about two dozen strikes were flown", 24.0, Quantifier.ABOUT),
        ("some forty positions were hit", 40.0, Quantifier.ABOUT),
        ("a hundred sites were hit", 100.0, None),
    ],
)
def test_counts(
    claims_of: ClaimsOf, content: str, value: float, quantifier: Quantifier | None
) -> None:
    attr = SlotAttr.TARGET_COUNT if "hit" in content else SlotAttr.STRIKE_COUNT
    (slot,) = _slots(claims_of, content, attr)
    assert (slot.value, slot.quantifier, slot.unit) == (value, quantifier, "1")


def test_ranges_and_vague_counts(claims_of: ClaimsOf) -> None:
    (ranged,) = _slots(claims_of, "between 5 and 7 strikes were flown", SlotAttr.STRIKE_COUNT)
    assert (ranged.range, ranged.value) == ((5.0, 7.0), None)
    (vague,) = _slots(claims_of, "a number of targets burned", SlotAttr.TARGET_COUNT)
    assert (vague.vague, vague.value, vague.range) == ("number", None, None)


def test_an_upside_down_range_is_no_amount() -> None:
    assert list(find_amounts("between 9 and 5", 0, 15)) == []


@pytest.mark.parametrize(
    ("content", "value", "vague"),
    [
        ("the bombs missed by nine metres", 9.0, None),
        ("the bombs missed by several meters", None, "several"),
        ("the bomb fell short by 1.5 km", 1500.0, None),
        ("the bomb landed wide of it by 100 feet", 30.48, None),
    ],
)
def test_miss_distance(
    claims_of: ClaimsOf, content: str, value: float | None, vague: str | None
) -> None:
    (slot,) = _slots(claims_of, content, SlotAttr.MISS_DISTANCE)
    assert slot.value == (None if value is None else pytest.approx(value))
    assert (slot.vague, slot.unit) == (vague, "m")


def test_a_length_that_is_no_miss_is_no_miss_distance(claims_of: ClaimsOf) -> None:
    assert _slots(claims_of, "the runway is 900 metres long", SlotAttr.MISS_DISTANCE) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("the depot was hit", [("hit", Polarity.AFFIRMED)]),
        ("the depot was not hit", [("hit", Polarity.NEGATED)]),
        ("the depot was destroyed", [("destroyed", Polarity.AFFIRMED)]),
        ("the bombs missed the depot", [("missed", Polarity.AFFIRMED)]),
        ("the bombs failed to hit the depot", [("missed", Polarity.AFFIRMED)]),
        ("the roof was damaged", [("damaged", Polarity.AFFIRMED)]),
        ("jets flew over the depot", []),
    ],
)
def test_outcome(claims_of: ClaimsOf, content: str, expected: list[tuple[str, Polarity]]) -> None:
    slots = _slots(claims_of, content, SlotAttr.OUTCOME)
    assert [(slot.value, slot.polarity) for slot in slots] == expected


@pytest.mark.parametrize(
    ("content", "value", "polarity"),
    [
        ("the jets bombed ISIS positions", "isis", Polarity.AFFIRMED),
        ("the jets bombed Isil camps", "isis", Polarity.AFFIRMED),
        ("the jets bombed IS targets", "isis", Polarity.AFFIRMED),
        ("the jets bombed Daesh fighters", "isis", Polarity.AFFIRMED),
        ("the jets hit داعش positions", "isis", Polarity.AFFIRMED),
        ("the jets hit ИГИЛ positions", "isis", Polarity.AFFIRMED),
        ("the jets are not targeting Islamic State", "isis", Polarity.NEGATED),
        ("the jets hit positions of the Harbour Front", "harbour front", Polarity.AFFIRMED),
        ("the Harbour Front positions were not hit", "harbour front", Polarity.NEGATED),
        ("the jets struck anti-Olsk rebels", "anti-olsk rebels", Polarity.AFFIRMED),
        ("rumours that ISIS positions were spared are false", "isis", Polarity.NEGATED),
    ],
)
def test_target_group(claims_of: ClaimsOf, content: str, value: str, polarity: Polarity) -> None:
    (slot,) = _slots(claims_of, content, SlotAttr.TARGET_GROUP)
    assert (slot.value, slot.polarity, slot.exclusive) == (value, polarity, False)


def test_what_is_an_actor_is_no_target(claims_of: ClaimsOf) -> None:
    assert _slots(claims_of, "ISIS issued a statement", SlotAttr.TARGET_GROUP) == []


@pytest.mark.parametrize(
    "content",
    [
        "the jets “exclusively” hit ISIS positions",
        "the jets hit only ISIS positions",
        "only ISIS had been hit",
    ],
)
def test_exclusive_says_who_and_not_how_well(claims_of: ClaimsOf, content: str) -> None:
    (slot,) = _slots(claims_of, content, SlotAttr.TARGET_GROUP)
    assert slot.exclusive
    assert _slots(claims_of, content, SlotAttr.OUTCOME) == []


@pytest.mark.parametrize(
    ("content", "attr", "value"),
    [
        ("a command post burned", SlotAttr.TARGET_TYPE, "command post"),
        ("the “rebel HQ” burned", SlotAttr.TARGET_TYPE, "headquarters"),
        ("a coordination center burned", SlotAttr.TARGET_TYPE, "coordination centre"),
        ("it burned near Kelder", SlotAttr.PLACE, "near Kelder"),
        ("it burned in the north of Norvania", SlotAttr.PLACE, "north of Norvania"),
        ("it burned in Port Selden", SlotAttr.PLACE, "Port Selden"),
        ("it burned on Wednesday", SlotAttr.TIME, "Wednesday"),
        ("it burned on 4 March 2031", SlotAttr.TIME, "2031-03-04"),
        ("cluster bombs were dropped", SlotAttr.WEAPON, "cluster bomb"),
        ("the video cannot be verified", SlotAttr.VERIFICATION_STATUS, "unverified"),
    ],
)
def test_other_slots(claims_of: ClaimsOf, content: str, attr: SlotAttr, value: str) -> None:
    (slot,) = _slots(claims_of, content, attr)
    assert slot.value == value


_AT_LEAST, _SOME = Quantifier.AT_LEAST, Quantifier.SOME


@pytest.mark.parametrize(
    ("content", "quantifier"),
    [
        ("at least one of the bombs missed", _AT_LEAST),
        ("one or more of the bombs had missed", _AT_LEAST),
        ("some of the bombs missed", _SOME),
        ("a number of targets were hit", _SOME),
        ("the jets had hit some of the depots", _SOME),
        ("the bombs missed", None),
        ("the bombs missed; some of the pilots were new", None),
        ("some of the pilots were new: the bombs missed", None),
    ],
)
def test_of_how_many_an_outcome_is_said(
    claims_of: ClaimsOf, content: str, quantifier: Quantifier | None
) -> None:
    (slot,) = _slots(claims_of, content, SlotAttr.OUTCOME)
    assert slot.quantifier is quantifier


def test_of_how_many_a_group_is_said(claims_of: ClaimsOf) -> None:
    (slot,) = _slots(claims_of, "at least one of the bombs hit ISIS", SlotAttr.TARGET_GROUP)
    assert (slot.value, slot.quantifier) == ("isis", _AT_LEAST)


@pytest.mark.parametrize(
    ("content", "words", "value"),
    [
        ("it burned on Wednesday", "on Wednesday", "2031-03-05"),
        ("it burned late Wednesday night", "late Wednesday night", "2031-03-05"),
        ("it burned on Thursday", "on Thursday", "2031-03-06"),
        ("it burned on Friday", "on Friday", "2031-02-28"),
        ("it burned last Wednesday", "Wednesday", "Wednesday"),
        ("it had burned since Wednesday", "since Wednesday", "since Wednesday"),
        ("raids would begin on Friday", "on Friday", "Friday"),
        ("it burned overnight", "overnight", "overnight"),
    ],
)
def test_weekdays_are_told_by_the_day_of_publication(
    claims_of: ClaimsOf, content: str, words: str, value: str
) -> None:
    claims = claims_of(f"The depot\n\nThursday 06 March 2031\n\nThe envoy said {content}.\n")
    (slot,) = [slot for claim in claims for slot in claim.slots if slot.attr is SlotAttr.TIME]
    assert (slot.span.exact, slot.value) == (words, value)


def test_weekdays_need_a_whole_day_of_publication() -> None:
    assert day_meant("on Wednesday", "", None) is None
    assert day_meant("on Wednesday", "", "2031-03") is None
    told = day_meant("on Wednesday", "", "2031-03-06T00:10:00+01:00")
    assert told is not None
    assert told.value == "2031-03-05"
    assert told.basis == "the latest Wednesday up to the publication date 2031-03-06"


def test_weapons_that_nobody_names_are_vague(claims_of: ClaimsOf) -> None:
    (slot,) = _slots(claims_of, "the weapons used cannot be identified", SlotAttr.WEAPON)
    assert (slot.value, slot.vague) == (None, "weapons used")


def _relations(claims_of: ClaimsOf, first: str, second: str) -> list[tuple[str, SlotAttr]]:
    one = claims_of(f"The navy said {first}.\n\nThe army said {second}.")
    return [(relation.kind.value, relation.attr) for relation in one[0].relations]


_GROUP, _OUTCOME = SlotAttr.TARGET_GROUP, SlotAttr.OUTCOME


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("the jets exclusively hit ISIS positions", "the jets are not targeting ISIS",
         [("contradicts", _GROUP)]),
        ("the jets exclusively hit ISIS positions", "the jets bombed moderate rebels",
         [("contradicts", _GROUP)]),
        ("the jets bombed ISIS positions", "the jets bombed moderate rebels", []),
        ("the jets bombed ISIS positions", "the jets are taking on everyone who opposes Olsk",
         [("contradicts", _GROUP)]),
        ("the jets bombed moderate rebels", "the jets are taking on everyone who opposes Olsk",
         [("supports", _GROUP)]),
        ("the jets bombed ISIS positions", "the jets bombed Daesh camps", [("supports", _GROUP)]),
        ("it is not targeting ISIS", "it is not bombing ISIS", [("supports", _GROUP)]),
        ("it was successfully hit", "it was missed", [("contradicts", _OUTCOME)]),
        ("it was destroyed", "the bombs missed", [("contradicts", _OUTCOME)]),
        ("it was destroyed", "it was hit", []),
        ("it was damaged", "it was not damaged", [("contradicts", _OUTCOME)]),
        ("eight targets burned", "20 strikes were flown", []),
        ("eight targets burned", "nine targets burned",
         [("contradicts", SlotAttr.TARGET_COUNT)]),
        ("eight targets burned", "at least five targets burned", []),
        ("eight targets burned", "about nine targets burned", []),
        ("five to seven strikes were flown", "at most four strikes were flown",
         [("contradicts", SlotAttr.STRIKE_COUNT)]),
        ("20 strikes were flown", "20 strikes were flown", [("supports", SlotAttr.STRIKE_COUNT)]),
        ("the jets exclusively hit ISIS positions", "the bombs missed by metres", []),
        ("a command post burned", "a command post stood there",
         [("supports", SlotAttr.TARGET_TYPE)]),
        ("it burned near Kelder", "it stood near Kelder", [("supports", SlotAttr.PLACE)]),
    ],
)  # fmt: skip
def test_relations(
    claims_of: ClaimsOf, first: str, second: str, expected: list[tuple[str, SlotAttr]]
) -> None:
    assert _relations(claims_of, first, second) == expected


def test_one_claimant_restates(claims_of: ClaimsOf) -> None:
    first, second = claims_of("The navy said it was hit. The navy said the depot was hit.")
    assert first.relations[0].kind is RelationKind.RESTATES
    assert second.relations[0].other == first.id


def test_a_hedge_is_told_in_the_reason(claims_of: ClaimsOf) -> None:
    first, _ = claims_of("The navy said it was hit. Residents said it may have missed.")
    assert first.relations[0].reason.endswith("residents with reserve") or first.relations[
        0
    ].reason.endswith("Residents with reserve")


def test_relations_hold_across_documents(claims_of: ClaimsOf) -> None:
    one = claims_of("The navy said the depot was hit.")
    other = claims_of("The army said the depot was missed.")
    first, second = relate_claims((*one, *other))
    assert first.relations[0].other == second.id
    assert second.relations[0].kind is RelationKind.CONTRADICTS
    assert relate_claims((first, second)) == (first, second)


def test_very_many_claims_are_compared_with_their_neighbours_only(claims_of: ClaimsOf) -> None:
    (claim,) = claims_of("The navy said the depot was hit.")
    many = relate_claims([replace(claim, id=f"c{number:012d}") for number in range(2001)])
    assert len(many[1000].relations) == 16
