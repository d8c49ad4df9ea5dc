"""What is published, held against schemas of the standards (tests/schemas)."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from lxml import etree

from purport.core.casefile import CaseFile
from purport.core.editions import Safety
from purport.core.ratings import Rating, ReviewState
from purport.reports.published import (
    FeedEntry,
    Wording,
    places_as_geojson,
    places_as_kml,
    places_as_timemap,
    published_document,
    ratings_as_csv,
    readers_view,
    write_feed,
)

SCHEMAS = Path(__file__).parents[2] / "schemas"
NOW = datetime(2026, 11, 27, 12, 0, 0, 5, tzinfo=UTC)
URL = "https://desk.example/published/bridge/"
ATOM = "{http://www.w3.org/2005/Atom}"
ODD = {
    "plain": "The bridge",
    "arabic": "الجسر ١٢ – «قيل»",
    "markup": '<b>&amp; "x" ]]> <!-- --> </summary>',
    "controls": "a\x00b\x1b[0m\x0b\ufffe c\r\n\td",
    "formula": '=HYPERLINK("https://example.org")',
    "astral": "𝔅ridge 🏚 \u202eegdirb\u2069",
    "lines": 'one, two;\n"three"\r\nfour',
}


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


GEOJSON, TIMEMAP = validator("geojson.schema.json"), validator("timemap.schema.json")
KML = etree.RelaxNG(file=str(SCHEMAS / "kml.rng"))
FEED = etree.RelaxNG(file=str(SCHEMAS / "atom.rng"))


def require_valid(schema: Any, content: bytes) -> Any:  # noqa: ANN401 - lxml ships no types
    root = etree.fromstring(content)
    assert schema.validate(root), schema.error_log
    return root


def reviewed(case: CaseFile) -> CaseFile:
    """The case with all its ratings confirmed."""
    verdicts = tuple(
        replace(one, review=ReviewState.REVIEWED, reviewer="Olga")
        if one.links and one.rating is not Rating.NOT_CHECKABLE
        else one
        for one in case.verdicts
    )
    return replace(case, verdicts=verdicts)


Publish = Callable[..., Any]


@pytest.fixture
def publish(hand_made: Any) -> Publish:  # noqa: ANN401 - made by path
    """Publish the hand-made case: `publish(words, safety, hours)` gives what readers see."""

    def made(words: str = "The bridge", safety: Safety | None = None, hours: int = 10**5) -> Any:  # noqa: ANN401
        wording = Wording(
            key="bridge", number=1, title=words, summary=words, correction=words, made_utc=NOW
        )
        case = reviewed(hand_made.case)
        claims = tuple(replace(one, claimant=words) for one in case.claims)
        document: Any = published_document(
            replace(case, claims=claims), wording, safety or Safety(hide_uploader=False)
        )
        first = min(
            one["positions_from_utc"] for one in document["items"] if one["positions_from_utc"]
        )
        now = datetime.fromisoformat(str(first)) + timedelta(hours=hours)
        return readers_view(document, now)

    return made


@pytest.mark.parametrize("words", ODD.values(), ids=ODD)
def test_all_exports_of_odd_words_are_valid(publish: Publish, words: str) -> None:
    document = publish(words)
    geojson = json.loads(json.dumps(places_as_geojson(document), allow_nan=False))
    GEOJSON.validate(geojson)
    assert geojson["features"]
    kml = require_valid(KML, places_as_kml(document))
    assert len(kml.findall(".//{*}Placemark")) == len(geojson["features"])
    events = json.loads(json.dumps(places_as_timemap(document, url=URL), allow_nan=False))
    TIMEMAP.validate(events)
    assert len(events) == len(geojson["features"])
    assert len({one["id"] for one in events}) == len(events)


@pytest.mark.parametrize(
    ("safety", "hours"),
    [(Safety(blur_positions=True), 10**5), (Safety(), -1)],
    ids=["blurred", "within the embargo"],
)
def test_exports_without_places_are_valid_and_empty(
    publish: Publish, safety: Safety, hours: int
) -> None:
    document = publish("It lies at 36.20123, 37.13425.", safety, hours)
    geojson: Any = places_as_geojson(document)
    GEOJSON.validate(geojson)
    kml = places_as_kml(document)
    require_valid(KML, kml)
    events = places_as_timemap(document, url=URL)
    TIMEMAP.validate(events)
    if safety.blur_positions:
        assert geojson["features"] == []
        assert events == []
        assert b"36.20123" not in kml


def test_a_strike_without_an_interval_is_told_without_one(publish: Publish) -> None:
    document = publish()
    for item in document["items"]:
        for place in item["places"]:
            if place["kind"] == "impact":
                place.update(offset_m=9.0, offset_95_m=None, radius_95_m=None)
    kml = places_as_kml(document)
    require_valid(KML, kml)
    assert b"9.0 m from the" in kml
    GEOJSON.validate(places_as_geojson(document))


def test_a_place_beside_null_island_is_told_without_exponents(publish: Publish) -> None:
    document = publish()
    for item in document["items"]:
        for place in item["places"]:
            place["position"] = [-1.5e-5, 2e-6]
    told = places_as_kml(document)
    require_valid(KML, told)
    assert b"-0.0000150,0.0000020" in told
    GEOJSON.validate(json.loads(json.dumps(places_as_geojson(document))))
    TIMEMAP.validate(places_as_timemap(document, url=URL))


@pytest.mark.parametrize("stated", [None, "2015", "2015-09", "2015-09-30", "2015-09-30T10:45:00Z"])
def test_timemap_takes_dates_as_exact_as_they_are(publish: Publish, stated: str | None) -> None:
    document = {**publish(), "date": stated}
    TIMEMAP.validate(places_as_timemap(document, url=URL))


@pytest.mark.parametrize("words", ODD.values(), ids=ODD)
def test_the_feed_is_atom(words: str) -> None:
    entries = [
        FeedEntry(url=URL, number=2, title=words, summary=words, published=NOW),
        FeedEntry(
            url=f"{URL}other/", number=1, title="x", summary="", published=NOW - timedelta(days=1)
        ),
    ]
    told = write_feed(entries, title=words, publisher="Desk", home=URL, feed=f"{URL}feed.atom")
    root = require_valid(FEED, told)
    ids = [one.findtext(f"{ATOM}id") for one in root.iter(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids) == 2
    # RFC 4287, 4.1.1: no two alternates of one type; a feed names itself; 4.1.2: entries have one
    for holder in (root, *root.iter(f"{ATOM}entry")):
        links = [one for one in holder.findall(f"{ATOM}link") if one.get("rel") == "alternate"]
        assert len(links) == 1
    assert [one.get("href") for one in root.findall(f"{ATOM}link") if one.get("rel") == "self"] == [
        f"{URL}feed.atom"
    ]
    require_valid(FEED, write_feed([], title="x", publisher="Desk", home=URL, feed=f"{URL}feed"))


@pytest.mark.parametrize("words", ODD.values(), ids=ODD)
def test_the_table_is_read_as_it_was_written(publish: Publish, words: str) -> None:
    document = publish(words)
    rows = list(csv.DictReader(io.StringIO(ratings_as_csv(document), newline="")))
    told = [
        (claim["id"], claim["claimant"], claim["words"], one["part"], one["rating"])
        for claim in document["claims"]
        for one in claim["verdicts"]
    ]
    assert len(rows) == len(told) > 0
    for row, (claim, claimant, said, part, rating) in zip(rows, told, strict=True):
        assert (row["claim"], row["part"], row["rating"]) == (claim, part, rating)
        assert row["claimant"].removeprefix("'") == claimant
        assert row["words"].removeprefix("'") == said
        assert not row["claimant"].startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("schema", "spoilt"),
    [
        (
            FEED,
            lambda text: text.replace(b"<ns0:id>", b"<ns0:id>no iri ").replace(b"<id>", b"<id> "),
        ),
        (FEED, lambda text: text.replace(b"T12:00:00", b" 12:00:00")),
        (FEED, lambda text: text.replace(b"author>", b"writer>")),
        (FEED, lambda text: text.replace(b' href="https://', b' href="//')),
    ],
)
def test_the_schema_of_feeds_refuses_what_is_no_feed(
    schema: Any,  # noqa: ANN401 - lxml ships no types
    spoilt: Callable[[bytes], bytes],
) -> None:
    entry = FeedEntry(url=URL, number=1, title="x", summary="y", published=NOW)
    told = write_feed([entry], title="x", publisher="Desk", home=URL, feed=f"{URL}feed")
    other = spoilt(told)
    assert other != told
    assert schema.validate(etree.fromstring(told))
    assert not schema.validate(etree.fromstring(other))


def test_the_schemas_of_places_refuse_what_is_wrong(publish: Publish) -> None:
    document = publish()
    kml = places_as_kml(document)
    for before, after in ((b"<coordinates>", b"<coordinates>x"), (b"Point>", b"Spot>")):
        assert before in kml
        assert not KML.validate(etree.fromstring(kml.replace(before, after)))
    geojson: Any = places_as_geojson(document)
    swapped = json.loads(json.dumps(geojson))
    swapped["features"][0]["geometry"]["coordinates"] = [37.0, 136.2]
    assert not GEOJSON.is_valid(swapped)
    assert not GEOJSON.is_valid({**geojson, "crs": {"type": "name"}})
    events: Any = places_as_timemap(document, url=URL)
    assert not TIMEMAP.is_valid([{**events[0], "latitude": 36.2}])
    assert not TIMEMAP.is_valid([{**events[0], "unknown": ""}])
