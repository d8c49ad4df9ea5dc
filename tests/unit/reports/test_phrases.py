import pytest

from purport.core.claims import Part, Polarity, Quantifier, RelationKind, Slot, SlotAttr, Span
from purport.core.instants import parse_stated_time
from purport.core.positions import compass_point
from purport.core.ratings import Rating
from purport.reports.phrases import (
    PART_NAMES,
    PART_QUESTIONS,
    RATING_ICONS,
    RELATION_WORDS,
    SLOT_NAMES,
    format_interval_m,
    format_length,
    format_slot,
    format_stated,
)

WORDS = Span(start=0, end=7, exact="several")


@pytest.mark.parametrize(
    ("slot", "words"),
    [
        (Slot(attr=SlotAttr.TARGET_COUNT, span=WORDS, value=8.0, unit="1"), "8"),
        (
            Slot(attr=SlotAttr.TARGET_GROUP, span=WORDS, value="a_b", exclusive=True),
            "exclusively a b",
        ),
        (
            Slot(attr=SlotAttr.OUTCOME, span=WORDS, value="hit", polarity=Polarity.NEGATED),
            "not hit",
        ),
        (
            Slot(
                attr=SlotAttr.OUTCOME,
                span=WORDS,
                value="missed",
                quantifier=Quantifier.AT_LEAST,
            ),
            "at least one missed",
        ),
        (Slot(attr=SlotAttr.MISS_DISTANCE, span=WORDS, vague="several", unit="m"), "several m"),
        (Slot(attr=SlotAttr.MISS_DISTANCE, span=WORDS, range=(2.0, 9.5), unit="m"), "2 to 9.5 m"),
        (
            Slot(
                attr=SlotAttr.STRIKE_COUNT,
                span=WORDS,
                range=(20.0, float("inf")),
                quantifier=Quantifier.AT_LEAST,
            ),
            "at least 20",
        ),
        (Slot(attr=SlotAttr.STRIKE_COUNT, span=WORDS, range=(20.0, float("inf"))), "20 or more"),
        (Slot(attr=SlotAttr.WEAPON, span=WORDS), "several"),
    ],
)
def test_format_slot(slot: Slot, words: str) -> None:
    assert format_slot(slot) == words


def test_every_term_of_a_scale_has_a_word() -> None:
    assert set(PART_NAMES) == set(PART_QUESTIONS) == set(Part)
    assert set(RATING_ICONS) == set(Rating)
    assert len(set(RATING_ICONS.values())) == len(Rating)
    assert set(SLOT_NAMES) == set(SlotAttr)
    assert set(RELATION_WORDS) == set(RelationKind)


def test_format_stated_adds_nothing_to_the_source() -> None:
    assert format_stated(None) == "not recorded"
    assert format_stated(parse_stated_time("2015-09")) == "2015-09 (time zone not stated)"
    assert format_stated(parse_stated_time("2015-09-30T08:15Z")) == "2015-09-30T08:15Z"


@pytest.mark.parametrize(
    ("azimuth", "name"),
    [(0, "north"), (22.4, "north"), (337.6, "north"), (180, "south"), (270, "west")],
)
def test_compass_point(azimuth: float, name: str) -> None:
    assert compass_point(azimuth) == name


def test_lengths_have_as_many_digits_as_help() -> None:
    assert [format_length(x) for x in (0.04, 9.96, 100.4, 20_000.0)] == [
        "0.0 m",
        "10.0 m",
        "100 m",
        "20.0 km",
    ]
    assert format_interval_m((90.0, 130.0)) == "90 to 130 m"
