"""What readers are given: confirmed ratings alone, no position before its time, nobody's name."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from purport.core.casefile import CaseFile
from purport.core.editions import Safety
from purport.core.errors import InputError
from purport.core.ratings import Rating, ReviewState
from purport.reports.published import (
    Wording,
    cover_measures,
    cover_names,
    cover_positions,
    published_document,
    readers_view,
)
from purport.reports.published.covering import handles_in
from purport.reports.published.places import places_of

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
WORDING = Wording(
    key="bridge",
    number=1,
    title="The bridge",
    summary="It lies at 36.20123, 37.13425.",
    correction=None,
    made_utc=NOW,
)


def unreviewed(case: CaseFile) -> CaseFile:
    """The case as the machine proposes it."""
    proposed = [replace(one, review=ReviewState.PROPOSED, reviewer=None) for one in case.verdicts]
    return replace(case, verdicts=tuple(proposed))


def reviewed(case: CaseFile, most: int = 1000) -> CaseFile:
    """The case with its first ratings confirmed."""
    by = "Olga Reviewer"
    verdicts = list(unreviewed(case).verdicts)
    wanted = [one for one in verdicts if one.links and one.rating is not Rating.NOT_CHECKABLE]
    for one in wanted[:most]:
        confirmed = replace(
            one,
            review=ReviewState.REVIEWED,
            reviewer=by,
            because=(f"{by}: looked at it.", *one.because),
        )
        verdicts[verdicts.index(one)] = confirmed
    return replace(case, verdicts=tuple(verdicts))


@pytest.mark.parametrize(
    "told",
    [
        "36.2012, 37.1343",
        "36.2012 37.1343",
        "36,2012; 37,1343",
        "-14.19877968/35.90067836",
        "lat 36.2 lon 37.1",
        "N 36° 12' 4.4\" E 37° 8' 3\"",
        "36°12′04″N 37°08′03″E",
        "36.2012°N, 37.1343°E",
        "36.2012° N",
        "37S CA 12345 67890",
        "37SCA1234567890",
        "37S 332345 4007123",
        "8G7R6432+9X",
        "geo:36.2012,37.1343",
        "https://www.google.com/maps/@36.2012,37.1343,17z",
        "https://maps.app.goo.gl/abcDEF",
        "https://www.openstreetmap.org/#map=17/36.20/37.13",
        "https://example.org/view?lat=36.2&lon=37.1",
        "///filled.count.soap",
        "٣٦٫٢٠١٢, ٣٧٫١٣٤٣",
        "٣٦٫٢٠١٢، ٣٧٫١٣٤٣",
        "36．2012, 37．1343",
        "36 12 04 N, 37 08 03 E",
        "36-12-04.4N 037-08-03.1E",
        "N36 12.074 E37 08.055",
        "361204N 0370803E",
        "3612N 03708E",
        "+36.2012+037.1343/",
        "36 degrees 12 minutes 4 seconds north, 37 degrees 8 minutes east",
        "36 градусов 12 минут северной широты",
        "what3words: filled.count.soap",
        "широта 36,2012 долгота 37,1343",
    ],
)
def test_positions_are_covered(told: str) -> None:
    covered = cover_positions(f"The school ({told}) was hit in 2015.")
    digits = [sign for sign in covered if sign.isdigit()]
    assert "".join(digits) == "2015", covered
    assert "filled" not in covered
    assert "goo.gl" not in covered
    assert covered.startswith("The school (")


@pytest.mark.parametrize(
    "text",
    [
        "Eight targets were hit in 20 strikes on 30.09.2015.",
        "At 10:45 it fired 3 times.",
        "Version 1.2.3 of the check.",
        "See https://example.org/story/2015/09/30.",
        "On 30-09-15 в Сирии.",
        "It lasted 12 minutes 30 seconds, of 20 minutes.",
        "Frames 12 30 and 45.5 W were left out.",
        "Fact-check.org.uk and what3words were asked.",
    ],
)
def test_other_figures_stay(text: str) -> None:
    assert cover_positions(text) == text


@pytest.mark.parametrize(
    "told",
    [
        "9.0 m",
        "7.4 to 10.6 m",
        "12 metres",
        "0,3 км",
        "15 متر",
        "68°",
        "45 degrees",
        "bearing 68",
        "300 ft",
    ],
)
def test_measures_are_covered(told: str) -> None:
    assert not any(sign.isdigit() for sign in cover_measures(f"It fell {told} away."))


def test_directions_from_a_target_are_covered() -> None:
    assert "east" not in cover_measures("It fell to the north-east of the target.")
    assert cover_measures("A village in the north of Syria.") == "A village in the north of Syria."


def test_only_confirmed_ratings_are_published(hand_made: Any) -> None:  # noqa: ANN401
    assert published_document(unreviewed(hand_made.case), WORDING, Safety())["claims"] == []
    document: Any = published_document(reviewed(hand_made.case, most=1), WORDING, Safety())
    (claim,) = document["claims"]
    (verdict,) = claim["verdicts"]
    assert verdict["rating"] in {one.value for one in Rating}
    told = {one["finding"] for one in verdict["evidence"]}
    assert {one["id"] for one in document["findings"]} <= told
    assert "proposed rating" not in json.dumps(document)


def test_the_reviewer_and_the_uploader_are_not_named(hand_made: Any) -> None:  # noqa: ANN401
    case = reviewed(hand_made.case)
    records = [item.record for item in case.items]
    hidden = json.dumps(published_document(case, WORDING, Safety()), ensure_ascii=False)
    assert "Olga Reviewer" not in hidden
    for record in records:
        assert record.name not in hidden
        assert record.url is None or record.url not in hidden
        assert record.collector is None or record.collector not in hidden
        if record.publication is not None and record.publication.publisher:
            assert record.publication.publisher not in hidden
    shown = published_document(case, WORDING, Safety(hide_uploader=False))
    items: Any = shown["items"]
    assert {item["name"] for item in items} <= {record.name for record in records}


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://t.me/quarry_watch/7313131", "It was posted by @quarry_watch."),
        ("https://t.me/s/quarry_watch/7313131", "quarry_watch was first."),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "See https://youtu.be/dQw4w9WgXcQ now."),
        ("https://www.youtube.com/@QuarryWatch", "On youtube.com/@quarrywatch, twice."),
        ("https://m.facebook.com/user/quarry.watch.9", "quarry.watch.9 took it down."),
        ("https://www.quarry-news.example/a/b.html", "It ran on quarry-news.example first."),
    ],
)
def test_accounts_and_posts_are_kept_back_with_the_uploader(
    hand_made: Any,  # noqa: ANN401
    address: str,
    told: str,
) -> None:
    case = reviewed(hand_made.case)
    items = tuple(replace(one, record=replace(one.record, url=address)) for one in case.items)
    wording = replace(WORDING, summary=told)
    document = published_document(replace(case, items=items), wording, Safety())
    assert not re.search(r"quarry.?watch|dQw4|quarry-news", str(document["summary"]), re.IGNORECASE)
    assert len(str(document["summary"])) > len("withheld")


def test_short_names_are_covered_as_words_alone() -> None:
    assert cover_names({"news": "X"})("News of the newspaper") == "X of the newspaper"
    assert handles_in("https://example.org/world/syria/article") == ()


def test_a_blurred_case_holds_no_coordinate_at_all(hand_made: Any) -> None:  # noqa: ANN401
    case = reviewed(hand_made.case)
    sharp: Any = published_document(case, WORDING, Safety())
    positions = [place["position"] for item in sharp["items"] for place in item["places"]]
    assert positions
    blurred = published_document(case, WORDING, Safety(blur_positions=True))
    said = json.dumps(blurred)
    assert '"position"' not in said
    for longitude, latitude in positions:
        assert f"{longitude:.3f}"[:-1] not in said
        assert f"{latitude:.3f}"[:-1] not in said
    assert "36.20123" not in said


def test_positions_come_72_hours_after_first_publication(hand_made: Any) -> None:  # noqa: ANN401
    case = reviewed(hand_made.case)
    document: Any = published_document(case, WORDING, Safety())
    opens = [item["positions_from_utc"] for item in document["items"] if item["places"]]
    assert opens
    last = max(map(datetime.fromisoformat, opens))
    first_seen = max(
        item.record.publication.published.latest_utc
        for item in case.items
        if item.record.publication is not None
    )
    assert last == first_seen + timedelta(hours=72)
    before = readers_view(document, last - timedelta(seconds=1))
    assert before["positions_withheld"]
    assert "36.20123" not in json.dumps(before)
    unrecorded = {
        **document,
        "items": [{**one, "positions_from_utc": None} for one in document["items"]],
    }
    never: Any = readers_view(unrecorded, NOW + timedelta(days=10_000))
    assert not any(item["places"] for item in never["items"])
    after: Any = readers_view(
        {**document, "items": [one for one in document["items"] if one["positions_from_utc"]]}, last
    )
    assert any(item["places"] for item in after["items"])
    assert after["positions_withheld"] == 0


def test_within_the_embargo_no_words_tell_distances(hand_made: Any) -> None:  # noqa: ANN401
    document = published_document(reviewed(hand_made.case), WORDING, Safety())
    early: Any = readers_view(document, datetime(2000, 1, 1, tzinfo=UTC))
    words = json.dumps([early["claims"], early["findings"], early["summary"]], ensure_ascii=False)
    assert cover_measures(words) == words


def test_nothing_is_summed_up_over_strikes(hand_made: Any) -> None:  # noqa: ANN401
    document: Any = published_document(reviewed(hand_made.case), WORDING, Safety())
    names = set(_names(document))
    assert not any(
        part in name for name in names for part in ("mean", "median", "cep", "average", "spread")
    )


def test_a_strike_shown_again_names_the_number_of_the_first(hand_made: Any) -> None:  # noqa: ANN401
    finding = next(one for one in hand_made.case.findings if one.check == "impacts")
    values: Any = finding.values
    first = {**values["strikes"][0], "same_strike_as": None}
    strikes = [first, {**first, "same_strike_as": 0}]
    again = replace(finding, values={**values, "strikes": strikes})
    item = next(one for one in hand_made.case.items if one.record.digest == finding.item)
    places: Any = places_of(item.record, [again])
    told = [one for one in places if one["kind"] == "impact"]
    assert [(one["strike"], one["same_strike_as"]) for one in told] == [(1, None), (2, 1)]


def test_an_embargo_may_be_longer_and_not_shorter_than_a_day() -> None:
    assert Safety(embargo_h=24).embargo_h == 24
    with pytest.raises(InputError, match="too short"):
        Safety(embargo_h=23)


def _names(value: Any) -> list[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return [*value, *(name for inner in value.values() for name in _names(inner))]
    if isinstance(value, list):
        return [name for inner in value for name in _names(inner)]
    return []


@pytest.mark.parametrize("text", ["on 12 May 2015 at 14:30", "since 3 Mar 2019", "36.2 and end"])
def test_dates_and_words_are_no_positions(text: str) -> None:
    assert cover_positions(text) == text


@pytest.mark.parametrize("text", ["37S BA 1234 5678", "12M AY 20152016", "36.2012 E, 37.1343 N"])
def test_grid_references_are_covered(text: str) -> None:
    assert cover_positions(text) == "[position withheld]"
