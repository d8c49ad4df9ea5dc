"""Footage over HTTP: bytes by range, frames by number, and who gets neither."""

import shutil
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
import pytest

from purport.casework import Workspace
from purport.casework.example import example_folder
from purport.casework.holdings import live_items
from purport.core.digests import digest_bytes
from purport.media import decode_luma, decode_pictures, probe_media

Room: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any
FOOTAGE = example_folder() / "footage" / "command-post.mp4"
BYTES = FOOTAGE.read_bytes()
DIGEST = digest_bytes(BYTES)


@pytest.fixture(scope="module")
def page(example: str) -> str:
    """Address of the player of the example's first item."""
    return f"/cases/{example}/items/{DIGEST}/"


@pytest.fixture(scope="module")
def api(example: str) -> str:
    return f"/api/v1/cases/{example}/items/{DIGEST}"


def test_the_whole(owner: Person, page: str) -> None:
    answer = owner.get(page + "media")
    assert answer.status_code == 200
    assert answer.content == BYTES
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-type"] == "video/mp4"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=100-299", 100, 299),
        ("bytes=500-", 500, len(BYTES) - 1),
        ("bytes=-300", len(BYTES) - 300, len(BYTES) - 1),
        (f"bytes=10-{10 * len(BYTES)}", 10, len(BYTES) - 1),
    ],
)
def test_a_part(owner: Person, page: str, *, asked: str, first: int, last: int) -> None:
    answer = owner.get(page + "media", headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(BYTES)}"
    assert answer.headers["content-length"] == str(last - first + 1)
    assert answer.content == BYTES[first : last + 1]


def test_several_parts_are_answered_with_the_whole(owner: Person, page: str) -> None:
    answer = owner.get(page + "media", headers={"Range": "bytes=0-1,5-6"})
    assert (answer.status_code, len(answer.content)) == (200, len(BYTES))


@pytest.mark.parametrize("asked", [f"bytes={len(BYTES)}-", "bytes=-0"])
def test_a_part_behind_the_end(owner: Person, page: str, asked: str) -> None:
    answer = owner.get(page + "media", headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(BYTES)}"


def test_the_head_alone(owner: Person, page: str) -> None:
    whole = owner.client.head(page + "media")
    assert (whole.status_code, whole.content) == (200, b"")
    assert whole.headers["content-length"] == str(len(BYTES))
    part = owner.client.head(page + "media", headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.headers["content-length"]) == (206, "5")


def test_a_part_of_other_bytes_is_not_mixed_in(owner: Person, page: str) -> None:
    tag = owner.client.head(page + "media").headers["etag"]
    same = owner.get(page + "media", headers={"Range": "bytes=0-9", "If-Range": tag})
    other = owner.get(page + "media", headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (same.status_code, other.status_code) == (206, 200)
    known = owner.get(page + "media", headers={"If-None-Match": tag})
    assert (known.status_code, known.content) == (304, b"")


def test_footage_is_no_page_of_ours(owner: Person, page: str) -> None:
    saved = owner.get(page + "media", headers={"Sec-Fetch-Dest": "document"})
    assert saved.headers["content-disposition"] == 'attachment; filename="command-post.mp4"'
    assert saved.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert saved.headers["x-content-type-options"] == "nosniff"
    assert "private" in saved.headers["cache-control"]
    played = owner.get(page + "media", headers={"Sec-Fetch-Dest": "video"})
    assert "content-disposition" not in played.headers


def test_only_items_of_the_case(owner: Person, example: str, page: str) -> None:
    other = owner.post("/", {"name": "An empty case"}).headers["location"]
    reference = digest_bytes((example_folder() / "reference.tif").read_bytes())
    for path in (
        f"{other}items/{DIGEST}/media",
        f"/cases/{example}/items/{'0' * 64}/media",
        f"/cases/{example}/items/{reference}/media",
        f"/cases/{example}/items/{'0' * 64}/",
        page.replace("/cases/", "/api/v1/cases/").replace(DIGEST, "0" * 64) + "frames",
    ):
        answer = owner.get(path)
        assert answer.status_code == 404, path
        assert "Traceback" not in answer.text


def test_strangers_see_nothing(room: Room, owner: Person, page: str, api: str) -> None:
    stranger = room.stranger()
    for path in (page, page + "media", page + "playable"):
        assert stranger.get(path).status_code == 302
    paths = [api + rest for rest in ("/frames", "/frames/0.jpg", "/poster.jpg", "/shown")]
    assert {stranger.get(path).status_code for path in paths} == {401}
    elsewhere = owner.post("/", {"name": "Elsewhere"}).headers["location"].split("/")[2]
    editor = room.newcomer(owner, elsewhere, "editor", "elsa")
    answers = [editor.get(path) for path in (page, page + "media", *paths)]
    assert {answer.status_code for answer in answers} == {404}


def test_frames_are_those_of_the_analysis(owner: Person, api: str) -> None:
    probe = probe_media(FOOTAGE)
    told = owner.get(f"{api}/frames").json()
    assert told["ticks"] == [frame.pts for frame in decode_luma(FOOTAGE, probe=probe)]
    assert len(told["durations"]) == told["frames"] == len(told["ticks"])
    assert told["start"] == told["ticks"][0]
    (frame,) = decode_pictures(FOOTAGE, probe=probe, indices=[33])
    assert (told["width"], told["height"]) == frame.bgr.shape[1::-1]
    answer = owner.get(f"{api}/frames/33.png")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["purport-frame"] == "33"
    picture = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert np.array_equal(picture, frame.bgr)
    tag = answer.headers["etag"]
    again = owner.get(f"{api}/frames/33.png", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert "private" in answer.headers["cache-control"]


@pytest.mark.parametrize("name", ["100000.jpg", "3.gif", "-1.jpg", "x.png"])
def test_frames_that_are_none(owner: Person, api: str, name: str) -> None:
    assert owner.get(f"{api}/frames/{name}").status_code == 404


def test_the_page_of_an_item_that_was_not_examined(owner: Person, example: str, page: str) -> None:
    text = owner.get(page).text
    assert "command-post.mp4" in text
    assert "No check has run on it yet." in text
    assert "Nobody has looked for strikes in this footage yet" in text
    assert (
        f'src="/api/v1/cases/{example}/items/{DIGEST}/poster.jpg"'
        in owner.get(f"/cases/{example}/").text
    )
    assert owner.get(page.replace("/cases/", "/api/v1/cases/") + "poster.jpg").content[:2] == (
        b"\xff\xd8"
    )


def test_how_it_is_played(owner: Person, page: str, api: str) -> None:
    told = owner.get(f"{api}/playable").json()
    assert (told["way"], told["state"], told["reason"]) == ("itself", "ready", "")
    assert owner.get(page + "playable").status_code == 404


def test_an_item_whose_bytes_are_gone_is_named(
    serve_room: Room, checked_folder: Path, tmp_path: Path
) -> None:
    """Lost, or withheld from the bag that the case came in: no bug of ours, and nothing to see."""
    folder = tmp_path / "case"
    shutil.copytree(checked_folder, folder, symlinks=True)
    shutil.rmtree(folder / "cache")
    with Workspace.open(folder, writing=False) as workspace:
        (item,) = live_items(workspace)
        workspace.vault.local_copy(item.digest).unlink()
    with serve_room(folder) as room:
        owner = room.owner()
        api, page = (f"{start}/case/items/{item.digest}" for start in ("/api/v1/cases", "/cases"))
        for asked in ("poster.jpg", "frames", "frames/0.jpg", "frames/0.png", "playable"):
            answer = owner.get(f"{api}/{asked}")
            assert (asked, answer.status_code) == (asked, 410)
            assert answer.json()["subject"] == "noise.mp4"
            assert item.digest in answer.json()["fault"]
        for asked in ("", "media"):
            answer = owner.get(f"{page}/{asked}")
            assert (asked, answer.status_code) == (asked, 410)
            assert "noise.mp4" in answer.text
            assert "are not in this workspace" in answer.text
        assert "noise.mp4" in owner.get("/cases/case/").text
