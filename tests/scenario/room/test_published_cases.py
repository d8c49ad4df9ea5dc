"""A case from a confirmed rating to its readers, who get what was reviewed and nothing else."""

import csv
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias
from xml.etree import ElementTree as ET

import cv2
import numpy as np
import pytest

Room: TypeAlias = Any  # its class lives in a conftest
Desk: TypeAlias = Any

KEY = "case"
AT = f"/cases/{KEY}/publish"
HOME = "/published/"
READ = f"/published/{KEY}/"
FILES = ("case.json", "ratings.csv", "places.geojson", "places.kml")
FORM = {
    "title": "What fell on Harbour Road",
    "summary": "It lies at 35.90068, -14.19878, 9.0 m from the target.",
    "hide_uploader": "on",
    "embargo_h": "72",
}
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def fresh(open_desk: Callable[..., Any], tmp_path: Path) -> Iterator[Desk]:
    """A desk at which nothing was published."""
    with open_desk(tmp_path / "room") as desk:
        yield desk


@pytest.fixture(scope="module")
def desk(open_desk: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that publishes edition after edition."""
    with open_desk(tmp_path_factory.mktemp("desk") / "room") as found:
        yield found


def test_from_a_confirmed_rating_to_readers_and_back(fresh: Desk) -> None:
    assert fresh.statuses() == {404}
    assert "Nothing is published yet" in fresh.reader.get(HOME).text
    asked = fresh.editor.post(f"{AT}/ask", FORM)
    assert asked.status_code == 302, asked.text
    # it waits: its readers see nothing, who asked for it cannot publish it, a reviewer can
    assert fresh.statuses() == {404}
    assert fresh.editor.post(f"{AT}/1", {"decision": "publish"}).status_code == 422
    assert fresh.statuses() == {404}
    assert "You asked for it" in fresh.editor.get(AT).text
    page = fresh.reviewer.get(AT).text
    assert "I looked at it" in page
    assert fresh.reviewer.post(f"{AT}/1", {"decision": "publish"}).status_code == 302
    assert fresh.statuses() == {200}
    assert FORM["title"] in fresh.reader.get(HOME).text
    # a rating confirmed later is not public before another edition
    other = fresh.confirm("how_many")
    assert fresh.reader.get(f"{READ}claims/{other}").status_code == 404
    fresh.publish(correction="The first edition had no word on who was hit.")
    assert fresh.reader.get(f"{READ}claims/{other}").status_code == 200
    assert "The first edition had no word" in fresh.reader.get(READ).text
    feed = ET.fromstring(fresh.reader.get(f"{HOME}feed.atom").text)  # noqa: S314 - our own
    assert [one.findtext(f"{ATOM}title") for one in feed.iter(f"{ATOM}entry")] == [FORM["title"]]
    # withdrawn: why, and nothing else
    assert fresh.editor.post(f"{AT}/withdraw", {"reason": " "}).status_code == 422
    assert fresh.editor.post(f"{AT}/withdraw", {"reason": "A family asked."}).status_code == 302
    gone = fresh.reader.get(READ)
    assert gone.status_code == 410
    assert "A family asked." in gone.text
    assert FORM["title"] not in gone.text
    assert fresh.reader.get(f"{READ}case.json").status_code == 404
    assert (
        FORM["title"] not in fresh.reader.get(HOME).text + fresh.reader.get(f"{HOME}feed.atom").text
    )


def test_what_readers_never_get(desk: Desk) -> None:
    desk.publish(embargo_h=str(24 * 365 * 30))
    case = desk.owner.get(f"/api/v1/cases/{KEY}").json()
    shown = desk.everything()
    proposed = [one for one in case["verdicts"] if one["review"] == "proposed, not reviewed"]
    for path, text in shown.items():
        # within the embargo: no position, no distance
        assert "35.90068" not in text, path
        assert "9.0 m" not in text, path
        assert "noise.mp4" not in text, path
        assert not re.search(r"\bana\b|\brev\b", text), path
        assert "proposed rating" not in text, path
        for one in proposed:
            if one["claim"] != desk.claim:
                assert f"claims/{one['claim']}" not in text, path
    assert "[position withheld]" in shown[READ]


def test_a_blurred_edition_keeps_positions_for_good(desk: Desk) -> None:
    desk.publish(blur_positions="on")
    told = json.loads(desk.reader.get(f"{READ}case.json").text)
    assert told["positions_blurred"] is True
    for path, text in desk.everything().items():
        assert "35.90068" not in text, path
        assert "14.19878" not in text, path
    assert json.loads(desk.reader.get(f"{READ}places.geojson").text)["features"] == []


def test_pictures_are_grey_and_blurred_until_fit_and_open(desk: Desk) -> None:
    told = desk.owner.get(f"/api/v1/cases/{KEY}").json()
    digest = told["items"][0]["record"]["digest"]
    path = f"{READ}items/{digest}/picture.jpg"

    def picture() -> Any:  # noqa: ANN401 - an array
        answer = desk.reader.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/jpeg"
        assert b"Exif" not in answer.content
        return cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)

    def detail(pixels: Any) -> float:  # noqa: ANN401 - an array
        return float(cv2.Laplacian(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), cv2.CV_64F).std())

    def is_grey(pixels: Any) -> bool:  # noqa: ANN401 - an array
        return int(np.abs(np.diff(pixels.astype(int), axis=2)).max()) <= 2

    desk.publish()
    veiled = picture()
    assert is_grey(veiled)
    desk.publish(shown_plain=digest, blur_positions="on")
    assert is_grey(picture())
    desk.publish(shown_plain=digest, embargo_h=str(24 * 365 * 30))
    assert is_grey(picture())
    desk.publish(shown_plain=digest)
    plain = picture()
    assert not is_grey(plain)
    assert detail(plain) > 5 * detail(veiled)
    other = f"{READ}items/{'0' * 64}/picture.jpg"
    assert desk.reader.get(other).status_code == 404


def test_files_hold_what_the_page_shows(desk: Desk) -> None:
    desk.publish()
    told = json.loads(desk.reader.get(f"{READ}case.json").text)
    assert told["schema"] == "purport.published/1"
    (claim,) = told["claims"]
    assert claim["id"] == desk.claim
    rows = list(csv.DictReader(io.StringIO(desk.reader.get(f"{READ}ratings.csv").text)))
    assert [(row["claim"], row["part"], row["rating"]) for row in rows] == [
        (claim["id"], one["part"], one["rating"]) for one in claim["verdicts"]
    ]
    page = desk.reader.get(f"{READ}claims/{desk.claim}").text
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert block is not None
    (review,) = json.loads(block.group(1))["@graph"]
    assert review["@type"] == "ClaimReview"
    assert review["author"]["name"] == "Harbour Desk"
    assert review["claimReviewed"] == claim["words"]
    assert review["reviewRating"]["alternateName"] == claim["verdicts"][0]["rating"]
    assert review["url"].endswith(f"{READ}claims/{desk.claim}")
    kml = ET.fromstring(desk.reader.get(f"{READ}places.kml").text)  # noqa: S314 - our own
    assert kml.tag == "{http://www.opengis.net/kml/2.2}kml"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"title": ""}, "required"),
        ({"embargo_h": "23"}, "24"),
        ({"summary": "x" * 4001}, "4000"),
        ({"shown_plain": "f" * 64}, "not one of the available choices"),
    ],
)
def test_an_edition_that_cannot_be_is_told_beside_its_field(
    desk: Desk, changes: dict[str, str], fault: str
) -> None:
    refused = desk.editor.post(f"{AT}/ask", {**FORM, **changes})
    assert refused.status_code == 422
    assert fault in " ".join(re.findall(r'class="errorlist".*?</ul>', refused.text, re.DOTALL))


def test_nothing_confirmed_nothing_published(
    serve_room: Room, checked_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "room"
    shutil.copytree(checked_folder, folder, symlinks=True)
    with serve_room(folder) as room:
        refused = room.owner().post(f"{AT}/ask", FORM)
        assert refused.status_code == 422
        assert "no rating of the case is confirmed" in refused.text
