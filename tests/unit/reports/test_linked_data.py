"""ClaimReview and MediaReview against schema.org's own definitions; TimeMap against its fields."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from purport.core.ratings import Authenticity
from purport.reports.published import claim_reviews, media_reviews, places_as_timemap

DEFINED: Mapping[str, Any] = json.loads(
    Path(__file__).with_name("schema_org.json").read_text(encoding="utf-8")
)
AT = {"url": "https://desk.example/published/case/", "publisher": "Desk", "published": "2026-05-04"}
VERDICT = {
    "part": "where",
    "rating": "Contradicted",
    "because": ["It lies elsewhere."],
    "confirmed_utc": "2026-05-04T12:00:00Z",
}
CLAIM = {
    "id": "c1",
    "claimant": "The ministry",
    "claimant_role": None,
    "words": "It fell there.",
    "told_in": {"title": "A story", "published": "2026-05-01"},
    "verdicts": [VERDICT],
}
ITEM = {
    "sha256": "ab" * 32,
    "name": "Item 1",
    "url": None,
    "first_published": "2026-05-01",
    "claimed_place": "Harbour Road",
    "opens_blurred": True,
    "authenticity": [one.value for one in Authenticity],
    "places": [
        {"kind": "filmed", "position": [37.1, 36.2], "radius_95_m": 4.2},
        {"kind": "claimed", "position": [37.2, 36.3], "radius_95_m": None},
    ],
}
DOCUMENT = {"title": "A case", "date": "2026-05-01T10:20:00Z", "items": [ITEM]}
TEXT_FIELDS = {"id", "description", "date", "time", "location", "latitude", "longitude"}
TEXT_FIELDS |= {"category", "graphic"}


def faults(node: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """Tell what schema.org does not define so."""
    kind = node["@type"]
    if kind not in DEFINED["types"]:
        yield f"{where}: no type {kind}"
        return
    above = {kind, *DEFINED["types"][kind]}
    for name, value in node.items():
        if name.startswith("@"):
            continue
        defined = DEFINED["properties"].get(name)
        if defined is None:
            yield f"{where}.{name}: no such property"
        elif not above & set(defined["on"]):
            yield f"{where}.{name}: not on {kind}"
        elif isinstance(value, Mapping):
            inner = {value["@type"], *DEFINED["types"].get(value["@type"], ())}
            if not inner & set(defined["is"]):
                yield f"{where}.{name}: {value['@type']} is none of {defined['is']}"
            yield from faults(value, f"{where}.{name}")
        elif not any(fits(value, one) for one in defined["is"]):
            yield f"{where}.{name}: {value!r} is none of {defined['is']}"


def fits(value: object, kind: str) -> bool:
    """Tell whether a plain value is of a kind."""
    if not isinstance(value, str):
        return False
    if kind in DEFINED["members"]:
        return value.removeprefix("https://schema.org/") in DEFINED["members"][kind]
    if kind in {"Date", "DateTime"}:
        try:
            datetime.fromisoformat(value)
        except ValueError:
            return False
        return True
    if kind == "URL":
        return value.startswith(("http://", "https://"))
    return kind == "Text"


@pytest.mark.parametrize("role", [None, "foreign minister"])
@pytest.mark.parametrize("title", [None, "A story"])
def test_claim_reviews_are_as_schema_org_defines_them(role: str | None, title: str | None) -> None:
    claim = {**CLAIM, "claimant_role": role, "told_in": {"title": title, "published": None}}
    graph: Any = claim_reviews(claim, **AT)["@graph"]
    assert [one["@type"] for one in graph] == ["ClaimReview"]
    assert [fault for one in graph for fault in faults(one)] == []


def test_media_reviews_are_as_schema_org_defines_them() -> None:
    for url in (None, "https://example.org/video"):
        graph: Any = media_reviews({"items": [{**ITEM, "url": url}]}, **AT)["@graph"]
        assert len(graph) == len(Authenticity)
        assert [fault for one in graph for fault in faults(one)] == []
    nothing: Any = media_reviews({"items": [{**ITEM, "authenticity": []}]}, **AT)
    assert nothing["@graph"] == []


def test_the_definitions_would_find_a_slip() -> None:
    graph: Any = claim_reviews(CLAIM, **AT)["@graph"]
    (review,) = graph
    assert list(faults({**review, "itemReviewed": {"@type": "Claim", "ratingValue": "1"}}))
    assert list(faults({**review, "reviewRating": {"@type": "Claim"}}))
    assert list(faults({**review, "datePublished": "soon"}))
    assert list(faults({**review, "@type": "FactCheck"}))


def test_events_of_timemap_have_its_fields() -> None:
    events = places_as_timemap(DOCUMENT, url=AT["url"])
    assert len(events) == 2
    for event in events:
        assert all(isinstance(event[name], str) for name in TEXT_FIELDS)
        assert isinstance(event["associations"], list)
        assert event["sources"] == [AT["url"]]
        assert set(event) == {*TEXT_FIELDS, "associations", "sources"}
    assert (events[0]["date"], events[0]["time"]) == ("2026-05-01", "10:20")
    assert "4.2 m" in str(events[0]["description"])
    assert places_as_timemap({**DOCUMENT, "items": [{**ITEM, "places": []}]}, url="") == []
