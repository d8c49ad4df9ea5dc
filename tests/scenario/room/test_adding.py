"""Taking things in by the browser: good files are preserved, others are told beside their field."""

import re
import struct
import time
import zlib
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from pyproj import CRS

from purport.core.digests import digest_bytes

Room: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any

EXAMPLE = Path(__file__).parents[3] / "examples" / "harbour-road"
CLIP = ("strike.mp4", (EXAMPLE / "footage" / "coordination-centre.mp4").read_bytes(), "video/mp4")


@pytest.fixture
def key(owner: Person) -> str:
    """Key of an empty case."""
    location = owner.post("/", {"name": "Uploads"}).headers["location"]
    found: str = location.rstrip("/").rsplit("/", 1)[-1]
    return found


def send(owner: Person, key: str, section: str, files: dict[str, Any], **fields: str) -> Any:  # noqa: ANN401 - a response
    """Send one of the forms of the page."""
    return owner.post(f"/cases/{key}/add", {"section": section, **fields}, files=files)


def told(response: Any) -> str:  # noqa: ANN401 - a response
    """Return what stands beside the fields."""
    return " ".join(re.findall(r'class="errorlist".*?</ul>', response.text, re.DOTALL))


def case_of(owner: Person, key: str) -> dict[str, Any]:
    """Return the case by the API."""
    answer: dict[str, Any] = owner.get(f"/api/v1/cases/{key}").json()
    return answer


def bomb() -> bytes:
    """Return a PNG of 60,000 × 60,000 pixels that is all one colour, in a few hundred kilobytes."""
    side = 60_000
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = bytes(1 + side)
    body = b"".join(packer.compress(row * 1000) for _ in range(side // 1000)) + packer.flush()
    chunks = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def world_file(metres: float) -> bytes:
    """Return a world file with square pixels."""
    return "\n".join(str(part) for part in (metres, 0, 0, -metres, 500_000, 3_900_000)).encode()


def test_footage_is_preserved_byte_for_byte_with_what_is_known_of_it(
    room: Room, owner: Person, key: str
) -> None:
    response = send(
        owner,
        key,
        "footage",
        {"file": ("../../strike.mp4", CLIP[1], "text/html")},
        published="2019-03-14",
        publisher="Defence Ministry",
        target="-14.19875091, 35.90026759",
        target_sd_m="0.5",
    )
    assert response.status_code == 302, told(response)
    (item,) = case_of(owner, key)["items"]
    assert item["record"]["name"] == "strike.mp4"
    assert item["record"]["publication"]["publisher"] == "Defence Ministry"
    digest = digest_bytes(CLIP[1])
    assert item["record"]["digest"] == digest
    kept = room.folder / "vault" / digest[:2] / digest[2:]
    assert kept.read_bytes() == CLIP[1]
    uploads = room.folder / "web" / "uploads"
    until = time.monotonic() + 30  # they go when the server has done with the answer
    while list(uploads.iterdir()) and time.monotonic() < until:
        time.sleep(0.05)
    assert list(uploads.iterdir()) == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("published", "yesterday", "2015-09-30"),
        ("target", "35.9", "longitude"),
        ("target", "-14.2, 135.9", "latitude"),
        ("published_url", "javascript:alert(1)", "URL"),
        ("publisher", "Somebody", "Say when"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field_and_nothing_is_stored(  # noqa: PLR0917 - a row
    owner: Person, key: str, field: str, value: str, said: str
) -> None:
    response = send(owner, key, "footage", {"file": CLIP}, **{field: value})
    assert response.status_code == 422
    assert said in told(response)
    assert case_of(owner, key)["items"] == []


def test_a_file_that_is_no_video_is_refused(owner: Person, key: str) -> None:
    files = {"file": ("strike.mp4", b"\0" * 5000, "video/mp4")}
    response = send(owner, key, "footage", files)
    assert response.status_code == 422
    assert "not a video" in told(response)


def test_a_story_is_read_for_its_claims(owner: Person, key: str) -> None:
    response = send(
        owner,
        key,
        "story",
        {"file": ("story.html", (EXAMPLE / "story.html").read_bytes(), "text/plain")},
    )
    assert response.status_code == 302, told(response)
    assert len(case_of(owner, key)["claims"]) == 12


def test_a_story_is_read_in_the_encoding_that_is_said(owner: Person, key: str) -> None:
    words = "<p>Министерство сообщило: «Авиация нанесла удар по складу» в среду.</p>"
    file = {"file": ("story.html", words.encode("windows-1251"), "text/html")}
    unsaid = send(owner, key, "story", file)
    assert unsaid.status_code == 422
    assert "encoding" in told(unsaid)
    assert send(owner, key, "story", file, encoding="windows-1251").status_code == 302
    stated = send(owner, key, "story", file, encoding="no-such-thing")
    assert stated.status_code == 422
    assert "no-such-thing" in told(stated)


def test_pasted_words_are_a_story(owner: Person, key: str) -> None:
    words = "The defence ministry said its aircraft had hit eight targets near the harbour."
    response = send(owner, key, "story", {}, text=words)
    assert response.status_code == 302, told(response)
    assert [claim["claimant"] for claim in case_of(owner, key)["claims"]]


@pytest.mark.parametrize(
    ("name", "content"),
    [("map.tif", b"no picture"), ("map.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40)],
    ids=["words", "half a header"],
)
def test_a_map_that_cannot_be_read_is_refused(
    owner: Person, key: str, name: str, content: bytes
) -> None:
    response = send(owner, key, "map", {"files": (name, content, "image/tiff")})
    assert response.status_code == 422
    assert "Give a whole GeoTIFF" in told(response)


@pytest.mark.slow
def test_a_picture_that_would_fill_the_memory_is_read_apart_and_refused(
    room: Room, owner: Person, key: str
) -> None:
    projection = CRS.from_epsg(32637).to_wkt("WKT1_ESRI").encode()
    files = [
        ("files", ("map.png", bomb(), "image/png")),
        ("files", ("map.pgw", world_file(0.5), "text/plain")),
        ("files", ("map.prj", projection, "text/plain")),
    ]
    response = owner.post(f"/cases/{key}/add", {"section": "map"}, files=files, timeout=200)
    assert response.status_code == 422, told(response)
    assert "60000 × 60000 pixels" in told(response)
    uploads = room.folder / "web" / "uploads"
    until = time.monotonic() + 30  # they go when the server has done with the answer
    while list(uploads.iterdir()) and time.monotonic() < until:
        time.sleep(0.05)
    assert list(uploads.iterdir()) == []
    assert owner.get(f"/cases/{key}/").status_code == 200


def test_an_orthophoto_serves_every_item_without_one(owner: Person, key: str) -> None:
    assert send(owner, key, "footage", {"file": CLIP}).status_code == 302
    response = send(
        owner,
        key,
        "map",
        {"files": ("reference.tif", (EXAMPLE / "reference.tif").read_bytes(), "text/plain")},
    )
    assert response.status_code == 302, told(response)
    (item,) = case_of(owner, key)["items"]
    assert len(item["record"]["references"]) == 1


def test_a_control_layer_without_dates_is_refused(owner: Person, key: str) -> None:
    layer = b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}}]}'
    response = send(owner, key, "control", {"file": ("layer.geojson", layer, "application/json")})
    assert response.status_code == 422
    assert told(response)
    good = send(
        owner,
        key,
        "control",
        {"file": ("control.geojson", (EXAMPLE / "control.geojson").read_bytes(), "text/plain")},
    )
    assert good.status_code == 302


def test_of_two_who_correct_the_same_the_second_is_shown_what_stands_there(
    room: Room, owner: Person, key: str
) -> None:
    send(owner, key, "footage", {"file": CLIP}, collector="nobody yet")
    digest = case_of(owner, key)["items"][0]["record"]["digest"]
    ben = room.newcomer(owner, key, "editor", f"ben-{key}")
    path = f"/cases/{key}/items/{digest}/details"
    seen = [re.findall(r'name="seen" value="(\w+)"', one.get(path).text)[0] for one in (owner, ben)]
    assert seen[0] == seen[1]
    assert owner.post(path, {"seen": seen[0], "collector": "Olga"}).status_code == 302
    second = ben.post(path, {"seen": seen[1], "collector": "Ben"})
    assert second.status_code == 409
    assert "Somebody else corrected this" in second.text
    assert "Olga" in second.text
    assert 'value="Ben"' in second.text
    assert case_of(owner, key)["items"][0]["record"]["collector"] == "Olga"
