"""Exports of other tools, by the columns that their own code writes; all rows are made up."""

from pathlib import Path

import pytest

from purport.casework.sheets import JudgedSheets, judge_sheets
from purport.casework.sheets._origins import Origin
from purport.core.claims import Part
from purport.core.records import from_json
from purport.verdicts import RowFacts

ARCHIVER = (
    "Link,Archive status,Destination folder,Archive location,Archive date,Thumbnail,Upload "
    "timestamp,Upload title,Text content,Screenshot,Hash,Perceptual hashes,WACZ,ReplayWebpage,"
    "claimed_place,claimed_group,found_lat,found_lon\n"
    "https://video.example/1,youtubedl_archiver: success,case-1,https://store.example/1.html,"
    "2019-03-14T10:05:00+00:00,,2019-03-13T18:00:00+00:00,Raid,Text,https://store.example/1.png,"
    "SHA-256:ab12,,https://store.example/1.wacz,,Talbiseh,ISIS,34.845,36.7316\n"
    "https://video.example/2,nothing archived,,,,,,,,,,,,,,,,\n"
)
ATLOS = (
    "slug,project,inserted_at,updated_at,latitude,longitude,sensitive,description,type,status,"
    "geolocation_resolution,date,more_info,tags,source_1,source_2,claimed_place\n"
    "CIV-0001,Taland,2019-03-14 09:00:00,2019-03-15 09:00:00,35.9,'-14.2,Graphic Violence,"
    "A raid on the harbour,Air strike,Completed,Vicinity,2019-03-13,,,https://a.example/1,"
    "https://b.example/2,Port Selden\n"
    "CIV-0002,Taland,2019-03-14 09:00:00,2019-03-15 09:00:00,,,Not Sensitive,Another,,Unclaimed,"
    ",,,,,,\n"
)
PLACES = "id,name,lon,lat\nx:1,Port Selden,-14.2,35.9\n"


def judged(tmp_path: Path, content: str) -> JudgedSheets:
    path, places = tmp_path / "export.csv", tmp_path / "places.csv"
    path.write_text(content, encoding="utf-8")
    places.write_text(PLACES, encoding="utf-8")
    return judge_sheets([path], gazetteers=[places])


def facts(judged: JudgedSheets) -> list[RowFacts]:
    return [from_json(RowFacts, finding.values) for finding in judged.case.findings]


def test_a_sheet_of_auto_archiver_keeps_links_and_digests(tmp_path: Path) -> None:
    sheets = judged(tmp_path, ARCHIVER)
    first, second = facts(sheets)
    assert sheets.sheets[0].origin is Origin.AUTO_ARCHIVER
    assert dict(first.stated.links) == {
        "published at": "https://video.example/1",
        "archived at": "https://store.example/1.html",
        "screenshot": "https://store.example/1.png",
        "digest of the archive": "SHA-256:ab12",
        "web archive": "https://store.example/1.wacz",
    }
    assert first.stated.source == "https://store.example/1.html"
    assert first.stated.published is not None
    assert first.stated.group == "isis"
    where = next(v for v in sheets.case.verdicts if (v.claim, v.part) == (first.claim, Part.WHERE))
    assert where.rating.value == "Supported"
    assert second.stated.links == (("published at", "https://video.example/2"),)
    assert second.missing


def test_an_export_of_atlos_keeps_sources_and_precision(tmp_path: Path) -> None:
    sheets = judged(tmp_path, ATLOS)
    first, second = facts(sheets)
    assert sheets.sheets[0].origin is Origin.ATLOS
    assert (first.stated.row, first.stated.found_sd_m) == ("CIV-0001", 50.0)
    assert first.point == pytest.approx((-14.2, 35.9))
    assert [where for _, where in first.stated.links] == [
        "https://a.example/1",
        "https://b.example/2",
    ]
    assert first.distances[0].nearest_m == 0.0
    assert first.date == "2019-03-13"
    assert second.point is None
    assert "sensitive" in sheets.sheets[0].unread


def test_spans_keep_what_the_export_wrote(tmp_path: Path) -> None:
    sheets = judged(tmp_path, ATLOS)
    (story,) = sheets.case.stories
    for claim in sheets.case.claims:
        for span in claim.content:
            assert story.text[span.start : span.end] == span.exact
