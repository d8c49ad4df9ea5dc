"""Sheets judged row by row: the published tally, dated assertions, positions only."""

import csv
import json
from pathlib import Path

import pytest

from purport.casework.sheets import JudgedSheets, judge_sheets
from purport.core.claims import Part
from purport.core.errors import InputError, PurportError
from purport.core.ratings import Confidence, Rating, ReviewState
from purport.core.records import from_json
from purport.core.verdicts import Verdict
from purport.verdicts import RowFacts

EXAMPLE = Path(__file__).parents[4] / "examples" / "sheets"
SOURCE = "https://www.bellingcat.com/news/mena/2015/10/06/initial-findings"
HEADER = (
    "row,claimed_place,claimed_group,found_vs_claimed,found_distance_km,"
    "isis_presence_at_found_place,source\n"
)
# The aggregate that Bellingcat published on 6 October 2015, a row a video: 3 at the place stated,
# said to be "terrorists"; 5 at the place stated, said to be ISIS, none known there; 2 said to be
# Raqqa, over 100 miles west; 1 naming no place; 1 of 20 km; 2 not placed.
TALLY = [
    *[("as found", '"""terrorists"" (no group named)"', "same place", "", "not stated")] * 3,
    *[("as found", "ISIS", "same place", "", "none known")] * 5,
    *[("Raqqa", "ISIS", "elsewhere", ">160 (published: over 100 miles west)", "none known")] * 2,
    ("", "ISIS", "no place claimed", "", "none known"),
    ("entrance to Ma'arat al-Nu'man", "not stated", "elsewhere", "20", "not stated"),
    *[("not stated", "not stated", "not placed", "", "")] * 2,
]
RECORD = {
    "id": "X-1",
    "published_by": {"value": "Ministry", "source": "s"},
    "date_published": None,
    "incident_date": None,
    "claimed_place": {"value": "southwest of Raqqa", "source": "s"},
    "claimed_group": {"value": "ISIS", "source": "s"},
    "geolocated": {"place": None, "lat": 35.689097, "lon": 36.084435, "source": "https://x.org/a"},
    "control": [{"value": "no known ISIS presence", "source": "s"}],
    "finding_place": "wrong",
}
ASSERTION = {
    "place": "the point",
    "lat": 35.689097,
    "lon": 36.084435,
    "date": "2015-10-05",
    "not_controlled_by": ["ISIS"],
    "source": "https://x.org/b",
}


def write_tally(folder: Path) -> Path:
    path = folder / "tally.csv"
    lines = [f"{n},{','.join(row)},{SOURCE}\n" for n, row in enumerate(TALLY, start=1)]
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    return path


def write_json(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def verdicts_of(judged: JudgedSheets, part: Part) -> list[Verdict]:
    return [one for one in judged.case.verdicts if one.part is part]


def facts_of(judged: JudgedSheets) -> list[RowFacts]:
    return [from_json(RowFacts, finding.values) for finding in judged.case.findings]


class TestPublishedTally:
    def test_places_and_groups(self, tmp_path: Path) -> None:
        (sheet,) = judge_sheets([write_tally(tmp_path)]).sheets
        places = sheet.places
        assert (places.as_claimed, places.elsewhere) == (8, 3)
        assert (places.no_place_claimed, places.not_placed, places.undecided) == (1, 2, 0)
        (isis,) = sheet.groups
        assert (isis.group, isis.ratings) == ("isis", ((Rating.UNPROVEN, 8),))

    def test_none_known_without_a_dated_source_contradicts_nothing(self, tmp_path: Path) -> None:
        judged = judge_sheets([write_tally(tmp_path)])
        ratings = [one.rating for one in verdicts_of(judged, Part.WHO)]
        assert ratings.count(Rating.CONTRADICTED) == 0
        assert ratings.count(Rating.NOT_CHECKABLE) == 3

    def test_every_verdict_is_proposed_and_says_what_would_change_it(self, tmp_path: Path) -> None:
        judged = judge_sheets([write_tally(tmp_path)])
        for verdict in judged.case.verdicts:
            assert verdict.review is ReviewState.PROPOSED
            assert verdict.because
            if verdict.rating is not Rating.NOT_CHECKABLE:
                assert verdict.would_change

    def test_every_claim_slices_the_sheet(self, tmp_path: Path) -> None:
        judged = judge_sheets([write_tally(tmp_path)])
        (story,) = judged.case.stories
        assert len(judged.case.claims) == 14
        for claim in judged.case.claims:
            for span in (*claim.content, *(slot.span for slot in claim.slots)):
                assert story.text[span.start : span.end] == span.exact


class TestSectorOfRaqqa:
    def test_the_distance_is_a_range_with_its_reasoning(self, tmp_path: Path) -> None:
        judged = judge_sheets([write_json(tmp_path, "cases.json", {"cases": [RECORD]})])
        (row,) = facts_of(judged)
        meant = next(one for one in row.distances if not one.aside)
        assert meant.to_place_m == pytest.approx(265.6e3, abs=100)
        assert min(one.nearest_m for one in row.distances) > 150e3
        (where,) = verdicts_of(judged, Part.WHERE)
        assert (where.rating, where.confidence) == (Rating.CONTRADICTED, Confidence.MODERATE)
        assert any("from south to west of Ar-Raqqa" in one for one in where.because)

    def test_without_a_date_nobody_is_excluded_and_it_says_so(self, tmp_path: Path) -> None:
        control = write_json(tmp_path, "said.json", [ASSERTION])
        cases = write_json(tmp_path, "cases.json", {"cases": [RECORD]})
        (who,) = verdicts_of(judge_sheets([cases], control=[control]), Part.WHO)
        assert who.rating is Rating.UNPROVEN
        assert any("lacks a date" in one for one in who.impossible)

    def test_a_dated_denial_contradicts(self, tmp_path: Path) -> None:
        control = write_json(tmp_path, "said.json", [ASSERTION])
        cases = write_json(tmp_path, "cases.json", {"cases": [RECORD]})
        judged = judge_sheets([cases], control=[control], date="2015-10")
        (who,) = verdicts_of(judged, Part.WHO)
        assert (who.rating, who.confidence) == (Rating.CONTRADICTED, Confidence.MODERATE)
        late = judge_sheets([cases], control=[control], date="2017-10")
        assert verdicts_of(late, Part.WHO)[0].rating is Rating.UNPROVEN

    def test_words_that_compare_something_else_decide_nothing(self, tmp_path: Path) -> None:
        record = {**RECORD, "finding_place": "wrong_object"}
        judged = judge_sheets([write_json(tmp_path, "cases.json", [record])])
        assert verdicts_of(judged, Part.WHERE)[0].rating is Rating.UNPROVEN

    def test_comparison_and_distance_that_differ_decide_nothing(self, tmp_path: Path) -> None:
        record = {**RECORD, "finding_place": "matches"}
        judged = judge_sheets([write_json(tmp_path, "cases.json", [record])])
        (where,) = verdicts_of(judged, Part.WHERE)
        assert where.rating is Rating.UNPROVEN
        assert "differ" in where.because[0]

    def test_too_little_known_stays_unproven_and_says_what_is_missing(self, tmp_path: Path) -> None:
        judged = judge_sheets([write_json(tmp_path, "cases.json", [{"id": "X-2"}])])
        where, who = (verdicts_of(judged, part)[0] for part in (Part.WHERE, Part.WHO))
        assert (where.rating, who.rating) == (Rating.UNPROVEN, Rating.UNPROVEN)
        missing = " ".join(where.impossible)
        for lack in ("what place is claimed", "which group", "where the footage was filmed"):
            assert lack in missing

    def test_a_town_found_by_name_is_asked_of_statements_on_that_town(self, tmp_path: Path) -> None:
        record = {
            **RECORD,
            "geolocated": {"place": {"value": "Al-Latamneh", "source": "s"}, "source": "s"},
        }
        said = {**ASSERTION, "place": "Ltamenah"}
        del said["lat"], said["lon"]
        judged = judge_sheets(
            [write_json(tmp_path, "cases.json", [record])],
            control=[write_json(tmp_path, "said.json", [said])],
            date="2015-10",
        )
        assert verdicts_of(judged, Part.WHO)[0].rating is Rating.CONTRADICTED


@pytest.fixture(scope="module")
def judged() -> JudgedSheets:
    return judge_sheets(
        [EXAMPLE / "positions.csv"],
        control=[EXAMPLE / "control.geojson"],
        gazetteers=[EXAMPLE / "places.csv"],
    )


class TestPositionsOnly:
    def test_thirty_rows_come_out_as_they_were_laid_out(self, judged: JudgedSheets) -> None:
        with (EXAMPLE / "expected.csv").open(newline="", encoding="utf-8") as stream:
            expected = list(csv.DictReader(stream))
        where, who = (verdicts_of(judged, part) for part in (Part.WHERE, Part.WHO))
        assert len(expected) == 30
        for row, one, other, facts in zip(expected, where, who, facts_of(judged), strict=True):
            assert facts.stated.row == row["id"]
            assert (one.rating.value, other.rating.value) == (row["where"], row["who"]), row
            assert facts.control is not None
            assert facts.control.holder in {row["holder"], None}
            if row["holder"] == "disputed":
                assert facts.control.overall.value == "disputed"

    def test_without_a_source_nothing_firm_follows(self, judged: JudgedSheets) -> None:
        row = next(facts for facts in facts_of(judged) if facts.stated.source is None)
        ratings = {v.rating for v in judged.case.verdicts if v.claim == row.claim}
        assert not ratings & {Rating.SUPPORTED, Rating.CONTRADICTED}

    def test_the_distance_is_that_of_the_layout(self, judged: JudgedSheets) -> None:
        first = facts_of(judged)[0]
        assert first.distances[0].to_place_m == pytest.approx(800, abs=0.2)


ROW = "id,claimed_place,claimed_group,claimed_date,published,found_lon,found_lat,source\n"


class TestFaultyAndOddSheets:
    def test_published_before_the_time_claimed_contradicts_it(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text(ROW + "1,Homs,ISIS,2015-10-05,2015-10-01,,,s\n", encoding="utf-8")
        (when,) = verdicts_of(judge_sheets([path]), Part.WHEN)
        assert when.rating is Rating.CONTRADICTED

    @pytest.mark.parametrize(
        ("row", "fault"),
        [
            ("1,Homs,ISIS,spring,,,,s", "claimed_time"),
            ("1,Homs,ISIS,,,36.7,,s", "go together"),
            ("1,Homs,ISIS,,,36.7,99,s", "latitude"),
            ("1,Homs,ISIS,,,x,1,s", "found_lon"),
        ],
    )
    def test_a_faulty_row_is_named(self, tmp_path: Path, row: str, fault: str) -> None:
        path = tmp_path / "a.csv"
        path.write_text(ROW + row + "\n", encoding="utf-8")
        with pytest.raises(PurportError, match=rf"line 2: .*{fault}"):
            judge_sheets([path])

    def test_columns_that_are_not_read_are_named(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text("id,claimed_place,colour\n1,Homs,red\n", encoding="utf-8")
        assert judge_sheets([path]).sheets[0].unread == ("colour",)

    @pytest.mark.parametrize("content", ["", "id\n", "\x00\xff", "[]", "{}"])
    def test_what_is_no_sheet_is_refused(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / "a.csv"
        path.write_text(content, encoding="latin-1")
        with pytest.raises(PurportError):
            judge_sheets([path])

    def test_a_sheet_twice_and_a_date_that_is_none_are_refused(self, tmp_path: Path) -> None:
        path = write_tally(tmp_path)
        with pytest.raises(InputError, match="given twice"):
            judge_sheets([path, path])
        with pytest.raises(InputError, match="date"):
            judge_sheets([path], date="autumn")

    def test_an_ambiguous_place_stays_open_and_says_how_many(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text(ROW + "1,Tiba,ISIS,2015-10-05,,38.9145,35.0886,s\n", encoding="utf-8")
        (where,) = verdicts_of(judge_sheets([path]), Part.WHERE)
        assert where.rating is Rating.UNPROVEN
        assert any("7 places are called so" in one for one in where.because)
